//! Listing and fetching mail by UID, in order, in bounded portions.
//!
//! Only `UID FETCH first:last` is used: servers without extended SEARCH know it, and it answers without a search.

use std::collections::BTreeMap;

use async_imap::imap_proto::{AttributeValue, Response};
use kernel::Timestamp;

use super::{Trouble, session::Session};

/// UIDs asked for at once. Grows over gaps, so that a mailbox with few mails and high UIDs is crossed quickly.
const WINDOW: u32 = 500;
const MAX_LISTED: usize = 500;
const PORTION_BYTES: u64 = 8 << 20;
const PORTION_COUNT: usize = 50;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Listed {
    pub uid: u32,
    /// As the server says; some say nothing or lie.
    pub size: Option<u32>,
    pub received_at: Option<Timestamp>,
}

/// Where we are in a mailbox.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    /// The first UID that was not looked at yet; `None` after the last possible one.
    pub next: Option<u32>,
    pub uid_next: Option<u32>,
    width: u32,
}

impl Position {
    pub fn after(last_uid: u32, uid_next: Option<u32>) -> Self {
        Self { next: last_uid.checked_add(1), uid_next, width: WINDOW }
    }

    fn pass(&mut self, uid: u32) {
        self.next = uid.checked_add(1);
    }
}

impl Session {
    /// The next mails in ascending order, and moves on behind them; empty when there are none.
    pub async fn list(&mut self, position: &mut Position) -> Result<Vec<Listed>, Trouble> {
        while let Some(first) = position.next {
            let known = |end: &u32| position.uid_next.is_some_and(|next| *end < next);
            let end = first.checked_add(position.width).filter(known);
            let (listed, complete) = self.list_range(first, end).await?;
            match (listed.last(), end) {
                (Some(_), Some(end)) if complete => position.pass(end),
                (Some(last), _) => position.pass(last.uid),
                (None, Some(end)) => position.pass(end),
                (None, None) => break,
            }
            if !listed.is_empty() {
                position.width = WINDOW;
                return Ok(listed);
            }
            position.width = position.width.saturating_mul(4);
        }
        Ok(Vec::new())
    }

    /// The first mails of a range, and whether these are all.
    async fn list_range(&mut self, first: u32, last: Option<u32>) -> Result<(Vec<Listed>, bool), Trouble> {
        let last = last.map_or_else(|| "*".to_owned(), |last| last.to_string());
        let (mut found, mut complete) = (BTreeMap::new(), true);
        // This look sees all that was announced until now.
        self.stirred = false;
        let command = format!("UID FETCH {first}:{last} (UID RFC822.SIZE INTERNALDATE)");
        self.run(&command, |response| {
            // `n:*` always answers with the last mail, even when its UID is below n.
            if let Some(listed) = listed(response).filter(|listed| listed.uid >= first) {
                found.insert(listed.uid, listed);
                if found.len() > MAX_LISTED {
                    found.pop_last();
                    complete = false;
                }
            }
        })
        .await?;
        Ok((found.into_values().collect(), complete))
    }

    /// The bytes of mails, by UID. What was deleted meanwhile is missing.
    pub async fn bodies(&mut self, uids: &[u32]) -> Result<BTreeMap<u32, Vec<u8>>, Trouble> {
        self.bytes(uids, "BODY.PEEK[]").await
    }

    /// The beginning of a mail that is too large, or that could not be fetched whole.
    pub async fn beginning(&mut self, uid: u32, length: usize) -> Result<Option<Vec<u8>>, Trouble> {
        Ok(self.bytes(&[uid], &format!("BODY.PEEK[]<0.{length}>")).await?.remove(&uid))
    }

    async fn bytes(&mut self, uids: &[u32], part: &str) -> Result<BTreeMap<u32, Vec<u8>>, Trouble> {
        let set: Vec<String> = uids.iter().map(u32::to_string).collect();
        let mut found = BTreeMap::new();
        self.run(&format!("UID FETCH {} (UID {part})", set.join(",")), |response| {
            if let Some((uid, bytes)) = body(response).filter(|(uid, _)| uids.contains(uid)) {
                found.insert(uid, bytes.to_vec());
            }
        })
        .await?;
        Ok(found)
    }
}

