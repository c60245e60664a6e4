//! The writer: tasks, articles, pictures.

pub mod content;
pub mod images;
pub mod tasks;
