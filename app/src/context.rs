//! What a server function needs of the request it answers.

#[cfg(feature = "ssr")]
pub use ssr::{app, fail, request_id, signed_in, stranger};

/// Only on the server.
#[cfg(feature = "ssr")]
pub mod ssr {
    use axum::{
        extract::{Request, State},
        http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
        middleware::Next,
        response::Response,
    };
    use domain::scope::{Origin, Scope};
    use entity::{ApiError, user::Me};
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;

    /// Who looks at the page, loaded before rendering starts, so that the frame of the page needs no waiting.
    #[derive(Clone, Debug)]
    pub struct Visitor(pub Option<Me>);

    /// Middleware for pages: loads the [`Visitor`]. Needs the request's `Option<Scope>`, so it runs after the session's.
    pub async fn visitor(State(app): State<domain::App>, mut request: Request, next: Next) -> Response {
        let scope = request.extensions().get::<Option<Scope>>().cloned().flatten();
        let me = match scope {
            Some(scope) => domain::accounts::me(&app, &scope).await.ok(),
            None => None,
        };
        request.extensions_mut().insert(Visitor(me));
        next.run(request).await
    }

    /// The application's services.
    pub fn app() -> Result<domain::App, ApiError> {
        use_context::<domain::App>()
            .ok_or_else(|| ApiError::new("internal", "Something went wrong. Try again in a moment."))
    }

    /// The services and the scope of the person who asks; an error with status 401 when nobody is signed in.
    pub async fn signed_in() -> Result<(domain::App, Scope), ApiError> {
        let scope = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Option<Scope>>().cloned().flatten());
        let signed_out = || "You are signed out. Sign in again to go on.".to_owned();
        let scope = scope.ok_or_else(|| fail(domain::Error::Unauthenticated(signed_out())))?;
        Ok((app()?, scope))
    }

    /// The services for somebody whom nobody knows yet, and where the request comes from. Counts against the address.
    pub fn stranger() -> Result<(domain::App, Origin), ApiError> {
        let (app, origin) = (app()?, origin());
        app.throttle.address(&origin.ip_address).map_err(fail)?;
        Ok((app, origin))
    }

    /// Where the request comes from.
    pub fn origin() -> Origin {
        use_context::<Parts>()
            .and_then(|parts| parts.extensions.get::<Origin>().cloned())
            .unwrap_or_default()
    }

    /// Turns a failure into what the browser may know of it and sets the response's status.
    pub fn fail(error: domain::Error) -> ApiError {
        status(StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        if let domain::Error::TooMany { retry_after, .. } = &error
            && let Some(response) = use_context::<ResponseOptions>()
        {
            response.insert_header(header::RETRY_AFTER, HeaderValue::from(*retry_after));
        }
        error.into_api(&request_id())
    }

    /// Names the request in the log.
    pub fn request_id() -> String {
        origin().request_id
    }

    /// Sets the status of the response.
    pub fn status(status: StatusCode) {
        if let Some(response) = use_context::<ResponseOptions>() {
            response.set_status(status);
        }
    }

    /// A cookie of the request.
    pub fn cookie(name: &str) -> Option<String> {
        use_context::<Parts>().and_then(|parts| cookie_of(&parts.headers, name))
    }

    /// A cookie in a request's headers.
    pub fn cookie_of(headers: &HeaderMap, name: &str) -> Option<String> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|text| text.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
    }
}
