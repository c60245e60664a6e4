//! Publishing: connections of sites, and articles at their destinations.
//!
//! One record per article and destination. The record is taken by a worker; sending is idempotent because the
//! article carries a stable name that the destination is asked for before anything is made there.

pub mod wordpress;

use std::panic::AssertUnwindSafe;

use entity::{
    ImageId, IntegrationId, ListQuery, Page, PublishingRecordId, SiteId,
    audit_event::AuditAction,
    content,
    content::ContentStatus,
    image,
    image::{ImageStatus, ImageType},
    integration,
    integration::{ConnectionStatus, Platform, TestResult},
    publishing_record,
    publishing_record::{Filter, PublishRequest, PublishStatus, Row},
};
use futures::FutureExt;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, OnConflict},
};
use serde::{Deserialize, Serialize};

use crate::{
    App, Error, Faults, Result, audit, db, html,
    jobs::{
        self, Job,
        worker::{Work, Worker},
    },
    scope::{Scope, Scoped},
};
use wordpress::{Media, Post, WordPress};

/// A record that brought its worker down this often is given up.
const MAX_ATTEMPTS: i32 = 5;

fn secret_context(integration: IntegrationId) -> String {
    format!("integration:{integration}")
}

/// Connections of a site, or of all sites that the caller may see.
///
/// # Errors
/// When the database fails.
pub async fn integrations(app: &App, scope: &Scope, site: Option<SiteId>) -> Result<Vec<integration::Model>> {
    let mut found = integration::Entity::find_in(scope);
    if let Some(site) = site {
        found = found.filter(integration::Column::SiteId.eq(site));
    }
    Ok(found
        .order_by_asc(integration::Column::Name)
        .order_by_asc(integration::Column::Id)
        .all(&app.db)
        .await?)
}

async fn integration(db: &impl ConnectionTrait, scope: &Scope, id: IntegrationId) -> Result<integration::Model> {
    integration::Entity::find_in(scope)
        .filter(integration::Column::Id.eq(id))
        .one(db)
        .await?
        .ok_or(Error::NotFound("The connection"))
}

