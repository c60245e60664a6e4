//! What AI functions did and do, on every site.

use entity::ai_task::{AiFunction, AiTaskStatus, Filter, JobState, Progress, Row};
use leptos::prelude::*;

use super::api::{cancel_task, list_jobs, retry_failed};
use crate::{
    components::{
        Badge, Column, DataTable, EmptyState, FilterSelect, Icon, PageHeader, ProgressPanel, Tag, TimeAgo, Tone, lu,
        number, options_of, use_toasts, use_url_state,
    },
    planner::parts::act,
    workspace::use_workspace,
};

/// Jobs whose progress is followed at once; a browser opens only so many streams to one server.
const FOLLOWED: usize = 3;

/// A job that is followed, and whether it has ended since.
#[derive(Clone, Copy)]
struct Followed {
    task: RwSignal<Option<String>>,
    over: RwSignal<bool>,
}

/// The list of jobs.
#[component]
pub fn JobsPage() -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let url = use_url_state();
    let filter = move || Filter {
        site_id: url.parsed("site"),
        status: url.parsed("status"),
        function: url.parsed("function"),
    };
    let rows = Resource::new(
        move || (filter(), url.list_of("jobs")),
        |(filter, query)| list_jobs(filter, query),
    );
    let followed = RwSignal::new(Vec::<(String, Followed)>::new());
    let follow = move |id: String| {
        // The list changes only when there is something new: panels that are there go on.
        let wanted = followed.with_untracked(|followed| {
            let open = followed.iter().filter(|(_, one)| !one.over.get_untracked()).count();
            let known = |(name, one): &(String, Followed)| {
                *name == id || one.task.with_untracked(|task| task.as_ref() == Some(&id))
            };
            open < FOLLOWED && !followed.iter().any(known)
        });
        if wanted {
            let one = Followed {
                task: RwSignal::new(Some(id.clone())),
                over: RwSignal::new(false),
            };
            followed.update(|followed| {
                followed.retain(|(_, one)| one.task.with_untracked(Option::is_some));
                followed.push((id, one));
            });
        }
    };
    // Found once the page is alive: the server has no streams to follow.
    Effect::new(move |_| {
        let Some(Ok(page)) = rows.get() else { return };
        for row in page.results.into_iter().filter(|row| !row.status.is_final()) {
            follow(row.task_id);
        }
    });
    let cancel = Callback::new(move |id: String| {
        act(toasts, cancel_task(id), move |_| {
            toasts.success("Stopping after what is in hand.");
            rows.refetch();
        });
    });
    let retry = Callback::new(move |id: String| {
        act(toasts, retry_failed(id), move |started| {
            toasts.success("Started again with what failed.");
            workspace.refresh_credits();
            follow(started.task_id);
            rows.refetch();
        });
    });
    let filters = move || {
        let states = options_of(JobState::ALL, |state| (state.as_str(), state.label()));
        let functions = options_of(AiFunction::ALL, |function| (function.as_str(), function.label()));
        let sites = Signal::derive(move || {
            workspace
                .sites()
                .into_iter()
                .map(|entry| (entry.site.id.to_string(), entry.site.name))
                .collect::<Vec<_>>()
        });
        view! {
            <FilterSelect key="status" label="State" options=states/>
            <FilterSelect key="function" label="Work" options=functions/>
            <FilterSelect key="site" label="Site" options=sites/>
        }
    };
    let may_edit = Memo::new(move |_| workspace.can_edit());
    view! {
        <PageHeader
            title="AI work"
            purpose="Everything that was asked of the AI: how far it is, what came of it and what it took. Open one for its receipt."
        />
        <For each=move || followed.get() key=|(id, _)| id.clone() let((_, one))>
            <ProgressPanel
                task=one.task
                on_done=move |_: Progress| {
                    one.over.set(true);
                    rows.refetch();
                }
            />
        </For>
        {move || {
            let actions = may_edit.get().then_some((cancel, retry));
            view! {
                <DataTable
                    name="jobs" label="AI work" rows columns=columns(actions)
                    row_id=|row: &Row| row.id.0
                    row_name=|row: &Row| row.function.label().to_owned()
                    filters
                    empty=|| view! {
                        <EmptyState
                            icon=lu::LuSparkles
                            title="Nothing was asked of the AI yet"
                            text="Group keywords, generate ideas or write articles: each such piece of work is listed here with what it took."
                        >
                            <a class="btn btn-primary btn-sm" href="/planner/keywords">"Go to keywords"</a>
                        </EmptyState>
                    }
                />
            }
        }}
    }
}

