//! What comes in: records with typed fields.

use serde::{Deserialize, Serialize};

/// What a field holds; decides how it is read, compared and weighed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A whole name in either order: `Kovács Anna`, `Anna Kovács`, `Kovács, Anna`.
    PersonName,
    GivenName,
    Surname,
    Email,
    Phone,
    Postcode,
    City,
    /// Street with or without the house number.
    Street,
    HouseNumber,
    /// A second line of the address: building, estate, flat.
    AddressExtra,
    State,
    Date,
    NationalId,
}

impl Kind {
    /// The kind a column of this name usually has; `None` for columns that say nothing about a person.
    pub fn of_column(name: &str) -> Option<Self> {
        Some(match name.trim().to_ascii_lowercase().as_str() {
            "name" | "full_name" => Self::PersonName,
            "given_name" | "first_name" => Self::GivenName,
            "surname" | "last_name" | "family_name" => Self::Surname,
            "email" => Self::Email,
            "phone" => Self::Phone,
            "zip" | "postcode" => Self::Postcode,
            "city" | "suburb" => Self::City,
            "street" | "address" | "address_1" => Self::Street,
            "street_number" | "house_number" => Self::HouseNumber,
            "address_2" => Self::AddressExtra,
            "state" => Self::State,
            "date_of_birth" | "birth_date" => Self::Date,
            "soc_sec_id" | "national_id" => Self::NationalId,
            _ => return None,
        })
    }
}

/// One value of a record. A kind may come several times: people have two numbers, three addresses.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Field {
    pub kind: Kind,
    pub value: String,
}

/// One description of a person, from one source.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Record {
    pub id: String,
    pub fields: Vec<Field>,
}

impl Record {
    pub fn new<'a>(id: &str, fields: impl IntoIterator<Item = (Kind, &'a str)>) -> Self {
        let fields = fields.into_iter().map(|(kind, value)| Field { kind, value: value.to_owned() });
        Self { id: id.to_owned(), fields: fields.collect() }
    }

    /// The values of one kind that say something.
    pub fn values(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |f| f.kind == kind).map(|f| f.value.trim()).filter(|v| !v.is_empty())
    }
}
