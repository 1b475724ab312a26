//! How mail servers say it in their own words: sendmail, qmail, Exim, Exchange, Domino, Gmail and the others.

use super::{
    super::{clean::clean_line, mail::Mail},
    Permanence, Recipient, ReportKind, addresses_in, status,
};

const MAX_PROSE: usize = 32 * 1024;
const MAX_REASON: usize = 1_000;

const SYSTEMS: [&str; 13] = [
    "mailer-daemon",
    "post_master",
    "mailerdaemon",
    "mailer_daemon",
    "postmaster",
    "mail-daemon",
    "maildaemon",
    "mail.daemon",
    "mdaemon",
    "mailsystem",
    "mail-system",
    "bounce",
    "mail-delivery-system",
];
const SYSTEM_NAMES: [&str; 8] = [
    "mail delivery sub",
    "mail delivery sys",
    "mailer-daemon",
    "mailer daemon",
    "mail administrator",
    "system administrator",
    "levélkézbesítő",
    "rendszergazda",
];

const SUBJECTS: [&str; 49] = [
    "error sending your mail",
    "undeliver",
    "returned mail",
    "returned to sender",
    "returning message to sender",
    "delivery status notification",
    "delivery failure",
    "delivery notification",
    "delivery has failed",
    "delivery failed",
    "delivery report",
    "delivery error",
    "delivery problem",
    "delivery unsuccessful",
    "delivery delay",
    "delivery incomplete",
    "mail delivery",
    "message delivery",
    "failure notice",
    "failure delivery",
    "failed delivery",
    "failed to deliver",
    "failed mail",
    "not delivered",
    "could not be delivered",
    "could not send",
    "non delivery",
    "non-delivery",
    "nondeliver",
    "undelivered",
    "unable to deliver",
    "mail system error",
    "mail failure",
    "message status",
    "warning: could not send",
    "warning: message",
    "bounce",
    "rejected",
    "mail error",
    "email not del",
    "notification d",
    "message you sent blocked",
    "kézbesíthetetlen",
    "kézbesítés",
    "kézbesítési",
    "nem kézbesíthető",
    "nem sikerült kézbesíteni",
    "visszapattant",
    "dsn",
];

const PROSE: [&str; 60] = [
    "could not be delivered",
    "couldn't be delivered",
    "wasn't able to deliver",
    "was not able to deliver",
    "unable to deliver",
    "not delivered",
    "undeliverable",
    "undelivered",
    "delivery to the following recipient",
    "delivery failed",
    "delivery has failed",
    "deliver your message",
    "had permanent",
    "permanent error",
    "permanent fatal",
    "fatal errors",
    "transient",
    "user unknown",
    "unknown user",
    "no such user",
    "did not reach",
    "following address",
    "following recipient",
    "following user",
    "following email",
    "recipients was rejected",
    "rejected your message",
    "was rejected",
    "returned mail",
    "returned to you",
    "be returned",
    "returned message",
    "reasons",
    "can not be",
    "cannot be",
    "couldn't be",
    "mailbox",
    "quota",
    "was not sent",
    "been delivered",
    "host unknown",
    "unknown recipient",
    "message delivery",
    "deliver mail",
    "original message",
    "---- ",
    "failed to",
    "was undeliver",
    "not be sent",
    "nem sikerült kézbesíteni",
    "nem kézbesíthető",
    "kézbesíthetetlen",
    "nem létezik",
    "nem tudtuk kézbesíteni",
    "a kézbesítés",
    "sikertelen",
    "megtelt",
    "visszautasít",
    "nem érte el",
    "error",
];

const DELAYS: [&str; 10] = [
    "delay",
    "still being retried",
    "will be retried",
    "still trying",
    "will keep trying",
    "not yet been delivered",
    "warning: could not send",
    "késik",
    "késleltet",
    "újra megpróbál",
];

/// Lines after which the returned mail begins.
const CUTS: [&str; 30] = [
    "--- below this line",
    "this is a copy of",
    "----- original message",
    "-----original message",
    "original message follows",
    "--- original message",
    "------- returned message",
    "-------original message",
    "----- message header follows",
    "------ this is a copy",
    "--- the header of the original",
    "message headers:",
    "original message headers",
    "original message header",
    "undelivered message follow",
    "the original message was received from",
    "----- unsent message",
    "unsent message",
    "------ returned message",
    "--- returned message",
    "received: from",
    "received: by",
    "received: (",
    "return-path:",
    "eredeti üzenet fejl",
    "----- eredeti üzenet",
    "-----eredeti üzenet",
    "az eredeti üzenet",
    "--- enclosed are the original",
    "----- transcript of the original",
];

pub(super) fn is_from_mail_system(mail: &Mail) -> bool {
    let system = |local: &str| {
        let local = local.to_ascii_lowercase();
        SYSTEMS.iter().any(|name| {
            local == *name
                || local.strip_prefix(name).is_some_and(|rest| rest.starts_with(['-', '+', '.', '=']))
        })
    };
    let from = mail.from.as_ref();
    let named = from.and_then(|from| from.name.as_deref()).is_some_and(|name| {
        let name = name.to_lowercase();
        SYSTEM_NAMES.iter().any(|known| name.contains(known))
    });
    let bare = mail.headers.get("from").map(str::trim).unwrap_or_default().to_ascii_lowercase();
    let path =
        mail.headers.get("return-path").unwrap_or("x").trim_matches(['<', '>', ' ']).to_ascii_lowercase();
    from.is_some_and(|from| system(from.local()))
        || named
        || bare.starts_with("mailer-daemon")
        || bare == "<>"
        || path.starts_with("mailer-daemon")
}

