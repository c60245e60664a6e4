//! Getting in, staying out: passwords and links, sessions, lock-out, keys, the state of an account.

use chrono::Duration;
use domain::{
    App, Error,
    accounts::{self, api_keys, confirm, deletion, operator, passwords, sessions, tokens},
    audit,
    planner::keywords,
    scope::{Origin, Scope},
    sites,
};
use entity::{
    account::{self, AccountStatus, AccountStatusPatch},
    ai_task::Start,
    api_key::{self, KeyScope, NewApiKey},
    audit_event::{AuditAction, Filter},
    keyword, one_time_token, session, sign_in_attempt, user,
    user::Role,
};
use futures::StreamExt;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};

use crate::support::{Ground, ORIGIN, PASSWORD, fields, new_site, page, sign_up};

const NEW: &str = "staple paper window";

/// The token at the end of a mail's link.
fn token(link: &str) -> String {
    link.rsplit_once("token=").expect("a token").1.to_owned()
}

async fn actions(app: &App, scope: &Scope) -> Vec<AuditAction> {
    audit::list(app, scope, &Filter::default(), &page(100))
        .await
        .expect("the log")
        .results
        .into_iter()
        .map(|event| event.action)
        .collect()
}

async fn browser(app: &App, user: entity::UserId, id: &str) {
    session::Entity::insert(session::ActiveModel {
        id: Set(id.to_owned()),
        data: Set(Vec::new()),
        user_id: Set(Some(user)),
        expires_at: Set(domain::now() + Duration::days(1)),
        created_at: Set(Some(domain::now())),
        last_seen_at: Set(Some(domain::now())),
        ip_address: Set("192.0.2.1".to_owned()),
        user_agent: Set("Test".to_owned()),
    })
    .exec_without_returning(&app.db)
    .await
    .expect("a session");
}

async fn set_status(app: &App, scope: &Scope, status: AccountStatus, trial: Option<entity::Timestamp>) {
    account::Entity::update_many()
        .col_expr(account::Column::Status, Expr::value(status.as_str()))
        .col_expr(account::Column::TrialEndsAt, Expr::value(trial))
        .filter(account::Column::Id.eq(scope.account))
        .exec(&app.db)
        .await
        .expect("a change");
}

#[tokio::test]
async fn a_forgotten_password_is_set_by_a_link_that_works_once() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let pair = tokens::issue(app, tenant.user.id, &ORIGIN).await.expect("tokens");
    browser(app, tenant.user.id, "a-browser").await;
    // Unknown addresses get no mail, and the same answer.
    passwords::forgot(app, "nobody@example.com", &ORIGIN)
        .await
        .expect("says nothing");
    assert!(ground.mails("nobody@example.com").await.is_empty());
    passwords::forgot(app, " ANN@example.com", &ORIGIN)
        .await
        .expect("sends");
    let first = token(&ground.last_link("ann@example.com").await);
    passwords::forgot(app, "ann@example.com", &ORIGIN).await.expect("sends");
    let second = token(&ground.last_link("ann@example.com").await);
    // Asking again ends the link before.
    let reset = async |token: &str, password: &str| passwords::reset(app, token, password, &ORIGIN).await;
    assert_eq!(fields(&reset(&first, NEW).await.expect_err("a refusal")), ["token"]);
    // A weak password does not use the link up.
    assert_eq!(
        fields(&reset(&second, "short").await.expect_err("a refusal")),
        ["password"]
    );
    reset(&second, NEW).await.expect("sets the password");
    assert_eq!(
        fields(&reset(&second, "another fine phrase").await.expect_err("used")),
        ["token"]
    );
    // Everything from before is over, the old password too.
    assert!(
        accounts::sign_in(app, "ann@example.com", PASSWORD, &ORIGIN)
            .await
            .is_err()
    );
    assert!(tokens::refresh(app, &pair.refresh, &ORIGIN).await.is_err());
    assert!(accounts::authenticate(app, &pair.access, &ORIGIN).await.is_err());
    assert_eq!(session::Entity::find().count(&app.db).await.expect("counts"), 0);
    accounts::sign_in(app, "ann@example.com", NEW, &ORIGIN)
        .await
        .expect("signs in");
    // The mail proved whose the address is.
    let me = accounts::me(app, &tenant.scope).await.expect("somebody");
    assert!(me.user.email_verified_at.is_some());
    assert!(actions(app, &tenant.scope).await.contains(&AuditAction::PasswordReset));
}

