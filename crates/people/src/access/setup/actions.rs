//! Making a workspace.

use kernel::{Caller, Locale, NewFact, Result, Role, UserId, WorkspaceId};
use serde_json::json;
use store::{Read, Tx};

use crate::access::{
    PasswordHash,
    users::{self, NewUser},
    workspace::{self, Workspace, checked_name, checked_zone},
};

const SEND_UNDO_SECONDS: i64 = 10;

#[derive(Clone)]
pub struct NewWorkspace {
    pub name: String,
    pub locale: Locale,
    pub time_zone: String,
    pub admin_name: String,
    pub admin_email: String,
    pub admin_password: PasswordHash,
}

/// What was made.
#[derive(Clone, Debug)]
pub struct Created {
    pub workspace: WorkspaceId,
    pub admin: UserId,
    /// As it signs in.
    pub admin_email: String,
}

impl Created {
    /// The system in the new workspace, to go on with: keys, demo data.
    pub fn caller(&self) -> Caller {
        Caller::system(self.workspace, "setup")
    }
}

/// Whether there is no workspace yet.
pub fn is_needed(read: &mut Read<'_>) -> Result<bool> {
    Ok(!workspace::any_exists(read)?)
}

/// Makes a workspace with its first administrator. Runs in a transaction of the program itself.
pub fn create_workspace(tx: &mut Tx<'_>, new: &NewWorkspace) -> Result<Created> {
    let workspace = Workspace {
        id: WorkspaceId::new(),
        name: checked_name(&new.name)?,
        locale: new.locale.as_str().to_owned(),
        time_zone: checked_zone(&new.time_zone)?,
        send_undo_seconds: SEND_UNDO_SECONDS,
    };
    let caller = Caller::system(workspace.id, "setup");
    tx.within(caller, |tx| {
        workspace::insert(tx, &workspace, &rand::random::<[u8; 32]>())?;
        tx.record(NewFact::new("workspace.created").payload(json!({})))?;
        let admin = NewUser {
            name: new.admin_name.clone(),
            email: new.admin_email.clone(),
            role: Role::Administrator,
            password: Some(new.admin_password.clone()),
            locale: Some(new.locale),
        };
        let admin = users::create(tx, &admin, None)?;
        Ok(Created { workspace: workspace.id, admin: admin.id, admin_email: admin.email })
    })
}
