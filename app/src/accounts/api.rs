//! Server functions of accounts.
#![allow(missing_docs, reason = "the macro makes a struct of the arguments of each function")]

use entity::{ApiError, user::Me};
use leptos::prelude::*;
use server_fn::codec::Json;

/// Makes an account with its owner and signs the owner in.
#[server]
pub async fn sign_up(email: String, password: String, #[server(default)] account_name: String) -> Result<(), ApiError> {
    let account_name = Some(account_name).filter(|name| !name.trim().is_empty());
    let input = entity::user::SignUp {
        email,
        password,
        account_name,
    };
    let user = domain::accounts::sign_up(&crate::context::app()?, input)
        .await
        .map_err(crate::context::fail)?;
    session::start(user.id).await?;
    leptos_axum::redirect("/");
    Ok(())
}

/// Signs a person in and sends them to the page they wanted.
#[server]
pub async fn sign_in(email: String, password: String, #[server(default)] next: String) -> Result<(), ApiError> {
    let user = domain::accounts::sign_in(&crate::context::app()?, &email, &password)
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

/// Who is signed in.
#[server(input = Json)]
pub async fn current_user() -> Result<Me, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::accounts::me(&app, &scope).await.map_err(crate::context::fail)
}

#[cfg(feature = "ssr")]
mod session {
    use entity::{ApiError, UserId};
    use tower_sessions::Session;

    /// Starts a session under a new name, so that a name set before sign-in is worth nothing after it.
    pub async fn start(user: UserId) -> Result<(), ApiError> {
        let session = session().await?;
        session.cycle_id().await.map_err(broken)?;
        session.insert("user_id", user.0).await.map_err(broken)
    }

    /// Ends the session.
    pub async fn end() -> Result<(), ApiError> {
        session().await?.flush().await.map_err(broken)
    }

    async fn session() -> Result<Session, ApiError> {
        leptos_axum::extract::<Session>().await.map_err(broken)
    }

    fn broken<E>(_: E) -> ApiError {
        crate::context::ssr::status(axum::http::StatusCode::INTERNAL_SERVER_ERROR);
        ApiError::new("internal", "Your session could not be saved. Try again in a moment.")
    }
}
