//! Words made of words: written as one here and as two there, or with the question at the end.

use rustc_hash::{FxHashMap, FxHashSet};

use super::words::Words;
use crate::language::Language;

/// What German and Dutch compounds end in when they ask about their first part. Only words that hardly end a word of
/// another meaning: `Altenpflege` is no care instruction and `Briefmarke` no brand.
#[rustfmt::skip]
const TAILS: &[(Language, &[&str])] = &[
    (Language::De, &["preis", "preise", "kosten", "vergleich", "test", "tests", "testsieger", "erfahrungen", "erfahrung",
        "bewertung", "bewertungen", "anleitung", "reparatur", "reinigung", "angebot", "angebote", "gutschein", "rabatt",
        "verleih", "vermietung", "ideen", "beispiele", "größe", "größen", "maße", "ersatzteile", "alternativen",
        "alternative", "montage", "installation", "hersteller", "wartung", "probleme", "unterschiede"]),
    (Language::Nl, &["prijs", "prijzen", "kosten", "vergelijking", "test", "ervaringen", "ervaring", "reparatie",
        "reiniging", "aanbieding", "aanbiedingen", "korting", "verhuur", "ideeën", "maat", "maten", "onderdelen",
        "alternatieven", "montage", "installatie", "handleiding", "voorbeelden", "onderhoud"]),
];

/// Shortest first part, in letters.
const SHORTEST: usize = 4;

/// The first part of a compound and the question at its end (without diacritics), where the language makes such words.
pub(super) fn facet_at_end(word: &str, language: Option<Language>) -> Option<(&str, &'static str)> {
    let (_, tails) = TAILS.iter().find(|(l, _)| Some(*l) == language)?;
    let (head, tail) = tails
        .iter()
        .filter_map(|tail| Some((word.strip_suffix(tail)?, *tail)))
        .filter(|(head, _)| head.chars().count() >= SHORTEST)
        .min_by_key(|(head, _)| head.len())?;
    let folded = match tail {
        "größe" => "grosse",
        "größen" => "grossen",
        "maße" => "masse",
        "ideeën" => "ideeen",
        other => other,
    };
    Some((head, folded))
}

/// Neighbouring words that elsewhere are written as one; `whole` gives the stem of the two together when it is known.
pub(super) fn written_as_one(
    words: &Words,
    surfaces: &[String],
    whole: &dyn Fn(u32, u32) -> Option<u32>,
) -> FxHashMap<(u32, u32), u32> {
    let mut pairs: FxHashSet<(u32, u32)> = FxHashSet::default();
    for text in 0..words.texts() {
        pairs.extend(words.tokens[words.token_range(text)].windows(2).map(|w| (w[0], w[1])));
    }
    let mut out = FxHashMap::default();
    for (a, b) in pairs {
        let (left, right) = (&surfaces[a as usize], &surfaces[b as usize]);
        let short = left.len() < 2 || right.len() < 2 || left.len() + right.len() < 6;
        if short || left.bytes().all(|c| c.is_ascii_digit()) {
            continue;
        }
        if let Some(term) = whole(a, b) {
            out.insert((a, b), term);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_questions_are_cut_off() {
        assert_eq!(
            facet_at_end("kaffeemaschinentest", Some(Language::De)),
            Some(("kaffeemaschinen", "test"))
        );
        assert_eq!(
            facet_at_end("schuhgröße", Some(Language::De)),
            Some(("schuh", "grosse"))
        );
        assert_eq!(
            facet_at_end("matrasreiniging", Some(Language::Nl)),
            Some(("matras", "reiniging"))
        );
        assert_eq!(facet_at_end("protest", Some(Language::De)), None);
        assert_eq!(facet_at_end("latest", Some(Language::En)), None);
    }
}
