//! Files as people have them, built here byte by byte.
#![allow(clippy::unwrap_used)]

use super::*;

mod exports;
mod safety;

fn utf16(text: &str, little: bool, bom: bool) -> Vec<u8> {
    let units = bom.then_some(0xfeffu16).into_iter().chain(text.encode_utf16());
    units
        .flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() })
        .collect()
}

fn look(bytes: &[u8], name: &str) -> Preview {
    preview(bytes, true, name, None).unwrap()
}

fn read(bytes: &[u8], name: &str) -> Vec<Outcome> {
    Reader::open(bytes, name, None).unwrap().map(Result::unwrap).collect()
}

fn keywords(bytes: &[u8], name: &str) -> Vec<KeywordRow> {
    read(bytes, name)
        .into_iter()
        .filter_map(|o| match o {
            Outcome::Keyword(k) => Some(k),
            _ => None,
        })
        .collect()
}

fn rejects(bytes: &[u8]) -> Vec<Reject> {
    read(bytes, "f.csv")
        .into_iter()
        .filter_map(|o| match o {
            Outcome::Rejected(r) => Some(r),
            _ => None,
        })
        .collect()
}

fn refused(bytes: &[u8]) -> ImportError {
    preview(bytes, true, "f.csv", None).unwrap_err()
}

const PLANNER: &str = "Keyword Stats 2026-06-09 at 21_25_18\n\"May 1, 2025 - April 30, 2026\"\nKeyword\tCurrency\tSegmentation\tAvg. monthly searches\tThree month change\tYoY change\tCompetition\tCompetition (indexed value)\tTop of page bid (low range)\tTop of page bid (high range)\tSearches: May 2025\tSearches: Apr 2026\n\tUSD\tDesktop\t1000\t\t\t\t\t\t\t\t\n";

// 1. Encodings, delimiters, line ends, header.

#[test]
fn every_encoding_gives_the_same_rows() {
    let text = "Keyword,Volume\ncafé crème,10\nżółw,20\n";
    for (bytes, name) in [
        (text.as_bytes().to_vec(), "UTF-8"),
        ([b"\xef\xbb\xbf", text.as_bytes()].concat(), "UTF-8 with BOM"),
        (utf16(text, true, true), "UTF-16LE"),
        (utf16(text, true, false), "UTF-16LE"),
        (utf16(text, false, true), "UTF-16BE"),
        (utf16(text, false, false), "UTF-16BE"),
    ] {
        assert_eq!(look(&bytes, "f.csv").encoding, name);
        let rows = keywords(&bytes, "f.csv");
        assert_eq!(
            rows.iter().map(|k| k.keyword.as_str()).collect::<Vec<_>>(),
            ["café crème", "żółw"],
            "{name}"
        );
        assert_eq!(rows[1].volume, Some(20));
    }
    let latin = b"Keyword;Volume\nk\xfcche g\xfcnstig;1.300\n";
    let p = look(latin, "f.csv");
    assert_eq!(p.encoding, "Windows-1252");
    assert!(p.warnings.iter().any(|w| w.contains("Unicode")));
    assert_eq!(
        (
            keywords(latin, "f.csv")[0].keyword.as_str(),
            keywords(latin, "f.csv")[0].volume
        ),
        ("küche günstig", Some(1300))
    );
}

#[test]
fn utf16_without_mark_in_another_script() {
    let text = format!("Ключевое слово\tЧастотность\n{}", "купить диван\t100\n".repeat(50));
    let rows = keywords(&utf16(&text, true, false), "f.csv");
    assert_eq!(rows.len(), 50);
    assert_eq!((rows[0].keyword.as_str(), rows[0].volume), ("купить диван", Some(100)));
}

#[test]
fn every_delimiter_and_line_end() {
    for delimiter in [',', ';', '\t', '|'] {
        for end in ["\n", "\r\n", "\r"] {
            let text = "Keyword,Volume,KD\nred tea,100,5\ngreen tea,200,6\n\n\n"
                .to_string()
                .replace(',', &delimiter.to_string())
                .replace('\n', end);
            let p = look(text.as_bytes(), "f.csv");
            assert_eq!(p.delimiter, delimiter);
            let rows = keywords(text.as_bytes(), "f.csv");
            assert_eq!(rows.len(), 2, "{delimiter:?} {end:?}");
            assert_eq!(
                (rows[1].line, rows[1].volume, rows[1].difficulty),
                (3, Some(200), Some(6))
            );
        }
    }
}

