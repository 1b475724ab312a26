//! S04: a mail is whose it proves to be. A forged one is kept and shown with its mark; it sends nothing to anybody and
//! gives nobody a part in a conversation.
//!
//! Real Postfix and Dovecot carry the answers; the DNS is a stand-in that holds what the domains publish. The control
//! switches off both guards of the product: the verification of senders and the signature of reply tokens.

mod forgeries;

use std::{collections::BTreeSet, time::Duration};

use channels::email::text::{DkimKey, TokenKey};
use serde_json::{Value, json};
use testservers::Mail;

use crate::{
    browser,
    check::{Error, Guard, Outcome},
    client::Client,
    dns::Dns,
    engine::Engine,
    post::{self, Letter, address, header, mailbox},
    program::{ADMIN, PASSWORD, Program},
    report::Report,
    smtp::deliver,
    world::{colleague, wait},
};
use forgeries::{Forgery, Known, forgeries};

const DESK: &str = "segitseg@mecses.example";
/// Whom the forgers play.
const ANNA: &str = "anna@customer.example";
const BELA: &str = "bela@customer.example";
/// A stranger with a domain of his own, which proves whatever he likes.
const MALLORY: &str = "mallory@kapocs.example";
const SPY: &str = "kem@kapocs.example";
const COLLEAGUE: &str = "agnes@mecses.example";
const FORMER: &str = "denes@mecses.example";
const PATIENCE: Duration = Duration::from_secs(60);

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    for engine in Engine::BOTH {
        examine(engine, guard, &mut report).await?;
    }
    Ok(report)
}

struct Keys {
    customer: DkimKey,
    stranger: DkimKey,
    own: DkimKey,
}

impl Keys {
    fn new() -> Result<Self, Error> {
        let key = |domain| Ok::<_, Error>(DkimKey::new(domain, "k1", &DkimKey::generate_ed25519()?)?);
        Ok(Self {
            customer: key("customer.example")?,
            stranger: key("kapocs.example")?,
            own: key("mecses.example")?,
        })
    }

    /// Every domain signs, has a policy, and lets this very machine send for it.
    fn records(&self) -> Vec<(String, String)> {
        let mut records = Vec::new();
        for (domain, key) in [
            ("customer.example", &self.customer),
            ("kapocs.example", &self.stranger),
            ("mecses.example", &self.own),
        ] {
            let (name, value) = key.dns_record();
            records.push((name.to_owned(), value.to_owned()));
            records.push((format!("_dmarc.{domain}"), "v=DMARC1; p=reject".to_owned()));
            records.push((domain.to_owned(), "v=spf1 ip4:127.0.0.0/8 -all".to_owned()));
        }
        records
    }
}

struct Stage {
    program: Program,
    admin: Client,
    mail: std::sync::Arc<Mail>,
    keys: Keys,
    port: u16,
    _dns: Dns,
}

async fn stage(engine: Engine, guard: Guard) -> Result<Stage, Error> {
    let keys = Keys::new()?;
    let dns = Dns::start(keys.records()).await?;
    let mail = post::start(&[ANNA, BELA, MALLORY, SPY]).await?;
    let mut variables = vec![("RATE_LIMITS", "false".to_owned()), ("DNS", dns.address.to_string())];
    if guard == Guard::Off {
        variables.push(("TEST_GUARDS_OFF", "sender-verification,reply-token".to_owned()));
    }
    let variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let program = Program::start_with(engine, &variables).await?;
    let admin = program.admin();
    let (_, port) = post::receiver(&admin, &mail, DESK, json!({ "acknowledge": true })).await?;
    Ok(Stage { program, admin, mail, keys, port, _dns: dns })
}

impl Stage {
    async fn take(&self, from: &str, to: &str, raw: &[u8]) -> Result<(), Error> {
        match deliver(self.port, from, to, raw).await? {
            250 => Ok(()),
            code => Err(format!("a letter of {from} was refused: {code}").into()),
        }
    }

    /// The conversation of somebody's genuine letter, answered; and the answer as it arrived.
    async fn correspond(
        &self,
        from: &str,
        letter: &Letter,
        key: &DkimKey,
    ) -> Result<(String, String), Error> {
        self.take(from, DESK, &letter.signed(key)?).await?;
        let found = self.placed(&letter.body).await?.ok_or("a genuine letter did not arrive")?;
        let id = found["conversation"].as_str().unwrap_or_default().to_owned();
        let answer = json!({ "text": format!("Válaszunk erre: {}", letter.body) });
        self.admin.post(&format!("/api/v1/conversations/{id}/messages"), answer).await?.good()?;
        let arrived = wait(PATIENCE, || async {
            Ok(mailbox(&self.mail, from)?.into_iter().find(|raw| header(raw, "Auto-Submitted").is_none()))
        });
        Ok((id, arrived.await?.ok_or("the answer did not arrive")?))
    }

