//! Who may see and change what: another account's ids answer as if there were none.

use domain::{
    Error, Result, ai, billing, linker, optimizer,
    planner::{clusters, ideas, import, keywords},
    publisher,
    scope::Scope,
    site_builder, sites, system,
    thinker::{authors, prompts, strategies},
    writer::{content, images, tasks},
};
use entity::{
    AuthorProfileId, ClusterId, ContentId, ContentVersionId, IdeaId, ImageId, IntegrationId, InternalLinkId, KeywordId,
    KeywordImportId, OptimizationTaskId, PageBlueprintId, SectorId, SiteBlueprintId, SiteId, StrategyId, TaskId,
    ai_prompt::PreviewRequest,
    ai_task::{AiFunction, Start},
    author_profile, cluster, content as article, idea, image, integration, keyword,
    keyword_import::{ImportMode, NewImport},
    optimization_task, page_blueprint,
    publishing_record::PublishRequest,
    sector::{NewSector, SectorPatch},
    site::SitePatch,
    site_blueprint, strategy, task,
    user::Role,
};
use futures::{FutureExt, future::BoxFuture};
use sea_orm::EntityTrait;

use crate::support::{FakeWordPress, Ground, Tenant, new_site, page};

/// One id of everything that a site has.
#[derive(Clone)]
struct Ids {
    site: SiteId,
    sector: SectorId,
    keyword: KeywordId,
    cluster: ClusterId,
    idea: IdeaId,
    task: TaskId,
    open_task: TaskId,
    content: ContentId,
    version: ContentVersionId,
    image: ImageId,
    link: InternalLinkId,
    improvement: OptimizationTaskId,
    blueprint: SiteBlueprintId,
    page: PageBlueprintId,
    integration: IntegrationId,
    import: KeywordImportId,
    ai_task: String,
    strategy: StrategyId,
}

fn strategy_for(sector: SectorId) -> strategy::Input {
    strategy::Input {
        name: "Long guides".to_owned(),
        description: String::new(),
        sector_id: Some(sector),
        prompt_types: Default::default(),
        section_logic: vec![strategy::Section {
            heading: "In short".to_owned(),
            ..Default::default()
        }],
        is_active: false,
    }
}

async fn everything(ground: &Ground, tenant: &Tenant) -> Ids {
    let (app, scope) = (&ground.app, &tenant.scope);
    let file =
        "keyword,volume\nespresso machine,10\nbest espresso machine,20\ncheap espresso machine,5\nloner,1\nbad,x\n";
    let import = ground
        .import(tenant, "a.csv", file.as_bytes(), ImportMode::Skip)
        .await
        .import
        .id;
    let clustered = ground.run(tenant, Start::auto_cluster(tenant.sector)).await;
    let in_site = cluster::Filter {
        site_id: Some(tenant.site),
        ..Default::default()
    };
    let cluster = clusters::list(app, scope, &in_site, &page(1))
        .await
        .expect("clusters")
        .results[0]
        .id;
    ground
        .run(
            tenant,
            Start::GenerateIdeas {
                cluster_ids: vec![cluster],
            },
        )
        .await;
    let filter = idea::Filter {
        site_id: Some(tenant.site),
        ..Default::default()
    };
    let made = ideas::list(app, scope, &filter, &page(10))
        .await
        .expect("ideas")
        .results;
    let queued = ideas::queue_to_writer(
        app,
        scope,
        &idea::Queue {
            ids: vec![made[0].idea.id],
            ..Default::default()
        },
    )
    .await
    .expect("queues");
    ground
        .run(
            tenant,
            Start::GenerateContent {
                task_ids: queued.created.clone(),
            },
        )
        .await;
    let content = ground.article_of(queued.created[0]).await.id;
    ground
        .run(
            tenant,
            Start::GenerateImagePrompts {
                content_ids: vec![content],
            },
        )
        .await;
    let detail = content::get(app, scope, content).await.expect("an article");
    ground
        .run(
            tenant,
            Start::GenerateImages {
                image_ids: vec![detail.images[0].id],
            },
        )
        .await;
    let target = ground.text(tenant, "Machines", "espresso machine", "<p>x</p>").await;
    // Something to be linked stands in the text.
    let found = ground.content(content).await;
    let text = article::Patch {
        revision: found.revision,
        html_content: Some(format!("{}<p>An espresso machine helps.</p>", found.html_content)),
        ..Default::default()
    };
    content::save(app, scope, content, text).await.expect("saves");
    ground
        .run(
            tenant,
            Start::SuggestLinks {
                content_ids: vec![content],
            },
        )
        .await;
    let link = linker::suggestions(app, scope, content, &Default::default(), &page(1))
        .await
        .expect("links")
        .results[0]
        .link
        .clone();
    assert_eq!(link.target_content_id, target.id);
    ground
        .run(
            tenant,
            Start::OptimizeContent {
                content_ids: vec![target.id],
            },
        )
        .await;
    let filter = optimization_task::Filter {
        content_id: Some(target.id),
        ..Default::default()
    };
    let improvement = optimizer::list(app, scope, &filter, &page(1))
        .await
        .expect("proposals")
        .results[0]
        .id;
    ground
        .run(tenant, Start::GenerateSiteStructure { site_id: tenant.site })
        .await;
    let of_site = site_blueprint::Filter {
        site_id: Some(tenant.site),
    };
    let plan = site_builder::list(app, scope, &of_site, &page(1))
        .await
        .expect("plans")
        .results[0]
        .blueprint
        .id;
    let last = site_builder::get(app, scope, plan)
        .await
        .expect("a plan")
        .pages
        .pop()
        .expect("a page");
    let wordpress = FakeWordPress::start("good").await;
    let input = integration::New {
        site_id: tenant.site,
        base_url: wordpress.base,
        username: "ada".to_owned(),
        password: "good".to_owned(),
        ..Default::default()
    };
    let integration = publisher::save_integration(app, scope, None, input)
        .await
        .expect("a connection")
        .id;
    publisher::publish(app, scope, publish(content, integration))
        .await
        .expect("takes it");
    let loner = keywords::list(
        app,
        scope,
        &keyword::Filter {
            site_id: Some(tenant.site),
            clustered: Some(false),
            ..Default::default()
        },
        &page(1),
    )
    .await
    .expect("keywords")
    .results[0]
        .keyword
        .id;
    let strategy = strategies::create(app, scope, strategy_for(tenant.sector))
        .await
        .expect("a strategy")
        .id;
    Ids {
        site: tenant.site,
        sector: tenant.sector,
        keyword: loner,
        cluster,
        idea: made.last().expect("an idea").idea.id,
        task: queued.created[0],
        open_task: ground.task(tenant, "Open").await,
        content,
        version: detail.versions[0].id,
        image: detail.images[0].id,
        link: link.id,
        improvement,
        blueprint: plan,
        page: last.page.id,
        integration,
        import,
        ai_task: clustered.task_id,
        strategy,
    }
}

