//! Who does each AI function.

use entity::{
    ApiError, FieldError, ai_choice,
    ai_task::AiFunction,
    provider_setting::{self, Provider},
};
use leptos::{ev::SubmitEvent, prelude::*};

use super::{ai_page::Parts, api::save_ai_choices};
use crate::components::{ErrorState, FormError, FormState, Icon, Skeleton, SubmitButton, lu, option_list, use_toasts};

/// What a function does, in a sentence.
fn what(function: AiFunction) -> &'static str {
    match function {
        AiFunction::AutoCluster => "Puts keywords that one page can answer together.",
        AiFunction::GenerateIdeas => "Proposes articles for a cluster.",
        AiFunction::GenerateContent => "Writes the article of a task.",
        AiFunction::GenerateImagePrompts => "Describes the pictures of an article.",
        AiFunction::GenerateImages => "Makes the pictures.",
        AiFunction::GenerateSiteStructure => "Proposes the pages of a site.",
        AiFunction::OptimizeContent => "Improves an article that is there.",
        AiFunction::SuggestLinks => "Proposes links between articles.",
    }
}

fn able(provider: Provider, function: AiFunction) -> bool {
    if function == AiFunction::GenerateImages {
        provider.draws()
    } else {
        provider.writes()
    }
}

/// One row as it is being changed.
#[derive(Clone, Copy)]
struct RowState {
    function: AiFunction,
    provider: RwSignal<String>,
    model: RwSignal<String>,
    temperature: RwSignal<String>,
    max_tokens: RwSignal<String>,
}

impl RowState {
    fn of(choice: &ai_choice::Model) -> Self {
        Self {
            function: choice.function,
            provider: RwSignal::new(choice.provider.as_str().to_owned()),
            model: RwSignal::new(choice.model.clone()),
            temperature: RwSignal::new(choice.temperature.map(hundredths_text).unwrap_or_default()),
            max_tokens: RwSignal::new(choice.max_tokens.map(|tokens| tokens.to_string()).unwrap_or_default()),
        }
    }

    fn chosen(self) -> Provider {
        self.provider.with(|text| text.parse().unwrap_or(Provider::Builtin))
    }

    fn is_builtin(self) -> bool {
        self.chosen() == Provider::Builtin
    }

    /// The texts as they stand, tracked: to see whether something was changed.
    fn texts(self) -> [String; 4] {
        [
            self.provider.get(),
            self.model.get(),
            self.temperature.get(),
            self.max_tokens.get(),
        ]
    }

    fn use_provider(self, provider: Provider) {
        if untrack(|| self.chosen()) != provider {
            self.provider.set(provider.as_str().to_owned());
            // A model's name means nothing to another provider.
            self.model.set(String::new());
        }
    }

    fn input(self, faults: &mut Vec<FieldError>) -> ai_choice::Input {
        untrack(|| {
            let mut refuse = |message: &str| {
                faults.push(FieldError {
                    field: self.function.as_str().to_owned(),
                    message: message.to_owned(),
                });
            };
            let temperature = match self.temperature.with(|text| hundredths(text)) {
                Ok(value) => value,
                Err(()) => {
                    refuse("The temperature is a number from 0 to 2, such as 0.7.");
                    None
                }
            };
            let limit = self.max_tokens.with(|text| text.replace([',', ' ', '\u{a0}'], ""));
            let max_tokens = if limit.is_empty() {
                None
            } else {
                limit
                    .parse()
                    .map_err(|_| refuse("The token limit is a whole number from 256 to 128,000."))
                    .ok()
            };
            let builtin = self.is_builtin();
            ai_choice::Input {
                function: self.function,
                provider: self.chosen(),
                // The built-in engine has no models to choose from.
                model: if builtin { String::new() } else { self.model.get() },
                temperature: temperature.filter(|_| !builtin),
                max_tokens: max_tokens.filter(|_| !builtin),
            }
        })
    }
}

/// `0.7` as 70; nothing for an empty text.
fn hundredths(text: &str) -> Result<Option<i32>, ()> {
    let text = text.trim().replace(',', ".");
    if text.is_empty() {
        return Ok(None);
    }
    let value: f64 = text.parse().map_err(|_| ())?;
    if (0.0..=2.0).contains(&value) {
        Ok(Some((value * 100.0).round() as i32))
    } else {
        Err(())
    }
}

