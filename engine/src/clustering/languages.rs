//! Which language each keyword of a run is in, and each word.
//!
//! A keyword with words or letters that only one language has is sure. Words take the language of the sure keywords that
//! they are in, and the other keywords the language of their words. A word has one language in the whole run, so that it
//! has one stem.

use rustc_hash::FxHashMap;

use crate::language::Language;
use crate::text::fold;

/// Number of languages.
const ALL: usize = Language::ALL.len();
/// Evidence of a word that only one language has. Whole numbers, so that sums do not depend on the order; eight languages
/// and fewer divide it.
const WORD: u32 = 840;
/// Evidence that makes a keyword sure.
const SURE: u32 = 420;

/// Words by which a search in a language is known, beside its function words. Without diacritics.
#[rustfmt::skip]
const MARKERS: [&[&str]; ALL] = [
    // English.
    &["price", "prices", "cost", "review", "reviews", "cheap", "cheapest", "near", "free", "used", "small", "large",
        "kids", "women", "men", "ideas", "repair", "cleaning", "clean", "fix", "shop", "online", "machine", "house",
        "home", "garden", "kitchen", "shoes", "white", "black", "without", "under", "between", "difference", "make",
        "much", "many", "recipe", "insurance", "school", "water", "tips", "guide", "replacement", "parts", "size"],
    // German.
    &["preis", "preise", "test", "vergleich", "gunstig", "gunstige", "erfahrung", "anleitung", "angebot", "angebote",
        "gebraucht", "mieten", "reinigen", "reparieren", "reparatur", "reinigung", "kinder", "damen", "herren",
        "kleine", "kleiner", "grosse", "rezept", "haus", "wohnung", "kuche", "garten", "schuhe", "bestellen",
        "selber", "machen", "ideen", "beispiele", "kostet", "wieviel", "unterschied", "ersatzteile", "maschine",
        "kaffeemaschine", "waschmaschine", "schreibtisch", "versicherung", "gute", "kostenlos", "nahe"],
    // French.
    &["pas", "cher", "chere", "tarif", "tarifs", "acheter", "achat", "comparatif", "meilleurs", "meilleures", "femme",
        "homme", "enfant", "nettoyer", "nettoyage", "reparer", "reparation", "maison", "chaussures", "bureau",
        "recette", "occasion", "louer", "faire", "idees", "gratuit", "petit", "petite", "coute", "assurance",
        "electrique", "cafe", "lit", "blanc", "noir", "pres", "difference", "entre", "taille", "choisir"],
    // Spanish.
    &["precios", "barato", "barata", "baratos", "baratas", "opiniones", "comparativa", "hombre", "mujer", "ninos",
        "limpiar", "limpieza", "reparar", "reparacion", "casa", "zapatos", "zapatillas", "receta", "alquiler",
        "hacer", "ideas", "gratis", "pequena", "pequeno", "diferencia", "entre", "seguro", "electrica", "electrico",
        "cafetera", "cafe", "cerca", "segunda", "mano", "ofertas", "elegir", "funciona", "espana"],
    // Italian.
    &["prezzi", "economico", "economica", "opinioni", "recensioni", "recensione", "uomo", "donna", "bambini",
        "pulire", "pulizia", "riparare", "riparazione", "casa", "scarpe", "ricetta", "noleggio", "fare", "idee",
        "gratis", "piccola", "piccolo", "differenza", "tra", "assicurazione", "elettrica", "elettrico", "macchina",
        "caffe", "vicino", "usato", "usata", "offerte", "scegliere", "funziona", "acquistare"],
    // Dutch.
    &["prijs", "prijzen", "goedkoop", "goedkoopste", "ervaringen", "vergelijken", "kinderen", "dames", "heren",
        "schoonmaken", "repareren", "reparatie", "huis", "schoenen", "recept", "huren", "maken", "ideeen", "gratis",
        "kleine", "verschil", "tussen", "verzekering", "elektrische", "koffie", "koffiezetapparaat", "buurt",
        "tweedehands", "aanbieding", "kiezen", "werkt", "kost", "bestellen", "bureau", "wasmachine", "fiets"],
    // Portuguese.
    &["precos", "preco", "barato", "barata", "avaliacoes", "avaliacao", "comparacao", "homem", "mulher", "criancas",
        "limpar", "limpeza", "consertar", "conserto", "casa", "sapatos", "tenis", "receita", "alugar", "aluguel",
        "fazer", "ideias", "gratis", "pequena", "pequeno", "diferenca", "entre", "eletrica", "eletrico", "cafeteira",
        "maquina", "perto", "usado", "usada", "ofertas", "escolher", "funciona", "comprar", "infantil"],
    // Polish.
    &["ceny", "cena", "tani", "tanie", "tania", "opinie", "ranking", "porownanie", "dzieci", "damskie", "meskie",
        "czyscic", "wyczyscic", "czyszczenie", "naprawa", "naprawic", "dom", "buty", "przepis", "wynajem", "zrobic",
        "pomysly", "darmowe", "darmowy", "maly", "mala", "roznica", "miedzy", "ubezpieczenie", "elektryczny",
        "elektryczna", "ekspres", "kawy", "blisko", "poblizu", "uzywany", "uzywane", "promocja", "wybrac", "sklep"],
];

