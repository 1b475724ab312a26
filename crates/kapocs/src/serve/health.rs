//! Whether the server lives, whether it may be sent requests, and its measures.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use web::App;

const READ_ONLY: &str = "read-only: the disk is nearly full";

/// Set once everything runs, unset before it stops.
#[derive(Clone, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    pub fn set(&self, ready: bool) {
        self.0.store(ready, Ordering::SeqCst);
    }

    fn get(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

pub fn routes(readiness: &Readiness) -> Router<App> {
    let readiness = readiness.clone();
    Router::new()
        .route("/health/live", get(|| async { "ok" }))
        .route("/health/ready", get(move |state| ready(state, readiness.clone())))
        .route("/metrics", get(metrics))
}

/// Ready = accepting requests, and the database answers.
async fn ready(State(app): State<App>, readiness: Readiness) -> Response {
    let answers = app.db.system_read("health", |read| read.one("SELECT 1", &[]).map(drop)).await.is_ok();
    if !readiness.get() || !answers {
        return (StatusCode::SERVICE_UNAVAILABLE, "not ready").into_response();
    }
    // Still sent requests: who reads is served.
    if app.db.room().is_low() { READ_ONLY.into_response() } else { "ok".into_response() }
}

/// Prometheus text format (version 0.0.4). Numbers only: no names, no addresses.
async fn metrics(State(app): State<App>) -> Response {
    let counted = app
        .db
        .system_read("metrics", |read| {
            let facts: i64 = read.one("SELECT COALESCE(MAX(seq), 0) FROM facts", &[])?.get(0)?;
            let due = read.one("SELECT COUNT(*), MIN(run_at) FROM jobs WHERE state <> 'dead'", &[])?;
            let dead: i64 = read.one("SELECT COUNT(*) FROM jobs WHERE state = 'dead'", &[])?.get(0)?;
            let aside: i64 =
                read.one("SELECT COUNT(*) FROM inbound WHERE state = 'quarantined'", &[])?.get(0)?;
            let now = read.now();
            let age = due.get::<Option<kernel::Timestamp>>(1)?.map_or(0.0, |at| (now - at).as_secs_f64());
            Ok((facts, due.get::<i64>(0)?, age, dead, aside))
        })
        .await;
    let room = app.db.room();
    let free = room.free();
    let Ok((facts, waiting, age, dead, quarantined)) = counted else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let rows = [
        ("kapocs_facts_total", "counter", "Facts recorded.", facts as f64),
        ("kapocs_jobs_waiting", "gauge", "Jobs that wait or run.", waiting as f64),
        ("kapocs_job_queue_age_seconds", "gauge", "How long the oldest due job has waited.", age),
        ("kapocs_jobs_dead", "gauge", "Jobs that gave up.", dead as f64),
        ("kapocs_disk_free_bytes", "gauge", "Free on the disk of the data folder.", free.bytes as f64),
        ("kapocs_read_only", "gauge", "1 while the disk is nearly full.", f64::from(u8::from(room.is_low()))),
        ("kapocs_quarantined", "gauge", "Items in the quarantine.", quarantined as f64),
    ];
    let text: String = rows
        .iter()
        .map(|(name, kind, help, value)| {
            format!("# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n")
        })
        .collect();
    ([("content-type", "text/plain; version=0.0.4")], text).into_response()
}
