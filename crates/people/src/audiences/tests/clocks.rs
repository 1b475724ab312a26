//! Clocks that were put right.

use std::{
    collections::BTreeMap,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use kernel::{Caller, Clock, NewFact};
use serde_json::json;
use store::{Jobs, run_reactors};
use tokio::sync::watch;

use crate::{
    audiences::{AudienceChange, actions, jobs, parse, reactors, store as rows},
    persons::{self, NewPerson},
    test_db::Site,
};

#[tokio::test]
async fn a_clock_set_back_since_the_last_fact_moves_nobody_to_a_later_hour() {
    for site in Site::all().await {
        let workspace = site.workspace("rita@kapocs.example").await.workspace;
        let (db, caller) = (site.t.db.clone(), Caller::system(workspace, "test"));
        let (audience, anna) = db
            .write(&caller, |tx| {
                let condition = parse(r#"did "Order Completed" in the last 1 hour"#, &BTreeMap::new()).ok();
                let change = AudienceChange { name: Some("Fresh".into()), description: None, condition };
                let audience = actions::create(tx, &change, None)?;
                actions::publish(tx, audience.id, None)?;
                let anna = NewPerson { name: Some("Anna".into()), ..NewPerson::default() };
                Ok((audience.id, persons::create(tx, &anna, "test")?))
            })
            .await
            .expect("made");
        // Both facts wait when the reader comes: the one of the wrong clock, and then Anna's order.
        let Clock::Manual(micros) = db.clock().clone() else { panic!("held by the test") };
        let right = micros.load(Ordering::SeqCst);
        db.clock().advance(Duration::from_secs(90 * 24 * 3_600));
        db.write(&caller, |tx| tx.record(NewFact::new("team.created").payload(json!({}))))
            .await
            .expect("told");
        micros.store(right, Ordering::SeqCst);
        db.write(&caller, move |tx| {
            tx.record(NewFact::new("event:Order Completed").person(anna).payload(json!({})))
        })
        .await
        .expect("told");
        let (stop, stopped) = watch::channel(false);
        let reader = tokio::spawn(run_reactors(db.clone(), reactors(), stopped));
        jobs(Jobs::new(&db), &db).run_due().await.expect("worked");
        let looked = Instant::now();
        loop {
            let members =
                db.read(&caller, move |read| rows::members(read, audience, None, 10)).await.expect("read");
            if members.iter().any(|(_, person)| *person == anna) {
                break;
            }
            assert!(looked.elapsed().as_secs() < 20, "she ordered just now");
        }
        stop.send(true).expect("stops");
        reader.await.expect("ends");
    }
}
