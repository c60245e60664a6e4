//! Texts of prompts with variables in braces.
//!
//! A function's question to a model is such a text, and people may write their own. The rules of the answer (its form,
//! what must not be invented) are not part of it: they go along as the system message whatever the text says.

use entity::ai_task::AiFunction;

pub use engine::template::{Check, names, render};

/// A variable of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name, written `{name}` in the text.
    pub name: &'static str,
    /// What stands in its place, for the person who writes the text.
    pub meaning: &'static str,
    /// Without it the function does not know what it is about.
    pub required: bool,
}

/// The default text of a function, and what may be used in it.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// Whose it is.
    pub function: AiFunction,
    /// The default.
    pub text: &'static str,
    /// All variables.
    pub variables: &'static [Variable],
}

impl Template {
    /// What is wrong with a text of this function's.
    pub fn check(&self, text: &str) -> Check {
        engine::template::check(
            text,
            self.variables.iter().map(|variable| (variable.name, variable.required)),
        )
    }
}

/// A variable that a function must be told.
pub const fn required(name: &'static str, meaning: &'static str) -> Variable {
    Variable {
        name,
        meaning,
        required: true,
    }
}

/// A variable that a text may leave out.
pub const fn optional(name: &'static str, meaning: &'static str) -> Variable {
    Variable {
        name,
        meaning,
        required: false,
    }
}

/// Name of the site. Every function has it.
pub const SITE: Variable = optional("site", "Name of the site.");
/// Name of the sector. Every function has it.
pub const SECTOR: Variable = optional("sector", "Name of the sector.");
/// Every function has it.
pub const LANGUAGE: Variable = optional(
    "language",
    "The author's language. Without one: the language of the keywords, and the site's where they leave it open.",
);
/// Every function has it.
pub const AUTHOR: Variable = optional("author", "The author profile: name, description and tone.");
/// Every function has it.
pub const STRATEGY: Variable = optional("strategy", "Name and description of the strategy in force.");
