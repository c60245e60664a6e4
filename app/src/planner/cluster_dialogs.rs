//! Windows that reshape clusters: merge, split, put keywords in, move them.

use std::{collections::BTreeSet, time::Duration};

use entity::{
    ClusterId, FieldError, KeywordId, ListQuery, SectorId,
    cluster::{self, NewPart, Part},
    keyword,
};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};

use super::{
    api::{list_clusters, list_keywords},
    clusters_api::{add_to_cluster, merge_clusters, move_to_cluster, split_cluster, split_proposal},
    parts::rows_count,
};
use crate::{
    components::{CheckList, Dialog, FormError, FormState, Select, SubmitButton, TextInput, count, number, use_toasts},
    workspace::use_workspace,
};

/// Chooses a name and makes one cluster of several.
#[component]
pub(super) fn MergeDialog(
    /// Shown or not.
    open: RwSignal<bool>,
    /// The clusters, with their names; the first name is proposed.
    #[prop(into)]
    clusters: Signal<Vec<(ClusterId, String)>>,
    /// Called with the one that is left.
    #[prop(into)]
    on_done: Callback<cluster::Model>,
) -> impl IntoView {
    view! {
        <Dialog open title="Merge clusters">
            {move || {
                let chosen = clusters.get_untracked();
                let name = RwSignal::new(chosen.first().map(|(_, name)| name.clone()).unwrap_or_default());
                let form = FormState::new();
                let names: Vec<String> = chosen.iter().map(|(_, name)| name.clone()).collect();
                let ids = StoredValue::new(chosen.into_iter().map(|(id, _)| id).collect::<Vec<_>>());
                let submit = move |event: leptos::ev::SubmitEvent| {
                    event.prevent_default();
                    let merge = cluster::Merge { ids: ids.get_value(), name: name.get_untracked().trim().to_owned() };
                    form.send(merge_clusters(merge), move |made| {
                        open.set(false);
                        on_done.run(made);
                    });
                };
                view! {
                    <form on:submit=submit novalidate>
                        <FormError error=form.error/>
                        <p class="mb-3 text-sm">
                            "Keywords, ideas, tasks, articles and planned pages of these go into one cluster; the others are deleted."
                        </p>
                        <ul class="mb-4 max-h-40 list-disc overflow-y-auto pl-5 text-sm">
                            {names.into_iter().map(|name| view! { <li class="wrap-anywhere">{name}</li> }).collect_view()}
                        </ul>
                        <TextInput name="name" label="Name" value=name required=true errors=form.error/>
                        <div class="mt-2 flex justify-end">
                            <SubmitButton pending=form.pending>"Merge"</SubmitButton>
                        </div>
                    </form>
                }
            }}
        </Dialog>
    }
}

/// A proposed part as the window edits it.
#[derive(Clone)]
struct Draft {
    number: usize,
    name: RwSignal<String>,
    ticked: RwSignal<bool>,
    part: Part,
}

