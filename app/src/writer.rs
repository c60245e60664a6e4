//! Writer: tasks, articles, pictures.

pub mod api;
mod article_page;
mod compare;
mod conflict;
mod content_page;
mod draft;
mod editor;
mod image_form;
mod images_page;
mod panel_images;
mod panel_improve;
mod panel_links;
mod panel_meta;
mod panel_publish;
mod panel_versions;
mod publish_dialog;
mod rich_text;
mod task_form;
mod tasks_page;
mod texts;
mod toolbar;

pub use article_page::ArticlePage;
pub use content_page::ContentPage;
pub use images_page::ImagesPage;
pub use tasks_page::TasksPage;
