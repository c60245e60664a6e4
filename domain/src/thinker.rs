//! The thinker: what AI functions are told. Texts of prompts, whose voice is used, how content of a sector is made;
//! and pictures to try out.
//!
//! Which text is used is decided nearest first: the active strategy of the sector, the active strategy for all sectors,
//! the account's own text, the default. [`question::Question`] gathers it for one sector; the functions fill in the rest.

pub mod authors;
pub mod image_tests;
pub mod prompts;
pub(crate) mod question;
pub mod strategies;

use crate::{Faults, ai::template::Template};

/// Checks a text of a prompt: its length, and that its variables are known and complete.
fn check_text(faults: &mut Faults, field: &str, template: &Template, text: &str) {
    let length = text.chars().count();
    let most = entity::ai_prompt::MAX_CHARACTERS;
    let in_braces = |names: &[String]| {
        let names: Vec<String> = names.iter().map(|name| format!("{{{name}}}")).collect();
        names.join(", ")
    };
    let found = template.check(text);
    let known: Vec<String> = template
        .variables
        .iter()
        .map(|variable| variable.name.to_owned())
        .collect();
    let mut wrong = Vec::new();
    if !found.unknown.is_empty() {
        wrong.push(format!(
            "{} means nothing here. Known are {}.",
            in_braces(&found.unknown),
            in_braces(&known)
        ));
    }
    if !found.missing.is_empty() {
        wrong.push(format!(
            "{} must be in the text: without it the model does not know what it is about.",
            in_braces(&found.missing)
        ));
    }
    if text.trim().is_empty() {
        faults.check(false, field, "Enter a text, or go back to the default.");
    } else if length > most {
        faults.check(
            false,
            field,
            format!("Use at most {most} characters; these are {length}."),
        );
    } else {
        faults.check(wrong.is_empty(), field, wrong.join(" "));
    }
}