#[tokio::test]
async fn links_end_by_time_and_are_kept_as_hashes() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    passwords::forgot(app, "ann@example.com", &ORIGIN).await.expect("sends");
    let late = token(&ground.last_link("ann@example.com").await);
    let rows = one_time_token::Entity::find().all(&app.db).await.expect("rows");
    assert!(rows.iter().all(|row| !row.token_hash.contains(&late)));
    one_time_token::Entity::update_many()
        .col_expr(
            one_time_token::Column::ExpiresAt,
            Expr::value(domain::now() - Duration::seconds(1)),
        )
        .exec(&app.db)
        .await
        .expect("ages");
    let error = passwords::reset(app, &late, NEW, &ORIGIN).await.expect_err("too old");
    assert_eq!(fields(&error), ["token"]);
    // A link for one thing does nothing else.
    passwords::forgot(app, "ann@example.com", &ORIGIN).await.expect("sends");
    let link = token(&ground.last_link("ann@example.com").await);
    assert!(confirm::confirm(app, &link, &ORIGIN).await.is_err());
    // Whoever asks again and again fills no mailbox.
    for _ in 0..10 {
        passwords::forgot(app, "ann@example.com", &ORIGIN)
            .await
            .expect("says nothing");
    }
    let subject = "Set a new password";
    let sent = ground.mails("ann@example.com").await;
    assert_eq!(sent.iter().filter(|mail| mail.0 == subject).count(), 5);
    let _ = tenant;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_use_a_link_at_once_one_wins() {
    let ground = Ground::new().await;
    let app = &ground.app;
    ground.tenant("ann@example.com").await;
    passwords::forgot(app, "ann@example.com", &ORIGIN).await.expect("sends");
    let link = token(&ground.last_link("ann@example.com").await);
    let tries = ["staple paper window", "window paper staple", "paper staple window"]
        .map(|password| passwords::reset(app, &link, password, &ORIGIN));
    let won = futures::future::join_all(tries)
        .await
        .into_iter()
        .filter(Result::is_ok)
        .count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it_and_ends_all_other_sessions() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    browser(app, tenant.user.id, "here").await;
    browser(app, tenant.user.id, "elsewhere").await;
    let pair = tokens::issue(app, tenant.user.id, &ORIGIN).await.expect("tokens");
    let change =
        async |current: &str, new: &str| passwords::change(app, &tenant.scope, current, new, Some("here")).await;
    let error = change("wrong horse battery", NEW).await.expect_err("a refusal");
    assert_eq!(fields(&error), ["current_password"]);
    let error = change(PASSWORD, PASSWORD).await.expect_err("a refusal");
    assert_eq!(fields(&error), ["new_password"]);
    let error = change(PASSWORD, "ann@example.com").await.expect_err("a refusal");
    assert_eq!(fields(&error), ["new_password"]);
    change(PASSWORD, NEW).await.expect("changes");
    let left: Vec<String> = session::Entity::find()
        .all(&app.db)
        .await
        .expect("rows")
        .into_iter()
        .map(|row| row.id)
        .collect();
    assert_eq!(left, ["here"]);
    assert!(accounts::authenticate(app, &pair.access, &ORIGIN).await.is_err());
    // A new sign-in within the same second works.
    let fresh = tokens::issue(app, tenant.user.id, &ORIGIN).await.expect("tokens");
    assert!(accounts::authenticate(app, &fresh.access, &ORIGIN).await.is_ok());
    assert!(
        ground
            .mails("ann@example.com")
            .await
            .iter()
            .any(|mail| mail.0 == "Your password was changed")
    );
}

