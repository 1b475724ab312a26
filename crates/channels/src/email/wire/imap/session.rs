//! One signed-in connection, and the one way commands are run on it.

use std::{io, time::Duration};

use async_imap::{
    Authenticator, Client, Session as Imap,
    error::Error,
    imap_proto::{Capability, MailboxDatum, RequestId, Response, ResponseCode, Status},
};
use egress::{CONNECT_TIMEOUT, Grant, TlsMode};
use tokio::time::{Instant, timeout, timeout_at};

use super::{ImapConfig, Trouble, guard::Guarded, name};
use crate::email::wire::credentials::{Credentials, plain, xoauth2};

/// Room for the rest of an answer beside the message it carries.
const LITERAL_SLACK: usize = 64 << 10;

pub(super) struct Session {
    imap: Imap<Guarded>,
    pub stall: Duration,
    pub can_idle: bool,
    pub can_move: bool,
    pub can_expunge_by_uid: bool,
    /// The server spoke of new mail meanwhile.
    pub stirred: bool,
}

/// What the server said next, while a command is under way.
pub(super) enum Word {
    Continue,
    Done { id: RequestId, ok: bool },
    Other,
}

/// What the server says of a mailbox when it is opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Opened {
    pub uid_validity: u32,
    pub uid_next: Option<u32>,
}

impl Session {
    pub async fn open(config: &ImapConfig) -> Result<Self, Trouble> {
        let (client, capabilities) = greet(config).await?;
        let imap = sign_in(config, client, &capabilities).await?;
        let stall = config.stall;
        let mut session =
            Self { imap, stall, can_idle: false, can_move: false, can_expunge_by_uid: false, stirred: false };
        let mut found = Vec::new();
        session.run("CAPABILITY", |response| collect_capabilities(response, &mut found)).await?;
        let has = |name: &str| found.iter().any(|known| known.eq_ignore_ascii_case(name));
        session.can_idle = has("IDLE");
        session.can_move = has("MOVE");
        session.can_expunge_by_uid = has("UIDPLUS");
        Ok(session)
    }

    /// Opens a mailbox; for reading only, when nothing will be changed in it.
    pub async fn select(&mut self, mailbox: &str, read_only: bool) -> Result<Opened, Trouble> {
        let name = name::quoted(mailbox).ok_or(Trouble::Mailbox)?;
        let verb = if read_only { "EXAMINE" } else { "SELECT" };
        let command = format!("{verb} {name}");
        let (mut uid_validity, mut uid_next) = (None, None);
        let selected = self.run(&command, |response| {
            if let Response::Data { outcome, .. } = response {
                match outcome.code {
                    Some(ResponseCode::UidValidity(value)) => uid_validity = Some(value),
                    Some(ResponseCode::UidNext(value)) => uid_next = Some(value),
                    _ => {}
                }
            }
        });
        match selected.await {
            Err(Trouble::Refused) => Err(Trouble::Mailbox),
            Err(trouble) => Err(trouble),
            Ok(()) => {
                let uid_validity = uid_validity.ok_or(Trouble::Protocol)?;
                Ok(Opened { uid_validity, uid_next })
            }
        }
    }

