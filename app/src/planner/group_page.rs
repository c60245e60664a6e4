//! Grouping keywords: which ones, how tight the clusters should be, what would come of it; then the run.

use std::time::Duration;

use entity::{
    ApiError, SectorId,
    ai_task::{AiFunction, Progress, Start},
    cluster_run::Sample,
};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};

use super::{
    api::get_cluster,
    clusters_api::{grouping_sample, known_results},
    group_outcome::{Outcome, nothing},
    group_preview::{Preview, try_out},
    group_which::{PATH, State, Which, part, use_which},
    keyword_table::keyword_filter,
    parts::{DoneNote, NoSector, rows_count, use_may_edit, use_sector_choice},
};
use crate::{
    components::{
        AiLauncher, EmptyState, ErrorState, Icon, NeedsSite, PageHeader, ProgressPanel, Select, count, lu, number,
        use_running_task, use_toasts, use_url_state,
    },
    workspace::use_workspace,
};

/// Pause of the slider after which the sample is grouped again.
const PAUSE: Duration = Duration::from_millis(120);

/// Choose how to group, see at once what it would make, group.
#[component]
pub fn GroupPage() -> impl IntoView {
    let may_edit = use_may_edit();
    view! {
        <nav aria-label="Where this is" class="mb-2 text-sm">
            <a class="link link-hover muted" href="/planner/clusters">"Clusters"</a>
        </nav>
        <PageHeader
            title="Group keywords"
            purpose="Keywords that one page can answer go into one cluster. Move the slider and see at once what comes of it; nothing is saved until you start."
        />
        <NeedsSite>
            <noscript inner_html="<p class=\"mb-4 text-sm\">Trying out and grouping need JavaScript.</p>"></noscript>
            {move || if may_edit.get() {
                view! { <Asked/> }.into_any()
            } else {
                view! {
                    <div class="panel">
                        <EmptyState icon=lu::LuLock title="You can look at clusters, not group keywords" text="Ask an owner or admin of this account for the editor role.">
                            <a class="btn btn-sm" href="/planner/clusters">"See the clusters"</a>
                        </EmptyState>
                    </div>
                }.into_any()
            }}
        </NeedsSite>
    }
}

/// What the address asks for, or what is missing.
#[component]
fn Asked() -> impl IntoView {
    let workspace = use_workspace();
    let state = use_which();
    let filter = keyword_filter();
    // Sectors of the site that the list showed, which may be another one than the site worked on.
    let sectors = Memo::new(move |_| {
        let site = filter.with(|filter| filter.site_id);
        workspace
            .sites()
            .into_iter()
            .find(|entry| Some(entry.site.id) == site)
            .map(|entry| entry.sectors)
            .unwrap_or_default()
            .into_iter()
            .filter(|sector| sector.is_active)
            .map(|sector| (sector.id.to_string(), sector.name))
            .collect::<Vec<_>>()
    });
    let which = Memo::new(move |_| match state.get() {
        State::Known(which) => Some(which),
        _ => None,
    });
    let lost = Memo::new(move |_| state.with(|state| *state == State::Lost));
    let homeless = Memo::new(move |_| {
        sectors.with(Vec::is_empty) && which.with(|which| which.as_ref().is_none_or(|which| which.sector.is_none()))
    });
    move || {
        if lost.get() {
            view! {
                <div class="panel">
                    <EmptyState
                        icon=lu::LuListX
                        title="The selection is not here any more"
                        text="Keywords that you tick are known only in the tab in which you ticked them. Go back and select them again."
                    >
                        <a class="btn btn-primary btn-sm" href="/planner/keywords">"Select keywords"</a>
                        <a class="btn btn-sm" href=PATH>"Group the whole sector"</a>
                    </EmptyState>
                </div>
            }
            .into_any()
        } else if homeless.get() {
            view! { <NoSector/> }.into_any()
        } else {
            view! { <Bench which sectors/> }.into_any()
        }
    }
}

