//! Author profiles: whose voice articles are written in.

use entity::{
    AuthorProfileId, ListQuery, Page,
    audit_event::AuditAction,
    author_profile::{Column, Entity, Input, Model},
    sector,
    site::LANGUAGES,
    task,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};

use crate::{
    App, Error, Faults, Result, audit, db,
    scope::{Scope, Scoped},
};

/// Most profiles of an account.
const MAX: u64 = 200;

/// Profiles, a page at a time. Order by `name`, `created_at`.
///
/// # Errors
/// [`Error::Invalid`] for an unknown order.
pub async fn list(app: &App, scope: &Scope, query: &ListQuery) -> Result<Page<Model>> {
    let mut rows = Entity::find_in(scope);
    if let Some(text) = query.search() {
        rows = rows.filter(db::any_contains(&[Column::Name, Column::Description], text));
    }
    let columns = [("name", Column::Name), ("created_at", Column::CreatedAt)];
    let rows = db::ordered(rows, query, &columns, Column::Name)?;
    db::page_of(&app.db, rows.order_by_asc(Column::Id), query).await
}

/// One profile.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(app: &App, scope: &Scope, id: AuthorProfileId) -> Result<Model> {
    find(&app.db, scope, id)
        .await?
        .ok_or(Error::NotFound("The author profile"))
}

pub(crate) async fn find(db: &impl ConnectionTrait, scope: &Scope, id: AuthorProfileId) -> Result<Option<Model>> {
    Ok(Entity::find_in(scope).filter(Column::Id.eq(id)).one(db).await?)
}

/// The profile that a task or a sector names; 0 names none.
///
/// # Errors
/// [`Error::Invalid`] at `author_profile_id` for one that is not there.
pub(crate) async fn chosen(
    db: &impl ConnectionTrait,
    scope: &Scope,
    id: Option<AuthorProfileId>,
) -> Result<Option<AuthorProfileId>> {
    let Some(id) = id.filter(|id| id.0 != 0) else {
        return Ok(None);
    };
    match find(db, scope, id).await? {
        Some(found) => Ok(Some(found.id)),
        None => Err(Error::field(
            "author_profile_id",
            "Choose an author profile from the list.",
        )),
    }
}

/// Makes a profile.
///
/// # Errors
/// [`Error::Invalid`] by field, [`Error::Forbidden`] for editors and viewers.
pub async fn create(app: &App, scope: &Scope, input: Input) -> Result<Model> {
    scope.admin()?;
    let txn = db::begin_write(&app.db).await?;
    crate::scope::lock_account(&txn, scope).await?;
    if Entity::find_in(scope).count(&txn).await? >= MAX {
        return Err(Error::LimitReached(format!(
            "An account has at most {MAX} author profiles."
        )));
    }
    let input = checked(&txn, scope, input, None).await?;
    let now = crate::now();
    let made = Entity::insert(entity::author_profile::ActiveModel {
        account_id: Set(scope.account),
        name: Set(input.name),
        description: Set(input.description),
        tone: Set(input.tone),
        language: Set(input.language),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(&txn)
    .await?;
    record(&txn, scope, &made, "made").await?;
    txn.commit().await?;
    Ok(made)
}

/// Changes a profile.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`] by field, [`Error::Forbidden`] for editors and viewers.
pub async fn update(app: &App, scope: &Scope, id: AuthorProfileId, input: Input) -> Result<Model> {
    let txn = db::begin_write(&app.db).await?;
    crate::scope::lock_account(&txn, scope).await?;
    let found = find(&txn, scope, id)
        .await?
        .ok_or(Error::NotFound("The author profile"))?;
    scope.admin()?;
    let input = checked(&txn, scope, input, Some(found.id)).await?;
    let changed = Entity::update(entity::author_profile::ActiveModel {
        id: Set(id),
        name: Set(input.name),
        description: Set(input.description),
        tone: Set(input.tone),
        language: Set(input.language),
        updated_at: Set(crate::now()),
        ..Default::default()
    })
    .exec(&txn)
    .await?;
    record(&txn, scope, &changed, "changed").await?;
    txn.commit().await?;
    Ok(changed)
}

/// Deletes a profile. Tasks that name it fall back to their sector's, sectors to none.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] for editors and viewers.
pub async fn delete(app: &App, scope: &Scope, id: AuthorProfileId) -> Result<()> {
    let txn = db::begin_write(&app.db).await?;
    let found = find(&txn, scope, id)
        .await?
        .ok_or(Error::NotFound("The author profile"))?;
    scope.admin()?;
    let nobody = Expr::value(Option::<i64>::None);
    task::Entity::update_in(scope)
        .col_expr(task::Column::AuthorProfileId, nobody.clone())
        .filter(task::Column::AuthorProfileId.eq(id))
        .exec(&txn)
        .await?;
    sector::Entity::update_in(scope)
        .col_expr(sector::Column::AuthorProfileId, nobody)
        .filter(sector::Column::AuthorProfileId.eq(id))
        .exec(&txn)
        .await?;
    Entity::delete_in(scope).filter(Column::Id.eq(id)).exec(&txn).await?;
    record(&txn, scope, &found, "removed").await?;
    txn.commit().await?;
    Ok(())
}

async fn record(db: &impl ConnectionTrait, scope: &Scope, profile: &Model, what: &str) -> Result<()> {
    let detail = format!("{} {what}", profile.name);
    let action = AuditAction::AuthorProfileChanged;
    audit::record(db, scope, action, "author_profile", Some(profile.id.0), detail).await
}

async fn checked(
    db: &impl ConnectionTrait,
    scope: &Scope,
    input: Input,
    except: Option<AuthorProfileId>,
) -> Result<Input> {
    let input = Input {
        name: input.name.trim().to_owned(),
        description: input.description.trim().to_owned(),
        tone: input.tone.trim().to_owned(),
        language: input.language.trim().to_owned(),
    };
    let names: Vec<(AuthorProfileId, String)> = Entity::find_in(scope)
        .select_only()
        .columns([Column::Id, Column::Name])
        .into_tuple()
        .all(db)
        .await?;
    let lower = input.name.to_lowercase();
    let taken = names
        .iter()
        .any(|(id, name)| Some(*id) != except && name.to_lowercase() == lower);
    let mut faults = Faults::new();
    faults
        .check(!input.name.is_empty(), "name", "Enter a name.")
        .check(input.name.chars().count() <= 80, "name", "Use at most 80 characters.")
        .check(!taken, "name", "There is a profile of this name already.")
        .check(
            input.description.chars().count() <= 2_000,
            "description",
            "Use at most 2,000 characters.",
        )
        .check(input.tone.chars().count() <= 500, "tone", "Use at most 500 characters.")
        .check(
            input.language.is_empty() || LANGUAGES.iter().any(|(code, _)| *code == input.language),
            "language",
            "Choose a language from the list.",
        );
    faults.finish()?;
    Ok(input)
}
