//! Something done to many keywords at once: to some by their ids, or to all that pass a filter.
//!
//! What is named by ids happens whole or not at all. What is named by a filter may be a million rows, so it goes in chunks
//! by id, each in a transaction of its own that asks the filter again: a keyword that stopped matching meanwhile is left
//! alone, one that was added meanwhile is not touched, and a failure in the middle leaves whole chunks behind.

use entity::{
    KeywordId, ListQuery, SiteId, cluster, keyword,
    keyword::{Filter, Intent, KeywordStatus, MAX_SELECTED, Selection},
    sector, site,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{CaseStatement, Expr},
};

use super::{allowed, filtered};
use crate::{
    App, Error, Result, audit, db,
    planner::{
        clusters,
        sources::{INTENT_CHOSEN_AT, STATUS_CHOSEN_AT},
    },
    scope::{Scope, Scoped},
};

/// Rows of one transaction.
const CHUNK: u64 = 10_000;
/// Ids of one statement.
const STATEMENT: usize = 1_000;

/// Deletes the selected keywords; returns how many there were.
///
/// # Errors
/// [`Error::NotFound`] when an id, or what the filter names, is not there for the caller; [`Error::Invalid`] for none or too
/// many ids; [`Error::Forbidden`].
pub async fn delete(app: &App, scope: &Scope, selection: &Selection) -> Result<u64> {
    run(app, scope, selection, Change::Delete).await
}

/// Sets the status of the selected keywords; returns how many there were.
///
/// # Errors
/// As [`delete`].
pub async fn set_status(app: &App, scope: &Scope, selection: &Selection, status: KeywordStatus) -> Result<u64> {
    run(app, scope, selection, Change::Status(status)).await
}

/// Sets the intent of the selected keywords; it counts as known then, not as guessed. Returns how many there were.
///
/// # Errors
/// As [`delete`].
pub async fn set_intent(app: &App, scope: &Scope, selection: &Selection, intent: Intent) -> Result<u64> {
    run(app, scope, selection, Change::Intent(intent)).await
}

/// How many keywords are selected, exactly.
///
/// # Errors
/// [`Error::NotFound`] when what the filter names is not there for the caller.
pub async fn count(app: &App, scope: &Scope, selection: &Selection) -> Result<u64> {
    match selection {
        Selection::Ids { ids } => {
            let mut known = 0;
            for part in checked(ids)?.chunks(STATEMENT) {
                let found = keyword::Entity::find_in(scope).filter(keyword::Column::Id.is_in(part.iter().copied()));
                known += found.count(&app.db).await?;
            }
            Ok(known)
        }
        Selection::All { filter, search, except } => {
            named_things_exist(&app.db, scope, filter).await?;
            let except = checked(except)?;
            let all = filtered(scope, filter, &searching(search)).count(&app.db).await?;
            let mut out = 0;
            for part in except.chunks(STATEMENT) {
                out += filtered(scope, filter, &searching(search))
                    .filter(keyword::Column::Id.is_in(part.iter().copied()))
                    .count(&app.db)
                    .await?;
            }
            Ok(all.saturating_sub(out))
        }
    }
}

#[derive(Clone, Copy)]
enum Change {
    Delete,
    Status(KeywordStatus),
    Intent(Intent),
}

async fn run(app: &App, scope: &Scope, selection: &Selection, change: Change) -> Result<u64> {
    match selection {
        Selection::Ids { ids } => {
            let ids = checked(ids)?;
            let txn = db::begin_write(&app.db).await?;
            allowed(&txn, scope, &ids).await?;
            let changed = apply(&txn, scope, &ids, change).await?;
            txn.commit().await?;
            Ok(changed)
        }
        Selection::All { filter, search, except } => {
            may_edit(app, scope, filter).await?;
            let except = checked(except)?;
            let mut pieces = Pieces::of(app, scope, filter.clone(), search.clone()).await?;
            let mut changed = 0;
            loop {
                let txn = db::begin_write(&app.db).await?;
                let Some(ids) = pieces.next(&txn, scope).await? else {
                    return Ok(changed);
                };
                let meant: Vec<KeywordId> = ids.into_iter().filter(|id| except.binary_search(id).is_err()).collect();
                changed += apply(&txn, scope, &meant, change).await?;
                txn.commit().await?;
            }
        }
    }
}