/// Makes a connection, or changes one. An empty password keeps the stored one, unless the address changes: a stored
/// password is never sent to a host that it was not given for.
///
/// # Errors
/// [`Error::Invalid`] by field, [`Error::NotFound`], [`Error::Forbidden`].
pub async fn save_integration(
    app: &App,
    scope: &Scope,
    id: Option<IntegrationId>,
    input: integration::New,
) -> Result<integration::Model> {
    scope.editor_of(input.site_id)?;
    scope.admin()?;
    let known = match id {
        Some(id) => Some(integration(&app.db, scope, id).await?),
        None => None,
    };
    let address = input.base_url.trim().trim_end_matches('/').to_owned();
    let address = if address.contains("://") || address.is_empty() {
        address
    } else {
        format!("https://{address}")
    };
    let url = url::Url::parse(&address)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let password: String = input.password.chars().filter(|c| !c.is_whitespace()).collect();
    let moved = known
        .as_ref()
        .is_some_and(|known| known.base_url != address || known.username != input.username.trim());
    let mut faults = Faults::new();
    faults
        .check(
            url.is_some(),
            "base_url",
            "Enter the address of the WordPress site, such as https://example.com.",
        )
        .check(address.len() <= 300, "base_url", "The address is too long.")
        .check(
            !input.username.trim().is_empty(),
            "username",
            "Enter the user name at the WordPress site.",
        )
        .check(
            !password.is_empty() || (known.is_some() && !moved),
            "password",
            "Enter the application password of that user.",
        );
    faults.finish()?;
    if let Some(url) = &url {
        app.http
            .check_url(url)
            .map_err(|fault| Error::field("base_url", fault.public_message()))?;
    }
    let name = match input.name.trim() {
        "" => url
            .as_ref()
            .and_then(|url| url.host_str())
            .unwrap_or("WordPress")
            .to_owned(),
        name => engine::text::truncate_words(name, 80),
    };
    let now = crate::now();
    let txn = db::begin_write(&app.db).await?;
    let row = match known {
        Some(known) => {
            integration::Entity::update_in(scope)
                .col_expr(integration::Column::Name, Expr::value(name))
                .col_expr(integration::Column::BaseUrl, Expr::value(address))
                .col_expr(integration::Column::Username, Expr::value(input.username.trim()))
                .col_expr(
                    integration::Column::Status,
                    Expr::value(ConnectionStatus::Untested.as_str()),
                )
                .col_expr(integration::Column::UpdatedAt, Expr::value(now))
                .filter(integration::Column::Id.eq(known.id))
                .exec(&txn)
                .await?;
            known
        }
        None => {
            // The site's own row decides whether it is there: the caller's word is not enough.
            entity::site::Entity::find_in(scope)
                .filter(entity::site::Column::Id.eq(input.site_id))
                .one(&txn)
                .await?
                .ok_or(Error::NotFound("The site"))?;
            integration::Entity::insert(integration::ActiveModel {
                account_id: Set(scope.account),
                site_id: Set(input.site_id),
                platform: Set(Platform::Wordpress),
                name: Set(name),
                base_url: Set(address),
                username: Set(input.username.trim().to_owned()),
                credentials: Set(String::new()),
                is_active: Set(true),
                status: Set(ConnectionStatus::Untested),
                created_at: Set(now),
                updated_at: Set(now),
                ..Default::default()
            })
            .exec_with_returning(&txn)
            .await?
        }
    };
    if !password.is_empty() {
        let sealed = app.secrets.seal(&secret_context(row.id), &password)?;
        integration::Entity::update_in(scope)
            .col_expr(integration::Column::Credentials, Expr::value(sealed))
            .filter(integration::Column::Id.eq(row.id))
            .exec(&txn)
            .await?;
    }
    let saved = integration(&txn, scope, row.id).await?;
    let detail = format!("{} at {}", saved.name, saved.base_url);
    audit::record(
        &txn,
        scope,
        AuditAction::ConnectionChanged,
        "integration",
        Some(row.id.0),
        detail,
    )
    .await?;
    txn.commit().await?;
    Ok(saved)
}

/// Removes a connection and the records of what was published there. What is there stays there.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn delete_integration(app: &App, scope: &Scope, id: IntegrationId) -> Result<()> {
    let txn = db::begin_write(&app.db).await?;
    let found = integration(&txn, scope, id).await?;
    scope.admin()?;
    integration::Entity::delete_in(scope)
        .filter(integration::Column::Id.eq(id))
        .exec(&txn)
        .await?;
    let detail = format!("{} removed", found.name);
    audit::record(
        &txn,
        scope,
        AuditAction::ConnectionChanged,
        "integration",
        Some(id.0),
        detail,
    )
    .await?;
    txn.commit().await?;
    Ok(())
}

fn client(app: &App, row: &integration::Model) -> Result<WordPress> {
    let password = app.secrets.unseal(&secret_context(row.id), &row.credentials)?;
    WordPress::new(app.http.clone(), &row.base_url, &row.username, &password)
}

/// Tests a connection and keeps what was found.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`]; faults of the other side are in the result.
pub async fn test_integration(app: &App, scope: &Scope, id: IntegrationId) -> Result<TestResult> {
    let row = integration(&app.db, scope, id).await?;
    scope.editor_of(row.site_id)?;
    let outcome = match client(app, &row) {
        Ok(client) => client.test().await,
        Err(error) => Err(error),
    };
    let (status, result) = match outcome {
        Ok(found) if !found.can_publish => (
            ConnectionStatus::Failed,
            TestResult {
                ok: false,
                message: format!("{} may not publish posts on {}.", found.user_name, found.site_name),
                advice: Some("Use a WordPress user with the role Author, Editor or Administrator.".to_owned()),
            },
        ),
        Ok(found) => (
            ConnectionStatus::Connected,
            TestResult {
                ok: true,
                message: format!("Connected to {} as {}.", found.site_name, found.user_name),
                advice: (!found.can_upload)
                    .then(|| "This user may not upload files, so articles arrive without pictures.".to_owned()),
            },
        ),
        Err(error) => {
            let advice = advice(error.code()).map(str::to_owned);
            (
                ConnectionStatus::Failed,
                TestResult {
                    ok: false,
                    message: error.public_message(),
                    advice,
                },
            )
        }
    };
    let message = (!result.ok).then(|| result.message.clone());
    integration::Entity::update_in(scope)
        .col_expr(integration::Column::Status, Expr::value(status.as_str()))
        .col_expr(integration::Column::LastError, Expr::value(message))
        .col_expr(integration::Column::LastTestedAt, Expr::value(crate::now()))
        .filter(integration::Column::Id.eq(id))
        .exec(&app.db)
        .await?;
    Ok(result)
}

