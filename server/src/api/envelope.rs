//! The shape of every answer.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use entity::{FieldError, Page};
use serde::Serialize;
use utoipa::ToSchema;

/// One thing.
#[derive(Serialize, ToSchema)]
pub struct Data<T> {
    /// Always true.
    #[schema(example = true)]
    pub success: bool,
    /// The thing.
    pub data: T,
    /// What happened, for a person.
    pub message: Option<String>,
}

impl<T> Data<T> {
    /// A thing without words.
    pub fn of(data: T) -> Self {
        Self {
            success: true,
            data,
            message: None,
        }
    }

    /// A thing with words.
    pub fn said(data: T, message: impl Into<String>) -> Self {
        Self {
            success: true,
            data,
            message: Some(message.into()),
        }
    }
}

impl<T: Serialize> IntoResponse for Data<T> {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

/// A page of many.
#[derive(Serialize, ToSchema)]
pub struct List<T> {
    /// Always true.
    #[schema(example = true)]
    pub success: bool,
    /// Rows in the whole list; at least so many when `count_exact` is false.
    pub count: u64,
    /// False when there may be more rows than `count`.
    #[schema(example = true)]
    pub count_exact: bool,
    /// Address of the next page.
    pub next: Option<String>,
    /// Address of the page before.
    pub previous: Option<String>,
    /// The rows.
    pub results: Vec<T>,
}

impl<T> List<T> {
    /// A page, with the addresses of its neighbours made from the address it was asked for by.
    pub fn of(page: Page<T>, asked: &axum::http::Uri) -> Self {
        let pages = page.pages();
        Self {
            success: true,
            count: page.count,
            count_exact: page.count_exact,
            next: (page.page < pages).then(|| with_page(asked, page.page + 1)),
            previous: (page.page > 1).then(|| with_page(asked, (page.page - 1).min(pages))),
            results: page.results,
        }
    }
}

impl<T: Serialize> IntoResponse for List<T> {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

fn with_page(asked: &axum::http::Uri, page: u32) -> String {
    let mut parts: Vec<String> = asked
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|part| !part.is_empty() && *part != "page" && !part.starts_with("page="))
        .map(str::to_owned)
        .collect();
    parts.push(format!("page={page}"));
    format!("{}?{}", asked.path(), parts.join("&"))
}

/// A failure.
#[derive(Serialize, ToSchema)]
pub struct Failed {
    /// Always false.
    #[schema(example = false)]
    pub success: bool,
    /// What is wrong, for a person.
    pub error: String,
    /// Stable name of the failure, for programs.
    pub code: String,
    /// What is wrong field by field.
    pub errors: Vec<FieldError>,
    /// Names the request in the server's log.
    pub request_id: String,
    /// Credits needed, when there were too few.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub need: Option<i64>,
    /// Credits there are, when there were too few.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub have: Option<i64>,
    /// What is about the same thing, when a topic is there already.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub near: Vec<entity::topic::Near>,
}

/// A service's failure on its way out.
pub struct ApiFailure {
    /// What failed.
    pub error: domain::Error,
    /// The request's name in the log.
    pub request_id: String,
}

impl IntoResponse for ApiFailure {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let wait = match &self.error {
            domain::Error::TooMany { retry_after, .. } => Some(*retry_after),
            _ => None,
        };
        let api = self.error.into_api(&self.request_id);
        let body = Failed {
            success: false,
            error: api.message,
            code: api.code,
            errors: api.fields,
            request_id: api.request_id,
            need: api.need,
            have: api.have,
            near: api.near,
        };
        let mut response = (status, Json(body)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = wait {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_keep_the_filters() {
        let asked: axum::http::Uri = "/api/v1/x/?status=active&page=2&page_size=10".parse().expect("address");
        let list = List::of(
            Page {
                count: 25,
                count_exact: true,
                page: 2,
                page_size: 10,
                results: vec![0; 10],
            },
            &asked,
        );
        assert_eq!(
            list.next.as_deref(),
            Some("/api/v1/x/?status=active&page_size=10&page=3")
        );
        assert_eq!(
            list.previous.as_deref(),
            Some("/api/v1/x/?status=active&page_size=10&page=1")
        );
        let last = List::of(
            Page {
                count: 25,
                count_exact: true,
                page: 3,
                page_size: 10,
                results: vec![0; 5],
            },
            &asked,
        );
        assert_eq!(last.next, None);
    }
}
