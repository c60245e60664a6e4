//! The planner's dashboard counts what is there.

use chrono::TimeDelta;
use domain::{Error, planner::dashboard::dashboard};
use entity::{
    ai_task::Start,
    cluster, content, idea, keyword,
    keyword::Intent,
    keyword_import::ImportMode,
    planner_dashboard::{Filter, Progress},
    task,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use crate::support::Ground;

#[tokio::test]
async fn the_numbers_are_those_of_the_rows() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let filter = Filter {
        site_id: tenant.site,
        sector_id: None,
    };
    let empty = dashboard(app, scope, &filter).await.expect("a dashboard");
    assert_eq!(empty.figures, Default::default());
    assert_eq!(empty.actions.len(), 1);
    assert_eq!(empty.actions[0].name, "import");
    assert_eq!(
        (empty.intents.len(), empty.difficulties.len(), empty.coverage.len()),
        (4, 11, 12)
    );

    let file = "keyword,volume,difficulty,intent\n\
        best moka pot,500,9,commercial\n\
        top moka pots,300,10,commercial\n\
        kettle repair,200,95,transactional\n\
        fix kettle,100,100,transactional\n\
        what is crema,,,informational\n\
        old thing,9000,50,informational\n";
    ground.import(&tenant, "a.csv", file.as_bytes(), ImportMode::Skip).await;
    let keywords = ground.keywords(&tenant).await;
    keyword::Entity::update_many()
        .col_expr(keyword::Column::Status, Expr::value(keyword::KeywordStatus::Archived))
        .filter(keyword::Column::Id.eq(keywords["old thing"].id))
        .exec(&app.db)
        .await
        .expect("archives");
    keyword::Entity::update_many()
        .col_expr(keyword::Column::PositionHundredths, Expr::value(1_240))
        .filter(keyword::Column::Id.eq(keywords["what is crema"].id))
        .exec(&app.db)
        .await
        .expect("a position");
    // Three weeks ago the keywords were there, one week ago the clusters; the article is of today.
    let ago = |weeks: i64| domain::now() - TimeDelta::weeks(weeks);
    keyword::Entity::update_many()
        .col_expr(keyword::Column::CreatedAt, Expr::value(ago(3)))
        .exec(&app.db)
        .await
        .expect("earlier");
    ground
        .run(&tenant, Start::auto_cluster_of(tenant.sector, Vec::new()))
        .await;
    cluster::Entity::update_many()
        .col_expr(cluster::Column::CreatedAt, Expr::value(ago(1)))
        .exec(&app.db)
        .await
        .expect("earlier");
    let clusters = cluster::Entity::find().all(&app.db).await.expect("clusters");
    assert_eq!(clusters.len(), 2, "{clusters:?}");
    let moka = clusters.iter().find(|row| row.volume == 800).expect("the moka pots");
    let kettle = clusters.iter().find(|row| row.volume == 300).expect("the kettles");
    ground
        .run(
            &tenant,
            Start::GenerateIdeas {
                cluster_ids: vec![kettle.id],
            },
        )
        .await;
    let ideas = i64::try_from(idea::Entity::find().all(&app.db).await.expect("ideas").len()).expect("fits");
    let article = ground.text(&tenant, "Moka pots", "best moka pot", "<p>x</p>").await;
    content::Entity::update(content::ActiveModel {
        id: Set(article.id),
        cluster_id: Set(Some(moka.id)),
        status: Set(content::ContentStatus::Published),
        ..Default::default()
    })
    .exec(&app.db)
    .await
    .expect("publishes");
    ground.task(&tenant, "Something else").await;
    let set_aside = ground.task(&tenant, "Set aside").await;
    task::Entity::update_many()
        .col_expr(task::Column::Status, Expr::value(task::TaskStatus::Archived))
        .filter(task::Column::Id.eq(set_aside))
        .exec(&app.db)
        .await
        .expect("archives");

    let found = dashboard(app, scope, &filter).await.expect("a dashboard");
    let figures = found.figures;
    assert_eq!(
        (figures.keywords, figures.volume),
        (5, 1_100),
        "what is archived does not count"
    );
    assert_eq!((figures.grouped, figures.with_content, figures.within_reach), (4, 2, 1));
    assert_eq!((figures.clusters, figures.clusters_without_ideas), (2, 1));
    assert_eq!((figures.ideas, figures.ideas_new), (ideas, ideas));
    assert_eq!((figures.tasks, figures.tasks_open), (1, 1));
    assert_eq!((figures.content, figures.published), (1, 1));
    let intents: Vec<(Intent, i64)> = found.intents.iter().map(|one| (one.intent, one.keywords)).collect();
    assert_eq!(
        intents,
        [
            (Intent::Informational, 1),
            (Intent::Navigational, 0),
            (Intent::Transactional, 2),
            (Intent::Commercial, 2)
        ]
    );
    let difficulties: Vec<(Option<i32>, i64)> = found
        .difficulties
        .iter()
        .filter(|one| one.keywords > 0)
        .map(|one| (one.from, one.keywords))
        .collect();
    assert_eq!(difficulties, [(Some(0), 1), (Some(10), 1), (Some(90), 2), (None, 1)]);
    let volumes: Vec<(i64, Progress)> = found.clusters.iter().map(|one| (one.volume, one.progress)).collect();
    assert_eq!(volumes, [(800, Progress::Written), (300, Progress::Planned)]);
    assert_eq!((found.other_clusters, found.other_volume), (0, 0));
    let last: Vec<(i64, i64, i64)> = found.coverage[7..]
        .iter()
        .map(|point| (point.keywords, point.grouped, point.with_content))
        .collect();
    assert_eq!(last, [(0, 0, 0), (5, 0, 0), (5, 0, 0), (5, 4, 0), (5, 4, 2)]);
    let actions: Vec<(&str, i64)> = found
        .actions
        .iter()
        .map(|one| (one.name.as_str(), one.number))
        .collect();
    assert_eq!(
        actions,
        [
            ("group", 1),
            ("ideas", 1),
            ("decide", ideas),
            ("write", 1),
            ("reach", 1)
        ]
    );

    let of_sector = Filter {
        sector_id: Some(tenant.sector),
        ..filter.clone()
    };
    assert_eq!(
        dashboard(app, scope, &of_sector).await.expect("a dashboard").figures,
        figures
    );
    let other = ground.tenant("bob@example.com").await;
    let elsewhere = Filter {
        sector_id: Some(other.sector),
        ..filter.clone()
    };
    for (scope, filter) in [(scope, &elsewhere), (&other.scope, &filter)] {
        let error = dashboard(app, scope, filter).await.expect_err("not there");
        assert!(matches!(error, Error::NotFound(_)), "{error:?}");
    }
}
