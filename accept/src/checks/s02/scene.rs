//! A workspace to which only hostile people write.

use std::{collections::HashMap, fmt::Write as _, fs, path::PathBuf, time::Duration};

use futures::{StreamExt, TryStreamExt, stream};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    generated,
    mail::{Letter, OURS, Refuser},
    vectors::{BODIES, FILE_NAMES, TEXTS, marked},
};
use crate::{
    check::Error,
    client::{Answer, Client},
    engine::Engine,
    program::{ADMIN, PASSWORD, Program},
    smtp::Courier,
    world::{Visitor, chat, form, key, listening, team, wait},
};

const GENERATED: usize = 400;
/// So many vectors stand together in one of the letters that are opened in the inbox.
const TOGETHER: usize = 12;
/// What every name may be long.
const SHORTEST_NAME: usize = 40;
const PATIENCE: Duration = Duration::from_secs(120);

/// The formatted body of a letter.
pub struct Body {
    pub name: String,
    mark: String,
    pub written: String,
    pub blob: PathBuf,
    url: String,
}

pub struct Scene {
    pub program: Program,
    pub bodies: Vec<Body>,
    /// Conversations with hostile words everywhere, and the marks of those.
    worded: Vec<(String, Vec<String>)>,
    /// Conversations whose letters hold many vectors.
    crowded: Vec<(String, String)>,
    /// Pages of the settings, and the marks they must show.
    settings: Vec<(&'static str, Vec<String>)>,
    chat_key: String,
    form_key: String,
    chat_marks: Vec<String>,
    texts: Vec<String>,
    file: String,
    agent: Client,
}

impl Scene {
    pub async fn set() -> Result<Self, Error> {
        let variables = [("RATE_LIMITS", "false"), ("EGRESS_ALLOW", "127.0.0.0/8")];
        let program = Program::start_with(Engine::Sqlite, &variables).await?;
        let admin = program.admin();
        let refuser = Refuser::listen().await?;
        let port = testservers::free_port();
        let config = json!({ "addresses": [OURS], "listen_port": port, "smtp_host": "127.0.0.1",
            "smtp_port": refuser.port, "smtp_tls": "none" });
        admin
            .post("/api/v1/channels", json!({ "kind": "receiver", "name": "Levelek", "config": config }))
            .await?
            .good()?;
        listening(port).await?;
        let (written, crowds) = (written(), crowds());
        let mut post = Courier::connect(port).await?;
        for (number, (name, _, html)) in written.iter().chain(&crowds).enumerate() {
            let from = format!("b{number}@vektor.example");
            let letter = Letter { from: from.clone(), subject: name, html: Some(html), ..Letter::default() };
            if post.deliver(&from, OURS, &letter.raw()).await? != 250 {
                return Err(format!("the letter {name} is refused").into());
            }
        }
        let mut scene = Self {
            bodies: Vec::new(),
            worded: Vec::new(),
            crowded: Vec::new(),
            settings: Vec::new(),
            chat_key: String::new(),
            form_key: String::new(),
            chat_marks: Vec::new(),
            texts: Vec::new(),
            file: String::new(),
            agent: admin.clone(),
            program,
        };
        scene.hostile_letters(port, &refuser).await?;
        scene.hostile_things().await?;
        scene.hostile_visitors().await?;
        let by_subject = scene.arrived(written.len() + crowds.len()).await?;
        scene.bodies = scene.read_bodies(written, &by_subject).await?;
        for (name, mark, _) in crowds {
            scene.crowded.push((by_subject.get(&name).cloned().ok_or("a letter is missing")?, mark));
        }
        Ok(scene)
    }

    /// The origin from which strangers' bytes are served.
    pub fn content(&self) -> Result<String, Error> {
        let url = &self.bodies.first().ok_or("there is no body")?.url;
        Ok(url.split_once("/content/").ok_or("the content is elsewhere")?.0.to_owned())
    }

