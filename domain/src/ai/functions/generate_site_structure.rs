//! Proposes the pages of a site from its clusters and their keywords.

use std::collections::{HashMap, HashSet};

use engine::structure::{self, Cluster, Kind, Page};
use entity::{
    ClusterId, PageBlueprintId, SiteId,
    ai_task::AiFunction,
    ai_task_item, cluster,
    credit_usage_log::Operation,
    page_blueprint::{self, PageType},
    sector, site,
    site_blueprint::{self, BlueprintStatus},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Select,
};
use serde::Deserialize;
use serde_json::json;

use super::{
    Context, Finished, Made, Plan, PlannedItem, Sample, Saved, Trial, bad_answer, cluster_keywords, counted, one_site,
    parse,
};
use crate::{
    App, Error, Result,
    ai::{
        providers::{Provider, TextRequest, Usage},
        template::{self, Template},
    },
    billing,
    scope::{Scope, Scoped},
    thinker::question::Question,
};

/// Clusters that a plan is made from, the most searched first.
const MAX_CLUSTERS: u64 = 150;
/// Clusters and keywords of each that a model sees.
const MAX_SHOWN: usize = 60;
const KEYWORDS_SHOWN: usize = 10;

/// The question to a model.
pub const TEMPLATE: Template = Template {
    function: AiFunction::GenerateSiteStructure,
    text: "Plan the pages of the site {site}: one home page, an overview page (pillar) for each strong topic, articles under the overviews that each answer one need, and pages of the types about, contact and legal.\nTopics, by their number:\n{clusters}",
    variables: &[
        template::SITE,
        template::required(
            "clusters",
            "Numbered clusters of the site, each with its searches a month and its keywords.",
        ),
        template::SECTOR,
        template::LANGUAGE,
        template::AUTHOR,
        template::STRATEGY,
    ],
};

/// The plan of a site.
pub struct Structure {
    site: site::Model,
    pages: Vec<Page>,
}

fn usable(scope: &Scope, site: SiteId) -> Select<cluster::Entity> {
    cluster::Entity::find_in(scope)
        .filter(cluster::Column::SiteId.eq(site))
        .filter(cluster::Column::Status.ne(cluster::ClusterStatus::Archived))
        .filter(cluster::Column::KeywordsCount.gt(0))
}

pub(super) async fn plan(app: &App, scope: &Scope, id: SiteId) -> Result<Plan> {
    let found = site::Entity::find_in(scope)
        .filter(site::Column::Id.eq(id))
        .one(&app.db)
        .await?
        .ok_or(Error::NotFound("The site"))?;
    let site = one_site(scope, std::iter::once(found.id))?;
    if usable(scope, site).count(&app.db).await? == 0 {
        return Err(Error::Invalid {
            message:
                "The site has no clusters with keywords yet. Group its keywords first: pages are planned from clusters."
                    .to_owned(),
            fields: Vec::new(),
        });
    }
    let sector = sector::Entity::find_in(scope)
        .filter(sector::Column::SiteId.eq(site))
        .order_by_asc(sector::Column::Id)
        .one(&app.db)
        .await?
        .ok_or(Error::NotFound("The sector"))?;
    let cost = billing::cost_of(&app.db, scope, Operation::SiteStructure).await?;
    Ok(Plan {
        cost: cost.id,
        function: AiFunction::GenerateSiteStructure,
        site,
        sector: sector.id,
        items: vec![PlannedItem {
            object_type: "site",
            object_id: site.0,
            credits: cost.price(counted(&cost, 1, 0)),
            words: 0,
        }],
    })
}

/// The most searched clusters of a site with their keywords.
async fn load(db: &impl ConnectionTrait, scope: &Scope, site: SiteId) -> Result<Vec<Cluster>> {
    let rows = usable(scope, site)
        .order_by_desc(cluster::Column::Volume)
        .order_by_asc(cluster::Column::Id)
        .limit(MAX_CLUSTERS)
        .all(db)
        .await?;
    let mut clusters = Vec::with_capacity(rows.len());
    for row in rows {
        clusters.push(Cluster {
            id: row.id.0,
            keywords: cluster_keywords(db, scope, row.id).await?,
            name: row.name,
            volume: row.volume,
        });
    }
    clusters.retain(|cluster| !cluster.keywords.is_empty());
    Ok(clusters)
}

pub(super) async fn produce(context: &Context<'_>, item: &ai_task_item::Model) -> Result<Finished> {
    let db = &context.app.db;
    let scope = &context.scope;
    let site = site::Entity::find_in(scope)
        .filter(site::Column::Id.eq(item.object_id))
        .one(db)
        .await?
        .ok_or(Error::NotFound("The site"))?;
    let clusters = load(db, scope, site.id).await?;
    if clusters.is_empty() {
        return Err(Error::Conflict(
            "The site has no clusters with keywords any more.".to_owned(),
        ));
    }
    let Some(provider) = context.provider().await? else {
        let (name, language) = (site.name.clone(), site.language.clone());
        let pages = tokio::task::spawn_blocking(move || structure::propose(&name, &language, &clusters))
            .await
            .map_err(Error::internal)?;
        return Ok(Finished::builtin(
            Made::Structure(Structure { site, pages }),
            item.credits_reserved,
        ));
    };
    let question = context.question(context.task.sector_id, None).await?;
    let (pages, usage, model) = ask(&provider, &question, &site, &clusters).await?;
    Ok(Finished::by(
        &provider,
        model,
        usage,
        Made::Structure(Structure { site, pages }),
        item.credits_reserved,
    ))
}

