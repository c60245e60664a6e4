//! The head of a page.

use leptos::prelude::*;
use leptos_meta::Title;

/// Title, purpose and actions of a page; sets the title of the window.
///
/// ```ignore
/// view! {
///     <PageHeader title="Keywords" purpose="Search queries worth writing for.">
///         <button class="btn btn-primary btn-sm">"Add keyword"</button>
///     </PageHeader>
/// }
/// ```
#[component]
pub fn PageHeader(
    /// What the page is.
    #[prop(into)]
    title: String,
    /// What it is for, in a sentence.
    #[prop(optional, into)]
    purpose: String,
    /// Buttons, the primary one last.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <Title text=title.clone()/>
        <header class="mb-5 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
            <div class="min-w-0">
                <h1 class="text-xl font-semibold sm:text-2xl">{title}</h1>
                {(!purpose.is_empty()).then(|| view! { <p class="mt-1 max-w-prose text-sm muted">{purpose}</p> })}
            </div>
            {children.map(|children| view! { <div class="flex flex-wrap items-center gap-2">{children()}</div> })}
        </header>
    }
}
