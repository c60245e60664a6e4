//! Bytes of any supported encoding to text with `\n` line ends, piece by piece.

use std::io::{ErrorKind, Read};

use super::sniff::Encoding;

/// Bytes asked of the input at a time.
const CHUNK: usize = 128 * 1024;

/// Turns a byte stream into text.
pub(super) struct Decoder<R> {
    input: R,
    encoding: Encoding,
    /// Room for a piece. Made once: an input may hand out a few bytes at a time.
    raw: Vec<u8>,
    /// Bytes at the beginning of `raw` not decoded yet: a character cut at the end of the last piece.
    held: usize,
    /// Bytes of the byte order mark still to skip.
    skip: usize,
    /// Whether the last character was a carriage return, already turned into a line feed.
    after_cr: bool,
    bytes: u64,
    ended: bool,
}

impl<R: Read> Decoder<R> {
    pub(super) fn new(input: R, encoding: Encoding) -> Self {
        Decoder {
            input,
            encoding,
            raw: vec![0; CHUNK],
            held: 0,
            skip: encoding.bom_len(),
            after_cr: false,
            bytes: 0,
            ended: false,
        }
    }

    /// Bytes taken from the input so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Appends the next piece of text; `false` at the end of the input.
    pub(super) fn fill(&mut self, out: &mut String) -> std::io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        let n = loop {
            match self.input.read(&mut self.raw[self.held..]) {
                Ok(n) => break n,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => {
                    self.ended = true;
                    return Err(e);
                }
            }
        };
        let filled = self.held + n;
        self.bytes += n as u64;
        self.ended = n == 0;
        let mut start = 0;
        if self.skip > 0 {
            start = self.skip.min(filled);
            self.skip -= start;
        }
        let raw = std::mem::take(&mut self.raw);
        let piece = &raw[start..filled];
        let used = match self.encoding {
            Encoding::Utf8 { .. } => self.utf8(piece, out),
            Encoding::Utf16 { little, .. } => self.utf16(piece, little, out),
            Encoding::Windows1252 => {
                for &b in piece {
                    self.push(windows_1252(b), out);
                }
                piece.len()
            }
        };
        self.raw = raw;
        self.raw.copy_within(start + used..filled, 0);
        self.held = filled - start - used;
        Ok(!self.ended)
    }

    fn utf8(&mut self, raw: &[u8], out: &mut String) -> usize {
        let mut at = 0;
        loop {
            match std::str::from_utf8(&raw[at..]) {
                Ok(text) => {
                    self.push_str(text, out);
                    return raw.len();
                }
                Err(error) => {
                    let valid = at + error.valid_up_to();
                    if let Ok(text) = std::str::from_utf8(&raw[at..valid]) {
                        self.push_str(text, out);
                    }
                    if error.error_len().is_none() && !self.ended {
                        return valid;
                    }
                    // A stray byte in a UTF-8 file is most often Windows-1252 pasted into it.
                    match raw.get(valid) {
                        Some(&b) => self.push(windows_1252(b), out),
                        None => return raw.len(),
                    }
                    at = valid + 1;
                }
            }
        }
    }

    fn utf16(&mut self, raw: &[u8], little: bool, out: &mut String) -> usize {
        let mut used = raw.len() & !1;
        let unit = |pair: &[u8]| match (pair, little) {
            ([a, b], true) => u16::from_le_bytes([*a, *b]),
            ([a, b], false) => u16::from_be_bytes([*a, *b]),
            _ => 0xfffd,
        };
        // A high surrogate at the end waits for its other half.
        if !self.ended && used >= 2 && (0xd800..0xdc00).contains(&unit(&raw[used - 2..used])) {
            used -= 2;
        }
        for c in char::decode_utf16(raw[..used].chunks_exact(2).map(unit)) {
            self.push(c.unwrap_or(char::REPLACEMENT_CHARACTER), out);
        }
        if self.ended { raw.len() } else { used }
    }

    fn push(&mut self, c: char, out: &mut String) {
        match c {
            '\r' => {
                out.push('\n');
                self.after_cr = true;
                return;
            }
            '\n' if self.after_cr => {}
            c => out.push(c),
        }
        self.after_cr = false;
    }

    fn push_str(&mut self, mut text: &str, out: &mut String) {
        if text.is_empty() {
            return;
        }
        if self.after_cr {
            text = text.strip_prefix('\n').unwrap_or(text);
            self.after_cr = false;
        }
        while let Some(at) = memchr::memchr(b'\r', text.as_bytes()) {
            out.push_str(&text[..at]);
            out.push('\n');
            text = &text[at + 1..];
            if text.is_empty() {
                self.after_cr = true;
            } else {
                text = text.strip_prefix('\n').unwrap_or(text);
            }
        }
        out.push_str(text);
    }
}

/// Windows-1252; its five unassigned bytes become the control characters of Latin-1, as browsers do.
fn windows_1252(b: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match b {
        0x80..=0x9f => HIGH[usize::from(b - 0x80)],
        b => char::from(b),
    }
}

/// Decodes the whole of a file's beginning; with `complete` false the last line, which may be cut, is dropped.
pub(super) fn decode_head(head: &[u8], complete: bool, encoding: Encoding) -> String {
    let mut out = String::with_capacity(head.len());
    let mut decoder = Decoder::new(head, encoding);
    // Reading from memory cannot fail.
    while let Ok(true) = decoder.fill(&mut out) {}
    if !complete {
        out.truncate(out.rfind('\n').map_or(out.len(), |end| end + 1));
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Gives one byte at a time, so that every character is cut.
    struct Trickle<'a>(&'a [u8]);
    impl Read for Trickle<'_> {
        fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
            let Some((&b, rest)) = self.0.split_first() else {
                return Ok(0);
            };
            self.0 = rest;
            buf[0] = b;
            Ok(1)
        }
    }

    fn trickle(bytes: &[u8], encoding: Encoding) -> String {
        let mut out = String::new();
        let mut decoder = Decoder::new(Trickle(bytes), encoding);
        while decoder.fill(&mut out).unwrap() {}
        assert_eq!(decoder.bytes(), bytes.len() as u64);
        out
    }

    #[test]
    fn cut_characters_and_line_ends_survive() {
        let text = "a\r\nb\rc\n€😀\r\n\r\nż";
        let want = "a\nb\nc\n€😀\n\nż";
        assert_eq!(trickle(text.as_bytes(), Encoding::Utf8 { bom: false }), want);
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(
            trickle(
                &le,
                Encoding::Utf16 {
                    little: true,
                    bom: false
                }
            ),
            want
        );
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(
            trickle(
                &be,
                Encoding::Utf16 {
                    little: false,
                    bom: false
                }
            ),
            want
        );
    }

    #[test]
    fn windows_1252_and_stray_bytes() {
        assert_eq!(trickle(b"caf\xe9 \x80 \x93q\x94", Encoding::Windows1252), "café € “q”");
        assert_eq!(trickle(b"caf\xe9 \xc3\xa9", Encoding::Utf8 { bom: false }), "café é");
    }
}
