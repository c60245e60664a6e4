//! The different texts of a run: keywords with the same key are one.

use rustc_hash::FxHashMap;

use super::{Existing, Keyword};
use crate::text::keyword_key;

/// The different texts of a run.
pub(super) struct Texts {
    /// Their keys.
    pub(super) texts: Vec<String>,
    /// For each text the keywords with that key.
    pub(super) keywords: Vec<Vec<u32>>,
    /// For each text the existing clusters (positions by ascending id) that hold it.
    pub(super) existing: Vec<Vec<u32>>,
    /// Positions of the existing clusters in ascending order of id.
    pub(super) order: Vec<usize>,
    /// Search results of the texts that have some, ascending.
    urls: FxHashMap<u32, Vec<u32>>,
}

impl Texts {
    /// Sorts the keywords into texts. Search results are left out when `serp` is false.
    pub(super) fn new(keywords: &[Keyword], keys: &[String], existing: &[Existing], serp: bool) -> Texts {
        let mut ids: FxHashMap<String, u32> = FxHashMap::default();
        let mut out = Texts {
            texts: Vec::new(),
            keywords: Vec::new(),
            existing: Vec::new(),
            order: (0..existing.len()).collect(),
            urls: FxHashMap::default(),
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
            let urls = keywords[i].urls;
            if serp && !urls.is_empty() && !key.is_empty() {
                out.urls.entry(id).or_default().extend(urls);
            }
        }
        for urls in out.urls.values_mut() {
            urls.sort_unstable();
            urls.dedup();
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

    /// The search results of a text, ascending; empty without evidence.
    pub(super) fn urls(&self, text: u32) -> &[u32] {
        self.urls.get(&text).map_or(&[], Vec::as_slice)
    }

    /// The texts with search results, in the order of their keys.
    pub(super) fn with_urls(&self) -> Vec<u32> {
        let mut list: Vec<u32> = self.urls.keys().copied().collect();
        list.sort_unstable_by(|&a, &b| self.texts[a as usize].cmp(&self.texts[b as usize]));
        list
    }

    /// Whether a text is a keyword to place.
    pub(super) fn is_new(&self, text: u32) -> bool {
        !self.keywords[text as usize].is_empty()
    }

    /// The existing cluster that most of some texts are in, the oldest of equals.
    pub(super) fn home(&self, texts: impl Iterator<Item = u32>) -> Option<u32> {
        let mut votes: Vec<u32> = texts.flat_map(|t| self.existing[t as usize].iter().copied()).collect();
        votes.sort_unstable();
        let mut best: Option<(usize, u32)> = None;
        for run in votes.chunk_by(|a, b| a == b) {
            if best.is_none_or(|(count, _)| run.len() > count) {
                best = Some((run.len(), run[0]));
            }
        }
        best.map(|(_, cluster)| cluster)
    }
}
