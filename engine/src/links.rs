//! Links from one article of a site to others: what could be linked, where, and why.
//!
//! An anchor is words that stand in the text already: nothing is written, and a link is put around them later
//! ([`link`]). A link to an article that has no public address yet is written as `/content/{public id}`
//! ([`internal_address`]); [`resolve`] turns it into an address, or back into plain words, when the text goes out.

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use crate::clustering::Subjects;
use crate::text::{Tag, html_text, html_word_count, keyword_key, tag, truncate_words};

mod page;

use page::{Page, Span, fold};

/// Begin of the address of an article that is not public yet.
const INTERNAL: &str = "/content/";
/// Phrases of one target that are looked for at most.
const PHRASES_MAX: usize = 60;
/// Places that a candidate offers at most.
const SPOTS_MAX: usize = 3;
/// Share of a target's subject that the article must speak of, for a link outside of its cluster.
const NEAR: f32 = 0.4;
/// The same where only words of the title stand in the text.
const NEAR_BY_TITLE: f32 = 0.6;

/// The article that gets links.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// Headline.
    pub title: String,
    /// Its text.
    pub html: String,
    /// Main keyword.
    pub primary_keyword: String,
    /// Other keywords.
    pub secondary_keywords: Vec<String>,
    /// The cluster it serves.
    pub cluster: Option<i64>,
}

/// An article that could be linked.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// Which one.
    pub id: i64,
    /// Headline.
    pub title: String,
    /// Main keyword.
    pub primary_keyword: String,
    /// Other keywords.
    pub secondary_keywords: Vec<String>,
    /// The cluster it serves.
    pub cluster: Option<i64>,
    /// What that cluster is called.
    pub cluster_name: String,
    /// Addresses that mean it; an article that holds one of them links to it already.
    pub addresses: Vec<String>,
}

/// Why two articles belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkType {
    /// They serve the same cluster.
    SameCluster,
    /// They speak of the same things.
    Semantic,
}

/// Words that can become a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spot {
    /// The words as they stand in the text.
    pub anchor: String,
    /// The sentence they stand in.
    pub sentence: String,
    /// Characters of the visible text before them.
    pub position: usize,
}

/// A link that could be set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The article that it leads to.
    pub target: i64,
    /// Where it could stand, the best place first; at least one.
    pub spots: Vec<Spot>,
    /// Why, for a person.
    pub reason: String,
    /// What makes the two belong together.
    pub link_type: LinkType,
    /// 0 to 100: how well it fits.
    pub score: i32,
}

/// How many links an article takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Links to other articles of the site for each 1,000 words; a short article takes one all the same.
    pub per_thousand_words: u32,
}

impl Default for Limit {
    fn default() -> Self {
        Self { per_thousand_words: 5 }
    }
}

/// Links that may be added to an article: the limit less the targets that it links to already.
pub fn allowed(html: &str, targets: &[Target], limit: Limit) -> usize {
    let words = u64::from(html_word_count(html));
    let most = Ord::max(words * u64::from(limit.per_thousand_words) / 1_000, 1);
    let there = addresses(html);
    let linked = targets.iter().filter(|target| is_linked(&there, target)).count();
    usize::try_from(most).unwrap_or(usize::MAX).saturating_sub(linked)
}

/// The links that fit best, at most as many as the article takes. No two lead to one target or stand in one sentence.
pub fn suggest(source: &Source, targets: &[Target], limit: Limit) -> Vec<Candidate> {
    let allowed = allowed(&source.html, targets, limit);
    choose(candidates(source, targets), allowed)
}

/// Takes candidates in their order until there are enough; each gets its first place whose sentence is still free, and
/// keeps only that one.
pub fn choose(candidates: Vec<Candidate>, most: usize) -> Vec<Candidate> {
    let mut targets = FxHashSet::default();
    let mut sentences = FxHashSet::default();
    let mut out = Vec::new();
    for mut candidate in candidates {
        if out.len() == most {
            break;
        }
        let spot = candidate
            .spots
            .iter()
            .position(|spot| !sentences.contains(&spot.sentence));
        if let Some(spot) = spot
            && targets.insert(candidate.target)
        {
            let spot = candidate.spots.swap_remove(spot);
            sentences.insert(spot.sentence.clone());
            candidate.spots = vec![spot];
            out.push(candidate);
        }
    }
    out
}

