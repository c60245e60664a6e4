//! Names for clusters.
//!
//! A name is cut out of one of the keywords: from the first to the last of the words that most of the cluster share, as
//! typed, without grammar at its ends.

use rustc_hash::{FxHashMap, FxHashSet};

use super::describe::Run;
use super::members::uses;
use super::terms::facet_term;
use super::tokens::split;
use super::words::Part;
use super::{Member, facets};
use crate::language::Language;
use crate::text::{clean_keyword, keyword_key, title_case};

/// Most members whose wording is looked at: they are in the order of their volume.
const LOOKED_AT: usize = 200;

/// A name and how good it is, in ten-thousandths.
struct Choice {
    score: i32,
    name: String,
}

/// Chooses a name that is not in `taken` (keys of names), and puts its key there.
pub(super) fn name(run: &Run, texts: &[u32], members: &[Member], taken: &mut FxHashSet<String>) -> String {
    let uses = uses(run.terms, texts);
    let mut core: Vec<(u32, f32)> = uses
        .iter()
        .filter(|(_, count)| **count as usize * 2 > texts.len())
        .map(|(&term, _)| (term, run.terms.weights.get(term as usize).copied().unwrap_or(1.0)))
        .collect();
    core.sort_unstable_by_key(|&(term, _)| term);
    if core.iter().all(|&(term, _)| term as usize >= run.terms.weights.len()) {
        core.clear();
    }
    let text_of: FxHashMap<u32, u32> = texts
        .iter()
        .flat_map(|&t| run.texts.keywords[t as usize].iter().map(move |&k| (k, t)))
        .collect();
    let most = members
        .iter()
        .filter_map(|m| run.keywords[m.index as usize].volume)
        .max()
        .unwrap_or(0)
        .max(1) as f32;
    let mut choices: Vec<Choice> = Vec::new();
    for member in members.iter().take(LOOKED_AT) {
        let keyword = &run.keywords[member.index as usize];
        let volume = (1.0 + keyword.volume.unwrap_or(0).max(0) as f32).ln() / (1.0 + most).ln();
        let worth = 0.35 * volume + 0.3 * member.similarity;
        if let Some(&text) = text_of.get(&member.index) {
            let wording = Wording::of(run, text, keyword.text);
            choices.extend(wording.cut(&core, worth));
            // The whole keyword, for when all that is shorter is taken.
            choices.extend(wording.cut(&[], worth).map(|choice| Choice {
                score: choice.score - 20_000,
                ..choice
            }));
        }
    }
    choices.sort_unstable_by(|a, b| {
        b.score
            .cmp(&a.score)
            .then_with(|| a.name.chars().count().cmp(&b.name.chars().count()))
            .then_with(|| a.name.cmp(&b.name))
    });
    for choice in &choices {
        if taken.insert(keyword_key(&choice.name)) {
            return choice.name.clone();
        }
    }
    // All its keywords are names of other clusters; told apart by a number.
    let base = choices.first().map_or("Keywords", |choice| choice.name.as_str());
    let mut number = 2;
    loop {
        let name = format!("{base} ({number})");
        if taken.insert(keyword_key(&name)) {
            return name;
        }
        number += 1;
    }
}

/// A keyword word by word.
struct Wording {
    words: Vec<Word>,
    english: bool,
}

struct Word {
    /// As typed.
    typed: String,
    /// What it stands for, or is part of.
    terms: Vec<u32>,
    /// Not at an end of a name.
    grammar: bool,
    /// A year or a country.
    aside: bool,
}

