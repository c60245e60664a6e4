//! What every test stands on: a database of its own, people, files, and servers that play a part.

use std::{
    collections::BTreeMap,
    future::Future,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use domain::{
    App, Error, accounts,
    ai::{self, settings},
    billing::{self, books, ledger},
    config::Config,
    jobs::{Job, worker::Worker, worker::run_job},
    planner::import,
    scope::{Origin, Scope},
    sites,
    writer::tasks,
};
use entity::{
    ContentId, KeywordImportId, ListQuery, SectorId, SiteId, TaskId,
    account::Balance,
    ai_choice,
    ai_task::{AiFunction, Progress, Start},
    ai_task_item, content,
    credit_transaction::TransactionType,
    keyword,
    keyword_import::{ImportMode, ImportReport, NewImport},
    provider_setting, site, site_user_access, task, user,
};
use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectOptions, ConnectionTrait, Database, EntityTrait, QueryFilter, QueryOrder,
};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

/// A database, a storage and a queue for one test.
pub struct Ground {
    pub app: App,
    folder: PathBuf,
    /// Address of the PostgreSQL server and the database's name there.
    database: Option<(String, String)>,
}

pub fn on_postgres() -> bool {
    std::env::var("TEST_DATABASE_URL").is_ok()
}

impl Ground {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let name = format!("it_{}", uuid::Uuid::new_v4().simple());
        let folder = std::env::temp_dir().join(&name);
        std::fs::create_dir_all(&folder).expect("a folder");
        let mut config = Config::default();
        let database = match std::env::var("TEST_DATABASE_URL") {
            Ok(server) => {
                admin(&server, &format!("CREATE DATABASE {name}")).await;
                let mut url = url::Url::parse(&server).expect("an address");
                url.set_path(&name);
                config.database.url = url.into();
                Some((server, name))
            }
            Err(_) => {
                config.database.url = format!("sqlite://{}", folder.join("main.db").display());
                None
            }
        };
        config.database.max_connections = 4;
        config.jobs.workers = 2;
        config.storage.path = folder.join("storage").display().to_string();
        config.security.allow_private_addresses = true;
        config.security.key = "5a".repeat(32);
        change(&mut config);
        let alone = domain::db::connect(&config.database).await.expect("connects");
        Migrator::up(&alone, None).await.expect("the schema");
        alone.close().await.expect("closes");
        let app = App::connect(config).await.expect("connects");
        Self { app, folder, database }
    }

    /// What a second process would have: connections of its own to the same things.
    pub async fn another_app(&self) -> App {
        App::connect(self.app.config.as_ref().clone()).await.expect("connects")
    }

    pub fn worker(&self) -> Worker {
        Worker::new(self.app.clone())
    }

    /// Somebody who signed up and made a site with one sector.
    pub async fn tenant(&self, email: &str) -> Tenant {
        let user = accounts::sign_up(&self.app, sign_up(email), &ORIGIN)
            .await
            .expect("signs up");
        let scope = accounts::scope_of(&self.app, user.id, &ORIGIN).await.expect("a scope");
        let made = sites::create(&self.app, &scope, new_site("Coffee", &["Home coffee"]))
            .await
            .expect("a site");
        Tenant {
            user,
            scope,
            site: made.site.id,
            sector: made.sectors[0].id,
        }
    }

    /// Another person of the account.
    pub async fn member(&self, tenant: &Tenant, role: user::Role, sites: &[SiteId]) -> Scope {
        let now = domain::now();
        let made = user::Entity::insert(user::ActiveModel {
            email: Set(format!("{}@example.org", uuid::Uuid::new_v4().simple())),
            account_id: Set(tenant.scope.account),
            role: Set(role),
            name: Set(String::new()),
            password_hash: Set(tenant.user.password_hash.clone()),
            is_active: Set(true),
            created_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        })
        .exec_with_returning(&self.app.db)
        .await
        .expect("a person");
        for site in sites {
            site_user_access::Entity::insert(site_user_access::ActiveModel {
                site_id: Set(*site),
                user_id: Set(made.id),
                account_id: Set(tenant.scope.account),
            })
            .exec_without_returning(&self.app.db)
            .await
            .expect("a grant");
        }
        accounts::scope_of(&self.app, made.id, &ORIGIN).await.expect("a scope")
    }

    pub async fn balance(&self, scope: &Scope) -> Balance {
        billing::balance(&self.app, scope).await.expect("a balance")
    }

    /// Leaves the account with so many credits, by an adjustment as an operator makes it.
    pub async fn leave_credits(&self, scope: &Scope, credits: i64) {
        let have = self.balance(scope).await.credits;
        let txn = domain::db::begin_write(&self.app.db).await.expect("a transaction");
        let key = format!("test:{}", uuid::Uuid::new_v4());
        ledger::grant(
            &txn,
            scope.account,
            TransactionType::Adjustment,
            credits - have,
            key,
            "set",
            None,
        )
        .await
        .expect("an adjustment");
        txn.commit().await.expect("commits");
    }

    /// Every account's books are right.
    pub async fn assert_books(&self) {
        let faults = books::reconcile_all(&self.app.db).await.expect("reconciles");
        assert!(faults.is_empty(), "{faults:?}");
    }

    /// Uploads a file in two parts and closes the upload.
    pub async fn upload(
        &self,
        tenant: &Tenant,
        name: &str,
        bytes: &[u8],
        mode: ImportMode,
    ) -> domain::Result<KeywordImportId> {
        let size = i64::try_from(bytes.len()).expect("a size");
        let input = NewImport {
            kind: entity::keyword_import::ImportKind::Keywords,
            competitor: None,
            country: None,
            sheet: None,
            sector_id: tenant.sector,
            file_name: name.to_owned(),
            size_bytes: size,
            mapping: None,
            mode,
        };
        let begun = import::begin(&self.app, &tenant.scope, input).await?;
        let (first, second) = bytes.split_at(bytes.len() / 2);
        import::append(&self.app, &tenant.scope, begun.id, 0, first).await?;
        let at = i64::try_from(first.len()).expect("a size");
        import::append(&self.app, &tenant.scope, begun.id, at, second).await?;
        import::finish(&self.app, &tenant.scope, begun.id).await?;
        Ok(begun.id)
    }

    /// Uploads a file and lets a worker read it.
    pub async fn import(&self, tenant: &Tenant, name: &str, bytes: &[u8], mode: ImportMode) -> ImportReport {
        let id = self.upload(tenant, name, bytes, mode).await.expect("uploads");
        run_job(&self.worker(), Job::Import(id)).await;
        import::report(&self.app, &tenant.scope, id).await.expect("a report")
    }

    /// Keywords of the tenant's site, all of them, by their key.
    pub async fn keywords(&self, tenant: &Tenant) -> BTreeMap<String, keyword::Model> {
        keyword::Entity::find()
            .filter(keyword::Column::SiteId.eq(tenant.site))
            .all(&self.app.db)
            .await
            .expect("keywords")
            .into_iter()
            .map(|row| (row.keyword_key.clone(), row))
            .collect()
    }

    /// Starts a function and does its units here.
    pub async fn run(&self, tenant: &Tenant, start: Start) -> Progress {
        let started = ai::start(&self.app, &tenant.scope, start, None).await.expect("starts");
        ai::run_here(&self.app, &tenant.scope, &started.task_id)
            .await
            .expect("runs")
    }

    /// Mails to an address in order: subject, text, link. Their bodies are sealed in the database.
    pub async fn mails(&self, recipient: &str) -> Vec<(String, String, Option<String>)> {
        let rows = entity::mail::Entity::find()
            .filter(entity::mail::Column::Recipient.eq(recipient))
            .order_by_asc(entity::mail::Column::Id)
            .all(&self.app.db)
            .await
            .expect("mails");
        rows.into_iter()
            .map(|row| {
                let body = self.app.secrets.unseal("mail", &row.body).expect("opens");
                let body: Value = serde_json::from_str(&body).expect("JSON");
                (
                    row.subject,
                    body["text"].as_str().expect("a text").to_owned(),
                    body["link"].as_str().map(str::to_owned),
                )
            })
            .collect()
    }

    /// The link in the latest mail to an address that has one.
    pub async fn last_link(&self, recipient: &str) -> String {
        let mut links = self.mails(recipient).await.into_iter().filter_map(|mail| mail.2);
        links.next_back().expect("a mail with a link")
    }

    pub async fn keyword(&self, tenant: &Tenant, text: &str) -> entity::KeywordId {
        let input = keyword::New {
            sector_id: tenant.sector,
            keyword: text.to_owned(),
            volume: None,
            difficulty: None,
            intent: None,
        };
        let made = domain::planner::keywords::create(&self.app, &tenant.scope, input).await;
        made.expect("a keyword").id
    }

    /// Tables that hold rows of an account, by their name in the code. Looked up in the database itself, so that a new
    /// table is not forgotten.
    pub async fn rows_of(&self, account: entity::AccountId) -> Vec<String> {
        let tables = if self.database.is_some() {
            "SELECT table_name AS name FROM information_schema.columns WHERE column_name = 'account_id' AND table_schema = 'public'"
        } else {
            "SELECT m.name AS name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'account_id' WHERE m.type = 'table'"
        };
        let backend = self.app.db.get_database_backend();
        let query = |sql: String| sea_orm::Statement::from_string(backend, sql);
        let names: Vec<String> = self
            .app
            .db
            .query_all_raw(query(tables.to_owned()))
            .await
            .expect("tables")
            .iter()
            .map(|row| row.try_get("", "name").expect("a name"))
            .collect();
        assert!(names.len() > 20, "only {} tables: {names:?}", names.len());
        let mut holding = Vec::new();
        for name in names {
            let found = self
                .app
                .db
                .query_all_raw(query(format!(
                    "SELECT 1 FROM {name} WHERE account_id = {account} LIMIT 1"
                )))
                .await
                .expect("rows");
            if !found.is_empty() {
                holding.push(name);
            }
        }
        holding
    }

    pub async fn task(&self, tenant: &Tenant, title: &str) -> TaskId {
        let input = task::New {
            sector_id: tenant.sector,
            title: title.to_owned(),
            description: String::new(),
            cluster_id: None,
            content_structure: None,
            keywords: title.to_lowercase(),
            target_word_count: Some(600),
            author_profile_id: None,
        };
        tasks::create(&self.app, &tenant.scope, input).await.expect("a task").id
    }

    /// An article as the built-in engine writes it.
    pub async fn article(&self, tenant: &Tenant, title: &str) -> content::Model {
        let task = self.task(tenant, title).await;
        let done = self.run(tenant, Start::GenerateContent { task_ids: vec![task] }).await;
        assert_eq!(done.items_done, 1, "{done:?}");
        self.article_of(task).await
    }

    /// An article with this text, as a person would have written it.
    pub async fn text(&self, tenant: &Tenant, title: &str, keyword: &str, html: &str) -> content::Model {
        let now = domain::now();
        content::Entity::insert(content::ActiveModel {
            account_id: Set(tenant.scope.account),
            site_id: Set(tenant.site),
            sector_id: Set(tenant.sector),
            task_id: Set(None),
            cluster_id: Set(None),
            title: Set(title.to_owned()),
            slug: Set(uuid::Uuid::new_v4().simple().to_string()),
            word_count: Set(domain::html::word_count(html)),
            html_content: Set(html.to_owned()),
            excerpt: Set(String::new()),
            meta_title: Set(String::new()),
            meta_description: Set(String::new()),
            primary_keyword: Set(keyword.to_owned()),
            secondary_keywords: Set(String::new()),
            categories: Set(String::new()),
            tags: Set(String::new()),
            status: Set(content::ContentStatus::Draft),
            entity_type: Set(task::EntityType::Post),
            source: Set(content::ContentSource::Manual),
            is_outline: Set(false),
            revision: Set(1),
            public_id: Set(uuid::Uuid::new_v4().simple().to_string()),
            created_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        })
        .exec_with_returning(&self.app.db)
        .await
        .expect("an article")
    }

    pub async fn article_of(&self, task: TaskId) -> content::Model {
        content::Entity::find()
            .filter(content::Column::TaskId.eq(task))
            .one(&self.app.db)
            .await
            .expect("a query")
            .expect("an article")
    }

    pub async fn content(&self, id: ContentId) -> content::Model {
        content::Entity::find_by_id(id)
            .one(&self.app.db)
            .await
            .expect("a query")
            .expect("an article")
    }

    /// The units of a task in order.
    pub async fn items(&self, task_id: &str) -> Vec<ai_task_item::Model> {
        let task = self.ai_task(task_id).await;
        ai_task_item::Entity::find()
            .filter(ai_task_item::Column::AiTaskId.eq(task.id))
            .order_by_asc(ai_task_item::Column::Position)
            .all(&self.app.db)
            .await
            .expect("units")
    }

    pub async fn ai_task(&self, task_id: &str) -> entity::ai_task::Model {
        entity::ai_task::Entity::find()
            .filter(entity::ai_task::Column::PublicId.eq(task_id))
            .one(&self.app.db)
            .await
            .expect("a query")
            .expect("a task")
    }

    /// Makes the tenant's AI functions ask this server.
    pub async fn use_model(&self, tenant: &Tenant, model: &Model) {
        let input = provider_setting::Input {
            provider: provider_setting::Provider::OpenaiCompatible,
            base_url: format!("{}/v1", model.base),
            model: "small-model".to_owned(),
            image_model: String::new(),
            api_key: "sk-secret-0123456789".to_owned(),
        };
        settings::save_connection(&self.app, &tenant.scope, input)
            .await
            .expect("saves");
        let written = AiFunction::ALL
            .iter()
            .filter(|function| **function != AiFunction::GenerateImages)
            .map(|function| ai_choice::Input {
                function: *function,
                provider: provider_setting::Provider::OpenaiCompatible,
                model: String::new(),
                temperature: None,
                max_tokens: None,
            });
        settings::save_choices(&self.app, &tenant.scope, written.collect())
            .await
            .expect("chooses");
    }

    /// From now on every import is told to stop at the moment its first batch is in, as if somebody had pressed the
    /// button just then.
    pub async fn cancel_after_the_first_batch(&self) {
        let triggers: &[&str] = if self.database.is_some() {
            &[
                "CREATE FUNCTION cancel_import() RETURNS trigger LANGUAGE plpgsql AS \
                 'BEGIN NEW.cancel_requested := TRUE; RETURN NEW; END'",
                "CREATE TRIGGER cancel_import BEFORE UPDATE OF records_done ON keyword_imports FOR EACH ROW \
                 WHEN (OLD.records_done = 0 AND NEW.records_done > 0) EXECUTE FUNCTION cancel_import()",
            ]
        } else {
            &[
                "CREATE TRIGGER cancel_import AFTER UPDATE OF records_done ON keyword_imports FOR EACH ROW \
               WHEN OLD.records_done = 0 AND NEW.records_done > 0 \
               BEGIN UPDATE keyword_imports SET cancel_requested = TRUE WHERE id = NEW.id; END",
            ]
        };
        for trigger in triggers {
            self.app.db.execute_unprepared(trigger).await.expect("a trigger");
        }
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
        if let Some((server, name)) = self.database.take() {
            // A runtime of its own: this one may be going down with the test.
            let dropping = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("a runtime");
                runtime.block_on(admin(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
            });
            let _ = dropping.join();
        }
    }
}

