//! For the operator: what providers take for their models.

use entity::{
    FieldError,
    model_price::{Input, Model, Row},
    provider_setting::Provider,
};
use leptos::{ev::SubmitEvent, prelude::*};

use super::api::{model_prices, set_model_price};
use crate::components::{
    Column, DataTable, Dialog, EmptyState, FormError, FormState, Icon, PageHeader, Select, SubmitButton, Tag,
    TextInput, TimeAgo, Tone, lu, options_of, usd_micros, use_toasts, use_url_state,
};

/// What providers take for their models.
#[component]
pub fn ModelPricesPage() -> impl IntoView {
    let url = use_url_state();
    let toasts = use_toasts();
    let open = RwSignal::new(false);
    let start = RwSignal::new(None::<Model>);
    let rows = Resource::new(move || url.list_of("model-prices"), model_prices);
    let change = Callback::new(move |price: Option<Model>| {
        start.set(price);
        open.set(true);
    });
    view! {
        <PageHeader
            title="Model prices"
            purpose="What providers take, in US dollars. Jobs and image tests show their cost by these; accounts are charged credits, never dollars."
        >
            <button type="button" class="btn btn-primary btn-sm js-only" on:click=move |_| change.run(None)>
                <Icon icon=lu::LuPlus class="size-4"/>
                "Add price"
            </button>
        </PageHeader>
        <DataTable
            name="model-prices" label="Model prices" rows columns=columns(change) search="Search models"
            row_id=|row: &Row| row.price.id.0
            row_name=|row: &Row| row.price.model.clone()
            empty=|| view! { <EmptyState icon=lu::LuReceipt title="No prices" text="Without one the cost of a model is unknown."/> }
        />
        <Dialog open title="Price from now on">
            {move || {
                view! {
                    <PriceForm
                        start=start.get_untracked()
                        on_saved=move |saved: Model| {
                            open.set(false);
                            toasts.success(format!("The price of {} counts from now on.", saved.model));
                            rows.refetch();
                        }
                    />
                }
            }}
        </Dialog>
    }
}

fn columns(change: Callback<Option<Model>>) -> Vec<Column<Row>> {
    let dollars = |micros: i64| {
        if micros == 0 {
            view! { <span class="muted">"–"</span> }.into_any()
        } else {
            usd_micros(micros).into_any()
        }
    };
    vec![
        Column::new("Model", |row: &Row| {
            view! {
                <span class="font-medium wrap-anywhere">{row.price.model.clone()}</span>
                <span class="block text-xs muted">{row.price.provider.label()}</span>
            }
        })
        .lead(),
        Column::new("A million tokens in", move |row: &Row| {
            dollars(row.price.tokens_in_micros)
        })
        .right(),
        Column::new("A million tokens out", move |row: &Row| {
            dollars(row.price.tokens_out_micros)
        })
        .right(),
        Column::new("A picture", move |row: &Row| dollars(row.price.image_micros)).right(),
        Column::new("Since", |row: &Row| view! { <TimeAgo time=row.price.effective_from/> }),
        Column::new("State", |row: &Row| {
            if row.in_force {
                view! { <Tag tone=Tone::Success>"In force"</Tag> }
            } else {
                view! { <Tag>"Replaced"</Tag> }
            }
        }),
        Column::new("", move |row: &Row| {
            let price = row.price.clone();
            row.in_force.then(|| {
                view! {
                    <button
                        type="button"
                        class="btn btn-xs js-only"
                        aria-label=format!("New price for {}", price.model)
                        on:click=move |_| change.run(Some(price.clone()))
                    >
                        "New price"
                    </button>
                }
            })
        }),
    ]
}

