//! One site with its sectors.

use entity::{
    AuthorProfileId, SiteId,
    sector::{self, NewSector, SectorPatch},
    site::{LANGUAGES, WithSectors},
};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

use super::{
    api::{add_sector, delete_sector, delete_site, update_sector},
    site_form::EditSite,
};
use crate::{
    browser,
    components::{
        ConfirmDialog, Dialog, FormError, FormState, Icon, Select, SubmitButton, Tag, TextInput, Tone, lu, use_toasts,
    },
    thinker::parts::use_author_options,
    workspace::use_workspace,
};

/// One site with its sectors.
#[component]
pub fn SiteCard(
    /// The site.
    entry: WithSectors,
    /// The person may change it.
    may_manage: bool,
    /// Called after each change.
    #[prop(into)]
    changed: Callback<()>,
) -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let WithSectors { site, sectors } = entry;
    let id = site.id;
    let current = move || workspace.site_id() == Some(id);
    let editing = RwSignal::new(false);
    let adding = RwSignal::new(false);
    let deleting = RwSignal::new(false);
    let saved = Callback::new(move |()| {
        editing.set(false);
        adding.set(false);
        workspace.reload();
        changed.run(());
    });
    let active = sectors.iter().filter(|sector| sector.is_active).count();
    let title = site.name.clone();
    let domain = site.domain.clone();
    let form_site = site.clone();
    let delete = {
        let title = title.clone();
        move |()| {
            let title = title.clone();
            spawn_local(async move {
                match delete_site(id).await {
                    Ok(()) => {
                        toasts.success(format!("{title} is deleted."));
                        saved.run(());
                    }
                    Err(error) => toasts.error(&error),
                }
            });
        }
    };
    let language = LANGUAGES
        .iter()
        .find(|(code, _)| *code == site.language)
        .map_or("English", |(_, name)| *name);
    // What time it is there: known once the page is alive.
    let zone = site.time_zone.clone();
    let clock = RwSignal::new(zone.clone());
    Effect::new(move |_| {
        let now = browser::time_in_zone(browser::now_ms(), &zone);
        if !now.is_empty() {
            clock.set(format!("{zone}, {now}"));
        }
    });
    // A drawing and not a style: the page's policy allows no styles in attributes.
    let mark = site.accent.clone().map(|accent| {
        view! {
            <svg class="mt-1 size-4 flex-none" viewBox="0 0 16 16" aria-hidden="true">
                <circle cx="8" cy="8" r="7" fill=accent></circle>
            </svg>
        }
    });
    view! {
        <li class="panel flex min-w-0 flex-col p-5">
            <div class="flex items-start justify-between gap-3">
                <div class="flex min-w-0 gap-2.5">
                    {mark}
                    <div class="min-w-0">
                        <h2 class="flex flex-wrap items-center gap-2 font-semibold">
                            <span class="wrap-anywhere">{title.clone()}</span>
                            {(!site.is_active).then(|| view! { <Tag>"Switched off"</Tag> })}
                            <Show when=current>
                                <Tag tone=Tone::Primary>"Working on it"</Tag>
                            </Show>
                        </h2>
                        {match domain {
                            Some(domain) => {
                                let shown = domain.trim_start_matches("https://").trim_start_matches("http://").to_owned();
                                view! {
                                    <a href=domain class="link link-hover text-sm muted wrap-anywhere" target="_blank" rel="noopener external">{shown}</a>
                                }
                                    .into_any()
                            }
                            None => view! { <p class="text-sm muted">"No address yet"</p> }.into_any(),
                        }}
                        <p class="mt-1 text-xs muted">
                            {format!("{} · {} · {language}", site.hosting_type.label(), site.site_type.label())}
                        </p>
                        <p class="text-xs muted">{move || clock.get()}</p>
                    </div>
                </div>
                {may_manage
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="btn btn-ghost btn-sm btn-square js-only"
                                aria-label=format!("Edit {title}")
                                on:click=move |_| editing.set(true)
                            >
                                <Icon icon=lu::LuPencil class="size-4"/>
                            </button>
                        }
                    })}
            </div>
            <h3 class="mb-1.5 mt-4 text-xs font-medium muted">{format!("Sectors, {active} of {} active", sector::MAX_ACTIVE)}</h3>
            <ul class="divide-y divide-base-300 border-y border-base-300">
                {sectors.into_iter().map(|sector| view! { <SectorRow sector may_manage saved/> }).collect_view()}
            </ul>
            <div class="mt-auto flex flex-wrap gap-2 pt-4">
                <Show when=move || !current()>
                    <button type="button" class="btn btn-sm js-only" on:click=move |_| workspace.select(id, None)>"Work on this site"</button>
                </Show>
                <a class="btn btn-sm" href=format!("/sites/{id}/structure") aria-label=format!("Pages of {title}")>
                    <Icon icon=lu::LuNetwork class="size-4"/>
                    "Pages"
                </a>
                {may_manage
                    .then(|| {
                        view! {
                            <button type="button" class="btn btn-sm js-only" on:click=move |_| adding.set(true)>
                                <Icon icon=lu::LuPlus class="size-4"/>
                                "Add sector"
                            </button>
                            <button
                                type="button"
                                class="btn btn-ghost btn-sm ml-auto text-error js-only"
                                aria-label=format!("Delete {title}")
                                on:click=move |_| deleting.set(true)
                            >
                                <Icon icon=lu::LuTrash2 class="size-4"/>
                                "Delete"
                            </button>
                        }
                    })}
            </div>
            <Dialog open=editing title="Edit site">
                <EditSite site=form_site.clone() saved/>
            </Dialog>
            <Dialog open=adding title=format!("Add sector to {title}")>
                <AddSector site=id saved/>
            </Dialog>
            <ConfirmDialog
                open=deleting
                title=format!("Delete {title}?")
                text="All its keywords, clusters, ideas, tasks, articles and pictures go with it, for good. What you have published stays where it is."
                confirm="Delete site"
                on_confirm=delete
            />
        </li>
    }
}

