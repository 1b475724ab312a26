use std::{collections::HashMap, path::PathBuf};

use inbox::conversations::Status;
use kernel::Clock;
use store::{Db, Options, Read};

use super::*;
use crate::{
    Config,
    demo::{
        place,
        script::{self, script},
    },
};

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Status, priority, assignee and team as a colleague sees them, by number.
type Seen = HashMap<i64, (String, i64, Option<String>, Option<String>)>;

fn seen(read: &mut Read<'_>) -> Result<Seen> {
    let sql = "SELECT c.number, c.status, c.priority, u.name, t.name FROM conversations c
               LEFT JOIN users u ON u.workspace_id = c.workspace_id AND u.id = c.assignee_id
               LEFT JOIN teams t ON t.workspace_id = c.workspace_id AND t.id = c.team_id";
    read.rows(sql, &[])?
        .iter()
        .map(|row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))))
        .collect()
}

#[tokio::test]
async fn every_conversation_arrives_where_the_script_leads_it() {
    let folder = Folder(std::env::temp_dir().join(format!("kapocs_demo_{}", uuid::Uuid::now_v7().simple())));
    let config = Config { data: folder.0.clone(), ..Config::default() };
    let now = Timestamp::from_seconds(1_791_969_600);
    let place = place::prepare(&config, now, 2525).await.expect("loaded");
    let demo = script(crate::demo::SEED, now.0);
    assert_eq!(usize::try_from(place.conversations), Ok(demo.conversations.len()));
    let options = Options { data: config.data.clone(), database: None };
    let db = Db::open(&options, Clock::manual(now)).await.expect("opens");
    let seen = db.system_read("test", seen).await.expect("read");
    let agent =
        |key: &String| demo.agents.iter().find(|agent| agent.key == *key).map(|agent| agent.name.clone());
    for (told, number) in demo.conversations.iter().zip(1..) {
        let (status, priority, assignee, team) = &seen[&number];
        let end = &told.ending;
        assert!(fits(status, end.status), "K-{number} {}: {status}, not {:?}", told.story, end.status);
        assert_eq!(*priority, end.priority as i64, "K-{number} {}", told.story);
        assert_eq!(*assignee, end.assignee.as_ref().and_then(agent), "K-{number} {}", told.story);
        let expected = demo.teams.iter().find(|team| team.key == end.team).map(|team| team.name.clone());
        assert_eq!(*team, expected, "K-{number} {}", told.story);
    }
}

/// The script calls open what somebody took and nobody answered; the inbox calls it new until the first answer.
fn fits(status: &str, end: script::Status) -> bool {
    let status = Status::parse(status).expect("a status");
    match end {
        script::Status::New => status == Status::New,
        script::Status::Open => matches!(status, Status::Open | Status::New),
        script::Status::Waiting => status == Status::Waiting,
        script::Status::Snoozed => status == Status::Snoozed,
        script::Status::Closed => status == Status::Closed,
    }
}
