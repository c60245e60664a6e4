//! What `make bench` needs of the binary: accounts filled with keywords, and imports that are timed.

use std::io::Write;

use anyhow::Context as _;
use domain::{App, config::Config, planner, scope::Scope, sites};
use entity::{
    SectorId,
    keyword_import::{ImportMode, NewImport},
    site::NewSite,
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
}

/// Runs a measurement and prints its figures as JSON.
///
/// # Errors
/// When the database or the disk fails.
pub async fn run(config: Config, command: Command) -> anyhow::Result<()> {
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
    };
    say(&figures.to_string())
}

/// Imports `rows` made keywords through the ordinary service; returns the seconds it took, reading included.
async fn import(app: &App, scope: &Scope, sector: SectorId, rows: u64) -> anyhow::Result<f64> {
    let path = std::env::temp_dir().join(format!("igny8-bench-{}.csv", uuid::Uuid::new_v4().simple()));
    write_file(&path, rows)?;
    let input = NewImport {
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
            "{} {} {} {number},{},{},informational",
            pick(HOW, mixed),
            pick(WHAT, mixed / 8),
            pick(WHERE, mixed / 64),
            mixed % 50_000,
            mixed % 101
        )?;
    }
    file.flush()?;
    Ok(())
}
