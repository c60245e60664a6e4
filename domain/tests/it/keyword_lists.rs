//! The list of keywords is what a naive look at every row finds, whatever the filter, the order, the page, what was settled
//! and how the rows came to be as they are; and the numbers that are kept are those of the rows.

use std::{cmp::Ordering, collections::BTreeMap};

use domain::planner::{
    clusters, keywords,
    keywords::{Bounds, settle},
};
use entity::{
    ClusterId, KeywordId, ListQuery, SectorId, SiteId, cluster, cluster_keyword, keyword,
    keyword::{Filter, Intent, KeywordStatus},
    keyword_import::ImportMode,
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement, sea_query::Expr};

use crate::support::{Ground, Tenant};

const INTENTS: [Intent; 4] = [
    Intent::Informational,
    Intent::Navigational,
    Intent::Transactional,
    Intent::Commercial,
];
const STATUSES: [KeywordStatus; 3] = [KeywordStatus::Active, KeywordStatus::Inactive, KeywordStatus::Archived];
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
const WORDS: [&str; 8] = [
    "espresso",
    "grinder",
    "kettle",
    "50%",
    "o'brien",
    "snake_case",
    "crème",
    "\"quoted\"",
];

/// Small ones, so that a few hundred rows take every way.
const BOUNDS: [Bounds; 3] = [
    Bounds {
        few: 15,
        members: 15,
        probed: 60,
        sampled: 30,
    },
    Bounds {
        few: 60,
        members: 60,
        probed: 20,
        sampled: 500,
    },
    Bounds {
        few: 10_000,
        members: 10_000,
        probed: 100_000,
        sampled: 20_000,
    },
];

struct World {
    ground: Ground,
    tenant: Tenant,
    sectors: Vec<(SiteId, SectorId)>,
    random: StdRng,
    made: usize,
}

impl World {
    async fn new(seed: u64) -> Self {
        let ground = Ground::new().await;
        let tenant = ground.tenant("ann@example.com").await;
        let second = entity::site::NewSite {
            name: "Tea".to_owned(),
            sectors: vec!["Green".to_owned(), "Black".to_owned()],
            ..Default::default()
        };
        let other = domain::sites::create(&ground.app, &tenant.scope, second)
            .await
            .expect("a site");
        let mut sectors = vec![(tenant.site, tenant.sector)];
        sectors.extend(other.sectors.iter().map(|sector| (other.site.id, sector.id)));
        // Somebody else's keywords are in nobody's list.
        let stranger = ground.tenant("eve@example.com").await;
        ground
            .import(
                &stranger,
                "a.csv",
                b"keyword,volume\nespresso grinder,10\n",
                ImportMode::Skip,
            )
            .await;
        Self {
            ground,
            tenant,
            sectors,
            random: StdRng::seed_from_u64(seed),
            made: 0,
        }
    }

    /// Keywords of every shape, written as an import does: none of them settled.
    async fn add(&mut self, count: usize) {
        let now = domain::now();
        let mut rows = Vec::new();
        for _ in 0..count {
            let (site, sector) = *self.sectors.choose(&mut self.random).expect("a sector");
            let random = &mut self.random;
            self.made += 1;
            let word = |random: &mut StdRng| *WORDS.choose(random).expect("a word");
            let text = format!("{} {} {}", word(random), word(random), self.made);
            // Mostly small ones, so that many share a volume, and some of every length.
            let scale = 10_i64.pow(random.random_range(0..9_u32).saturating_sub(3));
            let mut figure = |most: i64, known: f64| random.random_bool(known).then(|| random.random_range(0..most));
            rows.push(keyword::ActiveModel {
                account_id: Set(self.tenant.scope.account),
                site_id: Set(site),
                sector_id: Set(sector),
                keyword_key: Set(engine::text::keyword_key(&text)),
                keyword: Set(text),
                volume: Set(figure(12, 0.7).map(|value| value * scale)),
                difficulty: Set(figure(8, 0.7).map(|value| i32::try_from(value).expect("small"))),
                cpc_cents: Set(figure(5, 0.3)),
                impressions: Set(figure(6, 0.2)),
                clicks: Set(figure(3, 0.2)),
                position_hundredths: Set(figure(900, 0.2).map(|value| i32::try_from(value).expect("small"))),
                volume_estimated: Set(false),
                intent: Set(*INTENTS.choose(&mut self.random).expect("an intent")),
                intent_guessed: Set(false),
                status: Set(*STATUSES.choose(&mut self.random).expect("a status")),
                created_at: Set(now),
                updated_at: Set(now),
                ..Default::default()
            });
        }
        keyword::Entity::insert_many(rows)
            .exec_without_returning(&self.ground.app.db)
            .await
            .expect("keywords");
    }

