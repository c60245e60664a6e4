//! What about a thing is asked: price, reviews, repair, … Words that mean the same question share a facet,
//! because one page answers it however it is put.

use crate::language::Language;

/// Facets by the words and phrases that ask for them, in the languages the product knows.
///
/// All lower case with diacritics folded away.
#[rustfmt::skip]
pub(super) const FACETS: &[&[&str]] = &[
    // Which one is good.
    &[
        "best", "top", "greatest", "finest", "leading", "recommended", "top rated", "highest rated", "best rated",
        "number one", "which is best", "what is the best", "which is the best", "what are the best",
        "beste", "bester", "besten", "bestes", "testsieger", "empfehlung", "empfehlungen", "top 10", "top 5",
        "meilleur", "meilleure", "meilleurs", "meilleures", "mejor", "mejores", "migliore", "migliori",
        "melhor", "melhores", "najlepszy", "najlepsza", "najlepsze", "polecany", "polecane", "classement", "classifica",
    ],
    // What it costs.
    &[
        "price", "prices", "pricing", "cost", "costs", "how much", "how much is", "how much does", "how much do",
        "fee", "fees", "price list", "quote", "quotes", "average cost", "preis", "preise", "kosten", "kostet",
        "was kostet", "wie viel kostet", "preisliste", "prix", "tarif", "tarifs", "cout", "couts", "combien",
        "combien coute", "coute", "precio", "precios", "cuanto cuesta", "cuesta", "coste", "prezzo", "prezzi",
        "quanto costa", "costo", "costi", "prijs", "prijzen", "hoeveel kost", "wat kost", "kost", "preco", "precos",
        "quanto custa", "custa", "custo", "cena", "ceny", "ile kosztuje", "kosztuje", "koszt", "cennik",
    ],
    // For little money.
    &[
        "cheap", "cheapest", "cheaper", "affordable", "budget", "inexpensive", "low cost", "low price", "bargain",
        "discount", "discounts", "deal", "deals", "sale", "on sale", "clearance", "coupon", "coupons", "promo",
        "promo code", "discount code", "voucher", "guenstig",
        "gunstig", "gunstige", "gunstigste", "billig", "billige", "angebot", "angebote", "rabatt", "gutschein",
        "pas cher", "moins cher", "promo", "promotion", "soldes", "barato", "barata", "baratos", "baratas",
        "oferta", "ofertas", "descuento", "economico", "economica", "economici", "offerta", "offerte", "sconto",
        "sconti",
        "goedkoop", "goedkope", "goedkoopste", "aanbieding", "aanbiedingen", "korting", "promocao", "desconto",
        "tani", "tanie", "tania", "promocja", "rabat", "najtanszy", "najtansze",
    ],
    // Where to get it.
    &[
        "buy", "buying", "purchase", "order", "for sale", "where to buy", "where can i buy", "where to get",
        "buy online", "order online", "online kaufen", "kaufen", "bestellen", "acheter", "achat", "commander",
        "ou acheter", "comprar", "donde comprar", "comprare", "acquistare", "acquisto", "dove comprare", "kopen",
        "waar kopen",
        "onde comprar", "kupic", "gdzie kupic",
    ],
    // The place that sells it, which is also what a coffee shop is: not quite the same as buying coffee.
    &["shop", "shops", "store", "stores", "online shop", "online store", "onlineshop", "webshop", "winkel",
        "tienda", "negozio", "loja", "sklep", "sklep internetowy", "boutique"],
    // What others say.
    &[
        "review", "reviews", "reviewed", "rating", "ratings", "opinion", "opinions", "feedback", "testimonials",
        "customer reviews", "is it good", "any good", "worth it", "worth buying", "erfahrung", "erfahrungen",
        "bewertung", "bewertungen", "test", "tests", "avis", "opinion", "opiniones", "recensione",
        "recensioni", "opinioni", "ervaring", "ervaringen", "beoordeling", "beoordelingen", "avaliacao",
        "avaliacoes", "opinioes", "opinie", "opinia", "recenzja", "recenzje",
    ],
    // One against another.
    &[
        "vs", "versus", "compare", "compared", "comparison", "comparisons", "difference", "differences",
        "difference between", "better than", "vergleich", "vergleichen", "unterschied", "unterschiede",
        "comparatif", "comparaison", "comparer", "comparativa", "comparacion", "comparar", "diferencia",
        "diferencias", "confronto", "confrontare", "differenza",
        "differenze", "vergelijken", "vergelijking", "verschil", "comparacao", "comparativo", "diferenca",
        "porownanie", "roznica", "roznice",
    ],
    // Something else instead.
    &["alternative", "alternatives", "substitute", "substitutes", "instead of", "similar to", "alternativen",
        "ersatz fur", "alternativas", "alternativa", "alternatief", "alternatieven", "alternatywa", "alternatywy"],
    // Close by.
    &[
        "near me", "nearby", "near my location", "close to me", "close by", "around me", "in my area", "local",
        "in der nahe", "in meiner nahe", "pres de moi", "pres de chez moi", "autour de moi", "cerca de mi",
        "vicino a me", "nelle vicinanze", "in de buurt", "bij mij in de buurt", "perto de mim", "w poblizu",
        "blisko mnie",
    ],
    // How it is used or done.
    &[
        "how to", "how do i", "how do you", "how can i", "how does", "guide", "guides", "tutorial", "tutorials",
        "step by step", "walkthrough", "how to use", "how to use a", "using", "use", "usage", "anleitung",
        "ratgeber", "comment", "tuto", "guia", "guida", "handleiding", "poradnik", "como", "come", "hoe", "jak",
        "wie", "how to guide",
    ],
    // What it is.
    &[
        "what is", "what is a", "what are", "what does", "meaning", "definition", "define", "explained",
        "what is the meaning of", "was ist", "was sind", "bedeutung", "qu est ce que", "c est quoi", "definition",
        "que es", "significado", "cos e", "cosa e", "che cos e", "significato", "wat is", "betekenis", "o que e",
        "co to jest", "co to", "znaczenie",
    ],
    // It is broken.
    &[
        "repair", "repairs", "repairing", "fix", "fixing", "broken", "not working", "troubleshooting",
        "troubleshoot", "problem", "problems", "how to fix", "how to repair", "repair service", "reparieren",
        "reparatur", "defekt", "probleme", "reparer", "reparation", "panne", "reparar", "reparacion", "averia",
        "riparare", "riparazione", "repareren", "reparatie", "conserto", "consertar",
        "naprawa", "naprawic",
    ],
    // It is dirty.
    &[
        "clean", "cleaning", "wash", "how to clean", "how to wash", "reinigen", "reinigung", "putzen",
        "sauber machen", "nettoyer", "nettoyage", "limpiar", "limpieza", "pulire", "pulizia", "schoonmaken",
        "reiniging", "limpar", "limpeza", "czyscic", "czyszczenie", "wyczyscic",
    ],
    // Putting it up.
    &[
        "install", "installing", "installation", "setup", "set up", "setting up", "assemble", "assembly",
        "assembling", "how to install", "how to set up", "how to assemble", "installieren", "montage", "aufbauen",
        "einrichten", "montieren", "installer", "monter", "instalar", "instalacion", "montaje", "installare",
        "installazione", "montaggio",
        "installeren", "installatie", "monteren", "instalacao", "montagem", "montaz", "instalacja",
    ],
    // For a while only.
    &["rent", "rental", "rentals", "renting", "hire", "hiring", "lease", "leasing", "for rent", "for hire",
        "mieten", "vermietung", "verleih", "louer", "location", "alquiler", "alquilar", "noleggio", "noleggiare",
        "huren", "verhuur", "alugar", "aluguel", "wynajem", "wypozyczalnia"],
    // Not new.
    &["used", "second hand", "secondhand", "preowned", "pre owned", "refurbished", "reconditioned", "gebraucht",
        "gebrauchte", "occasion", "d occasion", "segunda mano", "usado", "usada", "usato", "usata", "tweedehands",
        "usados", "uzywany", "uzywane"],
    // How large.
    &["size", "sizes", "sizing", "dimension", "dimensions", "measurements", "size chart", "size guide", "how big",
        "how large", "grosse", "grossen", "masse", "abmessungen", "taille", "tailles", "dimensioni", "misure",
        "tamano", "medidas", "tamanho", "afmetingen", "maat", "maten", "rozmiar", "rozmiary", "wymiary"],
    // Seen elsewhere.
    &["idea", "ideas", "inspiration", "inspirations", "inspo", "example", "examples", "ideen", "idee", "idees",
        "ideias", "beispiele", "beispiel", "exemple", "exemples", "ejemplos", "ejemplo", "esempi", "esempio",
        "voorbeelden", "voorbeeld", "ideeen", "exemplos", "exemplo", "pomysly", "przyklady"],
    // Spare parts.
    &["replacement", "replacements", "parts", "spare parts", "spares", "replace", "replacing", "ersatzteil",
        "ersatzteile", "pieces detachees", "piece detachee", "repuestos", "recambios", "ricambi", "onderdelen",
        "pecas", "czesci", "czesci zamienne"],
    // To begin with.
    &["beginner", "beginners", "for beginners", "starter", "starters", "novice", "anfanger", "fur anfanger",
        "einsteiger", "debutant", "debutants", "pour debutants", "principiantes", "principiante", "principianti",
        "beginnershandleiding", "iniciante", "iniciantes", "dla poczatkujacych", "poczatkujacych"],
    // For children.
    &["kids", "kid", "children", "child", "childrens", "toddler", "toddlers", "kinder", "enfant", "enfants",
        "ninos", "nino", "bambini", "bambino", "kinderen", "criancas", "infantil", "dzieci", "dla dzieci"],
    // For women.
    &["women", "womens", "woman", "ladies", "female", "damen", "frauen", "femme", "femmes", "mujer", "mujeres",
        "donna", "donne", "dames", "vrouwen", "feminino", "mulher", "mulheres", "damskie", "damski", "damska"],
    // For men.
    &["men", "mens", "man", "male", "gentlemen", "herren", "manner", "homme", "hommes", "hombre", "hombres", "uomo",
        "uomini", "heren", "mannen", "masculino", "homem", "homens", "meskie", "meski", "meska"],
    // Not large.
    &["small", "mini", "compact", "tiny", "klein", "kleine", "kleiner", "petit", "petite", "petits", "pequeno",
        "pequena", "piccolo", "piccola", "maly", "mala", "male"],
    // Guarantee.
    &["warranty", "warranties", "guarantee", "garantie", "garantia", "garanzia", "gwarancja"],
    // Bringing it.
    &["delivery", "shipping", "delivered", "home delivery", "lieferung", "lieferservice", "livraison", "envio",
        "entrega", "consegna", "spedizione", "bezorgen", "bezorging", "dostawa"],
    // The book that comes with it.
    &["manual", "manuals", "instructions", "instruction manual", "user guide", "user manual", "instruction",
        "bedienungsanleitung", "mode d emploi", "manual de instrucciones", "instrucciones", "istruzioni", "manuale",
        "gebruiksaanwijzing", "instrukcja", "instrukcja obslugi"],
    // Figures.
    &["spec", "specs", "specification", "specifications", "features", "technische daten", "caracteristiques",
        "fiche technique", "caracteristicas", "especificaciones", "caratteristiche", "scheda tecnica",
        "specificaties", "ficha tecnica", "dane techniczne", "specyfikacja"],
    // Danger.
    &["safe", "safety", "dangerous", "danger", "dangers", "is it safe", "sicher", "sicherheit", "gefahrlich",
        "securite", "dangereux", "seguro", "seguridad", "peligroso", "sicuro", "sicurezza", "pericoloso", "veilig",
        "veiligheid", "bezpieczny", "bezpieczenstwo"],
    // How long it keeps.
    &["lifespan", "life span", "life expectancy", "how long does", "how long do", "durability", "lebensdauer",
        "haltbarkeit", "duree de vie", "vida util", "durata", "levensduur", "trwalosc"],
    // What speaks for and against it.
    &["benefit", "benefits", "advantage", "advantages", "pros and cons", "pros cons", "disadvantages", "vorteile",
        "nachteile", "vor und nachteile", "avantages", "inconvenients", "ventajas", "desventajas", "beneficios",
        "vantaggi", "svantaggi", "benefici", "voordelen", "nadelen", "vantagens", "beneficios", "zalety", "wady"],
    // Looking after it.
    &["maintenance", "maintain", "maintaining", "servicing", "how to care", "how to maintain", "wartung", "pflege",
        "entretien", "mantenimiento", "manutenzione", "onderhoud", "manutencao", "konserwacja", "pielegnacja"],
    // Learning it.
    &["course", "courses", "classes", "lesson", "lessons", "training", "kurs", "kurse", "cours", "formation",
        "curso", "cursos", "corso", "corsi", "cursus", "kursy", "szkolenie"],
    // Working in it.
    &["job", "jobs", "career", "careers", "salary", "salaries", "vacancies", "stellenangebote", "gehalt", "emploi",
        "salaire", "empleo", "sueldo", "salario", "lavoro", "stipendio", "vacatures", "salaris", "vagas", "praca",
        "zarobki"],
    // Brands.
    &["brand", "brands", "manufacturer", "manufacturers", "marke", "marken", "hersteller", "marque", "marques",
        "fabricant", "marca", "marcas", "marche", "produttori", "merk", "merken", "marki", "producent", "producenci"],
    // The web.
    &["software", "app", "apps", "application", "aplicacion", "applicazione", "aplikacja"],
    // Keeping it when it is not in use.
    &["storage", "how to store", "storing", "aufbewahrung", "lagerung", "rangement", "almacenamiento",
        "conservazione", "opslag", "opbergen", "armazenamento", "przechowywanie"],
    // Nothing to pay.
    &["free", "gratis", "kostenlos", "gratuit", "gratuite", "gratuito", "za darmo", "darmowy", "darmowe",
        "free download"],
];

