//! Importing a keyword file in one request.

use axum::extract::{DefaultBodyLimit, Multipart};
use domain::{App, Error, planner::import};
use entity::{
    ListQuery, SectorId, SiteId, keyword_import,
    keyword_import::{ImportKind, ImportMode, NewImport},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Caller, Params},
    envelope::{Data, List},
};

/// The form of an import. The fields come before the file, which is streamed to disk.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form; the fields are read from its parts")]
pub struct ImportForm {
    /// The sector that takes the keywords.
    sector_id: SectorId,
    /// `skip` (unless told), `update` or `fail`: all or nothing.
    mode: Option<ImportMode>,
    /// `keywords` (unless told), `competitor`, or `serp`: what search engines show, a keyword with its addresses.
    kind: Option<ImportKind>,
    /// Domain of the competitor; taken from the file when it tells.
    competitor: Option<String>,
    /// Country of rows that name none: two letters or a name. Of search results only rows of this country are taken, where
    /// they name one.
    country: Option<String>,
    /// The sheet of a workbook, or the file of an archive; the one with the keywords unless told.
    sheet: Option<String>,
    /// Column mapping as JSON: column numbers from 0, such as `{"keyword":0,"volume":1}`; for search results `keyword`, `url`,
    /// `position` and `country`, such as `{"keyword":0,"url":2,"position":1}`. Of addresses in numbered columns (`URL 1`,
    /// `URL 2`) one stands for all. What is not named is not read; absent, all columns are recognised.
    mapping: Option<String>,
    /// Size of the file in bytes. Without it the file may have at most 64 MiB.
    size: Option<i64>,
    /// The file.
    #[schema(format = Binary, value_type = String)]
    file: Vec<u8>,
}

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(import_csv))
        .routes(routes!(list_imports))
        .routes(routes!(import_status))
        .routes(routes!(undo_import))
        .routes(routes!(import_rejects))
        // The service counts the bytes; a limit on the whole body would also limit what may be streamed.
        .layer(DefaultBodyLimit::disable())
}

/// Imports a file of keywords or of search results. Answers once it has arrived and can be read; rows are imported by a worker.
#[utoipa::path(post, path = "/keywords/import_csv/", tag = "planner", request_body(content = ImportForm, content_type = "multipart/form-data"), responses((status = 200, body = Data<keyword_import::Model>)))]
async fn import_csv(
    caller: Caller,
    parts: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Answer<Data<keyword_import::Model>> {
    let work = async {
        let mut parts = parts.map_err(|_| Error::field("file", "Send the file as multipart/form-data."))?;
        let mut form = NewImport {
            kind: ImportKind::Keywords,
            competitor: None,
            country: None,
            sheet: None,
            sector_id: SectorId(0),
            file_name: "keywords.csv".to_owned(),
            size_bytes: 0,
            mapping: None,
            mode: ImportMode::Skip,
        };
        while let Some(mut part) = parts.next_field().await.map_err(unreadable)? {
            let name = part.name().unwrap_or_default().to_owned();
            if name != "file" {
                let text = short_text(&mut part).await?;
                let wrong = |what: &str| Error::field(&name, format!("{text:?} is no {what}."));
                match name.as_str() {
                    "sector_id" => form.sector_id = text.trim().parse().map_err(|_| wrong("sector"))?,
                    "mode" => form.mode = text.trim().parse().map_err(|()| wrong("mode"))?,
                    "kind" => form.kind = text.trim().parse().map_err(|()| wrong("kind"))?,
                    "competitor" => form.competitor = Some(text),
                    "country" => form.country = Some(text),
                    "sheet" => form.sheet = Some(text),
                    "size" => form.size_bytes = text.trim().parse().map_err(|_| wrong("size"))?,
                    "mapping" => form.mapping = Some(text),
                    _ => return Err(Error::field(&name, "There is no such field.")),
                }
                continue;
            }
            if let Some(file_name) = part.file_name() {
                form.file_name = file_name.to_owned();
            }
            if form.sector_id == SectorId(0) {
                return Err(Error::field("sector_id", "Name the sector before the file."));
            }
            return receive(&caller, form, &mut part).await;
        }
        Err(Error::field("file", "The request holds no file."))
    };
    caller.answer(work.await).map(Data::of)
}

/// Longest field beside the file, in bytes: a mapping of many columns is far shorter.
const FIELD: usize = 64 * 1024;

async fn short_text(part: &mut axum::extract::multipart::Field<'_>) -> domain::Result<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(unreadable)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > FIELD {
            return Err(Error::TooLarge(
                "A field of the form is longer than we take.".to_owned(),
            ));
        }
    }
    String::from_utf8(bytes).map_err(|_| Error::field("file", "A field of the form is no UTF-8 text."))
}

