//! Pictures of one article.

use entity::{
    ImageId,
    ai_task::{AiFunction, Progress, Start},
    image::{self, ImageStatus},
};
use leptos::{prelude::*, task::spawn_local};

use super::{draft::Draft, image_form::ImageForm, images_page::Picture};
use crate::components::{AiLauncher, Badge, Dialog, Icon, ProgressPanel, Tag, lu, use_running_task, use_toasts};

/// Pictures of the article: plan them, make them.
#[component]
pub(super) fn ImagesPanel(
    /// The article.
    draft: Draft,
) -> impl IntoView {
    let toasts = use_toasts();
    let request = RwSignal::new(None::<Start>);
    let task = use_running_task(&[AiFunction::GenerateImagePrompts, AiFunction::GenerateImages]);
    let editing = RwSignal::new(None::<image::Model>);
    let edit_open = RwSignal::new(false);
    let refresh = move || spawn_local(draft.refresh());
    let open = Memo::new(move |_| {
        draft.images.with(|images| {
            let wanted = images
                .iter()
                .filter(|image| matches!(image.status, ImageStatus::Pending | ImageStatus::Failed));
            wanted.map(|image| image.id).collect::<Vec<ImageId>>()
        })
    });
    // The description is made from the text, so the newest text goes first.
    let plan = move |_| {
        spawn_local(async move {
            if draft.settle().await {
                request.try_set(Some(Start::GenerateImagePrompts {
                    content_ids: vec![draft.id],
                }));
            }
        });
    };
    let make = move |ids: Vec<ImageId>| request.set(Some(Start::GenerateImages { image_ids: ids }));
    let edit = Callback::new(move |image: image::Model| {
        editing.set(Some(image));
        edit_open.set(true);
    });
    let make_one = Callback::new(move |id: ImageId| make(vec![id]));
    view! {
        <h2 class="sr-only">"Images"</h2>
        <ProgressPanel task on_done=move |_: Progress| refresh() on_step=move |_: Progress| refresh()/>
        <div class="mb-4 flex flex-wrap gap-2">
            <button type="button" class="btn btn-sm" on:click=plan>
                <Icon icon=lu::LuImagePlus class="size-4"/>
                {move || if draft.images.with(Vec::is_empty) { "Plan images" } else { "Plan again" }}
            </button>
            <Show when=move || open.with(|open| !open.is_empty())>
                <button type="button" class="btn btn-primary btn-sm" on:click=move |_| make(open.get_untracked())>
                    <Icon icon=lu::LuSparkles class="size-4"/>
                    {move || format!("Make {}", open.with(Vec::len))}
                </button>
            </Show>
        </div>
        <Show
            when=move || draft.images.with(|images| !images.is_empty())
            fallback=|| view! {
                <p class="text-sm muted">"No images are planned. Planning reads the article and says what each picture should show."</p>
            }
        >
            <ul class="space-y-4">
                {move || draft.images.get().into_iter().map(|image| view! { <Item image edit make=make_one/> }).collect_view()}
            </ul>
        </Show>
        <AiLauncher request task/>
        <Dialog open=edit_open title="Edit image">
            {move || editing.get_untracked().map(|stored| view! {
                <ImageForm
                    stored
                    on_saved=move |_| {
                        edit_open.set(false);
                        toasts.success("Image saved.");
                        refresh();
                    }
                />
            })}
        </Dialog>
    }
}

#[component]
fn Item(image: image::Model, edit: Callback<image::Model>, make: Callback<ImageId>) -> impl IntoView {
    let id = image.id;
    let name = image
        .heading
        .clone()
        .unwrap_or_else(|| image.image_type.label().to_owned());
    let word = if image.storage_key.is_some() {
        "Make again"
    } else {
        "Make"
    };
    let failure = image.error.clone().filter(|_| image.status == ImageStatus::Failed);
    let stored = image.clone();
    view! {
        <li class="overflow-hidden rounded-box border border-base-300">
            <div class="aspect-video bg-base-200"><Picture image=image.clone()/></div>
            <div class="space-y-1.5 p-3">
                <div class="flex flex-wrap items-center gap-1.5">
                    <Tag>{image.image_type.label()}</Tag>
                    <Badge value=image.status/>
                </div>
                {image.heading.clone().map(|heading| view! { <p class="text-xs muted">"Under “" {heading} "”"</p> })}
                {failure.map(|error| view! { <p class="text-xs text-error wrap-anywhere">{error}</p> })}
                <div class="flex gap-2">
                    <button type="button" class="btn btn-xs" aria-label=format!("Edit “{name}”") on:click=move |_| edit.run(stored.clone())>
                        "Edit"
                    </button>
                    <button type="button" class="btn btn-xs" aria-label=format!("{word} “{name}”") on:click=move |_| make.run(id)>
                        {word}
                    </button>
                </div>
            </div>
        </li>
    }
}
