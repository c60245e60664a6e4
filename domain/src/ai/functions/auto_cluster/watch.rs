//! Tells how far the one unit of a run is, and hears when somebody stops it.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI32, Ordering},
    },
    time::Duration,
};

use entity::{AiTaskId, ai_task, ai_task::AiTaskStatus};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, sea_query::Expr};

use crate::{
    App, Error, Result,
    scope::{Scope, Scoped},
};

/// Time between two looks.
const LOOK: Duration = Duration::from_millis(500);

/// Shared by the work, which may run on a thread of its own, and whoever looks after it.
#[derive(Clone, Default)]
pub(super) struct Watch {
    percent: Arc<AtomicI32>,
    stopped: Arc<AtomicBool>,
}

impl Watch {
    /// Notes how far the work is, in percent.
    ///
    /// # Errors
    /// [`Error::Cancelled`] when somebody stopped it.
    pub(super) fn reached(&self, percent: i32) -> Result<()> {
        self.percent.store(percent, Ordering::Relaxed);
        self.go_on()
    }

    /// # Errors
    /// [`Error::Cancelled`] when somebody stopped it.
    pub(super) fn go_on(&self) -> Result<()> {
        if self.stopped.load(Ordering::Relaxed) {
            return Err(Error::Cancelled);
        }
        Ok(())
    }

    /// Does `work`, and meanwhile writes how far it is and looks whether it should stop.
    pub(super) async fn over<T>(
        &self,
        app: &App,
        scope: &Scope,
        task: AiTaskId,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        // Side by side: work that is not polled gives back none of the connections that a look may wait for.
        let (work, looks) = (std::pin::pin!(work), std::pin::pin!(self.look(app, scope, task)));
        match futures::future::select(work, looks).await {
            futures::future::Either::Left((done, _)) => done,
            futures::future::Either::Right((never, _)) => match never {},
        }
    }

    async fn look(&self, app: &App, scope: &Scope, task: AiTaskId) -> Infallible {
        let mut told = 0;
        loop {
            tokio::time::sleep(LOOK).await;
            let now = self.percent.load(Ordering::Relaxed);
            if let Err(error) = self.once(app, scope, task, (now != told).then_some(now)).await {
                // The next look may go better; the work itself does not need it.
                tracing::warn!(%error, "a run could not tell how far it is");
                continue;
            }
            told = now;
        }
    }

    /// Looks whether somebody stopped the work.
    ///
    /// # Errors
    /// [`Error::Cancelled`] when somebody did; when the database fails.
    pub(super) async fn ask(&self, app: &App, scope: &Scope, task: AiTaskId) -> Result<()> {
        self.once(app, scope, task, None).await?;
        self.go_on()
    }

    async fn once(&self, app: &App, scope: &Scope, task: AiTaskId, percent: Option<i32>) -> Result<()> {
        if let Some(percent) = percent {
            ai_task::Entity::update_in(scope)
                .col_expr(ai_task::Column::PartPercent, Expr::value(percent))
                .filter(ai_task::Column::Id.eq(task))
                .filter(ai_task::Column::Status.eq(AiTaskStatus::Running))
                .exec(&app.db)
                .await?;
        }
        let stop: Option<bool> = ai_task::Entity::find_in(scope)
            .filter(ai_task::Column::Id.eq(task))
            .select_only()
            .column(ai_task::Column::CancelRequested)
            .into_tuple()
            .one(&app.db)
            .await?;
        if stop.unwrap_or(true) {
            self.stopped.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}
