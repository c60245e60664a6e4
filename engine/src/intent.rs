//! What the searcher wants: reading it from a file, and guessing it from the words.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// Search intent of a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// Wants to know something.
    Informational,
    /// Wants a certain site.
    Navigational,
    /// Wants to do or buy it now.
    Transactional,
    /// Compares before buying.
    Commercial,
}

impl Intent {
    /// The name used in storage and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Intent::Informational => "informational",
            Intent::Navigational => "navigational",
            Intent::Transactional => "transactional",
            Intent::Commercial => "commercial",
        }
    }

    /// Reads an intent as the usual tools write it: a word in any case and several languages, a letter
    /// (`I`, `N`, `C`, `T`), a Semrush code (0 = C, 1 = I, 2 = N, 3 = T) or a list of those, of which the
    /// first that is understood counts.
    pub fn parse(text: &str) -> Option<Intent> {
        text.split([',', ';', '|', '/', '&', '+', '\n'])
            .map(|part| part.trim_matches(|c: char| !c.is_alphanumeric()))
            .find_map(parse_one)
    }
}

fn parse_one(word: &str) -> Option<Intent> {
    if word.is_empty() || word.chars().count() > 24 {
        return None;
    }
    let lower = word.to_lowercase();
    // A word, because translations differ only in their endings: informativ, informationnelle, informacional.
    const STEMS: [(&str, Intent); 26] = [
        ("inform", Intent::Informational),
        ("navig", Intent::Navigational),
        ("nawig", Intent::Navigational),
        ("trans", Intent::Transactional),
        ("tranz", Intent::Transactional),
        ("commer", Intent::Commercial),
        ("comer", Intent::Commercial),
        ("kom", Intent::Commercial),
        ("информ", Intent::Informational),
        ("інформ", Intent::Informational),
        ("навиг", Intent::Navigational),
        ("навіг", Intent::Navigational),
        ("транз", Intent::Transactional),
        ("коммер", Intent::Commercial),
        ("комер", Intent::Commercial),
        ("情報", Intent::Informational),
        ("信息", Intent::Informational),
        ("정보", Intent::Informational),
        ("ナビ", Intent::Navigational),
        ("案内", Intent::Navigational),
        ("导航", Intent::Navigational),
        ("購入", Intent::Transactional),
        ("取引", Intent::Transactional),
        ("交易", Intent::Transactional),
        ("比較", Intent::Commercial),
        ("商业", Intent::Commercial),
    ];
    match lower.as_str() {
        "i" | "1" | "info" | "know" => Some(Intent::Informational),
        "n" | "2" | "nav" | "website" | "visit" => Some(Intent::Navigational),
        "t" | "3" | "do" | "buy" => Some(Intent::Transactional),
        "c" | "0" | "investigation" => Some(Intent::Commercial),
        _ => STEMS
            .iter()
            .find(|(stem, _)| lower.starts_with(stem))
            .map(|&(_, intent)| intent),
    }
}

const QUESTION: u8 = 1;
const NAVIGATE: u8 = 2;
const BUY: u8 = 4;
const COMPARE: u8 = 8;
const LEARN: u8 = 16;