impl Wording {
    fn of(run: &Run, text: u32, typed: &str) -> Wording {
        let words = &run.terms.words;
        let clean = clean_keyword(typed);
        let typed: Vec<&str> = clean.split(' ').collect();
        let key: Vec<&str> = run.texts.texts[text as usize].split(' ').collect();
        let start = words.token_range(text as usize).start;
        // The word that each token is in; one word when the key is divided in another way than what was typed.
        let mut word_of: Vec<usize> = Vec::new();
        for (i, word) in key.iter().enumerate() {
            split(word, |_| word_of.push(i));
        }
        let typed = if typed.len() == key.len() {
            typed
        } else {
            word_of.iter_mut().for_each(|w| *w = 0);
            vec![clean.as_str()]
        };
        let mut out: Vec<Word> = typed
            .iter()
            .map(|typed| Word {
                typed: (*typed).to_owned(),
                terms: Vec::new(),
                grammar: true,
                aside: is_aside(typed),
            })
            .collect();
        for (at, length, part) in words.walk(text as usize) {
            let terms: &[u32] = &match part {
                Part::Nothing => vec![],
                Part::Stem(term) => vec![term],
                Part::Facet(f) => vec![facet_term(f)],
                Part::Compound(term, f) => vec![term, facet_term(f)],
            };
            for token in at..at + length {
                let Some(word) = word_of.get(token - start).and_then(|&w| out.get_mut(w)) else {
                    continue;
                };
                word.terms.extend(terms);
                let bare = words.surface(token);
                word.grammar &= words.is_grammar(text as usize, token) || facets::NOT_AT_AN_END.contains(&bare);
            }
        }
        Wording {
            words: out,
            english: matches!(words.language(text as usize), None | Some(Language::En)),
        }
    }

    /// The part of the keyword from its first to its last word of `core`, or all of it when that is empty.
    fn cut(&self, core: &[(u32, f32)], worth: f32) -> Option<Choice> {
        let in_core = |word: &Word| word.terms.iter().any(|t| core.iter().any(|(c, _)| c == t));
        let wanted = |word: &Word| !word.grammar && (core.is_empty() || in_core(word));
        let first = self.words.iter().position(wanted)?;
        let last = self.words.iter().rposition(wanted)?;
        let window = &self.words[first..=last];
        let all: f32 = core.iter().map(|(_, weight)| weight).sum();
        let covered: f32 = core
            .iter()
            .filter(|(term, _)| window.iter().any(|word| word.terms.contains(term)))
            .map(|(_, weight)| weight)
            .sum();
        let typed: Vec<&str> = window.iter().map(|word| word.typed.as_str()).collect();
        let text = typed.join(" ");
        let text = text.trim_matches(|c: char| !c.is_alphanumeric() && !"+#%°€$£)(&".contains(c));
        if text.is_empty() {
            return None;
        }
        let beside = window
            .iter()
            .filter(|word| !word.grammar && !core.is_empty() && !in_core(word))
            .count() as f32;
        let aside = window.iter().filter(|word| word.aside).count() as f32;
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        let loud = letters > 5 && text.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
        let score = worth + if all > 0.0 { covered / all } else { 0.0 }
            - 0.15 * beside
            - 0.2 * aside
            - if loud { 0.1 } else { 0.0 }
            - 0.02 * typed.len() as f32
            - 0.004 * text.chars().count() as f32;
        Some(Choice {
            score: (score * 10_000.0).round() as i32,
            name: self.cased(text),
        })
    }

    /// As typed, with a capital at the beginning; English in title case.
    fn cased(&self, text: &str) -> String {
        if self.english {
            return title_case(text);
        }
        let mut chars = text.chars();
        let word_has_capital = text
            .split(' ')
            .next()
            .is_some_and(|w| w.chars().any(char::is_uppercase));
        match chars.next() {
            Some(first) if !word_has_capital => first.to_uppercase().chain(chars).collect(),
            _ => text.to_owned(),
        }
    }
}

/// Years and countries are aside from what a cluster is about.
fn is_aside(word: &str) -> bool {
    let lower = word.to_lowercase();
    let year = lower.len() == 4 && lower.starts_with("20") && lower.bytes().all(|b| b.is_ascii_digit());
    year || facets::PLACES.contains(&lower.as_str())
}
