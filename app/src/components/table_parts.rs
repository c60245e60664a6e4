//! Columns, head and foot of a table.

use std::sync::Arc;

use entity::ListQuery;
use leptos::prelude::*;

use super::{
    format::number,
    icon::{Icon, lu},
    url::UrlState,
};

/// Where the values of a column stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Words.
    #[default]
    Left,
    /// Numbers.
    Right,
}

type Cell<T> = Arc<dyn Fn(&T) -> AnyView + Send + Sync>;

/// A column of a [`DataTable`](super::DataTable).
///
/// ```ignore
/// Column::new("Keyword", |row: &Row| view! { <span>{row.keyword.keyword.clone()}</span> }).sortable("keyword").lead()
/// Column::new("Volume", |row: &Row| optional_number(row.keyword.volume)).sortable("volume").right()
/// Column::new("Added", |row: &Row| view! { <TimeAgo time=row.keyword.created_at/> }).sortable("created_at").hidden()
/// ```
pub struct Column<T> {
    pub(super) header: &'static str,
    pub(super) sort: Option<&'static str>,
    pub(super) align: Align,
    pub(super) lead: bool,
    pub(super) whole: bool,
    pub(super) hidden: bool,
    pub(super) cell: Cell<T>,
}

impl<T> Clone for Column<T> {
    fn clone(&self) -> Self {
        Self {
            cell: Arc::clone(&self.cell),
            ..*self
        }
    }
}

impl<T> Column<T> {
    /// A column and how its cells look. An empty header is for a column of buttons.
    pub fn new<V: IntoView + 'static>(header: &'static str, cell: impl Fn(&T) -> V + Send + Sync + 'static) -> Self {
        Self {
            header,
            sort: None,
            align: Align::Left,
            lead: false,
            whole: false,
            hidden: false,
            cell: Arc::new(move |row| cell(row).into_any()),
        }
    }

    /// Can be sorted by this name of the server's.
    pub fn sortable(mut self, name: &'static str) -> Self {
        self.sort = Some(name);
        self
    }

    /// Holds numbers.
    pub fn right(mut self) -> Self {
        self.align = Align::Right;
        self
    }

    /// What a row is called: the head of its card on a phone, and never switched off.
    pub fn lead(mut self) -> Self {
        self.lead = true;
        self
    }

    /// On a phone its value takes the whole width, under its name.
    pub fn whole(mut self) -> Self {
        self.whole = true;
        self
    }

    /// Switched off until somebody switches it on.
    pub fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    pub(super) fn cell_class(&self) -> &'static str {
        match (self.lead, self.whole, self.align) {
            (true, ..) => "lead",
            (_, true, _) => "whole",
            (_, _, Align::Right) => "num",
            _ => "",
        }
    }
}

/// The head of a column: a link that sorts by it, first up, then down, then not at all.
pub(super) fn head_cell<T>(url: UrlState, index: usize, column: &Column<T>) -> AnyView {
    let class = if column.align == Align::Right { "num" } else { "" };
    let header = column.header;
    let Some(name) = column.sort else {
        return view! {
            <th scope="col" class=class data-col=index.to_string()>
                {if header.is_empty() { view! { <span class="sr-only">"Actions"</span> }.into_any() } else { header.into_any() }}
            </th>
        }
        .into_any();
    };
    let order = Memo::new(move |_| {
        let query = ListQuery {
            ordering: url.get("ordering"),
            ..ListQuery::default()
        };
        query
            .order()
            .filter(|(column, _)| *column == name)
            .map(|(_, down)| down)
    });
    let next = move || {
        let next = match order.get() {
            None => Some(name.to_owned()),
            Some(false) => Some(format!("-{name}")),
            Some(true) => None,
        };
        url.href(&[("ordering", next)])
    };
    let state = move || match order.get() {
        Some(false) => Some("ascending"),
        Some(true) => Some("descending"),
        None => None,
    };
    view! {
        <th scope="col" class=class data-col=index.to_string() aria-sort=state>
            <a class="sort" href=next data-noscroll="">
                {header}
                {move || match order.get() {
                    Some(false) => view! { <Icon icon=lu::LuArrowUp/> },
                    Some(true) => view! { <Icon icon=lu::LuArrowDown/> },
                    None => view! { <Icon icon=lu::LuChevronsUpDown/> },
                }}
            </a>
        </th>
    }
    .into_any()
}

const SIZES: [u32; 4] = [25, 50, 100, 200];

/// Which rows there are, and links to the others. A chosen page size is remembered under `name`.
pub(crate) fn foot(
    url: UrlState,
    name: &'static str,
    (count, exact): (u64, bool),
    page: u32,
    page_size: u32,
    pages: u32,
) -> impl IntoView {
    let more = if exact { "" } else { "+" };
    let first = u64::from(page.saturating_sub(1)) * u64::from(page_size) + 1;
    let last = (first + u64::from(page_size)).saturating_sub(1).min(count);
    let shown = |value: u64| number(i64::try_from(value).unwrap_or(i64::MAX));
    let range = if count == 0 || first > count {
        format!("{}{more}", shown(count))
    } else {
        format!("{}–{} of {}{more}", shown(first), shown(last), shown(count))
    };
    let step = move |to: u32, enabled: bool, name: &'static str, icon: icondata_core::Icon| {
        if enabled {
            let href = move || url.href(&[("page", (to > 1).then(|| to.to_string()))]);
            view! { <a class="btn btn-ghost btn-sm btn-square" href=href aria-label=name><Icon icon=icon class="size-4"/></a> }
                .into_any()
        } else {
            view! {
                <span class="btn btn-ghost btn-sm btn-square btn-disabled" aria-hidden="true"><Icon icon=icon class="size-4"/></span>
            }
            .into_any()
        }
    };
    let size = move |size: u32| {
        let href = move || url.href(&[("page_size", Some(size.to_string()))]);
        let remember = move |_| url.memory(name).keep(|kept| kept.page_size = Some(size));
        let here = size == page_size;
        let class = if here {
            "btn btn-xs btn-active"
        } else {
            "btn btn-xs btn-ghost"
        };
        view! {
            <a
                class=class
                href=href
                data-noscroll=""
                aria-label=format!("{size} rows a page")
                aria-current=here.then_some("true")
                on:click=remember
            >
                {size}
            </a>
        }
    };
    view! {
        <nav aria-label="Pages" class="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-t border-base-300 px-3 py-2 text-xs">
            <span class="muted tabular">{range}</span>
            <span class="flex items-center gap-1">
                <span class="muted mr-1">"Rows"</span>
                {SIZES.map(size).collect_view()}
            </span>
            <span class="flex items-center gap-1">
                {step(1, page > 1, "First page", lu::LuChevronsLeft)}
                {step(page.saturating_sub(1), page > 1, "Previous page", lu::LuChevronLeft)}
                <span class="px-1 tabular">{format!("Page {page} of {pages}{more}")}</span>
                {step(page + 1, page < pages, "Next page", lu::LuChevronRight)}
                {step(pages, page < pages, "Last page", lu::LuChevronsRight)}
            </span>
        </nav>
    }
}
