//! Keywords of the seed library for a sector: look, choose, take over.

use std::collections::BTreeSet;

use entity::{
    IndustryId, IndustrySectorId, ListQuery, SectorId, SeedKeywordId,
    keyword::{Added, Intent},
    seed_keyword::{Filter, MAX_PICKED, Pick, Row},
};
use leptos::{either::Either, prelude::*};

use super::{
    keywords_api::{add_from_library, list_library},
    parts::{SectorField, rows_count, sector_or_refuse, use_sector_choice},
};
use crate::{
    components::{Badge, ErrorState, FormError, FormState, Icon, Select, Skeleton, count, lu, number, options_of},
    sites::api::industries,
    workspace::use_workspace,
};

/// Rows on a page of the library.
const PAGE: u32 = 50;

/// The library. Its content is made anew each time the dialog around it opens.
#[component]
pub(super) fn Library(
    /// Called with what came of it.
    #[prop(into)]
    on_added: Callback<Added>,
) -> impl IntoView {
    let workspace = use_workspace();
    let sector = use_sector_choice();
    let industry = RwSignal::new(String::new());
    let shelf = RwSignal::new(String::new());
    let intent = RwSignal::new(String::new());
    let search = RwSignal::new(String::new());
    let page = RwSignal::new(1_u32);
    let ids = RwSignal::new(BTreeSet::<i64>::new());
    let everything = RwSignal::new(false);
    let form = FormState::new();
    let catalogue = LocalResource::new(industries);
    let known = move || catalogue.get().and_then(Result::ok).unwrap_or_default();

    // The library opens where the sector stands in the catalogue.
    Effect::new(move |before: Option<Option<SectorId>>| {
        let at = sector.with(|sector| sector.parse().ok());
        let all = known();
        if all.is_empty() || before.flatten() == at && at.is_some() {
            return before.flatten();
        }
        let pattern = workspace
            .sectors()
            .into_iter()
            .find(|known| Some(known.id) == at)
            .and_then(|known| known.industry_sector_id);
        if let Some(pattern) = pattern
            && let Some(entry) = all
                .iter()
                .find(|entry| entry.sectors.iter().any(|known| known.id == pattern))
        {
            industry.set(entry.industry.id.to_string());
            shelf.set(pattern.to_string());
        }
        at
    });
    // A shelf belongs to one industry.
    Effect::new(move |before: Option<String>| {
        let now = industry.get();
        let fits = known().iter().any(|entry| {
            entry.industry.id.to_string() == now
                && entry
                    .sectors
                    .iter()
                    .any(|known| shelf.with_untracked(|shelf| *shelf == known.id.to_string()))
        });
        if before.is_some_and(|before| before != now) && !fits {
            shelf.set(String::new());
        }
        now
    });
    let filter = Memo::new(move |_| Filter {
        industry_id: industry.with(|text| text.parse().ok().map(IndustryId)),
        industry_sector_id: shelf.with(|text| text.parse().ok().map(IndustrySectorId)),
        intent: intent.with(|text| text.parse().ok()),
    });
    Effect::new(move |before: Option<()>| {
        filter.track();
        search.track();
        sector.track();
        if before.is_some() {
            page.set(1);
            ids.update(BTreeSet::clear);
            everything.set(false);
        }
    });
    let rows = LocalResource::new(move || {
        let at: Option<SectorId> = sector.with(|sector| sector.parse().ok());
        let query = ListQuery {
            page: Some(page.get()),
            page_size: Some(PAGE),
            search: Some(search.get()),
            ..ListQuery::default()
        };
        let filter = filter.get();
        async move {
            match at {
                Some(at) => Some(list_library(at, filter, query).await),
                None => None,
            }
        }
    });
    let total = Memo::new(move |_| match rows.get().flatten() {
        Some(Ok(page)) => page.count,
        _ => 0,
    });
    let free = Memo::new(move |_| match rows.get().flatten() {
        Some(Ok(page)) => page
            .results
            .iter()
            .filter(|row| !row.in_sector)
            .map(|row| row.seed.id.0)
            .collect::<Vec<_>>(),
        _ => Vec::new(),
    });
    let number_chosen = move || {
        if everything.get() {
            total.get()
        } else {
            ids.with(|ids| ids.len() as u64)
        }
    };
    let page_chosen =
        move || free.with(|free| !free.is_empty() && ids.with(|ids| free.iter().all(|id| ids.contains(id))));
    let toggle_page = move |_| {
        let all = untrack(page_chosen);
        everything.set(false);
        ids.update(|ids| {
            for id in free.get_untracked() {
                if all {
                    ids.remove(&id);
                } else {
                    ids.insert(id);
                }
            }
        });
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(sector_id) = sector_or_refuse(sector, form) else {
            return;
        };
        let pick = if everything.get_untracked() {
            Pick {
                sector_id,
                ids: Vec::new(),
                filter: Some(filter.get_untracked()),
                search: Some(search.get_untracked()),
            }
        } else {
            Pick {
                sector_id,
                ids: ids.with_untracked(|ids| ids.iter().copied().map(SeedKeywordId).collect()),
                filter: None,
                search: None,
            }
        };
        form.send(add_from_library(pick), move |added| on_added.run(added));
    };
    let any = |label: &str| vec![(String::new(), label.to_owned())];
    let industries = Signal::derive(move || {
        let mut all = any("All industries");
        all.extend(
            known()
                .into_iter()
                .map(|entry| (entry.industry.id.to_string(), entry.industry.name)),
        );
        all
    });
    let shelves = Signal::derive(move || {
        let mut all = any("All sectors");
        let chosen = industry.get();
        all.extend(
            known()
                .into_iter()
                .filter(|entry| entry.industry.id.to_string() == chosen)
                .flat_map(|entry| entry.sectors)
                .map(|sector| (sector.id.to_string(), sector.name)),
        );
        all
    });
    let mut intents = any("Any intent");
    intents.extend(options_of(Intent::ALL, |intent| (intent.as_str(), intent.label())));
    let list = move || {
        let result = match rows.get() {
            None => return Either::Left(view! { <li><Skeleton rows=8/></li> }.into_any()),
            Some(None) => {
                let text = "This site has no sector yet that could take keywords.";
                return Either::Left(view! { <li class="p-8 text-center text-sm muted">{text}</li> }.into_any());
            }
            Some(Some(result)) => result,
        };
        Either::Right(match result {
            Err(error) => {
                let retry = Callback::new(move |()| rows.refetch());
                view! { <li><ErrorState error retry/></li> }.into_any()
            }
            Ok(found) if found.results.is_empty() => {
                view! { <li class="p-8 text-center text-sm muted">"Nothing in the library matches these filters."</li> }
                    .into_any()
            }
            Ok(found) => found
                .results
                .into_iter()
                .map(|row| library_row(row, ids, everything, free))
                .collect_view()
                .into_any(),
        })
    };
    let pages = move || total.get().div_ceil(u64::from(PAGE)).max(1);
    view! {
        <form on:submit=submit novalidate>
            <FormError error=form.error/>
            {move || matches!(catalogue.get(), Some(Err(_))).then(|| view! {
                <p class="mb-3 text-sm" role="alert">
                    "The industries could not be loaded. "
                    <button type="button" class="link" on:click=move |_| catalogue.refetch()>"Try again"</button>
                </p>
            })}
            <div class="grid gap-x-4 sm:grid-cols-3">
                <Select name="industry" label="Industry" value=industry options=industries id="library-industry"/>
                <Select name="shelf" label="Sector of the library" value=shelf options=shelves id="library-shelf"/>
                <Select name="intent" label="Intent" value=intent options=intents id="library-intent"/>
            </div>
            <SectorField value=sector errors=form.error/>
            <label class="input input-sm mb-3 w-full">
                <Icon icon=lu::LuSearch class="size-4 flex-none opacity-60"/>
                <input
                    type="search"
                    aria-label="Search the library"
                    placeholder="Search the library"
                    on:change:target=move |event| search.set(event.target().value())
                    on:keydown:target=move |event| {
                        if event.key() == "Enter" {
                            event.prevent_default();
                            search.set(event.target().value());
                        }
                    }
                />
            </label>
            <div class="flex flex-wrap items-center gap-x-4 gap-y-1 pb-2 text-sm">
                <label class="flex cursor-pointer items-center gap-2">
                    <input
                        type="checkbox"
                        class="checkbox checkbox-sm checkbox-primary"
                        prop:checked=move || everything.get() || page_chosen()
                        on:change=toggle_page
                    />
                    "Select this page"
                </label>
                <label class="flex cursor-pointer items-center gap-2">
                    <input
                        type="checkbox"
                        class="checkbox checkbox-sm checkbox-primary"
                        disabled=move || { total.get() == 0 || total.get() > MAX_PICKED as u64 }
                        prop:checked=move || everything.get()
                        on:change=move |_| everything.update(|everything| *everything = !*everything)
                    />
                    {move || format!("Select all {}", number(rows_count(total.get())))}
                </label>
            </div>
            <ul class="max-h-80 overflow-y-auto rounded-field border border-base-300" aria-label="Keywords of the library">{list}</ul>
            <div class="mt-3 flex flex-wrap items-center justify-between gap-2">
                <span class="flex items-center gap-1 text-xs">
                    <button
                        type="button" class="btn btn-ghost btn-sm btn-square"
                        disabled=move || page.get() <= 1
                        on:click=move |_| page.update(|page| *page = page.saturating_sub(1).max(1))
                    >
                        <span class="sr-only">"Previous page"</span>
                        <Icon icon=lu::LuChevronLeft class="size-4"/>
                    </button>
                    <span class="tabular">{move || format!("Page {} of {}", page.get(), pages())}</span>
                    <button
                        type="button" class="btn btn-ghost btn-sm btn-square"
                        disabled=move || u64::from(page.get()) >= pages()
                        on:click=move |_| page.update(|page| *page += 1)
                    >
                        <span class="sr-only">"Next page"</span>
                        <Icon icon=lu::LuChevronRight class="size-4"/>
                    </button>
                </span>
                <span class="flex items-center gap-3">
                    <span class="text-sm muted tabular" aria-live="polite">
                        {move || count(rows_count(number_chosen()), "keyword selected", "keywords selected")}
                    </span>
                    <button
                        type="submit"
                        class="btn btn-primary btn-sm"
                        disabled=move || form.pending.get() || number_chosen() == 0
                        aria-busy=move || form.pending.get().then_some("true")
                    >
                        "Add to the sector"
                    </button>
                </span>
            </div>
        </form>
    }
}

