//! Asking for a new password.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{api::ForgotPassword, welcome::Welcome};
use crate::components::{FormError, Icon, SubmitButton, TextInput, lu};

/// Asking for a link that sets a new password.
#[component]
pub fn ForgotPage() -> impl IntoView {
    let action = ServerAction::<ForgotPassword>::new();
    let query = use_query_map();
    let sent = Memo::new(move |_| query.with(|query| query.get("sent")).is_some());
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    view! {
        <Title text="New password"/>
        <Welcome>
            <h1 class="text-2xl font-semibold">"Set a new password"</h1>
            {move || {
                if sent.get() {
                    view! {
                        <p class="mt-3 flex items-start gap-2 text-sm" role="status">
                            <Icon icon=lu::LuMailCheck class="mt-0.5 size-4 flex-none text-success"/>
                            "If somebody has this address, a mail with a link is on its way. The link works once, for one hour. Look into your spam folder too."
                        </p>
                    }
                        .into_any()
                } else {
                    view! {
                        <p class="mb-7 mt-1.5 text-sm muted">"We send you a link by mail."</p>
                        <FormError error/>
                        <ActionForm action>
                            <TextInput name="email" label="Email" kind="email" autocomplete="username" required=true errors=error/>
                            <SubmitButton pending=action.pending() class="btn btn-primary mt-2 w-full">"Send the link"</SubmitButton>
                        </ActionForm>
                    }
                        .into_any()
                }
            }}
            <p class="mt-6 text-sm muted">
                <a href="/signin" class="link link-primary font-medium">"Back to signing in"</a>
            </p>
        </Welcome>
    }
}
