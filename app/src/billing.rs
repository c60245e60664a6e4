//! Credits: balance, movements, use and prices.

pub mod api;
mod credits_page;
mod lists;
mod model_prices_page;
mod prices;

pub use credits_page::CreditsPage;
pub use model_prices_page::ModelPricesPage;
