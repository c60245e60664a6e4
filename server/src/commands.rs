//! The command line.

use std::{io::Write, process::ExitCode};

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use domain::{App, config::Config};
use migration::{Migrator, MigratorTrait};
use tokio_util::sync::CancellationToken;

use crate::{api, bench, import, pipeline, serve, settings};

/// IGNY8 plans, writes and publishes search content.
#[derive(Parser)]
#[command(name = "igny8", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the web application, with workers inside unless the settings say 0.
    Serve {
        /// Makes a demo account on the first start, and lets sites be on this machine.
        #[arg(long)]
        demo: bool,
    },
    /// Works on jobs without serving pages.
    Worker,
    /// Brings the database's schema up to date.
    Migrate,
    /// Prints the settings in force, secrets masked.
    Config,
    /// Prints the OpenAPI document of the REST interface.
    Openapi,
    /// Asks a running server whether it is well; for health checks.
    Health,
    /// Proves the books of every account and the numbers that are kept of keywords. Prints each fault, the first one once
    /// more at the end, and exits with 1 when there is any.
    Reconcile,
    /// Opens an account, whether or not strangers may. The owner's password is read from IGNY8_PASSWORD.
    Account {
        /// The owner's address.
        email: String,
        /// Name of the account; made from the address unless told.
        #[arg(long)]
        name: Option<String>,
    },
    /// Makes a person an operator of the installation: somebody who sees every account and sets its state. The owners and
    /// admins of that person's account become operators.
    Operator {
        /// The person's address.
        email: String,
        /// Makes only this person one, by the role developer. The account must have another owner.
        #[arg(long)]
        developer: bool,
    },
    /// Connects to the mail server of the settings and says what is wrong, if anything is.
    Mail,
    /// Imports keyword files: exports of keyword tools, lists, workbooks, ZIP archives.
    Import(import::Options),
    /// Does the main job without a browser: keywords in, articles with pictures out.
    Pipeline(pipeline::Options),
    /// Figures for `make bench`.
    #[command(subcommand)]
    Bench(bench::Command),
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let run = || -> anyhow::Result<()> {
        let config = settings::load()?;
        start_log(&config);
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?
            .block_on(run(cli.command, config))
    };
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "igny8: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start_log(config: &Config) {
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log.level)
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second start in one process (tests) keeps the first one's log.
    let _ = if config.log.format == "json" {
        builder.json().try_init()
    } else {
        builder.try_init()
    };
}

/// Connects and brings the schema up to date.
///
/// # Errors
/// When the database cannot be opened or changed.
pub async fn connect(config: Config) -> anyhow::Result<App> {
    // Before all others: a connection that saw the schema half-way goes on with what it saw, and SQLite then refuses
    // statements that need a younger index.
    let alone = domain::db::connect(&config.database).await.context("connecting")?;
    Migrator::up(&alone, None)
        .await
        .context("bringing the schema up to date")?;
    alone.close().await.context("closing the connection")?;
    App::connect(config).await.context("connecting")
}

async fn run(command: Command, mut config: Config) -> anyhow::Result<()> {
    match command {
        Command::Serve { demo } => {
            if demo {
                config.security.allow_private_addresses = true;
            }
            let app = connect(config).await?;
            if demo {
                greet(&app).await?;
            }
            serve::serve(app).await
        }
        Command::Worker => {
            let app = connect(config).await?;
            let stop = CancellationToken::new();
            tokio::spawn(serve::stop_on_signal(stop.clone()));
            Ok(domain::jobs::worker::Worker::new(app).run(stop).await?)
        }
        Command::Migrate => {
            connect(config).await?;
            say("The database is up to date.")
        }
        Command::Config => say(&pretty(&settings::masked(&config))?),
        Command::Openapi => say(&serde_json::to_string_pretty(&api::document())?),
        Command::Health => health(&config).await,
        Command::Reconcile => reconcile(config).await,
        Command::Account { email, name } => open_account(config, email, name).await,
        Command::Operator { email, developer } => {
            let app = connect(config).await?;
            domain::accounts::operator::appoint(&app, &email, developer).await?;
            say(&format!("{email} operates this installation from now on."))
        }
        Command::Mail => {
            let app = connect(config).await?;
            match domain::mail::test(&app).await? {
                Some(()) => say("The mail server takes mails."),
                None => say("No mail server is set: mails are written to the log."),
            }
        }
        Command::Import(options) => import::run(config, options).await,
        Command::Pipeline(options) => pipeline::run(config, options).await,
        Command::Bench(command) => bench::run(config, command).await,
    }
}

fn pretty(config: &Config) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(config)?)
}

/// Prints a line for the person or program that called.
///
/// # Errors
/// When standard output is closed.
pub fn say(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{text}").context("writing to standard output")
}

async fn greet(app: &App) -> anyhow::Result<()> {
    let made = domain::demo::prepare(app).await?;
    let address = &app.config.server.address;
    say(&format!("\n  IGNY8 is starting at http://{address}\n"))?;
    if made || domain::demo::is_there(app).await? {
        say(&format!(
            "  Sign in as {} with the password {}",
            domain::demo::EMAIL,
            domain::demo::PASSWORD
        ))?;
        say(&format!(
            "  A sample keyword file to begin with: http://{address}/samples/keywords.csv\n"
        ))?;
    }
    Ok(())
}

async fn health(config: &Config) -> anyhow::Result<()> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    // Listening on every address is answered on this machine's own.
    let address = config.server.address.replace("0.0.0.0", "127.0.0.1");
    let ask = async {
        let mut stream = tokio::net::TcpStream::connect(&address).await?;
        stream
            .write_all(format!("GET /health HTTP/1.0\r\nhost: {address}\r\n\r\n").as_bytes())
            .await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        anyhow::Ok(answer)
    };
    let answer = tokio::time::timeout(std::time::Duration::from_secs(5), ask)
        .await
        .context("no answer in 5 seconds")??;
    let status = answer.lines().next().unwrap_or_default().to_owned();
    anyhow::ensure!(status.contains(" 200 "), "the server answers {status:?}");
    Ok(())
}

async fn open_account(config: Config, email: String, name: Option<String>) -> anyhow::Result<()> {
    let password = std::env::var("IGNY8_PASSWORD").context("set IGNY8_PASSWORD to the owner's password")?;
    let app = connect(config).await?;
    let input = entity::user::SignUp {
        email,
        password,
        account_name: name,
    };
    let origin = domain::scope::Origin::here("command-line");
    let user = domain::accounts::open_account(&app, input, &origin).await?;
    say(&format!("{} can sign in.", user.email))
}

async fn reconcile(config: Config) -> anyhow::Result<()> {
    let app = connect(config).await?;
    let faults = domain::jobs::schedule::faults(&app).await?;
    for fault in &faults {
        say(fault)?;
    }
    if let Some(first) = faults.first() {
        anyhow::bail!("{} faults, first of all: {first}", faults.len());
    }
    say("The books of every account are right, and so are the numbers of keywords.")
}
