//! Sites and their sectors.

use domain::{Error, scope::Scope, sites};
use entity::{
    IndustryId, SectorId, sector,
    sector::{NewSector, SectorPatch},
    site::SitePatch,
};

use crate::support::{Ground, fields, new_site};

async fn switch(app: &domain::App, scope: &Scope, id: SectorId, active: bool) -> domain::Result<sector::Model> {
    let patch = SectorPatch {
        is_active: Some(active),
        ..Default::default()
    };
    sites::update_sector(app, scope, id, patch).await
}

#[tokio::test]
async fn a_site_has_five_active_sectors_and_no_sixth() {
    let ground = Ground::new().await;
    let (app, tenant) = (&ground.app, ground.tenant("ann@example.com").await);
    let scope = &tenant.scope;
    let made = sites::create(app, scope, new_site("Five", &["A", "B", "C", "D", "E"]))
        .await
        .expect("five");
    assert_eq!(made.sectors.len(), 5);
    let six = new_site("Six", &["A", "B", "C", "D", "E", "F"]);
    assert_eq!(
        fields(&sites::create(app, scope, six).await.expect_err("a refusal")),
        ["sectors"]
    );
    let sixth = NewSector {
        site_id: made.site.id,
        name: "F".to_owned(),
        industry_sector_id: None,
    };
    let error = sites::add_sector(app, scope, sixth.clone())
        .await
        .expect_err("a refusal");
    assert!(matches!(error, Error::LimitReached(_)), "{error:?}");
    // One switched off makes room for one, and must stay off then.
    let off = switch(app, scope, made.sectors[0].id, false)
        .await
        .expect("switches off");
    assert!(!off.is_active);
    sites::add_sector(app, scope, sixth).await.expect("a place is free");
    let error = switch(app, scope, off.id, true).await.expect_err("a refusal");
    assert!(matches!(error, Error::LimitReached(_)), "{error:?}");
    switch(app, scope, made.sectors[1].id, false)
        .await
        .expect("switches off");
    assert!(
        switch(app, scope, off.id, true)
            .await
            .expect("a place is free")
            .is_active
    );
    // To switch on what is on changes nothing.
    switch(app, scope, off.id, true).await.expect("is on");
    let listed = sites::list(app, scope).await.expect("sites");
    let five = listed.iter().find(|one| one.site.id == made.site.id).expect("the site");
    assert_eq!(five.sectors.iter().filter(|sector| sector.is_active).count(), 5);
    assert_eq!(five.sectors.len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn sectors_added_at_once_stay_within_five() {
    let ground = Ground::new().await;
    let (app, tenant) = (&ground.app, ground.tenant("ann@example.com").await);
    let scope = &tenant.scope;
    let tries = (0..10).map(|number| {
        sites::add_sector(
            app,
            scope,
            NewSector {
                site_id: tenant.site,
                name: format!("Sector {number}"),
                industry_sector_id: None,
            },
        )
    });
    let outcomes = futures::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 4);
    for error in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert!(matches!(error, Error::LimitReached(_)), "{error:?}");
    }
    let listed = sites::list(app, scope).await.expect("sites");
    assert_eq!(listed[0].sectors.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn slugs_are_unique_in_the_account_and_in_the_site() {
    let ground = Ground::new().await;
    let (app, tenant) = (&ground.app, ground.tenant("ann@example.com").await);
    let scope = &tenant.scope;
    let first = sites::create(app, scope, new_site("My Blog", &["A"]))
        .await
        .expect("a site");
    let second = sites::create(app, scope, new_site("my blog!", &["A"]))
        .await
        .expect("a site");
    assert_eq!(
        (first.site.slug.as_str(), second.site.slug.as_str()),
        ("my-blog", "my-blog-2")
    );
    // Names without a letter that fits into an address, and many at once.
    let made = futures::future::join_all((0..5).map(|_| sites::create(app, scope, new_site("☕☕", &["☕"])))).await;
    let mut slugs: Vec<String> = made.into_iter().map(|one| one.expect("a site").site.slug).collect();
    slugs.sort();
    slugs.dedup();
    assert_eq!(slugs.len(), 5);
    // Another account has its own names.
    let other = ground.tenant("bob@example.com").await;
    let theirs = sites::create(app, &other.scope, new_site("My Blog", &["A"]))
        .await
        .expect("a site");
    assert_eq!(theirs.site.slug, "my-blog");
    // A sector's name is taken once per site, whatever its case.
    let again = NewSector {
        site_id: first.site.id,
        name: " a ".to_owned(),
        industry_sector_id: None,
    };
    assert_eq!(
        fields(&sites::add_sector(app, scope, again).await.expect_err("a refusal")),
        ["name"]
    );
    let same = sites::create(app, scope, new_site("Twice", &["Coffee", "coffee", " COFFEE "]))
        .await
        .expect("a site");
    assert_eq!(same.sectors.len(), 1);
    let alike = sites::create(app, scope, new_site("Alike", &["Cold brew", "Cold-brew"]))
        .await
        .expect_err("a refusal");
    assert_eq!(fields(&alike), ["sectors"]);
    assert!(
        sites::list(app, scope)
            .await
            .expect("sites")
            .iter()
            .all(|one| one.site.name != "Alike")
    );
}

#[tokio::test]
async fn what_a_person_types_is_checked() {
    let ground = Ground::new().await;
    let (app, tenant) = (&ground.app, ground.tenant("ann@example.com").await);
    let scope = &tenant.scope;
    let with_domain = |domain: &str| entity::site::NewSite {
        domain: Some(domain.to_owned()),
        ..new_site("Site", &["A"])
    };
    for (typed, stored) in [
        ("example.com", Some("https://example.com")),
        ("https://example.com/", Some("https://example.com")),
        ("http://example.com/blog/", Some("http://example.com/blog")),
        ("  ", None),
    ] {
        let made = sites::create(app, scope, with_domain(typed)).await.expect("a site");
        assert_eq!(made.site.domain.as_deref(), stored, "{typed}");
    }
    for wrong in [
        "ftp://example.com",
        "http://",
        "https://user:pw@example.com",
        "javascript:alert(1)",
        "exa mple.com",
        "https://",
    ] {
        let error = sites::create(app, scope, with_domain(wrong)).await.expect_err(wrong);
        assert_eq!(fields(&error), ["domain"], "{wrong}");
        let patch = SitePatch {
            domain: Some(wrong.to_owned()),
            ..Default::default()
        };
        assert_eq!(
            fields(&sites::update(app, scope, tenant.site, patch).await.expect_err(wrong)),
            ["domain"]
        );
    }
    let error = sites::create(app, scope, new_site(" ", &[" "]))
        .await
        .expect_err("a refusal");
    assert_eq!(fields(&error), ["name", "sectors"]);
    let error = sites::create(app, scope, new_site(&"x".repeat(81), &["A"]))
        .await
        .expect_err("a refusal");
    assert_eq!(fields(&error), ["name"]);
    let unknown = entity::site::NewSite {
        industry_id: Some(IndustryId(999)),
        ..new_site("Site", &["A"])
    };
    assert_eq!(
        fields(&sites::create(app, scope, unknown).await.expect_err("a refusal")),
        ["industry_id"]
    );
    let known = domain::catalogue::industries(app).await.expect("industries");
    assert_eq!(known.len(), 20);
    let in_trade = entity::site::NewSite {
        industry_id: Some(known[0].industry.id),
        ..new_site("Site", &["A"])
    };
    assert_eq!(
        sites::create(app, scope, in_trade)
            .await
            .expect("a site")
            .site
            .industry_id,
        Some(known[0].industry.id)
    );

    let patch = SitePatch {
        name: Some(" New name ".to_owned()),
        domain: Some("shop.example".to_owned()),
        is_active: Some(false),
        ..Default::default()
    };
    let changed = sites::update(app, scope, tenant.site, patch).await.expect("changes");
    assert_eq!(
        (changed.name.as_str(), changed.domain.as_deref(), changed.is_active),
        ("New name", Some("https://shop.example"), false)
    );
    // What is absent stays; an empty address clears it.
    let kept = sites::update(app, scope, tenant.site, SitePatch::default())
        .await
        .expect("changes");
    assert_eq!(kept.domain, changed.domain);
    let patch = SitePatch {
        domain: Some(String::new()),
        ..Default::default()
    };
    assert_eq!(
        sites::update(app, scope, tenant.site, patch)
            .await
            .expect("changes")
            .domain,
        None
    );
}
