//! What was published where.

use entity::publishing_record::{Filter, PublishRequest, PublishStatus, Row};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

use super::api::{publish, publishing_records};
use crate::{
    components::{
        Badge, Column, DataTable, EmptyState, FilterSelect, Icon, Tag, TimeAgo, Tone, lu, options_of, use_toasts,
        use_url_state,
    },
    workspace::use_workspace,
};

/// What was published where, with a second try for what failed.
#[component]
pub fn Records() -> impl IntoView {
    let workspace = use_workspace();
    let url = use_url_state();
    let toasts = use_toasts();
    let wanted = move || {
        let filter = Filter {
            site_id: workspace.site_id(),
            content_id: url.parsed("content_id"),
            status: url.parsed("status"),
        };
        (filter, url.list_of("records"))
    };
    let rows = Resource::new(wanted, |(filter, query)| publishing_records(filter, query));
    // Work under way ends without a word from the server, so the list asks again until none is.
    Effect::new(move |_| {
        let under_way = rows.get().and_then(Result::ok).is_some_and(|page| {
            let open = |row: &Row| matches!(row.record.status, PublishStatus::Pending | PublishStatus::Publishing);
            page.results.iter().any(open)
        });
        if under_way && let Ok(handle) = set_timeout_with_handle(move || rows.refetch(), Duration::from_secs(2)) {
            on_cleanup(move || handle.clear());
        }
    });
    let again = Callback::new(move |row: Row| {
        let request = PublishRequest {
            content_ids: vec![row.record.content_id],
            integration_id: row.record.integration_id,
            target_status: row.record.target_status,
        };
        spawn_local(async move {
            match publish(request).await {
                Ok(_) => {
                    toasts.success("On its way.");
                    rows.refetch();
                }
                Err(error) => toasts.error(&error),
            }
        });
    });
    let columns = vec![
        Column::new("Article", |row: &Row| {
            view! {
                <a class="link link-hover font-medium" href=format!("/writer/content/{}", row.record.content_id)>
                    {row.content_title.clone()}
                </a>
                {row.record.error.clone().map(|error| view! { <p class="mt-0.5 text-xs text-error wrap-anywhere">{error}</p> })}
            }
        })
        .lead(),
        Column::new("Destination", |row: &Row| row.integration_name.clone()),
        Column::new("Status", status),
        Column::new("Address", |row: &Row| {
            row.record.external_url.clone().map(|address| {
                view! {
                    <a class="link link-primary inline-flex items-center gap-1" href=address target="_blank" rel="noopener external">
                        "Open"
                        <Icon icon=lu::LuExternalLink class="size-3.5"/>
                    </a>
                }
            })
        }),
        Column::new("Sent", move |row: &Row| match row.record.published_at {
            // Readers live by the site's clock.
            Some(time) => {
                let zone = untrack(move || workspace.site()).map(|entry| entry.site.time_zone).unwrap_or_default();
                view! { <TimeAgo time zone/> }.into_any()
            }
            None => "–".into_any(),
        }),
        Column::new("", move |row: &Row| {
            let word = match row.record.status {
                PublishStatus::Failed => "Retry",
                PublishStatus::Published => "Publish again",
                PublishStatus::Pending | PublishStatus::Publishing => return ().into_any(),
            };
            let row = row.clone();
            view! {
                <button type="button" class="btn btn-xs js-only" on:click=move |_| again.run(row.clone())>
                    <Icon icon=lu::LuRotateCcw class="size-3.5"/>
                    {word}
                </button>
            }
            .into_any()
        }),
    ];
    let statuses = options_of(PublishStatus::ALL, |status| (status.as_str(), status.label()));
    view! {
        <DataTable
            name="records"
            label="Articles sent"
            columns
            rows
            row_id=|row: &Row| row.record.id.0
            row_name=|row: &Row| row.content_title.clone()
            filters=move || view! { <FilterSelect key="status" label="Status" options=statuses.clone()/> }
            empty=|| {
                view! {
                    <EmptyState icon=lu::LuSend title="Nothing published yet" text="Choose articles in the Writer and send them to a connection.">
                        <a class="btn btn-primary btn-sm" href="/writer/content">"Choose articles"</a>
                    </EmptyState>
                }
            }
        />
    }
}

fn status(row: &Row) -> impl IntoView + use<> {
    let behind = row.record.status == PublishStatus::Published
        && row
            .record
            .published_revision
            .is_some_and(|revision| revision < row.content_revision);
    let as_draft = row.record.target_status == "draft";
    view! {
        <span class="inline-flex flex-wrap justify-end gap-1 md:justify-start">
            <Badge value=row.record.status/>
            {as_draft.then(|| view! { <Tag>"as draft"</Tag> })}
            {behind.then(|| view! { <Tag tone=Tone::Warning>"Changed since"</Tag> })}
        </span>
    }
}
