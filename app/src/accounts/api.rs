//! Server functions of accounts: signing in, oneself.
#![allow(missing_docs, reason = "the macro makes a struct of the arguments of each function")]

use entity::{
    ApiError,
    invitation::Invited,
    user::{self, Me, SignedIn},
};
use leptos::prelude::*;
use server_fn::codec::Json;

/// Makes an account with its owner and signs the owner in.
#[server]
pub async fn sign_up(email: String, password: String, #[server(default)] account_name: String) -> Result<(), ApiError> {
    let (app, origin) = crate::context::stranger()?;
    let account_name = Some(account_name).filter(|name| !name.trim().is_empty());
    let input = user::SignUp {
        email,
        password,
        account_name,
    };
    let user = domain::accounts::sign_up(&app, input, &origin)
        .await
        .map_err(crate::context::fail)?;
    session::start(user.id).await?;
    leptos_axum::redirect("/");
    Ok(())
}

/// Signs a person in and sends them to the page they wanted.
#[server]
pub async fn sign_in(email: String, password: String, #[server(default)] next: String) -> Result<(), ApiError> {
    let (app, origin) = crate::context::stranger()?;
    let user = domain::accounts::sign_in(&app, &email, &password, &origin)
        .await
        .map_err(crate::context::fail)?;
    session::start(user.id).await?;
    leptos_axum::redirect(super::local_path(&next));
    Ok(())
}

/// Ends the session.
#[server]
pub async fn sign_out() -> Result<(), ApiError> {
    session::end().await?;
    leptos_axum::redirect("/signin");
    Ok(())
}

/// Sends a link that sets a new password; says the same whether somebody has this address or not.
#[server]
pub async fn forgot_password(email: String) -> Result<(), ApiError> {
    let (app, origin) = crate::context::stranger()?;
    domain::accounts::passwords::forgot(&app, &email, &origin)
        .await
        .map_err(crate::context::fail)?;
    leptos_axum::redirect("/forgot?sent=1");
    Ok(())
}

/// Sets a new password by a link.
#[server]
pub async fn reset_password(token: String, password: String) -> Result<(), ApiError> {
    let (app, origin) = crate::context::stranger()?;
    domain::accounts::passwords::reset(&app, &token, &password, &origin)
        .await
        .map_err(crate::context::fail)?;
    leptos_axum::redirect("/signin?done=password");
    Ok(())
}

/// Follows a link that confirms an address.
#[server]
pub async fn confirm_email(token: String) -> Result<(), ApiError> {
    let (app, origin) = crate::context::stranger()?;
    domain::accounts::confirm::confirm(&app, &token, &origin)
        .await
        .map_err(crate::context::fail)?;
    leptos_axum::redirect("/signin?done=email");
    Ok(())
}

/// What an invitation is for.
#[server(input = Json)]
pub async fn look_at_invitation(token: String) -> Result<Invited, ApiError> {
    let (app, _) = crate::context::stranger()?;
    domain::accounts::invitations::look(&app, &token)
        .await
        .map_err(crate::context::fail)
}

/// Joins an account and signs the newcomer in.
#[server]
pub async fn accept_invitation(
    token: String,
    #[server(default)] name: String,
    password: String,
) -> Result<(), ApiError> {
    let (app, origin) = crate::context::stranger()?;
    let input = entity::invitation::Acceptance { token, name, password };
    let user = domain::accounts::invitations::accept(&app, input, &origin)
        .await
        .map_err(crate::context::fail)?;
    session::start(user.id).await?;
    leptos_axum::redirect("/");
    Ok(())
}

/// Who is signed in.
#[server(input = Json)]
pub async fn current_user() -> Result<Me, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::me(&app, &scope).await.map_err(crate::context::fail)
}

/// Changes one's own name.
#[server(input = Json)]
pub async fn update_profile(name: String) -> Result<user::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::update_profile(&app, &scope, &name)
        .await
        .map_err(crate::context::fail)
}

/// Changes one's own password; every other session ends.
#[server(input = Json)]
pub async fn change_password(current: String, new: String) -> Result<(), ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    let keep = session::row().await?;
    domain::accounts::passwords::change(&app, &scope, &current, &new, keep.as_deref())
        .await
        .map_err(crate::context::fail)
}

/// Asks for another address: it counts once the link that goes there was followed.
#[server(input = Json)]
pub async fn change_email(email: String, password: String) -> Result<(), ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::confirm::change_email(&app, &scope, &email, &password)
        .await
        .map_err(crate::context::fail)
}

/// Sends the mail that confirms one's address once more.
#[server(input = Json)]
pub async fn resend_confirmation() -> Result<(), ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::confirm::send(&app, &scope)
        .await
        .map_err(crate::context::fail)
}

/// Where one is signed in.
#[server(input = Json)]
pub async fn my_sessions() -> Result<Vec<SignedIn>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    let current = session::row().await?;
    domain::accounts::sessions::list(&app, &scope, current.as_deref())
        .await
        .map_err(crate::context::fail)
}

/// Ends one of one's sessions.
#[server(input = Json)]
pub async fn end_session(id: String) -> Result<(), ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::sessions::end(&app, &scope, &id)
        .await
        .map_err(crate::context::fail)
}

/// Ends all of one's sessions but this one.
#[server(input = Json)]
pub async fn end_other_sessions() -> Result<u64, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    let keep = session::row().await?;
    domain::accounts::sessions::end_all(&app, &scope, keep.as_deref())
        .await
        .map_err(crate::context::fail)
}

#[cfg(feature = "ssr")]
pub(super) mod session {
    use entity::{AccountId, ApiError, UserId};
    use tower_sessions::Session;

    use super::super::{SESSION_USER, SESSION_VISITING};

    /// Starts a session under a new name, so that a name set before sign-in is worth nothing after it.
    pub async fn start(user: UserId) -> Result<(), ApiError> {
        let session = session().await?;
        // Nothing of who was signed in here before goes over to the next.
        session.clear().await;
        session.cycle_id().await.map_err(broken)?;
        session.insert(SESSION_USER, user.0).await.map_err(broken)
    }

    /// Ends the session.
    pub async fn end() -> Result<(), ApiError> {
        session().await?.flush().await.map_err(broken)
    }

    /// Name of the session's row, as the list of sessions has it.
    pub async fn row() -> Result<Option<String>, ApiError> {
        Ok(session()
            .await?
            .id()
            .map(|id| domain::secrets::hash_token(&id.to_string())))
    }

    /// Looks into an account from now on, or not any more.
    pub async fn visit(account: Option<AccountId>) -> Result<(), ApiError> {
        let session = session().await?;
        match account {
            Some(account) => session.insert(SESSION_VISITING, account.0).await.map_err(broken),
            None => session
                .remove::<i64>(SESSION_VISITING)
                .await
                .map(|_| ())
                .map_err(broken),
        }
    }

    async fn session() -> Result<Session, ApiError> {
        leptos_axum::extract::<Session>().await.map_err(broken)
    }

    fn broken<E>(_: E) -> ApiError {
        crate::context::ssr::status(axum::http::StatusCode::INTERNAL_SERVER_ERROR);
        ApiError::new("internal", "Your session could not be saved. Try again in a moment.")
    }
}
