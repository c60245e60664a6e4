//! Links from one article to others of the site.

use entity::{
    ApiError, InternalLinkId, ListQuery,
    ai_task::{AiFunction, Progress, Start},
    internal_link::{Filter, LinkStatus, Row},
};
use leptos::{prelude::*, task::spawn_local};

use super::draft::Draft;
use crate::{
    components::{
        AiLauncher, Badge, ErrorState, Icon, ProgressPanel, Skeleton, Tag, count, lu, use_running_task, use_toasts,
    },
    linker::api::{accept_all_links, accept_link, list_links, reject_link},
};

/// Links to other articles: find them, set them.
#[component]
pub(super) fn LinksPanel(
    /// The article.
    draft: Draft,
) -> impl IntoView {
    let toasts = use_toasts();
    let request = RwSignal::new(None::<Start>);
    let task = use_running_task(&[AiFunction::SuggestLinks]);
    let found = RwSignal::new(None::<Result<Vec<Row>, ApiError>>);
    let busy = RwSignal::new(false);
    let load = move || {
        spawn_local(async move {
            let query = ListQuery {
                page_size: Some(200),
                ..ListQuery::default()
            };
            let page = list_links(draft.id, Filter::default(), query).await;
            found.try_set(Some(page.map(|page| page.results)));
        });
    };
    Effect::new(move |_| load());
    // Links are found in what is saved, and set in it.
    let find = move |_| {
        spawn_local(async move {
            if draft.settle().await {
                request.try_set(Some(Start::SuggestLinks {
                    content_ids: vec![draft.id],
                }));
            }
        });
    };
    let change = move |accepts: bool, id: Option<InternalLinkId>| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            if accepts && !draft.settle().await {
                toasts.failure("Your last changes could not be saved, so no link was set.");
                busy.try_set(false);
                return;
            }
            let outcome = match (accepts, id) {
                (true, Some(id)) => accept_link(id).await.map(|_| "Link set.".to_owned()),
                (false, Some(id)) => reject_link(id)
                    .await
                    .map(|_| "It will not be suggested again.".to_owned()),
                (_, None) => accept_all_links(draft.id).await.map(|all| {
                    let set = format!(
                        "{} set.",
                        count(i64::try_from(all.accepted).unwrap_or(i64::MAX), "link", "links")
                    );
                    match all.skipped {
                        0 => set,
                        skipped => format!("{set} {skipped} left: their sentences are not in the text any more."),
                    }
                }),
            };
            busy.try_set(false);
            match outcome {
                Ok(text) => toasts.success(text),
                Err(error) => toasts.error(&error),
            }
            load();
            draft.refresh().await;
        });
    };
    let accept = Callback::new(move |id| change(true, Some(id)));
    let reject = Callback::new(move |id| change(false, Some(id)));
    let open = Memo::new(move |_| {
        found.with(|found| match found {
            Some(Ok(rows)) => rows
                .iter()
                .filter(|row| row.link.status == LinkStatus::Suggested)
                .count(),
            _ => 0,
        })
    });
    view! {
        <h2 class="sr-only">"Links"</h2>
        <ProgressPanel task on_done=move |_: Progress| load()/>
        <div class="mb-4 flex flex-wrap gap-2">
            <button type="button" class="btn btn-sm" on:click=find>
                <Icon icon=lu::LuLink class="size-4"/>
                "Find links"
            </button>
            <Show when=move || { open.get() > 1 }>
                <button type="button" class="btn btn-primary btn-sm" disabled=move || busy.get() on:click=move |_| change(true, None)>
                    <Icon icon=lu::LuCheck class="size-4"/>
                    {move || format!("Set all {}", open.get())}
                </button>
            </Show>
        </div>
        {move || match found.get() {
            None => view! { <Skeleton rows=3/> }.into_any(),
            Some(Err(error)) => view! { <ErrorState error retry=move |()| load()/> }.into_any(),
            Some(Ok(rows)) => list(rows, busy, accept, reject).into_any(),
        }}
        <AiLauncher request task/>
    }
}

