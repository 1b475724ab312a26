//! What the columns of a file probably mean: by their headers, in Hungarian and English, and by what stands in them.

use std::collections::HashSet;

use people::persons::{IdentityKind, fold, normalize};
use serde_json::Value as Json;

use super::{
    Column, FileKind, Format, ImportKind, Mapping, Target, ValueType,
    values::{self, Manner},
};

/// Headers without case, accents and signs between words.
const WORDS: [(Target, &[&str]); 12] = [
    (
        Target::UserId,
        &[
            "id",
            "userid",
            "user",
            "externalid",
            "customerid",
            "clientid",
            "contactid",
            "personid",
            "azonosito",
            "ugyfelazonosito",
            "ugyfelid",
            "vevoid",
            "vevokod",
            "vevoazonosito",
            "ugyfelkod",
            "partnerkod",
            "partnerid",
            "felhasznaloazonosito",
            "felhasznaloid",
        ],
    ),
    (Target::Email, &["email", "emailaddress", "mail", "emailcim", "drotposta", "epostacim"]),
    (
        Target::Phone,
        &[
            "phone",
            "phonenumber",
            "mobile",
            "mobilephone",
            "mobil",
            "mobilszam",
            "tel",
            "telephone",
            "telefon",
            "telefonszam",
            "mobiltelefon",
        ],
    ),
    (
        Target::Name,
        &["name", "fullname", "nev", "teljesnev", "ugyfelneve", "ugyfelnev", "vevoneve", "vevonev"],
    ),
    (Target::FirstName, &["firstname", "givenname", "forename", "keresztnev", "utonev"]),
    (Target::LastName, &["lastname", "surname", "familyname", "vezeteknev", "csaladnev"]),
    (Target::Locale, &["locale", "language", "lang", "nyelv"]),
    (
        Target::CreatedAt,
        &[
            "createdat",
            "created",
            "registeredat",
            "signupdate",
            "regisztralt",
            "regisztracio",
            "regisztracioideje",
            "letrehozva",
            "letrehozas",
            "regisztraciodatuma",
        ],
    ),
    (Target::Event, &["event", "eventname", "esemeny", "esemenyneve"]),
    (
        Target::Time,
        &[
            "timestamp",
            "time",
            "eventtime",
            "occurredat",
            "originaltimestamp",
            "idopont",
            "mikor",
            "datum",
            "date",
        ],
    ),
    (Target::MessageId, &["messageid", "eventid", "uuid", "uzenetazonosito", "esemenyazonosito"]),
    (Target::Ignore, &["importline", "importerror", "importraw", "type", "sentat", "receivedat"]),
];

/// Numbers by their looks that are names of places and things.
const NEVER_NUMBERS: [&str; 9] =
    ["iranyitoszam", "irsz", "zip", "zipcode", "postcode", "postalcode", "adoszam", "taxnumber", "cikkszam"];

/// Columns of our own export that say nothing new.
const OURS: [&str; 6] =
    ["id", "lastseenat", "openconversations", "conversationcount", "identities", "traits"];

/// Whether and how the file can be taken, without anybody's word.
pub(super) fn guess(
    format: &Format,
    samples: &[Vec<Json>],
    manner: &Manner,
    kind: Option<ImportKind>,
) -> Mapping {
    let bare: Vec<String> = format.headers.iter().map(|header| bare(header)).collect();
    let is_event = |word: &String| target(word) == Some(Target::Event);
    let likely = if bare.iter().any(is_event) { ImportKind::Facts } else { ImportKind::People };
    let kind = kind.unwrap_or(likely);
    // The id in a table of ours is not that of the organisation's system.
    let is_export = format.escaped && bare.iter().any(|word| word == "identities");
    let cells: Vec<Vec<&Json>> = (0..bare.len()).map(|at| filled(samples, at)).collect();
    let ignored = |at: usize| is_export && OURS.contains(&bare[at].as_str());
    let claims = claims(&bare, &cells, kind);
    let mut columns: Vec<Column> = Vec::with_capacity(bare.len());
    for (at, header) in format.headers.iter().enumerate() {
        if ignored(at) {
            columns.push(Column::of(Target::Ignore));
            continue;
        }
        // What stands in a column tells only what no header says.
        let unclaimed = |found: &Target| !claims.contains(&Some(*found)) && !is_shared(&cells[at]);
        let known = claims[at].or_else(|| by_content(&cells[at]).filter(unclaimed));
        let column = match known.filter(|found| is_free(*found, &columns)) {
            Some(found) => Column::of(found),
            None => free(header, &bare[at], &cells[at], kind, &columns, manner, format.file),
        };
        columns.push(column);
    }
    Mapping { kind, columns, event: None }
}

/// What each header says by itself. A bare `id` is that of a person only where no other column has one, and never of
/// facts: there it may well be that of the order.
fn claims(bare: &[String], cells: &[Vec<&Json>], kind: ImportKind) -> Vec<Option<Target>> {
    let is_bare = |word: &String| ["id", "azonosito"].contains(&word.as_str());
    let has_better = bare.iter().any(|word| !is_bare(word) && target(word) == Some(Target::UserId));
    let claim = |(word, cells): (&String, &Vec<&Json>)| {
        let found = target(word).filter(|found| fits(*found, kind))?;
        let yields = is_bare(word) && (has_better || kind == ImportKind::Facts);
        let names_nobody = kind == ImportKind::People && is_identity(found) && is_shared(cells);
        (!yields && !names_nobody).then_some(found)
    };
    bare.iter().zip(cells).map(claim).collect()
}

