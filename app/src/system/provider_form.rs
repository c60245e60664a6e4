//! Connecting a provider.

use entity::provider_setting::{Input, Model, Provider};
use leptos::{ev::SubmitEvent, prelude::*};

use super::{
    ai_page::Parts,
    api::{save_connection, test_connection},
};
use crate::components::{FormError, FormState, PasswordInput, SubmitButton, TextInput, use_toasts};

/// An example of what a model is called there: for text, for pictures.
fn examples(provider: Provider) -> (&'static str, &'static str) {
    match provider {
        Provider::Openai => ("gpt-5-mini", "gpt-image-1"),
        Provider::Anthropic => ("claude-sonnet-4-5", ""),
        Provider::Runware => ("", "runware:97@1"),
        Provider::OpenaiCompatible | Provider::Builtin => ("llama3.1:8b", "flux-schnell"),
    }
}

/// Makes a connection or changes it, and tests it at once; what the test finds goes to the provider's card.
#[component]
pub(super) fn ProviderForm(
    /// To whom.
    provider: Provider,
    /// What is stored.
    connection: Option<Model>,
    /// What the page shares.
    parts: Parts,
    /// Called once it is saved and tested.
    #[prop(into)]
    on_saved: Callback<()>,
) -> impl IntoView {
    let toasts = use_toasts();
    let text = |pick: fn(&Model) -> &String| RwSignal::new(connection.as_ref().map(pick).cloned().unwrap_or_default());
    let base_url = text(|stored| &stored.base_url);
    let model = text(|stored| &stored.model);
    let image_model = text(|stored| &stored.image_model);
    let hint = text(|stored| &stored.key_hint).get_untracked();
    let api_key = RwSignal::new(String::new());
    let form = FormState::new();
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let input = Input {
            provider,
            base_url: base_url.get_untracked(),
            model: model.get_untracked(),
            image_model: image_model.get_untracked(),
            api_key: api_key.get_untracked(),
        };
        let save_and_test = async move {
            save_connection(input).await?;
            Ok(test_connection(provider).await)
        };
        form.send(save_and_test, move |tested| {
            match tested {
                Ok(found) => parts.verdicts.update(|verdicts| {
                    verdicts.insert(provider, found);
                }),
                Err(error) => toasts.error(&error),
            }
            toasts.success(format!("{} is saved.", provider.label()));
            on_saved.run(());
            parts.connections.refetch();
        });
    };
    let errors = form.error;
    let own_server = provider == Provider::OpenaiCompatible;
    let (text_example, image_example) = examples(provider);
    let placeholder = if hint.is_empty() {
        String::new()
    } else {
        format!("Stored: {hint}. Leave it empty to keep it.")
    };
    let key_label = if own_server {
        "Key (if the server wants one)"
    } else {
        "Key"
    };
    view! {
        <form method="post" on:submit=send novalidate>
            <FormError error=errors/>
            {own_server
                .then(|| {
                    view! {
                        <TextInput
                            name="base_url"
                            label="Address of the interface"
                            value=base_url
                            placeholder="https://models.example.com/v1"
                            hint="Another address forgets the stored key: it was not given for that server."
                            required=true
                            errors
                        />
                    }
                })}
            <PasswordInput
                name="api_key"
                label=key_label
                value=api_key
                placeholder
                hint="Stored encrypted and never shown again."
                autocomplete="off"
                errors
            />
            <div class="grid gap-x-4 sm:grid-cols-2">
                {provider
                    .writes()
                    .then(|| view! { <TextInput name="model" label="Model for text" value=model placeholder=text_example errors/> })}
                {provider
                    .draws()
                    .then(|| {
                        let label = if provider.writes() { "Model for pictures (optional)" } else { "Model for pictures" };
                        view! { <TextInput name="image_model" label value=image_model placeholder=image_example errors/> }
                    })}
            </div>
            {(!own_server)
                .then(|| {
                    view! {
                        <details class="mb-4 text-sm" open=!base_url.get_untracked().is_empty()>
                            <summary class="cursor-pointer muted">"Another address"</summary>
                            <div class="mt-3">
                                <TextInput
                                    name="base_url"
                                    label="Address of the interface (optional)"
                                    value=base_url
                                    placeholder=provider.home().unwrap_or_default()
                                    hint="Only for a gateway in front of the provider. Another address forgets the stored key."
                                    errors
                                />
                            </div>
                        </details>
                    }
                })}
            <div class="flex justify-end">
                <SubmitButton pending=form.pending>"Save and test"</SubmitButton>
            </div>
        </form>
    }
}