fn publish(content: ContentId, integration: IntegrationId) -> PublishRequest {
    PublishRequest {
        content_ids: vec![content],
        integration_id: integration,
        target_status: "publish".to_owned(),
    }
}

/// All rows of all tables that belong to accounts, as text.
async fn snapshot(ground: &Ground) -> Vec<(&'static str, String)> {
    let db = &ground.app.db;
    let mut all = Vec::new();
    macro_rules! tables {
        ($($module:ident),+ $(,)?) => {$(
            let mut rows: Vec<String> = entity::$module::Entity::find()
                .into_json().all(db).await.expect("rows").into_iter().map(|row| row.to_string()).collect();
            rows.sort();
            all.push((stringify!($module), rows.join("\n")));
        )+};
    }
    tables!(
        account,
        ai_choice,
        ai_prompt,
        ai_prompt_version,
        ai_task,
        ai_task_item,
        author_profile,
        cluster,
        cluster_keyword,
        content,
        content_version,
        credit_transaction,
        credit_usage_log,
        idea,
        image,
        image_test,
        integration,
        internal_link,
        keyword,
        keyword_import,
        keyword_score,
        model_price,
        optimization_task,
        page_blueprint,
        provider_setting,
        publishing_record,
        sector,
        site,
        site_blueprint,
        site_user_access,
        strategy,
        subscription,
        task,
        user,
    );
    all
}

type Calls<'a> = Vec<(&'static str, BoxFuture<'a, Result<()>>)>;

static ALL: entity::ListQuery = entity::ListQuery {
    page: None,
    page_size: None,
    ordering: None,
    search: None,
};

