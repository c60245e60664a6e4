//! Cutting keywords into words, and numbering the words.

use rustc_hash::FxHashMap;

/// Words of scripts without spaces that are cut out whole, each with a word of [`super::facets::FACETS`] that asks the
/// same; an empty one for grammar.
#[rustfmt::skip]
pub(super) const UNSPACED: &[(&str, &str)] = &[
    // Chinese, simplified and traditional.
    ("多少钱", "price"), ("多少錢", "price"), ("价格", "price"), ("價格", "price"), ("价钱", "price"), ("費用", "price"), ("费用", "price"),
    ("便宜", "cheap"), ("推荐", "best"), ("推薦", "best"), ("最好", "best"), ("排行榜", "best"), ("排行", "best"),
    ("评测", "review"), ("評測", "review"), ("评价", "review"), ("評價", "review"), ("对比", "vs"), ("比较", "vs"), ("比較", "vs"), ("区别", "vs"), ("區別", "vs"),
    ("哪里买", "buy"), ("购买", "buy"), ("購買", "buy"), ("怎么用", "how to"), ("教程", "how to"), ("使用方法", "how to"), ("如何", "how to"), ("怎么", "how to"), ("怎麼", "how to"),
    ("维修", "repair"), ("維修", "repair"), ("修理", "repair"), ("清洁", "clean"), ("清潔", "clean"), ("清洗", "clean"), ("安装", "install"), ("安裝", "install"),
    ("二手", "used"), ("免费", "free"), ("免費", "free"), ("是什么", "what is"), ("是什麼", "what is"), ("尺寸", "size"),
    // Japanese.
    ("おすすめ", "best"), ("オススメ", "best"), ("お勧め", "best"), ("ランキング", "best"), ("人気", "best"), ("値段", "price"), ("価格", "price"), ("料金", "price"),
    ("口コミ", "review"), ("レビュー", "review"), ("評判", "review"), ("違い", "vs"), ("使い方", "how to"), ("方法", "how to"), ("やり方", "how to"),
    ("激安", "cheap"), ("安い", "cheap"), ("格安", "cheap"), ("通販", "buy"), ("購入", "buy"), ("販売", "buy"), ("中古", "used"), ("無料", "free"), ("とは", "what is"),
    ("掃除", "clean"), ("洗い方", "clean"), ("設置", "install"), ("取り付け", "install"), ("レンタル", "rent"), ("サイズ", "size"), ("初心者", "beginner"),
    ("の", ""), ("は", ""), ("が", ""), ("を", ""), ("に", ""), ("で", ""), ("的", ""), ("吗", ""), ("呢", ""),
    // Thai.
    ("ราคา", "price"), ("รีวิว", "review"), ("ซื้อ", "buy"), ("วิธี", "how to"),
];

/// Cuts a text into words: letters and digits; scripts without spaces into what is known of them and pairs of characters.
pub(super) fn split(text: &str, mut word: impl FnMut(&str)) {
    let mut rest = text;
    while let Some(start) = rest.find(char::is_alphanumeric) {
        rest = &rest[start..];
        let end = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '\'' || unicode_normalization::char::is_combining_mark(c)))
            .unwrap_or(rest.len());
        let token = &rest[..end];
        rest = &rest[end..];
        if token.is_ascii() {
            // "women's" is "womens" and "l'eau" is "l eau": the shorter side tells which.
            match token.split_once('\'') {
                Some((a, b)) if a.len() < b.len() => {
                    for part in [a, b].into_iter().filter(|p| !p.is_empty()) {
                        word(&part.replace('\'', ""));
                    }
                }
                Some(_) => word(&token.replace('\'', "")),
                None => word(token),
            }
            continue;
        }
        if token.chars().any(is_unspaced) {
            unspaced(token, &mut word);
            continue;
        }
        match token.split_once('\'') {
            Some((a, b)) if a.chars().count() <= 2 || a.chars().count() < b.chars().count() => {
                word(a);
                word(&b.replace('\'', ""));
            }
            _ => word(&token.replace('\'', "")),
        }
    }
}

