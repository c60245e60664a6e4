//! How a file is built: its delimiter, header, columns and origin, found from its beginning.

use super::columns::{Role, role};
use super::content;
use super::record::{Record, Take};
use super::sniff::{Encoding, sniff};
use super::{ImportError, Mapping, decode, market};
use crate::Intent;

/// How many lines from the top a header may be.
const HEADER_LINES: usize = 40;
/// Data rows looked at to judge a column by its cells.
const SAMPLE_ROWS: usize = 400;
const DELIMITERS: [u8; 4] = [b'\t', b';', b',', b'|'];

/// Everything needed to read the rows of a file.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) encoding: Encoding,
    pub(super) delimiter: u8,
    pub(super) dialect: &'static str,
    /// 0 when there is none.
    pub(super) header_line: u32,
    /// Physical lines before the first data row.
    pub(super) lines_before_data: u64,
    pub(super) headers: Vec<String>,
    pub(super) mapping: Mapping,
    pub(super) segmentation: Option<usize>,
    pub(super) intent_flags: Vec<(usize, Intent)>,
    pub(super) monthly: Vec<usize>,
    pub(super) comma_decimal: bool,
    /// Volumes are the round figures that stand for Google's ranges.
    pub(super) buckets: bool,
    pub(super) country: Option<String>,
    pub(super) domain: Option<String>,
    /// The column of keywords was known by its name.
    pub(super) named: bool,
    pub(super) warnings: Vec<String>,
}

impl Layout {
    /// Finds the layout of a file from its beginning.
    pub(super) fn find(
        head: &[u8],
        complete: bool,
        file_name: &str,
        chosen: Option<&Mapping>,
    ) -> Result<Layout, ImportError> {
        let encoding = sniff(head, complete)?;
        let text = decode::decode_head(head, complete, encoding);
        if text.trim().is_empty() {
            return Err(ImportError::Empty);
        }
        let named = find_header(&text);
        let (delimiter, header_line, lines_before_data, headers) = match named {
            Some(h) => (h.delimiter, h.line, h.lines_before_data, h.names),
            None => headless(&text),
        };
        let rows = sample(&text, delimiter, lines_before_data, complete);
        let mut layout = Layout {
            encoding,
            delimiter,
            dialect: "",
            header_line,
            lines_before_data,
            headers,
            mapping: Mapping::default(),
            segmentation: None,
            intent_flags: Vec::new(),
            monthly: Vec::new(),
            comma_decimal: content::comma_decimal(&rows, delimiter),
            buckets: false,
            country: market::of_file_name(file_name).or_else(|| market::of_title(&text, lines_before_data)),
            domain: None,
            named: false,
            warnings: Vec::new(),
        };
        if layout.header_line == 0 {
            let width = rows.iter().map(Vec::len).max().unwrap_or(1);
            layout.headers = (1..=width).map(|i| format!("Column {i}")).collect();
        }
        let roles: Vec<Option<Role>> = match layout.header_line {
            0 => vec![None; layout.headers.len()],
            _ => layout.headers.iter().map(|h| role(h)).collect(),
        };
        layout.note_extras(&roles);
        match chosen {
            Some(mapping) => layout.choose(mapping)?,
            None => layout.map(&roles, &rows)?,
        }
        layout.dialect = dialect(&layout.headers, &roles, &text, file_name, layout.header_line);
        layout.check_volumes(&rows);
        layout.named = layout.header_line > 0
            && matches!(
                roles.get(layout.mapping.keyword as usize),
                Some(Some(Role::Keyword(0 | 1)))
            );
        layout.domain = layout
            .mapping
            .url
            .and_then(|i| super::source::main_domain(&rows, i as usize))
            .or_else(|| super::source::domain_of_name(file_name));
        layout.warn(&roles, rows.len(), complete);
        Ok(layout)
    }

    fn note_extras(&mut self, roles: &[Option<Role>]) {
        for (i, role) in roles.iter().enumerate() {
            match role {
                Some(Role::Segmentation) => self.segmentation = Some(i),
                Some(Role::Monthly) => self.monthly.push(i),
                Some(Role::IntentFlag(intent)) => self.intent_flags.push((i, *intent)),
                _ => {}
            }
        }
    }

    /// Takes the columns a person chose.
    fn choose(&mut self, mapping: &Mapping) -> Result<(), ImportError> {
        let columns = self.headers.len() as u32;
        if let Some(column) = mapping.columns().find(|&c| c >= columns) {
            return Err(ImportError::NoSuchColumn {
                column: column.saturating_add(1),
                columns,
            });
        }
        self.mapping = mapping.clone();
        Ok(())
    }

