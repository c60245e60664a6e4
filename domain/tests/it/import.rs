//! Keyword files: counts to the row, whatever happens on the way.

use domain::{
    Error,
    jobs::{Job, worker::run_job},
    planner::{clusters, import, keywords},
};
use entity::{
    cluster, cluster_keyword, keyword, keyword_import,
    keyword_import::{ImportMode, ImportStatus, NewImport},
    plan,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};

use crate::support::{Ground, Tenant, eventually, fields, fixture, page};

fn counts(import: &keyword_import::Model) -> (i64, i64, i64, i64, i64) {
    (
        import.added,
        import.duplicates,
        import.updated,
        import.rejected,
        import.skipped,
    )
}

fn announced(tenant: &Tenant, name: &str, size: usize) -> NewImport {
    NewImport {
        kind: entity::keyword_import::ImportKind::Keywords,
        competitor: None,
        country: None,
        sheet: None,
        sector_id: tenant.sector,
        file_name: name.to_owned(),
        size_bytes: i64::try_from(size).expect("a size"),
        mapping: None,
        mode: ImportMode::Skip,
    }
}

#[tokio::test]
async fn a_plain_file_arrives_whole() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let file = b"keyword,volume,difficulty,intent\nespresso machine,90500,71,commercial\nbuy beans,,,\nmoka pot,0,0,Informational\n";
    let report = ground.import(&tenant, "plain.csv", file, ImportMode::Skip).await;
    assert_eq!(report.import.status, ImportStatus::Completed, "{:?}", report.import);
    assert_eq!(counts(&report.import), (3, 0, 0, 0, 0));
    assert_eq!(report.import.records_done, 3);
    assert!(report.rejects.is_empty());
    let rows = ground.keywords(&tenant).await;
    let espresso = &rows["espresso machine"];
    assert_eq!((espresso.volume, espresso.difficulty), (Some(90_500), Some(71)));
    assert_eq!(
        (espresso.intent, espresso.intent_guessed),
        (keyword::Intent::Commercial, false)
    );
    assert_eq!(
        (espresso.import_id, espresso.import_line),
        (Some(report.import.id), Some(2))
    );
    assert_eq!(espresso.status, keyword::KeywordStatus::Active);
    let beans = &rows["buy beans"];
    assert_eq!(
        (beans.volume, beans.difficulty, beans.intent_guessed),
        (None, None, true)
    );
    assert_eq!(beans.intent, keyword::Intent::Transactional);
    assert_eq!(
        (rows["moka pot"].volume, rows["moka pot"].difficulty),
        (Some(0), Some(0))
    );
    // The file is not kept beyond its import, and there is no list of refused rows to fetch.
    assert!(matches!(
        import::rejects_csv(&ground.app, &tenant.scope, report.import.id).await,
        Err(Error::NotFound(_))
    ));
    let folder = std::path::Path::new(&ground.app.config.storage.path).join(format!("{}/imports", tenant.site));
    assert_eq!(std::fs::read_dir(folder).expect("a folder").count(), 0);
    let recent = import::list(&ground.app, &tenant.scope, Some(tenant.site), &page(10))
        .await
        .expect("imports");
    assert_eq!((recent.count, recent.results), (1, vec![report.import]));
}

#[tokio::test]
async fn an_export_of_keyword_planner_arrives_as_it_comes() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let file = fixture("end2end/fixtures/keyword-planner.csv");
    assert_eq!(&file[..2], &[0xff, 0xfe], "UTF-16, little end first");
    let report = ground
        .import(&tenant, "Keyword Stats 2026-05-09.csv", &file, ImportMode::Skip)
        .await;
    assert_eq!(report.import.status, ImportStatus::Completed, "{:?}", report.import);
    assert_eq!(counts(&report.import), (60, 0, 0, 0, 0), "{:?}", report.rejects);
    assert!(
        report.import.dialect.contains("Keyword Planner"),
        "{}",
        report.import.dialect
    );
    let rows = ground.keywords(&tenant).await;
    assert_eq!(rows.len(), 60);
    assert_eq!(rows["espresso machine"].volume, Some(90_500));
    assert_eq!(rows["water hardness for coffee"].volume, Some(480));
    // The competition of advertisements is no keyword difficulty.
    assert!(rows.values().all(|row| row.difficulty.is_none()));
    assert!(rows.values().all(|row| row.intent_guessed));
}

