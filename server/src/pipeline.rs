//! The main job without a browser: keywords in, articles with pictures out, published when a site is named.

use std::path::PathBuf;

use anyhow::Context as _;
use domain::{App, ai, billing, config::Config, planner, publisher, scope::Scope, sites, writer};
use entity::{
    ListQuery,
    ai_task::{AiTaskStatus, Start},
    cluster, content, idea, image, integration,
    keyword_import::{ImportMode, NewImport},
    publishing_record::PublishRequest,
    site::{NewSite, WithSectors},
    user::SignUp,
};

use crate::commands::{connect, say};

/// What to do with which file.
#[derive(clap::Args)]
pub struct Options {
    /// The keyword file: an export of a keyword tool, or a plain list.
    #[arg(long)]
    csv: PathBuf,
    /// Name of the site; made when the account has none of this name.
    #[arg(long, default_value = "My site")]
    site: String,
    /// Name of the sector; made when the site has none of this name.
    #[arg(long, default_value = "General")]
    sector: String,
    /// The account's owner; signed up with a random password when unknown.
    #[arg(long, default_value = "pipeline@igny8.local")]
    email: String,
    /// Articles to write at most.
    #[arg(long, default_value_t = 5)]
    articles: u32,
    /// WordPress to publish to; the password is read from IGNY8_WORDPRESS_PASSWORD.
    #[arg(long, requires = "wordpress_user")]
    wordpress: Option<String>,
    /// User name at the WordPress site.
    #[arg(long)]
    wordpress_user: Option<String>,
    /// Publish at once instead of leaving drafts there.
    #[arg(long)]
    publish: bool,
}

/// Runs the pipeline and prints what it made.
///
/// # Errors
/// At the first step that cannot go on.
pub async fn run(config: Config, options: Options) -> anyhow::Result<()> {
    let app = connect(config).await?;
    let scope = owner(&app, &options.email).await?;
    let place = place(&app, &scope, &options).await?;
    let sector = place.sectors.first().context("the site has no sector")?.id;
    let site = place.site.id;
    let before = billing::balance(&app, &scope).await?;

    let size = std::fs::metadata(&options.csv)
        .with_context(|| format!("{}", options.csv.display()))?
        .len();
    let report = planner::import::import_file(
        &app,
        &scope,
        NewImport {
            kind: entity::keyword_import::ImportKind::Keywords,
            competitor: None,
            country: None,
            sheet: None,
            sector_id: sector,
            file_name: options
                .csv
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            size_bytes: i64::try_from(size)?,
            mapping: None,
            mode: ImportMode::Skip,
        },
        &options.csv,
    )
    .await?;
    let import = report.import;
    anyhow::ensure!(import.error.is_none(), "{}", import.error.unwrap_or_default());
    say(&format!(
        "Keywords  {} added, {} known already, {} rejected ({})",
        import.added, import.duplicates, import.rejected, import.dialect
    ))?;

    step(&app, &scope, "Clusters", Start::auto_cluster(sector)).await?;
    let top = ListQuery {
        page_size: Some(200),
        ..ListQuery::default()
    };
    let filter = cluster::Filter {
        sector_id: Some(sector),
        status: Some(cluster::ClusterStatus::Active),
        ..Default::default()
    };
    let clusters = planner::clusters::list(&app, &scope, &filter, &top).await?;
    let wanted = usize::try_from(options.articles)?;
    let cluster_ids: Vec<_> = clusters.results.iter().take(wanted).map(|cluster| cluster.id).collect();
    step(
        &app,
        &scope,
        "Ideas",
        Start::GenerateIdeas {
            cluster_ids: cluster_ids.clone(),
        },
    )
    .await?;

    let mut idea_ids = Vec::new();
    for cluster in &cluster_ids {
        let filter = idea::Filter {
            cluster_id: Some(*cluster),
            status: Some(idea::IdeaStatus::New),
            ..Default::default()
        };
        let first = planner::ideas::list(
            &app,
            &scope,
            &filter,
            &ListQuery {
                ordering: Some("created_at".into()),
                ..top.clone()
            },
        )
        .await?;
        idea_ids.extend(first.results.first().map(|row| row.idea.id));
    }
    idea_ids.truncate(wanted);
    anyhow::ensure!(!idea_ids.is_empty(), "no ideas came out of these keywords");
    let queued = planner::ideas::queue_to_writer(&app, &scope, &idea_ids).await?;
    say(&format!("Tasks     {} queued", queued.created.len()))?;
    step(
        &app,
        &scope,
        "Articles",
        Start::GenerateContent {
            task_ids: queued.created.clone(),
        },
    )
    .await?;

    let filter = content::Filter {
        sector_id: Some(sector),
        ..Default::default()
    };
    let articles = writer::content::list(&app, &scope, &filter, &top).await?.results;
    let articles: Vec<_> = articles
        .into_iter()
        .filter(|row| row.task_id.is_some_and(|task| queued.created.contains(&task)))
        .collect();
    let content_ids: Vec<_> = articles.iter().map(|row| row.id).collect();
    step(
        &app,
        &scope,
        "Pictures",
        Start::GenerateImagePrompts {
            content_ids: content_ids.clone(),
        },
    )
    .await?;
    let mut image_ids = Vec::new();
    for content in &content_ids {
        let filter = image::Filter {
            content_id: Some(*content),
            status: Some(image::ImageStatus::Pending),
            ..Default::default()
        };
        image_ids.extend(
            writer::images::list(&app, &scope, &filter, &top)
                .await?
                .results
                .into_iter()
                .map(|row| row.image.id),
        );
    }
    step(&app, &scope, "Pictures", Start::GenerateImages { image_ids }).await?;

    if let (Some(address), Some(user)) = (&options.wordpress, &options.wordpress_user) {
        publish(&app, &scope, site, address, user, &options, content_ids).await?;
    }
    for article in &articles {
        say(&format!("  {} ({} words)", article.title, article.word_count))?;
    }
    let after = billing::balance(&app, &scope).await?;
    say(&format!(
        "Credits   {} used, {} left",
        before.credits - after.credits,
        after.available
    ))
}

