//! Texts with variables in braces.

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

/// What is wrong with a text of variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    /// Names in braces that mean nothing here.
    pub unknown: Vec<String>,
    /// Required names that the text does not hold.
    pub missing: Vec<String>,
}

/// Compares a text with the variables that it may hold, each with whether it must.
pub fn check<'a>(text: &str, variables: impl IntoIterator<Item = (&'a str, bool)>) -> Check {
    let used = names(text);
    let mut known = Vec::new();
    let mut missing = Vec::new();
    for (name, required) in variables {
        if required && !used.contains(&name) {
            missing.push(name.to_owned());
        }
        known.push(name);
    }
    Check {
        unknown: used
            .into_iter()
            .filter(|name| !known.contains(name))
            .map(str::to_owned)
            .collect(),
        missing,
    }
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

    #[test]
    fn unknown_and_missing_names_are_told() {
        let variables = [("title", true), ("words", false), ("keywords", true)];
        assert_eq!(check("{title} {keywords}", variables), Check::default());
        let wrong = check("Write {titel}, about {words} words, for {keywords}", variables);
        assert_eq!(wrong.unknown, ["titel"]);
        assert_eq!(wrong.missing, ["title"]);
    }
}