#[tokio::test]
async fn an_address_is_confirmed_and_changed_by_links() {
    let ground = Ground::with(|config| config.security.require_confirmed_email = true).await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let scope = accounts::scope_of(app, tenant.user.id, &ORIGIN).await.expect("a scope");
    let error = scope.publisher_of(tenant.site).expect_err("a refusal");
    assert!(
        matches!(error, Error::Forbidden(_)) && error.to_string().contains("Confirm"),
        "{error}"
    );
    // Everything else may be done meanwhile.
    scope.generator_of(tenant.site).expect("may work");
    let link = token(&ground.last_link("ann@example.com").await);
    confirm::confirm(app, &link, &ORIGIN).await.expect("confirms");
    assert!(confirm::confirm(app, &link, &ORIGIN).await.is_err(), "once");
    let scope = accounts::scope_of(app, tenant.user.id, &ORIGIN).await.expect("a scope");
    scope.publisher_of(tenant.site).expect("may publish");
    assert!(matches!(confirm::send(app, &scope).await, Err(Error::Conflict(_))));
    // Another address.
    ground.tenant("taken@example.com").await;
    let change = async |email: &str, password: &str| confirm::change_email(app, &scope, email, password).await;
    assert_eq!(fields(&change("x", PASSWORD).await.expect_err("a refusal")), ["email"]);
    assert_eq!(
        fields(&change("new@example.com", "wrong").await.expect_err("a refusal")),
        ["password"]
    );
    // Whether somebody has it is told to whoever reads its mail, not to whoever asks.
    let before = ground.mails("taken@example.com").await.len();
    change("taken@example.com", PASSWORD).await.expect("the same answer");
    let mails = ground.mails("taken@example.com").await;
    assert_eq!(mails.len(), before + 1);
    assert_eq!(mails.last().expect("a mail").2, None, "no link that takes it over");
    change("New@Example.com", PASSWORD).await.expect("sends");
    let link = token(&ground.last_link("new@example.com").await);
    assert_eq!(
        accounts::me(app, &scope).await.expect("me").user.email,
        "ann@example.com",
        "not yet"
    );
    confirm::confirm(app, &link, &ORIGIN).await.expect("confirms");
    assert_eq!(
        accounts::me(app, &scope).await.expect("me").user.email,
        "new@example.com"
    );
    accounts::sign_in(app, "new@example.com", PASSWORD, &ORIGIN)
        .await
        .expect("signs in");
    assert!(
        ground
            .mails("ann@example.com")
            .await
            .iter()
            .any(|mail| mail.0 == "Your e-mail address was changed")
    );
}

#[tokio::test]
async fn guessing_is_locked_with_a_growing_wait_for_known_and_unknown_addresses_alike() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    for email in ["ann@example.com", "nobody@example.com"] {
        for _ in 0..5 {
            let error = accounts::sign_in(app, email, "wrong horse", &ORIGIN)
                .await
                .expect_err("a refusal");
            assert!(matches!(error, Error::Unauthenticated(_)), "{error:?}");
        }
        // The right password waits too: whoever guesses learns nothing.
        match accounts::sign_in(app, email, PASSWORD, &ORIGIN).await {
            Err(Error::TooMany { retry_after, .. }) => assert!((1..=31).contains(&retry_after), "{retry_after}"),
            other => panic!("{other:?}"),
        }
    }
    let log = actions(app, &tenant.scope).await;
    assert_eq!(
        log.iter()
            .filter(|action| **action == AuditAction::SignInFailed)
            .count(),
        4
    );
    assert_eq!(
        log.iter()
            .filter(|action| **action == AuditAction::SignInLocked)
            .count(),
        1
    );
    // The wait is over; the next failure waits longer.
    let pass = async || {
        sign_in_attempt::Entity::update_many()
            .col_expr(
                sign_in_attempt::Column::LockedUntil,
                Expr::value(domain::now() - Duration::seconds(1)),
            )
            .exec(&app.db)
            .await
            .expect("time passes");
    };
    pass().await;
    assert!(
        accounts::sign_in(app, "ann@example.com", "wrong horse", &ORIGIN)
            .await
            .is_err()
    );
    match accounts::sign_in(app, "ann@example.com", PASSWORD, &ORIGIN).await {
        Err(Error::TooMany { retry_after, .. }) => assert!((32..=61).contains(&retry_after), "{retry_after}"),
        other => panic!("{other:?}"),
    }
    // A success forgets; a link by mail lifts the lock at once.
    pass().await;
    accounts::sign_in(app, "ann@example.com", PASSWORD, &ORIGIN)
        .await
        .expect("signs in");
    for _ in 0..5 {
        assert!(
            accounts::sign_in(app, "ann@example.com", "wrong horse", &ORIGIN)
                .await
                .is_err()
        );
    }
    passwords::forgot(app, "ann@example.com", &ORIGIN).await.expect("sends");
    let link = token(&ground.last_link("ann@example.com").await);
    passwords::reset(app, &link, NEW, &ORIGIN).await.expect("sets");
    accounts::sign_in(app, "ann@example.com", NEW, &ORIGIN)
        .await
        .expect("signs in");
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_sent_at_the_same_moment_are_counted_too() {
    let ground = Ground::new().await;
    let app = &ground.app;
    ground.tenant("ann@example.com").await;
    let guesses = (0..60).map(|number| async move {
        let password = format!("wrong horse {number}");
        accounts::sign_in(app, "ann@example.com", &password, &ORIGIN).await
    });
    let outcomes = futures::future::join_all(guesses).await;
    let compared = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Err(Error::Unauthenticated(_))))
        .count();
    // As many as there are free ones, and at most one more for each further core that was comparing just then.
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    assert!(compared < 5 + cores, "{compared} passwords were compared");
}

