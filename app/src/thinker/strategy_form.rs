//! The form of a strategy.

use std::collections::BTreeMap;

use entity::{
    ApiError, SectorId,
    ai_prompt::Detail,
    ai_task::AiFunction,
    strategy::{Input, Row},
};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

use super::{
    api::{create_strategy, get_prompt, list_prompts, update_strategy},
    parts::use_sector_options,
    sections::{Sections, SectionsField},
    template_field::TemplateField,
};
use crate::components::{
    ErrorState, FormError, FormState, Icon, Select, Skeleton, SubmitButton, Switch, TextArea, TextInput, lu,
};

/// A prompt that the strategy overrides, while it is edited.
#[derive(Clone, Copy)]
struct Override {
    function: AiFunction,
    /// Empty until the form has loaded what to begin with.
    text: RwSignal<String>,
    is_new: bool,
}

/// The form of a strategy, new or stored. Lives in a window, so only in the browser.
#[component]
pub(super) fn StrategyForm(
    /// The stored strategy; nothing for a new one.
    stored: Option<Row>,
    /// Called with what is stored now.
    #[prop(into)]
    on_saved: Callback<Row>,
) -> impl IntoView {
    let id = stored.as_ref().map(|stored| stored.id);
    let text = |pick: fn(&Row) -> &String| RwSignal::new(stored.as_ref().map(pick).cloned().unwrap_or_default());
    let name = text(|stored| &stored.name);
    let description = text(|stored| &stored.description);
    let sector = RwSignal::new(
        stored
            .as_ref()
            .and_then(|stored| stored.sector_id)
            .map(|id| id.to_string())
            .unwrap_or_default(),
    );
    let active = RwSignal::new(stored.as_ref().is_none_or(|stored| stored.is_active));
    let sections = Sections::new(
        stored
            .as_ref()
            .map(|stored| stored.section_logic.clone())
            .unwrap_or_default(),
    );
    let overrides = RwSignal::new(
        stored
            .map(|stored| stored.prompt_types)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|(name, text)| {
                Some(Override {
                    function: name.parse().ok()?,
                    text: RwSignal::new(text),
                    is_new: false,
                })
            })
            .collect::<Vec<_>>(),
    );
    let form = FormState::new();
    let sector_options = use_sector_options("All sectors without one of their own");
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let mut faults = Vec::new();
        let section_logic = sections.read(&mut faults);
        if form.refuse(faults) {
            return;
        }
        let prompt_types: BTreeMap<String, String> = overrides.with_untracked(|overrides| {
            overrides
                .iter()
                .map(|known| (known.function.to_string(), known.text.get_untracked()))
                .collect()
        });
        let input = Input {
            name: name.get_untracked(),
            description: description.get_untracked(),
            sector_id: sector.get_untracked().parse::<SectorId>().ok(),
            prompt_types,
            section_logic,
            is_active: active.get_untracked(),
        };
        let done = move |saved| on_saved.run(saved);
        match id {
            None => form.send(create_strategy(input), done),
            Some(id) => form.send(update_strategy(id, input), done),
        }
    };
    view! {
        <form method="post" on:submit=send novalidate>
            <FormError error=form.error/>
            <div class="grid gap-x-4 sm:grid-cols-2">
                <TextInput name="name" id="strategy-name" label="Name" value=name required=true autocomplete="off" placeholder="Honest buying guides" errors=form.error/>
                <Select name="sector_id" id="strategy-sector" label="For" value=sector options=sector_options errors=form.error/>
            </div>
            <TextArea
                name="description" id="strategy-description" label="What it is for" value=description rows=3
                hint="The AI reads this, too." errors=form.error
            />
            <SectionsField sections errors=form.error/>
            <Overrides overrides errors=form.error/>
            <Switch label="In use. At most one strategy is in use for a sector." value=active/>
            <div class="flex justify-end">
                <SubmitButton pending=form.pending>{if id.is_none() { "Add strategy" } else { "Save" }}</SubmitButton>
            </div>
        </form>
    }
}

