//! The demo account of a first start: somebody to sign in as, a site, and nothing in it yet.

use entity::{
    site::NewSite,
    user::{self, SignUp},
};
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::{App, Result, accounts, scope::Origin, sites};

/// Address of the demo account.
pub const EMAIL: &str = "demo@igny8.local";
/// Its password: the demo listens on this machine only, so it may be printed.
pub const PASSWORD: &str = "espresso-demo-2026";

/// Makes the demo account when the installation has nobody yet; returns whether it did.
///
/// # Errors
/// When the database fails.
pub async fn prepare(app: &App) -> Result<bool> {
    if user::Entity::find().count(&app.db).await? > 0 {
        return Ok(false);
    }
    let origin = Origin::here("demo");
    let user = accounts::open_account(
        app,
        SignUp {
            email: EMAIL.to_owned(),
            password: PASSWORD.to_owned(),
            account_name: Some("Demo".to_owned()),
        },
        &origin,
    )
    .await?;
    let scope = accounts::scope_of(app, user.id, &origin).await?;
    sites::create(
        app,
        &scope,
        NewSite {
            name: "Morning Crema".to_owned(),
            sectors: vec!["Home coffee".to_owned()],
            ..NewSite::default()
        },
    )
    .await?;
    Ok(true)
}

/// Whether the demo account is there.
///
/// # Errors
/// When the database fails.
pub async fn is_there(app: &App) -> Result<bool> {
    Ok(accounts::find_by_email(app, EMAIL).await?.is_some())
}