    /// Every message that came in, with its conversation.
    async fn messages(&self) -> Result<Vec<Value>, Error> {
        let mut found = Vec::new();
        for conversation in self.admin.all("/api/v1/conversations?view=all").await? {
            let id = conversation["id"].as_str().unwrap_or_default();
            let page =
                self.admin.get(&format!("/api/v1/conversations/{id}/messages?limit=200")).await?.good()?;
            for message in page.json()["items"].as_array().into_iter().flatten() {
                let mut message = message.clone();
                message["conversation"] = json!(id);
                found.push(message);
            }
        }
        Ok(found)
    }

    async fn placed(&self, body: &str) -> Result<Option<Value>, Error> {
        wait(PATIENCE, || async { Ok(self.messages().await?.into_iter().find(|m| is_of(m, body))) }).await
    }

    async fn quiet(&self) -> Result<(), Error> {
        let settled = wait(PATIENCE, || async {
            let metrics = self.program.stranger().get("/metrics").await?.good()?.text;
            Ok(metrics.lines().any(|line| line == "kapocs_jobs_waiting 0").then_some(()))
        });
        settled.await?.ok_or_else(|| "the jobs do not end".into())
    }

    /// What a forged mail might widen: who takes part, who may sign in, which addresses count as proved.
    async fn access(&self, conversation: &str) -> Result<BTreeSet<String>, Error> {
        let detail = self.admin.get(&format!("/api/v1/conversations/{conversation}")).await?.good()?.json();
        let parts = detail["participants"].as_array().into_iter().flatten();
        let mut access: BTreeSet<String> = parts.map(|part| format!("takes part: {part}")).collect();
        for table in ["users", "api_keys", "sessions", "team_members"] {
            let count = self.program.database().number(&format!("SELECT COUNT(*) FROM {table}")).await?;
            access.insert(format!("{table}: {count}"));
        }
        for person in self.admin.all("/api/v1/people").await? {
            let id = person["id"].as_str().unwrap_or_default();
            let person = self.admin.get(&format!("/api/v1/people/{id}")).await?.good()?.json();
            let proved =
                person["identities"].as_array().into_iter().flatten().filter(|i| i["verified"] == true);
            // Mallory may prove that he is Mallory.
            let proved = proved.filter(|i| i["value"] != MALLORY);
            access.extend(proved.map(|identity| format!("proved: {}", identity["value"])));
        }
        Ok(access)
    }

    async fn sent(&self) -> Result<Vec<i64>, Error> {
        let rows = self.program.database().number("SELECT COUNT(*) FROM deliveries").await?;
        let mut counts = vec![rows];
        for address in [ANNA, BELA, MALLORY, SPY] {
            counts.push(i64::try_from(mailbox(&self.mail, address)?.len())?);
        }
        Ok(counts)
    }
}

fn is_of(message: &Value, body: &str) -> bool {
    message["kind"] == "in" && message["text"].as_str().is_some_and(|text| text.contains(body))
}

async fn examine(engine: Engine, guard: Guard, report: &mut Report) -> Result<(), Error> {
    let stage = stage(engine, guard).await?;
    colleague(&stage.admin, "agnes", "agent").await?;
    let former = colleague(&stage.admin, "denes", "administrator").await?;
    stage.admin.patch(&format!("/api/v1/users/{}", former.id), json!({ "disabled": true })).await?.good()?;
    let genuine = Letter::new(ANNA, DESK, "Hol a csomagom?", "Anna igazi levele.");
    let (conversation, answer) = stage.correspond(ANNA, &genuine, &stage.keys.customer).await?;
    let his = Letter::new(MALLORY, DESK, "Kérdés", "Mallory igazi levele.");
    let (_, his_answer) = stage.correspond(MALLORY, &his, &stage.keys.stranger).await?;
    stage.quiet().await?;
    let (access, sent) = (stage.access(&conversation).await?, stage.sent().await?);
    let secret = stage.program.database().blob("SELECT secret FROM workspaces").await?;
    let known = Known {
        conversation: conversation.parse().map_err(|_| "the conversation has no id")?,
        id: header(&answer, "Message-ID").ok_or("the answer has no Message-ID")?,
        reply_to: address(&answer, "Reply-To").ok_or("the answer has no Reply-To")?,
        his_reply_to: address(&his_answer, "Reply-To").ok_or("the answer has no Reply-To")?,
        secret: TokenKey::new(&secret).ok_or("the workspace has no secret")?,
        genuine,
    };
    let forged = forgeries(&stage.keys, &known)?;
    for forgery in &forged {
        stage.take(&forgery.envelope, &forgery.to, &forgery.raw).await?;
    }
    stage.quiet().await?;
    judge(engine, &stage, (&conversation, &forged), report).await?;
    let now = stage.access(&conversation).await?;
    let new: Vec<&String> = now.difference(&access).collect();
    report.assert_none(format!("{engine}: nobody was given access"), &new);
    let now = stage.sent().await?;
    report.assert(
        format!("{engine}: no mail was sent to anybody"),
        now == sent,
        format!("{sent:?} → {now:?}"),
    );
    marked(engine, &stage, (&conversation, &forged), report).await?;
    trusted(engine, &stage, (&conversation, &known), report).await
}