async fn admin(server: &str, sql: &str) {
    let mut options = ConnectOptions::new(server.to_owned());
    options.max_connections(1).sqlx_logging(false);
    let db = Database::connect(options).await.expect("the server");
    db.execute_unprepared(sql).await.expect("done");
    db.close().await.expect("closes");
}

pub struct Tenant {
    pub user: user::Model,
    pub scope: Scope,
    pub site: SiteId,
    pub sector: SectorId,
}

/// Where the requests of the tests come from.
pub static ORIGIN: std::sync::LazyLock<Origin> = std::sync::LazyLock::new(|| Origin::here("test"));

pub const PASSWORD: &str = "correct horse battery";

pub fn sign_up(email: &str) -> user::SignUp {
    user::SignUp {
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        account_name: None,
    }
}

pub fn new_site(name: &str, sectors: &[&str]) -> site::NewSite {
    site::NewSite {
        name: name.to_owned(),
        sectors: sectors.iter().map(|name| (*name).to_owned()).collect(),
        ..Default::default()
    }
}

/// A file of the repository.
pub fn fixture(path: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn page(size: u32) -> ListQuery {
    ListQuery {
        page_size: Some(size),
        ..Default::default()
    }
}

/// The fields that an error complains about.
pub fn fields(error: &Error) -> Vec<&str> {
    match error {
        Error::Invalid { fields, .. } => fields.iter().map(|fault| fault.field.as_str()).collect(),
        other => panic!("not about fields: {other:?}"),
    }
}

/// Asks until the answer is there; the bound is for a test that fails, not a measure of speed.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begun.elapsed() < Duration::from_secs(90), "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Serves on a free port until the test ends; returns the address without a slash.
pub async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// What a [`Model`] answers.
pub enum Answer {
    /// The content of the message.
    Text(String),
    /// An error of the server.
    Fault(u16),
    /// The beginning of an answer, and then the connection is gone.
    HangUp,
    /// The same, after a while.
    Late(Duration, Box<Answer>),
}

impl Answer {
    fn respond(self) -> Response {
        match self {
            Self::Text(text) => Json(json!({
                "model": "small-model-2026",
                "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 10, "completion_tokens": 5}
            }))
            .into_response(),
            Self::Fault(status) => (
                StatusCode::from_u16(status).expect("a status"),
                Json(json!({"error": {"message": "no", "type": "invalid_request_error", "code": "no"}})),
            )
                .into_response(),
            Self::HangUp => {
                let pieces = [Ok("{\"model\":"), Err(std::io::Error::other("hung up"))];
                Body::from_stream(futures::stream::iter(pieces)).into_response()
            }
            Self::Late(_, answer) => answer.respond(),
        }
    }
}

/// A server that speaks OpenAI's protocol and counts what it is asked.
#[derive(Clone)]
pub struct Model {
    pub base: String,
    asked: Arc<Mutex<Vec<String>>>,
    bodies: Arc<Mutex<Vec<Value>>>,
    /// The rules that came with each question.
    rules: Arc<Mutex<Vec<String>>>,
    /// Requests wait for a permit once [`Model::hold`] was called.
    gate: Arc<Semaphore>,
}

const OPEN: usize = 1_000_000;

impl Model {
    pub async fn start(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let bodies: Arc<Mutex<Vec<Value>>> = Arc::default();
        let rules: Arc<Mutex<Vec<String>>> = Arc::default();
        let gate = Arc::new(Semaphore::new(OPEN));
        let answer = Arc::new(answer);
        let router = Router::new().fallback({
            let (asked, bodies, rules, gate) = (asked.clone(), bodies.clone(), rules.clone(), gate.clone());
            move |body: Bytes| {
                let (asked, bodies, rules) = (asked.clone(), bodies.clone(), rules.clone());
                let (gate, answer) = (gate.clone(), answer.clone());
                async move {
                    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
                    let question = body["messages"][1]["content"].as_str().unwrap_or_default().to_owned();
                    asked.lock().expect("no panic before").push(question.clone());
                    let told = body["messages"][0]["content"].as_str().unwrap_or_default().to_owned();
                    rules.lock().expect("no panic before").push(told);
                    bodies.lock().expect("no panic before").push(body);
                    let _turn = gate.acquire().await.expect("open");
                    let answer = answer(&question);
                    if let Answer::Late(wait, _) = &answer {
                        tokio::time::sleep(*wait).await;
                    }
                    answer.respond()
                }
            }
        });
        Self {
            base: serve(router).await,
            asked,
            bodies,
            rules,
            gate,
        }
    }

    /// The rules that came with the questions so far.
    pub fn rules(&self) -> Vec<String> {
        self.rules.lock().expect("no panic before").clone()
    }

    /// Writes whatever article it is asked for.
    pub async fn writer() -> Self {
        Self::start(|question| Answer::Text(written(question))).await
    }

    /// The questions so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic before").clone()
    }

    /// What was sent so far.
    pub fn bodies(&self) -> Vec<Value> {
        self.bodies.lock().expect("no panic before").clone()
    }

    pub fn calls(&self) -> usize {
        self.asked().len()
    }

    /// From now on no question is answered before [`Model::release`].
    pub fn hold(&self) {
        self.gate.forget_permits(OPEN);
    }

    pub fn release(&self) {
        self.gate.add_permits(OPEN);
    }
}

