//! Keyword files from the command line: the same reading as on the page, with its counts and refused rows.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use domain::{App, config::Config, planner, scope::Scope, sites};
use engine::import::{Outcome, Reader};
use entity::{
    SectorId,
    keyword_import::{ImportKind, ImportMode, ImportStatus, NewImport},
};

use crate::commands::{connect, say};

/// Which files go where.
#[derive(clap::Args)]
pub struct Options {
    /// Address of a person of the account who may import.
    #[arg(long)]
    account: String,
    /// Name of the site.
    #[arg(long)]
    site: String,
    /// Name of the sector; the only one of the site unless told.
    #[arg(long)]
    sector: Option<String>,
    /// What happens to keywords that exist: skip, update or fail (all or nothing).
    #[arg(long, default_value = "skip", value_parser = mode)]
    mode: ImportMode,
    /// What the files hold: keywords or competitor.
    #[arg(long, default_value = "keywords", value_parser = kind)]
    kind: ImportKind,
    /// Domain of the competitor; taken from the file when it tells.
    #[arg(long)]
    competitor: Option<String>,
    /// Country of rows that name none.
    #[arg(long)]
    country: Option<String>,
    /// Only reads the files and says what would come of them. Workbooks and archives cannot be tried.
    #[arg(long)]
    dry_run: bool,
    /// The files: exports of keyword tools, plain lists, workbooks or ZIP archives.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

fn mode(text: &str) -> Result<ImportMode, String> {
    text.parse().map_err(|()| "use skip, update or fail".to_owned())
}

fn kind(text: &str) -> Result<ImportKind, String> {
    text.parse().map_err(|()| "use keywords or competitor".to_owned())
}

/// Imports the files one after the other and prints what came of each.
///
/// # Errors
/// When the place is not there, or when a file failed; the others are imported all the same.
pub async fn run(config: Config, options: Options) -> anyhow::Result<()> {
    let app = connect(config).await?;
    let origin = domain::scope::Origin::here("command-line");
    let user = domain::accounts::find_by_email(&app, &options.account)
        .await?
        .with_context(|| format!("nobody has the address {}", options.account))?;
    let scope = domain::accounts::scope_of(&app, user.id, &origin).await?;
    let sector = place(&app, &scope, &options).await?;
    let mut failed = 0;
    for file in &options.files {
        let done = if options.dry_run {
            try_out(file)
        } else {
            import(&app, &scope, sector, &options, file).await
        };
        if let Err(error) = done {
            failed += 1;
            say(&format!("{}: {error:#}", file.display()))?;
        }
    }
    anyhow::ensure!(failed == 0, "{failed} of {} files failed", options.files.len());
    Ok(())
}

async fn place(app: &App, scope: &Scope, options: &Options) -> anyhow::Result<SectorId> {
    let site = sites::list(app, scope)
        .await?
        .into_iter()
        .find(|row| row.site.name.eq_ignore_ascii_case(&options.site))
        .with_context(|| format!("the account has no site called {}", options.site))?;
    let wanted = options.sector.as_deref();
    let mut found = site
        .sectors
        .iter()
        .filter(|sector| wanted.is_none_or(|name| sector.name.eq_ignore_ascii_case(name)));
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only.id),
        (Some(_), Some(_)) => anyhow::bail!("the site has several sectors: name one with --sector"),
        _ => anyhow::bail!("the site has no such sector"),
    }
}

fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Reads a file to its end without writing anything.
fn try_out(file: &Path) -> anyhow::Result<()> {
    let opened = std::io::BufReader::new(std::fs::File::open(file)?);
    let reader = Reader::open(opened, &name_of(file), None)?;
    let info = reader.preview_info().clone();
    let (mut good, mut refused, mut skipped) = (0_u64, 0_u64, 0_u64);
    for row in reader {
        match row? {
            Outcome::Keyword(_) => good += 1,
            Outcome::Rejected(_) => refused += 1,
            Outcome::Skipped { .. } => skipped += 1,
        }
    }
    say(&format!(
        "{}: {}, {good} rows with a keyword, {refused} would be refused, {skipped} passed over",
        file.display(),
        info.dialect
    ))?;
    for warning in info.warnings {
        say(&format!("  {warning}"))?;
    }
    Ok(())
}

async fn import(app: &App, scope: &Scope, sector: SectorId, options: &Options, file: &Path) -> anyhow::Result<()> {
    let input = NewImport {
        kind: options.kind,
        competitor: options.competitor.clone(),
        country: options.country.clone(),
        sheet: None,
        sector_id: sector,
        file_name: name_of(file),
        size_bytes: i64::try_from(std::fs::metadata(file)?.len())?,
        mapping: None,
        mode: options.mode,
    };
    let import = planner::import::import_file(app, scope, input, file).await?.import;
    say(&format!(
        "{}: {}, {} added, {} duplicates, {} updated, {} refused, {} passed over",
        file.display(),
        import.dialect,
        import.added,
        import.duplicates,
        import.updated,
        import.rejected,
        import.skipped
    ))?;
    if let Ok(rows) = planner::import::rejects_csv(app, scope, import.id).await {
        // Beside the file, under a name that no earlier list has.
        let target = file.with_file_name(format!("{}-refused-{}.csv", name_of(file), import.id));
        std::fs::write(&target, rows).with_context(|| format!("writing {}", target.display()))?;
        say(&format!("  refused rows: {}", target.display()))?;
    }
    anyhow::ensure!(
        import.status == ImportStatus::Completed,
        "{}",
        import.error.unwrap_or_else(|| "it did not complete".to_owned())
    );
    Ok(())
}
