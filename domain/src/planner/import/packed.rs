//! Workbooks and archives: the table with the keywords is found by what is in it and taken out as text.
//!
//! Nothing of such a file is believed: what comes out is counted while it is unpacked, whatever the file says of itself.

use std::{
    fs::File,
    io::{BufReader, BufWriter, Read, Write},
    path::Path,
};

use engine::import::{self as reader, ImportError, Mapping};
use entity::keyword_import::Unpacked;
use zip::ZipArchive;

use super::workbook;
use crate::{Error, Result};

/// Most that may come out of a packed file, in bytes.
const MOST_OUT: u64 = 2 * 1024 * 1024 * 1024;
/// How much more a packed file may hold than it is long. Text packs to a tenth, repetitive text to a hundredth.
const MOST_RATIO: u64 = 250;
/// Files or sheets that are looked at.
const MOST_TABLES: usize = 60;
/// Entries of an archive.
const MOST_ENTRIES: usize = 5_000;
/// How much of a table is looked at.
pub(super) const HEAD: usize = 256 * 1024;

pub(super) fn fault(text: impl Into<String>) -> Error {
    Error::field("file", text)
}

/// Whether a file must be unpacked first.
pub(super) fn is_packed(path: &Path) -> Result<bool> {
    let mut start = Vec::with_capacity(8);
    File::open(path)?.take(8).read_to_end(&mut start)?;
    Ok(reader::is_packed(&start))
}

/// Bytes that a file of this size may unpack to.
pub(super) fn allowance(path: &Path) -> Result<u64> {
    let size = std::fs::metadata(path)?.len();
    Ok((size.saturating_mul(MOST_RATIO)).clamp(1024 * 1024, MOST_OUT))
}

pub(super) fn bomb() -> Error {
    fault(
        "The file unpacks to far more than a keyword file holds, so it is not read. Unpack it and import the table as CSV.",
    )
}

/// One table of a packed file.
struct Table {
    name: String,
    head: Vec<u8>,
    complete: bool,
}

/// Finds the table: the one asked for, or else the one that reads most like keywords.
///
/// # Errors
/// [`Error::Invalid`] in words for an editor: no table with keywords, a broken or a hostile file.
pub(super) fn look(path: &Path, file_name: &str, wanted: Option<&str>) -> Result<Unpacked> {
    let tables = tables(path)?;
    let mut best: Option<(i64, usize)> = None;
    let mut first_fault: Option<ImportError> = None;
    let (mut country, mut period) = (None, None);
    for (at, table) in tables.iter().enumerate() {
        let seen = reader::preview(&table.head, table.complete, file_name, None);
        if !seen.as_ref().is_ok_and(|found| found.named)
            && let Some(text) = reader::to_text(&table.head, table.complete).filter(|text| text.len() < 16 * 1024)
        {
            let filters = reader::filters(&text);
            country = country.or(filters.country);
            period = period.or(filters.period);
        }
        match seen {
            Ok(found) => {
                let columns = [
                    found.mapping.volume,
                    found.mapping.difficulty,
                    found.mapping.impressions,
                    found.mapping.position,
                    found.mapping.volume_low,
                    found.mapping.intent,
                ];
                let known = columns.iter().flatten().count();
                let rows = i64::try_from(found.rows.len()).unwrap_or(0);
                let score = i64::from(found.named) * 1_000 + i64::try_from(known).unwrap_or(0) * 100 + rows;
                if rows > 0 && best.is_none_or(|(most, _)| score > most) {
                    best = Some((score, at));
                }
            }
            Err(error) => {
                // The pages of an export that has queries as well are no fault worth telling.
                if !matches!(first_fault, Some(ImportError::PagesReport { .. })) {
                    first_fault = Some(error);
                }
            }
        }
    }
    let chosen = match wanted {
        Some(name) => tables
            .iter()
            .position(|table| table.name == name)
            .ok_or_else(|| fault(format!("The file has no sheet called \u{201c}{name}\u{201d}.")))?,
        None => match best {
            Some((_, at)) => at,
            None if tables.is_empty() => {
                return Err(fault(
                    "There is no table in this file. It should hold a CSV file or a sheet with keywords.",
                ));
            }
            None => {
                let why = first_fault.map_or_else(String::new, |error| format!(" {error}"));
                return Err(fault(format!("None of the tables in this file holds keywords.{why}")));
            }
        },
    };
    let table = tables.get(chosen).ok_or_else(|| fault("The file is damaged."))?;
    let head = reader::to_text(&table.head, table.complete)
        .ok_or_else(|| fault(format!("\u{201c}{}\u{201d} is empty or no text.", table.name)))?;
    Ok(Unpacked {
        sheets: tables.iter().map(|table| table.name.clone()).collect(),
        sheet: table.name.clone(),
        head,
        complete: table.complete,
        country,
        period,
    })
}

