//! Oneself: name, address, password, where signed in.

use entity::user::SignedIn;
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

use super::api::{
    change_email, change_password, end_other_sessions, end_session, my_sessions, resend_confirmation, update_profile,
};
use crate::{
    components::{
        ErrorState, FormError, FormState, Icon, PageHeader, PasswordInput, Skeleton, SubmitButton, Tag, TextInput,
        TimeAgo, Tone, count, lu, use_toasts,
    },
    system::SettingsTabs,
    workspace::use_workspace,
};

/// Oneself: name, address, password, where signed in.
#[component]
pub fn ProfilePage() -> impl IntoView {
    view! {
        <PageHeader title="You" purpose="Your name, how you sign in, and where you are signed in."/>
        <SettingsTabs/>
        <div class="max-w-3xl space-y-6">
            <Name/>
            <Address/>
            <Password/>
            <Sessions/>
        </div>
    }
}

#[component]
fn Name() -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let form = FormState::new();
    let name = RwSignal::new(
        workspace
            .me
            .with_untracked(|me| me.as_ref().map(|me| me.user.name.clone()).unwrap_or_default()),
    );
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        form.send(update_profile(name.get_untracked()), move |_| {
            toasts.success("Saved.");
            workspace.reload();
        });
    };
    view! {
        <section class="panel p-5 sm:p-6" aria-labelledby="you-name">
            <h2 id="you-name" class="mb-4 text-base font-semibold">"Name"</h2>
            <form method="post" on:submit=send>
                <FormError error=form.error/>
                <TextInput name="name" label="Name" value=name hint="Your team sees it." autocomplete="name" errors=form.error/>
                <div class="flex justify-end">
                    <SubmitButton pending=form.pending>"Save"</SubmitButton>
                </div>
            </form>
        </section>
    }
}

#[component]
fn Address() -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let form = FormState::new();
    let email = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let again = move |_| {
        spawn_local(async move {
            match resend_confirmation().await {
                Ok(()) => toasts.success("A mail with a link is on its way."),
                Err(error) => toasts.error(&error),
            }
        });
    };
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        form.send(
            change_email(email.get_untracked(), password.get_untracked()),
            move |()| {
                toasts.success(format!(
                    "A mail with a link is on its way to {}.",
                    email.get_untracked().trim()
                ));
                email.set(String::new());
                password.set(String::new());
            },
        );
    };
    view! {
        <section class="panel p-5 sm:p-6" aria-labelledby="you-address">
            <h2 id="you-address" class="text-base font-semibold">"E-mail address"</h2>
            {move || {
                workspace
                    .me
                    .get()
                    .map(|me| {
                        let confirmed = me.user.email_verified_at.is_some();
                        view! {
                            <p class="mb-5 mt-2 flex flex-wrap items-center gap-2 text-sm">
                                <span class="font-medium wrap-anywhere">{me.user.email}</span>
                                {if confirmed {
                                    view! { <Tag tone=Tone::Success>"Confirmed"</Tag> }.into_any()
                                } else {
                                    view! {
                                        <Tag tone=Tone::Warning>"Not confirmed"</Tag>
                                        <button type="button" class="btn btn-xs js-only" on:click=again>"Send the mail again"</button>
                                    }
                                        .into_any()
                                }}
                            </p>
                        }
                    })
            }}
            <form method="post" on:submit=send>
                <FormError error=form.error/>
                <TextInput
                    name="email"
                    label="New address"
                    kind="email"
                    value=email
                    hint="It counts once you have followed the link that we send there."
                    autocomplete="email"
                    required=true
                    errors=form.error
                />
                <PasswordInput
                    name="password"
                    id="email-password"
                    label="Your password"
                    value=password
                    autocomplete="current-password"
                    required=true
                    errors=form.error
                />
                <div class="flex justify-end">
                    <SubmitButton pending=form.pending>"Change address"</SubmitButton>
                </div>
            </form>
        </section>
    }
}

#[component]
fn Password() -> impl IntoView {
    let toasts = use_toasts();
    let form = FormState::new();
    let current = RwSignal::new(String::new());
    let new = RwSignal::new(String::new());
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        form.send(
            change_password(current.get_untracked(), new.get_untracked()),
            move |()| {
                toasts.success("Your password is changed. Everybody else who was signed in with it is signed out.");
                current.set(String::new());
                new.set(String::new());
            },
        );
    };
    view! {
        <section class="panel p-5 sm:p-6" aria-labelledby="you-password">
            <h2 id="you-password" class="mb-4 text-base font-semibold">"Password"</h2>
            <form method="post" on:submit=send>
                <FormError error=form.error/>
                <PasswordInput
                    name="current_password"
                    label="Password now"
                    value=current
                    autocomplete="current-password"
                    required=true
                    errors=form.error
                />
                <PasswordInput
                    name="new_password"
                    label="New password"
                    value=new
                    hint="At least 10 characters. A few words are easier to keep in mind than signs."
                    autocomplete="new-password"
                    required=true
                    minlength="10"
                    errors=form.error
                />
                <div class="flex justify-end">
                    <SubmitButton pending=form.pending>"Change password"</SubmitButton>
                </div>
            </form>
        </section>
    }
}

