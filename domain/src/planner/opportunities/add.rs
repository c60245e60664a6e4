//! Takes keywords of the library and of competitors into a sector.

use std::collections::HashSet;

use engine::text::clean_keyword;
use entity::{
    KeywordId, cluster_keyword, competitor_keyword,
    opportunity::{Add, Added},
    seed_keyword::{self, MAX_PICKED},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::{
    App, Error, Result, db,
    planner::keywords::add::{Row, take},
    scope::{Scope, Scoped},
};

/// Ids of one statement.
const STATEMENT: usize = 1_000;

/// Takes keywords of the library and of competitors into a sector. Those that it has already are left as they are.
///
/// # Errors
/// [`Error::NotFound`] for a sector or keyword that is not there for the caller, [`Error::Invalid`] for none or too many,
/// [`Error::LimitReached`] when the plan has no room for all of them, [`Error::Forbidden`].
pub async fn add(app: &App, scope: &Scope, input: &Add) -> Result<Added> {
    let (editor, sector) = scope.editor_of_sector(&app.db, input.sector_id).await?;
    if input.library_ids.is_empty() && input.competitor_ids.is_empty() {
        return Err(Error::field("library_ids", "Select at least one keyword."));
    }
    if input.library_ids.len() > MAX_PICKED || input.competitor_ids.len() > MAX_PICKED {
        return Err(Error::field(
            "library_ids",
            format!("Select at most {MAX_PICKED} keywords at a time."),
        ));
    }
    let wanted = wanted(app, scope, input, editor.site()).await?;
    let txn = db::begin_write(&app.db).await?;
    let taken = take(&txn, scope, editor, sector.id, wanted).await?;
    txn.commit().await?;
    let all = taken.made.iter().chain(&taken.known).copied().collect();
    Ok(Added {
        existing: i64::try_from(taken.known.len()).unwrap_or(i64::MAX),
        ungrouped: ungrouped(&app.db, scope, all).await?,
        created: taken.made,
    })
}

/// What was asked for: the library before competitors, and what is measured before guesses.
async fn wanted(app: &App, scope: &Scope, input: &Add, site: entity::SiteId) -> Result<Vec<Row>> {
    let mut library = Vec::new();
    for part in input.library_ids.chunks(STATEMENT) {
        let found = seed_keyword::Entity::find().filter(seed_keyword::Column::Id.is_in(part.iter().copied()));
        library.extend(found.all(&app.db).await?);
    }
    let mut theirs = Vec::new();
    for part in input.competitor_ids.chunks(STATEMENT) {
        let found = competitor_keyword::Entity::find_in(scope)
            .filter(competitor_keyword::Column::SiteId.eq(site))
            .filter(competitor_keyword::Column::Id.is_in(part.iter().copied()));
        theirs.extend(found.all(&app.db).await?);
    }
    library.sort_unstable_by_key(|row| row.id);
    library.dedup_by_key(|row| row.id);
    theirs.sort_unstable_by_key(|row| (row.intent_guessed, row.id));
    theirs.dedup_by_key(|row| row.id);
    let different = |count: usize, ids: HashSet<i64>| count != ids.len();
    if different(library.len(), input.library_ids.iter().map(|id| id.0).collect())
        || different(theirs.len(), input.competitor_ids.iter().map(|id| id.0).collect())
    {
        return Err(Error::NotFound("A selected keyword"));
    }
    let library = library.into_iter().map(|row| Row {
        text: clean_keyword(&row.keyword),
        volume: row.volume.map(i64::from),
        difficulty: row.difficulty,
        intent: row.intent,
        guessed: false,
    });
    let theirs = theirs.into_iter().map(|row| Row {
        text: clean_keyword(&row.keyword),
        volume: row.volume,
        difficulty: row.difficulty,
        intent: row.intent,
        guessed: row.intent_guessed,
    });
    Ok(library.chain(theirs).collect())
}

/// Those of the keywords that are in no cluster, in the order of their ids.
async fn ungrouped(db: &impl ConnectionTrait, scope: &Scope, mut ids: Vec<KeywordId>) -> Result<Vec<KeywordId>> {
    let grouped: HashSet<KeywordId> = cluster_keyword::Entity::find_in(scope)
        .filter(cluster_keyword::Column::KeywordId.is_in(ids.iter().copied()))
        .select_only()
        .column(cluster_keyword::Column::KeywordId)
        .into_tuple::<KeywordId>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    ids.retain(|id| !grouped.contains(id));
    ids.sort_unstable();
    Ok(ids)
}
