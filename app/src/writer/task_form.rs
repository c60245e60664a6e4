//! Adding a task.

use entity::{FieldError, task};
use leptos::prelude::*;

use super::api::create_task;
use crate::{
    components::{FormError, FormState, Select, SubmitButton, TextArea, TextInput},
    planner::parts::{
        SectorField, sector_of, small_number, structures, use_cluster_options, use_sector_choice, with_none,
    },
    thinker::parts::use_author_options,
};

/// The form of a new task.
#[component]
pub(super) fn TaskForm(
    /// Called with the new task.
    #[prop(into)]
    on_saved: Callback<task::Model>,
) -> impl IntoView {
    let title = RwSignal::new(String::new());
    let description = RwSignal::new(String::new());
    let keywords = RwSignal::new(String::new());
    let words = RwSignal::new("1200".to_owned());
    let structure = RwSignal::new("guide".to_owned());
    let cluster = RwSignal::new(String::new());
    let clusters = with_none(use_cluster_options());
    let author = RwSignal::new(String::new());
    let authors = use_author_options("The sector's author");
    let sector = use_sector_choice();
    let form = FormState::new();
    let errors = form.error;

    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let mut faults = Vec::new();
        let text = title.get_untracked().trim().to_owned();
        if text.is_empty() {
            faults.push(FieldError {
                field: "title".to_owned(),
                message: "Please enter a title.".to_owned(),
            });
        }
        let words = small_number("target_word_count", &words.get_untracked(), &mut faults);
        if form.refuse(faults) {
            return;
        }
        let Some(sector_id) = sector_of(sector) else { return };
        let new = task::New {
            sector_id,
            title: text,
            description: description.get_untracked().trim().to_owned(),
            cluster_id: cluster.get_untracked().parse().ok(),
            content_structure: Some(structure.get_untracked()),
            keywords: keywords.get_untracked().trim().to_owned(),
            target_word_count: words,
            author_profile_id: author.get_untracked().parse().ok(),
        };
        form.send(create_task(new), move |saved| on_saved.run(saved));
    };

    view! {
        <form on:submit=submit novalidate>
            <FormError error=errors/>
            <TextInput name="title" label="Title" value=title required=true errors=errors/>
            <TextArea name="description" label="What it should cover" value=description rows=4 errors=errors/>
            <TextInput
                name="keywords" label="Keywords" value=keywords
                hint="Separated by commas, the main one first." errors=errors
            />
            <div class="grid gap-x-4 sm:grid-cols-2">
                <Select name="content_structure" label="Structure" value=structure options=structures() errors=errors/>
                <TextInput name="target_word_count" label="Words" value=words hint="100 to 20,000" errors=errors/>
            </div>
            <Select name="cluster_id" label="Cluster" value=cluster options=clusters errors=errors/>
            <Select
                name="author_profile_id" label="Author" value=author options=authors
                hint="Whose voice it is written in, and in which language." errors=errors
            />
            <SectorField value=sector errors=errors/>
            <div class="mt-2 flex justify-end">
                <SubmitButton pending=form.pending>"Add task"</SubmitButton>
            </div>
        </form>
    }
}
