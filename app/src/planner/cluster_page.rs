//! One cluster and its keywords.

use entity::{
    ApiError, ClusterId,
    ai_task::{AiFunction, Progress, Start},
    cluster,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    api::{delete_clusters, get_cluster},
    cluster_dialogs::{AddKeywordsDialog, SplitDialog},
    cluster_form::ClusterForm,
    cluster_members::{MemberTable, Members, member_rows},
    parts::{DoneNote, act, use_may_edit},
};
use crate::components::{
    AiLauncher, Badge, ConfirmDialog, Dialog, EmptyState, ErrorState, Icon, PageHeader, ProgressPanel, Skeleton, Stat,
    lu, number, use_running_task, use_toasts, use_url_state,
};

/// One cluster: what it is, its keywords, ideas from it.
#[component]
pub fn ClusterPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse::<ClusterId>().ok())));
    let cluster = Resource::new(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => get_cluster(id).await,
                None => Err(ApiError::new("not_found", "There is no such cluster.")),
            }
        },
    );
    let rows = member_rows(id);
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || cluster.get().map(|result| match result {
                Ok(found) => view! { <Cluster found reload=move |()| cluster.refetch() rows/> }.into_any(),
                Err(error) => {
                    view! {
                        {way_back()}
                        <PageHeader title="Cluster"/>
                        <div class="panel">
                            <ErrorState error retry=move |()| cluster.refetch()>
                                <a class="btn btn-sm" href="/planner/clusters">"See the clusters"</a>
                            </ErrorState>
                        </div>
                    }.into_any()
                }
            })}
        </Transition>
    }
}

fn way_back() -> impl IntoView {
    view! {
        <nav aria-label="Where this is" class="mb-2 text-sm">
            <a class="link link-hover muted" href="/planner/clusters">"Clusters"</a>
        </nav>
    }
}

#[component]
fn Cluster(
    /// What is stored.
    found: cluster::Model,
    /// Loads it again.
    #[prop(into)]
    reload: Callback<()>,
    /// Its keywords.
    rows: Members,
) -> impl IntoView {
    let toasts = use_toasts();
    let url = use_url_state();
    let id = found.id;
    let editing = RwSignal::new(false);
    let delete_open = RwSignal::new(false);
    let request = RwSignal::new(None::<Start>);
    let task = use_running_task(&[AiFunction::GenerateIdeas]);
    let note = RwSignal::new(None::<String>);
    let adding = RwSignal::new(false);
    let splitting = RwSignal::new(false);
    let sector = found.sector_id;
    let stored = StoredValue::new(found.clone());
    let delete = move |()| {
        act(toasts, delete_clusters(vec![id]), move |_| {
            toasts.success("Cluster deleted. Its keywords stay.");
            url.go("/planner/clusters");
        });
    };
    let done = move |progress: Progress| {
        if progress.items_done > 0 {
            note.set(Some("Your ideas are ready.".to_owned()));
        }
    };
    let may_edit = use_may_edit();
    let ideas_href = format!("/planner/ideas?cluster={id}");
    view! {
        {way_back()}
        <PageHeader title=found.name.clone() purpose=found.description.clone()>
            <a class="btn btn-sm" href=ideas_href>"Its ideas"</a>
            <Show when=move || may_edit.get()>
                <button type="button" class="btn btn-sm js-only" on:click=move |_| adding.set(true)>
                    <Icon icon=lu::LuPlus class="size-4"/>
                    "Add keywords"
                </button>
                <button type="button" class="btn btn-sm js-only" on:click=move |_| splitting.set(true)>
                    <Icon icon=lu::LuSplit class="size-4"/>
                    "Split"
                </button>
                <button type="button" class="btn btn-sm js-only" on:click=move |_| editing.set(true)>
                    <Icon icon=lu::LuPencil class="size-4"/>
                    "Edit"
                </button>
                <button type="button" class="btn btn-sm js-only text-error" on:click=move |_| delete_open.set(true)>
                    <Icon icon=lu::LuTrash2 class="size-4"/>
                    "Delete"
                </button>
                <button
                    type="button"
                    class="btn btn-primary btn-sm js-only"
                    on:click=move |_| request.set(Some(Start::GenerateIdeas { cluster_ids: vec![id] }))
                >
                    <Icon icon=lu::LuLightbulb class="size-4"/>
                    "Generate ideas"
                </button>
            </Show>
        </PageHeader>
        <div class="mb-5 grid grid-cols-2 gap-3 sm:grid-cols-3">
            <Stat label="Keywords" value=number(found.keywords_count)/>
            <Stat label="Searches a month" value=number(found.volume)/>
            <div class="panel min-w-0 p-4">
                <span class="block text-xs font-medium muted">"Status"</span>
                <span class="mt-2 block"><Badge value=found.status/></span>
            </div>
        </div>
        <ProgressPanel task on_done=done/>
        <DoneNote note href="/planner/ideas" link="See the ideas"/>
        <MemberTable
            id rows on_change=move |()| reload.run(())
            empty=move || view! {
                <EmptyState
                    icon=lu::LuKeyRound
                    title="No keywords in this cluster"
                    text=if untrack(|| may_edit.get()) {
                        "Add keywords by hand, or group those that are in no cluster: what fits is added here."
                    } else {
                        "Editors put keywords here by hand, or by grouping."
                    }
                >
                    <a class="btn btn-primary btn-sm" href="/planner/keywords?clustered=no">"Ungrouped keywords"</a>
                </EmptyState>
            }
        />
        <AddKeywordsDialog
            open=adding id sector
            on_done=move |()| {
                rows.refetch();
                reload.run(());
            }
        />
        <SplitDialog
            open=splitting id
            on_done=move |()| {
                rows.refetch();
                reload.run(());
            }
        />
        <AiLauncher request task on_started=move |_| note.set(None)/>
        <ConfirmDialog
            open=delete_open title="Delete this cluster?" confirm="Delete" on_confirm=delete
            text="Its keywords stay and can be grouped again. Ideas made from it stay too."
        />
        <Dialog open=editing title="Edit cluster">
            <ClusterForm
                stored=Some(stored.get_value())
                on_saved=move |_| {
                    editing.set(false);
                    toasts.success("Cluster saved.");
                    reload.run(());
                }
            />
        </Dialog>
    }
}
