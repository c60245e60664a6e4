//! Where the API of a site lives.

use reqwest::header::{HeaderMap, LINK};
use serde_json::Value;
use url::Url;

use super::transport::{Ask, Raw};
use super::{WordPress, upstream};
use crate::error::{Error, Result};
use crate::http::host_of;

/// What the link to the API is called.
const RELATION: &str = "https://api.w.org/";
/// What people copy along with the address of their site.
const TAILS: [&str; 4] = ["wp-admin", "wp-login.php", "wp-json", "index.php"];

/// The address of a site from what a person typed.
pub(super) fn base_of(typed: &str) -> Result<Url> {
    let typed = typed.trim();
    let fault = || {
        upstream(
            "bad_request",
            "Enter the address of the WordPress site, such as https://example.com.",
            false,
        )
    };
    let full = if typed.contains("://") {
        typed.to_owned()
    } else {
        format!("https://{typed}")
    };
    let mut url = Url::parse(&full).map_err(|_| fault())?;
    if url.cannot_be_a_base() || url.host_str().is_none_or(str::is_empty) {
        return Err(fault());
    }
    url.set_query(None);
    url.set_fragment(None);
    let kept: Vec<String> = url
        .path_segments()
        .into_iter()
        .flatten()
        .take_while(|segment| !TAILS.contains(segment))
        .filter(|segment| !segment.is_empty())
        .map(str::to_owned)
        .collect();
    url.set_path(&kept.join("/"));
    Ok(url)
}

impl WordPress {
    /// The root of the API, found once.
    pub(super) async fn root(&self) -> Result<&Url> {
        self.root.get_or_try_init(|| self.discover()).await
    }

    /// The address of a route. With plain permalinks a route is a parameter, and its own parameters
    /// stand beside it.
    pub(super) async fn route(&self, route: &str, query: &[(&str, &str)]) -> Result<Url> {
        Ok(join(self.root().await?, route, query))
    }

    async fn discover(&self) -> Result<Url> {
        let home = self.persist_look(&self.base).await?;
        self.same_site(&home.url)?;
        if let Some(root) = announced(&home) {
            return self.trusted(root, &home.url);
        }
        // Caches drop the header. The path is the one that was entered: a home page may send its
        // visitors on to a language or a sign-in page.
        let mut base = home.url.clone();
        base.set_query(None);
        base.set_fragment(None);
        base.set_path(self.base.path());
        let pretty = join(&base, "wp-json", &[]);
        let mut plain = base;
        plain.set_query(Some("rest_route=/"));
        let mut refused = None;
        for candidate in [pretty, plain] {
            match self.persist(&candidate, &Ask::Read).await {
                Ok(reply) if is_index(&reply.json) => return self.trusted(candidate, &reply.url),
                Ok(_) => {}
                // WordPress speaks but does not let us in: that is the thing to tell.
                Err(failure) if !failure.code.is_empty() && failure.code != "rest_no_route" => {
                    refused = refused.or(Some(failure.error));
                }
                Err(failure) if failure.retryable() => return Err(failure.error),
                // A firewall in front of it.
                Err(failure) if matches!(failure.status, 401 | 403 | 407) => {
                    refused = refused.or(Some(failure.error));
                }
                Err(_) => {}
            }
        }
        Err(refused.unwrap_or_else(|| self.not_wordpress()))
    }

    /// The password goes to the site that was entered and nowhere else.
    fn same_site(&self, url: &Url) -> Result<()> {
        let bare = |url: &Url| {
            let host = host_of(url);
            host.strip_prefix("www.").unwrap_or(&host).to_owned()
        };
        if bare(url) != bare(&self.base) {
            return Err(self.elsewhere(url));
        }
        if self.base.scheme() == "https" && url.scheme() == "http" {
            return Err(upstream(
                "bad_request",
                format!(
                    "{} sends visitors on to an address without https, where the password would travel in the open.",
                    host_of(&self.base)
                ),
                false,
            ));
        }
        Ok(())
    }

    fn elsewhere(&self, url: &Url) -> Error {
        upstream(
            "bad_request",
            format!(
                "{} leads to {}. If that is your site, enter its address instead.",
                host_of(&self.base),
                host_of(url)
            ),
            false,
        )
    }

    fn trusted(&self, mut root: Url, seen_at: &Url) -> Result<Url> {
        // Behind a proxy that ends TLS many sites believe to be on http.
        if seen_at.scheme() == "https" && root.scheme() == "http" && root.port().is_none() {
            // Cannot fail between these two.
            let _ = root.set_scheme("https");
        }
        self.same_site(&root)?;
        self.http.check_url(&root)?;
        Ok(root)
    }
}

