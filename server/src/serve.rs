//! The web server: routes, layers, start and stop.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context as _;
use axum::{
    Extension, Json, Router,
    extract::{DefaultBodyLimit, FromRef, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use domain::App;
use leptos::prelude::LeptosOptions;
use leptos_axum::{LeptosRoutes, generate_route_list};
use tokio_util::sync::CancellationToken;
use tower_http::{compression::CompressionLayer, services::ServeDir, set_header::SetResponseHeaderLayer};
use tower_sessions::{
    Expiry, SessionManagerLayer,
    cookie::{SameSite, time},
};

use crate::{api, events, files, guard, sessions::Sessions};

/// Days of not being seen after which a session ends.
const SESSION_DAYS: i64 = 14;
/// Largest body of a page's own request: an article with its mark-up, or a part of a file.
const BODY_LIMIT: usize = 9 * 1024 * 1024;

/// What the pages' routes share.
#[derive(Clone)]
pub struct AppState {
    app: App,
    options: LeptosOptions,
}

impl FromRef<AppState> for App {
    fn from_ref(state: &AppState) -> Self {
        state.app.clone()
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.options.clone()
    }
}

/// All routes, ready to serve.
pub fn router(app: App, options: LeptosOptions, stop: CancellationToken) -> Router {
    let state = AppState {
        app: app.clone(),
        options: options.clone(),
    };
    let sessions = SessionManagerLayer::new(Sessions::new(app.db.clone()))
        // The prefix makes browsers refuse it from a neighbouring domain or over plain http.
        .with_name(if app.config.server.is_https() {
            "__Host-igny8_session"
        } else {
            "igny8_session"
        })
        .with_same_site(SameSite::Lax)
        .with_http_only(true)
        .with_secure(app.config.server.is_https())
        .with_expiry(Expiry::OnInactivity(time::Duration::days(SESSION_DAYS)));
    let context = {
        let app = app.clone();
        move || leptos::prelude::provide_context(app.clone())
    };
    let shell = {
        let options = options.clone();
        move || app::shell(options.clone())
    };
    let pages = Router::<AppState>::new()
        .leptos_routes_with_context(&state, generate_route_list(app::App), context.clone(), shell)
        .fallback(leptos_axum::file_and_error_handler_with_context::<AppState, _>(
            context,
            app::shell,
        ))
        .merge(own_routes())
        .layer(Extension(stop))
        .layer(from_fn_with_state(app.clone(), app::context::ssr::visitor))
        .layer(from_fn_with_state(app.clone(), guard::scope))
        .layer(sessions)
        .layer(from_fn(guard::same_origin))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(state);
    Router::new()
        .merge(assets(&options))
        .route("/health", get(health))
        .with_state(app.clone())
        .merge(pages)
        .layer(from_fn_with_state(api::interface(app.clone()), api::or_pages))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(app, guard::trace))
}

/// Routes that the pages call besides their server functions: files and events.
fn own_routes() -> Router<AppState> {
    OWN_ROUTES.iter().fold(Router::new(), |router, (_, path, handler)| {
        router.route(path, handler())
    })
}

type OwnRoute = (&'static str, &'static str, fn() -> MethodRouter<AppState>);

const OWN_ROUTES: [OwnRoute; 10] = [
    ("GET", "/events/tasks/{id}", || get(events::task)),
    ("GET", "/events/imports/{id}", || get(events::import)),
    ("GET", "/events/image-tests/{id}", || get(events::image_test)),
    ("POST", "/upload/imports/{id}", || post(files::upload_chunk)),
    ("GET", "/download/imports/{id}/rejects.csv", || get(files::rejects)),
    ("GET", "/download/account.zip", || get(files::account)),
    ("GET", "/download/keywords.csv", || get(files::keywords)),
    ("POST", "/download/keywords.csv", || post(files::selected_keywords)),
    ("GET", "/files/images/{id}", || get(files::image)),
    ("GET", "/files/image-tests/{id}", || get(files::image_test)),
];

/// Method and path of what the pages call besides their server functions; the tests walk them all.
pub fn page_routes() -> impl Iterator<Item = (&'static str, &'static str)> {
    OWN_ROUTES.iter().map(|(method, path, _)| (*method, *path))
}

/// Paths of the pages; the tests walk them all.
pub fn page_paths() -> Vec<String> {
    generate_route_list(app::App)
        .iter()
        .map(|listing| listing.path().to_owned())
        .collect()
}

/// Files that the build made: served compressed as they were prepared, without looking for a session.
fn assets(options: &LeptosOptions) -> Router<App> {
    let root = options.site_root.to_string();
    let folder = |name: &str| {
        ServeDir::new(format!("{root}/{name}"))
            .precompressed_br()
            .precompressed_gzip()
    };
    let package = options.site_pkg_dir.to_string();
    // Names without a hash: kept, but asked after each time.
    let fresh = SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Router::new()
        .nest_service(&format!("/{package}"), folder(&package))
        .nest_service("/vendor", folder("vendor"))
        .nest_service("/samples", folder("samples"))
        .layer(fresh)
}

async fn health(State(app): State<App>) -> Response {
    match app.db.ping().await {
        Ok(()) => Json(serde_json::json!({"status": "ok"})).into_response(),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                Json(serde_json::json!({"status": "database"})),
            )
                .into_response()
        }
    }
}

