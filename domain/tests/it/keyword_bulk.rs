//! Many keywords at once: selections by ids and by filter, pasted lists, the seed library, exports, cells, views.

use domain::{
    Error, catalogue,
    planner::{clusters, keywords, keywords::bulk, views},
    scope::Scope,
};
use entity::{
    ClusterId, KeywordId, ListQuery, audit_event, cluster, cluster_keyword, keyword,
    keyword::{Filter, Intent, KeywordStatus, NewMany, Patch, Selection},
    keyword_import::ImportMode,
    saved_view, seed_keyword,
    user::Role,
};
use futures::TryStreamExt;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::support::{Ground, Tenant, fields, page};

fn all(filter: Filter) -> Selection {
    Selection::All {
        filter,
        search: None,
        except: Vec::new(),
    }
}

async fn held(ground: &Ground, tenant: &Tenant, name: &str, keywords: &[KeywordId]) -> ClusterId {
    let new = cluster::New {
        sector_id: tenant.sector,
        name: name.to_owned(),
        description: String::new(),
    };
    let made = clusters::create(&ground.app, &tenant.scope, new)
        .await
        .expect("a cluster");
    for keyword in keywords {
        cluster_keyword::Entity::insert(cluster_keyword::ActiveModel {
            cluster_id: Set(made.id),
            keyword_id: Set(*keyword),
            account_id: Set(tenant.scope.account),
            similarity: Set(0.0),
            ..Default::default()
        })
        .exec_without_returning(&ground.app.db)
        .await
        .expect("a member");
    }
    made.id
}

async fn export(app: &domain::App, scope: &Scope, selection: Selection) -> Vec<Vec<String>> {
    let parts: Vec<Vec<u8>> = keywords::export_csv(app, scope, selection)
        .await
        .expect("an export")
        .try_collect()
        .await
        .expect("all of it");
    csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(parts.concat().as_slice())
        .records()
        .map(|row| row.expect("a row").iter().map(str::to_owned).collect())
        .collect()
}

#[tokio::test]
async fn what_a_filter_names_is_changed_on_whichever_page_it_stands() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    // More than one chunk of ten thousand, so that the loop has to go on.
    let mut file = "keyword,volume\n".to_owned();
    for number in 0..12_050 {
        file.push_str(&format!("pot {number},{}\n", number % 100));
    }
    ground.import(&tenant, "a.csv", file.as_bytes(), ImportMode::Skip).await;
    let stranger = ground.tenant("bob@example.com").await;
    let file = "keyword,volume\npot 1,5\npot 2,80\n";
    ground
        .import(&stranger, "b.csv", file.as_bytes(), ImportMode::Skip)
        .await;
    let rows = ground.keywords(&tenant).await;
    let loud = Filter {
        site_id: Some(tenant.site),
        volume_min: Some(50),
        ..Default::default()
    };
    let kept = rows["pot 99"].id;
    let selection = Selection::All {
        filter: loud.clone(),
        search: None,
        except: vec![kept],
    };
    assert_eq!(bulk::count(app, scope, &selection).await.expect("a count"), 5_999);
    let changed = bulk::set_status(app, scope, &selection, KeywordStatus::Archived).await;
    assert_eq!(changed.expect("changes"), 5_999);
    // The filter asks for what the change takes away: each row is met once all the same.
    let active = Filter {
        status: Some(KeywordStatus::Active),
        ..Default::default()
    };
    assert_eq!(
        bulk::count(app, scope, &all(active.clone())).await.expect("a count"),
        6_051
    );
    let changed = bulk::set_status(app, scope, &all(active), KeywordStatus::Inactive).await;
    assert_eq!(changed.expect("changes"), 6_051);
    // Intent, with a search; guessed no longer.
    let nineties = Selection::All {
        filter: Filter::default(),
        search: Some("Pot 1199".to_owned()),
        except: Vec::new(),
    };
    let changed = bulk::set_intent(app, scope, &nineties, Intent::Commercial).await;
    assert_eq!(changed.expect("changes"), 11);
    let rows = ground.keywords(&tenant).await;
    let row = &rows["pot 11995"];
    assert_eq!((row.intent, row.intent_guessed), (Intent::Commercial, false));
    assert_eq!(rows["pot 99"].status, KeywordStatus::Inactive);
    assert_eq!(rows["pot 98"].status, KeywordStatus::Archived);
    // A deletion takes what matches out of clusters, whose figures stay true, and says in the log how many.
    let cluster = held(&ground, &tenant, "Pots", &[rows["pot 98"].id, rows["pot 3"].id]).await;
    let archived = Filter {
        site_id: Some(tenant.site),
        status: Some(KeywordStatus::Archived),
        ..Default::default()
    };
    assert_eq!(bulk::delete(app, scope, &all(archived)).await.expect("deletes"), 5_999);
    let cluster = clusters::get(app, scope, cluster).await.expect("the cluster");
    assert_eq!((cluster.keywords_count, cluster.volume), (1, 3));
    assert_eq!(ground.keywords(&tenant).await.len(), 6_051);
    let told: u64 = audit_event::Entity::find()
        .filter(audit_event::Column::ObjectType.eq("keyword"))
        .all(&app.db)
        .await
        .expect("the log")
        .iter()
        .filter_map(|event| event.detail.split(' ').next()?.parse::<u64>().ok())
        .sum();
    assert_eq!(told, 5_999);
    // "Everything" ends at the account.
    assert_eq!(
        bulk::delete(app, scope, &all(Filter::default()))
            .await
            .expect("deletes"),
        6_051
    );
    let left = ground.keywords(&stranger).await;
    assert_eq!(left.len(), 2);
    assert!(left.values().all(|row| row.status == KeywordStatus::Active));
}

