//! Server functions of the planner.
#![allow(missing_docs, reason = "the macro makes a struct of the arguments of each function")]

use engine::import::Mapping;
use entity::{
    ApiError, ClusterId, IdeaId, KeywordId, KeywordImportId, ListQuery, Page, SiteId, cluster,
    idea::{self, IdeaStatus},
    keyword,
    keyword_change::Source,
    keyword_import::{self, ImportKind, ImportReport, NewImport, Unpacked},
    opportunity, planner_dashboard, topic,
};
use leptos::prelude::*;
use server_fn::codec::Json;

/// Keywords of a filter.
#[server(input = Json)]
pub async fn list_keywords(filter: keyword::Filter, query: ListQuery) -> Result<Page<keyword::Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::keywords::list(&app, &scope, &filter, &query)
        .await
        .map_err(crate::context::fail)
}

/// Adds a keyword by hand.
#[server(input = Json)]
pub async fn create_keyword(new: keyword::New) -> Result<keyword::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::keywords::create(&app, &scope, new)
        .await
        .map_err(crate::context::fail)
}

/// Changes a keyword.
#[server(input = Json)]
pub async fn update_keyword(id: KeywordId, patch: keyword::Patch) -> Result<keyword::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::keywords::update(&app, &scope, id, patch)
        .await
        .map_err(crate::context::fail)
}

/// Announces a keyword file.
#[server(input = Json)]
pub async fn begin_import(new: NewImport) -> Result<keyword_import::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::import::begin(&app, &scope, new)
        .await
        .map_err(crate::context::fail)
}

/// The whole file has arrived: starts reading it.
#[server(input = Json)]
pub async fn finish_import(id: KeywordImportId) -> Result<keyword_import::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::import::finish(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// How far an import is, and which rows it refused.
#[server(input = Json)]
pub async fn get_import(id: KeywordImportId) -> Result<ImportReport, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::import::report(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Stops an import; what is in stays.
#[server(input = Json)]
pub async fn cancel_import(id: KeywordImportId) -> Result<(), ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::import::cancel(&app, &scope, id)
        .await
        .map(drop)
        .map_err(crate::context::fail)
}

/// Chooses anew for a file that has arrived and is not read yet.
#[server(input = Json)]
pub async fn choose_import(id: KeywordImportId, new: NewImport) -> Result<keyword_import::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::import::choose(&app, &scope, id, new)
        .await
        .map_err(crate::context::fail)
}

/// Looks into a workbook or an archive that has arrived.
#[server(input = Json)]
pub async fn look_into_import(id: KeywordImportId, sheet: Option<String>) -> Result<Unpacked, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::import::look(&app, &scope, id, sheet)
        .await
        .map_err(crate::context::fail)
}

/// Takes back what an import did.
#[server(input = Json)]
pub async fn undo_import(id: KeywordImportId) -> Result<keyword_import::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::import::undo(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Imports of a site, newest first.
#[server(input = Json)]
pub async fn list_imports(site_id: SiteId, query: ListQuery) -> Result<Page<keyword_import::Model>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::import::list(&app, &scope, Some(site_id), &query)
        .await
        .map_err(crate::context::fail)
}

/// Columns that were chosen before for files of this header.
#[server(input = Json)]
pub async fn remembered_columns(kind: ImportKind, headers: Vec<String>) -> Result<Option<Mapping>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::import::remembered(&app, &scope, kind, &headers)
        .await
        .map_err(crate::context::fail)
}

/// Forgets the columns that were chosen for files of this header.
#[server(input = Json)]
pub async fn forget_columns(site_id: SiteId, kind: ImportKind, headers: Vec<String>) -> Result<(), ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::import::forget(&app, &scope, site_id, kind, &headers)
        .await
        .map_err(crate::context::fail)
}

/// Where the values of a keyword come from.
#[server(input = Json)]
pub async fn keyword_sources(id: KeywordId) -> Result<Vec<Source>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::keywords::sources(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Clusters of a filter.
#[server(input = Json)]
pub async fn list_clusters(filter: cluster::Filter, query: ListQuery) -> Result<Page<cluster::Model>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::clusters::list(&app, &scope, &filter, &query)
        .await
        .map_err(crate::context::fail)
}

