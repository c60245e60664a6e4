//! Pages of the keyword list by filter and order, at the size that the account has.

use std::time::Instant;

use domain::{
    App,
    planner::{clusters, keywords},
    scope::Scope,
};
use entity::{
    ListQuery, SectorId, SiteId, cluster,
    keyword::{Filter, Intent, KeywordStatus},
};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

/// Pages of each kind that are timed, after two that warm up.
const TIMES: usize = 40;

/// Imports, gives the keywords what an import does not (a status, figures of Search Console, clusters), settles them, and
/// times pages.
pub(super) async fn measure(
    app: &App,
    scope: &Scope,
    (site, sector): (SiteId, SectorId),
    rows: u64,
) -> anyhow::Result<Value> {
    let importing = super::import(app, scope, sector, rows).await?;
    let fresh = page(app, scope, &Filter::default(), "", "").await?;
    app.db
        .execute_unprepared(
            "UPDATE keywords SET status = CASE id % 10 WHEN 0 THEN 'archived' WHEN 1 THEN 'inactive' ELSE 'active' END, \
             impressions = CASE id % 5 WHEN 0 THEN id % 10007 END, cpc_cents = CASE WHEN id % 4 > 0 THEN id % 911 END",
        )
        .await?;
    let mut ids = Vec::new();
    for (name, every) in [("Few", 2_003), ("Some", 50), ("Many", 3)] {
        let input = cluster::New {
            sector_id: sector,
            name: name.to_owned(),
            description: String::new(),
        };
        let made = clusters::create(app, scope, input).await?;
        app.db
            .execute_unprepared(&format!(
                "INSERT INTO cluster_keywords (cluster_id, keyword_id, account_id) \
                 SELECT {}, id, account_id FROM keywords WHERE id % {every} = 0",
                made.id
            ))
            .await?;
        ids.push(made.id);
    }
    let begun = Instant::now();
    keywords::settle::run(app).await?;
    let settling = begun.elapsed().as_secs_f64();
    // As the database does by itself after so many changes.
    let statistics = if domain::db::is_postgres(&app.db) {
        "VACUUM ANALYZE"
    } else {
        "PRAGMA optimize"
    };
    app.db.execute_unprepared(statistics).await?;

    let all = Filter::default();
    let with = |change: fn(&mut Filter)| {
        let mut filter = Filter {
            site_id: Some(site),
            ..Filter::default()
        };
        change(&mut filter);
        filter
    };
    let active = with(|filter| filter.status = Some(KeywordStatus::Active));
    let open = with(|filter| {
        filter.status = Some(KeywordStatus::Active);
        filter.intent = Some(Intent::Commercial);
        filter.clustered = Some(false);
    });
    let hard = with(|filter| filter.difficulty_min = Some(80));
    let wanted = with(|filter| filter.volume_min = Some(49_990));
    let both = with(|filter| {
        (filter.volume_min, filter.volume_max) = (Some(20_000), Some(21_000));
        (filter.difficulty_min, filter.difficulty_max) = (Some(30), Some(31));
    });
    let halves = with(|filter| {
        (filter.volume_max, filter.difficulty_min) = (Some(25_000), Some(50));
    });
    let cluster = |id| Filter {
        cluster_id: Some(id),
        ..Filter::default()
    };
    let cases: Vec<(&str, &Filter, &str, &str, u32)> = vec![
        ("all, -volume", &all, "-volume", "", 1),
        ("all, keyword", &all, "keyword", "", 1),
        ("all, -status", &all, "-status", "", 1),
        ("all, -impressions", &all, "-impressions", "", 1),
        ("active, -cpc", &active, "-cpc", "", 1),
        ("active, difficulty", &active, "difficulty", "", 1),
        (
            "active commercial unclustered, -created_at",
            &open,
            "-created_at",
            "",
            1,
        ),
        ("difficulty from 80, -volume", &hard, "-volume", "", 1),
        ("difficulty from 80, keyword", &hard, "keyword", "", 1),
        ("volume from 49,990, difficulty", &wanted, "difficulty", "", 1),
        ("both ranges narrow, -cpc", &both, "-cpc", "", 1),
        ("both ranges wide, keyword", &halves, "keyword", "", 1),
        (
            "text that 1 has, -volume",
            &all,
            "-volume",
            "kettle for the office 77",
            1,
        ),
        ("text that thousands have, -volume", &all, "-volume", "777", 1),
        ("text that an eighth has, -volume", &all, "-volume", "espresso", 1),
        ("text of 2 letters, -volume", &all, "-volume", "77", 1),
        ("text that none has, -volume", &all, "-volume", "zeppelin", 1),
        (
            "text and active and difficulty, keyword",
            &hard,
            "keyword",
            "camping 9",
            1,
        ),
        ("page 1,000, -volume", &all, "-volume", "", 1_000),
    ];
    let mut figures = Vec::new();
    for (name, filter, ordering, search, number) in cases {
        figures.push(timed(app, scope, name, filter, ordering, search, number).await?);
    }
    for (name, id) in ["few", "a fiftieth", "a third"].into_iter().zip(ids) {
        for ordering in ["-volume", "keyword", "difficulty", "-created_at", "-impressions"] {
            let name = format!("cluster of {name}, {ordering}");
            figures.push(timed(app, scope, &name, &cluster(id), ordering, "", 1).await?);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let rows = rows as f64;
    Ok(json!({
        "import_rows_per_second": (rows / importing).round(),
        "settle_rows_per_second": (rows / settling).round(),
        "before_settling_ms": fresh,
        "pages": figures,
    }))
}

async fn page(app: &App, scope: &Scope, filter: &Filter, ordering: &str, search: &str) -> anyhow::Result<f64> {
    once(app, scope, filter, ordering, search, 1)
        .await
        .map(|(took, _)| took)
}

async fn once(
    app: &App,
    scope: &Scope,
    filter: &Filter,
    ordering: &str,
    search: &str,
    number: u32,
) -> anyhow::Result<(f64, String)> {
    let query = ListQuery {
        page: Some(number),
        page_size: Some(50),
        ordering: Some(ordering.to_owned()),
        search: Some(search.to_owned()),
    };
    let begun = Instant::now();
    let page = keywords::list(app, scope, filter, &query).await?;
    let took = begun.elapsed().as_secs_f64() * 1e3;
    let more = if page.count_exact { "" } else { "+" };
    Ok((took, format!("{}{more}", page.count)))
}

async fn timed(
    app: &App,
    scope: &Scope,
    name: &str,
    filter: &Filter,
    ordering: &str,
    search: &str,
    number: u32,
) -> anyhow::Result<Value> {
    let mut times = Vec::with_capacity(TIMES);
    let mut count = String::new();
    for turn in 0..TIMES + 2 {
        let (took, found) = once(app, scope, filter, ordering, search, number).await?;
        count = found;
        if turn >= 2 {
            times.push(took);
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |share: usize| (times[(times.len() - 1) * share / 100] * 100.0).round() / 100.0;
    Ok(json!({"name": name, "count": count, "p50": at(50), "p95": at(95)}))
}
