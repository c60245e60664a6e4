//! Whether two pieces of content are about the same thing, before somebody pays for the second one.
//!
//! A topic is its working title, the keywords it aims at and its cluster. Titles and keywords are reduced to content stems
//! and facets exactly as keywords are before clustering, so that it works in the same languages. Nothing depends on the
//! order of the topics.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::clustering::Subjects;
use crate::text::keyword_key;

/// From this nearness on two topics are taken for one.
pub const NEAR: f32 = 0.75;
/// Keywords of a topic that are looked at; the first ones are the important ones.
const MAX_KEYWORDS: usize = 20;
/// Nearness of equal subjects when only one of them asks a question (`best`, `price`, ...).
const ONE_ASKS: f32 = 0.72;
/// When both ask, and share some of the questions.
const SOME_ASKED: f32 = 0.85;
/// When both ask, and ask different things.
const OTHER_ASKED: f32 = 0.45;
/// Nearness of two topics that aim at the same keywords, whatever their titles say.
const SAME_KEYWORDS: f32 = 0.85;
/// What a shared cluster adds to topics that are near each other anyway.
const SAME_CLUSTER: f32 = 0.03;

/// Articles that a headline may begin with; `top` and its like are read as a question only where a text begins.
#[rustfmt::skip]
const ARTICLES: &[&str] = &[
    "the", "a", "an", "der", "die", "das", "ein", "eine", "le", "la", "les", "l'", "un", "une", "el", "los", "las", "una",
    "il", "lo", "gli", "de", "het", "een", "o", "os", "as", "um", "uma",
];

/// A piece of content, planned or written.
#[derive(Clone, Copy, Debug)]
pub struct Topic<'a> {
    /// Working title or headline.
    pub title: &'a str,
    /// Keywords it aims at, comma separated, the main one first; may be empty.
    pub keywords: &'a str,
    /// The cluster it belongs to.
    pub cluster: Option<i64>,
}

/// Subject and question of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Meaning {
    content: Vec<u32>,
    facets: u64,
}

struct Known {
    key: String,
    title: Meaning,
    keywords: Vec<Meaning>,
    cluster: Option<i64>,
}

/// Topics that can be compared with each other.
pub struct Topics {
    known: Vec<Known>,
    weights: Vec<f32>,
    /// Topics by the terms of their titles.
    by_term: FxHashMap<u32, Vec<u32>>,
    /// Topics by the meaning of their keywords.
    by_keyword: FxHashMap<Meaning, Vec<u32>>,
}

/// The keywords of a comma separated list, without empty ones.
pub fn keywords_of(list: &str) -> impl Iterator<Item = &str> {
    list.split([',', ';', '\n'])
        .map(str::trim)
        .filter(|keyword| !keyword.is_empty())
}

/// The key of a headline without the article in front.
fn headline(title: &str) -> String {
    let key = keyword_key(title);
    match key.split_once(' ') {
        Some((first, rest)) if ARTICLES.contains(&first) => rest.to_owned(),
        _ => key,
    }
}

impl Topics {
    /// Takes topics apart together: what a word weighs depends on how many of them have it.
    pub fn of(topics: &[Topic]) -> Self {
        let mut texts: Vec<String> = Vec::with_capacity(topics.len() * 3);
        let mut spans = Vec::with_capacity(topics.len());
        for topic in topics {
            let start = texts.len();
            texts.push(headline(topic.title));
            texts.extend(keywords_of(topic.keywords).take(MAX_KEYWORDS).map(keyword_key));
            spans.push(start..texts.len());
        }
        let refs: Vec<&str> = texts.iter().map(String::as_str).collect();
        let subjects = Subjects::of(&refs);
        let meaning = |text: usize| {
            let (content, facets) = subjects.meaning(text);
            Meaning {
                content: content.to_vec(),
                facets,
            }
        };
        let known: Vec<Known> = topics
            .iter()
            .zip(spans)
            .map(|(topic, span)| {
                let mut seen = FxHashSet::default();
                Known {
                    key: texts[span.start].clone(),
                    title: meaning(span.start),
                    keywords: (span.start + 1..span.end)
                        .map(meaning)
                        .filter(|keyword| !keyword.content.is_empty() && seen.insert(keyword.clone()))
                        .collect(),
                    cluster: topic.cluster,
                }
            })
            .collect();
        let terms = known
            .iter()
            .flat_map(|topic| topic.keywords.iter().chain([&topic.title]))
            .flat_map(|meaning| meaning.content.iter().copied())
            .max()
            .map_or(0, |most| most as usize + 1);
        let weights = (0..terms).map(|term| subjects.weight(term as u32)).collect();
        let mut by_term: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        let mut by_keyword: FxHashMap<Meaning, Vec<u32>> = FxHashMap::default();
        for (number, topic) in known.iter().enumerate() {
            for &term in &topic.title.content {
                by_term.entry(term).or_default().push(number as u32);
            }
            for keyword in &topic.keywords {
                by_keyword.entry(keyword.clone()).or_default().push(number as u32);
            }
        }
        Self {
            known,
            weights,
            by_term,
            by_keyword,
        }
    }

