//! Form fields with their label, hint and the server's objections.

use entity::ApiError;
use leptos::prelude::*;

use super::icon::{Icon, lu};

/// The frame of a form field: label, control, hint, objection. For controls that have no component of their own.
///
/// ```ignore
/// view! { <Field id="file" label="File" error=move || None><input id="file" type="file"/></Field> }
/// ```
#[component]
pub fn Field(
    /// Id of the control.
    #[prop(into)]
    id: String,
    /// What it asks for.
    #[prop(into)]
    label: String,
    /// How to fill it in.
    #[prop(optional, into)]
    hint: String,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// The control. Its `aria-describedby` should be `{id}-note`.
    children: Children,
) -> impl IntoView {
    let note = format!("{id}-note");
    view! {
        <div class="mb-4 min-w-0">
            <label for=id class="mb-1.5 block text-sm font-medium">{label}</label>
            {children()}
            <div id=note class="mt-1 text-xs">
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
        </div>
    }
}

fn fault(errors: Signal<Option<ApiError>>, name: &'static str) -> Signal<Option<String>> {
    Signal::derive(move || errors.with(|error| error.as_ref().and_then(|error| error.field(name)).map(str::to_owned)))
}

fn id_of(id: String, name: &str) -> String {
    if id.is_empty() { format!("field-{name}") } else { id }
}

/// A line of text.
///
/// ```ignore
/// let name = RwSignal::new(String::new());
/// let error = RwSignal::new(None::<ApiError>);
/// view! { <TextInput name="name" label="Name" value=name errors=error required=true/> }
/// ```
///
/// In an `ActionForm` leave out `value`: the form itself carries the field under `name`.
#[component]
pub fn TextInput(
    /// Name in the form and in the server's objections.
    name: &'static str,
    /// What it asks for.
    #[prop(into)]
    label: String,
    /// Where the text is kept.
    #[prop(optional)]
    value: Option<RwSignal<String>>,
    /// `text`, `email`, `url`, `number`, `search`, `password`.
    #[prop(default = "text")]
    kind: &'static str,
    /// How to fill it in.
    #[prop(optional, into)]
    hint: String,
    /// An example.
    #[prop(optional, into)]
    placeholder: String,
    /// Must be filled in.
    #[prop(optional)]
    required: bool,
    /// What browsers may fill in: `email`, `current-password`, `off`.
    #[prop(optional)]
    autocomplete: Option<&'static str>,
    /// Fewest characters.
    #[prop(optional)]
    minlength: Option<&'static str>,
    /// The server's objections.
    #[prop(optional, into)]
    errors: Signal<Option<ApiError>>,
    /// Id, when the page has two fields of this name.
    #[prop(optional, into)]
    id: String,
) -> impl IntoView {
    let id = id_of(id, name);
    let note = format!("{id}-note");
    let error = fault(errors, name);
    let initial = value.map(|value| value.get_untracked());
    view! {
        <Field id=id.clone() label hint error>
            <input
                id=id
                name=name
                type=kind
                class="input w-full"
                class:input-error=move || error.with(Option::is_some)
                placeholder=placeholder
                required=required
                autocomplete=autocomplete
                minlength=minlength
                aria-describedby=note
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                value=initial
                prop:value=move || value.map(|value| value.get())
                on:input:target=move |event| {
                    if let Some(value) = value {
                        value.set(event.target().value());
                    }
                }
            />
        </Field>
    }
}

/// A password, with a button that shows it.
///
/// ```ignore
/// view! { <PasswordInput name="password" label="Password" autocomplete="current-password" errors=error/> }
/// ```
#[component]
pub fn PasswordInput(
    /// Name in the form and in the server's objections.
    name: &'static str,
    /// What it asks for.
    #[prop(into)]
    label: String,
    /// Where the text is kept.
    #[prop(optional)]
    value: Option<RwSignal<String>>,
    /// How to fill it in.
    #[prop(optional, into)]
    hint: String,
    /// An example.
    #[prop(optional, into)]
    placeholder: String,
    /// Must be filled in.
    #[prop(optional)]
    required: bool,
    /// `current-password`, `new-password` or `off`.
    autocomplete: &'static str,
    /// Fewest characters.
    #[prop(optional)]
    minlength: Option<&'static str>,
    /// The server's objections.
    #[prop(optional, into)]
    errors: Signal<Option<ApiError>>,
    /// Id, when the page has two fields of this name.
    #[prop(optional, into)]
    id: String,
) -> impl IntoView {
    let id = id_of(id, name);
    let note = format!("{id}-note");
    let error = fault(errors, name);
    let shown = RwSignal::new(false);
    view! {
        <Field id=id.clone() label hint error>
            <div class="relative">
                <input
                    id=id
                    name=name
                    type=move || if shown.get() { "text" } else { "password" }
                    class="input w-full pr-11"
                    class:input-error=move || error.with(Option::is_some)
                    placeholder=placeholder
                    required=required
                    autocomplete=autocomplete
                    minlength=minlength
                    aria-describedby=note
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    prop:value=move || value.map(|value| value.get())
                    on:input:target=move |event| {
                        if let Some(value) = value {
                            value.set(event.target().value());
                        }
                    }
                />
                <button
                    type="button"
                    class="js-only btn btn-ghost btn-sm btn-square absolute right-1 top-1 z-10"
                    aria-label="Show password"
                    aria-pressed=move || if shown.get() { "true" } else { "false" }
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    <Icon icon=lu::LuEye class="size-4"/>
                </button>
            </div>
        </Field>
    }
}

