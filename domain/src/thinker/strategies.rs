//! Strategies: how content is made for a sector, or for all of them.

use std::collections::{BTreeMap, HashMap};

use entity::{
    ListQuery, Page, SectorId, SiteId, StrategyId,
    ai_task::AiFunction,
    audit_event::AuditAction,
    sector, site,
    strategy::{Column, Entity, Input, MAX_SECTIONS, Model, Row, Section},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
};

use super::check_text;
use crate::{
    App, Error, Faults, Result,
    ai::functions,
    audit, db,
    scope::{Scope, Scoped},
};

/// Most strategies of an account.
const MAX: u64 = 200;

/// The strategies that the caller may see: those for all sectors, and those of sectors that the caller may see.
fn visible(scope: &Scope) -> Select<Entity> {
    let sectors = sector::Entity::find_in(scope)
        .select_only()
        .column(sector::Column::Id)
        .into_query();
    Entity::find_in(scope).filter(
        Condition::any()
            .add(Column::SectorId.is_null())
            .add(Column::SectorId.in_subquery(sectors)),
    )
}

/// Active strategies that the caller may see.
pub(super) async fn active(db: &impl ConnectionTrait, scope: &Scope) -> Result<Vec<Model>> {
    Ok(visible(scope)
        .filter(Column::IsActive.eq(true))
        .order_by_asc(Column::Id)
        .all(db)
        .await?)
}

/// The texts that a strategy overrides.
pub(super) fn texts(strategy: &Model) -> Result<BTreeMap<String, String>> {
    Ok(serde_json::from_str(&strategy.prompt_types)?)
}

/// The sections of a strategy.
pub(super) fn sections(strategy: &Model) -> Result<Vec<Section>> {
    Ok(serde_json::from_str(&strategy.section_logic)?)
}

/// Strategies, a page at a time. Order by `name`, `created_at`.
///
/// # Errors
/// [`Error::Invalid`] for an unknown order.
pub async fn list(app: &App, scope: &Scope, query: &ListQuery) -> Result<Page<Row>> {
    let mut rows = visible(scope);
    if let Some(text) = query.search() {
        rows = rows.filter(db::any_contains(&[Column::Name, Column::Description], text));
    }
    let columns = [("name", Column::Name), ("created_at", Column::CreatedAt)];
    let rows = db::ordered(rows, query, &columns, Column::Name)?;
    let page = db::page_of(&app.db, rows.order_by_asc(Column::Id), query).await?;
    Ok(Page {
        count: page.count,
        count_exact: true,
        page: page.page,
        page_size: page.page_size,
        results: rows_of(&app.db, scope, page.results).await?,
    })
}

/// One strategy.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(app: &App, scope: &Scope, id: StrategyId) -> Result<Row> {
    let found = load(&app.db, scope, id).await?;
    row(&app.db, scope, found).await
}

async fn load(db: &impl ConnectionTrait, scope: &Scope, id: StrategyId) -> Result<Model> {
    visible(scope)
        .filter(Column::Id.eq(id))
        .one(db)
        .await?
        .ok_or(Error::NotFound("The strategy"))
}

async fn row(db: &impl ConnectionTrait, scope: &Scope, found: Model) -> Result<Row> {
    rows_of(db, scope, vec![found])
        .await?
        .pop()
        .ok_or(Error::NotFound("The strategy"))
}