/// Words that only ask for a facet in their own languages; elsewhere they mean something else.
#[rustfmt::skip]
pub(super) const AT_HOME: &[(&str, &[Language])] = &[
    ("como", &[Language::Es, Language::Pt]), ("come", &[Language::It]), ("hoe", &[Language::Nl]),
    ("jak", &[Language::Pl]), ("wie", &[Language::De]), ("comment", &[Language::Fr]),
    ("location", &[Language::Fr]), ("formation", &[Language::Fr]), ("montage", &[Language::De, Language::Fr]),
    ("grosse", &[Language::De]), ("masse", &[Language::De]), ("klein", &[Language::De, Language::Nl]),
    ("kleine", &[Language::De, Language::Nl]), ("mala", &[Language::Pl]), ("maly", &[Language::Pl]),
    ("promotion", &[Language::Fr]), ("marche", &[Language::It]), ("cours", &[Language::Fr]),
    ("occasion", &[Language::Fr]),
    ("test", &[Language::De, Language::Fr, Language::It, Language::Nl, Language::Pl]),
    ("tests", &[Language::De, Language::Fr]), ("taille", &[Language::Fr]), ("cena", &[Language::Pl]),
    ("ceny", &[Language::Pl]), ("kost", &[Language::Nl]),
    ("maat", &[Language::Nl]), ("maten", &[Language::Nl]), ("avis", &[Language::Fr]), ("praca", &[Language::Pl]),
    ("marca", &[Language::Es, Language::It, Language::Pt]), ("boutique", &[Language::Fr]), ("durata", &[Language::It]),
    ("hombre", &[Language::Es]), ("heren", &[Language::Nl]), ("dames", &[Language::Nl]), ("panne", &[Language::Fr]),
    ("coste", &[Language::Es]), ("wady", &[Language::Pl]), ("monter", &[Language::Fr]),
    ("medidas", &[Language::Es, Language::Pt]),
];