/// Whether prose, sender and subject together say "this came back".
pub(super) fn is_bounce(mail: &Mail) -> bool {
    if mail.headers.has("x-failed-recipients") {
        return true;
    }
    let subject = mail.subject.as_deref().unwrap_or_default().to_lowercase();
    let told = SUBJECTS.iter().any(|phrase| subject.contains(phrase));
    let prose = prose(mail).to_lowercase();
    let explained = PROSE.iter().any(|phrase| prose.contains(phrase));
    let from_nobody = is_from_mail_system(mail) || mail.return_path.as_deref() == Some("");
    let returned = mail
        .attachments
        .iter()
        .any(|part| part.media_type == "message/rfc822" || part.media_type == "text/rfc822-headers");
    let automatic =
        mail.headers.get("auto-submitted").is_some_and(|value| value.to_lowercase().contains("replied"));
    match (is_from_mail_system(mail), from_nobody, told) {
        (true, _, true) => explained || returned || !recipients(mail).is_empty(),
        (true, _, false) => (explained && !automatic && !addresses_in(&prose).is_empty()) || returned,
        (false, true, true) => explained || returned,
        (false, true, false) | (false, false, false) => false,
        (false, false, true) => {
            explained && (returned || has_inline_head(&mail.text)) && status::find(&prose).is_some()
        }
    }
}

pub(super) fn kind(mail: &Mail) -> ReportKind {
    let subject = mail.subject.as_deref().unwrap_or_default().to_lowercase();
    let prose = prose(mail).to_lowercase();
    let late = DELAYS.iter().any(|phrase| subject.contains(phrase) || prose.contains(phrase));
    let final_ = ["permanent", "failed", "giving up", "given up", "fatal", "végleg"]
        .iter()
        .any(|word| prose.contains(word));
    if late && !final_ { ReportKind::Delayed } else { ReportKind::Failed }
}

/// Addresses the prose speaks of, each with what is said about it.
pub(super) fn recipients(mail: &Mail) -> Vec<Recipient> {
    let mut addresses = mail.headers.get("x-failed-recipients").map(addresses_in).unwrap_or_default();
    if addresses.is_empty() {
        let prose = prose(mail);
        let lines = prose.lines().filter(|line| !speaks_of_others(line));
        addresses = addresses_in(&lines.collect::<Vec<_>>().join("\n"));
        if addresses.iter().any(|address| !is_ours(mail, address)) {
            addresses.retain(|address| !is_ours(mail, address));
        }
    }
    let kind = kind(mail);
    let found = addresses.into_iter().map(|address| {
        let diagnostic = reason(mail, &address);
        Recipient {
            address,
            final_address: None,
            kind,
            permanence: Permanence::Unknown,
            status: None,
            diagnostic,
        }
    });
    found.collect()
}

/// What the prose says about an address: the rest of its paragraph, else the line with a code.
pub(super) fn reason(mail: &Mail, address: &str) -> Option<String> {
    let prose = prose(mail);
    let lines: Vec<&str> = prose.lines().map(str::trim).collect();
    let wanted = address.to_lowercase();
    let about = lines.iter().position(|line| line.to_lowercase().contains(&wanted));
    let paragraph = about.map(|at| {
        lines[at..].iter().copied().take_while(|line| !line.is_empty()).take(8).collect::<Vec<_>>().join(" ")
    });
    let telling =
        |text: &String| status::permanence(status::find(text).as_deref(), text) != Permanence::Unknown;
    let coded = || {
        let at = lines.iter().position(|line| telling(&(*line).to_owned()) && line.len() > 8)?;
        Some(
            lines[at..]
                .iter()
                .copied()
                .take_while(|line| !line.is_empty())
                .take(4)
                .collect::<Vec<_>>()
                .join(" "),
        )
    };
    let reason = paragraph.filter(telling).or_else(coded)?;
    Some(clean_line(&reason, MAX_REASON))
}

/// The words of the report itself, up to the mail it returns.
fn prose(mail: &Mail) -> String {
    let text = &mail.text[..mail.text.floor_char_boundary(MAX_PROSE)];
    let mut out = String::new();
    for line in text.lines() {
        let start = line.trim_start_matches(['>', ' ', '|']).to_lowercase();
        if !out.is_empty()
            && CUTS.iter().any(|cut| start.starts_with(cut) || (cut.starts_with('-') && start.contains(cut)))
        {
            break;
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// Lines about the sender or the server, not about the recipient.
fn speaks_of_others(line: &str) -> bool {
    let line = line.trim_start_matches(['>', ' ', '*', '|']).to_lowercase();
    [
        "from:",
        "sender:",
        "reply-to:",
        "message-id:",
        "return-path:",
        "feladó:",
        "mail from",
        ">>> mail from",
        "references:",
        "in-reply-to:",
        "message from",
    ]
    .iter()
    .any(|start| line.starts_with(start))
        || ["postmaster", "abuse@", "helpdesk", "support@", "please contact", "for help"]
            .iter()
            .any(|word| line.contains(word))
}

fn is_ours(mail: &Mail, address: &str) -> bool {
    let same = |known: &str| known.eq_ignore_ascii_case(address);
    mail.receivers().any(|known| same(&known.address))
        || mail.from.as_ref().is_some_and(|from| same(&from.address))
}

fn has_inline_head(text: &str) -> bool {
    let starts = |name: &str| {
        text.lines().any(|line| line.trim_start_matches(['>', ' ']).to_lowercase().starts_with(name))
    };
    starts("message-id:") && (starts("received:") || starts("from:"))
}
