//! Keywords worth writing for: scores, gaps, contested keywords, and how they are taken in.

use std::collections::BTreeMap;

use domain::{
    Error,
    jobs::{Job, worker::run_job},
    planner::{keywords, opportunities},
};
use entity::{
    CompetitorKeywordId, ListQuery, SeedKeywordId,
    ai_task::Start,
    competitor_keyword, content, keyword,
    keyword::Intent,
    keyword_import::ImportMode,
    keyword_score::{self, Coverage},
    opportunity::{Add, Filter, OpportunitySource as Source, Row},
    plan, score_run, seed_keyword, task,
    topic::TopicKind,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, sea_query::Expr};

use crate::support::{Ground, Tenant, fields, page};

fn of(tenant: &Tenant, source: Source) -> Filter {
    Filter {
        site_id: tenant.site,
        source: Some(source),
        ..Default::default()
    }
}

async fn listed(ground: &Ground, tenant: &Tenant, filter: &Filter, ordering: &str) -> Vec<Row> {
    let list = ListQuery {
        ordering: Some(ordering.to_owned()),
        page_size: Some(200),
        ..Default::default()
    };
    opportunities::list(&ground.app, &tenant.scope, filter, &list)
        .await
        .expect("a page")
        .results
}

fn names(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| row.keyword.as_str()).collect()
}

/// A keyword that a competitor is found for.
async fn rival(ground: &Ground, tenant: &Tenant, competitor: &str, text: &str, volume: i64, place: Option<i32>) -> i64 {
    competitor_keyword::Entity::insert(competitor_keyword::ActiveModel {
        account_id: Set(tenant.scope.account),
        site_id: Set(tenant.site),
        sector_id: Set(tenant.sector),
        competitor: Set(competitor.to_owned()),
        keyword: Set(text.to_owned()),
        keyword_key: Set(engine::text::keyword_key(text)),
        volume: Set(Some(volume)),
        difficulty: Set(Some(20)),
        intent: Set(Intent::Commercial),
        position_hundredths: Set(place.map(|place| place * 100)),
        url: Set(Some(format!("https://{competitor}/x"))),
        import_id: Set(entity::KeywordImportId(0)),
        import_line: Set(1),
        updated_at: Set(domain::now()),
        ..Default::default()
    })
    .exec_with_returning(&ground.app.db)
    .await
    .expect("a competitor's keyword")
    .id
    .0
}

async fn place(ground: &Ground, id: entity::KeywordId, hundredths: i32) {
    keyword::Entity::update_many()
        .col_expr(keyword::Column::PositionHundredths, Expr::value(hundredths))
        .filter(keyword::Column::Id.eq(id))
        .exec(&ground.app.db)
        .await
        .expect("a position");
}

#[tokio::test]
async fn own_keywords_come_by_their_score_with_its_reasons() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let file = "keyword,volume,difficulty,intent\n\
        buy moka pot,5000,10,transactional\n\
        moka pot history,50,60,informational\n\
        kettle,10,90,navigational\n\
        kettle repair,900,30,commercial\n";
    ground.import(&tenant, "a.csv", file.as_bytes(), ImportMode::Skip).await;
    ground.text(&tenant, "Kettle repair", "kettle repair", "<p>x</p>").await;
    ground.task(&tenant, "Kettle").await;
    let rows = listed(&ground, &tenant, &of(&tenant, Source::Own), "-score").await;
    assert_eq!(
        names(&rows),
        ["buy moka pot", "kettle repair", "moka pot history", "kettle"]
    );
    let coverage: BTreeMap<&str, Coverage> = rows.iter().map(|row| (row.keyword.as_str(), row.coverage)).collect();
    assert_eq!(coverage["kettle repair"], Coverage::Written);
    assert_eq!(coverage["kettle"], Coverage::Planned);
    assert_eq!(coverage["buy moka pot"], Coverage::None);
    for row in &rows {
        let parts: Vec<&str> = row.reasons.iter().map(|reason| reason.part.as_str()).collect();
        assert_eq!(
            parts,
            ["volume", "difficulty", "intent", "coverage"],
            "nothing is known of places"
        );
        let sum: i32 = row.reasons.iter().map(|reason| reason.tenths).sum();
        assert!((sum - row.score * 10).abs() <= 7, "{row:?}");
    }
    let upward = listed(&ground, &tenant, &of(&tenant, Source::Own), "score").await;
    assert_eq!(
        names(&upward),
        ["kettle", "moka pot history", "kettle repair", "buy moka pot"]
    );
    let by_volume = listed(&ground, &tenant, &of(&tenant, Source::Own), "-volume").await;
    assert_eq!(names(&by_volume)[..2], ["buy moka pot", "kettle repair"]);

    let open = Filter {
        coverage: Some(Coverage::None),
        ..of(&tenant, Source::Own)
    };
    assert_eq!(
        names(&listed(&ground, &tenant, &open, "-score").await),
        ["buy moka pot", "moka pot history"]
    );
    let intent = Filter {
        intent: Some(Intent::Commercial),
        ..of(&tenant, Source::Own)
    };
    assert_eq!(
        names(&listed(&ground, &tenant, &intent, "-score").await),
        ["kettle repair"]
    );
    let search = ListQuery {
        search: Some("MOKA".to_owned()),
        ..page(1)
    };
    let found = opportunities::list(&ground.app, &tenant.scope, &of(&tenant, Source::Own), &search)
        .await
        .expect("a page");
    assert_eq!((found.count, found.results.len()), (2, 1));
    let wrong = ListQuery {
        ordering: Some("colour".to_owned()),
        ..Default::default()
    };
    for source in Source::ALL {
        let error = opportunities::list(&ground.app, &tenant.scope, &of(&tenant, *source), &wrong).await;
        assert_eq!(fields(&error.expect_err("an order")), ["ordering"]);
    }
}

