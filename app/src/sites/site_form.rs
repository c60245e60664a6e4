//! The forms for a site: a new one, and all that can be set of one.

use std::collections::BTreeSet;

use entity::{
    ApiError, IndustryId, IndustrySectorId, industry,
    site::{self, HostingType, LANGUAGES, NewSite, SitePatch, SiteType, WithSectors},
};
use leptos::{ev::SubmitEvent, prelude::*};

use super::api::{create_site, industries, update_site};
use crate::{
    browser,
    components::{
        CheckList, Field, FormError, FormState, Select, SubmitButton, Switch, TagsInput, TextInput, options_of,
        use_toasts,
    },
    workspace::use_workspace,
};

/// The fields that a new site and an old one share.
#[derive(Clone, Copy)]
struct Fields {
    name: RwSignal<String>,
    slug: RwSignal<String>,
    domain: RwSignal<String>,
    industry: RwSignal<String>,
    site_type: RwSignal<String>,
    hosting_type: RwSignal<String>,
    language: RwSignal<String>,
    time_zone: RwSignal<String>,
    accent: RwSignal<String>,
}

impl Fields {
    fn of(site: Option<&site::Model>) -> Self {
        let text = |value: Option<String>| RwSignal::new(value.unwrap_or_default());
        Self {
            name: text(site.map(|site| site.name.clone())),
            slug: text(site.map(|site| site.slug.clone())),
            domain: text(site.and_then(|site| site.domain.clone())),
            industry: text(site.and_then(|site| site.industry_id).map(|id| id.to_string())),
            site_type: text(Some(
                site.map_or(SiteType::Existing, |site| site.site_type)
                    .as_str()
                    .to_owned(),
            )),
            hosting_type: text(Some(
                site.map_or(HostingType::Wordpress, |site| site.hosting_type)
                    .as_str()
                    .to_owned(),
            )),
            language: text(Some(site.map_or_else(|| "en".to_owned(), |site| site.language.clone()))),
            time_zone: text(Some(
                site.map_or_else(|| "UTC".to_owned(), |site| site.time_zone.clone()),
            )),
            accent: text(site.and_then(|site| site.accent.clone())),
        }
    }
}

