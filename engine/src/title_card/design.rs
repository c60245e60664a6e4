//! Colours and patterns.

use std::fmt::Write;

/// Gradient from, over and to, then an accent that reads well on all three.
const PALETTES: [[&str; 4]; 10] = [
    ["#0b1f4b", "#1d3f8f", "#3b6fe0", "#ffd166"],
    ["#10312b", "#17594a", "#2a9d74", "#f4e285"],
    ["#2b0f3a", "#5b1f6e", "#a8328f", "#ffc6a5"],
    ["#3a0d12", "#7d1d2a", "#d1495b", "#ffe0b5"],
    ["#0d2a3a", "#14506b", "#1f8fa8", "#ffdd99"],
    ["#1c1635", "#3b2c7a", "#6a55d6", "#7ef0d0"],
    ["#33200d", "#7a4616", "#cf7a26", "#fff0c2"],
    ["#14181f", "#28323f", "#4b6078", "#ff9f68"],
    ["#062c30", "#05595b", "#0a8f83", "#f8d49d"],
    ["#251036", "#4a1d5f", "#e0567a", "#ffe3a3"],
];

const PATTERNS: u64 = 5;

/// How a card looks, chosen by its seed.
pub(super) struct Look {
    palette: [String; 4],
    pattern: u64,
    noise: u64,
}

impl Look {
    pub(super) fn of(seed: &str, accent: Option<&str>) -> Look {
        // FNV-1a: spread well enough, and the same everywhere.
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        for byte in seed.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        // The low digits of short seeds hardly differ.
        hash ^= hash >> 29;
        hash = hash.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        hash ^= hash >> 32;
        Look {
            palette: accent
                .and_then(palette_of)
                .unwrap_or_else(|| PALETTES[(hash % PALETTES.len() as u64) as usize].map(str::to_owned)),
            pattern: (hash >> 8) % PATTERNS,
            noise: hash >> 16,
        }
    }

    /// Colour of small things that must be seen.
    pub(super) fn accent(&self) -> &str {
        &self.palette[3]
    }

    /// Dark colour to write on the accent.
    pub(super) fn ink(&self) -> &str {
        &self.palette[0]
    }

    /// Gradient, glow and pattern of a card.
    pub(super) fn background(&self, w: f32, h: f32, unit: f32) -> String {
        let [from, over, to, accent] = &self.palette;
        let mut s = format!(
            "<defs><linearGradient id=\"g\" x1=\"0\" y1=\"0\" x2=\"1\" y2=\"1\"><stop offset=\"0\" stop-color=\"{from}\"/><stop offset=\"0.55\" stop-color=\"{over}\"/><stop offset=\"1\" stop-color=\"{to}\"/></linearGradient>\
             <radialGradient id=\"l\" cx=\"0.92\" cy=\"0.06\" r=\"0.75\"><stop offset=\"0\" stop-color=\"{to}\" stop-opacity=\"0.75\"/><stop offset=\"1\" stop-color=\"{to}\" stop-opacity=\"0\"/></radialGradient></defs>\
             <rect width=\"{w}\" height=\"{h}\" fill=\"url(#g)\"/><rect width=\"{w}\" height=\"{h}\" fill=\"url(#l)\"/>"
        );
        match self.pattern {
            0 => rings(&mut s, w, h, unit, accent),
            1 => dots(&mut s, w, h, unit),
            2 => stripes(&mut s, w, h, unit, accent),
            3 => waves(&mut s, w, h, unit, self.noise),
            _ => tiles(&mut s, w, h, unit, self.noise, accent),
        }
        // Darker towards the text, so that white letters keep their contrast on every pattern.
        let _ = write!(
            s,
            "<defs><linearGradient id=\"d\" x1=\"0\" y1=\"0\" x2=\"1\" y2=\"0\"><stop offset=\"0\" stop-color=\"{from}\" stop-opacity=\"0.55\"/><stop offset=\"0.85\" stop-color=\"{from}\" stop-opacity=\"0\"/></linearGradient></defs>\
             <rect width=\"{w}\" height=\"{h}\" fill=\"url(#d)\"/>"
        );
        s
    }
}