/// Pieces of words that hardly occur elsewhere, at the end of a word (`true`) or anywhere in it. Without diacritics.
#[rustfmt::skip]
const PIECES: &[(&str, bool, Language)] = &[
    ("sch", false, Language::De), ("ungen", true, Language::De), ("ung", true, Language::De), ("keit", true, Language::De),
    ("zione", true, Language::It), ("zioni", true, Language::It), ("mento", true, Language::It), ("cchi", false, Language::It),
    ("eaux", true, Language::Fr), ("eux", true, Language::Fr), ("euse", true, Language::Fr), ("oire", true, Language::Fr),
    ("cion", true, Language::Es), ("ciones", true, Language::Es), ("dores", true, Language::Es), ("illa", true, Language::Es),
    ("cao", true, Language::Pt), ("coes", true, Language::Pt), ("lh", false, Language::Pt), ("eiro", true, Language::Pt), ("eira", true, Language::Pt),
    ("ij", false, Language::Nl), ("oek", false, Language::Nl), ("aar", false, Language::Nl), ("eel", true, Language::Nl),
    ("cz", false, Language::Pl), ("sz", false, Language::Pl), ("rz", false, Language::Pl), ("owy", true, Language::Pl), ("owa", true, Language::Pl),
    ("ing", true, Language::En), ("ness", true, Language::En), ("ght", false, Language::En), ("sh", false, Language::En),
];

/// The languages of a run. A slot is an index into [`Languages::present`].
#[derive(Default)]
pub(super) struct Languages {
    /// The languages that matter in the run, the main one first; at least one.
    pub(super) present: Vec<Option<Language>>,
    /// The slot of each text.
    pub(super) of_text: Vec<u8>,
    /// The slot of each word.
    pub(super) of_word: Vec<u8>,
}

