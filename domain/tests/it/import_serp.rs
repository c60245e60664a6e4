//! Files of search results take the same choice of columns as keyword files do.

use domain::{
    Error,
    jobs::{Job, worker::run_job},
    planner::import,
};
use entity::{
    keyword_import::{ImportKind, ImportMode, ImportReport, ImportStatus, NewImport},
    serp_result,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::{
    import_packed::archive,
    support::{Ground, Tenant, fields},
};

fn input(tenant: &Tenant, name: &str, bytes: &[u8]) -> NewImport {
    NewImport {
        kind: ImportKind::Serp,
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

/// Key, position and address of all results of the sector.
async fn results(ground: &Ground, tenant: &Tenant) -> Vec<(String, i32, String)> {
    serp_result::Entity::find()
        .filter(serp_result::Column::SectorId.eq(tenant.sector))
        .order_by_asc(serp_result::Column::KeywordKey)
        .order_by_asc(serp_result::Column::Position)
        .all(&ground.app.db)
        .await
        .expect("results")
        .into_iter()
        .map(|row| (row.keyword_key, row.position, row.url))
        .collect()
}

fn one(key: &str, position: i32, url: &str) -> (String, i32, String) {
    (key.to_owned(), position, url.to_owned())
}

#[tokio::test]
async fn chosen_columns_are_read_whatever_their_names() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let file = "keyword;what we asked;where it led;spot;from\n\
         old group;Moka Pot;www.a.com/;2;us\n\
         old group;Moka Pot;b.com/x;1;United States\n\
         old group;Moka Pot;c.de;1;Germany\n";
    let bytes = file.as_bytes();
    // Without a choice the column called keyword counts, and none is known to have addresses.
    let error = send(&ground, &tenant, input(&tenant, "a.csv", bytes), bytes)
        .await
        .expect_err("no addresses");
    assert_eq!(fields(&error), ["file"]);
    assert!(error.to_string().contains("where it led"), "{error}");
    let chosen = NewImport {
        mapping: Some(r#"{"keyword":1,"url":2,"position":3,"country":4}"#.to_owned()),
        country: Some("US".to_owned()),
        ..input(&tenant, "a.csv", bytes)
    };
    let report = send(&ground, &tenant, chosen.clone(), bytes).await.expect("imports");
    let row = &report.import;
    assert_eq!(
        (row.status, row.added, row.skipped, row.rejected),
        (ImportStatus::Completed, 2, 1, 0),
        "{row:?}"
    );
    let expected = [one("moka pot", 1, "b.com/x"), one("moka pot", 2, "a.com")];
    assert_eq!(results(&ground, &tenant).await, expected);
    // A column that is not there is told at once.
    let wrong = NewImport {
        mapping: Some(r#"{"keyword":1,"url":12}"#.to_owned()),
        ..chosen.clone()
    };
    let error = send(&ground, &tenant, wrong, bytes).await.expect_err("no such column");
    assert!(matches!(error, Error::Invalid { .. }), "{error}");
    // Chosen after the file has arrived, as the page does.
    let (app, scope) = (&ground.app, &tenant.scope);
    let begun = import::begin(app, scope, input(&tenant, "b.csv", bytes))
        .await
        .expect("begins");
    import::append(app, scope, begun.id, 0, bytes).await.expect("arrives");
    let other = NewImport {
        mapping: Some(r#"{"keyword":0,"url":2}"#.to_owned()),
        country: None,
        ..chosen
    };
    import::choose(app, scope, begun.id, other).await.expect("chooses");
    import::finish(app, scope, begun.id).await.expect("finishes");
    run_job(&ground.worker(), Job::Import(begun.id)).await;
    let mut expected = expected.to_vec();
    expected.extend([
        one("old group", 1, "a.com"),
        one("old group", 2, "b.com/x"),
        one("old group", 3, "c.de"),
    ]);
    assert_eq!(results(&ground, &tenant).await, expected);
}

#[tokio::test]
async fn search_results_in_an_archive_are_unpacked() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let text = "Suchbegriff,Adresse,Platzierung\nMoka,https://a.com,1\nMoka,https://b.com,2\n";
    let bytes = archive(&[("serp.csv", text.as_bytes())]);
    let report = send(&ground, &tenant, input(&tenant, "serp.zip", &bytes), &bytes)
        .await
        .expect("imports");
    let row = &report.import;
    assert_eq!((row.status, row.added), (ImportStatus::Completed, 2), "{row:?}");
    assert_eq!(row.sheet.as_deref(), Some("serp.csv"));
    assert!(row.bytes_done <= row.size_bytes, "{row:?}");
    assert_eq!(
        results(&ground, &tenant).await,
        [one("moka", 1, "a.com"), one("moka", 2, "b.com")]
    );
}

#[tokio::test]
async fn columns_of_search_results_are_remembered_apart_from_those_of_keywords() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let first = b"keyword,where,volume\nmoka,a.com,3\n";
    let chosen = NewImport {
        mapping: Some(r#"{"keyword":0,"url":1,"position":2}"#.to_owned()),
        ..input(&tenant, "a.csv", first)
    };
    send(&ground, &tenant, chosen, first).await.expect("imports");
    let headers = ["Keyword", "Where", "Volume"].map(str::to_owned);
    let known = import::remembered(app, scope, ImportKind::Serp, &headers)
        .await
        .expect("a look")
        .expect("remembered");
    assert_eq!((known.keyword, known.url, known.position), (0, Some(1), Some(2)));
    assert_eq!(
        import::remembered(app, scope, ImportKind::Keywords, &headers)
            .await
            .expect("a look"),
        None
    );
    // Nothing in it is recognised; the choice is taken without a word.
    let second = b"keyword,where,volume\ntea,b.com,4\n";
    send(&ground, &tenant, input(&tenant, "b.csv", second), second)
        .await
        .expect("imports");
    assert_eq!(
        results(&ground, &tenant).await,
        [one("moka", 3, "a.com"), one("tea", 4, "b.com")]
    );
    import::forget(app, scope, tenant.site, ImportKind::Serp, &headers)
        .await
        .expect("forgets");
    send(&ground, &tenant, input(&tenant, "c.csv", second), second)
        .await
        .expect_err("no addresses are known again");
}
