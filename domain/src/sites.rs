//! Sites and their sectors.

use entity::{
    IndustrySectorId, ListQuery, Page, SectorId, SiteId, ai_task,
    audit_event::AuditAction,
    cluster, content, idea, industry, industry_sector, keyword, keyword_tally, publishing_record, sector,
    sector::{MAX_ACTIVE, NewSector, SectorPatch},
    site,
    site::{HostingType, LANGUAGES, NewSite, SitePatch, SiteType, WithSectors},
    strategy, task,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};

use crate::{
    App, Error, Faults, Result, audit,
    billing::limits::{self, Thing},
    db,
    scope::{Scope, Scoped},
    thinker::authors,
};

/// English name of a language, `English` for a code that is none.
pub fn language_name(code: &str) -> &'static str {
    LANGUAGES
        .iter()
        .find(|(known, _)| *known == code)
        .map_or("English", |(_, name)| name)
}

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
    with_sectors(&app.db, scope, sites).await
}

/// The same, a page at a time.
///
/// # Errors
/// [`Error::Invalid`] for an unknown order.
pub async fn page(app: &App, scope: &Scope, filter: &site::Filter, query: &ListQuery) -> Result<Page<WithSectors>> {
    use site::Column as C;
    let mut rows = site::Entity::find_in(scope);
    if let Some(active) = filter.is_active {
        rows = rows.filter(C::IsActive.eq(active));
    }
    if let Some(text) = query.search() {
        rows = rows.filter(db::any_contains(&[C::Name, C::Slug, C::Domain], text));
    }
    let rows = db::ordered(
        rows,
        query,
        &[("name", C::Name), ("slug", C::Slug), ("created_at", C::CreatedAt)],
        C::Name,
    )?;
    let found = db::page_of(&app.db, rows.order_by_asc(C::Id), query).await?;
    Ok(Page {
        count: found.count,
        count_exact: true,
        page: found.page,
        page_size: found.page_size,
        results: with_sectors(&app.db, scope, found.results).await?,
    })
}

/// One site with its sectors.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(app: &App, scope: &Scope, id: SiteId) -> Result<WithSectors> {
    let site = load(&app.db, scope, id).await?;
    with_sectors(&app.db, scope, vec![site])
        .await?
        .pop()
        .ok_or(Error::NotFound("The site"))
}

async fn load(db: &impl ConnectionTrait, scope: &Scope, id: SiteId) -> Result<site::Model> {
    site::Entity::find_in(scope)
        .filter(site::Column::Id.eq(id))
        .one(db)
        .await?
        .ok_or(Error::NotFound("The site"))
}

