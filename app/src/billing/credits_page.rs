//! What the account has to spend, where it went and what things cost.

use leptos::prelude::*;

use super::{
    api::current_balance,
    lists::{Movements, Usage},
    prices::Prices,
};
use crate::{
    components::{PageHeader, Stat, lu, number, use_url_state},
    workspace::use_workspace,
};

/// What the account has to spend, where it went and what things cost.
#[component]
pub fn CreditsPage() -> impl IntoView {
    let workspace = use_workspace();
    let url = use_url_state();
    let balance = workspace.balance;
    let shown = Memo::new(move |_| url.get("view").unwrap_or_default());
    let plan = workspace
        .me
        .with_untracked(|me| me.as_ref().map(|me| me.plan_name.clone()))
        .unwrap_or_default();
    let month = Resource::new(|| (), |()| current_balance());
    let tab = move |view: &'static str, name: &'static str| {
        let href = if view.is_empty() {
            "/credits".to_owned()
        } else {
            format!("/credits?view={view}")
        };
        let class = move || {
            if shown.with(|shown| shown == view) {
                "tab tab-active"
            } else {
                "tab"
            }
        };
        view! {
            <a class=class href=href data-noscroll="" aria-current=move || shown.with(|shown| shown == view).then_some("page")>
                {name}
            </a>
        }
    };
    view! {
        <PageHeader title="Credits" purpose="Each step of AI work takes credits. They are held when it starts and only what succeeds is charged."/>
        <div class="mb-6 grid grid-cols-2 gap-3 xl:grid-cols-4">
            <Stat
                label="Available"
                icon=lu::LuCoins
                value=Signal::derive(move || number(balance.with(|balance| balance.available)))
                note="For new work"
            />
            <Stat
                label="Held"
                icon=lu::LuLock
                value=Signal::derive(move || number(balance.with(|balance| balance.reserved)))
                note="By work under way"
            />
            <Stat
                label="Balance"
                icon=lu::LuWallet
                value=Signal::derive(move || number(balance.with(|balance| balance.credits)))
                note="Available and held"
            />
            <Transition fallback=|| view! { <div class="skeleton min-h-24"></div> }>
                {move || {
                    let plan = plan.clone();
                    month
                        .get()
                        .and_then(Result::ok)
                        .map(move |month| {
                            view! {
                                <Stat
                                    label="Used this month"
                                    icon=lu::LuGauge
                                    value=number(month.credits_used_this_month)
                                    note=format!("{plan} adds {} each month", number(month.plan_credits_per_month))
                                />
                            }
                        })
                }}
            </Transition>
        </div>
        <nav class="tabs tabs-border mb-4" aria-label="Parts of this page">
            {tab("", "Movements")} {tab("usage", "Use")} {tab("prices", "Prices")}
        </nav>
        {move || match shown.get().as_str() {
            "usage" => view! { <Usage/> }.into_any(),
            "prices" => view! { <Prices/> }.into_any(),
            _ => view! { <Movements/> }.into_any(),
        }}
    }
}
