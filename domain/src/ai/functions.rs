//! The list of AI functions, and what all of them share.
//!
//! Each function is a file with the same four parts: `plan` (validate, load, price), `produce` (load, prompt, ask, parse),
//! `save` (write the result inside the settling transaction), and a label for its result.

pub mod auto_cluster;
pub mod generate_content;
pub mod generate_ideas;
pub mod generate_image_prompts;
pub mod generate_images;
pub mod generate_site_structure;
pub mod optimize_content;
pub mod suggest_links;

use entity::{
    AuthorProfileId, ClusterId, ContentId, CreditCostId, ImageId, SectorId, SiteId, TaskId,
    ai_task::{self, AiFunction, Start},
    ai_task_item::{self, ItemStatus},
    content,
    credit_cost::{self, CostUnit},
    credit_usage_log::Operation,
    image, task,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};

use super::{
    providers::{Provider, TextRequest, Usage},
    settings::{self, Chosen},
    template::Template,
};
use crate::{
    App, Error, Result, billing,
    scope::{Scope, Scoped},
    thinker::question::Question,
};

/// Most units in one request of a kind that has no limit of its own.
const MAX_ITEMS: usize = 5_000;

/// What a task will do, before it starts.
#[derive(Debug)]
pub struct Plan {
    /// The function.
    pub function: AiFunction,
    /// The site that all units belong to.
    pub site: SiteId,
    /// The sector of the first unit.
    pub sector: SectorId,
    /// The price in force.
    pub cost: CreditCostId,
    /// The units.
    pub items: Vec<PlannedItem>,
}

/// One unit of a plan.
#[derive(Debug)]
pub struct PlannedItem {
    /// What it is about.
    pub object_type: &'static str,
    /// Which one; 0 when it is about many.
    pub object_id: i64,
    /// Credits that it costs at most.
    pub credits: i64,
    /// Words of the month's that it holds.
    pub words: i32,
}

/// What the producing half of a unit can reach.
pub struct Context<'a> {
    /// The services.
    pub app: &'a App,
    /// The task.
    pub task: &'a ai_task::Model,
    /// The system acting for the task's account.
    pub scope: Scope,
}

impl<'a> Context<'a> {
    /// Acts for the task's account in the name of who started it.
    pub fn new(app: &'a App, task: &'a ai_task::Model) -> Self {
        let mut scope = Scope::system(task.account_id);
        scope.user = task.user_id;
        scope.request_id = task.public_id.clone();
        Self { app, task, scope }
    }

    /// What the task's function is told in a sector. `author` is the one of the thing that is worked on.
    pub(crate) async fn question(&self, sector: SectorId, author: Option<AuthorProfileId>) -> Result<Question> {
        Question::load(&self.app.db, &self.scope, self.task.function, sector, author).await
    }

    /// Who does the task's function, none for the built-in engine.
    pub(crate) async fn provider(&self) -> Result<Option<Chosen>> {
        let chosen = settings::chosen(self.app, &self.scope, self.task.function).await?;
        Ok(chosen.map(|chosen| chosen.telling(self.app, self.task)))
    }

    /// The price that was in force when the task was started.
    pub(crate) async fn cost(&self) -> Result<credit_cost::Model> {
        match self.task.credit_cost_id {
            Some(id) => billing::price(&self.app.db, id).await,
            // Started by a version that did not note it.
            None => billing::cost_of(&self.app.db, &self.scope, operation(self.task.function)).await,
        }
    }
}

/// What a unit brought, before it is saved.
pub struct Finished {
    /// The result.
    pub made: Made,
    /// What it costs; never more than was held.
    pub credits: i64,
    /// Who made it.
    pub provider: entity::provider_setting::Provider,
    /// With which model.
    pub model: String,
    /// Tokens used.
    pub usage: Usage,
}

impl Finished {
    /// Made by the built-in engine.
    fn builtin(made: Made, credits: i64) -> Self {
        Self {
            made,
            credits,
            provider: entity::provider_setting::Provider::Builtin,
            model: concat!("igny8-engine ", env!("CARGO_PKG_VERSION")).to_owned(),
            usage: Usage::default(),
        }
    }

