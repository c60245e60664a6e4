//! Requests to servers whose address somebody typed in.
//!
//! An address from outside may lead inside: to this machine, to its neighbours, to the metadata
//! service of the cloud it runs in. So names are resolved here, addresses that are not public are
//! dropped, and the connection uses the addresses that were checked, which leaves nothing to a name
//! that changes its answer in between. Literal addresses never pass a resolver: [`Http::get`] and
//! [`Http::request`] check them, and redirects are checked hop by hop.

use std::error::Error as StdError;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use rand::Rng;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::HeaderMap;
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, Response};
use url::{Host, Url};

use crate::error::{Error, Result};

/// What this program calls itself.
pub const USER_AGENT: &str = concat!("IGNY8/", env!("CARGO_PKG_VERSION"));

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);
const MAX_REDIRECTS: usize = 5;
const BLOCKED: &str = "private_address";

/// Installs the cryptography that TLS uses. Any number of calls do no harm.
pub fn install_crypto() {
    // Fails only when a provider is there already, and then there is one.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// The way out: an HTTP client that reaches public addresses only, unless told otherwise.
#[derive(Clone)]
pub struct Http {
    plain: Client,
    following: Client,
    allow_private: bool,
}

impl Http {
    /// `allow_private` is for tests and for operators whose servers stand in the same network.
    ///
    /// # Errors
    /// [`Error::Internal`] when the system offers no usable TLS.
    pub fn new(allow_private: bool) -> Result<Self> {
        install_crypto();
        let builder = || -> ClientBuilder {
            Client::builder()
                .user_agent(USER_AGENT)
                .connect_timeout(CONNECT_TIMEOUT)
                // Shorter than servers keep a connection: a write on one that is just being closed
                // leaves open whether it arrived.
                .pool_idle_timeout(IDLE_TIMEOUT)
                .dns_resolver(Arc::new(Resolver { allow_private }))
                // A proxy would resolve the name itself and connect wherever it leads.
                .no_proxy()
                .referer(false)
        };
        let policy = reqwest::redirect::Policy::custom(move |attempt| {
            if attempt.previous().len() > MAX_REDIRECTS {
                return attempt.error(Refused("the address redirects too often".to_owned()));
            }
            match check(attempt.url(), allow_private) {
                Ok(()) => attempt.follow(),
                Err(Unfit::Private(host)) => attempt.error(Blocked { host }),
                Err(Unfit::Shape(why)) => attempt.error(Refused(why.to_owned())),
            }
        });
        Ok(Self {
            plain: builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .map_err(Error::internal)?,
            following: builder().redirect(policy).build().map_err(Error::internal)?,
            allow_private,
        })
    }

    /// The client itself, which follows no redirect. It resolves names safely; check addresses from
    /// outside with [`Http::check_url`] first, because a literal address needs no resolving.
    pub fn client(&self) -> &Client {
        &self.plain
    }

    /// A GET that follows up to five redirects, each of them checked.
    ///
    /// # Errors
    /// As [`Http::check_url`].
    pub fn get(&self, url: &Url) -> Result<RequestBuilder> {
        self.check_url(url)?;
        Ok(self.following.get(url.clone()))
    }

    /// A request that follows no redirect: a write that is sent on may change its method on the way
    /// or happen twice.
    ///
    /// # Errors
    /// As [`Http::check_url`].
    pub fn request(&self, method: Method, url: &Url) -> Result<RequestBuilder> {
        self.check_url(url)?;
        Ok(self.plain.request(method, url.clone()))
    }

    /// Refuses what is not http or https, what carries credentials, and literal addresses that are
    /// not public.
    ///
    /// # Errors
    /// [`Error::Upstream`] with the code `private_address` or `bad_request`.
    pub fn check_url(&self, url: &Url) -> Result<()> {
        match check(url, self.allow_private) {
            Ok(()) => Ok(()),
            Err(Unfit::Private(host)) => Err(private_address(&host)),
            Err(Unfit::Shape(message)) => Err(Error::Upstream {
                provider: host_of(url),
                code: "bad_request",
                message: message.to_owned(),
                retryable: false,
            }),
        }
    }
}

/// Reads a body of at most `max` bytes.
///
/// # Errors
/// [`Error::Upstream`] with the code `too_large`, or with what went wrong on the way.
pub async fn read_capped(response: Response, max: usize) -> Result<Vec<u8>> {
    let host = host_of(response.url());
    read_body(response, max).await.map_err(|fault| match fault {
        BodyFault::TooLarge => Error::Upstream {
            message: format!("The answer of {host} is larger than {max} bytes."),
            provider: host,
            code: "too_large",
            retryable: false,
        },
        BodyFault::Broken(error) => {
            let fault = Fault::of(&error);
            Error::Upstream {
                message: fault.sentence(&host),
                provider: host,
                code: if fault.cause == Cause::Timeout {
                    "timeout"
                } else {
                    "network"
                },
                retryable: true,
            }
        }
    })
}

/// Why a body could not be read.
#[derive(Debug)]
pub enum BodyFault {
    /// It has more bytes than are wanted.
    TooLarge,
    /// It ended too early.
    Broken(reqwest::Error),
}

/// As [`read_capped`], for callers with sentences of their own.
///
/// # Errors
/// [`BodyFault`].
pub async fn read_body(mut response: Response, max: usize) -> Result<Vec<u8>, BodyFault> {
    // The header is only good for giving up early; the bytes are what counts.
    if response.content_length().is_some_and(|length| length > max as u64) {
        return Err(BodyFault::TooLarge);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(BodyFault::Broken)? {
        if body.len() + chunk.len() > max {
            return Err(BodyFault::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// What kept an answer from arriving.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The name leads to an address that is not public.
    PrivateAddress(String),
    /// The address redirects to where nobody may follow; why.
    Redirect(String),
    /// The name is unknown.
    Dns,
    /// The certificate or the encryption is not in order.
    Tls,
    /// Nobody listens there, or nobody lets us through.
    Connect,
    /// It took too long.
    Timeout,
    /// The connection ended before the answer did.
    Closed,
    /// The request could not even be written.
    Request,
}

/// A request without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Why.
    pub cause: Cause,
    /// The other side may have received the request and may have acted on it.
    pub sent: bool,
}

impl Fault {
    /// Reads an error of the client.
    pub fn of(error: &reqwest::Error) -> Self {
        let mut tls = false;
        let mut source: Option<&(dyn StdError + 'static)> = error.source();
        while let Some(current) = source {
            if let Some(blocked) = current.downcast_ref::<Blocked>() {
                return Self {
                    cause: Cause::PrivateAddress(blocked.host.clone()),
                    sent: false,
                };
            }
            if let Some(refused) = current.downcast_ref::<Refused>() {
                return Self {
                    cause: Cause::Redirect(refused.0.clone()),
                    sent: true,
                };
            }
            tls |= is_tls(current);
            source = current.source();
        }
        let (cause, sent) = if error.is_dns() {
            (Cause::Dns, false)
        } else if error.is_builder() {
            (Cause::Request, false)
        } else if error.is_connect() {
            match (tls, error.is_timeout()) {
                (true, _) => (Cause::Tls, false),
                (false, true) => (Cause::Timeout, false),
                (false, false) => (Cause::Connect, false),
            }
        } else if error.is_timeout() {
            (Cause::Timeout, true)
        } else {
            (Cause::Closed, true)
        };
        Self { cause, sent }
    }

    /// Another try may go better.
    pub fn retryable(&self) -> bool {
        !matches!(
            self.cause,
            Cause::PrivateAddress(_) | Cause::Redirect(_) | Cause::Request
        )
    }

    /// What is wrong, for a person.
    pub fn sentence(&self, host: &str) -> String {
        match &self.cause {
            Cause::PrivateAddress(blocked) => private_message(blocked),
            Cause::Redirect(why) => format!("{host} cannot be used: {why}."),
            Cause::Dns => format!("The name {host} could not be found. Check the address for a slip of the pen."),
            Cause::Tls => format!(
                "No secure connection to {host} could be made; its certificate may have run out or belong to another name."
            ),
            Cause::Connect => {
                format!("{host} does not accept connections. It may be down, or a firewall may be in between.")
            }
            Cause::Timeout => format!("{host} did not answer in time."),
            Cause::Closed => format!("{host} closed the connection before it had answered."),
            Cause::Request => format!("The request to {host} could not be written."),
        }
    }
}

/// An `io::Error` shows the source of what it wraps and not what it wraps, and here they wrap each
/// other.
fn is_tls(error: &(dyn StdError + 'static)) -> bool {
    let mut current = error;
    loop {
        if current.is::<rustls::Error>() {
            return true;
        }
        match current
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref)
        {
            Some(inner) => current = inner,
            None => return false,
        }
    }
}

/// The error for a host whose address is not public.
pub fn private_address(host: &str) -> Error {
    Error::Upstream {
        provider: host.to_owned(),
        code: BLOCKED,
        message: private_message(host),
        retryable: false,
    }
}

fn private_message(host: &str) -> String {
    format!(
        "{host} is an address inside a private network, and this service only connects to public ones. \
         Enter a public address, or ask the operator of this service to allow private addresses in its settings."
    )
}

/// Growing waits between tries.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    unit: Duration,
}

impl Backoff {
    /// The first wait is half of `unit` to the whole of it, each further one twice as long.
    pub const fn new(unit: Duration) -> Self {
        Self { unit }
    }

    /// The wait after the try with this number, counted from 0. Random, so that many who failed
    /// together do not come back together.
    pub fn wait(&self, attempt: u32) -> Duration {
        let whole = self.unit.saturating_mul(1 << attempt.min(10));
        whole.mul_f64(rand::rng().random_range(0.5..=1.0))
    }
}

/// How long the server asks us to stay away; the longest wish when it names several.
pub fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    const DAY: f64 = 86_400.0;
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let number = |text: &str| {
        let value: f64 = text.parse().ok()?;
        (value.is_finite() && value >= 0.0).then_some(value)
    };
    let seconds = |name: &str| {
        let text = text(name)?;
        number(text).or_else(|| {
            let until = DateTime::parse_from_rfc2822(text).ok()?;
            let left = until.with_timezone(&Utc) - now;
            // Milliseconds of a far date fit a float well enough for a wait.
            Some((left.num_milliseconds().max(0) as f64) / 1000.0)
        })
    };
    [
        seconds("retry-after"),
        text("retry-after-ms").and_then(number).map(|ms| ms / 1000.0),
        // LiteLLM passes its provider's wish on under this name only.
        seconds("llm_provider-retry-after"),
    ]
    .into_iter()
    .flatten()
    .reduce(f64::max)
    .map(|seconds| Duration::from_secs_f64(seconds.min(DAY)))
}

/// The host of an address, as a person would name it.
pub fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or(url.as_str()).to_owned()
}

enum Unfit {
    Private(String),
    Shape(&'static str),
}

fn check(url: &Url, allow_private: bool) -> Result<(), Unfit> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Unfit::Shape("The address must begin with http:// or https://."));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Unfit::Shape(
            "The address must not contain a user name or password; enter them in their own fields.",
        ));
    }
    // Parsing has turned octal, hexadecimal and decimal spellings into plain addresses.
    let address = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(_)) => return Ok(()),
        None => return Err(Unfit::Shape("The address names no server.")),
    };
    if allow_private || is_public(address) {
        Ok(())
    } else {
        Err(Unfit::Private(host_of(url)))
    }
}

