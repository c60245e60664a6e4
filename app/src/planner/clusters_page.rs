//! Clusters of a site.

use std::collections::BTreeSet;

use entity::{
    ClusterId, Page,
    ai_task::{AiFunction, Progress, Start},
    cluster::{self, ClusterStatus},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    api::{delete_clusters, list_clusters},
    cluster_dialogs::MergeDialog,
    cluster_form::ClusterForm,
    clusters_api::set_cluster_status,
    grouping_note::LastGrouping,
    parts::{BulkSelect, DoneNote, EditButton, act, chosen, rows_count, use_may_edit},
};
use crate::{
    components::{
        AiLauncher, Badge, Column, ConfirmDialog, DataTable, Dialog, EmptyState, FilterRange, FilterSelect, Icon,
        NeedsSite, PageHeader, ProgressPanel, TimeAgo, count, lu, number, options_of, use_running_task, use_toasts,
        use_url_state,
    },
    workspace::use_workspace,
};

/// A cluster with its size beside the largest of the page.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Row {
    cluster: cluster::Model,
    /// 0 to 100.
    share: i64,
}

fn with_shares(page: Page<cluster::Model>) -> Page<Row> {
    let top = page
        .results
        .iter()
        .map(|cluster| cluster.volume)
        .max()
        .unwrap_or(0)
        .max(1);
    let share = |volume: i64| volume.clamp(0, top).saturating_mul(100) / top;
    let results = page
        .results
        .into_iter()
        .map(|cluster| Row {
            share: share(cluster.volume),
            cluster,
        })
        .collect();
    Page {
        results,
        count: page.count,
        count_exact: true,
        page: page.page,
        page_size: page.page_size,
    }
}

