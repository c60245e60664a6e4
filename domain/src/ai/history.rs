//! What AI functions did: the list of jobs, the receipt of one, and its units.
//!
//! Units, use and ledger rows belong to accounts as a whole, so they are reached through their job, which is narrowed to
//! the sites that the caller may see.

use std::collections::{BTreeSet, HashMap};

use entity::{
    AiTaskItemId, ClusterId, ContentId, CreditTransactionId, ImageId, ListQuery, Page, SectorId, SiteId, TaskId,
    UserId,
    ai_task::{self, AiTaskStatus, Counts, Filter, JobState, LedgerRow, Receipt, Row},
    ai_task_item::{self, ItemStatus},
    cluster, content,
    credit_cost::{self, CostUnit},
    credit_transaction, credit_usage_log, image, sector, site, task, user,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

use crate::{
    App, Error, Result, billing, db,
    scope::{Scope, Scoped},
};

/// Ledger rows that a receipt lists at most.
const LEDGER_ROWS: u64 = 200;

/// One page of jobs, the youngest first.
///
/// # Errors
/// [`Error::Invalid`] for an order; there is one only.
pub async fn list(app: &App, scope: &Scope, filter: &Filter, list: &ListQuery) -> Result<Page<Row>> {
    use ai_task::Column as C;
    if list.order().is_some() {
        return Err(Error::field("ordering", "Jobs are listed by age, the youngest first."));
    }
    let mut all = Condition::all();
    if let Some(site) = filter.site_id {
        all = all.add(C::SiteId.eq(site));
    }
    if let Some(function) = filter.function {
        all = all.add(C::Function.eq(function));
    }
    if let Some(state) = filter.status {
        all = all.add(match state {
            JobState::Running => C::Status.is_in([AiTaskStatus::Queued, AiTaskStatus::Running]).into(),
            JobState::Finished => Condition::all()
                .add(C::Status.eq(AiTaskStatus::Completed))
                .add(C::ItemsFailed.eq(0)),
            JobState::Failed => Condition::any().add(C::Status.eq(AiTaskStatus::Failed)).add(
                Condition::all()
                    .add(C::Status.eq(AiTaskStatus::Completed))
                    .add(C::ItemsFailed.gt(0)),
            ),
            JobState::Cancelled => C::Status.eq(AiTaskStatus::Cancelled).into(),
        });
    }
    let found = ai_task::Entity::find_in(scope).filter(all).order_by_desc(C::Id);
    let page = db::page_of(&app.db, found, list).await?;
    Ok(Page {
        count: page.count,
        count_exact: true,
        page: page.page,
        page_size: page.page_size,
        results: rows(&app.db, scope, page.results).await?,
    })
}

/// Jobs with the names of their sites and of who started them.
async fn rows(db: &impl ConnectionTrait, scope: &Scope, tasks: Vec<ai_task::Model>) -> Result<Vec<Row>> {
    let ids: BTreeSet<SiteId> = tasks.iter().map(|task| task.site_id).collect();
    let sites: HashMap<SiteId, String> = named(
        site::Entity::find_in(scope)
            .filter(site::Column::Id.is_in(ids))
            .select_only()
            .columns([site::Column::Id, site::Column::Name])
            .into_tuple()
            .all(db)
            .await?,
    );
    let ids: BTreeSet<UserId> = tasks.iter().filter_map(|task| task.user_id).collect();
    let people: Vec<(UserId, String, String)> = user::Entity::find_in(scope)
        .filter(user::Column::Id.is_in(ids))
        .select_only()
        .columns([user::Column::Id, user::Column::Name, user::Column::Email])
        .into_tuple()
        .all(db)
        .await?;
    let people: HashMap<UserId, String> = people
        .into_iter()
        .map(|(id, name, email)| (id, if name.trim().is_empty() { email } else { name }))
        .collect();
    Ok(tasks
        .into_iter()
        .map(|task| Row {
            percent: task.percent(),
            site_name: sites.get(&task.site_id).cloned().unwrap_or_default(),
            user_name: task.user_id.and_then(|id| people.get(&id).cloned()).unwrap_or_default(),
            id: task.id,
            task_id: task.public_id,
            function: task.function,
            status: task.status,
            site_id: task.site_id,
            user_id: task.user_id,
            items_total: task.items_total,
            items_done: task.items_done,
            items_failed: task.items_failed,
            credits_reserved: task.credits_reserved,
            credits_settled: task.credits_settled,
            credits_released: task.credits_released,
            summary: task.summary,
            error: task.error,
            created_at: task.created_at,
            started_at: task.started_at,
            finished_at: task.finished_at,
        })
        .collect())
}

fn named<K: Eq + std::hash::Hash>(pairs: Vec<(K, String)>) -> HashMap<K, String> {
    pairs.into_iter().collect()
}

/// What a job did and what it took.
///
/// # Errors
/// [`Error::NotFound`] for a job that is not there for the caller.
pub async fn receipt(app: &App, scope: &Scope, task_id: &str) -> Result<Receipt> {
    let db = &app.db;
    let task = super::by_public_id(app, scope, task_id).await?;
    let price = match task.credit_cost_id {
        Some(id) => Some(billing::price(db, id).await?),
        None => None,
    };
    let id = task.id;
    let states: Vec<(ItemStatus, i64)> = ai_task_item::Entity::find_in(scope)
        .filter(ai_task_item::Column::AiTaskId.eq(id))
        .select_only()
        .column(ai_task_item::Column::Status)
        .column_as(ai_task_item::Column::Id.count(), "number")
        .group_by(ai_task_item::Column::Status)
        .into_tuple()
        .all(db)
        .await?;
    let mut counts = Counts::default();
    for (status, number) in states {
        *match status {
            ItemStatus::Pending => &mut counts.pending,
            ItemStatus::Running => &mut counts.running,
            ItemStatus::Done => &mut counts.done,
            ItemStatus::Failed => &mut counts.failed,
            ItemStatus::Cancelled => &mut counts.cancelled,
        } = number;
    }
    use credit_usage_log::Column as U;
    let sum = |column: U| Expr::expr(column.sum()).cast_as("bigint");
    let used: Option<(Option<i64>, Option<i64>, Option<i64>)> = credit_usage_log::Entity::find_in(scope)
        .filter(
            U::AiTaskItemId.in_subquery(
                sea_orm::sea_query::Query::select()
                    .column(ai_task_item::Column::Id)
                    .from(ai_task_item::Entity)
                    .and_where(ai_task_item::Column::AiTaskId.eq(id))
                    .to_owned(),
            ),
        )
        .select_only()
        .column_as(sum(U::TokensIn), "tokens_in")
        .column_as(sum(U::TokensOut), "tokens_out")
        .column_as(sum(U::CostUsdMicros), "cost")
        .into_tuple()
        .one(db)
        .await?;
    let (tokens_in, tokens_out, cost) = used.unwrap_or_default();
    use credit_transaction::Column as T;
    let movements = credit_transaction::Entity::find_in(scope).filter(T::AiTaskId.eq(id));
    let total: Option<(i64, Option<i64>)> = movements
        .clone()
        .select_only()
        .column_as(T::Id.count(), "number")
        .column_as(Expr::expr(T::Amount.sum()).cast_as("bigint"), "total")
        .into_tuple()
        .one(db)
        .await?;
    let (ledger_count, ledger_sum) = total.unwrap_or_default();
    type Movement = (
        CreditTransactionId,
        Option<AiTaskItemId>,
        credit_transaction::TransactionType,
        i64,
        String,
        entity::Timestamp,
    );
    let ledger: Vec<Movement> = movements
        .order_by_asc(T::Id)
        .limit(LEDGER_ROWS)
        .select_only()
        .columns([
            T::Id,
            T::AiTaskItemId,
            T::TransactionType,
            T::Amount,
            T::Description,
            T::CreatedAt,
        ])
        .into_tuple()
        .all(db)
        .await?;
    let task = rows(db, scope, vec![task])
        .await?
        .pop()
        .ok_or(Error::NotFound("The job"))?;
    Ok(Receipt {
        task,
        price_text: price.as_ref().map(price_text).unwrap_or_default(),
        price,
        counts,
        tokens_in: tokens_in.unwrap_or_default(),
        tokens_out: tokens_out.unwrap_or_default(),
        cost_usd_micros: cost.unwrap_or_default(),
        ledger: ledger
            .into_iter()
            .map(
                |(id, ai_task_item_id, transaction_type, amount, description, created_at)| LedgerRow {
                    id,
                    ai_task_item_id,
                    transaction_type,
                    amount,
                    description,
                    created_at,
                },
            )
            .collect(),
        ledger_count: u64::try_from(ledger_count).unwrap_or_default(),
        ledger_sum: ledger_sum.unwrap_or_default(),
    })
}

/// A price in words: `3 credits per piece, list standard`.
fn price_text(price: &credit_cost::Model) -> String {
    let size = Ord::max(price.unit_size, 1);
    let unit = match (price.unit, size) {
        (CostUnit::Request, _) => "request".to_owned(),
        (CostUnit::Item, _) | (CostUnit::Items, 1) => "piece".to_owned(),
        (CostUnit::Items, size) => format!("{size} pieces begun"),
        (CostUnit::Words, 1) => "word".to_owned(),
        (CostUnit::Words, size) => format!("{size} words begun"),
    };
    let minimum = if price.minimum > 0 {
        format!(", at least {}", price.minimum)
    } else {
        String::new()
    };
    format!(
        "{} {} per {unit}{minimum}, list {}",
        price.credits,
        if price.credits == 1 { "credit" } else { "credits" },
        price.price_list
    )
}

/// One page of a job's units, in their order.
///
/// # Errors
/// [`Error::NotFound`] for a job that is not there for the caller.
pub async fn items(
    app: &App,
    scope: &Scope,
    task_id: &str,
    filter: &ai_task_item::Filter,
    list: &ListQuery,
) -> Result<Page<ai_task_item::Row>> {
    use ai_task_item::Column as C;
    let db = &app.db;
    let task = super::by_public_id(app, scope, task_id).await?;
    let mut found = ai_task_item::Entity::find_in(scope).filter(C::AiTaskId.eq(task.id));
    if let Some(status) = filter.status {
        found = found.filter(C::Status.eq(status));
    }
    let page = db::page_of(db, found.order_by_asc(C::Position), list).await?;
    let used = credit_usage_log::Entity::find_in(scope)
        .filter(credit_usage_log::Column::AiTaskItemId.is_in(page.results.iter().map(|item| item.id)))
        .all(db)
        .await?;
    let mut used: HashMap<AiTaskItemId, credit_usage_log::Model> = used
        .into_iter()
        .filter_map(|row| row.ai_task_item_id.map(|item| (item, row)))
        .collect();
    let mut about = about(db, scope, &page.results).await?;
    Ok(Page {
        count: page.count,
        count_exact: true,
        page: page.page,
        page_size: page.page_size,
        results: page
            .results
            .into_iter()
            .map(|item| {
                let used = used.remove(&item.id);
                let about = about.remove(&(item.object_type.clone(), item.object_id));
                item_row(item, used, about.unwrap_or_default())
            })
            .collect(),
    })
}

fn item_row(
    item: ai_task_item::Model,
    used: Option<credit_usage_log::Model>,
    (title, content_id): (Option<String>, Option<ContentId>),
) -> ai_task_item::Row {
    let over = !matches!(item.status, ItemStatus::Pending | ItemStatus::Running);
    let duration = match (item.started_at, item.finished_at) {
        (Some(started), Some(finished)) if over => Some(Ord::max((finished - started).num_milliseconds(), 0)),
        _ => None,
    };
    ai_task_item::Row {
        notes: notes(item.result.as_deref()),
        credits_released: if over {
            item.credits_reserved - item.credits_settled
        } else {
            0
        },
        duration_ms: duration,
        provider: used.as_ref().map(|used| used.provider.clone()).unwrap_or_default(),
        model: used.as_ref().map(|used| used.model.clone()).unwrap_or_default(),
        tokens_in: used.as_ref().map_or(0, |used| used.tokens_in),
        tokens_out: used.as_ref().map_or(0, |used| used.tokens_out),
        cost_usd_micros: used.as_ref().map_or(0, |used| used.cost_usd_micros),
        id: item.id,
        position: item.position,
        object_type: item.object_type,
        object_id: item.object_id,
        title,
        content_id,
        status: item.status,
        attempts: item.attempts,
        credits_reserved: item.credits_reserved,
        credits_settled: item.credits_settled,
        error_code: item.error_code,
        error: item.error,
        started_at: item.started_at,
        finished_at: item.finished_at,
    }
}

/// What a function wants to be known of a unit's result: `{"notes": ["..."]}`.
fn notes(result: Option<&str>) -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct Result {
        #[serde(default)]
        notes: Vec<String>,
    }
    result
        .and_then(|text| serde_json::from_str::<Result>(text).ok())
        .map(|result| result.notes)
        .unwrap_or_default()
}

