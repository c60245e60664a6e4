//! Columns that a person chose are remembered, and taken again for the next file with the same header.

use engine::import::Mapping;
use entity::{
    SiteId, import_mapping,
    keyword_import::{self, ImportKind},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use sha2::{Digest, Sha256};

use crate::{
    App, Result,
    scope::{Scope, Scoped},
};

/// Most columns of a header that is looked up.
const MOST_COLUMNS: usize = 2_000;

/// One header may be read in two ways: for the keywords, and for what search engines show for them.
fn hash(kind: ImportKind, headers: &[String]) -> Option<String> {
    if headers.is_empty() || headers.len() > MOST_COLUMNS {
        return None;
    }
    let mut key = engine::import::header_key(headers);
    if kind == ImportKind::Serp {
        key.insert_str(0, "serp\n");
    }
    Some(
        Sha256::digest(key.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    )
}

/// The columns chosen for files of this header.
///
/// # Errors
/// When the database fails.
pub async fn remembered(app: &App, scope: &Scope, kind: ImportKind, headers: &[String]) -> Result<Option<Mapping>> {
    let Some(hash) = hash(kind, headers) else {
        return Ok(None);
    };
    let found = import_mapping::Entity::find_in(scope)
        .filter(import_mapping::Column::HeaderHash.eq(hash))
        .one(&app.db)
        .await?;
    Ok(found
        .and_then(|row| serde_json::from_str::<Mapping>(&row.mapping).ok())
        .filter(|mapping| mapping.fits(headers.len())))
}

/// Forgets the columns chosen for files of this header; no error when there are none.
///
/// # Errors
/// [`crate::Error::Forbidden`] for those who may not import into the site.
pub async fn forget(app: &App, scope: &Scope, site: SiteId, kind: ImportKind, headers: &[String]) -> Result<()> {
    scope.editor_of(site)?;
    let Some(hash) = hash(kind, headers) else { return Ok(()) };
    import_mapping::Entity::delete_in(scope)
        .filter(import_mapping::Column::HeaderHash.eq(hash))
        .exec(&app.db)
        .await?;
    Ok(())
}

/// Remembers a choice. One that says what is recognised anyway is forgotten: the reader may learn.
pub(super) async fn remember(
    db: &impl ConnectionTrait,
    import: &keyword_import::Model,
    headers: &[String],
    chosen: &Mapping,
    recognised: Option<&Mapping>,
) -> Result<()> {
    let Some(hash) = hash(import.kind, headers) else {
        return Ok(());
    };
    let account = import.account_id;
    if recognised == Some(chosen) {
        import_mapping::Entity::delete_in(&Scope::system(account))
            .filter(import_mapping::Column::HeaderHash.eq(hash))
            .exec(db)
            .await?;
        return Ok(());
    }
    use import_mapping::Column as C;
    import_mapping::Entity::insert(import_mapping::ActiveModel {
        account_id: Set(account),
        header_hash: Set(hash),
        mapping: Set(serde_json::to_string(chosen)?),
        updated_at: Set(crate::now()),
        ..Default::default()
    })
    .on_conflict(
        OnConflict::columns([C::AccountId, C::HeaderHash])
            .update_columns([C::Mapping, C::UpdatedAt])
            .to_owned(),
    )
    .exec_without_returning(db)
    .await?;
    Ok(())
}
