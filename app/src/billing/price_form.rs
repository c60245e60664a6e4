//! A price from a moment on.

use entity::credit_cost::{self, CostUnit, Input};
use leptos::{ev::SubmitEvent, prelude::*};

use super::{api::set_credit_price, prices::what};
use crate::{
    components::{FormError, FormState, Select, SubmitButton, TextInput, options_of, use_toasts},
    planner::parts::whole_number,
};

/// A price from a moment on.
#[component]
pub fn PriceForm(
    /// The price in force.
    price: credit_cost::Model,
    /// Called once the new one is set.
    #[prop(into)]
    on_saved: Callback<()>,
) -> impl IntoView {
    let toasts = use_toasts();
    let form = FormState::new();
    let operation = price.operation;
    let list = price.price_list.clone();
    let unit = RwSignal::new(price.unit.as_str().to_owned());
    let size = RwSignal::new(price.unit_size.to_string());
    let credits = RwSignal::new(price.credits.to_string());
    let minimum = RwSignal::new(price.minimum.to_string());
    let from = RwSignal::new(String::new());
    let counted_in_lots =
        move || unit.with(|unit| unit == CostUnit::Items.as_str() || unit == CostUnit::Words.as_str());
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let mut faults = Vec::new();
        let mut read = |field: &str, text: RwSignal<String>| {
            whole_number(field, &text.get_untracked(), &mut faults).unwrap_or_default()
        };
        let input = Input {
            price_list: list.clone(),
            operation,
            unit: unit.get_untracked().parse().unwrap_or(CostUnit::Item),
            unit_size: if counted_in_lots() { read("unit_size", size) } else { 1 },
            credits: read("credits", credits),
            minimum: read("minimum", minimum),
            // The first moment of the day, UTC.
            effective_from: format!("{}T00:00:00Z", from.get_untracked().trim()).parse().ok(),
        };
        if form.refuse(faults) {
            return;
        }
        form.send(set_credit_price(input), move |_| {
            toasts.success("The price is set. Work under way keeps the price of its start.");
            on_saved.run(());
        });
    };
    let units = options_of(CostUnit::ALL, |unit| (unit.as_str(), unit.label()));
    view! {
        <form method="post" on:submit=send novalidate>
            <p class="mb-4 text-sm font-medium">{format!("{}, list “{}”", what(operation), price.price_list)}</p>
            <FormError error=form.error/>
            <div class="grid gap-x-4 sm:grid-cols-2">
                <TextInput name="credits" label="Credits" value=credits errors=form.error/>
                <Select name="unit" label="Counted" value=unit options=units errors=form.error/>
                <Show when=counted_in_lots>
                    <TextInput name="unit_size" label="For how many" value=size errors=form.error/>
                </Show>
                <TextInput name="minimum" label="At least" value=minimum hint="Least that a job costs." errors=form.error/>
                <TextInput
                    name="effective_from" label="From" kind="date" value=from
                    hint="From the start of that day, UTC. Empty: at once." errors=form.error
                />
            </div>
            <div class="mt-2 flex justify-end">
                <SubmitButton pending=form.pending>"Set the price"</SubmitButton>
            </div>
        </form>
    }
}
