//! What an import did can be told and taken back; all or nothing is all or nothing; competitors stay apart.

use domain::{
    Error,
    jobs::{Job, worker::run_job},
    planner::{ideas, import, keywords},
};
use entity::{
    audit_event, cluster_keyword, competitor_keyword, keyword, keyword_change, keyword_import,
    keyword_import::{ImportKind, ImportMode, ImportReport, ImportStatus, NewImport},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, sea_query::Expr};

use crate::support::{Ground, Tenant, fields, page};

fn counts(report: &ImportReport) -> (i64, i64, i64, i64) {
    let import = &report.import;
    (import.added, import.duplicates, import.updated, import.rejected)
}

fn input(tenant: &Tenant, name: &str, bytes: &[u8]) -> NewImport {
    NewImport {
        kind: ImportKind::Keywords,
        competitor: None,
        country: None,
        sheet: None,
        sector_id: tenant.sector,
        file_name: name.to_owned(),
        size_bytes: i64::try_from(bytes.len()).expect("a size"),
        mapping: None,
        mode: ImportMode::Skip,
    }
}

async fn send(ground: &Ground, tenant: &Tenant, input: NewImport, bytes: &[u8]) -> domain::Result<ImportReport> {
    let (app, scope) = (&ground.app, &tenant.scope);
    let begun = import::begin(app, scope, input).await?;
    import::append(app, scope, begun.id, 0, bytes).await?;
    import::finish(app, scope, begun.id).await?;
    run_job(&ground.worker(), Job::Import(begun.id)).await;
    import::report(app, scope, begun.id).await
}

async fn undo(ground: &Ground, tenant: &Tenant, report: &ImportReport) -> keyword_import::Model {
    let (app, scope) = (&ground.app, &tenant.scope);
    import::undo(app, scope, report.import.id).await.expect("asks");
    run_job(&ground.worker(), Job::Import(report.import.id)).await;
    import::find(app, scope, report.import.id).await.expect("an import")
}

#[tokio::test]
async fn figures_of_search_console_are_no_volume_and_an_estimate_never_beats_a_figure() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let console = "Top queries,Clicks,Impressions,CTR,Position\nmoka pot,12,340,3.5%,4.27\nespresso,0,90,0%,31\n";
    ground
        .import(&tenant, "Queries.csv", console.as_bytes(), ImportMode::Skip)
        .await;
    let moka = ground.keywords(&tenant).await["moka pot"].clone();
    assert_eq!(
        (moka.volume, moka.clicks, moka.impressions, moka.position_hundredths),
        (None, Some(12), Some(340), Some(427))
    );
    let exact = "keyword,volume\nmoka pot,6600\n";
    ground
        .import(&tenant, "a.csv", exact.as_bytes(), ImportMode::Update)
        .await;
    let range = "keyword,volume\nmoka pot,1K - 10K\nespresso,10 - 100\n";
    let report = ground
        .import(&tenant, "b.csv", range.as_bytes(), ImportMode::Update)
        .await;
    assert_eq!(counts(&report), (0, 1, 1, 0));
    let rows = ground.keywords(&tenant).await;
    assert_eq!(
        (rows["moka pot"].volume, rows["moka pot"].volume_estimated),
        (Some(6_600), false)
    );
    assert_eq!(
        rows["moka pot"].impressions,
        Some(340),
        "an absent column erases nothing"
    );
    assert_eq!(
        (rows["espresso"].volume_low, rows["espresso"].volume_estimated),
        (Some(10), true)
    );
}

#[tokio::test]
async fn a_keyword_listed_for_each_page_is_one_at_its_best_position() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let file = "Keyword,Position,Search Volume,URL\nmoka pot,9,100,https://shop.example.com/a\nMoka Pot,3,100,https://shop.example.com/b\nmoka pot,12,100,https://shop.example.com/c\n";
    let report = ground.import(&tenant, "a.csv", file.as_bytes(), ImportMode::Skip).await;
    assert_eq!(counts(&report), (1, 2, 0, 0));
    assert_eq!(
        ground.keywords(&tenant).await["moka pot"].position_hundredths,
        Some(300)
    );
}

