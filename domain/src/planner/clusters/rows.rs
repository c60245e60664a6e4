//! Many rows in one statement with one JSON parameter: ten times faster than a parameter for each value.

use entity::{AccountId, AiTaskId, ClusterId, ClusterRunId, KeywordId};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::json;

use crate::Result;

/// Rows of one statement.
pub(crate) const ROWS: usize = 5_000;

/// A place that a run gives a keyword.
pub(crate) struct Place {
    pub cluster: ClusterId,
    pub keyword: KeywordId,
    pub similarity: f32,
    pub terms: String,
    pub urls: u32,
}

/// Writes places; a place that is there already stays as it is.
pub(crate) async fn place(
    db: &impl ConnectionTrait,
    account: AccountId,
    task: Option<AiTaskId>,
    places: &[Place],
) -> Result<()> {
    for chunk in places.chunks(ROWS) {
        let rows: Vec<serde_json::Value> = chunk
            .iter()
            .map(|place| {
                json!({
                    "c": place.cluster, "k": place.keyword, "s": place.similarity, "t": place.terms, "u": place.urls,
                })
            })
            .collect();
        let task = task.map_or_else(|| "NULL".to_owned(), |task| task.to_string());
        let columns = "cluster_id, keyword_id, account_id, similarity, shared_terms, shared_urls, ai_task_id, pinned";
        let sql = match db.get_database_backend() {
            DbBackend::Postgres => format!(
                "INSERT INTO cluster_keywords ({columns}) SELECT r.c, r.k, {account}, r.s, r.t, r.u, {task}, false \
                 FROM json_to_recordset($1::json) AS r(c bigint, k bigint, s real, t text, u int) \
                 ON CONFLICT (cluster_id, keyword_id) DO NOTHING"
            ),
            _ => format!(
                "INSERT INTO cluster_keywords ({columns}) SELECT r.value->>'c', r.value->>'k', {account}, r.value->>'s', \
                 r.value->>'t', r.value->>'u', {task}, false FROM json_each($1) AS r WHERE true \
                 ON CONFLICT (cluster_id, keyword_id) DO NOTHING"
            ),
        };
        run(db, sql, serde_json::to_string(&rows)?).await?;
    }
    Ok(())
}

/// Notes where these keywords are and takes them out of there. At most [`ROWS`] keywords.
pub(crate) async fn note_and_take_out(
    db: &impl ConnectionTrait,
    account: AccountId,
    run_id: ClusterRunId,
    keywords: &[KeywordId],
) -> Result<()> {
    // As a list of numbers: how long one in a parameter is PostgreSQL does not know, and would compare each with every row.
    let these = keywords.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if these.is_empty() {
        return Ok(());
    }
    let columns = "keyword_id, cluster_id, similarity, shared_terms, shared_urls, ai_task_id";
    let sql = format!(
        "INSERT INTO cluster_run_moves (account_id, run_id, {columns}) SELECT {account}, {run_id}, {columns} \
         FROM cluster_keywords WHERE account_id = {account} AND keyword_id IN ({these})"
    );
    db.execute_unprepared(&sql).await?;
    let sql = format!("DELETE FROM cluster_keywords WHERE account_id = {account} AND keyword_id IN ({these})");
    db.execute_unprepared(&sql).await?;
    Ok(())
}

/// Puts back what a run noted, for keywords that are in no cluster now and clusters that are there. The notes of the ids
/// `from` to `to`. Returns how many came back.
pub(crate) async fn put_back(
    db: &impl ConnectionTrait,
    account: AccountId,
    run_id: ClusterRunId,
    from: i64,
    to: i64,
) -> Result<u64> {
    // Several places of one keyword are put back together, so "in no cluster" is asked before this statement writes.
    let sql = format!(
        "INSERT INTO cluster_keywords (cluster_id, keyword_id, account_id, similarity, shared_terms, shared_urls, ai_task_id, pinned) \
         SELECT m.cluster_id, m.keyword_id, {account}, m.similarity, m.shared_terms, m.shared_urls, m.ai_task_id, false \
         FROM cluster_run_moves m \
         JOIN keywords k ON k.id = m.keyword_id AND k.account_id = {account} \
         JOIN clusters c ON c.id = m.cluster_id AND c.account_id = {account} \
         WHERE m.run_id = {run_id} AND m.account_id = {account} AND m.keyword_id >= {from} AND m.keyword_id <= {to} \
         AND NOT EXISTS (SELECT 1 FROM cluster_keywords h WHERE h.keyword_id = m.keyword_id) \
         ON CONFLICT (cluster_id, keyword_id) DO NOTHING"
    );
    let done = db
        .execute_raw(Statement::from_string(db.get_database_backend(), sql))
        .await?;
    Ok(done.rows_affected())
}

/// Makes clusters with these names, which must differ from each other; returns their ids by name.
pub(crate) async fn make_clusters(
    db: &impl ConnectionTrait,
    like: &entity::cluster_run::Model,
    names: &[&str],
    now: entity::Timestamp,
) -> Result<std::collections::HashMap<String, ClusterId>> {
    let mut made = std::collections::HashMap::with_capacity(names.len());
    let (account, site, sector, task) = (like.account_id, like.site_id, like.sector_id, like.ai_task_id);
    for chunk in names.chunks(ROWS) {
        let (value, from) = match db.get_database_backend() {
            DbBackend::Postgres => ("r.value", "json_array_elements_text($1::json) AS r"),
            _ => ("r.value", "json_each($1) AS r"),
        };
        let sql = format!(
            "INSERT INTO clusters (account_id, site_id, sector_id, name, description, keywords_count, volume, status, ai_task_id, created_at, updated_at) \
             SELECT {account}, {site}, {sector}, {value}, '', 0, 0, 'active', {task}, $2, $2 FROM {from} RETURNING id, name"
        );
        let payload = serde_json::to_string(chunk)?;
        let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [payload.into(), now.into()]);
        for row in db.query_all_raw(statement).await? {
            made.insert(row.try_get("", "name")?, ClusterId(row.try_get("", "id")?));
        }
    }
    Ok(made)
}

async fn run(db: &impl ConnectionTrait, sql: String, payload: String) -> Result<u64> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [payload.into()]);
    Ok(db.execute_raw(statement).await?.rows_affected())
}
