//! Choosing a file, looking at it, sending it.

use engine::import::{ImportError, Mapping, Preview};
use entity::{
    ApiError, KeywordImportId,
    keyword_import::{ImportMode, NewImport},
};
use leptos::{ev, html, prelude::*, task::spawn_local};

use super::{
    api::{begin_import, cancel_import, finish_import},
    import_file::{Picked, Transfer, bytes_text, read_head, send_file, take_dropped},
    import_preview::{FileError, PreviewView},
    parts::{SectorField, act, sector_of, use_sector_choice},
};
use crate::components::{FormError, Icon, Toasts, UrlState, lu, use_toasts, use_url_state};

/// Where a new import stands.
#[derive(Clone, Copy)]
struct Draft {
    field: NodeRef<html::Input>,
    picked: RwSignal<Option<Picked>>,
    mapping: RwSignal<Option<Mapping>>,
    mode: RwSignal<ImportMode>,
    sector: RwSignal<String>,
    error: RwSignal<Option<ApiError>>,
    /// Announced to the server already: a failed transfer goes on there.
    import: RwSignal<Option<KeywordImportId>>,
    /// What was announced; with other choices it is announced anew.
    announced: StoredValue<Option<NewImport>>,
    sending: RwSignal<bool>,
    watch: Transfer,
    url: UrlState,
    toasts: Toasts,
}

impl Draft {
    /// A file is in the field.
    fn pick(self) {
        self.error.set(None);
        self.drop_import();
        spawn_local(async move {
            match read_head(self.field).await {
                Ok(picked) => {
                    self.mapping.try_set(None);
                    self.picked.try_set(picked);
                }
                Err(error) => {
                    self.error.try_set(Some(error));
                }
            }
        });
    }

    /// Forgets the file.
    fn reset(self) {
        if let Some(field) = self.field.get_untracked() {
            field.set_value("");
        }
        self.drop_import();
        self.picked.set(None);
        self.mapping.set(None);
        self.error.set(None);
    }

    /// Tells the server that an announced file will not come.
    fn drop_import(self) {
        if let Some(id) = self.import.get_untracked() {
            self.import.set(None);
            act(self.toasts, cancel_import(id), |()| {});
        }
    }

    /// Announces and sends the file, or goes on sending.
    fn send(self) {
        let (Some(picked), Some(sector_id)) = (self.picked.get_untracked(), sector_of(self.sector)) else {
            return;
        };
        if self.sending.get_untracked() {
            return;
        }
        self.sending.set(true);
        self.error.set(None);
        self.watch.stop.set(false);
        self.watch.sent.set(0);
        let mapping = self
            .mapping
            .get_untracked()
            .and_then(|mapping| serde_json::to_string(&mapping).ok());
        let new = NewImport {
            kind: entity::keyword_import::ImportKind::Keywords,
            competitor: None,
            sector_id,
            file_name: picked.name,
            size_bytes: picked.size,
            mapping,
            mode: self.mode.get_untracked(),
        };
        if self.announced.with_value(|announced| announced.as_ref() != Some(&new)) {
            self.drop_import();
            self.announced.set_value(Some(new.clone()));
        }
        let known = self.import.get_untracked();
        spawn_local(async move {
            let result = self.transfer(known, new).await;
            self.sending.try_set(false);
            match result {
                Ok(Some(id)) => {
                    self.import.try_set(None);
                    self.url.go(&format!("/planner/keywords/import?import={id}"));
                }
                Ok(None) => {
                    self.drop_import();
                    self.toasts.success("Stopped. Nothing was imported.");
                }
                Err(error) => {
                    self.error.try_set(Some(error));
                }
            }
        });
    }

    async fn transfer(
        self,
        known: Option<KeywordImportId>,
        new: NewImport,
    ) -> Result<Option<KeywordImportId>, ApiError> {
        let id = match known {
            Some(id) => id,
            None => begin_import(new).await?.id,
        };
        self.import.try_set(Some(id));
        if !send_file(self.field, id, self.watch).await? {
            return Ok(None);
        }
        finish_import(id).await.map(|import| Some(import.id))
    }
}