#[test]
fn quoted_cells_over_several_lines_keep_the_line_numbers() {
    let text = "Database,Keyword,Volume,Keyword Difficulty,Content references\nus,\"tea, green\",100,5,\"one\ntwo \"\"x\"\"\nthree\"\nus,red tea,7,8,\n";
    let rows = keywords(text.as_bytes(), "f.csv");
    assert_eq!((rows[0].keyword.as_str(), rows[0].line), ("tea, green", 2));
    assert_eq!((rows[1].keyword.as_str(), rows[1].line), ("red tea", 5));
}

#[test]
fn header_far_down_decides_the_delimiter() {
    let text = format!(
        "{}Keyword;Search Volume;CPC;Competition;Keyword Difficulty Index\nred tea;1.300;0,45;0,9;35,20\n",
        "# made by hand, with, commas, everywhere\n".repeat(30)
    );
    let p = look(text.as_bytes(), "f.csv");
    assert_eq!((p.delimiter, p.header_line, p.dialect.as_str()), (';', 31, "Semrush"));
    let k = &keywords(text.as_bytes(), "f.csv")[0];
    assert_eq!(
        (k.volume, k.cpc_cents, k.difficulty, k.line),
        (Some(1300), Some(45), Some(35), 32)
    );
}

#[test]
fn moz_block_before_the_header() {
    let text = "# ---\nList Name,Hip Seattle\nLocation,United States\n# ---\n\nKeyword,Locale,Min Volume,Max Volume,Difficulty,Organic CTR,Importance,Priority,Date Analyzed\nhip bars,en-US,201,500,38,62,3,45,2026-01-02\n";
    let p = look(text.as_bytes(), "list.csv");
    assert_eq!((p.header_line, p.dialect.as_str()), (6, "Moz"));
    let k = &keywords(text.as_bytes(), "list.csv")[0];
    assert_eq!(
        (
            k.volume_low,
            k.volume_high,
            k.volume_estimated,
            k.difficulty,
            k.country.as_deref()
        ),
        (Some(201), Some(500), true, Some(38), Some("us"))
    );
}

#[test]
fn a_file_may_name_its_delimiter() {
    let p = look(b"sep=;\nKeyword;Volume\nred, tea;5\n", "f.csv");
    assert_eq!((p.delimiter, p.header_line), (';', 2));
    assert!(matches!(&p.rows[0].outcome, Outcome::Keyword(k) if k.keyword == "red, tea"));
}

#[test]
fn lists_without_header() {
    let p = look(b"red tea\ngreen tea, organic\nblack tea\n", "f.txt");
    assert_eq!(
        (p.header_line, p.mapping.keyword, p.dialect.as_str()),
        (0, 0, "Plain list of keywords")
    );
    assert_eq!(
        keywords(b"red tea\ngreen tea, organic\nblack tea\n", "f.txt")[1].keyword,
        "green tea, organic"
    );
    let table = b"1,red tea,1200,35\n2,green tea,90,12\n3,black tea,4400,80\n4,white tea,10,4\n";
    let p = look(table, "f.csv");
    assert_eq!(
        (p.header_line, p.mapping.keyword, p.mapping.volume, p.mapping.difficulty),
        (0, 1, Some(2), Some(3))
    );
    assert!(!p.warnings.is_empty());
    assert_eq!(keywords(table, "f.csv").len(), 4);
}

#[test]
fn names_nobody_knows_are_judged_by_the_cells() {
    let p = look(
        "Frasi xyz;Quante\nscarpe rosse;1.200\nscarpe blu;90\nscarpe nere;500\n".as_bytes(),
        "f.csv",
    );
    assert_eq!((p.header_line, p.mapping.keyword, p.mapping.volume), (1, 0, Some(1)));
    let p = look(
        "Zapytanka,CTR,Position,Volume\nbuty czerwone,3%,4,90\nbuty czarne,2%,5,80\n".as_bytes(),
        "f.csv",
    );
    assert_eq!((p.mapping.keyword, p.mapping.volume), (0, Some(3)));
}

// 2. Competition is not difficulty; blank is not zero.

