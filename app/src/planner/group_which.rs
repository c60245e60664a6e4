//! Which keywords a grouping is asked for: what the list of keywords hands over.
//!
//! Filters and search travel in the address, under the list's own names; what they match is never listed. What was selected
//! or taken out by hand is at most [`MAX_SELECTED`](entity::keyword::MAX_SELECTED) ids: they stay in the tab under a key,
//! and only the key is in the address. An address with a key that this tab does not know groups nothing.

use entity::{
    KeywordId, SectorId, SiteId,
    ai_task::Start,
    cluster_run::{Asked, Sample},
    keyword::Filter,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{keyword_table::keyword_filter, parts::rows_count};
use crate::{
    browser,
    components::{UrlState, count, number, use_url_state},
};

/// The page that groups.
pub(super) const PATH: &str = "/planner/clusters/group";
/// The key of the address, and where the tab keeps what belongs to it.
const PICKED: &str = "picked";
const STORE: &str = "igny8_picked";

/// What was picked by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Handed {
    key: String,
    /// Where the selected keywords are.
    sector: Option<SectorId>,
    ids: Vec<KeywordId>,
    /// All that match are meant, but these.
    everything: bool,
}

/// The address of the page that groups what a list shows: with its filters and search.
pub(super) fn group_href(url: UrlState) -> String {
    format!("{PATH}{}", url.filters())
}

/// The address of the page that groups all keywords of a sector.
pub(super) fn group_sector(site: SiteId, sector: SectorId) -> String {
    format!("{PATH}?site={site}&sector={sector}")
}

/// The address of the page that groups these keywords of one sector.
pub(super) fn hand_over_ids(sector: Option<SectorId>, ids: Vec<KeywordId>) -> String {
    format!("{PATH}?{PICKED}={}", keep(sector, ids, false))
}

/// The address of the page that groups all that a list shows but these.
pub(super) fn hand_over_all(url: UrlState, except: Vec<KeywordId>) -> String {
    let href = untrack(|| group_href(url));
    if except.is_empty() {
        return href;
    }
    let joint = if href.contains('?') { '&' } else { '?' };
    format!("{href}{joint}{PICKED}={}", keep(None, except, true))
}

fn keep(sector: Option<SectorId>, ids: Vec<KeywordId>, everything: bool) -> String {
    let handed = Handed {
        key: browser::fresh_key(),
        sector,
        ids,
        everything,
    };
    browser::keep_in_tab(STORE, &serde_json::to_string(&handed).unwrap_or_default());
    handed.key
}

/// Which keywords are asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Which {
    /// Where they are, when that is settled.
    pub(super) sector: Option<SectorId>,
    pub(super) selected: Vec<KeywordId>,
    pub(super) except: Vec<KeywordId>,
    /// Without site and sector.
    pub(super) filter: Filter,
    pub(super) search: Option<String>,
}

/// What is known of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum State {
    /// The tab has not been asked yet.
    Reading,
    /// What was picked by hand is not known in this tab.
    Lost,
    Known(Which),
}

/// What the address asks for, once the page is alive with what was picked by hand.
pub(super) fn use_which() -> Memo<State> {
    let url = use_url_state();
    let filter = keyword_filter();
    let handed = RwSignal::new(None::<(String, Option<Handed>)>);
    Effect::new(move |_| {
        if let Some(key) = url.get(PICKED) {
            let found = browser::kept_in_tab(STORE)
                .and_then(|text| serde_json::from_str::<Handed>(&text).ok())
                .filter(|found| found.key == key);
            handed.set(Some((key, found)));
        }
    });
    Memo::new(move |_| {
        let listed = Which {
            sector: url.parsed("sector"),
            filter: Filter {
                site_id: None,
                sector_id: None,
                ..filter.get()
            },
            search: url.get("search"),
            ..Which::default()
        };
        let Some(key) = url.get(PICKED) else {
            return State::Known(listed);
        };
        match handed.get() {
            Some((read, Some(found))) if read == key => State::Known(picked(found, listed)),
            Some((read, None)) if read == key => State::Lost,
            _ => State::Reading,
        }
    })
}

