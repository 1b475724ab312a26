//! A data folder, and a database of its own where the engine is a server.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use servers::Postgres;
use testservers as servers;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Removed with its value.
pub struct Database {
    folder: PathBuf,
    url: Option<String>,
}

impl Database {
    pub fn create(engine: Engine) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("kapocs-app-{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = env::temp_dir().join(name);
        // Left behind by a process that had our id before.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).expect("the temporary directory can be written");
        let url = (engine == Engine::Postgres)
            .then(|| Postgres::shared().create_database().expect("PostgreSQL creates databases"));
        Self { folder, url }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// `postgres://…`, when that is the engine.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
        if let Some((_, name)) = self.url.as_deref().and_then(|url| url.rsplit_once('/'))
            && let Ok(mut server) = postgres::Client::connect(Postgres::shared().url(), postgres::NoTls)
        {
            let _ = server.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}
