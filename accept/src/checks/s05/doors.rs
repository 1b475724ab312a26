//! The doors by which a file comes in.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::files::File;
use crate::{
    check::Error,
    client::{Answer, Client},
    program::Program,
    smtp::Courier,
    world::{Visitor, chat, form, receiver, wait},
};

const OURS: &str = "segitseg@mecses.example";
const PATIENCE: Duration = Duration::from_secs(60);
const BOUNDARY: &str = "hatar-a-reszek-kozott";
/// As many files as the form takes at once.
const AT_ONCE: usize = 3;

/// A file that came in.
pub struct Kept {
    pub door: &'static str,
    pub given: String,
    pub name: String,
    pub url: String,
}

pub struct Doors {
    admin: Client,
    visitor: Visitor,
    form: String,
    port: u16,
}

impl Doors {
    pub async fn open(program: &Program) -> Result<Self, Error> {
        let admin = program.admin();
        let (_, port) = receiver(&admin, OURS).await?;
        let (_, chat_key) = chat(&admin, "Csevegés", None).await?;
        let (_, form) = form(&admin, "Űrlap").await?;
        let visitor = Visitor::arrive(&program.url, &chat_key).await?;
        Ok(Self { admin, visitor, form, port })
    }

    /// Every file through every door.
    pub async fn hand_in(&self, files: &[File]) -> Result<Vec<Kept>, Error> {
        let mut kept = Vec::new();
        let mut ids = Vec::new();
        for file in files {
            let body = multipart("file", &[(&file.name, &file.media_type, &file.bytes)]);
            for (door, client, path) in self.uploads() {
                let made = upload(client, &path, body.clone()).await?.good()?.json();
                if door == "chat" {
                    ids.push(made["id"].clone());
                }
                kept.push(entry(door, &file.name, &made));
            }
        }
        for ids in ids.chunks(10) {
            let words =
                json!({ "client_id": Uuid::now_v7(), "text": "Fájlok a csevegésből", "attachments": ids });
            self.visitor
                .client()
                .post(&format!("/chat/v1/{}/messages", self.visitor.key()), words)
                .await?
                .good()?;
        }
        let parts: Vec<(&str, &str, &[u8])> =
            files.iter().map(|file| (&*file.name, &*file.media_type, &*file.bytes)).collect();
        kept.extend(self.by_mail("Fájlok levélben", &parts).await?);
        for (number, files) in parts.chunks(AT_ONCE).take(8).enumerate() {
            kept.extend(self.by_form(&format!("Fájlok űrlapon {number}"), files).await?);
        }
        Ok(kept)
    }

    /// Every name, by upload and by mail. A name that no request can carry is refused, which is as well.
    pub async fn hand_in_names(&self, names: &[String]) -> Result<Vec<Kept>, Error> {
        let mut kept = Vec::new();
        for (number, name) in names.iter().enumerate() {
            let bytes = format!("név {number}");
            let body = multipart("file", &[(name, "text/plain", bytes.as_bytes())]);
            for (door, client, path) in self.uploads().into_iter().take(if number < 60 { 2 } else { 1 }) {
                let answer = upload(client, &path, body.clone()).await?;
                if answer.status >= 500 {
                    return Err(format!("{door}: {name:?} is answered {}", answer.status).into());
                }
                if answer.is_good() {
                    kept.push(entry(door, name, &answer.json()));
                }
            }
        }
        for (number, names) in names.chunks(50).enumerate() {
            let parts: Vec<(&str, &str, &[u8])> =
                names.iter().map(|name| (&**name, "text/plain", &b"x"[..])).collect();
            kept.extend(self.by_mail(&format!("Nevek levélben {number}"), &parts).await?);
        }
        Ok(kept)
    }

