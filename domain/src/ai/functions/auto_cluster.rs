//! Groups keywords into clusters: the engine does the grouping, a model, when there is one, names and tidies the groups.
//!
//! A run extends what is there: keywords that fit an existing cluster go to it, the others form new ones. A run that groups
//! anew takes the sector's keywords out of their clusters first, but never those that are pinned, nor those in clusters
//! that have ideas, tasks, articles or planned pages, nor those in archived clusters. What a run took away is noted
//! (`planner::clusters::runs`), so that it can be undone.

mod group;
mod load;
mod refine;
mod save;
mod wanted;
mod watch;

use std::collections::HashSet;

use entity::{ClusterId, ai_task::AiFunction, ai_task_item, cluster, credit_usage_log::Operation};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

pub(crate) use save::empty_and_unused;
pub(super) use save::save;
pub(crate) use wanted::Wanted;

use super::{Context, Finished, Made, Plan, PlannedItem, Sample, Trial, counted};
use crate::{
    App, Error, Result,
    ai::template::{self, Template},
    billing,
    scope::{Scope, Scoped},
};

/// What a model is asked: the engine has made the groups, the model names and tidies them.
pub const TEMPLATE: Template = Template {
    function: AiFunction::AutoCluster,
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

/// The grouping of one run. Keywords are named by their place in `keywords`.
pub struct Groups {
    groups: Vec<Group>,
    /// Those that fit nowhere.
    leftover: Vec<usize>,
    /// Everything that was looked at, in the order in which rows are locked.
    keywords: Vec<load::Candidate>,
    /// Names that are taken, in lower case.
    names: HashSet<String>,
}

struct Group {
    existing: Option<ClusterId>,
    /// Made by this run, even where it takes the place of an old cluster.
    fresh: bool,
    name: String,
    members: Vec<Member>,
}

struct Member {
    keyword: usize,
    similarity: f32,
    terms: String,
    urls: u32,
}

/// Counts what there is to group and prices it.
pub(super) async fn plan(app: &App, scope: &Scope, wanted: &Wanted) -> Result<Plan> {
    let (editor, sector) = scope.editor_of_sector(&app.db, wanted.sector).await?;
    let count = wanted.count(&app.db, scope).await?;
    if count == 0 {
        let message = if wanted.regroup {
            "There is nothing to group anew: keywords that are pinned, or in clusters with ideas, tasks, articles or planned pages, stay where they are."
        } else {
            "Every keyword here is in a cluster already. Import or add more keywords first."
        };
        return Err(Error::Invalid {
            message: message.to_owned(),
            fields: Vec::new(),
        });
    }
    let cost = billing::cost_of(&app.db, scope, Operation::Clustering).await?;
    Ok(Plan {
        cost: cost.id,
        function: AiFunction::AutoCluster,
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
    let watch = watch::Watch::default();
    watch
        .over(
            context.app,
            &context.scope,
            context.task.id,
            make(context, item, &watch),
        )
        .await
}

async fn make(context: &Context<'_>, item: &ai_task_item::Model, watch: &watch::Watch) -> Result<Finished> {
    let wanted = Wanted::of(&serde_json::from_str(&context.task.params)?)?;
    let mut material = load::material(&context.app.db, &context.scope, &wanted, watch).await?;
    if material.keywords.is_empty() {
        return Err(Error::Conflict(
            "These keywords were grouped by somebody else in the meantime.".to_owned(),
        ));
    }
    let cost = context.cost().await?;
    let price = |number: usize| cost.price(counted(&cost, i64::try_from(number).unwrap_or(i64::MAX), 0));
    // Keywords that came in after the start are left for the next run: they were not reserved for.
    while price(material.keywords.len()) > item.credits_reserved && material.keywords.len() > 1 {
        if let Some(late) = material.keywords.pop() {
            material.before.remove(&late.id);
        }
    }
    let credits = price(material.keywords.len());
    let provider = context.provider().await?;
    let watching = watch.clone();
    let mut groups = tokio::task::spawn_blocking(move || group::group(material, wanted.tightness, &watching))
        .await
        .map_err(Error::internal)??;
    let finished = match provider {
        None => Finished::builtin(Made::Clusters(groups), credits),
        Some(provider) => {
            let question = context.question(wanted.sector, None).await?;
            let (usage, model) = refine::refine(&provider, &mut groups, &question, watch).await?;
            Finished::by(&provider, model, usage, Made::Clusters(groups), credits)
        }
    };
    watch.reached(95)?;
    // The last moment at which stopping still means that nothing is written or charged.
    watch.ask(context.app, &context.scope, context.task.id).await?;
    Ok(finished)
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
    let mut number = 0;
    for found in latest {
        let keywords = super::cluster_keywords(db, ask.scope, found.id).await?;
        let seen = keywords.iter().take(refine::SEEN).map(|keyword| {
            number += 1;
            (number - 1, keyword.text.as_str())
        });
        lines.push(refine::line(lines.len(), seen));
        names.push(found.name);
    }
    if lines.is_empty() {
        return Ok(None);
    }
    let request = refine::request(&question, &lines);
    Ok(Some(Sample::new(
        format!("The groups {}", names.join(", ")),
        question,
        request,
    )))
}
