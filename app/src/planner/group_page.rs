//! Grouping keywords: try out how tight the clusters should be, then group all.

use std::time::Duration;

use entity::{
    ApiError, SectorId,
    ai_task::{AiFunction, Progress, Start},
    cluster_run::Sample,
};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};

use super::{
    clusters_api::{grouping_sample, known_results},
    group_preview::{Preview, Shown, try_out},
    parts::{DoneNote, rows_count, sector_of, use_may_edit, use_sector_choice},
};
use crate::{
    components::{
        AiLauncher, ErrorState, Icon, NeedsSite, PageHeader, ProgressPanel, Select, Stat, count, lu, number,
        use_running_task, use_toasts,
    },
    workspace::use_workspace,
};

/// Pause of the slider after which the sample is grouped again.
const PAUSE: Duration = Duration::from_millis(120);

/// Choose how to group, see at once what it would make, group all.
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
            <noscript inner_html="<p class=\"mb-4 text-sm\">Trying out needs JavaScript. Keywords can be grouped from the list of keywords too.</p>"></noscript>
            {move || if may_edit.get() {
                view! { <Bench/> }.into_any()
            } else {
                view! { <p class="panel p-5 text-sm">"You can look at clusters here, but not group keywords. Ask an owner or admin for the editor role."</p> }.into_any()
            }}
        </NeedsSite>
    }
}

#[component]
fn Bench() -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let sector = use_sector_choice();
    let sectors = Signal::derive(move || {
        workspace
            .sectors()
            .into_iter()
            .map(|sector| (sector.id.to_string(), sector.name))
            .collect::<Vec<_>>()
    });
    let regroup = RwSignal::new(false);
    let tightness = RwSignal::new(50_u8);
    let sample = RwSignal::new(None::<Result<Sample, ApiError>>);
    let preview = RwSignal::new(None::<Preview>);
    let version = RwSignal::new(0_u32);
    let request = RwSignal::new(None::<Start>);
    let task = use_running_task(&[AiFunction::AutoCluster]);
    let note = RwSignal::new(None::<String>);
    let results = RwSignal::new(None::<(u64, u64)>);

    let start = move |sector_id: SectorId, tightness: u8| Start::AutoCluster {
        sector_id,
        keyword_ids: Vec::new(),
        filter: None,
        search: None,
        tightness: Some(tightness),
        regroup: regroup.get_untracked(),
    };
    Effect::new(move |_| {
        version.track();
        let (anew, chosen) = (regroup.get(), sector.get());
        sample.set(None);
        let Ok(sector_id) = chosen.parse::<SectorId>() else {
            return;
        };
        spawn_local(async move {
            let found = grouping_sample(start(sector_id, 50)).await;
            // Somebody may have chosen something else meanwhile.
            let same = regroup.try_get_untracked() == Some(anew) && sector.try_get_untracked() == Some(chosen);
            if same {
                sample.try_set(Some(found));
            }
        });
        spawn_local(async move {
            results.try_set(known_results(sector_id).await.ok());
        });
    });
    // Grouping takes some milliseconds; while the slider moves it would still be too often.
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |_| {
        sample.track();
        tightness.track();
        if let Some(handle) = waiting.get_value() {
            handle.clear();
        }
        let again = move || {
            let made = sample.try_with_untracked(|sample| match sample {
                Some(Ok(sample)) => Some(try_out(sample, tightness.try_get_untracked().unwrap_or(50))),
                _ => None,
            });
            preview.try_set(made.flatten());
        };
        waiting.set_value(set_timeout_with_handle(again, PAUSE).ok());
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
    let go = move |_| {
        if let Some(sector_id) = sector_of(sector) {
            request.set(Some(start(sector_id, tightness.get_untracked())));
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
    view! {
        <ProgressPanel task on_done=done/>
        <DoneNote note href="/planner/clusters" link="See the clusters"/>
        <div class="grid gap-5 lg:grid-cols-[20rem_minmax(0,1fr)]">
            <section class="panel min-w-0 self-start p-5" aria-label="How to group">
                {move || (sectors.with(Vec::len) != 1)
                    .then(|| view! { <Select name="sector_id" label="Sector" value=sector options=sectors/> })}
                <fieldset class="mb-5">
                    <legend class="mb-2 text-sm font-medium">"Which keywords"</legend>
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
                <p class="mt-3 text-sm muted tabular">
                    {move || match results.get() {
                        Some((0, _)) => "No search results are known, so words alone decide.".to_owned(),
                        Some((known, all)) => format!(
                            "Search results known for {} of {}: those with many in common go together.",
                            number(rows_count(known)),
                            count(rows_count(all), "keyword", "keywords")
                        ),
                        None => "Looking for search results…".to_owned(),
                    }}
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
                        view! {
                            <div class="panel">
                                <ErrorState error retry=move |()| version.update(|version| *version += 1)/>
                            </div>
                        }
                            .into_any()
                    }
                    Some(Ok(found)) if found.total == 0 => nothing(regroup.get()).into_any(),
                    _ => view! { <Outcome preview total/> }.into_any(),
                }}
            </section>
        </div>
        <AiLauncher request task on_started=move |_| note.set(None)/>
    }
}