    /// Waits until all letters with formatted bodies are conversations; their ids by subject.
    async fn arrived(&self, count: usize) -> Result<HashMap<String, String>, Error> {
        let admin = self.program.admin();
        let found = wait(PATIENCE, || async {
            let all = admin.all("/api/v1/conversations?view=all").await?;
            let named = all
                .iter()
                .filter_map(|c| Some((c["subject"].as_str()?.to_owned(), c["id"].as_str()?.to_owned())));
            let bodies: HashMap<String, String> =
                named.filter(|(subject, _)| subject.starts_with("body ")).collect();
            Ok((bodies.len() >= count).then_some(bodies))
        });
        found.await?.ok_or_else(|| "not every letter became a conversation".into())
    }

    async fn read_bodies(
        &self,
        written: Vec<(String, String, String)>,
        ids: &HashMap<String, String>,
    ) -> Result<Vec<Body>, Error> {
        let admin = self.program.admin();
        let work = written.into_iter().map(|(name, mark, html)| {
            let (admin, id) = (admin.clone(), ids.get(&name).cloned().unwrap_or_default());
            async move {
                let path = format!("/api/v1/conversations/{id}/messages");
                let page = admin.get(&path).await?.good()?.json();
                let url = page["items"][0]["html"]["url"]
                    .as_str()
                    .ok_or_else(|| format!("{name} has no page"))?
                    .to_owned();
                let base = url.split("/content/").next().unwrap_or_default();
                let shown = Client::stranger(base).get(&url[base.len()..]).await?.good()?.text;
                let hash: String =
                    Sha256::digest(shown.as_bytes()).iter().fold(String::new(), |mut hash, byte| {
                        let _ = write!(hash, "{byte:02x}");
                        hash
                    });
                let blob = self.program.data().join("blobs").join(&hash[..2]).join(&hash[2..4]).join(&hash);
                if !fs::exists(&blob)? {
                    return Err(format!("the page of {name} is not the blob {hash}").into());
                }
                Ok::<_, Error>(Body { name, mark, written: html, blob, url })
            }
        });
        stream::iter(work).buffered(6).try_collect().await
    }

    /// Letters and their refused answers, with hostile words wherever there is a word.
    async fn hostile_letters(&mut self, port: u16, refuser: &Refuser) -> Result<(), Error> {
        let admin = self.program.admin();
        for (number, text) in TEXTS.iter().enumerate() {
            let mark = |place: &str| format!("j{place}{number}x");
            let marks: Vec<String> = ["name", "subject", "text", "file", "reason"].map(mark).into();
            let file = marked(FILE_NAMES[number % FILE_NAMES.len()], &mark("file"));
            let from = format!("t{number}@szoveg.example");
            let letter = Letter {
                from: from.clone(),
                name: &marked(text, &mark("name")),
                subject: &marked(text, &mark("subject")),
                text: &marked(text, &mark("text")),
                files: &[file],
                ..Letter::default()
            };
            Courier::connect(port).await?.deliver(&from, OURS, &letter.raw()).await?;
            let id = self.conversation(&mark("subject")).await?;
            refuser.reasons.lock().expect("no panic while held").push(marked(text, &mark("reason")));
            let path = format!("/api/v1/conversations/{id}/messages");
            admin.post(&path, json!({ "text": "Köszönjük!" })).await?.good()?;
            wait(PATIENCE, || async {
                let page = admin.get(&path).await?;
                Ok(page.text.contains(&mark("reason")).then_some(()))
            })
            .await?
            .ok_or("the refused answer has no reason")?;
            self.worded.push((id, marks));
            let set_aside = Letter {
                from: format!("q{number}@szoveg.example"),
                subject: &marked(text, &mark("aside")),
                text: "Szabadságon vagyok.",
                headers: "Auto-Submitted: auto-replied\r\n",
                ..Letter::default()
            };
            Courier::connect(port).await?.deliver(&set_aside.from, OURS, &set_aside.raw()).await?;
        }
        let aside = (0..TEXTS.len()).map(|number| format!("jaside{number}x")).collect();
        self.settings.push(("quarantine", aside));
        Ok(())
    }

    /// The conversation in whose row a mark stands.
    async fn conversation(&self, mark: &str) -> Result<String, Error> {
        let admin = self.program.admin();
        let found = wait(PATIENCE, || async {
            let all = admin.get("/api/v1/conversations?view=all&limit=200").await?.good()?.json();
            let rows = all["items"].as_array().cloned().unwrap_or_default();
            let row = rows.iter().find(|row| row.to_string().contains(mark));
            Ok(row.and_then(|row| row["id"].as_str().map(str::to_owned)))
        });
        found.await?.ok_or_else(|| format!("no conversation shows {mark}").into())
    }

