//! Bringing keywords in.

use entity::{KeywordImportId, keyword_import::Model};
use leptos::prelude::*;

use super::{
    api::{list_imports, undo_import},
    import_new::NewImportView,
    import_run::ImportRun,
    parts::{NoSector, act, use_may_edit},
};
use crate::{
    components::{
        Badge, ConfirmDialog, EmptyState, ErrorState, NeedsSite, PageHeader, Skeleton, TimeAgo, lu, number, page_links,
        use_toasts, use_url_state,
    },
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
        move || (workspace.site_id(), shown.get(), url.list_of("imports")),
        |(site, _, query)| async move {
            match site {
                Some(site) => list_imports(site, query).await.map(Some),
                None => Ok(None),
            }
        },
    );
    // They belong to the page: what called them may be gone when the server has answered.
    let reload = Callback::new(move |()| recent.refetch());
    let version = RwSignal::new(0_u32);
    let follow = Callback::new(move |id: KeywordImportId| {
        version.update(|version| *version += 1);
        reload.run(());
        url.go(&format!("/planner/keywords/import?import={id}"));
    });
    let homeless = Memo::new(move |_| workspace.sectors().is_empty());
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
                (Some(id), _) => view! { <ImportRun id version on_change=reload/> }.into_any(),
                (None, true) if homeless.get() => view! { <NoSector/> }.into_any(),
                (None, true) => {
                    view! {
                        <p class="mb-4 text-sm">{place}</p>
                        <NewImportView/>
                    }.into_any()
                }
                (None, false) => {
                    view! {
                        <div class="panel mb-5">
                            <EmptyState icon=lu::LuLock title="You can look, not import" text="Ask an owner or admin of this account for the editor role."/>
                        </div>
                    }.into_any()
                }
            }}
            <section class="panel min-w-0" aria-label="Recent imports">
                <h2 class="border-b border-base-300 px-4 py-3 text-sm font-semibold">"Recent imports"</h2>
                <Transition fallback=|| view! { <Skeleton rows=3/> }>
                    {move || recent.get().map(|result| match result {
                        Ok(Some(page)) if page.count > 0 => {
                            let (many, at, size, pages) = ((page.count, page.count_exact), page.page, page.page_size, page.pages());
                            view! {
                                <Imports imports=page.results may_edit=may_edit.get_untracked() on_undo=follow/>
                                {(pages > 1).then(|| page_links(url, "imports", many, at, size, pages))}
                            }.into_any()
                        }
                        Ok(_) => {
                            view! { <p class="px-4 py-6 text-center text-sm muted">"Nothing was imported yet."</p> }.into_any()
                        }
                        Err(error) => view! { <ErrorState error retry=move |()| recent.refetch()/> }.into_any(),
                    })}
                </Transition>
            </section>
        </NeedsSite>
    }
}

#[component]
fn Imports(
    /// A page of them.
    imports: Vec<Model>,
    /// Whether they may be undone.
    may_edit: bool,
    /// Called with the one whose undoing has begun.
    on_undo: Callback<KeywordImportId>,
) -> impl IntoView {
    let toasts = use_toasts();
    let asks = RwSignal::new(false);
    let chosen = RwSignal::new(None::<(KeywordImportId, String, i64, i64)>);
    let question = move || {
        chosen.get().map_or_else(String::new, |(_, name, added, updated)| {
            format!(
                "{name}: {} that it added go, {} get their former figures. What was edited, pinned or used since stays.",
                number(added),
                number(updated),
            )
        })
    };
    let rows = imports
        .into_iter()
        .map(|import| {
            let undo = (may_edit && import.can_be_undone())
                .then(|| (import.id, import.file_name.clone(), import.added, import.updated));
            let whose = import.competitor.clone();
            view! {
                <tr>
                    <td class="lead">
                        <a class="link link-hover font-medium wrap-anywhere" href=format!("/planner/keywords/import?import={}", import.id)>
                            {import.file_name}
                        </a>
                        {whose.map(|domain| view! { <span class="block text-xs muted">"Keywords of " {domain}</span> })}
                    </td>
                    <td data-label="Status"><Badge value=import.status/></td>
                    <td class="num" data-label="Added">{number(import.added)}</td>
                    <td class="num" data-label="Duplicates">{number(import.duplicates)}</td>
                    <td class="num" data-label="Updated">{number(import.updated)}</td>
                    <td class="num" data-label="Refused">{number(import.rejected)}</td>
                    <td data-label="When"><TimeAgo time=import.created_at/></td>
                    <td>
                        {undo.map(|which| view! {
                            <button
                                type="button"
                                class="btn btn-ghost btn-xs js-only"
                                aria-label=format!("Undo the import of {}", which.1)
                                on:click=move |_| {
                                    chosen.set(Some(which.clone()));
                                    asks.set(true);
                                }
                            >
                                "Undo"
                            </button>
                        })}
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <ConfirmDialog
            open=asks
            title="Undo this import?"
            text=question
            confirm="Undo"
            on_confirm=move |()| {
                let Some((id, ..)) = chosen.get_untracked() else { return };
                act(toasts, undo_import(id), move |_| {
                    toasts.success("The import is being undone.");
                    on_undo.run(id);
                });
            }
        />
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
                        <th scope="col"><span class="sr-only">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
