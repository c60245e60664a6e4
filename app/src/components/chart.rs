//! Charts: SVG from the server, in the colours of the theme, each with a table that says the same.
//!
//! Shapes stretch with the page and text does not: labels stand beside the SVG in HTML, except in the treemap, which is drawn
//! once for wide and once for narrow screens. Nothing here knows what the numbers mean.

mod bars;
mod funnel;
mod lines;
pub(crate) mod treemap;

pub use bars::{BarList, Histogram, StackedBar};
pub use funnel::Funnel;
pub use lines::{LineChart, Series};
pub use treemap::Treemap;

use leptos::prelude::*;

use super::format::number;

/// A colour of the theme that tells one series from another; never the only thing that does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hue {
    /// The accent.
    Primary,
    /// Blue.
    Info,
    /// Green.
    Success,
    /// Yellow.
    Warning,
    /// Grey.
    Neutral,
}

impl Hue {
    /// Fills a shape.
    fn fill(self) -> &'static str {
        match self {
            Self::Primary => "fill-primary",
            Self::Info => "fill-info",
            Self::Success => "fill-success",
            Self::Warning => "fill-warning",
            Self::Neutral => "fill-base-content/40",
        }
    }

    /// Text on a shape.
    fn ink(self) -> &'static str {
        match self {
            Self::Primary => "fill-primary-content",
            Self::Info => "fill-info-content",
            Self::Success => "fill-success-content",
            Self::Warning => "fill-warning-content",
            Self::Neutral => "fill-base-content",
        }
    }

    /// Draws a line.
    fn stroke(self) -> &'static str {
        match self {
            Self::Primary => "stroke-primary",
            Self::Info => "stroke-info",
            Self::Success => "stroke-success",
            Self::Warning => "stroke-warning",
            Self::Neutral => "stroke-base-content/60",
        }
    }
}

/// A number with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Datum {
    /// What it counts.
    pub label: String,
    /// How many.
    pub value: i64,
    /// Its colour.
    pub hue: Hue,
    /// Where it leads; nowhere when empty.
    pub href: String,
}

impl Datum {
    /// A number with its name, in the accent colour, leading nowhere.
    pub fn new(label: impl Into<String>, value: i64) -> Self {
        Self {
            label: label.into(),
            value,
            hue: Hue::Primary,
            href: String::new(),
        }
    }

    /// In another colour.
    pub fn hue(mut self, hue: Hue) -> Self {
        self.hue = hue;
        self
    }

    /// Leading somewhere.
    pub fn href(mut self, href: impl Into<String>) -> Self {
        self.href = href.into();
        self
    }
}

/// The frame of a chart: its name, what it shows, the chart, the same as a table.
#[component]
pub fn ChartFrame(
    /// Short name, unique on the page.
    name: &'static str,
    /// What it is called.
    #[prop(into)]
    title: String,
    /// What it shows, in a sentence.
    #[prop(into)]
    text: String,
    /// Heads of the table.
    heads: Vec<&'static str>,
    /// Rows of the table; the first cell names the row.
    rows: Vec<Vec<String>>,
    /// The chart.
    children: Children,
) -> impl IntoView {
    let id = format!("chart-{name}");
    let region = format!("{title}: numbers");
    view! {
        <section class="panel min-w-0 p-4 sm:p-5" aria-labelledby=id.clone()>
            <h2 id=id.clone() class="text-base font-semibold">{title.clone()}</h2>
            <p class="mt-0.5 mb-4 text-xs muted">{text}</p>
            {children()}
            <details class="mt-4 text-sm">
                <summary class="cursor-pointer text-xs muted">"Show the numbers"</summary>
                <div class="mt-2 overflow-x-auto" tabindex="0" role="region" aria-label=region>
                    <table class="w-full text-left text-xs">
                        <caption class="sr-only">{title}</caption>
                        <thead>
                            <tr>
                                {heads
                                    .into_iter()
                                    .enumerate()
                                    .map(|(column, head)| view! { <th scope="col" class=if column == 0 { "py-1 pr-3" } else { "num px-3 py-1" }>{head}</th> })
                                    .collect_view()}
                            </tr>
                        </thead>
                        <tbody>
                            {rows
                                .into_iter()
                                .map(|cells| {
                                    let cells = cells
                                        .into_iter()
                                        .enumerate()
                                        .map(|(column, text)| {
                                            if column == 0 {
                                                view! { <th scope="row" class="py-1 pr-3 font-normal wrap-anywhere">{text}</th> }.into_any()
                                            } else {
                                                view! { <td class="num px-3 py-1">{text}</td> }.into_any()
                                            }
                                        })
                                        .collect_view();
                                    view! { <tr class="border-t border-base-300">{cells}</tr> }
                                })
                                .collect_view()}
                        </tbody>
                    </table>
                </div>
            </details>
        </section>
    }
}

/// The rows of a table that says what `data` says.
pub fn table_of(data: &[Datum]) -> Vec<Vec<String>> {
    let total: i64 = data.iter().map(|one| one.value).sum();
    data.iter()
        .map(|one| vec![one.label.clone(), number(one.value), percent(one.value, total)])
        .collect()
}

/// A share in whole percents; `0%` of nothing, `<1%` for what is there but less than half a percent.
pub fn percent(part: i64, whole: i64) -> String {
    if whole <= 0 || part <= 0 {
        return "0%".to_owned();
    }
    let share = (i128::from(part) * 200 + i128::from(whole)) / (i128::from(whole) * 2);
    if share == 0 {
        "<1%".to_owned()
    } else {
        format!("{share}%")
    }
}

/// A number with one decimal for a place in a drawing: the same text on the server and in the browser.
fn at(value: f64) -> String {
    format!("{value:.1}")
}

/// A share of a length of 100.
fn share(part: i64, whole: i64) -> f64 {
    if whole <= 0 {
        return 0.0;
    }
    (part.max(0) as f64 / whole as f64 * 100.0).min(100.0)
}

/// The label of a datum, a link if it leads somewhere.
fn label(one: &Datum) -> AnyView {
    let text = one.label.clone();
    if one.href.is_empty() {
        view! { <span class="min-w-0 truncate">{text}</span> }.into_any()
    } else {
        view! { <a class="link link-hover min-w-0 truncate" href=one.href.clone()>{text}</a> }.into_any()
    }
}

/// The colour of a datum, beside its name.
fn swatch(hue: Hue) -> impl IntoView {
    view! {
        <svg class="size-3 flex-none" viewBox="0 0 12 12" aria-hidden="true">
            <rect width="12" height="12" rx="3" class=hue.fill()></rect>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_told_as_people_read_them() {
        assert_eq!(percent(1, 3), "33%");
        assert_eq!(percent(2, 3), "67%");
        assert_eq!(percent(1, 1_000), "<1%");
        assert_eq!(percent(0, 0), "0%");
        assert_eq!(percent(i64::MAX, i64::MAX), "100%");
    }
}
