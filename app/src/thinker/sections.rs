//! The sections of an article, in their order.

use entity::{
    ApiError, FieldError,
    strategy::{MAX_SECTIONS, Section},
};
use leptos::prelude::*;

use crate::{
    components::{Icon, TextArea, TextInput, lu},
    planner::parts::{number_text, small_number},
};

/// A section while it is edited.
#[derive(Clone, Copy)]
struct Draft {
    key: usize,
    heading: RwSignal<String>,
    purpose: RwSignal<String>,
    words: RwSignal<String>,
}

/// The sections while they are edited.
#[derive(Clone, Copy)]
pub(super) struct Sections {
    drafts: RwSignal<Vec<Draft>>,
    next: StoredValue<usize>,
    owner: StoredValue<Option<Owner>>,
}

impl Sections {
    /// Begins with what is stored.
    pub(super) fn new(stored: Vec<Section>) -> Self {
        let sections = Self {
            drafts: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
            owner: StoredValue::new(Owner::current()),
        };
        for section in stored {
            sections.push(section);
        }
        sections
    }

    fn push(self, section: Section) {
        let key = self.next.get_value();
        self.next.set_value(key + 1);
        let make = || Draft {
            key,
            heading: RwSignal::new(section.heading),
            purpose: RwSignal::new(section.purpose),
            words: RwSignal::new(number_text(section.words)),
        };
        // Made at a click, but living as long as the form.
        let draft = match self.owner.get_value() {
            Some(owner) => owner.with(make),
            None => make(),
        };
        self.drafts.update(|drafts| drafts.push(draft));
    }

    fn remove(self, key: usize) {
        self.drafts.update(|drafts| drafts.retain(|draft| draft.key != key));
    }

    fn swap(self, key: usize, up: bool) {
        self.drafts.update(|drafts| {
            let Some(at) = drafts.iter().position(|draft| draft.key == key) else {
                return;
            };
            let other = if up { at.checked_sub(1) } else { Some(at + 1) };
            if let Some(other) = other.filter(|other| *other < drafts.len()) {
                drafts.swap(at, other);
            }
        });
    }

    /// What is on the page; faults are noted at `section_logic`.
    pub(super) fn read(self, faults: &mut Vec<FieldError>) -> Vec<Section> {
        self.drafts.with_untracked(|drafts| {
            drafts
                .iter()
                .map(|draft| Section {
                    heading: draft.heading.get_untracked().trim().to_owned(),
                    purpose: draft.purpose.get_untracked().trim().to_owned(),
                    words: small_number("section_logic", &draft.words.get_untracked(), faults),
                })
                .collect()
        })
    }
}

/// The sections of an article: add, remove, move.
#[component]
pub(super) fn SectionsField(
    /// Where they are kept.
    sections: Sections,
    /// The server's objections.
    #[prop(into)]
    errors: Signal<Option<ApiError>>,
) -> impl IntoView {
    let count = Memo::new(move |_| sections.drafts.with(Vec::len));
    let is_full = move || count.get() >= MAX_SECTIONS;
    view! {
        <fieldset class="mb-5 min-w-0">
            <legend class="mb-1.5 block text-sm font-medium">"Sections of an article"</legend>
            <p class="mb-2 text-xs muted">"In this order. Without any, the structure of the task decides."</p>
            <ol class="space-y-3">
                <For each=move || sections.drafts.get() key=|draft| draft.key let:draft>
                    <SectionRow sections draft count/>
                </For>
            </ol>
            {move || errors.with(|error| error.as_ref().and_then(|error| error.field("section_logic")).map(str::to_owned)).map(|text| view! {
                <p class="mt-2 flex items-start gap-1 text-xs text-error">
                    <Icon icon=lu::LuCircleAlert class="mt-px size-3.5 flex-none"/>
                    {text}
                </p>
            })}
            <button
                type="button"
                class="btn btn-sm mt-3"
                disabled=is_full
                on:click=move |_| sections.push(Section::default())
            >
                <Icon icon=lu::LuPlus class="size-4"/>
                "Add section"
            </button>
        </fieldset>
    }
}

#[component]
fn SectionRow(sections: Sections, draft: Draft, count: Memo<usize>) -> impl IntoView {
    let key = draft.key;
    let at = Memo::new(move |_| {
        sections
            .drafts
            .with(|drafts| drafts.iter().position(|draft| draft.key == key))
            .unwrap_or_default()
    });
    let is_last = move || at.get() + 1 >= count.get();
    let name = move || format!("section {}", at.get() + 1);
    view! {
        <li class="rounded-field border border-base-300 p-3">
            <div class="mb-2 flex items-center justify-between gap-2">
                <span class="text-xs font-medium muted">{move || format!("Section {}", at.get() + 1)}</span>
                <span class="flex gap-1">
                    <button
                        type="button" class="btn btn-ghost btn-xs btn-square"
                        aria-label=move || format!("Move {} up", name())
                        disabled=move || at.get() == 0
                        on:click=move |_| sections.swap(key, true)
                    >
                        <Icon icon=lu::LuArrowUp class="size-4"/>
                    </button>
                    <button
                        type="button" class="btn btn-ghost btn-xs btn-square"
                        aria-label=move || format!("Move {} down", name())
                        disabled=is_last
                        on:click=move |_| sections.swap(key, false)
                    >
                        <Icon icon=lu::LuArrowDown class="size-4"/>
                    </button>
                    <button
                        type="button" class="btn btn-ghost btn-xs btn-square text-error"
                        aria-label=move || format!("Remove {}", name())
                        on:click=move |_| sections.remove(key)
                    >
                        <Icon icon=lu::LuTrash2 class="size-4"/>
                    </button>
                </span>
            </div>
            <div class="grid gap-x-4 sm:grid-cols-[minmax(0,1fr)_7rem]">
                <TextInput name="heading" id=format!("section-heading-{key}") label="Heading" value=draft.heading placeholder="What it costs" autocomplete="off"/>
                <TextInput name="words" id=format!("section-words-{key}") label="Words" value=draft.words placeholder="Open" autocomplete="off"/>
            </div>
            <TextArea name="purpose" id=format!("section-purpose-{key}") label="What it has to say" value=draft.purpose rows=2/>
        </li>
    }
}