#[tokio::test]
async fn a_new_password_ends_a_change_of_address_that_was_under_way() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    confirm::change_email(app, &tenant.scope, "thief@example.com", PASSWORD)
        .await
        .expect("sends");
    let link = token(&ground.last_link("thief@example.com").await);
    passwords::change(app, &tenant.scope, PASSWORD, NEW, None)
        .await
        .expect("changes");
    assert_eq!(
        fields(&confirm::confirm(app, &link, &ORIGIN).await.expect_err("over")),
        ["token"]
    );
}

#[tokio::test]
async fn one_caller_who_tries_many_addresses_is_locked_and_others_are_not() {
    let ground = Ground::new().await;
    let app = &ground.app;
    ground.tenant("ann@example.com").await;
    let from = |address: &str| Origin {
        ip_address: address.to_owned(),
        ..Origin::here("test")
    };
    let thief = from("192.0.2.66");
    for number in 0..30 {
        let email = format!("someone{number}@example.com");
        assert!(accounts::sign_in(app, &email, "wrong horse", &thief).await.is_err());
    }
    let error = accounts::sign_in(app, "ann@example.com", PASSWORD, &thief)
        .await
        .expect_err("locked");
    assert!(matches!(error, Error::TooMany { .. }), "{error:?}");
    accounts::sign_in(app, "ann@example.com", PASSWORD, &from("192.0.2.7"))
        .await
        .expect("signs in");
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_or_all() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let other = ground.tenant("bob@example.com").await;
    browser(app, tenant.user.id, "here").await;
    browser(app, tenant.user.id, "there").await;
    browser(app, other.user.id, "foreign").await;
    let program = tokens::issue(app, tenant.user.id, &ORIGIN).await.expect("tokens");
    let (program, _) = tokens::refresh(app, &program.refresh, &ORIGIN).await.expect("tokens");
    let list = async || {
        sessions::list(app, &tenant.scope, Some("here"))
            .await
            .expect("sessions")
    };
    let all = list().await;
    assert_eq!(all.len(), 3, "an exchanged token is the same session: {all:?}");
    assert!(all[0].is_current && all[0].id == "here");
    assert_eq!(all.iter().filter(|entry| !entry.is_browser).count(), 1);
    // Another person's answers as a missing one.
    for id in ["foreign", "nothing"] {
        let error = sessions::end(app, &tenant.scope, id).await.expect_err("a refusal");
        assert!(matches!(error, Error::NotFound(_)), "{error:?}");
    }
    sessions::end(app, &tenant.scope, "there").await.expect("ends");
    let token = list()
        .await
        .into_iter()
        .find(|entry| !entry.is_browser)
        .expect("a program")
        .id;
    sessions::end(app, &tenant.scope, &token).await.expect("ends");
    assert!(tokens::refresh(app, &program.refresh, &ORIGIN).await.is_err());
    browser(app, tenant.user.id, "third").await;
    assert_eq!(
        sessions::end_all(app, &tenant.scope, Some("here")).await.expect("ends"),
        1
    );
    assert_eq!(list().await.len(), 1);
    assert_eq!(
        session::Entity::find_by_id("foreign".to_owned())
            .count(&app.db)
            .await
            .expect("counts"),
        1
    );
}

