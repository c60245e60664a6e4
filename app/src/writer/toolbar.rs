//! Buttons over the text.

use leptos::prelude::*;

use super::rich_text::Rich;
use crate::components::{Dialog, Icon, TextInput, lu};

/// Command, name, icon, whether it shows where the cursor stands.
type Tool = (&'static str, &'static str, icondata_core::Icon, bool);

fn tools() -> [Vec<Tool>; 4] {
    [
        vec![
            ("bold", "Bold", lu::LuBold, true),
            ("italic", "Italic", lu::LuItalic, true),
        ],
        vec![
            ("h2", "Heading", lu::LuHeading2, true),
            ("h3", "Subheading", lu::LuHeading3, true),
        ],
        vec![
            ("ul", "List", lu::LuList, true),
            ("ol", "Numbered list", lu::LuListOrdered, true),
            ("quote", "Quote", lu::LuQuote, true),
            ("table", "Table", lu::LuTable, false),
        ],
        vec![
            ("undo", "Undo", lu::LuUndo2, false),
            ("redo", "Redo", lu::LuRedo2, false),
        ],
    ]
}

/// The buttons of the rich text editor, and the switch to HTML.
#[component]
pub(super) fn Toolbar(
    /// The editor.
    rich: Rich,
    /// It is in use.
    #[prop(into)]
    is_rich: Signal<bool>,
    /// HTML is in use.
    #[prop(into)]
    as_source: Signal<bool>,
    /// Changes between the two.
    toggle: Callback<()>,
) -> impl IntoView {
    let linking = RwSignal::new(false);
    let groups = tools()
        .into_iter()
        .map(|group| {
            let buttons = group
                .into_iter()
                .map(|tool| tool_button(rich, is_rich, tool))
                .collect_view();
            view! { <span class="flex gap-0.5">{buttons}</span> }
        })
        .collect_view();
    view! {
        <div
            role="toolbar"
            aria-label="Text"
            class="js-only sticky top-0 z-10 sm:top-14 flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-base-300 bg-base-100 px-3 py-1.5 sm:px-6"
        >
            {groups}
            <button
                type="button"
                class="btn btn-ghost btn-sm btn-square"
                aria-label="Link"
                title="Link"
                aria-pressed=move || if rich.is_active("link") { "true" } else { "false" }
                disabled=move || !is_rich.get()
                on:click=move |_| linking.set(true)
            >
                <Icon icon=lu::LuLink class="size-4"/>
            </button>
            <button
                type="button"
                class="btn btn-ghost btn-sm ml-auto"
                class:btn-active=move || as_source.get()
                aria-pressed=move || if as_source.get() { "true" } else { "false" }
                disabled=move || !is_rich.get() && !as_source.get()
                on:click=move |_| toggle.run(())
            >
                <Icon icon=lu::LuCode class="size-4"/>
                "HTML"
            </button>
        </div>
        <Dialog open=linking title="Link">
            <LinkForm rich open=linking/>
        </Dialog>
    }
}

fn tool_button(rich: Rich, is_rich: Signal<bool>, tool: Tool) -> impl IntoView {
    let (command, name, icon, shows) = tool;
    let active = move || shows && rich.is_active(command);
    view! {
        <button
            type="button"
            class="btn btn-ghost btn-sm btn-square"
            class:btn-active=active
            aria-label=name
            title=name
            aria-pressed=move || shows.then(|| if active() { "true" } else { "false" })
            disabled=move || !is_rich.get()
            // Keeps the selection in the text.
            on:mousedown=|event| event.prevent_default()
            on:click=move |_| rich.command(command, None)
        >
            <Icon icon=icon class="size-4"/>
        </button>
    }
}

#[component]
fn LinkForm(rich: Rich, open: RwSignal<bool>) -> impl IntoView {
    let address = RwSignal::new(String::new());
    let linked = untrack(|| rich.is_active("link"));
    let close_with = move |address: &str| {
        open.set(false);
        rich.command("link", Some(address));
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(address) = full_address(&address.get_untracked()) {
            close_with(&address);
        }
    };
    view! {
        <form on:submit=submit>
            <TextInput
                name="href" label="Address" value=address required=true placeholder="https://example.com/page"
                hint="Select the words to link before you open this." autocomplete="off"
            />
            <div class="flex justify-end gap-2">
                {linked.then(|| view! {
                    <button type="button" class="btn btn-sm" on:click=move |_| close_with("")>"Remove link"</button>
                })}
                <button type="submit" class="btn btn-primary btn-sm">"Set link"</button>
            </div>
        </form>
    }
}

/// An address as typed by a person; nothing for one that would run a script.
fn full_address(text: &str) -> Option<String> {
    let text = text.trim();
    let scheme = text.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        _ if text.is_empty() => None,
        Some("http" | "https" | "mailto" | "tel") => Some(text.to_owned()),
        _ if text.starts_with(['/', '#']) => Some(text.to_owned()),
        // `example.com:8080/page` is a host with a port; anything else before a colon is a scheme that we do not want.
        Some(scheme) if !scheme.contains('.') => None,
        _ => Some(format!("https://{text}")),
    }
}

#[cfg(test)]
mod tests {
    use super::full_address;

    #[test]
    fn addresses_become_whole_and_scripts_do_not_pass() {
        assert_eq!(
            full_address(" example.com/a ").as_deref(),
            Some("https://example.com/a")
        );
        assert_eq!(full_address("/about").as_deref(), Some("/about"));
        assert_eq!(full_address("mailto:a@b.c").as_deref(), Some("mailto:a@b.c"));
        assert_eq!(full_address("JavaScript:alert(1)"), None);
        assert_eq!(full_address("data:text/html,x"), None);
        assert_eq!(full_address(""), None);
    }
}
