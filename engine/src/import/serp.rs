//! Reading files of search results: a keyword and the addresses that search engines show for it. One address a row with
//! its position, or several a row, in columns or in one cell.

use std::io::{Chain, Cursor, Read};

use super::columns::normal;
use super::decode::{Decoder, decode_head};
use super::record::{Record, Take};
use super::sniff::sniff;
use super::{ImportError, Reject};
use crate::text::{clean_keyword, keyword_key};

/// Bytes of a file's beginning that decide how the rest is read.
const HEAD: usize = 256 * 1024;
/// Rows in which the header is looked for.
const HEADER_ROWS: usize = 20;
/// Positions that are kept: what stands further down says little about the search.
pub const POSITIONS: u32 = 20;
/// Longest address, in bytes.
const LONGEST: usize = 1_000;

/// What became of one row.
#[derive(Clone, Debug, PartialEq)]
pub enum SerpOutcome {
    /// Results of a keyword.
    Results(SerpRow),
    /// A row that cannot be used, with the reason.
    Rejected(Reject),
    /// Nothing wrong with it, nothing to keep: results too far down, a blank row.
    Skipped,
}

/// Results of a keyword, as one row tells them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SerpRow {
    /// Physical line in the file, counted from 1.
    pub line: u64,
    /// The keyword's identity, see [`crate::text::keyword_key`].
    pub key: String,
    /// Positions (1 is the first) and addresses as [`normal_url`] writes them.
    pub results: Vec<(u32, String)>,
}

/// An address without what does not tell pages apart: scheme, `www.`, fragment, slash at the end; the host in lower case.
/// Nothing for what is no address.
pub fn normal_url(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(['"', '<', '>']);
    let rest = match text.find("://") {
        Some(at) if text[..at].eq_ignore_ascii_case("http") || text[..at].eq_ignore_ascii_case("https") => {
            &text[at + 3..]
        }
        Some(_) => return None,
        None => text,
    };
    let rest = rest.split('#').next().unwrap_or_default();
    let cut = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(cut);
    let host = host.to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let fine = host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && host
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | ':' | '_'));
    if !fine || path.contains(char::is_whitespace) || rest.len() > LONGEST {
        return None;
    }
    Some(format!("{host}{}", path.trim_end_matches('/')))
}

/// Which column holds what.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Columns {
    keyword: usize,
    urls: Vec<usize>,
    position: Option<usize>,
}

impl Columns {
    /// By the names of a header.
    fn named(record: &Record) -> Option<Self> {
        let (mut keyword, mut urls, mut position) = (None, Vec::new(), None);
        for (index, cell) in record.iter().enumerate() {
            let name = normal(cell);
            let stem = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
            match stem {
                "keyword" | "keywords" | "query" | "queries" | "search term" | "search query" | "term"
                | "suchbegriff" | "mot cle" | "palabra clave" | "parola chiave"
                    if keyword.is_none() =>
                {
                    keyword = Some(index);
                }
                "url" | "urls" | "link" | "links" | "address" | "landing page" | "page" | "result" | "results"
                | "result url" | "ranking url" | "top url" | "top urls" | "serp url" | "adresse" | "organic result" => {
                    urls.push(index);
                }
                "position" | "pos" | "rank" | "ranking" | "place" | "rang" | "serp position" | "organic position"
                    if position.is_none() =>
                {
                    position = Some(index);
                }
                // Columns that are only numbered: `1`, `2`, ... `10`.
                "" if name.parse::<u32>().is_ok_and(|number| (1..=100).contains(&number)) => urls.push(index),
                _ => {}
            }
        }
        (!urls.is_empty()).then_some(Self {
            keyword: keyword?,
            urls,
            position,
        })
    }

    /// By what stands in a row of a file without a header.
    fn guessed(record: &Record) -> Option<Self> {
        let cells: Vec<&str> = record.iter().collect();
        let urls: Vec<usize> = (0..cells.len())
            .filter(|index| cells[*index].contains("://") && normal_url(cells[*index]).is_some())
            .collect();
        let number = |text: &str| text.trim().parse::<f64>().is_ok();
        let words =
            |index: &usize| !urls.contains(index) && !number(cells[*index]) && !keyword_key(cells[*index]).is_empty();
        let keyword = (0..cells.len()).find(words)?;
        let position = (0..cells.len()).find(|index| number(cells[*index]));
        (!urls.is_empty()).then_some(Self {
            keyword,
            urls,
            position,
        })
    }
}

/// Reads a file of search results row by row. Memory does not grow with the file.
pub struct SerpReader<R: Read> {
    decoder: Decoder<Chain<Cursor<Vec<u8>>, R>>,
    buffer: String,
    at: usize,
    line: u64,
    ended: bool,
    delimiter: u8,
    columns: Columns,
    /// Rows before the first result.
    header_rows: u64,
    record: Record,
    /// The keyword of the last row and the place that its next result without a position has.
    last: (String, u32),
    failed: bool,
}

