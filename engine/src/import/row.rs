//! One record to one outcome.

use super::layout::{Layout, UBERSUGGEST};
use super::number::{Amount, amount};
use super::record::Record;
use super::{KeywordRow, Outcome, Reject, content, market};
use crate::Intent;
use crate::intent::guess_key;
use crate::text::{clean_keyword_into, keyword_key_into};

/// Longest keyword in characters.
const KEYWORD_MAX: usize = 200;
/// Longest address that is kept, in characters.
const URL_MAX: usize = 2_000;
/// Longest piece of a refused row that is kept, in characters.
const RAW_MAX: usize = 200;

/// Makes outcomes of records, with buffers that are used again.
#[derive(Debug)]
pub(super) struct RowReader {
    /// Lowest number of cells a row needs.
    needed: usize,
    keyword: String,
    key: String,
    last_country: Option<(String, Option<String>)>,
}

/// Searches per month as read from a cell.
#[derive(Default)]
struct Volume {
    value: Option<i64>,
    low: Option<i64>,
    high: Option<i64>,
    estimated: bool,
}

impl RowReader {
    pub(super) fn new(layout: &Layout) -> Self {
        let m = &layout.mapping;
        // A row may end before the columns that nobody misses.
        let columns = [Some(m.keyword), m.volume, m.difficulty, m.intent, m.cpc, m.country];
        let needed = columns.into_iter().flatten().max().map_or(1, |c| c as usize + 1);
        RowReader {
            needed,
            keyword: String::new(),
            key: String::new(),
            last_country: None,
        }
    }

    /// Reads a record that is not a blank line.
    pub(super) fn read(&mut self, layout: &Layout, record: &Record) -> Outcome {
        match self.try_read(layout, record) {
            Ok(outcome) => outcome,
            Err(reason) => {
                let raw = record.raw(char::from(layout.delimiter), RAW_MAX);
                Outcome::Rejected(Reject {
                    line: record.line,
                    raw,
                    reason,
                })
            }
        }
    }

    fn try_read(&mut self, layout: &Layout, record: &Record) -> Result<Outcome, String> {
        let line = record.line;
        let skip = |reason: &str| {
            Ok(Outcome::Skipped {
                line,
                reason: reason.to_owned(),
            })
        };
        if record.unclosed {
            return Err("A quotation mark is opened in this row but never closed.".to_owned());
        }
        let columns = layout.headers.len();
        if record.len() > columns && record.iter().skip(columns).any(|c| !c.trim().is_empty()) {
            return Err(format!(
                "The row has {} cells but the table has {columns} columns; a comma or other delimiter inside a cell may need quotation marks.",
                record.len()
            ));
        }
        let mapping = &layout.mapping;
        let cell = |index: u32| record.get(index as usize).unwrap_or("");
        clean_keyword_into(cell(mapping.keyword), &mut self.keyword);
        if self.keyword.is_empty() {
            if record.iter().all(|c| c.trim().is_empty()) {
                return skip("The row is empty.");
            }
            if layout
                .segmentation
                .is_some_and(|i| record.get(i).is_some_and(|c| !c.trim().is_empty()))
            {
                return skip("This row sums up a segment (a device or a place); it is not a keyword.");
            }
            return Err("There is no keyword in this row.".to_owned());
        }
        if record.len() < self.needed {
            return Err(format!(
                "The row has only {} of the {} cells that are needed.",
                record.len(),
                self.needed
            ));
        }
        if layout.header_line > 0 && columns > 1 && is_header_again(layout, record) {
            return skip("The header is repeated here.");
        }
        let length = self.keyword.chars().count();
        if length > KEYWORD_MAX {
            return Err(format!(
                "The keyword has {length} characters; at most {KEYWORD_MAX} are allowed."
            ));
        }
        if record
            .get(mapping.keyword as usize)
            .is_some_and(|c| c.contains(['\0', char::REPLACEMENT_CHARACTER]))
        {
            return Err("The letters of this row are damaged; the file may change its encoding here.".to_owned());
        }
        keyword_key_into(&self.keyword, &mut self.key);
        if !self.key.chars().any(char::is_alphanumeric) {
            return Err("The keyword has no letter and no digit.".to_owned());
        }
        let volume = read_volume(layout, record)?;
        let difficulty = read_difficulty(layout, record)?;
        let stated = self.read_intent(layout, record);
        let cpc_cents = mapping.cpc.and_then(|i| read_cents(cell(i), layout.comma_decimal));
        let country = match mapping.country {
            Some(i) => self.market(cell(i)).or_else(|| layout.country.clone()),
            None => layout.country.clone(),
        };
        Ok(Outcome::Keyword(KeywordRow {
            line,
            intent: stated.unwrap_or_else(|| guess_key(&self.key)),
            intent_guessed: stated.is_none(),
            keyword: self.keyword.clone(),
            key: self.key.clone(),
            volume: volume.value,
            volume_low: volume.low,
            volume_high: volume.high,
            volume_estimated: volume.estimated,
            difficulty,
            cpc_cents,
            country,
            impressions: mapping
                .impressions
                .and_then(|i| read_count(cell(i), layout.comma_decimal)),
            clicks: mapping.clicks.and_then(|i| read_count(cell(i), layout.comma_decimal)),
            position_hundredths: mapping
                .position
                .and_then(|i| read_position(cell(i), layout.comma_decimal)),
            url: mapping
                .url
                .map(|i| cell(i).trim())
                .filter(|u| !u.is_empty())
                .map(|u| u.chars().take(URL_MAX).collect()),
        }))
    }

