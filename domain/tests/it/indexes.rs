//! The keyword list reads as many rows as it shows: an index gives the order.

use std::sync::{Arc, Mutex};

use domain::planner::keywords;
use entity::{ListQuery, keyword, keyword_import::ImportMode};
use sea_orm::{ConnectionTrait, Statement};

use crate::support::{Ground, on_postgres};

/// The statement behind a page of the list, explained by the database.
async fn plan(ground: &Ground, scope: &domain::scope::Scope, filter: &keyword::Filter, ordering: &str) -> String {
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
    let statement = seen
        .lock()
        .expect("no panic before")
        .iter()
        .find(|statement| {
            statement.sql.contains("ORDER BY")
                && statement.sql.contains("\"keywords\"")
                && statement.sql.contains("LIMIT")
        })
        .cloned()
        .expect("the list's statement");
    let explain = if on_postgres() {
        "EXPLAIN "
    } else {
        "EXPLAIN QUERY PLAN "
    };
    let explained = Statement {
        sql: format!("{explain}{}", statement.sql),
        ..statement
    };
    let column = if on_postgres() { "QUERY PLAN" } else { "detail" };
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
    if on_postgres() {
        ground.app.db.execute_unprepared("ANALYZE").await.expect("statistics");
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
    for (filter, ordering) in [
        (&by_site, ""),
        (&by_site, "-volume"),
        (&by_site, "volume"),
        (&by_site, "difficulty"),
        (&by_site, "-difficulty"),
        (&by_sector, ""),
        (&by_both, ""),
        (&by_both, "-volume"),
        (&active, ""),
    ] {
        let plan = plan(&ground, &tenant.scope, filter, ordering).await;
        let sorts = plan.contains("Sort") || plan.contains("TEMP B-TREE");
        assert!(
            !sorts && plan.to_lowercase().contains("index"),
            "{filter:?} {ordering:?}:\n{plan}"
        );
    }
}
