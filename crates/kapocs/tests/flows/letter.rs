//! Letters as people's programs write them.

use mail_parser::{HeaderValue, MessageParser};

#[derive(Clone, Debug, Default)]
pub struct Letter {
    pub from: String,
    pub envelope_from: String,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub reply_to: Option<String>,
    pub subject: String,
    pub id: String,
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
    /// More headers, each a whole line.
    pub headers: Vec<String>,
    pub body: String,
    /// The body as HTML, when the program writes both.
    pub html: Option<String>,
}

impl Letter {
    pub fn new(from: &str, to: &str, subject: &str, body: &str) -> Self {
        Self {
            from: from.to_owned(),
            envelope_from: from.to_owned(),
            to: vec![to.to_owned()],
            subject: subject.to_owned(),
            id: crate::post::address("letter", "mua.example"),
            body: body.to_owned(),
            ..Self::default()
        }
    }

    pub fn header(mut self, line: &str) -> Self {
        self.headers.push(line.to_owned());
        self
    }

    pub fn cc(mut self, address: &str) -> Self {
        self.cc.push(address.to_owned());
        self
    }

    /// Refers to these ids, the nearest last.
    pub fn after(mut self, ids: &[&str]) -> Self {
        self.in_reply_to = ids.last().map(|id| (*id).to_owned());
        self.references = ids.iter().map(|id| (*id).to_owned()).collect();
        self
    }

    pub fn receivers(&self) -> Vec<String> {
        self.to.iter().chain(&self.cc).cloned().collect()
    }

    /// The nearest address an answer to this goes to.
    fn answer_address(&self) -> String {
        self.reply_to.clone().unwrap_or_else(|| self.from.clone())
    }

    fn answer(&self, from: &str, text: &str) -> Self {
        let mut references = self.references.clone();
        references.push(self.id.clone());
        Self {
            in_reply_to: Some(self.id.clone()),
            references,
            subject: if self.subject.starts_with("Re: ") {
                self.subject.clone()
            } else {
                format!("Re: {}", self.subject)
            },
            ..Self::new(from, &self.answer_address(), "", text)
        }
    }

    fn quoted(&self) -> String {
        self.body.lines().map(|line| format!("> {line}\n")).collect()
    }

    /// As Gmail's page writes an answer.
    pub fn answer_by_gmail(&self, from: &str, text: &str) -> Self {
        let who = format!("On Sat, Nov 21, 2026 at 9:05 AM Ügyfélszolgálat <{}> wrote:", self.from);
        let quoted = self.body.replace('\n', "<br>");
        Self {
            body: format!("{text}\n\n{who}\n\n{}", self.quoted()),
            html: Some(format!(
                "<div dir=\"ltr\">{text}</div><br><div class=\"gmail_quote gmail_quote_container\"><div dir=\"ltr\" \
                 class=\"gmail_attr\">{who}<br></div><blockquote class=\"gmail_quote\" style=\"margin:0px 0px 0px \
                 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex\">{quoted}</blockquote></div>"
            )),
            ..self.answer(from, text)
        }
    }

    /// As Outlook writes an answer: the mail below without marks, under a block of headers.
    pub fn answer_by_outlook(&self, from: &str, text: &str) -> Self {
        let body = format!(
            "{text}\n\n________________________________\nFrom: Ügyfélszolgálat <{}>\nSent: Saturday, November 21, \
             2026 9:05 AM\nTo: {from}\nSubject: {}\n\n{}",
            self.from, self.subject, self.body
        );
        Self { body, ..self.answer(from, text) }
            .header("Thread-Index: AdzbYm9ZdQ==")
            .header("X-MS-Has-Attach:")
    }

    /// As Apple Mail writes an answer.
    pub fn answer_by_apple_mail(&self, from: &str, text: &str) -> Self {
        let who = format!("On 21 Nov 2026, at 09:05, Ügyfélszolgálat <{}> wrote:", self.from);
        Self { body: format!("{text}\n\n> {who}\n> \n{}", self.quoted()), ..self.answer(from, text) }
            .header("Mime-Version: 1.0 (Mac OS X Mail 16.0 \\(3826.200.121\\))")
    }

    /// To the plus-address, with nothing else that tells where it belongs.
    pub fn fresh_letter_to_the_reply_address(&self, from: &str, text: &str) -> Self {
        Self::new(from, &self.answer_address(), "Még valami", text)
    }

    /// A relay took the ids and the plus-address; what was quoted is left.
    pub fn answer_through_a_rewriting_relay(&self, from: &str, mailbox: &str, text: &str) -> Self {
        let body = format!("{text}\n\n{}", self.quoted());
        Self { body, ..Self::new(from, mailbox, "Re: válasz", text) }
    }

    /// The letter as bytes; lines end with CRLF.
    pub fn bytes(&self) -> Vec<u8> {
        let mut head = format!(
            "From: {}\nTo: {}\nSubject: {}\nDate: Sat, 21 Nov 2026 09:05:00 +0100\nMIME-Version: 1.0\n",
            self.from,
            self.to.join(", "),
            self.subject
        );
        let mut line = |name: &str, value: String| head += &format!("{name}: {value}\n");
        if !self.id.is_empty() {
            line("Message-ID", format!("<{}>", self.id));
        }
        if !self.cc.is_empty() {
            line("Cc", self.cc.join(", "));
        }
        if let Some(id) = &self.in_reply_to {
            line("In-Reply-To", format!("<{id}>"));
        }
        if !self.references.is_empty() {
            let ids: Vec<_> = self.references.iter().map(|id| format!("<{id}>")).collect();
            line("References", ids.join("\n "));
        }
        for header in &self.headers {
            if !header.to_lowercase().starts_with("mime-version") {
                head += &format!("{header}\n");
            }
        }
        let plain = "text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n";
        let whole = match &self.html {
            None => format!("{head}Content-Type: {plain}{}\n", self.body),
            Some(html) => format!(
                "{head}Content-Type: multipart/alternative; boundary=\"b0\"\n\n--b0\nContent-Type: {plain}{}\n--b0\n\
                 Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{html}\n--b0--\n",
                self.body
            ),
        };
        whole.replace('\n', "\r\n").into_bytes()
    }

    /// Reads what arrived in a mailbox.
    pub fn read(raw: &[u8]) -> Self {
        let mail = MessageParser::default().parse(raw).expect("a mail");
        let ids = |value: &HeaderValue<'_>| -> Vec<String> {
            value.as_text_list().unwrap_or_default().iter().map(|id| id.to_string()).collect()
        };
        let all = |list: Option<&mail_parser::Address<'_>>| -> Vec<String> {
            list.into_iter()
                .flat_map(|list| list.iter())
                .filter_map(|a| a.address.as_deref())
                .map(str::to_owned)
                .collect()
        };
        let from = all(mail.from()).pop().unwrap_or_default();
        Self {
            envelope_from: from.clone(),
            from,
            to: all(mail.to()),
            cc: all(mail.cc()),
            reply_to: all(mail.reply_to()).pop(),
            subject: mail.subject().unwrap_or_default().to_owned(),
            id: mail.message_id().unwrap_or_default().to_owned(),
            in_reply_to: ids(mail.in_reply_to()).pop(),
            references: ids(mail.references()),
            headers: mail.headers_raw().map(|(name, value)| format!("{name}: {}", value.trim())).collect(),
            body: mail.body_text(0).unwrap_or_default().replace("\r\n", "\n"),
            html: mail.body_html(0).map(|html| html.into_owned()),
        }
    }
}
