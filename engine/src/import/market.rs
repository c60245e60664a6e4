//! Which market a cell or a file name means.

/// ISO 3166-1 alpha-2 codes in lower case.
const CODES: &str = "ad ae af ag ai al am ao ar as at au aw az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cd cf cg \
ch ci cl cm cn co cr cu cv cy cz de dj dk dm do dz ec ee eg er es et fi fj fm fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gt gu gw \
gy hk hn hr ht hu id ie il im in iq ir is it je jm jo jp ke kg kh ki km kn kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me \
mg mh mk ml mm mn mo mq mr ms mt mu mv mw mx my mz na ne ng ni nl no np nr nz om pa pe pf pg ph pk pl pr ps pt pw py qa re ro rs ru \
rw sa sb sc sd se sg si sk sl sm sn so sr ss st sv sy sz td tg th tj tl tm tn to tr tt tv tw tz ua ug us uy uz va vc ve vg vi vn vu \
ws xk ye yt za zm zw";

/// Names of the markets that keyword tools list most, in English and at home.
#[rustfmt::skip]
const NAMES: &[(&str, &str)] = &[
    ("united states", "us"), ("united states of america", "us"), ("usa", "us"), ("vereinigte staaten", "us"),
    ("etats unis", "us"), ("estados unidos", "us"),
    ("stati uniti", "us"), ("verenigde staten", "us"), ("united kingdom", "gb"), ("great britain", "gb"), ("uk",
    "gb"), ("england", "gb"),
    ("vereinigtes konigreich", "gb"), ("royaume uni", "gb"), ("reino unido", "gb"), ("germany", "de"),
    ("deutschland", "de"), ("allemagne", "de"),
    ("alemania", "de"), ("austria", "at"), ("osterreich", "at"), ("switzerland", "ch"), ("schweiz", "ch"),
    ("suisse", "ch"), ("france", "fr"),
    ("frankreich", "fr"), ("francia", "fr"), ("spain", "es"), ("espana", "es"), ("spanien", "es"), ("espagne",
    "es"), ("italy", "it"), ("italia", "it"), ("italien", "it"),
    ("netherlands", "nl"), ("the netherlands", "nl"), ("nederland", "nl"), ("niederlande", "nl"), ("belgium", "be"),
    ("belgie", "be"), ("belgique", "be"), ("portugal", "pt"),
    ("brazil", "br"), ("brasil", "br"), ("poland", "pl"), ("polska", "pl"), ("polen", "pl"), ("canada", "ca"),
    ("australia", "au"), ("new zealand", "nz"),
    ("ireland", "ie"), ("india", "in"), ("mexico", "mx"), ("argentina", "ar"), ("chile", "cl"), ("colombia", "co"),
    ("peru", "pe"), ("sweden", "se"), ("sverige", "se"),
    ("norway", "no"), ("norge", "no"), ("denmark", "dk"), ("danmark", "dk"), ("finland", "fi"), ("suomi", "fi"),
    ("czech republic", "cz"), ("czechia", "cz"), ("turkey", "tr"), ("turkiye", "tr"),
    ("greece", "gr"), ("hungary", "hu"), ("romania", "ro"), ("ukraine", "ua"), ("russia", "ru"), ("japan", "jp"),
    ("south korea", "kr"), ("singapore", "sg"), ("hong kong", "hk"),
    ("south africa", "za"), ("united arab emirates", "ae"), ("israel", "il"), ("philippines", "ph"), ("indonesia",
    "id"), ("malaysia", "my"), ("thailand", "th"), ("vietnam", "vn"), ("pakistan", "pk"), ("nigeria", "ng"),
];

fn code(word: &str) -> Option<&'static str> {
    if word == "uk" {
        return Some("gb");
    }
    if word.len() != 2 {
        return None;
    }
    CODES.split(' ').find(|c| *c == word)
}

/// The market a cell names: a code (`US`, `uk`), a locale (`en-US`), a database (`mobile-us`) or a name.
pub fn of_cell(cell: &str) -> Option<String> {
    let cell = cell.trim();
    if let [a, b] = cell.as_bytes() {
        // Nearly every cell is one of these.
        let lower = [a.to_ascii_lowercase(), b.to_ascii_lowercase()];
        return code(std::str::from_utf8(&lower).ok()?).map(str::to_owned);
    }
    let name = super::columns::normal(cell);
    if let Some((_, found)) = NAMES.iter().find(|(n, _)| *n == name) {
        return Some((*found).to_owned());
    }
    let words: Vec<&str> = name.split(' ').collect();
    match words.as_slice() {
        [_, last] => code(last).map(str::to_owned),
        [one] => code(one).map(str::to_owned),
        _ => None,
    }
}