/// Takes a table out as a text file at `target`. `mapping` is only tried, so that a wrong choice is told at once.
///
/// # Errors
/// As [`look`].
pub(super) fn unpack(
    path: &Path,
    file_name: &str,
    found: &Unpacked,
    mapping: Option<&Mapping>,
    target: &Path,
) -> Result<()> {
    reader::preview(found.head.as_bytes(), found.complete, file_name, mapping)
        .map_err(|error| fault(error.to_string()))?;
    // Under another name until it is whole: a table that is there is complete.
    let part = target.with_extension("part");
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&part)?);
    if is_workbook(path)? {
        workbook::write(path, &found.sheet, None, &mut out)?;
    } else {
        let mut archive = open(path)?;
        let mut entry = archive
            .by_name(&found.sheet)
            .map_err(|_| fault("The archive is damaged."))?;
        let most = allowance(path)?;
        let copied = std::io::copy(&mut entry.by_ref().take(most + 1), &mut out)
            .map_err(|_| fault("The archive is damaged: it could not be unpacked to its end."))?;
        if copied > most {
            drop(out);
            std::fs::remove_file(&part)?;
            return Err(bomb());
        }
    }
    out.flush()?;
    drop(out);
    std::fs::rename(part, target)?;
    Ok(())
}

fn open(path: &Path) -> Result<ZipArchive<BufReader<File>>> {
    let archive = ZipArchive::new(BufReader::new(File::open(path)?))
        .map_err(|_| fault("The file is damaged or was cut off: it cannot be unpacked. Download it again."))?;
    if archive.len() > MOST_ENTRIES {
        return Err(bomb());
    }
    Ok(archive)
}

/// Whether it is a workbook rather than an archive of text files.
fn is_workbook(path: &Path) -> Result<bool> {
    let mut start = [0_u8; 4];
    let read = File::open(path)?.read(&mut start)?;
    if read == 4 && start == *b"\xd0\xcf\x11\xe0" {
        return Ok(true);
    }
    let archive = open(path)?;
    Ok(archive.file_names().any(|name| {
        matches!(name, "xl/workbook.xml" | "xl/workbook.bin" | "content.xml") || name.starts_with("xl/worksheets/")
    }))
}

fn tables(path: &Path) -> Result<Vec<Table>> {
    if is_workbook(path)? {
        let names = workbook::sheets(path)?;
        let mut tables = Vec::new();
        for name in names.into_iter().take(MOST_TABLES) {
            let mut head = Vec::new();
            let complete = workbook::write(path, &name, Some(HEAD), &mut head)?;
            if !head.is_empty() {
                tables.push(Table { name, head, complete });
            }
        }
        return Ok(tables);
    }
    let mut archive = open(path)?;
    let mut names: Vec<String> = archive.file_names().map(str::to_owned).collect();
    names.sort_unstable();
    let is = |name: &str, ends: &[&str]| {
        let lower = name.to_lowercase();
        ends.iter().any(|end| lower.ends_with(end))
    };
    // What the system of the sender leaves beside the files.
    names.retain(|name| !name.ends_with('/') && !name.starts_with("__MACOSX/") && !name.contains("/._"));
    if !names.is_empty()
        && names
            .iter()
            .all(|name| is(name, &[".zip", ".gz", ".7z", ".rar", ".tar"]))
    {
        return Err(fault(
            "The archive holds only another archive. Unpack it and choose the file with the keywords.",
        ));
    }
    if !names.is_empty() && names.iter().all(|name| is(name, &[".xlsx", ".xls", ".ods", ".xlsb"])) {
        return Err(fault(
            "The archive holds workbooks. Unpack it and choose the one with the keywords.",
        ));
    }
    names.retain(|name| is(name, &[".csv", ".tsv", ".txt", ".tab"]));
    let mut tables = Vec::new();
    for name in names.into_iter().take(MOST_TABLES) {
        let mut entry = archive
            .by_name(&name)
            .map_err(|_| fault("The archive cannot be unpacked: it is damaged, or protected by a password."))?;
        let mut head = Vec::new();
        entry
            .by_ref()
            .take(HEAD as u64)
            .read_to_end(&mut head)
            .map_err(|_| fault("The archive is damaged: it could not be unpacked."))?;
        let complete = head.len() < HEAD;
        drop(entry);
        tables.push(Table { name, head, complete });
    }
    Ok(tables)
}
