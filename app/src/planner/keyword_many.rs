//! Adding several keywords by hand: one a line.

use entity::keyword::{Added, Intent, MAX_AT_ONCE, NewMany};
use leptos::prelude::*;

use super::{
    keywords_api::create_keywords,
    parts::{SectorField, rows_count, sector_or_refuse, use_sector_choice},
};
use crate::components::{FormError, FormState, Select, SubmitButton, TextArea, count, options_of};

/// What came of adding several keywords, for a person.
pub(super) fn added_words(added: &Added) -> String {
    let new = count(rows_count(added.added), "keyword", "keywords");
    match added.skipped {
        0 => format!("{new} added."),
        1 => format!("{new} added, 1 was there already."),
        there => format!(
            "{new} added, {} were there already.",
            crate::components::number(rows_count(there))
        ),
    }
}

/// The form for a pasted list.
#[component]
pub(super) fn ManyForm(
    /// Called with what came of it.
    #[prop(into)]
    on_saved: Callback<Added>,
) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let intent = RwSignal::new(String::new());
    let sector = use_sector_choice();
    let form = FormState::new();
    let errors = form.error;
    let mut intents = vec![(String::new(), "Guess from the words".to_owned())];
    intents.extend(options_of(Intent::ALL, |intent| (intent.as_str(), intent.label())));
    let lines = Memo::new(move |_| text.with(|text| text.lines().filter(|line| !line.trim().is_empty()).count()));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(sector_id) = sector_or_refuse(sector, form) else {
            return;
        };
        let new = NewMany {
            sector_id,
            keywords: text.with_untracked(|text| text.lines().map(str::to_owned).collect()),
            intent: intent.get_untracked().parse().ok(),
        };
        form.send(create_keywords(new), move |added| on_saved.run(added));
    };
    view! {
        <form on:submit=submit novalidate>
            <FormError error=errors/>
            <TextArea
                name="keywords" label="Keywords, one a line" value=text rows=9 errors=errors
                hint=format!("At most {MAX_AT_ONCE} at once. Longer lists can be imported as a file.")
                placeholder="best espresso machine\nespresso machine for small kitchens"
            />
            <Select name="intent" label="Intent" value=intent options=intents errors=errors id="many-intent"/>
            <SectorField value=sector errors=errors/>
            <div class="mt-2 flex items-center justify-end gap-3">
                <span class="text-sm muted tabular" aria-live="polite">
                    {move || (lines.get() > 0).then(|| count(i64::try_from(lines.get()).unwrap_or(i64::MAX), "keyword", "keywords"))}
                </span>
                <SubmitButton pending=form.pending>"Add keywords"</SubmitButton>
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_of_a_list_is_said_in_full() {
        let words = |added, skipped| added_words(&Added { added, skipped });
        assert_eq!(words(12, 3), "12 keywords added, 3 were there already.");
        assert_eq!(words(1, 0), "1 keyword added.");
        assert_eq!(words(0, 1), "0 keywords added, 1 was there already.");
    }
}
