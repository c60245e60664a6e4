//! How often callers may call: a budget for each person and one for each address that nobody signed in from.
//!
//! Kept in memory, each server for itself: several servers allow several times as much.

use std::{num::NonZeroU32, time::Duration};

use governor::{
    RateLimiter,
    clock::{Clock, MonotonicClock},
    state::keyed::HashMapStateStore,
};

use crate::{Error, Result, config, scope::Scope};

type Budget = RateLimiter<String, HashMapStateStore<String>, MonotonicClock>;

/// Callers remembered before those who have not called for a while are forgotten.
const REMEMBERED: usize = 20_000;

/// How often callers may call.
pub struct Throttle {
    people: Option<Budget>,
    addresses: Option<Budget>,
}

impl Throttle {
    /// Budgets as the settings say.
    pub fn new(limits: &config::Limits) -> Self {
        Self {
            people: budget(limits.requests_per_minute),
            addresses: budget(limits.anonymous_requests_per_minute),
        }
    }

    /// Counts a request of somebody who is known: of the key that they came with, or of the person.
    ///
    /// # Errors
    /// [`Error::TooMany`] with the time to wait.
    pub fn person(&self, scope: &Scope) -> Result<()> {
        let who = match (&scope.key_id, scope.user) {
            (Some(key), _) => format!("key:{key}"),
            (None, Some(user)) => format!("user:{user}"),
            (None, None) => format!("account:{}", scope.account),
        };
        count(self.people.as_ref(), who)
    }

    /// Counts a request from an address that nobody signed in from, or could not.
    ///
    /// # Errors
    /// [`Error::TooMany`] with the time to wait.
    pub fn address(&self, address: &str) -> Result<()> {
        count(self.addresses.as_ref(), network(address))
    }
}

/// Who has one address of the sixth version of the internet protocol has its whole /64.
pub(crate) fn network(address: &str) -> String {
    match address.parse::<std::net::Ipv6Addr>() {
        Ok(address) if address.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        _ => address.to_owned(),
    }
}

fn budget(per_minute: u32) -> Option<Budget> {
    let quota = governor::Quota::per_minute(NonZeroU32::new(per_minute)?);
    Some(RateLimiter::new(quota, HashMapStateStore::default(), MonotonicClock))
}

fn count(budget: Option<&Budget>, who: String) -> Result<()> {
    let Some(budget) = budget else {
        return Ok(());
    };
    if budget.len() > REMEMBERED {
        budget.retain_recent();
    }
    budget.check_key(&who).map_err(|until| {
        let wait = until.wait_time_from(MonotonicClock.now());
        Error::TooMany {
            message: "Too many requests. Slow down and try again in a moment.".to_owned(),
            retry_after: wait.max(Duration::from_secs(1)).as_millis().div_ceil(1_000) as u64,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::AccountId;

    #[test]
    fn each_caller_has_a_budget_of_its_own() {
        let throttle = Throttle::new(&config::Limits {
            requests_per_minute: 3,
            anonymous_requests_per_minute: 1,
            ..config::Limits::default()
        });
        let ann = Scope::system(AccountId(1));
        for _ in 0..3 {
            assert!(throttle.person(&ann).is_ok());
        }
        match throttle.person(&ann) {
            Err(Error::TooMany { retry_after, .. }) => assert!((1..=60).contains(&retry_after), "{retry_after}"),
            other => panic!("{other:?}"),
        }
        assert!(throttle.person(&Scope::system(AccountId(2))).is_ok());
        assert!(throttle.address("192.0.2.1").is_ok());
        assert!(throttle.address("192.0.2.1").is_err());
        assert!(throttle.address("192.0.2.2").is_ok());
        assert!(throttle.address("2001:db8::1").is_ok());
        assert!(throttle.address("2001:db8::2").is_err(), "the same network");
        assert!(throttle.address("2001:db8:0:1::2").is_ok());
    }

    #[test]
    fn no_limit_is_no_limit() {
        let throttle = Throttle::new(&config::Limits {
            requests_per_minute: 0,
            anonymous_requests_per_minute: 0,
            ..config::Limits::default()
        });
        for _ in 0..5_000 {
            assert!(throttle.address("192.0.2.1").is_ok());
        }
    }
}
