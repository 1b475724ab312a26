//! What the shop's own pages tell of customers with an account: whom they were before they wrote to us.
//!
//! Pages looked at before a chat, the cart, the orders that are written about. The pages name a customer by the shop's
//! number of them; a chat of somebody signed in proves the same number ([`account`]).

use std::collections::{BTreeMap, HashSet};

use connect::collect::{Call, CallKind};
use kernel::Timestamp;
use serde_json::{Map, Value, json};

use crate::demo::script::{Act, ChannelKind, Conversation, Demo, Page, Person};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 24 * 3_600 * SECOND;
const SHOP: &str = "https://mecsesbolt.example";
/// What is in the baskets: name and price in forints.
const GOODS: [(&str, i64); 6] = [
    ("Hajnal bögre", 5_490),
    ("Kékfestő csésze", 4_990),
    ("Parázs teáskanna", 12_900),
    ("Méhes gyertya", 3_290),
    ("Búza konyharuha", 2_890),
    ("Pipacs tányér", 6_750),
];

/// The shop's number of a customer.
pub(super) fn account(person: usize) -> String {
    format!("shop-{}", 10_400 + person)
}

/// The calls of the shop's pages, each with the moment at which it came.
pub(super) fn visits(demo: &Demo) -> Vec<(Timestamp, Call)> {
    let chats: HashSet<&str> = demo
        .channels
        .iter()
        .filter(|one| one.kind == ChannelKind::Chat)
        .map(|one| one.key.as_str())
        .collect();
    let mut stories: BTreeMap<usize, Vec<&Conversation>> = BTreeMap::new();
    for told in &demo.conversations {
        stories.entry(told.person).or_default().push(told);
    }
    let mut calls = Vec::new();
    for (person, told) in stories {
        let chatted = told.iter().any(|one| chats.contains(one.channel.as_str()));
        let Some(person) = demo.people.get(person).filter(|person| chatted && person.email.is_some()) else {
            continue;
        };
        let mut browser = Browser { person, calls: Vec::new() };
        for (number, told) in told.iter().enumerate() {
            browser.story(number, told, chats.contains(told.channel.as_str()));
        }
        let mailed = told.iter().any(|one| !chats.contains(one.channel.as_str()));
        if mailed && told.iter().all(|one| order_of(one).is_none()) {
            browser.earlier_order(told.iter().filter_map(|one| one.steps.first()).map(|step| step.at).min());
        }
        calls.extend(browser.calls);
    }
    calls.sort_by_key(|(at, _)| *at);
    calls
}

struct Browser<'a> {
    person: &'a Person,
    calls: Vec<(Timestamp, Call)>,
}

impl Browser<'_> {
    fn story(&mut self, number: usize, told: &Conversation, by_chat: bool) {
        let Some(first) = told.steps.first().map(|step| step.at) else { return };
        let (name, price) = GOODS[(self.person.key + number) % GOODS.len()];
        if let Some(order) = order_of(told) {
            self.order(first, order, (name, price));
        }
        if by_chat {
            let start = Page { url: format!("{SHOP}/"), title: "Mécses Bolt".to_owned() };
            self.page(first - 260 * SECOND, &start);
            if let Some(page) = &told.page {
                self.page(first - 95 * SECOND, page);
            }
            if order_of(told).is_none() {
                self.track(
                    first - 40 * SECOND,
                    "Product Added",
                    &json!({ "name": name, "price": price, "currency": "HUF" }),
                );
            }
        }
    }

    /// Whoever both chats and writes mails is an old customer, also when they write of no order.
    fn earlier_order(&mut self, first: Option<i64>) {
        let Some(first) = first else { return };
        let order = format!("MB-{}", 20_000 + self.person.key);
        self.order(first, &order, GOODS[self.person.key % GOODS.len()]);
    }

    /// An order some days before it is written about.
    fn order(&mut self, before: i64, order: &str, (name, price): (&str, i64)) {
        let some = i64::try_from(self.person.key).unwrap_or_default();
        let (quantity, at) = (1 + some % 3, before - DAY * (2 + some % 6));
        let products = json!([{ "name": name, "price": price, "quantity": quantity }]);
        let properties =
            json!({ "order_id": order, "total": price * quantity, "currency": "HUF", "products": products });
        self.track(at, "Order Completed", &properties);
    }

    fn page(&mut self, at: i64, page: &Page) {
        let properties =
            json!({ "url": page.url, "title": page.title, "path": page.url.trim_start_matches(SHOP) });
        self.say(at, CallKind::Page, &page.title, &properties);
    }

    fn track(&mut self, at: i64, event: &str, properties: &Value) {
        self.say(at, CallKind::Track, event, properties);
    }

    fn say(&mut self, at: i64, kind: CallKind, name: &str, properties: &Value) {
        let Value::Object(properties) = properties else { return };
        self.calls.push((
            Timestamp(at),
            Call {
                kind,
                message_id: format!("demo-{}-{}", self.person.key, self.calls.len()),
                user_id: Some(account(self.person.key)),
                anonymous_id: Some(browser(self.person.key)),
                previous_id: None,
                group_id: None,
                name: Some(name.to_owned()),
                properties: properties.clone(),
                traits: Map::new(),
                context: Map::new(),
                told_at: None,
                sent_at: None,
                warnings: Vec::new(),
            },
        ));
    }
}

/// As SDKs name browsers.
fn browser(person: usize) -> String {
    uuid::Uuid::from_u64_pair(
        0x8f3c_51d2_0b7e_4a6d ^ (person as u64) << 40,
        0x9e21_c04f_77a1_d350 + person as u64,
    )
    .to_string()
}

/// The order a customer writes about.
fn order_of(told: &Conversation) -> Option<&str> {
    told.steps.iter().find_map(|step| {
        let Act::Receive(received) = &step.act else { return None };
        let at = received.text.find("MB-")?;
        let digits = received.text[at + 3..]
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(received.text.len() - at - 3);
        (digits == 5).then(|| &received.text[at..at + 8])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{SEED, script::script};

    #[test]
    fn several_customers_visit_order_chat_and_mail_whenever_the_demo_is_started() {
        const START: i64 = 1_780_000_000_000_000;
        for moment in 0..30 {
            let demo = script(SEED, START + moment * 13 * 3_600 * SECOND + moment * 61 * SECOND);
            let calls = visits(&demo);
            let kinds = |person: usize, chat: bool| {
                demo.conversations.iter().filter(|one| one.person == person).any(|one| {
                    let channel = demo.channels.iter().find(|channel| channel.key == one.channel);
                    channel.is_some_and(|channel| match channel.kind {
                        ChannelKind::Chat => chat,
                        ChannelKind::Email => !chat,
                        _ => false,
                    })
                })
            };
            let told = |person: usize, name: Option<&str>| {
                calls.iter().any(|(_, call)| {
                    call.user_id.as_deref() == Some(&account(person))
                        && name.map_or(call.kind == CallKind::Page, |name| call.name.as_deref() == Some(name))
                })
            };
            let whole = (0..demo.people.len()).filter(|&person| {
                kinds(person, true)
                    && kinds(person, false)
                    && told(person, None)
                    && told(person, Some("Order Completed"))
            });
            let whole = whole.count();
            assert!(whole >= 6, "{whole} at moment {moment}");
        }
    }
}
