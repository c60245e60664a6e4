//! Thinker: what AI functions are told, and pictures to try out.

pub mod api;
mod authors_page;
mod image_test_card;
mod images_page;
pub(crate) mod parts;
mod preview;
mod prompt_editor;
mod prompts_page;
mod sections;
mod strategies_page;
mod strategy_form;
mod template_field;
mod versions;

pub use authors_page::AuthorsPage;
pub use images_page::ImageTestsPage;
pub use prompt_editor::PromptPage;
pub use prompts_page::PromptsPage;
pub use strategies_page::StrategiesPage;
