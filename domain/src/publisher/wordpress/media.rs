//! Pictures, each of them once.
//!
//! The file name is what is known again: it holds our marker and a digest of the bytes, so the same
//! picture is found and a changed one is not mistaken for it.

use std::fmt::Write;
use std::time::Instant;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::posts::uncertain;
use super::transport::{Ask, Failure, Fate};
use super::{Media, RemoteMedia, WordPress, check_marker, upstream};
use crate::error::Result;

const ROUTE: &str = "wp/v2/media";
const BRIEF: &str = "id,slug,source_url,alt_text,title.rendered,title.raw";
const LOOKS: u32 = 5;

impl WordPress {
    /// Brings a picture into the site's library unless it is there, and sets its texts.
    ///
    /// Safe to call again after any failure, as [`WordPress::upsert_post`].
    ///
    /// # Errors
    /// [`Error::Upstream`].
    pub async fn ensure_media(&self, file: &Media, known_id: Option<i64>) -> Result<RemoteMedia> {
        check_marker(&file.marker)?;
        let stem = stem(file);
        let known = match known_id {
            Some(id) => self.known(id, &stem).await?,
            None => None,
        };
        let item = match known {
            Some(item) => item,
            None => match self.find_media(&stem).await? {
                Some(item) => item,
                None => self.upload(file, &stem).await?,
            },
        };
        let remote = remote(&item).ok_or_else(|| self.not_wordpress())?;
        let title = item["title"]["raw"].as_str().or(item["title"]["rendered"].as_str());
        if item["alt_text"].as_str() != Some(&file.alt_text) || title != Some(&file.title) {
            let texts = json!({ "alt_text": file.alt_text, "title": file.title });
            match self.write(&format!("{ROUTE}/{}", remote.id), &texts).await {
                Ok(_) => {}
                // Somebody else's by now; the picture itself can be used all the same.
                Err(failure) if failure.status == 403 => {
                    tracing::warn!(media = remote.id, error = %failure.error, "texts of a picture were not set");
                }
                Err(failure) => return Err(failure.error),
            }
        }
        Ok(remote)
    }

    async fn known(&self, id: i64, stem: &str) -> Result<Option<Value>> {
        let found = self.read(&format!("{ROUTE}/{id}"), &[("_fields", BRIEF)]).await;
        match found {
            Ok(reply) => Ok(Some(reply.json).filter(|item| is_ours(item, stem))),
            Err(failure) if failure.is_gone() => Ok(None),
            Err(failure) => Err(failure.error),
        }
    }

    /// By slug, which WordPress makes of the file name, and among the newest, for sites where
    /// something else holds the slug.
    async fn find_media(&self, stem: &str) -> Result<Option<Value>> {
        for question in [
            vec![("slug", stem)],
            vec![("search", stem)],
            vec![("orderby", "id"), ("order", "desc"), ("per_page", "20")],
        ] {
            let mut question = question;
            question.push(("_fields", BRIEF));
            let found = self.read(ROUTE, &question).await?.json;
            let item = found
                .as_array()
                .into_iter()
                .flatten()
                .filter(|item| is_ours(item, stem))
                .min_by_key(|item| item["id"].as_i64());
            if let Some(item) = item {
                return Ok(Some(item.clone()));
            }
        }
        Ok(None)
    }

    /// As [`WordPress::upsert_post`] creates: what may have happened is looked for, and only what
    /// certainly came to nothing is sent again.
    async fn upload(&self, file: &Media, stem: &str) -> Result<Value> {
        let file_name = format!("{stem}.{}", ending(file)?);
        let ask = Ask::Upload {
            file_name: &file_name,
            mime_type: &file.mime_type,
            bytes: &file.bytes,
        };
        let started = Instant::now();
        let mut attempt = 0;
        loop {
            let failure = match self.create(ROUTE, &ask).await {
                Ok(reply) if reply.json["id"].is_i64() => return Ok(reply.json),
                Ok(_) => Failure::unclear(self.not_wordpress()),
                Err(failure) => failure,
            };
            let looks = match failure.fate {
                Fate::Undone if !failure.retryable() => return Err(failure.error),
                Fate::Undone => 0,
                Fate::Unknown => 1,
                Fate::Pending => LOOKS,
            };
            for look in 0..looks {
                if look > 0 {
                    self.pause(look).await;
                }
                let found = self.find_media(stem).await;
                if let Some(item) = found.map_err(|_| uncertain(&failure.error))? {
                    return Ok(item);
                }
            }
            let again = (failure.fate != Fate::Pending)
                .then(|| self.wait(&failure, attempt, started))
                .flatten();
            let Some(wait) = again else {
                return Err(if looks == 0 {
                    failure.error
                } else {
                    uncertain(&failure.error)
                });
            };
            tokio::time::sleep(wait).await;
            attempt += 1;
            if looks > 0 {
                let found = self.find_media(stem).await;
                if let Some(item) = found.map_err(|_| uncertain(&failure.error))? {
                    return Ok(item);
                }
            }
        }
    }
}

