//! The forms for a person: inviting, making, changing.

use std::collections::BTreeSet;

use entity::{
    SiteId,
    invitation::NewInvitation,
    user::{NewPerson, Person, PersonPatch, Role},
};
use leptos::{ev::SubmitEvent, prelude::*};

use super::team_api::{create_person, invite, update_person};
use crate::{
    components::{
        CheckList, CopyText, FormError, FormState, PasswordInput, Select, SubmitButton, Switch, TextInput, use_toasts,
    },
    workspace::use_workspace,
};

/// Roles that the caller may give.
fn roles() -> Vec<(String, String)> {
    let workspace = use_workspace();
    let own = workspace
        .me
        .with_untracked(|me| me.as_ref().map_or(Role::Viewer, |me| me.user.role));
    [Role::Owner, Role::Admin, Role::Editor, Role::Viewer]
        .into_iter()
        .filter(|role| *role != Role::Owner || matches!(own, Role::Owner | Role::Developer))
        .map(|role| (role.as_str().to_owned(), role.label().to_owned()))
        .collect()
}

fn sites() -> Signal<Vec<(String, String, String)>> {
    let workspace = use_workspace();
    Signal::derive(move || {
        workspace
            .sites()
            .into_iter()
            .map(|entry| (entry.site.id.to_string(), entry.site.name, String::new()))
            .collect()
    })
}

fn ids(chosen: RwSignal<BTreeSet<String>>) -> Vec<SiteId> {
    chosen.with_untracked(|chosen| chosen.iter().filter_map(|id| id.parse().ok()).collect())
}

/// Whether a role reaches only the sites granted.
fn is_granted(role: &str) -> bool {
    matches!(role.parse(), Ok(Role::Editor | Role::Viewer))
}

/// Invites somebody by mail, or makes a person with a password to pass on.
#[component]
pub fn InviteForm(
    /// Called when there is somebody new in one of the lists.
    #[prop(into)]
    on_done: Callback<()>,
) -> impl IntoView {
    let toasts = use_toasts();
    let form = FormState::new();
    let email = RwSignal::new(String::new());
    let name = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let role = RwSignal::new(Role::Editor.as_str().to_owned());
    let granted = RwSignal::new(BTreeSet::<String>::new());
    let by_hand = RwSignal::new(false);
    let link = RwSignal::new(None::<String>);
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let Ok(role) = role.get_untracked().parse() else { return };
        let (email, sites) = (email.get_untracked(), ids(granted));
        if by_hand.get_untracked() {
            let person = NewPerson {
                email,
                name: name.get_untracked(),
                password: password.get_untracked(),
                role,
                sites,
            };
            form.send(create_person(person), move |made| {
                toasts.success(format!("{} can sign in now.", made.user.email));
                password.set(String::new());
                on_done.run(());
            });
        } else {
            form.send(invite(NewInvitation { email, role, sites }), move |made| {
                toasts.success(format!("A mail to {} is on its way.", made.invitation.invitation.email));
                link.set(Some(made.link));
                on_done.run(());
            });
        }
    };
    let options = roles();
    let all_sites = sites();
    move || {
        match link.get() {
        Some(link) => view! {
            <p class="mb-3 text-sm">"The mail is on its way. If it does not arrive, pass this link on yourself. It works once, for seven days, and is shown only now."</p>
            <CopyText label="Link of the invitation" text=link/>
        }
        .into_any(),
        None => {
            let options = options.clone();
            view! {
                <form method="post" on:submit=send>
                    <FormError error=form.error/>
                    <TextInput name="email" id="person-email" label="Email" kind="email" value=email autocomplete="off" required=true errors=form.error/>
                    <Select name="role" label="Role" value=role options=options errors=form.error/>
                    <Show when=move || is_granted(&role.get())>
                        <CheckList
                            name="sites"
                            label="Sites"
                            options=all_sites
                            value=granted
                            hint="Editors and viewers reach only the sites that you tick."
                            errors=form.error
                        />
                    </Show>
                    <Switch label="Set a password myself instead of sending a mail" value=by_hand/>
                    <Show when=move || by_hand.get()>
                        <TextInput name="name" id="person-name" label="Name (optional)" value=name autocomplete="off" errors=form.error/>
                        <PasswordInput
                            name="password"
                            id="person-password"
                            label="Password"
                            value=password
                            hint="At least 10 characters. Pass it on yourself; the person can change it."
                            autocomplete="new-password"
                            required=true
                            errors=form.error
                        />
                    </Show>
                    <div class="flex justify-end">
                        <SubmitButton pending=form.pending>
                            {move || if by_hand.get() { "Add person" } else { "Send invitation" }}
                        </SubmitButton>
                    </div>
                </form>
            }
            .into_any()
        }
    }
    }
}

/// Changes a person: name, role, sites, switched on or off.
#[component]
pub fn EditPerson(
    /// The person.
    person: Person,
    /// Called once it is saved.
    #[prop(into)]
    on_saved: Callback<()>,
) -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let form = FormState::new();
    let id = person.user.id;
    let is_me = workspace
        .me
        .with_untracked(|me| me.as_ref().is_some_and(|me| me.user.id == id));
    let name = RwSignal::new(person.user.name.clone());
    let role = RwSignal::new(person.user.role.as_str().to_owned());
    let active = RwSignal::new(person.user.is_active);
    let granted = RwSignal::new(
        person
            .sites
            .iter()
            .map(ToString::to_string)
            .collect::<BTreeSet<String>>(),
    );
    let mut options = roles();
    // What an admin may not give, an owner still has.
    if !options.iter().any(|(key, _)| *key == person.user.role.as_str()) {
        options.push((
            person.user.role.as_str().to_owned(),
            person.user.role.label().to_owned(),
        ));
    }
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let patch = PersonPatch {
            name: Some(name.get_untracked()),
            role: role.get_untracked().parse().ok(),
            is_active: Some(active.get_untracked()),
            sites: Some(ids(granted)),
        };
        form.send(update_person(id, patch), move |saved| {
            toasts.success(format!("{} is saved.", saved.user.email));
            workspace.reload();
            on_saved.run(());
        });
    };
    let all_sites = sites();
    view! {
        <form method="post" on:submit=send>
            <p class="mb-4 text-sm font-medium wrap-anywhere">{person.user.email}</p>
            <FormError error=form.error/>
            <TextInput name="name" id="edit-name" label="Name" value=name autocomplete="off" errors=form.error/>
            {if is_me {
                view! { <p class="mb-4 text-xs muted">"Your own role is changed by another owner or admin."</p> }.into_any()
            } else {
                view! {
                    <Select name="role" id="edit-role" label="Role" value=role options=options errors=form.error/>
                    <Show when=move || is_granted(&role.get())>
                        <CheckList
                            name="sites"
                            label="Sites"
                            options=all_sites
                            value=granted
                            hint="Editors and viewers reach only the sites that you tick."
                            errors=form.error
                        />
                    </Show>
                    <Switch label="May sign in" value=active/>
                }
                    .into_any()
            }}
            <div class="flex justify-end">
                <SubmitButton pending=form.pending>"Save"</SubmitButton>
            </div>
        </form>
    }
}
