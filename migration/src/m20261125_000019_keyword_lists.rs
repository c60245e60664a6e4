//! Lists of keywords at a million rows: an index for each order, numbers that are kept instead of counted, text search.
//!
//! A row comes in with `settled = 0` and stands only in the small index of the new, so that an import writes at the speed
//! of one index. Settling it, a little later and many at once, puts it into the indexes of the orders, into the text index
//! and into the numbers. `facet` is what a list filters by for equality, in one small number:
//! `status * 8 + intent * 2 + clustered`, each counted in the order of its words.
//!
//! `keyword_tallies` holds how many settled keywords a sector has of each facet. Triggers keep it true, whoever writes. On
//! PostgreSQL its rows are differences that are summed when read and put together by the worker: a row that is counted up
//! would make every writer wait for the one before.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

const FACET: &str = "CASE status WHEN 'active' THEN 0 WHEN 'archived' THEN 8 ELSE 16 END \
     + CASE intent WHEN 'commercial' THEN 0 WHEN 'informational' THEN 2 WHEN 'navigational' THEN 4 ELSE 6 END \
     + clustered";

/// Indexes that the new ones replace.
const OLD: [(&str, &str); 3] = [
    (
        "ix_keywords_site_id_volume_id_account_id",
        "site_id, volume, id, account_id",
    ),
    ("ix_keywords_site_id_difficulty_id", "site_id, difficulty, id"),
    (
        "ix_keywords_sector_id_volume_id_account_id",
        "sector_id, volume, id, account_id, site_id",
    ),
];
/// The same on PostgreSQL, where each direction has its own.
const OLD_POSTGRES: [(&str, &str); 5] = [
    (
        "ix_keywords_site_id_volume_id_account_id_desc",
        "site_id, volume DESC NULLS LAST, id DESC, account_id",
    ),
    ("ix_keywords_site_id_volume_id", "site_id, volume, id"),
    (
        "ix_keywords_site_id_difficulty_id_desc",
        "site_id, difficulty DESC NULLS LAST, id DESC",
    ),
    ("ix_keywords_site_id_difficulty_id", "site_id, difficulty, id"),
    (
        "ix_keywords_sector_id_volume_id_account_id_desc",
        "sector_id, volume DESC NULLS LAST, id DESC, account_id, site_id",
    ),
];

/// Indexes of the list: name, columns, and which rows they hold.
const NEW: [(&str, &str, &str); 9] = [
    // The account first: the new are looked for before anything is known of sectors.
    ("new", "account_id, site_id, sector_id, facet, id", "settled = 0"),
    ("facet", "sector_id, facet, id", "settled = 1"),
    ("key", "sector_id, facet, keyword_key, id", "settled = 1"),
    // Each of the two carries the other's figure, so that ranges of both need no row.
    ("volume", "sector_id, facet, volume, id, difficulty", "settled = 1"),
    ("difficulty", "sector_id, facet, difficulty, id, volume", "settled = 1"),
    // Few accounts have these figures; those that do not pay nothing.
    (
        "cpc",
        "sector_id, facet, cpc_cents, id",
        "settled = 1 AND cpc_cents IS NOT NULL",
    ),
    (
        "impressions",
        "sector_id, facet, impressions, id",
        "settled = 1 AND impressions IS NOT NULL",
    ),
    (
        "clicks",
        "sector_id, facet, clicks, id",
        "settled = 1 AND clicks IS NOT NULL",
    ),
    (
        "position",
        "sector_id, facet, position_hundredths, id",
        "settled = 1 AND position_hundredths IS NOT NULL",
    ),
];

