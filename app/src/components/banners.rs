//! What everybody must know while they work: above every signed-in page.

use entity::account::AccountStatus;
use leptos::{prelude::*, task::spawn_local};

use super::{
    format::{day, number},
    icon::{Icon, lu},
    toast::use_toasts,
};
use crate::{
    accounts::{api::resend_confirmation, team_api::leave_account},
    browser,
    workspace::use_workspace,
};

/// Whose account is looked into, what the account may not do, and what the person should do. Nothing most of the time.
#[component]
pub fn Banners() -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let leave = move |_| {
        spawn_local(async move {
            match leave_account().await {
                Ok(()) => browser::go("/operator/accounts"),
                Err(error) => toasts.error(&error),
            }
        });
    };
    let resend = move |_| {
        spawn_local(async move {
            match resend_confirmation().await {
                Ok(()) => toasts.success("A mail with a link is on its way."),
                Err(error) => toasts.error(&error),
            }
        });
    };
    let low = Memo::new(move |_| workspace.balance.with(|balance| balance.is_low));
    let left = Memo::new(move |_| workspace.balance.with(|balance| balance.available));
    move || {
        workspace.me.get().map(|me| {
            let state = state_of(me.account.status, me.account.trial_ends_at, me.account.delete_after);
            let name = me.account.name.clone();
            view! {
                {me.is_visiting
                    .then(|| {
                        view! {
                            <div role="status" class="flex flex-wrap items-center gap-x-3 gap-y-1 bg-info/15 px-4 py-2 text-sm sm:px-6">
                                <Icon icon=lu::LuEye class="size-4 flex-none"/>
                                <span class="min-w-0 flex-1 wrap-anywhere">{format!("You are looking into the account of {name}. Its log says so.")}</span>
                                <button type="button" class="btn btn-xs js-only" on:click=leave>"Leave"</button>
                            </div>
                        }
                    })}
                {state
                    .map(|(text, link)| {
                        view! {
                            <div role="status" class="flex flex-wrap items-center gap-x-3 gap-y-1 bg-warning/15 px-4 py-2 text-sm sm:px-6">
                                <Icon icon=lu::LuTriangleAlert class="size-4 flex-none"/>
                                <span class="min-w-0 flex-1">{text}</span>
                                {link.then(|| view! { <a class="btn btn-xs" href="/settings/account">"See account"</a> })}
                            </div>
                        }
                    })}
                <Show when=move || low.get()>
                    <div role="status" class="flex flex-wrap items-center gap-x-3 gap-y-1 bg-warning/15 px-4 py-2 text-sm sm:px-6">
                        <Icon icon=lu::LuCoins class="size-4 flex-none"/>
                        <span class="min-w-0 flex-1">{move || few(left.get())}</span>
                        <a class="btn btn-xs" href="/credits">"See credits"</a>
                    </div>
                </Show>
                {me.must_confirm
                    .then(|| {
                        view! {
                            <div role="status" class="flex flex-wrap items-center gap-x-3 gap-y-1 bg-warning/15 px-4 py-2 text-sm sm:px-6">
                                <Icon icon=lu::LuMail class="size-4 flex-none"/>
                                <span class="min-w-0 flex-1">"Confirm your e-mail address before you publish: follow the link in the mail that we sent you."</span>
                                <button type="button" class="btn btn-xs js-only" on:click=resend>"Send it again"</button>
                            </div>
                        }
                    })}
            }
        })
    }
}

/// That few credits are left.
fn few(left: i64) -> String {
    match left {
        ..=0 => "No credits are left. Work that needs credits does not start; everything else goes on.".to_owned(),
        1 => "1 credit is left: less than a tenth of what your plan adds each month.".to_owned(),
        _ => format!(
            "{} credits are left: less than a tenth of what your plan adds each month.",
            number(left)
        ),
    }
}

/// What the state of the account keeps its people from, and whether the account's page helps.
fn state_of(
    status: AccountStatus,
    trial_ends_at: Option<entity::Timestamp>,
    delete_after: Option<entity::Timestamp>,
) -> Option<(String, bool)> {
    match (status, trial_ends_at, delete_after) {
        (AccountStatus::Suspended, ..) => Some((
            "This account is suspended. You can read and export everything, but change nothing. Write to the operator."
                .to_owned(),
            true,
        )),
        (AccountStatus::Cancelled, _, Some(end)) => Some((
            format!(
                "This account will be deleted on {}. You can read and export everything, and call the deletion off.",
                day(end)
            ),
            true,
        )),
        (AccountStatus::Trial, Some(end), _) => Some((
            format!(
                "The trial of this account runs until {}. After that it can only be read.",
                day(end)
            ),
            false,
        )),
        _ => None,
    }
}
