//! Behaviour of a whole run.
#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;

fn run(texts: &[&str], existing: &[Existing]) -> Outcome {
    let keywords: Vec<Keyword> = texts
        .iter()
        .map(|t| Keyword {
            text: t,
            volume: None,
            urls: &[],
        })
        .collect();
    cluster(&keywords, existing, &Options::default(), &mut |_| true).unwrap()
}

/// Clusters as sorted lists of texts.
fn sets(texts: &[&str], outcome: &Outcome) -> Vec<(Option<i64>, String, Vec<String>)> {
    let mut out: Vec<_> = outcome
        .clusters
        .iter()
        .map(|c| {
            let mut m: Vec<String> = c.members.iter().map(|m| texts[m.index as usize].to_owned()).collect();
            m.sort();
            (c.existing, c.name.clone(), m)
        })
        .collect();
    out.sort();
    out
}

const MIXED: &[&str] = &[
    "best espresso machine",
    "top espresso machines 2026",
    "espresso machine best",
    "which is the best espresso machine",
    "espresso machine price",
    "how much does an espresso machine cost",
    "cost of espresso machine",
    "standing desk",
    "standing desks",
    "stand desk electric",
    "electric standing desk",
    "standing desk review",
    "standing desk reviews uk",
    "how to clean running shoes",
    "cleaning running shoes",
    "wash running shoes",
    "running shoes women",
    "women's running shoe",
    "quantum chromodynamics",
    "dish washer repair",
    "dishwasher repair near me",
    "fix dishwasher",
    "dishwashr repair",
    "esspresso machine price",
    "best espreso machine",
];

#[test]
fn same_question_same_cluster() {
    let outcome = run(MIXED, &[]);
    let home = |text: &str| {
        outcome
            .clusters
            .iter()
            .position(|c| c.members.iter().any(|m| MIXED[m.index as usize] == text))
    };
    assert_eq!(home("best espresso machine"), home("top espresso machines 2026"));
    assert_eq!(
        home("espresso machine price"),
        home("how much does an espresso machine cost")
    );
    assert_ne!(home("best espresso machine"), home("espresso machine price"));
    assert_eq!(home("running shoes women"), home("women's running shoe"));
    assert_eq!(home("dish washer repair"), home("fix dishwasher"));
    assert_eq!(home("quantum chromodynamics"), None);
    assert!(
        outcome
            .leftover
            .iter()
            .any(|&i| MIXED[i as usize] == "quantum chromodynamics")
    );
}

#[test]
fn every_keyword_is_placed_once() {
    let outcome = run(MIXED, &[]);
    let mut all: Vec<u32> = outcome
        .clusters
        .iter()
        .flat_map(|c| c.members.iter().map(|m| m.index))
        .chain(outcome.leftover.iter().copied())
        .collect();
    all.sort_unstable();
    assert_eq!(all, (0..MIXED.len() as u32).collect::<Vec<_>>());
}

#[test]
fn spelling_variants_of_one_key_stay_together_but_make_no_cluster() {
    let texts = ["Moka Pot", "moka  pot", "MOKA POT"];
    let outcome = run(&texts, &[]);
    assert!(outcome.clusters.is_empty());
    assert_eq!(outcome.leftover.len(), 3);
}

#[test]
fn existing_clusters_are_extended_first() {
    let existing = [
        Existing {
            id: 7,
            name: "Espresso prices",
            keywords: vec!["espresso machine price", "espresso machine cost"],
        },
        Existing {
            id: 3,
            name: "Standing desks",
            keywords: vec!["standing desk"],
        },
    ];
    let texts = [
        "how much is an espresso machine",
        "cost espresso machine uk",
        "standing desks",
        "garden hose",
        "garden hoses",
    ];
    let outcome = run(&texts, &existing);
    let found = sets(&texts, &outcome);
    assert!(found.contains(&(
        Some(7),
        "Espresso prices".into(),
        vec![
            "cost espresso machine uk".into(),
            "how much is an espresso machine".into()
        ]
    )));
    assert!(found.contains(&(Some(3), "Standing desks".into(), vec!["standing desks".into()])));
    assert!(found.iter().any(|(id, _, m)| id.is_none() && m.len() == 2));
}

#[test]
fn a_second_run_makes_no_duplicates() {
    let first = run(MIXED, &[]);
    let existing: Vec<Existing> = first
        .clusters
        .iter()
        .enumerate()
        .map(|(i, c)| Existing {
            id: i as i64,
            name: &c.name,
            keywords: c.members.iter().map(|m| MIXED[m.index as usize]).collect(),
        })
        .collect();
    let second = run(MIXED, &existing);
    assert!(
        second.clusters.iter().all(|c| c.existing.is_some()),
        "{:?}",
        sets(MIXED, &second)
    );
}