/// What was picked by hand, with what the list showed.
fn picked(found: Handed, listed: Which) -> Which {
    if found.everything {
        Which {
            except: found.ids,
            ..listed
        }
    } else {
        Which {
            sector: found.sector.or(listed.sector),
            selected: found.ids,
            ..Which::default()
        }
    }
}

impl Which {
    /// Less than everything in the sector.
    pub(super) fn is_narrowed(&self) -> bool {
        *self
            != Self {
                sector: self.sector,
                ..Self::default()
            }
    }

    /// Only keywords in clusters can match, so extending would find nothing.
    pub(super) fn is_grouped(&self) -> bool {
        self.filter.clustered == Some(true) || self.filter.cluster_id.is_some()
    }

    /// What the server is asked for.
    pub(super) fn start(&self, sector_id: SectorId, tightness: u8, regroup: bool, use_results: bool) -> Start {
        Start::AutoCluster {
            sector_id,
            keyword_ids: self.selected.clone(),
            filter: (self.filter != Filter::default()).then(|| self.filter.clone()),
            search: self.search.clone(),
            except: self.except.clone(),
            tightness: Some(tightness),
            regroup,
            use_results,
        }
    }

    /// The same as a run tells of it.
    fn asked(&self) -> Asked {
        Asked {
            selected: self.selected.len() as u64,
            except: self.except.len() as u64,
            filter: self.filter.clone(),
            search: self.search.clone(),
        }
    }

    /// What is asked for, in a sentence: `412 keywords in Coffee that match “moka”, intent Commercial.`
    pub(super) fn sentence(&self, sample: &Sample, sector: &str, cluster: Option<&str>) -> String {
        let keywords = count(rows_count(sample.matching), "keyword", "keywords");
        if !self.selected.is_empty() {
            return format!("{keywords} that you selected.");
        }
        let place = if sector.is_empty() {
            String::new()
        } else {
            format!(" in {sector}")
        };
        match conditions(&self.asked(), cluster) {
            Some(conditions) => format!("{keywords}{place} that match {conditions}."),
            None => format!("{keywords}{place}{}.", without(self.except.len() as u64)),
        }
    }
}

/// How many of those asked for a run would group.
pub(super) fn part(sample: &Sample, regroup: bool) -> String {
    let total = number(rows_count(sample.total));
    match (sample.total, sample.matching) {
        (_, 0) => String::new(),
        (0, _) => "None of them can be grouped now.".to_owned(),
        (can, all) if can >= all => "All of them will be grouped.".to_owned(),
        _ if regroup => {
            format!(
                "{total} of them will be grouped: the others are pinned, in clusters that are in use, or not active."
            )
        }
        _ => format!("{total} of them will be grouped: the others are in a cluster already, or not active."),
    }
}

/// What a run was asked for, for whoever looks at it later; nothing when it was everything.
pub(super) fn asked_words(asked: &Asked) -> Option<String> {
    if asked.selected > 0 {
        return Some(count(
            rows_count(asked.selected),
            "selected keyword",
            "selected keywords",
        ));
    }
    match conditions(asked, None) {
        Some(conditions) => Some(format!("keywords that match {conditions}")),
        None => (asked.except > 0).then(|| format!("all keywords{}", without(asked.except))),
    }
}

fn without(except: u64) -> String {
    match except {
        0 => String::new(),
        1 => ", without the one that was taken out".to_owned(),
        many => format!(", without the {} that were taken out", number(rows_count(many))),
    }
}

/// Search and filters in words.
fn conditions(asked: &Asked, cluster: Option<&str>) -> Option<String> {
    let filter = &asked.filter;
    let mut words: Vec<String> = Vec::new();
    words.extend(asked.search.as_ref().map(|search| format!("“{}”", search.trim())));
    words.extend(filter.status.map(|status| format!("status {}", status.label())));
    words.extend(filter.intent.map(|intent| format!("intent {}", intent.label())));
    words.extend(filter.cluster_id.map(|_| match cluster {
        Some(name) => format!("in the cluster “{name}”"),
        None => "in one cluster".to_owned(),
    }));
    words.extend(filter.clustered.map(|clustered| {
        let words = if clustered { "in a cluster" } else { "in no cluster" };
        words.to_owned()
    }));
    words.extend(range("volume", filter.volume_min, filter.volume_max));
    words.extend(range(
        "difficulty",
        filter.difficulty_min.map(i64::from),
        filter.difficulty_max.map(i64::from),
    ));
    (!words.is_empty()).then(|| format!("{}{}", words.join(", "), without(asked.except)))
}

