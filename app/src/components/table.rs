//! The list that most pages are.

use std::{collections::BTreeSet, sync::Arc};

use entity::{ApiError, Page};
use leptos::{children::ViewFn, prelude::*};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    bulk::{Matching, bar},
    chosen::Chosen,
    empty::ErrorState,
    filters::ToolBar,
    icon::{Icon, lu},
    keys::{Keys, Shortcuts},
    memory::{Memory, slug},
    table_parts::{Column, foot, head_cell},
    url::use_url_state,
    views::ViewsMenu,
};
use crate::workspace::Workspace;

/// A list with search, filters, order and pages (all in the address), selection with actions, and columns to choose.
///
/// ```ignore
/// let ws = use_workspace();
/// let url = use_url_state();
/// let rows = Resource::new(move || (filter(), url.list_of("keywords")), |(filter, query)| api::keywords(filter, query));
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
/// The list has keys of its own (`?` shows them), remembers columns and page size of each person, and keeps views where
/// `entity::saved_view::LISTS` names it. With `everything`, all rows that match can be selected, on whichever page they
/// stand: while it is true, `selection` holds the rows that are taken out.
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
    /// All rows that match are selected; without it only rows that were on a page can be.
    #[prop(optional)]
    everything: Option<RwSignal<bool>>,
    /// What can be done with the selected rows.
    #[prop(optional, into)]
    bulk: Option<ViewFn>,
    /// Cells can be changed where they stand, so the list of keys tells of it.
    #[prop(optional)]
    edits: bool,
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
    let memory = url.memory(name);
    let hidden = hidden_columns(memory, &columns);
    let page_ids = RwSignal::new(Vec::<i64>::new());
    let total = RwSignal::new((0_u64, true));
    let chosen = selection.map(|ids| Chosen { ids, everything });
    let help = RwSignal::new(false);
    let section = NodeRef::<leptos::html::Section>::new();
    let keys = Keys {
        section,
        chosen,
        page_ids,
        help,
    };
    keys.listen();

    if let Some(chosen) = chosen {
        let workspace = use_context::<Workspace>();
        Effect::new(move |before: Option<_>| {
            let place = workspace.map(|workspace| (workspace.site_id(), workspace.sector_id()));
            let now = (url.filters(), place);
            if before.is_some_and(|before| before != now) {
                chosen.clear();
            }
            now
        });
    }

    if let Some(chosen) = chosen {
        // The bar of the selection goes with the selection, and with it the button that was pressed.
        Effect::new(move |before: Option<bool>| {
            let some = chosen.number(total.get().0) > 0;
            if before == Some(true) && !some {
                request_animation_frame(move || {
                    if crate::browser::has_no_focus()
                        && let Some(list) = section.try_get_untracked().flatten()
                        && let Ok(Some(rows)) = list.query_selector("[data-rows]")
                    {
                        crate::browser::focus(&rows);
                    }
                });
            }
            some
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
                    total.set((page.count, page.count_exact));
                    wide_row(span, no_rows(url, page.count, &empty)).into_any()
                }
                Ok(page) => {
                    page_ids.set(page.results.iter().map(row_id).collect());
                    total.set((page.count, page.count_exact));
                    page.results
                        .iter()
                        .enumerate()
                        .map(|(at, row)| table_row(&columns, row, at, row_id(row), row_name(row), chosen))
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
                name,
                (page.count, page.count_exact),
                page.page,
                page.page_size,
                page.pages(),
            )
        })
    };
    let views = entity::saved_view::keys_of(name).is_some().then(|| {
        let slugs: Vec<String> = columns.iter().map(|column| slug(column.header)).collect();
        let names = slugs.clone();
        let off = Signal::derive(move || {
            let off: Vec<&str> = hidden
                .get()
                .into_iter()
                .filter_map(|index| names.get(index.saturating_sub(1)).map(String::as_str))
                .collect();
            off.join(",")
        });
        let switch = Callback::new(move |off: String| {
            let off: Vec<String> = off.split(',').map(str::to_owned).collect();
            hidden.set(numbers(&slugs, &off));
            memory.keep(|kept| kept.hidden = Some(off));
        });
        view! { <ViewsMenu list=name off switch/> }
    });

    view! {
        <section node_ref=section class="panel min-w-0" aria-label=label data-list=name>
            <div class="flex flex-wrap items-start justify-between gap-2 border-b border-base-300 p-3">
                <ToolBar search>{filters.map(|filters| filters.run())}</ToolBar>
                <div class="flex flex-none items-center gap-1">
                    {views}
                    {column_menu(memory, &columns, hidden)}
                    <button
                        type="button"
                        class="btn btn-ghost btn-sm btn-square js-only hidden md:inline-flex"
                        aria-label="Keys in this list"
                        title="Keys in this list (?)"
                        on:click=move |_| help.set(true)
                    >
                        <Icon icon=lu::LuKeyboard class="size-4"/>
                    </button>
                </div>
            </div>
            <div class="relative max-h-none overflow-x-auto md:max-h-[calc(100dvh-15rem)] md:overflow-auto" role="group" aria-label=label tabindex="0" data-rows="">
                <table class=table_class>
                    <caption class="sr-only">{label}</caption>
                    <thead>
                        <tr>
                            {chosen.map(|chosen| view! { <th scope="col" class="w-10">{select_all(chosen, page_ids)}</th> })}
                            {heads}
                        </tr>
                    </thead>
                    <tbody>
                        <Transition fallback=move || skeleton_rows(span)>{body}</Transition>
                    </tbody>
                </table>
            </div>
            {chosen.map(|chosen| bar(chosen, Some(Matching { page_ids, total }), bulk))}
            <Transition fallback=|| view! { <div class="h-12 border-t border-base-300"></div> }>{footer}</Transition>
            <Shortcuts open=help selects=chosen.is_some() edits/>
        </section>
    }
}