#[tokio::test]
async fn a_kept_score_is_the_one_that_a_row_shows_and_follows_what_changes() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let lines: Vec<String> = (0..300)
        .map(|number| format!("word {number},{},{}", number * 37 % 2_000, number % 101))
        .collect();
    let file = format!("keyword,volume,difficulty\n{}\n", lines.join("\n"));
    ground.import(&tenant, "a.csv", file.as_bytes(), ImportMode::Skip).await;
    for number in 0..40 {
        rival(&ground, &tenant, "a.example", &format!("word {number}"), 10, Some(3)).await;
        rival(&ground, &tenant, "b.example", &format!("Word {number}"), 10, Some(30)).await;
        place(
            &ground,
            ground.keywords(&tenant).await[&format!("word {number}")].id,
            number * 50 + 100,
        )
        .await;
    }
    let rows = listed(&ground, &tenant, &of(&tenant, Source::Own), "-score").await;
    let kept: BTreeMap<i64, i32> = keyword_score::Entity::find()
        .all(&ground.app.db)
        .await
        .expect("scores")
        .into_iter()
        .map(|row| (row.keyword_id.0, row.score))
        .collect();
    assert_eq!(kept.len(), 300);
    for row in &rows {
        assert_eq!(kept[&row.id], row.score, "{row:?}");
    }
    assert!(rows.windows(2).all(|pair| pair[0].score >= pair[1].score));

    // A keyword that is set aside leaves the list, and comes back; a new figure moves its keyword once it was seen.
    let top = entity::KeywordId(rows[0].id);
    keywords::set_status(&ground.app, &tenant.scope, &[top], keyword::KeywordStatus::Archived)
        .await
        .expect("archives");
    listed(&ground, &tenant, &of(&tenant, Source::Own), "-score").await;
    let after = listed(&ground, &tenant, &of(&tenant, Source::Own), "-score").await;
    assert_ne!(after[0].id, top.0);
    let second = entity::KeywordId(after[0].id);
    let patch = keyword::Patch {
        volume: Some(Some(0)),
        difficulty: Some(Some(100)),
        ..Default::default()
    };
    keywords::update(&ground.app, &tenant.scope, second, patch)
        .await
        .expect("changes");
    listed(&ground, &tenant, &of(&tenant, Source::Own), "-score").await;
    let last = listed(&ground, &tenant, &of(&tenant, Source::Own), "-score").await;
    assert_ne!(last[0].id, second.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_with_many_keywords_is_scored_by_a_worker() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let lines: Vec<String> = (0..3_500).map(|number| format!("word {number},{number}")).collect();
    let file = format!("keyword,volume\n{}\n", lines.join("\n"));
    ground.import(&tenant, "a.csv", file.as_bytes(), ImportMode::Skip).await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let status = opportunities::status(app, scope, &of(&tenant, Source::Own))
        .await
        .expect("a status");
    assert_eq!((status.unscored, status.scored_at), (3_500, None));
    assert!(
        listed(&ground, &tenant, &of(&tenant, Source::Own), "-score")
            .await
            .is_empty()
    );
    let asked = score_run::Entity::find_by_id(tenant.site)
        .one(&app.db)
        .await
        .expect("a query")
        .expect("a run");
    assert!(asked.asked_at.is_some() && asked.finished_at.is_none());
    run_job(&ground.worker(), Job::ScoreKeywords(tenant.site)).await;
    let status = opportunities::status(app, scope, &of(&tenant, Source::Own))
        .await
        .expect("a status");
    assert_eq!(status.unscored, 0);
    assert!(status.scored_at.is_some());
    let list = ListQuery {
        page: Some(18),
        page_size: Some(200),
        ..Default::default()
    };
    let last = opportunities::list(app, scope, &of(&tenant, Source::Own), &list)
        .await
        .expect("a page");
    assert_eq!((last.count, last.results.len()), (3_500, 100));
    assert_eq!(last.results[99].keyword, "word 0");
    // A keyword and its score go together.
    keywords::delete(app, scope, &[entity::KeywordId(last.results[99].id)])
        .await
        .expect("deletes");
    assert_eq!(
        keyword_score::Entity::find().count(&app.db).await.expect("counts"),
        3_499
    );
    // Twice is as good as once.
    run_job(&ground.worker(), Job::ScoreKeywords(tenant.site)).await;
    assert_eq!(
        keyword_score::Entity::find().count(&app.db).await.expect("counts"),
        3_499
    );
}

