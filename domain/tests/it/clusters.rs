//! Clusters: runs that extend, group anew and are undone; keywords by hand; merge and split; search results.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Error, ai,
    planner::{
        clusters::{self, members, reshape, runs},
        ideas, import, keywords, serp,
    },
};
use entity::{
    ClusterId, KeywordId,
    ai_task::{AiTaskStatus, Progress, Start},
    cluster, cluster_keyword, cluster_run_cluster, cluster_run_move, idea, keyword,
    keyword_import::{ImportKind, ImportMode, ImportReport, ImportStatus, NewImport},
    serp_result,
    user::Role,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};

use crate::support::{Answer, Ground, Model, Tenant, eventually, page};

const FILE: &[u8] = b"keyword,volume\n\
espresso machine,900\nbest espresso machine,500\nespresso machines,300\n\
moka pot,200\nbest moka pot,150\nmoka pots,90\n\
green tea benefits,80\nbenefits of green tea,70\n\
zanzibar weather,10\n";

/// Members of each cluster, by the cluster's id.
async fn places(ground: &Ground, tenant: &Tenant) -> BTreeMap<ClusterId, BTreeSet<String>> {
    let names: BTreeMap<KeywordId, String> = keyword::Entity::find()
        .all(&ground.app.db)
        .await
        .expect("works")
        .into_iter()
        .map(|row| (row.id, row.keyword))
        .collect();
    let mut found: BTreeMap<ClusterId, BTreeSet<String>> = BTreeMap::new();
    for row in rows(ground, tenant).await {
        found.insert(row.id, BTreeSet::new());
    }
    for place in cluster_keyword::Entity::find()
        .all(&ground.app.db)
        .await
        .expect("works")
    {
        if let Some(members) = found.get_mut(&place.cluster_id) {
            members.insert(names[&place.keyword_id].clone());
        }
    }
    found
}

async fn rows(ground: &Ground, tenant: &Tenant) -> Vec<cluster::Model> {
    cluster::Entity::find()
        .filter(cluster::Column::SiteId.eq(tenant.site))
        .all(&ground.app.db)
        .await
        .expect("works")
}

/// Counts and volumes are those of the members.
async fn assert_counts(ground: &Ground, tenant: &Tenant) {
    let volumes: BTreeMap<KeywordId, i64> = keyword::Entity::find()
        .all(&ground.app.db)
        .await
        .expect("works")
        .into_iter()
        .map(|row| (row.id, row.volume.unwrap_or(0)))
        .collect();
    for row in rows(ground, tenant).await {
        let members = cluster_keyword::Entity::find()
            .filter(cluster_keyword::Column::ClusterId.eq(row.id))
            .all(&ground.app.db)
            .await
            .expect("works");
        let volume: i64 = members.iter().map(|member| volumes[&member.keyword_id]).sum();
        assert_eq!(
            (row.keywords_count, row.volume),
            (i64::try_from(members.len()).expect("works"), volume),
            "{}",
            row.name
        );
    }
}

async fn start_ground() -> (Ground, Tenant) {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    ground.import(&tenant, "a.csv", FILE, ImportMode::Skip).await;
    (ground, tenant)
}

async fn ids_of(ground: &Ground, tenant: &Tenant, texts: &[&str]) -> Vec<KeywordId> {
    let all = ground.keywords(tenant).await;
    texts.iter().map(|text| all[*text].id).collect()
}

/// The cluster that holds a keyword.
async fn home(ground: &Ground, tenant: &Tenant, text: &str) -> Option<ClusterId> {
    places(ground, tenant)
        .await
        .into_iter()
        .find(|(_, members)| members.contains(text))
        .map(|(id, _)| id)
}

fn anew(tenant: &Tenant, tightness: u8) -> Start {
    Start::AutoCluster {
        sector_id: tenant.sector,
        keyword_ids: Vec::new(),
        filter: None,
        search: None,
        except: Vec::new(),
        tightness: Some(tightness),
        regroup: true,
        use_results: true,
    }
}

