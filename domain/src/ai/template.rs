//! Texts of prompts with variables in braces.
//!
//! A function's question to a model is such a text, and people may write their own. The rules of the answer (its form,
//! what must not be invented) are not part of it: they go along as the system message whatever the text says.

use entity::ai_task::AiFunction;

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

/// The names in braces of a text, in their order, each once. Braces around anything but lower-case letters and underscores
/// are text, so that a prompt can show JSON.
pub fn names(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (_, name, _) in pieces(text) {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// The text with its variables replaced. Names that have no value stay as they are. What is put in is not looked at
/// again: a keyword with braces stays a keyword.
pub fn render(text: &str, values: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (start, name, end) in pieces(text) {
        if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
            out.push_str(text.get(done..start).unwrap_or_default());
            out.push_str(value);
            done = end;
        }
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// Start, name and end of each name in braces.
fn pieces(text: &str) -> impl Iterator<Item = (usize, &str, usize)> {
    text.match_indices('{').filter_map(|(start, _)| {
        let rest = text.get(start + 1..)?;
        let length = rest.find('}')?;
        let name = rest.get(..length)?;
        let fits = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        fits.then_some((start, name, start + length + 2))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_and_replaced_once() {
        let text = "Group {keywords} for {site}. Like {\"a\": {}}. {keywords}{Not}{no one}{";
        assert_eq!(names(text), ["keywords", "site"]);
        let values = [("keywords", "{site} ü".to_owned()), ("other", "x".to_owned())];
        assert_eq!(
            render(text, &values),
            "Group {site} ü for {site}. Like {\"a\": {}}. {site} ü{Not}{no one}{"
        );
    }
}
