//! What a person chooses for a file: what it holds, what happens to known keywords, the market.

use entity::{
    ApiError,
    keyword_import::{ImportKind, ImportMode},
};
use leptos::prelude::*;

use super::import_new::Seen;
use crate::components::{Select, TextInput};

/// What may be brought in, with what it is for.
const KINDS: [(ImportKind, &str); 3] = [
    (ImportKind::Keywords, "Keywords that you want to work with."),
    (
        ImportKind::Competitor,
        "Keywords that another site is found for. They stay apart from yours and show you gaps.",
    ),
    (
        ImportKind::Serp,
        "What search engines show: keyword, address and position in a row. They tell which keywords are one search.",
    ),
];

const MODES: [(ImportMode, &str); 3] = [
    (
        ImportMode::Skip,
        "They stay as they are and count as duplicates. New ones are added.",
    ),
    (
        ImportMode::Update,
        "They take the figures of the file; an empty cell erases nothing, and an estimate never replaces an exact figure.",
    ),
    (
        ImportMode::Fail,
        "If a keyword exists already, comes twice or a row cannot be read, nothing at all is imported, and you see why.",
    ),
];

/// What is chosen for a file.
#[derive(Clone, Copy)]
pub(super) struct Choices {
    pub mode: RwSignal<ImportMode>,
    pub kind: RwSignal<ImportKind>,
    pub competitor: RwSignal<String>,
    pub country: RwSignal<String>,
    /// What the page was opened for.
    expected: ImportKind,
}

impl Choices {
    /// As at the start; `expected` is what the page was opened for.
    pub fn new(expected: ImportKind) -> Self {
        Self {
            expected,
            mode: RwSignal::new(ImportMode::Skip),
            kind: RwSignal::new(expected),
            competitor: RwSignal::new(String::new()),
            country: RwSignal::new(String::new()),
        }
    }

    /// As at the start.
    pub fn reset(self) {
        self.kind.set(self.expected);
        self.competitor.set(String::new());
        self.country.set(String::new());
    }
}

#[component]
fn Choice(
    name: &'static str,
    value: &'static str,
    label: &'static str,
    hint: &'static str,
    checked: Signal<bool>,
    #[prop(into)] choose: Callback<()>,
) -> impl IntoView {
    view! {
        <label class="flex cursor-pointer items-start gap-3">
            <input
                type="radio"
                name=name
                class="radio radio-sm radio-primary mt-0.5"
                value=value
                prop:checked=move || checked.get()
                on:change=move |_| choose.run(())
            />
            <span class="text-sm">
                <span class="block font-medium">{label}</span>
                <span class="block text-xs muted">{hint}</span>
            </span>
        </label>
    }
}

/// The fields below the preview.
#[component]
pub(super) fn ChoiceFields(
    /// Where the choices are kept.
    choices: Choices,
    /// The look at the file: what it tells need not be asked.
    preview: Seen,
    /// A market that the archive tells.
    told: Signal<Option<String>>,
    /// The server's objections.
    errors: RwSignal<Option<ApiError>>,
) -> impl IntoView {
    let Choices {
        mode,
        kind,
        competitor,
        country,
        ..
    } = choices;
    Effect::new(move |_| {
        let domain = preview.with(|seen| match seen {
            Some(Ok(seen)) => seen.domain.clone(),
            _ => None,
        });
        if let Some(domain) = domain
            && competitor.with_untracked(String::is_empty)
        {
            competitor.set(domain);
        }
    });
    let asks_country = Memo::new(move |_| {
        let unknown = preview.with(|seen| match seen {
            Some(Ok(seen)) => seen.country.is_none() && seen.mapping.country.is_none(),
            _ => false,
        });
        unknown && told.with(Option::is_none) && kind.get() != ImportKind::Serp
    });
    let markets: Vec<(String, String)> = std::iter::once((String::new(), "Not known".to_owned()))
        .chain(engine::import::markets().into_iter().map(|(code, name)| {
            let name = name
                .split(' ')
                .map(|word| {
                    let mut letters = word.chars();
                    letters.next().map_or_else(String::new, |first| {
                        first.to_uppercase().chain(letters).collect::<String>()
                    })
                })
                .collect::<Vec<_>>()
                .join(" ");
            (code.to_owned(), name)
        }))
        .collect();
    view! {
        <fieldset class="space-y-2.5">
            <legend class="mb-2 text-sm font-medium">"What the file holds"</legend>
            {KINDS.iter().map(|&(value, hint)| view! {
                <Choice
                    name="kind"
                    value=value.as_str()
                    label=value.label()
                    hint
                    checked=Signal::derive(move || kind.get() == value)
                    choose=move |()| kind.set(value)
                />
            }).collect_view()}
            <Show when=move || kind.get() == ImportKind::Competitor>
                <TextInput name="competitor" label="Whose keywords are these?" value=competitor placeholder="rival.example" hint="The domain of the site" errors/>
            </Show>
        </fieldset>
        <fieldset class="space-y-2.5" class:hidden=move || kind.get() == ImportKind::Serp>
            <legend class="mb-2 text-sm font-medium">"Keywords that exist already"</legend>
            {MODES.iter().map(|&(value, hint)| view! {
                <Choice
                    name="mode"
                    value=value.as_str()
                    label=value.label()
                    hint
                    checked=Signal::derive(move || mode.get() == value)
                    choose=move |()| mode.set(value)
                />
            }).collect_view()}
        </fieldset>
        <Show when=move || asks_country.get()>
            <Select name="country" label="Market of the figures" value=country options=markets.clone() hint="The file does not say for which country they are." errors/>
        </Show>
    }
}