fn choice(value: RwSignal<bool>, is: bool, label: &'static str, hint: &'static str) -> impl IntoView {
    view! {
        <label class="mb-2 flex cursor-pointer items-start gap-2.5 text-sm">
            <input
                type="radio"
                name="which"
                class="radio radio-sm radio-primary mt-0.5"
                checked=!is
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

fn nothing(regroup: bool) -> impl IntoView {
    let text = if regroup {
        "All keywords here are pinned or in clusters that are in use, so they stay where they are."
    } else {
        "Every keyword is in a cluster already. Import more, or choose to group all anew."
    };
    view! {
        <div class="panel flex flex-col items-center px-4 py-12 text-center">
            <Icon icon=lu::LuCircleCheck class="mb-3 size-6 text-success"/>
            <h2 class="font-semibold">"There is nothing to group"</h2>
            <p class="mt-1 max-w-prose text-sm muted">{text}</p>
        </div>
    }
}

#[component]
fn Outcome(
    /// What a grouping would look like.
    preview: RwSignal<Option<Preview>>,
    /// Keywords in all and in the sample, credits at most and at hand.
    total: Memo<Option<(u64, u64, i64, i64)>>,
) -> impl IntoView {
    let figure = move |of: fn(&Preview) -> usize| {
        preview.with(|preview| {
            preview.as_ref().map_or_else(
                || "–".to_owned(),
                |preview| number(i64::try_from(of(preview)).unwrap_or(i64::MAX)),
            )
        })
    };
    view! {
        <div aria-live="polite">
            <div class="mb-4 grid grid-cols-3 gap-3">
                {move || view! {
                    <Stat label="New clusters" value=figure(|preview| preview.created)/>
                    <Stat label="Filled up" value=figure(|preview| preview.extended)/>
                    <Stat label="Left over" value=figure(|preview| preview.leftover)/>
                }}
            </div>
        </div>
        <p class="mb-3 min-h-5 text-sm muted tabular">
            {move || total.get().and_then(|(all, here, ..)| (all > here).then(|| format!(
                "Tried out on the {} keywords with the most searches, of {}. The run groups all of them, so its clusters can differ a little.",
                number(rows_count(here)),
                number(rows_count(all))
            )))}
        </p>
        {move || match preview.get() {
            None => {
                view! {
                    <div class="grid gap-3 sm:grid-cols-2" role="status" aria-label="Loading">
                        {(0..6).map(|_| view! { <div class="skeleton h-24 w-full rounded"></div> }).collect_view()}
                    </div>
                }
                    .into_any()
            }
            Some(preview) => {
                view! {
                    <ul class="grid gap-3 sm:grid-cols-2" data-preview="">
                        {preview.clusters.into_iter().map(card).collect_view()}
                    </ul>
                }
                    .into_any()
            }
        }}
    }
}

fn card(found: Shown) -> impl IntoView {
    let more = found.size.saturating_sub(found.first.len());
    view! {
        <li class="panel min-w-0 p-4">
            <div class="flex items-start justify-between gap-2">
                <h3 class="min-w-0 text-sm font-semibold wrap-anywhere">{found.name}</h3>
                {found.extends.then(|| view! { <span class="badge badge-sm badge-soft flex-none">"is there"</span> })}
            </div>
            <p class="mt-0.5 text-xs muted tabular">
                {count(i64::try_from(found.size).unwrap_or(i64::MAX), "keyword", "keywords")}
                {(found.volume > 0).then(|| format!(" · {} searches a month", number(found.volume)))}
            </p>
            <p class="mt-2 text-sm wrap-anywhere">
                {found.first.join(", ")}
                {(more > 0).then(|| view! { <span class="muted">{format!(" and {more} more")}</span> })}
            </p>
        </li>
    }
}