    /// Colleagues, teams, tags, keys and channels with hostile names, and sessions of hostile browsers.
    async fn hostile_things(&mut self) -> Result<(), Error> {
        let admin = self.program.admin();
        let mut marks: HashMap<&str, Vec<String>> = HashMap::new();
        for (number, text) in TEXTS.iter().enumerate() {
            let mut name = |place: &'static str| {
                let mark = format!("j{place}{number}x");
                marks.entry(place).or_default().push(mark.clone());
                let word = marked(text, &mark);
                if word.len() <= SHORTEST_NAME { word } else { marked(TEXTS[0], &mark) }
            };
            let email = format!("u{number}@mecses.example");
            let user =
                json!({ "name": name("users"), "email": email, "role": "agent", "password": PASSWORD });
            admin.post("/api/v1/users", user).await?.good()?;
            team(&admin, &name("teams"), false, &[]).await?;
            admin.post("/api/v1/tags", json!({ "name": name("tags") })).await?.good()?;
            key(&admin, &name("keys"), &["read"]).await?;
            form(&admin, &name("channels")).await?;
            let sign_in = json!({ "email": ADMIN, "password": PASSWORD });
            let request = self.program.stranger().request(Method::POST, "/api/v1/session");
            Answer::of(request.header("user-agent", name("sessions")).json(&sign_in)).await?.good()?;
        }
        self.settings.extend(marks);
        self.settings.push(("audit", Vec::new()));
        self.agent = Client::sign_in(&self.program.url, "u0@mecses.example", PASSWORD).await?;
        let workspace = json!({ "name": marked(TEXTS[0], "jworkspacex") });
        admin.patch("/api/v1/workspace", workspace).await?.good().map(drop)
    }

    async fn hostile_visitors(&mut self) -> Result<(), Error> {
        let admin = self.program.admin();
        let greeting = marked(TEXTS[0], "jgreetingx");
        let body = json!({ "kind": "chat", "name": marked(TEXTS[1], "jchatx"),
            "config": { "ask_email": "never", "greeting": { "hu": greeting, "en": greeting } } });
        let made = admin.post("/api/v1/channels", body).await?.good()?.json();
        self.chat_key = made["key"].as_str().unwrap_or_default().to_owned();
        self.form_key = form(&admin, "Kérdezzen").await?.1;
        let (_, inside) = chat(&admin, "Belső", None).await?;
        for (number, text) in TEXTS.iter().enumerate() {
            let mark = |place: &str| format!("jchat{place}{number}x");
            let visitor = Visitor::arrive(&self.program.url, &inside).await?;
            let claim =
                json!({ "email": format!("c{number}@szoveg.example"), "name": marked(text, &mark("name")) });
            visitor
                .client()
                .call(Method::PUT, &format!("/chat/v1/{inside}/email"), Some(claim))
                .await?
                .good()?;
            let file = marked(FILE_NAMES[number % FILE_NAMES.len()], &mark("file"));
            let path = format!("/chat/v1/{inside}/attachments");
            let file = visitor.client().upload(&path, &file, "image/png", PIXEL.to_vec()).await?.good()?.id();
            let words = json!({ "client_id": Uuid::now_v7(), "text": marked(text, &mark("text")), "attachments": [file] });
            visitor.client().post(&format!("/chat/v1/{inside}/messages"), words).await?.good()?;
            let id = self.conversation(&mark("text")).await?;
            self.worded.push((id, ["name", "text", "file"].map(mark).into()));
        }
        self.texts =
            (0..TEXTS.len()).map(|number| marked(TEXTS[number], &format!("janswer{number}x"))).collect();
        self.file = marked(FILE_NAMES[0], "jgivenx");
        self.chat_marks = (0..TEXTS.len()).map(|number| format!("janswer{number}x")).collect();
        self.chat_marks.extend(["jgreetingx", "jusers0x", "jgivenx"].map(str::to_owned));
        Ok(())
    }

