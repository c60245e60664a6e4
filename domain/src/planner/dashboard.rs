//! How far a site is on the way from keywords to articles.
//!
//! Everything is counted from the rows themselves, in a handful of grouped queries over the site's keywords, clusters and
//! content. How coverage grew is told by the dates of what is there today: a keyword was grouped once both it and the oldest
//! cluster that holds it were there, and has content since the oldest article of its clusters.

use std::collections::HashSet;

use chrono::{Days, NaiveDate};
use entity::{
    ClusterId, cluster,
    cluster::ClusterStatus,
    cluster_keyword, content,
    content::ContentStatus,
    idea,
    idea::IdeaStatus,
    keyword,
    keyword::{Intent, KeywordStatus},
    planner_dashboard::{
        Action, ClusterVolume, CoveragePoint, Dashboard, DifficultyCount, Figures, Filter, IntentCount, Progress,
    },
    sector, site, task,
    task::TaskStatus,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, ExprTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
    sea_query::{Alias, Expr, Query, SelectStatement},
};

use crate::{
    App, Error, Result, db,
    scope::{Scope, Scoped},
};

/// Clusters that the chart of volumes shows by name.
const MAX_CLUSTERS: u64 = 40;
/// Moments that coverage is told for, a week apart.
const WEEKS: u64 = 12;

/// The dashboard of a site or of one of its sectors.
///
/// # Errors
/// [`Error::NotFound`] for a site or sector that is not there for the caller.
pub async fn dashboard(app: &App, scope: &Scope, filter: &Filter) -> Result<Dashboard> {
    let there = site::Entity::find_in(scope).filter(site::Column::Id.eq(filter.site_id));
    if there.count(&app.db).await? == 0 {
        return Err(Error::NotFound("The site"));
    }
    if let Some(id) = filter.sector_id {
        let there = sector::Entity::find_in(scope)
            .filter(sector::Column::Id.eq(id))
            .filter(sector::Column::SiteId.eq(filter.site_id));
        if there.count(&app.db).await? == 0 {
            return Err(Error::NotFound("The sector"));
        }
    }
    // All numbers of one moment, so that they fit together.
    let txn = db::begin_read(&app.db).await?;
    let mut found = Dashboard::default();
    keywords(&txn, scope, filter, &mut found).await?;
    clusters(&txn, scope, filter, &mut found).await?;
    pipeline(&txn, scope, filter, &mut found.figures).await?;
    coverage(&txn, scope, filter, &mut found).await?;
    txn.commit().await?;
    found.actions = actions(&found.figures);
    Ok(found)
}

fn of<E: Scoped>(scope: &Scope, filter: &Filter, sector: E::Column) -> Select<E> {
    let mut found = E::find_in(scope);
    if let Some(column) = E::site_column() {
        found = found.filter(column.eq(filter.site_id));
    }
    match filter.sector_id {
        Some(id) => found.filter(sector.eq(id)),
        None => found,
    }
}

fn active(scope: &Scope, filter: &Filter) -> Select<keyword::Entity> {
    of::<keyword::Entity>(scope, filter, keyword::Column::SectorId)
        .filter(keyword::Column::Status.eq(KeywordStatus::Active))
}

/// Counts, intents and difficulties in one pass over the keywords.
async fn keywords(db: &impl ConnectionTrait, scope: &Scope, filter: &Filter, found: &mut Dashboard) -> Result<()> {
    // Written out, for PostgreSQL takes two parameters of one value for two expressions.
    let tens = "CASE WHEN difficulty IS NULL THEN -1 WHEN difficulty >= 90 THEN 9 ELSE difficulty / 10 END";
    let rows: Vec<(Intent, i32, i64, i64, i64)> = active(scope, filter)
        .select_only()
        .column(keyword::Column::Intent)
        .expr_as(Expr::cust(format!("CAST({tens} AS INTEGER)")), "tens")
        .expr_as(Expr::cust("COUNT(*)"), "keywords")
        .expr_as(Expr::cust("CAST(COALESCE(SUM(volume), 0) AS BIGINT)"), "volume")
        .expr_as(
            Expr::cust("SUM(CASE WHEN position_hundredths >= 350 AND position_hundredths < 2050 THEN 1 ELSE 0 END)"),
            "within_reach",
        )
        .group_by(keyword::Column::Intent)
        .group_by(Expr::cust(tens))
        .into_tuple()
        .all(db)
        .await?;
    let sum = |pick: fn(&(Intent, i32, i64, i64, i64)) -> i64| rows.iter().map(pick).fold(0_i64, i64::saturating_add);
    found.figures.keywords = sum(|row| row.2);
    found.figures.volume = sum(|row| row.3);
    found.figures.within_reach = sum(|row| row.4);
    found.intents = Intent::ALL
        .iter()
        .map(|intent| IntentCount {
            intent: *intent,
            keywords: rows.iter().filter(|row| row.0 == *intent).map(|row| row.2).sum(),
        })
        .collect();
    let of_tens = |tens: i32| rows.iter().filter(|row| row.1 == tens).map(|row| row.2).sum();
    found.difficulties = (0..10)
        .map(|tens| DifficultyCount {
            from: Some(tens * 10),
            keywords: of_tens(tens),
        })
        .chain([DifficultyCount {
            from: None,
            keywords: of_tens(-1),
        }])
        .collect();
    Ok(())
}

