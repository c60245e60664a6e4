//! Proposes content ideas for a cluster.

use entity::{ClusterId, ai_task_item, cluster, credit_usage_log::Operation, idea, idea::IdeaStatus};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};
use serde::Deserialize;
use serde_json::json;

use super::{
    Context, Finished, Made, Plan, PlannedItem, Sample, Saved, Trial, bad_answer, cluster_keywords, counted,
    keyword_lines, one_site, parse,
};
use crate::{
    App, Error, Result,
    ai::{
        providers::{Provider, TextRequest},
        template::{self, Template},
    },
    billing::{
        self,
        limits::{self, Thing},
    },
    planner::topics::{Against, Asked, Known},
    scope::{Scope, Scoped},
    thinker::question::Question,
};

/// Ideas that one cluster gets at most in one run.
const MAX_PER_CLUSTER: usize = 4;
/// What a model is asked.
pub const TEMPLATE: Template = Template {
    function: entity::ai_task::AiFunction::GenerateIdeas,
    text: "Propose 2 to {count} content ideas for the topic \"{cluster}\".\n\
           Approach: {strategy}\n\
           Keywords:\n{keywords}\n\
           Existing ideas, not to be repeated:\n{existing}",
    variables: &[
        template::required(
            "keywords",
            "Keywords of the cluster, one a line, with searches and intent.",
        ),
        template::optional("cluster", "Name of the cluster."),
        template::optional("count", "How many ideas there may be at most."),
        template::optional("existing", "Titles of ideas that the cluster has already, one a line."),
        template::SITE,
        template::SECTOR,
        template::LANGUAGE,
        template::AUTHOR,
        template::STRATEGY,
    ],
};
/// Structures an article can have.
pub const STRUCTURES: &[&str] = &[
    "guide",
    "how_to",
    "listicle",
    "comparison",
    "review",
    "faq",
    "landing_page",
    "pillar",
];

/// Ideas for one cluster.
pub struct Ideas {
    cluster: cluster::Model,
    ideas: Vec<engine::ideas::Idea>,
    /// What was left out, in words.
    notes: Vec<String>,
}

