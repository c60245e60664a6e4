//! Content ideas from a cluster of keywords.

use serde::{Deserialize, Serialize};

use crate::Intent;
use crate::intent;
use crate::language;
use crate::text::keyword_key;

mod titles;

pub(crate) use titles::{Kind, is_question, kind_of};

/// A cluster to find ideas for.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct ClusterInput {
    /// Name of the cluster.
    pub name: String,
    /// Its keywords.
    pub keywords: Vec<IdeaKeyword>,
}

/// A keyword as the basis of an idea or a draft.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct IdeaKeyword {
    /// The keyword.
    pub text: String,
    /// Searches per month when known.
    pub volume: Option<i64>,
    /// Search intent.
    pub intent: Intent,
}

/// A proposal for a piece of content.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Idea {
    /// Working title.
    pub title: String,
    /// What the piece should do for its reader.
    pub description: String,
    /// `blog_post`, `page` or `product`.
    pub content_type: String,
    /// `guide`, `how_to`, `listicle`, `comparison`, `review`, `faq`, `landing_page` or `pillar`.
    pub content_structure: String,
    /// The keywords it should serve, the main one first.
    pub target_keywords: Vec<String>,
    /// Sensible length in words.
    pub estimated_word_count: u32,
}

/// Proposes between 1 and `max` distinct ideas for a cluster, the strongest first.
///
/// Keywords that ask the same kind of thing (steps, a comparison, a price, …) become one idea; a cluster with
/// many keywords also gets an overview of the whole subject.
pub fn propose(cluster: &ClusterInput, max: usize) -> Vec<Idea> {
    let keywords = distinct(cluster);
    let texts = keywords.iter().map(|k| k.text.as_str()).chain([cluster.name.as_str()]);
    let language = language::guess(texts);
    let mut groups: Vec<(Kind, Vec<&IdeaKeyword>)> = Vec::new();
    for keyword in &keywords {
        let kind = kind_of(&keyword.text, keyword.intent);
        match groups.iter_mut().find(|(k, _)| *k == kind) {
            Some((_, list)) => list.push(keyword),
            None => groups.push((kind, vec![keyword])),
        }
    }
    // Volume first; where there is none, the number of keywords.
    groups.sort_by(|a, b| {
        let volume = |g: &[&IdeaKeyword]| g.iter().filter_map(|k| k.volume).fold(0i64, i64::saturating_add);
        volume(&b.1)
            .cmp(&volume(&a.1))
            .then(b.1.len().cmp(&a.1.len()))
            .then(a.0.cmp(&b.0))
    });
    let questions: Vec<&IdeaKeyword> = keywords.iter().filter(|k| is_question(&k.text)).collect();
    if questions.len() >= 3 && groups.len() > 1 {
        groups.push((Kind::Faq, questions));
    }
    if keywords.len() >= 6 && groups.len() > 1 {
        groups.insert(groups.len().min(1), (Kind::Pillar, keywords.iter().collect()));
    }
    if groups.is_empty() {
        let named = IdeaKeyword {
            text: cluster.name.clone(),
            volume: None,
            intent: intent::guess(&cluster.name),
        };
        return vec![idea(kind_of(&named.text, named.intent), &[&named], cluster, language)];
    }
    let mut out: Vec<Idea> = Vec::new();
    for (kind, list) in &groups {
        if out.len() == max.max(1) {
            break;
        }
        let next = idea(*kind, list, cluster, language);
        if !out.iter().any(|i| keyword_key(&i.title) == keyword_key(&next.title)) {
            out.push(next);
        }
    }
    out
}

/// Keywords without repeats, the most searched first.
fn distinct(cluster: &ClusterInput) -> Vec<IdeaKeyword> {
    let mut seen = rustc_hash::FxHashSet::default();
    let mut out: Vec<IdeaKeyword> = cluster
        .keywords
        .iter()
        .filter(|k| !k.text.trim().is_empty() && seen.insert(keyword_key(&k.text)))
        .cloned()
        .collect();
    out.sort_by(|a, b| {
        b.volume
            .unwrap_or(-1)
            .cmp(&a.volume.unwrap_or(-1))
            .then_with(|| a.text.len().cmp(&b.text.len()))
            .then_with(|| a.text.cmp(&b.text))
    });
    out
}

