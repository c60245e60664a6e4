//! Who asks, and what they may see: tenancy and permission as types.
//!
//! A [`Scope`] is made in one place (`accounts::scope_of`) and every query on an account's data goes through
//! [`Scoped::find_in`], which narrows it to the account and, for editors and viewers, to the sites granted. A
//! permission is a method that returns a proof ([`SiteEditor`], [`AccountAdmin`]), and services ask for the
//! proof, so that forgetting the check does not compile.

use entity::{AccountId, SectorId, SiteId, UserId, user::Role};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DeleteMany, EntityTrait, QueryFilter, QuerySelect, Select, UpdateMany,
    sea_query::LockType,
};

use crate::{Error, Result};

/// Name of a request in the log, put into the request's extensions by the server.
#[derive(Clone, Debug, Default)]
pub struct RequestId(pub String);

/// Sites that a caller may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SiteAccess {
    /// Every site of the account.
    All,
    /// Only these.
    Only(Vec<SiteId>),
}

/// Who asks.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The account whose data is meant.
    pub account: AccountId,
    /// The person; none when the system acts.
    pub user: Option<UserId>,
    /// What the person may do.
    pub role: Role,
    /// Sites the person may see.
    pub sites: SiteAccess,
    /// Name of the request in the log.
    pub request_id: String,
}

/// Proof that the caller may change this site's data.
#[derive(Clone, Copy, Debug)]
pub struct SiteEditor {
    site: SiteId,
}

impl SiteEditor {
    /// The site.
    pub fn site(self) -> SiteId {
        self.site
    }
}

/// Proof that the caller may manage the account: its sites, connections, settings.
#[derive(Clone, Copy, Debug)]
pub struct AccountAdmin {
    account: AccountId,
}

impl AccountAdmin {
    /// The account.
    pub fn account(self) -> AccountId {
        self.account
    }
}

impl Scope {
    /// The system acting for an account: jobs, the demo, the command line.
    pub fn system(account: AccountId) -> Self {
        Self {
            account,
            user: None,
            role: Role::SystemBot,
            sites: SiteAccess::All,
            request_id: String::new(),
        }
    }

    /// Whether the caller may see this site at all.
    pub fn sees(&self, site: SiteId) -> bool {
        match &self.sites {
            SiteAccess::All => true,
            SiteAccess::Only(sites) => sites.contains(&site),
        }
    }

    /// The caller may change data of `site`, a site already known to belong to the account.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the site must not be known, [`Error::Forbidden`] for viewers.
    pub fn editor_of(&self, site: SiteId) -> Result<SiteEditor> {
        if !self.sees(site) {
            return Err(Error::NotFound("The site"));
        }
        match self.role {
            Role::Viewer => Err(Error::Forbidden(
                "Viewers can read but not change anything. Ask an owner or admin for the editor role.".to_owned(),
            )),
            Role::Developer | Role::Owner | Role::Admin | Role::Editor | Role::SystemBot => Ok(SiteEditor { site }),
        }
    }

    /// The caller may manage the account.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for editors and viewers.
    pub fn admin(&self) -> Result<AccountAdmin> {
        match self.role {
            Role::Developer | Role::Owner | Role::Admin | Role::SystemBot => Ok(AccountAdmin { account: self.account }),
            Role::Editor | Role::Viewer => Err(Error::Forbidden("Only owners and admins can change this.".to_owned())),
        }
    }

    /// The sector, when the caller may change its site's data.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a sector that is not there for the caller, [`Error::Forbidden`] for viewers.
    pub async fn editor_of_sector(
        &self,
        db: &impl ConnectionTrait,
        sector: SectorId,
    ) -> Result<(SiteEditor, entity::sector::Model)> {
        let sector = entity::sector::Entity::find_in(self)
            .filter(entity::sector::Column::Id.eq(sector))
            .one(db)
            .await?
            .ok_or(Error::NotFound("The sector"))?;
        Ok((self.editor_of(sector.site_id)?, sector))
    }
}

