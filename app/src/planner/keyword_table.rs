//! The list of keywords, of a site or of one cluster.

use std::collections::BTreeSet;

use entity::{
    ApiError, ClusterId, KeywordId, Page,
    ai_task::Start,
    keyword::{self, Intent, KeywordStatus, Row},
};
use leptos::prelude::*;

use super::{
    api::{delete_keywords, list_keywords, set_keyword_status},
    keyword_form::KeywordForm,
    parts::{BulkSelect, EditButton, act, chosen, cluster_links, rows_count, use_cluster_options},
};
use crate::{
    components::{
        Badge, Column, ConfirmDialog, DataTable, Dialog, EmptyState, FilterRange, FilterSelect, Icon, TimeAgo, count,
        lu, number, options_of, use_toasts, use_url_state,
    },
    workspace::use_workspace,
};

/// Rows of the keyword list.
pub(super) type Rows = Resource<Result<Page<Row>, ApiError>>;

/// The keywords that the address asks for: of one cluster, else of the site and sector worked on.
pub(super) fn keyword_rows(cluster: Signal<Option<ClusterId>>) -> Rows {
    let workspace = use_workspace();
    let url = use_url_state();
    let filter = move || {
        let of_cluster = cluster.get();
        keyword::Filter {
            site_id: workspace.site_id().filter(|_| of_cluster.is_none()),
            sector_id: workspace.sector_id().filter(|_| of_cluster.is_none()),
            status: url.parsed("status"),
            intent: url.parsed("intent"),
            cluster_id: of_cluster.or_else(|| url.parsed("cluster")),
            clustered: url.get("clustered").map(|value| value == "yes"),
            difficulty_min: url.parsed("difficulty_min"),
            difficulty_max: url.parsed("difficulty_max"),
            volume_min: url.parsed("volume_min"),
            volume_max: url.parsed("volume_max"),
        }
    };
    Resource::new(
        move || (filter(), url.list()),
        |(filter, query)| list_keywords(filter, query),
    )
}

