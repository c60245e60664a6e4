//! Accounts and people: signing up, signing in, who somebody is.

pub mod api_keys;
mod attempts;
pub mod confirm;
pub mod deletion;
pub mod export;
pub mod invitations;
mod links;
pub mod operator;
pub mod passwords;
pub mod people;
pub mod sessions;
pub mod tokens;

use entity::{
    UserId, account,
    account::{AccountPatch, AccountStatus},
    audit_event::AuditAction,
    credit_transaction::TransactionType,
    plan, site_user_access, subscription,
    subscription::SubscriptionStatus,
    user,
    user::{Me, Role, SignUp},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::Expr,
};

use crate::{
    App, Error, Faults, Result, audit,
    billing::{ledger, limits, periods},
    db, mail,
    scope::{Origin, Scope, SiteAccess, Standing},
    sites,
};

/// Longest name of a person or an account, in characters.
const MAX_NAME: usize = 80;

/// An address as it is kept: people write theirs in many ways.
pub(crate) fn clean_email(text: &str) -> String {
    text.trim().to_lowercase()
}

fn is_email(text: &str) -> bool {
    text.len() <= 254 && email_address::EmailAddress::is_valid(text)
}

/// Signs up a newcomer: account, owner, subscription and opening credits, all or nothing.
///
/// # Errors
/// [`Error::Invalid`] with a message for each field, [`Error::Forbidden`] where people come by invitation only.
pub async fn sign_up(app: &App, input: SignUp, origin: &Origin) -> Result<user::Model> {
    if !app.config.security.allow_sign_up {
        return Err(Error::Forbidden(
            "New accounts are opened by the operator of this installation. Ask for an invitation.".to_owned(),
        ));
    }
    open_account(app, input, origin).await
}

/// As [`sign_up`], whether or not strangers may: the operator's command line and the demo.
///
/// # Errors
/// [`Error::Invalid`] with a message for each field.
pub async fn open_account(app: &App, input: SignUp, origin: &Origin) -> Result<user::Model> {
    let email = clean_email(&input.email);
    let wanted = input.account_name.as_deref().map(str::trim).unwrap_or_default();
    let mut faults = Faults::new();
    faults
        .check(
            is_email(&email),
            "email",
            "Enter an e-mail address such as name@example.com.",
        )
        .check(
            wanted.chars().count() <= MAX_NAME,
            "account_name",
            format!("Use at most {MAX_NAME} characters."),
        );
    passwords::check(&mut faults, "password", &input.password, &[&email, wanted]);
    faults.finish()?;
    let name = if wanted.is_empty() {
        engine::text::title_case(
            &email
                .split('@')
                .next()
                .unwrap_or("my team")
                .replace(['.', '_', '-'], " "),
        )
    } else {
        wanted.to_owned()
    };
    let hash = passwords::hash(input.password).await?;
    for _ in 0..5 {
        match enrol(app, &email, &name, &hash, origin).await {
            // Somebody of the same name or address was quicker by a moment: now it can be seen who.
            Err(Error::Db(error)) if Error::is_unique_violation(&error) => {}
            done => return done,
        }
    }
    Err(Error::Conflict(
        "Too many people sign up at this moment. Try again.".to_owned(),
    ))
}

