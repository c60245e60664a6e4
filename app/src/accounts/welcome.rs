//! What stands around the sign-in and sign-up forms.

use leptos::prelude::*;

use crate::components::{Icon, Mark, ThemeSwitch, lu};

/// Sends those who are signed in already to the home page.
pub fn leave_when_signed_in() {
    #[cfg(feature = "ssr")]
    if crate::workspace::signed_in() == Some(true) {
        leptos_axum::redirect("/");
    }
}

/// The product in a few words beside a form.
#[component]
pub fn Welcome(
    /// The form.
    children: Children,
) -> impl IntoView {
    let points = [
        (
            lu::LuKeyRound,
            "Import what people search for",
            "Files from the usual keyword tools, recognised as they are.",
        ),
        (
            lu::LuBoxes,
            "See which keywords belong on one page",
            "Grouped into clusters, with ideas for what to write.",
        ),
        (
            lu::LuPenLine,
            "Write, illustrate, edit",
            "Articles and pictures as drafts that you read before anyone else does.",
        ),
        (
            lu::LuSend,
            "Publish to WordPress",
            "Text, pictures, categories and tags arrive where your readers are.",
        ),
    ];
    view! {
        <div class="grid min-h-dvh lg:grid-cols-[minmax(0,5fr)_minmax(0,6fr)]">
            <aside class="welcome hidden flex-col justify-between p-12 lg:flex xl:p-16">
                <a href="/signin" class="flex items-center gap-3 text-lg font-semibold">
                    <Mark class="size-9 flex-none"/>
                    "IGNY8"
                </a>
                <div class="max-w-md">
                    <p class="text-3xl font-semibold leading-tight text-balance">"From a list of keywords to published articles."</p>
                    <ul class="mt-9 space-y-6">
                        {points
                            .map(|(icon, title, text)| {
                                view! {
                                    <li class="flex gap-4">
                                        <Icon icon class="mt-0.5 size-5 flex-none"/>
                                        <div>
                                            <p class="font-medium">{title}</p>
                                            <p class="mt-0.5 text-sm opacity-85">{text}</p>
                                        </div>
                                    </li>
                                }
                            })
                            .collect_view()}
                    </ul>
                </div>
                <p class="max-w-md text-sm opacity-85">"You see what each step costs before it starts, and only what succeeds is charged."</p>
            </aside>
            <div class="flex min-w-0 flex-col bg-base-100">
                <header class="flex items-center justify-between p-4">
                    <span class="flex items-center gap-2.5 font-semibold lg:invisible">
                        <Mark/>
                        "IGNY8"
                    </span>
                    <ThemeSwitch/>
                </header>
                <main id="content" class="mx-auto flex w-full max-w-sm flex-1 flex-col justify-center px-4 pb-20">{children()}</main>
            </div>
        </div>
    }
}
