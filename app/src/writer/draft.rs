//! An article under edit: what was changed, what is saved, and what happens when somebody else saved.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use entity::{ApiError, ContentId, content, content_version, image, publishing_record};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};

use super::{
    api::{get_content, save_content},
    publish_dialog::pause,
    rich_text::Rich,
    texts::Texts,
};
use crate::components::Toasts;

/// How long the typing has to pause before it is saved.
const QUIET: Duration = Duration::from_secs(2);

/// Whether the server has what the page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SaveState {
    /// It has.
    Saved,
    /// Soon to be sent.
    Changed,
    /// On its way.
    Saving,
    /// Refused or lost.
    Failed,
    /// Somebody else saved since.
    Conflict,
}

/// An article under edit.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    /// Which one.
    pub id: ContentId,
    /// What the person sees and changes.
    pub fields: Fields,
    /// The revision that the changes are based on.
    pub revision: RwSignal<i32>,
    /// Whether all is saved.
    pub state: RwSignal<SaveState>,
    /// Why it could not be saved.
    pub error: RwSignal<Option<ApiError>>,
    /// The person's own text after the other one was loaded in its place.
    pub mine: RwSignal<Option<Texts>>,
    /// Its pictures.
    pub images: RwSignal<Vec<image::Model>>,
    /// Its destinations.
    pub records: RwSignal<Vec<publishing_record::Row>>,
    /// Its saved states.
    pub versions: RwSignal<Vec<content_version::Row>>,
    /// The rich text editor.
    pub rich: Rich,
    saved: RwSignal<Texts>,
    timer: StoredValue<Option<TimeoutHandle>>,
    /// Changes that were left behind when the page was left while a save was on its way.
    left: StoredValue<Arc<Mutex<Option<Texts>>>>,
    toasts: Toasts,
}

/// One signal for each text of an article.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    pub title: RwSignal<String>,
    pub slug: RwSignal<String>,
    pub html: RwSignal<String>,
    pub excerpt: RwSignal<String>,
    pub meta_title: RwSignal<String>,
    pub meta_description: RwSignal<String>,
    pub primary_keyword: RwSignal<String>,
    pub secondary_keywords: RwSignal<String>,
    pub categories: RwSignal<String>,
    pub tags: RwSignal<String>,
    pub status: RwSignal<String>,
}

impl Fields {
    fn new(texts: Texts) -> Self {
        Self {
            title: RwSignal::new(texts.title),
            slug: RwSignal::new(texts.slug),
            html: RwSignal::new(texts.html),
            excerpt: RwSignal::new(texts.excerpt),
            meta_title: RwSignal::new(texts.meta_title),
            meta_description: RwSignal::new(texts.meta_description),
            primary_keyword: RwSignal::new(texts.primary_keyword),
            secondary_keywords: RwSignal::new(texts.secondary_keywords),
            categories: RwSignal::new(texts.categories),
            tags: RwSignal::new(texts.tags),
            status: RwSignal::new(texts.status),
        }
    }

    fn set(self, texts: Texts) {
        self.title.set(texts.title);
        self.slug.set(texts.slug);
        self.html.set(texts.html);
        self.excerpt.set(texts.excerpt);
        self.meta_title.set(texts.meta_title);
        self.meta_description.set(texts.meta_description);
        self.primary_keyword.set(texts.primary_keyword);
        self.secondary_keywords.set(texts.secondary_keywords);
        self.categories.set(texts.categories);
        self.tags.set(texts.tags);
        self.status.set(texts.status);
    }

    /// What they hold, tracked; nothing once the page is gone.
    fn texts(self) -> Option<Texts> {
        Some(Texts {
            title: self.title.try_get()?,
            slug: self.slug.try_get()?,
            html: self.html.try_get()?,
            excerpt: self.excerpt.try_get()?,
            meta_title: self.meta_title.try_get()?,
            meta_description: self.meta_description.try_get()?,
            primary_keyword: self.primary_keyword.try_get()?,
            secondary_keywords: self.secondary_keywords.try_get()?,
            categories: self.categories.try_get()?,
            tags: self.tags.try_get()?,
            status: self.status.try_get()?,
        })
    }
}

impl Draft {
    /// From what the server has.
    pub fn new(detail: content::Detail, toasts: Toasts) -> Self {
        let texts = Texts::of(&detail.content);
        Self {
            id: detail.content.id,
            fields: Fields::new(texts.clone()),
            revision: RwSignal::new(detail.content.revision),
            state: RwSignal::new(SaveState::Saved),
            error: RwSignal::new(None),
            mine: RwSignal::new(None),
            images: RwSignal::new(detail.images),
            records: RwSignal::new(detail.records),
            versions: RwSignal::new(detail.versions),
            rich: Rich::new(),
            saved: RwSignal::new(texts),
            timer: StoredValue::new(None),
            left: StoredValue::new(Arc::new(Mutex::new(None))),
            toasts,
        }
    }

    /// Saves two seconds after the last change, and what is left when the page is left.
    pub fn watch(self) {
        Effect::new(move |_| {
            let Some(now) = self.fields.texts() else { return };
            let same = self.saved.with(|saved| *saved == now);
            untrack(|| match self.state.get() {
                SaveState::Saving | SaveState::Conflict => {}
                _ if same => self.state.set(SaveState::Saved),
                _ => {
                    self.state.set(SaveState::Changed);
                    self.save_later();
                }
            });
        });
        on_cleanup(move || self.leave());
    }

    /// The server does not have everything; never tracked.
    pub fn is_dirty(self) -> bool {
        let now = untrack(|| self.fields.texts());
        let saved = self.saved.try_get_untracked();
        matches!((now, saved), (Some(now), Some(saved)) if now != saved)
    }

