//! Groups keywords that one page can serve.
//!
//! The words of each keyword are reduced to stems, slips of the pen are put right, and words that ask the same
//! question (price, cost, how much) become one facet. Keywords of equal meaning are one node; nodes are
//! compared by the cosine of their weighted stems, tempered by their facets, and joined by average link from
//! the nearest pair on. Nothing depends on the order of the keywords.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::text::keyword_key;

mod agglomerate;
mod compounds;
mod facets;
mod graph;
mod languages;
mod naming;
pub mod quality;
mod slips;
mod split;
mod stem;
mod subjects;
mod terms;
mod tokens;
mod words;

pub use split::split;
pub(crate) use subjects::Subjects;

use agglomerate::Groups;
use graph::Graph;
use terms::Terms;

/// A keyword to place.
#[derive(Clone, Copy, Debug)]
pub struct Keyword<'a> {
    /// The keyword as typed.
    pub text: &'a str,
    /// Searches per month when known.
    pub volume: Option<i64>,
    /// What search engines show for it: numbers that stand for the addresses of its first results, ascending. Empty when
    /// nobody has looked.
    pub urls: &'a [u32],
}

/// A cluster that exists already and may be extended.
#[derive(Clone, Debug)]
pub struct Existing<'a> {
    /// Its identity, handed back in [`Cluster::existing`].
    pub id: i64,
    /// Its name.
    pub name: &'a str,
    /// The keywords in it.
    pub keywords: Vec<&'a str>,
}

/// How to group.
#[derive(Clone, Debug)]
pub struct Options {
    /// 0 (few, broad clusters) to 1 (many, narrow ones).
    pub tightness: f32,
    /// Smallest number of keywords that makes a new cluster, at least 1.
    pub min_size: u32,
    /// Results in common that show that two keywords are one search; 0 leaves [`Keyword::urls`] out.
    pub serp_overlap: u32,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            tightness: 0.5,
            min_size: 2,
            serp_overlap: 4,
        }
    }
}

/// The result of a run. Every keyword is in exactly one cluster or in `leftover`.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Extended clusters first, then new ones, the largest volume first.
    pub clusters: Vec<Cluster>,
    /// Indexes of the keywords that fit nowhere.
    pub leftover: Vec<u32>,
}

/// One cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// The existing cluster this extends; `None` for a new one.
    pub existing: Option<i64>,
    /// A readable name.
    pub name: String,
    /// The keywords placed in it.
    pub members: Vec<Member>,
}

/// A keyword in a cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Index into the keywords handed in.
    pub index: u32,
    /// How close the keyword is to the rest of its cluster, 0 to 1.
    pub similarity: f32,
    /// Words it shares with the rest of its cluster, as typed.
    pub shared_terms: Vec<String>,
    /// Search results it has in common with the keyword of its cluster that is nearest by results; 0 without evidence.
    pub shared_urls: u32,
}

/// What [`Options::tightness`] means in figures.
struct Limits {
    /// Lowest average nearness inside a cluster.
    join: f32,
    /// How much of the nearness a different facet takes away.
    strictness: f32,
    /// Below this two keywords are strangers, and count as 0 in averages.
    edge: f32,
    /// Nearness at which a keyword that found no partner is put with the nearest.
    rescue: f32,
    /// [`Limits::strictness`] for those.
    rescue_strictness: f32,
}

impl Limits {
    fn of(options: &Options) -> Limits {
        let t = if options.tightness.is_finite() {
            options.tightness.clamp(0.0, 1.0)
        } else {
            0.5
        };
        // At the default of 0.5 two keywords of three words may differ in none of them but the facet's wording,
        // or one may have a word more; see the documentation of the method for how the figures were found.
        let join = 0.45 + 0.56 * t;
        Limits {
            join,
            strictness: (0.2 + 1.1 * t).min(1.0),
            edge: join - 0.08,
            rescue: 0.35 + 0.55 * t,
            rescue_strictness: 0.6 * t,
        }
    }
}

/// Groups `keywords`. The result does not depend on their order.
///
/// Keywords that fit an existing cluster extend it; the others form new clusters of at least
/// [`Options::min_size`]. Keywords with the same key always stay together.
///
/// `progress` is told the share done (0 to 1) now and then; when it returns `false` the run stops and the
/// result is `None`.
pub fn cluster(
    keywords: &[Keyword],
    existing: &[Existing],
    options: &Options,
    progress: &mut dyn FnMut(f32) -> bool,
) -> Option<Outcome> {
    if !progress(0.0) {
        return None;
    }
    let limits = Limits::of(options);
    let keys: Vec<String> = keywords.iter().map(|k| keyword_key(k.text)).collect();
    let texts = Texts::new(&keys, existing);
    let refs: Vec<&str> = texts.texts.iter().map(String::as_str).collect();
    let terms = Terms::of(&refs);
    if !progress(0.2) {
        return None;
    }
    let graph = Graph::new(&terms, limits.edge.min(limits.rescue), &mut |done| {
        progress(0.2 + 0.3 * done)
    })?;
    let old = extend(&graph, &texts, existing.len(), &limits);
    let groups = group(&graph, &texts, &old, &limits, options.min_size.max(1), &mut |done| {
        progress(0.5 + 0.4 * done)
    })?;
    if !progress(0.9) {
        return None;
    }
    let outcome = describe(
        &terms,
        &graph,
        &texts,
        &old,
        groups,
        keywords,
        &keys,
        existing,
        options.min_size.max(1),
    );
    progress(1.0).then_some(outcome)
}