/// The steps of a new import: choose a file, look at it, send it.
#[component]
pub(super) fn NewImportView() -> impl IntoView {
    let draft = Draft {
        field: NodeRef::new(),
        picked: RwSignal::new(None),
        mapping: RwSignal::new(None),
        mode: RwSignal::new(ImportMode::Skip),
        sector: use_sector_choice(),
        error: RwSignal::new(None),
        import: RwSignal::new(None),
        announced: StoredValue::new(None),
        sending: RwSignal::new(false),
        watch: Transfer {
            sent: RwSignal::new(0),
            stop: RwSignal::new(false),
        },
        url: use_url_state(),
        toasts: use_toasts(),
    };
    let preview = Memo::new(move |_| {
        let mapping = draft.mapping.get();
        draft.picked.with(|picked| {
            picked.as_ref().map(|picked| {
                engine::import::preview(&picked.head, picked.is_complete(), &picked.name, mapping.as_ref())
            })
        })
    });
    let leaving = window_event_listener(ev::beforeunload, move |event| {
        if draft.sending.try_get_untracked().unwrap_or(false) {
            event.prevent_default();
        }
    });
    on_cleanup(move || leaving.remove());
    let step = move || match (draft.sending.get(), draft.picked.with(Option::is_some)) {
        (true, _) => 3,
        (_, true) => 2,
        _ => 1,
    };
    let step_class = move |number: i32| if step() >= number { "step step-primary" } else { "step" };
    let current = move |number: i32| (step() == number).then_some("step");
    view! {
        <ol class="steps mb-5 w-full text-xs sm:text-sm">
            <li class=move || step_class(1) aria-current=move || current(1)>"Choose a file"</li>
            <li class=move || step_class(2) aria-current=move || current(2)>"Check"</li>
            <li class=move || step_class(3) aria-current=move || current(3)>"Import"</li>
        </ol>
        <section class="panel mb-5 p-4 sm:p-6" aria-label="New import">
            <div class:hidden=move || step() != 1>
                <DropZone draft/>
            </div>
            <FormError error=draft.error/>
            {move || preview.get().map(|result| view! { <Check draft result/> })}
        </section>
        <noscript inner_html="<p class=\"alert alert-warning alert-soft mb-5 text-sm\">Importing a file needs JavaScript. Keywords can also be sent through the REST interface.</p>"></noscript>
    }
}

#[component]
fn DropZone(draft: Draft) -> impl IntoView {
    let over = RwSignal::new(false);
    let class = move || {
        let base = "flex cursor-pointer flex-col items-center rounded-box border-2 border-dashed px-4 py-12 text-center transition-colors focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-primary";
        if over.get() {
            format!("{base} border-primary bg-primary/5")
        } else {
            format!("{base} border-base-300 hover:border-primary/60")
        }
    };
    view! {
        <label
            class=class
            on:dragover=move |event: ev::DragEvent| {
                event.prevent_default();
                over.set(true);
            }
            on:dragleave=move |_| over.set(false)
            on:drop=move |event: ev::DragEvent| {
                event.prevent_default();
                over.set(false);
                take_dropped(&event, draft.field);
                draft.pick();
            }
        >
            <span class="mb-3 grid size-12 place-items-center rounded-full bg-primary/10 text-primary">
                <Icon icon=lu::LuFileUp class="size-6"/>
            </span>
            <span class="text-base font-semibold">"Drop a keyword file here, or choose one"</span>
            <span class="mt-1 max-w-prose text-sm muted">
                "As it comes from Google Keyword Planner, Search Console, Ahrefs, Semrush, Mangools or Ubersuggest, or your own list as CSV. Any size."
            </span>
            <input
                node_ref=draft.field
                type="file"
                accept=".csv,.tsv,.txt,text/csv,text/plain,text/tab-separated-values"
                class="file-input file-input-sm mt-5 w-full max-w-xs"
                aria-label="Keyword file"
                on:change=move |_| draft.pick()
            />
        </label>
        <p class="mt-3 text-center text-sm muted">
            "Nothing at hand? "
            <a class="link link-primary" href="/samples/keywords.csv" download="keywords.csv" rel="external">"Get the sample file"</a>
            " and try it with that."
        </p>
    }
}

