//! The words of all keywords of a run and what they stand for.

use rustc_hash::FxHashMap;

use super::slips;
use super::terms::Meaning;
use crate::language::Language;

/// What a single word contributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Grammar, or a year.
    Nothing,
    Facet(u8),
    Stem(u32),
    /// A compound that ends in a facet.
    Compound(u32, u8),
}

/// Facets of several words, by their first word.
pub(super) type Phrases = FxHashMap<u32, Vec<(Vec<u32>, u8)>>;

/// The words of all texts and what they mean.
#[derive(Default)]
pub(super) struct Words {
    pub(super) surfaces: Vec<String>,
    /// For each language of the run what each word is in it.
    pub(super) parts: Vec<Vec<Part>>,
    /// The languages of the run.
    pub(super) present: Vec<Option<Language>>,
    /// The language of each text, as an index of those.
    pub(super) slots: Vec<u8>,
    pub(super) tokens: Vec<u32>,
    pub(super) starts: Vec<u32>,
    pub(super) phrases: Phrases,
    /// Compounds: two words that elsewhere are written as one.
    pub(super) joined: FxHashMap<(u32, u32), u32>,
    /// Words that are a facet only first (`true`) or only later, and their stem for the other place.
    pub(super) by_position: FxHashMap<u32, (bool, u32)>,
}

impl Words {
    pub(super) fn texts(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    pub(super) fn token_range(&self, text: usize) -> std::ops::Range<usize> {
        self.starts[text] as usize..self.starts[text + 1] as usize
    }

    /// The word at a position of all the words.
    pub(super) fn surface(&self, at: usize) -> &str {
        self.surfaces[self.tokens[at] as usize].as_str()
    }

    /// The language of a text.
    pub(super) fn language(&self, text: usize) -> Option<Language> {
        self.present[self.slots[text] as usize]
    }

    fn part(&self, text: usize, word: u32) -> Part {
        self.parts[self.slots[text] as usize][word as usize]
    }

    /// Whether the word at a position is grammar (or a year) in its text.
    pub(super) fn is_grammar(&self, text: usize, at: usize) -> bool {
        self.part(text, self.tokens[at]) == Part::Nothing
    }

    /// The parts of a text with position and length in words, phrases and compounds taken together.
    pub(super) fn walk(&self, text: usize) -> Vec<(usize, usize, Part)> {
        let range = self.token_range(text);
        let mut out = Vec::with_capacity(range.len());
        let mut at = range.start;
        while at < range.end {
            let rest = &self.tokens[at..range.end];
            let phrase = self
                .phrases
                .get(&rest[0])
                .and_then(|list| list.iter().find(|(words, _)| rest.starts_with(words)));
            if let Some((words, facet)) = phrase {
                out.push((at, words.len(), Part::Facet(*facet)));
                at += words.len();
                continue;
            }
            if rest.len() > 1
                && let Some(&term) = self.joined.get(&(rest[0], rest[1]))
            {
                out.push((at, 2, Part::Stem(term)));
                at += 2;
                continue;
            }
            let part = match self.by_position.get(&rest[0]) {
                Some(&(first, stem)) if first != (at == range.start) => Part::Stem(stem),
                _ => self.part(text, rest[0]),
            };
            out.push((at, 1, part));
            at += 1;
        }
        out
    }

    /// The meaning of a text; `stem` gives the stem of a word whatever else it is.
    pub(super) fn meaning(&self, text: usize, stem: &dyn Fn(u32) -> u32) -> Meaning {
        let mut meaning = Meaning::default();
        for (_, _, part) in self.walk(text) {
            match part {
                Part::Nothing => {}
                Part::Facet(f) => meaning.facets |= 1 << f,
                Part::Stem(term) => meaning.content.push(term),
                Part::Compound(term, f) => {
                    meaning.content.push(term);
                    meaning.facets |= 1 << f;
                }
            }
        }
        if meaning.content.is_empty() {
            // Nothing but facets and grammar: then those are the subject.
            meaning.facets = 0;
            meaning.content = self.token_range(text).map(|t| stem(self.tokens[t])).collect();
        }
        meaning.content.sort_unstable();
        meaning.content.dedup();
        meaning
    }

    /// In how many texts each stem occurs.
    pub(super) fn frequency(&self, stems: usize) -> Vec<u32> {
        let mut df = vec![0u32; stems];
        let mut seen: Vec<u32> = Vec::new();
        for text in 0..self.texts() {
            seen.clear();
            seen.extend(
                self.tokens[self.token_range(text)]
                    .iter()
                    .filter_map(|&t| match self.part(text, t) {
                        Part::Stem(s) | Part::Compound(s, _) => Some(s),
                        _ => None,
                    }),
            );
            seen.sort_unstable();
            seen.dedup();
            for &s in &seen {
                df[s as usize] += 1;
            }
        }
        df
    }

    /// Turns words that are one slip of the pen away from a much more common one of the same language into that one.
    pub(super) fn correct_slips(
        &mut self,
        surfaces: &[String],
        names: &[&str],
        frequency: &[u32],
        home: &[u8],
        facets: &FxHashMap<&'static str, u8>,
    ) {
        let mut count = vec![0u32; surfaces.len()];
        for &t in &self.tokens {
            count[t as usize] += 1;
        }
        let mut facet_words: FxHashMap<&str, (u8, u32)> = facets.iter().map(|(word, f)| (*word, (*f, 0))).collect();
        for parts in &self.parts {
            for (i, part) in parts.iter().enumerate() {
                if let Part::Facet(f) = part {
                    facet_words.insert(surfaces[i].as_str(), (*f, count[i]));
                }
            }
        }
        let fixes = slips::corrections(names, frequency, home, &facet_words);
        for part in self.parts.iter_mut().flatten() {
            if let Part::Stem(s) = part {
                match fixes.get(s) {
                    Some(slips::Fix::Stem(better)) => *part = Part::Stem(*better),
                    Some(slips::Fix::Facet(f)) => *part = Part::Facet(*f),
                    None => {}
                }
            }
        }
    }
}
