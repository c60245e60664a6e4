//! Judging columns by what is in their cells.

use super::number::{Amount, amount, decimal_evidence};
use crate::Intent;

fn cells(rows: &[Vec<String>], column: usize) -> impl Iterator<Item = &str> {
    rows.iter()
        .filter_map(move |row| row.get(column))
        .map(|c| c.trim())
        .filter(|c| !c.is_empty())
}

/// Share of a column's filled cells that pass a test; `None` when all are blank.
fn share(rows: &[Vec<String>], column: usize, test: impl Fn(&str) -> bool) -> Option<f64> {
    let (mut all, mut passed) = (0u32, 0u32);
    for cell in cells(rows, column) {
        all += 1;
        passed += u32::from(test(cell));
    }
    (all > 0).then(|| f64::from(passed) / f64::from(all))
}

fn is_number(cell: &str) -> bool {
    amount(cell, true, false).is_some() || amount(cell, false, true).is_some()
}

fn is_url(cell: &str) -> bool {
    cell.starts_with("http://")
        || cell.starts_with("https://")
        || cell.starts_with("www.")
        || (cell.starts_with('/') && !cell.contains(' '))
}

fn is_date(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    digits >= 6
        && cell.bytes().all(|b| b.is_ascii_digit() || b"-/.: TZ".contains(&b))
        && cell.bytes().any(|b| b"-/.".contains(&b))
}

/// Whether most cells of a column are addresses of pages.
pub(super) fn looks_like_urls(rows: &[Vec<String>], column: usize) -> bool {
    share(rows, column, is_url).is_some_and(|s| s > 0.6)
}

/// Whether nearly all filled cells of a column are numbers; a few in a file of numbers are no proof.
pub(super) fn mostly_numbers(rows: &[Vec<String>], column: usize) -> bool {
    cells(rows, column).count() >= 2 && share(rows, column, is_number).is_some_and(|s| s > 0.9)
}

/// Whether most cells of a column are words where numbers are expected.
pub(super) fn mostly_words(rows: &[Vec<String>], column: usize) -> bool {
    // A single bad cell in a short file must be reported, not taken as the nature of the column.
    cells(rows, column).count() >= 3
        && share(rows, column, |c| !is_number(c) && c.chars().any(char::is_alphabetic)).is_some_and(|s| s > 0.6)
}

/// The column that reads most like keywords: words, hardly repeated, no numbers, dates or addresses.
pub(super) fn keyword_column(rows: &[Vec<String>], width: usize, allowed: impl Fn(usize) -> bool) -> Option<usize> {
    let mut best: Option<(f64, usize)> = None;
    for column in (0..width).filter(|&c| allowed(c)) {
        let words = share(rows, column, |c| {
            c.chars().any(char::is_alphabetic) && !is_number(c) && !is_url(c) && !is_date(c) && c.chars().count() <= 200
        });
        let Some(words) = words.filter(|&w| w >= 0.6) else {
            continue;
        };
        let mut seen: Vec<&str> = cells(rows, column).collect();
        let all = seen.len();
        seen.sort_unstable();
        seen.dedup();
        let distinct = seen.len() as f64 / all.max(1) as f64;
        let phrases = share(rows, column, |c| c.contains(' ')).unwrap_or(0.0);
        let filled = all as f64 / rows.len().max(1) as f64;
        let score = words + 2.0 * distinct + 0.5 * phrases + filled;
        if best.is_none_or(|(s, _)| score > s + 1e-9) {
            best = Some((score, column));
        }
    }
    best.map(|(_, column)| column)
}

/// Guesses which columns hold volume and difficulty when no name tells.
pub(super) fn number_columns(rows: &[Vec<String>], width: usize, keyword: usize) -> (Option<u32>, Option<u32>) {
    let whole = |column: usize| -> Option<(f64, f64)> {
        let mut values = Vec::new();
        let mut odd = 0usize;
        for cell in cells(rows, column) {
            match amount(cell, true, false) {
                Some(Amount::Exact(v)) if v.fract() == 0.0 && v >= 0.0 => values.push(v),
                Some(Amount::Range(low, _)) => values.push(low),
                Some(Amount::Empty) => {}
                _ => odd += 1,
            }
        }
        let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (values.len() > odd * 4).then_some((max, values.len() as f64))
    };
    let columns: Vec<(usize, f64)> = (0..width)
        .filter(|&c| c != keyword)
        .filter_map(|c| whole(c).map(|(max, _)| (c, max)))
        .filter(|&(c, _)| !is_running_number(rows, c))
        .collect();
    let volume = columns
        .iter()
        .find(|(_, max)| *max > 100.0)
        .or_else(|| columns.first().filter(|_| columns.len() == 1))
        .map(|&(c, _)| c);
    let volume = volume.or_else(|| columns.first().map(|&(c, _)| c));
    let difficulty = columns
        .iter()
        .find(|&&(c, max)| Some(c) != volume && max <= 100.0)
        .map(|&(c, _)| c);
    (volume.map(|c| c as u32), difficulty.map(|c| c as u32))
}

/// 1, 2, 3, …: the number of the row.
pub(super) fn is_running_number(rows: &[Vec<String>], column: usize) -> bool {
    let values: Vec<f64> = cells(rows, column).filter_map(|c| c.parse().ok()).collect();
    values.len() > 2 && values.windows(2).all(|w| w[1] - w[0] == 1.0)
}

/// The column whose cells are names of intents.
pub(super) fn intent_column(rows: &[Vec<String>], width: usize, keyword: usize) -> Option<u32> {
    (0..width)
        .filter(|&c| c != keyword)
        .find(|&c| {
            let named = |cell: &str| cell.chars().any(char::is_alphabetic) && Intent::parse(cell).is_some();
            share(rows, c, named).is_some_and(|s| s > 0.8)
        })
        .map(|c| c as u32)
}

/// Whether the first row names the columns: words where the rows below have numbers.
pub(super) fn is_title_row(first: &[String], data: &[Vec<String>]) -> bool {
    if data.is_empty() || first.iter().any(|c| is_number(c.trim()) && !c.trim().is_empty()) {
        return false;
    }
    (0..first.len()).any(|i| share(data, i, is_number).is_some_and(|s| s > 0.8))
}

/// Whether numbers are written with a decimal comma. Semicolons go with commas, as in most of Europe.
pub(super) fn comma_decimal(rows: &[Vec<String>], delimiter: u8) -> bool {
    let (mut comma, mut point) = (0u32, 0u32);
    for cell in rows.iter().flatten() {
        match decimal_evidence(cell) {
            Some(true) => comma += 1,
            Some(false) => point += 1,
            None => {}
        }
    }
    if comma == point {
        delimiter == b';'
    } else {
        comma > point
    }
}

/// Round figures by which Google stands for a range, with the range.
pub(super) fn bucket(value: i64) -> Option<(i64, i64)> {
    Some(match value {
        0 => (0, 10),
        50 => (10, 100),
        500 => (100, 1_000),
        5_000 => (1_000, 10_000),
        50_000 => (10_000, 100_000),
        500_000 => (100_000, 1_000_000),
        5_000_000 => (1_000_000, 10_000_000),
        _ => return None,
    })
}

/// Whether all volumes of a column are such figures.
pub(super) fn all_buckets(rows: &[Vec<String>], column: usize) -> bool {
    let mut any = false;
    for cell in cells(rows, column) {
        match amount(cell, true, false) {
            Some(Amount::Exact(v)) if v.fract() == 0.0 && bucket(v as i64).is_some() => any |= v > 0.0,
            Some(Amount::Empty) => {}
            _ => return false,
        }
    }
    any
}