async fn group(ground: &Ground, tenant: &Tenant) -> Progress {
    let done = ground.run(tenant, Start::auto_cluster(tenant.sector)).await;
    assert_eq!(done.status, AiTaskStatus::Completed, "{done:?}");
    done
}

#[tokio::test]
async fn a_filter_and_a_search_narrow_a_run() {
    let (ground, tenant) = start_ground().await;
    let narrowed = |search: Option<&str>, least: Option<i64>| Start::AutoCluster {
        sector_id: tenant.sector,
        keyword_ids: Vec::new(),
        filter: Some(keyword::Filter {
            volume_min: least,
            // A site and a sector that are not there: the start's own count.
            site_id: Some(entity::SiteId(99)),
            sector_id: Some(entity::SectorId(99)),
            ..Default::default()
        }),
        search: search.map(str::to_owned),
        except: Vec::new(),
        tightness: None,
        regroup: false,
        use_results: true,
    };
    ground.run(&tenant, narrowed(Some("MOKA"), Some(100))).await;
    let held: BTreeSet<String> = places(&ground, &tenant).await.into_values().flatten().collect();
    assert_eq!(
        held,
        BTreeSet::from(["moka pot".to_owned(), "best moka pot".to_owned()])
    );
    let none = ai::start(&ground.app, &tenant.scope, narrowed(Some("nowhere"), None), None).await;
    assert!(matches!(none, Err(Error::Invalid { .. })));
    let start = Start::AutoCluster {
        sector_id: tenant.sector,
        keyword_ids: Vec::new(),
        filter: None,
        search: None,
        except: Vec::new(),
        tightness: Some(101),
        regroup: false,
        use_results: true,
    };
    assert!(matches!(
        ai::start(&ground.app, &tenant.scope, start, None).await,
        Err(Error::Invalid { .. })
    ));
}

#[tokio::test]
async fn a_run_takes_what_was_selected_but_what_was_taken_out_and_tells_of_it() {
    let (ground, tenant) = start_ground().await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let start = |ids: Vec<KeywordId>, search: Option<&str>, except: Vec<KeywordId>| Start::AutoCluster {
        sector_id: tenant.sector,
        keyword_ids: ids,
        filter: search.map(|_| keyword::Filter {
            site_id: Some(tenant.site),
            clustered: Some(false),
            ..Default::default()
        }),
        search: search.map(str::to_owned),
        except,
        tightness: None,
        regroup: false,
        use_results: true,
    };
    let moka = ids_of(&ground, &tenant, &["moka pot", "best moka pot"]).await;
    let all = runs::sample(app, scope, &start(Vec::new(), Some("moka"), Vec::new()))
        .await
        .expect("works");
    let fewer = start(Vec::new(), Some("moka"), vec![moka[0], moka[0]]);
    let sample = runs::sample(app, scope, &fewer).await.expect("works");
    assert_eq!((sample.matching, sample.total), (all.matching - 1, all.total - 1));
    assert!(
        sample.keywords.iter().all(|keyword| keyword.text != "moka pot"),
        "{sample:?}"
    );
    let done = ground.run(&tenant, fewer).await;
    let run = runs::of_task(app, scope, &done.task_id).await.expect("a run");
    assert_eq!(home(&ground, &tenant, "moka pot").await, None);
    assert!(run.placed > 0, "{run:?}");
    assert_eq!((run.asked.selected, run.asked.except), (0, 1));
    assert_eq!(run.asked.search.as_deref(), Some("moka"));
    let asked = keyword::Filter {
        clustered: Some(false),
        ..Default::default()
    };
    assert_eq!(run.asked.filter, asked);

    // Of what is selected by hand, what is in a cluster already is told apart.
    let sample = runs::sample(app, scope, &start(moka.clone(), None, Vec::new()))
        .await
        .expect("works");
    assert_eq!((sample.matching, sample.total), (2, 1), "{sample:?}");
    let whole = runs::sample(app, scope, &start(Vec::new(), None, Vec::new()))
        .await
        .expect("works");
    assert_eq!(whole.matching, ground.keywords(&tenant).await.len() as u64);

    let many = (1..=keyword::MAX_SELECTED as i64 + 1)
        .map(KeywordId)
        .collect::<Vec<_>>();
    for wrong in [start(many.clone(), None, Vec::new()), start(Vec::new(), None, many)] {
        assert!(matches!(
            runs::sample(app, scope, &wrong).await,
            Err(Error::Invalid { .. })
        ));
    }
    let mut elsewhere = start(Vec::new(), Some("moka"), Vec::new());
    if let Start::AutoCluster { filter, .. } = &mut elsewhere {
        *filter = Some(keyword::Filter {
            cluster_id: Some(ClusterId(999)),
            ..Default::default()
        });
    }
    assert!(matches!(
        runs::sample(app, scope, &elsewhere).await,
        Err(Error::NotFound(_))
    ));
}

