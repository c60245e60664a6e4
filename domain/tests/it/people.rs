//! The people of an account: invitations, roles, grants, the last owner.

use chrono::Duration;
use domain::{
    Error,
    accounts::{self, invitations, people},
    audit,
    planner::keywords,
    sites,
};
use entity::{
    UserId,
    audit_event::{AuditAction, Filter},
    invitation::{self, Acceptance, NewInvitation},
    plan, user,
    user::{NewPerson, PersonPatch, Role},
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};

use crate::support::{Ground, ORIGIN, PASSWORD, fields, new_site, page};

fn token(link: &str) -> String {
    link.rsplit_once("token=").expect("a token").1.to_owned()
}

fn invite(email: &str, role: Role, sites: &[entity::SiteId]) -> NewInvitation {
    NewInvitation {
        email: email.to_owned(),
        role,
        sites: sites.to_vec(),
    }
}

fn accept(token: &str) -> Acceptance {
    Acceptance {
        token: token.to_owned(),
        name: "Ed".to_owned(),
        password: PASSWORD.to_owned(),
    }
}

#[tokio::test]
async fn an_invitation_brings_somebody_in_once_with_the_role_and_sites_it_names() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let hidden = sites::create(app, &tenant.scope, new_site("Hidden", &["A"]))
        .await
        .expect("a site");
    let made = invitations::create(
        app,
        &tenant.scope,
        invite(" Ed@Example.com ", Role::Editor, &[tenant.site]),
    )
    .await
    .expect("invites");
    // The mail and the answer hold the same link; the database holds neither.
    assert_eq!(ground.last_link("ed@example.com").await, made.link);
    let link = token(&made.link);
    let row = invitation::Entity::find()
        .one(&app.db)
        .await
        .expect("a row")
        .expect("an invitation");
    assert!(!row.token_hash.contains(&link));
    let looked = invitations::look(app, &link).await.expect("an invitation");
    assert_eq!(
        (
            looked.account_name.as_str(),
            looked.email.as_str(),
            looked.role,
            looked.invited_by.as_str()
        ),
        ("Ann", "ed@example.com", Role::Editor, "ann@example.com")
    );
    let weak = Acceptance {
        password: "short".to_owned(),
        ..accept(&link)
    };
    assert_eq!(
        fields(&invitations::accept(app, weak, &ORIGIN).await.expect_err("a refusal")),
        ["password"]
    );
    let joined = invitations::accept(app, accept(&link), &ORIGIN).await.expect("joins");
    assert_eq!((joined.role, joined.account_id), (Role::Editor, tenant.scope.account));
    assert_eq!(
        fields(
            &invitations::accept(app, accept(&link), &ORIGIN)
                .await
                .expect_err("used")
        ),
        ["token"]
    );
    let scope = accounts::scope_of(app, joined.id, &ORIGIN).await.expect("a scope");
    let seen: Vec<_> = sites::list(app, &scope)
        .await
        .expect("sites")
        .into_iter()
        .map(|entry| entry.site.id)
        .collect();
    assert_eq!(seen, [tenant.site], "and not {}", hidden.site.id);
    accounts::sign_in(app, "ed@example.com", PASSWORD, &ORIGIN)
        .await
        .expect("signs in");
    let log = audit::list(app, &tenant.scope, &Filter::default(), &page(50))
        .await
        .expect("the log")
        .results;
    for action in [AuditAction::PersonInvited, AuditAction::PersonJoined] {
        assert!(log.iter().any(|event| event.action == action), "{action}");
    }
}

