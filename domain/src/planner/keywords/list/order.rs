//! The orders of the list, and the parts that indexes give them in.

use entity::ListQuery;

use crate::{Error, Result, planner::keywords::census::Seat};

/// What a list may be ordered by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Keyword,
    Volume,
    Difficulty,
    Intent,
    Status,
    Created,
    Cpc,
    Impressions,
    Position,
    Clicks,
}

impl Order {
    pub(super) fn of(list: &ListQuery) -> Result<(Self, bool)> {
        let (name, descending) = list.order().unwrap_or(("volume", true));
        let order = match name {
            "keyword" => Self::Keyword,
            "volume" => Self::Volume,
            "difficulty" => Self::Difficulty,
            "intent" => Self::Intent,
            "status" => Self::Status,
            "created_at" => Self::Created,
            "cpc" => Self::Cpc,
            "impressions" => Self::Impressions,
            "position" => Self::Position,
            "clicks" => Self::Clicks,
            other => {
                return Err(Error::field(
                    "ordering",
                    format!("Keywords cannot be ordered by \"{other}\"."),
                ));
            }
        };
        Ok((order, descending))
    }

    /// What rows are compared by, and the index that has it.
    pub(super) fn value(self) -> (&'static str, &'static str) {
        match self {
            Self::Keyword => ("k.keyword_key", "key"),
            Self::Volume => ("k.volume", "volume"),
            Self::Difficulty => ("k.difficulty", "difficulty"),
            Self::Intent => ("k.facet % 8 / 2", "facet"),
            Self::Status => ("k.facet / 8", "facet"),
            // Numbers are given out in the order of making.
            Self::Created => ("k.id", "facet"),
            Self::Cpc => ("k.cpc_cents", "cpc"),
            Self::Impressions => ("k.impressions", "impressions"),
            Self::Position => ("k.position_hundredths", "position"),
            Self::Clicks => ("k.clicks", "clicks"),
        }
    }

    /// The parts of the list, one after the other: within each, an index gives the order. What is unknown comes last
    /// whichever way the list runs.
    pub(super) fn phases(self, descending: bool) -> Vec<Phase> {
        let (value, index) = self.value();
        let phase = |value: &str, index, only: String, facets: Option<(i32, i32)>| Phase {
            value: value.to_owned(),
            index,
            only,
            tiers: None,
            group: facets,
        };
        let groups = |count: i32, divisor: i32| {
            let mut all: Vec<i32> = (0..count).collect();
            if descending {
                all.reverse();
            }
            all.into_iter()
                .map(|place| phase("k.id", "facet", String::new(), Some((divisor, place))))
                .collect()
        };
        match self {
            Self::Keyword | Self::Created => vec![phase(value, index, String::new(), None)],
            Self::Intent => groups(4, 2),
            Self::Status => groups(3, 8),
            Self::Volume | Self::Difficulty => vec![
                phase(value, index, format!(" AND {value} IS NOT NULL"), None),
                phase(value, index, format!(" AND {value} IS NULL"), None),
            ],
            Self::Cpc | Self::Impressions | Self::Position | Self::Clicks => vec![
                phase(value, index, format!(" AND {value} IS NOT NULL"), None),
                phase("k.id", "facet", format!(" AND {value} IS NULL"), None),
            ],
        }
    }
}

/// A part of the list whose order an index gives.
pub(super) struct Phase {
    pub(super) value: String,
    pub(super) index: &'static str,
    pub(super) only: String,
    /// Which tiers of volume of those that are not settled, the first and the one after the last; all when it does not say.
    pub(super) tiers: Option<(u64, u64)>,
    /// Only seats whose facet has this place: divisor and place.
    pub(super) group: Option<(i32, i32)>,
}

impl Phase {
    /// The order of volumes in small parts, for keywords that are not settled: the index of the new has their tiers in
    /// order, not their volumes. A million searches a month and more are one part, for few keywords have so many.
    pub(super) fn tiers(descending: bool) -> Vec<Self> {
        let part = |only: String, tiers| Self {
            value: "k.volume".to_owned(),
            index: "volume",
            only,
            tiers,
            group: None,
        };
        // From 0 on, each part up to the next first digit.
        let mut all = vec![part(" AND k.volume >= 0 AND k.volume < 1".to_owned(), Some((10, 11)))];
        let mut step = 1_u64;
        for digits in 1..7 {
            for first in 1..10 {
                let tier = digits * 10 + first;
                let only = format!(
                    " AND k.volume >= {} AND k.volume < {}",
                    first * step,
                    (first + 1) * step
                );
                all.push(part(only, Some((tier, tier + 1))));
            }
            step *= 10;
        }
        all.push(part(format!(" AND k.volume >= {step}"), Some((70, 1_000))));
        if descending {
            all.reverse();
        }
        all.push(part(" AND k.volume IS NULL".to_owned(), None));
        all
    }

    pub(super) fn takes(&self, seat: &Seat) -> bool {
        match self.group {
            None => true,
            Some((2, place)) => seat.facet % 8 / 2 == place,
            Some((_, place)) => seat.facet / 8 == place,
        }
    }
}