    fn uploads(&self) -> [(&'static str, &Client, String); 2] {
        let chat = format!("/chat/v1/{}/attachments", self.visitor.key());
        [("upload", &self.admin, "/api/v1/attachments".to_owned()), ("chat", self.visitor.client(), chat)]
    }

    async fn by_mail(&self, subject: &str, files: &[(&str, &str, &[u8])]) -> Result<Vec<Kept>, Error> {
        let from = format!("f{}@pelda.example", Uuid::new_v4().simple());
        let mut mail = format!(
            "From: {from}\r\nTo: {OURS}\r\nSubject: =?utf-8?B?{}?=\r\nMessage-ID: <{from}>\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/mixed; boundary={BOUNDARY}\r\n\r\n--{BOUNDARY}\r\n\
             Content-Type: text/plain\r\n\r\nMellékelve.\r\n",
            STANDARD.encode(subject)
        );
        for (name, media_type, bytes) in files {
            mail += &format!(
                "--{BOUNDARY}\r\nContent-Type: {media_type}\r\nContent-Disposition: attachment; filename*=UTF-8''{}\r\n\
                 Content-Transfer-Encoding: base64\r\n\r\n{}\r\n",
                percent(name),
                wrapped(bytes)
            );
        }
        mail += &format!("--{BOUNDARY}--\r\n");
        let code = Courier::connect(self.port).await?.deliver(&from, OURS, mail.as_bytes()).await?;
        if code != 250 {
            return Err(format!("the mail is answered {code}").into());
        }
        let given: Vec<&str> = files.iter().map(|(name, _, _)| *name).collect();
        self.attached("mail", subject, &given).await
    }

    async fn by_form(&self, subject: &str, files: &[(&str, &str, &[u8])]) -> Result<Vec<Kept>, Error> {
        let path = format!("/hu/forms/{}", self.form);
        let stranger = Client::stranger(&self.admin.base);
        let page = stranger.get(&path).await?.good()?.text;
        let token = page.split("name=\"token\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let token = token.ok_or("the form has no token")?;
        let fields = [
            ("token", token),
            ("name", "Űrlap Ubul"),
            ("email", "ubul@pelda.example"),
            ("subject", subject),
            ("message", "Mellékelve."),
        ];
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .bytes(),
            );
        }
        body.extend(multipart("files", files));
        // A form that was filled in faster than a person can is asked for again.
        let sent = wait(PATIENCE, || async {
            let answer = upload(&stranger, &path, body.clone()).await?;
            Ok((answer.status == 303).then_some(()))
        });
        sent.await?.ok_or("the form is not taken")?;
        let given: Vec<&str> = files.iter().map(|(name, _, _)| *name).collect();
        self.attached("form", subject, &given).await
    }

    /// The files of the message with a subject, once it is there.
    async fn attached(&self, door: &'static str, subject: &str, given: &[&str]) -> Result<Vec<Kept>, Error> {
        let found = wait(PATIENCE, || async {
            let all = self.admin.all("/api/v1/conversations?view=all").await?;
            let found = all.iter().find(|c| c["subject"] == subject);
            Ok(found.and_then(|c| c["id"].as_str().map(str::to_owned)))
        });
        let id = found.await?.ok_or_else(|| format!("{subject:?} did not arrive"))?;
        let page = self.admin.get(&format!("/api/v1/conversations/{id}/messages")).await?.good()?.json();
        let files = page["items"][0]["attachments"].as_array().cloned().unwrap_or_default();
        if files.len() != given.len() {
            return Err(format!("{subject:?} has {} files instead of {}", files.len(), given.len()).into());
        }
        Ok(files.iter().zip(given).map(|(file, given)| entry(door, given, file)).collect())
    }

    /// The conversations with files, as a colleague opens them.
    pub async fn conversations(&self) -> Result<Vec<String>, Error> {
        let all = self.admin.all("/api/v1/conversations?view=all").await?;
        let with_files = all.iter().filter(|c| {
            c["subject"] == "Fájlok levélben"
                || c["subject"] == "Fájlok űrlapon 0"
                || c["channel"]["kind"] == "chat"
        });
        Ok(with_files.filter_map(|c| c["id"].as_str().map(str::to_owned)).collect())
    }
}

fn entry(door: &'static str, given: &str, made: &Value) -> Kept {
    let text = |name: &str| made[name].as_str().unwrap_or_default().to_owned();
    Kept { door, given: given.to_owned(), name: text("name"), url: text("url") }
}

async fn upload(client: &Client, path: &str, body: Vec<u8>) -> Result<Answer, Error> {
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    Answer::of(client.request(Method::POST, path).header("content-type", kind).body(body)).await
}

/// Written by hand: a client library would clean the names.
fn multipart(field: &str, files: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, media_type, bytes) in files {
        let name = name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "\\\"");
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
             Content-Type: {media_type}\r\n\r\n"
        );
        body.extend(head.bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").bytes());
    body
}

fn percent(name: &str) -> String {
    name.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn wrapped(bytes: &[u8]) -> String {
    let encoded = STANDARD.encode(bytes);
    encoded.as_bytes().chunks(76).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\r\n")
}
