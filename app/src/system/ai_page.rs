//! Who does the AI work: connections to providers, and a choice for each function.

use std::collections::HashMap;

use entity::{
    ApiError, ai_choice,
    integration::TestResult,
    provider_setting::{self, Provider},
};
use leptos::prelude::*;

use super::{
    SettingsTabs,
    api::{ai_choices, connections},
    choices::Choices,
    provider_card::ProviderCard,
};
use crate::components::{ErrorState, PageHeader, Skeleton};

/// Connections, choices, and what the latest tests found: what the parts of the page share.
#[derive(Clone, Copy)]
pub(super) struct Parts {
    pub connections: Resource<Result<Vec<provider_setting::Model>, ApiError>>,
    pub choices: Resource<Result<Vec<ai_choice::Model>, ApiError>>,
    pub verdicts: RwSignal<HashMap<Provider, TestResult>>,
}

/// Providers that somebody can connect, in the order in which the page shows them.
const PROVIDERS: [Provider; 4] = [
    Provider::Openai,
    Provider::Anthropic,
    Provider::Runware,
    Provider::OpenaiCompatible,
];

/// Who does the AI work.
#[component]
pub fn AiPage() -> impl IntoView {
    let parts = Parts {
        connections: Resource::new(|| (), |()| connections()),
        choices: Resource::new(|| (), |()| ai_choices()),
        verdicts: RwSignal::new(HashMap::new()),
    };
    let retry = move |()| {
        parts.connections.refetch();
        parts.choices.refetch();
    };
    view! {
        <PageHeader title="AI" purpose="Who writes and who draws. The built-in engine does everything at once, without a key; connect a provider for better texts and pictures."/>
        <SettingsTabs/>
        <section aria-labelledby="connections" class="mb-8">
            <h2 id="connections" class="mb-3 text-base font-semibold">"Connections"</h2>
            <Transition fallback=|| view! { <div class="panel"><Skeleton rows=4/></div> }>
                {move || {
                    parts
                        .connections
                        .get()
                        .map(|result| match result {
                            Ok(found) => {
                                view! {
                                    <ul class="grid gap-4 md:grid-cols-2">
                                        {PROVIDERS
                                            .into_iter()
                                            .map(|provider| {
                                                let connection = found.iter().find(|row| row.provider == provider).cloned();
                                                view! { <ProviderCard provider connection parts/> }
                                            })
                                            .collect_view()}
                                    </ul>
                                }
                                    .into_any()
                            }
                            Err(error) => view! { <div class="panel"><ErrorState error retry/></div> }.into_any(),
                        })
                }}
            </Transition>
        </section>
        <Choices parts/>
    }
}