/// An article as a model should give it.
pub fn written(question: &str) -> String {
    let title = question.split('"').nth(1).unwrap_or("Nothing").to_owned();
    let words = "Good coffee needs fresh beans, clean water and a little patience at the grinder. ".repeat(8);
    json!({
        "html": format!("<h2>About {title}</h2><p>{words}</p><h2>More</h2><p>{words}</p>"),
        "meta_title": title, "meta_description": "What to know before the first cup.",
        "primary_keyword": title.to_lowercase(), "secondary_keywords": ["beans"], "excerpt": "In short.",
    })
    .to_string()
}

/// A WordPress as far as publishing needs one.
#[derive(Clone)]
pub struct FakeWordPress {
    pub base: String,
    inner: Arc<Mutex<Wp>>,
    gate: Arc<Semaphore>,
}

#[derive(Default)]
struct Wp {
    posts: Vec<Value>,
    media: Vec<Value>,
    terms: Vec<Value>,
    post_creates: usize,
    media_creates: usize,
    password: String,
    writes: usize,
    link: Option<String>,
}

impl FakeWordPress {
    pub async fn start(password: &str) -> Self {
        let inner = Arc::new(Mutex::new(Wp {
            password: password.to_owned(),
            ..Wp::default()
        }));
        let gate = Arc::new(Semaphore::new(OPEN));
        let router = Router::new().fallback({
            let (inner, gate) = (inner.clone(), gate.clone());
            move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
                let (inner, gate) = (inner.clone(), gate.clone());
                async move {
                    let _turn = match method {
                        Method::POST => Some(gate.acquire_owned().await.expect("open")),
                        _ => None,
                    };
                    inner
                        .lock()
                        .expect("no panic before")
                        .answer(&method, &uri, &headers, &body)
                }
            }
        });
        Self {
            base: serve(router).await,
            inner,
            gate,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Wp> {
        self.inner.lock().expect("no panic before")
    }

    /// Posts created, posts there are, pictures uploaded.
    pub fn counts(&self) -> (usize, usize, usize) {
        let inner = self.lock();
        (inner.post_creates, inner.posts.len(), inner.media_creates)
    }

    pub fn post(&self) -> Value {
        self.lock().posts.first().cloned().expect("a post")
    }

    pub fn set_password(&self, password: &str) {
        self.lock().password = password.to_owned();
    }

    /// What it says is the address of every post that it makes from now on.
    pub fn say_link(&self, link: &str) {
        self.lock().link = Some(link.to_owned());
    }

    /// Writes wait until [`FakeWordPress::release`].
    pub fn hold(&self) {
        self.gate.forget_permits(OPEN);
    }

    pub fn release(&self) {
        self.gate.add_permits(OPEN);
    }

    pub fn writes(&self) -> usize {
        self.lock().writes
    }
}

impl Wp {
    fn answer(&mut self, method: &Method, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Response {
        let refusal = |status: u16, code: &str| {
            let body = json!({"code": code, "message": "Sorry.", "data": {"status": status}});
            (StatusCode::from_u16(status).expect("a status"), Json(body)).into_response()
        };
        let Some(path) = uri.path().strip_prefix("/wp-json/") else {
            let link = format!(
                "<http://{}/wp-json/>; rel=\"https://api.w.org/\"",
                headers["host"].to_str().expect("text")
            );
            return ([("link", link)], axum::response::Html("<h1>Hello</h1>")).into_response();
        };
        if path.is_empty() {
            return Json(json!({"name": "Tom's beans", "namespaces": ["oembed/1.0", "wp/v2"]})).into_response();
        }
        let path = path.strip_prefix("wp/v2/").unwrap_or(path);
        let signed_in = {
            use base64::Engine;
            let right = base64::engine::general_purpose::STANDARD.encode(format!("ada:{}", self.password));
            headers
                .get("authorization")
                .is_some_and(|value| value == &format!("Basic {right}"))
        };
        if !signed_in {
            return refusal(401, "incorrect_password");
        }
        let query: Vec<(String, String)> = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
        let get = |name: &str| {
            query
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.as_str())
        };
        let parts: Vec<&str> = path.split('/').collect();
        if method == Method::POST {
            self.writes += 1;
        }
        match (method.as_str(), parts.as_slice()) {
            ("GET", ["users", "me"]) => Json(json!({
                "id": 1, "name": "Ada", "roles": ["editor"],
                "capabilities": {"publish_posts": true, "upload_files": true, "unfiltered_html": false}
            }))
            .into_response(),
            ("GET", [kind]) => {
                let all = match *kind {
                    "posts" => &self.posts,
                    "media" => &self.media,
                    _ => &self.terms,
                };
                let found: Vec<&Value> = all
                    .iter()
                    .filter(|item| get("slug").is_none_or(|slug| item["slug"] == slug))
                    .filter(|item| {
                        get("search").is_none_or(|text| {
                            let own = item["content"]["raw"]
                                .as_str()
                                .or(item["slug"].as_str())
                                .or(item["name"].as_str());
                            own.is_some_and(|own| own.contains(text))
                        })
                    })
                    .collect();
                Json(json!(found)).into_response()
            }
            ("POST", ["posts"]) => {
                self.post_creates += 1;
                let sent: Value = serde_json::from_slice(body).expect("JSON");
                let id = 100 + self.posts.len();
                let post = json!({
                    "id": id, "link": self.link.clone().unwrap_or_else(|| format!("http://blog.example/?p={id}")), "status": sent["status"],
                    "slug": sent["slug"], "content": {"raw": sent["content"]}, "sent": sent,
                });
                self.posts.push(post.clone());
                Json(post).into_response()
            }
            ("POST", ["media"]) => {
                self.media_creates += 1;
                let name = headers["content-disposition"]
                    .to_str()
                    .expect("text")
                    .split('"')
                    .nth(1)
                    .expect("a name");
                let id = 900 + self.media.len();
                let item = json!({
                    "id": id, "slug": name.split('.').next(), "source_url": format!("http://blog.example/up/{name}"),
                    "alt_text": "", "title": {"rendered": name}, "size": body.len(),
                });
                self.media.push(item.clone());
                Json(item).into_response()
            }
            ("POST", [_]) => {
                let sent: Value = serde_json::from_slice(body).expect("JSON");
                let term = json!({"id": 500 + self.terms.len(), "name": sent["name"]});
                self.terms.push(term.clone());
                Json(term).into_response()
            }
            (verb, [kind, id]) => {
                let all = if *kind == "posts" {
                    &mut self.posts
                } else {
                    &mut self.media
                };
                let Some(item) = all.iter_mut().find(|item| item["id"].as_u64() == id.parse().ok()) else {
                    return refusal(404, "rest_post_invalid_id");
                };
                if verb == "POST" {
                    let sent: Value = serde_json::from_slice(body).expect("JSON");
                    if *kind == "posts" {
                        item["status"] = sent["status"].clone();
                        item["content"]["raw"] = sent["content"].clone();
                        item["sent"] = sent;
                    } else {
                        item["alt_text"] = sent["alt_text"].clone();
                        item["title"] = json!({"rendered": sent["title"], "raw": sent["title"]});
                    }
                }
                Json(item.clone()).into_response()
            }
            _ => refusal(404, "rest_no_route"),
        }
    }
}
