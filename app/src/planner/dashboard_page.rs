//! How far the site is on the way from keywords to articles.

use entity::{
    keyword::Intent,
    planner_dashboard::{Action, ClusterVolume, Dashboard, Figures, Filter, Progress},
};
use leptos::prelude::*;

use super::api::planner_dashboard;
use crate::{
    components::{
        EmptyState, ErrorState, Icon, NeedsSite, PageHeader, Skeleton, Stat,
        chart::{ChartFrame, Datum, Funnel, Histogram, Hue, LineChart, Series, StackedBar, Treemap, percent, table_of},
        count, day, lu, number,
    },
    workspace::use_workspace,
};

/// The planner's dashboard.
#[component]
pub fn PlannerPage() -> impl IntoView {
    let workspace = use_workspace();
    let found = Resource::new(
        move || (workspace.site_id(), workspace.sector_id()),
        |(site, sector_id)| async move {
            match site {
                Some(site_id) => planner_dashboard(Filter { site_id, sector_id }).await,
                None => Ok(Dashboard::default()),
            }
        },
    );
    let may_edit = Memo::new(move |_| workspace.can_edit());
    view! {
        <PageHeader title="Planner" purpose="How far this site is from keywords to published articles, and what to do next."/>
        <NeedsSite>
            <Transition fallback=|| view! { <div class="panel"><Skeleton/></div> }>
                {move || {
                    found
                        .get()
                        .map(|result| match result {
                            Ok(found) if is_empty(&found.figures) => start(may_edit.get()).into_any(),
                            Ok(found) => charts(found, may_edit.get()).into_any(),
                            Err(error) => {
                                let retry = move || resource_again(found);
                                view! { <div class="panel"><ErrorState error retry=Callback::new(move |()| retry())/></div> }.into_any()
                            }
                        })
                }}
            </Transition>
        </NeedsSite>
    }
}

fn resource_again(found: Resource<Result<Dashboard, entity::ApiError>>) {
    found.refetch();
}

fn is_empty(figures: &Figures) -> bool {
    figures.keywords == 0 && figures.clusters == 0 && figures.ideas == 0 && figures.tasks == 0 && figures.content == 0
}

/// A new site: the way in four steps.
fn start(may_edit: bool) -> impl IntoView {
    let steps = [
        (
            "Bring in keywords",
            "Import a file from your keyword tool, or pick some from the library.",
        ),
        ("Group them", "Keywords that one page can answer become a cluster."),
        ("Get ideas", "Each cluster gives working titles with what to cover."),
        (
            "Queue the best ones",
            "The Writer turns them into articles that you can publish.",
        ),
    ];
    view! {
        <div class="panel">
            <EmptyState
                icon=lu::LuChartNoAxesCombined
                title=if may_edit { "Start with keywords" } else { "Nothing is here yet" }
                text="Your figures and charts appear here as soon as there is something to count."
            >
                {may_edit.then(|| view! { <a class="btn btn-primary btn-sm" href="/planner/keywords/import">"Import keywords"</a> })}
                <a class="btn btn-sm" href="/planner/keyword-opportunities?view=library">"Browse the library"</a>
            </EmptyState>
            <ol class="mx-auto grid max-w-3xl gap-4 px-5 pb-8 sm:grid-cols-2">
                {steps
                    .into_iter()
                    .enumerate()
                    .map(|(position, (name, text))| view! {
                        <li class="flex gap-3">
                            <span class="grid size-7 flex-none place-items-center rounded-full bg-primary/10 text-sm font-semibold text-primary" aria-hidden="true">
                                {position + 1}
                            </span>
                            <div>
                                <p class="text-sm font-medium">{name}</p>
                                <p class="text-xs muted">{text}</p>
                            </div>
                        </li>
                    })
                    .collect_view()}
            </ol>
        </div>
    }
}

fn charts(found: Dashboard, may_edit: bool) -> impl IntoView {
    let figures = found.figures;
    view! {
        {stats(&figures)}
        <div class="grid gap-4 lg:grid-cols-2">
            {next(&found.actions, may_edit)}
            {funnel(&figures)}
            <div class="min-w-0 lg:col-span-2">{volumes(&found)}</div>
            {intents(&found)}
            {difficulties(&found)}
            <div class="min-w-0 lg:col-span-2">{coverage(&found)}</div>
        </div>
    }
}