    async fn rows(&self) -> (BTreeMap<KeywordId, keyword::Model>, Vec<cluster_keyword::Model>) {
        let db = &self.ground.app.db;
        let account = self.tenant.scope.account;
        let rows = keyword::Entity::find()
            .filter(keyword::Column::AccountId.eq(account))
            .all(db)
            .await
            .expect("keywords");
        let members = cluster_keyword::Entity::find()
            .filter(cluster_keyword::Column::AccountId.eq(account))
            .all(db)
            .await
            .expect("members");
        (rows.into_iter().map(|row| (row.id, row)).collect(), members)
    }

    async fn clusters(&self) -> Vec<cluster::Model> {
        cluster::Entity::find()
            .all(&self.ground.app.db)
            .await
            .expect("clusters")
    }

    fn some(&mut self, rows: &BTreeMap<KeywordId, keyword::Model>, most: usize) -> Vec<KeywordId> {
        let all: Vec<KeywordId> = rows.keys().copied().collect();
        let count = self.random.random_range(1..=most);
        let mut ids: Vec<KeywordId> = all.choose_multiple(&mut self.random, count).copied().collect();
        ids.sort_unstable();
        ids
    }

    /// One of the things that people, jobs and imports do.
    async fn step(&mut self) {
        let app = self.ground.app.clone();
        let scope = self.tenant.scope.clone();
        let (rows, _) = self.rows().await;
        match self.random.random_range(0..9) {
            0 => self.add(20).await,
            1 => {
                let ids = self.some(&rows, 8);
                keywords::delete(&app, &scope, &ids).await.expect("deletes");
            }
            2 => {
                let ids = self.some(&rows, 20);
                let status = *STATUSES.choose(&mut self.random).expect("a status");
                keywords::set_status(&app, &scope, &ids, status)
                    .await
                    .expect("a status");
            }
            3 => {
                let id = self.some(&rows, 1)[0];
                self.made += 1;
                let patch = keyword::Patch {
                    keyword: Some(format!("renamed zebra {}", self.made)),
                    intent: INTENTS.choose(&mut self.random).copied(),
                    volume: Some(Some(3)),
                    ..Default::default()
                };
                keywords::update(&app, &scope, id, patch).await.expect("changes");
            }
            4 | 5 => {
                let (_, sector) = *self.sectors.choose(&mut self.random).expect("a sector");
                let input = cluster::New {
                    sector_id: sector,
                    name: format!("Cluster {}", self.random.random_range(0..1_000_000)),
                    description: String::new(),
                };
                let made = clusters::create(&app, &scope, input).await.expect("a cluster");
                let members = self.some(&rows, 40).into_iter().map(|id| cluster_keyword::ActiveModel {
                    cluster_id: Set(made.id),
                    keyword_id: Set(id),
                    account_id: Set(scope.account),
                    similarity: Set(0.5),
                    shared_terms: Set(String::new()),
                    ..Default::default()
                });
                cluster_keyword::Entity::insert_many(members)
                    .exec_without_returning(&app.db)
                    .await
                    .expect("members");
            }
            6 => {
                if let Some(cluster) = self.clusters().await.choose(&mut self.random) {
                    clusters::delete(&app, &scope, &[cluster.id]).await.expect("deletes");
                }
            }
            7 => {
                let ids = self.some(&rows, 30);
                cluster_keyword::Entity::delete_many()
                    .filter(cluster_keyword::Column::KeywordId.is_in(ids))
                    .exec(&app.db)
                    .await
                    .expect("taken out");
            }
            _ => {
                // An import of known and new keywords, which changes figures and intents.
                let lines: Vec<String> = self
                    .some(&rows, 10)
                    .iter()
                    .filter_map(|id| rows.get(id))
                    .filter(|row| row.sector_id == self.tenant.sector)
                    .map(|row| format!("\"{}\",7,transactional", row.keyword.replace('"', "\"\"")))
                    .collect();
                self.made += 1;
                let file = format!(
                    "keyword,volume,intent\n{}\nnew one {},5,commercial\n",
                    lines.join("\n"),
                    self.made
                );
                self.ground
                    .import(&self.tenant, "a.csv", file.as_bytes(), ImportMode::Update)
                    .await;
            }
        }
    }

