//! Columns that a person chose are remembered, and taken again for the next file with the same header.

use engine::import::Mapping;
use entity::{AccountId, SiteId, import_mapping};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use sha2::{Digest, Sha256};

use crate::{
    App, Result,
    scope::{Scope, Scoped},
};

/// Most columns of a header that is looked up.
const MOST_COLUMNS: usize = 2_000;

fn hash(headers: &[String]) -> Option<String> {
    if headers.is_empty() || headers.len() > MOST_COLUMNS {
        return None;
    }
    let key = engine::import::header_key(headers);
    Some(
        Sha256::digest(key.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    )
}

/// The columns chosen for files of this header, as JSON.
///
/// # Errors
/// When the database fails.
pub async fn remembered(app: &App, scope: &Scope, headers: &[String]) -> Result<Option<Mapping>> {
    let Some(hash) = hash(headers) else { return Ok(None) };
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
pub async fn forget(app: &App, scope: &Scope, site: SiteId, headers: &[String]) -> Result<()> {
    scope.editor_of(site)?;
    let Some(hash) = hash(headers) else { return Ok(()) };
    import_mapping::Entity::delete_in(scope)
        .filter(import_mapping::Column::HeaderHash.eq(hash))
        .exec(&app.db)
        .await?;
    Ok(())
}

/// Remembers a choice. One that says what is recognised anyway is forgotten: the reader may learn.
pub(super) async fn remember(
    db: &impl ConnectionTrait,
    account: AccountId,
    headers: &[String],
    chosen: &Mapping,
    recognised: Option<&Mapping>,
) -> Result<()> {
    let Some(hash) = hash(headers) else { return Ok(()) };
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
