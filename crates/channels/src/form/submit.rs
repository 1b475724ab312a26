//! From a filled-in form to a conversation.

use std::net::IpAddr;

use axum::http::StatusCode;
use inbox::{
    acknowledgements::{self, Wanted},
    channels::{self, HealthState},
    conversations::{self, Received},
    port::{Inbound, NewAttachment, Thread},
};
use kernel::{Code, Error, Locale, PersonId, Result};
use people::persons::{self, Handle, IdentityKind, Said};
use store::Tx;
use web::App;

use super::{
    http::{Open, status},
    problems::{Problem, check},
    submission::Submission,
    token::{Age, FormToken},
    words::Words,
};

/// Why nothing was sent, and the token with which the page is shown again.
pub(super) struct Problems {
    pub status: StatusCode,
    /// Seconds after which it may be tried again.
    pub wait: Option<u64>,
    pub list: Vec<Problem>,
    pub token: FormToken,
}

/// Takes the form in and gives the number of its conversation; the same form again gives the same number.
pub(super) async fn submit(
    app: &App,
    open: &Open,
    (locale, ip): (Locale, IpAddr),
    filled: &mut Submission,
    refused: Option<&Error>,
) -> Result<i64, Problems> {
    let words = Words::of(locale);
    let now = app.db.clock().now();
    let given = FormToken::read(&filled.token, &open.secret, open.channel.id);
    // A page that is still good keeps its token, so that it keeps its age and its identity.
    let token = given.filter(|token| token.age(now) != Age::TooOld).unwrap_or_else(|| FormToken::issue(now));
    let mut problems =
        Problems { status: StatusCode::UNPROCESSABLE_ENTITY, wait: None, list: Vec::new(), token };
    if let Some(error) = refused {
        let seconds = error.detail.as_deref().and_then(|detail| detail.parse().ok()).unwrap_or(60);
        let text = words.fill("problem-wait", &[("seconds", &seconds.to_string())]);
        (problems.status, problems.wait) = (StatusCode::TOO_MANY_REQUESTS, Some(seconds));
        problems.list.push(Problem::of_page(text));
    } else if let Some(key) = doubt(given.map(|token| token.age(now)), filled) {
        problems.list.push(Problem::of_page(words.get(key)));
    }
    problems.list.extend(check(filled, &open.config, words));
    if problems.list.is_empty() {
        match take_in(app, open, (locale, ip), filled, token).await {
            Ok(number) => return Ok(number),
            Err(error) => {
                tracing::error!(%error, "a form could not be taken in");
                problems.status = status(&error);
                problems.list.push(Problem::of_page(words.get("problem-failed")));
            }
        }
    }
    if filled.chosen > 0 {
        problems.list.push(Problem { field: Some("files"), text: words.get("problem-files-again") });
    }
    Err(problems)
}

/// What does not look like a person at a page of ours. Nobody is accused: they are asked to send it once more.
fn doubt(age: Option<Age>, filled: &Submission) -> Option<&'static str> {
    match age {
        None | Some(Age::TooOld) => Some("problem-expired"),
        Some(Age::TooYoung) => Some("problem-again"),
        Some(Age::Good) if !filled.trap.is_empty() => Some("problem-again"),
        Some(Age::Good) => None,
    }
}

async fn take_in(
    app: &App,
    open: &Open,
    (locale, ip): (Locale, IpAddr),
    filled: &mut Submission,
    token: FormToken,
) -> Result<i64> {
    app.db.room().admit()?;
    let files = keep(app, filled).await?;
    let inbound = Inbound {
        channel: open.channel.id,
        inbound: None,
        external_id: None,
        client_id: Some(token.client_id(&open.secret, open.channel.id, &filled.content(&files))),
        from: claimed(IdentityKind::Email, &filled.email, Some(&filled.name)),
        author: None,
        sender_verified: Some(false),
        to: Vec::new(),
        cc: Vec::new(),
        subject: (!filled.subject.is_empty()).then(|| filled.subject.clone()),
        text: filled.message.clone(),
        quoted: None,
        html: None,
        attachments: files,
        at: app.db.clock().now(),
        thread: Thread::default(),
        automatic: false,
    };
    let phone = (!filled.phone.is_empty()).then(|| filled.phone.clone());
    let work = move |tx: &mut Tx<'_>| receive(tx, &inbound, phone.as_deref(), (locale, ip));
    match app.db.write(&open.caller, work.clone()).await {
        // The other half of a double click was a moment faster.
        Err(error) if error.code == Code::AlreadyExists => app.db.write(&open.caller, work).await,
        outcome => outcome,
    }
}

/// The bytes are on the disk before anything names them.
async fn keep(app: &App, filled: &mut Submission) -> Result<Vec<NewAttachment>> {
    let mut kept = Vec::new();
    for file in std::mem::take(&mut filled.files) {
        let size = file.bytes.len();
        let blob = app.db.blobs().put(file.bytes).await?.as_str().to_owned();
        let (name, media_type) = (file.name, file.media_type);
        kept.push(NewAttachment { blob, name, media_type, size, content_id: None, inline: false });
    }
    Ok(kept)
}

fn receive(
    tx: &mut Tx<'_>,
    inbound: &Inbound,
    phone: Option<&str>,
    (locale, ip): (Locale, IpAddr),
) -> Result<i64> {
    let received = conversations::receive(tx, inbound)?;
    if !received.repeated {
        describe(tx, received.person, phone, locale)?;
        acknowledge(tx, inbound, &received, (locale, ip))?;
        let now = tx.now();
        channels::set_health(tx, inbound.channel, |health| {
            health.state = HealthState::Ok;
            health.last_in_at = Some(now);
            health.error = None;
        })?;
    }
    Ok(conversations::find(tx, received.conversation)?.number)
}

fn acknowledge(
    tx: &mut Tx<'_>,
    inbound: &Inbound,
    received: &Received,
    (locale, ip): (Locale, IpAddr),
) -> Result<()> {
    let wanted = Wanted {
        channel: inbound.channel,
        address: inbound.from.value.clone(),
        source: Some(ip),
        locale: Some(locale),
    };
    acknowledgements::acknowledge(tx, received, &wanted).map(drop)
}

/// What the page told of the person beside the address.
fn describe(tx: &mut Tx<'_>, person: PersonId, phone: Option<&str>, locale: Locale) -> Result<()> {
    if let Some(phone) = phone {
        persons::claim(tx, person, &claimed(IdentityKind::Phone, phone, None))?;
    }
    let told = serde_json::Map::from_iter([("locale".to_owned(), serde_json::json!(locale.as_str()))]);
    let said = Said { at: tx.now(), message_id: "", source: "form" };
    persons::describe(tx, person, &told, &said).map(drop)
}

/// A value that somebody typed: it proves nothing and leads to nobody.
fn claimed(kind: IdentityKind, value: &str, name: Option<&str>) -> Handle {
    Handle {
        kind,
        value: value.to_owned(),
        name: name.map(str::to_owned),
        verified: false,
        source: "form".to_owned(),
    }
}
