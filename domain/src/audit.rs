//! The log of what matters: who did what, from where. Written in the same transaction as what it records, so that
//! neither is there without the other.

use entity::{
    Page, UserId,
    audit_event::{self, AuditAction, Filter},
    page::ListQuery,
    user,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    App, Result, db,
    scope::{Origin, Scope, Scoped},
};

/// Longest detail that is kept, in characters.
const DETAIL: usize = 500;

fn cut(text: &str) -> String {
    text.chars().take(DETAIL).collect()
}

/// Records what the caller did. `object_type` is the thing's table in the singular, empty for the account as a whole.
///
/// # Errors
/// When the database fails.
pub async fn record(
    db: &impl ConnectionTrait,
    scope: &Scope,
    action: AuditAction,
    object_type: &str,
    object_id: Option<i64>,
    detail: impl Into<String>,
) -> Result<()> {
    let actor = match scope.user {
        Some(id) => name_of(db, id).await?,
        None => "system".to_owned(),
    };
    audit_event::Entity::insert(audit_event::ActiveModel {
        account_id: Set(scope.account),
        user_id: Set(scope.user),
        actor: Set(actor),
        action: Set(action),
        object_type: Set(object_type.to_owned()),
        object_id: Set(object_id),
        detail: Set(cut(&detail.into())),
        ip_address: Set(scope.ip_address.clone()),
        request_id: Set(scope.request_id.clone()),
        created_at: Set(crate::now()),
        ..Default::default()
    })
    .exec_without_returning(db)
    .await?;
    Ok(())
}

async fn name_of(db: &impl ConnectionTrait, id: UserId) -> Result<String> {
    let email: Option<String> = user::Entity::find_by_id(id)
        .select_only()
        .column(user::Column::Email)
        .into_tuple()
        .one(db)
        .await?;
    Ok(email.unwrap_or_default())
}

/// Records that rows were deleted by hand: how many, of which table (in the singular).
///
/// # Errors
/// When the database fails.
pub(crate) async fn rows_deleted(
    db: &impl ConnectionTrait,
    scope: &Scope,
    object_type: &str,
    count: u64,
) -> Result<()> {
    if count == 0 {
        return Ok(());
    }
    let detail = format!("{count} {object_type}{}", if count == 1 { "" } else { "s" });
    record(db, scope, AuditAction::RowsDeleted, object_type, None, detail).await
}

/// Records what somebody did before there was a scope: signing in, following a link.
///
/// # Errors
/// When the database fails.
pub(crate) async fn by(
    db: &impl ConnectionTrait,
    user: &user::Model,
    origin: &Origin,
    action: AuditAction,
    detail: &str,
) -> Result<()> {
    audit_event::Entity::insert(audit_event::ActiveModel {
        account_id: Set(user.account_id),
        user_id: Set(Some(user.id)),
        actor: Set(user.email.clone()),
        action: Set(action),
        object_type: Set("user".to_owned()),
        object_id: Set(Some(user.id.0)),
        detail: Set(cut(detail)),
        ip_address: Set(origin.ip_address.clone()),
        request_id: Set(origin.request_id.clone()),
        created_at: Set(crate::now()),
        ..Default::default()
    })
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// Events of the account, the youngest first.
///
/// # Errors
/// [`crate::Error::Forbidden`] for editors and viewers.
pub async fn list(app: &App, scope: &Scope, filter: &Filter, query: &ListQuery) -> Result<Page<audit_event::Model>> {
    use audit_event::Column as C;
    scope.admin_even_if_read_only()?;
    let mut rows = audit_event::Entity::find_in(scope);
    if let Some(action) = filter.action {
        rows = rows.filter(C::Action.eq(action));
    }
    if let Some(user) = filter.user_id {
        rows = rows.filter(C::UserId.eq(user));
    }
    if let Some(text) = query.search() {
        rows = rows.filter(db::any_contains(&[C::Actor, C::Detail], text));
    }
    db::page_of(&app.db, rows.order_by_desc(C::Id), query).await
}
