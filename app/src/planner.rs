//! Planner: keywords, clusters, ideas.

pub mod api;
mod cluster_form;
mod cluster_page;
mod clusters_page;
mod idea_form;
mod ideas_page;
mod import_choices;
mod import_file;
mod import_new;
mod import_page;
mod import_preview;
mod import_run;
mod keyword_form;
mod keyword_sources;
mod keyword_table;
mod keywords_page;
pub(crate) mod parts;

pub use cluster_page::ClusterPage;
pub use clusters_page::ClustersPage;
pub use ideas_page::IdeasPage;
pub use import_page::ImportPage;
pub use keyword_sources::KeywordSources;
pub use keywords_page::KeywordsPage;
