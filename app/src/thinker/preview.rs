//! What a model would be asked.

use entity::{
    ApiError,
    ai_prompt::{Preview, PreviewRequest},
    ai_task::AiFunction,
};
use leptos::{prelude::*, task::spawn_local};

use super::{
    api::preview_prompt,
    parts::{SourceTag, place},
};
use crate::components::{EmptyState, ErrorState, Select, Skeleton, lu};

/// A prompt filled in with the latest thing of a sector. Lives in a drawer, so only in the browser.
#[component]
pub(super) fn PreviewPane(
    /// Whose text it is.
    function: AiFunction,
    /// The sectors to choose from.
    sectors: Vec<(String, String)>,
    /// The text in the editor, when it differs from the stored one.
    draft: Option<String>,
) -> impl IntoView {
    let sector = RwSignal::new(sectors.first().map(|(id, _)| id.clone()).unwrap_or_default());
    let has_draft = draft.is_some();
    let which = RwSignal::new(if has_draft { "draft" } else { "used" }.to_owned());
    let found = RwSignal::new(None::<Result<Preview, ApiError>>);
    let draft = StoredValue::new(draft);
    let load = move || {
        let Ok(sector_id) = sector.get_untracked().parse() else {
            return;
        };
        let prompt_value = if which.get_untracked() == "draft" {
            draft.get_value()
        } else {
            None
        };
        let request = PreviewRequest {
            sector_id,
            prompt_value,
        };
        found.set(None);
        spawn_local(async move {
            let result = preview_prompt(function, request).await;
            found.try_set(Some(result));
        });
    };
    Effect::new(move |_| {
        sector.track();
        which.track();
        load();
    });
    let texts: Vec<(String, String)> = [("used", "As it is used now"), ("draft", "As it stands in the editor")]
        .map(|(key, label)| (key.to_owned(), label.to_owned()))
        .into();
    if sectors.is_empty() {
        return view! {
            <EmptyState icon=lu::LuGlobe title="No sectors yet" text="Make a site first; its sectors are what texts are filled in with."/>
        }
        .into_any();
    }
    view! {
        <Select name="preview_sector" label="Sector" value=sector options=sectors/>
        {has_draft.then(|| view! { <Select name="preview_text" label="Text" value=which options=texts.clone()/> })}
        {move || match found.get() {
            None => view! { <Skeleton/> }.into_any(),
            Some(Err(error)) => view! { <ErrorState error retry=move |()| load()/> }.into_any(),
            Some(Ok(preview)) => {
                let tried = which.get_untracked() == "draft";
                view! { <Shown preview tried/> }.into_any()
            }
        }}
    }
    .into_any()
}

#[component]
fn Shown(preview: Preview, tried: bool) -> impl IntoView {
    let Preview {
        in_force,
        is_builtin,
        about,
        system,
        user,
    } = preview;
    let name = place(&in_force);
    let used = if tried {
        view! { <p class="mb-4 text-sm muted">"This is your text from the editor. Nothing is saved yet."</p> }
            .into_any()
    } else {
        view! {
            <p class="mb-1 flex flex-wrap items-center gap-2 text-sm">
                <span class="font-medium">{name}</span>
                <SourceTag source=in_force.source/>
            </p>
            <p class="mb-4 text-xs muted">{in_force.why}</p>
        }
        .into_any()
    };
    let Some(about) = about else {
        return view! {
            {used}
            <EmptyState
                icon=lu::LuEye
                title="Nothing to show yet"
                text="This sector has nothing that the text could be filled in with. Try another sector."
            />
        }
        .into_any();
    };
    view! {
        {used}
        <p class="mb-4 text-sm">"Filled in with: " <span class="font-medium wrap-anywhere">{about}</span></p>
        {is_builtin.then(|| view! {
            <p class="mb-4 text-sm text-warning">"The built-in engine does this for now: nobody is asked this question."</p>
        })}
        <h3 class="mb-1 text-sm font-semibold">"The question"</h3>
        <pre class="mb-4 rounded-field bg-base-200 p-3 text-xs whitespace-pre-wrap wrap-anywhere">{user}</pre>
        {(!system.is_empty()).then(|| view! {
            <h3 class="mb-1 text-sm font-semibold">"Our rules, which always go along"</h3>
            <pre class="rounded-field bg-base-200 p-3 text-xs whitespace-pre-wrap wrap-anywhere">{system}</pre>
        })}
    }
    .into_any()
}
