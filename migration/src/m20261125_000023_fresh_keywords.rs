//! Keywords that are not settled yet are counted as well, and are found by their volume.
//!
//! `keyword_tallies` holds the number of all keywords of a sector and facet, settled or not, so that nothing is counted
//! where an import has just ended, and settling moves no numbers.
//!
//! The index of the new carries the volume behind its tier: the number of its digits and the first one, so 54 for 40,000
//! to 49,999. The largest volumes are so found in a part of the index, and an import still writes to a few hundred places
//! of it and not to a random one for each row, which would cost more than all the rest of it.
//!
//! PostgreSQL looks every foreign key of every new row up, which took almost half of the time of an import. A keyword's
//! sector goes with its site and its account already, so the key of the sector says all.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

const COUNTED: &str = "INSERT INTO keyword_tallies (account_id, site_id, sector_id, facet, number) \
     SELECT account_id, site_id, sector_id, facet, COUNT(*) FROM keywords";
const BY_SEAT: &str = "GROUP BY account_id, site_id, sector_id, facet";

const SQLITE: &[&str] = &[
    "DROP TRIGGER keywords_moved",
    "DROP TRIGGER keywords_gone",
    "DROP INDEX ix_keywords_list_new",
    "CREATE INDEX ix_keywords_list_fresh ON keywords (account_id, site_id, sector_id, facet, \
     length(volume) * 10 + substr(volume, 1, 1), id, volume) WHERE settled = 0",
    // Other names than those that another connection may still know.
    "CREATE TRIGGER keywords_tallied AFTER INSERT ON keywords BEGIN \
     INSERT INTO keyword_tallies (account_id, site_id, sector_id, facet, number) \
     VALUES (new.account_id, new.site_id, new.sector_id, new.facet, 1) \
     ON CONFLICT (account_id, site_id, sector_id, facet) DO UPDATE SET number = number + 1; END",
    "CREATE TRIGGER keywords_retallied AFTER UPDATE OF status, intent, clustered ON keywords \
     WHEN old.facet <> new.facet BEGIN \
     UPDATE keyword_tallies SET number = number - 1 WHERE account_id = old.account_id \
     AND site_id = old.site_id AND sector_id = old.sector_id AND facet = old.facet; \
     INSERT INTO keyword_tallies (account_id, site_id, sector_id, facet, number) \
     VALUES (new.account_id, new.site_id, new.sector_id, new.facet, 1) \
     ON CONFLICT (account_id, site_id, sector_id, facet) DO UPDATE SET number = number + 1; END",
    "CREATE TRIGGER keywords_untallied AFTER DELETE ON keywords BEGIN \
     UPDATE keyword_tallies SET number = number - 1 WHERE account_id = old.account_id AND site_id = old.site_id \
     AND sector_id = old.sector_id AND facet = old.facet; END",
    "CREATE TRIGGER keywords_unwritten AFTER DELETE ON keywords WHEN old.settled = 1 BEGIN \
     DELETE FROM keyword_texts WHERE rowid = old.id; END",
];

const POSTGRES: &[&str] = &[
    "ALTER TABLE keywords DROP CONSTRAINT keywords_account_id_fkey, DROP CONSTRAINT keywords_site_id_fkey",
    "DROP INDEX ix_keywords_list_new",
    "CREATE INDEX ix_keywords_list_fresh ON keywords (account_id, site_id, sector_id, facet, \
     (length(volume::text) * 10 + left(volume::text, 1)::integer), id, volume) WHERE settled = 0",
    "CREATE FUNCTION keywords_tallied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     INSERT INTO keyword_tallies (account_id, site_id, sector_id, facet, number) \
     SELECT account_id, site_id, sector_id, facet, count(*) FROM new_rows \
     GROUP BY account_id, site_id, sector_id, facet; \
     RETURN NULL; END $$",
    "CREATE TRIGGER keywords_tallied AFTER INSERT ON keywords REFERENCING NEW TABLE AS new_rows \
     FOR EACH STATEMENT EXECUTE FUNCTION keywords_tallied()",
    "CREATE OR REPLACE FUNCTION keywords_moved() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     INSERT INTO keyword_tallies (account_id, site_id, sector_id, facet, number) \
     SELECT account_id, site_id, sector_id, facet, sum(number) FROM ( \
       SELECT account_id, site_id, sector_id, facet, -1 AS number FROM old_rows \
       UNION ALL SELECT account_id, site_id, sector_id, facet, 1 FROM new_rows \
     ) AS moves GROUP BY account_id, site_id, sector_id, facet HAVING sum(number) <> 0; \
     RETURN NULL; END $$",
    "CREATE OR REPLACE FUNCTION keywords_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     INSERT INTO keyword_tallies (account_id, site_id, sector_id, facet, number) \
     SELECT account_id, site_id, sector_id, facet, -count(*) FROM old_rows \
     GROUP BY account_id, site_id, sector_id, facet; \
     RETURN NULL; END $$",
];

