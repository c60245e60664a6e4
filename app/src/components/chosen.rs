//! Which rows of a list are selected.

use std::collections::BTreeSet;

use leptos::prelude::*;

/// The selected rows: some by their ids, or all that match but some.
#[derive(Clone, Copy)]
pub(super) struct Chosen {
    /// The selected rows; while `everything` is true, the rows that are taken out.
    pub(super) ids: RwSignal<BTreeSet<i64>>,
    /// All that match are meant; nothing where that cannot be chosen.
    pub(super) everything: Option<RwSignal<bool>>,
}

impl Chosen {
    pub(super) fn is_everything(self) -> bool {
        self.everything
            .and_then(|everything| everything.try_get())
            .unwrap_or_default()
    }

    fn is_everything_untracked(self) -> bool {
        self.everything
            .and_then(|everything| everything.try_get_untracked())
            .unwrap_or_default()
    }

    pub(super) fn has(self, id: i64) -> bool {
        // The page may be gone already when a caller leaves in the middle of its making.
        let listed = self.ids.try_with(|ids| ids.contains(&id)).unwrap_or_default();
        listed != self.is_everything()
    }

    pub(super) fn has_untracked(self, id: i64) -> bool {
        self.ids.with_untracked(|ids| ids.contains(&id)) != self.is_everything_untracked()
    }

    pub(super) fn set(self, id: i64, selected: bool) {
        let listed = selected != self.is_everything_untracked();
        self.ids.update(|ids| {
            if listed {
                ids.insert(id);
            } else {
                ids.remove(&id);
            }
        });
    }

    pub(super) fn toggle(self, id: i64) {
        self.set(id, !self.has_untracked(id));
    }

    pub(super) fn clear(self) {
        self.ids.update(BTreeSet::clear);
        if let Some(everything) = self.everything {
            everything.set(false);
        }
    }

    /// How many of `total` matching rows are selected, tracked.
    pub(super) fn number(self, total: u64) -> u64 {
        let listed = self.ids.with(|ids| ids.len() as u64);
        if self.is_everything() {
            total.saturating_sub(listed)
        } else {
            listed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn while_everything_is_selected_the_listed_rows_are_taken_out() {
        let owner = Owner::new();
        owner.with(|| {
            let everything = RwSignal::new(false);
            let chosen = Chosen {
                ids: RwSignal::new(BTreeSet::new()),
                everything: Some(everything),
            };
            chosen.toggle(1);
            assert!(chosen.has_untracked(1) && !chosen.has_untracked(2));
            assert_eq!(untrack(|| chosen.number(10)), 1);
            chosen.clear();
            everything.set(true);
            chosen.toggle(2);
            assert!(chosen.has_untracked(1) && !chosen.has_untracked(2));
            assert_eq!(untrack(|| chosen.number(10)), 9);
            chosen.set(2, true);
            assert_eq!(untrack(|| chosen.number(10)), 10);
        });
    }
}
