//! Lists: what is asked for and what comes back.

use serde::{Deserialize, Serialize};

/// The largest page a list gives, in rows.
pub const MAX_PAGE_SIZE: u32 = 200;
/// Rows that are counted one by one where no kept number says how many there are.
pub const COUNTED: u64 = 10_000;
/// Rows on a page when nothing is said.
pub const DEFAULT_PAGE_SIZE: u32 = 50;

/// Page, order and search of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct ListQuery {
    /// 1-based page.
    pub page: Option<u32>,
    /// Rows on a page, 1 to 200, 50 unless told.
    pub page_size: Option<u32>,
    /// Column to order by, `-` in front for descending.
    pub ordering: Option<String>,
    /// Text to find.
    pub search: Option<String>,
}

impl ListQuery {
    /// 1-based page, never 0.
    pub fn page(&self) -> u32 {
        self.page.unwrap_or(1).max(1)
    }

    /// Rows on a page within the cap.
    pub fn page_size(&self) -> u32 {
        self.page_size.unwrap_or(DEFAULT_PAGE_SIZE).clamp(1, MAX_PAGE_SIZE)
    }

    /// The search text, if there is any.
    pub fn search(&self) -> Option<&str> {
        self.search.as_deref().map(str::trim).filter(|s| !s.is_empty())
    }

    /// Column and whether descending.
    pub fn order(&self) -> Option<(&str, bool)> {
        let text = self.ordering.as_deref()?.trim();
        match text.strip_prefix('-') {
            Some(column) => Some((column, true)),
            None if text.is_empty() => None,
            None => Some((text, false)),
        }
    }
}

/// For fields of patches where `null` means something: reads what is given, `null` included, as something.
///
/// # Errors
/// When the value is of another type.
pub fn given<'de, T, D>(value: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    Option::<T>::deserialize(value).map(Some)
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// Rows in the whole list; at least so many when `count_exact` is false.
    pub count: u64,
    /// False when counting to the end would have taken too long, which only happens beyond [`COUNTED`] rows or when few of
    /// very many rows match.
    #[serde(default = "exact")]
    pub count_exact: bool,
    /// 1-based page.
    pub page: u32,
    /// Rows on a page.
    pub page_size: u32,
    /// The rows.
    pub results: Vec<T>,
}

/// What a list without the word means.
fn exact() -> bool {
    true
}

impl<T> Page<T> {
    /// Pages in the whole list, at least 1; of an inexact count, those that are known.
    pub fn pages(&self) -> u32 {
        let size = u64::from(self.page_size.max(1));
        u32::try_from(self.count.div_ceil(size).max(1)).unwrap_or(u32::MAX)
    }
}
