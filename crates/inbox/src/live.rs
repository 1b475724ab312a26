//! What the live hub asks about: who may see a conversation, and the counters of a caller.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::BoxFuture;
use kernel::{Actor, Caller, Code, ConversationId, Error, Fact, PersonId, Result, TeamId, WorkspaceId};
use serde_json::{Map, Value as Json, json};
use store::{Db, Read, Value, params};
use web::{Around, LiveRights, Rights};

use crate::conversations::{self, views};

const PRIVATE_TEAM: &str = "SELECT t.id FROM conversations c
    JOIN teams t ON t.workspace_id = c.workspace_id AND t.id = c.team_id
    WHERE c.workspace_id = $1 AND c.id = $2 AND t.private = 1";

/// The rights of live listeners, read from the database.
pub struct Listeners {
    pub db: Db,
}

impl LiveRights for Listeners {
    fn rights<'a>(&'a self, caller: &'a Caller) -> BoxFuture<'a, Result<Rights>> {
        Box::pin(self.db.read(caller, rights))
    }

    fn around<'a>(&'a self, facts: &'a [Fact]) -> BoxFuture<'a, Result<Around>> {
        let asked: BTreeSet<_> =
            facts.iter().filter_map(|fact| Some((fact.workspace, fact.conversation?))).collect();
        let mut met: BTreeMap<WorkspaceId, Vec<PersonId>> = BTreeMap::new();
        for fact in facts {
            met.entry(fact.workspace).or_default().extend(fact.person);
        }
        Box::pin(async move {
            self.db
                .system_read("live", move |read| {
                    let mut around = Around::default();
                    for (workspace, conversation) in asked {
                        if let Some(row) = read.row(PRIVATE_TEAM, params![workspace, conversation])? {
                            around.private_teams.insert(conversation, row.get(0)?);
                        }
                    }
                    for (workspace, persons) in met {
                        around.persons.extend(people::persons::canonical_in(read, workspace, &persons)?);
                    }
                    Ok(around)
                })
                .await
        })
    }

    fn private_team<'a>(
        &'a self,
        caller: &'a Caller,
        conversation: ConversationId,
    ) -> BoxFuture<'a, Result<Option<TeamId>>> {
        Box::pin(self.db.read(caller, move |read| {
            conversations::find(read, conversation)?;
            let workspace = read.workspace();
            let found = read.row(PRIVATE_TEAM, params![workspace, conversation])?;
            found.map(|row| row.get(0)).transpose()
        }))
    }

    fn views<'a>(&'a self, caller: &'a Caller) -> BoxFuture<'a, Result<Json>> {
        Box::pin(self.db.read(caller, |read| {
            let counts = views::list(read)?.into_iter().map(|view| (view.key, json!(view.count)));
            Ok(Json::Object(counts.collect::<Map<_, _>>()))
        }))
    }
}

/// A user who was disabled, or a key that was revoked, has none.
fn rights(read: &mut Read<'_>) -> Result<Rights> {
    let caller = read.caller().clone();
    let Some(user) = caller.user() else {
        if let Actor::Key(id) = caller.actor {
            people::access::keys::check(read, id)?;
        }
        return Ok(Rights { all: true, ..Rights::default() });
    };
    let user = people::access::users::get(read, user)?;
    if user.disabled_at.is_some() {
        return Err(Error::new(Code::Unauthenticated));
    }
    let hidden = people::access::teams::hidden(read)?;
    let workspace = read.workspace();
    let sql = "SELECT id FROM teams WHERE workspace_id = $1 AND private = $2";
    let private = read.rows(sql, &[Value::from(workspace), Value::from(true)])?;
    let private = private.iter().map(|row| row.get(0)).collect::<Result<Vec<TeamId>>>()?;
    Ok(Rights {
        all: false,
        teams: private.into_iter().filter(|team| !hidden.contains(team)).collect(),
        name: user.name,
    })
}
