//! Settings of the account and of this browser.

use leptos::prelude::*;

use super::SettingsTabs;
use crate::components::{PageHeader, chosen_theme, set_theme};

/// Settings of the account and of this browser.
#[component]
pub fn SettingsPage() -> impl IntoView {
    view! {
        <PageHeader title="Settings" purpose="How this application looks in this browser."/>
        <SettingsTabs/>
        <div class="max-w-3xl space-y-6">
            <Appearance/>
        </div>
    }
}

#[component]
fn Appearance() -> impl IntoView {
    let theme = RwSignal::new(None::<&'static str>);
    Effect::new(move |_| theme.set(Some(chosen_theme().unwrap_or_default())));
    let choice = move |value: &'static str, name: &'static str, text: &'static str| {
        view! {
            <label class="flex cursor-pointer items-start gap-3 rounded-field border border-base-300 p-3 has-checked:border-primary has-checked:bg-primary/5">
                <input
                    type="radio"
                    name="theme"
                    class="radio radio-sm radio-primary mt-0.5"
                    value=value
                    prop:checked=move || theme.get() == Some(value)
                    on:change=move |_| {
                        theme.set(Some(value));
                        set_theme(value);
                    }
                />
                <span>
                    <span class="block text-sm font-medium">{name}</span>
                    <span class="block text-xs muted">{text}</span>
                </span>
            </label>
        }
    };
    view! {
        <section class="panel p-5 sm:p-6" aria-labelledby="appearance">
            <h2 id="appearance" class="text-base font-semibold">"Appearance"</h2>
            <fieldset class="mt-4 grid gap-3 sm:grid-cols-3">
                <legend class="sr-only">"Theme"</legend>
                {choice("", "As the system", "Follows your device.")}
                {choice("igny8", "Light", "Ink on paper.")}
                {choice("igny8-dark", "Dark", "Easy on the eyes at night.")}
            </fieldset>
        </section>
    }
}
