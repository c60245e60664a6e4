//! An import that the server works on, and what came of it.

use entity::{
    ApiError, KeywordImportId,
    keyword_import::{ImportKind, ImportReport, ImportStatus, Model, RejectedRow},
};
use leptos::prelude::*;

use super::{
    api::{cancel_import, get_import, undo_import},
    group_which::group_sector,
    import_file::bytes_text,
    parts::{act, use_may_edit},
};
use crate::{
    components::{Badge, ConfirmDialog, ErrorState, Icon, Skeleton, Stat, TimeAgo, count, lu, number, use_toasts},
    live::use_live,
    workspace::use_workspace,
};

/// One import: its progress while it runs, then its result.
#[component]
pub(super) fn ImportRun(
    /// Which one.
    id: KeywordImportId,
    /// Changes when something was done to it elsewhere on the page.
    #[prop(into)]
    version: Signal<u32>,
    /// Called each time that its state has changed, such as when it has ended or is being undone.
    on_change: Callback<()>,
) -> impl IntoView {
    let report = Resource::new(move || (id, version.get()), |(id, _)| get_import(id));
    let moving = move |report: &ImportReport| {
        !report.import.status.is_final() && report.import.status != ImportStatus::Uploading
    };
    let address = Signal::derive(move || {
        report
            .with(|report| matches!(report, Some(Ok(report)) if moving(report)))
            .then(|| format!("/events/imports/{id}"))
    });
    let live = use_live(
        address,
        move || async move { get_import(id).await.map(|report| report.import) },
        |import: &Model| import.status.is_final(),
    );
    Effect::new(move |_| {
        if live.with(|live| live.as_ref().is_some_and(|import| import.status.is_final())) {
            report.refetch();
        }
    });
    // Seen in what is loaded too: a short undoing is over before anybody follows it.
    Effect::new(move |before: Option<Option<ImportStatus>>| {
        let followed = live.with(|live| live.as_ref().map(|import| import.status));
        let loaded = report.with(|report| match report {
            Some(Ok(report)) => Some(report.import.status),
            _ => None,
        });
        let before = before.flatten();
        let now = followed.or(loaded).or(before);
        if before.is_some() && now != before {
            on_change.run(());
        }
        now
    });
    view! {
        <Transition fallback=|| view! { <div class="panel mb-5"><Skeleton rows=4/></div> }>
            {move || report.get().map(|result: Result<ImportReport, ApiError>| match result {
                Err(error) => {
                    view! {
                        <div class="panel mb-5">
                            <ErrorState error retry=move |()| report.refetch()>
                                <a class="btn btn-sm" href="/planner/keywords/import">"All imports"</a>
                            </ErrorState>
                        </div>
                    }.into_any()
                }
                Ok(found) if found.import.status.is_final() => {
                    view! { <Outcome found reload=move |()| report.refetch()/> }.into_any()
                }
                Ok(found) => view! { <UnderWay import=found.import live reload=move |()| report.refetch()/> }.into_any(),
            })}
        </Transition>
    }
}

