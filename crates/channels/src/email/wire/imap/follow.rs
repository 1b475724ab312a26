//! From one connection to the next: what was kept, what gave trouble.

use kernel::fault;

use super::{
    After, Cursor, Fetched, FirstSync, Health, ImapConfig, MailSink, Moved, Trouble,
    fetch::{Listed, Position, portions},
    name,
    session::{Opened, Session},
};

/// A mail whose transfer broke this often is kept as far as it comes; the limit is high enough for a bad line.
const WHOLE_TRIES: u32 = 4;
/// …and after this many tries not even its beginning is waited for.
const ALL_TRIES: u32 = 6;
const BEGINNING: usize = 64 << 10;

pub(super) struct Follower<'a, S> {
    config: &'a ImapConfig,
    sink: &'a S,
    /// The mail at which the last transfers broke, and how often.
    suspect: Option<(u32, u32)>,
    progress: bool,
    cursor: Cursor,
}

impl<'a, S: MailSink> Follower<'a, S> {
    pub fn new(config: &'a ImapConfig, sink: &'a S) -> Self {
        let cursor = Cursor { uid_validity: 0, last_uid: 0, rescan_below: 0 };
        Self { config, sink, suspect: None, progress: false, cursor }
    }

    /// Whether anything was achieved since the last call.
    pub fn take_progress(&mut self) -> bool {
        std::mem::take(&mut self.progress)
    }

    /// Follows the mailbox until something breaks.
    pub async fn follow(&mut self) -> Trouble {
        match self.try_follow().await {
            Ok(never) => match never {},
            Err(trouble) => trouble,
        }
    }

    async fn try_follow(&mut self) -> Result<std::convert::Infallible, Trouble> {
        let mut session = Session::open(self.config).await?;
        let read_only = self.config.after == After::Nothing;
        let opened = session.select(&self.config.mailbox, read_only).await?;
        self.sink.health(&Health::Connected);
        self.cursor = self.begin(&mut session, opened).await?;
        let mut position = Position::after(self.cursor.last_uid, opened.uid_next);
        loop {
            self.catch_up(&mut session, &mut position).await?;
            self.progress = true;
            self.sink.health(&Health::UpToDate { pushed: session.can_idle });
            if session.can_idle {
                session.idle(self.config.renew).await?;
            } else {
                session.poll(self.config.poll).await?;
            }
        }
    }

    /// Where to go on from, after making sure that the cursor belongs to this numbering of the mailbox.
    async fn begin(&mut self, session: &mut Session, opened: Opened) -> Result<Cursor, Trouble> {
        let uid_validity = opened.uid_validity;
        let known = self.sink.cursor().await.map_err(Trouble::Sink)?;
        let (cursor, why) = match known {
            Some(cursor) if cursor.uid_validity == uid_validity => return Ok(cursor),
            Some(Cursor { uid_validity: old, .. }) => {
                self.suspect = None;
                let rescan_below = session.newest(opened).await?.saturating_add(1);
                (Cursor { uid_validity, last_uid: 0, rescan_below }, Moved::Renumbered { old })
            }
            None => {
                let everything = self.config.first_sync == FirstSync::Everything;
                let last_uid = if everything { 0 } else { session.newest(opened).await? };
                (Cursor { uid_validity, last_uid, rescan_below: 0 }, Moved::Started)
            }
        };
        self.sink.moved(cursor, why).await.map_err(Trouble::Sink)?;
        Ok(cursor)
    }

    async fn catch_up(&mut self, session: &mut Session, position: &mut Position) -> Result<(), Trouble> {
        loop {
            let listed = session.list(position).await?;
            if listed.is_empty() {
                return Ok(());
            }
            let wanted = self.pass_over_old(&listed).await?;
            let one_by_one = self.suspect.is_some();
            for portion in portions(wanted, self.config.max_message, one_by_one) {
                let kept = self.fetch(session, portion).await?;
                self.acknowledge(session, &kept).await?;
            }
        }
    }