/// The form for a new site; the new site becomes the one worked on.
#[component]
pub fn NewSiteForm(
    /// Called once the site is there.
    #[prop(optional, into)]
    on_done: Option<Callback<WithSectors>>,
) -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let form = FormState::new();
    let fields = Fields::of(None);
    let sectors = RwSignal::new(Vec::<String>::new());
    let patterns = RwSignal::new(BTreeSet::<String>::new());
    let catalogue = Resource::new(|| (), |()| industries());
    // The visitor's own zone is the likely one; the server does not know it.
    Effect::new(move |_| {
        if let Some(own) = browser::time_zones().into_iter().next() {
            fields.time_zone.set(own);
        }
    });
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let given = |text: RwSignal<String>| Some(text.get_untracked()).filter(|text| !text.trim().is_empty());
        let input = NewSite {
            name: fields.name.get_untracked(),
            slug: None,
            domain: given(fields.domain),
            industry_id: fields.industry.get_untracked().parse::<IndustryId>().ok(),
            site_type: fields.site_type.get_untracked().parse().ok(),
            hosting_type: fields.hosting_type.get_untracked().parse().ok(),
            accent: given(fields.accent),
            time_zone: given(fields.time_zone),
            language: given(fields.language),
            sectors: sectors.get_untracked(),
            industry_sectors: patterns.with_untracked(|chosen| {
                chosen
                    .iter()
                    .filter_map(|id| id.parse::<IndustrySectorId>().ok())
                    .collect()
            }),
        };
        form.send(create_site(input), move |made| {
            toasts.success(format!("{} is ready.", made.site.name));
            workspace.select(made.site.id, None);
            workspace.reload();
            if let Some(on_done) = on_done {
                on_done.run(made);
            }
        });
    };
    // Another industry has other sectors.
    Effect::new(move |before: Option<String>| {
        let now = fields.industry.get();
        if before.is_some_and(|before| before != now) {
            patterns.update(BTreeSet::clear);
        }
        now
    });
    let choices = move |found: Vec<industry::WithSectors>| {
        let all = found.clone();
        let options = Signal::derive(move || {
            let chosen = fields.industry.get();
            all.iter()
                .find(|entry| entry.industry.id.to_string() == chosen)
                .map(|entry| {
                    entry
                        .sectors
                        .iter()
                        .map(|sector| (sector.id.to_string(), sector.name.clone(), String::new()))
                        .collect::<Vec<_>>()
                })
                .unwrap_or_default()
        });
        view! {
            {industry_select(fields.industry, found, form.error)}
            <Show when=move || !options.with(Vec::is_empty)>
                <CheckList
                    name="industry_sectors"
                    label="Sectors of this industry"
                    options
                    value=patterns
                    errors=form.error
                />
            </Show>
        }
    };
    view! {
        <form method="post" on:submit=send>
            <FormError error=form.error/>
            <TextInput name="name" label="Name" value=fields.name placeholder="Garden Almanac" required=true errors=form.error/>
            <TextInput
                name="domain"
                label="Address"
                value=fields.domain
                placeholder="https://example.com"
                hint="Where the site is, or will be. May stay empty."
                errors=form.error
            />
            <Transition fallback=|| view! { <div class="skeleton mb-4 h-16 w-full"></div> }>
                {move || catalogue.get().map(|found| choices(found.unwrap_or_default()))}
            </Transition>
            <TagsInput
                name="sectors"
                label="Your own sectors"
                value=sectors
                hint="One to five subject areas in all, such as Roses, Vegetables, Tools. Enter adds one. Each keyword belongs to one sector."
                placeholder="Roses"
                errors=form.error
            />
            <Details fields errors=form.error/>
            <div class="flex justify-end">
                <SubmitButton pending=form.pending>"Create site"</SubmitButton>
            </div>
        </form>
    }
}

/// Everything that can be set of a site.
#[component]
pub fn EditSite(
    /// The site.
    site: site::Model,
    /// Called once it is saved.
    saved: Callback<()>,
) -> impl IntoView {
    let toasts = use_toasts();
    let form = FormState::new();
    let id = site.id;
    let fields = Fields::of(Some(&site));
    let active = RwSignal::new(site.is_active);
    let catalogue = Resource::new(|| (), |()| industries());
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let patch = SitePatch {
            name: Some(fields.name.get_untracked()),
            slug: Some(fields.slug.get_untracked()),
            domain: Some(fields.domain.get_untracked()),
            industry_id: Some(IndustryId(fields.industry.get_untracked().parse().unwrap_or(0))),
            is_active: Some(active.get_untracked()),
            site_type: fields.site_type.get_untracked().parse().ok(),
            hosting_type: fields.hosting_type.get_untracked().parse().ok(),
            accent: Some(fields.accent.get_untracked()),
            time_zone: Some(fields.time_zone.get_untracked()),
            language: Some(fields.language.get_untracked()),
        };
        form.send(update_site(id, patch), move |_| {
            toasts.success("Saved.");
            saved.run(());
        });
    };
    view! {
        <form method="post" on:submit=send>
            <FormError error=form.error/>
            <TextInput name="name" label="Name" value=fields.name required=true errors=form.error/>
            <TextInput name="domain" label="Address" value=fields.domain placeholder="https://example.com" errors=form.error/>
            <TextInput
                name="slug"
                label="Short name"
                value=fields.slug
                hint="For addresses and file names: small letters, digits and hyphens."
                required=true
                errors=form.error
            />
            <Transition fallback=|| view! { <div class="skeleton mb-4 h-16 w-full"></div> }>
                {move || {
                    catalogue
                        .get()
                        .map(|found| industry_select(fields.industry, found.unwrap_or_default(), form.error))
                }}
            </Transition>
            <Details fields errors=form.error/>
            <Switch label="Active" value=active/>
            <div class="flex justify-end">
                <SubmitButton pending=form.pending>"Save"</SubmitButton>
            </div>
        </form>
    }
}