fn range(name: &str, least: Option<i64>, most: Option<i64>) -> Option<String> {
    match (least, most) {
        (Some(least), Some(most)) => Some(format!("{name} {} to {}", number(least), number(most))),
        (Some(least), None) => Some(format!("{name} from {}", number(least))),
        (None, Some(most)) => Some(format!("{name} up to {}", number(most))),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use entity::keyword::Intent;

    use super::*;

    fn sample(matching: u64, total: u64) -> Sample {
        Sample {
            matching,
            total,
            keywords: Vec::new(),
            clusters: Vec::new(),
            with_results: 0,
            credits: 0,
            available: 0,
        }
    }

    fn listed() -> Which {
        Which {
            filter: Filter {
                intent: Some(Intent::Commercial),
                volume_min: Some(1_000),
                difficulty_max: Some(40),
                ..Filter::default()
            },
            search: Some("moka ".to_owned()),
            ..Which::default()
        }
    }

    #[test]
    fn what_is_grouped_is_said_plainly() {
        let say = |which: &Which| which.sentence(&sample(412, 1), "Coffee", Some("Pots"));
        assert_eq!(say(&Which::default()), "412 keywords in Coffee.");
        assert_eq!(
            say(&listed()),
            "412 keywords in Coffee that match “moka”, intent Commercial, volume from 1,000, difficulty up to 40."
        );
        let mut less = listed();
        less.filter = Filter {
            cluster_id: Some(entity::ClusterId(7)),
            ..Filter::default()
        };
        less.except = vec![KeywordId(1), KeywordId(2)];
        assert_eq!(
            say(&less),
            "412 keywords in Coffee that match “moka”, in the cluster “Pots”, without the 2 that were taken out."
        );
        let by_hand = Which {
            selected: vec![KeywordId(1)],
            ..Which::default()
        };
        assert_eq!(
            by_hand.sentence(&sample(1, 1), "Coffee", None),
            "1 keyword that you selected."
        );
        assert_eq!(part(&sample(3, 3), false), "All of them will be grouped.");
        assert_eq!(
            part(&sample(1_300, 1_200), false),
            "1,200 of them will be grouped: the others are in a cluster already, or not active."
        );
        assert_eq!(part(&sample(3, 0), true), "None of them can be grouped now.");
        assert_eq!(asked_words(&Asked::default()), None);
        assert_eq!(asked_words(&by_hand.asked()).as_deref(), Some("1 selected keyword"));
    }

    #[test]
    fn what_was_picked_by_hand_joins_what_the_list_showed() {
        let handed = |everything| Handed {
            key: "k".to_owned(),
            sector: Some(SectorId(3)),
            ids: vec![KeywordId(5)],
            everything,
        };
        let all_but = picked(handed(true), listed());
        assert_eq!((all_but.except.len(), all_but.search.is_some()), (1, true));
        // The filter may have changed since the rows were ticked: they alone are meant.
        let only = picked(handed(false), listed());
        assert_eq!((only.selected.len(), only.sector), (1, Some(SectorId(3))));
        assert_eq!((only.filter.clone(), only.search.clone()), (Filter::default(), None));
        assert!(only.is_narrowed() && all_but.is_narrowed());
        assert!(
            !Which {
                sector: Some(SectorId(3)),
                ..Which::default()
            }
            .is_narrowed()
        );
        let Start::AutoCluster {
            keyword_ids,
            filter,
            except,
            use_results,
            ..
        } = all_but.start(SectorId(3), 50, false, false)
        else {
            panic!("a grouping");
        };
        assert!(keyword_ids.is_empty() && filter.is_some() && !use_results);
        assert_eq!(except, [KeywordId(5)]);
    }
}