#[tokio::test]
async fn invitations_end_by_time_by_taking_back_and_by_a_newer_one() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let refused = async |link: &str| {
        let error = invitations::accept(app, accept(&token(link)), &ORIGIN)
            .await
            .expect_err("a refusal");
        assert_eq!(fields(&error), ["token"]);
        assert!(invitations::look(app, &token(link)).await.is_err());
    };
    let first = invitations::create(app, &tenant.scope, invite("ed@example.com", Role::Viewer, &[]))
        .await
        .expect("invites");
    let second = invitations::create(app, &tenant.scope, invite("ed@example.com", Role::Viewer, &[]))
        .await
        .expect("invites");
    refused(&first.link).await;
    let id = second.invitation.invitation.id;
    let third = invitations::resend(app, &tenant.scope, id).await.expect("sends again");
    refused(&second.link).await;
    assert_eq!(
        invitations::list(app, &tenant.scope, &page(10))
            .await
            .expect("open ones")
            .count,
        1
    );
    invitation::Entity::update_many()
        .col_expr(
            invitation::Column::ExpiresAt,
            Expr::value(domain::now() - Duration::seconds(1)),
        )
        .exec(&app.db)
        .await
        .expect("ages");
    refused(&third.link).await;
    let listed = invitations::list(app, &tenant.scope, &page(10))
        .await
        .expect("open ones");
    assert!(listed.results[0].is_expired);
    let fourth = invitations::resend(app, &tenant.scope, id).await.expect("sends again");
    invitations::revoke(app, &tenant.scope, id).await.expect("takes back");
    refused(&fourth.link).await;
    assert!(matches!(
        invitations::revoke(app, &tenant.scope, id).await,
        Err(Error::NotFound(_))
    ));
    // Another account's invitation is not there.
    let other = ground.tenant("bob@example.com").await;
    let fifth = invitations::create(app, &tenant.scope, invite("ed@example.com", Role::Viewer, &[]))
        .await
        .expect("invites");
    let id = fifth.invitation.invitation.id;
    assert!(matches!(
        invitations::revoke(app, &other.scope, id).await,
        Err(Error::NotFound(_))
    ));
    assert!(matches!(
        invitations::resend(app, &other.scope, id).await,
        Err(Error::NotFound(_))
    ));
    invitations::accept(app, accept(&token(&fifth.link)), &ORIGIN)
        .await
        .expect("joins");
    // Who is in the team is not invited again; who has an account elsewhere is told so when accepting, and only then.
    let error = invitations::create(app, &tenant.scope, invite("ed@example.com", Role::Viewer, &[]))
        .await
        .expect_err("there");
    assert_eq!(fields(&error), ["email"]);
    let sixth = invitations::create(app, &tenant.scope, invite("bob@example.com", Role::Viewer, &[]))
        .await
        .expect("invites");
    assert!(matches!(
        invitations::accept(app, accept(&token(&sixth.link)), &ORIGIN).await,
        Err(Error::Conflict(_))
    ));
}

#[tokio::test]
async fn what_a_removed_person_invited_is_taken_back() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let admin = ground.member(&tenant, Role::Admin, &[]).await;
    let back_door = invitations::create(app, &admin, invite("me-again@example.com", Role::Admin, &[]))
        .await
        .expect("invites");
    people::remove(app, &tenant.scope, admin.user.expect("a person"))
        .await
        .expect("removes");
    let error = invitations::accept(app, accept(&token(&back_door.link)), &ORIGIN)
        .await
        .expect_err("taken back");
    assert_eq!(fields(&error), ["token"]);
}

#[tokio::test]
async fn invitations_are_no_way_to_write_to_strangers() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    for number in 0..100 {
        let email = format!("p{number}@example.com");
        invitations::create(app, &tenant.scope, invite(&email, Role::Viewer, &[]))
            .await
            .expect("invites");
    }
    let error = invitations::create(app, &tenant.scope, invite("one-more@example.com", Role::Viewer, &[]))
        .await
        .expect_err("a refusal");
    assert!(matches!(error, Error::TooMany { .. }), "{error:?}");
}

#[tokio::test]
async fn an_invitation_sent_again_and_again_counts_each_time() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let made = invitations::create(app, &tenant.scope, invite("pat@example.com", Role::Viewer, &[]))
        .await
        .expect("invites");
    let id = made.invitation.invitation.id;
    for _ in 1..100 {
        invitations::resend(app, &tenant.scope, id).await.expect("sends again");
    }
    let error = invitations::resend(app, &tenant.scope, id)
        .await
        .expect_err("a refusal");
    assert!(matches!(error, Error::TooMany { .. }), "{error:?}");
    assert_eq!(ground.mails("pat@example.com").await.len(), 100);
}

#[tokio::test]
async fn what_somebody_invited_who_may_no_longer_do_so_is_taken_back() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let admin = ground.member(&tenant, Role::Admin, &[]).await;
    let back_door = invitations::create(app, &admin, invite("me-again@example.com", Role::Admin, &[]))
        .await
        .expect("invites");
    let by_owner = invitations::create(app, &tenant.scope, invite("pat@example.com", Role::Viewer, &[]))
        .await
        .expect("invites");
    let lower = PersonPatch {
        role: Some(Role::Viewer),
        ..PersonPatch::default()
    };
    people::update(app, &tenant.scope, admin.user.expect("a person"), lower)
        .await
        .expect("changes");
    let error = invitations::accept(app, accept(&token(&back_door.link)), &ORIGIN)
        .await
        .expect_err("taken back");
    assert_eq!(fields(&error), ["token"]);
    invitations::accept(app, accept(&token(&by_owner.link)), &ORIGIN)
        .await
        .expect("the other one stands");
}

