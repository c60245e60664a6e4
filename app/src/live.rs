//! Values that arrive while the page is open.

use std::future::Future;

use entity::ApiError;
use leptos::prelude::*;
use serde::de::DeserializeOwned;

/// Follows the server-sent events of `address`, whose `data` is JSON of `T`, until `is_final` says so. When the stream
/// breaks, `poll` is asked once a second instead. Starts anew when the address changes; idle while it is empty.
///
/// ```ignore
/// let import = use_live(
///     Signal::derive(move || id.get().map(|id| format!("/events/imports/{id}"))),
///     move || async move { import_report(id).await.map(|report| report.import) },
///     |import| import.status.is_final(),
/// );
/// ```
pub fn use_live<T, F, Fut>(address: Signal<Option<String>>, poll: F, is_final: fn(&T) -> bool) -> ReadSignal<Option<T>>
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
    F: Fn() -> Fut + Clone + 'static,
    Fut: Future<Output = Result<T, ApiError>> + 'static,
{
    let (value, set_value) = signal(None::<T>);
    #[cfg(feature = "hydrate")]
    stream::follow(address, poll, is_final, set_value);
    #[cfg(not(feature = "hydrate"))]
    let _ = (address, poll, is_final, set_value);
    value
}

#[cfg(feature = "hydrate")]
mod stream {
    use std::{cell::Cell, future::Future, rc::Rc};

    use entity::ApiError;
    use leptos::{prelude::*, task::spawn_local};
    use serde::de::DeserializeOwned;
    use wasm_bindgen::{JsCast, closure::Closure};
    use web_sys::{EventSource, MessageEvent};

    /// An open stream with the functions it calls; closed when dropped.
    struct Open {
        source: EventSource,
        over: Rc<Cell<bool>>,
        _message: Closure<dyn FnMut(MessageEvent)>,
        _error: Closure<dyn FnMut()>,
    }

    impl Drop for Open {
        fn drop(&mut self) {
            self.over.set(true);
            self.source.set_onmessage(None);
            self.source.set_onerror(None);
            self.source.close();
        }
    }

    pub fn follow<T, F, Fut>(
        address: Signal<Option<String>>,
        poll: F,
        is_final: fn(&T) -> bool,
        set: WriteSignal<Option<T>>,
    ) where
        T: DeserializeOwned + Clone + Send + Sync + 'static,
        F: Fn() -> Fut + Clone + 'static,
        Fut: Future<Output = Result<T, ApiError>> + 'static,
    {
        let open = StoredValue::new_local(None::<Open>);
        Effect::new(move |_| {
            let address = address.get();
            open.set_value(None);
            set.set(None);
            if let Some(address) = address {
                open.set_value(start(&address, poll.clone(), is_final, set));
            }
        });
        on_cleanup(move || {
            open.try_update_value(|open| open.take());
        });
    }

    fn start<T, F, Fut>(address: &str, poll: F, is_final: fn(&T) -> bool, set: WriteSignal<Option<T>>) -> Option<Open>
    where
        T: DeserializeOwned + Clone + Send + Sync + 'static,
        F: Fn() -> Fut + Clone + 'static,
        Fut: Future<Output = Result<T, ApiError>> + 'static,
    {
        let source = EventSource::new(address).ok()?;
        let over = Rc::new(Cell::new(false));
        let message = Closure::<dyn FnMut(MessageEvent)>::new({
            let (source, over) = (source.clone(), over.clone());
            move |event: MessageEvent| {
                let Some(text) = event.data().as_string() else {
                    return;
                };
                let Ok(value) = serde_json::from_str::<T>(&text) else {
                    return;
                };
                if is_final(&value) {
                    over.set(true);
                    source.close();
                }
                set.try_set(Some(value));
            }
        });
        let error = Closure::<dyn FnMut()>::new({
            let (source, over) = (source.clone(), over.clone());
            move || {
                source.close();
                if !over.get() {
                    spawn_local(ask(poll.clone(), is_final, set, over.clone()));
                }
            }
        });
        source.set_onmessage(Some(message.as_ref().unchecked_ref()));
        source.set_onerror(Some(error.as_ref().unchecked_ref()));
        Some(Open {
            source,
            over,
            _message: message,
            _error: error,
        })
    }

    /// Asks once a second, for at most an hour, and gives up at once when the thing is not ours to see.
    async fn ask<T, F, Fut>(poll: F, is_final: fn(&T) -> bool, set: WriteSignal<Option<T>>, over: Rc<Cell<bool>>)
    where
        T: Clone + Send + Sync + 'static,
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, ApiError>>,
    {
        for _ in 0..3600 {
            if over.get() {
                return;
            }
            match poll().await {
                Ok(value) => {
                    let last = is_final(&value);
                    if over.get() || set.try_set(Some(value)).is_some() || last {
                        return;
                    }
                }
                Err(error) if matches!(error.code.as_str(), "not_found" | "unauthenticated" | "forbidden") => {
                    return;
                }
                Err(_) => {}
            }
            gloo_timers::future::TimeoutFuture::new(1000).await;
        }
    }
}