/// A table that belongs to accounts. The only door to its rows.
pub trait Scoped: EntityTrait {
    /// The column that names the account.
    fn account_column() -> Self::Column;

    /// The column that names the site, for tables whose rows belong to one.
    fn site_column() -> Option<Self::Column>;

    /// What the caller may see.
    fn visible(scope: &Scope) -> Condition {
        let mut condition = Condition::all().add(Self::account_column().eq(scope.account));
        if let (Some(column), SiteAccess::Only(sites)) = (Self::site_column(), &scope.sites) {
            condition = condition.add(column.is_in(sites.iter().copied()));
        }
        condition
    }

    /// Rows that the caller may see.
    fn find_in(scope: &Scope) -> Select<Self> {
        Self::find().filter(Self::visible(scope))
    }

    /// An update of rows that the caller may see.
    fn update_in(scope: &Scope) -> UpdateMany<Self> {
        Self::update_many().filter(Self::visible(scope))
    }

    /// A deletion of rows that the caller may see.
    fn delete_in(scope: &Scope) -> DeleteMany<Self> {
        Self::delete_many().filter(Self::visible(scope))
    }
}

/// Tables that belong to sites.
macro_rules! scoped_by_site {
    ($($module:ident => $column:ident),+ $(,)?) => {$(
        impl Scoped for entity::$module::Entity {
            fn account_column() -> Self::Column { entity::$module::Column::AccountId }
            fn site_column() -> Option<Self::Column> { Some(entity::$module::Column::$column) }
        }
    )+};
}

/// Tables that belong to accounts as a whole.
macro_rules! scoped_by_account {
    ($($module:ident),+ $(,)?) => {$(
        impl Scoped for entity::$module::Entity {
            fn account_column() -> Self::Column { entity::$module::Column::AccountId }
            fn site_column() -> Option<Self::Column> { None }
        }
    )+};
}

scoped_by_site!(
    site => Id, sector => SiteId, keyword => SiteId, keyword_import => SiteId, cluster => SiteId, idea => SiteId,
    task => SiteId, content => SiteId, image => SiteId, ai_task => SiteId, integration => SiteId, publishing_record => SiteId,
);
// Members, units and versions are reached through their cluster, task and article, which are narrowed by site.
scoped_by_account!(
    cluster_keyword,
    ai_task_item,
    content_version,
    credit_transaction,
    credit_usage_log,
    provider_setting,
    subscription,
    user,
    site_user_access,
);

/// Lets one transaction at a time count or name things of a site. SQLite has one writer anyway.
///
/// # Errors
/// [`Error::NotFound`] when the site is not there for the caller.
pub(crate) async fn lock_site(db: &impl ConnectionTrait, scope: &Scope, site: SiteId) -> Result<entity::site::Model> {
    entity::site::Entity::find_in(scope)
        .filter(entity::site::Column::Id.eq(site))
        // The weakest lock that excludes itself: rows that refer to the site can be written meanwhile.
        .lock(LockType::NoKeyUpdate)
        .one(db)
        .await?
        .ok_or(Error::NotFound("The site"))
}

/// As [`lock_site`], for an account.
///
/// # Errors
/// [`Error::NotFound`] when the account is gone.
pub(crate) async fn lock_account(db: &impl ConnectionTrait, scope: &Scope) -> Result<entity::account::Model> {
    entity::account::Entity::find_by_id(scope.account)
        .lock(LockType::NoKeyUpdate)
        .one(db)
        .await?
        .ok_or(Error::NotFound("The account"))
}

/// The account's own row.
///
/// # Errors
/// [`Error::NotFound`] when the account is gone.
pub async fn account(db: &impl ConnectionTrait, scope: &Scope) -> Result<entity::account::Model> {
    entity::account::Entity::find_by_id(scope.account)
        .one(db)
        .await?
        .ok_or(Error::NotFound("The account"))
}
