//! What a run was asked to group.

use entity::{KeywordId, ListQuery, SectorId, ai_task::Start, cluster_run::Asked, keyword, keyword::KeywordStatus};
use sea_orm::{ColumnTrait, ConnectionTrait, PaginatorTrait, QueryFilter, Select};

use crate::{
    Error, Result,
    planner::{
        clusters::held,
        keywords::{self, bulk},
    },
    scope::{Scope, Scoped},
};

/// What a run was asked to group.
#[derive(Clone)]
pub(crate) struct Wanted {
    pub sector: SectorId,
    /// Those selected by hand, ascending; none means all that pass the filter.
    pub keyword_ids: Vec<KeywordId>,
    /// Those taken out by hand, ascending.
    pub except: Vec<KeywordId>,
    filter: keyword::Filter,
    list: ListQuery,
    /// 0 broad to 100 narrow.
    pub tightness: u8,
    pub regroup: bool,
    /// Search results count, beside the words.
    pub use_results: bool,
}

impl Wanted {
    /// Of a start of this function.
    ///
    /// # Errors
    /// [`Error::Internal`] for another function's start, [`Error::Invalid`] for a tightness above 100 and for too many ids.
    pub(crate) fn of(start: &Start) -> Result<Self> {
        let Start::AutoCluster {
            sector_id,
            keyword_ids,
            filter,
            search,
            except,
            tightness,
            regroup,
            use_results,
        } = start
        else {
            return Err(Error::Internal(
                "the task's parameters are another function's".to_owned(),
            ));
        };
        let tightness = tightness.unwrap_or(50);
        if tightness > 100 {
            return Err(Error::field("tightness", "Choose a number from 0 to 100."));
        }
        Ok(Self {
            sector: *sector_id,
            keyword_ids: bulk::checked(keyword_ids)?,
            except: bulk::checked(except)?,
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
            tightness,
            regroup: *regroup,
            use_results: *use_results,
        })
    }

    /// The same in a few words, for whoever looks at the run later.
    pub(crate) fn asked(&self) -> Asked {
        Asked {
            selected: self.keyword_ids.len() as u64,
            except: self.except.len() as u64,
            filter: keyword::Filter {
                sector_id: None,
                ..self.filter.clone()
            },
            search: self.list.search().map(str::to_owned),
        }
    }

    /// The sector's active keywords that the run may place; a selection narrows them further on.
    pub(crate) fn candidates(&self, scope: &Scope) -> Select<keyword::Entity> {
        keywords::filtered(scope, &self.filter, &self.list)
            .filter(keyword::Column::Status.eq(KeywordStatus::Active))
            .filter(held::free(scope, self.regroup))
    }

    /// The keyword was asked for by hand, or not taken out by hand.
    pub(crate) fn means(&self, id: KeywordId) -> bool {
        (self.keyword_ids.is_empty() || self.keyword_ids.binary_search(&id).is_ok())
            && self.except.binary_search(&id).is_err()
    }

    /// How many keywords the run was asked to group, whether or not it can.
    ///
    /// # Errors
    /// As [`Wanted::count`].
    pub(crate) async fn matching(&self, db: &impl ConnectionTrait, scope: &Scope) -> Result<u64> {
        self.exists(db, scope).await?;
        if self.keyword_ids.is_empty() && self.except.is_empty() && self.list.search().is_none() {
            let facets = keyword::Filter {
                sector_id: self.filter.sector_id,
                status: self.filter.status,
                intent: self.filter.intent,
                clustered: self.filter.clustered,
                ..keyword::Filter::default()
            };
            if facets == self.filter {
                return keywords::census::count(db, scope, &facets).await;
            }
        }
        self.number_of(db, &keywords::filtered(scope, &self.filter, &self.list))
            .await
    }

    /// How many keywords the run may place.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a selected keyword that is not in the sector, and for a cluster of the filter that is not there
    /// for the caller.
    pub(crate) async fn count(&self, db: &impl ConnectionTrait, scope: &Scope) -> Result<u64> {
        self.exists(db, scope).await?;
        self.number_of(db, &self.candidates(scope)).await
    }

    async fn exists(&self, db: &impl ConnectionTrait, scope: &Scope) -> Result<()> {
        bulk::named_things_exist(db, scope, &self.filter).await?;
        let sector = keyword::Entity::find_in(scope).filter(keyword::Column::SectorId.eq(self.sector));
        if among(db, &sector, &self.keyword_ids).await? != self.keyword_ids.len() as u64 {
            return Err(Error::NotFound("A selected keyword"));
        }
        Ok(())
    }

    /// How many of these rows are meant.
    async fn number_of(&self, db: &impl ConnectionTrait, rows: &Select<keyword::Entity>) -> Result<u64> {
        if self.keyword_ids.is_empty() {
            let all = rows.clone().count(db).await?;
            return Ok(all.saturating_sub(among(db, rows, &self.except).await?));
        }
        let meant: Vec<KeywordId> = self
            .keyword_ids
            .iter()
            .copied()
            .filter(|id| self.except.binary_search(id).is_err())
            .collect();
        among(db, rows, &meant).await
    }
}

/// How many of these rows have one of these ids, each of which is there once.
async fn among(db: &impl ConnectionTrait, rows: &Select<keyword::Entity>, ids: &[KeywordId]) -> Result<u64> {
    let mut found = 0;
    for part in ids.chunks(5_000) {
        let these = keyword::Column::Id.is_in(part.iter().copied());
        found += rows.clone().filter(these).count(db).await?;
    }
    Ok(found)
}