#[tokio::test]
async fn a_selection_stays_within_what_the_caller_may_change() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let other = ground.tenant("bob@example.com").await;
    let app = &ground.app;
    for tenant in [&tenant, &other] {
        let file = "keyword\nmoka pot\nfrench press\n";
        ground.import(tenant, "a.csv", file.as_bytes(), ImportMode::Skip).await;
    }
    let of_site = |site| {
        all(Filter {
            site_id: Some(site),
            ..Default::default()
        })
    };
    // What a filter names must be there: a foreign site is none.
    let foreign = of_site(other.site);
    let scope = &tenant.scope;
    assert!(matches!(
        bulk::delete(app, scope, &foreign).await,
        Err(Error::NotFound(_))
    ));
    assert!(matches!(
        bulk::count(app, scope, &foreign).await,
        Err(Error::NotFound(_))
    ));
    assert!(matches!(
        keywords::export_csv(app, scope, foreign).await.map(|_| ()),
        Err(Error::NotFound(_))
    ));
    // A foreign id among one's own: nothing happens at all.
    let ids = vec![
        ground.keywords(&tenant).await["moka pot"].id,
        ground.keywords(&other).await["moka pot"].id,
    ];
    let mixed = Selection::Ids { ids };
    assert!(matches!(
        bulk::delete(app, scope, &mixed).await,
        Err(Error::NotFound(_))
    ));
    assert!(matches!(
        keywords::export_csv(app, scope, mixed).await.map(|_| ()),
        Err(Error::NotFound(_))
    ));
    // Viewers look, whatever the selection; editors see their sites only, also in "everything".
    let viewer = ground.member(&tenant, Role::Viewer, &[tenant.site]).await;
    for selection in [of_site(tenant.site), all(Filter::default())] {
        assert!(matches!(
            bulk::set_status(app, &viewer, &selection, KeywordStatus::Archived).await,
            Err(Error::Forbidden(_))
        ));
        assert_eq!(bulk::count(app, &viewer, &selection).await.expect("a count"), 2);
    }
    let elsewhere = ground.member(&tenant, Role::Editor, &[]).await;
    assert!(matches!(
        bulk::delete(app, &elsewhere, &of_site(tenant.site)).await,
        Err(Error::NotFound(_))
    ));
    assert_eq!(
        bulk::delete(app, &elsewhere, &all(Filter::default()))
            .await
            .expect("none"),
        0
    );
    // Too many ids are no selection.
    let many = Selection::Ids {
        ids: (0..10_001).map(KeywordId).collect(),
    };
    assert_eq!(
        fields(&bulk::delete(app, scope, &many).await.expect_err("too many")),
        ["ids"]
    );
    let none = Selection::Ids { ids: Vec::new() };
    assert_eq!(
        fields(&bulk::delete(app, scope, &none).await.expect_err("none")),
        ["ids"]
    );
    assert_eq!(ground.keywords(&tenant).await.len(), 2);
    assert_eq!(ground.keywords(&other).await.len(), 2);
}