#[tokio::test]
async fn better_rows_count_across_batches_whatever_the_mode() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let mut file = "keyword,volume,difficulty\ntwin,1K - 10K,\n".to_owned();
    for number in 0..6_000 {
        file.push_str(&format!("coffee {number},10,5\n"));
    }
    file.push_str("twin,6600,44\ntwin,,\n");
    for mode in [ImportMode::Skip, ImportMode::Update] {
        let report = ground.import(&tenant, "a.csv", file.as_bytes(), mode).await;
        let twin = ground.keywords(&tenant).await["twin"].clone();
        assert_eq!(
            (twin.volume, twin.volume_estimated, twin.difficulty),
            (Some(6_600), false, Some(44)),
            "{mode}"
        );
        assert_eq!(
            report.import.added + report.import.duplicates + report.import.updated,
            6_003
        );
    }
}

#[tokio::test]
async fn all_or_nothing_imports_nothing_and_says_why() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    ground.keyword(&tenant, "Moka Pot").await;
    let bad = "keyword,volume\nespresso,10\nmoka pot,20\nESPRESSO,10\nlatte,many\n";
    let report = ground.import(&tenant, "a.csv", bad.as_bytes(), ImportMode::Fail).await;
    assert_eq!(report.import.status, ImportStatus::Failed);
    assert_eq!(counts(&report), (0, 2, 0, 1));
    let why = report.import.error.clone().expect("a reason");
    assert!(
        why.contains("Nothing was imported") && why.contains("1 keyword exists already"),
        "{why}"
    );
    let mut lines: Vec<(u64, String)> = report.rejects.into_iter().map(|row| (row.line, row.reason)).collect();
    lines.sort();
    assert_eq!(lines.iter().map(|row| row.0).collect::<Vec<_>>(), [3, 4, 5]);
    assert!(
        lines[0].1.contains("exists") && lines[1].1.contains("more than once"),
        "{lines:?}"
    );
    assert_eq!(ground.keywords(&tenant).await.len(), 1);
    let good = "keyword,volume\nespresso,10\nlatte,20\n";
    let report = ground.import(&tenant, "b.csv", good.as_bytes(), ImportMode::Fail).await;
    assert_eq!(
        (report.import.status, counts(&report)),
        (ImportStatus::Completed, (2, 0, 0, 0))
    );
}

#[tokio::test]
async fn all_or_nothing_that_is_broken_off_leaves_nothing() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let mut file = "keyword\n".to_owned();
    for number in 0..12_000 {
        file.push_str(&format!("coffee {number}\n"));
    }
    ground.cancel_after_the_first_batch().await;
    let report = ground.import(&tenant, "a.csv", file.as_bytes(), ImportMode::Fail).await;
    assert_eq!(report.import.status, ImportStatus::Failed, "{:?}", report.import);
    assert!(report.import.error.expect("a reason").contains("nothing was imported"));
    assert!(ground.keywords(&tenant).await.is_empty());
}