impl<R: Read> SerpReader<R> {
    /// Opens a file and finds out how it is built.
    ///
    /// # Errors
    /// When the file holds no search results, see [`ImportError`].
    pub fn open(mut input: R) -> Result<Self, ImportError> {
        let mut head = Vec::new();
        input
            .by_ref()
            .take(HEAD as u64)
            .read_to_end(&mut head)
            .map_err(|error| ImportError::Read(error.to_string()))?;
        let complete = head.len() < HEAD;
        let encoding = sniff(&head, complete)?;
        let text = decode_head(&head, complete, encoding);
        let (delimiter, columns, header_rows) = find(&text, complete)?;
        Ok(Self {
            decoder: Decoder::new(Cursor::new(head).chain(input), encoding),
            buffer: String::new(),
            at: 0,
            line: 1,
            ended: false,
            delimiter,
            columns,
            header_rows,
            record: Record::default(),
            last: (String::new(), 1),
            failed: false,
        })
    }

    /// Bytes of the input worked through so far, in steps of the read buffer.
    pub fn bytes_read(&self) -> u64 {
        self.decoder.bytes()
    }

    fn take(&mut self) -> std::io::Result<bool> {
        loop {
            match self.record.take(&self.buffer[self.at..], self.delimiter, self.ended) {
                Take::End => return Ok(false),
                Take::Done { bytes, lines } => {
                    self.at = (self.at + bytes).min(self.buffer.len());
                    self.record.line = self.line;
                    self.line += lines;
                    return Ok(true);
                }
                Take::NeedMore => {
                    self.buffer.drain(..self.at);
                    self.at = 0;
                    self.ended = !self.decoder.fill(&mut self.buffer)?;
                }
            }
        }
    }

    fn read(&mut self) -> SerpOutcome {
        let record = &self.record;
        let rejected = |reason: &str| {
            SerpOutcome::Rejected(Reject {
                line: record.line,
                raw: record.raw(char::from(self.delimiter), 200),
                reason: reason.to_owned(),
            })
        };
        if record.is_blank_line() || record.iter().all(|cell| cell.trim().is_empty()) {
            return SerpOutcome::Skipped;
        }
        let key = keyword_key(&clean_keyword(record.get(self.columns.keyword).unwrap_or_default()));
        if key.is_empty() {
            return rejected("The row has no keyword.");
        }
        let stated = match self.columns.position.and_then(|index| record.get(index)).map(str::trim) {
            None | Some("") => None,
            Some(text) => match text.parse::<f64>() {
                // Averages have fractions; 0 and less is a tool's way of saying "not there".
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 10,000")]
                Ok(value) if (1.0..10_000.0).contains(&value) => Some(value.round() as u32),
                Ok(_) => return SerpOutcome::Skipped,
                Err(_) => return rejected("The position is not a number."),
            },
        };
        if self.last.0 != key {
            self.last = (key.clone(), 1);
        }
        let mut position = stated.unwrap_or(self.last.1);
        let mut results = Vec::new();
        let mut broken = false;
        for cell in self.columns.urls.iter().filter_map(|index| record.get(*index)) {
            for part in cell.split(|c: char| c.is_whitespace() || c == '|' || c == ';') {
                let part = part.trim_matches(',');
                if part.is_empty() {
                    continue;
                }
                match normal_url(part) {
                    Some(url) if position <= POSITIONS => results.push((position, url)),
                    Some(_) => {}
                    None => broken = true,
                }
                position = position.saturating_add(1);
            }
        }
        if stated.is_none() {
            self.last.1 = position;
        }
        match (results.is_empty(), broken) {
            (false, _) => SerpOutcome::Results(SerpRow {
                line: record.line,
                key,
                results,
            }),
            (true, true) => rejected("There is no address in the row that could be read."),
            (true, false) => SerpOutcome::Skipped,
        }
    }
}

impl<R: Read> Iterator for SerpReader<R> {
    type Item = Result<SerpOutcome, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.failed {
            match self.take() {
                Ok(true) if self.header_rows > 0 => self.header_rows -= 1,
                Ok(true) => return Some(Ok(self.read())),
                Ok(false) => return None,
                Err(error) => {
                    self.failed = true;
                    return Some(Err(ImportError::Read(error.to_string())));
                }
            }
        }
        None
    }
}