async fn clusters(db: &impl ConnectionTrait, scope: &Scope, filter: &Filter, found: &mut Dashboard) -> Result<()> {
    use cluster::Column as C;
    let kept = || of::<cluster::Entity>(scope, filter, C::SectorId).filter(C::Status.ne(ClusterStatus::Archived));
    let totals: Option<(i64, i64, i64)> = kept()
        .select_only()
        .expr_as(Expr::cust("COUNT(*)"), "clusters")
        .expr_as(Expr::cust("CAST(COALESCE(SUM(volume), 0) AS BIGINT)"), "volume")
        .expr_as(
            Expr::cust("CAST(COALESCE(SUM(CASE WHEN status = 'active' AND keywords_count > 0 THEN 1 ELSE 0 END), 0) AS BIGINT)"),
            "without_ideas",
        )
        .into_tuple()
        .one(db)
        .await?;
    let (number, volume, without_ideas) = totals.unwrap_or_default();
    let top = kept()
        .filter(C::KeywordsCount.gt(0))
        .order_by_desc(C::Volume)
        .order_by_desc(C::Id)
        .limit(MAX_CLUSTERS)
        .all(db)
        .await?;
    let ids: Vec<ClusterId> = top.iter().map(|row| row.id).collect();
    let written: Vec<Option<ClusterId>> = content::Entity::find_in(scope)
        .filter(content::Column::ClusterId.is_in(ids.iter().copied()))
        .filter(content::Column::Status.ne(ContentStatus::Archived))
        .select_only()
        .column(content::Column::ClusterId)
        .distinct()
        .into_tuple()
        .all(db)
        .await?;
    let tasks: Vec<Option<ClusterId>> = task::Entity::find_in(scope)
        .filter(task::Column::ClusterId.is_in(ids.iter().copied()))
        .filter(task::Column::Status.ne(TaskStatus::Archived))
        .select_only()
        .column(task::Column::ClusterId)
        .distinct()
        .into_tuple()
        .all(db)
        .await?;
    let ideas: Vec<Option<ClusterId>> = idea::Entity::find_in(scope)
        .filter(idea::Column::ClusterId.is_in(ids.iter().copied()))
        .filter(idea::Column::Status.ne(IdeaStatus::Archived))
        .select_only()
        .column(idea::Column::ClusterId)
        .distinct()
        .into_tuple()
        .all(db)
        .await?;
    let written: HashSet<ClusterId> = written.into_iter().flatten().collect();
    let planned: HashSet<ClusterId> = tasks.into_iter().chain(ideas).flatten().collect();
    found.figures.clusters = number;
    found.figures.clusters_without_ideas = without_ideas;
    found.other_clusters = number - i64::try_from(top.len()).unwrap_or(0);
    found.other_volume = volume - top.iter().map(|row| row.volume).sum::<i64>();
    found.clusters = top
        .into_iter()
        .map(|row| ClusterVolume {
            progress: if written.contains(&row.id) {
                Progress::Written
            } else if planned.contains(&row.id) {
                Progress::Planned
            } else {
                Progress::Open
            },
            id: row.id,
            name: row.name,
            keywords: row.keywords_count,
            volume: row.volume,
        })
        .collect();
    Ok(())
}

