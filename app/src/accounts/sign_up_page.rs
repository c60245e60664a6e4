//! Signing up.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    api::SignUp,
    welcome::{Welcome, leave_when_signed_in},
};
use crate::components::{FormError, PasswordInput, SubmitButton, TextInput};

/// Signing up: makes an account and its owner.
#[component]
pub fn SignUpPage() -> impl IntoView {
    leave_when_signed_in();
    let action = ServerAction::<SignUp>::new();
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    view! {
        <Title text="Create an account"/>
        <Welcome>
            <h1 class="text-2xl font-semibold">"Create your account"</h1>
            <p class="mb-7 mt-1.5 text-sm muted">"It comes with credits to start with. No card needed."</p>
            <FormError error/>
            <ActionForm action>
                <TextInput name="email" label="Email" kind="email" autocomplete="username" required=true errors=error/>
                <PasswordInput
                    name="password"
                    label="Password"
                    hint="At least 10 characters. A few words are easier to keep in mind than signs."
                    autocomplete="new-password"
                    required=true
                    minlength="10"
                    errors=error
                />
                <TextInput
                    name="account_name"
                    label="Name of your company or team (optional)"
                    autocomplete="organization"
                    errors=error
                />
                <SubmitButton pending=action.pending() class="btn btn-primary mt-2 w-full">"Create account"</SubmitButton>
            </ActionForm>
            <p class="mt-6 text-sm muted">
                "You have an account? " <a href="/signin" class="link link-primary font-medium">"Sign in"</a>
            </p>
        </Welcome>
    }
}
