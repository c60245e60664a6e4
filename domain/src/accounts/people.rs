//! The people of an account: what they may do, which sites they reach.

use std::collections::HashMap;

use entity::{
    Page, SiteId, UserId, account,
    audit_event::AuditAction,
    invitation,
    page::ListQuery,
    site, site_user_access,
    user::{self, NewPerson, Person, PersonPatch, Role},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};

use super::{MAX_NAME, clean_email, is_email, passwords, sessions};
use crate::{
    App, Error, Faults, Result, audit,
    billing::limits,
    db,
    scope::{Scope, Scoped},
};

/// Roles that are given to people; the others belong to the operator and to the system.
const ROLES: [Role; 4] = [Role::Owner, Role::Admin, Role::Editor, Role::Viewer];

/// Whether the role reaches every site without grants.
fn reaches_all(role: Role) -> bool {
    !matches!(role, Role::Editor | Role::Viewer)
}

/// The people of the account by address.
///
/// # Errors
/// [`Error::Forbidden`] for editors and viewers, [`Error::Invalid`] for an unknown order.
pub async fn list(app: &App, scope: &Scope, query: &ListQuery) -> Result<Page<Person>> {
    use user::Column as C;
    scope.admin_even_if_read_only()?;
    let mut rows = user::Entity::find_in(scope);
    if let Some(text) = query.search() {
        rows = rows.filter(db::any_contains(&[C::Email, C::Name], text));
    }
    let rows = db::ordered(
        rows,
        query,
        &[
            ("email", C::Email),
            ("name", C::Name),
            ("role", C::Role),
            ("last_login_at", C::LastLoginAt),
            ("created_at", C::CreatedAt),
        ],
        C::Email,
    )?;
    let found = db::page_of(&app.db, rows.order_by_asc(C::Id), query).await?;
    Ok(Page {
        count: found.count,
        count_exact: true,
        page: found.page,
        page_size: found.page_size,
        results: with_sites(&app.db, scope, found.results).await?,
    })
}

async fn with_sites(db: &impl ConnectionTrait, scope: &Scope, people: Vec<user::Model>) -> Result<Vec<Person>> {
    let mut grants: HashMap<UserId, Vec<SiteId>> = HashMap::new();
    let rows = site_user_access::Entity::find_in(scope)
        .filter(site_user_access::Column::UserId.is_in(people.iter().map(|user| user.id)))
        .order_by_asc(site_user_access::Column::SiteId)
        .all(db)
        .await?;
    for row in rows {
        grants.entry(row.user_id).or_default().push(row.site_id);
    }
    Ok(people
        .into_iter()
        .map(|user| Person {
            sites: grants.remove(&user.id).unwrap_or_default(),
            user,
        })
        .collect())
}

async fn load(db: &impl ConnectionTrait, scope: &Scope, id: UserId) -> Result<user::Model> {
    user::Entity::find_in(scope)
        .filter(user::Column::Id.eq(id))
        .one(db)
        .await?
        .ok_or(Error::NotFound("The person"))
}

async fn person(db: &impl ConnectionTrait, scope: &Scope, user: user::Model) -> Result<Person> {
    with_sites(db, scope, vec![user])
        .await?
        .pop()
        .ok_or(Error::NotFound("The person"))
}

/// One person of the account.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] for editors and viewers.
pub async fn find(app: &App, scope: &Scope, id: UserId) -> Result<Person> {
    scope.admin_even_if_read_only()?;
    let user = load(&app.db, scope, id).await?;
    person(&app.db, scope, user).await
}

/// Only owners make, change or remove owners.
fn refuse_above(scope: &Scope, role: Role) -> Result<()> {
    match role {
        Role::Owner if !matches!(scope.role, Role::Owner | Role::Developer | Role::SystemBot) => {
            Err(Error::Forbidden("Only an owner can do this to an owner.".to_owned()))
        }
        Role::Developer | Role::SystemBot => Err(Error::Forbidden(
            "This person belongs to the operator of the installation.".to_owned(),
        )),
        _ => Ok(()),
    }
}