#[tokio::test]
async fn a_messy_file_loses_no_good_row() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let report = ground
        .import(
            &tenant,
            "messy.csv",
            &fixture("end2end/fixtures/messy.csv"),
            ImportMode::Skip,
        )
        .await;
    assert_eq!(report.import.status, ImportStatus::Completed);
    // Lines 5 and 6 repeat line 2; line 13 is empty cells.
    assert_eq!(counts(&report.import), (11, 2, 0, 6, 1), "{:?}", report.rejects);
    let lines: Vec<u64> = report.rejects.iter().map(|reject| reject.line).collect();
    assert_eq!(lines, [8, 9, 14, 15, 17, 22]);
    for (line, told) in [
        (8, "abc"),
        (9, "no keyword"),
        (14, "between 0 and 100"),
        (15, "5 cells"),
        (17, "1 of the 4"),
        (22, "at most 200"),
    ] {
        let reject = report
            .rejects
            .iter()
            .find(|reject| reject.line == line)
            .expect("a reject");
        assert!(reject.reason.contains(told), "{reject:?}");
    }
    let rows = ground.keywords(&tenant).await;
    assert_eq!(rows.len(), 11);
    assert_eq!(rows["espresso machine"].volume, Some(90_500));
    assert_eq!(rows["grinder, burr"].volume, Some(1_234));
    assert_eq!(rows["moka pot"].volume, Some(74_000));
    assert_eq!(rows["decaf coffee beans"].volume, Some(18_100));
    assert_eq!(rows["pour over coffee"].volume, None);
    assert!(rows.values().any(|row| row.keyword == "café crème recipe"));
    assert!(rows.values().any(|row| row.keyword == "the 12\" drip tray"));
    // The download has the same rows; what begins like a formula is text there.
    let text = import::rejects_csv(&ground.app, &tenant.scope, report.import.id)
        .await
        .expect("a file");
    let text = String::from_utf8(text).expect("text");
    assert_eq!(text.lines().next(), Some("line,reason,row"));
    assert_eq!(csv_records(&text).len(), 6);
    // The same file again adds nothing.
    let again = ground
        .import(
            &tenant,
            "messy.csv",
            &fixture("end2end/fixtures/messy.csv"),
            ImportMode::Skip,
        )
        .await;
    assert_eq!(counts(&again.import), (0, 13, 0, 6, 1));
    assert_eq!(ground.keywords(&tenant).await, rows);
}

fn csv_records(text: &str) -> Vec<Vec<String>> {
    csv::Reader::from_reader(text.as_bytes())
        .into_records()
        .map(|record| record.expect("a record").iter().map(str::to_owned).collect())
        .collect()
}

#[tokio::test]
async fn more_rejects_than_a_report_shows_are_in_the_download() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let mut file = "keyword,volume,difficulty,intent\n".to_owned();
    for number in 0..70 {
        file.push_str(&format!("good {number},10,5,\n=bad {number},10,500,\n"));
    }
    let report = ground
        .import(&tenant, "many.csv", file.as_bytes(), ImportMode::Skip)
        .await;
    assert_eq!(counts(&report.import), (70, 0, 0, 70, 0));
    assert_eq!(report.rejects.len(), 50);
    let text = import::rejects_csv(&ground.app, &tenant.scope, report.import.id)
        .await
        .expect("a file");
    let records = csv_records(std::str::from_utf8(&text).expect("text"));
    assert_eq!(records.len(), 70);
    assert_eq!(records[69][0], "141");
    assert!(
        records.iter().all(|record| record[2].starts_with("'=bad")),
        "{:?}",
        records[0]
    );
}

#[tokio::test]
async fn updating_changes_figures_and_an_empty_cell_erases_none() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let first = b"keyword,volume,difficulty,intent,cpc,country\nEspresso Machine,100,20,commercial,1.50,de\nmoka pot,200,30,informational,,\nfrench press,,,,,\n";
    ground.import(&tenant, "a.csv", first, ImportMode::Skip).await;
    // A cluster whose volume must follow.
    let made = clusters::create(
        &ground.app,
        &tenant.scope,
        cluster::New {
            sector_id: tenant.sector,
            name: "Machines".to_owned(),
            description: String::new(),
        },
    )
    .await
    .expect("a cluster");
    let before = ground.keywords(&tenant).await;
    for key in ["espresso machine", "moka pot"] {
        cluster_keyword::Entity::insert(cluster_keyword::ActiveModel {
            cluster_id: Set(made.id),
            keyword_id: Set(before[key].id),
            account_id: Set(tenant.scope.account),
            similarity: Set(1.0),
            shared_terms: Set(String::new()),
            ai_task_id: Set(None),
            ..Default::default()
        })
        .exec_without_returning(&ground.app.db)
        .await
        .expect("a member");
    }
    let second = b"keyword,volume,difficulty,intent,cpc,country\nespresso machine,150,,,,\nmoka pot,,45,transactional,,us\nfrench press,300,10,,,\nnew one,5,,,,\n";
    let report = ground.import(&tenant, "b.csv", second, ImportMode::Update).await;
    assert_eq!(counts(&report.import), (1, 0, 3, 0, 0));
    let after = ground.keywords(&tenant).await;
    let espresso = &after["espresso machine"];
    assert_eq!(
        (espresso.volume, espresso.difficulty, espresso.cpc_cents),
        (Some(150), Some(20), Some(150))
    );
    assert_eq!(
        (espresso.intent, espresso.intent_guessed),
        (keyword::Intent::Commercial, false)
    );
    assert_eq!(espresso.country.as_deref(), Some("de"));
    assert_eq!(espresso.keyword, "Espresso Machine", "the name stays as it was typed");
    assert_eq!(
        (espresso.id, espresso.import_id),
        (before["espresso machine"].id, before["espresso machine"].import_id)
    );
    assert_eq!(espresso.created_at, before["espresso machine"].created_at);
    let moka = &after["moka pot"];
    assert_eq!((moka.volume, moka.difficulty), (Some(200), Some(45)));
    assert_eq!(moka.intent, keyword::Intent::Transactional);
    assert_eq!(
        (after["french press"].volume, after["french press"].difficulty),
        (Some(300), Some(10))
    );
    assert_eq!(after["new one"].import_id, Some(report.import.id));
    // The cluster's volume is the sum of its keywords' volumes, at any time.
    let now = cluster::Entity::find_by_id(made.id)
        .one(&ground.app.db)
        .await
        .expect("a query")
        .expect("a cluster");
    assert_eq!((now.keywords_count, now.volume), (2, 350));
    // Without the wish to update, figures stay.
    let report = ground
        .import(&tenant, "b.csv", b"keyword,volume\nmoka pot,999\n", ImportMode::Skip)
        .await;
    assert_eq!(counts(&report.import), (0, 1, 0, 0, 0));
    assert_eq!(ground.keywords(&tenant).await["moka pot"], after["moka pot"]);
}

