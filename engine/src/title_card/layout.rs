//! Measuring and wrapping text.

/// A typeface that can be measured.
pub(super) struct Face {
    face: ttf_parser::Face<'static>,
}

/// A title broken into lines.
pub(super) struct Block {
    pub(super) lines: Vec<String>,
    /// Font size in pixels.
    pub(super) size: f32,
}

impl Block {
    /// Distance between two baselines.
    pub(super) fn leading(&self) -> f32 {
        self.size * 1.14
    }

    pub(super) fn height(&self) -> f32 {
        self.leading() * self.lines.len() as f32
    }
}

/// Space between letters in titles, in parts of the size.
const TIGHT: f32 = -0.02;

impl Face {
    pub(super) fn new(data: &'static [u8]) -> Result<Face, String> {
        let face =
            ttf_parser::Face::parse(data, 0).map_err(|e| format!("The typeface of title cards is damaged: {e}."))?;
        Ok(Face { face })
    }

    /// The text without characters the typeface lacks.
    pub(super) fn printable(&self, text: &str) -> String {
        let kept: String = text
            .chars()
            .filter(|&c| c == ' ' || self.face.glyph_index(c).is_some_and(|g| g.0 != 0))
            .collect();
        kept.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Width in pixels; `spacing` in parts of the size.
    pub(super) fn width(&self, text: &str, size: f32, spacing: f32) -> f32 {
        let units = f32::from(self.face.units_per_em());
        text.chars()
            .map(|c| {
                self.face
                    .glyph_index(c)
                    .and_then(|g| self.face.glyph_hor_advance(g))
                    .map_or(0.6 * units, f32::from)
                    / units
                    * size
                    + spacing * size
            })
            .sum()
    }

    /// The text cut with an ellipsis to fit a width.
    pub(super) fn shorten(&self, text: &str, size: f32, max: f32, spacing: f32) -> String {
        if self.width(text, size, spacing) <= max {
            return text.to_owned();
        }
        let mut cut = text.to_owned();
        while cut.pop().is_some() {
            let shown = format!("{}…", cut.trim_end());
            if self.width(&shown, size, spacing) <= max {
                return shown;
            }
        }
        String::new()
    }
}

/// Breaks a title into lines at the largest size that fits the box; cut with an ellipsis when even the
/// smallest size is too large.
pub(super) fn fit(face: &Face, title: &str, width: f32, height: f32, largest: f32, smallest: f32) -> Block {
    let title: String = title.chars().take(600).collect();
    let mut size = largest;
    loop {
        let lines = wrap(face, &title, width, size);
        let block = Block { lines, size };
        // Words are only broken when nothing else helps.
        let broken = title.split(' ').any(|w| face.width(w, size, TIGHT) > width);
        // More than five lines are no longer a title but a paragraph.
        if block.height() <= height && !broken && (block.lines.len() <= 5 || size <= smallest * 1.6) {
            return balance(face, &title, width, block);
        }
        if size <= smallest {
            return cut(face, block, width, height);
        }
        size = (size * 0.96).max(smallest);
    }
}

fn cut(face: &Face, mut block: Block, width: f32, height: f32) -> Block {
    let fits = ((height / block.leading()) as usize).max(1);
    if block.lines.len() > fits {
        block.lines.truncate(fits);
        if let Some(last) = block.lines.last_mut() {
            *last = face.shorten(&format!("{last} \u{2026}\u{2026}\u{2026}"), block.size, width, TIGHT);
            *last = format!("{}…", last.trim_end_matches(['…', ' ', ',']));
            *last = face.shorten(last, block.size, width, TIGHT);
        }
    }
    block
}

/// The same number of lines with the narrowest box, so that no line holds a single word.
fn balance(face: &Face, title: &str, width: f32, block: Block) -> Block {
    let (mut low, mut high) = (width * 0.4, width);
    for _ in 0..12 {
        let middle = (low + high) / 2.0;
        let wide_word = title.split(' ').any(|w| face.width(w, block.size, TIGHT) > middle);
        if !wide_word && wrap(face, title, middle, block.size).len() <= block.lines.len() {
            high = middle;
        } else {
            low = middle;
        }
    }
    Block {
        lines: wrap(face, title, high, block.size),
        size: block.size,
    }
}

fn wrap(face: &Face, title: &str, width: f32, size: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in title.split(' ').filter(|w| !w.is_empty()) {
        let longer = if line.is_empty() {
            word.to_owned()
        } else {
            format!("{line} {word}")
        };
        if face.width(&longer, size, TIGHT) <= width {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for c in word.chars() {
            if !line.is_empty()
                && face.width(&line, size, TIGHT) + face.width(c.encode_utf8(&mut [0; 4]), size, TIGHT) > width
            {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}