#[tokio::test]
async fn a_cell_is_changed_alone_cleared_and_never_over_somebody_elses_change() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let file = "Keyword,Avg. monthly searches,Competition\nmoka pot,1K – 10K,Low\n";
    ground.import(&tenant, "a.csv", file.as_bytes(), ImportMode::Skip).await;
    let seen = ground.keywords(&tenant).await["moka pot"].clone();
    assert!(seen.volume_estimated && seen.volume_low.is_some(), "{seen:?}");
    let patch = Patch {
        volume: Some(Some(900)),
        seen: Some(seen.updated_at),
        ..Default::default()
    };
    let first = keywords::update(app, scope, seen.id, patch.clone())
        .await
        .expect("changes");
    // A figure of one's own is neither a range nor an estimate.
    assert_eq!(
        (
            first.volume,
            first.volume_low,
            first.volume_high,
            first.volume_estimated
        ),
        (Some(900), None, None, false)
    );
    // The second person still has the old row on the screen.
    let refused = keywords::update(app, scope, seen.id, patch).await;
    assert!(matches!(refused, Err(Error::Changed(_))), "{refused:?}");
    let hard = Patch {
        difficulty: Some(Some(40)),
        seen: Some(first.updated_at),
        ..Default::default()
    };
    let second = keywords::update(app, scope, seen.id, hard).await.expect("changes");
    assert_eq!((second.volume, second.difficulty), (Some(900), Some(40)));
    // Cleared, and the cluster that holds it counts anew.
    let cluster = held(&ground, &tenant, "Pots", &[seen.id]).await;
    let clear = Patch {
        volume: Some(None),
        difficulty: Some(None),
        ..Default::default()
    };
    let cleared = keywords::update(app, scope, seen.id, clear).await.expect("clears");
    assert_eq!(
        (cleared.volume, cleared.difficulty, cleared.volume_estimated),
        (None, None, false)
    );
    let cluster = clusters::get(app, scope, cluster).await.expect("the cluster");
    assert_eq!((cluster.keywords_count, cluster.volume), (1, 0));
    // Nothing given, nothing changed.
    let same = keywords::update(app, scope, seen.id, Patch::default())
        .await
        .expect("nothing");
    assert_eq!((same.volume, same.keyword.as_str()), (None, "moka pot"));
}

#[tokio::test]
async fn a_pasted_list_adds_what_is_new_or_nothing() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let new = |keywords: &[&str]| NewMany {
        sector_id: tenant.sector,
        keywords: keywords.iter().map(|text| (*text).to_owned()).collect(),
        intent: None,
    };
    let added = keywords::create_many(app, scope, new(&["Moka pot", "", " buy  moka pot ", "MOKA POT"]))
        .await
        .expect("adds");
    assert_eq!((added.added, added.skipped), (2, 1));
    let rows = ground.keywords(&tenant).await;
    assert_eq!(rows["buy moka pot"].intent, Intent::Transactional);
    assert!(rows["buy moka pot"].intent_guessed);
    let again = keywords::create_many(app, scope, new(&["moka pot", "french press"]))
        .await
        .expect("adds");
    assert_eq!((again.added, again.skipped), (1, 1));
    // One line that is none: the list comes back whole, with the line.
    let long = "x".repeat(201);
    let refused = keywords::create_many(app, scope, new(&["fine", "also fine", &long])).await;
    let Err(Error::Invalid { fields, .. }) = refused else {
        panic!("{refused:?}")
    };
    assert!(fields[0].message.starts_with("Line 3:"), "{fields:?}");
    let many: Vec<String> = (0..501).map(|number| format!("k {number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for wrong in [new(&many), new(&[" ", ""])] {
        let refused = keywords::create_many(app, scope, wrong).await.expect_err("refused");
        assert_eq!(fields_of(&refused), ["keywords"]);
    }
    assert_eq!(ground.keywords(&tenant).await.len(), 3);
    // The plan's limit counts what is new, and adds nothing when it does not fit.
    let small = entity::plan::Entity::update_many()
        .col_expr(entity::plan::Column::MaxKeywords, sea_orm::sea_query::Expr::value(4))
        .exec(&app.db)
        .await;
    small.expect("a small plan");
    let fits = keywords::create_many(app, scope, new(&["moka pot", "drip tray"])).await;
    assert_eq!(fits.expect("one is new").added, 1);
    let refused = keywords::create_many(app, scope, new(&["one", "two"])).await;
    assert!(matches!(refused, Err(Error::LimitReached(_))), "{refused:?}");
    assert_eq!(ground.keywords(&tenant).await.len(), 4);
}

fn fields_of(error: &Error) -> Vec<&str> {
    fields(error)
}

