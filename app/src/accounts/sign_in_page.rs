//! Signing in.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{
    api::SignIn,
    welcome::{Welcome, leave_when_signed_in},
};
use crate::components::{FormError, Icon, PasswordInput, SubmitButton, TextInput, lu};

/// Signing in. `?next=` names the page that was asked for.
#[component]
pub fn SignInPage() -> impl IntoView {
    leave_when_signed_in();
    let action = ServerAction::<SignIn>::new();
    let query = use_query_map();
    let next = move || query.with(|query| query.get("next")).unwrap_or_default();
    let notice = move || match query.with(|query| query.get("done")).as_deref() {
        Some("password") => Some("Your new password is set. Sign in with it."),
        Some("email") => Some("Your address is confirmed. Thank you."),
        _ => None,
    };
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    view! {
        <Title text="Sign in"/>
        <Welcome>
            <h1 class="text-2xl font-semibold">"Sign in"</h1>
            <p class="mb-7 mt-1.5 text-sm muted">"Go on where you stopped."</p>
            {move || {
                notice()
                    .map(|text| {
                        view! {
                            <div role="status" class="alert alert-success alert-soft mb-4 py-2.5 text-sm">
                                <Icon icon=lu::LuCircleCheck class="size-4 flex-none"/>
                                <span>{text}</span>
                            </div>
                        }
                    })
            }}
            <FormError error/>
            <ActionForm action>
                <input type="hidden" name="next" value=next/>
                <TextInput name="email" label="Email" kind="email" autocomplete="username" required=true errors=error/>
                <PasswordInput name="password" label="Password" autocomplete="current-password" required=true errors=error/>
                <SubmitButton pending=action.pending() class="btn btn-primary mt-2 w-full">"Sign in"</SubmitButton>
            </ActionForm>
            <p class="mt-6 text-sm muted">
                <a href="/forgot" class="link link-primary font-medium">"Forgot your password?"</a>
            </p>
            <p class="mt-2 text-sm muted">
                "New here? " <a href="/signup" class="link link-primary font-medium">"Create an account"</a>
            </p>
        </Welcome>
    }
}
