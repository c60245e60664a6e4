//! Keyword files from the command line: the same reading as on the page, with its counts and refused rows.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use domain::{App, config::Config, planner, scope::Scope, sites};
use engine::import::{
    Mapping, Outcome, Reader,
    serp::{SerpOutcome, SerpReader},
};
use entity::{
    SectorId,
    keyword_import::{ImportKind, ImportMode, ImportStatus, NewImport},
};

use crate::commands::{connect, say};

/// Which files go where.
#[derive(clap::Args)]
pub struct Options {
    /// Address of a person who may import, or the short name or number of an account: its owner imports then.
    #[arg(long)]
    account: String,
    /// Name or number of the site.
    #[arg(long)]
    site: String,
    /// Name or number of the sector; the only one of the site unless told.
    #[arg(long)]
    sector: Option<String>,
    /// What happens to keywords that exist: skip, update or fail (all or nothing).
    #[arg(long, default_value = "skip", value_parser = mode)]
    mode: ImportMode,
    /// What the files hold: keywords, competitor (keywords that another site is found for) or serp (search results:
    /// keyword, address, position).
    #[arg(long, default_value = "keywords", value_parser = kind)]
    kind: ImportKind,
    /// Domain of the competitor; taken from the file when it tells. For --kind competitor.
    #[arg(long)]
    competitor: Option<String>,
    /// Country of rows that name none: two letters or a name. Of search results only rows of this country are taken, where
    /// they name one.
    #[arg(long)]
    country: Option<String>,
    /// The sheet of a workbook, or the file of an archive; the one with the keywords unless told.
    #[arg(long)]
    sheet: Option<String>,
    /// What a column holds, where it is not recognised: --column volume="Searches (own)" or --column volume=3, counted
    /// from 1. Once for each of keyword, volume, volume_low, volume_high, difficulty, intent, cpc, country, position,
    /// impressions, clicks and url; `volume=` is in no column. In workbooks and archives columns are counted, and all that
    /// are used are named.
    #[arg(long = "column", value_name = "ROLE=COLUMN", value_parser = column)]
    columns: Vec<(Role, String)>,
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
    text.parse().map_err(|()| "use keywords, competitor or serp".to_owned())
}

/// What a column may hold, as [`Mapping`] names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Keyword,
    Volume,
    VolumeLow,
    VolumeHigh,
    Difficulty,
    Intent,
    Cpc,
    Country,
    Position,
    Impressions,
    Clicks,
    Url,
}

