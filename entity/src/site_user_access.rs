//! A site that an editor or viewer may reach.
use crate::{AccountId, SiteId, UserId};
use serde::{Deserialize, Serialize};

/// A site that an editor or viewer may reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "site_user_access")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = SiteUserAccess))]
pub struct Model {
    /// The site.
    #[cfg_attr(feature = "orm", sea_orm(primary_key, auto_increment = false))]
    pub site_id: SiteId,
    /// The person.
    #[cfg_attr(feature = "orm", sea_orm(primary_key, auto_increment = false))]
    pub user_id: UserId,
    /// Whose it is.
    pub account_id: AccountId,
}

orm_model!();