/// Every service that shows one thing.
fn reads<'a>(app: &'a domain::App, scope: &'a Scope, ids: &'a Ids) -> Calls<'a> {
    macro_rules! calls {
        ($($name:literal => $call:expr),+ $(,)?) => {
            vec![$(($name, async move { $call.await.map(|_| ()) }.boxed())),+]
        };
    }
    calls![
        "keyword" => keywords::get(app, scope, ids.keyword),
        "cluster" => clusters::get(app, scope, ids.cluster),
        "idea" => ideas::get(app, scope, ids.idea),
        "task" => tasks::get(app, scope, ids.task),
        "article" => content::find(app, scope, ids.content),
        "article in full" => content::get(app, scope, ids.content),
        "version" => content::version(app, scope, ids.version),
        "image" => images::get(app, scope, ids.image),
        "improvements" => optimizer::list(app, scope, &optimization_task::Filter { content_id: Some(ids.content), ..Default::default() }, &page(5)),
        "page of a plan" => site_builder::find_page(app, scope, ids.page),
        "plan of pages" => site_builder::get(app, scope, ids.blueprint),
        "links" => linker::suggestions(app, scope, ids.content, &Default::default(), &page(5)),
        "file of an image" => images::file(app, scope, ids.image),
        "import" => import::find(app, scope, ids.import),
        "report of an import" => import::report(app, scope, ids.import),
        "rejects of an import" => import::rejects_csv(app, scope, ids.import),
        "progress" => ai::progress(app, scope, &ids.ai_task),
        "receipt" => ai::history::receipt(app, scope, &ids.ai_task),
        "units of a job" => ai::history::items(app, scope, &ids.ai_task, &Default::default(), &ALL),
        "overview" => system::overview(app, scope, ids.site),
        "strategy" => strategies::get(app, scope, ids.strategy),
        "preview of a prompt" => prompts::preview(app, scope, AiFunction::GenerateContent, PreviewRequest { sector_id: ids.sector, prompt_value: None }),
    ]
}

