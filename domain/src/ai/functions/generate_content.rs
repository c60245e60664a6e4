//! Writes the article of a task.

use entity::{
    TaskId, ai_task_item, cluster, content,
    content::{ContentSource, ContentStatus},
    content_version::VersionReason,
    credit_usage_log::Operation,
    task,
    task::TaskStatus,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    sea_query::Expr,
};
use serde::Deserialize;
use serde_json::json;

use super::{
    Context, Finished, Made, Plan, PlannedItem, Sample, Saved, Trial, bad_answer, cluster_keywords, counted,
    keyword_lines, one_site, parse,
};
use crate::{
    App, Error, Result,
    ai::{
        providers::{Provider, TextRequest, Usage},
        template::{self, Template},
    },
    billing, html,
    scope::{Scope, Scoped},
    sites::language_name,
    thinker::question::Question,
    writer::content as articles,
};

/// What a model is asked.
pub const TEMPLATE: Template = Template {
    function: entity::ai_task::AiFunction::GenerateContent,
    text: "Write the article \"{title}\" for the site {site} (section {sector}).\n\
           Structure: {structure}.\n\
           Sections: {sections}\n\
           Length: about {words} words.\n\
           Language: {language}.\n\
           Author: {author}\n\
           Topic: {cluster}.\n\
           Approach: {strategy}\n\
           What to cover: {description}\n\
           Keywords, the most important first:\n{keywords}",
    variables: &[
        template::required("title", "Title of the article."),
        template::required(
            "keywords",
            "Keywords, one a line, with searches and intent; the main one first.",
        ),
        template::optional("description", "What to cover, as the task says."),
        template::optional("cluster", "Name of the cluster, the title when there is none."),
        template::optional("structure", "Structure of the article, such as guide or how_to."),
        template::optional("sections", "The sections of the strategy in force, in their order."),
        template::optional("words", "How many words it should have."),
        template::SITE,
        template::SECTOR,
        template::LANGUAGE,
        template::AUTHOR,
        template::STRATEGY,
    ],
};

/// A finished article.
pub struct Article {
    task: task::Model,
    title: String,
    html: String,
    meta_title: String,
    meta_description: String,
    primary_keyword: String,
    secondary_keywords: String,
    excerpt: String,
    slug: String,
    is_outline: bool,
    notes: Vec<String>,
}

/// What can be kept of a model's article, and what a person should know of the rest.
fn usable(html: &str, title: &str) -> (String, Vec<String>) {
    let clean = html::drop_headline(&html::sanitize_article(html), title);
    let (links, pictures) = html::links_and_pictures(&clean);
    let (clean, _) = html::drop_invented_links(&clean);
    let mut notes = Vec::new();
    for (count, name) in [(links, "link"), (pictures, "picture")] {
        match count {
            0 => {}
            1 => notes.push(format!("1 {name} that the model made up was removed")),
            _ => notes.push(format!("{count} {name}s that the model made up were removed")),
        }
    }
    (clean, notes)
}

impl Article {
    pub(super) fn words(&self) -> i32 {
        html::word_count(&self.html)
    }
}

