//! A private PostgreSQL answers, is durable, and leaves nothing behind.
#![expect(clippy::unwrap_used, reason = "a test may")]

use std::{
    env,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use testservers::{Postgres, wait_until};

fn ask(url: &str, question: &str) -> String {
    let output = Command::new("psql").args(["-X", "-A", "-t", "-d", url, "-c", question]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn every_database_is_new_and_empty() {
    let server = Postgres::start().unwrap();
    let (one, other) = (server.create_database().unwrap(), server.create_database().unwrap());
    assert_ne!(one, other);
    ask(&one, "CREATE TABLE note (text TEXT)");
    assert_eq!(ask(&other, "SELECT count(*) FROM pg_tables WHERE tablename = 'note'"), "0");
    assert_eq!(ask(&other, "SHOW fsync"), "on");
    assert_eq!(ask(&other, "SHOW server_encoding"), "UTF8");
}

#[test]
fn a_dropped_server_takes_its_files_and_processes_along() {
    let server = Postgres::start().unwrap();
    let data = ask(server.url(), "SHOW data_directory");
    let backend = ask(server.url(), "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'");
    assert!(Path::new(&data).exists());
    drop(server);
    assert!(!Path::new(&data).exists());
    assert!(!Path::new(&format!("/proc/{backend}")).exists());
}

/// The test runs itself once more as the owner that gets killed.
const OWNER: &str = "KAPOCS_TEST_OWNER";

#[test]
fn a_killed_owner_leaves_no_server_behind() {
    if env::var_os(OWNER).is_some() {
        let server = Postgres::start().unwrap();
        println!("data={}", ask(server.url(), "SHOW data_directory"));
        loop {
            thread::park();
        }
    }
    let mut owner = Command::new(env::current_exe().unwrap())
        .args(["--exact", "a_killed_owner_leaves_no_server_behind", "--nocapture"])
        .env(OWNER, "yes")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(owner.stdout.take().unwrap()).lines();
    let data = lines.map_while(Result::ok).find_map(|line| Some(line.split_once("data=")?.1.to_owned()));
    let data = PathBuf::from(data.unwrap());
    assert!(data.join("postmaster.pid").exists());
    owner.kill().unwrap();
    owner.wait().unwrap();
    wait_until("the server's directory to go", || (!data.parent().unwrap().exists()).then_some(()));
}