/// One cluster.
#[server(input = Json)]
pub async fn get_cluster(id: ClusterId) -> Result<cluster::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::clusters::get(&app, &scope, id)
        .await
        .map_err(crate::context::fail)
}

/// Makes a cluster by hand.
#[server(input = Json)]
pub async fn create_cluster(new: cluster::New) -> Result<cluster::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::clusters::create(&app, &scope, new)
        .await
        .map_err(crate::context::fail)
}

/// Changes a cluster.
#[server(input = Json)]
pub async fn update_cluster(id: ClusterId, patch: cluster::Patch) -> Result<cluster::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::clusters::update(&app, &scope, id, patch)
        .await
        .map_err(crate::context::fail)
}

/// Deletes clusters, not their keywords; says how many.
#[server(input = Json)]
pub async fn delete_clusters(ids: Vec<ClusterId>) -> Result<u64, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::clusters::delete(&app, &scope, &ids)
        .await
        .map_err(crate::context::fail)
}

/// Ideas of a filter.
#[server(input = Json)]
pub async fn list_ideas(filter: idea::Filter, query: ListQuery) -> Result<Page<idea::Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::ideas::list(&app, &scope, &filter, &query)
        .await
        .map_err(crate::context::fail)
}

/// Adds an idea by hand.
#[server(input = Json)]
pub async fn create_idea(new: idea::New) -> Result<idea::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::ideas::create(&app, &scope, new)
        .await
        .map_err(crate::context::fail)
}

/// Changes an idea.
#[server(input = Json)]
pub async fn update_idea(id: IdeaId, patch: idea::Patch) -> Result<idea::Model, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::ideas::update(&app, &scope, id, patch)
        .await
        .map_err(crate::context::fail)
}

/// Deletes ideas; says how many.
#[server(input = Json)]
pub async fn delete_ideas(ids: Vec<IdeaId>) -> Result<u64, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::ideas::delete(&app, &scope, &ids)
        .await
        .map_err(crate::context::fail)
}

/// Gives ideas a status; says how many changed.
#[server(input = Json)]
pub async fn set_idea_status(ids: Vec<IdeaId>, status: IdeaStatus) -> Result<u64, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::ideas::set_status(&app, &scope, &ids, status)
        .await
        .map_err(crate::context::fail)
}

/// Makes a writing task of each idea that has none.
#[server(input = Json)]
pub async fn queue_ideas(queue: idea::Queue) -> Result<idea::QueueResult, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::ideas::queue_to_writer(&app, &scope, &queue)
        .await
        .map_err(crate::context::fail)
}

/// What the site has about a topic already.
#[server(input = Json)]
pub async fn near_topics(ask: topic::Ask) -> Result<Vec<topic::Near>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::topics::near(&app, &scope, &ask)
        .await
        .map_err(crate::context::fail)
}

/// Keywords worth writing for, of one source.
#[server(input = Json)]
pub async fn list_opportunities(
    filter: opportunity::Filter,
    query: ListQuery,
) -> Result<Page<opportunity::Row>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::opportunities::list(&app, &scope, &filter, &query)
        .await
        .map_err(crate::context::fail)
}

/// What there is to choose from, and how far the scores are.
#[server(input = Json)]
pub async fn opportunity_status(filter: opportunity::Filter) -> Result<opportunity::Status, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::opportunities::status(&app, &scope, &filter)
        .await
        .map_err(crate::context::fail)
}

/// Keywords that several pieces of content have for their main one.
#[server(input = Json)]
pub async fn list_collisions(
    filter: opportunity::Filter,
    query: ListQuery,
) -> Result<Page<opportunity::Collision>, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::opportunities::collisions(&app, &scope, &filter, &query)
        .await
        .map_err(crate::context::fail)
}

/// Takes keywords of the library and of competitors into a sector.
#[server(input = Json)]
pub async fn add_opportunities(input: opportunity::Add) -> Result<opportunity::Added, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::opportunities::add(&app, &scope, &input)
        .await
        .map_err(crate::context::fail)
}

/// How far a site is from keywords to articles.
#[server(input = Json)]
pub async fn planner_dashboard(filter: planner_dashboard::Filter) -> Result<planner_dashboard::Dashboard, ApiError> {
    let (app, scope) = crate::context::signed_in().await?;
    domain::planner::dashboard::dashboard(&app, &scope, &filter)
        .await
        .map_err(crate::context::fail)
}
