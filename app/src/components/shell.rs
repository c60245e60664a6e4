//! The frame around every signed-in page.

use leptos::{ev, html, prelude::*, wasm_bindgen::JsCast, web_sys};
use leptos_router::{components::Outlet, hooks::use_location};

use super::{
    ErrorState, Skeleton,
    banners::Banners,
    icon::{Icon, lu},
    top_bar::TopBar,
};
use crate::{
    browser,
    workspace::{Start, Workspace},
};

struct Place {
    href: &'static str,
    name: &'static str,
    icon: icondata_core::Icon,
}

const fn place(href: &'static str, name: &'static str, icon: icondata_core::Icon) -> Place {
    Place { href, name, icon }
}

/// The menu: a heading and what stands under it.
fn menu() -> [(&'static str, Vec<Place>); 5] {
    [
        ("", vec![place("/", "Home", lu::LuHouse)]),
        (
            "Planner",
            vec![
                place("/planner", "Dashboard", lu::LuLayoutDashboard),
                place("/planner/keywords", "Keywords", lu::LuKeyRound),
                place("/planner/clusters", "Clusters", lu::LuBoxes),
                place("/planner/ideas", "Ideas", lu::LuLightbulb),
                place("/planner/keyword-opportunities", "Opportunities", lu::LuTarget),
            ],
        ),
        (
            "Writer",
            vec![
                place("/writer/tasks", "Tasks", lu::LuListTodo),
                place("/writer/content", "Content", lu::LuFileText),
                place("/writer/images", "Images", lu::LuImage),
            ],
        ),
        (
            "Thinker",
            vec![
                place("/thinker/prompts", "Prompts", lu::LuMessageSquareText),
                place("/thinker/authors", "Authors", lu::LuUserPen),
                place("/thinker/strategies", "Strategies", lu::LuRoute),
                place("/thinker/images", "Image testing", lu::LuPaintbrush),
            ],
        ),
        (
            "Account",
            vec![
                place("/publish", "Publish", lu::LuSend),
                place("/jobs", "AI work", lu::LuSparkles),
                place("/credits", "Credits", lu::LuCoins),
                place("/sites", "Sites", lu::LuGlobe),
                place("/settings", "Settings", lu::LuSettings),
            ],
        ),
    ]
}

/// The frame around every signed-in page: menu, site and sector, credits, theme, person. Gives the pages their
/// [`Workspace`]; sends those who are not signed in to the sign-in page.
#[component]
pub fn Frame() -> impl IntoView {
    let location = use_location();
    let start = SharedValue::new(Start::read).into_inner();
    #[cfg(feature = "ssr")]
    if crate::workspace::signed_in() == Some(false) {
        leptos_axum::redirect(&sign_in_address(
            &location.pathname.get_untracked(),
            &location.search.get_untracked(),
        ));
    }
    let is_known = start.is_known();
    let workspace = Workspace::new(start);
    provide_context(workspace);
    Effect::new(move |_| {
        if !is_known {
            workspace.reload();
        }
    });
    // A click beside an open menu closes it, like any menu.
    Effect::new(move |_| {
        let handle = window_event_listener(ev::click, |event| {
            let node = event
                .target()
                .and_then(|target| target.dyn_into::<web_sys::Node>().ok());
            browser::close_menus(node.as_ref());
        });
        on_cleanup(move || handle.remove());
    });

    // And so does Escape, which leaves the focus on what opened it.
    Effect::new(move |_| {
        let handle = window_event_listener(ev::keydown, |event| {
            if event.key() == "Escape" && !event.default_prevented() && browser::leave_menu() {
                event.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
    });

    let switch = NodeRef::<html::Input>::new();
    let path = location.pathname;
    Effect::new(move |before: Option<()>| {
        path.track();
        if before.is_some() {
            browser::close_menus(None);
            if let Some(switch) = switch.get_untracked() {
                switch.set_checked(false);
            }
        }
    });
    let known = Memo::new(move |_| workspace.me.with(Option::is_some));
    view! {
        <a href="#content" class="skip-link btn btn-primary btn-sm" rel="external">"Skip to content"</a>
        <div class="drawer lg:drawer-open">
            <input id="menu-switch" type="checkbox" class="drawer-toggle hidden" aria-label="Menu" node_ref=switch/>
            <div class="drawer-content flex min-h-dvh min-w-0 flex-col">
                <TopBar/>
                <Banners/>
                <main id="content" tabindex="-1" class="mx-auto w-full max-w-[92rem] min-w-0 flex-1 px-4 py-6 outline-none sm:px-6 lg:px-8">
                    {move || {
                        if known.get() {
                            view! { <Outlet/> }.into_any()
                        } else if let Some(error) = workspace.unknown.get() {
                            view! { <div class="panel"><ErrorState error retry=move |()| workspace.reload()/></div> }.into_any()
                        } else {
                            view! { <Skeleton/> }.into_any()
                        }
                    }}
                </main>
            </div>
            <div class="drawer-side z-40">
                <label for="menu-switch" class="drawer-overlay lg:hidden" aria-hidden="true"></label>
                <Menu/>
            </div>
        </div>
    }
}

/// The sign-in page, with the way back to the page that was asked for.
#[cfg_attr(not(feature = "ssr"), allow(dead_code))]
fn sign_in_address(path: &str, search: &str) -> String {
    let search = search.trim_start_matches('?');
    let wanted = if search.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{search}")
    };
    if wanted == "/" {
        return "/signin".to_owned();
    }
    let mut next = String::with_capacity(wanted.len());
    for byte in wanted.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => next.push(char::from(byte)),
            _ => next.push_str(&format!("%{byte:02X}")),
        }
    }
    format!("/signin?next={next}")
}

#[component]
fn Menu() -> impl IntoView {
    let path = use_location().pathname;
    let groups = menu()
        .into_iter()
        .map(|(heading, places)| {
            let links = places
                .into_iter()
                .map(|Place { href, name, icon }| {
                    let here = move || {
                        path.with(|path| {
                            path == href
                                // The first page of a module is not the parent of the others.
                                || (!matches!(href, "/" | "/planner") && path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/')))
                        })
                    };
                    view! {
                        <li>
                            <a href=href class="nav-link" aria-current=move || here().then_some("page")>
                                <Icon icon/>
                                {name}
                            </a>
                        </li>
                    }
                })
                .collect_view();
            view! {
                <div class="mb-4">
                    {match heading {
                        "" => ().into_any(),
                        "Planner" => view! {
                            <p class="px-3 pb-1 text-xs font-semibold muted"><a href="/planner" class="hover:underline">{heading}</a></p>
                        }.into_any(),
                        _ => view! { <p class="px-3 pb-1 text-xs font-semibold muted">{heading}</p> }.into_any(),
                    }}
                    <ul class="space-y-0.5">{links}</ul>
                </div>
            }
        })
        .collect_view();
    view! {
        <nav aria-label="Main" class="flex min-h-full w-60 flex-col border-r border-base-300 bg-base-100 px-3 py-4">
            <a href="/" class="mb-5 flex items-center gap-2.5 px-3 text-base font-semibold">
                <Mark/>
                "IGNY8"
            </a>
            {groups}
        </nav>
    }
}

/// The sign of the product.
#[component]
pub fn Mark(
    /// Classes; 28 px unless told.
    #[prop(default = "size-7 flex-none")]
    class: &'static str,
) -> impl IntoView {
    view! {
        <svg class=class viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="9" class="fill-primary"></rect>
            <path
                d="M16.6 5.5c.5 4.1 5.9 6.4 5.9 12.2a6.5 6.5 0 0 1-13 .2c0-3 1.7-4.7 2.6-7.2 1.3.8 2 1.9 2.2 3.2 1.6-2 2.4-4.9 2.3-8.4Z"
                class="fill-primary-content"
            ></path>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::sign_in_address;

    #[test]
    fn the_way_back_survives_the_sign_in_page() {
        assert_eq!(sign_in_address("/", ""), "/signin");
        assert_eq!(
            sign_in_address("/planner/keywords", "?page=2&search=a b"),
            "/signin?next=/planner/keywords%3Fpage%3D2%26search%3Da%20b"
        );
    }
}