    /// Made by a provider.
    fn by(provider: &dyn Provider, model: String, usage: Usage, made: Made, credits: i64) -> Self {
        Self {
            made,
            credits,
            provider: provider.kind(),
            model,
            usage,
        }
    }
}

/// The results of all functions.
pub enum Made {
    /// Groups of keywords.
    Clusters(auto_cluster::Groups),
    /// Ideas for one cluster.
    Ideas(generate_ideas::Ideas),
    /// An article for one task.
    Article(Box<generate_content::Article>),
    /// Descriptions of one article's pictures.
    Prompts(generate_image_prompts::Prompts),
    /// A picture.
    Picture(generate_images::Picture),
    /// Links for one article.
    Links(suggest_links::Links),
    /// A better version of one article.
    Improvement(Box<optimize_content::Improvement>),
    /// The plan of a site.
    Structure(generate_site_structure::Structure),
}

impl Made {
    /// Words that count against the month's.
    pub(super) fn words(&self) -> i32 {
        match self {
            Self::Article(article) => article.words(),
            _ => 0,
        }
    }
}

/// What was saved.
pub struct Saved {
    /// For the ledger's description.
    pub label: String,
    /// For programs: numbers and ids.
    pub detail: serde_json::Value,
}

/// Validates a request and lays out its units with their prices.
///
/// # Errors
/// [`Error::NotFound`] for ids that are not there for the caller, [`Error::Invalid`], [`Error::Forbidden`].
pub async fn plan(app: &App, scope: &Scope, start: &Start) -> Result<Plan> {
    let plan = match start {
        Start::AutoCluster { .. } => auto_cluster::plan(app, scope, &auto_cluster::Wanted::of(start)?).await?,
        Start::GenerateIdeas { cluster_ids } => generate_ideas::plan(app, scope, &unique(cluster_ids)).await?,
        Start::GenerateContent { task_ids } => generate_content::plan(app, scope, &unique(task_ids)).await?,
        Start::GenerateImagePrompts { content_ids } => {
            generate_image_prompts::plan(app, scope, &unique(content_ids)).await?
        }
        Start::GenerateImages { image_ids } => generate_images::plan(app, scope, &unique(image_ids)).await?,
        Start::SuggestLinks { content_ids } => suggest_links::plan(app, scope, &unique(content_ids)).await?,
        Start::OptimizeContent { content_ids } => optimize_content::plan(app, scope, &unique(content_ids)).await?,
        Start::GenerateSiteStructure { site_id } => generate_site_structure::plan(app, scope, *site_id).await?,
    };
    if plan.items.len() > MAX_ITEMS {
        return Err(Error::Invalid {
            message: format!(
                "{} rows are too many for one job: at most {MAX_ITEMS}.",
                plan.items.len()
            ),
            fields: Vec::new(),
        });
    }
    Ok(plan)
}

/// The default text of a function and its variables; none for functions without a text.
pub fn template(function: AiFunction) -> Option<&'static Template> {
    match function {
        AiFunction::AutoCluster => Some(&auto_cluster::TEMPLATE),
        AiFunction::GenerateIdeas => Some(&generate_ideas::TEMPLATE),
        AiFunction::GenerateContent => Some(&generate_content::TEMPLATE),
        AiFunction::GenerateImagePrompts => Some(&generate_image_prompts::TEMPLATE),
        AiFunction::GenerateImages => Some(&generate_images::TEMPLATE),
        AiFunction::GenerateSiteStructure => Some(&generate_site_structure::TEMPLATE),
        AiFunction::OptimizeContent => Some(&optimize_content::TEMPLATE),
        AiFunction::SuggestLinks => Some(&suggest_links::TEMPLATE),
    }
}

/// A question as it would be asked about something real.
pub(crate) struct Sample {
    /// What it is about.
    pub about: String,
    /// Which text it is made of.
    pub in_force: entity::ai_prompt::InForce,
    /// Our rules.
    pub system: String,
    /// The text, filled in.
    pub user: String,
}

