//! S15: the ticket trick. Somebody signs up elsewhere with our address, or with the reply address of his own
//! conversation, and the proof is mailed to us: colleagues see it, he does not; not in an acknowledgement, not quoted in
//! an answer, not in his chat.
//!
//! There is no portal yet; its place is taken by the chat, which shows a visitor what his conversation holds. The control
//! lets words of third parties through.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    check::{Error, Guard, Outcome},
    client::Client,
    engine::Engine,
    post::{self, Letter, address, header, mailbox},
    program::Program,
    report::Report,
    smtp::deliver,
    world::{Visitor, chat, wait},
};

const DESK: &str = "segitseg@mecses.example";
const TRICKSTER: &str = "tamas@customer.example";
const VISITOR: &str = "vilma@customer.example";
const PATIENCE: Duration = Duration::from_secs(60);

type Headers = &'static [(&'static str, &'static str)];

/// Senders of proofs: who, with which headers, and in which words.
const SERVICES: &[(&str, Headers, &str, &str)] = &[
    ("noreply@csevego.example", &[], "Confirm your account", "Your code is"),
    ("no-reply@tarhely.example", &[], "Erősítse meg e-mail-címét", "Az ellenőrző kód:"),
    (
        "notifications@kodtar.example",
        &[("List-Id", "<kodtar.example>")],
        "You have been invited",
        "Join with",
    ),
    ("ertesito@bank.example", &[("Auto-Submitted", "auto-generated")], "Belépés", "Az Ön belépési kódja:"),
    ("feedback@csapat.example", &[("Precedence", "bulk")], "Verify your email", "Verification code:"),
    // Nothing tells these from a person.
    ("csapat@munkaster.example", &[], "Meghívó", "Lépjen be ezzel:"),
    ("anna@ismeros.example", &[], "Szia!", "Itt a kódod:"),
];

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    for engine in Engine::BOTH {
        examine(engine, guard, &mut report).await?;
    }
    Ok(report)
}

struct Stage {
    program: Program,
    admin: Client,
    mail: std::sync::Arc<testservers::Mail>,
    port: u16,
    /// The codes that were mailed to us.
    codes: Vec<String>,
}

async fn examine(engine: Engine, guard: Guard, report: &mut Report) -> Result<(), Error> {
    let mail = post::start(&[TRICKSTER, VISITOR]).await?;
    let mut program = Program::installed(engine, "Mécses Bolt", crate::program::ADMIN).await?;
    program.configure("RATE_LIMITS", "false");
    if guard == Guard::Off {
        program.configure("TEST_GUARDS_OFF", "third-party-words");
    }
    program.restart().await?;
    let admin = program.admin();
    let (_, port) = post::receiver(&admin, &mail, DESK, json!({ "acknowledge": true })).await?;
    let mut stage = Stage { program, admin, mail, port, codes: Vec::new() };
    let letter = Letter::new(TRICKSTER, DESK, "Kérdésem van", "Tamás levele.").raw();
    deliver(stage.port, TRICKSTER, DESK, &letter).await?;
    let by_mail = stage.conversation("Tamás levele.").await?;
    let (by_chat, visitor) = stage.chat().await?;
    for (conversation, person) in [(&by_mail, TRICKSTER), (&by_chat, VISITOR)] {
        let address = stage.reply_address(conversation, person).await?;
        stage.sign_up(&address).await?;
    }
    let numbered = DESK.replacen('@', "+1@", 1);
    stage.sign_up(DESK).await?;
    stage.sign_up(&numbered).await?;
    stage.quiet().await?;
    for conversation in [&by_mail, &by_chat] {
        stage.answer(conversation, "Megnéztük, mindjárt válaszolunk.").await?;
    }
    stage.quiet().await?;
    stage.judge(engine, &visitor, report).await
}

impl Stage {
    async fn conversation(&self, words: &str) -> Result<String, Error> {
        let found = wait(PATIENCE, || async {
            let all = self.admin.all("/api/v1/conversations?view=all").await?;
            Ok(all.into_iter().find(|c| c["preview"].as_str().is_some_and(|p| p.contains(words))))
        });
        let found = found.await?.ok_or_else(|| format!("{words} is not in the list"))?;
        Ok(found["id"].as_str().unwrap_or_default().to_owned())
    }

    /// A visitor who has left an address, so that answers go there as well.
    async fn chat(&self) -> Result<(String, Visitor), Error> {
        let (_, key) = chat(&self.admin, "Csevegés", None).await?;
        let visitor = Visitor::arrive(&self.program.url, &key).await?;
        visitor.say(Uuid::new_v4(), "Vilma üzenete.").await?;
        let email = json!({ "email": VISITOR, "name": "Vilma" });
        let path = format!("/chat/v1/{key}/email");
        visitor.client().call(reqwest::Method::PUT, &path, Some(email)).await?.good()?;
        Ok((self.conversation("Vilma üzenete.").await?, visitor))
    }

