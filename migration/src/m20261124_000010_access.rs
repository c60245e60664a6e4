//! Access: mail, single-use links, invitations, keys for programs, lock-out, the log of what matters; sessions that can be
//! told apart; sites with a language, a time zone and a colour.

use sea_orm_migration::prelude::*;

use crate::columns::{
    add, big, big_null, big_zero, create, drop_all, flag, id, index, int_null, int_zero, take_away, text, text_empty,
    text_null, time, time_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(
            manager,
            "users",
            vec![
                time_null("email_verified_at"),
                // Tokens and sessions from before this moment are of no use any more.
                time_null("signed_out_at"),
            ],
        )
        .await?;
        add(
            manager,
            "accounts",
            vec![
                // People of a system account work for the operator.
                flag("is_system", false),
                time_null("trial_ends_at"),
                time_null("delete_after"),
            ],
        )
        .await?;
        add(
            manager,
            "sites",
            vec![
                text_null("accent"),
                ColumnDef::new("time_zone").text().not_null().default("UTC").take(),
                ColumnDef::new("language").text().not_null().default("en").take(),
            ],
        )
        .await?;
        add(
            manager,
            "sessions",
            vec![
                time_null("created_at"),
                time_null("last_seen_at"),
                text_empty("ip_address"),
                text_empty("user_agent"),
            ],
        )
        .await?;
        add(
            manager,
            "refresh_tokens",
            vec![text_empty("ip_address"), text_empty("user_agent")],
        )
        .await?;
        index(manager, "refresh_tokens", &["user_id"], false).await?;
        index(manager, "refresh_tokens", &["expires_at"], false).await?;

        create(
            manager,
            "one_time_tokens",
            vec![
                id(),
                big("user_id"),
                text("purpose"),
                text("token_hash"),
                text_null("payload"),
                time("expires_at"),
                time_null("used_at"),
                time("created_at"),
            ],
            &[("user_id", "users")],
        )
        .await?;
        index(manager, "one_time_tokens", &["token_hash"], true).await?;
        index(manager, "one_time_tokens", &["user_id", "purpose"], false).await?;
        index(manager, "one_time_tokens", &["expires_at"], false).await?;

        create(
            manager,
            "invitations",
            vec![
                id(),
                big("account_id"),
                text("email"),
                text("role"),
                // Ids of sites as a JSON list; whoever accepts gets those that are still there.
                text("site_ids"),
                text("token_hash"),
                big_null("invited_by"),
                time("expires_at"),
                time_null("accepted_at"),
                time_null("revoked_at"),
                time("created_at"),
                time("updated_at"),
            ],
            &[("account_id", "accounts")],
        )
        .await?;
        index(manager, "invitations", &["token_hash"], true).await?;
        index(manager, "invitations", &["account_id", "email"], false).await?;

        create(
            manager,
            "api_keys",
            vec![
                id(),
                big("account_id"),
                big("user_id"),
                text("name"),
                text("prefix"),
                text("key_hash"),
                text("scopes"),
                time_null("expires_at"),
                time_null("last_used_at"),
                time_null("revoked_at"),
                time("created_at"),
            ],
            &[("account_id", "accounts"), ("user_id", "users")],
        )
        .await?;
        index(manager, "api_keys", &["key_hash"], true).await?;
        index(manager, "api_keys", &["account_id"], false).await?;
        index(manager, "api_keys", &["user_id"], false).await?;

        create(
            manager,
            "audit_events",
            vec![
                id(),
                big("account_id"),
                big_null("user_id"),
                text_empty("actor"),
                text("action"),
                text_empty("object_type"),
                big_null("object_id"),
                text_empty("detail"),
                text_empty("ip_address"),
                text_empty("request_id"),
                time("created_at"),
            ],
            &[("account_id", "accounts")],
        )
        .await?;
        index(manager, "audit_events", &["account_id", "id"], false).await?;
        index(manager, "audit_events", &["account_id", "action", "id"], false).await?;

        let mut attempts = Table::create();
        attempts
            .table("sign_in_attempts")
            // `email:...` or `address:...`: an address that nobody has is counted as well.
            .col(ColumnDef::new("subject").text().not_null().primary_key())
            .col(int_zero("failures"))
            .col(time_null("locked_until"))
            .col(time("updated_at"));
        manager.create_table(attempts.take()).await?;
        index(manager, "sign_in_attempts", &["updated_at"], false).await?;

        create(
            manager,
            "mails",
            vec![
                id(),
                big_null("account_id"),
                text("recipient"),
                text("subject"),
                // Sealed: links in it are as good as passwords. Emptied once it is sent.
                text("body"),
                text("status"),
                int_zero("attempts"),
                text_empty("error"),
                time("created_at"),
                time("updated_at"),
            ],
            &[("account_id", "accounts")],
        )
        .await?;
        index(manager, "mails", &["status", "updated_at"], false).await?;

        create(
            manager,
            "idempotency_keys",
            vec![
                id(),
                big("account_id"),
                // 0 where no person stands behind the caller: a null would not be unique.
                big_zero("user_id"),
                text("key"),
                // Hash of what was asked: the same key with another question is a mistake.
                text("fingerprint"),
                // Empty until the answer is known.
                int_null("status"),
                text_empty("body"),
                time("created_at"),
            ],
            &[("account_id", "accounts")],
        )
        .await?;
        index(manager, "idempotency_keys", &["account_id", "user_id", "key"], true).await?;
        index(manager, "idempotency_keys", &["created_at"], false).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(
            manager,
            &[
                "idempotency_keys",
                "mails",
                "sign_in_attempts",
                "audit_events",
                "api_keys",
                "invitations",
                "one_time_tokens",
            ],
        )
        .await?;
        for name in ["ix_refresh_tokens_expires_at", "ix_refresh_tokens_user_id"] {
            manager
                .drop_index(Index::drop().name(name).table("refresh_tokens").to_owned())
                .await?;
        }
        take_away(manager, "refresh_tokens", &["user_agent", "ip_address"]).await?;
        take_away(
            manager,
            "sessions",
            &["user_agent", "ip_address", "last_seen_at", "created_at"],
        )
        .await?;
        take_away(manager, "sites", &["language", "time_zone", "accent"]).await?;
        take_away(manager, "accounts", &["delete_after", "trial_ends_at", "is_system"]).await?;
        take_away(manager, "users", &["signed_out_at", "email_verified_at"]).await
    }
}
