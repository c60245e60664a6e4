//! Groups keywords that one page can serve.
//!
//! The words of each keyword are reduced to stems, slips of the pen are put right, and words that ask the same
//! question (price, cost, how much) become one facet. Keywords of equal meaning are one node; nodes are
//! compared by the cosine of their weighted stems, tempered by their facets, and joined by average link from
//! the nearest pair on. Where search results are known, keywords that share enough of them are held together, and
//! keywords that share none are held apart. Nothing depends on the order of the keywords.

use crate::text::keyword_key;

mod agglomerate;
mod compounds;
mod describe;
mod facets;
mod graph;
mod languages;
mod members;
mod naming;
pub mod quality;
mod serp;
mod slips;
mod split;
mod stem;
mod subjects;
mod terms;
mod texts;
mod tokens;
mod units;
mod words;

pub use split::split;
pub(crate) use subjects::Subjects;

use describe::Run;
use graph::Graph;
use terms::Terms;
use texts::Texts;
use units::Units;

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
/// Two keywords that share [`Options::serp_overlap`] search results are in one cluster, also without a word in common; of
/// longer chains, in which only neighbours share results, the best linked stay together. Keywords that share no result at
/// all need more than a few words in common.
///
/// `progress` is told the share done (0 to 1) many times a second, and may hear the same share again; when it returns
/// `false` the run stops and the result is `None`.
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
    let texts = Texts::new(keywords, &keys, existing, options.serp_overlap > 0);
    let refs: Vec<&str> = texts.texts.iter().map(String::as_str).collect();
    let terms = Terms::build(&refs, &mut |done| progress(0.02 + 0.15 * done))?;
    let groups = serp::groups(&texts, options.serp_overlap, &mut |done| progress(0.17 + 0.08 * done))?;
    let floor = limits.edge.min(limits.rescue);
    let graph = Graph::new(&terms, &texts, &groups, floor, &mut |done| progress(0.25 + 0.3 * done))?;
    let units = Units::of(&graph);
    let home = units.extend(&graph, &texts, &limits, &mut || progress(0.55))?;
    let min_size = options.min_size.max(1);
    let found = units.group(&graph, &texts, &home, &limits, min_size, &mut |done| {
        progress(0.55 + 0.3 * done)
    })?;
    drop(graph);
    let run = Run {
        terms: &terms,
        texts: &texts,
        keywords,
        keys: &keys,
        existing,
        min_size,
    };
    let outcome = run.describe(&units, &home, &found, &mut |done| progress(0.85 + 0.15 * done))?;
    progress(1.0).then_some(outcome)
}

#[cfg(test)]
mod tests;
