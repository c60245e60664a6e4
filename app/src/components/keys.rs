//! Lists under the keyboard: rows take the focus one at a time, and a few letters do what is done most.

use leptos::{
    ev, html,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlElement, KeyboardEvent},
};

use super::{Dialog, chosen::Chosen};

/// Where to, from a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The same column, one row on.
    Down,
    /// The same column, one row back.
    Up,
    /// The next cell that can be changed, else the first one of the next row.
    Next,
    /// The one before.
    Back,
}

/// What the keys act on.
#[derive(Clone, Copy)]
pub(super) struct Keys {
    pub(super) section: NodeRef<html::Section>,
    pub(super) chosen: Option<Chosen>,
    pub(super) page_ids: RwSignal<Vec<i64>>,
    pub(super) help: RwSignal<bool>,
}

impl Keys {
    /// Listens while the list is on the page.
    pub(super) fn listen(self) {
        Effect::new(move |_| {
            let handle = window_event_listener(ev::keydown, move |event| self.on_key(&event));
            on_cleanup(move || handle.remove());
        });
    }

    fn on_key(self, event: &KeyboardEvent) {
        let Some(section) = self.section.get_untracked() else {
            return;
        };
        let section: &Element = section.as_ref();
        let focused = document().active_element();
        if event.default_prevented() || is_busy(focused.as_ref()) || !is_meant(section, focused.as_ref()) {
            return;
        }
        let inside = focused.as_ref().filter(|element| section.contains(Some(element)));
        let row = inside.and_then(row_of);
        let cell = inside.and_then(|element| element.closest("[data-cell]").ok().flatten());
        let command = event.ctrl_key() || event.meta_key();
        let done = match event.key().as_str() {
            "a" if command && inside.is_some() => self.choose_page(true),
            _ if command || event.alt_key() => false,
            "?" => {
                self.help.set(true);
                true
            }
            "/" => focus_first(section, "input[name=search]"),
            "j" => self.walk(section, row.as_ref(), cell.as_ref(), true, event.shift_key()),
            "k" => self.walk(section, row.as_ref(), cell.as_ref(), false, event.shift_key()),
            "J" => self.walk(section, row.as_ref(), cell.as_ref(), true, true),
            "K" => self.walk(section, row.as_ref(), cell.as_ref(), false, true),
            "ArrowDown" if row.is_some() => self.walk(section, row.as_ref(), cell.as_ref(), true, event.shift_key()),
            "ArrowUp" if row.is_some() => self.walk(section, row.as_ref(), cell.as_ref(), false, event.shift_key()),
            "ArrowRight" => sideways(row.as_ref(), cell.as_ref(), true),
            "ArrowLeft" => sideways(row.as_ref(), cell.as_ref(), false),
            "x" => self.choose_page(false),
            // On a button or a link the space bar and Enter mean that.
            " " => row
                .filter(|row| inside == Some(row) || cell.is_some())
                .is_some_and(|row| self.toggle(&row)),
            "e" => row.is_some_and(|row| click_first(&row, "[data-edit]")),
            "Enter" => row
                .filter(|row| inside == Some(row))
                .is_some_and(|row| click_first(&row, "td.lead a") || click_first(&row, "[data-edit]")),
            _ => false,
        };
        if done {
            event.prevent_default();
        }
    }

    fn walk(self, section: &Element, row: Option<&Element>, cell: Option<&Element>, down: bool, extend: bool) -> bool {
        let next = match row {
            Some(row) if down => row.next_element_sibling(),
            Some(row) => row.previous_element_sibling(),
            None => section.query_selector("tr[data-row]").ok().flatten(),
        };
        let Some(next) = next.filter(|next| next.has_attribute("data-row")) else {
            return row.is_some();
        };
        if let (true, Some(chosen)) = (extend, self.chosen) {
            for row in row.into_iter().chain([&next]) {
                if let Some(id) = id_of(row) {
                    chosen.set(id, true);
                }
            }
        }
        let same = cell.and_then(|cell| beside(cell, &next));
        focus(same.as_ref().unwrap_or(&next));
        true
    }

    fn toggle(self, row: &Element) -> bool {
        match (self.chosen, id_of(row)) {
            (Some(chosen), Some(id)) => {
                chosen.toggle(id);
                true
            }
            _ => false,
        }
    }

    fn choose_page(self, only_choose: bool) -> bool {
        let Some(chosen) = self.chosen else {
            return false;
        };
        let ids = self.page_ids.get_untracked();
        let all = !only_choose && ids.iter().all(|id| chosen.has_untracked(*id));
        for id in ids {
            chosen.set(id, !all);
        }
        true
    }
}

/// Somebody types, or a window is open over the page, or a menu is being used.
fn is_busy(focused: Option<&Element>) -> bool {
    let open = document().query_selector("dialog[open]").ok().flatten().is_some();
    let typing = focused.is_some_and(|element| {
        let field = "input:not([type=checkbox]), textarea, select, [contenteditable=true], details.dropdown, summary";
        element.closest(field).ok().flatten().is_some()
    });
    open || typing
}

/// Of several lists on a page the one with the focus is meant, and the first one while none has it.
fn is_meant(section: &Element, focused: Option<&Element>) -> bool {
    let list = focused.and_then(|element| element.closest("section[data-list]").ok().flatten());
    let list = list.or_else(|| document().query_selector("section[data-list]").ok().flatten());
    list.as_ref() == Some(section)
}

