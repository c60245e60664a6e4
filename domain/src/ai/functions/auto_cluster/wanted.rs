//! What a run was asked to group.

use std::collections::HashSet;

use entity::{KeywordId, ListQuery, SectorId, ai_task::Start, keyword, keyword::KeywordStatus};
use sea_orm::{ColumnTrait, ConnectionTrait, PaginatorTrait, QueryFilter, Select};

use crate::{
    Error, Result,
    planner::{clusters::held, keywords},
    scope::{Scope, Scoped},
};

/// What a run was asked to group.
#[derive(Clone)]
pub(crate) struct Wanted {
    pub sector: SectorId,
    pub keyword_ids: Vec<KeywordId>,
    filter: keyword::Filter,
    list: ListQuery,
    /// 0 broad to 100 narrow.
    pub tightness: u8,
    pub regroup: bool,
}

impl Wanted {
    /// Of a start of this function.
    ///
    /// # Errors
    /// [`Error::Internal`] for another function's start, [`Error::Invalid`] for a tightness above 100.
    pub(crate) fn of(start: &Start) -> Result<Self> {
        let Start::AutoCluster {
            sector_id,
            keyword_ids,
            filter,
            search,
            tightness,
            regroup,
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
            tightness,
            regroup: *regroup,
        })
    }

    /// The sector's active keywords that the run may place; a selection narrows them further on.
    pub(crate) fn candidates(&self, scope: &Scope) -> Select<keyword::Entity> {
        keywords::filtered(scope, &self.filter, &self.list)
            .filter(keyword::Column::Status.eq(KeywordStatus::Active))
            .filter(held::free(scope, self.regroup))
    }

    /// How many keywords the run may place.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a selected keyword that is not in the sector.
    pub(crate) async fn count(&self, db: &impl ConnectionTrait, scope: &Scope) -> Result<u64> {
        if self.keyword_ids.is_empty() {
            return Ok(self.candidates(scope).count(db).await?);
        }
        let mut count = 0;
        for chunk in self.keyword_ids.chunks(5_000) {
            let found = keyword::Entity::find_in(scope)
                .filter(keyword::Column::SectorId.eq(self.sector))
                .filter(keyword::Column::Id.is_in(chunk.iter().copied()))
                .count(db)
                .await?;
            if usize::try_from(found).ok() != Some(chunk.iter().collect::<HashSet<_>>().len()) {
                return Err(Error::NotFound("A selected keyword"));
            }
            count += self
                .candidates(scope)
                .filter(keyword::Column::Id.is_in(chunk.iter().copied()))
                .count(db)
                .await?;
        }
        Ok(count)
    }
}
