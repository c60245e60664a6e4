use super::*;

fn article(html: &str) -> Article {
    Article {
        title: "Coffee at home".to_owned(),
        html: html.to_owned(),
        meta_title: "Coffee at home: how to begin".to_owned(),
        meta_description:
            "What it takes to make good coffee at home: fresh beans, clean water, a grinder and some time.".to_owned(),
        excerpt: "In short.".to_owned(),
        primary_keyword: "coffee at home".to_owned(),
    }
}

const GOOD: &str =
    "<p>Coffee at home is not hard. It takes a grinder and some beans.</p><h2>Beans</h2><p>Fresh ones.</p>";

fn text_of(html: &str) -> (String, Vec<String>) {
    let out = repair(&article(html));
    (out.article.html, out.changes)
}

#[test]
fn a_good_article_is_left_alone() {
    let out = repair(&article(GOOD));
    assert_eq!(out.article, article(GOOD));
    assert!(out.changes.is_empty() && out.notes.is_empty(), "{out:?}");
}

#[test]
fn titles_and_descriptions_are_made_of_the_articles_own_words() {
    let long_title = "Coffee at home for people with little time: a guide to beans, grinders and machines";
    let mut bad = article(&format!(
        "<p class=\"igny8-draft-note\">Complete this draft before it goes out.</p>{GOOD}"
    ));
    bad.title = long_title.to_owned();
    (bad.meta_title, bad.meta_description, bad.excerpt) = (String::new(), String::new(), " ".to_owned());
    let out = repair(&bad);
    assert_eq!(out.article.meta_title, "Coffee at home for people with little time");
    assert_eq!(
        out.article.meta_description,
        "Coffee at home is not hard. It takes a grinder and some beans."
    );
    assert_eq!(out.article.excerpt, out.article.meta_description);
    assert_eq!(out.article.html, bad.html);
    assert_eq!(out.changes.len(), 3, "{:?}", out.changes);
    // Too long and too short.
    let mut bad = article(GOOD);
    bad.meta_title = "word ".repeat(20);
    bad.meta_description = "word ".repeat(60);
    let out = repair(&bad);
    assert!(length(&out.article.meta_title) <= 60 && length(&out.article.meta_description) <= 156);
    assert_eq!(out.changes.len(), 2);
    (bad.title, bad.meta_title) = ("Coffee".to_owned(), "Coffee".to_owned());
    bad.meta_description = "Coffee.".to_owned();
    let out = repair(&bad);
    assert_eq!(out.article.meta_title, "Coffee");
    assert!(out.article.meta_description.starts_with("Coffee at home is not hard."));
    bad.title = "Coffee at home, made simple".to_owned();
    assert_eq!(repair(&bad).article.meta_title, "Coffee at home, made simple");
}

#[test]
fn a_missing_keyword_is_noted_and_nothing_is_written_for_it() {
    let mut bad = article(GOOD);
    bad.primary_keyword = "espresso".to_owned();
    let out = repair(&bad);
    assert_eq!(out.article, bad);
    assert!(out.changes.is_empty());
    assert_eq!(out.notes.len(), 2, "{:?}", out.notes);
    assert!(out.notes.iter().all(|note| note.contains("“espresso”")));
    bad.primary_keyword.clear();
    assert_eq!(repair(&bad).notes.len(), 1);
}

#[test]
fn headings_go_down_one_level_at_a_time() {
    let (html, changes) = text_of("<h2>A</h2><h4 id=\"x\">B</h4><h5>C</h5><h4>D</h4><h2>E</h2><h3>F</h3>");
    assert_eq!(
        html,
        "<h2>A</h2><h3 id=\"x\">B</h3><h4>C</h4><h3>D</h3><h2>E</h2><h3>F</h3>"
    );
    assert_eq!(changes.len(), 1);
    assert_eq!(text_of("<h4>A</h4><h4>B</h4>").0, "<h2>A</h2><h2>B</h2>");
    assert_eq!(text_of("<h3>A</h3><h2>B</h2>").0, "<h2>A</h2><h2>B</h2>");
}

#[test]
fn pictures_get_the_text_of_their_heading() {
    let (html, changes) = text_of(
        "<img src=\"a\"><h2>Beans &amp; <em>water</em></h2><img src=\"b\" alt=\"\"><img alt=\"own\" src=\"c\"><img src=\"d?alt=1\" />",
    );
    assert_eq!(
        html,
        "<img alt=\"Coffee at home\" src=\"a\"><h2>Beans &amp; <em>water</em></h2><img alt=\"Beans &amp; water\" src=\"b\"><img alt=\"own\" src=\"c\"><img alt=\"Beans &amp; water\" src=\"d?alt=1\" />"
    );
    assert!(changes[0].starts_with("3 pictures"), "{changes:?}");
}

#[test]
fn long_paragraphs_are_split_between_sentences_only() {
    let sentence = "Every cup of coffee begins with good water and e.g. fresh beans from Dr. Bean. ";
    let long = format!("<p>{}</p>", sentence.repeat(20).trim());
    let (html, changes) = text_of(&long);
    assert!(html.matches("<p>").count() > 2, "{html}");
    assert_eq!(html_text(&html).replace('\n', " "), html_text(&long));
    for part in html.split("</p>").filter(|part| !part.is_empty()) {
        assert!(part.starts_with("<p>Every cup") && part.ends_with("Bean."), "{part}");
    }
    assert_eq!(changes.len(), 1);
    // No place to split, or not to be touched.
    for whole in [
        format!("<p>{}</p>", "word ".repeat(200).trim()),
        format!("<p><strong>{}</strong></p>", sentence.repeat(20).trim()),
        format!("<p class=\"igny8-draft-note\">{}</p>", sentence.repeat(20).trim()),
        format!("<p>{}</p>", sentence.repeat(5).trim()),
    ] {
        assert_eq!(text_of(&whole).0, whole);
    }
    // Links stay whole.
    let linked = format!(
        "<p>{}<a href=\"/x\">One. Two. Three.</a> {}</p>",
        sentence.repeat(6),
        sentence.repeat(9).trim()
    );
    let (html, _) = text_of(&linked);
    assert!(html.contains("<a href=\"/x\">One. Two. Three.</a>") && html.matches("<p>").count() > 1);
}

#[test]
fn blanks_that_nobody_sees_are_removed() {
    let (html, changes) = text_of(
        "<p>a  b   c</p><p> </p><p>&nbsp;<br></p><pre>x  y</pre><p><code>a  b</code></p><p><img src=\"x\" alt=\"y\"></p>",
    );
    assert_eq!(
        html,
        "<p>a b c</p><pre>x  y</pre><p><code>a  b</code></p><p><img src=\"x\" alt=\"y\"></p>"
    );
    assert_eq!(changes.len(), 2, "{changes:?}");
}

#[test]
fn paragraphs_around_nothing_but_empty_ones_go_as_well() {
    assert_eq!(text_of("<p>a</p><p><p><p></p></p></p>").0, "<p>a</p>");
}

proptest::proptest! {
    #[test]
    fn repairing_loses_no_word_and_leaves_nothing_to_repair(
        html in "(<p>|</p>|<h[1-6]>|</h[1-6]>|<img src=\"x\">|<b>|</b>|<pre>|word |Sentence\\. |  |&amp;|<|>|é){0,60}"
    ) {
        let once = repair(&article(&html)).article;
        let words = |html: &str| html_text(html).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        proptest::prop_assert_eq!(words(&once.html), words(&html));
        let twice = repair(&once).article;
        proptest::prop_assert_eq!(&twice, &once);
    }
}