#[test]
fn names_are_readable_and_different() {
    let keywords = [
        Keyword {
            text: "cheap standing desk uk 2026",
            volume: Some(10),
            urls: &[],
        },
        Keyword {
            text: "cheap standing desk",
            volume: Some(900),
            urls: &[],
        },
        Keyword {
            text: "affordable standing desks",
            volume: Some(20),
            urls: &[],
        },
    ];
    let outcome = cluster(&keywords, &[], &Options::default(), &mut |_| true).unwrap();
    assert_eq!(outcome.clusters.len(), 1);
    assert_eq!(outcome.clusters[0].name, "Cheap Standing Desk");
    assert!(outcome.clusters[0].members[0].shared_terms.iter().any(|t| t == "desk"));
    let all = run(MIXED, &[]);
    let mut names: Vec<&str> = all.clusters.iter().map(|c| c.name.as_str()).collect();
    let before = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), before);
}

#[test]
fn tightness_goes_from_broad_to_narrow() {
    let keywords: Vec<Keyword> = MIXED
        .iter()
        .map(|t| Keyword {
            text: t,
            volume: None,
            urls: &[],
        })
        .collect();
    let count = |tightness: f32| {
        let o = cluster(
            &keywords,
            &[],
            &Options {
                tightness,
                min_size: 1,
                ..Options::default()
            },
            &mut |_| true,
        )
        .unwrap();
        o.clusters.len()
    };
    assert!(count(0.0) < count(0.5));
    assert!(count(0.5) <= count(1.0));
}

#[test]
fn can_be_cancelled_and_reports_growing_progress() {
    let keywords: Vec<Keyword> = MIXED
        .iter()
        .map(|t| Keyword {
            text: t,
            volume: None,
            urls: &[],
        })
        .collect();
    assert_eq!(cluster(&keywords, &[], &Options::default(), &mut |_| false), None);
    let mut last = -1.0f32;
    let done = cluster(&keywords, &[], &Options::default(), &mut |p| {
        assert!(p >= last && p <= 1.0, "{p} after {last}");
        last = p;
        true
    });
    assert!(done.is_some() && last == 1.0);
}

#[test]
fn odd_input_is_no_trouble() {
    assert_eq!(
        run(&[], &[]),
        Outcome {
            clusters: vec![],
            leftover: vec![]
        }
    );
    let outcome = run(
        &["", "  ", "?!", "🦀", "the of and", "2026"],
        &[Existing {
            id: 1,
            name: "",
            keywords: vec![""],
        }],
    );
    let placed: usize = outcome.clusters.iter().map(|c| c.members.len()).sum();
    assert_eq!(placed + outcome.leftover.len(), 6);
}

#[test]
fn other_languages() {
    let texts = [
        "kaffeemaschine kaufen",
        "kaffeemaschinen bestellen",
        "kaffeemaschine reinigen",
        "wie reinigt man eine kaffeemaschine",
        "kaffee maschine reinigung",
        "kaffeemaschine für das büro",
    ];
    let outcome = run(&texts, &[]);
    let home = |text: &str| {
        outcome
            .clusters
            .iter()
            .position(|c| c.members.iter().any(|m| texts[m.index as usize] == text))
    };
    assert_eq!(home("kaffeemaschine kaufen"), home("kaffeemaschinen bestellen"));
    assert_eq!(home("kaffeemaschine reinigen"), home("kaffee maschine reinigung"));
    assert!(home("kaffeemaschine kaufen").is_some());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 32, ..ProptestConfig::default() })]
    #[test]
    fn order_does_not_matter(shuffled in Just(MIXED.to_vec()).prop_shuffle()) {
        let a = sets(MIXED, &run(MIXED, &[]));
        let b = sets(&shuffled, &run(&shuffled, &[]));
        prop_assert_eq!(a, b);
    }

    #[test]
    fn order_does_not_matter_for_random_texts(
        (a, b) in prop::collection::vec("(best |cheap |how to )?(oak|red|big) (desk|lamp|chair)(s| price| uk)?", 1..40)
            .prop_flat_map(|v| (Just(v.clone()), Just(v).prop_shuffle()))
    ) {
        let a: Vec<&str> = a.iter().map(String::as_str).collect();
        let b: Vec<&str> = b.iter().map(String::as_str).collect();
        prop_assert_eq!(sets(&a, &run(&a, &[])), sets(&b, &run(&b, &[])));
    }
}

#[test]
fn words_that_are_names_here_and_questions_there() {
    let texts = [
        "coffee maker",
        "coffee makers",
        "washing machine",
        "washing machines",
        "manual camera",
        "manual cameras",
        "camera manual",
        "table top",
        "table tops",
        "top table",
    ];
    let outcome = run(&texts, &[]);
    let home = |text: &str| {
        outcome
            .clusters
            .iter()
            .position(|c| c.members.iter().any(|m| texts[m.index as usize] == text))
    };
    assert_eq!(home("table top"), home("table tops"));
    assert_eq!(home("manual camera"), home("manual cameras"));
    assert_ne!(home("washing machine"), home("coffee maker"));
    assert!(home("washing machine").is_some() && home("table top").is_some());
}