/// Words that ask for a facet only as the first word (`true`) or only after it (`false`): a top ten, but not
/// a table top; a camera manual, but not a manual camera.
pub(super) const BY_POSITION: &[(&str, bool)] = &[
    ("top", true),
    ("manual", false),
    ("parts", false),
    ("store", false),
    ("stores", false),
    ("shop", false),
    ("local", true),
];

/// Function words that are no sign of a language, by language in the order of [`Language::ALL`]. Without diacritics.
#[rustfmt::skip]
pub(super) const MORE_FUNCTION_WORDS: [&[&str]; 8] = [
    &["was", "were", "been", "am", "im", "so", "too", "there", "here", "then", "any", "some", "all", "each", "we", "us",
        "our", "they", "them", "their", "he", "she", "his", "her", "would", "could", "may", "might", "must", "need",
        "get", "got", "make", "go", "out", "up", "off", "over", "but", "no", "also", "just", "whats"],
    &["wird", "werden", "hat", "haben", "habe", "sich", "auch", "noch", "nur", "aber", "als", "dass", "wenn", "man",
        "kein", "keine", "du", "er", "sie", "es", "wir", "ihr", "dein", "deine", "meine", "meinen", "ihre", "seine",
        "soll", "sollte", "muss", "macht", "machen", "geht", "gibt", "durch", "um", "bis", "vor", "an", "in", "so",
        "beim", "ins", "eines", "welchen", "welchem", "wieso", "weshalb", "worauf", "womit"],
    &["il", "elle", "on", "nous", "vous", "je", "tu", "se", "s", "c", "n", "j", "m", "y", "a", "ai", "ont", "fait",
        "faire", "faut", "peut", "etre", "avoir", "tres", "ne", "si", "mais", "comme", "leur", "notre",
        "votre", "ses", "ces", "cet", "cela", "ca", "quoi", "dont", "vers", "entre", "depuis", "lequel", "laquelle"],
    &["mas", "muy", "ya", "hay", "ser", "estar", "esta", "este", "estos", "estas", "esto", "ese", "esa", "hacer", "hace",
        "puede", "puedo", "tengo", "tiene", "me", "te", "le", "lo", "nos", "les", "sus", "mis", "entre", "desde",
        "hasta", "pero", "si", "cada", "todo", "todos", "porque", "cuales", "cuantos", "cuantas", "cuanta"],
    &["piu", "molto", "ha", "ho", "hanno", "fare", "fa", "si", "ci", "ne", "mi", "ti", "lo", "questo", "questa", "quello",
        "anche", "ma", "se", "tra", "fra", "dalla", "dallo", "dai", "dalle", "nei", "nelle", "negli", "sulla", "sui",
        "sulle", "agli", "alle", "ai", "allo", "degli", "dello", "dell", "all", "nell", "sull", "dall", "un", "l", "d",
        "posso", "puo", "devo", "quanta", "quante", "qual"],
    &["er", "ze", "zij", "hij", "wij", "we", "u", "uw", "ook", "nog", "maar", "als", "dan", "door", "tot", "tussen",
        "geen", "wel", "zo", "die", "deze", "heeft", "heb", "hebben", "wordt", "worden", "kun", "kunnen", "moet",
        "moeten", "mag", "doe", "doet", "doen", "maak", "maakt", "gaat", "krijg", "per", "zonder", "sinds"],
    &["mais", "muito", "ja", "ha", "ser", "estar", "esta", "este", "isso", "isto", "essa", "esse", "fazer", "faz", "pode",
        "posso", "tenho", "tem", "me", "te", "lhe", "eu", "voce", "seu", "sua", "seus", "suas", "entre", "desde", "ate",
        "porque", "quantos", "quantas", "quanta", "pra", "num", "numa", "pelos", "pelas", "aos", "as"],
    &["sie", "ma", "mam", "moze", "mozna", "trzeba", "jego", "jej", "ich", "moj", "moja", "moje", "twoj", "ale", "a", "by",
        "zeby", "gdy", "kiedy", "tak", "tylko", "juz", "jeszcze", "bardzo", "przez", "przed", "miedzy", "ktory", "ktora",
        "ktore", "jakie", "jaki", "jaka", "jakich", "sa", "byc", "zrobic", "robic", "czym", "kim", "komu", "tego", "tej"],
];

