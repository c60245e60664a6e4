//! Trying out pictures: which provider and model, which words, which size.

use entity::{
    ApiError,
    image_test::{History, Input, Model},
    provider_setting::Provider,
};
use leptos::{ev::SubmitEvent, prelude::*};

use super::{
    api::{image_tests, try_image},
    image_test_card::TestCard,
};
use crate::{
    components::{
        EmptyState, ErrorState, FormError, FormState, Icon, PageHeader, Select, Skeleton, SubmitButton, TextArea,
        TextInput, day_and_time, lu, number, use_toasts,
    },
    workspace::use_workspace,
};

/// Sizes to choose from: width, height, what they are good for.
const SIZES: [(i32, i32, &str); 4] = [
    (1200, 630, "for sharing"),
    (1024, 1024, "square"),
    (1536, 1024, "wide"),
    (1024, 1536, "tall"),
];

/// What the form holds, shared with the cards: a prompt can be taken up again.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    pub prompt: RwSignal<String>,
    pub provider: RwSignal<String>,
    pub model: RwSignal<String>,
    pub size: RwSignal<String>,
}

impl Draft {
    fn new() -> Self {
        Self {
            prompt: RwSignal::new(String::new()),
            provider: RwSignal::new(Provider::Builtin.as_str().to_owned()),
            model: RwSignal::new(String::new()),
            size: RwSignal::new("1200x630".to_owned()),
        }
    }

    /// Takes up what an earlier test asked for.
    pub fn take_up(self, test: &Model) {
        self.prompt.set(test.prompt.clone());
        self.provider.set(test.provider.as_str().to_owned());
        self.model.set(if test.provider == Provider::Builtin {
            String::new()
        } else {
            test.model.clone()
        });
        let known = SIZES
            .iter()
            .any(|(width, height, _)| (*width, *height) == (test.width, test.height));
        if known {
            self.size.set(format!("{}x{}", test.width, test.height));
        }
    }

    fn input(self) -> Input {
        untrack(|| {
            let (width, height) = self.size.with(|size| {
                size.split_once('x')
                    .and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)))
                    .unwrap_or((1024, 1024))
            });
            Input {
                provider: self.provider.with(|text| text.parse().unwrap_or(Provider::Builtin)),
                model: self.model.get(),
                width,
                height,
                prompt: self.prompt.get(),
            }
        })
    }
}

/// Trying out pictures.
#[component]
pub fn ImageTestsPage() -> impl IntoView {
    let workspace = use_workspace();
    let history = Resource::new(|| (), |()| image_tests());
    let draft = Draft::new();
    let may_test = Memo::new(move |_| workspace.can_edit());
    view! {
        <PageHeader
            title="Image testing"
            purpose="See what a provider makes of your words before you use it for articles. Tests take no credits; a provider charges you for them."
        />
        <Transition fallback=|| view! { <div class="panel"><Skeleton/></div> }>
            {
                // Changes only when there is something else to show: nobody's typing is to be interrupted by a picture
                // that is ready.
                let refused = Memo::new(move |_| history.get().map(Result::err));
                move || {
                    refused
                        .get()
                        .map(|refused| match refused {
                            None => view! { <Tests history draft may_test/> }.into_any(),
                            Some(error) => {
                                view! { <div class="panel"><ErrorState error retry=move |()| history.refetch()/></div> }.into_any()
                            }
                        })
                }
            }
        </Transition>
    }
}

type Loaded = Resource<Result<History, ApiError>>;

#[component]
fn Tests(history: Loaded, draft: Draft, may_test: Memo<bool>) -> impl IntoView {
    let changed = Callback::new(move |()| history.refetch());
    let tests = move || {
        history
            .get()
            .and_then(Result::ok)
            .map(|found| found.tests)
            .unwrap_or_default()
    };
    let empty = Memo::new(move |_| tests().is_empty());
    view! {
        <div class="grid items-start gap-6 lg:grid-cols-[22rem_1fr]">
            {move || {
                if may_test.get() {
                    view! { <TestForm history draft/> }.into_any()
                } else {
                    view! {
                        <div class="panel p-5 text-sm muted">"Viewers cannot try pictures out. Ask an owner or admin for the editor role."</div>
                    }
                        .into_any()
                }
            }}
            <section aria-labelledby="tests" class="min-w-0">
                <h2 id="tests" class="sr-only">"Latest tests"</h2>
                {move || {
                    empty
                        .get()
                        .then(|| {
                            view! {
                                <div class="panel">
                                    <EmptyState
                                        icon=lu::LuImage
                                        title="Nothing tried out yet"
                                        text="Describe a picture, choose who draws it, and start. The latest 50 tests stay here."
                                    />
                                </div>
                            }
                        })
                }}
                <ul class="grid gap-4 sm:grid-cols-2">
                    <For each=tests key=|test| (test.id, test.status) let:test>
                        <TestCard test draft changed may_test/>
                    </For>
                </ul>
            </section>
        </div>
    }
}

