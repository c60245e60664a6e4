//! The home page and the settings.

mod ai_page;
pub mod api;
mod choices;
mod home_page;
mod next_steps;
mod provider_card;
mod provider_form;
mod settings_page;
mod settings_tabs;

pub use ai_page::AiPage;
pub use home_page::HomePage;
pub use settings_page::SettingsPage;
pub use settings_tabs::SettingsTabs;