/// Modifiers of one or two words. One table for all languages: a list often mixes them, and hardly any
/// modifier means something else next door.
#[rustfmt::skip]
const MODIFIERS: &[(u8, &[&str])] = &[
    (
        // Only counted at the beginning.
        QUESTION,
        &[
            "how", "what", "what's", "whats", "why", "when", "who", "where", "which", "can", "does", "do", "is",
            "are", "should", "will", "wie", "was", "warum", "wieso", "weshalb", "wann", "wer", "wo", "welche",
            "welcher", "welches", "kann", "darf", "ist", "sind", "comment", "pourquoi", "quand", "qui", "combien",
            "où", "quel", "quelle", "quels", "quelles", "est-ce", "qu'est-ce", "que", "qué", "cómo", "como",
            "cuándo", "cuando", "cuánto", "cuanto", "dónde", "donde", "quién", "quien", "cuál", "cual", "cuáles",
            "por", "come", "cosa", "perché", "perche", "quando", "quanto", "quanti", "dove", "chi", "quale",
            "quali", "che", "hoe", "wat", "waarom", "wanneer", "wie", "waar", "hoeveel", "welke", "kan", "onde",
            "quem", "qual", "quais", "jak", "co", "dlaczego", "kiedy", "kto", "gdzie", "ile", "czy", "jaki",
            "jaka", "jakie", "który",
        ],
    ),
    (
        NAVIGATE,
        &[
            "login", "log in", "signin", "sign in", "website", "official site", "homepage", "www", "customer service",
            "phone number", "opening hours", "anmelden", "anmeldung", "einloggen", "öffnungszeiten", "kundenservice",
            "connexion", "se connecter", "espace client", "site officiel", "horaires", "iniciar sesión",
            "iniciar sesion", "sitio oficial", "página oficial", "horario", "accedi", "accesso", "area clienti",
            "sito ufficiale", "orari", "inloggen", "openingstijden", "klantenservice", "entrar", "acessar",
            "site oficial", "área cliente", "logowanie", "zaloguj", "strona oficjalna", "godziny otwarcia",
        ],
    ),
    (
        BUY,
        &[
            "buy", "order", "purchase", "price", "prices", "pricing", "cheap", "cheapest", "discount", "coupon",
            "coupons", "promo", "deal", "deals", "sale", "for sale", "shop", "store", "near me", "nearby", "delivery",
            "hire", "rent", "rental", "book", "booking", "quote", "quotes", "subscribe", "download", "free trial",
            "kaufen", "bestellen", "preis", "preise", "günstig", "guenstig", "billig", "rabatt", "gutschein",
            "angebot", "angebote", "mieten", "buchen", "lieferung", "onlineshop", "acheter", "commander",
            "prix", "pas cher", "promotion", "soldes", "bon plan", "livraison", "louer", "location", "réserver",
            "tarif", "tarifs", "devis", "comprar", "precio", "precios", "barato", "barata", "baratos", "baratas",
            "oferta", "ofertas", "descuento", "cupón", "tienda", "alquiler", "alquilar", "reservar", "cerca de",
            "comprare", "acquistare", "prezzo", "prezzi", "economico", "sconto", "sconti", "offerta", "offerte",
            "negozio", "noleggio", "noleggiare", "prenotare", "preventivo", "vicino a", "kopen", "prijs", "prijzen",
            "goedkoop", "goedkope", "korting", "kortingscode", "aanbieding", "aanbiedingen", "winkel", "huren",
            "boeken", "offerte", "preço", "preco", "preços", "promoção", "desconto", "cupom", "loja", "alugar",
            "aluguel", "perto de", "kup", "kupić", "kupno", "sklep", "cena", "ceny", "tani", "tanie", "tania",
            "promocja", "rabat", "zamów", "wynajem", "rezerwacja", "cennik",
        ],
    ),
    (
        COMPARE,
        &[
            "best", "top", "review", "reviews", "vs", "versus", "compare", "comparison", "compared", "alternative",
            "alternatives", "rated", "ranking", "rankings", "better than", "worth it", "pros and", "beste", "besten",
            "bester", "bestes", "test", "testsieger", "vergleich", "vergleichen", "erfahrung", "erfahrungen",
            "bewertung", "bewertungen", "alternativen", "empfehlung", "empfehlungen", "meilleur", "meilleure",
            "meilleurs", "meilleures", "avis", "comparatif", "comparaison", "comparateur", "classement", "mejor",
            "mejores", "opiniones", "opinión", "comparativa", "comparar", "comparación", "alternativas", "migliore",
            "migliori", "recensione", "recensioni", "opinioni", "confronto", "confrontare", "alternativa",
            "alternative a", "classifica", "ervaring", "ervaringen", "vergelijken", "vergelijking", "alternatief",
            "alternatieven", "melhor", "melhores", "avaliação", "avaliações", "opiniões", "comparativo",
            "comparação", "vale a", "najlepszy", "najlepsza", "najlepsze", "opinie", "opinia", "porównanie",
            "recenzja", "recenzje", "alternatywa",
        ],
    ),
    (
        LEARN,
        &[
            "how to", "guide", "tutorial", "ideas", "tips", "meaning", "definition", "examples", "example", "recipe",
            "recipes", "benefits", "symptoms", "causes", "history", "diy", "checklist", "template", "course", "learn",
            "instructions", "explained", "anleitung", "ratgeber", "tipps", "ideen", "bedeutung", "beispiel",
            "beispiele", "rezept", "rezepte", "selber machen", "ursachen", "symptome", "unterschied", "idées",
            "idée", "conseils", "signification", "définition", "exemple", "exemples", "recette", "recettes",
            "tuto", "différence", "guía", "ideas para", "consejos", "significado", "definición", "ejemplo",
            "ejemplos", "receta", "recetas", "diferencia", "guida", "idee", "consigli", "significato", "definizione",
            "esempio", "esempi", "ricetta", "ricette", "differenza", "ideeën", "betekenis", "voorbeeld",
            "voorbeelden", "recept", "recepten", "verschil", "zelf maken", "guia", "ideias", "dicas", "exemplo",
            "exemplos", "receita", "receitas", "diferença", "poradnik", "porady", "pomysły", "znaczenie",
            "przykład", "przykłady", "przepis", "przepisy", "różnica", "objawy", "przyczyny",
        ],
    ),
];