/// Several lines of text. Used like [`TextInput`].
///
/// ```ignore
/// view! { <TextArea name="description" label="Description" value=description rows=5 errors=error/> }
/// ```
#[component]
pub fn TextArea(
    /// Name in the form and in the server's objections.
    name: &'static str,
    /// What it asks for.
    #[prop(into)]
    label: String,
    /// Where the text is kept.
    value: RwSignal<String>,
    /// Lines.
    #[prop(default = 4)]
    rows: u32,
    /// How to fill it in.
    #[prop(optional, into)]
    hint: String,
    /// An example.
    #[prop(optional, into)]
    placeholder: String,
    /// The server's objections.
    #[prop(optional, into)]
    errors: Signal<Option<ApiError>>,
    /// Id, when the page has two fields of this name.
    #[prop(optional, into)]
    id: String,
) -> impl IntoView {
    let id = id_of(id, name);
    let note = format!("{id}-note");
    let error = fault(errors, name);
    view! {
        <Field id=id.clone() label hint error>
            <textarea
                id=id
                name=name
                rows=rows
                class="textarea w-full"
                class:textarea-error=move || error.with(Option::is_some)
                placeholder=placeholder
                aria-describedby=note
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                prop:value=move || value.get()
                on:input:target=move |event| value.set(event.target().value())
            >
                {value.get_untracked()}
            </textarea>
        </Field>
    }
}

/// One of several values.
///
/// ```ignore
/// let status = RwSignal::new("active".to_owned());
/// let options = options_of(KeywordStatus::ALL, |status| (status.as_str(), status.label()));
/// view! { <Select name="status" label="Status" value=status options=options errors=error/> }
/// ```
#[component]
pub fn Select(
    /// Name in the form and in the server's objections.
    name: &'static str,
    /// What it asks for.
    #[prop(into)]
    label: String,
    /// Where the value is kept.
    value: RwSignal<String>,
    /// Values with what a person reads.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
    /// How to choose.
    #[prop(optional, into)]
    hint: String,
    /// The server's objections.
    #[prop(optional, into)]
    errors: Signal<Option<ApiError>>,
    /// Id, when the page has two fields of this name.
    #[prop(optional, into)]
    id: String,
) -> impl IntoView {
    let id = id_of(id, name);
    let note = format!("{id}-note");
    let error = fault(errors, name);
    view! {
        <Field id=id.clone() label hint error>
            <select
                id=id
                name=name
                class="select w-full"
                class:select-error=move || error.with(Option::is_some)
                aria-describedby=note
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                on:change:target=move |event| value.set(event.target().value())
            >
                {move || option_list(options.get(), move |key| value.with(|value| value == key))}
            </select>
        </Field>
    }
}

/// The options of a `<select>`, with the one that `chosen` names.
pub(crate) fn option_list(
    options: Vec<(String, String)>,
    chosen: impl Fn(&str) -> bool + Clone + Send + Sync + 'static,
) -> impl IntoView {
    options
        .into_iter()
        .map(|(key, label)| {
            let is_chosen = {
                let (chosen, key) = (chosen.clone(), key.clone());
                move || chosen(&key)
            };
            view! { <option value=key selected=is_chosen.clone() prop:selected=is_chosen>{label}</option> }
        })
        .collect_view()
}

/// Options from an enum's values.
pub fn options_of<T: Copy>(all: &[T], pair: fn(T) -> (&'static str, &'static str)) -> Vec<(String, String)> {
    all.iter()
        .map(|value| {
            let (key, label) = pair(*value);
            (key.to_owned(), label.to_owned())
        })
        .collect()
}

/// The button that sends a form; waits while the answer is on its way.
///
/// ```ignore
/// view! { <SubmitButton pending=save.pending()>"Save"</SubmitButton> }
/// ```
#[component]
pub fn SubmitButton(
    /// An answer is on its way.
    #[prop(into)]
    pending: Signal<bool>,
    /// Classes; a small primary button unless told.
    #[prop(default = "btn btn-primary btn-sm")]
    class: &'static str,
    /// Words.
    children: Children,
) -> impl IntoView {
    view! {
        <button type="submit" class=class disabled=move || pending.get() aria-busy=move || pending.get().then_some("true")>
            {move || pending.get().then(|| view! { <span class="loading loading-spinner loading-xs" aria-hidden="true"></span> })}
            {children()}
        </button>
    }
}
