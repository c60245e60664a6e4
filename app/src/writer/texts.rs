//! The texts of an article that a person can change.

use entity::content;

use crate::planner::parts::changed;

/// The texts of an article that a person can change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Texts {
    pub title: String,
    pub slug: String,
    pub html: String,
    pub excerpt: String,
    pub meta_title: String,
    pub meta_description: String,
    pub primary_keyword: String,
    pub secondary_keywords: String,
    pub categories: String,
    pub tags: String,
    pub status: String,
}

impl Texts {
    /// As stored.
    pub fn of(model: &content::Model) -> Self {
        Self {
            title: model.title.clone(),
            slug: model.slug.clone(),
            html: model.html_content.clone(),
            excerpt: model.excerpt.clone(),
            meta_title: model.meta_title.clone(),
            meta_description: model.meta_description.clone(),
            primary_keyword: model.primary_keyword.clone(),
            secondary_keywords: model.secondary_keywords.clone(),
            categories: model.categories.clone(),
            tags: model.tags.clone(),
            status: model.status.as_str().to_owned(),
        }
    }

    /// What differs from `saved`.
    pub fn changes(self, saved: &Self, revision: i32) -> content::Patch {
        content::Patch {
            revision,
            title: changed(self.title, &saved.title),
            slug: changed(self.slug, &saved.slug),
            html_content: changed(self.html, &saved.html),
            excerpt: changed(self.excerpt, &saved.excerpt),
            meta_title: changed(self.meta_title, &saved.meta_title),
            meta_description: changed(self.meta_description, &saved.meta_description),
            primary_keyword: changed(self.primary_keyword, &saved.primary_keyword),
            secondary_keywords: changed(self.secondary_keywords, &saved.secondary_keywords),
            categories: changed(self.categories, &saved.categories),
            tags: changed(self.tags, &saved.tags),
            status: changed(self.status, &saved.status).and_then(|status| status.parse().ok()),
        }
    }

    /// Everything.
    pub fn whole(self, revision: i32) -> content::Patch {
        content::Patch {
            revision,
            title: Some(self.title),
            slug: Some(self.slug),
            html_content: Some(self.html),
            excerpt: Some(self.excerpt),
            meta_title: Some(self.meta_title),
            meta_description: Some(self.meta_description),
            primary_keyword: Some(self.primary_keyword),
            secondary_keywords: Some(self.secondary_keywords),
            categories: Some(self.categories),
            tags: Some(self.tags),
            status: self.status.parse().ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use entity::content::ContentStatus;

    use super::*;

    #[test]
    fn a_save_sends_what_changed_and_nothing_else() {
        let saved = Texts {
            title: "A".to_owned(),
            html: "<p>x</p>".to_owned(),
            status: "draft".to_owned(),
            ..Texts::default()
        };
        let now = Texts {
            html: "<p>y</p>".to_owned(),
            status: "review".to_owned(),
            ..saved.clone()
        };
        let patch = now.changes(&saved, 4);
        let expected = content::Patch {
            revision: 4,
            html_content: Some("<p>y</p>".to_owned()),
            status: Some(ContentStatus::Review),
            ..content::Patch::default()
        };
        assert_eq!(patch, expected);
    }
}