async fn key(app: &App, scope: &Scope, scopes: &[KeyScope], days: Option<i32>) -> api_key::Made {
    let input = NewApiKey {
        name: "Test".to_owned(),
        scopes: scopes.to_vec(),
        expires_in_days: days,
    };
    api_keys::create(app, scope, input).await.expect("a key")
}

#[tokio::test]
async fn a_key_opens_what_it_names_and_never_more_than_its_person_may() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let scope_of = async |made: &api_key::Made| accounts::authenticate(app, &made.key, &ORIGIN).await.expect("a scope");
    let site = tenant.site;
    let read = scope_of(&key(app, &tenant.scope, &[KeyScope::Read], None).await).await;
    assert!(read.editor_of(site).is_err() && read.admin().is_err());
    let write = scope_of(&key(app, &tenant.scope, &[KeyScope::Write], None).await).await;
    assert!(write.editor_of(site).is_ok() && write.generator_of(site).is_err() && write.publisher_of(site).is_err());
    let generate = scope_of(&key(app, &tenant.scope, &[KeyScope::Generate], None).await).await;
    assert!(generate.generator_of(site).is_ok() && generate.publisher_of(site).is_err() && generate.admin().is_err());
    let publish = scope_of(&key(app, &tenant.scope, &[KeyScope::Publish], None).await).await;
    assert!(publish.publisher_of(site).is_ok() && publish.generator_of(site).is_err());
    let admin = scope_of(&key(app, &tenant.scope, &[KeyScope::Admin], None).await).await;
    assert!(admin.admin().is_ok() && admin.owner().is_err());
    // A key makes no keys, changes no passwords, ends no sessions.
    let input = NewApiKey {
        name: "More".to_owned(),
        scopes: vec![KeyScope::Read],
        expires_in_days: None,
    };
    assert!(matches!(
        api_keys::create(app, &admin, input.clone()).await,
        Err(Error::Forbidden(_))
    ));
    assert!(matches!(
        passwords::change(app, &admin, PASSWORD, NEW, None).await,
        Err(Error::Forbidden(_))
    ));
    assert!(matches!(
        sessions::list(app, &admin, None).await,
        Err(Error::Forbidden(_))
    ));
    // Spending is refused before anything starts.
    let error = domain::ai::start(
        app,
        &write,
        Start::auto_cluster_of(tenant.sector, vec![ground.keyword(&tenant, "moka pot").await]),
        None,
    )
    .await
    .expect_err("a refusal");
    assert!(matches!(error, Error::Forbidden(_)), "{error:?}");
    // An editor's key manages nothing, a viewer's writes nothing.
    let editor = ground.member(&tenant, Role::Editor, &[site]).await;
    let wanted = NewApiKey {
        scopes: vec![KeyScope::Admin],
        ..input
    };
    assert!(matches!(
        api_keys::create(app, &editor, wanted).await,
        Err(Error::Forbidden(_))
    ));
    let viewer = ground.member(&tenant, Role::Viewer, &[site]).await;
    let weak = scope_of(&key(app, &viewer, &[KeyScope::Write], None).await).await;
    assert!(weak.editor_of(site).is_err());
}

