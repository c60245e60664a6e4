//! Clusters a file of labelled keywords at several tightnesses, for comparing with other methods.

use std::fmt::Write as _;
use std::time::Instant;

use engine::clustering::{Keyword, Options, cluster};

/// Reads keywords (to the first tab of each line) and prints a line of JSON for each tightness, divided by commas: the
/// cluster of each keyword, in the order of the file. A keyword left over is a cluster of its own.
pub fn run(path: &str, tightnesses: &str) {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            println!("{path}: {error}");
            return;
        }
    };
    let keywords: Vec<Keyword> = text
        .lines()
        .map(|line| Keyword {
            text: line.split('\t').next().unwrap_or_default(),
            volume: None,
            urls: &[],
        })
        .collect();
    for tightness in tightnesses.split(',').filter_map(|t| t.parse::<f32>().ok()) {
        let options = Options {
            tightness,
            ..Options::default()
        };
        let start = Instant::now();
        let Some(outcome) = cluster(&keywords, &[], &options, &mut |_| true) else {
            continue;
        };
        let seconds = start.elapsed().as_secs_f64();
        let labels = super::labels(&outcome, keywords.len());
        let mut list = String::new();
        for (i, label) in labels.iter().enumerate() {
            let _ = write!(list, "{}{label}", if i > 0 { "," } else { "" });
        }
        println!("{{\"tightness\":{tightness},\"seconds\":{seconds:.4},\"labels\":[{list}]}}");
    }
}
