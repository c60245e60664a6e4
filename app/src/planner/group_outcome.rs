//! What would come of a grouping: figures and the largest clusters.

use leptos::prelude::*;

use super::{
    group_preview::{Preview, Shown},
    parts::rows_count,
};
use crate::components::{Icon, Stat, count, lu, number};

/// What would come of it; grey boxes until that is known.
#[component]
pub(super) fn Outcome(
    /// What a grouping would look like.
    preview: RwSignal<Option<Preview>>,
    /// Keywords in all and in the sample.
    size: Signal<Option<(u64, u64)>>,
) -> impl IntoView {
    let figure = move |of: fn(&Preview) -> usize| {
        preview.with(|preview| {
            preview.as_ref().map_or_else(
                || "–".to_owned(),
                |preview| number(i64::try_from(of(preview)).unwrap_or(i64::MAX)),
            )
        })
    };
    view! {
        <div aria-live="polite">
            <div class="mb-4 grid grid-cols-3 gap-3">
                {move || view! {
                    <Stat label="New clusters" value=figure(|preview| preview.created)/>
                    <Stat label="Filled up" value=figure(|preview| preview.extended)/>
                    <Stat label="Left over" value=figure(|preview| preview.leftover)/>
                }}
            </div>
        </div>
        <p class="mb-3 min-h-5 text-sm muted tabular">
            {move || size.get().and_then(|(all, here)| (all > here).then(|| format!(
                "Tried out on the {} keywords with the most searches, of {}. The run groups all of them, so its clusters can differ a little.",
                number(rows_count(here)),
                number(rows_count(all))
            )))}
        </p>
        {move || match preview.get() {
            None => {
                view! {
                    <div class="grid gap-3 sm:grid-cols-2" role="status" aria-label="Loading">
                        {(0..6).map(|_| view! { <div class="skeleton h-24 w-full rounded"></div> }).collect_view()}
                    </div>
                }
                    .into_any()
            }
            Some(preview) => {
                view! {
                    <ul class="grid gap-3 sm:grid-cols-2" data-preview="">
                        {preview.clusters.into_iter().map(card).collect_view()}
                    </ul>
                }
                    .into_any()
            }
        }}
    }
}

fn card(found: Shown) -> impl IntoView {
    let more = found.size.saturating_sub(found.first.len());
    view! {
        <li class="panel min-w-0 p-4">
            <div class="flex items-start justify-between gap-2">
                <h3 class="min-w-0 text-sm font-semibold wrap-anywhere">{found.name}</h3>
                {found.extends.then(|| view! { <span class="badge badge-sm badge-soft flex-none">"is there"</span> })}
            </div>
            <p class="mt-0.5 text-xs muted tabular">
                {count(i64::try_from(found.size).unwrap_or(i64::MAX), "keyword", "keywords")}
                {(found.volume > 0).then(|| format!(" · {} searches a month", number(found.volume)))}
            </p>
            <p class="mt-2 text-sm wrap-anywhere">
                {found.first.join(", ")}
                {(more > 0).then(|| view! { <span class="muted">{format!(" and {more} more")}</span> })}
            </p>
        </li>
    }
}

/// There is nothing to group, and why.
pub(super) fn nothing(matching: u64, narrowed: bool, regroup: bool) -> impl IntoView {
    let text = match (matching, narrowed, regroup) {
        (0, true, _) => "No keyword matches any more. Choose others from the list.",
        (0, false, _) => "This sector has no keywords yet. Import some first.",
        (_, true, true) => {
            "These keywords are pinned, in clusters that are in use, or not active, so they stay where they are."
        }
        (_, true, false) => {
            "These keywords are in a cluster already, or not active. Choose others, or group them anew."
        }
        (_, false, true) => {
            "All keywords here are pinned, in clusters that are in use, or not active, so they stay where they are."
        }
        (_, false, false) => "Every active keyword is in a cluster already. Import more, or choose to group all anew.",
    };
    let import = (matching == 0 && !narrowed).then(
        || view! { <a class="btn btn-primary btn-sm mt-4" href="/planner/keywords/import">"Import keywords"</a> },
    );
    view! {
        <div class="panel flex flex-col items-center px-4 py-12 text-center">
            <Icon icon=lu::LuCircleCheck class="mb-3 size-6 text-success"/>
            <h2 class="font-semibold">"There is nothing to group"</h2>
            <p class="mt-1 max-w-prose text-sm muted">{text}</p>
            {import}
        </div>
    }
}
