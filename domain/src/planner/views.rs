//! Views of lists that people keep: filters, order and columns under a name, for themselves or for the team.

use std::collections::HashMap;

use entity::{
    ListQuery, Page, SavedViewId, UserId,
    saved_view::{Column, Entity, Filter, MAX_NAME, MAX_QUERY, MAX_VIEWS, Model, New, Patch, Row, keys_of},
    user,
    user::Role,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

use crate::{
    App, Error, Faults, Result, db,
    scope::{Scope, Scoped},
};

/// Longest list of columns, in characters.
const MAX_COLUMNS: usize = 300;

/// The caller's own views and those that colleagues share.
fn visible(scope: &Scope) -> Select<Entity> {
    let mut any = Condition::any().add(Column::Shared.eq(true));
    if let Some(user) = scope.user {
        any = any.add(Column::UserId.eq(user));
    }
    Entity::find_in(scope).filter(any)
}

/// Views, a page at a time. Order by `name`, `created_at`.
///
/// # Errors
/// [`Error::Invalid`] for an unknown order.
pub async fn list(app: &App, scope: &Scope, filter: &Filter, query: &ListQuery) -> Result<Page<Row>> {
    let mut rows = visible(scope);
    if let Some(list) = &filter.list_name {
        rows = rows.filter(Column::ListName.eq(list.as_str()));
    }
    if let Some(text) = query.search() {
        rows = rows.filter(db::any_contains(&[Column::Name], text));
    }
    let columns = [("name", Column::NameKey), ("created_at", Column::CreatedAt)];
    let rows = db::ordered(rows, query, &columns, Column::NameKey)?;
    let page = db::page_of(&app.db, rows.order_by_asc(Column::Id), query).await?;
    let owners = owners(&app.db, scope, &page.results).await?;
    Ok(Page {
        count: page.count,
        count_exact: page.count_exact,
        page: page.page,
        page_size: page.page_size,
        results: page
            .results
            .into_iter()
            .map(|view| Row {
                own: scope.user == Some(view.user_id),
                owner: owners.get(&view.user_id).cloned().unwrap_or_default(),
                view,
            })
            .collect(),
    })
}

async fn owners(db: &impl ConnectionTrait, scope: &Scope, views: &[Model]) -> Result<HashMap<UserId, String>> {
    let found: Vec<(UserId, String, String)> = user::Entity::find_in(scope)
        .filter(user::Column::Id.is_in(views.iter().map(|view| view.user_id)))
        .select_only()
        .columns([user::Column::Id, user::Column::Name, user::Column::Email])
        .into_tuple()
        .all(db)
        .await?;
    Ok(found
        .into_iter()
        .map(|(id, name, email)| (id, if name.is_empty() { email } else { name }))
        .collect())
}

/// Keeps a view.
///
/// # Errors
/// [`Error::Invalid`] by field, also for a name that the caller has for this list already; [`Error::LimitReached`];
/// [`Error::Forbidden`] for viewers who want to share.
pub async fn create(app: &App, scope: &Scope, input: New) -> Result<Model> {
    let user = scope.keeper()?;
    if input.shared {
        may_share(scope)?;
    }
    let name = checked_name(&input.name)?;
    let query = checked_query(&input.list_name, &input.query)?;
    let hidden_columns = checked_columns(input.hidden_columns)?;
    let txn = db::begin_write(&app.db).await?;
    crate::scope::lock_account(&txn, scope).await?;
    let have = Entity::find_in(scope)
        .filter(Column::UserId.eq(user))
        .filter(Column::ListName.eq(input.list_name.as_str()))
        .count(&txn)
        .await?;
    if have >= MAX_VIEWS {
        return Err(Error::LimitReached(format!(
            "You have {MAX_VIEWS} views of this list. Delete one that you no longer need."
        )));
    }
    let now = crate::now();
    let made = Entity::insert(entity::saved_view::ActiveModel {
        account_id: Set(scope.account),
        user_id: Set(user),
        list_name: Set(input.list_name),
        name_key: Set(name.to_lowercase()),
        name: Set(name),
        query: Set(query),
        hidden_columns: Set(hidden_columns),
        shared: Set(input.shared),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(&txn)
    .await;
    let made = match made {
        Err(error) if Error::is_unique_violation(&error) => return Err(taken()),
        other => other?,
    };
    txn.commit().await?;
    Ok(made)
}

/// Changes a view of the caller.
///
/// # Errors
/// As [`create`]; [`Error::NotFound`]; [`Error::Forbidden`] for a view that a colleague shares.
pub async fn update(app: &App, scope: &Scope, id: SavedViewId, patch: Patch) -> Result<Model> {
    let found = load(&app.db, scope, id).await?;
    if found.user_id != scope.keeper()? {
        return Err(Error::Forbidden(
            "Only the person who made a view can change it. Save it under a name of your own.".to_owned(),
        ));
    }
    let shared = patch.shared.unwrap_or(found.shared);
    if shared && !found.shared {
        may_share(scope)?;
    }
    let name = checked_name(patch.name.as_deref().unwrap_or(&found.name))?;
    let query = match &patch.query {
        Some(query) => checked_query(&found.list_name, query)?,
        None => found.query,
    };
    let hidden_columns = match patch.hidden_columns {
        Some(columns) => checked_columns(columns)?,
        None => found.hidden_columns,
    };
    let updated = Entity::update(entity::saved_view::ActiveModel {
        id: Set(id),
        name_key: Set(name.to_lowercase()),
        name: Set(name),
        query: Set(query),
        hidden_columns: Set(hidden_columns),
        shared: Set(shared),
        updated_at: Set(crate::now()),
        ..Default::default()
    })
    .exec(&app.db)
    .await;
    match updated {
        Err(error) if Error::is_unique_violation(&error) => Err(taken()),
        other => Ok(other?),
    }
}

/// Deletes a view: one's own, or as an owner or admin one that somebody shares.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn delete(app: &App, scope: &Scope, id: SavedViewId) -> Result<()> {
    let found = load(&app.db, scope, id).await?;
    if found.user_id != scope.keeper()? {
        scope.admin()?;
    }
    Entity::delete_in(scope).filter(Column::Id.eq(id)).exec(&app.db).await?;
    Ok(())
}

async fn load(db: &impl ConnectionTrait, scope: &Scope, id: SavedViewId) -> Result<Model> {
    visible(scope)
        .filter(Column::Id.eq(id))
        .one(db)
        .await?
        .ok_or(Error::NotFound("The view"))
}

fn may_share(scope: &Scope) -> Result<()> {
    if scope.role == Role::Viewer {
        return Err(Error::Forbidden(
            "Viewers can keep views for themselves but not share them.".to_owned(),
        ));
    }
    Ok(())
}

fn taken() -> Error {
    Error::field("name", "You have a view with this name already.")
}

fn checked_name(name: &str) -> Result<String> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut faults = Faults::new();
    faults.check(!name.is_empty(), "name", "Enter a name.").check(
        name.chars().count() <= MAX_NAME,
        "name",
        format!("Use at most {MAX_NAME} characters."),
    );
    faults.finish()?;
    Ok(name)
}

/// The query in one way of writing, with nothing but what the list knows.
fn checked_query(list: &str, query: &str) -> Result<String> {
    let known: Vec<&str> = keys_of(list)
        .ok_or_else(|| Error::field("list_name", "There is no such list."))?
        .collect();
    let mut clean = url::form_urlencoded::Serializer::new(String::new());
    for (key, value) in url::form_urlencoded::parse(query.trim_start_matches('?').as_bytes()) {
        if !known.contains(&key.as_ref()) {
            return Err(Error::field("query", format!("This list does not know \"{key}\".")));
        }
        if !value.trim().is_empty() {
            clean.append_pair(&key, value.trim());
        }
    }
    let clean = clean.finish();
    if clean.len() > MAX_QUERY {
        return Err(Error::field("query", "These filters are too long to keep."));
    }
    Ok(clean)
}

fn checked_columns(columns: Option<String>) -> Result<Option<String>> {
    let Some(columns) = columns else {
        return Ok(None);
    };
    let fine = columns
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | ','));
    if !fine || columns.len() > MAX_COLUMNS {
        return Err(Error::field(
            "hidden_columns",
            "Names of columns are short and in lower case.",
        ));
    }
    Ok(Some(columns))
}
