//! The home page and the settings.

pub mod api;
mod home_page;
mod next_steps;
mod settings_page;
mod settings_tabs;

pub use home_page::HomePage;
pub use settings_page::SettingsPage;
pub use settings_tabs::SettingsTabs;
