//! What is left from step to step.

use leptos::prelude::*;

use super::{Datum, at, label, share};
use crate::components::format::number;

/// Steps one under the other, each as wide as what has come so far, measured against the largest.
#[component]
pub fn Funnel(
    /// The steps, the first one on top.
    data: Vec<Datum>,
) -> impl IntoView {
    let top = data.iter().map(|one| one.value).max().unwrap_or(0);
    let steps = data
        .into_iter()
        .map(|one| {
            // A step with anything in it stays visible.
            let width = if one.value > 0 {
                share(one.value, top).max(0.8)
            } else {
                0.0
            };
            view! {
                <li class="grid grid-cols-[6.5rem_minmax(0,1fr)_4.5rem] items-center gap-3 text-sm">
                    {label(&one)}
                    <svg class="block h-7 w-full" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                        <rect width="100" height="10" class="fill-base-200"></rect>
                        <rect x=at((100.0 - width) / 2.0) width=at(width) height="10" class=one.hue.fill()></rect>
                    </svg>
                    <span class="text-right tabular font-medium">{number(one.value)}</span>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="space-y-1.5">{steps}</ol> }
}
