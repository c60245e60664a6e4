//! The receipt of one job.

use entity::{
    ai_task::{AiFunction, Progress, Receipt},
    ai_task_item::{self, ItemStatus},
    provider_setting::Provider,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    api::{job_items, job_receipt, retry_failed},
    jobs_page::{starter, state_tag},
    receipt::{Ledger, Sums},
};
use crate::{
    components::{
        Badge, Column, DataTable, EmptyState, ErrorState, FilterSelect, Icon, PageHeader, ProgressPanel, Skeleton,
        count, day_and_time, duration, lu, number, options_of, usd_micros, use_toasts, use_url_state,
    },
    planner::{GroupingOfJob, parts::act},
    workspace::use_workspace,
};

/// What one job did and what it took.
#[component]
pub fn JobPage() -> impl IntoView {
    let params = use_params_map();
    let url = use_url_state();
    let id = Memo::new(move |_| params.with(|params| params.get("task_id").unwrap_or_default()));
    let receipt = Resource::new(move || id.get(), job_receipt);
    let items = Resource::new(
        move || {
            let filter = ai_task_item::Filter {
                status: url.parsed("status"),
            };
            (id.get(), filter, url.list_of("job-items"))
        },
        |(id, filter, query)| job_items(id, filter, query),
    );
    // Followed only while it is under way; found once the page is alive.
    let task = RwSignal::new(None::<String>);
    Effect::new(move |before: Option<String>| {
        let id = id.get();
        if before.is_some_and(|before| before != id) {
            task.set(None);
        }
        let running = receipt
            .get()
            .and_then(Result::ok)
            .is_some_and(|receipt| receipt.task.task_id == id && !receipt.task.status.is_final());
        // Set once: each time it is set the stream is opened anew.
        if running && task.with_untracked(|task| task.as_ref() != Some(&id)) {
            task.set(Some(id.clone()));
        }
        id
    });
    let changed = move |_: Progress| {
        receipt.refetch();
        items.refetch();
    };
    let statuses = options_of(ItemStatus::ALL, |status| (status.as_str(), status.label()));
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || {
                receipt
                    .get()
                    .map(|result| match result {
                        Ok(found) => view! { <Head found/> }.into_any(),
                        Err(error) => {
                            view! {
                                <PageHeader title="AI work"/>
                                <div class="panel">
                                    <ErrorState error retry=move |()| receipt.refetch()/>
                                </div>
                            }
                                .into_any()
                        }
                    })
            }}
        </Transition>
        <ProgressPanel task on_done=changed on_step=changed/>
        <Transition>
            {move || receipt.get().and_then(Result::ok).map(|found| {
                let grouped = found.task.function == AiFunction::AutoCluster && found.task.status.is_final();
                let task_id = found.task.task_id.clone();
                view! {
                    {grouped.then(|| view! { <GroupingOfJob task_id/> })}
                    <Sums found/>
                }
            })}
        </Transition>
        <Transition>
            {
                let statuses = statuses.clone();
                // Changes only when the answer does: the table is not made anew with each step of the work.
                let is_there = Memo::new(move |_| receipt.get().is_some_and(|result| result.is_ok()));
                move || {
                    let statuses = statuses.clone();
                    is_there
                        .get()
                        .then(|| {
                            view! {
                                <h2 class="mb-3 text-base font-semibold">"Piece by piece"</h2>
                                <DataTable
                                    name="job-items" label="Pieces of this work" rows=items columns=columns()
                                    row_id=|row: &ai_task_item::Row| row.id.0
                                    row_name=|row: &ai_task_item::Row| row.title.clone().unwrap_or_default()
                                    filters=move || view! { <FilterSelect key="status" label="State" options=statuses.clone()/> }
                                    empty=|| view! { <EmptyState icon=lu::LuListTodo title="No pieces" text="This work has nothing in it."/> }
                                />
                            }
                        })
                }
            }
        </Transition>
        <Transition>
            {move || receipt.get().and_then(Result::ok).map(|found| view! { <Ledger found/> })}
        </Transition>
    }
}

#[component]
fn Head(found: Receipt) -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let url = use_url_state();
    let row = found.task;
    let id = row.task_id.clone();
    let again = move |_| {
        act(toasts, retry_failed(id.clone()), move |started| {
            workspace.refresh_credits();
            url.go(&format!("/jobs/{}", started.task_id));
        });
    };
    let open = found.counts.failed + found.counts.cancelled;
    let words = if found.counts.failed > 0 {
        "Retry failed"
    } else {
        "Do the rest"
    };
    let retry = (row.status.is_final() && open > 0 && workspace.can_edit()).then(|| {
        view! {
            <button type="button" class="btn btn-primary btn-sm js-only" on:click=again>
                <Icon icon=lu::LuRotateCcw class="size-4"/>
                {words}
            </button>
        }
    });
    let purpose = format!(
        "{} · {} · {}",
        row.site_name,
        starter(&row),
        day_and_time(row.created_at)
    );
    let outcome = row.summary.clone();
    let error = row.error.clone();
    view! {
        <a class="mb-2 inline-flex items-center gap-1 text-sm link link-hover muted" href="/jobs">
            <Icon icon=lu::LuArrowLeft class="size-4"/>
            "All AI work"
        </a>
        <PageHeader title=row.function.label() purpose>
            {retry}
        </PageHeader>
        {row.status
            .is_final()
            .then(|| {
                view! {
                    <section class="panel mb-5 p-4" aria-label="Result">
                        <p class="flex flex-wrap items-center gap-2 text-sm">
                            {state_tag(row.status, row.items_failed)}
                            {outcome}
                        </p>
                        {error.map(|text| view! { <p class="mt-2 text-sm text-error wrap-anywhere">{text}</p> })}
                    </section>
                }
            })}
    }
}