/// Whether an address belongs to the public internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, d] = address.octets();
    !matches!(
        (a, b, c, d),
        (0 | 10 | 127, ..)
            // Carrier-grade NAT; one cloud keeps its metadata service in it.
            | (100, 64..=127, ..)
            // Link-local, and the metadata service of most clouds.
            | (169, 254, ..)
            | (172, 16..=31, ..)
            // Protocol assignments and documentation.
            | (192, 0, 0 | 2, _)
            // The relays of 6to4.
            | (192, 88, 99, _)
            | (192, 168, ..)
            // Benchmarks.
            | (198, 18 | 19, ..)
            | (198, 51, 100, _)
            | (203, 0, 113, _)
            // Azure's host agent answers at a public address.
            | (168, 63, 129, 16)
            // Multicast, reserved, broadcast.
            | (224..=255, ..)
    )
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // v4 in v6: unspecified and loopback fall in here too.
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] => v4(high, low),
        // NAT64: the well-known prefix leads to the v4 address at its end, the local one anywhere.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => v4(high, low),
        [0x64, 0xff9b, ..] => false,
        // 6to4.
        [0x2002, high, low, ..] => v4(high, low),
        // Protocol assignments, Teredo among them; documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // All that is public lies in 2000::/3.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// A name leads to no public address. Travels through the client's errors.
#[derive(Debug, thiserror::Error)]
#[error("{host} has no public address")]
struct Blocked {
    host: String,
}

/// A redirect leads where nobody may follow.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Refused(String);

struct Resolver {
    allow_private: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        let host = name.as_str().to_owned();
        Box::pin(async move {
            // Port 0: the client puts in the right one.
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            let any = !found.is_empty();
            let fit: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| allow_private || is_public(address.ip()))
                .collect();
            if any && fit.is_empty() {
                return Err(Box::new(Blocked { host }) as Box<dyn StdError + Send + Sync>);
            }
            Ok(Box::new(fit.into_iter()) as Addrs)
        })
    }
}
