//! Keywords, slugs, words and HTML fragments as text.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_segmentation::UnicodeSegmentation;

mod headline;
mod html;

pub use headline::title_case;
pub(crate) use html::{Tag, after_end, entity, is_block, tag};
pub use html::{html_text, html_word_count};

/// Longest slug in characters.
const SLUG_MAX: usize = 80;

/// Characters that take no room and only make equal keywords look different.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}'
    )
}

/// Two keywords with the same key are the same keyword: NFKC, lower case, single spaces, straight quotes.
pub fn keyword_key(keyword: &str) -> String {
    let mut out = String::with_capacity(keyword.len());
    keyword_key_into(keyword, &mut out);
    out
}

/// [`keyword_key`] into a buffer that is cleared first.
pub(crate) fn keyword_key_into(keyword: &str, out: &mut String) {
    out.clear();
    let mut gap = false;
    let mut push = |c: char, out: &mut String| {
        if c.is_whitespace() || c.is_control() {
            gap = !out.is_empty();
        } else {
            if gap {
                out.push(' ');
                gap = false;
            }
            out.push(c);
        }
    };
    if keyword.is_ascii() {
        for b in keyword.bytes() {
            let c = char::from(b.to_ascii_lowercase());
            push(if c == '`' { '\'' } else { c }, out);
        }
        return;
    }
    // Quotes go first: NFKC would break an acute accent, often typed as an apostrophe, into space and mark.
    let straight = keyword.chars().filter(|&c| !is_invisible(c)).map(straight_quote);
    // Letter by letter, so that a final sigma does not tell two spellings of a word apart.
    let lower = straight
        .nfkc()
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'ς' { 'σ' } else { c });
    // Normalising can bring forth what was hidden in a compatibility character.
    for c in lower.nfkc().map(straight_quote).filter(|&c| !is_invisible(c)) {
        push(c, out);
    }
}

fn straight_quote(c: char) -> char {
    match c {
        '\u{2018}'..='\u{201b}' | '\u{2032}' | '`' | '\u{b4}' | '\u{2bc}' => '\'',
        '\u{201c}'..='\u{201f}' | '\u{2033}' => '"',
        '\u{2010}' | '\u{2011}' => '-',
        c => c,
    }
}

/// A keyword for display: trimmed, single spaces, no control or invisible characters, case kept.
pub fn clean_keyword(keyword: &str) -> String {
    let mut out = String::with_capacity(keyword.len());
    clean_keyword_into(keyword, &mut out);
    out
}

/// [`clean_keyword`] into a buffer that is cleared first.
pub(crate) fn clean_keyword_into(keyword: &str, out: &mut String) {
    out.clear();
    for word in keyword.split(|c: char| c.is_whitespace() || c.is_control()) {
        let before = out.len();
        if before > 0 {
            out.push(' ');
        }
        let start = out.len();
        out.extend(word.chars().filter(|&c| !is_invisible(c)));
        if out.len() == start {
            out.truncate(before);
        }
    }
}

/// Latin letters that do not decompose into a base letter and a mark.
fn transliterate(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ø' | 'Ø' => "o",
        'ł' | 'Ł' => "l",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'þ' | 'Þ' => "th",
        'ħ' | 'Ħ' => "h",
        'ı' => "i",
        'ŋ' | 'Ŋ' => "n",
        'ŧ' | 'Ŧ' => "t",
        _ => return None,
    })
}

/// Latin letters without their diacritics (`é` becomes `e`, `ß` becomes `ss`); other scripts keep theirs.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut latin = false;
    for c in text.nfkd() {
        if is_combining_mark(c) {
            if !latin {
                out.push(c);
            }
            continue;
        }
        latin = c.is_ascii_alphabetic();
        match transliterate(c) {
            Some(s) => {
                out.push_str(s);
                latin = true;
            }
            None => out.push(c),
        }
    }
    out.nfc().collect()
}

/// An address part: lower-case ASCII letters, digits and hyphens for Latin text, other letters kept as they
/// are; at most 80 characters, cut between words; `untitled` when nothing is left.
pub fn slugify(text: &str) -> String {
    let folded = fold(text);
    let mut out = String::with_capacity(folded.len());
    let mut length = 0;
    let words = folded.split(|c: char| {
        !(c.is_alphanumeric()
            || is_combining_mark(c)
            || matches!(c, '\'' | '’' | '‘' | '`' | '\u{ad}' | '\u{200d}' | '\u{200c}'))
    });
    for word in words {
        let word: String = word
            .chars()
            .filter(|&c| c.is_alphanumeric() || is_combining_mark(c))
            .flat_map(char::to_lowercase)
            .collect();
        let size = word.chars().count();
        if size == 0 {
            continue;
        }
        if length == 0 {
            out.extend(word.chars().take(SLUG_MAX));
            length = size.min(SLUG_MAX);
        } else if length + 1 + size <= SLUG_MAX {
            out.push('-');
            out.push_str(&word);
            length += 1 + size;
        } else {
            break;
        }
    }
    if out.is_empty() { "untitled".to_owned() } else { out }
}

