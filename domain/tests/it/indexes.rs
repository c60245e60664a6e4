//! The keyword list and the list of jobs read as many rows as they show: an index gives the order.

use std::sync::{Arc, Mutex};

use domain::{
    ai::history,
    planner::{
        clusters, keywords,
        keywords::{Bounds, settle},
    },
    scope::Scope,
};
use entity::{ListQuery, ai_task, cluster, keyword, keyword_import::ImportMode};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, Statement};

use crate::support::{Ground, on_postgres};

const ORDERS: [&str; 10] = [
    "keyword",
    "volume",
    "difficulty",
    "intent",
    "status",
    "created_at",
    "cpc",
    "impressions",
    "position",
    "clicks",
];

type Seen = Arc<Mutex<Vec<Statement>>>;

/// The services, and the statements that they send from now on.
fn watched(ground: &Ground) -> (domain::App, Seen) {
    let seen: Seen = Arc::default();
    let mut app = ground.app.clone();
    let sink = seen.clone();
    app.db
        .set_metric_callback(move |info| sink.lock().expect("no panic before").push(info.statement.clone()));
    (app, seen)
}

/// How the database goes about a page of the list: every statement that looks at keywords, and its plan.
async fn plans(ground: &Ground, scope: &Scope, filter: &keyword::Filter, list: &ListQuery) -> Vec<(String, String)> {
    plans_within(ground, scope, filter, list, Bounds::default()).await
}

async fn plans_within(
    ground: &Ground,
    scope: &Scope,
    filter: &keyword::Filter,
    list: &ListQuery,
    bounds: Bounds,
) -> Vec<(String, String)> {
    let (app, seen) = watched(ground);
    let page = keywords::list_within(&app, scope, filter, list, bounds)
        .await
        .expect("a page");
    assert!(!page.results.is_empty(), "{filter:?} {list:?}");
    let statements = seen.lock().expect("no panic before").clone();
    let mut plans = Vec::new();
    for statement in statements
        .into_iter()
        .filter(|statement| statement.sql.contains("keywor"))
    {
        plans.push((statement.sql.clone(), explain(ground, statement).await));
    }
    plans
}

/// The same for the list of jobs.
async fn job_plans(ground: &Ground, scope: &Scope, filter: &ai_task::Filter) -> (String, String) {
    let (app, seen) = watched(ground);
    let list = ListQuery::default();
    let page = history::list(&app, scope, filter, &list).await.expect("a page");
    assert_eq!(page.results.len(), 50);
    explained(ground, &seen, "\"ai_tasks\"").await
}

async fn explained(ground: &Ground, seen: &Seen, table: &str) -> (String, String) {
    let statements: Vec<Statement> = seen
        .lock()
        .expect("no panic before")
        .iter()
        .filter(|statement| statement.sql.contains(table))
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
    let by_site = keyword::Filter {
        site_id: Some(tenant.site),
        ..Default::default()
    };
    let by_sector = keyword::Filter {
        sector_id: Some(tenant.sector),
        ..Default::default()
    };
    settle::run(&ground.app).await.expect("settled");
    if on_postgres() {
        let vacuum = "VACUUM ANALYZE keywords";
        ground.app.db.execute_unprepared(vacuum).await.expect("statistics");
    }
    let active = keyword::Filter {
        status: Some(keyword::KeywordStatus::Active),
        intent: Some(keyword::Intent::Informational),
        clustered: Some(false),
        ..by_site.clone()
    };
    let ranges = keyword::Filter {
        volume_min: Some(100),
        volume_max: Some(120),
        difficulty_min: Some(10),
        ..by_site.clone()
    };
    for filter in [&keyword::Filter::default(), &by_site, &by_sector, &active, &ranges] {
        for order in ORDERS {
            for way in ["", "-"] {
                for search in [None, Some("rd 1999"), Some("word")] {
                    if search.is_some() && filter.volume_min.is_some() {
                        continue;
                    }
                    let list = ListQuery {
                        ordering: Some(format!("{way}{order}")),
                        search: search.map(str::to_owned),
                        ..Default::default()
                    };
                    let few = search == Some("rd 1999") || filter.volume_min.is_some();
                    for (sql, plan) in plans(&ground, &tenant.scope, filter, &list).await {
                        let said = format!("{filter:?} {list:?}:\n{sql}\n{plan}");
                        // The numbers that are kept are few rows: reading them all is right.
                        let whole = plan.contains("Seq Scan on keywords") || plan.contains("SCAN k\n");
                        // Whether a word is common is asked of the first rows that come along.
                        let probe = search == Some("word") && sql.contains("AS probed");
                        assert!(!whole || probe, "{said}");
                        let sorts = plan.contains("Sort  (") || plan.contains("TEMP B-TREE");
                        let page = sql.contains("ORDER BY v");
                        // Where an account has none of a figure, all its keywords are of the same place.
                        assert!(!page || !sorts || few, "{said}");
                    }
                }
            }
        }
    }
}

