//! Persons who become one, and are taken apart again: what each wrote stays theirs.

use kernel::{ConversationId, PersonId};
use people::persons;

use super::{answer, receive, saying};
use crate::{
    conversations::{ListQuery, find, list, messages},
    test_db::{Office, offices},
};

async fn conversations_of(office: &Office, person: PersonId) -> Vec<ConversationId> {
    let query = ListQuery { person: Some(person), limit: 50, ..ListQuery::default() };
    let mut found: Vec<_> = office
        .read(&office.anna, move |read| list(read, &query))
        .await
        .into_iter()
        .map(|(_, row)| row.id)
        .collect();
    found.sort_unstable();
    found
}

async fn person_of(office: &Office, id: ConversationId) -> PersonId {
    office.read(&office.anna, move |read| find(read, id)).await.person
}

#[tokio::test]
async fn a_merge_taken_back_gives_each_what_they_wrote_before_and_since() {
    for office in offices().await {
        let letter = office.letter("anna@vevo.example", "Első", "Anna első levele.");
        let (one, known) = (receive(&office, letter.clone()).await, letter.external_id.expect("an id"));
        let two = receive(&office, office.letter("bela@ceg.example", "Második", "Béla levele.")).await;
        let (anna, bela) = (person_of(&office, one).await, person_of(&office, two).await);
        office
            .write(&office.anna, move |tx| persons::merge(tx, anna, bela, "agent"))
            .await
            .expect("one person");
        assert_eq!(conversations_of(&office, bela).await, [one, two], "both are theirs, by either id");

        let mut reply = office.letter("anna@vevo.example", "Re: Első", "Anna második levele.");
        reply.thread.references = vec![known];
        assert_eq!(receive(&office, reply).await, one);
        let three = receive(&office, office.letter("bela@ceg.example", "Harmadik", "Béla újabb ügye.")).await;
        answer(&office, &office.bence, three, saying("Utánanézünk.")).await.expect("answered");

        let edges = office.read(&office.anna, move |read| persons::graph(read, anna)).await.edges;
        let edge = edges.iter().find(|edge| edge.state == "joins").expect("why they are one").id;
        office.write(&office.anna, move |tx| persons::retract(tx, edge)).await.expect("apart");
        assert_eq!(conversations_of(&office, anna).await, [one]);
        let mut belas = vec![two, three];
        belas.sort_unstable();
        assert_eq!(conversations_of(&office, bela).await, belas);
        let (thread, _) =
            office.read(&office.anna, move |read| messages(read, "", one, None, None, 50)).await;
        let authors: Vec<_> = thread.iter().filter_map(|message| message.author.id.clone()).collect();
        assert_eq!(authors, [anna.to_string(), anna.to_string()], "also what came while they were one");
        for (person, count) in [(anna, 2), (bela, 2)] {
            let told = office
                .read(&office.anna, move |read| {
                    persons::timeline(read, person, &["message.received".to_owned()], None, 50)
                })
                .await;
            assert_eq!(told.len(), count, "{person}");
        }
    }
}
