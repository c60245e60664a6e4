//! What the pages of the planner and of the writer share.

use std::{collections::BTreeSet, future::Future};

use entity::{ApiError, ClusterId, FieldError, ListQuery, SectorId, cluster, keyword::ClusterRef};
use leptos::{prelude::*, task::spawn_local, wasm_bindgen::JsCast as _, web_sys};

use super::api::{get_cluster, list_clusters};
use crate::{
    components::{EmptyState, FormState, Icon, Select, Toasts, lu, use_url_state},
    workspace::use_workspace,
};

/// Sends something that has no form; a failure goes to the corner of the page.
pub(crate) fn act<T: 'static>(
    toasts: Toasts,
    call: impl Future<Output = Result<T, ApiError>> + 'static,
    done: impl FnOnce(T) + 'static,
) {
    spawn_local(async move {
        match call.await {
            Ok(value) => done(value),
            Err(error) => toasts.error(&error),
        }
    });
}

/// The selected rows as ids.
pub(crate) fn chosen<T>(selection: RwSignal<BTreeSet<i64>>, make: fn(i64) -> T) -> Vec<T> {
    selection.with_untracked(|selection| selection.iter().copied().map(make).collect())
}

/// A number of rows as the server counts them.
pub(crate) fn rows_count(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A whole number of a form; nothing for an empty field. Grouped digits (`1,200`, `1 200`) are understood.
pub(crate) fn whole_number(field: &str, text: &str, faults: &mut Vec<FieldError>) -> Option<i64> {
    let digits: String = text
        .trim()
        .chars()
        .filter(|c| !matches!(c, ',' | ' ' | '\u{a0}' | '\u{202f}' | '_'))
        .collect();
    if digits.is_empty() {
        return None;
    }
    match digits.parse() {
        Ok(value) => Some(value),
        Err(_) => {
            faults.push(FieldError {
                field: field.to_owned(),
                message: "Please enter a whole number.".to_owned(),
            });
            None
        }
    }
}

/// [`whole_number`] that fits 32 bits.
pub(crate) fn small_number(field: &str, text: &str, faults: &mut Vec<FieldError>) -> Option<i32> {
    let value = whole_number(field, text, faults)?;
    match i32::try_from(value) {
        Ok(value) => Some(value),
        Err(_) => {
            faults.push(FieldError {
                field: field.to_owned(),
                message: "This number is too large.".to_owned(),
            });
            None
        }
    }
}

/// A number as the text of a form field.
pub(crate) fn number_text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// `new`, if it differs from `old`.
pub(crate) fn changed<T: PartialEq>(new: T, old: &T) -> Option<T> {
    (new != *old).then_some(new)
}

const STRUCTURES: [(&str, &str); 8] = [
    ("guide", "Guide"),
    ("how_to", "How-to"),
    ("listicle", "List"),
    ("comparison", "Comparison"),
    ("review", "Review"),
    ("faq", "Questions"),
    ("landing_page", "Landing page"),
    ("pillar", "Pillar page"),
];

/// Structures of an article with what a person reads.
pub(crate) fn structures() -> Vec<(String, String)> {
    STRUCTURES
        .iter()
        .map(|(key, label)| ((*key).to_owned(), (*label).to_owned()))
        .collect()
}

/// What a person reads for a structure.
pub(crate) fn structure_label(key: &str) -> String {
    STRUCTURES
        .iter()
        .find(|(known, _)| *known == key)
        .map_or_else(|| key.replace('_', " "), |(_, label)| (*label).to_owned())
}

/// The clusters to choose from, by name, once the page is alive: the 200 with the most searches, and the one in the
/// address.
pub(crate) fn use_cluster_options() -> Signal<Vec<(String, String)>> {
    let workspace = use_workspace();
    let url = use_url_state();
    let options = RwSignal::new(Vec::new());
    let chosen = Memo::new(move |_| url.parsed::<ClusterId>("cluster"));
    Effect::new(move |_| {
        let filter = cluster::Filter {
            site_id: workspace.site_id(),
            sector_id: workspace.sector_id(),
            ..cluster::Filter::default()
        };
        let chosen = chosen.get();
        spawn_local(async move {
            let query = ListQuery {
                page_size: Some(200),
                ordering: Some("-volume".to_owned()),
                ..ListQuery::default()
            };
            let Ok(page) = list_clusters(filter, query).await else {
                return;
            };
            let mut found = page.results;
            if let Some(id) = chosen
                && found.iter().all(|cluster| cluster.id != id)
                && let Ok(cluster) = get_cluster(id).await
            {
                found.push(cluster);
            }
            found.sort_by_key(|cluster| cluster.name.to_lowercase());
            options.try_set(
                found
                    .into_iter()
                    .map(|cluster| (cluster.id.to_string(), cluster.name))
                    .collect(),
            );
        });
    });
    options.into()
}

/// Cluster options with a first one that means none.
pub(crate) fn with_none(options: Signal<Vec<(String, String)>>) -> Signal<Vec<(String, String)>> {
    Signal::derive(move || {
        let mut all = vec![(String::new(), "None".to_owned())];
        all.extend(options.get());
        all
    })
}

/// The person may change things on this site; changes only when the answer does.
pub(crate) fn use_may_edit() -> Memo<bool> {
    let workspace = use_workspace();
    Memo::new(move |_| workspace.can_edit() && workspace.site_id().is_some())
}

/// The sector of a new thing: the one worked on, until another one is chosen.
pub(crate) fn use_sector_choice() -> RwSignal<String> {
    let workspace = use_workspace();
    let text = |id: Option<SectorId>| id.map(|id| id.to_string()).unwrap_or_default();
    let choice = RwSignal::new(text(untrack(|| workspace.target_sector())));
    let target = Memo::new(move |_| workspace.target_sector());
    Effect::new(move |before: Option<Option<SectorId>>| {
        let now = target.get();
        if before.is_some_and(|before| before != now) {
            choice.set(text(now));
        }
        now
    });
    choice
}

/// What [`use_sector_choice`] holds, as an id.
pub(crate) fn sector_of(value: RwSignal<String>) -> Option<SectorId> {
    value.with_untracked(|value| value.parse().ok())
}

/// The sector that a form is for; without one the form says so.
pub(crate) fn sector_or_refuse(value: RwSignal<String>, form: FormState) -> Option<SectorId> {
    let sector = sector_of(value);
    if sector.is_none() {
        let mut error = ApiError::new("invalid", "Choose a sector first.");
        error.fields = vec![FieldError {
            field: "sector_id".to_owned(),
            message: "Choose a sector.".to_owned(),
        }];
        form.error.set(Some(error));
    }
    sector
}

/// Stands in the place of what needs a sector while the site has none.
#[component]
pub(crate) fn NoSector() -> impl IntoView {
    let workspace = use_workspace();
    let may_add = untrack(|| workspace.can_manage());
    let text = if may_add {
        "Keywords belong to a sector of the site. Add one, then come back."
    } else {
        "Keywords belong to a sector of the site. Ask an owner or admin of this account to add one."
    };
    view! {
        <div class="panel">
            <EmptyState icon=lu::LuFolderTree title="This site has no sector yet" text>
                {may_add.then(|| view! { <a class="btn btn-primary btn-sm" href="/sites">"Add a sector"</a> })}
            </EmptyState>
        </div>
    }
}

/// The sector of a new thing; nothing to choose while the site has one sector.
#[component]
pub(crate) fn SectorField(
    /// Where the choice is kept.
    value: RwSignal<String>,
    /// What the server said.
    #[prop(into)]
    errors: Signal<Option<ApiError>>,
) -> impl IntoView {
    let workspace = use_workspace();
    let options = Signal::derive(move || {
        workspace
            .sectors()
            .into_iter()
            .map(|sector| (sector.id.to_string(), sector.name))
            .collect::<Vec<_>>()
    });
    move || match options.with(Vec::len) {
        0 => view! {
            <p class="mb-4 text-sm" role="note">
                "This site has no sector yet. "
                <a class="link link-primary" href="/sites">"See the sites"</a>
            </p>
        }
        .into_any(),
        1 => ().into_any(),
        _ => view! { <Select name="sector_id" label="Sector" value=value options=options errors=errors/> }.into_any(),
    }
}

/// Links to clusters; a dash where there is none.
pub(crate) fn cluster_links(clusters: &[ClusterRef]) -> AnyView {
    if clusters.is_empty() {
        return view! { <span class="muted">"–"</span> }.into_any();
    }
    clusters
        .iter()
        .map(|cluster| {
            view! {
                <a class="link link-hover link-primary mr-2" href=format!("/planner/clusters/{}", cluster.id)>
                    {cluster.name.clone()}
                </a>
            }
        })
        .collect_view()
        .into_any()
}

/// The link to the one cluster of a row; a dash where there is none.
pub(crate) fn cluster_link(id: Option<ClusterId>, name: Option<&str>) -> AnyView {
    match id {
        Some(id) => cluster_links(&[ClusterRef {
            id,
            name: name.unwrap_or("Cluster").to_owned(),
        }]),
        None => cluster_links(&[]),
    }
}

/// What came of something, with the way to it; closes on request.
#[component]
pub(crate) fn DoneNote(
    /// What came of it; nothing is shown while it is empty.
    note: RwSignal<Option<String>>,
    /// Where it is.
    href: &'static str,
    /// Words of the link.
    link: &'static str,
) -> impl IntoView {
    move || {
        note.get().map(|text| {
            view! {
                <div role="status" class="alert alert-success alert-soft mb-5 py-2.5 text-sm">
                    <Icon icon=lu::LuCircleCheck class="size-4 flex-none"/>
                    <span class="min-w-0 wrap-anywhere">{text}</span>
                    <span class="flex items-center gap-2">
                        <a class="btn btn-sm" href=href>{link}</a>
                        <button
                            type="button"
                            class="btn btn-ghost btn-sm btn-square"
                            aria-label="Close message"
                            on:click=move |_| note.set(None)
                        >
                            <Icon icon=lu::LuX class="size-4"/>
                        </button>
                    </span>
                </div>
            }
        })
    }
}

/// The pencil at the end of a row.
#[component]
pub(crate) fn EditButton(
    /// What the row is called.
    name: String,
    /// Opens the form.
    #[prop(into)]
    on_click: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="btn btn-ghost btn-xs btn-square js-only"
            data-edit=""
            aria-label=format!("Edit {name}")
            title="Edit"
            on:click=move |_| on_click.run(())
        >
            <Icon icon=lu::LuPencil class="size-4"/>
        </button>
    }
}

