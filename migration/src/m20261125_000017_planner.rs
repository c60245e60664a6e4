//! What the planner keeps besides: figures of Search Console, competitors' keywords, search results, pins.

use sea_orm_migration::prelude::*;

use crate::columns::{
    add, big, big_null, create, drop_all, flag, id, index, int_null, int_zero, take_away, text, text_null, time,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let kind = ColumnDef::new("kind").text().not_null().default("keywords").take();
        add(manager, "keyword_imports", vec![kind, text_null("competitor")]).await?;
        add(
            manager,
            "keywords",
            vec![
                big_null("impressions"),
                big_null("clicks"),
                int_null("position_hundredths"),
            ],
        )
        .await?;
        add(
            manager,
            "cluster_keywords",
            vec![flag("pinned", false), int_zero("shared_urls")],
        )
        .await?;
        let owners = [
            ("account_id", "accounts"),
            ("site_id", "sites"),
            ("sector_id", "sectors"),
        ];
        create(
            manager,
            "competitor_keywords",
            vec![
                id(),
                big("account_id"),
                big("site_id"),
                big("sector_id"),
                text("competitor"),
                text("keyword"),
                text("keyword_key"),
                big_null("volume"),
                int_null("difficulty"),
                text("intent"),
                int_null("position_hundredths"),
                text_null("url"),
                big("import_id"),
                big("import_line"),
                time("updated_at"),
            ],
            &owners,
        )
        .await?;
        index(
            manager,
            "competitor_keywords",
            &["sector_id", "competitor", "keyword_key"],
            true,
        )
        .await?;
        index(manager, "competitor_keywords", &["sector_id", "volume", "id"], false).await?;
        index(manager, "competitor_keywords", &["import_id"], false).await?;
        create(
            manager,
            "serp_results",
            vec![
                id(),
                big("account_id"),
                big("site_id"),
                big("sector_id"),
                text("keyword_key"),
                text("url"),
                int_zero("position"),
                big("import_id"),
            ],
            &owners,
        )
        .await?;
        index(manager, "serp_results", &["sector_id", "keyword_key", "url"], true).await?;
        index(manager, "serp_results", &["import_id"], false).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["serp_results", "competitor_keywords"]).await?;
        take_away(manager, "cluster_keywords", &["pinned", "shared_urls"]).await?;
        take_away(manager, "keywords", &["impressions", "clicks", "position_hundredths"]).await?;
        take_away(manager, "keyword_imports", &["kind", "competitor"]).await
    }
}