#[tokio::test]
async fn a_second_run_extends() {
    let (ground, tenant) = start_ground().await;
    group(&ground, &tenant).await;
    let before = places(&ground, &tenant).await;
    let more = b"keyword,volume\nespresso machine best,40\nmoka pot best,30\n";
    ground.import(&tenant, "b.csv", more, ImportMode::Skip).await;
    group(&ground, &tenant).await;
    let after = places(&ground, &tenant).await;
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    let best = home(&ground, &tenant, "best moka pot").await.expect("a cluster");
    assert!(after[&best].contains("moka pot best"), "{after:?}");
    assert_counts(&ground, &tenant).await;
}

#[tokio::test]
async fn grouping_anew_leaves_what_people_decided_and_can_be_undone_once() {
    let (ground, tenant) = start_ground().await;
    let (app, scope) = (&ground.app, &tenant.scope);
    group(&ground, &tenant).await;
    let espresso = home(&ground, &tenant, "espresso machine").await.expect("a cluster");
    let tea = home(&ground, &tenant, "green tea benefits").await.expect("a cluster");
    // By hand: a stranger among the moka pots, and an idea that hangs on the teas.
    let moka = home(&ground, &tenant, "moka pot").await.expect("a cluster");
    let stranger = ids_of(&ground, &tenant, &["zanzibar weather"]).await;
    assert_eq!(members::add(app, scope, moka, &stranger).await.expect("works"), 1);
    let input = idea::New {
        sector_id: tenant.sector,
        idea_title: "Tea".to_owned(),
        description: String::new(),
        content_structure: None,
        target_keywords: String::new(),
        cluster_id: Some(tea),
        estimated_word_count: None,
        content_type: None,
        allow_duplicate: false,
    };
    ideas::create(app, scope, input).await.expect("an idea");
    let before = places(&ground, &tenant).await;
    let old = rows(&ground, &tenant).await;

    let spent = ground.balance(scope).await.credits;
    let done = ground.run(&tenant, anew(&tenant, 0)).await;
    assert_eq!(done.status, AiTaskStatus::Completed, "{done:?}");
    let after = places(&ground, &tenant).await;
    assert_eq!(after[&tea], before[&tea], "clusters in use stay");
    assert!(
        after[&moka].contains("zanzibar weather"),
        "what is pinned stays: {after:?}"
    );
    assert_counts(&ground, &tenant).await;
    let charged = spent - ground.balance(scope).await.credits;
    assert!(charged > 0);

    // Somebody goes on working: a keyword is moved by hand, and so is no longer the run's.
    let moved = ids_of(&ground, &tenant, &["espresso machines"]).await;
    let now = home(&ground, &tenant, "espresso machines").await.expect("a cluster");
    members::move_to(app, scope, now, &moved, tea).await.expect("moves");

    let undone = runs::undo(app, scope, &done.task_id).await.expect("undoes");
    assert!(undone.taken_out > 0 && undone.put_back > 0, "{undone:?}");
    let again = places(&ground, &tenant).await;
    let mut expected = before.clone();
    expected.get_mut(&espresso).expect("works").remove("espresso machines");
    expected
        .get_mut(&tea)
        .expect("works")
        .insert("espresso machines".to_owned());
    assert_eq!(again, expected);
    let back = rows(&ground, &tenant).await;
    for row in &old {
        let same = back
            .iter()
            .find(|other| other.id == row.id)
            .expect("every cluster is back");
        assert_eq!(
            (&same.name, &same.description, same.status),
            (&row.name, &row.description, row.status)
        );
    }
    assert_counts(&ground, &tenant).await;
    assert_eq!(
        ground.balance(scope).await.credits,
        spent - charged,
        "credits are not given back"
    );
    ground.assert_books().await;
    // Once, and nothing is kept for it any longer.
    assert!(matches!(
        runs::undo(app, scope, &done.task_id).await,
        Err(Error::Conflict(_))
    ));
    assert_eq!(cluster_run_move::Entity::find().count(&app.db).await.expect("works"), 0);
    assert_eq!(
        cluster_run_cluster::Entity::find().count(&app.db).await.expect("works"),
        0
    );
}

