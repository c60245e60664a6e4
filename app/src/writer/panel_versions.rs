//! Saved states of one article.

use entity::{ApiError, ContentVersionId, content_version};
use leptos::{prelude::*, task::spawn_local};

use super::{
    api::{get_version, restore_version},
    draft::Draft,
};
use crate::{
    components::{ConfirmDialog, Dialog, ErrorState, Skeleton, TimeAgo, count, number, use_toasts},
    planner::parts::act,
};

/// Saved states: read them, put one back.
#[component]
pub(super) fn VersionsPanel(
    /// The article.
    draft: Draft,
) -> impl IntoView {
    let toasts = use_toasts();
    let viewing = RwSignal::new(None::<ContentVersionId>);
    let view_open = RwSignal::new(false);
    let asking = RwSignal::new(false);
    Effect::new(move |_| {
        draft.revision.track();
        spawn_local(draft.refresh());
    });
    let look = Callback::new(move |id: ContentVersionId| {
        viewing.set(Some(id));
        view_open.set(true);
    });
    let ask = Callback::new(move |id: ContentVersionId| {
        viewing.set(Some(id));
        asking.set(true);
    });
    let restore = move |()| {
        let Some(id) = viewing.get_untracked() else { return };
        spawn_local(async move {
            // What is on the page becomes a version first, so that nothing is lost by going back.
            if !draft.settle().await {
                toasts.failure("Your last changes could not be saved, so nothing was restored.");
                return;
            }
            act(toasts, restore_version(id), move |model| {
                draft.take(&model);
                toasts.success("Restored. The text from before is in the list, too.");
                spawn_local(draft.refresh());
            });
        });
    };
    view! {
        <h2 class="sr-only">"Versions"</h2>
        <p class="mb-3 text-xs muted">"Each save is kept. Restoring makes a new version; nothing is thrown away."</p>
        <ol class="divide-y divide-base-300">
            {move || {
                let newest = draft.revision.get();
                draft
                    .versions
                    .get()
                    .into_iter()
                    .map(|version| view! { <Version version newest look ask/> })
                    .collect_view()
            }}
        </ol>
        <Dialog open=view_open title="Version" wide=true>
            {move || viewing.get_untracked().map(|id| view! { <VersionText id/> })}
        </Dialog>
        <ConfirmDialog
            open=asking
            title="Restore this version?"
            text="Title, text and search texts go back to it. What is there now stays in the list of versions."
            confirm="Restore"
            danger=false
            on_confirm=restore
        />
    }
}

#[component]
fn Version(
    version: content_version::Row,
    newest: i32,
    look: Callback<ContentVersionId>,
    ask: Callback<ContentVersionId>,
) -> impl IntoView {
    let id = version.id;
    let name = format!("Version {}", number(version.revision));
    view! {
        <li class="flex flex-wrap items-center justify-between gap-2 py-2.5">
            <div class="min-w-0 text-sm">
                <p class="font-medium">{name.clone()}</p>
                <p class="text-xs muted">
                    {version.reason.label()} " · " {count(version.word_count, "word", "words")} " · " <TimeAgo time=version.created_at/>
                </p>
            </div>
            <span class="flex gap-1">
                <button type="button" class="btn btn-xs" aria-label=format!("View {name}") on:click=move |_| look.run(id)>"View"</button>
                {(version.revision != newest).then(|| view! {
                    <button type="button" class="btn btn-xs" aria-label=format!("Restore {name}") on:click=move |_| ask.run(id)>
                        "Restore"
                    </button>
                })}
            </span>
        </li>
    }
}

/// A saved state, to read.
#[component]
fn VersionText(id: ContentVersionId) -> impl IntoView {
    let found = RwSignal::new(None::<Result<content_version::Model, ApiError>>);
    let load = move || {
        spawn_local(async move {
            found.try_set(Some(get_version(id).await));
        });
    };
    load();
    move || match found.get() {
        None => view! { <Skeleton/> }.into_any(),
        Some(Err(error)) => view! { <ErrorState error retry=move |()| load()/> }.into_any(),
        Some(Ok(version)) => view! {
            <p class="mb-1 text-xs muted">
                {format!("Version {} · {} · ", number(version.revision), count(version.word_count, "word", "words"))}
                <TimeAgo time=version.created_at/>
            </p>
            <h3 class="mb-4 text-xl font-semibold">{version.title}</h3>
            <div class="prose-article" inner_html=version.html_content></div>
        }
        .into_any(),
    }
}
