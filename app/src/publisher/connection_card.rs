//! One connection of a site.

use entity::integration::{self, TestResult};
use leptos::{prelude::*, task::spawn_local};

use super::{
    api::{delete_integration, test_integration},
    connection_form::ConnectionForm,
};
use crate::components::{Badge, ConfirmDialog, Dialog, Icon, TimeAgo, Verdict, lu, use_toasts};

/// One connection of a site.
#[component]
pub fn ConnectionCard(
    /// The connection.
    connection: integration::Model,
    /// Called after each change.
    changed: Callback<()>,
) -> impl IntoView {
    let toasts = use_toasts();
    let id = connection.id;
    let editing = RwSignal::new(false);
    let removing = RwSignal::new(false);
    let testing = RwSignal::new(false);
    let verdict = RwSignal::new(None::<TestResult>);
    let test = move |_| {
        testing.set(true);
        verdict.set(None);
        spawn_local(async move {
            let result = test_integration(id).await;
            testing.set(false);
            match result {
                Ok(found) => verdict.set(Some(found)),
                Err(error) => toasts.error(&error),
            }
        });
    };
    let remove = move |()| {
        spawn_local(async move {
            match delete_integration(id).await {
                Ok(()) => {
                    toasts.success("The connection is removed.");
                    changed.run(());
                }
                Err(error) => toasts.error(&error),
            }
        });
    };
    let form_connection = connection.clone();
    let last_error = connection.last_error.clone();
    let name = connection.name.clone();
    view! {
        <li class="panel min-w-0 p-5">
            <div class="flex items-start justify-between gap-3">
                <div class="min-w-0">
                    <h3 class="font-semibold wrap-anywhere">{connection.name}</h3>
                    <a href=connection.base_url.clone() class="link link-hover text-sm muted wrap-anywhere" target="_blank" rel="noopener external">
                        {connection.base_url.clone()}
                    </a>
                    <p class="text-xs muted">{connection.platform.label()} " · as " {connection.username}</p>
                </div>
                <Badge value=connection.status/>
            </div>
            {connection
                .last_tested_at
                .map(|time| view! { <p class="mt-2 text-xs muted">"Tested " <TimeAgo time/></p> })}
            <div class="mt-3">
                {move || match (verdict.get(), last_error.clone()) {
                    (Some(result), _) => view! { <Verdict result/> }.into_any(),
                    (None, Some(message)) => {
                        view! { <Verdict result=TestResult { ok: false, message, advice: None }/> }.into_any()
                    }
                    (None, None) => ().into_any(),
                }}
            </div>
            <div class="mt-4 flex flex-wrap gap-2">
                <button type="button" class="btn btn-sm" disabled=move || testing.get() on:click=test>
                    <Icon icon=lu::LuPlug class="size-4"/>
                    {move || if testing.get() { "Testing…" } else { "Test" }}
                </button>
                <button type="button" class="btn btn-sm" on:click=move |_| editing.set(true)>
                    <Icon icon=lu::LuPencil class="size-4"/>
                    "Edit"
                </button>
                <button type="button" class="btn btn-ghost btn-sm ml-auto" on:click=move |_| removing.set(true)>
                    <Icon icon=lu::LuTrash2 class="size-4"/>
                    "Remove"
                </button>
            </div>
            <Dialog open=editing title="Edit connection">
                <ConnectionForm
                    connection=form_connection.clone()
                    on_done=move |()| {
                        editing.set(false);
                        changed.run(());
                    }
                />
            </Dialog>
            <ConfirmDialog
                open=removing
                title=format!("Remove {name}?")
                text="Articles that were published stay where they are. To change them from here you need a connection again."
                confirm="Remove"
                on_confirm=remove
            />
        </li>
    }
}
