//! What a column holds, judged by its name.

use crate::Intent;
use crate::text::{fold, keyword_key};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Keyword; the number ranks names, 0 is the surest.
    Keyword(u8),
    Volume,
    VolumeLow,
    VolumeHigh,
    Difficulty,
    Intent,
    IntentFlag(Intent),
    Cpc,
    BidLow,
    Country,
    /// Address or title of a page.
    Page,
    Segmentation,
    /// Searches of a single month.
    Monthly,
    Clicks,
    Impressions,
    /// Place in search results.
    Position,
    /// Known, and nothing an import needs.
    Other,
}

#[rustfmt::skip]
const KEYWORD: &[&str] = &[
    "keyword", "keywords", "key word", "key words", "kw", "keyphrase", "keyphrases", "keyword phrase", "keyword text",
    "keyword name", "top queries", "query", "queries", "search query", "search queries", "search term", "search terms",
    "search phrase", "searched keyword", "keyword idea", "keyword ideas", "keyword suggestion",
    "keyword suggestions", "target keyword",
    "main keyword", "primary keyword", "focus keyword", "keyword term", "suchbegriff", "suchbegriffe",
    "suchanfrage", "suchanfragen",
    "haufigste suchanfragen", "schlusselwort", "schlusselworter", "schluesselwort", "schluesselwoerter", "stichwort",
    "keyword phrase", "mot cle", "mots cles", "mot clef", "mots clefs", "requete", "requetes",
    "requetes les plus frequentes",
    "terme de recherche", "termes de recherche", "expression cle", "palabra clave", "palabras clave", "consulta",
    "consultas",
    "consultas principales", "termino de busqueda", "terminos de busqueda", "parola chiave", "parole chiave",
    "query principali", "query di ricerca", "termine di ricerca", "termini di ricerca", "zoekwoord", "zoekwoorden",
    "zoekterm",
    "zoektermen", "zoekopdracht", "zoekopdrachten", "populairste zoekopdrachten", "trefwoord", "trefwoorden",
    "palavra chave", "palavras chave", "principais consultas", "consultas mais frequentes", "termo de pesquisa",
    "termos de pesquisa", "termo de busca", "slowo kluczowe", "slowa kluczowe", "zapytanie", "zapytania",
    "najczestsze zapytania", "najpopularniejsze zapytania", "anahtar kelime", "anahtar kelimeler", "sokord",
    "nyckelord", "sogeord",
    "søgeord", "nokkelord", "sokeord", "hakusana", "avainsana", "avainsanat", "klicove slovo", "klicova slova",
    "kulcsszo",
    "cuvant cheie", "cuvinte cheie", "ключевое слово", "ключевые слова", "ключевая фраза", "запрос", "запросы",
    "поисковый запрос", "ключове слово", "ключові слова", "キーワード", "検索キーワード", "クエリ", "关键词", "关键字", "關鍵字", "關鍵詞", "키워드",
    "검색어", "คีย์เวิร์ด", "tu khoa", "كلمة رئيسية", "الكلمة الرئيسية", "λεξη κλειδι",
];

/// Less sure: also used for other things.
#[rustfmt::skip]
const KEYWORD_MAYBE: &[&str] = &[
    "term", "terms", "phrase", "phrases", "search", "suggestion", "suggestions", "topic keyword", "begriff",
    "begriffe", "suchwort", "suche",
    "suchphrase", "terme", "expression", "recherche", "termino", "frase", "termine", "ricerca", "zoekzin",
    "term de recherche",
    "termo", "fraza", "frazy", "haslo", "sorgu", "ord", "фраза", "word", "words", "question", "questions", "frage",
    "fragen",
];

