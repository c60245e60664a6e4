//! Signing up, signing in, tokens.

use domain::{App, Error, accounts, accounts::tokens, billing::books};
use entity::{account, credit_transaction, refresh_token, subscription, user};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};

use crate::support::{Ground, ORIGIN, PASSWORD, fields, page, sign_up};

async fn counts(app: &App) -> (u64, u64, u64, u64) {
    let db = &app.db;
    (
        account::Entity::find().count(db).await.expect("counts"),
        user::Entity::find().count(db).await.expect("counts"),
        subscription::Entity::find().count(db).await.expect("counts"),
        credit_transaction::Entity::find().count(db).await.expect("counts"),
    )
}

#[tokio::test]
async fn signing_up_makes_everything_a_newcomer_needs() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let user = accounts::sign_up(app, sign_up("  Ann.Lee@Example.com "), &ORIGIN)
        .await
        .expect("signs up");
    assert_eq!(user.email, "ann.lee@example.com");
    assert_eq!(user.role, user::Role::Owner);
    assert_eq!(counts(app).await, (1, 1, 1, 1));
    let scope = accounts::scope_of(app, user.id, &ORIGIN).await.expect("a scope");
    let me = accounts::me(app, &scope).await.expect("somebody");
    assert_eq!(me.account.owner_id, Some(user.id));
    assert_eq!(me.account.name, "Ann Lee");
    assert_eq!((me.account.credits, me.account.reserved), (1_000, 0));
    assert_eq!(me.plan_name, "Free");
    let running = subscription::Entity::find()
        .one(&app.db)
        .await
        .expect("a query")
        .expect("a subscription");
    assert_eq!(
        (running.account_id, running.plan_id),
        (scope.account, me.account.plan_id)
    );
    assert!(running.current_period_end > running.current_period_start);
    let rows = domain::billing::transactions(app, &scope, &page(10))
        .await
        .expect("a ledger")
        .results;
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].amount, rows[0].balance_after), (1_000, 1_000));
    assert_eq!(
        rows[0].transaction_type,
        credit_transaction::TransactionType::Subscription
    );
    assert_eq!(
        books::reconcile(&app.db, scope.account).await.expect("reconciles"),
        Vec::<String>::new()
    );
    // The hash never leaves the server, the password is nowhere.
    let wire = serde_json::to_string(&me).expect("JSON");
    assert!(!wire.contains("argon2") && !wire.contains("password"), "{wire}");
    assert!(user.password_hash.starts_with("$argon2id$"));
}

