//! An industry of the shipped catalogue.
use crate::IndustryId;
use serde::{Deserialize, Serialize};

/// An industry of the shipped catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "industries")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Industry))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: IndustryId,
    /// Name as people see it.
    pub name: String,
    /// Name in URLs, unique.
    pub slug: String,
}

orm_model!();

/// An industry with its sectors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = IndustryWithSectors))]
pub struct WithSectors {
    /// The industry.
    #[serde(flatten)]
    pub industry: Model,
    /// Its sectors, by name.
    pub sectors: Vec<crate::industry_sector::Model>,
}
