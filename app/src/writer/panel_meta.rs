//! What search engines and readers see of an article besides its text.

use leptos::prelude::*;

use super::draft::Draft;
use crate::{
    components::{TextArea, TextInput},
    workspace::use_workspace,
};

/// Address, title and description for search results, keywords, teaser, categories, tags.
#[component]
pub(super) fn MetaPanel(
    /// The article.
    draft: Draft,
) -> impl IntoView {
    let fields = draft.fields;
    let errors = draft.error;
    view! {
        <h2 class="sr-only">"Meta"</h2>
        <ResultPreview draft/>
        <TextInput name="meta_title" label="Title in search results" value=fields.meta_title errors=errors/>
        <LengthMeter text=fields.meta_title best=(30, 60) name="Title in search results"/>
        <TextArea name="meta_description" label="Description in search results" value=fields.meta_description rows=3 errors=errors/>
        <LengthMeter text=fields.meta_description best=(120, 156) name="Description in search results"/>
        <TextInput name="slug" label="Address" value=fields.slug hint="Last part of the address of the article." errors=errors/>
        <TextInput name="primary_keyword" label="Main keyword" value=fields.primary_keyword errors=errors/>
        <TextArea
            name="secondary_keywords" label="Other keywords" value=fields.secondary_keywords rows=2
            hint="Separated by commas." errors=errors
        />
        <TextArea name="excerpt" label="Teaser" value=fields.excerpt rows=3 hint="Shown in lists of articles." errors=errors/>
        <TextInput name="categories" label="Categories" value=fields.categories hint="Separated by commas." errors=errors/>
        <TextInput name="tags" label="Tags" value=fields.tags hint="Separated by commas." errors=errors/>
    }
}

/// Roughly how a search engine shows the article.
#[component]
fn ResultPreview(draft: Draft) -> impl IntoView {
    let workspace = use_workspace();
    let fields = draft.fields;
    let host = Memo::new(move |_| {
        workspace
            .site()
            .and_then(|entry| entry.site.domain)
            .map(|domain| host_of(&domain).to_owned())
            .unwrap_or_else(|| "example.com".to_owned())
    });
    let title = move || {
        let title = fields.meta_title.get();
        let title = if title.trim().is_empty() {
            fields.title.get()
        } else {
            title
        };
        cut(&title, 60)
    };
    let description = move || {
        let text = fields.meta_description.get();
        let text = if text.trim().is_empty() {
            fields.excerpt.get()
        } else {
            text
        };
        if text.trim().is_empty() {
            "Search engines will pick a sentence of the text.".to_owned()
        } else {
            cut(&text, 156)
        }
    };
    view! {
        <figure class="mb-5 rounded-box border border-base-300 p-3">
            <figcaption class="mb-1.5 text-xs muted">"In search results, roughly"</figcaption>
            <p class="truncate text-xs">{move || host.get()} <span class="muted">" › " {move || fields.slug.get()}</span></p>
            <p class="mt-0.5 text-base leading-snug text-primary wrap-anywhere">{title}</p>
            <p class="mt-0.5 text-xs leading-relaxed muted wrap-anywhere">{description}</p>
        </figure>
    }
}

/// How long a text is beside how long it should be.
#[component]
fn LengthMeter(text: RwSignal<String>, best: (u32, u32), name: &'static str) -> impl IntoView {
    let (least, most) = best;
    let length = Memo::new(move |_| text.with(|text| u32::try_from(text.trim().chars().count()).unwrap_or(u32::MAX)));
    let class = move || match length.get() {
        0 => "progress h-1 w-full",
        length if length > most => "progress progress-error h-1 w-full",
        length if length < least => "progress progress-warning h-1 w-full",
        _ => "progress progress-success h-1 w-full",
    };
    let words = move || match length.get() {
        length if length > most => format!("{length} characters: {} will be cut off", length - most),
        length if length < least => format!("{length} characters, best {least} to {most}"),
        length => format!("{length} characters, good"),
    };
    view! {
        <div class="-mt-3 mb-4">
            <progress class=class max=most.to_string() value=move || length.get().min(most).to_string() aria-label=format!("Length: {name}")></progress>
            <p class="text-xs muted tabular">{words}</p>
        </div>
    }
}

fn host_of(domain: &str) -> &str {
    let rest = domain.split_once("://").map_or(domain, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

fn cut(text: &str, most: usize) -> String {
    let short = engine::text::truncate_words(text, most);
    if short.len() < text.trim().len() {
        format!("{short} …")
    } else {
        short
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_stand_alone() {
        assert_eq!(host_of("https://example.com/blog"), "example.com");
        assert_eq!(host_of("example.com"), "example.com");
    }

    #[test]
    fn long_texts_are_cut_between_words() {
        assert_eq!(cut("short", 10), "short");
        assert_eq!(cut("one two three", 8), "one two …");
    }
}