/// The different texts of a run.
struct Texts {
    texts: Vec<String>,
    /// For each text the keywords with that key.
    keywords: Vec<Vec<u32>>,
    /// For each text the existing clusters (positions by ascending id) that hold it.
    existing: Vec<Vec<u32>>,
    /// Positions of the existing clusters in ascending order of id.
    order: Vec<usize>,
}

impl Texts {
    fn new(keys: &[String], existing: &[Existing]) -> Texts {
        let mut ids: FxHashMap<String, u32> = FxHashMap::default();
        let mut out = Texts {
            texts: Vec::new(),
            keywords: Vec::new(),
            existing: Vec::new(),
            order: (0..existing.len()).collect(),
        };
        let mut add = |key: &str, out: &mut Texts| -> u32 {
            if let Some(&id) = ids.get(key) {
                return id;
            }
            let id = out.texts.len() as u32;
            ids.insert(key.to_owned(), id);
            out.texts.push(key.to_owned());
            out.keywords.push(Vec::new());
            out.existing.push(Vec::new());
            id
        };
        for (i, key) in keys.iter().enumerate() {
            let id = add(key, &mut out);
            out.keywords[id as usize].push(i as u32);
        }
        out.order.sort_by_key(|&i| existing[i].id);
        for position in 0..out.order.len() {
            let cluster = &existing[out.order[position]];
            for text in cluster.keywords.iter().copied().chain([cluster.name]) {
                let key = keyword_key(text);
                if !key.is_empty() {
                    let id = add(&key, &mut out);
                    out.existing[id as usize].push(position as u32);
                }
            }
        }
        out
    }

    /// Number of texts of a node that are keywords to place.
    fn new_in(&self, node: &graph::Node) -> u32 {
        node.texts
            .iter()
            .filter(|&&t| !self.keywords[t as usize].is_empty())
            .count() as u32
    }
}

/// For each node the existing cluster it belongs to or is near enough to join.
fn extend(graph: &Graph, texts: &Texts, clusters: usize, limits: &Limits) -> Vec<Option<u32>> {
    let mut home: Vec<Option<u32>> = graph
        .nodes
        .iter()
        .map(|node| {
            let mut votes: Vec<u32> = node
                .texts
                .iter()
                .flat_map(|&t| texts.existing[t as usize].iter().copied())
                .collect();
            votes.sort_unstable();
            // The cluster with most of these texts, the oldest of equals.
            let count = |c: u32| votes.iter().filter(|&&v| v == c).count();
            votes.iter().copied().max_by_key(|&c| (count(c), std::cmp::Reverse(c)))
        })
        .collect();
    if clusters == 0 {
        return home;
    }
    let fixed: Vec<bool> = home.iter().map(Option::is_some).collect();
    let mut near: FxHashMap<(u32, u32), Vec<f32>> = FxHashMap::default();
    graph.edges(
        limits.strictness,
        limits.edge,
        &|n| fixed[n as usize],
        &mut |a, b, s| {
            for (inside, outside) in [(a, b), (b, a)] {
                if let (Some(c), false) = (home[inside as usize], fixed[outside as usize]) {
                    near.entry((outside, c)).or_default().push(s);
                }
            }
        },
    );
    let mut best: FxHashMap<u32, (f32, u32)> = FxHashMap::default();
    for ((node, cluster), mut found) in near {
        // The three nearest members speak for a cluster: a large one holds many that need not be alike.
        found.sort_unstable_by(|a, b| b.total_cmp(a));
        found.truncate(3);
        let score = found.iter().sum::<f32>() / found.len() as f32;
        let entry = best.entry(node).or_insert((score, cluster));
        if score > entry.0 || (score == entry.0 && cluster < entry.1) {
            *entry = (score, cluster);
        }
    }
    for (node, (score, cluster)) in best {
        if score >= limits.join {
            home[node as usize] = Some(cluster);
        }
    }
    home
}

