//! How often the disk makes a small write durable.

use std::{
    env, fs,
    fs::File,
    io::Write,
    path::PathBuf,
    process,
    time::{Duration, Instant},
};

use crate::{registry::Outcome, table::Table};

/// About one message with its row.
const RECORD: [u8; 600] = [b'x'; 600];
/// As many as share one sync when writers come together.
const GROUP: usize = 64;
const TIME: Duration = Duration::from_secs(1);

pub fn run(table: &mut Table) -> Outcome {
    let mut single = appends(Sync::After(1))?;
    single.sort();
    let limit = per_second(&single, 1);
    table.figure("600 bytes, each synced", limit, "/s");
    table.figure("   median of one", milliseconds(single[single.len() / 2]), "ms");
    table.figure("   99th percentile", milliseconds(single[single.len() * 99 / 100]), "ms");
    let unsynced = per_second(&appends(Sync::Never)?, GROUP);
    table.share("600 bytes, 64 to a sync", per_second(&appends(Sync::After(GROUP))?, GROUP), "/s", unsynced);
    Ok(())
}

/// Records a second when as many as 64 clients at once share one sync: the limit of messages that 64 clients write.
pub fn synced_groups_per_second() -> std::io::Result<f64> {
    Ok(per_second(&appends(Sync::After(GROUP))?, GROUP))
}

#[derive(Clone, Copy)]
enum Sync {
    After(usize),
    Never,
}

/// The time of each group of appends; without syncing, groups are of the same size.
fn appends(sync: Sync) -> std::io::Result<Vec<Duration>> {
    let path = place();
    let mut file = File::create(&path)?;
    let (started, mut times) = (Instant::now(), Vec::new());
    while started.elapsed() < TIME {
        let before = Instant::now();
        let count = if let Sync::After(count) = sync { count } else { GROUP };
        for _ in 0..count {
            file.write_all(&RECORD)?;
        }
        if matches!(sync, Sync::After(_)) {
            file.sync_data()?;
        }
        times.push(before.elapsed());
    }
    fs::remove_file(path)?;
    Ok(times)
}

fn per_second(groups: &[Duration], size: usize) -> f64 {
    let total: Duration = groups.iter().sum();
    (groups.len() * size) as f64 / total.as_secs_f64()
}

/// Beside the build, which lies on a disk; the system's temporary folder may be memory.
fn place() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    let folder = program.parent().map_or_else(env::temp_dir, PathBuf::from);
    folder.join(format!("bench-disk-{}", process::id()))
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
