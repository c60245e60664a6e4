//! For the operator: plans with their limits, price lists with their history, regular work.

use std::collections::BTreeMap;

use entity::{
    credit_cost::{self, PriceState},
    plan, scheduled_run,
};
use leptos::prelude::*;

use super::{
    api::{credit_prices, plans, scheduled_runs, withdraw_credit_price},
    plan_form::PlanForm,
    price_form::PriceForm,
    prices::{unit, what},
};
use crate::components::{
    Dialog, EmptyState, ErrorState, PageHeader, Skeleton, Tag, Tone, day_and_time, lu, number, optional_number,
    use_toasts,
};

/// For the operator: plans with their limits, price lists with their history, regular work.
#[component]
pub fn OperatorBillingPage() -> impl IntoView {
    view! {
        <PageHeader title="Plans and prices" purpose="What plans include, what work costs, and what this installation does by itself. For its operator."/>
        <div class="space-y-6">
            <Plans/>
            <PriceLists/>
            <Regular/>
        </div>
    }
}

#[component]
fn Plans() -> impl IntoView {
    let found = Resource::new(|| (), |()| plans());
    let editing = RwSignal::new(None::<plan::Model>);
    let open = RwSignal::new(false);
    let edit = Callback::new(move |plan: plan::Model| {
        editing.set(Some(plan));
        open.set(true);
    });
    view! {
        <section class="panel overflow-hidden" aria-labelledby="plans">
            <h2 id="plans" class="border-b border-base-300 p-4 text-base font-semibold">"Plans"</h2>
            <div class="overflow-x-auto">
                <Transition fallback=|| view! { <Skeleton rows=4/> }>
                    {move || {
                        found
                            .get()
                            .map(|result| match result {
                                Ok(rows) => plan_table(rows, edit).into_any(),
                                Err(error) => view! { <ErrorState error retry=move |()| found.refetch()/> }.into_any(),
                            })
                    }}
                </Transition>
            </div>
        </section>
        <Dialog open title="Change the plan" wide=true>
            {move || {
                editing
                    .get()
                    .map(|plan| {
                        view! {
                            <PlanForm
                                plan
                                on_saved=move |()| {
                                    open.set(false);
                                    found.refetch();
                                }
                            />
                        }
                    })
            }}
        </Dialog>
    }
}