/// An import that has not ended.
#[component]
fn UnderWay(import: Model, live: ReadSignal<Option<Model>>, #[prop(into)] reload: Callback<()>) -> impl IntoView {
    let toasts = use_toasts();
    let id = import.id;
    let abandoned = import.status == ImportStatus::Uploading;
    let going_back = import.status == ImportStatus::Undoing;
    let may_stop = use_may_edit();
    let stop = move |_| {
        act(toasts, cancel_import(id), move |()| {
            toasts.success("Stopping.");
            reload.run(());
        });
    };
    let first = import.clone();
    let now = Signal::derive(move || live.get().unwrap_or_else(|| first.clone()));
    view! {
        <section class="panel mb-5 p-4 sm:p-6" aria-label="Import under way">
            <div class="flex flex-wrap items-center justify-between gap-2">
                <h2 class="flex min-w-0 flex-wrap items-center gap-2 text-base font-semibold wrap-anywhere">
                    {import.file_name.clone()}
                    {move || view! { <Badge value=now.get().status/> }}
                </h2>
                <Show when=move || !going_back && may_stop.get()>
                    <button type="button" class="btn btn-sm js-only" on:click=stop>
                        <Icon icon=lu::LuSquare class="size-4"/>
                        {if abandoned { "Discard" } else { "Cancel" }}
                    </button>
                </Show>
            </div>
            {if going_back {
                view! {
                    <progress class="progress progress-primary my-3 h-2 w-full" aria-label="Undoing the import"></progress>
                    <p class="text-sm muted tabular" aria-live="polite">
                        {move || now.with(|now| format!(
                            "{} removed, {} restored.",
                            number(now.removed),
                            number(now.restored),
                        ))}
                    </p>
                }.into_any()
            } else if abandoned {
                view! {
                    <p class="mt-3 text-sm">
                        "This file did not arrive as a whole: "
                        {format!("{} of {}. ", bytes_text(import.received_bytes), bytes_text(import.size_bytes))}
                        "Nothing was imported. Discard it and "
                        <a class="link link-primary" href="/planner/keywords/import">"choose the file again"</a>
                        "."
                    </p>
                }.into_any()
            } else {
                view! {
                    <progress
                        class="progress progress-primary my-3 h-2 w-full"
                        max=import.size_bytes.max(1).to_string()
                        value=move || now.with(|now| now.bytes_done.to_string())
                        aria-label="Reading the file"
                    ></progress>
                    <p class="mb-4 text-xs muted tabular" aria-live="polite">
                        {move || now.with(|now| format!("{} read", count(now.records_done, "row", "rows")))}
                    </p>
                    {move || view! { <Counts import=now.get()/> }}
                }.into_any()
            }}
        </section>
    }
}

#[component]
fn Counts(import: Model) -> impl IntoView {
    view! {
        <div class="grid grid-cols-2 gap-3 sm:grid-cols-5">
            <Stat label="Added" value=number(import.added)/>
            <Stat label="Duplicates" value=number(import.duplicates)/>
            <Stat label="Updated" value=number(import.updated)/>
            <Stat label="Refused" value=number(import.rejected)/>
            <Stat label="Passed over" value=number(import.skipped)/>
        </div>
    }
}

