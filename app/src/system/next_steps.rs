//! The way from nothing to a published article, and how far the site is on it.

use entity::overview::Overview;
use leptos::prelude::*;

use crate::components::{Icon, lu};

struct Step {
    done: bool,
    name: &'static str,
    text: &'static str,
    action: &'static str,
    href: &'static str,
}

fn steps(overview: &Overview) -> [Step; 8] {
    let step = |done, name, text, action, href| Step {
        done,
        name,
        text,
        action,
        href,
    };
    [
        step(
            true,
            "Create a site",
            "What you plan and publish for.",
            "Open sites",
            "/sites",
        ),
        step(
            overview.keywords > 0,
            "Import keywords",
            "A file from your keyword tool, or our sample to try things out.",
            "Import keywords",
            "/planner/keywords/import",
        ),
        step(
            overview.clusters > 0,
            "Group them into clusters",
            "Keywords that one page can answer belong together.",
            "Group keywords",
            "/planner/keywords",
        ),
        step(
            overview.ideas > 0,
            "Get ideas",
            "Working titles and outlines for each cluster.",
            "Open clusters",
            "/planner/clusters",
        ),
        step(
            overview.content > 0,
            "Write articles",
            "Queue the ideas you like to the Writer and have them written.",
            if overview.tasks > 0 {
                "Open tasks"
            } else {
                "Choose ideas"
            },
            if overview.tasks > 0 {
                "/writer/tasks"
            } else {
                "/planner/ideas"
            },
        ),
        step(
            overview.images > 0,
            "Make images",
            "A featured picture and pictures for the sections.",
            "Open content",
            "/writer/content",
        ),
        step(
            overview.integrations > 0,
            "Connect WordPress",
            "Address, user and an application password.",
            "Connect",
            "/publish",
        ),
        step(
            overview.published > 0,
            "Publish",
            "Send finished articles to your site.",
            "Choose articles",
            "/writer/content",
        ),
    ]
}

/// The steps that a new site goes through; gone once all are done.
#[component]
pub fn NextSteps(
    /// Where the site stands.
    overview: Overview,
) -> impl IntoView {
    let steps = steps(&overview);
    let done = steps.iter().filter(|step| step.done).count();
    let next = steps.iter().position(|step| !step.done)?;
    let total = steps.len();
    let items = steps
        .into_iter()
        .enumerate()
        .map(|(index, step)| {
            let is_next = index == next;
            let (mark, state) = match (step.done, is_next) {
                (true, _) => (
                    view! { <Icon icon=lu::LuCircleCheck class="size-5 flex-none text-success"/> },
                    "Done",
                ),
                (_, true) => (
                    view! { <Icon icon=lu::LuCircleDot class="size-5 flex-none text-primary"/> },
                    "Next",
                ),
                _ => (
                    view! { <Icon icon=lu::LuCircle class="size-5 flex-none opacity-40"/> },
                    "Later",
                ),
            };
            let class = if is_next {
                "flex flex-wrap items-center gap-x-3 gap-y-2 bg-primary/6 px-5 py-3.5"
            } else {
                "flex flex-wrap items-center gap-x-3 gap-y-2 px-5 py-2.5"
            };
            let button = if is_next {
                "btn btn-primary btn-sm"
            } else {
                "btn btn-ghost btn-sm"
            };
            view! {
                <li class=class aria-current=is_next.then_some("step")>
                    {mark}
                    <span class="sr-only">{state}</span>
                    <div class="min-w-0 flex-1">
                        <p class=if step.done { "text-sm muted" } else { "text-sm font-medium" }>{step.name}</p>
                        {(!step.done).then(|| view! { <p class="text-xs muted">{step.text}</p> })}
                    </div>
                    {(!step.done).then(|| view! { <a class=button href=step.href>{step.action}</a> })}
                </li>
            }
        })
        .collect_view();
    Some(view! {
        <section class="panel mb-8 overflow-hidden" aria-labelledby="next-steps">
            <div class="flex items-center justify-between gap-4 border-b border-base-300 px-5 py-3.5">
                <h2 id="next-steps" class="text-base font-semibold">"Next steps"</h2>
                <span class="flex items-center gap-3 text-xs muted tabular">
                    {format!("{done} of {total} done")}
                    <progress class="progress progress-primary w-24" max=total.to_string() value=done.to_string() aria-label="Steps done"></progress>
                </span>
            </div>
            <ol class="divide-y divide-base-300">{items}</ol>
        </section>
    })
}