#[tokio::test]
async fn a_key_is_shown_once_kept_as_a_hash_and_ends() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let made = key(app, &tenant.scope, &[KeyScope::Read], Some(30)).await;
    let row = api_key::Entity::find_by_id(made.api_key.id)
        .one(&app.db)
        .await
        .expect("a row")
        .expect("a key");
    assert!(!row.key_hash.contains(&made.key) && made.key.starts_with(&row.prefix) && row.prefix.len() == 12);
    assert!(!serde_json::to_string(&row).expect("JSON").contains(&row.key_hash));
    accounts::authenticate(app, &made.key, &ORIGIN).await.expect("works");
    let listed = api_keys::list(app, &tenant.scope, &page(10)).await.expect("keys");
    assert!(listed.results[0].last_used_at.is_some());
    // Its end.
    api_key::Entity::update_many()
        .col_expr(
            api_key::Column::ExpiresAt,
            Expr::value(domain::now() - Duration::seconds(1)),
        )
        .exec(&app.db)
        .await
        .expect("ages");
    assert!(matches!(
        accounts::authenticate(app, &made.key, &ORIGIN).await,
        Err(Error::Unauthenticated(_))
    ));
    // Revoking: one's own; an admin anybody's; a colleague nobody's else.
    let editor = ground.member(&tenant, Role::Editor, &[]).await;
    let theirs = key(app, &editor, &[KeyScope::Read], None).await;
    let colleague = ground.member(&tenant, Role::Editor, &[]).await;
    assert!(matches!(
        api_keys::revoke(app, &colleague, theirs.api_key.id).await,
        Err(Error::NotFound(_))
    ));
    assert_eq!(api_keys::list(app, &colleague, &page(10)).await.expect("keys").count, 0);
    api_keys::revoke(app, &tenant.scope, theirs.api_key.id)
        .await
        .expect("revokes");
    assert!(accounts::authenticate(app, &theirs.key, &ORIGIN).await.is_err());
    // With its person it ends as well.
    let own = key(app, &colleague, &[KeyScope::Read], None).await;
    user::Entity::update_many()
        .col_expr(user::Column::IsActive, Expr::value(false))
        .filter(user::Column::Id.eq(colleague.user))
        .exec(&app.db)
        .await
        .expect("switches off");
    assert!(accounts::authenticate(app, &own.key, &ORIGIN).await.is_err());
    for (name, scopes, days, field) in [
        ("", vec![KeyScope::Read], None, "name"),
        ("x", vec![], None, "scopes"),
        ("x", vec![KeyScope::Read], Some(0), "expires_in_days"),
        ("x", vec![KeyScope::Read], Some(4_000), "expires_in_days"),
    ] {
        let input = NewApiKey {
            name: name.to_owned(),
            scopes,
            expires_in_days: days,
        };
        assert_eq!(
            fields(&api_keys::create(app, &tenant.scope, input).await.expect_err(field)),
            [field]
        );
    }
}

#[tokio::test]
async fn the_state_of_an_account_governs_what_its_people_may_do() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let admin = ground.member(&tenant, Role::Admin, &[]).await;
    let now = async |scope: &Scope| accounts::scope_of(app, scope.user.expect("a person"), &ORIGIN).await;
    let input = || keyword::New {
        sector_id: tenant.sector,
        keyword: "moka pot".to_owned(),
        volume: None,
        difficulty: None,
        intent: None,
    };
    for (status, trial) in [
        (AccountStatus::Suspended, None),
        (AccountStatus::Trial, Some(domain::now() - Duration::minutes(1))),
    ] {
        set_status(app, &tenant.scope, status, trial).await;
        let owner = now(&tenant.scope).await.expect("may look");
        keywords::list(app, &owner, &keyword::Filter::default(), &page(10))
            .await
            .expect("reads");
        let archive = accounts::export::archive(app, &owner).await.expect("exports");
        assert!(archive.collect::<Vec<_>>().await.iter().all(Result::is_ok));
        let error = keywords::create(app, &owner, input()).await.expect_err("a refusal");
        assert!(matches!(error, Error::Forbidden(_)), "{status}: {error:?}");
        assert!(
            sites::create(app, &owner, new_site("More", &["A"])).await.is_err(),
            "{status}"
        );
        accounts::sign_in(app, "ann@example.com", PASSWORD, &ORIGIN)
            .await
            .expect("may look");
    }
    set_status(
        app,
        &tenant.scope,
        AccountStatus::Trial,
        Some(domain::now() + Duration::days(1)),
    )
    .await;
    let owner = now(&tenant.scope).await.expect("may work");
    keywords::create(app, &owner, input()).await.expect("a trial works");
    // Closed for good: nobody gets in.
    set_status(app, &tenant.scope, AccountStatus::Cancelled, None).await;
    for scope in [&tenant.scope, &admin] {
        assert!(matches!(now(scope).await, Err(Error::Forbidden(_))));
    }
    assert!(matches!(
        accounts::sign_in(app, "ann@example.com", PASSWORD, &ORIGIN).await,
        Err(Error::Forbidden(_))
    ));
    // Wrong passwords learn nothing of it.
    assert!(matches!(
        accounts::sign_in(app, "ann@example.com", "wrong horse", &ORIGIN).await,
        Err(Error::Unauthenticated(_))
    ));
}