/// Function words of languages in other scripts. Without diacritics.
#[rustfmt::skip]
pub(super) const OTHER_FUNCTION_WORDS: &[&str] = &[
    // Russian and Ukrainian.
    "и", "в", "во", "на", "с", "со", "для", "от", "по", "из", "к", "о", "об", "у", "за", "не", "что", "это", "как", "где",
    "или", "при", "до", "без", "под", "над", "чем", "какои", "какая", "какие", "какое", "та", "з", "із", "від", "як", "де",
    "що", "це", "чи", "про", "мне", "меня", "ли", "же", "бы",
    // Arabic.
    "في", "من", "على", "الى", "عن", "مع", "و", "هو", "هي", "ما", "هل",
    // Greek.
    "και", "του", "της", "των", "το", "τα", "τη", "την", "τον", "για", "με", "σε", "απο", "στο", "στη", "στην", "ο", "η", "οι",
];

/// Words that no name begins or ends with, beside function words: they ask, but are no answer.
#[rustfmt::skip]
pub(super) const NOT_AT_AN_END: &[&str] = &[
    "vs", "versus", "how", "what", "whats", "which", "who", "when", "where", "why", "near", "me", "my", "does", "do", "did", "much",
    "many", "to", "for", "is", "are", "can", "i", "you", "the", "a", "an", "of", "in", "on", "with", "and", "or", "using", "use",
    "wie", "was", "wo", "warum", "wann", "welche", "welcher", "welches", "viel", "wieviel", "in", "der", "die", "das", "meiner",
    "für", "comment", "pourquoi", "combien", "quel", "quelle", "où", "ou", "de", "moi", "chez", "près", "pour", "que", "qué",
    "cómo", "como", "cuánto", "cuanto", "dónde", "donde", "cuál", "cual", "cerca", "mí", "mi", "para", "come", "quanto", "dove",
    "quale", "cosa", "che", "cos", "per", "a", "vicino", "hoe", "wat", "waar", "hoeveel", "welke", "voor", "buurt", "onde",
    "qual", "quando", "o", "e", "jak", "co", "gdzie", "ile", "jaki", "jaka", "jakie", "który", "dla", "czy", "to", "jest", "cuesta",
    "coûte", "coute", "custa", "costa", "kostet", "kost", "kosztuje", "like", "get", "should",
];

