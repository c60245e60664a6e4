//! Indexes of the keyword list that also answer how many keywords there are.
//!
//! A list is counted within its account, so an index without the account sends the database to every row of the site.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Owners of a list, and what is added to the index of each.
const OWNERS: [(&str, &str); 2] = [("site_id", ", account_id"), ("sector_id", ", account_id, site_id")];

/// Builds the index of the list as it opens, the largest volume first, and drops the one that it replaces. The names differ,
/// because SQLite may refuse a name that another connection has just dropped.
async fn rebuild(manager: &SchemaManager<'_>, counting: bool) -> Result<(), DbErr> {
    let (suffix, order) = if manager.get_database_backend() == DbBackend::Postgres {
        ("_desc", "volume DESC NULLS LAST, id DESC")
    } else {
        ("", "volume, id")
    };
    for (owner, more) in OWNERS {
        let plain = format!("ix_keywords_{owner}_volume_id{suffix}");
        let counted = format!("ix_keywords_{owner}_volume_id_account_id{suffix}");
        let (new, more, old) = if counting {
            (&counted, more, &plain)
        } else {
            (&plain, "", &counted)
        };
        let run = manager.get_connection();
        run.execute_unprepared(&format!("CREATE INDEX {new} ON keywords ({owner}, {order}{more})"))
            .await?;
        run.execute_unprepared(&format!("DROP INDEX {old}")).await?;
    }
    Ok(())
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rebuild(manager, true).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rebuild(manager, false).await
    }
}
