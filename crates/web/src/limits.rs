//! Rate limits: token buckets by purpose and by whoever is limited.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};
use kernel::{Code, Error, Result};

/// What is limited, and how much of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Limit {
    /// Sign-in tries from one address: 20 a minute.
    SignInByIp,
    /// Failed sign-in tries for one account: 10, then one every 30 s.
    SignInByAccount,
    /// Submitted forms from one address: 10, then one every 20 s.
    FormByIp,
    /// Messages of one chat visitor: 30, then one a second.
    ChatByVisitor,
    /// New visitors from one address: 60, then one every 2 s.
    VisitorByIp,
    /// Uploads of one caller: 60, then one a second.
    UploadByCaller,
    /// Pictures of other hosts, fetched for one workspace: 300, then 20 a second.
    PictureByWorkspace,
    /// Calls without any valid credential from one address: 300, then 10 a second.
    AnonymousByIp,
}

const ALL: [Limit; 8] = [
    Limit::SignInByIp,
    Limit::SignInByAccount,
    Limit::FormByIp,
    Limit::ChatByVisitor,
    Limit::VisitorByIp,
    Limit::UploadByCaller,
    Limit::PictureByWorkspace,
    Limit::AnonymousByIp,
];

impl Limit {
    /// How many at once, and the time after which one more is given.
    fn quota(self) -> (u32, Duration) {
        match self {
            Self::SignInByIp => (20, Duration::from_secs(3)),
            Self::SignInByAccount => (10, Duration::from_secs(30)),
            Self::FormByIp => (10, Duration::from_secs(20)),
            Self::ChatByVisitor => (30, Duration::from_secs(1)),
            Self::VisitorByIp => (60, Duration::from_secs(2)),
            Self::UploadByCaller => (60, Duration::from_secs(1)),
            Self::PictureByWorkspace => (300, Duration::from_millis(50)),
            Self::AnonymousByIp => (300, Duration::from_millis(100)),
        }
    }
}

type Buckets = DefaultKeyedRateLimiter<String>;

/// All buckets of this process.
#[derive(Clone)]
pub struct Limits {
    buckets: Arc<Vec<Buckets>>,
    /// Who was refused, and until when.
    refused: Arc<Mutex<HashMap<(Limit, String), Instant>>>,
    off: bool,
}

impl Default for Limits {
    fn default() -> Self {
        let buckets = ALL.map(|limit| {
            let (burst, period) = limit.quota();
            let burst = NonZeroU32::new(burst).expect("every limit allows at least one");
            let quota = Quota::with_period(period).expect("every limit has a period").allow_burst(burst);
            RateLimiter::keyed(quota)
        });
        Self { buckets: Arc::new(Vec::from(buckets)), refused: Arc::default(), off: false }
    }
}

impl Limits {
    /// Nothing is limited: for load generators on the same machine.
    pub fn off() -> Self {
        Self { off: true, ..Self::default() }
    }

    /// Takes one token, or says in how many seconds there will be one.
    pub fn take(&self, limit: Limit, key: &str) -> Result<()> {
        if self.off {
            return Ok(());
        }
        let index = ALL.iter().position(|known| *known == limit).expect("every limit is listed");
        let buckets = &self.buckets[index];
        match buckets.check_key(&key.to_owned()) {
            Ok(()) => Ok(()),
            Err(until) => {
                let wait = until.wait_time_from(governor::clock::DefaultClock::default().now());
                let mut refused = self.refused.lock().expect("no panic while held");
                refused.insert((limit, key.to_owned()), Instant::now() + wait);
                Err(too_many(wait))
            }
        }
    }

    /// Refuses whoever was refused before and still has to wait. Takes nothing: for limits that count only failures.
    pub fn check(&self, limit: Limit, key: &str) -> Result<()> {
        let refused = self.refused.lock().expect("no panic while held");
        let until = refused.get(&(limit, key.to_owned())).copied();
        match until.and_then(|until| until.checked_duration_since(Instant::now())) {
            Some(wait) if !wait.is_zero() => Err(too_many(wait)),
            _ => Ok(()),
        }
    }

    /// Forgets whoever has full buckets again; called now and then.
    pub fn sweep(&self) {
        self.buckets.iter().for_each(Buckets::retain_recent);
        let now = Instant::now();
        self.refused.lock().expect("no panic while held").retain(|_, until| *until > now);
    }
}

fn too_many(wait: Duration) -> Error {
    Error::new(Code::TooManyRequests).detail(wait.as_secs().max(1).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_wrong_try_has_to_wait_and_a_stranger_does_not() {
        let limits = Limits::default();
        for _ in 0..10 {
            limits.take(Limit::SignInByAccount, "anna").expect("allowed");
        }
        let refused = limits.take(Limit::SignInByAccount, "anna").expect_err("refused");
        assert_eq!(refused.code, Code::TooManyRequests);
        assert!(refused.detail.expect("a time").parse::<u64>().expect("seconds") > 20);
        limits.take(Limit::SignInByAccount, "reka").expect("another account is free");
        assert!(limits.check(Limit::SignInByAccount, "anna").is_err());
        limits.check(Limit::SignInByAccount, "reka").expect("another account is free");
    }
}
