//! Describes the pictures of an article: one featured, some under headings.

use entity::{
    ContentId, ai_task_item, content, image,
    image::{ImageStatus, ImageType},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder};
use serde::Deserialize;
use serde_json::json;

use super::{Context, Finished, Made, Plan, Sample, Saved, Trial, bad_answer, parse, plan_articles, selected_articles};
use crate::{
    App, Error, Result,
    ai::{
        providers::{Provider, TextRequest},
        template::{self, Template},
    },
    scope::{Scope, Scoped},
    thinker::question::Question,
};

/// Pictures within one article at most.
const MAX_IN_ARTICLE: usize = 3;

/// What a model is asked.
pub const TEMPLATE: Template = Template {
    function: entity::ai_task::AiFunction::GenerateImagePrompts,
    text: "Article: {title}\n\
           Main keyword: {keyword}\n\
           Excerpt: {excerpt}\n\
           Describe one featured picture and one picture for each of these headings:\n{headings}",
    variables: &[
        template::required("title", "Title of the article."),
        template::required("headings", "Headings that take a picture, one a line."),
        template::optional("keyword", "Main keyword of the article."),
        template::optional("excerpt", "The article in short."),
        template::SITE,
        template::SECTOR,
        template::LANGUAGE,
        template::AUTHOR,
        template::STRATEGY,
    ],
};

/// Descriptions of one article's pictures.
pub struct Prompts {
    content: content::Model,
    prompts: Vec<engine::image_prompts::ImagePrompt>,
}

pub(super) async fn plan(app: &App, scope: &Scope, ids: &[ContentId]) -> Result<Plan> {
    let (site, rows) = selected_articles(app, scope, ids).await?;
    plan_articles(
        app,
        scope,
        entity::ai_task::AiFunction::GenerateImagePrompts,
        site,
        &rows,
    )
    .await
}

#[derive(Deserialize)]
struct Answer {
    images: Vec<engine::image_prompts::ImagePrompt>,
}

/// Where the article takes pictures.
fn places(content: &content::Model) -> Vec<engine::image_prompts::ImagePrompt> {
    engine::image_prompts::extract(
        &content.title,
        &content.html_content,
        &content.primary_keyword,
        MAX_IN_ARTICLE,
    )
}

fn request(
    question: &Question,
    content: &content::Model,
    places: &[engine::image_prompts::ImagePrompt],
) -> TextRequest {
    let headings: Vec<String> = places.iter().filter_map(|place| place.heading.clone()).collect();
    TextRequest {
        system: "You describe pictures for articles: what is seen, from where, in what light, in one or two sentences, without text in the picture and without real persons or brands. One picture is the featured one (featured true, heading null); the others stand under headings (featured false, the heading repeated exactly). The alternative text says what the picture shows in at most 120 characters, in the language of the article.".to_owned(),
        user: question.ask(&[
            ("title", content.title.clone()),
            ("keyword", content.primary_keyword.clone()),
            ("excerpt", content.excerpt.clone()),
            ("headings", headings.join("\n")),
        ]),
        schema_name: "image_prompts",
        schema: json!({
            "type": "object", "additionalProperties": false, "required": ["images"],
            "properties": {"images": {"type": "array", "items": {
                "type": "object", "additionalProperties": false, "required": ["featured", "heading", "prompt", "alt"],
                "properties": {"featured": {"type": "boolean"}, "heading": {"type": ["string", "null"]},
                    "prompt": {"type": "string"}, "alt": {"type": "string"}}}}}
        }),
        max_tokens: 2_000,
        temperature: None,
    }
}

/// The question about the latest article.
pub(super) async fn sample(ask: &Trial<'_>) -> Result<Option<Sample>> {
    let question = ask.question(None).await?;
    let Some(content) = content::Entity::find_in(ask.scope)
        .filter(content::Column::SectorId.eq(ask.sector))
        .order_by_desc(content::Column::Id)
        .one(&ask.app.db)
        .await?
    else {
        return Ok(None);
    };
    let request = request(&question, &content, &places(&content));
    Ok(Some(Sample::new(
        format!("The article \"{}\"", content.title),
        question,
        request,
    )))
}

pub(super) async fn produce(context: &Context<'_>, item: &ai_task_item::Model) -> Result<Finished> {
    let content = content::Entity::find_in(&context.scope)
        .filter(content::Column::Id.eq(item.object_id))
        .one(&context.app.db)
        .await?
        .ok_or(Error::NotFound("The article"))?;
    let found = places(&content);
    let Some(provider) = context.provider().await? else {
        return Ok(Finished::builtin(
            Made::Prompts(Prompts {
                content,
                prompts: found,
            }),
            item.credits_reserved,
        ));
    };
    let question = context.question(content.sector_id, None).await?;
    let answer = provider.text(&request(&question, &content, &found)).await?;
    let parsed: Answer = parse(&provider, answer.json)?;
    let mut featured = false;
    let mut prompts: Vec<_> = parsed
        .images
        .into_iter()
        .filter(|image| !image.prompt.trim().is_empty())
        .filter(|image| !image.featured || !std::mem::replace(&mut featured, true))
        .collect();
    if !featured {
        return Err(bad_answer(&provider, "it describes no featured picture."));
    }
    prompts.sort_by_key(|image| !image.featured);
    prompts.truncate(MAX_IN_ARTICLE + 1);
    Ok(Finished::by(
        &provider,
        answer.model,
        answer.usage,
        Made::Prompts(Prompts { content, prompts }),
        item.credits_reserved,
    ))
}

pub(super) async fn save(context: &Context<'_>, db: &DatabaseTransaction, made: Prompts) -> Result<Saved> {
    let now = crate::now();
    let Prompts { content, prompts } = made;
    // Planning again replaces what was only planned; pictures that are made stay.
    image::Entity::delete_in(&context.scope)
        .filter(image::Column::ContentId.eq(content.id))
        .filter(image::Column::StorageKey.is_null())
        .exec(db)
        .await?;
    let kept = image::Entity::find_in(&context.scope)
        .filter(image::Column::ContentId.eq(content.id))
        .filter(image::Column::Status.ne(ImageStatus::Archived))
        .all(db)
        .await?;
    let rows: Vec<image::ActiveModel> = prompts
        .into_iter()
        .filter(|prompt| {
            !kept.iter().any(|known| {
                if prompt.featured {
                    known.image_type == ImageType::Featured
                } else {
                    known.heading == prompt.heading
                }
            })
        })
        .enumerate()
        .map(|(position, prompt)| image::ActiveModel {
            account_id: Set(content.account_id),
            site_id: Set(content.site_id),
            sector_id: Set(content.sector_id),
            task_id: Set(content.task_id),
            content_id: Set(Some(content.id)),
            image_type: Set(if prompt.featured {
                ImageType::Featured
            } else {
                ImageType::InArticle
            }),
            position: Set(i32::try_from(position).unwrap_or(i32::MAX)),
            heading: Set(prompt.heading),
            prompt: Set(prompt.prompt),
            alt_text: Set(prompt.alt),
            status: Set(ImageStatus::Pending),
            created_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        })
        .collect();
    let count = rows.len();
    if count > 0 {
        image::Entity::insert_many(rows).exec_without_returning(db).await?;
    }
    Ok(Saved {
        label: content.title,
        detail: json!({"images": count}),
    })
}
