//! Destinations of one article.

use entity::publishing_record::Row;
use leptos::{prelude::*, task::spawn_local};

use super::{
    draft::Draft,
    publish_dialog::{PublishForm, is_over, pause, use_connections},
};
use crate::components::{Badge, Icon, TimeAgo, lu, use_toasts};

/// Publishing the article, and where it is.
#[component]
pub(super) fn PublishPanel(
    /// The article.
    draft: Draft,
) -> impl IntoView {
    let toasts = use_toasts();
    let connections = use_connections();
    let id = draft.id;
    // What is published is what is saved.
    let before = move |answer: Callback<bool>| {
        spawn_local(async move {
            let ready = draft.settle().await;
            if !ready {
                toasts.failure("The article is not saved yet, so it was not published.");
            }
            answer.try_run(ready);
        });
    };
    let watch = move || {
        spawn_local(async move {
            for _ in 0..120 {
                draft.refresh().await;
                match draft.records.try_with_untracked(|records| records.iter().all(is_over)) {
                    Some(false) => pause(1500).await,
                    _ => return,
                }
            }
        });
    };
    let sent = move |_: Vec<Row>| {
        toasts.success("On its way.");
        watch();
    };
    Effect::new(move |_| {
        if !draft.records.with_untracked(|records| records.iter().all(is_over)) {
            watch();
        }
    });
    view! {
        <h2 class="sr-only">"Publish"</h2>
        <PublishForm contents=Signal::derive(move || vec![id]) connections before on_sent=sent/>
        <Show when=move || draft.records.with(|records| !records.is_empty())>
            <h3 class="mt-6 mb-2 text-sm font-semibold">"Where it is"</h3>
            <ul class="space-y-3">
                {move || {
                    let revision = draft.revision.get();
                    draft.records.get().into_iter().map(|row| view! { <Destination row revision/> }).collect_view()
                }}
            </ul>
        </Show>
    }
}

#[component]
fn Destination(row: Row, revision: i32) -> impl IntoView {
    let Row {
        record,
        integration_name,
        ..
    } = row;
    let behind = record.published_revision.is_some_and(|there| there < revision);
    view! {
        <li class="rounded-box border border-base-300 p-3 text-sm">
            <div class="flex flex-wrap items-center justify-between gap-2">
                <span class="min-w-0 font-medium wrap-anywhere">{integration_name}</span>
                <Badge value=record.status/>
            </div>
            {record.published_at.map(|time| view! {
                <p class="mt-1 text-xs muted">
                    {if record.target_status == "draft" { "Sent as a draft " } else { "Published " }}
                    <TimeAgo time/>
                </p>
            })}
            {behind.then(|| view! {
                <p class="mt-1 text-xs text-warning">"Changed here since. Publish again to update it there."</p>
            })}
            {record.error.map(|error| view! { <p class="mt-1 text-xs text-error wrap-anywhere">{error}</p> })}
            {record.external_url.map(|address| view! {
                <a class="link link-primary mt-1 inline-flex items-center gap-1 text-xs" href=address target="_blank" rel="noopener external">
                    "View there"
                    <Icon icon=lu::LuExternalLink class="size-3.5"/>
                    <span class="sr-only">"(new window)"</span>
                </a>
            })}
        </li>
    }
}
