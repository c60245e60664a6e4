//! The operator of the installation: every account's state, and looking into one, which leaves a trace in it.

use entity::{
    AccountId, Page, UserId,
    account::{self, AccountStatus, AccountStatusPatch, Row},
    audit_event::AuditAction,
    page::ListQuery,
    site, user,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    sea_query::{Expr, Query},
};

use crate::{
    App, Error, Result, audit, db,
    scope::{Scope, SiteAccess, Standing},
};

/// Every account of the installation, the youngest first.
///
/// # Errors
/// [`Error::Forbidden`] for all but operators.
pub async fn list(app: &App, scope: &Scope, query: &ListQuery) -> Result<Page<Row>> {
    use account::Column as C;
    scope.operator()?;
    let mut rows = account::Entity::find();
    if let Some(text) = query.search() {
        let owners = Query::select()
            .column(user::Column::AccountId)
            .from(user::Entity)
            .cond_where(db::any_contains(&[user::Column::Email], text))
            .to_owned();
        rows = rows.filter(db::any_contains(&[C::Name, C::Slug], text).add(C::Id.in_subquery(owners)));
    }
    let found = db::page_of(&app.db, rows.order_by_desc(C::Id), query).await?;
    let mut results = Vec::with_capacity(found.results.len());
    for account in found.results {
        results.push(row(&app.db, account).await?);
    }
    Ok(Page {
        count: found.count,
        count_exact: true,
        page: found.page,
        page_size: found.page_size,
        results,
    })
}

async fn row(db: &impl ConnectionTrait, account: account::Model) -> Result<Row> {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let owner = match account.owner_id {
        None => None,
        Some(id) => user::Entity::find_by_id(id).one(db).await?,
    };
    Ok(Row {
        owner_email: owner.map(|owner| owner.email).unwrap_or_default(),
        people: count(
            user::Entity::find()
                .filter(user::Column::AccountId.eq(account.id))
                .count(db)
                .await?,
        ),
        sites: count(
            site::Entity::find()
                .filter(site::Column::AccountId.eq(account.id))
                .count(db)
                .await?,
        ),
        account,
    })
}

/// One account.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] for all but operators.
pub async fn find(app: &App, scope: &Scope, id: AccountId) -> Result<Row> {
    scope.operator()?;
    let found = crate::scope::account(&app.db, &visiting(scope, id)).await?;
    row(&app.db, found).await
}

/// Changes the state of an account.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] for the operator's own account, [`Error::Forbidden`] for all but operators.
pub async fn set_status(app: &App, scope: &Scope, id: AccountId, patch: AccountStatusPatch) -> Result<Row> {
    scope.operator()?;
    if id == scope.home.unwrap_or(scope.account) {
        return Err(Error::Conflict(
            "You cannot switch off the account that you work from.".to_owned(),
        ));
    }
    let inside = visiting(scope, id);
    let txn = db::begin_write(&app.db).await?;
    let found = crate::scope::lock_account(&txn, &inside).await?;
    let status = patch.status.unwrap_or(found.status);
    let trial = patch.trial_ends_at.or(found.trial_ends_at);
    if status == AccountStatus::Trial && trial.is_none() {
        return Err(Error::field("trial_ends_at", "Say when the trial ends."));
    }
    // Active and suspended are nobody's deletion: an operator who sets them calls it off.
    let delete_after = found.delete_after.filter(|_| status == AccountStatus::Cancelled);
    account::Entity::update_many()
        .col_expr(account::Column::Status, Expr::value(status.as_str()))
        .col_expr(
            account::Column::TrialEndsAt,
            Expr::value(trial.filter(|_| status != AccountStatus::Active)),
        )
        .col_expr(account::Column::DeleteAfter, Expr::value(delete_after))
        .col_expr(account::Column::UpdatedAt, Expr::value(crate::now()))
        .filter(account::Column::Id.eq(id))
        .exec(&txn)
        .await?;
    let detail = format!("{} to {}", found.status.label(), status.label());
    audit::record(&txn, &inside, AuditAction::StatusChanged, "account", Some(id.0), detail).await?;
    let changed = crate::scope::account(&txn, &inside).await?;
    let changed = row(&txn, changed).await?;
    txn.commit().await?;
    Ok(changed)
}

/// The operator's scope inside another account.
pub(crate) fn visiting(scope: &Scope, account: AccountId) -> Scope {
    Scope {
        account,
        role: entity::user::Role::Developer,
        sites: SiteAccess::All,
        standing: Standing::Full,
        must_confirm: false,
        home: Some(scope.home.unwrap_or(scope.account)),
        ..scope.clone()
    }
}

/// Looks into an account from now on; the account's log says so.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] for all but operators.
pub async fn enter(app: &App, scope: &Scope, id: AccountId) -> Result<account::Model> {
    scope.operator()?;
    let inside = visiting(scope, id);
    let account = crate::scope::account(&app.db, &inside).await?;
    audit::record(
        &app.db,
        &inside,
        AuditAction::OperatorEntered,
        "account",
        Some(id.0),
        "in the browser",
    )
    .await?;
    Ok(account)
}

/// Leaves the account that was looked into.
///
/// # Errors
/// When the database fails.
pub async fn leave(app: &App, scope: &Scope) -> Result<()> {
    if scope.home.is_some() {
        let id = scope.account.0;
        audit::record(&app.db, scope, AuditAction::OperatorLeft, "account", Some(id), "").await?;
    }
    Ok(())
}

/// The scope of an operator who entered an account earlier: for the requests of the same session.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] for all but operators.
pub async fn visit(app: &App, scope: Scope, id: AccountId) -> Result<Scope> {
    scope.operator()?;
    let inside = visiting(&scope, id);
    crate::scope::account(&app.db, &inside).await?;
    Ok(inside)
}

/// As [`visit`] for a single call of the interface: each one is recorded.
///
/// # Errors
/// As [`visit`].
pub async fn call_into(app: &App, scope: Scope, id: AccountId, what: &str) -> Result<Scope> {
    let inside = visit(app, scope, id).await?;
    audit::record(
        &app.db,
        &inside,
        AuditAction::OperatorEntered,
        "account",
        Some(id.0),
        what,
    )
    .await?;
    Ok(inside)
}

/// Makes a person an operator: the command line only. With `developer` by the role of that name, otherwise together with
/// the owners and admins of the person's account.
///
/// # Errors
/// [`Error::NotFound`] when nobody has this address, [`Error::Conflict`] when the account would lose its last owner.
pub async fn appoint(app: &App, email: &str, developer: bool) -> Result<UserId> {
    let user = super::find_by_email(app, email)
        .await?
        .ok_or(Error::NotFound("A person with this address"))?;
    let scope = Scope::system(user.account_id);
    let txn = db::begin_write(&app.db).await?;
    crate::scope::lock_account(&txn, &scope).await?;
    let detail = if developer {
        super::people::make_developer(&txn, &scope, &user).await?;
        format!("{}: {}", user.email, entity::user::Role::Developer.label())
    } else {
        account::Entity::update_many()
            .col_expr(account::Column::IsSystem, Expr::value(true))
            .filter(account::Column::Id.eq(user.account_id))
            .exec(&txn)
            .await?;
        format!(
            "{}: the account's owners and admins operate the installation",
            user.email
        )
    };
    audit::record(&txn, &scope, AuditAction::RoleChanged, "user", Some(user.id.0), detail).await?;
    txn.commit().await?;
    Ok(user.id)
}