/// Shows how a cluster could be split and makes clusters of the parts that are ticked.
#[component]
pub(super) fn SplitDialog(
    /// Shown or not.
    open: RwSignal<bool>,
    /// The cluster.
    id: ClusterId,
    /// Called when it was split.
    #[prop(into)]
    on_done: Callback<()>,
) -> impl IntoView {
    let toasts = use_toasts();
    let drafts = RwSignal::new(None::<Vec<Draft>>);
    let form = FormState::new();
    Effect::new(move |_| {
        if !open.get() {
            return;
        }
        drafts.set(None);
        form.error.set(None);
        spawn_local(async move {
            match split_proposal(id).await {
                Ok(parts) => {
                    let made = parts
                        .into_iter()
                        .enumerate()
                        .map(|(number, part)| Draft {
                            number,
                            name: RwSignal::new(part.name.clone()),
                            // The largest part stays: that is the cluster.
                            ticked: RwSignal::new(number > 0),
                            part,
                        })
                        .collect();
                    drafts.try_set(Some(made));
                }
                Err(error) => {
                    form.error.try_set(Some(error));
                }
            }
        });
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let parts: Vec<NewPart> = drafts.with_untracked(|drafts| {
            drafts
                .iter()
                .flatten()
                .filter(|draft| draft.ticked.get_untracked())
                .map(|draft| NewPart {
                    name: draft.name.get_untracked().trim().to_owned(),
                    keyword_ids: draft.part.keywords.iter().map(|keyword| keyword.id).collect(),
                })
                .collect()
        });
        if parts.is_empty() {
            form.refuse(vec![FieldError {
                field: "parts".to_owned(),
                message: "Tick at least one part.".to_owned(),
            }]);
            return;
        }
        form.send(split_cluster(id, parts), move |made| {
            open.set(false);
            let number = i64::try_from(made.len()).unwrap_or(i64::MAX);
            toasts.success(format!("{} made.", count(number, "cluster", "clusters")));
            on_done.run(());
        });
    };
    view! {
        <Dialog open title="Split this cluster" wide=true>
            <form on:submit=submit novalidate>
                <FormError error=form.error/>
                {move || match drafts.get() {
                    None if form.error.with(Option::is_some) => ().into_any(),
                    None => view! { <div class="skeleton h-32 w-full" role="status" aria-label="Loading"></div> }.into_any(),
                    Some(parts) if parts.len() < 2 => {
                        view! { <p class="text-sm">"These keywords belong together: no sensible split was found. Select keywords in the list and move them by hand instead."</p> }.into_any()
                    }
                    Some(parts) => {
                        view! {
                            <p class="mb-4 text-sm">"Each ticked part becomes a cluster of its own. What is not ticked stays here."</p>
                            <ul class="space-y-3">{parts.into_iter().map(part_row).collect_view()}</ul>
                            <div class="mt-5 flex justify-end">
                                <SubmitButton pending=form.pending>"Split"</SubmitButton>
                            </div>
                        }
                            .into_any()
                    }
                }}
            </form>
        </Dialog>
    }
}

fn part_row(draft: Draft) -> impl IntoView {
    let words: Vec<String> = draft
        .part
        .keywords
        .iter()
        .take(8)
        .map(|keyword| keyword.keyword.clone())
        .collect();
    let size = draft.part.keywords.len();
    let more = size.saturating_sub(words.len());
    let (name, ticked) = (draft.name, draft.ticked);
    let label = format!("Make a cluster of part {}", draft.number + 1);
    view! {
        <li class="rounded-field border border-base-300 p-3">
            <div class="flex items-center gap-3">
                <input
                    type="checkbox"
                    class="checkbox checkbox-sm checkbox-primary"
                    aria-label=label
                    prop:checked=move || ticked.get()
                    on:change=move |_| ticked.update(|ticked| *ticked = !*ticked)
                />
                <input
                    type="text"
                    class="input input-sm min-w-0 flex-1"
                    aria-label=format!("Name of part {}", draft.number + 1)
                    maxlength="120"
                    prop:value=move || name.get()
                    disabled=move || !ticked.get()
                    on:input:target=move |event| name.set(event.target().value())
                />
                <span class="flex-none text-xs muted tabular">
                    {count(i64::try_from(size).unwrap_or(i64::MAX), "keyword", "keywords")}
                </span>
            </div>
            <p class="mt-2 text-sm wrap-anywhere">
                {words.join(", ")}
                {(more > 0).then(|| view! { <span class="muted">{format!(" and {more} more")}</span> })}
            </p>
        </li>
    }
}

/// Calls `ask` with what was typed once the typing has paused, and at once when the window opens.
fn on_pause(open: RwSignal<bool>, search: RwSignal<String>, ask: impl Fn(String) + Clone + 'static) {
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |_| {
        let text = search.get();
        if let Some(handle) = waiting.get_value() {
            handle.clear();
        }
        if !open.get() {
            return;
        }
        let ask = ask.clone();
        let wait = Duration::from_millis(if text.is_empty() { 0 } else { 250 });
        waiting.set_value(set_timeout_with_handle(move || ask(text), wait).ok());
    });
}

