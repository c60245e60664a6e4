//! What `make bench` needs of the binary: accounts filled with keywords, and imports that are timed.

mod lists;

use std::io::Write;

use anyhow::Context as _;
use domain::{App, ai::settings, billing::ledger, config::Config, planner, scope::Scope, sites};
use entity::{
    SectorId, ai_choice,
    ai_task::{AiFunction, Start},
    content,
    credit_transaction::TransactionType,
    keyword_import::{ImportMode, NewImport},
    provider_setting::{self, Provider},
    site::NewSite,
    task,
    user::SignUp,
};
use serde_json::json;
use tower_sessions::{SessionStore, session::Record};

use crate::{
    commands::{connect, say},
    sessions::{Sessions, USER},
};

/// What to measure.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Fills a new account with keywords and prints how to reach it.
    Seed {
        /// Keywords to make.
        #[arg(long, default_value_t = 100_000)]
        keywords: u64,
    },
    /// Imports a made file and prints rows per second.
    Import {
        /// Rows of the file.
        #[arg(long, default_value_t = 200_000)]
        rows: u64,
    },
    /// Fills an account with keywords of every kind and times pages of its list by filter and order.
    Lists {
        /// Keywords to make.
        #[arg(long, default_value_t = 1_000_000)]
        rows: u64,
    },
    /// Runs AI work against a model that answers at once, and built-in work, and prints items per second and the time that
    /// the engine of functions and the ledger take of each.
    Work {
        /// Units of work of each kind.
        #[arg(long, default_value_t = 1_000)]
        items: usize,
    },
}

/// Runs a measurement and prints its figures as JSON.
///
/// # Errors
/// When the database or the disk fails.
pub async fn run(mut config: Config, command: Command) -> anyhow::Result<()> {
    if let Command::Work { items } = command {
        // The model is in this process.
        config.security.allow_private_addresses = true;
        config.limits.content_tasks_per_request = u32::try_from(items)?;
    }
    let app = connect(config).await?;
    let email = format!("bench-{}@igny8.local", uuid::Uuid::new_v4().simple());
    let password = domain::secrets::random_token();
    let input = SignUp {
        email: email.clone(),
        password: password.clone(),
        account_name: Some("Bench".to_owned()),
    };
    let origin = domain::scope::Origin::here("bench");
    let user = domain::accounts::open_account(&app, input, &origin).await?;
    let scope = domain::accounts::scope_of(&app, user.id, &origin).await?;
    let input = NewSite {
        name: "Bench".to_owned(),
        sectors: vec!["All".to_owned()],
        ..NewSite::default()
    };
    let made = sites::create(&app, &scope, input).await?;
    let sector = made.sectors.first().context("no sector")?.id;
    let figures = match command {
        Command::Seed { keywords } => {
            import(&app, &scope, sector, keywords).await?;
            planner::keywords::settle::run(&app).await?;
            let mut record = Record {
                id: Default::default(),
                data: [(USER.to_owned(), json!(user.id.0))].into(),
                expiry_date: tower_sessions::cookie::time::OffsetDateTime::now_utc()
                    + tower_sessions::cookie::time::Duration::days(1),
            };
            Sessions::new(app.db.clone()).create(&mut record).await?;
            json!({
                "email": email, "password": password, "cookie": format!("igny8_session={}", record.id),
                "site_id": made.site.id, "sector_id": sector, "keywords": keywords,
            })
        }
        Command::Import { rows } => {
            let seconds = import(&app, &scope, sector, rows).await?;
            #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
            let per_second = (rows as f64 / seconds).round();
            json!({"rows": rows, "seconds": seconds, "rows_per_second": per_second})
        }
        Command::Lists { rows } => lists::measure(&app, &scope, (made.site.id, sector), rows).await?,
        Command::Work { items } => work(&app, &scope, sector, items).await?,
    };
    say(&figures.to_string())
}

/// Articles by a model that answers at once, then the plans of their pictures by the built-in engine.
async fn work(app: &App, scope: &Scope, sector: SectorId, items: usize) -> anyhow::Result<serde_json::Value> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let routes = axum::Router::new().route("/v1/chat/completions", axum::routing::post(answer));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let connection = provider_setting::Input {
        provider: Provider::OpenaiCompatible,
        base_url: format!("http://{address}/v1"),
        model: "at-once".to_owned(),
        image_model: String::new(),
        api_key: String::new(),
    };
    settings::save_connection(app, scope, connection).await?;
    let choice = ai_choice::Input {
        function: AiFunction::GenerateContent,
        provider: Provider::OpenaiCompatible,
        model: String::new(),
        temperature: None,
        max_tokens: None,
    };
    settings::save_choices(app, scope, vec![choice]).await?;
    let txn = domain::db::begin_write(&app.db).await?;
    ledger::grant(
        &txn,
        scope.account,
        TransactionType::Adjustment,
        i64::try_from(items)? * 10,
        format!("bench:{}", scope.account),
        "For the bench",
        None,
    )
    .await?;
    txn.commit().await?;
    let mut task_ids = Vec::with_capacity(items);
    for number in 0..items {
        let task = task::New {
            sector_id: sector,
            title: format!("Coffee {number}"),
            description: String::new(),
            cluster_id: None,
            content_structure: None,
            keywords: format!("coffee {number}"),
            target_word_count: Some(300),
            author_profile_id: None,
        };
        task_ids.push(domain::writer::tasks::create(app, scope, task).await?.id);
    }
    let articles = timed(app, scope, Start::GenerateContent { task_ids }).await?;
    let list = entity::ListQuery::default();
    let mut content_ids = Vec::with_capacity(items);
    let mut samples = Vec::new();
    for page in 1.. {
        let query = entity::ListQuery {
            page: Some(page),
            page_size: Some(200),
            ..list.clone()
        };
        let found = domain::writer::content::list(app, scope, &content::Filter::default(), &query).await?;
        if found.results.is_empty() {
            break;
        }
        content_ids.extend(found.results.iter().map(|row| row.id));
    }
    for id in content_ids.iter().take(20) {
        samples.push(domain::writer::content::get(app, scope, *id).await?.content);
    }
    // What the function itself takes, without engine and ledger around it.
    let begun = std::time::Instant::now();
    let mut made = 0;
    for row in &samples {
        made += engine::image_prompts::extract(&row.title, &row.html_content, &row.primary_keyword, 3).len();
    }
    anyhow::ensure!(made > 0, "no picture was planned");
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let own = begun.elapsed().as_secs_f64() / samples.len().max(1) as f64;
    let prompts = timed(app, scope, Start::GenerateImagePrompts { content_ids }).await?;
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let count = items as f64;
    Ok(json!({
        "items": items,
        "items_per_second": (count / articles).round(),
        "overhead_ms": ((prompts / count - own) * 1e5).round() / 100.0,
    }))
}