/// Markets to choose from: code and English name, by name.
pub fn markets() -> Vec<(&'static str, &'static str)> {
    let mut known: Vec<(&str, &str)> = Vec::new();
    for (name, code) in NAMES {
        // The first name of a code is the English one.
        if known.iter().all(|(seen, _)| seen != code) {
            known.push((code, name));
        }
    }
    known.sort_unstable_by_key(|(_, name)| *name);
    known
}

/// The market that a line above the table tells: `Location: United States`, `Country;Deutschland`.
pub(super) fn of_title(text: &str, lines: u64) -> Option<String> {
    text.lines()
        .take(lines.saturating_sub(1).min(40) as usize)
        .find_map(|line| {
            let line = line.trim_start_matches(['#', ' ', '"']);
            let (name, value) = line.split_once([':', ',', ';', '\t', '=', '|'])?;
            if super::columns::role(name.trim_matches(['"', ' '])) != Some(super::columns::Role::Country) {
                return None;
            }
            value
                .split([',', ';', '\t', '|', '('])
                .find_map(|v| of_cell(v.trim_matches(['"', ' '])))
        })
}

/// Codes that are also words, hence no evidence in a file name by themselves.
#[rustfmt::skip]
const WORDS: &[&str] =
    &["in", "to", "is", "it", "be", "no", "at", "as", "my", "me", "so", "am", "by", "do", "la", "de", "es", "al",
        "id", "tv", "us", "et", "ai", "pr", "st", "vs", "co"];

/// Codes among [`WORDS`] that are large markets.
const MARKETS: &[&str] = &["in", "it", "be", "no", "at", "de", "es", "us"];

/// The market a file name tells, as the usual tools put it there.
pub(super) fn of_file_name(file_name: &str) -> Option<String> {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or("").to_lowercase();
    let stem = name.rsplit_once('.').map_or(
        name.as_str(),
        |(stem, end)| if end.len() <= 4 { stem } else { name.as_str() },
    );
    let words: Vec<&str> = stem
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    let is_date = |w: &str| w.len() >= 4 && w.bytes().take(4).all(|b| b.is_ascii_digit());
    let announces = |w: &str| {
        matches!(
            w,
            "google"
                | "match"
                | "positions"
                | "organic"
                | "database"
                | "db"
                | "country"
                | "market"
                | "keywords"
                | "related"
                | "questions"
                | "terms"
                | "bing"
        )
    };
    for (i, word) in words.iter().enumerate() {
        let Some(found) = code(word) else { continue };
        let before = i.checked_sub(1).and_then(|p| words.get(p)).copied().unwrap_or("");
        let after = words.get(i + 1).copied();
        let sure = announces(before) && (after.is_none_or(|a| is_date(a) || a.len() > 2) || before == "google");
        let dated = after.is_some_and(is_date) && i > 0;
        // After an underscore even a code that is a word is meant: nobody writes "how_to_do" for a file of keywords.
        let marked = MARKETS.contains(word) && stem.ends_with(&format!("_{word}"));
        let last = after.is_none() && i > 0 && (!WORDS.contains(word) || announces(before) || marked);
        if sure && !(WORDS.contains(word) && after.is_some_and(|a| !is_date(a)) && before != "google") || dated || last
        {
            return Some(found.to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells() {
        for (cell, want) in [
            ("US", "us"),
            ("uk", "gb"),
            ("gb", "gb"),
            ("en-US", "us"),
            ("United Kingdom", "gb"),
            ("Österreich", "at"),
            ("mobile-de", "de"),
        ] {
            assert_eq!(of_cell(cell).as_deref(), Some(want), "{cell}");
        }
        assert_eq!(of_cell("Atlantis"), None);
        assert_eq!(of_cell(""), None);
        assert_eq!(of_cell("xx"), None);
    }

    #[test]
    fn file_names() {
        for (name, want) in [
            ("coffee_broad-match_us_2026-05-01.csv", Some("us")),
            ("google_gb_coffee_matching-terms_2026-05-01_10-11.csv", Some("gb")),
            ("example.com-organic.Positions-uk-20260628-2026-06-29.csv", Some("gb")),
            ("keywords-de.csv", Some("de")),
            ("how-to-export.csv", None),
            ("things to do in paris.csv", None),
            ("Queries.csv", None),
            ("best-in-show.csv", None),
        ] {
            assert_eq!(of_file_name(name).as_deref(), want, "{name}");
        }
    }
}
