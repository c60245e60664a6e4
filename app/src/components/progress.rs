//! How far an AI task is.

use entity::{
    ai_task::{AiFunction, AiTaskStatus, Progress},
    ai_task_item::ItemStatus,
};
use leptos::{prelude::*, task::spawn_local};

use super::{
    Badge, count,
    icon::{Icon, lu},
    number, use_toasts,
};
use crate::{
    ai::api::{cancel_task, recent_tasks, retry_failed, task_progress},
    live::use_live,
    workspace::use_workspace,
};

/// The unfinished task of one of these functions on the site worked on, found once the page is alive: a page that is
/// opened again shows the work that is under way. Holds the task's name; set it to show another task.
///
/// ```ignore
/// let task = use_running_task(&[AiFunction::AutoCluster]);
/// ```
pub fn use_running_task(functions: &'static [AiFunction]) -> RwSignal<Option<String>> {
    let workspace = use_workspace();
    let task = RwSignal::new(None);
    Effect::new(move |_| {
        let Some(site) = workspace.site_id() else {
            return;
        };
        spawn_local(async move {
            let Ok(recent) = recent_tasks(Some(site)).await else {
                return;
            };
            let running = recent
                .into_iter()
                .find(|task| functions.contains(&task.function) && !task.status.is_final());
            if let (Some(found), Some(None)) = (running, task.try_get_untracked()) {
                task.set(Some(found.public_id));
            }
        });
    });
    task
}

/// Progress of an AI task as it happens: what it does, how far it is, what it took, what failed and why, with buttons
/// to stop it and to try the failed parts again. Shows nothing while `task` is empty.
///
/// ```ignore
/// view! { <ProgressPanel task on_done=move |_| rows.refetch()/> }
/// ```
#[component]
pub fn ProgressPanel(
    /// Name of the task; emptied when the panel is closed.
    task: RwSignal<Option<String>>,
    /// Called once when the task has ended.
    #[prop(optional, into)]
    on_done: Option<Callback<Progress>>,
    /// Called each time another part has ended, such as to show new rows early.
    #[prop(optional, into)]
    on_step: Option<Callback<Progress>>,
) -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let may_edit = Memo::new(move |_| workspace.can_edit());
    let progress = use_live(
        Signal::derive(move || task.get().map(|id| format!("/events/tasks/{id}"))),
        move || task_progress(task.try_get_untracked().flatten().unwrap_or_default()),
        |progress: &Progress| progress.status.is_final(),
    );
    Effect::new(move |before: Option<Option<(String, i32, bool)>>| {
        let now = progress.get();
        let mark = now.as_ref().map(|now| {
            (
                now.task_id.clone(),
                now.items_done + now.items_failed,
                now.status.is_final(),
            )
        });
        let before = before.flatten();
        if let Some(now) = now.filter(|_| mark != before) {
            untrack(|| {
                workspace.refresh_credits();
                let over = now.status.is_final();
                if let Some(tell) = if over { on_done } else { on_step } {
                    tell.run(now);
                }
            });
        }
        mark
    });
    let stop = move |_| {
        let Some(id) = task.get_untracked() else {
            return;
        };
        spawn_local(async move {
            match cancel_task(id).await {
                Ok(_) => toasts.success("Stopping after what is in hand."),
                Err(error) => toasts.error(&error),
            }
        });
    };
    let again = move |_| {
        let Some(id) = task.get_untracked() else {
            return;
        };
        spawn_local(async move {
            match retry_failed(id).await {
                Ok(started) => {
                    workspace.refresh_credits();
                    task.set(Some(started.task_id));
                }
                Err(error) => toasts.error(&error),
            }
        });
    };
    let over = Memo::new(move |_| progress.with(|progress| progress.as_ref().is_some_and(|now| now.status.is_final())));
    // Said aloud when the state changes, not at each step.
    let spoken = Memo::new(move |_| {
        progress.with(|progress| {
            progress.as_ref().map_or_else(String::new, |now| {
                format!("{}: {}", now.function.label(), now.status.label())
            })
        })
    });
    let failed = Memo::new(move |_| progress.with(|progress| progress.as_ref().map_or(0, |now| now.items_failed)));

    view! {
        <Show when=move || task.with(Option::is_some)>
            <section class="panel mb-5 p-4" aria-label="Work under way">
                <p class="sr-only" role="status">{move || spoken.get()}</p>
                {move || match progress.get() {
                    None => view! { <p class="text-sm muted">"Starting…"</p> }.into_any(),
                    Some(now) => state(now, may_edit.get()).into_any(),
                }}
                <div class="mt-3 flex flex-wrap gap-2">
                    <Show when=move || may_edit.get() && !over.get()>
                        <button type="button" class="btn btn-sm" on:click=stop>
                            <Icon icon=lu::LuSquare class="size-4"/>
                            "Cancel"
                        </button>
                    </Show>
                    <Show when=move || may_edit.get() && over.get() && (failed.get() > 0)>
                        <button type="button" class="btn btn-primary btn-sm" on:click=again>
                            <Icon icon=lu::LuRotateCcw class="size-4"/>
                            "Retry failed"
                        </button>
                    </Show>
                    <Show when=move || over.get()>
                        <button type="button" class="btn btn-sm" on:click=move |_| task.set(None)>"Close"</button>
                    </Show>
                </div>
            </section>
        </Show>
    }
}

