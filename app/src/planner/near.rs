//! Says that a topic is there already, while somebody types it.

use std::time::Duration;

use entity::{
    ClusterId, IdeaId,
    topic::{Ask, Covered, Near},
};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};

use super::api::near_topics;
use crate::{
    components::{Icon, lu},
    workspace::use_workspace,
};

/// How long the typing must have paused.
const PAUSE: Duration = Duration::from_millis(400);

/// What is about the same as what somebody types; asked for once the typing has paused. Nothing while title and keywords are
/// those of `stored`.
pub(super) fn use_near(
    title: RwSignal<String>,
    keywords: RwSignal<String>,
    cluster: RwSignal<String>,
    stored: Option<(IdeaId, String, String)>,
) -> RwSignal<Vec<Near>> {
    let workspace = use_workspace();
    let near = RwSignal::new(Vec::new());
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let asked = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let (title, keywords) = (title.get(), keywords.get());
        let cluster_id = cluster.get().parse::<ClusterId>().ok();
        let site_id = workspace.site_id();
        if let Some(handle) = waiting.get_value() {
            handle.clear();
        }
        asked.update_value(|number| *number += 1);
        let number = asked.get_value();
        let is_stored = stored
            .as_ref()
            .is_some_and(|(_, old, words)| title.trim() == old && keywords.trim() == words);
        let Some(site_id) = site_id.filter(|_| !title.trim().is_empty() && !is_stored) else {
            near.set(Vec::new());
            return;
        };
        let ask = Ask {
            site_id,
            title: title.trim().to_owned(),
            keywords,
            cluster_id,
            idea_id: stored.as_ref().map(|(id, ..)| *id),
        };
        let handle = set_timeout_with_handle(
            move || {
                spawn_local(async move {
                    // A check that fails is no reason to stop anybody: saving asks again.
                    let found = near_topics(ask).await.unwrap_or_default();
                    if asked.try_get_value() == Some(number) {
                        near.try_set(found);
                    }
                });
            },
            PAUSE,
        );
        waiting.set_value(handle.ok());
    });
    near
}

/// Links to what is about the same, with how far it is.
pub(crate) fn near_links(near: &[Near]) -> impl IntoView + use<> {
    near.iter()
        .map(|one| {
            view! {
                <li>
                    <a class="link" href=one.href() target="_blank">{one.title.clone()}</a>
                    {format!(" ({}, {})", one.kind.label().to_lowercase(), one.status)}
                </li>
            }
        })
        .collect_view()
}

/// The warning under a title.
#[component]
pub(super) fn NearWarning(
    /// What is about the same.
    near: RwSignal<Vec<Near>>,
) -> impl IntoView {
    view! {
        <div aria-live="polite">
            {move || {
                let found = near.get();
                (!found.is_empty()).then(|| view! {
                    <div class="alert alert-warning alert-soft mb-4 items-start py-2.5 text-sm">
                        <Icon icon=lu::LuTriangleAlert class="mt-0.5 size-4 flex-none"/>
                        <div class="min-w-0">
                            <p class="font-medium">"You have this topic already:"</p>
                            <ul class="wrap-anywhere">{near_links(&found)}</ul>
                        </div>
                    </div>
                })
            }}
        </div>
    }
}

/// Clusters, ideas or tasks whose topic is there already, each with what covers it.
pub(crate) fn covered_list(covered: &[Covered]) -> impl IntoView + use<> {
    covered
        .iter()
        .take(20)
        .map(|one| {
            view! {
                <li class="py-1">
                    <span class="font-medium">{one.name.clone()}</span>
                    <ul class="pl-3 text-xs wrap-anywhere">{near_links(&one.near)}</ul>
                </li>
            }
        })
        .collect_view()
}
