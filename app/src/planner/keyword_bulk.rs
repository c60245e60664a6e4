//! What is done to the selected keywords.

use std::collections::BTreeSet;

use entity::{
    KeywordId,
    keyword::{Filter, Intent, KeywordStatus, MAX_SELECTED, Selection},
};
use leptos::prelude::*;

use super::{
    group_which::{hand_over_all, hand_over_ids},
    keyword_table::Rows,
    keywords_api::{count_keywords, delete_keywords, set_keyword_intent, set_keyword_status},
    parts::{BulkSelect, act, chosen, rows_count},
};
use crate::{
    components::{ConfirmDialog, Icon, count, lu, options_of, use_toasts, use_url_state},
    workspace::use_workspace,
};

const TOO_MANY: &str =
    "That is more than can be named one by one. Narrow the list by filters and select all that match.";

/// The selected keywords, on the page or all that match.
#[derive(Clone, Copy)]
pub(super) struct Picked {
    /// The rows; while `everything` is true, those that are taken out.
    pub(super) rows: RwSignal<BTreeSet<i64>>,
    /// All that match are meant.
    pub(super) everything: RwSignal<bool>,
}

impl Picked {
    pub(super) fn new() -> Self {
        Self {
            rows: RwSignal::new(BTreeSet::new()),
            everything: RwSignal::new(false),
        }
    }

    pub(super) fn clear(self) {
        self.rows.update(BTreeSet::clear);
        self.everything.set(false);
    }

    /// What the server is told, with the filter and the search of the list.
    fn selection(self, filter: Filter, search: Option<String>) -> Selection {
        let ids = chosen(self.rows, KeywordId);
        if self.everything.get_untracked() {
            Selection::All {
                filter,
                search,
                except: ids,
            }
        } else {
            Selection::Ids { ids }
        }
    }
}

/// Something that waits for a yes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Deed {
    Delete,
    Status(KeywordStatus),
    Intent(Intent),
}

/// The buttons of the bar, and the questions that they ask.
#[component]
pub(super) fn KeywordBulk(
    /// The rows of the list.
    rows: Rows,
    /// The filter of the list.
    filter: Signal<Filter>,
    /// What is selected.
    picked: Picked,
    /// Takes the question that is open.
    asked: RwSignal<Option<Asked>>,
) -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let url = use_url_state();
    let selection = move || picked.selection(filter.get_untracked(), untrack(|| url.get("search")));
    let group = move |_| {
        let ids = chosen(picked.rows, KeywordId);
        if picked.everything.get_untracked() {
            if ids.len() > MAX_SELECTED {
                toasts.failure(TOO_MANY);
            } else {
                url.go(&hand_over_all(url, ids));
            }
            return;
        }
        if ids.len() > MAX_SELECTED {
            toasts.failure(TOO_MANY);
            return;
        }
        let sectors: BTreeSet<_> = rows.with_untracked(|rows| match rows {
            Some(Ok(page)) => page
                .results
                .iter()
                .filter(|row| ids.contains(&row.keyword.id))
                .map(|row| row.keyword.sector_id)
                .collect(),
            _ => BTreeSet::new(),
        });
        if sectors.len() > 1 {
            toasts.failure(
                "These keywords belong to different sectors. Filter by one sector, then select what to group there.",
            );
            return;
        }
        let listed = filter.with_untracked(|filter| filter.sector_id);
        let sector = sectors
            .first()
            .copied()
            .or(listed)
            .or_else(|| workspace.target_sector());
        url.go(&hand_over_ids(sector, ids));
    };
    let ask = move |deed: Deed| {
        let everything = picked.everything.get_untracked();
        if deed != Deed::Delete && !everything {
            do_it(rows, picked, toasts, deed, selection());
            return;
        }
        let selection = selection();
        let counted = selection.clone();
        let question = move |number: u64| {
            asked.set(Some(Asked {
                deed,
                number,
                selection,
            }));
        };
        if everything {
            // The number that the list shows may be some minutes old.
            act(toasts, count_keywords(counted), question);
        } else {
            question(picked.rows.with_untracked(|rows| rows.len() as u64));
        }
    };
    let set_status = move |value: String| {
        if let Ok(status) = value.parse() {
            ask(Deed::Status(status));
        }
    };
    let set_intent = move |value: String| {
        if let Ok(intent) = value.parse() {
            ask(Deed::Intent(intent));
        }
    };
    let json = move || {
        picked.rows.track();
        picked.everything.track();
        filter.track();
        let search = url.get("search");
        serde_json::to_string(&picked.selection(filter.get(), search)).unwrap_or_default()
    };
    view! {
        <button type="button" class="btn btn-primary btn-sm" on:click=group>
            <Icon icon=lu::LuBoxes class="size-4"/>
            "Group into clusters"
        </button>
        <BulkSelect
            label="Set status"
            options=options_of(KeywordStatus::ALL, |status| (status.as_str(), status.label()))
            on_choose=set_status
        />
        <BulkSelect
            label="Set intent"
            options=options_of(Intent::ALL, |intent| (intent.as_str(), intent.label()))
            on_choose=set_intent
        />
        <form method="post" action="/download/keywords.csv">
            <input type="hidden" name="selection" prop:value=json/>
            <button type="submit" class="btn btn-sm">
                <Icon icon=lu::LuDownload class="size-4"/>
                "Export"
            </button>
        </form>
        <button type="button" class="btn btn-sm text-error" on:click=move |_| ask(Deed::Delete)>
            <Icon icon=lu::LuTrash2 class="size-4"/>
            "Delete"
        </button>
    }
}

