//! Taking an import back: what it added goes, what it changed has its former figures again. What people have worked with
//! since stays as it is.
//!
//! It goes in pieces, and each piece is one transaction: a crash goes on where it was. The log of changes is what is left
//! to do; a keyword that is gone is done.

use std::collections::{HashMap, HashSet};

use entity::{
    CompetitorKeywordId, KeywordId, KeywordImportId, SerpResultId,
    audit_event::AuditAction,
    cluster_keyword, competitor_keyword, keyword, keyword_change, keyword_import,
    keyword_import::{ImportKind, ImportMode, ImportStatus},
    serp_result,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use serde_json::{Map, Value};

use super::{aimed::Aimed, competitors::Figures, find, to_change};
use crate::{
    App, Error, Result, audit, db,
    jobs::{self, Job},
    planner::{
        clusters,
        sources::{self, Decided},
    },
    scope::{self, Scope, Scoped},
};

/// Keywords of one transaction.
const CHUNK: u64 = 500;

/// Asks for an import to be taken back; a worker does it. Once for each import.
///
/// # Errors
/// [`Error::Conflict`] when it has not ended, did nothing or was undone already, [`Error::NotFound`], [`Error::Forbidden`].
pub async fn undo(app: &App, scope: &Scope, id: KeywordImportId) -> Result<keyword_import::Model> {
    use keyword_import::Column as C;
    let import = to_change(app, scope, id).await?;
    if matches!(import.status, ImportStatus::Undoing | ImportStatus::Undone) {
        return Ok(import);
    }
    if !import.can_be_undone() {
        return Err(Error::Conflict(
            "There is nothing of this import that could be undone.".to_owned(),
        ));
    }
    let txn = db::begin_write(&app.db).await?;
    let asked = keyword_import::Entity::update_in(scope)
        .col_expr(C::Status, Expr::value(ImportStatus::Undoing.as_str()))
        .col_expr(C::UpdatedAt, Expr::value(crate::now()))
        .filter(C::Id.eq(id))
        .filter(C::Status.eq(import.status))
        .filter(C::UndoneAt.is_null())
        .exec(&txn)
        .await?;
    if asked.rows_affected == 1 {
        let detail = format!(
            "{}: {} added, {} updated",
            import.file_name, import.added, import.updated
        );
        audit::record(
            &txn,
            scope,
            AuditAction::ImportUndone,
            "keyword_import",
            Some(id.0),
            detail,
        )
        .await?;
    }
    txn.commit().await?;
    let import = find(app, scope, id).await?;
    app.queue
        .push_or_leave(Job::Import(id), &jobs::key("import", id.0, import.updated_at))
        .await;
    Ok(import)
}

/// Does it, from wherever it was.
pub(super) async fn work(app: &App, import: keyword_import::Model) -> Result<()> {
    let scope = Scope::system(import.account_id);
    match import.kind {
        ImportKind::Keywords => {
            while give_back(app, &scope, &import).await? {}
            let mut aimed = Aimed::default();
            while spare(app, &scope, &import, &mut aimed).await? {}
            let mut after = KeywordId(0);
            while let Some(last) = take_away(app, &scope, &import, &mut aimed, after).await? {
                after = last;
            }
        }
        ImportKind::Competitor => while competitors(app, &scope, &import).await? {},
        ImportKind::Serp => while results(app, &scope, &import).await? {},
    }
    use keyword_import::Column as C;
    // All or nothing that was broken off has failed; what a person took back is undone.
    let status = if import.mode == ImportMode::Fail && import.error.is_some() {
        ImportStatus::Failed
    } else {
        ImportStatus::Undone
    };
    keyword_import::Entity::update_in(&scope)
        .col_expr(C::Status, Expr::value(status.as_str()))
        .col_expr(C::UndoneAt, Expr::value(crate::now()))
        .col_expr(C::UpdatedAt, Expr::value(crate::now()))
        .filter(C::Id.eq(import.id))
        .filter(C::Status.eq(ImportStatus::Undoing))
        .exec(&app.db)
        .await?;
    Ok(())
}

/// Counts what a piece did. It is the sign of life as well.
async fn count(
    db: &impl ConnectionTrait,
    scope: &Scope,
    import: &keyword_import::Model,
    column: keyword_import::Column,
    more: usize,
) -> Result<()> {
    use keyword_import::Column as C;
    keyword_import::Entity::update_in(scope)
        .col_expr(column, Expr::col(column).add(i64::try_from(more).unwrap_or(i64::MAX)))
        .col_expr(C::UpdatedAt, Expr::value(crate::now()))
        .filter(C::Id.eq(import.id))
        .exec(db)
        .await?;
    Ok(())
}

/// The youngest changes first, so that a keyword that was changed twice ends where it began. `false` when none is left.
async fn give_back(app: &App, scope: &Scope, import: &keyword_import::Model) -> Result<bool> {
    use keyword_change::Column as C;
    let txn = db::begin_write(&app.db).await?;
    scope::lock_account(&txn, scope).await?;
    let changes = keyword_change::Entity::find_in(scope)
        .filter(C::ImportId.eq(import.id))
        .order_by_desc(C::Id)
        .limit(CHUNK)
        .all(&txn)
        .await?;
    if changes.is_empty() {
        return Ok(false);
    }
    let decided = Decided::about(&txn, scope, &changes).await?;
    let mut rows: HashMap<KeywordId, keyword::Model> = keyword::Entity::find_in(scope)
        .filter(keyword::Column::Id.is_in(changes.iter().map(|change| change.keyword_id)))
        .all(&txn)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let mut restored: HashSet<KeywordId> = HashSet::new();
    for change in &changes {
        let Some(row) = rows.get_mut(&change.keyword_id) else {
            continue;
        };
        let after = serde_json::from_str::<Map<String, Value>>(&change.after).unwrap_or_default();
        if sources::give_back(row, &decided.left_of(change), &after) {
            restored.insert(row.id);
            keyword::Entity::update(keyword::ActiveModel {
                id: Set(row.id),
                volume: Set(row.volume),
                volume_low: Set(row.volume_low),
                volume_high: Set(row.volume_high),
                volume_estimated: Set(row.volume_estimated),
                difficulty: Set(row.difficulty),
                intent: Set(row.intent),
                intent_guessed: Set(row.intent_guessed),
                cpc_cents: Set(row.cpc_cents),
                country: Set(row.country.clone()),
                impressions: Set(row.impressions),
                clicks: Set(row.clicks),
                position_hundredths: Set(row.position_hundredths),
                updated_at: Set(crate::now()),
                ..Default::default()
            })
            .exec(&txn)
            .await?;
        }
    }
    let ids: Vec<KeywordId> = restored.into_iter().collect();
    clusters::recount_holders(&txn, scope, &ids).await?;
    keyword_change::Entity::delete_in(scope)
        .filter(C::Id.is_in(changes.iter().map(|change| change.id)))
        .exec(&txn)
        .await?;
    count(&txn, scope, import, keyword_import::Column::Restored, ids.len()).await?;
    txn.commit().await?;
    Ok(true)
}

/// Takes the keywords that a page of ideas, tasks or articles is aimed at out of the import. `false` when no page is left.
async fn spare(app: &App, scope: &Scope, import: &keyword_import::Model, aimed: &mut Aimed) -> Result<bool> {
    let txn = db::begin_write(&app.db).await?;
    scope::lock_account(&txn, scope).await?;
    let Some(stay) = aimed.next(&txn, scope, import).await? else {
        return Ok(false);
    };
    keep(&txn, scope, import, &stay).await?;
    txn.commit().await?;
    Ok(true)
}

/// What stays is no longer the import's: an undo that begins again does not count it twice.
async fn keep(
    db: &impl ConnectionTrait,
    scope: &Scope,
    import: &keyword_import::Model,
    stay: &[KeywordId],
) -> Result<()> {
    use keyword::Column as C;
    if stay.is_empty() {
        return Ok(());
    }
    for part in stay.chunks(1_000) {
        keyword::Entity::update_in(scope)
            .col_expr(C::ImportId, Expr::value(None::<i64>))
            .col_expr(C::ImportLine, Expr::value(None::<i64>))
            .filter(C::Id.is_in(part.iter().copied()))
            .exec(db)
            .await?;
    }
    count(db, scope, import, keyword_import::Column::Kept, stay.len()).await
}

/// Removes keywords that the import added, after one of them; the last that was looked at, or nothing at the end.
async fn take_away(
    app: &App,
    scope: &Scope,
    import: &keyword_import::Model,
    aimed: &mut Aimed,
    after: KeywordId,
) -> Result<Option<KeywordId>> {
    use keyword::Column as C;
    let txn = db::begin_write(&app.db).await?;
    scope::lock_account(&txn, scope).await?;
    // Ideas of the last moment.
    let mut now_aimed = *aimed;
    while let Some(stay) = now_aimed.next(&txn, scope, import).await? {
        keep(&txn, scope, import, &stay).await?;
    }
    let rows: Vec<(KeywordId, keyword::KeywordStatus)> = keyword::Entity::find_in(scope)
        .select_only()
        .columns([C::Id, C::Status])
        .filter(C::ImportId.eq(import.id))
        .filter(C::Id.gt(after))
        .order_by_asc(C::Id)
        .limit(CHUNK)
        .into_tuple()
        .all(&txn)
        .await?;
    let Some(&(last, _)) = rows.last() else {
        return Ok(None);
    };
    let ids: Vec<KeywordId> = rows.iter().map(|(id, _)| *id).collect();
    // Changed since: by a person, or by a later file that knows it as well.
    let changed: Vec<KeywordId> = keyword_change::Entity::find_in(scope)
        .select_only()
        .column(keyword_change::Column::KeywordId)
        .filter(keyword_change::Column::KeywordId.is_in(ids.iter().copied()))
        .into_tuple()
        .all(&txn)
        .await?;
    let pinned: Vec<KeywordId> = cluster_keyword::Entity::find_in(scope)
        .select_only()
        .column(cluster_keyword::Column::KeywordId)
        .filter(cluster_keyword::Column::KeywordId.is_in(ids.iter().copied()))
        .filter(cluster_keyword::Column::Pinned.eq(true))
        .into_tuple()
        .all(&txn)
        .await?;
    let mut stay: HashSet<KeywordId> = changed.into_iter().chain(pinned).collect();
    stay.extend(
        rows.iter()
            .filter(|(_, status)| *status != keyword::KeywordStatus::Active)
            .map(|(id, _)| *id),
    );
    stay.extend(sources::chosen(&txn, scope, &ids).await?);
    let go: Vec<KeywordId> = ids.iter().copied().filter(|id| !stay.contains(id)).collect();
    let holders = clusters::holders(&txn, scope, &go).await?;
    keyword::Entity::delete_in(scope)
        .filter(C::Id.is_in(go.iter().copied()))
        .exec(&txn)
        .await?;
    clusters::recount(&txn, scope, &holders).await?;
    let stay: Vec<KeywordId> = stay.into_iter().collect();
    keep(&txn, scope, import, &stay).await?;
    count(&txn, scope, import, keyword_import::Column::Removed, go.len()).await?;
    txn.commit().await?;
    *aimed = now_aimed;
    Ok(Some(last))
}

/// Takes away a piece of the search results that the import brought; those of an older file that it replaced stay gone.
async fn results(app: &App, scope: &Scope, import: &keyword_import::Model) -> Result<bool> {
    use serp_result::Column as C;
    let txn = db::begin_write(&app.db).await?;
    let ids: Vec<SerpResultId> = serp_result::Entity::find_in(scope)
        .filter(C::ImportId.eq(import.id))
        .select_only()
        .column(C::Id)
        .limit(CHUNK)
        .into_tuple()
        .all(&txn)
        .await?;
    if ids.is_empty() {
        return Ok(false);
    }
    serp_result::Entity::delete_in(scope)
        .filter(C::Id.is_in(ids.iter().copied()))
        .exec(&txn)
        .await?;
    count(&txn, scope, import, keyword_import::Column::Removed, ids.len()).await?;
    txn.commit().await?;
    Ok(true)
}

/// A piece of a competitor's keywords: those that were new go, the others are as before. `false` when none is left.
async fn competitors(app: &App, scope: &Scope, import: &keyword_import::Model) -> Result<bool> {
    use competitor_keyword::Column as C;
    let txn = db::begin_write(&app.db).await?;
    scope::lock_account(&txn, scope).await?;
    let rows = competitor_keyword::Entity::find_in(scope)
        .filter(C::ImportId.eq(import.id))
        .limit(CHUNK)
        .all(&txn)
        .await?;
    if rows.is_empty() {
        return Ok(false);
    }
    let mut gone: Vec<CompetitorKeywordId> = Vec::new();
    let mut restored = 0;
    for row in &rows {
        let before = row
            .previous
            .as_deref()
            .and_then(|text| serde_json::from_str::<Figures>(text).ok());
        let Some(before) = before else {
            gone.push(row.id);
            continue;
        };
        competitor_keyword::Entity::update(competitor_keyword::ActiveModel {
            id: Set(row.id),
            volume: Set(before.volume),
            difficulty: Set(before.difficulty),
            intent: Set(before.intent),
            intent_guessed: Set(before.intent_guessed),
            position_hundredths: Set(before.position_hundredths),
            url: Set(before.url),
            import_id: Set(KeywordImportId(before.import_id)),
            import_line: Set(before.import_line),
            previous: Set(None),
            updated_at: Set(crate::now()),
            ..Default::default()
        })
        .exec(&txn)
        .await?;
        restored += 1;
    }
    competitor_keyword::Entity::delete_in(scope)
        .filter(C::Id.is_in(gone.iter().copied()))
        .exec(&txn)
        .await?;
    count(&txn, scope, import, keyword_import::Column::Restored, restored).await?;
    count(&txn, scope, import, keyword_import::Column::Removed, gone.len()).await?;
    txn.commit().await?;
    Ok(true)
}