async fn owner(app: &App, email: &str) -> anyhow::Result<Scope> {
    let origin = domain::scope::Origin::here("pipeline");
    let user = match domain::accounts::find_by_email(app, email).await? {
        Some(user) => user,
        None => {
            let input = SignUp {
                email: email.to_owned(),
                password: domain::secrets::random_token(),
                account_name: None,
            };
            domain::accounts::open_account(app, input, &origin).await?
        }
    };
    Ok(domain::accounts::scope_of(app, user.id, &origin).await?)
}

/// The site with just the sector that is meant.
async fn place(app: &App, scope: &Scope, options: &Options) -> anyhow::Result<WithSectors> {
    let known = sites::list(app, scope)
        .await?
        .into_iter()
        .find(|row| row.site.name == options.site);
    let Some(mut found) = known else {
        let input = NewSite {
            name: options.site.clone(),
            sectors: vec![options.sector.clone()],
            ..NewSite::default()
        };
        return Ok(sites::create(app, scope, input).await?);
    };
    found.sectors.retain(|sector| sector.name == options.sector);
    if found.sectors.is_empty() {
        let input = entity::sector::NewSector {
            site_id: found.site.id,
            name: options.sector.clone(),
            ..entity::sector::NewSector::default()
        };
        found.sectors.push(sites::add_sector(app, scope, input).await?);
    }
    Ok(found)
}

async fn step(app: &App, scope: &Scope, name: &str, start: Start) -> anyhow::Result<()> {
    let started = ai::start(app, scope, start, None).await?;
    let done = ai::run_here(app, scope, &started.task_id).await?;
    say(&format!(
        "{name:<9} {} ({} credits)",
        done.summary.unwrap_or_default(),
        done.credits_settled
    ))?;
    anyhow::ensure!(
        done.status == AiTaskStatus::Completed,
        "{}",
        done.error.unwrap_or_else(|| "it did not complete".to_owned())
    );
    Ok(())
}

async fn publish(
    app: &App,
    scope: &Scope,
    site: entity::SiteId,
    address: &str,
    user: &str,
    options: &Options,
    content_ids: Vec<entity::ContentId>,
) -> anyhow::Result<()> {
    let password = std::env::var("IGNY8_WORDPRESS_PASSWORD").context("IGNY8_WORDPRESS_PASSWORD is not set")?;
    let known = publisher::integrations(app, scope, Some(site)).await?;
    let known = known
        .into_iter()
        .find(|row| row.base_url == address.trim_end_matches('/'))
        .map(|row| row.id);
    let input = integration::New {
        site_id: site,
        name: String::new(),
        base_url: address.to_owned(),
        username: user.to_owned(),
        password,
    };
    let connection = publisher::save_integration(app, scope, known, input).await?;
    let test = publisher::test_integration(app, scope, connection.id).await?;
    anyhow::ensure!(test.ok, "{} {}", test.message, test.advice.unwrap_or_default());
    let target_status = if options.publish { "publish" } else { "draft" }.to_owned();
    let request = PublishRequest {
        content_ids,
        integration_id: connection.id,
        target_status,
    };
    let rows = publisher::publish(app, scope, request).await?;
    let worker = domain::jobs::worker::Worker::new(app.clone());
    for row in &rows {
        publisher::run(&worker, row.record.id).await?;
    }
    let filter = entity::publishing_record::Filter {
        site_id: Some(site),
        ..Default::default()
    };
    let list = ListQuery {
        page_size: Some(200),
        ..ListQuery::default()
    };
    for row in publisher::records(app, scope, &filter, &list).await?.results {
        if rows.iter().any(|sent| sent.record.id == row.record.id) {
            let outcome = row.record.external_url.or(row.record.error).unwrap_or_default();
            say(&format!("Published {}: {outcome}", row.content_title))?;
            anyhow::ensure!(
                row.record.status == entity::publishing_record::PublishStatus::Published,
                "{outcome}"
            );
        }
    }
    Ok(())
}
