//! What each operation costs.

use entity::{
    credit_cost::{CostUnit, Model},
    credit_usage_log::Operation,
};
use leptos::prelude::*;

use super::api::costs;
use crate::components::{ErrorState, Skeleton, count, number};

/// The price list in force.
#[component]
pub fn Prices() -> impl IntoView {
    let prices = Resource::new(|| (), |()| costs());
    view! {
        <section class="panel overflow-hidden" aria-label="Prices">
            <Transition fallback=|| view! { <Skeleton/> }>
                {move || {
                    prices
                        .get()
                        .map(|result| match result {
                            Ok(found) => table(found).into_any(),
                            Err(error) => view! { <ErrorState error retry=move |()| prices.refetch()/> }.into_any(),
                        })
                }}
            </Transition>
        </section>
    }
}

fn table(prices: Vec<Model>) -> impl IntoView {
    view! {
        <table class="data-table">
            <caption class="sr-only">"Prices"</caption>
            <thead>
                <tr>
                    <th scope="col">"Work"</th>
                    <th scope="col">"Counted"</th>
                    <th scope="col" class="num">"Credits"</th>
                    <th scope="col" class="num">"At least"</th>
                </tr>
            </thead>
            <tbody>
                {prices
                    .into_iter()
                    .map(|price| {
                        view! {
                            <tr>
                                <td class="lead">
                                    <span class="font-medium">{price.operation.label()}</span>
                                    <span class="block text-xs muted">{what(price.operation)}</span>
                                </td>
                                <td data-label="Counted">{unit(&price)}</td>
                                <td class="num" data-label="Credits">{number(price.credits)}</td>
                                <td class="num" data-label="At least">
                                    {if price.minimum > 0 { number(price.minimum) } else { "–".to_owned() }}
                                </td>
                            </tr>
                        }
                    })
                    .collect_view()}
            </tbody>
        </table>
    }
}

pub(super) fn what(operation: Operation) -> &'static str {
    match operation {
        Operation::Clustering => "Grouping keywords into clusters",
        Operation::Ideas => "Proposals for articles, made from a cluster",
        Operation::Content => "Writing an article",
        Operation::ImagePrompts => "Planning the pictures of an article",
        Operation::Images => "Making a picture",
        Operation::Linking => "Proposing links for an article",
        Operation::Optimization => "Improving an article",
        Operation::SiteStructure => "Proposing the pages of a site",
        Operation::SitePage => "Writing a page of a site",
        Operation::Reparse => "Reading the HTML of an article again",
    }
}

pub(super) fn unit(price: &Model) -> String {
    let size = price.unit_size.max(1);
    match price.unit {
        CostUnit::Request => "per request".to_owned(),
        CostUnit::Item => "per piece".to_owned(),
        CostUnit::Items if size == 1 => "per piece".to_owned(),
        CostUnit::Items => format!("per {} begun", count(size, "piece", "pieces")),
        CostUnit::Words => format!("per {} begun", count(size, "word", "words")),
    }
}