#[tokio::test]
async fn the_seed_library_goes_into_a_sector_once() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let industries = catalogue::industries(app).await.expect("the catalogue");
    let pattern = &industries[0].sectors[0];
    let filter = seed_keyword::Filter {
        industry_sector_id: Some(pattern.id),
        ..Default::default()
    };
    let shelf = keywords::library(app, scope, tenant.sector, &filter, &page(200))
        .await
        .expect("the library");
    assert!(shelf.count > 10 && shelf.results.iter().all(|row| !row.in_sector));
    let ids: Vec<_> = shelf.results[..5].iter().map(|row| row.seed.id).collect();
    let added = keywords::add_from_library(app, scope, tenant.sector, &ids)
        .await
        .expect("adds");
    assert_eq!((added.added, added.skipped), (5, 0));
    let rows = ground.keywords(&tenant).await;
    let first = &shelf.results[0].seed;
    let row = &rows[&engine::text::keyword_key(&first.keyword)];
    assert_eq!(
        (row.intent, row.intent_guessed, row.volume),
        (first.intent, false, None)
    );
    let shelf = keywords::library(app, scope, tenant.sector, &filter, &page(200))
        .await
        .expect("the library");
    assert_eq!(shelf.results.iter().filter(|row| row.in_sector).count(), 5);
    // All that match: the five are there already.
    let pick = seed_keyword::Pick {
        sector_id: tenant.sector,
        ids: Vec::new(),
        filter: Some(filter),
        search: None,
    };
    let added = keywords::pick_from_library(app, scope, &pick).await.expect("adds");
    assert_eq!((added.added, added.skipped), (shelf.count - 5, 5));
    // Nothing, something that is not there, somebody else's sector.
    let none = keywords::add_from_library(app, scope, tenant.sector, &[]).await;
    assert_eq!(fields_of(&none.expect_err("none")), ["ids"]);
    let gone = [entity::SeedKeywordId(987_654_321)];
    assert!(matches!(
        keywords::add_from_library(app, scope, tenant.sector, &gone).await,
        Err(Error::NotFound(_))
    ));
    let stranger = ground.tenant("bob@example.com").await;
    assert!(matches!(
        keywords::add_from_library(app, &stranger.scope, tenant.sector, &ids).await,
        Err(Error::NotFound(_))
    ));
    assert!(matches!(
        keywords::library(app, &stranger.scope, tenant.sector, &Default::default(), &page(1)).await,
        Err(Error::NotFound(_))
    ));
}

#[tokio::test]
async fn an_export_holds_the_selection_with_clusters_and_positions() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let mut file = "keyword,volume\n\"=cmd|' /C calc'!A0\",7\nmoka pot,5\n".to_owned();
    for number in 0..2_500 {
        file.push_str(&format!("pot {number},1\n"));
    }
    ground.import(&tenant, "a.csv", file.as_bytes(), ImportMode::Skip).await;
    let rows = ground.keywords(&tenant).await;
    let moka = rows["moka pot"].id;
    held(&ground, &tenant, "=Pots", &[moka]).await;
    held(&ground, &tenant, "Stove", &[moka]).await;
    keyword::Entity::update(keyword::ActiveModel {
        id: Set(moka),
        impressions: Set(Some(1_200)),
        clicks: Set(Some(34)),
        position_hundredths: Set(Some(705)),
        ..Default::default()
    })
    .exec(&app.db)
    .await
    .expect("figures");
    let everything = export(app, scope, all(Filter::default())).await;
    assert_eq!(everything.len(), 2_503);
    assert_eq!(
        everything[0][..9],
        [
            "keyword",
            "volume",
            "difficulty",
            "intent",
            "status",
            "clusters",
            "position",
            "impressions",
            "clicks"
        ]
    );
    assert!(everything[1..].iter().any(|row| row[0].starts_with("'=cmd")));
    assert!(everything[1..].iter().all(|row| !row[0].starts_with('=')));
    let row = everything.iter().find(|row| row[0] == "moka pot").expect("the row");
    assert_eq!(row[5..9], ["'=Pots; Stove", "7.05", "1200", "34"]);
    let some = export(app, scope, Selection::Ids { ids: vec![moka, moka] }).await;
    assert_eq!(some.len(), 2);
    let but = Selection::All {
        filter: Filter::default(),
        search: Some("pot".to_owned()),
        except: vec![moka],
    };
    assert_eq!(export(app, scope, but).await.len(), 2_501);
    let name = keywords::file_name(app, scope, Some(tenant.site))
        .await
        .expect("a name");
    assert_eq!(
        name,
        format!("keywords-coffee-{}.csv", domain::now().format("%Y-%m-%d"))
    );
}

fn view(name: &str, query: &str) -> saved_view::New {
    saved_view::New {
        list_name: "keywords".to_owned(),
        name: name.to_owned(),
        query: query.to_owned(),
        ..Default::default()
    }
}

