//! A form on its way to the server and back.

use std::{collections::BTreeSet, future::Future};

use entity::{ApiError, FieldError};
use leptos::{prelude::*, task::spawn_local};

use super::icon::{Icon, lu};

/// What a form waits for and what it was refused for.
///
/// ```ignore
/// let form = FormState::new();
/// let send = move |event: SubmitEvent| {
///     event.prevent_default();
///     form.send(update_profile(name.get_untracked()), move |_| toasts.success("Saved."));
/// };
/// view! { <form on:submit=send><FormError error=form.error/> … <SubmitButton pending=form.pending>"Save"</SubmitButton></form> }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct FormState {
    /// An answer is on its way.
    pub pending: RwSignal<bool>,
    /// The refusal.
    pub error: RwSignal<Option<ApiError>>,
}

impl FormState {
    /// A form that was not sent yet.
    pub fn new() -> Self {
        Self {
            pending: RwSignal::new(false),
            error: RwSignal::new(None),
        }
    }

    /// Sends the form; `done` is called when the server took it. One that is under way is not sent again.
    pub fn send<T: 'static>(
        self,
        work: impl Future<Output = Result<T, ApiError>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        if self.pending.get_untracked() {
            return;
        }
        self.pending.set(true);
        self.error.set(None);
        spawn_local(async move {
            let result = work.await;
            // The window of the form may be closed by now.
            self.pending.try_set(false);
            match result {
                Ok(value) => done(value),
                Err(refusal) => {
                    self.error.try_set(Some(refusal));
                }
            }
        });
    }

    /// Refuses without asking the server; true when there was something to refuse.
    pub fn refuse(self, fields: Vec<FieldError>) -> bool {
        if fields.is_empty() {
            return false;
        }
        let mut error = ApiError::new("invalid", "Please check the marked fields.");
        error.fields = fields;
        self.error.set(Some(error));
        true
    }
}

impl Default for FormState {
    fn default() -> Self {
        Self::new()
    }
}

/// Any of several values, each with a box to tick.
///
/// ```ignore
/// view! { <CheckList name="sites" label="Sites" options=sites value=chosen errors=form.error/> }
/// ```
#[component]
pub fn CheckList(
    /// Name in the server's objections.
    name: &'static str,
    /// What it asks for.
    #[prop(into)]
    label: String,
    /// Values, what a person reads, and what it means (may be empty).
    #[prop(into)]
    options: Signal<Vec<(String, String, String)>>,
    /// The ticked ones.
    value: RwSignal<BTreeSet<String>>,
    /// How to choose.
    #[prop(optional, into)]
    hint: String,
    /// The server's objections.
    #[prop(optional, into)]
    errors: Signal<Option<ApiError>>,
) -> impl IntoView {
    let error = Signal::derive(move || {
        errors.with(|error| error.as_ref().and_then(|error| error.field(name)).map(str::to_owned))
    });
    let boxes = move || {
        options
            .get()
            .into_iter()
            .map(|(key, word, meaning)| {
                let ticked = {
                    let key = key.clone();
                    move || value.with(|value| value.contains(&key))
                };
                let toggle = move |_| {
                    value.update(|value| {
                        if !value.remove(&key) {
                            value.insert(key.clone());
                        }
                    });
                };
                view! {
                    <label class="flex cursor-pointer items-start gap-2.5 rounded px-2 py-1.5 text-sm hover:bg-base-200">
                        <input
                            type="checkbox"
                            class="checkbox checkbox-sm checkbox-primary mt-0.5"
                            prop:checked=ticked
                            on:change=toggle
                        />
                        <span class="min-w-0">
                            <span class="block wrap-anywhere">{word}</span>
                            {(!meaning.is_empty()).then(|| view! { <span class="block text-xs muted">{meaning}</span> })}
                        </span>
                    </label>
                }
            })
            .collect_view()
    };
    view! {
        <fieldset class="mb-4 min-w-0">
            <legend class="mb-1.5 block text-sm font-medium">{label}</legend>
            <div class="max-h-80 overflow-y-auto rounded-field border border-base-300 p-1">{boxes}</div>
            <div class="mt-1 text-xs">
                {move || match error.get() {
                    Some(text) => {
                        view! {
                            <span class="flex items-start gap-1 text-error">
                                <Icon icon=lu::LuCircleAlert class="mt-px size-3.5 flex-none"/>
                                {text}
                            </span>
                        }
                            .into_any()
                    }
                    None => view! { <span class="muted">{hint.clone()}</span> }.into_any(),
                }}
            </div>
        </fieldset>
    }
}

/// A switch with its words.
///
/// ```ignore
/// view! { <Switch label="Active" value=active/> }
/// ```
#[component]
pub fn Switch(
    /// What it switches.
    #[prop(into)]
    label: String,
    /// On or off.
    value: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <label class="mb-4 flex items-center gap-3 text-sm">
            <input
                type="checkbox"
                role="switch"
                class="toggle toggle-sm toggle-primary"
                prop:checked=move || value.get()
                on:change=move |_| value.update(|value| *value = !*value)
            />
            {label}
        </label>
    }
}

/// A text to be copied, such as a key that is shown once.
///
/// ```ignore
/// view! { <CopyText label="API key" text=key/> }
/// ```
#[component]
pub fn CopyText(
    /// What it is.
    #[prop(into)]
    label: String,
    /// The text.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let shown = text.clone();
    view! {
        <div class="flex items-center gap-2 rounded-field border border-base-300 bg-base-200 p-2">
            <code class="min-w-0 flex-1 text-sm wrap-anywhere" aria-label=label data-copy="">{shown}</code>
            <button
                type="button"
                class="btn btn-sm flex-none"
                on:click=move |_| {
                    crate::browser::copy(&text);
                    copied.set(true);
                }
            >
                {move || {
                    if copied.get() {
                        view! { <Icon icon=lu::LuCheck class="size-4"/> }
                    } else {
                        view! { <Icon icon=lu::LuCopy class="size-4"/> }
                    }
                }}
                <span aria-live="polite">{move || if copied.get() { "Copied" } else { "Copy" }}</span>
            </button>
        </div>
    }
}