/// Every service that changes something an editor may change.
fn writes<'a>(app: &'a domain::App, scope: &'a Scope, ids: &'a Ids) -> Calls<'a> {
    macro_rules! calls {
        ($($name:literal => $call:expr),+ $(,)?) => {
            vec![$(($name, async move { $call.await.map(|_| ()) }.boxed())),+]
        };
    }
    let start = move |start: Start| async move { ai::start(app, scope, start, None).await };
    let estimate = move |start: Start| async move { ai::estimate(app, scope, &start).await };
    let selection: &'static keyword::Selection = Box::leak(Box::new(keyword::Selection::All {
        filter: keyword::Filter {
            sector_id: Some(ids.sector),
            ..Default::default()
        },
        search: None,
        except: Vec::new(),
    }));
    let by_id: &'static keyword::Selection = Box::leak(Box::new(vec![ids.keyword].into()));
    let new_keyword = keyword::New {
        sector_id: ids.sector,
        keyword: "x y".to_owned(),
        volume: None,
        difficulty: None,
        intent: None,
    };
    let new_cluster = cluster::New {
        sector_id: ids.sector,
        name: "x".to_owned(),
        description: String::new(),
    };
    let new_idea = idea::New {
        sector_id: ids.sector,
        idea_title: "x".to_owned(),
        description: String::new(),
        cluster_id: None,
        content_structure: None,
        target_keywords: String::new(),
        estimated_word_count: None,
        ..Default::default()
    };
    let new_task = task::New {
        sector_id: ids.sector,
        title: "x".to_owned(),
        description: String::new(),
        cluster_id: None,
        content_structure: None,
        keywords: String::new(),
        target_word_count: None,
        author_profile_id: None,
    };
    let new_import = NewImport {
        kind: entity::keyword_import::ImportKind::Keywords,
        competitor: None,
        country: None,
        sheet: None,
        sector_id: ids.sector,
        file_name: "a.csv".to_owned(),
        size_bytes: 5,
        mapping: None,
        mode: ImportMode::Skip,
    };
    calls![
        "keywords::create" => keywords::create(app, scope, new_keyword),
        "keywords::update" => keywords::update(app, scope, ids.keyword, keyword::Patch { volume: Some(Some(9)), ..Default::default() }),
        "keywords::set_status" => keywords::set_status(app, scope, &[ids.keyword], keyword::KeywordStatus::Archived),
        "keywords::delete" => keywords::delete(app, scope, &[ids.keyword]),
        "keywords::bulk::set_status" => keywords::bulk::set_status(app, scope, selection, keyword::KeywordStatus::Archived),
        "keywords::bulk::set_intent" => keywords::bulk::set_intent(app, scope, selection, keyword::Intent::Commercial),
        "keywords::bulk::delete" => keywords::bulk::delete(app, scope, by_id),
        "keywords::create_many" => keywords::create_many(app, scope, keyword::NewMany { sector_id: ids.sector, keywords: vec!["m n".to_owned()], intent: None }),
        "keywords::add_from_library" => keywords::add_from_library(app, scope, ids.sector, &[entity::SeedKeywordId(1)]),
        "clusters::create" => clusters::create(app, scope, new_cluster),
        "clusters::update" => clusters::update(app, scope, ids.cluster, cluster::Patch { name: Some("x".to_owned()), ..Default::default() }),
        "clusters::delete" => clusters::delete(app, scope, &[ids.cluster]),
        "ideas::create" => ideas::create(app, scope, new_idea),
        "ideas::update" => ideas::update(app, scope, ids.idea, idea::Patch { idea_title: Some("x".to_owned()), ..Default::default() }),
        "ideas::queue_to_writer" => ideas::queue_to_writer(app, scope, &idea::Queue { ids: vec![ids.idea], ..Default::default() }),
        "ideas::set_status" => ideas::set_status(app, scope, &[ids.idea], idea::IdeaStatus::Archived),
        "ideas::delete" => ideas::delete(app, scope, &[ids.idea]),
        "tasks::create" => tasks::create(app, scope, new_task),
        "tasks::set_status" => tasks::set_status(app, scope, &[ids.task], task::TaskStatus::Archived),
        "tasks::delete" => tasks::delete(app, scope, &[ids.open_task]),
        "content::save" => content::save(app, scope, ids.content, article::Patch { revision: 1, title: Some("x".to_owned()), ..Default::default() }),
        "content::restore" => content::restore(app, scope, ids.version),
        "images::update" => images::update(app, scope, ids.image, image::Patch { prompt: Some("x".to_owned()), ..Default::default() }),
        "site_builder::update_page" => site_builder::update_page(app, scope, ids.page, page_blueprint::Patch { title: Some("x".to_owned()), ..Default::default() }),
        "site_builder::delete_page" => site_builder::delete_page(app, scope, ids.page),
        "optimizer::apply" => optimizer::apply(app, scope, ids.improvement),
        "optimizer::dismiss" => optimizer::dismiss(app, scope, ids.improvement),
        "optimizer::undo" => optimizer::undo(app, scope, ids.improvement),
        "linker::accept" => linker::accept(app, scope, ids.link),
        "linker::accept_all" => linker::accept_all(app, scope, ids.content),
        "linker::reject" => linker::reject(app, scope, ids.link),
        "import::begin" => import::begin(app, scope, new_import),
        "import::append" => import::append(app, scope, ids.import, 0, b"x"),
        "import::finish" => import::finish(app, scope, ids.import),
        "import::cancel" => import::cancel(app, scope, ids.import),
        "ai::start auto_cluster" => start(Start::auto_cluster(ids.sector)),
        "ai::start auto_cluster of a selection" => start(Start::auto_cluster_of(ids.sector, vec![ids.keyword])),
        "ai::start generate_ideas" => start(Start::GenerateIdeas { cluster_ids: vec![ids.cluster] }),
        "ai::start generate_content" => start(Start::GenerateContent { task_ids: vec![ids.open_task] }),
        "ai::start generate_image_prompts" => start(Start::GenerateImagePrompts { content_ids: vec![ids.content] }),
        "ai::start generate_images" => start(Start::GenerateImages { image_ids: vec![ids.image] }),
        "ai::start optimize_content" => start(Start::OptimizeContent { content_ids: vec![ids.content] }),
        "ai::start generate_site_structure" => start(Start::GenerateSiteStructure { site_id: ids.site }),
        "ai::start suggest_links" => start(Start::SuggestLinks { content_ids: vec![ids.content] }),
        "ai::estimate" => estimate(Start::GenerateIdeas { cluster_ids: vec![ids.cluster] }),
        "ai::cancel" => ai::cancel(app, scope, &ids.ai_task),
        "ai::retry_failed" => ai::retry_failed(app, scope, &ids.ai_task),
        "ai::run_here" => ai::run_here(app, scope, &ids.ai_task),
        "publisher::publish" => publisher::publish(app, scope, publish(ids.content, ids.integration)),
        "publisher::test_integration" => publisher::test_integration(app, scope, ids.integration),
    ]
}

