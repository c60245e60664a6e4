//! What a keyword is about, as terms that can be compared: content stems and facets.

use rustc_hash::{FxHashMap, FxHashSet};

use super::stem::Stem;
use super::{facets, slips};
use crate::language::{self, Language};
use crate::text::fold;

/// The meaning of one keyword.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Meaning {
    /// Content terms, ascending.
    pub(super) content: Vec<u32>,
    /// Set of facets, one bit each.
    pub(super) facets: u64,
}

/// What a single word contributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Grammar, or a year.
    Nothing,
    Facet(u8),
    Stem(u32),
}

/// All keywords of a run, taken apart.
pub(super) struct Terms {
    /// One for each text, in the order of the texts.
    pub(super) meanings: Vec<Meaning>,
    /// Weight of each content term, 1 (everywhere) to 2 (once); less for places.
    pub(super) weights: Vec<f32>,
    /// Number of texts with each content term.
    pub(super) frequency: Vec<u32>,
    words: Words,
}

/// The words of all texts and what they mean.
struct Words {
    surfaces: Vec<String>,
    parts: Vec<Part>,
    tokens: Vec<u32>,
    starts: Vec<u32>,
    phrases: Phrases,
    /// Compounds: two words that elsewhere are written as one.
    joined: FxHashMap<(u32, u32), u32>,
    /// Words that are a facet only first (`true`) or only later, and their stem for the other place.
    by_position: FxHashMap<u32, (bool, u32)>,
}

type Phrases = FxHashMap<u32, Vec<(Vec<u32>, u8)>>;

impl Terms {
    /// Takes the texts (keyword keys) apart. Nothing depends on their order.
    pub(super) fn of(texts: &[&str]) -> Terms {
        let language = language::guess(texts.iter().copied());
        let mut interner = Interner::default();
        let (mut tokens, mut starts) = (Vec::with_capacity(texts.len() * 4), Vec::with_capacity(texts.len() + 1));
        for text in texts {
            starts.push(tokens.len() as u32);
            split(text, |word| tokens.push(interner.id(word)));
        }
        starts.push(tokens.len() as u32);
        let phrases = phrases(&mut interner);
        let surfaces = interner.words;

        let classes = Classes::new(language);
        let stemmer = Stem::new(language);
        let stems: Vec<String> = surfaces.iter().map(|w| stemmer.stem(w)).collect();
        // Numbered by spelling, not by first sight.
        let mut names: Vec<&str> = stems.iter().map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        let number: FxHashMap<&str, u32> = names.iter().enumerate().map(|(i, n)| (*n, i as u32)).collect();
        let mut parts: Vec<Part> = Vec::with_capacity(surfaces.len());
        for (surface, stem) in surfaces.iter().zip(&stems) {
            let stem = number.get(stem.as_str()).copied().unwrap_or(0);
            parts.push(classes.part(surface, stem));
        }

        let by_position = surfaces
            .iter()
            .enumerate()
            .filter_map(|(id, surface)| {
                let &(_, first) = facets::BY_POSITION.iter().find(|(word, _)| word == surface)?;
                Some((id as u32, (first, number.get(stems[id].as_str()).copied()?)))
            })
            .collect();
        let mut words = Words {
            surfaces,
            parts,
            tokens,
            starts,
            phrases,
            joined: FxHashMap::default(),
            by_position,
        };
        let frequency = words.frequency(texts.len(), names.len());
        words.correct_slips(&names, &frequency, &classes);
        let frequency = words.frequency(texts.len(), names.len());
        words.find_compounds(&stemmer, &number, &frequency);

        let mut fallback = |surface: u32| number.get(stems[surface as usize].as_str()).copied();
        let meanings: Vec<Meaning> = (0..texts.len()).map(|i| words.meaning(i, &mut fallback)).collect();
        let mut frequency = vec![0u32; names.len()];
        for meaning in &meanings {
            for &term in &meaning.content {
                frequency[term as usize] += 1;
            }
        }
        let places = place_terms(&number, &stemmer);
        let with_place = meanings
            .iter()
            .filter(|m| m.content.iter().any(|t| places.contains(t)))
            .count();
        // Where every third keyword names a country, the countries are the subject.
        let place_factor = if with_place * 3 > texts.len() { 1.0 } else { 0.25 };
        let all = (texts.len().max(2) as f32).ln();
        let weights = frequency
            .iter()
            .enumerate()
            .map(|(term, &df)| {
                let rarity = 1.0 + (texts.len() as f32 / df.max(1) as f32).ln() / all;
                if places.contains(&(term as u32)) {
                    rarity * place_factor
                } else {
                    rarity
                }
            })
            .collect();
        Terms {
            meanings,
            weights,
            frequency,
            words,
        }
    }