    fn question(&mut self, clusters: &[ClusterId]) -> (Filter, ListQuery) {
        let random = &mut self.random;
        let (site, sector) = *self.sectors.choose(random).expect("a sector");
        let filter = Filter {
            site_id: random.random_bool(0.5).then_some(site),
            sector_id: random.random_bool(0.3).then_some(sector),
            status: STATUSES.choose(random).copied().filter(|_| random.random_bool(0.3)),
            intent: INTENTS.choose(random).copied().filter(|_| random.random_bool(0.3)),
            cluster_id: clusters.choose(random).copied().filter(|_| random.random_bool(0.2)),
            clustered: random.random_bool(0.3).then(|| random.random_bool(0.5)),
            difficulty_min: random.random_bool(0.2).then(|| random.random_range(0..8)),
            difficulty_max: random.random_bool(0.2).then(|| random.random_range(0..8)),
            volume_min: random.random_bool(0.2).then(|| random.random_range(0..12)),
            volume_max: random.random_bool(0.2).then(|| random.random_range(0..12)),
        };
        let texts = [
            "espresso",
            "ES",
            "o'",
            "50%",
            "_",
            "zebra",
            "kettle crème",
            "e",
            "\"quoted",
            "nowhere",
        ];
        let way = if random.random_bool(0.5) { "-" } else { "" };
        let query = ListQuery {
            page: Some(random.random_range(1..6)),
            page_size: Some(random.random_range(1..30)),
            ordering: Some(format!("{way}{}", ORDERS.choose(random).expect("an order"))),
            search: texts
                .choose(random)
                .filter(|_| random.random_bool(0.3))
                .map(|text| (*text).to_owned()),
        };
        (filter, query)
    }

    /// Asks many questions and compares.
    async fn compare(&mut self, questions: usize) {
        let (rows, members) = self.rows().await;
        let clusters: Vec<ClusterId> = self.clusters().await.iter().map(|row| row.id).collect();
        for _ in 0..questions {
            let (filter, query) = self.question(&clusters);
            let expected = naive(&rows, &members, &filter, &query);
            let from = ((query.page() - 1) * query.page_size()) as usize;
            let ids: Vec<KeywordId> = expected
                .iter()
                .skip(from)
                .take(query.page_size() as usize)
                .copied()
                .collect();
            let bounds = *BOUNDS.choose(&mut self.random).expect("bounds");
            let page = keywords::list_within(&self.ground.app, &self.tenant.scope, &filter, &query, bounds)
                .await
                .expect("a page");
            let found: Vec<KeywordId> = page.results.iter().map(|row| row.keyword.id).collect();
            let said = format!("{filter:?} {query:?} {bounds:?}");
            assert_eq!(found, ids, "{said}");
            let all = expected.len() as u64;
            if page.count_exact {
                assert_eq!(page.count, all, "{said}");
            } else {
                assert!(page.count <= all, "{said}: at least {} of {all}", page.count);
                let shown = (from + found.len()) as u64;
                assert!(
                    page.count > shown || found.is_empty(),
                    "{said}: more follow than {}",
                    page.count
                );
            }
        }
        let faults = keywords::verify(&self.ground.app.db).await.expect("verified");
        assert!(faults.is_empty(), "{faults:?}");
    }
}

