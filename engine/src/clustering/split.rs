//! How one cluster could become several.

use super::{Cluster, Keyword, Member, Options, cluster};

/// Fewest keywords of a part.
const LEAST: u32 = 2;
/// Tightnesses that are tried, in twentieths: from just above the default to the narrowest.
const TRIED: std::ops::RangeInclusive<u8> = 11..=20;

/// Proposes how the keywords of one cluster could be divided: into at least two parts of at least two different keywords.
///
/// It is the first division that a tightness above the default finds; keywords that fit none of its parts go to the
/// nearest one. Every keyword is in exactly one part; the parts have names and no [`Cluster::existing`]. Empty when there
/// is no sensible division: too few keywords, or all about the same.
///
/// The result does not depend on the order of the keywords.
pub fn split(keywords: &[Keyword<'_>]) -> Vec<Cluster> {
    for twentieth in TRIED {
        let options = Options {
            tightness: f32::from(twentieth) / 20.0,
            min_size: LEAST,
            ..Options::default()
        };
        let Some(outcome) = cluster(keywords, &[], &options, &mut |_| true) else {
            break;
        };
        if outcome.clusters.len() > 1 {
            let mut parts = outcome.clusters;
            if let Some(first) = parts.first_mut() {
                first.members.extend(outcome.leftover.into_iter().map(|index| Member {
                    index,
                    similarity: 0.0,
                    shared_terms: Vec::new(),
                    shared_urls: 0,
                }));
            }
            return parts;
        }
    }
    Vec::new()
}
