//! Publishing: connections of a site and what was sent through them.

pub mod api;
mod connection_card;
mod connection_form;
mod connections;
mod publish_page;
mod records;

pub use publish_page::PublishPage;