/// Every service that changes what only owners and admins may change.
fn administration<'a>(app: &'a domain::App, scope: &'a Scope, ids: &'a Ids) -> Calls<'a> {
    macro_rules! calls {
        ($($name:literal => $call:expr),+ $(,)?) => {
            vec![$(($name, async move { $call.await.map(|_| ()) }.boxed())),+]
        };
    }
    let address = |site: SiteId| integration::New {
        site_id: site,
        base_url: "https://example.com".to_owned(),
        username: "ada".to_owned(),
        password: "pw".to_owned(),
        ..Default::default()
    };
    calls![
        "sites::update" => sites::update(app, scope, ids.site, SitePatch { name: Some("x".to_owned()), ..Default::default() }),
        "sites::add_sector" => sites::add_sector(app, scope, NewSector { site_id: ids.site, name: "x".to_owned(), industry_sector_id: None }),
        "sites::update_sector" => sites::update_sector(app, scope, ids.sector, SectorPatch { name: Some("y".to_owned()), ..Default::default() }),
        "publisher::save_integration, a new one" => publisher::save_integration(app, scope, None, address(ids.site)),
        "publisher::save_integration, a known one" => publisher::save_integration(app, scope, Some(ids.integration), address(ids.site)),
        "strategies::create" => strategies::create(app, scope, strategy_for(ids.sector)),
        "strategies::update" => strategies::update(app, scope, ids.strategy, strategy_for(ids.sector)),
        "strategies::set_active" => strategies::set_active(app, scope, ids.strategy, true),
        "strategies::delete" => strategies::delete(app, scope, ids.strategy),
        "publisher::delete_integration" => publisher::delete_integration(app, scope, ids.integration),
        "sites::delete" => sites::delete(app, scope, ids.site),
    ]
}

/// Counts of all lists, asked for one site.
async fn listed(ground: &Ground, scope: &Scope, site: Option<SiteId>) -> Vec<(&'static str, u64)> {
    let app = &ground.app;
    let all = &page(200);
    let number = |found: usize| u64::try_from(found).expect("fits");
    let of_site = site;
    let sites_of: Vec<(SectorId, SiteId)> = sites::list(app, scope)
        .await
        .expect("a list")
        .iter()
        .flat_map(|one| one.sectors.iter().map(|sector| (sector.id, sector.site_id)))
        .collect();
    let keyword_filter = keyword::Filter {
        site_id: of_site,
        ..Default::default()
    };
    let plans = site_blueprint::Filter { site_id: of_site };
    let plans = site_builder::list(app, scope, &plans, all).await;
    let improvements = optimization_task::Filter {
        site_id: of_site,
        ..Default::default()
    };
    let improvements = optimizer::list(app, scope, &improvements, all).await;
    vec![
        ("plans of pages", plans.expect("a page").count),
        ("improvements", improvements.expect("a page").count),
        (
            "keywords",
            keywords::list(app, scope, &keyword_filter, all)
                .await
                .expect("a page")
                .count,
        ),
        (
            "clusters",
            clusters::list(
                app,
                scope,
                &cluster::Filter {
                    site_id: of_site,
                    ..Default::default()
                },
                all,
            )
            .await
            .expect("a page")
            .count,
        ),
        (
            "ideas",
            ideas::list(
                app,
                scope,
                &idea::Filter {
                    site_id: of_site,
                    ..Default::default()
                },
                all,
            )
            .await
            .expect("a page")
            .count,
        ),
        (
            "tasks",
            tasks::list(
                app,
                scope,
                &task::Filter {
                    site_id: of_site,
                    ..Default::default()
                },
                all,
            )
            .await
            .expect("a page")
            .count,
        ),
        (
            "articles",
            content::list(
                app,
                scope,
                &article::Filter {
                    site_id: of_site,
                    ..Default::default()
                },
                all,
            )
            .await
            .expect("a page")
            .count,
        ),
        (
            "images",
            images::list(
                app,
                scope,
                &image::Filter {
                    site_id: of_site,
                    ..Default::default()
                },
                all,
            )
            .await
            .expect("a page")
            .count,
        ),
        (
            "records",
            publisher::records(
                app,
                scope,
                &entity::publishing_record::Filter {
                    site_id: of_site,
                    ..Default::default()
                },
                all,
            )
            .await
            .expect("a page")
            .count,
        ),
        (
            "connections",
            number(
                publisher::integrations(app, scope, of_site)
                    .await
                    .expect("a list")
                    .len(),
            ),
        ),
        (
            "jobs",
            number(ai::recent(app, scope, of_site).await.expect("a list").len()),
        ),
        (
            "the list of jobs",
            ai::history::list(
                app,
                scope,
                &entity::ai_task::Filter {
                    site_id: of_site,
                    ..Default::default()
                },
                all,
            )
            .await
            .expect("a page")
            .count,
        ),
        (
            "imports",
            import::list(app, scope, of_site, all).await.expect("a list").count,
        ),
        (
            "sites",
            number(
                sites::list(app, scope)
                    .await
                    .expect("a list")
                    .iter()
                    .filter(|one| of_site.is_none_or(|id| one.site.id == id))
                    .count(),
            ),
        ),
        (
            "strategies",
            number(
                strategies::list(app, scope, all)
                    .await
                    .expect("a page")
                    .results
                    .iter()
                    .filter(|row| {
                        of_site.is_none_or(|id| {
                            sites_of
                                .iter()
                                .any(|(sector, site)| Some(*sector) == row.sector_id && *site == id)
                        })
                    })
                    .count(),
            ),
        ),
        ("exported", {
            use futures::TryStreamExt;
            let all = keyword::Selection::All {
                filter: keyword_filter,
                search: None,
                except: Vec::new(),
            };
            match keywords::export_csv(app, scope, all).await {
                // A site that the caller does not see has no file.
                Err(Error::NotFound(_)) => 0,
                export => {
                    let parts: Vec<Vec<u8>> = export.expect("an export").try_collect().await.expect("all of it");
                    number(String::from_utf8(parts.concat()).expect("text").lines().count()).saturating_sub(1)
                }
            }
        }),
    ]
}

