//! Speed, memory and quality of clustering on a labelled set made up on the spot:
//! `cargo run --release -p engine --example cluster_bench -- 10000`. With `dump` as second argument the set
//! is printed instead (keyword, tab, label), for running other programs on the same data.

#![allow(clippy::print_stdout)] // A benchmark's result is its output.

mod file;
mod set;

use std::time::Instant;

use engine::clustering::quality::{adjusted_rand_index, v_measure};
use engine::clustering::{Keyword, Options, Outcome, cluster};

fn main() {
    let mut args = std::env::args().skip(1);
    if std::env::args().nth(1).as_deref() == Some("file") {
        return file::run(
            &std::env::args().nth(2).unwrap_or_default(),
            &std::env::args().nth(3).unwrap_or_default(),
        );
    }
    let n: usize = args.next().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let mode = args.next().unwrap_or_default();
    let (texts, truth) = set::labelled(n);
    if mode == "dump" {
        for (text, label) in texts.iter().zip(&truth) {
            println!("{text}\t{label}");
        }
        return;
    }
    let keywords: Vec<Keyword> = texts
        .iter()
        .map(|t| Keyword {
            text: t,
            volume: None,
            urls: &[],
        })
        .collect();
    let options = Options {
        tightness: mode.parse().unwrap_or(0.5),
        ..Options::default()
    };
    let start = Instant::now();
    let Some(outcome) = cluster(&keywords, &[], &options, &mut |_| true) else {
        return;
    };
    let seconds = start.elapsed().as_secs_f64();
    let found = labels(&outcome, texts.len());
    // The same for the keywords whose question is put in words the clusterer was not told about.
    let pick = |of: &[u32]| -> Vec<u32> {
        of.iter()
            .zip(&truth)
            .filter(|(_, t)| set::is_unlisted(**t))
            .map(|(x, _)| *x)
            .collect()
    };
    let unlisted = adjusted_rand_index(&pick(&truth), &pick(&found));
    let mut kinds = truth.clone();
    kinds.sort_unstable();
    kinds.dedup();
    println!(
        "{{\"n\":{},\"seconds\":{seconds:.3},\"true_clusters\":{},\"clusters\":{},\"leftover\":{},\"ari\":{:.3},\"v_measure\":{:.3},\"ari_unlisted\":{unlisted:.3},\"peak_rss_mb\":{}}}",
        texts.len(),
        kinds.len(),
        outcome.clusters.len(),
        outcome.leftover.len(),
        adjusted_rand_index(&truth, &found),
        v_measure(&truth, &found),
        peak_mb()
    );
    if mode == "show" {
        for c in outcome.clusters.iter().take(60) {
            println!(
                "{}: {}",
                c.name,
                c.members
                    .iter()
                    .map(|m| texts[m.index as usize].as_str())
                    .collect::<Vec<_>>()
                    .join(" | ")
            );
        }
        println!(
            "left over: {}",
            outcome
                .leftover
                .iter()
                .take(60)
                .map(|&i| texts[i as usize].as_str())
                .collect::<Vec<_>>()
                .join(" | ")
        );
    }
}

/// The cluster of each keyword; every keyword left over is a group of its own.
fn labels(outcome: &Outcome, keywords: usize) -> Vec<u32> {
    let mut found = vec![0u32; keywords];
    for (label, c) in outcome.clusters.iter().enumerate() {
        for m in &c.members {
            found[m.index as usize] = label as u32;
        }
    }
    for (i, &k) in outcome.leftover.iter().enumerate() {
        found[k as usize] = (outcome.clusters.len() + i) as u32;
    }
    found
}

/// Greatest memory of this process so far; 0 where the system does not tell.
fn peak_mb() -> u64 {
    std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|s| {
            s.lines().find_map(|l| {
                l.strip_prefix("VmHWM:")
                    .and_then(|v| v.split_whitespace().next()?.parse::<u64>().ok())
            })
        })
        .map_or(0, |kb| kb / 1024)
}
