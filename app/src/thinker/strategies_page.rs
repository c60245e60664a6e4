//! Strategies.

use entity::{ai_task::AiFunction, strategy::Row};
use leptos::prelude::*;

use super::{
    api::{delete_strategy, list_strategies, set_strategy_active},
    parts::{ReadOnlyNote, use_may_manage},
    strategy_form::StrategyForm,
};
use crate::{
    components::{
        Column, ConfirmDialog, DataTable, Dialog, EmptyState, Icon, PageHeader, Tag, TimeAgo, Tone, count, lu,
        use_toasts, use_url_state,
    },
    planner::parts::{EditButton, act},
};

/// What can be done with a strategy.
#[derive(Clone, Copy)]
struct Buttons {
    edit: Callback<Row>,
    delete: Callback<Row>,
    switch: Callback<Row>,
}

/// How content is made for a sector, or for all of them.
#[component]
pub fn StrategiesPage() -> impl IntoView {
    let toasts = use_toasts();
    let url = use_url_state();
    let may_manage = use_may_manage();
    let adding = RwSignal::new(false);
    let current = RwSignal::new(None::<Row>);
    let edit_open = RwSignal::new(false);
    let view_open = RwSignal::new(false);
    let delete_open = RwSignal::new(false);
    let strategies = Resource::new(move || url.list_of("strategies"), list_strategies);
    let look = Callback::new(move |row: Row| {
        current.set(Some(row));
        view_open.set(true);
    });
    let buttons = Buttons {
        edit: Callback::new(move |row: Row| {
            current.set(Some(row));
            edit_open.set(true);
        }),
        delete: Callback::new(move |row: Row| {
            current.set(Some(row));
            delete_open.set(true);
        }),
        switch: Callback::new(move |row: Row| {
            let wanted = !row.is_active;
            act(toasts, set_strategy_active(row.id, wanted), move |_| {
                toasts.success(format!(
                    "{} is {}.",
                    row.name,
                    if wanted { "in use" } else { "switched off" }
                ));
                strategies.refetch();
            });
        }),
    };
    let delete = move |()| {
        let Some(row) = current.get_untracked() else { return };
        act(toasts, delete_strategy(row.id), move |()| {
            toasts.success(format!("{} is deleted.", row.name));
            strategies.refetch();
        });
    };
    let name = move || current.with(|row| row.as_ref().map(|row| row.name.clone()).unwrap_or_default());
    let question = Signal::derive(move || format!("Delete {}?", name()));
    let add = move || {
        view! {
            <Show when=move || may_manage.get()>
                <button type="button" class="btn btn-primary btn-sm js-only" on:click=move |_| adding.set(true)>
                    <Icon icon=lu::LuPlus class="size-4"/>
                    "Add strategy"
                </button>
            </Show>
        }
    };
    view! {
        <PageHeader
            title="Strategies"
            purpose="How content is made for a sector: which sections an article has, and what the AI is asked there."
        >
            {add()}
        </PageHeader>
        <ReadOnlyNote/>
        {move || view! {
            <DataTable
                name="strategies" label="Strategies" rows=strategies
                columns=columns(look, may_manage.get().then_some(buttons))
                search="Search strategies"
                row_id=|row: &Row| row.id.0
                row_name=|row: &Row| row.name.clone()
                empty=move || view! {
                    <EmptyState
                        icon=lu::LuRoute title="No strategies yet"
                        text="Say once which sections your articles have and how they are asked for, and every job follows it."
                    >
                        {add()}
                    </EmptyState>
                }
            />
        }}
        <Dialog open=adding title="Add strategy" wide=true>
            <StrategyForm stored=None on_saved=move |saved: Row| {
                adding.set(false);
                toasts.success(format!("{} is added.", saved.name));
                strategies.refetch();
            }/>
        </Dialog>
        <Dialog open=edit_open title="Edit strategy" wide=true>
            {move || current.get_untracked().map(|stored| view! {
                <StrategyForm stored=Some(stored) on_saved=move |saved: Row| {
                    edit_open.set(false);
                    toasts.success(format!("{} is saved.", saved.name));
                    strategies.refetch();
                }/>
            })}
        </Dialog>
        <Dialog open=view_open title=Signal::derive(name) wide=true>
            {move || current.get_untracked().map(|row| view! { <Shown row/> })}
        </Dialog>
        <ConfirmDialog
            open=delete_open title=question confirm="Delete" on_confirm=delete
            text="Its texts and sections go with it. Articles that are written stay as they are."
        />
    }
}

/// Where a strategy holds.
fn place(row: &Row) -> String {
    match (&row.site_name, &row.sector_name) {
        (Some(site), Some(sector)) => format!("{site} · {sector}"),
        _ => "All sectors".to_owned(),
    }
}

fn prompt_label(name: &str) -> String {
    name.parse::<AiFunction>()
        .map_or_else(|()| name.to_owned(), |function| function.label().to_owned())
}

