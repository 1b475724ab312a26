//! Whether a mail is from the domain it says: SPF, DKIM, DMARC.
//!
//! Either we check ourselves, at our own SMTP edge, or we believe the `Authentication-Results` of the relay in front
//! of us, and of nobody else.

mod cache;
mod trusted;

use mail_auth::{
    AuthenticatedMessage, DkimOutput, DkimResult, DmarcOutput, DmarcResult, MessageAuthenticator, Parameters,
    SpfOutput, SpfResult, dmarc::verify::DmarcParameters, spf::verify::SpfParameters,
};
use std::{net::IpAddr, time::Duration};

use self::cache::TxtCache;
use super::mail::{Address, Mail};

pub use trusted::from_authentication_results;

/// Signatures beyond are not looked at: each costs a question to the DNS.
const MAX_SIGNATURES: usize = 10;
/// For all questions about one mail: half of what understanding it may take.
const LIMIT: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SpfOutcome {
    Pass,
    Fail,
    SoftFail,
    Neutral,
    /// The DNS did not answer.
    Unavailable,
    #[default]
    None,
}

/// Outcome of DKIM, and of DMARC.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DkimOutcome {
    Pass,
    Fail,
    Unavailable,
    #[default]
    None,
}

/// What is known of the sender's domain.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AuthResult {
    pub spf: SpfOutcome,
    pub dkim: DkimOutcome,
    /// `None` when the domain has no policy.
    pub dmarc: DkimOutcome,
    /// Domains whose signature is valid.
    pub signed_by: Vec<String>,
    /// A valid signature is of the author's own domain.
    pub aligned_dkim: bool,
    /// The one author of the mail; absent when there is none or more than one.
    pub author: Option<String>,
}

impl AuthResult {
    /// Whether the mail is from whom it says: an aligned pass, and one author only. SPF by itself proves nothing.
    pub fn proves(&self, mail: &Mail) -> bool {
        let aligned =
            self.dmarc == DkimOutcome::Pass || (self.dmarc == DkimOutcome::None && self.aligned_dkim);
        aligned && self.is_author(mail)
    }

    /// As [`Self::proves`], by a signature of the author's own domain. What acting in somebody's name asks for.
    pub fn proves_by_signature(&self, mail: &Mail) -> bool {
        self.aligned_dkim && self.proves(mail)
    }

    fn is_author(&self, mail: &Mail) -> bool {
        let same =
            |author: &str| mail.from.as_ref().is_some_and(|from| from.address.eq_ignore_ascii_case(author));
        !mail.ambiguous_from && self.author.as_deref().is_some_and(same)
    }
}

/// Checks mails against the DNS, with a cache of its own.
pub struct Authenticator {
    dns: MessageAuthenticator,
    txt: TxtCache,
}

impl Authenticator {
    pub fn new(dns: MessageAuthenticator) -> Self {
        Self { dns, txt: TxtCache::default() }
    }

    /// Checks a mail as it came in by SMTP. `mail_from` is empty for the null sender, `host` our own name.
    pub async fn authenticate(
        &self,
        raw: &[u8],
        peer: IpAddr,
        helo: &str,
        mail_from: &str,
        host: &str,
    ) -> AuthResult {
        let Some(mut message) = AuthenticatedMessage::parse(raw) else { return AuthResult::default() };
        message.dkim_headers.truncate(MAX_SIGNATURES);
        let author = author(&message.from);
        let check = self.check(&message, peer, helo, mail_from, host, author.as_deref());
        match tokio::time::timeout(LIMIT, check).await {
            Ok(result) => AuthResult { author, ..result },
            Err(_) => AuthResult {
                spf: SpfOutcome::Unavailable,
                dkim: DkimOutcome::Unavailable,
                dmarc: DkimOutcome::Unavailable,
                author,
                ..AuthResult::default()
            },
        }
    }

    async fn check(
        &self,
        message: &AuthenticatedMessage<'_>,
        peer: IpAddr,
        helo: &str,
        mail_from: &str,
        host: &str,
        author: Option<&str>,
    ) -> AuthResult {
        let dkim = self.dns.verify_dkim(Parameters::new(message).with_txt_cache(&self.txt)).await;
        let spf = SpfParameters::verify(peer, helo, host, mail_from);
        let spf = self.dns.verify_spf(Parameters::new(spf).with_txt_cache(&self.txt)).await;
        let domain = mail_from.rsplit_once('@').map_or(helo, |(_, domain)| domain);
        let dmarc = DmarcParameters::new(message, &dkim, domain, &spf);
        let dmarc = self.dns.verify_dmarc(Parameters::new(dmarc).with_txt_cache(&self.txt)).await;
        let signed_by = passed(&dkim);
        let aligned_dkim =
            author.is_some_and(|author| signed_by.iter().any(|domain| is_own_domain(domain, author)));
        AuthResult {
            spf: spf_outcome(&spf),
            dkim: dkim_outcome(&dkim),
            dmarc: dmarc_outcome(&dmarc),
            signed_by,
            aligned_dkim,
            author: None,
        }
    }
}

/// The author, when there is exactly one.
fn author(from: &[String]) -> Option<String> {
    match from {
        [one] => Address::normalise(one),
        _ => None,
    }
}

/// The signing domain is the author's domain or above it. Never a public suffix, which cannot be signed for.
pub(super) fn is_own_domain(domain: &str, author: &str) -> bool {
    let (domain, own) =
        (domain.to_lowercase(), author.rsplit_once('@').map_or("", |(_, own)| own).to_lowercase());
    let above = own.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.'));
    domain.contains('.') && (own == domain || above)
}

fn passed(outputs: &[DkimOutput<'_>]) -> Vec<String> {
    let passed = outputs.iter().filter(|output| *output.result() == DkimResult::Pass);
    passed.filter_map(|output| output.signature()).map(|signature| signature.d.to_lowercase()).collect()
}

fn dkim_outcome(outputs: &[DkimOutput<'_>]) -> DkimOutcome {
    let any = |wanted: fn(&DkimResult) -> bool| outputs.iter().any(|output| wanted(output.result()));
    if any(|result| matches!(result, DkimResult::Pass)) {
        DkimOutcome::Pass
    } else if any(|result| matches!(result, DkimResult::TempError(_))) {
        DkimOutcome::Unavailable
    } else if any(|result| !matches!(result, DkimResult::None)) {
        DkimOutcome::Fail
    } else {
        DkimOutcome::None
    }
}

fn spf_outcome(output: &SpfOutput) -> SpfOutcome {
    match output.result() {
        SpfResult::Pass => SpfOutcome::Pass,
        SpfResult::Fail | SpfResult::PermError => SpfOutcome::Fail,
        SpfResult::SoftFail => SpfOutcome::SoftFail,
        SpfResult::Neutral => SpfOutcome::Neutral,
        SpfResult::TempError => SpfOutcome::Unavailable,
        SpfResult::None => SpfOutcome::None,
    }
}

fn dmarc_outcome(output: &DmarcOutput) -> DkimOutcome {
    match output.result() {
        DmarcResult::Pass => DkimOutcome::Pass,
        DmarcResult::TempError(_) => DkimOutcome::Unavailable,
        DmarcResult::Fail(_) | DmarcResult::PermError(_) => DkimOutcome::Fail,
        DmarcResult::None => DkimOutcome::None,
    }
}

#[cfg(test)]
mod tests;
