//! Kinds of content, and titles for them in eight languages.

use super::IdeaKeyword;
use crate::Intent;
use crate::language::Language;
use crate::text::{clean_keyword, keyword_key, title_case};

/// What a keyword asks for, which decides the form of the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    HowTo,
    Best,
    Versus,
    Review,
    Price,
    Local,
    Buy,
    Question,
    Guide,
    Faq,
    Pillar,
}

impl Kind {
    pub(crate) fn structure(self) -> &'static str {
        match self {
            Kind::HowTo => "how_to",
            Kind::Best => "listicle",
            Kind::Versus => "comparison",
            Kind::Review => "review",
            Kind::Price | Kind::Local | Kind::Buy => "landing_page",
            Kind::Question | Kind::Guide => "guide",
            Kind::Faq => "faq",
            Kind::Pillar => "pillar",
        }
    }

    pub(super) fn content_type(self) -> &'static str {
        match self {
            Kind::Local | Kind::Price | Kind::Pillar => "page",
            Kind::Buy => "product",
            _ => "blog_post",
        }
    }

    /// Usual length in words for one keyword.
    pub(super) fn words(self) -> u32 {
        match self {
            Kind::Pillar => 2400,
            Kind::Best => 1600,
            Kind::Guide => 1400,
            Kind::Versus => 1300,
            Kind::HowTo | Kind::Review => 1200,
            Kind::Faq | Kind::Question => 900,
            Kind::Price => 800,
            Kind::Local | Kind::Buy => 600,
        }
    }

    pub(super) fn description(self, subject: &str, keywords: &[&IdeaKeyword]) -> String {
        let what = match self {
            Kind::HowTo => {
                "Take the reader through the steps in order, with what is needed beforehand and the mistakes to avoid."
            }
            Kind::Best => "Help the reader choose: name the criteria first, then the options with whom each one suits.",
            Kind::Versus => "Set the options side by side on the points that matter and say which one suits whom.",
            Kind::Review => {
                "Give a fair judgement from first-hand use: strengths, weaknesses, and who should look elsewhere."
            }
            Kind::Price => "Say what it costs, what the price depends on, and what is included.",
            Kind::Local => {
                "Show where the service is offered, how to get there or book, and what customers can expect."
            }
            Kind::Buy => "Give the buyer what is needed to decide and order: options, terms, delivery and proof.",
            Kind::Question => "Answer the question in the first paragraph, then explain the background.",
            Kind::Guide => "Explain the subject from the beginning so that the reader can act on it.",
            Kind::Faq => "Collect the questions readers really search for and answer each one briefly.",
            Kind::Pillar => {
                "Give an overview of the whole subject and a section for each question, so that detailed articles can be linked from it."
            }
        };
        let also: Vec<&str> = keywords
            .iter()
            .map(|k| k.text.as_str())
            .filter(|t| keyword_key(t) != keyword_key(subject))
            .take(3)
            .collect();
        match also.as_slice() {
            [] => format!("{what} Subject: {subject}."),
            also => format!("{what} Subject: {subject}. It should also answer: {}.", also.join(", ")),
        }
    }
}

/// Words that open a question.
#[rustfmt::skip]
const QUESTION_WORDS: &[&str] = &[
    "how", "what", "why", "when", "who", "where", "which", "can", "does", "do", "is", "are", "should", "will",
    "wie", "was", "warum", "wieso", "wann", "wer", "wo", "welche", "welcher", "welches", "kann", "ist",
    "sind", "darf", "comment", "pourquoi", "quand", "qui", "combien", "quel", "quelle", "quels", "quelles",
    "est-ce", "qu'est-ce", "qué", "que", "cómo", "como", "cuándo", "cuánto", "cuanto", "dónde", "donde", "cuál", "cual",
    "quién", "come", "cosa", "cos'è", "perché", "perche", "quando", "quanto", "quanti", "dove", "chi", "quale",
    "quali", "hoe", "wat", "waarom", "wanneer", "waar", "hoeveel", "welk", "onde", "quem", "qual", "quais",
    "jak", "co", "dlaczego", "kiedy", "kto", "gdzie", "ile", "czy", "jaki", "jaka", "jakie",
];