#[test]
fn planner_competition_is_never_difficulty_and_blank_is_not_zero() {
    let text = format!(
        "{PLANNER}red tea\tUSD\t\t1300\t0%\t0%\tHigh\t92\t0.45\t1.80\t1000\t1600\ngreen tea\tUSD\t\t\t\t\t\t\t\t\t\t\n"
    );
    let p = look(&utf16(&text, true, true), "Keyword Stats.csv");
    assert_eq!(
        (p.dialect.as_str(), p.header_line, p.delimiter, p.mapping.difficulty),
        ("Google Keyword Planner", 3, '\t', None)
    );
    let rows = keywords(&utf16(&text, true, true), "Keyword Stats.csv");
    assert_eq!(
        (
            rows[0].volume,
            rows[0].difficulty,
            rows[0].cpc_cents,
            rows[0].volume_estimated
        ),
        (Some(1300), None, Some(45), false)
    );
    assert_eq!(
        (rows[1].volume, rows[1].difficulty, rows[1].cpc_cents),
        (None, None, None)
    );
}

#[test]
fn ubersuggest_zero_is_below_the_threshold() {
    let k = &keywords(
        b"Keywords,Volume,Position,Est. Visits,Seo Difficulty,Ranking Url\nrare tea,0,3,0,12,https://example.com\n",
        "f.csv",
    )[0];
    assert_eq!(
        (k.volume, k.volume_estimated, k.volume_high, k.difficulty),
        (Some(0), true, Some(10), Some(12))
    );
    let p = look(
        b"Keyword,Search Volume,SEO Difficulty,Paid Difficulty,CPC\ntea,10,20,90,1\n",
        "f.csv",
    );
    assert_eq!(p.mapping.difficulty, Some(2));
}

// 3. Ranges and buckets.

#[test]
fn ranges_and_buckets_are_estimates_and_agree() {
    let range = format!(
        "{PLANNER}red tea\tUSD\t\t10K – 100K\t\t\tLow\t\t\t\t\t\ngreen tea\tUSD\t\t100 - 1K\t\t\t\t\t\t\t\t\nrare\tUSD\t\t<10\t\t\t\t\t\t\t\t\nhuge\tUSD\t\t1M+\t\t\t\t\t\t\t\t\n"
    );
    let rows = keywords(range.as_bytes(), "f.csv");
    let got: Vec<_> = rows
        .iter()
        .map(|k| (k.volume_low, k.volume_high, k.volume_estimated))
        .collect();
    assert_eq!(
        got,
        [
            (Some(10_000), Some(100_000), true),
            (Some(100), Some(1000), true),
            (Some(0), Some(10), true),
            (Some(1_000_000), None, true)
        ]
    );
    let bucket = format!(
        "{PLANNER}red tea\tUSD\t\t50000\t0%\t∞\tLow\t\t\t\t\t\ngreen tea\tUSD\t\t500\t900%\t-90%\t\t\t\t\t\t\nx\tUSD\t\t0\t\t\t\t\t\t\t\t\n"
    );
    let same = keywords(bucket.as_bytes(), "f.csv");
    assert_eq!(
        (
            same[0].volume,
            same[0].volume_low,
            same[0].volume_high,
            same[0].volume_estimated
        ),
        (rows[0].volume, Some(10_000), Some(100_000), true)
    );
    assert_eq!(same[1].volume, rows[1].volume);
    // With figures for single months the same numbers are exact.
    let exact = format!("{PLANNER}red tea\tUSD\t\t500\t0%\t0%\tLow\t\t\t\t400\t600\n");
    assert!(!keywords(exact.as_bytes(), "f.csv")[0].volume_estimated);
}

// 4. Numbers.

#[test]
fn numbers_with_a_decimal_comma_under_english_names() {
    let text = "Keyword\tAvg. monthly searches\tCompetition\tTop of page bid (low range)\nthé vert\t1\u{a0}300\tÉlevée\t0,45\nthé noir\t12.100\tFaible\t1,80\n";
    let rows = keywords(text.as_bytes(), "f.csv");
    assert_eq!((rows[0].volume, rows[0].cpc_cents), (Some(1300), Some(45)));
    assert_eq!((rows[1].volume, rows[1].cpc_cents), (Some(12_100), Some(180)));
}

#[test]
fn a_bad_number_rejects_the_row_and_says_where() {
    let bad = rejects(
        "Keyword,Volume,KD\ntea,lots,5\ngreen tea,10,101\nred tea,-5,1\nblack tea,-,n/a\nwhite tea,--,high\n"
            .as_bytes(),
    );
    assert_eq!(bad.iter().map(|r| r.line).collect::<Vec<_>>(), [2, 3, 4, 6]);
    assert!(bad[0].reason.contains("lots") && bad[0].reason.contains("Volume"));
    assert!(
        bad[1].reason.contains("101") && bad[1].reason.contains("between 0 and 100") && bad[1].reason.contains("KD")
    );
    assert_eq!(bad[0].raw, "tea,lots,5");
}

