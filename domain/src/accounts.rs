//! Accounts and people: signing up, signing in, who somebody is.

pub mod tokens;

use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString, rand_core::OsRng},
};
use entity::{
    UserId, account,
    account::AccountStatus,
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
    App, Error, Faults, Result,
    billing::ledger,
    db,
    scope::{Scope, SiteAccess},
    sites,
};

/// Shortest password, in characters.
pub const MIN_PASSWORD: usize = 10;
/// Longest password: beyond it hashing becomes a way to keep the server busy.
const MAX_PASSWORD: usize = 256;

/// Signs up a newcomer: account, owner, subscription and opening credits, all or nothing.
///
/// # Errors
/// [`Error::Invalid`] with a message for each field.
pub async fn sign_up(app: &App, input: SignUp) -> Result<user::Model> {
    let email = input.email.trim().to_lowercase();
    let mut faults = Faults::new();
    faults
        .check(
            email_address::EmailAddress::is_valid(&email) && email.len() <= 254,
            "email",
            "Enter an e-mail address such as name@example.com.",
        )
        .check(
            input.password.chars().count() >= MIN_PASSWORD,
            "password",
            format!("Use at least {MIN_PASSWORD} characters; a few words make a good password."),
        )
        .check(
            input.password.len() <= MAX_PASSWORD,
            "password",
            format!("Use at most {MAX_PASSWORD} characters."),
        )
        .check(
            !is_weak(&input.password, &email),
            "password",
            "This password is easy to guess. Choose another one.",
        );
    faults.finish()?;
    let name = match input.account_name.as_deref().map(str::trim) {
        Some(name) if !name.is_empty() => engine::text::truncate_words(name, 80),
        _ => engine::text::title_case(
            &email
                .split('@')
                .next()
                .unwrap_or("my team")
                .replace(['.', '_', '-'], " "),
        ),
    };
    let hash = hash_password(input.password).await?;
    for _ in 0..5 {
        match enrol(app, &email, &name, &hash).await {
            // Somebody of the same name or address was quicker by a moment: now it can be seen who.
            Err(Error::Db(error)) if Error::is_unique_violation(&error) => {}
            done => return done,
        }
    }
    Err(Error::Conflict(
        "Too many people sign up at this moment. Try again.".to_owned(),
    ))
}

async fn enrol(app: &App, email: &str, name: &str, hash: &str) -> Result<user::Model> {
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
    txn.commit().await?;
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
/// [`Error::Unauthenticated`] in the same words and after the same work whether the address is known or not.
pub async fn sign_in(app: &App, email: &str, password: &str) -> Result<user::Model> {
    let refused = || Error::Unauthenticated("The e-mail address or the password is not right.".to_owned());
    if password.len() > MAX_PASSWORD {
        return Err(refused());
    }
    let found = user::Entity::find()
        .filter(user::Column::Email.eq(email.trim().to_lowercase()))
        .one(&app.db)
        .await?;
    let hash = found.as_ref().map(|user| user.password_hash.clone());
    let fits = verify_password(hash, password.to_owned()).await?;
    let user = found.filter(|user| fits && user.is_active).ok_or_else(refused)?;
    user::Entity::update_many()
        .col_expr(user::Column::LastLoginAt, Expr::value(crate::now()))
        .filter(user::Column::Id.eq(user.id))
        .exec(&app.db)
        .await?;
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

/// The scope of a person: the one place where scopes of people are made.
///
/// # Errors
/// [`Error::Unauthenticated`] when the person is gone or switched off, or the account may not work.
pub async fn scope_of(app: &App, id: UserId, request_id: String) -> Result<Scope> {
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
    match account.status {
        AccountStatus::Active | AccountStatus::Trial => {}
        AccountStatus::Suspended | AccountStatus::Cancelled => {
            return Err(Error::Forbidden(
                "This account is switched off. Write to its operator.".to_owned(),
            ));
        }
    }
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
    Ok(Scope {
        account: user.account_id,
        user: Some(user.id),
        role: user.role,
        sites,
        request_id,
    })
}

/// Who is signed in, with all that the shell shows.
///
/// # Errors
/// When the database fails.
pub async fn me(app: &App, scope: &Scope) -> Result<Me> {
    let id = scope
        .user
        .ok_or_else(|| Error::Unauthenticated("Sign in again.".to_owned()))?;
    let user = user::Entity::find_by_id(id)
        .one(&app.db)
        .await?
        .ok_or(Error::NotFound("The person"))?;
    let account = crate::scope::account(&app.db, scope).await?;
    let plan = plan::Entity::find_by_id(account.plan_id)
        .one(&app.db)
        .await?
        .ok_or(Error::NotFound("The plan"))?;
    Ok(Me {
        user,
        account,
        plan_name: plan.name,
        sites: sites::list(app, scope).await?,
    })
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

/// A handful of rules that catch what lists of common passwords begin with.
fn is_weak(password: &str, email: &str) -> bool {
    let lower = password.to_lowercase();
    let distinct = lower.chars().collect::<std::collections::HashSet<_>>().len();
    let name = email.split('@').next().unwrap_or_default();
    let common = [
        "password", "passwort", "qwertz", "qwerty", "123456", "abcdef", "letmein", "iloveyou", "igny8",
    ];
    let rest = common.iter().fold(lower.clone(), |rest, word| rest.replace(word, ""));
    distinct < 5 || lower == email || lower == name || rest.chars().filter(|c| c.is_alphabetic()).count() < 3
}

async fn hash_password(password: String) -> Result<String> {
    tokio::task::spawn_blocking(move || {
        Argon2::default()
            .hash_password(password.as_bytes(), &SaltString::generate(&mut OsRng))
            .map(|hash| hash.to_string())
            .map_err(Error::internal)
    })
    .await
    .map_err(Error::internal)?
}

async fn verify_password(hash: Option<String>, password: String) -> Result<bool> {
    // An unknown address costs as much time as a known one, so that timing does not tell them apart.
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$3Nq3MzEBYjQTUlT4wrD1gmvRYnXzYwWnlqBLx2aGjYw";
    tokio::task::spawn_blocking(move || {
        let text = hash.as_deref().unwrap_or(NOBODY);
        let parsed = PasswordHash::new(text).map_err(Error::internal)?;
        let fits = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
        Ok(fits && hash.is_some())
    })
    .await
    .map_err(Error::internal)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_are_easy_to_guess_are_named() {
        for weak in [
            "password123",
            "aaaaaaaaaaaa",
            "1234567890",
            "qwerty123456",
            "ann@example.com",
            "12345678901",
        ] {
            assert!(is_weak(weak, "ann@example.com"), "{weak}");
        }
        for fine in ["correct horse battery", "Blue-Kettle-42", "espresso4ever"] {
            assert!(!is_weak(fine, "ann@example.com"), "{fine}");
        }
    }
}
