//! An account with one of everything, its people, and somebody from another account.

use std::collections::{BTreeMap, HashMap};

use domain::{
    accounts::{self, api_keys, invitations},
    ai,
    jobs::worker::run_job,
    planner::{clusters, ideas, import, keywords},
    publisher,
    scope::{Origin, Scope},
    sites,
    thinker::{authors, image_tests, prompts, strategies},
    writer::tasks,
};
use entity::{
    ClusterId, UserId,
    ai_task::{AiFunction, Start},
    api_key::{KeyScope, NewApiKey},
    audit_event, cluster, content, content_version, idea, image, image_test, integration, internal_link, invitation,
    keyword, keyword_import, optimization_task, page_blueprint, provider_setting, site_user_access, strategy, task,
    user,
    user::Role,
};
use reqwest::{Client, Method, StatusCode, header};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, Statement, sea_query::Expr,
};
use serde_json::Value;
use tower_sessions::{
    SessionStore,
    cookie::time::{Duration, OffsetDateTime},
    session::{Id, Record},
};

use super::calls::{Call, Door};
use crate::support::{Server, client};

/// Stands in every text of the account's sites and people, and nowhere else.
pub const MARKER: &str = "zebrafish";
/// Stands in the account's name, which its people may know.
pub const TEAM: &str = "lanternfish";
pub const PASSWORD: &str = "correct horse battery";

pub struct World {
    pub server: Server,
    client: Client,
    owner: Scope,
    hash: String,
    people: HashMap<&'static str, UserId>,
    keys: HashMap<&'static str, String>,
    pub ids: HashMap<&'static str, String>,
    functions: BTreeMap<String, String>,
}

/// Server functions by name, with their address.
pub fn server_functions() -> BTreeMap<String, String> {
    leptos::server_fn::axum::server_fn_paths()
        .map(|(path, _)| {
            let name = path
                .trim_start_matches("/fn/")
                .trim_end_matches(|c: char| c.is_ascii_digit());
            (name.to_owned(), path.to_owned())
        })
        .collect()
}

fn origin() -> Origin {
    Origin::here("walk")
}

impl World {
    pub async fn new() -> Self {
        let server = Server::start_with(|config| {
            config.limits.requests_per_minute = 0;
            config.limits.anonymous_requests_per_minute = 0;
            config.security.require_confirmed_email = false;
        })
        .await;
        let app = &server.app;
        let sign_up = |email: &str, name: &str| user::SignUp {
            email: email.to_owned(),
            password: PASSWORD.to_owned(),
            account_name: Some(name.to_owned()),
        };
        let ann = accounts::sign_up(app, sign_up("ann@example.com", TEAM), &origin())
            .await
            .unwrap();
        let stranger = accounts::sign_up(app, sign_up("bob@example.com", "Other"), &origin())
            .await
            .unwrap();
        let owner = accounts::scope_of(app, ann.id, &origin()).await.unwrap();
        let mut world = Self {
            client: client(),
            hash: ann.password_hash.clone(),
            people: HashMap::from([("owner", ann.id), ("stranger", stranger.id)]),
            keys: HashMap::new(),
            ids: HashMap::new(),
            functions: server_functions(),
            owner,
            server,
        };
        let app = &world.server.app;
        let txn = domain::db::begin_write(&app.db).await.unwrap();
        domain::billing::ledger::grant(
            &txn,
            world.owner.account,
            entity::credit_transaction::TransactionType::Adjustment,
            1_000_000,
            "walk".to_owned(),
            "walk",
            None,
        )
        .await
        .unwrap();
        txn.commit().await.unwrap();
        // So that the owner may be changed and removed where the roles allow it.
        for (name, role) in [
            ("second owner", Role::Owner),
            ("admin", Role::Admin),
            ("editor", Role::Editor),
            ("viewer", Role::Viewer),
            ("developer", Role::Developer),
            ("system_bot", Role::SystemBot),
            ("editor elsewhere", Role::Editor),
        ] {
            let id = world.person(name, role).await;
            world.people.insert(name, id);
        }
        world.renew().await;
        world
    }

