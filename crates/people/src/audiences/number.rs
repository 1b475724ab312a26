//! Numbers as people write them: decimal, so that 0.1 + 0.2 is 0.3 and a sum does not depend on its order.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

const SCALE: i128 = 1_000_000;
/// From here on numbers are whole: a JSON number could not carry the decimals exactly.
const WHOLE_FROM: i128 = 100_000_000 * SCALE;
const MOST: i128 = 1_000_000_000_000_000 * SCALE;

/// A decimal number with six decimals, in millionths; at most 10^15 in size, whole from 10^8 on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Number(i128);

impl Number {
    /// A number that is not finite is none.
    pub fn from_f64(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        // The cast saturates; `settle` then clamps.
        Some(Self::settle((value * 1e6).round() as i128))
    }

    pub fn from_json(number: &serde_json::Number) -> Option<Self> {
        match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => Some(whole.into()),
            (_, Some(whole)) => Some(Self::settle(i128::from(whole) * SCALE)),
            _ => Self::from_f64(number.as_f64()?),
        }
    }

    /// Reads `-12`, `3.5`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(whole) || !all_digits(decimals) || whole.len() > 15 || decimals.len() > 6 {
            return None;
        }
        let millionths: i128 = format!("{whole}{decimals:0<6}").parse().ok()?;
        Some(Self::settle(if digits == text { millionths } else { -millionths }))
    }

    /// From a sum of [`Number::millionths`], which may be larger than what can be written.
    pub(super) fn from_millionths(millionths: i128) -> Self {
        Self(millionths)
    }

    pub(super) fn millionths(self) -> i128 {
        self.0
    }

    fn settle(millionths: i128) -> Self {
        let clamped = millionths.clamp(-MOST, MOST);
        if clamped.abs() < WHOLE_FROM { Self(clamped) } else { Self(clamped / SCALE * SCALE) }
    }
}

impl From<i64> for Number {
    fn from(whole: i64) -> Self {
        Self::settle(i128::from(whole) * SCALE)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (size, sign) = (self.0.unsigned_abs(), if self.0 < 0 { "-" } else { "" });
        let (whole, rest) = (size / SCALE.unsigned_abs(), size % SCALE.unsigned_abs());
        if rest == 0 {
            return write!(f, "{sign}{whole}");
        }
        let decimals = format!("{rest:06}");
        write!(f, "{sign}{whole}.{}", decimals.trim_end_matches('0'))
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match i64::try_from(self.0 / SCALE) {
            Ok(whole) if self.0 % SCALE == 0 => serializer.serialize_i64(whole),
            _ => serializer.serialize_f64(self.0 as f64 / 1e6),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(deserializer)?;
        Self::from_json(&number).ok_or_else(|| de::Error::custom("expected a number"))
    }
}
