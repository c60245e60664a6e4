//! Signing up, in and out; oneself, the people, the account.

mod account_page;
pub mod api;
mod confirm_page;
mod forgot_page;
mod invite_page;
mod keys_page;
mod log_page;
mod operator_page;
mod people_page;
mod person_form;
mod profile_page;
mod reset_page;
mod sign_in_page;
mod sign_up_page;
pub mod team_api;
mod welcome;

pub use account_page::AccountPage;
pub use confirm_page::ConfirmPage;
pub use forgot_page::ForgotPage;
pub use invite_page::InvitePage;
pub use keys_page::KeysPage;
pub use log_page::LogPage;
pub use operator_page::OperatorPage;
pub use people_page::PeoplePage;
pub use profile_page::ProfilePage;
pub use reset_page::ResetPage;
pub use sign_in_page::SignInPage;
pub use sign_up_page::SignUpPage;

/// The key under which a session keeps who is signed in.
#[cfg(feature = "ssr")]
pub const SESSION_USER: &str = "user_id";
/// The key under which a session keeps the account that an operator looks into.
#[cfg(feature = "ssr")]
pub const SESSION_VISITING: &str = "visiting";

/// `next` when it is a path on this site, else the home page: a link to the sign-in page must not lead elsewhere.
#[cfg_attr(not(feature = "ssr"), allow(dead_code))]
fn local_path(next: &str) -> &str {
    let plain =
        next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') && !next.contains(char::is_control);
    if plain && next.is_ascii() { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        assert_eq!(local_path("/planner/keywords?page=2"), "/planner/keywords?page=2");
        for bad in ["", "https://example.com", "//example.com", "/\\example.com", "/a\r\nb"] {
            assert_eq!(local_path(bad), "/");
        }
    }
}