#[tokio::test]
async fn gaps_are_what_competitors_have_and_we_do_not() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let ours = ground.keyword(&tenant, "moka pot").await;
    place(&ground, ours, 400).await;
    rival(&ground, &tenant, "a.example", "moka pot", 900, Some(2)).await;
    rival(&ground, &tenant, "a.example", "kettle repair", 500, Some(4)).await;
    rival(&ground, &tenant, "b.example", "Kettle  Repair", 500, Some(1)).await;
    rival(&ground, &tenant, "b.example", "cold brew", 700, Some(35)).await;
    rival(&ground, &tenant, "b.example", "milk frother", 10, None).await;
    let all = listed(&ground, &tenant, &of(&tenant, Source::Competitors), "-volume").await;
    assert_eq!(names(&all), ["moka pot", "cold brew", "kettle repair", "milk frother"]);
    let kettle = &all[2];
    let rivals: Vec<(&str, Option<i32>)> = kettle
        .rivals
        .iter()
        .map(|rival| (rival.competitor.as_str(), rival.position_hundredths))
        .collect();
    assert_eq!(rivals, [("b.example", Some(100)), ("a.example", Some(400))]);
    assert_eq!(kettle.keyword_id, None);
    assert_eq!((all[0].keyword_id, all[0].position_hundredths), (Some(ours), Some(400)));
    let gap = Filter {
        gap: Some(true),
        ..of(&tenant, Source::Competitors)
    };
    assert_eq!(
        names(&listed(&ground, &tenant, &gap, "-volume").await),
        ["kettle repair"]
    );
    let one = Filter {
        competitor: Some("B.example".to_owned()),
        ..of(&tenant, Source::Competitors)
    };
    assert_eq!(
        names(&listed(&ground, &tenant, &one, "keyword").await),
        ["cold brew", "Kettle  Repair", "milk frother"]
    );
    let both = Filter { gap: Some(true), ..one };
    assert_eq!(
        names(&listed(&ground, &tenant, &both, "keyword").await),
        ["Kettle  Repair"]
    );
    let status = opportunities::status(&ground.app, &tenant.scope, &of(&tenant, Source::Own))
        .await
        .expect("a status");
    assert_eq!(status.competitors, ["a.example", "b.example"]);
}

