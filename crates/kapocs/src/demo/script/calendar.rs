//! When a shop's customers write and its agents work, and how a day is said in words.

use jiff::{Timestamp, ToSpan, Zoned, civil::Date, civil::Weekday, tz::TimeZone};
use kernel::Locale;
use rand::{Rng, rngs::StdRng};

pub(super) const SECOND: i64 = 1_000_000;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// Messages by hour of the day: lunch breaks and evenings write most.
const HOURS: [u32; 24] = [1, 0, 0, 0, 0, 1, 3, 6, 9, 11, 11, 9, 9, 8, 8, 8, 7, 6, 6, 7, 9, 8, 5, 2];

/// The rule itself, so that the script does not depend on the machine's time zone files.
fn budapest() -> TimeZone {
    TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a valid POSIX time zone")
}

pub(super) fn local(at: i64) -> Zoned {
    Timestamp::from_microsecond(at).unwrap_or_default().to_zoned(budapest())
}

fn at_clock(date: Date, minutes: i64) -> i64 {
    let midnight = date.to_zoned(budapest()).expect("midnight exists in Budapest");
    midnight.timestamp().as_microsecond() + minutes * MINUTE
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn minute_of_day(time: &Zoned) -> i64 {
    i64::from(time.hour()) * 60 + i64::from(time.minute())
}

fn move_days(date: Date, days: i64) -> Date {
    date.checked_add(days.days()).unwrap_or(date)
}

/// A moment within the last `days` when somebody sits down and writes.
pub(super) fn moment_to_write(rng: &mut StdRng, now: i64, days: i64) -> i64 {
    loop {
        let date = move_days(local(now).date(), -rng.random_range(0..=days));
        if is_weekend(date) && rng.random_bool(0.55) {
            continue;
        }
        let hour = weighted(rng, &HOURS) as i64;
        let at = at_clock(date, hour * 60 + rng.random_range(0..60)) + rng.random_range(0..60) * SECOND;
        if at <= now - 25 * MINUTE && at >= now - days * DAY {
            return at;
        }
    }
}

fn weighted(rng: &mut StdRng, weights: &[u32]) -> usize {
    let mut left = rng.random_range(0..weights.iter().sum());
    for (index, weight) in weights.iter().enumerate() {
        if left < *weight {
            return index;
        }
        left -= weight;
    }
    0
}

/// The same moment if the chat is staffed then, else some moment of the last staffed day before it.
pub(super) fn staffed_before(rng: &mut StdRng, at: i64) -> i64 {
    let time = local(at);
    let mut date = time.date();
    if !is_weekend(date) && (9 * 60..16 * 60 + 30).contains(&minute_of_day(&time)) {
        return at;
    }
    if minute_of_day(&time) < 17 * 60 {
        date = move_days(date, -1);
    }
    date = nearest_working_day(date, -1);
    at_clock(date, rng.random_range(9 * 60..16 * 60 + 30))
}

/// The same moment in working hours, else soon after the office opens again.
pub(super) fn at_work(rng: &mut StdRng, at: i64) -> i64 {
    let time = local(at);
    let (mut date, minute) = (time.date(), minute_of_day(&time));
    if !is_weekend(date) && (8 * 60 + 30..17 * 60 + 30).contains(&minute) {
        return at;
    }
    if minute >= 17 * 60 + 30 {
        date = move_days(date, 1);
    }
    date = nearest_working_day(date, 1);
    at_clock(date, 8 * 60 + 32 + rng.random_range(0..75)) + rng.random_range(0..60) * SECOND
}

/// Nine o'clock on that day, or on the working day after it.
pub(super) fn morning(at: i64) -> i64 {
    at_clock(working_day(at, 0), 9 * 60)
}

/// The moment so long ago, where whole days are working days.
pub(super) fn working_time_before(now: i64, length: i64) -> i64 {
    let mut at = now - length % DAY;
    for _ in 0..length / DAY {
        at -= DAY;
        while is_weekend(local(at).date()) {
            at -= DAY;
        }
    }
    at
}

/// The same moment by day, else the next morning.
pub(super) fn awake(rng: &mut StdRng, at: i64) -> i64 {
    let time = local(at);
    let minute = minute_of_day(&time);
    let date = match minute {
        390..1350 => return at,
        1350.. => move_days(time.date(), 1),
        _ => time.date(),
    };
    at_clock(date, 400 + rng.random_range(0..120)) + rng.random_range(0..60) * SECOND
}

/// `+2` is the second working day after, `-2` a working day at least two days before.
pub(super) fn working_day(at: i64, offset: i64) -> Date {
    let today = local(at).date();
    if offset < 0 {
        return nearest_working_day(move_days(today, offset), -1);
    }
    let start = nearest_working_day(today, 1);
    let first = if start == today || offset == 0 { 0 } else { 1 };
    (first..offset).fold(start, |date, _| nearest_working_day(move_days(date, 1), 1))
}

fn nearest_working_day(mut date: Date, direction: i64) -> Date {
    while is_weekend(date) {
        date = move_days(date, direction);
    }
    date
}

/// A length of time: `45s`, `20m`, `2h40m`, `9d`.
pub(super) fn span(text: &str) -> i64 {
    let (mut total, mut number) = (0, 0);
    for character in text.chars() {
        let unit = match character {
            's' => SECOND,
            'm' => MINUTE,
            'h' => HOUR,
            'd' => DAY,
            digit => {
                number = number * 10 + i64::from(digit.to_digit(10).expect("a span is digits and units"));
                continue;
            }
        };
        total += number * unit;
        number = 0;
    }
    total
}

const MONTHS: [[&str; 12]; 2] = [
    [
        "január",
        "február",
        "március",
        "április",
        "május",
        "június",
        "július",
        "augusztus",
        "szeptember",
        "október",
        "november",
        "december",
    ],
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
];
const WEEKDAYS_HU: [[&str; 5]; 3] = [
    ["hétfő", "kedd", "szerda", "csütörtök", "péntek"],
    ["hétfőn", "kedden", "szerdán", "csütörtökön", "pénteken"],
    ["hétfőig", "keddig", "szerdáig", "csütörtökig", "péntekig"],
];
const WEEKDAYS_EN: [&str; 5] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];

