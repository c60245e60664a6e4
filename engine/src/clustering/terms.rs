//! What a keyword is about, as terms that can be compared: content stems and facets.

use rustc_hash::{FxHashMap, FxHashSet};

use super::languages::Languages;
use super::stem::Stem;
use super::tokens::{Interner, UNSPACED, split};
use super::words::{Part, Words};
use super::{compounds, facets};
use crate::language::Language;
use crate::text::fold;

/// The meaning of one keyword.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Meaning {
    /// Content terms, ascending.
    pub(super) content: Vec<u32>,
    /// Set of facets, one bit each.
    pub(super) facets: u64,
}

/// All keywords of a run, taken apart.
#[derive(Default)]
pub(super) struct Terms {
    /// One for each text, in the order of the texts.
    pub(super) meanings: Vec<Meaning>,
    /// Weight of each content term, 1 (everywhere) to 2 (once); less for places.
    pub(super) weights: Vec<f32>,
    /// Number of texts with each content term.
    pub(super) frequency: Vec<u32>,
    pub(super) words: Words,
}

/// Texts between two looks at whether to go on.
const LOOK: usize = 8_192;

impl Terms {
    /// Takes the texts (keyword keys) apart. Nothing depends on their order.
    pub(super) fn of(texts: &[&str]) -> Terms {
        Terms::build(texts, &mut |_| true).unwrap_or_default()
    }

    /// [`Terms::of`]; `None` when `progress` says stop.
    pub(super) fn build(texts: &[&str], progress: &mut dyn FnMut(f32) -> bool) -> Option<Terms> {
        let share = |i: usize| i as f32 / texts.len().max(1) as f32;
        let mut interner = Interner::default();
        let (mut tokens, mut starts) = (Vec::with_capacity(texts.len() * 4), Vec::with_capacity(texts.len() + 1));
        for (i, text) in texts.iter().enumerate() {
            if i.is_multiple_of(LOOK) && !progress(0.3 * share(i)) {
                return None;
            }
            starts.push(tokens.len() as u32);
            split(text, |word| tokens.push(interner.id(word)));
        }
        starts.push(tokens.len() as u32);
        let languages = Languages::of(&interner.words, &tokens, &starts);
        if !progress(0.4) {
            return None;
        }
        let phrases = phrases(&interner);

        let classes: Vec<Classes> = languages.present.iter().map(|l| Classes::new(*l)).collect();
        let stemmers: Vec<Stem> = languages.present.iter().map(|l| Stem::new(*l)).collect();
        let stemmer = |word: usize| &stemmers[languages.of_word[word] as usize];
        let surfaces = &interner.words;
        let stems: Vec<String> = surfaces.iter().enumerate().map(|(i, w)| stemmer(i).stem(w)).collect();
        // Compounds with a facet at the end: the stem of the rest, and the facet.
        let tails: Vec<Option<(String, u8)>> = surfaces
            .iter()
            .enumerate()
            .map(|(i, w)| {
                let slot = languages.of_word[i] as usize;
                let (head, tail) = compounds::facet_at_end(w, languages.present[slot])?;
                Some((stemmers[slot].stem(head), *classes[slot].facets.get(tail)?))
            })
            .collect();
        if !progress(0.5) {
            return None;
        }
        // Numbered by spelling, not by first sight.
        let mut names: Vec<&str> = stems
            .iter()
            .chain(tails.iter().flatten().map(|(s, _)| s))
            .map(String::as_str)
            .collect();
        names.sort_unstable();
        names.dedup();
        let number: FxHashMap<&str, u32> = names.iter().enumerate().map(|(i, n)| (*n, i as u32)).collect();
        let of_stem = |stem: &str| number.get(stem).copied().unwrap_or(0);
        let parts: Vec<Vec<Part>> = classes
            .iter()
            .map(|classes| {
                surfaces
                    .iter()
                    .enumerate()
                    .map(
                        |(i, surface)| match (classes.part(surface, of_stem(&stems[i])), &tails[i]) {
                            (Part::Stem(_), Some((head, facet))) => Part::Compound(of_stem(head), *facet),
                            (part, _) => part,
                        },
                    )
                    .collect()
            })
            .collect();

        let by_position = surfaces
            .iter()
            .enumerate()
            .filter_map(|(id, surface)| {
                let &(_, first) = facets::BY_POSITION.iter().find(|(word, _)| word == surface)?;
                Some((id as u32, (first, of_stem(&stems[id]))))
            })
            .collect();
        // A stem belongs to the language of the first of its words by spelling.
        let mut homes: Vec<(u32, &str, u8)> = (0..surfaces.len())
            .map(|i| (of_stem(&stems[i]), surfaces[i].as_str(), languages.of_word[i]))
            .collect();
        homes.sort_unstable();
        let mut home = vec![0u8; names.len()];
        for &(stem, _, slot) in homes.iter().rev() {
            home[stem as usize] = slot;
        }
        let mut words = Words {
            surfaces: Vec::new(),
            parts,
            present: languages.present.clone(),
            slots: languages.of_text.clone(),
            tokens,
            starts,
            phrases,
            joined: FxHashMap::default(),
            by_position,
        };
        let frequency = words.frequency(names.len());
        words.correct_slips(surfaces, &names, &frequency, &home, &classes[0].facets);
        if !progress(0.6) {
            return None;
        }
        let frequency = words.frequency(names.len());
        let whole = |left: u32, right: u32| -> Option<u32> {
            let whole = [surfaces[left as usize].as_str(), surfaces[right as usize].as_str()].concat();
            let stem = match interner.known(&whole) {
                Some(id) => of_stem(&stems[id as usize]),
                None => number.get(stemmer(right as usize).stem(&whole).as_str()).copied()?,
            };
            (frequency[stem as usize] > 0).then_some(stem)
        };
        let joined = compounds::written_as_one(&words, surfaces, &whole);
        words.joined = joined;

        let mut meanings: Vec<Meaning> = Vec::with_capacity(texts.len());
        for i in 0..texts.len() {
            if i.is_multiple_of(LOOK) && !progress(0.7 + 0.25 * share(i)) {
                return None;
            }
            meanings.push(words.meaning(i, &|surface| of_stem(&stems[surface as usize])));
        }
        let mut frequency = vec![0u32; names.len()];
        for meaning in &meanings {
            for &term in &meaning.content {
                frequency[term as usize] += 1;
            }
        }
        let places: FxHashSet<u32> = facets::PLACES
            .iter()
            .flat_map(|p| stemmers.iter().filter_map(|s| number.get(s.stem(p).as_str()).copied()))
            .collect();
        let weights = weights(&meanings, &frequency, &places);
        words.surfaces = interner.words;
        Some(Terms {
            meanings,
            weights,
            frequency,
            words,
        })
    }

