//! Keywords: lists with filters, adding by hand, changing, deleting.

pub(crate) mod add;
pub mod bulk;
mod export;

use std::collections::HashMap;

use entity::{
    ClusterId, KeywordId, ListQuery, cluster, cluster_keyword, keyword,
    keyword::{ClusterRef, Filter, KeywordStatus},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, LikeExpr, Query},
};

pub use super::sources::sources;
use super::{clusters, sources};

pub(crate) mod census;
mod list;
pub mod settle;

pub use census::verify;
pub use list::{Bounds, list, list_within};

use crate::{
    App, Error, Faults, Result, db,
    scope::{Scope, Scoped},
};

pub use add::{add_from_library, create_many, library, pick_from_library};
pub use export::{export_csv, file_name};

/// Longest keyword, in characters.
pub const MAX_CHARS: usize = 200;

/// Rows that pass the filter, in no order.
pub(crate) fn filtered(scope: &Scope, filter: &Filter, list: &ListQuery) -> Select<keyword::Entity> {
    use keyword::Column as C;
    let mut all = Condition::all();
    if let Some(site) = filter.site_id {
        all = all.add(C::SiteId.eq(site));
    }
    if let Some(sector) = filter.sector_id {
        all = all.add(C::SectorId.eq(sector));
    }
    if let Some(status) = filter.status {
        all = all.add(C::Status.eq(status));
    }
    if let Some(intent) = filter.intent {
        all = all.add(C::Intent.eq(intent));
    }
    if let Some(least) = filter.difficulty_min {
        all = all.add(C::Difficulty.gte(least));
    }
    if let Some(most) = filter.difficulty_max {
        all = all.add(C::Difficulty.lte(most));
    }
    if let Some(least) = filter.volume_min {
        all = all.add(C::Volume.gte(least));
    }
    if let Some(most) = filter.volume_max {
        all = all.add(C::Volume.lte(most));
    }
    if let Some(cluster) = filter.cluster_id {
        let members = Query::select()
            .column(cluster_keyword::Column::KeywordId)
            .from(cluster_keyword::Entity)
            .and_where(cluster_keyword::Column::ClusterId.eq(cluster))
            .to_owned();
        all = all.add(C::Id.in_subquery(members));
    }
    if let Some(clustered) = filter.clustered {
        let member = Query::select()
            .expr(Expr::value(1))
            .from(cluster_keyword::Entity)
            .and_where(
                Expr::col((cluster_keyword::Entity, cluster_keyword::Column::KeywordId))
                    .equals((keyword::Entity, C::Id)),
            )
            .to_owned();
        let exists = Expr::exists(member);
        all = all.add(if clustered { exists } else { exists.not() });
    }
    if let Some(text) = list.search() {
        let pattern = db::like_anywhere(&engine::text::keyword_key(text));
        all = all.add(Expr::col(C::KeywordKey).like(LikeExpr::new(pattern).escape('\\')));
    }
    keyword::Entity::find_in(scope).filter(all)
}

async fn clusters_of(
    db: &impl ConnectionTrait,
    scope: &Scope,
    rows: &[keyword::Model],
) -> Result<HashMap<KeywordId, Vec<ClusterRef>>> {
    let mut held: HashMap<KeywordId, Vec<ClusterRef>> = HashMap::new();
    if rows.is_empty() {
        return Ok(held);
    }
    let found: Vec<(KeywordId, ClusterId, String)> = cluster_keyword::Entity::find_in(scope)
        .select_only()
        .columns([cluster_keyword::Column::KeywordId, cluster_keyword::Column::ClusterId])
        .column_as(Expr::col((cluster::Entity, cluster::Column::Name)), "name")
        .join(
            sea_orm::JoinType::InnerJoin,
            cluster_keyword::Entity::belongs_to(cluster::Entity)
                .from(cluster_keyword::Column::ClusterId)
                .to(cluster::Column::Id)
                .into(),
        )
        .filter(cluster_keyword::Column::KeywordId.is_in(rows.iter().map(|row| row.id)))
        .order_by_asc(cluster::Column::Name)
        .into_tuple()
        .all(db)
        .await?;
    for (keyword, id, name) in found {
        held.entry(keyword).or_default().push(ClusterRef { id, name });
    }
    Ok(held)
}

/// One keyword.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(app: &App, scope: &Scope, id: KeywordId) -> Result<keyword::Model> {
    keyword::Entity::find_in(scope)
        .filter(keyword::Column::Id.eq(id))
        .one(&app.db)
        .await?
        .ok_or(Error::NotFound("The keyword"))
}

/// Adds a keyword by hand.
///
/// # Errors
/// [`Error::Invalid`] by field, [`Error::LimitReached`], [`Error::NotFound`], [`Error::Forbidden`].
pub async fn create(app: &App, scope: &Scope, input: keyword::New) -> Result<keyword::Model> {
    let (editor, sector) = scope.editor_of_sector(&app.db, input.sector_id).await?;
    let text = checked(&input.keyword, input.volume, input.difficulty)?;
    let row = add::Row {
        intent: input
            .intent
            .unwrap_or_else(|| from_engine_intent(engine::intent::guess(&text))),
        guessed: input.intent.is_none(),
        text,
        volume: input.volume,
        difficulty: input.difficulty,
    };
    let txn = db::begin_write(&app.db).await?;
    let taken = add::take(&txn, scope, editor, sector.id, vec![row]).await?;
    let [id] = taken.made[..] else {
        return Err(exists_already());
    };
    let made = keyword::Entity::find_in(scope)
        .filter(keyword::Column::Id.eq(id))
        .one(&txn)
        .await?
        .ok_or(Error::NotFound("The keyword"))?;
    txn.commit().await?;
    Ok(made)
}