fn is_not_found(error: &Error) -> bool {
    matches!(error, Error::NotFound(_))
}

#[tokio::test]
async fn another_accounts_ids_do_not_exist() {
    let ground = Ground::new().await;
    let victim = ground.tenant("ann@example.com").await;
    let ids = everything(&ground, &victim).await;
    let stranger = ground.tenant("bob@example.com").await;
    // Bob has things of his own, so that a query without a filter would find something.
    let own = everything(&ground, &stranger).await;
    let before = snapshot(&ground).await;
    let app = &ground.app;
    for calls in [
        reads(app, &stranger.scope, &ids),
        writes(app, &stranger.scope, &ids),
        administration(app, &stranger.scope, &ids),
    ] {
        for (name, call) in calls {
            let error = call.await.expect_err(name);
            assert!(is_not_found(&error), "{name}: {error:?}");
        }
    }
    // What is his own together with what is not.
    let scope = &stranger.scope;
    for (name, outcome) in [
        (
            "keywords",
            keywords::delete(app, scope, &[own.keyword, ids.keyword])
                .await
                .map(|_| ()),
        ),
        (
            "clusters",
            clusters::delete(app, scope, &[own.cluster, ids.cluster])
                .await
                .map(|_| ()),
        ),
        (
            "ideas",
            ideas::delete(app, scope, &[own.idea, ids.idea]).await.map(|_| ()),
        ),
        (
            "queue",
            ideas::queue_to_writer(
                app,
                scope,
                &idea::Queue {
                    ids: vec![own.idea, ids.idea],
                    ..Default::default()
                },
            )
            .await
            .map(|_| ()),
        ),
        (
            "tasks",
            tasks::delete(app, scope, &[own.open_task, ids.open_task])
                .await
                .map(|_| ()),
        ),
        (
            "an article to his own site",
            publisher::publish(app, scope, publish(ids.content, own.integration))
                .await
                .map(|_| ()),
        ),
        (
            "his own article to another's site",
            publisher::publish(app, scope, publish(own.content, ids.integration))
                .await
                .map(|_| ()),
        ),
        (
            "a keyword of another in his sector",
            ai::start(app, scope, Start::auto_cluster_of(own.sector, vec![ids.keyword]), None)
                .await
                .map(|_| ()),
        ),
        (
            "tasks in one request",
            ai::start(
                app,
                scope,
                Start::GenerateContent {
                    task_ids: vec![own.open_task, ids.open_task],
                },
                None,
            )
            .await
            .map(|_| ()),
        ),
    ] {
        assert!(is_not_found(&outcome.expect_err(name)), "{name}");
    }
    let with_cluster = idea::New {
        sector_id: own.sector,
        idea_title: "x".to_owned(),
        description: String::new(),
        cluster_id: Some(ids.cluster),
        content_structure: None,
        target_keywords: String::new(),
        estimated_word_count: None,
        ..Default::default()
    };
    assert_eq!(
        crate::support::fields(&ideas::create(app, scope, with_cluster).await.expect_err("a cluster")),
        ["cluster_id"]
    );
    let changed: Vec<_> = before
        .iter()
        .zip(snapshot(&ground).await)
        .filter(|(old, new)| **old != *new)
        .map(|(old, _)| old.0)
        .collect();
    assert!(changed.is_empty(), "changed: {changed:?}");
    // Lists show nothing of it, asked for by site or not.
    assert!(
        listed(&ground, scope, Some(ids.site))
            .await
            .iter()
            .all(|(_, count)| *count == 0)
    );
    let theirs = listed(&ground, scope, None).await;
    let his = listed(&ground, scope, Some(own.site)).await;
    for (all, own) in theirs.iter().zip(&his).filter(|(all, _)| all.0 != "imports") {
        assert_eq!(all, own);
    }
    // Neither does the money.
    for row in billing::usage(app, scope, &page(200)).await.expect("usage").results {
        assert_eq!(row.site_id, Some(own.site));
    }
    for row in billing::transactions(app, scope, &page(200))
        .await
        .expect("a ledger")
        .results
    {
        assert_eq!(row.account_id, scope.account);
    }
    ground.assert_books().await;
}

