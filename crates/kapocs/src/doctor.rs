//! `kapocs doctor`: looks at everything that can be looked at from here, and says what to do.

use kernel::{Clock, Error, Result};
use people::secrets::Vault;
use store::{Db, Options, newest_version, params, schema_version};

use crate::{Config, serve::edge_of};

/// Prints one line for each thing looked at; fails when one is not well.
pub async fn doctor(config: &Config) -> Result<()> {
    let mut bad = 0;
    let mut say = |what: &str, outcome: Result<String>| match outcome {
        Ok(text) => println!("ok    {what}: {text}"),
        Err(error) => {
            bad += 1;
            println!("BAD   {what}: {error}");
        }
    };
    let options = Options { data: config.data.clone(), database: config.database.clone() };
    say("data folder", writable(config));
    say("master key", Vault::load(&config.data, config.master_key.as_deref()).map(|_| "present".to_owned()));
    say("addresses", edge_of(config, config.listen).map(|edge| origins(&edge)));
    match Db::open(&options, Clock::System).await {
        Err(error) => say("database", Err(error)),
        Ok(db) => {
            let newest = newest_version()?;
            let found = db.system_read("doctor", schema_version).await;
            say("database", found.map(|version| format!("{:?}, schema {version} of {newest}", db.dialect())));
            say("jobs", counted(&db, "SELECT COUNT(*) FROM jobs WHERE state = 'dead'", "gave up").await);
            say(
                "quarantine",
                counted(&db, "SELECT COUNT(*) FROM inbound WHERE state = 'quarantined'", "wait there").await,
            );
            say(
                "set aside",
                counted(&db, "SELECT COUNT(*) FROM facts_set_aside", "facts could not be worked").await,
            );
            say(
                "channels",
                counted(
                    &db,
                    "SELECT COUNT(*) FROM channels WHERE health LIKE '%\"error\":\"%'",
                    "have trouble",
                )
                .await,
            );
        }
    }
    if bad == 0 { Ok(()) } else { Err(Error::internal(format!("{bad} things are not well"))) }
}

fn writable(config: &Config) -> Result<String> {
    std::fs::create_dir_all(&config.data).map_err(Error::internal)?;
    let probe = config.data.join(".probe");
    std::fs::write(&probe, b"kapocs").map_err(Error::internal)?;
    std::fs::remove_file(&probe).map_err(Error::internal)?;
    Ok(config.data.display().to_string())
}

fn origins(edge: &web::Edge) -> String {
    if edge.external_url == edge.content_url {
        format!("{} (give content_url another origin, so that strangers' files are apart)", edge.external_url)
    } else {
        format!("{}, strangers' files from {}", edge.external_url, edge.content_url)
    }
}

async fn counted(db: &Db, sql: &'static str, what: &str) -> Result<String> {
    let count: i64 = db.system_read("doctor", move |read| read.one(sql, params![])?.get(0)).await?;
    Ok(format!("{count} {what}"))
}
