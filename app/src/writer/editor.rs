//! The article page: text on the left, everything else on the right.

use entity::content::{self, ContentStatus};
use leptos::{ev, html, prelude::*, task::spawn_local};
use leptos_meta::Title;
use server_fn::ServerFn;

use super::{
    api::SavePlain,
    conflict::ConflictBanner,
    draft::{Draft, SaveState},
    panel_images::ImagesPanel,
    panel_improve::ImprovePanel,
    panel_links::LinksPanel,
    panel_meta::MetaPanel,
    panel_publish::PublishPanel,
    panel_versions::VersionsPanel,
    rich_text::{RichState, unknown_elements},
    toolbar::Toolbar,
};
use crate::components::{Badge, FormError, Icon, PageHeader, Tag, Tone, count, lu, options_of, use_toasts};

/// An article for those who may only read it.
#[component]
pub(super) fn Reader(detail: content::Detail) -> impl IntoView {
    let content = detail.content;
    view! {
        <PageHeader title=content.title purpose=content.excerpt>
            <Badge value=content.status/>
        </PageHeader>
        <article class="panel p-4 sm:p-8">
            <div class="prose-article mx-auto" inner_html=content.html_content></div>
        </article>
    }
}

/// An article under edit.
#[component]
pub(super) fn Editor(detail: content::Detail) -> impl IntoView {
    let is_outline = detail.content.is_outline;
    let plain = plain_form(&detail.content);
    let draft = Draft::new(detail, use_toasts());
    draft.watch();
    let leaving = window_event_listener(ev::beforeunload, move |event| {
        if draft.is_dirty() {
            event.prevent_default();
        }
    });
    let keys = window_event_listener(ev::keydown, move |event| {
        if (event.ctrl_key() || event.meta_key()) && !event.shift_key() && event.key().eq_ignore_ascii_case("s") {
            event.prevent_default();
            save_now(draft);
        }
    });
    on_cleanup(move || {
        leaving.remove();
        keys.remove();
    });
    let title = draft.fields.title;
    view! {
        <Title text=move || title.get()/>
        <h1 class="sr-only">{move || title.get()}</h1>
        <TopLine draft is_outline/>
        <ConflictBanner draft/>
        <FormError error=draft.error/>
        <div class="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_24rem]">
            <div class="min-w-0">
                <TextColumn draft/>
                <noscript inner_html=plain></noscript>
            </div>
            <SideColumn draft/>
        </div>
    }
}

fn save_now(draft: Draft) {
    spawn_local(async move { _ = draft.settle().await });
}

/// Status, what is saved, words.
#[component]
fn TopLine(draft: Draft, is_outline: bool) -> impl IntoView {
    let words = Memo::new(move |_| {
        draft
            .fields
            .html
            .with(|html| i64::from(engine::text::html_word_count(html)))
    });
    let status = draft.fields.status;
    let published = Memo::new(move |_| status.with(|status| status == ContentStatus::Published.as_str()));
    let options = move || {
        let all = options_of(ContentStatus::ALL, |status| (status.as_str(), status.label()));
        let published = published.get();
        all.into_iter()
            .filter(|(key, _)| published || key != ContentStatus::Published.as_str())
            .map(|(key, label)| {
                let chosen = {
                    let key = key.clone();
                    move || status.with(|status| *status == key)
                };
                view! { <option value=key selected=chosen.clone() prop:selected=chosen>{label}</option> }
            })
            .collect_view()
    };
    view! {
        <div class="mb-4 flex flex-wrap items-center gap-x-4 gap-y-2 text-sm">
            <select
                class="select select-sm w-auto"
                aria-label="Status"
                on:change:target=move |event| status.set(event.target().value())
            >
                {options}
            </select>
            {is_outline.then(|| view! {
                <span title="An outline made without a language model: its text is yours to write">
                    <Tag tone=Tone::Warning>"Draft to complete"</Tag>
                </span>
            })}
            <span class="muted tabular">{move || count(words.get(), "word", "words")}</span>
            <span class="ml-auto flex items-center gap-3">
                <SaveMark draft/>
                <button
                    type="button"
                    class="btn btn-sm js-only"
                    title="Ctrl+S"
                    disabled=move || matches!(draft.state.get(), SaveState::Saved | SaveState::Saving | SaveState::Conflict)
                    on:click=move |_| save_now(draft)
                >
                    <Icon icon=lu::LuSave class="size-4"/>
                    "Save"
                </button>
            </span>
        </div>
    }
}