fn columns(look: Callback<Row>, buttons: Option<Buttons>) -> Vec<Column<Row>> {
    let mut columns = vec![
        Column::new("Strategy", |row: &Row| {
            view! {
                <span class="font-medium wrap-anywhere">{row.name.clone()}</span>
                {(!row.description.is_empty())
                    .then(|| view! { <p class="line-clamp-2 max-w-prose text-xs muted">{row.description.clone()}</p> })}
            }
        })
        .sortable("name")
        .lead(),
        Column::new("For", place),
        Column::new("Prompts", |row: &Row| {
            if row.prompt_types.is_empty() {
                return view! { <span class="muted">"–"</span> }.into_any();
            }
            let tags = row
                .prompt_types
                .keys()
                .map(|name| {
                    let label = prompt_label(name);
                    view! { <Tag>{label}</Tag> }
                })
                .collect_view();
            view! { <span class="inline-flex flex-wrap gap-1">{tags}</span> }.into_any()
        }),
        Column::new("Sections", |row: &Row| match row.section_logic.len() {
            0 => "–".to_owned(),
            many => count(i64::try_from(many).unwrap_or(i64::MAX), "section", "sections"),
        }),
        Column::new("State", move |row: &Row| {
            let Some(buttons) = buttons else {
                let (tone, word) = if row.is_active {
                    (Tone::Success, "In use")
                } else {
                    (Tone::Neutral, "Off")
                };
                return view! { <Tag tone>{word}</Tag> }.into_any();
            };
            let (row, is_active) = (row.clone(), row.is_active);
            let label = format!("{} is in use", row.name);
            view! {
                <input
                    type="checkbox"
                    role="switch"
                    class="toggle toggle-sm toggle-primary"
                    aria-label=label
                    checked=is_active
                    prop:checked=is_active
                    on:change:target=move |event| {
                        // It moves once the server says so.
                        event.target().set_checked(is_active);
                        buttons.switch.run(row.clone());
                    }
                />
            }
            .into_any()
        }),
        Column::new("Made", |row: &Row| view! { <TimeAgo time=row.created_at/> })
            .sortable("created_at")
            .hidden(),
    ];
    columns.push(Column::new("", move |row: &Row| {
        let name = row.name.clone();
        let (seen, one, other) = (row.clone(), row.clone(), row.clone());
        view! {
            <span class="flex justify-end gap-1">
                <button
                    type="button"
                    class="btn btn-ghost btn-xs btn-square js-only"
                    aria-label=format!("View {name}")
                    title="View"
                    on:click=move |_| look.run(seen.clone())
                >
                    <Icon icon=lu::LuEye class="size-4"/>
                </button>
                {buttons.map(|buttons| view! {
                    <EditButton name=name.clone() on_click=move |()| buttons.edit.run(one.clone())/>
                    <button
                        type="button"
                        class="btn btn-ghost btn-xs btn-square text-error js-only"
                        aria-label=format!("Delete {name}")
                        title="Delete"
                        on:click=move |_| buttons.delete.run(other.clone())
                    >
                        <Icon icon=lu::LuTrash2 class="size-4"/>
                    </button>
                })}
            </span>
        }
    }));
    columns
}

/// A strategy to read.
#[component]
fn Shown(row: Row) -> impl IntoView {
    let where_to = place(&row);
    view! {
        <p class="mb-1 text-sm muted">{format!("For: {where_to}")}</p>
        {(!row.description.is_empty()).then(|| view! { <p class="mb-4 text-sm">{row.description.clone()}</p> })}
        <h3 class="mb-1 mt-4 text-sm font-semibold">"Sections of an article"</h3>
        {if row.section_logic.is_empty() {
            view! { <p class="text-sm muted">"As the structure of the task asks for."</p> }.into_any()
        } else {
            view! {
                <ol class="list-decimal space-y-1 pl-5 text-sm">
                    {row.section_logic.into_iter().map(|section| view! {
                        <li>
                            <span class="font-medium">{section.heading}</span>
                            {section.words.map(|words| format!(" (about {words} words)"))}
                            {(!section.purpose.is_empty()).then(|| view! { <p class="text-xs muted">{section.purpose}</p> })}
                        </li>
                    }).collect_view()}
                </ol>
            }.into_any()
        }}
        <h3 class="mb-1 mt-4 text-sm font-semibold">"Prompts of its own"</h3>
        {if row.prompt_types.is_empty() {
            view! { <p class="text-sm muted">"None: your own texts and the defaults hold."</p> }.into_any()
        } else {
            row.prompt_types.into_iter().map(|(name, text)| view! {
                <p class="mb-1 mt-2 text-sm">{prompt_label(&name)}</p>
                <pre class="rounded-field bg-base-200 p-3 text-xs whitespace-pre-wrap wrap-anywhere">{text}</pre>
            }).collect_view().into_any()
        }}
    }
}
