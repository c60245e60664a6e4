//! The visible text of an HTML fragment. Not a validating parser: it only has to read what an editor or a
//! model wrote the way a browser would show it.

/// Visible text of an HTML fragment: tags dropped, the usual entities decoded, blocks on lines of their own,
/// the content of scripts and styles left out.
pub fn html_text(html: &str) -> String {
    let mut out = Lines {
        text: String::with_capacity(html.len() / 2),
        gap: false,
    };
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(tail) = rest.strip_prefix('&') {
            match entity(tail) {
                Some((c, used)) => {
                    out.push(c);
                    rest = &tail[used..];
                }
                None => {
                    out.push('&');
                    rest = tail;
                }
            }
            continue;
        }
        match tag(rest) {
            Tag::Text => {
                out.push('<');
                rest = &rest[1..];
            }
            Tag::Skip(length) => rest = &rest[length..],
            Tag::Element { name, closing, length } => {
                rest = &rest[length..];
                let name = name.to_ascii_lowercase();
                if !closing && matches!(name.as_str(), "script" | "style" | "template" | "noscript" | "title") {
                    rest = after_end(rest, &name);
                } else if is_block(&name) {
                    out.newline();
                }
            }
        }
    }
    out.push_str(rest);
    out.finish()
}

/// Words in the visible text of an HTML fragment.
pub fn html_word_count(html: &str) -> u32 {
    super::word_count(&html_text(html))
}

/// Collects text with white space collapsed and no empty lines.
struct Lines {
    text: String,
    gap: bool,
}

impl Lines {
    fn push(&mut self, c: char) {
        if c.is_whitespace() && c != '\u{a0}' {
            self.gap = true;
            return;
        }
        if self.gap {
            if !self.text.is_empty() && !self.text.ends_with('\n') {
                self.text.push(' ');
            }
            self.gap = false;
        }
        self.text.push(if c == '\u{a0}' { ' ' } else { c });
    }

    fn push_str(&mut self, s: &str) {
        for c in s.chars() {
            self.push(c);
        }
    }

    fn newline(&mut self) {
        self.gap = false;
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            let kept = self.text.trim_end_matches(' ').len();
            self.text.truncate(kept);
            self.text.push('\n');
        }
    }

    fn finish(mut self) -> String {
        let kept = self.text.trim_end().len();
        self.text.truncate(kept);
        self.text
    }
}

pub(crate) enum Tag<'a> {
    /// A lone `<`.
    Text,
    /// A comment or declaration of this many bytes.
    Skip(usize),
    Element {
        name: &'a str,
        closing: bool,
        length: usize,
    },
}

/// What begins at the `<` that `s` begins with.
pub(crate) fn tag(s: &str) -> Tag<'_> {
    if s.starts_with("<!--") {
        return Tag::Skip(s.find("-->").map_or(s.len(), |end| end + 3));
    }
    if s.starts_with("<!") || s.starts_with("<?") {
        return Tag::Skip(s.find('>').map_or(s.len(), |end| end + 1));
    }
    let body = &s[1..];
    let (closing, body) = match body.strip_prefix('/') {
        Some(b) => (true, b),
        None => (false, body),
    };
    if !body.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Tag::Text;
    }
    let size = body
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .unwrap_or(body.len());
    let name = &body[..size];
    // A ">" inside a quoted attribute does not end the tag.
    let mut quote = None;
    for (i, c) in s.char_indices() {
        match (quote, c) {
            (Some(q), c) if q == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '>') => {
                return Tag::Element {
                    name,
                    closing,
                    length: i + 1,
                };
            }
            (None, _) => {}
        }
    }
    Tag::Element {
        name,
        closing,
        length: s.find('>').map_or(s.len(), |end| end + 1),
    }
}

/// What follows the end tag of `name`, or nothing when there is none.
pub(crate) fn after_end<'a>(s: &'a str, name: &str) -> &'a str {
    let mut from = 0;
    while let Some(at) = s[from..].find("</") {
        let start = from + at + 2;
        let fits = s
            .as_bytes()
            .get(start..start + name.len())
            .is_some_and(|b| b.eq_ignore_ascii_case(name.as_bytes()));
        if fits {
            let tail = &s[start + name.len()..];
            return tail.find('>').map_or("", |end| &tail[end + 1..]);
        }
        from = start;
    }
    ""
}

