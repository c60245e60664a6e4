//! State that lives in the address: filters, order, page.

use entity::ListQuery;
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
    location::Url,
    params::ParamsMap,
};
use std::{str::FromStr, sync::Arc};

use super::memory::Memory;
use crate::workspace::Workspace;

/// Names which part of a page shows; it is no filter.
const VIEW: &str = "view";

type Navigate = Arc<dyn Fn(&str, NavigateOptions) + Send + Sync>;

/// Reads and writes the query of the address, so that a list can be bookmarked, shared and gone back to.
#[derive(Clone, Copy)]
pub struct UrlState {
    path: Memo<String>,
    query: Memo<ParamsMap>,
    navigate: StoredValue<Navigate>,
    workspace: Option<Workspace>,
}

/// The address of the page.
///
/// ```ignore
/// let url = use_url_state();
/// let filter = move || keyword::Filter { status: url.parsed("status"), site_id: ws.site_id(), ..Default::default() };
/// let rows = Resource::new(move || (filter(), url.list_of("keywords")), |(filter, query)| api::keywords(filter, query));
/// ```
pub fn use_url_state() -> UrlState {
    let location = use_location();
    UrlState {
        path: location.pathname,
        query: location.query,
        navigate: StoredValue::new(Arc::new(use_navigate())),
        workspace: use_context::<Workspace>(),
    }
}

impl UrlState {
    /// The value of `key`, tracked; nothing when it is absent or empty.
    pub fn get(self, key: &str) -> Option<String> {
        self.query
            .with(|query| query.get(key))
            .filter(|value| !value.trim().is_empty())
    }

    /// The value of `key` as a number, an id, a status.
    pub fn parsed<T: FromStr>(self, key: &str) -> Option<T> {
        self.get(key)?.trim().parse().ok()
    }

    /// Page, order and search of the list on this page, from the keys `page`, `page_size`, `ordering`, `search`. `name` is
    /// that of its [`DataTable`](super::DataTable): without a `page_size` in the address the list has as many rows as the
    /// person liked last.
    pub fn list_of(self, name: &'static str) -> ListQuery {
        ListQuery {
            page: self.parsed("page"),
            page_size: self.parsed("page_size").or_else(|| self.memory(name).read().page_size),
            ordering: self.get("ordering"),
            search: self.get("search"),
        }
    }

    /// What the person likes of the list of this name.
    pub(super) fn memory(self, name: &'static str) -> Memory {
        Memory::of(name, self.workspace)
    }

    /// The path of the page, tracked.
    pub(super) fn path(self) -> String {
        self.path.get()
    }

    /// Filters, search, order and page size, tracked; what a saved view keeps, without `?`.
    pub(super) fn view_query(self) -> String {
        self.query.with(|query| {
            let mut query = query.clone();
            for key in ["page", VIEW] {
                query.remove(key);
            }
            query.to_query_string().trim_start_matches('?').to_owned()
        })
    }

    /// The address with some keys changed (`None` removes), tracked. Changing anything but the page leads to page 1.
    pub fn href(self, changes: &[(&'static str, Option<String>)]) -> String {
        self.query.with(|query| {
            let mut query = query.clone();
            if !changes.iter().any(|(key, _)| *key == "page") {
                query.remove("page");
            }
            for (key, value) in changes {
                match value.as_deref().map(str::trim).filter(|value| !value.is_empty()) {
                    Some(value) => query.replace(*key, Url::escape(value)),
                    None => {
                        query.remove(key);
                    }
                }
            }
            format!("{}{}", self.path.get(), query.to_query_string())
        })
    }

    /// Changes some keys in place: no new entry in the history, no jump to the top.
    pub fn set(self, changes: &[(&'static str, Option<String>)]) {
        let href = untrack(|| self.href(changes));
        let options = NavigateOptions {
            replace: true,
            scroll: false,
            ..NavigateOptions::default()
        };
        self.navigate.with_value(|navigate| navigate(&href, options));
    }

    /// Goes to another page of the application.
    pub fn go(self, address: &str) {
        self.navigate
            .with_value(|navigate| navigate(address, NavigateOptions::default()));
    }

    /// What filters and search say, tracked; without page and order. For noticing that they changed.
    pub(crate) fn filters(self) -> String {
        self.query.with(|query| {
            let mut query = query.clone();
            for key in ["page", "page_size", "ordering", VIEW] {
                query.remove(key);
            }
            query.to_query_string()
        })
    }

    /// The address without filters, search, order and page, tracked; the part of the page that shows stays.
    pub(crate) fn reset_href(self) -> String {
        let path = self.path.get();
        match self.get(VIEW) {
            Some(view) => format!("{path}?{VIEW}={}", Url::escape(&view)),
            None => path,
        }
    }

    /// Some filter or search is in force.
    pub fn is_filtered(self) -> bool {
        self.filters().len() > 1
    }
}
