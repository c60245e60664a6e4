//! Which pages a site needs for what people search for: a home page, an overview for each strong cluster, articles under it,
//! and the pages that every site has. Those are placeholders: who is behind a site nobody can guess.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use crate::clustering::Subjects;
use crate::ideas::{self, ClusterInput, IdeaKeyword};
use crate::text::{clean_keyword, keyword_key, slugify, title_case};

/// Overviews at most; what is weaker becomes an article.
const PILLARS_MAX: usize = 12;
/// Keywords from which a cluster can have an overview.
const PILLAR_KEYWORDS: usize = 3;
/// Articles of its own that an overview gets.
const ARTICLES: usize = 5;
/// Pages of a plan at most.
pub const PAGES_MAX: usize = 200;
/// Keywords that a page names.
const KEYWORDS_MAX: usize = 8;
/// Share of a small cluster's subject that an overview must have in common with it.
const NEAR: f32 = 0.34;

/// A cluster with its keywords, the most searched first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    /// Which one.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Searches a month for all of it.
    pub volume: i64,
    /// Its keywords.
    pub keywords: Vec<IdeaKeyword>,
}

/// What a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Where visitors arrive.
    Home,
    /// The overview of a subject.
    Pillar,
    /// Gathers articles on small subjects.
    Category,
    /// Answers one need.
    Article,
    /// Who is behind the site.
    About,
    /// How to reach them.
    Contact,
    /// What the law asks for.
    Legal,
}

/// A page to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// What it is called.
    pub title: String,
    /// Last part of its address, unique in the plan.
    pub slug: String,
    /// What it is.
    pub kind: Kind,
    /// The page above it, by its place in the list; that one comes first.
    pub parent: Option<usize>,
    /// The cluster it serves.
    pub cluster: Option<i64>,
    /// What it does for its reader.
    pub purpose: String,
    /// Keywords it should serve.
    pub keywords: Vec<String>,
}

/// Names of the pages that every site has: home, articles that belong nowhere else, about, contact, legal.
type Names = [&'static str; 5];

fn names(language: &str) -> Names {
    match language {
        "de" => [
            "Startseite",
            "Ratgeber",
            "Über uns",
            "Kontakt",
            "Impressum und Datenschutz",
        ],
        "fr" => ["Accueil", "Guides", "À propos", "Contact", "Mentions légales"],
        "es" => ["Inicio", "Guías", "Sobre nosotros", "Contacto", "Aviso legal"],
        "it" => ["Home", "Guide", "Chi siamo", "Contatti", "Note legali"],
        "nl" => ["Home", "Gidsen", "Over ons", "Contact", "Juridische informatie"],
        "pt" => ["Início", "Guias", "Sobre nós", "Contato", "Aviso legal"],
        "pl" => ["Strona główna", "Poradniki", "O nas", "Kontakt", "Informacje prawne"],
        _ => ["Home", "Guides", "About", "Contact", "Legal notice"],
    }
}

/// What stands on a page whose facts only the site's owner knows; nothing for the others.
pub fn placeholder(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::About => Some(
            "Placeholder: who is behind the site, what they know about the subject and how they work. Only you can say.",
        ),
        Kind::Contact => Some("Placeholder: how readers reach you. Only you can say."),
        Kind::Legal => Some("Placeholder: what the law asks of your site where you are. Have it checked."),
        Kind::Home | Kind::Pillar | Kind::Category | Kind::Article => None,
    }
}

