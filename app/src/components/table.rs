//! The list that most pages are.

use std::{collections::BTreeSet, sync::Arc};

use entity::{ApiError, Page};
use leptos::{children::ViewFn, prelude::*};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    empty::ErrorState,
    filters::ToolBar,
    format::count,
    icon::{Icon, lu},
    table_parts::{Column, foot, head_cell},
    url::use_url_state,
};
use crate::{browser, workspace::Workspace};

/// A list with search, filters, order and pages (all in the address), selection with actions, and columns to choose.
///
/// ```ignore
/// let ws = use_workspace();
/// let url = use_url_state();
/// let rows = Resource::new(move || (filter(), url.list()), |(filter, query)| api::keywords(filter, query));
/// let selection = RwSignal::new(BTreeSet::new());
/// view! {
///     <DataTable
///         name="keywords" label="Keywords" rows columns=columns() search="Search keywords"
///         row_id=|row: &Row| row.keyword.id.0
///         row_name=|row: &Row| row.keyword.keyword.clone()
///         selection
///         filters=move || view! { <FilterSelect key="status" label="Status" options=statuses()/> }
///         bulk=move || view! { <button class="btn btn-sm" on:click=…>"Group"</button> }
///         empty=move || view! { <EmptyState icon=lu::LuKeyRound title="No keywords yet"/> }
///     />
/// }
/// ```
///
/// After a change call `rows.refetch()`. `empty` shows only when no filter is in force; else the table says so itself.
#[component]
pub fn DataTable<T>(
    /// Short name, unique in the application: remembers the columns under it.
    name: &'static str,
    /// What the list holds, for those who hear the page.
    label: &'static str,
    /// The columns, at most 12.
    columns: Vec<Column<T>>,
    /// The rows.
    rows: Resource<Result<Page<T>, ApiError>>,
    /// Identity of a row.
    row_id: fn(&T) -> i64,
    /// What a row is called, for its check box.
    row_name: fn(&T) -> String,
    /// Which rows are selected; without it rows cannot be selected.
    #[prop(optional)]
    selection: Option<RwSignal<BTreeSet<i64>>>,
    /// What can be done with the selected rows.
    #[prop(optional, into)]
    bulk: Option<ViewFn>,
    /// What the search box says; empty for no search box.
    #[prop(optional)]
    search: &'static str,
    /// Filters beside the search box.
    #[prop(optional, into)]
    filters: Option<ViewFn>,
    /// What stands in the place of no rows at all.
    #[prop(into)]
    empty: ViewFn,
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
{
    let url = use_url_state();
    let columns: Arc<Vec<Column<T>>> = Arc::new(columns);
    let span = columns.len() + usize::from(selection.is_some());
    let hidden = hidden_columns(name, &columns);
    let page_ids = RwSignal::new(Vec::<i64>::new());

    if let Some(selection) = selection {
        let workspace = use_context::<Workspace>();
        Effect::new(move |before: Option<_>| {
            let place = workspace.map(|workspace| (workspace.site_id(), workspace.sector_id()));
            let now = (url.filters(), place);
            if before.is_some_and(|before| before != now) {
                selection.update(BTreeSet::clear);
            }
            now
        });
    }

    let table_class = move || {
        let mut class = "data-table".to_owned();
        for index in hidden.get() {
            class.push_str(&format!(" hide-{index}"));
        }
        class
    };
    let heads = columns
        .iter()
        .enumerate()
        .map(|(index, column)| head_cell(url, index + 1, column))
        .collect_view();
    let body = {
        let columns = Arc::clone(&columns);
        move || {
            let columns = Arc::clone(&columns);
            let empty = empty.clone();
            rows.get().map(move |result| match result {
                Ok(page) if page.results.is_empty() => {
                    page_ids.set(Vec::new());
                    wide_row(span, no_rows(url, page.count, &empty)).into_any()
                }
                Ok(page) => {
                    page_ids.set(page.results.iter().map(row_id).collect());
                    page.results
                        .iter()
                        .map(|row| table_row(&columns, row, row_id(row), row_name(row), selection))
                        .collect_view()
                        .into_any()
                }
                Err(error) => {
                    page_ids.set(Vec::new());
                    let retry = Callback::new(move |()| rows.refetch());
                    wide_row(span, view! { <ErrorState error retry/> }.into_any()).into_any()
                }
            })
        }
    };
    let footer = move || {
        rows.get().and_then(Result::ok).map(|page| {
            foot(
                url,
                (page.count, page.count_exact),
                page.page,
                page.page_size,
                page.pages(),
            )
        })
    };

    view! {
        <section class="panel min-w-0" aria-label=label>
            <div class="flex flex-wrap items-center justify-between gap-2 border-b border-base-300 p-3">
                <ToolBar search>{filters.map(|filters| filters.run())}</ToolBar>
                {column_menu(name, &columns, hidden)}
            </div>
            <div class="max-h-none overflow-x-auto md:max-h-[calc(100dvh-15rem)] md:overflow-auto" role="group" aria-label=label tabindex="0">
                <table class=table_class>
                    <caption class="sr-only">{label}</caption>
                    <thead>
                        <tr>
                            {selection.map(|selection| view! { <th scope="col" class="w-10">{select_all(selection, page_ids)}</th> })}
                            {heads}
                        </tr>
                    </thead>
                    <tbody>
                        <Transition fallback=move || skeleton_rows(span)>{body}</Transition>
                    </tbody>
                </table>
            </div>
            {selection.map(|selection| bulk_bar(selection, bulk))}
            <Transition>{footer}</Transition>
        </section>
    }
}

fn table_row<T: 'static>(
    columns: &[Column<T>],
    row: &T,
    id: i64,
    name: String,
    selection: Option<RwSignal<BTreeSet<i64>>>,
) -> AnyView {
    let cells = columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            let label = (!column.header.is_empty()).then_some(column.header);
            view! {
                <td class=column.cell_class() data-col=(index + 1).to_string() data-label=label>{(column.cell)(row)}</td>
            }
        })
        .collect_view();
    match selection {
        None => view! { <tr>{cells}</tr> }.into_any(),
        Some(selection) => {
            // The page may be gone already when a caller leaves in the middle of its making.
            let chosen = move || {
                selection
                    .try_with(|selection| selection.contains(&id))
                    .unwrap_or_default()
            };
            let toggle = move |_| {
                selection.update(|selection| {
                    if !selection.remove(&id) {
                        selection.insert(id);
                    }
                });
            };
            view! {
                <tr data-selected=move || chosen().then_some("")>
                    <td class="check">
                        <input
                            type="checkbox"
                            class="checkbox checkbox-sm checkbox-primary js-only"
                            aria-label=format!("Select {name}")
                            prop:checked=chosen
                            on:change=toggle
                        />
                    </td>
                    {cells}
                </tr>
            }
            .into_any()
        }
    }
}

