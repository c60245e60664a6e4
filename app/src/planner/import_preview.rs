//! What a keyword file holds, shown before anything is sent.

use engine::import::{ImportError, KeywordRow, Mapping, Outcome, Preview, PreviewRow};
use entity::{keyword::Intent, keyword_import::ImportKind};
use leptos::prelude::*;

use crate::components::{Icon, Tag, Tone, count, lu, number};

/// Columns of a file that the preview shows.
const SHOWN: usize = 40;

/// What a column of a file can hold: its name, and how a [`Mapping`] keeps it.
struct Part {
    key: &'static str,
    label: &'static str,
    read: fn(&Mapping) -> Option<u32>,
    write: fn(&mut Mapping, Option<u32>),
}

macro_rules! part {
    ($key:literal, $label:literal, $field:ident) => {
        Part {
            key: $key,
            label: $label,
            read: |mapping| mapping.$field,
            write: |mapping, column| mapping.$field = column,
        }
    };
}

const PARTS: [Part; 12] = [
    Part {
        key: "keyword",
        label: "Keyword",
        read: |mapping| Some(mapping.keyword),
        write: |mapping, column| mapping.keyword = column.unwrap_or(mapping.keyword),
    },
    part!("volume", "Volume", volume),
    part!("volume_low", "Volume, from", volume_low),
    part!("volume_high", "Volume, to", volume_high),
    part!("difficulty", "Difficulty", difficulty),
    part!("intent", "Intent", intent),
    part!("cpc", "Cost per click", cpc),
    part!("country", "Country", country),
    part!("position", "Position", position),
    part!("impressions", "Impressions", impressions),
    part!("clicks", "Clicks", clicks),
    part!("url", "Page address", url),
];

/// Those that count in a file of search results.
const RESULT_PARTS: [&str; 4] = ["keyword", "url", "position", "country"];

/// What was recognised, and the first rows under the columns of the file, each with what it holds.
#[component]
pub(super) fn PreviewView(
    /// The look at the file.
    preview: Preview,
    /// Takes the columns that a person chose.
    mapping: RwSignal<Option<Mapping>>,
    /// What the file is said to hold.
    kind: ImportKind,
) -> impl IntoView {
    let (mut good, mut rejected, mut skipped, mut twice) = (0_i64, 0_i64, 0_i64, 0_i64);
    let mut keys = std::collections::BTreeSet::new();
    for row in &preview.rows {
        match &row.outcome {
            Outcome::Keyword(keyword) if keys.insert(keyword.key.clone()) => good += 1,
            Outcome::Keyword(_) => twice += 1,
            Outcome::Rejected(_) => rejected += 1,
            Outcome::Skipped { .. } => skipped += 1,
        }
    }
    let header = match preview.header_line {
        0 => "No column names".to_owned(),
        line => format!("Column names in line {line}"),
    };
    let mut facts = vec![preview.encoding.clone(), delimiter_name(preview.delimiter), header];
    facts.extend(
        preview
            .country
            .as_ref()
            .map(|country| format!("Market {}", country.to_uppercase())),
    );
    let hidden = preview.headers.len().saturating_sub(SHOWN);
    let results = kind == ImportKind::Serp;
    let columns: Vec<u32> = (0_u32..).take(preview.headers.len().min(SHOWN)).collect();
    view! {
        <div class="mb-4 flex flex-wrap items-center gap-2 text-sm">
            <span class="flex items-center gap-2 font-medium">
                <Icon icon=lu::LuFileCheck class="size-5 text-success"/>
                {preview.dialect.clone()}
            </span>
            {facts.into_iter().map(|fact| view! { <Tag>{fact}</Tag> }).collect_view()}
        </div>
        {(!preview.warnings.is_empty()).then(|| view! {
            <div class="alert alert-warning alert-soft mb-4 items-start py-2.5 text-sm">
                <Icon icon=lu::LuTriangleAlert class="mt-0.5 size-4 flex-none"/>
                <ul class="space-y-1">
                    {preview.warnings.iter().map(|warning| view! { <li>{warning.clone()}</li> }).collect_view()}
                </ul>
            </div>
        })}
        <p class="mb-2 text-sm">
            {format!("Of the first {}, ", count(good + twice + rejected + skipped, "row", "rows"))}
            {if results {
                // One keyword has many results.
                let rows = count(good + twice, "has results", "have results");
                view! {
                    <strong class="font-semibold">{rows}</strong>
                    {format!(" of {}", count(good, "keyword", "keywords"))}
                }.into_any()
            } else {
                view! {
                    <strong class="font-semibold">{count(good, "is a keyword", "are keywords")}</strong>
                    {(twice > 0).then(|| format!(", {} one of them again", count(twice, "is", "are")))}
                }.into_any()
            }}
            {(rejected > 0).then(|| format!(", {} be refused", count(rejected, "would", "would")))}
            {(skipped > 0).then(|| format!(", {} passed over", count(skipped, "is", "are")))}
            ". "
            <span class="muted">
                {if results {
                    "Check keyword, page address and position, and change what is wrong. Where addresses stand in numbered columns, one stands for all of them; without positions the order of the rows counts."
                } else {
                    "Check what each column holds and change it where it is wrong. For another keyword column, choose Keyword there."
                }}
            </span>
        </p>
        <div class="max-h-96 overflow-auto rounded-box border border-base-300" tabindex="0" role="region" aria-label="First rows of the file">
            <table class="table table-xs table-pin-rows">
                <caption class="sr-only">"First rows of the file, what each column holds and what becomes of each row"</caption>
                <thead class="text-base-content">
                    <tr>
                        <th scope="col" class="text-right">"Line"</th>
                        <th scope="col">"Result"</th>
                        {columns.iter().map(|&column| head(column, &preview, mapping, results)).collect_view()}
                    </tr>
                </thead>
                <tbody>
                    {preview.rows.iter().map(|row| sample_row(row, &preview.mapping, &columns)).collect_view()}
                </tbody>
            </table>
        </div>
        {(hidden > 0).then(|| view! {
            <p class="mt-1 text-xs muted">
                {format!("{} not shown; what was recognised in them is used all the same.", count(i64::try_from(hidden).unwrap_or(0), "more column is", "more columns are"))}
            </p>
        })}
    }
}

