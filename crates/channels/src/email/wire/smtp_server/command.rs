//! The command lines of RFC 5321 and 2033, read strictly.

use crate::email::wire::address::is_address;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Hello {
    Helo,
    Ehlo,
    Lhlo,
}

#[derive(PartialEq, Eq, Debug)]
pub(super) enum Command {
    Hello(Hello, String),
    /// `None` is the null sender.
    Mail {
        from: Option<String>,
        size: Option<u64>,
        utf8: bool,
    },
    Rcpt {
        to: String,
    },
    Data,
    StartTls,
    Rset,
    Noop,
    Vrfy,
    Help,
    Quit,
}

/// Why a line is no command, with its reply.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    Unknown,
    NotImplemented,
    Syntax,
    Parameter,
    Address,
}

impl Fault {
    pub fn reply(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::Unknown => (500, "5.5.2", "Command not recognised"),
            Self::NotImplemented => (502, "5.5.1", "Command not implemented"),
            Self::Syntax => (501, "5.5.4", "Syntax error in parameters"),
            Self::Parameter => (555, "5.5.4", "Parameter not supported"),
            Self::Address => (553, "5.1.3", "Not a valid address"),
        }
    }
}

impl Command {
    pub fn parse(line: &[u8]) -> Result<Self, Fault> {
        let line = std::str::from_utf8(line).map_err(|_| Fault::Unknown)?;
        if line.contains(char::is_control) {
            return Err(Fault::Unknown);
        }
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim_matches(' ');
        match verb.to_ascii_uppercase().as_str() {
            "HELO" => hello(Hello::Helo, rest),
            "EHLO" => hello(Hello::Ehlo, rest),
            "LHLO" => hello(Hello::Lhlo, rest),
            "MAIL" => mail(rest),
            "RCPT" => rcpt(rest),
            "DATA" => alone(Self::Data, rest),
            "STARTTLS" => alone(Self::StartTls, rest),
            "RSET" => alone(Self::Rset, rest),
            "QUIT" => alone(Self::Quit, rest),
            "NOOP" => Ok(Self::Noop),
            "HELP" => Ok(Self::Help),
            "VRFY" if !rest.is_empty() => Ok(Self::Vrfy),
            "VRFY" => Err(Fault::Syntax),
            "EXPN" | "AUTH" | "BDAT" | "TURN" | "ETRN" => Err(Fault::NotImplemented),
            _ => Err(Fault::Unknown),
        }
    }
}

fn alone(command: Command, rest: &str) -> Result<Command, Fault> {
    if rest.is_empty() { Ok(command) } else { Err(Fault::Syntax) }
}

fn hello(hello: Hello, name: &str) -> Result<Command, Fault> {
    if name.is_empty() || name.contains(' ') || name.len() > 255 {
        return Err(Fault::Syntax);
    }
    Ok(Command::Hello(hello, name.to_owned()))
}

fn mail(rest: &str) -> Result<Command, Fault> {
    let (path, parameters) = path(rest, "FROM:")?;
    let (mut size, mut utf8) = (None, false);
    for parameter in parameters.split_ascii_whitespace() {
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match (key.to_ascii_uppercase().as_str(), value.to_ascii_uppercase().as_str()) {
            ("SIZE", digits) => size = Some(digits.parse().map_err(|_| Fault::Syntax)?),
            ("BODY", "7BIT" | "8BITMIME") => {}
            ("SMTPUTF8", "") => utf8 = true,
            _ => return Err(Fault::Parameter),
        }
    }
    if path.is_empty() {
        return Ok(Command::Mail { from: None, size, utf8 });
    }
    let from = address(path)?;
    if !utf8 && !from.is_ascii() {
        return Err(Fault::Address);
    }
    Ok(Command::Mail { from: Some(from), size, utf8 })
}

fn rcpt(rest: &str) -> Result<Command, Fault> {
    let (path, parameters) = path(rest, "TO:")?;
    if !parameters.is_empty() {
        return Err(Fault::Parameter);
    }
    // RFC 5321 §4.5.1: every server knows its postmaster without a domain.
    if path.eq_ignore_ascii_case("postmaster") {
        return Ok(Command::Rcpt { to: "postmaster".to_owned() });
    }
    Ok(Command::Rcpt { to: address(path)? })
}

