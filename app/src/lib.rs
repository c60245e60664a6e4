//! The user interface: pages, components, server functions.
//!
//! One tree of pages for server (`ssr`) and browser (`hydrate`). Pages are made of [`components`]; the server functions
//! of a module stand in its `api`, are three lines long and call `domain`.
// Signals and views make types of some depth.
#![recursion_limit = "256"]

pub mod accounts;
pub mod ai;
pub mod billing;
pub mod browser;
pub mod components;
pub mod context;
pub mod linker;
pub mod live;
mod not_found;
pub mod optimizer;
pub mod parts;
pub mod planner;
pub mod publisher;
pub mod sites;
pub mod system;
pub mod thinker;
pub mod workspace;
pub mod writer;

use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, Title, provide_meta_context};
use leptos_router::{
    Lazy, SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use components::{Frame, Toaster, chosen_theme, provide_toasts};
use parts::{planner as planner_part, setup, writer as writer_part};

/// The HTML document around the application; only the server renders it.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    #[cfg(feature = "ssr")]
    policy::set();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=chosen_theme()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <HashedStylesheet id="leptos" options=options.clone()/>
                <AutoReload options=options.clone()/>
                <HydrationScripts options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// What a page may load: scripts that this response names, everything else from here. Pictures of articles may stand
/// anywhere on the web.
#[cfg(feature = "ssr")]
mod policy {
    use axum::http::{HeaderValue, header};
    use leptos::{nonce::use_nonce, prelude::use_context};

    pub fn set() {
        let (Some(nonce), Some(response)) = (use_nonce(), use_context::<leptos_axum::ResponseOptions>()) else {
            return;
        };
        // The reloader of `make dev` listens on a port of its own.
        let reloader = if std::env::var_os("LEPTOS_WATCH").is_some() {
            " ws:"
        } else {
            ""
        };
        let policy = format!(
            "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
             img-src 'self' data: blob: https:; connect-src 'self'{reloader}; object-src 'none'; frame-src 'none'; \
             base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        );
        if let Ok(value) = HeaderValue::from_str(&policy) {
            response.insert_header(header::CONTENT_SECURITY_POLICY, value);
        }
    }
}

/// Tells the style sheet, and whoever drives the page, that buttons work from now on.
pub fn alive() {
    if let Some(body) = document().body() {
        // Refused only for names that are not names.
        let _ = body.set_attribute("data-hydrated", "true");
    }
}

/// Every page of the application.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_toasts();
    view! {
        <Title formatter=|title: String| if title.is_empty() { "IGNY8".to_owned() } else { format!("{title} · IGNY8") }/>
        <Router>
            <Routes fallback=not_found::NotFoundPage>
                <Route path=path!("/signup") view=accounts::SignUpPage ssr=SsrMode::Async/>
                <Route path=path!("/signin") view=accounts::SignInPage ssr=SsrMode::Async/>
                <Route path=path!("/forgot") view=accounts::ForgotPage ssr=SsrMode::Async/>
                <Route path=path!("/reset") view=accounts::ResetPage ssr=SsrMode::Async/>
                <Route path=path!("/confirm") view=accounts::ConfirmPage ssr=SsrMode::Async/>
                <Route path=path!("/invite") view=accounts::InvitePage ssr=SsrMode::Async/>
                <ParentRoute path=path!("") view=Frame ssr=SsrMode::Async>
                    <Route path=path!("") view=system::HomePage ssr=SsrMode::Async/>
                    <Route path=path!("planner") view={Lazy::<planner_part::PlannerPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("planner/keyword-opportunities") view={Lazy::<planner_part::OpportunitiesPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("planner/keywords") view={Lazy::<planner_part::KeywordsPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("planner/keywords/import") view={Lazy::<planner_part::ImportPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("planner/clusters") view={Lazy::<planner_part::ClustersPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("planner/clusters/group") view={Lazy::<planner_part::GroupPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("planner/clusters/:id") view={Lazy::<planner_part::ClusterPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("planner/ideas") view={Lazy::<planner_part::IdeasPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("thinker/images") view={Lazy::<setup::ImageTestsPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("writer/tasks") view={Lazy::<writer_part::TasksPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("writer/content") view={Lazy::<writer_part::ContentPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("writer/content/:id") view={Lazy::<writer_part::ArticlePage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("writer/images") view={Lazy::<writer_part::ImagesPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("thinker/prompts") view={Lazy::<setup::PromptsPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("thinker/prompts/:prompt_type") view={Lazy::<setup::PromptPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("thinker/authors") view={Lazy::<setup::AuthorsPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("thinker/strategies") view={Lazy::<setup::StrategiesPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("publish") view={Lazy::<setup::PublishPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("jobs") view={Lazy::<setup::JobsPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("jobs/:task_id") view={Lazy::<setup::JobPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("credits") view={Lazy::<setup::CreditsPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("sites") view={Lazy::<setup::SitesPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("sites/:id/structure") view={Lazy::<setup::StructurePage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("settings") view={Lazy::<setup::SettingsPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("settings/ai") view={Lazy::<setup::AiPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("settings/you") view={Lazy::<setup::ProfilePage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("settings/account") view={Lazy::<setup::AccountPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("settings/people") view={Lazy::<setup::PeoplePage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("settings/keys") view={Lazy::<setup::KeysPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("settings/log") view={Lazy::<setup::LogPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("operator/accounts") view={Lazy::<setup::OperatorPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("operator/billing") view={Lazy::<setup::OperatorBillingPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("operator/prices") view={Lazy::<setup::ModelPricesPage>::new()} ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
        </Router>
        <Toaster/>
    }
}