#[tokio::test]
async fn roles_and_grants_take_hold_at_once_and_only_within_one_s_own_reach() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let other = ground.tenant("bob@example.com").await;
    let admin = ground.member(&tenant, Role::Admin, &[]).await;
    let editor = ground.member(&tenant, Role::Editor, &[]).await;
    let id = editor.user.expect("a person");
    let now = async |id: UserId| accounts::scope_of(app, id, &ORIGIN).await.expect("a scope");
    let patch = |role: Option<Role>, sites: Option<Vec<entity::SiteId>>| PersonPatch {
        role,
        sites,
        ..PersonPatch::default()
    };
    let keyword = ground.keyword(&tenant, "moka pot").await;
    assert!(matches!(
        keywords::get(app, &now(id).await, keyword).await,
        Err(Error::NotFound(_))
    ));
    people::update(app, &admin, id, patch(None, Some(vec![tenant.site])))
        .await
        .expect("grants");
    keywords::get(app, &now(id).await, keyword).await.expect("sees it");
    now(id).await.editor_of(tenant.site).expect("may change it");
    people::update(app, &admin, id, patch(Some(Role::Viewer), None))
        .await
        .expect("changes");
    keywords::get(app, &now(id).await, keyword)
        .await
        .expect("still sees it");
    assert!(now(id).await.editor_of(tenant.site).is_err());
    // Sites of others cannot be granted, foreign people not be touched.
    let error = people::update(app, &admin, id, patch(None, Some(vec![other.site])))
        .await
        .expect_err("a refusal");
    assert_eq!(fields(&error), ["sites"]);
    for scope in [&tenant.scope, &admin] {
        let error = people::update(app, scope, other.user.id, PersonPatch::default())
            .await
            .expect_err("a refusal");
        assert!(matches!(error, Error::NotFound(_)), "{error:?}");
        assert!(matches!(
            people::remove(app, scope, other.user.id).await,
            Err(Error::NotFound(_))
        ));
        assert!(matches!(
            people::find(app, scope, other.user.id).await,
            Err(Error::NotFound(_))
        ));
    }
    // An admin makes no owners and touches none; nobody makes developers; nobody changes the own role.
    let forbidden = async |scope: &domain::scope::Scope, id: UserId, patch: PersonPatch| {
        let error = people::update(app, scope, id, patch).await.expect_err("a refusal");
        assert!(matches!(error, Error::Forbidden(_)), "{error:?}");
    };
    forbidden(&admin, id, patch(Some(Role::Owner), None)).await;
    forbidden(&admin, tenant.user.id, patch(Some(Role::Editor), None)).await;
    forbidden(&admin, admin.user.expect("a person"), patch(Some(Role::Viewer), None)).await;
    let error = people::update(app, &tenant.scope, id, patch(Some(Role::Developer), None))
        .await
        .expect_err("a refusal");
    assert_eq!(fields(&error), ["role"]);
    for scope in [&now(id).await, &editor] {
        assert!(matches!(
            people::list(app, scope, &page(10)).await,
            Err(Error::Forbidden(_))
        ));
        assert!(matches!(
            invitations::create(app, scope, invite("x@example.com", Role::Viewer, &[])).await,
            Err(Error::Forbidden(_))
        ));
    }
    // Switched off: out at once, everywhere.
    let off = PersonPatch {
        is_active: Some(false),
        ..PersonPatch::default()
    };
    let tokens = accounts::tokens::issue(app, id, &ORIGIN).await.expect("tokens");
    people::update(app, &admin, id, off).await.expect("switches off");
    assert!(accounts::authenticate(app, &tokens.access, &ORIGIN).await.is_err());
    assert!(accounts::tokens::refresh(app, &tokens.refresh, &ORIGIN).await.is_err());
}