#[tokio::test]
async fn an_editor_sees_the_granted_site_and_no_other() {
    let ground = Ground::new().await;
    let owner = ground.tenant("ann@example.com").await;
    let granted = everything(&ground, &owner).await;
    let made = sites::create(&ground.app, &owner.scope, new_site("Second", &["A"]))
        .await
        .expect("a site");
    let second = Tenant {
        user: owner.user.clone(),
        scope: owner.scope.clone(),
        site: made.site.id,
        sector: made.sectors[0].id,
    };
    let hidden = everything(&ground, &second).await;
    let editor = ground.member(&owner, Role::Editor, &[granted.site]).await;
    let app = &ground.app;
    let before = snapshot(&ground).await;
    for calls in [reads(app, &editor, &hidden), writes(app, &editor, &hidden)] {
        for (name, call) in calls {
            let error = call.await.expect_err(name);
            assert!(is_not_found(&error), "{name}: {error:?}");
        }
    }
    for ids in [&hidden, &granted] {
        for (name, call) in administration(app, &editor, ids) {
            let error = call.await.expect_err(name);
            assert!(
                is_not_found(&error) && ids.site == hidden.site || matches!(error, Error::Forbidden(_)),
                "{name}: {error:?}"
            );
        }
    }
    assert!(matches!(
        sites::create(app, &editor, new_site("Third", &["A"])).await,
        Err(Error::Forbidden(_))
    ));
    // A selection that reaches into the hidden site, and an article of the granted one to the hidden one's connection.
    assert!(is_not_found(
        &keywords::delete(app, &editor, &[granted.keyword, hidden.keyword])
            .await
            .expect_err("one of two")
    ));
    assert!(is_not_found(
        &publisher::publish(app, &editor, publish(granted.content, hidden.integration))
            .await
            .expect_err("a connection")
    ));
    assert!(
        matches!(billing::usage(app, &editor, &page(10)).await, Err(Error::Forbidden(_))),
        "usage names things of every site"
    );
    assert!(matches!(
        billing::transactions(app, &editor, &page(10)).await,
        Err(Error::Forbidden(_))
    ));
    assert_eq!(snapshot(&ground).await, before);
    assert!(
        listed(&ground, &editor, Some(hidden.site))
            .await
            .iter()
            .all(|(_, count)| *count == 0)
    );
    let all = listed(&ground, &editor, None).await;
    for (seen, own) in all
        .iter()
        .zip(listed(&ground, &owner.scope, Some(granted.site)).await)
        .filter(|(seen, _)| seen.0 != "imports")
    {
        assert_eq!(*seen, own);
    }
    // On the granted site an editor works.
    for (name, call) in reads(app, &editor, &granted) {
        call.await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
    let patch = keyword::Patch {
        volume: Some(Some(9)),
        ..Default::default()
    };
    keywords::update(app, &editor, granted.keyword, patch)
        .await
        .expect("an editor may");
    let patch = article::Patch {
        revision: 2,
        title: Some("Edited".to_owned()),
        ..Default::default()
    };
    content::save(app, &editor, granted.content, patch)
        .await
        .expect("an editor may");
    ai::start(
        app,
        &editor,
        Start::GenerateContent {
            task_ids: vec![granted.open_task],
        },
        None,
    )
    .await
    .expect("an editor may");
    assert!(billing::balance(app, &editor).await.is_ok());
    // Somebody without any grant sees nothing at all.
    let nobody = ground.member(&owner, Role::Editor, &[]).await;
    assert!(
        listed(&ground, &nobody, None)
            .await
            .iter()
            .all(|(_, count)| *count == 0)
    );
}

#[tokio::test]
async fn a_viewer_reads_and_changes_nothing() {
    let ground = Ground::new().await;
    let owner = ground.tenant("ann@example.com").await;
    let ids = everything(&ground, &owner).await;
    let viewer = ground.member(&owner, Role::Viewer, &[ids.site]).await;
    let app = &ground.app;
    let before = snapshot(&ground).await;
    for (name, call) in reads(app, &viewer, &ids) {
        call.await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
    for calls in [writes(app, &viewer, &ids), administration(app, &viewer, &ids)] {
        for (name, call) in calls {
            let error = call.await.expect_err(name);
            assert!(matches!(error, Error::Forbidden(_)), "{name}: {error:?}");
        }
    }
    let input = entity::provider_setting::Input {
        provider: entity::provider_setting::Provider::Openai,
        base_url: String::new(),
        model: "gpt-5".to_owned(),
        image_model: String::new(),
        api_key: String::new(),
    };
    assert!(matches!(
        ai::settings::save_connection(app, &viewer, input).await,
        Err(Error::Forbidden(_))
    ));
    assert!(matches!(
        ai::settings::test_connection(app, &viewer, entity::provider_setting::Provider::Builtin).await,
        Err(Error::Forbidden(_))
    ));
    assert_eq!(
        listed(&ground, &viewer, Some(ids.site)).await,
        listed(&ground, &owner.scope, Some(ids.site)).await
    );
    assert_eq!(snapshot(&ground).await, before);
}

#[tokio::test]
async fn an_admin_manages_every_site() {
    let ground = Ground::new().await;
    let owner = ground.tenant("ann@example.com").await;
    let ids = everything(&ground, &owner).await;
    let admin = ground.member(&owner, Role::Admin, &[]).await;
    let app = &ground.app;
    for (name, call) in reads(app, &admin, &ids) {
        call.await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
    for (name, call) in administration(app, &admin, &ids) {
        call.await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
    assert!(billing::usage(app, &admin, &page(10)).await.is_ok());
    import::list(app, &admin, Some(ids.site), &page(10))
        .await
        .expect("imports");
}

/// What belongs to the account as a whole: everybody in it reads it, owners and admins change it, others see nothing.
#[tokio::test]
async fn prompts_and_authors_belong_to_one_account() {
    let ground = Ground::new().await;
    let owner = ground.tenant("ann@example.com").await;
    let stranger = ground.tenant("bob@example.com").await;
    let viewer = ground.member(&owner, Role::Viewer, &[]).await;
    let editor = ground.member(&owner, Role::Editor, &[owner.site]).await;
    let app = &ground.app;
    let named = |name: &str| author_profile::Input {
        name: name.to_owned(),
        ..Default::default()
    };
    let text = |text: &str| entity::ai_prompt::Input {
        prompt_value: text.to_owned(),
        version: None,
    };
    let function = AiFunction::AutoCluster;
    let author = authors::create(app, &owner.scope, named("Ada"))
        .await
        .expect("makes")
        .id;
    prompts::save(app, &owner.scope, function, text("Ours: {groups}"))
        .await
        .expect("saves");
    for scope in [&viewer, &editor] {
        assert_eq!(authors::get(app, scope, author).await.expect("reads").name, "Ada");
        assert_eq!(
            prompts::get(app, scope, function).await.expect("reads").prompt_value,
            "Ours: {groups}"
        );
        assert_eq!(
            prompts::versions(app, scope, function, &page(10))
                .await
                .expect("reads")
                .count,
            1
        );
        let refusals = [
            authors::create(app, scope, named("Bob")).await.map(|_| ()),
            authors::update(app, scope, author, named("Bob")).await.map(|_| ()),
            authors::delete(app, scope, author).await,
            prompts::save(app, scope, function, text("{groups}")).await.map(|_| ()),
            prompts::reset(app, scope, function).await.map(|_| ()),
            prompts::restore(app, scope, function, 1).await.map(|_| ()),
        ];
        for refusal in refusals {
            assert!(matches!(refusal, Err(Error::Forbidden(_))), "{refusal:?}");
        }
    }
    // Elsewhere there is nothing of it.
    let scope = &stranger.scope;
    assert_eq!(authors::list(app, scope, &page(10)).await.expect("a page").count, 0);
    assert!(!prompts::get(app, scope, function).await.expect("reads").row.is_own);
    assert_eq!(
        prompts::versions(app, scope, function, &page(10))
            .await
            .expect("reads")
            .count,
        0
    );
    let missing: AuthorProfileId = author;
    let refusals = [
        authors::get(app, scope, missing).await.map(|_| ()),
        authors::update(app, scope, missing, named("Bob")).await.map(|_| ()),
        authors::delete(app, scope, missing).await,
        prompts::restore(app, scope, function, 1).await.map(|_| ()),
    ];
    for refusal in refusals {
        assert!(is_not_found(&refusal.expect_err("a refusal")));
    }
    // A task or a sector of theirs cannot name it.
    let patch = SectorPatch {
        author_profile_id: Some(author),
        ..Default::default()
    };
    let refusal = sites::update_sector(app, scope, stranger.sector, patch).await;
    assert_eq!(
        crate::support::fields(&refusal.expect_err("an author")),
        ["author_profile_id"]
    );
}
