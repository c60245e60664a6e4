//! The rich text editor: a script of its own that only the article page loads.

use leptos::{html, prelude::*};

/// Whether the editor can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RichState {
    /// Its script is on its way.
    Loading,
    /// In use.
    Ready,
    /// Its script did not come: the text is edited as HTML.
    Missing,
}

/// The rich text editor of the page.
#[derive(Clone, Copy)]
pub(super) struct Rich {
    /// Whether it can be used.
    pub state: RwSignal<RichState>,
    /// Grows with each move of the cursor, so that buttons show what they are at.
    tick: RwSignal<u32>,
    #[cfg(feature = "hydrate")]
    mounted: StoredValue<Option<in_browser::Mounted>, LocalStorage>,
}

impl Rich {
    /// Not loaded yet.
    pub fn new() -> Self {
        Self {
            state: RwSignal::new(RichState::Loading),
            tick: RwSignal::new(0),
            #[cfg(feature = "hydrate")]
            mounted: StoredValue::new_local(None),
        }
    }

    /// Loads the script and puts the editor into `place` with the text of `html`, which follows every change.
    pub fn start(self, place: NodeRef<html::Div>, html: RwSignal<String>) {
        #[cfg(feature = "hydrate")]
        {
            Effect::new(move |started: Option<bool>| {
                let here = place.get().is_some();
                if here && started != Some(true) {
                    leptos::task::spawn_local(in_browser::start(self, place, html));
                }
                here || started == Some(true)
            });
            on_cleanup(move || {
                self.mounted.try_update_value(Option::take);
            });
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = (place, html);
    }

    /// Changes the text at the cursor.
    pub fn command(self, name: &str, argument: Option<&str>) {
        #[cfg(feature = "hydrate")]
        self.mounted.try_with_value(|mounted| {
            if let Some(mounted) = mounted {
                mounted.command(name, argument);
            }
        });
        #[cfg(not(feature = "hydrate"))]
        let _ = (name, argument);
    }

    /// The cursor stands in something that `name` made; tracked.
    pub fn is_active(self, name: &str) -> bool {
        self.tick.track();
        #[cfg(feature = "hydrate")]
        {
            self.mounted
                .try_with_value(|mounted| mounted.as_ref().is_some_and(|mounted| mounted.is_active(name)))
                .unwrap_or(false)
        }
        #[cfg(not(feature = "hydrate"))]
        {
            let _ = name;
            false
        }
    }

    /// Replaces the whole text.
    pub fn set_html(self, html: &str) {
        #[cfg(feature = "hydrate")]
        self.mounted.try_with_value(|mounted| {
            if let Some(mounted) = mounted {
                mounted.set_html(html);
            }
        });
        #[cfg(not(feature = "hydrate"))]
        let _ = html;
    }
}

/// Puts a text into the clipboard; false when the browser does not allow it.
pub(super) async fn copy_text(text: &str) -> bool {
    #[cfg(feature = "hydrate")]
    {
        in_browser::copy_text(text).await
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = text;
        false
    }
}

/// Elements that the rich text editor does not know: their text stays, their form would be lost.
pub(super) fn unknown_elements(html: &str) -> Vec<String> {
    const KNOWN: [&str; 37] = [
        "a",
        "b",
        "blockquote",
        "br",
        "code",
        "col",
        "colgroup",
        "del",
        "div",
        "em",
        "h2",
        "h3",
        "h4",
        "hr",
        "i",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "section",
        "span",
        "strike",
        "strong",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
        "article",
        "main",
        "header",
    ];
    let mut found = Vec::new();
    for part in html.split('<').skip(1) {
        let name: String = part
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase();
        if !name.is_empty() && !KNOWN.contains(&name.as_str()) && !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

#[cfg(feature = "hydrate")]
mod in_browser {
    use js_sys::{Array, Function, Promise, Reflect};
    use leptos::{html, prelude::*};
    use wasm_bindgen::{JsCast, JsValue, closure::Closure};
    use wasm_bindgen_futures::JsFuture;

    use super::{Rich, RichState};

    const SCRIPT: &str = "/vendor/editor.js";

    /// An editor in its place, with the functions it calls; removed when dropped.
    pub struct Mounted {
        handle: JsValue,
        place: web_sys::EventTarget,
        _change: Closure<dyn FnMut(String)>,
        moved: Closure<dyn FnMut()>,
    }

    impl Mounted {
        fn call(&self, method: &str, arguments: &Array) -> Option<JsValue> {
            let function = Reflect::get(&self.handle, &method.into())
                .ok()?
                .dyn_into::<Function>()
                .ok()?;
            function.apply(&self.handle, arguments).ok()
        }

        pub fn command(&self, name: &str, argument: Option<&str>) {
            let arguments = Array::of1(&name.into());
            if let Some(argument) = argument {
                arguments.push(&argument.into());
            }
            self.call("command", &arguments);
        }

        pub fn is_active(&self, name: &str) -> bool {
            self.call("isActive", &Array::of1(&name.into()))
                .is_some_and(|value| value.is_truthy())
        }

        pub fn set_html(&self, html: &str) {
            self.call("setHTML", &Array::of1(&html.into()));
        }
    }

    impl Drop for Mounted {
        fn drop(&mut self) {
            // Refused only when it was never added.
            let _ = self
                .place
                .remove_event_listener_with_callback("igny8:state", self.moved.as_ref().unchecked_ref());
            self.call("destroy", &Array::new());
        }
    }

    pub async fn start(rich: Rich, place: NodeRef<html::Div>, html: RwSignal<String>) {
        if !load().await {
            rich.state.try_set(RichState::Missing);
            return;
        }
        let element = place.try_get_untracked().flatten();
        let text = html.try_get_untracked();
        let (Some(element), Some(text)) = (element, text) else {
            return;
        };
        match mount(rich, element.unchecked_into(), &text, html) {
            Some(mounted) => {
                rich.mounted.try_update_value(|slot| *slot = Some(mounted));
                rich.state.try_set(RichState::Ready);
                rich.tick.try_update(|tick| *tick = tick.wrapping_add(1));
            }
            None => {
                rich.state.try_set(RichState::Missing);
            }
        }
    }

    fn mount(rich: Rich, place: web_sys::EventTarget, text: &str, html: RwSignal<String>) -> Option<Mounted> {
        let api = api()?;
        let function = Reflect::get(&api, &"mount".into()).ok()?.dyn_into::<Function>().ok()?;
        let change = Closure::<dyn FnMut(String)>::new(move |text: String| {
            html.try_set(text);
        });
        let moved = Closure::<dyn FnMut()>::new(move || {
            rich.tick.try_update(|tick| *tick = tick.wrapping_add(1));
        });
        let handle = function
            .call3(&api, place.as_ref(), &text.into(), change.as_ref())
            .ok()?;
        place
            .add_event_listener_with_callback("igny8:state", moved.as_ref().unchecked_ref())
            .ok()?;
        Some(Mounted {
            handle,
            place,
            _change: change,
            moved,
        })
    }

    fn api() -> Option<JsValue> {
        let api = Reflect::get(web_sys::window()?.as_ref(), &"igny8Editor".into()).ok()?;
        api.is_object().then_some(api)
    }

    async fn load() -> bool {
        if api().is_some() {
            return true;
        }
        let Some(document) = web_sys::window().and_then(|window| window.document()) else {
            return false;
        };
        let Ok(script) = document.create_element("script") else {
            return false;
        };
        let loaded = Promise::new(&mut |resolve, reject| {
            // Refused only for broken elements; then nothing is ever called and the page stays with HTML.
            let _ = script.add_event_listener_with_callback("load", &resolve);
            let _ = script.add_event_listener_with_callback("error", &reject);
        });
        if script.set_attribute("src", SCRIPT).is_err() {
            return false;
        }
        let Some(body) = document.body() else { return false };
        body.append_child(&script).is_ok() && JsFuture::from(loaded).await.is_ok() && api().is_some()
    }

    pub async fn copy_text(text: &str) -> bool {
        let Some(window) = web_sys::window() else { return false };
        let navigator = window.navigator();
        // Absent on pages that did not come over a safe connection.
        let there = Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|clipboard| clipboard.is_object());
        there && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::unknown_elements;

    #[test]
    fn elements_that_the_editor_would_drop_are_named_once() {
        assert!(unknown_elements("<h2>A</h2><p>1 < 2 <br/><strong>b</strong></p>").is_empty());
        let found = unknown_elements("<figure><img src=\"a\"><FIGCAPTION>x</FIGCAPTION></figure><figure></figure>");
        assert_eq!(found, ["figure", "figcaption"]);
    }
}
