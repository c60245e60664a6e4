//! What a plan includes.

use entity::plan::{self, Input};
use leptos::{ev::SubmitEvent, prelude::*};

use super::api::{credit_prices, update_plan};
use crate::{
    components::{FormError, FormState, Select, SubmitButton, TextInput, use_toasts},
    planner::parts::{number_text, small_number, whole_number},
};

/// What a plan includes: credits, price list, limits.
#[component]
pub fn PlanForm(
    /// The plan.
    plan: plan::Model,
    /// Called once it is saved.
    #[prop(into)]
    on_saved: Callback<()>,
) -> impl IntoView {
    let toasts = use_toasts();
    let form = FormState::new();
    let id = plan.id;
    let name = RwSignal::new(plan.name.clone());
    let price = RwSignal::new(plan.price_cents.to_string());
    let credits = RwSignal::new(plan.included_credits.to_string());
    let support = RwSignal::new(plan.support_level.clone());
    let list = RwSignal::new(plan.price_list.clone());
    let lists = RwSignal::new(vec![(plan.price_list.clone(), plan.price_list.clone())]);
    Effect::new(move |_| {
        leptos::task::spawn_local(async move {
            if let Ok(rows) = credit_prices().await {
                let mut names: Vec<String> = rows.into_iter().map(|row| row.price.price_list).collect();
                names.dedup();
                lists.try_set(names.into_iter().map(|name| (name.clone(), name)).collect());
            }
        });
    });
    let limits = [
        ("max_users", "People", plan.max_users),
        ("max_sites", "Sites", plan.max_sites),
        ("max_sectors", "Sectors", plan.max_sectors),
        ("max_keywords", "Keywords", plan.max_keywords),
        ("max_clusters", "Clusters", plan.max_clusters),
        ("max_ideas", "Ideas", plan.max_ideas),
        (
            "max_ai_requests_per_day",
            "AI requests a day and site",
            plan.max_ai_requests_per_day,
        ),
        (
            "max_content_tasks_per_day",
            "Articles a day and site",
            plan.max_content_tasks_per_day,
        ),
        (
            "max_words_per_month",
            "Words a month and site",
            plan.max_words_per_month,
        ),
        ("max_images_per_day", "Pictures a day and site", plan.max_images_per_day),
        ("max_storage_mb", "Files in MB", plan.max_storage_mb),
        ("max_concurrent_tasks", "Jobs at once", plan.max_concurrent_tasks),
    ]
    .map(|(field, label, value)| (field, label, RwSignal::new(number_text(value))));
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let mut faults = Vec::new();
        let price_cents = whole_number("price_cents", &price.get_untracked(), &mut faults).unwrap_or_default();
        let included_credits =
            whole_number("included_credits", &credits.get_untracked(), &mut faults).unwrap_or_default();
        let mut limit = |field: &str| {
            let value = limits.iter().find(|(known, ..)| *known == field)?.2;
            small_number(field, &value.get_untracked(), &mut faults)
        };
        let input = Input {
            name: name.get_untracked(),
            price_cents,
            included_credits,
            support_level: support.get_untracked(),
            price_list: list.get_untracked(),
            max_users: limit("max_users"),
            max_sites: limit("max_sites"),
            max_sectors: limit("max_sectors"),
            max_keywords: limit("max_keywords"),
            max_clusters: limit("max_clusters"),
            max_ideas: limit("max_ideas"),
            max_ai_requests_per_day: limit("max_ai_requests_per_day"),
            max_content_tasks_per_day: limit("max_content_tasks_per_day"),
            max_words_per_month: limit("max_words_per_month"),
            max_images_per_day: limit("max_images_per_day"),
            max_storage_mb: limit("max_storage_mb"),
            max_concurrent_tasks: limit("max_concurrent_tasks"),
        };
        if form.refuse(faults) {
            return;
        }
        form.send(update_plan(id, input), move |plan| {
            toasts.success(format!("{} is changed.", plan.name));
            on_saved.run(());
        });
    };
    let limit_fields = limits
        .map(|(field, label, value)| view! { <TextInput name=field label=label value errors=form.error/> })
        .into_iter()
        .collect_view();
    view! {
        <form method="post" on:submit=send novalidate>
            <FormError error=form.error/>
            <div class="grid gap-x-4 sm:grid-cols-2">
                <TextInput name="name" label="Name" value=name errors=form.error/>
                <TextInput name="support_level" label="Help that comes with it" value=support errors=form.error/>
                <TextInput name="price_cents" label="Price a month, in US cents" value=price errors=form.error/>
                <TextInput name="included_credits" label="Credits a month" value=credits errors=form.error/>
                <Select name="price_list" label="Price list" value=list options=lists errors=form.error/>
            </div>
            <fieldset>
                <legend class="mb-1 text-sm font-semibold">"Limits"</legend>
                <p class="mb-3 text-xs muted">"Empty is no limit. A lower limit takes nothing away; it stops what begins afterwards."</p>
                <div class="grid gap-x-4 sm:grid-cols-3">{limit_fields}</div>
            </fieldset>
            <div class="mt-2 flex justify-end">
                <SubmitButton pending=form.pending>"Save"</SubmitButton>
            </div>
        </form>
    }
}