/// Groups the nodes that no existing cluster took; lists of nodes.
fn group(
    graph: &Graph,
    texts: &Texts,
    old: &[Option<u32>],
    limits: &Limits,
    min_size: u32,
    progress: &mut dyn FnMut(f32) -> bool,
) -> Option<Vec<Vec<u32>>> {
    let free: Vec<u32> = (0..graph.nodes.len() as u32)
        .filter(|&n| old[n as usize].is_none())
        .collect();
    let mut position = vec![u32::MAX; graph.nodes.len()];
    for (i, &n) in free.iter().enumerate() {
        position[n as usize] = i as u32;
    }
    let size = |n: u32| texts.new_in(&graph.nodes[n as usize]).max(1);
    let mut first = Groups::new(free.iter().map(|&n| size(n)), limits.join);
    graph.edges(limits.strictness, limits.edge, &|_| true, &mut |a, b, s| {
        let (a, b) = (position[a as usize], position[b as usize]);
        if a != u32::MAX && b != u32::MAX {
            first.link(a, b, s);
        }
    });
    if !first.run(&|_, _| true, &mut |done| progress(0.7 * done)) {
        return None;
    }
    let groups = first.result(free.len());
    drop(first);
    // Second round, more tolerant about facets: what is still too small joins its nearest.
    let sizes: Vec<u32> = groups
        .iter()
        .map(|g| g.iter().map(|&i| size(free[i as usize])).sum())
        .collect();
    let mut of_node = vec![u32::MAX; graph.nodes.len()];
    for (g, list) in groups.iter().enumerate() {
        for &i in list {
            of_node[free[i as usize] as usize] = g as u32;
        }
    }
    let small = |n: u32| {
        let g = of_node[n as usize];
        g != u32::MAX && sizes[g as usize] < min_size
    };
    let mut sums: FxHashMap<(u32, u32), f32> = FxHashMap::default();
    graph.edges(
        limits.rescue_strictness,
        limits.rescue.min(limits.edge),
        &small,
        &mut |a, b, s| {
            let (x, y) = (of_node[a as usize], of_node[b as usize]);
            if x != u32::MAX && y != u32::MAX && x != y {
                *sums.entry((x.min(y), x.max(y))).or_default() += s * (size(a) * size(b)) as f32;
            }
        },
    );
    let mut second = Groups::new(sizes.iter().copied(), limits.rescue);
    let mut links: Vec<((u32, u32), f32)> = sums.into_iter().collect();
    links.sort_unstable_by_key(|&(pair, _)| pair);
    for ((x, y), sum) in links {
        second.link(x, y, sum / (sizes[x as usize] as f32 * sizes[y as usize] as f32));
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

/// Turns groups of nodes into clusters with names and members.
#[allow(clippy::too_many_arguments)] // One caller; a struct would only rename the list.
fn describe(
    terms: &Terms,
    graph: &Graph,
    texts: &Texts,
    old: &[Option<u32>],
    groups: Vec<Vec<u32>>,
    keywords: &[Keyword],
    keys: &[String],
    existing: &[Existing],
    min_size: u32,
) -> Outcome {
    let mut outcome = Outcome {
        clusters: Vec::new(),
        leftover: Vec::new(),
    };
    let texts_of = |nodes: &[u32]| -> Vec<u32> {
        nodes
            .iter()
            .flat_map(|&n| graph.nodes[n as usize].texts.iter().copied())
            .collect()
    };
    let placed_in = |list: &[u32]| -> Vec<(u32, u32)> {
        list.iter()
            .flat_map(|&t| texts.keywords[t as usize].iter().map(move |&k| (k, t)))
            .collect()
    };
    let mut extended: Vec<Vec<u32>> = vec![Vec::new(); existing.len()];
    for (node, home) in old.iter().enumerate() {
        if let Some(c) = home {
            extended[*c as usize].push(node as u32);
        }
    }
    let mut taken: FxHashSet<String> = existing.iter().map(|e| e.name.to_lowercase()).collect();
    for (position, nodes) in extended.iter().enumerate() {
        let list = texts_of(nodes);
        let placed = placed_in(&list);
        if !placed.is_empty() {
            let cluster = &existing[texts.order[position]];
            let members = naming::members(terms, &list, &placed, keywords, keys);
            outcome.clusters.push(Cluster {
                existing: Some(cluster.id),
                name: cluster.name.to_owned(),
                members,
            });
        }
    }
    let mut fresh: Vec<(i64, Vec<Member>)> = Vec::new();
    for nodes in groups {
        let list = texts_of(&nodes);
        let placed = placed_in(&list);
        // Twice the same keyword is still one keyword.
        let different = list.iter().filter(|&&t| !texts.keywords[t as usize].is_empty()).count();
        let blank = list.iter().any(|&t| texts.texts[t as usize].is_empty());
        if different < min_size as usize || blank {
            outcome.leftover.extend(placed.iter().map(|&(k, _)| k));
            continue;
        }
        let volume = placed
            .iter()
            .filter_map(|&(k, _)| keywords[k as usize].volume)
            .fold(0i64, i64::saturating_add);
        fresh.push((volume, naming::members(terms, &list, &placed, keywords, keys)));
    }
    fresh.sort_by(|a, b| {
        let first = |m: &[Member]| m.first().map_or("", |m| keys[m.index as usize].as_str()).to_owned();
        b.0.cmp(&a.0)
            .then(b.1.len().cmp(&a.1.len()))
            .then_with(|| first(&a.1).cmp(&first(&b.1)))
    });
    for (_, members) in fresh {
        let name = naming::name(&members, keywords, &mut taken);
        outcome.clusters.push(Cluster {
            existing: None,
            name,
            members,
        });
    }
    outcome.leftover.sort_unstable();
    outcome
}

#[cfg(test)]
mod tests;
