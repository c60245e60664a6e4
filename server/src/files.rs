//! Files of the pages: parts of an import going up, pictures and lists of refused rows coming down.

use axum::{
    Extension, Form, Json,
    body::Body,
    extract::{Multipart, Path, Query, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use domain::{
    App, Error,
    scope::{Origin, Scope},
};
use entity::{ImageId, ImageTestId, KeywordImportId, ListQuery, keyword, keyword_import};
use serde::Deserialize;

use crate::guard::Failure;

/// Where a part belongs.
#[derive(Deserialize)]
pub struct Offset {
    offset: i64,
}

fn signed_in(scope: Option<Scope>) -> Result<Scope, Error> {
    scope.ok_or_else(|| Error::Unauthenticated("Sign in again.".to_owned()))
}

/// Takes a part of an imported file: multipart with one field `chunk`.
pub async fn upload_chunk(
    State(app): State<App>,
    Extension(scope): Extension<Option<Scope>>,
    Extension(origin): Extension<Origin>,
    Path(import): Path<i64>,
    Query(Offset { offset }): Query<Offset>,
    mut parts: Multipart,
) -> Result<Json<keyword_import::Model>, Failure> {
    let work = async {
        let scope = signed_in(scope)?;
        while let Some(part) = parts.next_field().await.map_err(bad_upload)? {
            if part.name() == Some("chunk") {
                let bytes = part.bytes().await.map_err(bad_upload)?;
                return domain::planner::import::append(&app, &scope, KeywordImportId(import), offset, &bytes).await;
            }
        }
        Err(Error::field("chunk", "The request holds no part of a file."))
    };
    work.await.map(Json).map_err(|error| Failure(error, origin.request_id))
}

fn bad_upload(error: axum::extract::multipart::MultipartError) -> Error {
    Error::field("chunk", format!("The upload could not be read: {error}"))
}

/// The refused rows of an import as CSV.
pub async fn rejects(
    State(app): State<App>,
    Extension(scope): Extension<Option<Scope>>,
    Extension(origin): Extension<Origin>,
    Path(import): Path<i64>,
) -> Result<Response, Failure> {
    let work = async { domain::planner::import::rejects_csv(&app, &signed_in(scope)?, KeywordImportId(import)).await };
    let bytes = work.await.map_err(|error| Failure(error, origin.request_id))?;
    Ok((
        [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/csv; charset=utf-8"),
            ),
            (
                header::CONTENT_DISPOSITION,
                HeaderValue::from_static("attachment; filename=\"rejected-rows.csv\""),
            ),
        ],
        bytes,
    )
        .into_response())
}

/// The keywords of a filter as CSV; the filter and the search stand in the query, as in the list's address.
pub async fn keywords(
    State(app): State<App>,
    Extension(scope): Extension<Option<Scope>>,
    Extension(origin): Extension<Origin>,
    Query(filter): Query<keyword::Filter>,
    Query(list): Query<ListQuery>,
) -> Result<Response, Failure> {
    let selection = keyword::Selection::All {
        filter,
        search: list.search,
        except: Vec::new(),
    };
    let work = async { crate::api::v1::planner::download_keywords(&app, &signed_in(scope)?, selection).await };
    work.await.map_err(|error| Failure(error, origin.request_id))
}

/// What a form sends that exports a selection.
#[derive(Deserialize)]
pub struct Selected {
    /// A [`keyword::Selection`] as JSON.
    selection: String,
}

/// The selected keywords as CSV. A form sends the selection, for its ids may be too many for an address.
pub async fn selected_keywords(
    State(app): State<App>,
    Extension(scope): Extension<Option<Scope>>,
    Extension(origin): Extension<Origin>,
    Form(form): Form<Selected>,
) -> Result<Response, Failure> {
    let work = async {
        let selection = serde_json::from_str(&form.selection)
            .map_err(|error| Error::field("selection", format!("This is no selection: {error}")))?;
        crate::api::v1::planner::download_keywords(&app, &signed_in(scope)?, selection).await
    };
    work.await.map_err(|error| Failure(error, origin.request_id))
}

/// All data of the account as one archive.
pub async fn account(
    State(app): State<App>,
    Extension(scope): Extension<Option<Scope>>,
    Extension(origin): Extension<Origin>,
) -> Result<Response, Failure> {
    let work = async { domain::accounts::export::archive(&app, &signed_in(scope)?).await };
    work.await
        .map(crate::api::v1::auth::download)
        .map_err(|error| Failure(error, origin.request_id))
}

/// A picture.
pub async fn image(
    State(app): State<App>,
    Extension(scope): Extension<Option<Scope>>,
    Extension(origin): Extension<Origin>,
    Path(image): Path<i64>,
) -> Result<Response, Failure> {
    let work = async { domain::writer::images::file(&app, &signed_in(scope)?, ImageId(image)).await };
    work.await
        .map(picture)
        .map_err(|error| Failure(error, origin.request_id))
}

/// A picture that was tried out.
pub async fn image_test(
    State(app): State<App>,
    Extension(scope): Extension<Option<Scope>>,
    Extension(origin): Extension<Origin>,
    Path(test): Path<i64>,
) -> Result<Response, Failure> {
    let work = async { domain::thinker::image_tests::file(&app, &signed_in(scope)?, ImageTestId(test)).await };
    work.await
        .map(picture)
        .map_err(|error| Failure(error, origin.request_id))
}

fn picture((bytes, mime): (Vec<u8>, String)) -> Response {
    let mime = HeaderValue::from_str(&mime).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    (
        [
            (header::CONTENT_TYPE, mime),
            // The address changes with the picture, so it may be kept; by this browser only, for it is an account's.
            (
                header::CACHE_CONTROL,
                HeaderValue::from_static("private, max-age=604800, immutable"),
            ),
        ],
        Body::from(bytes),
    )
        .into_response()
}
