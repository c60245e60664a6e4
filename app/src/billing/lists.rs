//! Movements and use of credits.

use entity::{credit_transaction, credit_usage_log};
use leptos::prelude::*;

use super::api::{transactions, usage};
use crate::components::{Badge, Column, DataTable, EmptyState, TimeAgo, lu, number, usd_micros, use_url_state};

/// The ledger, newest first.
#[component]
pub fn Movements() -> impl IntoView {
    type Row = credit_transaction::Model;
    let url = use_url_state();
    let rows = Resource::new(move || url.list_of("movements"), transactions);
    let columns = vec![
        Column::new("What for", |row: &Row| row.description.clone()).lead(),
        Column::new("Kind", |row: &Row| view! { <Badge value=row.transaction_type/> }),
        Column::new("Credits", |row: &Row| {
            let class = if row.amount > 0 {
                "font-medium text-success"
            } else {
                "font-medium"
            };
            let sign = if row.amount > 0 { "+" } else { "" };
            view! { <span class=class>{sign}{number(row.amount)}</span> }
        })
        .right(),
        Column::new("Balance after", |row: &Row| number(row.balance_after)).right(),
        Column::new("When", |row: &Row| view! { <TimeAgo time=row.created_at/> }),
    ];
    view! {
        <DataTable
            name="movements"
            label="Movements of credits"
            columns
            rows
            row_id=|row: &Row| row.id.0
            row_name=|row: &Row| row.description.clone()
            empty=|| view! { <EmptyState icon=lu::LuCoins title="No movements yet" text="Credits that come and go are listed here."/> }
        />
    }
}

/// Each paid piece of work, newest first.
#[component]
pub fn Usage() -> impl IntoView {
    type Row = credit_usage_log::Model;
    let url = use_url_state();
    let rows = Resource::new(move || url.list_of("usage"), usage);
    let columns = vec![
        Column::new("Work", |row: &Row| row.operation.label()).lead(),
        Column::new("Credits", |row: &Row| number(row.credits_used)).right(),
        Column::new("Done by", |row: &Row| {
            if row.model.is_empty() {
                row.provider.clone()
            } else {
                format!("{} · {}", row.provider, row.model)
            }
        }),
        Column::new("Tokens sent", |row: &Row| number(row.tokens_in)).right(),
        Column::new("Tokens received", |row: &Row| number(row.tokens_out)).right(),
        Column::new("Provider's price", |row: &Row| {
            if row.cost_usd_micros == 0 {
                "–".to_owned()
            } else {
                usd_micros(row.cost_usd_micros)
            }
        })
        .right(),
        Column::new("When", |row: &Row| view! { <TimeAgo time=row.created_at/> }),
    ];
    view! {
        <DataTable
            name="usage"
            label="Use of credits"
            columns
            rows
            row_id=|row: &Row| row.id.0
            row_name=|row: &Row| row.operation.label().to_owned()
            empty=|| view! { <EmptyState icon=lu::LuActivity title="Nothing used yet" text="Each paid piece of AI work is listed here with what it took."/> }
        />
    }
}