/// Whether a keyword is put as a question.
pub(crate) fn is_question(keyword: &str) -> bool {
    let key = keyword_key(keyword);
    let first = key.split(' ').next().unwrap_or("");
    key.ends_with('?') || (key.contains(' ') && QUESTION_WORDS.contains(&first))
}

/// What a keyword asks for.
pub(crate) fn kind_of(keyword: &str, intent: Intent) -> Kind {
    let key = keyword_key(keyword);
    let padded = format!(" {key} ");
    let has = |list: &[&str]| list.iter().any(|w| padded.contains(&format!(" {w} ")));
    let starts = |list: &[&str]| list.iter().any(|w| padded[1..].starts_with(&format!("{w} ")));
    if has(&[
        "vs",
        "vs.",
        "versus",
        "or better",
        "vergleich",
        "comparatif",
        "comparativa",
        "confronto",
        "vergelijken",
        "comparativo",
        "porównanie",
        "difference between",
        "unterschied",
        "compared",
        "comparison",
        "alternative",
        "alternatives",
    ]) {
        return Kind::Versus;
    }
    if has(&[
        "best",
        "top",
        "beste",
        "bester",
        "besten",
        "testsieger",
        "meilleur",
        "meilleure",
        "meilleurs",
        "meilleures",
        "mejor",
        "mejores",
        "migliore",
        "migliori",
        "melhor",
        "melhores",
        "najlepszy",
        "najlepsza",
        "najlepsze",
    ]) {
        return Kind::Best;
    }
    if has(&[
        "near me",
        "nearby",
        "in der nähe",
        "près de moi",
        "cerca de mi",
        "cerca de mí",
        "vicino a me",
        "in de buurt",
        "perto de mim",
        "w pobliżu",
    ]) {
        return Kind::Local;
    }
    if has(&[
        "price",
        "prices",
        "cost",
        "costs",
        "how much",
        "pricing",
        "preis",
        "preise",
        "kosten",
        "kostet",
        "prix",
        "tarif",
        "tarifs",
        "combien coûte",
        "precio",
        "precios",
        "cuánto cuesta",
        "cuanto cuesta",
        "prezzo",
        "prezzi",
        "quanto costa",
        "prijs",
        "prijzen",
        "preço",
        "preços",
        "quanto custa",
        "cena",
        "ceny",
        "ile kosztuje",
        "cennik",
    ]) {
        return Kind::Price;
    }
    if starts(&[
        "how to", "how do", "how do i", "how can", "wie", "comment", "cómo", "como", "come", "hoe", "jak",
    ]) || has(&["tutorial", "step by step", "diy", "anleitung", "tuto"])
    {
        return Kind::HowTo;
    }
    if has(&[
        "review",
        "reviews",
        "rating",
        "ratings",
        "erfahrungen",
        "erfahrung",
        "test",
        "bewertung",
        "avis",
        "opiniones",
        "recensioni",
        "recensione",
        "opinioni",
        "ervaringen",
        "avaliação",
        "avaliações",
        "opinie",
        "worth it",
    ]) {
        return Kind::Review;
    }
    if is_question(&key) {
        return Kind::Question;
    }
    match intent {
        Intent::Transactional => Kind::Buy,
        Intent::Commercial => Kind::Best,
        Intent::Informational | Intent::Navigational => Kind::Guide,
    }
}

