//! HTML from models, editors and other systems is untrusted: it passes through here before it is stored.

use std::collections::HashSet;

use scraper::{Html, Selector};

/// Sanitises an article: keeps what an article needs, drops scripts, styles, forms, frames, event handlers and
/// dangerous addresses. A first-level heading becomes one of the second level, for the headline is kept apart.
pub fn sanitize_article(html: &str) -> String {
    let lowered = demote_h1(html);
    let mut builder = ammonia::Builder::default();
    builder
        .add_tags(["figure", "figcaption", "section", "mark"])
        .rm_tags(["center", "map", "area"])
        .add_tag_attributes("img", ["loading", "width", "height", "alt", "src"])
        .add_tag_attributes("a", ["title"])
        .add_generic_attributes(["id"])
        .add_allowed_classes("p", ["igny8-draft-note"])
        .add_allowed_classes("figure", ["igny8-image"])
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .link_rel(Some("noopener"));
    // Once more: the sanitiser writes tags in one way only, however they were written before.
    demote_h1(&builder.clean(&lowered).to_string()).trim().to_owned()
}

/// Drops headings of the second level that only repeat the title, which stands apart.
pub fn drop_headline(html: &str, title: &str) -> String {
    let wanted = engine::text::keyword_key(title);
    let mut out = String::with_capacity(html.len());
    let mut from = 0;
    while let Some(start) = html[from..].find("<h2").map(|at| from + at) {
        let Some(end) = html[start..].find("</h2>").map(|at| start + at + "</h2>".len()) else {
            break;
        };
        let text = engine::text::html_text(&html[start..end]);
        out.push_str(&html[from..start]);
        if wanted.is_empty() || engine::text::keyword_key(text.trim()) != wanted {
            out.push_str(&html[start..end]);
        }
        from = end;
    }
    out.push_str(&html[from..]);
    out.trim().to_owned()
}

/// How many links and how many pictures there are.
pub fn links_and_pictures(html: &str) -> (usize, usize) {
    let document = Html::parse_fragment(html);
    match (Selector::parse("a[href]"), Selector::parse("img")) {
        (Ok(links), Ok(images)) => (document.select(&links).count(), document.select(&images).count()),
        _ => (0, 0),
    }
}

/// Words of the visible text.
pub fn word_count(html: &str) -> i32 {
    i32::try_from(engine::text::html_word_count(html)).unwrap_or(i32::MAX)
}

/// Removes links and pictures that a model put into its text: a model cannot know which addresses exist.
/// Returns the text and how many were removed. The words of a link stay.
pub fn drop_invented_links(html: &str) -> (String, usize) {
    let (links, pictures) = links_and_pictures(html);
    let count = links + pictures;
    if count == 0 {
        return (html.to_owned(), 0);
    }
    let mut builder = ammonia::Builder::default();
    builder
        .rm_tags(["a", "img"])
        .add_tags(["figure", "figcaption", "section", "mark"])
        .add_generic_attributes(["id"])
        .add_allowed_classes("p", ["igny8-draft-note"]);
    (builder.clean(html).to_string(), count)
}

/// Puts a picture under the first heading of the second level with this text, or at the end when there is none.
pub fn insert_after_heading(html: &str, heading: Option<&str>, figure: &str) -> String {
    let wanted = heading.map(|text| text.trim().to_lowercase());
    let mut position = None;
    if let Some(wanted) = wanted {
        let mut from = 0;
        while let Some(start) = html[from..].find("<h2").map(|at| from + at) {
            let Some(end) = html[start..].find("</h2>").map(|at| start + at + "</h2>".len()) else {
                break;
            };
            let text = engine::text::html_text(&html[start..end]);
            if text.trim().to_lowercase() == wanted {
                position = Some(end);
                break;
            }
            from = end;
        }
    }
    let at = position.unwrap_or(html.len());
    format!("{}{figure}{}", &html[..at], &html[at..])
}

/// Escapes text for HTML, attribute values included.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

fn demote_h1(html: &str) -> String {
    // Parsing comes first (in the sanitiser) for safety; this only renames tags that are plainly there.
    let mut text = html.replace("</h1>", "</h2>").replace("</H1>", "</h2>");
    for open in ["<h1>", "<H1>"] {
        text = text.replace(open, "<h2>");
    }
    for open in ["<h1 ", "<H1 "] {
        text = text.replace(open, "<h2 ");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dangerous_html_is_dropped() {
        let clean = sanitize_article(
            "<h1 class=x>T</h1><p onclick=a()>a<script>alert(1)</script><style>b{}</style><a href=\"javascript:x\">l</a><iframe src=x></iframe><img src=\"data:x\" onerror=y></p>",
        );
        for bad in [
            "script",
            "style",
            "onclick",
            "javascript",
            "iframe",
            "onerror",
            "data:",
            "<h1",
        ] {
            assert!(!clean.contains(bad), "{bad} survived in {clean}");
        }
        assert!(clean.contains("<h2>T</h2>"), "{clean}");
    }

    #[test]
    fn the_title_is_not_repeated_and_no_heading_stands_above_the_second_level() {
        let clean = sanitize_article("<H1\n>Good  Coffee</H1><p>a</p><h1 id=\"x\">More</h1><p>b</p>");
        assert_eq!(clean, "<h2>Good  Coffee</h2><p>a</p><h2 id=\"x\">More</h2><p>b</p>");
        assert_eq!(
            drop_headline(&clean, "Good coffee"),
            "<p>a</p><h2 id=\"x\">More</h2><p>b</p>"
        );
        assert_eq!(drop_headline(&clean, ""), clean);
        assert_eq!(drop_headline("<h2>a", "a"), "<h2>a");
    }

    #[test]
    fn what_an_article_needs_stays() {
        let html = "<p class=\"igny8-draft-note\"><strong>x</strong></p><table><tbody><tr><td>1</td></tr></tbody></table><ul><li>a</li></ul><blockquote>q</blockquote>";
        assert_eq!(sanitize_article(html), html);
    }

    #[test]
    fn invented_links_go_and_their_words_stay() {
        let (html, removed) = drop_invented_links(
            "<p>See <a href=\"https://example.com/x\">this</a> <img src=\"https://e.com/a.png\"></p>",
        );
        assert_eq!(removed, 2);
        assert_eq!(html, "<p>See this </p>");
    }

    #[test]
    fn a_picture_stands_under_its_heading() {
        let html = "<h2>One</h2><p>a</p><h2 id=\"x\">Two <em>b</em></h2><p>c</p>";
        assert_eq!(
            insert_after_heading(html, Some("two b"), "[F]"),
            "<h2>One</h2><p>a</p><h2 id=\"x\">Two <em>b</em></h2>[F]<p>c</p>"
        );
        assert_eq!(insert_after_heading("<p>a</p>", Some("x"), "[F]"), "<p>a</p>[F]");
    }
}