#[tokio::test]
async fn an_import_is_undone_once_and_spares_what_people_work_with() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let first = "keyword,volume,difficulty\nmoka pot,100,20\nfrench press,200,30\n";
    ground
        .import(&tenant, "old.csv", first.as_bytes(), ImportMode::Skip)
        .await;
    let before = ground.keywords(&tenant).await;
    let second = "keyword,volume,difficulty,cpc\nmoka pot,150,25,1.50\nfrench press,250,,\nespresso,10,1,\nlatte,20,2,\npinned,30,3,\nedited,40,4,\naimed at,50,5,\narchived,60,6,\n";
    let report = ground
        .import(&tenant, "new.csv", second.as_bytes(), ImportMode::Update)
        .await;
    assert_eq!(counts(&report), (6, 0, 2, 0));
    // People go on: one figure that the import wrote is corrected, and some of the new keywords are worked with.
    let rows = ground.keywords(&tenant).await;
    let patch = |volume| keyword::Patch {
        volume: Some(Some(volume)),
        ..Default::default()
    };
    keywords::update(app, scope, rows["french press"].id, patch(999))
        .await
        .expect("edits");
    keywords::update(app, scope, rows["edited"].id, patch(41))
        .await
        .expect("edits");
    keywords::set_status(app, scope, &[rows["archived"].id], keyword::KeywordStatus::Archived)
        .await
        .expect("archives");
    let cluster = entity::cluster::New {
        sector_id: tenant.sector,
        name: "Pots".to_owned(),
        description: String::new(),
    };
    let cluster = domain::planner::clusters::create(app, scope, cluster)
        .await
        .expect("a cluster");
    for (key, pinned) in [("pinned", true), ("latte", false), ("moka pot", false)] {
        cluster_keyword::Entity::insert(cluster_keyword::ActiveModel {
            cluster_id: Set(cluster.id),
            keyword_id: Set(rows[key].id),
            account_id: Set(scope.account),
            similarity: Set(1.0),
            shared_terms: Set(String::new()),
            pinned: Set(pinned),
            ..Default::default()
        })
        .exec_without_returning(&app.db)
        .await
        .expect("a member");
    }
    let idea = entity::idea::New {
        sector_id: tenant.sector,
        idea_title: "Aim".to_owned(),
        target_keywords: "Aimed  At, something".to_owned(),
        ..serde_json::from_value(serde_json::json!({"sector_id": tenant.sector, "idea_title": "Aim"})).expect("an idea")
    };
    ideas::create(app, scope, idea).await.expect("an idea");
    let undone = undo(&ground, &tenant, &report).await;
    assert_eq!(undone.status, ImportStatus::Undone);
    assert_eq!((undone.removed, undone.restored, undone.kept), (2, 1, 4), "{undone:?}");
    let after = ground.keywords(&tenant).await;
    let keys: Vec<&str> = after.keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        ["aimed at", "archived", "edited", "french press", "moka pot", "pinned"]
    );
    let moka = &after["moka pot"];
    assert_eq!(
        (moka.volume, moka.difficulty, moka.cpc_cents),
        (Some(100), Some(20), None)
    );
    let press = &after["french press"];
    assert_eq!(
        (press.volume, press.difficulty),
        (Some(999), before["french press"].difficulty),
        "the person's figure stays"
    );
    let now = entity::cluster::Entity::find_by_id(cluster.id)
        .one(&app.db)
        .await
        .expect("a query")
        .expect("a cluster");
    assert_eq!((now.keywords_count, now.volume), (2, 130));
    // Once: the wish said again changes nothing.
    import::undo(app, scope, report.import.id).await.expect("done already");
    run_job(&ground.worker(), Job::Import(report.import.id)).await;
    assert_eq!(ground.keywords(&tenant).await, after);
    let told = audit_event::Entity::find()
        .filter(audit_event::Column::Action.eq(audit_event::AuditAction::ImportUndone))
        .count(&app.db)
        .await
        .expect("a count");
    assert_eq!(told, 1);
    // Nothing to undo, and nobody else's.
    let none = ground
        .import(&tenant, "none.csv", b"keyword\nmoka pot\n", ImportMode::Skip)
        .await;
    assert!(matches!(
        import::undo(app, scope, none.import.id).await,
        Err(Error::Conflict(_))
    ));
    let other = ground.tenant("eve@example.com").await;
    assert!(matches!(
        import::undo(app, &other.scope, report.import.id).await,
        Err(Error::NotFound(_))
    ));
}

