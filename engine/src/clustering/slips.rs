//! Slips of the pen: rare words that are one letter away from a common one.

use rustc_hash::FxHashMap;

/// Shortest word that is corrected, in bytes.
const MIN_LENGTH: usize = 5;
/// A word seen more often than this is no slip.
const MAX_SEEN: u32 = 2;
/// How many times more often the right word must be seen.
const RATIO: u32 = 4;
/// A facet word at least this long is a known word, so it need not be seen at all.
const KNOWN_LENGTH: usize = 7;

/// What a slip stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fix {
    /// Another stem.
    Stem(u32),
    /// A facet.
    Facet(u8),
}

/// Finds slips among the stems. `names` is sorted, `frequency` counts texts, `home` tells their languages apart,
/// `facet_words` gives the facet of each known facet word and how often it was seen.
pub(super) fn corrections<'a>(
    names: &[&'a str],
    frequency: &[u32],
    home: &[u8],
    facet_words: &FxHashMap<&'a str, (u8, u32)>,
) -> FxHashMap<u32, Fix> {
    let word_like = |w: &str| w.len() >= MIN_LENGTH && !w.bytes().any(|b| b.is_ascii_digit());
    // Every word and every word with one letter left out leads to the words it comes from.
    let mut index: FxHashMap<Vec<u8>, Vec<Target>> = FxHashMap::default();
    let mut add = |word, seen, fix| {
        let target = Target { word, seen, fix };
        for key in deletions(word) {
            index.entry(key).or_default().push(target);
        }
    };
    for (i, name) in names.iter().enumerate() {
        if frequency[i] >= RATIO && name.len() >= MIN_LENGTH - 1 && !name.bytes().any(|b| b.is_ascii_digit()) {
            add(name, frequency[i], Fix::Stem(i as u32));
        }
    }
    let mut facets: Vec<_> = facet_words
        .iter()
        .filter(|(w, (_, seen))| word_like(w) && (*seen >= RATIO || w.len() >= KNOWN_LENGTH))
        .collect();
    facets.sort_unstable();
    for (word, &(f, seen)) in facets {
        add(word, seen.max(RATIO * MAX_SEEN), Fix::Facet(f));
    }
    let mut out = FxHashMap::default();
    for (i, name) in names.iter().enumerate() {
        if frequency[i] == 0 || frequency[i] > MAX_SEEN || !word_like(name) {
            continue;
        }
        let mut best: Option<(u32, Fix)> = None;
        for key in deletions(name) {
            for target in index.get(&key).map_or(&[][..], Vec::as_slice) {
                let close = target.word != *name && is_one_slip(name, target.word);
                // Next to each other in two languages, words are more often related than slips.
                let foreign = matches!(target.fix, Fix::Stem(s) if home[s as usize] != home[i]);
                if target.seen >= frequency[i] * RATIO
                    && close
                    && !foreign
                    && best.is_none_or(|(seen, _)| target.seen > seen)
                {
                    best = Some((target.seen, target.fix));
                }
            }
        }
        if let Some((_, fix)) = best {
            out.insert(i as u32, fix);
        }
    }
    out
}

#[derive(Clone, Copy)]
struct Target<'a> {
    word: &'a str,
    seen: u32,
    fix: Fix,
}

fn deletions(word: &str) -> impl Iterator<Item = Vec<u8>> + '_ {
    let bytes = word.as_bytes();
    std::iter::once(bytes.to_vec()).chain((0..bytes.len()).map(|i| [&bytes[..i], &bytes[i + 1..]].concat()))
}

/// Whether two different words are one insertion, deletion, replacement or swap of neighbours apart.
fn is_one_slip(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let end = a[start..]
        .iter()
        .rev()
        .zip(b[start..].iter().rev())
        .take_while(|(x, y)| x == y)
        .count();
    let (x, y) = (&a[start..a.len() - end], &b[start..b.len() - end]);
    // A plural or another ending is left to the stemmer; a different first letter is a different word.
    match (x, y) {
        ([], [_]) | ([_], []) => true,
        ([_], [_]) => start > 0,
        ([p, q], [r, s]) => p == s && q == r,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rare_words_next_to_common_ones_are_slips() {
        let names = ["cofee", "coffee", "desk", "disk", "hostel", "hotel"];
        let frequency = [1, 30, 30, 1, 20, 30];
        let fixes = corrections(&names, &frequency, &[0; 6], &FxHashMap::default());
        assert_eq!(fixes.get(&0), Some(&Fix::Stem(1)));
        assert_eq!(fixes.len(), 1);
    }

    #[test]
    fn one_slip() {
        assert!(is_one_slip("cofee", "coffee"));
        assert!(is_one_slip("coffee", "cofefe"));
        assert!(is_one_slip("kettle", "kattle"));
        assert!(!is_one_slip("mouse", "house"));
        assert!(!is_one_slip("kettle", "kattel"));
    }
}
