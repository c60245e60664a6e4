//! Search results, divisions, languages and the width of clusters, on whole runs.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use super::*;
use proptest::prelude::*;

fn keywords<'a>(list: &[(&'a str, &'a [u32])]) -> Vec<Keyword<'a>> {
    list.iter()
        .map(|&(text, urls)| Keyword {
            text,
            volume: None,
            urls,
        })
        .collect()
}

fn texts<'a>(list: &[&'a str]) -> Vec<Keyword<'a>> {
    list.iter()
        .map(|&text| Keyword {
            text,
            volume: None,
            urls: &[],
        })
        .collect()
}

fn run(keywords: &[Keyword], options: &Options) -> Outcome {
    cluster(keywords, &[], options, &mut |_| true).unwrap()
}

/// The position of the cluster of each text; `None` for what is left over.
fn homes<'a>(keywords: &[Keyword<'a>], clusters: &[Cluster]) -> impl Fn(&str) -> Option<usize> {
    let list: Vec<(String, usize)> = clusters
        .iter()
        .enumerate()
        .flat_map(|(i, c)| {
            c.members
                .iter()
                .map(move |m| (keywords[m.index as usize].text.to_owned(), i))
        })
        .collect();
    move |text| list.iter().find(|(t, _)| t == text).map(|(_, i)| *i)
}

#[test]
fn shared_results_join_without_a_shared_word() {
    let list = keywords(&[
        ("stroller", &[1, 2, 3, 4, 5]),
        ("pushchair", &[2, 3, 4, 5, 9]),
        ("garden hose", &[20, 21, 22, 23]),
    ]);
    let outcome = run(&list, &Options::default());
    let home = homes(&list, &outcome.clusters);
    assert!(home("stroller").is_some());
    assert_eq!(home("stroller"), home("pushchair"));
    assert_eq!(outcome.leftover, [2]);
    assert!(outcome.clusters[0].members.iter().all(|m| m.shared_urls == 4));
    // Three in common are too few, and 0 leaves the results out.
    for serp_overlap in [5, 0] {
        let options = Options {
            serp_overlap,
            ..Options::default()
        };
        assert!(run(&list, &options).clusters.is_empty());
    }
}

#[test]
fn keywords_that_share_no_result_are_held_apart() {
    let with = keywords(&[
        ("jaguar speed", &[1, 2, 3, 4]),
        ("jaguar top speed", &[1, 2, 3, 4]),
        ("speed of a jaguar", &[11, 12, 13, 14]),
        ("jaguar speeds", &[11, 12, 13, 14]),
    ]);
    let outcome = run(&with, &Options::default());
    let home = homes(&with, &outcome.clusters);
    assert_eq!(home("jaguar speed"), home("jaguar top speed"));
    assert_eq!(home("speed of a jaguar"), home("jaguar speeds"));
    assert_ne!(home("jaguar speed"), home("jaguar speeds"));
    // Without evidence the words decide.
    let without = texts(&["jaguar speed", "speed of a jaguar"]);
    assert_eq!(run(&without, &Options::default()).clusters.len(), 1);
}

#[test]
fn a_chain_of_neighbours_is_not_one_search_and_popular_results_say_nothing() {
    let urls: Vec<Vec<u32>> = (0..12u32).map(|i| (i * 4..i * 4 + 8).collect()).collect();
    let words = [
        "oak", "elm", "ash", "fir", "yew", "bay", "fig", "lime", "pear", "plum", "rose", "sage",
    ];
    let list: Vec<Keyword> = words
        .iter()
        .zip(&urls)
        .map(|(text, urls)| Keyword {
            text,
            volume: None,
            urls,
        })
        .collect();
    let outcome = run(&list, &Options::default());
    assert!(outcome.clusters.len() > 2);
    assert!(outcome.clusters.iter().all(|c| c.members.len() <= 4));
    // Three results that everybody has, of four that are asked for.
    let own: Vec<[u32; 5]> = (0..300u32).map(|i| [1, 2, 3, 1_000 + i, 2_000 + i]).collect();
    let names: Vec<String> = (0..300).map(|i| format!("thing{i}")).collect();
    let list: Vec<Keyword> = names
        .iter()
        .zip(&own)
        .map(|(text, urls)| Keyword {
            text,
            volume: None,
            urls,
        })
        .collect();
    assert!(run(&list, &Options::default()).clusters.is_empty());
}

