//! One provider: connected or not, with which models.

use entity::{
    ai_task::AiFunction,
    provider_setting::{self, Provider},
};
use leptos::{prelude::*, task::spawn_local};

use super::{
    ai_page::Parts,
    api::{delete_connection, test_connection},
    provider_form::ProviderForm,
};
use crate::components::{ConfirmDialog, Dialog, Icon, Tag, Tone, Verdict, lu, use_toasts};

/// What a provider is good for, in a sentence.
fn good_for(provider: Provider) -> &'static str {
    match provider {
        Provider::Builtin => "Works at once, without a key and without the network.",
        Provider::Openai => "Writes and draws.",
        Provider::Anthropic => "Claude: writes, does not draw.",
        Provider::Runware => "Draws with many models, does not write.",
        Provider::OpenaiCompatible => "Any server that speaks OpenAI's interface, also one of your own.",
    }
}

/// What removing a connection does to the functions that use it.
fn after_removal(functions: &[AiFunction]) -> String {
    let names: Vec<&str> = functions.iter().map(|function| function.label()).collect();
    match names.as_slice() {
        [] => "Its key is forgotten. No function uses it at the moment.".to_owned(),
        [one] => format!("Its key is forgotten. \u{201c}{one}\u{201d} goes back to the built-in engine."),
        [first @ .., last] => format!(
            "Its key is forgotten. These go back to the built-in engine: {} and {last}.",
            first.join(", ")
        ),
    }
}

/// One provider.
#[component]
pub(super) fn ProviderCard(
    /// Which one.
    provider: Provider,
    /// The connection, if there is one.
    connection: Option<provider_setting::Model>,
    /// What the page shares.
    parts: Parts,
) -> impl IntoView {
    let toasts = use_toasts();
    let editing = RwSignal::new(false);
    let removing = RwSignal::new(false);
    let testing = RwSignal::new(false);
    let test = move |_| {
        testing.set(true);
        parts.verdicts.update(|verdicts| {
            verdicts.remove(&provider);
        });
        spawn_local(async move {
            let result = test_connection(provider).await;
            testing.try_set(false);
            match result {
                Ok(found) => parts.verdicts.update(|verdicts| {
                    verdicts.insert(provider, found);
                }),
                Err(error) => toasts.error(&error),
            }
        });
    };
    let remove = move |()| {
        spawn_local(async move {
            match delete_connection(provider).await {
                Ok(()) => {
                    toasts.success(format!("{} is no longer connected.", provider.label()));
                    parts.verdicts.update(|verdicts| {
                        verdicts.remove(&provider);
                    });
                    parts.connections.refetch();
                    parts.choices.refetch();
                }
                Err(error) => toasts.error(&error),
            }
        });
    };
    // Looked up once the question is asked, so that it names what is so then.
    let consequence = Signal::derive(move || {
        if !removing.get() {
            return String::new();
        }
        let users: Vec<AiFunction> = untrack(|| parts.choices.get())
            .and_then(Result::ok)
            .unwrap_or_default()
            .into_iter()
            .filter(|choice| choice.provider == provider)
            .map(|choice| choice.function)
            .collect();
        after_removal(&users)
    });
    let connected = connection.is_some();
    let form_connection = connection.clone();
    view! {
        <li class="panel flex min-w-0 flex-col p-5">
            <div class="flex items-start justify-between gap-3">
                <div class="min-w-0">
                    <h3 class="font-semibold">{provider.label()}</h3>
                    <p class="text-xs muted">{good_for(provider)}</p>
                </div>
                {if connected {
                    view! { <Tag tone=Tone::Success>"Connected"</Tag> }
                } else {
                    view! { <Tag>"Not connected"</Tag> }
                }}
            </div>
            {connection.map(|connection| facts(provider, connection))}
            {move || {
                parts
                    .verdicts
                    .with(|verdicts| verdicts.get(&provider).cloned())
                    .map(|result| view! { <div class="mt-3"><Verdict result/></div> })
            }}
            <div class="mt-auto flex flex-wrap gap-2 pt-4">
                {if connected {
                    view! {
                        <button type="button" class="btn btn-sm" disabled=move || testing.get() on:click=test>
                            <Icon icon=lu::LuPlug class="size-4"/>
                            {move || if testing.get() { "Testing…" } else { "Test" }}
                        </button>
                        <button type="button" class="btn btn-sm" on:click=move |_| editing.set(true)>
                            <Icon icon=lu::LuPencil class="size-4"/>
                            "Edit"
                        </button>
                        <button type="button" class="btn btn-ghost btn-sm ml-auto" on:click=move |_| removing.set(true)>
                            <Icon icon=lu::LuTrash2 class="size-4"/>
                            "Remove"
                        </button>
                    }
                        .into_any()
                } else {
                    view! {
                        <button type="button" class="btn btn-primary btn-sm" on:click=move |_| editing.set(true)>
                            <Icon icon=lu::LuPlus class="size-4"/>
                            {format!("Connect {}", provider.label())}
                        </button>
                    }
                        .into_any()
                }}
            </div>
            <Dialog open=editing title=if connected { format!("Edit {}", provider.label()) } else { format!("Connect {}", provider.label()) }>
                <ProviderForm provider connection=form_connection.clone() parts on_saved=move |()| editing.set(false)/>
            </Dialog>
            <ConfirmDialog
                open=removing
                title=format!("Remove the connection to {}?", provider.label())
                text=consequence
                confirm="Remove"
                on_confirm=remove
            />
        </li>
    }
}

fn facts(provider: Provider, connection: provider_setting::Model) -> impl IntoView {
    let fact = |name: &'static str, value: String, code: bool| {
        view! {
            <dt class="muted">{name}</dt>
            <dd class=if code { "min-w-0 font-mono wrap-anywhere" } else { "min-w-0 muted" }>{value}</dd>
        }
    };
    let or = |value: String, none: &str| {
        let code = !value.is_empty();
        (if code { value } else { none.to_owned() }, code)
    };
    let (key, key_code) = or(connection.key_hint, "none");
    let (model, model_code) = or(connection.model, "not set");
    let (image_model, image_code) = or(connection.image_model, "not set");
    view! {
        <dl class="mt-3 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-xs">
            {(!connection.base_url.is_empty()).then(|| fact("Address", connection.base_url, true))}
            {fact("Key", key, key_code)}
            {provider.writes().then(|| fact("Writes with", model, model_code))}
            {provider.draws().then(|| fact("Draws with", image_model, image_code))}
        </dl>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removing_says_what_falls_back() {
        assert!(after_removal(&[]).contains("No function"));
        assert!(after_removal(&[AiFunction::GenerateIdeas]).contains("\u{201c}Generate ideas\u{201d} goes back"));
        let two = after_removal(&[AiFunction::AutoCluster, AiFunction::GenerateContent]);
        assert!(two.ends_with("Group keywords and Write articles."), "{two}");
    }
}