    /// The topics near `topic`, itself left out, the nearest first; ties in the order of the topics.
    pub fn near(&self, topic: usize) -> Vec<(usize, f32)> {
        let Some(this) = self.known.get(topic) else {
            return Vec::new();
        };
        let titles = this.title.content.iter().filter_map(|term| self.by_term.get(term));
        let keywords = this.keywords.iter().filter_map(|keyword| self.by_keyword.get(keyword));
        let mut candidates: Vec<u32> = titles.chain(keywords).flatten().copied().collect();
        candidates.sort_unstable();
        candidates.dedup();
        let mut found: Vec<(usize, f32)> = candidates
            .into_iter()
            .map(|other| other as usize)
            .filter(|other| *other != topic)
            .map(|other| (other, self.nearness(topic, other)))
            .filter(|(_, near)| *near >= NEAR)
            .collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found
    }

    /// How near two topics are, 0 to 1; 0 for numbers that stand for no topic.
    pub fn nearness(&self, a: usize, b: usize) -> f32 {
        let (Some(a), Some(b)) = (self.known.get(a), self.known.get(b)) else {
            return 0.0;
        };
        if !a.key.is_empty() && a.key == b.key {
            return 1.0;
        }
        let titles = self.alike(&a.title, &b.title);
        let mut near = titles;
        if !a.keywords.is_empty() && !b.keywords.is_empty() {
            let keywords = (self.covered(&a.keywords, &b.keywords) + self.covered(&b.keywords, &a.keywords)) / 2.0;
            near = titles * (0.7 + 0.3 * keywords);
            if titles >= 0.6 {
                near = near.max((titles + keywords) / 2.0);
            }
            if keywords > 0.999 {
                near = near.max(SAME_KEYWORDS);
            }
        }
        if near > 0.5 && a.cluster.is_some() && a.cluster == b.cluster {
            near += SAME_CLUSTER;
        }
        near.clamp(0.0, 1.0)
    }

    /// How well each of `some` has its like in `others`, on average.
    fn covered(&self, some: &[Meaning], others: &[Meaning]) -> f32 {
        let best = |one: &Meaning| others.iter().map(|other| self.alike(one, other)).fold(0.0, f32::max);
        some.iter().map(best).sum::<f32>() / some.len().max(1) as f32
    }

    /// The cosine of the weighted subjects, tempered by what is asked about them.
    fn alike(&self, a: &Meaning, b: &Meaning) -> f32 {
        let weight = |term: &u32| self.weights.get(*term as usize).copied().unwrap_or(0.0);
        let length = |meaning: &Meaning| {
            meaning
                .content
                .iter()
                .map(|term| weight(term).powi(2))
                .sum::<f32>()
                .sqrt()
        };
        let (mut shared, mut rest) = (0.0, b.content.as_slice());
        for term in &a.content {
            let at = rest.partition_point(|other| other < term);
            rest = &rest[at..];
            if rest.first() == Some(term) {
                shared += weight(term).powi(2);
            }
        }
        let lengths = length(a) * length(b);
        if lengths <= 0.0 {
            return 0.0;
        }
        let asked = match (a.facets, b.facets) {
            (x, y) if x == y => 1.0,
            (0, _) | (_, 0) => ONE_ASKS,
            (x, y) if x & y != 0 => SOME_ASKED,
            _ => OTHER_ASKED,
        };
        (shared / lengths).min(1.0) * asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ideas::{ClusterInput, IdeaKeyword, propose},
        intent,
    };

