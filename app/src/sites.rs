//! Sites and their sectors.

pub mod api;
mod site_card;
mod site_form;
mod sites_page;

pub use site_form::NewSiteForm;
pub use sites_page::SitesPage;
