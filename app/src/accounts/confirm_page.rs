//! Confirming an address by a link from a mail.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{api::ConfirmEmail, welcome::Welcome};
use crate::components::{FormError, SubmitButton};

/// Confirming an address. `?token=` comes with the link. A button does it: mail programs that look at links in advance
/// must not use them up.
#[component]
pub fn ConfirmPage() -> impl IntoView {
    let action = ServerAction::<ConfirmEmail>::new();
    let query = use_query_map();
    let token = move || query.with(|query| query.get("token")).unwrap_or_default();
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    view! {
        <Title text="Confirm your address"/>
        <Welcome>
            <h1 class="text-2xl font-semibold">"Confirm your address"</h1>
            <p class="mb-7 mt-1.5 text-sm muted">"One click, and we know that mails to you arrive."</p>
            <FormError error/>
            <ActionForm action>
                <input type="hidden" name="token" value=token/>
                <SubmitButton pending=action.pending() class="btn btn-primary w-full">"This is my address"</SubmitButton>
            </ActionForm>
        </Welcome>
    }
}
