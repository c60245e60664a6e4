//! Regular work: done once a period, however many servers are up.
//!
//! Whoever writes the row of a period first has it. A worker that dies leaves a lease that runs out, and another one takes
//! the period over; so each piece of work must itself bear to be begun again.

use std::time::Duration;

use entity::{
    Timestamp,
    scheduled_run::{self, Model},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, TryInsertResult,
    sea_query::Expr,
};

use crate::{
    App, Result,
    billing::{books, periods},
    planner::keywords,
    scope::Scope,
};

/// A worker that says nothing for so long has lost its period.
const LEASE: Duration = Duration::from_secs(60);
/// Time between two signs that a piece of work goes on.
const RENEW: Duration = Duration::from_secs(20);
/// A period that brought its workers down so often is given up; the next one begins anew.
const MAX_ATTEMPTS: i32 = 5;
/// Days that rows are kept.
const KEPT_DAYS: i64 = 30;

/// How often a piece of work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Every {
    TenMinutes,
    Hour,
    Day,
}

impl Every {
    /// Name of the period that a moment lies in.
    fn period(self, now: Timestamp) -> String {
        match self {
            Self::TenMinutes => {
                let start = now.timestamp() - now.timestamp().rem_euclid(600);
                let start = Timestamp::from_timestamp(start, 0).unwrap_or(now);
                start.format("%Y-%m-%dT%H:%M").to_string()
            }
            Self::Hour => now.format("%Y-%m-%dT%H").to_string(),
            Self::Day => now.format("%Y-%m-%d").to_string(),
        }
    }
}

/// The pieces of regular work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    Replenish,
    WarnLow,
    Reconcile,
}

impl Work {
    const ALL: [Self; 3] = [Self::Replenish, Self::WarnLow, Self::Reconcile];

    /// Its name in the table.
    fn name(self) -> &'static str {
        match self {
            Self::Replenish => "monthly_credits",
            Self::WarnLow => "low_credit_warning",
            Self::Reconcile => "reconcile",
        }
    }

    fn every(self) -> Every {
        match self {
            Self::Replenish => Every::Hour,
            Self::WarnLow => Every::TenMinutes,
            Self::Reconcile => Every::Day,
        }
    }

    async fn run(self, app: &App) -> Result<String> {
        match self {
            Self::Replenish => periods::replenish(app)
                .await
                .map(|periods| format!("{periods} months of credits added.")),
            Self::WarnLow => periods::warn_low(app)
                .await
                .map(|told| format!("{told} accounts told.")),
            Self::Reconcile => {
                let faults = faults(app).await?;
                for fault in &faults {
                    tracing::error!(fault, "the books or the numbers of keywords are wrong");
                }
                Ok(match faults.first() {
                    None => "The books of every account and the numbers of keywords are right.".to_owned(),
                    Some(first) => format!("{} faults, first of all: {first}", faults.len()),
                })
            }
        }
    }
}

/// What is wrong in the books of accounts and in the numbers that are kept of keywords, as sentences; there should be
/// nothing. It reads each ledger and, by an index alone, each keyword: cheap enough for once a day.
///
/// # Errors
/// When the database fails.
pub async fn faults(app: &App) -> Result<Vec<String>> {
    let mut faults: Vec<String> = books::reconcile_all(&app.db)
        .await?
        .into_iter()
        .map(|(account, fault)| format!("account {account}: {fault}"))
        .collect();
    faults.extend(
        keywords::verify(&app.db)
            .await?
            .into_iter()
            .map(|fault| format!("keywords of {fault}")),
    );
    Ok(faults)
}

/// Does what is due and nobody else does. Called again and again by every worker.
///
/// # Errors
/// When the database fails; what has failed is tried again, at the next call or by another worker.
pub async fn run_due(app: &App, worker: &str) -> Result<()> {
    let now = crate::now();
    for work in Work::ALL {
        let period = work.every().period(now);
        if let Some(run) = take(app, worker, work.name(), &period).await? {
            let summary = keep(app, &run, work.run(app)).await?;
            finish(app, &run, summary).await?;
        }
    }
    Ok(())
}