fn advice(code: &str) -> Option<&'static str> {
    Some(match code {
        "auth" => {
            "In WordPress open Users, Profile, Application Passwords, make a new one and paste it here with the user name. The password you sign in with does not work."
        }
        "not_wordpress" => {
            "Check the address in a browser: it must show the WordPress site, and its REST interface must not be switched off by a security plugin."
        }
        "unreachable" => "Check the address for typing errors and that the site is up.",
        "private_address" => {
            "The operator of this installation can allow addresses of the local network in its settings (allow_private_addresses)."
        }
        "maintenance" | "server_error" => {
            "The site has a problem of its own at the moment. Try again in a few minutes."
        }
        _ => return None,
    })
}

/// Sends articles to a destination: makes or renews one record for each and hands it to a worker.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`], [`Error::Forbidden`].
pub async fn publish(app: &App, scope: &Scope, request: PublishRequest) -> Result<Vec<Row>> {
    let mut faults = Faults::new();
    faults
        .check(
            !request.content_ids.is_empty(),
            "content_ids",
            "Select at least one article.",
        )
        .check(
            request.content_ids.len() <= 200,
            "content_ids",
            "Select at most 200 articles.",
        )
        .check(
            matches!(request.target_status.as_str(), "publish" | "draft"),
            "target_status",
            "Choose to publish or to send as a draft.",
        );
    faults.finish()?;
    let txn = db::begin_write(&app.db).await?;
    let destination = integration(&txn, scope, request.integration_id).await?;
    let articles = content::Entity::find_in(scope)
        .filter(content::Column::Id.is_in(request.content_ids.iter().copied()))
        .all(&txn)
        .await?;
    let unique: std::collections::HashSet<_> = request.content_ids.iter().collect();
    if articles.len() != unique.len() {
        return Err(Error::NotFound("A selected article"));
    }
    let now = crate::now();
    for article in &articles {
        if article.site_id != destination.site_id {
            return Err(Error::field(
                "integration_id",
                "The connection belongs to another site than the article.",
            ));
        }
        scope.publisher_of(article.site_id)?;
        if article.html_content.trim().is_empty() {
            return Err(Error::field("content_ids", format!("\"{}\" is empty.", article.title)));
        }
        use publishing_record::Column as C;
        publishing_record::Entity::insert(publishing_record::ActiveModel {
            account_id: Set(scope.account),
            site_id: Set(article.site_id),
            content_id: Set(article.id),
            integration_id: Set(destination.id),
            status: Set(PublishStatus::Pending),
            target_status: Set(request.target_status.clone()),
            media: Set(String::new()),
            attempts: Set(0),
            user_id: Set(scope.user),
            created_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        })
        .on_conflict(
            OnConflict::columns([C::ContentId, C::IntegrationId])
                .update_columns([C::TargetStatus, C::Attempts, C::UserId, C::UpdatedAt])
                // One that is being sent right now is left to finish; its sender sees by the time that it was asked for again.
                .value(
                    C::Status,
                    Expr::case(
                        Expr::col((publishing_record::Entity, C::Status)).eq(PublishStatus::Publishing.as_str()),
                        Expr::col((publishing_record::Entity, C::Status)),
                    )
                    .finally(Expr::value(PublishStatus::Pending.as_str())),
                )
                .to_owned(),
        )
        .exec_without_returning(&txn)
        .await?;
    }
    txn.commit().await?;
    let rows = rows(
        app,
        scope,
        publishing_record::Entity::find_in(scope)
            .filter(publishing_record::Column::IntegrationId.eq(destination.id))
            .filter(publishing_record::Column::ContentId.is_in(request.content_ids.iter().copied()))
            .order_by_asc(publishing_record::Column::Id)
            .all(&app.db)
            .await?,
    )
    .await?;
    for row in &rows {
        let key = jobs::key("publish", row.record.id.0, row.record.updated_at);
        app.queue.push_or_leave(Job::Publish(row.record.id), &key).await;
    }
    Ok(rows)
}

