//! What the columns of a file probably mean: by their headers, in Hungarian and English, and by what stands in them.

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
    let mut columns: Vec<Column> = Vec::with_capacity(bare.len());
    for (at, header) in format.headers.iter().enumerate() {
        let cells: Vec<&Json> =
            samples.iter().filter_map(|row| row.get(at)).filter(|cell| !values::is_empty(cell)).collect();
        if is_export && OURS.contains(&bare[at].as_str()) {
            columns.push(Column::of(Target::Ignore));
            continue;
        }
        let known = target(&bare[at]).or_else(|| by_content(&cells));
        let column = match known.filter(|found| fits(*found, kind) && is_free(*found, &columns)) {
            Some(found) => Column::of(found),
            None => free(header, &bare[at], &cells, kind, &columns, manner, format.file),
        };
        columns.push(column);
    }
    Mapping { kind, columns, event: None }
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

/// `traits.First_Name` is `firstname`.
fn bare(header: &str) -> String {
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