/// The event comes from a select whose list is open; browsers that draw it themselves do not tell.
fn is_open(event: &web_sys::KeyboardEvent) -> bool {
    event
        .current_target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .is_some_and(|select| select.matches(":open").unwrap_or(false))
}

/// Chooses what to do with the selected rows out of several; goes back to its name afterwards. Where an arrow key chooses
/// without opening the list, each one would be a choice, so there Enter does it.
#[component]
pub(crate) fn BulkSelect(
    /// What it does, such as `Set status`.
    label: &'static str,
    /// Values with what a person reads.
    options: Vec<(String, String)>,
    /// Does it.
    #[prop(into)]
    on_choose: Callback<String>,
) -> impl IntoView {
    let by_keys = StoredValue::new(false);
    let waits = RwSignal::new(false);
    let apply = move |select: &web_sys::HtmlSelectElement| {
        let value = select.value();
        select.set_value("");
        waits.set(false);
        by_keys.set_value(false);
        if !value.is_empty() {
            on_choose.run(value);
        }
    };
    let forget = move |select: &web_sys::HtmlSelectElement| {
        select.set_value("");
        waits.set(false);
        by_keys.set_value(false);
    };
    view! {
        <select
            class="select select-sm w-auto"
            aria-label=label
            on:pointerdown=move |_| by_keys.set_value(false)
            on:keydown:target=move |event| match event.key().as_str() {
                "Enter" if waits.get_untracked() => {
                    event.prevent_default();
                    apply(&event.target());
                }
                "Escape" if waits.get_untracked() => {
                    event.prevent_default();
                    forget(&event.target());
                }
                "Tab" | "Shift" => {}
                // Out of an open list only Enter chooses.
                _ => by_keys.set_value(!is_open(&event)),
            }
            on:change:target=move |event| {
                let select = event.target();
                if by_keys.get_value() {
                    waits.set(!select.value().is_empty());
                } else {
                    apply(&select);
                }
            }
            on:blur:target=move |event| forget(&event.target())
        >
            <option value="">{label}</option>
            {options.into_iter().map(|(key, label)| view! { <option value=key>{label}</option> }).collect_view()}
        </select>
        <span class="text-xs muted" role="status">{move || waits.get().then_some("Press Enter to do it")}</span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_forms_are_read_as_people_write_them() {
        let mut faults = Vec::new();
        assert_eq!(whole_number("volume", " 1,200 ", &mut faults), Some(1200));
        assert_eq!(whole_number("volume", "", &mut faults), None);
        assert!(faults.is_empty());
        assert_eq!(whole_number("volume", "many", &mut faults), None);
        assert_eq!(small_number("difficulty", "9999999999", &mut faults), None);
        assert_eq!(faults.len(), 2);
    }

    #[test]
    fn structures_have_names() {
        assert_eq!(structure_label("how_to"), "How-to");
        assert_eq!(structure_label("buying_advice"), "buying advice");
    }
}
