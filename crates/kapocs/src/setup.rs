//! `kapocs setup`: a workspace, its administrator, and the keys of the machine's own scripts.

use kernel::{Clock, Code, Error, Locale, Result};
use people::access::{
    hash_password,
    keys::{self, KeyScope},
    setup::{NewWorkspace, create_workspace, is_needed},
};
use serde::Serialize;
use store::{Db, Options, params};

/// What is asked on the command line.
pub struct Asked {
    pub workspace: String,
    pub admin: String,
    pub password: String,
    pub locale: Locale,
    pub time_zone: String,
}

/// What is printed. Keys are shown once; a second run shows none.
#[derive(Debug, Serialize)]
pub struct Made {
    pub workspace_id: String,
    pub api_key: Option<String>,
    pub write_key: Option<String>,
    pub admin_email: String,
    /// False when everything was there already.
    pub created: bool,
}

/// Makes the workspace, or says what is there.
pub async fn setup(options: &Options, asked: &Asked) -> Result<Made> {
    let db = Db::open(options, Clock::System).await?;
    if !db.system_read("setup", is_needed).await? {
        return existing(&db).await;
    }
    let new = NewWorkspace {
        name: asked.workspace.clone(),
        locale: asked.locale,
        time_zone: asked.time_zone.clone(),
        admin_name: name_of(&asked.admin),
        admin_email: asked.admin.clone(),
        admin_password: hash_password(&asked.password).await?,
    };
    db.system("setup", move |tx| {
        let created = create_workspace(tx, &new)?;
        tx.within(created.caller(), |tx| {
            let all = [KeyScope::Read, KeyScope::Write, KeyScope::Admin, KeyScope::Operator];
            let api = keys::issue(tx, "Command line", &all, None)?;
            let intake = keys::issue(tx, "Collection", &[KeyScope::Intake], None)?;
            Ok(Made {
                workspace_id: created.workspace.to_string(),
                api_key: Some(api.secret),
                write_key: Some(intake.secret),
                admin_email: created.admin_email.clone(),
                created: true,
            })
        })
    })
    .await
}

async fn existing(db: &Db) -> Result<Made> {
    db.system_read("setup", |read| {
        let sql = "SELECT w.id, u.email FROM workspaces w JOIN users u ON u.workspace_id = w.id AND u.role = 'administrator'
                   ORDER BY w.created_at, u.created_at LIMIT 1";
        let row = read.row(sql, params![])?.ok_or_else(|| Error::new(Code::NotFound))?;
        let id: kernel::WorkspaceId = row.get(0)?;
        Ok(Made { workspace_id: id.to_string(), api_key: None, write_key: None, admin_email: row.get(1)?, created: false })
    })
    .await
}

/// `kovacs.anna@…` becomes "Kovacs Anna", until she says otherwise.
fn name_of(email: &str) -> String {
    let local = email.split('@').next().unwrap_or_default();
    let words = local.split(['.', '_', '-', '+']).filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect::<String>())
            .unwrap_or_default()
    };
    words.map(capital).collect::<Vec<_>>().join(" ")
}
