//! A text with variables, checked while it is written.

use entity::{
    ApiError,
    ai_prompt::{MAX_CHARACTERS, Variable},
};
use leptos::{html, prelude::*};

use crate::components::{Field, Icon, lu, number};

/// A text with variables: chips that insert them, what is unknown or missing, how long it is.
#[component]
pub(super) fn TemplateField(
    /// Name in the server's objections.
    #[prop(into)]
    field: String,
    /// What it is.
    #[prop(into)]
    label: String,
    /// Where the text is kept.
    value: RwSignal<String>,
    /// What may stand in braces.
    variables: Vec<Variable>,
    /// Lines.
    #[prop(default = 14)]
    rows: u32,
    /// Nothing can be changed.
    #[prop(optional)]
    read_only: bool,
    /// The server's objections.
    #[prop(into)]
    errors: Signal<Option<ApiError>>,
) -> impl IntoView {
    let node = NodeRef::<html::Textarea>::new();
    let id = format!("field-{}", field.replace('.', "-"));
    let note = format!("{id}-note");
    let error = Signal::derive(move || {
        errors.with(|error| error.as_ref().and_then(|error| error.field(&field)).map(str::to_owned))
    });
    let insert = move |name: &str| {
        let Some(area) = node.get_untracked() else { return };
        let text = format!("{{{name}}}");
        let start = area.selection_start().ok().flatten();
        // Refused never for text areas; then the text is as before.
        let _ = area.set_range_text(&text);
        if let Some(start) = start {
            let behind = start.saturating_add(u32::try_from(text.len()).unwrap_or_default());
            let _ = area.set_selection_range(behind, behind);
        }
        let _ = area.focus();
        value.set(area.value());
    };
    let chips = variables
        .iter()
        .map(|variable| {
            let name = variable.name.clone();
            let shown = format!("{{{name}}}");
            let meaning = if variable.required {
                format!("{} Must be in the text.", variable.meaning)
            } else {
                variable.meaning.clone()
            };
            let star = variable
                .required
                .then(|| view! { <span class="text-error" aria-hidden="true">"*"</span> });
            if read_only {
                view! { <span class="badge badge-sm badge-ghost font-mono" title=meaning>{shown}{star}</span> }
                    .into_any()
            } else {
                let spoken = format!("Insert {shown}. {meaning}");
                view! {
                    <button
                        type="button"
                        class="btn btn-xs font-mono js-only"
                        title=meaning
                        aria-label=spoken
                        on:click=move |_| insert(&name)
                    >
                        {shown}
                        {star}
                    </button>
                }
                .into_any()
            }
        })
        .collect_view();
    let meanings = variables
        .iter()
        .map(|variable| {
            view! {
                <div class="flex flex-wrap gap-x-2 py-0.5">
                    <dt class="font-mono">{format!("{{{}}}", variable.name)}</dt>
                    <dd class="muted">{variable.meaning.clone()}</dd>
                </div>
            }
        })
        .collect_view();
    let verdict = Memo::new(move |_| {
        value.with(|text| {
            let known = variables
                .iter()
                .map(|variable| (variable.name.as_str(), variable.required));
            engine::template::check(text, known)
        })
    });
    let length = Memo::new(move |_| value.with(|text| text.chars().count()));
    let length_class = move || {
        if length.get() <= MAX_CHARACTERS {
            "tabular muted"
        } else {
            "tabular text-error"
        }
    };
    view! {
        <Field id=id.clone() label error>
            <div class="mb-2 flex flex-wrap gap-1" role="group" aria-label="Variables">{chips}</div>
            <textarea
                id=id
                rows=rows
                node_ref=node
                class="textarea w-full font-mono text-sm"
                class:textarea-error=move || error.with(Option::is_some)
                aria-describedby=note
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                readonly=read_only
                spellcheck="true"
                prop:value=move || value.get()
                on:input:target=move |event| value.set(event.target().value())
            >
                {value.get_untracked()}
            </textarea>
            <div class="mt-1 flex flex-wrap items-start justify-between gap-x-4 gap-y-1 text-xs">
                <div role="status" class="min-w-0">{move || said(&verdict.get())}</div>
                <span class=length_class>
                    {move || {
                        let now = number(i64::try_from(length.get()).unwrap_or(i64::MAX));
                        format!("{now} of {} characters", number(i64::try_from(MAX_CHARACTERS).unwrap_or(i64::MAX)))
                    }}
                </span>
            </div>
            <details class="mt-2 text-xs">
                <summary class="cursor-pointer muted">"What the variables mean"</summary>
                <dl class="mt-1">{meanings}</dl>
            </details>
        </Field>
    }
}

/// What the check found, in words.
fn said(check: &engine::template::Check) -> AnyView {
    let list = |names: &[String]| {
        let names: Vec<String> = names.iter().map(|name| format!("{{{name}}}")).collect();
        names.join(", ")
    };
    if check.unknown.is_empty() && check.missing.is_empty() {
        return view! {
            <span class="flex items-center gap-1 text-success">
                <Icon icon=lu::LuCircleCheck class="size-3.5 flex-none"/>
                "All variables are known."
            </span>
        }
        .into_any();
    }
    let mut lines = Vec::new();
    if !check.unknown.is_empty() {
        lines.push(format!("Not known here: {}.", list(&check.unknown)));
    }
    if !check.missing.is_empty() {
        lines.push(format!("Must be in the text: {}.", list(&check.missing)));
    }
    view! {
        <span class="flex items-start gap-1 text-error">
            <Icon icon=lu::LuCircleAlert class="mt-px size-3.5 flex-none"/>
            {lines.join(" ")}
        </span>
    }
    .into_any()
}
