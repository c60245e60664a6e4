//! How well a grouping agrees with a known one.

use rustc_hash::FxHashMap;

/// Adjusted Rand index of two groupings of the same things, given as the group of each: 1 is agreement, 0 is
/// chance, below 0 worse than chance. Hubert and Arabie, 1985.
pub fn adjusted_rand_index(a: &[u32], b: &[u32]) -> f64 {
    let pairs = |n: u64| n as f64 * (n as f64 - 1.0) / 2.0;
    let (both, left, right) = counts(a, b);
    let n = a.len().min(b.len()) as u64;
    let index: f64 = both.values().map(|&c| pairs(c)).sum();
    let x: f64 = left.values().map(|&c| pairs(c)).sum();
    let y: f64 = right.values().map(|&c| pairs(c)).sum();
    let all = pairs(n);
    let expected = if all > 0.0 { x * y / all } else { 0.0 };
    let most = (x + y) / 2.0;
    if (most - expected).abs() < f64::EPSILON {
        1.0
    } else {
        (index - expected) / (most - expected)
    }
}

/// V-measure of a grouping `found` against the known one `truth`: the harmonic mean of homogeneity (each
/// group holds one kind) and completeness (each kind is in one group), 0 to 1. Rosenberg and Hirschberg, 2007.
pub fn v_measure(truth: &[u32], found: &[u32]) -> f64 {
    let (both, left, right) = counts(truth, found);
    let n = truth.len().min(found.len()) as f64;
    let entropy = |m: &FxHashMap<u32, u64>| -> f64 { m.values().map(|&c| -(c as f64 / n) * (c as f64 / n).ln()).sum() };
    let (h_truth, h_found) = (entropy(&left), entropy(&right));
    let (mut truth_given_found, mut found_given_truth) = (0.0, 0.0);
    for (&(t, f), &c) in &both {
        let p = c as f64 / n;
        truth_given_found -= p * (c as f64 / right[&f] as f64).ln();
        found_given_truth -= p * (c as f64 / left[&t] as f64).ln();
    }
    let homogeneity = if h_truth > 0.0 {
        1.0 - truth_given_found / h_truth
    } else {
        1.0
    };
    let completeness = if h_found > 0.0 {
        1.0 - found_given_truth / h_found
    } else {
        1.0
    };
    if homogeneity + completeness <= 0.0 {
        0.0
    } else {
        2.0 * homogeneity * completeness / (homogeneity + completeness)
    }
}

type Counts = (FxHashMap<(u32, u32), u64>, FxHashMap<u32, u64>, FxHashMap<u32, u64>);

fn counts(a: &[u32], b: &[u32]) -> Counts {
    let mut out = Counts::default();
    for (&x, &y) in a.iter().zip(b) {
        *out.0.entry((x, y)).or_default() += 1;
        *out.1.entry(x).or_default() += 1;
        *out.2.entry(y).or_default() += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        let close = |a: f64, b: f64| (a - b).abs() < 1e-6;
        assert!(close(adjusted_rand_index(&[0, 0, 1, 1], &[1, 1, 0, 0]), 1.0));
        assert!(close(adjusted_rand_index(&[0, 0, 1, 2], &[0, 0, 1, 1]), 0.571_428_571));
        assert!(close(adjusted_rand_index(&[0, 0, 1, 1], &[0, 1, 0, 1]), -0.5));
        assert!(close(v_measure(&[0, 0, 1, 1], &[1, 1, 0, 0]), 1.0));
        assert!(close(v_measure(&[0, 0, 1, 2], &[0, 0, 1, 1]), 0.8));
        assert!(close(v_measure(&[0, 0, 1, 1], &[0, 1, 0, 1]), 0.0));
    }
}