// 5. Segments.

#[test]
fn segment_rows_are_skipped_and_reported() {
    let out = read(format!("{PLANNER}tea\tUSD\t\t10\t\t\t\t\t\t\t\t\n").as_bytes(), "f.csv");
    assert!(matches!(&out[0], Outcome::Skipped { line: 4, reason } if reason.contains("segment")));
    assert!(matches!(&out[1], Outcome::Keyword(k) if k.keyword == "tea"));
}

// 6. Market.

#[test]
fn market_from_column_or_file_name_and_global_volume_never() {
    let text = "#,Keyword,Country,Difficulty,Global volume,Volume,CPC,CPS,Parent Keyword\n1,tea,gb,20,90000,100,0.5,1,teas\n2,chai,UK,,900,,,,\n";
    let p = look(text.as_bytes(), "f.csv");
    assert_eq!(
        (p.dialect.as_str(), p.mapping.keyword, p.mapping.volume),
        ("Ahrefs", 1, Some(5))
    );
    let rows = keywords(text.as_bytes(), "f.csv");
    assert!(rows.iter().all(|k| k.country.as_deref() == Some("gb")));
    assert_eq!((rows[0].volume, rows[1].volume), (Some(100), None));
    let named = look(b"Keyword,Volume\ntea,1\n", "tea_broad-match_us_2026-05-01.csv");
    assert_eq!(named.country.as_deref(), Some("us"));
    assert!(matches!(&named.rows[0].outcome, Outcome::Keyword(k) if k.country.as_deref() == Some("us")));
    let only_global = look(b"Keyword,Difficulty,Global volume\ntea,1,900\n", "f.csv");
    assert_eq!(only_global.mapping.volume, None);
}

// 7. Histories are not volumes.

#[test]
fn trends_and_months_are_not_the_volume() {
    let p = look(b"Keyword,Intent,Trend,Searches: May 2025,SV trend (09-2024 - 08-2026),Volume,Keyword Difficulty,CPC (USD),SERP Features\ntea,I,\"0.1,0.5,1\",700,\"1,2,3\",\"1,300\",35,0.20,\n", "f.csv");
    assert_eq!(
        (
            p.dialect.as_str(),
            p.mapping.volume,
            p.mapping.difficulty,
            p.mapping.cpc
        ),
        ("Semrush", Some(5), Some(6), Some(7))
    );
    assert!(matches!(&p.rows[0].outcome, Outcome::Keyword(k) if k.volume == Some(1300)));
}

// 8. Intent.

#[test]
fn intents_of_all_kinds() {
    let rows = keywords(b"database;Keyword;Search Volume;Keyword Difficulty Index;Intent\nus;tea;10;1;1,0\nus;buy tea;10;1;3\nus;best tea;10;1;\n", "f.csv");
    assert_eq!(
        rows.iter().map(|k| (k.intent, k.intent_guessed)).collect::<Vec<_>>(),
        [
            (Intent::Informational, false),
            (Intent::Transactional, false),
            (Intent::Commercial, true)
        ]
    );
    let flags = keywords(b"Keyword,Volume,Informational,Navigational,Commercial,Transactional,Branded\ntea,1,FALSE,TRUE,FALSE,FALSE,FALSE\nchai,1,FALSE,FALSE,FALSE,TRUE,TRUE\nmate,1,,,,,\n", "f.csv");
    assert_eq!(
        flags.iter().map(|k| (k.intent, k.intent_guessed)).collect::<Vec<_>>(),
        [
            (Intent::Navigational, false),
            (Intent::Transactional, false),
            (Intent::Informational, true)
        ]
    );
}

// 9. Identity.

#[test]
fn the_key_brings_duplicates_together() {
    let rows = keywords(
        "Keyword,Position,Search Volume,URL\nWomen’s  Tea,1,10,https://a\nwomen's tea,2,10,https://b\n".as_bytes(),
        "f.csv",
    );
    assert_eq!(rows[0].key, rows[1].key);
    assert_eq!(rows[0].keyword, "Women’s Tea");
}

// 10. Search Console.

