//! Articles of a site.

use std::collections::BTreeSet;

use entity::{
    ContentId,
    ai_task::{AiFunction, Progress, Start},
    content::{self, ContentStatus, Row},
};
use leptos::prelude::*;

use super::{api::list_content, publish_dialog::PublishDialog};
use crate::{
    components::{
        AiLauncher, Badge, Column, DataTable, EmptyState, FilterSelect, Icon, NeedsSite, PageHeader, ProgressPanel,
        Tag, TimeAgo, Tone, lu, number, use_running_task, use_url_state,
    },
    planner::parts::{DoneNote, chosen, use_cluster_options, use_may_edit},
    workspace::use_workspace,
};

/// Articles: read, plan pictures, publish.
#[component]
pub fn ContentPage() -> impl IntoView {
    let workspace = use_workspace();
    let url = use_url_state();
    let publishing = RwSignal::new(false);
    let request = RwSignal::new(None::<Start>);
    let task = use_running_task(&[AiFunction::GenerateImagePrompts]);
    let note = RwSignal::new(None::<String>);
    let selection = RwSignal::new(BTreeSet::<i64>::new());
    let clusters = use_cluster_options();
    let may_edit = use_may_edit();
    let filter = move || content::Filter {
        site_id: workspace.site_id(),
        sector_id: workspace.sector_id(),
        status: url.parsed("status"),
        cluster_id: url.parsed("cluster"),
    };
    let rows = Resource::new(
        move || (filter(), url.list_of("content")),
        |(filter, query)| list_content(filter, query),
    );

    let plan = move |_| {
        request.set(Some(Start::GenerateImagePrompts {
            content_ids: chosen(selection, ContentId),
        }))
    };
    let done = move |progress: Progress| {
        rows.refetch();
        if progress.items_done > 0 {
            note.set(Some("The images are planned.".to_owned()));
        }
    };
    let bulk = move || {
        view! {
            <button type="button" class="btn btn-primary btn-sm" on:click=move |_| publishing.set(true)>
                <Icon icon=lu::LuSend class="size-4"/>
                "Publish"
            </button>
            <button type="button" class="btn btn-sm" on:click=plan>
                <Icon icon=lu::LuImage class="size-4"/>
                "Plan images"
            </button>
        }
    };
    let filters = move || view! { <FilterSelect key="cluster" label="Cluster" options=clusters/> };
    view! {
        <PageHeader title="Content" purpose="Your articles, from first draft to published. Open one to edit it."/>
        <NeedsSite>
            <ProgressPanel task on_done=done/>
            <DoneNote note href="/writer/images?status=pending" link="Make the pictures"/>
            <Views/>
            {move || if may_edit.get() {
                view! {
                    <DataTable
                        name="content" label="Articles" rows columns=columns() search="Search articles"
                        row_id=|row: &Row| row.id.0
                        row_name=|row: &Row| row.title.clone()
                        selection bulk filters
                        empty=no_content
                    />
                }.into_any()
            } else {
                view! {
                    <DataTable
                        name="content" label="Articles" rows columns=columns() search="Search articles"
                        row_id=|row: &Row| row.id.0
                        row_name=|row: &Row| row.title.clone()
                        filters
                        empty=no_content
                    />
                }.into_any()
            }}
        </NeedsSite>
        <AiLauncher
            request task
            on_started=move |_| {
                note.set(None);
                selection.update(BTreeSet::clear);
            }
        />
        <PublishDialog open=publishing selection on_change=move |()| rows.refetch()/>
    }
}

/// Drafts, in review, published, all.
#[component]
fn Views() -> impl IntoView {
    let url = use_url_state();
    let views = [
        (Some(ContentStatus::Draft), "Drafts"),
        (Some(ContentStatus::Review), "In review"),
        (Some(ContentStatus::Published), "Published"),
        (None, "All"),
    ];
    let tabs = views
        .into_iter()
        .map(|(status, name)| {
            let here = move || url.parsed::<ContentStatus>("status") == status;
            let href = move || url.href(&[("status", status.map(|status| status.as_str().to_owned()))]);
            view! {
                <a
                    class=move || if here() { "tab tab-active" } else { "tab text-base-content/75!" }
                    href=href
                    data-noscroll=""
                    aria-current=move || here().then_some("page")
                >
                    {name}
                </a>
            }
        })
        .collect_view();
    view! { <nav class="tabs tabs-border mb-3" aria-label="Articles by status">{tabs}</nav> }
}

fn columns() -> Vec<Column<Row>> {
    vec![
        Column::new("Article", |row: &Row| {
            view! {
                <a class="link link-hover font-medium" href=format!("/writer/content/{}", row.id)>{row.title.clone()}</a>
                {row.is_outline.then(|| view! {
                    <span class="ml-2 align-middle" title="An outline made without a language model: its text is yours to write">
                        <Tag tone=Tone::Warning>"Draft to complete"</Tag>
                    </span>
                })}
            }
        })
        .sortable("title")
        .lead(),
        Column::new("Keyword", |row: &Row| view! { <span class="muted">{row.primary_keyword.clone()}</span> })
            .sortable("primary_keyword"),
        Column::new("Words", |row: &Row| number(row.word_count)).sortable("word_count").right(),
        Column::new("Images", |row: &Row| images(row)).right(),
        Column::new("Status", |row: &Row| view! { <Badge value=row.status/> }).sortable("status"),
        Column::new("Online", |row: &Row| match row.external_url.clone() {
            Some(address) => view! {
                <a class="link link-primary inline-flex items-center gap-1" href=address target="_blank" rel="noopener external">
                    "View"
                    <Icon icon=lu::LuExternalLink class="size-3.5"/>
                    <span class="sr-only">{format!("{} in a new window", row.title)}</span>
                </a>
            }
            .into_any(),
            None => view! { <span class="muted">"–"</span> }.into_any(),
        }),
        Column::new("Updated", |row: &Row| view! { <TimeAgo time=row.updated_at/> }).sortable("updated_at"),
        Column::new("", |row: &Row| {
            view! {
                <a class="btn btn-xs" href=format!("/writer/content/{}", row.id) aria-label=format!("Open “{}”", row.title)>
                    "Open"
                </a>
            }
        }),
    ]
}

fn images(row: &Row) -> AnyView {
    if row.images_total == 0 {
        return view! { <span class="muted">"–"</span> }.into_any();
    }
    let text = format!("{} of {}", number(row.images_done), number(row.images_total));
    view! { <a class="link link-hover" href=format!("/writer/images?content={}", row.id)>{text}</a> }.into_any()
}

fn no_content() -> impl IntoView {
    view! {
        <EmptyState
            icon=lu::LuFileText
            title="No articles yet"
            text="Articles appear here as soon as they are generated from tasks."
        >
            <a class="btn btn-primary btn-sm" href="/writer/tasks">"Go to tasks"</a>
        </EmptyState>
    }
}