    /// Runs one command; every answer before its end goes through `each`.
    pub async fn run(&mut self, command: &str, mut each: impl FnMut(&Response<'_>)) -> Result<(), Trouble> {
        let deadline = Instant::now() + super::COMMAND_LIMIT;
        self.listen_for(self.stall);
        let sent =
            timeout(self.stall, self.imap.run_command(command)).await.map_err(|_| Trouble::TimedOut)?;
        let id = sent.map_err(trouble)?;
        loop {
            let read =
                timeout_at(deadline, self.imap.read_response()).await.map_err(|_| Trouble::TimedOut)?;
            let data = read.map_err(io_trouble)?.ok_or(Trouble::Lost)?;
            match data.parsed() {
                Response::Done { tag, status, .. } if *tag == id => {
                    return match status {
                        Status::Ok => Ok(()),
                        Status::No => Err(Trouble::Refused),
                        _ => Err(Trouble::Protocol),
                    };
                }
                response => {
                    self.notice(response)?;
                    each(response);
                }
            }
        }
    }

    /// Sends a bare line, for the end of IDLE.
    pub async fn say(&mut self, line: &str) -> Result<(), Trouble> {
        let said = timeout(self.stall, self.imap.run_command_untagged(line)).await;
        said.map_err(|_| Trouble::TimedOut)?.map_err(trouble)
    }

    /// Sends a command whose end is awaited word by word.
    pub async fn start(&mut self, command: &str) -> Result<RequestId, Trouble> {
        let sent = timeout(self.stall, self.imap.run_command(command)).await;
        sent.map_err(|_| Trouble::TimedOut)?.map_err(trouble)
    }

    pub async fn word(&mut self) -> Result<Word, Trouble> {
        let data = self.imap.read_response().await.map_err(io_trouble)?.ok_or(Trouble::Lost)?;
        Ok(match data.parsed() {
            Response::Continue(_) => Word::Continue,
            Response::Done { tag, status, .. } => Word::Done { id: tag.clone(), ok: *status == Status::Ok },
            response => {
                self.notice(response)?;
                Word::Other
            }
        })
    }

    /// How long the server may be silent from now on.
    pub fn listen_for(&mut self, stall: Duration) {
        let guarded: &mut Guarded = self.imap.as_mut();
        guarded.set_stall(stall);
    }

    fn notice(&mut self, response: &Response<'_>) -> Result<(), Trouble> {
        match response {
            Response::Data { status: Status::Bye, .. } => Err(Trouble::Lost),
            Response::MailboxData(MailboxDatum::Exists(_) | MailboxDatum::Recent(_)) => {
                self.stirred = true;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn collect_capabilities(response: &Response<'_>, found: &mut Vec<String>) {
    let list = match response {
        Response::Capabilities(list) => list,
        Response::Data { outcome, .. } => match &outcome.code {
            Some(ResponseCode::Capabilities(list)) => list,
            _ => return,
        },
        _ => return,
    };
    found.extend(list.iter().map(|capability| match capability {
        Capability::Imap4rev1 => "IMAP4rev1".to_owned(),
        Capability::Auth(name) => format!("AUTH={name}"),
        Capability::Atom(name) => name.clone().into_owned(),
    }));
}

/// Connects, reads the greeting and secures the connection.
async fn greet(config: &ImapConfig) -> Result<(Client<Guarded>, Vec<String>), Trouble> {
    if config.tls.mode == TlsMode::None && config.grant == Grant::Public {
        return Err(Trouble::Insecure);
    }
    let limit = config.max_message + LITERAL_SLACK;
    let stream =
        egress::connect_tls(&config.policy, &config.target, config.grant, &config.tls, CONNECT_TIMEOUT);
    let stream = stream.await.map_err(Trouble::Connect)?;
    let mut client = Client::new(Guarded::new(stream, limit, config.stall));
    let greeting = client.read_response().await.map_err(io_trouble)?.ok_or(Trouble::Lost)?;
    // A PREAUTH greeting would skip STARTTLS and the sign-in: nobody we serve greets so.
    let Response::Data { status: Status::Ok, .. } = greeting.parsed() else {
        return Err(Trouble::Protocol);
    };
    let mut capabilities = Vec::new();
    if config.tls.mode != TlsMode::StartTls {
        collect_capabilities(greeting.parsed(), &mut capabilities);
        return Ok((client, capabilities));
    }
    client.run_command_and_check_ok("STARTTLS", None).await.map_err(trouble)?;
    // What was read ahead stays behind with the old client: it was said in clear.
    let stream = client.into_inner().into_inner();
    let host = &config.target.host;
    let stream = egress::upgrade(stream, host, config.grant, &config.tls, CONNECT_TIMEOUT).await;
    let stream = stream.map_err(Trouble::Connect)?;
    Ok((Client::new(Guarded::new(stream, limit, config.stall)), capabilities))
}

async fn sign_in(
    config: &ImapConfig,
    client: Client<Guarded>,
    capabilities: &[String],
) -> Result<Imap<Guarded>, Trouble> {
    let signed_in = match &config.credentials {
        Credentials::Password { user, password } => {
            let offers_plain = capabilities.iter().any(|name| name.eq_ignore_ascii_case("AUTH=PLAIN"));
            // LOGIN knows no letters beyond ASCII.
            if offers_plain || !user.is_ascii() || !password.is_ascii() {
                client.authenticate("PLAIN", Answer(Some(plain(user, password)))).await
            } else {
                client.login(user, password).await
            }
        }
        Credentials::Token { user, source } => {
            let token = source().await.map_err(|_| Trouble::Token)?;
            client.authenticate("XOAUTH2", Answer(Some(xoauth2(user, &token)))).await
        }
    };
    signed_in.map_err(|(error, _)| match error {
        Error::No(_) | Error::Bad(_) | Error::Validate(_) => Trouble::Login,
        other => trouble(other),
    })
}

/// The one answer to a challenge; a further one is the server's error report, which is answered with nothing.
struct Answer(Option<String>);

impl Authenticator for Answer {
    type Response = String;

    fn process(&mut self, _: &[u8]) -> String {
        self.0.take().unwrap_or_default()
    }
}

/// The texts of these errors quote what was received, so they go no further.
fn trouble(error: Error) -> Trouble {
    match error {
        Error::Io(error) => io_trouble(error),
        Error::ConnectionLost => Trouble::Lost,
        Error::No(_) => Trouble::Refused,
        _ => Trouble::Protocol,
    }
}

fn io_trouble(error: io::Error) -> Trouble {
    match error.kind() {
        io::ErrorKind::TimedOut => Trouble::TimedOut,
        io::ErrorKind::Other | io::ErrorKind::InvalidData => Trouble::Protocol,
        _ => Trouble::Lost,
    }
}
