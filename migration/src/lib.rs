//! The schema, one file per change, on SQLite and PostgreSQL alike.
//!
//! Names are strings, never entities: an entity describes today's schema, a migration the one of its day.

pub use sea_orm_migration::prelude::*;

mod columns;
mod m20261120_000001_accounts;
mod m20261120_000002_sites;
mod m20261120_000003_planner;
mod m20261120_000004_writer;
mod m20261120_000005_ai_tasks;
mod m20261120_000006_billing;
mod m20261120_000007_publisher;
mod m20261120_000008_sessions;
mod m20261120_000009_catalogue;
mod m20261124_000010_access;
mod m20261124_000011_seed_keywords;
mod m20261125_000012_keyword_counts;
mod m20261125_000013_thinker;
mod m20261125_000014_credits;
mod m20261125_000015_links_and_improvements;
mod m20261125_000016_job_history;
mod m20261125_000017_planner;
mod m20261125_000018_imports;
mod m20261125_000019_keyword_lists;
mod m20261125_000020_saved_views;
mod m20261125_000021_cluster_runs;
mod m20261125_000022_ideas;
mod m20261125_000023_fresh_keywords;
mod m20261125_000024_people;

/// Every change in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261120_000001_accounts::Migration),
            Box::new(m20261120_000002_sites::Migration),
            Box::new(m20261120_000003_planner::Migration),
            Box::new(m20261120_000004_writer::Migration),
            Box::new(m20261120_000005_ai_tasks::Migration),
            Box::new(m20261120_000006_billing::Migration),
            Box::new(m20261120_000007_publisher::Migration),
            Box::new(m20261120_000008_sessions::Migration),
            Box::new(m20261120_000009_catalogue::Migration),
            Box::new(m20261124_000010_access::Migration),
            Box::new(m20261124_000011_seed_keywords::Migration),
            Box::new(m20261125_000012_keyword_counts::Migration),
            Box::new(m20261125_000013_thinker::Migration),
            Box::new(m20261125_000014_credits::Migration),
            Box::new(m20261125_000015_links_and_improvements::Migration),
            Box::new(m20261125_000016_job_history::Migration),
            Box::new(m20261125_000017_planner::Migration),
            Box::new(m20261125_000018_imports::Migration),
            Box::new(m20261125_000019_keyword_lists::Migration),
            Box::new(m20261125_000020_saved_views::Migration),
            Box::new(m20261125_000021_cluster_runs::Migration),
            Box::new(m20261125_000022_ideas::Migration),
            Box::new(m20261125_000023_fresh_keywords::Migration),
            Box::new(m20261125_000024_people::Migration),
        ]
    }
}
