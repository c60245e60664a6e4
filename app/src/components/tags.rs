//! A few short texts in one field.

use entity::ApiError;
use leptos::prelude::*;

use super::{
    Field,
    icon::{Icon, lu},
};

/// A few short texts in one field: Enter or a comma adds one, the cross removes it.
///
/// ```ignore
/// let sectors = RwSignal::new(Vec::<String>::new());
/// view! { <TagsInput name="sectors" label="Sectors" value=sectors most=5 errors=error/> }
/// ```
#[component]
pub fn TagsInput(
    /// Name in the server's objections.
    name: &'static str,
    /// What it asks for.
    #[prop(into)]
    label: String,
    /// Where the texts are kept.
    value: RwSignal<Vec<String>>,
    /// Most texts.
    #[prop(default = 5)]
    most: u8,
    /// How to fill it in.
    #[prop(optional, into)]
    hint: String,
    /// An example.
    #[prop(optional, into)]
    placeholder: String,
    /// The server's objections.
    #[prop(optional, into)]
    errors: Signal<Option<ApiError>>,
) -> impl IntoView {
    let id = format!("field-{name}");
    let note = format!("{id}-note");
    let error = Signal::derive(move || {
        errors.with(|error| error.as_ref().and_then(|error| error.field(name)).map(str::to_owned))
    });
    let draft = RwSignal::new(String::new());
    let full = move || value.with(|texts| texts.len() >= usize::from(most));
    let add = move || {
        let typed = draft.get_untracked();
        draft.set(String::new());
        value.update(|texts| {
            for text in typed.split(',').map(str::trim).filter(|text| !text.is_empty()) {
                let known = texts.iter().any(|known| known.to_lowercase() == text.to_lowercase());
                if !known && texts.len() < usize::from(most) {
                    texts.push(text.to_owned());
                }
            }
        });
    };
    view! {
        <Field id=id.clone() label hint error>
            <div class="input flex h-auto min-h-10 w-full flex-wrap items-center gap-1.5 py-1.5">
                <For each=move || value.get() key=String::clone let:text>
                    {
                        let shown = text.clone();
                        let name = format!("Remove {text}");
                        view! {
                            <span class="badge badge-soft badge-primary gap-1">
                                {shown}
                                <button
                                    type="button"
                                    class="-mr-1 rounded-full p-0.5 hover:bg-base-content/10"
                                    aria-label=name
                                    on:click=move |_| value.update(|texts| texts.retain(|known| *known != text))
                                >
                                    <Icon icon=lu::LuX class="size-3"/>
                                </button>
                            </span>
                        }
                    }
                </For>
                <input
                    id=id
                    type="text"
                    class="min-w-24 flex-1"
                    placeholder=placeholder
                    aria-describedby=note
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    disabled=full
                    prop:value=move || draft.get()
                    on:input:target=move |event| {
                        draft.set(event.target().value());
                        if event.target().value().contains(',') {
                            add();
                        }
                    }
                    on:keydown=move |event| {
                        let empty = draft.with_untracked(String::is_empty);
                        if event.key() == "Enter" && !empty {
                            event.prevent_default();
                            add();
                        } else if event.key() == "Backspace" && empty {
                            value.update(|texts| {
                                texts.pop();
                            });
                        }
                    }
                    on:blur=move |_| add()
                />
            </div>
        </Field>
    }
}