/// Whether all is saved, in a word.
#[component]
fn SaveMark(draft: Draft) -> impl IntoView {
    let mark = move || {
        let (icon, class, text) = match draft.state.get() {
            SaveState::Saved => (lu::LuCheck, "text-success", "Saved"),
            SaveState::Changed => (lu::LuPencil, "muted", "Not saved yet"),
            SaveState::Saving => (lu::LuRefreshCw, "muted", "Saving…"),
            SaveState::Failed => (lu::LuCircleAlert, "text-error", "Not saved"),
            SaveState::Conflict => (lu::LuTriangleAlert, "text-warning", "Newer version exists"),
        };
        view! {
            <span class=class><Icon icon=icon class="size-4"/></span>
            <span>{text}</span>
        }
    };
    view! {
        <span class="inline-flex items-center gap-1.5 text-xs" role="status" aria-live="polite">
            {mark}
            <Show when=move || draft.state.get() == SaveState::Failed>
                <button type="button" class="link link-primary" on:click=move |_| save_now(draft)>"Try again"</button>
            </Show>
        </span>
    }
}

/// Headline and text.
#[component]
fn TextColumn(draft: Draft) -> impl IntoView {
    let html = draft.fields.html;
    let title = draft.fields.title;
    let first = html.get_untracked();
    let unknown = unknown_elements(&first);
    let source = RwSignal::new(!unknown.is_empty());
    let place = NodeRef::<html::Div>::new();
    draft.rich.start(place, html);
    let state = draft.rich.state;
    let as_source =
        Memo::new(move |_| state.get() == RichState::Missing || (source.get() && state.get() == RichState::Ready));
    let is_rich = Memo::new(move |_| state.get() == RichState::Ready && !source.get());
    let toggle = Callback::new(move |()| {
        if source.get_untracked() {
            draft.rich.set_html(&html.get_untracked());
        }
        source.update(|source| *source = !*source);
    });
    let warning = (!unknown.is_empty()).then(|| {
        format!(
            "This article has parts that the visual editor does not know ({}). Edited there, their text stays but their form is lost. As HTML everything stays.",
            unknown.join(", ")
        )
    });
    view! {
        <section class="panel min-w-0" aria-label="Article">
            <div class="border-b border-base-300 px-4 pt-4 pb-3 sm:px-8">
                <label for="article-title" class="sr-only">"Title"</label>
                <textarea
                    id="article-title"
                    rows="1"
                    maxlength="200"
                    class="field-sizing-content w-full resize-none bg-transparent text-xl font-semibold outline-none sm:text-2xl"
                    placeholder="Title"
                    prop:value=move || title.get()
                    on:input:target=move |event| title.set(event.target().value().replace('\n', " "))
                >
                    {title.get_untracked()}
                </textarea>
                {move || draft.error.with(|error| error.as_ref().and_then(|error| error.field("title")).map(str::to_owned)).map(|text| {
                    view! { <p class="mt-1 text-xs text-error">{text}</p> }
                })}
            </div>
            <Toolbar rich=draft.rich is_rich as_source toggle/>
            {warning.map(|text| view! {
                <p class="flex items-start gap-2 border-b border-base-300 bg-warning/10 px-4 py-2.5 text-sm sm:px-8">
                    <Icon icon=lu::LuTriangleAlert class="mt-0.5 size-4 flex-none text-warning"/>
                    {text}
                </p>
            })}
            <div class="px-4 py-5 sm:px-8">
                <Show when=move || state.get() == RichState::Loading>
                    <div class="prose-article mx-auto" inner_html=first.clone()></div>
                </Show>
                <div class="prose-article mx-auto" class:hidden=move || !is_rich.get() node_ref=place></div>
                <Show when=move || as_source.get()>
                    <textarea
                        class="textarea min-h-[28rem] w-full font-mono text-xs leading-relaxed"
                        aria-label="Article text as HTML"
                        spellcheck="false"
                        prop:value=move || html.get()
                        on:input:target=move |event| html.set(event.target().value())
                    ></textarea>
                </Show>
            </div>
        </section>
    }
}

