//! Who asks, and what they may see: tenancy and permission as types.
//!
//! A [`Scope`] is made in one place (`accounts::scope_of`) and every query on an account's data goes through
//! [`Scoped::find_in`], which narrows it to the account and, for editors and viewers, to the sites granted. A
//! permission is a method that returns a proof ([`SiteEditor`], [`AccountAdmin`]), and services ask for the
//! proof, so that forgetting the check does not compile.

use entity::{AccountId, SectorId, SiteId, UserId, api_key::KeyScope, user::Role};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DeleteMany, EntityTrait, QueryFilter, QuerySelect, Select, UpdateMany,
    sea_query::LockType,
};

use crate::{Error, Result};

/// Sites that a caller may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SiteAccess {
    /// Every site of the account.
    All,
    /// Only these.
    Only(Vec<SiteId>),
}

/// Where a request comes from, put into the request's extensions by the server.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// Address of the caller; empty for jobs and the command line.
    pub ip_address: String,
    /// What the browser or program calls itself, cut to 300 characters.
    pub user_agent: String,
    /// Name of the request in the log.
    pub request_id: String,
}

impl Origin {
    /// What starts on this machine and not with a request; `name` stands in the log.
    pub fn here(name: &str) -> Self {
        Self {
            request_id: name.to_owned(),
            ..Self::default()
        }
    }
}

/// What the state of an account lets its people do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Everything that their roles allow.
    Full,
    /// The operator stopped it: reading and taking the data along.
    Suspended,
    /// Its trial is over: reading and taking the data along.
    TrialEnded,
    /// It is going to be deleted: reading, taking the data along, calling it off.
    Leaving,
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
    /// Where the request comes from; empty for jobs and the command line.
    pub ip_address: String,
    /// What the key opens that the caller came with; none when a person signed in.
    pub keys: Option<Vec<KeyScope>>,
    /// That key.
    pub key_id: Option<entity::ApiKeyId>,
    /// What the state of the account lets its people do.
    pub standing: Standing,
    /// The person must confirm an address before publishing.
    pub must_confirm: bool,
    /// The person operates the installation.
    pub is_operator: bool,
    /// The operator's own account, while looking into another one.
    pub home: Option<AccountId>,
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

/// Proof that the caller operates the installation.
#[derive(Clone, Copy, Debug)]
pub struct Operator(());

impl Scope {
    /// The system acting for an account: jobs, the demo, the command line.
    pub fn system(account: AccountId) -> Self {
        Self {
            account,
            user: None,
            role: Role::SystemBot,
            sites: SiteAccess::All,
            request_id: String::new(),
            ip_address: String::new(),
            keys: None,
            key_id: None,
            standing: Standing::Full,
            must_confirm: false,
            is_operator: false,
            home: None,
        }
    }

    /// The key, if the caller came with one, opens this.
    fn key_opens(&self, wanted: KeyScope) -> Result<()> {
        match &self.keys {
            Some(keys) if !keys.contains(&wanted) => Err(Error::Forbidden(format!(
                "This API key may not do that: it lacks the scope `{wanted}`."
            ))),
            _ => Ok(()),
        }
    }

