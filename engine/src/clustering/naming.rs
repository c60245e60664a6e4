//! Names for clusters, and what ties a keyword to its cluster.

use rustc_hash::{FxHashMap, FxHashSet};

use super::terms::Terms;
use super::{Keyword, Member, facets};
use crate::text::{clean_keyword, title_case};

/// Describes the members of a group of texts, the most searched first.
///
/// `texts` are the texts of the group, `placed` the keywords (index and text) to describe.
pub(super) fn members(
    terms: &Terms,
    texts: &[u32],
    placed: &[(u32, u32)],
    keywords: &[Keyword],
    keys: &[String],
) -> Vec<Member> {
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
                shared_urls: 0,
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

fn length(terms: &Terms, content: &[u32]) -> f32 {
    content
        .iter()
        .map(|&t| terms.weights[t as usize].powi(2))
        .sum::<f32>()
        .sqrt()
        .max(f32::MIN_POSITIVE)
}

/// Chooses a name: the keyword that is central, short and much searched for; never one in `taken`.
pub(super) fn name(members: &[Member], keywords: &[Keyword], taken: &mut FxHashSet<String>) -> String {
    let most = members
        .iter()
        .filter_map(|m| keywords[m.index as usize].volume)
        .max()
        .unwrap_or(0)
        .max(1) as f32;
    let mut ranked: Vec<(f32, String)> = members
        .iter()
        .map(|m| {
            let keyword = &keywords[m.index as usize];
            let text = clean_keyword(keyword.text);
            let volume = (1.0 + keyword.volume.unwrap_or(0).max(0) as f32).ln() / (1.0 + most).ln();
            let words = text.split(' ').count() as f32;
            let aside = text.split(' ').filter(|w| is_aside(w)).count() as f32;
            // A comparison with nothing after it reads like a sentence cut off.
            let aside = aside + if text.to_lowercase().ends_with(" vs") { 2.0 } else { 0.0 };
            let score = m.similarity + 0.35 * volume
                - 0.06 * (words - 2.0).abs()
                - 0.2 * aside
                - 0.004 * text.chars().count() as f32;
            ((score * 10_000.0).round(), text)
        })
        .collect();
    ranked.sort_unstable_by(|a, b| {
        b.0.total_cmp(&a.0)
            .then_with(|| a.1.chars().count().cmp(&b.1.chars().count()))
            .then_with(|| a.1.cmp(&b.1))
    });
    for (_, text) in &ranked {
        let name = title_case(text);
        if taken.insert(name.to_lowercase()) {
            return name;
        }
    }
    // All its keywords are names of other clusters; told apart by a number.
    let base = ranked
        .first()
        .map_or_else(|| "Keywords".to_owned(), |(_, text)| title_case(text));
    let mut number = 2;
    loop {
        let name = format!("{base} ({number})");
        if taken.insert(name.to_lowercase()) {
            return name;
        }
        number += 1;
    }
}

/// Years and countries are aside from what a cluster is about.
fn is_aside(word: &str) -> bool {
    let lower = word.to_lowercase();
    let year = lower.len() == 4 && lower.starts_with("20") && lower.bytes().all(|b| b.is_ascii_digit());
    year || facets::PLACES.contains(&lower.as_str())
}
