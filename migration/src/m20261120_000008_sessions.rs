//! Browser sessions and refresh tokens.

use sea_orm_migration::prelude::*;

use crate::columns::{big, big_null, create, drop_all, flag, id, index, text, time, time_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            "refresh_tokens",
            vec![
                id(),
                big("user_id"),
                text("family"),
                text("token_hash"),
                time("expires_at"),
                time_null("used_at"),
                flag("revoked", false),
                time("created_at"),
            ],
            &[("user_id", "users")],
        )
        .await?;
        index(manager, "refresh_tokens", &["token_hash"], true).await?;
        index(manager, "refresh_tokens", &["family"], false).await?;
        let mut sessions = Table::create();
        sessions
            .table("sessions")
            .col(ColumnDef::new("id").text().not_null().primary_key())
            .col(ColumnDef::new("data").blob().not_null())
            .col(big_null("user_id"))
            .col(time("expires_at"));
        manager.create_table(sessions.take()).await?;
        index(manager, "sessions", &["expires_at"], false).await?;
        index(manager, "sessions", &["user_id"], false).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["sessions", "refresh_tokens"]).await
    }
}