#[tokio::test]
async fn an_undo_that_was_cut_off_goes_on() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let mut file = "keyword\n".to_owned();
    for number in 0..1_300 {
        file.push_str(&format!("coffee {number}\n"));
    }
    let report = ground.import(&tenant, "a.csv", file.as_bytes(), ImportMode::Skip).await;
    import::undo(&ground.app, &tenant.scope, report.import.id)
        .await
        .expect("asks");
    // A crash after the first piece.
    let first: Vec<entity::KeywordId> = ground
        .keywords(&tenant)
        .await
        .values()
        .map(|row| row.id)
        .take(500)
        .collect();
    keyword::Entity::delete_many()
        .filter(keyword::Column::Id.is_in(first))
        .exec(&ground.app.db)
        .await
        .expect("gone");
    keyword_import::Entity::update_many()
        .col_expr(keyword_import::Column::Removed, Expr::value(500))
        .filter(keyword_import::Column::Id.eq(report.import.id))
        .exec(&ground.app.db)
        .await
        .expect("counts");
    run_job(&ground.worker(), Job::Import(report.import.id)).await;
    let done = import::find(&ground.app, &tenant.scope, report.import.id)
        .await
        .expect("an import");
    assert_eq!((done.status, done.removed, done.kept), (ImportStatus::Undone, 1_300, 0));
    assert!(ground.keywords(&tenant).await.is_empty());
}

#[tokio::test]
async fn each_value_tells_where_it_comes_from() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let first = "keyword,volume,difficulty\nmoka pot,1K - 10K,20\n";
    let first = ground
        .import(&tenant, "old.csv", first.as_bytes(), ImportMode::Skip)
        .await
        .import;
    let second = "keyword,volume,intent\nespresso,1,\nmoka pot,1300,commercial\n";
    let second = ground
        .import(&tenant, "new.csv", second.as_bytes(), ImportMode::Update)
        .await
        .import;
    let id = ground.keywords(&tenant).await["moka pot"].id;
    let patch = keyword::Patch {
        difficulty: Some(Some(33)),
        ..Default::default()
    };
    keywords::update(app, scope, id, patch).await.expect("edits");
    let found = keywords::sources(app, scope, id).await.expect("sources");
    let told: Vec<_> = found
        .iter()
        .map(|source| {
            (
                source.value.as_str(),
                source.text.as_str(),
                source.estimated,
                source.import_id,
                source.line,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("volume", "1,300", false, Some(second.id), Some(3)),
            ("difficulty", "33", false, None, None),
            ("intent", "Commercial", false, Some(second.id), Some(3)),
        ]
    );
    assert_eq!(found[0].file_name.as_deref(), Some("new.csv"));
    undo(
        &ground,
        &tenant,
        &ImportReport {
            import: second,
            rejects: Vec::new(),
        },
    )
    .await;
    let found = keywords::sources(app, scope, id).await.expect("sources");
    assert_eq!(
        (found[0].import_id, found[0].line, found[0].estimated),
        (Some(first.id), Some(2), true)
    );
    assert_eq!(found[1].text, "33", "what a person typed stays");
    let other = ground.tenant("eve@example.com").await;
    assert!(matches!(
        keywords::sources(app, &other.scope, id).await,
        Err(Error::NotFound(_))
    ));
    assert!(keyword_change::Entity::find().count(&app.db).await.expect("a count") > 0);
}