#[component]
fn SectorRow(sector: sector::Model, may_manage: bool, saved: Callback<()>) -> impl IntoView {
    let toasts = use_toasts();
    let id = sector.id;
    let active = RwSignal::new(sector.is_active);
    let editing = RwSignal::new(false);
    let deleting = RwSignal::new(false);
    let switch = move |_| {
        let wanted = !active.get_untracked();
        active.set(wanted);
        let patch = SectorPatch {
            is_active: Some(wanted),
            ..SectorPatch::default()
        };
        spawn_local(async move {
            match update_sector(id, patch).await {
                Ok(_) => saved.run(()),
                Err(error) => {
                    active.set(!wanted);
                    toasts.error(&error);
                }
            }
        });
    };
    let name = sector.name.clone();
    let delete = {
        let name = name.clone();
        move |()| {
            let name = name.clone();
            spawn_local(async move {
                match delete_sector(id).await {
                    Ok(()) => {
                        toasts.success(format!("{name} is deleted."));
                        saved.run(());
                    }
                    Err(error) => toasts.error(&error),
                }
            });
        }
    };
    let stored = sector.clone();
    view! {
        <li class="flex items-center justify-between gap-3 py-2 text-sm">
            <span class="min-w-0 wrap-anywhere">{sector.name}</span>
            <span class="flex flex-none items-center gap-1">
                <span class="text-xs muted">{move || if active.get() { "Active" } else { "Off" }}</span>
                {may_manage
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="btn btn-ghost btn-xs btn-square js-only"
                                aria-label=format!("Edit {name}")
                                on:click=move |_| editing.set(true)
                            >
                                <Icon icon=lu::LuPencil class="size-3.5"/>
                            </button>
                            <button
                                type="button"
                                class="btn btn-ghost btn-xs btn-square js-only"
                                aria-label=format!("Delete {name}")
                                on:click=move |_| deleting.set(true)
                            >
                                <Icon icon=lu::LuTrash2 class="size-3.5"/>
                            </button>
                            <input
                                type="checkbox"
                                role="switch"
                                class="toggle toggle-sm toggle-primary js-only"
                                aria-label=format!("{name} is active")
                                prop:checked=move || active.get()
                                on:change=switch
                            />
                        }
                    })}
            </span>
            <Dialog open=editing title="Edit sector">
                <EditSector sector=stored.clone() saved=Callback::new(move |()| {
                    editing.set(false);
                    saved.run(());
                })/>
            </Dialog>
            <ConfirmDialog
                open=deleting
                title=format!("Delete {name}?")
                text="Only a sector that holds nothing can be deleted. One that holds keywords or articles can be switched off."
                confirm="Delete sector"
                on_confirm=delete
            />
        </li>
    }
}

#[component]
fn EditSector(sector: sector::Model, saved: Callback<()>) -> impl IntoView {
    let form = FormState::new();
    let id = sector.id;
    let name = RwSignal::new(sector.name);
    let stored = sector.author_profile_id.map(|id| id.to_string()).unwrap_or_default();
    let author = RwSignal::new(stored.clone());
    let authors = use_author_options("Nobody in particular");
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let chosen = author.get_untracked();
        let patch = SectorPatch {
            name: Some(name.get_untracked()),
            author_profile_id: (chosen != stored).then(|| AuthorProfileId(chosen.parse().unwrap_or_default())),
            ..SectorPatch::default()
        };
        form.send(update_sector(id, patch), move |_| saved.run(()));
    };
    view! {
        <form method="post" on:submit=send>
            <FormError error=form.error/>
            <TextInput name="name" id="sector-name" label="Name" value=name required=true errors=form.error/>
            <Select
                name="author_profile_id" label="Author" value=author options=authors
                hint="Whose voice its articles are written in. A task can name another one." errors=form.error
            />
            <div class="flex justify-end">
                <SubmitButton pending=form.pending>"Save"</SubmitButton>
            </div>
        </form>
    }
}

#[component]
fn AddSector(site: SiteId, saved: Callback<()>) -> impl IntoView {
    let toasts = use_toasts();
    let form = FormState::new();
    let name = RwSignal::new(String::new());
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let input = NewSector {
            site_id: site,
            name: name.get_untracked(),
            industry_sector_id: None,
        };
        form.send(add_sector(input), move |made| {
            toasts.success(format!("{} is added.", made.name));
            saved.run(());
        });
    };
    view! {
        <form method="post" on:submit=send>
            <FormError error=form.error/>
            <TextInput
                name="name"
                label="Name"
                value=name
                placeholder="Vegetables"
                hint="A subject area. A site has at most five active ones."
                required=true
                errors=form.error
            />
            <div class="flex justify-end">
                <SubmitButton pending=form.pending>"Add sector"</SubmitButton>
            </div>
        </form>
    }
}
