//! Changing what a picture should show.

use entity::{FieldError, image};
use leptos::prelude::*;

use super::api::update_image;
use crate::{
    components::{FormError, FormState, SubmitButton, TextArea, TextInput},
    planner::parts::changed,
};

/// The form of a picture.
#[component]
pub(super) fn ImageForm(
    /// The stored picture.
    stored: image::Model,
    /// Called with what is stored now.
    #[prop(into)]
    on_saved: Callback<image::Model>,
) -> impl IntoView {
    let prompt = RwSignal::new(stored.prompt.clone());
    let alt = RwSignal::new(stored.alt_text.clone());
    let form = FormState::new();
    let errors = form.error;
    let hint = if stored.storage_key.is_some() {
        "Takes effect when the picture is made again."
    } else {
        ""
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = prompt.get_untracked().trim().to_owned();
        let mut faults = Vec::new();
        if text.is_empty() {
            faults.push(FieldError {
                field: "prompt".to_owned(),
                message: "Please say what the picture should show.".to_owned(),
            });
        }
        if form.refuse(faults) {
            return;
        }
        let patch = image::Patch {
            prompt: changed(text, &stored.prompt),
            alt_text: changed(alt.get_untracked().trim().to_owned(), &stored.alt_text),
        };
        form.send(update_image(stored.id, patch), move |saved| on_saved.run(saved));
    };
    view! {
        <form on:submit=submit novalidate>
            <FormError error=errors/>
            <TextArea name="prompt" label="What it should show" value=prompt rows=5 hint=hint errors=errors/>
            <TextInput
                name="alt_text" label="Description" value=alt
                hint="For those who cannot see it, and for search engines." errors=errors
            />
            <div class="mt-2 flex justify-end">
                <SubmitButton pending=form.pending>"Save"</SubmitButton>
            </div>
        </form>
    }
}
