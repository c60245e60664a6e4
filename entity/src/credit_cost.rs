//! A row of the cost table.
use crate::CreditCostId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a price counts.
    CostUnit {
        /// One call.
        Request = "request" / "per request",
        /// One piece.
        Item = "item" / "per item",
        /// So many pieces.
        Items = "items" / "per items",
        /// So many words.
        Words = "words" / "per words",
    }
}

text_enum! {
    /// Where a price stands in its history.
    PriceState {
        /// Begins later.
        Coming = "coming" / "To come",
        /// Counts now.
        InForce = "in_force" / "In force",
        /// Was followed by another.
        Past = "past" / "Past",
    }
}

/// A row of the cost table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "credit_cost_configs")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = CreditCost))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: CreditCostId,
    /// The list it belongs to.
    pub price_list: String,
    /// What is done.
    pub operation: crate::credit_usage_log::Operation,
    /// What is counted.
    pub unit: CostUnit,
    /// How many of the unit one price buys, at least 1.
    pub unit_size: i64,
    /// Price of one such lot.
    pub credits: i64,
    /// Least that a job costs.
    pub minimum: i64,
    /// In force from then until the next price of the same operation.
    pub effective_from: DateTime<Utc>,
}

orm_model!();

impl Model {
    /// Credits for `count` of what is counted: whole lots, never below the minimum, nothing for nothing.
    pub fn price(&self, count: i64) -> i64 {
        if count <= 0 {
            return 0;
        }
        let lots = match self.unit {
            CostUnit::Request => 1,
            CostUnit::Item | CostUnit::Items | CostUnit::Words => {
                let size = self.unit_size.max(1);
                count / size + i64::from(count % size != 0)
            }
        };
        lots.saturating_mul(self.credits).max(self.minimum)
    }
}

/// A price to be set by the operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = CreditCostInput))]
pub struct Input {
    /// The list it belongs to.
    pub price_list: String,
    /// What is done.
    pub operation: crate::credit_usage_log::Operation,
    /// What is counted.
    pub unit: CostUnit,
    /// How many of the unit one price buys, at least 1.
    pub unit_size: i64,
    /// Price of one such lot, 0 or more.
    pub credits: i64,
    /// Least that a job costs, 0 or more.
    #[serde(default)]
    pub minimum: i64,
    /// From when; at once when absent. Never in the past: what was charged stays explainable.
    #[serde(default)]
    pub effective_from: Option<DateTime<Utc>>,
}

/// A price with its place in the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = CreditCostRow))]
pub struct Row {
    /// The price.
    #[serde(flatten)]
    pub price: Model,
    /// Where it stands.
    pub state: PriceState,
}