/// The plan of a site, the home page first and every page after the one above it. The order among the pages under one
/// page is that of the list.
pub fn propose(site: &str, language: &str, clusters: &[Cluster]) -> Vec<Page> {
    let [home, guides, ..] = names(language);
    let mut order: Vec<&Cluster> = clusters.iter().filter(|cluster| !cluster.keywords.is_empty()).collect();
    order.sort_by(|a, b| {
        b.volume
            .cmp(&a.volume)
            .then(b.keywords.len().cmp(&a.keywords.len()))
            .then(a.id.cmp(&b.id))
    });
    let can = |cluster: &&Cluster| cluster.keywords.len() >= PILLAR_KEYWORDS;
    let strong: Vec<&Cluster> = if order.iter().any(can) {
        order.iter().copied().filter(|c| can(c)).take(PILLARS_MAX).collect()
    } else {
        order.iter().copied().take(PILLARS_MAX).collect()
    };
    let pillars: FxHashSet<i64> = strong.iter().map(|cluster| cluster.id).collect();
    let weak: Vec<&Cluster> = order.into_iter().filter(|c| !pillars.contains(&c.id)).collect();
    let above = nearest(&strong, &weak);

    let mut plan = Plan::new();
    let subjects: Vec<String> = strong
        .iter()
        .take(5)
        .map(|c| title_case(&clean_keyword(&c.name)))
        .collect();
    plan.add(Page {
        title: home.to_owned(),
        slug: "home".to_owned(),
        kind: Kind::Home,
        parent: None,
        cluster: None,
        purpose: match subjects.as_slice() {
            [] => format!("Says what {site} is about."),
            subjects => format!(
                "Says what {site} is about and leads to its subjects: {}.",
                subjects.join(", ")
            ),
        },
        keywords: Vec::new(),
    });
    for cluster in &strong {
        let own: Vec<&Cluster> = weak
            .iter()
            .copied()
            .filter(|w| above.get(&w.id) == Some(&cluster.id))
            .collect();
        plan.pillar(cluster, &own);
    }
    let rest: Vec<&Cluster> = weak.into_iter().filter(|w| !above.contains_key(&w.id)).collect();
    if !rest.is_empty() {
        let category = plan.add(Page {
            title: guides.to_owned(),
            slug: slugify(guides),
            kind: Kind::Category,
            parent: Some(0),
            cluster: None,
            purpose: "Gathers articles on subjects that are too small for an overview of their own.".to_owned(),
            keywords: Vec::new(),
        });
        for cluster in rest {
            plan.article(category, cluster);
        }
    }
    plan.close(language)
}

/// A plan with the pages that every site has; those that are there already are not added again.
pub fn complete(pages: Vec<Page>, language: &str) -> Vec<Page> {
    let mut plan = Plan::new();
    for page in pages {
        plan.titles.insert(keyword_key(&page.title));
        plan.slugs.insert(page.slug.clone());
        plan.pages.push(page);
    }
    plan.close(language)
}

/// The overview under which each small cluster fits best, if any fits.
fn nearest(strong: &[&Cluster], weak: &[&Cluster]) -> FxHashMap<i64, i64> {
    let texts: Vec<String> = strong
        .iter()
        .chain(weak)
        .map(|cluster| {
            let mut text = cluster.name.clone();
            for keyword in cluster.keywords.iter().take(30) {
                text.push(' ');
                text.push_str(&keyword.text);
            }
            keyword_key(&text)
        })
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let subjects = Subjects::of(&texts);
    let terms = |text: usize| -> Vec<u32> {
        let mut terms: Vec<u32> = subjects.words(text).into_iter().map(|(_, term)| term).collect();
        terms.sort_unstable();
        terms.dedup();
        terms
    };
    let overviews: Vec<FxHashSet<u32>> = (0..strong.len()).map(|i| terms(i).into_iter().collect()).collect();
    let mut out = FxHashMap::default();
    for (index, cluster) in weak.iter().enumerate() {
        let own = terms(strong.len() + index);
        let all: f32 = own.iter().map(|term| subjects.weight(*term)).sum();
        let mut best = (NEAR, None);
        for (number, overview) in overviews.iter().enumerate() {
            let shared: f32 = own
                .iter()
                .filter(|term| overview.contains(term))
                .map(|term| subjects.weight(*term))
                .sum();
            // The stronger overview wins a tie: it comes first.
            if all > 0.0 && shared / all > best.0 {
                best = (shared / all, Some(number));
            }
        }
        if let Some(pillar) = best.1.and_then(|number| strong.get(number)) {
            out.insert(cluster.id, pillar.id);
        }
    }
    out
}