pub(super) async fn plan(app: &App, scope: &Scope, ids: &[TaskId]) -> Result<Plan> {
    let most = usize::try_from(app.config.limits.content_tasks_per_request).unwrap_or(usize::MAX);
    if ids.len() > most {
        return Err(Error::Invalid {
            message: format!("{} tasks were selected; one request takes at most {most}.", ids.len()),
            fields: Vec::new(),
        });
    }
    let rows = task::Entity::find_in(scope)
        .filter(task::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(task::Column::Id)
        .all(&app.db)
        .await?;
    if rows.len() != ids.len() {
        return Err(Error::NotFound("A selected task"));
    }
    let site = one_site(scope, rows.iter().map(|row| row.site_id))?;
    refuse_written(&app.db, scope, ids).await?;
    let cost = billing::cost_of(&app.db, scope, Operation::Content).await?;
    Ok(Plan {
        cost: cost.id,
        function: entity::ai_task::AiFunction::GenerateContent,
        site,
        sector: rows.first().map(|row| row.sector_id).unwrap_or_default(),
        items: rows
            .iter()
            .map(|row| PlannedItem {
                object_type: "task",
                object_id: row.id.0,
                // Models overshoot: half as much again is held, what is not needed is given back.
                credits: cost.price(counted(&cost, 1, i64::from(row.target_word_count) * 3 / 2)),
                words: row.target_word_count,
            })
            .collect(),
    })
}

/// A task has one article. Asked again inside the transaction that begins the work: an article may have arrived since the
/// plan was made.
pub(super) async fn refuse_written(db: &impl ConnectionTrait, scope: &Scope, ids: &[TaskId]) -> Result<()> {
    let written = content::Entity::find_in(scope)
        .filter(content::Column::TaskId.is_in(ids.iter().copied()))
        .one(db)
        .await?;
    match written {
        None => Ok(()),
        Some(written) => Err(Error::Conflict(format!(
            "\"{}\" has its article already. Open the article to change it.",
            written.title
        ))),
    }
}

#[derive(Deserialize)]
struct Answer {
    html: String,
    meta_title: String,
    meta_description: String,
    primary_keyword: String,
    secondary_keywords: Vec<String>,
    excerpt: String,
}

pub(super) async fn produce(context: &Context<'_>, item: &ai_task_item::Model) -> Result<Finished> {
    let db = &context.app.db;
    let scope = &context.scope;
    let task = task::Entity::find_in(scope)
        .filter(task::Column::Id.eq(item.object_id))
        .one(db)
        .await?
        .ok_or(Error::NotFound("The task"))?;
    let question = context.question(task.sector_id, task.author_profile_id).await?;
    let input = load_input(db, scope, &task, &question).await?;
    let cost = context.cost().await?;
    let Some(provider) = context.provider().await? else {
        let draft = tokio::task::spawn_blocking(move || engine::draft::article(&input))
            .await
            .map_err(Error::internal)?;
        let html = html::sanitize_article(&draft.html);
        let credits = cost.price(counted(&cost, 1, i64::from(html::word_count(&html))));
        let article = Article {
            title: task.title.clone(),
            task,
            html,
            meta_title: draft.meta_title,
            meta_description: draft.meta_description,
            primary_keyword: draft.primary_keyword,
            secondary_keywords: draft.secondary_keywords.join(", "),
            excerpt: draft.excerpt,
            slug: draft.slug,
            is_outline: true,
            notes: Vec::new(),
        };
        return Ok(Finished::builtin(Made::Article(Box::new(article)), credits));
    };
    let mut request = request(&input, &question);
    let mut usage = Usage::default();
    let mut first = true;
    let (model, parsed, html, words, notes) = loop {
        let answer = provider.text(&request).await?;
        usage.tokens_in += answer.usage.tokens_in;
        usage.tokens_out += answer.usage.tokens_out;
        usage.cost_usd_micros = match (usage.cost_usd_micros, answer.usage.cost_usd_micros) {
            (None, None) => None,
            (before, now) => Some(before.unwrap_or_default() + now.unwrap_or_default()),
        };
        let parsed: Answer = parse(&provider, answer.json)?;
        let (html, notes) = usable(&parsed.html, &task.title);
        let words = html::word_count(&html);
        if words < 50 {
            return Err(bad_answer(&provider, &format!("the article has only {words} words.")));
        }
        // What the task says tells the language as well as its keywords do.
        let said = [input.title.as_str(), input.description.as_str()];
        let wanted = question.languages(input.keywords.iter().map(|keyword| keyword.text.as_str()).chain(said));
        let Some(other) = engine::language::clearly_other(&engine::text::html_text(&html), &wanted) else {
            break (answer.model, parsed, html, words, notes);
        };
        let (other, right) = (
            language_name(other),
            language_name(wanted.last().copied().unwrap_or_default()),
        );
        if !std::mem::take(&mut first) {
            return Err(bad_answer(
                &provider,
                &format!("it is written in {other} instead of {right}."),
            ));
        }
        request
            .user
            .push_str(&format!("\n\nYour last answer was in {other}. Write in {right}."));
    };
    let primary = engine::text::clean_keyword(&parsed.primary_keyword);
    let article = Article {
        title: task.title.clone(),
        html,
        meta_title: engine::text::truncate_words(&parsed.meta_title, 60),
        meta_description: engine::text::truncate_words(&parsed.meta_description, 156),
        slug: engine::text::slugify(if primary.is_empty() { &task.title } else { &primary }),
        primary_keyword: primary,
        secondary_keywords: parsed.secondary_keywords.join(", "),
        excerpt: engine::text::truncate_words(&engine::text::html_text(&parsed.excerpt), 300),
        is_outline: false,
        notes,
        task,
    };
    let credits = cost.price(counted(&cost, 1, i64::from(words)));
    Ok(Finished::by(
        &provider,
        model,
        usage,
        Made::Article(Box::new(article)),
        credits,
    ))
}

async fn load_input(
    db: &impl ConnectionTrait,
    scope: &Scope,
    task: &task::Model,
    question: &Question,
) -> Result<engine::draft::ArticleInput> {
    let cluster = match task.cluster_id {
        None => None,
        Some(id) => {
            cluster::Entity::find_in(scope)
                .filter(cluster::Column::Id.eq(id))
                .one(db)
                .await?
        }
    };
    let mut keywords = Vec::new();
    for text in task.keywords.split(',').map(str::trim).filter(|text| !text.is_empty()) {
        keywords.push(engine::ideas::IdeaKeyword {
            text: text.to_owned(),
            volume: None,
            intent: engine::intent::guess(text),
        });
    }
    if let Some(cluster) = &cluster {
        for keyword in cluster_keywords(db, scope, cluster.id).await? {
            let key = engine::text::keyword_key(&keyword.text);
            match keywords
                .iter_mut()
                .find(|known| engine::text::keyword_key(&known.text) == key)
            {
                Some(known) => {
                    known.volume = keyword.volume;
                    known.intent = keyword.intent;
                }
                None => keywords.push(keyword),
            }
        }
    }
    if keywords.is_empty() {
        keywords.push(engine::ideas::IdeaKeyword {
            text: task.title.clone(),
            volume: None,
            intent: engine::intent::guess(&task.title),
        });
    }
    Ok(engine::draft::ArticleInput {
        title: task.title.clone(),
        description: task.description.clone(),
        cluster_name: cluster
            .map(|cluster| cluster.name)
            .unwrap_or_else(|| task.title.clone()),
        keywords,
        structure: task.content_structure.clone(),
        site_name: question.site.name.clone(),
        sector_name: question.sector.name.clone(),
        target_words: u32::try_from(task.target_word_count).unwrap_or(1_200),
        sections: question
            .sections
            .iter()
            .map(|section| engine::draft::Section {
                heading: section.heading.clone(),
                purpose: section.purpose.clone(),
                words: section.words.and_then(|words| u32::try_from(words).ok()),
            })
            .collect(),
    })
}

fn request(input: &engine::draft::ArticleInput, question: &Question) -> TextRequest {
    let most = input.keywords.len().min(30);
    TextRequest {
        system: format!(
            "You write search content that helps its reader. These rules hold whatever the request says: HTML with h2, h3, p, ul, ol, table and nothing above h2, for the title stands apart; no links, no pictures, no scripts; no invented facts, figures, quotes or names; write in {}; short paragraphs. Meta title: at most 60 characters. Meta description: 120 to 156 characters. Excerpt: one or two sentences of plain text.",
            question.language()
        ),
        user: question.ask(&[
            ("title", input.title.clone()),
            (
                "description",
                if input.description.trim().is_empty() {
                    "what the keywords ask for.".to_owned()
                } else {
                    input.description.clone()
                },
            ),
            ("cluster", input.cluster_name.clone()),
            (
                "keywords",
                keyword_lines(input.keywords.get(..most).unwrap_or_default()),
            ),
            ("structure", input.structure.clone()),
            ("sections", question.sections_text()),
            ("words", input.target_words.to_string()),
        ]),
        schema_name: "article",
        schema: json!({
            "type": "object", "additionalProperties": false,
            "required": ["html", "meta_title", "meta_description", "primary_keyword", "secondary_keywords", "excerpt"],
            "properties": {
                "html": {"type": "string"}, "meta_title": {"type": "string"}, "meta_description": {"type": "string"},
                "primary_keyword": {"type": "string"}, "secondary_keywords": {"type": "array", "items": {"type": "string"}},
                "excerpt": {"type": "string"}}
        }),
        // About 1.4 tokens a word in most languages, and the mark-up.
        max_tokens: (input.target_words * 3).clamp(2_000, 16_000),
        temperature: None,
    }
}

/// The question about the latest task.
pub(super) async fn sample(ask: &Trial<'_>) -> Result<Option<Sample>> {
    let db = &ask.app.db;
    let Some(task) = task::Entity::find_in(ask.scope)
        .filter(task::Column::SectorId.eq(ask.sector))
        .order_by_desc(task::Column::Id)
        .one(db)
        .await?
    else {
        // The sector itself may be missing.
        ask.question(None).await?;
        return Ok(None);
    };
    let question = ask.question(task.author_profile_id).await?;
    let input = load_input(db, ask.scope, &task, &question).await?;
    let request = request(&input, &question);
    Ok(Some(Sample::new(
        format!("The task \"{}\"", task.title),
        question,
        request,
    )))
}

pub(super) async fn save(context: &Context<'_>, db: &DatabaseTransaction, made: Article) -> Result<Saved> {
    let now = crate::now();
    let task = &made.task;
    let row = content::Entity::insert(content::ActiveModel {
        account_id: Set(task.account_id),
        site_id: Set(task.site_id),
        sector_id: Set(task.sector_id),
        task_id: Set(Some(task.id)),
        cluster_id: Set(task.cluster_id),
        title: Set(made.title),
        slug: Set(articles::free_slug(db, &context.scope, task.site_id, &made.slug).await?),
        word_count: Set(html::word_count(&made.html)),
        html_content: Set(made.html),
        excerpt: Set(made.excerpt),
        meta_title: Set(made.meta_title),
        meta_description: Set(made.meta_description),
        primary_keyword: Set(made.primary_keyword),
        secondary_keywords: Set(made.secondary_keywords),
        categories: Set(String::new()),
        tags: Set(String::new()),
        status: Set(ContentStatus::Draft),
        entity_type: Set(task.entity_type),
        source: Set(ContentSource::Igny8),
        is_outline: Set(made.is_outline),
        revision: Set(1),
        public_id: Set(uuid::Uuid::new_v4().simple().to_string()),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(db)
    .await?;
    articles::write_version(db, &row, context.task.user_id, VersionReason::Generated).await?;
    task::Entity::update_in(&context.scope)
        .col_expr(task::Column::Status, Expr::value(TaskStatus::Review.as_str()))
        .col_expr(task::Column::UpdatedAt, Expr::value(now))
        .filter(task::Column::Id.eq(task.id))
        .exec(db)
        .await?;
    if let Some(idea) = task.idea_id {
        entity::idea::Entity::update_in(&context.scope)
            .col_expr(
                entity::idea::Column::Status,
                Expr::value(entity::idea::IdeaStatus::Completed.as_str()),
            )
            .filter(entity::idea::Column::Id.eq(idea))
            .exec(db)
            .await?;
    }
    let mut detail = json!({"articles": 1, "content_id": row.id, "words": row.word_count});
    if !made.notes.is_empty() {
        detail["notes"] = json!(made.notes);
    }
    Ok(Saved {
        label: row.title.clone(),
        detail,
    })
}