#[test]
fn results_tie_keywords_to_existing_clusters_and_members_stay_where_they_are() {
    let list = keywords(&[
        ("stroller", &[1, 2, 3, 4]),
        ("pushchair", &[1, 2, 3, 4]),
        ("buggy", &[1, 2, 3, 4]),
    ]);
    let existing = [
        Existing {
            id: 1,
            name: "Strollers",
            keywords: vec!["stroller"],
        },
        Existing {
            id: 2,
            name: "Golf",
            keywords: vec!["buggy"],
        },
    ];
    let outcome = cluster(&list, &existing, &Options::default(), &mut |_| true).unwrap();
    let of = |id: i64| -> BTreeSet<u32> {
        let found = outcome.clusters.iter().find(|c| c.existing == Some(id)).unwrap();
        found.members.iter().map(|m| m.index).collect()
    };
    assert_eq!(of(1), BTreeSet::from([0, 1]));
    assert_eq!(of(2), BTreeSet::from([2]));
}

const DESKS: &[&str] = &[
    "standing desk",
    "standing desks",
    "standing desk price",
    "how much does a standing desk cost",
    "standing desk review",
    "standing desk reviews",
    "electric standing desk for home office",
    "assemble standing desk",
];

#[test]
fn a_cluster_is_divided_into_parts_that_hold_everything() {
    let list = texts(DESKS);
    let parts = split(&list);
    assert!(parts.len() >= 2);
    let mut all: Vec<u32> = parts.iter().flat_map(|p| p.members.iter().map(|m| m.index)).collect();
    all.sort_unstable();
    assert_eq!(all, (0..DESKS.len() as u32).collect::<Vec<_>>());
    assert!(
        parts
            .iter()
            .all(|p| p.members.len() >= 2 && p.existing.is_none() && !p.name.is_empty())
    );
    let names: BTreeSet<&str> = parts.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names.len(), parts.len());
    let home = homes(&list, &parts);
    assert_eq!(home("standing desk review"), home("standing desk reviews"));
    assert_ne!(home("standing desk review"), home("standing desk price"));
    // The same backwards.
    let backwards: Vec<&str> = DESKS.iter().rev().copied().collect();
    let list = texts(&backwards);
    let again = split(&list);
    assert_eq!(
        again.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(),
        parts.iter().map(|p| p.name.as_str()).collect::<Vec<_>>()
    );
}

#[test]
fn what_is_one_thing_is_not_divided() {
    assert!(split(&[]).is_empty());
    assert!(split(&texts(&["moka pot"])).is_empty());
    assert!(split(&texts(&["moka pot", "moka pots", "Moka Pot", "the moka pot"])).is_empty());
    assert!(split(&texts(&["", "?!", "  "])).is_empty());
}

/// What the words of some keywords were read as, for a failing test.
fn words(all: &[&str]) -> Vec<String> {
    let keys: Vec<String> = all.iter().map(|t| keyword_key(t)).collect();
    let refs: Vec<&str> = keys.iter().map(String::as_str).collect();
    let terms = Terms::of(&refs);
    (0..all.len())
        .map(|i| {
            format!(
                "{:?} {:?} {:?}",
                terms.words.language(i),
                terms.words_of(i),
                terms.meanings[i]
            )
        })
        .collect()
}

/// Keywords of which the lines belong together and nothing else does.
fn lines(name: &str, lines: &[&[&str]]) {
    let all: Vec<&str> = lines.iter().flat_map(|l| l.iter().copied()).collect();
    let list = texts(&all);
    let outcome = run(&list, &Options::default());
    let home = homes(&list, &outcome.clusters);
    let mut seen = BTreeSet::new();
    for line in lines {
        let first = home(line[0]);
        assert!(first.is_some(), "{name}: {} is left over: {:?}", line[0], words(&all));
        for text in *line {
            assert_eq!(home(text), first, "{name}: {text} is not with {}: {outcome:?}", line[0]);
        }
        assert!(seen.insert(first), "{name}: {} is with another line", line[0]);
    }
}

#[test]
fn german() {
    lines(
        "German",
        &[
            &[
                "was kostet eine wärmepumpe",
                "wärmepumpe kosten",
                "wärmepumpen preise",
                "wärmepumpenpreise",
            ],
            &["matratzen test", "matratzentest", "erfahrungen mit matratzen"],
            &[
                "waschmaschine reparieren",
                "waschmaschinen reparatur",
                "waschmaschinenreparatur",
            ],
            &["laufschuhe damen", "laufschuh für frauen"],
        ],
    );
}