    fn pair(a: (&str, &str), b: (&str, &str)) -> f32 {
        let topic = |(title, keywords)| Topic {
            title,
            keywords,
            cluster: None,
        };
        Topics::of(&[topic(a), topic(b)]).nearness(0, 1)
    }

    #[test]
    fn other_words_for_the_same_thing_are_the_same_topic() {
        for (a, b) in [
            (
                ("How to Clean a Kettle: Step by Step", "how to clean a kettle"),
                ("Cleaning kettles: a tutorial", "clean kettle"),
            ),
            (("Best Espresso Machines 2026", ""), ("The top espresso machines", "")),
            (
                ("Ten machines for perfect crema", "best espresso machine"),
                ("What to drink your morning shot from", "top espresso machines"),
            ),
            (
                ("Beste Kaffeemaschinen im Überblick", "beste kaffeemaschine"),
                ("Die besten Kaffeemaschinen", "beste kaffeemaschinen"),
            ),
            (("Meilleure cafetière", ""), ("Les meilleures cafetières", "")),
            (("Najlepsze ekspresy do kawy", ""), ("Najlepszy ekspres do kawy", "")),
            (("Как выбрать чайник", ""), ("как выбрать чайник?", "")),
        ] {
            let near = pair(a, b);
            assert!(near >= NEAR, "{a:?} and {b:?} are {near}");
        }
    }

    #[test]
    fn other_questions_about_a_thing_are_other_topics() {
        for (a, b) in [
            (
                ("Best Espresso Machines", "best espresso machine"),
                ("Espresso Machine Prices", "espresso machine price"),
            ),
            (
                ("How to Clean a Kettle", "clean kettle"),
                ("Kettle Repair", "kettle repair"),
            ),
            (("Espresso machine reviews", ""), ("Cheap espresso machines", "")),
            (("Green tea benefits", "green tea"), ("Black tea benefits", "black tea")),
            (("", ""), ("", "")),
        ] {
            let near = pair(a, b);
            assert!(near < NEAR, "{a:?} and {b:?} are {near}");
        }
    }

    #[test]
    fn the_ideas_of_one_cluster_are_different_topics() {
        let keywords = [
            "best espresso machine",
            "espresso machine price",
            "how to clean an espresso machine",
            "espresso machine vs moka pot",
            "what is an espresso machine",
            "espresso machine reviews",
            "espresso machine repair near me",
            "why is my espresso machine leaking",
        ];
        let ideas = propose(
            &ClusterInput {
                name: "Espresso Machine".to_owned(),
                keywords: keywords
                    .iter()
                    .map(|text| IdeaKeyword {
                        text: (*text).to_owned(),
                        volume: None,
                        intent: intent::guess(text),
                    })
                    .collect(),
            },
            20,
        );
        let lists: Vec<String> = ideas.iter().map(|idea| idea.target_keywords.join(", ")).collect();
        let topics: Vec<Topic> = ideas
            .iter()
            .zip(&lists)
            .map(|(idea, keywords)| Topic {
                title: &idea.title,
                keywords,
                cluster: Some(1),
            })
            .collect();
        let compared = Topics::of(&topics);
        for topic in 0..topics.len() {
            let near = compared.near(topic);
            assert!(
                near.is_empty(),
                "{} is near {:?}",
                topics[topic].title,
                near.iter()
                    .map(|(other, near)| (topics[*other].title, near))
                    .collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn nearness_is_mutual_and_does_not_depend_on_the_order() {
        let topics = [
            Topic {
                title: "How to brew coffee",
                keywords: "brew coffee, coffee brewing",
                cluster: Some(1),
            },
            Topic {
                title: "Brewing coffee: how to",
                keywords: "how to brew coffee",
                cluster: Some(1),
            },
            Topic {
                title: "Coffee grinders",
                keywords: "coffee grinder",
                cluster: None,
            },
        ];
        let compared = Topics::of(&topics);
        assert_eq!(compared.nearness(0, 1), compared.nearness(1, 0));
        let mut turned = topics;
        turned.reverse();
        assert_eq!(compared.nearness(0, 1), Topics::of(&turned).nearness(2, 1));
        assert_eq!(compared.near(0).first().map(|(other, _)| *other), Some(1));
        assert!(compared.near(2).is_empty());
        assert_eq!(compared.nearness(0, 9), 0.0);
    }
}
