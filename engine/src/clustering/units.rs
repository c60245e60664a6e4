//! What is placed as a whole: keywords of one meaning, and keywords that search results hold together.

use rustc_hash::FxHashMap;

use super::Limits;
use super::agglomerate::Groups;
use super::graph::Graph;
use super::serp;
use super::texts::Texts;

/// Nodes that stay together. Without search results every node is a unit of its own.
pub(super) struct Units {
    /// The unit of each node.
    pub(super) of_node: Vec<u32>,
    /// The texts of each unit.
    pub(super) texts: Vec<Vec<u32>>,
    /// Whether units are more than nodes.
    joined: bool,
}

impl Units {
    pub(super) fn of(graph: &Graph) -> Units {
        let mut of_group: FxHashMap<u32, u32> = FxHashMap::default();
        let mut out = Units {
            of_node: Vec::with_capacity(graph.nodes.len()),
            texts: Vec::with_capacity(graph.nodes.len()),
            joined: false,
        };
        for node in &graph.nodes {
            let fresh = out.texts.len() as u32;
            let unit = if node.group == serp::NONE {
                fresh
            } else {
                *of_group.entry(node.group).or_insert(fresh)
            };
            if unit == fresh {
                out.texts.push(Vec::new());
            } else {
                out.joined = true;
            }
            out.texts[unit as usize].extend(&node.texts);
            out.of_node.push(unit);
        }
        out
    }

    /// Number of keywords to place in a unit, at least 1.
    pub(super) fn size(&self, texts: &Texts, unit: u32) -> u32 {
        let new = self.texts[unit as usize].iter().filter(|&&t| texts.is_new(t)).count();
        new.max(1) as u32
    }

    /// [`Graph::edges`] between units: of all the pairs of nodes of two units the nearest counts.
    fn edges(
        &self,
        graph: &Graph,
        (strictness, floor): (f32, f32),
        wanted: &dyn Fn(u32) -> bool,
        tick: &mut dyn FnMut() -> bool,
        edge: &mut dyn FnMut(u32, u32, f32),
    ) -> bool {
        let of = &self.of_node;
        let wanted = |n: u32| wanted(of[n as usize]);
        if !self.joined {
            return graph.edges(strictness, floor, &wanted, tick, &mut |a, b, s| {
                edge(of[a as usize], of[b as usize], s);
            });
        }
        let mut best: FxHashMap<(u32, u32), f32> = FxHashMap::default();
        let done = graph.edges(strictness, floor, &wanted, tick, &mut |a, b, s| {
            let (x, y) = (of[a as usize], of[b as usize]);
            if x != y {
                let nearest = best.entry((x.min(y), x.max(y))).or_default();
                *nearest = nearest.max(s);
            }
        });
        let mut list: Vec<((u32, u32), f32)> = best.into_iter().collect();
        list.sort_unstable_by_key(|&(pair, _)| pair);
        for ((x, y), s) in list {
            edge(x, y, s);
        }
        done
    }

    /// For each unit the existing cluster it belongs to or is near enough to join. `None` when `tick` says stop.
    pub(super) fn extend(
        &self,
        graph: &Graph,
        texts: &Texts,
        limits: &Limits,
        tick: &mut dyn FnMut() -> bool,
    ) -> Option<Vec<Option<u32>>> {
        let mut home: Vec<Option<u32>> = self.texts.iter().map(|list| texts.home(list.iter().copied())).collect();
        if texts.order.is_empty() {
            return Some(home);
        }
        let fixed: Vec<bool> = home.iter().map(Option::is_some).collect();
        let mut near: FxHashMap<(u32, u32), Vec<f32>> = FxHashMap::default();
        let done = self.edges(
            graph,
            (limits.strictness, limits.edge),
            &|u| fixed[u as usize],
            tick,
            &mut |a, b, s| {
                for (inside, outside) in [(a, b), (b, a)] {
                    if let (Some(c), false) = (home[inside as usize], fixed[outside as usize]) {
                        near.entry((outside, c)).or_default().push(s);
                    }
                }
            },
        );
        if !done {
            return None;
        }
        let mut best: FxHashMap<u32, (f32, u32)> = FxHashMap::default();
        for ((unit, cluster), mut found) in near {
            // The three nearest members speak for a cluster: a large one holds many that need not be alike.
            found.sort_unstable_by(|a, b| b.total_cmp(a));
            found.truncate(3);
            let score = found.iter().sum::<f32>() / found.len() as f32;
            let entry = best.entry(unit).or_insert((score, cluster));
            if score > entry.0 || (score == entry.0 && cluster < entry.1) {
                *entry = (score, cluster);
            }
        }
        for (unit, (score, cluster)) in best {
            if score >= limits.join {
                home[unit as usize] = Some(cluster);
            }
        }
        Some(home)
    }

