//! The pages that a site should have: proposed plans, to be looked at and changed.

use entity::{
    ApiError, ListQuery, PageBlueprintId, SiteBlueprintId, SiteId,
    ai_task::{AiFunction, Progress, Start},
    page_blueprint::{Move, PageType, Patch, Row},
    site_blueprint::{self, Detail, Filter},
};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use leptos_router::hooks::use_params_map;

use super::structure_api::{delete_page, get_blueprint, list_blueprints, update_page};
use crate::{
    ai::api::recent_tasks,
    components::{
        AiLauncher, ConfirmDialog, Dialog, EmptyState, ErrorState, FormError, FormState, Icon, PageHeader,
        ProgressPanel, Skeleton, SubmitButton, Tag, TextArea, TextInput, TimeAgo, Tone, lu, number, use_toasts,
        use_url_state,
    },
    planner::parts::act,
    workspace::use_workspace,
};

/// What the page shows: all plans of the site, and the chosen one, else the newest.
type Shown = (Vec<site_blueprint::Row>, Option<Detail>);

async fn load(site: Option<SiteId>, chosen: Option<SiteBlueprintId>) -> Result<Shown, ApiError> {
    let Some(site) = site else {
        return Err(ApiError::new("not_found", "There is no such site."));
    };
    let filter = Filter { site_id: Some(site) };
    let query = ListQuery {
        page_size: Some(50),
        ..ListQuery::default()
    };
    let plans = list_blueprints(filter, query).await?.results;
    let newest = plans.first().map(|row| row.blueprint.id);
    let shown = match chosen.or(newest) {
        Some(id) => Some(get_blueprint(id).await?).filter(|detail| detail.blueprint.site_id == site),
        None => None,
    };
    Ok((plans, shown))
}

/// The plans of a site's pages.
#[component]
pub fn StructurePage() -> impl IntoView {
    let params = use_params_map();
    let url = use_url_state();
    let workspace = use_workspace();
    let site = Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse::<SiteId>().ok())));
    let chosen = Memo::new(move |_| url.parsed::<SiteBlueprintId>("plan"));
    let shown = Resource::new(move || (site.get(), chosen.get()), |(site, chosen)| load(site, chosen));
    let request = RwSignal::new(None::<Start>);
    let task = RwSignal::new(None::<String>);
    // Work on this very site, whichever one is worked on elsewhere.
    Effect::new(move |_| {
        let Some(site) = site.get() else { return };
        spawn_local(async move {
            let Ok(recent) = recent_tasks(Some(site)).await else {
                return;
            };
            let running = recent
                .into_iter()
                .find(|task| task.function == AiFunction::GenerateSiteStructure && !task.status.is_final());
            if let (Some(found), Some(None)) = (running, task.try_get_untracked()) {
                task.set(Some(found.public_id));
            }
        });
    });
    let may_edit = Memo::new(move |_| workspace.can_edit());
    let name = move || {
        let site = site.get();
        let sites = workspace.sites();
        sites
            .into_iter()
            .find(|entry| Some(entry.site.id) == site)
            .map(|entry| entry.site.name)
    };
    let propose = move || {
        may_edit.get().then(|| {
            view! {
                <button
                    type="button"
                    class="btn btn-primary btn-sm js-only"
                    on:click=move |_| request.set(site.get_untracked().map(|site_id| Start::GenerateSiteStructure { site_id }))
                >
                    <Icon icon=lu::LuSparkles class="size-4"/>
                    "Propose pages"
                </button>
            }
        })
    };
    let done = move |_: Progress| {
        // The newest plan is the one that was just made.
        url.set(&[("plan", None)]);
        shown.refetch();
    };
    view! {
        <nav aria-label="Where this is" class="mb-2 text-sm">
            <a class="link link-hover muted" href="/sites">"Sites"</a>
        </nav>
        {move || {
            let title = name().map_or_else(|| "Pages of the site".to_owned(), |name| format!("Pages of {name}"));
            view! {
                <PageHeader title purpose="Which pages the site needs for what people search for, from its clusters and keywords.">
                    {propose()}
                </PageHeader>
            }
        }}
        <ProgressPanel task on_done=done/>
        <Transition fallback=|| view! { <div class="panel"><Skeleton rows=8/></div> }>
            {move || shown.get().map(|result| match result {
                Err(error) => view! { <div class="panel"><ErrorState error retry=move |()| shown.refetch()/></div> }.into_any(),
                Ok((_, None)) => view! {
                    <div class="panel">
                        <EmptyState
                            icon=lu::LuNetwork
                            title="No plan yet"
                            text="A plan has a home page, an overview for each strong cluster and articles under it. Group your keywords first: the more is grouped, the better the plan."
                        >
                            {propose()}
                        </EmptyState>
                    </div>
                }.into_any(),
                Ok((plans, Some(detail))) => view! {
                    <div class="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_16rem]">
                        <Tree detail may_edit=may_edit.get_untracked() changed=move |()| shown.refetch()/>
                        <Plans plans shown=chosen site=site.get_untracked().unwrap_or_default()/>
                    </div>
                }.into_any(),
            })}
        </Transition>
        <AiLauncher request task/>
    }
}

