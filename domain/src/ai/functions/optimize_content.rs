//! Proposes a better version of an article. Nothing changes until a person applies it.

use engine::{
    improve::{self, Article},
    links::{self, Rewrite},
};
use entity::{
    ContentId,
    ai_task::AiFunction,
    ai_task_item, content,
    optimization_task::{self, Meta, OptimizationStatus},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr,
};
use serde::Deserialize;
use serde_json::json;

use super::{
    Context, Finished, Made, Plan, Sample, Saved, Trial, bad_answer, counted, parse, plan_articles, selected_articles,
};
use crate::{
    App, Error, Result,
    ai::{
        providers::{Provider, TextRequest, Usage},
        template::{self, Template},
    },
    html,
    scope::{Scope, Scoped},
    thinker::question::Question,
};

/// An answer that keeps fewer of a hundred words than this has lost something.
const KEEPS_PERCENT: i64 = 60;
/// Sentences about changes that are kept at most.
const MAX_CHANGES: usize = 30;

/// The question to a model.
pub const TEMPLATE: Template = Template {
    function: AiFunction::OptimizeContent,
    text: "Improve the article \"{title}\" for its readers and for search. Make it clearer and better to read, answer the search for the main keyword early, use headings that say what follows, and keep what is good.\nMain keyword: {keyword}\nOther keywords: {keywords}\nTitle in search results now: {meta_title}\nDescription in search results now: {meta_description}\nKnown faults:\n{faults}\nThe article:\n{html}",
    variables: &[
        template::optional("title", "Headline of the article."),
        template::optional("keyword", "Its main keyword."),
        template::optional("keywords", "Its other keywords."),
        template::optional("meta_title", "Its title in search results."),
        template::optional("meta_description", "Its description in search results."),
        template::optional("faults", "What the built-in checks found."),
        template::required("html", "The text of the article."),
        template::SITE,
        template::SECTOR,
        template::LANGUAGE,
        template::AUTHOR,
        template::STRATEGY,
    ],
};

/// A better version of an article, if there is one.
pub struct Improvement {
    content: content::Model,
    before: Article,
    after: Article,
    changes: Vec<String>,
}

impl Improvement {
    fn differs(&self) -> bool {
        self.before != self.after
    }
}

pub(super) async fn plan(app: &App, scope: &Scope, ids: &[ContentId]) -> Result<Plan> {
    let (site, rows) = selected_articles(app, scope, ids).await?;
    if let Some(empty) = rows.iter().find(|row| row.word_count == 0) {
        return Err(Error::Invalid {
            message: format!("\"{}\" has no text yet. Write it first.", empty.title),
            fields: Vec::new(),
        });
    }
    plan_articles(app, scope, AiFunction::OptimizeContent, site, &rows).await
}

fn article_of(content: &content::Model) -> Article {
    Article {
        title: content.title.clone(),
        html: html::sanitize_article(&content.html_content),
        meta_title: content.meta_title.clone(),
        meta_description: content.meta_description.clone(),
        excerpt: content.excerpt.clone(),
        primary_keyword: content.primary_keyword.clone(),
    }
}

pub(super) async fn produce(context: &Context<'_>, item: &ai_task_item::Model) -> Result<Finished> {
    let content = content::Entity::find_in(&context.scope)
        .filter(content::Column::Id.eq(item.object_id))
        .one(&context.app.db)
        .await?
        .ok_or(Error::NotFound("The article"))?;
    let before = article_of(&content);
    let words = i64::from(html::word_count(&before.html));
    let cost = context.cost().await?;
    // Notes alone, or nothing at all, cost nothing.
    let price = |made: &Improvement| {
        if made.differs() {
            cost.price(counted(&cost, 1, words))
        } else {
            0
        }
    };
    let article = before.clone();
    let repaired = tokio::task::spawn_blocking(move || improve::repair(&article))
        .await
        .map_err(Error::internal)?;
    let Some(provider) = context.provider().await? else {
        let mut changes = repaired.changes;
        changes.extend(repaired.notes);
        let made = Improvement {
            content,
            after: Article {
                // As it would be stored, so that what a person compares is what they get.
                html: html::sanitize_article(&repaired.article.html),
                ..repaired.article
            },
            before,
            changes,
        };
        let credits = price(&made);
        return Ok(Finished::builtin(Made::Improvement(Box::new(made)), credits));
    };
    let mut faults = repaired.changes;
    faults.extend(repaired.notes);
    let question = context.question(content.sector_id, None).await?;
    let (after, changes, usage, model) = ask(&provider, &question, &content, &before, &faults).await?;
    let made = Improvement {
        content,
        before,
        after,
        changes,
    };
    let credits = price(&made);
    Ok(Finished::by(
        &provider,
        model,
        usage,
        Made::Improvement(Box::new(made)),
        credits,
    ))
}

