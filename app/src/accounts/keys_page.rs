//! Keys that let programs act for people.

use std::collections::BTreeSet;

use entity::api_key::{KeyScope, Made, Model, NewApiKey};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

use super::team_api::{create_api_key, list_api_keys, revoke_api_key};
use crate::{
    components::{
        CheckList, Column, ConfirmDialog, CopyText, DataTable, Dialog, EmptyState, FormError, FormState, Icon,
        PageHeader, Select, SubmitButton, Tag, TextInput, TimeAgo, day, lu, use_toasts, use_url_state,
    },
    system::SettingsTabs,
    workspace::use_workspace,
};

/// Keys that let programs act for people.
#[component]
pub fn KeysPage() -> impl IntoView {
    let url = use_url_state();
    let toasts = use_toasts();
    let adding = RwSignal::new(false);
    let revoking = RwSignal::new(None::<Model>);
    let revoke_open = RwSignal::new(false);
    let keys = Resource::new(move || url.list_of("api-keys"), list_api_keys);
    let ask = Callback::new(move |key: Model| {
        revoking.set(Some(key));
        revoke_open.set(true);
    });
    let revoke = move |()| {
        let Some(key) = revoking.get_untracked() else { return };
        spawn_local(async move {
            match revoke_api_key(key.id).await {
                Ok(()) => {
                    toasts.success(format!("{} does not work any more.", key.name));
                    keys.refetch();
                }
                Err(error) => toasts.error(&error),
            }
        });
    };
    let columns = vec![
        Column::new("Key", |row: &Model| {
            view! {
                <span class="font-medium wrap-anywhere">{row.name.clone()}</span>
                <p class="font-mono text-xs muted">{format!("{}…", row.prefix)}</p>
            }
        })
        .lead(),
        Column::new("Opens", |row: &Model| {
            view! {
                <span class="inline-flex flex-wrap gap-1">
                    {row.key_scopes().into_iter().map(|scope| view! { <Tag>{scope.label()}</Tag> }).collect_view()}
                </span>
            }
        }),
        Column::new("Ends", |row: &Model| match row.expires_at {
            None => "Never".into_any(),
            Some(end) => day(end).into_any(),
        }),
        Column::new("Last used", |row: &Model| match row.last_used_at {
            Some(time) => view! { <TimeAgo time/> }.into_any(),
            None => "Not yet".into_any(),
        }),
        Column::new("Made", |row: &Model| view! { <TimeAgo time=row.created_at/> }),
        Column::new("", move |row: &Model| {
            let key = row.clone();
            view! {
                <button type="button" class="btn btn-xs text-error js-only" aria-label=format!("Revoke {}", key.name) on:click=move |_| ask.run(key.clone())>
                    "Revoke"
                </button>
            }
        }),
    ];
    let question = Signal::derive(move || {
        let name = revoking.with(|key| key.as_ref().map(|key| key.name.clone()));
        format!("Revoke {}?", name.unwrap_or_default())
    });
    let add = move || {
        view! {
            <button type="button" class="btn btn-primary btn-sm js-only" on:click=move |_| adding.set(true)>
                <Icon icon=lu::LuPlus class="size-4"/>
                "Make key"
            </button>
        }
    };
    view! {
        <PageHeader title="API keys" purpose="Let your own programs act for you, with no more than you allow them.">
            <a class="btn btn-sm" href="/api/docs/" rel="external">
                <Icon icon=lu::LuBookOpen class="size-4"/>
                "REST reference"
            </a>
            {add()}
        </PageHeader>
        <SettingsTabs/>
        <DataTable
            name="api-keys" label="API keys" rows=keys columns
            row_id=|row: &Model| row.id.0
            row_name=|row: &Model| row.name.clone()
            empty=move || {
                view! {
                    <EmptyState icon=lu::LuKey title="No keys yet" text="A key signs a program in: send it as Authorization: Bearer.">
                        {add()}
                    </EmptyState>
                }
            }
        />
        <Dialog open=adding title="Make an API key">
            <KeyForm on_made=move |()| keys.refetch()/>
        </Dialog>
        <ConfirmDialog
            open=revoke_open title=question confirm="Revoke" on_confirm=revoke
            text="Programs that use it stop working at once."
        />
    }
}

#[component]
fn KeyForm(#[prop(into)] on_made: Callback<()>) -> impl IntoView {
    let workspace = use_workspace();
    let form = FormState::new();
    let name = RwSignal::new(String::new());
    let scopes = RwSignal::new(BTreeSet::from([KeyScope::Read.as_str().to_owned()]));
    let days = RwSignal::new("90".to_owned());
    let made = RwSignal::new(None::<Made>);
    let can_manage = untrack(move || workspace.can_manage());
    let options: Vec<_> = KeyScope::ALL
        .iter()
        .filter(|scope| can_manage || **scope != KeyScope::Admin)
        .map(|scope| {
            (
                scope.as_str().to_owned(),
                scope.label().to_owned(),
                meaning(*scope).to_owned(),
            )
        })
        .collect();
    let lives: Vec<(String, String)> = [
        ("30", "30 days"),
        ("90", "90 days"),
        ("365", "One year"),
        ("", "Until it is revoked"),
    ]
    .map(|(key, word)| (key.to_owned(), word.to_owned()))
    .into();
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let input = NewApiKey {
            name: name.get_untracked(),
            scopes: scopes.with_untracked(|scopes| scopes.iter().filter_map(|scope| scope.parse().ok()).collect()),
            expires_in_days: days.get_untracked().parse().ok(),
        };
        form.send(create_api_key(input), move |fresh| {
            made.set(Some(fresh));
            on_made.run(());
        });
    };
    move || match made.get() {
        Some(made) => view! {
            <p class="mb-3 text-sm">
                "This is the only time that the key is shown. Keep it where you keep passwords."
            </p>
            <CopyText label="API key" text=made.key/>
            <p class="mt-3 text-xs muted">"Send it as " <code>"Authorization: Bearer …"</code> "."</p>
        }
        .into_any(),
        None => {
            let (options, lives) = (options.clone(), lives.clone());
            view! {
                <form method="post" on:submit=send>
                    <FormError error=form.error/>
                    <TextInput name="name" id="key-name" label="What is it for?" value=name placeholder="Nightly import" required=true autocomplete="off" errors=form.error/>
                    <CheckList
                        name="scopes"
                        label="What may it do?"
                        options=options
                        value=scopes
                        hint="Never more than you may do yourself."
                        errors=form.error
                    />
                    <Select name="expires_in_days" label="How long?" value=days options=lives errors=form.error/>
                    <div class="flex justify-end">
                        <SubmitButton pending=form.pending>"Make key"</SubmitButton>
                    </div>
                </form>
            }
            .into_any()
        }
    }
}

fn meaning(scope: KeyScope) -> &'static str {
    match scope {
        KeyScope::Read => "Everything that you can see.",
        KeyScope::Write => "Keywords, clusters, ideas, tasks, articles.",
        KeyScope::Generate => "Start AI work that costs credits.",
        KeyScope::Publish => "Send articles to your sites.",
        KeyScope::Admin => "People, sites, connections, settings.",
    }
}
