//! What a provider takes for a model, from a moment on.
use crate::{ModelPriceId, provider_setting::Provider};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What a provider takes for a model, from a moment on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "model_prices")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ModelPrice))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: ModelPriceId,
    /// Who offers the model.
    pub provider: Provider,
    /// Name of the model, or how the names of its versions begin.
    pub model: String,
    /// A million tokens sent, in millionths of a US dollar.
    pub tokens_in_micros: i64,
    /// A million tokens received, in millionths of a US dollar.
    pub tokens_out_micros: i64,
    /// One picture, in millionths of a US dollar.
    pub image_micros: i64,
    /// In force from then until the next price of the same model.
    pub effective_from: DateTime<Utc>,
}

orm_model!();

impl Model {
    /// Millionths of a US dollar for a call, rounded to the nearest.
    pub fn cost(&self, tokens_in: i64, tokens_out: i64, pictures: i64) -> i64 {
        let tokens = i128::from(tokens_in) * i128::from(self.tokens_in_micros)
            + i128::from(tokens_out) * i128::from(self.tokens_out_micros);
        let micros = (tokens + 500_000) / 1_000_000 + i128::from(pictures) * i128::from(self.image_micros);
        i64::try_from(micros).unwrap_or(i64::MAX)
    }
}

/// A price to be set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ModelPriceInput))]
pub struct Input {
    /// Who offers the model.
    pub provider: Provider,
    /// Name of the model, or how the names of its versions begin.
    pub model: String,
    /// A million tokens sent, in millionths of a US dollar.
    #[serde(default)]
    pub tokens_in_micros: i64,
    /// A million tokens received, in millionths of a US dollar.
    #[serde(default)]
    pub tokens_out_micros: i64,
    /// One picture, in millionths of a US dollar.
    #[serde(default)]
    pub image_micros: i64,
}

/// A price as the operator's list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ModelPriceRow))]
pub struct Row {
    /// The price.
    pub price: Model,
    /// It counts now; a newer one has replaced the others.
    pub in_force: bool,
}
