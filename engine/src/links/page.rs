//! An article as a list of characters that a reader sees, each with its place in the HTML.

use memchr::memmem;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_segmentation::UnicodeSegmentation;

use crate::text::{Tag, after_end, entity, is_block, tag};

/// Longest sentence that is kept whole, in characters.
const SENTENCE_MAX: usize = 600;

/// A visible character.
struct Glyph {
    c: char,
    /// Its bytes in the HTML.
    start: usize,
    end: usize,
    /// Text without a tag in between has one number.
    node: u32,
    block: u32,
    /// A link may stand here.
    open: bool,
}

/// An article taken apart.
pub(super) struct Page {
    glyphs: Vec<Glyph>,
    /// The visible text in a form that compares well, and the glyph of each of its bytes.
    folded: String,
    at: Vec<u32>,
}

/// Where a phrase stands: glyphs from (inclusive) and to (exclusive).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub from: usize,
    pub to: usize,
}

/// Elements whose text takes no link: headings, links, code, captions.
fn is_closed(name: &str, tag: &str) -> bool {
    match name {
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "a" | "code" | "pre" | "kbd" | "samp" | "figcaption" | "caption"
        | "th" | "button" | "summary" | "label" => true,
        // The note that an outline is to be completed is not the article's own text.
        "p" => tag.contains("igny8-draft-note"),
        _ => false,
    }
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "br" | "hr" | "img" | "col" | "wbr" | "input" | "source" | "area" | "embed" | "link" | "meta" | "track"
    )
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// A character in the form in which texts are compared: small, taken apart, straight quotes, no final sigma.
fn fold_char(c: char, mut push: impl FnMut(char)) {
    for c in std::iter::once(c).nfkd() {
        for c in c.to_lowercase() {
            push(match c {
                'ς' => 'σ',
                '\u{2018}' | '\u{2019}' | '\u{2032}' | '`' | '\u{b4}' => '\'',
                '\u{2010}' | '\u{2011}' => '-',
                c if c.is_whitespace() => ' ',
                c => c,
            });
        }
    }
}

/// A phrase in the form in which it is looked for.
pub(super) fn fold(phrase: &str) -> String {
    let mut out = String::with_capacity(phrase.len());
    for word in phrase.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        for c in word.chars().filter(|c| !is_invisible(*c)) {
            fold_char(c, |c| out.push(c));
        }
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// Scripts that put no spaces between words.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{0e00}'..='\u{0eff}')
}

impl Page {
    /// Takes an article apart.
    pub(super) fn of(html: &str) -> Self {
        let mut page = Self {
            glyphs: Vec::with_capacity(html.len() / 2),
            folded: String::with_capacity(html.len() / 2),
            at: Vec::with_capacity(html.len() / 2),
        };
        // Elements that are open, and whether each of them takes no link.
        let mut open: Vec<(String, bool)> = Vec::new();
        let (mut node, mut block) = (0_u32, 0_u32);
        let mut at = 0;
        while let Some(c) = html[at..].chars().next() {
            let rest = &html[at..];
            match c {
                '<' => match tag(rest) {
                    Tag::Text => {
                        page.push(c, at, at + 1, node, block, &open);
                        at += 1;
                    }
                    Tag::Skip(length) => {
                        node += 1;
                        at += length.max(1);
                    }
                    Tag::Element { name, closing, length } => {
                        let name = name.to_ascii_lowercase();
                        let text = &rest[..length];
                        node += 1;
                        at += length;
                        if is_block(&name) {
                            block += 1;
                        }
                        if closing {
                            if let Some(last) = open.iter().rposition(|(known, _)| *known == name) {
                                open.truncate(last);
                            }
                        } else if matches!(name.as_str(), "script" | "style" | "template" | "noscript" | "title") {
                            at = html.len() - after_end(&html[at..], &name).len();
                        } else if !is_void(&name) && !text.ends_with("/>") {
                            let closed = is_closed(&name, text);
                            open.push((name, closed));
                        }
                    }
                },
                '&' => match entity(&rest[1..]) {
                    Some((c, used)) => {
                        page.push(c, at, at + 1 + used, node, block, &open);
                        at += 1 + used;
                    }
                    None => {
                        page.push(c, at, at + 1, node, block, &open);
                        at += 1;
                    }
                },
                c => {
                    page.push(c, at, at + c.len_utf8(), node, block, &open);
                    at += c.len_utf8();
                }
            }
        }
        page
    }

