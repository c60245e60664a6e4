//! The sections that come with each structure.

use super::outline::{Brief, Section, section};
use crate::text::title_case;

/// The sections that belong to a structure whatever the keywords are.
pub(super) fn frame(brief: &Brief) -> Vec<Section> {
    let name = title_case(brief.primary);
    let make = |heading: &str, aim: &str, cover: &[&str], check: &'static str| {
        section(heading.replace("{}", &name), aim.to_owned(), cover, check)
    };
    let facts = "Names, figures and dates, each with its source.";
    match brief.structure {
        "how_to" => vec![
            make(
                "What You Need",
                "List everything before the first step, so that nobody has to stop half-way.",
                &[
                    "tools and materials",
                    "time and cost",
                    "what can go wrong and how to stay safe",
                ],
                "Has someone followed the list from beginning to end?",
            ),
            make(
                "{}: Step by Step",
                "One step per paragraph, each beginning with what to do.",
                &[
                    "the first step and how to tell that it worked",
                    "the steps in between",
                    "the last step and the result",
                ],
                "Do the steps work in this order?",
            ),
            make(
                "Mistakes to Avoid",
                "Name what goes wrong most often and how to put it right.",
                &["the usual mistake", "how to notice it early", "how to repair it"],
                "Are these mistakes you have seen yourself?",
            ),
            make(
                "When to Ask a Professional",
                "Say honestly where doing it alone ends.",
                &["signs that help is needed", "whom to ask", "what it may cost"],
                facts,
            ),
        ],
        "listicle" => vec![
            make(
                "How We Chose",
                "Name the criteria before the list, so that the reader can judge it.",
                &[
                    "the criteria in order of weight",
                    "what was left out and why",
                    "how each option was tested or researched",
                ],
                "Are the criteria the same for every option?",
            ),
            make(
                "The Options at a Glance",
                "A table with one row per option.",
                &["name and maker", "for whom it is right", "price at the time of writing"],
                facts,
            ),
            make(
                "The Options in Detail",
                "One short passage per option, best first.",
                &[
                    "what it does well",
                    "what it does not",
                    "who should choose something else",
                ],
                "Every claim tested by you or with its source.",
            ),
            make(
                "How to Choose for Yourself",
                "Questions that lead the reader to one of the options.",
                &["budget", "use", "what to look at before buying"],
                facts,
            ),
        ],
        "comparison" => vec![
            make(
                "The Difference in Brief",
                "Give the verdict first, in two sentences.",
                &[
                    "the one difference that decides",
                    "who should take which",
                    "what they have in common",
                ],
                "Is the verdict supported by the sections below?",
            ),
            make(
                "{}: Side by Side",
                "A table on the points readers compare.",
                &["price", "features", "strengths and weaknesses"],
                facts,
            ),
            make(
                "Which One for Whom",
                "Describe two or three readers and say what suits each.",
                &[
                    "the reader in a hurry",
                    "the reader with little money",
                    "the reader with special needs",
                ],
                "Would you give a friend the same advice?",
            ),
            make(
                "Other Options Worth a Look",
                "Name alternatives and when they are better.",
                &["the alternative", "what it does differently", "when to choose it"],
                facts,
            ),
        ],
        "review" => vec![
            make(
                "The Verdict",
                "The judgement first, with the reason in one sentence.",
                &["for whom it is good", "for whom it is not", "the mark, if you give one"],
                "Is it your own experience?",
            ),
            make(
                "How It Was Tested",
                "Say how long and under what conditions.",
                &["setting", "what it was compared with", "who paid for it"],
                "Every interest of your own is stated.",
            ),
            make(
                "Strengths and Weaknesses",
                "Both with examples.",
                &["what works well", "what does not", "what may get better"],
                facts,
            ),
            make(
                "Is It Worth the Money?",
                "Set price against use.",
                &[
                    "price at the time of writing",
                    "running costs",
                    "cheaper ways to the same end",
                ],
                facts,
            ),
        ],
        "landing_page" => vec![
            make(
                "What You Get",
                "Say what is offered in the words of the customer.",
                &[
                    "the offer in one sentence",
                    "what is included",
                    "what makes it different",
                ],
                "Can every promise be kept?",
            ),
            make(
                "Prices and Terms",
                "State what it costs or how the price is found.",
                &["price or range", "what it depends on", "cancellation and guarantee"],
                "Are prices and terms up to date?",
            ),
            make(
                "How It Works",
                "Three steps from first contact to result.",
                &[
                    "how to order or book",
                    "what happens then",
                    "when the customer has the result",
                ],
                "Does the process work like this today?",
            ),
            make(
                "What Customers Say",
                "Real voices only.",
                &[
                    "a quotation with name and permission",
                    "a result in figures",
                    "references",
                ],
                "Is there permission for each quotation?",
            ),
        ],
        "faq" => vec![
            make(
                "{}: The Short Answer",
                "Answer in three sentences what most readers want to know.",
                &["the main answer", "the most important exception", "where to read on"],
                facts,
            ),
            make(
                "Questions About Cost and Time",
                "Answer each in one short paragraph.",
                &["what it costs", "how long it takes", "what it depends on"],
                facts,
            ),
            make(
                "Questions Before You Start",
                "Answer what readers ask at the beginning.",
                &["what is needed", "what to avoid", "whom to ask"],
                facts,
            ),
            make(
                "Still Open",
                "Invite the reader to ask.",
                &[
                    "how to get in touch",
                    "how soon an answer comes",
                    "what to have at hand",
                ],
                "Do the contact details work?",
            ),
        ],
        "pillar" => vec![
            make(
                "{} at a Glance",
                "An overview that makes sense on its own.",
                &["what it is", "why it matters", "what this page covers"],
                facts,
            ),
            make(
                "The Basics",
                "Explain the terms a newcomer meets first.",
                &[
                    "the most important terms",
                    "how they belong together",
                    "a simple example",
                ],
                facts,
            ),
            make(
                "The Options",
                "Describe the kinds or ways there are.",
                &["the kinds", "strengths and weaknesses of each", "how to choose"],
                facts,
            ),
            make(
                "Costs and Effort",
                "Say what it takes.",
                &["money", "time", "what can be saved"],
                facts,
            ),
            make(
                "Common Mistakes",
                "What goes wrong and how to avoid it.",
                &["the usual mistakes", "how to notice them", "what to do then"],
                "Are these mistakes you have seen yourself?",
            ),
            make(
                "Where to Go from Here",
                "Point to the detailed articles on your site.",
                &[
                    "the next step for newcomers",
                    "the next step for experts",
                    "tools and sources",
                ],
                facts,
            ),
        ],
        _ => vec![
            make(
                "{}: What It Is and Why It Matters",
                "Explain the subject so that a newcomer can follow.",
                &["a definition in one sentence", "who needs it and why", "an example"],
                facts,
            ),
            make(
                "How to Go About It",
                "Turn the explanation into action.",
                &["where to begin", "what to decide", "what to expect"],
                "Has someone tried it this way?",
            ),
            make(
                "What to Watch Out For",
                "Name the limits and the usual mistakes.",
                &[
                    "the usual mistakes",
                    "limits and exceptions",
                    "signs that something is wrong",
                ],
                facts,
            ),
            make(
                "What It Takes",
                "Money, time and effort, honestly.",
                &["cost", "time", "what can be done without"],
                facts,
            ),
            make(
                "An Example from Practice",
                "Tell one real case from beginning to end.",
                &["the situation", "what was done", "the result"],
                "Is the case real, and may it be told?",
            ),
        ],
    }
}
