//! Choosing a file, looking at it, sending it.

use engine::import::{ImportError, Mapping, Preview};
use entity::{
    ApiError, KeywordImportId,
    keyword_import::{ImportKind, NewImport, Unpacked},
};
use leptos::{ev, html, prelude::*, task::spawn_local};

use super::{
    api::{
        begin_import, cancel_import, choose_import, finish_import, forget_columns, look_into_import, remembered_columns,
    },
    import_choices::{ChoiceFields, Choices},
    import_file::{Picked, Transfer, bytes_text, read_head, send_file, take_dropped},
    import_preview::{FileError, PreviewView},
    parts::{SectorField, act, sector_of, use_sector_choice},
};
use crate::{
    components::{FormError, Icon, Toasts, UrlState, lu, use_toasts, use_url_state},
    workspace::{Workspace, use_workspace},
};

/// Where a new import stands.
#[derive(Clone, Copy)]
struct Draft {
    field: NodeRef<html::Input>,
    picked: RwSignal<Option<Picked>>,
    /// The table of a workbook or an archive; the file itself has arrived then.
    unpacked: RwSignal<Option<Unpacked>>,
    mapping: RwSignal<Option<Mapping>>,
    /// The columns are those of an earlier file with this header.
    remembered: RwSignal<bool>,
    choices: Choices,
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
    workspace: Workspace,
}

impl Draft {
    /// A file is in the field.
    fn pick(self) {
        self.error.set(None);
        self.drop_import();
        self.choices.reset();
        spawn_local(async move {
            match read_head(self.field).await {
                Ok(picked) => {
                    self.mapping.try_set(None);
                    self.unpacked.try_set(None);
                    self.remembered.try_set(false);
                    let packed = picked
                        .as_ref()
                        .is_some_and(|picked| engine::import::is_packed(&picked.head));
                    self.picked.try_set(picked);
                    if packed {
                        self.unpack();
                    } else {
                        self.recall();
                    }
                }
                Err(error) => {
                    self.error.try_set(Some(error));
                }
            }
        });
    }

    /// What the beginning of the table holds; nothing while there is none.
    fn look(self) -> Option<Result<Preview, ImportError>> {
        let mapping = self.mapping.get();
        let table = self.unpacked.get();
        let preview = match self.choices.kind.get() {
            ImportKind::Serp => engine::import::serp::preview,
            ImportKind::Keywords | ImportKind::Competitor => engine::import::preview,
        };
        self.picked.with(|picked| {
            let picked = picked.as_ref()?;
            let (head, complete) = match &table {
                Some(table) => (table.head.as_bytes(), table.complete),
                None if engine::import::is_packed(&picked.head) => return None,
                None => (picked.head.as_slice(), picked.is_complete()),
            };
            Some(preview(head, complete, &picked.name, mapping.as_ref()))
        })
    }

    /// The file is said to hold something that is read by other columns.
    fn read_anew(self) {
        self.mapping.set(None);
        self.remembered.set(false);
        self.recall();
    }

    /// Takes the columns that were chosen for the last file with this header.
    fn recall(self) {
        let Some(Ok(seen)) = untrack(|| self.look()) else {
            return;
        };
        if seen.header_line == 0 {
            return;
        }
        let kind = self.choices.kind.get_untracked();
        spawn_local(async move {
            if let Ok(Some(known)) = remembered_columns(kind, seen.headers).await
                && self.choices.kind.try_get_untracked() == Some(kind)
                && known != seen.mapping
                && self.mapping.try_get_untracked() == Some(None)
            {
                self.mapping.try_set(Some(known));
                self.remembered.try_set(true);
            }
        });
    }

    /// Forgets those columns for good.
    fn forget(self) {
        let headers = untrack(|| self.look()).and_then(Result::ok).map(|seen| seen.headers);
        let (Some(headers), Some(site)) = (headers, self.workspace.site_id()) else {
            return;
        };
        let kind = self.choices.kind.get_untracked();
        act(self.toasts, forget_columns(site, kind, headers), move |()| {
            self.mapping.set(None);
            self.remembered.set(false);
            self.toasts.success("Forgotten. The columns are recognised anew.");
        });
    }

    /// Sends a workbook or an archive, because only the server can look into it.
    fn unpack(self) {
        let Some(new) = self.announcement() else { return };
        self.sending.set(true);
        self.watch.stop.set(false);
        self.watch.sent.set(0);
        spawn_local(async move {
            let arrived = self.arrive(self.import.get_untracked(), new).await;
            let result = match arrived {
                Ok(Some(id)) => look_into_import(id, None).await.map(Some),
                Ok(None) => Ok(None),
                Err(error) => Err(error),
            };
            self.sending.try_set(false);
            match result {
                Ok(Some(found)) => {
                    self.unpacked.try_set(Some(found));
                    self.recall();
                }
                Ok(None) => self.reset(),
                Err(error) => {
                    self.error.try_set(Some(error));
                }
            }
        });
    }