/// How far a job is, in a word: one that ended with faults says so.
pub(super) fn state_tag(status: AiTaskStatus, failed: i32) -> AnyView {
    if status == AiTaskStatus::Completed && failed > 0 {
        view! { <Tag tone=Tone::Warning>"Partly failed"</Tag> }.into_any()
    } else {
        view! { <Badge value=status/> }.into_any()
    }
}

/// Who started a job; `by itself` for regular work.
pub(super) fn starter(row: &Row) -> String {
    match (row.user_id, row.user_name.as_str()) {
        (None, _) => "by itself".to_owned(),
        (Some(_), "") => "somebody who left".to_owned(),
        (Some(_), name) => name.to_owned(),
    }
}

type Actions = (Callback<String>, Callback<String>);

fn columns(actions: Option<Actions>) -> Vec<Column<Row>> {
    let mut columns =
        vec![
        Column::new("Work", |row: &Row| {
            view! {
                <a class="link link-hover font-medium" href=format!("/jobs/{}", row.task_id)>{row.function.label()}</a>
            }
        })
        .lead(),
        Column::new("Site", |row: &Row| row.site_name.clone()),
        Column::new("Who", |row: &Row| view! { <span class="wrap-anywhere">{starter(row)}</span> }),
        Column::new("When", |row: &Row| view! { <TimeAgo time=row.created_at/> }),
        Column::new("Progress", progress),
        Column::new("Result", |row: &Row| {
            let failed = row.status == AiTaskStatus::Failed;
            let class = if failed { "block max-w-prose text-error" } else { "block max-w-prose" };
            let text = if failed { row.error.clone() } else { row.summary.clone() };
            view! { <span class=class>{text}</span> }
        })
        .whole(),
        Column::new("Credits", |row: &Row| {
            view! {
                <span class="whitespace-nowrap">
                    <span class="font-medium">{number(row.credits_settled)}</span>
                    <span class="muted">{format!(" of {}", number(row.credits_reserved))}</span>
                </span>
            }
        })
        .right(),
    ];
    if let Some((cancel, retry)) = actions {
        columns.push(Column::new("", move |row: &Row| {
            let id = row.task_id.clone();
            let name = row.function.label();
            if !row.status.is_final() {
                view! {
                    <button type="button" class="btn btn-xs js-only" aria-label=format!("Cancel: {name}") on:click=move |_| cancel.run(id.clone())>
                        <Icon icon=lu::LuSquare class="size-3.5"/>
                        "Cancel"
                    </button>
                }
                    .into_any()
            } else if row.items_failed > 0 {
                view! {
                    <button type="button" class="btn btn-xs js-only whitespace-nowrap" aria-label=format!("Retry failed: {name}") on:click=move |_| retry.run(id.clone())>
                        <Icon icon=lu::LuRotateCcw class="size-3.5"/>
                        "Retry failed"
                    </button>
                }
                    .into_any()
            } else {
                ().into_any()
            }
        }));
    }
    columns
}

fn progress(row: &Row) -> AnyView {
    let ended = row.items_done + row.items_failed;
    let failed = (row.items_failed > 0)
        .then(|| view! { <span class="text-error">{format!(" · {} failed", number(row.items_failed))}</span> });
    view! {
        <div class="min-w-32">
            {state_tag(row.status, row.items_failed)}
            {(!row.status.is_final())
                .then(|| {
                    view! {
                        <progress
                            class="progress progress-primary mt-1.5 block h-1.5 w-full"
                            max="100"
                            value=row.percent.to_string()
                            aria-label=row.function.label()
                        ></progress>
                    }
                })}
            <p class="mt-1 text-xs muted tabular whitespace-nowrap">
                {format!("{} of {}", number(ended), number(row.items_total))} {failed}
            </p>
        </div>
    }
    .into_any()
}