/// Notes what is wrong with a role and its sites; gives the sites that are really there.
pub(super) async fn check_grants(
    db: &impl ConnectionTrait,
    scope: &Scope,
    role: Role,
    sites: &[SiteId],
) -> Result<Vec<SiteId>> {
    if !ROLES.contains(&role) {
        return Err(Error::field("role", "Choose owner, admin, editor or viewer."));
    }
    refuse_above(scope, role)?;
    if reaches_all(role) {
        return Ok(Vec::new());
    }
    let there: Vec<SiteId> = site::Entity::find_in(scope)
        .filter(site::Column::Id.is_in(sites.iter().copied()))
        .select_only()
        .column(site::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    if sites.iter().any(|id| !there.contains(id)) {
        return Err(Error::field("sites", "One of the sites is not there."));
    }
    Ok(there)
}

pub(super) async fn grant(db: &impl ConnectionTrait, scope: &Scope, user: UserId, sites: &[SiteId]) -> Result<()> {
    site_user_access::Entity::delete_in(scope)
        .filter(site_user_access::Column::UserId.eq(user))
        .exec(db)
        .await?;
    if sites.is_empty() {
        return Ok(());
    }
    site_user_access::Entity::insert_many(sites.iter().map(|site| site_user_access::ActiveModel {
        site_id: Set(*site),
        user_id: Set(user),
        account_id: Set(scope.account),
    }))
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// Refuses one more person than the plan allows; open invitations count. The account must be locked.
pub(super) async fn refuse_one_more(
    db: &impl ConnectionTrait,
    scope: &Scope,
    except: Option<entity::InvitationId>,
) -> Result<()> {
    let plan = limits::plan_of(db, scope).await?;
    let Some(limit) = plan.max_users else {
        return Ok(());
    };
    let people = user::Entity::find_in(scope)
        .filter(user::Column::IsActive.eq(true))
        .count(db)
        .await?;
    let mut open = super::invitations::open(scope);
    if let Some(id) = except {
        open = open.filter(invitation::Column::Id.ne(id));
    }
    let have = people + open.count(db).await?;
    if have >= u64::try_from(limit).unwrap_or(0) {
        return Err(Error::LimitReached(format!(
            "The {} plan allows {limit} people, and you have {have}, open invitations included.",
            plan.name
        )));
    }
    Ok(())
}

pub(super) fn email_taken() -> Error {
    Error::field("email", "Somebody with this address is in your team already.")
}

/// Makes a person without an invitation.
///
/// # Errors
/// [`Error::Invalid`] by field, [`Error::LimitReached`], [`Error::Forbidden`] for editors and viewers.
pub async fn create(app: &App, scope: &Scope, input: NewPerson) -> Result<Person> {
    scope.admin()?;
    let email = clean_email(&input.email);
    let name = input.name.trim().to_owned();
    let mut faults = Faults::new();
    faults
        .check(
            is_email(&email),
            "email",
            "Enter an e-mail address such as name@example.com.",
        )
        .check(
            name.chars().count() <= MAX_NAME,
            "name",
            format!("Use at most {MAX_NAME} characters."),
        );
    passwords::check(&mut faults, "password", &input.password, &[&email, &name]);
    faults.finish()?;
    let hash = passwords::hash(input.password).await?;
    let txn = db::begin_write(&app.db).await?;
    crate::scope::lock_account(&txn, scope).await?;
    let sites = check_grants(&txn, scope, input.role, &input.sites).await?;
    refuse_one_more(&txn, scope, None).await?;
    let user = insert(&txn, scope, &email, &name, input.role, hash).await?;
    grant(&txn, scope, user.id, &sites).await?;
    let detail = format!("{email} as {}", input.role.label());
    audit::record(&txn, scope, AuditAction::PersonJoined, "user", Some(user.id.0), detail).await?;
    let made = person(&txn, scope, user).await?;
    txn.commit().await?;
    Ok(made)
}

pub(super) async fn insert(
    db: &impl ConnectionTrait,
    scope: &Scope,
    email: &str,
    name: &str,
    role: Role,
    hash: String,
) -> Result<user::Model> {
    let now = crate::now();
    let inserted = user::Entity::insert(user::ActiveModel {
        email: Set(email.to_owned()),
        account_id: Set(scope.account),
        role: Set(role),
        name: Set(name.to_owned()),
        password_hash: Set(hash),
        is_active: Set(true),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(db)
    .await;
    match inserted {
        Err(error) if Error::is_unique_violation(&error) => Err(Error::field(
            "email",
            "This address cannot be used: it belongs to an account already.",
        )),
        other => Ok(other?),
    }
}

/// Refuses to leave the account without an owner who can sign in. The account must be locked.
async fn refuse_last_owner(db: &impl ConnectionTrait, scope: &Scope, user: &user::Model) -> Result<()> {
    if user.role != Role::Owner || !user.is_active {
        return Ok(());
    }
    let others = user::Entity::find_in(scope)
        .filter(user::Column::Role.eq(Role::Owner))
        .filter(user::Column::IsActive.eq(true))
        .filter(user::Column::Id.ne(user.id))
        .count(db)
        .await?;
    if others == 0 {
        return Err(Error::Conflict(
            "This is the last owner of the account. Make somebody else an owner first.".to_owned(),
        ));
    }
    Ok(())
}

/// Changes a person: name, role, sites, switched on or off.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`] by field, [`Error::Conflict`] for the last owner, [`Error::Forbidden`] for
/// editors and viewers, for owners as seen by admins, and for one's own role and state.
pub async fn update(app: &App, scope: &Scope, id: UserId, patch: PersonPatch) -> Result<Person> {
    scope.admin()?;
    let txn = db::begin_write(&app.db).await?;
    let account = crate::scope::lock_account(&txn, scope).await?;
    let found = load(&txn, scope, id).await?;
    refuse_above(scope, found.role)?;
    let role = patch.role.unwrap_or(found.role);
    let active = patch.is_active.unwrap_or(found.is_active);
    if scope.user == Some(id) && (role != found.role || !active) {
        return Err(Error::Forbidden(
            "You cannot change your own role or switch yourself off. Ask another owner or admin.".to_owned(),
        ));
    }
    let name = patch
        .name
        .map_or_else(|| found.name.clone(), |name| name.trim().to_owned());
    if name.chars().count() > MAX_NAME {
        return Err(Error::field("name", format!("Use at most {MAX_NAME} characters.")));
    }
    let before = person(&txn, scope, found.clone()).await?.sites;
    let sites = check_grants(&txn, scope, role, patch.sites.as_ref().unwrap_or(&before)).await?;
    if role != Role::Owner || !active {
        refuse_last_owner(&txn, scope, &found).await?;
    }
    if active && !found.is_active {
        refuse_one_more(&txn, scope, None).await?;
    }
    user::Entity::update_in(scope)
        .col_expr(user::Column::Name, Expr::value(name))
        .col_expr(user::Column::Role, Expr::value(role.as_str()))
        .col_expr(user::Column::IsActive, Expr::value(active))
        .col_expr(user::Column::UpdatedAt, Expr::value(crate::now()))
        .filter(user::Column::Id.eq(id))
        .exec(&txn)
        .await?;
    let note = async |action, detail: String| audit::record(&txn, scope, action, "user", Some(id.0), detail).await;
    if role != found.role {
        let detail = format!("{}: {} to {}", found.email, found.role.label(), role.label());
        note(AuditAction::RoleChanged, detail).await?;
        if role != Role::Owner {
            super::invitations::revoke_made_by(&txn, scope, id).await?;
        }
    }
    if sites != before {
        grant(&txn, scope, id, &sites).await?;
        note(
            AuditAction::SitesGranted,
            format!("{}: {} sites", found.email, sites.len()),
        )
        .await?;
    }
    if active != found.is_active {
        if active {
            note(AuditAction::PersonActivated, found.email.clone()).await?;
        } else {
            sessions::end_all_of(&txn, id, None).await?;
            super::invitations::revoke_made_by(&txn, scope, id).await?;
            note(AuditAction::PersonDeactivated, found.email.clone()).await?;
        }
    }
    hand_over(&txn, scope, &account).await?;
    let user = load(&txn, scope, id).await?;
    let changed = person(&txn, scope, user).await?;
    txn.commit().await?;
    Ok(changed)
}

/// Keeps the account's owner an owner: the one it names, or else the first there is.
async fn hand_over(db: &impl ConnectionTrait, scope: &Scope, account: &account::Model) -> Result<()> {
    let owners = user::Entity::find_in(scope)
        .filter(user::Column::Role.eq(Role::Owner))
        .filter(user::Column::IsActive.eq(true))
        .order_by_asc(user::Column::Id)
        .all(db)
        .await?;
    if owners.iter().any(|owner| Some(owner.id) == account.owner_id) {
        return Ok(());
    }
    account::Entity::update_many()
        .col_expr(
            account::Column::OwnerId,
            Expr::value(owners.first().map(|owner| owner.id)),
        )
        .filter(account::Column::Id.eq(scope.account))
        .exec(db)
        .await?;
    Ok(())
}

/// Gives a person the role of those who operate the installation.
pub(super) async fn make_developer(db: &impl ConnectionTrait, scope: &Scope, user: &user::Model) -> Result<()> {
    refuse_last_owner(db, scope, user).await?;
    user::Entity::update_in(scope)
        .col_expr(user::Column::Role, Expr::value(Role::Developer.as_str()))
        .filter(user::Column::Id.eq(user.id))
        .exec(db)
        .await?;
    let account = crate::scope::account(db, scope).await?;
    hand_over(db, scope, &account).await
}

/// Removes a person; what the person wrote stays.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] for the last owner, [`Error::Forbidden`] for editors and viewers, for owners as
/// seen by admins, and for oneself.
pub async fn remove(app: &App, scope: &Scope, id: UserId) -> Result<()> {
    scope.admin()?;
    let txn = db::begin_write(&app.db).await?;
    let account = crate::scope::lock_account(&txn, scope).await?;
    let found = load(&txn, scope, id).await?;
    refuse_above(scope, found.role)?;
    refuse_last_owner(&txn, scope, &found).await?;
    if scope.user == Some(id) {
        return Err(Error::Forbidden(
            "You cannot remove yourself. Ask another owner or admin.".to_owned(),
        ));
    }
    sessions::end_all_of(&txn, id, None).await?;
    super::invitations::revoke_made_by(&txn, scope, id).await?;
    grant(&txn, scope, id, &[]).await?;
    user::Entity::delete_in(scope)
        .filter(user::Column::Id.eq(id))
        .exec(&txn)
        .await?;
    hand_over(&txn, scope, &account).await?;
    audit::record(&txn, scope, AuditAction::PersonRemoved, "user", Some(id.0), found.email).await?;
    txn.commit().await?;
    Ok(())
}
