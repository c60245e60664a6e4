//! What a person likes of a list: columns and rows on a page. Kept in a cookie, so that the server's first answer looks
//! like the page that the browser goes on with.

use crate::{browser, workspace::Workspace};
use leptos::prelude::*;

/// Remembers columns and page size of one list for one person.
#[derive(Clone, Copy)]
pub(super) struct Memory {
    name: &'static str,
    workspace: Option<Workspace>,
}

/// What was remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Kept {
    /// Names of the columns that are switched off; nothing while nobody chose.
    pub(super) hidden: Option<Vec<String>>,
    /// Rows on a page.
    pub(super) page_size: Option<u32>,
}

impl Memory {
    pub(super) fn of(name: &'static str, workspace: Option<Workspace>) -> Self {
        Self { name, workspace }
    }

    fn cookie(self) -> String {
        format!("igny8_list_{}", self.name)
    }

    /// Whoever signs in next on this computer has other likings.
    fn person(self) -> i64 {
        self.workspace
            .and_then(|workspace| workspace.me.with_untracked(|me| me.as_ref().map(|me| me.user.id.0)))
            .unwrap_or_default()
    }

    pub(super) fn read(self) -> Kept {
        browser::cookie(&self.cookie())
            .map(|text| parse(&text, self.person()))
            .unwrap_or_default()
    }

    pub(super) fn keep(self, change: impl FnOnce(&mut Kept)) {
        let mut kept = self.read();
        change(&mut kept);
        browser::set_cookie(&self.cookie(), &text_of(&kept, self.person()));
    }
}

/// `person:columns by dot, - for no choice:page size, 0 for no choice`.
fn text_of(kept: &Kept, person: i64) -> String {
    let hidden = kept
        .hidden
        .as_ref()
        .map_or_else(|| "-".to_owned(), |hidden| hidden.join("."));
    format!("{person}:{hidden}:{}", kept.page_size.unwrap_or_default())
}

fn parse(text: &str, person: i64) -> Kept {
    let mut parts = text.splitn(3, ':');
    if parts.next().and_then(|text| text.parse().ok()) != Some(person) {
        return Kept::default();
    }
    let hidden = parts.next().filter(|text| *text != "-").map(|text| {
        let names = text.split('.').filter(|name| !name.is_empty()).take(12);
        names.map(str::to_owned).collect()
    });
    let page_size = parts.next().and_then(|text| text.parse().ok()).filter(|size| *size > 0);
    Kept { hidden, page_size }
}

/// The name of a column in cookies and views: lower case letters, digits and `_`.
pub(super) fn slug(header: &str) -> String {
    header
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_back_by_the_same_person_only() {
        let kept = Kept {
            hidden: Some(vec!["volume".to_owned(), slug("Added on")]),
            page_size: Some(100),
        };
        let text = text_of(&kept, 7);
        assert_eq!(text, "7:volume.added_on:100");
        assert_eq!(parse(&text, 7), kept);
        assert_eq!(parse(&text, 8), Kept::default());
        let nothing_off = Kept {
            hidden: Some(Vec::new()),
            page_size: None,
        };
        assert_eq!(parse(&text_of(&nothing_off, 7), 7), nothing_off);
        assert_eq!(parse(&text_of(&Kept::default(), 7), 7), Kept::default());
        for rubbish in ["", "7", "x:y:z", "7:-:-5", ":::"] {
            assert_eq!(parse(rubbish, 7), Kept::default(), "{rubbish}");
        }
    }
}