impl Languages {
    /// Finds them; `words` are the different words of the texts, whose numbers stand in `tokens` from each of `starts` to
    /// the next.
    pub(super) fn of(words: &[String], tokens: &[u32], starts: &[u32]) -> Languages {
        let evidence = evidence(words);
        let texts = starts.len().saturating_sub(1);
        let of = |text: usize| &tokens[starts[text] as usize..starts[text + 1] as usize];
        let mut sure: Vec<Option<u8>> = vec![None; texts];
        let mut count = [0usize; ALL];
        let mut total = [0u64; ALL];
        for (text, found) in sure.iter_mut().enumerate() {
            let mut sums = [0u32; ALL];
            for &word in of(text) {
                for (sum, e) in sums.iter_mut().zip(evidence[word as usize]) {
                    *sum = sum.saturating_add(u32::from(e));
                }
            }
            for (all, sum) in total.iter_mut().zip(sums) {
                *all += u64::from(sum);
            }
            *found = clear(&sums, SURE);
            if let Some(language) = found {
                count[*language as usize] += 1;
            }
        }
        // Everything counts for the main language; a single sure keyword is enough only where there are few.
        let main = (0..ALL)
            .filter(|&l| total[l] > 168)
            .max_by_key(|&l| (total[l], std::cmp::Reverse(l)));
        let Some(main) = main else {
            return Languages {
                present: vec![None],
                of_text: vec![0; texts],
                of_word: vec![0; words.len()],
            };
        };
        let enough = (count.iter().sum::<usize>() * 3 / 100).max(1);
        let mut slots = [u8::MAX; ALL];
        let mut present = vec![Some(Language::ALL[main])];
        slots[main] = 0;
        for l in 0..ALL {
            if l != main && count[l] >= enough {
                slots[l] = present.len() as u8;
                present.push(Some(Language::ALL[l]));
            }
        }
        if present.len() == 1 {
            return Languages {
                present,
                of_text: vec![0; texts],
                of_word: vec![0; words.len()],
            };
        }
        // What the sure keywords say of their words, then what these say of the other keywords.
        let mut votes: Vec<[u32; ALL]> = evidence
            .iter()
            .map(|e| std::array::from_fn(|l| if slots[l] == u8::MAX { 0 } else { u32::from(e[l]) }))
            .collect();
        let vote = |votes: &mut Vec<[u32; ALL]>, text: usize, language: u8, weight: u32| {
            for &word in of(text) {
                let v = &mut votes[word as usize][language as usize];
                *v = v.saturating_add(weight);
            }
        };
        for (text, found) in sure.iter().enumerate() {
            if let Some(language) = found
                && slots[*language as usize] != u8::MAX
            {
                vote(&mut votes, text, *language, WORD);
            }
        }
        let mut of_text = vec![0u8; texts];
        let mut guessed = Vec::new();
        for text in 0..texts {
            if let Some(language) = sure[text]
                && slots[language as usize] != u8::MAX
            {
                of_text[text] = slots[language as usize];
                continue;
            }
            let mut sums = [0u32; ALL];
            for &word in of(text) {
                let v = &votes[word as usize];
                let all = v.iter().fold(0u32, |a, &b| a.saturating_add(b)).max(1);
                for (sum, &x) in sums.iter_mut().zip(v) {
                    // A word's say is shared between its languages, however often it was seen.
                    *sum += (u64::from(x) * u64::from(WORD) / u64::from(all)) as u32;
                }
            }
            if let Some(language) = clear(&sums, 100) {
                of_text[text] = slots[language as usize];
                guessed.push((text, language));
            }
        }
        for (text, language) in guessed {
            vote(&mut votes, text, language, 1);
        }
        let of_word = votes
            .iter()
            .map(|v| {
                let high = v.iter().copied().max().unwrap_or(0);
                // The main language takes ties, and what nothing is known of.
                if high == 0 || v[main] == high {
                    0
                } else {
                    v.iter().position(|&x| x == high).map_or(0, |l| slots[l])
                }
            })
            .collect();
        Languages {
            present,
            of_text,
            of_word,
        }
    }
}

/// The language with the highest sum, when it is at least `least` and half as much again as any other.
fn clear(sums: &[u32; ALL], least: u32) -> Option<u8> {
    let best = (0..ALL).max_by_key(|&l| (sums[l], std::cmp::Reverse(l)))?;
    let second = (0..ALL).filter(|&l| l != best).map(|l| sums[l]).max().unwrap_or(0);
    (sums[best] >= least && u64::from(sums[best]) * 2 >= u64::from(second) * 3).then_some(best as u8)
}