/// Everything that could be linked, the same cluster first, then what is nearest. Targets that are linked already are
/// left out.
pub fn candidates(source: &Source, targets: &[Target]) -> Vec<Candidate> {
    let there = addresses(&source.html);
    let open: Vec<&Target> = targets.iter().filter(|target| !is_linked(&there, target)).collect();
    if open.is_empty() {
        return Vec::new();
    }
    let page = Page::of(&source.html);
    // The article first, then each target.
    let mut texts = vec![keyword_key(&format!(
        "{} {} {} {}",
        source.title,
        source.primary_keyword,
        source.secondary_keywords.join(" "),
        html_text(&source.html)
    ))];
    texts.extend(open.iter().map(|target| {
        keyword_key(&format!(
            "{} {} {}",
            target.title,
            target.primary_keyword,
            target.secondary_keywords.join(" ")
        ))
    }));
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let subjects = Subjects::of(&texts);
    let spoken: FxHashSet<u32> = subjects.words(0).into_iter().map(|(_, term)| term).collect();
    let mut out: Vec<Candidate> = open
        .iter()
        .enumerate()
        .filter_map(|(index, target)| candidate(source, target, &page, &subjects, index + 1, &spoken))
        .collect();
    out.sort_by(|a, b| {
        a.link_type
            .cmp(&b.link_type)
            .then(b.score.cmp(&a.score))
            .then(a.target.cmp(&b.target))
    });
    out
}

fn candidate(
    source: &Source,
    target: &Target,
    page: &Page,
    subjects: &Subjects,
    number: usize,
    spoken: &FxHashSet<u32>,
) -> Option<Candidate> {
    let words = subjects.words(number);
    let mut weights: FxHashMap<u32, f32> = FxHashMap::default();
    for (_, term) in &words {
        weights.insert(*term, subjects.weight(*term));
    }
    // Summed in the order of the terms, so that rounding is the same each time.
    let mut terms: Vec<u32> = weights.keys().copied().collect();
    terms.sort_unstable();
    let sum = |only: &dyn Fn(u32) -> bool| -> f32 { terms.iter().filter(|t| only(**t)).map(|t| weights[t]).sum() };
    let all = sum(&|_| true);
    let near = if all > 0.0 {
        sum(&|term| spoken.contains(&term)) / all
    } else {
        0.0
    };
    let same_cluster = source.cluster.is_some() && source.cluster == target.cluster;
    let mut kind = 0;
    let mut spots = Vec::new();
    let mut spans: Vec<Span> = Vec::new();
    for phrase in phrases(target, &words, &subjects.telling_words(number)) {
        let wanted = if phrase.from_title { NEAR_BY_TITLE } else { NEAR };
        if !same_cluster && near < wanted {
            continue;
        }
        for span in page.places(&phrase.folded) {
            // A shorter phrase within one that is offered already is not another place.
            if spans.iter().any(|known| known.from < span.to && span.from < known.to) {
                continue;
            }
            spans.push(span);
            let (_, sentence) = page.sentence(span);
            if spots.iter().any(|spot: &Spot| spot.sentence == sentence) {
                continue;
            }
            kind = Ord::max(kind, phrase.worth);
            spots.push(Spot {
                anchor: page.text(span),
                sentence,
                position: span.from,
            });
            if spots.len() == SPOTS_MAX {
                break;
            }
        }
        if spots.len() == SPOTS_MAX {
            break;
        }
    }
    if spots.is_empty() {
        return None;
    }
    let link_type = if same_cluster {
        LinkType::SameCluster
    } else {
        LinkType::Semantic
    };
    let nearness = (near.clamp(0.0, 1.0) * 45.0).round();
    let score = nearness as i32 + kind + if same_cluster { 40 } else { 0 };
    Some(Candidate {
        target: target.id,
        spots,
        reason: reason(target, same_cluster, &words, spoken),
        link_type,
        score,
    })
}

