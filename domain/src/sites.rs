//! Sites and their sectors.

use entity::{
    SectorId, SiteId, industry, plan, sector,
    sector::{MAX_ACTIVE, NewSector},
    site,
    site::{HostingType, NewSite, SitePatch, SiteType, WithSectors},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

use crate::{
    App, Error, Faults, Result, db,
    scope::{Scope, Scoped},
};

/// Sites that the caller may see, by name, each with its sectors.
///
/// # Errors
/// When the database fails.
pub async fn list(app: &App, scope: &Scope) -> Result<Vec<WithSectors>> {
    let sites = site::Entity::find_in(scope)
        .order_by_asc(site::Column::Name)
        .order_by_asc(site::Column::Id)
        .all(&app.db)
        .await?;
    let mut sectors = sector::Entity::find_in(scope)
        .order_by_asc(sector::Column::Name)
        .order_by_asc(sector::Column::Id)
        .all(&app.db)
        .await?;
    Ok(sites
        .into_iter()
        .map(|site| {
            let (own, rest) = std::mem::take(&mut sectors)
                .into_iter()
                .partition(|sector| sector.site_id == site.id);
            sectors = rest;
            WithSectors { site, sectors: own }
        })
        .collect())
}

/// The shipped industries, by name.
///
/// # Errors
/// When the database fails.
pub async fn industries(app: &App) -> Result<Vec<industry::Model>> {
    Ok(industry::Entity::find()
        .order_by_asc(industry::Column::Name)
        .all(&app.db)
        .await?)
}

/// Makes a site with its first sectors.
///
/// # Errors
/// [`Error::Invalid`] by field, [`Error::LimitReached`], [`Error::Forbidden`] for editors and viewers.
pub async fn create(app: &App, scope: &Scope, input: NewSite) -> Result<WithSectors> {
    scope.admin()?;
    let name = input.name.trim().to_owned();
    let mut names: Vec<String> = Vec::new();
    for sector in input
        .sectors
        .iter()
        .map(|name| name.trim())
        .filter(|name| !name.is_empty())
    {
        if !names.iter().any(|known| known.to_lowercase() == sector.to_lowercase()) {
            names.push(sector.to_owned());
        }
    }
    let domain = domain(input.domain.as_deref());
    let mut faults = Faults::new();
    check_name(&mut faults, "name", &name);
    faults
        .check(
            domain.is_ok(),
            "domain",
            "Enter an address such as https://example.com, or leave it empty.",
        )
        .check(
            !names.is_empty(),
            "sectors",
            "Name at least one sector: a subject that the site writes about.",
        )
        .check(
            u64::try_from(names.len()).unwrap_or(u64::MAX) <= MAX_ACTIVE,
            "sectors",
            format!("A site has at most {MAX_ACTIVE} active sectors."),
        )
        .check(
            names.iter().all(|name| name.chars().count() <= 80),
            "sectors",
            "Use at most 80 characters for a sector.",
        );
    faults.finish()?;
    let txn = db::begin_write(&app.db).await?;
    let account = crate::scope::lock_account(&txn, scope).await?;
    let plan = plan::Entity::find_by_id(account.plan_id)
        .one(&txn)
        .await?
        .ok_or(Error::NotFound("The plan"))?;
    let have = site::Entity::find_in(scope).count(&txn).await?;
    if let Some(limit) = plan.max_sites
        && have >= u64::try_from(limit).unwrap_or(0)
    {
        return Err(Error::LimitReached(format!(
            "The {} plan allows {limit} sites, and you have {have}.",
            plan.name
        )));
    }
    if let Some(industry) = input.industry_id
        && industry::Entity::find_by_id(industry).count(&txn).await? == 0
    {
        return Err(Error::field("industry_id", "Choose an industry from the list."));
    }
    let now = crate::now();
    let site = site::Entity::insert(site::ActiveModel {
        account_id: Set(scope.account),
        slug: Set(free_site_slug(&txn, scope, &name).await?),
        name: Set(name),
        domain: Set(domain.ok().flatten()),
        industry_id: Set(input.industry_id),
        is_active: Set(true),
        status: Set("active".to_owned()),
        site_type: Set(SiteType::Existing),
        hosting_type: Set(HostingType::Wordpress),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(&txn)
    .await?;
    let mut sectors = Vec::new();
    for name in names {
        let made = insert_sector(&txn, scope, site.id, name).await;
        sectors.push(made.map_err(|error| match error {
            Error::Invalid { .. } => Error::field("sectors", "Two of the sectors have nearly the same name."),
            other => other,
        })?);
    }
    txn.commit().await?;
    Ok(WithSectors { site, sectors })
}

/// Changes a site.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`], [`Error::Forbidden`].
pub async fn update(app: &App, scope: &Scope, id: SiteId, patch: SitePatch) -> Result<site::Model> {
    let found = site::Entity::find_in(scope)
        .filter(site::Column::Id.eq(id))
        .one(&app.db)
        .await?
        .ok_or(Error::NotFound("The site"))?;
    scope.admin()?;
    let new_domain = match &patch.domain {
        None => Ok(found.domain.clone()),
        Some(text) => domain(Some(text)),
    };
    let name = patch.name.map(|name| name.trim().to_owned()).unwrap_or(found.name);
    let mut faults = Faults::new();
    check_name(&mut faults, "name", &name);
    faults.check(
        new_domain.is_ok(),
        "domain",
        "Enter an address such as https://example.com, or leave it empty.",
    );
    faults.finish()?;
    Ok(site::Entity::update(site::ActiveModel {
        id: Set(id),
        name: Set(name),
        domain: Set(new_domain.ok().flatten()),
        is_active: Set(patch.is_active.unwrap_or(found.is_active)),
        updated_at: Set(crate::now()),
        ..Default::default()
    })
    .exec(&app.db)
    .await?)
}

/// Adds a sector to a site.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`] for a name in use, [`Error::LimitReached`] for a sixth active one.
pub async fn add_sector(app: &App, scope: &Scope, input: NewSector) -> Result<sector::Model> {
    let name = input.name.trim().to_owned();
    let txn = db::begin_write(&app.db).await?;
    crate::scope::lock_site(&txn, scope, input.site_id).await?;
    scope.admin()?;
    let mut faults = Faults::new();
    check_name(&mut faults, "name", &name);
    faults.finish()?;
    refuse_sixth(&txn, scope, input.site_id).await?;
    let made = insert_sector(&txn, scope, input.site_id, name).await?;
    txn.commit().await?;
    Ok(made)
}

/// Switches a sector on or off.
///
/// # Errors
/// [`Error::NotFound`], [`Error::LimitReached`] for a sixth active one.
pub async fn set_sector_active(app: &App, scope: &Scope, id: SectorId, active: bool) -> Result<sector::Model> {
    let txn = db::begin_write(&app.db).await?;
    let found = sector::Entity::find_in(scope)
        .filter(sector::Column::Id.eq(id))
        .one(&txn)
        .await?
        .ok_or(Error::NotFound("The sector"))?;
    scope.admin()?;
    crate::scope::lock_site(&txn, scope, found.site_id).await?;
    if active && !found.is_active {
        refuse_sixth(&txn, scope, found.site_id).await?;
    }
    let changed = sector::Entity::update(sector::ActiveModel {
        id: Set(id),
        is_active: Set(active),
        updated_at: Set(crate::now()),
        ..Default::default()
    })
    .exec(&txn)
    .await?;
    txn.commit().await?;
    Ok(changed)
}

async fn refuse_sixth(db: &impl ConnectionTrait, scope: &Scope, site: SiteId) -> Result<()> {
    let active = sector::Entity::find_in(scope)
        .filter(sector::Column::SiteId.eq(site))
        .filter(sector::Column::IsActive.eq(true))
        .count(db)
        .await?;
    if active >= MAX_ACTIVE {
        return Err(Error::LimitReached(format!(
            "A site has at most {MAX_ACTIVE} active sectors, and this one has {active}. Switch one off first."
        )));
    }
    Ok(())
}

async fn insert_sector(db: &impl ConnectionTrait, scope: &Scope, site: SiteId, name: String) -> Result<sector::Model> {
    let now = crate::now();
    let inserted = sector::Entity::insert(sector::ActiveModel {
        account_id: Set(scope.account),
        site_id: Set(site),
        slug: Set(engine::text::slugify(&name)),
        name: Set(name),
        is_active: Set(true),
        status: Set("active".to_owned()),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(db)
    .await;
    match inserted {
        Err(error) if Error::is_unique_violation(&error) => {
            Err(Error::field("name", "The site has a sector of this name already."))
        }
        other => Ok(other?),
    }
}

async fn free_site_slug(db: &impl ConnectionTrait, scope: &Scope, name: &str) -> Result<String> {
    let base = engine::text::slugify(name);
    let mut slug = base.clone();
    let mut number = 2;
    // Slugs are unique in the account, sites that the caller may not see included.
    while site::Entity::find_in(&Scope::system(scope.account))
        .filter(site::Column::Slug.eq(&slug))
        .count(db)
        .await?
        > 0
    {
        slug = format!("{base}-{number}");
        number += 1;
    }
    Ok(slug)
}

fn check_name(faults: &mut Faults, field: &str, name: &str) {
    faults.check(!name.is_empty(), field, "Enter a name.").check(
        name.chars().count() <= 80,
        field,
        "Use at most 80 characters.",
    );
}

/// An address with its scheme; `https://` is added when a person leaves it out.
fn domain(text: Option<&str>) -> Result<Option<String>, ()> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let full = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    };
    let url = url::Url::parse(&full).map_err(|_| ())?;
    let fine = matches!(url.scheme(), "http" | "https")
        && url.host_str().is_some_and(|host| !host.is_empty())
        && url.username().is_empty()
        && full.len() <= 300;
    if fine {
        Ok(Some(full.trim_end_matches('/').to_owned()))
    } else {
        Err(())
    }
}
