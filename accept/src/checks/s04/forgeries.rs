//! The matrix: every way we know to seem somebody else.

use channels::email::text::{DkimKey, TokenKey, plus_address};
use kernel::ConversationId;

use super::{ANNA, BELA, COLLEAGUE, DESK, FORMER, Keys, MALLORY, SPY};
use crate::{
    check::Error,
    post::{Letter, header},
};

/// What a forger may have got hold of.
pub struct Known {
    pub conversation: ConversationId,
    /// The Message-ID of our answer, with its token.
    pub id: String,
    pub reply_to: String,
    pub his_reply_to: String,
    /// Nobody has it; the check makes tokens with it that have expired.
    pub secret: TokenKey,
    pub genuine: Letter,
}

pub struct Forgery {
    pub name: &'static str,
    /// In its body, and in no other.
    pub words: String,
    pub envelope: String,
    pub to: String,
    pub raw: Vec<u8>,
    /// It may stand in the conversation of whom it plays, with its mark.
    pub joins: bool,
    /// It says truly who sent it; it only wants in where he is not.
    pub is_himself: bool,
}

struct Matrix {
    all: Vec<Forgery>,
}

/// How one is sent.
struct Way<'a> {
    key: Option<&'a DkimKey>,
    envelope: &'a str,
    to: &'a str,
    joins: bool,
    is_himself: bool,
}

const UNSIGNED: Way<'_> = Way { key: None, envelope: MALLORY, to: DESK, joins: false, is_himself: false };

impl Matrix {
    fn add(
        &mut self,
        name: &'static str,
        from: &str,
        dress: impl Fn(Letter) -> Letter,
        way: &Way<'_>,
    ) -> Result<(), Error> {
        let words = format!("Hamisítvány {}.", self.all.len() + 1);
        let letter = dress(Letter::new(from, way.to, "Re: Hol a csomagom?", &words));
        let raw = match way.key {
            Some(key) => letter.signed(key)?,
            None => letter.raw(),
        };
        let (envelope, to) = (way.envelope.to_owned(), way.to.to_owned());
        let (joins, is_himself) = (way.joins, way.is_himself);
        self.all.push(Forgery { name, words, envelope, to, raw, joins, is_himself });
        Ok(())
    }
}

pub fn forgeries(keys: &Keys, known: &Known) -> Result<Vec<Forgery>, Error> {
    let mut matrix = Matrix { all: Vec::new() };
    colleagues(&mut matrix, keys, known)?;
    tokens(&mut matrix, keys, known)?;
    authors(&mut matrix, keys, known)?;
    copies(&mut matrix, keys, known)?;
    altered(&mut matrix, keys, known)?;
    Ok(matrix.all)
}

/// Somebody plays a colleague.
fn colleagues(matrix: &mut Matrix, keys: &Keys, known: &Known) -> Result<(), Error> {
    let answering = |letter: Letter| letter.answering("<known@mua.example>").with("Cc", ANNA);
    let foreign = Way { key: Some(&keys.stranger), ..UNSIGNED };
    let plain_id = header(&String::from_utf8_lossy(&known.genuine.raw()), "Message-ID").unwrap_or_default();
    let to_genuine = |letter: Letter| letter.answering(&plain_id).with("Cc", ANNA);
    matrix.add("a colleague, unsigned", COLLEAGUE, answering, &UNSIGNED)?;
    matrix.add("a colleague, unsigned, who knows the thread", COLLEAGUE, to_genuine, &UNSIGNED)?;
    matrix.add("a colleague, signed by a stranger", COLLEAGUE, to_genuine, &foreign)?;
    let own_envelope = Way { envelope: COLLEAGUE, ..UNSIGNED };
    matrix.add("a colleague, with SPF alone", COLLEAGUE, to_genuine, &own_envelope)?;
    // His mailbox works as ever, and he has kept a token.
    let former = Way { key: Some(&keys.own), envelope: FORMER, is_himself: true, ..UNSIGNED };
    matrix.add("a former colleague who knows the thread", FORMER, to_genuine, &former)?;
    let with_token = Way { to: &known.reply_to, ..former };
    matrix.add("a former colleague with a token", FORMER, |letter| letter, &with_token)?;
    matrix.add(
        "a former colleague with our Message-ID",
        FORMER,
        |letter| letter.answering(&known.id),
        &with_token,
    )
}

/// Tokens that are none, or not for this.
fn tokens(matrix: &mut Matrix, keys: &Keys, known: &Known) -> Result<(), Error> {
    let himself = Way { key: Some(&keys.stranger), is_himself: true, ..UNSIGNED };
    let foreign_secret = TokenKey::new(&[7; 32]).ok_or("a secret of 32 bytes")?;
    let address = |key: &TokenKey, recipient: &str, epoch| {
        plus_address(DESK, &key.token(known.conversation, recipient, epoch)).ok_or("the address is too long")
    };
    let wrong = known.reply_to.replacen(&last_of_token(&known.reply_to), &other_letter(&known.reply_to), 1);
    let (local, domain) = known.reply_to.split_once('@').ok_or("no address")?;
    let cases = [
        ("a token with one letter changed", wrong),
        ("a token cut short", format!("{}@{domain}", &local[..local.len() - 4])),
        ("a token of an earlier epoch", address(&known.secret, ANNA, 0)?),
        ("a token of the next epoch", address(&known.secret, ANNA, 2)?),
        ("a token for somebody who never got one", address(&known.secret, MALLORY, 1)?),
        ("a token of another secret", address(&foreign_secret, ANNA, 1)?),
        ("an empty token", DESK.replacen('@', "+k@", 1)),
    ];
    for (name, to) in &cases {
        matrix.add(name, MALLORY, |letter| letter, &Way { to, ..himself })?;
    }
    matrix.add("no token, the number in the subject", MALLORY, |l| l.with("X-Subject", "[K-1]"), &himself)?;
    let id = known.id.replacen("k.", "k.a", 1);
    matrix.add("a broken token in References", MALLORY, |letter| letter.answering(&id), &himself)?;
    let own = Way { to: &known.his_reply_to, ..himself };
    matrix.add("the token of another conversation", MALLORY, |l| l.with("X-Wanted", &known.id), &own)
}

