//! Outgrowing one file: everything of a SQLite place goes on upon PostgreSQL, in the same data folder.

use kernel::{Clock, Code, Error, Result};
use store::{CopiedTable, Db, Options};

use crate::Config;

/// Copies the database and says what to do next. Blobs and keys stay where they are; search is built anew.
pub async fn to_postgres(config: &Config) -> Result<()> {
    let Some(url) = config.database.clone() else {
        return Err(Error::new(Code::Required).detail("give the PostgreSQL database by --database"));
    };
    let file = config.data.join("kapocs.db");
    if !file.exists() {
        return Err(Error::new(Code::NotFound).detail(format!("there is no {}", file.display())));
    }
    // Both are brought to the schema of this program first.
    for database in [None, Some(url.clone())] {
        Db::open(&Options { data: config.data.clone(), database }, Clock::System).await?;
    }
    let copied = tokio::task::spawn_blocking(move || store::copy_to_postgres(&file, &url, tell));
    copied.await.map_err(Error::internal)??;
    println!("Moved. From now on start the server with --database; kapocs.db is no longer used.");
    Ok(())
}

fn tell(table: &CopiedTable) {
    if table.rows > 0 {
        println!("{:>12} rows of {}", table.rows, table.name);
    }
}