fn row_of(element: &Element) -> Option<Element> {
    element.closest("tr[data-row]").ok().flatten()
}

fn id_of(row: &Element) -> Option<i64> {
    row.get_attribute("data-row")?.parse().ok()
}

/// The cell of another row in the same column.
fn beside(cell: &Element, row: &Element) -> Option<Element> {
    let name = cell.get_attribute("data-cell")?;
    row.query_selector(&format!("[data-cell=\"{name}\"]")).ok().flatten()
}

fn cells(row: &Element) -> Vec<Element> {
    let mut found = Vec::new();
    let mut next = row.first_element_child();
    while let Some(cell) = next {
        found.extend(cell.query_selector("[data-cell]").ok().flatten());
        next = cell.next_element_sibling();
    }
    found
}

fn sideways(row: Option<&Element>, cell: Option<&Element>, right: bool) -> bool {
    let Some(row) = row else { return false };
    let cells = cells(row);
    let at = cell.and_then(|cell| cells.iter().position(|known| known == cell));
    let to = match (at, right) {
        (None, true) => cells.first(),
        (Some(at), true) => cells.get(at + 1),
        (Some(0), false) => Some(row),
        (Some(at), false) => cells.get(at - 1),
        (None, false) => None,
    };
    to.map(focus).is_some()
}

/// Goes on from a cell; false when there is nothing there.
pub(super) fn step(cell: &Element, step: Step) -> bool {
    let Some(row) = row_of(cell) else { return false };
    let neighbour = |down: bool| {
        let next = if down {
            row.next_element_sibling()
        } else {
            row.previous_element_sibling()
        };
        next.filter(|next| next.has_attribute("data-row"))
    };
    let here = cells(&row);
    let at = here.iter().position(|known| known == cell);
    let to = match step {
        Step::Down => neighbour(true).and_then(|next| beside(cell, &next)),
        Step::Up => neighbour(false).and_then(|next| beside(cell, &next)),
        Step::Next => at
            .and_then(|at| here.get(at + 1).cloned())
            .or_else(|| neighbour(true).and_then(|next| cells(&next).into_iter().next())),
        Step::Back => at
            .and_then(|at| at.checked_sub(1))
            .and_then(|at| here.get(at).cloned())
            .or_else(|| neighbour(false).and_then(|next| cells(&next).pop())),
    };
    to.as_ref().map(focus).is_some()
}

/// Gives the focus to a row or a cell; the row is where the Tab key comes back to.
fn focus(element: &Element) {
    if let Some(row) = row_of(element) {
        if let Some(body) = row.parent_element()
            && let Ok(Some(before)) = body.query_selector("tr[data-row][tabindex=\"0\"]")
        {
            // Attributes with these names are never refused.
            let _ = before.set_attribute("tabindex", "-1");
        }
        let _ = row.set_attribute("tabindex", "0");
    }
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        // Refused only for what cannot have the focus.
        let _ = element.focus();
    }
}

fn focus_first(within: &Element, what: &str) -> bool {
    match within.query_selector(what) {
        Ok(Some(found)) => {
            focus(&found);
            true
        }
        _ => false,
    }
}

fn click_first(within: &Element, what: &str) -> bool {
    let found = within.query_selector(what).ok().flatten();
    match found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
        Some(found) => {
            found.click();
            true
        }
        None => false,
    }
}

/// The list of keys.
#[component]
pub(super) fn Shortcuts(
    /// Shown or not.
    open: RwSignal<bool>,
    /// Rows can be selected.
    selects: bool,
    /// Cells can be changed in place.
    edits: bool,
) -> impl IntoView {
    let mut keys: Vec<(&'static [&'static str], &'static str)> = vec![
        (&["j", "↓"], "Next row"),
        (&["k", "↑"], "Row before"),
        (&["Enter"], "Open the row"),
        (&["e"], "Edit the row in a window"),
    ];
    if selects {
        keys.extend::<[(&'static [&'static str], &'static str); 3]>([
            (&["Space"], "Select the row, or take it out"),
            (&["Shift ↓", "Shift ↑"], "Select on the way"),
            (&["x", "Ctrl A"], "Select this page"),
        ]);
    }
    if edits {
        keys.extend::<[(&'static [&'static str], &'static str); 4]>([
            (&["→", "←"], "Go to a cell"),
            (&["Enter", "F2"], "Change the cell"),
            (&["Enter", "Tab"], "Save and go on down, or to the right"),
            (&["Esc"], "Leave the cell as it was"),
        ]);
    }
    keys.extend::<[(&'static [&'static str], &'static str); 2]>([(&["/"], "Search"), (&["?"], "Show these keys")]);
    let keys = StoredValue::new(keys);
    view! {
        <Dialog open title="Keys in this list">
            <dl class="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2.5 text-sm">
                {keys.get_value().into_iter().map(|(keys, what)| view! {
                    <dt class="flex gap-1">
                        {keys.iter().map(|key| view! { <kbd class="kbd kbd-sm whitespace-nowrap">{*key}</kbd> }).collect_view()}
                    </dt>
                    <dd>{what}</dd>
                }).collect_view()}
            </dl>
        </Dialog>
    }
}