/// The head of a column: its name in the file, and what it holds.
fn head(column: u32, preview: &Preview, mapping: RwSignal<Option<Mapping>>, results: bool) -> impl IntoView + use<> {
    let current = preview.mapping.clone();
    let name = match preview.headers.get(column as usize).map(|name| name.trim()) {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => format!("Column {}", column + 1),
    };
    let held = PARTS
        .iter()
        .find(|part| (part.read)(&current) == Some(column))
        .map(|part| part.key);
    let locked = held == Some("keyword");
    let options = PARTS
        .iter()
        .filter(|part| !results || RESULT_PARTS.contains(&part.key))
        .map(|part| view! { <option value=part.key selected=held == Some(part.key)>{part.label}</option> })
        .collect_view();
    let class = if held.is_some() {
        "select select-xs w-32 border-primary font-medium"
    } else {
        "select select-xs w-32"
    };
    view! {
        <th scope="col" class="min-w-36 align-top">
            <span class="mb-1 block max-w-48 truncate text-xs font-medium" title=name.clone()>{name.clone()}</span>
            <select
                class=class
                aria-label=format!("What the column {name} holds")
                disabled=locked
                on:change:target=move |event| {
                    let chosen = event.target().value();
                    let mut next = current.clone();
                    for part in PARTS.iter().skip(1) {
                        if (part.read)(&next) == Some(column) {
                            (part.write)(&mut next, None);
                        }
                    }
                    if let Some(part) = PARTS.iter().find(|part| part.key == chosen) {
                        (part.write)(&mut next, Some(column));
                    }
                    mapping.set(Some(next));
                }
            >
                <option value="" selected=held.is_none()>"Not used"</option>
                {options}
            </select>
        </th>
    }
}

fn sample_row(row: &PreviewRow, mapping: &Mapping, columns: &[u32]) -> impl IntoView + use<> {
    let result = match &row.outcome {
        Outcome::Keyword(_) => view! { <Tag tone=Tone::Success>"Good"</Tag> }.into_any(),
        Outcome::Rejected(reject) => why("Refused", Tone::Error, reject.reason.clone()),
        Outcome::Skipped { reason, .. } => why("Passed over", Tone::Neutral, reason.clone()),
    };
    let good = match &row.outcome {
        Outcome::Keyword(keyword) => Some(keyword),
        _ => None,
    };
    let cells = columns
        .iter()
        .map(|&column| {
            let text = row.cells.get(column as usize).cloned().unwrap_or_default();
            let used = PARTS.iter().find(|part| (part.read)(mapping) == Some(column));
            let read = good.zip(used).and_then(|(keyword, part)| understood(keyword, part.key));
            let read = read.filter(|read| *read != text.trim());
            let class = if used.is_some() { "align-top" } else { "align-top muted" };
            view! {
                <td class=class>
                    <span class="block max-w-64 truncate" title=text.clone()>{text.clone()}</span>
                    {read.map(|read| view! { <span class="block text-xs text-primary">{read}</span> })}
                </td>
            }
        })
        .collect_view();
    view! {
        <tr>
            <td class="text-right align-top tabular">{number(i64::try_from(row.line).unwrap_or(i64::MAX))}</td>
            <td class="min-w-28 align-top">{result}</td>
            {cells}
        </tr>
    }
}

