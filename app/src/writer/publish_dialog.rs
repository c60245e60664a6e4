//! Sending articles to a destination.

use std::collections::BTreeSet;

use entity::{
    ApiError, ContentId, IntegrationId, ListQuery, SiteId,
    integration::{self, ConnectionStatus},
    publishing_record::{self, PublishRequest, PublishStatus, Row},
};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    components::{Dialog, EmptyState, FormError, FormState, Icon, Select, SubmitButton, Toasts, count, lu, use_toasts},
    publisher::api::{integrations, publish, publishing_records},
    workspace::use_workspace,
};

/// The usable connections of a site, loaded once the page is alive; nothing until then.
pub(super) fn use_connections() -> RwSignal<Option<Result<Vec<integration::Model>, ApiError>>> {
    let workspace = use_workspace();
    let connections = RwSignal::new(None);
    Effect::new(move |_| {
        let site = workspace.site_id();
        spawn_local(async move {
            let found = integrations(site).await;
            connections.try_set(Some(
                found.map(|all| all.into_iter().filter(|one| one.is_active).collect()),
            ));
        });
    });
    connections
}

/// Where to publish, and as what.
#[component]
pub(super) fn PublishForm(
    /// The articles.
    #[prop(into)]
    contents: Signal<Vec<ContentId>>,
    /// From [`use_connections`].
    connections: RwSignal<Option<Result<Vec<integration::Model>, ApiError>>>,
    /// Called before sending, such as to save; sends only when it answers yes.
    #[prop(optional, into)]
    before: Option<Callback<Callback<bool>>>,
    /// Called with what was started.
    #[prop(into)]
    on_sent: Callback<Vec<Row>>,
) -> impl IntoView {
    let destination = RwSignal::new(String::new());
    let target = RwSignal::new("publish".to_owned());
    let form = FormState::new();
    let options = Memo::new(move |_| {
        connections.with(|found| match found {
            Some(Ok(all)) => all
                .iter()
                .map(|one| (one.id.to_string(), connection_name(one)))
                .collect::<Vec<_>>(),
            _ => Vec::new(),
        })
    });
    Effect::new(move |_| {
        let first = options.with(|options| options.first().map(|(key, _)| key.clone()));
        if let (true, Some(first)) = (destination.with_untracked(String::is_empty), first) {
            destination.set(first);
        }
    });
    let send = move || {
        let Ok(integration_id) = destination.get_untracked().parse::<IntegrationId>() else {
            return;
        };
        let request = PublishRequest {
            content_ids: contents.get_untracked(),
            integration_id,
            target_status: target.get_untracked(),
        };
        form.send(publish(request), move |rows| on_sent.run(rows));
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        match before {
            None => send(),
            Some(before) => before.run(Callback::new(move |ready: bool| {
                if ready {
                    send();
                }
            })),
        }
    };
    let targets = vec![
        ("publish".to_owned(), "Published for everybody".to_owned()),
        ("draft".to_owned(), "A draft over there".to_owned()),
    ];
    move || {
        match connections.get() {
        None => view! { <div class="skeleton h-24 w-full" role="status" aria-label="Loading"></div> }.into_any(),
        Some(Err(error)) => view! { <FormError error=Signal::derive(move || Some(error.clone()))/> }.into_any(),
        Some(Ok(all)) if all.is_empty() => view! {
            <EmptyState icon=lu::LuPlug title="Nowhere to publish yet" text="Connect a WordPress site first. It takes an application password and a minute.">
                <a class="btn btn-primary btn-sm" href="/publish">"Connect a site"</a>
            </EmptyState>
        }
        .into_any(),
        Some(Ok(_)) => view! {
            <form on:submit=submit>
                <FormError error=form.error/>
                <Select name="integration_id" label="Destination" value=destination options=options errors=form.error/>
                <Select
                    name="target_status" label="It becomes" value=target options=targets.clone() errors=form.error
                    hint="Publishing again updates what is there; it never makes a second post."
                />
                <div class="flex justify-end">
                    <SubmitButton pending=form.pending>
                        <Icon icon=lu::LuSend class="size-4"/>
                        {move || if target.get() == "draft" { "Send as draft" } else { "Publish" }}
                    </SubmitButton>
                </div>
            </form>
        }
        .into_any(),
    }
    }
}