    fn push(&mut self, c: char, start: usize, end: usize, node: u32, block: u32, open: &[(String, bool)]) {
        if is_invisible(c) {
            return;
        }
        let c = if c.is_whitespace() { ' ' } else { c };
        let last = self.glyphs.last();
        let fresh = last.is_none_or(|last| last.block != block);
        if c == ' ' && (fresh || last.is_some_and(|last| last.c == ' ')) {
            return;
        }
        let glyph = u32::try_from(self.glyphs.len()).unwrap_or(u32::MAX);
        if fresh && !self.glyphs.is_empty() {
            // Nothing that is looked for has a line break in it: no phrase reaches from one block into the next.
            self.folded.push('\n');
            self.at.push(u32::MAX);
        }
        let before = self.folded.len();
        let folded = &mut self.folded;
        fold_char(c, |c| folded.push(c));
        self.at.resize(self.at.len() + self.folded.len() - before, glyph);
        self.glyphs.push(Glyph {
            c,
            start,
            end,
            node,
            block,
            open: open.iter().all(|(_, closed)| !closed),
        });
    }

    /// Places where a folded phrase stands as whole words and can become a link, in the order of the text.
    pub(super) fn places(&self, phrase: &str) -> Vec<Span> {
        if phrase.is_empty() {
            return Vec::new();
        }
        memmem::find_iter(self.folded.as_bytes(), phrase.as_bytes())
            .filter_map(|start| self.span(start, start + phrase.len()))
            .collect()
    }

    /// The glyphs of a piece of the folded text, if it begins and ends with a word.
    fn span(&self, start: usize, end: usize) -> Option<Span> {
        let glyph = |at: usize| self.at.get(at).map(|glyph| *glyph as usize);
        let (from, last) = (glyph(start)?, glyph(end - 1)?);
        // A character may stand for several of the folded text: it is taken whole or not at all.
        let cut = |at: usize, inside: usize| at > 0 && glyph(at - 1) == Some(inside);
        if cut(start, from) || glyph(end) == Some(last) {
            return None;
        }
        let to = last + 1;
        let all = self.glyphs.get(from..to)?;
        let first = all.first()?;
        let whole = all
            .iter()
            .all(|glyph| glyph.open && glyph.node == first.node && glyph.block == first.block);
        (whole && !self.joined(from) && !self.joined(to)).then_some(Span { from, to })
    }

    fn glyph(&self, index: usize, block: u32) -> Option<char> {
        self.glyphs
            .get(index)
            .filter(|glyph| glyph.block == block)
            .map(|glyph| glyph.c)
    }

    /// The characters before and after this border belong to one word.
    fn joined(&self, border: usize) -> bool {
        let Some(before) = border.checked_sub(1).and_then(|index| self.glyphs.get(index)) else {
            return false;
        };
        let block = before.block;
        let Some(after) = self.glyph(border, block) else {
            return false;
        };
        if is_combining_mark(after) {
            return true;
        }
        if is_word(before.c) && is_word(after) {
            return !is_unspaced(before.c) && !is_unspaced(after);
        }
        // "espresso-machine" is one word.
        let two_before = border.checked_sub(2).and_then(|index| self.glyph(index, block));
        let hyphen = |c: char| matches!(c, '-' | '\u{2010}' | '\u{2011}');
        (hyphen(before.c) && is_word(after) && two_before.is_some_and(is_word))
            || (hyphen(after) && is_word(before.c) && self.glyph(border + 1, block).is_some_and(is_word))
    }

    /// The words of a place as they stand in the text.
    pub(super) fn text(&self, span: Span) -> String {
        self.glyphs
            .get(span.from..span.to)
            .unwrap_or_default()
            .iter()
            .map(|glyph| glyph.c)
            .collect()
    }

    /// Bytes of a place in the HTML.
    pub(super) fn bytes(&self, span: Span) -> Option<(usize, usize)> {
        let all = self.glyphs.get(span.from..span.to)?;
        Some((all.first()?.start, all.last()?.end))
    }

    /// The sentence around a place, and the glyph it begins at.
    pub(super) fn sentence(&self, span: Span) -> (usize, String) {
        let Some(block) = self.glyphs.get(span.from).map(|glyph| glyph.block) else {
            return (span.from, String::new());
        };
        let mut first = span.from;
        while first > 0 && self.glyph(first - 1, block).is_some() {
            first -= 1;
        }
        let text: String = self.glyphs[first..]
            .iter()
            .take_while(|glyph| glyph.block == block)
            .map(|glyph| glyph.c)
            .collect();
        let mut start = first;
        for sentence in text.split_sentence_bounds() {
            let length = sentence.chars().count();
            if span.from < start + length {
                if length <= SENTENCE_MAX {
                    return (start, sentence.trim().to_owned());
                }
                break;
            }
            start += length;
        }
        // A text without full stops: some words to both sides, the same each time.
        let half = SENTENCE_MAX / 2;
        let from = Ord::max(first, span.from.saturating_sub(half));
        let window: String = self.glyphs[from..]
            .iter()
            .take_while(|glyph| glyph.block == block)
            .take(SENTENCE_MAX)
            .map(|glyph| glyph.c)
            .collect();
        (from, window.trim().to_owned())
    }
}
