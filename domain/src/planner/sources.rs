//! Where the values of a keyword come from: the file and its row, or a person, and since when.

use std::collections::HashMap;

use entity::{
    KeywordChangeId, KeywordId, KeywordImportId, Timestamp, keyword,
    keyword_change::{self, Source, Value as Which},
    keyword_import,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use serde_json::{Map, Value, json};

use super::keywords;
use crate::{
    App, Result,
    scope::{Scope, Scoped},
};

/// Changes of one keyword that are looked through.
const MOST: u64 = 200;

/// When a person last chose the intent, or the status, for many keywords at once: columns of `keywords` that are no part of
/// what a keyword is. One keyword that is changed by hand is in the log instead.
pub(crate) const INTENT_CHOSEN_AT: &str = "intent_chosen_at";
pub(crate) const STATUS_CHOSEN_AT: &str = "status_chosen_at";

/// The values of a keyword, those together that change together.
fn groups(row: &keyword::Model) -> [(&'static str, Value); 10] {
    [
        (
            "volume",
            json!([row.volume, row.volume_low, row.volume_high, row.volume_estimated]),
        ),
        ("difficulty", json!(row.difficulty)),
        ("intent", json!([row.intent, row.intent_guessed])),
        ("cpc", json!(row.cpc_cents)),
        ("country", json!(row.country)),
        ("impressions", json!(row.impressions)),
        ("clicks", json!(row.clicks)),
        ("position", json!(row.position_hundredths)),
        ("keyword", json!(row.keyword)),
        ("status", json!(row.status)),
    ]
}

/// What differs, as it was and as it is.
pub(crate) fn difference(old: &keyword::Model, new: &keyword::Model) -> (Map<String, Value>, Map<String, Value>) {
    let (mut before, mut after) = (Map::new(), Map::new());
    for ((name, was), (_, is)) in groups(old).into_iter().zip(groups(new)) {
        if was != is {
            before.insert(name.to_owned(), was);
            after.insert(name.to_owned(), is);
        }
    }
    (before, after)
}

/// Gives the values of `before` back where a keyword still has those of `after`; says whether anything changed.
pub(super) fn give_back(row: &mut keyword::Model, before: &Map<String, Value>, after: &Map<String, Value>) -> bool {
    let was = row.clone();
    for (name, now) in groups(&was) {
        let (Some(old), Some(written)) = (before.get(name), after.get(name)) else {
            continue;
        };
        if *written != now {
            continue;
        }
        let part = |at: usize| old.get(at).unwrap_or(&Value::Null);
        match name {
            "volume" => {
                row.volume = part(0).as_i64();
                row.volume_low = part(1).as_i64();
                row.volume_high = part(2).as_i64();
                row.volume_estimated = part(3).as_bool().unwrap_or(false);
            }
            "difficulty" => row.difficulty = old.as_i64().and_then(|v| i32::try_from(v).ok()),
            "intent" => {
                if let Some(intent) = part(0).as_str().and_then(|text| text.parse().ok()) {
                    row.intent = intent;
                    row.intent_guessed = part(1).as_bool().unwrap_or(true);
                }
            }
            "cpc" => row.cpc_cents = old.as_i64(),
            "country" => row.country = old.as_str().map(str::to_owned),
            "impressions" => row.impressions = old.as_i64(),
            "clicks" => row.clicks = old.as_i64(),
            "position" => row.position_hundredths = old.as_i64().and_then(|v| i32::try_from(v).ok()),
            _ => {}
        }
    }
    *row != was
}

/// Those of the keywords that people have chosen an intent or a status for, many at once.
///
/// # Errors
/// When the database fails.
pub(super) async fn chosen(db: &impl ConnectionTrait, scope: &Scope, ids: &[KeywordId]) -> Result<Vec<KeywordId>> {
    let either = Expr::col(INTENT_CHOSEN_AT)
        .is_not_null()
        .or(Expr::col(STATUS_CHOSEN_AT).is_not_null());
    Ok(keyword::Entity::find_in(scope)
        .filter(keyword::Column::Id.is_in(ids.iter().copied()))
        .filter(either)
        .select_only()
        .column(keyword::Column::Id)
        .into_tuple()
        .all(db)
        .await?)
}

/// A change by hand, and what it set.
type ByHand = (KeywordChangeId, Map<String, Value>);

/// What people have decided about some keywords since a change, by the names of the values. An undo leaves it alone, also
/// where they decided for what was there already.
pub(super) struct Decided {
    /// By hand, one by one.
    singly: HashMap<KeywordId, Vec<ByHand>>,
    /// The intent of many at once.
    intent: HashMap<KeywordId, Timestamp>,
}

impl Decided {
    /// # Errors
    /// When the database fails.
    pub(super) async fn about(
        db: &impl ConnectionTrait,
        scope: &Scope,
        changes: &[keyword_change::Model],
    ) -> Result<Self> {
        use keyword_change::Column as C;
        let Some(first) = changes.iter().map(|change| change.id).min() else {
            return Ok(Self {
                singly: HashMap::new(),
                intent: HashMap::new(),
            });
        };
        let mut ids: Vec<KeywordId> = changes.iter().map(|change| change.keyword_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let by_hand: Vec<(KeywordId, KeywordChangeId, String)> = keyword_change::Entity::find_in(scope)
            .filter(C::KeywordId.is_in(ids.iter().copied()))
            .filter(C::ImportId.is_null())
            .filter(C::Id.gt(first))
            .select_only()
            .columns([C::KeywordId, C::Id, C::After])
            .into_tuple()
            .all(db)
            .await?;
        let mut singly: HashMap<_, Vec<_>> = HashMap::new();
        for (keyword, id, after) in by_hand {
            let after = serde_json::from_str(&after).unwrap_or_default();
            singly.entry(keyword).or_default().push((id, after));
        }
        let intent: Vec<(KeywordId, Timestamp)> = keyword::Entity::find_in(scope)
            .filter(keyword::Column::Id.is_in(ids))
            .filter(Expr::col(INTENT_CHOSEN_AT).is_not_null())
            .select_only()
            .column(keyword::Column::Id)
            .column_as(Expr::col(INTENT_CHOSEN_AT), "at")
            .into_tuple()
            .all(db)
            .await?;
        Ok(Self {
            singly,
            intent: intent.into_iter().collect(),
        })
    }

    /// The values of a change that nobody has decided about since.
    pub(super) fn left_of(&self, change: &keyword_change::Model) -> Map<String, Value> {
        let mut before: Map<String, Value> = serde_json::from_str(&change.before).unwrap_or_default();
        let later = self.singly.get(&change.keyword_id).into_iter().flatten();
        for (_, after) in later.filter(|(id, _)| *id > change.id) {
            before.retain(|name, _| !after.contains_key(name));
        }
        if self
            .intent
            .get(&change.keyword_id)
            .is_some_and(|at| *at >= change.created_at)
        {
            before.remove("intent");
        }
        before
    }
}

/// Writes down what a person changed by hand.
///
/// # Errors
/// When the database fails.
pub(crate) async fn by_hand(
    db: &impl ConnectionTrait,
    scope: &Scope,
    old: &keyword::Model,
    new: &keyword::Model,
) -> Result<()> {
    let (before, after) = difference(old, new);
    if before.is_empty() {
        return Ok(());
    }
    keyword_change::Entity::insert(keyword_change::ActiveModel {
        account_id: Set(old.account_id),
        site_id: Set(old.site_id),
        keyword_id: Set(old.id),
        import_id: Set(None),
        user_id: Set(scope.user),
        line: Set(None),
        before: Set(Value::Object(before).to_string()),
        after: Set(Value::Object(after).to_string()),
        created_at: Set(crate::now()),
        ..Default::default()
    })
    .exec_without_returning(db)
    .await?;
    Ok(())
}

fn cents(value: i64) -> String {
    format!("{}.{:02}", value / 100, (value % 100).abs())
}

fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A value as people read it, and whether it is an estimate; nothing when the keyword has none.
fn shown(row: &keyword::Model, which: Which) -> Option<(String, bool)> {
    Some(match which {
        Which::Volume => {
            let range = match (row.volume_low, row.volume_high) {
                (Some(low), Some(high)) if row.volume_estimated => {
                    format!(" ({} to {})", grouped(low), grouped(high))
                }
                _ => String::new(),
            };
            (format!("{}{range}", grouped(row.volume?)), row.volume_estimated)
        }
        Which::Difficulty => (row.difficulty?.to_string(), false),
        Which::Intent => (row.intent.label().to_owned(), row.intent_guessed),
        Which::Cpc => (cents(row.cpc_cents?), false),
        Which::Position => {
            let (whole, rest) = (row.position_hundredths? / 100, row.position_hundredths? % 100);
            let text = if rest == 0 {
                whole.to_string()
            } else {
                format!("{whole}.{:01}", rest / 10)
            };
            (text, false)
        }
        Which::Impressions => {
            let clicks = row.clicks.map(|clicks| format!(", {} clicks", grouped(clicks)));
            (
                format!("{}{}", grouped(row.impressions?), clicks.unwrap_or_default()),
                false,
            )
        }
    })
}

/// Where each value of a keyword comes from; values that it has not are left out.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn sources(app: &App, scope: &Scope, id: KeywordId) -> Result<Vec<Source>> {
    let row = keywords::get(app, scope, id).await?;
    let changes = keyword_change::Entity::find_in(scope)
        .filter(keyword_change::Column::KeywordId.eq(id))
        .order_by_desc(keyword_change::Column::Id)
        .limit(MOST)
        .all(&app.db)
        .await?;
    let mut files: Vec<KeywordImportId> = changes.iter().filter_map(|change| change.import_id).collect();
    files.extend(row.import_id);
    files.sort_unstable();
    files.dedup();
    let files: HashMap<KeywordImportId, keyword_import::Model> = keyword_import::Entity::find_in(scope)
        .filter(keyword_import::Column::Id.is_in(files))
        .all(&app.db)
        .await?
        .into_iter()
        .map(|file| (file.id, file))
        .collect();
    let intent_chosen: Option<Option<Timestamp>> = keyword::Entity::find_in(scope)
        .filter(keyword::Column::Id.eq(id))
        .select_only()
        .column_as(Expr::col(INTENT_CHOSEN_AT), "at")
        .into_tuple()
        .one(&app.db)
        .await?;
    let mut found = Vec::new();
    for &value in Which::ALL {
        let Some((text, estimated)) = shown(&row, value) else {
            continue;
        };
        let last = changes.iter().find(|change| {
            serde_json::from_str::<Map<String, Value>>(&change.after)
                .is_ok_and(|after| after.contains_key(value.as_str()))
        });
        let (import_id, line, at) = match last {
            Some(change) => (change.import_id, change.line, change.created_at),
            None => (row.import_id, row.import_line, row.created_at),
        };
        let chosen = intent_chosen
            .flatten()
            .filter(|chosen| value == Which::Intent && *chosen >= at);
        let (import_id, line, at) = match chosen {
            Some(chosen) => (None, None, chosen),
            None => (import_id, line, at),
        };
        let file = import_id.and_then(|id| files.get(&id));
        found.push(Source {
            value,
            text,
            estimated,
            import_id,
            file_name: file.map(|file| file.file_name.clone()),
            dialect: file.map(|file| file.dialect.clone()),
            line,
            at,
        });
    }
    Ok(found)
}