/// What follows the keyword in a title: how-to, best, versus, review, price, local, buy, guide, FAQ, pillar.
#[rustfmt::skip]
fn tails(language: Language) -> [&'static str; 10] {
    match language {
        Language::En => ["Step by Step", "What to Look For and How to Choose", "Which One Suits You?",
        "What to Know Before You Decide", "What It Depends On", "What to Expect and How to Choose",
        "Options, Terms and How to Order", "A Practical Guide", "Common Questions Answered", "The Complete Guide"],
        Language::De => ["Schritt für Schritt", "worauf es bei der Auswahl ankommt", "was passt zu wem?",
        "was man vor der Entscheidung wissen sollte", "wovon der Preis abhängt",
        "was Sie erwartet und wie Sie auswählen", "Auswahl, Bedingungen und Bestellung", "der praktische Ratgeber",
        "häufige Fragen und Antworten", "der große Überblick"],
        Language::Fr => ["étape par étape", "comment bien choisir", "lequel vous convient ?",
        "ce qu’il faut savoir avant de décider", "de quoi dépend le prix", "à quoi s’attendre et comment choisir",
        "options, conditions et commande", "le guide pratique", "les réponses aux questions fréquentes",
        "le guide complet"],
        Language::Es => ["paso a paso", "en qué fijarse y cómo elegir", "¿cuál te conviene?",
        "lo que hay que saber antes de decidir", "de qué depende el precio", "qué esperar y cómo elegir",
        "opciones, condiciones y cómo pedirlo", "guía práctica", "preguntas frecuentes", "la guía completa"],
        Language::It => ["passo dopo passo", "cosa guardare e come scegliere", "quale fa per te?",
        "cosa sapere prima di decidere", "da cosa dipende il prezzo", "cosa aspettarsi e come scegliere",
        "opzioni, condizioni e come ordinare", "la guida pratica", "domande frequenti", "la guida completa"],
        Language::Nl => ["stap voor stap", "waar je op let en hoe je kiest", "welke past bij jou?",
        "wat je vooraf moet weten", "waar de prijs van afhangt", "wat je kunt verwachten en hoe je kiest",
        "keuze, voorwaarden en bestellen", "de praktische gids", "veelgestelde vragen", "de complete gids"],
        Language::Pt => ["passo a passo", "o que observar e como escolher", "qual é o ideal para você?",
        "o que saber antes de decidir", "do que depende o preço", "o que esperar e como escolher",
        "opções, condições e como pedir", "guia prático", "perguntas frequentes", "o guia completo"],
        Language::Pl => ["krok po kroku", "na co zwrócić uwagę i jak wybrać", "co wybrać?",
        "co warto wiedzieć przed decyzją", "od czego zależy cena", "czego się spodziewać i jak wybrać",
        "wybór, warunki i zamówienie", "praktyczny poradnik", "najczęstsze pytania", "kompletny przewodnik"],
    }
}

/// A natural title; only the subject itself when the language is not known.
pub(super) fn title(kind: Kind, subject: &str, language: Option<Language>) -> String {
    let subject = clean_keyword(subject);
    let bare = subject.trim_end_matches(['?', '.', '!', ':', ' ']);
    if bare.is_empty() {
        return "Untitled idea".to_owned();
    }
    // Words of Latin letters with no function word among them are read as English, the language of the product.
    let latin = bare.chars().any(|c| c.is_ascii_alphabetic());
    let Some(language) = language.or(latin.then_some(Language::En)) else {
        return bare.to_owned();
    };
    if !latin {
        return bare.to_owned();
    }
    let head = if language == Language::En {
        title_case(bare)
    } else {
        sentence_case(bare)
    };
    let list = tails(language);
    let tail = match kind {
        Kind::Question => {
            return if language == Language::Es {
                format!("¿{}?", head.trim_start_matches('¿'))
            } else if language == Language::Fr {
                format!("{head} ?")
            } else {
                format!("{head}?")
            };
        }
        Kind::HowTo => list[0],
        Kind::Best => list[1],
        Kind::Versus => list[2],
        Kind::Review => list[3],
        Kind::Price => list[4],
        Kind::Local => list[5],
        Kind::Buy => list[6],
        Kind::Guide => list[7],
        Kind::Faq => list[8],
        Kind::Pillar => list[9],
    };
    format!("{head}{}{tail}", if language == Language::Fr { " : " } else { ": " })
}

/// The first letter large, the rest as typed.
pub(crate) fn sentence_case(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}