#[tokio::test]
async fn of_one_keyword_twice_in_a_file_the_better_row_counts() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let file = "keyword,volume\nmoka pot,\nMOKA  pot,1K - 10K\nmoka pot,6600\nmoka pot,10 - 100\n";
    for (mode, expected) in [
        (ImportMode::Skip, (1, 3, 0, 0, 0)),
        // The figures are those that are known: there is nothing to update.
        (ImportMode::Update, (0, 4, 0, 0, 0)),
    ] {
        let report = ground.import(&tenant, "a.csv", file.as_bytes(), mode).await;
        assert_eq!(counts(&report.import), expected, "{mode}");
        let rows = ground.keywords(&tenant).await;
        assert_eq!(
            (rows["moka pot"].volume, rows["moka pot"].volume_estimated),
            (Some(6_600), false)
        );
    }
}

#[tokio::test]
async fn strange_characters_do_no_harm() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let file = "keyword,volume\nbell\u{7}inside,1\nquote ' and \\u0000 \\ slash,2\n\"a \"\"quoted\"\" one\",3\n咖啡机,4\ncafé,5\n😀 coffee,6\n'); DROP TABLE keywords; --,7\n";
    let report = ground.import(&tenant, "a.csv", file.as_bytes(), ImportMode::Skip).await;
    assert_eq!(
        report.import.status,
        ImportStatus::Completed,
        "{:?}",
        report.import.error
    );
    assert_eq!(report.import.added + report.import.rejected, 7, "{:?}", report.rejects);
    let rows = ground.keywords(&tenant).await;
    assert_eq!(i64::try_from(rows.len()).expect("a number"), report.import.added);
    assert!(
        rows.values()
            .any(|row| row.keyword == "咖啡机" && row.volume == Some(4))
    );
    assert!(rows.values().any(|row| row.keyword == "quote ' and \\u0000 \\ slash"));
    assert!(rows.values().all(|row| !row.keyword.contains(char::is_control)));
    // A byte that no text has is let through by nobody: the file is refused, or the keyword comes without it.
    let odd = b"keyword\nnul\0inside\n";
    if let Ok(id) = ground.upload(&tenant, "a.csv", odd, ImportMode::Skip).await {
        run_job(&ground.worker(), Job::Import(id)).await;
        let done = import::find(&ground.app, &tenant.scope, id).await.expect("an import");
        assert_eq!(done.status, ImportStatus::Completed, "{done:?}");
        let rows = ground.keywords(&tenant).await;
        assert!(rows.values().all(|row| !row.keyword.contains(char::is_control)));
    }
}

