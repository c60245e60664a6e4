//! The page that shows the document of the interface to people.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::{Html, IntoResponse, Response},
};

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>REST interface · IGNY8</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/vendor/swagger-ui.css">
<link rel="stylesheet" href="/vendor/reference.css">
</head>
<body>
<header class="igny8-bar"><a href="/">IGNY8</a><span>REST interface</span><a href="/api/v1/openapi.json">openapi.json</a></header>
<main id="reference"><noscript>This page needs JavaScript. The document itself is at <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</noscript></main>
<script src="/vendor/swagger-ui-bundle.js"></script>
<script src="/vendor/reference.js"></script>
</body>
</html>
"#;

/// Everything comes from here; the viewer sets styles on its elements, which only this page allows.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The document as a page that can be browsed and tried out.
pub async fn page() -> Response {
    let mut response = Html(PAGE).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(
        HeaderName::from_static("cache-control"),
        HeaderValue::from_static("no-cache"),
    );
    response
}
