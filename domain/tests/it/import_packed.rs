//! Workbooks and archives.

use std::io::Write;

use domain::{
    jobs::{Job, worker::run_job},
    planner::import,
};
use entity::keyword_import::{ImportKind, ImportMode, ImportReport, ImportStatus, NewImport, Unpacked};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::support::{Ground, Tenant};

pub fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).expect("starts");
        zip.write_all(bytes).expect("writes");
    }
    zip.finish().expect("ends").into_inner()
}

/// A workbook of text, numbers and formulas, as small as the format allows.
fn workbook(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let mut files: Vec<(String, String)> = Vec::new();
    let mut list = String::new();
    let mut relations = String::new();
    let mut types = String::new();
    for (number, (name, rows)) in sheets.iter().enumerate() {
        let number = number + 1;
        list.push_str(&format!(
            "<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>"
        ));
        relations.push_str(&format!("<Relationship Id=\"rId{number}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"));
        types.push_str(&format!("<Override PartName=\"/xl/worksheets/sheet{number}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"));
        let mut body = String::new();
        for (row, cells) in rows.iter().enumerate() {
            body.push_str(&format!("<row r=\"{}\">", row + 1));
            for (column, cell) in cells.iter().enumerate() {
                let place = format!(
                    "{}{}",
                    char::from(b'A' + u8::try_from(column).expect("few columns")),
                    row + 1
                );
                match cell.strip_prefix('=') {
                    Some(formula) => {
                        let (formula, value) = formula.split_once('|').expect("a formula and its value");
                        body.push_str(&format!("<c r=\"{place}\"><f>{formula}</f><v>{value}</v></c>"));
                    }
                    None if cell.is_empty() => {}
                    None if cell.parse::<f64>().is_ok() => {
                        body.push_str(&format!("<c r=\"{place}\"><v>{cell}</v></c>"))
                    }
                    None => body.push_str(&format!(
                        "<c r=\"{place}\" t=\"inlineStr\"><is><t>{}</t></is></c>",
                        cell.replace('&', "&amp;").replace('<', "&lt;")
                    )),
                }
            }
            body.push_str("</row>");
        }
        files.push((format!("xl/worksheets/sheet{number}.xml"), format!("<?xml version=\"1.0\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{body}</sheetData></worksheet>")));
    }
    files.push(("[Content_Types].xml".to_owned(), format!("<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>{types}</Types>")));
    files.push(("_rels/.rels".to_owned(), "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>".to_owned()));
    files.push(("xl/workbook.xml".to_owned(), format!("<?xml version=\"1.0\"?><workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>{list}</sheets></workbook>")));
    files.push(("xl/_rels/workbook.xml.rels".to_owned(), format!("<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{relations}</Relationships>")));
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect();
    archive(&files)
}

fn input(tenant: &Tenant, name: &str, bytes: &[u8]) -> NewImport {
    NewImport {
        kind: ImportKind::Keywords,
        competitor: None,
        country: None,
        sheet: None,
        sector_id: tenant.sector,
        file_name: name.to_owned(),
        size_bytes: i64::try_from(bytes.len()).expect("a size"),
        mapping: None,
        mode: ImportMode::Skip,
    }
}

async fn look(ground: &Ground, tenant: &Tenant, name: &str, bytes: &[u8]) -> domain::Result<Unpacked> {
    let (app, scope) = (&ground.app, &tenant.scope);
    let begun = import::begin(app, scope, input(tenant, name, bytes)).await?;
    import::append(app, scope, begun.id, 0, bytes).await?;
    let found = import::look(app, scope, begun.id, None).await;
    import::cancel(app, scope, begun.id).await?;
    found
}

async fn refusal(ground: &Ground, tenant: &Tenant, bytes: &[u8]) -> String {
    ground
        .upload(tenant, "a.zip", bytes, ImportMode::Skip)
        .await
        .expect_err("refused")
        .to_string()
}

#[tokio::test]
async fn an_archive_of_search_console_gives_its_queries_and_its_market() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let bytes = archive(&[
        ("Diagramm.csv", b"Datum,Klicks,Impressionen,CTR,Position\n2026-01-01,1,2,50%,3\n"),
        ("Filter.csv", "Filter,Wert\nSuchtyp,Web\nDatum,Letzte 3 Monate\nLand,Deutschland\n".as_bytes()),
        ("Länder.csv", "Land,Klicks,Impressionen,CTR,Position\nDeutschland,9,99,9%,3\n".as_bytes()),
        ("Seiten.csv", "Die häufigsten Seiten,Klicks,Impressionen,CTR,Position\nhttps://a.de/,1,2,3%,4\n".as_bytes()),
        ("Suchanfragen.csv", "Häufigste Suchanfragen,Klicks,Impressionen,CTR,Position\nmokkakanne,12,1.340,\"3,5 %\",\"4,2\"\nkaffee,1,20,5%,9\n".as_bytes()),
    ]);
    let seen = look(&ground, &tenant, "export.zip", &bytes).await.expect("a look");
    assert_eq!(
        (seen.sheet.as_str(), seen.country.as_deref(), seen.complete),
        ("Suchanfragen.csv", Some("de"), true)
    );
    assert_eq!(seen.period.as_deref(), Some("Letzte 3 Monate"));
    assert!(seen.head.starts_with("Häufigste"));
    let report: ImportReport = ground.import(&tenant, "export.zip", &bytes, ImportMode::Skip).await;
    assert_eq!(
        (report.import.status, report.import.added),
        (ImportStatus::Completed, 2),
        "{:?}",
        report.import
    );
    assert_eq!(report.import.sheet.as_deref(), Some("Suchanfragen.csv"));
    assert!(report.import.bytes_done <= report.import.size_bytes);
    let moka = ground.keywords(&tenant).await["mokkakanne"].clone();
    assert_eq!(
        (moka.country.as_deref(), moka.impressions, moka.position_hundredths),
        (Some("de"), Some(1_340), Some(420))
    );
    let folder = std::path::Path::new(&ground.app.config.storage.path).join(format!("{}/imports", tenant.site));
    assert_eq!(
        std::fs::read_dir(folder).expect("a folder").count(),
        0,
        "nothing is left"
    );
}

