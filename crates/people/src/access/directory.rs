//! Who a presented credential stands for.

use std::time::Duration;

use futures::future::BoxFuture;
use kernel::{Actor, Caller, Locale, Result, Timestamp};
use store::{Db, Tx};
use web::{Authenticate, SessionAuth};

use super::{
    keys::{self, KeyScope, role_of},
    sessions, token,
};

/// How exact "last used" is: writing at each request would cost a commit.
const USE_NOTED: Duration = Duration::from_secs(60);

/// The users' sessions and the API keys of this server.
#[derive(Clone)]
pub struct Directory {
    db: Db,
}

impl Directory {
    pub fn new(db: &Db) -> Self {
        Self { db: db.clone() }
    }

    async fn find_session(&self, token: &str) -> Result<Option<SessionAuth>> {
        let token = token.to_owned();
        let found = self.db.system_read("session", move |read| sessions::signed_in(read, &token)).await?;
        let Some(found) = found else { return Ok(None) };
        let caller = Caller {
            workspace: found.workspace,
            actor: Actor::User(found.user),
            role: found.role,
            locale: found.locale,
            operator: false,
            visitor: None,
        };
        let (user, session) = (found.user, found.session);
        self.note_use(&caller, Some(found.last_seen_at), move |tx| sessions::touch(tx, session, user)).await;
        Ok(Some(SessionAuth { caller, session }))
    }

    async fn find_key(&self, token: &str) -> Result<Option<Caller>> {
        let hash = token::digest(token);
        let found = self.db.system_read("key", move |read| keys::credentials(read, &hash)).await?;
        let Some((found, role)) = found.and_then(|found| role_of(&found.scopes).map(|role| (found, role)))
        else {
            return Ok(None);
        };
        let caller = Caller {
            workspace: found.workspace,
            actor: Actor::Key(found.id),
            role,
            locale: Locale::from_tag(&found.locale).unwrap_or_default(),
            operator: found.scopes.contains(&KeyScope::Operator),
            visitor: None,
        };
        let id = found.id;
        self.note_use(&caller, found.last_used_at, move |tx| keys::touch(tx, id)).await;
        Ok(Some(caller))
    }

    /// A full disk or a busy database is no reason to refuse a credential.
    async fn note_use(
        &self,
        caller: &Caller,
        last: Option<Timestamp>,
        note: impl Fn(&mut Tx<'_>) -> Result<()> + Send + 'static,
    ) {
        let is_fresh = last.is_some_and(|last| self.db.clock().now() - last < USE_NOTED);
        if is_fresh || self.db.room().is_low() {
            return;
        }
        if let Err(error) = self.db.write(caller, note).await {
            tracing::warn!(%error, "the use of a credential could not be noted");
        }
    }
}

impl Authenticate for Directory {
    fn session<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Option<SessionAuth>>> {
        Box::pin(self.find_session(token))
    }

    fn key<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Option<Caller>>> {
        Box::pin(self.find_key(token))
    }
}
