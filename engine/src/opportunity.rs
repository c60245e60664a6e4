//! How much a keyword is worth writing for: a score of 0 to 100 with its reasons.
//!
//! The score is a weighted mean of six parts, each between 0 and 1. A part that is not known (no difficulty in the file, no
//! Search Console figures, no competitor's list) is left out, and the weights of the others are scaled up to 100.
//!
//! | Part        | Weight | Share of its points                                                                    |
//! |-------------|--------|----------------------------------------------------------------------------------------|
//! | Volume      | 30     | `log10(1 + searches a month) / 4`, full from 9,999 on                                  |
//! | Difficulty  | 20     | `1 - difficulty / 100`                                                                 |
//! | Intent      | 10     | transactional 1, commercial 0.8, informational 0.5, navigational 0.2                   |
//! | Coverage    | 15     | nothing 1, its group has an article 0.5, planned 0.4, written 0.2, published 0         |
//! | Position    | 15     | 1-3: 0.2, 4-10: 1, 11-20: 0.8, 21-50: 0.4, further 0.2                                 |
//! | Competitors | 10     | competitors in the top 10 divided by 3, at most 1; left out while we are in the top 10 |

use serde::{Deserialize, Serialize};

use crate::Intent;

/// How far our own content serves a keyword.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// Nothing aims at it.
    #[default]
    None,
    /// Its cluster has an article, which does not aim at it by name.
    Group,
    /// An idea or a writing task aims at it.
    Planned,
    /// An article aims at it that is not published.
    Written,
    /// A published article aims at it.
    Published,
}

/// What is known of a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Searches a month.
    pub volume: Option<i64>,
    /// Keyword difficulty, 0 to 100.
    pub difficulty: Option<i32>,
    /// What the searcher wants.
    pub intent: Intent,
    /// How far our own content serves it.
    pub coverage: Coverage,
    /// Our position in hundredths: 100 is the first place.
    pub position_hundredths: Option<i32>,
    /// Competitors that stand in the top 10; `None` while no list of a competitor was imported.
    pub competitors: Option<u32>,
}

/// A part of the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Searches a month.
    Volume,
    /// How hard it is to rank.
    Difficulty,
    /// What the searcher wants.
    Intent,
    /// Own content.
    Coverage,
    /// Our place in the results.
    Position,
    /// Competitors' places.
    Competitors,
}

impl Part {
    /// All of them, in the order in which a person should see them.
    pub const ALL: [Self; 6] = [
        Self::Volume,
        Self::Difficulty,
        Self::Intent,
        Self::Coverage,
        Self::Position,
        Self::Competitors,
    ];

    /// Points that it can bring when all parts are known; they add up to 100.
    pub fn weight(self) -> u32 {
        match self {
            Self::Volume => 30,
            Self::Difficulty => 20,
            Self::Coverage | Self::Position => 15,
            Self::Intent | Self::Competitors => 10,
        }
    }

    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Volume => "Searches",
            Self::Difficulty => "Difficulty",
            Self::Intent => "Intent",
            Self::Coverage => "Own content",
            Self::Position => "Your position",
            Self::Competitors => "Competitors",
        }
    }

    /// How its points come about, in plain words.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::Volume => {
                "More searches bring more points, each tenfold the same step more: 10 searches give a quarter, 100 half, 10,000 all of them."
            }
            Self::Difficulty => "The easier, the more: difficulty 0 gives all points, 100 none.",
            Self::Intent => {
                "Searchers who want to buy count most, then those who compare, then those who want to learn."
            }
            Self::Coverage => {
                "All points while nothing of yours aims at it; fewer once something is planned or written; none once it is published."
            }
            Self::Position => {
                "From Search Console. Places 4 to 20 bring the most: a better page moves them onto the first page."
            }
            Self::Competitors => {
                "From imported lists. Each competitor in the top 10 shows that it can be won, up to three. Left out while you are there yourself."
            }
        }
    }
}

/// Why a score is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// The part.
    pub part: Part,
    /// Points it brought, in tenths.
    pub tenths: u32,
    /// Points it could have brought, in tenths, once the unknown parts are left out.
    pub of_tenths: u32,
}

/// A score with its reasons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// 0 to 100.
    pub total: u32,
    /// The known parts, in the order of [`Part::ALL`].
    pub reasons: Vec<Reason>,
}

/// Scores a keyword.
pub fn score(facts: &Facts) -> Score {
    let known: Vec<(Part, f64)> = Part::ALL
        .into_iter()
        .filter_map(|part| Some((part, share(part, facts)?)))
        .collect();
    let weights: u32 = known.iter().map(|(part, _)| part.weight()).sum();
    let whole = f64::from(weights.max(1));
    let points = |part: Part, share: f64| 1000.0 * f64::from(part.weight()) * share / whole;
    // Rounded once, on the sum: the tenths of the reasons may differ from it by their own rounding.
    let total: f64 = known.iter().map(|(part, share)| points(*part, *share)).sum();
    Score {
        total: tenths(total / 10.0).min(100),
        reasons: known
            .iter()
            .map(|(part, share)| Reason {
                part: *part,
                tenths: tenths(points(*part, *share)),
                of_tenths: tenths(points(*part, 1.0)),
            })
            .collect(),
    }
}