#[tokio::test]
async fn a_workbook_gives_the_sheet_with_the_keywords() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let bytes = workbook(&[
        ("About", &[&["Exported for", "ann"], &["Rows", "3"]]),
        (
            "Keywords",
            &[
                &["Made by a tool"],
                &[],
                &["Keyword", "Volume", "KD", "CPC"],
                &["moka pot", "6600", "=10+15|25", "0.45"],
                &["tea & milk", "", "", ""],
                &["bad row", "many", "1", ""],
                &["espresso\nmachine", "90500", "71", "1.2"],
            ],
        ),
        ("Pages", &[&["URL", "Clicks"], &["https://a.example/", "3"]]),
    ]);
    let seen = look(&ground, &tenant, "book.xlsx", &bytes).await.expect("a look");
    assert_eq!(seen.sheets, ["About", "Keywords", "Pages"]);
    assert_eq!(seen.sheet, "Keywords");
    let report = ground.import(&tenant, "book.xlsx", &bytes, ImportMode::Skip).await;
    assert_eq!((report.import.added, report.import.rejected), (3, 1), "{:?}", report);
    assert_eq!(report.rejects[0].line, 6, "the row of the sheet");
    let rows = ground.keywords(&tenant).await;
    let moka = &rows["moka pot"];
    assert_eq!(
        (moka.volume, moka.difficulty, moka.cpc_cents, moka.import_line),
        (Some(6_600), Some(25), Some(45), Some(4))
    );
    assert_eq!(rows["espresso machine"].volume, Some(90_500));
    // Another sheet may be chosen before it is read.
    let (app, scope) = (&ground.app, &tenant.scope);
    let two = workbook(&[
        ("A", &[&["keyword", "volume"], &["first", "1"]]),
        ("B", &[&["keyword"], &["second"]]),
    ]);
    let begun = import::begin(app, scope, input(&tenant, "two.xlsx", &two))
        .await
        .expect("begins");
    import::append(app, scope, begun.id, 0, &two).await.expect("arrives");
    let seen = import::look(app, scope, begun.id, Some("B".to_owned()))
        .await
        .expect("a look");
    assert_eq!(seen.sheet, "B");
    let chosen = NewImport {
        sheet: Some("B".to_owned()),
        country: Some("fr".to_owned()),
        ..input(&tenant, "two.xlsx", &two)
    };
    import::choose(app, scope, begun.id, chosen).await.expect("chooses");
    import::finish(app, scope, begun.id).await.expect("accepted");
    run_job(&ground.worker(), Job::Import(begun.id)).await;
    let rows = ground.keywords(&tenant).await;
    assert_eq!(rows["second"].country.as_deref(), Some("fr"));
    assert!(!rows.contains_key("first"));
    import::choose(app, scope, begun.id, input(&tenant, "two.xlsx", &two))
        .await
        .expect_err("it is in");
}

#[tokio::test]
async fn hostile_and_useless_archives_are_refused_in_words() {
    let ground = Ground::new().await;
    let tenant = ground.tenant("ann@example.com").await;
    let zeros = vec![b' '; 40 * 1024 * 1024];
    let mut bomb = b"keyword,volume\nmoka pot,1\n".to_vec();
    bomb.extend_from_slice(&zeros);
    let told = refusal(&ground, &tenant, &archive(&[("keywords.csv", &bomb)])).await;
    assert!(told.contains("far more"), "{told}");
    let mut book = workbook(&[("A", &[&["keyword"], &["moka pot"]])]);
    let mut zip = ZipWriter::new_append(std::io::Cursor::new(&mut book)).expect("opens");
    zip.start_file("xl/sharedStrings.xml", SimpleFileOptions::default())
        .expect("starts");
    zip.write_all(&zeros).expect("writes");
    zip.finish().expect("ends");
    let told = refusal(&ground, &tenant, &book).await;
    assert!(told.contains("far more"), "{told}");
    let inner = archive(&[("keywords.csv", b"keyword\nmoka pot\n")]);
    let told = refusal(&ground, &tenant, &archive(&[("inner.zip", &inner)])).await;
    assert!(told.contains("another archive"), "{told}");
    let told = refusal(
        &ground,
        &tenant,
        &archive(&[(
            "pages.csv",
            b"Top pages,Clicks,Impressions,CTR,Position\nhttps://a/,1,2,3%,4\n",
        )]),
    )
    .await;
    assert!(told.contains("pages"), "{told}");
    let told = refusal(&ground, &tenant, &archive(&[("picture.png", b"\x89PNG")])).await;
    assert!(told.contains("no table"), "{told}");
    let mut cut = archive(&[("keywords.csv", b"keyword\nmoka pot\n")]);
    cut.truncate(cut.len() / 2);
    let told = refusal(&ground, &tenant, &cut).await;
    assert!(told.contains("damaged"), "{told}");
    let told = refusal(&ground, &tenant, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 no workbook at all").await;
    assert!(told.contains("cannot be read") || told.contains("damaged"), "{told}");
    assert!(ground.keywords(&tenant).await.is_empty());
}
