//! Runs of the clusterer, and what they took away, so that a run can be undone.

use sea_orm_migration::prelude::*;

use crate::columns::{
    add, big, big_null, big_zero, create, drop_all, drop_index, flag, id, index, int_zero, take_away, text, text_empty,
    time, time_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, "ai_tasks", vec![int_zero("part_percent")]).await?;
        create(
            manager,
            "cluster_runs",
            vec![
                id(),
                big("account_id"),
                big("site_id"),
                big("sector_id"),
                big("ai_task_id"),
                flag("regroup", false),
                int_zero("tightness"),
                big_zero("created"),
                big_zero("extended"),
                big_zero("removed"),
                big_zero("placed"),
                big_zero("leftover"),
                flag("kept", true),
                time_null("undone_at"),
                time("created_at"),
            ],
            &[
                ("account_id", "accounts"),
                ("site_id", "sites"),
                ("sector_id", "sectors"),
            ],
        )
        .await?;
        index(manager, "cluster_runs", &["ai_task_id"], true).await?;
        index(manager, "cluster_runs", &["sector_id", "id"], false).await?;
        create(
            manager,
            "cluster_run_moves",
            vec![
                id(),
                big("account_id"),
                big("run_id"),
                big("keyword_id"),
                big("cluster_id"),
                ColumnDef::new("similarity").float().not_null().default(0.0).take(),
                text_empty("shared_terms"),
                int_zero("shared_urls"),
                big_null("ai_task_id"),
            ],
            &[("account_id", "accounts"), ("run_id", "cluster_runs")],
        )
        .await?;
        index(manager, "cluster_run_moves", &["run_id", "id"], false).await?;
        create(
            manager,
            "cluster_run_clusters",
            vec![
                id(),
                big("account_id"),
                big("run_id"),
                big("cluster_id"),
                text("name"),
                text_empty("description"),
                text("status"),
                big_null("ai_task_id"),
                time("created_at"),
            ],
            &[("account_id", "accounts"), ("run_id", "cluster_runs")],
        )
        .await?;
        index(manager, "cluster_run_clusters", &["run_id", "id"], false).await?;
        // What a run made is found by the run.
        index(manager, "cluster_keywords", &["ai_task_id"], false).await?;
        index(manager, "clusters", &["ai_task_id"], false).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_index(manager, "clusters", &["ai_task_id"]).await?;
        drop_index(manager, "cluster_keywords", &["ai_task_id"]).await?;
        drop_all(manager, &["cluster_run_clusters", "cluster_run_moves", "cluster_runs"]).await?;
        take_away(manager, "ai_tasks", &["part_percent"]).await
    }
}
