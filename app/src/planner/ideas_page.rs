//! Ideas of a site.

use std::collections::BTreeSet;

use entity::{
    IdeaId,
    ai_task::{AiFunction, Progress},
    idea::{self, IdeaStatus, QueueResult, Row},
};
use leptos::prelude::*;

use super::{
    api::{delete_ideas, list_ideas, queue_ideas},
    idea_form::IdeaForm,
    parts::{
        DoneNote, EditButton, act, chosen, cluster_link, rows_count, structure_label, structures, use_cluster_options,
        use_may_edit,
    },
};
use crate::{
    components::{
        Badge, Column, ConfirmDialog, DataTable, Dialog, EmptyState, FilterSelect, Icon, NeedsSite, PageHeader,
        ProgressPanel, Tag, TimeAgo, count, lu, number, options_of, use_running_task, use_toasts, use_url_state,
    },
    workspace::use_workspace,
};

/// Ideas: decide which ones are written.
#[component]
pub fn IdeasPage() -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let url = use_url_state();
    let adding = RwSignal::new(false);
    let editing = RwSignal::new(None::<idea::Model>);
    let edit_open = RwSignal::new(false);
    let delete_open = RwSignal::new(false);
    let note = RwSignal::new(None::<String>);
    let selection = RwSignal::new(BTreeSet::<i64>::new());
    let task = use_running_task(&[AiFunction::GenerateIdeas]);
    let clusters = use_cluster_options();
    let filter = move || idea::Filter {
        site_id: workspace.site_id(),
        sector_id: workspace.sector_id(),
        status: url.parsed("status"),
        cluster_id: url.parsed("cluster"),
        content_type: None,
        content_structure: url.get("structure"),
    };
    let rows = Resource::new(
        move || (filter(), url.list_of("ideas")),
        |(filter, query)| list_ideas(filter, query),
    );

    let edit = Callback::new(move |idea: idea::Model| {
        editing.set(Some(idea));
        edit_open.set(true);
    });
    let queue = move |_| {
        act(toasts, queue_ideas(chosen(selection, IdeaId)), move |result| {
            let text = queued(&result);
            toasts.success(text.clone());
            note.set(Some(text));
            selection.update(BTreeSet::clear);
            rows.refetch();
        });
    };
    let delete = move |()| {
        act(toasts, delete_ideas(chosen(selection, IdeaId)), move |gone| {
            toasts.success(format!("{} deleted.", count(rows_count(gone), "idea", "ideas")));
            selection.update(BTreeSet::clear);
            rows.refetch();
        });
    };
    let bulk = move || {
        view! {
            <button type="button" class="btn btn-primary btn-sm" on:click=queue>
                <Icon icon=lu::LuListTodo class="size-4"/>
                "Queue to Writer"
            </button>
            <button type="button" class="btn btn-sm text-error" on:click=move |_| delete_open.set(true)>
                <Icon icon=lu::LuTrash2 class="size-4"/>
                "Delete"
            </button>
        }
    };
    let filters = move || {
        let statuses = options_of(IdeaStatus::ALL, |status| (status.as_str(), status.label()));
        view! {
            <FilterSelect key="status" label="Status" options=statuses/>
            <FilterSelect key="structure" label="Structure" options=structures()/>
            <FilterSelect key="cluster" label="Cluster" options=clusters/>
        }
    };
    let title = Signal::derive(move || {
        let chosen = selection.with(BTreeSet::len);
        format!(
            "Delete {}?",
            count(i64::try_from(chosen).unwrap_or(i64::MAX), "idea", "ideas")
        )
    });
    let may_edit = use_may_edit();
    view! {
        <PageHeader title="Ideas" purpose="What could be written. Pick the ones worth it and queue them to the Writer.">
            <Show when=move || may_edit.get()>
                <button type="button" class="btn btn-primary btn-sm js-only" on:click=move |_| adding.set(true)>
                    <Icon icon=lu::LuPlus class="size-4"/>
                    "Add idea"
                </button>
            </Show>
        </PageHeader>
        <NeedsSite>
            <ProgressPanel task on_done=move |_: Progress| rows.refetch() on_step=move |_: Progress| rows.refetch()/>
            <DoneNote note href="/writer/tasks" link="See the tasks"/>
            {move || if may_edit.get() {
                view! {
                    <DataTable
                        name="ideas" label="Ideas" rows columns=columns(Some(edit)) search="Search ideas"
                        row_id=|row: &Row| row.idea.id.0
                        row_name=|row: &Row| row.idea.idea_title.clone()
                        selection bulk filters
                        empty=no_ideas
                    />
                }.into_any()
            } else {
                view! {
                    <DataTable
                        name="ideas" label="Ideas" rows columns=columns(None) search="Search ideas"
                        row_id=|row: &Row| row.idea.id.0
                        row_name=|row: &Row| row.idea.idea_title.clone()
                        filters
                        empty=no_ideas
                    />
                }.into_any()
            }}
        </NeedsSite>
        <ConfirmDialog
            open=delete_open title confirm="Delete" on_confirm=delete
            text="Writing tasks made from them stay."
        />
        <Dialog open=adding title="Add idea">
            <IdeaForm
                stored=None
                on_saved=move |_| {
                    adding.set(false);
                    toasts.success("Idea added.");
                    rows.refetch();
                }
            />
        </Dialog>
        <Dialog open=edit_open title="Edit idea">
            {move || editing.get_untracked().map(|stored| view! {
                <IdeaForm
                    stored=Some(stored)
                    on_saved=move |_| {
                        edit_open.set(false);
                        toasts.success("Idea saved.");
                        rows.refetch();
                    }
                />
            })}
        </Dialog>
    }
}

