//! Who sent a mail, and whether that is proved.

use std::net::IpAddr;

use inbox::intake::Item;
use kernel::fault;

use super::{
    config::EmailConfig,
    text::{Address, AuthResult, Mail, from_authentication_results},
};
use crate::Parts;

/// What our own look at the DNS found of a mail that came in by our own server.
pub(super) struct Examined {
    result: AuthResult,
    /// It came from the internet itself. Otherwise a relay of ours handed it over: its address says nothing about the
    /// sender, and SPF with it.
    is_direct: bool,
}

/// Asks the DNS about a mail that our own server took in. The word of a named relay makes this needless.
pub(super) async fn examine(
    parts: &Parts,
    config: &EmailConfig,
    item: &Item,
    raw: &[u8],
) -> Option<Examined> {
    let senders = parts.mail.senders.as_ref().filter(|_| config.authserv_id.trim().is_empty())?;
    let told = |key: &str| item.envelope[key].as_str().unwrap_or_default();
    let peer: IpAddr = told("peer").parse().ok()?;
    let host = config.address().rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    let result = senders.authenticate(raw, peer, told("helo"), told("mail_from"), host).await;
    Some(Examined { result, is_direct: egress::is_public(peer) })
}

/// Whether the sender is who the mail says; `None` when there is no way to tell.
pub(super) fn is_verified(mail: &Mail, config: &EmailConfig, examined: Option<&Examined>) -> Option<bool> {
    let proved = match examined {
        Some(Examined { result, is_direct: true }) => result.proves(mail),
        Some(Examined { result, is_direct: false }) => result.proves_by_signature(mail),
        None if config.authserv_id.trim().is_empty() => return None,
        // A mail without the relay's word came past it.
        None => from_authentication_results(mail, &config.authserv_id).is_some_and(|told| told.proves(mail)),
    };
    // What proves the author of `From` says nothing about somebody it names in `Reply-To`.
    let is_author = of(mail, config) == mail.from.as_ref();
    Some(fault::is_off("sender-verification") || (proved && is_author))
}

/// Whoever the answer goes to. A site's form that writes as itself names the person in `Reply-To`.
pub(super) fn of<'m>(mail: &'m Mail, config: &EmailConfig) -> Option<&'m Address> {
    let from = mail.from.as_ref().or(mail.sender.as_ref());
    let reply_to = mail.reply_to.first();
    match (from, reply_to) {
        (Some(from), Some(reply_to)) if speaks_for_another(from, config) => Some(reply_to),
        (Some(from), _) => Some(from),
        (None, reply_to) => reply_to,
    }
}

fn speaks_for_another(from: &Address, config: &EmailConfig) -> bool {
    let local = from.local().to_lowercase().replace(['-', '_', '.'], "");
    let own_domain =
        config.addresses.iter().any(|own| own.rsplit_once('@').is_some_and(|(_, d)| d == from.domain()));
    own_domain || local.starts_with("noreply") || local.starts_with("donotreply")
}

#[cfg(test)]
mod tests {
    use kernel::Timestamp;

    use super::*;
    use crate::email::text::{DkimOutcome, parse};

    fn mail(head: &str) -> Mail {
        parse(format!("{head}\r\nSubject: x\r\n\r\nx").as_bytes(), Timestamp::from_seconds(1_795_253_105))
            .expect("a mail")
    }

    fn config(authserv_id: &str) -> EmailConfig {
        EmailConfig {
            addresses: vec!["info@pelda.hu".into()],
            authserv_id: authserv_id.into(),
            ..EmailConfig::default()
        }
    }

    #[test]
    fn a_proof_for_the_author_is_none_for_whom_he_names_in_reply_to() {
        let told = "Authentication-Results: mx.pelda.hu; dmarc=pass header.from=evil.com";
        let own = mail(&format!("{told}\r\nFrom: info@evil.com"));
        assert_eq!(is_verified(&own, &config("mx.pelda.hu"), None), Some(true));
        let other = mail(&format!("{told}\r\nFrom: noreply@evil.com\r\nReply-To: anna@example.hu"));
        assert_eq!(of(&other, &config("mx.pelda.hu")).expect("a sender").address, "anna@example.hu");
        assert_eq!(is_verified(&other, &config("mx.pelda.hu"), None), Some(false));
    }

    #[test]
    fn a_mail_without_the_word_of_the_named_relay_is_not_verified() {
        let plain = mail("From: anna@example.hu");
        assert_eq!(is_verified(&plain, &config("mx.pelda.hu"), None), Some(false));
        assert_eq!(is_verified(&plain, &config(""), None), None, "nobody could tell");
    }

    #[test]
    fn behind_a_relay_only_a_signature_proves() {
        let plain = mail("From: anna@example.hu");
        let result = AuthResult {
            dmarc: DkimOutcome::Pass,
            author: Some("anna@example.hu".into()),
            ..AuthResult::default()
        };
        for is_direct in [true, false] {
            let examined = Examined { result: result.clone(), is_direct };
            assert_eq!(is_verified(&plain, &config(""), Some(&examined)), Some(is_direct));
        }
    }
}
