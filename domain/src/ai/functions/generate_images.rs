//! Makes a picture: by the provider's image model, or as a title card by the built-in renderer.

use entity::{
    ImageId, ai_task_item, content,
    credit_usage_log::Operation,
    image,
    image::{ImageStatus, ImageType},
    sector, site,
};
use sea_orm::{ColumnTrait, DatabaseTransaction, QueryFilter, QueryOrder, sea_query::Expr};
use serde_json::json;

use super::{Context, Finished, Made, Plan, PlannedItem, Sample, Saved, Trial, counted, one_site};
use crate::{
    App, Error, Result,
    ai::{
        providers::{ImageRequest, Provider},
        template::{self, Template},
    },
    billing,
    scope::{Scope, Scoped},
    thinker::question::Question,
};

/// Size of a featured picture: what social networks and themes expect of one.
const CARD: (u32, u32) = (1200, 630);

/// What a model that makes pictures is told.
pub const TEMPLATE: Template = Template {
    function: entity::ai_task::AiFunction::GenerateImages,
    text: "{prompt}\nNo text, letters or logos in the picture.",
    variables: &[
        template::required(
            "prompt",
            "What the picture shows, as it was planned or written by hand.",
        ),
        template::optional("alt", "The alternative text of the picture."),
        template::SITE,
        template::SECTOR,
        template::LANGUAGE,
        template::AUTHOR,
        template::STRATEGY,
    ],
};

/// A picture, its file already in the storage.
pub struct Picture {
    image: image::Model,
    key: String,
    mime_type: &'static str,
    width: Option<i32>,
    height: Option<i32>,
    size: i64,
    provider: entity::provider_setting::Provider,
}

