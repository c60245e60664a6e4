//! Adding and changing an idea.

use entity::{
    ClusterId, FieldError,
    idea::{self, CONTENT_TYPES, IdeaStatus},
};
use leptos::prelude::*;

use super::{
    api::{create_idea, update_idea},
    near::{NearWarning, use_near},
    parts::{
        SectorField, changed, sector_or_refuse, small_number, structures, use_cluster_options, use_sector_choice,
        with_none,
    },
};
use crate::components::{FormError, FormState, Select, SubmitButton, TextArea, TextInput, options_of};

/// The form of an idea, new or stored.
#[component]
pub(super) fn IdeaForm(
    /// The stored idea; nothing for a new one.
    stored: Option<idea::Model>,
    /// Called with what is stored now.
    #[prop(into)]
    on_saved: Callback<idea::Model>,
) -> impl IntoView {
    let is_new = stored.is_none();
    let text = |pick: fn(&idea::Model) -> String| RwSignal::new(stored.as_ref().map(pick).unwrap_or_default());
    let title = text(|stored| stored.idea_title.clone());
    let description = text(|stored| stored.description.clone());
    let keywords = text(|stored| stored.target_keywords.clone());
    let words = RwSignal::new(
        stored
            .as_ref()
            .map_or(1200, |stored| stored.estimated_word_count)
            .to_string(),
    );
    let structure = RwSignal::new(
        stored
            .as_ref()
            .map_or_else(|| "guide".to_owned(), |stored| stored.content_structure.clone()),
    );
    let status = RwSignal::new(
        stored
            .as_ref()
            .map_or("new", |stored| stored.status.as_str())
            .to_owned(),
    );
    let content_type = RwSignal::new(
        stored
            .as_ref()
            .map_or_else(|| "blog_post".to_owned(), |stored| stored.content_type.clone()),
    );
    let cluster = RwSignal::new(
        stored
            .as_ref()
            .and_then(|stored| stored.cluster_id)
            .map(|id| id.to_string())
            .unwrap_or_default(),
    );
    let clusters = with_none(use_cluster_options());
    let sector = use_sector_choice();
    let form = FormState::new();
    let errors = form.error;
    let near = use_near(
        title,
        keywords,
        cluster,
        stored
            .as_ref()
            .map(|stored| (stored.id, stored.idea_title.clone(), stored.target_keywords.clone())),
    );
    // Somebody else may have been faster than our own look: the refusal says what is there.
    Effect::new(move |_| {
        if let Some(refusal) = errors.get()
            && !refusal.near.is_empty()
        {
            near.set(refusal.near);
        }
    });
    let types = CONTENT_TYPES
        .iter()
        .map(|(key, label)| ((*key).to_owned(), (*label).to_owned()))
        .collect::<Vec<_>>();
    let statuses = options_of(IdeaStatus::ALL, |status| (status.as_str(), status.label()));

    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let mut faults = Vec::new();
        let idea_title = title.get_untracked().trim().to_owned();
        if idea_title.is_empty() {
            faults.push(FieldError {
                field: "idea_title".to_owned(),
                message: "Please enter a title.".to_owned(),
            });
        }
        let words = small_number("estimated_word_count", &words.get_untracked(), &mut faults);
        if form.refuse(faults) {
            return;
        }
        let description = description.get_untracked().trim().to_owned();
        let target_keywords = keywords.get_untracked().trim().to_owned();
        let content_structure = structure.get_untracked();
        let content_type = content_type.get_untracked();
        let allow_duplicate = near.with_untracked(|near| !near.is_empty());
        let done = move |saved| on_saved.run(saved);
        match &stored {
            None => {
                let Some(sector_id) = sector_or_refuse(sector, form) else {
                    return;
                };
                let new = idea::New {
                    sector_id,
                    idea_title,
                    description,
                    cluster_id: cluster.get_untracked().parse().ok(),
                    content_structure: Some(content_structure),
                    target_keywords,
                    estimated_word_count: words,
                    content_type: Some(content_type),
                    allow_duplicate,
                };
                form.send(create_idea(new), done);
            }
            Some(stored) => {
                let patch = idea::Patch {
                    idea_title: changed(idea_title, &stored.idea_title),
                    description: changed(description, &stored.description),
                    content_type: changed(content_type, &stored.content_type),
                    content_structure: changed(content_structure, &stored.content_structure),
                    cluster_id: changed(cluster.get_untracked().parse().ok(), &stored.cluster_id)
                        .map(|id| id.unwrap_or(ClusterId(0))),
                    allow_duplicate,
                    target_keywords: changed(target_keywords, &stored.target_keywords),
                    estimated_word_count: words.filter(|words| *words != stored.estimated_word_count),
                    status: status
                        .get_untracked()
                        .parse::<IdeaStatus>()
                        .ok()
                        .filter(|status| *status != stored.status),
                };
                form.send(update_idea(stored.id, patch), done);
            }
        }
    };

    view! {
        <form on:submit=submit novalidate>
            <FormError error=errors/>
            <TextInput name="idea_title" label="Title" value=title required=true errors=errors/>
            <NearWarning near/>
            <TextArea name="description" label="What it should cover" value=description rows=4 errors=errors/>
            <TextInput
                name="target_keywords" label="Keywords" value=keywords
                hint="Separated by commas, the main one first." errors=errors
            />
            <div class="grid gap-x-4 sm:grid-cols-2">
                <Select name="content_type" label="Type" value=content_type options=types errors=errors/>
                <Select name="content_structure" label="Structure" value=structure options=structures() errors=errors/>
                <TextInput name="estimated_word_count" label="Words" value=words hint="100 to 20,000" errors=errors/>
                <Select name="cluster_id" label="Cluster" value=cluster options=clusters errors=errors/>
            </div>
            {if is_new {
                view! { <SectorField value=sector errors=errors/> }.into_any()
            } else {
                view! { <Select name="status" label="Status" value=status options=statuses errors=errors/> }.into_any()
            }}
            <div class="mt-2 flex justify-end">
                <SubmitButton pending=form.pending>
                    {move || match (is_new, near.with(Vec::is_empty)) {
                        (true, true) => "Add idea",
                        (true, false) => "Add anyway",
                        (false, true) => "Save",
                        (false, false) => "Save anyway",
                    }}
                </SubmitButton>
            </div>
        </form>
    }
}
