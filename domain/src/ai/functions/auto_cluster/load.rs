//! What a run works with: keywords, what is in clusters already, search results.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, RandomState},
};

use entity::{ClusterId, KeywordId, SectorId, cluster, cluster_keyword, keyword};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

use super::{Wanted, watch::Watch};
use crate::{
    Result,
    planner::{clusters::held, serp},
    scope::{Scope, Scoped},
};

/// Rows read at once.
const PAGE: u64 = 20_000;

/// A keyword to place.
pub(super) struct Candidate {
    pub id: KeywordId,
    pub text: String,
    pub volume: Option<i64>,
    /// Numbers of its search results, ascending.
    pub urls: Vec<u32>,
}

/// A cluster that stays and may be added to.
pub(super) struct Known {
    pub id: ClusterId,
    pub name: String,
    pub texts: Vec<String>,
}

/// What a run works with.
pub(super) struct Material {
    /// By their keys, the order in which rows are locked.
    pub keywords: Vec<Candidate>,
    pub known: Vec<Known>,
    /// Names that are taken by clusters that stay or may stay.
    pub names: HashSet<String>,
    /// Clusters that the keywords are in now, when they are grouped anew.
    pub before: HashMap<KeywordId, ClusterId>,
}

/// Reads everything a run works with, in pages.
pub(super) async fn material(
    db: &impl ConnectionTrait,
    scope: &Scope,
    wanted: &Wanted,
    watch: &Watch,
) -> Result<Material> {
    let mut keywords = candidates(db, scope, wanted, watch).await?;
    watch.reached(2)?;
    let selected: HashSet<KeywordId> = if wanted.regroup {
        keywords.iter().map(|keyword| keyword.id).collect()
    } else {
        HashSet::new()
    };
    let rows = cluster::Entity::find_in(scope)
        .filter(cluster::Column::SectorId.eq(wanted.sector))
        .filter(cluster::Column::Status.ne(cluster::ClusterStatus::Archived))
        .order_by_asc(cluster::Column::Id)
        .all(db)
        .await?;
    let (mut texts, before) = members(db, scope, wanted.sector, &selected, watch).await?;
    let in_use = if wanted.regroup {
        held::clusters_in_use(db, scope, wanted.sector).await?
    } else {
        HashSet::new()
    };
    let names = rows.iter().map(|row| row.name.to_lowercase()).collect();
    let known = rows
        .into_iter()
        .filter_map(|row| {
            let texts = texts.remove(&row.id).unwrap_or_default();
            // Grouped anew: what a run made and nothing holds is made again, or not.
            let stays = !wanted.regroup || row.ai_task_id.is_none() || !texts.is_empty() || in_use.contains(&row.id);
            stays.then_some(Known {
                id: row.id,
                name: row.name,
                texts,
            })
        })
        .collect();
    watch.reached(4)?;
    if wanted.use_results {
        add_results(db, scope, wanted.sector, &mut keywords).await?;
    }
    watch.reached(5)?;
    Ok(Material {
        keywords,
        known,
        names,
        before,
    })
}

async fn candidates(
    db: &impl ConnectionTrait,
    scope: &Scope,
    wanted: &Wanted,
    watch: &Watch,
) -> Result<Vec<Candidate>> {
    let mut found = Vec::new();
    let mut after = String::new();
    loop {
        let page: Vec<(KeywordId, String, String, Option<i64>)> = wanted
            .candidates(scope)
            .filter(keyword::Column::KeywordKey.gt(after.as_str()))
            .select_only()
            .columns([
                keyword::Column::Id,
                keyword::Column::KeywordKey,
                keyword::Column::Keyword,
                keyword::Column::Volume,
            ])
            .order_by_asc(keyword::Column::KeywordKey)
            .limit(PAGE)
            .into_tuple()
            .all(db)
            .await?;
        watch.go_on()?;
        let Some((_, last, _, _)) = page.last() else {
            return Ok(found);
        };
        after.clone_from(last);
        let chosen = page
            .into_iter()
            .filter(|(id, ..)| wanted.means(*id))
            .map(|(id, _, text, volume)| Candidate {
                id,
                text,
                volume,
                urls: Vec::new(),
            });
        found.extend(chosen);
    }
}

type Members = (HashMap<ClusterId, Vec<String>>, HashMap<KeywordId, ClusterId>);

/// The keywords in the sector's clusters; of those that are grouped anew only where they are.
async fn members(
    db: &impl ConnectionTrait,
    scope: &Scope,
    sector: SectorId,
    anew: &HashSet<KeywordId>,
    watch: &Watch,
) -> Result<Members> {
    let mut texts: HashMap<ClusterId, Vec<String>> = HashMap::new();
    let mut before = HashMap::new();
    let mut after = (KeywordId(0), ClusterId(0));
    loop {
        use cluster_keyword::Column as C;
        let page: Vec<(ClusterId, KeywordId, String)> = cluster_keyword::Entity::find_in(scope)
            .select_only()
            .columns([C::ClusterId, C::KeywordId])
            .column_as(Expr::col((keyword::Entity, keyword::Column::Keyword)), "keyword")
            .join(
                JoinType::InnerJoin,
                cluster_keyword::Entity::belongs_to(keyword::Entity)
                    .from(C::KeywordId)
                    .to(keyword::Column::Id)
                    .into(),
            )
            .filter(keyword::Column::SectorId.eq(sector))
            .filter(
                sea_orm::Condition::any().add(C::KeywordId.gt(after.0)).add(
                    sea_orm::Condition::all()
                        .add(C::KeywordId.eq(after.0))
                        .add(C::ClusterId.gt(after.1)),
                ),
            )
            .order_by_asc(C::KeywordId)
            .order_by_asc(C::ClusterId)
            .limit(PAGE)
            .into_tuple()
            .all(db)
            .await?;
        watch.go_on()?;
        let Some((cluster, keyword, _)) = page.last() else {
            return Ok((texts, before));
        };
        after = (*keyword, *cluster);
        for (cluster, keyword, text) in page {
            if anew.contains(&keyword) {
                before.insert(keyword, cluster);
            } else {
                texts.entry(cluster).or_default().push(text);
            }
        }
    }
}

/// Gives keywords the numbers of their search results.
async fn add_results(
    db: &impl ConnectionTrait,
    scope: &Scope,
    sector: SectorId,
    keywords: &mut [Candidate],
) -> Result<()> {
    if !serp::any(db, scope, sector).await? {
        return Ok(());
    }
    // A number for each key instead of the key itself: a million keys are a lot of text.
    let hasher = RandomState::new();
    let places: HashMap<u64, usize> = keywords
        .iter()
        .enumerate()
        .map(|(place, keyword)| {
            (
                hasher.hash_one(engine::text::keyword_key(&keyword.text).as_str()),
                place,
            )
        })
        .collect();
    let mut after = (String::new(), 0_i64);
    loop {
        let page = serp::page(db, scope, sector, &after, PAGE).await?;
        let Some((id, key, _)) = page.last() else { break };
        after = (key.clone(), *id);
        for (_, key, url) in page {
            let place = places.get(&hasher.hash_one(key.as_str())).copied();
            if let Some(keyword) = place.and_then(|place| keywords.get_mut(place)) {
                keyword.urls.push(serp::number(&url));
            }
        }
    }
    for keyword in keywords {
        keyword.urls.sort_unstable();
        keyword.urls.dedup();
    }
    Ok(())
}
