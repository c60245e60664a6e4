//! Passwords: how good they must be, how they are kept, how they change.

use std::sync::LazyLock;

use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString, rand_core::OsRng},
};
use entity::{audit_event::AuditAction, one_time_token::Purpose, user};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{attempts, links, sessions};
use crate::{
    App, Error, Faults, Result, audit, db, mail,
    scope::{Origin, Scope},
};

/// Shortest password, in characters.
pub const MIN_PASSWORD: usize = 10;
/// Longest password: beyond it hashing becomes a way to keep the server busy.
const MAX_PASSWORD: usize = 256;
/// Characters that a password must have beside the person's own words.
const OWN: usize = 6;
/// Life of a link that sets a new password, in minutes.
const RESET_MINUTES: i64 = 60;

/// One hash takes 19 MiB and a core for some 20 ms (argon2id with the library's defaults, the second choice of OWASP's
/// password storage cheat sheet): as many at once as there are cores, the others wait.
static HASHING: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(2, std::num::NonZero::get)));

/// Notes what is wrong with a new password. `known` are words that somebody who knows the person tries first.
pub(super) fn check(faults: &mut Faults, field: &str, password: &str, known: &[&str]) {
    let length = password.chars().count();
    faults
        .check(
            length >= MIN_PASSWORD,
            field,
            format!("Use at least {MIN_PASSWORD} characters; a few words make a good password."),
        )
        .check(
            password.len() <= MAX_PASSWORD,
            field,
            format!("Use at most {MAX_PASSWORD} characters."),
        );
    if length >= MIN_PASSWORD && password.len() <= MAX_PASSWORD {
        let mut words: Vec<&str> = known
            .iter()
            .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
            .filter(|word| word.len() > 2)
            .collect();
        words.extend(known.iter().copied());
        words.push("igny8");
        let strength = zxcvbn::zxcvbn(password, &words);
        if strength.score() < zxcvbn::Score::Three || rest_of(password, &words) < OWN {
            let why = strength
                .feedback()
                .and_then(zxcvbn::feedback::Feedback::warning)
                .map(|warning| format!(" {warning}"))
                .unwrap_or_default();
            faults.check(
                false,
                field,
                format!("This password is easy to guess.{why} Choose another one, for instance four words that do not belong together."),
            );
        }
    }
}

/// Characters of a password that are not words which somebody who knows the person tries first.
fn rest_of(password: &str, words: &[&str]) -> usize {
    let mut words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut rest = password.to_lowercase();
    for word in words.iter().filter(|word| !word.is_empty()) {
        rest = rest.replace(word.as_str(), "");
    }
    rest.chars().count()
}

/// Hashes a password: argon2id, PHC format.
pub(super) async fn hash(password: String) -> Result<String> {
    let _turn = HASHING.acquire().await.map_err(Error::internal)?;
    tokio::task::spawn_blocking(move || {
        Argon2::default()
            .hash_password(password.as_bytes(), &SaltString::generate(&mut OsRng))
            .map(|hash| hash.to_string())
            .map_err(Error::internal)
    })
    .await
    .map_err(Error::internal)?
}

/// Waits for one's turn to try a password. Whoever holds it looks for a lock, tries, and counts a failure before giving it
/// back, so that guesses sent at the same moment do not all pass before the first is counted.
pub(super) async fn turn() -> Result<SemaphorePermit<'static>> {
    HASHING.acquire().await.map_err(Error::internal)
}

/// Whether the password fits, for who has the turn. Without a hash the work is the same and the answer is no.
pub(super) async fn fits(_turn: &SemaphorePermit<'static>, hash: Option<String>, password: String) -> Result<bool> {
    // An unknown address costs as much time as a known one, so that timing does not tell them apart.
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$3Nq3MzEBYjQTUlT4wrD1gmvRYnXzYwWnlqBLx2aGjYw";
    if password.len() > MAX_PASSWORD {
        return Ok(false);
    }
    tokio::task::spawn_blocking(move || {
        let text = hash.as_deref().unwrap_or(NOBODY);
        let parsed = PasswordHash::new(text).map_err(Error::internal)?;
        let fits = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
        Ok(fits && hash.is_some())
    })
    .await
    .map_err(Error::internal)?
}

/// Asks a person who is signed in for the password again, before something that a stolen session must not do.
///
/// # Errors
/// [`Error::Invalid`] at `field` when it does not fit, [`Error::TooMany`] after too many guesses.
pub(super) async fn confirm(app: &App, scope: &Scope, field: &str, password: &str) -> Result<user::Model> {
    let id = scope.in_person()?;
    let user = user::Entity::find_by_id(id)
        .one(&app.db)
        .await?
        .ok_or(Error::NotFound("The person"))?;
    let subject = format!("confirm:{id}");
    let turn = turn().await?;
    attempts::refuse_locked(&app.db, &[&subject]).await?;
    if fits(&turn, Some(user.password_hash.clone()), password.to_owned()).await? {
        attempts::forget(&app.db, &subject).await?;
        return Ok(user);
    }
    attempts::failed(app, &subject, attempts::PERSON).await?;
    Err(Error::field(field, "This is not your password."))
}

