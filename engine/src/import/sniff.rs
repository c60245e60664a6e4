//! Telling text from other files, and one text encoding from another.

use super::ImportError;

/// Encodings the decoder understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8 { bom: bool },
    Utf16 { little: bool, bom: bool },
    Windows1252,
}

impl Encoding {
    pub(super) fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 { bom: false } => "UTF-8",
            Encoding::Utf8 { bom: true } => "UTF-8 with BOM",
            Encoding::Utf16 { little: true, .. } => "UTF-16LE",
            Encoding::Utf16 { little: false, .. } => "UTF-16BE",
            Encoding::Windows1252 => "Windows-1252",
        }
    }

    /// Length of the byte order mark, which is not text.
    pub(super) fn bom_len(self) -> usize {
        match self {
            Encoding::Utf8 { bom: true } => 3,
            Encoding::Utf16 { bom: true, .. } => 2,
            _ => 0,
        }
    }
}

/// First bytes of files that people upload by mistake.
const MAGIC: &[(&[u8], &str)] = &[
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"RIFF", "a picture or sound file (RIFF)"),
    (b"\x1f\x8b", "a compressed file (gzip); unpack it first"),
    (b"BZh", "a compressed file (bzip2); unpack it first"),
    (b"\xfd7zXZ", "a compressed file (xz); unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a compressed file (Zstandard); unpack it first"),
    (b"7z\xbc\xaf", "an archive (7z); unpack it first"),
    (b"Rar!", "an archive (RAR); unpack it first"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)"),
    (b"SQLite format 3", "a database file"),
    (b"PAR1", "a Parquet file"),
    (b"{\\rtf", "a formatted document (RTF)"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
];

/// Finds the encoding of a file from its beginning.
pub(super) fn sniff(head: &[u8], complete: bool) -> Result<Encoding, ImportError> {
    if head.is_empty() {
        return Err(ImportError::Empty);
    }
    if let Some(looks_like) = not_text(head) {
        return Err(ImportError::NotText {
            looks_like: looks_like.to_owned(),
        });
    }
    let encoding = if head.starts_with(b"\xef\xbb\xbf") {
        Encoding::Utf8 { bom: true }
    } else if head.starts_with(b"\xff\xfe") {
        Encoding::Utf16 {
            little: true,
            bom: true,
        }
    } else if head.starts_with(b"\xfe\xff") {
        Encoding::Utf16 {
            little: false,
            bom: true,
        }
    } else if head.contains(&0) {
        match utf16_without_bom(head) {
            Some(little) => Encoding::Utf16 { little, bom: false },
            None => {
                return Err(ImportError::NotText {
                    looks_like: "a binary file".to_owned(),
                });
            }
        }
    } else {
        eight_bit(head, complete)
    };
    Ok(encoding)
}

fn not_text(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        let has = |needle: &[u8]| head.windows(needle.len()).any(|w| w == needle);
        return Some(if has(b"xl/") {
            "an Excel workbook (.xlsx)"
        } else if has(b"opendocument.spreadsheet") {
            "a spreadsheet (.ods)"
        } else if has(b"word/") {
            "a Word document (.docx)"
        } else if has(b"Index/Document.iwa") {
            "a Numbers spreadsheet"
        } else {
            "a ZIP archive; unpack it and choose the file with the keywords or queries"
        });
    }
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(what);
    }
    let start = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let begins = |tag: &[u8]| start.get(..tag.len()).is_some_and(|s| s.eq_ignore_ascii_case(tag));
    if begins(b"<!doctype html") || begins(b"<html") {
        return Some("a web page; the download may have needed you to sign in");
    }
    if begins(b"<?xml") {
        return Some("an XML file");
    }
    None
}

/// In text, line ends, digits and delimiters leave a zero in the same half of nearly every unit.
fn utf16_without_bom(head: &[u8]) -> Option<bool> {
    let sample = &head[..head.len().min(8192) & !1];
    let mut zeros = [0usize; 2];
    for (i, &b) in sample.iter().enumerate() {
        if b == 0 {
            zeros[i & 1] += 1;
        }
    }
    let units = sample.len() / 2;
    let [even, odd] = zeros;
    if odd * 20 >= units && odd >= even * 10 {
        Some(true)
    } else if even * 20 >= units && even >= odd * 10 {
        Some(false)
    } else {
        None
    }
}

fn eight_bit(head: &[u8], complete: bool) -> Encoding {
    let (mut good, mut bad) = (0usize, 0usize);
    let mut rest = head;
    loop {
        match std::str::from_utf8(rest) {
            Ok(text) => {
                good += multibyte(text);
                break;
            }
            Err(error) => {
                let (valid, tail) = rest.split_at(error.valid_up_to());
                good += std::str::from_utf8(valid).map_or(0, multibyte);
                match error.error_len() {
                    Some(n) => {
                        bad += 1;
                        rest = &tail[n..];
                    }
                    None => {
                        // Cut in the middle of a character; only wrong when the file really ends here.
                        bad += usize::from(complete);
                        break;
                    }
                }
            }
        }
    }
    // A few broken characters in a UTF-8 file do not make it another encoding.
    if bad > good {
        Encoding::Windows1252
    } else {
        Encoding::Utf8 { bom: false }
    }
}

fn multibyte(text: &str) -> usize {
    text.bytes().filter(|b| *b >= 0xc0).count()
}