#[test]
fn french() {
    lines(
        "French",
        &[
            &[
                "prix pompe à chaleur",
                "combien coûte une pompe à chaleur",
                "tarif pompes à chaleur",
            ],
            &["nettoyer un canapé", "nettoyage canapé", "comment nettoyer son canapé"],
            &["meilleur aspirateur sans sac", "les meilleurs aspirateurs sans sac"],
            &["acheter vélo électrique", "achat vélos électriques"],
        ],
    );
}

#[test]
fn spanish() {
    lines(
        "Spanish",
        &[
            &["precio lavadora", "cuánto cuesta una lavadora", "precios de lavadoras"],
            &["zapatillas para mujer", "zapatillas mujeres"],
            &["cómo limpiar un sofá", "limpieza de sofás", "limpiar sofa"],
            &["mejor cafetera", "las mejores cafeteras"],
        ],
    );
}

#[test]
fn italian() {
    lines(
        "Italian",
        &[
            &["prezzo lavatrice", "quanto costa una lavatrice", "prezzi lavatrici"],
            &["recensioni materasso", "materassi opinioni"],
            &["come pulire il divano", "pulizia divani"],
            &["migliore aspirapolvere", "migliori aspirapolvere"],
        ],
    );
}

#[test]
fn dutch() {
    lines(
        "Dutch",
        &[
            &[
                "wat kost een warmtepomp",
                "warmtepomp prijs",
                "prijzen warmtepompen",
                "warmtepompprijzen",
            ],
            &["matras reinigen", "matrassen reiniging", "matrasreiniging"],
            &["elektrische fiets kopen", "elektrische fietsen kopen"],
            &["beste stofzuiger", "beste stofzuigers"],
        ],
    );
}

#[test]
fn portuguese() {
    lines(
        "Portuguese",
        &[
            &[
                "preço máquina de lavar",
                "quanto custa uma máquina de lavar",
                "preços máquinas de lavar",
            ],
            &["como limpar sofá", "limpeza de sofás"],
            &["melhor colchão", "os melhores colchões"],
            &["aluguel de carros", "alugar carro"],
        ],
    );
}

#[test]
fn polish() {
    lines(
        "Polish",
        &[
            &["ile kosztuje pralka", "cena pralki", "pralka ceny"],
            &["jak wyczyścić kanapę", "czyszczenie kanapy"],
            &["najlepszy odkurzacz", "najlepsze odkurzacze"],
            &["materac opinie", "opinie o materacu"],
        ],
    );
}

#[test]
fn other_scripts() {
    lines(
        "Chinese",
        &[&["咖啡机价格", "咖啡机多少钱"], &["洗衣机推荐", "最好的洗衣机"]],
    );
    lines(
        "Japanese",
        &[
            &["コーヒーメーカーのおすすめ", "コーヒーメーカー ランキング"],
            &["洗濯機の値段", "洗濯機 価格"],
        ],
    );
    lines(
        "Russian",
        &[
            &["купить холодильник", "холодильники купить"],
            &["детские кроватки", "детская кроватка"],
        ],
    );
    lines("Arabic", &[&["هاتف محمول", "الهاتف المحمول"]]);
}

#[test]
fn a_mixed_run_reads_each_keyword_in_its_own_language() {
    lines(
        "mixed",
        &[
            &["best running shoes for women", "top running shoe for ladies"],
            &["kaffeemaschinen kaufen", "kaffeemaschine bestellen"],
            &["nettoyer un canapé", "comment nettoyer les canapés"],
            &["precio lavadora", "cuánto cuesta una lavadora"],
            &["najlepszy odkurzacz", "najlepsze odkurzacze"],
        ],
    );
}

