//! Signing up, in and out.

pub mod api;
mod sign_in_page;
mod sign_up_page;
mod welcome;

pub use sign_in_page::SignInPage;
pub use sign_up_page::SignUpPage;

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