fn why(word: &'static str, tone: Tone, reason: String) -> AnyView {
    view! {
        <Tag tone=tone>{word}</Tag>
        <span class="mt-1 block w-56 text-xs">{reason}</span>
    }
    .into_any()
}

/// How a cell was read, in the words of the product.
fn understood(keyword: &KeywordRow, part: &str) -> Option<String> {
    let place = |hundredths: i32| format!("{}", f64::from(hundredths) / 100.0);
    match part {
        "keyword" => Some(keyword.keyword.clone()),
        "volume" if keyword.volume_estimated => keyword.volume.map(|value| format!("≈ {}", number(value))),
        "volume" => keyword.volume.map(number),
        "volume_low" if keyword.volume_estimated => keyword.volume.map(|value| format!("≈ {}", number(value))),
        "volume_high" => keyword.volume_high.map(number),
        "difficulty" => keyword.difficulty.map(number),
        "intent" if !keyword.intent_guessed => {
            let intent = keyword.intent.as_str().parse::<Intent>().ok()?;
            Some(intent.label().to_owned())
        }
        "cpc" => keyword.cpc_cents.map(cents),
        "country" => keyword.country.as_ref().map(|country| country.to_uppercase()),
        "position" => keyword.position_hundredths.map(place),
        "impressions" => keyword.impressions.map(number),
        "clicks" => keyword.clicks.map(number),
        "url" => keyword.url.clone(),
        _ => None,
    }
}

/// A file that cannot be imported: why, and what to do.
#[component]
pub(super) fn FileError(
    /// Why.
    error: ImportError,
    /// Takes the column that a person chose, when that would help.
    mapping: RwSignal<Option<Mapping>>,
) -> impl IntoView {
    let advice = match &error {
        ImportError::Empty => "Export it again from your keyword tool, and look into it before you bring it here.",
        ImportError::NotText { .. } => {
            "CSV, TSV and text files are read, and workbooks (.xlsx, .xls, .ods) and ZIP archives with such files in them."
        }
        ImportError::NoKeywordColumn { .. } => {
            "If one of the columns holds keywords under another name, choose it here. Else export the file again with its keywords."
        }
        ImportError::PagesReport { .. } => {
            "In Search Console that is the table “Queries”, in Ahrefs and Semrush “Organic keywords”."
        }
        ImportError::NoSuchColumn { .. } => "Choose the file again to start with the columns as recognised.",
        ImportError::Read(_) => {
            "Is it still being written, or open in another program? Close it there and choose it again."
        }
    };
    let found = match &error {
        ImportError::NoKeywordColumn { found } => found.clone(),
        _ => Vec::new(),
    };
    view! {
        <div role="alert" class="alert alert-error alert-soft mb-4 items-start text-sm">
            <Icon icon=lu::LuCircleAlert class="mt-0.5 size-5 flex-none"/>
            <div class="min-w-0">
                <p class="font-medium wrap-anywhere">{error.to_string()}</p>
                <p class="mt-1">{advice}</p>
                {(!found.is_empty()).then(|| view! {
                    <label class="mt-3 flex flex-wrap items-center gap-2">
                        "Keywords are in"
                        <select
                            class="select select-sm w-auto max-w-60"
                            on:change:target=move |event| {
                                if let Ok(keyword) = event.target().value().parse() {
                                    mapping.set(Some(Mapping { keyword, ..Mapping::default() }));
                                }
                            }
                        >
                            <option value="">"Choose a column"</option>
                            {found.iter().zip(0_u32..).map(|(name, index)| {
                                view! { <option value=index.to_string()>{name.clone()}</option> }
                            }).collect_view()}
                        </select>
                    </label>
                })}
            </div>
        </div>
    }
}

fn cents(cents: i64) -> String {
    format!("{}.{:02}", number(cents / 100), (cents % 100).abs())
}

fn delimiter_name(delimiter: char) -> String {
    match delimiter {
        ',' => "Commas".to_owned(),
        ';' => "Semicolons".to_owned(),
        '\t' => "Tabs".to_owned(),
        '|' => "Bars".to_owned(),
        other => format!("Divided by {other}"),
    }
}