#[tokio::test]
async fn parts_come_in_order_and_may_come_twice() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let file = b"keyword,volume\nespresso,10\nlatte,20\nmocha,30\n";
    let begun = import::begin(app, scope, announced(&tenant, "a.csv", file.len()))
        .await
        .expect("begins");
    let append = async |from: usize, to: usize| {
        import::append(
            app,
            scope,
            begun.id,
            i64::try_from(from).expect("fits"),
            &file[from..to],
        )
        .await
    };
    let error = append(10, 20).await.expect_err("a gap");
    assert!(
        matches!(&error, Error::Conflict(text) if text.contains("0 bytes have arrived")),
        "{error:?}"
    );
    assert_eq!(append(0, 10).await.expect("the first").received_bytes, 10);
    assert_eq!(append(0, 10).await.expect("again").received_bytes, 10);
    let error = append(20, 30).await.expect_err("a gap");
    assert!(
        matches!(&error, Error::Conflict(text) if text.contains("10 bytes have arrived")),
        "{error:?}"
    );
    let error = import::finish(app, scope, begun.id).await.expect_err("incomplete");
    assert_eq!(fields(&error), ["file"]);
    assert_eq!(append(10, 30).await.expect("the second").received_bytes, 30);
    assert_eq!(append(0, 10).await.expect("a late one").received_bytes, 30);
    assert_eq!(
        append(30, file.len()).await.expect("the last").received_bytes,
        begun.size_bytes
    );
    let error = import::append(app, scope, begun.id, begun.size_bytes, b"more")
        .await
        .expect_err("more than announced");
    assert_eq!(fields(&error), ["file"]);
    assert!(matches!(
        import::append(app, scope, begun.id, -1, b"x").await,
        Err(Error::Conflict(_))
    ));
    let error = import::append(app, scope, begun.id, 0, &vec![b'x'; import::MAX_CHUNK + 1])
        .await
        .expect_err("too large");
    assert_eq!(fields(&error), ["file"]);
    import::finish(app, scope, begun.id).await.expect("complete");
    import::finish(app, scope, begun.id).await.expect("said twice");
    assert!(matches!(append(0, 10).await, Err(Error::Conflict(_))));
    run_job(&ground.worker(), Job::Import(begun.id)).await;
    let report = import::report(app, scope, begun.id).await.expect("a report");
    assert_eq!(counts(&report.import), (3, 0, 0, 0, 0));
    assert_eq!(ground.keywords(&tenant).await["mocha"].volume, Some(30));
}