const SQLITE: &[&str] = &[
    "CREATE TABLE keyword_tallies (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, account_id bigint NOT NULL, \
     site_id bigint NOT NULL, sector_id bigint NOT NULL, facet integer NOT NULL, number bigint NOT NULL)",
    "CREATE UNIQUE INDEX ix_keyword_tallies_all ON keyword_tallies (account_id, site_id, sector_id, facet)",
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
    "CREATE TRIGGER cluster_keywords_placed AFTER INSERT ON cluster_keywords BEGIN \
     UPDATE keywords SET clustered = 1 WHERE id = new.keyword_id AND clustered = 0; END",
    "CREATE TRIGGER cluster_keywords_gone AFTER DELETE ON cluster_keywords BEGIN \
     UPDATE keywords SET clustered = 0 WHERE id = old.keyword_id AND clustered = 1 \
     AND NOT EXISTS (SELECT 1 FROM cluster_keywords WHERE keyword_id = old.keyword_id); END",
    // Only the trigrams: what is found is compared with the keyword itself.
    "CREATE VIRTUAL TABLE keyword_texts USING fts5(keyword_key, content='', contentless_delete=1, detail=none, \
     tokenize='trigram case_sensitive 1')",
    "CREATE TRIGGER keywords_renamed AFTER UPDATE OF keyword_key ON keywords \
     WHEN old.settled = 1 AND old.keyword_key <> new.keyword_key BEGIN \
     DELETE FROM keyword_texts WHERE rowid = old.id; \
     INSERT INTO keyword_texts (rowid, keyword_key) VALUES (new.id, new.keyword_key); END",
];

const POSTGRES: &[&str] = &[
    "CREATE TABLE keyword_tallies (id bigserial PRIMARY KEY, account_id bigint NOT NULL, site_id bigint NOT NULL, \
     sector_id bigint NOT NULL, facet integer NOT NULL, number bigint NOT NULL)",
    "CREATE INDEX ix_keyword_tallies_all ON keyword_tallies (account_id, site_id, sector_id, facet)",
    "CREATE FUNCTION keywords_moved() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     INSERT INTO keyword_tallies (account_id, site_id, sector_id, facet, number) \
     SELECT account_id, site_id, sector_id, facet, sum(number) FROM ( \
       SELECT account_id, site_id, sector_id, facet, -1 AS number FROM old_rows WHERE settled = 1 \
       UNION ALL SELECT account_id, site_id, sector_id, facet, 1 FROM new_rows WHERE settled = 1 \
     ) AS moves GROUP BY account_id, site_id, sector_id, facet HAVING sum(number) <> 0; \
     RETURN NULL; END $$",
    "CREATE TRIGGER keywords_moved AFTER UPDATE ON keywords REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows \
     FOR EACH STATEMENT EXECUTE FUNCTION keywords_moved()",
    "CREATE FUNCTION keywords_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     INSERT INTO keyword_tallies (account_id, site_id, sector_id, facet, number) \
     SELECT account_id, site_id, sector_id, facet, -count(*) FROM old_rows WHERE settled = 1 \
     GROUP BY account_id, site_id, sector_id, facet; \
     RETURN NULL; END $$",
    "CREATE TRIGGER keywords_gone AFTER DELETE ON keywords REFERENCING OLD TABLE AS old_rows \
     FOR EACH STATEMENT EXECUTE FUNCTION keywords_gone()",
    // The rows are locked first and in order: whoever waited then sees what the other one wrote.
    "CREATE FUNCTION cluster_keywords_placed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     PERFORM 1 FROM keywords WHERE id IN (SELECT keyword_id FROM new_rows) ORDER BY id FOR NO KEY UPDATE; \
     UPDATE keywords SET clustered = 1 WHERE clustered = 0 AND id IN (SELECT keyword_id FROM new_rows) \
     AND EXISTS (SELECT 1 FROM cluster_keywords AS held WHERE held.keyword_id = keywords.id); \
     RETURN NULL; END $$",
    "CREATE TRIGGER cluster_keywords_placed AFTER INSERT ON cluster_keywords REFERENCING NEW TABLE AS new_rows \
     FOR EACH STATEMENT EXECUTE FUNCTION cluster_keywords_placed()",
    "CREATE FUNCTION cluster_keywords_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     PERFORM 1 FROM keywords WHERE id IN (SELECT keyword_id FROM old_rows) ORDER BY id FOR NO KEY UPDATE; \
     UPDATE keywords SET clustered = 0 WHERE clustered = 1 AND id IN (SELECT keyword_id FROM old_rows) \
     AND NOT EXISTS (SELECT 1 FROM cluster_keywords AS held WHERE held.keyword_id = keywords.id); \
     RETURN NULL; END $$",
    "CREATE TRIGGER cluster_keywords_gone AFTER DELETE ON cluster_keywords REFERENCING OLD TABLE AS old_rows \
     FOR EACH STATEMENT EXECUTE FUNCTION cluster_keywords_gone()",
    // A database that forbids extensions has no text index: searches then read the order that they are shown in.
    "DO $$ BEGIN \
       CREATE EXTENSION IF NOT EXISTS pg_trgm; \
       CREATE INDEX ix_keywords_trigrams ON keywords USING gin (keyword_key gin_trgm_ops) WHERE settled = 1; \
     EXCEPTION WHEN OTHERS THEN RAISE NOTICE 'no text index for keywords: %', SQLERRM; END $$",
];

