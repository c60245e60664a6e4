//! Windows over the page, made of the browser's own dialog.

use leptos::{ev, html, prelude::*, wasm_bindgen::JsCast, web_sys};

use super::icon::{Icon, lu};
use crate::browser;

/// A window over the page. Its content is made anew each time it opens, so forms in it start fresh.
///
/// ```ignore
/// let open = RwSignal::new(false);
/// view! {
///     <button on:click=move |_| open.set(true)>"Add"</button>
///     <Dialog open title="Add keyword">
///         <KeywordForm done=move || open.set(false)/>
///     </Dialog>
/// }
/// ```
#[component]
pub fn Dialog(
    /// Shown or not; closing sets it to false.
    open: RwSignal<bool>,
    /// What it is.
    #[prop(into)]
    title: Signal<String>,
    /// For tables and long forms.
    #[prop(optional)]
    wide: bool,
    /// What is in it.
    children: ChildrenFn,
) -> impl IntoView {
    sheet(open, title, if wide { "sheet wide" } else { "sheet" }, children)
}

/// A window at the right edge, for details beside a list. Used like [`Dialog`].
///
/// ```ignore
/// view! { <Drawer open title="Edit idea">…</Drawer> }
/// ```
#[component]
pub fn Drawer(
    /// Shown or not; closing sets it to false.
    open: RwSignal<bool>,
    /// What it is.
    #[prop(into)]
    title: Signal<String>,
    /// What is in it.
    children: ChildrenFn,
) -> impl IntoView {
    sheet(open, title, "sheet side", children)
}

fn sheet(open: RwSignal<bool>, title: Signal<String>, class: &'static str, children: ChildrenFn) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => {
                if dialog.show_modal().is_err() {
                    open.set(false);
                }
                // The content is made in the same turn; the first field is there one frame later.
                request_animation_frame(move || focus_first_field(&dialog));
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    // A click on the backdrop reaches the dialog element itself; one inside reaches an inner element.
    let backdrop = move |event: ev::MouseEvent| {
        let outside = node.get_untracked().is_some_and(|dialog| {
            event.target().is_some_and(|target| {
                let dialog: &web_sys::EventTarget = dialog.as_ref();
                &target == dialog
            })
        });
        if outside {
            open.set(false);
        }
    };
    view! {
        <dialog
            node_ref=node
            class=class
            aria-label=move || title.get()
            on:close=move |_| {
                open.set(false);
                // The browser gives the focus back to what opened the window, unless that is gone by then.
                request_animation_frame(browser::focus_content_if_lost);
            }
            on:mousedown=backdrop
        >
            <Show when=move || open.get()>
                <div class="flex max-h-[calc(100dvh-2rem)] flex-col">
                    <div class="flex items-center justify-between gap-4 border-b border-base-300 px-5 py-3.5">
                        <h2 class="text-base font-semibold">{move || title.get()}</h2>
                        <button
                            type="button"
                            class="btn btn-ghost btn-sm btn-square"
                            aria-label="Close"
                            on:click=move |_| open.set(false)
                        >
                            <Icon icon=lu::LuX/>
                        </button>
                    </div>
                    <div class="min-h-0 flex-1 overflow-y-auto p-5">{children()}</div>
                </div>
            </Show>
        </dialog>
    }
}

/// Whoever opens a form wants to fill it in, so its first field and not the cross gets the focus; in a question it is the
/// answer that does nothing.
fn focus_first_field(dialog: &web_sys::HtmlDialogElement) {
    let field = "form input:not([type=hidden]):not([type=checkbox]), form select, form textarea, [data-first]";
    if let Ok(Some(found)) = dialog.query_selector(field)
        && let Ok(found) = found.dyn_into::<web_sys::HtmlElement>()
    {
        // Refused only for what cannot have the focus.
        let _ = found.focus();
    }
}

/// Asks before something that cannot be taken back.
///
/// ```ignore
/// view! {
///     <ConfirmDialog open title="Delete 12 keywords?" text="They leave their clusters too." confirm="Delete"
///         on_confirm=move |()| delete.dispatch(ids())/>
/// }
/// ```
#[component]
pub fn ConfirmDialog(
    /// Shown or not; both buttons set it to false.
    open: RwSignal<bool>,
    /// The question.
    #[prop(into)]
    title: Signal<String>,
    /// What it means.
    #[prop(into)]
    text: Signal<String>,
    /// Word on the button that does it.
    #[prop(into)]
    confirm: String,
    /// False for things that can be undone.
    #[prop(default = true)]
    danger: bool,
    /// Does it.
    #[prop(into)]
    on_confirm: Callback<()>,
) -> impl IntoView {
    let class = if danger {
        "btn btn-error btn-sm"
    } else {
        "btn btn-primary btn-sm"
    };
    view! {
        <Dialog open title>
            <p class="text-sm">{move || text.get()}</p>
            <div class="mt-5 flex justify-end gap-2">
                <button type="button" class="btn btn-sm" data-first="" on:click=move |_| open.set(false)>"Cancel"</button>
                <button
                    type="button"
                    class=class
                    on:click=move |_| {
                        open.set(false);
                        on_confirm.run(());
                    }
                >
                    {confirm.clone()}
                </button>
            </div>
        </Dialog>
    }
}
