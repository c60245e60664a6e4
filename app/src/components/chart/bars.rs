//! Bars: one under the other, stacked into one, side by side.

use leptos::prelude::*;

use super::{Datum, at, label, percent, share, swatch};
use crate::components::format::number;

/// Bars one under the other, each with its name and its number; the longest fills the width.
#[component]
pub fn BarList(
    /// What it shows.
    data: Vec<Datum>,
) -> impl IntoView {
    let top = data.iter().map(|one| one.value).max().unwrap_or(0);
    let rows = data
        .into_iter()
        .map(|one| {
            view! {
                <li>
                    <div class="flex items-baseline justify-between gap-3 text-sm">
                        {label(&one)}
                        <span class="tabular font-medium">{number(one.value)}</span>
                    </div>
                    <svg class="mt-1 block h-2 w-full" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                        <rect width="100" height="4" class="fill-base-200"></rect>
                        <rect width=at(share(one.value, top)) height="4" class=one.hue.fill()></rect>
                    </svg>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="space-y-2.5">{rows}</ul> }
}

/// One bar, divided; its parts are named beneath.
#[component]
pub fn StackedBar(
    /// What it shows, for those who hear the page.
    #[prop(into)]
    title: String,
    /// The parts.
    data: Vec<Datum>,
) -> impl IntoView {
    let total: i64 = data.iter().map(|one| one.value).sum();
    let mut from = 0.0;
    let parts = data
        .iter()
        .map(|one| {
            let width = share(one.value, total);
            let x = from;
            from += width;
            view! { <rect x=at(x) width=at(width) height="10" class=one.hue.fill()></rect> }
        })
        .collect_view();
    let legend = data
        .iter()
        .map(|one| {
            view! {
                <li class="flex min-w-0 items-center gap-2">
                    {swatch(one.hue)}
                    {label(one)}
                    <span class="ml-auto tabular font-medium">{number(one.value)}</span>
                    <span class="w-10 text-right tabular text-xs muted">{percent(one.value, total)}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <svg class="block h-6 w-full overflow-hidden rounded-field" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label=title>
            <rect width="100" height="10" class="fill-base-200"></rect>
            {parts}
        </svg>
        <ul class="mt-3 grid gap-x-6 gap-y-1.5 text-sm sm:grid-cols-2">{legend}</ul>
    }
}

/// Bars side by side, at most twelve, with short names beneath.
#[component]
pub fn Histogram(
    /// What it shows, for those who hear the page.
    #[prop(into)]
    title: String,
    /// The bars.
    data: Vec<Datum>,
) -> impl IntoView {
    let top = data.iter().map(|one| one.value).max().unwrap_or(0);
    let step = 100.0 / data.len().max(1) as f64;
    let bars = data
        .iter()
        .enumerate()
        .map(|(position, one)| {
            // What is there can be seen, however little it is.
            let height = if one.value > 0 {
                share(one.value, top).max(1.5)
            } else {
                0.0
            };
            view! {
                <rect
                    x=at(position as f64 * step + step * 0.12) y=at(100.0 - height)
                    width=at(step * 0.76) height=at(height) class=one.hue.fill()
                ></rect>
            }
        })
        .collect_view();
    let names = data
        .iter()
        .map(|one| view! { <span class="min-w-0 flex-1 truncate text-center">{one.label.clone()}</span> })
        .collect_view();
    let numbers = data
        .iter()
        .map(|one| {
            view! { <span class="min-w-0 flex-1 truncate text-center tabular" title=number(one.value)>{short(one.value)}</span> }
        })
        .collect_view();
    view! {
        <div class="flex text-[0.6875rem] muted" aria-hidden="true">{numbers}</div>
        <svg class="mt-1 block h-36 w-full border-b border-base-300" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label=title>
            {bars}
        </svg>
        <div class="mt-1 flex text-[0.6875rem] muted" aria-hidden="true">{names}</div>
    }
}

/// A number in as few characters as will do: `940`, `9.4K`, `94K`, `1.2M`; nothing for 0.
pub(super) fn short(value: i64) -> String {
    let tenths = |unit: i64, name: &str| {
        let tenths = value / (unit / 10);
        if tenths < 100 && tenths % 10 != 0 {
            format!("{}.{}{name}", tenths / 10, tenths % 10)
        } else {
            format!("{}{name}", tenths / 10)
        }
    };
    match value {
        ..=0 => String::new(),
        1..1_000 => value.to_string(),
        1_000..1_000_000 => tenths(1_000, "K"),
        _ => tenths(1_000_000, "M"),
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn large_numbers_become_short() {
        let told: Vec<String> = [0, 940, 1_000, 9_449, 94_400, 999_999, 1_250_000]
            .into_iter()
            .map(short)
            .collect();
        assert_eq!(told, ["", "940", "1K", "9.4K", "94K", "999K", "1.2M"]);
    }
}
