//! Adding and changing a cluster.

use entity::{
    FieldError,
    cluster::{self, ClusterStatus},
};
use leptos::prelude::*;

use super::{
    api::{create_cluster, update_cluster},
    parts::{SectorField, changed, sector_or_refuse, use_sector_choice},
};
use crate::components::{FormError, FormState, Select, SubmitButton, TextArea, TextInput, options_of};

/// The form of a cluster, new or stored.
#[component]
pub(super) fn ClusterForm(
    /// The stored cluster; nothing for a new one.
    stored: Option<cluster::Model>,
    /// Called with what is stored now.
    #[prop(into)]
    on_saved: Callback<cluster::Model>,
) -> impl IntoView {
    let is_new = stored.is_none();
    let name = RwSignal::new(stored.as_ref().map(|stored| stored.name.clone()).unwrap_or_default());
    let description = RwSignal::new(
        stored
            .as_ref()
            .map(|stored| stored.description.clone())
            .unwrap_or_default(),
    );
    let status = RwSignal::new(
        stored
            .as_ref()
            .map_or("active", |stored| stored.status.as_str())
            .to_owned(),
    );
    let sector = use_sector_choice();
    let form = FormState::new();
    let errors = form.error;
    let statuses = options_of(ClusterStatus::ALL, |status| (status.as_str(), status.label()));

    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let name = name.get_untracked().trim().to_owned();
        let description = description.get_untracked().trim().to_owned();
        let mut faults = Vec::new();
        if name.is_empty() {
            faults.push(FieldError {
                field: "name".to_owned(),
                message: "Please enter a name.".to_owned(),
            });
        }
        if form.refuse(faults) {
            return;
        }
        let done = move |saved| on_saved.run(saved);
        match &stored {
            None => {
                let Some(sector_id) = sector_or_refuse(sector, form) else {
                    return;
                };
                form.send(
                    create_cluster(cluster::New {
                        sector_id,
                        name,
                        description,
                    }),
                    done,
                );
            }
            Some(stored) => {
                let patch = cluster::Patch {
                    name: changed(name, &stored.name),
                    description: changed(description, &stored.description),
                    status: status
                        .get_untracked()
                        .parse::<ClusterStatus>()
                        .ok()
                        .filter(|status| *status != stored.status),
                };
                form.send(update_cluster(stored.id, patch), done);
            }
        }
    };

    view! {
        <form on:submit=submit novalidate>
            <FormError error=errors/>
            <TextInput name="name" label="Name" value=name required=true hint="Usually its main keyword." errors=errors/>
            <TextArea name="description" label="Description" value=description rows=3 hint="What belongs into it." errors=errors/>
            {if is_new {
                view! { <SectorField value=sector errors=errors/> }.into_any()
            } else {
                view! { <Select name="status" label="Status" value=status options=statuses errors=errors/> }.into_any()
            }}
            <div class="mt-2 flex justify-end">
                <SubmitButton pending=form.pending>{if is_new { "Add cluster" } else { "Save" }}</SubmitButton>
            </div>
        </form>
    }
}
