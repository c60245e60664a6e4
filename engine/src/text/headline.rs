//! Head-line case.

/// Words that stay small inside a head-line.
const SMALL: &[&str] = &[
    "a", "an", "the", "and", "or", "nor", "but", "of", "for", "to", "in", "on", "at", "by", "with", "from", "as", "vs",
    "via", "per", "de", "del", "la", "le", "les", "des", "du", "et", "y", "el", "los", "las", "para", "con", "di",
    "da", "dos", "das", "e", "und", "für", "mit", "im", "van", "voor", "en", "het", "een", "i", "w", "z", "na", "dla",
    "à", "au", "aux", "pour", "per", "il", "della",
];

/// Abbreviations that people type in lower case and read in capitals.
const CAPITALS: &[&str] = &[
    "seo", "faq", "diy", "usa", "uk", "eu", "tv", "led", "lcd", "oled", "usb", "pc", "ai", "api", "crm", "erp", "vpn",
    "gps", "hr", "ui", "ux", "pdf", "csv", "sql", "html", "css", "php", "ssd", "hdd", "gpu", "cpu", "ram", "atv",
    "suv", "bmw", "vw", "ikea", "hvac", "cbd", "ppc", "b2b", "b2c", "saas", "nas", "nfc", "hdmi",
];

/// Sets a Latin text in readable head-line case: words begin with a capital, small words inside do not, and
/// words that already hold a capital (`iPhone`, `NASA`) or belong to another script stay as typed.
pub fn title_case(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut out = String::with_capacity(text.len() + 4);
    let mut fresh = true;
    for (i, word) in words.iter().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        let edge = fresh || i + 1 == words.len();
        push_word(word, edge, &mut out);
        fresh = word.ends_with([':', '?', '!', '.', '–', '—']) || *word == "-";
    }
    out
}

fn push_word(word: &str, edge: bool, out: &mut String) {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    if bare.is_empty() || bare.chars().any(char::is_uppercase) {
        out.push_str(word);
        return;
    }
    if CAPITALS.contains(&bare) {
        out.push_str(&word.to_uppercase());
        return;
    }
    if !edge && SMALL.contains(&bare) {
        out.push_str(word);
        return;
    }
    let mut start = true;
    for c in word.chars() {
        if start && c.is_alphanumeric() {
            // Only letters that have a single capital: German sharp s and ligatures stay.
            let mut upper = c.to_uppercase();
            match (upper.next(), upper.next()) {
                (Some(u), None) => out.push(u),
                _ => out.push(c),
            }
            start = false;
        } else {
            out.push(c);
            if matches!(c, '-' | '/') && word.len() > 3 {
                start = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_lines_read_well() {
        assert_eq!(
            title_case("how to clean a coffee machine"),
            "How to Clean a Coffee Machine"
        );
        assert_eq!(title_case("iPhone vs NASA camera"), "iPhone vs NASA Camera");
        assert_eq!(title_case("seo for e-commerce"), "SEO for E-Commerce");
        assert_eq!(title_case("élan vital: the guide to"), "Élan Vital: The Guide To");
        assert_eq!(title_case("women's shoes"), "Women's Shoes");
        assert_eq!(title_case("3d printer"), "3d Printer");
        assert_eq!(title_case("学习中文"), "学习中文");
        assert_eq!(title_case(""), "");
    }
}