async fn pipeline(db: &impl ConnectionTrait, scope: &Scope, filter: &Filter, figures: &mut Figures) -> Result<()> {
    let ideas: Vec<(IdeaStatus, i64)> = of::<idea::Entity>(scope, filter, idea::Column::SectorId)
        .select_only()
        .column(idea::Column::Status)
        .column_as(idea::Column::Id.count(), "number")
        .group_by(idea::Column::Status)
        .into_tuple()
        .all(db)
        .await?;
    let tasks: Vec<(TaskStatus, i64)> = of::<task::Entity>(scope, filter, task::Column::SectorId)
        .select_only()
        .column(task::Column::Status)
        .column_as(task::Column::Id.count(), "number")
        .group_by(task::Column::Status)
        .into_tuple()
        .all(db)
        .await?;
    let articles: Vec<(ContentStatus, i64)> = of::<content::Entity>(scope, filter, content::Column::SectorId)
        .select_only()
        .column(content::Column::Status)
        .column_as(content::Column::Id.count(), "number")
        .group_by(content::Column::Status)
        .into_tuple()
        .all(db)
        .await?;
    let number = |wanted: &dyn Fn(IdeaStatus) -> bool| ideas.iter().filter(|row| wanted(row.0)).map(|row| row.1).sum();
    figures.ideas = number(&|status| status != IdeaStatus::Archived);
    figures.ideas_new = number(&|status| status == IdeaStatus::New);
    let number = |wanted: &dyn Fn(TaskStatus) -> bool| tasks.iter().filter(|row| wanted(row.0)).map(|row| row.1).sum();
    figures.tasks = number(&|status| status != TaskStatus::Archived);
    figures.tasks_open = number(&|status| status == TaskStatus::Draft);
    let number =
        |wanted: &dyn Fn(ContentStatus) -> bool| articles.iter().filter(|row| wanted(row.0)).map(|row| row.1).sum();
    figures.content = number(&|status| status != ContentStatus::Archived);
    figures.published = number(&|status| status == ContentStatus::Published);
    Ok(())
}

/// The day of a moment, on both databases.
fn day(column: &str) -> String {
    format!("SUBSTR(CAST({column} AS TEXT), 1, 10)")
}

/// How many active keywords there are of each pair of days: that of the keyword and that of what `since` names for it.
async fn days(
    db: &impl ConnectionTrait,
    scope: &Scope,
    filter: &Filter,
    since: SelectStatement,
) -> Result<Vec<(NaiveDate, i64)>> {
    let per = Alias::new("per");
    let mut select = active(scope, filter).select_only();
    let (one, other) = (day("\"keywords\".\"created_at\""), day("\"per\".\"since\""));
    QueryTrait::query(&mut select)
        .expr_as(Expr::cust(one.clone()), "one")
        .expr_as(Expr::cust(other.clone()), "other")
        .expr_as(Expr::cust("COUNT(*)"), "number")
        .join_subquery(
            JoinType::InnerJoin,
            since,
            per.clone(),
            Expr::col((per, Alias::new("keyword_id"))).equals((keyword::Entity, keyword::Column::Id)),
        )
        .add_group_by([Expr::cust(one), Expr::cust(other)]);
    let rows: Vec<(String, String, i64)> = select.into_tuple().all(db).await?;
    Ok(rows
        .into_iter()
        .filter_map(|(one, other, number)| Some((Ord::max(date(&one)?, date(&other)?), number)))
        .collect())
}

fn date(text: &str) -> Option<NaiveDate> {
    text.parse().ok()
}