#[test]
fn names_read_well() {
    let name = |list: &[(&str, i64)]| -> String {
        let list: Vec<Keyword> = list
            .iter()
            .map(|&(text, volume)| Keyword {
                text,
                volume: Some(volume),
                urls: &[],
            })
            .collect();
        let outcome = run(&list, &Options::default());
        assert_eq!(outcome.clusters.len(), 1, "{list:?}");
        outcome.clusters[0].name.clone()
    };
    assert_eq!(
        name(&[("how to clean running shoes", 900), ("cleaning running shoes", 300)]),
        "Clean Running Shoes"
    );
    assert_eq!(
        name(&[("café crème prix", 50), ("prix du café crème", 10)]),
        "Café crème prix"
    );
    assert_eq!(
        name(&[("iPhone 17 Pro hülle", 50), ("hülle für iphone 17 pro", 10)]),
        "iPhone 17 Pro hülle"
    );
    assert_eq!(
        name(&[
            ("how much does a heat pump cost", 900),
            ("heat pump cost", 500),
            ("heat pump cost 2026", 20)
        ]),
        "Heat Pump Cost"
    );
    assert_eq!(name(&[("dentist near me", 900), ("dentists near me", 500)]), "Dentist");
}

/// What a shop's keywords could look like.
fn shop() -> Vec<String> {
    let things = [
        "standing desk",
        "office chair",
        "desk lamp",
        "leather sofa",
        "corner sofa",
        "floor lamp",
        "bookcase",
    ];
    let ways = [
        "{}",
        "{}s",
        "best {}",
        "top {}s",
        "{} price",
        "how much is a {}",
        "cheap {}",
        "{} review",
        "{} reviews",
        "used {}",
        "{} near me",
        "how to clean a {}",
        "{} for kids",
        "black {}",
        "{} uk",
    ];
    things
        .iter()
        .flat_map(|thing| ways.iter().map(|way| way.replace("{}", thing)))
        .collect()
}

#[test]
fn clusters_are_fewer_and_broader_the_looser() {
    let all = shop();
    let refs: Vec<&str> = all.iter().map(String::as_str).collect();
    let list = texts(&refs);
    let groups = |tightness: f32| {
        let outcome = run(
            &list,
            &Options {
                tightness,
                min_size: 1,
                ..Options::default()
            },
        );
        outcome.clusters.len()
    };
    let counts: Vec<usize> = [0.0, 0.25, 0.5, 0.75, 1.0].map(groups).to_vec();
    assert!(counts.windows(2).all(|w| w[0] <= w[1]), "{counts:?}");
    assert!(counts[0] * 2 < counts[2] && counts[2] < counts[4], "{counts:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 6, ..ProptestConfig::default() })]
    #[test]
    fn order_does_not_matter_at_any_tightness_with_results_and_existing_clusters(
        order in Just((0..105usize).collect::<Vec<_>>()).prop_shuffle(),
        tightness in prop::sample::select(vec![0.0f32, 0.3, 0.5, 0.8, 1.0]),
    ) {
        let all = shop();
        // Every third keyword has results: of its thing for the even ones, of its own for the others.
        let urls: Vec<Vec<u32>> = (0..all.len() as u32)
            .map(|i| match i % 6 {
                0 => (i / 15 * 100..i / 15 * 100 + 6).collect(),
                3 => (i * 1_000..i * 1_000 + 6).collect(),
                _ => Vec::new(),
            })
            .collect();
        let existing = [
            Existing { id: 4, name: "Sofas", keywords: vec!["leather sofa", "best corner sofa"] },
            Existing { id: 2, name: "Desk lamps", keywords: vec!["desk lamp price"] },
        ];
        let result = |order: &[usize], flip: bool| {
            let list: Vec<Keyword> = order
                .iter()
                .map(|&i| Keyword { text: &all[i], volume: Some(i as i64 % 7), urls: &urls[i] })
                .collect();
            let mut existing = existing.to_vec();
            if flip {
                existing.reverse();
            }
            let options = Options { tightness, ..Options::default() };
            let outcome = cluster(&list, &existing, &options, &mut |_| true).unwrap();
            let mut out: Vec<(Option<i64>, String, Vec<String>)> = outcome
                .clusters
                .iter()
                .map(|c| {
                    let mut m: Vec<String> = c
                        .members
                        .iter()
                        .map(|m| format!("{} {} {:?} {}", list[m.index as usize].text, m.similarity, m.shared_terms, m.shared_urls))
                        .collect();
                    m.sort();
                    (c.existing, c.name.clone(), m)
                })
                .collect();
            out.sort();
            out
        };
        let straight: Vec<usize> = (0..all.len()).collect();
        prop_assert_eq!(result(&straight, false), result(&order, true));
    }
}
