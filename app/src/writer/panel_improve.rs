//! Better versions of one article.

use entity::{
    ApiError, ContentId, ListQuery, OptimizationTaskId,
    ai_task::{AiFunction, Progress, Start},
    optimization_task::{Filter, Meta, OptimizationStatus, Row},
};
use leptos::{prelude::*, task::spawn_local};

use super::{compare::Compare, draft::Draft};
use crate::{
    components::{
        AiLauncher, Badge, Dialog, ErrorState, Icon, ProgressPanel, Skeleton, TimeAgo, lu, use_running_task, use_toasts,
    },
    optimizer::api::{apply_improvement, dismiss_improvement, list_improvements, undo_improvement},
};

/// What a person decides about a proposal.
#[derive(Clone, Copy)]
enum Decision {
    Apply,
    Dismiss,
    Undo,
}

/// Improvements of the article: ask for one, look at it, apply it or not.
#[component]
pub(super) fn ImprovePanel(
    /// The article.
    draft: Draft,
) -> impl IntoView {
    let toasts = use_toasts();
    let request = RwSignal::new(None::<Start>);
    let task = use_running_task(&[AiFunction::OptimizeContent]);
    let found = RwSignal::new(None::<Result<Vec<Row>, ApiError>>);
    let busy = RwSignal::new(false);
    let comparing = RwSignal::new(false);
    let compared = RwSignal::new(None::<Row>);
    let load = move || {
        spawn_local(async move {
            let rows = latest(draft.id).await;
            found.try_set(Some(rows));
        });
    };
    Effect::new(move |_| load());
    let start = move |_| {
        spawn_local(async move {
            if draft.settle().await {
                request.try_set(Some(Start::OptimizeContent {
                    content_ids: vec![draft.id],
                }));
            }
        });
    };
    let decide = Callback::new(move |(decision, id): (Decision, OptimizationTaskId)| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        comparing.set(false);
        spawn_local(async move {
            if !matches!(decision, Decision::Dismiss) && !draft.settle().await {
                toasts.failure("Your last changes could not be saved, so nothing was done.");
                busy.try_set(false);
                return;
            }
            let outcome = match decision {
                Decision::Apply => apply_improvement(id)
                    .await
                    .map(|_| "Applied. The text from before is among the versions."),
                Decision::Dismiss => dismiss_improvement(id)
                    .await
                    .map(|_| "Put aside. The article stays as it is."),
                Decision::Undo => undo_improvement(id).await.map(|_| "Taken back."),
            };
            busy.try_set(false);
            match outcome {
                Ok(text) => toasts.success(text),
                Err(error) => toasts.error(&error),
            }
            load();
            draft.refresh().await;
        });
    });
    let compare = Callback::new(move |row: Row| {
        compared.set(Some(row));
        comparing.set(true);
    });
    view! {
        <h2 class="sr-only">"Improve"</h2>
        <ProgressPanel task on_done=move |_: Progress| load()/>
        <div class="mb-4">
            <button type="button" class="btn btn-sm" on:click=start>
                <Icon icon=lu::LuSparkles class="size-4"/>
                "Propose an improvement"
            </button>
        </div>
        {move || match found.get() {
            None => view! { <Skeleton rows=3/> }.into_any(),
            Some(Err(error)) => view! { <ErrorState error retry=move |()| load()/> }.into_any(),
            Some(Ok(rows)) => list(rows, draft, busy, decide, compare),
        }}
        <AiLauncher request task/>
        <Dialog open=comparing title="Before and after" wide=true>
            {move || compared.get_untracked().map(|row| view! { <BeforeAfter row busy decide/> })}
        </Dialog>
    }
}

async fn latest(id: ContentId) -> Result<Vec<Row>, ApiError> {
    let filter = Filter {
        content_id: Some(id),
        ..Filter::default()
    };
    let query = ListQuery {
        page_size: Some(10),
        ..ListQuery::default()
    };
    list_improvements(filter, query).await.map(|page| page.results)
}

fn list(
    rows: Vec<Row>,
    draft: Draft,
    busy: RwSignal<bool>,
    decide: Callback<(Decision, OptimizationTaskId)>,
    compare: Callback<Row>,
) -> AnyView {
    if rows.is_empty() {
        return view! {
            <p class="text-sm muted">
                "Nothing was proposed yet. A proposal says what it would change and why; the article stays as it is until you apply it."
            </p>
        }
        .into_any();
    }
    view! {
        <ul class="space-y-3">
            {rows.into_iter().map(|row| view! { <Proposal row draft busy decide compare/> }).collect_view()}
        </ul>
    }
    .into_any()
}

