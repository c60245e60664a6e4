//! Two people edit one article.

use leptos::{prelude::*, task::spawn_local};

use super::{
    draft::{Draft, SaveState},
    rich_text::copy_text,
};
use crate::components::{ConfirmDialog, Icon, lu, use_toasts};

/// Says that somebody else saved, and lets the person decide.
#[component]
pub(super) fn ConflictBanner(
    /// The article.
    draft: Draft,
) -> impl IntoView {
    let toasts = use_toasts();
    let asking = RwSignal::new(false);
    let load = move |_| {
        spawn_local(async move {
            match draft.load_theirs().await {
                Ok(html) if copy_text(&html).await => {
                    toasts.success("Their version is loaded. Yours is in the clipboard.")
                }
                Ok(_) => toasts.success("Their version is loaded. Yours is kept on this page."),
                Err(error) => toasts.error(&error),
            }
        });
    };
    let keep = move |()| {
        spawn_local(async move {
            if let Err(error) = draft.save_mine().await {
                toasts.error(&error);
            }
        });
    };
    view! {
        <Show when=move || draft.state.get() == SaveState::Conflict>
            <div role="alert" class="alert alert-warning mb-4 items-start text-sm">
                <Icon icon=lu::LuTriangleAlert class="mt-0.5 size-5 flex-none"/>
                <div class="min-w-0">
                    <p class="font-semibold">"Somebody else saved a newer version"</p>
                    <p>"Nothing of yours is lost, and nothing is saved until you decide."</p>
                </div>
                <div class="flex flex-wrap gap-2">
                    <button type="button" class="btn btn-sm" on:click=load>"Load theirs"</button>
                    <button type="button" class="btn btn-sm" on:click=move |_| asking.set(true)>"Save mine as the newest"</button>
                </div>
            </div>
        </Show>
        <Show when=move || draft.mine.with(Option::is_some)>
            <div role="status" class="alert mb-4 text-sm">
                <Icon icon=lu::LuHistory class="size-5 flex-none"/>
                <span>"You see the version of somebody else. Yours is kept on this page until you leave it."</span>
                <span class="flex flex-wrap gap-2">
                    <button type="button" class="btn btn-sm" on:click=move |_| draft.put_mine_back()>"Put mine back"</button>
                    <button type="button" class="btn btn-sm btn-ghost" on:click=move |_| draft.mine.set(None)>"Discard mine"</button>
                </span>
            </div>
        </Show>
        <ConfirmDialog
            open=asking
            title="Save yours over theirs?"
            text="Your text becomes the newest version. Theirs stays in the list of versions and can be restored."
            confirm="Save mine"
            danger=false
            on_confirm=keep
        />
    }
}