fn naive(
    rows: &BTreeMap<KeywordId, keyword::Model>,
    members: &[cluster_keyword::Model],
    filter: &Filter,
    query: &ListQuery,
) -> Vec<KeywordId> {
    let text = query.search().map(engine::text::keyword_key);
    let mut found: Vec<&keyword::Model> = rows
        .values()
        .filter(|row| {
            let holders: Vec<ClusterId> = members
                .iter()
                .filter(|member| member.keyword_id == row.id)
                .map(|member| member.cluster_id)
                .collect();
            filter.site_id.is_none_or(|id| id == row.site_id)
                && filter.sector_id.is_none_or(|id| id == row.sector_id)
                && filter.status.is_none_or(|status| status == row.status)
                && filter.intent.is_none_or(|intent| intent == row.intent)
                && filter.cluster_id.is_none_or(|id| holders.contains(&id))
                && filter.clustered.is_none_or(|clustered| clustered != holders.is_empty())
                && filter
                    .difficulty_min
                    .is_none_or(|least| row.difficulty.is_some_and(|value| value >= least))
                && filter
                    .difficulty_max
                    .is_none_or(|most| row.difficulty.is_some_and(|value| value <= most))
                && filter
                    .volume_min
                    .is_none_or(|least| row.volume.is_some_and(|value| value >= least))
                && filter
                    .volume_max
                    .is_none_or(|most| row.volume.is_some_and(|value| value <= most))
                && text.as_ref().is_none_or(|text| row.keyword_key.contains(text.as_str()))
        })
        .collect();
    let (order, descending) = query.order().expect("an order");
    let figure = |row: &keyword::Model| match order {
        "volume" => row.volume,
        "difficulty" => row.difficulty.map(i64::from),
        "cpc" => row.cpc_cents,
        "impressions" => row.impressions,
        "position" => row.position_hundredths.map(i64::from),
        "clicks" => row.clicks,
        _ => Some(0),
    };
    let text = |row: &keyword::Model| match order {
        "keyword" => row.keyword_key.clone(),
        "intent" => row.intent.as_str().to_owned(),
        "status" => row.status.as_str().to_owned(),
        _ => String::new(),
    };
    let turn = |order: Ordering| if descending { order.reverse() } else { order };
    found.sort_by(|a, b| {
        let unknown = figure(a).is_none().cmp(&figure(b).is_none());
        let rest = (figure(a), text(a), a.id).cmp(&(figure(b), text(b), b.id));
        unknown.then(turn(rest))
    });
    found.into_iter().map(|row| row.id).collect()
}

async fn story(seed: u64) {
    let mut world = World::new(seed).await;
    world.add(250).await;
    world.compare(20).await;
    settle::run(&world.ground.app).await.expect("settled");
    world.compare(60).await;
    for _ in 0..12 {
        for _ in 0..3 {
            world.step().await;
        }
        world.compare(25).await;
        if world.random.random_bool(0.5) {
            settle::run(&world.ground.app).await.expect("settled");
            world.compare(10).await;
        }
    }
    // What is deleted with its owner.
    let sector = world.sectors.pop().expect("a sector").1;
    let statement = Statement::from_sql_and_values(
        world.ground.app.db.get_database_backend(),
        "DELETE FROM sectors WHERE id = $1",
        [sector.0.into()],
    );
    world.ground.app.db.execute_raw(statement).await.expect("gone");
    world.compare(20).await;
    domain::sites::delete(&world.ground.app, &world.tenant.scope, world.tenant.site)
        .await
        .expect("gone");
    world.sectors.retain(|(site, _)| *site != world.tenant.site);
    world.compare(20).await;
}

#[tokio::test]
async fn a_list_is_what_a_look_at_every_row_finds() {
    story(1).await;
}

