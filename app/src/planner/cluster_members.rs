//! The keywords of a cluster, and why each of them is there.

use std::collections::BTreeSet;

use entity::{ApiError, ClusterId, KeywordId, Page, cluster_keyword::Row};
use leptos::prelude::*;

use super::{
    cluster_dialogs::MoveDialog,
    clusters_api::{cluster_members, pin_in_cluster, remove_from_cluster},
    parts::{act, chosen, rows_count, use_may_edit},
};
use crate::components::{
    Column, ConfirmDialog, DataTable, Icon, TimeAgo, count, lu, number, use_toasts, use_url_state,
};

/// Rows of the list.
pub(super) type Members = Resource<Result<Page<Row>, ApiError>>;

/// The keywords of a cluster as the address asks for them.
pub(super) fn member_rows(cluster: Memo<Option<ClusterId>>) -> Members {
    let url = use_url_state();
    Resource::new(
        move || (cluster.get().unwrap_or_default(), url.list_of("cluster-members")),
        |(id, query)| cluster_members(id, query),
    )
}

/// The list with what can be done to keywords in it.
#[component]
pub(super) fn MemberTable(
    /// The cluster.
    id: ClusterId,
    /// From [`member_rows`].
    rows: Members,
    /// Called when keywords came or went.
    #[prop(into)]
    on_change: Callback<()>,
    /// What stands in the place of no keywords.
    #[prop(into)]
    empty: leptos::children::ViewFn,
) -> impl IntoView {
    let toasts = use_toasts();
    let selection = RwSignal::new(BTreeSet::<i64>::new());
    let moving = RwSignal::new(false);
    let removing = RwSignal::new(false);
    let changed = move || {
        selection.update(BTreeSet::clear);
        rows.refetch();
        on_change.run(());
    };
    let pin = move |ids: Vec<KeywordId>, pinned: bool| {
        act(toasts, pin_in_cluster(id, ids, pinned), move |number| {
            let word = if pinned { "pinned" } else { "no longer pinned" };
            toasts.success(format!("{} {word}.", count(rows_count(number), "keyword", "keywords")));
            selection.update(BTreeSet::clear);
            rows.refetch();
        });
    };
    let remove = move |()| {
        act(
            toasts,
            remove_from_cluster(id, chosen(selection, KeywordId)),
            move |number| {
                toasts.success(format!(
                    "{} taken out. They stay in your list of keywords.",
                    count(rows_count(number), "keyword", "keywords")
                ));
                changed();
            },
        );
    };
    let bulk = move || {
        view! {
            <button type="button" class="btn btn-primary btn-sm" on:click=move |_| moving.set(true)>
                <Icon icon=lu::LuArrowRight class="size-4"/>
                "Move"
            </button>
            <button type="button" class="btn btn-sm" on:click=move |_| pin(chosen(selection, KeywordId), true)>
                <Icon icon=lu::LuPin class="size-4"/>
                "Pin"
            </button>
            <button type="button" class="btn btn-sm" on:click=move |_| pin(chosen(selection, KeywordId), false)>
                <Icon icon=lu::LuPinOff class="size-4"/>
                "Unpin"
            </button>
            <button type="button" class="btn btn-sm text-error" on:click=move |_| removing.set(true)>
                <Icon icon=lu::LuX class="size-4"/>
                "Take out"
            </button>
        }
    };
    let may_edit = use_may_edit();
    let toggle = Callback::new(move |(keyword, pinned): (KeywordId, bool)| pin(vec![keyword], pinned));
    let title = Signal::derive(move || {
        let number = selection.with(BTreeSet::len);
        format!(
            "Take {} out of this cluster?",
            count(i64::try_from(number).unwrap_or(i64::MAX), "keyword", "keywords")
        )
    });
    view! {
        {move || {
            let empty = empty.clone();
            if may_edit.get() {
                view! {
                    <DataTable
                        name="cluster-members" label="Keywords of this cluster" rows columns=columns(Some(toggle))
                        search="Search keywords"
                        row_id=|row: &Row| row.keyword.id.0
                        row_name=|row: &Row| row.keyword.keyword.clone()
                        selection bulk empty
                    />
                }.into_any()
            } else {
                view! {
                    <DataTable
                        name="cluster-members" label="Keywords of this cluster" rows columns=columns(None)
                        search="Search keywords"
                        row_id=|row: &Row| row.keyword.id.0
                        row_name=|row: &Row| row.keyword.keyword.clone()
                        empty
                    />
                }.into_any()
            }
        }}
        <MoveDialog
            open=moving from=id
            keywords=Signal::derive(move || selection.with(|ids| ids.iter().copied().map(KeywordId).collect()))
            on_done=move |()| changed()
        />
        <ConfirmDialog
            open=removing title confirm="Take out" danger=false on_confirm=remove
            text="The keywords stay in your list and can be grouped again."
        />
    }
}

