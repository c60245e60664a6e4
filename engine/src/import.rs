//! Reading keyword files as people really have them: the exports of the usual tools, hand-made lists,
//! any common encoding and delimiter. Recognised by meaning, never by an exact header.

use serde::{Deserialize, Serialize};

use crate::Intent;

mod columns;
mod content;
mod decode;
mod layout;
mod market;
mod number;
mod reader;
mod record;
mod row;
pub mod serp;
mod serp_columns;
mod sniff;
mod source;

pub use market::{markets, of_cell as market_of};
pub use reader::Reader;
pub use source::{Filters, domain_of, filters, header_key, is_packed, to_text};

/// Which column holds what, as 0-based column indexes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Default)]
pub struct Mapping {
    /// The keyword itself; the only column that must exist.
    pub keyword: u32,
    /// Searches per month.
    pub volume: Option<u32>,
    /// Keyword difficulty, 0 (easy) to 100 (hard).
    pub difficulty: Option<u32>,
    /// Search intent.
    pub intent: Option<u32>,
    /// Cost per click.
    pub cpc: Option<u32>,
    /// Country, market or database.
    pub country: Option<u32>,
    /// Lower end of the searches per month, in a column of its own.
    #[serde(default)]
    pub volume_low: Option<u32>,
    /// Upper end of the searches per month, in a column of its own.
    #[serde(default)]
    pub volume_high: Option<u32>,
    /// Position in search results, 1 is the first.
    #[serde(default)]
    pub position: Option<u32>,
    /// Times a site was shown.
    #[serde(default)]
    pub impressions: Option<u32>,
    /// Clicks that came of it.
    #[serde(default)]
    pub clicks: Option<u32>,
    /// Address of the page that ranks.
    #[serde(default)]
    pub url: Option<u32>,
}

impl Mapping {
    /// Whether a file of so many columns has all that are used.
    pub fn fits(&self, columns: usize) -> bool {
        self.columns().all(|column| (column as usize) < columns)
    }

    /// Every column that is used.
    pub(crate) fn columns(&self) -> impl Iterator<Item = u32> {
        [
            Some(self.keyword),
            self.volume,
            self.difficulty,
            self.intent,
            self.cpc,
            self.country,
            self.volume_low,
            self.volume_high,
            self.position,
            self.impressions,
            self.clicks,
            self.url,
        ]
        .into_iter()
        .flatten()
    }
}

/// What a file looks like before it is imported.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Preview {
    /// Text encoding, for example `UTF-8` or `UTF-16LE`.
    pub encoding: String,
    /// Character between two cells.
    pub delimiter: char,
    /// The tool the file comes from, in words a person knows.
    pub dialect: String,
    /// Physical line of the header, counted from 1; 0 when the file has none.
    pub header_line: u32,
    /// Names of the columns; made up (`Column 1`) when the file has no header.
    pub headers: Vec<String>,
    /// Columns as recognised, or as the person chose them.
    pub mapping: Mapping,
    /// The first 20 data rows.
    pub rows: Vec<PreviewRow>,
    /// What a person should know before importing, in plain sentences.
    pub warnings: Vec<String>,
    /// Market of the whole file (ISO 3166-1 alpha-2, lower case) when its name or a title line tells it.
    pub country: Option<String>,
    /// The site that ranks, when the addresses in the file or its name tell it. In lower case, without `www.`.
    #[serde(default)]
    pub domain: Option<String>,
    /// Whether the column of keywords was known by its name.
    #[serde(default)]
    pub named: bool,
}

/// One data row of a preview.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct PreviewRow {
    /// Physical line in the file, counted from 1.
    pub line: u64,
    /// The cells as they stand in the file.
    pub cells: Vec<String>,
    /// What an import would make of the row.
    pub outcome: Outcome,
}

/// What became of one row.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A keyword to import.
    Keyword(KeywordRow),
    /// A row that cannot be imported, with the reason.
    Rejected(Reject),
    /// A row that is not meant to be a keyword.
    Skipped {
        /// Physical line in the file, counted from 1.
        line: u64,
        /// Why, in a plain sentence.
        reason: String,
    },
}

/// A keyword as read from one row.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct KeywordRow {
    /// Physical line in the file, counted from 1.
    pub line: u64,
    /// The keyword for display.
    pub keyword: String,
    /// The keyword's identity, see [`crate::text::keyword_key`].
    pub key: String,
    /// Searches per month; of a range, its geometric mean. `None` when the file does not say.
    pub volume: Option<i64>,
    /// Lower end when the file gives a range.
    pub volume_low: Option<i64>,
    /// Upper end when the file gives a range that has one.
    pub volume_high: Option<i64>,
    /// Whether `volume` was worked out of a range or a bucket instead of being stated.
    pub volume_estimated: bool,
    /// Keyword difficulty, 0 to 100.
    pub difficulty: Option<i32>,
    /// Search intent, from the file or guessed.
    pub intent: Intent,
    /// Whether `intent` was guessed from the words.
    pub intent_guessed: bool,
    /// Cost per click in hundredths of the file's currency.
    pub cpc_cents: Option<i64>,
    /// Market, ISO 3166-1 alpha-2 in lower case when it was understood.
    pub country: Option<String>,
    /// Times a site was shown.
    pub impressions: Option<i64>,
    /// Clicks that came of it.
    pub clicks: Option<i64>,
    /// Position in hundredths: 100 is the first place.
    pub position_hundredths: Option<i32>,
    /// Address of the page that ranks.
    pub url: Option<String>,
}