fn table() -> &'static FxHashMap<&'static str, u8> {
    static TABLE: OnceLock<FxHashMap<&'static str, u8>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut map: FxHashMap<&'static str, u8> = FxHashMap::default();
        for &(flag, words) in MODIFIERS {
            for &word in words {
                *map.entry(word).or_default() |= flag;
            }
        }
        map
    })
}

/// Guesses the intent from the words alone (English, German, French, Spanish, Italian, Dutch, Portuguese,
/// Polish). A keyword without any modifier is taken as informational.
pub fn guess(keyword: &str) -> Intent {
    guess_key(&crate::text::keyword_key(keyword))
}

/// [`guess`] for a text that is a keyword key already.
pub(crate) fn guess_key(key: &str) -> Intent {
    let table = table();
    let mut found = 0u8;
    let mut question = false;
    let mut previous: Option<usize> = None;
    let mut at = 0;
    for part in key.split(' ') {
        let start = at;
        at += part.len() + 1;
        let word = part.trim_matches(|c: char| matches!(c, '?' | '!' | '"' | '(' | ')' | ',' | '.' | ':' | '¿'));
        if let Some(&flags) = table.get(word) {
            if start == 0 && flags & QUESTION != 0 {
                question = true;
            }
            found |= flags & !QUESTION;
        }
        if let Some(from) = previous {
            let pair = key[from..start + part.len()].trim_end_matches(['?', '!', '.']);
            found |= table.get(pair).copied().unwrap_or(0) & !QUESTION;
        }
        if is_domain(word) {
            found |= NAVIGATE;
        }
        previous = Some(start);
    }
    if question && found & LEARN == 0 {
        // "Where to buy" wants to buy and "what is the best" compares; any other question wants an answer,
        // even when it names a price.
        let place = [
            "where ", "wo ", "où ", "donde ", "dónde ", "dove ", "waar ", "onde ", "gdzie ",
        ];
        if found & BUY != 0 && place.iter().any(|p| key.starts_with(p)) {
            return Intent::Transactional;
        }
        return if found & COMPARE != 0 {
            Intent::Commercial
        } else {
            Intent::Informational
        };
    }
    if found & NAVIGATE != 0 {
        Intent::Navigational
    } else if key.starts_with("how to ") {
        Intent::Informational
    } else if found & BUY != 0 {
        Intent::Transactional
    } else if found & COMPARE != 0 {
        Intent::Commercial
    } else {
        Intent::Informational
    }
}

