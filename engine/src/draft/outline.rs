//! The body of a draft.

use crate::text::title_case;

/// What the outline is made of; plain text throughout.
pub(super) struct Brief<'a> {
    pub(super) title: &'a str,
    pub(super) description: &'a str,
    pub(super) primary: &'a str,
    pub(super) topics: &'a [String],
    pub(super) questions: &'a [String],
    pub(super) structure: &'a str,
    pub(super) site: &'a str,
    pub(super) sector: &'a str,
    pub(super) words: u32,
    pub(super) wanted: &'a [super::Section],
}

/// A section to write: heading, what to cover, what to check.
pub(super) struct Section {
    heading: String,
    aim: String,
    cover: Vec<String>,
    check: &'static str,
    words: Option<u32>,
}

/// Most sections made of keywords.
const MAX_TOPICS: usize = 10;

/// The outline as HTML.
pub(super) fn html(brief: &Brief) -> String {
    let mut out = String::new();
    let topic = escape(brief.primary);
    out.push_str(
        "<p class=\"igny8-draft-note\"><strong>Draft to complete.</strong> This outline was put together from your keywords, without research. Write each section, check every fact, then delete this note and the briefs.</p>\n",
    );
    out.push_str(&format!("<p>{}</p>\n", escape(&opening(brief))));
    let asked = asked_for(brief);
    let as_asked = !asked.is_empty();
    let sections = if as_asked { asked } else { sections(brief) };
    let share = brief.words / (sections.len() as u32 + 2);
    let usual = ((share / 50).max(1)) * 50;
    for section in &sections {
        let length = section.words.unwrap_or(usual);
        out.push_str(&format!("<h2>{}</h2>\n", escape(&section.heading)));
        out.push_str(&format!(
            "<p>{} <em>About {length} words.</em></p>\n",
            escape(&section.aim)
        ));
        out.push_str("<p>Cover:</p>\n<ul>\n");
        for point in &section.cover {
            out.push_str(&format!("<li>{}</li>\n", escape(point)));
        }
        out.push_str(&format!("</ul>\n<p>Check: {}</p>\n", section.check));
    }
    if as_asked {
        return out;
    }
    if brief.structure != "faq" {
        faq(brief, &mut out);
    }
    out.push_str("<h2>Conclusion</h2>\n");
    out.push_str(&format!("<p>Sum up in two or three sentences what the reader should remember about {topic}, and say what to do next{}.</p>\n", on_site(brief)));
    out
}

fn on_site(brief: &Brief) -> String {
    if brief.site.is_empty() {
        String::new()
    } else {
        format!(" on {}", escape(brief.site))
    }
}

fn opening(brief: &Brief) -> String {
    let reader = if brief.sector.is_empty() {
        "the reader".to_owned()
    } else {
        format!("a reader interested in {}", brief.sector)
    };
    let about = if brief.description.is_empty() {
        String::new()
    } else {
        format!(" Purpose: {}", sentence(&crate::text::html_text(brief.description)))
    };
    format!(
        "Introduction to \u{201c}{}\u{201d}: say in the first two sentences what {reader} searching for \u{201c}{}\u{201d} will find here, and answer the main question at once.{about}",
        brief.title, brief.primary
    )
}

fn sentence(text: &str) -> String {
    let text = text.replace('\n', " ");
    if text.ends_with(['.', '!', '?']) {
        text
    } else {
        format!("{text}.")
    }
}

fn sections(brief: &Brief) -> Vec<Section> {
    let wanted = (brief.words as usize / 250).clamp(3, 12);
    let mut out = super::frames::frame(brief);
    out.truncate(wanted.max(2));
    // Keywords between the opening and the closing section of the frame.
    let topics: Vec<&String> = if brief.structure == "faq" {
        brief.questions.iter().chain(brief.topics).collect()
    } else {
        brief.topics.iter().collect()
    };
    let at = 1.min(out.len());
    for (i, topic) in topics.into_iter().take(MAX_TOPICS).enumerate() {
        out.insert(at + i, topic_section(topic, brief));
    }
    let mut seen = rustc_hash::FxHashSet::default();
    out.retain(|s| seen.insert(s.heading.to_lowercase()));
    out
}

