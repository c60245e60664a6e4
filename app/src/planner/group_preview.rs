//! Grouping a sample in the browser: the same engine as on the server, so what is shown is what a run would make of it.

use engine::clustering::{Existing, Keyword, Options, cluster};
use entity::cluster_run::Sample;

/// Keywords that a cluster shows.
const FIRST: usize = 4;
/// Clusters that are shown.
const SHOWN: usize = 60;

/// What a grouping would look like.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Preview {
    /// New clusters.
    pub created: usize,
    /// Clusters that are there and get more keywords.
    pub extended: usize,
    /// Keywords that fit nowhere.
    pub leftover: usize,
    /// The largest clusters.
    pub clusters: Vec<Shown>,
}

/// A cluster of a [`Preview`].
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown {
    pub name: String,
    pub size: usize,
    pub volume: i64,
    /// Adds to a cluster that is there.
    pub extends: bool,
    pub first: Vec<String>,
}

/// Groups the sample at a tightness of 0 to 100, with its search results or without.
pub(super) fn try_out(sample: &Sample, tightness: u8, use_results: bool) -> Preview {
    let keywords: Vec<Keyword<'_>> = sample
        .keywords
        .iter()
        .map(|keyword| Keyword {
            text: &keyword.text,
            volume: keyword.volume,
            urls: if use_results { &keyword.urls } else { &[] },
        })
        .collect();
    let existing: Vec<Existing<'_>> = sample
        .clusters
        .iter()
        .map(|cluster| Existing {
            id: cluster.id.0,
            name: &cluster.name,
            keywords: cluster.keywords.iter().map(String::as_str).collect(),
        })
        .collect();
    let options = Options {
        tightness: f32::from(tightness.min(100)) / 100.0,
        ..Options::default()
    };
    let Some(outcome) = cluster(&keywords, &existing, &options, &mut |_| true) else {
        return Preview::default();
    };
    let extended = outcome.clusters.iter().filter(|found| found.existing.is_some()).count();
    let mut clusters: Vec<Shown> = outcome
        .clusters
        .iter()
        .map(|found| {
            let members = || {
                found
                    .members
                    .iter()
                    .filter_map(|member| sample.keywords.get(usize::try_from(member.index).ok()?))
            };
            Shown {
                name: found.name.clone(),
                size: found.members.len(),
                volume: members().filter_map(|keyword| keyword.volume).sum(),
                extends: found.existing.is_some(),
                first: members().take(FIRST).map(|keyword| keyword.text.clone()).collect(),
            }
        })
        .collect();
    clusters.sort_by(|a, b| {
        (b.size, b.volume)
            .cmp(&(a.size, a.volume))
            .then_with(|| a.name.cmp(&b.name))
    });
    clusters.truncate(SHOWN);
    Preview {
        created: outcome.clusters.len() - extended,
        extended,
        leftover: outcome.leftover.len(),
        clusters,
    }
}

#[cfg(test)]
mod tests {
    use entity::{
        ClusterId,
        cluster_run::{SampleCluster, SampleKeyword},
    };

    use super::*;

    #[test]
    fn a_sample_is_grouped_and_what_is_there_is_extended() {
        let words = [
            "espresso machine reviews",
            "espresso machine review",
            "best moka pot",
            "moka pot best",
            "green tea benefits",
        ];
        let sample = Sample {
            matching: 5,
            total: 5,
            keywords: words
                .iter()
                .map(|text| SampleKeyword {
                    text: (*text).to_owned(),
                    volume: Some(10),
                    urls: Vec::new(),
                })
                .collect(),
            clusters: vec![SampleCluster {
                id: ClusterId(7),
                name: "Espresso machine reviews".to_owned(),
                keywords: vec!["reviews of espresso machines".to_owned()],
            }],
            with_results: 0,
            credits: 1,
            available: 10,
        };
        let preview = try_out(&sample, 50, true);
        assert_eq!(
            (preview.created, preview.extended, preview.leftover),
            (1, 1, 1),
            "{preview:?}"
        );
        assert!(
            preview
                .clusters
                .iter()
                .all(|found| found.size == 2 && found.volume == 20)
        );
        assert_eq!(
            try_out(
                &Sample {
                    keywords: Vec::new(),
                    ..sample.clone()
                },
                50,
                true
            )
            .clusters
            .len(),
            0
        );
    }

    #[test]
    fn search_results_count_only_when_they_are_wanted() {
        let keyword = |text: &str, urls: &[u32]| SampleKeyword {
            text: text.to_owned(),
            volume: None,
            urls: urls.to_vec(),
        };
        let same: Vec<u32> = (1..=10).collect();
        let sample = Sample {
            matching: 2,
            total: 2,
            keywords: vec![keyword("stovetop coffee maker", &same), keyword("bialetti", &same)],
            clusters: Vec::new(),
            with_results: 2,
            credits: 1,
            available: 10,
        };
        assert_eq!(try_out(&sample, 50, true).created, 1);
        assert_eq!(try_out(&sample, 50, false).leftover, 2);
    }
}
