//! Repairs of the text itself, tag by tag: everything that is not repaired comes out byte by byte as it went in.

use unicode_segmentation::UnicodeSegmentation;

use crate::links::attribute;
use crate::text::{Tag, html_text, is_block, tag, truncate_words, word_count};

/// Words of a paragraph above which it is split.
const LONG_PARAGRAPH: u32 = 150;
/// Words that a part of a split paragraph should have at least.
const PART: u32 = 60;

enum Piece<'a> {
    Text(&'a str),
    Open { name: String, raw: &'a str },
    Close { name: String, raw: &'a str },
    Other(&'a str),
}

fn pieces(html: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let (mut at, mut text_from) = (0, 0);
    while let Some(next) = html[at..].find('<') {
        at += next;
        let (piece, length) = match tag(&html[at..]) {
            Tag::Text => {
                at += 1;
                continue;
            }
            Tag::Skip(length) => (Piece::Other(&html[at..at + length]), length),
            Tag::Element { name, closing, length } => {
                let raw = &html[at..at + length];
                let name = name.to_ascii_lowercase();
                (
                    match closing {
                        true => Piece::Close { name, raw },
                        false => Piece::Open { name, raw },
                    },
                    length,
                )
            }
        };
        if text_from < at {
            out.push(Piece::Text(&html[text_from..at]));
        }
        out.push(piece);
        at += length.max(1);
        text_from = at;
    }
    if text_from < html.len() {
        out.push(Piece::Text(&html[text_from..]));
    }
    out
}

/// The level of a heading, of the second level at least: the headline is kept apart.
fn level(name: &str) -> Option<u8> {
    match name {
        "h1" => Some(1),
        "h2" => Some(2),
        "h3" => Some(3),
        "h4" => Some(4),
        "h5" => Some(5),
        "h6" => Some(6),
        _ => None,
    }
}

/// Repairs a text; says what was changed.
pub(super) fn html(html: &str, title: &str) -> (String, Vec<String>) {
    let mut changes = Vec::new();
    let (text, empty) = without_nested_empty_paragraphs(html.to_owned());
    let (text, spaces) = single_spaces(&text);
    let (text, headings) = heading_levels(&text);
    let (text, pictures) = alternative_texts(&text, title);
    let (text, split) = shorter_paragraphs(&text);
    let mut say = |count: usize, one: &str, many: &str| match count {
        0 => {}
        1 => changes.push(one.to_owned()),
        n => changes.push(many.replace("{}", &n.to_string())),
    };
    say(
        headings,
        "A heading skipped a level: it stands directly under the one above now, as screen readers expect.",
        "{} headings skipped a level: they stand directly under the ones above now, as screen readers expect.",
    );
    say(
        pictures,
        "A picture had no alternative text: it has that of its heading now, for readers who do not see it.",
        "{} pictures had no alternative text: they have that of their headings now, for readers who do not see them.",
    );
    say(
        split,
        "A long paragraph was split between sentences, so that it is easier to read.",
        "{} long paragraphs were split between sentences, so that they are easier to read.",
    );
    say(
        empty,
        "An empty paragraph was removed.",
        "{} empty paragraphs were removed.",
    );
    say(
        spaces,
        "A double space was removed.",
        "Double spaces were removed in {} places.",
    );
    (text, changes)
}

fn is_verbatim(name: &str) -> bool {
    matches!(name, "pre" | "code" | "kbd" | "samp")
}

/// Removes spaces that a reader does not see anyway; code keeps its own.
fn single_spaces(html: &str) -> (String, usize) {
    let mut out = String::with_capacity(html.len());
    let (mut verbatim, mut count) = (0_usize, 0);
    for piece in pieces(html) {
        match piece {
            Piece::Text(text) if verbatim == 0 => {
                let mut spaces = 0;
                for c in text.chars() {
                    if c == ' ' {
                        spaces += 1;
                        if spaces > 1 {
                            count += usize::from(spaces == 2);
                            continue;
                        }
                    } else {
                        spaces = 0;
                    }
                    out.push(c);
                }
            }
            Piece::Text(raw) | Piece::Other(raw) => out.push_str(raw),
            Piece::Open { name, raw } => {
                verbatim += usize::from(is_verbatim(&name));
                out.push_str(raw);
            }
            Piece::Close { name, raw } => {
                verbatim = verbatim.saturating_sub(usize::from(is_verbatim(&name)));
                out.push_str(raw);
            }
        }
    }
    (out, count)
}

/// A paragraph can be empty only once the empty one inside of it is gone.
fn without_nested_empty_paragraphs(mut text: String) -> (String, usize) {
    let mut total = 0;
    loop {
        let (next, count) = without_empty_paragraphs(&text);
        if count == 0 {
            return (text, total);
        }
        (text, total) = (next, total + count);
    }
}

fn without_empty_paragraphs(html: &str) -> (String, usize) {
    let mut out = String::with_capacity(html.len());
    let mut count = 0;
    let all = pieces(html);
    let mut at = 0;
    // Nothing but blanks since the last block: without the paragraph no two words grow together.
    let mut after_block = true;
    while let Some(piece) = all.get(at) {
        at += 1;
        let raw = match piece {
            Piece::Open { name, .. } if name == "p" && after_block => {
                // Nothing but blanks and line breaks up to its end.
                let blank = |piece: &&Piece<'_>| match piece {
                    Piece::Text(text) => html_text(text).trim().is_empty(),
                    Piece::Open { name, .. } => name == "br",
                    Piece::Close { .. } | Piece::Other(_) => false,
                };
                let inner = all[at..].iter().take_while(blank).count();
                if matches!(all.get(at + inner), Some(Piece::Close { name, .. }) if name == "p") {
                    at += inner + 1;
                    count += 1;
                    continue;
                }
                raw_of(piece)
            }
            piece => raw_of(piece),
        };
        after_block = match piece {
            Piece::Text(text) => after_block && text.trim().is_empty(),
            Piece::Open { name, .. } | Piece::Close { name, .. } => is_block(name),
            Piece::Other(_) => after_block,
        };
        out.push_str(raw);
    }
    (out, count)
}

fn raw_of<'a>(piece: &Piece<'a>) -> &'a str {
    match piece {
        Piece::Text(raw) | Piece::Other(raw) | Piece::Open { raw, .. } | Piece::Close { raw, .. } => raw,
    }
}