/// Cuts a list into portions that fit into memory together. A mail over `max_message` is alone.
pub(super) fn portions(listed: &[Listed], max_message: usize, one_by_one: bool) -> Vec<&[Listed]> {
    let mut portions = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (i, item) in listed.iter().enumerate() {
        let fits = |size: &u32| *size > 0 && *size as usize <= max_message;
        let size = u64::from(item.size.filter(fits).unwrap_or(u32::MAX));
        if i > start && (one_by_one || bytes + size > PORTION_BYTES || i - start >= PORTION_COUNT) {
            portions.push(&listed[start..i]);
            (start, bytes) = (i, 0);
        }
        bytes += size;
    }
    if start < listed.len() {
        portions.push(&listed[start..]);
    }
    portions
}

fn listed(response: &Response<'_>) -> Option<Listed> {
    let Response::Fetch(_, attributes) = response else {
        return None;
    };
    let (mut uid, mut size, mut received_at) = (None, None, None);
    for attribute in attributes {
        match attribute {
            AttributeValue::Uid(value) => uid = Some(*value),
            AttributeValue::Rfc822Size(value) => size = Some(*value),
            AttributeValue::InternalDate(text) => received_at = date(text),
            _ => {}
        }
    }
    Some(Listed { uid: uid?, size, received_at })
}

fn body<'a>(response: &'a Response<'_>) -> Option<(u32, &'a [u8])> {
    let Response::Fetch(_, attributes) = response else {
        return None;
    };
    let (mut uid, mut bytes) = (None, None);
    for attribute in attributes {
        match attribute {
            AttributeValue::Uid(value) => uid = Some(*value),
            AttributeValue::BodySection { section: None, data: Some(data), .. } => {
                bytes = Some(data.as_ref())
            }
            _ => {}
        }
    }
    Some((uid?, bytes?))
}

/// Reads `17-Jul-1996 02:44:25 -0700` (RFC 3501 `date-time`).
fn date(text: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut words = text.split_ascii_whitespace();
    let (day, time, zone) = (words.next()?, words.next()?, words.next()?);
    let mut parts = day.splitn(3, '-');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))? + 1;
    let (hours, minutes) = zone.split_at_checked(3)?;
    Timestamp::parse(&format!("{year}-{month:02}-{day:0>2}T{time}{hours}:{minutes}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(uid: u32, size: u32) -> Listed {
        Listed { uid, size: Some(size), received_at: None }
    }

    #[test]
    fn portions_are_bounded_by_number_and_size() {
        let small: Vec<Listed> = (1..=120).map(|uid| item(uid, 1000)).collect();
        assert_eq!(
            portions(&small, 64 << 20, false).iter().map(|part| part.len()).collect::<Vec<_>>(),
            [50, 50, 20]
        );
        assert_eq!(portions(&small[..3], 64 << 20, true).len(), 3);
        let mixed =
            [item(1, 5 << 20), item(2, 5 << 20), item(3, 60 << 20), item(4, 10), item(5, 0), item(6, 10)];
        let cut: Vec<Vec<u32>> = portions(&mixed, 64 << 20, false)
            .iter()
            .map(|part| part.iter().map(|item| item.uid).collect())
            .collect();
        assert_eq!(cut, [vec![1], vec![2], vec![3], vec![4], vec![5], vec![6]]);
        assert_eq!(portions(&small[..3], 999, false).len(), 3);
        assert!(portions(&[], 64 << 20, false).is_empty());
    }

    #[test]
    fn the_date_of_a_server_is_understood() {
        assert_eq!(date("17-Jul-1996 02:44:25 -0700"), Timestamp::parse("1996-07-17T09:44:25Z"));
        assert_eq!(date(" 1-Nov-2026 00:00:00 +0100"), Timestamp::parse("2026-10-31T23:00:00Z"));
        assert_eq!(date("yesterday"), None);
    }
}