fn table_row<T: 'static>(
    columns: &[Column<T>],
    row: &T,
    at: usize,
    id: i64,
    name: String,
    chosen: Option<Chosen>,
) -> AnyView {
    // The Tab key finds one row; the arrow keys go on from there.
    let stop = if at == 0 { "0" } else { "-1" };
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
    let Some(chosen) = chosen else {
        return view! { <tr data-row=id.to_string() tabindex=stop>{cells}</tr> }.into_any();
    };
    view! {
        <tr data-row=id.to_string() tabindex=stop data-selected=move || chosen.has(id).then_some("")>
            <td class="check">
                <input
                    type="checkbox"
                    class="checkbox checkbox-sm checkbox-primary js-only"
                    aria-label=format!("Select {name}")
                    prop:checked=move || chosen.has(id)
                    on:change=move |_| chosen.toggle(id)
                />
            </td>
            {cells}
        </tr>
    }
    .into_any()
}

fn wide_row(span: usize, content: AnyView) -> impl IntoView {
    view! {
        <tr>
            <td colspan=span.to_string() class="whole">{content}</td>
        </tr>
    }
}

fn skeleton_rows(span: usize) -> impl IntoView {
    (0..12)
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

fn select_all(chosen: Chosen, page_ids: RwSignal<Vec<i64>>) -> impl IntoView {
    let all = move || page_ids.with(|ids| !ids.is_empty() && ids.iter().all(|id| chosen.has(*id)));
    let some = move || page_ids.with(|ids| ids.iter().any(|id| chosen.has(*id)));
    let toggle = move |_| {
        let clear = untrack(all);
        for id in page_ids.get_untracked() {
            chosen.set(id, !clear);
        }
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

/// The numbers of the columns with these names, from 1.
fn numbers(slugs: &[String], off: &[String]) -> BTreeSet<usize> {
    slugs
        .iter()
        .enumerate()
        .filter(|(_, slug)| off.contains(slug))
        .map(|(index, _)| index + 1)
        .collect()
}

/// Numbers of the columns that are switched off: as the person likes it, else as the columns say.
fn hidden_columns<T>(memory: Memory, columns: &[Column<T>]) -> RwSignal<BTreeSet<usize>> {
    let kept = memory.read().hidden;
    let hidden = columns
        .iter()
        .enumerate()
        .filter(|(_, column)| match &kept {
            Some(off) => !column.lead && off.contains(&slug(column.header)),
            None => column.hidden,
        })
        .map(|(index, _)| index + 1)
        .collect();
    RwSignal::new(hidden)
}

fn column_menu<T>(
    memory: Memory,
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
        let off = hidden.with_untracked(|hidden| {
            all.iter()
                .filter(|(index, _)| hidden.contains(index))
                .map(|(_, header)| slug(header))
                .collect()
        });
        memory.keep(|kept| kept.hidden = Some(off));
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