/// Splits `FROM:<path> parameters`, minding quoted strings within the path.
fn path<'a>(rest: &'a str, keyword: &str) -> Result<(&'a str, &'a str), Fault> {
    let head = rest.get(..keyword.len()).ok_or(Fault::Syntax)?;
    if !head.eq_ignore_ascii_case(keyword) {
        return Err(Fault::Syntax);
    }
    let inner = rest[keyword.len()..].trim_start_matches(' ').strip_prefix('<').ok_or(Fault::Syntax)?;
    let (mut quoted, mut escaped) = (false, false);
    for (i, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '>' if !quoted => {
                let after = &inner[i + 1..];
                if !after.is_empty() && !after.starts_with(' ') {
                    return Err(Fault::Syntax);
                }
                return Ok((strip_route(&inner[..i]), after.trim_matches(' ')));
            }
            _ => {}
        }
    }
    Err(Fault::Syntax)
}

/// RFC 5321 appendix C: an old source route is ignored.
fn strip_route(path: &str) -> &str {
    if path.starts_with('@') { path.split_once(':').map_or(path, |(_, rest)| rest) } else { path }
}

fn address(text: &str) -> Result<String, Fault> {
    if is_address(text) { Ok(text.to_owned()) } else { Err(Fault::Address) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command, Fault> {
        Command::parse(line.as_bytes())
    }

    fn to(line: &str) -> Option<String> {
        match parse(line) {
            Ok(Command::Rcpt { to }) => Some(to),
            _ => None,
        }
    }

    #[test]
    fn addresses_are_read_as_senders_write_them() {
        assert_eq!(to("rcpt to:<a.b+c@example.hu>").as_deref(), Some("a.b+c@example.hu"));
        assert_eq!(to("RCPT TO: <a@example.hu>").as_deref(), Some("a@example.hu"));
        assert_eq!(to("RCPT TO:<\"a > b\\\"@\"@example.hu>").as_deref(), Some("\"a > b\\\"@\"@example.hu"));
        assert_eq!(to("RCPT TO:<@x.hu,@y.hu:a@example.hu>").as_deref(), Some("a@example.hu"));
        assert_eq!(to("RCPT TO:<a@[192.0.2.1]>").as_deref(), Some("a@[192.0.2.1]"));
        assert_eq!(to("RCPT TO:<a@[IPv6:2001:db8::1]>").as_deref(), Some("a@[IPv6:2001:db8::1]"));
        assert_eq!(to("RCPT TO:<PostMaster>").as_deref(), Some("postmaster"));
    }

    #[test]
    fn a_line_that_is_not_plainly_an_address_is_refused() {
        for bad in [
            "a@b",
            "<a@b",
            "<a@b>x",
            "<a b@c>",
            "<a..b@c>",
            "<a@b..c>",
            "<@b>",
            "<a@>",
            "<a>",
            "<>",
            "<a@-b>",
            "<\"a@b>",
            "<a@[1.2.3]>",
            "<a@b> NOTIFY=NEVER",
            "<a\0@b>",
        ] {
            assert!(parse(&format!("RCPT TO:{bad}")).is_err(), "{bad}");
        }
        let long = format!("RCPT TO:<{}@b.hu>", "a".repeat(65));
        assert_eq!(parse(&long), Err(Fault::Address));
    }

    #[test]
    fn the_parameters_of_mail_are_understood_or_refused() {
        let expected = Command::Mail { from: Some("a@b.hu".into()), size: Some(42), utf8: false };
        assert_eq!(parse("MAIL FROM:<a@b.hu> SIZE=42 BODY=8BITMIME"), Ok(expected));
        assert_eq!(parse("MAIL FROM:<>"), Ok(Command::Mail { from: None, size: None, utf8: false }));
        assert_eq!(parse("MAIL FROM:<á@b.hu>"), Err(Fault::Address));
        assert!(parse("MAIL FROM:<á@b.hu> SMTPUTF8").is_ok());
        assert_eq!(parse("MAIL FROM:<a@b.hu> RET=FULL"), Err(Fault::Parameter));
        assert_eq!(parse("MAIL FROM:<a@b.hu> SIZE=x"), Err(Fault::Syntax));
    }
}