#[component]
fn Bench(
    /// What is asked for, once it is known.
    which: Memo<Option<Which>>,
    /// The sectors to choose from.
    sectors: Memo<Vec<(String, String)>>,
) -> impl IntoView {
    let toasts = use_toasts();
    let url = use_url_state();
    let choice_of_sector = use_sector_choice();
    let sector = Memo::new(move |_| {
        let settled = which.with(|which| which.as_ref().and_then(|which| which.sector));
        let known = |id: &SectorId| sectors.with(|all| all.iter().any(|(key, _)| *key == id.to_string()));
        let first = move || sectors.with(|all| all.first().and_then(|(key, _)| key.parse().ok()));
        settled
            .or_else(|| choice_of_sector.get().parse().ok().filter(known))
            .or_else(first)
    });
    let sector_name = move || {
        let id = sector.get().map(|id| id.to_string());
        sectors.with(|all| {
            all.iter()
                .find(|(key, _)| Some(key) == id.as_ref())
                .map(|(_, name)| name.clone())
                .unwrap_or_default()
        })
    };
    let chooses_sector = Memo::new(move |_| {
        let settled = which.with(|which| which.as_ref().is_none_or(|which| which.sector.is_some()));
        !settled && sectors.with(Vec::len) > 1
    });
    let narrowed = Memo::new(move |_| which.with(|which| which.as_ref().is_some_and(Which::is_narrowed)));
    let regroup = RwSignal::new(untrack(|| {
        which.with(|which| which.as_ref().is_some_and(Which::is_grouped))
    }));
    let use_results = RwSignal::new(true);
    let tightness = RwSignal::new(50_u8);
    let sample = RwSignal::new(None::<Result<Sample, ApiError>>);
    let preview = RwSignal::new(None::<Preview>);
    let version = RwSignal::new(0_u32);
    let request = RwSignal::new(None::<Start>);
    let task = use_running_task(&[AiFunction::AutoCluster]);
    let note = RwSignal::new(None::<String>);
    let results = RwSignal::new(None::<Result<(u64, u64), ApiError>>);
    let cluster = RwSignal::new(None::<String>);

    let latest = StoredValue::new(0_u32);
    Effect::new(move |_| {
        version.track();
        let (anew, asked, sector) = (regroup.get(), which.get(), sector.get());
        sample.set(None);
        let number = latest.get_value().wrapping_add(1);
        latest.set_value(number);
        let (Some(which), Some(sector)) = (asked, sector) else {
            return;
        };
        spawn_local(async move {
            // With the search results: the switch leaves them out here, at once.
            let found = grouping_sample(which.start(sector, 50, anew, true)).await;
            // Somebody may have chosen something else meanwhile.
            if latest.try_get_value() == Some(number) {
                sample.try_set(Some(found));
            }
        });
    });
    Effect::new(move |_| {
        version.track();
        let Some(id) = sector.get() else { return };
        spawn_local(async move {
            let found = known_results(id).await;
            if sector.try_get_untracked() == Some(Some(id)) {
                results.try_set(Some(found));
            }
        });
    });
    let named = Memo::new(move |_| which.with(|which| which.as_ref().and_then(|which| which.filter.cluster_id)));
    Effect::new(move |_| {
        cluster.set(None);
        let Some(id) = named.get() else { return };
        spawn_local(async move {
            // Without its name the sentence is still right.
            if let Ok(found) = get_cluster(id).await
                && named.try_get_untracked() == Some(Some(id))
            {
                cluster.try_set(Some(found.name));
            }
        });
    });
    // Grouping takes some milliseconds; while the slider moves it would still be too often.
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |_| {
        sample.track();
        tightness.track();
        use_results.track();
        if let Some(handle) = waiting.get_value() {
            handle.clear();
        }
        let again = move || {
            let tightness = tightness.try_get_untracked().unwrap_or(50);
            let use_results = use_results.try_get_untracked().unwrap_or(true);
            let made = sample.try_with_untracked(|sample| match sample {
                Some(Ok(sample)) => Some(try_out(sample, tightness, use_results)),
                _ => None,
            });
            preview.try_set(made.flatten());
        };
        waiting.set_value(set_timeout_with_handle(again, PAUSE).ok());
    });
    on_cleanup(move || {
        if let Some(Some(handle)) = waiting.try_get_value() {
            handle.clear();
        }
    });
    let total = Memo::new(move |_| {
        sample.with(|sample| match sample {
            Some(Ok(sample)) => Some((
                sample.total,
                sample.keywords.len() as u64,
                sample.credits,
                sample.available,
            )),
            _ => None,
        })
    });
    let has_results = Memo::new(move |_| results.with(|results| matches!(results, Some(Ok((1.., _))))));
    let go = move |_| {
        let asked = which.get_untracked().zip(sector.get_untracked());
        if let Some((which, sector)) = asked {
            let (tightness, anew) = (tightness.get_untracked(), regroup.get_untracked());
            request.set(Some(which.start(sector, tightness, anew, use_results.get_untracked())));
        }
    };
    let done = move |progress: Progress| {
        version.update(|version| *version += 1);
        if progress.items_done > 0 {
            toasts.success(
                progress
                    .summary
                    .unwrap_or_else(|| "The keywords are grouped.".to_owned()),
            );
            note.set(Some("Your clusters are ready.".to_owned()));
        }
    };
    let sentence = move || {
        sample.with(|sample| match (sample, which.get()) {
            (Some(Ok(sample)), Some(which)) => which.sentence(sample, &sector_name(), cluster.get().as_deref()),
            (Some(Err(_)), _) => "It is not known which keywords are grouped.".to_owned(),
            _ => "Counting keywords…".to_owned(),
        })
    };
    let how_many = move || {
        sample.with(|sample| match sample {
            Some(Ok(sample)) => part(sample, regroup.get()),
            _ => String::new(),
        })
    };
    let back = move || {
        let kept = which.with(|which| which.as_ref().is_some_and(|which| which.selected.is_empty()));
        let query = if kept {
            url.href(&[("picked", None)])
        } else {
            String::new()
        };
        let query = query
            .split_once('?')
            .map(|(_, query)| format!("?{query}"))
            .unwrap_or_default();
        format!("/planner/keywords{query}")
    };
    view! {
        <ProgressPanel task on_done=done/>
        <DoneNote note href="/planner/clusters" link="See the clusters"/>
        <section class="panel mb-5 flex flex-wrap items-center justify-between gap-x-6 gap-y-3 p-4" aria-label="What is grouped" data-which="">
            <div class="min-w-0" aria-live="polite">
                <p class="min-h-5 text-sm font-medium wrap-anywhere tabular">{sentence}</p>
                <p class="mt-0.5 min-h-5 text-sm muted tabular">{how_many}</p>
            </div>
            <Show when=move || narrowed.get()>
                <div class="flex flex-wrap gap-2">
                    <a class="btn btn-sm" href=back>"Choose others"</a>
                    <a class="btn btn-sm" href=PATH>"Group the whole sector"</a>
                </div>
            </Show>
        </section>
        <div class="grid gap-5 lg:grid-cols-[20rem_minmax(0,1fr)]">
            <section class="panel min-w-0 self-start p-5" aria-label="How to group">
                {move || chooses_sector
                    .get()
                    .then(|| view! { <Select name="sector_id" label="Sector" value=choice_of_sector options=sectors/> })}
                <fieldset class="mb-5">
                    <legend class="mb-2 text-sm font-medium">"Which of them"</legend>
                    {choice(regroup, false, "Those in no cluster yet", "Clusters that are there are filled up first, then new ones are made.")}
                    {choice(regroup, true, "Group all anew", "Stays as it is: pinned keywords, clusters with ideas, tasks, articles or planned pages, and archived clusters. Clusters of earlier groupings that become empty are removed.")}
                </fieldset>
                <label class="mb-1 block text-sm font-medium" for="tightness">"How alike keywords must be"</label>
                <input
                    id="tightness"
                    type="range"
                    class="range range-primary range-sm w-full"
                    min="0"
                    max="100"
                    step="5"
                    prop:value=move || tightness.get().to_string()
                    value="50"
                    aria-valuetext=move || format!("{}: {}", tightness.get(), meaning(tightness.get()))
                    on:input:target=move |event| {
                        if let Ok(value) = event.target().value().parse::<u8>() {
                            tightness.set(value.min(100));
                        }
                    }
                />
                <div class="mt-1 flex justify-between text-xs muted" aria-hidden="true">
                    <span>"Few, broad"</span>
                    <span>"Many, narrow"</span>
                </div>
                <p class="mt-2 min-h-10 text-sm">{move || meaning(tightness.get())}</p>
                <Show when=move || has_results.get()>
                    <label class="mt-3 flex cursor-pointer items-center gap-2.5 text-sm font-medium">
                        <input
                            type="checkbox"
                            role="switch"
                            class="toggle toggle-sm toggle-primary"
                            aria-describedby="about-results"
                            prop:checked=move || use_results.get()
                            on:change:target=move |event| use_results.set(event.target().checked())
                        />
                        "Use search results"
                    </label>
                </Show>
                <p id="about-results" class="mt-2 text-sm muted tabular">
                    {move || results_words(results.get(), use_results.get())}
                    " "
                    <a class="link link-primary" href="/planner/keywords/import?kind=serp">"Add search results"</a>
                </p>
                <div class="mt-5 border-t border-base-300 pt-4">
                    <p class="mb-3 min-h-5 text-sm muted tabular">
                        {move || total.get().map(|(_, _, credits, available)| {
                            format!("Takes at most {} of {}.", count(credits, "credit", "credits"), number(available))
                        })}
                    </p>
                    <button
                        type="button"
                        class="btn btn-primary w-full js-only"
                        disabled=move || total.get().is_none_or(|(total, ..)| total == 0)
                        on:click=go
                    >
                        <Icon icon=lu::LuBoxes class="size-4"/>
                        {move || match total.get() {
                            Some((total, ..)) => format!("Group {}", count(rows_count(total), "keyword", "keywords")),
                            None => "Group keywords".to_owned(),
                        }}
                    </button>
                </div>
            </section>
            <section class="min-w-0" aria-label="What comes of it">
                {move || match sample.get() {
                    Some(Err(error)) => {
                        let by_hand = which.with(|which| which.as_ref().is_some_and(|which| !which.selected.is_empty()));
                        let error = refusal(error, by_hand);
                        view! {
                            <div class="panel">
                                <ErrorState error retry=move |()| version.update(|version| *version += 1)/>
                            </div>
                        }
                            .into_any()
                    }
                    Some(Ok(found)) if found.total == 0 => {
                        nothing(found.matching, narrowed.get(), regroup.get()).into_any()
                    }
                    _ => {
                        let size = Signal::derive(move || total.get().map(|(all, here, ..)| (all, here)));
                        view! { <Outcome preview size/> }.into_any()
                    }
                }}
            </section>
        </div>
        <AiLauncher request task on_started=move |_| note.set(None)/>
    }
}

