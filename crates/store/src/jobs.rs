//! Jobs and timers: rows written in the transaction that decided them, leased to a worker, retried, or dead and visible.

use std::{collections::HashMap, future::Future, pin::Pin, sync::Arc, time::Duration};

use kernel::{Caller, Code, Error, JobId, Result, Timestamp, WorkspaceId, fault};
use serde_json::Value as Json;
use tokio::{
    sync::{Semaphore, watch},
    task::JoinSet,
    time::Instant,
};

use crate::{Db, Read, Row, Tx, cursors::is_of_the_database, params};

/// How long a worker may hold a job before another may take it.
const LEASE: Duration = Duration::from_secs(90);
const WORKERS: usize = 16;
/// Between two looks whether the disk has room again.
const NO_ROOM: Duration = Duration::from_secs(1);
const MAX_ATTEMPTS: i64 = 12;
const COLUMNS: &str = "workspace_id, id, kind, payload, state, run_at, attempts, last_error, created_at";

/// A job to be written.
#[derive(Clone, Debug)]
pub struct NewJob {
    pub kind: &'static str,
    pub payload: Json,
    /// When; `None` = at once.
    pub run_at: Option<Timestamp>,
    /// Of waiting jobs with one key only the last written stays.
    pub key: Option<String>,
}

impl NewJob {
    pub fn new(kind: &'static str, payload: Json) -> Self {
        Self { kind, payload, run_at: None, key: None }
    }

    #[must_use]
    pub fn at(mut self, time: Timestamp) -> Self {
        self.run_at = Some(time);
        self
    }

    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }
}

/// A job in the hands of a worker.
#[derive(Clone, Debug)]
pub struct Job {
    pub workspace: WorkspaceId,
    pub id: JobId,
    pub kind: String,
    pub payload: Json,
    /// 1 on the first try; also the fencing number of the lease.
    pub attempts: i64,
}

impl Job {
    /// The program itself, in the workspace of the job.
    pub fn caller(&self) -> Caller {
        Caller::system(self.workspace, &self.kind)
    }

    /// Whether it is given up when it fails now.
    pub fn is_last_try(&self) -> bool {
        self.attempts >= MAX_ATTEMPTS
    }

    /// Ends the job inside the transaction of its effect. Refused when the lease has passed to another worker.
    pub fn finish(&self, tx: &mut Tx<'_>) -> Result<()> {
        let sql = "DELETE FROM jobs WHERE workspace_id = $1 AND id = $2 AND attempts = $3";
        match tx.execute(sql, params![self.workspace, self.id, self.attempts])? {
            0 => Err(Error::new(Code::Conflict).detail("the lease of this job has passed on")),
            _ => Ok(()),
        }
    }
}

/// Why a job did not end well.
#[derive(Debug)]
pub enum JobFailure {
    /// Try again after this time.
    Retry(Duration, String),
    /// Never try again by itself; shown, replayable.
    Dead(String),
}

impl From<Error> for JobFailure {
    fn from(error: Error) -> Self {
        Self::Retry(Duration::ZERO, error.to_string())
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JobState {
    Queued,
    Running,
    Dead,
}

impl JobState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Dead => "dead",
        }
    }
}

/// A job as it is shown.
#[derive(Clone, Debug)]
pub struct JobRow {
    pub id: JobId,
    pub kind: String,
    pub state: String,
    pub run_at: Timestamp,
    pub attempts: i64,
    pub last_error: Option<String>,
    pub created_at: Timestamp,
}

type Outcome = Pin<Box<dyn Future<Output = Result<(), JobFailure>> + Send>>;
type Handler = Arc<dyn Fn(Job) -> Outcome + Send + Sync>;

/// The workers: which kind of job is done by what.
#[derive(Clone)]
pub struct Jobs {
    db: Db,
    handlers: HashMap<&'static str, Handler>,
}

impl Jobs {
    pub fn new(db: &Db) -> Self {
        Self { db: db.clone(), handlers: HashMap::new() }
    }

    /// Names the handler of a kind.
    #[must_use]
    pub fn on<F, Fut>(mut self, kind: &'static str, handler: F) -> Self
    where
        F: Fn(Job) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), JobFailure>> + Send + 'static,
    {
        self.handlers.insert(kind, Arc::new(move |job| Box::pin(handler(job))));
        self
    }

