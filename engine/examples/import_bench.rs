//! Rows per second of the CSV reader, on a table made in memory.
//!
//! `cargo run --release -p engine --example import_bench -- 1000000`

#![allow(clippy::print_stdout)] // A benchmark's result is its output.

use std::fmt::Write;
use std::time::Instant;

use engine::import::{Outcome, Reader};

fn main() {
    let rows: u32 = std::env::args()
        .nth(1)
        .and_then(|n| n.parse().ok())
        .unwrap_or(1_000_000);
    for (name, header, intents) in [
        (
            "keyword,volume,difficulty,intent",
            "keyword,volume,difficulty,intent\n",
            true,
        ),
        ("without intent", "keyword,volume,difficulty,cpc\n", false),
    ] {
        let mut csv = String::from(header);
        for i in 0..rows {
            let intent = if intents {
                ["informational", "commercial"][i as usize & 1]
            } else {
                "1.25"
            };
            let _ = writeln!(
                csv,
                "how to clean espresso machine model {i},{},{},{intent}",
                i % 90_000,
                i % 101
            );
        }
        let bytes = csv.len();
        let start = Instant::now();
        let reader = match Reader::open(csv.as_bytes(), "bench.csv", None) {
            Ok(reader) => reader,
            Err(error) => {
                println!("{error}");
                return;
            }
        };
        let keywords = reader.filter(|o| matches!(o, Ok(Outcome::Keyword(_)))).count();
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{{\"table\":\"{name}\",\"rows\":{keywords},\"mb\":{:.1},\"seconds\":{seconds:.3},\"rows_per_second\":{:.0}}}",
            bytes as f64 / 1e6,
            keywords as f64 / seconds
        );
    }
}
