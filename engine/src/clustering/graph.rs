//! Which keywords are near each other: cosine of content terms, tempered by the facets.

use std::collections::BTreeMap;

use super::serp;
use super::terms::{Meaning, Terms};
use super::texts::Texts;

/// Weight of "one asks about a facet, the other about the thing itself", between no (0) and full (1) agreement.
const BARE_FACET: f32 = 0.4;
/// Most neighbours looked at per term and subject, so that one word everybody uses cannot make it quadratic.
const MAX_LOOKED_AT: usize = 1_000;
/// Most neighbours looked at per term in all; fewer for each subject where there are very many.
const MAX_LOOKED_AT_IN_ALL: usize = 200_000_000;

/// Pairs between two looks at whether to go on.
const LOOK: u32 = 1 << 17;

/// Keywords that mean exactly the same and, where search results are known, belong to one group of them.
pub(super) struct Node {
    pub(super) facets: u64,
    /// The group by search results, [`serp::NONE`] without.
    pub(super) group: u32,
    /// Search results of all its texts, ascending.
    urls: Vec<u32>,
    /// Indexes of the texts.
    pub(super) texts: Vec<u32>,
}

/// A set of content terms.
pub(super) struct Subject {
    /// Ranks of its terms (0 is the rarest of all) with their weights, ascending; of length 1.
    pub(super) vector: Vec<(u32, f32)>,
    /// Its nodes, in ascending order of their facets.
    pub(super) nodes: std::ops::Range<u32>,
    /// Most facets of any of them.
    most_facets: u32,
}

/// All that is compared.
pub(super) struct Graph {
    /// In an order that only depends on the meanings.
    pub(super) nodes: Vec<Node>,
    pub(super) subjects: Vec<Subject>,
    /// Pairs of different subjects with their cosine, the smaller number first.
    pub(super) near: Vec<(u32, u32, f32)>,
}

impl Graph {
    /// Groups texts of equal meaning and finds subjects with a cosine of at least `floor`.
    ///
    /// `groups` has the group by search results of each text. `None` when `progress` says stop.
    pub(super) fn new(
        terms: &Terms,
        texts: &Texts,
        groups: &[u32],
        floor: f32,
        progress: &mut dyn FnMut(f32) -> bool,
    ) -> Option<Graph> {
        let mut grouped: BTreeMap<(&Meaning, u32), Vec<u32>> = BTreeMap::new();
        for (i, (meaning, &group)) in terms.meanings.iter().zip(groups).enumerate() {
            if i.is_multiple_of(1 << 16) && !progress(0.0) {
                return None;
            }
            grouped.entry((meaning, group)).or_default().push(i as u32);
        }
        let ranks = ranks(terms);
        let mut graph = Graph {
            nodes: Vec::with_capacity(grouped.len()),
            subjects: Vec::new(),
            near: Vec::new(),
        };
        let mut last: Option<&Vec<u32>> = None;
        for ((meaning, group), list) in grouped {
            let at = graph.nodes.len() as u32;
            if last != Some(&meaning.content) {
                graph.subjects.push(Subject {
                    vector: vector(terms, &ranks, &meaning.content),
                    nodes: at..at,
                    most_facets: 0,
                });
                last = Some(&meaning.content);
            }
            if let Some(subject) = graph.subjects.last_mut() {
                subject.nodes.end = at + 1;
                subject.most_facets = subject.most_facets.max(meaning.facets.count_ones());
            }
            graph.nodes.push(Node {
                facets: meaning.facets,
                group,
                urls: all_urls(texts, &list),
                texts: list,
            });
        }
        graph.find_near(terms.weights.len(), floor, progress)?;
        Some(graph)
    }

