use kernel::{Code, Error, Result};
use serde::Serialize;
use store::Read;
use utoipa::ToSchema;

use crate::access::{
    users::{self, Preferences, User},
    workspace::{self, Workspace},
};

#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Me {
    #[serde(flatten)]
    pub user: User,
    #[serde(flatten)]
    pub preferences: Preferences,
    pub workspace: Workspace,
}

/// The calling user; a key is nobody here.
pub fn get(read: &mut Read<'_>) -> Result<Me> {
    let user = read.caller().user().ok_or_else(|| Error::new(Code::Forbidden))?;
    Ok(Me {
        user: users::get(read, user)?,
        preferences: users::preferences(read, user)?,
        workspace: workspace::get(read)?,
    })
}
