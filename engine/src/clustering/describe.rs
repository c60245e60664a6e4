//! From groups of texts to clusters with names and members.

use rustc_hash::FxHashSet;

use super::members::members;
use super::naming;
use super::terms::Terms;
use super::texts::Texts;
use super::units::Units;
use super::{Cluster, Existing, Keyword, Member, Outcome};
use crate::text::keyword_key;

/// What a run is about.
pub(super) struct Run<'a> {
    pub(super) terms: &'a Terms,
    pub(super) texts: &'a Texts,
    pub(super) keywords: &'a [Keyword<'a>],
    pub(super) keys: &'a [String],
    pub(super) existing: &'a [Existing<'a>],
    pub(super) min_size: u32,
}

/// A new cluster that has no name yet.
struct Fresh {
    volume: i64,
    texts: Vec<u32>,
    members: Vec<Member>,
}

impl Run<'_> {
    /// Turns units into clusters: `home` has the existing cluster of each, `found` the groups of the others. `None` when
    /// `progress` says stop.
    pub(super) fn describe(
        &self,
        units: &Units,
        home: &[Option<u32>],
        found: &[Vec<u32>],
        progress: &mut dyn FnMut(f32) -> bool,
    ) -> Option<Outcome> {
        let mut outcome = Outcome {
            clusters: Vec::new(),
            leftover: Vec::new(),
        };
        let mut extended: Vec<Vec<u32>> = vec![Vec::new(); self.existing.len()];
        for (unit, home) in home.iter().enumerate() {
            if let Some(c) = home {
                for &text in &units.texts[unit] {
                    // What is in a cluster stays there, whatever it is like.
                    let own = self.texts.home(std::iter::once(text));
                    extended[own.unwrap_or(*c) as usize].push(text);
                }
            }
        }
        let mut taken: FxHashSet<String> = self.existing.iter().map(|e| keyword_key(e.name)).collect();
        for (position, list) in extended.iter().enumerate() {
            if position.is_multiple_of(64) && !progress(0.0) {
                return None;
            }
            let placed = self.placed(list);
            if !placed.is_empty() {
                let cluster = &self.existing[self.texts.order[position]];
                outcome.clusters.push(Cluster {
                    existing: Some(cluster.id),
                    name: cluster.name.to_owned(),
                    members: members(self, list, &placed),
                });
            }
        }
        let mut fresh: Vec<Fresh> = Vec::new();
        for (i, group) in found.iter().enumerate() {
            if i.is_multiple_of(1024) && !progress(0.5 * i as f32 / found.len() as f32) {
                return None;
            }
            let list: Vec<u32> = group
                .iter()
                .flat_map(|&u| units.texts[u as usize].iter().copied())
                .collect();
            let placed = self.placed(&list);
            // Twice the same keyword is still one keyword.
            let different = list.iter().filter(|&&t| self.texts.is_new(t)).count();
            let blank = list.iter().any(|&t| self.texts.texts[t as usize].is_empty());
            if different < self.min_size as usize || blank {
                outcome.leftover.extend(placed.iter().map(|&(k, _)| k));
                continue;
            }
            fresh.push(self.fresh(list, &placed));
        }
        outcome
            .clusters
            .extend(self.named(fresh, &mut taken, &mut |done| progress(0.5 + 0.5 * done))?);
        outcome.leftover.sort_unstable();
        Some(outcome)
    }

    /// Names and members for groups of texts that are given.
    pub(super) fn parts(&self, groups: Vec<Vec<u32>>) -> Vec<Cluster> {
        let fresh = groups
            .into_iter()
            .map(|list| {
                let placed = self.placed(&list);
                self.fresh(list, &placed)
            })
            .collect();
        self.named(fresh, &mut FxHashSet::default(), &mut |_| true)
            .unwrap_or_default()
    }

    /// The keywords of some texts, each with its text.
    fn placed(&self, list: &[u32]) -> Vec<(u32, u32)> {
        list.iter()
            .flat_map(|&t| self.texts.keywords[t as usize].iter().map(move |&k| (k, t)))
            .collect()
    }

    fn fresh(&self, texts: Vec<u32>, placed: &[(u32, u32)]) -> Fresh {
        let volume = placed
            .iter()
            .filter_map(|&(k, _)| self.keywords[k as usize].volume)
            .fold(0i64, i64::saturating_add);
        let members = members(self, &texts, placed);
        Fresh { volume, texts, members }
    }

    /// The clusters, the largest volume first; the first have the first choice of names.
    fn named(
        &self,
        mut fresh: Vec<Fresh>,
        taken: &mut FxHashSet<String>,
        progress: &mut dyn FnMut(f32) -> bool,
    ) -> Option<Vec<Cluster>> {
        let first = |f: &Fresh| f.members.first().map_or("", |m| self.keys[m.index as usize].as_str());
        fresh.sort_by(|a, b| b.volume.cmp(&a.volume).then_with(|| first(a).cmp(first(b))));
        let all = fresh.len();
        let mut out = Vec::with_capacity(all);
        for (i, cluster) in fresh.into_iter().enumerate() {
            if i.is_multiple_of(1024) && !progress(i as f32 / all as f32) {
                return None;
            }
            out.push(Cluster {
                existing: None,
                name: naming::name(self, &cluster.texts, &cluster.members, taken),
                members: cluster.members,
            });
        }
        Some(out)
    }
}