    /// Finds near subjects with an inverted index.
    ///
    /// Terms run from rare to common in every vector. When the first term two vectors share is `t`, their
    /// product is at most the product of the lengths of their tails from `t` on; so each list is sorted by
    /// tail, and a walk down it stops as soon as that bound falls below the floor.
    fn find_near(&mut self, terms: usize, floor: f32, progress: &mut dyn FnMut(f32) -> bool) -> Option<()> {
        let mut lists: Vec<Vec<(f32, u32)>> = vec![Vec::new(); terms];
        for (i, subject) in self.subjects.iter().enumerate() {
            for ((term, _), tail) in subject.vector.iter().zip(tails(&subject.vector)) {
                if tail >= floor {
                    lists[*term as usize].push((tail, i as u32));
                }
            }
        }
        for list in &mut lists {
            list.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        }
        let mut seen = vec![u32::MAX; self.subjects.len()];
        let mut near = Vec::new();
        let all = self.subjects.len().max(1) as f32;
        let most = (MAX_LOOKED_AT_IN_ALL / self.subjects.len().max(1)).clamp(100, MAX_LOOKED_AT);
        for (i, subject) in self.subjects.iter().enumerate() {
            if i.is_multiple_of(256) && !progress(i as f32 / all) {
                return None;
            }
            for ((term, _), tail) in subject.vector.iter().zip(tails(&subject.vector)) {
                if tail < floor {
                    break;
                }
                for &(other_tail, other) in lists[*term as usize].iter().take(most) {
                    if other_tail * tail < floor {
                        break;
                    }
                    // Looked at from both ends: a list cut short for one may reach far enough for the other.
                    if other as usize == i || seen[other as usize] == i as u32 {
                        continue;
                    }
                    seen[other as usize] = i as u32;
                    let cosine = dot(&subject.vector, &self.subjects[other as usize].vector);
                    if cosine >= floor {
                        near.push((other.min(i as u32), other.max(i as u32), cosine));
                    }
                }
            }
        }
        near.sort_unstable_by_key(|&(a, b, _)| (a, b));
        near.dedup_by_key(|&mut (a, b, _)| (a, b));
        self.near = near;
        Some(())
    }

    /// Nearness of nodes: `strictness` (0 to 1) is how much of it a different facet takes away, and search results of which
    /// none is shared take away more. Every pair at or above `floor` for which `wanted` says yes to one of the two is handed
    /// to `edge`, smaller node first. `false` when `tick` says stop.
    pub(super) fn edges(
        &self,
        strictness: f32,
        floor: f32,
        wanted: &dyn Fn(u32) -> bool,
        tick: &mut dyn FnMut() -> bool,
        edge: &mut dyn FnMut(u32, u32, f32),
    ) -> bool {
        let mut looked = 0u32;
        let mut stopped = false;
        let mut between = |a: u32, b: u32, cosine: f32| {
            looked += 1;
            if looked.is_multiple_of(LOOK) {
                stopped |= !tick();
            }
            if stopped || !(wanted(a) || wanted(b)) {
                return;
            }
            let (x, y) = (&self.nodes[a as usize], &self.nodes[b as usize]);
            let agreement = agreement(x.facets, y.facets);
            let mut near = cosine * (1.0 - strictness * (1.0 - agreement));
            if near >= floor && !x.urls.is_empty() && !y.urls.is_empty() && serp::shared(&x.urls, &y.urls) == 0 {
                near *= serp::APART;
            }
            if near >= floor {
                edge(a, b, near);
            }
        };
        for subject in &self.subjects {
            for a in subject.nodes.clone() {
                for b in a + 1..subject.nodes.end {
                    between(a, b, 1.0);
                }
            }
        }
        for &(x, y, cosine) in &self.near {
            let (x, y) = (&self.subjects[x as usize], &self.subjects[y as usize]);
            // The agreement it takes to reach the floor; above what different sets can have, only equal ones count.
            let needed = if strictness > 0.0 {
                1.0 - (1.0 - floor / cosine) / strictness
            } else {
                0.0
            };
            let most = x.most_facets.max(y.most_facets) as f32;
            if needed > BARE_FACET.max((most - 1.0) / most.max(1.0)) + 1e-4 {
                let (mut a, mut b) = (x.nodes.start, y.nodes.start);
                while a < x.nodes.end && b < y.nodes.end {
                    // Both are in ascending order of facets.
                    match self.nodes[a as usize].facets.cmp(&self.nodes[b as usize].facets) {
                        std::cmp::Ordering::Less => a += 1,
                        std::cmp::Ordering::Greater => b += 1,
                        std::cmp::Ordering::Equal => {
                            // Search results may have made several nodes of one meaning.
                            let same = self.nodes[a as usize].facets;
                            let mut other = b;
                            while other < y.nodes.end && self.nodes[other as usize].facets == same {
                                between(a, other, cosine);
                                other += 1;
                            }
                            a += 1;
                        }
                    }
                }
                continue;
            }
            for a in x.nodes.clone() {
                for b in y.nodes.clone() {
                    between(a, b, cosine);
                }
            }
        }
        !stopped
    }
}

