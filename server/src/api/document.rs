//! The OpenAPI document: what the routes say of themselves, completed with what holds for all of them.

use domain::App;
use serde_json::{Map, Value, json};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};
use utoipa_axum::router::OpenApiRouter;

use super::{envelope::Failed, v1};

const ABOUT: &str = "\
Keywords in; clusters, ideas, tasks, articles, pictures and published posts out.

**Signing in.** `POST /api/v1/auth/login/` gives an access token (15 minutes) and a refresh token (30 days, works once). Or \
make an API key under Settings. Send either as `Authorization: Bearer ...`.

**Answers** come as `{success, data, message}`, lists as `{success, count, next, previous, results}`, failures as \
`{success: false, error, code, errors, request_id}`. Times are UTC (RFC 3339).

**Lists** take `page`, `page_size` (at most 200), `ordering` (a column, `-` in front for descending) and `search`.

**Once.** Every `POST` takes an `Idempotency-Key`: the same key and request within a day gives the same answer, and nothing \
happens twice.

**Changes of what you have seen.** Reading a single thing gives an `ETag`. Send it back as `If-None-Match` to learn whether \
it changed, as `If-Match` to change it only if it did not.

**Limits.** Callers who are too quick get `429` with `Retry-After` in seconds.

**Operators** of the installation call into an account with `X-IGNY8-Account: <number>`; each such call is recorded there.";

#[derive(OpenApi)]
#[openapi(
    info(title = "IGNY8", description = ABOUT),
    modifiers(&Bearer),
    components(schemas(Failed)),
    security(("bearer" = [])),
    tags(
        (name = "auth", description = "Signing in, people, sites, keys, the account"),
        (name = "planner", description = "Keywords, clusters, ideas"),
        (name = "writer", description = "Tasks, articles, pictures"),
        (name = "linker", description = "Links between the articles of a site"),
        (name = "optimizer", description = "Better versions of articles"),
        (name = "publisher", description = "Connections and publications"),
        (name = "site-builder", description = "Plans of a site's pages"),
        (name = "billing", description = "Credits"),
        (name = "system", description = "AI settings, jobs, prompts, author profiles, strategies, the log of what matters"),
    )
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        if let Some(components) = document.components.as_mut() {
            components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        }
    }
}

/// The routes with what they say of themselves.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi()).nest("/api/v1", v1::routes())
}

/// The document of the interface, OpenAPI 3.1.
pub fn document() -> Value {
    // Made of plain types, which JSON holds all of.
    let mut document = serde_json::to_value(routes().into_openapi()).unwrap_or_default();
    document["components"]["responses"] = failures();
    if let Some(paths) = document["paths"].as_object_mut() {
        for (path, methods) in paths {
            for (method, operation) in methods.as_object_mut().into_iter().flatten() {
                complete(path, method, operation);
            }
        }
    }
    document
}

/// Status, name, when it comes, and an example of the answer's `code` and `error`.
const FAILURES: [(&str, &str, &str, &str, &str); 9] = [
    (
        "401",
        "Unauthenticated",
        "No access token or API key, or one that is not valid any more.",
        "unauthenticated",
        "The access token is not valid or has ended.",
    ),
    (
        "402",
        "InsufficientCredits",
        "Not enough credits. Nothing was started.",
        "insufficient_credits",
        "This needs 40 credits and 12 are available. Nothing was started.",
    ),
    (
        "403",
        "Forbidden",
        "Known, but not allowed: the role, the key's scopes, the state of the account, or a limit of the plan.",
        "forbidden",
        "Only owners and admins can do this.",
    ),
    (
        "404",
        "NotFound",
        "Not there, or not for the caller: the two answer alike.",
        "not_found",
        "The keyword was not found.",
    ),
    (
        "409",
        "Conflict",
        "The state of things does not allow it.",
        "conflict",
        "Some of the selected rows are being worked on already. Wait for that to finish, then try again.",
    ),
    (
        "412",
        "Changed",
        "`If-Match` names another state of the thing.",
        "precondition_failed",
        "This was changed by somebody else meanwhile. Read it again and repeat your change.",
    ),
    (
        "413",
        "TooLarge",
        "The body is longer than we take.",
        "too_large",
        "The body is longer than we take.",
    ),
    (
        "422",
        "Invalid",
        "The request is at fault; `errors` says where.",
        "invalid",
        "Enter a name.",
    ),
    (
        "429",
        "TooManyRequests",
        "Too many requests, or too many wrong guesses.",
        "too_many_requests",
        "Too many requests. Slow down and try again in a moment.",
    ),
];