async fn coverage(db: &impl ConnectionTrait, scope: &Scope, filter: &Filter, found: &mut Dashboard) -> Result<()> {
    use cluster_keyword::{Column as M, Entity as Members};
    let all = day("created_at");
    let made: Vec<(String, i64)> = active(scope, filter)
        .select_only()
        .expr_as(Expr::cust(all.clone()), "one")
        .expr_as(Expr::cust("COUNT(*)"), "number")
        .group_by(Expr::cust(all))
        .into_tuple()
        .all(db)
        .await?;
    let made: Vec<(NaiveDate, i64)> = made
        .into_iter()
        .filter_map(|(one, number)| Some((date(&one)?, number)))
        .collect();
    let mut grouped = Query::select();
    grouped
        .column((Members, M::KeywordId))
        .expr_as(Expr::col((cluster::Entity, cluster::Column::CreatedAt)).min(), "since")
        .from(Members)
        .inner_join(
            cluster::Entity,
            Expr::col((cluster::Entity, cluster::Column::Id)).equals((Members, M::ClusterId)),
        )
        .and_where(Expr::col((cluster::Entity, cluster::Column::SiteId)).eq(filter.site_id))
        .add_group_by([Expr::col((Members, M::KeywordId))]);
    let grouped = days(db, scope, filter, grouped).await?;
    let mut written = Query::select();
    written
        .column((Members, M::KeywordId))
        .expr_as(Expr::col((content::Entity, content::Column::CreatedAt)).min(), "since")
        .from(Members)
        .inner_join(
            content::Entity,
            Expr::col((content::Entity, content::Column::ClusterId)).equals((Members, M::ClusterId)),
        )
        .and_where(Expr::col((content::Entity, content::Column::SiteId)).eq(filter.site_id))
        .and_where(Expr::col((content::Entity, content::Column::Status)).ne(ContentStatus::Archived.as_str()))
        .add_group_by([Expr::col((Members, M::KeywordId))]);
    let written = days(db, scope, filter, written).await?;
    let until = |rows: &[(NaiveDate, i64)], last: NaiveDate| -> i64 {
        rows.iter()
            .filter(|(day, _)| *day <= last)
            .map(|(_, number)| number)
            .sum()
    };
    let now = crate::now();
    found.figures.grouped = grouped.iter().map(|(_, number)| number).sum();
    found.figures.with_content = written.iter().map(|(_, number)| number).sum();
    found.coverage = (0..WEEKS)
        .rev()
        .filter_map(|weeks| now.checked_sub_days(Days::new(weeks * 7)))
        .map(|at| CoveragePoint {
            at,
            keywords: until(&made, at.date_naive()),
            grouped: until(&grouped, at.date_naive()),
            with_content: until(&written, at.date_naive()),
        })
        .collect();
    Ok(())
}

/// What there is to do, in the order of the pipeline: what comes first opens the way for the rest.
fn actions(figures: &Figures) -> Vec<Action> {
    let mut actions = Vec::new();
    let mut add = |name: &str, number: i64, one: &str, many: &str, action: &str, href: &str| {
        if number > 0 {
            actions.push(Action {
                name: name.to_owned(),
                text: if number == 1 {
                    one.to_owned()
                } else {
                    format!("{} {many}", thousands(number))
                },
                action: action.to_owned(),
                href: href.to_owned(),
                number,
            });
        }
    };
    if figures.keywords == 0 {
        add(
            "import",
            1,
            "There are no keywords yet",
            "",
            "Import keywords",
            "/planner/keywords/import",
        );
    }
    add(
        "group",
        figures.keywords - figures.grouped,
        "1 keyword is in no cluster",
        "keywords are in no cluster",
        "Group them",
        "/planner/keywords?clustered=no&status=active",
    );
    add(
        "ideas",
        figures.clusters_without_ideas,
        "1 cluster has no ideas yet",
        "clusters have no ideas yet",
        "Get ideas",
        "/planner/clusters?status=active",
    );
    add(
        "decide",
        figures.ideas_new,
        "1 idea waits for your decision",
        "ideas wait for your decision",
        "Choose ideas",
        "/planner/ideas?status=new",
    );
    add(
        "write",
        figures.tasks_open,
        "1 task waits to be written",
        "tasks wait to be written",
        "Write articles",
        "/writer/tasks?status=draft",
    );
    add(
        "publish",
        figures.content - figures.published,
        "1 article is not published",
        "articles are not published",
        "Review and publish",
        "/writer/content",
    );
    add(
        "reach",
        figures.within_reach,
        "1 keyword stands at places 4 to 20",
        "keywords stand at places 4 to 20",
        "Move them up",
        "/planner/keyword-opportunities?ordering=position",
    );
    actions
}

/// A number as people read it: `12,345`.
fn thousands(number: i64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_site_is_led_to_the_import_first() {
        let names: Vec<String> = actions(&Figures::default())
            .into_iter()
            .map(|action| action.name)
            .collect();
        assert_eq!(names, ["import"]);
    }

    #[test]
    fn actions_follow_the_pipeline_and_name_their_numbers() {
        let found = actions(&Figures {
            keywords: 12_345,
            grouped: 345,
            clusters_without_ideas: 1,
            ideas_new: 2,
            ..Figures::default()
        });
        let texts: Vec<&str> = found.iter().map(|action| action.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "12,000 keywords are in no cluster",
                "1 cluster has no ideas yet",
                "2 ideas wait for your decision"
            ]
        );
    }
}
