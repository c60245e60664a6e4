//! Who works on which site and sector: the context that every signed-in page reads.

use entity::{ApiError, SectorId, SiteId, account::Balance, sector, site::WithSectors, user::Me, user::Role};
use leptos::{prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};

use crate::{accounts::api::current_user, billing::api::current_balance, browser};

const SITE_COOKIE: &str = "igny8_site";

/// What the server knows before it renders and the browser needs to render the same.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Start {
    me: Option<Me>,
    choice: Option<String>,
}

impl Start {
    /// Reads the request on the server; in the browser it is called only for pages reached without one.
    pub fn read() -> Self {
        Self {
            me: visitor(),
            choice: browser::cookie(SITE_COOKIE),
        }
    }

    /// The person is known already.
    pub fn is_known(&self) -> bool {
        self.me.is_some()
    }
}

/// The request comes from somebody who is signed in; nothing when there is no request, as when the server lists its
/// routes.
#[cfg(feature = "ssr")]
pub fn signed_in() -> Option<bool> {
    let parts = use_context::<axum::http::request::Parts>()?;
    Some(matches!(
        parts.extensions.get::<Option<domain::scope::Scope>>(),
        Some(Some(_))
    ))
}

#[cfg(feature = "ssr")]
fn visitor() -> Option<Me> {
    use_context::<axum::http::request::Parts>()
        .and_then(|parts| parts.extensions.get::<crate::context::ssr::Visitor>().cloned())
        .and_then(|visitor| visitor.0)
}

#[cfg(not(feature = "ssr"))]
fn visitor() -> Option<Me> {
    None
}

/// Who works on which site and sector. Every signed-in page has it: `let ws = use_workspace();`.
///
/// Resources depend on it: `Resource::new(move || (ws.site_id(), ws.sector_id()), …)`.
#[derive(Clone, Copy, Debug)]
pub struct Workspace {
    /// Who is signed in; empty only until the browser has asked after signing in.
    pub me: RwSignal<Option<Me>>,
    /// What the account has to spend.
    pub balance: RwSignal<Balance>,
    /// Why it is not known who is signed in, when asking failed.
    pub unknown: RwSignal<Option<ApiError>>,
    choice: RwSignal<(Option<SiteId>, Option<SectorId>)>,
}

/// The workspace of the page.
pub fn use_workspace() -> Workspace {
    expect_context::<Workspace>()
}

impl Workspace {
    /// Made once by the frame of the signed-in pages.
    pub fn new(start: Start) -> Self {
        let choice = start.choice.as_deref().map(parse).unwrap_or_default();
        let workspace = Self {
            me: RwSignal::new(None),
            balance: RwSignal::new(Balance::default()),
            unknown: RwSignal::new(None),
            choice: RwSignal::new(choice),
        };
        if let Some(me) = start.me {
            workspace.take(me);
        }
        workspace
    }

    fn take(self, me: Me) {
        self.balance.update(|balance| {
            balance.credits = me.account.credits;
            balance.reserved = me.account.reserved;
            balance.available = me.account.available();
            balance.is_low = me.credits_low;
        });
        self.me.set(Some(me));
    }

    /// The sites that the person may see.
    pub fn sites(self) -> Vec<WithSectors> {
        self.me
            .with(|me| me.as_ref().map(|me| me.sites.clone()).unwrap_or_default())
    }

    /// The site worked on: the chosen one, else the first active one.
    pub fn site(self) -> Option<WithSectors> {
        let chosen = self.choice.get().0;
        self.me.with(|me| {
            let sites = &me.as_ref()?.sites;
            sites
                .iter()
                .find(|entry| Some(entry.site.id) == chosen)
                .or_else(|| sites.iter().find(|entry| entry.site.is_active))
                .or_else(|| sites.first())
                .cloned()
        })
    }

    /// Identity of the site worked on; empty when the account has no site yet.
    pub fn site_id(self) -> Option<SiteId> {
        self.site().map(|entry| entry.site.id)
    }

    /// The active sectors of the site worked on.
    pub fn sectors(self) -> Vec<sector::Model> {
        self.site()
            .map(|entry| entry.sectors.into_iter().filter(|sector| sector.is_active).collect())
            .unwrap_or_default()
    }

    /// The sector chosen; empty means all sectors of the site.
    pub fn sector_id(self) -> Option<SectorId> {
        let chosen = self.choice.get().1?;
        self.sectors().iter().map(|sector| sector.id).find(|id| *id == chosen)
    }

    /// The sector that takes new things: the chosen one, else the only one, else the first.
    pub fn target_sector(self) -> Option<SectorId> {
        self.sector_id()
            .or_else(|| self.sectors().first().map(|sector| sector.id))
    }

    /// The person may change things.
    pub fn can_edit(self) -> bool {
        self.me
            .with(|me| me.as_ref().is_some_and(|me| me.user.role != Role::Viewer))
    }

    /// The person may manage the account: people, sites, settings.
    pub fn can_manage(self) -> bool {
        self.me.with(|me| {
            me.as_ref()
                .is_some_and(|me| !matches!(me.user.role, Role::Editor | Role::Viewer))
        })
    }

    /// Changes site and sector for every page, and remembers it.
    pub fn select(self, site: SiteId, sector: Option<SectorId>) {
        let sector_text = sector.map_or(0, |id| id.0);
        browser::set_cookie(SITE_COOKIE, &format!("{site}:{sector_text}"));
        self.choice.set((Some(site), sector));
    }

    /// Asks again who is signed in and which sites there are: after a site or sector changed.
    pub fn reload(self) {
        self.unknown.set(None);
        spawn_local(async move {
            match current_user().await {
                Ok(me) => self.take(me),
                Err(error) if error.code == "unauthenticated" => browser::go("/signin"),
                // Pages that are there already go on with what they know.
                Err(error) => {
                    self.unknown.try_set(Some(error));
                }
            }
        });
    }

    /// Asks again for the balance: after work that takes credits began or ended.
    pub fn refresh_credits(self) {
        spawn_local(async move {
            if let Ok(fresh) = current_balance().await {
                self.balance.set(fresh);
            }
        });
    }
}

/// `site:sector`, where sector 0 means all.
fn parse(text: &str) -> (Option<SiteId>, Option<SectorId>) {
    let (site, sector) = text.split_once(':').unwrap_or((text, ""));
    (site.parse().ok(), sector.parse().ok().filter(|id: &SectorId| id.0 > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_read_back_and_rubbish_is_no_choice() {
        assert_eq!(parse("3:7"), (Some(SiteId(3)), Some(SectorId(7))));
        assert_eq!(parse("3:0"), (Some(SiteId(3)), None));
        assert_eq!(parse("x"), (None, None));
    }
}
