//! Composition: everything put together and started; and stopped in order.

mod edge;
mod health;
mod routes;

use std::{fs::File, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use channels::Parts;
use inbox::{live::Listeners, port::Registry};
use kernel::{Clock, Code, Error, Result};
use people::{
    access::{Directory, setup::SetupToken},
    secrets::Vault,
};
use store::{Db, Jobs, Options, run_reactors, search::Search};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};
use web::{App, Hub, Limits};

use crate::Config;
pub use edge::{edge_of, mail_of, policy_of};
pub use health::Readiness;

/// How long requests in hand may take when the server is told to stop.
const DRAIN: Duration = Duration::from_secs(20);

/// A running server.
pub struct Running {
    pub address: SocketAddr,
    pub app: App,
    pub registry: Registry,
    /// The one-time token of the first run, when there is no workspace yet.
    pub setup_token: Option<String>,
    stop: watch::Sender<bool>,
    readiness: Readiness,
    tasks: JoinSet<()>,
    _lock: File,
}

/// Opens the database, starts every part, and serves.
pub async fn start(config: &Config, clock: Clock) -> Result<Running> {
    let listener = TcpListener::bind(config.listen).await.map_err(Error::internal)?;
    let address = listener.local_addr().map_err(Error::internal)?;
    let edge = Arc::new(edge_of(config, address)?);
    let options = Options { data: config.data.clone(), database: config.database.clone() };
    let db = Db::open(&options, clock).await?;
    let lock = lock(config)?;
    let vault = Vault::load(&config.data, config.master_key.as_deref())?;
    let search = Search::open(&db, Arc::new(inbox::conversations::project::documents)).await?;
    let (stop, stopped) = watch::channel(false);
    let hub = Hub::new(Arc::new(Listeners { db: db.clone() }), stopped.clone());
    let parts = Parts {
        db: db.clone(),
        vault: vault.clone(),
        egress: policy_of(config)?,
        edge: Arc::clone(&edge),
        hub: hub.clone(),
        mail: mail_of(config)?,
    };
    let registry = channels::registry(&parts);
    let limits = if config.rate_limits { Limits::default() } else { Limits::off() };
    let app = App {
        db: db.clone(),
        search,
        auth: Arc::new(Directory::new(&db)),
        hub,
        limits,
        edge,
        request_secret: vault.derived(b"requests"),
    };
    let (token, setup_token) = first_run(&db).await?;
    let readiness = Readiness::default();
    let router = routes::router(&app, &registry, &vault, &parts.egress, token, &readiness);
    let mut tasks = JoinSet::new();
    run_parts(&mut tasks, &app, &registry, &stopped);
    tasks.spawn(serve_web(listener, router, stopped));
    readiness.set(true);
    Ok(Running { address, app, registry, setup_token, stop, readiness, tasks, _lock: lock })
}

/// One server to a data folder: two would both own the search index and the jobs in hand.
fn lock(config: &Config) -> Result<File> {
    let file = File::create(config.data.join("serve.lock")).map_err(Error::internal)?;
    file.try_lock().map_err(|_| {
        Error::new(Code::Conflict).detail(format!("another server uses {}", config.data.display()))
    })?;
    Ok(file)
}

async fn first_run(db: &Db) -> Result<(SetupToken, Option<String>)> {
    if db.system_read("setup", people::access::setup::is_needed).await? {
        let (token, text) = SetupToken::generate();
        Ok((token, Some(text)))
    } else {
        Ok((SetupToken::none(), None))
    }
}

fn run_parts(tasks: &mut JoinSet<()>, app: &App, registry: &Registry, stop: &watch::Receiver<bool>) {
    let (db, stop) = (app.db.clone(), stop.clone());
    let reactors = people::audiences::reactors();
    tasks.spawn(run_reactors(db.clone(), reactors, stop.clone()));
    let jobs = people::audiences::jobs(inbox::jobs(Jobs::new(&db), &db, registry), &db);
    let jobs = connect::imports::jobs(jobs, &db);
    tasks.spawn(jobs.run(stop.clone()));
    let search = app.search.clone();
    let search_stop = stop.clone();
    tasks.spawn(async move { search.run(search_stop).await });
    let (hub, hub_db, hub_stop) = (app.hub.clone(), db.clone(), stop.clone());
    tasks.spawn(keep_running("live hub", stop.clone(), move || {
        hub.clone().run(hub_db.clone(), hub_stop.clone())
    }));
    let (registry, channel_stop) = (registry.clone(), stop.clone());
    tasks.spawn(keep_running("channels", stop.clone(), move || {
        inbox::channels::supervise(db.clone(), registry.clone(), channel_stop.clone())
    }));
    tasks.spawn(app.db.room().clone().watch(stop.clone()));
    tasks.spawn(sweep(app.clone(), stop));
}

/// Starts a part again when it failed, until everything is told to stop.
async fn keep_running<F: Future<Output = Result<()>>>(
    part: &'static str,
    mut stop: watch::Receiver<bool>,
    run: impl Fn() -> F,
) {
    while !*stop.borrow() {
        report(part, run().await);
        let pause = tokio::time::timeout(Duration::from_secs(1), stop.changed());
        if matches!(pause.await, Ok(Err(_))) {
            return;
        }
    }
}

fn report(part: &str, outcome: Result<()>) {
    if let Err(error) = outcome {
        tracing::error!(part, %error, "a part of the server ended");
    }
}

/// Forgets full buckets, expired sessions and old answers now and then.
async fn sweep(app: App, mut stop: watch::Receiver<bool>) {
    while tokio::time::timeout(Duration::from_secs(600), stop.changed()).await.is_err() {
        app.limits.sweep();
        report("sweep", app.db.system("sweep", people::access::sessions::sweep).await.map(drop));
        report("sweep", app.db.system("sweep", web::sweep_idempotency).await);
        report("sweep", app.db.system("sweep", connect::collect::sweep).await);
        report("sweep", app.db.system("sweep", connect::quality::sweep).await);
    }
}

async fn serve_web(listener: TcpListener, router: Router, mut stop: watch::Receiver<bool>) {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let mut draining = stop.clone();
    let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
        let _ = stop.changed().await;
    });
    let drained = async move {
        let _ = draining.changed().await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        outcome = serving => report("web server", outcome.map_err(Error::internal)),
        () = drained => tracing::warn!("some requests did not end in time"),
    }
}

impl Running {
    /// Turns true when the server is told to stop.
    pub fn stopped(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    /// Says no to `/health/ready`, lets requests end, then ends every part.
    pub async fn stop(mut self) {
        self.readiness.set(false);
        let _ = self.stop.send(true);
        while self.tasks.join_next().await.is_some() {}
    }
}
