//! Author profiles.

use entity::{
    author_profile::{Input, Model},
    site::LANGUAGES,
};
use leptos::{ev::SubmitEvent, prelude::*};

use super::{
    api::{create_author_profile, delete_author_profile, list_author_profiles, update_author_profile},
    parts::{ReadOnlyNote, language_label, use_may_manage},
};
use crate::{
    components::{
        Column, ConfirmDialog, DataTable, Dialog, EmptyState, FormError, FormState, Icon, PageHeader, Select,
        SubmitButton, TextArea, TextInput, TimeAgo, lu, use_toasts, use_url_state,
    },
    planner::parts::{EditButton, act},
};

/// Whose voice articles are written in.
#[component]
pub fn AuthorsPage() -> impl IntoView {
    let toasts = use_toasts();
    let url = use_url_state();
    let may_manage = use_may_manage();
    let adding = RwSignal::new(false);
    let current = RwSignal::new(None::<Model>);
    let edit_open = RwSignal::new(false);
    let delete_open = RwSignal::new(false);
    let authors = Resource::new(move || url.list_of("authors"), list_author_profiles);
    let edit = Callback::new(move |author: Model| {
        current.set(Some(author));
        edit_open.set(true);
    });
    let ask = Callback::new(move |author: Model| {
        current.set(Some(author));
        delete_open.set(true);
    });
    let delete = move |()| {
        let Some(author) = current.get_untracked() else { return };
        act(toasts, delete_author_profile(author.id), move |()| {
            toasts.success(format!("{} is deleted.", author.name));
            authors.refetch();
        });
    };
    let question = Signal::derive(move || {
        let name = current.with(|author| author.as_ref().map(|author| author.name.clone()));
        format!("Delete {}?", name.unwrap_or_default())
    });
    let add = move || {
        view! {
            <Show when=move || may_manage.get()>
                <button type="button" class="btn btn-primary btn-sm js-only" on:click=move |_| adding.set(true)>
                    <Icon icon=lu::LuPlus class="size-4"/>
                    "Add author"
                </button>
            </Show>
        }
    };
    view! {
        <PageHeader
            title="Authors"
            purpose="Whose voice articles are written in, and in which language. Choose one for a task, or for a sector under Sites."
        >
            {add()}
        </PageHeader>
        <ReadOnlyNote/>
        {move || view! {
            <DataTable
                name="authors" label="Authors" rows=authors
                columns=columns(may_manage.get().then_some((edit, ask)))
                search="Search authors"
                row_id=|row: &Model| row.id.0
                row_name=|row: &Model| row.name.clone()
                empty=move || view! {
                    <EmptyState
                        icon=lu::LuUserPen title="No authors yet"
                        text="Describe who writes: what they know, how they sound, in which language. Articles follow it."
                    >
                        {add()}
                    </EmptyState>
                }
            />
        }}
        <Dialog open=adding title="Add author">
            <AuthorForm stored=None on_saved=move |saved: Model| {
                adding.set(false);
                toasts.success(format!("{} is added.", saved.name));
                authors.refetch();
            }/>
        </Dialog>
        <Dialog open=edit_open title="Edit author">
            {move || current.get_untracked().map(|stored| view! {
                <AuthorForm stored=Some(stored) on_saved=move |saved: Model| {
                    edit_open.set(false);
                    toasts.success(format!("{} is saved.", saved.name));
                    authors.refetch();
                }/>
            })}
        </Dialog>
        <ConfirmDialog
            open=delete_open title=question confirm="Delete" on_confirm=delete
            text="Articles that are written stay as they are. Tasks that name this author take their sector's; sectors take none."
        />
    }
}

fn columns(buttons: Option<(Callback<Model>, Callback<Model>)>) -> Vec<Column<Model>> {
    let mut columns =
        vec![
        Column::new("Author", |row: &Model| {
            view! {
                <span class="font-medium wrap-anywhere">{row.name.clone()}</span>
                {(!row.description.is_empty())
                    .then(|| view! { <p class="line-clamp-2 max-w-prose text-xs muted">{row.description.clone()}</p> })}
            }
        })
        .sortable("name")
        .lead(),
        Column::new("Tone", |row: &Model| view! { <span class="line-clamp-2 max-w-prose">{row.tone.clone()}</span> }),
        Column::new("Language", |row: &Model| language_label(&row.language)),
        Column::new("Made", |row: &Model| view! { <TimeAgo time=row.created_at/> })
            .sortable("created_at")
            .hidden(),
    ];
    if let Some((edit, ask)) = buttons {
        columns.push(Column::new("", move |row: &Model| {
            let (one, other) = (row.clone(), row.clone());
            let name = row.name.clone();
            view! {
                <span class="flex justify-end gap-1">
                    <EditButton name=name.clone() on_click=move |()| edit.run(one.clone())/>
                    <button
                        type="button"
                        class="btn btn-ghost btn-xs btn-square text-error js-only"
                        aria-label=format!("Delete {name}")
                        title="Delete"
                        on:click=move |_| ask.run(other.clone())
                    >
                        <Icon icon=lu::LuTrash2 class="size-4"/>
                    </button>
                </span>
            }
        }));
    }
    columns
}

#[component]
fn AuthorForm(
    /// The stored profile; nothing for a new one.
    stored: Option<Model>,
    /// Called with what is stored now.
    #[prop(into)]
    on_saved: Callback<Model>,
) -> impl IntoView {
    let id = stored.as_ref().map(|stored| stored.id);
    let text = |pick: fn(&Model) -> &String| RwSignal::new(stored.as_ref().map(pick).cloned().unwrap_or_default());
    let name = text(|stored| &stored.name);
    let description = text(|stored| &stored.description);
    let tone = text(|stored| &stored.tone);
    let language = text(|stored| &stored.language);
    let form = FormState::new();
    let mut languages = vec![(String::new(), language_label("").to_owned())];
    languages.extend(
        LANGUAGES
            .iter()
            .map(|(code, name)| ((*code).to_owned(), (*name).to_owned())),
    );
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let input = Input {
            name: name.get_untracked(),
            description: description.get_untracked(),
            tone: tone.get_untracked(),
            language: language.get_untracked(),
        };
        let done = move |saved| on_saved.run(saved);
        match id {
            None => form.send(create_author_profile(input), done),
            Some(id) => form.send(update_author_profile(id, input), done),
        }
    };
    view! {
        <form method="post" on:submit=send novalidate>
            <FormError error=form.error/>
            <TextInput name="name" id="author-name" label="Name" value=name required=true autocomplete="off" placeholder="Ada Brown" errors=form.error/>
            <TextArea
                name="description" label="Who they are and what they know" value=description rows=4
                placeholder="Roasts coffee since 1999 and has taught hundreds of people to brew at home." errors=form.error
            />
            <TextArea
                name="tone" label="How they sound" value=tone rows=2
                placeholder="Warm, direct, short sentences. Speaks to the reader as you." errors=form.error
            />
            <Select
                name="language" label="Language" value=language options=languages
                hint="Articles are written in it, whatever the language of the keywords." errors=form.error
            />
            <div class="mt-2 flex justify-end">
                <SubmitButton pending=form.pending>{if id.is_none() { "Add author" } else { "Save" }}</SubmitButton>
            </div>
        </form>
    }
}