/// What queueing did, in a sentence.
fn queued(result: &QueueResult) -> String {
    let made = i64::try_from(result.created.len()).unwrap_or(i64::MAX);
    let already = i64::from(result.already_queued);
    match (made, already) {
        (_, 0) => format!("{} made.", count(made, "task", "tasks")),
        (0, _) => format!(
            "{} in the Writer already.",
            if already == 1 {
                "It is".to_owned()
            } else {
                format!("All {already} are")
            }
        ),
        (_, 1) => format!("{} made, 1 was queued already.", count(made, "task", "tasks")),
        _ => format!(
            "{} made, {} were queued already.",
            count(made, "task", "tasks"),
            number(already)
        ),
    }
}

fn columns(edit: Option<Callback<idea::Model>>) -> Vec<Column<Row>> {
    let mut columns = vec![
        Column::new("Idea", |row: &Row| {
            view! {
                <span class="font-medium">{row.idea.idea_title.clone()}</span>
                {(!row.idea.description.is_empty())
                    .then(|| view! { <p class="line-clamp-2 max-w-prose text-xs muted">{row.idea.description.clone()}</p> })}
            }
        })
        .sortable("idea_title")
        .lead(),
        Column::new("Structure", |row: &Row| {
            let label = structure_label(&row.idea.content_structure);
            view! { <Tag>{label}</Tag> }
        })
        .sortable("content_structure"),
        Column::new("Cluster", |row: &Row| cluster_link(row.idea.cluster_id, row.cluster_name.as_deref())),
        Column::new("Words", |row: &Row| number(row.idea.estimated_word_count)).sortable("estimated_word_count").right(),
        Column::new("Status", |row: &Row| view! { <Badge value=row.idea.status/> }).sortable("status"),
        Column::new("Created", |row: &Row| view! { <TimeAgo time=row.idea.created_at/> }).sortable("created_at").hidden(),
    ];
    if let Some(edit) = edit {
        columns.push(Column::new("", move |row: &Row| {
            let idea = row.idea.clone();
            view! { <EditButton name=idea.idea_title.clone() on_click=move |()| edit.run(idea.clone())/> }
        }));
    }
    columns
}

fn no_ideas() -> impl IntoView {
    view! {
        <EmptyState
            icon=lu::LuLightbulb
            title="No ideas yet"
            text="Choose clusters and let ideas be made from them, or write one down yourself."
        >
            <a class="btn btn-primary btn-sm" href="/planner/clusters">"Go to clusters"</a>
        </EmptyState>
    }
}

#[cfg(test)]
mod tests {
    use entity::TaskId;

    use super::*;

    #[test]
    fn queueing_is_told_as_it_was() {
        let result = |made: i64, already_queued| QueueResult {
            created: (0..made).map(TaskId).collect(),
            already_queued,
        };
        assert_eq!(queued(&result(2, 0)), "2 tasks made.");
        assert_eq!(queued(&result(1, 3)), "1 task made, 3 were queued already.");
        assert_eq!(queued(&result(0, 1)), "It is in the Writer already.");
    }
}