#[tokio::test]
async fn an_address_signs_up_once_whatever_its_case() {
    let ground = Ground::new().await;
    let app = &ground.app;
    accounts::sign_up(app, sign_up("ann@example.com"), &ORIGIN)
        .await
        .expect("signs up");
    let before = counts(app).await;
    let error = accounts::sign_up(app, sign_up("ANN@Example.COM"), &ORIGIN)
        .await
        .expect_err("a refusal");
    assert_eq!(fields(&error), ["email"]);
    assert_eq!(counts(app).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_sign_ups_at_once_one_wins_and_the_others_are_told_why() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tries = (0..6).map(|_| accounts::sign_up(app, sign_up("ann@example.com"), &ORIGIN));
    let outcomes = futures::future::join_all(tries).await;
    let mut won = 0;
    for outcome in &outcomes {
        match outcome {
            Ok(_) => won += 1,
            Err(error) => assert_eq!(fields(error), ["email"]),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(counts(app).await, (1, 1, 1, 1));
    // People of one name get accounts of their own, at the same moment too.
    let tries = (0..4).map(|number| accounts::sign_up(app, sign_up(&format!("bob@host{number}.example.com")), &ORIGIN));
    for outcome in futures::future::join_all(tries).await {
        outcome.expect("signs up");
    }
    assert_eq!(counts(app).await, (5, 5, 5, 5));
    ground.assert_books().await;
}

#[tokio::test]
async fn a_poor_password_or_address_is_refused_by_field_and_leaves_nothing() {
    let ground = Ground::new().await;
    let app = &ground.app;
    for (email, password, field) in [
        ("ann@example.com", "short", "password"),
        ("ann@example.com", "password1234", "password"),
        ("ann@example.com", "aaaaaaaaaaaaaa", "password"),
        ("ann@example.com", "ann@example.com", "password"),
        ("ann@example.com", "x", "password"),
        ("ann@example.com", &"long enough ".repeat(30), "password"),
        ("not an address", PASSWORD, "email"),
        ("", PASSWORD, "email"),
    ] {
        let input = user::SignUp {
            email: email.to_owned(),
            password: password.to_owned(),
            account_name: None,
        };
        let error = accounts::sign_up(app, input, &ORIGIN).await.expect_err("a refusal");
        assert!(
            fields(&error).iter().all(|found| *found == field),
            "{email} {password}: {error:?}"
        );
        assert_eq!(counts(app).await, (0, 0, 0, 0), "{email} {password}");
    }
    let input = user::SignUp {
        email: "nobody".to_owned(),
        password: "x".to_owned(),
        account_name: None,
    };
    let error = accounts::sign_up(app, input, &ORIGIN).await.expect_err("a refusal");
    assert!(
        fields(&error).contains(&"email") && fields(&error).contains(&"password"),
        "both at once: {error:?}"
    );
}

#[tokio::test]
async fn signing_in_tells_nobody_who_is_known() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let user = accounts::sign_up(app, sign_up("ann@example.com"), &ORIGIN)
        .await
        .expect("signs up");
    let signed_in = accounts::sign_in(app, " ANN@example.com ", PASSWORD, &ORIGIN)
        .await
        .expect("signs in");
    assert_eq!(signed_in.id, user.id);
    let refused = async |email: &str, password: &str| {
        let error = accounts::sign_in(app, email, password, &ORIGIN)
            .await
            .expect_err("a refusal");
        assert!(matches!(error, Error::Unauthenticated(_)), "{error:?}");
        error.to_string()
    };
    let wrong = refused("ann@example.com", "wrong horse battery").await;
    assert_eq!(wrong, refused("nobody@example.com", PASSWORD).await);
    assert_eq!(wrong, refused("nobody@example.com", &"x".repeat(1_000)).await);
    assert_eq!(wrong, refused("ann@example.com", "").await);
    // Switched off: neither the password nor what was given before opens the door.
    let pair = tokens::issue(app, user.id, &ORIGIN).await.expect("tokens");
    user::Entity::update_many()
        .col_expr(user::Column::IsActive, Expr::value(false))
        .filter(user::Column::Id.eq(user.id))
        .exec(&app.db)
        .await
        .expect("switches off");
    assert_eq!(wrong, refused("ann@example.com", PASSWORD).await);
    let error = accounts::scope_of(app, user.id, &ORIGIN).await.expect_err("a refusal");
    assert!(matches!(error, Error::Unauthenticated(_)));
    let error = tokens::refresh(app, &pair.refresh, &ORIGIN)
        .await
        .expect_err("a refusal");
    assert!(matches!(error, Error::Unauthenticated(_)));
}

#[tokio::test]
async fn a_refresh_token_works_once_and_its_second_use_ends_the_family() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let user = accounts::sign_up(app, sign_up("ann@example.com"), &ORIGIN)
        .await
        .expect("signs up");
    let first = tokens::issue(app, user.id, &ORIGIN).await.expect("tokens");
    let other_device = tokens::issue(app, user.id, &ORIGIN).await.expect("tokens");
    let caller = accounts::authenticate(app, &first.access, &ORIGIN).await.expect("ours");
    assert_eq!(caller.user, Some(user.id));
    let (second, whose) = tokens::refresh(app, &first.refresh, &ORIGIN).await.expect("a new pair");
    assert_eq!(whose.id, user.id);
    assert_ne!(second.refresh, first.refresh);
    let (third, _) = tokens::refresh(app, &second.refresh, &ORIGIN)
        .await
        .expect("a new pair");
    // A thief comes with the first one: the honest holder's newest stops working as well.
    assert!(matches!(
        tokens::refresh(app, &first.refresh, &ORIGIN).await,
        Err(Error::Unauthenticated(_))
    ));
    assert!(matches!(
        tokens::refresh(app, &third.refresh, &ORIGIN).await,
        Err(Error::Unauthenticated(_))
    ));
    // Another sign-in is another family.
    tokens::refresh(app, &other_device.refresh, &ORIGIN)
        .await
        .expect("a new pair");
    assert!(matches!(
        tokens::refresh(app, "made up", &ORIGIN).await,
        Err(Error::Unauthenticated(_))
    ));
    // Stored as hashes only.
    for row in refresh_token::Entity::find().all(&app.db).await.expect("rows") {
        assert!(![&first.refresh, &second.refresh, &third.refresh].contains(&&row.token_hash));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_sent_many_times_at_once_gives_at_most_one_pair() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let user = accounts::sign_up(app, sign_up("ann@example.com"), &ORIGIN)
        .await
        .expect("signs up");
    let first = tokens::issue(app, user.id, &ORIGIN).await.expect("tokens");
    let outcomes = futures::future::join_all((0..5).map(|_| tokens::refresh(app, &first.refresh, &ORIGIN))).await;
    let pairs: Vec<_> = outcomes.into_iter().flatten().collect();
    assert_eq!(pairs.len(), 1);
    // The other four were re-use: what the winner got is revoked.
    assert!(tokens::refresh(app, &pairs[0].0.refresh, &ORIGIN).await.is_err());
}

#[tokio::test]
async fn an_ended_refresh_token_is_refused() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let user = accounts::sign_up(app, sign_up("ann@example.com"), &ORIGIN)
        .await
        .expect("signs up");
    let pair = tokens::issue(app, user.id, &ORIGIN).await.expect("tokens");
    refresh_token::Entity::update_many()
        .col_expr(
            refresh_token::Column::ExpiresAt,
            Expr::value(domain::now() - chrono::Duration::seconds(1)),
        )
        .exec(&app.db)
        .await
        .expect("ages");
    assert!(matches!(
        tokens::refresh(app, &pair.refresh, &ORIGIN).await,
        Err(Error::Unauthenticated(_))
    ));
}

#[tokio::test]
async fn an_access_token_of_another_key_or_a_changed_one_is_refused() {
    let ground = Ground::new().await;
    let other = Ground::with(|config| config.security.key = "6b".repeat(32)).await;
    let user = accounts::sign_up(&ground.app, sign_up("ann@example.com"), &ORIGIN)
        .await
        .expect("signs up");
    let twin = accounts::sign_up(&other.app, sign_up("ann@example.com"), &ORIGIN)
        .await
        .expect("signs up");
    assert_eq!(user.id, twin.id);
    let pair = tokens::issue(&ground.app, user.id, &ORIGIN).await.expect("tokens");
    assert!(accounts::authenticate(&ground.app, &pair.access, &ORIGIN).await.is_ok());
    assert!(matches!(
        accounts::authenticate(&other.app, &pair.access, &ORIGIN).await,
        Err(Error::Unauthenticated(_))
    ));
    let (head, tail) = pair.access.rsplit_once('.').expect("a signature");
    let (start, claims) = head.split_once('.').expect("claims");
    // No signature, no algorithm, other claims.
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    for forged in [
        format!("{head}."),
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{tail}"),
        format!("{start}.{}.{tail}", claims.replacen('e', "f", 1)),
        pair.refresh.clone(),
        String::new(),
    ] {
        assert!(
            matches!(
                accounts::authenticate(&ground.app, &forged, &ORIGIN).await,
                Err(Error::Unauthenticated(_))
            ),
            "{forged}"
        );
    }
}