/// Leptos' own settings: from the file when it is there, else from the environment.
///
/// # Errors
/// When the file is broken.
pub fn leptos_options() -> anyhow::Result<LeptosOptions> {
    let file = std::path::Path::new(crate::settings::FILE)
        .exists()
        .then_some(crate::settings::FILE);
    Ok(leptos::prelude::get_configuration(file)
        .context("reading the Leptos options")?
        .leptos_options)
}

/// Serves until the process is told to stop, with workers inside unless the settings say 0.
///
/// # Errors
/// When the address is taken or the queue cannot be served.
pub async fn serve(app: App) -> anyhow::Result<()> {
    let options = leptos_options()?;
    let stop = CancellationToken::new();
    let address: SocketAddr = app
        .config
        .server
        .address
        .parse()
        .with_context(|| format!("{:?} is no address", app.config.server.address))?;
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))?;
    let worker = (app.config.jobs.workers > 0).then(|| {
        let worker = domain::jobs::worker::Worker::new(app.clone());
        tokio::spawn(worker.run(stop.clone()))
    });
    let sweeper = tokio::spawn(end_sessions(Arc::new(Sessions::new(app.db.clone()))));
    tokio::spawn(stop_on_signal(stop.clone()));
    tracing::info!("listening on http://{address}");
    let router = router(app, options, stop.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, router).with_graceful_shutdown({
        let stop = stop.clone();
        async move { stop.cancelled().await }
    });
    let late = {
        let stop = stop.clone();
        async move {
            stop.cancelled().await;
            tokio::time::sleep(Duration::from_secs(10)).await;
        }
    };
    tokio::select! {
        served = served.into_future() => served?,
        () = late => tracing::warn!("some connections were still open and are cut off"),
    }
    stop.cancel();
    sweeper.abort();
    if let Some(worker) = worker {
        worker.await??;
    }
    Ok(())
}

/// Cancels `stop` on SIGTERM or Ctrl-C.
pub async fn stop_on_signal(stop: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be listened for");
            if tokio::signal::ctrl_c().await.is_err() {
                return;
            }
        }
    }
    stop.cancel();
}

async fn end_sessions(sessions: Arc<Sessions>) {
    let mut tick = tokio::time::interval(Duration::from_secs(3600));
    loop {
        tick.tick().await;
        if let Err(error) = sessions.delete_expired().await {
            tracing::warn!(%error, "ended sessions could not be removed");
        }
    }
}