fn idea(kind: Kind, list: &[&IdeaKeyword], cluster: &ClusterInput, language: Option<language::Language>) -> Idea {
    let main = list.first().map_or(cluster.name.as_str(), |k| k.text.as_str());
    let subject = if matches!(kind, Kind::Pillar | Kind::Faq) && !cluster.name.trim().is_empty() {
        cluster.name.as_str()
    } else {
        main
    };
    let words = kind.words() + 60 * (list.len().saturating_sub(1).min(10) as u32);
    Idea {
        title: titles::title(kind, subject, language),
        description: kind.description(subject, list),
        content_type: kind.content_type().to_owned(),
        content_structure: kind.structure().to_owned(),
        target_keywords: list.iter().take(12).map(|k| k.text.clone()).collect(),
        estimated_word_count: words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster(name: &str, keywords: &[(&str, i64)]) -> ClusterInput {
        ClusterInput {
            name: name.to_owned(),
            keywords: keywords
                .iter()
                .map(|(t, v)| IdeaKeyword {
                    text: (*t).to_owned(),
                    volume: Some(*v),
                    intent: intent::guess(t),
                })
                .collect(),
        }
    }

    fn espresso() -> ClusterInput {
        cluster(
            "Espresso Machine",
            &[
                ("best espresso machine", 5000),
                ("espresso machine price", 900),
                ("how to clean an espresso machine", 700),
                ("espresso machine vs moka pot", 400),
                ("what is an espresso machine", 300),
                ("espresso machine reviews", 250),
                ("espresso machine repair near me", 90),
                ("why is my espresso machine leaking", 80),
            ],
        )
    }

    #[test]
    fn one_idea_for_each_kind_of_question() {
        let ideas = propose(&espresso(), 20);
        let structures: Vec<&str> = ideas.iter().map(|i| i.content_structure.as_str()).collect();
        for want in [
            "listicle",
            "landing_page",
            "how_to",
            "comparison",
            "guide",
            "review",
            "pillar",
            "faq",
        ] {
            assert!(structures.contains(&want), "{want} in {structures:?}");
        }
        assert_eq!(ideas[0].target_keywords[0], "best espresso machine");
        let mut titles: Vec<String> = ideas.iter().map(|i| i.title.to_lowercase()).collect();
        titles.sort();
        titles.dedup();
        assert_eq!(titles.len(), ideas.len());
        assert!(
            ideas
                .iter()
                .all(|i| !i.description.is_empty() && i.estimated_word_count >= 400)
        );
    }

    #[test]
    fn never_more_than_asked_for_and_never_none() {
        assert_eq!(propose(&espresso(), 3).len(), 3);
        assert_eq!(propose(&espresso(), 0).len(), 1);
        assert_eq!(propose(&cluster("Tea", &[]), 5).len(), 1);
        assert_eq!(propose(&cluster("", &[]), 5).len(), 1);
    }

    #[test]
    fn titles_speak_the_language_of_the_keywords() {
        let title = |k: &str| propose(&cluster(k, &[(k, 10)]), 1)[0].title.clone();
        assert_eq!(title("how to clean a kettle"), "How to Clean a Kettle: Step by Step");
        assert_eq!(title("what is a moka pot"), "What Is a Moka Pot?");
        assert_eq!(
            title("wie entkalkt man einen wasserkocher"),
            "Wie entkalkt man einen wasserkocher: Schritt für Schritt"
        );
        assert_eq!(
            title("comment nettoyer une cafetière"),
            "Comment nettoyer une cafetière : étape par étape"
        );
        assert!(title("mejor cafetera para la casa").starts_with("Mejor cafetera para la casa: "));
        assert_eq!(title("咖啡机"), "咖啡机");
        assert_eq!(
            title("jak wyczyścić ekspres do kawy"),
            "Jak wyczyścić ekspres do kawy: krok po kroku"
        );
    }

    #[test]
    fn same_input_same_ideas() {
        let mut turned = espresso();
        turned.keywords.reverse();
        assert_eq!(propose(&espresso(), 9), propose(&turned, 9));
    }
}