fn list(
    rows: Vec<Row>,
    busy: RwSignal<bool>,
    accept: Callback<InternalLinkId>,
    reject: Callback<InternalLinkId>,
) -> AnyView {
    if rows.is_empty() {
        return view! {
            <p class="text-sm muted">
                "No links yet. Finding links reads the article and looks for words that other articles of this site are about. Nothing changes until you set a link."
            </p>
        }
        .into_any();
    }
    let (open, decided): (Vec<Row>, Vec<Row>) = rows
        .into_iter()
        .partition(|row| row.link.status == LinkStatus::Suggested);
    let nothing_open = open.is_empty();
    view! {
        {nothing_open.then(|| view! { <p class="mb-3 text-sm muted">"You have decided on every suggestion."</p> })}
        <ul class="space-y-3">
            {open.into_iter().map(|row| view! { <Suggestion row busy accept reject/> }).collect_view()}
        </ul>
        {(!decided.is_empty()).then(|| view! {
            <details class="mt-5 text-sm">
                <summary class="cursor-pointer font-medium">{format!("Decided ({})", decided.len())}</summary>
                <ul class="mt-2 divide-y divide-base-300">
                    {decided.into_iter().map(|row| view! {
                        <li class="flex flex-wrap items-center justify-between gap-2 py-2">
                            <a class="link link-hover min-w-0 wrap-anywhere" href=format!("/writer/content/{}", row.link.target_content_id)>
                                {row.target_title}
                            </a>
                            <Badge value=row.link.status/>
                        </li>
                    }).collect_view()}
                </ul>
            </details>
        })}
    }
    .into_any()
}

#[component]
fn Suggestion(
    row: Row,
    busy: RwSignal<bool>,
    accept: Callback<InternalLinkId>,
    reject: Callback<InternalLinkId>,
) -> impl IntoView {
    let Row { link, target_title, .. } = row;
    let id = link.id;
    let (before, anchor, after) = around(&link.sentence, &link.anchor);
    let (set, drop) = (
        format!("Set link to “{target_title}”"),
        format!("Reject the link to “{target_title}”"),
    );
    view! {
        <li class="rounded-box border border-base-300 p-3 text-sm">
            <div class="flex flex-wrap items-start justify-between gap-2">
                <a class="link link-hover min-w-0 font-medium wrap-anywhere" href=format!("/writer/content/{}", link.target_content_id)>
                    {target_title}
                </a>
                <Tag>{link.link_type.label()}</Tag>
            </div>
            <p class="mt-1.5 leading-relaxed wrap-anywhere">
                {before}<mark class="rounded bg-primary/15 px-0.5 text-inherit">{anchor}</mark>{after}
            </p>
            <p class="mt-1.5 text-xs muted wrap-anywhere">{link.reason}</p>
            <div class="mt-2 flex gap-2">
                <button type="button" class="btn btn-primary btn-xs" aria-label=set disabled=move || busy.get() on:click=move |_| accept.run(id)>
                    "Set link"
                </button>
                <button type="button" class="btn btn-xs" aria-label=drop disabled=move || busy.get() on:click=move |_| reject.run(id)>
                    "Reject"
                </button>
            </div>
        </li>
    }
}

/// A sentence cut at its anchor, so that the anchor can be marked.
fn around(sentence: &str, anchor: &str) -> (String, String, String) {
    match sentence.split_once(anchor) {
        Some((before, after)) => (before.to_owned(), anchor.to_owned(), after.to_owned()),
        None => (String::new(), anchor.to_owned(), format!(" – {sentence}")),
    }
}

#[cfg(test)]
mod tests {
    use super::around;

    #[test]
    fn the_anchor_is_cut_out_of_its_sentence() {
        let parts = |sentence| around(sentence, "moka pot");
        assert_eq!(parts("A moka pot."), ("A ".into(), "moka pot".into(), ".".into()));
        assert_eq!(parts("Else."), (String::new(), "moka pot".into(), " – Else.".into()));
    }
}
