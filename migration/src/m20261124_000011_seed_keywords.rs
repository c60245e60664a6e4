//! The library of seed keywords: twenty industries, five sectors each, forty keywords a sector.
//!
//! Volume and difficulty are left empty: they depend on country and month, and a made-up figure is worse than none.

use sea_orm_migration::prelude::*;

use crate::columns::{big, create, drop_all, id, index, int_null, text};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Name of an industry and its file: `sector,keyword,intent` with a title line, sectors in the order of first mention.
const INDUSTRIES: &[(&str, &str)] = &[
    ("Arts and crafts", include_str!("../data/catalogue/arts-and-crafts.csv")),
    ("Automotive", include_str!("../data/catalogue/automotive.csv")),
    (
        "Business services",
        include_str!("../data/catalogue/business-services.csv"),
    ),
    (
        "Construction and trades",
        include_str!("../data/catalogue/construction-and-trades.csv"),
    ),
    ("Education", include_str!("../data/catalogue/education.csv")),
    (
        "Energy and environment",
        include_str!("../data/catalogue/energy-and-environment.csv"),
    ),
    (
        "Fashion and beauty",
        include_str!("../data/catalogue/fashion-and-beauty.csv"),
    ),
    ("Finance", include_str!("../data/catalogue/finance.csv")),
    ("Food and drink", include_str!("../data/catalogue/food-and-drink.csv")),
    (
        "Games and entertainment",
        include_str!("../data/catalogue/games-and-entertainment.csv"),
    ),
    (
        "Health and wellness",
        include_str!("../data/catalogue/health-and-wellness.csv"),
    ),
    ("Home and garden", include_str!("../data/catalogue/home-and-garden.csv")),
    (
        "Manufacturing and industry",
        include_str!("../data/catalogue/manufacturing-and-industry.csv"),
    ),
    (
        "Parenting and family",
        include_str!("../data/catalogue/parenting-and-family.csv"),
    ),
    ("Pets", include_str!("../data/catalogue/pets.csv")),
    ("Real estate", include_str!("../data/catalogue/real-estate.csv")),
    (
        "Sports and outdoors",
        include_str!("../data/catalogue/sports-and-outdoors.csv"),
    ),
    ("Technology", include_str!("../data/catalogue/technology.csv")),
    ("Travel", include_str!("../data/catalogue/travel.csv")),
    (
        "Weddings and events",
        include_str!("../data/catalogue/weddings-and-events.csv"),
    ),
];

fn slug(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

/// Identity of the row with this slug, made when it is not there yet.
async fn find_or_make(
    manager: &SchemaManager<'_>,
    table: &'static str,
    parent: Option<(&'static str, i64)>,
    name: &str,
) -> Result<i64, DbErr> {
    let db = manager.get_connection();
    let mut find = Query::select();
    find.column("id")
        .from(table)
        .and_where(Expr::col("slug").eq(slug(name)));
    let mut columns = vec!["name", "slug"];
    let mut values: Vec<Expr> = vec![name.into(), slug(name).into()];
    if let Some((column, parent)) = parent {
        find.and_where(Expr::col(column).eq(parent));
        columns.push(column);
        values.push(parent.into());
    }
    let find = find.to_owned();
    if let Some(row) = db.query_one(&find).await? {
        return row.try_get("", "id");
    }
    let insert = Query::insert()
        .into_table(table)
        .columns(columns)
        .values_panic(values)
        .to_owned();
    manager.execute(insert).await?;
    db.query_one(&find)
        .await?
        .ok_or_else(|| DbErr::Custom(format!("{table}: a row was written and is not there")))?
        .try_get("", "id")
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            "seed_keywords",
            vec![
                id(),
                big("industry_id"),
                big("industry_sector_id"),
                text("keyword"),
                text("intent"),
                int_null("volume"),
                int_null("difficulty"),
            ],
            &[
                ("industry_id", "industries"),
                ("industry_sector_id", "industry_sectors"),
            ],
        )
        .await?;
        index(manager, "seed_keywords", &["industry_sector_id", "keyword"], true).await?;
        index(manager, "seed_keywords", &["industry_id", "keyword"], false).await?;
        index(manager, "seed_keywords", &["keyword"], false).await?;
        for (industry, file) in INDUSTRIES {
            let industry = find_or_make(manager, "industries", None, industry).await?;
            let mut sector = ("", 0);
            let mut rows = Query::insert();
            rows.into_table("seed_keywords")
                .columns(["industry_id", "industry_sector_id", "keyword", "intent"]);
            for line in file.lines().skip(1) {
                // No cell of these files holds a comma or a quote; a test looks.
                let mut cells = line.split(',');
                let (Some(name), Some(keyword), Some(intent)) = (cells.next(), cells.next(), cells.next()) else {
                    return Err(DbErr::Custom(format!("the seed library has a broken line: {line}")));
                };
                if name != sector.0 {
                    let id = find_or_make(manager, "industry_sectors", Some(("industry_id", industry)), name).await?;
                    sector = (name, id);
                }
                rows.values_panic([industry.into(), sector.1.into(), keyword.into(), intent.into()]);
            }
            manager.execute(rows.to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The industries stay: sites may name them.
        drop_all(manager, &["seed_keywords"]).await
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_library_is_whole() {
        assert!(INDUSTRIES.len() >= 20);
        for (industry, file) in INDUSTRIES {
            let mut lines = file.lines();
            assert_eq!(lines.next(), Some("sector,keyword,intent"), "{industry}");
            let mut sectors: Vec<(&str, HashSet<&str>)> = Vec::new();
            for line in lines {
                let cells: Vec<&str> = line.split(',').collect();
                let [sector, keyword, intent] = cells[..] else {
                    panic!("{industry}: {line}")
                };
                assert!(
                    !line.contains('"') && keyword.trim() == keyword && !keyword.is_empty(),
                    "{line}"
                );
                assert!(
                    ["informational", "navigational", "transactional", "commercial"].contains(&intent),
                    "{line}"
                );
                if sectors.last().is_none_or(|last| last.0 != sector) {
                    assert!(sectors.iter().all(|known| known.0 != sector), "{sector} comes twice");
                    sectors.push((sector, HashSet::new()));
                }
                assert!(
                    sectors.last_mut().is_some_and(|last| last.1.insert(keyword)),
                    "{keyword} comes twice"
                );
            }
            assert_eq!(sectors.len(), 5, "{industry}");
            for (sector, keywords) in sectors {
                assert!(keywords.len() >= 40, "{industry}, {sector}: {}", keywords.len());
            }
        }
    }
}
