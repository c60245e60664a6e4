//! Scores of keywords, when a site was last scored, and the ways to competitors' keywords and to articles by cluster.

use sea_orm_migration::prelude::*;

use crate::columns::{big, create, drop_all, drop_index, index, int_zero, text, time_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut key = big("keyword_id");
        create(
            manager,
            "keyword_scores",
            vec![
                key.primary_key().take(),
                big("account_id"),
                big("site_id"),
                big("sector_id"),
                int_zero("score"),
                text("coverage"),
            ],
            &[
                ("keyword_id", "keywords"),
                ("account_id", "accounts"),
                ("site_id", "sites"),
                ("sector_id", "sectors"),
            ],
        )
        .await?;
        for owner in ["site_id", "sector_id"] {
            index(manager, "keyword_scores", &[owner, "score", "keyword_id"], false).await?;
            index(
                manager,
                "keyword_scores",
                &[owner, "coverage", "score", "keyword_id"],
                false,
            )
            .await?;
        }
        let mut key = big("site_id");
        create(
            manager,
            "score_runs",
            vec![
                key.primary_key().take(),
                big("account_id"),
                time_null("asked_at"),
                time_null("finished_at"),
            ],
            &[("site_id", "sites"), ("account_id", "accounts")],
        )
        .await?;
        index(
            manager,
            "competitor_keywords",
            &["sector_id", "keyword_key", "id"],
            false,
        )
        .await?;
        index(manager, "contents", &["cluster_id"], false).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_index(manager, "contents", &["cluster_id"]).await?;
        drop_index(manager, "competitor_keywords", &["sector_id", "keyword_key", "id"]).await?;
        drop_all(manager, &["score_runs", "keyword_scores"]).await
    }
}