impl Role {
    const ALL: [(&'static str, Self); 12] = [
        ("keyword", Self::Keyword),
        ("volume", Self::Volume),
        ("volume_low", Self::VolumeLow),
        ("volume_high", Self::VolumeHigh),
        ("difficulty", Self::Difficulty),
        ("intent", Self::Intent),
        ("cpc", Self::Cpc),
        ("country", Self::Country),
        ("position", Self::Position),
        ("impressions", Self::Impressions),
        ("clicks", Self::Clicks),
        ("url", Self::Url),
    ];

    fn put(self, mapping: &mut Mapping, column: Option<u32>) {
        *match self {
            Self::Keyword => {
                mapping.keyword = column.unwrap_or_default();
                return;
            }
            Self::Volume => &mut mapping.volume,
            Self::VolumeLow => &mut mapping.volume_low,
            Self::VolumeHigh => &mut mapping.volume_high,
            Self::Difficulty => &mut mapping.difficulty,
            Self::Intent => &mut mapping.intent,
            Self::Cpc => &mut mapping.cpc,
            Self::Country => &mut mapping.country,
            Self::Position => &mut mapping.position,
            Self::Impressions => &mut mapping.impressions,
            Self::Clicks => &mut mapping.clicks,
            Self::Url => &mut mapping.url,
        } = column;
    }
}

fn column(text: &str) -> Result<(Role, String), String> {
    let (name, column) = text.split_once('=').ok_or("write ROLE=COLUMN")?;
    let role = Role::ALL.iter().find(|role| role.0 == name.trim());
    let names = || Role::ALL.map(|role| role.0).join(", ");
    let (_, role) = *role.ok_or_else(|| format!("the roles are {}", names()))?;
    if role == Role::Keyword && column.trim().is_empty() {
        return Err("keywords must be in a column".to_owned());
    }
    Ok((role, column.trim().to_owned()))
}

/// The columns to read of a file: those that were named, and those that are recognised. Nothing when none was named.
fn mapping(file: &Path, columns: &[(Role, String)]) -> anyhow::Result<Option<Mapping>> {
    if columns.is_empty() {
        return Ok(None);
    }
    let open = |mapping: Option<&Mapping>| {
        let opened = std::io::BufReader::new(std::fs::File::open(file)?);
        let reader = Reader::open(opened, &name_of(file), mapping)?;
        anyhow::Ok(reader.preview_info().clone())
    };
    let recognised = open(None).ok();
    anyhow::ensure!(
        recognised.is_some() || columns.iter().any(|(role, _)| *role == Role::Keyword),
        "no column of keywords is recognised: name it with --column keyword=..."
    );
    // With any column for the keywords the header can be read, whether or not it is understood.
    let headers = match &recognised {
        Some(seen) => seen.headers.clone(),
        None => open(Some(&Mapping::default())).map_or_else(|_| Vec::new(), |seen| seen.headers),
    };
    let mut mapping = recognised.map(|seen| seen.mapping).unwrap_or_default();
    for (role, column) in columns {
        let named = || {
            headers
                .iter()
                .position(|header| header.trim().eq_ignore_ascii_case(column))
        };
        let index = match column.parse::<usize>() {
            _ if column.is_empty() => None,
            Ok(number) if number > 0 => Some(number - 1),
            _ => Some(named().with_context(|| {
                format!(
                    "there is no column called {column}; the columns are: {}",
                    headers.join(", ")
                )
            })?),
        };
        role.put(&mut mapping, index.map(u32::try_from).transpose()?);
    }
    Ok(Some(mapping))
}

/// Imports the files one after the other and prints what came of each.
///
/// # Errors
/// When the place is not there, or when a file failed; the others are imported all the same.
pub async fn run(config: Config, options: Options) -> anyhow::Result<()> {
    anyhow::ensure!(
        options.competitor.is_none() || options.kind == ImportKind::Competitor,
        "--competitor goes with --kind competitor"
    );
    let app = connect(config).await?;
    let origin = domain::scope::Origin::here("command-line");
    let user = domain::accounts::find_for_command(&app, &options.account)
        .await
        .with_context(|| format!("looking for {}", options.account))?;
    let scope = domain::accounts::scope_of(&app, user.id, &origin).await?;
    let sector = place(&app, &scope, &options).await?;
    let mut failed = 0;
    for file in &options.files {
        let done = if options.dry_run {
            try_out(&options, file)
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

/// Whether a thing is meant: by its name, or by its number.
fn is_called(wanted: &str, name: &str, id: i64) -> bool {
    name.eq_ignore_ascii_case(wanted) || wanted.parse() == Ok(id)
}

async fn place(app: &App, scope: &Scope, options: &Options) -> anyhow::Result<SectorId> {
    let site = sites::list(app, scope)
        .await?
        .into_iter()
        .find(|row| is_called(&options.site, &row.site.name, row.site.id.0))
        .with_context(|| format!("the account has no site called {}", options.site))?;
    let wanted = options.sector.as_deref();
    let mut found = site
        .sectors
        .iter()
        .filter(|sector| wanted.is_none_or(|wanted| is_called(wanted, &sector.name, sector.id.0)));
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
fn try_out(options: &Options, file: &Path) -> anyhow::Result<()> {
    let opened = std::io::BufReader::new(std::fs::File::open(file)?);
    let mapping = mapping(file, &options.columns)?;
    if options.kind == ImportKind::Serp {
        return try_results(
            options,
            file,
            SerpReader::open(opened, mapping.as_ref(), market(options)?.as_deref())?,
        );
    }
    let reader = Reader::open(opened, &name_of(file), mapping.as_ref())?;
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

/// The country of the options by its two letters.
fn market(options: &Options) -> anyhow::Result<Option<String>> {
    let Some(text) = &options.country else { return Ok(None) };
    let market = engine::import::market_of(text);
    Ok(Some(market.with_context(|| format!("{text} is no country"))?))
}

fn try_results<R: std::io::Read>(options: &Options, file: &Path, reader: SerpReader<R>) -> anyhow::Result<()> {
    let (mut good, mut refused, mut skipped) = (0_u64, 0_u64, 0_u64);
    for row in reader {
        match row? {
            SerpOutcome::Results(row) => good += row.results.len() as u64,
            SerpOutcome::Rejected(_) => refused += 1,
            SerpOutcome::Skipped => skipped += 1,
        }
    }
    say(&format!(
        "{}: {}, {good} results, {refused} rows would be refused, {skipped} passed over",
        file.display(),
        options.kind.label()
    ))
}

async fn import(app: &App, scope: &Scope, sector: SectorId, options: &Options, file: &Path) -> anyhow::Result<()> {
    let mapping = mapping(file, &options.columns)?;
    let input = NewImport {
        kind: options.kind,
        competitor: options.competitor.clone(),
        country: options.country.clone(),
        sheet: options.sheet.clone(),
        sector_id: sector,
        file_name: name_of(file),
        size_bytes: i64::try_from(std::fs::metadata(file)?.len())?,
        mapping: mapping.map(|mapping| serde_json::to_string(&mapping)).transpose()?,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(text: &str, columns: &[&str]) -> Result<Mapping, String> {
        let file = std::env::temp_dir().join(format!("igny8-columns-{}.csv", uuid::Uuid::new_v4().simple()));
        std::fs::write(&file, text).map_err(|error| error.to_string())?;
        let columns: Result<Vec<_>, String> = columns.iter().map(|text| column(text)).collect();
        let found = columns.and_then(|columns| mapping(&file, &columns).map_err(|error| error.to_string()));
        std::fs::remove_file(&file).map_err(|error| error.to_string())?;
        found?.ok_or_else(|| "none".to_owned())
    }

    #[test]
    fn columns_are_named_or_counted_and_the_others_recognised() {
        let text = "Keyword,Volume,Searches (own),Difficulty\nmoka pot,100,7,20\n";
        assert_eq!(
            chosen(text, &["volume=searches (OWN)", "difficulty="]),
            Ok(Mapping {
                volume: Some(2),
                ..Mapping::default()
            })
        );
        assert_eq!(
            chosen(text, &["keyword=1", "volume=3"]).map(|found| (found.volume, found.difficulty)),
            Ok((Some(2), Some(3)))
        );
        for (columns, why) in [
            ("volume=Unheard", "no column called Unheard"),
            ("size=1", "the roles are"),
            ("volume", "ROLE=COLUMN"),
            ("keyword=", "must be in a column"),
        ] {
            let error = chosen(text, &[columns]).err().unwrap_or_default();
            assert!(error.contains(why), "{columns}: {error}");
        }
    }
}