/// What is known of search results, to an editor.
fn results_words(results: Option<Result<(u64, u64), ApiError>>, used: bool) -> String {
    match results {
        None => "Looking for search results…".to_owned(),
        Some(Err(_)) => "Search results could not be looked up just now; those that are known are used.".to_owned(),
        Some(Ok((0, _))) => "No search results are known, so words alone decide.".to_owned(),
        Some(Ok(_)) if !used => "Search results are left out of this grouping: words alone decide.".to_owned(),
        Some(Ok((known, all))) => format!(
            "Search results known for {} of {}: those with many in common go together.",
            number(rows_count(known)),
            count(rows_count(all), "keyword", "keywords")
        ),
    }
}

/// What keeps the page from knowing what to group.
fn refusal(error: ApiError, by_hand: bool) -> ApiError {
    if by_hand && error.code == "not_found" {
        let text =
            "Some of the selected keywords were deleted, or belong to another sector. Go back and select them again.";
        return ApiError::new("not_found", text);
    }
    // An account that is suspended: everything can be looked at, and the message says why no more than that.
    if error.code == "forbidden" {
        return ApiError {
            code: "read_only".to_owned(),
            ..error
        };
    }
    error
}

fn choice(value: RwSignal<bool>, is: bool, label: &'static str, hint: &'static str) -> impl IntoView {
    view! {
        <label class="mb-2 flex cursor-pointer items-start gap-2.5 text-sm">
            <input
                type="radio"
                name="which"
                class="radio radio-sm radio-primary mt-0.5"
                checked=untrack(|| value.get() == is)
                prop:checked=move || value.get() == is
                on:change=move |_| value.set(is)
            />
            <span class="min-w-0">
                <span class="block font-medium">{label}</span>
                <span class="block text-xs muted">{hint}</span>
            </span>
        </label>
    }
}

/// What a tightness means to an editor.
fn meaning(tightness: u8) -> &'static str {
    match tightness {
        0..=20 => "Broad topics: good for overview pages that cover a lot.",
        21..=40 => "Wide groups: related questions share a page.",
        41..=60 => "Balanced: one page answers all keywords of a cluster.",
        61..=80 => "Narrow: keywords must ask nearly the same.",
        _ => "Very narrow: only other words for the same search.",
    }
}