fn wide_row(span: usize, content: AnyView) -> impl IntoView {
    view! {
        <tr>
            <td colspan=span.to_string() class="whole">{content}</td>
        </tr>
    }
}

fn skeleton_rows(span: usize) -> impl IntoView {
    (0..8)
        .map(|_| view! { <tr><td colspan=span.to_string() class="whole"><div class="skeleton h-5 w-full rounded"></div></td></tr> })
        .collect_view()
}

fn no_rows(url: super::UrlState, count: u64, empty: &ViewFn) -> AnyView {
    let filtered = untrack(|| url.is_filtered());
    if !filtered && count == 0 {
        return empty.run();
    }
    let text = if count > 0 {
        "There is nothing on this page of the list."
    } else {
        "Nothing matches these filters."
    };
    view! {
        <div class="flex flex-col items-center px-4 py-12 text-center">
            <Icon icon=lu::LuSearch class="mb-3 size-6 opacity-50"/>
            <p class="text-sm">{text}</p>
            {(count > 0)
                .then(|| {
                    view! {
                        <a class="btn btn-sm mt-4" href=move || url.href(&[("page", None)])>"Go to the first page"</a>
                    }
                })}
        </div>
    }
    .into_any()
}

fn select_all(selection: RwSignal<BTreeSet<i64>>, page_ids: RwSignal<Vec<i64>>) -> impl IntoView {
    let all = move || {
        page_ids.with(|ids| !ids.is_empty() && selection.with(|selection| ids.iter().all(|id| selection.contains(id))))
    };
    let some = move || page_ids.with(|ids| selection.with(|selection| ids.iter().any(|id| selection.contains(id))));
    let toggle = move |_| {
        let clear = untrack(all);
        let ids = page_ids.get_untracked();
        selection.update(|selection| {
            for id in ids {
                if clear {
                    selection.remove(&id);
                } else {
                    selection.insert(id);
                }
            }
        });
    };
    view! {
        <input
            type="checkbox"
            class="checkbox checkbox-sm checkbox-primary js-only align-middle"
            aria-label="Select all rows of this page"
            prop:checked=all
            prop:indeterminate=move || some() && !all()
            on:change=toggle
        />
    }
}