const DROP_SQLITE: &[&str] = &[
    "DROP TRIGGER keywords_renamed",
    "DROP TABLE keyword_texts",
    "DROP TRIGGER cluster_keywords_gone",
    "DROP TRIGGER cluster_keywords_placed",
    "DROP TRIGGER keywords_gone",
    "DROP TRIGGER keywords_moved",
    "DROP TABLE keyword_tallies",
];
const DROP_POSTGRES: &[&str] = &[
    "DROP INDEX IF EXISTS ix_keywords_trigrams",
    "DROP TRIGGER cluster_keywords_gone ON cluster_keywords",
    "DROP FUNCTION cluster_keywords_gone",
    "DROP TRIGGER cluster_keywords_placed ON cluster_keywords",
    "DROP FUNCTION cluster_keywords_placed",
    "DROP TRIGGER keywords_gone ON keywords",
    "DROP FUNCTION keywords_gone",
    "DROP TRIGGER keywords_moved ON keywords",
    "DROP FUNCTION keywords_moved",
    "DROP TABLE keyword_tallies",
];

async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    for sql in statements {
        manager.get_connection().execute_unprepared(sql).await?;
    }
    Ok(())
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        let (small, kind) = if postgres {
            ("smallint", "STORED")
        } else {
            ("integer", "VIRTUAL")
        };
        let db = manager.get_connection();
        for column in [
            format!("clustered {small} NOT NULL DEFAULT 0"),
            format!("settled {small} NOT NULL DEFAULT 0"),
            format!("facet {small} GENERATED ALWAYS AS ({FACET}) {kind}"),
        ] {
            db.execute_unprepared(&format!("ALTER TABLE keywords ADD COLUMN {column}"))
                .await?;
        }
        db.execute_unprepared(
            "UPDATE keywords SET clustered = 1 WHERE id IN (SELECT keyword_id FROM cluster_keywords)",
        )
        .await?;
        let old: &[_] = if postgres { &OLD_POSTGRES } else { &OLD };
        for (name, _) in old {
            db.execute_unprepared(&format!("DROP INDEX {name}")).await?;
        }
        for (name, columns, rows) in NEW {
            db.execute_unprepared(&format!(
                "CREATE INDEX ix_keywords_list_{name} ON keywords ({columns}) WHERE {rows}"
            ))
            .await?;
        }
        run(manager, if postgres { POSTGRES } else { SQLITE }).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        run(manager, if postgres { DROP_POSTGRES } else { DROP_SQLITE }).await?;
        let db = manager.get_connection();
        for (name, _, _) in NEW {
            db.execute_unprepared(&format!("DROP INDEX ix_keywords_list_{name}"))
                .await?;
        }
        let old: &[_] = if postgres { &OLD_POSTGRES } else { &OLD };
        for (name, columns) in old {
            db.execute_unprepared(&format!("CREATE INDEX {name} ON keywords ({columns})"))
                .await?;
        }
        for column in ["facet", "settled", "clustered"] {
            db.execute_unprepared(&format!("ALTER TABLE keywords DROP COLUMN {column}"))
                .await?;
        }
        Ok(())
    }
}