pub(super) async fn plan(app: &App, scope: &Scope, ids: &[ClusterId]) -> Result<Plan> {
    let mut rows = cluster::Entity::find_in(scope)
        .filter(cluster::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(cluster::Column::Id)
        .all(&app.db)
        .await?;
    if rows.len() != ids.len() {
        return Err(Error::NotFound("A selected cluster"));
    }
    let site = one_site(scope, rows.iter().map(|row| row.site_id))?;
    rows.retain(|row| row.keywords_count > 0);
    let Some(first) = rows.first() else {
        return Err(Error::Invalid {
            message: "The selected clusters hold no keywords yet. Add keywords to them first.".to_owned(),
            fields: Vec::new(),
        });
    };
    let cost = billing::cost_of(&app.db, scope, Operation::Ideas).await?;
    let most = i64::try_from(MAX_PER_CLUSTER).unwrap_or(i64::MAX);
    Ok(Plan {
        cost: cost.id,
        function: entity::ai_task::AiFunction::GenerateIdeas,
        site,
        sector: first.sector_id,
        items: rows
            .iter()
            .map(|row| PlannedItem {
                object_type: "cluster",
                object_id: row.id.0,
                credits: cost.price(counted(&cost, most, 0)),
                words: 0,
            })
            .collect(),
    })
}

#[derive(Deserialize)]
struct Answer {
    ideas: Vec<engine::ideas::Idea>,
}

async fn titles(db: &impl ConnectionTrait, scope: &Scope, cluster: ClusterId) -> Result<Vec<String>> {
    Ok(idea::Entity::find_in(scope)
        .filter(idea::Column::ClusterId.eq(cluster))
        .select_only()
        .column(idea::Column::IdeaTitle)
        .into_tuple()
        .all(db)
        .await?)
}

fn request(
    question: &Question,
    cluster: &cluster::Model,
    keywords: &[engine::ideas::IdeaKeyword],
    known: &[String],
) -> TextRequest {
    TextRequest {
        system: format!(
            "You plan search content. Each idea answers a different need of the searcher, has a concrete working title in {}, and says in two or three sentences what to cover.",
            question.language()
        ),
        user: question.ask(&[
            ("cluster", cluster.name.clone()),
            ("keywords", keyword_lines(keywords)),
            ("count", MAX_PER_CLUSTER.to_string()),
            (
                "existing",
                if known.is_empty() {
                    "none".to_owned()
                } else {
                    known.join("\n")
                },
            ),
        ]),
        schema_name: "content_ideas",
        schema: json!({
            "type": "object", "additionalProperties": false, "required": ["ideas"],
            "properties": {"ideas": {"type": "array", "items": {
                "type": "object", "additionalProperties": false,
                "required": ["title", "description", "content_type", "content_structure", "target_keywords", "estimated_word_count"],
                "properties": {
                    "title": {"type": "string"}, "description": {"type": "string"},
                    "content_type": {"type": "string", "enum": ["blog_post", "page", "product", "service"]},
                    "content_structure": {"type": "string", "enum": STRUCTURES},
                    "target_keywords": {"type": "array", "items": {"type": "string"}},
                    "estimated_word_count": {"type": "integer"}}}}}
        }),
        max_tokens: 3_000,
        temperature: None,
    }
}

/// The question about the latest cluster.
pub(super) async fn sample(ask: &Trial<'_>) -> Result<Option<Sample>> {
    let db = &ask.app.db;
    let question = ask.question(None).await?;
    let Some(cluster) = cluster::Entity::find_in(ask.scope)
        .filter(cluster::Column::SectorId.eq(ask.sector))
        .filter(cluster::Column::KeywordsCount.gt(0))
        .order_by_desc(cluster::Column::Id)
        .one(db)
        .await?
    else {
        return Ok(None);
    };
    let keywords = cluster_keywords(db, ask.scope, cluster.id).await?;
    let known = titles(db, ask.scope, cluster.id).await?;
    let request = request(&question, &cluster, &keywords, &known);
    Ok(Some(Sample::new(
        format!("The cluster \"{}\"", cluster.name),
        question,
        request,
    )))
}

pub(super) async fn produce(context: &Context<'_>, item: &ai_task_item::Model) -> Result<Finished> {
    let db = &context.app.db;
    let cluster = cluster::Entity::find_in(&context.scope)
        .filter(cluster::Column::Id.eq(item.object_id))
        .one(db)
        .await?
        .ok_or(Error::NotFound("The cluster"))?;
    let keywords = cluster_keywords(db, &context.scope, cluster.id).await?;
    if keywords.is_empty() {
        return Err(Error::Conflict("The cluster holds no keywords any more.".to_owned()));
    }
    let known = titles(db, &context.scope, cluster.id).await?;
    let cost = context.cost().await?;
    let provider = context.provider().await?;
    let Some(provider) = provider else {
        let input = engine::ideas::ClusterInput {
            name: cluster.name.clone(),
            keywords,
        };
        let ideas = distinct(engine::ideas::propose(&input, MAX_PER_CLUSTER), &known);
        let made = only_new(context, cluster, ideas).await?;
        let credits = price(&cost, made.ideas.len());
        return Ok(Finished::builtin(Made::Ideas(made), credits));
    };
    let question = context.question(cluster.sector_id, None).await?;
    let answer = provider.text(&request(&question, &cluster, &keywords, &known)).await?;
    let parsed: Answer = parse(&provider, answer.json)?;
    let ideas = distinct(parsed.ideas, &known);
    if ideas.is_empty() {
        return Err(bad_answer(&provider, "it holds no new idea."));
    }
    let mut made = only_new(context, cluster, ideas).await?;
    made.ideas.truncate(MAX_PER_CLUSTER);
    let credits = price(&cost, made.ideas.len());
    Ok(Finished::by(
        &provider,
        answer.model,
        answer.usage,
        Made::Ideas(made),
        credits,
    ))
}

/// Leaves out ideas about what the site has already, planned or written, and about what an earlier one of them is about.
async fn only_new(context: &Context<'_>, cluster: cluster::Model, ideas: Vec<engine::ideas::Idea>) -> Result<Ideas> {
    let known = Known::load(&context.app.db, &context.scope, cluster.site_id).await?;
    let mut kept: Vec<engine::ideas::Idea> = Vec::new();
    let mut notes = Vec::new();
    let asked: Vec<Asked> = ideas
        .iter()
        .map(|idea| Asked {
            title: idea.title.clone(),
            keywords: idea.target_keywords.join(", "),
            cluster: Some(cluster.id),
            own: None,
        })
        .collect();
    let (near, repeats) = known.compare(&asked, Against::Everything);
    for ((idea, near), repeats) in ideas.into_iter().zip(near).zip(repeats) {
        let there = near.first().map(|near| near.title.as_str()).or_else(|| {
            repeats
                .and_then(|earlier| asked.get(earlier))
                .map(|earlier| earlier.title.as_str())
        });
        match there {
            Some(there) => notes.push(format!(
                "\u{201c}{}\u{201d} was left out and cost nothing: \u{201c}{there}\u{201d} is about the same",
                idea.title.trim()
            )),
            None => kept.push(idea),
        }
    }
    Ok(Ideas {
        cluster,
        ideas: kept,
        notes,
    })
}

fn price(cost: &entity::credit_cost::Model, ideas: usize) -> i64 {
    cost.price(counted(cost, i64::try_from(ideas).unwrap_or(i64::MAX), 0))
}

/// Leaves out what is there already: titles compared as keywords are, so case and spaces do not matter.
fn distinct(ideas: Vec<engine::ideas::Idea>, known: &[String]) -> Vec<engine::ideas::Idea> {
    let mut seen: std::collections::HashSet<String> =
        known.iter().map(|title| engine::text::keyword_key(title)).collect();
    ideas
        .into_iter()
        .filter(|idea| !idea.title.trim().is_empty() && seen.insert(engine::text::keyword_key(&idea.title)))
        .collect()
}

pub(super) async fn save(
    context: &Context<'_>,
    db: &DatabaseTransaction,
    item: &ai_task_item::Model,
    made: Ideas,
) -> Result<Saved> {
    let now = crate::now();
    let Ideas { cluster, ideas, notes } = made;
    let count = ideas.len();
    if count > 0 {
        // Half of them would be paid as a whole: all or none.
        limits::refuse_more(db, &context.scope, Thing::Ideas, count as u64).await?;
        let rows = ideas.into_iter().map(|idea| idea::ActiveModel {
            account_id: Set(cluster.account_id),
            site_id: Set(cluster.site_id),
            sector_id: Set(cluster.sector_id),
            idea_title: Set(engine::text::truncate_words(idea.title.trim(), 200)),
            description: Set(idea.description),
            content_type: Set(type_or_post(&idea.content_type)),
            content_structure: Set(structure_or_guide(&idea.content_structure)),
            target_keywords: Set(idea.target_keywords.join(", ")),
            cluster_id: Set(Some(cluster.id)),
            estimated_word_count: Set(i32::try_from(idea.estimated_word_count)
                .unwrap_or(1_200)
                .clamp(100, 20_000)),
            status: Set(IdeaStatus::New),
            ai_task_item_id: Set(Some(item.id)),
            created_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        });
        idea::Entity::insert_many(rows).exec_without_returning(db).await?;
        cluster::Entity::update_in(&context.scope)
            .col_expr(
                cluster::Column::Status,
                Expr::value(cluster::ClusterStatus::Mapped.as_str()),
            )
            .filter(cluster::Column::Id.eq(cluster.id))
            .exec(db)
            .await?;
    }
    Ok(Saved {
        label: cluster.name,
        detail: if notes.is_empty() {
            json!({"ideas": count})
        } else {
            json!({"ideas": count, "dropped": notes.len(), "notes": notes})
        },
    })
}

/// A type of content that there is; anything else becomes a blog post.
fn type_or_post(text: &str) -> String {
    idea::CONTENT_TYPES
        .iter()
        .map(|(known, _)| *known)
        .find(|known| *known == text)
        .unwrap_or("blog_post")
        .to_owned()
}

/// A structure that articles can have; anything else becomes a guide.
pub fn structure_or_guide(text: &str) -> String {
    STRUCTURES
        .iter()
        .find(|known| **known == text)
        .unwrap_or(&"guide")
        .to_string()
}
