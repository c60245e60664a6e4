//! What a keyword file holds, shown before anything is sent.

use engine::import::{ImportError, KeywordRow, Mapping, Outcome, Preview, PreviewRow};
use entity::keyword::Intent;
use leptos::prelude::*;

use crate::components::{Badge, Icon, Tag, Tone, count, lu, number};

/// A column of a [`Mapping`].
type Part = (&'static str, fn(&Mapping) -> Option<u32>, fn(&mut Mapping, Option<u32>));

const PARTS: [Part; 6] = [
    (
        "Keyword",
        |mapping| Some(mapping.keyword),
        |mapping, column| mapping.keyword = column.unwrap_or(mapping.keyword),
    ),
    (
        "Volume",
        |mapping| mapping.volume,
        |mapping, column| mapping.volume = column,
    ),
    (
        "Difficulty",
        |mapping| mapping.difficulty,
        |mapping, column| mapping.difficulty = column,
    ),
    (
        "Intent",
        |mapping| mapping.intent,
        |mapping, column| mapping.intent = column,
    ),
    (
        "Cost per click",
        |mapping| mapping.cpc,
        |mapping, column| mapping.cpc = column,
    ),
    (
        "Country",
        |mapping| mapping.country,
        |mapping, column| mapping.country = column,
    ),
];

/// What was recognised, the columns to choose, and the first rows with what would become of them.
#[component]
pub(super) fn PreviewView(
    /// The look at the file.
    preview: Preview,
    /// Takes the columns that a person chose.
    mapping: RwSignal<Option<Mapping>>,
) -> impl IntoView {
    let (mut good, mut rejected, mut skipped) = (0_i64, 0_i64, 0_i64);
    for row in &preview.rows {
        match row.outcome {
            Outcome::Keyword(_) => good += 1,
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
        <fieldset class="mb-5">
            <legend class="mb-2 text-sm font-medium">"Which column holds what"</legend>
            <div class="grid grid-cols-2 gap-3 sm:grid-cols-3 xl:grid-cols-6">
                {PARTS.iter().map(|part| column_choice(part, &preview, mapping)).collect_view()}
            </div>
        </fieldset>
        <p class="mb-2 text-sm muted">
            {format!("The first {}: ", count(good + rejected + skipped, "row", "rows"))}
            {format!("{} good", number(good))}
            {(rejected > 0).then(|| format!(", {} refused", number(rejected)))}
            {(skipped > 0).then(|| format!(", {} passed over", number(skipped)))}
            "."
        </p>
        <div class="max-h-96 overflow-auto rounded-box border border-base-300" tabindex="0" role="region" aria-label="First rows">
            <table class="data-table">
                <caption class="sr-only">"First rows of the file and what becomes of them"</caption>
                <thead>
                    <tr>
                        <th scope="col" class="num">"Line"</th>
                        <th scope="col">"Keyword"</th>
                        <th scope="col" class="num">"Volume"</th>
                        <th scope="col" class="num">"Difficulty"</th>
                        <th scope="col">"Intent"</th>
                        <th scope="col" class="num">"Cost per click"</th>
                        <th scope="col">"Country"</th>
                    </tr>
                </thead>
                <tbody>{preview.rows.iter().map(sample_row).collect_view()}</tbody>
            </table>
        </div>
    }
}

fn column_choice(part: &Part, preview: &Preview, mapping: RwSignal<Option<Mapping>>) -> impl IntoView + use<> {
    let (label, read, write) = *part;
    let current = preview.mapping.clone();
    let chosen = read(&current);
    let optional = label != PARTS[0].0;
    let options = preview
        .headers
        .iter()
        .zip(0_u32..)
        .map(|(header, index)| {
            let name = if header.trim().is_empty() {
                format!("Column {}", index + 1)
            } else {
                header.clone()
            };
            view! { <option value=index.to_string() selected=chosen == Some(index)>{name}</option> }
        })
        .collect_view();
    view! {
        <label class="block min-w-0 text-xs">
            <span class="mb-1 block muted">{label}</span>
            <select
                class="select select-sm w-full"
                on:change:target=move |event| {
                    let mut next = current.clone();
                    write(&mut next, event.target().value().parse().ok());
                    mapping.set(Some(next));
                }
            >
                {optional.then(|| view! { <option value="" selected=chosen.is_none()>"Not in this file"</option> })}
                {options}
            </select>
        </label>
    }
}

fn sample_row(row: &PreviewRow) -> AnyView {
    match &row.outcome {
        Outcome::Keyword(keyword) => good_row(keyword).into_any(),
        Outcome::Rejected(reject) => other_row(row, Tone::Error, "Refused", reject.reason.clone()).into_any(),
        Outcome::Skipped { reason, .. } => other_row(row, Tone::Neutral, "Passed over", reason.clone()).into_any(),
    }
}

fn good_row(keyword: &KeywordRow) -> impl IntoView + use<> {
    let dash = || "–".to_owned();
    let volume = keyword.volume.map_or_else(dash, |value| {
        if keyword.volume_estimated {
            format!("≈ {}", number(value))
        } else {
            number(value)
        }
    });
    let range = match (keyword.volume_low, keyword.volume_high) {
        (Some(low), Some(high)) => Some(format!("The file says {} to {}", number(low), number(high))),
        _ => None,
    };
    let intent = keyword.intent.as_str().parse::<Intent>().ok();
    view! {
        <tr>
            <td class="num" data-label="Line">{number(line_number(keyword.line))}</td>
            <td class="lead">{keyword.keyword.clone()}</td>
            <td class="num" data-label="Volume"><span title=range>{volume}</span></td>
            <td class="num" data-label="Difficulty">{keyword.difficulty.map_or_else(dash, number)}</td>
            <td data-label="Intent">
                <span class="inline-flex items-center gap-1.5">
                    {intent.map(|intent| view! { <Badge value=intent/> })}
                    {keyword.intent_guessed.then(|| view! { <span class="text-xs muted">"guessed"</span> })}
                </span>
            </td>
            <td class="num" data-label="Cost per click">{keyword.cpc_cents.map_or_else(dash, cents)}</td>
            <td data-label="Country">{keyword.country.as_ref().map_or_else(dash, |country| country.to_uppercase())}</td>
        </tr>
    }
}

fn other_row(row: &PreviewRow, tone: Tone, word: &'static str, reason: String) -> impl IntoView + use<> {
    let cells = row
        .cells
        .iter()
        .filter(|cell| !cell.trim().is_empty())
        .cloned()
        .collect::<Vec<_>>()
        .join(" · ");
    view! {
        <tr>
            <td class="num" data-label="Line">{number(line_number(row.line))}</td>
            <td colspan="6" class="whole">
                <span class="flex flex-wrap items-baseline gap-x-2">
                    <Tag tone=tone>{word}</Tag>
                    <span>{reason}</span>
                    <span class="wrap-anywhere text-xs muted">{cells}</span>
                </span>
            </td>
        </tr>
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
            "In a spreadsheet program choose “Save as” and then CSV. A packed file has to be unpacked first."
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

fn line_number(line: u64) -> i64 {
    i64::try_from(line).unwrap_or(i64::MAX)
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
