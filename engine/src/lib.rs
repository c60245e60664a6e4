//! The pure part of the product: reading keyword files, grouping keywords, proposing ideas, drafting
//! outlines, finding links between articles, describing pictures and drawing title cards.
//!
//! Nothing here does input or output (apart from the reader it is handed), looks at a clock or rolls a
//! die: the same input gives the same output on every machine, in the browser as on the server.

pub mod clustering;
pub mod draft;
pub mod ideas;
pub mod image_prompts;
pub mod import;
pub mod improve;
pub mod intent;
pub mod language;
pub mod links;
pub mod opportunity;
pub mod structure;
pub mod template;
pub mod text;
#[cfg(feature = "render")]
pub mod title_card;
pub mod topics;

pub use intent::Intent;