fn state(now: Progress, may_edit: bool) -> impl IntoView {
    let bar = match now.status {
        AiTaskStatus::Failed => "progress progress-error h-2 w-full",
        AiTaskStatus::Completed if now.items_failed > 0 => "progress progress-warning h-2 w-full",
        AiTaskStatus::Completed => "progress progress-success h-2 w-full",
        _ => "progress progress-primary h-2 w-full",
    };
    let credits = if now.status.is_final() {
        format!("{} used", count(now.credits_settled, "credit", "credits"))
    } else {
        format!(
            "{} of at most {} credits used",
            number(now.credits_settled),
            number(now.credits_reserved)
        )
    };
    let phase = if now.status == AiTaskStatus::Running {
        now.phase.label()
    } else {
        now.status.label()
    };
    let grouped =
        now.function == AiFunction::AutoCluster && now.status == AiTaskStatus::Completed && now.items_done > 0;
    let undo = (grouped && may_edit).then(|| now.task_id.clone());
    let failures: Vec<_> = now
        .items
        .iter()
        .filter(|item| item.status == ItemStatus::Failed)
        .cloned()
        .collect();
    view! {
        <div class="flex flex-wrap items-center justify-between gap-2">
            <h2 class="flex items-center gap-2 text-sm font-semibold">{now.function.label()} <Badge value=now.status/></h2>
            <span class="text-xs muted tabular">{format!("{} %", now.percent)}</span>
        </div>
        <progress class=format!("{bar} my-3") max="100" prop:value=f64::from(now.percent) value=now.percent.to_string() aria-label=now.function.label()></progress>
        <p class="flex flex-wrap gap-x-4 gap-y-1 text-xs muted tabular">
            <span>{phase}</span>
            <span>{format!("{} of {} done", number(now.items_done), number(now.items_total))}</span>
            {(now.items_failed > 0).then(|| view! { <span class="text-error">{format!("{} failed", number(now.items_failed))}</span> })}
            <span>{credits}</span>
        </p>
        {now.summary.clone().map(|text| view! { <p class="mt-2 text-sm">{text}</p> })}
        {undo.map(|task_id| view! { <div class="mt-3"><crate::planner::UndoGrouping task_id/></div> })}
        {now.error.clone().map(|text| view! { <p class="mt-2 text-sm text-error">{text}</p> })}
        {(!failures.is_empty())
            .then(|| {
                view! {
                    <details class="mt-3 text-sm" open>
                        <summary class="cursor-pointer font-medium">"What failed"</summary>
                        <ul class="mt-2 max-h-48 space-y-1.5 overflow-y-auto">
                            {failures
                                .into_iter()
                                .map(|item| {
                                    let what = if item.object_id > 0 {
                                        format!("{} {}", object_word(&item.object_type), item.object_id)
                                    } else {
                                        object_word(&item.object_type).to_owned()
                                    };
                                    view! {
                                        <li class="flex flex-wrap gap-x-2">
                                            <span class="font-medium">{what}</span>
                                            <span class="muted">{item.error.unwrap_or_else(|| "No reason was given.".to_owned())}</span>
                                        </li>
                                    }
                                })
                                .collect_view()}
                        </ul>
                    </details>
                }
            })}
    }
}

fn object_word(object_type: &str) -> &'static str {
    match object_type {
        "keywords" => "Keywords",
        "cluster" => "Cluster",
        "task" => "Task",
        "content" => "Article",
        "image" => "Image",
        "site" => "Site",
        _ => "Part",
    }
}
