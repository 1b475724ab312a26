//! The body: the answer, the history below it, the marker.

use jiff::{civil::DateTime, tz::TimeZone};
use kernel::{Locale, Timestamp};

use super::{
    super::{
        clean::clean_line,
        html::{escape, from_text},
    },
    Outgoing, Quote,
};

const MAX_QUOTES: usize = 10;
const MAX_HISTORY: usize = 64 * 1024;
const FONT: &str = "font-family:system-ui,sans-serif;font-size:14px;color:#1c1f24";
const BLOCKQUOTE: &str = "margin:4px 0 0 4px;padding-left:10px;border-left:2px solid #c9ced6;color:#4a525e";

pub(super) fn text(mail: &Outgoing) -> String {
    let mut out = mail.text.trim_end().to_owned();
    out.push('\n');
    for (depth, quote) in quotes(mail).enumerate() {
        let prefix = ">".repeat(depth);
        let gap = if depth == 0 { String::new() } else { format!("{prefix} ") };
        out.push_str(&format!("{}\n{gap}{}\n", gap.trim_end(), attribution(quote, mail)));
        for line in quote.text.trim_end().lines() {
            let space = if line.starts_with('>') || line.is_empty() { "" } else { " " };
            out.push_str(&format!("{prefix}>{space}{line}\n"));
        }
    }
    if let Some(token) = &mail.marker {
        out.push_str(&format!("\n{}\n", token.body_marker()));
    }
    out
}

pub(super) fn html(mail: &Outgoing) -> String {
    let answer = mail.html.clone().unwrap_or_else(|| from_text(&mail.text));
    let mut history = String::new();
    let mut ends = String::new();
    for quote in quotes(mail) {
        let attribution = escape(&attribution(quote, mail));
        history.push_str(&format!(
            "<div>{attribution}</div>\n<blockquote type=\"cite\" style=\"{BLOCKQUOTE}\">{}\n",
            from_text(&quote.text)
        ));
        ends.push_str("</blockquote>");
    }
    if !history.is_empty() {
        history = format!("<br>\n{history}{ends}\n");
    }
    let marker = mail
        .marker
        .as_ref()
        .map(|token| format!("<div style=\"font-size:9px;color:#9aa1ab\">{}</div>\n", token.body_marker()));
    format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"></head>\n<body><div style=\"{FONT}\">\n{answer}\n{history}{}</div></body></html>\n",
        mail.locale.as_str(),
        marker.unwrap_or_default()
    )
}

fn quotes(mail: &Outgoing) -> impl Iterator<Item = &Quote> {
    let mut room = MAX_HISTORY;
    mail.history.iter().take(MAX_QUOTES).take_while(move |quote| {
        let fits = quote.text.len() <= room;
        room = room.saturating_sub(quote.text.len());
        fits
    })
}

/// `Kovács Anna írta (2026. november 21. 9:05):`
fn attribution(quote: &Quote, mail: &Outgoing) -> String {
    let author = clean_line(&quote.author, 200);
    let at = moment(quote.at, mail.locale, &mail.time_zone);
    let author = match (mail.locale, author.is_empty(), mail.cc.is_empty()) {
        (_, false, _) => author,
        (Locale::Hu, true, true) => "Ön".to_owned(),
        (Locale::En, true, true) => "you".to_owned(),
        (Locale::Hu, true, false) => "Az ügyfél".to_owned(),
        (Locale::En, true, false) => "the customer".to_owned(),
    };
    match mail.locale {
        Locale::Hu => format!("{author} írta ({at}):"),
        Locale::En => format!("On {at}, {author} wrote:"),
    }
}

fn moment(at: Timestamp, locale: Locale, zone: &str) -> String {
    const HU: [&str; 12] = [
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
    ];
    const EN: [&str; 12] = [
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
    ];
    let zone = TimeZone::get(zone);
    let suffix = if zone.is_ok() { "" } else { " UTC" };
    let at = jiff::Timestamp::from_microsecond(at.0).unwrap_or_default();
    let at: DateTime = at.to_zoned(zone.unwrap_or(TimeZone::UTC)).datetime();
    let (year, day, hour, minute) = (at.year(), at.day(), at.hour(), at.minute());
    let month = usize::try_from(at.month() - 1).unwrap_or_default();
    match locale {
        Locale::Hu => format!("{year}. {} {day}. {hour}:{minute:02}{suffix}", HU[month]),
        Locale::En => format!("{day} {} {year} at {hour:02}:{minute:02}{suffix}", EN[month]),
    }
}