    fn read_intent(&self, layout: &Layout, record: &Record) -> Option<Intent> {
        let column = layout.mapping.intent? as usize;
        if layout.intent_flags.iter().any(|&(i, _)| i == column) {
            // One yes-or-no column for each intent.
            let yes = |cell: &str| {
                matches!(
                    cell.trim().to_ascii_lowercase().as_str(),
                    "true" | "1" | "yes" | "x" | "ja" | "oui" | "✓"
                )
            };
            return layout
                .intent_flags
                .iter()
                .find(|&&(i, _)| record.get(i).is_some_and(yes))
                .map(|&(_, intent)| intent);
        }
        Intent::parse(record.get(column)?)
    }

    /// The market of a cell; most rows repeat the one before.
    fn market(&mut self, cell: &str) -> Option<String> {
        if let Some((text, found)) = &self.last_country
            && text == cell
        {
            return found.clone();
        }
        let found = market::of_cell(cell);
        self.last_country = Some((cell.to_owned(), found.clone()));
        found
    }
}

fn is_header_again(layout: &Layout, record: &Record) -> bool {
    let keyword = layout.mapping.keyword as usize;
    let same = |i: usize| record.get(i).map(str::trim) == layout.headers.get(i).map(|h| h.trim());
    same(keyword) && (0..layout.headers.len().min(record.len())).all(same)
}

fn column_name(layout: &Layout, index: u32) -> &str {
    layout.headers.get(index as usize).map_or("", String::as_str)
}

fn shown(cell: &str) -> String {
    cell.trim().chars().take(40).collect()
}

fn read_volume(layout: &Layout, record: &Record) -> Result<Volume, String> {
    let mapping = &layout.mapping;
    let mut found = match mapping.volume {
        Some(column) => volume_cell(layout, record, column)?,
        None => Volume::default(),
    };
    let Some(column) = mapping.volume_low else {
        return Ok(found);
    };
    let low = volume_cell(layout, record, column)?;
    let high = match mapping.volume_high {
        Some(column) => volume_cell(layout, record, column)?,
        None => Volume::default(),
    };
    if let Some(low) = low.value.filter(|_| found.low.is_none()) {
        let high = high.value.filter(|&high| high >= low);
        if found.value.is_none() {
            return Ok(estimate(low, high));
        }
        found.low = Some(low);
        found.high = high;
    }
    Ok(found)
}