fn is_domain(word: &str) -> bool {
    word.rsplit_once('.').is_some_and(|(name, end)| {
        !name.is_empty()
            && name.bytes().any(|b| b.is_ascii_alphabetic())
            && matches!(
                end,
                "com"
                    | "org"
                    | "net"
                    | "de"
                    | "fr"
                    | "es"
                    | "it"
                    | "nl"
                    | "pl"
                    | "uk"
                    | "io"
                    | "eu"
                    | "ch"
                    | "at"
                    | "be"
                    | "br"
                    | "pt"
            )
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn reads_what_the_tools_write() {
        for (text, want) in [
            ("Informational", Intent::Informational),
            ("COMMERCIAL", Intent::Commercial),
            ("n", Intent::Navigational),
            ("T", Intent::Transactional),
            ("0", Intent::Commercial),
            ("1,0", Intent::Informational),
            ("2", Intent::Navigational),
            ("3", Intent::Transactional),
            ("Commercial, Transactional", Intent::Commercial),
            ("Branded, Informational", Intent::Informational),
            ("Non-branded,Navigational", Intent::Navigational),
            ("I | C", Intent::Informational),
            ("transaktional", Intent::Transactional),
            ("kommerziell", Intent::Commercial),
            ("informationnelle", Intent::Informational),
        ] {
            assert_eq!(Intent::parse(text), Some(want), "{text}");
        }
        assert_eq!(Intent::parse(""), None);
        assert_eq!(Intent::parse("Non-branded"), None);
        assert_eq!(Intent::parse("17"), None);
    }

    #[test]
    fn name_and_serde_agree() {
        for intent in [
            Intent::Informational,
            Intent::Navigational,
            Intent::Transactional,
            Intent::Commercial,
        ] {
            assert_eq!(
                serde_json::to_string(&intent).unwrap(),
                format!("\"{}\"", intent.as_str())
            );
            assert_eq!(Intent::parse(intent.as_str()), Some(intent));
        }
    }

    #[test]
    fn guesses_from_modifiers_in_eight_languages() {
        use Intent::*;
        for (keyword, want) in [
            ("how to descale a coffee machine", Informational),
            ("how to buy a house", Informational),
            ("What is the best espresso machine?", Commercial),
            ("where to buy green coffee", Transactional),
            ("coffee shop near me", Transactional),
            ("espresso machine vs moka pot", Commercial),
            ("starbucks login", Navigational),
            ("nespresso.com", Navigational),
            ("kaffeemaschine kaufen", Transactional),
            ("wie oft kaffeemaschine entkalken", Informational),
            ("kaffeevollautomat testsieger", Commercial),
            ("machine à café pas cher", Transactional),
            ("meilleure machine à café", Commercial),
            ("comment détartrer une machine à café", Informational),
            ("cafetera barata", Transactional),
            ("mejor cafetera", Commercial),
            ("cómo limpiar una cafetera", Informational),
            ("macchina caffè offerte", Transactional),
            ("migliori macchine caffè", Commercial),
            ("koffiemachine kopen", Transactional),
            ("koffiemachine vergelijken", Commercial),
            ("hoe koffiemachine ontkalken", Informational),
            ("cafeteira preço", Transactional),
            ("melhor cafeteira", Commercial),
            ("ekspres do kawy cena", Transactional),
            ("ekspres do kawy opinie", Commercial),
            ("jak odkamienić ekspres", Informational),
            ("moka pot", Informational),
        ] {
            assert_eq!(guess(keyword), want, "{keyword}");
        }
    }
}
