//! Texts of prompts: an account's own ones, their history, and which text is used where.

use std::collections::HashMap;

use entity::{
    ListQuery, Page, UserId,
    ai_prompt::{self, Detail, InForce, Input, Preview, PreviewRequest, Row, Variable},
    ai_prompt_version,
    ai_task::AiFunction,
    audit_event::AuditAction,
    sector, site, user,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, sea_query::OnConflict,
};

use super::{
    check_text,
    question::{Question, resolve},
    strategies,
};
use crate::{
    App, Error, Faults, Result,
    ai::{functions, settings, template::Template},
    audit, db,
    scope::{Scope, Scoped},
};

/// The function that a name stands for.
///
/// # Errors
/// [`Error::NotFound`] for names of functions without a prompt.
pub fn named(name: &str) -> Result<AiFunction> {
    let function = name.parse().map_err(|()| Error::NotFound("The prompt"))?;
    template_of(function)?;
    Ok(function)
}

fn template_of(function: AiFunction) -> Result<&'static Template> {
    functions::template(function).ok_or(Error::NotFound("The prompt"))
}

/// Line ends as they are kept, nothing around it.
pub(super) fn tidy(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

/// Every function that has a prompt, with the text that each sector uses.
///
/// # Errors
/// When the database fails.
pub async fn list(app: &App, scope: &Scope) -> Result<Vec<Row>> {
    let overview = Overview::load(&app.db, scope).await?;
    AiFunction::ALL
        .iter()
        .filter(|function| functions::template(**function).is_some())
        .map(|function| overview.row(*function))
        .collect()
}

/// One prompt with all that is needed to edit it.
///
/// # Errors
/// [`Error::NotFound`] for functions without a prompt.
pub async fn get(app: &App, scope: &Scope, function: AiFunction) -> Result<Detail> {
    let template = template_of(function)?;
    let overview = Overview::load(&app.db, scope).await?;
    let default_value = template.text.to_owned();
    Ok(Detail {
        row: overview.row(function)?,
        prompt_value: overview
            .own(function)
            .map_or_else(|| default_value.clone(), |own| own.prompt_value.clone()),
        default_value,
        variables: template
            .variables
            .iter()
            .map(|variable| Variable {
                name: variable.name.to_owned(),
                meaning: variable.meaning.to_owned(),
                required: variable.required,
            })
            .collect(),
    })
}

/// What decides which text is used, for all functions and sectors.
struct Overview {
    own: Vec<ai_prompt::Model>,
    latest: HashMap<AiFunction, ai_prompt_version::Model>,
    active: Vec<entity::strategy::Model>,
    sectors: Vec<(sector::Model, String)>,
    asked: Vec<AiFunction>,
}

impl Overview {
    async fn load(db: &impl ConnectionTrait, scope: &Scope) -> Result<Self> {
        let sites: HashMap<entity::SiteId, String> = site::Entity::find_in(scope)
            .select_only()
            .columns([site::Column::Id, site::Column::Name])
            .into_tuple()
            .all(db)
            .await?
            .into_iter()
            .collect();
        let mut sectors: Vec<(sector::Model, String)> = sector::Entity::find_in(scope)
            .filter(sector::Column::IsActive.eq(true))
            .order_by_asc(sector::Column::Name)
            .order_by_asc(sector::Column::Id)
            .all(db)
            .await?
            .into_iter()
            .filter_map(|sector| {
                let site = sites.get(&sector.site_id)?.clone();
                Some((sector, site))
            })
            .collect();
        sectors.sort_by_key(|(_, site)| site.to_lowercase());
        let mut latest = HashMap::new();
        for function in AiFunction::ALL {
            if let Some(version) = latest_version(db, scope, *function).await? {
                latest.insert(*function, version);
            }
        }
        Ok(Self {
            own: ai_prompt::Entity::find_in(scope).all(db).await?,
            latest,
            active: strategies::active(db, scope).await?,
            sectors,
            asked: settings::asked(db, scope).await?,
        })
    }

    fn own(&self, function: AiFunction) -> Option<&ai_prompt::Model> {
        self.own.iter().find(|own| own.prompt_type == function)
    }

    fn row(&self, function: AiFunction) -> Result<Row> {
        let own = self.own(function).map(|own| own.prompt_value.as_str());
        let in_force: Result<Vec<InForce>> = self
            .sectors
            .iter()
            .map(|(sector, site)| Ok(resolve(function, sector, site, &self.active, own)?.1))
            .collect();
        let latest = self.latest.get(&function);
        Ok(Row {
            prompt_type: function,
            label: function.label().to_owned(),
            is_own: own.is_some(),
            is_builtin: !self.asked.contains(&function),
            version: latest.map_or(0, |latest| latest.version),
            updated_at: latest.map(|latest| latest.created_at),
            in_force: in_force?,
        })
    }
}

async fn latest_version(
    db: &impl ConnectionTrait,
    scope: &Scope,
    function: AiFunction,
) -> Result<Option<ai_prompt_version::Model>> {
    Ok(ai_prompt_version::Entity::find_in(scope)
        .filter(ai_prompt_version::Column::PromptType.eq(function))
        .order_by_desc(ai_prompt_version::Column::Version)
        .one(db)
        .await?)
}

/// Saves a text of the account's own.
///
/// # Errors
/// [`Error::Invalid`] at `prompt_value`, [`Error::Conflict`] when there is a later version than the one it was made from,
/// [`Error::Forbidden`] for editors and viewers.
pub async fn save(app: &App, scope: &Scope, function: AiFunction, input: Input) -> Result<Detail> {
    let template = template_of(function)?;
    scope.admin()?;
    let text = tidy(&input.prompt_value);
    let mut faults = Faults::new();
    check_text(&mut faults, "prompt_value", template, &text);
    faults.finish()?;
    let txn = db::begin_write(&app.db).await?;
    crate::scope::lock_account(&txn, scope).await?;
    let latest = latest_version(&txn, scope, function).await?;
    let last = latest.as_ref().map_or(0, |latest| latest.version);
    if input.version.is_some_and(|version| version != last) {
        return Err(Error::Conflict(
            "Somebody else changed this prompt in the meantime. Load it again and put your change in.".to_owned(),
        ));
    }
    // Saving the same again is no change.
    if latest.and_then(|latest| latest.prompt_value).as_ref() != Some(&text) {
        write(&txn, scope, function, last + 1, Some(text)).await?;
        txn.commit().await?;
    }
    get(app, scope, function).await
}

/// Goes back to the default. The account's text stays in the history.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] for editors and viewers.
pub async fn reset(app: &App, scope: &Scope, function: AiFunction) -> Result<Detail> {
    template_of(function)?;
    scope.admin()?;
    let txn = db::begin_write(&app.db).await?;
    crate::scope::lock_account(&txn, scope).await?;
    if let Some(latest) = latest_version(&txn, scope, function).await?
        && latest.prompt_value.is_some()
    {
        write(&txn, scope, function, latest.version + 1, None).await?;
        txn.commit().await?;
    }
    get(app, scope, function).await
}

/// Writes a state of a prompt and its version.
async fn write(
    db: &DatabaseTransaction,
    scope: &Scope,
    function: AiFunction,
    version: i32,
    text: Option<String>,
) -> Result<()> {
    use ai_prompt::Column as C;
    let now = crate::now();
    match &text {
        Some(text) => {
            ai_prompt::Entity::insert(ai_prompt::ActiveModel {
                account_id: Set(scope.account),
                prompt_type: Set(function),
                prompt_value: Set(text.clone()),
                version: Set(version),
                created_at: Set(now),
                updated_at: Set(now),
                ..Default::default()
            })
            .on_conflict(
                OnConflict::columns([C::AccountId, C::PromptType])
                    .update_columns([C::PromptValue, C::Version, C::UpdatedAt])
                    .to_owned(),
            )
            .exec_without_returning(db)
            .await?;
        }
        None => {
            ai_prompt::Entity::delete_in(scope)
                .filter(C::PromptType.eq(function))
                .exec(db)
                .await?;
        }
    }
    let what = if text.is_some() {
        "changed"
    } else {
        "back to the default"
    };
    ai_prompt_version::Entity::insert(ai_prompt_version::ActiveModel {
        account_id: Set(scope.account),
        prompt_type: Set(function),
        version: Set(version),
        prompt_value: Set(text),
        user_id: Set(scope.user),
        created_at: Set(now),
        ..Default::default()
    })
    .exec_without_returning(db)
    .await?;
    let detail = format!("{}: {what}, version {version}", function.label());
    audit::record(db, scope, AuditAction::PromptChanged, "ai_prompt", None, detail).await
}

/// Saved states of a prompt, the youngest first.
///
/// # Errors
/// [`Error::NotFound`] for functions without a prompt.
pub async fn versions(
    app: &App,
    scope: &Scope,
    function: AiFunction,
    query: &ListQuery,
) -> Result<Page<ai_prompt_version::Row>> {
    use ai_prompt_version::Column as C;
    template_of(function)?;
    let rows = ai_prompt_version::Entity::find_in(scope)
        .filter(C::PromptType.eq(function))
        .order_by_desc(C::Version);
    let page = db::page_of(&app.db, rows, query).await?;
    let names: HashMap<UserId, String> = user::Entity::find_in(scope)
        .filter(user::Column::Id.is_in(page.results.iter().filter_map(|row| row.user_id)))
        .select_only()
        .columns([user::Column::Id, user::Column::Name])
        .into_tuple()
        .all(&app.db)
        .await?
        .into_iter()
        .collect();
    Ok(Page {
        count: page.count,
        count_exact: true,
        page: page.page,
        page_size: page.page_size,
        results: page
            .results
            .into_iter()
            .map(|row| ai_prompt_version::Row {
                version: row.version,
                author: row.user_id.and_then(|id| names.get(&id).cloned()).unwrap_or_default(),
                prompt_value: row.prompt_value,
                created_at: row.created_at,
            })
            .collect(),
    })
}

/// Puts a saved state back, as a new version.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`] when its variables are not known any more, [`Error::Forbidden`] for editors and
/// viewers.
pub async fn restore(app: &App, scope: &Scope, function: AiFunction, version: i32) -> Result<Detail> {
    template_of(function)?;
    let found = ai_prompt_version::Entity::find_in(scope)
        .filter(ai_prompt_version::Column::PromptType.eq(function))
        .filter(ai_prompt_version::Column::Version.eq(version))
        .one(&app.db)
        .await?
        .ok_or(Error::NotFound("The version"))?;
    match found.prompt_value {
        None => reset(app, scope, function).await,
        Some(prompt_value) => {
            let input = Input {
                prompt_value,
                version: None,
            };
            save(app, scope, function, input).await
        }
    }
}

/// What a model would be asked about the latest thing of a sector. Nobody is asked, nothing is charged.
///
/// # Errors
/// [`Error::NotFound`] for a sector that is not there, [`Error::Invalid`] for a text that is too long.
pub async fn preview(app: &App, scope: &Scope, function: AiFunction, request: PreviewRequest) -> Result<Preview> {
    template_of(function)?;
    let most = ai_prompt::MAX_CHARACTERS;
    if request
        .prompt_value
        .as_ref()
        .is_some_and(|text| text.chars().count() > most)
    {
        return Err(Error::field("prompt_value", format!("Use at most {most} characters.")));
    }
    let sample = functions::sample(app, scope, function, request.sector_id, request.prompt_value.as_deref()).await?;
    let in_force = match &sample {
        Some(sample) => sample.in_force.clone(),
        None => {
            Question::load(&app.db, scope, function, request.sector_id, None)
                .await?
                .in_force
        }
    };
    let (about, system, user) = sample.map_or_else(
        || (None, String::new(), String::new()),
        |sample| (Some(sample.about), sample.system, sample.user),
    );
    Ok(Preview {
        in_force,
        is_builtin: !settings::asked(&app.db, scope).await?.contains(&function),
        about,
        system,
        user,
    })
}