/// Takes a period, if it is free.
async fn take(app: &App, worker: &str, name: &str, period: &str) -> Result<Option<Model>> {
    use scheduled_run::Column as C;
    let now = crate::now();
    let found = scheduled_run::Entity::find()
        .filter(C::Name.eq(name))
        .filter(C::Period.eq(period))
        .one(&app.db)
        .await?;
    if let Some(found) = found {
        if found.finished_at.is_some() || found.lease_until > now || found.attempts >= MAX_ATTEMPTS {
            return Ok(None);
        }
        let taken = scheduled_run::Entity::update_many()
            .col_expr(C::Worker, Expr::value(worker))
            .col_expr(C::StartedAt, Expr::value(now))
            .col_expr(C::LeaseUntil, Expr::value(now + LEASE))
            .col_expr(C::Attempts, Expr::col(C::Attempts).add(1))
            .filter(C::Id.eq(found.id))
            .filter(C::FinishedAt.is_null())
            .filter(C::LeaseUntil.eq(found.lease_until))
            .exec(&app.db)
            .await?;
        return Ok((taken.rows_affected == 1).then_some(Model {
            worker: worker.to_owned(),
            ..found
        }));
    }
    let inserted = scheduled_run::Entity::insert(scheduled_run::ActiveModel {
        name: Set(name.to_owned()),
        period: Set(period.to_owned()),
        worker: Set(worker.to_owned()),
        started_at: Set(now),
        lease_until: Set(now + LEASE),
        attempts: Set(1),
        ..Default::default()
    })
    .on_conflict_do_nothing_on([C::Name, C::Period])
    .exec(&app.db)
    .await?;
    match inserted {
        TryInsertResult::Inserted(made) => Ok(scheduled_run::Entity::find_by_id(made.last_insert_id)
            .one(&app.db)
            .await?),
        TryInsertResult::Empty | TryInsertResult::Conflicted => Ok(None),
    }
}

/// Renews the lease as long as the work takes.
async fn keep<T>(app: &App, run: &Model, work: impl Future<Output = Result<T>>) -> Result<T> {
    // Side by side: work that is not polled gives back none of the locks that a renewal may wait for.
    let (work, renewals) = (std::pin::pin!(work), std::pin::pin!(renew(app, run)));
    match futures::future::select(work, renewals).await {
        futures::future::Either::Left((done, _)) => done,
        futures::future::Either::Right((Err(error), _)) => Err(error),
    }
}

async fn renew(app: &App, run: &Model) -> Result<std::convert::Infallible> {
    use scheduled_run::Column as C;
    loop {
        tokio::time::sleep(RENEW).await;
        scheduled_run::Entity::update_many()
            .col_expr(C::LeaseUntil, Expr::value(crate::now() + LEASE))
            .filter(C::Id.eq(run.id))
            .filter(C::Worker.eq(&run.worker))
            .exec(&app.db)
            .await?;
    }
}

async fn finish(app: &App, run: &Model, summary: String) -> Result<()> {
    use scheduled_run::Column as C;
    scheduled_run::Entity::update_many()
        .col_expr(C::FinishedAt, Expr::value(crate::now()))
        .col_expr(C::Summary, Expr::value(summary))
        .filter(C::Id.eq(run.id))
        .filter(C::Worker.eq(&run.worker))
        .exec(&app.db)
        .await?;
    Ok(())
}

/// Forgets old periods.
///
/// # Errors
/// When the database fails.
pub(crate) async fn tidy(app: &App) -> Result<()> {
    scheduled_run::Entity::delete_many()
        .filter(scheduled_run::Column::StartedAt.lt(crate::now() - chrono::Duration::days(KEPT_DAYS)))
        .exec(&app.db)
        .await?;
    Ok(())
}

/// The latest run of each piece of regular work, for the operator.
///
/// # Errors
/// [`crate::Error::Forbidden`] for all but operators.
pub async fn latest(app: &App, scope: &Scope) -> Result<Vec<Model>> {
    scope.operator()?;
    let mut found = Vec::new();
    for work in Work::ALL {
        let rows = scheduled_run::Entity::find()
            .filter(scheduled_run::Column::Name.eq(work.name()))
            .order_by_desc(scheduled_run::Column::Id)
            .limit(10)
            .all(&app.db)
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_have_names() {
        let now = "2026-11-25T16:27:59Z".parse().expect("a moment");
        assert_eq!(Every::TenMinutes.period(now), "2026-11-25T16:20");
        assert_eq!(Every::Hour.period(now), "2026-11-25T16");
        assert_eq!(Every::Day.period(now), "2026-11-25");
    }
}
