//! Links between the articles of a site: what is proposed, and setting it.
//!
//! A link leads to the public address of its target once there is one. Until then it is written as
//! `/content/{public id}` ([`engine::links::internal_address`]), which the sanitiser keeps; the publisher puts the public
//! address in its place, or leaves the words without a link, when the article goes out ([`for_readers`]).

use std::collections::{BTreeSet, HashMap};

use engine::links::{Spot, Target};
use entity::{
    ClusterId, ContentId, InternalLinkId, ListQuery, Page, SiteId, cluster, content,
    content::ContentStatus,
    content_version::VersionReason,
    internal_link::{self, AllAccepted, Filter, LinkStatus, Row},
};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};

use crate::{
    App, Error, Result, db, html,
    scope::{Scope, Scoped},
    writer::content as articles,
};

/// Where a link to an article leads.
fn address(public_id: &str, external_url: Option<&str>, status: ContentStatus) -> String {
    match external_url {
        Some(url) if status == ContentStatus::Published && !url.is_empty() => url.to_owned(),
        _ => engine::links::internal_address(public_id),
    }
}

/// All addresses that mean an article.
fn addresses(public_id: &str, external_url: Option<&str>) -> Vec<String> {
    let mut all = vec![engine::links::internal_address(public_id)];
    all.extend(external_url.map(str::to_owned));
    all
}

