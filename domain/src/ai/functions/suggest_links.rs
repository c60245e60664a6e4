//! Proposes links from an article to others of its site. What could be linked, and with which words, comes from the
//! engine alone; a model, when there is one, chooses among that and says why.

use std::collections::HashSet;

use engine::links::{Candidate, Limit, LinkType, Source};
use entity::{
    ContentId,
    ai_task::AiFunction,
    ai_task_item, content,
    internal_link::{self, LinkStatus},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde::Deserialize;
use serde_json::json;

use super::{Context, Finished, Made, Plan, Sample, Saved, Trial, bad_answer, parse, plan_articles, selected_articles};
use crate::{
    App, Error, Result,
    ai::{
        providers::{Provider, TextRequest, Usage},
        template::{self, Template},
    },
    html, linker,
    scope::{Scope, Scoped},
    thinker::question::Question,
};

/// Candidates that a model chooses from at most.
const MAX_OFFERED: usize = 40;

/// The question to a model.
pub const TEMPLATE: Template = Template {
    function: AiFunction::SuggestLinks,
    text: "Article: {title}\nMain keyword: {keyword}\nThese links to other articles of the site could be set in it. Choose at most {most} of them, those that help a reader of this article most, the best first. Repeat number and anchor exactly and say in one short sentence why the link helps.\n{candidates}",
    variables: &[
        template::optional("title", "Headline of the article that gets the links."),
        template::optional("keyword", "Its main keyword."),
        template::optional("most", "How many links it takes at most."),
        template::required(
            "candidates",
            "Numbered links that could be set, each with its anchors and their sentences.",
        ),
        template::SITE,
        template::SECTOR,
        template::LANGUAGE,
        template::AUTHOR,
        template::STRATEGY,
    ],
};

/// Links for one article.
pub struct Links {
    content: content::Model,
    chosen: Vec<Candidate>,
}

pub(super) async fn plan(app: &App, scope: &Scope, ids: &[ContentId]) -> Result<Plan> {
    let (site, rows) = selected_articles(app, scope, ids).await?;
    plan_articles(app, scope, AiFunction::SuggestLinks, site, &rows).await
}

/// What could be linked in an article.
struct Found {
    candidates: Vec<Candidate>,
    targets: Vec<engine::links::Target>,
    allowed: usize,
}

async fn find(db: &impl ConnectionTrait, scope: &Scope, content: &content::Model) -> Result<Found> {
    let mut targets = linker::targets(db, scope, content).await?;
    let unwanted: HashSet<i64> = internal_link::Entity::find_in(scope)
        .filter(internal_link::Column::ContentId.eq(content.id))
        .filter(internal_link::Column::Status.eq(LinkStatus::Rejected))
        .select_only()
        .column(internal_link::Column::TargetContentId)
        .into_tuple::<i64>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let source = Source {
        title: content.title.clone(),
        html: html::sanitize_article(&content.html_content),
        primary_keyword: content.primary_keyword.clone(),
        secondary_keywords: linker::list_of(&content.secondary_keywords),
        cluster: content.cluster_id.map(|id| id.0),
    };
    tokio::task::spawn_blocking(move || {
        let allowed = engine::links::allowed(&source.html, &targets, Limit::default());
        targets.retain(|target| !unwanted.contains(&target.id));
        Found {
            candidates: engine::links::candidates(&source, &targets),
            targets,
            allowed,
        }
    })
    .await
    .map_err(Error::internal)
}

pub(super) async fn produce(context: &Context<'_>, item: &ai_task_item::Model) -> Result<Finished> {
    let db = &context.app.db;
    let scope = &context.scope;
    let content = content::Entity::find_in(scope)
        .filter(content::Column::Id.eq(item.object_id))
        .one(db)
        .await?
        .ok_or(Error::NotFound("The article"))?;
    let Found {
        candidates: found,
        targets,
        allowed,
    } = find(db, scope, &content).await?;
    // An article for which there is nothing costs nothing.
    let price = |links: &[Candidate]| if links.is_empty() { 0 } else { item.credits_reserved };
    let provider = match found.is_empty() || allowed == 0 {
        true => None,
        false => context.provider().await?,
    };
    let Some(provider) = provider else {
        let chosen = engine::links::choose(found, allowed);
        let credits = price(&chosen);
        return Ok(Finished::builtin(Made::Links(Links { content, chosen }), credits));
    };
    let question = context.question(content.sector_id, None).await?;
    let (chosen, usage, model) = ask(&provider, &question, &content, &targets, found, allowed).await?;
    let credits = price(&chosen);
    let made = Made::Links(Links { content, chosen });
    Ok(Finished::by(&provider, model, usage, made, credits))
}

#[derive(Deserialize)]
struct Answer {
    links: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    number: i64,
    anchor: String,
    reason: String,
}

fn request(
    question: &Question,
    content: &content::Model,
    targets: &[engine::links::Target],
    offered: &[Candidate],
    allowed: usize,
) -> TextRequest {
    let lines: Vec<String> = offered
        .iter()
        .enumerate()
        .map(|(number, candidate)| {
            let title = targets
                .iter()
                .find(|target| target.id == candidate.target)
                .map(|target| target.title.as_str())
                .unwrap_or_default();
            let spots: Vec<String> = candidate
                .spots
                .iter()
                .map(|spot| format!("anchor \"{}\" in: {}", spot.anchor, spot.sentence))
                .collect();
            format!("{number}: to \"{title}\" ({}); {}", candidate.reason, spots.join(" | "))
        })
        .collect();
    TextRequest {
        system: format!(
            "You set links between the articles of a site. You choose from a numbered list and add nothing to it: no other number, no other anchor, no address. Reasons are written in {}, at most 20 words each.",
            question.language()
        ),
        user: question.ask(&[
            ("title", content.title.clone()),
            ("keyword", content.primary_keyword.clone()),
            ("most", allowed.to_string()),
            ("candidates", lines.join("\n")),
        ]),
        schema_name: "links",
        schema: json!({
            "type": "object", "additionalProperties": false, "required": ["links"],
            "properties": {"links": {"type": "array", "items": {
                "type": "object", "additionalProperties": false, "required": ["number", "anchor", "reason"],
                "properties": {"number": {"type": "integer"}, "anchor": {"type": "string"}, "reason": {"type": "string"}}}}}
        }),
        max_tokens: 2_000,
        temperature: None,
    }
}

/// The question about the latest article that could link to another one.
pub(super) async fn sample(ask: &Trial<'_>) -> Result<Option<Sample>> {
    let question = ask.question(None).await?;
    let latest = content::Entity::find_in(ask.scope)
        .filter(content::Column::SectorId.eq(ask.sector))
        .order_by_desc(content::Column::Id)
        .limit(10)
        .all(&ask.app.db)
        .await?;
    for content in latest {
        let mut found = find(&ask.app.db, ask.scope, &content).await?;
        if found.candidates.is_empty() {
            continue;
        }
        found.candidates.truncate(MAX_OFFERED);
        let request = request(&question, &content, &found.targets, &found.candidates, found.allowed);
        let about = format!("The article \"{}\"", content.title);
        return Ok(Some(Sample::new(about, question, request)));
    }
    Ok(None)
}

async fn ask(
    provider: &dyn Provider,
    question: &Question,
    content: &content::Model,
    targets: &[engine::links::Target],
    mut offered: Vec<Candidate>,
    allowed: usize,
) -> Result<(Vec<Candidate>, Usage, String)> {
    offered.truncate(MAX_OFFERED);
    let answer = provider
        .text(&request(question, content, targets, &offered, allowed))
        .await?;
    let parsed: Answer = parse(provider, answer.json)?;
    let said_something = !parsed.links.is_empty();
    let chosen: Vec<Candidate> = parsed
        .links
        .into_iter()
        .filter_map(|choice| checked(choice, &offered))
        .collect();
    if chosen.is_empty() && said_something {
        return Err(bad_answer(provider, "it names no link that was offered."));
    }
    Ok((engine::links::choose(chosen, allowed), answer.usage, answer.model))
}

/// What a model chose, if it was offered: its words stand in the text because the engine found them there.
fn checked(choice: Choice, offered: &[Candidate]) -> Option<Candidate> {
    let candidate = offered.get(usize::try_from(choice.number).ok()?)?;
    let wanted = engine::text::keyword_key(&choice.anchor);
    let spot = candidate
        .spots
        .iter()
        .find(|spot| engine::text::keyword_key(&spot.anchor) == wanted)?;
    let reason = engine::links::clean_reason(&choice.reason);
    Some(Candidate {
        spots: vec![spot.clone()],
        reason: if reason.is_empty() {
            candidate.reason.clone()
        } else {
            reason
        },
        ..candidate.clone()
    })
}

pub(super) async fn save(
    context: &Context<'_>,
    db: &DatabaseTransaction,
    item: &ai_task_item::Model,
    made: Links,
) -> Result<Saved> {
    use internal_link::Column as C;
    let now = crate::now();
    let scope = &context.scope;
    let Links { content, chosen } = made;
    // As it is now: the targets may have changed while we were thinking.
    let there = linker::targets(db, scope, &content).await?;
    let text = content::Entity::find_in(scope)
        .filter(content::Column::Id.eq(content.id))
        .select_only()
        .column(content::Column::HtmlContent)
        .into_tuple::<String>()
        .one(db)
        .await?
        .ok_or(Error::NotFound("The article"))?;
    // What a person decided stays; a link that was set and taken out of the text again may be proposed anew.
    let known = internal_link::Entity::find_in(scope)
        .filter(C::ContentId.eq(content.id))
        .all(db)
        .await?;
    let stands = |link: &internal_link::Model| {
        let target = there.iter().find(|target| target.id == link.target_content_id.0);
        target.is_none_or(|target| engine::links::links_to(&text, &target.addresses))
    };
    let (kept, gone): (Vec<_>, Vec<_>) = known.into_iter().partition(|link| match link.status {
        LinkStatus::Suggested => false,
        LinkStatus::Rejected => true,
        LinkStatus::Accepted => stands(link),
    });
    internal_link::Entity::delete_in(scope)
        .filter(C::Id.is_in(gone.iter().map(|link| link.id)))
        .exec(db)
        .await?;
    let decided: HashSet<i64> = kept.iter().map(|link| link.target_content_id.0).collect();
    let rows: Vec<internal_link::ActiveModel> = chosen
        .into_iter()
        .filter(|link| !decided.contains(&link.target) && there.iter().any(|target| target.id == link.target))
        .filter_map(|link| {
            let spot = link.spots.into_iter().next()?;
            Some(internal_link::ActiveModel {
                account_id: Set(content.account_id),
                site_id: Set(content.site_id),
                content_id: Set(content.id),
                target_content_id: Set(ContentId(link.target)),
                anchor: Set(spot.anchor),
                sentence: Set(spot.sentence),
                reason: Set(link.reason),
                position: Set(i32::try_from(spot.position).unwrap_or(i32::MAX)),
                link_type: Set(match link.link_type {
                    LinkType::SameCluster => internal_link::LinkType::SameCluster,
                    LinkType::Semantic => internal_link::LinkType::Semantic,
                }),
                score: Set(link.score),
                status: Set(LinkStatus::Suggested),
                ai_task_item_id: Set(Some(item.id)),
                created_at: Set(now),
                updated_at: Set(now),
                ..Default::default()
            })
        })
        .collect();
    let count = rows.len();
    if count > 0 {
        internal_link::Entity::insert_many(rows)
            .exec_without_returning(db)
            .await?;
    }
    Ok(Saved {
        label: content.title,
        detail: json!({"links": count, "content_id": content.id}),
    })
}
