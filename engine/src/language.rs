//! Which language a handful of short texts is in, and the function words of each.

use rustc_hash::FxHashMap;

/// A language the engine has words for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Language {
    /// English.
    En,
    /// German.
    De,
    /// French.
    Fr,
    /// Spanish.
    Es,
    /// Italian.
    It,
    /// Dutch.
    Nl,
    /// Portuguese.
    Pt,
    /// Polish.
    Pl,
}

impl Language {
    /// Every language, in the order in which ties are decided.
    pub(crate) const ALL: [Language; 8] = [
        Language::En,
        Language::De,
        Language::Fr,
        Language::Es,
        Language::It,
        Language::Nl,
        Language::Pt,
        Language::Pl,
    ];

    /// Function words: they carry grammar, not meaning, and also give the language away.
    #[rustfmt::skip]
    pub(crate) fn function_words(self) -> &'static [&'static str] {
        match self {
            Language::En => &[
                "a", "an", "the", "of", "for", "to", "in", "on", "at", "by", "with", "from", "and", "or", "is",
                "are", "be", "do", "does", "did", "can", "how", "what", "which", "who", "when", "where", "why",
                "you", "your", "my", "i", "it", "its", "that", "this", "as", "if", "near", "me", "vs", "should",
                "will", "has", "have", "not", "about", "into", "than", "best", "buy",
            ],
            Language::De => &[
                "der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer", "und", "oder",
                "für", "fuer", "mit", "ohne", "im", "am", "auf", "von", "vom", "zu", "zum", "zur", "bei", "aus",
                "nach", "ist", "sind", "wie", "was", "welche", "welcher", "welches", "wer", "wann", "wo", "warum",
                "wieviel", "viel", "kann", "man", "ich", "mir", "mein", "nicht", "über", "unter", "gegen", "beste",
                "besten", "bester", "kaufen", "günstig", "erfahrungen", "kosten",
            ],
            Language::Fr => &[
                "le", "la", "les", "l", "un", "une", "des", "du", "de", "d", "et", "ou", "où", "pour", "avec",
                "sans", "dans", "sur", "sous", "en", "au", "aux", "par", "chez", "est", "sont", "que", "qu", "qui",
                "quel", "quelle", "quels", "quelles", "comment", "pourquoi", "quand", "combien", "ce", "cette",
                "mon", "ma", "mes", "son", "sa", "pas", "meilleur", "meilleure", "acheter", "prix", "avis",
            ],
            Language::Es => &[
                "el", "la", "los", "las", "un", "una", "unos", "unas", "de", "del", "y", "o", "para", "con", "sin",
                "en", "sobre", "por", "al", "a", "es", "son", "que", "qué", "quién", "cual", "cuál", "cuales",
                "cuáles", "como", "cómo", "cuando", "cuándo", "donde", "dónde", "cuanto", "cuánto", "cuesta",
                "mi", "tu", "su", "se", "no", "mejor", "mejores", "comprar", "precio",
            ],
            Language::It => &[
                "il", "lo", "la", "i", "gli", "le", "un", "uno", "una", "di", "del", "della", "dei", "delle", "e",
                "o", "per", "con", "senza", "in", "nel", "nella", "su", "sul", "da", "dal", "al", "alla", "a", "è",
                "sono", "che", "chi", "come", "cosa", "quale", "quali", "quando", "dove", "perché", "perche",
                "quanto", "quanti", "costa", "mio", "si", "non", "migliore", "migliori", "comprare", "prezzo",
            ],
            Language::Nl => &[
                "de", "het", "een", "en", "of", "voor", "met", "zonder", "in", "op", "aan", "bij", "van", "naar",
                "uit", "te", "om", "is", "zijn", "hoe", "wat", "welke", "welk", "wie", "wanneer", "waar",
                "waarom", "hoeveel", "kan", "je", "jouw", "mijn", "ik", "dat", "dit", "niet", "over", "onder",
                "tegen", "beste", "kopen", "goedkope", "kosten",
            ],
            Language::Pt => &[
                "o", "a", "os", "as", "um", "uma", "de", "do", "da", "dos", "das", "e", "ou", "para", "com", "sem",
                "em", "no", "na", "nos", "nas", "por", "pelo", "pela", "ao", "é", "são", "que", "quem", "qual",
                "quais", "como", "quando", "onde", "quanto", "custa", "meu", "minha", "se", "não", "melhor",
                "melhores", "comprar", "preço",
            ],
            Language::Pl => &[
                "i", "w", "we", "z", "ze", "na", "do", "dla", "od", "po", "przy", "bez", "o", "u", "za", "pod",
                "nad", "czy", "jak", "co", "jest", "są", "się", "to", "ten", "ta", "jaki", "jaka", "jakie",
                "który", "która", "które", "kto", "kiedy", "gdzie", "dlaczego", "ile", "nie", "lub", "oraz",
                "najlepszy", "najlepsza", "najlepsze", "kupić", "cena", "kosztuje",
            ],
        }
    }

    /// Letters that hardly occur outside this language (and its near relatives).
    pub(crate) fn letters(self) -> &'static str {
        match self {
            Language::En => "",
            Language::De => "äöüß",
            Language::Fr => "àâçèêëîïôœùû",
            Language::Es => "ñáíóú¿",
            Language::It => "àèìòù",
            Language::Nl => "ë",
            Language::Pt => "ãõçâêó",
            Language::Pl => "ąćęłńśźżó",
        }
    }
}

