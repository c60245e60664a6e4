//! The menu of saved views above a list: filters, order and columns under a name.

use entity::{
    SavedViewId,
    saved_view::{MAX_NAME, New, Patch, Row},
};
use leptos::{ev, prelude::*, task::spawn_local};

use super::{
    Dialog, FormError, FormState, SubmitButton, Switch, TextInput,
    icon::{Icon, lu},
    toast::use_toasts,
    url::use_url_state,
};
use crate::{
    planner::views_api::{create_view, delete_view, list_views, update_view},
    workspace::use_workspace,
};

/// The views of a list: one's own and those of the team. They are fetched when the menu opens.
#[component]
pub(super) fn ViewsMenu(
    /// Name of the list.
    list: &'static str,
    /// The columns that are switched off, by comma.
    #[prop(into)]
    off: Signal<String>,
    /// Switches columns off, by comma.
    switch: Callback<String>,
) -> impl IntoView {
    let url = use_url_state();
    let views = RwSignal::new(None::<Vec<Row>>);
    let failed = RwSignal::new(false);
    let saving = RwSignal::new(false);
    let editing = RwSignal::new(None::<Row>);
    let edit_open = RwSignal::new(false);
    let load = move || {
        failed.set(false);
        spawn_local(async move {
            match list_views(list.to_owned()).await {
                Ok(found) => {
                    views.try_set(Some(found));
                }
                Err(_) => {
                    failed.try_set(true);
                }
            }
        });
    };
    let close = || crate::browser::close_menus(None);
    let item = move |row: Row| {
        let view = row.view.clone();
        let query = view.query.clone();
        let here = {
            let query = query.clone();
            Memo::new(move |_| same(&url.view_query(), &query))
        };
        let href = move || format!("{}?{query}", url.path());
        let hidden = view.hidden_columns.clone();
        let own = row.own;
        let by = (!own).then(|| format!("Shared by {}", row.owner));
        let edit = move |_| {
            editing.set(Some(row.clone()));
            edit_open.set(true);
            close();
        };
        let name = view.name.clone();
        view! {
            <li class="flex items-center gap-1">
                <a
                    class="flex min-w-0 flex-1 items-center gap-2 rounded px-2 py-1.5 text-sm hover:bg-base-200"
                    href=href
                    data-noscroll=""
                    aria-current=move || here.get().then_some("true")
                    on:click=move |_| {
                        if let Some(hidden) = hidden.clone() {
                            switch.run(hidden);
                        }
                        close();
                    }
                >
                    <span class="grid size-4 flex-none place-items-center text-primary">
                        {move || here.get().then(|| view! { <Icon icon=lu::LuCheck class="size-4"/> })}
                    </span>
                    <span class="min-w-0">
                        <span class="block truncate">{name.clone()}</span>
                        {by.map(|by| view! { <span class="block truncate text-xs muted">{by}</span> })}
                        {(own && view.shared).then(|| view! { <span class="block text-xs muted">"Shared with the team"</span> })}
                    </span>
                </a>
                {own.then(|| view! {
                    <button
                        type="button"
                        class="btn btn-ghost btn-xs btn-square"
                        aria-label=format!("Change the view {name}")
                        on:click=edit
                    >
                        <Icon icon=lu::LuPencil class="size-3.5"/>
                    </button>
                })}
            </li>
        }
    };
    let items = move || {
        if failed.get() {
            return view! {
                <li class="px-2 py-3 text-sm" role="alert">
                    "The views could not be loaded. "
                    <button type="button" class="link" on:click=move |_| load()>"Try again"</button>
                </li>
            }
            .into_any();
        }
        match views.get() {
            None => (0..3)
                .map(|_| view! { <li class="px-2 py-1.5"><div class="skeleton h-5 w-full rounded"></div></li> })
                .collect_view()
                .into_any(),
            Some(found) if found.is_empty() => view! {
                <li class="px-2 py-2 text-sm muted">"Save filters, order and columns that you use often. They stay one click away."</li>
            }
            .into_any(),
            Some(found) => found.into_iter().map(item).collect_view().into_any(),
        }
    };
    let opened = move |event: ev::Event| {
        let open = event_target::<leptos::web_sys::Element>(&event).has_attribute("open");
        if open && views.with_untracked(Option::is_none) {
            load();
        }
    };
    let changed = Callback::new(move |()| {
        saving.set(false);
        edit_open.set(false);
        load();
    });
    view! {
        <details class="dropdown dropdown-end js-only" on:toggle=opened>
            <summary class="btn btn-ghost btn-sm">
                <Icon icon=lu::LuBookmark class="size-4"/>
                "Views"
            </summary>
            <div class="dropdown-content popover panel z-20 mt-1 w-72 p-2 shadow-lg">
                <ul class="max-h-72 overflow-y-auto">{items}</ul>
                <div class="mt-2 border-t border-base-300 pt-2">
                    <button
                        type="button"
                        class="btn btn-ghost btn-sm w-full justify-start"
                        on:click=move |_| {
                            saving.set(true);
                            close();
                        }
                    >
                        <Icon icon=lu::LuPlus class="size-4"/>
                        "Save this view"
                    </button>
                </div>
            </div>
        </details>
        <Dialog open=saving title="Save this view">
            <ViewForm list stored=None off on_done=changed/>
        </Dialog>
        <Dialog open=edit_open title="Change view">
            {move || editing.get_untracked().map(|row| view! { <ViewForm list stored=Some(row) off on_done=changed/> })}
        </Dialog>
    }
}