#[rustfmt::skip]
const VOLUME: &[&str] = &[
    "volume", "volumes", "vol", "sv", "msv", "search volume", "search volumes", "searches", "monthly searches",
    "monthly search volume",
    "avg monthly searches", "average monthly searches", "avg monthly search volume", "avg search volume", "search vol",
    "searches per month", "local volume", "local search volume", "local monthly searches", "monthly volume",
    "est volume",
    "search volume monthly", "suchvolumen", "sv monat", "suchvolumen monat", "suchanfragen pro monat",
    "monatliche suchanfragen", "monatliches suchvolumen",
    "durchschnittl suchanfragen pro monat", "durchschnittliche suchanfragen pro monat",
    "durchschn suchanfragen pro monat",
    "volume de recherche", "volume de recherches", "volume de recherche mensuel", "recherches mensuelles",
    "nombre moyen de recherches mensuelles", "moy de recherches mensuelles", "recherches mensuelles moyennes",
    "volumen", "volumen de busqueda", "volumen de busquedas",
    "busquedas", "busquedas mensuales", "promedio de busquedas mensuales", "volume di ricerca", "volumi di ricerca",
    "ricerche mensili",
    "media ricerche mensili", "media delle ricerche mensili", "zoekvolume", "volume zoekopdrachten",
    "gem maandelijkse zoekopdrachten",
    "gemiddeld aantal zoekopdrachten per maand", "maandelijkse zoekopdrachten", "volume de busca", "volume de buscas",
    "volume de pesquisa", "volume de pesquisas", "buscas mensais", "pesquisas mensais",
    "media de pesquisas mensais", "media de buscas mensais",
    "wolumen", "liczba wyszukiwan", "srednia miesieczna liczba wyszukiwan", "sr mies liczba wyszukiwan",
    "wyszukiwania", "aylik ortalama arama sayisi", "ort aylik arama sayisi", "arama hacmi",
    "sokvolym", "sogevolumen", "sokevolum", "hakuvolyymi", "objem vyhledavani", "hledanost", "частотность",
    "частота", "объем поиска", "объём поиска", "показов в месяц",
    "検索ボリューム", "月間検索数", "搜索量", "搜尋量", "月搜索量", "검색량",
];

#[rustfmt::skip]
const DIFFICULTY: &[&str] = &[
    "difficulty", "keyword difficulty", "kd", "kd index", "keyword difficulty index", "kdi", "seo difficulty", "sd",
    "kw difficulty",
    "difficulty score", "organic difficulty", "ranking difficulty", "keyword difficulty score", "schwierigkeit",
    "keyword schwierigkeit", "schwierigkeitsgrad",
    "seo schwierigkeit", "difficulte", "difficulte du mot cle", "difficulte seo", "difficulte des mots cles",
    "dificultad",
    "dificultad de la palabra clave", "dificultad seo", "dificultad de palabras clave", "difficolta",
    "difficolta della parola chiave", "difficolta keyword", "difficolta seo",
    "moeilijkheid", "moeilijkheidsgraad", "zoekwoord moeilijkheid", "dificuldade", "dificuldade da palavra chave",
    "dificuldade de seo", "trudnosc",
    "trudnosc slowa kluczowego", "trudnosc slow kluczowych", "zorluk", "svarighet", "svarighetsgrad",
    "sværhedsgrad", "vanskelighet", "vaikeus", "сложность", "сложность ключевого слова", "難易度", "キーワード難易度", "难度",
    "關鍵字難度", "난이도",
];

#[rustfmt::skip]
const INTENT: &[&str] = &[
    "intent", "intents", "search intent", "search intents", "keyword intent", "keyword intents", "user intent",
    "main intent", "primary intent", "suchintention", "intention", "absicht", "suchabsicht",
    "intention de recherche", "intencion", "intencion de busqueda", "intento", "intento di ricerca",
    "intenzione di ricerca", "zoekintentie", "intentie",
    "intencao", "intencao de busca", "intencao de pesquisa", "intencja", "intencja wyszukiwania", "arama amaci",
    "интент", "намерение", "検索意図", "搜索意图",
];

