//! Says what an AI function will take before it starts.

use entity::{
    ApiError, ClusterId, TaskId,
    ai_task::{Estimate, Start, Started},
    topic::Covered,
};
use leptos::{prelude::*, task::spawn_local};

use super::{
    Dialog, FormError, count,
    icon::{Icon, lu},
    number,
};
use crate::{
    ai::api::{estimate_task, start_task},
    browser,
    planner::near::covered_list,
    workspace::use_workspace,
};

/// A window that says what an AI function will take at most, and starts it. Opens when `request` is set; puts the
/// started task into `task`, which a [`ProgressPanel`](super::ProgressPanel) shows.
///
/// ```ignore
/// let request = RwSignal::new(None::<Start>);
/// let task = use_running_task(&[AiFunction::AutoCluster]);
/// view! {
///     <button on:click=move |_| request.set(Some(Start::auto_cluster_of(sector_id, keyword_ids)))>"Group keywords"</button>
///     <AiLauncher request task/>
///     <ProgressPanel task on_done=move |_| rows.refetch()/>
/// }
/// ```
#[component]
pub fn AiLauncher(
    /// What is asked for; emptied when the window closes.
    request: RwSignal<Option<Start>>,
    /// Takes the name of the started task.
    task: RwSignal<Option<String>>,
    /// Called once it has started, such as to clear a selection.
    #[prop(optional, into)]
    on_started: Option<Callback<Started>>,
) -> impl IntoView {
    let workspace = use_workspace();
    let open = RwSignal::new(false);
    let estimate = RwSignal::new(None::<Estimate>);
    let error = RwSignal::new(None::<ApiError>);
    let key = StoredValue::new(String::new());
    let starting = RwSignal::new(false);
    // What need not be paid for; kept while the rest of the request is looked at.
    let covered = RwSignal::new(Vec::<Covered>::new());

    Effect::new(move |before: Option<Option<Start>>| {
        let now = request.get();
        let Some(start) = now.clone() else {
            covered.set(Vec::new());
            return now;
        };
        if before.flatten().is_none() {
            covered.set(Vec::new());
        }
        estimate.set(None);
        error.set(None);
        starting.set(false);
        key.set_value(browser::fresh_key());
        open.set(true);
        spawn_local(async move {
            match estimate_task(start).await {
                Ok(found) => {
                    covered.set(found.covered.clone());
                    estimate.set(Some(found));
                }
                Err(refusal) => error.set(Some(refusal)),
            }
        });
        now
    });
    let leave_out = move |_| {
        let rest = request
            .get_untracked()
            .and_then(|start| covered.with_untracked(|covered| without(start, covered)));
        match rest {
            Some(start) => request.set(Some(start)),
            None => open.set(false),
        }
    };
    Effect::new(move |_| {
        if !open.get() && request.with_untracked(Option::is_some) {
            request.set(None);
        }
    });

    let title = Signal::derive(move || {
        request
            .with(|request| request.as_ref().map(|start| start.function().label().to_owned()))
            .unwrap_or_default()
    });
    let enough = move || {
        estimate.with(|estimate| {
            estimate
                .as_ref()
                .is_some_and(|found| found.items > 0 && found.credits <= found.available)
        })
    };
    let go = move |_| {
        let Some(start) = request.get_untracked() else {
            return;
        };
        starting.set(true);
        error.set(None);
        spawn_local(async move {
            let result = start_task(start, Some(key.get_value())).await;
            starting.set(false);
            match result {
                Ok(started) => {
                    task.set(Some(started.task_id.clone()));
                    open.set(false);
                    workspace.refresh_credits();
                    if let Some(on_started) = on_started {
                        on_started.run(started);
                    }
                }
                Err(refusal) => error.set(Some(refusal)),
            }
        });
    };

    view! {
        <Dialog open title>
            <FormError error/>
            {move || match estimate.get() {
                None if error.with(|error| error.as_ref().is_some_and(|error| matches!(error.code.as_str(), "network" | "internal"))) => {
                    view! {
                        // The same request again: the effect above asks anew.
                        <button type="button" class="btn btn-sm" on:click=move |_| request.update(|_| ())>"Try again"</button>
                    }
                        .into_any()
                }
                None if error.with(Option::is_some) => ().into_any(),
                None => view! { <div class="skeleton h-16 w-full" role="status" aria-label="Loading"></div> }.into_any(),
                Some(found) => what_it_takes(found).into_any(),
            }}
            {move || covered.with(|covered| (!covered.is_empty()).then(|| view! {
                <div class="alert alert-warning alert-soft mt-4 block py-2.5 text-sm" role="status">
                    <p class="font-medium">{format!(
                        "You have {} already:",
                        count(i64::try_from(covered.len()).unwrap_or(i64::MAX), "of these topics", "of these topics")
                    )}</p>
                    <ul class="max-h-48 overflow-y-auto" tabindex="0">{covered_list(covered)}</ul>
                    <button type="button" class="btn btn-sm mt-2" on:click=leave_out>"Leave them out"</button>
                </div>
            }))}
            <div class="mt-5 flex justify-end gap-2">
                <button type="button" class="btn btn-sm" on:click=move |_| open.set(false)>"Cancel"</button>
                <button
                    type="button"
                    class="btn btn-primary btn-sm"
                    disabled=move || !enough() || starting.get()
                    on:click=go
                >
                    <Icon icon=lu::LuSparkles class="size-4"/>
                    {move || if covered.with(Vec::is_empty) { "Start" } else { "Start with all" }}
                </button>
            </div>
        </Dialog>
    }
}