#[tokio::test]
async fn keywords_are_taken_in_once_and_within_the_plan() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let library = listed(&ground, &tenant, &of(&tenant, Source::Library), "-score").await;
    assert!(!library.is_empty());
    assert!(library.windows(2).all(|pair| pair[0].score >= pair[1].score));
    let ids: Vec<SeedKeywordId> = library.iter().take(3).map(|row| SeedKeywordId(row.id)).collect();
    let theirs = rival(&ground, &tenant, "a.example", "Moka Pot Gasket", 900, Some(2)).await;
    let there = ground.keyword(&tenant, &library[0].keyword.to_uppercase()).await;
    let input = Add {
        sector_id: tenant.sector,
        library_ids: ids.clone(),
        competitor_ids: vec![CompetitorKeywordId(theirs)],
    };
    let added = opportunities::add(app, scope, &input).await.expect("adds");
    assert_eq!((added.created.len(), added.existing), (3, 1));
    assert_eq!(added.ungrouped.len(), 4);
    assert!(added.ungrouped.contains(&there));
    let made = ground.keywords(&tenant).await;
    let gasket = &made["moka pot gasket"];
    assert_eq!(
        (gasket.volume, gasket.difficulty, gasket.intent),
        (Some(900), Some(20), Intent::Commercial)
    );
    let again = opportunities::add(app, scope, &input).await.expect("adds nothing");
    assert_eq!((again.created.len(), again.existing), (0, 4));
    let library = listed(&ground, &tenant, &of(&tenant, Source::Library), "-score").await;
    let marked = library.iter().filter(|row| row.keyword_id.is_some()).count();
    assert_eq!(marked, 3, "the library says what is ours already");

    // What came in can be grouped at once.
    let started = domain::ai::start(app, scope, Start::auto_cluster_of(tenant.sector, added.ungrouped), None)
        .await
        .expect("starts");
    assert_eq!(started.items_total, 1);

    let nobody = Add {
        competitor_ids: vec![CompetitorKeywordId(theirs)],
        ..Add::default()
    };
    let other = ground.tenant("bob@example.com").await;
    for (scope, input) in [
        (scope, nobody),
        (
            &other.scope,
            Add {
                sector_id: other.sector,
                competitor_ids: vec![CompetitorKeywordId(theirs)],
                ..Add::default()
            },
        ),
        (
            scope,
            Add {
                sector_id: tenant.sector,
                library_ids: vec![SeedKeywordId(i64::MAX)],
                ..Add::default()
            },
        ),
    ] {
        let error = opportunities::add(app, scope, &input).await.expect_err("not there");
        assert!(matches!(error, Error::NotFound(_)), "{error:?}");
    }

    // All or none: a plan without room for all of them takes none.
    plan::Entity::update_many()
        .col_expr(plan::Column::MaxKeywords, Expr::value(5))
        .exec(&app.db)
        .await
        .expect("a small plan");
    let more: Vec<SeedKeywordId> = seed_keyword::Entity::find()
        .filter(seed_keyword::Column::Id.is_not_in(ids))
        .limit(2)
        .all(&app.db)
        .await
        .expect("seeds")
        .into_iter()
        .map(|row| row.id)
        .collect();
    let input = Add {
        sector_id: tenant.sector,
        library_ids: more,
        ..Add::default()
    };
    let error = opportunities::add(app, scope, &input).await.expect_err("no room");
    assert!(matches!(error, Error::LimitReached(_)), "{error:?}");
    assert_eq!(ground.keywords(&tenant).await.len(), 4);
}

#[tokio::test]
async fn contested_keywords_are_named_with_what_to_do() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let first = ground.text(&tenant, "Moka pots", "moka pot", "<p>x</p>").await;
    ground
        .text(&tenant, "All about moka pots", " Moka  Pot", "<p>x</p>")
        .await;
    ground.text(&tenant, "Kettles", "kettle", "<p>x</p>").await;
    let waiting = ground.task(&tenant, "Kettle").await;
    let dropped = ground.task(&tenant, "Cold brew").await;
    ground.text(&tenant, "Cold brew", "cold brew", "<p>x</p>").await;
    task::Entity::update_many()
        .col_expr(task::Column::Status, Expr::value(task::TaskStatus::Archived))
        .filter(task::Column::Id.eq(dropped))
        .exec(&app.db)
        .await
        .expect("archives");
    content::Entity::update_many()
        .col_expr(content::Column::Status, Expr::value(content::ContentStatus::Published))
        .filter(content::Column::Id.eq(first.id))
        .exec(&app.db)
        .await
        .expect("publishes");
    let found = opportunities::collisions(app, scope, &of(&tenant, Source::Own), &page(10))
        .await
        .expect("a page");
    let keys: Vec<&str> = found.results.iter().map(|row| row.keyword.as_str()).collect();
    assert_eq!(found.count, 2);
    assert!(
        keys[0].eq_ignore_ascii_case("kettle") && keys[1].to_lowercase().starts_with("moka"),
        "{keys:?}"
    );
    let moka = &found.results[1];
    assert_eq!(
        moka.pieces[0].content_id,
        Some(first.id),
        "what is published comes first"
    );
    assert!(
        moka.advice.starts_with("Improve the published article"),
        "{}",
        moka.advice
    );
    let kettle = &found.results[0];
    assert!(
        kettle
            .pieces
            .iter()
            .any(|piece| piece.kind == TopicKind::Task && piece.task_id == Some(waiting))
    );
    assert!(kettle.advice.starts_with("Write one of them"), "{}", kettle.advice);
    let status = opportunities::status(app, scope, &of(&tenant, Source::Own))
        .await
        .expect("a status");
    assert_eq!(status.collisions, 2);
}

#[tokio::test]
async fn another_account_sees_nothing_of_it() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let other = ground.tenant("bob@example.com").await;
    for source in Source::ALL {
        let error = opportunities::list(&ground.app, &other.scope, &of(&tenant, *source), &page(10)).await;
        assert!(matches!(error, Err(Error::NotFound(_))), "{source}");
    }
    let filter = of(&tenant, Source::Own);
    let status = opportunities::status(&ground.app, &other.scope, &filter).await;
    assert!(matches!(status, Err(Error::NotFound(_))));
    let collisions = opportunities::collisions(&ground.app, &other.scope, &filter, &page(10)).await;
    assert!(matches!(collisions, Err(Error::NotFound(_))));
}