/// A question that was asked.
#[derive(Clone, PartialEq)]
pub(super) struct Asked {
    deed: Deed,
    number: u64,
    selection: Selection,
}

fn do_it(rows: Rows, picked: Picked, toasts: crate::components::Toasts, deed: Deed, selection: Selection) {
    let said = move |number: u64, what: &str| {
        toasts.success(format!("{}{what}", count(rows_count(number), "keyword", "keywords")));
        picked.clear();
        rows.refetch();
    };
    match deed {
        Deed::Delete => act(toasts, delete_keywords(selection), move |gone| said(gone, " deleted.")),
        Deed::Status(status) => act(toasts, set_keyword_status(selection, status), move |changed| {
            said(changed, &format!(": {}.", status.label()));
        }),
        Deed::Intent(intent) => act(toasts, set_keyword_intent(selection, intent), move |changed| {
            said(changed, &format!(": {}.", intent.label()));
        }),
    }
}

/// Asks before what touches many rows or cannot be taken back.
#[component]
pub(super) fn KeywordQuestion(
    /// The rows of the list.
    rows: Rows,
    /// What is selected.
    picked: Picked,
    /// The question.
    asked: RwSignal<Option<Asked>>,
) -> impl IntoView {
    let toasts = use_toasts();
    let open = RwSignal::new(false);
    let deletes = Memo::new(move |_| asked.with(|asked| asked.as_ref().is_none_or(|asked| asked.deed == Deed::Delete)));
    Effect::new(move |_| {
        if asked.with(Option::is_some) {
            open.set(true);
        }
    });
    let title = Signal::derive(move || {
        asked.with(|asked| {
            let Some(asked) = asked else {
                return String::new();
            };
            let number = count(rows_count(asked.number), "keyword", "keywords");
            match asked.deed {
                Deed::Delete => format!("Delete {number}?"),
                Deed::Status(status) => format!("Set {number} to “{}”?", status.label()),
                Deed::Intent(intent) => format!("Set the intent of {number} to “{}”?", intent.label()),
            }
        })
    });
    let text = Signal::derive(move || {
        let words = if deletes.get() {
            "They also leave their clusters. Ideas and articles made from them stay."
        } else {
            "This changes all keywords that match the filters, on this page and on the others."
        };
        words.to_owned()
    });
    let go_on = move |()| {
        if let Some(asked) = asked.get_untracked() {
            do_it(rows, picked, toasts, asked.deed, asked.selection);
        }
        asked.set(None);
    };
    view! {
        {move || if deletes.get() {
            view! { <ConfirmDialog open title text confirm="Delete" on_confirm=go_on/> }.into_any()
        } else {
            view! { <ConfirmDialog open title text confirm="Change them" danger=false on_confirm=go_on/> }.into_any()
        }}
    }
}