#[derive(Deserialize)]
struct Answer {
    pages: Vec<Proposed>,
}

#[derive(Deserialize)]
struct Proposed {
    number: i64,
    parent: Option<i64>,
    title: String,
    page_type: Kind,
    cluster: Option<i64>,
    purpose: String,
    keywords: Vec<String>,
}

fn request(question: &Question, shown: &[Cluster]) -> TextRequest {
    let lines: Vec<String> = shown
        .iter()
        .enumerate()
        .map(|(number, cluster)| {
            let keywords: Vec<&str> = cluster
                .keywords
                .iter()
                .take(KEYWORDS_SHOWN)
                .map(|keyword| keyword.text.as_str())
                .collect();
            format!(
                "{number}: {} ({} searches a month): {}",
                cluster.name,
                cluster.volume,
                keywords.join("; ")
            )
        })
        .collect();
    TextRequest {
        system: format!(
            "You plan web sites. Each page has a number of its own, the number of the page above it (null for the home page alone), a type, and, but for home, category, about, contact and legal, the number of the topic it serves. Keywords are repeated exactly from its topic. Titles are in {}. You know nothing of the people behind the site and invent nothing about them. At most 80 pages.",
            question.language()
        ),
        user: question.ask(&[("clusters", lines.join("\n"))]),
        schema_name: "site_structure",
        schema: json!({
            "type": "object", "additionalProperties": false, "required": ["pages"],
            "properties": {"pages": {"type": "array", "items": {
                "type": "object", "additionalProperties": false,
                "required": ["number", "parent", "title", "page_type", "cluster", "purpose", "keywords"],
                "properties": {
                    "number": {"type": "integer"}, "parent": {"type": ["integer", "null"]}, "title": {"type": "string"},
                    "page_type": {"type": "string", "enum": ["home", "pillar", "category", "article", "about", "contact", "legal"]},
                    "cluster": {"type": ["integer", "null"]}, "purpose": {"type": "string"},
                    "keywords": {"type": "array", "items": {"type": "string"}}}}}}
        }),
        max_tokens: 8_000,
        temperature: None,
    }
}

fn shown(clusters: &[Cluster]) -> &[Cluster] {
    clusters.get(..Ord::min(clusters.len(), MAX_SHOWN)).unwrap_or_default()
}

/// The question about the sector's site.
pub(super) async fn sample(ask: &Trial<'_>) -> Result<Option<Sample>> {
    let question = ask.question(None).await?;
    let clusters = load(&ask.app.db, ask.scope, question.site.id).await?;
    if clusters.is_empty() {
        return Ok(None);
    }
    let request = request(&question, shown(&clusters));
    let about = format!("The site \"{}\"", question.site.name);
    Ok(Some(Sample::new(about, question, request)))
}

async fn ask(
    provider: &dyn Provider,
    question: &Question,
    site: &site::Model,
    clusters: &[Cluster],
) -> Result<(Vec<Page>, Usage, String)> {
    let shown = shown(clusters);
    let answer = provider.text(&request(question, shown)).await?;
    let parsed: Answer = parse(provider, answer.json)?;
    let pages = checked(provider, parsed.pages, shown)?;
    Ok((structure::complete(pages, &site.language), answer.usage, answer.model))
}

