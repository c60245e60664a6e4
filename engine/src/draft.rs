//! An honest outline of an article: what to write and what to check, never invented facts.

use serde::{Deserialize, Serialize};

use crate::ideas::{IdeaKeyword, is_question};
use crate::text::{clean_keyword, keyword_key, slugify, title_case, truncate_words};

mod frames;
mod outline;

use outline::Brief;

/// What to draft.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct ArticleInput {
    /// Title of the article.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// Name of the cluster it belongs to.
    pub cluster_name: String,
    /// Its keywords, the main one first.
    pub keywords: Vec<IdeaKeyword>,
    /// Content structure, see [`crate::ideas::Idea::content_structure`].
    pub structure: String,
    /// Name of the site it is for.
    pub site_name: String,
    /// Name of the sector it is for.
    pub sector_name: String,
    /// Planned length in words.
    pub target_words: u32,
    /// Sections that the article is to have, in their order; empty leaves them to the structure.
    #[serde(default)]
    pub sections: Vec<Section>,
}

/// A section that an article is to have.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// Its heading.
    pub heading: String,
    /// What it has to say.
    pub purpose: String,
    /// Words that it should have; empty leaves it open.
    pub words: Option<u32>,
}

/// A drafted article.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Article {
    /// Body; has no `<h1>`, the title stands apart.
    pub html: String,
    /// Title for search results, at most 60 characters.
    pub meta_title: String,
    /// Description for search results, 120 to 156 characters.
    pub meta_description: String,
    /// The main keyword.
    pub primary_keyword: String,
    /// The other keywords.
    pub secondary_keywords: Vec<String>,
    /// A short summary in plain text.
    pub excerpt: String,
    /// Address part, see [`crate::text::slugify`].
    pub slug: String,
}

/// Drafts the outline of an article: a visible note that it is to be completed, an introduction, a section
/// with a writing brief for each thing readers search for, the questions, and a conclusion.
pub fn article(input: &ArticleInput) -> Article {
    let title = non_empty(
        &clean_keyword(&input.title),
        &clean_keyword(&input.cluster_name),
        "Untitled article",
    );
    let mut seen = rustc_hash::FxHashSet::default();
    let keywords: Vec<String> = input
        .keywords
        .iter()
        .map(|k| clean_keyword(&k.text))
        .filter(|k| !k.is_empty() && seen.insert(keyword_key(k)))
        .collect();
    let primary = keywords
        .first()
        .cloned()
        .unwrap_or_else(|| non_empty(&clean_keyword(&input.cluster_name), &title, &title));
    let secondary: Vec<String> = keywords.iter().skip(1).cloned().collect();
    let (questions, topics): (Vec<String>, Vec<String>) = secondary.iter().cloned().partition(|k| is_question(k));
    let brief = Brief {
        title: &title,
        description: input.description.trim(),
        primary: &primary,
        topics: &topics,
        questions: &questions,
        structure: &input.structure,
        site: input.site_name.trim(),
        sector: input.sector_name.trim(),
        words: input.target_words.clamp(300, 6000),
        wanted: &input.sections,
    };
    Article {
        html: outline::html(&brief),
        meta_title: meta_title(&title, input.site_name.trim()),
        meta_description: meta_description(&brief),
        excerpt: excerpt(&brief),
        slug: slugify(if keywords.is_empty() { &title } else { &primary }),
        primary_keyword: primary,
        secondary_keywords: secondary,
    }
}

fn non_empty(first: &str, second: &str, third: &str) -> String {
    [first, second, third]
        .into_iter()
        .find(|s| !s.trim().is_empty())
        .unwrap_or("Untitled")
        .to_owned()
}

fn meta_title(title: &str, site: &str) -> String {
    let with_site = format!("{title} | {site}");
    if !site.is_empty() && with_site.chars().count() <= 60 {
        return with_site;
    }
    // The part before the colon says what it is about; the rest only adds to it.
    match title.split_once(": ") {
        Some((head, _)) if title.chars().count() > 60 => truncate_words(head, 60),
        _ => truncate_words(title, 60),
    }
}

fn meta_description(brief: &Brief) -> String {
    let mut text = if brief.description.is_empty() {
        format!(
            "{}: what readers ask, what matters and what to check before deciding.",
            title_case(brief.primary)
        )
    } else {
        crate::text::html_text(brief.description).replace('\n', " ")
    };
    let mut more = Vec::new();
    if !brief.topics.is_empty() || !brief.questions.is_empty() {
        let also: Vec<&str> = brief
            .topics
            .iter()
            .chain(brief.questions)
            .take(3)
            .map(|s| s.trim_end_matches('?'))
            .collect();
        more.push(format!("Also covered: {}.", also.join(", ")));
    }
    more.push(format!("An overview of {} in plain words.", brief.primary));
    more.push("With the points that matter, the questions people ask and what to check first.".to_owned());
    more.push("Read on for the details, step by step, and decide for yourself.".to_owned());
    for sentence in more {
        if text.chars().count() >= 120 {
            break;
        }
        if !text.ends_with(['.', '!', '?']) {
            text.push('.');
        }
        text.push(' ');
        text.push_str(&sentence);
    }
    if text.chars().count() <= 156 {
        return text;
    }
    let mut cut = truncate_words(&text, 155);
    if cut.chars().count() < 119 {
        // One endless word; a hard cut keeps the length search engines show.
        cut = text.chars().take(155).collect::<String>().trim_end().to_owned();
    }
    let cut = cut.trim_end_matches(['.', '!', '?']);
    format!("{cut}.")
}