struct Plan {
    pages: Vec<Page>,
    slugs: FxHashSet<String>,
    titles: FxHashSet<String>,
}

impl Plan {
    fn new() -> Self {
        Self {
            pages: Vec::new(),
            slugs: FxHashSet::default(),
            titles: FxHashSet::default(),
        }
    }

    /// Adds a page with an address that no other has; gives its place.
    fn add(&mut self, mut page: Page) -> usize {
        page.slug = free(&page.slug, |slug| self.slugs.contains(slug));
        self.slugs.insert(page.slug.clone());
        self.titles.insert(keyword_key(&page.title));
        self.pages.push(page);
        self.pages.len() - 1
    }

    /// The pages that every site has need room, too.
    fn is_full(&self) -> bool {
        self.pages.len() + 3 >= PAGES_MAX
    }

    fn pillar(&mut self, cluster: &Cluster, small: &[&Cluster]) {
        if self.is_full() {
            return;
        }
        let name = clean_keyword(&cluster.name);
        let place = self.add(Page {
            title: title_case(&name),
            slug: slugify(&name),
            kind: Kind::Pillar,
            parent: Some(0),
            cluster: Some(cluster.id),
            purpose: format!(
                "The overview of {name}: answers the main questions in short and leads to the articles below."
            ),
            keywords: cluster
                .keywords
                .iter()
                .take(KEYWORDS_MAX)
                .map(|k| k.text.clone())
                .collect(),
        });
        let input = ClusterInput {
            name: cluster.name.clone(),
            keywords: cluster.keywords.clone(),
        };
        for idea in ideas::propose(&input, ARTICLES + 1) {
            // The page above is the overview already.
            if idea.content_structure == "pillar" || self.is_full() || self.titles.contains(&keyword_key(&idea.title)) {
                continue;
            }
            self.add(Page {
                slug: slugify(idea.target_keywords.first().map_or(idea.title.as_str(), String::as_str)),
                title: idea.title,
                kind: Kind::Article,
                parent: Some(place),
                cluster: Some(cluster.id),
                purpose: idea.description,
                keywords: idea.target_keywords.into_iter().take(KEYWORDS_MAX).collect(),
            });
        }
        for cluster in small {
            self.article(place, cluster);
        }
    }

    /// One article for a small cluster.
    fn article(&mut self, parent: usize, cluster: &Cluster) {
        let input = ClusterInput {
            name: cluster.name.clone(),
            keywords: cluster.keywords.clone(),
        };
        let Some(idea) = ideas::propose(&input, 1).into_iter().next().filter(|_| !self.is_full()) else {
            return;
        };
        let taken = self.titles.contains(&keyword_key(&idea.title));
        let title = if taken {
            title_case(&clean_keyword(&cluster.name))
        } else {
            idea.title
        };
        self.add(Page {
            title,
            slug: slugify(&cluster.name),
            kind: Kind::Article,
            parent: Some(parent),
            cluster: Some(cluster.id),
            purpose: idea.description,
            keywords: cluster
                .keywords
                .iter()
                .take(KEYWORDS_MAX)
                .map(|k| k.text.clone())
                .collect(),
        });
    }

    fn close(mut self, language: &str) -> Vec<Page> {
        let [.., about, contact, legal] = names(language);
        for (kind, title) in [(Kind::About, about), (Kind::Contact, contact), (Kind::Legal, legal)] {
            if self.pages.iter().any(|page| page.kind == kind) {
                continue;
            }
            self.add(Page {
                title: title.to_owned(),
                slug: slugify(title),
                kind,
                parent: Some(0),
                cluster: None,
                purpose: placeholder(kind).unwrap_or_default().to_owned(),
                keywords: Vec::new(),
            });
        }
        self.pages
    }
}

