//! Icons.

use leptos::prelude::*;

/// Every icon of Lucide under its own name: `lu::LuKeyRound`.
pub use icondata_lu as lu;

/// An icon beside a text that says the same, hidden from screen readers.
///
/// ```ignore
/// view! { <Icon icon=lu::LuPlus/> "Add keyword" }
/// ```
#[component]
pub fn Icon(
    /// Which one.
    icon: icondata_core::Icon,
    /// Classes; `icon` (18 px) unless told.
    #[prop(default = "icon")]
    class: &'static str,
) -> impl IntoView {
    view! {
        <svg
            class=class
            viewBox="0 0 24 24"
            fill="none"
            stroke="currentColor"
            stroke-width="2"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
            inner_html=icon.data
        ></svg>
    }
}