fn reason(target: &Target, same_cluster: bool, words: &[(&str, u32)], spoken: &FxHashSet<u32>) -> String {
    if same_cluster {
        return format!("Same cluster: {}", target.cluster_name);
    }
    let mut seen = FxHashSet::default();
    let shared: Vec<&str> = words
        .iter()
        .filter(|(_, term)| spoken.contains(term) && seen.insert(*term))
        .map(|(word, _)| *word)
        .take(4)
        .collect();
    if shared.is_empty() {
        "The text names its keyword".to_owned()
    } else {
        format!("Shares the terms {}", shared.join(", "))
    }
}

struct Phrase {
    folded: String,
    from_title: bool,
    /// What a place of it adds to the score.
    worth: i32,
}

/// What is looked for in the text: keywords, then pieces of the title, the longest first.
fn phrases(target: &Target, words: &[(&str, u32)], telling: &[&str]) -> Vec<Phrase> {
    let mut seen = FxHashSet::default();
    let mut keywords: Vec<Phrase> = Vec::new();
    let all = std::iter::once((&target.primary_keyword, 15)).chain(target.secondary_keywords.iter().map(|k| (k, 10)));
    for (keyword, worth) in all {
        let folded = fold(keyword);
        // Two letters of an alphabet are an abbreviation of anything; two characters of others are a word.
        let least = if folded.is_ascii() { 3 } else { 2 };
        if folded.chars().count() >= least && seen.insert(folded.clone()) {
            keywords.push(Phrase {
                folded,
                from_title: false,
                worth,
            });
        }
    }
    let by_length = |a: &Phrase, b: &Phrase| {
        let length = |phrase: &Phrase| phrase.folded.chars().count();
        length(b)
            .cmp(&length(a))
            .then(b.worth.cmp(&a.worth))
            .then(a.folded.cmp(&b.folded))
    };
    keywords.sort_by(by_length);
    let subjects: FxHashSet<String> = words.iter().map(|(word, _)| fold(word)).collect();
    let telling: FxHashSet<String> = telling.iter().map(|word| fold(word)).collect();
    let mut pieces: Vec<Phrase> = title_pieces(&target.title, &subjects, &telling)
        .into_iter()
        .filter(|folded| seen.insert(folded.clone()))
        .map(|folded| Phrase {
            folded,
            from_title: true,
            worth: 5,
        })
        .collect();
    pieces.sort_by(by_length);
    keywords.extend(pieces);
    keywords.truncate(PHRASES_MAX);
    keywords
}

/// Pieces of a title that name two things it is about, and neither begin nor end with grammar.
fn title_pieces(title: &str, subjects: &FxHashSet<String>, telling: &FxHashSet<String>) -> Vec<String> {
    let mut out = Vec::new();
    // No piece reaches over a colon or a dash between two halves.
    for part in title.split([':', '|', '–', '—', '(', ')', '?', '!', ',', ';']) {
        let words: Vec<String> = part.split_whitespace().map(fold).take(16).collect();
        let names: Vec<bool> = words.iter().map(|word| subjects.contains(word)).collect();
        let tells: Vec<bool> = words.iter().map(|word| telling.contains(word)).collect();
        for from in 0..words.len() {
            for to in from + 2..=words.len() {
                let enough = names[from..to].iter().filter(|names| **names).count() >= 2;
                if tells[from] && tells[to - 1] && enough {
                    out.push(words[from..to].join(" "));
                }
            }
        }
    }
    out
}

/// Puts a link around words of an article. `None` when the sentence does not stand in it any more, or the words in it
/// have become part of a link or heading.
pub fn link(html: &str, spot: &Spot, address: &str) -> Option<String> {
    let page = Page::of(html);
    let found = page
        .places(&fold(&spot.anchor))
        .into_iter()
        .filter(|span| page.text(*span) == spot.anchor && page.sentence(*span).1 == spot.sentence)
        .min_by_key(|span| span.from.abs_diff(spot.position))?;
    let (from, to) = page.bytes(found)?;
    let mut out = String::with_capacity(html.len() + address.len() + 20);
    out.push_str(html.get(..from)?);
    out.push_str("<a href=\"");
    out.push_str(&escape(address));
    out.push_str("\">");
    out.push_str(html.get(from..to)?);
    out.push_str("</a>");
    out.push_str(html.get(to..)?);
    Some(out)
}

