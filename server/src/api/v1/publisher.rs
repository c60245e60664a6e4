//! Publishing.

use domain::{App, publisher};
use entity::{
    ListQuery, publishing_record,
    publishing_record::{PublishRequest, Row},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Body, Caller, Params},
    envelope::{Data, List},
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(publish)).routes(routes!(list))
}

/// Sends articles to a destination. Sending again updates the same post. Answers at once; follow the records.
#[utoipa::path(post, path = "/publish/", tag = "publisher", request_body = PublishRequest, responses((status = 200, body = Data<Vec<Row>>)))]
async fn publish(caller: Caller, Body(input): Body<PublishRequest>) -> Answer<Data<Vec<Row>>> {
    caller
        .answer(publisher::publish(&caller.app, &caller.scope, input).await)
        .map(Data::of)
}

/// Publications, the latest first.
#[utoipa::path(get, path = "/publishing-records/", tag = "publisher", params(ListQuery, publishing_record::Filter), responses((status = 200, body = List<Row>)))]
async fn list(
    caller: Caller,
    Params(filter): Params<publishing_record::Filter>,
    Params(list): Params<ListQuery>,
) -> Answer<List<Row>> {
    let page = caller.answer(publisher::records(&caller.app, &caller.scope, &filter, &list).await)?;
    Ok(List::of(page, &caller.uri))
}