impl Sample {
    fn new(about: impl Into<String>, question: Question, request: TextRequest) -> Self {
        Self {
            about: about.into(),
            in_force: question.in_force,
            system: request.system,
            user: request.user,
        }
    }
}

/// What a model would be asked about the latest thing of a sector; nothing while the sector has none. `text` is tried
/// instead of the one in force.
///
/// # Errors
/// [`Error::NotFound`] for a sector that is not there for the caller.
pub(crate) async fn sample(
    app: &App,
    scope: &Scope,
    function: AiFunction,
    sector: SectorId,
    text: Option<&str>,
) -> Result<Option<Sample>> {
    let ask = Trial {
        app,
        scope,
        function,
        sector,
        text,
    };
    match function {
        AiFunction::AutoCluster => auto_cluster::sample(&ask).await,
        AiFunction::GenerateIdeas => generate_ideas::sample(&ask).await,
        AiFunction::GenerateContent => generate_content::sample(&ask).await,
        AiFunction::GenerateImagePrompts => generate_image_prompts::sample(&ask).await,
        AiFunction::GenerateImages => generate_images::sample(&ask).await,
        AiFunction::GenerateSiteStructure => generate_site_structure::sample(&ask).await,
        AiFunction::OptimizeContent => optimize_content::sample(&ask).await,
        AiFunction::SuggestLinks => suggest_links::sample(&ask).await,
    }
}

/// A question that is only looked at.
struct Trial<'a> {
    app: &'a App,
    scope: &'a Scope,
    function: AiFunction,
    sector: SectorId,
    text: Option<&'a str>,
}

impl Trial<'_> {
    async fn question(&self, author: Option<AuthorProfileId>) -> Result<Question> {
        let found = Question::load(&self.app.db, self.scope, self.function, self.sector, author).await?;
        Ok(match self.text {
            Some(text) => found.with_text(text.to_owned()),
            None => found,
        })
    }
}

/// Which operation of the cost table a function is.
pub fn operation(function: AiFunction) -> Operation {
    match function {
        AiFunction::AutoCluster => Operation::Clustering,
        AiFunction::GenerateIdeas => Operation::Ideas,
        AiFunction::GenerateContent => Operation::Content,
        AiFunction::GenerateImagePrompts => Operation::ImagePrompts,
        AiFunction::GenerateImages => Operation::Images,
        AiFunction::GenerateSiteStructure => Operation::SiteStructure,
        AiFunction::OptimizeContent => Operation::Optimization,
        AiFunction::SuggestLinks => Operation::Linking,
    }
}

/// Marks what a new task will work on.
///
/// # Errors
/// [`Error::Conflict`] when what it was to make is there by now.
pub(super) async fn begin(db: &DatabaseTransaction, scope: &Scope, function: AiFunction, plan: &Plan) -> Result<()> {
    if function == AiFunction::GenerateContent {
        for chunk in plan.items.chunks(500) {
            let ids: Vec<TaskId> = chunk.iter().map(|item| TaskId(item.object_id)).collect();
            generate_content::refuse_written(db, scope, &ids).await?;
            task::Entity::update_in(scope)
                .col_expr(task::Column::Status, Expr::value(task::TaskStatus::InProgress.as_str()))
                .filter(task::Column::Id.is_in(ids))
                .exec(db)
                .await?;
        }
    }
    Ok(())
}

