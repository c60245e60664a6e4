//! The bar at the foot of a list that says what is selected and what can be done with it.

use std::collections::BTreeSet;

use leptos::{children::ViewFn, prelude::*};

use super::{
    chosen::Chosen,
    format::{count, number},
};

/// The rows that match, for choosing them all.
#[derive(Clone, Copy)]
pub(super) struct Matching {
    /// Those of the page.
    pub(super) page_ids: RwSignal<Vec<i64>>,
    /// How many there are, and whether that was counted to the end.
    pub(super) total: RwSignal<(u64, bool)>,
}

/// What can be done with the selected rows, at the foot of a list; nothing while none is selected.
pub(crate) fn bulk_bar(selection: RwSignal<BTreeSet<i64>>, bulk: Option<ViewFn>) -> impl IntoView {
    let chosen = Chosen {
        ids: selection,
        everything: None,
    };
    bar(chosen, None, bulk)
}

fn shown(value: u64) -> String {
    number(i64::try_from(value).unwrap_or(i64::MAX))
}

/// As [`bulk_bar`], with the way to all that match where the list offers it.
pub(super) fn bar(chosen: Chosen, matching: Option<Matching>, bulk: Option<ViewFn>) -> impl IntoView {
    let known = move || matching.map_or((0, true), |matching| matching.total.get());
    let total = move || known().0;
    let all_shown = move || {
        let (total, exact) = known();
        format!("{}{}", shown(total), if exact { "" } else { "+" })
    };
    let size = Memo::new(move |_| chosen.number(total()));
    // The whole page is selected, and more would match.
    let page_full = Memo::new(move |_| {
        matching
            .map(|matching| matching.page_ids.get())
            .filter(|ids| !ids.is_empty() && ids.iter().all(|id| chosen.has(*id)))
            .map(|ids| ids.len() as u64)
    });
    let offer = move || {
        let everything = chosen.everything?;
        let on_page = page_full.get()?;
        if chosen.is_everything() || total() <= size.get() || total() <= on_page {
            return None;
        }
        let all = move |_| {
            chosen.ids.update(BTreeSet::clear);
            everything.set(true);
        };
        Some(view! {
            <button type="button" class="btn btn-sm" on:click=all>
                {format!("Select all {} that match", all_shown())}
            </button>
        })
    };
    let words = move || {
        let size = size.get();
        if chosen.is_everything() {
            return if size == total() {
                format!("All {} that match are selected", all_shown())
            } else {
                format!(
                    "All {} that match are selected but {}",
                    all_shown(),
                    shown(total().saturating_sub(size))
                )
            };
        }
        match page_full.get() {
            Some(on_page) if on_page == size && total() > size => {
                format!("All {} on this page are selected", shown(size))
            }
            _ => count(i64::try_from(size).unwrap_or(i64::MAX), "row selected", "rows selected"),
        }
    };
    view! {
        <Show when=move || { size.get() > 0 }>
            <div
                role="region"
                aria-label="Selected rows"
                class="sticky bottom-0 z-10 flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-base-300 bg-base-100 px-3 py-2.5 text-sm shadow-[0_-8px_16px_-12px_rgb(0_0_0/0.25)]"
            >
                <span class="font-medium tabular" aria-live="polite">{words}</span>
                {offer}
                <span class="flex flex-wrap items-center gap-2">{bulk.as_ref().map(ViewFn::run)}</span>
                <button type="button" class="btn btn-ghost btn-sm ml-auto" on:click=move |_| chosen.clear()>
                    "Clear selection"
                </button>
            </div>
        </Show>
    }
}
