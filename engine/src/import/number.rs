//! Numbers as people and tools write them.

/// What a cell says about an amount.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Amount {
    /// Nothing: blank, a dash, `n/a`.
    Empty,
    /// One number.
    Exact(f64),
    /// A range; without upper end it is open (`1M+`).
    Range(f64, Option<f64>),
}

/// Placeholders for "no value".
fn is_empty(cell: &str) -> bool {
    matches!(cell, "" | "-" | "--" | "---" | "–" | "—" | "?" | "." | "∞")
        || [
            "n/a",
            "na",
            "n.a.",
            "null",
            "none",
            "nan",
            "k. a.",
            "k.a.",
            "nd",
            "n/d",
            "undefined",
            "#n/a",
            "(not set)",
        ]
        .iter()
        .any(|e| cell.eq_ignore_ascii_case(e))
}

/// Reads a number or a range. `integer` is for columns of counts, where `1.234` can only be thousands;
/// otherwise `comma_decimal` decides what a lone separator before three digits means.
///
/// `None` when the cell holds something else.
pub(super) fn amount(cell: &str, integer: bool, comma_decimal: bool) -> Option<Amount> {
    let cell = cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if !cell.is_empty() && cell.len() < 10 && cell.bytes().all(|b| b.is_ascii_digit()) {
        // The common case, without a detour.
        return cell.parse::<u32>().ok().map(|n| Amount::Exact(f64::from(n)));
    }
    if is_empty(cell) {
        return Some(Amount::Empty);
    }
    if cell.len() > 48 {
        return None;
    }
    let read = |s: &str| number(s, integer, comma_decimal);
    if let Some(rest) = cell.strip_prefix(['<', '≤']) {
        return read(rest.trim_start_matches('=')).map(|high| Amount::Range(0.0, Some(high)));
    }
    if let Some(rest) = cell.strip_prefix(['>', '≥']) {
        return read(rest.trim_start_matches('=')).map(|low| Amount::Range(low, None));
    }
    if let Some(rest) = cell.strip_suffix('+') {
        return read(rest).map(|low| Amount::Range(low, None));
    }
    if let Some(n) = read(cell) {
        return Some(Amount::Exact(n));
    }
    for separator in ["–", "—", "−", "..", "…", " to ", " bis ", " à ", " a ", "-"] {
        if let Some((low, high)) = cell.split_once(separator)
            && let (Some(low), Some(high)) = (read(low), read(high))
        {
            // "1 – 10K" leaves nothing out, but some tools write "1–10K" for 1K to 10K; both read as typed.
            return (low <= high).then_some(Amount::Range(low, Some(high)));
        }
    }
    None
}

/// Words and letters for thousands, millions and milliards, longest first.
#[rustfmt::skip]
const SCALES: &[(&str, f64)] = &[
    ("million", 1e6), ("thousand", 1e3), ("тыс.", 1e3), ("тыс", 1e3), ("млн", 1e6), ("tsd.", 1e3), ("tsd", 1e3),
    ("tys.", 1e3), ("tys", 1e3), ("mrd.", 1e9), ("mrd", 1e9), ("mio.", 1e6), ("mio", 1e6), ("mln", 1e6), ("mil", 1e3),
    ("bn", 1e9), ("k", 1e3), ("m", 1e6), ("b", 1e9),
];

/// Currency signs and codes around an amount.
#[rustfmt::skip]
const CURRENCIES: &[&str] = &[
    "us$", "r$", "a$", "c$", "$", "€", "£", "¥", "₹", "₽", "₺", "zł", "kč", "kr.", "kr", "ft", "lei", "chf", "usd",
    "eur",
    "gbp", "aud", "cad", "nzd", "jpy", "inr", "brl", "mxn", "pln", "sek", "nok", "dkk", "czk", "huf", "try", "zar",
    "sgd",
];

