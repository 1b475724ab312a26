//! What conversations do when others have news.

use kernel::{Fact, PersonId, Result};
use store::{React, Reactor, Tx, params};

/// The reactors of this slice.
pub fn reactors() -> Vec<Reactor> {
    let react = React::Each { facts: &["person.merged"], react: follow_merge };
    vec![Reactor { name: "conversations.person", react }]
}

/// Conversations of a merged person are the survivor's.
fn follow_merge(tx: &mut Tx<'_>, fact: &Fact) -> Result<()> {
    let person = |key: &str| {
        serde_json::from_value::<PersonId>(fact.payload[key].clone()).map_err(kernel::Error::internal)
    };
    let (survivor, merged) = (person("survivor")?, person("merged")?);
    let workspace = tx.workspace();
    tx.execute(
        "UPDATE conversations SET person_id = $3, version = version + 1 WHERE workspace_id = $1 AND person_id = $2",
        params![workspace, merged, survivor],
    )?;
    tx.execute(
        "UPDATE participants SET person_id = $3 WHERE workspace_id = $1 AND person_id = $2
         AND NOT EXISTS (SELECT 1 FROM participants p WHERE p.workspace_id = $1 AND p.person_id = $3
                         AND p.conversation_id = participants.conversation_id AND p.address = participants.address)",
        params![workspace, merged, survivor],
    )?;
    tx.execute(
        "UPDATE visitors SET person_id = $3 WHERE workspace_id = $1 AND person_id = $2",
        params![workspace, merged, survivor],
    )?;
    Ok(())
}