    /// Works until told to stop, then waits for the jobs in hand. Sleeps until the next due time when idle.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        // Whatever this node still holds was leased by a predecessor that is gone.
        let node = self.db.node().to_owned();
        log_failure(self.db.system("jobs", move |tx| free_leases(tx, &node)).await);
        let slots = Arc::new(Semaphore::new(if fault::is_off("job-workers") { 1 } else { WORKERS }));
        let mut running = JoinSet::new();
        let mut wake = self.db.bus().jobs();
        while !*stop.borrow() {
            wake.borrow_and_update();
            while running.try_join_next().is_some() {}
            let free = slots.available_permits();
            let claimed = if free == 0 { Ok(Vec::new()) } else { self.claim(free).await };
            let claimed = claimed.unwrap_or_else(|error| {
                tracing::error!(%error, "jobs cannot be claimed; trying again");
                Vec::new()
            });
            let idle = claimed.is_empty();
            for job in claimed {
                let Ok(permit) = Arc::clone(&slots).acquire_owned().await else { break };
                let jobs = self.clone();
                running.spawn(async move {
                    jobs.work(job).await;
                    drop(permit);
                });
            }
            if idle {
                let pause = self.until_next().await;
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    _ = wake.changed() => {}
                    Some(_) = running.join_next(), if !running.is_empty() => {}
                    _ = stop.changed() => {}
                }
            }
        }
        while running.join_next().await.is_some() {}
    }

    /// Works everything that is due now, one after the other; gives the number of jobs worked. For tests and tools.
    pub async fn run_due(&self) -> Result<usize> {
        let mut worked = 0;
        loop {
            let claimed = self.claim(1).await?;
            if claimed.is_empty() {
                return Ok(worked);
            }
            for job in claimed {
                self.work(job).await;
                worked += 1;
            }
        }
    }

    /// Nothing while the disk is nearly full: a job that can keep nothing would only use up its tries.
    async fn claim(&self, limit: usize) -> Result<Vec<Job>> {
        if self.db.room().admit().is_err() {
            return Ok(Vec::new());
        }
        let now = self.db.clock().now();
        let none_due =
            self.db.system_read("jobs", move |read| Ok(next_due(read)?.is_none_or(|due| due > now))).await?;
        if none_due {
            return Ok(Vec::new());
        }
        let node = self.db.node().to_owned();
        self.db.system("jobs", move |tx| claim(tx, limit, &node)).await
    }

    async fn until_next(&self) -> Duration {
        if self.db.room().is_low() {
            return NO_ROOM;
        }
        let next = self.db.system_read("jobs", next_due).await.unwrap_or(None);
        let far = Duration::from_secs(3_600);
        next.map_or(far, |due| (due - self.db.clock().now()).clamp(Duration::from_millis(1), far))
    }

    async fn work(&self, job: Job) {
        let outcome = match self.handlers.get(job.kind.as_str()) {
            None => Err(JobFailure::Dead(format!("nothing here does {}", job.kind))),
            Some(handler) => tokio::spawn(handler(job.clone())).await.unwrap_or_else(|_| {
                Err(JobFailure::Retry(Duration::from_secs(60), "the worker panicked".into()))
            }),
        };
        log_failure(self.conclude(job, outcome).await);
    }

    /// For want of room it is tried as long as the job is ours: else it would rest until its lease has run out.
    async fn conclude(&self, job: Job, outcome: Result<(), JobFailure>) -> Result<()> {
        let ending = Arc::new((job, outcome));
        let given_up = Instant::now() + LEASE;
        loop {
            let ending = Arc::clone(&ending);
            let written = self.db.system("jobs", move |tx| conclude(tx, &ending.0, &ending.1)).await;
            match written {
                Err(error) if is_of_the_database(&error) && Instant::now() < given_up => {
                    tokio::time::sleep(NO_ROOM).await;
                }
                written => return written,
            }
        }
    }
}

fn log_failure(outcome: Result<()>) {
    if let Err(error) = outcome {
        tracing::error!(%error, "the end of a job could not be written; its lease will run out");
    }
}

pub(crate) fn insert(tx: &mut Tx<'_>, job: NewJob) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    if let Some(key) = &job.key {
        tx.execute_later(
            "DELETE FROM jobs WHERE workspace_id = $1 AND dedupe_key = $2 AND state = 'queued'",
            params![workspace, key],
        )?;
    }
    tx.execute_later(
        "INSERT INTO jobs (workspace_id, id, kind, payload, dedupe_key, state, run_at, attempts, created_at)
         VALUES ($1, $2, $3, $4, $5, 'queued', $6, 0, $7)",
        params![workspace, JobId::new(), job.kind, &job.payload, job.key, job.run_at.unwrap_or(now), now],
    )
}

