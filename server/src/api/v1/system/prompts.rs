//! Prompts: what AI functions ask a model.

use domain::{App, thinker::prompts};
use entity::{
    ListQuery,
    ai_prompt::{Detail, Input, Preview, PreviewRequest, Row},
    ai_prompt_version,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    door::{Answer, Body, Caller, Name, Params},
    envelope::{Data, List},
};

/// Routes of this module.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get, save))
        .routes(routes!(reset))
        .routes(routes!(versions))
        .routes(routes!(preview))
}

/// Every prompt, with the text that is used in each sector and why.
#[utoipa::path(get, path = "/prompts/", tag = "system", responses((status = 200, body = Data<Vec<Row>>)))]
async fn list(caller: Caller) -> Answer<Data<Vec<Row>>> {
    caller
        .answer(prompts::list(&caller.app, &caller.scope).await)
        .map(Data::of)
}

/// One prompt with its default and its variables. `prompt_type` is the name of an AI function.
#[utoipa::path(get, path = "/prompts/{prompt_type}/", tag = "system", params(("prompt_type" = String, Path)), responses((status = 200, body = Data<Detail>)))]
async fn get(caller: Caller, Name(name): Name) -> Answer<Data<Detail>> {
    let function = caller.answer(prompts::named(&name))?;
    caller
        .answer(prompts::get(&caller.app, &caller.scope, function).await)
        .map(Data::of)
}

/// Saves a text of the account's own as a new version. For owners and admins.
#[utoipa::path(put, path = "/prompts/{prompt_type}/", tag = "system", params(("prompt_type" = String, Path)), request_body = Input, responses((status = 200, body = Data<Detail>), (status = 409)))]
async fn save(caller: Caller, Name(name): Name, Body(input): Body<Input>) -> Answer<Data<Detail>> {
    let function = caller.answer(prompts::named(&name))?;
    caller
        .answer(prompts::save(&caller.app, &caller.scope, function, input).await)
        .map(Data::of)
}

/// Goes back to the default; the account's text stays among the versions. For owners and admins.
#[utoipa::path(post, path = "/prompts/{prompt_type}/reset/", tag = "system", params(("prompt_type" = String, Path)), responses((status = 200, body = Data<Detail>)))]
async fn reset(caller: Caller, Name(name): Name) -> Answer<Data<Detail>> {
    let function = caller.answer(prompts::named(&name))?;
    caller
        .answer(prompts::reset(&caller.app, &caller.scope, function).await)
        .map(Data::of)
}

/// Saved states, the youngest first. To put one back, save its text.
#[utoipa::path(get, path = "/prompts/{prompt_type}/versions/", tag = "system", params(("prompt_type" = String, Path), ListQuery), responses((status = 200, body = List<ai_prompt_version::Row>)))]
async fn versions(
    caller: Caller,
    Name(name): Name,
    Params(query): Params<ListQuery>,
) -> Answer<List<ai_prompt_version::Row>> {
    let function = caller.answer(prompts::named(&name))?;
    let page = caller.answer(prompts::versions(&caller.app, &caller.scope, function, &query).await)?;
    Ok(List::of(page, &caller.uri))
}

/// What a model would be asked about the latest thing of a sector. Nobody is asked and nothing is charged.
#[utoipa::path(post, path = "/prompts/{prompt_type}/preview/", tag = "system", params(("prompt_type" = String, Path)), request_body = PreviewRequest, responses((status = 200, body = Data<Preview>)))]
async fn preview(caller: Caller, Name(name): Name, Body(request): Body<PreviewRequest>) -> Answer<Data<Preview>> {
    let function = caller.answer(prompts::named(&name))?;
    caller
        .answer(prompts::preview(&caller.app, &caller.scope, function, request).await)
        .map(Data::of)
}
