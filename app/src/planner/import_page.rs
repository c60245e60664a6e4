//! Bringing keywords in.

use entity::{KeywordImportId, keyword_import::Model};
use leptos::prelude::*;

use super::{api::recent_imports, import_new::NewImportView, import_run::ImportRun, parts::use_may_edit};
use crate::{
    components::{Badge, EmptyState, ErrorState, NeedsSite, PageHeader, Skeleton, TimeAgo, lu, number, use_url_state},
    workspace::use_workspace,
};

/// Importing a keyword file: choose, look, send; with the earlier imports below.
#[component]
pub fn ImportPage() -> impl IntoView {
    let workspace = use_workspace();
    let url = use_url_state();
    let may_edit = use_may_edit();
    let shown = Memo::new(move |_| url.parsed::<KeywordImportId>("import"));
    let recent = Resource::new(
        move || (workspace.site_id(), shown.get()),
        |(site, _)| async move {
            match site {
                Some(site) => recent_imports(site).await,
                None => Ok(Vec::new()),
            }
        },
    );
    let place = move || {
        let site = workspace.site().map(|entry| entry.site.name).unwrap_or_default();
        let sectors = workspace.sectors();
        match sectors.as_slice() {
            [only] => format!("Into {site}, sector {}.", only.name),
            _ => format!("Into {site}."),
        }
    };
    view! {
        <nav aria-label="Where this is" class="mb-2 text-sm">
            <a class="link link-hover muted" href="/planner/keywords">"Keywords"</a>
        </nav>
        <PageHeader
            title="Import keywords"
            purpose="Bring in a file as your keyword tool exports it. You see what is in it before anything is sent."
        />
        <NeedsSite>
            {move || match (shown.get(), may_edit.get()) {
                (Some(id), _) => view! { <ImportRun id on_end=move |()| recent.refetch()/> }.into_any(),
                (None, true) => {
                    view! {
                        <p class="mb-4 text-sm">{place}</p>
                        <NewImportView/>
                    }.into_any()
                }
                (None, false) => {
                    view! {
                        <div class="panel mb-5">
                            <EmptyState icon=lu::LuLock title="You can look, not import" text="Ask an owner of this account to make you an editor."/>
                        </div>
                    }.into_any()
                }
            }}
            <section class="panel min-w-0" aria-label="Recent imports">
                <h2 class="border-b border-base-300 px-4 py-3 text-sm font-semibold">"Recent imports"</h2>
                <Transition fallback=|| view! { <Skeleton rows=3/> }>
                    {move || recent.get().map(|result| match result {
                        Ok(imports) if imports.is_empty() => {
                            view! { <p class="px-4 py-6 text-center text-sm muted">"Nothing was imported yet."</p> }.into_any()
                        }
                        Ok(imports) => view! { <Imports imports/> }.into_any(),
                        Err(error) => view! { <ErrorState error retry=move |()| recent.refetch()/> }.into_any(),
                    })}
                </Transition>
            </section>
        </NeedsSite>
    }
}

#[component]
fn Imports(imports: Vec<Model>) -> impl IntoView {
    let rows = imports
        .into_iter()
        .map(|import| {
            view! {
                <tr>
                    <td class="lead">
                        <a class="link link-hover font-medium wrap-anywhere" href=format!("/planner/keywords/import?import={}", import.id)>
                            {import.file_name}
                        </a>
                    </td>
                    <td data-label="Status"><Badge value=import.status/></td>
                    <td class="num" data-label="Added">{number(import.added)}</td>
                    <td class="num" data-label="Duplicates">{number(import.duplicates)}</td>
                    <td class="num" data-label="Updated">{number(import.updated)}</td>
                    <td class="num" data-label="Refused">{number(import.rejected)}</td>
                    <td data-label="When"><TimeAgo time=import.created_at/></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="overflow-x-auto" tabindex="0" role="region" aria-label="Table of recent imports">
            <table class="data-table">
                <caption class="sr-only">"Recent imports"</caption>
                <thead>
                    <tr>
                        <th scope="col">"File"</th>
                        <th scope="col">"Status"</th>
                        <th scope="col" class="num">"Added"</th>
                        <th scope="col" class="num">"Duplicates"</th>
                        <th scope="col" class="num">"Updated"</th>
                        <th scope="col" class="num">"Refused"</th>
                        <th scope="col">"When"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