/// `run_at` of a running job is the end of its lease, so that one condition finds both the due and the abandoned.
fn claim(tx: &mut Tx<'_>, limit: usize, node: &str) -> Result<Vec<Job>> {
    let sql = format!(
        "UPDATE jobs SET state = 'running', attempts = attempts + 1, run_at = $2, holder = $4
         WHERE (workspace_id, id) IN (
             SELECT workspace_id, id FROM jobs WHERE state <> 'dead' AND run_at <= $1 ORDER BY run_at LIMIT $3{})
         RETURNING workspace_id, id, kind, payload, attempts",
        tx.dialect().for_update_skip_locked()
    );
    let now = tx.now();
    tx.rows(&sql, params![now, now + LEASE, limit, node])?
        .iter()
        .map(|row| {
            Ok(Job {
                workspace: row.get(0)?,
                id: row.get(1)?,
                kind: row.get(2)?,
                payload: row.get(3)?,
                attempts: row.get(4)?,
            })
        })
        .collect()
}

fn next_due(read: &mut Read<'_>) -> Result<Option<Timestamp>> {
    read.one("SELECT MIN(run_at) FROM jobs WHERE state <> 'dead'", &[])?.get(0)
}

fn free_leases(tx: &mut Tx<'_>, node: &str) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE jobs SET state = 'queued', run_at = $1 WHERE state = 'running' AND holder = $2",
        params![now, node],
    )?;
    Ok(())
}

fn conclude(tx: &mut Tx<'_>, job: &Job, outcome: &Result<(), JobFailure>) -> Result<()> {
    let (state, run_at, error) = match outcome {
        Ok(()) => {
            // Gone already when the handler finished it with its effect.
            tx.execute_later(
                "DELETE FROM jobs WHERE workspace_id = $1 AND id = $2 AND attempts = $3",
                params![job.workspace, job.id, job.attempts],
            )?;
            return Ok(());
        }
        Err(JobFailure::Retry(_, reason)) if job.is_last_try() => (JobState::Dead, tx.now(), reason),
        Err(JobFailure::Retry(after, reason)) => {
            (JobState::Queued, tx.now() + back_off(*after, job.attempts), reason)
        }
        Err(JobFailure::Dead(reason)) => (JobState::Dead, tx.now(), reason),
    };
    tracing::warn!(kind = job.kind, id = %job.id, attempts = job.attempts, state = state.as_str(), "a job failed");
    tx.execute_later(
        "UPDATE jobs SET state = $4, run_at = $5, last_error = $6 WHERE workspace_id = $1 AND id = $2 AND attempts = $3",
        params![job.workspace, job.id, job.attempts, state.as_str(), run_at, error],
    )
}

/// 2 s, 4 s, 8 s … 1 h, unless the handler asked for a longer pause.
fn back_off(asked: Duration, attempts: i64) -> Duration {
    let exponent = u32::try_from(attempts.clamp(1, 12)).unwrap_or(12);
    Duration::from_secs(2_u64.pow(exponent).min(3_600)).max(asked)
}

/// Dead jobs of the workspace, newest first, after `before` when paging.
pub fn dead_jobs(read: &mut Read<'_>, before: Option<JobId>, limit: usize) -> Result<Vec<JobRow>> {
    let workspace = read.workspace();
    let sql = format!(
        "SELECT {COLUMNS} FROM jobs WHERE workspace_id = $1 AND state = 'dead' AND (CAST($2 AS BYTEA) IS NULL OR id < $2)
         ORDER BY id DESC LIMIT $3"
    );
    read.rows(&sql, params![workspace, before, limit])?.iter().map(job_row).collect()
}

fn job_row(row: &Row) -> Result<JobRow> {
    Ok(JobRow {
        id: row.get(1)?,
        kind: row.get(2)?,
        state: row.get(4)?,
        run_at: row.get(5)?,
        attempts: row.get(6)?,
        last_error: row.get(7)?,
        created_at: row.get(8)?,
    })
}

/// Gives a dead job a fresh start.
pub fn replay_job(tx: &mut Tx<'_>, id: JobId) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let sql = "UPDATE jobs SET state = 'queued', run_at = $3, attempts = 0 WHERE workspace_id = $1 AND id = $2 AND state = 'dead'";
    if tx.execute(sql, params![workspace, id, now])? == 0 {
        return Err(Error::not_found());
    }
    tx.wake_jobs();
    Ok(())
}
