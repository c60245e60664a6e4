//! The way out: which addresses are reached, and what a broken connection looks like. Also the small
//! servers that the tests of the clients talk to.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use axum::serve::Listener;
use domain::Error;
use domain::http::{self, Backoff, Cause, Fault, Http};
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderValue};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// Breaks the connection under the next answer.
#[derive(Clone, Default)]
pub struct Cut(Arc<AtomicBool>);

impl Cut {
    /// The next bytes that the server writes do not arrive.
    pub fn next(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Serves a router on a free port until the test ends; returns its address without a slash.
pub async fn serve(router: Router, cut: &Cut) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let listener = Cutting {
        listener,
        cut: cut.clone(),
    };
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

struct Cutting {
    listener: TcpListener,
    cut: Cut,
}

impl Listener for Cutting {
    type Io = Wire;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let cut = self.cut.clone();
        (Wire { stream, cut }, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// A connection that can be cut.
pub struct Wire {
    stream: TcpStream,
    cut: Cut,
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.cut.0.swap(false, Ordering::SeqCst) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// The parts of an error of another server.
pub fn upstream(error: &Error) -> (&'static str, &str, bool) {
    match error {
        Error::Upstream {
            code,
            message,
            retryable,
            ..
        } => (code, message, *retryable),
        other => panic!("not an error of another server: {other:?}"),
    }
}

fn url(text: &str) -> Url {
    Url::parse(text).expect("an address")
}

#[test]
fn literal_addresses_inside_are_refused_however_they_are_written() {
    let http = Http::new(false).expect("a client");
    for inside in [
        "http://127.0.0.1/",
        "http://127.0.0.1./",
        "http://127.1/",
        "http://0x7f.1/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://0.0.0.0/",
        "http://10.1.2.3/",
        "http://172.16.0.1/",
        "http://172.31.255.255/",
        "http://192.168.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://100.100.100.200/",
        "http://168.63.129.16/",
        "http://192.0.0.192/",
        "http://192.0.2.1/",
        "http://198.18.0.1/",
        "http://198.51.100.7/",
        "http://203.0.113.7/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[::]/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::10.0.0.1]/",
        "http://[64:ff9b:1::1]/",
        "http://[2002:7f00:1::1]/",
        "http://[2002:c0a8:1::1]/",
        "http://[2001::1]/",
        "http://[2001:db8::1]/",
        "http://[fc00::1]/",
        "http://[fd00:ec2::254]/",
        "http://[fe80::1]/",
        "http://[fec0::1]/",
        "http://[ff02::1]/",
        "http://[100::1]/",
    ] {
        let error = http.check_url(&url(inside)).expect_err(inside);
        let (code, message, retryable) = upstream(&error);
        assert_eq!((code, retryable), ("private_address", false), "{inside}");
        assert!(message.contains("operator"), "{message}");
    }
    for outside in [
        "http://93.184.216.34/",
        "https://172.32.0.1/",
        "https://100.128.0.1/",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/",
        "https://[64:ff9b::8.8.8.8]/",
        "https://[2002:808:808::1]/",
        "https://example.com/",
    ] {
        assert!(http.check_url(&url(outside)).is_ok(), "{outside}");
    }
    let open = Http::new(true).expect("a client");
    assert!(open.check_url(&url("http://127.0.0.1/")).is_ok());
}

#[test]
fn only_plain_web_addresses_are_taken() {
    for http in [Http::new(false), Http::new(true)] {
        let http = http.expect("a client");
        for unfit in [
            "ftp://example.com/",
            "file:///etc/passwd",
            "data:text/plain,x",
            "https://name:word@example.com/",
            "https://name@example.com/",
        ] {
            let error = http.check_url(&url(unfit)).expect_err(unfit);
            assert_eq!(upstream(&error).0, "bad_request", "{unfit}");
        }
    }
}

#[tokio::test]
async fn names_that_lead_inside_are_not_connected_to() {
    let base = serve(Router::new(), &Cut::default()).await;
    let named = base.replace("127.0.0.1", "localhost");
    let closed = Http::new(false).expect("a client");
    let error = closed
        .client()
        .get(named.as_str())
        .send()
        .await
        .expect_err("a blocked name");
    let fault = Fault::of(&error);
    assert_eq!(fault.cause, Cause::PrivateAddress("localhost".to_owned()));
    assert!(!fault.sent && !fault.retryable());
    assert!(fault.sentence("x").contains("localhost"));

    let open = Http::new(true).expect("a client");
    assert!(open.client().get(named.as_str()).send().await.is_ok());
}

#[tokio::test]
async fn redirects_are_checked_and_counted_and_only_reads_follow_them() {
    let router = Router::new()
        .route("/end", get(|| async { "there" }).post(|| async { "there" }))
        .route(
            "/one",
            get(|| async { Redirect::temporary("/end") }).post(|| async { Redirect::temporary("/end") }),
        )
        .route("/round", get(|| async { Redirect::temporary("/round") }))
        .route("/file", get(|| async { Redirect::temporary("file:///etc/passwd") }))
        .route(
            "/named",
            get(|| async { Redirect::temporary("http://name:word@127.0.0.1/") }),
        );
    let base = serve(router, &Cut::default()).await;
    let at = |path: &str| url(&format!("{base}{path}"));
    let http = Http::new(true).expect("a client");

    let read = http.get(&at("/one")).expect("allowed").send().await;
    let body = http::read_capped(read.expect("an answer"), 100).await;
    assert_eq!(body.expect("a body"), b"there");
    let write = http.request(Method::POST, &at("/one")).expect("allowed").send().await;
    assert_eq!(write.expect("an answer").status().as_u16(), 307);
    // What is no web address is not followed; the redirect itself is the answer.
    let file = http.get(&at("/file")).expect("allowed").send().await;
    assert_eq!(file.expect("an answer").status().as_u16(), 307);
    for path in ["/round", "/named"] {
        let sent = http.get(&at(path)).expect("allowed").send().await;
        assert!(sent.is_err(), "{path}");
    }
    let sent = http.get(&at("/round")).expect("allowed").send().await;
    let fault = Fault::of(&sent.expect_err("too many"));
    assert!(matches!(fault.cause, Cause::Redirect(_)), "{fault:?}");
}

#[tokio::test]
async fn bodies_end_at_the_cap_and_broken_ones_are_told() {
    let cut = Cut::default();
    let router = Router::new().route("/long", get(|| async { "x".repeat(2000) })).route(
        "/endless",
        get(|| async {
            axum::body::Body::from_stream(futures::stream::repeat_with(|| Ok::<_, io::Error>(vec![b'x'; 100])))
        }),
    );
    let base = serve(router, &cut).await;
    let http = Http::new(true).expect("a client");
    for path in ["/long", "/endless"] {
        let answer = http
            .get(&url(&format!("{base}{path}")))
            .expect("allowed")
            .send()
            .await
            .expect("an answer");
        let error = http::read_capped(answer, 1000).await.expect_err("too long");
        assert_eq!(upstream(&error).0, "too_large", "{path}");
    }
    cut.next();
    let sent = http.get(&url(&format!("{base}/long"))).expect("allowed").send().await;
    let fault = Fault::of(&sent.expect_err("cut"));
    assert_eq!((fault.cause, fault.sent), (Cause::Closed, true));
}

#[tokio::test]
async fn what_never_left_is_told_from_what_may_have_arrived() {
    let http = Http::new(true).expect("a client");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let silent = http
        .client()
        .get(format!("http://{address}/"))
        .timeout(Duration::from_millis(100))
        .send()
        .await;
    let fault = Fault::of(&silent.expect_err("silence"));
    assert_eq!((fault.cause, fault.sent), (Cause::Timeout, true));
    drop(listener);
    let refused = http.client().get(format!("http://{address}/")).send().await;
    let fault = Fault::of(&refused.expect_err("nobody there"));
    assert_eq!((fault.cause, fault.sent), (Cause::Connect, false));
    let unknown = http.client().get("http://no-such-name.invalid/").send().await;
    let fault = Fault::of(&unknown.expect_err("no such name"));
    assert_eq!((fault.cause, fault.sent), (Cause::Dns, false));
}

#[tokio::test]
async fn a_server_without_tls_is_named_as_such() {
    let base = serve(Router::new(), &Cut::default()).await;
    let http = Http::new(true).expect("a client");
    let sent = http.client().get(base.replace("http://", "https://")).send().await;
    let fault = Fault::of(&sent.expect_err("no TLS there"));
    assert_eq!((fault.cause, fault.sent), (Cause::Tls, false));
}

#[test]
fn wishes_for_patience_are_read_in_all_forms() {
    let now = chrono::DateTime::parse_from_rfc3339("2026-11-06T08:49:37Z")
        .expect("a date")
        .to_utc();
    let read = |pairs: &[(&'static str, &'static str)]| {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        http::retry_after(&headers, now).map(|wait| wait.as_millis())
    };
    assert_eq!(read(&[]), None);
    assert_eq!(read(&[("retry-after", "2")]), Some(2000));
    assert_eq!(read(&[("retry-after", "1.5")]), Some(1500));
    assert_eq!(read(&[("retry-after-ms", "1500")]), Some(1500));
    assert_eq!(read(&[("retry-after", "2"), ("retry-after-ms", "1500")]), Some(2000));
    assert_eq!(read(&[("retry-after", "Fri, 06 Nov 2026 08:50:07 GMT")]), Some(30_000));
    assert_eq!(read(&[("retry-after", "Fri, 06 Nov 2020 08:50:07 GMT")]), Some(0));
    assert_eq!(read(&[("llm_provider-retry-after", "60")]), Some(60_000));
    assert_eq!(read(&[("retry-after", "1e300")]), Some(86_400_000));
    for nonsense in ["soon", "-1", "NaN", "inf", ""] {
        assert_eq!(read(&[("retry-after", nonsense)]), None, "{nonsense}");
    }
}

#[test]
fn waits_grow_and_stay_within_bounds() {
    let backoff = Backoff::new(Duration::from_millis(100));
    for attempt in 0..5 {
        let wait = backoff.wait(attempt).as_millis();
        let whole = 100 << attempt;
        assert!((whole / 2..=whole).contains(&wait), "{attempt}: {wait}");
    }
    assert!(backoff.wait(u32::MAX) <= Duration::from_secs(103));
}