pub(super) async fn plan(app: &App, scope: &Scope, ids: &[ImageId]) -> Result<Plan> {
    let rows = image::Entity::find_in(scope)
        .filter(image::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(image::Column::Id)
        .all(&app.db)
        .await?;
    if rows.len() != ids.len() {
        return Err(Error::NotFound("A selected image"));
    }
    let site = one_site(scope, rows.iter().map(|row| row.site_id))?;
    let cost = billing::cost_of(&app.db, scope, Operation::Images).await?;
    Ok(Plan {
        cost: cost.id,
        function: entity::ai_task::AiFunction::GenerateImages,
        site,
        sector: rows.first().map(|row| row.sector_id).unwrap_or_default(),
        items: rows
            .iter()
            .map(|row| PlannedItem {
                object_type: "image",
                object_id: row.id.0,
                credits: cost.price(counted(&cost, 1, 0)),
                words: 0,
            })
            .collect(),
    })
}

pub(super) async fn produce(context: &Context<'_>, item: &ai_task_item::Model) -> Result<Finished> {
    let app = context.app;
    let image = image::Entity::find_in(&context.scope)
        .filter(image::Column::Id.eq(item.object_id))
        .one(&app.db)
        .await?
        .ok_or(Error::NotFound("The image"))?;
    // The unit's id in the name: a second try overwrites its own file and never another's.
    let key = |extension: &str| format!("{}/images/{}-{}.{extension}", image.site_id, image.id, item.id);
    if let Some(provider) = context.provider().await? {
        let answer = provider
            .image(&ImageRequest {
                prompt: text(&context.question(image.sector_id, None).await?, &image),
                width: 1536,
                height: 1024,
            })
            .await?;
        let extension = answer.mime_type.rsplit('/').next().unwrap_or("png").to_owned();
        let key = key(&extension);
        app.storage.put(&key, &answer.bytes).await?;
        let picture = Picture {
            key,
            mime_type: answer.mime_type,
            width: None,
            height: None,
            size: i64::try_from(answer.bytes.len()).unwrap_or(i64::MAX),
            provider: provider.kind(),
            image,
        };
        return Ok(Finished::by(
            &provider,
            answer.model,
            answer.usage,
            Made::Picture(picture),
            item.credits_reserved,
        ));
    }
    let bytes = render(context, &image).await?;
    let key = key("png");
    app.storage.put(&key, &bytes).await?;
    let picture = Picture {
        key,
        mime_type: "image/png",
        width: i32::try_from(CARD.0).ok(),
        height: i32::try_from(CARD.1).ok(),
        size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        provider: entity::provider_setting::Provider::Builtin,
        image,
    };
    Ok(Finished::builtin(Made::Picture(picture), item.credits_reserved))
}

fn text(question: &Question, image: &image::Model) -> String {
    question.ask(&[("prompt", image.prompt.clone()), ("alt", image.alt_text.clone())])
}

/// What a model would be told of the latest picture.
pub(super) async fn sample(ask: &Trial<'_>) -> Result<Option<Sample>> {
    let question = ask.question(None).await?;
    let Some(image) = image::Entity::find_in(ask.scope)
        .filter(image::Column::SectorId.eq(ask.sector))
        .filter(image::Column::Prompt.ne(""))
        .order_by_desc(image::Column::Id)
        .one(&ask.app.db)
        .await?
    else {
        return Ok(None);
    };
    let user = text(&question, &image);
    Ok(Some(Sample {
        about: format!("The picture \"{}\"", image.alt_text),
        in_force: question.in_force,
        system: String::new(),
        user,
    }))
}

async fn render(context: &Context<'_>, image: &image::Model) -> Result<Vec<u8>> {
    let db = &context.app.db;
    let scope = &context.scope;
    let site = site::Entity::find_in(scope)
        .filter(site::Column::Id.eq(image.site_id))
        .one(db)
        .await?
        .ok_or(Error::NotFound("The site"))?;
    let sector = sector::Entity::find_in(scope)
        .filter(sector::Column::Id.eq(image.sector_id))
        .one(db)
        .await?
        .ok_or(Error::NotFound("The sector"))?;
    let article = match image.content_id {
        None => None,
        Some(id) => {
            content::Entity::find_in(scope)
                .filter(content::Column::Id.eq(id))
                .one(db)
                .await?
        }
    };
    let headline = article
        .as_ref()
        .map(|article| article.title.clone())
        .unwrap_or_else(|| image.alt_text.clone());
    let (title, kicker) = match (image.image_type, &image.heading) {
        (ImageType::InArticle, Some(heading)) => (heading.clone(), headline),
        _ => (headline, sector.name),
    };
    let seed = article.map(|article| article.public_id).unwrap_or_default();
    tokio::task::spawn_blocking(move || {
        engine::title_card::render(&engine::title_card::Card {
            accent: site.accent.as_deref(),
            title: &title,
            site_name: &site.name,
            kicker: &kicker,
            width: CARD.0,
            height: CARD.1,
            seed: &seed,
        })
    })
    .await
    .map_err(Error::internal)?
    .map_err(Error::internal)
}

pub(super) async fn save(context: &Context<'_>, db: &DatabaseTransaction, made: Picture) -> Result<Saved> {
    let label = match made.image.image_type {
        ImageType::Featured => "featured picture".to_owned(),
        _ => made.image.heading.clone().unwrap_or_else(|| "picture".to_owned()),
    };
    let done = image::Entity::update_in(&context.scope)
        .col_expr(image::Column::StorageKey, Expr::value(made.key))
        .col_expr(image::Column::MimeType, Expr::value(made.mime_type))
        .col_expr(image::Column::Width, Expr::value(made.width))
        .col_expr(image::Column::Height, Expr::value(made.height))
        .col_expr(image::Column::SizeBytes, Expr::value(made.size))
        .col_expr(image::Column::Provider, Expr::value(made.provider.as_str()))
        .col_expr(image::Column::Status, Expr::value(ImageStatus::Generated.as_str()))
        .col_expr(image::Column::Error, Expr::value(Option::<String>::None))
        .col_expr(image::Column::UpdatedAt, Expr::value(crate::now()))
        .filter(image::Column::Id.eq(made.image.id))
        .exec(db)
        .await?;
    if done.rows_affected != 1 {
        return Err(Error::NotFound("The image"));
    }
    Ok(Saved {
        label,
        detail: json!({"images": 1, "image_id": made.image.id}),
    })
}