/// Words of a plain text by the word boundaries of Unicode (UAX 29).
pub fn word_count(text: &str) -> u32 {
    u32::try_from(text.unicode_words().count()).unwrap_or(u32::MAX)
}

/// Shortens a text to at most `max_chars` characters, between words, without punctuation left hanging.
///
/// A first word that is longer than that is cut hard.
pub fn truncate_words(s: &str, max_chars: usize) -> String {
    let s = s.trim();
    let Some((cut, next)) = s.char_indices().nth(max_chars) else {
        return s.to_owned();
    };
    let head = &s[..cut];
    let head = if next.is_whitespace() {
        head
    } else {
        match head.rfind(char::is_whitespace) {
            Some(space) => &head[..space],
            None => head,
        }
    };
    let trimmed = head.trim_end_matches(|c: char| {
        c.is_whitespace()
            || matches!(
                c,
                ',' | ';'
                    | ':'
                    | '-'
                    | '–'
                    | '—'
                    | '('
                    | '['
                    | '{'
                    | '/'
                    | '&'
                    | '|'
                    | '·'
                    | '"'
                    | '“'
                    | '„'
                    | '«'
                    | '¿'
                    | '¡'
                    | '…'
            )
    });
    trimmed.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_ignore_how_a_keyword_is_typed() {
        assert_eq!(keyword_key("  Best\tCoffee\u{a0} Maker "), "best coffee maker");
        assert_eq!(keyword_key("women’s “running” shoes"), "women's \"running\" shoes");
        assert_eq!(keyword_key("caf\u{e9}"), keyword_key("cafe\u{301}"));
        assert_eq!(keyword_key("ＷＩＦＩ"), "wifi");
        assert_eq!(keyword_key("wi\u{2011}fi"), "wi-fi");
        assert_eq!(keyword_key("\u{feff}tea\u{200b}"), "tea");
        assert_eq!(keyword_key("ΟΔΟΣ"), keyword_key("οδος"));
        assert_ne!(keyword_key("cafe"), keyword_key("café"));
        assert_eq!(keyword_key(" \u{200b} "), "");
    }

    proptest::proptest! {
        #[test]
        fn a_key_is_its_own_key(s in "\\PC{0,40}") {
            let key = keyword_key(&s);
            proptest::prop_assert_eq!(keyword_key(&key), key);
        }

        #[test]
        fn slugs_are_short_clean_and_stable(s in "\\PC{0,200}") {
            let slug = slugify(&s);
            proptest::prop_assert!(!slug.is_empty());
            proptest::prop_assert!(slug.chars().count() <= 80);
            proptest::prop_assert!(!slug.starts_with('-') && !slug.ends_with('-') && !slug.contains("--"));
        }

        #[test]
        fn truncation_keeps_the_limit(s in "\\PC{0,120}", max in 1usize..80) {
            let cut = truncate_words(&s, max);
            proptest::prop_assert!(cut.chars().count() <= max);
            proptest::prop_assert!(s.trim().starts_with(&cut));
        }
    }

    #[test]
    fn cleaning_keeps_case_and_drops_what_cannot_be_seen() {
        assert_eq!(clean_keyword(" iPhone \u{7} 17\u{200b}\r\n Pro "), "iPhone 17 Pro");
        assert_eq!(clean_keyword("\u{feff}"), "");
        assert_eq!(clean_keyword("a \u{200b} b"), "a b");
    }

    #[test]
    fn slugs() {
        assert_eq!(slugify("Große Küche & Café: 10 Ideen!"), "grosse-kuche-cafe-10-ideen");
        assert_eq!(slugify("Don’t stop"), "dont-stop");
        assert_eq!(slugify("Łódź — Smørrebrød"), "lodz-smorrebrod");
        assert_eq!(slugify("Как выбрать Йогурт"), "как-выбрать-йогурт");
        assert_eq!(slugify("हिन्दी लेख"), "हिन्दी-लेख");
        assert_eq!(slugify("!!!"), "untitled");
        let long = slugify(&"wonderful ".repeat(20));
        assert_eq!(
            long,
            "wonderful-wonderful-wonderful-wonderful-wonderful-wonderful-wonderful-wonderful"
        );
        assert_eq!(slugify(&"x".repeat(200)).len(), 80);
    }

    #[test]
    fn words() {
        assert_eq!(word_count("Don't count - me, twice."), 4);
        assert_eq!(word_count(""), 0);
        assert_eq!(word_count("привет мир"), 2);
    }

    #[test]
    fn truncation_leaves_nothing_hanging() {
        assert_eq!(truncate_words("Coffee, tea, and milk", 8), "Coffee");
        assert_eq!(truncate_words("Coffee – tea", 9), "Coffee");
        assert_eq!(truncate_words("short", 10), "short");
        assert_eq!(truncate_words("Incomprehensible", 5), "Incom");
        assert_eq!(truncate_words("two words here", 9), "two words");
    }
}
