//! Reading files of search results: a keyword and the addresses that search engines show for it. One address a row with
//! its position, or several a row, in columns or in one cell.

use std::io::{Chain, Cursor, Read};

use super::decode::{Decoder, decode_head};
use super::layout::Layout;
use super::record::{Record, Take};
use super::serp_columns::Columns;
use super::sniff::sniff;
use super::{ImportError, Mapping, Reject, market};
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
    /// Lines before the first result, where those are known instead.
    header_lines: u64,
    /// The only market whose rows count, where they name one.
    market: Option<String>,
    record: Record,
    /// The keyword of the last row and the place that its next result without a position has.
    last: (String, u32),
    failed: bool,
}

impl<R: Read> SerpReader<R> {
    /// Opens a file and finds out how it is built. With columns that a person chose (keyword, address, position, country)
    /// those count. Where a market is given (ISO 3166-1 alpha-2, lower case), rows of another one are passed over.
    ///
    /// # Errors
    /// When the file holds no search results or a column that was chosen is not there, see [`ImportError`].
    pub fn open(mut input: R, chosen: Option<&Mapping>, market: Option<&str>) -> Result<Self, ImportError> {
        let mut head = Vec::new();
        input
            .by_ref()
            .take(HEAD as u64)
            .read_to_end(&mut head)
            .map_err(|error| ImportError::Read(error.to_string()))?;
        let complete = head.len() < HEAD;
        let encoding = sniff(&head, complete)?;
        let text = decode_head(&head, complete, encoding);
        let (delimiter, columns, header_rows, header_lines) = match chosen {
            None => {
                let (delimiter, columns, rows) = find(&text, complete)?;
                (delimiter, columns, rows, 0)
            }
            // The same look at the file that the person chose the columns by.
            Some(mapping) => {
                let layout = Layout::find(&head, complete, "", Some(mapping))?;
                let columns = Columns::chosen(mapping, &layout.headers);
                let columns = columns.ok_or(ImportError::NoKeywordColumn { found: layout.headers })?;
                (layout.delimiter, columns, 0, layout.lines_before_data)
            }
        };
        Ok(Self {
            decoder: Decoder::new(Cursor::new(head).chain(input), encoding),
            buffer: String::new(),
            at: 0,
            line: 1,
            ended: false,
            delimiter,
            columns,
            header_rows,
            header_lines,
            market: market.map(str::to_owned),
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
        let named = self
            .columns
            .country
            .and_then(|index| record.get(index))
            .and_then(market::of_cell);
        if named.is_some_and(|named| self.market.as_ref().is_some_and(|market| *market != named)) {
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
                Ok(true) if self.record.line <= self.header_lines => {}
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
        SerpReader::open(text.as_bytes(), None, None)
            .unwrap()
            .map(Result::unwrap)
            .collect()
    }

    fn results(text: &str) -> Vec<(String, u32, String)> {
        kept(read(text))
    }

    fn kept(outcomes: Vec<SerpOutcome>) -> Vec<(String, u32, String)> {
        outcomes
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
            SerpReader::open("keyword,volume\nmoka,10\n".as_bytes(), None, None),
            Err(ImportError::NoKeywordColumn { .. })
        ));
        assert!(SerpReader::open("".as_bytes(), None, None).is_err());
    }

    #[test]
    fn headers_of_eight_languages_and_of_tools_are_known() {
        for header in [
            "Keyword,URL,Position",
            "Suchbegriff,Adresse,Platzierung",
            "Mot-clé,Adresse URL,Position moyenne",
            "Palabra clave,Dirección URL,Posición",
            "Parola chiave,Indirizzo,Posizione",
            "Zoekwoord,Webadres,Positie",
            "Palavra-chave,Endereço,Posição",
            "Słowo kluczowe,Adres URL,Pozycja",
            // Ahrefs, DataForSEO, SE Ranking, AccuRanker, SerpApi, Search Console.
            "Keyword,URL,Position",
            "keyword,url,rank_absolute",
            "Search query,Result URL,Rank",
            "Keyword,Ranking URL,Rank",
            "query,link,position",
            "Häufigste Suchanfragen,Seite,Position",
        ] {
            let text = format!("{header}\nmoka pot,https://a.com/x,3\n");
            assert_eq!(results(&text), [one("moka pot", 3, "a.com/x")], "{header}");
        }
    }

    #[test]
    fn columns_beside_the_address_do_not_move_its_place() {
        let text =
            "Keyword,Page,Position,Title,Domain,URL,Country\nmoka,1,2,Moka pots: all,a.com,https://a.com/moka,us\n";
        assert_eq!(results(text), [one("moka", 2, "a.com/moka")]);
        let columns = "Keyword,Rank 1 URL,Rank 1 title,Rank 2 URL,Rank 2 title\nmoka,a.com,About,b.com,Pots\n";
        assert_eq!(results(columns), [one("moka", 1, "a.com"), one("moka", 2, "b.com")]);
    }

    #[test]
    fn chosen_columns_count() {
        #[expect(clippy::unwrap_used, reason = "a test")]
        let chosen = |text: &str, mapping: &Mapping, market| {
            let reader = SerpReader::open(text.as_bytes(), Some(mapping), market).unwrap();
            kept(reader.map(Result::unwrap).collect())
        };
        let mapping = Mapping {
            keyword: 2,
            url: Some(0),
            position: Some(3),
            country: Some(4),
            ..Mapping::default()
        };
        let text = "My export\n\nwhere;keyword;what;at;where from\na.com;x;moka;2;US\nb.com;x;moka;1;Germany\nc.com;x;moka;3;\n";
        assert_eq!(
            chosen(text, &mapping, None),
            [
                one("moka", 2, "a.com"),
                one("moka", 1, "b.com"),
                one("moka", 3, "c.com")
            ]
        );
        assert_eq!(
            chosen(text, &mapping, Some("us")),
            [one("moka", 2, "a.com"), one("moka", 3, "c.com")]
        );
        // One of several numbered columns stands for all of them.
        let wide = "keyword,what,found 1,found 2,other\nx,moka,a.com,b.com,c.com\n";
        let mapping = Mapping {
            keyword: 1,
            url: Some(2),
            ..Mapping::default()
        };
        assert_eq!(
            chosen(wide, &mapping, None),
            [one("moka", 1, "a.com"), one("moka", 2, "b.com")]
        );
        // Without a header the columns are chosen by their number.
        let bare = "a.com,moka,1\nb.com,moka,2\n";
        let mapping = Mapping {
            keyword: 1,
            url: Some(0),
            position: Some(2),
            ..Mapping::default()
        };
        assert_eq!(
            chosen(bare, &mapping, None),
            [one("moka", 1, "a.com"), one("moka", 2, "b.com")]
        );
        for wrong in [
            Mapping {
                url: Some(9),
                ..Mapping::default()
            },
            Mapping {
                keyword: 1,
                ..Mapping::default()
            },
        ] {
            assert!(
                SerpReader::open(bare.as_bytes(), Some(&wrong), None).is_err(),
                "{wrong:?}"
            );
        }
    }
}
