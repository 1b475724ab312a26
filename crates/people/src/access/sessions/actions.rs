//! Starting and ending sessions.

use kernel::{Caller, NewFact, Result, SessionId, UserId};
use serde_json::json;
use store::Tx;

use super::{NewSession, store as rows};

/// Signs a user in. Always a session of its own: a token from before sign-in is worth nothing after it.
pub(crate) fn start(tx: &mut Tx<'_>, user: UserId, new: &NewSession) -> Result<()> {
    rows::insert(tx, user, new)?;
    tx.record(NewFact::new("session.started").payload(json!({ "session": new.id, "user": user })))
}

/// Ends a session of this user.
pub fn end(tx: &mut Tx<'_>, user: UserId, session: SessionId) -> Result<()> {
    rows::delete(tx, user, session)?;
    tx.record(NewFact::new("session.ended").payload(json!({ "session": session, "user": user })))
}

/// Signs a user out everywhere.
pub(crate) fn end_all(tx: &mut Tx<'_>, user: UserId) -> Result<()> {
    end_others(tx, user, None)
}

/// Signs a user out everywhere but here.
pub(crate) fn end_others(tx: &mut Tx<'_>, user: UserId, kept: Option<SessionId>) -> Result<()> {
    for session in rows::ids_of(tx, user)? {
        if Some(session) != kept {
            end(tx, user, session)?;
        }
    }
    Ok(())
}

/// Removes sessions that are over, in all workspaces; gives their number. Called now and then.
pub fn sweep(tx: &mut Tx<'_>) -> Result<usize> {
    let over = rows::over(tx)?;
    for (workspace, user, session) in &over {
        tx.within(Caller::system(*workspace, "sessions"), |tx| end(tx, *user, *session))?;
    }
    Ok(over.len())
}