    /// Shows another table of the workbook or the archive.
    fn turn_to(self, sheet: String) {
        let Some(id) = self.import.get_untracked() else { return };
        act(self.toasts, look_into_import(id, Some(sheet)), move |found| {
            self.unpacked.set(Some(found));
            self.read_anew();
        });
    }

    /// Forgets the file.
    fn reset(self) {
        if let Some(field) = self.field.get_untracked() {
            field.set_value("");
        }
        self.drop_import();
        self.picked.set(None);
        self.unpacked.set(None);
        self.mapping.set(None);
        self.remembered.set(false);
        self.error.set(None);
    }

    /// Tells the server that an announced file will not come.
    fn drop_import(self) {
        if let Some(id) = self.import.get_untracked() {
            self.import.set(None);
            act(self.toasts, cancel_import(id), |()| {});
        }
        self.announced.set_value(None);
    }

    /// The file with all that is chosen.
    fn announcement(self) -> Option<NewImport> {
        let picked = self.picked.get_untracked()?;
        let filled =
            |text: RwSignal<String>| Some(text.get_untracked().trim().to_owned()).filter(|text| !text.is_empty());
        let mapping = self
            .mapping
            .get_untracked()
            .and_then(|mapping| serde_json::to_string(&mapping).ok());
        Some(NewImport {
            kind: self.choices.kind.get_untracked(),
            competitor: filled(self.choices.competitor),
            country: filled(self.choices.country),
            sheet: self
                .unpacked
                .with_untracked(|table| table.as_ref().map(|table| table.sheet.clone())),
            sector_id: sector_of(self.sector)?,
            file_name: picked.name,
            size_bytes: picked.size,
            mapping,
            mode: self.choices.mode.get_untracked(),
        })
    }

