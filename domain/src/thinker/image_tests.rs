//! Trying out pictures: a prompt, somebody who draws, a size. Never charged, so there is a limit for each day.
//!
//! A test runs as a job. Making a picture costs money at the provider, so it is never repeated by itself: when the
//! worker dies, the test has failed and says so.

use std::{panic::AssertUnwindSafe, time::Instant};

use chrono::{Duration, NaiveTime};
use entity::{
    AccountId, ImageTestId, ListQuery, Page, Timestamp,
    image_test::{self, History, ImageTestStatus, Input, Maker},
    provider_setting::{self, Provider as Kind},
};
use futures::FutureExt;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    Select, sea_query::Expr,
};

use crate::{
    App, Error, Faults, Result,
    ai::{
        model_prices,
        providers::{ImageRequest, Usage},
        settings,
    },
    db,
    jobs::{
        self, Job,
        worker::{Work, Worker},
    },
    scope::{self, Scope, Scoped, SiteAccess},
};

/// Tests a day and account.
pub const PER_DAY: i64 = 50;
/// Tests that are kept, the latest ones.
pub const KEPT: u64 = 50;
/// Tests of an account that may be under way at once.
const AT_ONCE: u64 = 3;
/// Longest prompt, in characters.
const MAX_PROMPT: usize = 4_000;
/// Longest name of a model, in characters.
const MAX_MODEL: usize = 200;
/// Shortest and longest side, in pixels.
const SIDES: std::ops::RangeInclusive<i32> = 256..=2_048;
/// What a test says whose worker is gone.
const LOST: &str =
    "The server stopped while this picture was being made. It was not tried again, for the provider may have made it.";

/// Where an account's tried-out pictures are.
fn folder(account: AccountId) -> String {
    format!("{}/image-tests", account_folder(account))
}

/// Where files are that belong to an account and no site. Sites have folders named by their number, which is another
/// one's than the account's.
pub(crate) fn account_folder(account: AccountId) -> String {
    format!("accounts/{account}")
}

/// Begin of the day, and of the next one; days are those of UTC.
fn day(now: Timestamp) -> (Timestamp, Timestamp) {
    let begin = now.date_naive().and_time(NaiveTime::MIN).and_utc();
    (begin, begin + Duration::days(1))
}

fn of_account(scope: &Scope) -> Select<image_test::Entity> {
    image_test::Entity::find_in(scope).filter(image_test::Column::DeletedAt.is_null())
}

/// Tests belong to no site, and a prompt may tell of any: who does not see every site sees their own tests.
fn visible(scope: &Scope) -> Select<image_test::Entity> {
    let found = of_account(scope);
    match scope.sites {
        SiteAccess::All => found,
        SiteAccess::Only(_) => found.filter(image_test::Column::UserId.eq(scope.user)),
    }
}

/// Who can make pictures for the account: the built-in engine, and who is connected and draws.
async fn makers(db: &impl ConnectionTrait, scope: &Scope) -> Result<Vec<Maker>> {
    let connected: Vec<(Kind, String)> = provider_setting::Entity::find_in(scope)
        .order_by_asc(provider_setting::Column::Provider)
        .select_only()
        .columns([provider_setting::Column::Provider, provider_setting::Column::ImageModel])
        .into_tuple()
        .all(db)
        .await?;
    let mut makers = vec![Maker {
        provider: Kind::Builtin,
        model: String::new(),
    }];
    makers.extend(
        connected
            .into_iter()
            .filter(|(provider, _)| provider.draws())
            .map(|(provider, model)| Maker { provider, model }),
    );
    Ok(makers)
}

async fn used_today(db: &impl ConnectionTrait, scope: &Scope, begin: Timestamp) -> Result<i64> {
    // Deleted ones count: they were made all the same.
    let used = image_test::Entity::find_in(scope)
        .filter(image_test::Column::CreatedAt.gte(begin))
        .count(db)
        .await?;
    Ok(i64::try_from(used).unwrap_or(i64::MAX))
}

/// The latest tests, who can be asked, and what is left of the day.
///
/// # Errors
/// When the database fails.
pub async fn history(app: &App, scope: &Scope) -> Result<History> {
    let (begin, resets_at) = day(crate::now());
    Ok(History {
        tests: visible(scope)
            .order_by_desc(image_test::Column::Id)
            .limit(KEPT)
            .all(&app.db)
            .await?,
        makers: makers(&app.db, scope).await?,
        used_today: used_today(&app.db, scope, begin).await?,
        limit: PER_DAY,
        resets_at,
    })
}

/// One page of tests, the youngest first.
///
/// # Errors
/// When the database fails.
pub async fn list(app: &App, scope: &Scope, list: &ListQuery) -> Result<Page<image_test::Model>> {
    db::page_of(&app.db, visible(scope).order_by_desc(image_test::Column::Id), list).await
}

