//! A file that has arrived: what it is, whether it can be read, which columns are read of it.

use std::{io::BufReader, path::Path};

use engine::import::{Mapping, Preview, Reader};
use entity::{
    KeywordImportId, keyword_import,
    keyword_import::{ImportKind, ImportStatus, Unpacked},
};
use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};

use super::{OPEN, close, file_key, find, mappings, packed, remembered, table_key, to_change};
use crate::{
    App, Error, Result,
    planner::serp,
    scope::{Scope, Scoped},
};

/// Looks into a workbook or an archive that has arrived: its tables, and the beginning of the one with the keywords or of
/// the one asked for.
///
/// # Errors
/// [`Error::Invalid`] in words for an editor, [`Error::Conflict`] when it is being read already, [`Error::NotFound`].
pub async fn look(app: &App, scope: &Scope, id: KeywordImportId, sheet: Option<String>) -> Result<Unpacked> {
    let import = to_change(app, scope, id).await?;
    if import.status != ImportStatus::Uploading {
        return Err(Error::Conflict("The file is being read already.".to_owned()));
    }
    arrived(&import)?;
    let path = app.storage.path(&file_key(&import))?;
    tokio::task::spawn_blocking(move || {
        if !packed::is_packed(&path)? {
            return Err(Error::field("file", "This file need not be unpacked."));
        }
        packed::look(&path, &import.file_name, sheet.as_deref())
    })
    .await
    .map_err(|_| packed::fault("The file is damaged and cannot be read."))?
}

fn arrived(import: &keyword_import::Model) -> Result<()> {
    if import.received_bytes == import.size_bytes {
        return Ok(());
    }
    Err(Error::field(
        "file",
        format!(
            "Only {} of {} bytes have arrived. Upload the rest.",
            import.received_bytes, import.size_bytes
        ),
    ))
}

/// Names of the columns of a file whatever they hold; none when it has no header.
fn headers(path: &Path, name: &str) -> Vec<String> {
    std::fs::File::open(path)
        .ok()
        .and_then(|file| Reader::open(BufReader::new(file), name, Some(&Mapping::default())).ok())
        .map(|reader| reader.preview_info().clone())
        .filter(|info| info.header_line > 0)
        .map(|info| info.headers)
        .unwrap_or_default()
}

/// As [`accept`], for search results: they have a reader of their own.
async fn accept_results(app: &App, scope: &Scope, import: keyword_import::Model) -> Result<keyword_import::Model> {
    let path = app.storage.path(&file_key(&import))?;
    let target = app.storage.path(&table_key(&import))?;
    let (name, sheet, columns) = (import.file_name.clone(), import.sheet.clone(), columns_of(&import));
    let looked = tokio::task::spawn_blocking(move || {
        let packed = packed::is_packed(&path)?;
        let mut sheet = sheet;
        if packed {
            let found = packed::look(&path, &name, sheet.as_deref())?;
            packed::unpack(&path, &name, &found, columns.mapping.as_ref(), &target)?;
            sheet = Some(found.sheet);
        }
        let source = if packed { &target } else { &path };
        let recognised = serp::look(source, &serp::Columns::default());
        let chosen = match columns.mapping {
            Some(_) => Some(serp::look(source, &columns)?),
            None => None,
        };
        let headers = match (&chosen, &recognised) {
            (Some(seen), _) | (None, Ok(seen)) => seen.headers.clone(),
            // What its columns are called can be read all the same, and they may have been chosen before.
            (None, Err(_)) => headers(source, &name),
        };
        let recognised = recognised.map(|seen| seen.mapping);
        Ok::<_, Error>((recognised, headers, sheet))
    })
    .await
    .map_err(|_| packed::fault("The file is damaged and cannot be read."))?;
    let refuse = async |fault: Error| -> Result<keyword_import::Model> {
        close(app, &import, OPEN, ImportStatus::Failed, Some(fault.public_message())).await?;
        Err(fault)
    };
    let (recognised, headers, sheet) = match looked {
        Ok(looked) => looked,
        Err(fault) => return refuse(fault).await,
    };
    let mut mapping = mapping_of(&import);
    if let Some(chosen) = &mapping {
        mappings::remember(&app.db, &import, &headers, chosen, recognised.as_ref().ok()).await?;
    } else {
        mapping = remembered(app, scope, import.kind, &headers).await?;
        if let (None, Err(fault)) = (&mapping, recognised) {
            return refuse(fault).await;
        }
    }
    use keyword_import::Column as C;
    let text = mapping.as_ref().map(serde_json::to_string).transpose()?;
    keyword_import::Entity::update_in(scope)
        .col_expr(C::Status, Expr::value(ImportStatus::Queued.as_str()))
        .col_expr(C::Dialect, Expr::value("Search results"))
        .col_expr(C::Sheet, Expr::value(sheet))
        .col_expr(C::Mapping, Expr::value(text))
        .col_expr(C::UpdatedAt, Expr::value(crate::now()))
        .filter(C::Id.eq(import.id))
        .filter(C::Status.eq(ImportStatus::Uploading))
        .exec(&app.db)
        .await?;
    find(app, scope, import.id).await
}