    /// The words of a text with the term each stands for; facets count from `u32::MAX` downwards.
    pub(super) fn words_of(&self, text: usize) -> Vec<(&str, u32)> {
        self.words
            .walk(text)
            .into_iter()
            .filter_map(|(at, len, part)| {
                let surface = self.words.surface(at);
                match part {
                    Part::Stem(term) | Part::Compound(term, _) => Some((surface, term)),
                    // A phrase is shown by its last word, which is hardly ever a function word.
                    Part::Facet(f) => Some((self.words.surface(at + len - 1), facet_term(f))),
                    Part::Nothing => None,
                }
            })
            .collect()
    }
}

/// The number that stands for a facet beside the terms.
pub(super) fn facet_term(facet: u8) -> u32 {
    u32::MAX - u32::from(facet)
}

/// The weight of each term.
fn weights(meanings: &[Meaning], frequency: &[u32], places: &FxHashSet<u32>) -> Vec<f32> {
    let with_place = meanings
        .iter()
        .filter(|m| m.content.iter().any(|t| places.contains(t)))
        .count();
    // Where every third keyword names a country, the countries are the subject.
    let place_factor = if with_place * 3 > meanings.len() { 1.0 } else { 0.25 };
    let all = (meanings.len().max(2) as f32).ln();
    frequency
        .iter()
        .enumerate()
        .map(|(term, &df)| {
            let rarity = 1.0 + (meanings.len() as f32 / df.max(1) as f32).ln() / all;
            if places.contains(&(term as u32)) {
                rarity * place_factor
            } else {
                rarity
            }
        })
        .collect()
}