#[rustfmt::skip]
const CPC: &[&str] = &[
    "cpc", "avg cpc", "average cpc", "cost per click", "suggested bid", "est cpc", "klickpreis", "cout par clic",
    "coste por clic", "costo per clic",
    "costo por clic", "custo por clique", "kosten per klik", "kosten pro klick", "koszt klikniecia",
    "avg cost per click", "cpc value",
];

#[rustfmt::skip]
const BID_LOW: &[&str] = &[
    "top of page bid low range", "bid low range", "low top of page bid", "top of page bid low", "low bid",
    "gebot fur obere positionen unterer bereich", "gebot fur obere position niedriger bereich",
    "enchere de haut de page fourchette basse", "puja por la parte superior de la pagina intervalo bajo",
    "offerta per la parte superiore della pagina fascia bassa",
    "sayfanin ust tarafi teklifi dusuk aralik",
];

#[rustfmt::skip]
const COUNTRY: &[&str] = &[
    "country", "country code", "database", "db", "market", "locale", "location", "region", "geo", "google domain",
    "land", "datenbank", "markt", "pays", "base de donnees", "marche",
    "pais", "mercado", "base de datos", "paese", "mercato", "kraj", "rynek", "ulke", "страна", "регион", "国", "国家",
];

#[rustfmt::skip]
const PAGE: &[&str] = &[
    "url", "urls", "page", "pages", "top pages", "landing page", "address", "title", "page title", "top page",
    "haufigste seiten", "beliebteste seiten", "seite", "seiten",
    "pages les plus populaires", "pages principales", "paginas principales", "pagina", "paginas",
    "pagine principali", "pagine", "populairste pagina s", "pagina s",
    "principais paginas", "najpopularniejsze strony", "strona", "strony", "ranking url", "current url", "top url",
    "adresse", "direccion", "страница", "страницы",
];

#[rustfmt::skip]
const CLICKS: &[&str] = &["clicks", "klicks", "clics", "clic", "klikken", "cliques", "klikniecia", "tiklamalar",
"клики", "クリック数"];

#[rustfmt::skip]
const IMPRESSIONS: &[&str] =
    &["impressions", "impressionen", "impresiones", "impressioni", "vertoningen", "impressoes", "wyswietlenia",
        "gosterimler", "показы", "表示回数"];

#[rustfmt::skip]
const POSITION: &[&str] = &[
    "position", "positions", "pos", "avg position", "average position", "avg pos", "current position", "google position",
    "rank", "organic position", "serp position", "ranking position", "rank position", "keyword position", "best position",
    "durchschnittliche position", "durchschn position", "aktuelle position", "ranking", "rankings", "current rank",
    "google rank", "google ranking", "avg rank", "average rank", "rang", "platz", "platzierung",
    "position moyenne", "classement", "rang moyen", "posicion", "posicion media", "posicion actual", "posizione",
    "posizione media", "posizione attuale", "positie", "gemiddelde positie", "gem positie", "huidige positie",
    "posicao", "posicao media", "posicao atual", "pozycja", "srednia pozycja", "pozycja srednia", "aktualna pozycja",
    "ortalama konum", "konum", "siralama", "genomsnittlig position", "gennemsnitlig placering", "placering",
    "gjennomsnittlig posisjon", "posisjon", "keskimaarainen sijainti", "sijainti", "prumerna pozice", "pozice",
    "atlagos pozicio", "pozicio", "pozitie", "pozitie medie", "μεση θεση", "позиция", "средняя позиция",
    "позиція", "середня позиція", "掲載順位", "平均掲載順位", "順位", "検索順位", "排名", "平均排名", "平均順位", "게재순위", "게재 순위", "평균 게재순위",
    "vi tri", "vi tri trung binh", "posisi", "posisi rata rata", "อันดับ", "الموضع", "متوسط الموضع",
];

