//! Coloured labels: the word always says what the colour says.

use entity::{
    ai_task::AiTaskStatus,
    ai_task_item::ItemStatus,
    cluster::ClusterStatus,
    content::ContentStatus,
    credit_transaction::TransactionType,
    idea::IdeaStatus,
    image::ImageStatus,
    integration::ConnectionStatus,
    internal_link::LinkStatus,
    keyword::{Intent, KeywordStatus},
    keyword_import::ImportStatus,
    optimization_task::OptimizationStatus,
    publishing_record::PublishStatus,
    task::TaskStatus,
};
use leptos::prelude::*;

/// What a colour means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    Neutral,
    /// In use, or new.
    Primary,
    /// Under way.
    Info,
    /// Good.
    Success,
    /// Wants attention.
    Warning,
    /// Went wrong.
    Error,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Neutral => "badge badge-sm badge-ghost whitespace-nowrap",
            Self::Primary => "badge badge-sm badge-soft badge-primary whitespace-nowrap",
            Self::Info => "badge badge-sm badge-soft badge-info whitespace-nowrap",
            Self::Success => "badge badge-sm badge-soft badge-success whitespace-nowrap",
            Self::Warning => "badge badge-sm badge-soft badge-warning whitespace-nowrap",
            Self::Error => "badge badge-sm badge-soft badge-error whitespace-nowrap",
        }
    }
}

/// A value that a badge can show.
pub trait Badged: Copy {
    /// Colour.
    fn tone(self) -> Tone;
    /// Word.
    fn word(self) -> &'static str;
}

macro_rules! badged {
    ($($name:ident { $($variant:ident => $tone:ident),+ $(,)? })+) => {$(
        impl Badged for $name {
            fn tone(self) -> Tone {
                match self { $(Self::$variant => Tone::$tone),+ }
            }
            fn word(self) -> &'static str {
                self.label()
            }
        }
    )+};
}

badged! {
    Intent { Informational => Info, Navigational => Neutral, Transactional => Success, Commercial => Warning }
    KeywordStatus { Active => Success, Inactive => Neutral, Archived => Neutral }
    ClusterStatus { Active => Primary, Mapped => Success, Archived => Neutral }
    IdeaStatus { New => Primary, Queued => Info, Completed => Success, Archived => Neutral }
    TaskStatus { Draft => Primary, InProgress => Info, Review => Warning, Completed => Success, Archived => Neutral }
    ContentStatus { Draft => Primary, Review => Warning, Published => Success, Archived => Neutral }
    ImageStatus { Pending => Primary, Generated => Success, Failed => Error, Archived => Neutral }
    AiTaskStatus { Queued => Neutral, Running => Info, Completed => Success, Failed => Error, Cancelled => Neutral }
    ItemStatus { Pending => Neutral, Running => Info, Done => Success, Failed => Error, Cancelled => Neutral }
    ImportStatus { Uploading => Info, Queued => Neutral, Running => Info, Completed => Success, Failed => Error, Cancelled => Neutral, Undoing => Info, Undone => Neutral }
    PublishStatus { Pending => Neutral, Publishing => Info, Published => Success, Failed => Error }
    OptimizationStatus { Proposed => Primary, Applied => Success, Dismissed => Neutral, Undone => Neutral }
    LinkStatus { Suggested => Primary, Accepted => Success, Rejected => Neutral }
    ConnectionStatus { Untested => Neutral, Connected => Success, Failed => Error }
    TransactionType { Purchase => Success, Subscription => Success, Refund => Info, Deduction => Neutral, Adjustment => Warning }
}

/// The badge of a status or an intent.
///
/// ```ignore
/// view! { <Badge value=row.keyword.status/> <Badge value=row.keyword.intent/> }
/// ```
#[component]
pub fn Badge<T: Badged + 'static>(
    /// What it shows.
    value: T,
) -> impl IntoView {
    view! { <span class=value.tone().class()>{value.word()}</span> }
}

/// A badge with any words.
///
/// ```ignore
/// view! { <Tag tone=Tone::Warning>"Outline"</Tag> }
/// ```
#[component]
pub fn Tag(
    /// Colour.
    #[prop(default = Tone::Neutral)]
    tone: Tone,
    /// Words.
    children: Children,
) -> impl IntoView {
    view! { <span class=tone.class()>{children()}</span> }
}
