//! Ideas of a site.

use std::collections::BTreeSet;

use entity::{
    IdeaId,
    ai_task::{AiFunction, Progress},
    idea::{self, CONTENT_TYPES, IdeaStatus, Queue, QueueResult, Row},
    topic::Covered,
};
use leptos::prelude::*;

use super::{
    api::{delete_ideas, list_ideas, queue_ideas, set_idea_status},
    idea_form::IdeaForm,
    near::{covered_list, near_links},
    parts::{
        BulkSelect, DoneNote, EditButton, act, chosen, cluster_link, rows_count, structure_label, structures,
        use_cluster_options, use_may_edit,
    },
};
use crate::{
    components::{
        Badge, Column, ConfirmDialog, DataTable, Dialog, EmptyState, FilterRange, FilterSelect, Icon, NeedsSite,
        PageHeader, ProgressPanel, Tag, TimeAgo, Tone, count, lu, number, options_of, use_running_task, use_toasts,
        use_url_state,
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
        content_type: url.get("type"),
        content_structure: url.get("structure"),
        words_min: url.parsed("words_min"),
        words_max: url.parsed("words_max"),
    };
    let rows = Resource::new(
        move || (filter(), url.list_of("ideas")),
        |(filter, query)| list_ideas(filter, query),
    );

    let edit = Callback::new(move |idea: idea::Model| {
        editing.set(Some(idea));
        edit_open.set(true);
    });
    let repeated = RwSignal::new(Vec::<Covered>::new());
    let repeated_open = RwSignal::new(false);
    let send = move |queue: Queue| {
        act(toasts, queue_ideas(queue), move |result| {
            let text = queued(&result);
            toasts.success(text.clone());
            note.set(Some(text));
            selection.update(BTreeSet::clear);
            rows.refetch();
            repeated_open.set(!result.duplicates.is_empty());
            repeated.set(result.duplicates);
        });
    };
    let queue = move |_| {
        send(Queue {
            ids: chosen(selection, IdeaId),
            allow_duplicate: false,
        });
    };
    let queue_anyway = move |_| {
        repeated_open.set(false);
        send(Queue {
            ids: repeated.with_untracked(|all| all.iter().map(|one| IdeaId(one.id)).collect()),
            allow_duplicate: true,
        });
    };
    let set_status = move |value: String| {
        let Ok(status) = value.parse::<IdeaStatus>() else {
            return;
        };
        act(
            toasts,
            set_idea_status(chosen(selection, IdeaId), status),
            move |changed| {
                toasts.success(format!(
                    "{}: {}.",
                    count(rows_count(changed), "idea", "ideas"),
                    status.label()
                ));
                selection.update(BTreeSet::clear);
                rows.refetch();
            },
        );
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
            <BulkSelect
                label="Set status"
                options=options_of(IdeaStatus::ALL, |status| (status.as_str(), status.label()))
                on_choose=set_status
            />
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
            <FilterSelect key="type" label="Type" options=types()/>
            <FilterSelect key="structure" label="Structure" options=structures()/>
            <FilterSelect key="cluster" label="Cluster" options=clusters/>
            <FilterRange min_key="words_min" max_key="words_max" label="Words"/>
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
        <Dialog open=repeated_open title="Topics that you have already">
            <p class="text-sm">"These ideas were left out: something about the same is being written or is written."</p>
            <ul class="mt-3 divide-y divide-base-300 text-sm">{move || repeated.with(|all| covered_list(all))}</ul>
            <div class="mt-5 flex justify-end gap-2">
                <button type="button" class="btn btn-sm" on:click=move |_| repeated_open.set(false)>"Leave them out"</button>
                <button type="button" class="btn btn-primary btn-sm" on:click=queue_anyway>"Queue anyway"</button>
            </div>
        </Dialog>
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

/// What queueing did, in sentences.
fn queued(result: &QueueResult) -> String {
    let mut text = tasks_made(result);
    match result.archived.as_slice() {
        [] => {}
        [one] => text.push_str(&format!(" “{one}” is archived and was left out.")),
        [one, ..] => text.push_str(&format!(
            " {} archived ideas were left out, “{one}” among them.",
            result.archived.len()
        )),
    }
    match result.duplicates.as_slice() {
        [] => {}
        [one] => text.push_str(&format!(" “{}” was left out: you have its topic already.", one.name)),
        all => text.push_str(&format!(" {} were left out: you have their topics already.", all.len())),
    }
    text
}

fn tasks_made(result: &QueueResult) -> String {
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
                {row.duplicate.as_ref().map(|near| view! {
                    <details class="text-xs">
                        <summary class="cursor-pointer"><Tag tone=Tone::Warning>"Duplicate"</Tag></summary>
                        <ul class="mt-1">{near_links(std::slice::from_ref(near))}</ul>
                    </details>
                })}
                {(!row.idea.description.is_empty())
                    .then(|| view! { <p class="line-clamp-2 max-w-prose text-xs muted">{row.idea.description.clone()}</p> })}
            }
        })
        .sortable("idea_title")
        .lead(),
        Column::new("Type", |row: &Row| type_label(&row.idea.content_type)).sortable("content_type"),
        Column::new("Structure", |row: &Row| {
            let label = structure_label(&row.idea.content_structure);
            view! { <Tag>{label}</Tag> }
        })
        .sortable("content_structure"),
        Column::new("Cluster", |row: &Row| cluster_link(row.idea.cluster_id, row.cluster_name.as_deref())),
        Column::new("Words", |row: &Row| number(row.idea.estimated_word_count)).sortable("estimated_word_count").right(),
        Column::new("Status", |row: &Row| {
            view! {
                <Badge value=row.idea.status/>
                {match (row.content_id, row.task_id) {
                    (Some(id), _) => view! {
                        <a class="link link-primary ml-2 text-xs" href=format!("/writer/content/{id}")>"Article"</a>
                    }.into_any(),
                    (None, Some(_)) => view! {
                        <a class="link link-primary ml-2 text-xs" href=search_tasks(&row.idea.idea_title)>"Task"</a>
                    }.into_any(),
                    _ => ().into_any(),
                }}
            }
        })
        .sortable("status"),
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