#[rustfmt::skip]
const OTHER: &[&str] = &[
    "ctr", "klickrate", "trend", "trends",
    "serp features", "serp features by keyword", "number of results", "results", "competition",
    "competitive density", "comp", "competition indexed value", "paid difficulty", "pd", "wettbewerb",
    "concurrence", "competencia", "concorrenza", "concurrentie", "concorrencia", "konkurencja", "rekabet",
    "parent keyword", "parent topic", "seed keyword", "seed", "topic", "tags", "tag",
    "page type", "click potential", "content references", "competitors", "cps", "clicks per search", "last update",
    "updated", "first seen", "global volume",
    "traffic potential", "global traffic potential", "traffic", "traffic cost", "return rate", "languages",
    "language", "category", "categories", "sv trend",
    "sv forecasting trend", "currency", "three month change", "yoy change", "ad impression share",
    "organic impression share", "organic average position",
    "in account", "in plan", "top of page bid high range", "previous position", "timestamp", "position type",
    "est visits", "backlinks",
    "organic ctr", "importance", "priority", "date analyzed", "date", "device", "devices", "search appearance",
    "filter", "value", "no", "nr", "id", "status",
    "word count", "length", "length chars", "group", "cluster", "datum", "gerat", "kategorie", "sprache",
    "tendencia", "growth", "change", "competition level", "kei", "notes",
];

/// A column name in the form the tables use: lower case, no diacritics, brackets or punctuation.
pub(super) fn normal(name: &str) -> String {
    let folded = fold(&keyword_key(name));
    let mut out = String::with_capacity(folded.len());
    for word in folded.split(|c: char| !(c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c))) {
        if !word.is_empty() {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
        }
    }
    out
}

/// The part before a bracket, as [`normal`] writes it: `CPC (USD)` is `cpc`.
fn before_bracket(name: &str) -> String {
    normal(name.split(['(', '[', '（']).next().unwrap_or(""))
}

/// What the name of a column says it holds; `None` for a name nobody knows.
pub(super) fn role(name: &str) -> Option<Role> {
    let full = normal(name);
    if full.is_empty() || full.chars().count() > 80 {
        return None;
    }
    let words: Vec<&str> = full.split(' ').collect();
    let has = |list: &[&str]| words.iter().any(|w| list.contains(w));
    let short = before_bracket(name);
    // Worldwide figures are never those of a market.
    let global = has(&[
        "global",
        "worldwide",
        "world",
        "weltweit",
        "globales",
        "globale",
        "mondial",
        "mundial",
        "globaal",
    ]);
    let table = |list: &[&str]| list.contains(&full.as_str()) || (!short.is_empty() && list.contains(&short.as_str()));
    if global && (has(&["volume", "volumen", "sv", "searches", "suchvolumen", "zoekvolume"]) || table(VOLUME)) {
        return Some(Role::Other);
    }
    if table(BID_LOW) {
        return Some(Role::BidLow);
    }
    if full == "min volume" || full == "volume min" || full == "volume low" {
        return Some(Role::VolumeLow);
    }
    if full == "max volume" || full == "volume max" || full == "volume high" {
        return Some(Role::VolumeHigh);
    }
    if let Some(rank) = keyword_rank(&full, &short) {
        return Some(Role::Keyword(rank));
    }
    if table(VOLUME) {
        return Some(Role::Volume);
    }
    if table(DIFFICULTY) {
        return Some(Role::Difficulty);
    }
    if table(INTENT) {
        return Some(Role::Intent);
    }
    if table(CPC) {
        return Some(Role::Cpc);
    }
    if table(COUNTRY) {
        return Some(Role::Country);
    }
    if table(PAGE) {
        return Some(Role::Page);
    }
    if full == "segmentation" || full == "segmentierung" || full == "segment" || full == "segmentacion" {
        return Some(Role::Segmentation);
    }
    if table(CLICKS) {
        return Some(Role::Clicks);
    }
    if table(IMPRESSIONS) {
        return Some(Role::Impressions);
    }
    if table(POSITION) {
        return Some(Role::Position);
    }
    if words.len() == 1
        && matches!(
            full.as_str(),
            "informational" | "navigational" | "transactional" | "commercial"
        )
    {
        return Intent::parse(&full).map(Role::IntentFlag);
    }
    if table(OTHER) || is_month(name, &words) {
        return Some(if is_month(name, &words) {
            Role::Monthly
        } else {
            Role::Other
        });
    }
    by_words(&full, &words)
}

