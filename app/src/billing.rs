//! Credits: balance, movements, use and prices.

pub mod api;
mod book_form;
mod credits_page;
mod lists;
mod model_prices_page;
mod operator_page;
mod plan_form;
mod price_form;
mod prices;

pub use book_form::BookForm;
pub use credits_page::CreditsPage;
pub use model_prices_page::ModelPricesPage;
pub use operator_page::OperatorBillingPage;