fn plan_table(rows: Vec<plan::Model>, edit: Callback<plan::Model>) -> impl IntoView {
    let limit = |value: Option<i32>| match value {
        None => "No limit".to_owned(),
        some => optional_number(some),
    };
    let rows = rows
        .into_iter()
        .map(|plan| {
            let name = plan.name.clone();
            let chosen = plan.clone();
            view! {
                <tr>
                    <td class="lead">
                        <span class="font-medium">{plan.name.clone()}</span>
                        {plan.is_default.then(|| view! { " " <Tag tone=Tone::Info>"For newcomers"</Tag> })}
                    </td>
                    <td class="num" data-label="Credits a month">{number(plan.included_credits)}</td>
                    <td data-label="Price list">{plan.price_list.clone()}</td>
                    <td class="num" data-label="People">{limit(plan.max_users)}</td>
                    <td class="num" data-label="Sites">{limit(plan.max_sites)}</td>
                    <td class="num" data-label="Keywords">{limit(plan.max_keywords)}</td>
                    <td class="num" data-label="Articles a day">{limit(plan.max_content_tasks_per_day)}</td>
                    <td class="num" data-label="Words a month">{limit(plan.max_words_per_month)}</td>
                    <td>
                        <button type="button" class="btn btn-xs js-only" aria-label=format!("Change {name}") on:click=move |_| edit.run(chosen.clone())>
                            "Change"
                        </button>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="data-table">
            <caption class="sr-only">"Plans"</caption>
            <thead>
                <tr>
                    <th scope="col">"Plan"</th>
                    <th scope="col" class="num">"Credits a month"</th>
                    <th scope="col">"Price list"</th>
                    <th scope="col" class="num">"People"</th>
                    <th scope="col" class="num">"Sites"</th>
                    <th scope="col" class="num">"Keywords"</th>
                    <th scope="col" class="num">"Articles a day"</th>
                    <th scope="col" class="num">"Words a month"</th>
                    <th scope="col"><span class="sr-only">"Actions"</span></th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn PriceLists() -> impl IntoView {
    let toasts = use_toasts();
    let found = Resource::new(|| (), |()| credit_prices());
    let changing = RwSignal::new(None::<credit_cost::Model>);
    let open = RwSignal::new(false);
    let change = Callback::new(move |price: credit_cost::Model| {
        changing.set(Some(price));
        open.set(true);
    });
    let withdraw = Callback::new(move |price: credit_cost::Model| {
        leptos::task::spawn_local(async move {
            match withdraw_credit_price(price.id).await {
                Ok(()) => toasts.success("The price is taken back."),
                Err(error) => toasts.error(&error),
            }
            found.refetch();
        });
    });
    view! {
        <Transition fallback=|| view! { <Skeleton rows=8/> }>
            {move || {
                found
                    .get()
                    .map(|result| match result {
                        Ok(rows) => price_lists(rows, change, withdraw).into_any(),
                        Err(error) => view! { <ErrorState error retry=move |()| found.refetch()/> }.into_any(),
                    })
            }}
        </Transition>
        <Dialog open title="Set a price">
            {move || {
                changing
                    .get()
                    .map(|price| {
                        view! {
                            <PriceForm
                                price
                                on_saved=move |()| {
                                    open.set(false);
                                    found.refetch();
                                }
                            />
                        }
                    })
            }}
        </Dialog>
    }
}

/// One table for each list; an operation shows the price in force, those to come above it and those of the past below.
fn price_lists(
    rows: Vec<credit_cost::Row>,
    change: Callback<credit_cost::Model>,
    withdraw: Callback<credit_cost::Model>,
) -> impl IntoView {
    let mut lists: BTreeMap<String, Vec<credit_cost::Row>> = BTreeMap::new();
    for row in rows {
        lists.entry(row.price.price_list.clone()).or_default().push(row);
    }
    lists
        .into_iter()
        .map(|(list, rows)| {
            let heading = format!("list-{list}");
            let labelled = heading.clone();
            view! {
                <section class="panel overflow-hidden" aria-labelledby=labelled>
                    <h2 id=heading class="border-b border-base-300 p-4 text-base font-semibold">{format!("Price list “{list}”")}</h2>
                    <table class="data-table">
                        <caption class="sr-only">{format!("Prices of the list {list}")}</caption>
                        <thead>
                            <tr>
                                <th scope="col">"Work"</th>
                                <th scope="col" class="num">"Credits"</th>
                                <th scope="col">"Counted"</th>
                                <th scope="col" class="num">"At least"</th>
                                <th scope="col">"In force from"</th>
                                <th scope="col"><span class="sr-only">"Actions"</span></th>
                            </tr>
                        </thead>
                        <tbody>{price_rows(rows, change, withdraw)}</tbody>
                    </table>
                </section>
            }
        })
        .collect_view()
}

fn price_rows(
    rows: Vec<credit_cost::Row>,
    change: Callback<credit_cost::Model>,
    withdraw: Callback<credit_cost::Model>,
) -> impl IntoView {
    rows.into_iter()
        .map(|row| {
            let (price, state) = (row.price, row.state);
            let name = what(price.operation);
            let (one, other) = (price.clone(), price.clone());
            let class = if state == PriceState::InForce { "" } else { "muted" };
            view! {
                <tr class=class>
                    <td class="lead">
                        <span class:font-medium=state == PriceState::InForce>{name}</span>
                        {(state != PriceState::InForce)
                            .then(|| {
                                let tone = if state == PriceState::Coming { Tone::Info } else { Tone::Neutral };
                                view! { " " <Tag tone>{state.label()}</Tag> }
                            })}
                    </td>
                    <td class="num" data-label="Credits">{number(price.credits)}</td>
                    <td data-label="Counted">{unit(&price)}</td>
                    <td class="num" data-label="At least">{if price.minimum > 0 { number(price.minimum) } else { "–".to_owned() }}</td>
                    <td data-label="In force from">{since(price.effective_from)}</td>
                    <td>
                        {match state {
                            PriceState::InForce => {
                                Some(view! {
                                    <button type="button" class="btn btn-xs js-only" aria-label=format!("Set a price: {name}") on:click=move |_| change.run(one.clone())>
                                        "Set a price"
                                    </button>
                                }.into_any())
                            }
                            PriceState::Coming => {
                                Some(view! {
                                    <button type="button" class="btn btn-xs js-only" aria-label=format!("Take back: {name}") on:click=move |_| withdraw.run(other.clone())>
                                        "Take back"
                                    </button>
                                }.into_any())
                            }
                            PriceState::Past => None,
                        }}
                    </td>
                </tr>
            }
        })
        .collect_view()
}

/// The prices that ship have no day.
fn since(from: entity::Timestamp) -> String {
    if from.timestamp() < 1_000_000_000 {
        "The start".to_owned()
    } else {
        day_and_time(from)
    }
}

#[component]
fn Regular() -> impl IntoView {
    let found = Resource::new(|| (), |()| scheduled_runs());
    view! {
        <section class="panel overflow-hidden" aria-labelledby="regular">
            <h2 id="regular" class="border-b border-base-300 p-4 text-base font-semibold">"Regular work"</h2>
            <Transition fallback=|| view! { <Skeleton rows=4/> }>
                {move || {
                    found
                        .get()
                        .map(|result| match result {
                            Ok(rows) if rows.is_empty() => {
                                view! {
                                    <EmptyState icon=lu::LuClock title="Nothing was done yet" text="It begins with the first worker that runs."/>
                                }.into_any()
                            }
                            Ok(rows) => regular_table(rows).into_any(),
                            Err(error) => view! { <ErrorState error retry=move |()| found.refetch()/> }.into_any(),
                        })
                }}
            </Transition>
        </section>
    }
}

fn regular_table(rows: Vec<scheduled_run::Model>) -> impl IntoView {
    let rows = rows
        .into_iter()
        .map(|run| {
            let name = match run.name.as_str() {
                "monthly_credits" => "Monthly credits",
                "low_credit_warning" => "Word of few credits",
                "reconcile" => "Proof of the books",
                _ => "Other",
            };
            let (tone, state) = match run.finished_at {
                Some(_) => (Tone::Success, "Done"),
                None => (Tone::Info, "Under way"),
            };
            view! {
                <tr>
                    <td class="lead"><span class="font-medium">{name}</span></td>
                    <td data-label="Period">{run.period.replace('T', " ")}</td>
                    <td data-label="State"><Tag tone>{state}</Tag></td>
                    <td data-label="Result" class="wrap-anywhere">{run.summary.unwrap_or_default()}</td>
                    <td data-label="Begun">{day_and_time(run.started_at)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="overflow-x-auto">
            <table class="data-table">
                <caption class="sr-only">"Regular work"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Work"</th>
                        <th scope="col">"Period (UTC)"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Result"</th>
                        <th scope="col">"Begun"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
