//! For the operator of the installation: every account and its state.

use entity::account::{AccountStatus, AccountStatusPatch, Row};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

use super::team_api::{enter_account, list_accounts, set_account_status};
use crate::{
    billing::BookForm,
    browser,
    components::{
        Column, DataTable, Dialog, EmptyState, FormError, FormState, PageHeader, Select, SubmitButton, Tag, TextInput,
        TimeAgo, Tone, lu, number, options_of, use_toasts, use_url_state,
    },
    workspace::use_workspace,
};

/// Every account of the installation.
#[component]
pub fn OperatorPage() -> impl IntoView {
    let url = use_url_state();
    let toasts = use_toasts();
    let workspace = use_workspace();
    let changing = RwSignal::new(None::<Row>);
    let open = RwSignal::new(false);
    let rows = Resource::new(move || url.list_of("accounts"), list_accounts);
    let change = Callback::new(move |row: Row| {
        changing.set(Some(row));
        open.set(true);
    });
    let booking = RwSignal::new(None::<Row>);
    let book_open = RwSignal::new(false);
    let book = Callback::new(move |row: Row| {
        booking.set(Some(row));
        book_open.set(true);
    });
    let enter = Callback::new(move |row: Row| {
        spawn_local(async move {
            match enter_account(row.account.id).await {
                Ok(()) => browser::go("/"),
                Err(error) => toasts.error(&error),
            }
        });
    });
    let here = move || workspace.me.with_untracked(|me| me.as_ref().map(|me| me.account.id));
    let columns = vec![
        Column::new("Account", |row: &Row| {
            view! {
                <span class="font-medium wrap-anywhere">{row.account.name.clone()}</span>
                {row.account.is_system.then(|| view! { " " <Tag tone=Tone::Info>"Operator"</Tag> })}
                <p class="text-xs muted wrap-anywhere">{row.owner_email.clone()}</p>
            }
        })
        .lead(),
        Column::new("Status", |row: &Row| {
            let status = row.account.status;
            view! { <Tag tone=tone(status)>{status.label()}</Tag> }
        }),
        Column::new("People", |row: &Row| number(row.people)).right(),
        Column::new("Sites", |row: &Row| number(row.sites)).right(),
        Column::new("Credits", |row: &Row| number(row.account.credits)).right(),
        Column::new("Since", |row: &Row| view! { <TimeAgo time=row.account.created_at/> }),
        Column::new("", move |row: &Row| {
            let (one, other, third) = (row.clone(), row.clone(), row.clone());
            let name = row.account.name.clone();
            (here() != Some(row.account.id))
                .then(|| {
                    view! {
                        <span class="flex justify-end gap-1">
                            <button type="button" class="btn btn-xs js-only" aria-label=format!("Change the status of {name}") on:click=move |_| change.run(one.clone())>
                                "Status"
                            </button>
                            <button type="button" class="btn btn-xs js-only" aria-label=format!("Book credits for {name}") on:click=move |_| book.run(third.clone())>
                                "Credits"
                            </button>
                            <button type="button" class="btn btn-xs js-only" aria-label=format!("Look into {name}") on:click=move |_| enter.run(other.clone())>
                                "Look into"
                            </button>
                        </span>
                    }
                })
        }),
    ];
    view! {
        <PageHeader title="Accounts" purpose="Every account of this installation. Looking into one leaves a trace in its log."/>
        <DataTable
            name="accounts" label="Accounts" rows columns search="Search names and owners"
            row_id=|row: &Row| row.account.id.0
            row_name=|row: &Row| row.account.name.clone()
            empty=|| view! { <EmptyState icon=lu::LuBuilding2 title="No accounts"/> }
        />
        <Dialog open=book_open title="Book credits">
            {move || {
                booking
                    .get()
                    .map(|row| {
                        view! {
                            <BookForm
                                id=row.account.id
                                name=row.account.name
                                on_saved=move |()| {
                                    book_open.set(false);
                                    rows.refetch();
                                }
                            />
                        }
                    })
            }}
        </Dialog>
        <Dialog open title="Status of the account">
            {move || {
                changing
                    .get()
                    .map(|row| {
                        view! {
                            <StatusForm
                                row
                                on_saved=move |()| {
                                    open.set(false);
                                    rows.refetch();
                                }
                            />
                        }
                    })
            }}
        </Dialog>
    }
}

fn tone(status: AccountStatus) -> Tone {
    match status {
        AccountStatus::Active => Tone::Success,
        AccountStatus::Trial => Tone::Info,
        AccountStatus::Suspended => Tone::Warning,
        AccountStatus::Cancelled => Tone::Error,
    }
}

#[component]
fn StatusForm(row: Row, #[prop(into)] on_saved: Callback<()>) -> impl IntoView {
    let toasts = use_toasts();
    let form = FormState::new();
    let id = row.account.id;
    let name = row.account.name.clone();
    let status = RwSignal::new(row.account.status.as_str().to_owned());
    let trial = RwSignal::new(
        row.account
            .trial_ends_at
            .map(|end| end.format("%Y-%m-%d").to_string())
            .unwrap_or_default(),
    );
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let name = name.clone();
        let patch = AccountStatusPatch {
            status: status.get_untracked().parse().ok(),
            // The last moment of the day.
            trial_ends_at: format!("{}T23:59:59Z", trial.get_untracked().trim()).parse().ok(),
        };
        form.send(set_account_status(id, patch), move |saved| {
            toasts.success(format!("{name}: {}.", saved.account.status.label()));
            on_saved.run(());
        });
    };
    let statuses = options_of(AccountStatus::ALL, |status| (status.as_str(), status.label()));
    view! {
        <form method="post" on:submit=send>
            <p class="mb-4 text-sm font-medium wrap-anywhere">{row.account.name}</p>
            <FormError error=form.error/>
            <Select
                name="status"
                label="Status"
                value=status
                options=statuses
                hint="Suspended accounts can be read and exported; cancelled ones cannot be opened."
                errors=form.error
            />
            <Show when=move || status.with(|status| status == AccountStatus::Trial.as_str())>
                <TextInput name="trial_ends_at" label="Last day of the trial" kind="date" value=trial errors=form.error/>
            </Show>
            <div class="flex justify-end">
                <SubmitButton pending=form.pending>"Save"</SubmitButton>
            </div>
        </form>
    }
}