    /// Maps the columns by their names, and by their cells where the names say nothing.
    fn map(&mut self, roles: &[Option<Role>], rows: &[Vec<String>]) -> Result<(), ImportError> {
        let first = |want: Role| roles.iter().position(|r| *r == Some(want)).map(|i| i as u32);
        let found = || {
            self.headers
                .iter()
                .filter(|h| !h.trim().is_empty())
                .cloned()
                .collect::<Vec<_>>()
        };
        let by_name = (0..=2).find_map(|rank| {
            (0..roles.len())
                .find(|&i| roles.get(i) == Some(&Some(Role::Keyword(rank))) && !content::mostly_numbers(rows, i))
                .map(|i| i as u32)
        });
        let pages = first(Role::Page).is_some();
        let keyword = match by_name {
            Some(i) => {
                if content::looks_like_urls(rows, i as usize) {
                    return Err(ImportError::PagesReport { found: found() });
                }
                i
            }
            None if pages => return Err(ImportError::PagesReport { found: found() }),
            None => {
                let unknown = |i: usize| roles.get(i).is_none_or(Option::is_none);
                if (0..self.headers.len()).any(|i| unknown(i) && content::looks_like_urls(rows, i))
                    && self.headers.len() > 1
                {
                    return Err(ImportError::PagesReport { found: found() });
                }
                match content::keyword_column(rows, self.headers.len(), unknown) {
                    Some(i) => i as u32,
                    None => {
                        let found = if self.header_line == 0 { Vec::new() } else { found() };
                        return Err(ImportError::NoKeywordColumn { found });
                    }
                }
            }
        };
        self.mapping = Mapping {
            keyword,
            volume: first(Role::Volume),
            volume_low: first(Role::VolumeLow),
            volume_high: first(Role::VolumeHigh).filter(|_| first(Role::VolumeLow).is_some()),
            // Other tools estimate clicks; only beside impressions they were counted.
            impressions: first(Role::Impressions),
            clicks: first(Role::Clicks).filter(|_| first(Role::Impressions).is_some()),
            position: first(Role::Position).filter(|&i| !content::is_running_number(rows, i as usize)),
            url: (0..roles.len())
                .find(|&i| roles.get(i) == Some(&Some(Role::Page)) && content::looks_like_urls(rows, i))
                .map(|i| i as u32),
            difficulty: first(Role::Difficulty),
            intent: first(Role::Intent).or_else(|| self.intent_flags.first().map(|&(i, _)| i as u32)),
            cpc: first(Role::Cpc).or_else(|| first(Role::BidLow)),
            country: first(Role::Country),
        };
        // A column that is named like words but holds numbers, such as "Search" or "Searches".
        if self.mapping.volume.is_none() && self.mapping.volume_low.is_none() {
            self.mapping.volume = (0..roles.len())
                .find(|&i| {
                    matches!(roles.get(i), Some(Some(Role::Keyword(_))))
                        && i != keyword as usize
                        && content::mostly_numbers(rows, i)
                })
                .map(|i| i as u32);
        }
        if roles.iter().all(Option::is_none) && self.headers.len() > 1 {
            let (volume, difficulty) = content::number_columns(rows, self.headers.len(), keyword as usize);
            self.mapping.volume = volume;
            self.mapping.difficulty = difficulty;
            self.mapping.intent = content::intent_column(rows, self.headers.len(), keyword as usize);
            self.warnings.push("The names of the columns were not recognised; they were guessed from what is in them. Please check them.".to_owned());
        } else if by_name.is_none() && self.headers.len() > 1 {
            let name = self.headers.get(keyword as usize).map_or("", String::as_str);
            self.warnings.push(format!("No column is called keyword; \u{201c}{name}\u{201d} was taken because of what is in it. Please check it."));
        }
        self.drop_wordy(rows);
        Ok(())
    }

    /// A column of words is no measure, whatever its name: `easy`, `medium`, `hard`.
    fn drop_wordy(&mut self, rows: &[Vec<String>]) {
        for (slot, what) in [
            (&mut self.mapping.volume, "search volume"),
            (&mut self.mapping.difficulty, "difficulty"),
        ] {
            if slot.is_some_and(|i| content::mostly_words(rows, i as usize)) {
                let name = slot
                    .and_then(|i| self.headers.get(i as usize))
                    .map_or("", String::as_str);
                self.warnings.push(format!(
                    "The column \u{201c}{name}\u{201d} holds words, not numbers, so it is not used as {what}."
                ));
                *slot = None;
            }
        }
    }

    fn check_volumes(&mut self, rows: &[Vec<String>]) {
        let google = self.dialect == GOOGLE_KEYWORD_PLANNER;
        let Some(volume) = self.mapping.volume.filter(|_| google) else {
            return;
        };
        // Rows of segments hold sums, which are no buckets.
        let keyword = self.mapping.keyword as usize;
        let rows: Vec<Vec<String>> = rows
            .iter()
            .filter(|r| r.get(keyword).is_some_and(|c| !c.trim().is_empty()))
            .cloned()
            .collect();
        self.buckets = content::all_buckets(&rows, volume as usize)
            && rows.iter().all(|row| {
                self.monthly
                    .iter()
                    .all(|&m| row.get(m).is_none_or(|c| c.trim().is_empty()))
            });
    }

