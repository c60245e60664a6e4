//! Pages that a browser fetches when one of them is opened. The frame, signing in and the home page are in the first file;
//! the others are in a part for each module, so that nobody waits for what is not looked at.

use leptos::{
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};
use leptos_router::LazyRoute;

use crate::components::{EmptyState, lu};

/// Makes a part of pages: a file of its own for the browser, and a [`LazyRoute`] for each page.
macro_rules! part {
    ($(#[$doc:meta])* $part:ident: $($page:ident),+ $(,)?) => {
        $(#[$doc])*
        pub mod $part {
            use super::*;

            #[expect(clippy::enum_variant_names, reason = "they are called as the pages are")]
            #[derive(Clone, Copy, Debug)]
            enum Page {
                $($page),+
            }

            #[wasm_split($part, wasm_split_path = ::leptos::wasm_split, preload(fetch), fallible)]
            fn show(page: Page) -> Result<AnyView, SplitLoaderError> {
                Ok(match page {
                    $(Page::$page => pages::$page().into_any()),+
                })
            }

            $(
                #[doc = concat!("The route of `", stringify!($page), "`.")]
                #[derive(Debug)]
                pub struct $page;

                impl LazyRoute for $page {
                    fn data() -> Self {
                        Self
                    }

                    async fn view(_: Self) -> AnyView {
                        #[cfg(feature = "ssr")]
                        leptos::prefetch_lazy_fn_on_server(stringify!($part));
                        show(Page::$page).await.unwrap_or_else(|_| missing())
                    }

                    async fn preload() {
                        // What went wrong is told when the page is shown.
                        let _ = fetch().await;
                    }
                }
            )+
        }
    };
}

/// The pages under the names that the parts know them by.
mod pages {
    pub(super) use crate::{
        accounts::{AccountPage, KeysPage, LogPage, OperatorPage, PeoplePage, ProfilePage},
        ai::{JobPage, JobsPage},
        billing::{CreditsPage, ModelPricesPage, OperatorBillingPage},
        planner::{
            ClusterPage, ClustersPage, GroupPage, IdeasPage, ImportPage, KeywordsPage, OpportunitiesPage, PlannerPage,
        },
        publisher::PublishPage,
        sites::{SitesPage, StructurePage},
        system::{AiPage, SettingsPage},
        thinker::{AuthorsPage, ImageTestsPage, PromptPage, PromptsPage, StrategiesPage},
        writer::{ArticlePage, ContentPage, ImagesPage, TasksPage},
    };
}

part! {
    /// Keywords, clusters, ideas.
    planner: PlannerPage, OpportunitiesPage, KeywordsPage, ImportPage, ClustersPage, GroupPage, ClusterPage, IdeasPage
}

part! {
    /// Tasks, articles, pictures.
    writer: TasksPage, ContentPage, ArticlePage, ImagesPage
}

part! {
    /// What is set up now and then.
    setup: ImageTestsPage, PromptsPage, PromptPage, AuthorsPage, StrategiesPage, PublishPage, JobsPage, JobPage, CreditsPage,
        SitesPage, StructurePage, SettingsPage, AiPage, ProfilePage, AccountPage, PeoplePage, KeysPage, LogPage, OperatorPage,
        OperatorBillingPage, ModelPricesPage
}

/// Shown in the place of pages that did not arrive.
fn missing() -> AnyView {
    view! {
        <div class="panel">
            <EmptyState
                icon=lu::LuCloudOff
                title="This page did not arrive"
                text="The connection broke off, or IGNY8 was just renewed. Nothing of yours is lost."
            >
                <a class="btn btn-primary btn-sm" href="" rel="external">"Load it again"</a>
            </EmptyState>
        </div>
    }
    .into_any()
}
