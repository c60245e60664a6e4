//! One picture that was tried out.

use entity::{
    image_test::{ImageTestStatus, Model},
    provider_setting::Provider,
};
use leptos::prelude::*;

use super::{
    api::{delete_image_test, image_test},
    images_page::Draft,
};
use crate::{
    components::{ConfirmDialog, Icon, TimeAgo, duration, lu, usd_micros, use_toasts},
    live::use_live,
    planner::parts::act,
};

/// What a provider takes for a picture, in words.
fn price(test: &Model) -> String {
    match (test.provider, test.cost_usd_micros) {
        (Provider::Builtin, _) => "free".to_owned(),
        (_, Some(micros)) => usd_micros(micros),
        (_, None) => "price unknown".to_owned(),
    }
}

/// A test: the picture, what was asked, how long it took and what it cost.
#[component]
pub(super) fn TestCard(
    /// As it was when the page was loaded.
    test: Model,
    /// Where its prompt goes when it is used again.
    draft: Draft,
    /// Called when the list has changed.
    changed: Callback<()>,
    /// The person may try things out.
    may_test: Memo<bool>,
) -> impl IntoView {
    let toasts = use_toasts();
    let id = test.id;
    // Under way: followed until it ends.
    let live = !test.status.is_final();
    let news = use_live(
        Signal::derive(move || live.then(|| format!("/events/image-tests/{id}"))),
        move || image_test(id),
        |test: &Model| test.status.is_final(),
    );
    Effect::new(move |_| {
        if news.with(|news| news.as_ref().is_some_and(|test| test.status.is_final())) {
            changed.run(());
        }
    });
    let deleting = RwSignal::new(false);
    let delete = move |()| {
        act(toasts, delete_image_test(id), move |()| {
            toasts.success("The test is deleted.");
            changed.run(());
        });
    };
    let asked = StoredValue::new(test.clone());
    let again = move |_| {
        asked.with_value(|test| draft.take_up(test));
        toasts.success("Its words are in the form.");
    };
    let model = if test.provider == Provider::Builtin || test.model.is_empty() {
        test.provider.label().to_owned()
    } else {
        format!("{} · {}", test.provider.label(), test.model)
    };
    let facts = match test.status {
        ImageTestStatus::Done => {
            let took = test.duration_ms.map(duration).unwrap_or_default();
            format!("{} × {} · {took} · {}", test.width, test.height, price(&test))
        }
        _ => format!("{} × {}", test.width, test.height),
    };
    let status = test.status;
    let shown = test.prompt.clone();
    let stage = match status {
        ImageTestStatus::Done => {
            let src = format!("/files/image-tests/{id}");
            let href = src.clone();
            view! {
                <a href=href target="_blank" rel="external noopener" class="block bg-base-200">
                    <img src=src alt=shown.clone() class="aspect-[3/2] w-full object-contain" loading="lazy"/>
                </a>
            }
            .into_any()
        }
        ImageTestStatus::Failed => view! {
            <div class="grid aspect-[3/2] place-items-center bg-base-200 p-5" role="alert">
                <div class="flex max-w-sm items-start gap-2 text-sm text-error">
                    <Icon icon=lu::LuCircleAlert class="mt-0.5 size-4 flex-none"/>
                    <p class="wrap-anywhere">{test.error.clone().unwrap_or_else(|| "No reason was given.".to_owned())}</p>
                </div>
            </div>
        }
        .into_any(),
        ImageTestStatus::Queued | ImageTestStatus::Running => view! {
            <div class="skeleton grid aspect-[3/2] place-items-center rounded-none text-sm muted" role="status">
                {move || news.with(|news| news.as_ref().map_or(status, |test| test.status).label())}
            </div>
        }
        .into_any(),
    };
    view! {
        <li class="panel flex min-w-0 flex-col overflow-hidden" data-status=status.as_str()>
            {stage}
            <div class="flex flex-1 flex-col p-4">
                <p class="line-clamp-3 text-sm wrap-anywhere" title=test.prompt.clone()>{test.prompt.clone()}</p>
                <p class="mt-2 text-xs muted wrap-anywhere">{model}</p>
                <p class="text-xs muted tabular">{facts} " · " <TimeAgo time=test.created_at/></p>
                <Show when=move || may_test.get()>
                    <div class="mt-auto flex flex-wrap gap-2 pt-3">
                        <button type="button" class="btn btn-xs js-only" on:click=again>
                            <Icon icon=lu::LuRotateCcw class="size-3.5"/>
                            "Use again"
                        </button>
                        <button type="button" class="btn btn-ghost btn-xs js-only ml-auto" on:click=move |_| deleting.set(true)>
                            <Icon icon=lu::LuTrash2 class="size-3.5"/>
                            "Delete"
                        </button>
                    </div>
                </Show>
            </div>
            <ConfirmDialog
                open=deleting
                title="Delete this test?"
                text="Its picture is removed. It still counts for its day."
                confirm="Delete"
                on_confirm=delete
            />
        </li>
    }
}