/// Guesses the language of a batch of short texts (lower-cased or not) from function words and letters.
///
/// `None` when nothing speaks for any of them: a list of product names has no language.
pub(crate) fn guess<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<Language> {
    let mut table: FxHashMap<&'static str, u16> = FxHashMap::default();
    for (i, language) in Language::ALL.iter().enumerate() {
        for word in language.function_words() {
            *table.entry(word).or_default() |= 1 << i;
        }
    }
    // In 840ths, which every count of languages up to eight divides: the sum must not depend on the order.
    let mut score = [0u64; 8];
    for text in texts {
        let lower = text.to_lowercase();
        for word in lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
            if let Some(&mask) = table.get(word) {
                // A word shared by four languages says a quarter for each; a lone letter says little.
                let weight = if word.chars().count() == 1 { 210 } else { 840 } / u64::from(mask.count_ones());
                for (i, s) in score.iter_mut().enumerate() {
                    if mask & (1 << i) != 0 {
                        *s += weight;
                    }
                }
            }
        }
        if !lower.is_ascii() {
            for (i, language) in Language::ALL.iter().enumerate() {
                if lower.chars().any(|c| !c.is_ascii() && language.letters().contains(c)) {
                    score[i] += 336;
                }
            }
        }
    }
    let mut best = None;
    let mut high = 168;
    for (i, &s) in score.iter().enumerate() {
        if s > high {
            high = s;
            best = Some(Language::ALL[i]);
        }
    }
    best
}

impl Language {
    /// Its code, as sites name languages.
    fn code(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::De => "de",
            Language::Fr => "fr",
            Language::Es => "es",
            Language::It => "it",
            Language::Nl => "nl",
            Language::Pt => "pt",
            Language::Pl => "pl",
        }
    }
}

/// Fewest words that say something of the language of a text.
const ENOUGH_WORDS: usize = 60;

/// The code of the language of a longer text, when there is hardly a doubt: many function words of one language and
/// clearly fewer of every other. `None` for short texts, for mixtures and for languages that the engine has no words for.
pub fn of_text(text: &str) -> Option<&'static str> {
    let mut table: FxHashMap<&'static str, u16> = FxHashMap::default();
    for (i, language) in Language::ALL.iter().enumerate() {
        for word in language.function_words() {
            *table.entry(word).or_default() |= 1 << i;
        }
    }
    let lower = text.to_lowercase();
    let mut words = 0_usize;
    let mut hits = [0_usize; 8];
    for word in lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        words += 1;
        let mask = table.get(word).copied().unwrap_or_default();
        for (i, count) in hits.iter_mut().enumerate() {
            if mask & (1 << i) != 0 {
                *count += 1;
            }
        }
    }
    let (best, high) = hits.iter().enumerate().max_by_key(|(_, count)| **count)?;
    let second = hits
        .iter()
        .enumerate()
        .filter(|(i, _)| *i != best)
        .map(|(_, count)| *count)
        .max()
        .unwrap_or_default();
    let sure = words >= ENOUGH_WORDS && high * 100 >= words * 18 && high * 10 >= second * 14;
    sure.then(|| Language::ALL[best].code())
}