fn volume_cell(layout: &Layout, record: &Record, column: u32) -> Result<Volume, String> {
    let cell = record.get(column as usize).unwrap_or("");
    let wrong = || {
        format!(
            "\u{201c}{}\u{201d} in the column {} is not a number of searches.",
            shown(cell),
            column_name(layout, column)
        )
    };
    let found = amount(cell, true, layout.comma_decimal).ok_or_else(wrong)?;
    let whole = |v: f64| -> Result<i64, String> {
        if (0.0..=1e12).contains(&v) {
            Ok(v.round() as i64)
        } else {
            Err(wrong())
        }
    };
    match found {
        Amount::Empty => Ok(Volume::default()),
        Amount::Exact(v) => {
            let value = whole(v)?;
            let estimated = layout.buckets || (layout.dialect == UBERSUGGEST && value == 0);
            match content::bucket(value).filter(|_| estimated) {
                Some((low, high)) => Ok(Volume {
                    value: Some(value),
                    low: Some(low),
                    high: Some(high),
                    estimated: true,
                }),
                None => Ok(Volume {
                    value: Some(value),
                    ..Volume::default()
                }),
            }
        }
        Amount::Range(low, high) => {
            let high = high.map(whole).transpose()?;
            Ok(estimate(whole(low)?, high))
        }
    }
}

/// A volume for a range. For Google's own ranges it is Google's own figure, so that both kinds of its
/// exports agree; otherwise the geometric mean, because volumes spread over orders of magnitude.
fn estimate(low: i64, high: Option<i64>) -> Volume {
    let value = match high {
        Some(high) if low == high => high,
        Some(high) if low > 0 && high == low.saturating_mul(10) && content::bucket(high / 2).is_some() => high / 2,
        Some(high) if low > 0 => (low as f64 * high as f64).sqrt().round() as i64,
        Some(high) => high / 2,
        None => low,
    };
    Volume {
        value: Some(value),
        low: Some(low),
        high,
        estimated: high != Some(low),
    }
}

fn read_difficulty(layout: &Layout, record: &Record) -> Result<Option<i32>, String> {
    let Some(column) = layout.mapping.difficulty else {
        return Ok(None);
    };
    let cell = record.get(column as usize).unwrap_or("");
    let wrong = |why: &str| {
        format!(
            "\u{201c}{}\u{201d} in the column {} is not a difficulty{why}.",
            shown(cell),
            column_name(layout, column)
        )
    };
    match amount(cell, false, layout.comma_decimal) {
        Some(Amount::Empty) => Ok(None),
        Some(Amount::Exact(v)) if (0.0..=100.0).contains(&v) => Ok(Some(v.round() as i32)),
        Some(Amount::Exact(_)) => Err(wrong(": it must be between 0 and 100")),
        _ => Err(wrong("")),
    }
}

fn read_cents(cell: &str, comma_decimal: bool) -> Option<i64> {
    match amount(cell, false, comma_decimal)? {
        Amount::Exact(v) if (0.0..1e9).contains(&v) => Some((v * 100.0).round() as i64),
        _ => None,
    }
}

/// A count that is not worth refusing a row for.
fn read_count(cell: &str, comma_decimal: bool) -> Option<i64> {
    match amount(cell, true, comma_decimal)? {
        Amount::Exact(v) if (0.0..1e12).contains(&v) => Some(v.round() as i64),
        _ => None,
    }
}

/// A position; 0 and "not among the first hundred" are none.
fn read_position(cell: &str, comma_decimal: bool) -> Option<i32> {
    match amount(cell, false, comma_decimal)? {
        Amount::Exact(v) if (1.0..10_000.0).contains(&v) => Some((v * 100.0).round() as i32),
        _ => None,
    }
}
