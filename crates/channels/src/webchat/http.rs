//! `/chat/v1/{key}`: what the widget calls. No cookie is read; a visitor proves themselves by their token.

use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, FromRequestParts, Multipart, State},
    http::{StatusCode, request::Parts as RequestParts},
    response::{IntoResponse, Response},
    routing::{any, get, post, put},
};
use inbox::{
    attachments, channels,
    channels::ChannelRow,
    conversations,
    port::{Inbound, Thread},
};
use kernel::{AttachmentId, Code, ConversationId, Error, Locale, Result};
use people::{persons, secrets::Vault};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Read, Tx};
use uuid::Uuid;
use web::{ApiError, ApiResult, App, ClientIp, Json, Limit, PathId, Query};

use super::{
    config::{ChatConfig, Words},
    heard, identity, socket,
    view::{self, ChatFile, ChatMessage},
    visitors::{self, Visitor},
};
use crate::email::is_address;

/// The longest chat message, in characters.
const MAX_LENGTH: usize = 4_000;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/chat/v1/{key}/visitor", post(arrive))
        .route("/chat/v1/{key}/messages", get(messages).post(write))
        .route("/chat/v1/{key}/email", put(email))
        .route("/chat/v1/{key}/socket", any(socket::open))
        .layer(DefaultBodyLimit::max(64 * 1024))
        .merge(
            Router::new()
                .route("/chat/v1/{key}/attachments", post(upload))
                .layer(DefaultBodyLimit::max(attachments::MAX_UPLOAD + 64 * 1024)),
        )
}

/// The enabled chat behind a public key.
pub(super) async fn channel(app: &App, key: String) -> Result<ChannelRow> {
    app.db.system_read("chat", move |read| enabled(read, &key)).await
}

fn enabled(read: &mut Read<'_>, key: &str) -> Result<ChannelRow> {
    let channel = channels::by_key(read, key)?;
    if channel.kind == "chat" { Ok(channel) } else { Err(Error::not_found()) }
}

/// The visitor who holds a token of this chat.
pub(super) async fn visitor(app: &App, channel: &ChannelRow, token: String) -> Result<Visitor> {
    let row = channel.clone();
    let found = app.db.system_read("chat", move |read| visitors::by_token(read, &row, &token)).await?;
    found.ok_or_else(|| Error::new(Code::InvalidToken))
}

/// A visitor by the token in the request.
struct Known(Visitor);