/// All plans; older ones stay.
#[component]
fn Plans(plans: Vec<site_blueprint::Row>, shown: Memo<Option<SiteBlueprintId>>, site: SiteId) -> impl IntoView {
    let newest = plans.first().map(|row| row.blueprint.id);
    let rows = plans
        .into_iter()
        .map(|row| {
            let id = row.blueprint.id;
            let here = move || shown.get().or(newest) == Some(id);
            view! {
                <li class="py-2">
                    <a
                        class=move || if here() { "font-semibold" } else { "link link-hover" }
                        href=format!("/sites/{site}/structure?plan={id}")
                        aria-current=move || here().then_some("page")
                    >
                        {row.blueprint.name}
                    </a>
                    <p class="text-xs muted">{format!("{} pages · ", row.pages)} <TimeAgo time=row.blueprint.created_at/></p>
                </li>
            }
        })
        .collect_view();
    view! {
        <aside class="panel p-4 text-sm" aria-label="Plans">
            <h2 class="mb-1 text-sm font-semibold">"Plans"</h2>
            <ul class="divide-y divide-base-300">{rows}</ul>
        </aside>
    }
}

/// The pages of a plan, each under the one above it.
#[component]
fn Tree(detail: Detail, may_edit: bool, #[prop(into)] changed: Callback<()>) -> impl IntoView {
    let toasts = use_toasts();
    let editing = RwSignal::new(None::<Row>);
    let edit_open = RwSignal::new(false);
    let deleting = RwSignal::new(None::<Row>);
    let delete_open = RwSignal::new(false);
    let edit = Callback::new(move |row: Row| {
        editing.set(Some(row));
        edit_open.set(true);
    });
    let ask = Callback::new(move |row: Row| {
        deleting.set(Some(row));
        delete_open.set(true);
    });
    let go = Callback::new(move |(id, to): (PageBlueprintId, Move)| {
        let patch = Patch {
            to: Some(to),
            ..Patch::default()
        };
        act(toasts, update_page(id, patch), move |_| changed.run(()));
    });
    let delete = move |()| {
        let Some(row) = deleting.get_untracked() else { return };
        act(toasts, delete_page(row.page.id), move |()| {
            toasts.success("Page removed. What was under it moved up.");
            changed.run(());
        });
    };
    let question = Signal::derive(move || {
        deleting.with(|row| {
            row.as_ref()
                .map(|row| format!("Remove “{}”?", row.page.title))
                .unwrap_or_default()
        })
    });
    // First and last under the same page cannot go further.
    let edges: Vec<(bool, bool)> = detail.pages.iter().map(|row| ends(&detail.pages, row)).collect();
    let rows = detail
        .pages
        .into_iter()
        .zip(edges)
        .map(|(row, ends)| view! { <PageRow row ends may_edit edit ask go/> })
        .collect_view();
    view! {
        <section class="panel min-w-0" aria-label=detail.blueprint.name.clone()>
            <ul class="divide-y divide-base-300">{rows}</ul>
            <Dialog open=edit_open title="Edit page">
                {move || editing.get_untracked().map(|row| view! {
                    <PageForm row saved=move |()| {
                        edit_open.set(false);
                        toasts.success("Page saved.");
                        changed.run(());
                    }/>
                })}
            </Dialog>
            <ConfirmDialog
                open=delete_open title=question confirm="Remove" on_confirm=delete
                text="It leaves this plan. The pages under it move up to its place."
            />
        </section>
    }
}

/// Whether a page is the first and the last of those under the same page.
fn ends(all: &[Row], row: &Row) -> (bool, bool) {
    let mut same = all.iter().filter(|other| other.page.parent_id == row.page.parent_id);
    let first = same.clone().next().map(|other| other.page.id);
    let last = same.next_back().map(|other| other.page.id);
    (first == Some(row.page.id), last == Some(row.page.id))
}

fn indent(depth: u32) -> &'static str {
    match depth {
        0 => "p-3 sm:px-4",
        1 => "p-3 sm:px-4 sm:pl-10",
        2 => "p-3 sm:px-4 sm:pl-16",
        _ => "p-3 sm:px-4 sm:pl-24",
    }
}