fn remote(item: &Value) -> Option<RemoteMedia> {
    Some(RemoteMedia {
        id: item["id"].as_i64()?,
        url: item["source_url"].as_str()?.to_owned(),
    })
}

/// The file name without its ending.
fn stem(file: &Media) -> String {
    let mut digest = String::new();
    for byte in Sha256::digest(&file.bytes).iter().take(5) {
        // Writing to a string cannot fail.
        let _ = write!(digest, "{byte:02x}");
    }
    // Lower case: slugs are, and some file systems make no difference.
    format!("igny8-{}-{digest}", file.marker.to_ascii_lowercase())
}

/// WordPress decides by the ending whether a file is allowed, so it must fit the type.
fn ending(file: &Media) -> Result<String> {
    let known = match file.mime_type.as_str() {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/webp" => "webp",
        "image/gif" => "gif",
        _ => {
            let own = file
                .file_name
                .rsplit_once('.')
                .map(|(_, ending)| ending.to_ascii_lowercase());
            return own
                .filter(|own| (1..=8).contains(&own.len()) && own.bytes().all(|b| b.is_ascii_alphanumeric()))
                .ok_or_else(|| {
                    upstream(
                        "bad_request",
                        format!("“{}” is not a picture that WordPress takes.", file.file_name),
                        false,
                    )
                });
        }
    };
    Ok(known.to_owned())
}

/// Whether an item of the library is the file with this stem.
fn is_ours(item: &Value, stem: &str) -> bool {
    let file = item["source_url"]
        .as_str()
        .and_then(|url| url.split(['?', '#']).next())
        .and_then(|path| path.rsplit('/').next())
        .and_then(|name| name.split('.').next())
        .unwrap_or_default();
    let slug = item["slug"].as_str().unwrap_or_default();
    [file, slug]
        .iter()
        .any(|name| name.to_ascii_lowercase().strip_prefix(stem).is_some_and(is_addition))
}

/// What WordPress hangs on the name of a file: a number for a second one of that name, `scaled` or
/// `rotated` for what it made smaller or turned, `e` and the time for what an editor cropped.
fn is_addition(tail: &str) -> bool {
    if tail.is_empty() {
        return true;
    }
    tail.strip_prefix('-').is_some_and(|tail| {
        tail.split('-').all(|part| {
            let number = part.strip_prefix('e').unwrap_or(part);
            matches!(part, "scaled" | "rotated")
                || (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_name() {
        let file = Media {
            marker: "Img_7".to_owned(),
            bytes: vec![1],
            ..Media::default()
        };
        let stem = stem(&file);
        assert!(stem.starts_with("igny8-img_7-"), "{stem}");
        let at = |name: &str| json!({ "source_url": format!("https://e.com/u/{name}?v=1"), "slug": "x" });
        for name in [
            "S.png",
            "S-1.png",
            "S-scaled.jpg",
            "S-e1700000000.webp",
            "S-2-scaled.png",
        ] {
            assert!(is_ours(&at(&name.replace('S', &stem)), &stem), "{name}");
        }
        for name in ["S0.png", "S-x.png", "other.png", "S-.png"] {
            assert!(!is_ours(&at(&name.replace('S', &stem)), &stem), "{name}");
        }
        assert!(is_ours(&json!({ "slug": format!("{stem}-2") }), &stem));
    }
}
