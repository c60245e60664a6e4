//! One article: reading, editing, publishing.

use entity::{ApiError, ContentId};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    api::get_content,
    editor::{Editor, Reader},
};
use crate::{
    components::{ErrorState, PageHeader, Skeleton},
    workspace::use_workspace,
};

/// One article with everything that belongs to it.
#[component]
pub fn ArticlePage() -> impl IntoView {
    let workspace = use_workspace();
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse::<ContentId>().ok())));
    let detail = Resource::new(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => get_content(id).await,
                None => Err(ApiError::new("not_found", "There is no such article.")),
            }
        },
    );
    view! {
        <nav aria-label="Where this is" class="mb-2 text-sm">
            <a class="link link-hover muted" href="/writer/content">"Content"</a>
        </nav>
        <Transition fallback=|| view! { <Skeleton rows=10/> }>
            {move || detail.get().map(|result| match result {
                Ok(detail) if untrack(|| workspace.can_edit()) => view! { <Editor detail/> }.into_any(),
                Ok(detail) => view! { <Reader detail/> }.into_any(),
                Err(error) => {
                    view! {
                        <PageHeader title="Article"/>
                        <div class="panel">
                            <ErrorState error retry=move |()| detail.refetch()/>
                        </div>
                    }.into_any()
                }
            })}
        </Transition>
    }
}