#[tokio::test]
async fn runs_are_undone_in_the_order_in_which_they_build_on_each_other() {
    let (ground, tenant) = start_ground().await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let first = group(&ground, &tenant).await;
    let second = ground.run(&tenant, anew(&tenant, 100)).await;
    assert!(matches!(
        runs::undo(app, scope, &first.task_id).await,
        Err(Error::Conflict(_))
    ));
    let listed = runs::latest(app, scope, tenant.sector).await.expect("works");
    assert_eq!(
        listed
            .iter()
            .map(|run| (run.task_id.as_str(), run.can_undo))
            .collect::<Vec<_>>(),
        [(second.task_id.as_str(), true), (first.task_id.as_str(), false)]
    );
    // Two clicks at once are one.
    let other = ground.another_app().await;
    let (a, b) = tokio::join!(
        runs::undo(app, scope, &second.task_id),
        runs::undo(&other, scope, &second.task_id)
    );
    assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1, "{a:?} {b:?}");
    let undone = runs::undo(app, scope, &first.task_id).await.expect("now the first");
    assert!(undone.clusters_removed > 0);
    assert_eq!(places(&ground, &tenant).await, BTreeMap::new());
    assert!(matches!(
        runs::undo(app, scope, "nothing").await,
        Err(Error::NotFound(_))
    ));
    let viewer = ground.member(&tenant, Role::Viewer, &[tenant.site]).await;
    assert!(matches!(
        runs::undo(app, &viewer, &first.task_id).await,
        Err(Error::Forbidden(_))
    ));
}

#[tokio::test]
async fn what_was_before_is_kept_for_the_latest_runs_only() {
    let (ground, tenant) = start_ground().await;
    let (app, scope) = (&ground.app, &tenant.scope);
    group(&ground, &tenant).await;
    for number in 0..7_u8 {
        ground.run(&tenant, anew(&tenant, number * 15)).await;
    }
    let kept: BTreeSet<_> = cluster_run_move::Entity::find()
        .all(&app.db)
        .await
        .expect("works")
        .into_iter()
        .map(|row| row.run_id)
        .collect();
    assert_eq!(kept.len(), 5);
    for run in runs::latest(app, scope, tenant.sector).await.expect("works") {
        runs::undo(app, scope, &run.task_id).await.expect("undoes");
        assert_counts(&ground, &tenant).await;
    }
    let oldest = entity::cluster_run::Entity::find()
        .one(&app.db)
        .await
        .expect("works")
        .expect("a run");
    assert!(!oldest.kept && oldest.undone_at.is_none());
}

