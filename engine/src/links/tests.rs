#![allow(clippy::unwrap_used)]

use super::*;

fn source(html: &str) -> Source {
    Source {
        title: "Coffee at home".to_owned(),
        html: html.to_owned(),
        primary_keyword: "home coffee".to_owned(),
        secondary_keywords: vec!["coffee beans".to_owned()],
        cluster: Some(1),
    }
}

fn target(id: i64, title: &str, keyword: &str, cluster: i64) -> Target {
    Target {
        id,
        title: title.to_owned(),
        primary_keyword: keyword.to_owned(),
        secondary_keywords: Vec::new(),
        cluster: Some(cluster),
        cluster_name: format!("cluster {cluster}"),
        addresses: vec![
            internal_address(&format!("id{id}")),
            format!("https://www.example.com/{id}/"),
        ],
    }
}

fn anchors_of(html: &str, targets: &[Target]) -> Vec<String> {
    suggest(
        &source(html),
        targets,
        Limit {
            per_thousand_words: 1_000,
        },
    )
    .into_iter()
    .map(|found| found.spots[0].anchor.clone())
    .collect()
}

#[test]
fn the_words_of_the_text_become_the_anchor() {
    let html =
        "<h2>Espresso machine</h2><p>Beans first. A good Espresso&nbsp;Machine &amp; a grinder help. The end.</p>";
    let found = suggest(
        &source(html),
        &[target(7, "Which machine?", "espresso machine", 1)],
        Limit::default(),
    );
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].spots[0].anchor, "Espresso Machine");
    assert_eq!(found[0].spots[0].sentence, "A good Espresso Machine & a grinder help.");
    assert_eq!(found[0].link_type, LinkType::SameCluster);
    assert_eq!(found[0].reason, "Same cluster: cluster 1");
    let linked = link(html, &found[0].spots[0], "/content/x?a=1&b=2").unwrap();
    assert_eq!(
        linked,
        "<h2>Espresso machine</h2><p>Beans first. A good <a href=\"/content/x?a=1&amp;b=2\">Espresso&nbsp;Machine</a> &amp; a grinder help. The end.</p>"
    );
    // A second time there is nothing left to link, and the target counts as linked.
    assert_eq!(link(&linked, &found[0].spots[0], "/content/x"), None);
}

#[test]
fn nothing_is_linked_where_a_link_does_not_belong() {
    let machine = [target(7, "T", "espresso machine", 1)];
    for closed in [
        "<h2>espresso machine</h2><p>x</p>",
        "<h3>an <em>espresso machine</em></h3>",
        "<p><a href=\"https://e.com\">the espresso machine</a></p>",
        "<p><a href=\"https://e.com\"><strong>espresso machine</strong></a></p>",
        "<p><code>espresso machine</code></p>",
        "<pre>espresso machine</pre>",
        "<figure><img src=\"a.png\" alt=\"espresso machine\"><figcaption>espresso machine</figcaption></figure>",
        "<table><tr><th>espresso machine</th></tr></table>",
        "<p class=\"igny8-draft-note\">espresso machine</p>",
        "<p>espresso</p><p>machine</p>",
        "<p>espresso <b>machine</b></p>",
        "<p title=\"espresso machine\">x</p>",
        "<script>espresso machine</script>",
    ] {
        assert!(anchors_of(closed, &machine).is_empty(), "{closed}");
        let open = format!("{closed}<p>an espresso machine</p>");
        assert_eq!(anchors_of(&open, &machine), ["espresso machine"], "{open}");
    }
}

#[test]
fn words_are_whole_in_every_script() {
    let found = |text: &str, keyword: &str| anchors_of(&format!("<p>{text}</p>"), &[target(7, "T", keyword, 1)]);
    assert!(found("espresso machinery", "espresso machine").is_empty());
    assert!(found("presso machines", "espresso machine").is_empty());
    assert!(found("a café", "caf").is_empty());
    assert!(found("a cafe\u{301}", "cafe").is_empty());
    assert_eq!(found("ein Café.", "café"), ["Café"]);
    // Written with a mark of its own, it is the same word.
    assert_eq!(found("ein Cafe\u{301}.", "café"), ["Cafe\u{301}"]);
    assert_eq!(found("СТИРАЛЬНАЯ МАШИНА", "стиральная машина"), ["СТИРАЛЬНАЯ МАШИНА"]);
    assert_eq!(found("Ο ΟΔΟΣ", "οδος"), ["ΟΔΟΣ"]);
    assert_eq!(found("这是咖啡机推荐。", "咖啡机"), ["咖啡机"]);
    assert_eq!(found("women’s shoes", "women's shoes"), ["women’s shoes"]);
    assert!(found("an espresso machine-like thing", "espresso machine").is_empty());
    assert_eq!(
        found("an espresso machine - and more", "espresso machine"),
        ["espresso machine"]
    );
    assert_eq!(found("espresso\n   machine", "Espresso  machine"), ["espresso machine"]);
    assert_eq!(
        found("es\u{ad}presso machine", "espresso machine"),
        ["espresso machine"]
    );
}

