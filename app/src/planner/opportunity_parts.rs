//! What rows of opportunities show.

use entity::opportunity::{Collision, Reason, Rival, Row};
use leptos::prelude::*;

use super::parts::cluster_links;
use crate::components::{Badge, Column, Tag, Tone, number, optional_number};

/// A position in hundredths as `4.3`.
pub(super) fn position(hundredths: Option<i32>) -> String {
    hundredths.map_or_else(
        || "–".to_owned(),
        |value| format!("{}.{}", value / 100, value % 100 / 10),
    )
}

/// Tenths of points as `22.5`, or `22` when they are whole.
fn points(tenths: i32) -> String {
    if tenths % 10 == 0 {
        number(tenths / 10)
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

/// The score with a bar for each of its parts.
pub(super) fn score(row: &Row) -> AnyView {
    let bars = row.reasons.iter().map(bar).collect_view();
    view! {
        <div class="flex items-center gap-3">
            <span class="w-8 text-right text-base font-semibold tabular">{row.score}</span>
            <ul class="flex flex-wrap gap-x-2 gap-y-1" aria-label="Reasons">{bars}</ul>
        </div>
    }
    .into_any()
}

fn bar(reason: &Reason) -> impl IntoView + use<> {
    let told = format!(
        "{}: {} of {} points",
        reason.label,
        points(reason.tenths),
        points(reason.of_tenths)
    );
    let share = if reason.of_tenths > 0 {
        i64::from(reason.tenths) * 40 / i64::from(reason.of_tenths)
    } else {
        0
    };
    view! {
        <li class="text-[0.6875rem] leading-tight" title=told.clone()>
            <span aria-hidden="true" class="block max-w-20 truncate muted">{reason.label.clone()}" "{points(reason.tenths)}</span>
            <svg class="mt-0.5 block h-1.5 w-16" viewBox="0 0 40 4" preserveAspectRatio="none" aria-hidden="true">
                <rect width="40" height="4" class="fill-base-300"></rect>
                <rect width=share.to_string() height="4" class="fill-primary"></rect>
            </svg>
            <span class="sr-only">{told.clone()}</span>
        </li>
    }
}

/// Who else is found for a keyword, the best three.
fn rivals(rivals: &[Rival]) -> AnyView {
    if rivals.is_empty() {
        return view! { <span class="muted">"–"</span> }.into_any();
    }
    let shown = rivals
        .iter()
        .take(3)
        .map(|rival| {
            let text = format!("{} {}", rival.competitor, position(rival.position_hundredths));
            let safe = rival
                .url
                .clone()
                .filter(|url| url.starts_with("https://") || url.starts_with("http://"));
            match safe {
                Some(url) => view! {
                    <li><a class="link link-hover" href=url target="_blank" rel="noopener noreferrer nofollow">{text}</a></li>
                }
                .into_any(),
                None => view! { <li>{text}</li> }.into_any(),
            }
        })
        .collect_view();
    let more = rivals.len().saturating_sub(3);
    view! {
        <ul class="text-xs">
            {shown}
            {(more > 0).then(|| view! { <li class="muted">{format!("and {more} more")}</li> })}
        </ul>
    }
    .into_any()
}

/// The columns of a list of opportunities.
pub(super) fn columns(sorts_by_score: bool, with_rivals: bool) -> Vec<Column<Row>> {
    let keyword = Column::new("Keyword", |row: &Row| {
        let is_ours = row.keyword_id.is_some() && row.source != entity::opportunity::OpportunitySource::Own;
        view! {
            <span class="font-medium wrap-anywhere">{row.keyword.clone()}</span>
            {is_ours.then(|| view! { <span class="ml-2"><Tag tone=Tone::Success>"Yours already"</Tag></span> })}
        }
    })
    .sortable("keyword")
    .lead();
    let mut score_column = Column::new("Score and reasons", score);
    if sorts_by_score {
        score_column = score_column.sortable("score");
    }
    let mut columns = vec![
        keyword,
        score_column,
        Column::new("Searches", |row: &Row| optional_number(row.volume))
            .sortable("volume")
            .right(),
        Column::new("Difficulty", |row: &Row| optional_number(row.difficulty))
            .sortable("difficulty")
            .right(),
        Column::new("Intent", |row: &Row| view! { <Badge value=row.intent/> }),
        Column::new("Own content", |row: &Row| view! { <Badge value=row.coverage/> }),
        Column::new("Your position", |row: &Row| position(row.position_hundredths)).right(),
        Column::new("Clusters", |row: &Row| cluster_links(&row.clusters)),
    ];
    if with_rivals {
        columns.insert(2, Column::new("Competitors", |row: &Row| rivals(&row.rivals)));
    }
    columns
}

/// The columns of the list of contested keywords.
pub(super) fn collision_columns() -> Vec<Column<Collision>> {
    vec![
        Column::new("Keyword", |row: &Collision| {
            view! {
                <span class="font-medium wrap-anywhere">{row.keyword.clone()}</span>
                <p class="max-w-prose text-xs muted">{row.advice.clone()}</p>
            }
        })
        .lead(),
        Column::new("Aim at it", |row: &Collision| {
            row.pieces
                .iter()
                .map(|piece| {
                    let href = match piece.content_id {
                        Some(id) => format!("/writer/content/{id}"),
                        None => "/writer/tasks".to_owned(),
                    };
                    view! {
                        <div class="py-0.5 text-sm">
                            <a class="link link-hover link-primary" href=href>{piece.title.clone()}</a>
                            <span class="ml-1.5 text-xs muted">
                                {if piece.is_main { "main keyword, " } else { "also named, " }}
                                {piece.status.to_lowercase()}
                            </span>
                        </div>
                    }
                })
                .collect_view()
        }),
        Column::new("Searches", |row: &Collision| optional_number(row.volume)).right(),
        Column::new("Your position", |row: &Collision| position(row.position_hundredths)).right(),
    ]
}

/// How the score is made, in plain words.
#[component]
pub(super) fn Formula() -> impl IntoView {
    let parts = engine::opportunity::Part::ALL
        .into_iter()
        .map(|part| {
            view! {
                <tr class="border-t border-base-300 align-top">
                    <th scope="row" class="py-1.5 pr-4 font-medium">{part.label()}</th>
                    <td class="num px-3 py-1.5">{part.weight()}</td>
                    <td class="py-1.5">{part.explanation()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <details class="panel mb-4 p-4 text-sm">
            <summary class="cursor-pointer font-medium">"How the score is made"</summary>
            <p class="mt-2 max-w-prose muted">
                "The score goes from 0 to 100 and adds up the points below. What is not known of a keyword is left out, and the other parts count for more accordingly: a score with few reasons is a rough one."
            </p>
            <div class="mt-2 overflow-x-auto" tabindex="0" role="region" aria-label="Parts of the score">
                <table class="w-full max-w-3xl text-left">
                    <thead>
                        <tr>
                            <th scope="col" class="py-1 pr-4 text-xs">"Part"</th>
                            <th scope="col" class="num px-3 py-1 text-xs">"Points"</th>
                            <th scope="col" class="py-1 text-xs">"How they come about"</th>
                        </tr>
                    </thead>
                    <tbody>{parts}</tbody>
                </table>
            </div>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::{points, position};

    #[test]
    fn places_and_points_are_short() {
        assert_eq!(position(Some(437)), "4.3");
        assert_eq!(position(Some(100)), "1.0");
        assert_eq!(position(None), "–");
        assert_eq!(points(225), "22.5");
        assert_eq!(points(300), "30");
    }
}