#[tokio::test]
async fn the_last_owner_stays() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let second = ground.member(&tenant, Role::Owner, &[]).await;
    let first = tenant.user.id;
    let (first_patch, off) = (
        PersonPatch {
            role: Some(Role::Admin),
            ..PersonPatch::default()
        },
        PersonPatch {
            is_active: Some(false),
            ..PersonPatch::default()
        },
    );
    people::update(app, &second, first, first_patch.clone())
        .await
        .expect("there is another one");
    let account = accounts::account(app, &second).await.expect("the account");
    assert_eq!(account.owner_id, second.user, "the account names an owner that is one");
    let demoted = accounts::scope_of(app, first, &ORIGIN).await.expect("a scope");
    let last = second.user.expect("a person");
    // Neither oneself nor an admin can take the last one away.
    for error in [
        people::update(app, &second, last, first_patch)
            .await
            .expect_err("a refusal"),
        people::update(app, &second, last, off.clone())
            .await
            .expect_err("a refusal"),
        people::remove(app, &second, last).await.expect_err("a refusal"),
        people::remove(app, &demoted, last).await.expect_err("a refusal"),
    ] {
        assert!(matches!(error, Error::Conflict(_) | Error::Forbidden(_)), "{error:?}");
    }
    // Nor can the system, for which no rule about oneself counts.
    let system = domain::scope::Scope::system(tenant.scope.account);
    assert!(matches!(
        people::update(app, &system, last, off).await,
        Err(Error::Conflict(_))
    ));
    assert!(matches!(
        people::remove(app, &system, last).await,
        Err(Error::Conflict(_))
    ));
    assert_eq!(
        user::Entity::find()
            .filter(user::Column::Role.eq(Role::Owner))
            .count(&app.db)
            .await
            .expect("counts"),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_owners_who_remove_each_other_at_once_leave_one() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let second = ground.member(&tenant, Role::Owner, &[]).await;
    let (one, two) = (tenant.user.id, second.user.expect("a person"));
    let (a, b) = tokio::join!(
        people::remove(app, &tenant.scope, two),
        people::remove(app, &second, one)
    );
    assert!(a.is_ok() || b.is_ok());
    assert_eq!(
        user::Entity::find()
            .filter(user::Column::Role.eq(Role::Owner))
            .count(&app.db)
            .await
            .expect("counts"),
        1
    );
}

#[tokio::test]
async fn a_removed_person_is_gone_and_what_they_wrote_stays() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    let made = people::create(
        app,
        &tenant.scope,
        NewPerson {
            email: "ed@example.com".to_owned(),
            name: "Ed".to_owned(),
            password: PASSWORD.to_owned(),
            role: Role::Editor,
            sites: vec![tenant.site],
        },
    )
    .await
    .expect("a person");
    assert_eq!(made.sites, [tenant.site]);
    let scope = accounts::scope_of(app, made.user.id, &ORIGIN).await.expect("a scope");
    let input = entity::keyword::New {
        sector_id: tenant.sector,
        keyword: "moka pot".to_owned(),
        volume: None,
        difficulty: None,
        intent: None,
    };
    let keyword = keywords::create(app, &scope, input).await.expect("a keyword").id;
    people::remove(app, &tenant.scope, made.user.id).await.expect("removes");
    assert!(accounts::scope_of(app, made.user.id, &ORIGIN).await.is_err());
    assert!(
        accounts::sign_in(app, "ed@example.com", PASSWORD, &ORIGIN)
            .await
            .is_err()
    );
    keywords::get(app, &tenant.scope, keyword).await.expect("stays");
    // The address is free again.
    ground.tenant("ed@example.com").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_s_limit_of_people_holds_with_open_invitations_and_at_once() {
    let ground = Ground::new().await;
    let app = &ground.app;
    let tenant = ground.tenant("ann@example.com").await;
    plan::Entity::update_many()
        .col_expr(plan::Column::MaxUsers, Expr::value(3))
        .exec(&app.db)
        .await
        .expect("a limit");
    let tries = (0..5).map(|number| {
        let scope = tenant.scope.clone();
        async move {
            invitations::create(
                app,
                &scope,
                invite(&format!("p{number}@example.com"), Role::Viewer, &[]),
            )
            .await
        }
    });
    let outcomes = futures::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 2);
    for error in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert!(matches!(error, Error::LimitReached(_)), "{error:?}");
        assert!(error.to_string().contains("allows 3 people"), "{error}");
    }
    // Each invited person may come in: the invitation has the place already.
    for link in outcomes.into_iter().flatten().map(|made| made.link) {
        invitations::accept(app, accept(&token(&link)), &ORIGIN)
            .await
            .expect("joins");
    }
}
