//! What people chose for many keywords at once, and what is only a guess of competitors' keywords.

use sea_orm_migration::prelude::*;

use crate::columns::{add, flag, take_away, time_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // In the row itself: a line of the log for each of a million keywords would be written slower than the change.
        add(
            manager,
            "keywords",
            vec![time_null("intent_chosen_at"), time_null("status_chosen_at")],
        )
        .await?;
        // Nobody knows any more which of the old ones were guesses. Called one, a figure of a later file overrules it.
        add(manager, "competitor_keywords", vec![flag("intent_guessed", true)]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        take_away(manager, "competitor_keywords", &["intent_guessed"]).await?;
        take_away(manager, "keywords", &["intent_chosen_at", "status_chosen_at"]).await
    }
}
