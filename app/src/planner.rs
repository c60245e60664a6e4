//! Planner: keywords, clusters, ideas.

pub mod api;
mod cluster_dialogs;
mod cluster_form;
mod cluster_members;
mod cluster_page;
pub mod clusters_api;
mod clusters_page;
mod group_page;
mod group_preview;
mod grouping_note;
mod idea_form;
mod ideas_page;
mod import_file;
mod import_new;
mod import_page;
mod import_preview;
mod import_run;
mod keyword_form;
mod keyword_table;
mod keywords_page;
pub(crate) mod parts;

pub use cluster_page::ClusterPage;
pub use clusters_page::ClustersPage;
pub use group_page::GroupPage;
pub use grouping_note::{GroupingOfJob, UndoGrouping};
pub use ideas_page::IdeasPage;
pub use import_page::ImportPage;
pub use keywords_page::KeywordsPage;
