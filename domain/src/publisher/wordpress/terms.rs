//! Categories and tags, which an article names and WordPress numbers.

use serde_json::json;

use super::transport::Failure;
use super::{WordPress, text};
use crate::error::Result;

/// A kind of term.
#[derive(Clone, Copy)]
pub(super) enum Taxonomy {
    Categories,
    Tags,
}

impl Taxonomy {
    fn route(self) -> &'static str {
        match self {
            Self::Categories => "wp/v2/categories",
            Self::Tags => "wp/v2/tags",
        }
    }

    fn singular(self) -> &'static str {
        match self {
            Self::Categories => "category",
            Self::Tags => "tag",
        }
    }
}

impl WordPress {
    /// The ids of these terms, missing ones created. What cannot be had is left out with a note:
    /// an article without one of its tags is still the article.
    pub(super) async fn term_ids(
        &self,
        taxonomy: Taxonomy,
        names: &[String],
        notes: &mut Vec<String>,
    ) -> Result<Vec<i64>> {
        let mut seen: Vec<String> = Vec::new();
        let mut ids = Vec::new();
        for name in names {
            let name = name.trim();
            let key = folded(name);
            if key.is_empty() || seen.contains(&key) {
                continue;
            }
            seen.push(key);
            match self.term_id(taxonomy, name).await {
                Ok(id) if ids.contains(&id) => {}
                Ok(id) => ids.push(id),
                Err(failure) if matches!(failure.status, 400 | 403 | 404) => {
                    notes.push(format!(
                        "The {} “{name}” was left out: it does not exist on the site and could not be created. {}",
                        taxonomy.singular(),
                        failure.error
                    ));
                }
                Err(failure) => return Err(failure.error),
            }
        }
        Ok(ids)
    }

    async fn term_id(&self, taxonomy: Taxonomy, name: &str) -> Result<i64, Failure> {
        let found = self
            .read(
                taxonomy.route(),
                &[
                    ("search", &text::stored(name)),
                    ("per_page", "100"),
                    ("_fields", "id,name"),
                ],
            )
            .await?
            .json;
        let key = folded(name);
        // Categories of one name may sit under different parents; the oldest is as good as any, and
        // always the same.
        let known = found
            .as_array()
            .into_iter()
            .flatten()
            .filter(|term| {
                term["name"]
                    .as_str()
                    .is_some_and(|name| folded(&text::unescape(name)) == key)
            })
            .filter_map(|term| term["id"].as_i64())
            .min();
        if let Some(id) = known {
            return Ok(id);
        }
        // May be repeated: WordPress has no two terms of one name and tells the id of the first.
        match self.write(taxonomy.route(), &json!({ "name": name })).await {
            Ok(reply) => reply.json["id"].as_i64().ok_or_else(|| self.not_wordpress().into()),
            Err(failure) => match failure.data["term_id"].as_i64() {
                Some(id) if failure.code == "term_exists" => Ok(id),
                _ => Err(failure),
            },
        }
    }
}

fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}