/// Headings begin with the second level and go down one level at a time.
fn heading_levels(html: &str) -> (String, usize) {
    let mut out = String::with_capacity(html.len());
    let mut count = 0;
    // Levels as they were written, each with the one it became.
    let mut above: Vec<(u8, u8)> = Vec::new();
    let mut current = None;
    for piece in pieces(html) {
        match &piece {
            Piece::Open { name, raw } if level(name).is_some() => {
                let written = level(name).unwrap_or(2);
                above.retain(|(known, _)| *known < written);
                let becomes = above.last().map_or(2, |(_, above)| above + 1).clamp(2, 6);
                above.push((written, becomes));
                count += usize::from(becomes != written);
                current = Some(becomes);
                out.push_str("<h");
                out.push_str(&becomes.to_string());
                out.push_str(&raw[3..]);
            }
            Piece::Close { name, .. } if level(name).is_some() => {
                let becomes = current.take().or(level(name)).unwrap_or(2);
                out.push_str(&format!("</h{becomes}>"));
            }
            piece => out.push_str(raw_of(piece)),
        }
    }
    (out, count)
}

/// Gives pictures without a text the one of the heading they stand under. An empty text that somebody chose, for a
/// picture that only decorates, looks the same as none: it gets one as well.
fn alternative_texts(html: &str, title: &str) -> (String, usize) {
    let mut out = String::with_capacity(html.len());
    let mut count = 0;
    let mut heading = String::new();
    let mut reading: Option<String> = None;
    for piece in pieces(html) {
        match &piece {
            Piece::Open { name, .. } if level(name).is_some() => reading = Some(String::new()),
            Piece::Close { name, .. } if level(name).is_some() => {
                if let Some(text) = reading.take() {
                    heading = html_text(&text);
                }
            }
            Piece::Text(text) => {
                if let Some(reading) = &mut reading {
                    reading.push_str(text);
                }
            }
            Piece::Open { name, raw } if name == "img" => {
                let missing = attribute(raw, "alt").is_none_or(|text| text.trim().is_empty());
                let text = if heading.is_empty() { title } else { &heading };
                let text = truncate_words(&html_text(text), 125);
                if missing && !text.is_empty() {
                    count += 1;
                    let rest = raw
                        .replacen(" alt=\"\"", "", 1)
                        .replacen(" alt=''", "", 1)
                        .replacen("<img", "", 1);
                    out.push_str(&format!("<img alt=\"{}\"{rest}", escape(&text)));
                    continue;
                }
            }
            _ => {}
        }
        out.push_str(raw_of(&piece));
    }
    (out, count)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Splits long paragraphs between sentences. Only between sentences that are bare text of the paragraph: inside of a link
/// or an emphasis nothing is split.
fn shorter_paragraphs(html: &str) -> (String, usize) {
    let mut out = String::with_capacity(html.len());
    let mut count = 0;
    let all = pieces(html);
    let mut at = 0;
    while let Some(piece) = all.get(at) {
        let is_plain = matches!(piece, Piece::Open { name, raw } if name == "p" && *raw == "<p>");
        let end = all[at..]
            .iter()
            .position(|piece| matches!(piece, Piece::Close { name, .. } if name == "p"));
        let (Some(end), true) = (end, is_plain) else {
            out.push_str(raw_of(piece));
            at += 1;
            continue;
        };
        let inner = &all[at + 1..at + end];
        match split(inner) {
            Some(parts) => {
                count += 1;
                for part in parts {
                    out.push_str("<p>");
                    out.push_str(part.trim());
                    out.push_str("</p>");
                }
            }
            None => {
                for piece in &all[at..=at + end] {
                    out.push_str(raw_of(piece));
                }
            }
        }
        at += end + 1;
    }
    (out, count)
}

fn split(inner: &[Piece<'_>]) -> Option<Vec<String>> {
    let whole: String = inner.iter().map(raw_of).collect();
    let words = word_count(&html_text(&whole));
    // A picture or a block within says that this is no ordinary paragraph.
    let plain = inner.iter().all(|piece| match piece {
        Piece::Open { name, .. } | Piece::Close { name, .. } => name != "img" && (name == "br" || !is_block(name)),
        Piece::Text(_) | Piece::Other(_) => true,
    });
    if words <= LONG_PARAGRAPH || !plain {
        return None;
    }
    let mut parts = vec![String::new()];
    let mut depth = 0_usize;
    let mut left = words;
    for piece in inner {
        match piece {
            Piece::Text(text) if depth == 0 => {
                let sentences: Vec<&str> = text.split_sentence_bounds().collect();
                for (index, sentence) in sentences.iter().enumerate() {
                    let part = parts.last_mut()?;
                    let have = word_count(&html_text(part));
                    // A sentence begins here if the one before it ended in this text.
                    if index > 0 && have >= PART && left >= PART && ends_sentence(part) {
                        parts.push((*sentence).to_owned());
                    } else {
                        part.push_str(sentence);
                    }
                    left = left.saturating_sub(word_count(&html_text(sentence)));
                }
            }
            piece => {
                match piece {
                    Piece::Open { name, raw } if !is_void(name, raw) => depth += 1,
                    Piece::Close { .. } => depth = depth.saturating_sub(1),
                    Piece::Text(text) => left = left.saturating_sub(word_count(&html_text(text))),
                    _ => {}
                }
                parts.last_mut()?.push_str(raw_of(piece));
            }
        }
    }
    (parts.len() > 1).then_some(parts)
}

fn is_void(name: &str, raw: &str) -> bool {
    matches!(name, "br" | "img" | "wbr" | "hr") || raw.ends_with("/>")
}

/// A full stop and what may close a sentence after it; an abbreviation such as "e.g." or "Dr." ends none.
fn ends_sentence(text: &str) -> bool {
    let text = text.trim_end().trim_end_matches(['"', '\'', ')', '”', '’', '»']);
    if !text.ends_with(['.', '!', '?', '…', '。', '！', '？']) {
        return false;
    }
    let last = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    let stem = last.trim_end_matches(['.', '!', '?', '…', '。', '！', '？']);
    !text.ends_with('.') || (!stem.contains('.') && stem.chars().count() > 3) || stem.chars().all(|c| c.is_numeric())
}
