//! One struct per table, shared by the server and the browser.
//!
//! With the feature `orm` a struct is a sea-orm model; without it the same struct is a plain serde type,
//! so a row travels from the database to the page under one name. Secrets never serialise.

#[macro_use]
mod macros;
pub mod error;
pub mod overview;
pub mod page;

pub mod account;
pub mod ai_choice;
pub mod ai_prompt;
pub mod ai_prompt_version;
pub mod ai_task;
pub mod ai_task_item;
pub mod api_key;
pub mod audit_event;
pub mod author_profile;
pub mod cluster;
pub mod cluster_keyword;
pub mod cluster_run;
pub mod cluster_run_cluster;
pub mod cluster_run_move;
pub mod competitor_keyword;
pub mod content;
pub mod content_version;
pub mod credit_cost;
pub mod credit_transaction;
pub mod credit_usage_log;
pub mod idea;
pub mod image;
pub mod image_test;
pub mod import_mapping;
pub mod industry;
pub mod industry_sector;
pub mod integration;
pub mod internal_link;
pub mod invitation;
pub mod keyword;
pub mod keyword_change;
pub mod keyword_import;
pub mod keyword_score;
pub mod keyword_tally;
pub mod model_price;
pub mod opportunity;
pub mod optimization_task;
pub mod page_blueprint;
pub mod plan;
pub mod planner_dashboard;
pub mod provider_setting;
pub mod publishing_record;
pub mod saved_view;
pub mod scheduled_run;
pub mod score_run;
pub mod sector;
pub mod seed_keyword;
pub mod serp_result;
pub mod site;
pub mod site_blueprint;
pub mod site_user_access;
pub mod strategy;
pub mod subscription;
pub mod task;
pub mod topic;
pub mod user;

#[cfg(feature = "orm")]
pub mod idempotency_key;
#[cfg(feature = "orm")]
pub mod mail;
#[cfg(feature = "orm")]
pub mod one_time_token;
#[cfg(feature = "orm")]
pub mod refresh_token;
#[cfg(feature = "orm")]
pub mod session;
#[cfg(feature = "orm")]
pub mod sign_in_attempt;
#[cfg(feature = "orm")]
pub mod worker_beat;

pub use error::{ApiError, FieldError};
pub use page::{ListQuery, Page};

/// A point in time, always UTC; RFC 3339 on the wire.
pub type Timestamp = chrono::DateTime<chrono::Utc>;

ids! {
    /// A customer: the unit of isolation and of billing.
    AccountId,
    /// A person (or a bot) of one account.
    UserId,
    /// A price plan.
    PlanId,
    /// An account's subscription to a plan.
    SubscriptionId,
    /// An industry of the shipped catalogue.
    IndustryId,
    /// A sector of the shipped catalogue.
    IndustrySectorId,
    /// A web site that an account plans content for.
    SiteId,
    /// A subject area of a site, 1 to 5 active.
    SectorId,
    /// A search query worth writing for.
    KeywordId,
    /// One imported keyword file.
    KeywordImportId,
    /// A group of keywords that one page can serve.
    ClusterId,
    /// A proposed piece of content.
    IdeaId,
    /// A writing task.
    TaskId,
    /// An article, page or product text.
    ContentId,
    /// One saved state of a content item.
    ContentVersionId,
    /// A picture, planned or made.
    ImageId,
    /// One run of an AI function.
    AiTaskId,
    /// One unit of an AI task: succeeds, fails and is charged alone.
    AiTaskItemId,
    /// A row of the ledger.
    CreditTransactionId,
    /// A row of the usage log.
    CreditUsageLogId,
    /// A row of the cost table.
    CreditCostId,
    /// A connection of a site to a platform.
    IntegrationId,
    /// One content item at one destination.
    PublishingRecordId,
    /// A provider's settings for an account.
    ProviderSettingId,
    /// A refresh token's row.
    RefreshTokenId,
    /// An invitation to join an account.
    InvitationId,
    /// A key that lets a program act for a person.
    ApiKeyId,
    /// A row of the log of what matters.
    AuditEventId,
    /// A keyword of the shipped library.
    SeedKeywordId,
    /// A link that works once.
    OneTimeTokenId,
    /// A mail on its way out.
    MailId,
    /// A call that must not happen twice.
    IdempotencyKeyId,
    /// Who does one AI function for an account.
    AiChoiceId,
    /// What a model costs.
    ModelPriceId,
    /// An account's own text of a prompt.
    AiPromptId,
    /// One saved state of an account's prompt.
    AiPromptVersionId,
    /// Somebody whose voice articles are written in.
    AuthorProfileId,
    /// How content is made for a sector.
    StrategyId,
    /// A picture that somebody tried out.
    ImageTestId,
    /// Regular work of one period.
    ScheduledRunId,
    /// A link from one article to another.
    InternalLinkId,
    /// A better version of an article, proposed.
    OptimizationTaskId,
    /// A plan of a site's pages.
    SiteBlueprintId,
    /// A page of such a plan.
    PageBlueprintId,
    /// A keyword that a competitor is found for.
    CompetitorKeywordId,
    /// One search result of a keyword.
    SerpResultId,
    /// A list as somebody wants to see it again.
    SavedViewId,
    /// A number of keywords that is kept.
    KeywordTallyId,
    /// What changed a keyword's figures.
    KeywordChangeId,
    /// Columns that a person chose for files of one header.
    ImportMappingId,
    /// A run of the clusterer.
    ClusterRunId,
    /// A place of a keyword that a run took away.
    ClusterRunMoveId,
    /// A cluster that a run took away.
    ClusterRunClusterId,
}