fn is_identity(target: Target) -> bool {
    matches!(target, Target::UserId | Target::Email | Target::Phone)
}

/// Whether most rows repeat what other rows say, as with the address of whoever serves the customer.
fn is_shared(cells: &[&Json]) -> bool {
    let different: HashSet<String> =
        cells.iter().map(|cell| values::text(cell).trim().to_lowercase()).collect();
    cells.len() >= 5 && different.len() * 2 < cells.len()
}

fn filled(samples: &[Vec<Json>], at: usize) -> Vec<&Json> {
    samples.iter().filter_map(|row| row.get(at)).filter(|cell| !values::is_empty(cell)).collect()
}

/// The same columns for the other kind of rows.
pub(super) fn fits(target: Target, kind: ImportKind) -> bool {
    use Target::{CreatedAt, Event, FirstName, LastName, Locale, MessageId, Name, Property, Time, Trait};
    match target {
        Event | Time | MessageId | Property => kind == ImportKind::Facts,
        Name | FirstName | LastName | Locale | CreatedAt | Trait => kind == ImportKind::People,
        Target::UserId | Target::Email | Target::Phone | Target::Ignore => true,
    }
}

fn target(bare: &str) -> Option<Target> {
    WORDS.iter().find(|(_, words)| words.contains(&bare)).map(|(target, _)| *target)
}

/// `traits.First_Name` is `firstname`, and the second `E-mail (2)` is `email` too.
fn bare(header: &str) -> String {
    let numbered = header.strip_suffix(')').and_then(|header| header.rsplit_once(" ("));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let header = numbered.filter(|(_, number)| is_number(number)).map_or(header, |(name, _)| name);
    let last = ["traits.", "properties.", "context.traits."]
        .iter()
        .find_map(|path| header.strip_prefix(path))
        .unwrap_or(header);
    fold(last).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Several addresses and numbers of one person are welcome; everything else stands once.
pub(super) fn is_free(target: Target, columns: &[Column]) -> bool {
    let stands_once =
        !matches!(target, Target::Email | Target::Phone | Target::Trait | Target::Property | Target::Ignore);
    !(stands_once && columns.iter().any(|column| column.target == target))
}

fn by_content(cells: &[&Json]) -> Option<Target> {
    let all = |kind| {
        let is = |cell: &&Json| cell.as_str().is_some_and(|text| normalize(kind, text).is_ok());
        !cells.is_empty() && cells.iter().all(is)
    };
    if all(IdentityKind::Email) {
        return Some(Target::Email);
    }
    let is_written = |cell: &&Json| cell.as_str().is_some_and(|text| text.trim().starts_with(['+', '0']));
    (all(IdentityKind::Phone) && cells.iter().all(is_written)).then_some(Target::Phone)
}

fn free(
    header: &str,
    bare: &str,
    cells: &[&Json],
    kind: ImportKind,
    columns: &[Column],
    manner: &Manner,
    file: FileKind,
) -> Column {
    let target = if kind == ImportKind::People { Target::Trait } else { Target::Property };
    let short =
        ["traits.", "properties.", "context.traits."].iter().find_map(|path| header.strip_prefix(path));
    let name: String = short.unwrap_or(header).trim().chars().take(100).collect();
    let is_taken = columns.iter().any(|column| column.name.as_deref() == Some(name.as_str()));
    if name.is_empty() || is_taken || super::guess::target(bare) == Some(Target::Ignore) {
        return Column::of(Target::Ignore);
    }
    Column::named(target, &name, value_type(bare, cells, manner, file))
}

fn value_type(bare: &str, cells: &[&Json], manner: &Manner, file: FileKind) -> ValueType {
    let all = |value_type| {
        !cells.is_empty() && cells.iter().all(|cell| values::read(cell, value_type, manner).is_some())
    };
    let texts = || cells.iter().filter_map(|cell| cell.as_str()).map(str::trim);
    if cells.iter().any(|cell| cell.is_array() || cell.is_object()) {
        return ValueType::Json;
    }
    // 0 and 1 are numbers before they are answers, and a number that begins with 0 is a name.
    if all(ValueType::Boolean) && texts().all(|text| text.chars().any(char::is_alphabetic)) {
        return ValueType::Boolean;
    }
    let is_code = texts().any(|text| text.len() > 1 && text.starts_with('0') && !text.contains([',', '.']));
    if all(ValueType::Number) && !is_code && !NEVER_NUMBERS.contains(&bare) {
        let is_text = file == FileKind::Jsonl && cells.iter().any(|cell| cell.is_string());
        return if is_text { ValueType::Text } else { ValueType::Number };
    }
    let is_dated = |text: &str| text.len() >= 8 && text.contains(['-', '.', '/']);
    if all(ValueType::Date) && texts().all(is_dated) { ValueType::Date } else { ValueType::Text }
}
