//! A workspace of 100,000 conversations with 1,000,000 messages: list, badges, search and a conversation opened.

use std::time::{Duration, Instant};

use inbox::{
    channels::{self, NewChannel},
    conversations::{self, DraftMode, NewMessage, Priority},
    port::{Inbound, Thread},
};
use kernel::{Caller, ChannelId, Clock, ConversationId, Timestamp, UserId, WorkspaceId};
use people::persons::{Handle, IdentityKind};
use store::{Db, Options, Read, Tx};

use crate::{
    registry::Outcome,
    server::{Client, Place, Result, Server, milliseconds, quantile},
    table::Table,
};

const CONVERSATIONS: usize = 100_000;
const MESSAGES: usize = 10;
/// Conversations of one transaction.
const PORTION: usize = 500;
const PATIENCE: Duration = Duration::from_secs(1_200);
const WORDS: &str = "csomag számla rendelés kedvezmény visszaküldés futár cím garancia kabát bögre lámpa asztal \
     határidő átvétel utánvét bankkártya jelszó fiók hírlevél hiba kérdés köszönöm sürgős holnap tegnap délután \
     parcel invoice order refund delivery address warranty coat mug lamp table deadline payment password account \
     newsletter broken question thanks urgent tomorrow yesterday afternoon bolt nyitvatartás méret szín készlet";

pub fn run(table: &mut Table) -> Outcome {
    let place = Place::prepare(None)?;
    let began = Instant::now();
    fill(&place)?;
    table.figure("written through the product's own verbs", began.elapsed().as_secs_f64(), "s");
    measure(table, "SQLite", &Server::over(&place, None)?)?;
    let postgres = testservers::Postgres::start().map_err(|failure| format!("no PostgreSQL: {failure}"))?;
    let url = postgres.create_database().map_err(|failure| failure.to_string())?;
    let began = Instant::now();
    let moved = place.program("move", Some(&url))?.output()?;
    if !moved.status.success() {
        return Err(String::from_utf8_lossy(&moved.stderr).into_owned().into());
    }
    table.figure("moved from the file to PostgreSQL", began.elapsed().as_secs_f64(), "s");
    measure(table, "PostgreSQL", &Server::over(&place, Some(&url))?)
}

fn measure(table: &mut Table, engine: &str, server: &Server) -> Outcome {
    table.figure(format!("{engine}: start"), milliseconds(server.start), "ms");
    let mut client = server.client()?;
    let began = Instant::now();
    // The newest words come last into the index.
    while !client
        .get(&format!("/api/v1/conversations?view=all&query={}", escaped("utolsóként")))?
        .body
        .contains("\"number\"")
    {
        if began.elapsed() > PATIENCE {
            return Err("the search does not catch up".into());
        }
        std::thread::park_timeout(Duration::from_millis(200));
    }
    table.figure(format!("{engine}: search built anew"), began.elapsed().as_secs_f64(), "s");
    table.figure(format!("{engine}: memory"), server.memory()? / 1e6, "MB");
    let newest = first_id(&client.get("/api/v1/conversations?view=all")?.body)?;
    let asked: [(&str, Vec<String>); 4] = [
        (
            "list",
            ["all", "unassigned", "snoozed", "closed"].map(|v| format!("conversations?view={v}")).into(),
        ),
        ("badges", vec!["views".into()]),
        (
            "search",
            ["csomag", "számla futár", "warranty", "rendelések", "csomga", "vevo41234", "\"holnap délután\""]
                .map(|words| format!("conversations?view=all&query={}", escaped(words)))
                .into(),
        ),
        (
            "conversation opened",
            vec![format!("conversations/{newest}"), format!("conversations/{newest}/messages")],
        ),
    ];
    for (what, paths) in asked {
        let times = time(&mut client, &paths)?;
        let p99 = milliseconds(quantile(&mut times.clone(), 0.99));
        let median = milliseconds(quantile(&mut times.clone(), 0.5));
        table.figure(format!("{engine}:    {what}, median"), median, "ms");
        table.figure(format!("{engine}:    {what}, 99th percentile"), p99, "ms");
    }
    Ok(())
}

fn time(client: &mut Client, paths: &[String]) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    for path in paths.iter().cycle().take(700) {
        let began = Instant::now();
        let reply = client.get(&format!("/api/v1/{path}"))?;
        if reply.status != 200 {
            return Err(format!("{path} answered {}: {}", reply.status, reply.body).into());
        }
        times.push(began.elapsed());
    }
    Ok(times)
}

