//! Credits: balance, movements, use and prices.

pub mod api;
mod book_form;
mod credits_page;
mod lists;
mod operator_page;
mod plan_form;
mod price_form;
mod prices;

pub use book_form::BookForm;
pub use credits_page::CreditsPage;
pub use operator_page::OperatorBillingPage;