fn number(text: &str, integer: bool, comma_decimal: bool) -> Option<f64> {
    let lower = text.trim().to_lowercase();
    let mut s = lower.as_str();
    s = s.trim_start_matches('~').trim_start();
    let mut negative = false;
    if let Some(rest) = s.strip_prefix(['-', '−']) {
        negative = true;
        s = rest;
    } else if let Some(rest) = s.strip_prefix('+') {
        s = rest;
    }
    for currency in CURRENCIES {
        if let Some(rest) = s.strip_prefix(currency) {
            s = rest.trim_start();
            break;
        }
    }
    for currency in CURRENCIES {
        if let Some(rest) = s.strip_suffix(currency) {
            s = rest.trim_end();
            break;
        }
    }
    s = s.strip_suffix('%').unwrap_or(s).trim_end();
    let mut scale = 1.0;
    for &(word, factor) in SCALES {
        if let Some(rest) = s.strip_suffix(word) {
            s = rest.trim_end();
            scale = factor;
            break;
        }
    }
    let value = digits(s, integer && scale == 1.0, comma_decimal)? * scale;
    Some(if negative { -value } else { value })
}

/// Digits with separators. Spaces of all widths and apostrophes can only be thousands.
fn digits(s: &str, integer: bool, comma_decimal: bool) -> Option<f64> {
    if !s.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == ',')
        || !s.ends_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    let mut plain = String::with_capacity(s.len());
    let mut spaces = false;
    for c in s.chars() {
        match c {
            '0'..='9' | '.' | ',' => plain.push(c),
            '\'' | '’' => {}
            c if c.is_whitespace() => {
                // Marked so that "12 5" is not read as 125.
                plain.push(' ');
                spaces = true;
            }
            _ => return None,
        }
    }
    let dots = plain.matches('.').count();
    let commas = plain.matches(',').count();
    let decimal = match (dots, commas) {
        (0, 0) => None,
        (d, c) if d > 0 && c > 0 => {
            let last = if plain.rfind('.') > plain.rfind(',') { '.' } else { ',' };
            if (last == '.' && d > 1) || (last == ',' && c > 1) {
                return None;
            }
            Some(last)
        }
        (d, c) if d > 1 || c > 1 => None,
        (d, _) => {
            let sep = if d == 1 { '.' } else { ',' };
            let (before, after) = plain.split_once(sep)?;
            let groups = after.len() == 3 && (1..=3).contains(&before.len()) && before != "0" && !spaces;
            if groups && (integer || (sep == ',') != comma_decimal) {
                None
            } else {
                Some(sep)
            }
        }
    };
    let (whole, fraction) = match decimal {
        Some(sep) => plain.rsplit_once(sep)?,
        None => (plain.as_str(), ""),
    };
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut groups = whole.split([' ', '.', ',']).peekable();
    let first = groups.next()?;
    let mut joined = first.to_owned();
    if groups.peek().is_some() {
        if first.is_empty() || first.len() > 3 {
            return None;
        }
        while let Some(group) = groups.next() {
            // Groups of two are Indian; the last one has three digits everywhere.
            let fits = group.len() == 3 || (group.len() == 2 && groups.peek().is_some());
            if !fits {
                return None;
            }
            joined.push_str(group);
        }
    }
    if !fraction.is_empty() {
        joined.push('.');
        joined.push_str(fraction);
    }
    joined.parse().ok()
}