/// 70 as `0.7`.
fn hundredths_text(value: i32) -> String {
    let text = format!("{}.{:02}", value / 100, value % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The table of functions with who does them.
#[component]
pub(super) fn Choices(
    /// What the page shares.
    parts: Parts,
) -> impl IntoView {
    let connected = Signal::derive(move || parts.connections.get().and_then(Result::ok).unwrap_or_default());
    view! {
        <section aria-labelledby="who">
            <h2 id="who" class="text-base font-semibold">"Who does what"</h2>
            <p class="mb-3 max-w-prose text-sm muted">
                "Each kind of work can go to another provider. Without a choice the built-in engine does it."
            </p>
            <Transition fallback=|| view! { <div class="panel"><Skeleton rows=8/></div> }>
                {move || {
                    parts
                        .choices
                        .get()
                        .map(|result| match result {
                            Ok(found) => {
                                let rows: Vec<RowState> = found.iter().map(RowState::of).collect();
                                view! { <ChoiceTable rows connected/> }.into_any()
                            }
                            // The connections say the same above.
                            Err(error) if error.code == "forbidden" => ().into_any(),
                            Err(error) => {
                                view! { <div class="panel"><ErrorState error retry=move |()| parts.choices.refetch()/></div> }.into_any()
                            }
                        })
                }}
            </Transition>
        </section>
    }
}

#[component]
fn ChoiceTable(rows: Vec<RowState>, connected: Signal<Vec<provider_setting::Model>>) -> impl IntoView {
    let toasts = use_toasts();
    let form = FormState::new();
    let rows = StoredValue::new(rows);
    let texts = move || rows.with_value(|rows| rows.iter().map(|row| row.texts()).collect::<Vec<_>>());
    let kept = RwSignal::new(untrack(texts));
    let changed = Memo::new(move |_| kept.with(|kept| *kept != texts()));
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        let mut faults = Vec::new();
        let inputs = rows.with_value(|rows| rows.iter().map(|row| row.input(&mut faults)).collect());
        if form.refuse(faults) {
            return;
        }
        let sent = untrack(texts);
        form.send(save_ai_choices(inputs), move |_| {
            kept.set(sent);
            toasts.success("Saved. Work that starts from now on is done so.");
        });
    };
    let use_for_all = move |provider: Provider| {
        rows.with_value(|rows| {
            for row in rows.iter().filter(|row| row.function != AiFunction::GenerateImages) {
                row.use_provider(provider);
            }
        });
    };
    let quick = move || {
        let mut writers: Vec<Provider> = connected
            .get()
            .iter()
            .map(|row| row.provider)
            .filter(|provider| provider.writes())
            .collect();
        if writers.is_empty() {
            return ().into_any();
        }
        writers.push(Provider::Builtin);
        view! {
            <div class="flex flex-wrap items-center gap-2 border-b border-base-300 px-3 py-2.5 text-sm" role="group" aria-label="For everything that writes">
                {writers
                    .into_iter()
                    .map(|provider| {
                        let words = match provider {
                            Provider::Builtin => "Use the built-in engine for everything that writes".to_owned(),
                            _ => format!("Use {} for everything that writes", provider.label()),
                        };
                        view! {
                            <button type="button" class="btn btn-sm js-only h-auto min-h-8 max-w-full py-1 text-left whitespace-normal" on:click=move |_| use_for_all(provider)>
                                <Icon icon=lu::LuWandSparkles class="size-4"/>
                                {words}
                            </button>
                        }
                    })
                    .collect_view()}
            </div>
        }
            .into_any()
    };
    view! {
        <form method="post" class="panel overflow-hidden" on:submit=save novalidate>
            {quick}
            <table class="data-table">
                <caption class="sr-only">"Who does what"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Work"</th>
                        <th scope="col">"Done by"</th>
                        <th scope="col">"Model"</th>
                        <th scope="col">"Temperature"</th>
                        <th scope="col">"Token limit"</th>
                    </tr>
                </thead>
                <tbody>
                    {rows.with_value(|rows| rows.iter().map(|row| choice_row(*row, connected, form.error)).collect_view())}
                </tbody>
            </table>
            <div class="flex flex-wrap items-center justify-between gap-3 border-t border-base-300 px-3 py-3">
                <p class="max-w-prose text-xs muted">
                    "An empty model takes the one of the connection. Temperature: 0 keeps to the most likely words, 2 is free; empty leaves it to the provider."
                </p>
                <div class="ml-auto flex items-center gap-3">
                    <span class="text-xs muted" role="status">{move || if changed.get() { "Not saved yet" } else { "" }}</span>
                    <SubmitButton pending=form.pending>"Save"</SubmitButton>
                </div>
                <div class="w-full empty:hidden">
                    <FormError error=form.error/>
                </div>
            </div>
        </form>
    }
}

fn choice_row(
    row: RowState,
    connected: Signal<Vec<provider_setting::Model>>,
    error: RwSignal<Option<ApiError>>,
) -> impl IntoView {
    let function = row.function;
    let name = function.label();
    let pictures = function == AiFunction::GenerateImages;
    let options = move || {
        let mut options = vec![(
            Provider::Builtin.as_str().to_owned(),
            Provider::Builtin.label().to_owned(),
        )];
        connected.with(|connected| {
            options.extend(
                connected
                    .iter()
                    .map(|row| row.provider)
                    .filter(|provider| able(*provider, function))
                    .map(|provider| (provider.as_str().to_owned(), provider.label().to_owned())),
            );
        });
        options
    };
    let fault = move || {
        error.with(|error| {
            error
                .as_ref()
                .and_then(|error| error.field(function.as_str()))
                .map(str::to_owned)
        })
    };
    let usual = move || {
        let provider = row.chosen();
        connected.with(|connected| {
            connected
                .iter()
                .find(|row| row.provider == provider)
                .map(|row| {
                    if pictures {
                        row.image_model.clone()
                    } else {
                        row.model.clone()
                    }
                })
                .unwrap_or_default()
        })
    };
    let builtin = move || row.is_builtin();
    let note = format!("fault-{}", function.as_str());
    let text = move |label: &'static str, class: &'static str, value: RwSignal<String>, mode: &'static str| {
        view! {
            <input
                type="text"
                inputmode=mode
                aria-label=format!("{label}: {name}")
                class=class
                autocomplete="off"
                disabled=builtin
                placeholder=move || if mode == "text" && !builtin() { usual() } else { String::new() }
                prop:value=move || value.get()
                value=value.get_untracked()
                on:input:target=move |event| value.set(event.target().value())
            />
        }
    };
    view! {
        <tr>
            <td class="lead">
                <span class="font-medium">{name}</span>
                <span class="block text-xs muted">{what(function)}</span>
                <span id=note.clone() role="alert" class="mt-1 block text-xs text-error empty:hidden">{fault}</span>
            </td>
            <td data-label="Done by">
                <select
                    class="select select-sm w-44"
                    class:select-error=move || fault().is_some()
                    aria-label=format!("Done by: {name}")
                    aria-describedby=note
                    on:change:target=move |event| {
                        if let Ok(provider) = event.target().value().parse() {
                            row.use_provider(provider);
                        }
                    }
                >
                    {move || option_list(options(), move |key| row.provider.with(|chosen| chosen == key))}
                </select>
            </td>
            <td data-label="Model">{text("Model", "input input-sm w-44", row.model, "text")}</td>
            <td data-label="Temperature">
                {if pictures {
                    view! { <span class="muted">"–"</span> }.into_any()
                } else {
                    text("Temperature", "input input-sm w-20", row.temperature, "decimal").into_any()
                }}
            </td>
            <td data-label="Token limit">
                {if pictures {
                    view! { <span class="muted">"–"</span> }.into_any()
                } else {
                    text("Token limit", "input input-sm w-24", row.max_tokens, "numeric").into_any()
                }}
            </td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temperatures_are_read_as_people_write_them() {
        assert_eq!(hundredths(" 0,7 "), Ok(Some(70)));
        assert_eq!(hundredths("2"), Ok(Some(200)));
        assert_eq!(hundredths(""), Ok(None));
        assert_eq!(hundredths("2.01"), Err(()));
        assert_eq!(hundredths("warm"), Err(()));
        assert_eq!(
            (hundredths_text(70), hundredths_text(200), hundredths_text(5)),
            ("0.7".into(), "2".into(), "0.05".into())
        );
    }
}
