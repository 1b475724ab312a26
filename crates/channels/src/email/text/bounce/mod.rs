//! Reports about mails of ours: not delivered, late, or complained about.
//!
//! Standard reports (RFC 3464, RFC 5965) are read field by field; the habits of other mail servers are read from
//! their texts. Which message a report is about is said by [`BounceReport::original_ids`], never by its sender.

mod habits;
mod report;
mod returned;
mod status;

use super::mail::{Address, Attachment, Mail};

pub use status::Permanence;

const MAX_RECIPIENTS: usize = 50;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReportKind {
    /// It will not arrive.
    Failed,
    /// It may still arrive.
    Delayed,
    Delivered,
    /// The receiver called it spam.
    Complaint,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BounceReport {
    /// The worst of what is reported.
    pub kind: ReportKind,
    pub recipients: Vec<Recipient>,
    /// Message-IDs of the mail that came back, the surest first.
    pub original_ids: Vec<String>,
}

/// What became of one recipient.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recipient {
    /// The address we wrote to, as far as the report knows it.
    pub address: String,
    /// The address it was forwarded to, when that is where it failed.
    pub final_address: Option<String>,
    pub kind: ReportKind,
    pub permanence: Permanence,
    /// Enhanced status code (RFC 3463), such as `5.1.1`.
    pub status: Option<String>,
    /// What the other server said, in its own words.
    pub diagnostic: Option<String>,
}

/// The report in this mail, if it is one.
pub(super) fn read(mail: &Mail) -> Option<BounceReport> {
    let standard = part(mail, &["message/delivery-status", "message/global-delivery-status"]);
    let complaint = part(mail, &["message/feedback-report"]);
    let mut recipients = match (standard, complaint) {
        (Some(part), _) => report::delivery_status(&String::from_utf8_lossy(&part.bytes)),
        (None, Some(part)) => report::feedback(&String::from_utf8_lossy(&part.bytes)),
        (None, None) if habits::is_bounce(mail) => Vec::new(),
        (None, None) => return None,
    };
    if recipients.is_empty() && complaint.is_none() {
        recipients = habits::recipients(mail);
    }
    if recipients.is_empty() {
        recipients.extend(
            returned::recipients(mail).into_iter().map(|address| unexplained(address, mail, complaint)),
        );
    }
    if complaint.is_none() {
        recipients.iter_mut().for_each(|recipient| explain(recipient, mail));
    }
    recipients.truncate(MAX_RECIPIENTS);
    let kind = worst(&recipients, complaint.is_some(), mail);
    Some(BounceReport { kind, recipients, original_ids: returned::original_ids(mail) })
}

/// Whether the sender is a mail system and not somebody.
pub(super) fn is_from_mail_system(mail: &Mail) -> bool {
    habits::is_from_mail_system(mail)
}

fn part<'a>(mail: &'a Mail, types: &[&str]) -> Option<&'a Attachment> {
    mail.attachments.iter().find(|part| types.contains(&part.media_type.as_str()))
}

fn unexplained(address: String, mail: &Mail, complaint: Option<&Attachment>) -> Recipient {
    let kind = if complaint.is_some() { ReportKind::Complaint } else { habits::kind(mail) };
    Recipient {
        address,
        final_address: None,
        kind,
        permanence: Permanence::Unknown,
        status: None,
        diagnostic: None,
    }
}

/// Fills in from the report's prose what its fields do not say.
fn explain(recipient: &mut Recipient, mail: &Mail) {
    if recipient.kind == ReportKind::Delivered {
        return;
    }
    if recipient.diagnostic.is_none() {
        recipient.diagnostic = habits::reason(mail, &recipient.address);
    }
    let said = recipient.diagnostic.as_deref().unwrap_or_default();
    if recipient.status.as_deref().is_none_or(status::is_vague) {
        recipient.status = status::find(said).or(recipient.status.take());
    }
    recipient.permanence = match recipient.kind {
        ReportKind::Delayed => Permanence::Soft,
        _ => status::permanence(recipient.status.as_deref(), said),
    };
}

fn worst(recipients: &[Recipient], complaint: bool, mail: &Mail) -> ReportKind {
    let any = |kind| recipients.iter().any(|recipient| recipient.kind == kind);
    if complaint {
        ReportKind::Complaint
    } else if recipients.is_empty() {
        habits::kind(mail)
    } else if any(ReportKind::Failed) {
        ReportKind::Failed
    } else if any(ReportKind::Delayed) {
        ReportKind::Delayed
    } else {
        ReportKind::Delivered
    }
}

/// All addresses within a text, each once, in order.
fn addresses_in(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let ends = |c: char| c.is_whitespace() || c.is_control() || "<>()[]{},;\"'`„”«»|".contains(c);
    for word in text.split(ends).filter(|word| word.len() <= 320 && word.contains('@')) {
        let word = word.trim_matches(|c: char| ".:!?=".contains(c));
        let word = word.rsplit_once(':').map_or(word, |(_, address)| address);
        if let Some(address) = Address::normalise(word) {
            let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
            let known = found.iter().any(|known| known.eq_ignore_ascii_case(&address));
            if !known && domain.contains('.') && found.len() < MAX_RECIPIENTS {
                found.push(address);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests;