/// The prompts that the strategy overrides, each with its own text.
#[component]
fn Overrides(overrides: RwSignal<Vec<Override>>, #[prop(into)] errors: Signal<Option<ApiError>>) -> impl IntoView {
    let choice = RwSignal::new(String::new());
    let all = RwSignal::new(Vec::<(AiFunction, String)>::new());
    let owner = StoredValue::new(Owner::current());
    spawn_local(async move {
        if let Ok(rows) = list_prompts().await {
            all.try_set(rows.into_iter().map(|row| (row.prompt_type, row.label)).collect());
        }
    });
    let left = Signal::derive(move || {
        let used: Vec<AiFunction> = overrides.with(|overrides| overrides.iter().map(|known| known.function).collect());
        let mut options = vec![(String::new(), "Choose a prompt".to_owned())];
        options.extend(
            all.get()
                .into_iter()
                .filter_map(|(function, label)| (!used.contains(&function)).then(|| (function.to_string(), label))),
        );
        options
    });
    let add = move |_| {
        let Ok(function) = choice.get_untracked().parse() else {
            return;
        };
        let make = || Override {
            function,
            text: RwSignal::new(String::new()),
            is_new: true,
        };
        // Made at a click, but living as long as the form.
        let made = match owner.get_value() {
            Some(owner) => owner.with(make),
            None => make(),
        };
        overrides.update(|overrides| overrides.push(made));
        choice.set(String::new());
    };
    view! {
        <fieldset class="mb-5 min-w-0">
            <legend class="mb-1.5 block text-sm font-medium">"Prompts of its own"</legend>
            <p class="mb-2 text-xs muted">"Where this strategy is in use, these texts are used instead of all others."</p>
            <div class="space-y-3">
                <For each=move || overrides.get() key=|known| known.function let:known>
                    <OverrideRow known overrides errors/>
                </For>
            </div>
            <div class="mt-3 flex flex-wrap items-end gap-2">
                <Select name="override" label="Prompt" value=choice options=left/>
                <button type="button" class="btn btn-sm mb-5" disabled=move || choice.with(String::is_empty) on:click=add>
                    <Icon icon=lu::LuPlus class="size-4"/>
                    "Give it a text"
                </button>
            </div>
        </fieldset>
    }
}

#[component]
fn OverrideRow(known: Override, overrides: RwSignal<Vec<Override>>, errors: Signal<Option<ApiError>>) -> impl IntoView {
    let function = known.function;
    let found = RwSignal::new(None::<Result<Detail, ApiError>>);
    let load = move || {
        spawn_local(async move {
            let result = get_prompt(function).await;
            // A new text begins with what the account uses otherwise.
            if let Ok(detail) = &result
                && known.is_new
                && known.text.try_with_untracked(String::is_empty) == Some(true)
            {
                known.text.try_set(detail.prompt_value.clone());
            }
            found.try_set(Some(result));
        });
    };
    load();
    view! {
        <div class="rounded-field border border-base-300 p-3">
            <div class="mb-2 flex items-center justify-between gap-2">
                <span class="text-sm font-medium">{function.label()}</span>
                <button
                    type="button"
                    class="btn btn-ghost btn-xs btn-square text-error"
                    aria-label=format!("Remove the text of {}", function.label())
                    on:click=move |_| overrides.update(|overrides| overrides.retain(|other| other.function != function))
                >
                    <Icon icon=lu::LuTrash2 class="size-4"/>
                </button>
            </div>
            {move || match found.get() {
                None => view! { <Skeleton rows=3/> }.into_any(),
                Some(Err(error)) => view! { <ErrorState error retry=move |()| load()/> }.into_any(),
                Some(Ok(detail)) => view! {
                    <TemplateField
                        field=format!("prompt_types.{function}") label="What the AI is asked" value=known.text
                        variables=detail.variables rows=9 errors
                    />
                }.into_any(),
            }}
        </div>
    }
}