#[derive(Deserialize)]
struct Answer {
    html: String,
    meta_title: String,
    meta_description: String,
    excerpt: String,
    changes: Vec<String>,
}

fn request(question: &Question, content: &content::Model, before: &Article, faults: &[String]) -> TextRequest {
    let words = u32::try_from(html::word_count(&before.html)).unwrap_or_default();
    TextRequest {
        system: format!(
            "You edit articles. Rules: HTML with h2, h3, p, ul, ol, table and nothing above h2; every link and every picture of the article stays, with its address; no new links or pictures; no invented facts, figures, quotes or names; nothing of substance is left out; written in {}. Title in search results: at most {} characters. Description: 120 to {} characters. For each change one sentence says what and why.",
            question.language(),
            improve::META_TITLE_MAX,
            improve::META_DESCRIPTION_MAX
        ),
        user: question.ask(&[
            ("title", before.title.clone()),
            ("keyword", before.primary_keyword.clone()),
            ("keywords", content.secondary_keywords.clone()),
            ("meta_title", before.meta_title.clone()),
            ("meta_description", before.meta_description.clone()),
            (
                "faults",
                if faults.is_empty() {
                    "none".to_owned()
                } else {
                    faults.join("\n")
                },
            ),
            ("html", before.html.clone()),
        ]),
        schema_name: "improved_article",
        schema: json!({
            "type": "object", "additionalProperties": false,
            "required": ["html", "meta_title", "meta_description", "excerpt", "changes"],
            "properties": {
                "html": {"type": "string"}, "meta_title": {"type": "string"}, "meta_description": {"type": "string"},
                "excerpt": {"type": "string"}, "changes": {"type": "array", "items": {"type": "string"}}}
        }),
        max_tokens: (words * 4).clamp(2_000, 16_000),
        temperature: None,
    }
}

/// The question about the latest article.
pub(super) async fn sample(ask: &Trial<'_>) -> Result<Option<Sample>> {
    let question = ask.question(None).await?;
    let Some(content) = content::Entity::find_in(ask.scope)
        .filter(content::Column::SectorId.eq(ask.sector))
        .filter(content::Column::WordCount.gt(0))
        .order_by_desc(content::Column::Id)
        .one(&ask.app.db)
        .await?
    else {
        return Ok(None);
    };
    let before = article_of(&content);
    let repaired = improve::repair(&before);
    let mut faults = repaired.changes;
    faults.extend(repaired.notes);
    let request = request(&question, &content, &before, &faults);
    let about = format!("The article \"{}\"", content.title);
    Ok(Some(Sample::new(about, question, request)))
}

async fn ask(
    provider: &dyn Provider,
    question: &Question,
    content: &content::Model,
    before: &Article,
    faults: &[String],
) -> Result<(Article, Vec<String>, Usage, String)> {
    let answer = provider.text(&request(question, content, before, faults)).await?;
    let parsed: Answer = parse(provider, answer.json)?;
    let (text, invented) = checked(provider, &before.html, &parsed.html)?;
    let or = |new: String, old: &str| if new.trim().is_empty() { old.to_owned() } else { new };
    let after = Article {
        title: before.title.clone(),
        html: text,
        meta_title: or(
            engine::text::truncate_words(&parsed.meta_title, improve::META_TITLE_MAX),
            &before.meta_title,
        ),
        meta_description: or(
            engine::text::truncate_words(&parsed.meta_description, improve::META_DESCRIPTION_MAX),
            &before.meta_description,
        ),
        excerpt: or(
            engine::text::truncate_words(&engine::text::html_text(&parsed.excerpt), 300),
            &before.excerpt,
        ),
        primary_keyword: before.primary_keyword.clone(),
    };
    // The same repairs as without a model, or its headings might skip levels.
    let repaired = improve::repair(&after);
    let after = Article {
        html: html::sanitize_article(&repaired.article.html),
        ..repaired.article
    };
    let mut changes: Vec<String> = parsed
        .changes
        .iter()
        .map(|text| links::clean_reason(text))
        .filter(|text| !text.is_empty())
        .take(MAX_CHANGES)
        .collect();
    if changes.is_empty() && after != *before {
        changes.push("The text was revised; the model did not say how.".to_owned());
    }
    match invented {
        0 => {}
        1 => changes.push("A link or picture that the model made up was taken out again.".to_owned()),
        n => changes.push(format!(
            "{n} links or pictures that the model made up were taken out again."
        )),
    }
    changes.extend(repaired.notes);
    Ok((after, changes, answer.usage, answer.model))
}

