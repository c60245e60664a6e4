//! The home page and the settings.

pub mod api;
mod home_page;
mod next_steps;
mod provider_form;
mod settings_page;

pub use home_page::HomePage;
pub use settings_page::SettingsPage;
