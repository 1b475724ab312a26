//! When a call happened, by our clock.

use std::time::Duration;

use kernel::Timestamp;
use serde_json::Value as Json;

/// A device's clock may be that wrong and still be corrected.
const MOST_SKEW: Duration = Duration::from_secs(365 * 24 * 3_600);
/// Nothing we are told happened before this moment (2000-01-01T00:00:00Z).
const OLDEST: i64 = 946_684_800_000_000;

/// Our best knowledge of the moment, with what was doubtful about it.
///
/// `received − (sent − told)`: both times of the device are wrong by the same amount (Segment's correction).
pub(super) fn moment(
    told: Option<Timestamp>,
    sent: Option<Timestamp>,
    received: Timestamp,
) -> (Timestamp, Option<&'static str>) {
    let Some(told) = told else { return (received, None) };
    let Some(sent) = sent else { return clamp(told, received, None) };
    let skew = sent.0.abs_diff(received.0);
    if u128::from(skew) > MOST_SKEW.as_micros() || sent < told {
        return clamp(told, received, Some("sent_at_unbelievable"));
    }
    clamp(Timestamp(received.0 - (sent.0 - told.0)), received, None)
}

fn clamp(
    at: Timestamp,
    received: Timestamp,
    warning: Option<&'static str>,
) -> (Timestamp, Option<&'static str>) {
    if at > received {
        return (received, Some("in_the_future"));
    }
    if at.0 < OLDEST {
        return (received, Some("too_long_ago"));
    }
    (at, warning)
}

/// ISO 8601 with any precision, or milliseconds since 1970.
pub(super) fn read(value: &Json) -> Option<Timestamp> {
    match value {
        Json::String(text) => {
            let parsed: jiff::Timestamp = text.trim().parse().ok()?;
            Some(Timestamp(parsed.as_microsecond()))
        }
        Json::Number(number) => {
            let number = number.as_f64()?;
            // Seconds until the year 2286 are smaller than milliseconds since 1970-04.
            let milliseconds = if number < 1e10 { number * 1_000.0 } else { number };
            Some(Timestamp((milliseconds * 1_000.0) as i64))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SECOND: i64 = 1_000_000;
    const NOW: Timestamp = Timestamp(1_900_000_000 * SECOND);

    fn at(seconds: i64) -> Timestamp {
        Timestamp(NOW.0 + seconds * SECOND)
    }

    #[test]
    fn a_clock_an_hour_ahead_is_corrected() {
        assert_eq!(moment(Some(at(3_600 - 10)), Some(at(3_600)), NOW), (at(-10), None));
        assert_eq!(moment(Some(at(-3_600 - 10)), Some(at(-3_600)), NOW), (at(-10), None));
    }

    #[test]
    fn without_a_time_of_sending_the_told_time_is_kept_and_the_future_is_not_believed() {
        assert_eq!(moment(Some(at(-500)), None, NOW), (at(-500), None));
        assert_eq!(moment(Some(at(500)), None, NOW), (NOW, Some("in_the_future")));
        assert_eq!(moment(None, Some(at(500)), NOW), (NOW, None));
    }

    #[test]
    fn an_unbelievable_time_of_sending_corrects_nothing() {
        let years = 5 * 365 * 24 * 3_600;
        assert_eq!(moment(Some(at(-500)), Some(at(years)), NOW), (at(-500), Some("sent_at_unbelievable")));
        assert_eq!(moment(Some(at(-5)), Some(at(-50)), NOW), (at(-5), Some("sent_at_unbelievable")));
        assert_eq!(moment(Some(Timestamp(5)), None, NOW), (NOW, Some("too_long_ago")));
    }

    #[test]
    fn times_are_read_in_every_form_the_sdks_write() {
        let expected = Some(Timestamp(1_700_000_000 * SECOND));
        for told in [
            json!("2023-11-14T22:13:20Z"),
            json!("2023-11-14T22:13:20.000Z"),
            json!("2023-11-14T22:13:20.000000+00:00"),
            json!("2023-11-14T23:13:20+01:00"),
            json!(1_700_000_000_000_i64),
            json!(1_700_000_000),
        ] {
            assert_eq!(read(&told), expected, "{told}");
        }
        assert_eq!(read(&json!("yesterday")), None);
        assert_eq!(read(&json!(null)), None);
    }
}
