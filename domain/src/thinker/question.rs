//! What a question to a model is made of in one sector: the text in force, the author, the strategy.

use entity::{
    AuthorProfileId, SectorId,
    ai_prompt::{self, InForce, PromptSource},
    ai_task::AiFunction,
    author_profile, sector, site, strategy,
};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};

use super::{authors, strategies};
use crate::{
    Error, Result,
    ai::{functions, template},
    scope::{Scope, Scoped},
    sites::language_name,
};

/// What a question to a model is made of in one sector.
pub(crate) struct Question {
    /// The site.
    pub site: site::Model,
    /// The sector.
    pub sector: sector::Model,
    /// Which text it is, and why.
    pub in_force: InForce,
    /// Sections that an article is to have.
    pub sections: Vec<strategy::Section>,
    text: String,
    author: Option<author_profile::Model>,
    strategy: Option<strategy::Model>,
}

/// Which text of a function is used in a sector: the text itself, and what to say of it.
pub(super) fn resolve(
    function: AiFunction,
    sector: &sector::Model,
    site: &str,
    active: &[strategy::Model],
    own: Option<&str>,
) -> Result<(String, InForce)> {
    let mut found = None;
    // Nearest first: the sector's own strategy, then the one for all.
    for of in [Some(sector.id), None] {
        let strategy = active.iter().find(|strategy| strategy.sector_id == of);
        if found.is_none()
            && let Some(strategy) = strategy
            && let Some(text) = strategies::texts(strategy)?.remove(function.as_str())
        {
            let why = if of.is_some() {
                format!(
                    "The strategy \"{}\" is active for this sector and has a text for it.",
                    strategy.name
                )
            } else {
                format!(
                    "The strategy \"{}\" is active for all sectors, and no strategy of this sector has a text for it.",
                    strategy.name
                )
            };
            found = Some((text, PromptSource::Strategy, Some(strategy.id), why));
        }
    }
    let (text, source, strategy_id, why) = match (found, own) {
        (Some(found), _) => found,
        (None, Some(own)) => (
            own.to_owned(),
            PromptSource::Account,
            None,
            "Your account has a text of its own, and no active strategy overrides it.".to_owned(),
        ),
        (None, None) => (
            functions::template(function)
                .ok_or(Error::NotFound("The prompt"))?
                .text
                .to_owned(),
            PromptSource::Default,
            None,
            "Nobody has written another text, so the default is used.".to_owned(),
        ),
    };
    let in_force = InForce {
        sector_id: sector.id,
        sector_name: sector.name.clone(),
        site_name: site.to_owned(),
        source,
        strategy_id,
        why,
    };
    Ok((text, in_force))
}

impl Question {
    /// Gathers what is in force for `function` in a sector. `author` is the task's, which comes before the sector's.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a sector that is not there.
    pub async fn load(
        db: &impl ConnectionTrait,
        scope: &Scope,
        function: AiFunction,
        sector: SectorId,
        author: Option<AuthorProfileId>,
    ) -> Result<Self> {
        let sector = sector::Entity::find_in(scope)
            .filter(sector::Column::Id.eq(sector))
            .one(db)
            .await?
            .ok_or(Error::NotFound("The sector"))?;
        let site = site::Entity::find_in(scope)
            .filter(site::Column::Id.eq(sector.site_id))
            .one(db)
            .await?
            .ok_or(Error::NotFound("The site"))?;
        let mut active = strategies::active(db, scope).await?;
        let own = ai_prompt::Entity::find_in(scope)
            .filter(ai_prompt::Column::PromptType.eq(function))
            .one(db)
            .await?;
        let own = own.as_ref().map(|own| own.prompt_value.as_str());
        let (text, in_force) = resolve(function, &sector, &site.name, &active, own)?;
        let mut profile = None;
        for id in [author, sector.author_profile_id].into_iter().flatten() {
            if profile.is_none() {
                // One that is gone counts as none.
                profile = authors::find(db, scope, id).await?;
            }
        }
        active.retain(|strategy| strategy.sector_id.is_none_or(|id| id == sector.id));
        active.sort_by_key(|strategy| strategy.sector_id.is_none());
        let mut sections = Vec::new();
        for strategy in &active {
            if sections.is_empty() {
                sections = strategies::sections(strategy)?;
            }
        }
        Ok(Self {
            site,
            sector,
            in_force,
            sections,
            text,
            author: profile,
            strategy: active.into_iter().next(),
        })
    }

    /// The same with a text that is only tried.
    pub fn with_text(mut self, text: String) -> Self {
        self.text = text;
        self
    }

    /// The text with its variables filled in: those given, and those that every function has.
    pub fn ask(&self, values: &[(&str, String)]) -> String {
        let mut all = vec![
            ("site", self.site.name.clone()),
            ("sector", self.sector.name.clone()),
            ("language", self.language()),
            ("author", self.author_text()),
            ("strategy", self.strategy_text()),
        ];
        all.extend_from_slice(values);
        template::render(&self.text, &all)
    }

    /// What to write in, such as `German` or `the language of the keywords, German where they leave it open`.
    pub fn language(&self) -> String {
        match self.author_language() {
            Some(code) => language_name(code).to_owned(),
            None => format!(
                "the language of the keywords, {} where they leave it open",
                language_name(&self.site.language)
            ),
        }
    }

    /// Codes of the languages that an answer may be in, going by the keywords and other short texts that it is about. The
    /// last one is what a person would name.
    pub fn languages<'a>(&'a self, about: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        match self.author_language() {
            Some(code) => vec![code],
            // A handful of keywords may be taken for the wrong language, so the site's is fine as well.
            None => [Some(self.site.language.as_str()), engine::language::of_keywords(about)]
                .into_iter()
                .flatten()
                .collect(),
        }
    }

    fn author_language(&self) -> Option<&str> {
        self.author
            .as_ref()
            .map(|author| author.language.as_str())
            .filter(|code| !code.is_empty())
    }

    fn author_text(&self) -> String {
        let Some(author) = &self.author else {
            return "nobody in particular; plain and friendly.".to_owned();
        };
        let mut text = format!("{}.", author.name.trim_end_matches('.'));
        if !author.description.is_empty() {
            text.push_str(&format!(" {}", sentence(&author.description)));
        }
        if !author.tone.is_empty() {
            text.push_str(&format!(" Tone: {}", sentence(&author.tone)));
        }
        text
    }

    fn strategy_text(&self) -> String {
        match &self.strategy {
            None => "none.".to_owned(),
            Some(strategy) if strategy.description.is_empty() => sentence(&strategy.name),
            Some(strategy) => format!("{}: {}", strategy.name, sentence(&strategy.description)),
        }
    }

    /// The sections, one a line; a remark when there are none.
    pub fn sections_text(&self) -> String {
        if self.sections.is_empty() {
            return "as the structure and the keywords ask for.".to_owned();
        }
        let lines = self.sections.iter().enumerate().map(|(index, section)| {
            let mut line = format!("{}. {}", index + 1, section.heading);
            if !section.purpose.is_empty() {
                line.push_str(&format!(": {}", section.purpose));
            }
            if let Some(words) = section.words {
                line.push_str(&format!(" (about {words} words)"));
            }
            line
        });
        format!(
            "exactly these, in this order, each as an h2:\n{}",
            lines.collect::<Vec<_>>().join("\n")
        )
    }
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}