#[tokio::test]
async fn a_sector_is_grouped_by_one_run_at_a_time() {
    let (ground, tenant) = start_ground().await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let first = ai::start(app, scope, Start::auto_cluster(tenant.sector), None)
        .await
        .expect("starts");
    match ai::start(app, scope, anew(&tenant, 50), None).await {
        Err(Error::Conflict(why)) => assert!(why.contains(&first.task_id), "{why}"),
        other => panic!("{other:?}"),
    }
    // Stopped in the middle: nothing made, nothing charged.
    let before = ground.balance(scope).await.credits;
    entity::ai_task::Entity::update_many()
        .col_expr(entity::ai_task::Column::CancelRequested, Expr::value(true))
        .filter(entity::ai_task::Column::PublicId.eq(first.task_id.as_str()))
        .exec(&app.db)
        .await
        .expect("works");
    let stopped = ai::run_here(app, scope, &first.task_id).await.expect("ends");
    assert_eq!(stopped.status, AiTaskStatus::Cancelled, "{stopped:?}");
    assert_eq!(
        (stopped.credits_settled, stopped.credits_released),
        (0, stopped.credits_reserved)
    );
    assert_eq!(ground.balance(scope).await.credits, before);
    assert!(rows(&ground, &tenant).await.is_empty());
    ground.assert_books().await;
    group(&ground, &tenant).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_stopped_in_the_middle_costs_nothing() {
    let (ground, tenant) = start_ground().await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let model = Model::start(|_| {
        Answer::Text(r#"{"clusters":[{"number":0,"name":"x","merge_into":null}],"moves":[]}"#.to_owned())
    })
    .await;
    ground.use_model(&tenant, &model).await;
    let before = ground.balance(scope).await.credits;
    model.hold();
    let started = ai::start(app, scope, Start::auto_cluster(tenant.sector), None)
        .await
        .expect("starts");
    let (other, mine, id) = (ground.another_app().await, scope.clone(), started.task_id.clone());
    let running = tokio::spawn(async move { ai::run_here(&other, &mine, &id).await });
    eventually("the model is asked", || async {
        (!model.asked().is_empty()).then_some(())
    })
    .await;
    let progress = ai::progress(app, scope, &started.task_id).await.expect("progress");
    assert_eq!(progress.status, AiTaskStatus::Running);
    ai::cancel(app, scope, &started.task_id).await.expect("asks");
    model.release();
    let stopped = running.await.expect("no panic").expect("ends");
    assert_eq!(
        (stopped.status, stopped.credits_settled),
        (AiTaskStatus::Cancelled, 0),
        "{stopped:?}"
    );
    assert!(rows(&ground, &tenant).await.is_empty());
    assert_eq!(ground.balance(scope).await.credits, before);
    ground.assert_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_refines_what_the_engine_made() {
    let (ground, tenant) = start_ground().await;
    // Shown with numbers: it merges the first two groups, leaves one keyword out, and talks nonsense besides.
    let model = Model::start(|question| {
        let first = question.split('[').nth(1).and_then(|rest| rest.split(']').next()).unwrap_or("0");
        Answer::Text(format!(
            r#"{{"clusters":[{{"number":0,"name":"Coffee","merge_into":null}},{{"number":1,"name":"gone","merge_into":0}},{{"number":2,"name":"coffee","merge_into":77}}],"moves":[{{"keyword":{first},"to":null}},{{"keyword":4711,"to":0}}]}}"#
        ))
    })
    .await;
    ground.use_model(&tenant, &model).await;
    let done = group(&ground, &tenant).await;
    assert_eq!(done.items_done, 1);
    let mut names: Vec<String> = rows(&ground, &tenant).await.into_iter().map(|row| row.name).collect();
    names.sort();
    assert_eq!(names, ["Coffee", "coffee 2"], "two of three are one, and names differ");
    let placed: usize = places(&ground, &tenant).await.values().map(BTreeSet::len).sum();
    assert_eq!(placed, 7, "eight in groups, one left out");
    let run = runs::of_task(&ground.app, &tenant.scope, &done.task_id)
        .await
        .expect("works");
    assert_eq!((run.created, run.placed, run.leftover), (2, 7, 2));
    assert_counts(&ground, &tenant).await;
}

#[tokio::test]
async fn keywords_are_put_in_and_out_by_hand() {
    let (ground, tenant) = start_ground().await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let name = |name: &str| cluster::New {
        sector_id: tenant.sector,
        name: name.to_owned(),
        description: String::new(),
    };
    let one = clusters::create(app, scope, name("One")).await.expect("works").id;
    let two = clusters::create(app, scope, name("Two")).await.expect("works").id;
    let ids = ids_of(&ground, &tenant, &["moka pot", "espresso machine", "zanzibar weather"]).await;
    assert_eq!(members::add(app, scope, one, &ids).await.expect("works"), 3);
    assert_eq!(
        members::add(app, scope, one, &ids).await.expect("works"),
        0,
        "twice is once"
    );
    assert_eq!(
        members::move_to(app, scope, one, &ids[..1], two).await.expect("works"),
        1
    );
    assert!(matches!(
        members::move_to(app, scope, one, &ids[..1], two).await,
        Err(Error::NotFound(_))
    ));
    assert!(matches!(
        members::move_to(app, scope, one, &ids[1..2], one).await,
        Err(Error::Invalid { .. })
    ));
    assert_eq!(members::remove(app, scope, one, &ids[1..2]).await.expect("works"), 1);
    assert!(matches!(
        members::add(app, scope, one, &[KeywordId(9_999)]).await,
        Err(Error::NotFound(_))
    ));
    let listed = members::list(app, scope, two, &page(50)).await.expect("works");
    let row = &listed.results[0];
    assert_eq!((listed.count, row.pinned, row.task_id.as_deref()), (1, true, None));
    assert_eq!(members::pin(app, scope, two, &ids[..1], false).await.expect("works"), 1);
    assert!(!members::list(app, scope, two, &page(50)).await.expect("works").results[0].pinned);
    assert_counts(&ground, &tenant).await;
    // Another sector's, another account's, a viewer's.
    let stranger = ground.tenant("eve@example.com").await;
    assert!(matches!(
        members::add(app, &stranger.scope, one, &ids).await,
        Err(Error::NotFound(_))
    ));
    let theirs = ground.keyword(&stranger, "theirs").await;
    assert!(matches!(
        members::add(app, scope, one, &[theirs]).await,
        Err(Error::NotFound(_))
    ));
    let viewer = ground.member(&tenant, Role::Viewer, &[tenant.site]).await;
    assert!(matches!(
        members::add(app, &viewer, one, &ids).await,
        Err(Error::Forbidden(_))
    ));
    let filter = cluster::Filter {
        keywords_min: Some(1),
        volume_max: Some(100),
        with_ideas: Some(false),
        ..Default::default()
    };
    let few = clusters::list(app, scope, &filter, &page(50)).await.expect("works");
    assert_eq!(few.results.iter().map(|row| row.id).collect::<Vec<_>>(), [one]);
    assert_eq!(
        clusters::set_status(app, scope, &[one, two], cluster::ClusterStatus::Archived)
            .await
            .expect("works"),
        2
    );
}

#[tokio::test]
async fn the_reasons_for_a_place_are_told() {
    let (ground, tenant) = start_ground().await;
    let done = group(&ground, &tenant).await;
    let id = home(&ground, &tenant, "espresso machine").await.expect("a cluster");
    let listed = members::list(&ground.app, &tenant.scope, id, &page(50))
        .await
        .expect("works");
    assert!(
        listed
            .results
            .windows(2)
            .all(|pair| pair[0].similarity >= pair[1].similarity)
    );
    for row in &listed.results {
        assert_eq!(row.task_id.as_deref(), Some(done.task_id.as_str()));
        assert!(
            !row.shared_terms.is_empty() && row.placed_at.is_some() && !row.pinned,
            "{row:?}"
        );
    }
}

#[tokio::test]
async fn clusters_are_merged_and_split() {
    let (ground, tenant) = start_ground().await;
    let (app, scope) = (&ground.app, &tenant.scope);
    group(&ground, &tenant).await;
    let espresso = home(&ground, &tenant, "espresso machine").await.expect("a cluster");
    let moka = home(&ground, &tenant, "moka pot").await.expect("a cluster");
    let input = idea::New {
        sector_id: tenant.sector,
        idea_title: "Moka".to_owned(),
        description: String::new(),
        content_structure: None,
        target_keywords: String::new(),
        cluster_id: Some(moka),
        estimated_word_count: None,
        content_type: None,
        allow_duplicate: false,
    };
    let made = ideas::create(app, scope, input).await.expect("an idea");
    let shared = ids_of(&ground, &tenant, &["moka pot"]).await;
    members::add(app, scope, espresso, &shared).await.expect("in both");
    let before = places(&ground, &tenant).await;
    let all: BTreeSet<String> = before[&espresso].union(&before[&moka]).cloned().collect();
    let merge = cluster::Merge {
        ids: vec![moka, espresso],
        name: " Coffee makers ".to_owned(),
    };
    let kept = reshape::merge(app, scope, &merge).await.expect("merges");
    assert_eq!((kept.id, kept.name.as_str()), (espresso, "Coffee makers"));
    let now = places(&ground, &tenant).await;
    assert_eq!(now[&espresso], all);
    assert!(!now.contains_key(&moka));
    assert_eq!(
        ideas::get(app, scope, made.id).await.expect("works").cluster_id,
        Some(espresso)
    );
    assert_counts(&ground, &tenant).await;
    let alone = cluster::Merge {
        ids: vec![espresso, espresso],
        name: "x".to_owned(),
    };
    assert!(matches!(
        reshape::merge(app, scope, &alone).await,
        Err(Error::Invalid { .. })
    ));

    let parts = reshape::split_proposal(app, scope, espresso).await.expect("a proposal");
    assert!(parts.len() >= 2, "{parts:?}");
    let proposed: BTreeSet<String> = parts
        .iter()
        .flat_map(|part| part.keywords.iter().map(|keyword| keyword.keyword.clone()))
        .collect();
    assert_eq!(proposed, all);
    let part = |part: &cluster::Part| cluster::NewPart {
        name: part.name.clone(),
        keyword_ids: part.keywords.iter().map(|keyword| keyword.id).collect(),
    };
    let twice = [part(&parts[1]), part(&parts[1])];
    assert!(matches!(
        reshape::split(app, scope, espresso, &twice).await,
        Err(Error::Invalid { .. })
    ));
    let made = reshape::split(app, scope, espresso, &[part(&parts[1])])
        .await
        .expect("splits");
    let now = places(&ground, &tenant).await;
    assert_eq!(made.len(), 1);
    assert_eq!(
        made[0].keywords_count,
        i64::try_from(parts[1].keywords.len()).expect("works")
    );
    assert_eq!(now[&espresso].len() + now[&made[0].id].len(), all.len());
    assert!(matches!(
        reshape::split(app, scope, espresso, &[part(&parts[1])]).await,
        Err(Error::NotFound(_))
    ));
    assert_counts(&ground, &tenant).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_are_true_whatever_happens_at_once() {
    let (ground, tenant) = start_ground().await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let id = clusters::create(
        app,
        scope,
        cluster::New {
            sector_id: tenant.sector,
            name: "All".to_owned(),
            description: String::new(),
        },
    )
    .await
    .expect("works")
    .id;
    let ids: Vec<KeywordId> = ground.keywords(&tenant).await.into_values().map(|row| row.id).collect();
    let other = ground.another_app().await;
    let mut work = Vec::new();
    for (number, keyword) in ids.iter().copied().enumerate() {
        let (app, scope) = (if number % 2 == 0 { app.clone() } else { other.clone() }, scope.clone());
        work.push(tokio::spawn(async move {
            members::add(&app, &scope, id, &[keyword]).await.expect("adds");
            let patch = keyword::Patch {
                volume: Some(Some(1_000 + i64::try_from(number).expect("works"))),
                ..Default::default()
            };
            keywords::update(&app, &scope, keyword, patch).await.expect("updates");
            if number % 3 == 0 {
                members::remove(&app, &scope, id, &[keyword]).await.expect("removes");
            }
        }));
    }
    for one in work {
        one.await.expect("no panic");
    }
    assert_counts(&ground, &tenant).await;
    assert_eq!(clusters::get(app, scope, id).await.expect("works").keywords_count, 6);
}

async fn import_results(ground: &Ground, tenant: &Tenant, text: &str) -> ImportReport {
    let path = std::env::temp_dir().join(format!("{}.csv", uuid::Uuid::new_v4().simple()));
    std::fs::write(&path, text).expect("works");
    let input = NewImport {
        sector_id: tenant.sector,
        kind: ImportKind::Serp,
        competitor: None,
        file_name: "results.csv".to_owned(),
        size_bytes: i64::try_from(text.len()).expect("works"),
        mapping: None,
        mode: ImportMode::Skip,
        country: None,
        sheet: None,
    };
    let report = import::import_file(&ground.app, &tenant.scope, input, &path)
        .await
        .expect("imports");
    std::fs::remove_file(path).expect("works");
    report
}

#[tokio::test]
async fn search_results_hold_keywords_together() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let (app, scope) = (&ground.app, &tenant.scope);
    let file = b"keyword\nstovetop coffee maker\nbialetti\nzanzibar weather\n";
    ground.import(&tenant, "a.csv", file, ImportMode::Skip).await;
    let mut text = "Query;Position;Ranking URL\n".to_owned();
    for keyword in ["Stovetop  Coffee Maker", "bialetti"] {
        for number in 1..=10 {
            text.push_str(&format!("{keyword};{number};https://www.site{number}.com/moka/\n"));
        }
        text.push_str(&format!("{keyword};60;far.com\n"));
    }
    text.push_str(";1;a.com\n");
    let report = import_results(&ground, &tenant, &text).await;
    let row = &report.import;
    assert_eq!(row.status, ImportStatus::Completed, "{row:?}");
    assert_eq!(
        (row.added, row.rejected, row.skipped, row.records_done),
        (20, 1, 2, 23),
        "{row:?}"
    );
    assert_eq!(serp::covered(app, scope, tenant.sector).await.expect("works"), (2, 3));
    // Without them words alone decide, and the run says so.
    let words_only = Start::AutoCluster {
        sector_id: tenant.sector,
        keyword_ids: Vec::new(),
        filter: None,
        search: None,
        except: Vec::new(),
        tightness: None,
        regroup: false,
        use_results: false,
    };
    let sample = runs::sample(app, scope, &words_only).await.expect("works");
    assert_eq!((sample.total, sample.with_results), (3, 0));
    ground.run(&tenant, words_only).await;
    assert_eq!(home(&ground, &tenant, "bialetti").await, None);
    group(&ground, &tenant).await;
    let told = runs::latest(app, scope, tenant.sector).await.expect("works");
    assert_eq!(
        told.iter().map(|run| run.use_results).collect::<Vec<_>>(),
        [true, false]
    );
    let id = home(&ground, &tenant, "bialetti").await.expect("a cluster");
    assert_eq!(home(&ground, &tenant, "stovetop coffee maker").await, Some(id));
    let listed = members::list(app, scope, id, &page(50)).await.expect("works");
    assert!(
        listed
            .results
            .iter()
            .all(|row| (row.shared_urls, row.known_urls) == (10, 10)),
        "{listed:?}"
    );

    // A newer file replaces what an older one said, keyword by keyword.
    import_results(
        &ground,
        &tenant,
        "keyword,url\nbialetti,new.com\nbialetti,https://new.com/#x\n",
    )
    .await;
    let of = |key: &'static str| serp_result::Entity::find().filter(serp_result::Column::KeywordKey.eq(key));
    let now = of("bialetti").all(&app.db).await.expect("works");
    assert_eq!(now.iter().map(|row| row.url.as_str()).collect::<Vec<_>>(), ["new.com"]);
    assert_eq!(of("stovetop coffee maker").count(&app.db).await.expect("works"), 10);

    let sample = runs::sample(app, scope, &anew(&tenant, 50)).await.expect("works");
    assert_eq!((sample.total, sample.keywords.len(), sample.with_results), (3, 3, 2));
    assert!(sample.credits > 0 && sample.available >= sample.credits);
}
