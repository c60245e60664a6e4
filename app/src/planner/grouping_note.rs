//! What a grouping did, and taking it back.

use entity::cluster_run::{Run, Undone};
use leptos::prelude::*;

use super::{
    clusters_api::{get_grouping, latest_groupings, undo_grouping},
    group_which::asked_words,
    parts::{rows_count, use_may_edit},
};
use crate::{
    components::{Icon, TimeAgo, count, lu, number, use_toasts},
    workspace::use_workspace,
};

/// The button that undoes a grouping; with one click, once.
#[component]
pub fn UndoGrouping(
    /// Random name of the job.
    task_id: String,
    /// Called when it was undone.
    #[prop(optional, into)]
    on_done: Option<Callback<()>>,
) -> impl IntoView {
    let toasts = use_toasts();
    let pending = RwSignal::new(false);
    let done = RwSignal::new(false);
    let undo = move |_| {
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        let task_id = task_id.clone();
        leptos::task::spawn_local(async move {
            let result = undo_grouping(task_id).await;
            pending.try_set(false);
            match result {
                Ok(undone) => {
                    done.try_set(true);
                    toasts.success(told(undone));
                    if let Some(on_done) = on_done {
                        on_done.run(());
                    }
                }
                Err(error) => toasts.error(&error),
            }
        });
    };
    view! {
        <button
            type="button"
            class="btn btn-sm js-only"
            title="Puts keywords and clusters back as they were. What you changed since stays. Credits are not given back."
            disabled=move || pending.get() || done.get()
            on:click=undo
        >
            <Icon icon=lu::LuUndo2 class="size-4"/>
            {move || if done.get() { "Undone" } else { "Undo grouping" }}
        </button>
    }
}

fn told(undone: Undone) -> String {
    let mut text = format!(
        "Grouping undone: {} taken out",
        count(rows_count(undone.taken_out), "keyword", "keywords")
    );
    if undone.put_back > 0 {
        text.push_str(&format!(
            ", {} put back",
            count(rows_count(undone.put_back), "keyword", "keywords")
        ));
    }
    text.push_str(". Credits are not given back.");
    text
}

/// In words: `120 clusters, 2,340 keywords placed, 310 left over`.
fn in_words(run: &Run) -> String {
    let mut text = format!(
        "{}, {} placed, {} left over",
        count(run.created + run.extended, "cluster", "clusters"),
        count(run.placed, "keyword", "keywords"),
        number(run.leftover)
    );
    if run.removed > 0 {
        text.push_str(&format!(
            ", {} removed",
            count(run.removed, "empty cluster", "empty clusters")
        ));
    }
    text
}

/// Of which keywords, how, and from what: `grouped anew · keywords that match “moka” · words alone`.
fn how(run: &Run) -> String {
    let mut parts = vec![if run.regroup { "grouped anew" } else { "extended" }.to_owned()];
    parts.extend(asked_words(&run.asked));
    if !run.use_results {
        parts.push("words alone, without search results".to_owned());
    }
    parts.join(" · ")
}

fn line(run: Run, heading: &'static str, on_done: Option<Callback<()>>, may_edit: Memo<bool>) -> impl IntoView {
    let task_id = run.task_id.clone();
    let undo = move || {
        let task_id = task_id.clone();
        match (run.can_undo && may_edit.get(), on_done) {
            (true, Some(on_done)) => view! { <UndoGrouping task_id on_done/> }.into_any(),
            (true, None) => view! { <UndoGrouping task_id/> }.into_any(),
            (false, _) => ().into_any(),
        }
    };
    view! {
        <div class="panel mb-5 flex flex-wrap items-center gap-x-4 gap-y-2 p-3 text-sm" data-grouping="">
            <Icon icon=lu::LuBoxes class="size-4 flex-none opacity-60"/>
            <p class="min-w-0 flex-1 tabular">
                <span class="font-medium">{heading} ": "</span>
                {in_words(&run)}
                <span class="muted">" · " {how(&run)} " · " <TimeAgo time=run.created_at/></span>
                {run.undone_at.map(|time| view! { <span class="badge badge-sm ml-2">"Undone " <TimeAgo time/></span> })}
            </p>
            {undo}
        </div>
    }
}

/// The latest grouping of the sector worked on.
#[component]
pub(super) fn LastGrouping(
    /// Changes when there may be another one.
    #[prop(into)]
    version: Signal<u32>,
    /// Called when it was undone.
    #[prop(into)]
    on_done: Callback<()>,
) -> impl IntoView {
    let workspace = use_workspace();
    let may_edit = use_may_edit();
    let runs = Resource::new(
        move || (workspace.target_sector(), version.get()),
        |(sector, _)| async move {
            match sector {
                Some(sector) => latest_groupings(sector).await,
                None => Ok(Vec::new()),
            }
        },
    );
    let runs_again = Callback::new(move |()| runs.refetch());
    let undone = Callback::new(move |()| {
        runs.refetch();
        on_done.run(());
    });
    view! {
        <Transition>
            {move || {
                runs.get().map(|runs| match runs {
                    Ok(runs) => runs
                        .into_iter()
                        .next()
                        .map(|run| line(run, "Last grouping", Some(undone), may_edit))
                        .into_any(),
                    Err(_) => view! {
                        <p class="mb-5 text-sm muted" role="alert">
                            "The last grouping could not be looked up. "
                            <button type="button" class="link js-only" on:click=move |_| runs_again.run(())>"Try again"</button>
                        </p>
                    }
                    .into_any(),
                })
            }}
        </Transition>
    }
}

/// The grouping that a job did, on the job's page.
#[component]
pub fn GroupingOfJob(
    /// Random name of the job.
    task_id: String,
) -> impl IntoView {
    let may_edit = use_may_edit();
    let run = Resource::new(move || task_id.clone(), get_grouping);
    let undone = Callback::new(move |()| run.refetch());
    view! {
        <Transition>
            {move || run.get().and_then(Result::ok).map(|run| line(run, "What it did", Some(undone), may_edit))}
        </Transition>
    }
}
