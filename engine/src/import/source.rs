//! What a file tells beside its rows: the site that ranks, the market of an archive, whether it must be unpacked first.

use super::columns::{Role, normal, role};
use super::{decode, market, sniff};

/// Whether a file is a workbook or an archive: tables inside another file, which must be taken out first.
pub fn is_packed(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") || head.starts_with(b"\xd0\xcf\x11\xe0")
}

/// The beginning of a text file as text, whatever its encoding; nothing for what is no text. A cut last line is dropped
/// unless `complete`.
pub fn to_text(head: &[u8], complete: bool) -> Option<String> {
    let encoding = sniff::sniff(head, complete).ok()?;
    Some(decode::decode_head(head, complete, encoding))
}

/// The same for all files of one header, whatever month they were made in.
pub fn header_key(headers: &[String]) -> String {
    let mut key = String::new();
    for header in headers {
        if !key.is_empty() {
            key.push('\u{1f}');
        }
        match role(header) {
            Some(Role::Monthly) => key.push_str("month"),
            _ => key.extend(normal(header).chars().filter(|c| !c.is_ascii_digit())),
        }
    }
    key
}

/// What an export of Search Console was narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// Market, ISO 3166-1 alpha-2 in lower case.
    pub country: Option<String>,
    /// The days it is about, in the words of the file.
    pub period: Option<String>,
}

/// Reads the table of filters of an export of Search Console: two columns, one filter a line.
pub fn filters(text: &str) -> Filters {
    let mut found = Filters::default();
    for line in text.lines().take(40) {
        let Some((name, value)) = line.split_once([',', ';', '\t']) else {
            continue;
        };
        // More than two cells are another table.
        if !value.trim().starts_with('"') && value.contains([',', ';', '\t']) {
            continue;
        }
        let clean = |s: &str| s.trim_matches(['"', ' ', '\u{feff}']).to_owned();
        let (name, value) = (clean(name), clean(value));
        let word = normal(&name);
        if role(&name) == Some(Role::Country) {
            found.country = market::of_cell(&value);
        } else if [
            "date", "datum", "fecha", "data", "periode", "periodo", "tarih", "дата", "日付", "日期", "날짜",
        ]
        .contains(&word.as_str())
            && !value.is_empty()
        {
            found.period = Some(value.chars().take(80).collect());
        }
    }
    found
}

/// The domain of an address or of a bare name, in lower case and without `www.`.
pub fn domain_of(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase();
    let rest = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next()?;
    let host = host.rsplit('@').next()?.trim_end_matches('.');
    let host = host.strip_prefix("www.").unwrap_or(host);
    let last = host.rsplit('.').next()?;
    let fits = host.len() <= 253
        && host.contains('.')
        && last.chars().count() >= 2
        && last.chars().all(|c| c.is_alphabetic() || host.contains("xn--"))
        && host.split('.').all(|part| {
            !part.is_empty()
                && part.chars().all(|c| c.is_alphanumeric() || c == '-')
                && !part.starts_with('-')
                && !part.ends_with('-')
        });
    fits.then(|| host.to_owned())
}

/// The site that nearly all addresses of a column are on.
pub(super) fn main_domain(rows: &[Vec<String>], column: usize) -> Option<String> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    let mut all = 0;
    for domain in rows.iter().filter_map(|row| domain_of(row.get(column)?)).take(400) {
        all += 1;
        match counts.iter_mut().find(|(known, _)| *known == domain) {
            Some((_, count)) => *count += 1,
            None => counts.push((domain, 1)),
        }
    }
    let (domain, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    (count * 10 >= all * 6).then_some(domain)
}

/// The site that a file is named after: `example.com-organic.Positions-uk-20260628.csv`.
pub(super) fn domain_of_name(file_name: &str) -> Option<String> {
    const ENDS: &[&str] = &[
        "com", "org", "net", "io", "de", "fr", "es", "it", "nl", "pl", "pt", "uk", "at", "ch", "be", "se", "no", "dk",
        "fi", "cz", "br", "mx", "ca", "au", "in", "jp", "ru", "ua", "tr", "eu", "shop", "store", "dev", "app", "info",
        "biz", "ai", "co",
    ];
    let name = file_name.rsplit(['/', '\\']).next()?.to_lowercase();
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    stem.split(|c: char| !(c.is_alphanumeric() || c == '.' || c == '-'))
        .find_map(|word| {
            // Tools put a dash after the domain, and domains hold dashes: the name ends with the first known ending.
            let mut at = 0;
            for piece in word.split_inclusive('-') {
                let end = at + piece.trim_end_matches('-').len();
                let candidate = &word[..end];
                let known = candidate.rsplit_once('.').is_some_and(|(_, last)| ENDS.contains(&last));
                if known && let Some(domain) = domain_of(candidate) {
                    return Some(domain);
                }
                at += piece.len();
            }
            None
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_of_addresses_and_names() {
        for (text, want) in [
            ("https://www.Example.com/a?b", Some("example.com")),
            ("example.co.uk", Some("example.co.uk")),
            ("http://user@shop.example.de:8080/", Some("shop.example.de")),
            ("just words", None),
            ("3.5", None),
            ("", None),
        ] {
            assert_eq!(domain_of(text).as_deref(), want, "{text}");
        }
        for (name, want) in [
            ("example.com-organic.Positions-uk-20260628.csv", Some("example.com")),
            ("coffee-shop.de_organic_keywords.csv", Some("coffee-shop.de")),
            ("google_gb_coffee_matching-terms_2026-05-01.csv", None),
            ("Keyword Stats 2026-06-09 at 21_25_18.csv", None),
            ("keywords.csv", None),
        ] {
            assert_eq!(domain_of_name(name).as_deref(), want, "{name}");
        }
    }

    #[test]
    fn filters_in_several_languages() {
        let found = filters("Filter,Value\nSearch type,Web\nDate,Last 3 months\nCountry,United States\n");
        assert_eq!(
            (found.country.as_deref(), found.period.as_deref()),
            (Some("us"), Some("Last 3 months"))
        );
        assert_eq!(
            filters("Filter,Wert\nLand,Deutschland\n").country.as_deref(),
            Some("de")
        );
        assert_eq!(filters("Filtre,Valeur\nPays,France\n").country.as_deref(), Some("fr"));
        assert_eq!(filters(""), Filters::default());
    }

    #[test]
    fn headers_of_two_months_are_one() {
        let key = |name: &str| header_key(&["Keyword".to_owned(), name.to_owned()]);
        assert_eq!(key("Searches: May 2025"), key("Searches: Apr 2026"));
        assert_eq!(key("SV trend (09-2024 - 08-2026)"), key("SV trend (01-2025 - 12-2026)"));
        assert_ne!(key("Volume"), key("Difficulty"));
    }
}