/// Changes one's own password. Every other session and every token ends; `keep` names the session that stays.
///
/// # Errors
/// [`Error::Invalid`] by field, [`Error::TooMany`] after too many guesses, [`Error::Forbidden`] for keys.
pub async fn change(app: &App, scope: &Scope, current: &str, new: &str, keep: Option<&str>) -> Result<()> {
    let user = confirm(app, scope, "current_password", current).await?;
    let mut faults = Faults::new();
    check(&mut faults, "new_password", new, &[&user.email, &user.name]);
    faults.check(
        new != current,
        "new_password",
        "This is the password that you have now.",
    );
    faults.finish()?;
    let hash = hash(new.to_owned()).await?;
    let txn = db::begin_write(&app.db).await?;
    set_hash(&txn, &user, hash).await?;
    sessions::end_all_of(&txn, user.id, keep).await?;
    audit::record(&txn, scope, AuditAction::PasswordChanged, "user", Some(user.id.0), "").await?;
    let note = mail::queue(
        app,
        &txn,
        Some(user.account_id),
        &user.email,
        "Your password was changed",
        "The password of your IGNY8 account was changed just now, and everybody else who was signed in with it was signed out. \
         API keys go on working: look at yours in the settings.\n\n\
         If that was not you, set a new password at once:\n\n",
        Some(&format!("{}/forgot", app.config.server.base_url())),
    )
    .await?;
    txn.commit().await?;
    mail::push(app, note).await;
    Ok(())
}

async fn set_hash(db: &impl sea_orm::ConnectionTrait, user: &user::Model, hash: String) -> Result<()> {
    user::Entity::update_many()
        .col_expr(user::Column::PasswordHash, Expr::value(hash))
        .col_expr(user::Column::UpdatedAt, Expr::value(crate::now()))
        .filter(user::Column::Id.eq(user.id))
        .exec(db)
        .await?;
    links::end_changes_of_address(db, user.id).await
}

/// Sends a link that sets a new password, when somebody has this address. Nobody learns whether.
///
/// # Errors
/// When the database fails.
pub async fn forgot(app: &App, email: &str, origin: &Origin) -> Result<()> {
    let found = user::Entity::find()
        .filter(user::Column::Email.eq(super::clean_email(email)))
        .one(&app.db)
        .await?
        .filter(|user| user.is_active);
    let Some(user) = found else {
        return Ok(());
    };
    let txn = db::begin_write(&app.db).await?;
    // Somebody who asks again and again fills no mailbox.
    let Some(token) = links::make(&txn, user.id, Purpose::ResetPassword, None, RESET_MINUTES).await? else {
        return Ok(());
    };
    let from = match origin.ip_address.as_str() {
        "" => String::new(),
        address => format!(" The request came from {address}."),
    };
    let note = mail::queue(
        app,
        &txn,
        Some(user.account_id),
        &user.email,
        "Set a new password",
        &format!(
            "Somebody asked for a new password for your IGNY8 account.{from} If that was you, open this link within the next hour; \
             it works once. Otherwise there is nothing to do.\n\n"
        ),
        Some(&format!("{}/reset?token={token}", app.config.server.base_url())),
    )
    .await?;
    txn.commit().await?;
    mail::push(app, note).await;
    Ok(())
}

/// Sets a new password by a link. Whoever was signed in is signed out, and a lock after wrong guesses is lifted.
///
/// # Errors
/// [`Error::Invalid`] at `token` for a link that is unknown, used or too old, at `password` for a bad one.
pub async fn reset(app: &App, token: &str, password: &str, origin: &Origin) -> Result<user::Model> {
    // Looked at first, so that a weak password does not use up the link.
    let user = links::owner(&app.db, token, Purpose::ResetPassword).await?.0;
    let mut faults = Faults::new();
    check(&mut faults, "password", password, &[&user.email, &user.name]);
    faults.finish()?;
    let hash = hash(password.to_owned()).await?;
    let txn = db::begin_write(&app.db).await?;
    let (user, _) = links::take(&txn, token, Purpose::ResetPassword).await?;
    set_hash(&txn, &user, hash).await?;
    // The link came by mail, so the address is theirs.
    super::confirm::mark(&txn, &user).await?;
    sessions::end_all_of(&txn, user.id, None).await?;
    attempts::forget(&txn, &attempts::of_email(&user.email)).await?;
    audit::by(&txn, &user, origin, AuditAction::PasswordReset, "").await?;
    txn.commit().await?;
    Ok(user)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_fine(password: &str) -> bool {
        let mut faults = Faults::new();
        check(
            &mut faults,
            "password",
            password,
            &["ann.smith@example.com", "Ann Smith"],
        );
        faults.finish().is_ok()
    }

    #[test]
    fn passwords_that_are_easy_to_guess_are_named() {
        for weak in [
            "short",
            "password123",
            "aaaaaaaaaaaa",
            "1234567890",
            "qwerty123456",
            "ann.smith@example.com",
            "annsmith2024",
            "12345678901",
        ] {
            assert!(!is_fine(weak), "{weak}");
        }
        for fine in ["correct horse battery", "Blue-Kettle-42", "espresso-demo-2026"] {
            assert!(is_fine(fine), "{fine}");
        }
        assert!(!is_fine(&"long ".repeat(60)));
    }
}
