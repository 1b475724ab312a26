//! What may be sent without a colleague, on both engines.

use std::{net::IpAddr, time::Duration};

use kernel::{ChannelId, ConversationId, Locale};
use serde_json::json;

use super::{Wanted, acknowledge};
use crate::{
    conversations::{self, Status, project},
    test_db::{Office, offices},
};

const IP: &str = "198.51.100.7";

async fn switch_on(office: &Office, channel: ChannelId) {
    let change = move |tx: &mut store::Tx<'_>| {
        let mut row = crate::channels::find(tx, channel)?;
        row.config = json!({ "acknowledge": true });
        crate::channels::update(tx, &row)
    };
    office.write(&office.anna, change).await.expect("switched on");
}

/// Somebody writes; the conversation, and whether it was acknowledged.
async fn write_in(office: &Office, from: &str, ip: Option<&str>) -> (ConversationId, bool) {
    let letter = office.letter(from, "Olcsó hitel itt: evil.example", "Kattints ide!");
    let wanted = Wanted {
        channel: office.channel,
        address: from.to_owned(),
        source: ip.map(|ip| ip.parse::<IpAddr>().expect("an address")),
        locale: Some(Locale::Hu),
    };
    let work = move |tx: &mut store::Tx<'_>| {
        let received = conversations::receive(tx, &letter)?;
        Ok((received.conversation, acknowledge(tx, &received, &wanted)?))
    };
    office.write(&office.system, work).await.expect("received")
}

#[tokio::test]
async fn nothing_is_acknowledged_unless_the_channel_is_set_so() {
    for office in offices().await {
        assert!(!write_in(&office, "eszter@vevo.example", None).await.1);
        switch_on(&office, office.channel).await;
        assert!(write_in(&office, "eszter@vevo.example", None).await.1);
        assert!(!write_in(&office, "info@mecses.example", None).await.1, "never to ourselves");
    }
}

#[tokio::test]
async fn an_acknowledgement_repeats_nothing_of_what_was_written_and_is_no_answer() {
    for office in offices().await {
        switch_on(&office, office.channel).await;
        let (id, _) = write_in(&office, "eszter@vevo.example", Some(IP)).await;
        let channel = office.channel;
        let (c, letter) = office
            .read(&office.system, move |read| {
                let sql = "SELECT id FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND kind = 'out'";
                let workspace = read.workspace();
                let message = read.one(sql, store::params![workspace, id])?.get(0)?;
                let row = crate::channels::find(read, channel)?;
                let to = vec!["eszter@vevo.example".to_owned()];
                Ok((conversations::find(read, id)?, project::outgoing(read, &row, message, to)?))
            })
            .await;
        assert!(letter.automatic && letter.quote.is_none(), "{letter:?}");
        assert_eq!(letter.subject, "Megkaptuk az üzenetét (K-1)");
        assert!(
            letter.text.contains("K-1") && !letter.text.contains("evil") && !letter.text.contains("Kattints")
        );
        assert_eq!((c.status, c.last_out_seq), (Status::New, 0), "still unanswered");
        assert!(c.waiting_since.is_some() && c.preview == "Kattints ide!");
    }
}

#[tokio::test]
async fn one_address_gets_one_an_hour_and_three_a_day() {
    for office in offices().await {
        switch_on(&office, office.channel).await;
        let mut sent = Vec::new();
        for hour in 0..26 {
            for _ in 0..3 {
                if write_in(&office, "Eszter@vevo.example", None).await.1 {
                    sent.push(hour);
                }
            }
            office.db.clock().advance(Duration::from_secs(3_601));
        }
        assert_eq!(sent, [0, 1, 2, 24, 25]);
    }
}

#[tokio::test]
async fn one_network_causes_five_an_hour_whomever_they_go_to() {
    for office in offices().await {
        switch_on(&office, office.channel).await;
        let mut sent = 0;
        for n in 0..20 {
            let ip = format!("2001:db8:7:7::{n}");
            sent += usize::from(write_in(&office, &format!("v{n}@vevo.example"), Some(&ip)).await.1);
        }
        assert_eq!(sent, 5);
        assert!(write_in(&office, "masvalaki@vevo.example", Some(IP)).await.1, "another network is another");
    }
}

#[tokio::test]
async fn only_the_first_message_is_acknowledged() {
    for office in offices().await {
        switch_on(&office, office.channel).await;
        let first = office.letter("eszter@vevo.example", "Kérdés", "Nyitva vannak?");
        let mut second = office.letter("eszter@vevo.example", "Re: Kérdés", "És vasárnap?");
        second.thread.references = first.external_id.clone().into_iter().collect();
        let wanted = Wanted {
            channel: office.channel,
            address: "eszter@vevo.example".into(),
            source: None,
            locale: None,
        };
        let work = move |tx: &mut store::Tx<'_>| {
            conversations::receive(tx, &first)?;
            let received = conversations::receive(tx, &second)?;
            Ok((received.seq, acknowledge(tx, &received, &wanted)?))
        };
        assert_eq!(office.write(&office.system, work).await.expect("received"), (2, false));
    }
}
