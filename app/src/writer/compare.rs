//! Two states of a text beside one another, paragraph by paragraph.

use leptos::prelude::*;

/// Paragraphs of both sides that belong together; one side is empty for what is new or gone.
type Pair = (Option<String>, Option<String>);

/// More paragraphs than this on one side are not compared with all of the other: they are shown as they are.
const MOST: usize = 2_000;

/// Paragraphs of two HTML texts in pairs: equal ones face one another, and what was rewritten in between as well.
pub(super) fn pairs(before: &str, after: &str) -> Vec<Pair> {
    let lines = |html: &str| -> Vec<String> { engine::text::html_text(html).lines().map(str::to_owned).collect() };
    let (old, new) = (lines(before), lines(after));
    let same = if old.len() > MOST || new.len() > MOST {
        Vec::new()
    } else {
        common(&old, &new)
    };
    let mut out = Vec::new();
    let (mut at_old, mut at_new) = (0, 0);
    let ends = std::iter::once((old.len(), new.len()));
    for (next_old, next_new) in same.into_iter().chain(ends) {
        let gap = Ord::max(next_old - at_old, next_new - at_new);
        for step in 0..gap {
            let side =
                |lines: &[String], from: usize, to: usize| (from + step < to).then(|| lines[from + step].clone());
            out.push((side(&old, at_old, next_old), side(&new, at_new, next_new)));
        }
        if next_old < old.len() && next_new < new.len() {
            out.push((Some(old[next_old].clone()), Some(new[next_new].clone())));
        }
        (at_old, at_new) = (next_old + 1, next_new + 1);
    }
    out
}

/// Positions of the longest run of lines that both have in this order.
fn common(old: &[String], new: &[String]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    let mut longest = vec![0_u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i * width + j] = if old[i] == new[j] {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut out = Vec::new();
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            out.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    out
}

/// Two texts side by side; what differs is marked.
#[component]
pub(super) fn Compare(
    /// HTML of before.
    before: String,
    /// HTML of after.
    after: String,
) -> impl IntoView {
    let rows = pairs(&before, &after)
        .into_iter()
        .map(|(old, new)| {
            let same = old == new;
            let cell = move |text: Option<String>, tint: &'static str| {
                let class = match (&text, same) {
                    (None, _) => "p-2 align-top",
                    (Some(_), true) => "p-2 align-top muted wrap-anywhere",
                    (Some(_), false) => tint,
                };
                view! { <td class=class>{text}</td> }
            };
            view! {
                <tr class="border-b border-base-300">
                    {cell(old, "p-2 align-top bg-error/10 wrap-anywhere")}
                    {cell(new, "p-2 align-top bg-success/10 wrap-anywhere")}
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="w-full table-fixed text-sm">
            <thead>
                <tr class="border-b border-base-300 text-left">
                    <th scope="col" class="p-2 text-xs font-medium">"Before"</th>
                    <th scope="col" class="p-2 text-xs font-medium">"After"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[cfg(test)]
mod tests {
    use super::pairs;

    fn shown(before: &str, after: &str) -> Vec<(String, String)> {
        pairs(before, after)
            .into_iter()
            .map(|(old, new)| (old.unwrap_or_default(), new.unwrap_or_default()))
            .collect()
    }

    #[test]
    fn equal_paragraphs_face_one_another() {
        let before = "<p>a</p><p>b</p><p>c</p><p>d</p>";
        let after = "<p>a</p><p>B</p><p>b2</p><p>c</p>";
        let expected = [("a", "a"), ("b", "B"), ("", "b2"), ("c", "c"), ("d", "")];
        let expected: Vec<(String, String)> = expected
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect();
        assert_eq!(shown(before, after), expected);
        assert!(shown(before, before).iter().all(|(old, new)| old == new));
        assert_eq!(shown("", "<p>x</p>"), [(String::new(), "x".to_owned())]);
        assert!(shown("", "").is_empty());
    }
}