/// What a unit is about, in a word.
fn object_word(object_type: &str) -> &'static str {
    match object_type {
        "sector" => "Keywords of a sector",
        "cluster" => "Cluster",
        "task" => "Writing task",
        "content" => "Article",
        "image" => "Picture",
        "site" => "Site",
        _ => "Piece",
    }
}

/// Where the thing can be looked at.
fn href(row: &ai_task_item::Row) -> Option<String> {
    // What is gone is nowhere.
    row.title.as_ref()?;
    Some(match (row.object_type.as_str(), row.content_id) {
        (_, Some(article)) => format!("/writer/content/{article}"),
        ("cluster", None) => format!("/planner/clusters/{}", row.object_id),
        ("sector", None) => "/planner/clusters".to_owned(),
        ("task", None) => "/writer/tasks".to_owned(),
        ("image", None) => "/writer/images".to_owned(),
        ("site", None) => "/sites".to_owned(),
        _ => return None,
    })
}

fn columns() -> Vec<Column<ai_task_item::Row>> {
    type Row = ai_task_item::Row;
    let dash = || view! { <span class="muted">"–"</span> }.into_any();
    vec![
        Column::new("What", |row: &Row| {
            let title = row
                .title
                .clone()
                .filter(|title| !title.trim().is_empty())
                .unwrap_or_else(|| format!("{} {}", object_word(&row.object_type), row.object_id));
            let title = match href(row) {
                Some(href) => view! { <a class="link link-hover font-medium wrap-anywhere" href=href>{title}</a> }.into_any(),
                None => view! { <span class="font-medium wrap-anywhere">{title}</span> }.into_any(),
            };
            view! {
                {title}
                <span class="block text-xs muted">{object_word(&row.object_type)}</span>
            }
        })
        .lead(),
        Column::new("State", |row: &Row| {
            view! {
                <Badge value=row.status/>
                {(row.attempts > 1)
                    .then(|| view! { <span class="mt-1 block text-xs muted">{count(row.attempts, "attempt", "attempts")}</span> })}
            }
        }),
        Column::new("Held", |row: &Row| number(row.credits_reserved)).right(),
        Column::new("Charged", |row: &Row| view! { <span class="font-medium">{number(row.credits_settled)}</span> }).right(),
        Column::new("Given back", |row: &Row| number(row.credits_released)).right(),
        Column::new("Done by", move |row: &Row| {
            if row.provider.is_empty() {
                return dash();
            }
            let provider = row
                .provider
                .parse::<Provider>()
                .map_or_else(|()| row.provider.clone(), |known| known.label().to_owned());
            view! {
                {provider}
                <span class="block text-xs muted wrap-anywhere">{row.model.clone()}</span>
            }
                .into_any()
        }),
        Column::new("Tokens", move |row: &Row| {
            if row.tokens_in + row.tokens_out == 0 {
                return dash();
            }
            view! {
                <span class="whitespace-nowrap">
                    {format!("{} in", number(row.tokens_in))}
                    <span class="block text-xs muted">{format!("{} out", number(row.tokens_out))}</span>
                </span>
            }
                .into_any()
        })
        .right(),
        Column::new("Provider's price", move |row: &Row| match row.cost_usd_micros {
            0 => dash(),
            cost => usd_micros(cost).into_any(),
        })
        .right(),
        Column::new("Took", move |row: &Row| match row.duration_ms {
            None => dash(),
            Some(ms) => view! { <span class="whitespace-nowrap">{duration(ms)}</span> }.into_any(),
        })
        .right(),
        Column::new("Notes", |row: &Row| {
            let error = (row.status == ItemStatus::Failed)
                .then(|| row.error.clone().unwrap_or_else(|| "No reason was given.".to_owned()));
            view! {
                <div class="max-w-prose space-y-1 text-xs">
                    {error.map(|text| view! { <p class="text-error wrap-anywhere">{text}</p> })}
                    {row.notes.iter().map(|note| view! { <p class="muted wrap-anywhere">{note.clone()}</p> }).collect_view()}
                </div>
            }
        })
        .whole(),
    ]
}