/// Known words whole, runs of katakana and of letters of other scripts whole, the rest in overlapping pairs.
fn unspaced(token: &str, word: &mut impl FnMut(&str)) {
    let mut rest = token;
    let mut run = String::new();
    let mut kind = Kind::Pairs;
    while let Some(c) = rest.chars().next() {
        // The longest that fits; single characters of grammar only between others, or they would cut words apart.
        let known = UNSPACED
            .iter()
            .map(|(known, _)| *known)
            .filter(|known| rest.starts_with(known) && (known.chars().count() > 1 || between(&run, rest)))
            .max_by_key(|known| known.len());
        if let Some(known) = known {
            flush(&mut run, kind, word);
            word(known);
            rest = &rest[known.len()..];
            continue;
        }
        let next = Kind::of(c);
        if next != kind {
            flush(&mut run, kind, word);
            kind = next;
        }
        run.push(c);
        rest = &rest[c.len_utf8()..];
    }
    flush(&mut run, kind, word);
}

/// Whether the particle at the beginning of `rest` stands after something and is no part of a longer hiragana word.
fn between(run: &str, rest: &str) -> bool {
    let hiragana = |c: char| matches!(c, '\u{3040}'..='\u{309f}');
    let mut after = rest.chars();
    let particle = after.next();
    let before = run.chars().last();
    if !particle.is_some_and(hiragana) {
        // 的 and its like.
        return before.is_some();
    }
    before.is_some_and(|c| !hiragana(c)) && after.next().is_none_or(|c| !hiragana(c))
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Pairs,
    Whole,
}

impl Kind {
    fn of(c: char) -> Kind {
        // Katakana is written for foreign words, which are as long as in other scripts.
        if is_unspaced(c) && !matches!(c, '\u{30a0}'..='\u{30ff}') {
            Kind::Pairs
        } else {
            Kind::Whole
        }
    }
}

fn flush(run: &mut String, kind: Kind, word: &mut impl FnMut(&str)) {
    if run.is_empty() {
        return;
    }
    if kind == Kind::Whole {
        word(run.trim_matches('\''));
    } else {
        let at: Vec<usize> = run.char_indices().map(|(i, _)| i).collect();
        if at.len() < 3 {
            word(run);
        } else {
            for i in 0..at.len() - 1 {
                word(&run[at[i]..at.get(i + 2).copied().unwrap_or(run.len())]);
            }
        }
    }
    run.clear();
}

/// Scripts that are written without spaces: Japanese, Chinese, Thai, Lao, Burmese, Khmer.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

/// Numbers for words, by first sight.
#[derive(Default)]
pub(super) struct Interner {
    ids: FxHashMap<String, u32>,
    pub(super) words: Vec<String>,
}

impl Interner {
    pub(super) fn id(&mut self, word: &str) -> u32 {
        if let Some(&id) = self.ids.get(word) {
            return id;
        }
        let id = self.words.len() as u32;
        self.ids.insert(word.to_owned(), id);
        self.words.push(word.to_owned());
        id
    }

    pub(super) fn known(&self, word: &str) -> Option<u32> {
        self.ids.get(word).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        split(text, |w| out.push(w.to_owned()));
        out
    }

    #[test]
    fn apostrophes_join_or_part() {
        assert_eq!(words("women's l'eau"), ["womens", "l", "eau"]);
        assert_eq!(words("l'été dell'università"), ["l", "été", "dell", "università"]);
        assert_eq!(words("wi-fi 6e"), ["wi", "fi", "6e"]);
    }

    #[test]
    fn known_words_are_cut_out_of_unspaced_scripts() {
        assert_eq!(words("咖啡机价格"), ["咖啡", "啡机", "价格"]);
        assert_eq!(
            words("コーヒーメーカーのおすすめ"),
            ["コーヒーメーカー", "の", "おすすめ"]
        );
        assert_eq!(words("iphone手机"), ["iphone", "手机"]);
        assert_eq!(words("のり"), ["のり"]);
    }
}
