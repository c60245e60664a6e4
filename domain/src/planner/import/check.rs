//! All or nothing: a first reading that writes nothing and finds everything that speaks against the file.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use engine::import::{Outcome, Reject};
use entity::{keyword_import, keyword_import::ImportKind};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::{
    work::{self, Rejects},
    write,
};
use crate::{App, Result, planner::pace::Pace};

/// Most keywords of one file that is imported as a whole: their identities are held in memory, 8 bytes each.
const MOST: usize = 5_000_000;

/// What came of looking.
pub(super) enum Verdict {
    /// Every row may be imported.
    Good,
    /// Why nothing is imported.
    Bad(String),
    /// Somebody asked to stop.
    Stopped,
}

/// Reads the whole file. What speaks against it is written to the list of refused rows, and counted on the import.
pub(super) async fn all(app: &App, import: &keyword_import::Model, rejects: &mut Rejects) -> Result<Verdict> {
    use keyword_import::Column as C;
    let (reading, mut batches) = work::start_reading(app, import, 0, Pace::default(), |outcomes| outcomes)?;
    let hasher = RandomState::new();
    let mut seen: HashSet<u64> = HashSet::new();
    let (mut refused, mut twice, mut known, mut skipped) = (0_i64, 0_i64, 0_i64, 0_i64);
    while let Some(batch) = batches.recv().await {
        let batch = match batch {
            Ok(batch) => batch,
            Err(fault) => return Ok(Verdict::Bad(fault.public_message())),
        };
        let keys: Vec<&str> = batch
            .content
            .iter()
            .filter_map(|outcome| match outcome {
                Outcome::Keyword(row) => Some(row.key.as_str()),
                _ => None,
            })
            .collect();
        let there = match import.kind {
            ImportKind::Keywords => write::known_keys(&app.db, import, "keywords", &keys).await?,
            ImportKind::Competitor => write::known_keys(&app.db, import, "competitor_keywords", &keys).await?,
            ImportKind::Serp => HashSet::new(),
        };
        let mut against = Vec::new();
        for outcome in &batch.content {
            match outcome {
                Outcome::Rejected(reject) => {
                    refused += 1;
                    against.push(reject.clone());
                }
                Outcome::Skipped { .. } => skipped += 1,
                Outcome::Keyword(row) => {
                    let reason = if there.contains(&row.key) {
                        known += 1;
                        "The keyword exists already."
                    } else if import.kind != ImportKind::Serp && !seen.insert(hasher.hash_one(&row.key)) {
                        twice += 1;
                        "The keyword stands in the file more than once."
                    } else {
                        continue;
                    };
                    against.push(Reject {
                        line: row.line,
                        raw: row.keyword.clone(),
                        reason: reason.to_owned(),
                    });
                }
            }
        }
        rejects.add_rows(against.iter())?;
        if seen.len() > MOST {
            let why = "The file is too long to be imported all or nothing. Choose another way for keywords that exist.";
            return Ok(Verdict::Bad(why.to_owned()));
        }
        // The sign of life that keeps other workers away.
        let bytes = i64::try_from(batch.bytes / 2).unwrap_or(i64::MAX);
        keyword_import::Entity::update_many()
            .col_expr(C::BytesDone, Expr::value(bytes))
            .col_expr(C::UpdatedAt, Expr::value(crate::now()))
            .filter(C::Id.eq(import.id))
            .exec(&app.db)
            .await?;
        let asked = keyword_import::Entity::find_by_id(import.id).one(&app.db).await?;
        if asked.is_none_or(|row| row.cancel_requested) {
            return Ok(Verdict::Stopped);
        }
    }
    reading.await.map_err(crate::Error::internal)?;
    let bad = refused + twice + known > 0;
    let change = keyword_import::Entity::update_many().filter(C::Id.eq(import.id));
    if !bad {
        change.col_expr(C::Checked, Expr::value(true)).exec(&app.db).await?;
        return Ok(Verdict::Good);
    }
    change
        .col_expr(C::Rejected, Expr::value(refused))
        .col_expr(C::Duplicates, Expr::value(twice + known))
        .col_expr(C::Skipped, Expr::value(skipped))
        .exec(&app.db)
        .await?;
    let mut reasons = Vec::new();
    let mut tell = |count: i64, one: &str, many: &str| match count {
        0 => {}
        1 => reasons.push(format!("1 {one}")),
        count => reasons.push(format!("{count} {many}")),
    };
    tell(known, "keyword exists already", "keywords exist already");
    tell(twice, "row repeats another one", "rows repeat others");
    tell(refused, "row cannot be read", "rows cannot be read");
    Ok(Verdict::Bad(format!("Nothing was imported: {}.", reasons.join(", "))))
}
