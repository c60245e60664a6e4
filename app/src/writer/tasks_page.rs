//! Writing tasks of a site.

use std::collections::BTreeSet;

use entity::{
    TaskId,
    ai_task::{AiFunction, Progress, Start},
    task::{self, Row, TaskStatus},
};
use leptos::prelude::*;

use super::{
    api::{delete_tasks, list_tasks, set_task_status},
    task_form::TaskForm,
};
use crate::{
    components::{
        AiLauncher, Badge, Column, ConfirmDialog, DataTable, Dialog, EmptyState, FilterSelect, Icon, NeedsSite,
        PageHeader, ProgressPanel, Tag, TimeAgo, count, lu, number, options_of, use_running_task, use_toasts,
        use_url_state,
    },
    planner::parts::{
        BulkSelect, DoneNote, act, chosen, cluster_link, rows_count, structure_label, structures, use_cluster_options,
        use_may_edit,
    },
    workspace::use_workspace,
};

/// Tasks: what is to be written, and having it written.
#[component]
pub fn TasksPage() -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let url = use_url_state();
    let adding = RwSignal::new(false);
    let delete_open = RwSignal::new(false);
    let request = RwSignal::new(None::<Start>);
    let task = use_running_task(&[AiFunction::GenerateContent]);
    let note = RwSignal::new(None::<String>);
    let selection = RwSignal::new(BTreeSet::<i64>::new());
    let clusters = use_cluster_options();
    let filter = move || task::Filter {
        site_id: workspace.site_id(),
        sector_id: workspace.sector_id(),
        status: url.parsed("status"),
        cluster_id: url.parsed("cluster"),
        content_type: None,
        content_structure: url.get("structure"),
    };
    let rows = Resource::new(
        move || (filter(), url.list_of("tasks")),
        |(filter, query)| list_tasks(filter, query),
    );

    let write = Callback::new(move |ids: Vec<TaskId>| request.set(Some(Start::GenerateContent { task_ids: ids })));
    let set_status = move |value: String| {
        let Ok(status) = value.parse::<TaskStatus>() else {
            return;
        };
        act(
            toasts,
            set_task_status(chosen(selection, TaskId), status),
            move |changed| {
                toasts.success(format!(
                    "{}: {}.",
                    count(rows_count(changed), "task", "tasks"),
                    status.label()
                ));
                selection.update(BTreeSet::clear);
                rows.refetch();
            },
        );
    };
    let delete = move |()| {
        act(toasts, delete_tasks(chosen(selection, TaskId)), move |gone| {
            toasts.success(format!("{} deleted.", count(rows_count(gone), "task", "tasks")));
            selection.update(BTreeSet::clear);
            rows.refetch();
        });
    };
    let done = move |progress: Progress| {
        rows.refetch();
        if progress.items_done > 0 {
            toasts.success(
                progress
                    .summary
                    .unwrap_or_else(|| "The articles are written.".to_owned()),
            );
            note.set(Some("Your articles are written.".to_owned()));
        }
    };
    let statuses = || options_of(TaskStatus::ALL, |status| (status.as_str(), status.label()));
    let bulk = move || {
        view! {
            <button type="button" class="btn btn-primary btn-sm" on:click=move |_| write.run(chosen(selection, TaskId))>
                <Icon icon=lu::LuSparkles class="size-4"/>
                "Generate articles"
            </button>
            <BulkSelect label="Set status" options=statuses() on_choose=set_status/>
            <button type="button" class="btn btn-sm text-error" on:click=move |_| delete_open.set(true)>
                <Icon icon=lu::LuTrash2 class="size-4"/>
                "Delete"
            </button>
        }
    };
    let filters = move || {
        view! {
            <FilterSelect key="status" label="Status" options=statuses()/>
            <FilterSelect key="structure" label="Structure" options=structures()/>
            <FilterSelect key="cluster" label="Cluster" options=clusters/>
        }
    };
    let title = Signal::derive(move || {
        let chosen = selection.with(BTreeSet::len);
        format!(
            "Delete {}?",
            count(i64::try_from(chosen).unwrap_or(i64::MAX), "task", "tasks")
        )
    });
    let may_edit = use_may_edit();
    view! {
        <PageHeader title="Tasks" purpose="What is to be written. Select tasks and have their articles drafted; each one is charged only if it succeeds.">
            <Show when=move || may_edit.get()>
                <button type="button" class="btn btn-primary btn-sm js-only" on:click=move |_| adding.set(true)>
                    <Icon icon=lu::LuPlus class="size-4"/>
                    "Add task"
                </button>
            </Show>
        </PageHeader>
        <NeedsSite>
            <ProgressPanel task on_done=done on_step=move |_: Progress| rows.refetch()/>
            <DoneNote note href="/writer/content" link="See the articles"/>
            {move || if may_edit.get() {
                view! {
                    <DataTable
                        name="tasks" label="Tasks" rows columns=columns(Some(write)) search="Search tasks"
                        row_id=|row: &Row| row.task.id.0
                        row_name=|row: &Row| row.task.title.clone()
                        selection bulk filters
                        empty=no_tasks
                    />
                }.into_any()
            } else {
                view! {
                    <DataTable
                        name="tasks" label="Tasks" rows columns=columns(None) search="Search tasks"
                        row_id=|row: &Row| row.task.id.0
                        row_name=|row: &Row| row.task.title.clone()
                        filters
                        empty=no_tasks
                    />
                }.into_any()
            }}
        </NeedsSite>
        <AiLauncher
            request task
            on_started=move |_| {
                note.set(None);
                selection.update(BTreeSet::clear);
                rows.refetch();
            }
        />
        <ConfirmDialog
            open=delete_open title confirm="Delete" on_confirm=delete
            text="Articles that were written for them stay."
        />
        <Dialog open=adding title="Add task">
            <TaskForm
                on_saved=move |_| {
                    adding.set(false);
                    toasts.success("Task added.");
                    rows.refetch();
                }
            />
        </Dialog>
    }
}