/// The request without what is covered; nothing when nothing is left.
fn without(start: Start, covered: &[Covered]) -> Option<Start> {
    let is_open = |id: i64| covered.iter().all(|one| one.id != id);
    match start {
        Start::GenerateIdeas { cluster_ids } => {
            let cluster_ids: Vec<ClusterId> = cluster_ids.into_iter().filter(|id| is_open(id.0)).collect();
            (!cluster_ids.is_empty()).then_some(Start::GenerateIdeas { cluster_ids })
        }
        Start::GenerateContent { task_ids } => {
            let task_ids: Vec<TaskId> = task_ids.into_iter().filter(|id| is_open(id.0)).collect();
            (!task_ids.is_empty()).then_some(Start::GenerateContent { task_ids })
        }
        other => Some(other),
    }
}

fn what_it_takes(found: Estimate) -> impl IntoView {
    let short = found.credits > found.available;
    let verdict = match (found.items, short) {
        (0, _) => "There is nothing to do.".to_owned(),
        (_, true) => format!(
            "There are {} too few. Choose less, or wait until your plan adds credits.",
            count(found.credits - found.available, "credit", "credits")
        ),
        _ => "Only what succeeds is charged; the rest comes back.".to_owned(),
    };
    view! {
        <dl class="grid grid-cols-3 gap-3 text-sm">
            <div class="rounded-field bg-base-200 p-3">
                <dt class="text-xs muted">"Steps"</dt>
                <dd class="text-lg font-semibold tabular">{number(found.items)}</dd>
            </div>
            <div class="rounded-field bg-base-200 p-3">
                <dt class="text-xs muted">"Credits at most"</dt>
                <dd class="text-lg font-semibold tabular">{number(found.credits)}</dd>
            </div>
            <div class="rounded-field bg-base-200 p-3">
                <dt class="text-xs muted">"You have"</dt>
                <dd class="text-lg font-semibold tabular">{number(found.available)}</dd>
            </div>
        </dl>
        <p class=if short { "mt-3 text-sm text-error" } else { "mt-3 text-sm muted" }>{verdict}</p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_covered_is_left_out() {
        let covered = [Covered {
            id: 2,
            name: "Kettles".to_owned(),
            near: Vec::new(),
        }];
        let start = |ids: &[i64]| Start::GenerateIdeas {
            cluster_ids: ids.iter().copied().map(ClusterId).collect(),
        };
        assert_eq!(without(start(&[1, 2, 3]), &covered), Some(start(&[1, 3])));
        assert_eq!(without(start(&[2]), &covered), None);
    }
}
