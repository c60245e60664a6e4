//! Sheets of workbooks as text, one row a line.

use std::{
    fs::File,
    io::{BufReader, Read, Write},
    path::Path,
};

use calamine::{Data, DataRef, Ods, Reader, Sheets, Xls, Xlsb, Xlsx};

use super::packed::{allowance, bomb, fault};
use crate::{Error, Result};

/// Largest list of texts that a workbook shares between its cells; it is held in memory.
const MOST_SHARED: u64 = 192 * 1024 * 1024;
/// Largest part of a workbook of the kinds that are read as a whole.
const MOST_WHOLE: u64 = 96 * 1024 * 1024;
/// Columns of a row that are kept.
const MOST_COLUMNS: usize = 1_000;

type Book = Sheets<BufReader<File>>;

/// Opens a workbook after its parts were counted.
fn open(path: &Path) -> Result<Book> {
    measure(path)?;
    let file = || File::open(path).map(BufReader::new);
    let names: Vec<String> = match zip::ZipArchive::new(file()?) {
        Ok(archive) => archive.file_names().map(str::to_owned).collect(),
        Err(_) => Vec::new(),
    };
    let has = |part: &str| names.iter().any(|name| name == part);
    let opened: std::result::Result<Book, calamine::Error> = if names.is_empty() {
        Xls::new(file()?).map(Sheets::Xls).map_err(Into::into)
    } else if has("xl/workbook.bin") {
        Xlsb::new(file()?).map(Sheets::Xlsb).map_err(Into::into)
    } else if has("content.xml") {
        Ods::new(file()?).map(Sheets::Ods).map_err(Into::into)
    } else {
        Xlsx::new(file()?).map(Sheets::Xlsx).map_err(Into::into)
    };
    opened.map_err(|error| {
        let text = error.to_string().to_lowercase();
        if text.contains("password") || text.contains("encrypt") {
            fault("The workbook is protected by a password. Save it without one and try again.")
        } else {
            fault(
                "The workbook cannot be read: it is damaged or of a kind that we do not know. Save it as CSV and try again.",
            )
        }
    })
}

/// Unpacks every part once without keeping anything: a part may be far larger than it says.
fn measure(path: &Path) -> Result<()> {
    let most = allowance(path)?;
    let Ok(mut archive) = zip::ZipArchive::new(BufReader::new(File::open(path)?)) else {
        // The old format is not packed; it is read as a whole.
        let size = std::fs::metadata(path)?.len();
        return if size > MOST_WHOLE { Err(bomb()) } else { Ok(()) };
    };
    let mut all = 0_u64;
    for at in 0..archive.len() {
        let Ok(entry) = archive.by_index(at) else {
            return Err(fault("The workbook is damaged, or protected by a password."));
        };
        let name = entry.name().to_owned();
        let streamed = name.starts_with("xl/worksheets/") && name.ends_with(".xml");
        let limit = match name.as_str() {
            _ if streamed => most,
            // Pictures and the like are never unpacked.
            name if name.starts_with("xl/media/") => continue,
            _ if name.ends_with("sharedStrings.xml") => MOST_SHARED,
            _ => MOST_WHOLE,
        };
        let read = std::io::copy(&mut entry.take(limit + 1), &mut std::io::sink())
            .map_err(|_| fault("The workbook is damaged: it could not be unpacked."))?;
        all = all.saturating_add(read);
        if read > limit || all > most {
            return Err(bomb());
        }
    }
    Ok(())
}

/// Names of the sheets in their order.
///
/// # Errors
/// [`Error::Invalid`] for what is no workbook.
pub(super) fn sheets(path: &Path) -> Result<Vec<String>> {
    Ok(open(path)?.sheet_names())
}