impl FromRequestParts<App> for Known {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut RequestParts, app: &App) -> Result<Self, ApiError> {
        let PathId(key) = PathId::<String>::from_request_parts(parts, app).await?;
        let header = parts.headers.get("authorization").and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default().to_owned();
        let found = app.db.system_read("chat", move |read| {
            let channel = enabled(read, &key)?;
            visitors::by_token(read, &channel, &token)
        });
        Ok(Self(found.await?.ok_or_else(|| Error::new(Code::InvalidToken))?))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Arrival {
    token: Option<String>,
    identity: Option<String>,
    locale: Option<String>,
    #[serde(default)]
    page: Option<Page>,
    #[serde(default)]
    #[expect(dead_code, reason = "part of the contract; kept with the page when visits are facts")]
    referrer: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct Page {
    url: String,
    #[serde(default)]
    title: String,
}

#[derive(Serialize)]
struct Welcome {
    token: String,
    visitor_id: kernel::VisitorId,
    locale: Locale,
    channel: ChannelShown,
    person: PersonShown,
    conversation: Option<ConversationShown>,
    online: bool,
}

#[derive(Serialize)]
struct ChannelShown {
    name: String,
    greeting: Words,
    reply_time: Words,
    color: String,
    position: String,
    ask_email: String,
}

#[derive(Serialize)]
struct PersonShown {
    name: Option<String>,
    email: Option<String>,
    verified: bool,
}

#[derive(Serialize)]
struct ConversationShown {
    last_seq: i64,
    open: bool,
}

/// A visitor opens the chat: recognised by their token, named by a signed identity, or new.
async fn arrive(
    State(app): State<App>,
    Extension(vault): Extension<Vault>,
    ClientIp(ip): ClientIp,
    PathId(key): PathId<String>,
    Json(arrival): Json<Arrival>,
) -> ApiResult<Response> {
    let channel = channel(&app, key).await?;
    let locale = arrival.locale.as_deref().and_then(Locale::from_tag).unwrap_or_default();
    let identity = match &arrival.identity {
        None => None,
        Some(jwt) => Some(identity::verify(
            jwt,
            &secret(&vault, &channel)?,
            &channel.public_key,
            app.db.clock().now(),
        )?),
    };
    let known = match arrival.token.clone() {
        None => None,
        Some(token) => visitor(&app, &channel, token.clone()).await.ok().map(|visitor| (token, visitor)),
    };
    if known.is_none() {
        app.db.room().admit()?;
        app.limits.take(Limit::VisitorByIp, &ip.to_string())?;
    }
    let page = arrival.page.map(|page| json!(page));
    let caller = kernel::Caller::system(channel.workspace, "chat");
    let fresh = visitors::new_token();
    let welcome = app
        .db
        .write(&caller, move |tx| {
            let (token, visitor) = match &known {
                Some((token, visitor)) if !is_another(tx, visitor, identity.as_ref())? => {
                    (token, visitor.clone())
                }
                _ => (&fresh, visitors::create(tx, &channel, &fresh, locale)?),
            };
            visitors::seen(tx, &visitor, locale)?;
            note_page(tx, &visitor, page.as_ref())?;
            if let Some(identity) = &identity {
                identify(tx, &visitor, identity)?;
            }
            welcome(tx, &channel, visitor, token.clone(), locale)
        })
        .await?;
    Ok(axum::Json(welcome).into_response())
}

/// Whether somebody else signed in on this browser: they begin a chat of their own and read nothing of the one before.
fn is_another(read: &mut Read<'_>, visitor: &Visitor, identity: Option<&identity::Identity>) -> Result<bool> {
    let Some(identity) = identity else { return Ok(false) };
    let person = persons::get(read, visitor.person)?;
    let mut accounts =
        person.identities.iter().filter(|one| one.kind == persons::IdentityKind::External).peekable();
    Ok(accounts.peek().is_some() && accounts.all(|one| one.value != identity.sub))
}

/// The sealed secret of the chat's identity tokens.
fn secret(vault: &Vault, channel: &ChannelRow) -> Result<String> {
    let sealed = channel.secrets.clone().ok_or_else(|| Error::new(Code::InvalidToken))?;
    let plain = vault.open(channel.workspace, &sealed)?;
    let secrets: serde_json::Value = serde_json::from_slice(&plain).map_err(Error::internal)?;
    secrets["identity_secret"].as_str().map(str::to_owned).ok_or_else(|| Error::new(Code::InvalidToken))
}

fn note_page(tx: &mut Tx<'_>, visitor: &Visitor, page: Option<&serde_json::Value>) -> Result<()> {
    let Some(page) = page else { return Ok(()) };
    let sql = "UPDATE visitors SET page = $3 WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, store::params![visitor.workspace, visitor.id, page]).map(drop)
}

/// The site's own server said who this is: the visitor joins that person.
fn identify(tx: &mut Tx<'_>, visitor: &Visitor, identity: &identity::Identity) -> Result<()> {
    let handle = |kind, value: &str| persons::Handle {
        kind,
        value: value.to_owned(),
        name: identity.name.clone(),
        verified: true,
        source: "identity".into(),
    };
    persons::verify(tx, visitor.person, &handle(persons::IdentityKind::External, &identity.sub))?;
    let Some(email) = identity.email.as_deref().filter(|email| is_address(email)) else { return Ok(()) };
    let email = handle(persons::IdentityKind::Email, email);
    if identity.email_verified {
        persons::verify(tx, visitor.person, &email).map(drop)
    } else {
        persons::claim(tx, visitor.person, &persons::Handle { verified: false, ..email })
    }
}

fn welcome(
    read: &mut Read<'_>,
    channel: &ChannelRow,
    visitor: Visitor,
    token: String,
    locale: Locale,
) -> Result<Welcome> {
    let config: ChatConfig = serde_json::from_value(channel.config.clone()).unwrap_or_default();
    let person = persons::get(read, visitor.person)?;
    let conversation = match visitors::current_conversation(read, &visitor)? {
        None => None,
        Some(id) => Some(ConversationShown {
            last_seq: view::last_seq(read, id)?,
            open: conversations::find(read, id)?.status != conversations::Status::Closed,
        }),
    };
    let verified = person
        .identities
        .iter()
        .any(|identity| identity.verified && identity.kind == persons::IdentityKind::Email);
    Ok(Welcome {
        token,
        visitor_id: visitor.id,
        locale,
        channel: ChannelShown {
            name: channel.name.clone(),
            greeting: config.greeting,
            reply_time: config.reply_time,
            color: config.color,
            position: config.position,
            ask_email: config.ask_email,
        },
        person: PersonShown { name: person.name, email: visitor.email_claim.or(person.email), verified },
        conversation,
        online: visitors::is_staffed(read)?,
    })
}

#[derive(Deserialize)]
struct Since {
    #[serde(default)]
    since: i64,
}

#[derive(Serialize)]
struct Messages {
    items: Vec<ChatMessage>,
}

async fn messages(
    State(app): State<App>,
    Known(visitor): Known,
    Query(range): Query<Since>,
) -> ApiResult<Json<Messages>> {
    Ok(Json(Messages { items: missed(&app, &visitor, range.since).await? }))
}

/// What the visitor has not got yet.
pub(super) async fn missed(app: &App, visitor: &Visitor, since: i64) -> Result<Vec<ChatMessage>> {
    let content_url = app.edge.content_url.clone();
    let visitor = visitor.clone();
    let caller = kernel::Caller::system(visitor.workspace, "chat");
    app.db
        .read(&caller, move |read| match visitors::current_conversation(read, &visitor)? {
            Some(id) => view::since(read, &content_url, id, since),
            None => Ok(Vec::new()),
        })
        .await
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    pub client_id: Uuid,
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub attachments: Vec<AttachmentId>,
}

async fn write(
    State(app): State<App>,
    Known(visitor): Known,
    Json(written): Json<Written>,
) -> ApiResult<Response> {
    let said = say(&app, &visitor, written).await?;
    Ok((StatusCode::CREATED, axum::Json(said.message)).into_response())
}

/// A message of the visitor's, and where it went.
pub(super) struct Said {
    pub conversation: ConversationId,
    pub message: ChatMessage,
}

/// Takes in a visitor's message; the same `client_id` again gives the same message.
pub(super) async fn say(app: &App, visitor: &Visitor, written: Written) -> Result<Said> {
    app.limits.take(Limit::ChatByVisitor, &visitor.id.to_string())?;
    if written.text.trim().is_empty() && written.attachments.is_empty() {
        return Err(Error::new(Code::Required).field("text"));
    }
    if written.text.chars().count() > MAX_LENGTH {
        return Err(Error::new(Code::TooLong).field("text"));
    }
    let is_news = heard::is_news(visitor.channel, app.db.clock().now());
    let content_url = app.edge.content_url.clone();
    let visitor = visitor.clone();
    app.db
        .write(&visitor.caller(), move |tx| {
            let visitor = visitors::by_id_for_update(tx, visitor.id)?.ok_or_else(Error::not_found)?;
            let thread =
                Thread { conversation: visitors::current_conversation(tx, &visitor)?, ..Thread::default() };
            let inbound = inbound(tx, &visitor, &written, thread)?;
            let received = conversations::receive(tx, &inbound)?;
            if !received.repeated {
                attachments::attach(tx, received.message, &written.attachments)?;
                if is_news {
                    heard::note(tx, visitor.channel)?;
                }
                if visitor.conversation != Some(received.conversation) {
                    visitors::set_conversation(tx, &visitor, received.conversation)?;
                }
            }
            let message = if received.repeated || !written.attachments.is_empty() {
                view::message(tx, &content_url, received.conversation, received.seq)?
            } else {
                view::just_written(&received, &inbound)
            };
            Ok(Said { conversation: received.conversation, message })
        })
        .await
}

fn inbound(tx: &mut Tx<'_>, visitor: &Visitor, written: &Written, thread: Thread) -> Result<Inbound> {
    let known = persons::known_as(tx, visitor.person)?;
    let author = known.name.or_else(|| visitor.email_claim.clone()).unwrap_or_default();
    Ok(Inbound {
        channel: visitor.channel,
        inbound: None,
        external_id: None,
        client_id: Some(written.client_id),
        from: visitor.handle(),
        author: Some(author),
        sender_verified: Some(known.is_proven),
        to: Vec::new(),
        cc: Vec::new(),
        subject: None,
        text: written.text.trim().replace('\0', "\u{fffd}"),
        quoted: None,
        html: None,
        attachments: Vec::new(),
        at: tx.now(),
        thread,
        automatic: false,
    })
}

async fn upload(State(app): State<App>, Known(visitor): Known, form: Multipart) -> ApiResult<Response> {
    app.limits.take(Limit::UploadByCaller, &visitor.id.to_string())?;
    let (name, media_type, bytes) = attachments::http::read_file(form).await?;
    let size = bytes.len();
    let hash = app.db.blobs().put(bytes).await?;
    let content_url = app.edge.content_url.clone();
    let file = app
        .db
        .write(&visitor.caller(), move |tx| {
            let file = attachments::upload(tx, &hash, &name, &media_type, size)?;
            attachments::link(tx, &content_url, &file).map(ChatFile::from)
        })
        .await?;
    Ok((StatusCode::CREATED, axum::Json(file)).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EmailClaim {
    email: String,
    name: Option<String>,
}

/// Keeps the address the visitor gave. It is a claim: answers also go there, and nobody is merged.
async fn email(
    State(app): State<App>,
    Known(visitor): Known,
    Json(claim): Json<EmailClaim>,
) -> ApiResult<Response> {
    let address = claim.email.trim().to_owned();
    if !is_address(&address) {
        return Err(Error::new(Code::InvalidEmail).field("email").into());
    }
    let name = claim.name.filter(|name| !name.trim().is_empty());
    app.db
        .write(&visitor.caller(), move |tx| visitors::claim_email(tx, &visitor, &address, name.as_deref()))
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
