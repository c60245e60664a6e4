//! Keywords worth writing for.

use std::collections::BTreeSet;

use entity::{
    CompetitorKeywordId, KeywordId, SeedKeywordId,
    ai_task::{AiFunction, Progress, Start},
    industry,
    keyword::Intent,
    keyword_score::Coverage,
    opportunity::{Add, Added, Collision, Filter, OpportunitySource as Source, Row},
};
use leptos::prelude::*;

use super::{
    api::{add_opportunities, list_collisions, list_opportunities, opportunity_status},
    opportunity_parts::{Formula, collision_columns, columns},
    parts::{DoneNote, act, chosen, use_may_edit},
};
use crate::{
    components::{
        AiLauncher, DataTable, EmptyState, FilterSelect, Icon, NeedsSite, PageHeader, ProgressPanel, TimeAgo, count,
        lu, number, options_of, use_running_task, use_toasts, use_url_state,
    },
    sites::api::industries,
    workspace::use_workspace,
};

/// What a part of the page shows.
const COLLISIONS: &str = "collisions";
const VIEWS: [(&str, &str); 4] = [
    ("own", "Your keywords"),
    ("competitors", "Competitors"),
    ("library", "Library"),
    (COLLISIONS, "Cannibalisation"),
];

/// Keyword opportunities: what is worth writing for, and why.
#[component]
pub fn OpportunitiesPage() -> impl IntoView {
    let workspace = use_workspace();
    let url = use_url_state();
    let view = Memo::new(move |_| url.get("view").unwrap_or_else(|| "own".to_owned()));
    let status = Resource::new(
        move || (workspace.site_id(), workspace.sector_id()),
        |(site, sector_id)| async move {
            match site {
                Some(site_id) => {
                    opportunity_status(Filter {
                        site_id,
                        sector_id,
                        ..Filter::default()
                    })
                    .await
                }
                None => Ok(Default::default()),
            }
        },
    );
    // Filled once the page is alive: filters stand outside of what waits for the server.
    let names = RwSignal::new(Vec::<(String, String)>::new());
    Effect::new(move |_| {
        if let Some(Ok(status)) = status.get() {
            names.set(
                status
                    .competitors
                    .into_iter()
                    .map(|name| (name.clone(), name))
                    .collect(),
            );
        }
    });
    let tabs = move || {
        let collisions = status.get().and_then(Result::ok).map_or(0, |status| status.collisions);
        VIEWS
            .into_iter()
            .map(|(key, label)| {
                let is_here = view.get() == key;
                let class = if is_here {
                    "block border-b-2 border-primary px-1 pb-2.5 pt-1 text-sm whitespace-nowrap text-primary font-semibold"
                } else {
                    "block border-b-2 border-transparent px-1 pb-2.5 pt-1 text-sm whitespace-nowrap muted"
                };
                view! {
                    <li>
                        <a
                            class=class href=format!("/planner/keyword-opportunities?view={key}")
                            aria-current=is_here.then_some("page")
                        >
                            {label}
                            {(key == COLLISIONS && collisions > 0)
                                .then(|| view! { <span class="badge badge-sm badge-soft badge-warning ml-2">{number(collisions)}</span> })}
                        </a>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <PageHeader
            title="Opportunities"
            purpose="Keywords that are worth writing for: the score says how much, and why."
        />
        <NeedsSite>
            // As high as the tabs, so that nothing jumps.
            <Transition fallback=|| view! { <div class="mb-4 h-9 border-b border-base-300"></div> }>
                <nav class="mb-4 overflow-x-auto border-b border-base-300" aria-label="Where keywords come from">
                    <ul class="-mb-px flex gap-5">{tabs}</ul>
                </nav>
                {move || {
                    status
                        .get()
                        .and_then(Result::ok)
                        .filter(|_| view.get() == "own")
                        .map(|status| {
                            view! {
                                <p class="mb-3 text-xs muted" role="status">
                                    {status.scored_at.map(|time| view! { "Scores of " <TimeAgo time/> ". " })}
                                    {(status.unscored > 0).then(|| format!(
                                        "{} being scored; they show once that is done.",
                                        count(status.unscored, "keyword is", "keywords are")
                                    ))}
                                </p>
                            }
                        })
                }}
            </Transition>
            <Show when=move || view.get() != COLLISIONS>
                <Formula/>
            </Show>
            {move || match view.get().as_str() {
                "library" => view! { <Foreign source=Source::Library/> }.into_any(),
                "competitors" => {
                    view! { <Foreign source=Source::Competitors competitors=names/> }.into_any()
                }
                COLLISIONS => view! { <Collisions/> }.into_any(),
                _ => view! { <Own/> }.into_any(),
            }}
        </NeedsSite>
    }
}

fn intents() -> Vec<(String, String)> {
    options_of(Intent::ALL, |intent| (intent.as_str(), intent.label()))
}

#[component]
fn Own() -> impl IntoView {
    let workspace = use_workspace();
    let url = use_url_state();
    let filter = move || Filter {
        site_id: workspace.site_id().unwrap_or_default(),
        sector_id: workspace.sector_id(),
        source: Some(Source::Own),
        intent: url.parsed("intent"),
        coverage: url.parsed("coverage"),
        ..Filter::default()
    };
    let rows = Resource::new(
        move || (filter(), url.list_of("opportunities")),
        |(filter, query)| list_opportunities(filter, query),
    );
    let filters = move || {
        let coverages = options_of(Coverage::ALL, |one| (one.as_str(), one.label()));
        view! {
            <FilterSelect key="coverage" label="Own content" options=coverages/>
            <FilterSelect key="intent" label="Intent" options=intents()/>
        }
    };
    view! {
        <DataTable
            name="opportunities" label="Opportunities" rows columns=columns(true, true) search="Search keywords"
            row_id=|row: &Row| row.id
            row_name=|row: &Row| row.keyword.clone()
            filters
            empty=no_keywords
        />
    }
}

fn no_keywords() -> impl IntoView {
    let may_edit = untrack(|| use_workspace().can_edit());
    view! {
        <EmptyState
            icon=lu::LuTarget
            title="No keywords to score yet"
            text=if may_edit {
                "Import keywords, or take some from the library. Their scores appear here."
            } else {
                "Scores appear here once an editor has brought keywords in."
            }
        >
            {may_edit.then(|| view! { <a class="btn btn-primary btn-sm" href="/planner/keywords/import">"Import keywords"</a> })}
            <a class="btn btn-sm" href="/planner/keyword-opportunities?view=library">"Browse the library"</a>
        </EmptyState>
    }
}

/// Keywords of the library or of competitors, to be taken into a sector.
#[component]
fn Foreign(
    /// Which of the two.
    source: Source,
    /// The competitors to choose from.
    #[prop(optional, into)]
    competitors: Signal<Vec<(String, String)>>,
) -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let url = use_url_state();
    let selection = RwSignal::new(BTreeSet::<i64>::new());
    let request = RwSignal::new(None::<Start>);
    let note = RwSignal::new(None::<String>);
    let task = use_running_task(&[AiFunction::AutoCluster]);
    let is_library = source == Source::Library;
    let filter = move || Filter {
        site_id: workspace.site_id().unwrap_or_default(),
        sector_id: workspace.sector_id(),
        source: Some(source),
        intent: url.parsed("intent"),
        industry_id: url.parsed("industry").filter(|_| is_library),
        all_industries: (is_library && url.get("industry").as_deref() == Some("all")).then_some(true),
        competitor: url.get("competitor").filter(|_| !is_library),
        gap: (!is_library && url.get("gap").is_some()).then_some(true),
        ..Filter::default()
    };
    let rows = Resource::new(
        move || (filter(), url.list_of("opportunities")),
        |(filter, query)| list_opportunities(filter, query),
    );
    let add = move |and_group: bool| {
        let Some(sector_id) = untrack(|| workspace.target_sector()) else {
            toasts.failure("Choose a sector first.");
            return;
        };
        let input = if is_library {
            Add {
                sector_id,
                library_ids: chosen(selection, SeedKeywordId),
                ..Add::default()
            }
        } else {
            Add {
                sector_id,
                competitor_ids: chosen(selection, CompetitorKeywordId),
                ..Add::default()
            }
        };
        act(toasts, add_opportunities(input), move |added| {
            let text = told(&added);
            toasts.success(text.clone());
            note.set(Some(text));
            selection.update(BTreeSet::clear);
            rows.refetch();
            if and_group && !added.ungrouped.is_empty() {
                request.set(Some(Start::auto_cluster_of(
                    sector_id,
                    Vec::<KeywordId>::from_iter(added.ungrouped),
                )));
            }
        });
    };
    let bulk = move || {
        view! {
            <button type="button" class="btn btn-primary btn-sm" on:click=move |_| add(false)>
                <Icon icon=lu::LuPlus class="size-4"/>
                "Add"
            </button>
            <button type="button" class="btn btn-sm" on:click=move |_| add(true)>
                <Icon icon=lu::LuBoxes class="size-4"/>
                "Add and group"
            </button>
        }
    };
    let industry_options = use_industries();
    let filters = move || {
        if is_library {
            view! {
                <FilterSelect key="industry" label="Industry" options=industry_options/>
                <FilterSelect key="intent" label="Intent" options=intents()/>
            }
            .into_any()
        } else {
            let gaps = vec![("yes".to_owned(), "They are in the top 10, we are not".to_owned())];
            view! {
                <FilterSelect key="competitor" label="Competitor" options=competitors/>
                <FilterSelect key="gap" label="Gap" options=gaps/>
                <FilterSelect key="intent" label="Intent" options=intents()/>
            }
            .into_any()
        }
    };
    let name = if is_library { "library" } else { "gap" };
    let search = if is_library {
        "Search the library"
    } else {
        "Search competitors' keywords"
    };
    let empty = move || {
        if is_library {
            no_library().into_any()
        } else {
            no_competitors().into_any()
        }
    };
    let may_edit = use_may_edit();
    view! {
        <ProgressPanel task on_done=move |_: Progress| rows.refetch()/>
        <DoneNote note href="/planner/keywords" link="See your keywords"/>
        {move || if may_edit.get() {
            view! {
                <DataTable
                    name label="Opportunities" rows columns=columns(is_library, !is_library) search
                    row_id=|row: &Row| row.id
                    row_name=|row: &Row| row.keyword.clone()
                    selection bulk filters empty
                />
            }.into_any()
        } else {
            view! {
                <DataTable
                    name label="Opportunities" rows columns=columns(is_library, !is_library) search
                    row_id=|row: &Row| row.id
                    row_name=|row: &Row| row.keyword.clone()
                    filters empty
                />
            }.into_any()
        }}
        <AiLauncher request task/>
    }
}

/// What adding did, in a sentence.
fn told(added: &Added) -> String {
    let made = i64::try_from(added.created.len()).unwrap_or(i64::MAX);
    match (made, added.existing) {
        (0, 1) => "You have this keyword already.".to_owned(),
        (0, _) => "You have these keywords already.".to_owned(),
        (_, 0) => format!("{} added.", count(made, "keyword", "keywords")),
        (_, there) => format!(
            "{} added, {} there already.",
            count(made, "keyword", "keywords"),
            number(there)
        ),
    }
}

/// The industries of the library, once the page is alive.
fn use_industries() -> Signal<Vec<(String, String)>> {
    let options = RwSignal::new(vec![("all".to_owned(), "All".to_owned())]);
    Effect::new(move |_| {
        leptos::task::spawn_local(async move {
            let Ok(found) = industries().await else { return };
            let mut all = vec![("all".to_owned(), "All".to_owned())];
            all.extend(
                found
                    .into_iter()
                    .map(|one: industry::WithSectors| (one.industry.id.to_string(), one.industry.name)),
            );
            options.try_set(all);
        });
    });
    options.into()
}

fn no_library() -> impl IntoView {
    view! {
        <EmptyState
            icon=lu::LuLibrary
            title="The library has nothing for this"
            text="Choose another industry, or all of them."
        >
            <a class="btn btn-sm" href="/planner/keyword-opportunities?view=library&industry=all">"Show all industries"</a>
        </EmptyState>
    }
}

fn no_competitors() -> impl IntoView {
    let may_edit = untrack(|| use_workspace().can_edit());
    view! {
        <EmptyState
            icon=lu::LuSwords
            title="No competitor's list yet"
            text=if may_edit {
                "Import what a competitor ranks for, from Ahrefs, Semrush or another tool. You then see where they are found and you are not."
            } else {
                "Once an editor has imported what a competitor ranks for, you see here where they are found and you are not."
            }
        >
            {may_edit.then(|| view! { <a class="btn btn-primary btn-sm" href="/planner/keywords/import">"Import a list"</a> })}
        </EmptyState>
    }
}

/// Keywords that several pieces of content aim at.
#[component]
fn Collisions() -> impl IntoView {
    let workspace = use_workspace();
    let url = use_url_state();
    let rows = Resource::new(
        move || {
            let filter = Filter {
                site_id: workspace.site_id().unwrap_or_default(),
                sector_id: workspace.sector_id(),
                ..Filter::default()
            };
            (filter, url.list_of("collisions"))
        },
        |(filter, query)| list_collisions(filter, query),
    );
    let empty = || {
        view! {
            <EmptyState
                icon=lu::LuCircleCheck
                title="No two pieces aim at the same keyword"
                text="Articles and tasks with the same main keyword would take readers from each other. They would be listed here."
            />
        }
    };
    view! {
        <p class="mb-3 max-w-prose text-sm muted">
            "Articles and writing tasks that have the same main keyword compete with each other in the results. Here they are, with what to do about it."
        </p>
        <DataTable
            name="collisions" label="Contested keywords" rows columns=collision_columns() search="Search keywords"
            row_id=|row: &Collision| row.keyword_id.map_or(0, |id| id.0)
            row_name=|row: &Collision| row.keyword.clone()
            empty
        />
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_is_told_as_it_was() {
        let added = |made: i64, existing| Added {
            created: (0..made).map(KeywordId).collect(),
            existing,
            ungrouped: Vec::new(),
        };
        assert_eq!(told(&added(2, 0)), "2 keywords added.");
        assert_eq!(told(&added(1, 3)), "1 keyword added, 3 there already.");
        assert_eq!(told(&added(0, 1)), "You have this keyword already.");
    }
}