/// Looks into a complete file and queues its import; the message is the caller's.
pub(super) async fn accept(app: &App, scope: &Scope, import: keyword_import::Model) -> Result<keyword_import::Model> {
    arrived(&import)?;
    if import.kind == ImportKind::Serp {
        return accept_results(app, scope, import).await;
    }
    let chosen = mapping_of(&import);
    let opened = open(app, &import, chosen.clone()).await;
    let refuse = async |fault: Error| -> Result<keyword_import::Model> {
        close(app, &import, OPEN, ImportStatus::Failed, Some(fault.public_message())).await?;
        Err(fault)
    };
    let (mut info, unpacked) = match opened {
        Ok(opened) => opened,
        Err(fault) => return refuse(fault).await,
    };
    let mut mapping = chosen;
    if mapping.is_none()
        && info.header_line > 0
        && let Some(known) = remembered(app, scope, import.kind, &info.headers).await?
    {
        info.mapping = known.clone();
        mapping = Some(known);
    }
    let competitor = match import.kind {
        ImportKind::Competitor => import.competitor.clone().or(info.domain.clone()),
        _ => None,
    };
    if import.kind == ImportKind::Competitor && competitor.is_none() {
        return refuse(Error::field(
            "competitor",
            "The file does not say whose keywords these are. Enter the competitor's domain.",
        ))
        .await;
    }
    let (sheet, country) = match unpacked {
        Some(found) => (Some(found.sheet), import.country.clone().or(found.country)),
        None => (None, import.country.clone()),
    };
    use keyword_import::Column as C;
    let text = mapping.as_ref().map(serde_json::to_string).transpose()?;
    keyword_import::Entity::update_in(scope)
        .col_expr(C::Status, Expr::value(ImportStatus::Queued.as_str()))
        .col_expr(C::Dialect, Expr::value(info.dialect))
        .col_expr(C::Competitor, Expr::value(competitor))
        .col_expr(C::Sheet, Expr::value(sheet))
        .col_expr(C::Country, Expr::value(country))
        .col_expr(C::Mapping, Expr::value(text))
        .col_expr(C::UpdatedAt, Expr::value(crate::now()))
        .filter(C::Id.eq(import.id))
        .filter(C::Status.eq(ImportStatus::Uploading))
        .exec(&app.db)
        .await?;
    find(app, scope, import.id).await
}

/// Reads the beginning, with the columns chosen; a table is taken out of a workbook or an archive. A person's choice of
/// columns is remembered.
async fn open(
    app: &App,
    import: &keyword_import::Model,
    chosen: Option<Mapping>,
) -> Result<(Preview, Option<Unpacked>)> {
    let path = app.storage.path(&file_key(import))?;
    let target = app.storage.path(&table_key(import))?;
    let (name, sheet, mapping) = (import.file_name.clone(), import.sheet.clone(), chosen.clone());
    let (info, recognised, unpacked) = tokio::task::spawn_blocking(move || {
        let mut source = path.clone();
        let mut unpacked = None;
        if packed::is_packed(&path)? {
            let found = packed::look(&path, &name, sheet.as_deref())?;
            packed::unpack(&path, &name, &found, mapping.as_ref(), &target)?;
            unpacked = Some(found);
            source = target;
        }
        let read = |mapping: Option<&Mapping>| {
            let file = std::fs::File::open(&source).map_err(Error::from)?;
            Reader::open(BufReader::new(file), &name, mapping)
                .map(|reader| reader.preview_info().clone())
                .map_err(|fault| Error::field("file", fault.to_string()))
        };
        let info = read(mapping.as_ref())?;
        let recognised = mapping.and_then(|_| read(None).ok());
        Ok::<_, Error>((info, recognised, unpacked))
    })
    .await
    // A reader of workbooks that stumbles must not be the end of anything else.
    .map_err(|_| packed::fault("The file is damaged and cannot be read."))??;
    if let Some(chosen) = &chosen
        && info.header_line > 0
    {
        let recognised = recognised.as_ref().map(|info| &info.mapping);
        mappings::remember(&app.db, import, &info.headers, chosen, recognised).await?;
    }
    Ok((info, unpacked))
}

/// What was chosen for a file of search results.
pub(super) fn columns_of(import: &keyword_import::Model) -> serp::Columns {
    serp::Columns {
        mapping: mapping_of(import),
        country: import.country.clone(),
    }
}

pub(super) fn mapping_of(import: &keyword_import::Model) -> Option<Mapping> {
    import
        .mapping
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok())
}