#[tokio::test]
async fn what_is_no_keyword_file_is_refused_in_words() {
    let ground = Ground::with(|config| config.limits.import_bytes = 1_000).await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let picture = fixture("end2end/fixtures/not-a-csv.png");
    let error = ground
        .upload(&tenant, "keywords.csv", &picture, ImportMode::Skip)
        .await
        .expect_err("a picture");
    assert_eq!(fields(&error), ["file"]);
    assert!(error.to_string().contains("not a text file"), "{error}");
    let failed = &import::list(app, scope, Some(tenant.site), &page(10))
        .await
        .expect("imports")
        .results[0];
    assert_eq!(failed.status, ImportStatus::Failed);
    assert_eq!(failed.error.as_deref(), Some(error.to_string().as_str()));
    let error = ground
        .upload(
            &tenant,
            "a.csv",
            b"Page,Clicks\nhttps://a.example/x,5\n",
            ImportMode::Skip,
        )
        .await
        .expect_err("a report about pages");
    assert!(error.to_string().contains("keyword"), "{error}");
    let error = ground
        .upload(&tenant, "a.csv", b"\n\n  \n", ImportMode::Skip)
        .await
        .expect_err("nothing in it");
    assert_eq!(fields(&error), ["file"]);
    let error = import::begin(app, scope, announced(&tenant, "empty.csv", 0))
        .await
        .expect_err("empty");
    assert!(error.to_string().contains("empty"), "{error}");
    let error = import::begin(app, scope, announced(&tenant, "large.csv", 1_001))
        .await
        .expect_err("too large");
    assert_eq!(fields(&error), ["file"]);
    let odd = NewImport {
        mapping: Some("{".to_owned()),
        ..announced(&tenant, "a.csv", 10)
    };
    assert_eq!(
        fields(&import::begin(app, scope, odd).await.expect_err("a mapping")),
        ["mapping"]
    );
    let beyond = NewImport {
        mapping: Some(r#"{"keyword":7}"#.to_owned()),
        ..announced(&tenant, "a.csv", 12)
    };
    let begun = import::begin(app, scope, beyond).await.expect("begins");
    import::append(app, scope, begun.id, 0, b"keyword\nabc\n")
        .await
        .expect("arrives");
    let error = import::finish(app, scope, begun.id).await.expect_err("no such column");
    assert!(error.to_string().contains("Column 8"), "{error}");
    assert!(ground.keywords(&tenant).await.is_empty());
    // The plan's limit is told before anything is uploaded.
    plan::Entity::update_many()
        .col_expr(plan::Column::MaxKeywords, Expr::value(1))
        .exec(&app.db)
        .await
        .expect("a limit");
    keywords::create(app, scope, new_keyword(&tenant, "one"))
        .await
        .expect("the first");
    let error = import::begin(app, scope, announced(&tenant, "a.csv", 10))
        .await
        .expect_err("a limit");
    assert!(
        matches!(&error, Error::LimitReached(text) if text.contains("Free") && text.contains('1')),
        "{error:?}"
    );
    assert!(matches!(
        keywords::create(app, scope, new_keyword(&tenant, "two")).await,
        Err(Error::LimitReached(_))
    ));
}

fn new_keyword(tenant: &Tenant, text: &str) -> keyword::New {
    keyword::New {
        sector_id: tenant.sector,
        keyword: text.to_owned(),
        volume: None,
        difficulty: None,
        intent: None,
    }
}

/// Keywords in no helpful order, more than one batch of them, a refused row here and there.
fn large(rows: usize, reversed: bool) -> Vec<u8> {
    let mut lines: Vec<String> = (0..rows)
        .map(|number| match number % 1_000 {
            999 => format!("bad {number},10,500"),
            _ => format!("coffee {number},{},{}", number * 7 % 9_999, number % 100),
        })
        .collect();
    if reversed {
        lines.reverse();
    }
    format!("keyword,volume,difficulty\n{}\n", lines.join("\n")).into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn imports_of_one_file_at_once_add_each_keyword_once() {
    let ground = Ground::new().await;
    // One batch, and several; the same rows from both ends, so that each import meets what another one holds.
    for (email, rows) in [("ann@example.com", 4_000), ("bob@example.com", 12_000)] {
        let tenant = ground.tenant(email).await;
        let mut imports = Vec::new();
        for (reversed, mode) in [
            (false, ImportMode::Skip),
            (true, ImportMode::Skip),
            (false, ImportMode::Update),
            (true, ImportMode::Update),
        ] {
            let id = ground
                .upload(&tenant, "a.csv", &large(rows, reversed), mode)
                .await
                .expect("uploads");
            imports.push((id, domain::jobs::worker::Worker::new(ground.another_app().await)));
        }
        let jobs: Vec<_> = imports
            .into_iter()
            .map(|(id, worker)| (id, tokio::spawn(async move { import::run(&worker, id).await })))
            .collect();
        let refused = i64::try_from(rows / 1_000).expect("fits");
        let good = i64::try_from(rows).expect("fits") - refused;
        let mut added = 0;
        for (id, job) in jobs {
            job.await.expect("no panic").expect("reads to its end");
            let done = import::find(&ground.app, &tenant.scope, id).await.expect("an import");
            assert_eq!(done.status, ImportStatus::Completed, "{done:?}");
            let told = (done.rejected, done.added + done.duplicates + done.updated);
            assert_eq!(told, (refused, good), "{done:?}");
            added += done.added;
        }
        assert_eq!(added, good);
        let there = ground.keywords(&tenant).await.len();
        assert_eq!(i64::try_from(there).expect("fits"), good);
    }
}

#[tokio::test]
async fn very_many_rows_of_one_keyword_are_one_keyword() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let rows = 200_000;
    let mut file = b"keyword,volume,difficulty\n".to_vec();
    for number in 0..rows {
        file.extend_from_slice(match number % 4 {
            0 => b"Moka Pot,,\n".as_slice(),
            1 => b"moka  pot,10 - 100,\n",
            2 => b"MOKA POT,,7\n",
            _ => b" moka pot ,,\n",
        });
    }
    file.extend_from_slice(b"moka pot,6600,\n");
    for (mode, added) in [(ImportMode::Skip, 1), (ImportMode::Update, 0)] {
        let report = ground.import(&tenant, "a.csv", &file, mode).await;
        let done = &report.import;
        assert_eq!(done.status, ImportStatus::Completed, "{done:?}");
        assert_eq!(
            (done.added, done.added + done.duplicates + done.updated, done.rejected),
            (added, rows + 1, 0),
            "{done:?}"
        );
        let there = ground.keywords(&tenant).await;
        let moka = &there["moka pot"];
        assert_eq!(
            (there.len(), moka.volume, moka.volume_estimated, moka.difficulty),
            (1, Some(6_600), false, Some(7))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_has_twenty_open_uploads_however_they_are_begun_and_forgotten_ones_end() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let begun = futures::future::join_all((0..30).map(|number| {
        let (app, scope) = (app.clone(), scope.clone());
        let input = announced(&tenant, &format!("{number}.csv"), 100);
        async move { import::begin(&app, &scope, input).await }
    }))
    .await;
    let (open, refused): (Vec<_>, Vec<_>) = begun.into_iter().partition(Result::is_ok);
    assert_eq!((open.len(), refused.len()), (20, 10));
    for error in refused.into_iter().filter_map(Result::err) {
        assert!(matches!(error, Error::LimitReached(_)), "{error:?}");
    }
    import::tidy(app).await.expect("nothing to do yet");
    import::begin(app, scope, announced(&tenant, "more.csv", 100))
        .await
        .expect_err("all are still open");
    // Nobody has gone on with any of them since the day before yesterday.
    keyword_import::Entity::update_many()
        .col_expr(
            keyword_import::Column::UpdatedAt,
            Expr::value(domain::now() - chrono::Duration::days(2)),
        )
        .exec(&app.db)
        .await
        .expect("a change");
    import::tidy(app).await.expect("ends them");
    let ended = import::find(app, scope, open[0].as_ref().expect("an import").id)
        .await
        .expect("an import");
    assert_eq!(ended.status, ImportStatus::Failed);
    import::begin(app, scope, announced(&tenant, "more.csv", 100))
        .await
        .expect("room again");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_cut_off_half_way_goes_on_where_it_was() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let id = ground
        .upload(&tenant, "a.csv", &large(23_000, false), ImportMode::Update)
        .await
        .expect("uploads");
    let dying = ground.another_app().await;
    let job = tokio::spawn(async move { run_job(&domain::jobs::worker::Worker::new(dying), Job::Import(id)).await });
    eventually("the first batch is written", async || {
        let now = import::find(app, scope, id).await.expect("an import");
        (now.records_done > 0).then_some(())
    })
    .await;
    job.abort();
    let _ = job.await;
    // The reading thread has nobody to hand anything to and ends; what it had begun to write was undone or is counted.
    let stopped = import::find(app, scope, id).await.expect("an import");
    let mut expected = stopped.records_done;
    if stopped.status != ImportStatus::Completed {
        assert_eq!(stopped.status, ImportStatus::Running);
        assert_eq!(stopped.records_done % 5_000, 0);
        // Refused rows of a batch that was never committed are in the file: a crash between the two.
        // While it may still be alive nobody else takes it.
        run_job(&ground.worker(), Job::Import(id)).await;
        assert_eq!(
            import::find(app, scope, id).await.expect("an import").records_done,
            stopped.records_done
        );
        age(&ground, id).await;
        run_job(&ground.worker(), Job::Import(id)).await;
        expected = 23_000;
    }
    assert_eq!(expected, 23_000);
    let report = import::report(app, scope, id).await.expect("a report");
    assert_eq!(report.import.status, ImportStatus::Completed);
    assert_eq!(counts(&report.import), (22_977, 0, 0, 23, 0));
    assert_eq!(ground.keywords(&tenant).await.len(), 22_977);
    let text = import::rejects_csv(app, scope, id).await.expect("a file");
    let lines: Vec<String> = csv_records(std::str::from_utf8(&text).expect("text"))
        .into_iter()
        .map(|row| row[0].clone())
        .collect();
    let wanted: Vec<String> = (1..=23).map(|thousand| (thousand * 1_000 + 1).to_string()).collect();
    assert_eq!(lines, wanted, "each refused row once");
}

/// As if the last sign of life were a minute old.
async fn age(ground: &Ground, id: entity::KeywordImportId) {
    keyword_import::Entity::update_many()
        .col_expr(
            keyword_import::Column::UpdatedAt,
            Expr::value(domain::now() - chrono::Duration::minutes(1)),
        )
        .filter(keyword_import::Column::Id.eq(id))
        .exec(&ground.app.db)
        .await
        .expect("ages");
}

#[tokio::test]
async fn refused_rows_of_a_batch_that_was_not_committed_are_listed_once() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let id = ground
        .upload(&tenant, "a.csv", &large(7_000, false), ImportMode::Skip)
        .await
        .expect("uploads");
    // What a crash leaves after the first batch: its count, its rejects, and two rejects of the second one, the last cut off.
    keyword_import::Entity::update_many()
        .col_expr(
            keyword_import::Column::Status,
            Expr::value(ImportStatus::Running.as_str()),
        )
        .col_expr(keyword_import::Column::RecordsDone, Expr::value(5_000))
        .col_expr(keyword_import::Column::Added, Expr::value(4_995))
        .col_expr(keyword_import::Column::Rejected, Expr::value(5))
        .filter(keyword_import::Column::Id.eq(id))
        .exec(&app.db)
        .await
        .expect("writes");
    age(&ground, id).await;
    let mut left = "line,reason,row\n".to_owned();
    for line in [1_001, 2_001, 3_001, 4_001, 5_001, 6_001] {
        left.push_str(&format!("{line},no,\"bad {line},10,500\"\n"));
    }
    left.push_str("7001,n");
    app.storage
        .put(&format!("{}/imports/{id}-rejects.csv", tenant.site), left.as_bytes())
        .await
        .expect("a file");
    run_job(&ground.worker(), Job::Import(id)).await;
    let report = import::report(app, scope, id).await.expect("a report");
    assert_eq!(counts(&report.import), (4_995 + 1_998, 0, 0, 7, 0));
    let lines: Vec<u64> = report.rejects.iter().map(|reject| reject.line).collect();
    assert_eq!(lines, [1_001, 2_001, 3_001, 4_001, 5_001, 6_001, 7_001]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_comes_twice_does_no_harm() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let id = ground
        .upload(&tenant, "a.csv", &large(12_000, false), ImportMode::Skip)
        .await
        .expect("uploads");
    let mut workers = Vec::new();
    for _ in 0..4 {
        let worker = domain::jobs::worker::Worker::new(ground.another_app().await);
        workers.push(tokio::spawn(async move { run_job(&worker, Job::Import(id)).await }));
    }
    for worker in workers {
        worker.await.expect("no panic");
    }
    run_job(&ground.worker(), Job::Import(id)).await;
    let report = import::report(app, scope, id).await.expect("a report");
    assert_eq!(report.import.status, ImportStatus::Completed, "{:?}", report.import);
    assert_eq!(counts(&report.import), (11_988, 0, 0, 12, 0));
    assert_eq!(report.rejects.len(), 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_at_hand_is_read_to_its_end_while_workers_run() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let stop = tokio_util::sync::CancellationToken::new();
    let serving = tokio::spawn(domain::jobs::worker::Worker::new(ground.another_app().await).run(stop.clone()));
    let bytes = large(12_000, false);
    let path = std::path::Path::new(&ground.app.config.storage.path).join("at-hand.csv");
    std::fs::write(&path, &bytes).expect("a file");
    for expected in [(11_988, 0, 0, 12, 0), (0, 11_988, 0, 12, 0)] {
        let input = announced(&tenant, "at-hand.csv", bytes.len());
        let report = import::import_file(&ground.app, &tenant.scope, input, &path)
            .await
            .expect("imports");
        assert_eq!(report.import.status, ImportStatus::Completed, "{:?}", report.import);
        assert_eq!(counts(&report.import), expected);
        assert_eq!(report.rejects.len(), 12);
    }
    assert!(path.exists());
    stop.cancel();
    serving.await.expect("no panic").expect("ends well");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_import_keeps_what_is_in() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    // Before a worker has it: nothing is in.
    let id = ground
        .upload(&tenant, "a.csv", b"keyword\nespresso\n", ImportMode::Skip)
        .await
        .expect("uploads");
    assert_eq!(
        import::cancel(app, scope, id).await.expect("cancels").status,
        ImportStatus::Cancelled
    );
    run_job(&ground.worker(), Job::Import(id)).await;
    assert!(ground.keywords(&tenant).await.is_empty());
    assert_eq!(
        import::find(app, scope, id).await.expect("an import").status,
        ImportStatus::Cancelled
    );
    // While one has it: the batch in hand is finished, the rest is left.
    let id = ground
        .upload(&tenant, "a.csv", &large(23_000, false), ImportMode::Skip)
        .await
        .expect("uploads");
    keyword_import::Entity::update_many()
        .col_expr(
            keyword_import::Column::Status,
            Expr::value(ImportStatus::Running.as_str()),
        )
        .filter(keyword_import::Column::Id.eq(id))
        .exec(&app.db)
        .await
        .expect("writes");
    assert_eq!(
        import::cancel(app, scope, id).await.expect("asks").status,
        ImportStatus::Running
    );
    age(&ground, id).await;
    run_job(&ground.worker(), Job::Import(id)).await;
    assert_eq!(
        import::find(app, scope, id).await.expect("an import").status,
        ImportStatus::Cancelled
    );
    let id = ground
        .upload(&tenant, "a.csv", &large(80_000, false), ImportMode::Skip)
        .await
        .expect("uploads");
    // Somebody cancels the moment the first batch is in: a fast machine would be done before a test could ask.
    ground.cancel_after_the_first_batch().await;
    run_job(&ground.worker(), Job::Import(id)).await;
    let report = import::report(app, scope, id).await.expect("a report");
    assert_eq!(report.import.status, ImportStatus::Cancelled);
    let kept = i64::try_from(ground.keywords(&tenant).await.len()).expect("a number");
    assert_eq!(kept, 4_995, "the first batch of 5,000 rows less its refused ones");
    assert_eq!(report.import.added, kept);
    // To cancel what is over changes nothing.
    assert_eq!(
        import::cancel(app, scope, id).await.expect("over").status,
        ImportStatus::Cancelled
    );
    run_job(&ground.worker(), Job::Import(id)).await;
    assert_eq!(
        i64::try_from(ground.keywords(&tenant).await.len()).expect("a number"),
        kept
    );
}

/// Times are texts on SQLite, and are found and compared as such.
#[tokio::test]
async fn an_imported_keyword_has_its_time_as_every_row_has() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let file = "keyword,volume,difficulty,cpc,country\nalpha,10,5,1.50,us\nbeta,,,,\n";
    ground.import(&tenant, "a.csv", file.as_bytes(), ImportMode::Skip).await;
    let alpha = ground.keywords(&tenant).await.remove("alpha").expect("a keyword");
    let same = keyword::Entity::find()
        .filter(keyword::Column::CreatedAt.eq(alpha.created_at))
        .filter(keyword::Column::UpdatedAt.eq(alpha.updated_at))
        .count(&ground.app.db)
        .await
        .expect("counts");
    assert_eq!(same, 2);
    let found = (
        alpha.volume,
        alpha.difficulty,
        alpha.cpc_cents,
        alpha.country.as_deref(),
        alpha.volume_estimated,
    );
    assert_eq!(found, (Some(10), Some(5), Some(150), Some("us"), false));
}

#[tokio::test]
async fn lists_find_order_and_page_what_is_in() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let file = "keyword,volume,difficulty,intent\nalpha,10,5,informational\nbeta,,50,commercial\ngamma,30,,transactional\n100% arabica,20,90,navigational\nunder_score,10,5,informational\n";
    ground.import(&tenant, "a.csv", file.as_bytes(), ImportMode::Skip).await;
    let names = async |filter: keyword::Filter, ordering: &str, search: &str| -> Vec<String> {
        let list = entity::ListQuery {
            ordering: Some(ordering.to_owned()),
            search: Some(search.to_owned()),
            ..page(50)
        };
        let found = keywords::list(app, scope, &filter, &list).await.expect("a page");
        assert_eq!(usize::try_from(found.count).expect("fits"), found.results.len());
        found.results.into_iter().map(|row| row.keyword.keyword).collect()
    };
    let all = keyword::Filter {
        site_id: Some(tenant.site),
        ..Default::default()
    };
    // What is unknown comes last, whichever way the list runs.
    assert_eq!(
        names(all.clone(), "", "").await,
        ["gamma", "100% arabica", "under_score", "alpha", "beta"]
    );
    assert_eq!(
        names(all.clone(), "volume", "").await,
        ["alpha", "under_score", "100% arabica", "gamma", "beta"]
    );
    assert_eq!(
        names(all.clone(), "-difficulty", "").await.last().map(String::as_str),
        Some("gamma")
    );
    assert_eq!(
        names(all.clone(), "difficulty", "").await.last().map(String::as_str),
        Some("gamma")
    );
    assert_eq!(
        names(all.clone(), "keyword", "").await.first().map(String::as_str),
        Some("100% arabica")
    );
    // Wildcards of the database are letters to a person.
    assert_eq!(names(all.clone(), "", "%").await, ["100% arabica"]);
    assert_eq!(names(all.clone(), "", "_").await, ["under_score"]);
    assert_eq!(names(all.clone(), "", "ALPHA").await, ["alpha"]);
    let difficult = keyword::Filter {
        difficulty_min: Some(50),
        difficulty_max: Some(90),
        ..all.clone()
    };
    assert_eq!(names(difficult, "keyword", "").await, ["100% arabica", "beta"]);
    let searched = keyword::Filter {
        volume_min: Some(10),
        volume_max: Some(20),
        ..all.clone()
    };
    assert_eq!(
        names(searched, "keyword", "").await,
        ["100% arabica", "alpha", "under_score"]
    );
    let intent = keyword::Filter {
        intent: Some(keyword::Intent::Transactional),
        ..all.clone()
    };
    assert_eq!(names(intent, "", "").await, ["gamma"]);
    assert_eq!(
        names(
            keyword::Filter {
                clustered: Some(true),
                ..all.clone()
            },
            "",
            ""
        )
        .await,
        [""; 0]
    );
    assert_eq!(
        names(
            keyword::Filter {
                clustered: Some(false),
                ..all.clone()
            },
            "",
            ""
        )
        .await
        .len(),
        5
    );
    let odd = entity::ListQuery {
        ordering: Some("password".to_owned()),
        ..page(50)
    };
    assert_eq!(
        fields(&keywords::list(app, scope, &all, &odd).await.expect_err("a refusal")),
        ["ordering"]
    );
    let second = entity::ListQuery {
        page: Some(2),
        ..page(2)
    };
    let found = keywords::list(app, scope, &all, &second).await.expect("a page");
    assert_eq!((found.count, found.pages(), found.results.len()), (5, 3, 2));
    // By hand: checked, once per sector, guessed where nothing was said.
    let made = keywords::create(app, scope, new_keyword(&tenant, "  Buy   Beans "))
        .await
        .expect("a keyword");
    assert_eq!(
        (made.keyword.as_str(), made.keyword_key.as_str(), made.intent_guessed),
        ("Buy Beans", "buy beans", true)
    );
    assert_eq!(
        fields(
            &keywords::create(app, scope, new_keyword(&tenant, "BUY beans"))
                .await
                .expect_err("twice")
        ),
        ["keyword"]
    );
    assert_eq!(
        fields(
            &keywords::create(app, scope, new_keyword(&tenant, " "))
                .await
                .expect_err("empty")
        ),
        ["keyword"]
    );
    let wrong = keyword::Patch {
        difficulty: Some(Some(101)),
        volume: Some(Some(-1)),
        ..Default::default()
    };
    assert_eq!(
        fields(&keywords::update(app, scope, made.id, wrong).await.expect_err("figures")),
        ["volume", "difficulty"]
    );
    let taken = keyword::Patch {
        keyword: Some("Alpha".to_owned()),
        ..Default::default()
    };
    assert_eq!(
        fields(&keywords::update(app, scope, made.id, taken).await.expect_err("taken")),
        ["keyword"]
    );
    let fine = keyword::Patch {
        volume: Some(Some(7)),
        intent: Some(keyword::Intent::Commercial),
        ..Default::default()
    };
    let changed = keywords::update(app, scope, made.id, fine).await.expect("changes");
    assert_eq!(
        (changed.volume, changed.intent, changed.intent_guessed),
        (Some(7), keyword::Intent::Commercial, false)
    );
    assert_eq!(
        keywords::set_status(app, scope, &[made.id], keyword::KeywordStatus::Archived)
            .await
            .expect("sets"),
        1
    );
    assert_eq!(keywords::delete(app, scope, &[made.id]).await.expect("deletes"), 1);
    assert!(matches!(
        keywords::delete(app, scope, &[made.id]).await,
        Err(Error::NotFound(_))
    ));
}