/// One page of publications, the latest first.
///
/// # Errors
/// When the database fails.
pub async fn records(app: &App, scope: &Scope, filter: &Filter, list: &ListQuery) -> Result<Page<Row>> {
    use publishing_record::Column as C;
    let mut all = Condition::all();
    if let Some(site) = filter.site_id {
        all = all.add(C::SiteId.eq(site));
    }
    if let Some(content) = filter.content_id {
        all = all.add(C::ContentId.eq(content));
    }
    if let Some(status) = filter.status {
        all = all.add(C::Status.eq(status));
    }
    let pages = publishing_record::Entity::find_in(scope)
        .filter(all)
        .order_by_desc(C::UpdatedAt)
        .order_by_desc(C::Id)
        .paginate(&app.db, u64::from(list.page_size()));
    let count = pages.num_items().await?;
    let found = pages.fetch_page(u64::from(list.page() - 1)).await?;
    Ok(Page {
        count,
        count_exact: true,
        page: list.page(),
        page_size: list.page_size(),
        results: rows(app, scope, found).await?,
    })
}

async fn rows(app: &App, scope: &Scope, records: Vec<publishing_record::Model>) -> Result<Vec<Row>> {
    let articles: Vec<(entity::ContentId, String, i32)> = content::Entity::find_in(scope)
        .filter(content::Column::Id.is_in(records.iter().map(|record| record.content_id)))
        .select_only()
        .columns([content::Column::Id, content::Column::Title, content::Column::Revision])
        .into_tuple()
        .all(&app.db)
        .await?;
    let articles: std::collections::HashMap<_, _> = articles
        .into_iter()
        .map(|(id, title, revision)| (id, (title, revision)))
        .collect();
    let names: std::collections::HashMap<_, _> = integrations(app, scope, None)
        .await?
        .into_iter()
        .map(|row| (row.id, row.name))
        .collect();
    Ok(records
        .into_iter()
        .map(|record| {
            let (content_title, content_revision) = articles.get(&record.content_id).cloned().unwrap_or_default();
            Row {
                content_title,
                content_revision,
                integration_name: names.get(&record.integration_id).cloned().unwrap_or_default(),
                record,
            }
        })
        .collect())
}

/// Pictures of an article that are at the destination already.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct SentMedia(std::collections::BTreeMap<i64, Sent>);

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Sent {
    id: i64,
    url: String,
    /// The file that was sent: a picture made anew is another file.
    key: String,
}

/// Sends one record: a worker's job.
///
/// # Errors
/// When the database fails; faults of the destination are on the record.
pub async fn run(worker: &Worker, id: PublishingRecordId) -> Result<()> {
    let _in_hand = worker.take_in_hand(Work::Record(id));
    // What was asked for while it was being sent is sent as well; the message for that found the record taken.
    worker
        .alive_while(async {
            while run_once(worker, id).await? {}
            Ok(())
        })
        .await
}

