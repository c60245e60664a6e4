//! Reading files of search results: a keyword and the addresses that search engines show for it. One address a row with
//! its position, or several a row, in columns or in one cell.

use std::io::{Chain, Cursor, Read};

use super::decode::{Decoder, decode_head};
use super::layout::Layout;
use super::record::{Record, Take};
use super::serp_columns::Columns;
use super::sniff::{Encoding, sniff};
use super::{ImportError, KeywordRow, Mapping, Outcome, Preview, PreviewRow, Reject, market};
use crate::Intent;
use crate::text::{clean_keyword, keyword_key};

/// Bytes of a file's beginning that decide how the rest is read.
const HEAD: usize = 256 * 1024;
/// Rows in which the header is looked for.
const HEADER_ROWS: usize = 20;
/// Positions that are kept: what stands further down says little about the search.
pub const POSITIONS: u32 = 20;
/// Longest address, in bytes.
const LONGEST: usize = 1_000;
/// Data rows in a preview.
const PREVIEW_ROWS: usize = 20;

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
    encoding: Encoding,
    buffer: String,
    at: usize,
    line: u64,
    ended: bool,
    built: Built,
    rows_read: u64,
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
        let built = match (find(&text, complete), chosen) {
            (found, None) => found?,
            (Ok(found), Some(mapping)) if mapping.fits(found.names.len()) => found.with(mapping)?,
            // The same look at the file that the person chose the columns by.
            (_, Some(mapping)) => Built::of(Layout::find(&head, complete, "", Some(mapping))?, mapping)?,
        };
        Ok(Self {
            decoder: Decoder::new(Cursor::new(head).chain(input), encoding),
            encoding,
            buffer: String::new(),
            at: 0,
            line: 1,
            ended: false,
            built,
            rows_read: 0,
            market: market.map(str::to_owned),
            record: Record::default(),
            last: (String::new(), 1),
            failed: false,
        })
    }

    /// Names of the columns; made up (`Column 1`) when the file has no header.
    pub fn headers(&self) -> &[String] {
        &self.built.names
    }

    /// Physical line of the header, counted from 1; 0 when the file has none.
    pub fn header_line(&self) -> u32 {
        self.built.header_line
    }

    /// The columns that are read. Of several with addresses it has the first.
    pub fn mapping(&self) -> Mapping {
        self.built.columns.mapping()
    }

    /// Bytes of the input worked through so far, in steps of the read buffer.
    pub fn bytes_read(&self) -> u64 {
        self.decoder.bytes()
    }

    fn take(&mut self) -> std::io::Result<bool> {
        loop {
            match self
                .record
                .take(&self.buffer[self.at..], self.built.delimiter, self.ended)
            {
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

    /// Takes the next row with data.
    fn take_data(&mut self) -> std::io::Result<bool> {
        while self.take()? {
            self.rows_read += 1;
            if self.rows_read > self.built.header_rows && self.record.line > self.built.header_lines {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn read(&mut self) -> SerpOutcome {
        let (record, columns) = (&self.record, &self.built.columns);
        let rejected = |reason: &str| {
            SerpOutcome::Rejected(Reject {
                line: record.line,
                raw: record.raw(char::from(self.built.delimiter), 200),
                reason: reason.to_owned(),
            })
        };
        if record.is_blank_line() || record.iter().all(|cell| cell.trim().is_empty()) {
            return SerpOutcome::Skipped;
        }
        let named = columns
            .country
            .and_then(|index| record.get(index))
            .and_then(market::of_cell);
        if named.is_some_and(|named| self.market.as_ref().is_some_and(|market| *market != named)) {
            return SerpOutcome::Skipped;
        }
        let key = keyword_key(&clean_keyword(record.get(columns.keyword).unwrap_or_default()));
        if key.is_empty() {
            return rejected("The row has no keyword.");
        }
        let stated = match columns.position.and_then(|index| record.get(index)).map(str::trim) {
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
        for cell in columns.urls.iter().filter_map(|index| record.get(*index)) {
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
        if self.failed {
            return None;
        }
        match self.take_data() {
            Ok(true) => Some(Ok(self.read())),
            Ok(false) => None,
            Err(error) => {
                self.failed = true;
                Some(Err(ImportError::Read(error.to_string())))
            }
        }
    }
}

/// Looks at the beginning of a file of search results, as [`super::preview`] does at one of keywords. A row with results is
/// an [`Outcome::Keyword`] with the first of them. Where no column with addresses is known every row says so, and the column
/// can be chosen.
///
/// # Errors
/// When the file cannot be imported at all, see [`ImportError`].
pub fn preview(
    head: &[u8],
    complete: bool,
    file_name: &str,
    mapping: Option<&Mapping>,
) -> Result<Preview, ImportError> {
    let mut reader = match SerpReader::open(head, mapping, None) {
        Ok(reader) => reader,
        Err(ImportError::NoKeywordColumn { .. }) => return without_addresses(head, complete, file_name, mapping),
        Err(error) => return Err(error),
    };
    let mut rows = Vec::new();
    while rows.len() < PREVIEW_ROWS
        && reader
            .take_data()
            .map_err(|error| ImportError::Read(error.to_string()))?
    {
        if reader.record.is_blank_line() {
            continue;
        }
        // The last row of a beginning may be cut.
        if !complete && reader.ended && reader.at >= reader.buffer.len() {
            break;
        }
        let outcome = match reader.read() {
            SerpOutcome::Results(row) => Outcome::Keyword(first_of(row, &reader)),
            SerpOutcome::Rejected(reject) => Outcome::Rejected(reject),
            SerpOutcome::Skipped => Outcome::Skipped {
                line: reader.record.line,
                reason: format!("Nothing among the first {POSITIONS} results."),
            },
        };
        rows.push(PreviewRow {
            line: reader.record.line,
            cells: reader.record.iter().map(str::to_owned).collect(),
            outcome,
        });
    }
    let mapping = reader.mapping();
    Ok(Preview {
        encoding: reader.encoding.name().to_owned(),
        delimiter: char::from(reader.built.delimiter),
        dialect: "Search results".to_owned(),
        header_line: reader.built.header_line,
        headers: reader.built.names,
        mapping,
        rows,
        warnings: Vec::new(),
        country: None,
        domain: None,
        named: true,
    })
}

fn first_of<R: Read>(row: SerpRow, reader: &SerpReader<R>) -> KeywordRow {
    let columns = &reader.built.columns;
    let keyword = clean_keyword(reader.record.get(columns.keyword).unwrap_or_default());
    let country = columns.country.and_then(|index| reader.record.get(index));
    let first = row.results.into_iter().next();
    KeywordRow {
        line: row.line,
        keyword,
        key: row.key,
        volume: None,
        volume_low: None,
        volume_high: None,
        volume_estimated: false,
        difficulty: None,
        intent: Intent::Informational,
        intent_guessed: true,
        cpc_cents: None,
        country: country.and_then(market::of_cell),
        impressions: None,
        clicks: None,
        position_hundredths: first
            .as_ref()
            .and_then(|(position, _)| i32::try_from(position * 100).ok()),
        url: first.map(|(_, url)| url),
    }
}

/// The look at a file whose addresses have to be chosen yet.
fn without_addresses(
    head: &[u8],
    complete: bool,
    file_name: &str,
    mapping: Option<&Mapping>,
) -> Result<Preview, ImportError> {
    let seen = super::preview(head, complete, file_name, mapping)?;
    Ok(Preview {
        dialect: "No search results yet".to_owned(),
        mapping: Mapping {
            keyword: seen.mapping.keyword,
            position: seen.mapping.position,
            country: seen.mapping.country,
            ..Mapping::default()
        },
        rows: seen
            .rows
            .into_iter()
            .map(|row| PreviewRow {
                outcome: Outcome::Skipped {
                    line: row.line,
                    reason: "Choose the column with page addresses.".to_owned(),
                },
                ..row
            })
            .collect(),
        warnings: vec![
            "No column with page addresses was found. Choose it: without addresses there are no search results."
                .to_owned(),
        ],
        domain: None,
        ..seen
    })
}

/// How a file is built.
struct Built {
    delimiter: u8,
    columns: Columns,
    names: Vec<String>,
    header_line: u32,
    /// Rows before the first result.
    header_rows: u64,
    /// Lines before the first result, where those are known instead.
    header_lines: u64,
}

impl Built {
    /// The same with the columns that a person chose.
    fn with(mut self, mapping: &Mapping) -> Result<Self, ImportError> {
        let named = self.header_line > 0;
        match Columns::chosen(mapping, &self.names, named) {
            Some(columns) => self.columns = columns,
            None => return Err(ImportError::NoKeywordColumn { found: self.names }),
        }
        Ok(self)
    }

    fn of(layout: Layout, mapping: &Mapping) -> Result<Self, ImportError> {
        let Some(columns) = Columns::chosen(mapping, &layout.headers, layout.header_line > 0) else {
            return Err(ImportError::NoKeywordColumn { found: layout.headers });
        };
        Ok(Self {
            delimiter: layout.delimiter,
            columns,
            names: layout.headers,
            header_line: layout.header_line,
            header_rows: 0,
            header_lines: layout.lines_before_data,
        })
    }
}

/// How a file is built, by the names of its columns or by what stands in them.
fn find(text: &str, complete: bool) -> Result<Built, ImportError> {
    let mut names = Vec::new();
    for by_name in [true, false] {
        for delimiter in *b",\t;|" {
            let mut record = Record::default();
            let (mut at, mut line) = (0, 1_u64);
            for row in 0..HEADER_ROWS {
                let Some(rest) = text.get(at..) else { break };
                let Take::Done { bytes, lines } = record.take(rest, delimiter, complete) else {
                    break;
                };
                at += bytes;
                let here = u32::try_from(line).unwrap_or(u32::MAX);
                line += lines;
                let built = |columns, names, header_line, header_rows| Built {
                    delimiter,
                    columns,
                    names,
                    header_line,
                    header_rows,
                    header_lines: 0,
                };
                if row == 0 && record.len() > names.len() {
                    names = record.iter().map(|cell| cell.trim().to_owned()).collect();
                }
                if by_name {
                    if let Some(columns) = Columns::named(&record) {
                        let names = record.iter().map(|cell| cell.trim().to_owned()).collect();
                        return Ok(built(columns, names, here, row as u64 + 1));
                    }
                } else if let Some(columns) = Columns::guessed(&record) {
                    let names = (1..=record.len()).map(|number| format!("Column {number}")).collect();
                    return Ok(built(columns, names, 0, row as u64));
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

    #[expect(clippy::unwrap_used, reason = "a test")]
    fn look(text: &str, mapping: Option<&Mapping>) -> Preview {
        preview(text.as_bytes(), true, "results.csv", mapping).unwrap()
    }

    #[test]
    fn a_look_shows_what_is_read_of_each_row() {
        let seen = look(
            "My export\n\nkeyword;url;position;country\nmoka;https://www.a.com/x;1;US\nmoka;nonsense;2;\nmoka;b.com;55;\n",
            None,
        );
        assert_eq!(
            (seen.header_line, seen.delimiter, seen.headers.len(), &*seen.dialect),
            (3, ';', 4, "Search results")
        );
        let mapping = Mapping {
            url: Some(1),
            position: Some(2),
            country: Some(3),
            ..Mapping::default()
        };
        assert_eq!(seen.mapping, mapping);
        let lines: Vec<u64> = seen.rows.iter().map(|row| row.line).collect();
        assert_eq!(lines, [4, 5, 6]);
        let Outcome::Keyword(row) = &seen.rows[0].outcome else {
            panic!("{:?}", seen.rows[0]);
        };
        assert_eq!(
            (
                &*row.key,
                row.url.as_deref(),
                row.position_hundredths,
                row.country.as_deref()
            ),
            ("moka", Some("a.com/x"), Some(100), Some("us"))
        );
        assert!(matches!(&seen.rows[1].outcome, Outcome::Rejected(reject) if reject.line == 5));
        assert!(matches!(&seen.rows[2].outcome, Outcome::Skipped { line: 6, .. }));
    }

    #[test]
    fn a_look_follows_the_chosen_columns_and_asks_for_addresses() {
        let text = "keyword,where,at\nmoka,a.com,1\n";
        let seen = look(text, None);
        assert!(seen.mapping.url.is_none() && !seen.warnings.is_empty(), "{seen:?}");
        assert!(matches!(seen.rows[0].outcome, Outcome::Skipped { .. }));
        let mapping = Mapping {
            url: Some(1),
            position: Some(2),
            ..Mapping::default()
        };
        let seen = look(text, Some(&mapping));
        assert!(seen.warnings.is_empty(), "{seen:?}");
        assert!(matches!(&seen.rows[0].outcome, Outcome::Keyword(row) if row.url.as_deref() == Some("a.com")));
    }

    #[test]
    fn of_a_file_without_names_one_chosen_column_is_one_column() {
        let text = "moka pot,3,https://a.com/x,https://b.com\n";
        let mapping = Mapping {
            url: Some(3),
            position: Some(1),
            ..Mapping::default()
        };
        #[expect(clippy::unwrap_used, reason = "a test")]
        let reader = SerpReader::open(text.as_bytes(), Some(&mapping), None).unwrap();
        assert_eq!(reader.headers()[3], "Column 4");
        assert_eq!(
            kept(reader.filter_map(Result::ok).collect()),
            [one("moka pot", 3, "b.com")]
        );
    }

    #[test]
    fn a_cut_beginning_shows_whole_rows_only() {
        let text = "keyword,url,position\nmoka,a.com,1\nmoka,b.co";
        #[expect(clippy::unwrap_used, reason = "a test")]
        let seen = preview(text.as_bytes(), false, "", None).unwrap();
        assert_eq!(seen.rows.len(), 1);
    }

    #[test]
    fn keyword_files_that_look_like_results_say_so() {
        let says = |text: &str| {
            super::super::preview(text.as_bytes(), true, "", None)
                .is_ok_and(|seen| seen.warnings.iter().any(|warning| warning.contains("search results")))
        };
        assert!(says(
            "keyword,url,position\nmoka,https://a.com/x,1\nmoka,https://b.com,2\nmoka,https://c.com,3\n"
        ));
        // Pages of one site are a report of its own keywords.
        assert!(!says(
            "keyword,url,position\nmoka,a.com/1,1\nmoka,a.com/2,2\nmoka,a.com/3,3\n"
        ));
    }
}
