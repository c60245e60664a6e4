//! Keywords of a site.

use entity::{
    ai_task::{AiFunction, Progress},
    keyword::Added,
};
use leptos::{ev, html, prelude::*};

use super::{
    group_which::group_href,
    keyword_bulk::Picked,
    keyword_form::KeywordForm,
    keyword_many::{ManyForm, added_words},
    keyword_table::{KeywordTable, NoKeywords, export_href, keyword_filter, keyword_rows},
    library_dialog::Library,
    parts::{DoneNote, use_may_edit},
};
use crate::components::{
    Dialog, Icon, NeedsSite, PageHeader, ProgressPanel, lu, use_running_task, use_toasts, use_url_state,
};

/// Keywords: bring them in, look through them, group them.
#[component]
pub fn KeywordsPage() -> impl IntoView {
    let toasts = use_toasts();
    let adding = RwSignal::new(false);
    let task = use_running_task(&[AiFunction::AutoCluster]);
    let note = RwSignal::new(None::<String>);
    let url = use_url_state();
    let library = RwSignal::new(false);
    let picked = Picked::new();
    let rows = keyword_rows();
    let filter = keyword_filter();
    let export = move || filter.with(|filter| export_href(filter, url.get("search").as_deref()));
    let added = move |added: Added| {
        adding.set(false);
        library.set(false);
        toasts.success(added_words(&added));
        rows.refetch();
    };
    let may_edit = use_may_edit();
    let done = move |progress: Progress| {
        rows.refetch();
        if progress.items_done > 0 {
            toasts.success(
                progress
                    .summary
                    .unwrap_or_else(|| "The keywords are grouped.".to_owned()),
            );
            note.set(Some("Your clusters are ready.".to_owned()));
        }
    };
    view! {
        <PageHeader
            title="Keywords"
            purpose="The searches you want to be found for. Bring them in, then group them into clusters."
        >
            <a class="btn btn-ghost btn-sm" href=export download="" rel="external">
                <Icon icon=lu::LuDownload class="size-4"/>
                "Export"
            </a>
            <Show when=move || may_edit.get()>
                <a class="btn btn-sm js-only" href=move || group_href(url)>
                    <Icon icon=lu::LuBoxes class="size-4"/>
                    {move || if url.is_filtered() { "Group these" } else { "Group keywords" }}
                </a>
                <button type="button" class="btn btn-sm js-only" on:click=move |_| library.set(true)>
                    <Icon icon=lu::LuLibrary class="size-4"/>
                    "Library"
                </button>
                <button type="button" class="btn btn-sm js-only" on:click=move |_| adding.set(true)>
                    <Icon icon=lu::LuPlus class="size-4"/>
                    "Add keyword"
                </button>
                <a class="btn btn-primary btn-sm" href="/planner/keywords/import">
                    <Icon icon=lu::LuUpload class="size-4"/>
                    "Import"
                </a>
            </Show>
        </PageHeader>
        <NeedsSite>
            <ProgressPanel task on_done=done/>
            <DoneNote note href="/planner/clusters" link="See the clusters"/>
            <KeywordTable rows picked empty=move || view! { <NoKeywords adding library/> }/>
        </NeedsSite>
        <Dialog open=adding title="Add keywords">
            <AddForms
                on_one=move |saved: entity::keyword::Model| {
                    adding.set(false);
                    toasts.success(format!("“{}” added.", saved.keyword));
                    rows.refetch();
                }
                on_many=added
            />
        </Dialog>
        <Dialog open=library title="Keywords of the library" wide=true>
            <Library on_added=added/>
        </Dialog>
    }
}

/// One keyword with its figures, or a list of them.
#[component]
fn AddForms(
    /// Called with the one keyword.
    #[prop(into)]
    on_one: Callback<entity::keyword::Model>,
    /// Called with what came of a list.
    #[prop(into)]
    on_many: Callback<Added>,
) -> impl IntoView {
    let many = RwSignal::new(false);
    let (one_tab, many_tab) = (NodeRef::<html::Button>::new(), NodeRef::<html::Button>::new());
    let on_key = move |event: ev::KeyboardEvent| {
        let to = match event.key().as_str() {
            "ArrowLeft" | "ArrowRight" => !many.get_untracked(),
            "Home" => false,
            "End" => true,
            _ => return,
        };
        event.prevent_default();
        many.set(to);
        let tab = if to { many_tab } else { one_tab };
        if let Some(tab) = tab.get_untracked() {
            // Refused only for what cannot have the focus.
            let _ = tab.focus();
        }
    };
    let tab = move |of_many: bool, words: &'static str| {
        let is_on = move || many.get() == of_many;
        view! {
            <button
                type="button"
                role="tab"
                id=if of_many { "add-several" } else { "add-one" }
                node_ref=if of_many { many_tab } else { one_tab }
                class="tab"
                class:tab-active=is_on
                aria-selected=move || if is_on() { "true" } else { "false" }
                aria-controls="add-form"
                tabindex=move || if is_on() { "0" } else { "-1" }
                on:click=move |_| many.set(of_many)
                on:keydown=on_key
            >
                {words}
            </button>
        }
    };
    view! {
        <div role="tablist" aria-label="How many keywords" class="tabs tabs-border mb-4">
            {tab(false, "One keyword")}
            {tab(true, "Several at once")}
        </div>
        <div
            role="tabpanel"
            id="add-form"
            aria-labelledby=move || if many.get() { "add-several" } else { "add-one" }
        >
            {move || if many.get() {
                view! { <ManyForm on_saved=on_many/> }.into_any()
            } else {
                view! { <KeywordForm stored=None on_saved=on_one/> }.into_any()
            }}
        </div>
    }
}
