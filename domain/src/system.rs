//! The AI provider's settings and the home page's overview.

use entity::{
    AccountId, SiteId, ai_task,
    audit_event::AuditAction,
    cluster, cluster_keyword, content,
    content::ContentStatus,
    idea, image,
    image::ImageStatus,
    integration,
    integration::{ConnectionStatus, TestResult},
    keyword,
    overview::Overview,
    provider_setting,
    provider_setting::{Input, Provider},
    task,
    task::TaskStatus,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{OnConflict, Query},
};

use crate::{
    App, Error, Faults, Result,
    ai::functions,
    audit, db,
    scope::{Scope, Scoped},
};

/// What a provider's key is sealed for.
pub(crate) fn secret_context(account: AccountId) -> String {
    format!("provider:{account}")
}

/// The account's provider; the built-in engine when nothing was chosen.
///
/// # Errors
/// [`Error::Forbidden`] for editors and viewers.
pub async fn provider(app: &App, scope: &Scope) -> Result<provider_setting::Model> {
    scope.admin_even_if_read_only()?;
    let found = provider_setting::Entity::find_in(scope).one(&app.db).await?;
    Ok(found.unwrap_or_else(|| provider_setting::Model {
        id: entity::ProviderSettingId(0),
        account_id: scope.account,
        provider: Provider::Builtin,
        base_url: String::new(),
        model: String::new(),
        image_model: String::new(),
        secret: String::new(),
        key_hint: String::new(),
        updated_at: crate::now(),
    }))
}

/// Chooses the provider. An empty key keeps the stored one, unless the address changes: a stored key is never sent to a
/// server that it was not given for.
///
/// # Errors
/// [`Error::Invalid`] by field, [`Error::Forbidden`].
pub async fn save_provider(app: &App, scope: &Scope, input: Input) -> Result<provider_setting::Model> {
    scope.admin()?;
    let known = provider(app, scope).await?;
    let base_url = input.base_url.trim().trim_end_matches('/').to_owned();
    let key = input.api_key.trim().to_owned();
    if input.provider == Provider::OpenaiCompatible {
        let url = url::Url::parse(&base_url)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let mut faults = Faults::new();
        faults
            .check(
                url.is_some(),
                "base_url",
                "Enter the address of the interface, such as https://api.openai.com/v1.",
            )
            .check(
                !input.model.trim().is_empty(),
                "model",
                "Enter the name of the text model.",
            );
        faults.finish()?;
        if let Some(url) = &url {
            app.http
                .check_url(url)
                .map_err(|fault| Error::field("base_url", fault.public_message()))?;
        }
    }
    let (secret, hint) = if !key.is_empty() {
        let last: String = key
            .chars()
            .rev()
            .take(4)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        (
            app.secrets.seal(&secret_context(scope.account), &key)?,
            format!("…{last}"),
        )
    } else if known.base_url == base_url || (input.provider == Provider::Builtin && base_url.is_empty()) {
        (known.secret, known.key_hint)
    } else {
        (String::new(), String::new())
    };
    use provider_setting::Column as C;
    let txn = db::begin_write(&app.db).await?;
    provider_setting::Entity::insert(provider_setting::ActiveModel {
        account_id: Set(scope.account),
        provider: Set(input.provider),
        base_url: Set(if input.provider == Provider::Builtin && base_url.is_empty() {
            known.base_url
        } else {
            base_url
        }),
        model: Set(input.model.trim().to_owned()),
        image_model: Set(input.image_model.trim().to_owned()),
        secret: Set(secret),
        key_hint: Set(hint),
        updated_at: Set(crate::now()),
        ..Default::default()
    })
    .on_conflict(
        OnConflict::column(C::AccountId)
            .update_columns([
                C::Provider,
                C::BaseUrl,
                C::Model,
                C::ImageModel,
                C::Secret,
                C::KeyHint,
                C::UpdatedAt,
            ])
            .to_owned(),
    )
    .exec_without_returning(&txn)
    .await?;
    let detail = match input.provider {
        Provider::Builtin => input.provider.label().to_owned(),
        Provider::OpenaiCompatible => format!("{}, {}", input.provider.label(), input.model.trim()),
    };
    audit::record(
        &txn,
        scope,
        AuditAction::ProviderChanged,
        "provider_setting",
        None,
        detail,
    )
    .await?;
    txn.commit().await?;
    provider(app, scope).await
}

