//! Pictures of a site.

use std::collections::BTreeSet;

use entity::{
    ImageId, Page,
    ai_task::{AiFunction, Progress, Start},
    image::{self, ImageStatus, ImageType, Row},
};
use leptos::{children::ViewFn, prelude::*};

use super::{api::list_images, image_form::ImageForm};
use crate::{
    components::{
        AiLauncher, Badge, Dialog, EmptyState, ErrorState, FilterSelect, Icon, NeedsSite, PageHeader, ProgressPanel,
        Tag, ToolBar, bulk_bar, lu, options_of, page_links, use_running_task, use_toasts, use_url_state,
    },
    planner::parts::{chosen, use_may_edit},
    workspace::use_workspace,
};

/// What a card can set off.
#[derive(Clone, Copy)]
struct Actions {
    selection: RwSignal<BTreeSet<i64>>,
    edit: Callback<image::Model>,
    make: Callback<Vec<ImageId>>,
    may_edit: bool,
}

/// Pictures: look at them, change what they should show, make them.
#[component]
pub fn ImagesPage() -> impl IntoView {
    let workspace = use_workspace();
    let toasts = use_toasts();
    let url = use_url_state();
    let editing = RwSignal::new(None::<image::Model>);
    let edit_open = RwSignal::new(false);
    let request = RwSignal::new(None::<Start>);
    let task = use_running_task(&[AiFunction::GenerateImages]);
    let selection = RwSignal::new(BTreeSet::<i64>::new());
    let may_edit = use_may_edit();
    let filter = move || image::Filter {
        site_id: workspace.site_id(),
        sector_id: workspace.sector_id(),
        status: url.parsed("status"),
        content_id: url.parsed("content"),
        image_type: url.parsed("type"),
    };
    let rows = Resource::new(
        move || (filter(), url.list()),
        |(filter, query)| list_images(filter, query),
    );
    Effect::new(move |before: Option<_>| {
        let now = (filter(), url.get("search"));
        if before.is_some_and(|before| before != now) {
            selection.update(BTreeSet::clear);
        }
        now
    });

    let make = Callback::new(move |ids: Vec<ImageId>| request.set(Some(Start::GenerateImages { image_ids: ids })));
    let edit = Callback::new(move |image: image::Model| {
        editing.set(Some(image));
        edit_open.set(true);
    });
    let bulk = ViewFn::from(move || {
        view! {
            <button type="button" class="btn btn-primary btn-sm" on:click=move |_| make.run(chosen(selection, ImageId))>
                <Icon icon=lu::LuSparkles class="size-4"/>
                "Make images"
            </button>
        }
    });
    let statuses = options_of(ImageStatus::ALL, |status| (status.as_str(), status.label()));
    let kinds = options_of(ImageType::ALL, |kind| (kind.as_str(), kind.label()));
    let gallery = StoredValue::new((statuses, kinds));
    view! {
        <PageHeader title="Images" purpose="Pictures planned for your articles. Check what they should show, then have them made."/>
        <NeedsSite>
            <ProgressPanel task on_done=move |_: Progress| rows.refetch() on_step=move |_: Progress| rows.refetch()/>
            <section class="panel min-w-0" aria-label="Images">
                <div class="flex flex-wrap items-center gap-2 border-b border-base-300 p-3">
                    <ToolBar search="Search images">
                        <FilterSelect key="status" label="Status" options=gallery.with_value(|(statuses, _)| statuses.clone())/>
                        <FilterSelect key="type" label="Kind" options=gallery.with_value(|(_, kinds)| kinds.clone())/>
                    </ToolBar>
                    <Show when=move || may_edit.get()>
                        <button type="button" class="btn btn-sm js-only" on:click=move |_| select_page(rows, selection)>
                            "Select page"
                        </button>
                    </Show>
                </div>
                <Transition fallback=gallery_skeleton>
                    {move || rows.get().map(|result| match result {
                        Ok(page) if page.results.is_empty() => nothing(url.is_filtered()),
                        Ok(page) => {
                            let may_edit = may_edit.get();
                            let actions = Actions { selection, edit, make, may_edit };
                            view! {
                                <ul class="grid grid-cols-1 gap-4 p-4 sm:grid-cols-2 lg:grid-cols-3 2xl:grid-cols-4">
                                    {page.results.into_iter().map(|row| view! { <Card row actions/> }).collect_view()}
                                </ul>
                            }.into_any()
                        }
                        Err(error) => view! { <ErrorState error retry=move |()| rows.refetch()/> }.into_any(),
                    })}
                </Transition>
                {bulk_bar(selection, Some(bulk.clone()))}
                <Transition>
                    {move || rows.get().and_then(Result::ok).map(|page| {
                        page_links(url, (page.count, page.count_exact), page.page, page.page_size, page.pages())
                    })}
                </Transition>
            </section>
        </NeedsSite>
        <AiLauncher
            request task
            on_started=move |_| selection.update(BTreeSet::clear)
        />
        <Dialog open=edit_open title="Edit image">
            {move || editing.get_untracked().map(|stored| view! {
                <ImageForm
                    stored
                    on_saved=move |_| {
                        edit_open.set(false);
                        toasts.success("Image saved.");
                        rows.refetch();
                    }
                />
            })}
        </Dialog>
    }
}

type Rows = Resource<Result<Page<Row>, entity::ApiError>>;