type About = HashMap<(String, i64), (Option<String>, Option<ContentId>)>;

/// What units are about: its title, and the article that belongs to it.
async fn about(db: &impl ConnectionTrait, scope: &Scope, items: &[ai_task_item::Model]) -> Result<About> {
    let ids = |kind: &str| -> Vec<i64> {
        let of_kind = items.iter().filter(|item| item.object_type == kind);
        of_kind.map(|item| item.object_id).collect()
    };
    let mut about = About::new();
    let mut note = |kind: &str, id: i64, title: String, content: Option<ContentId>| {
        about.insert((kind.to_owned(), id), (Some(title), content));
    };
    let sectors = ids("sector");
    if !sectors.is_empty() {
        let found: Vec<(SectorId, String)> = sector::Entity::find_in(scope)
            .filter(sector::Column::Id.is_in(sectors))
            .select_only()
            .columns([sector::Column::Id, sector::Column::Name])
            .into_tuple()
            .all(db)
            .await?;
        for (id, name) in found {
            note("sector", id.0, name, None);
        }
    }
    let sites = ids("site");
    if !sites.is_empty() {
        let found: Vec<(SiteId, String)> = site::Entity::find_in(scope)
            .filter(site::Column::Id.is_in(sites))
            .select_only()
            .columns([site::Column::Id, site::Column::Name])
            .into_tuple()
            .all(db)
            .await?;
        for (id, name) in found {
            note("site", id.0, name, None);
        }
    }
    let clusters = ids("cluster");
    if !clusters.is_empty() {
        let found: Vec<(ClusterId, String)> = cluster::Entity::find_in(scope)
            .filter(cluster::Column::Id.is_in(clusters))
            .select_only()
            .columns([cluster::Column::Id, cluster::Column::Name])
            .into_tuple()
            .all(db)
            .await?;
        for (id, name) in found {
            note("cluster", id.0, name, None);
        }
    }
    let tasks = ids("task");
    if !tasks.is_empty() {
        let written: Vec<(Option<TaskId>, ContentId)> = content::Entity::find_in(scope)
            .filter(content::Column::TaskId.is_in(tasks.iter().copied()))
            .select_only()
            .columns([content::Column::TaskId, content::Column::Id])
            .into_tuple()
            .all(db)
            .await?;
        let written: HashMap<Option<TaskId>, ContentId> = written.into_iter().collect();
        let found: Vec<(TaskId, String)> = task::Entity::find_in(scope)
            .filter(task::Column::Id.is_in(tasks))
            .select_only()
            .columns([task::Column::Id, task::Column::Title])
            .into_tuple()
            .all(db)
            .await?;
        for (id, title) in found {
            note("task", id.0, title, written.get(&Some(id)).copied());
        }
    }
    let articles = ids("content");
    if !articles.is_empty() {
        let found: Vec<(ContentId, String)> = content::Entity::find_in(scope)
            .filter(content::Column::Id.is_in(articles))
            .select_only()
            .columns([content::Column::Id, content::Column::Title])
            .into_tuple()
            .all(db)
            .await?;
        for (id, title) in found {
            note("content", id.0, title, Some(id));
        }
    }
    let images = ids("image");
    if !images.is_empty() {
        let found: Vec<(ImageId, String, Option<String>, Option<ContentId>)> = image::Entity::find_in(scope)
            .filter(image::Column::Id.is_in(images))
            .select_only()
            .columns([
                image::Column::Id,
                image::Column::AltText,
                image::Column::Heading,
                image::Column::ContentId,
            ])
            .into_tuple()
            .all(db)
            .await?;
        for (id, alt, heading, content) in found {
            let title = heading.filter(|heading| !heading.is_empty()).unwrap_or(alt);
            note("image", id.0, title, content);
        }
    }
    Ok(about)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_told_in_words() {
        let price = |unit, unit_size, credits, minimum| {
            price_text(&credit_cost::Model {
                id: entity::CreditCostId(1),
                price_list: "standard".to_owned(),
                operation: credit_usage_log::Operation::Content,
                unit,
                unit_size,
                credits,
                minimum,
                effective_from: crate::now(),
            })
        };
        assert_eq!(price(CostUnit::Item, 1, 3, 0), "3 credits per piece, list standard");
        assert_eq!(
            price(CostUnit::Items, 50, 1, 10),
            "1 credit per 50 pieces begun, at least 10, list standard"
        );
        assert_eq!(
            price(CostUnit::Words, 100, 1, 0),
            "1 credit per 100 words begun, list standard"
        );
    }

    #[test]
    fn notes_are_taken_from_any_result() {
        assert_eq!(notes(Some(r#"{"articles":1,"notes":["Short."]}"#)), ["Short."]);
        assert!(notes(Some(r#"{"articles":1}"#)).is_empty());
        assert!(notes(Some("nonsense")).is_empty());
        assert!(notes(None).is_empty());
    }
}
