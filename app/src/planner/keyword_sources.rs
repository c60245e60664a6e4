//! Where the values of a keyword come from, as a small list for its form.

use entity::{KeywordId, keyword_change::Source};
use leptos::prelude::*;

use super::api::keyword_sources;
use crate::components::{ErrorState, Skeleton, TimeAgo, number};

/// Each value of a keyword with its file, row and day, and whether it was measured.
#[component]
pub fn KeywordSources(
    /// Which keyword.
    id: KeywordId,
) -> impl IntoView {
    let found = Resource::new(move || id, keyword_sources);
    view! {
        <section aria-label="Where the values come from" class="mt-4 border-t border-base-300 pt-4">
            <h3 class="mb-2 text-sm font-semibold">"Where the values come from"</h3>
            <Transition fallback=|| view! { <Skeleton rows=2/> }>
                {move || found.get().map(|result| match result {
                    Ok(sources) if sources.is_empty() => {
                        view! { <p class="text-sm muted">"This keyword has no figures yet."</p> }.into_any()
                    }
                    Ok(sources) => {
                        view! { <ul class="space-y-2 text-sm">{sources.into_iter().map(line).collect_view()}</ul> }.into_any()
                    }
                    Err(error) => view! { <ErrorState error retry=move |()| found.refetch()/> }.into_any(),
                })}
            </Transition>
        </section>
    }
}

fn line(source: Source) -> impl IntoView {
    let Source {
        value,
        text,
        estimated,
        import_id,
        file_name,
        dialect,
        line,
        at,
    } = source;
    let measured = match (estimated, value) {
        (true, entity::keyword_change::Value::Intent) => "guessed",
        (true, _) => "estimated",
        (false, _) => "measured",
    };
    let row = line.map(|line| format!(", row {}", number(line)));
    let origin = match (import_id, file_name) {
        (Some(id), Some(name)) => {
            let tool = dialect
                .filter(|tool| !tool.is_empty())
                .map(|tool| format!("{tool} file "));
            view! {
                {tool}
                <a class="link link-hover wrap-anywhere" href=format!("/planner/keywords/import?import={id}")>{name}</a>
                {row}
            }
            .into_any()
        }
        _ => view! { "Entered by hand" }.into_any(),
    };
    let known = import_id.is_some();
    view! {
        <li>
            <span class="font-medium">{value.label()} " " <span class="tabular">{text}</span></span>
            <span class="block text-xs muted">
                {origin} " · " <TimeAgo time=at/> {(known || estimated).then(|| format!(" · {measured}"))}
            </span>
        </li>
    }
}
