//! The bar above every signed-in page.

use entity::{SectorId, SiteId};
use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys};

use super::{
    fields::option_list,
    format::number,
    icon::{Icon, lu},
};
use crate::{accounts::api::SignOut, browser, workspace::use_workspace};

const THEME_COOKIE: &str = "igny8_theme";

fn toggle_menu() {
    let switch = document()
        .get_element_by_id("menu-switch")
        .and_then(|node| node.dyn_into::<web_sys::HtmlInputElement>().ok());
    if let Some(switch) = switch {
        switch.set_checked(!switch.checked());
    }
}

/// Site and sector, credits, theme, person: the bar above every signed-in page.
#[component]
pub fn TopBar() -> impl IntoView {
    let workspace = use_workspace();
    let available = move || number(workspace.balance.with(|balance| balance.available));
    view! {
        <header class="top-0 z-30 flex min-h-14 flex-wrap items-center gap-x-2 border-b border-base-300 bg-base-100 px-3 py-2 sm:sticky sm:py-0 sm:flex-nowrap sm:px-5">
            <span class="lg:hidden">
                // Without scripts a label moves the switch; with them a button, which the keyboard reaches too.
                <label for="menu-switch" class="before-alive btn btn-ghost btn-sm btn-square">
                    <Icon icon=lu::LuMenu/>
                    <span class="sr-only">"Menu"</span>
                </label>
                <button type="button" class="after-alive btn btn-ghost btn-sm btn-square" aria-label="Menu" on:click=move |_| toggle_menu()>
                    <Icon icon=lu::LuMenu/>
                </button>
            </span>
            <PlaceSwitch/>
            <div class="ml-auto flex flex-none items-center gap-1">
                <a
                    href="/credits"
                    class="btn btn-ghost btn-sm tabular"
                    aria-label=move || format!("{} credits available", available())
                    title="Credits available"
                >
                    <Icon icon=lu::LuCoins class="size-4 text-primary"/>
                    <span data-credits="">{available}</span>
                </a>
                <ThemeSwitch/>
                <PersonMenu/>
            </div>
        </header>
    }
}

#[component]
fn PlaceSwitch() -> impl IntoView {
    let workspace = use_workspace();
    let site_options = move || {
        workspace
            .sites()
            .into_iter()
            .map(|entry| (entry.site.id.to_string(), entry.site.name))
            .collect::<Vec<_>>()
    };
    let sector_options = move || {
        let mut options = vec![("0".to_owned(), "All sectors".to_owned())];
        options.extend(
            workspace
                .sectors()
                .into_iter()
                .map(|sector| (sector.id.to_string(), sector.name)),
        );
        options
    };
    let is_site = move |key: &str| workspace.site_id().map(|id| id.to_string()).as_deref() == Some(key);
    let is_sector = move |key: &str| workspace.sector_id().map_or(0, |id| id.0).to_string() == key;
    let pick_site = move |text: String| {
        if let Ok(id) = text.parse::<SiteId>() {
            workspace.select(id, None);
        }
    };
    let pick_sector = move |text: String| {
        if let (Some(site), Ok(id)) = (workspace.site_id(), text.parse::<SectorId>()) {
            workspace.select(site, (id.0 > 0).then_some(id));
        }
    };
    let has_site = Memo::new(move |_| workspace.site_id().is_some());
    view! {
        <Show when=move || has_site.get()>
            <div class="order-last flex min-w-0 basis-full items-center gap-1.5 sm:order-none sm:basis-auto">
                <select
                    aria-label="Site"
                    class="select select-sm select-ghost w-auto min-w-0 max-w-44 font-medium sm:max-w-52"
                    on:change:target=move |event| pick_site(event.target().value())
                >
                    {move || option_list(site_options(), is_site)}
                </select>
                <span class="muted" aria-hidden="true">"/"</span>
                <select
                    aria-label="Sector"
                    class="select select-sm select-ghost w-auto min-w-0 max-w-44 sm:max-w-52"
                    on:change:target=move |event| pick_sector(event.target().value())
                >
                    {move || option_list(sector_options(), is_sector)}
                </select>
            </div>
        </Show>
    }
}

/// Switches between the light and the dark theme and remembers it. Both buttons are there; the style sheet shows the
/// one that fits, so the server need not know what the system prefers.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    view! {
        <button type="button" class="theme-to-dark js-only btn btn-ghost btn-sm btn-square" aria-label="Dark theme" title="Dark theme" on:click=|_| set_theme("igny8-dark")>
            <Icon icon=lu::LuMoon/>
        </button>
        <button type="button" class="theme-to-light js-only btn btn-ghost btn-sm btn-square" aria-label="Light theme" title="Light theme" on:click=|_| set_theme("igny8")>
            <Icon icon=lu::LuSun/>
        </button>
    }
}

/// Wears a theme from now on: `igny8`, `igny8-dark`, or empty for what the system prefers.
pub fn set_theme(theme: &str) {
    browser::set_cookie(THEME_COOKIE, theme);
    if let Some(root) = document().document_element() {
        // Refused only for names that are not names.
        let _ = if theme.is_empty() {
            root.remove_attribute("data-theme")
        } else {
            root.set_attribute("data-theme", theme)
        };
    }
}

/// The theme that the visitor chose; nothing means what the system prefers.
pub fn chosen_theme() -> Option<&'static str> {
    match browser::cookie(THEME_COOKIE).as_deref() {
        Some("igny8") => Some("igny8"),
        Some("igny8-dark") => Some("igny8-dark"),
        _ => None,
    }
}

#[component]
fn PersonMenu() -> impl IntoView {
    let workspace = use_workspace();
    let sign_out = ServerAction::<SignOut>::new();
    let person = move || workspace.me.get().map(|me| (me.user, me.account, me.plan_name));
    let initial = move || {
        person()
            .and_then(|(user, ..)| user.email.chars().next())
            .map(|c| c.to_uppercase().to_string())
            .unwrap_or_default()
    };
    view! {
        <details class="dropdown dropdown-end">
            <summary class="btn btn-ghost btn-sm btn-circle bg-primary/12 text-primary" aria-label="Your account">{initial}</summary>
            <div class="dropdown-content panel z-40 mt-2 w-64 p-2 shadow-lg">
                {move || {
                    person()
                        .map(|(user, account, plan)| {
                            view! {
                                <div class="border-b border-base-300 px-2 pb-2 text-sm">
                                    <p class="truncate font-medium">{user.email}</p>
                                    <p class="truncate text-xs muted">{account.name} " · " {plan} " · " {user.role.label()}</p>
                                </div>
                            }
                        })
                }}
                <a href="/settings/you" class="nav-link mt-1">
                    <Icon icon=lu::LuUserRound/>
                    "You"
                </a>
                <a href="/settings" class="nav-link">
                    <Icon icon=lu::LuSettings/>
                    "Settings"
                </a>
                <Show when=move || workspace.me.with(|me| me.as_ref().is_some_and(|me| me.is_operator))>
                    <a href="/operator/accounts" class="nav-link">
                        <Icon icon=lu::LuBuilding2/>
                        "All accounts"
                    </a>
                    <a href="/operator/billing" class="nav-link">
                        <Icon icon=lu::LuReceipt/>
                        "Plans and prices"
                    </a>
                    <a href="/operator/prices" class="nav-link">
                        <Icon icon=lu::LuCpu/>
                        "Model prices"
                    </a>
                </Show>
                <ActionForm action=sign_out>
                    <button type="submit" class="nav-link w-full">
                        <Icon icon=lu::LuLogOut/>
                        "Sign out"
                    </button>
                </ActionForm>
            </div>
        </details>
    }
}
