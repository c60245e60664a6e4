//! One prompt: its text, where it is used, its history.

use entity::{
    ApiError,
    ai_prompt::{Detail, InForce, Input},
    ai_task::AiFunction,
};
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::hooks::use_params_map;

use super::{
    api::{get_prompt, reset_prompt, save_prompt},
    parts::{ReadOnlyNote, SourceTag, place, purpose, use_may_manage},
    preview::PreviewPane,
    template_field::TemplateField,
    versions::Versions,
};
use crate::{
    components::{
        ConfirmDialog, Drawer, EmptyState, ErrorState, FormError, FormState, Icon, PageHeader, Skeleton, SubmitButton,
        lu, use_toasts,
    },
    planner::parts::act,
};

/// One prompt: its text, where it is used, its history.
#[component]
pub fn PromptPage() -> impl IntoView {
    let params = use_params_map();
    let function = Memo::new(move |_| {
        params.with(|params| {
            params
                .get("prompt_type")
                .and_then(|name| name.parse::<AiFunction>().ok())
        })
    });
    let prompt = Resource::new(
        move || function.get(),
        |function| async move {
            match function {
                Some(function) => get_prompt(function).await,
                None => Err(ApiError::new("not_found", "There is no such prompt.")),
            }
        },
    );
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || prompt.get().map(|result| match result {
                Ok(found) => view! { <Editor found reload=move |()| prompt.refetch()/> }.into_any(),
                Err(error) => view! {
                    <PageHeader title="Prompt"/>
                    <div class="panel">
                        <ErrorState error retry=move |()| prompt.refetch()/>
                    </div>
                }.into_any(),
            })}
        </Transition>
    }
}

#[component]
fn Editor(
    /// What is stored.
    found: Detail,
    /// Loads it again.
    #[prop(into)]
    reload: Callback<()>,
) -> impl IntoView {
    let toasts = use_toasts();
    let may_manage = use_may_manage();
    let function = found.row.prompt_type;
    let version = found.row.version;
    let is_own = found.row.is_own;
    let stored = StoredValue::new(found.prompt_value.clone());
    let text = RwSignal::new(found.prompt_value);
    let form = FormState::new();
    let previewing = RwSignal::new(false);
    let resetting = RwSignal::new(false);
    let is_changed = Memo::new(move |_| text.with(|text| stored.with_value(|stored| text.trim() != stored)));
    let save = move |expected: Option<i32>| {
        let input = Input {
            prompt_value: text.get_untracked(),
            version: expected,
        };
        form.send(save_prompt(function, input), move |_| {
            toasts.success("Saved. It is used from the next job on.");
            reload.run(());
        });
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        save(Some(version));
    };
    let reset = move |()| {
        act(toasts, reset_prompt(function), move |_| {
            toasts.success("The default is used again. Your text is among the versions.");
            reload.run(());
        });
    };
    let is_behind = move || {
        form.error
            .with(|error| error.as_ref().is_some_and(|error| error.code == "conflict"))
    };
    let places = found.row.in_force;
    let sectors: Vec<(String, String)> = places
        .iter()
        .map(|known| (known.sector_id.to_string(), place(known)))
        .collect();
    let sectors = StoredValue::new(sectors);
    let variables = found.variables;
    view! {
        <PageHeader title=found.row.label.clone() purpose=purpose(function)>
            <a class="btn btn-ghost btn-sm" href="/thinker/prompts">
                <Icon icon=lu::LuArrowLeft class="size-4"/>
                "All prompts"
            </a>
            <button type="button" class="btn btn-sm js-only" on:click=move |_| previewing.set(true)>
                <Icon icon=lu::LuEye class="size-4"/>
                "Preview"
            </button>
        </PageHeader>
        <ReadOnlyNote/>
        {found.row.is_builtin.then(|| view! {
            <div class="alert alert-warning alert-soft mb-5 py-2.5 text-sm">
                <Icon icon=lu::LuInfo class="size-4 flex-none"/>
                <span>"The built-in engine does this for now and asks nobody, so no text is used. Connect a provider in the settings to use it."</span>
            </div>
        })}
        <div class="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_22rem]">
            <form method="post" on:submit=submit class="panel min-w-0 p-5" novalidate>
                <FormError error=form.error/>
                <Show when=is_behind>
                    <div class="mb-4 flex flex-wrap gap-2">
                        <button type="button" class="btn btn-sm" on:click=move |_| reload.run(())>"Load theirs, drop mine"</button>
                        <button type="button" class="btn btn-sm" on:click=move |_| save(None)>"Save mine as the newest"</button>
                    </div>
                </Show>
                {move || {
                    let variables = variables.clone();
                    let read_only = !may_manage.get();
                    view! {
                        <TemplateField
                            field="prompt_value" label="What the AI is asked" value=text variables read_only errors=form.error
                        />
                    }
                }}
                <p class="mb-4 text-xs muted">
                    "Our rules for the answer (its form, nothing invented, no links) always go along; you see them in the preview."
                </p>
                <Show when=move || may_manage.get()>
                    <div class="flex flex-wrap items-center justify-end gap-2">
                        <Show when=move || is_own>
                            <button type="button" class="btn btn-ghost btn-sm mr-auto js-only" on:click=move |_| resetting.set(true)>
                                <Icon icon=lu::LuRotateCcw class="size-4"/>
                                "Back to the default"
                            </button>
                        </Show>
                        <Show when=move || is_changed.get()>
                            <span class="text-xs muted">"Not saved yet"</span>
                        </Show>
                        <SubmitButton pending=form.pending>"Save"</SubmitButton>
                    </div>
                </Show>
            </form>
            <div class="space-y-6">
                <Places places/>
                <Versions function version may_restore=may_manage restored=reload/>
            </div>
        </div>
        <Drawer open=previewing title="What the AI would be asked">
            {move || {
                let draft = is_changed.get_untracked().then(|| text.get_untracked());
                view! { <PreviewPane function sectors=sectors.get_value() draft/> }
            }}
        </Drawer>
        <ConfirmDialog
            open=resetting title="Go back to the default?" confirm="Back to the default" danger=false on_confirm=reset
            text="Your text stays among the versions, and you can restore it at any time. Strategies keep their own texts."
        />
    }
}

/// Which text is used in which sector, and why.
#[component]
fn Places(places: Vec<InForce>) -> impl IntoView {
    let is_empty = places.is_empty();
    view! {
        <section class="panel p-5" aria-labelledby="places">
            <h2 id="places" class="text-base font-semibold">"Which text is used where"</h2>
            {is_empty.then(|| view! {
                <EmptyState icon=lu::LuGlobe title="No sectors yet" text="Texts are used for the sectors of your sites."/>
            })}
            <ul class="divide-y divide-base-300">
                {places.into_iter().map(|known| {
                    let name = place(&known);
                    view! {
                        <li class="py-2.5 text-sm">
                            <p class="flex flex-wrap items-center justify-between gap-2">
                                <span class="min-w-0 font-medium wrap-anywhere">{name}</span>
                                <SourceTag source=known.source/>
                            </p>
                            <p class="text-xs muted">{known.why}</p>
                        </li>
                    }
                }).collect_view()}
            </ul>
        </section>
    }
}
