//! Safe repairs of an article: what a careful editor would do without asking, and notes on what only a person can do.
//!
//! Nothing here writes a sentence that was not there: titles and descriptions for search results are cut from the
//! article's own words.

use serde::{Deserialize, Serialize};

use crate::text::{html_text, keyword_key, truncate_words};

mod repair;

/// Longest title in search results, in characters.
pub const META_TITLE_MAX: usize = 60;
/// Shortest title that says enough.
const META_TITLE_MIN: usize = 15;
/// Longest description in search results.
pub const META_DESCRIPTION_MAX: usize = 156;
/// Shortest description that says enough.
const META_DESCRIPTION_MIN: usize = 70;
/// Longest teaser.
const EXCERPT_MAX: usize = 300;

/// An article with what stands beside its text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// Headline.
    pub title: String,
    /// Its text, sanitised.
    pub html: String,
    /// Title for search results.
    pub meta_title: String,
    /// Description for search results.
    pub meta_description: String,
    /// Teaser.
    pub excerpt: String,
    /// Main keyword.
    pub primary_keyword: String,
}

/// A repaired article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Improved {
    /// The article.
    pub article: Article,
    /// What was changed and why, a sentence each.
    pub changes: Vec<String>,
    /// What is left to a person.
    pub notes: Vec<String>,
}

/// Repairs an article. An article without faults comes back as it is.
pub fn repair(article: &Article) -> Improved {
    let mut out = Improved {
        article: article.clone(),
        changes: Vec::new(),
        notes: Vec::new(),
    };
    let (html, changes) = repair::html(&article.html, &article.title);
    out.article.html = html;
    out.changes.extend(changes);
    let paragraphs = paragraphs(&out.article.html);
    meta_title(&mut out);
    meta_description(&mut out, &paragraphs);
    excerpt(&mut out, &paragraphs);
    out.notes = notes(&out.article, &paragraphs);
    out
}

/// What only a person can do.
pub fn remarks(article: &Article) -> Vec<String> {
    notes(article, &paragraphs(&article.html))
}

fn length(text: &str) -> usize {
    text.trim().chars().count()
}

/// The article's own paragraphs that say something, without its note that it is to be completed.
fn paragraphs(html: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut from = 0;
    while let Some(start) = html[from..].find("<p").map(|at| from + at) {
        let Some(open) = html[start..].find('>').map(|at| start + at + 1) else {
            break;
        };
        let Some(end) = html[open..].find("</p>").map(|at| open + at) else {
            break;
        };
        let tag = &html[start..open];
        let is_paragraph = tag.starts_with("<p>") || tag.starts_with("<p ");
        let text = html_text(&html[open..end]).replace('\n', " ");
        if is_paragraph && !tag.contains("igny8-draft-note") && text.split(' ').count() > 3 {
            out.push(text);
        }
        from = end;
    }
    out
}

fn meta_title(out: &mut Improved) {
    let have = length(&out.article.meta_title);
    let (why, from) = match have {
        0 => (
            "The title for search results was missing: it is the headline now",
            &out.article.title,
        ),
        n if n > META_TITLE_MAX => (
            "The title for search results was too long and would have been cut off: it is shorter now",
            &out.article.meta_title,
        ),
        n if n < META_TITLE_MIN && length(&out.article.title) > n => (
            "The title for search results said too little: it is the headline now",
            &out.article.title,
        ),
        _ => return,
    };
    let text = short_title(from);
    if !text.is_empty() && text != out.article.meta_title {
        out.article.meta_title = text;
        out.changes.push(format!("{why}."));
    }
}

/// A title that fits: the part before a colon where the whole is too long, cut between words at last.
fn short_title(text: &str) -> String {
    let text = text.trim();
    if length(text) <= META_TITLE_MAX {
        return text.to_owned();
    }
    for part in [" | ", " – ", " — ", ": "] {
        if let Some((head, _)) = text.rsplit_once(part)
            && (META_TITLE_MIN..=META_TITLE_MAX).contains(&length(head))
        {
            return head.trim().to_owned();
        }
    }
    truncate_words(text, META_TITLE_MAX)
}

fn meta_description(out: &mut Improved, paragraphs: &[String]) {
    let have = length(&out.article.meta_description);
    let made = || description(paragraphs);
    let (why, text) = match have {
        0 => (
            "The description for search results was missing: it is taken from the first paragraphs",
            made(),
        ),
        n if n > META_DESCRIPTION_MAX => (
            "The description for search results was too long and would have been cut off: it is shorter now",
            truncate_words(&out.article.meta_description, META_DESCRIPTION_MAX),
        ),
        n if n < META_DESCRIPTION_MIN => (
            "The description for search results said too little: it is taken from the first paragraphs now",
            made(),
        ),
        _ => return,
    };
    // Worse than what is there is no repair.
    if length(&text) > have.min(META_DESCRIPTION_MIN) && text != out.article.meta_description {
        out.article.meta_description = text;
        out.changes.push(format!("{why}."));
    }
}

/// Whole sentences of the first paragraphs as far as they fit; one sentence that is too long is cut between words.
fn description(paragraphs: &[String]) -> String {
    let mut out = String::new();
    for sentence in paragraphs.iter().take(3).flat_map(|text| sentences(text)) {
        let space = usize::from(!out.is_empty());
        if length(&out) + space + length(sentence) > META_DESCRIPTION_MAX {
            if length(&out) < META_DESCRIPTION_MIN {
                let whole = format!("{out} {sentence}");
                return truncate_words(&whole, META_DESCRIPTION_MAX);
            }
            break;
        }
        if space == 1 {
            out.push(' ');
        }
        out.push_str(sentence);
    }
    out
}

fn sentences(text: &str) -> impl Iterator<Item = &str> {
    use unicode_segmentation::UnicodeSegmentation;
    text.split_sentence_bounds()
        .map(str::trim)
        .filter(|text| !text.is_empty())
}

fn excerpt(out: &mut Improved, paragraphs: &[String]) {
    if length(&out.article.excerpt) > 0 {
        return;
    }
    if let Some(first) = paragraphs.first() {
        out.article.excerpt = truncate_words(first, EXCERPT_MAX);
        out.changes
            .push("The teaser was missing: it is the beginning of the first paragraph.".to_owned());
    }
}

fn notes(article: &Article, paragraphs: &[String]) -> Vec<String> {
    let mut out = Vec::new();
    let keyword = keyword_key(&article.primary_keyword);
    if keyword.is_empty() {
        out.push("The article has no main keyword. Choose one under Meta.".to_owned());
        return out;
    }
    if !keyword_key(&article.meta_title).contains(&keyword) {
        out.push(format!(
            "The title for search results does not name the main keyword \u{201c}{}\u{201d}. Work it in where it sounds natural.",
            article.primary_keyword
        ));
    }
    if let Some(first) = paragraphs.first()
        && !keyword_key(first).contains(&keyword)
    {
        out.push(format!(
            "The first paragraph does not name the main keyword \u{201c}{}\u{201d}. Say early what the article is about.",
            article.primary_keyword
        ));
    }
    out
}

#[cfg(test)]
mod tests;