const BACK_SQLITE: &[&str] = &[
    "DROP TRIGGER keywords_unwritten",
    "DROP TRIGGER keywords_untallied",
    "DROP TRIGGER keywords_retallied",
    "DROP TRIGGER keywords_tallied",
    "DROP INDEX ix_keywords_list_fresh",
    "CREATE INDEX ix_keywords_list_new ON keywords (account_id, site_id, sector_id, facet, id) WHERE settled = 0",
    "CREATE TRIGGER keywords_moved AFTER UPDATE OF settled, status, intent, clustered ON keywords \
     WHEN old.settled <> new.settled OR (new.settled = 1 AND old.facet <> new.facet) BEGIN \
     UPDATE keyword_tallies SET number = number - 1 WHERE old.settled = 1 AND account_id = old.account_id \
     AND site_id = old.site_id AND sector_id = old.sector_id AND facet = old.facet; \
     INSERT INTO keyword_tallies (account_id, site_id, sector_id, facet, number) \
     SELECT new.account_id, new.site_id, new.sector_id, new.facet, 1 WHERE new.settled = 1 \
     ON CONFLICT (account_id, site_id, sector_id, facet) DO UPDATE SET number = number + 1; END",
    "CREATE TRIGGER keywords_gone AFTER DELETE ON keywords WHEN old.settled = 1 BEGIN \
     UPDATE keyword_tallies SET number = number - 1 WHERE account_id = old.account_id AND site_id = old.site_id \
     AND sector_id = old.sector_id AND facet = old.facet; \
     DELETE FROM keyword_texts WHERE rowid = old.id; END",
];

const BACK_POSTGRES: &[&str] = &[
    "ALTER TABLE keywords \
     ADD CONSTRAINT keywords_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE, \
     ADD CONSTRAINT keywords_site_id_fkey FOREIGN KEY (site_id) REFERENCES sites (id) ON DELETE CASCADE",
    "DROP TRIGGER keywords_tallied ON keywords",
    "DROP FUNCTION keywords_tallied",
    "DROP INDEX ix_keywords_list_fresh",
    "CREATE INDEX ix_keywords_list_new ON keywords (account_id, site_id, sector_id, facet, id) WHERE settled = 0",
    "CREATE OR REPLACE FUNCTION keywords_moved() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     INSERT INTO keyword_tallies (account_id, site_id, sector_id, facet, number) \
     SELECT account_id, site_id, sector_id, facet, sum(number) FROM ( \
       SELECT account_id, site_id, sector_id, facet, -1 AS number FROM old_rows WHERE settled = 1 \
       UNION ALL SELECT account_id, site_id, sector_id, facet, 1 FROM new_rows WHERE settled = 1 \
     ) AS moves GROUP BY account_id, site_id, sector_id, facet HAVING sum(number) <> 0; \
     RETURN NULL; END $$",
    "CREATE OR REPLACE FUNCTION keywords_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     INSERT INTO keyword_tallies (account_id, site_id, sector_id, facet, number) \
     SELECT account_id, site_id, sector_id, facet, -count(*) FROM old_rows WHERE settled = 1 \
     GROUP BY account_id, site_id, sector_id, facet; \
     RETURN NULL; END $$",
];

/// Changes what counts, and counts anew what is there.
async fn change(manager: &SchemaManager<'_>, statements: &[&str], only: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    for sql in statements {
        db.execute_unprepared(sql).await?;
    }
    db.execute_unprepared("DELETE FROM keyword_tallies").await?;
    db.execute_unprepared(&format!("{COUNTED} {only} {BY_SEAT}")).await?;
    Ok(())
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        change(manager, if postgres { POSTGRES } else { SQLITE }, "").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        let back = if postgres { BACK_POSTGRES } else { BACK_SQLITE };
        change(manager, back, "WHERE settled = 1").await
    }
}
