//! A cell of a table that is changed where it stands.

use entity::ApiError;
use leptos::{ev, html, prelude::*, web_sys};

use super::keys::{self, Step};

/// What can be entered into a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditKind {
    /// A text that must not be empty.
    Text,
    /// A whole number; an empty field says that it is not known.
    Number,
    /// One of these values, with what a person reads.
    Choice(Vec<(String, String)>),
}

impl EditKind {
    /// What is wrong with a text before the server is asked.
    fn fault(&self, text: &str) -> Option<&'static str> {
        match self {
            Self::Text => text.is_empty().then_some("Enter something."),
            Self::Number => {
                let digits: String = text
                    .chars()
                    .filter(|c| !matches!(c, ',' | ' ' | '\u{a0}' | '\u{202f}' | '_'))
                    .collect();
                (!digits.is_empty() && digits.parse::<i64>().is_err()).then_some("Enter a whole number.")
            }
            Self::Choice(_) => None,
        }
    }

    /// What a person reads for a text.
    fn label(&self, text: &str) -> String {
        match self {
            Self::Choice(options) => options
                .iter()
                .find(|(key, _)| key == text)
                .map_or_else(|| text.to_owned(), |(_, label)| label.clone()),
            _ if text.is_empty() => "–".to_owned(),
            _ => text.to_owned(),
        }
    }
}

/// Takes the text of a cell to the server and says what came of it.
pub type SaveCell = Callback<(String, Callback<Result<(), ApiError>>)>;

/// A cell that is changed where it stands: a double click, Enter or F2 opens it, Enter saves and moves down, Tab saves
/// and moves on, Esc leaves it as it was. What was entered shows at once; a refusal brings the old value back and stands at
/// the cell.
///
/// ```ignore
/// Column::new("Volume", move |row: &Row| view! {
///     <InlineEdit name="volume" label=format!("Volume of {}", row.name) kind=EditKind::Number value=volume save>
///         {move || optional_number(volume())}
///     </InlineEdit>
/// })
/// ```
#[component]
pub fn InlineEdit(
    /// Name of the cell, the same in every row, and of the field in the server's objections.
    name: &'static str,
    /// What it is and whose.
    #[prop(into)]
    label: String,
    /// What can be entered.
    kind: EditKind,
    /// What is stored, as it is typed.
    #[prop(into)]
    value: Signal<String>,
    /// Stores it.
    save: SaveCell,
    /// What shows while nobody edits.
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let editing = RwSignal::new(false);
    let draft = RwSignal::new(String::new());
    let coming = RwSignal::new(None::<String>);
    let fault = RwSignal::new(None::<String>);
    let kind = StoredValue::new(kind);
    let label = StoredValue::new(label);
    let right = kind.with_value(|kind| *kind == EditKind::Number);

    let start = move || {
        if !editing.get_untracked() {
            // What was refused is there to be mended.
            if fault.with_untracked(Option::is_none) {
                draft.set(value.get_untracked());
            }
            editing.set(true);
        }
    };
    let go = move |to: Option<Step>| {
        let Some(node) = node.get_untracked() else { return };
        let element: &web_sys::Element = node.as_ref();
        if !to.is_some_and(|to| keys::step(element, to)) {
            // Refused only for what cannot have the focus.
            let _ = node.focus();
        }
    };
    // Made here and not where it is needed: what is made in a field goes with the field.
    let done = Callback::new(move |result: Result<(), ApiError>| {
        coming.try_set(None);
        if let Err(error) = result {
            let why = error.field(name).map_or_else(|| error.message.clone(), str::to_owned);
            fault.try_set(Some(why));
        }
    });
    // `stay` keeps the focus where it went by itself.
    let commit = move |to: Option<Step>, stay: bool| {
        if !editing.get_untracked() {
            return;
        }
        let text = draft.get_untracked().trim().to_owned();
        if let Some(wrong) = kind.with_value(|kind| kind.fault(&text)) {
            fault.set(Some(wrong.to_owned()));
            return;
        }
        editing.set(false);
        fault.set(None);
        if !stay {
            go(to);
        }
        if text == value.get_untracked() {
            return;
        }
        coming.set(Some(kind.with_value(|kind| kind.label(&text))));
        save.run((text, done));
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let back = event.shift_key();
        match event.key().as_str() {
            "Enter" => commit(Some(if back { Step::Up } else { Step::Down }), false),
            "Tab" => commit(Some(if back { Step::Back } else { Step::Next }), false),
            "Escape" => {
                editing.set(false);
                fault.set(None);
                go(None);
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let on_cell_key = move |event: ev::KeyboardEvent| {
        let plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        if plain && !editing.get_untracked() && matches!(event.key().as_str(), "Enter" | "F2") {
            event.prevent_default();
            event.stop_propagation();
            start();
        }
    };
    let input = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            // Neither is refused for a field that is on the page.
            let _ = input.focus();
            input.select();
        }
    });
    let select = NodeRef::<html::Select>::new();
    Effect::new(move |_| {
        if let Some(select) = select.get() {
            let _ = select.focus();
        }
    });
    let wrong = move || fault.with(Option::is_some).then_some("true");
    let field = move || match kind.get_value() {
        EditKind::Choice(options) => {
            let at = draft.get_untracked();
            view! {
                <select
                    node_ref=select
                    class="select select-xs cell-field"
                    aria-label=label.get_value()
                    aria-invalid=wrong
                    on:change:target=move |event| {
                        draft.set(event.target().value());
                        commit(None, false);
                    }
                    on:keydown=on_key
                    on:blur=move |_| commit(None, true)
                >
                    {options.into_iter().map(|(key, label)| {
                        let here = key == at;
                        view! { <option value=key selected=here>{label}</option> }
                    }).collect_view()}
                </select>
            }
            .into_any()
        }
        _ => view! {
            <input
                node_ref=input
                type="text"
                class="input input-xs cell-field"
                class:text-right=right
                inputmode=if right { "numeric" } else { "text" }
                aria-label=label.get_value()
                aria-invalid=wrong
                value=draft.get_untracked()
                on:input:target=move |event| draft.set(event.target().value())
                on:keydown=on_key
                on:blur=move |_| commit(None, true)
            />
        }
        .into_any(),
    };
    view! {
        <div
            node_ref=node
            class="cell-edit"
            data-cell=name
            tabindex="-1"
            role=move || (!editing.get() && fault.with(Option::is_none)).then_some("button")
            title=move || (!editing.get() && fault.with(Option::is_none)).then(|| {
                format!("{}. Double click, or Enter, to change it", label.get_value())
            })
            on:dblclick=move |_| start()
            on:keydown=on_cell_key
        >
            {move || {
                if editing.get() {
                    field().into_any()
                } else if let Some(text) = coming.get() {
                    view! { <span class="opacity-60">{text}</span> }.into_any()
                } else {
                    children().into_any()
                }
            }}
            {move || fault.get().map(|text| view! { <span role="alert" class="cell-fault">{text}</span> })}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_refuse_what_is_plainly_wrong() {
        assert_eq!(EditKind::Number.fault("1,200"), None);
        assert_eq!(EditKind::Number.fault(""), None);
        assert!(EditKind::Number.fault("many").is_some());
        assert!(EditKind::Number.fault("1.5").is_some());
        assert!(EditKind::Text.fault("").is_some());
        assert_eq!(EditKind::Number.label(""), "–");
        let choice = EditKind::Choice(vec![("a".to_owned(), "Active".to_owned())]);
        assert_eq!(choice.label("a"), "Active");
    }
}