fn tone(kind: PageType) -> Tone {
    match kind {
        PageType::Home | PageType::Pillar => Tone::Primary,
        PageType::Category => Tone::Info,
        PageType::About | PageType::Contact | PageType::Legal => Tone::Warning,
        PageType::Article => Tone::Neutral,
    }
}

#[component]
fn PageRow(
    row: Row,
    ends: (bool, bool),
    may_edit: bool,
    edit: Callback<Row>,
    ask: Callback<Row>,
    go: Callback<(PageBlueprintId, Move)>,
) -> impl IntoView {
    let Row {
        page,
        depth,
        cluster_name,
        volume,
    } = row.clone();
    let id = page.id;
    let title = page.title.clone();
    let cluster = page.cluster_id.zip(cluster_name).map(|(id, name)| {
        view! {
            <a class="link link-hover link-primary" href=format!("/planner/clusters/{id}")>{name}</a>
            " · "
        }
    });
    let searches = volume.map(|volume| format!("{} searches a month", number(volume)));
    let keywords = (!page.target_keywords.is_empty()).then(|| page.target_keywords.clone());
    let is_home = page.page_type == PageType::Home;
    let (up, down, pencil, bin) = (
        format!("Move “{title}” up"),
        format!("Move “{title}” down"),
        format!("Edit “{title}”"),
        format!("Remove “{title}”"),
    );
    let (for_edit, for_delete) = (row.clone(), row);
    let buttons = may_edit.then(|| {
        view! {
            <span class="flex flex-none gap-0.5 js-only">
                <button type="button" class="btn btn-ghost btn-xs btn-square" aria-label=up disabled=ends.0 on:click=move |_| go.run((id, Move::Up))>
                    <Icon icon=lu::LuChevronUp class="size-4"/>
                </button>
                <button type="button" class="btn btn-ghost btn-xs btn-square" aria-label=down disabled=ends.1 on:click=move |_| go.run((id, Move::Down))>
                    <Icon icon=lu::LuChevronDown class="size-4"/>
                </button>
                <button type="button" class="btn btn-ghost btn-xs btn-square" aria-label=pencil on:click=move |_| edit.run(for_edit.clone())>
                    <Icon icon=lu::LuPencil class="size-4"/>
                </button>
                <button type="button" class="btn btn-ghost btn-xs btn-square" aria-label=bin disabled=is_home on:click=move |_| ask.run(for_delete.clone())>
                    <Icon icon=lu::LuTrash2 class="size-4"/>
                </button>
            </span>
        }
    });
    view! {
        <li class=indent(depth)>
            <div class="flex items-start justify-between gap-3">
                <div class="min-w-0 text-sm">
                    <p class="flex flex-wrap items-center gap-x-2 gap-y-1">
                        <span class="font-medium wrap-anywhere">{title}</span>
                        <Tag tone=tone(page.page_type)>{page.page_type.label()}</Tag>
                        <span class="text-xs muted wrap-anywhere">{format!("/{}", page.slug)}</span>
                    </p>
                    <p class="mt-1 wrap-anywhere">{page.purpose}</p>
                    <p class="mt-1 text-xs muted tabular wrap-anywhere">{cluster} {searches}</p>
                    {keywords.map(|text| view! { <p class="mt-1 text-xs muted wrap-anywhere">"Keywords: " {text}</p> })}
                </div>
                {buttons}
            </div>
        </li>
    }
}

/// Title, address and purpose of a page.
#[component]
fn PageForm(row: Row, #[prop(into)] saved: Callback<()>) -> impl IntoView {
    let form = FormState::new();
    let id = row.page.id;
    let title = RwSignal::new(row.page.title);
    let slug = RwSignal::new(row.page.slug);
    let purpose = RwSignal::new(row.page.purpose);
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let patch = Patch {
            title: Some(title.get_untracked()),
            slug: Some(slug.get_untracked()),
            purpose: Some(purpose.get_untracked()),
            to: None,
        };
        form.send(update_page(id, patch), move |_| saved.run(()));
    };
    view! {
        <form method="post" on:submit=send>
            <FormError error=form.error/>
            <TextInput name="title" id="page-title" label="Title" value=title required=true errors=form.error/>
            <TextInput name="slug" id="page-slug" label="Address" value=slug hint="Last part of the page's address." errors=form.error/>
            <TextArea name="purpose" label="Purpose" value=purpose rows=4 hint="What the page does for its reader." errors=form.error/>
            <div class="flex justify-end">
                <SubmitButton pending=form.pending>"Save"</SubmitButton>
            </div>
        </form>
    }
}
