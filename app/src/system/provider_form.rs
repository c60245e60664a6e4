//! Who answers AI functions.

use entity::{
    ApiError,
    integration::TestResult,
    provider_setting::{Input, Model, Provider},
};
use leptos::{prelude::*, task::spawn_local};

use super::api::{save_provider, test_provider};
use crate::components::{FormError, Icon, PasswordInput, SubmitButton, TextInput, Verdict, lu, use_toasts};

/// Who answers AI functions: the built-in engine, or any server that speaks the OpenAI interface.
#[component]
pub fn ProviderForm(
    /// What is in force.
    setting: Model,
) -> impl IntoView {
    let toasts = use_toasts();
    let provider = RwSignal::new(setting.provider);
    let base_url = RwSignal::new(setting.base_url);
    let model = RwSignal::new(setting.model);
    let image_model = RwSignal::new(setting.image_model);
    let api_key = RwSignal::new(String::new());
    let hint = RwSignal::new(setting.key_hint);
    let error = RwSignal::new(None::<ApiError>);
    let pending = RwSignal::new(false);
    let verdict = RwSignal::new(None::<TestResult>);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let input = Input {
            provider: provider.get_untracked(),
            base_url: base_url.get_untracked(),
            model: model.get_untracked(),
            image_model: image_model.get_untracked(),
            api_key: api_key.get_untracked(),
        };
        pending.set(true);
        error.set(None);
        verdict.set(None);
        spawn_local(async move {
            match save_provider(input).await {
                Ok(saved) => {
                    api_key.set(String::new());
                    hint.set(saved.key_hint);
                    toasts.success("Saved.");
                    match test_provider().await {
                        Ok(found) => verdict.set(Some(found)),
                        Err(failure) => toasts.error(&failure),
                    }
                }
                Err(refusal) => error.set(Some(refusal)),
            }
            pending.set(false);
        });
    };
    let test = move |_| {
        pending.set(true);
        verdict.set(None);
        spawn_local(async move {
            match test_provider().await {
                Ok(found) => verdict.set(Some(found)),
                Err(failure) => toasts.error(&failure),
            }
            pending.set(false);
        });
    };
    let choice = move |value: Provider, text: &'static str| {
        view! {
            <label class="flex cursor-pointer items-start gap-3 rounded-field border border-base-300 p-3 has-checked:border-primary has-checked:bg-primary/5">
                <input
                    type="radio"
                    name="provider"
                    class="radio radio-sm radio-primary mt-0.5"
                    value=value.as_str()
                    checked=provider.get_untracked() == value
                    prop:checked=move || provider.get() == value
                    on:change=move |_| provider.set(value)
                />
                <span>
                    <span class="block text-sm font-medium">{value.label()}</span>
                    <span class="block text-xs muted">{text}</span>
                </span>
            </label>
        }
    };
    let key_hint = move || {
        hint.with(|hint| {
            if hint.is_empty() {
                "sk-…".to_owned()
            } else {
                format!("Stored: {hint}. Leave it empty to keep it.")
            }
        })
    };
    view! {
        <form method="post" on:submit=send>
            <FormError error/>
            <fieldset class="mb-5 grid gap-3 sm:grid-cols-2">
                <legend class="sr-only">"Provider"</legend>
                {choice(Provider::Builtin, "Works at once, without a key and without the network. Articles come as outlines to complete.")}
                {choice(Provider::OpenaiCompatible, "OpenAI, or any server with the same interface, also one of your own.")}
            </fieldset>
            {move || {
                (provider.get() == Provider::OpenaiCompatible)
                    .then(|| {
                        view! {
                            <TextInput
                                name="base_url"
                                label="Address of the interface"
                                value=base_url
                                placeholder="https://api.openai.com/v1"
                                errors=error
                            />
                            <PasswordInput
                                name="api_key"
                                label="Key"
                                value=api_key
                                placeholder=key_hint()
                                hint="Stored encrypted and never shown again."
                                autocomplete="off"
                                errors=error
                            />
                            <div class="grid gap-x-4 sm:grid-cols-2">
                                <TextInput name="model" label="Model for text" value=model errors=error/>
                                <TextInput
                                    name="image_model"
                                    label="Model for pictures (optional)"
                                    value=image_model
                                    hint="Without one the built-in engine draws title pictures."
                                    errors=error
                                />
                            </div>
                        }
                    })
            }}
            {move || verdict.get().map(|result| view! { <div class="mb-4"><Verdict result/></div> })}
            <div class="flex flex-wrap justify-end gap-2">
                <button type="button" class="btn btn-sm" disabled=move || pending.get() on:click=test>
                    <Icon icon=lu::LuPlug class="size-4"/>
                    "Test what is saved"
                </button>
                <SubmitButton pending>"Save and test"</SubmitButton>
            </div>
        </form>
    }
}