/// Takes the marks back from a unit that failed or was not begun.
pub(super) async fn undo_begin(
    db: &DatabaseTransaction,
    ai_task: &ai_task::Model,
    item: &ai_task_item::Model,
    error: Option<&Error>,
) -> Result<()> {
    let scope = Scope::system(ai_task.account_id);
    match ai_task.function {
        AiFunction::GenerateContent => {
            task::Entity::update_in(&scope)
                .col_expr(task::Column::Status, Expr::value(task::TaskStatus::Draft.as_str()))
                .filter(task::Column::Id.eq(item.object_id))
                .filter(task::Column::Status.eq(task::TaskStatus::InProgress))
                .exec(db)
                .await?;
        }
        AiFunction::GenerateImages => {
            if let Some(error) = error {
                image::Entity::update_in(&scope)
                    .col_expr(image::Column::Status, Expr::value(image::ImageStatus::Failed.as_str()))
                    .col_expr(image::Column::Error, Expr::value(error.public_message()))
                    .filter(image::Column::Id.eq(item.object_id))
                    // A picture that is there already stays: only its replacement failed.
                    .filter(image::Column::StorageKey.is_null())
                    .exec(db)
                    .await?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// The first half of a unit: everything up to the result, without writing it.
pub(super) async fn produce(context: &Context<'_>, item: &ai_task_item::Model) -> Result<Finished> {
    match context.task.function {
        AiFunction::AutoCluster => auto_cluster::produce(context, item).await,
        AiFunction::GenerateIdeas => generate_ideas::produce(context, item).await,
        AiFunction::GenerateContent => generate_content::produce(context, item).await,
        AiFunction::GenerateImagePrompts => generate_image_prompts::produce(context, item).await,
        AiFunction::GenerateImages => generate_images::produce(context, item).await,
        AiFunction::SuggestLinks => suggest_links::produce(context, item).await,
        AiFunction::OptimizeContent => optimize_content::produce(context, item).await,
        AiFunction::GenerateSiteStructure => generate_site_structure::produce(context, item).await,
    }
}

/// The second half: writes the result inside the transaction that pays for it.
pub(super) async fn save(
    context: &Context<'_>,
    db: &DatabaseTransaction,
    item: &ai_task_item::Model,
    made: Made,
) -> Result<Saved> {
    match made {
        Made::Clusters(groups) => auto_cluster::save(context, db, groups).await,
        Made::Ideas(ideas) => generate_ideas::save(context, db, item, ideas).await,
        Made::Article(article) => generate_content::save(context, db, *article).await,
        Made::Prompts(prompts) => generate_image_prompts::save(context, db, prompts).await,
        Made::Picture(picture) => generate_images::save(context, db, picture).await,
        Made::Links(links) => suggest_links::save(context, db, item, links).await,
        Made::Improvement(made) => optimize_content::save(context, db, item, *made).await,
        Made::Structure(made) => generate_site_structure::save(context, db, item, made).await,
    }
}

/// What came out of a task, in a sentence.
pub(super) async fn summary(db: &impl ConnectionTrait, task: &ai_task::Model) -> Result<String> {
    let results: Vec<Option<String>> = ai_task_item::Entity::find()
        .filter(ai_task_item::Column::AiTaskId.eq(task.id))
        .filter(ai_task_item::Column::Status.eq(ItemStatus::Done))
        .order_by_asc(ai_task_item::Column::Position)
        .select_only()
        .column(ai_task_item::Column::Result)
        .into_tuple()
        .all(db)
        .await?;
    let results: Vec<serde_json::Value> = results
        .iter()
        .flatten()
        .filter_map(|text| serde_json::from_str(text).ok())
        .collect();
    let sum = |name: &str| -> i64 { results.iter().filter_map(|result| result[name].as_i64()).sum() };
    let mut text = match task.function {
        AiFunction::AutoCluster => format!(
            "{} placed in {} and {}; {} left ungrouped{}.",
            count_of(sum("placed"), "keyword"),
            count_of(sum("created"), "new cluster"),
            count_of(sum("extended"), "existing one"),
            sum("leftover"),
            match sum("removed") {
                0 => String::new(),
                number => format!("; {} that became empty removed", count_of(number, "cluster")),
            }
        ),
        AiFunction::GenerateIdeas => format!("{} made.", count_of(sum("ideas"), "idea")),
        AiFunction::GenerateContent => format!("{} written.", count_of(sum("articles"), "article")),
        AiFunction::GenerateImagePrompts => format!("{} planned.", count_of(sum("images"), "image")),
        AiFunction::GenerateImages => format!("{} made.", count_of(sum("images"), "image")),
        AiFunction::SuggestLinks if sum("links") == 0 => "No new link was found, so nothing was charged.".to_owned(),
        AiFunction::SuggestLinks => format!("{} suggested.", count_of(sum("links"), "link")),
        AiFunction::OptimizeContent if sum("improved") == 0 => {
            "Nothing to change was found, so nothing was charged.".to_owned()
        }
        AiFunction::OptimizeContent => format!(
            "{} proposed. Nothing changes until you apply it.",
            count_of(sum("improved"), "improvement")
        ),
        AiFunction::GenerateSiteStructure => format!("{} proposed.", count_of(sum("pages"), "page")),
    };
    // What a person should know of the results.
    let notes: Vec<Vec<&str>> = results
        .iter()
        .filter_map(|result| {
            Some(
                result["notes"]
                    .as_array()?
                    .iter()
                    .filter_map(|note| note.as_str())
                    .collect(),
            )
        })
        .collect();
    match notes.as_slice() {
        [] => {}
        _ if task.function == AiFunction::GenerateIdeas => {
            let dropped = sum("dropped");
            let were = if dropped == 1 { "was" } else { "were" };
            text.push_str(&format!(
                " {} about topics that you have already {were} left out and cost nothing.",
                count_of(dropped, "idea")
            ));
        }
        [only] if results.len() == 1 => text.push_str(&format!(" {}.", only.join("; "))),
        several => text.push_str(&format!(
            " Links or pictures that the model made up were removed from {}.",
            several.len()
        )),
    }
    if task.items_failed > 0 {
        text.push_str(&format!(" {} failed and cost nothing.", task.items_failed));
    }
    Ok(text)
}

fn count_of(number: i64, name: &str) -> String {
    if number == 1 {
        format!("1 {name}")
    } else {
        format!("{number} {name}s")
    }
}

/// The same request for other ids: a retry of what failed.
pub(super) fn with_ids(start: Start, ids: Vec<i64>) -> Start {
    match start {
        // One unit stands for the whole request.
        start @ Start::AutoCluster { .. } => start,
        Start::GenerateIdeas { .. } => Start::GenerateIdeas {
            cluster_ids: ids.into_iter().map(ClusterId).collect(),
        },
        Start::GenerateContent { .. } => Start::GenerateContent {
            task_ids: ids.into_iter().map(TaskId).collect(),
        },
        Start::GenerateImagePrompts { .. } => Start::GenerateImagePrompts {
            content_ids: ids.into_iter().map(ContentId).collect(),
        },
        Start::GenerateImages { .. } => Start::GenerateImages {
            image_ids: ids.into_iter().map(ImageId).collect(),
        },
        Start::SuggestLinks { .. } => Start::SuggestLinks {
            content_ids: ids.into_iter().map(ContentId).collect(),
        },
        Start::OptimizeContent { .. } => Start::OptimizeContent {
            content_ids: ids.into_iter().map(ContentId).collect(),
        },
        start @ Start::GenerateSiteStructure { .. } => start,
    }
}

/// What a price counts: pieces, or their words.
fn counted(cost: &credit_cost::Model, pieces: i64, words: i64) -> i64 {
    match cost.unit {
        CostUnit::Words => words,
        CostUnit::Request | CostUnit::Item | CostUnit::Items => pieces,
    }
}

fn unique<T: Copy + Eq + std::hash::Hash>(ids: &[T]) -> Vec<T> {
    let mut seen = std::collections::HashSet::new();
    ids.iter().copied().filter(|id| seen.insert(*id)).collect()
}

/// All rows of one request must belong to one site that the caller may change.
fn one_site(scope: &Scope, sites: impl Iterator<Item = SiteId>) -> Result<SiteId> {
    let mut found = None;
    for site in sites {
        match found {
            None => found = Some(site),
            Some(first) if first != site => {
                return Err(Error::Invalid {
                    message: "Select rows of one site at a time.".to_owned(),
                    fields: Vec::new(),
                });
            }
            Some(_) => {}
        }
    }
    let site = found.ok_or_else(|| Error::Invalid {
        message: "There is nothing to do: select at least one row.".to_owned(),
        fields: Vec::new(),
    })?;
    scope.editor_of(site)?;
    Ok(site)
}

/// The articles of a request, all of one site that the caller may change, with that site.
async fn selected_articles(app: &App, scope: &Scope, ids: &[ContentId]) -> Result<(SiteId, Vec<content::Model>)> {
    let rows = content::Entity::find_in(scope)
        .filter(content::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(content::Column::Id)
        .all(&app.db)
        .await?;
    if rows.len() != ids.len() {
        return Err(Error::NotFound("A selected article"));
    }
    let site = one_site(scope, rows.iter().map(|row| row.site_id))?;
    Ok((site, rows))
}

/// One unit for each article, priced by piece or by its words.
async fn plan_articles(
    app: &App,
    scope: &Scope,
    function: AiFunction,
    site: SiteId,
    rows: &[content::Model],
) -> Result<Plan> {
    let cost = billing::cost_of(&app.db, scope, operation(function)).await?;
    Ok(Plan {
        cost: cost.id,
        function,
        site,
        sector: rows.first().map(|row| row.sector_id).unwrap_or_default(),
        items: rows
            .iter()
            .map(|row| PlannedItem {
                object_type: "content",
                object_id: row.id.0,
                credits: cost.price(counted(&cost, 1, i64::from(row.word_count))),
                words: 0,
            })
            .collect(),
    })
}

/// Reads a provider's answer into a type; a shape that does not fit is a bad answer.
fn parse<T: serde::de::DeserializeOwned>(provider: &dyn Provider, json: serde_json::Value) -> Result<T> {
    serde_json::from_value(json).map_err(|error| Error::Upstream {
        provider: provider.name(),
        code: "bad_answer",
        message: format!(
            "The model's answer does not have the shape that was asked for ({error}). Nothing was charged."
        ),
        retryable: true,
    })
}

/// A usable answer, or the reason why it is none.
fn bad_answer(provider: &dyn Provider, why: &str) -> Error {
    Error::Upstream {
        provider: provider.name(),
        code: "bad_answer",
        message: format!("The model's answer cannot be used: {why} Nothing was charged."),
        retryable: true,
    }
}

/// The engine's intent as the database names it.
pub(crate) fn to_engine_intent(intent: entity::keyword::Intent) -> engine::Intent {
    engine::Intent::parse(intent.as_str()).unwrap_or(engine::Intent::Informational)
}

/// Keywords one a line, with their searches and their intent.
fn keyword_lines(keywords: &[engine::ideas::IdeaKeyword]) -> String {
    let lines: Vec<String> = keywords
        .iter()
        .map(|keyword| {
            let volume = keyword
                .volume
                .map(|volume| format!(", {volume} searches a month"))
                .unwrap_or_default();
            format!("- {} ({}{volume})", keyword.text, keyword.intent.as_str())
        })
        .collect();
    lines.join("\n")
}

/// Keywords of a cluster, the most searched first, at most 60: enough for a prompt.
async fn cluster_keywords(
    db: &impl ConnectionTrait,
    scope: &Scope,
    cluster: ClusterId,
) -> Result<Vec<engine::ideas::IdeaKeyword>> {
    use entity::{cluster_keyword, keyword};
    let members = sea_orm::sea_query::Query::select()
        .column(cluster_keyword::Column::KeywordId)
        .from(cluster_keyword::Entity)
        .and_where(cluster_keyword::Column::ClusterId.eq(cluster))
        .to_owned();
    let rows = keyword::Entity::find_in(scope)
        .filter(keyword::Column::Id.in_subquery(members))
        .order_by_desc(Expr::expr(sea_orm::sea_query::Func::coalesce([
            Expr::col(keyword::Column::Volume),
            Expr::value(0_i64),
        ])))
        .order_by_asc(keyword::Column::KeywordKey)
        .limit(60)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| engine::ideas::IdeaKeyword {
            text: row.keyword,
            volume: row.volume,
            intent: to_engine_intent(row.intent),
        })
        .collect())
}
