//! Short messages in the corner.

use std::time::Duration;

use entity::ApiError;
use leptos::prelude::*;

use super::icon::{Icon, lu};

#[derive(Clone, Debug, PartialEq, Eq)]
struct Message {
    id: u32,
    bad: bool,
    text: String,
}

/// Gives messages to the corner of the page: `use_toasts().success("Saved.")`.
#[derive(Clone, Copy, Debug)]
pub struct Toasts {
    messages: RwSignal<Vec<Message>>,
    next: StoredValue<u32>,
}

/// Makes the corner; called once, at the root.
pub fn provide_toasts() {
    provide_context(Toasts {
        messages: RwSignal::new(Vec::new()),
        next: StoredValue::new(0),
    });
}

/// The corner of the page.
///
/// ```ignore
/// let toasts = use_toasts();
/// match api::save(..).await { Ok(_) => toasts.success("Saved."), Err(error) => toasts.error(&error) }
/// ```
pub fn use_toasts() -> Toasts {
    expect_context::<Toasts>()
}

impl Toasts {
    /// Something worked; goes away by itself.
    pub fn success(self, text: impl Into<String>) {
        self.show(false, text.into(), 5);
    }

    /// Something failed.
    pub fn error(self, error: &ApiError) {
        self.failure(error.message.clone());
    }

    /// Something failed, in own words.
    pub fn failure(self, text: impl Into<String>) {
        self.show(true, text.into(), 12);
    }

    fn show(self, bad: bool, text: String, seconds: u64) {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        self.messages.update(|messages| {
            messages.push(Message { id, bad, text });
            let surplus = messages.len().saturating_sub(4);
            messages.drain(..surplus);
        });
        set_timeout(move || self.close(id), Duration::from_secs(seconds));
    }

    fn close(self, id: u32) {
        self.messages
            .try_update(|messages| messages.retain(|message| message.id != id));
    }
}

/// Where messages appear; once, in the shell.
#[component]
pub fn Toaster() -> impl IntoView {
    let toasts = use_toasts();
    view! {
        <div
            role="status"
            aria-live="polite"
            class="pointer-events-none fixed inset-x-3 bottom-3 z-50 flex flex-col items-end gap-2 sm:left-auto sm:w-96"
        >
            <For each=move || toasts.messages.get() key=|message| message.id let:message>
                <div class="panel pointer-events-auto flex w-full items-start gap-3 p-3 text-sm shadow-lg">
                    <span class=if message.bad { "text-error" } else { "text-success" }>
                        <Icon icon=if message.bad { lu::LuCircleAlert } else { lu::LuCircleCheck }/>
                    </span>
                    <p class="min-w-0 flex-1 wrap-anywhere">{message.text.clone()}</p>
                    <button
                        type="button"
                        class="btn btn-ghost btn-xs btn-square"
                        aria-label="Close message"
                        on:click=move |_| toasts.close(message.id)
                    >
                        <Icon icon=lu::LuX class="size-4"/>
                    </button>
                </div>
            </For>
        </div>
    }
}
