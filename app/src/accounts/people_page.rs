//! The people of the account.

use std::collections::{BTreeSet, HashMap};

use entity::{ApiError, Page, SiteId, invitation, user::Person, user::Role};
use leptos::{prelude::*, task::spawn_local};

use super::{
    person_form::{EditPerson, InviteForm},
    team_api::{list_invitations, list_people, remove_person, resend_invitation, revoke_invitation},
};
use crate::{
    components::{
        Column, ConfirmDialog, CopyText, DataTable, Dialog, EmptyState, Icon, PageHeader, Tag, TimeAgo, Tone, lu,
        use_toasts, use_url_state,
    },
    system::SettingsTabs,
    workspace::use_workspace,
};

/// The people of the account and who is invited.
#[component]
pub fn PeoplePage() -> impl IntoView {
    let url = use_url_state();
    let toasts = use_toasts();
    let workspace = use_workspace();
    let inviting = RwSignal::new(false);
    let editing = RwSignal::new(None::<Person>);
    let edit_open = RwSignal::new(false);
    let removing = RwSignal::new(None::<Person>);
    let remove_open = RwSignal::new(false);
    let people = Resource::new(move || url.list_of("people"), list_people);
    let invitations = Resource::new(|| (), |()| list_invitations(entity::ListQuery::default()));
    let edit = Callback::new(move |person: Person| {
        editing.set(Some(person));
        edit_open.set(true);
    });
    let remove = Callback::new(move |person: Person| {
        removing.set(Some(person));
        remove_open.set(true);
    });
    let really_remove = move |()| {
        let Some(person) = removing.get_untracked() else { return };
        spawn_local(async move {
            match remove_person(person.user.id).await {
                Ok(()) => {
                    toasts.success(format!("{} is removed.", person.user.email));
                    people.refetch();
                }
                Err(error) => toasts.error(&error),
            }
        });
    };
    let me = move || workspace.me.with_untracked(|me| me.as_ref().map(|me| me.user.id));
    let columns = vec![
        Column::new("Person", move |row: &Person| {
            let name = row.user.name.clone();
            let is_me = me() == Some(row.user.id);
            view! {
                <span class="font-medium wrap-anywhere">{row.user.email.clone()}</span>
                {is_me.then(|| view! { " " <Tag tone=Tone::Primary>"You"</Tag> })}
                {(!row.user.is_active).then(|| view! { " " <Tag>"Switched off"</Tag> })}
                {(!name.is_empty()).then(|| view! { <p class="text-xs muted">{name}</p> })}
            }
        })
        .sortable("email")
        .lead(),
        Column::new("Role", |row: &Person| row.user.role.label()).sortable("role"),
        Column::new("Sites", move |row: &Person| reach(row, &site_names(workspace))),
        Column::new("Last here", |row: &Person| match row.user.last_login_at {
            Some(time) => view! { <TimeAgo time/> }.into_any(),
            None => "Never".into_any(),
        })
        .sortable("last_login_at"),
        Column::new("", move |row: &Person| {
            let (one, other) = (row.clone(), row.clone());
            let email = row.user.email.clone();
            let is_me = me() == Some(row.user.id);
            view! {
                <span class="flex justify-end gap-1">
                    <button type="button" class="btn btn-xs js-only" aria-label=format!("Edit {email}") on:click=move |_| edit.run(one.clone())>
                        "Edit"
                    </button>
                    {(!is_me)
                        .then(|| {
                            view! {
                                <button
                                    type="button"
                                    class="btn btn-xs text-error js-only"
                                    aria-label=format!("Remove {email}")
                                    on:click=move |_| remove.run(other.clone())
                                >
                                    "Remove"
                                </button>
                            }
                        })}
                </span>
            }
        }),
    ];
    let question = Signal::derive(move || {
        let email = removing.with(|person| person.as_ref().map(|person| person.user.email.clone()));
        format!("Remove {}?", email.unwrap_or_default())
    });
    view! {
        <PageHeader title="People" purpose="Who works in this account, what they may do and which sites they reach.">
            <button type="button" class="btn btn-primary btn-sm js-only" on:click=move |_| inviting.set(true)>
                <Icon icon=lu::LuUserPlus class="size-4"/>
                "Add person"
            </button>
        </PageHeader>
        <SettingsTabs/>
        <DataTable
            name="people" label="People" rows=people columns search="Search people"
            row_id=|row: &Person| row.user.id.0
            row_name=|row: &Person| row.user.email.clone()
            empty=|| view! { <EmptyState icon=lu::LuUsers title="Nobody here" text="Invite the people you work with."/> }
        />
        <Invitations invitations/>
        <Roles/>
        <Dialog open=inviting title="Add a person">
            <InviteForm on_done=move |()| {
                people.refetch();
                invitations.refetch();
            }/>
        </Dialog>
        <Dialog open=edit_open title="Edit person">
            {move || {
                editing
                    .get()
                    .map(|person| {
                        view! {
                            <EditPerson
                                person
                                on_saved=move |()| {
                                    edit_open.set(false);
                                    people.refetch();
                                }
                            />
                        }
                    })
            }}
        </Dialog>
        <ConfirmDialog
            open=remove_open title=question confirm="Remove" on_confirm=really_remove
            text="They are signed out everywhere and cannot sign in any more. What they wrote stays."
        />
    }
}

