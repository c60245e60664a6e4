//! The columns of the keyword list and how their cells are changed where they stand.

use std::collections::BTreeMap;

use entity::{
    ApiError, KeywordId,
    keyword::{self, Intent, KeywordStatus, Model, Patch, Row},
};
use leptos::{prelude::*, task::spawn_local};

use super::{
    api::update_keyword,
    parts::{EditButton, cluster_links, number_text, whole_number},
};
use crate::components::{Badge, Column, EditKind, InlineEdit, SaveCell, TimeAgo, number, options_of};

/// How the rows of a keyword list are changed.
#[derive(Clone, Copy)]
pub(super) struct Editing {
    /// Opens the form of a keyword.
    pub(super) form: Callback<Model>,
    /// Asks the server for the rows again.
    pub(super) reload: Callback<()>,
    /// Rows that were changed since the list was made, as the server has them now.
    pub(super) fresh: RwSignal<BTreeMap<KeywordId, Model>>,
}

impl Editing {
    /// The row as it is now, tracked.
    fn now(self, row: &Model) -> Model {
        self.fresh
            .with(|fresh| {
                fresh
                    .get(&row.id)
                    .filter(|fresh| fresh.updated_at >= row.updated_at)
                    .cloned()
            })
            .unwrap_or_else(|| row.clone())
    }

    /// Changes one row, if it is still the one that the person sees.
    fn change(self, row: Model, patch: Patch, done: Callback<Result<(), ApiError>>) {
        spawn_local(async move {
            loop {
                let seen = untrack(|| self.now(&row)).updated_at;
                let patch = Patch {
                    seen: Some(seen),
                    ..patch.clone()
                };
                match update_keyword(row.id, patch).await {
                    Ok(saved) => {
                        self.fresh.try_update(|fresh| fresh.insert(saved.id, saved));
                        done.run(Ok(()));
                        return;
                    }
                    // Two cells of one row, saved one right after the other: it was our own change.
                    Err(error)
                        if error.code == "precondition_failed"
                            && self.fresh.try_get_untracked().is_some()
                            && untrack(|| self.now(&row)).updated_at != seen => {}
                    Err(error) => {
                        let changed = matches!(error.code.as_str(), "precondition_failed" | "not_found");
                        done.run(Err(error));
                        if changed {
                            self.reload.run(());
                        }
                        return;
                    }
                }
            }
        });
    }
}

type ToPatch = fn(&str) -> Result<Patch, ApiError>;

/// A cell: how it shows, and how it is changed where that is allowed.
#[derive(Clone, Copy)]
struct Cell {
    name: &'static str,
    title: &'static str,
    kind: fn() -> EditKind,
    value: fn(&Model) -> String,
    patch: ToPatch,
    show: fn(&Model) -> AnyView,
}

fn refuse(field: &str, message: &str) -> ApiError {
    let mut error = ApiError::new("invalid", message);
    error.fields = vec![entity::FieldError {
        field: field.to_owned(),
        message: message.to_owned(),
    }];
    error
}

/// A figure of a cell; nothing for an empty one.
fn figure(field: &'static str, text: &str) -> Result<Option<i64>, ApiError> {
    let mut faults = Vec::new();
    let value = whole_number(field, text, &mut faults);
    match faults.pop() {
        Some(fault) => Err(refuse(field, &fault.message)),
        None => Ok(value),
    }
}

const KEYWORD: Cell = Cell {
    name: "keyword",
    title: "Keyword",
    kind: || EditKind::Text,
    value: |row| row.keyword.clone(),
    patch: |text| {
        Ok(Patch {
            keyword: Some(text.to_owned()),
            ..Patch::default()
        })
    },
    show: |row| view! { <span class="font-medium wrap-anywhere">{row.keyword.clone()}</span> }.into_any(),
};

const VOLUME: Cell = Cell {
    name: "volume",
    title: "Volume",
    kind: || EditKind::Number,
    value: |row| number_text(row.volume),
    patch: |text| {
        Ok(Patch {
            volume: Some(figure("volume", text)?),
            ..Patch::default()
        })
    },
    show: volume,
};

const DIFFICULTY: Cell = Cell {
    name: "difficulty",
    title: "Difficulty",
    kind: || EditKind::Number,
    value: |row| number_text(row.difficulty),
    patch: |text| {
        let value = figure("difficulty", text)?;
        let value = value
            .map(|value| {
                i32::try_from(value).map_err(|_| refuse("difficulty", "Keyword difficulty goes from 0 to 100."))
            })
            .transpose()?;
        Ok(Patch {
            difficulty: Some(value),
            ..Patch::default()
        })
    },
    show: |row| difficulty(row.difficulty),
};

const INTENT: Cell = Cell {
    name: "intent",
    title: "Intent",
    kind: || EditKind::Choice(options_of(Intent::ALL, |intent| (intent.as_str(), intent.label()))),
    value: |row| row.intent.as_str().to_owned(),
    patch: |text| {
        Ok(Patch {
            intent: Some(text.parse().map_err(|()| refuse("intent", "Choose an intent."))?),
            ..Patch::default()
        })
    },
    show: intent,
};