#[test]
fn search_console_has_no_volume_and_warns() {
    for header in [
        "Top queries,Clicks,Impressions,CTR,Position",
        "Häufigste Suchanfragen,Klicks,Impressionen,Klickrate,Position",
        "Requêtes les plus fréquentes,Clics,Impressions,CTR,Position moyenne",
        "Query principali,Clic,Impressioni,CTR,Posizione media",
        "Populairste zoekopdrachten,Klikken,Vertoningen,CTR,Positie",
        "Consultas principales,Clics,Impresiones,CTR,Posición media",
    ] {
        let mut text = format!("{header}\n");
        for i in 0..1000 {
            text.push_str(&format!("tea {i},1,500,\"3,0 %\",\"4,2\"\n"));
        }
        let p = look(text.as_bytes(), "Queries.csv");
        assert_eq!(
            (p.dialect.as_str(), p.mapping.volume),
            ("Google Search Console", None),
            "{header}"
        );
        assert!(p.warnings.iter().any(|w| w.contains("1,000")) && p.warnings.iter().any(|w| w.contains("country")));
        let rows = keywords(text.as_bytes(), "Queries.csv");
        assert!(rows.len() == 1000 && rows.iter().all(|k| k.volume.is_none() && k.difficulty.is_none()));
        text.push_str("one more,1,5,3%,4\n");
        assert!(
            !look(text.as_bytes(), "Queries.csv")
                .warnings
                .iter()
                .any(|w| w.contains("1,000"))
        );
    }
}

#[test]
fn reports_about_something_else_are_refused() {
    for text in [
        "Top pages,Clicks,Impressions,CTR,Position\nhttps://a/,1,2,3%,4\n",
        "Title,URL,Est. Visits,Backlinks\nTea,https://a,1,2\n",
        "Häufigste Seiten,Klicks,Impressionen,CTR,Position\nhttps://a/,1,2,3%,4\n",
        "Sidor xyz,Clicks,Impressions,CTR,Position\nhttps://a/,1,2,3%,4\nhttps://b/,1,2,3%,4\n",
    ] {
        let error = refused(text.as_bytes());
        assert!(matches!(error, ImportError::PagesReport { .. }), "{text}");
        assert!(error.to_string().contains("about pages"));
    }
    assert!(matches!(
        refused(b"Filter,Value\nSearch type,Web\nDate,Last 3 months\n"),
        ImportError::NoKeywordColumn { .. }
    ));
    assert!(matches!(
        refused(b"Country,Clicks,Impressions,CTR,Position\nGermany,1,2,3%,4\n"),
        ImportError::NoKeywordColumn { .. }
    ));
    assert!(matches!(refused(b"1\n2\n3\n"), ImportError::NoKeywordColumn { .. }));
}

// 11. Nothing is dropped silently.

#[test]
fn every_line_has_an_outcome() {
    let long = "x".repeat(201);
    let text = format!(
        "Keyword,Volume,KD\ntea,1,2\n,5,6\n{long},1,2\ntea, green,1,2\nshort\n,,\n\"open,1,2\nchai,3,4\n***,1,1\nKeyword,Volume,KD\n"
    );
    let out = read(text.as_bytes(), "f.csv");
    let shape: Vec<(char, u64)> = out
        .iter()
        .map(|o| match o {
            Outcome::Keyword(k) => ('k', k.line),
            Outcome::Rejected(r) => ('r', r.line),
            Outcome::Skipped { line, .. } => ('s', *line),
        })
        .collect();
    assert_eq!(
        shape,
        [
            ('k', 2),
            ('r', 3),
            ('r', 4),
            ('r', 5),
            ('r', 6),
            ('s', 7),
            ('r', 8),
            ('k', 9),
            ('r', 10),
            ('s', 11)
        ]
    );
    let reasons: Vec<String> = rejects(text.as_bytes()).into_iter().map(|r| r.reason).collect();
    for (reason, part) in reasons.iter().zip([
        "no keyword",
        "201 characters",
        "4 cells",
        "only 1 of the 3",
        "quotation mark",
        "no letter",
    ]) {
        assert!(reason.contains(part), "{reason} / {part}");
    }
    assert!(rejects(text.as_bytes()).iter().all(|r| r.raw.chars().count() <= 200));
    assert_eq!(
        rejects(b"Keyword,Volume\ntea,1,,\n").len(),
        0,
        "empty cells too many are harmless"
    );
}