/// Puts a link around the first place where these words stand and may be one.
pub fn link_words(html: &str, words: &str, address: &str) -> Option<String> {
    let page = Page::of(html);
    let span = page.places(&fold(words)).into_iter().next()?;
    let spot = Spot {
        anchor: page.text(span),
        sentence: page.sentence(span).1,
        position: span.from,
    };
    link(html, &spot, address)
}

/// The address under which a link names an article that is not public yet.
pub fn internal_address(public_id: &str) -> String {
    format!("{INTERNAL}{public_id}")
}

/// A link of an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Where it leads.
    pub address: String,
    /// Its words.
    pub words: String,
}

/// The links of an article in their order.
pub fn anchors(html: &str) -> Vec<Anchor> {
    let mut out = Vec::new();
    each_link(html, |address, from, to| {
        out.push(Anchor {
            address: address.to_owned(),
            words: html_text(html.get(from..to).unwrap_or_default()),
        });
    });
    out
}

/// Whether an article links to one of these addresses.
pub fn links_to(html: &str, target: &[String]) -> bool {
    let there = addresses(html);
    target.iter().any(|address| there.contains(normal(address).as_ref()))
}

/// Calls `found` with the address and the bytes of the words of each link.
fn each_link(html: &str, mut found: impl FnMut(&str, usize, usize)) {
    let mut open: Option<(String, usize)> = None;
    let mut at = 0;
    while let Some(next) = html[at..].find('<') {
        at += next;
        match tag(&html[at..]) {
            Tag::Text => at += 1,
            Tag::Skip(length) => at += length.max(1),
            Tag::Element { name, closing, length } => {
                let is_link = name.eq_ignore_ascii_case("a");
                if is_link && let Some((address, from)) = open.take() {
                    found(&address, from, at);
                }
                if is_link && !closing {
                    let address = attribute(&html[at..at + length], "href");
                    open = address.map(|address| (address, at + length));
                }
                at += length;
            }
        }
    }
    if let Some((address, from)) = open {
        found(&address, from, html.len());
    }
}

/// The value of an attribute of a tag.
pub(crate) fn attribute(tag: &str, wanted: &str) -> Option<String> {
    let mut rest = tag.trim_start_matches('<').trim_end_matches(['>', '/']);
    rest = &rest[rest.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(rest.len())..];
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() {
            return None;
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        let name = &rest[..end];
        rest = rest[end..].trim_start();
        let Some(value) = rest.strip_prefix('=') else {
            if name.eq_ignore_ascii_case(wanted) {
                return Some(String::new());
            }
            if name.is_empty() {
                return None;
            }
            continue;
        };
        let value = value.trim_start();
        let (value, after) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let inner = &value[1..];
                let end = inner.find(quote).unwrap_or(inner.len());
                (&inner[..end], inner.get(end + 1..).unwrap_or_default())
            }
            _ => {
                let end = value.find(char::is_whitespace).unwrap_or(value.len());
                (&value[..end], &value[end..])
            }
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(html_text(value));
        }
        rest = after;
    }
}

/// Addresses that an article links to, in a form that compares well.
fn addresses(html: &str) -> FxHashSet<String> {
    let mut out = FxHashSet::default();
    each_link(html, |address, _, _| {
        out.insert(normal(address).into_owned());
    });
    out
}

fn is_linked(there: &FxHashSet<String>, target: &Target) -> bool {
    target
        .addresses
        .iter()
        .any(|address| there.contains(normal(address).as_ref()))
}

/// An address without what does not change where it leads.
fn normal(address: &str) -> Cow<'_, str> {
    let address = address.trim();
    let address = address.split_once('#').map_or(address, |(before, _)| before);
    let bare = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"));
    let Some(bare) = bare else {
        return Cow::Borrowed(address.trim_end_matches('/'));
    };
    let (host, path) = bare.split_at(bare.find(['/', '?']).unwrap_or(bare.len()));
    let host = host.to_ascii_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    Cow::Owned(format!("{host}{}", path.trim_end_matches('/')))
}

