//! Making and changing a WordPress connection.

use entity::{
    ApiError,
    integration::{self, New},
};
use leptos::{prelude::*, task::spawn_local};

use super::api::{save_integration, test_integration};
use crate::{
    components::{FormError, PasswordInput, SubmitButton, TextInput, use_toasts},
    workspace::use_workspace,
};

/// Makes a WordPress connection, or changes `connection`; tests it at once.
#[component]
pub fn ConnectionForm(
    /// The one to change.
    #[prop(optional)]
    connection: Option<integration::Model>,
    /// Called once it is saved.
    #[prop(into)]
    on_done: Callback<()>,
) -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let id = connection.as_ref().map(|connection| connection.id);
    let site = connection.as_ref().map(|connection| connection.site_id);
    let text = |pick: fn(&integration::Model) -> &String| {
        RwSignal::new(connection.as_ref().map(pick).cloned().unwrap_or_default())
    };
    let name = text(|connection| &connection.name);
    let base_url = text(|connection| &connection.base_url);
    let username = text(|connection| &connection.username);
    let password = RwSignal::new(String::new());
    let error = RwSignal::new(None::<ApiError>);
    let pending = RwSignal::new(false);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(site_id) = site.or_else(|| workspace.site_id()) else {
            return;
        };
        let input = New {
            site_id,
            name: name.get_untracked(),
            base_url: base_url.get_untracked(),
            username: username.get_untracked(),
            password: password.get_untracked(),
        };
        pending.set(true);
        error.set(None);
        spawn_local(async move {
            let saved = save_integration(id, input).await;
            let result = match saved {
                Ok(saved) => test_integration(saved.id).await,
                Err(refusal) => Err(refusal),
            };
            pending.set(false);
            match result {
                Ok(verdict) => {
                    if verdict.ok {
                        toasts.success(verdict.message);
                    } else {
                        toasts.failure(format!("Saved, but it does not work yet. {}", verdict.message));
                    }
                    on_done.run(());
                }
                Err(refusal) => error.set(Some(refusal)),
            }
        });
    };
    let keep = if id.is_some() {
        "Leave it empty to keep the one that is stored."
    } else {
        "Not the password you sign in with; see below."
    };
    view! {
        <form method="post" on:submit=send>
            <FormError error/>
            <TextInput
                name="base_url"
                label="Address of the WordPress site"
                value=base_url
                placeholder="https://example.com"
                hint="As visitors type it; with the folder, if WordPress lives in one."
                required=true
                errors=error
            />
            <TextInput name="username" label="User name there" value=username autocomplete="off" required=true errors=error/>
            <PasswordInput
                name="password"
                label="Application password"
                value=password
                placeholder="xxxx xxxx xxxx xxxx xxxx xxxx"
                hint=keep
                autocomplete="off"
                errors=error
            />
            <TextInput name="name" label="Name (optional)" value=name hint="How it is called here; the address unless told." errors=error/>
            <details class="mb-5 rounded-field bg-base-200 px-4 py-3 text-sm">
                <summary class="cursor-pointer font-medium">"How to make an application password"</summary>
                <ol class="mt-2 list-decimal space-y-1 pl-5 muted">
                    <li>"Sign in to WordPress as a user who may publish: editor or administrator."</li>
                    <li>"Open Users, then Profile, and go down to Application Passwords."</li>
                    <li>"Type a name such as IGNY8 and press Add New Application Password."</li>
                    <li>"Copy the password that appears and paste it here. Spaces do not matter."</li>
                </ol>
                <p class="mt-2 muted">
                    "If the section is missing, the site is not served over https, or a security plugin has switched it off. You can revoke the password there at any time."
                </p>
            </details>
            <div class="flex justify-end">
                <SubmitButton pending>"Save and test"</SubmitButton>
            </div>
        </form>
    }
}