/// The sections that somebody asked for, each with its share of what readers search for.
fn asked_for(brief: &Brief) -> Vec<Section> {
    let mut out: Vec<Section> = brief
        .wanted
        .iter()
        .filter(|wanted| !wanted.heading.trim().is_empty())
        .map(|wanted| {
            let purpose = wanted.purpose.trim();
            Section {
                heading: wanted.heading.trim().to_owned(),
                aim: if purpose.is_empty() {
                    format!(
                        "Say what a reader searching for \u{201c}{}\u{201d} wants to know here.",
                        brief.primary
                    )
                } else {
                    sentence(purpose)
                },
                cover: Vec::new(),
                check: "Names, figures and dates, each with its source.",
                words: wanted.words,
            }
        })
        .collect();
    let count = out.len();
    let searched = brief.questions.iter().map(|question| heading(question));
    for (i, point) in searched
        .chain(brief.topics.iter().take(MAX_TOPICS).cloned())
        .enumerate()
    {
        if let Some(section) = out.get_mut(i % count.max(1)) {
            section.cover.push(point);
        }
    }
    for section in &mut out {
        if section.cover.is_empty() {
            section.cover.push("what it means for the reader".to_owned());
        }
    }
    out
}

fn topic_section(topic: &str, brief: &Brief) -> Section {
    let question = crate::ideas::is_question(topic);
    let heading = heading(topic);
    if question {
        return section(
            heading,
            "Answer the question in the first sentence, then give the reason.".to_owned(),
            &[
                "the short answer",
                "when it is different",
                "an example from your own experience",
            ],
            "Is the answer still true today, and where is the proof?",
        );
    }
    let points: &[&str] = match crate::ideas::kind_of(topic, crate::intent::guess(topic)) {
        crate::ideas::Kind::Price | crate::ideas::Kind::Buy => &[
            "what the price is made of",
            "what is included and what is not",
            "how to compare offers",
        ],
        crate::ideas::Kind::Best => &[
            "the criteria that matter",
            "the options that meet them",
            "for whom each one is right",
        ],
        crate::ideas::Kind::Versus => &[
            "the points on which they differ",
            "a table side by side",
            "which one for which reader",
        ],
        crate::ideas::Kind::HowTo => &[
            "what is needed beforehand",
            "the steps in order",
            "the mistakes people make",
        ],
        crate::ideas::Kind::Review => &[
            "how it was tested",
            "strengths and weaknesses",
            "what other users report",
        ],
        crate::ideas::Kind::Local => &[
            "where it is offered",
            "how to book or get there",
            "what to ask beforehand",
        ],
        _ => &["what it means for the reader", "what it depends on", "an example"],
    };
    section(
        heading,
        format!(
            "Readers search for \u{201c}{topic}\u{201d}; tell them how it relates to {}.",
            brief.primary
        ),
        points,
        "Names, figures and dates, each with its source.",
    )
}

fn heading(keyword: &str) -> String {
    let head = title_case(keyword.trim_end_matches('?').trim_end());
    if crate::ideas::is_question(keyword) {
        format!("{head}?")
    } else {
        head
    }
}

pub(super) fn section(heading: String, aim: String, cover: &[&str], check: &'static str) -> Section {
    Section {
        heading,
        aim,
        cover: cover.iter().map(|c| (*c).to_owned()).collect(),
        check,
        words: None,
    }
}

fn faq(brief: &Brief, out: &mut String) {
    let mut questions: Vec<String> = brief.questions.iter().take(8).map(|q| heading(q)).collect();
    for general in [
        "What should a beginner know about {}?",
        "What do people get wrong about {}?",
        "What should be checked before deciding on {}?",
    ] {
        if questions.len() >= 3 {
            break;
        }
        questions.push(general.replace("{}", brief.primary));
    }
    out.push_str("<h2>Frequently Asked Questions</h2>\n");
    for question in questions {
        out.push_str(&format!(
            "<h3>{}</h3>\n<p>Answer in two or three sentences, the answer first.</p>\n",
            escape(&question)
        ));
    }
}

/// Text as HTML.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