/// Public ids of the articles that a text links to by [`internal_address`].
pub fn internal_ids(html: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    each_link(html, |address, _, _| {
        if let Some(id) = internal_id(address)
            && !out.contains(&id)
        {
            out.push(id);
        }
    });
    out
}

fn internal_id(address: &str) -> Option<String> {
    let id = address.strip_prefix(INTERNAL)?;
    let id = id.split(['#', '?', '/']).next().unwrap_or_default();
    (!id.is_empty()).then(|| id.to_owned())
}

/// Makes a text fit to go out: links by [`internal_address`] get the address that `public` knows, and become plain words
/// where it knows none.
pub fn resolve(html: &str, public: impl Fn(&str) -> Option<String>) -> String {
    rewrite(html, |address| match internal_id(address) {
        None => Rewrite::Keep,
        Some(id) => public(&id).map_or(Rewrite::Unlink, Rewrite::To),
    })
}

/// What becomes of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rewrite {
    /// It stays.
    Keep,
    /// It leads here.
    To(String),
    /// Its words stay.
    Unlink,
}

/// Changes the links of a text.
pub fn rewrite(html: &str, decide: impl Fn(&str) -> Rewrite) -> String {
    let mut out = String::with_capacity(html.len());
    let (mut at, mut done) = (0, 0);
    // Whether the end tag that comes next is to go.
    let mut drop_end = false;
    while let Some(next) = html[at..].find('<') {
        at += next;
        match tag(&html[at..]) {
            Tag::Text => at += 1,
            Tag::Skip(length) => at += length.max(1),
            Tag::Element { name, closing, length } => {
                let whole = &html[at..at + length];
                if name.eq_ignore_ascii_case("a") {
                    let becomes = match (closing, attribute(whole, "href")) {
                        (true, _) if std::mem::take(&mut drop_end) => Rewrite::Unlink,
                        (false, Some(address)) => decide(&address),
                        _ => Rewrite::Keep,
                    };
                    if becomes != Rewrite::Keep {
                        out.push_str(&html[done..at]);
                        done = at + length;
                    }
                    match becomes {
                        Rewrite::To(address) => {
                            out.push_str("<a href=\"");
                            out.push_str(&escape(&address));
                            out.push_str("\">");
                        }
                        Rewrite::Unlink => drop_end = !closing,
                        Rewrite::Keep => {}
                    }
                }
                at += length;
            }
        }
    }
    out.push_str(&html[done..]);
    out
}

/// Addresses of the pictures of a text.
pub fn pictures(html: &str) -> Vec<String> {
    let mut out = Vec::new();
    each_picture(html, |address, _, _| out.push(address));
    out
}

/// Removes the pictures whose address `known` does not know. Also how many were removed.
pub fn keep_pictures(html: &str, known: impl Fn(&str) -> bool) -> (String, usize) {
    let mut out = String::with_capacity(html.len());
    let (mut done, mut removed) = (0, 0);
    each_picture(html, |address, from, to| {
        if !known(&address) {
            out.push_str(&html[done..from]);
            done = to;
            removed += 1;
        }
    });
    out.push_str(&html[done..]);
    (out, removed)
}

/// Calls `found` with the address and the bytes of the tag of each picture.
fn each_picture(html: &str, mut found: impl FnMut(String, usize, usize)) {
    let mut at = 0;
    while let Some(next) = html[at..].find('<') {
        at += next;
        match tag(&html[at..]) {
            Tag::Text => at += 1,
            Tag::Skip(length) => at += length.max(1),
            Tag::Element { name, length, .. } => {
                if name.eq_ignore_ascii_case("img") {
                    let address = attribute(&html[at..at + length], "src").unwrap_or_default();
                    found(address, at, at + length);
                }
                at += length;
            }
        }
    }
}

/// Cuts a reason that somebody else worded to what fits beside a suggestion.
pub fn clean_reason(text: &str) -> String {
    let text = html_text(text).replace('\n', " ");
    truncate_words(&text, 200)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests;
