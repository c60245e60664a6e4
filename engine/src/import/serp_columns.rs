//! Which columns of a file of search results hold what, by their names or by what stands in them.

use super::Mapping;
use super::columns::{Role, normal, role};
use super::record::Record;
use super::serp::normal_url;
use crate::text::keyword_key;

/// Names of columns with addresses, as [`normal`] writes them and without numbers: `URL 1` and `URL 2` are `url`.
#[rustfmt::skip]
const ADDRESS: &[&str] = &[
    "url", "urls", "link", "links", "address", "addresses", "web address", "result url", "result link", "result urls",
    "ranking url", "ranked url", "rank url", "top url", "top urls", "serp url", "serp link", "page url", "full url",
    "current url", "found url", "google url", "organic url", "organic link", "target url", "destination url", "landing url",
    "position url", "url position", "url rank", "competitor url", "site url", "webpage", "href",
    "adresse", "webadresse", "internetadresse", "ziel url", "gefundene url", "ergebnis url", "url des ergebnisses",
    "adresse url", "adresse web", "lien", "liens", "url classee", "url positionnee", "url du resultat", "url de destination",
    "direccion", "direccion url", "direccion web", "enlace", "enlaces", "url de destino", "url del resultado", "url posicionada",
    "indirizzo", "indirizzo url", "indirizzo web", "collegamento", "collegamenti", "url di destinazione", "url del risultato",
    "adres", "webadres", "koppeling", "doel url", "bestemmings url", "gevonden url",
    "endereco", "endereco url", "endereco web", "ligacao", "ligacoes", "url do resultado",
    "adres url", "adres strony", "adres www", "odnosnik", "odnosniki", "lacze", "url docelowy", "docelowy url",
    "адрес", "url адрес", "ссылка", "ссылки", "リンク", "链接", "連結", "링크", "baglanti", "adresse web",
];

/// Less sure: may also be a number or a title. Counts where no column is surely one of addresses.
#[rustfmt::skip]
const PAGE: &[&str] = &[
    "page", "pages", "landing page", "ranking page", "top page", "result", "results", "organic result", "organic results",
    "seite", "seiten", "zielseite", "ergebnis", "ergebnisse", "suchergebnis", "suchergebnisse", "ranking seite",
    "page de destination", "page positionnee", "resultat", "resultats",
    "pagina", "paginas", "pagina de destino", "resultado", "resultados",
    "pagine", "pagina di destinazione", "risultato", "risultati",
    "landingspagina", "bestemmingspagina", "resultaat", "resultaten", "zoekresultaat",
    "strona", "strony", "strona docelowa", "wynik", "wyniki", "wynik wyszukiwania", "wyniki wyszukiwania",
    "страница", "результат", "результаты",
];

/// Names of columns with positions that keyword files do not have.
#[rustfmt::skip]
const PLACE: &[&str] = &[
    "place", "rank absolute", "rank group", "absolute rank", "organic rank", "serp rank", "result position", "position in serp",
    "pos nr", "plaats", "miejsce", "lugar", "posto", "place serp", "position serp", "posicion serp", "position google",
    "position organique", "posicion organica", "posizione organica", "organische position", "organische positie", "rangliste",
];

/// Which column holds what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) keyword: usize,
    pub(super) urls: Vec<usize>,
    pub(super) position: Option<usize>,
    pub(super) country: Option<usize>,
}

impl Columns {
    /// By the names of a header.
    pub(super) fn named(record: &Record) -> Option<Self> {
        let names: Vec<&str> = record.iter().collect();
        let urls = addresses(&names);
        if urls.is_empty() {
            return None;
        }
        let mut keyword: Option<(u8, usize)> = None;
        let (mut position, mut country) = (None, None);
        for (index, name) in names.iter().enumerate().filter(|(index, _)| !urls.contains(index)) {
            match role(name) {
                Some(Role::Keyword(rank)) if keyword.is_none_or(|known| rank < known.0) => {
                    keyword = Some((rank, index))
                }
                Some(Role::Country) if country.is_none() => country = Some(index),
                other if position.is_none() && (other == Some(Role::Position) || PLACE.contains(&&*normal(name))) => {
                    position = Some(index);
                }
                _ => {}
            }
        }
        Some(Self {
            keyword: keyword?.1,
            urls,
            position,
            country,
        })
    }

    /// By what stands in a row of a file without a header.
    pub(super) fn guessed(record: &Record) -> Option<Self> {
        let cells: Vec<&str> = record.iter().collect();
        let urls: Vec<usize> = (0..cells.len())
            .filter(|index| cells[*index].contains("://") && normal_url(cells[*index]).is_some())
            .collect();
        let number = |text: &str| text.trim().parse::<f64>().is_ok();
        let words =
            |index: &usize| !urls.contains(index) && !number(cells[*index]) && !keyword_key(cells[*index]).is_empty();
        let keyword = (0..cells.len()).find(words)?;
        let position = (0..cells.len()).find(|index| number(cells[*index]));
        (!urls.is_empty()).then_some(Self {
            keyword,
            urls,
            position,
            country: None,
        })
    }

    /// As a person chose them. Of addresses that stand in numbered columns one is chosen, and its sisters go with it; where
    /// none is chosen they are known by their names. Names that are made up (`named` is false) say nothing. Nothing when there
    /// is no column with addresses.
    pub(super) fn chosen(mapping: &Mapping, names: &[String], named: bool) -> Option<Self> {
        let names: Vec<&str> = names.iter().map(String::as_str).filter(|_| named).collect();
        let urls = match mapping.url.map(|url| url as usize) {
            Some(url) => match names.get(url).map(|name| stem(name)) {
                Some(chosen) if normal(names[url]) != chosen => {
                    (0..names.len()).filter(|index| stem(names[*index]) == chosen).collect()
                }
                _ => vec![url],
            },
            None => addresses(&names),
        };
        (!urls.is_empty()).then_some(Self {
            keyword: mapping.keyword as usize,
            urls,
            position: mapping.position.map(|index| index as usize),
            country: mapping.country.map(|index| index as usize),
        })
    }
}

impl Columns {
    /// The same as a choice, with the first of the columns with addresses.
    pub(super) fn mapping(&self) -> Mapping {
        let number = |index: usize| u32::try_from(index).ok();
        Mapping {
            keyword: number(self.keyword).unwrap_or(0),
            url: self.urls.first().copied().and_then(number),
            position: self.position.and_then(number),
            country: self.country.and_then(number),
            ..Mapping::default()
        }
    }
}

/// A name without its numbers.
fn stem(name: &str) -> String {
    let name = normal(name);
    let words: Vec<&str> = name
        .split(' ')
        .map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()))
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

/// The columns with addresses: the first that is surely one and those that differ from it by their numbers only.
fn addresses(names: &[&str]) -> Vec<usize> {
    let stems: Vec<String> = names.iter().map(|name| stem(name)).collect();
    // Columns that are only numbered: `1`, `2`, ... `10`.
    let numbered = |index: usize| {
        let number = normal(names[index]).parse::<u32>();
        stems[index].is_empty() && number.is_ok_and(|number| (1..=100).contains(&number))
    };
    let all = || 0..names.len();
    let first = all()
        .find(|index| ADDRESS.contains(&stems[*index].as_str()))
        .or_else(|| all().find(|index| PAGE.contains(&stems[*index].as_str())))
        .or_else(|| all().find(|index| numbered(*index)));
    match first {
        Some(first) if stems[first].is_empty() => all().filter(|index| numbered(*index)).collect(),
        Some(first) => all().filter(|index| stems[*index] == stems[first]).collect(),
        None => Vec::new(),
    }
}
