//! One run of an AI function: the truth about a job.
use crate::{AccountId, AiTaskId, CreditCostId, SectorId, SiteId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What an AI task does.
    AiFunction {
        /// Groups keywords into clusters.
        AutoCluster = "auto_cluster" / "Group keywords",
        /// Makes content ideas from clusters.
        GenerateIdeas = "generate_ideas" / "Generate ideas",
        /// Writes articles for tasks.
        GenerateContent = "generate_content" / "Write articles",
        /// Describes the pictures of an article.
        GenerateImagePrompts = "generate_image_prompts" / "Plan images",
        /// Makes the pictures.
        GenerateImages = "generate_images" / "Make images",
        /// Proposes the pages of a site.
        GenerateSiteStructure = "generate_site_structure" / "Plan a site",
        /// Improves articles.
        OptimizeContent = "optimize_content" / "Improve articles",
        /// Proposes links between articles.
        SuggestLinks = "suggest_links" / "Suggest links",
    }
}

text_enum! {
    /// How far an AI task is.
    AiTaskStatus {
        /// Waiting for a worker.
        Queued = "queued" / "Waiting",
        /// Being worked on.
        Running = "running" / "Running",
        /// Ended; single items may have failed.
        Completed = "completed" / "Completed",
        /// Ended, and nothing succeeded.
        Failed = "failed" / "Failed",
        /// Stopped by a person.
        Cancelled = "cancelled" / "Cancelled",
    }
}

text_enum! {
    /// What an AI task is doing.
    Phase {
        /// Waiting.
        Init = "INIT" / "Starting",
        /// Loads what it needs.
        Prep = "PREP" / "Reading",
        /// Waits for the provider.
        AiCall = "AI_CALL" / "Thinking",
        /// Reads the answer.
        Parse = "PARSE" / "Checking",
        /// Stores the result.
        Save = "SAVE" / "Saving",
        /// Ended.
        Done = "DONE" / "Done",
    }
}

text_enum! {
    /// How a list of jobs tells them apart.
    JobState {
        /// Waiting or being worked on.
        Running = "running" / "Under way",
        /// Ended without a fault.
        Finished = "finished" / "Finished",
        /// Something of it failed.
        Failed = "failed" / "Failed, also in part",
        /// Stopped by a person.
        Cancelled = "cancelled" / "Cancelled",
    }
}

/// Which jobs a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query), schema(as = AiTaskFilter))]
#[serde(default)]
pub struct Filter {
    /// Only this site's.
    pub site_id: Option<SiteId>,
    /// Only those in this state.
    pub status: Option<JobState>,
    /// Only this function.
    pub function: Option<AiFunction>,
}

/// A job as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AiTaskRow))]
pub struct Row {
    /// Identity.
    pub id: AiTaskId,
    /// Random name, used in addresses.
    pub task_id: String,
    /// What it does.
    pub function: AiFunction,
    /// How far it is.
    pub status: AiTaskStatus,
    /// Share of the units that ended, 0 to 100.
    pub percent: i32,
    /// The site it belongs to.
    pub site_id: SiteId,
    /// What the site is called.
    pub site_name: String,
    /// Who started it; none when it started by itself.
    pub user_id: Option<UserId>,
    /// What they are called; empty when they are gone.
    pub user_name: String,
    /// Units of work.
    pub items_total: i32,
    /// Units that succeeded.
    pub items_done: i32,
    /// Units that failed.
    pub items_failed: i32,
    /// Credits held at the start.
    pub credits_reserved: i64,
    /// Credits charged.
    pub credits_settled: i64,
    /// Credits given back.
    pub credits_released: i64,
    /// What came out, in a sentence.
    pub summary: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When the first worker took it.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
}

/// What a job did and what it took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipt {
    /// The job.
    pub task: Row,
    /// The price in force when it was asked for; none for work older than that note.
    pub price: Option<crate::credit_cost::Model>,
    /// The same in words: `3 credits per piece, list standard`.
    pub price_text: String,
    /// Units that wait, run, are done, failed, were cancelled.
    pub counts: Counts,
    /// Tokens sent.
    pub tokens_in: i64,
    /// Tokens received.
    pub tokens_out: i64,
    /// What providers take for it, in millionths of a US dollar; 0 when unknown or free.
    pub cost_usd_micros: i64,
    /// The ledger's rows that belong to it, oldest first; at most 200.
    pub ledger: Vec<LedgerRow>,
    /// How many there are in all.
    pub ledger_count: u64,
    /// What they add up to: credits, negative when they went out.
    pub ledger_sum: i64,
}

