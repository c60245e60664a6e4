//! Where the work stands and what comes next.

use entity::{
    ai_task::{AiFunction, Model as AiTask},
    overview::Overview,
};
use leptos::prelude::*;

use super::{api::site_overview, next_steps::NextSteps};
use crate::{
    components::{Badge, EmptyState, ErrorState, PageHeader, Skeleton, Stat, TimeAgo, count, lu, number},
    sites::NewSiteForm,
    workspace::use_workspace,
};

/// Where the work stands and what comes next; the first site for those who have none.
#[component]
pub fn HomePage() -> impl IntoView {
    let workspace = use_workspace();
    let has_site = Memo::new(move |_| workspace.site_id().is_some());
    move || {
        if has_site.get() {
            view! { <Dashboard/> }.into_any()
        } else {
            view! { <FirstSite/> }.into_any()
        }
    }
}

#[component]
fn FirstSite() -> impl IntoView {
    let workspace = use_workspace();
    if !untrack(move || workspace.can_manage()) {
        return view! {
            <div class="panel mx-auto max-w-xl">
                <EmptyState
                    icon=lu::LuGlobe
                    title="No site for you yet"
                    text="An owner or admin of your team lets you work on a site. Ask them."
                />
            </div>
        }
        .into_any();
    }
    view! {
        <div class="mx-auto max-w-xl">
            <PageHeader
                title="Create your first site"
                purpose="A site is what you plan for: a blog, a shop, a company's pages. Its sectors keep subjects apart, so that keywords are grouped with their own kind."
            />
            <div class="panel p-5 sm:p-6">
                <NewSiteForm/>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Dashboard() -> impl IntoView {
    let workspace = use_workspace();
    let overview = Resource::new(
        move || workspace.site_id(),
        |site| async move {
            match site {
                Some(site) => site_overview(site).await,
                None => Ok(Overview::default()),
            }
        },
    );
    let name = move || workspace.site().map(|entry| entry.site.name).unwrap_or_default();
    view! {
        <PageHeader title="Home" purpose="Where the work on this site stands, and what comes next."/>
        <Transition fallback=|| view! { <div class="panel"><Skeleton/></div> }>
            {move || {
                overview
                    .get()
                    .map(|result| match result {
                        Ok(found) => {
                            let recent = found.recent.clone();
                            view! {
                                <NextSteps overview=found.clone()/>
                                <h2 class="mb-3 text-base font-semibold">"Pipeline of " {name}</h2>
                                <Pipeline overview=found/>
                                <h2 class="mb-3 mt-8 text-base font-semibold">"Recent work"</h2>
                                {recent_work(recent)}
                            }
                                .into_any()
                        }
                        Err(error) => view! { <div class="panel"><ErrorState error retry=move |()| overview.refetch()/></div> }.into_any(),
                    })
            }}
        </Transition>
    }
}

#[component]
fn Pipeline(overview: Overview) -> impl IntoView {
    let rest = |value: i64, one: &str, many: &str, done: &str| {
        if value > 0 {
            count(value, one, many)
        } else {
            done.to_owned()
        }
    };
    let all = |total: i64, done: &'static str| if total > 0 { done } else { "None yet" };
    let open_keywords = overview.keywords - overview.keywords_clustered;
    view! {
        <div class="grid grid-cols-2 gap-3 md:grid-cols-3 xl:grid-cols-6">
            <Stat
                label="Keywords"
                icon=lu::LuKeyRound
                value=number(overview.keywords)
                note=rest(open_keywords, "not grouped", "not grouped", all(overview.keywords, "All grouped"))
                href="/planner/keywords"
            />
            <Stat
                label="Clusters"
                icon=lu::LuBoxes
                value=number(overview.clusters)
                note=count(overview.keywords_clustered, "keyword", "keywords")
                href="/planner/clusters"
            />
            <Stat
                label="Ideas"
                icon=lu::LuLightbulb
                value=number(overview.ideas)
                note=rest(overview.ideas_new, "to decide", "to decide", all(overview.ideas, "All decided"))
                href="/planner/ideas"
            />
            <Stat
                label="Tasks"
                icon=lu::LuListTodo
                value=number(overview.tasks)
                note=rest(overview.tasks_open, "to write", "to write", all(overview.tasks, "All written"))
                href="/writer/tasks"
            />
            <Stat
                label="Articles"
                icon=lu::LuFileText
                value=number(overview.content)
                note=format!("{} of {} pictures made", number(overview.images), number(overview.images + overview.images_pending))
                href="/writer/content"
            />
            <Stat
                label="Published"
                icon=lu::LuSend
                value=number(overview.published)
                note=rest(overview.content_unpublished, "article waits", "articles wait", all(overview.published, "All published"))
                href="/publish"
            />
        </div>
    }
}

fn recent_work(tasks: Vec<AiTask>) -> AnyView {
    if tasks.is_empty() {
        return view! {
            <p class="panel p-5 text-sm muted">"Nothing has run yet. What the AI functions do for this site will be listed here."</p>
        }
        .into_any();
    }
    view! {
        <ul class="panel divide-y divide-base-300">
            {tasks
                .into_iter()
                .map(|task| {
                    let words = task
                        .summary
                        .clone()
                        .or_else(|| task.error.clone())
                        .unwrap_or_else(|| format!("{} of {} done", number(task.items_done), number(task.items_total)));
                    view! {
                        <li class="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3 text-sm">
                            <a class="link link-hover font-medium" href=page_of(task.function)>{task.function.label()}</a>
                            <Badge value=task.status/>
                            <span class="min-w-0 basis-full muted wrap-anywhere sm:flex-1 sm:basis-0">{words}</span>
                            <span class="text-xs muted tabular">{count(task.credits_settled, "credit", "credits")}</span>
                            <span class="text-xs muted"><TimeAgo time=task.created_at/></span>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
    .into_any()
}

fn page_of(function: AiFunction) -> &'static str {
    match function {
        AiFunction::AutoCluster => "/planner/clusters",
        AiFunction::GenerateIdeas => "/planner/ideas",
        AiFunction::GenerateContent | AiFunction::OptimizeContent | AiFunction::SuggestLinks => "/writer/content",
        AiFunction::GenerateSiteStructure => "/sites",
        AiFunction::GenerateImagePrompts | AiFunction::GenerateImages => "/writer/images",
    }
}
