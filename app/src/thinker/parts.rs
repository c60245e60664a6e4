//! What the pages of the thinker share, and what other pages need of it.

use entity::{
    ListQuery,
    ai_prompt::{InForce, PromptSource},
    ai_task::AiFunction,
    site::LANGUAGES,
};
use leptos::{prelude::*, task::spawn_local};

use super::api::list_author_profiles;
use crate::{
    components::{Tag, Tone},
    workspace::use_workspace,
};

/// The person may change prompts, authors and strategies; changes only when the answer does.
pub(super) fn use_may_manage() -> Memo<bool> {
    let workspace = use_workspace();
    Memo::new(move |_| workspace.can_manage())
}

/// Says to those who may only read why there are no buttons.
#[component]
pub(super) fn ReadOnlyNote() -> impl IntoView {
    let may = use_may_manage();
    view! {
        <Show when=move || !may.get()>
            <p class="mb-4 text-sm muted">"You can read this. Owners and admins can change it."</p>
        </Show>
    }
}

/// What a person reads for the language of a profile.
pub(super) fn language_label(code: &str) -> &'static str {
    LANGUAGES
        .iter()
        .find(|(known, _)| *known == code)
        .map_or("As the keywords and the site", |(_, name)| *name)
}

/// Where a text comes from, as a badge.
#[component]
pub(super) fn SourceTag(
    /// Where it comes from.
    source: PromptSource,
) -> impl IntoView {
    let tone = match source {
        PromptSource::Default => Tone::Neutral,
        PromptSource::Account => Tone::Primary,
        PromptSource::Strategy => Tone::Info,
    };
    view! { <Tag tone>{source.label()}</Tag> }
}

/// A sector with its site, as a person reads it.
pub(super) fn place(in_force: &InForce) -> String {
    format!("{} · {}", in_force.site_name, in_force.sector_name)
}

/// What a function does, for somebody who writes its text.
pub(super) fn purpose(function: AiFunction) -> &'static str {
    match function {
        AiFunction::AutoCluster => "Finds names for groups of keywords.",
        AiFunction::GenerateIdeas => "Proposes what could be written for a cluster.",
        AiFunction::GenerateContent => "Writes the article of a task.",
        AiFunction::GenerateImagePrompts => "Describes the pictures of an article.",
        AiFunction::GenerateImages => "Makes a picture from its description.",
        AiFunction::GenerateSiteStructure => "Proposes the pages of a site.",
        AiFunction::OptimizeContent => "Improves an article.",
        AiFunction::SuggestLinks => "Proposes links between articles.",
    }
}

/// Every active sector that the person sees, with its site, after one that means all.
pub(super) fn use_sector_options(all: &'static str) -> Signal<Vec<(String, String)>> {
    let workspace = use_workspace();
    Signal::derive(move || {
        let mut options = vec![(String::new(), all.to_owned())];
        for entry in workspace.sites() {
            for sector in entry.sectors.into_iter().filter(|sector| sector.is_active) {
                options.push((sector.id.to_string(), format!("{} · {}", entry.site.name, sector.name)));
            }
        }
        options
    })
}

/// The author profiles to choose from, once the page is alive, after one that means none.
pub(crate) fn use_author_options(none: &'static str) -> Signal<Vec<(String, String)>> {
    let options = RwSignal::new(vec![(String::new(), none.to_owned())]);
    Effect::new(move |_| {
        spawn_local(async move {
            let query = ListQuery {
                page_size: Some(200),
                ..ListQuery::default()
            };
            let Ok(page) = list_author_profiles(query).await else {
                return;
            };
            options.try_update(|options| {
                options.extend(
                    page.results
                        .into_iter()
                        .map(|author| (author.id.to_string(), author.name)),
                );
            });
        });
    });
    options.into()
}