/// Takes and sends a record; `false` when it does not wait to be sent.
async fn run_once(worker: &Worker, id: PublishingRecordId) -> Result<bool> {
    use publishing_record::Column as C;
    let app = &worker.app;
    let taken = publishing_record::Entity::update_many()
        .col_expr(C::Status, Expr::value(PublishStatus::Publishing.as_str()))
        .col_expr(C::Worker, Expr::value(worker.name.to_string()))
        .col_expr(C::Attempts, Expr::col(C::Attempts).add(1))
        .col_expr(C::UpdatedAt, Expr::value(crate::now()))
        .filter(C::Id.eq(id))
        .filter(C::Status.eq(PublishStatus::Pending))
        .exec(&app.db)
        .await?;
    if taken.rows_affected != 1 {
        return Ok(false);
    }
    let Some(record) = publishing_record::Entity::find_by_id(id).one(&app.db).await? else {
        return Ok(false);
    };
    let mut scope = Scope::system(record.account_id);
    scope.user = record.user_id;
    let account = crate::scope::account(&app.db, &scope).await?;
    let outcome = if let Err(closed) = crate::accounts::may_work(&account) {
        Err(closed)
    } else if record.attempts > MAX_ATTEMPTS {
        Err(Error::Internal(
            "the server stopped each time while this was being sent".to_owned(),
        ))
    } else {
        let sending = AssertUnwindSafe(send(app, &scope, &record)).catch_unwind().await;
        sending.unwrap_or_else(|_| Err(Error::Internal("sending an article panicked".to_owned())))
    };
    let now = crate::now();
    // Whoever asks for it again meanwhile moves its time: then this was not the last word.
    let ends_as = |status: PublishStatus| {
        Expr::case(Expr::col(C::UpdatedAt).eq(record.updated_at), status.as_str())
            .finally(PublishStatus::Pending.as_str())
    };
    let mut update = publishing_record::Entity::update_many()
        .filter(C::Id.eq(id))
        .filter(C::Status.eq(PublishStatus::Publishing))
        .filter(C::Worker.eq(worker.name.to_string()))
        .col_expr(C::UpdatedAt, Expr::value(now));
    match outcome {
        Ok(published) => {
            update = update
                .col_expr(C::Status, ends_as(PublishStatus::Published).into())
                .col_expr(C::ExternalId, Expr::value(published.id.to_string()))
                .col_expr(C::ExternalUrl, Expr::value(published.url.clone()))
                .col_expr(C::PublishedRevision, Expr::value(published.revision))
                .col_expr(C::PublishedAt, Expr::value(now))
                .col_expr(C::Error, Expr::value(published.note));
            let txn = db::begin_write(&app.db).await?;
            update.exec(&txn).await?;
            let detail = format!("{} ({})", published.url, record.target_status);
            audit::record(
                &txn,
                &scope,
                AuditAction::Published,
                "content",
                Some(record.content_id.0),
                detail,
            )
            .await?;
            if record.target_status == "publish" {
                content::Entity::update_in(&scope)
                    .col_expr(content::Column::Status, Expr::value(ContentStatus::Published.as_str()))
                    .col_expr(content::Column::ExternalUrl, Expr::value(published.url))
                    .col_expr(
                        content::Column::PublishedAt,
                        sea_orm::sea_query::Func::coalesce([Expr::col(content::Column::PublishedAt), Expr::value(now)])
                            .into(),
                    )
                    .filter(content::Column::Id.eq(record.content_id))
                    .exec(&txn)
                    .await?;
                entity::task::Entity::update_in(&scope)
                    .col_expr(
                        entity::task::Column::Status,
                        Expr::value(entity::task::TaskStatus::Completed.as_str()),
                    )
                    .filter(
                        entity::task::Column::Id.in_subquery(
                            sea_orm::sea_query::Query::select()
                                .column(content::Column::TaskId)
                                .from(content::Entity)
                                .and_where(content::Column::Id.eq(record.content_id))
                                .and_where(content::Column::TaskId.is_not_null())
                                .to_owned(),
                        ),
                    )
                    .exec(&txn)
                    .await?;
            }
            txn.commit().await?;
        }
        Err(Error::Db(error)) => return Err(error.into()),
        Err(error) => {
            if let Error::Internal(_) = &error {
                tracing::error!(record = %id, %error, "publishing failed");
            }
            update
                .col_expr(C::Status, ends_as(PublishStatus::Failed).into())
                .col_expr(C::Error, Expr::value(error.public_message()))
                .exec(&app.db)
                .await?;
        }
    }
    Ok(true)
}

