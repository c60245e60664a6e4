//! What the results of a search engine say: keywords that it answers with the same pages are one search.

use rustc_hash::FxHashMap;

use super::agglomerate::Groups;
use super::texts::Texts;

/// No evidence.
pub(super) const NONE: u32 = u32::MAX;
/// What is left of the nearness of two keywords that share no result at all: less than the default asks of equals.
pub(super) const APART: f32 = 0.7;
/// How many pairs of two groups must share enough results, as a share of all their pairs: two keywords always join, and a
/// chain of keywords of which only neighbours share results does not.
const LINKED: f32 = 0.4;
/// Most keywords looked at for one keyword and result.
const MAX_LOOKED_AT: usize = 500;

/// Groups the texts with search results by those alone. Gives the group of each text, [`NONE`] without results; the
/// numbers do not depend on the order of the texts. `None` when `progress` says stop.
pub(super) fn groups(texts: &Texts, overlap: u32, progress: &mut dyn FnMut(f32) -> bool) -> Option<Vec<u32>> {
    let mut group = vec![NONE; texts.texts.len()];
    let all = texts.with_urls();
    if all.is_empty() || overlap == 0 {
        return Some(group);
    }
    // Equal results are compared once. Texts are in the order of their keys, and so are the sets.
    let mut sets: Vec<(&[u32], Vec<u32>)> = Vec::new();
    let mut known: FxHashMap<&[u32], usize> = FxHashMap::default();
    for &text in &all {
        let urls = texts.urls(text);
        // Too few to share enough, even with the same: each is alone.
        if (urls.len() as u32) < overlap {
            sets.push((urls, vec![text]));
            continue;
        }
        let at = *known.entry(urls).or_insert_with(|| {
            sets.push((urls, Vec::new()));
            sets.len() - 1
        });
        sets[at].1.push(text);
    }
    let pairs = pairs(&sets, overlap as usize, progress)?;
    let mut found = Groups::new(sets.iter().map(|(_, texts)| texts.len() as u32), LINKED);
    for (a, b, share) in pairs {
        // More in common joins first; what counts is that there is enough.
        found.link(a, b, 0.9 + 0.1 * share);
    }
    if !found.run(&|_, _| true, &mut |done| progress(0.7 + 0.3 * done)) {
        return None;
    }
    for (number, list) in found.result(sets.len()).into_iter().enumerate() {
        for set in list {
            for &text in &sets[set as usize].1 {
                group[text as usize] = number as u32;
            }
        }
    }
    Some(group)
}

/// Pairs of sets that share at least `overlap` results, with the share of the larger set that they have in common.
///
/// Two sets of which one has `n` results can only share `overlap` of them when they share one of its `n - overlap + 1`
/// rarest: only those are indexed, and results that everybody has (an encyclopedia) stay out of the index.
fn pairs(
    sets: &[(&[u32], Vec<u32>)],
    overlap: usize,
    progress: &mut dyn FnMut(f32) -> bool,
) -> Option<Vec<(u32, u32, f32)>> {
    let mut count: FxHashMap<u32, u32> = FxHashMap::default();
    for url in sets.iter().flat_map(|(urls, _)| urls.iter()) {
        *count.entry(*url).or_default() += 1;
    }
    let mut index: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
    let mut seen = vec![NONE; sets.len()];
    let mut out = Vec::new();
    for (i, (urls, _)) in sets.iter().enumerate() {
        if i.is_multiple_of(1024) && !progress(0.7 * i as f32 / sets.len() as f32) {
            return None;
        }
        if urls.len() < overlap {
            continue;
        }
        let mut rare = urls.to_vec();
        rare.sort_unstable_by_key(|url| (count.get(url).copied().unwrap_or(0), *url));
        rare.truncate(urls.len() - overlap + 1);
        for &url in &rare {
            let list = index.entry(url).or_default();
            for &other in list.iter().rev().take(MAX_LOOKED_AT) {
                if seen[other as usize] == i as u32 {
                    continue;
                }
                seen[other as usize] = i as u32;
                let theirs = sets[other as usize].0;
                let common = shared(urls, theirs);
                if common >= overlap {
                    out.push((other, i as u32, common as f32 / urls.len().max(theirs.len()) as f32));
                }
            }
            list.push(i as u32);
        }
    }
    Some(out)
}

/// How many numbers two ascending lists share.
pub(super) fn shared(a: &[u32], b: &[u32]) -> usize {
    let (mut i, mut j, mut n) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                n += 1;
                i += 1;
                j += 1;
            }
        }
    }
    n
}

/// For each of some texts the most results that it shares with another of them.
pub(super) fn most_shared(texts: &Texts, list: &[u32]) -> FxHashMap<u32, u32> {
    let mut with: Vec<u32> = list.iter().copied().filter(|&t| !texts.urls(t).is_empty()).collect();
    with.sort_unstable_by(|&a, &b| texts.texts[a as usize].cmp(&texts.texts[b as usize]));
    let mut index: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
    for &text in &with {
        for &url in texts.urls(text) {
            index.entry(url).or_default().push(text);
        }
    }
    let mut common: FxHashMap<u32, u32> = FxHashMap::default();
    let mut out = FxHashMap::default();
    for &text in &with {
        common.clear();
        for url in texts.urls(text) {
            for &other in index.get(url).map_or(&[][..], Vec::as_slice).iter().take(MAX_LOOKED_AT) {
                if other != text {
                    *common.entry(other).or_default() += 1;
                }
            }
        }
        out.insert(text, common.values().copied().max().unwrap_or(0));
    }
    out
}