#[component]
fn Sessions() -> impl IntoView {
    let toasts = use_toasts();
    let sessions = Resource::new(|| (), |()| my_sessions());
    let end = Callback::new(move |id: String| {
        spawn_local(async move {
            match end_session(id).await {
                Ok(()) => {
                    toasts.success("Signed out there.");
                    sessions.refetch();
                }
                Err(error) => toasts.error(&error),
            }
        });
    });
    let end_others = move |_| {
        spawn_local(async move {
            match end_other_sessions().await {
                Ok(ended) => {
                    let ended = i64::try_from(ended).unwrap_or(i64::MAX);
                    toasts.success(format!("{} ended.", count(ended, "session", "sessions")));
                    sessions.refetch();
                }
                Err(error) => toasts.error(&error),
            }
        });
    };
    view! {
        <section class="panel p-5 sm:p-6" aria-labelledby="you-sessions">
            <div class="mb-3 flex flex-wrap items-center justify-between gap-3">
                <h2 id="you-sessions" class="text-base font-semibold">"Where you are signed in"</h2>
                <button type="button" class="btn btn-sm js-only" on:click=end_others>"Sign out everywhere else"</button>
            </div>
            <Transition fallback=|| view! { <Skeleton rows=3/> }>
                {move || {
                    sessions
                        .get()
                        .map(|result| match result {
                            Ok(found) => {
                                view! {
                                    <ul class="divide-y divide-base-300 border-y border-base-300">
                                        {found.into_iter().map(|entry| view! { <SessionRow entry end/> }).collect_view()}
                                    </ul>
                                }
                                    .into_any()
                            }
                            Err(error) => view! { <ErrorState error retry=move |()| sessions.refetch()/> }.into_any(),
                        })
                }}
            </Transition>
        </section>
    }
}

#[component]
fn SessionRow(entry: SignedIn, end: Callback<String>) -> impl IntoView {
    let SignedIn {
        id,
        is_browser,
        is_current,
        ip_address,
        user_agent,
        created_at,
        last_seen_at,
    } = entry;
    let name = device(&user_agent);
    let icon = if is_browser { lu::LuMonitor } else { lu::LuTerminal };
    let label = format!("Sign out {name}");
    view! {
        <li class="flex items-center gap-3 py-3 text-sm">
            <Icon icon class="size-5 flex-none muted"/>
            <div class="min-w-0 flex-1">
                <p class="flex flex-wrap items-center gap-2">
                    <span class="font-medium wrap-anywhere" title=user_agent>{name}</span>
                    {is_current.then(|| view! { <Tag tone=Tone::Primary>"This one"</Tag> })}
                </p>
                <p class="text-xs muted">
                    {(!ip_address.is_empty()).then(|| format!("{ip_address} · "))}
                    {last_seen_at.or(created_at).map(|time| view! { "last seen " <TimeAgo time/> })}
                </p>
            </div>
            {(!is_current)
                .then(|| {
                    view! {
                        <button type="button" class="btn btn-sm js-only" aria-label=label on:click=move |_| end.run(id.clone())>
                            "Sign out"
                        </button>
                    }
                })}
        </li>
    }
}

/// What a person calls the program behind a `User-Agent`: `Firefox on Linux`.
fn device(user_agent: &str) -> String {
    let first = |names: &[(&str, &'static str)]| {
        names
            .iter()
            .find(|(sign, _)| user_agent.contains(sign))
            .map(|(_, name)| *name)
    };
    // In this order: most browsers claim to be the older ones as well.
    let program = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (program, system) {
        (Some(program), Some(system)) => format!("{program} on {system}"),
        (Some(program), None) => program.to_owned(),
        _ => {
            let short: String = user_agent.chars().take(60).collect();
            if short.is_empty() {
                "A program".to_owned()
            } else {
                short
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn browsers_are_called_as_people_call_them() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
        assert_eq!(device(chrome), "Chrome on Linux");
        let safari =
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1";
        assert_eq!(device(safari), "Safari on iPhone");
        assert_eq!(device("curl/8.5.0"), "curl/8.5.0");
        assert_eq!(device(""), "A program");
    }
}