/// A model's pages as a tree under one home page: topics and keywords that were not asked about are dropped, a page
/// without a topic that needs one as well, and what only the owner of the site can say stays open.
fn checked(provider: &dyn Provider, proposed: Vec<Proposed>, clusters: &[Cluster]) -> Result<Vec<Page>> {
    let mut pages: Vec<Page> = Vec::new();
    let mut places: HashMap<i64, usize> = HashMap::new();
    let mut slugs: HashSet<String> = HashSet::new();
    let (home, rest): (Vec<Proposed>, Vec<Proposed>) =
        proposed.into_iter().partition(|page| page.page_type == Kind::Home);
    let Some(home) = home.into_iter().next() else {
        return Err(bad_answer(provider, "it holds no home page."));
    };
    // Parents before what is under them, whatever the order of the answer; what never finds its parent goes under home.
    let mut waiting: Vec<Proposed> = std::iter::once(home).chain(rest).collect();
    while !waiting.is_empty() {
        let ready =
            |page: &Proposed| pages.is_empty() || page.parent.is_some_and(|parent| places.contains_key(&parent));
        let at = waiting.iter().position(ready).unwrap_or(0);
        let page = waiting.remove(at);
        if pages.len() + 3 >= structure::PAGES_MAX {
            break;
        }
        let title = engine::text::clean_keyword(&engine::text::html_text(&page.title));
        let cluster = page
            .cluster
            .and_then(|number| clusters.get(usize::try_from(number).ok()?));
        let needs_cluster = matches!(page.page_type, Kind::Pillar | Kind::Article);
        let alone = matches!(page.page_type, Kind::About | Kind::Contact | Kind::Legal);
        let twice = alone && pages.iter().any(|known| known.kind == page.page_type);
        if title.is_empty() || title.chars().count() > 200 || (needs_cluster && cluster.is_none()) || twice {
            continue;
        }
        let is_home = pages.is_empty();
        let parent = page.parent.and_then(|parent| places.get(&parent).copied()).unwrap_or(0);
        let known: HashSet<String> = cluster
            .map(|cluster| {
                cluster
                    .keywords
                    .iter()
                    .map(|k| engine::text::keyword_key(&k.text))
                    .collect()
            })
            .unwrap_or_default();
        let mut keywords: Vec<String> = page
            .keywords
            .iter()
            .map(|text| engine::text::clean_keyword(text))
            .filter(|text| known.contains(&engine::text::keyword_key(text)))
            .take(8)
            .collect();
        if let (true, Some(cluster)) = (keywords.is_empty() && needs_cluster, cluster) {
            keywords.extend(cluster.keywords.first().map(|keyword| keyword.text.clone()));
        }
        let wanted = if is_home {
            "home".to_owned()
        } else {
            engine::text::slugify(&title)
        };
        let slug = structure::free(&wanted, |slug| slugs.contains(slug));
        slugs.insert(slug.clone());
        places.entry(page.number).or_insert(pages.len());
        let purpose = match structure::placeholder(page.page_type) {
            Some(text) => text.to_owned(),
            None => engine::text::truncate_words(&engine::text::html_text(&page.purpose), 500),
        };
        pages.push(Page {
            title,
            slug,
            kind: page.page_type,
            parent: (!is_home).then_some(parent),
            cluster: cluster.filter(|_| !alone && !is_home).map(|cluster| cluster.id),
            purpose,
            keywords,
        });
    }
    if pages.iter().all(|page| page.cluster.is_none()) {
        return Err(bad_answer(provider, "no page in it serves a cluster of the site."));
    }
    Ok(pages)
}

fn page_type(kind: Kind) -> PageType {
    match kind {
        Kind::Home => PageType::Home,
        Kind::Pillar => PageType::Pillar,
        Kind::Category => PageType::Category,
        Kind::Article => PageType::Article,
        Kind::About => PageType::About,
        Kind::Contact => PageType::Contact,
        Kind::Legal => PageType::Legal,
    }
}

pub(super) async fn save(
    context: &Context<'_>,
    db: &DatabaseTransaction,
    item: &ai_task_item::Model,
    made: Structure,
) -> Result<Saved> {
    let now = crate::now();
    let scope = &context.scope;
    let Structure { site, pages } = made;
    // It may be on its way out meanwhile.
    crate::scope::lock_site(db, scope, site.id).await?;
    let before = site_blueprint::Entity::find_in(scope)
        .filter(site_blueprint::Column::SiteId.eq(site.id))
        .count(db)
        .await?;
    let blueprint = site_blueprint::Entity::insert(site_blueprint::ActiveModel {
        account_id: Set(site.account_id),
        site_id: Set(site.id),
        name: Set(format!("Plan {}", before + 1)),
        status: Set(BlueprintStatus::Draft),
        ai_task_item_id: Set(Some(item.id)),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(db)
    .await?;
    // Clusters may have been deleted while we were thinking.
    let there: HashSet<ClusterId> = cluster::Entity::find_in(scope)
        .filter(cluster::Column::SiteId.eq(site.id))
        .select_only()
        .column(cluster::Column::Id)
        .into_tuple::<ClusterId>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let count = pages.len();
    let mut ids: Vec<PageBlueprintId> = Vec::with_capacity(count);
    let mut under: HashMap<Option<PageBlueprintId>, i32> = HashMap::new();
    for page in pages {
        let parent = page.parent.and_then(|place| ids.get(place).copied());
        let position = under.entry(parent).or_default();
        let row = page_blueprint::Entity::insert(page_blueprint::ActiveModel {
            account_id: Set(site.account_id),
            site_id: Set(site.id),
            blueprint_id: Set(blueprint.id),
            parent_id: Set(parent),
            title: Set(page.title),
            slug: Set(page.slug),
            page_type: Set(page_type(page.kind)),
            cluster_id: Set(page.cluster.map(ClusterId).filter(|id| there.contains(id))),
            purpose: Set(page.purpose),
            target_keywords: Set(page.keywords.join(", ")),
            position: Set(*position),
            created_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        })
        .exec_with_returning(db)
        .await?;
        *position += 1;
        ids.push(row.id);
    }
    Ok(Saved {
        label: site.name,
        detail: json!({"pages": count, "blueprint_id": blueprint.id}),
    })
}