/// Does it to these keywords, which are known to be the caller's to change.
async fn apply(txn: &DatabaseTransaction, scope: &Scope, ids: &[KeywordId], change: Change) -> Result<u64> {
    use keyword::Column as C;
    let mut changed = 0;
    for part in ids.chunks(STATEMENT) {
        let these = C::Id.is_in(part.iter().copied());
        let update = keyword::Entity::update_in(scope).col_expr(C::UpdatedAt, Expr::value(crate::now()));
        changed += match change {
            Change::Delete => {
                let holders = clusters::holders(txn, scope, part).await?;
                let gone = keyword::Entity::delete_in(scope).filter(these).exec(txn).await?;
                clusters::recount(txn, scope, &holders).await?;
                gone.rows_affected
            }
            // Whoever takes an import back asks when a person chose last (`sources`). What was so already is no choice.
            Change::Status(status) => {
                let other = Expr::col(C::Status).ne(status.as_str());
                let update = update
                    .col_expr(STATUS_CHOSEN_AT, chosen(other, STATUS_CHOSEN_AT))
                    .col_expr(C::Status, Expr::value(status.as_str()));
                update.filter(these).exec(txn).await?.rows_affected
            }
            Change::Intent(intent) => {
                let other = Expr::col(C::Intent)
                    .ne(intent.as_str())
                    .or(Expr::col(C::IntentGuessed).eq(true));
                let update = update
                    .col_expr(INTENT_CHOSEN_AT, chosen(other, INTENT_CHOSEN_AT))
                    .col_expr(C::Intent, Expr::value(intent.as_str()))
                    .col_expr(C::IntentGuessed, Expr::value(false));
                update.filter(these).exec(txn).await?.rows_affected
            }
        };
    }
    if matches!(change, Change::Delete) {
        audit::rows_deleted(txn, scope, "keyword", changed).await?;
    }
    Ok(changed)
}

/// Now where the value becomes another, else what it was.
fn chosen(other: Expr, column: &'static str) -> Expr {
    CaseStatement::new()
        .case(other, Expr::value(crate::now()))
        .finally(Expr::col(column))
        .into()
}

/// The ids of all that pass a filter, a chunk at a time, in the order of the ids: an order that cannot change under way.
pub(crate) struct Pieces {
    filter: Filter,
    list: ListQuery,
    after: KeywordId,
    until: KeywordId,
}

impl Pieces {
    /// Begins at the first keyword and ends at the newest of this moment.
    pub(crate) async fn of(app: &App, scope: &Scope, filter: Filter, search: Option<String>) -> Result<Self> {
        let newest: Option<KeywordId> = keyword::Entity::find_in(&Scope::system(scope.account))
            .select_only()
            .column(keyword::Column::Id)
            .order_by_desc(keyword::Column::Id)
            .into_tuple()
            .one(&app.db)
            .await?;
        Ok(Self {
            filter,
            list: searching(&search),
            after: KeywordId(0),
            until: newest.unwrap_or_default(),
        })
    }

    /// The next chunk; nothing when there is none left.
    pub(crate) async fn next(&mut self, db: &impl ConnectionTrait, scope: &Scope) -> Result<Option<Vec<KeywordId>>> {
        let ids: Vec<KeywordId> = filtered(scope, &self.filter, &self.list)
            .filter(keyword::Column::Id.gt(self.after))
            .filter(keyword::Column::Id.lte(self.until))
            .select_only()
            .column(keyword::Column::Id)
            .order_by_asc(keyword::Column::Id)
            .limit(CHUNK)
            .into_tuple()
            .all(db)
            .await?;
        let Some(last) = ids.last() else {
            return Ok(None);
        };
        self.after = *last;
        Ok(Some(ids))
    }
}

/// The ids in their order, each once.
pub(crate) fn checked(ids: &[KeywordId]) -> Result<Vec<KeywordId>> {
    if ids.len() > MAX_SELECTED {
        return Err(Error::field(
            "ids",
            format!("Name at most {MAX_SELECTED} keywords, or a filter that they pass."),
        ));
    }
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

pub(super) fn searching(search: &Option<String>) -> ListQuery {
    ListQuery {
        search: search.clone(),
        ..ListQuery::default()
    }
}

/// The caller may change the keywords of every site that the filter can reach.
async fn may_edit(app: &App, scope: &Scope, filter: &Filter) -> Result<()> {
    named_things_exist(&app.db, scope, filter).await?;
    let mut sites = site::Entity::find_in(scope).select_only().column(site::Column::Id);
    if let Some(id) = filter.site_id {
        sites = sites.filter(site::Column::Id.eq(id));
    }
    let sites: Vec<SiteId> = sites.into_tuple().all(&app.db).await?;
    for site in sites {
        scope.editor_of(site)?;
    }
    Ok(())
}

/// Site, sector and cluster of a filter are there for the caller: one that is not would select nothing, in silence.
pub(crate) async fn named_things_exist(db: &impl ConnectionTrait, scope: &Scope, filter: &Filter) -> Result<()> {
    if let Some(id) = filter.site_id {
        let found = site::Entity::find_in(scope).filter(site::Column::Id.eq(id));
        if found.count(db).await? == 0 {
            return Err(Error::NotFound("The site"));
        }
    }
    if let Some(id) = filter.sector_id {
        let found = sector::Entity::find_in(scope).filter(sector::Column::Id.eq(id));
        if found.count(db).await? == 0 {
            return Err(Error::NotFound("The sector"));
        }
    }
    if let Some(id) = filter.cluster_id {
        let found = cluster::Entity::find_in(scope).filter(cluster::Column::Id.eq(id));
        if found.count(db).await? == 0 {
            return Err(Error::NotFound("The cluster"));
        }
    }
    Ok(())
}