/// Facets of several words, by their first word, the longest first.
///
/// The tables are folded, texts are not: every spelling seen in the texts gets its own entry.
fn phrases(interner: &Interner) -> super::words::Phrases {
    let mut spellings: FxHashMap<String, Vec<u32>> = FxHashMap::default();
    for (id, word) in interner.words.iter().enumerate() {
        spellings.entry(fold(word)).or_default().push(id as u32);
    }
    let mut out = super::words::Phrases::default();
    for (f, list) in facets::FACETS.iter().enumerate() {
        for phrase in list.iter().filter(|p| p.contains(' ')) {
            let mut variants: Vec<Vec<u32>> = vec![Vec::new()];
            for word in phrase.split(' ') {
                let ids = spellings.get(word).map_or(&[][..], Vec::as_slice);
                variants = variants
                    .iter()
                    .flat_map(|v| ids.iter().map(move |id| [v.as_slice(), &[*id]].concat()))
                    .collect();
            }
            for variant in variants.into_iter().filter(|v| !v.is_empty()) {
                out.entry(variant[0]).or_default().push((variant, f as u8));
            }
        }
    }
    for list in out.values_mut() {
        list.sort_unstable_by(|a, b| b.0.len().cmp(&a.0.len()).then(a.1.cmp(&b.1)).then(a.0.cmp(&b.0)));
    }
    out
}

/// What the words of one language are.
struct Classes {
    stop: FxHashSet<String>,
    facets: FxHashMap<&'static str, u8>,
}

impl Classes {
    fn new(language: Option<Language>) -> Self {
        let mut stop: FxHashSet<String> = facets::OTHER_FUNCTION_WORDS.iter().map(|w| (*w).to_owned()).collect();
        for l in [Some(Language::En), language].into_iter().flatten() {
            stop.extend(l.function_words().iter().map(|w| fold(w)));
            stop.extend(facets::MORE_FUNCTION_WORDS[l as usize].iter().map(|w| (*w).to_owned()));
        }
        let mut table = FxHashMap::default();
        for (f, list) in facets::FACETS.iter().enumerate() {
            for word in list.iter().filter(|w| !w.contains(' ')) {
                table.entry(*word).or_insert(f as u8);
            }
        }
        for (word, homes) in facets::AT_HOME {
            if !language.is_some_and(|l| homes.contains(&l)) {
                table.remove(word);
            }
        }
        for (word, same) in UNSPACED {
            match facets::FACETS.iter().position(|list| list.contains(same)) {
                Some(f) => {
                    table.insert(word, f as u8);
                }
                None => {
                    stop.insert((*word).to_owned());
                }
            }
        }
        Classes { stop, facets: table }
    }

    fn part(&self, surface: &str, stem: u32) -> Part {
        let folded = fold(surface);
        if let Some(&f) = self.facets.get(surface).or_else(|| self.facets.get(folded.as_str())) {
            return Part::Facet(f);
        }
        let year =
            folded.len() == 4 && (folded.starts_with("201") || folded.starts_with("202") || folded.starts_with("203"));
        let stop = self.stop.contains(&folded) || self.stop.contains(surface);
        if stop || (year && folded.bytes().all(|b| b.is_ascii_digit())) {
            return Part::Nothing;
        }
        Part::Stem(stem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str, rest: &[&str]) -> bool {
        let mut texts = vec![a, b];
        texts.extend(rest);
        let terms = Terms::of(&texts);
        terms.meanings[0] == terms.meanings[1]
    }

    #[test]
    fn forms_of_the_same_question_mean_the_same() {
        assert!(same("running shoes for women", "women's running shoe", &[]));
        assert!(same(
            "price of standing desk",
            "how much does a standing desk cost",
            &[]
        ));
        assert!(same("best laptops 2026", "top notebook", &[]));
        assert!(same("dishwasher repair", "fix dish washer", &[]));
        assert!(same(
            "küche kaufen",
            "küchen bestellen",
            &["was kostet eine küche mit insel"]
        ));
        assert!(!same("iphone 15", "iphone 16", &[]));
        assert!(!same("standing desk price", "standing desk reviews", &[]));
    }

    #[test]
    fn nothing_but_facets_is_still_something() {
        let terms = Terms::of(&["how to buy", "best price"]);
        assert!(terms.meanings.iter().all(|m| !m.content.is_empty()));
    }

    #[test]
    fn scripts_without_spaces_share_terms() {
        let terms = Terms::of(&["咖啡机推荐", "咖啡机价格"]);
        let shared = terms.meanings[0]
            .content
            .iter()
            .filter(|t| terms.meanings[1].content.contains(t))
            .count();
        assert!(shared >= 2);
    }

    #[test]
    fn facets_fit_their_set() {
        assert!(facets::FACETS.len() <= 64);
        assert!(
            facets::FACETS
                .iter()
                .flat_map(|f| f.iter())
                .all(|w| fold(w) == *w && w.to_lowercase() == *w)
        );
    }
}
