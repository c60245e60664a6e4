//! Setting a new password by a link from a mail.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{api::ResetPassword, welcome::Welcome};
use crate::components::{FormError, PasswordInput, SubmitButton};

/// Setting a new password. `?token=` comes with the link.
#[component]
pub fn ResetPage() -> impl IntoView {
    let action = ServerAction::<ResetPassword>::new();
    let query = use_query_map();
    let token = move || query.with(|query| query.get("token")).unwrap_or_default();
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    view! {
        <Title text="New password"/>
        <Welcome>
            <h1 class="text-2xl font-semibold">"Choose a new password"</h1>
            <p class="mb-7 mt-1.5 text-sm muted">"Whoever is signed in with the old one is signed out."</p>
            <FormError error/>
            <ActionForm action>
                <input type="hidden" name="token" value=token/>
                <PasswordInput
                    name="password"
                    label="New password"
                    hint="At least 10 characters. A few words are easier to keep in mind than signs."
                    autocomplete="new-password"
                    required=true
                    minlength="10"
                    errors=error
                />
                <SubmitButton pending=action.pending() class="btn btn-primary mt-2 w-full">"Set password"</SubmitButton>
            </ActionForm>
            <p class="mt-6 text-sm muted">
                <a href="/forgot" class="link link-primary font-medium">"Ask for a new link"</a>
            </p>
        </Welcome>
    }
}