/// The second and third step: what is in the file, and sending it.
#[component]
fn Check(draft: Draft, result: Result<Preview, ImportError>) -> impl IntoView {
    let name = draft.picked.with_untracked(|picked| {
        picked
            .as_ref()
            .map(|picked| format!("{} · {}", picked.name, bytes_text(picked.size)))
            .unwrap_or_default()
    });
    let another = view! {
        <button type="button" class="btn btn-sm" disabled=move || draft.sending.get() on:click=move |_| draft.reset()>
            "Choose another file"
        </button>
    };
    let body = match result {
        Err(error) => view! {
            <FileError error mapping=draft.mapping/>
            {another}
        }
        .into_any(),
        Ok(preview) => view! {
            <PreviewView preview mapping=draft.mapping/>
            <div class="mt-5 grid gap-x-6 gap-y-4 sm:grid-cols-2">
                <ModeChoice mode=draft.mode/>
                <SectorField value=draft.sector errors=draft.error/>
            </div>
            <SendBar draft/>
            <div class="mt-5 flex flex-wrap items-center justify-between gap-2">
                {another}
                <button type="button" class="btn btn-primary btn-sm" disabled=move || draft.sending.get() on:click=move |_| draft.send()>
                    <Icon icon=lu::LuUpload class="size-4"/>
                    {move || if draft.import.with(Option::is_some) && !draft.sending.get() { "Go on" } else { "Import" }}
                </button>
            </div>
        }
        .into_any(),
    };
    view! {
        <h2 class="mb-3 text-base font-semibold wrap-anywhere">{name}</h2>
        {body}
    }
}

#[component]
fn ModeChoice(mode: RwSignal<ImportMode>) -> impl IntoView {
    let choice = move |value: ImportMode, hint: &'static str| {
        view! {
            <label class="flex cursor-pointer items-start gap-3">
                <input
                    type="radio"
                    name="mode"
                    class="radio radio-sm radio-primary mt-0.5"
                    value=value.as_str()
                    prop:checked=move || mode.get() == value
                    on:change=move |_| mode.set(value)
                />
                <span class="text-sm">
                    <span class="block font-medium">{value.label()}</span>
                    <span class="block text-xs muted">{hint}</span>
                </span>
            </label>
        }
    };
    view! {
        <fieldset class="space-y-2.5">
            <legend class="mb-2 text-sm font-medium">"Keywords that exist already"</legend>
            {choice(ImportMode::Skip, "They stay as they are and count as duplicates.")}
            {choice(ImportMode::Update, "They take volume, difficulty and intent from the file.")}
        </fieldset>
    }
}

#[component]
fn SendBar(draft: Draft) -> impl IntoView {
    let size = draft
        .picked
        .with_untracked(|picked| picked.as_ref().map_or(0, |picked| picked.size));
    let sent = draft.watch.sent;
    view! {
        <Show when=move || draft.sending.get()>
            <div class="mt-5" role="status">
                <progress
                    class="progress progress-primary h-2 w-full"
                    max=size.max(1).to_string()
                    value=move || sent.get().to_string()
                    aria-label="Sending the file"
                ></progress>
                <div class="mt-1 flex items-center justify-between gap-2 text-xs muted tabular">
                    <span>{move || format!("{} of {} sent", bytes_text(sent.get()), bytes_text(size))}</span>
                    <button
                        type="button"
                        class="btn btn-xs"
                        disabled=move || draft.watch.stop.get()
                        on:click=move |_| draft.watch.stop.set(true)
                    >
                        "Cancel"
                    </button>
                </div>
            </div>
        </Show>
    }
}
