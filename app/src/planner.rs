//! Planner: keywords, clusters, ideas, opportunities, dashboard.

pub mod api;
mod cluster_form;
mod cluster_page;
mod clusters_page;
mod dashboard_page;
mod idea_form;
mod ideas_page;
mod import_choices;
mod import_file;
mod import_new;
mod import_page;
mod import_preview;
mod import_run;
mod keyword_bulk;
mod keyword_cells;
mod keyword_form;
mod keyword_many;
mod keyword_sources;
mod keyword_table;
pub mod keywords_api;
mod keywords_page;
mod library_dialog;
pub(crate) mod near;
mod opportunities_page;
mod opportunity_parts;
pub(crate) mod parts;
pub mod views_api;

pub use cluster_page::ClusterPage;
pub use clusters_page::ClustersPage;
pub use dashboard_page::PlannerPage;
pub use ideas_page::IdeasPage;
pub use import_page::ImportPage;
pub use keywords_page::KeywordsPage;
pub use opportunities_page::OpportunitiesPage;