pub(crate) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "br"
            | "hr"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "ul"
            | "ol"
            | "li"
            | "dl"
            | "dt"
            | "dd"
            | "table"
            | "thead"
            | "tbody"
            | "tr"
            | "td"
            | "th"
            | "caption"
            | "blockquote"
            | "pre"
            | "section"
            | "article"
            | "aside"
            | "header"
            | "footer"
            | "main"
            | "nav"
            | "figure"
            | "figcaption"
            | "details"
            | "summary"
            | "form"
            | "address"
            | "option"
    )
}

/// Reads an entity after its `&`; gives the character and the bytes used.
pub(crate) fn entity(s: &str) -> Option<(char, usize)> {
    let end = s.bytes().take(12).position(|b| b == b';')?;
    let name = &s[..end];
    let c = if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        match code {
            0 => char::REPLACEMENT_CHARACTER,
            code => char::from_u32(code)?,
        }
    } else {
        named(name)?
    };
    Some((c, end + 1))
}

fn named(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "lsquo" => '‘',
        "rsquo" => '’',
        "sbquo" => '‚',
        "ldquo" => '“',
        "rdquo" => '”',
        "bdquo" => '„',
        "laquo" => '«',
        "raquo" => '»',
        "bull" => '•',
        "middot" => '·',
        "times" => '×',
        "deg" => '°',
        "euro" => '€',
        "pound" => '£',
        "yen" => '¥',
        "cent" => '¢',
        "copy" => '©',
        "reg" => '®',
        "trade" => '™',
        "sect" => '§',
        "para" => '¶',
        "frac12" => '½',
        "frac14" => '¼',
        "plusmn" => '±',
        "iexcl" => '¡',
        "iquest" => '¿',
        "shy" => '\u{ad}',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "Auml" => 'Ä',
        "Ouml" => 'Ö',
        "Uuml" => 'Ü',
        "szlig" => 'ß',
        "eacute" => 'é',
        "Eacute" => 'É',
        "egrave" => 'è',
        "ecirc" => 'ê',
        "euml" => 'ë',
        "aacute" => 'á',
        "agrave" => 'à',
        "acirc" => 'â',
        "atilde" => 'ã',
        "aring" => 'å',
        "aelig" => 'æ',
        "ccedil" => 'ç',
        "iacute" => 'í',
        "igrave" => 'ì',
        "icirc" => 'î',
        "iuml" => 'ï',
        "ntilde" => 'ñ',
        "oacute" => 'ó',
        "ograve" => 'ò',
        "ocirc" => 'ô',
        "otilde" => 'õ',
        "oslash" => 'ø',
        "oelig" => 'œ',
        "uacute" => 'ú',
        "ugrave" => 'ù',
        "ucirc" => 'û',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_as_a_reader_sees_it() {
        assert_eq!(
            html_text("<h2>One</h2><p>Two <b>th</b>ree</p>\n<ul><li>a</li><li>b</li></ul>"),
            "One\nTwo three\na\nb"
        );
        assert_eq!(
            html_text("Fish &amp; chips&nbsp;&#8211; &#x20AC;5 &unknown; & more"),
            "Fish & chips – €5 &unknown; & more"
        );
        assert_eq!(html_text("a<script>if (a<b) x()</script>b<STYLE>p{}</Style >c"), "abc");
        assert_eq!(html_text("x<!-- <p>no</p> -->y<br>z"), "xy\nz");
        assert_eq!(html_text("<a title=\"a > b\" href='#'>link</a>"), "link");
        assert_eq!(html_text("1 < 2 and 3 > 2"), "1 < 2 and 3 > 2");
        assert_eq!(html_text("cut <a href="), "cut");
        assert_eq!(html_text("&lt;p&gt;"), "<p>");
    }

    #[test]
    fn words_are_counted_across_blocks() {
        assert_eq!(html_word_count("<p>one</p><p>two</p>"), 2);
        assert_eq!(html_word_count("<p>wo<b>rd</b></p>"), 1);
    }

    proptest::proptest! {
        #[test]
        fn never_panics(s in "[<>&;#x/!\\-\"'a-zé \\n]{0,60}") {
            let _ = html_text(&s);
        }
    }
}