/// The search results of some texts, ascending.
fn all_urls(texts: &Texts, list: &[u32]) -> Vec<u32> {
    let mut out: Vec<u32> = list.iter().flat_map(|&t| texts.urls(t).iter().copied()).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// The rank of each term from rare to common.
fn ranks(terms: &Terms) -> Vec<u32> {
    let mut order: Vec<u32> = (0..terms.weights.len() as u32).collect();
    order.sort_unstable_by_key(|&t| (terms.frequency[t as usize], t));
    let mut ranks = vec![0u32; order.len()];
    for (rank, &term) in order.iter().enumerate() {
        ranks[term as usize] = rank as u32;
    }
    ranks
}

fn vector(terms: &Terms, ranks: &[u32], content: &[u32]) -> Vec<(u32, f32)> {
    let mut v: Vec<(u32, f32)> = content
        .iter()
        .map(|&t| (ranks[t as usize], terms.weights[t as usize]))
        .collect();
    v.sort_unstable_by_key(|&(rank, _)| rank);
    let length = v.iter().map(|(_, w)| w * w).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    for (_, w) in &mut v {
        *w /= length;
    }
    v
}

/// For each position the length of the vector from there on.
fn tails(v: &[(u32, f32)]) -> impl Iterator<Item = f32> + '_ {
    let mut left: f32 = 1.0;
    v.iter().map(move |(_, w)| {
        // A little more than exact, so that rounding never loses a pair.
        let tail = left.max(0.0).sqrt() + 1e-4;
        left -= w * w;
        tail
    })
}

fn dot(a: &[(u32, f32)], b: &[(u32, f32)]) -> f32 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while let (Some(&(s, v)), Some(&(t, w))) = (a.get(i), b.get(j)) {
        match s.cmp(&t) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                sum += v * w;
                i += 1;
                j += 1;
            }
        }
    }
    sum
}

/// How far two sets of facets ask the same, 0 to 1.
pub(super) fn agreement(a: u64, b: u64) -> f32 {
    if a == b {
        1.0
    } else if a == 0 || b == 0 {
        BARE_FACET
    } else {
        (a & b).count_ones() as f32 / (a | b).count_ones() as f32
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::clustering::Keyword;

    #[test]
    fn the_index_misses_no_near_pair() {
        // Every pair of a few hundred short texts, compared with the index and by brute force.
        let mut texts = Vec::new();
        let words = [
            "oak", "desk", "lamp", "chair", "shelf", "steel", "glass", "corner", "garden", "office",
        ];
        for i in 0..words.len() {
            for j in 0..words.len() {
                for k in 0..3 {
                    texts.push(format!(
                        "{} {} {}",
                        words[i],
                        words[j],
                        words[(i + j * k) % words.len()]
                    ));
                }
            }
        }
        let floor = 0.55;
        let keys: Vec<String> = texts.clone();
        let keywords: Vec<Keyword> = keys
            .iter()
            .map(|text| Keyword {
                text,
                volume: None,
                urls: &[],
            })
            .collect();
        let all = Texts::new(&keywords, &keys, &[], false);
        let refs: Vec<&str> = all.texts.iter().map(String::as_str).collect();
        let terms = Terms::of(&refs);
        let none = vec![serp::NONE; refs.len()];
        let graph = Graph::new(&terms, &all, &none, floor, &mut |_| true).unwrap();
        let mut brute = Vec::new();
        for a in 0..graph.subjects.len() {
            for b in a + 1..graph.subjects.len() {
                if dot(&graph.subjects[a].vector, &graph.subjects[b].vector) >= floor {
                    brute.push((a as u32, b as u32));
                }
            }
        }
        let found: Vec<(u32, u32)> = graph.near.iter().map(|&(a, b, _)| (a, b)).collect();
        assert!(brute.len() > 50);
        assert_eq!(found, brute);
    }

    #[test]
    fn facets_agree_by_degrees() {
        assert!(agreement(0b1, 0b1) > agreement(0b11, 0b1));
        assert!(agreement(0b11, 0b1) > agreement(0b10, 0b1));
        assert!(agreement(0, 0b1) > agreement(0b10, 0b1));
    }
}