/// Comma separated words as a list.
pub(crate) fn list_of(text: &str) -> Vec<String> {
    text.split(',')
        .map(|word| word.trim().to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

/// The other articles of an article's site that can be linked, by their number.
pub(crate) async fn targets(db: &impl ConnectionTrait, scope: &Scope, article: &content::Model) -> Result<Vec<Target>> {
    use content::Column as C;
    type Found = (
        ContentId,
        String,
        String,
        String,
        Option<ClusterId>,
        String,
        Option<String>,
    );
    let rows: Vec<Found> = content::Entity::find_in(scope)
        .filter(C::SiteId.eq(article.site_id))
        .filter(C::Id.ne(article.id))
        .filter(C::Status.ne(ContentStatus::Archived))
        .order_by_asc(C::Id)
        .select_only()
        .columns([
            C::Id,
            C::Title,
            C::PrimaryKeyword,
            C::SecondaryKeywords,
            C::ClusterId,
            C::PublicId,
            C::ExternalUrl,
        ])
        .into_tuple()
        .all(db)
        .await?;
    let names: HashMap<ClusterId, String> = cluster::Entity::find_in(scope)
        .filter(cluster::Column::SiteId.eq(article.site_id))
        .select_only()
        .columns([cluster::Column::Id, cluster::Column::Name])
        .into_tuple::<(ClusterId, String)>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    Ok(rows
        .into_iter()
        .map(|(id, title, primary, secondary, cluster, public_id, url)| Target {
            id: id.0,
            title,
            primary_keyword: primary,
            secondary_keywords: list_of(&secondary),
            cluster: cluster.map(|cluster| cluster.0),
            cluster_name: cluster.and_then(|id| names.get(&id).cloned()).unwrap_or_default(),
            addresses: addresses(&public_id, url.as_deref()),
        })
        .collect())
}

/// Suggestions for an article and the links that were made of them, in the order of its text.
///
/// # Errors
/// [`Error::NotFound`] for an article that is not there for the caller.
pub async fn suggestions(
    app: &App,
    scope: &Scope,
    id: ContentId,
    filter: &Filter,
    query: &ListQuery,
) -> Result<Page<Row>> {
    use internal_link::Column as C;
    articles::find(app, scope, id).await?;
    let mut found = internal_link::Entity::find_in(scope).filter(C::ContentId.eq(id));
    if let Some(status) = filter.status {
        found = found.filter(C::Status.eq(status));
    }
    let found = db::ordered(
        found,
        query,
        &[
            ("position", C::Position),
            ("score", C::Score),
            ("created_at", C::CreatedAt),
        ],
        C::Position,
    )?;
    let page = db::page_of(&app.db, found.order_by_asc(C::Id), query).await?;
    Ok(Page {
        count: page.count,
        count_exact: true,
        page: page.page,
        page_size: page.page_size,
        results: rows(&app.db, scope, page.results).await?,
    })
}

async fn rows(db: &impl ConnectionTrait, scope: &Scope, links: Vec<internal_link::Model>) -> Result<Vec<Row>> {
    use content::Column as C;
    let found: Vec<(ContentId, String, ContentStatus, String, Option<String>)> = content::Entity::find_in(scope)
        .filter(C::Id.is_in(links.iter().map(|link| link.target_content_id)))
        .select_only()
        .columns([C::Id, C::Title, C::Status, C::PublicId, C::ExternalUrl])
        .into_tuple()
        .all(db)
        .await?;
    Ok(links
        .into_iter()
        .filter_map(|link| {
            let (_, title, status, public_id, url) = found.iter().find(|row| row.0 == link.target_content_id)?;
            Some(Row {
                target_title: title.clone(),
                target_status: *status,
                address: address(public_id, url.as_deref(), *status),
                link,
            })
        })
        .collect())
}

async fn load(db: &impl ConnectionTrait, scope: &Scope, id: InternalLinkId) -> Result<internal_link::Model> {
    let found = internal_link::Entity::find_in(scope)
        .filter(internal_link::Column::Id.eq(id))
        .one(db)
        .await?
        .ok_or(Error::NotFound("The suggestion"))?;
    scope.editor_of(found.site_id)?;
    Ok(found)
}

async fn article(db: &impl ConnectionTrait, scope: &Scope, id: ContentId) -> Result<content::Model> {
    let mut found = content::Entity::find_in(scope)
        .filter(content::Column::Id.eq(id))
        .one(db)
        .await?
        .ok_or(Error::NotFound("The article"))?;
    found.html_content = html::sanitize_article(&found.html_content);
    Ok(found)
}

/// Whether a text links to a target already, or the text with the link in it, or nothing when there is no place for it.
enum Set {
    There,
    Now(String),
    NoPlace,
}

async fn set(db: &impl ConnectionTrait, scope: &Scope, text: &str, link: &internal_link::Model) -> Result<Set> {
    let target = article(db, scope, link.target_content_id).await?;
    let url = target.external_url.as_deref();
    if engine::links::links_to(text, &addresses(&target.public_id, url)) {
        return Ok(Set::There);
    }
    let spot = Spot {
        anchor: link.anchor.clone(),
        sentence: link.sentence.clone(),
        position: usize::try_from(link.position).unwrap_or_default(),
    };
    Ok(
        match engine::links::link(text, &spot, &address(&target.public_id, url, target.status)) {
            Some(linked) => Set::Now(html::sanitize_article(&linked)),
            None => Set::NoPlace,
        },
    )
}

async fn mark(db: &impl ConnectionTrait, scope: &Scope, id: InternalLinkId, status: LinkStatus) -> Result<()> {
    internal_link::Entity::update_in(scope)
        .col_expr(internal_link::Column::Status, Expr::value(status.as_str()))
        .col_expr(internal_link::Column::UpdatedAt, Expr::value(crate::now()))
        .filter(internal_link::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

async fn save(db: &impl ConnectionTrait, scope: &Scope, before: content::Model, html: String) -> Result<()> {
    let base = before.revision;
    let next = content::Model {
        word_count: html::word_count(&html),
        html_content: html,
        ..before
    };
    let saved = articles::store(db, scope, base, next, None).await?;
    articles::write_version(db, &saved, scope.user, VersionReason::Linked).await
}

async fn one_row(db: &impl ConnectionTrait, scope: &Scope, id: InternalLinkId) -> Result<Row> {
    let link = load(db, scope, id).await?;
    rows(db, scope, vec![link])
        .await?
        .pop()
        .ok_or(Error::NotFound("The suggestion"))
}

/// Writes a link into its article, as a new version. What is there already is not written again.
///
/// # Errors
/// [`Error::Conflict`] when the sentence is not in the article any more, or somebody saved the article just now;
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn accept(app: &App, scope: &Scope, id: InternalLinkId) -> Result<Row> {
    let txn = db::begin_write(&app.db).await?;
    let link = load(&txn, scope, id).await?;
    if link.status != LinkStatus::Accepted {
        let before = article(&txn, scope, link.content_id).await?;
        match set(&txn, scope, &before.html_content, &link).await? {
            Set::There => {}
            Set::Now(html) => save(&txn, scope, before, html).await?,
            Set::NoPlace => {
                return Err(Error::Conflict(
                    "This sentence is not in the article any more, or its words are linked already. Find links again."
                        .to_owned(),
                ));
            }
        }
        mark(&txn, scope, id, LinkStatus::Accepted).await?;
    }
    let row = one_row(&txn, scope, id).await?;
    txn.commit().await?;
    Ok(row)
}

/// Writes all suggested links into an article, as one new version. Those whose sentence is gone stay suggestions.
///
/// # Errors
/// [`Error::Conflict`] when somebody saved the article just now; [`Error::NotFound`], [`Error::Forbidden`].
pub async fn accept_all(app: &App, scope: &Scope, id: ContentId) -> Result<AllAccepted> {
    let txn = db::begin_write(&app.db).await?;
    let before = article(&txn, scope, id).await?;
    scope.editor_of(before.site_id)?;
    let open = internal_link::Entity::find_in(scope)
        .filter(internal_link::Column::ContentId.eq(id))
        .filter(internal_link::Column::Status.eq(LinkStatus::Suggested))
        .order_by_asc(internal_link::Column::Position)
        .order_by_asc(internal_link::Column::Id)
        .all(&txn)
        .await?;
    let mut text = before.html_content.clone();
    let mut outcome = AllAccepted {
        accepted: 0,
        skipped: 0,
    };
    for link in &open {
        match set(&txn, scope, &text, link).await? {
            Set::There => {}
            Set::Now(html) => text = html,
            Set::NoPlace => {
                outcome.skipped += 1;
                continue;
            }
        }
        mark(&txn, scope, link.id, LinkStatus::Accepted).await?;
        outcome.accepted += 1;
    }
    if text != before.html_content {
        save(&txn, scope, before, text).await?;
    }
    txn.commit().await?;
    Ok(outcome)
}

/// Says that a link is not wanted: it is not proposed again. A link that stands in the article stays there.
///
/// # Errors
/// [`Error::Conflict`] for a link that was accepted, [`Error::NotFound`], [`Error::Forbidden`].
pub async fn reject(app: &App, scope: &Scope, id: InternalLinkId) -> Result<Row> {
    let txn = db::begin_write(&app.db).await?;
    let link = load(&txn, scope, id).await?;
    match link.status {
        LinkStatus::Rejected => {}
        LinkStatus::Suggested => mark(&txn, scope, id, LinkStatus::Rejected).await?,
        LinkStatus::Accepted => {
            return Err(Error::Conflict(
                "This link stands in the article. Remove it there if it is not wanted.".to_owned(),
            ));
        }
    }
    let row = one_row(&txn, scope, id).await?;
    txn.commit().await?;
    Ok(row)
}

/// The text of an article as it goes out: links to other articles lead to their public addresses, and those that are not
/// public yet are words without a link.
pub(crate) async fn for_readers(db: &impl ConnectionTrait, scope: &Scope, site: SiteId, html: &str) -> Result<String> {
    let named: BTreeSet<String> = engine::links::internal_ids(html).into_iter().collect();
    if named.is_empty() {
        return Ok(html.to_owned());
    }
    let known: HashMap<String, String> = content::Entity::find_in(scope)
        .filter(content::Column::SiteId.eq(site))
        .filter(content::Column::Status.eq(ContentStatus::Published))
        .filter(content::Column::PublicId.is_in(named))
        .select_only()
        .columns([content::Column::PublicId, content::Column::ExternalUrl])
        .into_tuple::<(String, Option<String>)>()
        .all(db)
        .await?
        .into_iter()
        .filter_map(|(id, url)| Some((id, url?)))
        .collect();
    Ok(engine::links::resolve(html, |id| known.get(id).cloned()))
}
