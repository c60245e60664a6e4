//! Credits: held, settled, released, granted; the books are right whatever happens in between.

use std::sync::atomic::{AtomicI64, Ordering};

use domain::{
    App, Error, Result,
    billing::{
        books,
        ledger::{self, Settlement},
    },
    db,
};
use entity::{
    AccountId, AiTaskId, account, ai_task, ai_task_item, ai_task_item::ItemStatus, credit_transaction,
    credit_transaction::TransactionType,
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait, PaginatorTrait,
    QueryFilter, sea_query::Expr,
};

use crate::support::{Ground, Tenant};

async fn account(app: &App, id: AccountId) -> account::Model {
    account::Entity::find_by_id(id)
        .one(&app.db)
        .await
        .expect("a query")
        .expect("an account")
}

async fn rows(app: &App, id: AccountId) -> u64 {
    let own = credit_transaction::Entity::find().filter(credit_transaction::Column::AccountId.eq(id));
    own.count(&app.db).await.expect("counts")
}

/// A task that units can hang on, as `ai::start` writes one.
async fn a_task(app: &App, tenant: &Tenant) -> AiTaskId {
    let now = domain::now();
    ai_task::Entity::insert(ai_task::ActiveModel {
        public_id: Set(uuid::Uuid::new_v4().to_string()),
        account_id: Set(tenant.scope.account),
        site_id: Set(tenant.site),
        sector_id: Set(tenant.sector),
        function: Set(ai_task::AiFunction::GenerateContent),
        status: Set(ai_task::AiTaskStatus::Running),
        phase: Set(ai_task::Phase::AiCall),
        items_total: Set(0),
        items_done: Set(0),
        items_failed: Set(0),
        credits_reserved: Set(0),
        credits_settled: Set(0),
        credits_released: Set(0),
        params: Set(String::new()),
        cancel_requested: Set(false),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(&app.db)
    .await
    .expect("a task")
    .id
}

/// Holds credits for a new unit.
async fn hold(
    txn: &DatabaseTransaction,
    account: AccountId,
    task: AiTaskId,
    credits: i64,
) -> Result<ai_task_item::Model> {
    ledger::reserve(txn, account, credits).await?;
    Ok(ai_task_item::Entity::insert(ai_task_item::ActiveModel {
        ai_task_id: Set(task),
        account_id: Set(account),
        position: Set(0),
        object_type: Set("task".to_owned()),
        object_id: Set(1),
        status: Set(ItemStatus::Running),
        credits_reserved: Set(credits),
        credits_settled: Set(0),
        attempts: Set(1),
        ..Default::default()
    })
    .exec_with_returning(txn)
    .await?)
}

fn settlement(item: &ai_task_item::Model, amount: i64) -> Settlement {
    Settlement {
        account: item.account_id,
        task: item.ai_task_id,
        item: item.id,
        reserved: item.credits_reserved,
        amount,
        user: None,
        description: "an article".to_owned(),
    }
}

async fn close(
    txn: &impl ConnectionTrait,
    item: &ai_task_item::Model,
    status: ItemStatus,
    settled: i64,
) -> Result<bool> {
    let closed = ai_task_item::Entity::update_many()
        .col_expr(ai_task_item::Column::Status, Expr::value(status.as_str()))
        .col_expr(ai_task_item::Column::CreditsSettled, Expr::value(settled))
        .filter(ai_task_item::Column::Id.eq(item.id))
        .filter(ai_task_item::Column::Status.eq(ItemStatus::Running))
        .exec(txn)
        .await?;
    Ok(closed.rows_affected == 1)
}

#[tokio::test]
async fn credits_are_held_then_settled_or_given_back() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let id = tenant.scope.account;
    let task = a_task(app, &tenant).await;

    let txn = db::begin_write(&app.db).await.expect("begins");
    let kept = hold(&txn, id, task, 30).await.expect("holds");
    let lost = hold(&txn, id, task, 20).await.expect("holds");
    txn.commit().await.expect("commits");
    let now = account(app, id).await;
    assert_eq!((now.credits, now.reserved, now.available()), (1_000, 50, 950));
    ground.assert_books().await;

    let txn = db::begin_write(&app.db).await.expect("begins");
    assert!(close(&txn, &kept, ItemStatus::Done, 12).await.expect("closes"));
    ledger::settle(&txn, &settlement(&kept, 12)).await.expect("settles");
    assert!(close(&txn, &lost, ItemStatus::Failed, 0).await.expect("closes"));
    ledger::release(&txn, id, lost.credits_reserved)
        .await
        .expect("releases");
    txn.commit().await.expect("commits");
    let now = account(app, id).await;
    assert_eq!((now.credits, now.reserved), (988, 0));
    assert_eq!(rows(app, id).await, 2);
    let last = credit_transaction::Entity::find()
        .filter(credit_transaction::Column::AiTaskItemId.eq(kept.id))
        .one(&app.db)
        .await
        .expect("a query")
        .expect("a row");
    assert_eq!((last.amount, last.balance_after), (-12, 988));
    ground.assert_books().await;

    // What is not held cannot be given back, what costs more than was held cannot be settled.
    assert!(matches!(ledger::release(&app.db, id, 1).await, Err(Error::Internal(_))));
    assert!(matches!(
        ledger::settle(&app.db, &settlement(&kept, 31)).await,
        Err(Error::Internal(_))
    ));
    assert!(matches!(
        ledger::settle(&app.db, &settlement(&kept, -1)).await,
        Err(Error::Internal(_))
    ));
    assert!(matches!(
        ledger::reserve(&app.db, id, -5).await,
        Err(Error::Internal(_))
    ));
    assert_eq!(account(app, id).await, now);
}

#[tokio::test]
async fn more_than_there_is_cannot_be_held() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let id = tenant.scope.account;
    ledger::reserve(&app.db, id, 990).await.expect("holds");
    let error = ledger::reserve(&app.db, id, 11).await.expect_err("a refusal");
    assert!(
        matches!(error, Error::InsufficientCredits { need: 11, have: 10 }),
        "{error:?}"
    );
    assert_eq!(error.status(), 402);
    let wire = error.into_api("r1");
    assert_eq!((wire.need, wire.have), (Some(11), Some(10)));
    ledger::reserve(&app.db, id, 10).await.expect("the rest");
    assert_eq!(account(app, id).await.available(), 0);
    // An operator cannot take what running work holds.
    let kind = TransactionType::Adjustment;
    let error = ledger::grant(&app.db, id, kind, -1, "a".to_owned(), "x", None)
        .await
        .expect_err("a refusal");
    assert!(matches!(error, Error::Conflict(_)), "{error:?}");
    assert!(matches!(
        ledger::reserve(&app.db, AccountId(999), 1).await,
        Err(Error::NotFound(_))
    ));
}