/// The code of a text's language when it is clearly none of `wanted` (codes as sites name them).
///
/// Languages that the engine has no words for cannot be told from their neighbours; for those only English, what models
/// fall back to, counts as another language.
pub fn clearly_other(text: &str, wanted: &[&str]) -> Option<&'static str> {
    let found = of_text(text)?;
    if wanted.contains(&found) {
        return None;
    }
    let known = |code: &&str| Language::ALL.iter().any(|language| language.code() == *code);
    (found == "en" || wanted.iter().all(known)).then_some(found)
}

/// The code of the language of a handful of short texts, such as keywords, when something speaks for one.
pub fn of_keywords<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<&'static str> {
    guess(texts).map(Language::code)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: &str = "If you want to make good coffee at home, you have to begin with fresh beans and clean water. The grinder is \
        what most people should buy first, for it has more to do with the taste than the machine. It is best to grind the \
        beans just before you brew, and not to keep them in the fridge. How much water you need is a matter of taste, but \
        one part of coffee to sixteen parts of water is where you can start.";
    const GERMAN: &str = "Wer zu Hause guten Kaffee machen will, sollte mit frischen Bohnen und sauberem Wasser beginnen. Die Mühle ist \
        das, was man zuerst kaufen sollte, denn sie hat mehr mit dem Geschmack zu tun als die Maschine. Am besten mahlt man \
        die Bohnen direkt vor dem Brühen und bewahrt sie nicht im Kühlschrank auf. Wie viel Wasser man braucht, ist eine Frage \
        des Geschmacks, aber ein Teil Kaffee auf sechzehn Teile Wasser ist ein guter Anfang für den ersten Versuch.";
    const DANISH: &str = "Hvis du vil lave god kaffe derhjemme, skal du begynde med friske bønner og rent vand. Kværnen er det, de fleste \
        bør købe først, for den betyder mere for smagen end maskinen. Det er bedst at male bønnerne lige før du brygger, og \
        ikke at gemme dem i køleskabet. Hvor meget vand du skal bruge, er en smagssag, men en del kaffe til seksten dele vand \
        er et godt sted at begynde, og så kan du prøve dig frem.";

    #[test]
    fn a_longer_text_tells_its_language_and_a_short_one_does_not() {
        assert_eq!(of_text(ENGLISH), Some("en"));
        assert_eq!(of_text(GERMAN), Some("de"));
        assert_eq!(of_text("The best way to brew coffee at home"), None);
        assert_eq!(of_text(&"Bosch Miele Siemens ".repeat(40)), None);
    }

    #[test]
    fn only_what_is_clearly_another_language_is_called_so() {
        assert_eq!(clearly_other(ENGLISH, &["de"]), Some("en"));
        assert_eq!(clearly_other(GERMAN, &["de", "en"]), None);
        assert_eq!(clearly_other(GERMAN, &["en"]), Some("de"));
        // Danish is unknown here: it must not be taken for Dutch, and asked for it must not be refused as German.
        assert_eq!(clearly_other(DANISH, &["da"]), None);
        assert_eq!(clearly_other(DANISH, &["en"]), None);
        assert_eq!(clearly_other(GERMAN, &["da"]), None);
        assert_eq!(clearly_other(ENGLISH, &["da"]), Some("en"));
    }

    #[test]
    fn function_words_give_the_language() {
        assert_eq!(
            guess(["wie viel kostet eine küche", "küche mit insel"]),
            Some(Language::De)
        );
        assert_eq!(guess(["how to clean a kitchen"]), Some(Language::En));
        assert_eq!(guess(["comment nettoyer une cuisine"]), Some(Language::Fr));
        assert_eq!(guess(["cómo limpiar la cocina"]), Some(Language::Es));
        assert_eq!(guess(["come pulire il forno"]), Some(Language::It));
        assert_eq!(guess(["hoe maak je een keuken schoon"]), Some(Language::Nl));
        assert_eq!(guess(["como limpar a cozinha com vinagre não"]), Some(Language::Pt));
        assert_eq!(guess(["jak wyczyścić piekarnik"]), Some(Language::Pl));
    }

    #[test]
    fn names_have_no_language() {
        assert_eq!(guess(["bosch wgg2440", "miele"]), None);
    }
}