#[tokio::test]
async fn work_of_a_suspended_account_stops_and_costs_nothing() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let task = ground.task(&tenant, "Moka pots").await;
    let before = ground.balance(&tenant.scope).await;
    let started = domain::ai::start(
        app,
        &tenant.scope,
        Start::GenerateContent { task_ids: vec![task] },
        None,
    )
    .await
    .expect("starts");
    set_status(app, &tenant.scope, AccountStatus::Suspended, None).await;
    let progress = domain::ai::run_here(app, &tenant.scope, &started.task_id)
        .await
        .expect("runs");
    assert_eq!((progress.items_done, progress.items_failed), (0, 1));
    assert_eq!(ground.balance(&tenant.scope).await.available, before.available);
    ground.assert_books().await;
}

#[tokio::test]
async fn an_account_is_deleted_after_its_grace_and_nothing_of_it_stays() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let other = ground.tenant("bob@example.com").await;
    let admin = ground.member(&tenant, Role::Admin, &[]).await;
    let keyword = ground.keyword(&tenant, "moka pot").await;
    let theirs = ground.keyword(&other, "moka pot").await;
    app.storage
        .put(&format!("{}/images/1.png", tenant.site), b"x")
        .await
        .expect("a file");
    key(app, &tenant.scope, &[KeyScope::Read], None).await;
    assert!(matches!(
        deletion::request(app, &admin, PASSWORD).await,
        Err(Error::Forbidden(_))
    ));
    let error = deletion::request(app, &tenant.scope, "wrong")
        .await
        .expect_err("a refusal");
    assert_eq!(fields(&error), ["password"]);
    let marked = deletion::request(app, &tenant.scope, PASSWORD).await.expect("marks");
    let end = marked.delete_after.expect("a day");
    assert!(end > domain::now() + Duration::days(13));
    // Owners may look and call it off, others are out.
    assert!(
        accounts::scope_of(app, admin.user.expect("a person"), &ORIGIN)
            .await
            .is_err()
    );
    let owner = accounts::scope_of(app, tenant.user.id, &ORIGIN)
        .await
        .expect("may look");
    assert!(owner.editor_of(tenant.site).is_err());
    let kept = deletion::cancel(app, &owner).await.expect("calls off");
    assert_eq!((kept.status, kept.delete_after), (AccountStatus::Active, None));
    assert!(matches!(
        deletion::cancel(app, &tenant.scope).await,
        Err(Error::Conflict(_))
    ));
    let tried = format!("accounts/{}/image-tests/1.png", tenant.scope.account);
    app.storage.put(&tried, b"a picture").await.expect("stores");
    deletion::request(app, &tenant.scope, PASSWORD).await.expect("marks");
    domain::accounts::tidy(app).await.expect("nothing to do yet");
    assert!(app.storage.get(&tried).await.is_ok());
    assert_eq!(account::Entity::find().count(&app.db).await.expect("counts"), 2);
    account::Entity::update_many()
        .col_expr(
            account::Column::DeleteAfter,
            Expr::value(domain::now() - Duration::seconds(1)),
        )
        .filter(account::Column::Id.eq(tenant.scope.account))
        .exec(&app.db)
        .await
        .expect("time passes");
    domain::accounts::tidy(app).await.expect("deletes");
    assert_eq!(account::Entity::find().count(&app.db).await.expect("counts"), 1);
    let left = ground.rows_of(tenant.scope.account).await;
    assert!(left.is_empty(), "{left:?}");
    assert!(app.storage.list(&tenant.site.to_string()).expect("a list").is_empty());
    assert!(app.storage.get(&tried).await.is_err());
    let rows = keyword::Entity::find().all(&app.db).await.expect("rows");
    assert_eq!(
        rows.iter().map(|row| row.id).collect::<Vec<_>>(),
        [theirs],
        "and not {keyword}"
    );
}