/// One test.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(app: &App, scope: &Scope, id: ImageTestId) -> Result<image_test::Model> {
    visible(scope)
        .filter(image_test::Column::Id.eq(id))
        .one(&app.db)
        .await?
        .ok_or(Error::NotFound("The picture"))
}

/// The file of a test with its type.
///
/// # Errors
/// [`Error::NotFound`] when there is no such test for the caller, or no picture.
pub async fn file(app: &App, scope: &Scope, id: ImageTestId) -> Result<(Vec<u8>, String)> {
    let found = get(app, scope, id).await?;
    let key = found.storage_key.ok_or(Error::NotFound("The picture"))?;
    let mime = found.mime_type.unwrap_or_else(|| "application/octet-stream".to_owned());
    Ok((app.storage.get(&key).await?, mime))
}

/// Lets a picture be made, for trying out.
///
/// # Errors
/// [`Error::Invalid`] by field, [`Error::LimitReached`] when the day's are used up, [`Error::Conflict`] while others are
/// under way, [`Error::Forbidden`] for viewers and for keys without the scope `generate`.
pub async fn start(app: &App, scope: &Scope, input: Input) -> Result<image_test::Model> {
    scope.tester()?;
    let prompt = input.prompt.trim().to_owned();
    let model = input.model.trim().to_owned();
    let maker = makers(&app.db, scope)
        .await?
        .into_iter()
        .find(|maker| maker.provider == input.provider);
    let mut faults = Faults::new();
    faults
        .check(!prompt.is_empty(), "prompt", "Describe what the picture should show.")
        .check(
            prompt.chars().count() <= MAX_PROMPT,
            "prompt",
            "Use at most 4,000 characters.",
        )
        .check(
            input.provider.draws(),
            "provider",
            format!("{} cannot make pictures.", input.provider.label()),
        )
        .check(
            maker.is_some() || !input.provider.draws(),
            "provider",
            format!("Connect {} in the settings first.", input.provider.label()),
        )
        .check(
            model.chars().count() <= MAX_MODEL,
            "model",
            format!("Use at most {MAX_MODEL} characters."),
        )
        .check(
            input.provider == Kind::Builtin
                || !model.is_empty()
                || maker.as_ref().is_none_or(|maker| !maker.model.is_empty()),
            "model",
            "Say which model makes the picture.",
        )
        .check(SIDES.contains(&input.width), "width", "A side has 256 to 2,048 pixels.")
        .check(
            SIDES.contains(&input.height),
            "height",
            "A side has 256 to 2,048 pixels.",
        );
    faults.finish()?;
    let model = match maker {
        _ if input.provider == Kind::Builtin => String::new(),
        Some(maker) if model.is_empty() => maker.model,
        _ => model,
    };
    let now = crate::now();
    let (begin, resets_at) = day(now);
    let txn = db::begin_write(&app.db).await?;
    // One at a time counts and adds.
    scope::lock_account(&txn, scope).await?;
    let used = used_today(&txn, scope, begin).await?;
    if used >= PER_DAY {
        return Err(Error::LimitReached(format!(
            "{used} of {PER_DAY} test pictures of today are used. The count starts again at {}.",
            resets_at.format("%-d %B, %H:%M UTC")
        )));
    }
    let open = image_test::Entity::find_in(scope)
        .filter(image_test::Column::Status.is_in([ImageTestStatus::Queued, ImageTestStatus::Running]))
        .count(&txn)
        .await?;
    if open >= AT_ONCE {
        return Err(Error::Conflict(format!(
            "{open} test pictures are being made. Wait for one of them, then start the next."
        )));
    }
    let outdated = outdated(&txn, scope, begin).await?;
    let test = image_test::Entity::insert(image_test::ActiveModel {
        account_id: Set(scope.account),
        user_id: Set(scope.user),
        provider: Set(input.provider),
        model: Set(model),
        width: Set(input.width),
        height: Set(input.height),
        prompt: Set(prompt),
        status: Set(ImageTestStatus::Queued),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(&txn)
    .await?;
    txn.commit().await?;
    app.queue
        .push_or_leave(Job::ImageTest(test.id), &jobs::key("image_test", test.id.0, now))
        .await;
    for key in outdated {
        if let Err(error) = app.storage.delete(&key).await {
            tracing::warn!(key, %error, "an old test picture could not be removed");
        }
    }
    Ok(test)
}

/// Removes tests beyond those that are kept, and deleted ones that count no longer; tells the files that are theirs.
async fn outdated(db: &impl ConnectionTrait, scope: &Scope, begin: Timestamp) -> Result<Vec<String>> {
    use image_test::Column as C;
    let kept: Vec<ImageTestId> = of_account(scope)
        .order_by_desc(C::Id)
        // The new one will be among them.
        .limit(KEPT - 1)
        .select_only()
        .column(C::Id)
        .into_tuple()
        .all(db)
        .await?;
    let old: Vec<(ImageTestId, Option<String>)> = image_test::Entity::find_in(scope)
        .filter(C::Id.is_not_in(kept))
        .filter(C::CreatedAt.lt(begin))
        .filter(C::Status.is_in([ImageTestStatus::Done, ImageTestStatus::Failed]))
        .select_only()
        .columns([C::Id, C::StorageKey])
        .into_tuple()
        .all(db)
        .await?;
    image_test::Entity::delete_in(scope)
        .filter(C::Id.is_in(old.iter().map(|(id, _)| *id)))
        .exec(db)
        .await?;
    Ok(old.into_iter().filter_map(|(_, key)| key).collect())
}

/// Deletes a test with its picture. It counts for its day all the same.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] for viewers.
pub async fn delete(app: &App, scope: &Scope, id: ImageTestId) -> Result<()> {
    let found = get(app, scope, id).await?;
    scope.tester()?;
    use image_test::Column as C;
    image_test::Entity::update_in(scope)
        .col_expr(C::DeletedAt, Expr::value(crate::now()))
        .col_expr(C::StorageKey, Expr::value(None::<String>))
        .col_expr(C::Prompt, Expr::value(""))
        .filter(C::Id.eq(id))
        .exec(&app.db)
        .await?;
    if let Some(key) = found.storage_key {
        app.storage.delete(&key).await?;
    }
    Ok(())
}

/// What a worker made.
struct Made {
    bytes: Vec<u8>,
    mime_type: &'static str,
    model: String,
    cost_usd_micros: Option<i64>,
}

/// Makes the picture of a test that waits; does nothing when somebody else took it.
///
/// # Errors
/// When the database fails. Failures of the making are written on the test.
pub(crate) async fn run(worker: &Worker, id: ImageTestId) -> Result<()> {
    let _in_hand = worker.take_in_hand(Work::ImageTest(id));
    worker
        .alive_while(async {
            match take(worker, id).await? {
                Some(test) => make_and_save(worker, &test).await,
                None => Ok(()),
            }
        })
        .await
}

async fn take(worker: &Worker, id: ImageTestId) -> Result<Option<image_test::Model>> {
    use image_test::Column as C;
    let db = &worker.app.db;
    let taken = image_test::Entity::update_many()
        .col_expr(C::Status, Expr::value(ImageTestStatus::Running.as_str()))
        .col_expr(C::Worker, Expr::value(worker.name.to_string()))
        .col_expr(C::UpdatedAt, Expr::value(crate::now()))
        .filter(C::Id.eq(id))
        .filter(C::Status.eq(ImageTestStatus::Queued))
        .exec(db)
        .await?;
    if taken.rows_affected != 1 {
        return Ok(None);
    }
    Ok(image_test::Entity::find_by_id(id).one(db).await?)
}

async fn make_and_save(worker: &Worker, test: &image_test::Model) -> Result<()> {
    let app = &worker.app;
    let begun = Instant::now();
    let made = AssertUnwindSafe(make(app, test)).catch_unwind().await;
    let took = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    let made = match made.unwrap_or_else(|_| Err(Error::Internal("an image test panicked".to_owned()))) {
        Ok(made) => made,
        Err(error) => {
            if let Error::Db(_) | Error::Internal(_) = error {
                tracing::error!(test = %test.id, %error, "a picture could not be tried out");
            }
            return fail(worker, test, &error.public_message(), took).await;
        }
    };
    let extension = made.mime_type.rsplit('/').next().unwrap_or("png");
    let key = format!("{}/{}.{extension}", folder(test.account_id), test.id);
    if let Err(error) = app.storage.put(&key, &made.bytes).await {
        tracing::error!(test = %test.id, %error, "a tried-out picture could not be stored");
        return fail(worker, test, &error.public_message(), took).await;
    }
    use image_test::Column as C;
    let saved = image_test::Entity::update_many()
        .col_expr(C::Status, Expr::value(ImageTestStatus::Done.as_str()))
        .col_expr(C::Model, Expr::value(made.model))
        .col_expr(C::StorageKey, Expr::value(&key))
        .col_expr(C::MimeType, Expr::value(made.mime_type))
        .col_expr(C::DurationMs, Expr::value(took))
        .col_expr(C::CostUsdMicros, Expr::value(made.cost_usd_micros))
        .col_expr(C::UpdatedAt, Expr::value(crate::now()))
        .filter(C::Id.eq(test.id))
        .filter(C::Status.eq(ImageTestStatus::Running))
        .filter(C::Worker.eq(worker.name.to_string()))
        .filter(C::DeletedAt.is_null())
        .exec(&app.db)
        .await?;
    if saved.rows_affected != 1 {
        // Deleted meanwhile, or we were taken for dead.
        app.storage.delete(&key).await?;
        fail(worker, test, LOST, took).await?;
    }
    Ok(())
}

async fn make(app: &App, test: &image_test::Model) -> Result<Made> {
    let mut scope = Scope::system(test.account_id);
    scope.user = test.user_id;
    let account = scope::account(&app.db, &scope).await?;
    crate::accounts::may_work(&account)?;
    let side = |pixels: i32| u32::try_from(pixels).unwrap_or_default();
    let (width, height) = (side(test.width), side(test.height));
    if test.provider == Kind::Builtin {
        let (title, seed) = (test.prompt.clone(), format!("image-test-{}", test.id));
        let bytes = tokio::task::spawn_blocking(move || {
            engine::title_card::render(&engine::title_card::Card {
                title: &title,
                site_name: &account.name,
                kicker: "Test",
                width,
                height,
                seed: &seed,
                accent: None,
            })
        })
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)?;
        return Ok(Made {
            bytes,
            mime_type: "image/png",
            model: concat!("igny8-engine ", env!("CARGO_PKG_VERSION")).to_owned(),
            cost_usd_micros: Some(0),
        });
    }
    let provider = settings::provider_of(app, &scope, test.provider, &test.model).await?;
    let answer = provider
        .image(&ImageRequest {
            prompt: test.prompt.clone(),
            width,
            height,
        })
        .await?;
    // A price that cannot be looked up is no reason to lose a picture that was paid for.
    let usage: Usage = answer.usage;
    let cost_usd_micros = model_prices::cost(&app.db, test.provider, &answer.model, &usage, 1)
        .await
        .unwrap_or_default();
    Ok(Made {
        bytes: answer.bytes,
        mime_type: answer.mime_type,
        model: answer.model,
        cost_usd_micros,
    })
}

async fn fail(worker: &Worker, test: &image_test::Model, why: &str, took: i64) -> Result<()> {
    use image_test::Column as C;
    image_test::Entity::update_many()
        .col_expr(C::Status, Expr::value(ImageTestStatus::Failed.as_str()))
        .col_expr(C::Error, Expr::value(why))
        .col_expr(C::DurationMs, Expr::value(took))
        .col_expr(C::UpdatedAt, Expr::value(crate::now()))
        .filter(C::Id.eq(test.id))
        .filter(C::Status.eq(ImageTestStatus::Running))
        .filter(C::Worker.eq(worker.name.to_string()))
        .exec(&worker.app.db)
        .await?;
    Ok(())
}

/// Tests that this worker has marked and does not work on: they have failed.
pub(crate) async fn free_lost(worker: &Worker) -> Result<()> {
    use image_test::Column as C;
    let db = &worker.app.db;
    let marked: Vec<ImageTestId> = image_test::Entity::find()
        .filter(C::Status.eq(ImageTestStatus::Running))
        .filter(C::Worker.eq(worker.name.to_string()))
        .select_only()
        .column(C::Id)
        .into_tuple()
        .all(db)
        .await?;
    for id in marked {
        if !worker.has_in_hand(Work::ImageTest(id)) {
            lost(db, image_test::Entity::update_many().filter(C::Id.eq(id))).await?;
        }
    }
    Ok(())
}

/// Marks tests of dead workers as failed and pushes the messages of those that nobody took.
pub(crate) async fn sweep(app: &App, alive: sea_orm::sea_query::SelectStatement, waited: Timestamp) -> Result<()> {
    use image_test::Column as C;
    let of_the_dead = image_test::Entity::update_many().filter(C::Worker.not_in_subquery(alive));
    lost(&app.db, of_the_dead).await?;
    let now = crate::now();
    let waiting: Vec<(ImageTestId, Timestamp)> = image_test::Entity::find()
        .filter(C::Status.eq(ImageTestStatus::Queued))
        .filter(C::UpdatedAt.lt(waited))
        .limit(200)
        .select_only()
        .columns([C::Id, C::UpdatedAt])
        .into_tuple()
        .all(&app.db)
        .await?;
    for (id, updated_at) in waiting {
        let key = format!("{}:{}", jobs::key("image_test", id.0, updated_at), now.timestamp() / 30);
        app.queue.push(Job::ImageTest(id), &key).await?;
    }
    Ok(())
}

async fn lost(db: &impl ConnectionTrait, these: sea_orm::UpdateMany<image_test::Entity>) -> Result<()> {
    use image_test::Column as C;
    these
        .col_expr(C::Status, Expr::value(ImageTestStatus::Failed.as_str()))
        .col_expr(C::Error, Expr::value(LOST))
        .col_expr(C::UpdatedAt, Expr::value(crate::now()))
        .filter(C::Status.eq(ImageTestStatus::Running))
        .exec(db)
        .await?;
    Ok(())
}