#[test]
fn the_longest_phrase_wins_and_each_target_is_linked_once() {
    let mut one = target(7, "How to clean a moka pot", "pot", 1);
    one.secondary_keywords = vec!["moka pot".to_owned()];
    let html = "<p>A moka pot is cheap. Clean a moka pot often.</p>";
    assert_eq!(anchors_of(html, &[one.clone()]), ["moka pot"]);
    // Words of the title, where no keyword stands in the text.
    one.primary_keyword = "x y z".to_owned();
    one.secondary_keywords.clear();
    assert_eq!(anchors_of(html, &[one]), ["Clean a moka pot"]);
}

#[test]
fn what_is_linked_already_and_the_limit_are_respected() {
    let targets: Vec<Target> = (0..40)
        .map(|i| target(i, "T", &format!("keyword number{i}"), 1))
        .collect();
    let sentences = |from: i64, to: i64| -> String {
        (from..to)
            .map(|i| format!("This sentence speaks of the keyword number{i} and of nothing else at all. "))
            .collect()
    };
    // 13 words a sentence: 40 of them are 520 words, so two links.
    let html = format!("<p>{}</p>", sentences(0, 40));
    assert_eq!(suggest(&source(&html), &targets, Limit::default()).len(), 2);
    let long = format!("<p>{}</p><p>{}</p>", sentences(0, 40), "more words ".repeat(1_000));
    assert_eq!(suggest(&source(&long), &targets, Limit::default()).len(), 12);
    let short = "<p>The keyword number1.</p>";
    assert_eq!(suggest(&source(short), &targets, Limit::default()).len(), 1);
    // Both ways of naming a target count, and count against the limit.
    for address in ["/content/id3", "http://example.com/3#top", "https://EXAMPLE.com/3"] {
        let html = format!("<p>{}<a href=\"{address}\">here</a></p>", sentences(0, 40));
        let found = suggest(&source(&html), &targets, Limit::default());
        assert_eq!(found.len(), 1, "{address}");
        assert!(
            candidates(&source(&html), &targets)
                .iter()
                .all(|found| found.target != 3)
        );
    }
    let html = "<p><a href=\"/content/id3\">x</a> keyword number1</p>";
    assert!(suggest(&source(html), &targets, Limit::default()).is_empty());
}

#[test]
fn no_two_links_share_a_sentence() {
    let html = "<p>The moka pot beats the french press. The french press is cheap.</p>";
    let targets = [target(1, "T", "moka pot", 1), target(2, "T", "french press", 1)];
    let found = suggest(
        &source(html),
        &targets,
        Limit {
            per_thousand_words: 1_000,
        },
    );
    assert_eq!(found.len(), 2);
    assert_ne!(found[0].spots[0].sentence, found[1].spots[0].sentence);
    let crowded = "<p>The moka pot beats the french press.</p>";
    assert_eq!(anchors_of(crowded, &targets).len(), 1);
}

#[test]
fn the_same_cluster_comes_first_and_what_is_far_away_does_not_come() {
    let html = "<p>A burr grinder helps. So does a milk frother. A lawn mower is loud.</p>";
    let targets = [
        target(1, "Milk frother test", "milk frother", 9),
        target(2, "Burr grinder", "burr grinder", 1),
        target(3, "Robot for the garden with battery, cable and blades", "lawn", 9),
    ];
    let found = suggest(
        &source(html),
        &targets,
        Limit {
            per_thousand_words: 1_000,
        },
    );
    let order: Vec<(i64, LinkType)> = found.iter().map(|found| (found.target, found.link_type)).collect();
    assert_eq!(order, [(2, LinkType::SameCluster), (1, LinkType::Semantic)]);
    assert_eq!(found[1].reason, "Shares the terms milk, frother");
    assert!(found[0].score > found[1].score && found[1].score > 0 && found[0].score <= 100);
}