fn stats(figures: &Figures) -> impl IntoView + use<> {
    let open = figures.keywords - figures.with_content;
    view! {
        <div class="mb-4 grid grid-cols-2 gap-3 sm:grid-cols-3 xl:grid-cols-6">
            <Stat label="Keywords" value=number(figures.keywords) note=format!("{} searches a month", number(figures.volume)) href="/planner/keywords"/>
            <Stat label="Grouped" value=percent(figures.grouped, figures.keywords) note=format!("{} of them", number(figures.grouped)) href="/planner/keywords?clustered=yes"/>
            <Stat label="Clusters" value=number(figures.clusters) note=format!("{} without ideas", number(figures.clusters_without_ideas)) href="/planner/clusters"/>
            <Stat label="Ideas" value=number(figures.ideas) note=format!("{} to decide on", number(figures.ideas_new)) href="/planner/ideas"/>
            <Stat label="Published" value=number(figures.published) note=format!("of {}", count(figures.content, "article", "articles")) href="/writer/content"/>
            <Stat label="Not covered" value=number(open) note="keywords without an article" href="/planner/keyword-opportunities"/>
        </div>
    }
}

fn next(actions: &[Action], may_edit: bool) -> impl IntoView + use<> {
    // Whoever may only look is led to what waits, not to what imports.
    let items = actions
        .iter()
        .filter(|action| may_edit || action.name != "import")
        .cloned()
        .enumerate()
        .map(|(position, action)| {
            let button = if position == 0 && may_edit {
                "btn btn-primary btn-sm"
            } else {
                "btn btn-sm"
            };
            view! {
                <li class="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-2.5">
                    <span class="min-w-0 text-sm">{action.text}</span>
                    <a class=button href=action.href>{if may_edit { action.action } else { "Look".to_owned() }}</a>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="panel min-w-0 p-4 sm:p-5" aria-labelledby="what-next">
            <h2 id="what-next" class="text-base font-semibold">{if may_edit { "What to do next" } else { "What waits for an editor" }}</h2>
            <p class="mt-0.5 mb-2 text-xs muted">"In the order of the work: what comes first opens the way for the rest."</p>
            {if actions.is_empty() {
                view! {
                    <p class="flex items-center gap-2 py-4 text-sm">
                        <Icon icon=lu::LuCircleCheck class="size-5 flex-none text-success"/>
                        "Nothing is waiting. Look for new keywords among the opportunities."
                    </p>
                }.into_any()
            } else {
                view! { <ol class="divide-y divide-base-300">{items}</ol> }.into_any()
            }}
        </section>
    }
}

fn funnel(figures: &Figures) -> impl IntoView + use<> {
    let steps = vec![
        Datum::new("Keywords", figures.keywords).href("/planner/keywords"),
        Datum::new("Grouped", figures.grouped).href("/planner/keywords?clustered=yes"),
        Datum::new("Clusters", figures.clusters)
            .hue(Hue::Info)
            .href("/planner/clusters"),
        Datum::new("Ideas", figures.ideas).hue(Hue::Info).href("/planner/ideas"),
        Datum::new("Tasks", figures.tasks)
            .hue(Hue::Success)
            .href("/writer/tasks"),
        Datum::new("Published", figures.published)
            .hue(Hue::Success)
            .href("/writer/content?status=published"),
    ];
    let mut before = None;
    let rows = steps
        .iter()
        .map(|one| {
            let of_before = before.map_or_else(|| "–".to_owned(), |before| percent(one.value, before));
            before = Some(one.value);
            vec![one.label.clone(), number(one.value), of_before]
        })
        .collect();
    view! {
        <ChartFrame
            name="funnel" title="From keyword to article" text="What has come how far."
            heads=vec!["Step", "Number", "Of the step before"] rows
        >
            <Funnel data=steps/>
        </ChartFrame>
    }
}

fn hue_of(progress: Progress) -> Hue {
    match progress {
        Progress::Open => Hue::Neutral,
        Progress::Planned => Hue::Info,
        Progress::Written => Hue::Success,
    }
}

fn word_of(progress: Progress) -> &'static str {
    match progress {
        Progress::Open => "Nothing planned",
        Progress::Planned => "Planned",
        Progress::Written => "Has an article",
    }
}

fn volumes(found: &Dashboard) -> impl IntoView + use<> {
    let with_volume = found.clusters.iter().any(|cluster| cluster.volume > 0);
    // Without figures of searches the numbers of keywords are the next best thing.
    let size = move |cluster: &ClusterVolume| if with_volume { cluster.volume } else { cluster.keywords };
    let data: Vec<Datum> = found
        .clusters
        .iter()
        .map(|cluster| {
            Datum::new(cluster.name.clone(), size(cluster))
                .hue(hue_of(cluster.progress))
                .href(format!("/planner/clusters/{}", cluster.id))
        })
        .collect();
    let rows = found
        .clusters
        .iter()
        .map(|cluster| {
            vec![
                cluster.name.clone(),
                number(cluster.volume),
                number(cluster.keywords),
                word_of(cluster.progress).to_owned(),
            ]
        })
        .collect();
    let rest = match found.other_clusters {
        0 => String::new(),
        others => format!(
            " The {} largest are shown; {} more have {} searches a month together.",
            found.clusters.len(),
            number(others),
            number(found.other_volume)
        ),
    };
    let text = format!(
        "Each area is as large as the cluster's {}.{rest}",
        if with_volume {
            "searches a month"
        } else {
            "number of keywords"
        }
    );
    let is_empty = data.is_empty();
    let legend = [Progress::Open, Progress::Planned, Progress::Written].map(|progress| {
        view! {
            <li class="flex items-center gap-2">
                <svg class="size-3 flex-none" viewBox="0 0 12 12" aria-hidden="true">
                    <rect width="12" height="12" rx="3" class=match progress {
                        Progress::Open => "fill-base-content/40",
                        Progress::Planned => "fill-info",
                        Progress::Written => "fill-success",
                    }></rect>
                </svg>
                {word_of(progress)}
            </li>
        }
    });
    view! {
        <ChartFrame
            name="volumes" title="Searches by cluster" text
            heads=vec!["Cluster", "Searches a month", "Keywords", "Content"] rows
        >
            {if is_empty {
                view! { <p class="py-6 text-sm muted">"There are no clusters yet. Group your keywords to see where the searches are."</p> }.into_any()
            } else {
                view! {
                    <Treemap title="Searches by cluster" data/>
                    <ul class="mt-3 flex flex-wrap gap-x-5 gap-y-1 text-sm">{legend.into_iter().collect_view()}</ul>
                }.into_any()
            }}
        </ChartFrame>
    }
}

fn intents(found: &Dashboard) -> impl IntoView + use<> {
    let data: Vec<Datum> = found
        .intents
        .iter()
        .map(|one| {
            let hue = match one.intent {
                Intent::Informational => Hue::Info,
                Intent::Navigational => Hue::Neutral,
                Intent::Transactional => Hue::Success,
                Intent::Commercial => Hue::Warning,
            };
            Datum::new(one.intent.label(), one.keywords)
                .hue(hue)
                .href(format!("/planner/keywords?intent={}", one.intent))
        })
        .collect();
    let rows = table_of(&data);
    view! {
        <ChartFrame
            name="intents" title="What searchers want" text="Active keywords by intent."
            heads=vec!["Intent", "Keywords", "Share"] rows
        >
            <StackedBar title="Active keywords by intent" data/>
        </ChartFrame>
    }
}

fn difficulties(found: &Dashboard) -> impl IntoView + use<> {
    let data: Vec<Datum> = found
        .difficulties
        .iter()
        .map(|one| match one.from {
            Some(90) => Datum::new("90+", one.keywords),
            Some(from) => Datum::new(from.to_string(), one.keywords),
            None => Datum::new("?", one.keywords).hue(Hue::Neutral),
        })
        .collect();
    let rows = found
        .difficulties
        .iter()
        .zip(table_of(&data))
        .map(|(one, mut cells)| {
            if let Some(first) = cells.first_mut() {
                *first = match one.from {
                    Some(90) => "90 to 100".to_owned(),
                    Some(from) => format!("{from} to {}", from + 9),
                    None => "Unknown".to_owned(),
                };
            }
            cells
        })
        .collect();
    view! {
        <ChartFrame
            name="difficulties" title="How hard they are" text="Active keywords by difficulty in steps of ten; “?” is unknown."
            heads=vec!["Difficulty", "Keywords", "Share"] rows
        >
            <Histogram title="Active keywords by difficulty" data/>
        </ChartFrame>
    }
}

fn coverage(found: &Dashboard) -> impl IntoView + use<> {
    let moments: Vec<String> = found.coverage.iter().map(|point| day(point.at)).collect();
    let series = vec![
        Series {
            label: "Keywords",
            hue: Hue::Neutral,
            is_dashed: true,
            values: found.coverage.iter().map(|point| point.keywords).collect(),
        },
        Series {
            label: "In a cluster",
            hue: Hue::Primary,
            is_dashed: false,
            values: found.coverage.iter().map(|point| point.grouped).collect(),
        },
        Series {
            label: "With an article",
            hue: Hue::Success,
            is_dashed: false,
            values: found.coverage.iter().map(|point| point.with_content).collect(),
        },
    ];
    let rows = found
        .coverage
        .iter()
        .map(|point| {
            vec![
                day(point.at),
                number(point.keywords),
                percent(point.grouped, point.keywords),
                percent(point.with_content, point.keywords),
            ]
        })
        .collect();
    view! {
        <ChartFrame
            name="coverage" title="Coverage over time"
            text="Twelve weeks, as far as the dates of today's keywords, clusters and articles tell."
            heads=vec!["Day", "Keywords", "In a cluster", "With an article"] rows
        >
            <LineChart title="Keywords, those in a cluster and those with an article, over twelve weeks" moments series/>
        </ChartFrame>
    }
}
