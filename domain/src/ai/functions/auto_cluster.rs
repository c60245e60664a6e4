//! Groups keywords into clusters: the engine does the grouping, a model, when there is one, finds the names.

use std::collections::{HashMap, HashSet};

use entity::{
    ClusterId, KeywordId, ListQuery, SectorId, ai_task::Start, ai_task_item, cluster, cluster_keyword,
    credit_usage_log::Operation, keyword, keyword::KeywordStatus,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, Query},
};
use serde::Deserialize;
use serde_json::json;

use super::{Context, Finished, Made, Plan, PlannedItem, Sample, Saved, Trial, bad_answer, counted, parse};
use crate::{
    App, Error, Result,
    ai::{
        providers::{Provider, TextRequest, Usage},
        template::{self, Template},
    },
    billing::{
        self,
        limits::{self, Thing},
    },
    planner::{clusters, keywords},
    scope::{Scope, Scoped},
    thinker::question::Question,
};

/// Groups that a model names in one request.
const NAMES_PER_REQUEST: usize = 25;
/// Keywords of a group that a model sees.
const KEYWORDS_PER_GROUP: usize = 12;

/// What a model is asked: the engine has made the groups, the model names them.
pub const TEMPLATE: Template = Template {
    function: entity::ai_task::AiFunction::AutoCluster,
    text: "Name each numbered group:\n{groups}",
    variables: &[
        template::required(
            "groups",
            "The numbered groups, each with some of its keywords, one a line.",
        ),
        template::SITE,
        template::SECTOR,
        template::LANGUAGE,
        template::AUTHOR,
        template::STRATEGY,
    ],
};

/// The grouping of one run.
pub struct Groups {
    groups: Vec<Group>,
    leftover: i64,
}

struct Group {
    existing: Option<ClusterId>,
    name: String,
    members: Vec<(KeywordId, f32, String)>,
}

fn in_some_cluster() -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .column(cluster_keyword::Column::KeywordId)
        .from(cluster_keyword::Entity)
        .to_owned()
}

/// What a run was asked to group.
pub(super) struct Wanted {
    sector: SectorId,
    keyword_ids: Vec<KeywordId>,
    filter: keyword::Filter,
    list: ListQuery,
}

impl Wanted {
    /// Of a start of this function.
    ///
    /// # Errors
    /// [`Error::Internal`] for another function's start.
    pub(super) fn of(start: &Start) -> Result<Self> {
        let Start::AutoCluster {
            sector_id,
            keyword_ids,
            filter,
            search,
            ..
        } = start
        else {
            return Err(Error::Internal(
                "the task's parameters are another function's".to_owned(),
            ));
        };
        Ok(Self {
            sector: *sector_id,
            keyword_ids: keyword_ids.clone(),
            filter: keyword::Filter {
                // The site is the sector's, whatever the filter says.
                site_id: None,
                sector_id: Some(*sector_id),
                ..filter.clone().unwrap_or_default()
            },
            list: ListQuery {
                search: search.clone(),
                ..ListQuery::default()
            },
        })
    }

    /// The sector's active keywords that are in no cluster yet; a selection narrows them further on.
    fn candidates(&self, scope: &Scope) -> Select<keyword::Entity> {
        keywords::filtered(scope, &self.filter, &self.list)
            .filter(keyword::Column::Status.eq(KeywordStatus::Active))
            .filter(keyword::Column::Id.not_in_subquery(in_some_cluster()))
    }
}

/// Counts what there is to group and prices it.
pub(super) async fn plan(app: &App, scope: &Scope, wanted: &Wanted) -> Result<Plan> {
    let (editor, sector) = scope.editor_of_sector(&app.db, wanted.sector).await?;
    let selected = &wanted.keyword_ids;
    let count = if selected.is_empty() {
        wanted.candidates(scope).count(&app.db).await?
    } else {
        let mut count = 0;
        for chunk in selected.chunks(5_000) {
            let found = keyword::Entity::find_in(scope)
                .filter(keyword::Column::SectorId.eq(sector.id))
                .filter(keyword::Column::Id.is_in(chunk.iter().copied()))
                .count(&app.db)
                .await?;
            if usize::try_from(found).ok() != Some(chunk.iter().collect::<HashSet<_>>().len()) {
                return Err(Error::NotFound("A selected keyword"));
            }
            count += wanted
                .candidates(scope)
                .filter(keyword::Column::Id.is_in(chunk.iter().copied()))
                .count(&app.db)
                .await?;
        }
        count
    };
    if count == 0 {
        return Err(Error::Invalid {
            message: "Every keyword here is in a cluster already. Import or add more keywords first.".to_owned(),
            fields: Vec::new(),
        });
    }
    let cost = billing::cost_of(&app.db, scope, Operation::Clustering).await?;
    Ok(Plan {
        cost: cost.id,
        function: entity::ai_task::AiFunction::AutoCluster,
        site: editor.site(),
        sector: sector.id,
        items: vec![PlannedItem {
            object_type: "sector",
            object_id: sector.id.0,
            credits: cost.price(counted(&cost, i64::try_from(count).unwrap_or(i64::MAX), 0)),
            words: 0,
        }],
    })
}