    /// In a rescan, mail from before our time is passed over, and the cursor moves with it.
    async fn pass_over_old<'l>(&self, listed: &'l [Listed]) -> Result<&'l [Listed], Trouble> {
        let is_old = |item: &Listed| {
            let before = |at| self.config.rescan_since.is_some_and(|since| at < since);
            item.uid < self.cursor.rescan_below && item.received_at.is_some_and(before)
        };
        let old = listed.iter().take_while(|item| is_old(item)).count();
        if let Some(last) = old.checked_sub(1).map(|last| &listed[last]) {
            let cursor = Cursor { last_uid: last.uid, ..self.cursor };
            self.sink.moved(cursor, Moved::PassedOver).await.map_err(Trouble::Sink)?;
        }
        Ok(&listed[old..])
    }

    /// Fetches and keeps the mails of one portion; returns the UIDs of those that were kept whole.
    async fn fetch(&mut self, session: &mut Session, portion: &[Listed]) -> Result<Vec<u32>, Trouble> {
        let uids: Vec<u32> = portion.iter().map(|item| item.uid).collect();
        let tries = self.suspect.filter(|(uid, _)| uids.contains(uid)).map_or(0, |(_, tries)| tries);
        let too_large =
            portion.iter().any(|item| item.size.is_some_and(|size| size as usize > self.config.max_message));
        if portion.len() == 1 && (too_large || tries >= WHOLE_TRIES) {
            self.keep_beginning(session, &portion[0], tries).await?;
            return Ok(Vec::new());
        }
        let mut bodies = match session.bodies(&uids).await {
            Ok(bodies) => bodies,
            Err(trouble) => return Err(self.suspect(uids[0], trouble)),
        };
        fault::point("imap.fetched");
        let mut kept = Vec::new();
        for uid in uids {
            let raw = match bodies.remove(&uid) {
                Some(raw) => Some(raw),
                // Missing from the answer: deleted meanwhile, or left out by a server that could not read it just then.
                None => {
                    session.bodies(&[uid]).await.map_err(|trouble| self.suspect(uid, trouble))?.remove(&uid)
                }
            };
            if let Some(raw) = raw {
                self.keep(uid, Fetched::Whole(raw)).await?;
                kept.push(uid);
            }
        }
        Ok(kept)
    }

    async fn keep_beginning(
        &mut self,
        session: &mut Session,
        item: &Listed,
        tries: u32,
    ) -> Result<(), Trouble> {
        if tries >= ALL_TRIES {
            return self.keep(item.uid, Fetched::Unreadable).await;
        }
        let length = BEGINNING.min(self.config.max_message);
        match session.beginning(item.uid, length).await {
            Ok(Some(raw)) => self.keep(item.uid, Fetched::Beginning { raw, size: item.size }).await,
            Ok(None) if tries == 0 => Ok(()),
            Ok(None) => self.keep(item.uid, Fetched::Unreadable).await,
            Err(trouble) => Err(self.suspect(item.uid, trouble)),
        }
    }

    async fn keep(&mut self, uid: u32, mail: Fetched) -> Result<(), Trouble> {
        let cursor = Cursor { last_uid: uid, ..self.cursor };
        self.sink.keep(cursor, mail).await.map_err(Trouble::Sink)?;
        fault::point("imap.committed");
        self.progress = true;
        if self.suspect.is_some_and(|(suspect, _)| uid >= suspect) {
            self.suspect = None;
        }
        Ok(())
    }

    /// Counts a broken transfer against the first mail of it. From then on mails come one by one,
    /// so that the next count is against the right one.
    fn suspect(&mut self, uid: u32, trouble: Trouble) -> Trouble {
        let tries = self.suspect.filter(|(suspect, _)| *suspect == uid).map_or(0, |(_, tries)| tries);
        self.suspect = Some((uid, tries + 1));
        trouble
    }

    async fn acknowledge(&self, session: &mut Session, kept: &[u32]) -> Result<(), Trouble> {
        if kept.is_empty() {
            return Ok(());
        }
        let done = match &self.config.after {
            After::Nothing => Ok(()),
            After::MarkSeen => {
                let marked = session.mark_seen(kept).await;
                fault::point("imap.marked");
                marked
            }
            After::MoveTo(mailbox) => session.move_to(kept, mailbox).await,
        };
        match done {
            // The mail is kept; a mailbox that cannot be changed is no reason to stop.
            Err(Trouble::Refused) => {
                tracing::warn!("kept mail could not be marked or moved on the server");
                Ok(())
            }
            done => done,
        }
    }
}

impl Session {
    /// The UID of the newest mail.
    async fn newest(&mut self, opened: Opened) -> Result<u32, Trouble> {
        if let Some(next) = opened.uid_next {
            return Ok(next.saturating_sub(1));
        }
        let mut position = Position::after(0, None);
        let mut newest = 0;
        loop {
            match self.list(&mut position).await?.last() {
                Some(last) => newest = last.uid,
                None => return Ok(newest),
            }
        }
    }

    async fn mark_seen(&mut self, uids: &[u32]) -> Result<(), Trouble> {
        self.run(&format!("UID STORE {} +FLAGS.SILENT (\\Seen)", set(uids)), |_| {}).await
    }

    async fn move_to(&mut self, uids: &[u32], mailbox: &str) -> Result<(), Trouble> {
        let (set, name) = (set(uids), name::quoted(mailbox).ok_or(Trouble::Refused)?);
        if self.can_move {
            return self.run(&format!("UID MOVE {set} {name}"), |_| {}).await;
        }
        self.run(&format!("UID COPY {set} {name}"), |_| {}).await?;
        self.run(&format!("UID STORE {set} +FLAGS.SILENT (\\Deleted)"), |_| {}).await?;
        // A plain EXPUNGE would also remove what others have marked.
        if self.can_expunge_by_uid {
            self.run(&format!("UID EXPUNGE {set}"), |_| {}).await?;
        }
        Ok(())
    }

    pub async fn log_out(&mut self) {
        let _ = self.run("LOGOUT", |_| {}).await;
    }
}

fn set(uids: &[u32]) -> String {
    uids.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}
