//! What providers take for their models, in US dollars: for a look at the cost, never for charging credits.
//!
//! A price counts from its moment on. Old ones stay, so that what was noted once stays explainable.

use entity::{
    ListQuery, ModelPriceId, Page, model_price,
    model_price::{Input, Row},
    provider_setting::Provider as Kind,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::providers::Usage;
use crate::{App, Error, Faults, Result, db, scope::Scope};

/// Longest name of a model, in characters.
const MAX_MODEL: usize = 200;
/// Highest price of anything: a hundred thousand dollars, in millionths.
const MAX_MICROS: i64 = 100_000_000_000;

/// Millionths of a US dollar that a call took; none when nobody knows. What the provider itself says wins over the table.
///
/// # Errors
/// When the database fails.
pub async fn cost(
    db: &impl ConnectionTrait,
    kind: Kind,
    model: &str,
    usage: &Usage,
    pictures: i64,
) -> Result<Option<i64>> {
    if kind == Kind::Builtin {
        return Ok(Some(0));
    }
    if usage.cost_usd_micros.is_some() {
        return Ok(usage.cost_usd_micros);
    }
    let known = model_price::Entity::find()
        .filter(model_price::Column::Provider.eq(kind))
        .filter(model_price::Column::EffectiveFrom.lte(crate::now()))
        .all(db)
        .await?;
    Ok(of_model(&known, model).and_then(|price| estimate(price, usage, pictures)))
}

/// The price in force of a model: the newest of the longest name that its own name begins with.
fn of_model<'a>(known: &'a [model_price::Model], model: &str) -> Option<&'a model_price::Model> {
    known
        .iter()
        .filter(|price| !price.model.is_empty() && model.starts_with(&price.model))
        .max_by_key(|price| (price.model.len(), price.effective_from, price.id))
}

fn estimate(price: &model_price::Model, usage: &Usage, pictures: i64) -> Option<i64> {
    let free = price.tokens_in_micros == 0 && price.tokens_out_micros == 0 && price.image_micros == 0;
    let cost = price.cost(usage.tokens_in, usage.tokens_out, pictures);
    // Nothing by a price that does not count what was used is not free but unknown.
    (free || cost > 0).then_some(cost)
}

/// Prices of models, those of one model together, the newest first.
///
/// # Errors
/// [`Error::Forbidden`] for all but operators, [`Error::Invalid`] for an order; there is one only.
pub async fn list(app: &App, scope: &Scope, list: &ListQuery) -> Result<Page<Row>> {
    use model_price::Column as C;
    scope.operator()?;
    if list.order().is_some() {
        return Err(Error::field("ordering", "Prices are listed by provider and model."));
    }
    let mut found = model_price::Entity::find();
    if let Some(text) = list.search() {
        found = found.filter(db::any_contains(&[C::Provider, C::Model], text));
    }
    let found = found
        .order_by_asc(C::Provider)
        .order_by_asc(C::Model)
        .order_by_desc(C::EffectiveFrom)
        .order_by_desc(C::Id);
    let page = db::page_of(&app.db, found, list).await?;
    let models = page.results.iter().fold(Condition::any(), |any, price| {
        any.add(
            Condition::all()
                .add(C::Provider.eq(price.provider))
                .add(C::Model.eq(&price.model)),
        )
    });
    // Newest last, so that the last of a model is the one in force.
    let dated: Vec<(ModelPriceId, Kind, String)> = if page.results.is_empty() {
        Vec::new()
    } else {
        model_price::Entity::find()
            .filter(models)
            .filter(C::EffectiveFrom.lte(crate::now()))
            .order_by_asc(C::EffectiveFrom)
            .order_by_asc(C::Id)
            .select_only()
            .columns([C::Id, C::Provider, C::Model])
            .into_tuple()
            .all(&app.db)
            .await?
    };
    let in_force: std::collections::HashMap<(Kind, String), ModelPriceId> = dated
        .into_iter()
        .map(|(id, provider, model)| ((provider, model), id))
        .collect();
    Ok(Page {
        count: page.count,
        count_exact: true,
        page: page.page,
        page_size: page.page_size,
        results: page
            .results
            .into_iter()
            .map(|price| Row {
                in_force: in_force.get(&(price.provider, price.model.clone())) == Some(&price.id),
                price,
            })
            .collect(),
    })
}

/// Sets a price from now on.
///
/// # Errors
/// [`Error::Invalid`] by field, [`Error::Forbidden`] for all but operators.
pub async fn save(app: &App, scope: &Scope, input: Input) -> Result<model_price::Model> {
    scope.operator()?;
    let model = input.model.trim().to_owned();
    let mut faults = Faults::new();
    faults
        .check(
            input.provider != Kind::Builtin,
            "provider",
            "The built-in engine takes nothing.",
        )
        .check(!model.is_empty(), "model", "Enter the name of the model.")
        .check(
            model.chars().count() <= MAX_MODEL,
            "model",
            format!("Use at most {MAX_MODEL} characters."),
        );
    for (field, micros) in [
        ("tokens_in_micros", input.tokens_in_micros),
        ("tokens_out_micros", input.tokens_out_micros),
        ("image_micros", input.image_micros),
    ] {
        faults.check(
            (0..=MAX_MICROS).contains(&micros),
            field,
            "A price goes from 0 to 100,000 dollars.",
        );
    }
    faults.finish()?;
    let saved = model_price::Entity::insert(model_price::ActiveModel {
        provider: Set(input.provider),
        model: Set(model),
        tokens_in_micros: Set(input.tokens_in_micros),
        tokens_out_micros: Set(input.tokens_out_micros),
        image_micros: Set(input.image_micros),
        effective_from: Set(crate::now()),
        ..Default::default()
    })
    .exec_with_returning(&app.db)
    .await?;
    tracing::info!(
        user = ?scope.user, provider = %saved.provider, model = %saved.model, "the price of a model was set"
    );
    Ok(saved)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(id: i64, model: &str, tokens: i64, image: i64) -> model_price::Model {
        model_price::Model {
            id: ModelPriceId(id),
            provider: Kind::Openai,
            model: model.to_owned(),
            tokens_in_micros: tokens,
            tokens_out_micros: tokens,
            image_micros: image,
            effective_from: crate::now(),
        }
    }

    #[test]
    fn the_longest_name_wins_and_then_the_newest() {
        let mut known = [
            price(1, "gpt-4o", 1, 0),
            price(2, "gpt-4o-mini", 2, 0),
            price(3, "gpt-4o", 3, 0),
        ];
        known[0].effective_from -= chrono::Duration::days(1);
        let of = |model: &str| of_model(&known, model).map(|price| price.id.0);
        assert_eq!(of("gpt-4o-mini-2024-07-18"), Some(2));
        assert_eq!(of("gpt-4o-2024-08-06"), Some(3));
        assert_eq!(of("gpt-4"), None);
        assert_eq!(of(""), None);
    }

    #[test]
    fn what_a_price_does_not_count_is_unknown() {
        let used = Usage {
            tokens_in: 1_000_000,
            ..Usage::default()
        };
        assert_eq!(estimate(&price(1, "m", 2_500_000, 0), &used, 0), Some(2_500_000));
        assert_eq!(estimate(&price(1, "m", 0, 40_000), &Usage::default(), 1), Some(40_000));
        assert_eq!(
            estimate(&price(1, "m", 2_500_000, 0), &Usage::default(), 1),
            None,
            "a picture by a price for tokens"
        );
        assert_eq!(
            estimate(&price(1, "m", 0, 0), &used, 0),
            Some(0),
            "a server of one's own"
        );
    }
}
