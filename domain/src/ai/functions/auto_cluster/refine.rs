//! The model's part of a run: it names the new groups, puts two together, moves single keywords.
//!
//! It sees groups in batches and answers by number. What it did not see it cannot touch; what it makes up is dropped.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde_json::json;

use super::{Group, Groups, Member, group::GROUPED, watch::Watch};
use crate::{
    Result,
    ai::{
        functions::{bad_answer, parse},
        providers::{Provider, TextRequest, Usage},
    },
    thinker::question::Question,
};

/// Groups of one request at most.
const GROUPS: usize = 25;
/// Keywords of one request at most.
const KEYWORDS: usize = 50;
/// Keywords of a group that a model sees.
pub(super) const SEEN: usize = 12;
/// Longest name, in characters.
const NAME: usize = 80;

/// What a model may answer.
#[derive(Deserialize)]
struct Answer {
    clusters: Vec<Verdict>,
    #[serde(default)]
    moves: Vec<Move>,
}

#[derive(Deserialize)]
struct Verdict {
    number: i64,
    name: String,
    #[serde(default)]
    merge_into: Option<i64>,
}

#[derive(Deserialize)]
struct Move {
    keyword: i64,
    #[serde(default)]
    to: Option<i64>,
}

/// A group as the model sees it: its number, and its first keywords with theirs.
pub(super) fn line<'a>(number: usize, keywords: impl Iterator<Item = (usize, &'a str)>) -> String {
    let keywords: Vec<String> = keywords.map(|(number, text)| format!("[{number}] {text}")).collect();
    format!("{number}: {}", keywords.join("; "))
}

pub(super) fn request(question: &Question, lines: &[String]) -> TextRequest {
    TextRequest {
        system: format!(
            "You name and tidy groups of search keywords for a content team. One page must be able to answer all keywords of a group. \
             Give every group a name: 1 to 5 words in {}, naming the topic and nothing else, different from the other names. \
             merge_into: the number of another group shown here that is the same topic, else null. \
             moves: only keywords that clearly belong elsewhere, by the number in brackets; to: the number of a group shown here, or null to leave the keyword out. \
             Use only numbers that are shown.",
            question.language()
        ),
        user: question.ask(&[("groups", lines.join("\n"))]),
        schema_name: "cluster_names",
        schema: json!({
            "type": "object", "additionalProperties": false, "required": ["clusters", "moves"],
            "properties": {
                "clusters": {"type": "array", "items": {
                    "type": "object", "additionalProperties": false, "required": ["number", "name", "merge_into"],
                    "properties": {
                        "number": {"type": "integer"}, "name": {"type": "string"}, "merge_into": {"type": ["integer", "null"]}}}},
                "moves": {"type": "array", "items": {
                    "type": "object", "additionalProperties": false, "required": ["keyword", "to"],
                    "properties": {"keyword": {"type": "integer"}, "to": {"type": ["integer", "null"]}}}}
            }
        }),
        max_tokens: 4_000,
        temperature: None,
    }
}

/// Asks about all new groups, batch by batch. A group that the model says nothing of stays the engine's.
///
/// # Errors
/// Those of the provider, and `Cancelled`.
pub(super) async fn refine(
    provider: &dyn Provider,
    groups: &mut Groups,
    question: &Question,
    watch: &Watch,
) -> Result<(Usage, String)> {
    let mut usage = Usage::default();
    let mut model = String::new();
    let batches = batches(&groups.groups);
    let number = batches.len().max(1);
    for (done, batch) in batches.into_iter().enumerate() {
        let share = GROUPED + 25.0 * done as f32 / number as f32;
        #[expect(clippy::cast_possible_truncation, reason = "a percentage")]
        watch.reached(share as i32)?;
        let lines: Vec<String> = batch
            .iter()
            .filter_map(|number| {
                let group = groups.groups.get(*number)?;
                let seen = group.members.iter().take(SEEN).filter_map(|member| {
                    let keyword = groups.keywords.get(member.keyword)?;
                    Some((member.keyword, keyword.text.as_str()))
                });
                Some(line(*number, seen))
            })
            .collect();
        let answer = provider.text(&request(question, &lines)).await?;
        usage.tokens_in += answer.usage.tokens_in;
        usage.tokens_out += answer.usage.tokens_out;
        model = answer.model;
        let answer: Answer = parse(provider, answer.json)?;
        if answer.clusters.is_empty() {
            return Err(bad_answer(provider, "it names no group."));
        }
        apply(groups, &batch, answer);
    }
    groups.groups.retain(|group| !group.members.is_empty());
    Ok((usage, model))
}

/// New groups, as many to a request as it holds.
fn batches(groups: &[Group]) -> Vec<Vec<usize>> {
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut keywords = 0;
    for (number, group) in groups.iter().enumerate().filter(|(_, group)| group.fresh) {
        let seen = group.members.len().min(SEEN);
        match batches.last_mut() {
            Some(batch) if batch.len() < GROUPS && keywords + seen <= KEYWORDS => {
                batch.push(number);
                keywords += seen;
            }
            _ => {
                batches.push(vec![number]);
                keywords = seen;
            }
        }
    }
    batches
}

