//! One record after another out of delimited text, quoted cells included.

/// Longest record in bytes. A quotation mark that is never closed would otherwise swallow the whole file.
pub(super) const MAX_RECORD: usize = 256 * 1024;

/// A record whose buffers are used again for the next one.
#[derive(Default, Debug)]
pub(super) struct Record {
    text: String,
    cells: Vec<(u32, u32)>,
    /// Physical line it starts on, counted from 1; set by the caller.
    pub(super) line: u64,
    /// A quotation mark was opened but never closed; the cells are those of the first line as it stands.
    pub(super) unclosed: bool,
}

/// What [`Record::take`] found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Take {
    /// The text may not hold a whole record.
    NeedMore,
    /// Nothing left.
    End,
    /// A record of this many bytes and lines, line end included.
    Done { bytes: usize, lines: u64 },
}

impl Record {
    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    pub(super) fn get(&self, index: usize) -> Option<&str> {
        self.cells.get(index).map(|&(a, b)| &self.text[a as usize..b as usize])
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(|&(a, b)| &self.text[a as usize..b as usize])
    }

    /// Whether the record is a blank line.
    pub(super) fn is_blank_line(&self) -> bool {
        self.cells.len() == 1 && self.text.trim().is_empty()
    }

    /// The record as text for a person, at most `max` characters.
    pub(super) fn raw(&self, delimiter: char, max: usize) -> String {
        let mut out = String::new();
        for (i, cell) in self.iter().enumerate() {
            if i > 0 {
                out.push(delimiter);
            }
            out.push_str(cell);
            if out.len() > max * 4 {
                break;
            }
        }
        match out.char_indices().nth(max) {
            Some((cut, _)) => {
                out.truncate(cut);
                out
            }
            None => out,
        }
    }

    /// Takes the first record of `text`. `eof` says that nothing follows `text`.
    pub(super) fn take(&mut self, text: &str, delimiter: u8, eof: bool) -> Take {
        self.text.clear();
        self.cells.clear();
        self.unclosed = false;
        if text.is_empty() {
            return if eof { Take::End } else { Take::NeedMore };
        }
        let line_end = match memchr::memchr(b'\n', text.as_bytes()) {
            Some(end) => end,
            None if eof => text.len(),
            None if text.len() < MAX_RECORD => return Take::NeedMore,
            // A line beyond all reason: handed out in pieces, each of which will be refused.
            None => floor_boundary(text, MAX_RECORD),
        };
        let line = &text[..line_end];
        let after_line = (line_end + usize::from(text.as_bytes().get(line_end) == Some(&b'\n'))).max(1);
        if memchr::memchr(b'"', line.as_bytes()).is_none() {
            self.split_plain(line, delimiter);
            return Take::Done {
                bytes: after_line,
                lines: 1,
            };
        }
        let limit = floor_boundary(text, MAX_RECORD.max(line_end));
        match self.split_quoted(&text[..limit], delimiter) {
            Quoted::Whole(end) => {
                let newline = text.as_bytes().get(end) == Some(&b'\n');
                let inner = memchr::memchr_iter(b'\n', &text.as_bytes()[..end]).count() as u64;
                Take::Done {
                    bytes: end + usize::from(newline),
                    lines: inner + 1,
                }
            }
            Quoted::Open if !eof && text.len() < MAX_RECORD => Take::NeedMore,
            Quoted::Open | Quoted::Broken => {
                self.text.clear();
                self.cells.clear();
                self.unclosed = true;
                self.split_plain(line, delimiter);
                Take::Done {
                    bytes: after_line,
                    lines: 1,
                }
            }
        }
    }

    fn split_plain(&mut self, line: &str, delimiter: u8) {
        self.text.push_str(line);
        let mut start = 0;
        for at in memchr::memchr_iter(delimiter, line.as_bytes()) {
            self.cells.push((start, at as u32));
            start = at as u32 + 1;
        }
        self.cells.push((start, line.len() as u32));
    }