fn first_id(json: &str) -> Result<String> {
    let (_, rest) = json.split_once("\"items\":[{\"id\":\"").ok_or("an empty list")?;
    Ok(rest.split('"').next().unwrap_or_default().to_owned())
}

fn escaped(words: &str) -> String {
    words
        .bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}

fn fill(place: &Place) -> Outcome {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let db = Db::open(&Options { data: place.data(), database: None }, Clock::System).await?;
        let (workspace, user): (WorkspaceId, UserId) = db
            .system_read("bench", |read: &mut Read<'_>| {
                let row = read.one("SELECT workspace_id, id FROM users", &[])?;
                Ok((row.get(0)?, row.get(1)?))
            })
            .await?;
        let caller = Caller::system(workspace, "bench");
        let channel = db.write(&caller, open_channel).await?;
        let start = db.clock().now().0 - 90 * 24 * 3_600 * 1_000_000;
        for first in (0..CONVERSATIONS).step_by(PORTION) {
            let write = move |tx: &mut Tx<'_>| {
                (first..first + PORTION).try_for_each(|number| tell(tx, channel, user, number, start))
            };
            db.write(&caller, write).await?;
        }
        db.write(&caller, |tx| tx.execute("DELETE FROM jobs", &[]).map(drop)).await?;
        Ok::<(), kernel::Error>(())
    })?;
    Ok(())
}

fn open_channel(tx: &mut Tx<'_>) -> kernel::Result<ChannelId> {
    let new = NewChannel {
        kind: "chat".into(),
        name: "Chat".into(),
        team: None,
        secrets: None,
        config: serde_json::json!({}),
        addresses: Vec::new(),
    };
    Ok(channels::create(tx, &new)?.id)
}

/// One conversation: mostly the customer, now and then a colleague's note; most end closed, as in life.
fn tell(tx: &mut Tx<'_>, channel: ChannelId, user: UserId, number: usize, start: i64) -> kernel::Result<()> {
    let mut dice = Dice(number as u64 + 1);
    let mut conversation = None;
    for turn in 0..MESSAGES {
        let at = Timestamp(start + (number as i64 * 75 + turn as i64 * 6) * 1_000_000);
        conversation = Some(tx.at(at, |tx| say(tx, channel, number, turn, conversation, &mut dice))?);
    }
    let Some(id) = conversation else { return Ok(()) };
    match dice.roll(20) {
        0 => Ok(()),
        1 => conversations::set_priority(tx, id, Priority::Urgent),
        2 => conversations::assign(tx, id, Some(user)),
        _ => conversations::close(tx, id),
    }
}

fn say(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    number: usize,
    turn: usize,
    conversation: Option<ConversationId>,
    dice: &mut Dice,
) -> kernel::Result<ConversationId> {
    let mut text = dice.sentence();
    if number + 1 == CONVERSATIONS && turn + 1 == MESSAGES {
        text.push_str(" utolsóként");
    }
    if let Some(id) = conversation
        && turn % 3 == 1
    {
        let note = NewMessage { kind: DraftMode::Note, text, ..NewMessage::default() };
        conversations::note(tx, id, &note)?;
        return Ok(id);
    }
    let inbound = Inbound {
        channel,
        inbound: None,
        external_id: None,
        client_id: None,
        from: Handle {
            kind: IdentityKind::Email,
            value: format!("vevo{number}@vevo.example"),
            name: Some(format!("Vevő {number}")),
            verified: true,
            source: "bench".into(),
        },
        author: None,
        sender_verified: Some(true),
        to: Vec::new(),
        cc: Vec::new(),
        subject: Some(format!("Ügy {number}")),
        text,
        quoted: None,
        html: None,
        attachments: Vec::new(),
        at: tx.now(),
        thread: Thread { conversation, ..Thread::default() },
        automatic: false,
    };
    Ok(conversations::receive(tx, &inbound)?.conversation)
}

/// The same stories at every run (splitmix64, Steele et al. 2014).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.next() % sides
    }

    /// Twelve words, the first ones of the list more often, and a number of an order.
    fn sentence(&mut self) -> String {
        let words: Vec<&str> = WORDS.split_whitespace().collect();
        let mut said = Vec::new();
        for _ in 0..12 {
            let highest = self.roll(words.len() as u64) + 1;
            let index = self.roll(highest);
            said.push(words[index as usize].to_owned());
        }
        said.push(format!("K-{}", self.roll(1_000_000)));
        said.join(" ")
    }
}