async fn enrol(app: &App, email: &str, name: &str, hash: &str, origin: &Origin) -> Result<user::Model> {
    let now = crate::now();
    let txn = db::begin_write(&app.db).await?;
    if user::Entity::find()
        .filter(user::Column::Email.eq(email))
        .count(&txn)
        .await?
        > 0
    {
        return Err(email_taken());
    }
    let plan = plan::Entity::find()
        .filter(plan::Column::IsDefault.eq(true))
        .one(&txn)
        .await?
        .ok_or_else(|| Error::Internal("no plan is marked as the default".to_owned()))?;
    let slug = free_account_slug(&txn, name).await?;
    let account = account::Entity::insert(account::ActiveModel {
        name: Set(name.to_owned()),
        slug: Set(slug),
        plan_id: Set(plan.id),
        credits: Set(0),
        reserved: Set(0),
        status: Set(AccountStatus::Active),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(&txn)
    .await?;
    let inserted = user::Entity::insert(user::ActiveModel {
        email: Set(email.to_owned()),
        account_id: Set(account.id),
        role: Set(Role::Owner),
        name: Set(String::new()),
        password_hash: Set(hash.to_owned()),
        is_active: Set(true),
        last_login_at: Set(Some(now)),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(&txn)
    .await;
    let user = match inserted {
        Err(error) if Error::is_unique_violation(&error) => return Err(email_taken()),
        other => other?,
    };
    account::Entity::update_many()
        .col_expr(account::Column::OwnerId, Expr::value(user.id))
        .filter(account::Column::Id.eq(account.id))
        .exec(&txn)
        .await?;
    subscription::Entity::insert(subscription::ActiveModel {
        account_id: Set(account.id),
        plan_id: Set(plan.id),
        status: Set(SubscriptionStatus::Active),
        current_period_start: Set(now),
        current_period_end: Set(now + chrono::Months::new(1)),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec_without_returning(&txn)
    .await?;
    ledger::grant(
        &txn,
        account.id,
        TransactionType::Subscription,
        plan.included_credits,
        format!("opening:{}", account.id),
        &format!("Opening credits of the {} plan", plan.name),
        Some(user.id),
    )
    .await?;
    audit::by(&txn, &user, origin, AuditAction::SignedUp, "").await?;
    let note = confirm::ask(app, &txn, &user).await?;
    txn.commit().await?;
    if let Some(note) = note {
        mail::push(app, note).await;
    }
    Ok(user)
}

fn email_taken() -> Error {
    Error::field(
        "email",
        "There is an account with this address already. Sign in instead.",
    )
}

/// Checks an address and a password.
///
/// # Errors
/// [`Error::Unauthenticated`] in the same words and after the same work whether the address is known or not,
/// [`Error::TooMany`] after too many failures, [`Error::Forbidden`] when the account is closed.
pub async fn sign_in(app: &App, email: &str, password: &str, origin: &Origin) -> Result<user::Model> {
    let email = clean_email(email);
    // An address that is none is not worth a row.
    let by_email = is_email(&email).then(|| attempts::of_email(&email));
    let by_address = (!origin.ip_address.is_empty()).then(|| attempts::of_address(&origin.ip_address));
    let subjects: Vec<&str> = [&by_email, &by_address]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    // Before waiting for a turn, so that a locked caller keeps nobody waiting; and again when it has come.
    attempts::refuse_locked(&app.db, &subjects).await?;
    let turn = passwords::turn().await?;
    attempts::refuse_locked(&app.db, &subjects).await?;
    let found = user::Entity::find()
        .filter(user::Column::Email.eq(&email))
        .one(&app.db)
        .await?;
    let hash = found.as_ref().map(|user| user.password_hash.clone());
    let fits = passwords::fits(&turn, hash, password.to_owned()).await?;
    let user = match found {
        Some(user) if fits && user.is_active => user,
        other => {
            let mut locked = false;
            if let Some(subject) = &by_email {
                locked = attempts::failed(app, subject, attempts::PERSON).await?;
            }
            if let Some(subject) = &by_address {
                attempts::failed(app, subject, attempts::ADDRESS).await?;
            }
            if let Some(user) = other {
                let action = if locked {
                    AuditAction::SignInLocked
                } else {
                    AuditAction::SignInFailed
                };
                audit::by(&app.db, &user, origin, action, "").await?;
            }
            return Err(Error::Unauthenticated(
                "The e-mail address or the password is not right.".to_owned(),
            ));
        }
    };
    drop(turn);
    // Who may not get in is told so here, after the password: the answer gives nothing away to strangers.
    scope_of(app, user.id, origin).await?;
    let txn = db::begin_write(&app.db).await?;
    if let Some(subject) = &by_email {
        attempts::forget(&txn, subject).await?;
    }
    user::Entity::update_many()
        .col_expr(user::Column::LastLoginAt, Expr::value(crate::now()))
        .filter(user::Column::Id.eq(user.id))
        .exec(&txn)
        .await?;
    audit::by(&txn, &user, origin, AuditAction::SignedIn, "").await?;
    txn.commit().await?;
    Ok(user)
}

/// Somebody by address: for the command line, which needs no password.
///
/// # Errors
/// When the database fails.
pub async fn find_by_email(app: &App, email: &str) -> Result<Option<user::Model>> {
    Ok(user::Entity::find()
        .filter(user::Column::Email.eq(email.trim().to_lowercase()))
        .one(&app.db)
        .await?)
}

/// Who works for an account on the command line: the person with this address, or the owner of the account with this short
/// name or number.
///
/// # Errors
/// [`Error::NotFound`], or when the database fails.
pub async fn find_for_command(app: &App, who: &str) -> Result<user::Model> {
    let who = who.trim();
    if who.contains('@') {
        return find_by_email(app, who).await?.ok_or(Error::NotFound("The person"));
    }
    let named = account::Entity::find()
        .filter(account::Column::Slug.eq(who.to_lowercase()))
        .one(&app.db)
        .await?;
    let found = match (named, who.parse()) {
        (None, Ok(id)) => account::Entity::find_by_id(entity::AccountId(id)).one(&app.db).await?,
        (named, _) => named,
    };
    let owner = found.ok_or(Error::NotFound("The account"))?.owner_id;
    let owner = owner.ok_or(Error::NotFound("The owner of the account"))?;
    user::Entity::find_by_id(owner)
        .one(&app.db)
        .await?
        .ok_or(Error::NotFound("The owner of the account"))
}

/// The scope of whoever holds a token: an access token, or an API key.
///
/// # Errors
/// [`Error::Unauthenticated`] when it is not ours, has ended or was revoked.
pub async fn authenticate(app: &App, token: &str, origin: &Origin) -> Result<Scope> {
    if token.starts_with(api_keys::PREFIX) {
        return api_keys::scope(app, token, origin).await;
    }
    let (user, made) = tokens::verify(app, token)?;
    let (user, scope) = person(app, user, origin).await?;
    if user.signed_out_at.is_some_and(|ended| made < ended) {
        return Err(Error::Unauthenticated(
            "The access token has ended. Sign in again.".to_owned(),
        ));
    }
    Ok(scope)
}

/// The scope of a person: the one place where scopes of people are made.
///
/// # Errors
/// [`Error::Unauthenticated`] when the person is gone or switched off, [`Error::Forbidden`] when the account is closed.
pub async fn scope_of(app: &App, id: UserId, origin: &Origin) -> Result<Scope> {
    person(app, id, origin).await.map(|(_, scope)| scope)
}

async fn person(app: &App, id: UserId, origin: &Origin) -> Result<(user::Model, Scope)> {
    let gone = || Error::Unauthenticated("Sign in again.".to_owned());
    let user = user::Entity::find_by_id(id)
        .one(&app.db)
        .await?
        .filter(|user| user.is_active)
        .ok_or_else(gone)?;
    let account = account::Entity::find_by_id(user.account_id)
        .one(&app.db)
        .await?
        .ok_or_else(gone)?;
    let standing = standing(&account, user.role)?;
    let sites = match user.role {
        Role::Editor | Role::Viewer => SiteAccess::Only(
            site_user_access::Entity::find()
                .filter(site_user_access::Column::UserId.eq(user.id))
                .select_only()
                .column(site_user_access::Column::SiteId)
                .into_tuple()
                .all(&app.db)
                .await?,
        ),
        Role::Developer | Role::Owner | Role::Admin | Role::SystemBot => SiteAccess::All,
    };
    let scope = Scope {
        account: user.account_id,
        user: Some(user.id),
        role: user.role,
        sites,
        request_id: origin.request_id.clone(),
        ip_address: origin.ip_address.clone(),
        keys: None,
        key_id: None,
        standing,
        must_confirm: app.config.security.require_confirmed_email && user.email_verified_at.is_none(),
        is_operator: user.role == Role::Developer
            || (account.is_system && matches!(user.role, Role::Owner | Role::Admin | Role::SystemBot)),
        home: None,
    };
    Ok((user, scope))
}

/// What the state of an account lets somebody of this role do.
///
/// # Errors
/// [`Error::Forbidden`] when it is closed.
fn standing(account: &account::Model, role: Role) -> Result<Standing> {
    match account.status {
        AccountStatus::Active => Ok(Standing::Full),
        AccountStatus::Trial if account.trial_ends_at.is_some_and(|end| end < crate::now()) => Ok(Standing::TrialEnded),
        AccountStatus::Trial => Ok(Standing::Full),
        AccountStatus::Suspended => Ok(Standing::Suspended),
        // Its owner may still look, take the data along and change their mind.
        AccountStatus::Cancelled if account.delete_after.is_some() && role == Role::Owner => Ok(Standing::Leaving),
        AccountStatus::Cancelled => Err(Error::Forbidden(
            "This account was closed. Write to its owner, or to the operator of this installation.".to_owned(),
        )),
    }
}

/// Whether the account's own work may go on: jobs look before each unit.
///
/// # Errors
/// [`Error::Forbidden`] when it is suspended or closed or its trial is over.
pub(crate) fn may_work(account: &account::Model) -> Result<()> {
    match standing(account, Role::SystemBot)? {
        Standing::Full => Ok(()),
        _ => Err(Error::Forbidden(
            "The account may not work at the moment: it is suspended, or its trial is over.".to_owned(),
        )),
    }
}

/// The caller's own row.
async fn own(app: &App, scope: &Scope) -> Result<user::Model> {
    let id = scope
        .user
        .ok_or_else(|| Error::Unauthenticated("Sign in again.".to_owned()))?;
    user::Entity::find_by_id(id)
        .one(&app.db)
        .await?
        .ok_or(Error::NotFound("The person"))
}

/// Who is signed in, with all that the shell shows.
///
/// # Errors
/// When the database fails.
pub async fn me(app: &App, scope: &Scope) -> Result<Me> {
    let user = own(app, scope).await?;
    let account = crate::scope::account(&app.db, scope).await?;
    let plan = limits::plan_of(&app.db, scope).await?;
    Ok(Me {
        user,
        credits_low: periods::is_low(account.available(), plan.included_credits),
        account,
        plan_name: plan.name,
        sites: sites::list(app, scope).await?,
        must_confirm: scope.must_confirm,
        is_visiting: scope.home.is_some(),
        is_operator: scope.is_operator,
    })
}

/// Changes one's own name.
///
/// # Errors
/// [`Error::Invalid`] when it is too long.
pub async fn update_profile(app: &App, scope: &Scope, name: &str) -> Result<user::Model> {
    let id = scope.in_person()?;
    let name = name.trim();
    if name.chars().count() > MAX_NAME {
        return Err(Error::field("name", format!("Use at most {MAX_NAME} characters.")));
    }
    user::Entity::update_many()
        .col_expr(user::Column::Name, Expr::value(name))
        .col_expr(user::Column::UpdatedAt, Expr::value(crate::now()))
        .filter(user::Column::Id.eq(id))
        .exec(&app.db)
        .await?;
    own(app, scope).await
}

/// The account that is worked in.
///
/// # Errors
/// When the database fails.
pub async fn account(app: &App, scope: &Scope) -> Result<account::Model> {
    crate::scope::account(&app.db, scope).await
}

/// Changes the account's name and its name in URLs.
///
/// # Errors
/// [`Error::Invalid`] by field, [`Error::Forbidden`] for editors and viewers.
pub async fn update_account(app: &App, scope: &Scope, patch: AccountPatch) -> Result<account::Model> {
    scope.admin()?;
    let txn = db::begin_write(&app.db).await?;
    let found = crate::scope::lock_account(&txn, scope).await?;
    let name = patch
        .name
        .map_or_else(|| found.name.clone(), |name| name.trim().to_owned());
    let slug = patch
        .slug
        .map_or_else(|| found.slug.clone(), |slug| slug.trim().to_owned());
    let mut faults = Faults::new();
    faults
        .check(!name.is_empty(), "name", "Enter a name.")
        .check(
            name.chars().count() <= MAX_NAME,
            "name",
            format!("Use at most {MAX_NAME} characters."),
        )
        .check(
            sites::is_slug(&slug),
            "slug",
            "Use small letters, digits and hyphens, at most 80, such as my-team.",
        );
    faults.finish()?;
    let changed = account::Entity::update_many()
        .col_expr(account::Column::Name, Expr::value(&name))
        .col_expr(account::Column::Slug, Expr::value(&slug))
        .col_expr(account::Column::UpdatedAt, Expr::value(crate::now()))
        .filter(account::Column::Id.eq(scope.account))
        .exec(&txn)
        .await;
    match changed {
        Err(error) if Error::is_unique_violation(&error) => {
            return Err(Error::field("slug", "Another account has this name in its address."));
        }
        other => other?,
    };
    let detail = if found.name == name {
        format!("{} to {slug}", found.slug)
    } else {
        format!("{} to {name}", found.name)
    };
    audit::record(
        &txn,
        scope,
        AuditAction::AccountChanged,
        "account",
        Some(found.id.0),
        detail,
    )
    .await?;
    txn.commit().await?;
    account(app, scope).await
}

/// Removes what is of no use any more: ended tokens and links, forgotten failures, accounts whose time has come.
///
/// # Errors
/// When the database or the storage fails.
pub async fn tidy(app: &App) -> Result<()> {
    tokens::sweep(&app.db).await?;
    links::sweep(&app.db).await?;
    attempts::sweep(&app.db).await?;
    crate::idempotency::sweep(&app.db).await?;
    sites::sweep(app).await?;
    deletion::sweep(app).await
}

async fn free_account_slug(db: &impl ConnectionTrait, name: &str) -> Result<String> {
    let base = engine::text::slugify(name);
    let mut slug = base.clone();
    while account::Entity::find()
        .filter(account::Column::Slug.eq(&slug))
        .count(db)
        .await?
        > 0
    {
        slug = format!("{base}-{}", &crate::secrets::random_token()[..6]);
    }
    Ok(slug)
}