/// The letter before the `@`.
fn last_of_token(address: &str) -> String {
    let end = address.find('@').unwrap_or(1);
    address[end - 8..end].to_owned()
}

fn other_letter(address: &str) -> String {
    let last = last_of_token(address);
    let flipped = if last.starts_with('a') { 'b' } else { 'a' };
    format!("{flipped}{}", &last[1..])
}

/// Authors that are two, or another.
fn authors(matrix: &mut Matrix, keys: &Keys, known: &Known) -> Result<(), Error> {
    let foreign = Way { key: Some(&keys.stranger), ..UNSIGNED };
    let spf = Way { envelope: ANNA, ..UNSIGNED };
    let id = header(&String::from_utf8_lossy(&known.genuine.raw()), "Message-ID").unwrap_or_default();
    let in_thread = |letter: Letter| letter.answering(&id);
    let played = Way { joins: true, ..UNSIGNED };
    matrix.add("the customer, unsigned", ANNA, in_thread, &played)?;
    matrix.add("the customer, with SPF alone", ANNA, in_thread, &Way { joins: true, ..spf })?;
    matrix.add("the customer, signed by a stranger", ANNA, in_thread, &Way { joins: true, ..foreign })?;
    let sender = |letter: Letter| in_thread(letter).with("Sender", MALLORY);
    matrix.add("a Sender who is not the author", ANNA, sender, &Way { joins: true, ..foreign })?;
    let reply_to = |letter: Letter| in_thread(letter).with("Reply-To", ANNA);
    let machine = "noreply@kapocs.example";
    matrix.add("the customer in Reply-To", machine, reply_to, &Way { joins: true, ..foreign })?;
    let told =
        "mx.mecses.example; dmarc=pass header.from=customer.example; dkim=pass header.d=customer.example";
    let forged = |letter: Letter| in_thread(letter).with("Authentication-Results", told);
    matrix.add("a verdict it brings along", ANNA, forged, &played)?;
    // Two authors are nobody; which of them is shown does not matter, the mark does.
    let two = |letter: Letter| letter.with("From", MALLORY);
    matrix.add("two From headers", ANNA, two, &foreign)?;
    let list = format!("{MALLORY}, {ANNA}");
    matrix.add("two authors in one From", &list, |letter| letter, &foreign)?;
    let named = format!("\"{ANNA}\" <{MALLORY}>");
    let himself = Way { is_himself: true, ..foreign };
    matrix.add("the customer as a display name", &named, in_thread, &himself)
}

/// Others are to be brought in.
fn copies(matrix: &mut Matrix, keys: &Keys, known: &Known) -> Result<(), Error> {
    let id = header(&String::from_utf8_lossy(&known.genuine.raw()), "Message-ID").unwrap_or_default();
    let copied = |letter: Letter| letter.answering(&id).with("Cc", SPY);
    let played = Way { joins: true, ..UNSIGNED };
    matrix.add("a copy to a spy, in the customer's name", ANNA, copied, &played)?;
    let stolen = Way { to: &known.reply_to, ..played };
    matrix.add("a copy to a spy, with a stolen token", ANNA, |letter| letter.with("Cc", SPY), &stolen)?;
    let neighbour = |letter: Letter| letter.answering(&id).with("Cc", SPY);
    matrix.add("a copy to a spy, from the customer's house", BELA, neighbour, &UNSIGNED)?;
    let himself = Way { key: Some(&keys.stranger), is_himself: true, ..UNSIGNED };
    matrix.add("a copy to a spy, by a stranger", MALLORY, copied, &himself)
}

/// A genuine signature over something else.
fn altered(matrix: &mut Matrix, keys: &Keys, known: &Known) -> Result<(), Error> {
    let signed = String::from_utf8(known.genuine.signed(&keys.customer)?)?;
    let way = Way { joins: false, ..UNSIGNED };
    for (name, from, to) in [
        ("a signed mail with another body", known.genuine.body.as_str(), ""),
        ("a signed mail with another author", "From: anna@", "From: bela@"),
    ] {
        let words = format!("Hamisítvány {}.", matrix.all.len() + 1);
        let changed = match to {
            "" => signed.replacen(from, &words, 1),
            to => signed.replacen(from, to, 1).replacen(&known.genuine.body, &words, 1),
        };
        let (envelope, to) = (way.envelope.to_owned(), way.to.to_owned());
        let raw = changed.into_bytes();
        matrix.all.push(Forgery { name, words, envelope, to, raw, joins: false, is_himself: false });
    }
    Ok(())
}
