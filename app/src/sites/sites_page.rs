//! Every site of the account.

use leptos::prelude::*;

use super::{api::list_sites, site_card::SiteCard, site_form::NewSiteForm};
use crate::{
    components::{Dialog, EmptyState, ErrorState, Icon, PageHeader, Skeleton, lu},
    workspace::use_workspace,
};

/// Every site of the account, with its sectors.
#[component]
pub fn SitesPage() -> impl IntoView {
    let sites = Resource::new(|| (), |()| list_sites());
    let adding = RwSignal::new(false);
    let workspace = use_workspace();
    let may_manage = Memo::new(move |_| workspace.can_manage());
    let add = move || {
        may_manage.get().then(|| {
            view! {
                <button type="button" class="btn btn-primary btn-sm js-only" on:click=move |_| adding.set(true)>
                    <Icon icon=lu::LuPlus class="size-4"/>
                    "Add site"
                </button>
            }
        })
    };
    view! {
        <PageHeader title="Sites" purpose="The web sites you plan and publish for, each with up to five active sectors.">{add()}</PageHeader>
        <Transition fallback=|| view! { <div class="panel"><Skeleton/></div> }>
            {move || {
                sites
                    .get()
                    .map(|result| match result {
                        Ok(found) if found.is_empty() => {
                            view! {
                                <div class="panel">
                                    <EmptyState
                                        icon=lu::LuGlobe
                                        title="No site yet"
                                        text="A site holds your keywords, ideas and articles, sorted into sectors."
                                    >
                                        {add()}
                                    </EmptyState>
                                </div>
                            }
                                .into_any()
                        }
                        Ok(found) => {
                            view! {
                                <ul class="grid gap-4 md:grid-cols-2 2xl:grid-cols-3">
                                    {found
                                        .into_iter()
                                        .map(|entry| view! { <SiteCard entry may_manage=may_manage.get() changed=move |()| sites.refetch()/> })
                                        .collect_view()}
                                </ul>
                            }
                                .into_any()
                        }
                        Err(error) => view! { <div class="panel"><ErrorState error retry=move |()| sites.refetch()/></div> }.into_any(),
                    })
            }}
        </Transition>
        <Dialog open=adding title="Add site">
            <NewSiteForm on_done=move |_| {
                adding.set(false);
                sites.refetch();
            }/>
        </Dialog>
    }
}