/// Nothing is lost, whoever is unproved bears the mark, and only what may join has joined.
async fn judge(
    engine: Engine,
    stage: &Stage,
    (conversation, forged): (&str, &[Forgery]),
    report: &mut Report,
) -> Result<(), Error> {
    let messages = stage.messages().await?;
    let (mut lost, mut unmarked, mut strayed) = (Vec::new(), Vec::new(), Vec::new());
    for forgery in forged {
        let Some(message) = messages.iter().find(|message| is_of(message, &forgery.words)) else {
            lost.push(forgery.name);
            continue;
        };
        if message["sender_verified"] != json!(forgery.is_himself) {
            unmarked.push(format!("{}: {}", forgery.name, message["sender_verified"]));
        }
        if (message["conversation"] == conversation) != forgery.joins {
            strayed.push(format!("{}: {}", forgery.name, message["match"]));
        }
    }
    report.assert(format!("{engine}: there are many forgeries"), forged.len() >= 20, forged.len());
    report.assert_none(format!("{engine}: no forged mail is lost"), &lost);
    report.assert_none(format!("{engine}: each is known as what it is"), &unmarked);
    report.assert_none(format!("{engine}: none is in a conversation that is not its own"), &strayed);
    Ok(())
}

/// The mark as an agent sees it.
async fn marked(
    engine: Engine,
    stage: &Stage,
    (conversation, forged): (&str, &[Forgery]),
    report: &mut Report,
) -> Result<(), Error> {
    let person = Client::sign_in(&stage.program.url, ADMIN, PASSWORD).await?;
    let words = forged.iter().find(|forgery| forgery.joins).ok_or("no forgery joins")?.words.clone();
    let url = format!("{}/inbox/all/{conversation}", stage.program.url);
    let visit = json!({ "name": "thread", "url": url, "seen": [words, "Nem igazolt feladó"] });
    let group = json!({ "name": "agent", "session": person.token(), "visits": [visit] });
    let content = stage.program.url.replace("127.0.0.1", "localhost");
    let task = json!({ "origin": stage.program.url, "content": content, "groups": [group] });
    let seen = browser::drive("visit.mjs", task).await?;
    let missing = seen["visits"][0]["missing"].as_array().cloned().unwrap_or_default();
    report.assert_none(format!("{engine}: the mark is on the agent's screen"), &missing);
    Ok(())
}

/// The same with everything in order: the guard does not stop honest people.
async fn trusted(
    engine: Engine,
    stage: &Stage,
    (conversation, known): (&str, &Known),
    report: &mut Report,
) -> Result<(), Error> {
    let words = "Anna második igazi levele.";
    let letter = Letter::new(ANNA, &known.reply_to, "Re: Hol a csomagom?", words).with("Cc", BELA);
    stage.take(ANNA, &known.reply_to, &letter.signed(&stage.keys.customer)?).await?;
    let message = stage.placed(words).await?.ok_or("the second genuine letter did not arrive")?;
    let joined = message["conversation"] == conversation && message["sender_verified"] == true;
    report.assert(format!("{engine}: a genuine answer joins, verified"), joined, &message["match"]);
    let access = stage.access(conversation).await?;
    let brought = access.iter().any(|line| line.starts_with("takes part") && line.contains(BELA));
    report.assert(format!("{engine}: and brings along whom it copies"), brought, "");
    Ok(())
}