    /// The colleague with the hostile name answers whoever opens the chat.
    pub async fn answer_the_visitor(&self) -> Result<(), Error> {
        let id = self.conversation("Van itt valaki").await?;
        let path = format!("/api/v1/conversations/{id}/messages");
        let file = self
            .agent
            .upload("/api/v1/attachments", &self.file, "text/plain", b"x".to_vec())
            .await?
            .good()?
            .id();
        for (number, text) in self.texts.iter().enumerate() {
            let files = if number == 0 { json!([file]) } else { json!([]) };
            let words = json!({ "text": text, "attachments": files });
            self.agent.post(&path, words).await?.good()?;
        }
        Ok(())
    }

    /// What a colleague opens.
    pub async fn screens(&self) -> Result<Vec<Value>, Error> {
        let base = &self.program.url;
        let mut screens = vec![json!({ "name": "the list", "url": format!("{base}/inbox/all") })];
        for (id, marks) in &self.worded {
            screens.push(
                json!({ "name": marks.join(" "), "url": format!("{base}/inbox/all/{id}"), "seen": marks }),
            );
        }
        for (id, mark) in &self.crowded {
            screens.push(
                json!({ "name": mark, "url": format!("{base}/inbox/all/{id}"), "seen": [mark], "frames": 1 }),
            );
        }
        for (section, marks) in &self.settings {
            screens
                .push(json!({ "name": section, "url": format!("{base}/settings/{section}"), "seen": marks }));
        }
        for (id, marks) in &self.worded {
            let path = format!("/api/v1/conversations/{id}");
            let found = self.program.admin().get(&path).await?.good()?.json();
            let person = found["person"]["id"].as_str().ok_or("a conversation is with nobody")?;
            let url = format!("{base}/customers/{person}");
            screens.push(json!({ "name": format!("customer {}", marks[0]), "url": url, "seen": [marks[0]] }));
        }
        Ok(screens)
    }

    /// What a stranger opens.
    pub fn public(&self) -> Vec<Value> {
        let url = format!("{}/en/forms/{}", self.program.url, self.form_key);
        let fields = |number: usize, text: &str| {
            let of = |place: &str| marked(text, &format!("jform{place}{number}x"));
            json!({ "name": of("name"), "email": "nincs", "subject": of("subject"), "message": of("message") })
        };
        let forms = TEXTS.iter().enumerate().map(|(number, text)| {
            let seen = ["name", "subject", "message"].map(|place| format!("jform{place}{number}x"));
            json!({ "name": format!("form {number}"), "url": url, "form": fields(number, text), "seen": seen })
        });
        let chat = json!({ "name": "the chat", "url": self.program.url, "chat": self.chat_key,
            "says": "Van itt valaki?", "seen": self.chat_marks });
        forms.chain([chat]).collect()
    }

    /// Every vector by itself; poked at, where scripts may run at all.
    pub fn vectors(&self, poke: bool) -> Vec<Value> {
        let own = self.bodies.iter().take(BODIES.len());
        own.map(|body| json!({ "name": body.name, "url": body.url, "seen": [body.mark], "poke": poke }))
            .collect()
    }
}

/// Name, mark and markup of every body. The mark comes first: some vectors swallow what follows them.
fn written() -> Vec<(String, String, String)> {
    let vectors = BODIES.iter().map(|vector| (*vector).to_owned()).chain(generated::bodies(GENERATED));
    let named = vectors.enumerate().map(|(number, vector)| {
        let mark = format!("jbody{number}x");
        let html = format!("<p>{mark}</p>\n{}", marked(&vector, &mark));
        (format!("body {number}"), mark, html)
    });
    named.collect()
}

fn crowds() -> Vec<(String, String, String)> {
    let crowds = BODIES.chunks(TOGETHER).enumerate().map(|(number, vectors)| {
        let mark = format!("jcrowd{number}x");
        let vectors: Vec<String> = vectors.iter().map(|vector| marked(vector, &mark)).collect();
        (format!("body crowd {number}"), mark.clone(), format!("<p>{mark}</p>\n{}", vectors.join("\n<hr>\n")))
    });
    crowds.collect()
}

/// A picture of one transparent point.
const PIXEL: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\x0f\x04\0\t\xfb\x03\xfd\xe3U\xf2\x9c\0\0\0\0IEND\xaeB`\x82";
