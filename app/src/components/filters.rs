//! Filters of a list, kept in the address. Without scripts they are a plain form with a button.

use std::time::Duration;

use leptos::{html, leptos_dom::helpers::TimeoutHandle, prelude::*, web_sys};

use super::{
    fields::option_list,
    icon::{Icon, lu},
    url::{UrlState, use_url_state},
};

/// Row of search and filters above a list; [`DataTable`](super::DataTable) brings its own. For pages without a table.
///
/// ```ignore
/// view! { <ToolBar search="Search pictures"><FilterSelect key="status" label="Status" options=statuses/></ToolBar> }
/// ```
#[component]
pub fn ToolBar(
    /// What the search box says; empty for no search box.
    #[prop(optional)]
    search: &'static str,
    /// Filters.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let url = use_url_state();
    view! {
        <form
            method="get"
            role="search"
            class="flex min-w-0 flex-1 flex-wrap items-center gap-2"
            on:submit=move |event| event.prevent_default()
        >
            {(!search.is_empty()).then(|| view! { <TextSearch placeholder=search/> })}
            {children.map(|children| children())}
            {move || url.get("view").map(|view| view! { <input type="hidden" name="view" value=view/> })}
            {move || url.get("ordering").map(|order| view! { <input type="hidden" name="ordering" value=order/> })}
            <noscript inner_html="<button type=\"submit\" class=\"btn btn-sm\">Apply</button>"></noscript>
            <Show when=move || url.is_filtered()>
                <a class="btn btn-ghost btn-sm" href=move || url.reset_href() data-noscroll="">
                    <Icon icon=lu::LuX class="size-4"/>
                    "Reset"
                </a>
            </Show>
        </form>
    }
}

/// Writes to the address once the typing has paused.
#[derive(Clone, Copy)]
struct Pause {
    url: UrlState,
    waiting: StoredValue<Option<TimeoutHandle>>,
}

impl Pause {
    fn new(url: UrlState) -> Self {
        Self {
            url,
            waiting: StoredValue::new(None),
        }
    }

    fn write(self, key: &'static str, value: String) {
        if let Some(handle) = self.waiting.get_value() {
            handle.clear();
        }
        let url = self.url;
        let handle = set_timeout_with_handle(move || url.set(&[(key, Some(value))]), Duration::from_millis(300));
        self.waiting.set_value(handle.ok());
    }
}

/// A box shows what the address says, except while somebody types into it: resetting the filters empties it.
fn keep_in_step(url: UrlState, key: &'static str) -> NodeRef<html::Input> {
    let node = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        let value = url.get(key).unwrap_or_default();
        let Some(input) = node.get() else { return };
        let element: &web_sys::Element = input.as_ref();
        let typing = document().active_element().is_some_and(|active| &active == element);
        if !typing && input.value().trim() != value {
            input.set_value(&value);
        }
    });
    node
}

/// Text search, bound to the key `search`.
#[component]
pub fn TextSearch(
    /// What it searches.
    #[prop(default = "Search")]
    placeholder: &'static str,
) -> impl IntoView {
    let url = use_url_state();
    let pause = Pause::new(url);
    view! {
        <label class="input input-sm w-full sm:w-60">
            <Icon icon=lu::LuSearch class="size-4 flex-none opacity-60"/>
            <input
                node_ref=keep_in_step(url, "search")
                type="search"
                name="search"
                aria-label=placeholder
                placeholder=placeholder
                value=url.get("search")
                on:input:target=move |event| pause.write("search", event.target().value())
            />
        </label>
    }
}

/// One of several values, or any.
///
/// ```ignore
/// let statuses = options_of(KeywordStatus::ALL, |status| (status.as_str(), status.label()));
/// view! { <FilterSelect key="status" label="Status" options=statuses/> }
/// ```
#[component]
pub fn FilterSelect(
    /// Key in the address.
    key: &'static str,
    /// What it filters by.
    label: &'static str,
    /// Values with what a person reads.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
) -> impl IntoView {
    let url = use_url_state();
    let chosen = move |option: &str| url.get(key).unwrap_or_default() == option;
    let all = move || {
        let mut all = vec![(String::new(), format!("{label}: any"))];
        all.extend(options.get());
        all
    };
    view! {
        <select
            name=key
            aria-label=label
            class="select select-sm w-auto max-w-48"
            class:select-primary=move || url.get(key).is_some()
            on:change:target=move |event| url.set(&[(key, Some(event.target().value()))])
        >
            {move || option_list(all(), chosen)}
        </select>
    }
}

/// A range of whole numbers, either end open.
///
/// ```ignore
/// view! { <FilterRange min_key="volume_min" max_key="volume_max" label="Volume"/> }
/// ```
#[component]
pub fn FilterRange(
    /// Key of the lower end in the address.
    min_key: &'static str,
    /// Key of the upper end in the address.
    max_key: &'static str,
    /// What it filters by.
    label: &'static str,
) -> impl IntoView {
    let url = use_url_state();
    let end = move |key: &'static str, word: &'static str| {
        let pause = Pause::new(url);
        view! {
            <input
                node_ref=keep_in_step(url, key)
                type="number"
                name=key
                inputmode="numeric"
                min="0"
                aria-label=format!("{label}, {word}")
                placeholder=word
                class="w-14 min-w-0 bg-transparent tabular outline-none"
                value=url.get(key)
                on:input:target=move |event| pause.write(key, event.target().value())
            />
        }
    };
    view! {
        <div class="input input-sm w-auto gap-1.5" role="group" aria-label=label>
            <span class="text-xs muted">{label}</span>
            {end(min_key, "from")}
            <span class="muted" aria-hidden="true">"–"</span>
            {end(max_key, "to")}
        </div>
    }
}
