//! A file of the visitor's: its beginning for the preview, and all of it to the server in pieces.

use std::sync::Arc;

use leptos::{html, prelude::*};

/// How much of a file is looked at before it is sent.
pub(super) const HEAD: i64 = 256 * 1024;

/// A chosen file. The file itself stays in the file field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Picked {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: i64,
    /// Its beginning, at most [`HEAD`] bytes.
    pub head: Arc<Vec<u8>>,
}

impl Picked {
    /// The beginning is the whole file.
    pub fn is_complete(&self) -> bool {
        self.size <= HEAD
    }
}

/// The field that holds the file.
pub(super) type FileField = NodeRef<html::Input>;

/// How a transfer is watched and stopped.
#[derive(Clone, Copy)]
pub(super) struct Transfer {
    /// Bytes that have arrived.
    pub sent: RwSignal<i64>,
    /// Somebody asked to stop.
    pub stop: RwSignal<bool>,
}

/// A size as people read it.
pub(super) fn bytes_text(bytes: i64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} bytes");
    }
    let (mut size, mut unit) = (bytes as f64 / 1000.0, 0);
    while size >= 999.95 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    format!("{size:.1} {}", UNITS[unit])
}

#[cfg(feature = "hydrate")]
pub(super) use in_browser::{read_head, send_file, take_dropped};
#[cfg(not(feature = "hydrate"))]
pub(super) use on_server::{read_head, send_file, take_dropped};

#[cfg(feature = "hydrate")]
mod in_browser {
    use std::sync::Arc;

    use entity::{ApiError, KeywordImportId, keyword_import};
    use gloo_net::http::Request;
    use gloo_timers::future::TimeoutFuture;
    use leptos::prelude::*;
    use wasm_bindgen_futures::JsFuture;

    use super::{FileField, HEAD, Picked, Transfer};
    use crate::planner::api::get_import;

    /// Bytes of one request.
    const CHUNK: i64 = 4 * 1024 * 1024;
    /// How often a piece is sent again.
    const RETRIES: u32 = 3;

    /// Why a piece did not arrive, and whether another try may help.
    struct Failure {
        error: ApiError,
        passing: bool,
    }

    fn file_of(field: FileField) -> Option<web_sys::File> {
        field.get_untracked()?.files()?.get(0)
    }

    fn unreadable() -> ApiError {
        ApiError::new(
            "unreadable",
            "The browser could not read this file. Is it still where it was? Choose it again.",
        )
    }

    /// Puts what was dropped on the page into the file field.
    pub fn take_dropped(event: &web_sys::DragEvent, field: FileField) {
        let files = event.data_transfer().and_then(|data| data.files());
        if let (Some(files), Some(input)) = (files.filter(|files| files.length() > 0), field.get_untracked()) {
            input.set_files(Some(&files));
        }
    }

    /// Reads the beginning of the chosen file; nothing when none is chosen.
    pub async fn read_head(field: FileField) -> Result<Option<Picked>, ApiError> {
        let Some(file) = file_of(field) else { return Ok(None) };
        let size = file.size() as i64;
        let blob = file
            .slice_with_f64_and_f64(0.0, size.min(HEAD) as f64)
            .map_err(|_| unreadable())?;
        let buffer = JsFuture::from(blob.array_buffer()).await.map_err(|_| unreadable())?;
        let head = js_sys::Uint8Array::new(&buffer).to_vec();
        Ok(Some(Picked {
            name: file.name(),
            size,
            head: Arc::new(head),
        }))
    }

    /// Sends the chosen file from where the server has it; true when all of it has arrived, false when it was stopped.
    pub async fn send_file(field: FileField, id: KeywordImportId, watch: Transfer) -> Result<bool, ApiError> {
        let file = file_of(field).ok_or_else(unreadable)?;
        let size = file.size() as i64;
        let mut offset = get_import(id).await?.import.received_bytes;
        let mut failed = 0;
        while offset < size {
            if watch.stop.try_get_untracked().unwrap_or(true) {
                return Ok(false);
            }
            watch.sent.try_set(offset);
            match send_piece(&file, id, offset, size).await {
                Ok(import) => {
                    failed = 0;
                    if import.received_bytes <= offset {
                        return Err(ApiError::new("upload", "The server did not take the file. Try again."));
                    }
                    offset = import.received_bytes;
                }
                Err(failure) if failure.passing && failed < RETRIES => {
                    failed += 1;
                    TimeoutFuture::new(500 << failed).await;
                    // The piece may have arrived and only its answer been lost.
                    if let Ok(report) = get_import(id).await {
                        offset = report.import.received_bytes;
                    }
                }
                Err(failure) => return Err(failure.error),
            }
        }
        watch.sent.try_set(size);
        Ok(true)
    }

    async fn send_piece(
        file: &web_sys::File,
        id: KeywordImportId,
        offset: i64,
        size: i64,
    ) -> Result<keyword_import::Model, Failure> {
        let end = (offset + CHUNK).min(size);
        let lost = |passing| {
            let text = "The connection broke while the file was being sent. Nothing is lost: try again to go on.";
            Failure {
                error: ApiError::new("network", text),
                passing,
            }
        };
        let broken = |_| Failure {
            error: unreadable(),
            passing: false,
        };
        let piece = file.slice_with_f64_and_f64(offset as f64, end as f64).map_err(broken)?;
        let form = web_sys::FormData::new().map_err(broken)?;
        form.append_with_blob_and_filename("chunk", &piece, "chunk")
            .map_err(broken)?;
        let address = format!("/upload/imports/{id}?offset={offset}");
        let request = Request::post(&address).body(form).map_err(|_| lost(false))?;
        let response = request.send().await.map_err(|_| lost(true))?;
        if response.ok() {
            return response.json().await.map_err(|_| lost(true));
        }
        let status = response.status();
        let passing = matches!(status, 408 | 409 | 425 | 429) || status >= 500;
        let error = response.json::<ApiError>().await.unwrap_or_else(|_| {
            ApiError::new(
                "upload",
                format!("The server refused the file (status {status}). Try again in a moment."),
            )
        });
        Err(Failure { error, passing })
    }
}

/// The same names for the build of the server, where there is no file and nothing of this is called.
#[cfg(not(feature = "hydrate"))]
mod on_server {
    use entity::{ApiError, KeywordImportId};
    use leptos::web_sys;

    use super::{FileField, Picked, Transfer};

    pub fn take_dropped(_event: &web_sys::DragEvent, _field: FileField) {}

    pub async fn read_head(_field: FileField) -> Result<Option<Picked>, ApiError> {
        Ok(None)
    }

    pub async fn send_file(_field: FileField, _id: KeywordImportId, watch: Transfer) -> Result<bool, ApiError> {
        let Transfer { sent: _, stop: _ } = watch;
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_readable() {
        assert_eq!(bytes_text(0), "0 bytes");
        assert_eq!(bytes_text(1500), "1.5 KB");
        assert_eq!(bytes_text(999_990), "1.0 MB");
        assert_eq!(bytes_text(4_194_304), "4.2 MB");
    }
}