    async fn answer(&self, conversation: &str, text: &str) -> Result<(), Error> {
        let path = format!("/api/v1/conversations/{conversation}/messages");
        self.admin.post(&path, json!({ "text": text })).await?.good().map(drop)
    }

    /// The address that an answer of ours tells the person.
    async fn reply_address(&self, conversation: &str, person: &str) -> Result<String, Error> {
        self.answer(conversation, "Miben segíthetünk?").await?;
        let told = wait(PATIENCE, || async {
            let letters = mailbox(&self.mail, person)?;
            let answer = letters.iter().find(|letter| header(letter, "Auto-Submitted").is_none());
            Ok(answer.and_then(|letter| address(letter, "Reply-To")))
        });
        told.await?.ok_or_else(|| format!("no answer reached {person}").into())
    }

    /// Every service mails its proof to an address of ours.
    async fn sign_up(&mut self, address: &str) -> Result<(), Error> {
        for (from, headers, subject, words) in SERVICES {
            let code = format!("{}", 400_000 + self.codes.len() * 137);
            let body = format!("{words} {code}\r\nhttps://belepes.example/{code}");
            let letter = Letter::new(from, address, &format!("{subject} {code}"), &body);
            let letter = headers.iter().fold(letter, |letter, (name, value)| letter.with(name, value));
            if deliver(self.port, from, address, &letter.raw()).await? != 250 {
                return Err(format!("a mail to {address} was refused").into());
            }
            self.codes.push(code);
        }
        Ok(())
    }

    async fn quiet(&self) -> Result<(), Error> {
        let settled = wait(PATIENCE, || async {
            let metrics = self.program.stranger().get("/metrics").await?.good()?.text;
            Ok(metrics.lines().any(|line| line == "kapocs_jobs_waiting 0").then_some(()))
        });
        settled.await?.ok_or_else(|| "the jobs do not end".into())
    }

    fn told<'c>(&'c self, text: &str) -> Vec<&'c String> {
        self.codes.iter().filter(|code| text.contains(code.as_str())).collect()
    }

    async fn judge(&self, engine: Engine, visitor: &Visitor, report: &mut Report) -> Result<(), Error> {
        let mut colleagues = String::new();
        let mut automatic = String::new();
        for conversation in self.admin.all("/api/v1/conversations?view=all").await? {
            let id = conversation["id"].as_str().unwrap_or_default();
            let page =
                self.admin.get(&format!("/api/v1/conversations/{id}/messages?limit=200")).await?.good()?;
            for message in page.json()["items"].as_array().into_iter().flatten() {
                match (message["kind"].as_str(), &message["automatic"]) {
                    (Some("in"), _) => colleagues.push_str(&message.to_string()),
                    (Some("out"), Value::Bool(true)) => automatic.push_str(&message.to_string()),
                    _ => {}
                }
            }
        }
        let seen = self.told(&colleagues).len();
        let all = self.codes.len();
        report.assert(
            format!("{engine}: colleagues see every proof"),
            seen == all,
            format!("{seen} of {all}"),
        );
        report.assert_none(format!("{engine}: none is in an acknowledgement"), &self.told(&automatic));
        report.assert(format!("{engine}: there are acknowledgements"), !automatic.is_empty(), "");
        for (person, letters) in [(TRICKSTER, 3), (VISITOR, 2)] {
            let arrived = wait(PATIENCE, || async {
                Ok(Some(mailbox(&self.mail, person)?).filter(|all| all.len() >= letters))
            });
            let arrived = arrived.await?.ok_or_else(|| format!("the answers did not reach {person}"))?;
            let read: String = arrived.iter().map(|letter| post::readable(letter)).collect();
            let own = read.contains("Megnéztük");
            report.assert(format!("{engine}: {person} can read the answer"), own, "");
            report.assert_none(format!("{engine}: no proof is mailed to {person}"), &self.told(&read));
        }
        let path = format!("/chat/v1/{}/messages?since=0", visitor.key());
        let shown = visitor.client().get(&path).await?.good()?.text;
        let own = shown.contains("Vilma üzenete.") && shown.contains("Megnéztük");
        report.assert(format!("{engine}: the visitor sees her conversation"), own, "");
        report.assert_none(format!("{engine}: none is in her chat"), &self.told(&shown));
        self.machines_get_nothing(engine, report).await
    }

    async fn machines_get_nothing(&self, engine: Engine, report: &mut Report) -> Result<(), Error> {
        let mut answered = Vec::new();
        for (from, ..) in SERVICES.iter().take(5) {
            let sql = format!("SELECT COUNT(*) FROM deliveries WHERE address = '{from}'");
            if self.program.database().number(&sql).await? > 0 {
                answered.push(from);
            }
        }
        report.assert_none(format!("{engine}: no machine is answered"), &answered);
        Ok(())
    }
}