/// Looks for keywords of the sector and puts the ticked ones into the cluster.
#[component]
pub(super) fn AddKeywordsDialog(
    /// Shown or not.
    open: RwSignal<bool>,
    /// The cluster.
    id: ClusterId,
    /// Its sector.
    sector: SectorId,
    /// Called when keywords were added.
    #[prop(into)]
    on_done: Callback<()>,
) -> impl IntoView {
    let toasts = use_toasts();
    let search = RwSignal::new(String::new());
    let found = RwSignal::new(Vec::<(String, String, String)>::new());
    let ticked = RwSignal::new(BTreeSet::<String>::new());
    let looked = RwSignal::new(false);
    let form = FormState::new();
    let ask = move |text: String| {
        spawn_local(async move {
            let filter = keyword::Filter {
                sector_id: Some(sector),
                ..keyword::Filter::default()
            };
            let query = ListQuery {
                page_size: Some(50),
                search: Some(text.clone()),
                ..ListQuery::default()
            };
            let answer = list_keywords(filter, query).await;
            if search.try_get_untracked() != Some(text) {
                return;
            }
            let page = match answer {
                Ok(page) => page,
                Err(error) => {
                    form.error.try_set(Some(error));
                    return;
                }
            };
            form.error.try_set(None);
            let rows = page
                .results
                .into_iter()
                .filter(|row| row.clusters.iter().all(|cluster| cluster.id != id))
                .map(|row| {
                    let volume = row
                        .keyword
                        .volume
                        .map(|volume| format!("{} searches a month", number(volume)));
                    let places: Vec<String> = row.clusters.into_iter().map(|cluster| cluster.name).collect();
                    let place = (!places.is_empty()).then(|| format!("in {}", places.join(", ")));
                    let about: Vec<String> = [volume, place].into_iter().flatten().collect();
                    (row.keyword.id.to_string(), row.keyword.keyword, about.join(" · "))
                })
                .collect();
            found.try_set(rows);
            looked.try_set(true);
        });
    };
    on_pause(open, search, ask);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let ids: Vec<KeywordId> =
            ticked.with_untracked(|ticked| ticked.iter().filter_map(|id| id.parse().ok()).collect());
        if ids.is_empty() {
            form.refuse(vec![FieldError {
                field: "ids".to_owned(),
                message: "Tick at least one keyword.".to_owned(),
            }]);
            return;
        }
        form.send(add_to_cluster(id, ids), move |number| {
            open.set(false);
            ticked.set(BTreeSet::new());
            search.set(String::new());
            toasts.success(format!(
                "{} added and pinned here.",
                count(rows_count(number), "keyword", "keywords")
            ));
            on_done.run(());
        });
    };
    view! {
        <Dialog open title="Add keywords">
            <form on:submit=submit novalidate>
                <FormError error=form.error/>
                <TextInput name="search" label="Search keywords" value=search hint="Keywords of this sector. They stay in their other clusters too."/>
                {move || (looked.get() && found.with(Vec::is_empty)).then(|| view! {
                    <p class="mb-3 text-sm muted" role="status">"No other keyword of this sector matches."</p>
                })}
                <CheckList name="ids" label="Keywords" options=found value=ticked errors=form.error hint="What you add is pinned: no grouping takes it away."/>
                <div class="mt-2 flex justify-end">
                    <SubmitButton pending=form.pending>"Add to cluster"</SubmitButton>
                </div>
            </form>
        </Dialog>
    }
}

/// Chooses the cluster that takes keywords.
#[component]
pub(super) fn MoveDialog(
    /// Shown or not.
    open: RwSignal<bool>,
    /// Where they are.
    from: ClusterId,
    /// The keywords.
    #[prop(into)]
    keywords: Signal<Vec<KeywordId>>,
    /// Called when they have moved.
    #[prop(into)]
    on_done: Callback<()>,
) -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let search = RwSignal::new(String::new());
    let choice = RwSignal::new(String::new());
    let options = RwSignal::new(Vec::<(String, String)>::new());
    let looked = RwSignal::new(false);
    let form = FormState::new();
    let ask = move |text: String| {
        let filter = cluster::Filter {
            site_id: workspace.site_id(),
            ..cluster::Filter::default()
        };
        spawn_local(async move {
            let query = ListQuery {
                page_size: Some(100),
                search: Some(text.clone()),
                ..ListQuery::default()
            };
            let answer = list_clusters(filter, query).await;
            if search.try_get_untracked() != Some(text) {
                return;
            }
            let page = match answer {
                Ok(page) => page,
                Err(error) => {
                    form.error.try_set(Some(error));
                    return;
                }
            };
            form.error.try_set(None);
            let rows: Vec<(String, String)> = page
                .results
                .into_iter()
                .filter(|cluster| cluster.id != from)
                .map(|cluster| (cluster.id.to_string(), cluster.name))
                .collect();
            choice.try_set(rows.first().map(|(id, _)| id.clone()).unwrap_or_default());
            options.try_set(rows);
            looked.try_set(true);
        });
    };
    on_pause(open, search, ask);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Ok(to) = choice.get_untracked().parse::<ClusterId>() else {
            form.refuse(vec![FieldError {
                field: "to".to_owned(),
                message: "Choose a cluster.".to_owned(),
            }]);
            return;
        };
        form.send(move_to_cluster(from, keywords.get_untracked(), to), move |number| {
            open.set(false);
            toasts.success(format!(
                "{} moved and pinned there.",
                count(rows_count(number), "keyword", "keywords")
            ));
            on_done.run(());
        });
    };
    view! {
        <Dialog open title="Move to another cluster">
            <form on:submit=submit novalidate>
                <FormError error=form.error/>
                <TextInput name="search" label="Search clusters" value=search/>
                {move || (looked.get() && options.with(Vec::is_empty)).then(|| view! {
                    <p class="mb-3 text-sm muted" role="status">"No other cluster matches."</p>
                })}
                <Select name="to" label="Cluster" value=choice options=options errors=form.error hint="What you move is pinned: no grouping takes it away."/>
                <div class="mt-2 flex justify-end">
                    <SubmitButton pending=form.pending>"Move"</SubmitButton>
                </div>
            </form>
        </Dialog>
    }
}
