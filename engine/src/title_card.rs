//! Title cards: a featured image made of the title alone.

use std::sync::{Arc, OnceLock};

use resvg::usvg::fontdb;
use resvg::{tiny_skia, usvg};

use crate::text::clean_keyword;

mod design;
mod layout;

/// Typeface of titles (SIL Open Font Licence, see `assets/OFL.txt`); Latin, Cyrillic and Greek.
static BOLD: &[u8] = include_bytes!("../assets/Manrope-ExtraBold.ttf");
/// Typeface of the small lines.
static MEDIUM: &[u8] = include_bytes!("../assets/Manrope-SemiBold.ttf");

/// Shortest and longest side in pixels.
const SIDES: std::ops::RangeInclusive<u32> = 64..=4096;

/// What to put on a card.
#[derive(Clone, Debug)]
pub struct Card<'a> {
    /// The title, any length; it is wrapped and shrunk to fit, and cut when it is endless.
    pub title: &'a str,
    /// Name of the site, at the bottom.
    pub site_name: &'a str,
    /// Small line above the title, for example the sector.
    pub kicker: &'a str,
    /// Width in pixels, 64 to 4096.
    pub width: u32,
    /// Height in pixels, 64 to 4096.
    pub height: u32,
    /// Chooses palette and pattern: the same seed gives the same card.
    pub seed: &'a str,
    /// The site's colour, such as `#0f766e`; the palette is made of it instead. What is no colour counts as none.
    pub accent: Option<&'a str>,
}

/// Draws a card as PNG.
///
/// # Errors
/// When a side is out of range.
pub fn render(card: &Card) -> Result<Vec<u8>, String> {
    for (name, side) in [("width", card.width), ("height", card.height)] {
        if !SIDES.contains(&side) {
            return Err(format!(
                "The {name} of a title card must be between {} and {} pixels.",
                SIDES.start(),
                SIDES.end()
            ));
        }
    }
    let svg = svg(card)?;
    let options = usvg::Options {
        fontdb: fonts(),
        font_family: "Manrope".to_owned(),
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(&svg, &options).map_err(|e| format!("The title card could not be built: {e}."))?;
    let mut pixels = tiny_skia::Pixmap::new(card.width, card.height).ok_or("The title card is too large.")?;
    resvg::render(&tree, tiny_skia::Transform::identity(), &mut pixels.as_mut());
    pixels
        .encode_png()
        .map_err(|e| format!("The title card could not be saved: {e}."))
}

fn fonts() -> Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    FONTS
        .get_or_init(|| {
            let mut fonts = fontdb::Database::new();
            fonts.load_font_data(BOLD.to_vec());
            fonts.load_font_data(MEDIUM.to_vec());
            Arc::new(fonts)
        })
        .clone()
}

/// The card as SVG.
fn svg(card: &Card) -> Result<String, String> {
    let bold = layout::Face::new(BOLD)?;
    let medium = layout::Face::new(MEDIUM)?;
    let (w, h) = (card.width as f32, card.height as f32);
    // One unit is a pixel of a card of 1200 by 630.
    let unit = (w / 1200.0).min(h / 630.0).max(w.min(h) / 900.0);
    let margin = 76.0 * unit;
    let site = bold.printable(&clean_keyword(card.site_name));
    let kicker = medium.printable(&clean_keyword(card.kicker));
    // A title in a script the typeface lacks would be a row of boxes; the name of the site is better.
    let title = Some(bold.printable(&clean_keyword(card.title)))
        .filter(|t| !t.is_empty())
        .unwrap_or_else(|| site.clone());

    let look = design::Look::of(card.seed, card.accent);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\">",
        card.width, card.height, card.width, card.height
    );
    svg.push_str(&look.background(w, h, unit));

    let mut top = margin;
    if !kicker.is_empty() {
        let size = 24.0 * unit;
        let text = medium.shorten(&kicker.to_uppercase(), size, w - 2.0 * margin - 30.0 * unit, 0.12);
        svg.push_str(&format!(
            "<rect x=\"{margin}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"{:.1}\" fill=\"{}\"/>",
            top + 3.0 * unit,
            34.0 * unit,
            6.0 * unit,
            3.0 * unit,
            look.accent()
        ));
        svg.push_str(&line(
            &text,
            margin + 50.0 * unit,
            top + 14.0 * unit,
            size,
            600,
            look.accent(),
            0.12,
        ));
        top += 58.0 * unit;
    }
    let footer = 46.0 * unit;
    let bottom = h - margin - footer - 34.0 * unit;
    let block = layout::fit(
        &bold,
        &title,
        w - 2.0 * margin,
        (bottom - top).max(20.0 * unit),
        92.0 * unit,
        20.0 * unit,
    );
    // Optical middle: a little above the real one.
    let spare = (bottom - top - block.height()).max(0.0);
    let mut baseline = top + spare * 0.42 + block.size * 0.8;
    for text in &block.lines {
        svg.push_str(&line(
            text,
            margin - block.size * 0.04,
            baseline,
            block.size,
            800,
            "#ffffff",
            -0.02,
        ));
        baseline += block.leading();
    }
    if !site.is_empty() {
        let size = 27.0 * unit;
        let middle = h - margin - footer / 2.0;
        let initial: String = site
            .chars()
            .find(|c| c.is_alphanumeric())
            .map(|c| c.to_uppercase().collect())
            .unwrap_or_default();
        let text = medium.shorten(&site, size, w - 2.0 * margin - 66.0 * unit, 0.0);
        svg.push_str(&format!(
            "<rect x=\"{margin}\" y=\"{:.1}\" width=\"{footer:.1}\" height=\"{footer:.1}\" rx=\"{:.1}\" fill=\"{}\"/>",
            middle - footer / 2.0,
            12.0 * unit,
            look.accent()
        ));
        let wide = bold.width(&initial, size, 0.0);
        svg.push_str(&line(
            &initial,
            margin + (footer - wide) / 2.0,
            middle + size * 0.36,
            size,
            800,
            look.ink(),
            0.0,
        ));
        svg.push_str(&line(
            &text,
            margin + footer + 18.0 * unit,
            middle + size * 0.36,
            size,
            600,
            "#ffffff",
            0.0,
        ));
    }
    svg.push_str("</svg>");
    Ok(svg)
}