    fn warn(&mut self, roles: &[Option<Role>], sampled: usize, complete: bool) {
        if self.encoding == Encoding::Windows1252 {
            self.warnings.push(
                "The file is not in Unicode. If letters with accents look wrong, save it as UTF-8 and try again."
                    .to_owned(),
            );
        }
        if self.dialect == SEARCH_CONSOLE {
            self.warnings.push(
                "Impressions and clicks are not search volume, so the keywords come without a volume.".to_owned(),
            );
            if complete && sampled == 1000 {
                self.warnings.push(
                    "The file has exactly 1,000 rows: Search Console cuts its exports there, so queries are probably missing.".to_owned(),
                );
            }
            if self.country.is_none() && self.mapping.country.is_none() {
                self.warnings
                    .push("The file does not say for which country it is; it may mix all countries.".to_owned());
            }
        } else if self.mapping.volume.is_none() && self.mapping.volume_low.is_none() && self.headers.len() > 1 {
            self.warnings
                .push("No column with the search volume was found.".to_owned());
        }
        if self.buckets {
            self.warnings.push(
                "The volumes are the round figures Google shows to accounts with little spending. They are kept as ranges and marked as estimated.".to_owned(),
            );
        }
        let maps_competition = self.mapping.difficulty.and_then(|i| self.headers.get(i as usize));
        if maps_competition
            .is_some_and(|name| role(name) == Some(Role::Other) && name.to_lowercase().contains("compet"))
        {
            self.warnings
                .push("Competition is about advertisements. It is not how hard it is to rank.".to_owned());
        }
        if roles.iter().filter(|r| **r == Some(Role::Volume)).count() > 1 {
            self.warnings
                .push("Several columns hold a search volume; the first is used.".to_owned());
        }
    }
}

struct Header {
    delimiter: u8,
    line: u32,
    lines_before_data: u64,
    names: Vec<String>,
}

/// The line that names most columns we know, the first of equals.
fn find_header(text: &str) -> Option<Header> {
    let mut best: Option<(usize, Header)> = None;
    let mut at = 0;
    let mut record = Record::default();
    let mut forced = None;
    let mut first_text = true;
    for line_index in 0..HEADER_LINES {
        let Some(rest) = text.get(at..).filter(|r| !r.is_empty()) else {
            break;
        };
        let line = rest.lines().next().unwrap_or("");
        // Spreadsheet programs let a file name its own delimiter.
        if let Some(sep) = line
            .trim()
            .trim_matches('"')
            .strip_prefix("sep=")
            .and_then(|s| s.bytes().next())
        {
            forced = Some(sep);
            at += line.len() + 1;
            continue;
        }
        let blank = line.trim().is_empty();
        for delimiter in DELIMITERS {
            if blank || forced.is_some_and(|f| f != delimiter) {
                continue;
            }
            let Take::Done { lines, .. } = record.take(rest, delimiter, true) else {
                continue;
            };
            if record.unclosed || (record.len() == 1 && delimiter != b',') {
                continue;
            }
            let score = header_score(&record, first_text);
            if score > best.as_ref().map_or(0, |(s, _)| *s) {
                let names: Vec<String> = record.iter().map(crate::text::clean_keyword).collect();
                let delimiter = if names.len() == 1 {
                    forced.unwrap_or_else(|| unused_delimiter(text))
                } else {
                    delimiter
                };
                best = Some((
                    score,
                    Header {
                        delimiter,
                        line: line_index as u32 + 1,
                        lines_before_data: line_index as u64 + lines,
                        names,
                    },
                ));
            }
        }
        first_text &= blank;
        at += line.len() + 1;
    }
    best.map(|(_, header)| header)
}

/// How many columns of a line we know by name; 0 when it is no header.
fn header_score(record: &Record, first: bool) -> usize {
    let roles: Vec<Role> = record.iter().filter_map(role).collect();
    let numbers = record
        .iter()
        .filter(|c| c.bytes().any(|b| b.is_ascii_digit()) && super::number::amount(c, true, false).is_some())
        .count();
    let keyword = roles.iter().any(|r| matches!(r, Role::Keyword(_)));
    let sure = roles.iter().any(|r| matches!(r, Role::Keyword(0 | 1)));
    if numbers > 0 && !(roles.len() > 2 && roles.len() > numbers) {
        return 0;
    }
    match (roles.len(), record.len()) {
        (0, _) => 0,
        (1, 1) if keyword && first && sure => 1,
        (1, 1) => 0,
        (1, _) if sure && first => 1,
        (1, _) => 0,
        (known, _) => known + usize::from(keyword),
    }
}