#[tokio::test]
async fn operators_cross_into_accounts_and_leave_a_trace_there() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let staff = ground.tenant("staff@example.com").await;
    let outsider = ground.tenant("eve@example.com").await;
    assert!(matches!(
        operator::list(app, &staff.scope, &page(10)).await,
        Err(Error::Forbidden(_))
    ));
    operator::appoint(app, "staff@example.com", false)
        .await
        .expect("appoints");
    let boss = accounts::scope_of(app, staff.user.id, &ORIGIN).await.expect("a scope");
    let found = operator::list(app, &boss, &page(10)).await.expect("accounts");
    assert_eq!(found.count, 3);
    assert!(
        found
            .results
            .iter()
            .any(|row| row.owner_email == "ann@example.com" && row.sites == 1)
    );
    // Without entering, another account's things are not there for operators either.
    let foreign = ground.keyword(&tenant, "moka pot").await;
    assert!(matches!(
        keywords::get(app, &boss, foreign).await,
        Err(Error::NotFound(_))
    ));
    let inside = operator::call_into(app, boss.clone(), tenant.scope.account, "GET /x")
        .await
        .expect("enters");
    keywords::get(app, &inside, foreign).await.expect("sees it");
    let log = audit::list(app, &tenant.scope, &Filter::default(), &page(10))
        .await
        .expect("the log")
        .results;
    assert_eq!(
        (log[0].action, log[0].actor.as_str(), log[0].detail.as_str()),
        (AuditAction::OperatorEntered, "staff@example.com", "GET /x")
    );
    // The account's people see it; another account's do not.
    assert!(
        !actions(app, &outsider.scope)
            .await
            .contains(&AuditAction::OperatorEntered)
    );
    for scope in [&tenant.scope, &outsider.scope] {
        let error = operator::call_into(app, scope.clone(), staff.scope.account, "GET /x")
            .await
            .expect_err("a refusal");
        assert!(matches!(error, Error::Forbidden(_)), "{error:?}");
    }
    assert!(matches!(
        operator::enter(app, &boss, entity::AccountId(999)).await,
        Err(Error::NotFound(_))
    ));
    // The state of accounts.
    let patch = |status| AccountStatusPatch {
        status: Some(status),
        trial_ends_at: None,
    };
    operator::set_status(app, &boss, tenant.scope.account, patch(AccountStatus::Suspended))
        .await
        .expect("suspends");
    assert!(
        accounts::scope_of(app, tenant.user.id, &ORIGIN)
            .await
            .expect("may look")
            .editor_of(tenant.site)
            .is_err()
    );
    let error = operator::set_status(app, &boss, tenant.scope.account, patch(AccountStatus::Trial))
        .await
        .expect_err("until when?");
    assert_eq!(fields(&error), ["trial_ends_at"]);
    assert!(matches!(
        operator::set_status(app, &boss, staff.scope.account, patch(AccountStatus::Suspended)).await,
        Err(Error::Conflict(_))
    ));
    assert!(matches!(
        operator::set_status(
            app,
            &tenant.scope,
            outsider.scope.account,
            patch(AccountStatus::Suspended)
        )
        .await,
        Err(Error::Forbidden(_))
    ));
    // A developer operates alone; the last owner cannot become one.
    assert!(matches!(
        operator::appoint(app, "eve@example.com", true).await,
        Err(Error::Conflict(_))
    ));
}

#[tokio::test]
async fn strangers_open_accounts_only_where_the_operator_lets_them() {
    let ground = Ground::with(|config| config.security.allow_sign_up = false).await;
    let app = &ground.app;
    let error = accounts::sign_up(app, sign_up("ann@example.com"), &ORIGIN)
        .await
        .expect_err("a refusal");
    assert!(matches!(error, Error::Forbidden(_)), "{error:?}");
    accounts::open_account(app, sign_up("ann@example.com"), &ORIGIN)
        .await
        .expect("the operator may");
}
