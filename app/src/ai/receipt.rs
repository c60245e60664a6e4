//! The sums of a receipt, and the ledger's rows.

use entity::ai_task::Receipt;
use leptos::prelude::*;

use crate::components::{Stat, TimeAgo, count, lu, number, usd_micros};

/// What was held, charged and given back, at which price.
#[component]
pub(super) fn Sums(found: Receipt) -> impl IntoView {
    let task = found.task;
    let open = task.credits_reserved - task.credits_settled - task.credits_released;
    let held = if open > 0 {
        format!("{} of them still", number(open))
    } else {
        "When it started".to_owned()
    };
    let price = if found.cost_usd_micros == 0 {
        "–".to_owned()
    } else {
        usd_micros(found.cost_usd_micros)
    };
    let tokens = if found.tokens_in + found.tokens_out == 0 {
        "No tokens".to_owned()
    } else {
        format!(
            "{} tokens in, {} out",
            number(found.tokens_in),
            number(found.tokens_out)
        )
    };
    view! {
        <section aria-label="Credits" class="mb-6">
            <div class="grid grid-cols-2 gap-3 xl:grid-cols-4">
                <Stat label="Held" icon=lu::LuLock value=number(task.credits_reserved) note=held/>
                <Stat label="Charged" icon=lu::LuCoins value=number(task.credits_settled) note="For what succeeded"/>
                <Stat label="Given back" icon=lu::LuUndo2 value=number(task.credits_released) note="For what did not"/>
                <Stat label="Provider's price" icon=lu::LuReceipt value=price note=tokens/>
            </div>
            {(!found.price_text.is_empty())
                .then(|| view! { <p class="mt-2 text-sm muted">"Price in force when it started: " {found.price_text} "."</p> })}
        </section>
    }
}

/// The ledger's rows that belong to a job.
#[component]
pub(super) fn Ledger(found: Receipt) -> impl IntoView {
    if found.ledger_count == 0 {
        return ().into_any();
    }
    let shown = found.ledger.len();
    let more = found.ledger_count > u64::try_from(shown).unwrap_or(u64::MAX);
    let all = i64::try_from(found.ledger_count).unwrap_or(i64::MAX);
    view! {
        <section class="mt-6" aria-labelledby="ledger">
            <div class="mb-3 flex flex-wrap items-baseline justify-between gap-2">
                <h2 id="ledger" class="text-base font-semibold">"In the ledger"</h2>
                <p class="text-sm muted tabular">
                    {format!("{}, {} together", count(all, "row", "rows"), count(found.ledger_sum, "credit", "credits"))}
                </p>
            </div>
            <div class="panel max-h-96 overflow-auto" role="group" aria-label="Rows of the ledger" tabindex="0">
                <table class="data-table">
                    <caption class="sr-only">"In the ledger"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"What for"</th>
                            <th scope="col" class="num">"Credits"</th>
                            <th scope="col">"When"</th>
                        </tr>
                    </thead>
                    <tbody>
                        {found
                            .ledger
                            .into_iter()
                            .map(|row| {
                                view! {
                                    <tr>
                                        <td class="lead wrap-anywhere">{row.description}</td>
                                        <td class="num" data-label="Credits">{number(row.amount)}</td>
                                        <td data-label="When"><TimeAgo time=row.created_at/></td>
                                    </tr>
                                }
                            })
                            .collect_view()}
                    </tbody>
                </table>
            </div>
            {more
                .then(|| {
                    view! { <p class="mt-2 text-xs muted">{format!("The first {} are shown; all are under Credits.", number(i64::try_from(shown).unwrap_or(i64::MAX)))}</p> }
                })}
        </section>
    }
        .into_any()
}
