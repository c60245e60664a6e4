//! How one cluster could become several.

use rustc_hash::FxHashMap;

use super::describe::Run;
use super::terms::{Terms, facet_term};
use super::texts::Texts;
use super::{Cluster, Keyword, Options, cluster};
use crate::text::keyword_key;

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
            let parts = outcome
                .clusters
                .iter()
                .map(|c| c.members.iter().map(|m| m.index).collect())
                .collect();
            return complete(keywords, parts, &outcome.leftover);
        }
    }
    Vec::new()
}

/// Puts what fits no part into the nearest, and describes the parts.
fn complete(keywords: &[Keyword], parts: Vec<Vec<u32>>, leftover: &[u32]) -> Vec<Cluster> {
    let keys: Vec<String> = keywords.iter().map(|k| keyword_key(k.text)).collect();
    let texts = Texts::new(keywords, &keys, &[], true);
    let refs: Vec<&str> = texts.texts.iter().map(String::as_str).collect();
    let terms = Terms::of(&refs);
    let mut text_of = vec![0u32; keywords.len()];
    for (text, list) in texts.keywords.iter().enumerate() {
        for &keyword in list {
            text_of[keyword as usize] = text as u32;
        }
    }
    let distinct = |list: &[u32]| -> Vec<u32> {
        let mut list: Vec<u32> = list.iter().map(|&k| text_of[k as usize]).collect();
        list.sort_unstable();
        list.dedup();
        list
    };
    let mut groups: Vec<Vec<u32>> = parts.iter().map(|part| distinct(part)).collect();
    // Measured against the parts as they were found, so that it does not matter who comes first.
    let mut sums: Vec<FxHashMap<u32, f32>> = Vec::with_capacity(groups.len());
    for group in &groups {
        let mut ordered = group.clone();
        ordered.sort_unstable_by(|&a, &b| terms.meanings[a as usize].cmp(&terms.meanings[b as usize]));
        let mut sum: FxHashMap<u32, f32> = FxHashMap::default();
        for text in ordered {
            for (term, weight) in vector(&terms, text) {
                *sum.entry(term).or_default() += weight / group.len() as f32;
            }
        }
        sums.push(sum);
    }
    for text in distinct(leftover) {
        let near = |sum: &FxHashMap<u32, f32>| -> i64 {
            let dot: f32 = vector(&terms, text)
                .iter()
                .map(|(term, weight)| weight * sum.get(term).copied().unwrap_or(0.0))
                .sum();
            // On a grid, so that rounding does not decide between equals.
            (f64::from(dot) * 65_536.0).round() as i64
        };
        // The first of equals: parts come in the order of their volume.
        let best = (0..sums.len()).max_by_key(|&part| (near(&sums[part]), std::cmp::Reverse(part)));
        if let Some(best) = best {
            groups[best].push(text);
        }
    }
    let run = Run {
        terms: &terms,
        texts: &texts,
        keywords,
        keys: &keys,
        existing: &[],
        min_size: LEAST,
    };
    run.parts(groups)
}

/// The terms and facets of a text with their weights, of length 1.
fn vector(terms: &Terms, text: u32) -> Vec<(u32, f32)> {
    let meaning = &terms.meanings[text as usize];
    let facets = (0..64u8)
        .filter(|f| meaning.facets >> f & 1 == 1)
        .map(|f| (facet_term(f), 1.0));
    let mut out: Vec<(u32, f32)> = meaning
        .content
        .iter()
        .map(|&t| (t, terms.weights[t as usize]))
        .chain(facets)
        .collect();
    let length = out
        .iter()
        .map(|(_, w)| w * w)
        .sum::<f32>()
        .sqrt()
        .max(f32::MIN_POSITIVE);
    for (_, weight) in &mut out {
        *weight /= length;
    }
    out
}
