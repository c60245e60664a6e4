//! The browser's memory, as far as the interface uses it. On the server all of this does nothing, and none of it is
//! called while a page renders.

/// Keeps a cookie for a year on the whole site.
pub fn set_cookie(name: &str, value: &str) {
    #[cfg(feature = "hydrate")]
    if let Some(document) = html_document() {
        let text = format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax");
        // Refused only when the visitor forbids cookies; then the choice lasts as long as the page.
        let _ = document.set_cookie(&text);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (name, value);
}

/// Reads a cookie.
pub fn cookie(name: &str) -> Option<String> {
    #[cfg(feature = "hydrate")]
    {
        let all = html_document()?.cookie().ok()?;
        all.split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
    }
    #[cfg(all(feature = "ssr", not(feature = "hydrate")))]
    {
        crate::context::ssr::cookie(name)
    }
    #[cfg(not(any(feature = "ssr", feature = "hydrate")))]
    {
        let _ = name;
        None
    }
}

/// Reads a value that this browser keeps for itself.
pub fn stored(key: &str) -> Option<String> {
    #[cfg(feature = "hydrate")]
    {
        storage()?.get_item(key).ok()?
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = key;
        None
    }
}

/// Keeps a value in this browser.
pub fn store(key: &str, value: &str) {
    #[cfg(feature = "hydrate")]
    if let Some(storage) = storage() {
        // Full or forbidden: the choice lasts as long as the page.
        let _ = storage.set_item(key, value);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (key, value);
}

/// Milliseconds since 1970.
pub fn now_ms() -> f64 {
    #[cfg(feature = "hydrate")]
    {
        js_sys::Date::now()
    }
    #[cfg(not(feature = "hydrate"))]
    {
        0.0
    }
}

/// A point in time in the visitor's zone and language.
pub fn local_time(ms: f64) -> String {
    #[cfg(feature = "hydrate")]
    {
        let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(ms));
        String::from(date.to_locale_string("default", &wasm_bindgen::JsValue::UNDEFINED))
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = ms;
        String::new()
    }
}

/// A name that nobody else has, for requests that must not count twice.
pub fn fresh_key() -> String {
    #[cfg(feature = "hydrate")]
    {
        format!(
            "{:x}-{:x}",
            js_sys::Date::now() as u64,
            (js_sys::Math::random() * 1e15) as u64
        )
    }
    #[cfg(not(feature = "hydrate"))]
    {
        String::new()
    }
}

/// Closes open menus, except the one that `keep` stands in.
pub fn close_menus(keep: Option<&leptos::web_sys::Node>) {
    if let Ok(Some(menu)) = leptos::prelude::document().query_selector("details.dropdown[open]")
        && (keep.is_none() || !menu.contains(keep))
    {
        // Removing an attribute is refused never.
        let _ = menu.remove_attribute("open");
    }
}

/// Leaves the page for another address, with a new request to the server.
pub fn go(address: &str) {
    #[cfg(feature = "hydrate")]
    if let Some(window) = web_sys::window() {
        // Refused only for addresses that are none.
        let _ = window.location().set_href(address);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = address;
}

#[cfg(feature = "hydrate")]
fn html_document() -> Option<web_sys::HtmlDocument> {
    use wasm_bindgen::JsCast;
    web_sys::window()?.document()?.dyn_into().ok()
}

#[cfg(feature = "hydrate")]
fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}