fn industry_select(
    value: RwSignal<String>,
    found: Vec<industry::WithSectors>,
    error: RwSignal<Option<ApiError>>,
) -> impl IntoView {
    let mut options = vec![(String::new(), "Choose one, if you like".to_owned())];
    options.extend(
        found
            .into_iter()
            .map(|entry| (entry.industry.id.to_string(), entry.industry.name)),
    );
    view! { <Select name="industry_id" label="Industry" value=value options=options errors=error/> }
}

/// What most people leave as it is.
#[component]
fn Details(fields: Fields, errors: RwSignal<Option<ApiError>>) -> impl IntoView {
    let zones = RwSignal::new(Vec::<String>::new());
    Effect::new(move |_| zones.set(browser::time_zones()));
    let languages: Vec<(String, String)> = LANGUAGES
        .iter()
        .map(|(code, name)| ((*code).to_owned(), (*name).to_owned()))
        .collect();
    let zone_error = Signal::derive(move || {
        errors.with(|error| {
            error
                .as_ref()
                .and_then(|error| error.field("time_zone"))
                .map(str::to_owned)
        })
    });
    view! {
        <div class="grid gap-x-4 sm:grid-cols-2">
            <Select
                name="language"
                label="Language"
                value=fields.language
                options=languages
                hint="What texts are written in when the keywords leave it open."
                errors=errors
            />
            <Field id="field-time_zone" label="Time zone" hint="Publications are timed by it." error=zone_error>
                <input
                    id="field-time_zone"
                    name="time_zone"
                    class="input w-full"
                    list="zones"
                    autocomplete="off"
                    placeholder="Europe/Berlin"
                    aria-describedby="field-time_zone-note"
                    prop:value=move || fields.time_zone.get()
                    on:input:target=move |event| fields.time_zone.set(event.target().value())
                />
                <datalist id="zones">
                    {move || zones.get().into_iter().map(|zone| view! { <option value=zone></option> }).collect_view()}
                </datalist>
            </Field>
            <Select
                name="site_type"
                label="State of the site"
                value=fields.site_type
                options=options_of(SiteType::ALL, |kind| (kind.as_str(), kind.label()))
                errors=errors
            />
            <Select
                name="hosting_type"
                label="Where it runs"
                value=fields.hosting_type
                options=options_of(HostingType::ALL, |kind| (kind.as_str(), kind.label()))
                errors=errors
            />
        </div>
        <Colour value=fields.accent errors/>
    }
}

/// A colour, or none.
#[component]
fn Colour(value: RwSignal<String>, errors: RwSignal<Option<ApiError>>) -> impl IntoView {
    let error = Signal::derive(move || {
        errors.with(|error| {
            error
                .as_ref()
                .and_then(|error| error.field("accent"))
                .map(str::to_owned)
        })
    });
    let shown = move || {
        let text = value.get();
        if text.is_empty() { "#0f766e".to_owned() } else { text }
    };
    view! {
        <Field id="field-accent" label="Colour" hint="The built-in engine draws title pictures in it. Without one it varies." error>
            <div class="flex items-center gap-2">
                <input
                    id="field-accent"
                    type="color"
                    name="accent"
                    class="h-10 w-14 cursor-pointer rounded-field border border-base-300 bg-base-100 p-1"
                    aria-describedby="field-accent-note"
                    prop:value=shown
                    on:input:target=move |event| value.set(event.target().value())
                />
                <span class="text-sm muted tabular">{move || if value.with(String::is_empty) { "None".to_owned() } else { value.get() }}</span>
                <Show when=move || !value.with(String::is_empty)>
                    <button type="button" class="btn btn-ghost btn-xs" on:click=move |_| value.set(String::new())>"No colour"</button>
                </Show>
            </div>
        </Field>
    }
}
