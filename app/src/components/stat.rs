//! A figure with its name.

use leptos::{either::Either, prelude::*};

use super::icon::Icon;

/// A figure with its name, optionally a link to what it counts.
///
/// ```ignore
/// view! { <Stat label="Keywords" value=number(overview.keywords) note="12 not grouped" href="/planner/keywords"/> }
/// ```
#[component]
pub fn Stat(
    /// What it counts.
    #[prop(into)]
    label: String,
    /// The figure.
    #[prop(into)]
    value: Signal<String>,
    /// A word on it.
    #[prop(optional, into)]
    note: String,
    /// Where it leads.
    #[prop(optional, into)]
    href: String,
    /// An icon.
    #[prop(optional)]
    icon: Option<icondata_core::Icon>,
) -> impl IntoView {
    let inside = view! {
        <span class="flex items-center gap-1.5 text-xs font-medium muted">
            {icon.map(|icon| view! { <Icon icon=icon class="size-4 flex-none"/> })}
            {label}
        </span>
        <span class="mt-1 block text-2xl font-semibold tabular">{move || value.get()}</span>
        {(!note.is_empty()).then(|| view! { <span class="mt-0.5 block text-xs muted">{note}</span> })}
    };
    if href.is_empty() {
        Either::Left(view! { <div class="panel min-w-0 p-4">{inside}</div> })
    } else {
        Either::Right(
            view! { <a href=href class="panel block min-w-0 p-4 transition-colors hover:border-primary/50">{inside}</a> },
        )
    }
}
