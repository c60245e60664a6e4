//! AI functions: starting, watching and stopping them, and what they did.

pub mod api;
mod job_page;
mod jobs_page;
mod receipt;

pub use job_page::JobPage;
pub use jobs_page::JobsPage;