    fn save_later(self) {
        self.hold();
        let handle = set_timeout_with_handle(move || spawn_local(async move { _ = self.send(false).await }), QUIET);
        self.timer.try_set_value(handle.ok());
    }

    fn hold(self) {
        if let Some(handle) = self.timer.try_get_value().flatten() {
            handle.clear();
        }
    }

    /// Saves at once; true when the server has everything.
    pub async fn settle(self) -> bool {
        self.hold();
        while self.state.try_get_untracked() == Some(SaveState::Saving) {
            pause(100).await;
        }
        !self.is_dirty() || self.send(false).await
    }

    /// Sends what changed, or with `all` everything. True when the server has everything.
    async fn send(self, all: bool) -> bool {
        let state = self.state.try_get_untracked();
        let refused = matches!(state, None | Some(SaveState::Saving)) || (state == Some(SaveState::Conflict) && !all);
        let (now, saved) = (untrack(|| self.fields.texts()), self.saved.try_get_untracked());
        let (Some(now), Some(saved), Some(revision), Some(left), false) = (
            now,
            saved,
            self.revision.try_get_untracked(),
            self.left.try_get_value(),
            refused,
        ) else {
            return false;
        };
        self.state.set(SaveState::Saving);
        self.error.set(None);
        let patch = if all {
            now.clone().whole(revision)
        } else {
            now.clone().changes(&saved, revision)
        };
        let result = save_content(self.id, patch).await;
        if let Some(rest) = take_left(&left) {
            let base = result.as_ref().map_or(revision, |model| model.revision);
            let known = if result.is_ok() { now } else { saved };
            save_rest(self.id, rest.changes(&known, base), self.toasts).await;
            return false;
        }
        match result {
            Ok(model) => self.saved_as(now, &model),
            Err(error) => {
                let conflict = error.code == "conflict";
                self.state.try_set(if conflict {
                    SaveState::Conflict
                } else {
                    SaveState::Failed
                });
                if !conflict {
                    self.error.try_set(Some(error));
                }
                false
            }
        }
    }

    /// The server took `sent`. Only the address may have been changed on the way; the text is left to the one who types.
    fn saved_as(self, mut sent: Texts, model: &content::Model) -> bool {
        if model.slug != sent.slug && self.fields.slug.try_get_untracked().as_ref() == Some(&sent.slug) {
            self.fields.slug.try_set(model.slug.clone());
            sent.slug.clone_from(&model.slug);
        }
        self.revision.try_set(model.revision);
        self.state.try_set(SaveState::Saved);
        // The effect that watches compares with this and starts over if more was typed meanwhile.
        self.saved.try_set(sent);
        !self.is_dirty()
    }

    /// Shows what the server has.
    pub fn take(self, model: &content::Model) {
        self.hold();
        let texts = Texts::of(model);
        self.revision.set(model.revision);
        self.error.set(None);
        self.state.set(SaveState::Saved);
        self.rich.set_html(&texts.html);
        self.saved.set(texts.clone());
        self.fields.set(texts);
    }

    /// Asks again for pictures, destinations and versions; for the text only when nothing here is unsaved.
    pub async fn refresh(self) {
        let Ok(detail) = get_content(self.id).await else { return };
        self.images.try_set(detail.images);
        self.records.try_set(detail.records);
        self.versions.try_set(detail.versions);
        let calm = self.state.try_get_untracked() == Some(SaveState::Saved) && !self.is_dirty();
        if !calm {
            return;
        }
        if self.revision.try_get_untracked() != Some(detail.content.revision) {
            self.take(&detail.content);
        } else {
            let status = detail.content.status.as_str().to_owned();
            self.saved.try_update(|saved| saved.status.clone_from(&status));
            self.fields.status.try_set(status);
        }
    }

    /// In a conflict: shows the other version and keeps this one at hand. Gives this one's HTML.
    pub async fn load_theirs(self) -> Result<String, ApiError> {
        let detail = get_content(self.id).await?;
        let mine = untrack(|| self.fields.texts());
        let html = mine.as_ref().map(|mine| mine.html.clone()).unwrap_or_default();
        self.mine.set(mine);
        self.take(&detail.content);
        self.versions.set(detail.versions);
        Ok(html)
    }

    /// Puts the person's own text back after [`Self::load_theirs`]; it is saved like any change.
    pub fn put_mine_back(self) {
        if let Some(mine) = self.mine.get_untracked() {
            self.mine.set(None);
            self.rich.set_html(&mine.html);
            self.fields.set(mine);
        }
    }

    /// In a conflict: saves this version on top of the other one.
    pub async fn save_mine(self) -> Result<(), ApiError> {
        let detail = get_content(self.id).await?;
        self.revision.set(detail.content.revision);
        self.send(true).await;
        self.refresh().await;
        Ok(())
    }

    /// The page is being left.
    fn leave(self) {
        self.hold();
        let state = self.state.try_get_untracked();
        let (Some(now), Some(saved)) = (untrack(|| self.fields.texts()), self.saved.try_get_untracked()) else {
            return;
        };
        if now == saved || state == Some(SaveState::Conflict) {
            return;
        }
        if let (Some(SaveState::Saving), Some(left)) = (state, self.left.try_get_value()) {
            *left.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        } else if let Some(revision) = self.revision.try_get_untracked() {
            spawn_local(save_rest(self.id, now.changes(&saved, revision), self.toasts));
        }
    }
}

fn take_left(left: &Arc<Mutex<Option<Texts>>>) -> Option<Texts> {
    left.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Saves the last changes of a page that is gone.
async fn save_rest(id: ContentId, patch: content::Patch, toasts: Toasts) {
    if let Err(error) = save_content(id, patch).await {
        toasts.failure(format!(
            "Your last changes to the article were not saved: {}",
            error.message
        ));
    }
}