/// Does what the model says, as far as it speaks of what it saw.
fn apply(groups: &mut Groups, batch: &[usize], answer: Answer) {
    let shown = |number: i64| usize::try_from(number).ok().filter(|number| batch.contains(number));
    // Where each keyword that was shown is, before anything moves.
    let mut place: HashMap<usize, usize> = HashMap::new();
    for number in batch {
        if let Some(group) = groups.groups.get(*number) {
            place.extend(group.members.iter().take(SEEN).map(|member| (member.keyword, *number)));
        }
    }
    for step in answer.moves {
        let Some((keyword, from)) = usize::try_from(step.keyword)
            .ok()
            .and_then(|keyword| Some((keyword, place.remove(&keyword)?)))
        else {
            continue;
        };
        let to = match step.to.map(shown) {
            None => None,
            Some(Some(to)) if to != from => Some(to),
            Some(_) => continue,
        };
        let Some(group) = groups.groups.get_mut(from) else {
            continue;
        };
        let Some(at) = group.members.iter().position(|member| member.keyword == keyword) else {
            continue;
        };
        let member = group.members.remove(at);
        match to.and_then(|to| groups.groups.get_mut(to)) {
            // The engine's reasons are those of the group that it left.
            Some(group) => group.members.push(Member {
                similarity: 0.5,
                terms: String::new(),
                urls: 0,
                ..member
            }),
            None => groups.leftover.push(keyword),
        }
    }
    let mut merged: HashSet<usize> = HashSet::new();
    let mut kept: HashSet<usize> = HashSet::new();
    for verdict in answer.clusters {
        let Some(number) = shown(verdict.number) else { continue };
        let into = verdict
            .merge_into
            .and_then(shown)
            // A chain or a circle would make one group of all of them: two groups become one, and that is it.
            .filter(|into| *into != number && !merged.contains(into) && !kept.contains(&number));
        if let Some(into) = into
            && merged.insert(number)
        {
            kept.insert(into);
            // One of the two may be a cluster that is there: its number stays.
            let taken = groups
                .groups
                .get_mut(number)
                .map(|group| (group.existing.take(), std::mem::take(&mut group.members)));
            if let (Some((existing, members)), Some(group)) = (taken, groups.groups.get_mut(into)) {
                group.existing = group.existing.or(existing);
                group.members.extend(members);
            }
            continue;
        }
        let text = engine::text::clean_keyword(&verdict.name);
        if let Some(group) = groups.groups.get_mut(number)
            && !text.is_empty()
            && text.chars().count() <= NAME
        {
            group.name = text;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ai::functions::auto_cluster::load::Candidate;

    #[expect(clippy::unwrap_used, reason = "a test")]
    fn groups(sizes: &[usize]) -> Groups {
        let mut next = 0;
        let groups = sizes
            .iter()
            .enumerate()
            .map(|(number, size)| Group {
                existing: None,
                fresh: true,
                name: format!("group {number}"),
                members: (0..*size)
                    .map(|_| {
                        next += 1;
                        Member {
                            keyword: next - 1,
                            similarity: 1.0,
                            terms: String::new(),
                            urls: 0,
                        }
                    })
                    .collect(),
            })
            .collect();
        Groups {
            groups,
            leftover: Vec::new(),
            keywords: (0..next)
                .map(|number| Candidate {
                    id: entity::KeywordId(i64::try_from(number).unwrap()),
                    text: format!("keyword {number}"),
                    volume: None,
                    urls: Vec::new(),
                })
                .collect(),
            names: HashSet::new(),
        }
    }

    #[expect(clippy::unwrap_used, reason = "a test")]
    fn answer(json: serde_json::Value) -> Answer {
        serde_json::from_value(json).unwrap()
    }

    fn members(groups: &Groups) -> Vec<Vec<usize>> {
        groups
            .groups
            .iter()
            .map(|group| group.members.iter().map(|member| member.keyword).collect())
            .collect()
    }

    #[test]
    fn a_request_holds_fifty_keywords_and_no_group_is_torn() {
        let groups = groups(&[12, 12, 12, 12, 12, 200, 2]);
        assert_eq!(batches(&groups.groups), vec![vec![0, 1, 2, 3], vec![4, 5, 6]]);
    }

    #[test]
    fn what_the_model_says_is_done_as_far_as_it_was_shown() {
        let mut groups = groups(&[2, 2, 2, 2]);
        apply(
            &mut groups,
            &[0, 1, 2],
            answer(serde_json::json!({
                "clusters": [
                    {"number": 0, "name": " Beans ", "merge_into": null},
                    {"number": 1, "name": "", "merge_into": 0},
                    {"number": 2, "name": "Grinders", "merge_into": 3},
                    {"number": 3, "name": "not shown", "merge_into": null},
                    {"number": -1, "name": "nonsense", "merge_into": 99}
                ],
                "moves": [
                    {"keyword": 4, "to": 0}, {"keyword": 4, "to": null}, {"keyword": 5, "to": 3}, {"keyword": 6, "to": 0},
                    {"keyword": 0, "to": null}, {"keyword": 99, "to": 0}
                ]
            })),
        );
        assert_eq!(members(&groups), vec![vec![1, 4, 2, 3], vec![], vec![5], vec![6, 7]]);
        assert_eq!(groups.leftover, vec![0]);
        let names: Vec<&str> = groups.groups.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(names, ["Beans", "group 1", "Grinders", "group 3"]);
    }

    #[test]
    fn a_circle_of_mergers_makes_one_of_two() {
        let mut groups = groups(&[1, 1, 1]);
        let circle = serde_json::json!({"clusters": [
            {"number": 0, "name": "a", "merge_into": 1},
            {"number": 1, "name": "b", "merge_into": 2},
            {"number": 2, "name": "c", "merge_into": 0}
        ], "moves": []});
        apply(&mut groups, &[0, 1, 2], answer(circle));
        let all: usize = groups.groups.iter().map(|group| group.members.len()).sum();
        assert_eq!((all, members(&groups)), (3, vec![vec![], vec![1, 0], vec![2]]));
    }
}