/// Countries and the words for them: usually the same page serves them all.
#[rustfmt::skip]
pub(super) const PLACES: &[&str] = &[
    "usa", "uk", "us", "america", "american", "england", "britain", "scotland", "wales", "ireland", "canada",
    "australia", "india", "germany", "france", "spain", "italy", "netherlands", "belgium", "austria",
    "switzerland", "poland", "portugal", "brazil", "mexico", "sweden", "norway", "denmark", "finland", "europe",
    "japan", "china", "singapore", "philippines", "pakistan", "nigeria", "dubai", "uae",
    "zealand", "africa", "turkey", "greece", "deutschland", "osterreich", "schweiz", "suisse", "belgique", "espana",
    "mexico", "argentina", "colombia", "chile", "peru", "italia", "nederland", "belgie", "brasil", "polska",
    "malaysia", "indonesia", "thailand", "vietnam", "israel", "egypt", "kenya", "romania", "hungary", "ukraine",
    "czech", "united", "kingdom", "states", "emirates",
];

/// Different words for the same common thing; the first of each is the one kept.
pub(super) const SYNONYMS: &[&[&str]] = &[
    &["sofa", "couch", "settee"],
    &["laptop", "notebook"],
    &["tv", "television", "telly"],
    &["car", "auto", "automobile"],
    &["bike", "bicycle", "cycle"],
    &["phone", "smartphone", "cellphone"],
    &["fridge", "refrigerator"],
    &["holiday", "vacation"],
    &["flat", "apartment"],
    &["lawyer", "attorney", "solicitor"],
    &["doctor", "physician"],
    &["sneaker", "trainer"],
    &["rug", "carpet"],
    &["photo", "picture", "image"],
    &["movie", "film"],
    &["vacuum", "hoover"],
    &["ac", "aircon"],
    &["realtor", "estate agent"],
];