/// What can be done with the selected rows, at the foot of a list; nothing while none is selected.
pub(crate) fn bulk_bar(selection: RwSignal<BTreeSet<i64>>, bulk: Option<ViewFn>) -> impl IntoView {
    let size = Memo::new(move |_| selection.with(BTreeSet::len));
    view! {
        <Show when=move || { size.get() > 0 }>
            <div
                role="region"
                aria-label="Selected rows"
                class="sticky bottom-0 z-10 flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-base-300 bg-base-100 px-3 py-2.5 text-sm shadow-[0_-8px_16px_-12px_rgb(0_0_0/0.25)]"
            >
                <span class="font-medium tabular" aria-live="polite">
                    {move || count(i64::try_from(size.get()).unwrap_or(i64::MAX), "row selected", "rows selected")}
                </span>
                <span class="flex flex-wrap items-center gap-2">{bulk.as_ref().map(ViewFn::run)}</span>
                <button type="button" class="btn btn-ghost btn-sm ml-auto" on:click=move |_| selection.update(BTreeSet::clear)>
                    "Clear selection"
                </button>
            </div>
        </Show>
    }
}

/// Numbers of the columns that are switched off: as the columns say, and once the page is alive as this browser
/// remembers.
fn hidden_columns<T>(name: &'static str, columns: &[Column<T>]) -> RwSignal<BTreeSet<usize>> {
    let initial = columns
        .iter()
        .enumerate()
        .filter(|(_, column)| column.hidden)
        .map(|(index, _)| index + 1)
        .collect();
    let hidden = RwSignal::new(initial);
    let headers: Vec<&'static str> = columns.iter().map(|column| column.header).collect();
    Effect::new(move |_| {
        if let Some(text) = browser::stored(&storage_key(name)) {
            let off: Vec<&str> = text.split(',').collect();
            let set = headers
                .iter()
                .enumerate()
                .filter(|(_, header)| off.contains(header))
                .map(|(index, _)| index + 1);
            hidden.set(set.collect());
        }
    });
    hidden
}

fn storage_key(name: &str) -> String {
    format!("igny8-columns-{name}")
}

fn column_menu<T>(
    name: &'static str,
    columns: &[Column<T>],
    hidden: RwSignal<BTreeSet<usize>>,
) -> Option<impl IntoView + use<T>> {
    let choices: Vec<(usize, &'static str)> = columns
        .iter()
        .enumerate()
        .filter(|(_, column)| !column.lead && !column.header.is_empty())
        .map(|(index, column)| (index + 1, column.header))
        .collect();
    if choices.len() < 3 {
        return None;
    }
    let all = choices.clone();
    let toggle = move |index: usize| {
        hidden.update(|hidden| {
            if !hidden.remove(&index) {
                hidden.insert(index);
            }
        });
        let off: Vec<&str> = hidden.with_untracked(|hidden| {
            all.iter()
                .filter(|(index, _)| hidden.contains(index))
                .map(|(_, header)| *header)
                .collect()
        });
        browser::store(&storage_key(name), &off.join(","));
    };
    let items = choices
        .into_iter()
        .map(|(index, header)| {
            let toggle = toggle.clone();
            view! {
                <li>
                    <label class="flex cursor-pointer items-center gap-2 rounded px-2 py-1.5 text-sm hover:bg-base-200">
                        <input
                            type="checkbox"
                            class="checkbox checkbox-xs checkbox-primary"
                            prop:checked=move || hidden.with(|hidden| !hidden.contains(&index))
                            on:change=move |_| toggle(index)
                        />
                        {header}
                    </label>
                </li>
            }
        })
        .collect_view();
    Some(view! {
        <details class="dropdown dropdown-end js-only hidden md:block">
            <summary class="btn btn-ghost btn-sm">
                <Icon icon=lu::LuColumns3 class="size-4"/>
                "Columns"
            </summary>
            <ul class="dropdown-content panel z-20 mt-1 w-52 p-2 shadow-lg">{items}</ul>
        </details>
    })
}