impl KeywordRow {
    /// How sure the volume is: a figure beats an estimate, an estimate beats impressions, and those beat nothing.
    pub fn rank(&self) -> u8 {
        match (self.volume, self.volume_estimated) {
            (Some(_), false) => 3,
            (Some(_), true) => 2,
            (None, _) => u8::from(self.impressions.is_some()),
        }
    }

    /// Takes over what another row of the same keyword knows better. Nothing is summed up: one keyword that is listed
    /// for each of its pages is one keyword, at its best position.
    pub fn merge(&mut self, other: KeywordRow) {
        if other.rank() > self.rank() {
            if other.volume.is_some() {
                self.volume = other.volume;
                self.volume_low = other.volume_low;
                self.volume_high = other.volume_high;
                self.volume_estimated = other.volume_estimated;
                self.country = other.country.clone().or(self.country.take());
            }
            self.line = other.line;
            self.keyword = other.keyword;
        }
        self.difficulty = self.difficulty.or(other.difficulty);
        if self.intent_guessed && !other.intent_guessed {
            self.intent = other.intent;
            self.intent_guessed = false;
        }
        self.cpc_cents = self.cpc_cents.or(other.cpc_cents);
        self.country = self.country.take().or(other.country);
        self.impressions = self.impressions.max(other.impressions);
        self.clicks = self.clicks.max(other.clicks);
        let better = match (self.position_hundredths, other.position_hundredths) {
            (Some(mine), Some(theirs)) => theirs < mine,
            (None, Some(_)) => true,
            _ => false,
        };
        if better {
            self.position_hundredths = other.position_hundredths;
            self.url = other.url.or(self.url.take());
        } else if self.url.is_none() {
            self.url = other.url;
        }
    }
}

/// A row that was refused.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Reject {
    /// Physical line in the file, counted from 1.
    pub line: u64,
    /// The row as it stands, at most 200 characters.
    pub raw: String,
    /// Why, in a plain sentence.
    pub reason: String,
}

/// Why a whole file cannot be imported. The display text is written for an editor.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub enum ImportError {
    /// Nothing in the file.
    Empty,
    /// Not a text file.
    NotText {
        /// What it seems to be instead.
        looks_like: String,
    },
    /// No column that holds keywords.
    NoKeywordColumn {
        /// The columns that were found.
        found: Vec<String>,
    },
    /// A report about pages, not about keywords.
    PagesReport {
        /// The columns that were found.
        found: Vec<String>,
    },
    /// A chosen column that the file does not have.
    NoSuchColumn {
        /// The chosen column, counted from 1.
        column: u32,
        /// How many columns the file has.
        columns: u32,
    },
    /// The file could not be read to its end.
    Read(String),
}

impl std::fmt::Display for ImportError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ImportError::Empty => f.write_str("The file is empty."),
            ImportError::NotText { looks_like } => {
                write!(
                    f,
                    "This is not a text file: it looks like {looks_like}. Export or save it as CSV and try again."
                )
            }
            ImportError::NoKeywordColumn { found } if found.is_empty() => {
                f.write_str("No column with keywords was found in the file.")
            }
            ImportError::NoKeywordColumn { found } => {
                write!(
                    f,
                    "No column with keywords was found. The columns are: {}.",
                    found.join(", ")
                )
            }
            ImportError::PagesReport { found } => write!(
                f,
                "This is a report about pages, not about keywords (its columns are: {}). Export the keywords or queries report instead.",
                found.join(", ")
            ),
            ImportError::NoSuchColumn { column, columns } => {
                write!(f, "Column {column} was chosen, but the file has only {columns}.")
            }
            ImportError::Read(why) => write!(f, "The file could not be read to its end: {why}."),
        }
    }
}

impl std::error::Error for ImportError {}

/// Looks at the beginning of a file.
///
/// `head` is at most the first 256 KiB; `complete` says whether that is the whole file. When it is not, the
/// last record is ignored because it may be cut. `mapping` overrides the recognised columns.
///
/// # Errors
/// When the file cannot be imported at all, see [`ImportError`].
pub fn preview(
    head: &[u8],
    complete: bool,
    file_name: &str,
    mapping: Option<&Mapping>,
) -> Result<Preview, ImportError> {
    reader::preview(head, complete, file_name, mapping)
}

/// Makes a cell safe for spreadsheet programs: text that would start a formula gets a leading apostrophe.
///
/// A plain number (also a negative one) stays as it is.
pub fn escape_csv_cell(cell: &str) -> String {
    let risky = cell
        .trim_start_matches([' ', '\u{a0}'])
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if risky && cell.parse::<f64>().is_err() {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests;