async fn with_sectors(db: &impl ConnectionTrait, scope: &Scope, sites: Vec<site::Model>) -> Result<Vec<WithSectors>> {
    let mut sectors = sector::Entity::find_in(scope)
        .filter(sector::Column::SiteId.is_in(sites.iter().map(|site| site.id)))
        .order_by_asc(sector::Column::Name)
        .order_by_asc(sector::Column::Id)
        .all(db)
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

/// A sector to make: its name and its pattern in the catalogue.
type Wanted = (String, Option<IndustrySectorId>);

/// The sectors to start with: those named, then those of the catalogue; each name once.
async fn wanted(db: &impl ConnectionTrait, input: &NewSite) -> Result<Vec<Wanted>> {
    let mut all: Vec<Wanted> = Vec::new();
    let mut add = |name: &str, pattern: Option<IndustrySectorId>| {
        let name = name.trim();
        if name.is_empty() {
            return;
        }
        match all
            .iter_mut()
            .find(|(known, _)| known.to_lowercase() == name.to_lowercase())
        {
            Some(known) => known.1 = known.1.or(pattern),
            None => all.push((name.to_owned(), pattern)),
        }
    };
    for name in &input.sectors {
        add(name, None);
    }
    for id in &input.industry_sectors {
        let found = industry_sector::Entity::find_by_id(*id)
            .one(db)
            .await?
            .ok_or_else(|| Error::field("industry_sectors", "Choose sectors from the list."))?;
        add(&found.name, Some(found.id));
    }
    Ok(all)
}

/// What a person may set of a site, as it will be kept.
struct Details {
    name: String,
    domain: Option<String>,
    accent: Option<String>,
    time_zone: String,
    language: String,
}

impl Details {
    fn check(self, faults: &mut Faults, domain_is_fine: bool) -> Self {
        check_name(faults, "name", &self.name);
        faults
            .check(
                domain_is_fine,
                "domain",
                "Enter an address such as https://example.com, or leave it empty.",
            )
            .check(
                self.accent.as_deref().is_none_or(is_colour),
                "accent",
                "Enter a colour such as #0f766e, or leave it empty.",
            )
            .check(
                self.time_zone.parse::<chrono_tz::Tz>().is_ok(),
                "time_zone",
                "Choose a time zone such as Europe/Berlin.",
            )
            .check(
                LANGUAGES.iter().any(|(code, _)| *code == self.language),
                "language",
                "Choose a language from the list.",
            );
        self
    }
}

/// Six hexadecimal digits after a hash sign.
fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn trimmed(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Makes a site with its first sectors.
///
/// # Errors
/// [`Error::Invalid`] by field, [`Error::LimitReached`], [`Error::Forbidden`] for editors and viewers.
pub async fn create(app: &App, scope: &Scope, input: NewSite) -> Result<WithSectors> {
    scope.admin()?;
    let names = wanted(&app.db, &input).await?;
    let domain = domain(input.domain.as_deref());
    let slug = trimmed(input.slug);
    let mut faults = Faults::new();
    let details = Details {
        name: input.name.trim().to_owned(),
        domain: domain.clone().ok().flatten(),
        accent: trimmed(input.accent).map(|accent| accent.to_lowercase()),
        time_zone: trimmed(input.time_zone).unwrap_or_else(|| "UTC".to_owned()),
        language: trimmed(input.language).unwrap_or_else(|| "en".to_owned()),
    }
    .check(&mut faults, domain.is_ok());
    faults
        .check(slug.as_deref().is_none_or(is_slug), "slug", SLUG_RULE)
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
            names.iter().all(|(name, _)| name.chars().count() <= 80),
            "sectors",
            "Use at most 80 characters for a sector.",
        );
    faults.finish()?;
    let txn = db::begin_write(&app.db).await?;
    crate::scope::lock_account(&txn, scope).await?;
    limits::refuse_more(&txn, scope, Thing::Sites, 1).await?;
    limits::refuse_more(&txn, scope, Thing::Sectors, names.len() as u64).await?;
    check_industry(&txn, input.industry_id).await?;
    let slug = match slug {
        Some(slug) => {
            refuse_taken_slug(&txn, scope, &slug, None).await?;
            slug
        }
        None => free_site_slug(&txn, scope, &details.name).await?,
    };
    let now = crate::now();
    let site = site::Entity::insert(site::ActiveModel {
        account_id: Set(scope.account),
        slug: Set(slug),
        name: Set(details.name),
        domain: Set(details.domain),
        industry_id: Set(input.industry_id),
        is_active: Set(true),
        status: Set("active".to_owned()),
        site_type: Set(input.site_type.unwrap_or(SiteType::Existing)),
        hosting_type: Set(input.hosting_type.unwrap_or(HostingType::Wordpress)),
        accent: Set(details.accent),
        time_zone: Set(details.time_zone),
        language: Set(details.language),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(&txn)
    .await?;
    let mut sectors = Vec::new();
    for (name, pattern) in names {
        let made = insert_sector(&txn, scope, site.id, name, pattern).await;
        sectors.push(made.map_err(|error| match error {
            Error::Invalid { .. } => Error::field("sectors", "Two of the sectors have nearly the same name."),
            other => other,
        })?);
    }
    let detail = site.name.clone();
    audit::record(&txn, scope, AuditAction::SiteMade, "site", Some(site.id.0), detail).await?;
    txn.commit().await?;
    Ok(WithSectors { site, sectors })
}

async fn check_industry(db: &impl ConnectionTrait, industry: Option<entity::IndustryId>) -> Result<()> {
    if let Some(id) = industry
        && industry::Entity::find_by_id(id).count(db).await? == 0
    {
        return Err(Error::field("industry_id", "Choose an industry from the list."));
    }
    Ok(())
}

/// Changes a site.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`], [`Error::Forbidden`].
pub async fn update(app: &App, scope: &Scope, id: SiteId, patch: SitePatch) -> Result<site::Model> {
    let txn = db::begin_write(&app.db).await?;
    let found = crate::scope::lock_site(&txn, scope, id).await?;
    scope.admin()?;
    let domain = match &patch.domain {
        None => Ok(found.domain.clone()),
        Some(text) => domain(Some(text)),
    };
    let slug = patch
        .slug
        .map_or_else(|| found.slug.clone(), |slug| slug.trim().to_owned());
    let mut faults = Faults::new();
    let details = Details {
        name: patch
            .name
            .map_or_else(|| found.name.clone(), |name| name.trim().to_owned()),
        domain: domain.clone().ok().flatten(),
        accent: match patch.accent {
            None => found.accent.clone(),
            some => trimmed(some).map(|accent| accent.to_lowercase()),
        },
        time_zone: trimmed(patch.time_zone).unwrap_or_else(|| found.time_zone.clone()),
        language: trimmed(patch.language).unwrap_or_else(|| found.language.clone()),
    }
    .check(&mut faults, domain.is_ok());
    faults.check(is_slug(&slug), "slug", SLUG_RULE);
    faults.finish()?;
    if slug != found.slug {
        refuse_taken_slug(&txn, scope, &slug, Some(id)).await?;
    }
    let industry = match patch.industry_id {
        None => found.industry_id,
        Some(id) if id.0 == 0 => None,
        some => some,
    };
    if industry != found.industry_id {
        check_industry(&txn, industry).await?;
    }
    let changed = site::Entity::update(site::ActiveModel {
        id: Set(id),
        name: Set(details.name),
        slug: Set(slug),
        domain: Set(details.domain),
        industry_id: Set(industry),
        is_active: Set(patch.is_active.unwrap_or(found.is_active)),
        site_type: Set(patch.site_type.unwrap_or(found.site_type)),
        hosting_type: Set(patch.hosting_type.unwrap_or(found.hosting_type)),
        accent: Set(details.accent),
        time_zone: Set(details.time_zone),
        language: Set(details.language),
        updated_at: Set(crate::now()),
        ..Default::default()
    })
    .exec(&txn)
    .await?;
    let detail = if changed.name == found.name {
        found.name
    } else {
        format!("{} to {}", found.name, changed.name)
    };
    audit::record(&txn, scope, AuditAction::SiteChanged, "site", Some(id.0), detail).await?;
    txn.commit().await?;
    Ok(changed)
}

/// The state of a site whose rows are being removed.
const DELETING: &str = "deleting";

/// Deletes a site with everything in it. What was published stays where it is.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] while work for it is under way, [`Error::Forbidden`] for editors and viewers.
pub async fn delete(app: &App, scope: &Scope, id: SiteId) -> Result<()> {
    let txn = db::begin_write(&app.db).await?;
    let found = crate::scope::lock_site(&txn, scope, id).await?;
    scope.admin()?;
    refuse_busy(&txn, scope, id).await?;
    site::Entity::update_in(scope)
        .col_expr(site::Column::Status, Expr::value(DELETING))
        .col_expr(site::Column::IsActive, Expr::value(false))
        .filter(site::Column::Id.eq(id))
        .exec(&txn)
        .await?;
    audit::record(&txn, scope, AuditAction::SiteDeleted, "site", Some(id.0), found.name).await?;
    txn.commit().await?;
    erase(app, scope, id).await
}

async fn refuse_busy(db: &impl ConnectionTrait, scope: &Scope, site: SiteId) -> Result<()> {
    let working = ai_task::Entity::find_in(scope)
        .filter(ai_task::Column::SiteId.eq(site))
        .filter(ai_task::Column::Status.is_in([ai_task::AiTaskStatus::Queued, ai_task::AiTaskStatus::Running]))
        .count(db)
        .await?;
    let sending = publishing_record::Entity::find_in(scope)
        .filter(publishing_record::Column::SiteId.eq(site))
        .filter(publishing_record::Column::Status.eq(publishing_record::PublishStatus::Publishing))
        .count(db)
        .await?;
    if working + sending > 0 {
        return Err(Error::Conflict(
            "Work for this site is under way. Wait until it is done, or cancel it, and try again.".to_owned(),
        ));
    }
    Ok(())
}

/// Rows that one transaction of an erasure removes: long enough to be quick, short enough that others may write.
const ERASE_AT_ONCE: u64 = 5_000;

/// Removes a site's rows and files. May be stopped anywhere and begun again.
pub(crate) async fn erase(app: &App, scope: &Scope, id: SiteId) -> Result<()> {
    loop {
        let some = keyword::Entity::find_in(scope)
            .filter(keyword::Column::SiteId.eq(id))
            .select_only()
            .column(keyword::Column::Id)
            .limit(ERASE_AT_ONCE)
            .into_tuple::<entity::KeywordId>()
            .all(&app.db)
            .await?;
        let (Some(first), Some(last)) = (some.iter().min(), some.iter().max()) else {
            break;
        };
        keyword::Entity::delete_in(scope)
            .filter(keyword::Column::SiteId.eq(id))
            .filter(keyword::Column::Id.between(*first, *last))
            .exec(&app.db)
            .await?;
    }
    // The numbers kept of them come from triggers and refer to nothing.
    keyword_tally::Entity::delete_in(scope)
        .filter(keyword_tally::Column::SiteId.eq(id))
        .exec(&app.db)
        .await?;
    app.storage.delete_folder(&id.to_string()).await?;
    // Everything that is left refers to the site and goes with it.
    site::Entity::delete_in(scope)
        .filter(site::Column::Id.eq(id))
        .exec(&app.db)
        .await?;
    Ok(())
}

/// Goes on with erasures that a crash cut short.
pub(crate) async fn sweep(app: &App) -> Result<()> {
    let left = site::Entity::find()
        .filter(site::Column::Status.eq(DELETING))
        .limit(20)
        .all(&app.db)
        .await?;
    for site in left {
        erase(app, &Scope::system(site.account_id), site.id).await?;
    }
    Ok(())
}

/// Sectors that the caller may see, a page at a time.
///
/// # Errors
/// [`Error::Invalid`] for an unknown order.
pub async fn sectors(
    app: &App,
    scope: &Scope,
    filter: &sector::Filter,
    query: &ListQuery,
) -> Result<Page<sector::Model>> {
    use sector::Column as C;
    let mut rows = sector::Entity::find_in(scope);
    if let Some(site) = filter.site_id {
        rows = rows.filter(C::SiteId.eq(site));
    }
    if let Some(active) = filter.is_active {
        rows = rows.filter(C::IsActive.eq(active));
    }
    if let Some(text) = query.search() {
        rows = rows.filter(db::any_contains(&[C::Name, C::Slug], text));
    }
    let rows = db::ordered(
        rows,
        query,
        &[("name", C::Name), ("slug", C::Slug), ("created_at", C::CreatedAt)],
        C::Name,
    )?;
    db::page_of(&app.db, rows.order_by_asc(C::Id), query).await
}

/// One sector.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn sector(app: &App, scope: &Scope, id: SectorId) -> Result<sector::Model> {
    load_sector(&app.db, scope, id).await
}

async fn load_sector(db: &impl ConnectionTrait, scope: &Scope, id: SectorId) -> Result<sector::Model> {
    sector::Entity::find_in(scope)
        .filter(sector::Column::Id.eq(id))
        .one(db)
        .await?
        .ok_or(Error::NotFound("The sector"))
}

async fn pattern(db: &impl ConnectionTrait, id: Option<IndustrySectorId>) -> Result<Option<industry_sector::Model>> {
    match id.filter(|id| id.0 != 0) {
        None => Ok(None),
        Some(id) => Ok(Some(
            industry_sector::Entity::find_by_id(id)
                .one(db)
                .await?
                .ok_or_else(|| Error::field("industry_sector_id", "Choose a sector from the list."))?,
        )),
    }
}

/// Adds a sector to a site.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`] for a name in use, [`Error::LimitReached`] for a sixth active one.
pub async fn add_sector(app: &App, scope: &Scope, input: NewSector) -> Result<sector::Model> {
    let txn = db::begin_write(&app.db).await?;
    crate::scope::lock_site(&txn, scope, input.site_id).await?;
    scope.admin()?;
    let pattern = pattern(&txn, input.industry_sector_id).await?;
    let name = match (input.name.trim(), &pattern) {
        ("", Some(pattern)) => pattern.name.clone(),
        (name, _) => name.to_owned(),
    };
    let mut faults = Faults::new();
    check_name(&mut faults, "name", &name);
    faults.finish()?;
    refuse_sixth(&txn, scope, input.site_id).await?;
    limits::refuse_more(&txn, scope, Thing::Sectors, 1).await?;
    let made = insert_sector(&txn, scope, input.site_id, name, pattern.map(|pattern| pattern.id)).await?;
    txn.commit().await?;
    Ok(made)
}

/// Changes a sector: its name, its pattern, its author, on or off.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`] for a name in use, [`Error::LimitReached`] for a sixth active one,
/// [`Error::Conflict`] for the last active one, [`Error::Forbidden`] for editors and viewers.
pub async fn update_sector(app: &App, scope: &Scope, id: SectorId, patch: SectorPatch) -> Result<sector::Model> {
    let txn = db::begin_write(&app.db).await?;
    let found = load_sector(&txn, scope, id).await?;
    crate::scope::lock_site(&txn, scope, found.site_id).await?;
    scope.admin()?;
    // Read again now that nobody else can change it.
    let found = load_sector(&txn, scope, id).await?;
    let name = patch
        .name
        .map_or_else(|| found.name.clone(), |name| name.trim().to_owned());
    let mut faults = Faults::new();
    check_name(&mut faults, "name", &name);
    faults.finish()?;
    let active = patch.is_active.unwrap_or(found.is_active);
    if active && !found.is_active {
        refuse_sixth(&txn, scope, found.site_id).await?;
    }
    if !active && found.is_active {
        refuse_last_active(&txn, scope, &found).await?;
    }
    let industry_sector = match patch.industry_sector_id {
        None => found.industry_sector_id,
        id => pattern(&txn, id).await?.map(|pattern| pattern.id),
    };
    let author = match patch.author_profile_id {
        None => found.author_profile_id,
        id => authors::chosen(&txn, scope, id).await?,
    };
    let slug = if name == found.name {
        found.slug.clone()
    } else {
        engine::text::slugify(&name)
    };
    let changed = sector::Entity::update(sector::ActiveModel {
        id: Set(id),
        name: Set(name),
        slug: Set(slug),
        is_active: Set(active),
        industry_sector_id: Set(industry_sector),
        author_profile_id: Set(author),
        updated_at: Set(crate::now()),
        ..Default::default()
    })
    .exec(&txn)
    .await;
    let changed = match changed {
        Err(error) if Error::is_unique_violation(&error) => return Err(name_in_use()),
        other => other?,
    };
    txn.commit().await?;
    Ok(changed)
}

/// Deletes a sector that holds nothing. One with keywords or texts in it can be switched off.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] when it is not empty or the last active one, [`Error::Forbidden`] for editors
/// and viewers.
pub async fn delete_sector(app: &App, scope: &Scope, id: SectorId) -> Result<()> {
    let txn = db::begin_write(&app.db).await?;
    let found = load_sector(&txn, scope, id).await?;
    crate::scope::lock_site(&txn, scope, found.site_id).await?;
    scope.admin()?;
    if found.is_active {
        refuse_last_active(&txn, scope, &found).await?;
    }
    let mut held = Vec::new();
    macro_rules! count {
        ($($module:ident: $one:literal, $many:literal;)+) => {$(
            let count = $module::Entity::find_in(scope).filter($module::Column::SectorId.eq(id)).count(&txn).await?;
            if count > 0 {
                held.push(format!("{count} {}", if count == 1 { $one } else { $many }));
            }
        )+};
    }
    count!(
        keyword: "keyword", "keywords";
        cluster: "cluster", "clusters";
        idea: "idea", "ideas";
        task: "task", "tasks";
        content: "article", "articles";
        strategy: "strategy", "strategies";
    );
    if !held.is_empty() {
        return Err(Error::Conflict(format!(
            "{} still holds {}. Delete those first, or switch the sector off.",
            found.name,
            held.join(", ")
        )));
    }
    sector::Entity::delete_in(scope)
        .filter(sector::Column::Id.eq(id))
        .exec(&txn)
        .await?;
    audit::record(
        &txn,
        scope,
        AuditAction::SectorDeleted,
        "sector",
        Some(id.0),
        found.name,
    )
    .await?;
    txn.commit().await?;
    Ok(())
}

async fn refuse_last_active(db: &impl ConnectionTrait, scope: &Scope, found: &sector::Model) -> Result<()> {
    let others = sector::Entity::find_in(scope)
        .filter(sector::Column::SiteId.eq(found.site_id))
        .filter(sector::Column::IsActive.eq(true))
        .filter(sector::Column::Id.ne(found.id))
        .count(db)
        .await?;
    if others == 0 {
        return Err(Error::Conflict(
            "A site needs at least one active sector, and this is the last one.".to_owned(),
        ));
    }
    Ok(())
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

async fn insert_sector(
    db: &impl ConnectionTrait,
    scope: &Scope,
    site: SiteId,
    name: String,
    pattern: Option<IndustrySectorId>,
) -> Result<sector::Model> {
    let now = crate::now();
    let inserted = sector::Entity::insert(sector::ActiveModel {
        account_id: Set(scope.account),
        site_id: Set(site),
        slug: Set(engine::text::slugify(&name)),
        name: Set(name),
        industry_sector_id: Set(pattern),
        is_active: Set(true),
        status: Set("active".to_owned()),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(db)
    .await;
    match inserted {
        Err(error) if Error::is_unique_violation(&error) => Err(name_in_use()),
        other => Ok(other?),
    }
}

fn name_in_use() -> Error {
    Error::field("name", "The site has a sector of this name already.")
}

const SLUG_RULE: &str = "Use small letters, digits and hyphens, at most 80, such as my-site.";

/// Small letters, digits and single hyphens between them, 1 to 80 characters.
pub(crate) fn is_slug(text: &str) -> bool {
    (1..=80).contains(&text.len())
        && text.split('-').all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
}

async fn refuse_taken_slug(db: &impl ConnectionTrait, scope: &Scope, slug: &str, except: Option<SiteId>) -> Result<()> {
    // Slugs are unique in the account, sites that the caller may not see included.
    let mut others = site::Entity::find_in(&Scope::system(scope.account)).filter(site::Column::Slug.eq(slug));
    if let Some(id) = except {
        others = others.filter(site::Column::Id.ne(id));
    }
    if others.count(db).await? > 0 {
        return Err(Error::field(
            "slug",
            "Another site of the account has this name in its address.",
        ));
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_and_colours_are_told_from_others() {
        for fine in ["a", "my-site", "site-2", "2026"] {
            assert!(is_slug(fine), "{fine}");
        }
        for bad in ["", "-a", "a-", "a--b", "A", "a b", "ä", &"x".repeat(81)] {
            assert!(!is_slug(bad), "{bad}");
        }
        assert!(is_colour("#0F766e"));
        for bad in ["0f766e", "#0f766", "#0f766g", "red", "#0f766e;"] {
            assert!(!is_colour(bad), "{bad}");
        }
    }

    #[test]
    fn languages_have_names() {
        assert_eq!(language_name("de"), "German");
        assert_eq!(language_name("xx"), "English");
    }
}