/// Changes a keyword, and of it nothing but what the patch names.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`], [`Error::Forbidden`]; [`Error::Changed`] when the row is not the one that the
/// caller saw any more.
pub async fn update(app: &App, scope: &Scope, id: KeywordId, patch: keyword::Patch) -> Result<keyword::Model> {
    use keyword::Column as C;
    let found = get(app, scope, id).await?;
    scope.editor_of(found.site_id)?;
    let text = checked(
        patch.keyword.as_deref().unwrap_or(&found.keyword),
        patch.volume.flatten(),
        patch.difficulty.flatten(),
    )?;
    let txn = db::begin_write(&app.db).await?;
    let before = keyword::Entity::find_in(scope).filter(C::Id.eq(id)).one(&txn).await?;
    let before = before.ok_or(Error::NotFound("The keyword"))?;
    let mut update = keyword::Entity::update_in(scope)
        .col_expr(C::UpdatedAt, Expr::value(crate::now()))
        .filter(C::Id.eq(id));
    if let Some(seen) = patch.seen {
        update = update.filter(C::UpdatedAt.eq(seen));
    }
    if patch.keyword.is_some() {
        update = update
            .col_expr(C::KeywordKey, Expr::value(engine::text::keyword_key(&text)))
            .col_expr(C::Keyword, Expr::value(text));
    }
    if let Some(volume) = patch.volume {
        // A figure of somebody's own is no range and no estimate.
        update = update
            .col_expr(C::Volume, Expr::value(volume))
            .col_expr(C::VolumeLow, Expr::value(None::<i64>))
            .col_expr(C::VolumeHigh, Expr::value(None::<i64>))
            .col_expr(C::VolumeEstimated, Expr::value(false));
    }
    if let Some(difficulty) = patch.difficulty {
        update = update.col_expr(C::Difficulty, Expr::value(difficulty));
    }
    if let Some(intent) = patch.intent {
        update = update
            .col_expr(C::Intent, Expr::value(intent.as_str()))
            .col_expr(C::IntentGuessed, Expr::value(false));
    }
    if let Some(status) = patch.status {
        update = update.col_expr(C::Status, Expr::value(status.as_str()));
    }
    let changed = match update.exec(&txn).await {
        Err(error) if Error::is_unique_violation(&error) => return Err(exists_already()),
        other => other?,
    };
    let now = keyword::Entity::find_in(scope).filter(C::Id.eq(id)).one(&txn).await?;
    let now = now.ok_or(Error::NotFound("The keyword"))?;
    if changed.rows_affected == 0 {
        return Err(Error::Changed(
            "Somebody else has changed this keyword meanwhile. Look at it again before you change it.".to_owned(),
        ));
    }
    sources::by_hand(&txn, scope, &before, &now).await?;
    clusters::recount_holders(&txn, scope, &[id]).await?;
    txn.commit().await?;
    Ok(now)
}

/// Deletes keywords; returns how many there were.
///
/// # Errors
/// As [`bulk::delete`].
pub async fn delete(app: &App, scope: &Scope, ids: &[KeywordId]) -> Result<u64> {
    bulk::delete(app, scope, &ids.to_vec().into()).await
}

/// Sets the status of keywords; returns how many there were.
///
/// # Errors
/// As [`bulk::set_status`].
pub async fn set_status(app: &App, scope: &Scope, ids: &[KeywordId], status: KeywordStatus) -> Result<u64> {
    bulk::set_status(app, scope, &ids.to_vec().into(), status).await
}

/// All of `ids` are there for the caller and may be changed.
async fn allowed(db: &impl ConnectionTrait, scope: &Scope, ids: &[KeywordId]) -> Result<()> {
    if ids.is_empty() {
        return Err(Error::field("ids", "Select at least one keyword."));
    }
    for chunk in ids.chunks(1_000) {
        let unique: std::collections::HashSet<_> = chunk.iter().collect();
        let sites: Vec<(entity::SiteId, i64)> = keyword::Entity::find_in(scope)
            .filter(keyword::Column::Id.is_in(chunk.iter().copied()))
            .select_only()
            .column(keyword::Column::SiteId)
            .column_as(keyword::Column::Id.count(), "number")
            .group_by(keyword::Column::SiteId)
            .into_tuple()
            .all(db)
            .await?;
        let known: i64 = sites.iter().map(|(_, number)| number).sum();
        if usize::try_from(known).ok() != Some(unique.len()) {
            return Err(Error::NotFound("A selected keyword"));
        }
        for (site, _) in sites {
            scope.editor_of(site)?;
        }
    }
    Ok(())
}

fn exists_already() -> Error {
    Error::field("keyword", "The sector has this keyword already.")
}

fn checked(keyword: &str, volume: Option<i64>, difficulty: Option<i32>) -> Result<String> {
    let text = engine::text::clean_keyword(keyword);
    let mut faults = Faults::new();
    faults
        .check(
            !engine::text::keyword_key(&text).is_empty(),
            "keyword",
            "Enter a keyword.",
        )
        .check(
            text.chars().count() <= MAX_CHARS,
            "keyword",
            format!("Use at most {MAX_CHARS} characters."),
        )
        .check(
            volume.is_none_or(|volume| volume >= 0),
            "volume",
            "Searches a month cannot be negative.",
        )
        .check(
            difficulty.is_none_or(|difficulty| (0..=100).contains(&difficulty)),
            "difficulty",
            "Keyword difficulty goes from 0 to 100.",
        );
    faults.finish()?;
    Ok(text)
}

/// The database's name for what the engine found.
pub(crate) fn from_engine_intent(intent: engine::Intent) -> keyword::Intent {
    intent.as_str().parse().unwrap_or(keyword::Intent::Informational)
}