#[component]
fn TestForm(history: Loaded, draft: Draft) -> impl IntoView {
    let toasts = use_toasts();
    let workspace = use_workspace();
    let form = FormState::new();
    let errors = form.error;
    let makers = Memo::new(move |_| {
        history
            .get()
            .and_then(Result::ok)
            .map(|found| found.makers)
            .unwrap_or_default()
    });
    let only_builtin = Memo::new(move |_| makers.with(Vec::len) == 1);
    let day = Memo::new(move |_| {
        let found = history.get().and_then(Result::ok)?;
        Some((found.used_today, found.limit, found.resets_at))
    });
    let used_up = Memo::new(move |_| day.get().is_some_and(|(used, limit, _)| used >= limit));
    let left = move || {
        day.get().map(|(used, limit, resets_at)| {
            format!(
                "{} of {} tests of today are used; the count starts again on {}.",
                number(used),
                number(limit),
                day_and_time(resets_at)
            )
        })
    };
    let providers = Signal::derive(move || {
        makers.with(|makers| {
            makers
                .iter()
                .map(|maker| (maker.provider.as_str().to_owned(), maker.provider.label().to_owned()))
                .collect::<Vec<_>>()
        })
    });
    let sizes: Vec<(String, String)> = SIZES
        .iter()
        .map(|(width, height, what)| (format!("{width}x{height}"), format!("{width} × {height}, {what}")))
        .collect();
    let usual = move || {
        let provider = draft.provider.get();
        makers.with(|makers| {
            makers
                .iter()
                .find(|maker| maker.provider.as_str() == provider)
                .map(|maker| maker.model.clone())
                .unwrap_or_default()
        })
    };
    let model_field = move || {
        (draft.provider.get() != Provider::Builtin.as_str()).then(|| {
            let usual = usual();
            let hint = if usual.is_empty() {
                "The connection names no model for pictures, so name one here.".to_owned()
            } else {
                format!("Empty takes the connection's: {usual}.")
            };
            view! { <TextInput name="model" label="Model" value=draft.model hint placeholder=usual autocomplete="off" errors/> }
        })
    };
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        form.send(try_image(draft.input()), move |_| {
            toasts.success("Started.");
            history.refetch();
        });
    };
    view! {
        <form method="post" class="panel p-5 lg:sticky lg:top-20" on:submit=send novalidate>
            <FormError error=errors/>
            <TextArea
                name="prompt"
                label="What it should show"
                value=draft.prompt
                rows=5
                placeholder="A moka pot on a gas stove, morning light, shallow depth of field"
                errors
            />
            <Select name="provider" label="Who draws" value=draft.provider options=providers errors/>
            {model_field}
            <Select name="size" label="Size" value=draft.size options=sizes hint="A provider takes what it knows that comes nearest."/>
            <div class="flex justify-end">
                <SubmitButton pending=Signal::derive(move || form.pending.get() || used_up.get())>
                    <Icon icon=lu::LuWandSparkles class="size-4"/>
                    "Make the picture"
                </SubmitButton>
            </div>
            <p class="mt-3 text-xs muted">{left}</p>
            {move || only_builtin
                .get()
                .then(|| {
                    view! {
                        <p class="mt-2 text-xs muted">
                            "The built-in engine makes title cards of your words. "
                            {workspace
                                .can_manage()
                                .then(|| view! { <a class="link link-primary" href="/settings/ai">"Connect a provider"</a> " for pictures of anything." })}
                        </p>
                    }
                })}
        </form>
    }
}
