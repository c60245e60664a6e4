//! A sector of the shipped catalogue.
use crate::{IndustryId, IndustrySectorId};
use serde::{Deserialize, Serialize};

/// A sector of the shipped catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "industry_sectors")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = IndustrySector))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: IndustrySectorId,
    /// The industry it belongs to.
    pub industry_id: IndustryId,
    /// Name as people see it.
    pub name: String,
    /// Name in URLs, unique in the industry.
    pub slug: String,
}

orm_model!();