/// A model's text made safe: what it made up is taken out, and what it may not lose must be there. Also how many things
/// were taken out.
fn checked(provider: &dyn Provider, before: &str, answer: &str) -> Result<(String, usize)> {
    let mut text = html::sanitize_article(answer);
    let (had, has) = (i64::from(html::word_count(before)), i64::from(html::word_count(&text)));
    if has * 100 < had * KEEPS_PERCENT {
        return Err(bad_answer(
            provider,
            &format!("it has {has} words, and the article has {had}: too much of it would be lost."),
        ));
    }
    let known = links::anchors(before);
    let is_known = |address: &str| links::links_to(before, &[address.to_owned()]);
    let invented = links::anchors(&text)
        .iter()
        .filter(|link| !is_known(&link.address))
        .count();
    text = links::rewrite(&text, |address| match is_known(address) {
        true => Rewrite::Keep,
        false => Rewrite::Unlink,
    });
    for link in &known {
        if !links::links_to(&text, std::slice::from_ref(&link.address)) {
            text = links::link_words(&text, &link.words, &link.address)
                .ok_or_else(|| bad_answer(provider, &format!("it lost the link to {}.", link.address)))?;
        }
    }
    let pictures = links::pictures(before);
    let (text, strange) = links::keep_pictures(&text, |address| pictures.iter().any(|known| known == address));
    let there = links::pictures(&text);
    if pictures.iter().any(|picture| !there.contains(picture)) {
        return Err(bad_answer(provider, "it lost a picture of the article."));
    }
    Ok((html::sanitize_article(&text), invented + strange))
}

fn meta(article: &Article) -> Meta {
    Meta {
        title: article.title.clone(),
        meta_title: article.meta_title.clone(),
        meta_description: article.meta_description.clone(),
        excerpt: article.excerpt.clone(),
    }
}

pub(super) async fn save(
    context: &Context<'_>,
    db: &DatabaseTransaction,
    item: &ai_task_item::Model,
    made: Improvement,
) -> Result<Saved> {
    use optimization_task::Column as C;
    let now = crate::now();
    let differs = made.differs();
    let count = made.changes.len();
    let content = made.content;
    // The newest proposal is the one to decide on.
    optimization_task::Entity::update_in(&context.scope)
        .col_expr(C::Status, Expr::value(OptimizationStatus::Dismissed.as_str()))
        .col_expr(C::UpdatedAt, Expr::value(now))
        .filter(C::ContentId.eq(content.id))
        .filter(C::Status.eq(OptimizationStatus::Proposed))
        .exec(db)
        .await?;
    if differs || count > 0 {
        optimization_task::Entity::insert(optimization_task::ActiveModel {
            account_id: Set(content.account_id),
            site_id: Set(content.site_id),
            content_id: Set(content.id),
            status: Set(OptimizationStatus::Proposed),
            base_revision: Set(content.revision),
            applied_revision: Set(None),
            meta_before: Set(serde_json::to_string(&meta(&made.before))?),
            meta_after: Set(serde_json::to_string(&meta(&made.after))?),
            html_before: Set(made.before.html),
            html_after: Set(made.after.html),
            changes: Set(serde_json::to_string(&made.changes)?),
            ai_task_item_id: Set(Some(item.id)),
            created_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        })
        .exec_without_returning(db)
        .await?;
    }
    Ok(Saved {
        label: content.title,
        detail: json!({"improved": i64::from(differs), "changes": count, "content_id": content.id}),
    })
}
