//! Wrong files, hostile cells, large and broken inputs.

use super::*;

#[test]
fn other_files_are_named() {
    for (bytes, part) in [
        (b"PK\x03\x04....xl/workbook.xml".as_slice(), "Excel"),
        (b"PK\x03\x04....Queries.csv", "ZIP"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "picture"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\x00\x01\x02\x00\x00\x07\x00\x09keyword", "binary"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"\xd0\xcf\x11\xe0\xa1", "Excel"),
    ] {
        match refused(bytes) {
            ImportError::NotText { looks_like } => assert!(looks_like.contains(part), "{looks_like}"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(refused(b""), ImportError::Empty);
    assert_eq!(refused(b"\n \n"), ImportError::Empty);
}

#[test]
fn formulas_are_text_and_escaped_on_the_way_out() {
    let k = &keywords(b"Keyword,Volume\n\"=cmd|' /C calc'!A0\",5\n", "f.csv")[0];
    assert_eq!(k.keyword, "=cmd|' /C calc'!A0");
    assert_eq!(escape_csv_cell(&k.keyword), "'=cmd|' /C calc'!A0");
    for risky in ["+1+2", "-1+2", "@SUM(A1)", "\t=1", " =1", "＝1"] {
        assert!(escape_csv_cell(risky).starts_with('\''), "{risky:?}");
    }
    for fine in ["tea", "-5", "+3.5", "a=b", ""] {
        assert_eq!(escape_csv_cell(fine), fine);
    }
}

/// Gives a header and then the same row again and again, without ever holding the file.
struct Endless {
    left: usize,
    row: Vec<u8>,
    at: usize,
}

impl std::io::Read for Endless {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let mut n = 0;
        while n < buf.len() && self.left > 0 {
            let take = (self.row.len() - self.at).min(buf.len() - n);
            buf[n..n + take].copy_from_slice(&self.row[self.at..self.at + take]);
            n += take;
            self.at += take;
            if self.at == self.row.len() {
                (self.at, self.left) = (0, self.left - 1);
            }
        }
        Ok(n)
    }
}

#[test]
fn long_files_are_streamed_with_the_right_lines() {
    let rows = 60_000;
    let input = std::io::Read::chain(
        b"Keyword,Volume\n".as_slice(),
        Endless {
            left: rows,
            row: b"green tea,\"1,300\"\r\n".to_vec(),
            at: 0,
        },
    );
    let mut reader = Reader::open(input, "f.csv", None).unwrap();
    let mut last = 0;
    let mut count = 0;
    for outcome in reader.by_ref() {
        match outcome.unwrap() {
            Outcome::Keyword(k) => {
                assert_eq!(k.line, last.max(1) + 1);
                last = k.line;
                count += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(count, rows);
    assert_eq!(reader.bytes_read(), 15 + rows as u64 * 19);
}

#[test]
fn very_many_duplicates_are_given_one_by_one_and_nothing_is_read_far_ahead() {
    use std::{cell::Cell, rc::Rc};
    struct Counted<R>(R, Rc<Cell<u64>>);
    impl<R: std::io::Read> std::io::Read for Counted<R> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let read = self.0.read(buffer)?;
            self.1.set(self.1.get() + read as u64);
            Ok(read)
        }
    }
    let (rows, row) = (200_000, b"green tea,1300\n");
    let taken = Rc::new(Cell::new(0));
    let endless = Endless {
        left: rows,
        row: row.to_vec(),
        at: 0,
    };
    let input = std::io::Read::chain(b"Keyword,Volume\n".as_slice(), endless);
    let mut given = 0;
    for outcome in Reader::open(Counted(input, taken.clone()), "f.csv", None).unwrap() {
        assert!(matches!(outcome.unwrap(), Outcome::Keyword(_)));
        given += 1;
        let ahead = taken.get().saturating_sub(given * row.len() as u64);
        assert!(ahead < 600 * 1024, "{ahead} bytes are held after {given} rows");
    }
    assert_eq!(given, rows as u64);
}

#[test]
fn a_failing_input_ends_with_an_error() {
    struct Broken(usize);
    impl std::io::Read for Broken {
        fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
            if self.0 == 0 {
                return Err(std::io::Error::other("cable pulled"));
            }
            self.0 -= 1;
            let row = b"green tea,5\n";
            let n = row.len().min(buf.len());
            buf[..n].copy_from_slice(&row[..n]);
            Ok(n)
        }
    }
    let input = std::io::Read::chain(b"Keyword,Volume\n".as_slice(), Broken(40_000));
    let last = Reader::open(input, "f.csv", None).unwrap().last().unwrap();
    assert!(matches!(last, Err(ImportError::Read(why)) if why.contains("cable")));
}

#[test]
fn a_cut_preview_ignores_the_last_row() {
    let p = preview(b"Keyword,Volume\nred tea,10\ngreen tea,20", false, "f.csv", None).unwrap();
    assert_eq!(p.rows.len(), 1);
    let p = preview(b"Keyword,Volume\nred tea,10\ngreen tea,20", true, "f.csv", None).unwrap();
    assert_eq!(p.rows.len(), 2);
}

#[test]
fn a_chosen_mapping_wins() {
    let text = b"Name,Hits,Keyword\nred tea,10,x1\ngreen tea,20,x2\n";
    let mapping = Mapping {
        keyword: 0,
        volume: Some(1),
        ..Mapping::default()
    };
    let p = preview(text, true, "f.csv", Some(&mapping)).unwrap();
    assert_eq!(p.mapping, mapping);
    assert!(matches!(&p.rows[1].outcome, Outcome::Keyword(k) if k.keyword == "green tea" && k.volume == Some(20)));
    let wrong = Mapping {
        keyword: 9,
        ..Mapping::default()
    };
    assert_eq!(
        preview(text, true, "f.csv", Some(&wrong)).unwrap_err(),
        ImportError::NoSuchColumn { column: 10, columns: 3 }
    );
}

#[test]
fn columns_of_words_are_no_measure() {
    let p = look(
        b"Keyword,Volume,Difficulty\na tea,10,easy\nb tea,20,hard\nc tea,5,medium\n",
        "f.csv",
    );
    assert_eq!(p.mapping.difficulty, None);
    assert!(p.warnings.iter().any(|w| w.contains("words, not numbers")));
}

#[test]
fn previews_travel_as_json() {
    let p = look(b"Keyword,Volume\nred tea,10\n,2\n", "f.csv");
    let json = serde_json::to_string(&p).unwrap();
    assert_eq!(serde_json::from_str::<Preview>(&json).unwrap(), p);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
        if let Ok(reader) = Reader::open(bytes.as_slice(), "f.csv", None) {
            let _ = reader.count();
        }
    }

    #[test]
    fn every_row_of_a_table_has_an_outcome(rows in proptest::collection::vec("[a-z,;\"|0-9 .\\t-]{1,30}", 0..20)) {
        let text = format!("Keyword,Volume\n{}", rows.join("\n"));
        let lines = rows.iter().filter(|r| !r.trim().is_empty()).count();
        if let Ok(reader) = Reader::open(text.as_bytes(), "f.csv", None) {
            let out = reader.count();
            proptest::prop_assert!(out <= lines);
        }
    }
}