/// What came of an import.
#[component]
fn Outcome(found: ImportReport, #[prop(into)] reload: Callback<()>) -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let asks = RwSignal::new(false);
    let ImportReport { import, rejects } = found;
    let (icon, tone) = match import.status {
        ImportStatus::Failed => (lu::LuCircleAlert, "text-error"),
        ImportStatus::Cancelled => (lu::LuCircleSlash, "muted"),
        ImportStatus::Undone => (lu::LuUndo2, "muted"),
        _ => (lu::LuCircleCheck, "text-success"),
    };
    let verdict = match (import.status, import.added + import.updated) {
        (ImportStatus::Failed, _) => import
            .error
            .clone()
            .unwrap_or_else(|| "The file could not be read.".to_owned()),
        (ImportStatus::Undone, _) => {
            let removed = match import.kind {
                ImportKind::Serp => count(import.removed, "search result", "search results"),
                ImportKind::Keywords | ImportKind::Competitor => count(import.removed, "keyword", "keywords"),
            };
            let mut parts = vec![format!("Undone: {removed} removed")];
            if import.restored > 0 {
                parts.push(format!("{} with their former figures", number(import.restored)));
            }
            if import.kept > 0 {
                parts.push(format!("{} kept because somebody works with them", number(import.kept)));
            }
            format!("{}.", parts.join(", "))
        }
        (ImportStatus::Cancelled, 0) => "Stopped before anything was imported.".to_owned(),
        (ImportStatus::Cancelled, _) => "Stopped. What was read until then stays.".to_owned(),
        (_, 0) if import.kind == ImportKind::Serp => "No search result of this file was new.".to_owned(),
        (_, 0) => "No keyword of this file was new.".to_owned(),
        _ if import.kind == ImportKind::Serp => format!(
            "{} added. Groupings compare them from now on.",
            count(import.added, "search result", "search results")
        ),
        _ => format!(
            "{} added, {} updated.",
            count(import.added, "keyword", "keywords"),
            number(import.updated)
        ),
    };
    let competitor = import.kind == ImportKind::Competitor;
    let there = import.added > 0 && import.undone_at.is_none();
    let may_edit = untrack(|| workspace.can_edit());
    let may_group = there && !competitor && may_edit;
    let may_undo = import.can_be_undone() && may_edit;
    let id = import.id;
    let undo = move |()| {
        act(toasts, undo_import(id), move |_| {
            toasts.success("The import is being undone.");
            reload.run(());
        });
    };
    let question = if import.kind == ImportKind::Serp {
        format!(
            "{} that it added will be removed.",
            count(import.added, "search result", "search results")
        )
    } else {
        format!(
            "{} that it added will be removed and {} will have their former figures again. Keywords that were edited, pinned, archived or used in an idea or article since then stay as they are.",
            count(import.added, "keyword", "keywords"),
            number(import.updated),
        )
    };
    let whose = import
        .competitor
        .clone()
        .map(|domain| format!(" · keywords of {domain}"));
    let sheet = import.sheet.clone().map(|sheet| format!(" · {sheet}"));
    let mapped = (!import.dialect.is_empty()).then(|| format!(" · {}", import.dialect));
    view! {
        <ConfirmDialog open=asks title="Undo this import?" text=question confirm="Undo" on_confirm=undo/>
        <section class="panel mb-5 p-4 sm:p-6" aria-label="Result of the import">
            <div class="mb-4 flex items-start gap-3">
                <span class=tone><Icon icon=icon class="size-6"/></span>
                <div class="min-w-0">
                    <h2 class="text-base font-semibold wrap-anywhere">{verdict}</h2>
                    <p class="text-sm muted wrap-anywhere">
                        {import.file_name.clone()} {sheet} {mapped} {whose} " · " <TimeAgo time=import.created_at/>
                    </p>
                </div>
            </div>
            <Counts import=import.clone()/>
            <div class="mt-5 flex flex-wrap gap-2">
                {may_group.then(|| view! {
                    <a class="btn btn-primary btn-sm" href=group_sector(import.site_id, import.sector_id)>
                        <Icon icon=lu::LuBoxes class="size-4"/>
                        "Group keywords into clusters"
                    </a>
                })}
                {(import.kind == ImportKind::Keywords).then(|| view! {
                    <a class="btn btn-sm" href="/planner/keywords?ordering=-created_at">"See keywords"</a>
                })}
                {may_undo.then(|| view! {
                    <button type="button" class="btn btn-sm js-only" on:click=move |_| asks.set(true)>
                        <Icon icon=lu::LuUndo2 class="size-4"/>
                        "Undo this import"
                    </button>
                })}
                {may_edit.then(|| view! {
                    <a class="btn btn-sm" href="/planner/keywords/import">"Import another file"</a>
                })}
            </div>
            <Rejects import=import.clone() rejects/>
        </section>
    }
}

/// The first refused rows, and the way to all of them.
#[component]
fn Rejects(import: Model, rejects: Vec<RejectedRow>) -> impl IntoView {
    if rejects.is_empty() {
        return ().into_any();
    }
    let shown = i64::try_from(rejects.len()).unwrap_or(i64::MAX);
    let heading = if import.rejected > shown {
        format!(
            "The first {} of {} refused rows",
            number(shown),
            number(import.rejected)
        )
    } else {
        count(shown, "refused row", "refused rows")
    };
    let rows = rejects
        .into_iter()
        .map(|row| {
            view! {
                <tr>
                    <td class="num" data-label="Line">{number(i64::try_from(row.line).unwrap_or(i64::MAX))}</td>
                    <td class="lead"><code class="text-xs wrap-anywhere">{row.raw}</code></td>
                    <td data-label="Reason">{row.reason}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="mt-6">
            <div class="mb-2 flex flex-wrap items-center justify-between gap-2">
                <h3 class="text-sm font-semibold">{heading}</h3>
                <a class="btn btn-sm" href=format!("/download/imports/{}/rejects.csv", import.id) rel="external" download="">
                    <Icon icon=lu::LuDownload class="size-4"/>
                    "Download all refused rows"
                </a>
            </div>
            <div class="max-h-96 overflow-auto rounded-box border border-base-300" tabindex="0" role="region" aria-label="Refused rows">
                <table class="data-table">
                    <caption class="sr-only">"Refused rows with the reason"</caption>
                    <thead>
                        <tr>
                            <th scope="col" class="num">"Line"</th>
                            <th scope="col">"Row"</th>
                            <th scope="col">"Reason"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
    }
    .into_any()
}