/// What is gathered before it is handed on, and the most that is held of a file of unknown size.
const GATHER: usize = 1024 * 1024;
const UNKNOWN_SIZE: usize = 64 * 1024 * 1024;

async fn receive(
    caller: &Caller,
    mut form: NewImport,
    part: &mut axum::extract::multipart::Field<'_>,
) -> domain::Result<keyword_import::Model> {
    let (app, scope) = (&caller.app, &caller.scope);
    if form.size_bytes == 0 {
        let mut bytes = Vec::new();
        while let Some(chunk) = part.chunk().await.map_err(unreadable)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > UNKNOWN_SIZE {
                return Err(Error::field(
                    "size",
                    "Name the size of files above 64 MiB in a field `size` before the file.",
                ));
            }
        }
        form.size_bytes = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let started = import::begin(app, scope, form).await?;
        let mut offset = 0;
        for chunk in bytes.chunks(GATHER) {
            offset = import::append(app, scope, started.id, offset, chunk)
                .await?
                .received_bytes;
        }
        return import::finish(app, scope, started.id).await;
    }
    let started = import::begin(app, scope, form).await?;
    let mut gathered = Vec::with_capacity(GATHER);
    let mut offset = 0;
    while let Some(chunk) = part.chunk().await.map_err(unreadable)? {
        gathered.extend_from_slice(&chunk);
        if gathered.len() >= GATHER {
            offset = import::append(app, scope, started.id, offset, &gathered)
                .await?
                .received_bytes;
            gathered.clear();
        }
    }
    if !gathered.is_empty() {
        import::append(app, scope, started.id, offset, &gathered).await?;
    }
    import::finish(app, scope, started.id).await
}

fn unreadable(error: axum::extract::multipart::MultipartError) -> Error {
    Error::field("file", format!("The upload could not be read: {error}"))
}

/// Progress and result of an import.
#[utoipa::path(get, path = "/keywords/imports/{id}/", tag = "planner", params(("id" = i64, Path)), responses((status = 200, body = Data<keyword_import::Model>)))]
async fn import_status(
    caller: Caller,
    crate::api::door::Id(id): crate::api::door::Id,
) -> Answer<Data<keyword_import::Model>> {
    caller
        .answer(import::find(&caller.app, &caller.scope, entity::KeywordImportId(id)).await)
        .map(Data::of)
}

/// Whose imports to list.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct OfSite {
    /// Only this site.
    site_id: Option<SiteId>,
}

/// Imports, newest first.
#[utoipa::path(get, path = "/keywords/imports/", tag = "planner", params(ListQuery, OfSite), responses((status = 200, body = List<keyword_import::Model>)))]
async fn list_imports(
    caller: Caller,
    Params(of): Params<OfSite>,
    Params(query): Params<ListQuery>,
) -> Answer<List<keyword_import::Model>> {
    let page = caller.answer(import::list(&caller.app, &caller.scope, of.site_id, &query).await)?;
    Ok(List::of(page, &caller.uri))
}

/// Takes back what an import did, once: what it added goes and what it updated has its former figures, unless somebody
/// has worked with it since. A worker does it; the import tells how far it is.
#[utoipa::path(post, path = "/keywords/imports/{id}/undo/", tag = "planner", params(("id" = i64, Path)), responses((status = 200, body = Data<keyword_import::Model>)))]
async fn undo_import(
    caller: Caller,
    crate::api::door::Id(id): crate::api::door::Id,
) -> Answer<Data<keyword_import::Model>> {
    caller
        .answer(import::undo(&caller.app, &caller.scope, entity::KeywordImportId(id)).await)
        .map(Data::of)
}

/// The refused rows as CSV: line, reason, row.
#[utoipa::path(get, path = "/keywords/imports/{id}/rejects/", tag = "planner", params(("id" = i64, Path)), responses((status = 200, content_type = "text/csv", body = String)))]
async fn import_rejects(
    caller: Caller,
    crate::api::door::Id(id): crate::api::door::Id,
) -> Answer<axum::response::Response> {
    use axum::{http::header, response::IntoResponse};
    let rows = caller.answer(import::rejects_csv(&caller.app, &caller.scope, entity::KeywordImportId(id)).await)?;
    let head = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"rejects.csv\""),
    ];
    Ok((head, rows).into_response())
}