fn failures() -> Value {
    let mut all = Map::new();
    for (status, name, when, code, error) in FAILURES {
        let errors = if status == "422" {
            json!([{"field": "name", "message": error}])
        } else {
            json!([])
        };
        let mut example = json!({
            "success": false, "error": error, "code": code, "errors": errors,
            "request_id": "0d4f2b6c1f0e4c5ba7f1c7a9d2e3b456",
        });
        if status == "402" {
            example["need"] = json!(40);
            example["have"] = json!(12);
        }
        let mut response = json!({
            "description": when,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Failed"}, "example": example}},
        });
        if status == "429" {
            response["headers"] = json!({"Retry-After": {
                "description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}, "required": true,
            }});
        }
        all.insert(name.to_owned(), response);
    }
    Value::Object(all)
}

/// A name for the operation that no other one has: handlers of many modules are called `list`.
fn operation_id(path: &str, handler: &str) -> String {
    let place: Vec<&str> = path
        .trim_start_matches("/api/v1/")
        .split('/')
        .filter(|part| !part.is_empty() && !part.starts_with('{') && *part != handler)
        .collect();
    format!("{}_{handler}", place.join("_")).replace('-', "_")
}

fn complete(path: &str, method: &str, operation: &mut Value) {
    let handler = operation["operationId"].as_str().unwrap_or_default();
    operation["operationId"] = json!(operation_id(path, handler));
    // `security: [{}]` marks what strangers may call.
    let is_open = operation["security"] == json!([{}]);
    let is_write = method != "get";
    let has_body = operation.get("requestBody").is_some();
    let is_single = path.ends_with("{id}/");
    let mut statuses = vec!["422", "429"];
    if !is_open {
        statuses.extend(["401", "403", "404"]);
    }
    if is_write {
        statuses.push("409");
    }
    if has_body {
        statuses.push("413");
    }
    if is_single && matches!(method, "put" | "patch" | "delete") {
        statuses.push("412");
    }
    if let Some(responses) = operation["responses"].as_object_mut() {
        for (status, name, ..) in FAILURES {
            // What a route says of itself is kept as a status; its text is the common one.
            if statuses.contains(&status) || responses.contains_key(status) {
                responses.insert(
                    status.to_owned(),
                    json!({"$ref": format!("#/components/responses/{name}")}),
                );
            }
        }
        for (status, response) in responses.iter_mut().filter(|(status, _)| status.starts_with('2')) {
            if response["description"].as_str().unwrap_or_default().is_empty() {
                response["description"] = json!(if status == "200" { "Done." } else { "Accepted." });
            }
        }
        if is_single && method == "get" {
            responses.insert(
                "304".to_owned(),
                json!({"description": "`If-None-Match` names the state that it still has."}),
            );
            responses["200"]["headers"] = json!({"ETag": {
                "description": "Names this state of the thing.", "schema": {"type": "string"},
            }});
        }
    }
    let mut more = Vec::new();
    if method == "post" {
        more.push((
            "Idempotency-Key",
            "The same key and request within a day gives the same answer, and nothing happens twice. 1 to 200 characters.",
            json!({"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"}),
        ));
    }
    if is_single && method == "get" {
        more.push(("If-None-Match", "An `ETag` seen before.", json!({"type": "string"})));
    }
    if is_single && matches!(method, "put" | "patch" | "delete") {
        more.push((
            "If-Match",
            "The `ETag` of the state that is to be changed.",
            json!({"type": "string"}),
        ));
    }
    let parameters = operation["parameters"].take();
    let mut parameters = parameters.as_array().cloned().unwrap_or_default();
    parameters.retain(|parameter| parameter["name"] != "Idempotency-Key");
    for (name, description, schema) in more {
        parameters.push(json!({
            "name": name, "in": "header", "required": false, "description": description, "schema": schema,
        }));
    }
    if let Some(operation) = operation.as_object_mut() {
        if parameters.is_empty() {
            operation.remove("parameters");
        } else {
            operation.insert("parameters".to_owned(), Value::Array(parameters));
        }
    }
}