/// Seconds from the first unit to the last, by one worker.
async fn timed(app: &App, scope: &Scope, start: Start) -> anyhow::Result<f64> {
    let started = domain::ai::start(app, scope, start, None).await?;
    let begun = std::time::Instant::now();
    let done = domain::ai::run_here(app, scope, &started.task_id).await?;
    let seconds = begun.elapsed().as_secs_f64();
    anyhow::ensure!(
        done.items_failed == 0,
        "{} units failed: {:?}",
        done.items_failed,
        done.error
    );
    Ok(seconds)
}

async fn answer(axum::Json(asked): axum::Json<serde_json::Value>) -> axum::Json<serde_json::Value> {
    // Articles of one name would measure how free addresses are found.
    let title = asked["messages"][1]["content"]
        .as_str()
        .and_then(|question| question.split('"').nth(1))
        .unwrap_or("Coffee");
    let article = json!({
        "html": format!("<h2>Coffee</h2><p>{}</p>", "A sentence about brewing coffee at home. ".repeat(20)),
        "meta_title": title, "meta_description": "About coffee.", "primary_keyword": title,
        "secondary_keywords": [], "excerpt": "About coffee.",
    });
    axum::Json(json!({
        "model": "at-once",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": article.to_string()}}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 200},
    }))
}

/// Imports `rows` made keywords through the ordinary service; returns the seconds it took, reading included.
async fn import(app: &App, scope: &Scope, sector: SectorId, rows: u64) -> anyhow::Result<f64> {
    let path = std::env::temp_dir().join(format!("igny8-bench-{}.csv", uuid::Uuid::new_v4().simple()));
    write_file(&path, rows)?;
    let input = NewImport {
        kind: entity::keyword_import::ImportKind::Keywords,
        competitor: None,
        country: None,
        sheet: None,
        sector_id: sector,
        file_name: "bench.csv".to_owned(),
        size_bytes: i64::try_from(std::fs::metadata(&path)?.len())?,
        mapping: None,
        mode: ImportMode::Skip,
    };
    let begun = std::time::Instant::now();
    let report = planner::import::import_file(app, scope, input, &path).await;
    let seconds = begun.elapsed().as_secs_f64();
    std::fs::remove_file(&path)?;
    let report = report?;
    anyhow::ensure!(
        report.import.added == i64::try_from(rows)?,
        "{} of {rows} rows were added",
        report.import.added
    );
    Ok(seconds)
}

/// Distinct keywords of a plausible shape, the same each time.
fn write_file(path: &std::path::Path, rows: u64) -> anyhow::Result<()> {
    const WHAT: &[&str] = &[
        "espresso machine",
        "coffee grinder",
        "pour over kettle",
        "milk frother",
        "cold brew maker",
        "moka pot",
        "coffee scale",
        "french press",
    ];
    const HOW: &[&str] = &[
        "best",
        "cheap",
        "how to clean",
        "review of",
        "compact",
        "quiet",
        "professional",
        "used",
    ];
    const WHERE: &[&str] = &[
        "for beginners",
        "under 200",
        "for the office",
        "with timer",
        "in steel",
        "for camping",
        "near me",
        "2026",
    ];
    const INTENTS: &[&str] = &["informational", "navigational", "transactional", "commercial"];
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    writeln!(file, "keyword,volume,difficulty,intent")?;
    let pick = |list: &[&'static str], number: u64| list[usize::try_from(number).unwrap_or(0) % list.len()];
    for number in 0..rows {
        let mixed = number
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407)
            >> 33;
        writeln!(
            file,
            "{} {} {} {number},{},{},{}",
            pick(HOW, mixed),
            pick(WHAT, mixed / 8),
            pick(WHERE, mixed / 64),
            mixed % 50_000,
            mixed % 101,
            pick(INTENTS, mixed / 512)
        )?;
    }
    file.flush()?;
    Ok(())
}