/// Units of a job by their state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AiTaskCounts))]
pub struct Counts {
    /// Not taken yet.
    pub pending: i64,
    /// In a worker's hands.
    pub running: i64,
    /// Succeeded and charged.
    pub done: i64,
    /// Failed and not charged.
    pub failed: i64,
    /// Not started, not charged.
    pub cancelled: i64,
}

/// A row of the ledger on the receipt of the job it paid for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LedgerRow {
    /// Identity.
    pub id: crate::CreditTransactionId,
    /// The unit it paid for.
    pub ai_task_item_id: Option<crate::AiTaskItemId>,
    /// Why credits moved.
    pub transaction_type: crate::credit_transaction::TransactionType,
    /// Credits: positive in, negative out.
    pub amount: i64,
    /// What for, in words.
    pub description: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// One run of an AI function: the truth about a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "ai_tasks")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AiTask))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: AiTaskId,
    /// Random name, used in addresses.
    pub public_id: String,
    /// Whose it is.
    pub account_id: AccountId,
    /// The site it belongs to.
    pub site_id: SiteId,
    /// The sector it belongs to.
    pub sector_id: SectorId,
    /// Who started it.
    pub user_id: Option<UserId>,
    /// What it does.
    pub function: AiFunction,
    /// How far it is.
    pub status: AiTaskStatus,
    /// What it is doing.
    pub phase: Phase,
    /// Units of work.
    pub items_total: i32,
    /// Units that succeeded.
    pub items_done: i32,
    /// Units that failed.
    pub items_failed: i32,
    /// How far the unit in hand is, 0 to 100; said by functions whose one unit takes long.
    pub part_percent: i32,
    /// Credits held at the start.
    pub credits_reserved: i64,
    /// Credits charged.
    pub credits_settled: i64,
    /// Credits given back.
    pub credits_released: i64,
    /// What it was asked for, as JSON.
    pub params: String,
    /// What came out, in a sentence.
    pub summary: Option<String>,
    /// Why it failed as a whole.
    pub error: Option<String>,
    /// Somebody asked to stop.
    pub cancel_requested: bool,
    /// The starter's key, unique in the account.
    pub idempotency_key: Option<String>,
    /// The price that was in force when it was asked for.
    pub credit_cost_id: Option<CreditCostId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When the first worker took it.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

impl AiTaskStatus {
    /// Nothing more will happen.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

impl Model {
    /// Share of the units that ended, 0 to 100.
    pub fn percent(&self) -> i32 {
        if self.status.is_final() {
            return 100;
        }
        let total = self.items_total.max(1);
        let ended = self.items_done + self.items_failed;
        let part = if ended < total {
            self.part_percent.clamp(0, 99)
        } else {
            0
        };
        (ended * 100 + part) / total
    }
}

/// A task as its progress shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Progress {
    /// Random name of the task.
    pub task_id: String,
    /// What it does.
    pub function: AiFunction,
    /// How far it is.
    pub status: AiTaskStatus,
    /// What it is doing.
    pub phase: Phase,
    /// 0 to 100.
    pub percent: i32,
    /// Units of work.
    pub items_total: i32,
    /// Units that succeeded.
    pub items_done: i32,
    /// Units that failed.
    pub items_failed: i32,
    /// Credits held at the start.
    pub credits_reserved: i64,
    /// Credits charged so far.
    pub credits_settled: i64,
    /// Credits given back so far.
    pub credits_released: i64,
    /// What came out, in a sentence.
    pub summary: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// Units that ended or run, in order; at most 200.
    pub items: Vec<crate::ai_task_item::Progress>,
}