/// Asks the chosen provider for a sign of life; says what is wrong when there is none.
///
/// # Errors
/// [`Error::Forbidden`]; faults of the other side are in the result.
pub async fn test_provider(app: &App, scope: &Scope) -> Result<TestResult> {
    scope.admin()?;
    let outcome = match functions::provider(app, scope).await {
        Ok(None) => Ok("The built-in engine is ready. It works offline and needs no key.".to_owned()),
        Ok(Some(provider)) => provider.test().await,
        Err(error) => Err(error),
    };
    Ok(match outcome {
        Ok(message) => TestResult {
            ok: true,
            message,
            advice: None,
        },
        Err(error) => {
            let advice = match error.code() {
                "auth" => Some("Make a new key at the provider and paste it here."),
                "model" => Some("Check the name of the model in the provider's list."),
                "quota" => Some("Top up or raise the limit at the provider."),
                "network" | "timeout" => Some("Check the address, and that the server runs."),
                "private_address" => {
                    Some("The operator of this installation can allow addresses of the local network in its settings.")
                }
                _ => None,
            };
            TestResult {
                ok: false,
                message: error.public_message(),
                advice: advice.map(str::to_owned),
            }
        }
    })
}

/// Counts along the pipeline of a site and its latest work.
///
/// # Errors
/// [`Error::NotFound`] for a site that is not there for the caller.
pub async fn overview(app: &App, scope: &Scope, site: SiteId) -> Result<Overview> {
    if !scope.sees(site)
        || entity::site::Entity::find_in(scope)
            .filter(entity::site::Column::Id.eq(site))
            .count(&app.db)
            .await?
            == 0
    {
        return Err(Error::NotFound("The site"));
    }
    let db = &app.db;
    let keywords = keyword::Entity::find_in(scope).filter(keyword::Column::SiteId.eq(site));
    let members = Query::select()
        .column(cluster_keyword::Column::KeywordId)
        .from(cluster_keyword::Entity)
        .and_where(cluster_keyword::Column::AccountId.eq(scope.account))
        .to_owned();
    let ideas = idea::Entity::find_in(scope).filter(idea::Column::SiteId.eq(site));
    let tasks = task::Entity::find_in(scope).filter(task::Column::SiteId.eq(site));
    let articles = content::Entity::find_in(scope).filter(content::Column::SiteId.eq(site));
    let images = image::Entity::find_in(scope)
        .filter(image::Column::SiteId.eq(site))
        .filter(image::Column::Status.ne(ImageStatus::Archived));
    Ok(Overview {
        keywords: count(app, keywords.clone()).await?,
        keywords_clustered: count(app, keywords.filter(keyword::Column::Id.in_subquery(members))).await?,
        clusters: count(
            app,
            cluster::Entity::find_in(scope).filter(cluster::Column::SiteId.eq(site)),
        )
        .await?,
        ideas: count(app, ideas.clone()).await?,
        ideas_new: count(app, ideas.filter(idea::Column::Status.eq(idea::IdeaStatus::New))).await?,
        tasks: count(app, tasks.clone()).await?,
        tasks_open: count(app, tasks.filter(task::Column::Status.eq(TaskStatus::Draft))).await?,
        content: count(app, articles.clone()).await?,
        content_unpublished: count(
            app,
            articles
                .clone()
                .filter(content::Column::Status.is_in([ContentStatus::Draft, ContentStatus::Review])),
        )
        .await?,
        images: count(app, images.clone().filter(image::Column::StorageKey.is_not_null())).await?,
        images_pending: count(app, images.filter(image::Column::StorageKey.is_null())).await?,
        published: count(
            app,
            articles.filter(content::Column::Status.eq(ContentStatus::Published)),
        )
        .await?,
        integrations: count(
            app,
            integration::Entity::find_in(scope)
                .filter(integration::Column::SiteId.eq(site))
                .filter(integration::Column::Status.eq(ConnectionStatus::Connected)),
        )
        .await?,
        recent: ai_task::Entity::find_in(scope)
            .filter(ai_task::Column::SiteId.eq(site))
            .order_by_desc(ai_task::Column::Id)
            .limit(8)
            .all(db)
            .await?,
    })
}

async fn count<E>(app: &App, found: Select<E>) -> Result<i64>
where
    E: EntityTrait,
    E::Model: sea_orm::FromQueryResult + Sized + Send + Sync,
{
    Ok(i64::try_from(found.count(&app.db).await?).unwrap_or(i64::MAX))
}