fn excerpt(brief: &Brief) -> String {
    let text = if brief.description.is_empty() {
        meta_description(brief)
    } else {
        crate::text::html_text(brief.description).replace('\n', " ")
    };
    truncate_words(&text, 240)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intent;
    use crate::text::html_text;

    fn input(structure: &str, keywords: &[&str]) -> ArticleInput {
        ArticleInput {
            title: "Best Standing Desks: What to Look For & How to Choose".into(),
            description: "Help the reader choose a desk.".into(),
            cluster_name: "Standing Desks".into(),
            keywords: keywords
                .iter()
                .map(|t| IdeaKeyword {
                    text: (*t).into(),
                    volume: None,
                    intent: intent::guess(t),
                })
                .collect(),
            structure: structure.into(),
            site_name: "Deskland".into(),
            sector_name: "Office".into(),
            target_words: 1500,
            sections: Vec::new(),
        }
    }

    #[test]
    fn the_headings_are_those_that_were_asked_for() {
        let mut asked = input("how_to", KEYWORDS);
        asked.sections = vec![
            Section {
                heading: "In short".into(),
                purpose: "Say <who> should read on".into(),
                words: Some(120),
            },
            Section {
                heading: "What it costs".into(),
                ..Section::default()
            },
            Section::default(),
        ];
        let html = article(&asked).html;
        let headings: Vec<&str> = html
            .split("<h2>")
            .skip(1)
            .filter_map(|rest| rest.split("</h2>").next())
            .collect();
        assert_eq!(headings, ["In short", "What it costs"]);
        assert!(html.contains("Say &lt;who&gt; should read on"), "{html}");
        assert!(html.contains("About 120 words."), "{html}");
        // What readers search for stays in it, as something to cover.
        assert!(html.contains("electric standing desk"), "{html}");
        assert!(html.contains("How High Should a Standing Desk Be?"), "{html}");
        assert_eq!(article(&asked), article(&asked));
    }

    const KEYWORDS: &[&str] = &[
        "best standing desk",
        "electric standing desk",
        "standing desk <b>size</b>",
        "how high should a standing desk be",
        "is a standing desk worth it",
        "Best  Standing Desk",
    ];

    #[test]
    fn says_that_it_is_a_draft_and_links_nowhere() {
        for structure in [
            "guide",
            "how_to",
            "listicle",
            "comparison",
            "review",
            "faq",
            "landing_page",
            "pillar",
            "",
            "unknown",
        ] {
            let a = article(&input(structure, KEYWORDS));
            assert!(
                a.html
                    .starts_with("<p class=\"igny8-draft-note\"><strong>Draft to complete.</strong> "),
                "{structure}"
            );
            assert!(
                !a.html.contains("<h1") && !a.html.contains("<a ") && !a.html.contains("http"),
                "{structure}"
            );
            assert!(!a.html.contains("<b>size"), "keywords are text, not markup");
            assert!(a.html.matches("<h2>").count() >= 4, "{structure}");
            assert_eq!(a.html.matches("<h2>").count(), a.html.matches("</h2>").count());
            assert!(a.html.contains("How High Should a Standing Desk Be?"), "{structure}");
        }
    }

    #[test]
    fn structures_differ() {
        let bodies: Vec<String> = ["guide", "how_to", "listicle", "comparison", "review", "landing_page"]
            .iter()
            .map(|s| article(&input(s, KEYWORDS)).html)
            .collect();
        for (i, a) in bodies.iter().enumerate() {
            assert!(bodies.iter().skip(i + 1).all(|b| a != b));
        }
    }

    #[test]
    fn meta_data_keeps_its_limits() {
        let long = "x".repeat(300);
        let titles = [
            "A",
            "Best Standing Desks",
            "A very long title about standing desks that goes on: and on until nobody reads it any more",
            &long,
            "",
        ];
        for title in titles {
            for description in [
                "",
                "Short.",
                "A description that is long enough to fill the whole space that search engines give to it, and then some more words that must be cut away somewhere.",
                &long,
            ] {
                for keywords in [&[][..], KEYWORDS, &["tea"]] {
                    let mut i = input("guide", keywords);
                    i.title = title.into();
                    i.description = description.into();
                    let a = article(&i);
                    let n = a.meta_description.chars().count();
                    assert!((120..=156).contains(&n), "{n}: {}", a.meta_description);
                    assert!(a.meta_title.chars().count() <= 60 && !a.meta_title.is_empty());
                    assert!(!a.slug.is_empty() && !a.primary_keyword.is_empty());
                }
            }
        }
    }

    #[test]
    fn keywords_are_split_without_repeats() {
        let a = article(&input("guide", KEYWORDS));
        assert_eq!(a.primary_keyword, "best standing desk");
        assert_eq!(a.secondary_keywords.len(), 4);
        assert_eq!(a.slug, "best-standing-desk");
    }

    #[test]
    fn more_words_planned_more_sections() {
        let mut long = input("guide", &["tea"]);
        long.target_words = 4000;
        let mut short = long.clone();
        short.target_words = 400;
        let sections = |i: &ArticleInput| article(i).html.matches("<h2>").count();
        assert!(sections(&long) > sections(&short));
        assert!(html_text(&article(&long).html).contains("Cover:"));
    }
}