    /// Groups the units that no existing cluster took; lists of units.
    pub(super) fn group(
        &self,
        graph: &Graph,
        texts: &Texts,
        home: &[Option<u32>],
        limits: &Limits,
        min_size: u32,
        progress: &mut dyn FnMut(f32) -> bool,
    ) -> Option<Vec<Vec<u32>>> {
        let free: Vec<u32> = (0..self.texts.len() as u32)
            .filter(|&u| home[u as usize].is_none())
            .collect();
        let mut position = vec![u32::MAX; self.texts.len()];
        for (i, &u) in free.iter().enumerate() {
            position[u as usize] = i as u32;
        }
        let sizes: Vec<u32> = free.iter().map(|&u| self.size(texts, u)).collect();
        let mut first = Groups::new(sizes.iter().copied(), limits.join);
        let done = self.edges(
            graph,
            (limits.strictness, limits.edge),
            &|_| true,
            &mut || progress(0.0),
            &mut |a, b, s| {
                let (a, b) = (position[a as usize], position[b as usize]);
                if a != u32::MAX && b != u32::MAX {
                    first.link(a, b, s);
                }
            },
        );
        if !done || !first.run(&|_, _| true, &mut |done| progress(0.7 * done)) {
            return None;
        }
        let groups = first.result(free.len());
        drop(first);
        // Second round, more tolerant about facets: what is still too small joins its nearest.
        let group_sizes: Vec<u32> = groups
            .iter()
            .map(|g| g.iter().map(|&i| sizes[i as usize]).sum())
            .collect();
        let mut of_unit = vec![u32::MAX; self.texts.len()];
        for (g, list) in groups.iter().enumerate() {
            for &i in list {
                of_unit[free[i as usize] as usize] = g as u32;
            }
        }
        let small = |u: u32| {
            let g = of_unit[u as usize];
            g != u32::MAX && group_sizes[g as usize] < min_size
        };
        let mut sums: FxHashMap<(u32, u32), f64> = FxHashMap::default();
        let done = self.edges(
            graph,
            (limits.rescue_strictness, limits.rescue.min(limits.edge)),
            &small,
            &mut || progress(0.7),
            &mut |a, b, s| {
                let (x, y) = (of_unit[a as usize], of_unit[b as usize]);
                if x != u32::MAX && y != u32::MAX && x != y {
                    let pairs = sizes[position[a as usize] as usize] * sizes[position[b as usize] as usize];
                    *sums.entry((x.min(y), x.max(y))).or_default() += f64::from(s) * f64::from(pairs);
                }
            },
        );
        if !done {
            return None;
        }
        let mut second = Groups::new(group_sizes.iter().copied(), limits.rescue);
        let mut links: Vec<((u32, u32), f64)> = sums.into_iter().collect();
        links.sort_unstable_by_key(|&(pair, _)| pair);
        for ((x, y), sum) in links {
            let pairs = f64::from(group_sizes[x as usize]) * f64::from(group_sizes[y as usize]);
            second.link(x, y, (sum / pairs) as f32);
        }
        let smallest = min_size as f32;
        if !second.run(&|x, y| x < smallest || y < smallest, &mut |done| {
            progress(0.7 + 0.3 * done)
        }) {
            return None;
        }
        let merged = second.result(groups.len());
        Some(
            merged
                .into_iter()
                .map(|list| {
                    list.iter()
                        .flat_map(|&g| groups[g as usize].iter().map(|&i| free[i as usize]))
                        .collect()
                })
                .collect(),
        )
    }
}