async fn names(app: &domain::App, scope: &Scope) -> Vec<String> {
    let filter = saved_view::Filter {
        list_name: Some("keywords".to_owned()),
    };
    let list = views::list(app, scope, &filter, &ListQuery::default())
        .await
        .expect("views");
    list.results.into_iter().map(|row| row.view.name).collect()
}

#[tokio::test]
async fn views_are_their_maker_s_until_they_are_shared() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let stranger = ground.tenant("bob@example.com").await;
    let (app, ann) = (&ground.app, &tenant.scope);
    let viewer = ground.member(&tenant, Role::Viewer, &[tenant.site]).await;
    let editor = ground.member(&tenant, Role::Editor, &[]).await;
    let made = views::create(
        app,
        ann,
        view("  Easy   wins ", "?volume_min=100&difficulty_max=30&status="),
    )
    .await
    .expect("a view");
    assert_eq!(
        (made.name.as_str(), made.query.as_str()),
        ("Easy wins", "volume_min=100&difficulty_max=30")
    );
    assert!(names(app, &viewer).await.is_empty());
    // Only what the list knows, once per person and list, whatever the case.
    for (wrong, field) in [
        (view("x", "volume_min=1&account_id=2"), "query"),
        (view(" ", ""), "name"),
        (view(&"x".repeat(61), ""), "name"),
        (view("easy WINS", ""), "name"),
        (view("x", &format!("search={}", "y".repeat(1_000))), "query"),
        (
            saved_view::New {
                list_name: "users".to_owned(),
                ..view("x", "")
            },
            "list_name",
        ),
        (
            saved_view::New {
                hidden_columns: Some("volume;drop".to_owned()),
                ..view("x", "")
            },
            "hidden_columns",
        ),
    ] {
        let refused = views::create(app, ann, wrong).await.expect_err("refused");
        assert_eq!(fields_of(&refused), [field]);
    }
    let ideas = saved_view::New {
        list_name: "ideas".to_owned(),
        ..view("Easy wins", "structure=guide")
    };
    views::create(app, ann, ideas).await.expect("another list");
    // A viewer keeps views, but does not share them.
    let own = views::create(app, &viewer, view("Easy wins", "search=moka"))
        .await
        .expect("own");
    let share = saved_view::Patch {
        shared: Some(true),
        ..Default::default()
    };
    assert!(matches!(
        views::update(app, &viewer, own.id, share.clone()).await,
        Err(Error::Forbidden(_))
    ));
    // Shared: the team sees it and cannot change it; nobody else knows of it.
    assert!(matches!(
        views::update(app, &viewer, made.id, share.clone()).await,
        Err(Error::NotFound(_))
    ));
    views::update(app, ann, made.id, share).await.expect("shares");
    assert_eq!(names(app, &editor).await, ["Easy wins"]);
    assert_eq!(names(app, &viewer).await.len(), 2);
    assert!(names(app, &stranger.scope).await.is_empty());
    let rename = saved_view::Patch {
        name: Some("Mine".to_owned()),
        ..Default::default()
    };
    assert!(matches!(
        views::update(app, &editor, made.id, rename.clone()).await,
        Err(Error::Forbidden(_))
    ));
    assert!(matches!(
        views::delete(app, &editor, made.id).await,
        Err(Error::Forbidden(_))
    ));
    for id in [made.id, own.id] {
        assert!(matches!(
            views::update(app, &stranger.scope, id, rename.clone()).await,
            Err(Error::NotFound(_))
        ));
        assert!(matches!(
            views::delete(app, &stranger.scope, id).await,
            Err(Error::NotFound(_))
        ));
    }
    // Not even the owner sees what a viewer keeps.
    assert!(matches!(views::delete(app, ann, own.id).await, Err(Error::NotFound(_))));
    let clear = saved_view::Patch {
        query: Some("status=active".to_owned()),
        hidden_columns: Some(Some("added,intent".to_owned())),
        shared: Some(false),
        ..rename
    };
    let changed = views::update(app, ann, made.id, clear).await.expect("changes");
    assert_eq!(
        (changed.name.as_str(), changed.query.as_str()),
        ("Mine", "status=active")
    );
    assert_eq!(changed.hidden_columns.as_deref(), Some("added,intent"));
    assert!(names(app, &editor).await.is_empty());
    views::delete(app, ann, made.id).await.expect("deletes");
    assert_eq!(saved_view::Entity::find().count(&app.db).await.expect("a count"), 2);
    // Fifty are enough.
    for number in 0..50 {
        views::create(app, ann, view(&format!("View {number}"), ""))
            .await
            .expect("a view");
    }
    assert!(matches!(
        views::create(app, ann, view("One more", "")).await,
        Err(Error::LimitReached(_))
    ));
}