/// Writes a sheet as comma-separated text, each of its rows on the line of its number. `most` stops after so many bytes;
/// says whether all was written.
///
/// # Errors
/// [`Error::Invalid`] for a sheet that cannot be read.
pub(super) fn write(path: &Path, sheet: &str, most: Option<usize>, out: &mut impl Write) -> Result<bool> {
    let mut book = open(path)?;
    let mut lines = Lines {
        out,
        row: 0,
        cells: Vec::new(),
        width: 0,
        written: 0,
        most,
    };
    let broken = |_| fault(format!("The sheet \u{201c}{sheet}\u{201d} cannot be read to its end."));
    if let Sheets::Xlsx(book) = &mut book {
        let mut cells = book.worksheet_cells_reader(sheet).map_err(broken)?;
        while let Some(cell) = cells.next_cell().map_err(broken)? {
            let (row, column) = cell.get_position();
            let text = match cell.get_value() {
                DataRef::String(text) => text.clone(),
                DataRef::SharedString(text) => (*text).to_owned(),
                DataRef::Int(number) => number.to_string(),
                DataRef::Float(number) => plain(*number),
                DataRef::Bool(truth) => truth.to_string(),
                DataRef::DateTime(time) => date(time),
                DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
                DataRef::Error(_) | DataRef::Empty => continue,
            };
            if !lines.put(row, column, &text)? {
                return Ok(false);
            }
        }
        return lines.finish();
    }
    let range = book
        .worksheet_range(sheet)
        .map_err(|_| fault(format!("The sheet \u{201c}{sheet}\u{201d} cannot be read.")))?;
    let (first_row, first_column) = range.start().unwrap_or((0, 0));
    for (row, column, value) in range.used_cells() {
        let text = match value {
            Data::String(text) => text.clone(),
            Data::Int(number) => number.to_string(),
            Data::Float(number) => plain(*number),
            Data::Bool(truth) => truth.to_string(),
            Data::DateTime(time) => date(time),
            Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
            _ => continue,
        };
        let at = |index: usize, first: u32| u32::try_from(index).unwrap_or(u32::MAX).saturating_add(first);
        if !lines.put(at(row, first_row), at(column, first_column), &text)? {
            return Ok(false);
        }
    }
    lines.finish()
}

/// A number without an exponent and without a false fraction.
fn plain(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        format!("{number:.0}")
    } else {
        // Binary fractions have a tail that nobody typed.
        let text = format!("{number:.6}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// The day of a date cell as `2026-05-01`; its serial number when it is only a time.
fn date(time: &calamine::ExcelDateTime) -> String {
    let (year, month, day, ..) = time.to_ymd_hms_milli();
    format!("{year:04}-{month:02}-{day:02}")
}

/// Cells in the order of the sheet to lines of text.
struct Lines<'a, W: Write> {
    out: &'a mut W,
    row: u32,
    cells: Vec<String>,
    /// Most cells of a row so far. A sheet leaves out empty cells at the end of a row, which a text file has.
    width: usize,
    written: usize,
    most: Option<usize>,
}

impl<W: Write> Lines<'_, W> {
    /// Takes a cell; `false` when enough is written.
    fn put(&mut self, row: u32, column: u32, text: &str) -> Result<bool> {
        // Excel's own limit; beyond it a row number is a trick to have millions of empty lines written.
        if row >= 1_048_576 {
            return Err(bomb());
        }
        while self.row < row {
            if !self.line()? {
                return Ok(false);
            }
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column < MOST_COLUMNS {
            if self.cells.len() <= column {
                self.cells.resize(column + 1, String::new());
            }
            if let Some(cell) = self.cells.get_mut(column) {
                // A line break would put the rows below on other lines than in the sheet.
                cell.extend(text.chars().map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c }));
            }
        }
        Ok(true)
    }

    fn line(&mut self) -> Result<bool> {
        let mut line = String::new();
        self.width = self.width.max(self.cells.len());
        if !self.cells.is_empty() {
            self.cells.resize(self.width, String::new());
        }
        for (at, cell) in self.cells.iter().enumerate() {
            if at > 0 {
                line.push(',');
            }
            if cell.contains([',', '"']) || cell.starts_with(' ') {
                line.push('"');
                line.push_str(&cell.replace('"', "\"\""));
                line.push('"');
            } else {
                line.push_str(cell);
            }
        }
        line.push('\n');
        if self.most.is_some_and(|most| self.written + line.len() > most) {
            return Ok(false);
        }
        self.written += line.len();
        self.out.write_all(line.as_bytes()).map_err(Error::from)?;
        self.cells.clear();
        self.row += 1;
        Ok(true)
    }

    fn finish(mut self) -> Result<bool> {
        if self.cells.is_empty() { Ok(true) } else { self.line() }
    }
}