const PANELS: [&str; 6] = ["Meta", "Images", "Links", "Improve", "Publish", "Versions"];

/// The panels beside the text.
#[component]
fn SideColumn(draft: Draft) -> impl IntoView {
    let shown = RwSignal::new(0_usize);
    let tabs = NodeRef::<html::Div>::new();
    let step = move |event: ev::KeyboardEvent| {
        let last = PANELS.len() - 1;
        let now = shown.get_untracked();
        let next = match event.key().as_str() {
            "ArrowRight" => {
                if now == last {
                    0
                } else {
                    now + 1
                }
            }
            "ArrowLeft" => {
                if now == 0 {
                    last
                } else {
                    now - 1
                }
            }
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        shown.set(next);
        focus_tab(tabs, next);
    };
    let buttons = PANELS
        .into_iter()
        .enumerate()
        .map(|(index, name)| {
            let here = move || shown.get() == index;
            view! {
                <button
                    type="button"
                    role="tab"
                    id=format!("tab-{index}")
                    class=move || if here() { "tab tab-active" } else { "tab text-base-content/75!" }
                    aria-selected=move || if here() { "true" } else { "false" }
                    aria-controls="article-panel"
                    tabindex=move || if here() { "0" } else { "-1" }
                    on:click=move |_| shown.set(index)
                >
                    {name}
                </button>
            }
        })
        .collect_view();
    view! {
        <aside class="panel min-w-0 xl:sticky xl:top-20 xl:max-h-[calc(100dvh-6rem)] xl:overflow-y-auto" aria-label="About this article">
            <div role="tablist" class="tabs tabs-border flex-wrap border-b border-base-300 px-2" aria-label="About this article" node_ref=tabs on:keydown=step>
                {buttons}
            </div>
            <div id="article-panel" role="tabpanel" class="p-4" aria-labelledby=move || format!("tab-{}", shown.get())>
                {move || match shown.get() {
                    0 => view! { <MetaPanel draft/> }.into_any(),
                    1 => view! { <ImagesPanel draft/> }.into_any(),
                    2 => view! { <LinksPanel draft/> }.into_any(),
                    3 => view! { <ImprovePanel draft/> }.into_any(),
                    4 => view! { <PublishPanel draft/> }.into_any(),
                    _ => view! { <VersionsPanel draft/> }.into_any(),
                }}
            </div>
        </aside>
    }
}

fn focus_tab(tabs: NodeRef<html::Div>, index: usize) {
    use leptos::wasm_bindgen::JsCast;
    let found = tabs
        .get_untracked()
        .and_then(|tabs| tabs.query_selector(&format!("#tab-{index}")).ok().flatten());
    if let Some(tab) = found.and_then(|tab| tab.dyn_into::<leptos::web_sys::HtmlElement>().ok()) {
        // Refused only when the tab has just gone.
        let _ = tab.focus();
    }
}

/// The form for browsers without scripts, as HTML: headline and text.
fn plain_form(content: &content::Model) -> String {
    let (title, text) = (escape(&content.title), escape(&content.html_content));
    let (action, id, revision) = (SavePlain::url(), content.id, content.revision);
    format!(
        "<form method=\"post\" action=\"{action}\" class=\"panel mt-5 p-4\">\
         <h2 class=\"mb-3 text-sm font-semibold\">Edit without JavaScript</h2>\
         <input type=\"hidden\" name=\"id\" value=\"{id}\"><input type=\"hidden\" name=\"revision\" value=\"{revision}\">\
         <label class=\"mb-3 block text-sm\">Title<input class=\"input w-full\" name=\"title\" value=\"{title}\"></label>\
         <label class=\"mb-3 block text-sm\">Text as HTML<textarea class=\"textarea w-full font-mono\" rows=\"20\" \
         name=\"html_content\">\n{text}</textarea></label>\
         <button class=\"btn btn-primary btn-sm\">Save</button></form>"
    )
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn no_text_gets_out_of_the_plain_form() {
        assert_eq!(
            escape("</textarea><script>\"&'"),
            "&lt;/textarea&gt;&lt;script&gt;&quot;&amp;&#39;"
        );
    }
}
