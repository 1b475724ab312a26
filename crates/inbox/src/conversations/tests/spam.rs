//! Spam, and those who are blocked.

use kernel::{Code, ConversationId};
use people::persons::blocks;

use super::{answer, receive, saying, status};
use crate::{
    conversations::{ListQuery, NewMessage, Status, actions, find, list, views},
    test_db::{Office, offices},
};

/// How many conversations a view says it has, and which it lists.
async fn in_view(office: &Office, key: &'static str) -> (i64, Vec<ConversationId>) {
    let query = ListQuery { view: Some(key.into()), limit: 50, ..ListQuery::default() };
    office
        .read(&office.anna, move |read| {
            let count =
                views::list(read)?.into_iter().find(|view| view.key == key).map_or(0, |view| view.count);
            Ok((count, list(read, &query)?.into_iter().map(|(_, row)| row.id).collect()))
        })
        .await
}

#[tokio::test]
async fn what_was_marked_as_spam_is_among_the_spam_alone_and_a_further_letter_wakes_nobody() {
    for office in offices().await {
        let first = office.letter("nyeremeny@spam.example", "Ön nyert!", "Kattintson ide.");
        let (id, known) = (receive(&office, first.clone()).await, first.external_id.expect("an id"));
        office.write(&office.bence, move |tx| actions::mark_spam(tx, id)).await.expect("marked");
        let mut next = office.letter("nyeremeny@spam.example", "Re: Ön nyert!", "Még nem késő.");
        next.thread.references = vec![known];
        assert_eq!(receive(&office, next).await, id);
        assert_eq!(in_view(&office, "spam").await, (1, vec![id]));
        for view in ["all", "unassigned", "closed"] {
            assert_eq!(in_view(&office, view).await, (0, Vec::new()), "{view}");
        }
        office.write(&office.bence, move |tx| actions::unmark_spam(tx, id)).await.expect("it was none");
        assert_eq!(in_view(&office, "spam").await, (0, Vec::new()));
        assert_eq!(in_view(&office, "unassigned").await, (1, vec![id]));
        let (kept, counted) = office.read(&office.system, views::recount).await;
        assert_eq!(kept, counted);
    }
}

#[tokio::test]
async fn spam_that_is_answered_is_spam_no_more() {
    for office in offices().await {
        let id = receive(&office, office.letter("eszter@vevo.example", "Kérdés", "Nyitva vannak?")).await;
        office.write(&office.bence, move |tx| actions::mark_spam(tx, id)).await.expect("marked");
        answer(&office, &office.bence, id, saying("Igen, hatig.")).await.expect("answered");
        assert_eq!(in_view(&office, "spam").await.0, 0);
        assert_eq!(in_view(&office, "all").await, (1, vec![id]));
    }
}

/// Answered and closed in one act it would else stay where nobody sees what the customer writes next.
#[tokio::test]
async fn spam_that_is_answered_and_closed_is_spam_no_more_and_an_undo_makes_it_spam_again() {
    for office in offices().await {
        let id = receive(&office, office.letter("eszter@vevo.example", "Kérdés", "Nyitva vannak?")).await;
        office.write(&office.bence, move |tx| actions::mark_spam(tx, id)).await.expect("marked");
        let closing = NewMessage { close: true, ..saying("Igen, hatig.") };
        let sent = answer(&office, &office.bence, id, closing).await.expect("answered");
        assert_eq!(in_view(&office, "closed").await, (1, vec![id]));
        assert_eq!(in_view(&office, "spam").await.0, 0);
        let message = sent.id.parse().expect("an id");
        office.write(&office.bence, move |tx| actions::undo(tx, id, message)).await.expect("taken back");
        assert_eq!(in_view(&office, "spam").await, (1, vec![id]));
        assert_eq!(in_view(&office, "closed").await.0, 0);
    }
}

#[tokio::test]
async fn a_blocked_sender_writes_to_the_spam_until_the_block_is_taken_off() {
    for office in offices().await {
        let first = receive(&office, office.letter("zaklato@spam.example", "Hé!", "Hé!")).await;
        let person = office.read(&office.system, move |read| find(read, first)).await.person;
        office.write(&office.bence, move |tx| blocks::block(tx, person)).await.expect("blocked");
        let shown = office.read(&office.bence, move |read| people::persons::get(read, person)).await;
        assert!(shown.blocked_at.is_some());
        let second = receive(&office, office.letter("Zaklato@Spam.example", "Még egy", "Hé!")).await;
        assert_ne!(first, second);
        assert_eq!(
            in_view(&office, "spam").await,
            (1, vec![second]),
            "what is not said anew stays where it is"
        );
        assert_eq!(in_view(&office, "all").await, (1, vec![first]));
        let honest = receive(&office, office.letter("eszter@vevo.example", "Kérdés", "Nyitva vannak?")).await;
        assert_eq!(status(&office, honest).await, Status::New);
        office.write(&office.bence, move |tx| blocks::unblock(tx, person)).await.expect("taken off");
        let third = receive(&office, office.letter("zaklato@spam.example", "Bocsánat", "Elnézést.")).await;
        assert_eq!(status(&office, third).await, Status::New);
    }
}

/// Anybody can type another's address into a form: that must not take the other's letters away from us.
#[tokio::test]
async fn what_a_stranger_claimed_to_be_theirs_blocks_nobody() {
    for office in offices().await {
        let mut form = office.letter("eszter@vevo.example", "Nyereség", "Kattintson ide.");
        form.from.source = "form".into();
        form.from.verified = false;
        let id = receive(&office, form).await;
        let person = office.read(&office.system, move |read| find(read, id)).await.person;
        let refused = office.write(&office.bence, move |tx| blocks::block(tx, person)).await;
        assert_eq!(refused.expect_err("nothing is theirs").code, Code::NothingToBlock);
        let honest = receive(&office, office.letter("eszter@vevo.example", "Kérdés", "Nyitva vannak?")).await;
        assert_eq!(status(&office, honest).await, Status::New);
    }
}