fn library_row(
    row: Row,
    ids: RwSignal<BTreeSet<i64>>,
    everything: RwSignal<bool>,
    free: Memo<Vec<i64>>,
) -> impl IntoView {
    let id = row.seed.id.0;
    let there = row.in_sector;
    let toggle = move |_| {
        // One row taken out of "all" leaves the others of the page.
        if everything.get_untracked() {
            ids.set(free.get_untracked().into_iter().collect());
            everything.set(false);
        }
        ids.update(|ids| {
            if !ids.remove(&id) {
                ids.insert(id);
            }
        });
    };
    view! {
        <li class="border-b border-base-300 last:border-0">
            <label class="flex cursor-pointer items-center gap-3 px-3 py-2 text-sm hover:bg-base-200" class:opacity-60=there>
                <input
                    type="checkbox"
                    class="checkbox checkbox-sm checkbox-primary"
                    disabled=there
                    prop:checked=move || there || everything.get() || ids.with(|ids| ids.contains(&id))
                    on:change=toggle
                />
                <span class="min-w-0 flex-1 wrap-anywhere">{row.seed.keyword}</span>
                {there.then(|| view! { <span class="text-xs muted">"In the sector"</span> })}
                <Badge value=row.seed.intent/>
            </label>
        </li>
    }
}
