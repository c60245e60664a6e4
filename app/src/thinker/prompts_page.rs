//! The list of prompts.

use entity::ai_prompt::{PromptSource, Row};
use leptos::prelude::*;

use super::{
    api::list_prompts,
    parts::{ReadOnlyNote, SourceTag, purpose},
};
use crate::components::{EmptyState, ErrorState, Icon, PageHeader, Skeleton, Tag, TimeAgo, Tone, count, lu, number};

/// What AI functions ask a model, and which text is used where.
#[component]
pub fn PromptsPage() -> impl IntoView {
    let prompts = Resource::new(|| (), |()| list_prompts());
    view! {
        <PageHeader
            title="Prompts"
            purpose="What the AI is asked. Write your own text where ours does not fit; you can go back at any time."
        />
        <ReadOnlyNote/>
        <section class="panel" aria-label="Prompts">
            <Transition fallback=|| view! { <Skeleton/> }>
                {move || prompts.get().map(|result| match result {
                    Err(error) => view! { <ErrorState error retry=move |()| prompts.refetch()/> }.into_any(),
                    Ok(rows) if rows.is_empty() => view! {
                        <EmptyState icon=lu::LuMessageSquareText title="No prompts" text="There is nothing here that asks a model."/>
                    }.into_any(),
                    Ok(rows) => view! {
                        <ul class="divide-y divide-base-300">{rows.into_iter().map(|row| view! { <Prompt row/> }).collect_view()}</ul>
                    }.into_any(),
                })}
            </Transition>
        </section>
    }
}

#[component]
fn Prompt(row: Row) -> impl IntoView {
    let href = format!("/thinker/prompts/{}", row.prompt_type);
    let by_strategy = row
        .in_force
        .iter()
        .filter(|place| place.source == PromptSource::Strategy)
        .count();
    let source = if row.is_own {
        PromptSource::Account
    } else {
        PromptSource::Default
    };
    view! {
        <li>
            <a href=href class="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 p-4 hover:bg-base-200">
                <span class="min-w-0">
                    <span class="block font-medium">{row.label}</span>
                    <span class="block text-sm muted">{purpose(row.prompt_type)}</span>
                </span>
                <span class="flex flex-wrap items-center gap-2 text-xs">
                    {row.is_builtin.then(|| view! { <Tag tone=Tone::Warning>"Built-in engine: asks nobody"</Tag> })}
                    {(by_strategy > 0).then(|| {
                        let places = count(i64::try_from(by_strategy).unwrap_or(i64::MAX), "sector", "sectors");
                        view! { <Tag tone=Tone::Info>{format!("Strategy in {places}")}</Tag> }
                    })}
                    <SourceTag source/>
                    {row.updated_at.map(|time| view! {
                        <span class="muted">{format!("Version {} · ", number(row.version))}<TimeAgo time/></span>
                    })}
                    <Icon icon=lu::LuChevronRight class="size-4 muted"/>
                </span>
            </a>
        </li>
    }
}