/// The list of keywords with what can be done to them.
#[component]
pub(super) fn KeywordTable(
    /// From [`keyword_rows`].
    rows: Rows,
    /// The list belongs to one cluster: no need to filter by cluster.
    #[prop(optional)]
    of_cluster: bool,
    /// Takes what should be grouped.
    #[prop(optional)]
    request: Option<RwSignal<Option<Start>>>,
    /// Selected rows; cleared by whoever started something with them.
    selection: RwSignal<BTreeSet<i64>>,
    /// What stands in the place of no keywords at all.
    #[prop(into)]
    empty: leptos::children::ViewFn,
) -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let editing = RwSignal::new(None::<keyword::Model>);
    let edit_open = RwSignal::new(false);
    let delete_open = RwSignal::new(false);
    let edit = Callback::new(move |row: keyword::Model| {
        editing.set(Some(row));
        edit_open.set(true);
    });
    let group = move |_| {
        let ids = chosen(selection, KeywordId);
        let sectors: BTreeSet<_> = rows.with_untracked(|rows| match rows {
            Some(Ok(page)) => page
                .results
                .iter()
                .filter(|row| ids.contains(&row.keyword.id))
                .map(|row| row.keyword.sector_id)
                .collect(),
            _ => BTreeSet::new(),
        });
        let sector = sectors.first().copied().or_else(|| workspace.target_sector());
        match (request, sector) {
            (Some(_), _) if sectors.len() > 1 => {
                toasts.failure(
                    "These keywords belong to different sectors. Choose one sector at the top and group there.",
                );
            }
            (Some(request), Some(sector_id)) => request.set(Some(Start::auto_cluster_of(sector_id, ids))),
            _ => {}
        }
    };
    let set_status = move |value: String| {
        let Ok(status) = value.parse::<KeywordStatus>() else {
            return;
        };
        act(
            toasts,
            set_keyword_status(chosen(selection, KeywordId), status),
            move |changed| {
                toasts.success(format!(
                    "{}: {}.",
                    count(rows_count(changed), "keyword", "keywords"),
                    status.label()
                ));
                selection.update(BTreeSet::clear);
                rows.refetch();
            },
        );
    };
    let delete = move |()| {
        act(toasts, delete_keywords(chosen(selection, KeywordId)), move |gone| {
            toasts.success(format!("{} deleted.", count(rows_count(gone), "keyword", "keywords")));
            selection.update(BTreeSet::clear);
            rows.refetch();
        });
    };
    let statuses = || options_of(KeywordStatus::ALL, |status| (status.as_str(), status.label()));
    let bulk = move || {
        view! {
            {request.map(|_| view! {
                <button type="button" class="btn btn-primary btn-sm" on:click=group>
                    <Icon icon=lu::LuBoxes class="size-4"/>
                    "Group into clusters"
                </button>
            })}
            <BulkSelect label="Set status" options=statuses() on_choose=set_status/>
            <button type="button" class="btn btn-sm text-error" on:click=move |_| delete_open.set(true)>
                <Icon icon=lu::LuTrash2 class="size-4"/>
                "Delete"
            </button>
        }
    };
    let clusters = (!of_cluster).then(use_cluster_options);
    let filters = move || {
        view! {
            <FilterSelect key="status" label="Status" options=statuses()/>
            <FilterSelect
                key="intent"
                label="Intent"
                options=options_of(Intent::ALL, |intent| (intent.as_str(), intent.label()))
            />
            {clusters.map(|clusters| {
                let grouped = vec![("yes".to_owned(), "Yes".to_owned()), ("no".to_owned(), "No".to_owned())];
                view! {
                    <FilterSelect key="cluster" label="Cluster" options=clusters/>
                    <FilterSelect key="clustered" label="Grouped" options=grouped/>
                }
            })}
            <FilterRange min_key="difficulty_min" max_key="difficulty_max" label="Difficulty"/>
            <FilterRange min_key="volume_min" max_key="volume_max" label="Volume"/>
        }
    };
    let may_edit = untrack(|| workspace.can_edit());
    let title = Signal::derive(move || {
        let chosen = selection.with(BTreeSet::len);
        format!(
            "Delete {}?",
            count(i64::try_from(chosen).unwrap_or(i64::MAX), "keyword", "keywords")
        )
    });
    view! {
        {if may_edit {
            view! {
                <DataTable
                    name="keywords" label="Keywords" rows columns=columns(of_cluster, Some(edit)) search="Search keywords"
                    row_id=|row: &Row| row.keyword.id.0
                    row_name=|row: &Row| row.keyword.keyword.clone()
                    selection bulk filters empty
                />
            }.into_any()
        } else {
            view! {
                <DataTable
                    name="keywords" label="Keywords" rows columns=columns(of_cluster, None) search="Search keywords"
                    row_id=|row: &Row| row.keyword.id.0
                    row_name=|row: &Row| row.keyword.keyword.clone()
                    filters empty
                />
            }.into_any()
        }}
        <ConfirmDialog
            open=delete_open title confirm="Delete" on_confirm=delete
            text="They also leave their clusters. Ideas and articles made from them stay."
        />
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

fn columns(of_cluster: bool, edit: Option<Callback<keyword::Model>>) -> Vec<Column<Row>> {
    let mut columns = vec![
        Column::new(
            "Keyword",
            |row: &Row| view! { <span class="font-medium">{row.keyword.keyword.clone()}</span> },
        )
        .sortable("keyword")
        .lead(),
        Column::new("Volume", |row: &Row| volume(&row.keyword))
            .sortable("volume")
            .right(),
        Column::new("Difficulty", |row: &Row| difficulty(row.keyword.difficulty)).sortable("difficulty"),
        Column::new("Intent", |row: &Row| intent(&row.keyword)).sortable("intent"),
    ];
    if !of_cluster {
        columns.push(Column::new("Clusters", |row: &Row| cluster_links(&row.clusters)));
    }
    columns.push(Column::new("Status", |row: &Row| view! { <Badge value=row.keyword.status/> }).sortable("status"));
    columns.push(
        Column::new("Added", |row: &Row| view! { <TimeAgo time=row.keyword.created_at/> }).sortable("created_at"),
    );
    if let Some(edit) = edit {
        columns.push(Column::new("", move |row: &Row| {
            let keyword = row.keyword.clone();
            view! { <EditButton name=keyword.keyword.clone() on_click=move |()| edit.run(keyword.clone())/> }
        }));
    }
    columns
}

fn volume(keyword: &keyword::Model) -> AnyView {
    let Some(value) = keyword.volume else {
        return view! { <span class="muted">"–"</span> }.into_any();
    };
    if !keyword.volume_estimated {
        return number(value).into_any();
    }
    let range = match (keyword.volume_low, keyword.volume_high) {
        (Some(low), Some(high)) => format!("Estimated: the file says {} to {}", number(low), number(high)),
        (Some(low), None) => format!("Estimated: the file says {} or more", number(low)),
        _ => "Estimated from the file".to_owned(),
    };
    view! {
        <span title=range.clone() class="cursor-help">
            "≈ " {number(value)}
            <span class="sr-only">{range.clone()}</span>
        </span>
    }
    .into_any()
}

/// A difficulty with a small bar beside the figure.
fn difficulty(value: Option<i32>) -> AnyView {
    let Some(value) = value else {
        return view! { <span class="muted">"–"</span> }.into_any();
    };
    let tone = match value {
        ..30 => "fill-success",
        30..60 => "fill-warning",
        _ => "fill-error",
    };
    view! {
        <span class="inline-flex items-center gap-2">
            <span class="w-6 text-right tabular">{value}</span>
            <svg class="h-1.5 w-12" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                <rect width="100" height="10" rx="5" class="fill-base-300"></rect>
                <rect width=value.clamp(0, 100).to_string() height="10" rx="5" class=tone></rect>
            </svg>
        </span>
    }
    .into_any()
}

fn intent(keyword: &keyword::Model) -> AnyView {
    view! {
        <span class="inline-flex items-center gap-1.5">
            <Badge value=keyword.intent/>
            {keyword.intent_guessed.then(|| view! {
                <span class="cursor-help text-xs muted" title="Guessed from the words; edit the keyword to set it">"guessed"</span>
            })}
        </span>
    }
    .into_any()
}

/// What to do while there are no keywords.
#[component]
pub(super) fn NoKeywords(
    /// Opens the form for one keyword.
    adding: RwSignal<bool>,
) -> impl IntoView {
    let workspace = use_workspace();
    let may_edit = untrack(|| workspace.can_edit());
    view! {
        <EmptyState
            icon=lu::LuKeyRound
            title="No keywords yet"
            text="Export a list from your keyword tool and bring it in as it is: Google Keyword Planner, Search Console, Ahrefs, Semrush and others are understood."
        >
            {may_edit.then(|| view! {
                <a class="btn btn-primary btn-sm" href="/planner/keywords/import">
                    <Icon icon=lu::LuUpload class="size-4"/>
                    "Import a file"
                </a>
            })}
            <a class="btn btn-sm" href="/samples/keywords.csv" download="keywords.csv" rel="external">
                <Icon icon=lu::LuDownload class="size-4"/>
                "Get a sample file"
            </a>
            {may_edit.then(|| view! {
                <button type="button" class="btn btn-sm js-only" on:click=move |_| adding.set(true)>
                    <Icon icon=lu::LuPlus class="size-4"/>
                    "Add by hand"
                </button>
            })}
        </EmptyState>
    }
}
