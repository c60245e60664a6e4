//! One site with its sectors.

use entity::{
    ApiError, SiteId,
    sector::{self, NewSector},
    site::{self, SitePatch, WithSectors},
};
use leptos::{prelude::*, task::spawn_local};

use super::api::{add_sector, set_sector_active, update_site};
use crate::{
    components::{Dialog, FormError, Icon, SubmitButton, Tag, TextInput, Tone, lu, use_toasts},
    workspace::use_workspace,
};

/// One site with its sectors.
#[component]
pub fn SiteCard(
    /// The site.
    entry: WithSectors,
    /// Called after each change.
    #[prop(into)]
    changed: Callback<()>,
) -> impl IntoView {
    let workspace = use_workspace();
    let WithSectors { site, sectors } = entry;
    let id = site.id;
    let current = move || workspace.site_id() == Some(id);
    let editing = RwSignal::new(false);
    let adding = RwSignal::new(false);
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
    view! {
        <li class="panel flex min-w-0 flex-col p-5">
            <div class="flex items-start justify-between gap-3">
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
                </div>
                <button
                    type="button"
                    class="btn btn-ghost btn-sm btn-square"
                    aria-label=format!("Edit {title}")
                    on:click=move |_| editing.set(true)
                >
                    <Icon icon=lu::LuPencil class="size-4"/>
                </button>
            </div>
            <h3 class="mb-1.5 mt-4 text-xs font-medium muted">{format!("Sectors, {active} of {} active", sector::MAX_ACTIVE)}</h3>
            <ul class="divide-y divide-base-300 border-y border-base-300">
                {sectors.into_iter().map(|sector| view! { <SectorRow sector saved/> }).collect_view()}
            </ul>
            <div class="mt-auto flex flex-wrap gap-2 pt-4">
                <Show when=move || !current()>
                    <button type="button" class="btn btn-sm" on:click=move |_| workspace.select(id, None)>"Work on this site"</button>
                </Show>
                <button type="button" class="btn btn-sm" on:click=move |_| adding.set(true)>
                    <Icon icon=lu::LuPlus class="size-4"/>
                    "Add sector"
                </button>
            </div>
            <Dialog open=editing title="Edit site">
                <EditSite site=form_site.clone() saved/>
            </Dialog>
            <Dialog open=adding title=format!("Add sector to {title}")>
                <AddSector site=id saved/>
            </Dialog>
        </li>
    }
}

#[component]
fn SectorRow(sector: sector::Model, saved: Callback<()>) -> impl IntoView {
    let toasts = use_toasts();
    let id = sector.id;
    let active = RwSignal::new(sector.is_active);
    let switch = move |_| {
        let wanted = !active.get_untracked();
        active.set(wanted);
        spawn_local(async move {
            match set_sector_active(id, wanted).await {
                Ok(_) => saved.run(()),
                Err(error) => {
                    active.set(!wanted);
                    toasts.error(&error);
                }
            }
        });
    };
    let name = sector.name.clone();
    view! {
        <li class="flex items-center justify-between gap-3 py-2 text-sm">
            <span class="min-w-0 wrap-anywhere">{sector.name}</span>
            <span class="flex items-center gap-2">
                <span class="text-xs muted">{move || if active.get() { "Active" } else { "Off" }}</span>
                <input
                    type="checkbox"
                    role="switch"
                    class="toggle toggle-sm toggle-primary js-only"
                    aria-label=format!("{name} is active")
                    prop:checked=move || active.get()
                    on:change=switch
                />
            </span>
        </li>
    }
}

#[component]
fn EditSite(site: site::Model, saved: Callback<()>) -> impl IntoView {
    let toasts = use_toasts();
    let id = site.id;
    let name = RwSignal::new(site.name);
    let domain = RwSignal::new(site.domain.unwrap_or_default());
    let active = RwSignal::new(site.is_active);
    let error = RwSignal::new(None::<ApiError>);
    let pending = RwSignal::new(false);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let patch = SitePatch {
            name: Some(name.get_untracked()),
            domain: Some(domain.get_untracked()),
            is_active: Some(active.get_untracked()),
        };
        pending.set(true);
        spawn_local(async move {
            let result = update_site(id, patch).await;
            pending.set(false);
            match result {
                Ok(_) => {
                    toasts.success("Saved.");
                    saved.run(());
                }
                Err(refusal) => error.set(Some(refusal)),
            }
        });
    };
    view! {
        <form method="post" on:submit=send>
            <FormError error/>
            <TextInput name="name" label="Name" value=name required=true errors=error/>
            <TextInput name="domain" label="Address" value=domain placeholder="https://example.com" errors=error/>
            <label class="mb-5 flex items-center gap-3 text-sm">
                <input
                    type="checkbox"
                    role="switch"
                    class="toggle toggle-sm toggle-primary"
                    prop:checked=move || active.get()
                    on:change=move |_| active.update(|active| *active = !*active)
                />
                "Active"
            </label>
            <div class="flex justify-end">
                <SubmitButton pending>"Save"</SubmitButton>
            </div>
        </form>
    }
}

#[component]
fn AddSector(site: SiteId, saved: Callback<()>) -> impl IntoView {
    let toasts = use_toasts();
    let name = RwSignal::new(String::new());
    let error = RwSignal::new(None::<ApiError>);
    let pending = RwSignal::new(false);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let input = NewSector {
            site_id: site,
            name: name.get_untracked(),
        };
        pending.set(true);
        spawn_local(async move {
            let result = add_sector(input).await;
            pending.set(false);
            match result {
                Ok(made) => {
                    toasts.success(format!("{} is added.", made.name));
                    saved.run(());
                }
                Err(refusal) => error.set(Some(refusal)),
            }
        });
    };
    view! {
        <form method="post" on:submit=send>
            <FormError error/>
            <TextInput
                name="name"
                label="Name"
                value=name
                placeholder="Vegetables"
                hint="A subject area. A site has at most five active ones."
                required=true
                errors=error
            />
            <div class="flex justify-end">
                <SubmitButton pending>"Add sector"</SubmitButton>
            </div>
        </form>
    }
}