fn site_names(workspace: crate::workspace::Workspace) -> HashMap<SiteId, String> {
    workspace
        .sites()
        .into_iter()
        .map(|entry| (entry.site.id, entry.site.name))
        .collect()
}

/// The sites that a person reaches, in words.
fn reach(person: &Person, names: &HashMap<SiteId, String>) -> String {
    match person.user.role {
        Role::Editor | Role::Viewer if person.sites.is_empty() => "None yet".to_owned(),
        Role::Editor | Role::Viewer => {
            let sites: BTreeSet<&str> = person
                .sites
                .iter()
                .filter_map(|id| names.get(id).map(String::as_str))
                .collect();
            sites.into_iter().collect::<Vec<_>>().join(", ")
        }
        _ => "All".to_owned(),
    }
}

#[component]
fn Invitations(invitations: Resource<Result<Page<invitation::Row>, ApiError>>) -> impl IntoView {
    let toasts = use_toasts();
    let link = RwSignal::new(String::new());
    let link_open = RwSignal::new(false);
    let resend = move |id| {
        spawn_local(async move {
            match resend_invitation(id).await {
                Ok(made) => {
                    toasts.success(format!(
                        "A new mail to {} is on its way.",
                        made.invitation.invitation.email
                    ));
                    link.set(made.link);
                    link_open.set(true);
                    invitations.refetch();
                }
                Err(error) => toasts.error(&error),
            }
        });
    };
    let revoke = move |id| {
        spawn_local(async move {
            match revoke_invitation(id).await {
                Ok(()) => {
                    toasts.success("The invitation does not work any more.");
                    invitations.refetch();
                }
                Err(error) => toasts.error(&error),
            }
        });
    };
    let row = move |row: invitation::Row| {
        let invitation::Row {
            invitation, is_expired, ..
        } = row;
        let id = invitation.id;
        let email = invitation.email.clone();
        view! {
            <li class="flex flex-wrap items-center justify-between gap-3 px-4 py-3 text-sm">
                <span class="min-w-0">
                    <span class="font-medium wrap-anywhere">{email.clone()}</span>
                    " "
                    {is_expired.then(|| view! { <Tag tone=Tone::Warning>"Too old"</Tag> })}
                    <span class="block text-xs muted">
                        {format!("as {}, sent ", invitation.role.label())} <TimeAgo time=invitation.updated_at/>
                    </span>
                </span>
                <span class="flex gap-1">
                    <button type="button" class="btn btn-xs js-only" aria-label=format!("Send the invitation of {email} again") on:click=move |_| resend(id)>
                        "Send again"
                    </button>
                    <button type="button" class="btn btn-xs text-error js-only" aria-label=format!("Take the invitation of {email} back") on:click=move |_| revoke(id)>
                        "Take back"
                    </button>
                </span>
            </li>
        }
    };
    view! {
        <Transition>
            {move || {
                invitations
                    .get()
                    .and_then(Result::ok)
                    .filter(|page| !page.results.is_empty())
                    .map(|page| {
                        view! {
                            <section class="panel mt-6" aria-labelledby="invited">
                                <h2 id="invited" class="border-b border-base-300 px-4 py-3 text-sm font-semibold">"Invited"</h2>
                                <ul class="divide-y divide-base-300">{page.results.into_iter().map(row).collect_view()}</ul>
                            </section>
                        }
                    })
            }}
        </Transition>
        <Dialog open=link_open title="Invitation sent again">
            <p class="mb-3 text-sm">"The mail is on its way. If it does not arrive, pass this link on yourself. It is shown only now."</p>
            {move || view! { <CopyText label="Link of the invitation" text=link.get()/> }}
        </Dialog>
    }
}

#[component]
fn Roles() -> impl IntoView {
    let roles = [
        (
            "Owner",
            "Everything, the account's end included. There is always at least one.",
        ),
        (
            "Admin",
            "Everything but owners and the account's end: people, sites, settings, credits.",
        ),
        (
            "Editor",
            "Plans, writes, spends credits and publishes, on the sites granted.",
        ),
        ("Viewer", "Reads, on the sites granted."),
    ];
    view! {
        <section class="mt-6 max-w-3xl text-sm" aria-labelledby="roles">
            <h2 id="roles" class="mb-2 font-semibold">"What roles may do"</h2>
            <dl class="grid gap-x-4 gap-y-1.5 sm:grid-cols-[6rem_1fr]">
                {roles
                    .map(|(name, text)| view! { <dt class="font-medium">{name}</dt> <dd class="mb-2 muted sm:mb-0">{text}</dd> })
                    .collect_view()}
            </dl>
        </section>
    }
}
