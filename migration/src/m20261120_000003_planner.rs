//! Keyword imports, keywords, clusters, ideas.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

use crate::columns::{
    big, big_null, big_zero, create, drop_all, flag, id, index, int_null, int_zero, text, text_empty, text_null, time,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The order of the keyword list by a figure; keywords without it come last, whichever way the list runs.
///
/// SQLite reads one index both ways. PostgreSQL keeps unknown figures at the upper end of an ascending index, so that the
/// descending list needs an index of its own; where the ascending one is rarely asked for, it has no other.
async fn by_figure(
    manager: &SchemaManager<'_>,
    owner: &'static str,
    figure: &'static str,
    both_ways: bool,
) -> Result<(), DbErr> {
    let postgres = manager.get_database_backend() == DbBackend::Postgres;
    if postgres {
        let sql = format!(
            "CREATE INDEX ix_keywords_{owner}_{figure}_id_desc ON keywords ({owner}, {figure} DESC NULLS LAST, id DESC)"
        );
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    if both_ways || !postgres {
        index(manager, "keywords", &[owner, figure, "id"], false).await?;
    }
    Ok(())
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            "keyword_imports",
            vec![
                id(),
                big("account_id"),
                big("site_id"),
                big("sector_id"),
                big_null("user_id"),
                text("file_name"),
                big_zero("size_bytes"),
                big_zero("received_bytes"),
                text_null("mapping"),
                text("mode"),
                text("status"),
                text_empty("dialect"),
                big_zero("records_done"),
                big_zero("added"),
                big_zero("duplicates"),
                big_zero("updated"),
                big_zero("rejected"),
                big_zero("skipped"),
                big_zero("bytes_done"),
                text_null("error"),
                flag("cancel_requested", false),
                time("created_at"),
                time("updated_at"),
            ],
            &[
                ("account_id", "accounts"),
                ("site_id", "sites"),
                ("sector_id", "sectors"),
            ],
        )
        .await?;
        index(manager, "keyword_imports", &["site_id"], false).await?;
        index(manager, "keyword_imports", &["status"], false).await?;
        create(
            manager,
            "keywords",
            vec![
                id(),
                big("account_id"),
                big("site_id"),
                big("sector_id"),
                text("keyword"),
                text("keyword_key"),
                big_null("volume"),
                big_null("volume_low"),
                big_null("volume_high"),
                flag("volume_estimated", false),
                int_null("difficulty"),
                text("intent"),
                flag("intent_guessed", false),
                big_null("cpc_cents"),
                text_null("country"),
                text("status"),
                big_null("import_id"),
                big_null("import_line"),
                time("created_at"),
                time("updated_at"),
            ],
            &[
                ("account_id", "accounts"),
                ("site_id", "sites"),
                ("sector_id", "sectors"),
            ],
        )
        .await?;
        index(manager, "keywords", &["sector_id", "keyword_key"], true).await?;
        by_figure(manager, "site_id", "volume", true).await?;
        by_figure(manager, "site_id", "difficulty", true).await?;
        by_figure(manager, "sector_id", "volume", false).await?;
        create(
            manager,
            "clusters",
            vec![
                id(),
                big("account_id"),
                big("site_id"),
                big("sector_id"),
                text("name"),
                text_empty("description"),
                big_zero("keywords_count"),
                big_zero("volume"),
                text("status"),
                big_null("ai_task_id"),
                time("created_at"),
                time("updated_at"),
            ],
            &[
                ("account_id", "accounts"),
                ("site_id", "sites"),
                ("sector_id", "sectors"),
            ],
        )
        .await?;
        index(manager, "clusters", &["site_id", "volume", "id"], false).await?;
        index(manager, "clusters", &["sector_id", "name"], false).await?;
        create(
            manager,
            "ideas",
            vec![
                id(),
                big("account_id"),
                big("site_id"),
                big("sector_id"),
                text("idea_title"),
                text_empty("description"),
                text("content_type"),
                text("content_structure"),
                text_empty("target_keywords"),
                big_null("cluster_id"),
                int_zero("estimated_word_count"),
                text("status"),
                big_null("ai_task_item_id"),
                time("created_at"),
                time("updated_at"),
            ],
            &[
                ("account_id", "accounts"),
                ("site_id", "sites"),
                ("sector_id", "sectors"),
            ],
        )
        .await?;
        index(manager, "ideas", &["site_id", "created_at"], false).await?;
        index(manager, "ideas", &["cluster_id"], false).await?;
        let mut members = Table::create();
        members
            .table("cluster_keywords")
            .col(big("cluster_id"))
            .col(big("keyword_id"))
            .col(big("account_id"))
            .col(ColumnDef::new("similarity").float().not_null().default(0.0))
            .col(text_empty("shared_terms"))
            .col(big_null("ai_task_id"))
            .primary_key(Index::create().col("cluster_id").col("keyword_id"))
            .foreign_key(
                ForeignKey::create()
                    .from("cluster_keywords", "cluster_id")
                    .to("clusters", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .foreign_key(
                ForeignKey::create()
                    .from("cluster_keywords", "keyword_id")
                    .to("keywords", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            );
        manager.create_table(members.take()).await?;
        index(manager, "cluster_keywords", &["keyword_id"], false).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(
            manager,
            &["cluster_keywords", "ideas", "clusters", "keywords", "keyword_imports"],
        )
        .await
    }
}