#[tokio::test]
async fn a_unit_is_paid_once() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let id = tenant.scope.account;
    let task = a_task(app, &tenant).await;
    let txn = db::begin_write(&app.db).await.expect("begins");
    let paid = hold(&txn, id, task, 30).await.expect("holds");
    // Another unit holds as much, so that only the row's key stands in the way of a second payment.
    hold(&txn, id, task, 30).await.expect("holds");
    close(&txn, &paid, ItemStatus::Done, 30).await.expect("closes");
    ledger::settle(&txn, &settlement(&paid, 30)).await.expect("settles");
    txn.commit().await.expect("commits");
    let before = account(app, id).await;
    let txn = db::begin_write(&app.db).await.expect("begins");
    let error = ledger::settle(&txn, &settlement(&paid, 30))
        .await
        .expect_err("a refusal");
    assert!(matches!(error, Error::Conflict(_)), "{error:?}");
    drop(txn);
    assert_eq!(account(app, id).await, before);
    ground.assert_books().await;
}

#[tokio::test]
async fn a_grant_arrives_once() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let id = tenant.scope.account;
    for number in 0..3 {
        let txn = db::begin_write(&app.db).await.expect("begins");
        let key = "invoice:7".to_owned();
        let granted = ledger::grant(&txn, id, TransactionType::Purchase, 500, key, "500 credits", None).await;
        match granted {
            Ok(()) => {
                assert_eq!(number, 0);
                txn.commit().await.expect("commits");
            }
            Err(error) => assert!(matches!(error, Error::Conflict(_)), "{error:?}"),
        }
    }
    assert_eq!(account(app, id).await.credits, 1_500);
    ground.assert_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_at_once_with_credits_for_ten() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    ground.leave_credits(&tenant.scope, 10).await;
    let id = tenant.scope.account;
    let task = a_task(app, &tenant).await;
    let tries = (0..20).map(|_| {
        let app = app.clone();
        tokio::spawn(async move {
            let txn = db::begin_write(&app.db).await?;
            let held = hold(&txn, id, task, 1).await?;
            txn.commit().await?;
            Ok::<_, Error>(held)
        })
    });
    let (mut held, mut refused) = (0, 0);
    for outcome in futures::future::join_all(tries).await {
        match outcome.expect("no panic") {
            Ok(_) => held += 1,
            Err(Error::InsufficientCredits { need: 1, have: 0 }) => refused += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((held, refused), (10, 10));
    let now = account(app, id).await;
    assert_eq!((now.credits, now.reserved), (10, 10));
    ground.assert_books().await;
}

/// Random work on several accounts at once, some of it cut off in the middle of a transaction.
#[tokio::test(flavor = "multi_thread")]
async fn the_books_are_right_after_any_interleaving() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let mut tenants = Vec::new();
    for number in 0..3 {
        let tenant = ground.tenant(&format!("owner{number}@example.com")).await;
        ground.leave_credits(&tenant.scope, 60).await;
        tenants.push((tenant.scope.account, a_task(app, &tenant).await));
    }
    static GRANTED: AtomicI64 = AtomicI64::new(0);
    let workers = (0..6_u64).map(|seed| {
        let (app, tenants) = (app.clone(), tenants.clone());
        tokio::spawn(async move {
            let mut random = StdRng::seed_from_u64(seed);
            let mut open: Vec<ai_task_item::Model> = Vec::new();
            for step in 0..40 {
                let (account, task) = *tenants.choose(&mut random).expect("an account");
                let txn = db::begin_write(&app.db).await.expect("begins");
                // What a kill leaves: everything before it undone.
                let killed = random.random_bool(0.2);
                match random.random_range(0..10) {
                    0..=3 => match hold(&txn, account, task, random.random_range(0..25)).await {
                        Ok(item) if !killed => {
                            txn.commit().await.expect("commits");
                            open.push(item);
                        }
                        Ok(_) | Err(Error::InsufficientCredits { .. }) => drop(txn),
                        Err(other) => panic!("{other:?}"),
                    },
                    4..=6 if !open.is_empty() => {
                        let at = random.random_range(0..open.len());
                        let item = open[at].clone();
                        let amount = random.random_range(0..=item.credits_reserved);
                        assert!(close(&txn, &item, ItemStatus::Done, amount).await.expect("closes"));
                        ledger::settle(&txn, &settlement(&item, amount)).await.expect("settles");
                        if !killed {
                            txn.commit().await.expect("commits");
                            open.swap_remove(at);
                        }
                    }
                    7 | 8 if !open.is_empty() => {
                        let at = random.random_range(0..open.len());
                        let item = open[at].clone();
                        assert!(close(&txn, &item, ItemStatus::Failed, 0).await.expect("closes"));
                        ledger::release(&txn, item.account_id, item.credits_reserved)
                            .await
                            .expect("releases");
                        if !killed {
                            txn.commit().await.expect("commits");
                            open.swap_remove(at);
                        }
                    }
                    _ => {
                        let amount = random.random_range(-15..20);
                        let key = format!("grant:{seed}:{step}");
                        let kind = TransactionType::Adjustment;
                        match ledger::grant(&txn, account, kind, amount, key, "by hand", None).await {
                            Ok(()) if !killed => {
                                txn.commit().await.expect("commits");
                                GRANTED.fetch_add(amount, Ordering::SeqCst);
                            }
                            Ok(()) | Err(Error::Conflict(_)) => drop(txn),
                            Err(other) => panic!("{other:?}"),
                        }
                    }
                }
            }
            open
        })
    });
    let workers: Vec<_> = workers.collect();
    // Whoever looks while others write sees one moment, not a mixture of several.
    while !workers.iter().all(tokio::task::JoinHandle::is_finished) {
        ground.assert_books().await;
    }
    let mut still_open = 0;
    for worker in futures::future::join_all(workers).await {
        still_open += worker
            .expect("no panic")
            .iter()
            .map(|item| item.credits_reserved)
            .sum::<i64>();
    }
    ground.assert_books().await;
    let (mut credits, mut reserved) = (0, 0);
    for (id, _) in &tenants {
        let now = account(app, *id).await;
        assert!(now.reserved >= 0 && now.reserved <= now.credits, "{now:?}");
        credits += now.credits;
        reserved += now.reserved;
    }
    let paid: i64 = ai_task_item::Entity::find()
        .all(&app.db)
        .await
        .expect("units")
        .iter()
        .map(|item| item.credits_settled)
        .sum();
    assert_eq!(credits, 3 * 60 + GRANTED.load(Ordering::SeqCst) - paid);
    assert_eq!(reserved, still_open);
}