fn is_index(json: &Value) -> bool {
    json["namespaces"]
        .as_array()
        .is_some_and(|names| names.iter().any(|name| name == "wp/v2"))
}

/// The API that a page announces in its head.
fn announced(page: &Raw) -> Option<Url> {
    let target = link_target(&page.headers)?;
    page.url.join(&target).ok()
}

fn link_target(headers: &HeaderMap) -> Option<String> {
    for header in headers.get_all(LINK) {
        let Ok(mut rest) = header.to_str() else {
            continue;
        };
        // <target>; name="value"; name=value, <target> ...
        while let Some(start) = rest.find('<') {
            let after = &rest[start + 1..];
            let end = after.find('>')?;
            let target = &after[..end];
            rest = &after[end + 1..];
            let parameters = &rest[..rest.find(['<']).unwrap_or(rest.len())];
            let matches = parameters.split([';', ',']).any(|parameter| {
                parameter.split_once('=').is_some_and(|(name, value)| {
                    name.trim().eq_ignore_ascii_case("rel")
                        && value
                            .trim()
                            .trim_matches('"')
                            .split_whitespace()
                            .any(|relation| relation == RELATION)
                })
            });
            if matches {
                return Some(target.to_owned());
            }
        }
    }
    None
}

fn join(root: &Url, route: &str, query: &[(&str, &str)]) -> Url {
    let mut url = root.clone();
    let existing: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let plain = existing.iter().any(|(name, _)| name == "rest_route");
    if !plain && let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty();
        segments.extend(route.split('/').filter(|segment| !segment.is_empty()));
        if route.is_empty() || route == "wp-json" {
            // The index itself; without the slash WordPress would redirect.
            segments.push("");
        }
    }
    if existing.is_empty() && query.is_empty() {
        return url;
    }
    url.set_query(None);
    let mut pairs = url.query_pairs_mut();
    for (name, value) in &existing {
        if name == "rest_route" {
            pairs.append_pair(name, &format!("/{route}"));
        } else {
            pairs.append_pair(name, value);
        }
    }
    for (name, value) in query {
        pairs.append_pair(name, value);
    }
    drop(pairs);
    url
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    #[test]
    fn typed_addresses_become_sites() {
        for (typed, expected) in [
            ("example.com", "https://example.com/"),
            (" http://example.com/blog/ ", "http://example.com/blog"),
            ("https://example.com/wp-admin/edit.php?x=1", "https://example.com/"),
            ("https://example.com/blog/wp-json/wp/v2", "https://example.com/blog"),
            ("https://example.com/wp-login.php", "https://example.com/"),
        ] {
            assert_eq!(
                base_of(typed).map(String::from).ok().as_deref(),
                Some(expected),
                "{typed}"
            );
        }
        for typed in ["", "   ", "https://", "http://exa mple"] {
            assert!(base_of(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn routes_fit_both_kinds_of_permalinks() {
        let url = |text: &str| Url::parse(text).expect("an address");
        assert_eq!(
            join(&url("https://e.com/wp-json/"), "wp/v2/posts", &[("a", "b c")]).as_str(),
            "https://e.com/wp-json/wp/v2/posts?a=b+c"
        );
        assert_eq!(
            join(
                &url("https://e.com/index.php?rest_route=/&lang=de"),
                "wp/v2/posts/7",
                &[("a", "b")]
            )
            .as_str(),
            "https://e.com/index.php?rest_route=%2Fwp%2Fv2%2Fposts%2F7&lang=de&a=b"
        );
        assert_eq!(
            join(&url("https://e.com/wp-json/"), "", &[]).as_str(),
            "https://e.com/wp-json/"
        );
        assert_eq!(
            join(&url("https://e.com/blog"), "wp-json", &[]).as_str(),
            "https://e.com/blog/wp-json/"
        );
    }

    #[test]
    fn the_link_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(
            LINK,
            HeaderValue::from_static("<https://e.com/a.css>; rel=preload; as=style"),
        );
        assert_eq!(link_target(&headers), None);
        headers.append(
            LINK,
            HeaderValue::from_static(
                "<https://e.com/?p=1,2>; rel=shortlink, <https://e.com/wp-json/>; rel=\"https://api.w.org/\", <https://e.com/x>; rel=\"alternate\"",
            ),
        );
        assert_eq!(link_target(&headers).as_deref(), Some("https://e.com/wp-json/"));
    }
}
