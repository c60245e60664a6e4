//! Posts, each of them once.
//!
//! The marker is an HTML comment at the end of the content. WordPress keeps it for every role, also
//! where it filters the HTML of authors and contributors, and its search looks at it.

use std::time::Instant;

use serde_json::{Map, Value, json};

use super::terms::Taxonomy;
use super::transport::{Ask, Failure, Fate};
use super::{Post, Published, WordPress, check_marker, upstream};
use crate::error::{Error, Result};

const ROUTE: &str = "wp/v2/posts";
const OPENING: &str = "<!-- igny8:";
const CLOSING: &str = " -->";
/// What is needed to know a post again.
const BRIEF: &str = "id,status,content.raw";
/// Looks for a post whose creation was not answered, with growing waits between them.
const LOOKS: u32 = 5;

impl WordPress {
    /// Brings a post to the site: changes the one that `known_id` or our marker names, and creates
    /// it only when there is none.
    ///
    /// Safe to call again after any failure. Two calls for one marker at the same time are not
    /// told apart by WordPress; keeping them apart is the caller's part.
    ///
    /// # Errors
    /// [`Error::Upstream`]; when it is retryable, calling again is all there is to do.
    pub async fn upsert_post(&self, post: &Post, known_id: Option<i64>) -> Result<Published> {
        check_marker(&post.marker)?;
        let mut notes = Vec::new();
        let existing = match known_id {
            Some(id) if self.is_there(id).await? => Some(id),
            _ => self.find(post).await?,
        };
        let body = self.body(post, &mut notes).await?;
        let value = match existing {
            Some(id) => self.update(post, id, &body).await?,
            None => self.create_once(post, &body).await?,
        };
        let published = self.published(&value, notes);
        published.ok_or_else(|| self.not_wordpress())
    }

    /// A post in the trash counts as gone: an update would bring it back unasked, and with it what
    /// was done to it before.
    async fn is_there(&self, id: i64) -> Result<bool> {
        let found = self
            .read(
                &format!("{ROUTE}/{id}"),
                &[("context", "edit"), ("_fields", "id,status")],
            )
            .await;
        match found {
            Ok(reply) => Ok(reply.json["status"] != "trash"),
            Err(failure) if failure.is_gone() => Ok(false),
            Err(failure) => Err(failure.error),
        }
    }

    async fn body(&self, post: &Post, notes: &mut Vec<String>) -> Result<Value> {
        let mut body = Map::new();
        let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
        put("title", json!(post.title));
        put("content", json!(with_marker(&post.html, &post.marker)));
        put("excerpt", json!(post.excerpt));
        put("status", json!(post.status));
        if !post.slug.trim().is_empty() {
            put("slug", json!(post.slug.trim()));
        }
        if let Some(id) = post.featured_media {
            put("featured_media", json!(id));
        }
        for (name, taxonomy, names) in [
            ("categories", Taxonomy::Categories, &post.categories),
            ("tags", Taxonomy::Tags, &post.tags),
        ] {
            let ids = self.term_ids(taxonomy, names, notes).await?;
            // None at all leaves what an editor chose, or WordPress's default.
            if !ids.is_empty() {
                put(name, json!(ids));
            }
        }
        Ok(Value::Object(body))
    }

    async fn update(&self, post: &Post, id: i64, body: &Value) -> Result<Value> {
        match self.write(&format!("{ROUTE}/{id}"), body).await {
            Ok(reply) => Ok(reply.json),
            // Deleted since we looked.
            Err(failure) if failure.is_gone() => self.create_once(post, body).await,
            Err(failure) => Err(failure.error),
        }
    }

    /// Creates a post of which there was none a moment ago.
    ///
    /// A request without an answer may have done its work, or may still do it. So it is looked for;
    /// and only when the site has certainly finished with a request, and nothing came of it, is the
    /// request sent again. Where it may still be at work nothing is sent: the next call looks again.
    async fn create_once(&self, post: &Post, body: &Value) -> Result<Value> {
        let started = Instant::now();
        let mut attempt = 0;
        loop {
            let failure = match self.create(ROUTE, &Ask::Write(body)).await {
                Ok(reply) if reply.json["id"].is_i64() => return Ok(reply.json),
                Ok(_) => Failure::unclear(self.not_wordpress()),
                Err(failure) => failure,
            };
            if failure.fate == Fate::Undone && !failure.retryable() {
                return Err(failure.error);
            }
            let found = match failure.fate {
                Fate::Undone => None,
                Fate::Unknown => self.find(post).await.map_err(|_| uncertain(&failure.error))?,
                Fate::Pending => self.await_post(post, &failure).await?,
            };
            if let Some(id) = found {
                // A site that failed half-way may have stored the text and not the tags.
                return Ok(self.write(&format!("{ROUTE}/{id}"), body).await?.json);
            }
            let again = (failure.fate != Fate::Pending)
                .then(|| self.wait(&failure, attempt, started))
                .flatten();
            let Some(wait) = again else {
                return Err(if failure.fate == Fate::Undone {
                    failure.error
                } else {
                    uncertain(&failure.error)
                });
            };
            tokio::time::sleep(wait).await;
            attempt += 1;
            if failure.fate != Fate::Undone
                && let Some(id) = self.find(post).await.map_err(|_| uncertain(&failure.error))?
            {
                return Ok(self.write(&format!("{ROUTE}/{id}"), body).await?.json);
            }
        }
    }