#[tokio::test]
async fn a_competitors_keywords_stay_apart_and_can_be_taken_back() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let file = b"Keyword,Position,Search Volume,Keyword Difficulty,URL\nmoka pot,3,100,20,https://www.rival.com/a\nmoka pot,8,100,20,https://www.rival.com/b\nlatte,5,,,https://www.rival.com/c\n";
    let rival = |mode, file: &[u8]| NewImport {
        kind: ImportKind::Competitor,
        mode,
        ..input(&tenant, "positions.csv", file)
    };
    let first = send(&ground, &tenant, rival(ImportMode::Skip, file), file)
        .await
        .expect("imports");
    assert_eq!(
        (first.import.competitor.as_deref(), counts(&first)),
        (Some("rival.com"), (2, 1, 0, 0))
    );
    assert!(ground.keywords(&tenant).await.is_empty());
    let rows = async || {
        competitor_keyword::Entity::find()
            .order_by_asc(competitor_keyword::Column::KeywordKey)
            .all(&app.db)
            .await
            .expect("rows")
    };
    let before = rows().await;
    assert_eq!(
        (before[1].position_hundredths, before[1].url.as_deref()),
        (Some(300), Some("https://www.rival.com/a"))
    );
    let newer =
        b"Keyword,Position,Search Volume,URL\nmoka pot,2,150,https://rival.com/a\nespresso,1,90,https://rival.com/e\n";
    let second = send(&ground, &tenant, rival(ImportMode::Update, newer), newer)
        .await
        .expect("imports");
    assert_eq!(counts(&second), (1, 0, 1, 0));
    let now = rows().await;
    assert_eq!(
        (now.len(), now[2].volume, now[2].difficulty, now[2].position_hundredths),
        (3, Some(150), Some(20), Some(200))
    );
    let undone = undo(&ground, &tenant, &second).await;
    assert_eq!(
        (undone.status, undone.removed, undone.restored),
        (ImportStatus::Undone, 1, 1)
    );
    let after = rows().await;
    assert_eq!(after.len(), 2);
    assert_eq!(
        (after[1].volume, after[1].position_hundredths, after[1].import_id),
        (Some(100), Some(300), first.import.id)
    );
    // Nobody says whose they are.
    let bare = b"keyword,volume\nmoka pot,1\n";
    let error = send(&ground, &tenant, rival(ImportMode::Skip, bare), bare)
        .await
        .expect_err("whose");
    assert_eq!(fields(&error), ["competitor"]);
    let wrong = NewImport {
        competitor: Some("no domain".to_owned()),
        ..rival(ImportMode::Skip, bare)
    };
    assert_eq!(
        fields(&import::begin(app, scope, wrong).await.expect_err("a domain")),
        ["competitor"]
    );
    let named = NewImport {
        competitor: Some("https://www.Other.com/x".to_owned()),
        ..rival(ImportMode::Skip, bare)
    };
    let third = send(&ground, &tenant, named, bare).await.expect("imports");
    assert_eq!(
        (third.import.competitor.as_deref(), third.import.added),
        (Some("other.com"), 1)
    );
}

#[tokio::test]
async fn a_competitors_intent_that_was_guessed_stays_a_guess() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let rival = |mode, file: &[u8]| NewImport {
        kind: ImportKind::Competitor,
        competitor: Some("rival.com".to_owned()),
        mode,
        ..input(&tenant, "rival.csv", file)
    };
    let first = b"keyword,volume,intent\nbuy kettle,10,\nkettle,20,navigational\ncup,5,\n";
    send(&ground, &tenant, rival(ImportMode::Skip, first), first)
        .await
        .expect("imports");
    let rows = async || {
        competitor_keyword::Entity::find()
            .order_by_asc(competitor_keyword::Column::KeywordKey)
            .all(&app.db)
            .await
            .expect("rows")
    };
    let theirs = rows().await;
    let guesses: Vec<bool> = theirs.iter().map(|row| row.intent_guessed).collect();
    assert_eq!(guesses, [true, true, false]);
    let add = entity::opportunity::Add {
        sector_id: tenant.sector,
        library_ids: Vec::new(),
        competitor_ids: theirs.iter().map(|row| row.id).collect(),
    };
    domain::planner::opportunities::add(app, scope, &add)
        .await
        .expect("adds");
    let mine = ground.keywords(&tenant).await;
    assert!(mine["buy kettle"].intent_guessed && !mine["kettle"].intent_guessed);
    // What a file measures overrules a guess, among the competitor's keywords and among one's own; a guess overrules nothing.
    let second = b"keyword,volume,intent\nbuy kettle,10,navigational\nkettle,25,\n";
    let measured = send(&ground, &tenant, rival(ImportMode::Update, second), second)
        .await
        .expect("imports");
    let now: Vec<_> = rows()
        .await
        .into_iter()
        .map(|row| (row.intent, row.intent_guessed))
        .collect();
    assert_eq!(
        now,
        [
            (keyword::Intent::Navigational, false),
            (theirs[1].intent, true),
            (keyword::Intent::Navigational, false),
        ]
    );
    ground.import(&tenant, "mine.csv", second, ImportMode::Update).await;
    let mine = ground.keywords(&tenant).await;
    assert_eq!(
        (mine["buy kettle"].intent, mine["buy kettle"].intent_guessed),
        (keyword::Intent::Navigational, false)
    );
    undo(&ground, &tenant, &measured).await;
    let back = rows().await;
    assert_eq!((back[0].intent, back[0].intent_guessed), (theirs[0].intent, true));
}

