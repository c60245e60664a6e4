//! The list of keywords of a site.

use std::collections::BTreeMap;

use entity::{
    ApiError, Page, SiteId,
    keyword::{self, Filter, Intent, KeywordStatus, Row},
};
use leptos::prelude::*;

use super::{
    api::list_keywords,
    keyword_bulk::{KeywordBulk, KeywordQuestion, Picked},
    keyword_cells::{Editing, columns},
    keyword_form::KeywordForm,
    parts::use_cluster_options,
};
use crate::{
    components::{
        DataTable, Dialog, EmptyState, FilterNote, FilterRange, FilterSelect, Icon, MoreFilters, lu, options_of,
        use_toasts, use_url_state,
    },
    workspace::use_workspace,
};

/// Rows of the keyword list.
pub(super) type Rows = Resource<Result<Page<Row>, ApiError>>;

/// The name of the list: what it remembers of a person.
const LIST: &str = "keywords";

/// The filter that the address names: of the site and sector worked on, unless the address names others.
pub(super) fn keyword_filter() -> Signal<Filter> {
    let workspace = use_workspace();
    let url = use_url_state();
    Signal::derive(move || {
        let named = url.parsed::<SiteId>("site").filter(|id| {
            workspace.me.with(|me| {
                me.as_ref()
                    .is_some_and(|me| me.sites.iter().any(|entry| entry.site.id == *id))
            })
        });
        let own_sector = workspace.sector_id().filter(|_| named.is_none());
        Filter {
            site_id: named.or_else(|| workspace.site_id()),
            sector_id: url.parsed("sector").or(own_sector),
            status: url.parsed("status"),
            intent: url.parsed("intent"),
            cluster_id: url.parsed("cluster"),
            clustered: url.get("clustered").map(|value| value == "yes"),
            difficulty_min: url.parsed("difficulty_min"),
            difficulty_max: url.parsed("difficulty_max"),
            volume_min: url.parsed("volume_min"),
            volume_max: url.parsed("volume_max"),
        }
    })
}

/// The keywords that the filter and the address ask for.
pub(super) fn keyword_rows() -> Rows {
    let url = use_url_state();
    let filter = keyword_filter();
    Resource::new(
        move || (filter.get(), url.list_of(LIST)),
        |(filter, query)| list_keywords(filter, query),
    )
}

/// The address of the list as a file, with the filter and the search in force.
pub(super) fn export_href(filter: &Filter, search: Option<&str>) -> String {
    // The browser's own writing of a query: pairs that are set, in the names of the interface.
    let mut query = leptos_router::params::ParamsMap::new();
    let text = serde_json::to_value(filter).unwrap_or_default();
    for (key, value) in text.as_object().into_iter().flatten() {
        let value = match value {
            serde_json::Value::Null => continue,
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        query.insert(key.clone(), value);
    }
    if let Some(search) = search {
        query.insert("search", leptos_router::location::Url::escape(search));
    }
    format!("/download/keywords.csv{}", query.to_query_string())
}

/// The list of keywords with what can be done to them.
#[component]
pub(super) fn KeywordTable(
    /// From [`keyword_rows`].
    rows: Rows,
    /// Selected rows; cleared by whoever started something with them.
    picked: Picked,
    /// What stands in the place of no keywords at all.
    #[prop(into)]
    empty: leptos::children::ViewFn,
) -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let filter = keyword_filter();
    let editing = RwSignal::new(None::<keyword::Model>);
    let edit_open = RwSignal::new(false);
    let asked = RwSignal::new(None);
    let edits = Editing {
        form: Callback::new(move |row: keyword::Model| {
            editing.set(Some(row));
            edit_open.set(true);
        }),
        reload: Callback::new(move |()| rows.refetch()),
        fresh: RwSignal::new(BTreeMap::new()),
    };
    let bulk = move || view! { <KeywordBulk rows filter picked asked/> };
    let clusters = use_cluster_options();
    let filters = move || {
        view! {
            <PlaceFilters/>
            <FilterSelect
                key="status"
                label="Status"
                options=options_of(KeywordStatus::ALL, |status| (status.as_str(), status.label()))
            />
            <FilterSelect
                key="intent"
                label="Intent"
                options=options_of(Intent::ALL, |intent| (intent.as_str(), intent.label()))
            />
            <FilterSelect key="cluster" label="Cluster" options=clusters/>
            <MoreFilters keys=&["clustered", "difficulty_min", "difficulty_max", "volume_min", "volume_max"]>
                <FilterSelect
                    key="clustered"
                    label="In a cluster"
                    options=vec![("yes".to_owned(), "Yes".to_owned()), ("no".to_owned(), "No".to_owned())]
                />
                <FilterRange min_key="volume_min" max_key="volume_max" label="Volume"/>
                <FilterRange min_key="difficulty_min" max_key="difficulty_max" label="Difficulty"/>
            </MoreFilters>
        }
    };
    let may_edit = untrack(|| workspace.can_edit());
    view! {
        {if may_edit {
            view! {
                <DataTable
                    name=LIST label="Keywords" rows columns=columns(Some(edits)) search="Search keywords"
                    row_id=|row: &Row| row.keyword.id.0
                    row_name=|row: &Row| row.keyword.keyword.clone()
                    selection=picked.rows everything=picked.everything edits=true bulk filters empty
                />
            }.into_any()
        } else {
            view! {
                <DataTable
                    name=LIST label="Keywords" rows columns=columns(None) search="Search keywords"
                    row_id=|row: &Row| row.keyword.id.0
                    row_name=|row: &Row| row.keyword.keyword.clone()
                    filters empty
                />
            }.into_any()
        }}
        <KeywordQuestion rows picked asked/>
        <Dialog open=edit_open title="Edit keyword">
            {move || editing.get_untracked().map(|stored| view! {
                <KeywordForm
                    stored=Some(stored)
                    on_saved=move |_| {
                        edit_open.set(false);
                        toasts.success("Keyword saved.");
                        rows.refetch();
                    }
                />
            })}
        </Dialog>
    }
}

