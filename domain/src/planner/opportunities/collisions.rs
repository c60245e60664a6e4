//! Content that takes readers away from itself: several articles or tasks with one main keyword.

use std::collections::HashMap;

use entity::{
    ListQuery, Page, keyword,
    opportunity::{Collision, Filter},
    topic::{Piece, TopicKind},
};
use sea_orm::{ColumnTrait, QueryFilter};

use super::{coverage::Aims, seen};
use crate::{
    App, Result,
    scope::{Scope, Scoped},
};

/// Pieces that one keyword shows.
const MAX_PIECES: usize = 20;

/// A keyword and what aims at it: positions among the pieces, and whether it is the main keyword there.
pub(super) struct Group {
    key: String,
    keyword: String,
    aims: Vec<(usize, bool)>,
}

/// Keywords that are the main one of several pieces, the most contested first, then by name.
pub(super) fn groups(aims: &Aims) -> Vec<Group> {
    let mut by_key: HashMap<String, Group> = HashMap::new();
    for (number, aimed) in aims.pieces.iter().enumerate() {
        for (position, keyword) in aimed.keywords.iter().enumerate() {
            let key = engine::text::keyword_key(keyword);
            let group = by_key.entry(key.clone()).or_insert_with(|| Group {
                key,
                keyword: keyword.clone(),
                aims: Vec::new(),
            });
            // Named twice by one piece: the first time counts.
            if group.aims.last().is_none_or(|(last, _)| *last != number) {
                group.aims.push((number, position == 0));
            }
        }
    }
    let mains = |group: &Group| group.aims.iter().filter(|(_, is_main)| *is_main).count();
    let mut found: Vec<Group> = by_key.into_values().filter(|group| mains(group) > 1).collect();
    found.sort_by(|a, b| mains(b).cmp(&mains(a)).then_with(|| a.key.cmp(&b.key)));
    found
}

/// One page of keywords that several pieces of content have for their main one.
///
/// # Errors
/// [`crate::Error::NotFound`] for a site that is not there for the caller.
pub async fn collisions(app: &App, scope: &Scope, filter: &Filter, list: &ListQuery) -> Result<Page<Collision>> {
    let site = seen(&app.db, scope, filter.site_id).await?;
    let aims = Aims::load(&app.db, scope, site.id).await?;
    let mut groups = groups(&aims);
    if let Some(text) = list.search() {
        let wanted = engine::text::keyword_key(text);
        groups.retain(|group| group.key.contains(&wanted));
    }
    let count = groups.len() as u64;
    let size = usize::try_from(list.page_size()).unwrap_or(1);
    let skip = usize::try_from(list.page() - 1)
        .unwrap_or(usize::MAX)
        .saturating_mul(size);
    let shown: Vec<Group> = groups.into_iter().skip(skip).take(size).collect();
    let sectors: Vec<entity::SectorId> = super::sectors(&app.db, scope, filter)
        .await?
        .into_iter()
        .map(|sector| sector.id)
        .collect();
    let mut ours: HashMap<String, keyword::Model> = keyword::Entity::find_in(scope)
        .filter(keyword::Column::SectorId.is_in(sectors))
        .filter(keyword::Column::KeywordKey.is_in(shown.iter().map(|group| group.key.as_str())))
        .all(&app.db)
        .await?
        .into_iter()
        .map(|row| (row.keyword_key.clone(), row))
        .collect();
    let results = shown
        .into_iter()
        .map(|group| {
            let own = ours.remove(&group.key);
            let mut pieces: Vec<Piece> = group
                .aims
                .iter()
                .filter_map(|(number, is_main)| {
                    Some(Piece {
                        is_main: *is_main,
                        ..aims.pieces.get(*number)?.piece.clone()
                    })
                })
                .collect();
            pieces.sort_by_key(|piece| (!piece.is_published, !piece.is_main, piece.kind != TopicKind::Content));
            let advice = advice(&pieces).to_owned();
            pieces.truncate(MAX_PIECES);
            Collision {
                keyword: group.keyword,
                keyword_id: own.as_ref().map(|own| own.id),
                volume: own.as_ref().and_then(|own| own.volume),
                position_hundredths: own.as_ref().and_then(|own| own.position_hundredths),
                pieces,
                advice,
            }
        })
        .collect();
    Ok(Page {
        count,
        count_exact: true,
        page: list.page(),
        page_size: list.page_size(),
        results,
    })
}

fn advice(pieces: &[Piece]) -> &'static str {
    let mains = || pieces.iter().filter(|piece| piece.is_main);
    let published = mains().filter(|piece| piece.is_published).count();
    let written = mains().filter(|piece| piece.kind == TopicKind::Content).count();
    match (published, written) {
        (2.., _) => {
            "Keep the stronger article, move what is good in the others into it and redirect their addresses to it, or give each of them another main keyword."
        }
        (1, _) => {
            "Improve the published article instead of writing another, or give the new piece another main keyword."
        }
        (0, 2..) => "Merge the drafts before you publish, or give each of them another main keyword.",
        _ => "Write one of them and drop or re-aim the others before they cost credits.",
    }
}
