//! A list as somebody wants to see it again: filters, order, columns.
use crate::{AccountId, SavedViewId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A list as somebody wants to see it again: filters, order, columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "orm",
    derive(sea_orm::DeriveEntityModel),
    sea_orm(table_name = "saved_views")
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = SavedView))]
pub struct Model {
    /// Identity.
    #[cfg_attr(feature = "orm", sea_orm(primary_key))]
    pub id: SavedViewId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Who made it.
    pub user_id: UserId,
    /// The list, a name of [`LISTS`].
    pub list_name: String,
    /// Name.
    pub name: String,
    /// The name in lower case, unique with person and list.
    #[serde(skip)]
    pub name_key: String,
    /// Filters, search, order and page size as in the list's address, without `?`.
    pub query: String,
    /// The columns that are switched off, by comma; empty leaves them as each person has them.
    pub hidden_columns: Option<String>,
    /// Everybody in the account may use it.
    pub shared: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

orm_model!();

/// A view in a menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = SavedViewRow))]
pub struct Row {
    /// The view.
    #[serde(flatten)]
    pub view: Model,
    /// The caller made it.
    pub own: bool,
    /// Name or address of who made it.
    pub owner: String,
}

/// A view to save.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NewSavedView))]
pub struct New {
    /// The list, a name of [`LISTS`].
    pub list_name: String,
    /// Name, at most 60 characters.
    pub name: String,
    /// Filters, search, order and page size as in the list's address.
    #[serde(default)]
    pub query: String,
    /// The columns that are switched off, by comma; empty leaves them as each person has them.
    #[serde(default)]
    pub hidden_columns: Option<String>,
    /// Everybody in the account may use it.
    #[serde(default)]
    pub shared: bool,
}

/// What changes of a view; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = SavedViewPatch))]
#[serde(default)]
pub struct Patch {
    /// Name, at most 60 characters.
    pub name: Option<String>,
    /// Filters, search, order and page size as in the list's address.
    pub query: Option<String>,
    /// The columns that are switched off, by comma; `null` leaves them as each person has them.
    #[serde(deserialize_with = "crate::page::given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub hidden_columns: Option<Option<String>>,
    /// Everybody in the account may use it.
    pub shared: Option<bool>,
}

/// Which views a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query), schema(as = SavedViewFilter))]
#[serde(default)]
pub struct Filter {
    /// Only those of this list.
    pub list_name: Option<String>,
}

/// Longest name, in characters.
pub const MAX_NAME: usize = 60;
/// Longest query, in characters.
pub const MAX_QUERY: usize = 1_000;
/// Most views of one person for one list.
pub const MAX_VIEWS: u64 = 50;

/// The lists that have views, each with the keys that its address knows beside [`COMMON_KEYS`].
pub const LISTS: &[(&str, &[&str])] = &[
    (
        "keywords",
        &[
            "site",
            "sector",
            "status",
            "intent",
            "cluster",
            "clustered",
            "difficulty_min",
            "difficulty_max",
            "volume_min",
            "volume_max",
        ],
    ),
    ("clusters", &["status"]),
    ("ideas", &["status", "cluster", "structure"]),
    ("tasks", &["status", "cluster", "structure"]),
    ("content", &["status", "cluster"]),
];

/// Keys that the address of every list knows.
pub const COMMON_KEYS: &[&str] = &["search", "ordering", "page_size"];

/// The keys that the address of a list knows; none for a list that there is not.
pub fn keys_of(list: &str) -> Option<impl Iterator<Item = &'static str>> {
    let (_, keys) = LISTS.iter().find(|(name, _)| *name == list)?;
    Some(keys.iter().chain(COMMON_KEYS).copied())
}
