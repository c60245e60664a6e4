//! The streaming reader and the preview, which share every rule.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Chain, Cursor, Read};

use super::decode::Decoder;
use super::layout::Layout;
use super::record::{MAX_RECORD, Record, Take};
use super::row::RowReader;
use super::{ImportError, Mapping, Outcome, Preview, PreviewRow};

/// Bytes of a file's beginning that decide how the rest is read.
const HEAD: usize = 256 * 1024;
/// Data rows in a preview.
const PREVIEW_ROWS: usize = 20;

/// Reads the records of a decoded stream, memory bounded by the longest allowed record.
struct Records<R> {
    decoder: Decoder<R>,
    buffer: String,
    at: usize,
    line: u64,
    ended: bool,
    delimiter: u8,
}

impl<R: Read> Records<R> {
    fn new(input: R, layout: &Layout) -> Self {
        Records {
            decoder: Decoder::new(input, layout.encoding),
            buffer: String::new(),
            at: 0,
            line: 1,
            ended: false,
            delimiter: layout.delimiter,
        }
    }

    fn next(&mut self, record: &mut Record) -> std::io::Result<bool> {
        loop {
            match record.take(&self.buffer[self.at..], self.delimiter, self.ended) {
                Take::End => return Ok(false),
                Take::Done { bytes, lines } => {
                    self.at = (self.at + bytes).min(self.buffer.len());
                    record.line = self.line;
                    self.line += lines;
                    return Ok(true);
                }
                Take::NeedMore => self.fill()?,
            }
        }
    }

    fn fill(&mut self) -> std::io::Result<()> {
        self.buffer.drain(..self.at);
        self.at = 0;
        self.ended = !self.decoder.fill(&mut self.buffer)?;
        Ok(())
    }

    fn skip_lines(&mut self, count: u64) -> std::io::Result<()> {
        while self.line <= count {
            match memchr::memchr(b'\n', &self.buffer.as_bytes()[self.at..]) {
                Some(end) => {
                    self.at += end + 1;
                    self.line += 1;
                }
                None if self.ended => {
                    self.at = self.buffer.len();
                    return Ok(());
                }
                None => {
                    // Nothing of an unfinished line is kept beyond reason.
                    if self.buffer.len() - self.at > MAX_RECORD {
                        self.at = self.buffer.len();
                    }
                    self.fill()?;
                }
            }
        }
        Ok(())
    }
}

/// Reads a keyword file row by row. Memory does not grow with the file.
pub struct Reader<R: Read> {
    records: Records<Chain<Cursor<Vec<u8>>, R>>,
    record: Record,
    rows: RowReader,
    layout: Layout,
    info: Preview,
    finished: bool,
}

impl<R: Read> Reader<R> {
    /// Opens a file and finds out how it is built. `mapping` overrides the recognised columns.
    ///
    /// # Errors
    /// When the file cannot be imported at all, see [`ImportError`].
    pub fn open(mut input: R, file_name: &str, mapping: Option<&Mapping>) -> Result<Self, ImportError> {
        let mut head = Vec::new();
        input
            .by_ref()
            .take(HEAD as u64)
            .read_to_end(&mut head)
            .map_err(|e| ImportError::Read(e.to_string()))?;
        let complete = head.len() < HEAD;
        let layout = Layout::find(&head, complete, file_name, mapping)?;
        let info = preview_of(&layout, &head, complete);
        let mut records = Records::new(Cursor::new(head).chain(input), &layout);
        records
            .skip_lines(layout.lines_before_data)
            .map_err(|e| ImportError::Read(e.to_string()))?;
        Ok(Reader {
            records,
            record: Record::default(),
            rows: RowReader::new(&layout),
            layout,
            info,
            finished: false,
        })
    }

    /// The file as it was recognised.
    pub fn preview_info(&self) -> &Preview {
        &self.info
    }

    /// Bytes of the input worked through so far, in steps of the read buffer.
    pub fn bytes_read(&self) -> u64 {
        self.records.decoder.bytes()
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Outcome, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.finished {
            match self.records.next(&mut self.record) {
                Ok(true) if self.record.is_blank_line() => {}
                Ok(true) => return Some(Ok(self.rows.read(&self.layout, &self.record))),
                Ok(false) => self.finished = true,
                Err(e) => {
                    self.finished = true;
                    return Some(Err(ImportError::Read(e.to_string())));
                }
            }
        }
        None
    }
}

pub(super) fn preview(
    head: &[u8],
    complete: bool,
    file_name: &str,
    mapping: Option<&Mapping>,
) -> Result<Preview, ImportError> {
    let layout = Layout::find(head, complete, file_name, mapping)?;
    Ok(preview_of(&layout, head, complete))
}

/// Different sites for one keyword that no list of one's own keywords or of a competitor's has.
const SITES: usize = 3;

fn looks_like_results(rows: &[PreviewRow]) -> bool {
    let mut sites: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for row in rows {
        if let Outcome::Keyword(keyword) = &row.outcome
            && let Some(site) = keyword.url.as_deref().and_then(super::domain_of)
        {
            sites.entry(&keyword.key).or_default().insert(site);
        }
    }
    sites.values().any(|sites| sites.len() >= SITES)
}

fn preview_of(layout: &Layout, head: &[u8], complete: bool) -> Preview {
    let text = super::decode::decode_head(head, complete, layout.encoding);
    let mut rows = Vec::new();
    let mut reader = RowReader::new(layout);
    let mut record = Record::default();
    let (mut at, mut line) = (0, 1u64);
    while line <= layout.lines_before_data && at < text.len() {
        at = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
        line += 1;
    }
    while rows.len() < PREVIEW_ROWS {
        let Take::Done { bytes, lines } = record.take(&text[at..], layout.delimiter, complete) else {
            break;
        };
        at = (at + bytes).min(text.len());
        record.line = line;
        line += lines;
        if !record.is_blank_line() {
            let cells = record.iter().map(str::to_owned).collect();
            rows.push(PreviewRow {
                line: record.line,
                cells,
                outcome: reader.read(layout, &record),
            });
        }
    }
    let mut warnings = layout.warnings.clone();
    if looks_like_results(&rows) {
        warnings.push(
            "Several sites for one keyword: these look like search results. If that is what they are, import them as search results."
                .to_owned(),
        );
    }
    Preview {
        encoding: layout.encoding.name().to_owned(),
        delimiter: char::from(layout.delimiter),
        dialect: layout.dialect.to_owned(),
        header_line: layout.header_line,
        headers: layout.headers.clone(),
        mapping: layout.mapping.clone(),
        rows,
        warnings,
        country: layout.country.clone(),
        domain: layout.domain.clone(),
        named: layout.named,
    }
}
