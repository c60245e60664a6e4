//! Descriptions of the pictures an article needs.

use serde::{Deserialize, Serialize};

use crate::text::{clean_keyword, html_text, keyword_key, truncate_words};

/// A picture to make.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct ImagePrompt {
    /// Whether it is the picture of the whole article.
    pub featured: bool,
    /// Text of the H2 it stands under; `None` for the featured one.
    pub heading: Option<String>,
    /// What to draw.
    pub prompt: String,
    /// Alternative text for people who do not see it, at most 125 characters.
    pub alt: String,
}

/// Most pictures inside an article.
const MAX_IN_ARTICLE: usize = 6;

/// Headings that need no picture: they open, close or list.
#[rustfmt::skip]
const PLAIN: &[&str] = &[
    "faq", "faqs", "frequently asked", "common questions", "conclusion", "summary", "references", "sources",
    "table of contents", "final thoughts", "further reading", "key takeaways", "häufige fragen", "fazit",
    "zusammenfassung", "quellen", "foire aux questions", "questions fréquentes", "conclusión",
    "preguntas frecuentes", "domande frequenti", "conclusione", "conclusioni", "veelgestelde vragen", "conclusie",
    "perguntas frequentes",
    "conclusão", "najczęściej zadawane", "najczęstsze pytania", "podsumowanie",
];

/// One featured picture and up to `max_in_article` (at most 6) pictures at H2 headings, spread over the
/// article; headings of questions and conclusions are passed over.
pub fn extract(title: &str, html: &str, primary_keyword: &str, max_in_article: usize) -> Vec<ImagePrompt> {
    let title = clean_keyword(title);
    let keyword = clean_keyword(primary_keyword);
    let subject = if keyword.is_empty() {
        title.clone()
    } else {
        keyword.clone()
    };
    let mut out = vec![ImagePrompt {
        featured: true,
        heading: None,
        prompt: format!(
            "Featured image for an article titled \u{201c}{title}\u{201d}. Show {subject} in a clear, real-looking scene with one subject in the middle, natural light, calm background, wide format, no text, no logos."
        ),
        alt: alt(&title, &keyword),
    }];
    let sections: Vec<(String, String)> = sections(html)
        .into_iter()
        .filter(|(heading, _)| !is_plain(heading))
        .collect();
    let wanted = max_in_article.min(MAX_IN_ARTICLE).min(sections.len());
    for i in 0..wanted {
        // Evenly spread, so that a long article is not all pictures at the top.
        let (heading, text) = &sections[i * sections.len() / wanted];
        let context = truncate_words(text, 160);
        let about = if context.is_empty() {
            String::new()
        } else {
            format!(" The section says: {context}.")
        };
        out.push(ImagePrompt {
            featured: false,
            heading: Some(heading.clone()),
            prompt: format!(
                "Picture for the section \u{201c}{heading}\u{201d} of an article about {subject}.{about} Show it concretely, one idea only, same style as the featured image, no text, no logos."
            ),
            alt: alt(heading, &keyword),
        });
    }
    out
}

/// Alternative text: the heading, with the keyword where it is not in it anyway.
fn alt(text: &str, keyword: &str) -> String {
    let text = text.trim_end_matches([':', '.', '?', '!']);
    let joined = if keyword.is_empty() || keyword_key(text).contains(&keyword_key(keyword)) {
        text.to_owned()
    } else {
        format!("{text} – {keyword}")
    };
    truncate_words(&joined, 125)
}

fn is_plain(heading: &str) -> bool {
    let key = keyword_key(heading);
    key.is_empty()
        || PLAIN.iter().any(|p| {
            key == *p
                || key.starts_with(&format!("{p} "))
                || key.starts_with(&format!("{p}:"))
                || (p.contains(' ') && key.contains(p))
        })
}

/// The H2 headings of an article with the text of the paragraph that follows each.
fn sections(html: &str) -> Vec<(String, String)> {
    let lower = html.to_ascii_lowercase();
    let mut starts = Vec::new();
    let mut from = 0;
    while let Some(at) = lower[from..].find("<h2") {
        let start = from + at;
        from = start + 3;
        if lower[from..].starts_with(|c: char| c == '>' || c.is_ascii_whitespace()) {
            starts.push(start);
        }
    }
    let mut out = Vec::new();
    for (i, &start) in starts.iter().enumerate() {
        let end = starts.get(i + 1).copied().unwrap_or(html.len());
        let Some(close) = lower[start..end].find("</h2") else {
            continue;
        };
        let heading = clean_keyword(&html_text(&html[start..start + close]));
        let body = &html[start + close..end];
        let paragraph = html_text(body)
            .lines()
            .map(str::trim)
            .find(|l| l.split(' ').count() > 4)
            .unwrap_or("")
            .trim_end_matches('.')
            .to_owned();
        if !heading.is_empty() {
            out.push((heading, paragraph));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTML: &str = "<p>Intro</p><H2 class='x'>Choosing a <em>desk</em> &amp; chair</H2><p>Take your time and measure the room first.</p><h2>Cost</h2><p>a</p><h2>FAQ</h2><p>q</p>\
        <h2>Assembly</h2><ul><li>one two three four five</li></ul><h2>Conclusion</h2><p>z</p><h2>Frequently Asked Questions About Desks</h2>";

    #[test]
    fn one_featured_and_the_rest_at_headings() {
        let prompts = extract("Standing desks: a guide", HTML, "standing desk", 6);
        assert_eq!(prompts.len(), 4);
        assert!(prompts[0].featured && prompts[0].heading.is_none());
        assert!(prompts[0].prompt.contains("standing desk"));
        let headings: Vec<&str> = prompts[1..].iter().filter_map(|p| p.heading.as_deref()).collect();
        assert_eq!(headings, ["Choosing a desk & chair", "Cost", "Assembly"]);
        assert!(prompts[1].prompt.contains("measure the room first"));
        assert!(
            prompts
                .iter()
                .all(|p| !p.alt.is_empty() && p.alt.chars().count() <= 125)
        );
        assert_eq!(prompts[2].alt, "Cost – standing desk");
    }

    #[test]
    fn limits_hold() {
        let many: String = (0..30).map(|i| format!("<h2>Part {i}</h2><p>text</p>")).collect();
        assert_eq!(extract("T", &many, "", 100).len(), 7);
        assert_eq!(extract("T", &many, "", 2)[2].heading.as_deref(), Some("Part 15"));
        assert_eq!(extract("T", &many, "", 0).len(), 1);
        assert_eq!(extract("", "<h2>unclosed", "", 3).len(), 1);
        assert_eq!(extract("T", "<h2>É<h2x>à</h2>", "", 3).len(), 2);
    }
}