    /// The account is in a state to be changed.
    fn may_change(&self) -> Result<()> {
        Err(Error::Forbidden(
            match self.standing {
                Standing::Full => return Ok(()),
                Standing::Suspended => {
                    "This account is suspended: you can read and export, but not change anything. Write to the operator."
                }
                Standing::TrialEnded => {
                    "The trial of this account is over: you can read and export, but not change anything."
                }
                Standing::Leaving => {
                    "This account is about to be deleted: you can read and export. An owner can call the deletion off."
                }
            }
            .to_owned(),
        ))
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
    /// [`Error::NotFound`] when the site must not be known, [`Error::Forbidden`] for viewers, for keys without the scope
    /// `write` and while the account may only be read.
    pub fn editor_of(&self, site: SiteId) -> Result<SiteEditor> {
        if !self.sees(site) {
            return Err(Error::NotFound("The site"));
        }
        if self.role == Role::Viewer {
            return Err(Error::Forbidden(
                "Viewers can read but not change anything. Ask an owner or admin for the editor role.".to_owned(),
            ));
        }
        self.key_opens(KeyScope::Write)?;
        self.may_change()?;
        Ok(SiteEditor { site })
    }

    /// The key, if the caller came with one, may spend credits at all.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for keys without the scope `generate`.
    pub fn may_spend(&self) -> Result<()> {
        self.key_opens(KeyScope::Generate)
    }

    /// The caller may try things out that belong to no site and cost the account money elsewhere.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for viewers, for keys without the scope `generate` and while the account may only be read.
    pub fn tester(&self) -> Result<()> {
        if self.role == Role::Viewer {
            return Err(Error::Forbidden(
                "Viewers can read but not try anything out. Ask an owner or admin for the editor role.".to_owned(),
            ));
        }
        self.key_opens(KeyScope::Generate)?;
        self.may_change()
    }

    /// The caller may start work for `site` that spends credits.
    ///
    /// # Errors
    /// As [`Scope::editor_of`], and [`Error::Forbidden`] for keys without the scope `generate`.
    pub fn generator_of(&self, site: SiteId) -> Result<SiteEditor> {
        let proof = self.editor_of(site)?;
        self.key_opens(KeyScope::Generate)?;
        Ok(proof)
    }

    /// The caller may send articles of `site` to where readers are.
    ///
    /// # Errors
    /// As [`Scope::editor_of`], and [`Error::Forbidden`] for keys without the scope `publish` and for people who have
    /// not confirmed their address where the operator asks for it.
    pub fn publisher_of(&self, site: SiteId) -> Result<SiteEditor> {
        let proof = self.editor_of(site)?;
        self.key_opens(KeyScope::Publish)?;
        if self.must_confirm {
            return Err(Error::Forbidden(
                "Confirm your e-mail address before you publish: the link is in the mail that we sent you.".to_owned(),
            ));
        }
        Ok(proof)
    }

    /// The caller may manage the account.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for editors and viewers, for keys without the scope `admin` and while the account may only be
    /// read.
    pub fn admin(&self) -> Result<AccountAdmin> {
        let proof = self.admin_even_if_read_only()?;
        self.may_change()?;
        Ok(proof)
    }

    /// As [`Scope::admin`], for what is allowed while the account may only be read: looking and taking the data along.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for editors and viewers and for keys without the scope `admin`.
    pub fn admin_even_if_read_only(&self) -> Result<AccountAdmin> {
        match self.role {
            Role::Developer | Role::Owner | Role::Admin | Role::SystemBot => {
                self.key_opens(KeyScope::Admin)?;
                Ok(AccountAdmin { account: self.account })
            }
            Role::Editor | Role::Viewer => Err(Error::Forbidden("Only owners and admins can do this.".to_owned())),
        }
    }

    /// The caller owns the account, and came in person.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for everybody else.
    pub fn owner(&self) -> Result<AccountAdmin> {
        if self.role == Role::Owner && self.keys.is_none() {
            Ok(AccountAdmin { account: self.account })
        } else {
            Err(Error::Forbidden("Only an owner can do this.".to_owned()))
        }
    }

    /// The caller operates the installation.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for everybody else.
    pub fn operator(&self) -> Result<Operator> {
        if self.is_operator {
            self.key_opens(KeyScope::Admin)?;
            Ok(Operator(()))
        } else {
            Err(Error::Forbidden(
                "Only the operator of this installation can do this.".to_owned(),
            ))
        }
    }

    /// The caller is a person who signed in, not a key: for what a key must never do, such as making keys.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for keys and for the system.
    pub fn in_person(&self) -> Result<UserId> {
        match (self.user, &self.keys) {
            (Some(user), None) => Ok(user),
            _ => Err(Error::Forbidden(
                "An API key cannot do this. Sign in with e-mail address and password.".to_owned(),
            )),
        }
    }

    /// The caller may keep things of their own, such as views of lists: every person may, viewers included.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for keys without the scope `write`, for the system, and while the account may only be read.
    pub fn keeper(&self) -> Result<UserId> {
        self.key_opens(KeyScope::Write)?;
        self.may_change()?;
        self.user
            .ok_or_else(|| Error::Forbidden("Only a person can keep this.".to_owned()))
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
    internal_link => SiteId, optimization_task => SiteId, site_blueprint => SiteId, page_blueprint => SiteId,
    competitor_keyword => SiteId, serp_result => SiteId, keyword_tally => SiteId, keyword_change => SiteId,
    keyword_score => SiteId, score_run => SiteId, cluster_run => SiteId,
);
// Members, units and versions are reached through their cluster, task and article, which are narrowed by site.
scoped_by_account!(
    cluster_keyword,
    cluster_run_move,
    cluster_run_cluster,
    ai_task_item,
    content_version,
    credit_transaction,
    credit_usage_log,
    provider_setting,
    ai_choice,
    ai_prompt,
    ai_prompt_version,
    author_profile,
    strategy,
    image_test,
    subscription,
    user,
    site_user_access,
    invitation,
    api_key,
    audit_event,
    idempotency_key,
    saved_view,
    import_mapping,
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