fn tenths(value: f64) -> u32 {
    value.round().clamp(0.0, 1000.0) as u32
}

/// The share of its points that a part brings, 0 to 1; `None` when it is not known.
fn share(part: Part, facts: &Facts) -> Option<f64> {
    Some(match part {
        Part::Volume => {
            let searches = facts.volume?.max(0) as f64;
            ((1.0 + searches).log10() / 4.0).min(1.0)
        }
        Part::Difficulty => 1.0 - f64::from(facts.difficulty?.clamp(0, 100)) / 100.0,
        Part::Intent => match facts.intent {
            Intent::Transactional => 1.0,
            Intent::Commercial => 0.8,
            Intent::Informational => 0.5,
            Intent::Navigational => 0.2,
        },
        Part::Coverage => match facts.coverage {
            Coverage::None => 1.0,
            Coverage::Group => 0.5,
            Coverage::Planned => 0.4,
            Coverage::Written => 0.2,
            Coverage::Published => 0.0,
        },
        // A mean position of 3.4 is still seen as the third place.
        Part::Position => match facts.position_hundredths? {
            ..350 => 0.2,
            350..1050 => 1.0,
            1050..2050 => 0.8,
            2050..5050 => 0.4,
            _ => 0.2,
        },
        Part::Competitors => {
            let rivals = facts.competitors?;
            if facts.position_hundredths.is_some_and(|position| position < 1050) {
                return None;
            }
            (f64::from(rivals) / 3.0).min(1.0)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Facts = Facts {
        volume: None,
        difficulty: None,
        intent: Intent::Informational,
        coverage: Coverage::None,
        position_hundredths: None,
        competitors: None,
    };

    #[test]
    fn the_weights_are_a_hundred() {
        assert_eq!(Part::ALL.iter().map(|part| part.weight()).sum::<u32>(), 100);
    }

    #[test]
    fn the_best_and_the_worst() {
        let best = Facts {
            volume: Some(20_000),
            difficulty: Some(0),
            intent: Intent::Transactional,
            coverage: Coverage::None,
            position_hundredths: Some(1_100),
            competitors: Some(5),
        };
        // All but the fifth of the position's points that only places 4 to 10 get.
        assert_eq!(score(&best).total, 97);
        let worst = Facts {
            volume: Some(0),
            difficulty: Some(100),
            intent: Intent::Navigational,
            coverage: Coverage::Published,
            position_hundredths: Some(100),
            competitors: Some(5),
        };
        // The fifth of the intent and of the position that even they get; competitors are left out at place 1.
        assert_eq!(score(&worst).total, 6);
    }

    #[test]
    fn what_is_unknown_is_left_out_and_the_rest_scaled() {
        let found = score(&PLAIN);
        let parts: Vec<Part> = found.reasons.iter().map(|reason| reason.part).collect();
        assert_eq!(parts, [Part::Intent, Part::Coverage]);
        // (10 * 0.5 + 15 * 1) / 25
        assert_eq!(found.total, 80);
        assert_eq!(found.reasons.iter().map(|reason| reason.of_tenths).sum::<u32>(), 1000);
    }

    #[test]
    fn each_part_moves_the_score_the_right_way() {
        let with = |change: fn(&mut Facts)| {
            let mut facts = Facts {
                volume: Some(100),
                difficulty: Some(50),
                position_hundredths: Some(3_000),
                competitors: Some(1),
                ..PLAIN
            };
            change(&mut facts);
            score(&facts).total
        };
        let plain = with(|_| {});
        assert!(with(|facts| facts.volume = Some(1_000)) > plain);
        assert!(with(|facts| facts.difficulty = Some(20)) > plain);
        assert!(with(|facts| facts.intent = Intent::Commercial) > plain);
        assert!(with(|facts| facts.coverage = Coverage::Planned) < plain);
        assert!(
            with(|facts| facts.position_hundredths = Some(600)) > with(|facts| facts.position_hundredths = Some(1_500))
        );
        assert!(with(|facts| facts.position_hundredths = Some(200)) < plain);
        assert!(with(|facts| facts.competitors = Some(3)) > plain);
    }

    #[test]
    fn ten_searches_are_a_quarter_and_a_hundred_a_half() {
        let points = |volume| {
            let found = score(&Facts {
                volume: Some(volume),
                ..PLAIN
            });
            let reason = found.reasons[0];
            f64::from(reason.tenths) / f64::from(reason.of_tenths)
        };
        assert!((points(9) - 0.25).abs() < 0.01);
        assert!((points(99) - 0.5).abs() < 0.01);
        assert!((points(9_999) - 1.0).abs() < 0.01);
        assert!((points(1_000_000) - 1.0).abs() < 0.01);
    }
}