/// Selects every picture of the page; when all are selected, none.
fn select_page(rows: Rows, selection: RwSignal<BTreeSet<i64>>) {
    let ids: Vec<i64> = rows.with_untracked(|rows| match rows {
        Some(Ok(page)) => page.results.iter().map(|row| row.image.id.0).collect(),
        _ => Vec::new(),
    });
    selection.update(|selection| {
        if ids.iter().all(|id| selection.contains(id)) {
            selection.retain(|id| !ids.contains(id));
        } else {
            selection.extend(ids);
        }
    });
}

/// A picture, planned or made.
#[component]
fn Card(row: Row, actions: Actions) -> impl IntoView {
    let Row { image, content_title } = row;
    let Actions {
        selection,
        edit,
        make,
        may_edit,
    } = actions;
    let id = image.id;
    let name = if image.alt_text.is_empty() {
        image.image_type.label().to_owned()
    } else {
        image.alt_text.clone()
    };
    let is_chosen = move || selection.with(|selection| selection.contains(&id.0));
    let toggle = move |_| {
        selection.update(|selection| {
            if !selection.remove(&id.0) {
                selection.insert(id.0);
            }
        });
    };
    let made = image.storage_key.is_some();
    let heading = image
        .heading
        .clone()
        .map(|heading| view! { <p class="text-xs muted">"Under “" {heading} "”"</p> });
    let article = image.content_id.map(|content| {
        view! {
            <a class="link link-hover line-clamp-1 text-sm font-medium" href=format!("/writer/content/{content}")>
                {content_title.unwrap_or_else(|| "Article".to_owned())}
            </a>
        }
    });
    let failure = image
        .error
        .clone()
        .filter(|_| image.status == ImageStatus::Failed)
        .map(|error| {
            view! {
                <p class="flex items-start gap-1 text-xs text-error">
                    <Icon icon=lu::LuCircleAlert class="mt-px size-3.5 flex-none"/>
                    <span class="min-w-0 wrap-anywhere">{error}</span>
                </p>
            }
        });
    let buttons = {
        let (stored, label) = (image.clone(), name.clone());
        may_edit.then(move || {
            view! {
                <div class="mt-auto flex gap-2 pt-1">
                    <button
                        type="button"
                        class="btn btn-xs js-only"
                        aria-label=format!("Edit “{label}”")
                        on:click=move |_| edit.run(stored.clone())
                    >
                        "Edit"
                    </button>
                    <button
                        type="button"
                        class="btn btn-xs js-only"
                        aria-label=format!("{} “{label}”", if made { "Make again" } else { "Make" })
                        on:click=move |_| make.run(vec![id])
                    >
                        {if made { "Make again" } else { "Make" }}
                    </button>
                </div>
            }
        })
    };
    view! {
        <li
            class="flex min-w-0 flex-col overflow-hidden rounded-box border border-base-300"
            class:border-primary=is_chosen
        >
            <div class="relative aspect-video bg-base-200">
                <Picture image=image.clone()/>
                {may_edit.then(|| view! {
                    <input
                        type="checkbox"
                        class="checkbox checkbox-primary js-only absolute top-2 right-2 bg-base-100"
                        aria-label=format!("Select “{name}”")
                        prop:checked=is_chosen
                        on:change=toggle
                    />
                })}
            </div>
            <div class="flex flex-1 flex-col gap-1.5 p-3">
                <div class="flex flex-wrap items-center gap-1.5">
                    <Tag>{image.image_type.label()}</Tag>
                    <Badge value=image.status/>
                </div>
                {article}
                {heading}
                {made.then(|| view! { <p class="line-clamp-2 text-xs muted">{image.prompt.clone()}</p> })}
                {failure}
                {buttons}
            </div>
        </li>
    }
}

/// The picture, or what it should show as long as there is none.
#[component]
pub(super) fn Picture(
    /// Planned or made.
    image: image::Model,
) -> impl IntoView {
    match image.url() {
        Some(address) => view! {
            <a href=address.clone() target="_blank" rel="noopener external" class="block size-full">
                <img
                    src=address.clone()
                    alt=image.alt_text
                    width=image.width.map(|width| width.to_string())
                    height=image.height.map(|height| height.to_string())
                    loading="lazy"
                    decoding="async"
                    class="size-full object-cover"
                />
            </a>
        }
        .into_any(),
        None => view! {
            <div class="flex size-full flex-col items-center justify-center gap-2 p-4 text-center">
                <Icon icon=lu::LuImage class="size-6 flex-none opacity-50"/>
                <p class="line-clamp-4 text-xs muted">{image.prompt}</p>
            </div>
        }
        .into_any(),
    }
}

fn nothing(filtered: bool) -> AnyView {
    if filtered {
        return view! { <p class="px-4 py-12 text-center text-sm">"Nothing matches these filters."</p> }.into_any();
    }
    view! {
        <EmptyState
            icon=lu::LuImage
            title="No images yet"
            text="Choose articles and plan their images: each gets a main picture and some between its paragraphs."
        >
            <a class="btn btn-primary btn-sm" href="/writer/content">"Go to content"</a>
        </EmptyState>
    }
    .into_any()
}

fn gallery_skeleton() -> impl IntoView {
    view! {
        <div class="grid grid-cols-1 gap-4 p-4 sm:grid-cols-2 lg:grid-cols-3" role="status" aria-label="Loading">
            {(0..6).map(|_| view! { <div class="skeleton aspect-video w-full rounded-box"></div> }).collect_view()}
        </div>
    }
}
