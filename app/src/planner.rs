//! Planner: keywords, clusters, ideas, opportunities, dashboard.

pub mod api;
mod cluster_form;
mod cluster_page;
mod clusters_page;
mod dashboard_page;
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
pub(crate) mod near;
mod opportunities_page;
mod opportunity_parts;
pub(crate) mod parts;

pub use cluster_page::ClusterPage;
pub use clusters_page::ClustersPage;
pub use dashboard_page::PlannerPage;
pub use ideas_page::IdeasPage;
pub use import_page::ImportPage;
pub use keywords_page::KeywordsPage;
pub use opportunities_page::OpportunitiesPage;
