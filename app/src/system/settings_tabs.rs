//! The way between the pages of the settings.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::workspace::use_workspace;

/// Links to the pages of the settings that the person may open, the current one marked.
#[component]
pub fn SettingsTabs() -> impl IntoView {
    let path = use_location().pathname;
    let workspace = use_workspace();
    let manages = Memo::new(move |_| workspace.can_manage());
    let tab = move |href: &'static str, name: &'static str| {
        let here = move || path.with(|path| path == href);
        view! {
            <li>
                <a
                    href=href
                    class="block border-b-2 px-1 pb-2.5 pt-1 text-sm whitespace-nowrap"
                    class=(["border-primary", "text-primary", "font-semibold"], here)
                    class=(["border-transparent", "muted"], move || !here())
                    aria-current=move || here().then_some("page")
                >
                    {name}
                </a>
            </li>
        }
    };
    view! {
        <nav aria-label="Settings" class="mb-6 overflow-x-auto border-b border-base-300">
            <ul class="-mb-px flex gap-5">
                {tab("/settings", "General")}
                <Show when=move || manages.get()>{tab("/settings/ai", "AI")}</Show>
                {tab("/settings/you", "You")}
                {tab("/settings/account", "Account")}
                <Show when=move || manages.get()>{tab("/settings/people", "People")}</Show>
                {tab("/settings/keys", "API keys")}
                <Show when=move || manages.get()>{tab("/settings/log", "Log")}</Show>
            </ul>
        </nav>
    }
}
