//! Numbers and times as people read them, the same on the server and in the browser.

use entity::Timestamp;
use leptos::prelude::*;

use crate::browser;

/// `1234567` as `1,234,567`.
pub fn number(value: impl Into<i64>) -> String {
    let value: i64 = value.into();
    let digits = value.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        text.push('\u{2212}');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number, or a dash where there is none.
pub fn optional_number(value: Option<impl Into<i64>>) -> String {
    value.map_or_else(|| "–".to_owned(), number)
}

/// `1 keyword`, `2,000 keywords`.
pub fn count(value: impl Into<i64>, one: &str, many: &str) -> String {
    let value: i64 = value.into();
    format!("{} {}", number(value), if value == 1 { one } else { many })
}

/// Millionths of a US dollar as `$0.0123`.
pub fn usd_micros(micros: i64) -> String {
    let sign = if micros < 0 { "\u{2212}" } else { "" };
    let micros = micros.unsigned_abs();
    let (whole, part) = (micros / 1_000_000, micros % 1_000_000);
    if part == 0 {
        format!("{sign}${whole}.00")
    } else {
        let part = format!("{part:06}");
        let part = part.trim_end_matches('0');
        format!("{sign}${whole}.{part:0<2}")
    }
}

/// Milliseconds as `0.8 s`, `12 s`, `2 min 5 s`.
pub fn duration(ms: i64) -> String {
    let ms = ms.max(0);
    match ms {
        0..=9_949 => format!("{}.{} s", (ms + 50) / 1000, (ms + 50) % 1000 / 100),
        9_950..=59_499 => format!("{} s", (ms + 500) / 1000),
        _ => {
            let seconds = (ms + 500) / 1000;
            format!("{} min {} s", number(seconds / 60), seconds % 60)
        }
    }
}

/// `20 Nov 2026`.
pub fn day(time: Timestamp) -> String {
    time.format("%-d %b %Y").to_string()
}

/// `20 Nov 2026, 17:52 UTC`.
pub fn day_and_time(time: Timestamp) -> String {
    time.format("%-d %b %Y, %H:%M UTC").to_string()
}

/// A point in time: in UTC from the server, and in words (`5 minutes ago`) once the page is alive, with the visitor's
/// own time as its title.
///
/// ```ignore
/// view! { <TimeAgo time=row.updated_at/> }
/// ```
#[component]
pub fn TimeAgo(
    /// When.
    time: Timestamp,
    /// IANA name of the zone that the title shows it in; the visitor's own unless told.
    #[prop(optional, into)]
    zone: String,
) -> impl IntoView {
    let exact = day_and_time(time);
    let text = RwSignal::new(exact.clone());
    let title = RwSignal::new(exact);
    Effect::new(move |_| {
        let then = time.timestamp_millis() as f64;
        text.set(ago(browser::now_ms() - then).unwrap_or_else(|| day(time)));
        let there = browser::time_in_zone(then, &zone);
        title.set(if zone.is_empty() || there.is_empty() {
            browser::local_time(then)
        } else {
            format!("{there} ({zone})")
        });
    });
    view! {
        <time datetime=time.to_rfc3339() title=move || title.get() class="whitespace-nowrap">
            {move || text.get()}
        </time>
    }
}

/// Words for a span of time, up to a month; nothing beyond that.
fn ago(ms: f64) -> Option<String> {
    let seconds = (ms / 1000.0).max(0.0) as i64;
    let text = match seconds {
        0..=44 => "just now".to_owned(),
        45..=5399 => format!("{} ago", count((seconds + 30) / 60, "minute", "minutes")),
        5400..=129_599 => format!("{} ago", count((seconds + 1800) / 3600, "hour", "hours")),
        129_600..=2_591_999 => format!("{} ago", count((seconds + 43_200) / 86_400, "day", "days")),
        _ => return None,
    };
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_separators() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1000), "1,000");
        assert_eq!(number(-1_234_567), "\u{2212}1,234,567");
        assert_eq!(number(i64::MIN), "\u{2212}9,223,372,036,854,775,808");
        assert_eq!(optional_number(None::<i64>), "–");
        assert_eq!(count(1, "keyword", "keywords"), "1 keyword");
    }

    #[test]
    fn dollars_keep_their_fractions() {
        assert_eq!(usd_micros(0), "$0.00");
        assert_eq!(usd_micros(1_500_000), "$1.50");
        assert_eq!(usd_micros(12_340), "$0.01234");
        assert_eq!(usd_micros(-2_000_000), "\u{2212}$2.00");
    }

    #[test]
    fn durations_are_short() {
        let all = [0, 840, 9_949, 9_950, 59_499, 59_500, 125_000].map(duration);
        assert_eq!(
            all,
            ["0.0 s", "0.8 s", "9.9 s", "10 s", "59 s", "1 min 0 s", "2 min 5 s"]
        );
    }

    #[test]
    fn spans_become_words() {
        assert_eq!(ago(0.0).as_deref(), Some("just now"));
        assert_eq!(ago(60_000.0).as_deref(), Some("1 minute ago"));
        assert_eq!(ago(2.0 * 3_600_000.0).as_deref(), Some("2 hours ago"));
        assert_eq!(ago(40.0 * 86_400_000.0), None);
    }
}
