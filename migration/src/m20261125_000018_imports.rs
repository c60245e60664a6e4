//! What imports keep: where values come from, remembered columns, how they are undone.

use sea_orm_migration::prelude::*;

use crate::columns::{
    add, big, big_null, big_zero, create, drop_all, flag, id, index, take_away, text, text_null, time, time_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(
            manager,
            "keyword_imports",
            vec![
                text_null("country"),
                text_null("sheet"),
                flag("checked", false),
                time_null("undone_at"),
                big_zero("removed"),
                big_zero("restored"),
                big_zero("kept"),
            ],
        )
        .await?;
        add(manager, "competitor_keywords", vec![text_null("previous")]).await?;
        create(
            manager,
            "keyword_changes",
            vec![
                id(),
                big("account_id"),
                big("site_id"),
                big("keyword_id"),
                big_null("import_id"),
                big_null("user_id"),
                big_null("line"),
                text("before"),
                text("after"),
                time("created_at"),
            ],
            &[
                ("account_id", "accounts"),
                ("site_id", "sites"),
                ("keyword_id", "keywords"),
            ],
        )
        .await?;
        index(manager, "keyword_changes", &["keyword_id"], false).await?;
        index(manager, "keyword_changes", &["import_id", "id"], false).await?;
        index(manager, "keyword_changes", &["site_id"], false).await?;
        index(manager, "keyword_changes", &["account_id"], false).await?;
        create(
            manager,
            "import_mappings",
            vec![
                id(),
                big("account_id"),
                text("header_hash"),
                text("mapping"),
                time("updated_at"),
            ],
            &[("account_id", "accounts")],
        )
        .await?;
        index(manager, "import_mappings", &["account_id", "header_hash"], true).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["import_mappings", "keyword_changes"]).await?;
        take_away(manager, "competitor_keywords", &["previous"]).await?;
        take_away(
            manager,
            "keyword_imports",
            &[
                "country",
                "sheet",
                "checked",
                "undone_at",
                "removed",
                "restored",
                "kept",
            ],
        )
        .await
    }
}
