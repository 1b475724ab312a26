//! `Authentication-Results` (RFC 8601) of the one relay we believe.

use super::{super::mail::Mail, AuthResult, DkimOutcome, SpfOutcome, is_own_domain};

/// What the relay named `authserv_id` says of the mail; `None` when it says nothing.
///
/// Only the topmost header of that name counts: what a sender wrote himself stands below. The relay must remove such
/// headers from outside, as RFC 8601 §5 demands and every common filter does.
pub fn from_authentication_results(mail: &Mail, authserv_id: &str) -> Option<AuthResult> {
    let wanted = authserv_id.trim();
    let value = mail.headers.all("authentication-results").find(|value| {
        let id = without_comments(value);
        let id =
            id.split(';').next().unwrap_or_default().split_whitespace().next().unwrap_or_default().to_owned();
        !wanted.is_empty() && id.eq_ignore_ascii_case(wanted)
    })?;
    let author = mail.from.as_ref().filter(|_| !mail.ambiguous_from).map(|from| from.address.clone());
    let mut result = AuthResult { author, ..AuthResult::default() };
    for part in without_comments(value).split(';').skip(1) {
        read(part, &mut result);
    }
    Some(result)
}

/// One method: `dkim=pass header.d=example.hu`.
fn read(part: &str, result: &mut AuthResult) {
    let mut words = part.split_whitespace();
    let Some((method, outcome)) = words.next().and_then(|word| word.split_once('=')) else { return };
    let properties: Vec<(&str, &str)> = words.filter_map(|word| word.split_once('=')).collect();
    let property = |name: &str| {
        properties
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim_matches('"'))
    };
    let outcome = outcome.to_ascii_lowercase();
    match method.to_ascii_lowercase().as_str() {
        "spf" if result.spf == SpfOutcome::None => result.spf = spf(&outcome),
        "dkim" => {
            let domain = property("header.d").or_else(|| {
                property("header.i").and_then(|id| id.rsplit_once('@')).map(|(_, domain)| domain)
            });
            let found = passfail(&outcome);
            if found == DkimOutcome::Pass || result.dkim == DkimOutcome::None {
                result.dkim = found;
            }
            if let Some(domain) = domain.filter(|_| found == DkimOutcome::Pass) {
                result.aligned_dkim |=
                    result.author.as_deref().is_some_and(|author| is_own_domain(domain, author));
                result.signed_by.push(domain.to_lowercase());
            }
        }
        "dmarc" if result.dmarc == DkimOutcome::None => {
            let own = result
                .author
                .as_deref()
                .and_then(|author| author.rsplit_once('@'))
                .map(|(_, own)| own.to_lowercase());
            let about = property("header.from").map(str::to_lowercase);
            // A verdict about another domain is none about this author.
            let other = about.as_ref().is_some_and(|about| Some(about) != own.as_ref());
            result.dmarc = if other { DkimOutcome::Fail } else { passfail(&outcome) };
        }
        _ => {}
    }
}

fn passfail(outcome: &str) -> DkimOutcome {
    match outcome {
        "pass" => DkimOutcome::Pass,
        "none" | "bestguesspass" => DkimOutcome::None,
        "temperror" => DkimOutcome::Unavailable,
        _ => DkimOutcome::Fail,
    }
}

fn spf(outcome: &str) -> SpfOutcome {
    match outcome {
        "pass" => SpfOutcome::Pass,
        "softfail" => SpfOutcome::SoftFail,
        "neutral" => SpfOutcome::Neutral,
        "none" => SpfOutcome::None,
        "temperror" => SpfOutcome::Unavailable,
        _ => SpfOutcome::Fail,
    }
}

/// Comments may hold anything, also `;` and what reads like a result.
fn without_comments(value: &str) -> String {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        let skip = std::mem::take(&mut escaped);
        match c {
            '\\' if !skip && (depth > 0 || quoted) => escaped = true,
            '"' if !skip && depth == 0 => quoted = !quoted,
            '(' if !skip && !quoted => depth += 1,
            ')' if !skip && !quoted && depth > 0 => {
                depth -= 1;
                out.push(' ');
            }
            // Within quotes nothing separates.
            ';' | '=' if quoted && depth == 0 => out.push('_'),
            c if c.is_whitespace() && quoted && depth == 0 => out.push('_'),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}