struct Outcome {
    id: i64,
    url: String,
    revision: i32,
    note: Option<String>,
}

async fn send(app: &App, scope: &Scope, record: &publishing_record::Model) -> Result<Outcome> {
    let destination = integration(&app.db, scope, record.integration_id).await?;
    let article = crate::writer::content::find(app, scope, record.content_id).await?;
    let client = client(app, &destination)?;
    let images = image::Entity::find_in(scope)
        .filter(image::Column::ContentId.eq(article.id))
        .filter(image::Column::Status.eq(ImageStatus::Generated))
        .filter(image::Column::StorageKey.is_not_null())
        .order_by_asc(image::Column::Position)
        .all(&app.db)
        .await?;
    let mut sent: SentMedia = serde_json::from_str(&record.media).unwrap_or_default();
    let mut featured = None;
    let mut body = crate::linker::for_readers(&app.db, scope, article.site_id, &article.html_content).await?;
    for image in &images {
        let media = send_picture(app, record, &client, &article, image, &mut sent).await?;
        match image.image_type {
            ImageType::Featured => featured = Some(media.id),
            ImageType::InArticle | ImageType::Desktop | ImageType::Mobile => {
                let figure = format!(
                    "<figure class=\"wp-block-image\"><img src=\"{}\" alt=\"{}\"/></figure>",
                    html::escape(&media.url),
                    html::escape(&image.alt_text)
                );
                body = html::insert_after_heading(&body, image.heading.as_deref(), &figure);
            }
        }
    }
    let names = |text: &str| -> Vec<String> {
        text.split(',')
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect()
    };
    let post = Post {
        marker: article.public_id.clone(),
        title: article.title.clone(),
        html: body,
        excerpt: article.excerpt.clone(),
        slug: article.slug.clone(),
        status: record.target_status.clone(),
        categories: names(&article.categories),
        tags: names(&article.tags),
        featured_media: featured,
    };
    let known = record.external_id.as_deref().and_then(|id| id.parse().ok());
    let published = client.upsert_post(&post, known).await?;
    Ok(Outcome {
        id: published.id,
        url: published.url,
        revision: article.revision,
        note: (!published.notes.is_empty()).then(|| published.notes.join(" ")),
    })
}

async fn send_picture(
    app: &App,
    record: &publishing_record::Model,
    client: &WordPress,
    article: &content::Model,
    image: &image::Model,
    sent: &mut SentMedia,
) -> Result<Sent> {
    let key = image.storage_key.clone().unwrap_or_default();
    let mime_type = image.mime_type.clone().unwrap_or_else(|| "image/png".to_owned());
    let known = sent
        .0
        .get(&image.id.0)
        .filter(|sent| sent.key == key)
        .map(|sent| sent.id);
    let extension = mime_type.rsplit('/').next().unwrap_or("png").to_owned();
    let media = Media {
        marker: media_marker(article, image.id, &key),
        file_name: format!("{}-{}.{extension}", article.slug, image.id),
        bytes: app.storage.get(&key).await?,
        mime_type,
        alt_text: image.alt_text.clone(),
        title: article.title.clone(),
    };
    let there = client.ensure_media(&media, known).await?;
    let entry = Sent {
        id: there.id,
        url: there.url,
        key,
    };
    sent.0.insert(image.id.0, entry.clone());
    // Kept at once: a crash before the post is made must not upload the picture again.
    publishing_record::Entity::update_in(&Scope::system(record.account_id))
        .col_expr(
            publishing_record::Column::Media,
            Expr::value(serde_json::to_string(&sent)?),
        )
        .filter(publishing_record::Column::Id.eq(record.id))
        .exec(&app.db)
        .await?;
    Ok(entry)
}

/// A name for a picture's file that stays the same when the same file is sent again, and differs once it is made anew.
fn media_marker(article: &content::Model, image: ImageId, key: &str) -> String {
    let hash = crate::secrets::hash_token(&format!("{}/{image}/{key}", article.public_id));
    hash.chars().take(20).collect()
}
