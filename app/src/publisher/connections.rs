//! The connections of a site.

use entity::{ApiError, integration};
use leptos::prelude::*;

use super::{connection_card::ConnectionCard, connection_form::ConnectionForm};
use crate::components::{Dialog, EmptyState, ErrorState, Icon, Skeleton, lu};

/// The connections of the site worked on.
#[component]
pub fn Connections(
    /// The connections.
    connections: Resource<Result<Vec<integration::Model>, ApiError>>,
) -> impl IntoView {
    let adding = RwSignal::new(false);
    let add = move || {
        view! {
            <button type="button" class="btn btn-primary btn-sm" on:click=move |_| adding.set(true)>
                <Icon icon=lu::LuPlus class="size-4"/>
                "Connect WordPress"
            </button>
        }
    };
    let changed = Callback::new(move |()| connections.refetch());
    view! {
        <div class="mb-3 flex flex-wrap items-center justify-between gap-2">
            <h2 class="text-base font-semibold">"Connections"</h2>
            {add()}
        </div>
        <Transition fallback=|| view! { <div class="panel"><Skeleton rows=3/></div> }>
            {move || {
                connections
                    .get()
                    .map(|result| match result {
                        Ok(found) if found.is_empty() => {
                            view! {
                                <div class="panel">
                                    <EmptyState
                                        icon=lu::LuPlug
                                        title="No connection yet"
                                        text="Connect the WordPress site that your articles are for. You need its address, a user and an application password."
                                    />
                                </div>
                            }
                                .into_any()
                        }
                        Ok(found) => {
                            view! {
                                <ul class="grid gap-4 md:grid-cols-2">
                                    {found
                                        .into_iter()
                                        .map(|connection| view! { <ConnectionCard connection changed/> })
                                        .collect_view()}
                                </ul>
                            }
                                .into_any()
                        }
                        Err(error) => view! { <div class="panel"><ErrorState error retry=changed/></div> }.into_any(),
                    })
            }}
        </Transition>
        <Dialog open=adding title="Connect WordPress">
            <ConnectionForm on_done=move |_| {
                adding.set(false);
                changed.run(());
            }/>
        </Dialog>
    }
}
