//! Progress as server-sent events.

use std::{convert::Infallible, time::Duration};

use axum::{
    Extension,
    extract::{Path, State},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use domain::{
    App, Error,
    scope::{Origin, Scope},
};
use entity::{ImageTestId, KeywordImportId};
use futures::stream;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::guard::Failure;

/// Time between two looks at the row. The row is the truth, wherever the worker runs.
const LOOK: Duration = Duration::from_millis(300);

fn signed_in(scope: Option<Scope>, origin: &Origin) -> Result<Scope, Failure> {
    scope.ok_or_else(|| {
        Failure(
            Error::Unauthenticated("Sign in again.".to_owned()),
            origin.request_id.clone(),
        )
    })
}

/// Progress of an AI task until it ends.
pub async fn task(
    State(app): State<App>,
    Extension(scope): Extension<Option<Scope>>,
    Extension(origin): Extension<Origin>,
    Extension(stop): Extension<CancellationToken>,
    Path(task_id): Path<String>,
) -> Result<Response, Failure> {
    let scope = signed_in(scope, &origin)?;
    let first = domain::ai::progress(&app, &scope, &task_id)
        .await
        .map_err(|error| Failure(error, origin.request_id))?;
    Ok(watch(
        first,
        stop,
        |progress| progress.status.is_final(),
        move || {
            let (app, scope, task_id) = (app.clone(), scope.clone(), task_id.clone());
            async move { domain::ai::progress(&app, &scope, &task_id).await.ok() }
        },
    ))
}

/// A picture that is tried out, until it is there.
pub async fn image_test(
    State(app): State<App>,
    Extension(scope): Extension<Option<Scope>>,
    Extension(origin): Extension<Origin>,
    Extension(stop): Extension<CancellationToken>,
    Path(test): Path<i64>,
) -> Result<Response, Failure> {
    let scope = signed_in(scope, &origin)?;
    let test = ImageTestId(test);
    let first = domain::thinker::image_tests::get(&app, &scope, test)
        .await
        .map_err(|error| Failure(error, origin.request_id))?;
    Ok(watch(
        first,
        stop,
        |test| test.status.is_final(),
        move || {
            let (app, scope) = (app.clone(), scope.clone());
            async move { domain::thinker::image_tests::get(&app, &scope, test).await.ok() }
        },
    ))
}

/// Progress of an import until it ends.
pub async fn import(
    State(app): State<App>,
    Extension(scope): Extension<Option<Scope>>,
    Extension(origin): Extension<Origin>,
    Extension(stop): Extension<CancellationToken>,
    Path(import): Path<i64>,
) -> Result<Response, Failure> {
    let scope = signed_in(scope, &origin)?;
    let import = KeywordImportId(import);
    let first = domain::planner::import::find(&app, &scope, import)
        .await
        .map_err(|error| Failure(error, origin.request_id))?;
    Ok(watch(
        first,
        stop,
        |import| import.status.is_final(),
        move || {
            let (app, scope) = (app.clone(), scope.clone());
            async move { domain::planner::import::find(&app, &scope, import).await.ok() }
        },
    ))
}

/// Sends a state whenever it differs from the one before, and ends with the last one or when the server stops.
fn watch<T, F, Fut>(first: T, stop: CancellationToken, is_final: fn(&T) -> bool, look: F) -> Response
where
    T: Serialize + PartialEq + Clone + Send + 'static,
    F: Fn() -> Fut + Send + 'static,
    Fut: Future<Output = Option<T>> + Send,
{
    struct Watch<T, F> {
        sent: Option<T>,
        next: Option<T>,
        look: F,
        stop: CancellationToken,
    }
    let state = Watch {
        sent: None,
        next: Some(first),
        look,
        stop,
    };
    let events = stream::unfold(state, move |mut state| async move {
        loop {
            if let Some(next) = state.next.take() {
                let event = Event::default().json_data(&next).unwrap_or_default();
                state.sent = Some(next);
                return Some((Ok::<_, Infallible>(event), state));
            }
            if state.sent.as_ref().is_some_and(is_final) {
                return None;
            }
            tokio::select! {
                () = state.stop.cancelled() => return None,
                () = tokio::time::sleep(LOOK) => {}
            }
            let seen = (state.look)().await?;
            if state.sent.as_ref() != Some(&seen) {
                state.next = Some(seen);
            }
        }
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}
