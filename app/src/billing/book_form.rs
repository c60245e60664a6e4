//! Credits that the operator books into an account.

use entity::{
    AccountId, FieldError,
    credit_transaction::{Booking, TransactionType},
};
use leptos::{ev::SubmitEvent, prelude::*};

use super::api::book_credits;
use crate::{
    components::{FormError, FormState, Select, SubmitButton, TextInput, number, use_toasts},
    planner::parts::whole_number,
};

/// Credits that the operator books into an account.
#[component]
pub fn BookForm(
    /// The account.
    id: AccountId,
    /// Its name.
    name: String,
    /// Called once the credits are booked.
    #[prop(into)]
    on_saved: Callback<()>,
) -> impl IntoView {
    let toasts = use_toasts();
    let form = FormState::new();
    let kind = RwSignal::new(TransactionType::Adjustment.as_str().to_owned());
    let amount = RwSignal::new(String::new());
    let description = RwSignal::new(String::new());
    let reference = RwSignal::new(String::new());
    let shown = name.clone();
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let name = name.clone();
        let mut faults = Vec::new();
        let text = amount.get_untracked();
        // A minus as keyboards and as text processors write it.
        let credits = whole_number("amount", &text.trim().replace('\u{2212}', "-"), &mut faults);
        if credits.is_none() && faults.is_empty() {
            faults.push(FieldError {
                field: "amount".to_owned(),
                message: "Enter how many credits.".to_owned(),
            });
        }
        if form.refuse(faults) {
            return;
        }
        let input = Booking {
            transaction_type: kind.get_untracked().parse().unwrap_or(TransactionType::Adjustment),
            amount: credits.unwrap_or_default(),
            description: description.get_untracked(),
            reference: reference.get_untracked(),
        };
        form.send(book_credits(id, input), move |row| {
            toasts.success(format!("{name} has {} credits now.", number(row.balance_after)));
            on_saved.run(());
        });
    };
    let kinds = [
        TransactionType::Adjustment,
        TransactionType::Purchase,
        TransactionType::Refund,
    ]
    .map(|kind| (kind.as_str().to_owned(), kind.label().to_owned()))
    .to_vec();
    view! {
        <form method="post" on:submit=send novalidate>
            <p class="mb-4 text-sm font-medium wrap-anywhere">{shown}</p>
            <FormError error=form.error/>
            <div class="grid gap-x-4 sm:grid-cols-2">
                <Select name="transaction_type" label="Kind" value=kind options=kinds errors=form.error/>
                <TextInput
                    name="amount" label="Credits" value=amount
                    hint="With a minus in front an adjustment takes credits away." errors=form.error
                />
            </div>
            <TextInput name="description" label="Why" value=description hint="The people of the account read this." errors=form.error/>
            <TextInput
                name="reference" label="Reference" value=reference
                hint="Such as the number of a payment. The same one is booked once." errors=form.error
            />
            <div class="mt-2 flex justify-end">
                <SubmitButton pending=form.pending>"Book"</SubmitButton>
            </div>
        </form>
    }
}