async fn rows_of(db: &impl ConnectionTrait, scope: &Scope, found: Vec<Model>) -> Result<Vec<Row>> {
    let sectors: HashMap<SectorId, (String, SiteId)> = sector::Entity::find_in(scope)
        .filter(sector::Column::Id.is_in(found.iter().filter_map(|row| row.sector_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|sector| (sector.id, (sector.name, sector.site_id)))
        .collect();
    let sites: HashMap<SiteId, String> = site::Entity::find_in(scope)
        .filter(site::Column::Id.is_in(sectors.values().map(|(_, site)| *site)))
        .all(db)
        .await?
        .into_iter()
        .map(|site| (site.id, site.name))
        .collect();
    found
        .into_iter()
        .map(|strategy| {
            let sector = strategy.sector_id.and_then(|id| sectors.get(&id));
            Ok(Row {
                prompt_types: texts(&strategy)?,
                section_logic: sections(&strategy)?,
                sector_name: sector.map(|(name, _)| name.clone()),
                site_name: sector.and_then(|(_, site)| sites.get(site).cloned()),
                id: strategy.id,
                name: strategy.name,
                description: strategy.description,
                sector_id: strategy.sector_id,
                is_active: strategy.is_active,
                created_at: strategy.created_at,
                updated_at: strategy.updated_at,
            })
        })
        .collect()
}

/// Makes a strategy.
///
/// # Errors
/// [`Error::Invalid`] by field, [`Error::NotFound`] for a sector that is not there, [`Error::Conflict`] when another one is
/// active for the sector, [`Error::Forbidden`] for editors and viewers.
pub async fn create(app: &App, scope: &Scope, input: Input) -> Result<Row> {
    scope.admin()?;
    let txn = db::begin_write(&app.db).await?;
    crate::scope::lock_account(&txn, scope).await?;
    if Entity::find_in(scope).count(&txn).await? >= MAX {
        return Err(Error::LimitReached(format!("An account has at most {MAX} strategies.")));
    }
    let input = checked(&txn, scope, input).await?;
    if input.is_active {
        refuse_second(&txn, scope, input.sector_id, None).await?;
    }
    let now = crate::now();
    let made = Entity::insert(entity::strategy::ActiveModel {
        account_id: Set(scope.account),
        name: Set(input.name),
        description: Set(input.description),
        sector_id: Set(input.sector_id),
        prompt_types: Set(serde_json::to_string(&input.prompt_types)?),
        section_logic: Set(serde_json::to_string(&input.section_logic)?),
        is_active: Set(input.is_active),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(&txn)
    .await?;
    record(&txn, scope, &made, "made").await?;
    let made = row(&txn, scope, made).await?;
    txn.commit().await?;
    Ok(made)
}

/// Changes a strategy as a whole.
///
/// # Errors
/// As [`create`], and [`Error::NotFound`].
pub async fn update(app: &App, scope: &Scope, id: StrategyId, input: Input) -> Result<Row> {
    let txn = db::begin_write(&app.db).await?;
    crate::scope::lock_account(&txn, scope).await?;
    load(&txn, scope, id).await?;
    scope.admin()?;
    let input = checked(&txn, scope, input).await?;
    if input.is_active {
        refuse_second(&txn, scope, input.sector_id, Some(id)).await?;
    }
    let changed = Entity::update(entity::strategy::ActiveModel {
        id: Set(id),
        name: Set(input.name),
        description: Set(input.description),
        sector_id: Set(input.sector_id),
        prompt_types: Set(serde_json::to_string(&input.prompt_types)?),
        section_logic: Set(serde_json::to_string(&input.section_logic)?),
        is_active: Set(input.is_active),
        updated_at: Set(crate::now()),
        ..Default::default()
    })
    .exec(&txn)
    .await?;
    record(&txn, scope, &changed, "changed").await?;
    let changed = row(&txn, scope, changed).await?;
    txn.commit().await?;
    Ok(changed)
}

/// Switches a strategy on or off.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] when another one is active for the sector, [`Error::Forbidden`].
pub async fn set_active(app: &App, scope: &Scope, id: StrategyId, active: bool) -> Result<Row> {
    let txn = db::begin_write(&app.db).await?;
    crate::scope::lock_account(&txn, scope).await?;
    let found = load(&txn, scope, id).await?;
    scope.admin()?;
    if active {
        refuse_second(&txn, scope, found.sector_id, Some(id)).await?;
    }
    let changed = Entity::update(entity::strategy::ActiveModel {
        id: Set(id),
        is_active: Set(active),
        updated_at: Set(crate::now()),
        ..Default::default()
    })
    .exec(&txn)
    .await?;
    let what = if active { "switched on" } else { "switched off" };
    record(&txn, scope, &changed, what).await?;
    let changed = row(&txn, scope, changed).await?;
    txn.commit().await?;
    Ok(changed)
}

/// Deletes a strategy.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] for editors and viewers.
pub async fn delete(app: &App, scope: &Scope, id: StrategyId) -> Result<()> {
    let txn = db::begin_write(&app.db).await?;
    let found = load(&txn, scope, id).await?;
    scope.admin()?;
    Entity::delete_in(scope).filter(Column::Id.eq(id)).exec(&txn).await?;
    record(&txn, scope, &found, "removed").await?;
    txn.commit().await?;
    Ok(())
}

async fn record(db: &impl ConnectionTrait, scope: &Scope, strategy: &Model, what: &str) -> Result<()> {
    let detail = format!("{} {what}", strategy.name);
    let action = AuditAction::StrategyChanged;
    audit::record(db, scope, action, "strategy", Some(strategy.id.0), detail).await
}

/// Two strategies at once would leave open which one counts.
async fn refuse_second(
    db: &impl ConnectionTrait,
    scope: &Scope,
    sector: Option<SectorId>,
    except: Option<StrategyId>,
) -> Result<()> {
    let mut others = Entity::find_in(scope)
        .filter(Column::IsActive.eq(true))
        .filter(match sector {
            Some(id) => Column::SectorId.eq(id),
            None => Column::SectorId.is_null(),
        });
    if let Some(id) = except {
        others = others.filter(Column::Id.ne(id));
    }
    match others.one(db).await? {
        None => Ok(()),
        Some(other) => Err(Error::Conflict(format!(
            "\"{}\" is active for {} already. Switch it off first.",
            other.name,
            if sector.is_some() { "this sector" } else { "all sectors" }
        ))),
    }
}

async fn checked(db: &impl ConnectionTrait, scope: &Scope, input: Input) -> Result<Input> {
    let sector_id = match input.sector_id.filter(|id| id.0 != 0) {
        None => None,
        Some(id) => Some(
            sector::Entity::find_in(scope)
                .filter(sector::Column::Id.eq(id))
                .one(db)
                .await?
                .ok_or(Error::NotFound("The sector"))?
                .id,
        ),
    };
    let input = Input {
        name: input.name.trim().to_owned(),
        description: input.description.trim().to_owned(),
        sector_id,
        prompt_types: input
            .prompt_types
            .into_iter()
            .map(|(name, text)| (name, super::prompts::tidy(&text)))
            .collect(),
        section_logic: input
            .section_logic
            .into_iter()
            .map(|section| Section {
                heading: section.heading.trim().to_owned(),
                purpose: section.purpose.trim().to_owned(),
                words: section.words,
            })
            .collect(),
        is_active: input.is_active,
    };
    let mut faults = Faults::new();
    faults
        .check(!input.name.is_empty(), "name", "Enter a name.")
        .check(input.name.chars().count() <= 80, "name", "Use at most 80 characters.")
        .check(
            input.description.chars().count() <= 2_000,
            "description",
            "Use at most 2,000 characters.",
        )
        .check(
            input.section_logic.len() <= MAX_SECTIONS,
            "section_logic",
            format!("An article has at most {MAX_SECTIONS} sections here."),
        );
    for (index, section) in input.section_logic.iter().enumerate() {
        let number = index + 1;
        faults
            .check(
                !section.heading.is_empty(),
                "section_logic",
                format!("Section {number} needs a heading."),
            )
            .check(
                section.heading.chars().count() <= 120,
                "section_logic",
                format!("Use at most 120 characters for the heading of section {number}."),
            )
            .check(
                section.purpose.chars().count() <= 1_000,
                "section_logic",
                format!("Use at most 1,000 characters for the purpose of section {number}."),
            )
            .check(
                section.words.is_none_or(|words| (20..=5_000).contains(&words)),
                "section_logic",
                format!("Section {number} can have 20 to 5,000 words."),
            );
    }
    for (name, text) in &input.prompt_types {
        let field = format!("prompt_types.{name}");
        let template = name.parse::<AiFunction>().ok().and_then(functions::template);
        match template {
            Some(template) => check_text(&mut faults, &field, template, text),
            None => {
                faults.check(false, &field, format!("There is no prompt called \"{name}\"."));
            }
        }
    }
    faults.finish()?;
    Ok(input)
}
