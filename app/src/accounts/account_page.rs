//! The account: its name, its data, its end.

use entity::{
    account::{AccountPatch, AccountStatus},
    user::Role,
};
use leptos::{ev::SubmitEvent, prelude::*};

use super::team_api::{cancel_deletion, request_deletion, update_account};
use crate::{
    components::{
        Dialog, FormError, FormState, Icon, PageHeader, PasswordInput, SubmitButton, TextInput, day, lu, use_toasts,
    },
    system::SettingsTabs,
    workspace::use_workspace,
};

/// The account: its name, its data, its end.
#[component]
pub fn AccountPage() -> impl IntoView {
    let workspace = use_workspace();
    let role = Memo::new(move |_| workspace.me.with(|me| me.as_ref().map(|me| me.user.role)));
    view! {
        <PageHeader title="Account" purpose="What you share with your team: the name, the data, the plan."/>
        <SettingsTabs/>
        <div class="max-w-3xl space-y-6">
            <Overview/>
            <Show when=move || workspace.can_manage()>
                <Name/>
                <Export/>
            </Show>
            <Show when=move || role.get() == Some(Role::Owner)>
                <Deletion/>
            </Show>
        </div>
    }
}

#[component]
fn Overview() -> impl IntoView {
    let workspace = use_workspace();
    let row = |name: &'static str, value: String| {
        view! {
            <div class="flex flex-wrap justify-between gap-x-6 py-2">
                <dt class="muted">{name}</dt>
                <dd class="wrap-anywhere">{value}</dd>
            </div>
        }
    };
    view! {
        <section class="panel p-5 sm:p-6" aria-labelledby="account-overview">
            <h2 id="account-overview" class="text-base font-semibold">"Overview"</h2>
            {move || {
                workspace
                    .me
                    .get()
                    .map(|me| {
                        let status = match (me.account.status, me.account.trial_ends_at) {
                            (AccountStatus::Trial, Some(end)) => format!("Trial until {}", day(end)),
                            (status, _) => status.label().to_owned(),
                        };
                        view! {
                            <dl class="mt-2 divide-y divide-base-300 text-sm">
                                {row("Account", me.account.name)}
                                {row("Status", status)}
                                {row("Plan", me.plan_name)}
                                {row("Signed in as", me.user.email)}
                                {row("Your role", me.user.role.label().to_owned())}
                                {row("Since", day(me.account.created_at))}
                            </dl>
                        }
                    })
            }}
        </section>
    }
}

#[component]
fn Name() -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let form = FormState::new();
    let (name, slug) = workspace.me.with_untracked(|me| {
        me.as_ref()
            .map(|me| (me.account.name.clone(), me.account.slug.clone()))
            .unwrap_or_default()
    });
    let (name, slug) = (RwSignal::new(name), RwSignal::new(slug));
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let patch = AccountPatch {
            name: Some(name.get_untracked()),
            slug: Some(slug.get_untracked()),
        };
        form.send(update_account(patch), move |_| {
            toasts.success("Saved.");
            workspace.reload();
        });
    };
    view! {
        <section class="panel p-5 sm:p-6" aria-labelledby="account-name">
            <h2 id="account-name" class="mb-4 text-base font-semibold">"Name"</h2>
            <form method="post" on:submit=send>
                <FormError error=form.error/>
                <TextInput name="name" label="Name" value=name required=true autocomplete="organization" errors=form.error/>
                <TextInput
                    name="slug"
                    label="Short name"
                    value=slug
                    hint="For addresses and file names: small letters, digits and hyphens."
                    required=true
                    errors=form.error
                />
                <div class="flex justify-end">
                    <SubmitButton pending=form.pending>"Save"</SubmitButton>
                </div>
            </form>
        </section>
    }
}

#[component]
fn Export() -> impl IntoView {
    view! {
        <section class="panel p-5 sm:p-6" aria-labelledby="account-export">
            <h2 id="account-export" class="text-base font-semibold">"Your data"</h2>
            <p class="mb-4 mt-1 text-sm muted">
                "Everything in this account as one archive: keywords, clusters, ideas, tasks, articles with all versions, the ledger, people and the log as JSON lines, and your pictures and files. Passwords and keys are not in it."
            </p>
            <a class="btn btn-sm" href="/download/account.zip" rel="external" download="">
                <Icon icon=lu::LuDownload class="size-4"/>
                "Download everything"
            </a>
        </section>
    }
}

#[component]
fn Deletion() -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let open = RwSignal::new(false);
    let calling_off = FormState::new();
    let delete_after = Memo::new(move |_| {
        workspace
            .me
            .with(|me| me.as_ref().and_then(|me| me.account.delete_after))
    });
    let call_off = move |_| {
        calling_off.send(cancel_deletion(), move |_| {
            toasts.success("The account stays.");
            workspace.reload();
        });
    };
    view! {
        <section class="panel p-5 sm:p-6" aria-labelledby="account-deletion">
            <h2 id="account-deletion" class="text-base font-semibold">"Delete the account"</h2>
            <FormError error=calling_off.error/>
            {move || match delete_after.get() {
                Some(end) => {
                    view! {
                        <p class="mb-4 mt-1 text-sm">
                            {format!("Everything in this account will be deleted on {}. Until then you can read it, take it along, and call this off.", day(end))}
                        </p>
                        <button type="button" class="btn btn-primary btn-sm js-only" on:click=call_off disabled=move || calling_off.pending.get()>
                            "Keep the account"
                        </button>
                    }
                        .into_any()
                }
                None => {
                    view! {
                        <p class="mb-4 mt-1 text-sm muted">
                            "Everybody loses access at once, and after some days everything is deleted for good. What you have published stays where it is."
                        </p>
                        <button type="button" class="btn btn-sm text-error js-only" on:click=move |_| open.set(true)>
                            <Icon icon=lu::LuTrash2 class="size-4"/>
                            "Delete the account"
                        </button>
                    }
                        .into_any()
                }
            }}
            <Dialog open title="Delete the account?">
                <DeletionForm on_done=move |()| {
                    open.set(false);
                    workspace.reload();
                }/>
            </Dialog>
        </section>
    }
}

#[component]
fn DeletionForm(#[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let form = FormState::new();
    let password = RwSignal::new(String::new());
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        form.send(request_deletion(password.get_untracked()), move |_| on_done.run(()));
    };
    view! {
        <form method="post" on:submit=send>
            <p class="mb-4 text-sm">"Take your data along first if you may need it. Running work stops; what it has not finished is not charged."</p>
            <FormError error=form.error/>
            <PasswordInput
                name="password"
                id="deletion-password"
                label="Your password"
                value=password
                autocomplete="current-password"
                required=true
                errors=form.error
            />
            <div class="flex justify-end">
                <SubmitButton pending=form.pending class="btn btn-error btn-sm">"Delete the account"</SubmitButton>
            </div>
        </form>
    }
}
