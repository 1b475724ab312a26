//! The watcher, before a real Dovecot and before servers that misbehave.

mod broken;
mod dovecot;
mod fake;
mod proxy;
mod steady;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use egress::{Grant, Target, Tls, TlsMode};
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Instant, timeout},
};

use super::{Cursor, Fetched, FirstSync, Health, ImapConfig, ImapWatcher, MailSink, Moved};
use crate::email::wire::credentials::Credentials;

pub const PATIENCE: Duration = Duration::from_secs(30);

/// Where a sink stops dead, as if the machine had.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Crash {
    BeforeCommit,
    AfterCommit,
}

/// What a database would hold: it survives the watchers that write to it.
#[derive(Default)]
pub struct Record {
    pub cursor: Option<Cursor>,
    pub mails: Vec<(u32, Fetched)>,
    pub moved: Vec<Moved>,
    pub health: Vec<Health>,
    pub crash: Option<Crash>,
    pub crashed: bool,
    pub refuse: bool,
}

impl Record {
    pub fn bodies(&self) -> Vec<String> {
        self.mails
            .iter()
            .map(|(_, mail)| match mail {
                Fetched::Whole(raw) => String::from_utf8_lossy(raw).into_owned(),
                Fetched::Beginning { raw, size } => format!("beginning of {size:?}: {} bytes", raw.len()),
                Fetched::Unreadable => "unreadable".to_owned(),
            })
            .collect()
    }

    pub fn is_up_to_date(&self) -> bool {
        matches!(self.health.last(), Some(Health::UpToDate { .. }))
    }

    pub fn failures(&self) -> Vec<String> {
        let failed = self.health.iter().filter_map(|health| match health {
            Health::Failed { trouble, .. } => Some(trouble.clone()),
            _ => None,
        });
        failed.collect()
    }
}

#[derive(Clone)]
pub struct Vault {
    pub record: Arc<Mutex<Record>>,
    changed: watch::Sender<()>,
}

impl Vault {
    pub fn new() -> Self {
        Self { record: Arc::default(), changed: watch::Sender::new(()) }
    }

    pub fn edit<R>(&self, edit: impl FnOnce(&mut Record) -> R) -> R {
        let result = edit(&mut self.record.lock().unwrap());
        self.changed.send_replace(());
        result
    }

    pub fn read<R>(&self, read: impl FnOnce(&Record) -> R) -> R {
        read(&self.record.lock().unwrap())
    }

    pub fn bodies(&self) -> Vec<String> {
        self.read(Record::bodies)
    }

    /// Waits until the record is as it should become.
    #[track_caller]
    pub fn until(&self, awaited: &str, condition: impl Fn(&Record) -> bool) -> impl Future<Output = ()> {
        let at = std::panic::Location::caller();
        let mut changed = self.changed.subscribe();
        async move {
            let deadline = Instant::now() + PATIENCE;
            loop {
                if self.read(&condition) {
                    return;
                }
                if tokio::time::timeout_at(deadline, changed.changed()).await.is_err() {
                    let (bodies, health) = self.read(|record| (record.bodies(), record.health.clone()));
                    panic!("{at}: waited in vain for {awaited}: {bodies:?} {health:?}");
                }
            }
        }
    }

    pub async fn until_count(&self, count: usize) {
        self.until(&format!("{count} mails"), |record| record.mails.len() >= count && record.is_up_to_date())
            .await;
    }
}

impl MailSink for Vault {
    async fn cursor(&self) -> kernel::Result<Option<Cursor>> {
        Ok(self.read(|record| record.cursor))
    }

    async fn moved(&self, cursor: Cursor, why: Moved) -> kernel::Result<()> {
        self.edit(|record| {
            record.cursor = Some(cursor);
            record.moved.push(why);
        });
        Ok(())
    }

    async fn keep(&self, cursor: Cursor, mail: Fetched) -> kernel::Result<()> {
        let crash = self.edit(|record| {
            if record.refuse {
                return Err(kernel::Error::new(kernel::Code::StorageFull));
            }
            let crash = record.crash.take();
            if crash != Some(Crash::BeforeCommit) {
                record.cursor = Some(cursor);
                record.mails.push((cursor.last_uid, mail));
            }
            record.crashed = crash.is_some();
            Ok(crash)
        })?;
        if crash.is_some() {
            std::future::pending::<()>().await;
        }
        Ok(())
    }

    fn health(&self, health: &Health) {
        self.edit(|record| record.health.push(health.clone()));
    }
}

/// A watcher at work.
pub struct Running {
    task: JoinHandle<()>,
    stop: watch::Sender<bool>,
}

impl Running {
    pub fn start(config: ImapConfig, vault: &Vault) -> Self {
        let (stop, stopped) = watch::channel(false);
        let vault = vault.clone();
        vault.edit(|record| record.health.clear());
        let task = tokio::spawn(async move { ImapWatcher::new(config).run(vault, stopped).await });
        Self { task, stop }
    }

    /// As SIGKILL would.
    pub async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }

    pub async fn stop(self) {
        self.stop.send_replace(true);
        timeout(PATIENCE, self.task).await.expect("the watcher stops").unwrap();
    }
}

pub fn config(address: SocketAddr, user: &str) -> ImapConfig {
    let credentials = Credentials::Password { user: user.to_owned(), password: "secret".to_owned() };
    let target = Target::new(address.ip().to_string(), address.port());
    ImapConfig {
        grant: Grant::Operator,
        first_sync: FirstSync::Everything,
        retry: Duration::from_millis(1),
        ..ImapConfig::new(target, Tls::new(TlsMode::None), credentials)
    }
}
