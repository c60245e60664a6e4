//! Keywords of a site.

use std::collections::BTreeSet;

use entity::{
    SectorId,
    ai_task::{AiFunction, Progress, Start},
};
use leptos::prelude::*;

use super::{
    keyword_form::KeywordForm,
    keyword_table::{KeywordTable, NoKeywords, keyword_rows},
    parts::{DoneNote, use_may_edit},
};
use crate::{
    components::{
        AiLauncher, Dialog, Icon, NeedsSite, PageHeader, ProgressPanel, Select, lu, use_running_task, use_toasts,
    },
    workspace::use_workspace,
};

/// Keywords: bring them in, look through them, group them.
#[component]
pub fn KeywordsPage() -> impl IntoView {
    let toasts = use_toasts();
    let adding = RwSignal::new(false);
    let request = RwSignal::new(None::<Start>);
    let task = use_running_task(&[AiFunction::AutoCluster]);
    let note = RwSignal::new(None::<String>);
    let selection = RwSignal::new(BTreeSet::<i64>::new());
    let rows = keyword_rows(Signal::derive(|| None));
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
            <Show when=move || may_edit.get()>
                <GroupAll request/>
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
            <KeywordTable rows request selection empty=move || view! { <NoKeywords adding/> }/>
        </NeedsSite>
        <AiLauncher
            request task
            on_started=move |_| {
                note.set(None);
                selection.update(BTreeSet::clear);
            }
        />
        <Dialog open=adding title="Add keyword">
            <KeywordForm
                stored=None
                on_saved=move |saved: entity::keyword::Model| {
                    adding.set(false);
                    toasts.success(format!("“{}” added.", saved.keyword));
                    rows.refetch();
                }
            />
        </Dialog>
    }
}

/// Groups every keyword that is in no cluster yet; asks for the sector when that is open.
#[component]
fn GroupAll(
    /// Takes what should be grouped.
    request: RwSignal<Option<Start>>,
) -> impl IntoView {
    let workspace = use_workspace();
    let asking = RwSignal::new(false);
    let choice = RwSignal::new(String::new());
    let start = move |sector_id: SectorId| request.set(Some(Start::auto_cluster(sector_id)));
    let begin = move |_| {
        let sectors = workspace.sectors();
        match (workspace.sector_id(), sectors.as_slice()) {
            (Some(sector), _) => start(sector),
            (None, [only]) => start(only.id),
            (None, [first, ..]) => {
                choice.set(first.id.to_string());
                asking.set(true);
            }
            (None, []) => {}
        }
    };
    let go_on = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        asking.set(false);
        if let Ok(sector) = choice.get_untracked().parse() {
            start(sector);
        }
    };
    let options = Signal::derive(move || {
        workspace
            .sectors()
            .into_iter()
            .map(|sector| (sector.id.to_string(), sector.name))
            .collect::<Vec<_>>()
    });
    view! {
        <button type="button" class="btn btn-sm js-only" on:click=begin>
            <Icon icon=lu::LuBoxes class="size-4"/>
            "Group ungrouped"
        </button>
        <Dialog open=asking title="Which sector?">
            <form on:submit=go_on>
                <Select
                    name="sector" label="Sector" value=choice options=options
                    hint="Keywords are grouped within one sector. All that are in no cluster yet take part."
                />
                <div class="flex justify-end">
                    <button type="submit" class="btn btn-primary btn-sm">"Continue"</button>
                </div>
            </form>
        </Dialog>
    }
}