/// Delimiter, columns and the number of rows before the first result.
fn find(text: &str, complete: bool) -> Result<(u8, Columns, u64), ImportError> {
    let mut names = Vec::new();
    for by_name in [true, false] {
        for delimiter in *b",\t;|" {
            let mut record = Record::default();
            let mut at = 0;
            for row in 0..HEADER_ROWS {
                let Some(rest) = text.get(at..) else { break };
                let Take::Done { bytes, .. } = record.take(rest, delimiter, complete) else {
                    break;
                };
                at += bytes;
                if row == 0 && record.len() > names.len() {
                    names = record.iter().map(|cell| cell.trim().to_owned()).collect();
                }
                if by_name {
                    if let Some(columns) = Columns::named(&record) {
                        return Ok((delimiter, columns, row as u64 + 1));
                    }
                } else if let Some(columns) = Columns::guessed(&record) {
                    return Ok((delimiter, columns, row as u64));
                }
            }
        }
    }
    if text.trim().is_empty() {
        return Err(ImportError::Empty);
    }
    Err(ImportError::NoKeywordColumn { found: names })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unwrap_used, reason = "a test")]
    fn read(text: &str) -> Vec<SerpOutcome> {
        SerpReader::open(text.as_bytes()).unwrap().map(Result::unwrap).collect()
    }

    fn results(text: &str) -> Vec<(String, u32, String)> {
        read(text)
            .into_iter()
            .filter_map(|outcome| match outcome {
                SerpOutcome::Results(row) => Some(row),
                _ => None,
            })
            .flat_map(|row| {
                let key = row.key;
                row.results
                    .into_iter()
                    .map(move |(position, url)| (key.clone(), position, url))
            })
            .collect()
    }

    fn one(key: &str, position: u32, url: &str) -> (String, u32, String) {
        (key.to_owned(), position, url.to_owned())
    }

    #[test]
    fn addresses_differ_only_where_pages_do() {
        for same in [
            "https://www.Example.com/a/",
            "http://example.com/a",
            "example.com/a#top",
            " \"https://EXAMPLE.com/a/#x\" ",
        ] {
            assert_eq!(normal_url(same).as_deref(), Some("example.com/a"), "{same}");
        }
        assert_eq!(
            normal_url("https://example.com/A?b=C").as_deref(),
            Some("example.com/A?b=C")
        );
        assert_eq!(normal_url("https://example.com/").as_deref(), Some("example.com"));
        for none in [
            "",
            "words",
            "mailto:a@b.de",
            "ftp://example.com",
            "a b.com",
            "https://",
            ".com",
        ] {
            assert_eq!(normal_url(none), None, "{none}");
        }
    }

    #[test]
    fn one_address_a_row() {
        let text = "Position;URL;Query\n1;https://www.a.com/;Moka Pot\n2;b.com/x;moka pot\n55;c.com;moka pot\n";
        assert_eq!(
            results(text),
            [one("moka pot", 1, "a.com"), one("moka pot", 2, "b.com/x")]
        );
    }

    #[test]
    fn without_positions_the_order_counts() {
        let text = "keyword\turl\nmoka\ta.com\nmoka\tb.com\ntea\tc.com\n";
        assert_eq!(
            results(text),
            [one("moka", 1, "a.com"), one("moka", 2, "b.com"), one("tea", 1, "c.com")]
        );
    }

    #[test]
    fn several_addresses_a_row() {
        let columns = "Keyword,URL 1,URL 2,URL 3\nmoka,a.com,,c.com\n";
        assert_eq!(results(columns), [one("moka", 1, "a.com"), one("moka", 2, "c.com")]);
        let cell = "keyword,urls\nmoka,\"https://a.com\nhttps://b.com | https://c.com\"\n";
        assert_eq!(
            results(cell),
            [
                one("moka", 1, "a.com"),
                one("moka", 2, "b.com"),
                one("moka", 3, "c.com")
            ]
        );
        let numbered = "query,1,2\nmoka,a.com,b.com\n";
        assert_eq!(results(numbered), [one("moka", 1, "a.com"), one("moka", 2, "b.com")]);
    }

    #[test]
    fn without_a_header_what_stands_there_counts() {
        let text = "moka pot,3,https://a.com/x\nmoka pot,4,https://b.com\n";
        assert_eq!(
            results(text),
            [one("moka pot", 3, "a.com/x"), one("moka pot", 4, "b.com")]
        );
    }

    #[test]
    fn a_title_above_the_header_is_passed_over() {
        let text = "SERP export 2026\n\nkeyword,url,position\nmoka,a.com,1\n";
        assert_eq!(results(text), [one("moka", 1, "a.com")]);
    }

    #[test]
    fn bad_rows_are_told_with_their_line() {
        let text =
            "keyword,url,position\n,a.com,1\nmoka,words here,1\nmoka,b.com,first\n\nmoka,c.com,0\nmoka,d.com,2\n";
        let lines: Vec<u64> = read(text)
            .into_iter()
            .filter_map(|outcome| match outcome {
                SerpOutcome::Rejected(reject) => Some(reject.line),
                _ => None,
            })
            .collect();
        assert_eq!(lines, [2, 3, 4]);
        assert_eq!(results(text), [one("moka", 2, "d.com")]);
    }

    #[test]
    fn other_files_are_refused() {
        assert!(matches!(
            SerpReader::open("keyword,volume\nmoka,10\n".as_bytes()),
            Err(ImportError::NoKeywordColumn { .. })
        ));
        assert!(SerpReader::open("".as_bytes()).is_err());
    }
}
