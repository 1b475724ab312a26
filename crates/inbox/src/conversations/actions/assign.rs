use kernel::{ConversationId, Error, Result, TeamId, UserId};
use serde_json::json;
use store::Tx;

use super::fact;
use crate::conversations::store as rows;

/// Makes a user the owner, or nobody.
pub fn assign(tx: &mut Tx<'_>, id: ConversationId, user: Option<UserId>) -> Result<()> {
    let before = rows::find_to_act(tx, id)?;
    let name = match user {
        None => None,
        Some(user) => {
            let user = people::access::users::get(tx, user).map_err(|error| error.named_by("user_id"))?;
            if user.disabled_at.is_some() {
                return Err(Error::invalid("user_id"));
            }
            Some(user.name)
        }
    };
    if before.assignee == user {
        return Ok(());
    }
    let mut c = before.clone();
    c.assignee = user;
    rows::save(tx, &before, &mut c)?;
    tx.record(
        fact("conversation.assigned", &c)
            .payload(json!({ "from": before.assignee, "to": user, "name": name })),
    )
}

/// Gives the conversation to a team, or to none.
pub fn set_team(tx: &mut Tx<'_>, id: ConversationId, team: Option<TeamId>) -> Result<()> {
    let before = rows::find_to_act(tx, id)?;
    let name = match team {
        None => None,
        Some(team) => {
            Some(people::access::teams::get(tx, team).map_err(|error| error.named_by("team_id"))?.name)
        }
    };
    if before.team == team {
        return Ok(());
    }
    let mut c = before.clone();
    c.team = team;
    rows::save(tx, &before, &mut c)?;
    tx.record(
        fact("conversation.team_changed", &c)
            .payload(json!({ "from": before.team, "to": team, "name": name })),
    )
}