/// A delimiter the text does not contain, so that every line is one cell.
fn unused_delimiter(text: &str) -> u8 {
    DELIMITERS
        .into_iter()
        .find(|&d| memchr::memchr(d, text.as_bytes()).is_none())
        .unwrap_or(0x1f)
}

/// A file whose columns have no names we know.
fn headless(text: &str) -> (u8, u32, u64, Vec<String>) {
    let mut best = (0usize, 1usize, 0u8);
    for delimiter in DELIMITERS {
        let rows = sample(text, delimiter, 0, true);
        let rows: Vec<&Vec<String>> = rows.iter().take(HEADER_LINES).collect();
        let width = rows.iter().map(|r| r.len()).max().unwrap_or(1);
        if width < 2 {
            continue;
        }
        let even = rows.iter().filter(|r| r.len() == width).count();
        if even * 10 >= rows.len() * 8 && (even, width) > (best.0, best.1) {
            best = (even, width, delimiter);
        }
    }
    if best.0 == 0 {
        return (unused_delimiter(text), 0, 0, Vec::new());
    }
    let delimiter = best.2;
    let rows = sample(text, delimiter, 0, true);
    // Words above numbers are names, even in a language we do not know.
    let named = rows
        .split_first()
        .is_some_and(|(first, data)| content::is_title_row(first, data));
    if !named {
        return (delimiter, 0, 0, Vec::new());
    }
    let blank = text.lines().take_while(|l| l.trim().is_empty()).count() as u64;
    let names = rows
        .into_iter()
        .next()
        .unwrap_or_default()
        .iter()
        .map(|c| crate::text::clean_keyword(c))
        .collect();
    (delimiter, blank as u32 + 1, blank + 1, names)
}

/// The first data rows as cells.
fn sample(text: &str, delimiter: u8, lines_before: u64, complete: bool) -> Vec<Vec<String>> {
    let mut at = 0;
    for _ in 0..lines_before {
        at = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
    }
    let limit = if complete { 1001 } else { SAMPLE_ROWS };
    let (mut rows, mut record) = (Vec::new(), Record::default());
    while rows.len() < limit {
        let Take::Done { bytes, .. } = record.take(&text[at..], delimiter, true) else {
            break;
        };
        at += bytes;
        if !record.is_blank_line() {
            rows.push(record.iter().map(str::to_owned).collect());
        }
    }
    rows
}

pub(super) const GOOGLE_KEYWORD_PLANNER: &str = "Google Keyword Planner";
pub(super) const SEARCH_CONSOLE: &str = "Google Search Console";
pub(super) const UBERSUGGEST: &str = "Ubersuggest";

/// The tool a file comes from.
fn dialect(headers: &[String], roles: &[Option<Role>], text: &str, file_name: &str, header_line: u32) -> &'static str {
    let names: Vec<String> = headers.iter().map(|h| super::columns::normal(h)).collect();
    let has = |name: &str| names.iter().any(|n| n == name);
    let starts = |name: &str| names.iter().any(|n| n.starts_with(name));
    let any = |want: Role| roles.contains(&Some(want));
    let name = file_name.to_lowercase();
    let title = text
        .lines()
        .take(HEADER_LINES.min(header_line as usize))
        .next()
        .unwrap_or("");
    let planner_title = header_line > 1 && title.contains("Keyword") && title.contains("Stats");
    let planner_columns =
        any(Role::BidLow) || has("competition indexed value") || has("in account") || has("ad impression share");
    if planner_title || planner_columns || (starts("avg monthly searches") && has("competition")) {
        return GOOGLE_KEYWORD_PLANNER;
    }
    if any(Role::Clicks) && any(Role::Impressions) && headers.len() <= 9 && !any(Role::Volume) {
        return SEARCH_CONSOLE;
    }
    if has("seo difficulty")
        || has("est visits")
        || (has("paid difficulty") && has("sd"))
        || name.contains("ubersuggest")
    {
        return UBERSUGGEST;
    }
    if has("cps") || has("parent topic") || has("traffic potential") || has("parent keyword") || name.contains("ahrefs")
    {
        return "Ahrefs";
    }
    let semrush = [
        "competitive density",
        "keyword difficulty index",
        "serp features by keyword",
        "seed keyword",
        "click potential",
    ]
    .iter()
    .any(|n| has(n));
    if semrush
        || (has("keyword difficulty") && (has("serp features") || has("number of results")))
        || name.contains("semrush")
    {
        return "Semrush";
    }
    if has("organic ctr") || (has("min volume") && has("max volume")) {
        return "Moz";
    }
    if name.contains("mangools") || name.contains("kwfinder") {
        return "Mangools";
    }
    if headers.len() <= 1 {
        "Plain list of keywords"
    } else {
        "Keyword table"
    }
}