    /// Announces and sends the file, or goes on sending.
    fn send(self) {
        let Some(new) = self.announcement() else { return };
        if self.sending.get_untracked() {
            return;
        }
        let there = self.unpacked.with_untracked(Option::is_some);
        self.sending.set(true);
        self.error.set(None);
        self.watch.stop.set(false);
        self.watch.sent.set(0);
        if !there && self.announced.with_value(|announced| announced.as_ref() != Some(&new)) {
            self.drop_import();
            self.announced.set_value(Some(new.clone()));
        }
        let known = self.import.get_untracked();
        spawn_local(async move {
            let result = match known.filter(|_| there) {
                Some(id) => match choose_import(id, new).await {
                    Ok(_) => finish_import(id).await.map(|import| Some(import.id)),
                    Err(error) => Err(error),
                },
                None => match self.arrive(known, new).await {
                    Ok(Some(id)) => finish_import(id).await.map(|import| Some(import.id)),
                    other => other,
                },
            };
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

    /// Has the whole file arrive; nothing when it was stopped.
    async fn arrive(self, known: Option<KeywordImportId>, new: NewImport) -> Result<Option<KeywordImportId>, ApiError> {
        let id = match known {
            Some(id) => id,
            None => begin_import(new).await?.id,
        };
        self.import.try_set(Some(id));
        Ok(send_file(self.field, id, self.watch).await?.then_some(id))
    }
}

/// The steps of a new import: choose a file, look at it, send it.
#[component]
pub(super) fn NewImportView() -> impl IntoView {
    let url = use_url_state();
    let draft = Draft {
        field: NodeRef::new(),
        picked: RwSignal::new(None),
        unpacked: RwSignal::new(None),
        mapping: RwSignal::new(None),
        remembered: RwSignal::new(false),
        choices: Choices::new(url.parsed("kind").unwrap_or(ImportKind::Keywords)),
        sector: use_sector_choice(),
        error: RwSignal::new(None),
        import: RwSignal::new(None),
        announced: StoredValue::new(None),
        sending: RwSignal::new(false),
        watch: Transfer {
            sent: RwSignal::new(0),
            stop: RwSignal::new(false),
        },
        url,
        toasts: use_toasts(),
        workspace: use_workspace(),
    };
    let preview = Memo::new(move |_| draft.look());
    Effect::new(move |before: Option<bool>| {
        let results = draft.choices.kind.get() == ImportKind::Serp;
        if before.is_some_and(|before| before != results) {
            draft.read_anew();
        }
        results
    });
    let leaving = window_event_listener(ev::beforeunload, move |event| {
        if draft.sending.try_get_untracked().unwrap_or(false) {
            event.prevent_default();
        }
    });
    on_cleanup(move || leaving.remove());
    let step = move || match (
        preview.with(Option::is_some),
        draft.sending.get(),
        draft.picked.with(Option::is_some),
    ) {
        (true, true, _) => 3,
        (_, _, true) => 2,
        _ => 1,
    };
    let step_class = move |number: i32| if step() >= number { "step step-primary" } else { "step" };
    let current = move |number: i32| (step() == number).then_some("step");
    let waiting = move || preview.with(Option::is_none) && draft.picked.with(Option::is_some);
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
            <Show when=waiting>
                <p class="text-sm">"A workbook or an archive is sent first, so that its tables can be looked at. Nothing is imported yet."</p>
                <SendBar draft/>
                <Show when=move || !draft.sending.get()>
                    <div class="mt-4 flex flex-wrap gap-2">
                        <button type="button" class="btn btn-sm" on:click=move |_| draft.reset()>"Choose another file"</button>
                        <Show when=move || draft.error.with(Option::is_some)>
                            <button type="button" class="btn btn-sm" on:click=move |_| { draft.error.set(None); draft.unpack(); }>"Try again"</button>
                        </Show>
                    </div>
                </Show>
            </Show>
            <Show when=move || preview.with(Option::is_some)>
                <Check draft preview/>
            </Show>
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
                "As it comes from Google Keyword Planner, Search Console, Ahrefs, Semrush, Mangools, Ubersuggest and others, in any language, or your own list. CSV, TSV, text, Excel (.xlsx, .xls), OpenDocument (.ods) and ZIP are read, in any size."
            </span>
            <input
                node_ref=draft.field
                type="file"
                accept=".csv,.tsv,.txt,.tab,.xlsx,.xls,.xlsb,.ods,.zip,text/csv,text/plain,text/tab-separated-values,application/zip"
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

/// The look at a file, once there is one.
pub(super) type Seen = Memo<Option<Result<Preview, ImportError>>>;

/// The second and third step: what is in the file, and sending it.
#[component]
fn Check(draft: Draft, preview: Seen) -> impl IntoView {
    let name = move || {
        draft.picked.with(|picked| {
            picked
                .as_ref()
                .map(|picked| format!("{} · {}", picked.name, bytes_text(picked.size)))
        })
    };
    let told = Signal::derive(move || {
        draft
            .unpacked
            .with(|table| table.as_ref().and_then(|table| table.country.clone()))
    });
    let kind = draft.choices.kind;
    // What is chosen below stays where it is while the look at the file changes with it.
    let fine = Memo::new(move |_| preview.with(|seen| matches!(seen, Some(Ok(_)))));
    let look = move || {
        preview.get().map(|seen| match seen {
            Err(error) => view! { <FileError error mapping=draft.mapping/> }.into_any(),
            Ok(preview) => view! { <PreviewView preview mapping=draft.mapping kind=kind.get_untracked()/> }.into_any(),
        })
    };
    view! {
        <h2 class="mb-3 text-base font-semibold wrap-anywhere">{name}</h2>
        <Show when=move || fine.get()>
            <Tables draft/>
            <Show when=move || draft.remembered.get()>
                <div class="alert alert-info alert-soft mb-4 flex flex-wrap items-center py-2 text-sm">
                    <Icon icon=lu::LuHistory class="size-4 flex-none"/>
                    <span>"The columns are those you chose for the last file with this header."</span>
                    <button type="button" class="btn btn-xs" on:click=move |_| draft.forget()>"Forget them"</button>
                </div>
            </Show>
        </Show>
        {look}
        <Show when=move || fine.get()>
            <div class="mt-5 grid gap-x-6 gap-y-5 sm:grid-cols-2">
                <ChoiceFields choices=draft.choices preview told errors=draft.error/>
                <SectorField value=draft.sector errors=draft.error/>
            </div>
            <SendBar draft/>
        </Show>
        <div class="mt-5 flex flex-wrap items-center justify-between gap-2">
            <button type="button" class="btn btn-sm" disabled=move || draft.sending.get() on:click=move |_| draft.reset()>
                "Choose another file"
            </button>
            <Show when=move || fine.get()>
                <button type="button" class="btn btn-primary btn-sm" disabled=move || draft.sending.get() on:click=move |_| draft.send()>
                    <Icon icon=lu::LuUpload class="size-4"/>
                    {move || {
                        // What was unpacked has arrived, and nothing of it is imported yet.
                        let halted = draft.import.with(Option::is_some) && draft.unpacked.with(Option::is_none);
                        if halted && !draft.sending.get() { "Go on" } else { "Import" }
                    }}
                </button>
            </Show>
        </div>
    }
}

/// The tables of a workbook or an archive, to take another one.
#[component]
fn Tables(draft: Draft) -> impl IntoView {
    move || {
        draft.unpacked.get().map(|found| {
            let options = found
                .sheets
                .iter()
                .map(|name| view! { <option value=name.clone() selected=*name == found.sheet>{name.clone()}</option> })
                .collect_view();
            let told = [
                found
                    .country
                    .as_ref()
                    .map(|country| format!("Market {}", country.to_uppercase())),
                found.period.clone(),
            ];
            let told: Vec<String> = told.into_iter().flatten().collect();
            view! {
                <div class="mb-4 flex flex-wrap items-center gap-x-4 gap-y-2 text-sm">
                    <label class="flex flex-wrap items-center gap-2">
                        <Icon icon=lu::LuSheet class="size-4"/>
                        "Table"
                        <select
                            class="select select-sm w-auto max-w-72"
                            on:change:target=move |event| draft.turn_to(event.target().value())
                        >
                            {options}
                        </select>
                    </label>
                    {(!told.is_empty()).then(|| view! { <span class="muted">{told.join(" · ")}</span> })}
                </div>
            }
        })
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
