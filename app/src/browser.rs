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

/// Keeps a value in this tab, over reloads, until it is closed.
pub fn keep_in_tab(key: &str, value: &str) {
    #[cfg(feature = "hydrate")]
    if let Some(storage) = tab_storage() {
        // Full or forbidden: whoever reads it finds nothing and says so.
        let _ = storage.set_item(key, value);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (key, value);
}

/// Reads a value that this tab keeps. Nothing on the server, so not while a page renders.
pub fn kept_in_tab(key: &str) -> Option<String> {
    #[cfg(feature = "hydrate")]
    {
        tab_storage()?.get_item(key).ok()?
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = key;
        None
    }
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

/// Puts a text into the clipboard.
pub fn copy(text: &str) {
    #[cfg(feature = "hydrate")]
    if let Some(window) = web_sys::window() {
        // Refused where the page may not; then the text is still there to be marked by hand.
        let _ = window.navigator().clipboard().write_text(text);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = text;
}

/// A point in time in a zone of the world (IANA name), in the visitor's language. Empty on the server and for a zone
/// that the browser does not know.
pub fn time_in_zone(ms: f64, zone: &str) -> String {
    #[cfg(feature = "hydrate")]
    {
        let options = js_sys::Object::new();
        for (key, value) in [("timeZone", zone), ("dateStyle", "medium"), ("timeStyle", "short")] {
            // Refused only for frozen objects.
            let _ = js_sys::Reflect::set(&options, &key.into(), &value.into());
        }
        let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(ms));
        call(
            &date,
            "toLocaleString",
            &[wasm_bindgen::JsValue::UNDEFINED, options.into()],
        )
        .and_then(|text| text.as_string())
        .unwrap_or_default()
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = (ms, zone);
        String::new()
    }
}

/// Zones of the world that the browser knows (IANA names), the visitor's own first. Empty on the server.
pub fn time_zones() -> Vec<String> {
    #[cfg(feature = "hydrate")]
    {
        let own = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new()).resolved_options();
        let own = js_sys::Reflect::get(&own, &"timeZone".into())
            .ok()
            .and_then(|zone| zone.as_string());
        let all = js_sys::Reflect::get(&js_sys::global(), &"Intl".into())
            .ok()
            .and_then(|intl| call(&intl, "supportedValuesOf", &["timeZone".into()]))
            .map(|all| js_sys::Array::from(&all))
            .unwrap_or_default();
        own.into_iter()
            .chain(["UTC".to_owned()])
            .chain(all.iter().filter_map(|zone| zone.as_string()))
            .collect()
    }
    #[cfg(not(feature = "hydrate"))]
    {
        Vec::new()
    }
}

/// What a method of an object returns; nothing when it is not there or throws.
#[cfg(feature = "hydrate")]
fn call(
    object: &wasm_bindgen::JsValue,
    method: &str,
    values: &[wasm_bindgen::JsValue],
) -> Option<wasm_bindgen::JsValue> {
    use wasm_bindgen::JsCast;
    let method: js_sys::Function = js_sys::Reflect::get(object, &method.into()).ok()?.dyn_into().ok()?;
    method.apply(object, &values.iter().collect::<js_sys::Array>()).ok()
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

/// Closes the open menu; the focus goes to what opened it. False when there was none, or a window is open over the page.
pub fn leave_menu() -> bool {
    let document = leptos::prelude::document();
    if let Ok(Some(_)) = document.query_selector("dialog[open]") {
        return false;
    }
    let Ok(Some(menu)) = document.query_selector("details.dropdown[open]") else {
        return false;
    };
    // Removing an attribute is refused never.
    let _ = menu.remove_attribute("open");
    if let Ok(Some(summary)) = menu.query_selector("summary") {
        focus(&summary);
    }
    true
}

/// Gives the focus to an element.
pub fn focus(element: &leptos::web_sys::Element) {
    use leptos::wasm_bindgen::JsCast;
    if let Some(element) = element.dyn_ref::<leptos::web_sys::HtmlElement>() {
        // Refused only for what cannot have the focus.
        let _ = element.focus();
    }
}

/// Whether nothing has the focus: what had it is gone from the page.
pub fn has_no_focus() -> bool {
    let document = leptos::prelude::document();
    match (document.active_element(), document.body()) {
        (Some(active), Some(body)) => {
            let body: &leptos::web_sys::Element = body.as_ref();
            &active == body
        }
        _ => true,
    }
}

/// When nothing has the focus, the content of the page takes it: whoever works with the keyboard goes on from there and not
/// from the top.
pub fn focus_content_if_lost() {
    if has_no_focus()
        && let Ok(Some(content)) = leptos::prelude::document().query_selector("#content")
    {
        focus(&content);
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
fn tab_storage() -> Option<web_sys::Storage> {
    web_sys::window()?.session_storage().ok()?
}

#[cfg(feature = "hydrate")]
fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}