/// [`PublishForm`] in a window, for selected articles.
#[component]
pub(super) fn PublishDialog(
    /// Shown or not.
    open: RwSignal<bool>,
    /// The selected articles.
    selection: RwSignal<BTreeSet<i64>>,
    /// Called when something may have changed at a destination.
    #[prop(into)]
    on_change: Callback<()>,
) -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let connections = use_connections();
    let contents = Signal::derive(move || selection.with(|ids| ids.iter().copied().map(ContentId).collect::<Vec<_>>()));
    let title = Signal::derive(move || {
        format!(
            "Publish {}",
            count(
                i64::try_from(contents.with(Vec::len)).unwrap_or(i64::MAX),
                "article",
                "articles"
            )
        )
    });
    let sent = move |rows: Vec<Row>| {
        open.set(false);
        selection.update(BTreeSet::clear);
        let site = untrack(|| workspace.site_id());
        spawn_local(follow(site, rows, toasts, on_change));
    };
    view! {
        <Dialog open title>
            <PublishForm contents connections on_sent=sent/>
        </Dialog>
    }
}

/// Waits for publications to end, for some minutes at most, and says what became of them.
pub(super) async fn follow(site: Option<SiteId>, mut rows: Vec<Row>, toasts: Toasts, on_change: Callback<()>) {
    let ours: BTreeSet<i64> = rows.iter().map(|row| row.record.id.0).collect();
    for _ in 0..120 {
        if rows.iter().all(is_over) {
            break;
        }
        pause(1500).await;
        let filter = publishing_record::Filter {
            site_id: site,
            ..Default::default()
        };
        let query = ListQuery {
            page_size: Some(200),
            ..ListQuery::default()
        };
        if let Ok(page) = publishing_records(filter, query).await {
            let fresh: Vec<Row> = page
                .results
                .into_iter()
                .filter(|row| ours.contains(&row.record.id.0))
                .collect();
            if !fresh.is_empty() {
                rows = fresh;
            }
        }
    }
    tell(&rows, toasts);
    on_change.try_run(());
}

/// Nothing more will happen to a publication.
pub(super) fn is_over(row: &Row) -> bool {
    matches!(row.record.status, PublishStatus::Published | PublishStatus::Failed)
}

fn tell(rows: &[Row], toasts: Toasts) {
    let size = |status: PublishStatus| {
        i64::try_from(rows.iter().filter(|row| row.record.status == status).count()).unwrap_or(i64::MAX)
    };
    let (good, bad) = (size(PublishStatus::Published), size(PublishStatus::Failed));
    if good > 0 {
        toasts.success(format!("{} sent.", count(good, "article", "articles")));
    }
    if let Some(row) = rows.iter().find(|row| row.record.status == PublishStatus::Failed) {
        let reason = row
            .record
            .error
            .clone()
            .unwrap_or_else(|| "No reason was given.".to_owned());
        toasts.failure(format!(
            "{} not published: {reason}",
            count(bad, "article was", "articles were")
        ));
    }
    if good == 0 && bad == 0 {
        toasts.success("Publishing goes on. The page Publish shows how far it is.");
    }
}

fn connection_name(one: &integration::Model) -> String {
    match one.status {
        ConnectionStatus::Failed => format!("{} (did not work at the last test)", one.name),
        _ => one.name.clone(),
    }
}

/// Waits; only the browser does.
pub(super) async fn pause(ms: u32) {
    #[cfg(feature = "hydrate")]
    gloo_timers::future::TimeoutFuture::new(ms).await;
    #[cfg(not(feature = "hydrate"))]
    let _ = ms;
}