    async fn await_post(&self, post: &Post, failure: &Failure) -> Result<Option<i64>> {
        for look in 0..LOOKS {
            if look > 0 {
                self.pause(look).await;
            }
            let found = self.find(post).await.map_err(|_| uncertain(&failure.error))?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The post with our marker, the oldest if there are several.
    async fn find(&self, post: &Post) -> Result<Option<i64>> {
        let search = format!("igny8:{}", post.marker);
        let slug = post.slug.trim();
        let common = [("status", "any"), ("context", "edit"), ("_fields", BRIEF)];
        let mut questions = vec![vec![
            ("search", search.as_str()),
            ("orderby", "id"),
            ("order", "asc"),
            ("per_page", "20"),
        ]];
        // Plugins replace the search, and their index may not hold what was stored a second ago.
        if !slug.is_empty() {
            questions.push(vec![("slug", slug)]);
        }
        questions.push(vec![("orderby", "id"), ("order", "desc"), ("per_page", "20")]);
        for mut question in questions {
            question.extend(common);
            let found = self.read(ROUTE, &question).await?.json;
            let id = found
                .as_array()
                .into_iter()
                .flatten()
                .filter(|item| {
                    item["content"]["raw"]
                        .as_str()
                        .is_some_and(|raw| raw.contains(&comment(&post.marker)))
                })
                .filter_map(|item| item["id"].as_i64())
                .min();
            if id.is_some() {
                return Ok(id);
            }
        }
        Ok(None)
    }

    fn published(&self, value: &Value, notes: Vec<String>) -> Option<Published> {
        Some(Published {
            id: value["id"].as_i64()?,
            // It becomes a link on our pages, and a site may say anything.
            url: value["link"]
                .as_str()
                .filter(|link| link.starts_with("https://") || link.starts_with("http://"))?
                .to_owned(),
            status: value["status"].as_str()?.to_owned(),
            content_raw: value["content"]["raw"].as_str()?.to_owned(),
            notes,
        })
    }
}

/// Tells that the site may have done what it did not answer for. Retryable in every case, because
/// the next call looks before it creates.
pub(super) fn uncertain(error: &Error) -> Error {
    let code = match error {
        Error::Upstream { code, .. } => code,
        _ => "server_error",
    };
    upstream(
        code,
        format!(
            "{error} It is not known whether the site has stored it; the next try looks for it first and makes no second one."
        ),
        true,
    )
}

fn comment(marker: &str) -> String {
    format!("{OPENING}{marker}{CLOSING}")
}

/// Content with exactly one marker, at its end.
fn with_marker(html: &str, marker: &str) -> String {
    format!("{}\n{}", without_marker(html), comment(marker))
}

/// Content without our marker, for comparing what is stored with what was sent.
pub fn without_marker(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find(OPENING) {
        let Some(length) = rest[start..].find(CLOSING) else {
            break;
        };
        out.push_str(&rest[..start]);
        rest = &rest[start + length + CLOSING.len()..];
    }
    out.push_str(rest);
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_carries_one_marker() {
        let once = with_marker("<p>a</p>\n", "x1");
        assert_eq!(once, "<p>a</p>\n<!-- igny8:x1 -->");
        assert_eq!(with_marker(&once, "x2"), "<p>a</p>\n<!-- igny8:x2 -->");
        assert_eq!(without_marker(&once), "<p>a</p>");
        assert_eq!(without_marker("<!-- igny8:cut"), "<!-- igny8:cut");
        assert_eq!(without_marker("<!-- more --> b"), "<!-- more --> b");
    }

    #[test]
    fn markers_that_wordpress_would_change_are_refused() {
        for fine in ["a", "0194-ab_C", "cnt_01J"] {
            assert!(check_marker(fine).is_ok(), "{fine}");
        }
        for unfit in ["", "a--b", "-a", "a-", "a b", "ä", "a>b"] {
            assert!(check_marker(unfit).is_err(), "{unfit}");
        }
    }
}
