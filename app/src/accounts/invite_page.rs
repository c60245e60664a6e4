//! Joining an account by an invitation.

use entity::invitation::Invited;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{
    api::{AcceptInvitation, look_at_invitation},
    welcome::Welcome,
};
use crate::components::{ErrorState, FormError, PasswordInput, Skeleton, SubmitButton, TextInput};

/// Joining an account. `?token=` comes with the link.
#[component]
pub fn InvitePage() -> impl IntoView {
    let query = use_query_map();
    let token = Memo::new(move |_| query.with(|query| query.get("token")).unwrap_or_default());
    let invited = Resource::new(move || token.get(), look_at_invitation);
    view! {
        <Title text="Invitation"/>
        <Welcome>
            <Transition fallback=|| view! { <Skeleton rows=4/> }>
                {move || {
                    invited
                        .get()
                        .map(|result| match result {
                            Ok(invited) => view! { <AcceptForm invited token=token.get()/> }.into_any(),
                            Err(error) => view! { <ErrorState error/> }.into_any(),
                        })
                }}
            </Transition>
        </Welcome>
    }
}

#[component]
fn AcceptForm(invited: Invited, token: String) -> impl IntoView {
    let action = ServerAction::<AcceptInvitation>::new();
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    let Invited {
        account_name,
        email,
        role,
        invited_by,
    } = invited;
    view! {
        <h1 class="text-2xl font-semibold">{format!("Join {account_name}")}</h1>
        <p class="mb-7 mt-1.5 text-sm muted">
            {format!("{invited_by} invites you as {}. You will sign in as ", role.label().to_lowercase())}
            <strong class="wrap-anywhere">{email.clone()}</strong>
            "."
        </p>
        <FormError error/>
        <ActionForm action>
            <input type="hidden" name="token" value=token/>
            // Tells password managers whose password it is.
            <input type="email" name="username" value=email autocomplete="username" hidden/>
            <TextInput name="name" label="Your name (optional)" autocomplete="name" errors=error/>
            <PasswordInput
                name="password"
                label="Password"
                hint="At least 10 characters. A few words are easier to keep in mind than signs."
                autocomplete="new-password"
                required=true
                minlength="10"
                errors=error
            />
            <SubmitButton pending=action.pending() class="btn btn-primary mt-2 w-full">"Join"</SubmitButton>
        </ActionForm>
    }
}
