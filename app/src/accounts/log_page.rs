//! The log of what matters.

use entity::audit_event::{AuditAction, Filter, Model};
use leptos::prelude::*;

use super::team_api::audit_log;
use crate::{
    components::{Column, DataTable, EmptyState, FilterSelect, PageHeader, TimeAgo, lu, options_of, use_url_state},
    system::SettingsTabs,
};

/// The log of what matters: who did what, from where.
#[component]
pub fn LogPage() -> impl IntoView {
    let url = use_url_state();
    let filter = move || Filter {
        action: url.parsed("action"),
        user_id: url.parsed("user"),
    };
    let rows = Resource::new(
        move || (filter(), url.list_of("log")),
        |(filter, query)| audit_log(filter, query),
    );
    let columns = vec![
        Column::new("What", |row: &Model| {
            view! {
                <span class="font-medium">{row.action.label()}</span>
                {(!row.detail.is_empty()).then(|| view! { <p class="max-w-prose text-xs muted wrap-anywhere">{row.detail.clone()}</p> })}
            }
        })
        .lead(),
        Column::new("Who", |row: &Model| view! { <span class="wrap-anywhere">{row.actor.clone()}</span> }),
        Column::new("From", |row: &Model| {
            if row.ip_address.is_empty() { "–".to_owned() } else { row.ip_address.clone() }
        }),
        Column::new("When", |row: &Model| view! { <TimeAgo time=row.created_at/> }),
        Column::new("Reference", |row: &Model| {
            view! { <span class="font-mono text-xs wrap-anywhere">{row.request_id.clone()}</span> }
        })
        .hidden(),
    ];
    let actions = options_of(AuditAction::ALL, |action| (action.as_str(), action.label()));
    view! {
        <PageHeader title="Log" purpose="Sign-ins, changes of people, keys and settings, deletions and publications. Nobody can change it."/>
        <SettingsTabs/>
        <DataTable
            name="log" label="Log" rows columns search="Search people and details"
            row_id=|row: &Model| row.id.0
            row_name=|row: &Model| row.action.label().to_owned()
            filters=move || view! { <FilterSelect key="action" label="What" options=actions.clone()/> }
            empty=|| view! { <EmptyState icon=lu::LuScrollText title="Nothing happened yet"/> }
        />
    }
}