const STATUS: Cell = Cell {
    name: "status",
    title: "Status",
    kind: || {
        EditKind::Choice(options_of(KeywordStatus::ALL, |status| {
            (status.as_str(), status.label())
        }))
    },
    value: |row| row.status.as_str().to_owned(),
    patch: |text| {
        Ok(Patch {
            status: Some(text.parse().map_err(|()| refuse("status", "Choose a status."))?),
            ..Patch::default()
        })
    },
    show: |row| view! { <Badge value=row.status/> }.into_any(),
};

impl Cell {
    fn column(self, editing: Option<Editing>) -> Column<Row> {
        let column = Column::new(self.title, move |row: &Row| match editing {
            None => (self.show)(&row.keyword),
            Some(editing) => self.editable(row.keyword.clone(), editing),
        });
        column.sortable(self.name)
    }

    fn editable(self, row: Model, editing: Editing) -> AnyView {
        let label = format!("{} of {}", self.title, row.keyword);
        let row = StoredValue::new(row);
        let now = move || row.with_value(|row| editing.now(row));
        let value = Signal::derive(move || (self.value)(&now()));
        let save: SaveCell = Callback::new(
            move |(text, done): (String, Callback<Result<(), ApiError>>)| match (self.patch)(&text) {
                Ok(patch) => editing.change(row.get_value(), patch, done),
                Err(error) => done.run(Err(error)),
            },
        );
        view! {
            <InlineEdit name=self.name label kind=(self.kind)() value save>
                {move || (self.show)(&now())}
            </InlineEdit>
        }
        .into_any()
    }
}

/// The columns of the list. With `editing` the cells can be changed where they stand.
pub(super) fn columns(editing: Option<Editing>) -> Vec<Column<Row>> {
    let mut columns = vec![
        KEYWORD.column(editing).lead(),
        VOLUME.column(editing).right(),
        DIFFICULTY.column(editing),
        INTENT.column(editing),
        Column::new("Clusters", |row: &Row| cluster_links(&row.clusters)),
        STATUS.column(editing),
        Column::new("Position", |row: &Row| position(&row.keyword))
            .right()
            .hidden(),
    ];
    columns.push(
        Column::new("Impressions", |row: &Row| {
            crate::components::optional_number(row.keyword.impressions)
        })
        .sortable("impressions")
        .right()
        .hidden(),
    );
    columns.push(
        Column::new("Clicks", |row: &Row| {
            crate::components::optional_number(row.keyword.clicks)
        })
        .right()
        .hidden(),
    );
    columns.push(
        Column::new("Added", |row: &Row| view! { <TimeAgo time=row.keyword.created_at/> }).sortable("created_at"),
    );
    if let Some(editing) = editing {
        columns.push(Column::new("", move |row: &Row| {
            let row = row.keyword.clone();
            let name = row.keyword.clone();
            view! { <EditButton name on_click=move |()| editing.form.run(untrack(|| editing.now(&row)))/> }
        }));
    }
    columns
}

fn volume(keyword: &keyword::Model) -> AnyView {
    let Some(value) = keyword.volume else {
        return view! { <span class="muted">"–"</span> }.into_any();
    };
    if !keyword.volume_estimated {
        return number(value).into_any();
    }
    let range = match (keyword.volume_low, keyword.volume_high) {
        (Some(low), Some(high)) => format!("Estimated: the file says {} to {}", number(low), number(high)),
        (Some(low), None) => format!("Estimated: the file says {} or more", number(low)),
        _ => "Estimated from the file".to_owned(),
    };
    view! {
        <span title=range.clone() class="cursor-help">
            "≈ " {number(value)}
            <span class="sr-only">{range.clone()}</span>
        </span>
    }
    .into_any()
}

/// A difficulty with a small bar beside the figure.
fn difficulty(value: Option<i32>) -> AnyView {
    let Some(value) = value else {
        return view! { <span class="muted">"–"</span> }.into_any();
    };
    let tone = match value {
        ..30 => "fill-success",
        30..60 => "fill-warning",
        _ => "fill-error",
    };
    view! {
        <span class="inline-flex items-center gap-2">
            <span class="w-6 text-right tabular">{value}</span>
            <svg class="h-1.5 w-12" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                <rect width="100" height="10" rx="5" class="fill-base-300"></rect>
                <rect width=value.clamp(0, 100).to_string() height="10" rx="5" class=tone></rect>
            </svg>
        </span>
    }
    .into_any()
}

fn intent(keyword: &keyword::Model) -> AnyView {
    view! {
        <span class="inline-flex items-center gap-1.5">
            <Badge value=keyword.intent/>
            {keyword.intent_guessed.then(|| view! {
                <span class="cursor-help text-xs muted" title="Guessed from the words; edit the keyword to set it">"guessed"</span>
            })}
        </span>
    }
    .into_any()
}

/// The average position in search results, as Search Console has it.
fn position(keyword: &keyword::Model) -> String {
    keyword.position_hundredths.map_or_else(
        || "–".to_owned(),
        |value| format!("{}.{}", value / 100, value % 100 / 10),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_cell_clears_and_a_wrong_one_is_refused() {
        assert_eq!((VOLUME.patch)("").expect("clears").volume, Some(None));
        assert_eq!((VOLUME.patch)("1,200").expect("a figure").volume, Some(Some(1_200)));
        assert_eq!((DIFFICULTY.patch)("40").expect("a figure").difficulty, Some(Some(40)));
        assert!((DIFFICULTY.patch)("99999999999").is_err());
        assert!((STATUS.patch)("gone").is_err());
    }
}
