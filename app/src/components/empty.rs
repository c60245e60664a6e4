//! What stands where content would: nothing yet, not loaded yet, not to be had.

use entity::ApiError;
use leptos::prelude::*;

use super::icon::{Icon, lu};
use crate::workspace::use_workspace;

/// Nothing here yet, and what to do about it.
///
/// ```ignore
/// view! {
///     <EmptyState icon=lu::LuKeyRound title="No keywords yet" text="Import a file from your keyword tool.">
///         <a class="btn btn-primary btn-sm" href="/planner/keywords/import">"Import keywords"</a>
///     </EmptyState>
/// }
/// ```
#[component]
pub fn EmptyState(
    /// An icon.
    icon: icondata_core::Icon,
    /// What is missing.
    #[prop(into)]
    title: String,
    /// What it would be good for, or how to get it.
    #[prop(optional, into)]
    text: String,
    /// Buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="mx-auto flex max-w-md flex-col items-center px-4 py-12 text-center">
            <span class="mb-4 grid size-12 place-items-center rounded-full bg-primary/10 text-primary">
                <Icon icon=icon class="size-6"/>
            </span>
            <p class="text-base font-semibold">{title}</p>
            {(!text.is_empty()).then(|| view! { <p class="mt-1 text-sm muted">{text}</p> })}
            {children.map(|children| view! { <div class="mt-5 flex flex-wrap justify-center gap-2">{children()}</div> })}
        </div>
    }
}

/// A failure to load, with a way to try again where that can help.
///
/// ```ignore
/// Err(error) => view! { <ErrorState error retry=move || rows.refetch()/> }.into_any()
/// ```
#[component]
pub fn ErrorState(
    /// What went wrong.
    error: ApiError,
    /// Tries again.
    #[prop(optional, into)]
    retry: Option<Callback<()>>,
    /// Ways on, such as a link to the list.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let title = match error.code.as_str() {
        "not_found" => "This is not here",
        "forbidden" => "You may not see this",
        "unauthenticated" => "You are signed out",
        "network" => "No connection",
        "read_only" => "Nothing can be changed now",
        _ => "This could not be loaded",
    };
    let signed_out = error.code == "unauthenticated";
    // The same request would get the same answer.
    let settled = signed_out || matches!(error.code.as_str(), "not_found" | "forbidden" | "read_only");
    view! {
        <div role="alert" class="mx-auto flex max-w-md flex-col items-center px-4 py-12 text-center">
            <span class="mb-4 grid size-12 place-items-center rounded-full bg-error/10 text-error">
                <Icon icon=lu::LuTriangleAlert class="size-6"/>
            </span>
            <p class="text-base font-semibold">{title}</p>
            <p class="mt-1 text-sm muted">{error.message.clone()}</p>
            {(!error.request_id.is_empty())
                .then(|| view! { <p class="mt-1 font-mono text-xs muted">"Reference " {error.request_id.clone()}</p> })}
            <div class="mt-5 flex flex-wrap justify-center gap-2">
                {signed_out.then(|| view! { <a class="btn btn-primary btn-sm" href="/signin" rel="external">"Sign in"</a> })}
                {retry
                    .filter(|_| !settled)
                    .map(|retry| {
                        view! {
                            <button type="button" class="btn btn-sm" on:click=move |_| retry.run(())>
                                <Icon icon=lu::LuRefreshCw class="size-4"/>
                                "Try again"
                            </button>
                        }
                    })}
                {children.map(|children| children())}
            </div>
        </div>
    }
}

/// What a form as a whole was refused for; nothing while all is well. Faults of single fields stand at the fields.
///
/// ```ignore
/// view! { <FormError error=error/> }   // error: RwSignal<Option<ApiError>>
/// ```
#[component]
pub fn FormError(
    /// The refusal.
    #[prop(into)]
    error: Signal<Option<ApiError>>,
) -> impl IntoView {
    move || {
        error.get().map(|error| {
            view! {
                <div role="alert" class="alert alert-error alert-soft mb-4 py-2.5 text-sm">
                    <Icon icon=lu::LuCircleAlert class="size-4 flex-none"/>
                    <span>{error.message}</span>
                </div>
            }
        })
    }
}

/// Grey bars in the place of rows that are on their way.
///
/// ```ignore
/// view! { <Transition fallback=|| view! { <Skeleton/> }>…</Transition> }
/// ```
#[component]
pub fn Skeleton(
    /// Bars.
    #[prop(default = 6)]
    rows: u8,
) -> impl IntoView {
    view! {
        <div class="space-y-3 p-4" role="status" aria-label="Loading">
            {(0..rows).map(|_| view! { <div class="skeleton h-5 w-full rounded"></div> }).collect_view()}
        </div>
    }
}

/// Shows its content once the account has a site, and the way to the first site until then.
///
/// ```ignore
/// view! { <NeedsSite>{move || view! { <KeywordTable/> }}</NeedsSite> }
/// ```
#[component]
pub fn NeedsSite(
    /// What needs a site.
    children: ChildrenFn,
) -> impl IntoView {
    let workspace = use_workspace();
    let has_site = Memo::new(move |_| workspace.site_id().is_some());
    move || {
        if has_site.get() {
            children().into_any()
        } else {
            view! {
                <div class="panel">
                    <EmptyState
                        icon=lu::LuGlobe
                        title=if workspace.can_manage() { "Make a site first" } else { "There is no site for you yet" }
                        text=if workspace.can_manage() {
                            "Keywords, ideas and articles belong to a site. It takes a minute."
                        } else {
                            "Keywords, ideas and articles belong to a site. Ask an owner or admin of this account to make one, or to let you see it."
                        }
                    >
                        {workspace.can_manage().then(|| view! { <a class="btn btn-primary btn-sm" href="/">"Create your first site"</a> })}
                    </EmptyState>
                </div>
            }
            .into_any()
        }
    }
}
