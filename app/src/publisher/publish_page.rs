//! Where articles go and what has arrived there.

use leptos::prelude::*;

use super::{api, connections::Connections, records::Records};
use crate::{
    components::{NeedsSite, PageHeader},
    workspace::use_workspace,
};

/// Where articles go and what has arrived there.
#[component]
pub fn PublishPage() -> impl IntoView {
    view! {
        <PageHeader title="Publish" purpose="The places your articles go to, and what has arrived there."/>
        <NeedsSite>
            <Sections/>
        </NeedsSite>
    }
}

#[component]
fn Sections() -> impl IntoView {
    let workspace = use_workspace();
    let connections = Resource::new(move || workspace.site_id(), api::integrations);
    view! {
        <Connections connections/>
        <h2 class="mb-3 mt-9 text-base font-semibold">"Articles sent"</h2>
        <Records/>
    }
}
