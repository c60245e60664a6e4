//! Word stems.

use rust_stemmers::{Algorithm, Stemmer};
use rustc_hash::FxHashMap;

use super::facets;
use crate::language::Language;
use crate::text::fold;

/// Reduces a word to what its forms have in common.
pub(super) struct Stem {
    stemmer: Option<Stemmer>,
    cyrillic: Stemmer,
    arabic: Stemmer,
    greek: Stemmer,
    polish: bool,
    language: Option<Language>,
    synonyms: FxHashMap<String, String>,
}

impl Stem {
    /// For a batch in a language; English when it is not known.
    pub(super) fn new(language: Option<Language>) -> Self {
        let algorithm = match language {
            None | Some(Language::En) => Some(Algorithm::English),
            Some(Language::De) => Some(Algorithm::German),
            Some(Language::Fr) => Some(Algorithm::French),
            Some(Language::Es) => Some(Algorithm::Spanish),
            Some(Language::It) => Some(Algorithm::Italian),
            Some(Language::Nl) => Some(Algorithm::Dutch),
            Some(Language::Pt) => Some(Algorithm::Portuguese),
            Some(Language::Pl) => None,
        };
        let mut stem = Stem {
            stemmer: algorithm.map(Stemmer::create),
            // One language for each script; close relatives share enough of its endings.
            cyrillic: Stemmer::create(Algorithm::Russian),
            arabic: Stemmer::create(Algorithm::Arabic),
            greek: Stemmer::create(Algorithm::Greek),
            polish: language == Some(Language::Pl),
            language,
            synonyms: FxHashMap::default(),
        };
        if matches!(language, None | Some(Language::En)) {
            let mut table = FxHashMap::default();
            for group in facets::SYNONYMS {
                for word in group.iter().skip(1) {
                    table.insert(stem.stem(word), stem.stem(group[0]));
                }
            }
            stem.synonyms = table;
        }
        stem
    }

    /// The stem of a lower-case word, without diacritics.
    pub(super) fn stem(&self, word: &str) -> String {
        // A word with digits is a model, not a form of anything.
        let stemmed = if word.bytes().any(|b| b.is_ascii_digit()) || word.chars().count() < 4 {
            fold(word)
        } else if let Some(other) = self.of_script(word) {
            other
        } else if self.language == Some(Language::It) {
            italian(&fold(word))
        } else if let Some(stemmer) = &self.stemmer {
            self.ending(fold(&stemmer.stem(&self.singular(word))))
        } else if self.polish {
            polish(&fold(word))
        } else {
            fold(word)
        };
        match self.synonyms.get(&stemmed) {
            Some(same) => same.clone(),
            None => stemmed,
        }
    }
    /// A word without a plural that the stemmers take for something else: `vélos`, `sofás`, `colchões`.
    fn singular<'a>(&self, word: &'a str) -> std::borrow::Cow<'a, str> {
        if !matches!(self.language, Some(Language::Fr | Language::Es | Language::Pt)) {
            return word.into();
        }
        if let Some(start) = word.strip_suffix("ões").or_else(|| word.strip_suffix("ães")) {
            return format!("{start}ão").into();
        }
        match word.strip_suffix('s') {
            Some(rest) if rest.chars().count() > 3 && fold(rest).ends_with(['a', 'e', 'i', 'o', 'u']) => rest.into(),
            _ => word.into(),
        }
    }

    /// A stem without what the Dutch stemmer leaves at the end of short words: plurals and doubled letters.
    fn ending(&self, mut stem: String) -> String {
        if stem.len() < 4 || !stem.is_ascii() {
            return stem;
        }
        if self.language == Some(Language::Nl) {
            let end = &stem.as_bytes()[stem.len() - 2..];
            if end[0] == end[1] && !b"aeiou".contains(&end[0]) {
                stem.pop();
            }
            if stem.len() > 4 && stem.ends_with('s') {
                stem.pop();
            }
        }
        stem
    }

    /// The stem of a word that is not in Latin letters.
    fn of_script(&self, word: &str) -> Option<String> {
        match word.chars().next()? {
            '\u{400}'..='\u{52f}' => Some(fold(&self.cyrillic.stem(word))),
            '\u{600}'..='\u{6ff}' => Some(fold(&self.arabic.stem(word))),
            '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Some(fold(&self.greek.stem(word))),
            '\u{ac00}'..='\u{d7a3}' => Some(korean(word).to_owned()),
            _ => None,
        }
    }
}

/// A Korean word without the particle at its end.
fn korean(word: &str) -> &str {
    const PARTICLES: [&str; 12] = [
        "에서", "으로", "은", "는", "이", "가", "을", "를", "의", "에", "와", "과",
    ];
    PARTICLES
        .iter()
        .find_map(|p| word.strip_suffix(p).filter(|rest| rest.chars().count() >= 2))
        .unwrap_or(word)
}

/// An Italian noun or adjective without the vowels that tell its gender and number. Snowball's algorithm takes the ends of
/// short nouns for those of verbs (`divano`, `materassi`).
fn italian(word: &str) -> String {
    let bare = word.trim_end_matches(['a', 'e', 'i', 'o']);
    let bare = match bare.strip_suffix('h') {
        Some(rest) if rest.ends_with(['c', 'g']) => rest,
        _ => bare,
    };
    if bare.len() < 3 {
        word.to_owned()
    } else {
        bare.to_owned()
    }
}

/// Polish endings of nouns and adjectives; enough to bring the cases of a word together.
fn polish(word: &str) -> String {
    #[rustfmt::skip]
    const ENDINGS: [&str; 24] = [
        "iego", "iemu", "ach", "ami", "ego", "emu", "ymi", "imi", "owi", "iej", "ow", "om", "em", "ie", "ej", "ym", "im", "ia", "y", "i", "a", "e", "o", "u",
    ];
    for ending in ENDINGS {
        if let Some(stem) = word.strip_suffix(ending)
            && stem.len() >= 3
        {
            return stem.to_owned();
        }
    }
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_come_together_and_models_stay_apart() {
        let english = Stem::new(None);
        assert_eq!(english.stem("batteries"), english.stem("battery"));
        assert_eq!(english.stem("couches"), english.stem("sofa"));
        assert_ne!(english.stem("s23s"), english.stem("s23"));
        let polish = Stem::new(Some(Language::Pl));
        assert_eq!(polish.stem("łazienka"), polish.stem("łazienki"));
        let german = Stem::new(Some(Language::De));
        assert_eq!(german.stem("küchen"), german.stem("küche"));
    }
}
