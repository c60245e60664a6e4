//! The engine's part of a run.

use std::collections::HashMap;

use engine::clustering::{Existing, Keyword, Options, cluster};
use entity::{ClusterId, KeywordId};

use super::{
    Group, Groups, Member,
    load::{Candidate, Material},
    watch::Watch,
};
use crate::{Error, Result};

/// Share of the work that the engine is done at, in percent.
pub(super) const GROUPED: f32 = 70.0;

/// The engine's options for a tightness of 0 to 100.
pub(super) fn options(tightness: u8) -> Options {
    Options {
        tightness: f32::from(tightness.min(100)) / 100.0,
        ..Options::default()
    }
}

/// Groups keywords; new groups that are mostly what an old cluster was take its place.
///
/// # Errors
/// [`Error::Cancelled`] when somebody stopped it.
pub(super) fn group(material: Material, tightness: u8, watch: &Watch) -> Result<Groups> {
    let Material {
        keywords,
        known,
        names,
        before,
    } = material;
    let outcome = {
        let input: Vec<Keyword<'_>> = keywords
            .iter()
            .map(|keyword| Keyword {
                text: &keyword.text,
                volume: keyword.volume,
                urls: &keyword.urls,
            })
            .collect();
        let existing: Vec<Existing<'_>> = known
            .iter()
            .map(|known| Existing {
                id: known.id.0,
                name: &known.name,
                keywords: known.texts.iter().map(String::as_str).collect(),
            })
            .collect();
        cluster(&input, &existing, &options(tightness), &mut |share| {
            #[expect(clippy::cast_possible_truncation, reason = "a share of 0 to 1")]
            let percent = (5.0 + share.clamp(0.0, 1.0) * (GROUPED - 5.0)) as i32;
            watch.reached(percent).is_ok()
        })
        .ok_or(Error::Cancelled)?
    };
    drop(known);
    let at = |index: u32| usize::try_from(index).ok();
    let mut groups: Vec<Group> = outcome
        .clusters
        .into_iter()
        .map(|found| Group {
            fresh: found.existing.is_none(),
            existing: found.existing.map(ClusterId),
            name: found.name,
            members: found
                .members
                .into_iter()
                .filter_map(|member| {
                    Some(Member {
                        keyword: at(member.index)?,
                        similarity: member.similarity,
                        terms: member.shared_terms.join(", "),
                        urls: member.shared_urls,
                    })
                })
                .collect(),
        })
        .collect();
    let leftover = outcome.leftover.into_iter().filter_map(at).collect();
    take_over(&mut groups, &keywords, &before);
    Ok(Groups {
        groups,
        leftover,
        keywords,
        names,
    })
}

/// A group that has more than half of an old cluster, and is more than half of it, is that cluster: its number, name and
/// description stay, and with them every link to it.
fn take_over(groups: &mut [Group], keywords: &[Candidate], before: &HashMap<KeywordId, ClusterId>) {
    if before.is_empty() {
        return;
    }
    let mut sizes: HashMap<ClusterId, usize> = HashMap::new();
    for cluster in before.values() {
        *sizes.entry(*cluster).or_default() += 1;
    }
    for group in groups.iter_mut().filter(|group| group.existing.is_none()) {
        let mut shared: HashMap<ClusterId, usize> = HashMap::new();
        for member in &group.members {
            let cluster = keywords.get(member.keyword).and_then(|keyword| before.get(&keyword.id));
            if let Some(cluster) = cluster {
                *shared.entry(*cluster).or_default() += 1;
            }
        }
        // More than half of both: no two groups can have the same cluster, nor two clusters the same group.
        group.existing = shared.into_iter().find_map(|(cluster, both)| {
            let old = sizes.get(&cluster).copied().unwrap_or_default();
            (both * 2 > old && both * 2 > group.members.len()).then_some(cluster)
        });
    }
}
