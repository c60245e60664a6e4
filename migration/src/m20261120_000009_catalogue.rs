//! What ships as data: plans, both price lists, industries with their sectors.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// (name, slug, price in cents a month, credits a month, support, price list, users, sites, keywords, clusters, default)
type PlanRow = (
    &'static str,
    &'static str,
    i64,
    i64,
    &'static str,
    &'static str,
    Option<i32>,
    Option<i32>,
    Option<i32>,
    Option<i32>,
    bool,
);

const PLANS: &[PlanRow] = &[
    (
        "Free",
        "free",
        0,
        1_000,
        "Community",
        "standard",
        None,
        None,
        None,
        None,
        true,
    ),
    (
        "Starter",
        "starter",
        8_900,
        5_000,
        "E-mail",
        "credit_only",
        None,
        None,
        None,
        None,
        false,
    ),
    (
        "Growth",
        "growth",
        13_900,
        10_000,
        "Priority e-mail",
        "credit_only",
        None,
        None,
        None,
        None,
        false,
    ),
    (
        "Scale",
        "scale",
        22_900,
        25_000,
        "Priority e-mail and calls",
        "credit_only",
        None,
        None,
        None,
        None,
        false,
    ),
];

/// (price list, operation, unit, unit size, credits, minimum)
const COSTS: &[(&str, &str, &str, i64, i64, i64)] = &[
    ("standard", "clustering", "items", 30, 1, 1),
    ("standard", "ideas", "item", 1, 1, 0),
    ("standard", "content", "item", 1, 3, 0),
    ("standard", "image_prompts", "item", 1, 0, 0),
    ("standard", "images", "item", 1, 1, 0),
    ("credit_only", "clustering", "request", 1, 10, 0),
    ("credit_only", "ideas", "request", 1, 15, 0),
    ("credit_only", "content", "words", 100, 1, 0),
    ("credit_only", "image_prompts", "item", 1, 2, 0),
    ("credit_only", "images", "item", 1, 5, 0),
];

const INDUSTRIES: &[(&str, &[&str])] = &[
    (
        "Food and drink",
        &[
            "Coffee and tea",
            "Recipes",
            "Restaurants",
            "Wine and beer",
            "Healthy eating",
        ],
    ),
    (
        "Home and garden",
        &["Furniture", "Kitchen", "Gardening", "DIY", "Smart home"],
    ),
    (
        "Health and wellness",
        &["Fitness", "Nutrition", "Mental health", "Sleep", "Medical practices"],
    ),
    (
        "Travel",
        &["Destinations", "Hotels", "Flights", "Outdoor trips", "Travel gear"],
    ),
    ("Technology", &["Software", "Hardware", "Cloud", "Security", "Mobile"]),
    (
        "Finance",
        &["Banking", "Insurance", "Investing", "Taxes", "Personal finance"],
    ),
    (
        "Fashion and beauty",
        &["Clothing", "Shoes", "Skin care", "Make-up", "Jewellery"],
    ),
    (
        "Sports and outdoors",
        &["Cycling", "Running", "Camping", "Team sports", "Winter sports"],
    ),
    (
        "Education",
        &[
            "Online courses",
            "Languages",
            "Schools",
            "Universities",
            "Exam preparation",
        ],
    ),
    (
        "Business services",
        &["Marketing", "Accounting", "Legal", "Human resources", "Consulting"],
    ),
];

fn slug(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, slug, price, credits, support, list, users, sites, keywords, clusters, default) in PLANS {
            manager
                .execute(
                    Query::insert()
                        .into_table("plans")
                        .columns([
                            "name",
                            "slug",
                            "price_cents",
                            "billing_cycle",
                            "included_credits",
                            "support_level",
                            "price_list",
                            "max_users",
                            "max_sites",
                            "max_keywords",
                            "max_clusters",
                            "is_default",
                            "created_at",
                            "updated_at",
                        ])
                        .values_panic([
                            (*name).into(),
                            (*slug).into(),
                            (*price).into(),
                            "monthly".into(),
                            (*credits).into(),
                            (*support).into(),
                            (*list).into(),
                            (*users).into(),
                            (*sites).into(),
                            (*keywords).into(),
                            (*clusters).into(),
                            (*default).into(),
                            Expr::current_timestamp(),
                            Expr::current_timestamp(),
                        ])
                        .to_owned(),
                )
                .await?;
        }
        for (list, operation, unit, size, credits, minimum) in COSTS {
            manager
                .execute(
                    Query::insert()
                        .into_table("credit_cost_configs")
                        .columns(["price_list", "operation", "unit", "unit_size", "credits", "minimum"])
                        .values_panic([
                            (*list).into(),
                            (*operation).into(),
                            (*unit).into(),
                            (*size).into(),
                            (*credits).into(),
                            (*minimum).into(),
                        ])
                        .to_owned(),
                )
                .await?;
        }
        for (number, (industry, sectors)) in (1_i64..).zip(INDUSTRIES) {
            manager
                .execute(
                    Query::insert()
                        .into_table("industries")
                        .columns(["name", "slug"])
                        .values_panic([(*industry).into(), slug(industry).into()])
                        .to_owned(),
                )
                .await?;
            for sector in *sectors {
                manager
                    .execute(
                        Query::insert()
                            .into_table("industry_sectors")
                            .columns(["industry_id", "name", "slug"])
                            // The table is new and empty, so its numbers run from 1 on both databases.
                            .values_panic([number.into(), (*sector).into(), slug(sector).into()])
                            .to_owned(),
                    )
                    .await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["industry_sectors", "industries", "credit_cost_configs", "plans"] {
            manager.execute(Query::delete().from_table(table).to_owned()).await?;
        }
        Ok(())
    }
}
