//! Saved states of a prompt.

use entity::{ListQuery, ai_prompt_version::Row, ai_task::AiFunction};
use leptos::prelude::*;

use super::api::{prompt_versions, restore_prompt};
use crate::{
    components::{ConfirmDialog, Dialog, ErrorState, Skeleton, TimeAgo, number, use_toasts},
    planner::parts::act,
};

/// Saved states: read them, put one back.
#[component]
pub(super) fn Versions(
    /// Whose they are.
    function: AiFunction,
    /// Number of the latest one.
    version: i32,
    /// The person may put one back.
    may_restore: Memo<bool>,
    /// Called when one was put back.
    restored: Callback<()>,
) -> impl IntoView {
    let toasts = use_toasts();
    let query = ListQuery {
        page_size: Some(50),
        ..ListQuery::default()
    };
    let versions = Resource::new(
        || (),
        move |()| {
            let query = query.clone();
            async move { prompt_versions(function, query).await }
        },
    );
    let viewing = RwSignal::new(None::<Row>);
    let view_open = RwSignal::new(false);
    let asking = RwSignal::new(false);
    let look = Callback::new(move |row: Row| {
        viewing.set(Some(row));
        view_open.set(true);
    });
    let ask = Callback::new(move |row: Row| {
        viewing.set(Some(row));
        asking.set(true);
    });
    let restore = move |()| {
        let Some(row) = viewing.get_untracked() else { return };
        act(toasts, restore_prompt(function, row.version), move |_| {
            toasts.success("Restored as a new version.");
            restored.run(());
        });
    };
    let title = Signal::derive(move || {
        viewing.with(|row| {
            row.as_ref()
                .map(|row| format!("Version {}", number(row.version)))
                .unwrap_or_default()
        })
    });
    view! {
        <section class="panel p-5" aria-labelledby="versions">
            <h2 id="versions" class="text-base font-semibold">"Versions"</h2>
            <p class="mb-2 text-xs muted">"Each save is kept. Restoring makes a new version; nothing is thrown away."</p>
            <Transition fallback=|| view! { <Skeleton rows=3/> }>
                {move || versions.get().map(|result| match result {
                    Err(error) => view! { <ErrorState error retry=move |()| versions.refetch()/> }.into_any(),
                    Ok(page) if page.results.is_empty() => view! {
                        <p class="py-3 text-sm muted">"Nobody has changed this text yet."</p>
                    }.into_any(),
                    Ok(page) => view! {
                        <ol class="divide-y divide-base-300">
                            {page.results.into_iter().map(|row| {
                                let is_latest = row.version == version;
                                view! { <Version row is_latest may_restore look ask/> }
                            }).collect_view()}
                        </ol>
                    }.into_any(),
                })}
            </Transition>
        </section>
        <Dialog open=view_open title wide=true>
            {move || viewing.get_untracked().map(|row| {
                let text = row.prompt_value.unwrap_or_else(|| "The default was taken back here.".to_owned());
                view! { <pre class="rounded-field bg-base-200 p-3 text-sm whitespace-pre-wrap wrap-anywhere">{text}</pre> }
            })}
        </Dialog>
        <ConfirmDialog
            open=asking title="Restore this version?" confirm="Restore" danger=false on_confirm=restore
            text="It is used from the next job on. What is in use now stays in the list."
        />
    }
}

#[component]
fn Version(
    row: Row,
    is_latest: bool,
    may_restore: Memo<bool>,
    look: Callback<Row>,
    ask: Callback<Row>,
) -> impl IntoView {
    let name = format!("Version {}", number(row.version));
    let what = if row.prompt_value.is_some() {
        "Own text"
    } else {
        "Back to the default"
    };
    let by = if row.author.is_empty() {
        String::new()
    } else {
        format!(" · {}", row.author)
    };
    let (view_label, restore_label) = (format!("View {name}"), format!("Restore {name}"));
    let stored = StoredValue::new(row.clone());
    view! {
        <li class="flex flex-wrap items-center justify-between gap-2 py-2.5">
            <div class="min-w-0 text-sm">
                <p class="font-medium">{name}</p>
                <p class="text-xs muted wrap-anywhere">{what}{by}" · "<TimeAgo time=row.created_at/></p>
            </div>
            <span class="flex gap-1 js-only">
                <button type="button" class="btn btn-xs" aria-label=view_label on:click=move |_| look.run(stored.get_value())>"View"</button>
                <Show when=move || may_restore.get() && !is_latest>
                    <button type="button" class="btn btn-xs" aria-label=restore_label.clone() on:click=move |_| ask.run(stored.get_value())>"Restore"</button>
                </Show>
            </span>
        </li>
    }
}