/// What each word says for each language.
fn evidence(words: &[String]) -> Vec<[u16; ALL]> {
    let mut table: FxHashMap<String, (u8, u8)> = FxHashMap::default();
    for (i, language) in Language::ALL.iter().enumerate() {
        for word in language.function_words() {
            table.entry((*word).to_owned()).or_default().0 |= 1 << i;
            // Many type without accents.
            let folded = fold(word);
            if folded != **word && folded.len() > 2 {
                table.entry(folded).or_default().1 |= 1 << i;
            }
        }
        for word in MARKERS[i] {
            table.entry((*word).to_owned()).or_default().1 |= 1 << i;
        }
    }
    words
        .iter()
        .map(|word| {
            let mut out = [0u16; ALL];
            let mut give = |mask: u8, weight: u32| {
                let each = (weight / mask.count_ones().max(1)) as u16;
                for (i, e) in out.iter_mut().enumerate() {
                    if mask >> i & 1 == 1 {
                        *e += each;
                    }
                }
            };
            let folded = fold(word);
            let (function, _) = table.get(word.as_str()).copied().unwrap_or_default();
            let (_, marker) = table.get(folded.as_str()).copied().unwrap_or_default();
            if function != 0 {
                give(
                    function | marker,
                    if word.chars().count() == 1 { WORD / 4 } else { WORD },
                );
            } else if marker != 0 {
                give(marker, WORD * 3 / 4);
            }
            if !word.is_ascii() {
                let mask = Language::ALL.iter().enumerate().fold(0u8, |mask, (i, l)| {
                    let all = word.chars().filter(|c| !c.is_ascii()).all(|c| l.letters().contains(c));
                    mask | u8::from(all) << i
                });
                give(mask, WORD / 3);
            }
            if folded.len() >= 5 && folded.is_ascii() {
                for (piece, at_end, language) in PIECES {
                    if if *at_end {
                        folded.ends_with(piece)
                    } else {
                        folded.contains(piece)
                    } {
                        give(1 << *language as u8, WORD / 6);
                    }
                }
            }
            out
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn languages(texts: &[&str]) -> Vec<Option<Language>> {
        let mut words: Vec<String> = Vec::new();
        let (mut tokens, mut starts) = (Vec::new(), vec![0u32]);
        for text in texts {
            for word in text.split(' ') {
                let id = words.iter().position(|w| w == word).unwrap_or_else(|| {
                    words.push(word.to_owned());
                    words.len() - 1
                });
                tokens.push(id as u32);
            }
            starts.push(tokens.len() as u32);
        }
        let found = Languages::of(&words, &tokens, &starts);
        found.of_text.iter().map(|&slot| found.present[slot as usize]).collect()
    }

    #[test]
    fn every_keyword_of_a_mixed_run_has_its_own_language() {
        use Language::{De, En, Es, Fr, It, Nl, Pl, Pt};
        let texts = [
            ("best coffee machine for home", En),
            ("kaffeemaschine kaufen", De),
            ("kaffeemaschine delonghi", De),
            ("machine à café pas cher", Fr),
            ("cafetera con molinillo precio", Es),
            ("macchina da caffè prezzi", It),
            ("koffiezetapparaat kopen", Nl),
            ("koffiezetapparaat philips", Nl),
            ("qual a melhor cafeteira elétrica", Pt),
            ("ekspres do kawy ranking", Pl),
            ("ekspres delonghi", Pl),
        ];
        let keywords: Vec<&str> = texts.iter().map(|(t, _)| *t).collect();
        for ((text, wanted), found) in texts.iter().zip(languages(&keywords)) {
            assert_eq!(found, Some(*wanted), "{text}");
        }
    }

    #[test]
    fn a_foreign_name_does_not_make_a_run_mixed() {
        let found = languages(&[
            "la marzocco espresso machine",
            "best espresso machine",
            "cleaning an espresso machine",
        ]);
        assert!(found.iter().all(|l| *l == Some(Language::En)), "{found:?}");
        assert!(languages(&["bosch wgg2440", "miele"]).iter().all(Option::is_none));
    }
}