/// Whether a cell is written with a decimal comma (`Some(true)`), a decimal point (`Some(false)`) or tells
/// nothing (`None`).
pub(super) fn decimal_evidence(cell: &str) -> Option<bool> {
    let cell = cell
        .trim()
        .trim_matches(|c: char| c.is_whitespace() || "%€$£".contains(c));
    let at = cell.rfind([',', '.'])?;
    let (before, after) = (&cell[..at], &cell[at + 1..]);
    let clean = !before.is_empty()
        && before.bytes().all(|b| b.is_ascii_digit() || b == b',' || b == b'.')
        && !after.is_empty()
        && after.bytes().all(|b| b.is_ascii_digit());
    let sure = after.len() != 3 || before.contains(if cell[at..].starts_with(',') { '.' } else { ',' });
    (clean && sure).then(|| cell[at..].starts_with(','))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts() {
        for (cell, want) in [
            ("1,234", 1234.0),
            ("1.234", 1234.0),
            ("1.234,5", 1234.5),
            ("12.100", 12100.0),
            ("1.2K", 1200.0),
            ("2M", 2e6),
            ("1.234k", 1234.0),
            ("2400.0", 2400.0),
            ("1\u{a0}300", 1300.0),
            ("1\u{202f}300\u{202f}000", 1.3e6),
            ("1'300", 1300.0),
            ("1,234,567", 1234567.0),
            ("1.234.567,00", 1234567.0),
            ("1,00,000", 100000.0),
            ("0", 0.0),
            ("12 Tsd.", 12000.0),
            ("3,5 Mio.", 3.5e6),
            ("1,5K", 1500.0),
            ("880", 880.0),
            ("99999999999", 99999999999.0),
        ] {
            assert_eq!(amount(cell, true, false), Some(Amount::Exact(want)), "{cell}");
        }
    }

    #[test]
    fn money_and_shares() {
        for (cell, comma, want) in [
            ("$1.25", false, 1.25),
            ("35%", false, 35.0),
            ("3,0 %", true, 3.0),
            ("1,25 €", true, 1.25),
            ("0,123", false, 0.123),
            ("1.234", false, 1.234),
            ("1,234", true, 1.234),
            ("1,234", false, 1234.0),
            ("R$ 2,10", true, 2.1),
            ("12,50 zł", true, 12.5),
            ("-3.5", false, -3.5),
            (".5", false, 0.5),
        ] {
            assert_eq!(amount(cell, false, comma), Some(Amount::Exact(want)), "{cell}");
        }
    }

    #[test]
    fn ranges() {
        for (cell, low, high) in [
            ("10K – 100K", 1e4, Some(1e5)),
            ("100 - 1K", 100.0, Some(1e3)),
            ("<10", 0.0, Some(10.0)),
            ("< 10", 0.0, Some(10.0)),
            ("1M+", 1e6, None),
            ("1M – 10M", 1e6, Some(1e7)),
            ("1.000 – 10.000", 1e3, Some(1e4)),
            ("10-100", 10.0, Some(100.0)),
            ("11 to 50", 11.0, Some(50.0)),
            ("1 Tsd. bis 10 Tsd.", 1e3, Some(1e4)),
            ("> 1.000.000", 1e6, None),
        ] {
            assert_eq!(amount(cell, true, false), Some(Amount::Range(low, high)), "{cell}");
        }
    }

    #[test]
    fn empty_is_not_wrong_and_wrong_is_not_empty() {
        for cell in ["", " ", "-", "--", "n/a", "N/A", "–", "\u{a0}"] {
            assert_eq!(amount(cell, true, false), Some(Amount::Empty), "{cell:?}");
        }
        for cell in [
            "abc",
            "12 5",
            "1,23,4",
            "1.2.3",
            "2025-01-02",
            "high",
            "12x",
            "1,,2",
            "100 - 10",
            "k",
        ] {
            assert_eq!(amount(cell, true, false), None, "{cell:?}");
        }
    }

    #[test]
    fn decimal_comma_shows_in_the_cells() {
        assert_eq!(decimal_evidence("8,5"), Some(true));
        assert_eq!(decimal_evidence("3,0 %"), Some(true));
        assert_eq!(decimal_evidence("1.25"), Some(false));
        assert_eq!(decimal_evidence("1.234"), None);
        assert_eq!(decimal_evidence("1.234,500"), Some(true));
        assert_eq!(decimal_evidence("red, 5"), None);
    }
}