/// Filters by sector where the site has several, and what a shared address says of another site.
#[component]
fn PlaceFilters() -> impl IntoView {
    let workspace = use_workspace();
    let sites = Signal::derive(move || {
        workspace
            .sites()
            .into_iter()
            .map(|entry| (entry.site.id.to_string(), entry.site.name))
            .collect::<Vec<_>>()
    });
    let sectors = Signal::derive(move || {
        workspace
            .sectors()
            .into_iter()
            .map(|sector| (sector.id.to_string(), sector.name))
            .collect::<Vec<_>>()
    });
    let several = untrack(move || workspace.sector_id().is_none() && sectors.with(Vec::len) > 1);
    view! {
        <FilterNote key="site" label="Site" options=sites/>
        {if several {
            view! { <FilterSelect key="sector" label="Sector" options=sectors/> }.into_any()
        } else {
            view! { <FilterNote key="sector" label="Sector" options=sectors/> }.into_any()
        }}
    }
}

/// What to do while there are no keywords.
#[component]
pub(super) fn NoKeywords(
    /// Opens the form for one keyword.
    adding: RwSignal<bool>,
    /// Opens the seed library.
    library: RwSignal<bool>,
) -> impl IntoView {
    let workspace = use_workspace();
    let may_edit = untrack(|| workspace.can_edit());
    view! {
        <EmptyState
            icon=lu::LuKeyRound
            title="No keywords yet"
            text=if may_edit {
                "Export a list from your keyword tool and bring it in as it is: Google Keyword Planner, Search Console, Ahrefs, Semrush and others are understood."
            } else {
                "They appear here once an editor has brought some in."
            }
        >
            {may_edit.then(|| view! {
                <a class="btn btn-primary btn-sm" href="/planner/keywords/import">
                    <Icon icon=lu::LuUpload class="size-4"/>
                    "Import a file"
                </a>
            })}
            {may_edit.then(|| view! {
                <a class="btn btn-sm" href="/samples/keywords.csv" download="keywords.csv" rel="external">
                    <Icon icon=lu::LuDownload class="size-4"/>
                    "Get a sample file"
                </a>
                <button type="button" class="btn btn-sm js-only" on:click=move |_| library.set(true)>
                    <Icon icon=lu::LuLibrary class="size-4"/>
                    "Choose from the library"
                </button>
                <button type="button" class="btn btn-sm js-only" on:click=move |_| adding.set(true)>
                    <Icon icon=lu::LuPlus class="size-4"/>
                    "Add by hand"
                </button>
            })}
        </EmptyState>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_asks_for_what_the_list_shows() {
        let filter = Filter {
            status: Some(KeywordStatus::Active),
            clustered: Some(false),
            volume_min: Some(10),
            ..Filter::default()
        };
        // The server escapes more than a browser does.
        let href = export_href(&filter, Some("moka & pot")).replace("%5F", "_");
        for part in [
            "status=active",
            "clustered=false",
            "volume_min=10",
            "search=moka%20%26%20pot",
        ] {
            assert!(href.contains(part), "{href}");
        }
        assert!(!href.contains("site_id"), "{href}");
        assert_eq!(export_href(&Filter::default(), None), "/download/keywords.csv");
    }
}