    /// The words of a text with the term each stands for; facets count from `u32::MAX` downwards.
    pub(super) fn words_of(&self, text: usize) -> Vec<(&str, u32)> {
        self.words
            .walk(text)
            .into_iter()
            .filter_map(|(at, len, part)| {
                let surface = self.words.surfaces[self.words.tokens[at] as usize].as_str();
                match part {
                    Part::Stem(term) => Some((surface, term)),
                    // A phrase is shown by its last word, which is hardly ever a function word.
                    Part::Facet(f) => {
                        let last = self.words.tokens[at + len - 1];
                        Some((self.words.surfaces[last as usize].as_str(), u32::MAX - u32::from(f)))
                    }
                    Part::Nothing => None,
                }
            })
            .collect()
    }
}

impl Words {
    fn token_range(&self, text: usize) -> std::ops::Range<usize> {
        self.starts[text] as usize..self.starts[text + 1] as usize
    }

    /// The parts of a text with position and length in words, phrases and compounds taken together.
    fn walk(&self, text: usize) -> Vec<(usize, usize, Part)> {
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
                _ => self.parts[rest[0] as usize],
            };
            out.push((at, 1, part));
            at += 1;
        }
        out
    }

    fn meaning(&self, text: usize, stem: &mut dyn FnMut(u32) -> Option<u32>) -> Meaning {
        let mut meaning = Meaning::default();
        for (_, _, part) in self.walk(text) {
            match part {
                Part::Nothing => {}
                Part::Facet(f) => meaning.facets |= 1 << f,
                Part::Stem(term) => meaning.content.push(term),
            }
        }
        if meaning.content.is_empty() {
            // Nothing but facets and grammar: then those are the subject.
            meaning.facets = 0;
            meaning.content = self.token_range(text).filter_map(|t| stem(self.tokens[t])).collect();
        }
        meaning.content.sort_unstable();
        meaning.content.dedup();
        meaning
    }

    /// In how many texts each stem occurs.
    fn frequency(&self, texts: usize, stems: usize) -> Vec<u32> {
        let mut df = vec![0u32; stems];
        let mut seen: Vec<u32> = Vec::new();
        for text in 0..texts {
            seen.clear();
            seen.extend(
                self.tokens[self.token_range(text)]
                    .iter()
                    .filter_map(|&t| match self.parts[t as usize] {
                        Part::Stem(s) => Some(s),
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

    /// Turns words that are one slip of the pen away from a much more common one into that one.
    fn correct_slips(&mut self, names: &[&str], frequency: &[u32], classes: &Classes) {
        let mut count = vec![0u32; self.surfaces.len()];
        for &t in &self.tokens {
            count[t as usize] += 1;
        }
        let mut facet_words: FxHashMap<&str, (u8, u32)> =
            classes.facets.iter().map(|(word, f)| (*word, (*f, 0))).collect();
        for (i, part) in self.parts.iter().enumerate() {
            if let Part::Facet(f) = part {
                facet_words.insert(self.surfaces[i].as_str(), (*f, count[i]));
            }
        }
        let fixes = slips::corrections(names, frequency, &facet_words);
        for part in &mut self.parts {
            if let Part::Stem(s) = part {
                match fixes.get(s) {
                    Some(slips::Fix::Stem(better)) => *part = Part::Stem(*better),
                    Some(slips::Fix::Facet(f)) => *part = Part::Facet(*f),
                    None => {}
                }
            }
        }
    }

    fn find_compounds(&mut self, stemmer: &Stem, number: &FxHashMap<&str, u32>, frequency: &[u32]) {
        let mut pairs: FxHashSet<(u32, u32)> = FxHashSet::default();
        for text in 0..self.starts.len() - 1 {
            pairs.extend(self.tokens[self.token_range(text)].windows(2).map(|w| (w[0], w[1])));
        }
        let mut whole = String::new();
        for (a, b) in pairs {
            let (left, right) = (&self.surfaces[a as usize], &self.surfaces[b as usize]);
            if left.len() < 2
                || right.len() < 2
                || left.len() + right.len() < 6
                || left.bytes().all(|c| c.is_ascii_digit())
            {
                continue;
            }
            whole.clear();
            whole.push_str(left);
            whole.push_str(right);
            if let Some(&term) = number.get(stemmer.stem(&whole).as_str())
                && frequency[term as usize] > 0
            {
                self.joined.insert((a, b), term);
            }
        }
    }
}

/// Cuts a text into words: letters and digits; scripts without spaces into pairs of characters.
fn split(text: &str, mut word: impl FnMut(&str)) {
    let mut rest = text;
    while let Some(start) = rest.find(char::is_alphanumeric) {
        rest = &rest[start..];
        let end = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '\'' || unicode_normalization::char::is_combining_mark(c)))
            .unwrap_or(rest.len());
        let token = &rest[..end];
        rest = &rest[end..];
        if token.is_ascii() {
            // "women's" is "womens" and "l'eau" is "l eau": the shorter side tells which.
            match token.split_once('\'') {
                Some((a, b)) if a.len() < b.len() => {
                    for part in [a, b].into_iter().filter(|p| !p.is_empty()) {
                        word(&part.replace('\'', ""));
                    }
                }
                Some(_) => word(&token.replace('\'', "")),
                None => word(token),
            }
            continue;
        }
        if token.chars().any(is_unspaced) {
            let chars: Vec<(usize, char)> = token.char_indices().collect();
            if chars.len() < 3 {
                word(token);
            }
            for pair in chars.windows(3) {
                word(&token[pair[0].0..pair[2].0]);
            }
            if let [.., (from, _), _] = chars.as_slice()
                && chars.len() >= 3
            {
                word(&token[*from..]);
            }
            continue;
        }
        match token.split_once('\'') {
            Some((a, b)) if a.chars().count() <= 2 => {
                word(a);
                word(&b.replace('\'', ""));
            }
            _ => word(&token.replace('\'', "")),
        }
    }
}

fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

#[derive(Default)]
struct Interner {
    ids: FxHashMap<String, u32>,
    words: Vec<String>,
}

impl Interner {
    fn id(&mut self, word: &str) -> u32 {
        if let Some(&id) = self.ids.get(word) {
            return id;
        }
        let id = self.words.len() as u32;
        self.ids.insert(word.to_owned(), id);
        self.words.push(word.to_owned());
        id
    }
}

/// Facets of several words, by their first word, the longest first.
///
/// The tables are folded, texts are not: every spelling seen in the texts gets its own entry.
fn phrases(interner: &mut Interner) -> Phrases {
    let mut spellings: FxHashMap<String, Vec<u32>> = FxHashMap::default();
    for (id, word) in interner.words.iter().enumerate() {
        spellings.entry(fold(word)).or_default().push(id as u32);
    }
    let mut out: Phrases = FxHashMap::default();
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

struct Classes {
    stop: FxHashSet<String>,
    facets: FxHashMap<&'static str, u8>,
}

impl Classes {
    fn new(language: Option<Language>) -> Self {
        let mut stop = FxHashSet::default();
        for l in [Some(Language::En), language].into_iter().flatten() {
            stop.extend(l.function_words().iter().map(|w| fold(w)));
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
        Classes { stop, facets: table }
    }

    fn part(&self, surface: &str, stem: u32) -> Part {
        let folded = fold(surface);
        if let Some(&f) = self.facets.get(folded.as_str()) {
            return Part::Facet(f);
        }
        let year =
            folded.len() == 4 && (folded.starts_with("201") || folded.starts_with("202") || folded.starts_with("203"));
        if self.stop.contains(&folded) || (year && folded.bytes().all(|b| b.is_ascii_digit())) {
            return Part::Nothing;
        }
        Part::Stem(stem)
    }
}

fn place_terms(number: &FxHashMap<&str, u32>, stemmer: &Stem) -> FxHashSet<u32> {
    facets::PLACES
        .iter()
        .filter_map(|p| number.get(stemmer.stem(p).as_str()).copied())
        .collect()
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
