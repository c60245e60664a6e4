//! What a test found.

use entity::integration::TestResult;
use leptos::prelude::*;

use super::icon::{Icon, lu};

/// What a test found, and what to do about it.
///
/// ```ignore
/// view! { <Verdict result/> }
/// ```
#[component]
pub fn Verdict(
    /// The finding.
    result: TestResult,
) -> impl IntoView {
    let (class, icon) = if result.ok {
        (
            "alert alert-success alert-soft items-start py-2.5 text-sm",
            lu::LuCircleCheck,
        )
    } else {
        (
            "alert alert-error alert-soft items-start py-2.5 text-sm",
            lu::LuCircleAlert,
        )
    };
    view! {
        <div role="status" class=class>
            <Icon icon class="mt-0.5 size-4 flex-none"/>
            <div class="min-w-0 wrap-anywhere">
                <p class="font-medium">{result.message}</p>
                {result.advice.map(|advice| view! { <p class="mt-1 text-base-content">{advice}</p> })}
            </div>
        </div>
    }
}
