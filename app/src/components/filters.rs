//! Filters of a list, kept in the address. Without scripts they are a plain form with a button.

use std::time::Duration;

use leptos::{html, leptos_dom::helpers::TimeoutHandle, prelude::*, web_sys};

use super::{
    fields::option_list,
    icon::{Icon, lu},
    url::{UrlState, use_url_state},
};

/// A filter that is on the page: how it is called, and what its values are called.
#[derive(Clone)]
struct Entry {
    /// One key, or both ends of a range.
    keys: [Option<&'static str>; 2],
    label: &'static str,
    options: Option<Signal<Vec<(String, String)>>>,
}

/// The filters of a tool bar, each put in by itself, so that the bar can say which are in force.
#[derive(Clone, Copy)]
struct Book(RwSignal<Vec<Entry>>);

impl Book {
    fn put(entry: Entry) {
        if let Some(book) = use_context::<Self>() {
            book.0.update_untracked(|entries| {
                entries.retain(|known| known.keys != entry.keys);
                entries.push(entry);
            });
        }
    }
}

/// Row of search and filters above a list; [`DataTable`](super::DataTable) brings its own. For pages without a table. The
/// filters in force stand below, each with a cross that takes it away.
///
/// ```ignore
/// view! { <ToolBar search="Search pictures"><FilterSelect key="status" label="Status" options=statuses()/></ToolBar> }
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
    let book = Book(RwSignal::new(Vec::new()));
    provide_context(book);
    if !search.is_empty() {
        Book::put(Entry {
            keys: [Some("search"), None],
            label: "Search",
            options: None,
        });
    }
    view! {
        <form
            method="get"
            role="search"
            class="flex min-w-0 flex-1 flex-wrap items-center gap-2"
            on:submit=move |event| event.prevent_default()
        >
            {(!search.is_empty()).then(|| view! { <TextSearch placeholder=search/> })}
            {children.map(|children| children())}
            {["view", "ordering", "page_size"]
                .map(|key| move || url.get(key).map(|value| view! { <input type="hidden" name=key value=value/> }))
                .collect_view()}
            <noscript inner_html="<button type=\"submit\" class=\"btn btn-sm\">Apply</button>"></noscript>
            {move || url.is_filtered().then(|| chips(url, book))}
        </form>
    }
}

/// The filters in force, each with a cross, and the way to none.
fn chips(url: UrlState, book: Book) -> impl IntoView {
    let chips = book
        .0
        .get_untracked()
        .into_iter()
        .map(|entry| {
            let Entry { keys, label, options } = entry;
            let value = move |at: usize| keys.get(at).copied().flatten().and_then(|key| url.get(key));
            let text = move || match (value(0), value(1)) {
                (None, None) => None,
                (Some(least), Some(most)) => Some(format!("{least} – {most}")),
                (None, Some(most)) => Some(format!("up to {most}")),
                (Some(least), None) if keys[1].is_some() => Some(format!("from {least}")),
                (Some(value), None) => Some(match options {
                    Some(options) => options
                        .get()
                        .into_iter()
                        .find(|(key, _)| *key == value)
                        .map_or(value, |(_, label)| label),
                    None => format!("“{value}”"),
                }),
            };
            let text = Memo::new(move |_| text());
            let without = move || {
                let changes: Vec<_> = keys.into_iter().flatten().map(|key| (key, None)).collect();
                url.href(&changes)
            };
            move || {
                text.get().map(|text| {
                    view! {
                        <a
                            class="filter-chip"
                            href=without
                            data-noscroll=""
                            aria-label=format!("Remove the filter {label}: {text}")
                        >
                            <span class="truncate"><span class="muted">{label} ": "</span> {text.clone()}</span>
                            <Icon icon=lu::LuX class="size-3.5 flex-none"/>
                        </a>
                    }
                })
            }
        })
        .collect_view();
    view! {
        <div class="flex w-full min-w-0 flex-wrap items-center gap-1.5" role="group" aria-label="Filters in force">
            {chips}
            <a class="btn btn-ghost btn-xs" href=move || url.reset_href() data-noscroll="">"Reset"</a>
        </div>
    }
}

/// Filters that are needed now and then, behind a button that says how many of them are in force.
///
/// ```ignore
/// view! {
///     <MoreFilters keys=&["volume_min", "volume_max"]>
///         <FilterRange min_key="volume_min" max_key="volume_max" label="Volume"/>
///     </MoreFilters>
/// }
/// ```
#[component]
pub fn MoreFilters(
    /// Keys of the filters in it.
    keys: &'static [&'static str],
    /// The filters.
    children: Children,
) -> impl IntoView {
    let url = use_url_state();
    let in_force = Memo::new(move |_| keys.iter().filter(|key| url.get(key).is_some()).count());
    view! {
        <details class="dropdown">
            <summary class="btn btn-ghost btn-sm">
                <Icon icon=lu::LuSlidersHorizontal class="size-4"/>
                "More filters"
                {move || (in_force.get() > 0).then(|| view! { <span class="badge badge-primary badge-xs">{in_force.get()}</span> })}
            </summary>
            <div class="dropdown-content popover panel z-20 mt-1 w-72 space-y-3 p-3 shadow-lg">{children()}</div>
        </details>
    }
}

/// A filter that the address may hold and the bar has no control for: it shows, and can be taken away.
#[component]
pub fn FilterNote(
    /// Key in the address.
    key: &'static str,
    /// What it filters by.
    label: &'static str,
    /// Values with what a person reads.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
) -> impl IntoView {
    let url = use_url_state();
    Book::put(Entry {
        keys: [Some(key), None],
        label,
        options: Some(options),
    });
    move || {
        url.get(key)
            .map(|value| view! { <input type="hidden" name=key value=value/> })
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
    Book::put(Entry {
        keys: [Some(key), None],
        label,
        options: Some(options),
    });
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
    Book::put(Entry {
        keys: [Some(min_key), Some(max_key)],
        label,
        options: None,
    });
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
                class="w-16 min-w-0 bg-transparent tabular outline-none"
                value=url.get(key)
                on:input:target=move |event| pause.write(key, event.target().value())
            />
        }
    };
    view! {
        <div class="input input-sm w-full gap-1.5" role="group" aria-label=label>
            <span class="flex-1 text-xs muted">{label}</span>
            {end(min_key, "from")}
            <span class="muted" aria-hidden="true">"–"</span>
            {end(max_key, "to")}
        </div>
    }
}
