//! Credits: balance, movements, use and prices.

pub mod api;
mod credits_page;
mod lists;
mod prices;

pub use credits_page::CreditsPage;
