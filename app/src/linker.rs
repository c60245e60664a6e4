//! Linker: links between the articles of a site.

pub mod api;
