//! How numbers changed.

use leptos::prelude::*;

use super::{Hue, at, bars::short, share, swatch};

/// A line of a [`LineChart`].
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What it counts.
    pub label: &'static str,
    /// Its colour.
    pub hue: Hue,
    /// Drawn with dashes, so that it can be told apart without colours.
    pub is_dashed: bool,
    /// One number for each moment.
    pub values: Vec<i64>,
}

/// Lines over the same moments, from 0 to the largest number.
#[component]
pub fn LineChart(
    /// What it shows, for those who hear the page.
    #[prop(into)]
    title: String,
    /// The moments, in words; the first, the middle and the last one are shown.
    moments: Vec<String>,
    /// The lines.
    series: Vec<Series>,
) -> impl IntoView {
    let top = series
        .iter()
        .flat_map(|one| one.values.iter().copied())
        .max()
        .unwrap_or(0);
    let lines = series
        .iter()
        .map(|one| {
            view! {
                <polyline
                    points=points(&one.values, top) class=format!("fill-none {}", one.hue.stroke())
                    stroke-width="2" stroke-linejoin="round" stroke-linecap="round" vector-effect="non-scaling-stroke"
                    stroke-dasharray=one.is_dashed.then_some("5 4")
                ></polyline>
            }
        })
        .collect_view();
    let legend = series
        .iter()
        .map(|one| {
            view! {
                <li class="flex items-center gap-2">
                    {swatch(one.hue)}
                    {one.label}
                    {one.is_dashed.then_some(" (dashed)")}
                </li>
            }
        })
        .collect_view();
    let middle = moments.get(moments.len() / 2).cloned().unwrap_or_default();
    let first = moments.first().cloned().unwrap_or_default();
    let last = moments.last().cloned().unwrap_or_default();
    view! {
        <div class="flex gap-2">
            <div class="flex w-10 flex-none flex-col justify-between text-right text-[0.6875rem] tabular muted" aria-hidden="true">
                <span>{short(top)}</span>
                <span>{short(top / 2)}</span>
                <span>"0"</span>
            </div>
            <svg class="block h-44 min-w-0 flex-1 overflow-visible" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label=title>
                {[0, 50, 100]
                    .map(|y| {
                        view! {
                            <line x1="0" x2="100" y1=y.to_string() y2=y.to_string() class="stroke-base-300" stroke-width="1" vector-effect="non-scaling-stroke"></line>
                        }
                    })
                    .into_iter()
                    .collect_view()}
                {lines}
            </svg>
        </div>
        <div class="mt-1 flex justify-between pl-12 text-[0.6875rem] muted" aria-hidden="true">
            <span>{first}</span>
            <span>{middle}</span>
            <span>{last}</span>
        </div>
        <ul class="mt-3 flex flex-wrap gap-x-5 gap-y-1 text-sm">{legend}</ul>
    }
}

/// The corners of a line in a square of 100, the largest number on top.
fn points(values: &[i64], top: i64) -> String {
    let step = 100.0 / values.len().saturating_sub(1).max(1) as f64;
    values
        .iter()
        .enumerate()
        .map(|(position, value)| format!("{},{}", at(position as f64 * step), at(100.0 - share(*value, top))))
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::points;

    #[test]
    fn lines_fill_their_square() {
        assert_eq!(points(&[0, 5, 10], 10), "0.0,100.0 50.0,50.0 100.0,0.0");
        assert_eq!(points(&[3], 3), "0.0,0.0");
        assert_eq!(points(&[0, 0], 0), "0.0,100.0 100.0,100.0");
    }
}