    async fn person(&self, name: &str, role: Role) -> UserId {
        let now = domain::now();
        user::Entity::insert(user::ActiveModel {
            email: Set(format!(
                "{}-{}@example.org",
                name.replace(' ', "-"),
                uuid::Uuid::new_v4().simple()
            )),
            account_id: Set(self.owner.account),
            role: Set(role),
            name: Set(String::new()),
            password_hash: Set(self.hash.clone()),
            is_active: Set(true),
            created_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        })
        .exec_with_returning(&self.server.app.db)
        .await
        .unwrap()
        .id
    }

    /// Makes one of everything anew, and people as they were.
    pub async fn renew(&mut self) {
        let app = self.server.app.clone();
        let db = &app.db;
        for (name, role) in [
            ("owner", Role::Owner),
            ("second owner", Role::Owner),
            ("admin", Role::Admin),
            ("editor", Role::Editor),
            ("viewer", Role::Viewer),
            ("developer", Role::Developer),
            ("system_bot", Role::SystemBot),
            ("editor elsewhere", Role::Editor),
            ("stranger", Role::Owner),
        ] {
            user::Entity::update_many()
                .col_expr(user::Column::Role, Expr::value(role.as_str()))
                .col_expr(user::Column::IsActive, Expr::value(true))
                .col_expr(user::Column::PasswordHash, Expr::value(self.hash.clone()))
                .col_expr(user::Column::EmailVerifiedAt, Expr::value(None::<entity::Timestamp>))
                .filter(user::Column::Id.eq(self.people[name]))
                .exec(db)
                .await
                .unwrap();
        }
        entity::account::Entity::update_many()
            .col_expr(entity::account::Column::Status, Expr::value("active"))
            .col_expr(
                entity::account::Column::DeleteAfter,
                Expr::value(None::<entity::Timestamp>),
            )
            .exec(db)
            .await
            .unwrap();
        entity::sign_in_attempt::Entity::delete_many().exec(db).await.unwrap();
        entity::one_time_token::Entity::delete_many().exec(db).await.unwrap();
        let scope = self.owner.clone();
        let text = |what: &str| format!("{what} {MARKER}");
        let made = sites::create(
            &app,
            &scope,
            entity::site::NewSite {
                name: text("Site"),
                sectors: vec![text("First"), text("Second")],
                ..Default::default()
            },
        )
        .await
        .unwrap();
        let (site, sector, empty_sector) = (made.site.id, made.sectors[0].id, made.sectors[1].id);
        for name in ["editor", "viewer"] {
            site_user_access::Entity::insert(site_user_access::ActiveModel {
                site_id: Set(site),
                user_id: Set(self.people[name]),
                account_id: Set(scope.account),
            })
            .exec_without_returning(db)
            .await
            .unwrap();
        }
        let keyword = async |what: &str| {
            let input = keyword::New {
                sector_id: sector,
                keyword: text(what),
                volume: Some(10),
                difficulty: None,
                intent: None,
            };
            keywords::create(&app, &scope, input).await.unwrap().id
        };
        let one = keyword("best").await;
        keyword("cheap").await;
        let cluster = clusters::create(
            &app,
            &scope,
            cluster::New {
                sector_id: sector,
                name: text("Cluster"),
                description: String::new(),
            },
        )
        .await
        .unwrap()
        .id;
        let member = keyword("big").await;
        put_into(&app, &scope, cluster, member).await;
        cluster::Entity::update_many()
            .col_expr(cluster::Column::KeywordsCount, Expr::value(1))
            .filter(cluster::Column::Id.eq(cluster))
            .exec(db)
            .await
            .unwrap();
        let idea = ideas::create(
            &app,
            &scope,
            idea::New {
                sector_id: sector,
                idea_title: text("Idea"),
                description: String::new(),
                cluster_id: Some(cluster),
                content_structure: None,
                target_keywords: text("best"),
                estimated_word_count: None,
                ..Default::default()
            },
        )
        .await
        .unwrap()
        .id;
        // Only so many may be there at once.
        entity::strategy::Entity::delete_many()
            .filter(entity::strategy::Column::AccountId.eq(scope.account))
            .exec(db)
            .await
            .unwrap();
        entity::author_profile::Entity::delete_many()
            .filter(entity::author_profile::Column::AccountId.eq(scope.account))
            .exec(db)
            .await
            .unwrap();
        let profile = entity::author_profile::Input {
            name: TEAM.to_owned(),
            ..Default::default()
        };
        let author = authors::create(&app, &scope, profile).await.unwrap().id;
        let named = strategy::Input {
            name: text("Strategy"),
            description: String::new(),
            sector_id: Some(sector),
            prompt_types: [("generate_content".to_owned(), text("Write {title} for {keywords}"))].into(),
            section_logic: Vec::new(),
            is_active: true,
        };
        let strategy = strategies::create(&app, &scope, named).await.unwrap().id;
        let own = entity::ai_prompt::Input {
            prompt_value: format!("{TEAM} {{keywords}} {}", uuid::Uuid::new_v4()),
            version: None,
        };
        prompts::save(&app, &scope, AiFunction::GenerateIdeas, own)
            .await
            .unwrap();
        let new_task = |title: &str| task::New {
            sector_id: sector,
            title: text(title),
            description: String::new(),
            cluster_id: None,
            content_structure: None,
            keywords: text("best"),
            target_word_count: Some(600),
            author_profile_id: None,
        };
        let written = tasks::create(&app, &scope, new_task("Written")).await.unwrap().id;
        let task = tasks::create(&app, &scope, new_task("Open")).await.unwrap().id;
        let run = async |start: Start| {
            let started = ai::start(&app, &scope, start, None).await.unwrap();
            ai::run_here(&app, &scope, &started.task_id).await.unwrap();
            // The worker of the server may have been quicker.
            for _ in 0..400 {
                let progress = ai::progress(&app, &scope, &started.task_id).await.unwrap();
                if progress.status.is_final() {
                    return progress.task_id;
                }
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
            panic!("a task did not end");
        };
        let ai_task = run(Start::GenerateContent {
            task_ids: vec![written],
        })
        .await;
        // As if the job had grouped keywords.
        let job = entity::ai_task::Entity::find()
            .filter(entity::ai_task::Column::PublicId.eq(ai_task.as_str()))
            .one(db)
            .await
            .unwrap()
            .unwrap();
        entity::cluster_run::Entity::insert(entity::cluster_run::ActiveModel {
            account_id: Set(scope.account),
            site_id: Set(job.site_id),
            sector_id: Set(job.sector_id),
            ai_task_id: Set(job.id),
            created_at: Set(domain::now()),
            ..Default::default()
        })
        .exec_without_returning(db)
        .await
        .unwrap();
        let article = content::Entity::find()
            .filter(content::Column::TaskId.eq(written))
            .one(db)
            .await
            .unwrap()
            .unwrap();
        run(Start::GenerateImagePrompts {
            content_ids: vec![article.id],
        })
        .await;
        let version = content_version::Entity::find()
            .filter(content_version::Column::ContentId.eq(article.id))
            .one(db)
            .await
            .unwrap()
            .unwrap()
            .id;
        let image = image::Entity::find()
            .filter(image::Column::ContentId.eq(article.id))
            .one(db)
            .await
            .unwrap()
            .unwrap()
            .id;
        run(Start::GenerateImages { image_ids: vec![image] }).await;
        for provider in [provider_setting::Provider::Openai, provider_setting::Provider::Runware] {
            let input = provider_setting::Input {
                provider,
                base_url: "http://127.0.0.1:1".to_owned(),
                model: text("Model"),
                // Who tries pictures out is told who makes them, whichever sites they see.
                image_model: "paints".to_owned(),
                api_key: "sk-test".to_owned(),
            };
            ai::settings::save_connection(&app, &scope, input).await.unwrap();
        }
        // Only so many a day.
        image_test::Entity::delete_many().exec(db).await.unwrap();
        let tried = image_tests::start(
            &app,
            &scope,
            image_test::Input {
                provider: provider_setting::Provider::Builtin,
                model: String::new(),
                width: 256,
                height: 256,
                prompt: text("A picture"),
            },
        )
        .await
        .unwrap()
        .id;
        run_job(
            &domain::jobs::worker::Worker::new(app.clone()),
            domain::jobs::Job::ImageTest(tried),
        )
        .await;
        // The worker of the server may have taken it.
        for _ in 0..400 {
            let test = image_tests::get(&app, &scope, tried).await.unwrap();
            if test.status.is_final() {
                assert_eq!(test.error, None);
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let link = suggest_link(&app, &article, &text("Other")).await;
        let improvement = improve(&app, &article).await;
        run(Start::GenerateSiteStructure { site_id: site }).await;
        let page = page_blueprint::Entity::find()
            .filter(page_blueprint::Column::SiteId.eq(site))
            .filter(page_blueprint::Column::PageType.ne(page_blueprint::PageType::Home))
            .one(db)
            .await
            .unwrap()
            .unwrap();
        let integration = publisher::save_integration(
            &app,
            &scope,
            None,
            integration::New {
                site_id: site,
                name: text("WordPress"),
                base_url: "http://127.0.0.1:1".to_owned(),
                username: MARKER.to_owned(),
                password: "abcd".to_owned(),
            },
        )
        .await
        .unwrap()
        .id;
        // Only so many uploads may be open at once.
        keyword_import::Entity::delete_many()
            .filter(keyword_import::Column::Status.eq(keyword_import::ImportStatus::Uploading))
            .exec(db)
            .await
            .unwrap();
        let import = import::begin(
            &app,
            &scope,
            keyword_import::NewImport {
                kind: entity::keyword_import::ImportKind::Keywords,
                competitor: None,
                country: None,
                sheet: None,
                sector_id: sector,
                file_name: format!("{MARKER}.csv"),
                size_bytes: 10,
                mapping: None,
                mode: keyword_import::ImportMode::Skip,
            },
        )
        .await
        .unwrap()
        .id;
        let file = std::env::temp_dir().join(format!("{}.csv", uuid::Uuid::new_v4().simple()));
        std::fs::write(&file, format!("keyword,volume\nread {MARKER},1\n,2\n")).unwrap();
        let read = keyword_import::NewImport {
            kind: entity::keyword_import::ImportKind::Keywords,
            competitor: None,
            country: None,
            sheet: None,
            sector_id: sector,
            file_name: format!("{MARKER}-done.csv"),
            size_bytes: i64::try_from(std::fs::metadata(&file).unwrap().len()).unwrap(),
            mapping: None,
            mode: keyword_import::ImportMode::Skip,
        };
        let done_import = import::import_file(&app, &scope, read, &file).await.unwrap().import.id;
        std::fs::remove_file(&file).unwrap();
        // Only so many are open at once, and only so many are sent in a day.
        invitation::Entity::delete_many().exec(db).await.unwrap();
        audit_event::Entity::delete_many()
            .filter(audit_event::Column::Action.eq(audit_event::AuditAction::PersonInvited))
            .exec(db)
            .await
            .unwrap();
        let invited = invitations::create(
            &app,
            &scope,
            invitation::NewInvitation {
                email: format!("{MARKER}-{}@example.org", uuid::Uuid::new_v4().simple()),
                role: Role::Viewer,
                sites: vec![],
            },
        )
        .await
        .unwrap();
        let key = async |opens: KeyScope| {
            let input = NewApiKey {
                name: text("Key"),
                scopes: vec![opens],
                expires_in_days: None,
            };
            api_keys::create(&app, &scope, input).await.unwrap()
        };
        let spare = key(KeyScope::Read).await;
        for (name, opens) in [
            ("read", KeyScope::Read),
            ("write", KeyScope::Write),
            ("generate", KeyScope::Generate),
            ("publish", KeyScope::Publish),
            ("admin", KeyScope::Admin),
        ] {
            let made = key(opens).await;
            self.keys.insert(name, made.key);
        }
        // At most fifty for a person.
        entity::api_key::Entity::delete_many()
            .filter(entity::api_key::Column::Id.lt(spare.api_key.id))
            .exec(db)
            .await
            .unwrap();
        let view = domain::planner::views::create(
            &self.server.app,
            &scope,
            entity::saved_view::New {
                list_name: "keywords".to_owned(),
                name: format!("View {}", uuid::Uuid::new_v4().simple()),
                shared: true,
                ..Default::default()
            },
        )
        .await
        .unwrap()
        .id;
        // At most fifty for a person.
        entity::saved_view::Entity::delete_many()
            .filter(entity::saved_view::Column::Id.lt(view))
            .exec(db)
            .await
            .unwrap();
        let colleague = self.person(MARKER, Role::Viewer).await;
        let session = self.session(self.people["owner"]).await;
        self.ids = HashMap::from([
            ("account", scope.account.to_string()),
            ("other_account", self.account_of("stranger").await),
            ("site", site.to_string()),
            ("sector", sector.to_string()),
            ("empty_sector", empty_sector.to_string()),
            ("keyword", one.to_string()),
            ("cluster", cluster.to_string()),
            ("member", member.to_string()),
            ("idea", idea.to_string()),
            ("task", task.to_string()),
            ("content", article.id.to_string()),
            ("version", version.to_string()),
            ("image", image.to_string()),
            ("image_test", tried.to_string()),
            ("link", link.to_string()),
            ("improvement", improvement.to_string()),
            ("blueprint", page.blueprint_id.to_string()),
            ("page", page.id.to_string()),
            ("integration", integration.to_string()),
            ("import", import.to_string()),
            ("done_import", done_import.to_string()),
            ("ai_task", ai_task),
            ("invitation", invited.invitation.invitation.id.to_string()),
            ("key", spare.api_key.id.to_string()),
            ("person", colleague.to_string()),
            ("author", author.to_string()),
            ("strategy", strategy.to_string()),
            ("view", view.to_string()),
            ("session", domain::secrets::hash_token(&session)),
            ("password", PASSWORD.to_owned()),
            ("unique", uuid::Uuid::new_v4().simple().to_string()),
        ]);
    }

    async fn account_of(&self, caller: &str) -> String {
        let user = user::Entity::find_by_id(self.people[caller])
            .one(&self.server.app.db)
            .await
            .unwrap()
            .unwrap();
        user.account_id.to_string()
    }

    /// Ids that nobody has.
    pub fn missing(&self) -> HashMap<&'static str, String> {
        self.ids
            .keys()
            .map(|name| {
                let value = match *name {
                    "ai_task" => uuid::Uuid::new_v4().to_string(),
                    "session" => "0".repeat(64),
                    "password" => "wrong horse battery".to_owned(),
                    "unique" => uuid::Uuid::new_v4().simple().to_string(),
                    _ => "987654321".to_owned(),
                };
                (*name, value)
            })
            .collect()
    }

    /// A browser's session; the value of its cookie.
    async fn session(&self, user: UserId) -> String {
        let mut record = Record {
            id: Id::default(),
            data: HashMap::from([(app::accounts::SESSION_USER.to_owned(), Value::from(user.0))]),
            expiry_date: OffsetDateTime::now_utc() + Duration::days(1),
        };
        server::sessions::Sessions::new(self.server.app.db.clone())
            .create(&mut record)
            .await
            .unwrap();
        record.id.to_string()
    }

    pub async fn call(&self, call: &Call, caller: &str) -> (StatusCode, Value) {
        self.call_with_ids(call, caller, &self.ids).await
    }

    pub async fn call_with_ids(
        &self,
        call: &Call,
        caller: &str,
        ids: &HashMap<&'static str, String>,
    ) -> (StatusCode, Value) {
        let user = (caller != "nobody").then(|| self.people[caller]);
        let mut ids = ids.clone();
        // What only works on something fresh, made for this very call.
        ids.insert("unique", uuid::Uuid::new_v4().simple().to_string());
        match (call.door, user) {
            (_, None) => self.send(call, &ids, None, None).await,
            (Door::Rest, Some(user)) => {
                let tokens = accounts::tokens::issue(&self.server.app, user, &origin())
                    .await
                    .unwrap();
                self.send(call, &ids, Some(&tokens.access), None).await
            }
            (Door::Function | Door::Page, Some(user)) => {
                let cookie = self.session(user).await;
                self.send(call, &ids, None, Some(&cookie)).await
            }
        }
    }

    pub async fn call_with_key(&self, call: &Call, key: &str) -> (StatusCode, Value) {
        self.send(call, &self.ids, Some(&self.keys[key]), None).await
    }

    async fn send(
        &self,
        call: &Call,
        ids: &HashMap<&'static str, String>,
        token: Option<&str>,
        cookie: Option<&str>,
    ) -> (StatusCode, Value) {
        let (method, address) = match call.door {
            Door::Function => (Method::POST, self.functions[&call.name["fn ".len()..]].clone()),
            Door::Rest | Door::Page => {
                let (method, path) = call.name.split_once(' ').unwrap();
                (method.parse().unwrap(), call.path(path, ids))
            }
        };
        let mut request = self.client.request(method, format!("{}{address}", self.server.base));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(cookie) = cookie {
            request = request
                .header(header::COOKIE, format!("igny8_session={cookie}"))
                .header(header::ORIGIN, &self.server.base);
        }
        request = call.body(request, ids);
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let kind = answer
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        if kind.starts_with("text/event-stream") {
            // It goes on until the task ends; that it began says enough.
            return (status, Value::Null);
        }
        let bytes = answer.bytes().await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// A page as somebody sees it.
    pub async fn page(&self, path: &str, caller: &str) -> (StatusCode, String) {
        let cookie = self.session(self.people[caller]).await;
        let answer = self
            .client
            .get(format!("{}{path}", self.server.base))
            .header(header::COOKIE, format!("igny8_session={cookie}"))
            .header(header::ACCEPT, "text/html")
            .send()
            .await
            .unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    /// Waits until nothing is under way in the account.
    pub async fn settle(&self) {
        for _ in 0..200 {
            let open = self
                .query("SELECT 1 FROM ai_tasks WHERE status IN ('queued', 'running') UNION ALL SELECT 1 FROM publishing_records WHERE status IN ('pending', 'publishing') UNION ALL SELECT 1 FROM image_tests WHERE status IN ('queued', 'running') UNION ALL SELECT 1 FROM mails WHERE status = 'queued'")
                .await;
            if open.is_empty() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("work did not end");
    }

    async fn query(&self, sql: &str) -> Vec<sea_orm::QueryResult> {
        let db = &self.server.app.db;
        db.query_all_raw(Statement::from_string(db.get_database_backend(), sql.to_owned()))
            .await
            .unwrap()
    }

    /// All rows of the account, by table, as text. Looked up in the database itself, so that a new table is not forgotten.
    pub async fn snapshot(&self) -> BTreeMap<String, String> {
        // The worker would do so in between.
        domain::planner::keywords::settle::run(&self.server.app).await.unwrap();
        let postgres = domain::db::is_postgres(&self.server.app.db);
        let tables = if postgres {
            "SELECT table_name AS name FROM information_schema.columns WHERE column_name = 'account_id' AND table_schema = 'public'"
        } else {
            "SELECT m.name AS name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'account_id' WHERE m.type = 'table'"
        };
        let mut names: Vec<String> = self
            .query(tables)
            .await
            .iter()
            .map(|row| row.try_get("", "name").unwrap())
            .collect();
        assert!(names.len() > 20, "only {} tables", names.len());
        names.retain(|name| {
            // Mails are sent meanwhile; a colleague without a grant asks for some of their own.
            // Numbers of keywords follow from the keywords, and a worker puts them together when it comes to it.
            !matches!(
                name.as_str(),
                "mails" | "audit_events" | "idempotency_keys" | "keyword_tallies"
            )
        });
        let mut all = BTreeMap::new();
        for name in names {
            // The colleague's own things are theirs to change.
            let own = match name.as_str() {
                "users" => format!(" AND id <> {}", self.people["editor elsewhere"]),
                "api_keys" | "image_tests" | "saved_views" => {
                    format!(" AND user_id <> {}", self.people["editor elsewhere"])
                }
                _ => String::new(),
            };
            let account = self.owner.account;
            let row = if postgres {
                format!("SELECT row_to_json(t)::text AS row FROM {name} t WHERE account_id = {account}{own}")
            } else {
                let columns: Vec<String> = self
                    .query(&format!("SELECT name FROM pragma_table_info('{name}')"))
                    .await
                    .iter()
                    .map(|row| row.try_get::<String>("", "name").unwrap())
                    .map(|column| format!("quote({column})"))
                    .collect();
                format!(
                    "SELECT {} AS row FROM {name} WHERE account_id = {account}{own}",
                    columns.join(" || ',' || ")
                )
            };
            let mut rows: Vec<String> = self
                .query(&row)
                .await
                .iter()
                .map(|row| row.try_get("", "row").unwrap())
                .collect();
            rows.sort();
            all.insert(name, rows.join("\n"));
        }
        all
    }
}

async fn put_into(app: &domain::App, scope: &Scope, cluster: ClusterId, keyword: entity::KeywordId) {
    entity::cluster_keyword::Entity::insert(entity::cluster_keyword::ActiveModel {
        cluster_id: Set(cluster),
        keyword_id: Set(keyword),
        account_id: Set(scope.account),
        similarity: Set(1.0),
        shared_terms: Set(String::new()),
        ai_task_id: Set(None),
        ..Default::default()
    })
    .exec_without_returning(&app.db)
    .await
    .unwrap();
}

/// Another article, and a link to it that could be set.
async fn suggest_link(app: &domain::App, from: &content::Model, title: &str) -> entity::InternalLinkId {
    let other = content::Model {
        title: title.to_owned(),
        slug: uuid::Uuid::new_v4().simple().to_string(),
        public_id: uuid::Uuid::new_v4().simple().to_string(),
        task_id: None,
        ..from.clone()
    };
    let other = content::ActiveModel {
        id: ActiveValue::NotSet,
        ..other.into_active_model().reset_all()
    };
    let other = content::Entity::insert(other)
        .exec_with_returning(&app.db)
        .await
        .unwrap();
    let now = domain::now();
    let link = internal_link::ActiveModel {
        account_id: Set(from.account_id),
        site_id: Set(from.site_id),
        content_id: Set(from.id),
        target_content_id: Set(other.id),
        anchor: Set(MARKER.to_owned()),
        sentence: Set(format!("It speaks of {MARKER}.")),
        reason: Set(format!("Same cluster: {MARKER}")),
        position: Set(0),
        link_type: Set(internal_link::LinkType::SameCluster),
        score: Set(50),
        status: Set(internal_link::LinkStatus::Suggested),
        ai_task_item_id: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    };
    internal_link::Entity::insert(link)
        .exec_with_returning(&app.db)
        .await
        .unwrap()
        .id
}

/// A better version of an article that could be applied.
async fn improve(app: &domain::App, of: &content::Model) -> entity::OptimizationTaskId {
    let meta = |title: &str| {
        let meta = optimization_task::Meta {
            title: of.title.clone(),
            meta_title: title.to_owned(),
            ..Default::default()
        };
        serde_json::to_string(&meta).unwrap()
    };
    let now = domain::now();
    let proposal = optimization_task::ActiveModel {
        account_id: Set(of.account_id),
        site_id: Set(of.site_id),
        content_id: Set(of.id),
        status: Set(optimization_task::OptimizationStatus::Proposed),
        base_revision: Set(of.revision),
        applied_revision: Set(None),
        html_before: Set(of.html_content.clone()),
        html_after: Set(of.html_content.clone()),
        meta_before: Set(meta("")),
        meta_after: Set(meta(MARKER)),
        changes: Set(format!("[\"It names {MARKER}.\"]")),
        ai_task_item_id: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    };
    let made = optimization_task::Entity::insert(proposal)
        .exec_with_returning(&app.db)
        .await;
    made.unwrap().id
}
