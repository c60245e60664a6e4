//! Average-link agglomeration on a sparse graph. The order of merging is fixed by nearness and, between
//! equals, by the rank of the groups, so the result only depends on the graph.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

/// A group of nodes while it grows.
struct Group {
    /// Keywords in it.
    size: f32,
    /// Smallest node in it: the same whatever the order of merging.
    rank: u32,
    /// Sum of the nearness of all pairs of keywords between this group and another.
    near: FxHashMap<u32, f32>,
    alive: bool,
}

#[derive(PartialEq)]
struct Candidate {
    nearness: f32,
    ranks: (u32, u32),
    groups: (u32, u32),
}

impl Eq for Candidate {}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        // The heap gives the greatest first: the nearest, then the lowest ranks.
        self.nearness
            .total_cmp(&other.nearness)
            .then_with(|| other.ranks.cmp(&self.ranks))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Groups under construction.
pub(super) struct Groups {
    groups: Vec<Group>,
    /// For each group that was merged, the one it went into.
    parent: Vec<u32>,
    heap: BinaryHeap<Candidate>,
    floor: f32,
}

impl Groups {
    /// One group for each size given, with that many keywords; `floor` is the nearness below which nothing
    /// is merged.
    pub(super) fn new(sizes: impl Iterator<Item = u32>, floor: f32) -> Groups {
        let groups: Vec<Group> = sizes
            .enumerate()
            .map(|(i, size)| Group {
                size: size as f32,
                rank: i as u32,
                near: FxHashMap::default(),
                alive: true,
            })
            .collect();
        let parent = (0..groups.len() as u32).collect();
        Groups {
            groups,
            parent,
            heap: BinaryHeap::new(),
            floor,
        }
    }

    /// Adds an edge: the nearness of each keyword of `a` to each of `b`.
    pub(super) fn link(&mut self, a: u32, b: u32, nearness: f32) {
        let sum = nearness * self.groups[a as usize].size * self.groups[b as usize].size;
        *self.groups[a as usize].near.entry(b).or_default() += sum;
        *self.groups[b as usize].near.entry(a).or_default() += sum;
    }

    /// Merges the nearest groups again and again while `may` allows it, given both sizes.
    ///
    /// `false` when `progress` says stop.
    pub(super) fn run(&mut self, may: &dyn Fn(f32, f32) -> bool, progress: &mut dyn FnMut(f32) -> bool) -> bool {
        for a in 0..self.groups.len() as u32 {
            let others: Vec<u32> = self.groups[a as usize]
                .near
                .keys()
                .copied()
                .filter(|&b| b > a)
                .collect();
            for b in others {
                self.offer(a, b, may);
            }
        }
        let total = self.groups.len().max(1) as f32;
        let start = self.groups.len();
        while let Some(candidate) = self.heap.pop() {
            let (a, b) = candidate.groups;
            if !self.groups[a as usize].alive || !self.groups[b as usize].alive {
                continue;
            }
            self.merge(a, b, may);
            let done = self.groups.len() - start;
            if done.is_multiple_of(2048) && !progress(done as f32 / total) {
                return false;
            }
        }
        true
    }

    fn nearness(&self, a: u32, b: u32) -> f32 {
        let (x, y) = (&self.groups[a as usize], &self.groups[b as usize]);
        x.near.get(&b).map_or(0.0, |sum| sum / (x.size * y.size))
    }

    fn offer(&mut self, a: u32, b: u32, may: &dyn Fn(f32, f32) -> bool) {
        let nearness = self.nearness(a, b);
        let (x, y) = (&self.groups[a as usize], &self.groups[b as usize]);
        // Rounding of sums must not decide between equals, hence a fixed grid.
        let nearness = (nearness * 65_536.0).round() / 65_536.0;
        if nearness >= self.floor && may(x.size, y.size) {
            let ranks = (x.rank.min(y.rank), x.rank.max(y.rank));
            self.heap.push(Candidate {
                nearness,
                ranks,
                groups: (a, b),
            });
        }
    }

    fn merge(&mut self, a: u32, b: u32, may: &dyn Fn(f32, f32) -> bool) {
        let id = self.groups.len() as u32;
        let take = |g: &mut Group| {
            g.alive = false;
            std::mem::take(&mut g.near)
        };
        let (mut near, mut other) = (take(&mut self.groups[a as usize]), take(&mut self.groups[b as usize]));
        if near.len() < other.len() {
            std::mem::swap(&mut near, &mut other);
        }
        for (to, sum) in other {
            *near.entry(to).or_default() += sum;
        }
        near.remove(&a);
        near.remove(&b);
        let (x, y) = (&self.groups[a as usize], &self.groups[b as usize]);
        let (size, rank) = (x.size + y.size, x.rank.min(y.rank));
        let mut neighbours: Vec<(u32, f32)> = near.iter().map(|(&to, &sum)| (to, sum)).collect();
        neighbours.sort_unstable_by_key(|&(to, _)| to);
        self.groups.push(Group {
            size,
            rank,
            near,
            alive: true,
        });
        self.parent.push(id);
        self.parent[a as usize] = id;
        self.parent[b as usize] = id;
        for &(to, sum) in &neighbours {
            let links = &mut self.groups[to as usize].near;
            links.remove(&a);
            links.remove(&b);
            links.insert(id, sum);
        }
        for (to, _) in neighbours {
            self.offer(id, to, may);
        }
    }

    /// The groups as lists of the first groups, each ascending, ordered by their first.
    pub(super) fn result(&self, first: usize) -> Vec<Vec<u32>> {
        let mut lists: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        for i in 0..first as u32 {
            let mut root = i;
            while self.parent[root as usize] != root {
                root = self.parent[root as usize];
            }
            lists.entry(root).or_default().push(i);
        }
        let mut out: Vec<Vec<u32>> = lists.into_values().collect();
        out.sort_unstable_by_key(|list| list[0]);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(sizes: &[u32], links: &[(u32, u32, f32)], floor: f32) -> Vec<Vec<u32>> {
        let mut g = Groups::new(sizes.iter().copied(), floor);
        for &(a, b, s) in links {
            g.link(a, b, s);
        }
        assert!(g.run(&|_, _| true, &mut |_| true));
        g.result(sizes.len())
    }

    #[test]
    fn a_chain_is_not_one_group() {
        // 0-1 and 2-3 are close, 1-2 fairly; the ends have nothing in common.
        let links = [(0, 1, 0.9), (1, 2, 0.7), (2, 3, 0.9)];
        assert_eq!(groups(&[1, 1, 1, 1], &links, 0.6), [vec![0, 1], vec![2, 3]]);
    }

    #[test]
    fn size_counts_in_the_average() {
        // The heavy node 0 does not know node 2, so 2 stays out of 0+1.
        let links = [(0, 1, 0.9), (1, 2, 0.8)];
        assert_eq!(groups(&[10, 1, 1], &links, 0.5), [vec![0, 1], vec![2]]);
    }

    #[test]
    fn can_be_stopped() {
        let mut g = Groups::new([1; 4096].into_iter(), 0.5);
        for i in 0..4095 {
            g.link(i, i + 1, 0.9);
        }
        assert!(!g.run(&|_, _| true, &mut |_| false));
    }
}
