//! Sites and their sectors.

pub mod api;
mod site_card;
mod site_form;
mod sites_page;
pub mod structure_api;
mod structure_page;

pub use site_form::NewSiteForm;
pub use sites_page::SitesPage;
pub use structure_page::StructurePage;