#[tokio::test]
async fn a_choice_of_columns_is_remembered_for_the_header_and_can_be_forgotten() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let file = b"Keyword,Volume,Searches (own)\nmoka pot,100,7\n";
    let chosen = NewImport {
        mapping: Some(r#"{"keyword":0,"volume":2}"#.to_owned()),
        ..input(&tenant, "a.csv", file)
    };
    send(&ground, &tenant, chosen, file).await.expect("imports");
    assert_eq!(ground.keywords(&tenant).await["moka pot"].volume, Some(7));
    let headers = ["keyword", "VOLUME", "searches (own)"].map(str::to_owned);
    let known = import::remembered(app, scope, ImportKind::Keywords, &headers)
        .await
        .expect("a look")
        .expect("remembered");
    assert_eq!((known.keyword, known.volume), (0, Some(2)));
    let next = b"Keyword,Volume,Searches (own)\nlatte,100,9\n";
    send(&ground, &tenant, input(&tenant, "b.csv", next), next)
        .await
        .expect("imports");
    assert_eq!(
        ground.keywords(&tenant).await["latte"].volume,
        Some(9),
        "taken without a word"
    );
    let other = ground.tenant("eve@example.com").await;
    assert_eq!(
        import::remembered(app, &other.scope, ImportKind::Keywords, &headers)
            .await
            .expect("a look"),
        None
    );
    import::forget(app, scope, tenant.site, ImportKind::Keywords, &headers)
        .await
        .expect("forgets");
    assert_eq!(
        import::remembered(app, scope, ImportKind::Keywords, &headers)
            .await
            .expect("a look"),
        None
    );
    let next = b"Keyword,Volume,Searches (own)\nmocha,100,9\n";
    send(&ground, &tenant, input(&tenant, "c.csv", next), next)
        .await
        .expect("imports");
    assert_eq!(ground.keywords(&tenant).await["mocha"].volume, Some(100));
}

#[tokio::test]
async fn the_market_that_was_named_is_that_of_rows_without_one() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let file = b"keyword,volume,country\nmoka pot,1,de\nlatte,2,\n";
    let named = NewImport {
        country: Some("UK".to_owned()),
        ..input(&tenant, "a.csv", file)
    };
    send(&ground, &tenant, named, file).await.expect("imports");
    let rows = ground.keywords(&tenant).await;
    assert_eq!(
        (rows["moka pot"].country.as_deref(), rows["latte"].country.as_deref()),
        (Some("de"), Some("gb"))
    );
    let wrong = NewImport {
        country: Some("Atlantis".to_owned()),
        ..input(&tenant, "a.csv", file)
    };
    assert_eq!(
        fields(
            &import::begin(&ground.app, &tenant.scope, wrong)
                .await
                .expect_err("a country")
        ),
        ["country"]
    );
    assert_eq!(
        import::list(&ground.app, &tenant.scope, Some(tenant.site), &page(10))
            .await
            .expect("a list")
            .count,
        1
    );
}
