//! Adding and changing a keyword.

use entity::{
    FieldError,
    keyword::{self, Intent, KeywordStatus},
};
use leptos::prelude::*;

use super::{
    api::{create_keyword, update_keyword},
    keyword_sources::KeywordSources,
    parts::{SectorField, changed, number_text, sector_or_refuse, small_number, use_sector_choice, whole_number},
};
use crate::components::{FormError, FormState, Select, SubmitButton, TextInput, options_of};

/// The form of a keyword, new or stored.
#[component]
pub(super) fn KeywordForm(
    /// The stored keyword; nothing for a new one.
    stored: Option<keyword::Model>,
    /// Called with what is stored now.
    #[prop(into)]
    on_saved: Callback<keyword::Model>,
) -> impl IntoView {
    let is_new = stored.is_none();
    let id = stored.as_ref().map(|stored| stored.id);
    let text = RwSignal::new(stored.as_ref().map(|stored| stored.keyword.clone()).unwrap_or_default());
    let volume = RwSignal::new(number_text(stored.as_ref().and_then(|stored| stored.volume)));
    let difficulty = RwSignal::new(number_text(stored.as_ref().and_then(|stored| stored.difficulty)));
    let intent = RwSignal::new(
        stored
            .as_ref()
            .map(|stored| stored.intent.as_str().to_owned())
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

    let intents = {
        let mut all = if is_new {
            vec![(String::new(), "Guess from the words".to_owned())]
        } else {
            Vec::new()
        };
        all.extend(options_of(Intent::ALL, |intent| (intent.as_str(), intent.label())));
        all
    };
    let statuses = options_of(KeywordStatus::ALL, |status| (status.as_str(), status.label()));
    let figures = if is_new { "" } else { "Empty when it is not known." };

    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let mut faults = Vec::new();
        let keyword = text.get_untracked().trim().to_owned();
        if keyword.is_empty() {
            faults.push(FieldError {
                field: "keyword".to_owned(),
                message: "Please enter a keyword.".to_owned(),
            });
        }
        let volume = whole_number("volume", &volume.get_untracked(), &mut faults);
        let difficulty = small_number("difficulty", &difficulty.get_untracked(), &mut faults);
        if form.refuse(faults) {
            return;
        }
        let intent = intent.get_untracked().parse::<Intent>().ok();
        let done = move |saved| on_saved.run(saved);
        match &stored {
            None => {
                let Some(sector_id) = sector_or_refuse(sector, form) else {
                    return;
                };
                form.send(
                    create_keyword(keyword::New {
                        sector_id,
                        keyword,
                        volume,
                        difficulty,
                        intent,
                    }),
                    done,
                );
            }
            Some(stored) => {
                let patch = keyword::Patch {
                    keyword: changed(keyword, &stored.keyword),
                    volume: changed(volume, &stored.volume),
                    difficulty: changed(difficulty, &stored.difficulty),
                    intent: intent.filter(|intent| *intent != stored.intent),
                    status: status
                        .get_untracked()
                        .parse::<KeywordStatus>()
                        .ok()
                        .filter(|status| *status != stored.status),
                    seen: Some(stored.updated_at),
                };
                form.send(update_keyword(stored.id, patch), done);
            }
        }
    };

    view! {
        <form on:submit=submit novalidate>
            <FormError error=errors/>
            <TextInput name="keyword" label="Keyword" value=text required=true placeholder="best espresso machine" errors=errors/>
            <div class="grid gap-x-4 sm:grid-cols-2">
                <TextInput name="volume" label="Searches a month" value=volume hint=figures errors=errors/>
                <TextInput name="difficulty" label="Difficulty" value=difficulty hint="0 (easy) to 100 (hard)" errors=errors/>
            </div>
            <div class="grid gap-x-4 sm:grid-cols-2">
                <Select name="intent" label="Intent" value=intent options=intents errors=errors/>
                {(!is_new).then(|| view! { <Select name="status" label="Status" value=status options=statuses errors=errors/> })}
            </div>
            {is_new.then(|| view! { <SectorField value=sector errors=errors/> })}
            {id.map(|id| view! { <KeywordSources id/> })}
            <div class="mt-4 flex justify-end">
                <SubmitButton pending=form.pending>{if is_new { "Add keyword" } else { "Save" }}</SubmitButton>
            </div>
        </form>
    }
}