/// The address itself, or with the first number that makes it free.
pub fn free(slug: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut out = slug.to_owned();
    let mut number = 2;
    while is_taken(&out) {
        out = format!("{slug}-{number}");
        number += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::Intent;

    fn cluster(id: i64, name: &str, volume: i64, keywords: &[&str]) -> Cluster {
        Cluster {
            id,
            name: name.to_owned(),
            volume,
            keywords: keywords
                .iter()
                .map(|text| IdeaKeyword {
                    text: (*text).to_owned(),
                    volume: Some(10),
                    intent: Intent::Informational,
                })
                .collect(),
        }
    }

    fn clusters() -> Vec<Cluster> {
        vec![
            cluster(
                1,
                "moka pot",
                900,
                &["moka pot", "how to use a moka pot", "best moka pot", "clean moka pot"],
            ),
            cluster(
                2,
                "french press",
                500,
                &["french press", "french press ratio", "french press vs moka pot"],
            ),
            cluster(3, "moka pot gasket", 20, &["moka pot gasket"]),
            cluster(4, "garden hose", 10, &["garden hose"]),
            cluster(5, "empty", 9_999, &[]),
        ]
    }

    #[test]
    fn strong_clusters_get_an_overview_with_articles_and_small_ones_find_their_place() {
        let plan = propose("Beans", "en", &clusters());
        assert_eq!((plan[0].kind, plan[0].parent), (Kind::Home, None));
        let pillars: Vec<Option<i64>> = plan
            .iter()
            .filter(|p| p.kind == Kind::Pillar)
            .map(|p| p.cluster)
            .collect();
        assert_eq!(pillars, [Some(1), Some(2)]);
        let above = |id: i64| {
            let page = plan
                .iter()
                .find(|page| page.cluster == Some(id) && page.kind == Kind::Article)
                .unwrap();
            &plan[page.parent.unwrap()]
        };
        assert_eq!(above(3).cluster, Some(1));
        assert_eq!((above(4).kind, above(4).cluster), (Kind::Category, None));
        assert!(
            plan.iter()
                .filter(|p| p.kind == Kind::Article && p.cluster == Some(1))
                .count()
                >= 2
        );
        assert!(plan.iter().all(|page| page.cluster != Some(5)));
        let last: Vec<Kind> = plan.iter().rev().take(3).map(|page| page.kind).collect();
        assert_eq!(last, [Kind::Legal, Kind::Contact, Kind::About]);
        for page in &plan {
            assert!(!page.title.is_empty() && !page.purpose.is_empty(), "{page:?}");
            if let Some(text) = placeholder(page.kind) {
                assert!(page.purpose == text && page.keywords.is_empty());
            }
        }
    }

    fn assert_sound(plan: &[Page]) {
        let mut slugs = FxHashSet::default();
        for (place, page) in plan.iter().enumerate() {
            assert!(slugs.insert(&page.slug), "{} twice", page.slug);
            assert_eq!(page.parent.is_none(), place == 0);
            assert!(page.parent.is_none_or(|parent| parent < place), "{page:?}");
        }
    }

    #[test]
    fn a_plan_is_a_tree_with_addresses_of_its_own_whatever_the_clusters() {
        assert_sound(&propose("Beans", "en", &clusters()));
        assert_eq!(propose("Beans", "de", &[]).len(), 4);
        // Names that collide with one another and with the pages that every site has.
        let same: Vec<Cluster> = (0..40)
            .map(|i| cluster(i, "About", 5, &["about", "about us", "home"]))
            .collect();
        assert_sound(&propose("Beans", "en", &same));
        let many: Vec<Cluster> = (0..400)
            .map(|i| cluster(i, &format!("thing {i}"), i, &["thing"]))
            .collect();
        let plan = propose("Beans", "en", &many);
        assert_sound(&plan);
        assert_eq!(plan.len(), PAGES_MAX);
    }

    #[test]
    fn the_order_of_the_clusters_does_not_matter() {
        let first = propose("Beans", "en", &clusters());
        let mut turned = clusters();
        turned.reverse();
        assert_eq!(first, propose("Beans", "en", &turned));
        assert_eq!(complete(first.clone(), "en"), first);
    }
}