/// A line of text; `spacing` in parts of the size.
fn line(text: &str, x: f32, y: f32, size: f32, weight: u32, fill: &str, spacing: f32) -> String {
    format!(
        "<text x=\"{x:.1}\" y=\"{y:.1}\" font-family=\"Manrope\" font-size=\"{size:.1}\" font-weight=\"{weight}\" letter-spacing=\"{:.2}\" fill=\"{fill}\" xml:space=\"preserve\">{}</text>",
        spacing * size,
        escape(text)
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn card<'a>(title: &'a str, seed: &'a str) -> Card<'a> {
        Card {
            title,
            site_name: "Kaffee & Co",
            kicker: "Home <barista>",
            width: 600,
            height: 315,
            seed,
            accent: None,
        }
    }

    #[test]
    fn makes_a_png_of_the_right_size() {
        let png = render(&card("How to Descale an Espresso Machine", "1")).unwrap();
        assert!(png.starts_with(b"\x89PNG"));
        let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
        assert_eq!((side(16), side(20)), (600, 315));
    }

    #[test]
    fn same_seed_same_picture_other_seed_other_picture() {
        let a = render(&card("Title", "a")).unwrap();
        assert_eq!(a, render(&card("Title", "a")).unwrap());
        assert!((0..6).any(|i| render(&card("Title", &i.to_string())).unwrap() != a));
    }

    #[test]
    fn a_site_s_colour_makes_the_palette_and_rubbish_does_not() {
        let with = |accent| {
            svg(&Card {
                accent,
                ..card("Title", "a")
            })
            .unwrap()
        };
        assert!(with(Some("#0f766e")).contains("#0f766e"));
        assert_ne!(with(Some("#0f766e")), with(Some("#b91c1c")));
        for rubbish in ["", "red", "#12", "#12345g", "\"/><script>"] {
            assert_eq!(with(Some(rubbish)), with(None), "{rubbish}");
        }
        // A bright colour is darkened until white letters read on it.
        assert!(!with(Some("#ffff00")).contains("#ffff00"));
    }

    #[test]
    fn no_title_breaks_it() {
        for title in [
            "",
            "<script>&\"'",
            "\u{0}\u{1}",
            "咖啡机",
            "👍",
            &"x".repeat(5000),
            &"many words ".repeat(400),
        ] {
            let text = svg(&card(title, "s")).unwrap();
            assert!(!text.contains("<script>"));
            assert!(
                usvg::Tree::from_str(&text, &usvg::Options::default()).is_ok(),
                "{title:.20}"
            );
        }
        let bare = Card {
            title: "",
            site_name: "",
            kicker: "",
            width: 64,
            height: 64,
            seed: "",
            accent: None,
        };
        assert!(render(&bare).is_ok());
        assert!(render(&Card { width: 10, ..bare }).is_err());
    }

    #[test]
    fn the_typeface_has_the_letters_of_europe() {
        let face = layout::Face::new(BOLD).unwrap();
        for text in [
            "Zażółć gęślą jaźń",
            "Größe über Maß",
            "Как выбрать кофе",
            "Πώς να επιλέξετε",
            "Năm mới",
            "¿Qué? ñ",
            "Příliš žluťoučký",
            "“quotes” – € …",
        ] {
            assert_eq!(face.printable(text), text);
        }
    }

    #[test]
    fn titles_stay_inside() {
        let face = layout::Face::new(BOLD).unwrap();
        for title in [
            "Tea",
            "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen kaufen",
            &"long words in a title ".repeat(12),
        ] {
            let block = layout::fit(&face, title, 1000.0, 380.0, 92.0, 20.0);
            assert!(block.height() <= 380.0, "{title:.20}");
            assert!(
                block.lines.iter().all(|l| face.width(l, block.size, -0.02) <= 1000.5),
                "{title:.20}"
            );
        }
    }
}