#[tokio::test]
async fn and_so_it_is_in_another_story() {
    story(2).await;
}

/// Every order of clusters of every size, settled or not, page by page.
#[tokio::test]
async fn a_cluster_is_listed_in_any_order_whatever_its_size() {
    let mut world = World::new(5).await;
    world.add(400).await;
    let (rows, _) = world.rows().await;
    let ids: Vec<KeywordId> = rows.keys().copied().collect();
    let (app, scope) = (world.ground.app.clone(), world.tenant.scope.clone());
    let mut clusters = Vec::new();
    for (name, every) in [("few", 40), ("some", 9), ("many", 2), ("all", 1)] {
        let input = cluster::New {
            sector_id: world.tenant.sector,
            name: name.to_owned(),
            description: String::new(),
        };
        let made = clusters::create(&app, &scope, input).await.expect("a cluster");
        let members = ids.iter().step_by(every).map(|id| cluster_keyword::ActiveModel {
            cluster_id: Set(made.id),
            keyword_id: Set(*id),
            account_id: Set(scope.account),
            similarity: Set(0.5),
            shared_terms: Set(String::new()),
            ..Default::default()
        });
        cluster_keyword::Entity::insert_many(members)
            .exec_without_returning(&app.db)
            .await
            .expect("members");
        clusters.push(made.id);
    }
    for settled in [false, true] {
        if settled {
            settle::run(&app).await.expect("settled");
            world.add(30).await;
        }
        let (rows, members) = world.rows().await;
        for cluster in &clusters {
            for order in ORDERS {
                for way in ["", "-"] {
                    let filter = Filter {
                        cluster_id: Some(*cluster),
                        status: (order == "volume").then_some(KeywordStatus::Active),
                        ..Filter::default()
                    };
                    let bounds = *BOUNDS.choose(&mut world.random).expect("bounds");
                    let mut found = Vec::new();
                    let mut query = ListQuery {
                        page_size: Some(70),
                        ordering: Some(format!("{way}{order}")),
                        ..ListQuery::default()
                    };
                    for number in 1..8 {
                        query.page = Some(number);
                        let page = keywords::list_within(&app, &scope, &filter, &query, bounds)
                            .await
                            .expect("a page");
                        found.extend(page.results.iter().map(|row| row.keyword.id));
                    }
                    let expected = naive(&rows, &members, &filter, &query);
                    assert_eq!(found, expected, "{filter:?} {query:?} {bounds:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_wrong_number_is_found() {
    let mut world = World::new(3).await;
    world.add(30).await;
    settle::run(&world.ground.app).await.expect("settled");
    assert!(
        keywords::verify(&world.ground.app.db)
            .await
            .expect("verified")
            .is_empty()
    );
    entity::keyword_tally::Entity::update_many()
        .col_expr(entity::keyword_tally::Column::Number, Expr::cust("number + 1"))
        .exec(&world.ground.app.db)
        .await
        .expect("spoiled");
    assert!(
        !keywords::verify(&world.ground.app.db)
            .await
            .expect("verified")
            .is_empty()
    );
}

#[tokio::test]
async fn an_editor_of_one_site_sees_its_keywords_alone() {
    let mut world = World::new(4).await;
    world.add(60).await;
    let mut scope = world.tenant.scope.clone();
    scope.sites = domain::scope::SiteAccess::Only(vec![world.tenant.site]);
    for settled in [false, true] {
        if settled {
            settle::run(&world.ground.app).await.expect("settled");
        }
        for search in [None, Some("e".to_owned())] {
            let query = ListQuery {
                search,
                page_size: Some(200),
                ..Default::default()
            };
            let page = keywords::list(&world.ground.app, &scope, &Filter::default(), &query)
                .await
                .expect("a page");
            assert!(!page.results.is_empty());
            assert!(page.results.iter().all(|row| row.keyword.site_id == world.tenant.site));
            assert_eq!(page.count, page.results.len() as u64);
        }
    }
}