/// Relative luminance of a colour, 0 to 1 (WCAG 2.2).
fn luminance(colour: [f32; 3]) -> f32 {
    let linear = colour.map(|part| {
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

/// A palette around one colour such as `#0f766e`: dark enough everywhere for white letters (4.5 to 1 against the
/// brightest part), with a light tone of the same colour for the small things.
fn palette_of(hex: &str) -> Option<[String; 4]> {
    let digits = hex.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let number = u32::from_str_radix(digits, 16).ok()?;
    let mut base = [(number >> 16) & 255, (number >> 8) & 255, number & 255].map(|part| part as f32 / 255.0);
    // 4.5 to 1 against white: luminance of at most 1.05 / 4.5 - 0.05.
    while luminance(base) > 1.05 / 4.5 - 0.05 {
        base = base.map(|part| part * 0.95);
    }
    let mix = |share: f32, with: f32| {
        let [r, g, b] = base.map(|part| ((part * share + with * (1.0 - share)) * 255.0).round() as u8);
        format!("#{r:02x}{g:02x}{b:02x}")
    };
    Some([mix(0.32, 0.0), mix(0.6, 0.0), mix(1.0, 0.0), mix(0.25, 1.0)])
}

/// Rings around a corner.
fn rings(s: &mut String, w: f32, h: f32, unit: f32, accent: &str) {
    for i in 0..7 {
        let r = (120.0 + 78.0 * i as f32) * unit;
        let opacity = 0.16 - 0.018 * i as f32;
        let _ = write!(
            s,
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{r:.1}\" fill=\"none\" stroke=\"#ffffff\" stroke-opacity=\"{opacity:.3}\" stroke-width=\"{:.1}\"/>",
            w * 0.94,
            h * 0.9,
            26.0 * unit
        );
    }
    let _ = write!(
        s,
        "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{:.1}\" fill=\"{accent}\" fill-opacity=\"0.9\"/>",
        w * 0.94,
        h * 0.9,
        46.0 * unit
    );
}

/// A field of dots that grow towards the right.
fn dots(s: &mut String, w: f32, h: f32, unit: f32) {
    let step = 44.0 * unit;
    let columns = (w * 0.55 / step) as u32 + 1;
    let rows = (h / step) as u32 + 1;
    for x in 0..columns {
        let grown = x as f32 / columns.max(1) as f32;
        for y in 0..rows {
            let _ = write!(
                s,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{:.1}\" fill=\"#ffffff\" fill-opacity=\"{:.3}\"/>",
                w * 0.45 + (x as f32 + 0.5) * step,
                (y as f32 + 0.5) * step,
                (1.0 + 8.5 * grown) * unit,
                0.04 + 0.12 * grown
            );
        }
    }
}

/// Slanted bands.
fn stripes(s: &mut String, w: f32, h: f32, unit: f32, accent: &str) {
    for i in 0..6 {
        let x = w * 0.62 + i as f32 * 104.0 * unit;
        let (wide, lean) = (46.0 * unit, h * 0.55);
        let (fill, opacity) = if i == 4 {
            (accent, 0.85)
        } else {
            ("#ffffff", 0.05 + 0.022 * i as f32)
        };
        let _ = write!(
            s,
            "<path d=\"M{:.1} 0h{wide:.1}l-{lean:.1} {h}h-{wide:.1}z\" fill=\"{fill}\" fill-opacity=\"{opacity:.3}\"/>",
            x + lean * 0.6
        );
    }
}

/// Hills at the bottom.
fn waves(s: &mut String, w: f32, h: f32, unit: f32, noise: u64) {
    for i in 0..4u64 {
        let base = h * (0.52 + 0.12 * i as f32);
        let swing = (60.0 + ((noise >> (i * 6)) & 31) as f32) * unit;
        let _ = write!(
            s,
            "<path d=\"M0 {:.1}C{:.1} {:.1} {:.1} {:.1} {w} {:.1}V{h}H0z\" fill=\"#ffffff\" fill-opacity=\"0.055\"/>",
            base + swing * 1.6,
            w * 0.3,
            base + swing * 2.4,
            w * 0.6,
            base - swing * 2.6,
            base - swing * 1.4
        );
    }
}

/// Quarter circles in a grid, some left out.
fn tiles(s: &mut String, w: f32, h: f32, unit: f32, noise: u64, accent: &str) {
    let side = 126.0 * unit;
    let rows = (h / side).ceil() as u64;
    for column in 0..4u64 {
        for row in 0..rows {
            let bits = noise.rotate_left((column * 11 + row * 5) as u32) & 15;
            if bits < 5 || (column == 3 && bits < 9) {
                continue;
            }
            let (x, y) = (w - (column + 1) as f32 * side, row as f32 * side);
            let path = match bits % 4 {
                0 => format!("M{x:.1} {y:.1}h{side:.1}a{side:.1} {side:.1} 0 0 1 -{side:.1} {side:.1}z"),
                1 => format!(
                    "M{:.1} {y:.1}v{side:.1}a{side:.1} {side:.1} 0 0 1 -{side:.1} -{side:.1}z",
                    x + side
                ),
                2 => format!(
                    "M{:.1} {:.1}h-{side:.1}a{side:.1} {side:.1} 0 0 1 {side:.1} -{side:.1}z",
                    x + side,
                    y + side
                ),
                _ => format!(
                    "M{x:.1} {:.1}v-{side:.1}a{side:.1} {side:.1} 0 0 1 {side:.1} {side:.1}z",
                    y + side
                ),
            };
            let (fill, opacity) = if bits == 13 {
                (accent, 0.9)
            } else {
                ("#ffffff", 0.14 - 0.025 * column as f32)
            };
            let _ = write!(s, "<path d=\"{path}\" fill=\"{fill}\" fill-opacity=\"{opacity:.3}\"/>");
        }
    }
}