fn columns(write: Option<Callback<Vec<TaskId>>>) -> Vec<Column<Row>> {
    vec![
        Column::new("Task", |row: &Row| {
            let title = row.task.title.clone();
            view! {
                {match row.content_id {
                    Some(id) => {
                        view! { <a class="link link-hover font-medium" href=format!("/writer/content/{id}")>{title}</a> }.into_any()
                    }
                    None => view! { <span class="font-medium">{title}</span> }.into_any(),
                }}
                {row.last_error.clone().map(|error| view! {
                    <p class="mt-0.5 flex max-w-prose items-start gap-1 text-xs text-error">
                        <Icon icon=lu::LuCircleAlert class="mt-px size-3.5 flex-none"/>
                        <span>"The last try failed: " {error}</span>
                    </p>
                })}
            }
        })
        .sortable("title")
        .lead(),
        Column::new("Cluster", |row: &Row| cluster_link(row.task.cluster_id, row.cluster_name.as_deref())),
        Column::new("Structure", |row: &Row| {
            let label = structure_label(&row.task.content_structure);
            view! { <Tag>{label}</Tag> }
        }),
        Column::new("Words", |row: &Row| number(row.task.target_word_count)).sortable("target_word_count").right(),
        Column::new("Status", |row: &Row| view! { <Badge value=row.task.status/> }).sortable("status"),
        Column::new("Keywords", |row: &Row| {
            view! { <span class="line-clamp-2 max-w-xs text-xs muted">{row.task.keywords.clone()}</span> }
        })
        .hidden(),
        Column::new("Created", |row: &Row| view! { <TimeAgo time=row.task.created_at/> }).sortable("created_at").hidden(),
        Column::new("", move |row: &Row| next_step(row, write)),
    ]
}

/// What to do with a task next: read its article, or have it written.
fn next_step(row: &Row, write: Option<Callback<Vec<TaskId>>>) -> AnyView {
    let id = row.task.id;
    match (row.content_id, write) {
        (Some(content), _) => {
            view! { <a class="btn btn-xs" href=format!("/writer/content/{content}")>"Open article"</a> }.into_any()
        }
        (None, Some(write)) if row.task.status == TaskStatus::Draft => view! {
            <button
                type="button"
                class="btn btn-xs js-only"
                aria-label=format!("Generate the article “{}”", row.task.title)
                on:click=move |_| write.run(vec![id])
            >
                "Generate"
            </button>
        }
        .into_any(),
        _ => ().into_any(),
    }
}

fn no_tasks() -> impl IntoView {
    view! {
        <EmptyState
            icon=lu::LuListTodo
            title="No tasks yet"
            text="Queue ideas from the Planner, or add a task yourself if you know what to write."
        >
            <a class="btn btn-primary btn-sm" href="/planner/ideas?status=new">"Choose ideas"</a>
        </EmptyState>
    }
}
