//! The form for a new site.

use entity::{
    ApiError, IndustryId,
    site::{NewSite, WithSectors},
};
use leptos::{prelude::*, task::spawn_local};

use super::api::{create_site, industries};
use crate::{
    components::{FormError, Select, SubmitButton, TagsInput, TextInput, use_toasts},
    workspace::use_workspace,
};

/// The form for a new site; the new site becomes the one worked on.
#[component]
pub fn NewSiteForm(
    /// Called once the site is there.
    #[prop(optional, into)]
    on_done: Option<Callback<WithSectors>>,
) -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let (name, domain, industry) = (
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
    );
    let sectors = RwSignal::new(Vec::<String>::new());
    let error = RwSignal::new(None::<ApiError>);
    let pending = RwSignal::new(false);
    let catalogue = Resource::new(|| (), |()| industries());
    let choices = move |found: Vec<entity::industry::Model>| {
        let mut options = vec![(String::new(), "Choose one, if you like".to_owned())];
        options.extend(
            found
                .into_iter()
                .map(|industry| (industry.id.to_string(), industry.name)),
        );
        options
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let input = NewSite {
            name: name.get_untracked(),
            domain: Some(domain.get_untracked()).filter(|text| !text.trim().is_empty()),
            industry_id: industry.get_untracked().parse::<IndustryId>().ok(),
            sectors: sectors.get_untracked(),
        };
        pending.set(true);
        error.set(None);
        spawn_local(async move {
            let result = create_site(input).await;
            pending.set(false);
            match result {
                Ok(made) => {
                    toasts.success(format!("{} is ready.", made.site.name));
                    workspace.select(made.site.id, None);
                    workspace.reload();
                    if let Some(on_done) = on_done {
                        on_done.run(made);
                    }
                }
                Err(refusal) => error.set(Some(refusal)),
            }
        });
    };
    view! {
        <form method="post" on:submit=send>
            <FormError error/>
            <TextInput name="name" label="Name" value=name placeholder="Garden Almanac" required=true errors=error/>
            <TextInput
                name="domain"
                label="Address"
                value=domain
                placeholder="https://example.com"
                hint="Where the site is, or will be. May stay empty."
                errors=error
            />
            <Transition fallback=|| view! { <div class="skeleton mb-4 h-16 w-full"></div> }>
                {move || {
                    catalogue
                        .get()
                        .map(|found| {
                            let options = choices(found.unwrap_or_default());
                            view! { <Select name="industry_id" label="Industry" value=industry options=options errors=error/> }
                        })
                }}
            </Transition>
            <TagsInput
                name="sectors"
                label="Sectors"
                value=sectors
                hint="One to five subject areas, such as Roses, Vegetables, Tools. Enter adds one. Each keyword belongs to one sector."
                placeholder="Roses"
                errors=error
            />
            <div class="flex justify-end">
                <SubmitButton pending>"Create site"</SubmitButton>
            </div>
        </form>
    }
}