#[component]
fn Proposal(
    row: Row,
    draft: Draft,
    busy: RwSignal<bool>,
    decide: Callback<(Decision, OptimizationTaskId)>,
    compare: Callback<Row>,
) -> impl IntoView {
    let id = row.id;
    let (status, differs, base, applied) = (row.status, row.differs, row.base_revision, row.applied_revision);
    let open = status == OptimizationStatus::Proposed;
    let changes = row
        .changes
        .clone()
        .into_iter()
        .map(|text| view! { <li class="wrap-anywhere">{text}</li> })
        .collect_view();
    let stored = row.clone();
    let outdated = move || open && differs && draft.revision.get() != base;
    let can_undo = move || status == OptimizationStatus::Applied && applied == Some(draft.revision.get());
    view! {
        <li class="rounded-box border border-base-300 p-3 text-sm">
            <div class="flex flex-wrap items-center justify-between gap-2">
                <span class="text-xs muted"><TimeAgo time=row.created_at/></span>
                <Badge value=status/>
            </div>
            <details class="mt-2" open=open>
                <summary class="cursor-pointer font-medium">{if differs { "What changes and why" } else { "Notes for you" }}</summary>
                <ul class="mt-1.5 list-disc space-y-1 pl-4">{changes}</ul>
            </details>
            <Show when=outdated>
                <p class="mt-2 text-xs text-warning">"The article was changed since. Ask for a new proposal."</p>
            </Show>
            <div class="mt-2.5 flex flex-wrap gap-2">
                {differs.then(|| view! {
                    <button type="button" class="btn btn-xs" on:click=move |_| compare.run(stored.clone())>"Compare"</button>
                })}
                {(open && differs).then(|| view! {
                    <button
                        type="button" class="btn btn-primary btn-xs"
                        disabled=move || busy.get() || outdated()
                        on:click=move |_| decide.run((Decision::Apply, id))
                    >
                        "Apply"
                    </button>
                })}
                {open.then(|| view! {
                    <button type="button" class="btn btn-xs" disabled=move || busy.get() on:click=move |_| decide.run((Decision::Dismiss, id))>
                        "Dismiss"
                    </button>
                })}
                <Show when=can_undo>
                    <button type="button" class="btn btn-xs" disabled=move || busy.get() on:click=move |_| decide.run((Decision::Undo, id))>
                        <Icon icon=lu::LuRotateCcw class="size-3.5"/>
                        "Undo"
                    </button>
                </Show>
            </div>
        </li>
    }
}

/// Both states side by side.
#[component]
fn BeforeAfter(row: Row, busy: RwSignal<bool>, decide: Callback<(Decision, OptimizationTaskId)>) -> impl IntoView {
    let id = row.id;
    let open = row.status == OptimizationStatus::Proposed;
    view! {
        <h3 class="mb-2 text-sm font-semibold">"In search results and lists"</h3>
        <Compare before=meta_html(&row.meta_before) after=meta_html(&row.meta_after)/>
        <h3 class="mt-6 mb-2 text-sm font-semibold">"Text"</h3>
        <Compare before=row.html_before after=row.html_after/>
        {open.then(|| view! {
            <div class="mt-5 flex justify-end gap-2">
                <button type="button" class="btn btn-sm" disabled=move || busy.get() on:click=move |_| decide.run((Decision::Dismiss, id))>
                    "Dismiss"
                </button>
                <button type="button" class="btn btn-primary btn-sm" disabled=move || busy.get() on:click=move |_| decide.run((Decision::Apply, id))>
                    "Apply"
                </button>
            </div>
        })}
    }
}

/// The texts beside the article as paragraphs, so that they compare like it.
fn meta_html(meta: &Meta) -> String {
    let line = |name: &str, text: &str| {
        let text = if text.trim().is_empty() { "–" } else { text };
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        format!("<p>{name}: {text}</p>")
    };
    [
        line("Title", &meta.meta_title),
        line("Description", &meta.meta_description),
        line("Teaser", &meta.excerpt),
    ]
    .concat()
}