/// Clusters: look through them, make ideas from them.
#[component]
pub fn ClustersPage() -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let url = use_url_state();
    let adding = RwSignal::new(false);
    let editing = RwSignal::new(None::<cluster::Model>);
    let edit_open = RwSignal::new(false);
    let delete_open = RwSignal::new(false);
    let request = RwSignal::new(None::<Start>);
    let task = use_running_task(&[AiFunction::GenerateIdeas]);
    let note = RwSignal::new(None::<String>);
    let selection = RwSignal::new(BTreeSet::<i64>::new());
    let filter = move || cluster::Filter {
        site_id: workspace.site_id(),
        sector_id: workspace.sector_id(),
        status: url.parsed("status"),
        keywords_min: url.parsed("keywords_min"),
        keywords_max: url.parsed("keywords_max"),
        volume_min: url.parsed("volume_min"),
        volume_max: url.parsed("volume_max"),
        with_ideas: url.get("ideas").map(|value| value == "yes"),
    };
    let version = Signal::stored(0_u32);
    let merge_open = RwSignal::new(false);
    let rows = Resource::new(
        move || (filter(), url.list_of("clusters")),
        |(filter, query)| async move { list_clusters(filter, query).await.map(with_shares) },
    );

    let edit = Callback::new(move |cluster: cluster::Model| {
        editing.set(Some(cluster));
        edit_open.set(true);
    });
    let ideas = move |_| {
        request.set(Some(Start::GenerateIdeas {
            cluster_ids: chosen(selection, ClusterId),
        }))
    };
    let delete = move |()| {
        act(toasts, delete_clusters(chosen(selection, ClusterId)), move |gone| {
            toasts.success(format!(
                "{} deleted. The keywords stay.",
                count(rows_count(gone), "cluster", "clusters")
            ));
            selection.update(BTreeSet::clear);
            rows.refetch();
        });
    };
    let done = move |progress: Progress| {
        rows.refetch();
        if progress.items_done > 0 {
            toasts.success(progress.summary.unwrap_or_else(|| "The ideas are ready.".to_owned()));
            note.set(Some("Your ideas are ready.".to_owned()));
        }
    };
    let set_status = move |value: String| {
        let Ok(status) = value.parse::<ClusterStatus>() else {
            return;
        };
        act(
            toasts,
            set_cluster_status(chosen(selection, ClusterId), status),
            move |changed| {
                toasts.success(format!(
                    "{}: {}.",
                    count(rows_count(changed), "cluster", "clusters"),
                    status.label()
                ));
                selection.update(BTreeSet::clear);
                rows.refetch();
            },
        );
    };
    // Selected clusters with their names, the one with the most keywords first: its name is proposed.
    let to_merge = Signal::derive(move || {
        let mut found: Vec<cluster::Model> = rows.with(|rows| match rows {
            Some(Ok(page)) => page
                .results
                .iter()
                .filter(|row| selection.with(|selection| selection.contains(&row.cluster.id.0)))
                .map(|row| row.cluster.clone())
                .collect(),
            _ => Vec::new(),
        });
        found.sort_by_key(|cluster| std::cmp::Reverse(cluster.keywords_count));
        found
            .into_iter()
            .map(|cluster| (cluster.id, cluster.name))
            .collect::<Vec<_>>()
    });
    let several = Memo::new(move |_| selection.with(|selection| (2..=50).contains(&selection.len())));
    let bulk = move || {
        view! {
            <button type="button" class="btn btn-primary btn-sm" on:click=ideas>
                <Icon icon=lu::LuLightbulb class="size-4"/>
                "Generate ideas"
            </button>
            <button
                type="button"
                class="btn btn-sm"
                disabled=move || !several.get()
                title="Makes one cluster of 2 to 50 selected ones"
                on:click=move |_| merge_open.set(true)
            >
                <Icon icon=lu::LuMerge class="size-4"/>
                "Merge"
            </button>
            <BulkSelect
                label="Set status"
                options=options_of(ClusterStatus::ALL, |status| (status.as_str(), status.label()))
                on_choose=set_status
            />
            <button type="button" class="btn btn-sm text-error" on:click=move |_| delete_open.set(true)>
                <Icon icon=lu::LuTrash2 class="size-4"/>
                "Delete"
            </button>
        }
    };
    let filters = move || {
        let statuses = options_of(ClusterStatus::ALL, |status| (status.as_str(), status.label()));
        let ideas = vec![("yes".to_owned(), "Yes".to_owned()), ("no".to_owned(), "No".to_owned())];
        view! {
            <FilterSelect key="status" label="Status" options=statuses/>
            <FilterSelect key="ideas" label="Has ideas" options=ideas/>
            <FilterRange min_key="keywords_min" max_key="keywords_max" label="Keywords"/>
            <FilterRange min_key="volume_min" max_key="volume_max" label="Volume"/>
        }
    };
    let title = Signal::derive(move || {
        let chosen = selection.with(BTreeSet::len);
        format!(
            "Delete {}?",
            count(i64::try_from(chosen).unwrap_or(i64::MAX), "cluster", "clusters")
        )
    });
    let may_edit = use_may_edit();
    view! {
        <PageHeader title="Clusters" purpose="Groups of keywords that one page can serve. Each one is good for one or more ideas.">
            <Show when=move || may_edit.get()>
                <button type="button" class="btn btn-sm js-only" on:click=move |_| adding.set(true)>
                    <Icon icon=lu::LuPlus class="size-4"/>
                    "Add cluster"
                </button>
                <a class="btn btn-primary btn-sm" href="/planner/clusters/group">
                    <Icon icon=lu::LuBoxes class="size-4"/>
                    "Group keywords"
                </a>
            </Show>
        </PageHeader>
        <NeedsSite>
            <ProgressPanel task on_done=done/>
            <DoneNote note href="/planner/ideas" link="See the ideas"/>
            <LastGrouping version on_done=move |()| rows.refetch()/>
            {move || if may_edit.get() {
                view! {
                    <DataTable
                        name="clusters" label="Clusters" rows columns=columns(Some(edit)) search="Search clusters"
                        row_id=|row: &Row| row.cluster.id.0
                        row_name=|row: &Row| row.cluster.name.clone()
                        selection bulk filters
                        empty=no_clusters
                    />
                }.into_any()
            } else {
                view! {
                    <DataTable
                        name="clusters" label="Clusters" rows columns=columns(None) search="Search clusters"
                        row_id=|row: &Row| row.cluster.id.0
                        row_name=|row: &Row| row.cluster.name.clone()
                        filters
                        empty=no_clusters
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
        <ConfirmDialog
            open=delete_open title confirm="Delete" on_confirm=delete
            text="Their keywords stay and can be grouped again. Ideas made from them stay too."
        />
        <MergeDialog
            open=merge_open clusters=to_merge
            on_done=move |made: cluster::Model| {
                toasts.success(format!("Merged into “{}”.", made.name));
                selection.update(BTreeSet::clear);
                rows.refetch();
            }
        />
        <Dialog open=adding title="Add cluster">
            <ClusterForm
                stored=None
                on_saved=move |saved: cluster::Model| {
                    adding.set(false);
                    toasts.success(format!("“{}” added.", saved.name));
                    rows.refetch();
                }
            />
        </Dialog>
        <Dialog open=edit_open title="Edit cluster">
            {move || editing.get_untracked().map(|stored| view! {
                <ClusterForm
                    stored=Some(stored)
                    on_saved=move |_| {
                        edit_open.set(false);
                        toasts.success("Cluster saved.");
                        rows.refetch();
                    }
                />
            })}
        </Dialog>
    }
}

fn columns(edit: Option<Callback<cluster::Model>>) -> Vec<Column<Row>> {
    let mut columns = vec![
        Column::new("Cluster", |row: &Row| {
            view! {
                <a class="link link-hover font-medium" href=format!("/planner/clusters/{}", row.cluster.id)>
                    {row.cluster.name.clone()}
                </a>
                {(!row.cluster.description.is_empty())
                    .then(|| view! { <p class="line-clamp-1 max-w-prose text-xs muted">{row.cluster.description.clone()}</p> })}
            }
        })
        .sortable("name")
        .lead(),
        Column::new("Keywords", |row: &Row| number(row.cluster.keywords_count)).sortable("keywords_count").right(),
        Column::new("Volume", |row: &Row| number(row.cluster.volume)).sortable("volume").right(),
        Column::new("Share", |row: &Row| share_bar(row.share)),
        Column::new("Status", |row: &Row| view! { <Badge value=row.cluster.status/> }).sortable("status"),
        Column::new("Created", |row: &Row| view! { <TimeAgo time=row.cluster.created_at/> }).sortable("created_at"),
    ];
    if let Some(edit) = edit {
        columns.push(Column::new("", move |row: &Row| {
            let cluster = row.cluster.clone();
            view! { <EditButton name=cluster.name.clone() on_click=move |()| edit.run(cluster.clone())/> }
        }));
    }
    columns
}

/// Volume beside the largest of the page.
fn share_bar(share: i64) -> impl IntoView {
    let label = format!("{share} % of the largest cluster here");
    view! {
        <svg class="h-2 w-24" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label=label>
            <rect width="100" height="10" rx="2" class="fill-base-300"></rect>
            <rect width=share.to_string() height="10" rx="2" class="fill-primary"></rect>
        </svg>
    }
}

fn no_clusters() -> impl IntoView {
    let may_edit = untrack(|| use_workspace().can_edit());
    view! {
        <EmptyState
            icon=lu::LuBoxes
            title="No clusters yet"
            text=if may_edit {
                "Bring in keywords and let them be grouped: keywords that one page can answer end up together."
            } else {
                "They appear here once an editor has grouped keywords."
            }
        >
            {may_edit.then(|| view! { <a class="btn btn-primary btn-sm" href="/planner/clusters/group">"Group keywords"</a> })}
        </EmptyState>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_clusters_have_no_shares() {
        let page = Page {
            count: 0,
            count_exact: true,
            page: 1,
            page_size: 50,
            results: Vec::new(),
        };
        assert!(with_shares(page).results.is_empty());
    }
}
