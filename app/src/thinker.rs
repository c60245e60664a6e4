//! What steers AI functions.

pub mod api;
mod image_test_card;
mod images_page;

pub use images_page::ImageTestsPage;
