//! The keyword list reads as many rows as it shows: an index gives the order.

use std::sync::{Arc, Mutex};

use domain::planner::keywords;
use entity::{ListQuery, keyword, keyword_import::ImportMode};
use sea_orm::{ConnectionTrait, Statement};

use crate::support::{Ground, on_postgres};

/// How the database goes about a page of the list, and about counting what there is of it.
async fn plans(
    ground: &Ground,
    scope: &domain::scope::Scope,
    filter: &keyword::Filter,
    ordering: &str,
) -> (String, String) {
    let seen: Arc<Mutex<Vec<Statement>>> = Arc::default();
    let mut app = ground.app.clone();
    let sink = seen.clone();
    app.db
        .set_metric_callback(move |info| sink.lock().expect("no panic before").push(info.statement.clone()));
    let list = ListQuery {
        ordering: Some(ordering.to_owned()),
        ..Default::default()
    };
    let page = keywords::list(&app, scope, filter, &list).await.expect("a page");
    assert_eq!(page.results.len(), 50);
    let statements: Vec<Statement> = seen
        .lock()
        .expect("no panic before")
        .iter()
        .filter(|statement| statement.sql.contains("\"keywords\""))
        .cloned()
        .collect();
    let found = |words: &str| {
        let mut all = statements.iter();
        all.find(|statement| statement.sql.contains(words))
            .cloned()
            .expect("the statement")
    };
    (
        explain(ground, found("ORDER BY")).await,
        explain(ground, found("COUNT(")).await,
    )
}

async fn explain(ground: &Ground, statement: Statement) -> String {
    let (explain, column) = if on_postgres() {
        ("EXPLAIN ", "QUERY PLAN")
    } else {
        ("EXPLAIN QUERY PLAN ", "detail")
    };
    let explained = Statement {
        sql: format!("{explain}{}", statement.sql),
        ..statement
    };
    let rows = ground.app.db.query_all_raw(explained).await.expect("a plan");
    rows.iter()
        .map(|row| row.try_get::<String>("", column).expect("text"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test]
async fn the_keyword_list_is_read_from_an_index() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let rows: Vec<String> = (0..20_000)
        .map(|number| match number % 10 {
            0 => format!("word {number},,"),
            _ => format!("word {number},{},{}", number * 7_919 % 20_011, number % 101),
        })
        .collect();
    let file = format!("keyword,volume,difficulty\n{}\n", rows.join("\n"));
    ground.import(&tenant, "a.csv", file.as_bytes(), ImportMode::Skip).await;
    // For one who owns most of the table, reading the table is the better way.
    for number in 0..4 {
        let other = ground.tenant(&format!("other{number}@example.com")).await;
        ground.import(&other, "a.csv", file.as_bytes(), ImportMode::Skip).await;
    }
    if on_postgres() {
        ground
            .app
            .db
            .execute_unprepared("VACUUM ANALYZE keywords")
            .await
            .expect("statistics");
    }
    let by_site = keyword::Filter {
        site_id: Some(tenant.site),
        ..Default::default()
    };
    let by_sector = keyword::Filter {
        sector_id: Some(tenant.sector),
        ..Default::default()
    };
    let by_both = keyword::Filter {
        site_id: Some(tenant.site),
        sector_id: Some(tenant.sector),
        ..Default::default()
    };
    let active = keyword::Filter {
        status: Some(keyword::KeywordStatus::Active),
        ..by_site.clone()
    };
    for (filter, ordering, counted) in [
        (&by_site, "", true),
        (&by_site, "-volume", true),
        (&by_site, "volume", true),
        (&by_site, "difficulty", true),
        (&by_site, "-difficulty", true),
        (&by_sector, "", true),
        (&by_both, "", true),
        (&by_both, "-volume", true),
        (&active, "", false),
    ] {
        let (page, count) = plans(&ground, &tenant.scope, filter, ordering).await;
        let sorts = page.contains("Sort") || page.contains("TEMP B-TREE");
        assert!(
            !sorts && page.to_lowercase().contains("index"),
            "{filter:?} {ordering:?}:\n{page}"
        );
        let alone = count.contains("COVERING INDEX") || count.contains("Index Only Scan");
        assert!(!counted || alone, "{filter:?}:\n{count}");
    }
}