#[test]
fn the_order_of_the_targets_does_not_matter() {
    let html = "<p>A burr grinder helps. So does a milk frother. The moka pot is old. A french press is cheap.</p>";
    let mut targets: Vec<Target> = ["burr grinder", "milk frother", "moka pot", "french press"]
        .iter()
        .enumerate()
        .map(|(i, keyword)| target(i64::try_from(i).unwrap(), "T", keyword, i64::try_from(i % 2).unwrap()))
        .collect();
    let limit = Limit {
        per_thousand_words: 120,
    };
    let first = suggest(&source(html), &targets, limit);
    assert_eq!(first, suggest(&source(html), &targets, limit));
    targets.reverse();
    assert_eq!(first, suggest(&source(html), &targets, limit));
    assert_eq!(first.len(), 2);
}

#[test]
fn a_link_is_set_only_where_its_sentence_still_stands() {
    let html = "<p>One moka pot here. One moka pot there.</p>";
    let spot = Spot {
        anchor: "moka pot".to_owned(),
        sentence: "One moka pot there.".to_owned(),
        position: 0,
    };
    assert_eq!(
        link(html, &spot, "/x").unwrap(),
        "<p>One moka pot here. One <a href=\"/x\">moka pot</a> there.</p>"
    );
    assert_eq!(link("<p>One moka pot here.</p>", &spot, "/x"), None);
    assert_eq!(link("<h2>One moka pot there.</h2>", &spot, "/x"), None);
    // Between two equal sentences the nearer one is meant.
    let twice = "<p>One moka pot there.</p><p>One moka pot there.</p>";
    let far = Spot { position: 99, ..spot };
    assert_eq!(
        link(twice, &far, "/x").unwrap(),
        "<p>One moka pot there.</p><p>One <a href=\"/x\">moka pot</a> there.</p>"
    );
}

#[test]
fn addresses_are_made_public_or_plain_words() {
    let html = "<p><a href=\"/content/a1\" rel=\"noopener\">one</a>, <a href='/content/b2'><em>two</em></a>, <a href=\"https://e.com/?a=1&amp;b=2\">three</a></p>";
    assert_eq!(internal_ids(html), ["a1", "b2"]);
    let out = resolve(html, |id| (id == "a1").then(|| "https://e.com/?x=1&y=2".to_owned()));
    assert_eq!(
        out,
        "<p><a href=\"https://e.com/?x=1&amp;y=2\">one</a>, <em>two</em>, <a href=\"https://e.com/?a=1&amp;b=2\">three</a></p>"
    );
    assert_eq!(
        anchors(html)[2],
        Anchor {
            address: "https://e.com/?a=1&b=2".to_owned(),
            words: "three".to_owned()
        }
    );
}

#[test]
fn only_known_pictures_stay() {
    let html =
        "<p><img src=\"https://e.com/a.png\" alt=\"a > b\">x<img alt='' src=\"/files/images/1?v=2&amp;w=3\"></p>";
    assert_eq!(pictures(html), ["https://e.com/a.png", "/files/images/1?v=2&w=3"]);
    let (kept, removed) = keep_pictures(html, |address| address.starts_with("/files/"));
    assert_eq!(removed, 1);
    assert_eq!(kept, "<p>x<img alt='' src=\"/files/images/1?v=2&amp;w=3\"></p>");
}

proptest::proptest! {
    #[test]
    fn whatever_the_text_a_suggested_link_can_be_set(
        html in "(<p>|</p>|<a href=\"x\">|</a>|<b>|</b>|<h2>|</h2>|moka|pot| |\\.|ß|é|&amp;|&shy;|<|>|-|'){0,40}"
    ) {
        let found = suggest(&source(&html), &[target(1, "The moka pot", "moka pot", 1)], Limit::default());
        for candidate in found {
            let linked = link(&html, &candidate.spots[0], "/content/id1").expect("a place");
            proptest::prop_assert_eq!(html_text(&linked), html_text(&html));
            proptest::prop_assert_eq!(anchors(&linked).iter().filter(|a| a.address == "/content/id1").count(), 1);
        }
    }
}
