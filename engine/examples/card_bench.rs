//! Draws title cards: `cargo run --release -p engine --features render --example card_bench -- <folder>`
//! writes samples there and prints the time of each.

#![allow(clippy::print_stdout)] // A benchmark's result is its output.

use std::time::Instant;

use engine::title_card::{Card, render};

const SAMPLES: &[(&str, &str, u32, u32)] = &[
    ("Moka Pot", "Coffee", 1200, 630),
    (
        "How to Descale an Espresso Machine: Step by Step",
        "Home Barista",
        1200,
        630,
    ),
    (
        "Best Standing Desks for Small Home Offices, Tall People and Tight Budgets: What to Look For and How to Choose the Right One in an Afternoon",
        "Office",
        1200,
        630,
    ),
    (
        "Größenvergleich: Welche Küchenmaschine passt zu wem?",
        "Küche & Haushalt",
        1200,
        630,
    ),
    ("Как выбрать кофемашину для дома", "Кофе", 1200, 630),
    ("Πώς να επιλέξετε μηχανή εσπρέσο", "Καφές", 1200, 630),
    ("Donaudampfschifffahrtsgesellschaft kaufen", "Fun & <Games>", 1200, 630),
    (
        "Espresso Machine vs Moka Pot: Which One Suits You?",
        "Coffee",
        1080,
        1080,
    ),
    ("Dziesięć pomysłów na małą łazienkę", "Dom", 800, 1200),
    ("Running Shoes: A Practical Guide", "", 1200, 630),
];

fn main() {
    let folder = std::env::args().nth(1);
    for (i, &(title, kicker, width, height)) in SAMPLES.iter().enumerate() {
        let start = Instant::now();
        let card = Card {
            accent: None,
            title,
            site_name: "Bean & Grind",
            kicker,
            width,
            height,
            seed: title,
        };
        match render(&card) {
            Ok(png) => {
                println!(
                    "{{\"card\":{i},\"ms\":{:.1},\"kb\":{}}}",
                    start.elapsed().as_secs_f64() * 1e3,
                    png.len() / 1000
                );
                if let Some(folder) = &folder
                    && let Err(error) = std::fs::write(format!("{folder}/card-{i}.png"), png)
                {
                    println!("{error}");
                }
            }
            Err(error) => println!("{error}"),
        }
    }
}