fn columns(toggle: Option<Callback<(KeywordId, bool)>>) -> Vec<Column<Row>> {
    let mut columns = vec![
        Column::new("Keyword", |row: &Row| {
            view! {
                <span class="font-medium">{row.keyword.keyword.clone()}</span>
                {row.weakest.then(|| view! {
                    <span class="badge badge-warning badge-soft badge-sm ml-2" title="Among those that fit least here: see whether it belongs elsewhere.">
                        "weak fit"
                    </span>
                })}
            }
        })
        .sortable("keyword")
        .lead(),
        Column::new("Fit", |row: &Row| fit(row)).sortable("similarity").right(),
        Column::new("Why it is here", why),
        Column::new("Volume", |row: &Row| {
            row.keyword.volume.map_or_else(|| "–".to_owned(), number)
        })
        .sortable("volume")
        .right(),
        Column::new("Difficulty", |row: &Row| {
            row.keyword.difficulty.map_or_else(|| "–".to_owned(), number)
        })
        .sortable("difficulty")
        .right(),
    ];
    columns.push(match toggle {
        Some(toggle) => Column::new("Pinned", move |row: &Row| pin_button(row, toggle)).sortable("pinned"),
        None => Column::new("Pinned", |row: &Row| if row.pinned { "Yes" } else { "No" }).sortable("pinned"),
    });
    columns
}

fn fit(row: &Row) -> String {
    if row.task_id.is_none() && row.pinned {
        "–".to_owned()
    } else {
        format!("{} %", row.similarity)
    }
}

fn why(row: &Row) -> AnyView {
    let chips = row
        .shared_terms
        .iter()
        .map(|term| view! { <span class="badge badge-sm badge-soft">{term.clone()}</span> })
        .collect_view();
    let results = (row.shared_urls > 0).then(|| {
        let known = row.known_urls.max(i64::from(row.shared_urls));
        format!("{} of {} results in common", number(row.shared_urls), number(known))
    });
    let by = match (&row.task_id, row.placed_at) {
        (Some(task), Some(time)) => view! {
            <a class="link link-hover muted" href=format!("/jobs/{task}")>"Grouping, " <TimeAgo time/></a>
        }
        .into_any(),
        _ => view! { <span class="muted">"By hand"</span> }.into_any(),
    };
    view! {
        <span class="flex max-w-md flex-wrap items-center gap-1.5 text-xs">
            {chips}
            {results.map(|text| view! { <span class="badge badge-sm badge-info badge-soft">{text}</span> })}
            {by}
        </span>
    }
    .into_any()
}

fn pin_button(row: &Row, toggle: Callback<(KeywordId, bool)>) -> AnyView {
    let (id, pinned) = (row.keyword.id, row.pinned);
    let label = format!("Pin {} here", row.keyword.keyword);
    let title = if pinned {
        "Pinned: no grouping takes it away. Click to let it go."
    } else {
        "Pin it here, so that no grouping takes it away."
    };
    view! {
        <button
            type="button"
            class="btn btn-ghost btn-xs btn-square"
            class:text-primary=pinned
            aria-pressed=if pinned { "true" } else { "false" }
            aria-label=label
            title=title
            on:click=move |_| toggle.run((id, !pinned))
        >
            <Icon icon=if pinned { lu::LuPin } else { lu::LuPinOff } class="size-4"/>
        </button>
    }
    .into_any()
}
