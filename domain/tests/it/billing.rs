//! Prices with a history, bookings of the operator, monthly credits, warnings, regular work.

use chrono::{Duration, Months};
use domain::{
    Error, ai, billing,
    billing::{bookings, periods, plans, prices},
    jobs::schedule,
    scope::Scope,
};
use entity::{
    AiTaskItemId,
    account::AccountStatus,
    ai_task::Start,
    audit_event::{self, AuditAction},
    credit_cost::{self, CostUnit, PriceState},
    credit_transaction::{self, Booking, Refund, TransactionType},
    credit_usage_log::Operation,
    plan, scheduled_run, subscription,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};

use crate::support::{Ground, Tenant, fields};

/// The operator of the installation, in an account of its own.
async fn operator(ground: &Ground) -> Scope {
    let mut scope = ground.tenant("operator@example.com").await.scope;
    scope.is_operator = true;
    scope
}

fn price(credits: i64) -> credit_cost::Input {
    credit_cost::Input {
        price_list: "standard".to_owned(),
        operation: Operation::Content,
        unit: CostUnit::Item,
        unit_size: 1,
        credits,
        minimum: 0,
        effective_from: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_price_counts_for_what_starts_afterwards() {
    let ground = Ground::new().await;
    let (boss, tenant) = (operator(&ground).await, ground.tenant("ann@example.com").await);
    let (app, scope) = (&ground.app, &tenant.scope);
    let (old, new) = (ground.task(&tenant, "Old").await, ground.task(&tenant, "New").await);
    let write = |task| Start::GenerateContent { task_ids: vec![task] };
    let started = ai::start(app, scope, write(old), None).await.expect("starts");
    assert_eq!(started.credits_reserved, 3);

    assert!(matches!(
        prices::set(app, scope, price(7)).await,
        Err(Error::Forbidden(_))
    ));
    let set = prices::set(app, &boss, price(7)).await.expect("a price");
    // What was started keeps the price of its start.
    let done = ai::run_here(app, scope, &started.task_id).await.expect("runs");
    assert_eq!(done.credits_settled, 3);
    let done = ground.run(&tenant, write(new)).await;
    assert_eq!(done.credits_settled, 7);
    assert_eq!(ground.ai_task(&done.task_id).await.credit_cost_id, Some(set.id));
    assert_eq!(ground.balance(scope).await.credits, 1_000 - 10);
    ground.assert_books().await;

    // A price to come can be taken back, one in force cannot, and none begins in the past.
    let later = credit_cost::Input {
        effective_from: Some(domain::now() + Duration::days(3)),
        ..price(9)
    };
    let coming = prices::set(app, &boss, later.clone()).await.expect("a price to come");
    assert!(matches!(prices::set(app, &boss, later).await, Err(Error::Conflict(_))));
    let states: Vec<_> = prices::all(app, &boss)
        .await
        .expect("prices")
        .into_iter()
        .filter(|row| row.price.price_list == "standard" && row.price.operation == Operation::Content)
        .map(|row| (row.price.credits, row.state))
        .collect();
    assert_eq!(
        states,
        [(9, PriceState::Coming), (7, PriceState::InForce), (3, PriceState::Past)]
    );
    let shown = billing::costs(app, scope).await.expect("the list");
    assert!(
        shown
            .iter()
            .any(|row| row.operation == Operation::Content && row.credits == 7)
    );
    assert_eq!(shown.len(), Operation::ALL.len(), "one price for each operation");
    prices::withdraw(app, &boss, coming.id).await.expect("taken back");
    assert!(matches!(
        prices::withdraw(app, &boss, set.id).await,
        Err(Error::Conflict(_))
    ));
    let past = credit_cost::Input {
        effective_from: Some(domain::now() - Duration::days(1)),
        ..price(1)
    };
    assert_eq!(
        fields(&prices::set(app, &boss, past).await.expect_err("the past")),
        ["effective_from"]
    );
    let wrong = credit_cost::Input {
        price_list: "none".to_owned(),
        unit_size: 0,
        credits: -1,
        ..price(1)
    };
    let error = prices::set(app, &boss, wrong).await.expect_err("wrong");
    assert_eq!(fields(&error)[..2], ["price_list", "unit_size"]);
}

#[tokio::test]
async fn every_operation_has_a_price_in_both_lists() {
    let ground = Ground::new().await;
    let rows = credit_cost::Entity::find().all(&ground.app.db).await.expect("prices");
    for list in ["standard", "credit_only"] {
        for operation in Operation::ALL {
            assert!(
                rows.iter()
                    .any(|row| row.price_list == list && row.operation == *operation),
                "{list} has no price for {operation}"
            );
        }
    }
}

fn booking(kind: TransactionType, amount: i64, reference: &str) -> Booking {
    Booking {
        transaction_type: kind,
        amount,
        description: "Bank transfer".to_owned(),
        reference: reference.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_books_each_reference_once() {
    let ground = Ground::new().await;
    let (boss, tenant) = (operator(&ground).await, ground.tenant("ann@example.com").await);
    let (app, id) = (&ground.app, tenant.scope.account);
    let purchase = booking(TransactionType::Purchase, 500, "INV-7");
    assert!(matches!(
        bookings::book(app, &tenant.scope, id, purchase.clone()).await,
        Err(Error::Forbidden(_))
    ));
    // The same payment by two clicks.
    let both = (0..2).map(|_| bookings::book(app, &boss, id, purchase.clone()));
    let outcomes = futures::future::join_all(both).await;
    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        1,
        "{outcomes:?}"
    );
    assert_eq!(ground.balance(&tenant.scope).await.credits, 1_500);
    bookings::book(app, &boss, id, booking(TransactionType::Adjustment, -1_400, "A1"))
        .await
        .expect("taken");
    assert!(matches!(
        bookings::book(app, &boss, id, booking(TransactionType::Adjustment, -101, "A2")).await,
        Err(Error::Conflict(_))
    ));
    let wrong = bookings::book(app, &boss, id, booking(TransactionType::Purchase, -5, " ")).await;
    assert_eq!(fields(&wrong.expect_err("wrong")), ["amount", "reference"]);
    let wrong = bookings::book(app, &boss, id, booking(TransactionType::Deduction, 5, "D")).await;
    assert_eq!(fields(&wrong.expect_err("wrong")), ["transaction_type"]);
    let logged = audit_event::Entity::find()
        .filter(audit_event::Column::AccountId.eq(id))
        .filter(audit_event::Column::Action.eq(AuditAction::CreditsAdjusted))
        .all(&app.db)
        .await
        .expect("the log");
    assert_eq!(logged.len(), 2);
    assert!(
        logged[0].detail.contains("+500") && logged[0].actor == "operator@example.com",
        "{logged:?}"
    );
    ground.assert_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_is_refunded_once_and_only_when_it_was_charged() {
    let ground = Ground::new().await;
    let (boss, tenant) = (operator(&ground).await, ground.tenant("ann@example.com").await);
    let (app, id) = (&ground.app, tenant.scope.account);
    let task = ground.task(&tenant, "Coffee").await;
    let done = ground
        .run(&tenant, Start::GenerateContent { task_ids: vec![task] })
        .await;
    let refund = Refund {
        ai_task_item_id: done.items[0].id,
        description: "The article was about tea".to_owned(),
    };
    let row = bookings::refund(app, &boss, id, refund.clone())
        .await
        .expect("a refund");
    assert_eq!((row.amount, row.balance_after), (3, 1_000));
    assert!(matches!(
        bookings::refund(app, &boss, id, refund.clone()).await,
        Err(Error::Conflict(_))
    ));
    // Another account's unit is not there.
    let other = ground.tenant("bob@example.com").await.scope.account;
    assert!(matches!(
        bookings::refund(app, &boss, other, refund).await,
        Err(Error::NotFound(_))
    ));
    let none = Refund {
        ai_task_item_id: AiTaskItemId(9_999),
        description: "x".to_owned(),
    };
    assert!(matches!(
        bookings::refund(app, &boss, id, none).await,
        Err(Error::NotFound(_))
    ));
    ground.assert_books().await;
}

/// Moves the account's period so that it ended `days` ago.
async fn end_period(ground: &Ground, tenant: &Tenant, days: i64) {
    let end = domain::now() - Duration::days(days);
    subscription::Entity::update_many()
        .col_expr(
            subscription::Column::CurrentPeriodStart,
            Expr::value(end - Months::new(1)),
        )
        .col_expr(subscription::Column::CurrentPeriodEnd, Expr::value(end))
        .col_expr(subscription::Column::CreatedAt, Expr::value(end - Months::new(1)))
        .filter(subscription::Column::AccountId.eq(tenant.scope.account))
        .exec(&ground.app.db)
        .await
        .expect("a period");
}

#[tokio::test(flavor = "multi_thread")]
async fn monthly_credits_come_once_a_period_however_many_ask() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let fresh = ground.tenant("bob@example.com").await;
    let stopped = ground.tenant("eve@example.com").await;
    end_period(&ground, &tenant, 40).await;
    end_period(&ground, &stopped, 1).await;
    entity::account::Entity::update_many()
        .col_expr(
            entity::account::Column::Status,
            Expr::value(AccountStatus::Suspended.as_str()),
        )
        .filter(entity::account::Column::Id.eq(stopped.scope.account))
        .exec(&ground.app.db)
        .await
        .expect("suspended");
    let servers = (0..6).map(|_| {
        let app = ground.app.clone();
        tokio::spawn(async move { periods::replenish(&app).await.expect("replenishes") })
    });
    let begun: u64 = futures::future::join_all(servers.collect::<Vec<_>>())
        .await
        .into_iter()
        .map(|begun| begun.expect("no panic"))
        .sum();
    // Forty days late: the period that began then, and the one that began ten days ago.
    assert_eq!(begun, 2);
    assert_eq!(ground.balance(&tenant.scope).await.credits, 3_000);
    assert_eq!(ground.balance(&fresh.scope).await.credits, 1_000);
    assert_eq!(
        ground.balance(&stopped.scope).await.credits,
        1_000,
        "no credits while suspended"
    );
    let row = subscription::Entity::find()
        .filter(subscription::Column::AccountId.eq(tenant.scope.account))
        .one(&ground.app.db)
        .await
        .expect("a query")
        .expect("a subscription");
    assert!(row.current_period_start <= domain::now() && row.current_period_end > domain::now());
    assert_eq!(periods::replenish(&ground.app).await.expect("again"), 0);
    ground.assert_books().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_are_told_once_a_period_that_few_credits_are_left() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let app = &ground.app;
    ground.tenant("bob@example.com").await;
    ground.leave_credits(&tenant.scope, 100).await;
    assert_eq!(
        periods::warn_low(app).await.expect("nobody"),
        0,
        "a tenth is not below a tenth"
    );
    assert!(!ground.balance(&tenant.scope).await.is_low);
    ground.leave_credits(&tenant.scope, 99).await;
    assert!(ground.balance(&tenant.scope).await.is_low);
    let servers = (0..4).map(|_| {
        let app = app.clone();
        tokio::spawn(async move { periods::warn_low(&app).await.expect("warns") })
    });
    let told: u64 = futures::future::join_all(servers.collect::<Vec<_>>())
        .await
        .into_iter()
        .map(|told| told.expect("no panic"))
        .sum();
    assert_eq!(told, 1);
    let mails: Vec<_> = ground
        .mails("ann@example.com")
        .await
        .into_iter()
        .filter(|mail| mail.0 == "Few credits are left")
        .collect();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].1.contains("99 of the 1000 credits"), "{}", mails[0].1);
    // A new period, a new word.
    end_period(&ground, &tenant, 0).await;
    periods::replenish(app).await.expect("replenishes");
    ground.leave_credits(&tenant.scope, 5).await;
    assert_eq!(periods::warn_low(app).await.expect("warns"), 1);
    assert_eq!(periods::warn_low(app).await.expect("warns"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn regular_work_is_done_once_by_three_servers() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    end_period(&ground, &tenant, 0).await;
    let mut servers = Vec::new();
    for number in 0..3 {
        let app = ground.another_app().await;
        servers.push(tokio::spawn(async move {
            for _ in 0..3 {
                schedule::run_due(&app, &format!("server-{number}"))
                    .await
                    .expect("runs");
            }
        }));
    }
    for server in servers {
        server.await.expect("no panic");
    }
    let runs = scheduled_run::Entity::find().all(&ground.app.db).await.expect("runs");
    let mut names: Vec<_> = runs
        .iter()
        .map(|run| (run.name.as_str(), run.period.as_str()))
        .collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), runs.len());
    assert!(
        runs.iter().all(|run| run.finished_at.is_some() && run.attempts == 1),
        "{runs:?}"
    );
    let books = runs.iter().find(|run| run.name == "reconcile").expect("the proof");
    assert_eq!(
        books.summary.as_deref(),
        Some("The books of every account and the numbers of keywords are right.")
    );
    let granted = credit_transaction::Entity::find()
        .filter(credit_transaction::Column::AccountId.eq(tenant.scope.account))
        .count(&ground.app.db)
        .await
        .expect("counts");
    assert_eq!(granted, 2, "the opening and one month");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_period_whose_worker_died_is_taken_over_once_its_lease_is_out() {
    let ground = Ground::new().await;
    let app = &ground.app;
    schedule::run_due(app, "first").await.expect("runs");
    let leave = async |lease: Duration| {
        scheduled_run::Entity::update_many()
            .col_expr(
                scheduled_run::Column::FinishedAt,
                Expr::value(Option::<entity::Timestamp>::None),
            )
            .col_expr(scheduled_run::Column::LeaseUntil, Expr::value(domain::now() + lease))
            .filter(scheduled_run::Column::Name.eq("reconcile"))
            .exec(&app.db)
            .await
            .expect("left behind");
    };
    let reconcile = async || {
        scheduled_run::Entity::find()
            .filter(scheduled_run::Column::Name.eq("reconcile"))
            .one(&app.db)
            .await
            .expect("a query")
            .expect("a run")
    };
    leave(Duration::seconds(30)).await;
    schedule::run_due(app, "second").await.expect("runs");
    assert_eq!(reconcile().await.worker, "first", "the lease holds");
    leave(Duration::seconds(-1)).await;
    schedule::run_due(app, "second").await.expect("runs");
    let run = reconcile().await;
    assert_eq!(
        (run.worker.as_str(), run.attempts, run.finished_at.is_some()),
        ("second", 2, true)
    );
}

#[tokio::test]
async fn plans_are_changed_by_the_operator() {
    let ground = Ground::new().await;
    let (boss, tenant) = (operator(&ground).await, ground.tenant("ann@example.com").await);
    let app = &ground.app;
    assert!(matches!(plans::all(app, &tenant.scope).await, Err(Error::Forbidden(_))));
    let free = plans::all(app, &boss).await.expect("plans").remove(0);
    let changed = plan::Input {
        max_keywords: Some(2),
        price_list: "credit_only".to_owned(),
        ..plan::Input::from(&free)
    };
    let saved = plans::update(app, &boss, free.id, changed.clone())
        .await
        .expect("changes");
    assert_eq!(
        (saved.max_keywords, saved.price_list.as_str()),
        (Some(2), "credit_only")
    );
    assert_eq!(saved.slug, free.slug);
    let costs = billing::costs(app, &tenant.scope).await.expect("prices");
    assert!(
        costs
            .iter()
            .any(|row| row.operation == Operation::Images && row.credits == 5)
    );
    let wrong = plan::Input {
        name: " ".to_owned(),
        max_ideas: Some(-1),
        ..changed
    };
    let error = plans::update(app, &boss, free.id, wrong).await.expect_err("wrong");
    assert_eq!(fields(&error), ["name", "max_ideas"]);
}

/// Two rows that settle one unit are refused by the database itself.
#[tokio::test]
async fn a_second_settlement_of_a_unit_is_refused() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let settle = |key: &str| {
        credit_transaction::Entity::insert(credit_transaction::ActiveModel {
            account_id: Set(tenant.scope.account),
            transaction_type: Set(TransactionType::Deduction),
            amount: Set(-1),
            balance_after: Set(0),
            description: Set(String::new()),
            idempotency_key: Set(key.to_owned()),
            ai_task_item_id: Set(Some(AiTaskItemId(77))),
            created_at: Set(domain::now()),
            ..Default::default()
        })
        .exec_without_returning(&ground.app.db)
    };
    settle("a").await.expect("the first");
    settle("b").await.expect_err("the second");
}

#[tokio::test]
async fn the_daily_proof_looks_at_the_numbers_of_keywords_too() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    ground.keyword(&tenant, "moka pot").await;
    domain::planner::keywords::settle::run(&ground.app)
        .await
        .expect("settled");
    assert!(schedule::faults(&ground.app).await.expect("proves").is_empty());
    entity::keyword_tally::Entity::update_many()
        .col_expr(entity::keyword_tally::Column::Number, Expr::cust("number + 1"))
        .exec(&ground.app.db)
        .await
        .expect("spoiled");
    let found = schedule::faults(&ground.app).await.expect("proves");
    let expected = format!("keywords of sector {}, facet", tenant.sector);
    assert!(
        found.len() == 1 && found[0].starts_with(&expected) && found[0].contains("2 are kept, 1 are there"),
        "{found:?}"
    );
    schedule::run_due(&ground.app, "worker").await.expect("runs");
    let run = scheduled_run::Entity::find()
        .filter(scheduled_run::Column::Name.eq("reconcile"))
        .one(&ground.app.db)
        .await
        .expect("a query")
        .expect("a run");
    let summary = run.summary.expect("a summary");
    assert!(
        summary.starts_with("1 faults") && summary.contains(&expected),
        "{summary}"
    );
}