/// A file of keywords of every volume.
fn file_of(rows: usize) -> String {
    let rows: Vec<String> = (0..rows)
        .map(|number| format!("word {number},{},{}", number * 7_919 % 20_011, number % 101))
        .collect();
    format!("keyword,volume,difficulty\n{}\n", rows.join("\n"))
}

#[tokio::test]
async fn a_large_cluster_is_read_along_the_order_and_a_small_one_by_its_members() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let file = file_of(20_000);
    ground.import(&tenant, "a.csv", file.as_bytes(), ImportMode::Skip).await;
    // For one who owns most of the table, reading the table is the better way.
    for number in 0..3 {
        let other = ground.tenant(&format!("other{number}@example.com")).await;
        ground.import(&other, "a.csv", file.as_bytes(), ImportMode::Skip).await;
    }
    let mut made = Vec::new();
    for (name, every) in [("small", 1_000), ("large", 3)] {
        let input = cluster::New {
            sector_id: tenant.sector,
            name: name.to_owned(),
            description: String::new(),
        };
        let cluster = clusters::create(&ground.app, &tenant.scope, input)
            .await
            .expect("a cluster");
        let sql = format!(
            "INSERT INTO cluster_keywords (cluster_id, keyword_id, account_id) \
             SELECT {}, id, account_id FROM keywords WHERE account_id = {} AND id % {every} = 0",
            cluster.id, tenant.scope.account
        );
        ground.app.db.execute_unprepared(&sql).await.expect("members");
        made.push(cluster.id);
    }
    settle::run(&ground.app).await.expect("settled");
    let bounds = Bounds {
        few: 100,
        members: 100,
        ..Bounds::default()
    };
    // Without statistics, as after the first import, and with them.
    for statistics in [false, true] {
        if statistics && on_postgres() {
            let vacuum = "VACUUM ANALYZE";
            ground.app.db.execute_unprepared(vacuum).await.expect("statistics");
        }
        for (cluster, large) in made.iter().zip([false, true]) {
            let filter = keyword::Filter {
                cluster_id: Some(*cluster),
                ..Default::default()
            };
            for order in ORDERS {
                for way in ["", "-"] {
                    let list = ListQuery {
                        ordering: Some(format!("{way}{order}")),
                        ..Default::default()
                    };
                    let plans = plans_within(&ground, &tenant.scope, &filter, &list, bounds).await;
                    for (sql, plan) in plans {
                        let said = format!("{filter:?} {list:?}, statistics: {statistics}\n{sql}\n{plan}");
                        let whole = plan.contains("Seq Scan on keywords") || plan.contains("SCAN k\n");
                        assert!(!whole, "{said}");
                        let sorts = plan.contains("Sort  (") || plan.contains("TEMP B-TREE");
                        let page = sql.contains("ORDER BY v") || sql.contains("AS numbered");
                        if page && large {
                            // What is not known to be large is sorted, but before it is looked up.
                            let unknown = on_postgres() && !statistics && order == "created_at";
                            assert!(!sorts || unknown, "{said}");
                            let index = plan.contains("ix_keywords_list_") || order == "created_at";
                            assert!(index, "{said}");
                        } else if page {
                            // The members are looked up one by one.
                            assert!(sql.contains("AS numbered"), "{said}");
                            let each = plan.contains("keywords_pkey on keywords")
                                || plan.contains("SEARCH k USING INTEGER PRIMARY KEY");
                            assert!(each && !plan.contains("ix_keywords_list"), "{said}");
                        }
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn the_first_page_after_an_import_reads_a_part_of_what_waits() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let file = file_of(30_000);
    ground.import(&tenant, "a.csv", file.as_bytes(), ImportMode::Skip).await;
    let bounds = Bounds {
        few: 1_000,
        members: 1_000,
        ..Bounds::default()
    };
    for statistics in [false, true] {
        if statistics && on_postgres() {
            let analyze = "ANALYZE keywords";
            ground.app.db.execute_unprepared(analyze).await.expect("statistics");
        }
        for ordering in ["-volume", "volume", "keyword", "-keyword"] {
            let list = ListQuery {
                ordering: Some(ordering.to_owned()),
                ..Default::default()
            };
            let filter = keyword::Filter::default();
            let plans = plans_within(&ground, &tenant.scope, &filter, &list, bounds).await;
            let mut pages = 0;
            for (sql, plan) in plans {
                let said = format!("{list:?}, statistics: {statistics}\n{sql}\n{plan}");
                let whole = plan.contains("Seq Scan on keywords") || plan.contains("SCAN k\n");
                assert!(!whole, "{said}");
                if !sql.contains("ORDER BY v") {
                    continue;
                }
                pages += 1;
                if ordering.ends_with("volume") {
                    assert!(plan.contains("ix_keywords_list_fresh"), "{said}");
                    assert!(sql.contains("length(k.volume"), "a tier at a time: {said}");
                } else {
                    assert!(plan.contains("ix_keywords_sector_id_keyword_key"), "{said}");
                    // Names that are equal, of which there are none, would be put in order by their numbers. What is not known to
                    // be large is sorted.
                    let plan = plan.replace("Incremental Sort", "");
                    let unknown = on_postgres() && !statistics;
                    let sorts = plan.contains("Sort  (") || plan.contains("TEMP B-TREE");
                    assert!(!sorts || unknown, "{said}");
                }
            }
            assert!(pages > 0);
        }
    }
}

#[tokio::test]
async fn the_list_of_jobs_is_read_from_an_index() {
    let ground = Ground::new().await;
    let mut tenants = Vec::new();
    for number in 0..4 {
        tenants.push(ground.tenant(&format!("ann{number}@example.com")).await);
    }
    let now = domain::now();
    // Everybody's jobs in turns, as they come in: the youngest of the table are not the account's.
    for _ in 0..20 {
        let rows = (0..400).map(|number: usize| {
            let tenant = &tenants[number % tenants.len()];
            ai_task::ActiveModel {
                public_id: Set(uuid::Uuid::new_v4().to_string()),
                account_id: Set(tenant.scope.account),
                site_id: Set(tenant.site),
                sector_id: Set(tenant.sector),
                function: Set(ai_task::AiFunction::GenerateContent),
                status: Set(ai_task::AiTaskStatus::Completed),
                phase: Set(ai_task::Phase::Done),
                items_total: Set(1),
                items_done: Set(1),
                items_failed: Set(0),
                credits_reserved: Set(3),
                credits_settled: Set(3),
                credits_released: Set(0),
                params: Set("{}".to_owned()),
                cancel_requested: Set(false),
                // As browsers send it; without one the index of the keys would be small and look good for counting.
                idempotency_key: Set(Some(uuid::Uuid::new_v4().to_string())),
                created_at: Set(now),
                updated_at: Set(now),
                ..Default::default()
            }
        });
        ai_task::Entity::insert_many(rows)
            .exec_without_returning(&ground.app.db)
            .await
            .expect("jobs");
    }
    let statistics = if on_postgres() {
        "VACUUM ANALYZE ai_tasks"
    } else {
        "ANALYZE"
    };
    ground.app.db.execute_unprepared(statistics).await.expect("statistics");
    let tenant = &tenants[0];
    let all = ai_task::Filter::default();
    let by_site = ai_task::Filter {
        site_id: Some(tenant.site),
        ..Default::default()
    };
    for filter in [&all, &by_site] {
        let (page, count) = job_plans(&ground, &tenant.scope, filter).await;
        let sorts = page.contains("Sort") || page.contains("TEMP B-TREE");
        assert!(!sorts && page.to_lowercase().contains("index"), "{filter:?}:\n{page}");
        // PostgreSQL takes the index alone once a vacuum has marked the pages, and by way of a bitmap before.
        let alone = count.contains("COVERING INDEX")
            || count.contains("Index Only Scan")
            || count.contains("Bitmap Index Scan on ix_ai_tasks");
        assert!(alone, "{filter:?}:\n{count}");
    }
}
