//! What steers AI functions: connections to several providers, a choice for each function, prompts, author profiles,
//! strategies, tried-out pictures, and what models cost.

use sea_orm_migration::{prelude::*, sea_orm::ConnectionTrait};

use crate::columns::{
    add, big, big_null, big_zero, create, drop_all, drop_index, flag, id, index, int_null, int_zero, take_away, text,
    text_empty, text_null, time,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// (provider, model, micro-dollars for a million tokens in, the same out, micro-dollars for a picture). List prices of
/// the providers; the operator keeps them up to date.
const PRICES: &[(&str, &str, i64, i64, i64)] = &[
    ("openai", "gpt-4o", 2_500_000, 10_000_000, 0),
    ("openai", "gpt-4o-mini", 150_000, 600_000, 0),
    ("openai", "gpt-4.1", 2_000_000, 8_000_000, 0),
    ("openai", "gpt-4.1-mini", 400_000, 1_600_000, 0),
    ("openai", "gpt-4.1-nano", 100_000, 400_000, 0),
    ("openai", "gpt-5", 1_250_000, 10_000_000, 0),
    ("openai", "gpt-5-mini", 250_000, 2_000_000, 0),
    ("openai", "gpt-5-nano", 50_000, 400_000, 0),
    ("openai", "gpt-image-1", 0, 0, 63_000),
    ("openai", "dall-e-3", 0, 0, 80_000),
    ("openai", "dall-e-2", 0, 0, 20_000),
    ("anthropic", "claude-opus-4", 15_000_000, 75_000_000, 0),
    ("anthropic", "claude-sonnet-4", 3_000_000, 15_000_000, 0),
    ("anthropic", "claude-haiku-4-5", 1_000_000, 5_000_000, 0),
    ("anthropic", "claude-3-5-haiku", 800_000, 4_000_000, 0),
];

/// Functions that a text model answers.
const TEXT_FUNCTIONS: &[&str] = &[
    "auto_cluster",
    "generate_ideas",
    "generate_content",
    "generate_image_prompts",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One connection to each kind of provider instead of one in all.
        drop_index(manager, "provider_settings", &["account_id"]).await?;
        index(manager, "provider_settings", &["account_id", "provider"], true).await?;
        create(
            manager,
            "ai_choices",
            vec![
                id(),
                big("account_id"),
                text("function"),
                text("provider"),
                text_empty("model"),
                // Hundredths, 0 to 200.
                int_null("temperature"),
                int_null("max_tokens"),
                time("updated_at"),
            ],
            &[("account_id", "accounts")],
        )
        .await?;
        index(manager, "ai_choices", &["account_id", "function"], true).await?;
        let run = manager.get_connection();
        for function in TEXT_FUNCTIONS {
            run.execute_unprepared(&format!(
                "INSERT INTO ai_choices (account_id, function, provider, model, updated_at) \
                 SELECT account_id, '{function}', provider, '', updated_at FROM provider_settings WHERE provider <> 'builtin'"
            ))
            .await?;
        }
        run.execute_unprepared(
            "INSERT INTO ai_choices (account_id, function, provider, model, updated_at) \
             SELECT account_id, 'generate_images', provider, '', updated_at FROM provider_settings \
             WHERE provider <> 'builtin' AND image_model <> ''",
        )
        .await?;
        // The built-in engine needs no connection; what was kept beside it is one that is not chosen.
        run.execute_unprepared("DELETE FROM provider_settings WHERE provider = 'builtin' AND base_url = ''")
            .await?;
        run.execute_unprepared(
            "UPDATE provider_settings SET provider = 'openai_compatible' WHERE provider = 'builtin'",
        )
        .await?;

        create(
            manager,
            "model_prices",
            vec![
                id(),
                text("provider"),
                text("model"),
                big_zero("tokens_in_micros"),
                big_zero("tokens_out_micros"),
                big_zero("image_micros"),
                time("effective_from"),
            ],
            &[],
        )
        .await?;
        index(manager, "model_prices", &["provider", "model", "effective_from"], true).await?;
        for (provider, model, tokens_in, tokens_out, image) in PRICES {
            manager
                .execute(
                    Query::insert()
                        .into_table("model_prices")
                        .columns([
                            "provider",
                            "model",
                            "tokens_in_micros",
                            "tokens_out_micros",
                            "image_micros",
                            "effective_from",
                        ])
                        .values_panic([
                            (*provider).into(),
                            (*model).into(),
                            (*tokens_in).into(),
                            (*tokens_out).into(),
                            (*image).into(),
                            Expr::current_timestamp(),
                        ])
                        .to_owned(),
                )
                .await?;
        }

        create(
            manager,
            "ai_prompts",
            vec![
                id(),
                big("account_id"),
                text("prompt_type"),
                text("prompt_value"),
                int_zero("version"),
                time("created_at"),
                time("updated_at"),
            ],
            &[("account_id", "accounts")],
        )
        .await?;
        index(manager, "ai_prompts", &["account_id", "prompt_type"], true).await?;
        create(
            manager,
            "ai_prompt_versions",
            vec![
                id(),
                big("account_id"),
                text("prompt_type"),
                int_zero("version"),
                // None is a return to the default.
                text_null("prompt_value"),
                big_null("user_id"),
                time("created_at"),
            ],
            &[("account_id", "accounts")],
        )
        .await?;
        index(
            manager,
            "ai_prompt_versions",
            &["account_id", "prompt_type", "version"],
            true,
        )
        .await?;
        create(
            manager,
            "author_profiles",
            vec![
                id(),
                big("account_id"),
                text("name"),
                text_empty("description"),
                text_empty("tone"),
                text_empty("language"),
                time("created_at"),
                time("updated_at"),
            ],
            &[("account_id", "accounts")],
        )
        .await?;
        index(manager, "author_profiles", &["account_id", "name"], true).await?;
        create(
            manager,
            "strategies",
            vec![
                id(),
                big("account_id"),
                text("name"),
                text_empty("description"),
                big_null("sector_id"),
                // JSON: prompt type -> text.
                text("prompt_types"),
                // JSON: a list of sections in their order.
                text("section_logic"),
                flag("is_active", true),
                time("created_at"),
                time("updated_at"),
            ],
            &[("account_id", "accounts"), ("sector_id", "sectors")],
        )
        .await?;
        index(manager, "strategies", &["account_id", "sector_id", "is_active"], false).await?;
        add(manager, "tasks", vec![big_null("author_profile_id")]).await?;
        add(manager, "sectors", vec![big_null("author_profile_id")]).await?;
        create(
            manager,
            "image_tests",
            vec![
                id(),
                big("account_id"),
                big_null("user_id"),
                text("provider"),
                text_empty("model"),
                int_zero("width"),
                int_zero("height"),
                text("prompt"),
                text("status"),
                text_null("worker"),
                text_null("storage_key"),
                text_null("mime_type"),
                big_null("duration_ms"),
                big_null("cost_usd_micros"),
                text_null("error"),
                time("created_at"),
                time("updated_at"),
            ],
            &[("account_id", "accounts")],
        )
        .await?;
        index(manager, "image_tests", &["account_id", "id"], false).await?;
        index(manager, "image_tests", &["status"], false).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        take_away(manager, "sectors", &["author_profile_id"]).await?;
        take_away(manager, "tasks", &["author_profile_id"]).await?;
        drop_all(
            manager,
            &[
                "image_tests",
                "strategies",
                "author_profiles",
                "ai_prompt_versions",
                "ai_prompts",
                "model_prices",
                "ai_choices",
            ],
        )
        .await?;
        drop_index(manager, "provider_settings", &["account_id", "provider"]).await?;
        // One connection an account is all that the schema before this one holds.
        manager
            .get_connection()
            .execute_unprepared(
                "DELETE FROM provider_settings WHERE id NOT IN (SELECT MIN(id) FROM provider_settings GROUP BY account_id)",
            )
            .await?;
        index(manager, "provider_settings", &["account_id"], true).await
    }
}