/// Dollars as people write them, in millionths; nothing for what is no such number.
fn micros(text: &str) -> Option<i64> {
    let text = text.trim().trim_start_matches('$').trim();
    if text.is_empty() {
        return Some(0);
    }
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = whole.replace(',', "");
    if whole.is_empty() && part.is_empty() || !digits(&whole) || !digits(part) || part.len() > 6 || whole.len() > 9 {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part: i64 = format!("{part:0<6}").parse().ok()?;
    Some(whole * 1_000_000 + part)
}

/// Millionths as the text of a field.
fn dollars_text(micros: i64) -> String {
    if micros == 0 {
        String::new()
    } else {
        usd_micros(micros).trim_start_matches('$').to_owned()
    }
}

#[component]
fn PriceForm(
    /// The price to begin with.
    start: Option<Model>,
    /// Called with what is stored.
    #[prop(into)]
    on_saved: Callback<Model>,
) -> impl IntoView {
    let form = FormState::new();
    let errors = form.error;
    let provider = RwSignal::new(
        start
            .as_ref()
            .map_or(Provider::Openai, |price| price.provider)
            .as_str()
            .to_owned(),
    );
    let model = RwSignal::new(start.as_ref().map(|price| price.model.clone()).unwrap_or_default());
    let amount =
        |pick: fn(&Model) -> i64| RwSignal::new(start.as_ref().map(pick).map(dollars_text).unwrap_or_default());
    let tokens_in = amount(|price| price.tokens_in_micros);
    let tokens_out = amount(|price| price.tokens_out_micros);
    let image = amount(|price| price.image_micros);
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let mut faults = Vec::new();
        let mut read = |field: &str, text: RwSignal<String>| {
            text.with_untracked(|text| micros(text)).unwrap_or_else(|| {
                faults.push(FieldError {
                    field: field.to_owned(),
                    message: "Enter dollars, such as 2.50, with at most six decimals.".to_owned(),
                });
                0
            })
        };
        let input = Input {
            provider: provider.with_untracked(|text| text.parse().unwrap_or(Provider::Openai)),
            model: model.get_untracked(),
            tokens_in_micros: read("tokens_in_micros", tokens_in),
            tokens_out_micros: read("tokens_out_micros", tokens_out),
            image_micros: read("image_micros", image),
        };
        if form.refuse(faults) {
            return;
        }
        form.send(set_model_price(input), move |saved| on_saved.run(saved));
    };
    let connectable: Vec<Provider> = Provider::ALL
        .iter()
        .copied()
        .filter(|provider| *provider != Provider::Builtin)
        .collect();
    let providers = options_of(&connectable, |provider| (provider.as_str(), provider.label()));
    view! {
        <form method="post" on:submit=send novalidate>
            <FormError error=errors/>
            <Select name="provider" label="Provider" value=provider options=providers errors/>
            <TextInput
                name="model"
                label="Model"
                value=model
                hint="Its name, or how the names of its versions begin: the longest that fits counts."
                autocomplete="off"
                required=true
                errors
            />
            <div class="grid gap-x-4 sm:grid-cols-3">
                <TextInput name="tokens_in_micros" label="Million tokens in, $" value=tokens_in placeholder="0.00" errors/>
                <TextInput name="tokens_out_micros" label="Million tokens out, $" value=tokens_out placeholder="0.00" errors/>
                <TextInput name="image_micros" label="One picture, $" value=image placeholder="0.00" errors/>
            </div>
            <p class="mb-4 text-xs muted">"What was noted until now stays as it is. All three at nothing means free, such as a server of your own."</p>
            <div class="flex justify-end">
                <SubmitButton pending=form.pending>"Save"</SubmitButton>
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_read_to_the_millionth() {
        assert_eq!(micros("2.50"), Some(2_500_000));
        assert_eq!(micros(" $1,200 "), Some(1_200_000_000));
        assert_eq!(micros(".000001"), Some(1));
        assert_eq!(micros(""), Some(0));
        for wrong in ["x", "-1", "1.0000001", ".", "1.2.3"] {
            assert_eq!(micros(wrong), None, "{wrong}");
        }
        assert_eq!(micros(&dollars_text(12_340)), Some(12_340));
    }
}