    fn split_quoted(&mut self, text: &str, delimiter: u8) -> Quoted {
        let bytes = text.as_bytes();
        let mut at = 0;
        loop {
            let start = self.text.len() as u32;
            let mut crossed = false;
            // Spaces before the quotation mark are common in hand-made files.
            let padding = text[at..].len() - text[at..].trim_start_matches(' ').len();
            if bytes.get(at + padding) == Some(&b'"') {
                at += padding + 1;
                loop {
                    let Some(quote) = memchr::memchr(b'"', &bytes[at..]) else {
                        return Quoted::Open;
                    };
                    let piece = &text[at..at + quote];
                    crossed |= memchr::memchr(b'\n', piece.as_bytes()).is_some();
                    self.text.push_str(piece);
                    at += quote + 1;
                    if bytes.get(at) != Some(&b'"') {
                        break;
                    }
                    self.text.push('"');
                    at += 1;
                }
            }
            let end = memchr::memchr2(delimiter, b'\n', &bytes[at..]).map_or(bytes.len(), |i| at + i);
            let tail = &text[at..end];
            if !tail.trim().is_empty() || self.text.len() as u32 == start {
                // Text after the closing mark of a cell over several lines: the marks of two different rows
                // have paired up, and the rows between them would be lost.
                if crossed {
                    return Quoted::Broken;
                }
                self.text.push_str(tail);
            }
            self.cells.push((start, self.text.len() as u32));
            at = end;
            if bytes.get(at) == Some(&delimiter) {
                at += 1;
            } else {
                return Quoted::Whole(at);
            }
        }
    }
}

enum Quoted {
    /// Ends before this byte: a line end or the end of the text.
    Whole(usize),
    /// The text ends inside quotation marks.
    Open,
    /// The quotation marks cannot be meant that way.
    Broken,
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str, delimiter: u8) -> Vec<(Vec<String>, bool)> {
        let (mut out, mut rest, mut record) = (Vec::new(), text, Record::default());
        while let Take::Done { bytes, .. } = record.take(rest, delimiter, true) {
            out.push((record.iter().map(str::to_owned).collect(), record.unclosed));
            rest = &rest[bytes..];
        }
        out
    }

    #[test]
    fn quotes_line_ends_and_doubled_quotes() {
        assert_eq!(
            all("a,\"b,\"\"c\"\"\nd\",e\n\"x\", \"y\"\n\n", b','),
            [
                (vec!["a".to_owned(), "b,\"c\"\nd".to_owned(), "e".to_owned()], false),
                (vec!["x".to_owned(), "y".to_owned()], false),
                (vec![String::new()], false),
            ]
        );
    }

    #[test]
    fn an_inch_mark_is_not_a_quote() {
        assert_eq!(
            all("55\" tv,10\n", b','),
            [(vec!["55\" tv".to_owned(), "10".to_owned()], false)]
        );
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_one_line() {
        let rows = all("\"oops,1\nb,2\nc,3\n", b',');
        assert_eq!(rows.len(), 3);
        assert!(rows[0].1 && !rows[1].1);
        assert_eq!(rows[1].0, ["b", "2"]);
        // A later stray mark must not swallow the rows between.
        let rows = all("\"oops,1\nb,2\n5\" tape,3\n", b',');
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[2].0, ["5\" tape", "3"]);
    }

    #[test]
    fn asks_for_more_until_a_record_is_whole() {
        let mut record = Record::default();
        assert_eq!(record.take("a,b", b',', false), Take::NeedMore);
        assert_eq!(record.take("\"a\nb", b',', false), Take::NeedMore);
        assert_eq!(record.take("", b',', true), Take::End);
        assert_eq!(
            record.take("\"a\nb\"\nz", b',', false),
            Take::Done { bytes: 6, lines: 2 }
        );
    }
}