/// What starting an AI function gives back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Started {
    /// Random name of the task, for its progress.
    pub task_id: String,
    /// Units of work.
    pub items_total: i32,
    /// Credits held.
    pub credits_reserved: i64,
    /// What was left out because the site has its topic already.
    #[serde(default)]
    pub left_out: Vec<crate::topic::Covered>,
}

/// What an AI function is asked to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "function", rename_all = "snake_case")]
pub enum Start {
    /// Group keywords of one sector.
    AutoCluster {
        /// The sector.
        sector_id: SectorId,
        /// Which keywords, at most [`MAX_SELECTED`](crate::keyword::MAX_SELECTED); empty means every active keyword of the
        /// sector that is in no cluster.
        keyword_ids: Vec<crate::KeywordId>,
        /// Only keywords that pass this filter, whatever sector it names.
        #[serde(default)]
        filter: Option<crate::keyword::Filter>,
        /// Only keywords that hold this text.
        #[serde(default)]
        search: Option<String>,
        /// But not these, at most [`MAX_SELECTED`](crate::keyword::MAX_SELECTED).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        except: Vec<crate::KeywordId>,
        /// 0 makes few broad clusters, 100 many narrow ones; 50 when absent.
        #[serde(default)]
        tightness: Option<u8>,
        /// Group those anew that are in a cluster already, instead of extending what is there.
        #[serde(default)]
        regroup: bool,
        /// Let known search results decide too, beside the words.
        #[serde(default = "yes")]
        use_results: bool,
    },
    /// Make ideas from clusters.
    GenerateIdeas {
        /// The clusters, all of one site.
        cluster_ids: Vec<crate::ClusterId>,
    },
    /// Write the articles of tasks.
    GenerateContent {
        /// The tasks, all of one site.
        task_ids: Vec<crate::TaskId>,
    },
    /// Describe the pictures of articles.
    GenerateImagePrompts {
        /// The articles, all of one site.
        content_ids: Vec<crate::ContentId>,
    },
    /// Make pictures.
    GenerateImages {
        /// The pictures, all of one site.
        image_ids: Vec<crate::ImageId>,
    },
    /// Find links from articles to others of their site.
    SuggestLinks {
        /// The articles, all of one site.
        content_ids: Vec<crate::ContentId>,
    },
    /// Propose better versions of articles.
    OptimizeContent {
        /// The articles, all of one site.
        content_ids: Vec<crate::ContentId>,
    },
    /// Propose the pages of a site.
    GenerateSiteStructure {
        /// The site.
        site_id: SiteId,
    },
}

/// What a request that does not say so means.
fn yes() -> bool {
    true
}

impl Start {
    /// Group whatever of a sector is in no cluster yet.
    pub fn auto_cluster(sector_id: SectorId) -> Self {
        Self::auto_cluster_of(sector_id, Vec::new())
    }

    /// Group these keywords of a sector; none means whatever is in no cluster yet.
    pub fn auto_cluster_of(sector_id: SectorId, keyword_ids: Vec<crate::KeywordId>) -> Self {
        Self::AutoCluster {
            sector_id,
            keyword_ids,
            filter: None,
            search: None,
            except: Vec::new(),
            tightness: None,
            regroup: false,
            use_results: true,
        }
    }

    /// The function that is asked for.
    pub fn function(&self) -> AiFunction {
        match self {
            Self::AutoCluster { .. } => AiFunction::AutoCluster,
            Self::GenerateIdeas { .. } => AiFunction::GenerateIdeas,
            Self::GenerateContent { .. } => AiFunction::GenerateContent,
            Self::GenerateImagePrompts { .. } => AiFunction::GenerateImagePrompts,
            Self::GenerateImages { .. } => AiFunction::GenerateImages,
            Self::SuggestLinks { .. } => AiFunction::SuggestLinks,
            Self::OptimizeContent { .. } => AiFunction::OptimizeContent,
            Self::GenerateSiteStructure { .. } => AiFunction::GenerateSiteStructure,
        }
    }
}

/// What a job will take at most, asked before it starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Estimate {
    /// Units of work.
    pub items: i32,
    /// Credits at most.
    pub credits: i64,
    /// Credits there are.
    pub available: i64,
    /// Clusters or tasks whose topic the site has already.
    #[serde(default)]
    pub covered: Vec<crate::topic::Covered>,
}