/// The list of tasks, narrowed to a title.
fn search_tasks(title: &str) -> String {
    let title: String = leptos_router::location::Url::escape(title);
    format!("/writer/tasks?search={title}")
}

fn types() -> Vec<(String, String)> {
    CONTENT_TYPES
        .iter()
        .map(|(key, label)| ((*key).to_owned(), (*label).to_owned()))
        .collect()
}

/// What a person reads for a type of content.
fn type_label(key: &str) -> String {
    CONTENT_TYPES
        .iter()
        .find(|(known, _)| *known == key)
        .map_or_else(|| key.replace('_', " "), |(_, label)| (*label).to_owned())
}

fn no_ideas() -> impl IntoView {
    let may_edit = untrack(|| use_workspace().can_edit());
    view! {
        <EmptyState
            icon=lu::LuLightbulb
            title="No ideas yet"
            text=if may_edit {
                "Choose clusters and let ideas be made from them, or write one down yourself."
            } else {
                "They appear here once an editor has made some from clusters."
            }
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
            ..QueueResult::default()
        };
        assert_eq!(queued(&result(2, 0)), "2 tasks made.");
        assert_eq!(queued(&result(1, 3)), "1 task made, 3 were queued already.");
        assert_eq!(queued(&result(0, 1)), "It is in the Writer already.");
        let left = QueueResult {
            archived: vec!["Old news".to_owned()],
            duplicates: vec![Covered {
                id: 1,
                name: "Kettles".to_owned(),
                near: Vec::new(),
            }],
            ..result(1, 0)
        };
        assert_eq!(
            queued(&left),
            "1 task made. “Old news” is archived and was left out. “Kettles” was left out: you have its topic already."
        );
    }
}