fn keyword_rank(full: &str, short: &str) -> Option<u8> {
    if KEYWORD.contains(&full) || KEYWORD.contains(&short) {
        // Tools that list both call the searched word "keyword".
        return Some(u8::from(!full.starts_with("keyword")));
    }
    (KEYWORD_MAYBE.contains(&full)).then_some(2)
}

/// `Searches: May 2025`: one month of a history, not the average.
fn is_month(name: &str, words: &[&str]) -> bool {
    let year = words
        .iter()
        .any(|w| w.len() == 4 && (w.starts_with("20") || w.starts_with("19")) && w.bytes().all(|b| b.is_ascii_digit()));
    year && (name.contains(':') || words.len() <= 3) && !words.contains(&"trend")
}

/// Beginnings of words in many languages, by what they speak of.
mod stems {
    pub(super) const CLICK: &[&str] = &[
        "click",
        "klick",
        "klik",
        "clic",
        "cliqu",
        "tikla",
        "клик",
        "клік",
        "点击",
        "點擊",
        "클릭",
        "クリック",
        "napsaut",
        "kattint",
        "clicuri",
        "κλικ",
        "nhap",
        "การคลิก",
        "نقر",
    ];
    pub(super) const IMPRESSION: &[&str] = &[
        "impress",
        "impres",
        "wyswietl",
        "gosterim",
        "vertoning",
        "показ",
        "表示回数",
        "展示",
        "曝光",
        "노출",
        "exponering",
        "zobrazen",
        "visning",
        "nayttokerr",
        "megjelen",
        "afisari",
        "εμφανισ",
        "tayangan",
        "การแสดงผล",
        "الظهور",
    ];
    pub(super) const COST: &[&str] = &[
        "cost",
        "cout",
        "kosten",
        "koszt",
        "custo",
        "preis",
        "prix",
        "prezzo",
        "precio",
        "preco",
        "cena",
        "стоимост",
        "цена",
        "ціна",
        "вартіст",
        "kostnad",
        "pris",
        "hinta",
        "maliyet",
        "fiyat",
        "koltseg",
        "price",
        "koste",
    ];
    pub(super) const RATE: &[&str] = &[
        "rate",
        "ratio",
        "through",
        "potential",
        "per",
        "share",
        "pct",
        "taux",
        "tasso",
        "quote",
        "clickstream",
    ];
    pub(super) const BID: &[&str] = &[
        "bid",
        "gebot",
        "enchere",
        "puja",
        "offert",
        "lance",
        "bod",
        "stawk",
        "teklif",
        "ставк",
        "bud",
        "nabidk",
        "出价",
        "出價",
        "入札",
        "입찰",
        "ajanlat",
        "licit",
    ];
    pub(super) const LOW: &[&str] = &[
        "low", "niedrig", "unter", "basse", "bas", "baj", "bassa", "inferior", "laag", "nisk", "doln", "dusuk", "низк",
        "ниж", "lag", "lav", "nizk", "alacsony", "低", "min",
    ];
    pub(super) const DIFFICULTY: &[&str] = &[
        "difficult",
        "schwierig",
        "difficil",
        "dificult",
        "dificuld",
        "difficolt",
        "trudno",
        "moeilijk",
        "obtizn",
        "obtažn",
        "svarighet",
        "sværhed",
        "svaerhed",
        "vanskelig",
        "vaikeu",
        "zorlu",
        "nehezs",
        "сложност",
        "складн",
        "难度",
        "難度",
        "難易度",
        "난이도",
        "δυσκολ",
        "độ khó",
        "do kho",
        "kesulitan",
        "صعوبة",
    ];
    /// Searches as such: with a number they are a volume, without one they may be the words searched.
    pub(super) const SEARCHES: &[&str] = &[
        "search",
        "suchanfrage",
        "suchen",
        "wyszukiwa",
        "busqueda",
        "ricerche",
        "recherche",
        "pesquisa",
        "busca",
        "zoekopdracht",
        "sokning",
        "sogning",
        "sok",
        "aramala",
        "arama",
        "hledan",
        "vyhledav",
        "запрос",
        "показ",
        "поиск",
        "keres",
        "cautari",
        "αναζητησ",
        "haku",
        "pencarian",
        "tim kiem",
        "検索",
        "搜索",
        "搜尋",
        "검색",
    ];
    pub(super) const NUMBER: &[&str] = &[
        "month",
        "monat",
        "mens",
        "mies",
        "mes",
        "avg",
        "average",
        "prom",
        "media",
        "medi",
        "moy",
        "nombre",
        "sredni",
        "liczba",
        "anzahl",
        "number",
        "num",
        "of",
        "count",
        "ort",
        "gem",
        "число",
        "количеств",
        "средн",
        "месяц",
        "pocet",
        "prumer",
        "antal",
        "aantal",
        "numero",
        "durchschn",
        "monthly",
        "maand",
        "manad",
        "maned",
        "aylik",
        "havi",
        "numar",
        "кол",
        "місяц",
        "次数",
        "回数",
        "件数",
        "月",
    ];
    pub(super) const VOLUME: &[&str] = &[
        "volum",
        "suchvolumen",
        "zoekvolume",
        "wolumen",
        "objem",
        "sokvolym",
        "søgevolumen",
        "sogevolumen",
        "sokevolum",
        "частотн",
        "hakuvolyym",
        "arama hacmi",
        "hacmi",
        "keresesi volumen",
        "検索ボリューム",
        "搜索量",
        "搜尋量",
        "검색량",
        "月搜索量",
    ];
    pub(super) const PAID: &[&str] = &[
        "competit",
        "concurren",
        "concorren",
        "competen",
        "wettbewerb",
        "konkuren",
        "konkurren",
        "rekabet",
        "paid",
        "ppc",
        "ads",
        "adwords",
        "pago",
        "payant",
        "bezahlt",
        "pagamento",
        "betaald",
        "platn",
        "платн",
        "pagado",
        "anzeige",
    ];
    pub(super) const INTENT: &[&str] = &[
        "intent",
        "intenc",
        "intenz",
        "intens",
        "suchintent",
        "suchabsicht",
        "absicht",
        "zoekintent",
        "намерени",
        "интент",
        "検索意図",
        "意図",
        "意图",
        "搜索意图",
        "검색 의도",
    ];
    pub(super) const POSITION: &[&str] = &[
        "position",
        "posicion",
        "posizion",
        "posicao",
        "pozycj",
        "positie",
        "pozici",
        "pozit",
        "posisjon",
        "sijoitus",
        "позици",
        "позиці",
        "順位",
        "排名",
        "순위",
    ];
}