/// Two queries say the same, in whichever order.
fn same(one: &str, other: &str) -> bool {
    let parts = |text: &str| {
        let text = text.replace('+', "%20");
        let mut parts: Vec<String> = text
            .split('&')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect();
        parts.sort();
        parts
    };
    parts(one) == parts(other)
}

#[component]
fn ViewForm(list: &'static str, stored: Option<Row>, off: Signal<String>, on_done: Callback<()>) -> impl IntoView {
    let url = use_url_state();
    let toasts = use_toasts();
    let workspace = use_workspace();
    let id: Option<SavedViewId> = stored.as_ref().map(|row| row.view.id);
    let view = stored.map(|row| row.view);
    let name = RwSignal::new(view.as_ref().map(|view| view.name.clone()).unwrap_or_default());
    let shared = RwSignal::new(view.as_ref().is_some_and(|view| view.shared));
    let anew = RwSignal::new(false);
    let form = FormState::new();
    let may_share = untrack(|| workspace.can_edit());
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let query = untrack(|| url.view_query());
        let hidden = off.get_untracked();
        let name = name.get_untracked();
        match id {
            None => form.send(
                create_view(New {
                    list_name: list.to_owned(),
                    name,
                    query,
                    hidden_columns: Some(hidden),
                    shared: shared.get_untracked(),
                }),
                move |made| {
                    toasts.success(format!("The view “{}” is saved.", made.name));
                    on_done.run(());
                },
            ),
            Some(id) => {
                let now = anew.get_untracked();
                let patch = Patch {
                    name: Some(name),
                    query: now.then_some(query),
                    hidden_columns: now.then_some(Some(hidden)),
                    shared: Some(shared.get_untracked()),
                };
                form.send(update_view(id, patch), move |made| {
                    toasts.success(format!("The view “{}” is saved.", made.name));
                    on_done.run(());
                });
            }
        }
    };
    let delete = move |_| {
        if let Some(id) = id {
            form.send(delete_view(id), move |()| {
                toasts.success("The view is deleted.");
                on_done.run(());
            });
        }
    };
    view! {
        <form on:submit=submit novalidate>
            <FormError error=form.error/>
            <TextInput
                name="name" label="Name" value=name required=true errors=form.error
                hint=format!("At most {MAX_NAME} characters") placeholder="Easy wins" id="view-name"
            />
            {may_share.then(|| view! { <Switch label="Share with the team" value=shared/> })}
            {id.map(|_| view! { <Switch label="Take over the filters, order and columns as they are now" value=anew/> })}
            {id.is_none().then(|| view! { <p class="mb-4 text-sm muted">"It keeps the filters, the order and the columns as they are now."</p> })}
            <div class="flex flex-wrap justify-end gap-2">
                {id.map(|_| view! {
                    <button type="button" class="btn btn-sm mr-auto text-error" on:click=delete>
                        <Icon icon=lu::LuTrash2 class="size-4"/>
                        "Delete view"
                    </button>
                })}
                <SubmitButton pending=form.pending>"Save view"</SubmitButton>
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_the_same_in_any_order() {
        assert!(same("a=1&b=two%20words", "b=two+words&a=1"));
        assert!(same("", ""));
        assert!(!same("a=1", "a=2"));
    }
}
