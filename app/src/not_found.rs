//! The page for addresses that lead nowhere.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::components::{EmptyState, lu};

/// The page for addresses that lead nowhere, with status 404.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::context::ssr::status(axum::http::StatusCode::NOT_FOUND);
    view! {
        <Title text="Not found"/>
        <main class="grid min-h-dvh place-items-center p-4">
            <h1 class="sr-only">"Not found"</h1>
            <EmptyState icon=lu::LuCompass title="There is no page here" text="The address may be old, or a letter may be missing.">
                <a class="btn btn-primary btn-sm" href="/">"Go to the home page"</a>
            </EmptyState>
        </main>
    }
}