/// Names put together in ways no list can foresee: judged by the words in them.
fn by_words(full: &str, words: &[&str]) -> Option<Role> {
    let has = |list: &[&str]| words.iter().any(|w| list.contains(w));
    let speaks = |list: &[&str]| words.iter().any(|w| list.iter().any(|stem| w.starts_with(stem)));
    if has(&[
        "trend",
        "trends",
        "change",
        "growth",
        "forecast",
        "forecasting",
        "history",
        "yoy",
        "mom",
        "share",
        "traffic",
        "parent",
        "seed",
        "previous",
        "difference",
        "cost",
        "features",
        "feature",
    ]) && !(speaks(stems::COST) && speaks(stems::CLICK))
    {
        return Some(Role::Other);
    }
    if speaks(stems::BID) {
        return Some(if speaks(stems::LOW) { Role::BidLow } else { Role::Other });
    }
    if has(&["cpc"]) || (speaks(stems::COST) && speaks(stems::CLICK)) {
        return Some(Role::Cpc);
    }
    if speaks(stems::PAID) || has(&["competitor", "competitors"]) {
        return Some(Role::Other);
    }
    if has(&["kd"]) || speaks(stems::DIFFICULTY) {
        return Some(Role::Difficulty);
    }
    let intent = speaks(stems::INTENT);
    if !intent && (has(&["vol", "sv"]) || speaks(stems::VOLUME)) {
        return Some(Role::Volume);
    }
    if !intent && speaks(stems::SEARCHES) && speaks(stems::NUMBER) {
        return Some(Role::Volume);
    }
    if intent {
        return Some(Role::Intent);
    }
    if full.contains("url") || has(&["backlinks", "serp"]) {
        if speaks(stems::CLICK) && !speaks(stems::RATE) && words.len() <= 2 {
            return Some(Role::Clicks);
        }
        return Some(if has(&["url", "urls"]) { Role::Page } else { Role::Other });
    }
    if words.len() <= 3 && speaks(stems::IMPRESSION) {
        return Some(Role::Impressions);
    }
    if words.len() <= 3 && speaks(stems::CLICK) && !speaks(stems::RATE) {
        return Some(Role::Clicks);
    }
    if words.len() <= 3 && speaks(stems::POSITION) {
        return Some(Role::Position);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_by_meaning() {
        for (name, want) in [
            ("Keyword", Some(Role::Keyword(0))),
            ("Top queries", Some(Role::Keyword(1))),
            ("Häufigste Suchanfragen", Some(Role::Keyword(1))),
            ("Requêtes les plus fréquentes", Some(Role::Keyword(1))),
            ("Mot-clé", Some(Role::Keyword(1))),
            ("Ключевое слово", Some(Role::Keyword(1))),
            ("Parent Keyword", Some(Role::Other)),
            ("Seed keyword", Some(Role::Other)),
            ("Avg. monthly searches", Some(Role::Volume)),
            ("Avg. Monthly Searches (exact match only)", Some(Role::Volume)),
            ("Volume (US)", Some(Role::Volume)),
            ("Global volume", Some(Role::Other)),
            ("Volume (Global)", Some(Role::Other)),
            ("Searches: May 2025", Some(Role::Monthly)),
            ("Competition", Some(Role::Other)),
            ("Competition (indexed value)", Some(Role::Other)),
            ("Paid Difficulty", Some(Role::Other)),
            ("Keyword Difficulty Index", Some(Role::Difficulty)),
            ("KD %", Some(Role::Difficulty)),
            ("Seo Difficulty", Some(Role::Difficulty)),
            ("CPC (AUD)", Some(Role::Cpc)),
            ("Top of page bid (low range)", Some(Role::BidLow)),
            ("SV trend (09-2024 - 08-2026)", Some(Role::Other)),
            ("Keyword Intents", Some(Role::Intent)),
            ("Database", Some(Role::Country)),
            ("Traffic potential", Some(Role::Other)),
            ("Ranking Url", Some(Role::Page)),
            ("Min Volume", Some(Role::VolumeLow)),
            ("# of Searches", Some(Role::Volume)),
            ("Prom. de búsquedas mensuales", Some(Role::Volume)),
            ("Стоимость клика", Some(Role::Cpc)),
            ("Obtížnost", Some(Role::Difficulty)),
            ("Dificultad de Pago", Some(Role::Other)),
            ("Traffic Cost", Some(Role::Other)),
            ("Lance na parte superior da página (faixa inferior)", Some(Role::BidLow)),
            ("Lance na parte superior da página (faixa superior)", Some(Role::Other)),
            ("zebra", None),
        ] {
            assert_eq!(role(name), want, "{name}");
        }
    }
}