#[tokio::test]
async fn reconcile_finds_what_was_tampered_with() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let id = tenant.scope.account;
    let task = a_task(app, &tenant).await;
    let txn = db::begin_write(&app.db).await.expect("begins");
    let item = hold(&txn, id, task, 5).await.expect("holds");
    close(&txn, &item, ItemStatus::Done, 5).await.expect("closes");
    ledger::settle(&txn, &settlement(&item, 5)).await.expect("settles");
    txn.commit().await.expect("commits");
    ground.assert_books().await;
    let faults = async || books::reconcile(&app.db, id).await.expect("reconciles");
    let change_account = async |column: account::Column, by: i64| {
        account::Entity::update_many()
            .col_expr(column, Expr::col(column).add(by))
            .filter(account::Column::Id.eq(id))
            .exec(&app.db)
            .await
            .expect("changes");
    };
    let change_row = async |column: credit_transaction::Column, by: i64| {
        credit_transaction::Entity::update_many()
            .col_expr(column, Expr::col(column).add(by))
            .filter(credit_transaction::Column::AiTaskItemId.eq(item.id))
            .exec(&app.db)
            .await
            .expect("changes");
    };
    let change_item = async |column: ai_task_item::Column, value: sea_orm::Value| {
        ai_task_item::Entity::update_many()
            .col_expr(column, Expr::value(value))
            .filter(ai_task_item::Column::Id.eq(item.id))
            .exec(&app.db)
            .await
            .expect("changes");
    };

    change_account(account::Column::Credits, 7).await;
    assert!(
        faults().await.iter().any(|fault| fault.contains("the balance is 1002")),
        "{:?}",
        faults().await
    );
    change_account(account::Column::Credits, -7).await;

    change_account(account::Column::Reserved, 3).await;
    assert!(
        faults().await.iter().any(|fault| fault.contains("3 credits are held")),
        "an orphaned reservation"
    );
    change_account(account::Column::Reserved, -3).await;

    change_row(credit_transaction::Column::Amount, 1).await;
    assert!(!faults().await.is_empty(), "a changed amount");
    change_row(credit_transaction::Column::Amount, -1).await;

    change_row(credit_transaction::Column::BalanceAfter, 1).await;
    assert!(!faults().await.is_empty(), "a changed balance after");
    change_row(credit_transaction::Column::BalanceAfter, -1).await;

    change_item(ai_task_item::Column::CreditsSettled, 4_i64.into()).await;
    assert!(!faults().await.is_empty(), "a unit that was charged something else");
    change_item(ai_task_item::Column::CreditsSettled, 5_i64.into()).await;

    change_item(ai_task_item::Column::Status, "failed".into()).await;
    assert!(
        faults()
            .await
            .iter()
            .any(|fault| fault.contains("is failed and was charged")),
        "a failed unit that was charged"
    );
    change_item(ai_task_item::Column::Status, "done".into()).await;
    ground.assert_books().await;

    credit_transaction::Entity::delete_many()
        .filter(credit_transaction::Column::AiTaskItemId.eq(item.id))
        .exec(&app.db)
        .await
        .expect("deletes");
    assert!(!faults().await.is_empty(), "a removed row");
    let all = books::reconcile_all(&app.db).await.expect("reconciles");
    assert!(all.iter().all(|(account, _)| *account == id) && !all.is_empty());
}