/// A day in words; `None` when `form` is no form of a day.
pub(super) fn in_words(form: &str, date: Date, locale: Locale) -> Option<String> {
    let month = usize::from(date.month().unsigned_abs()) - 1;
    let weekday = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs()).min(4);
    let day = date.day();
    if locale == Locale::En {
        return match form {
            "date" => Some(format!("{day} {}", MONTHS[1][month])),
            "weekday" => Some(WEEKDAYS_EN[weekday].into()),
            _ => None,
        };
    }
    let month = MONTHS[0][month];
    match form {
        "date" => Some(format!("{month} {day}.")),
        "date_on" => Some(format!("{month} {day}{}n", on(day))),
        "date_till" => Some(format!("{month} {day}{}ig", on(day))),
        "date_i" => Some(if day == 1 { format!("{month} 1-jei") } else { format!("{month} {day}-i") }),
        "weekday" => Some(WEEKDAYS_HU[0][weekday].into()),
        "weekday_on" => Some(WEEKDAYS_HU[1][weekday].into()),
        "weekday_till" => Some(WEEKDAYS_HU[2][weekday].into()),
        _ => None,
    }
}

/// The vowel harmony of a day's number: elseje, másodika, harmadika, negyedike…
fn on(day: i8) -> &'static str {
    match day {
        1 => "-jé",
        2 | 3 | 6 | 8 | 13 | 16 | 18 | 20 | 23 | 26 | 28 | 30 => "-á",
        _ => "-é",
    }
}

/// How a mail program introduces what it quotes.
pub(super) fn quote_line(locale: Locale, at: i64, address: &str) -> String {
    const SHORT_HU: [&str; 7] = ["H", "K", "Sze", "Cs", "P", "Szo", "V"];
    const MONTHS_HU: [&str; 12] =
        ["jan.", "febr.", "márc.", "ápr.", "máj.", "jún.", "júl.", "aug.", "szept.", "okt.", "nov.", "dec."];
    let time = local(at);
    let clock = format!("{}:{:02}", time.hour(), time.minute());
    if locale == Locale::En {
        return format!("On {} at {clock}, Mécses Bolt <{address}> wrote:", time.strftime("%a, %-d %b %Y"));
    }
    let month = MONTHS_HU[usize::from(time.month().unsigned_abs()) - 1];
    let weekday = SHORT_HU[usize::from(time.weekday().to_monday_zero_offset().unsigned_abs())];
    format!(
        "Mécses Bolt <{address}> ezt írta (időpont: {}. {month} {}., {weekday}, {clock}):",
        time.year(),
        time.day()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-10-16 is a Friday.
    const FRIDAY: i64 = 1_792_144_800 * SECOND;

    #[test]
    fn promised_days_are_different_working_days() {
        let said = |offset| in_words("weekday", working_day(FRIDAY, offset), Locale::En);
        assert_eq!(said(1).as_deref(), Some("Monday"));
        assert_eq!(said(2).as_deref(), Some("Tuesday"));
        assert_eq!(said(-5).as_deref(), Some("Friday"));
        let from_saturday = |offset| in_words("weekday", working_day(FRIDAY + DAY, offset), Locale::En);
        assert_eq!(from_saturday(1).as_deref(), Some("Monday"));
        assert_eq!(from_saturday(2).as_deref(), Some("Tuesday"));
    }

    #[test]
    fn a_hungarian_date_takes_the_ending_of_its_number() {
        let day = |day| Date::new(2026, 7, day).expect("a day of July");
        let said = |form, number| in_words(form, day(number), Locale::Hu).expect("a form of a day");
        assert_eq!(said("date_on", 1), "július 1-jén");
        assert_eq!(said("date_on", 13), "július 13-án");
        assert_eq!(said("date_till", 14), "július 14-éig");
        assert_eq!(said("date_i", 18), "július 18-i");
    }

    #[test]
    fn what_arrives_on_a_friday_evening_is_read_on_monday() {
        let mut rng = rand::SeedableRng::seed_from_u64(1);
        let read = local(at_work(&mut rng, FRIDAY + 10 * HOUR));
        assert_eq!((read.weekday(), read.hour() < 10), (Weekday::Monday, true));
    }
}