pub(super) async fn produce(context: &Context<'_>, item: &ai_task_item::Model) -> Result<Finished> {
    let wanted = Wanted::of(&serde_json::from_str(&context.task.params)?)?;
    let db = &context.app.db;
    let scope = &context.scope;
    let selection: HashSet<KeywordId> = wanted.keyword_ids.iter().copied().collect();
    let mut keywords: Vec<(KeywordId, String, Option<i64>)> = wanted
        .candidates(scope)
        .select_only()
        .columns([keyword::Column::Id, keyword::Column::Keyword, keyword::Column::Volume])
        .order_by_asc(keyword::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    if !selection.is_empty() {
        keywords.retain(|(id, _, _)| selection.contains(id));
    }
    if keywords.is_empty() {
        return Err(Error::Conflict(
            "These keywords were grouped by somebody else in the meantime.".to_owned(),
        ));
    }
    let existing = load_existing(context, wanted.sector).await?;
    let cost = context.cost().await?;
    // Keywords that came in after the start are left for the next run: they were not reserved for.
    while cost.price(i64::try_from(keywords.len()).unwrap_or(i64::MAX)) > item.credits_reserved && keywords.len() > 1 {
        keywords.pop();
    }
    let credits = cost.price(counted(&cost, i64::try_from(keywords.len()).unwrap_or(i64::MAX), 0));

    let (mut groups, fresh) = tokio::task::spawn_blocking(move || group(&keywords, &existing))
        .await
        .map_err(Error::internal)?;
    let Some(provider) = context.provider().await? else {
        return Ok(Finished::builtin(Made::Clusters(groups), credits));
    };
    let (usage, model) = name_groups(
        &provider,
        &mut groups,
        &fresh,
        &context.question(wanted.sector, None).await?,
    )
    .await?;
    Ok(Finished::by(&provider, model, usage, Made::Clusters(groups), credits))
}

async fn load_existing(context: &Context<'_>, sector: SectorId) -> Result<Vec<(ClusterId, String, Vec<String>)>> {
    let db = &context.app.db;
    let rows = cluster::Entity::find_in(&context.scope)
        .filter(cluster::Column::SectorId.eq(sector))
        .filter(cluster::Column::Status.ne(cluster::ClusterStatus::Archived))
        .order_by_asc(cluster::Column::Id)
        .all(db)
        .await?;
    let members: Vec<(ClusterId, String)> = cluster_keyword::Entity::find_in(&context.scope)
        .select_only()
        .column(cluster_keyword::Column::ClusterId)
        .column_as(Expr::col((keyword::Entity, keyword::Column::Keyword)), "keyword")
        .join(
            sea_orm::JoinType::InnerJoin,
            cluster_keyword::Entity::belongs_to(keyword::Entity)
                .from(cluster_keyword::Column::KeywordId)
                .to(keyword::Column::Id)
                .into(),
        )
        .filter(keyword::Column::SectorId.eq(sector))
        .order_by_asc(cluster_keyword::Column::KeywordId)
        .into_tuple()
        .all(db)
        .await?;
    let mut by_cluster: HashMap<ClusterId, Vec<String>> = HashMap::new();
    for (id, text) in members {
        by_cluster.entry(id).or_default().push(text);
    }
    Ok(rows
        .into_iter()
        .map(|row| (row.id, row.name, by_cluster.remove(&row.id).unwrap_or_default()))
        .collect())
}

/// Groups, and for each new group the texts a model may see.
fn group(
    keywords: &[(KeywordId, String, Option<i64>)],
    existing: &[(ClusterId, String, Vec<String>)],
) -> (Groups, HashMap<usize, Vec<String>>) {
    let input: Vec<engine::clustering::Keyword> = keywords
        .iter()
        .map(|(_, text, volume)| engine::clustering::Keyword {
            text,
            volume: *volume,
            urls: &[],
        })
        .collect();
    let known: Vec<engine::clustering::Existing> = existing
        .iter()
        .map(|(id, name, texts)| engine::clustering::Existing {
            id: id.0,
            name,
            keywords: texts.iter().map(String::as_str).collect(),
        })
        .collect();
    let outcome = engine::clustering::cluster(&input, &known, &engine::clustering::Options::default(), &mut |_| true);
    let mut groups = Groups {
        groups: Vec::new(),
        leftover: 0,
    };
    let mut fresh = HashMap::new();
    if let Some(outcome) = outcome {
        groups.leftover = i64::try_from(outcome.leftover.len()).unwrap_or(i64::MAX);
        for found in outcome.clusters {
            let mut texts = Vec::new();
            let mut members = Vec::with_capacity(found.members.len());
            for member in found.members {
                let Some((id, text, _)) = usize::try_from(member.index).ok().and_then(|index| keywords.get(index))
                else {
                    continue;
                };
                if texts.len() < KEYWORDS_PER_GROUP {
                    texts.push(text.clone());
                }
                members.push((*id, member.similarity, member.shared_terms.join(", ")));
            }
            if found.existing.is_none() {
                fresh.insert(groups.groups.len(), texts);
            }
            groups.groups.push(Group {
                existing: found.existing.map(ClusterId),
                name: found.name,
                members,
            });
        }
    }
    (groups, fresh)
}

#[derive(Deserialize)]
struct Names {
    clusters: Vec<Name>,
}

#[derive(Deserialize)]
struct Name {
    number: i64,
    name: String,
}

fn line(number: usize, keywords: &[String]) -> String {
    format!("{number}: {}", keywords.join("; "))
}

fn request(question: &Question, lines: &[String]) -> TextRequest {
    TextRequest {
        system: format!(
            "You name groups of search keywords for a content team. A name is 1 to 5 words in {}, names the topic and nothing else, and is different from the other names.",
            question.language()
        ),
        user: question.ask(&[("groups", lines.join("\n"))]),
        schema_name: "cluster_names",
        schema: json!({
            "type": "object", "additionalProperties": false, "required": ["clusters"],
            "properties": {"clusters": {"type": "array", "items": {
                "type": "object", "additionalProperties": false, "required": ["number", "name"],
                "properties": {"number": {"type": "integer"}, "name": {"type": "string"}}}}}
        }),
        max_tokens: 4_000,
        temperature: None,
    }
}

/// The question about the latest groups as they are now.
pub(super) async fn sample(ask: &Trial<'_>) -> Result<Option<Sample>> {
    let db = &ask.app.db;
    let question = ask.question(None).await?;
    let latest = cluster::Entity::find_in(ask.scope)
        .filter(cluster::Column::SectorId.eq(ask.sector))
        .filter(cluster::Column::KeywordsCount.gt(0))
        .order_by_desc(cluster::Column::Id)
        .limit(3)
        .all(db)
        .await?;
    let mut lines = Vec::new();
    let mut names = Vec::new();
    for found in latest {
        let keywords = super::cluster_keywords(db, ask.scope, found.id).await?;
        let texts: Vec<String> = keywords
            .into_iter()
            .take(KEYWORDS_PER_GROUP)
            .map(|keyword| keyword.text)
            .collect();
        lines.push(line(lines.len(), &texts));
        names.push(found.name);
    }
    if lines.is_empty() {
        return Ok(None);
    }
    let request = request(&question, &lines);
    Ok(Some(Sample::new(
        format!("The groups {}", names.join(", ")),
        question,
        request,
    )))
}

/// Asks the model to name the new groups, in batches. A name that it leaves out stays the engine's.
async fn name_groups(
    provider: &dyn Provider,
    groups: &mut Groups,
    fresh: &HashMap<usize, Vec<String>>,
    question: &Question,
) -> Result<(Usage, String)> {
    let mut numbers: Vec<usize> = fresh.keys().copied().collect();
    numbers.sort_unstable();
    let mut usage = Usage::default();
    let mut model = String::new();
    for batch in numbers.chunks(NAMES_PER_REQUEST) {
        let lines: Vec<String> = batch
            .iter()
            .map(|number| line(*number, fresh.get(number).map(Vec::as_slice).unwrap_or_default()))
            .collect();
        let answer = provider.text(&request(question, &lines)).await?;
        usage.tokens_in += answer.usage.tokens_in;
        usage.tokens_out += answer.usage.tokens_out;
        model = answer.model;
        let names: Names = parse(provider, answer.json)?;
        if names.clusters.is_empty() {
            return Err(bad_answer(provider, "it names no group."));
        }
        for name in names.clusters {
            let text = engine::text::clean_keyword(&name.name);
            let index = usize::try_from(name.number).ok().filter(|index| batch.contains(index));
            if let Some(group) = index.and_then(|index| groups.groups.get_mut(index))
                && !text.is_empty()
                && text.chars().count() <= 80
            {
                group.name = text;
            }
        }
    }
    Ok((usage, model))
}

pub(super) async fn save(context: &Context<'_>, db: &DatabaseTransaction, groups: Groups) -> Result<Saved> {
    let now = crate::now();
    let task = context.task;
    let (mut created, mut extended, mut placed) = (0_i64, 0_i64, 0_i64);
    let mut touched = Vec::new();
    // Somebody may have grouped or deleted some of these by hand while we were thinking.
    let all: Vec<KeywordId> = groups
        .groups
        .iter()
        .flat_map(|group| group.members.iter().map(|member| member.0))
        .collect();
    let mut free: HashSet<KeywordId> = HashSet::new();
    for chunk in all.chunks(5_000) {
        let ids: Vec<KeywordId> = keyword::Entity::find_in(&context.scope)
            .filter(keyword::Column::Id.is_in(chunk.iter().copied()))
            .filter(keyword::Column::Id.not_in_subquery(in_some_cluster()))
            .select_only()
            .column(keyword::Column::Id)
            .into_tuple()
            .all(db)
            .await?;
        free.extend(ids);
    }
    let mut rows = Vec::new();
    let mut room = limits::room(db, &context.scope, Thing::Clusters).await?;
    let mut leftover = groups.leftover;
    for mut group in groups.groups {
        group.members.retain(|member| free.contains(&member.0));
        if group.members.is_empty() {
            continue;
        }
        let still_there = match group.existing {
            None => None,
            Some(id) => {
                cluster::Entity::find_in(&context.scope)
                    .filter(cluster::Column::Id.eq(id))
                    .one(db)
                    .await?
            }
        };
        let id = match still_there {
            Some(found) => {
                extended += 1;
                found.id
            }
            None if room == Some(0) => {
                // The plan holds no more clusters: these keywords stay as they were.
                leftover += i64::try_from(group.members.len()).unwrap_or(i64::MAX);
                continue;
            }
            None => {
                created += 1;
                room = room.map(|room| room - 1);
                cluster::Entity::insert(cluster::ActiveModel {
                    account_id: Set(task.account_id),
                    site_id: Set(task.site_id),
                    sector_id: Set(task.sector_id),
                    name: Set(group.name),
                    description: Set(String::new()),
                    keywords_count: Set(0),
                    volume: Set(0),
                    status: Set(cluster::ClusterStatus::Active),
                    ai_task_id: Set(Some(task.id)),
                    created_at: Set(now),
                    updated_at: Set(now),
                    ..Default::default()
                })
                .exec_with_returning(db)
                .await?
                .id
            }
        };
        touched.push(id);
        placed += i64::try_from(group.members.len()).unwrap_or(i64::MAX);
        rows.extend(
            group
                .members
                .into_iter()
                .map(|(keyword, similarity, terms)| cluster_keyword::ActiveModel {
                    cluster_id: Set(id),
                    keyword_id: Set(keyword),
                    account_id: Set(task.account_id),
                    similarity: Set(similarity),
                    shared_terms: Set(terms),
                    ai_task_id: Set(Some(task.id)),
                    ..Default::default()
                }),
        );
    }
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let batch: Vec<_> = rows.by_ref().take(1_000).collect();
        cluster_keyword::Entity::insert_many(batch)
            .exec_without_returning(db)
            .await?;
    }
    clusters::recount(db, &context.scope, &touched).await?;
    Ok(Saved {
        label: format!("{placed} keywords in {} clusters", created + extended),
        detail: json!({"created": created, "extended": extended, "placed": placed, "leftover": leftover}),
    })
}
