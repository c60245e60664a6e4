//! What ties keywords to their cluster.

use rustc_hash::FxHashMap;

use super::describe::Run;
use super::terms::Terms;
use super::{Member, serp};

/// Describes the members of a group of texts, the most searched first.
///
/// `texts` are the texts of the group, `placed` the keywords (index and text) to describe.
pub(super) fn members(run: &Run, texts: &[u32], placed: &[(u32, u32)]) -> Vec<Member> {
    let (terms, keywords, keys) = (run.terms, run.keywords, run.keys);
    let common = serp::most_shared(run.texts, texts);
    let mut sum: FxHashMap<u32, f32> = FxHashMap::default();
    let mut facet_count = [0u32; 64];
    let mut ordered = texts.to_vec();
    ordered.sort_unstable_by(|&a, &b| terms.meanings[a as usize].cmp(&terms.meanings[b as usize]));
    for &text in &ordered {
        let meaning = &terms.meanings[text as usize];
        let length = length(terms, &meaning.content);
        for &term in &meaning.content {
            *sum.entry(term).or_default() += terms.weights[term as usize] / length;
        }
        for (f, count) in facet_count.iter_mut().enumerate() {
            *count += (meaning.facets >> f & 1) as u32;
        }
    }
    let mut in_order: Vec<(&u32, &f32)> = sum.iter().collect();
    in_order.sort_unstable_by_key(|(term, _)| **term);
    let centre = in_order
        .iter()
        .map(|(_, w)| **w * **w)
        .sum::<f32>()
        .sqrt()
        .max(f32::MIN_POSITIVE);
    let n = texts.len() as f32;
    let uses = uses(terms, texts);
    let shared_from = (texts.len() as u32 / 3).max(2);
    let mut out: Vec<Member> = placed
        .iter()
        .map(|&(index, text)| {
            let meaning = &terms.meanings[text as usize];
            let length = length(terms, &meaning.content);
            let cosine = meaning
                .content
                .iter()
                .map(|t| terms.weights[*t as usize] / length * sum.get(t).copied().unwrap_or(0.0))
                .sum::<f32>()
                / centre;
            // Share of the cluster that asks about each of this keyword's facets.
            let asked: Vec<f32> = (0..64)
                .filter(|f| meaning.facets >> f & 1 == 1)
                .map(|f| facet_count[f] as f32 / n)
                .collect();
            let agreement = if asked.is_empty() {
                1.0
            } else {
                asked.iter().sum::<f32>() / asked.len() as f32
            };
            let similarity = (cosine * (0.7 + 0.3 * agreement)).clamp(0.0, 1.0);
            let mut shared_terms: Vec<String> = Vec::new();
            for (word, term) in terms.words_of(text as usize) {
                if uses.get(&term).is_some_and(|&u| u >= shared_from) && !shared_terms.iter().any(|s| s == word) {
                    shared_terms.push(word.to_owned());
                }
            }
            Member {
                index,
                similarity: (similarity * 1000.0).round() / 1000.0,
                shared_terms,
                shared_urls: common.get(&text).copied().unwrap_or(0),
            }
        })
        .collect();
    let volume = |m: &Member| keywords[m.index as usize].volume.unwrap_or(-1);
    out.sort_unstable_by(|a, b| {
        volume(b)
            .cmp(&volume(a))
            .then_with(|| keys[a.index as usize].cmp(&keys[b.index as usize]))
            .then_with(|| keywords[a.index as usize].text.cmp(keywords[b.index as usize].text))
            .then(a.index.cmp(&b.index))
    });
    out
}

/// In how many of some texts each term and facet is.
pub(super) fn uses(terms: &Terms, texts: &[u32]) -> FxHashMap<u32, u32> {
    let mut uses: FxHashMap<u32, u32> = FxHashMap::default();
    for &text in texts {
        let mut seen: Vec<u32> = terms
            .words_of(text as usize)
            .into_iter()
            .map(|(_, term)| term)
            .collect();
        seen.sort_unstable();
        seen.dedup();
        for term in seen {
            *uses.entry(term).or_default() += 1;
        }
    }
    uses
}

fn length(terms: &Terms, content: &[u32]) -> f32 {
    content
        .iter()
        .map(|&t| terms.weights[t as usize].powi(2))
        .sum::<f32>()
        .sqrt()
        .max(f32::MIN_POSITIVE)
}
