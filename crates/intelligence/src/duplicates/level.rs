//! What is compared, and how well two records can agree in it.

use serde::{Deserialize, Serialize};

/// One thing two records are compared in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    Surname,
    GivenName,
    Email,
    /// The e-mail address of people of the same name: it is often made of the name and then says little more.
    NamedEmail,
    /// The e-mail address of people with one surname and different given names.
    FamilyEmail,
    Phone,
    /// Postcode and city together: one follows from the other.
    Place,
    /// Street and house number together.
    Street,
    AddressExtra,
    State,
    Date,
    NationalId,
}

impl Dimension {
    pub const ALL: [Self; 12] = [
        Self::Surname,
        Self::GivenName,
        Self::Email,
        Self::NamedEmail,
        Self::FamilyEmail,
        Self::Phone,
        Self::Place,
        Self::Street,
        Self::AddressExtra,
        Self::State,
        Self::Date,
        Self::NationalId,
    ];
    pub const COUNT: usize = Self::ALL.len();

    /// Whether the people of one household have it in common.
    pub(super) fn is_shared_at_home(self) -> bool {
        matches!(
            self,
            Self::Surname | Self::Phone | Self::Place | Self::Street | Self::AddressExtra | Self::State
        )
    }

    pub(super) fn is_name(self) -> bool {
        matches!(self, Self::Surname | Self::GivenName)
    }
}

/// How well two records agree in one [`Dimension`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// One of the two says nothing: no evidence either way.
    #[default]
    Missing,
    Same,
    /// A familiar form: `Pista` and `István`.
    Familiar,
    /// A part agrees, the rest is missing: one of two surnames, the street without the number.
    Part,
    /// One typing error apart.
    Typo,
    /// Written in another field: given name and surname, the two address lines.
    Exchanged,
    /// More than one error apart, but alike.
    Similar,
    /// One error apart, but with reason to doubt: `Balog` and `Balogh`, a near postcode of another city.
    NearMiss,
    Initial,
    /// One half agrees, the other contradicts: the same street, another number.
    Mixed,
    Different,
}

impl Level {
    pub const ALL: [Self; 11] = [
        Self::Missing,
        Self::Same,
        Self::Familiar,
        Self::Part,
        Self::Typo,
        Self::Exchanged,
        Self::Similar,
        Self::NearMiss,
        Self::Initial,
        Self::Mixed,
        Self::Different,
    ];
    pub const COUNT: usize = Self::ALL.len();

    /// Speaks for one person, as far as a single field can.
    pub fn agrees(self) -> bool {
        matches!(
            self,
            Self::Same | Self::Familiar | Self::Part | Self::Typo | Self::Exchanged | Self::Similar
        )
    }
}

/// Two records compared: a level for each dimension, and how rare the value is that they agree on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Comparison {
    pub levels: [Level; Dimension::COUNT],
    pub rarity: [f32; Dimension::COUNT],
}

impl Comparison {
    pub fn level(&self, dimension: Dimension) -> Level {
        self.levels[dimension as usize]
    }

    pub fn set(&mut self, dimension: Dimension, (level, rarity): (Level, f32)) {
        self.levels[dimension as usize] = level;
        self.rarity[dimension as usize] = if level.agrees() { rarity } else { 0.0 };
    }
}
