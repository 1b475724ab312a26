//! What can be asked, and who gets which answer.

use kernel::{TeamId, WorkspaceId};
use serde_json::json;

use super::{Access, AccessFilter, Desk, DocumentKind, Order, Query, SearchCursor, id, number, numbers};

#[tokio::test]
async fn all_words_are_required_in_whichever_field() {
    let desk = Desk::new().await;
    let mut message = desk.message(1, "Nem érkezett meg a csomag");
    message.title = "Rendelés".into();
    desk.put(&message).await;
    desk.put(&desk.message(2, "A rendelés rendben van")).await;
    desk.caught_up().await;
    assert_eq!(desk.find("rendelés csomag ").await, [1]);
    assert_eq!(desk.find("rendelés ").await, [1, 2], "the title counts more");
}

#[tokio::test]
async fn the_last_word_is_a_beginning_until_a_space_follows() {
    let desk = Desk::with_messages(&["Kovács Anna keresi", "kovácsoltvas kapu"]).await;
    assert_eq!(desk.find("ková").await, [2, 1]);
    assert_eq!(desk.find("kovács ").await, [1]);
    assert_eq!(desk.find("anna ková").await, [1]);
    assert!(desk.find("ann keresi ").await.is_empty(), "only the last word");
}

#[tokio::test]
async fn a_phrase_finds_its_words_only_next_to_each_other() {
    let desk =
        Desk::with_messages(&["kérem a számla másolatát", "a másolatát kérem, a számla nem kell"]).await;
    assert_eq!(desk.find("\"számla másolatát\"").await, [1]);
    assert_eq!(desk.find("„szamla masolatat” kérem").await, [1]);
    assert_eq!(desk.find("\"számla másolatát").await, [1], "the closing quote is still to be typed");
    assert_eq!(desk.find("számla másolatát ").await, [2, 1]);
}

#[tokio::test]
async fn a_word_or_a_phrase_can_be_excluded() {
    let desk = Desk::with_messages(&["számla és csomag", "csomag", "a fekete csomag"]).await;
    assert_eq!(desk.find("csomag -számlát").await, [3, 2]);
    assert_eq!(desk.find("csomag -\"fekete csomag\"").await, [2, 1]);
    assert!(desk.find("-számla").await.is_empty(), "nothing is looked for");
}

#[tokio::test]
async fn numbers_and_addresses_are_found_whole_however_they_are_written() {
    let desk = Desk::new().await;
    let mut person = desk.message(1, "");
    person.kind = DocumentKind::Person;
    person.title = "Kovács Anna".into();
    person.exact = vec!["kovacs.anna@example.hu".into(), "+36 30 123-4567".into()];
    desk.put(&person).await;
    let mut conversation = desk.message(2, "Lásd a 1042 forintos tételt");
    conversation.exact = vec!["K-1042".into()];
    desk.put(&conversation).await;
    desk.put(&desk.message(3, "írjon a kovacs.anna@example.hu címre, K-1043")).await;
    desk.put(&desk.message(4, "anna kovacs, example")).await;
    desk.caught_up().await;
    for typed in ["K-1042", "k1042", "K-1042 "] {
        assert_eq!(desk.find(typed).await, [2], "{typed}");
    }
    for typed in ["kovacs.anna@example.hu", "Kovacs.Anna@Example.HU "] {
        assert_eq!(desk.find(typed).await, [1, 3], "{typed}");
    }
    for typed in
        ["+36301234567", "06 30 123 4567", "06301234567", "+36 30/123-4567", "0630 123", "30 1234567"]
    {
        assert_eq!(desk.find(typed).await, [1], "{typed}");
    }
}

#[tokio::test]
async fn no_text_is_an_error_and_none_leaves_the_workspace() {
    let desk = Desk::with_messages(&["titok AND OR NOT"]).await;
    let stranger = WorkspaceId::new();
    let odd = [
        "",
        " ",
        "\"",
        "\"\"",
        "-",
        "--",
        "-\"",
        "()",
        "(",
        "a:b",
        "body:titok",
        "title:*",
        "*",
        "?",
        "t?tok",
        "~",
        "titok~2",
        "titok^9",
        "[a TO z]",
        "{",
        "\\",
        "+titok",
        "AND",
        "OR",
        "NOT",
        "AND OR",
        "titok OR 1=1",
        "/.*/",
        "key:*",
        "reader:*",
        "\0",
        "\u{202e}titok",
        "👍",
        "😀titok",
        "„”",
        "a\"b\"c-\"d",
        "-titok",
        "ǅ İ ß ŉ",
        "1.2.3.4",
        "@@@",
        "a@",
        "+++",
        "%",
        "titok\u{a0}titok",
        "'",
        "''s",
        "’s",
    ];
    let long = "hosszú ".repeat(10_000);
    for text in odd.iter().copied().chain([long.as_str(), &"x".repeat(5_000), &"- ".repeat(999)]) {
        let own = desk.search.find(desk.query(text)).await;
        own.unwrap_or_else(|error| panic!("{text:?}: {error}"));
        let foreign = desk.hits(Query { workspace: stranger, ..desk.query(text) }).await;
        assert!(foreign.items.is_empty() && !foreign.corrected, "{text:?}");
    }
}

#[tokio::test]
async fn a_workspace_finds_only_its_own_documents_and_removes_only_those() {
    let desk = Desk::with_messages(&["közös szó"]).await;
    let other = WorkspaceId::new();
    let mut foreign = desk.message(1, "közös szó");
    foreign.workspace = other;
    desk.put(&foreign).await;
    foreign.id = id(2);
    desk.put(&foreign).await;
    desk.caught_up().await;
    assert_eq!(desk.find("közös").await, [1]);
    assert_eq!(desk.hits(Query { workspace: other, ..desk.query("közös") }).await.items.len(), 1);
    desk.record(other, json!({ "remove_parent": 1 })).await;
    desk.caught_up().await;
    assert_eq!(desk.find("közös").await, [1]);
    assert!(desk.hits(Query { workspace: other, ..desk.query("közös") }).await.items.is_empty());
}

#[tokio::test]
async fn a_typing_error_is_forgiven_although_another_workspace_has_that_word() {
    let desk = Desk::with_messages(&["számla"]).await;
    let mut foreign = desk.message(2, "szmála");
    foreign.workspace = WorkspaceId::new();
    desk.put(&foreign).await;
    desk.caught_up().await;
    assert_eq!(desk.find("szmála ").await, [1]);
}

#[tokio::test]
async fn what_a_private_team_has_is_found_by_its_members_and_by_who_sees_all() {
    let desk = Desk::new().await;
    let (finance, legal) = (TeamId::new(), TeamId::new());
    for (n, access) in (1..).zip([Access::Everyone, Access::Team(finance), Access::Team(legal)]) {
        let mut message = desk.message(n, "bizalmas");
        message.access = access;
        desk.put(&message).await;
    }
    desk.caught_up().await;
    for (access, expected) in [
        (AccessFilter::All, vec![3, 2, 1]),
        (AccessFilter::Teams(vec![]), vec![1]),
        (AccessFilter::Teams(vec![finance]), vec![2, 1]),
        (AccessFilter::Teams(vec![legal, finance]), vec![3, 2, 1]),
        (AccessFilter::Teams(vec![TeamId::new()]), vec![1]),
    ] {
        let hits = desk.hits(Query { access: access.clone(), ..desk.query("bizalmas") }).await;
        assert_eq!(numbers(&hits), expected, "{access:?}");
        let without = Query { access: access.clone(), ..desk.query("bizalmas -semmi") };
        assert_eq!(numbers(&desk.hits(without).await), expected, "{access:?}");
    }
}

#[tokio::test]
async fn only_the_kinds_asked_for_are_found() {
    let desk = Desk::new().await;
    for (n, kind) in (1..).zip(DocumentKind::ALL) {
        let mut document = desk.message(n, "Kovács");
        document.kind = *kind;
        desk.put(&document).await;
    }
    desk.caught_up().await;
    let kinds = vec![DocumentKind::Message, DocumentKind::Conversation];
    let hits = desk.hits(Query { kinds: kinds.clone(), ..desk.query("kovács") }).await;
    assert_eq!(hits.items.iter().map(|hit| hit.kind).rev().collect::<Vec<_>>(), kinds);
}

async fn desk_with_conversations() -> Desk {
    let desk = Desk::new().await;
    for n in 0..60 {
        let mut message = desk.message(100 + n, if n % 2 == 0 { "csomag" } else { "a csomagot" });
        message.parent = id(n % 20);
        desk.put(&message).await;
    }
    desk.caught_up().await;
    desk
}

async fn pages(desk: &Desk, mut query: Query) -> Vec<Vec<u64>> {
    let mut pages = Vec::new();
    loop {
        let hits = desk.hits(query.clone()).await;
        pages.push(hits.items.iter().map(|hit| number(hit.parent)).collect());
        let Some(next) = hits.next else { return pages };
        query.after = Some(next.to_string().parse().expect("its own text form"));
    }
}

#[tokio::test]
async fn a_conversation_is_one_hit_and_pages_show_each_once() {
    let desk = desk_with_conversations().await;
    for order in [Order::Relevance, Order::Newest] {
        for limit in [1, 3, 7, 20, 50] {
            let pages = pages(&desk, Query { order, limit, ..desk.query("csomag ") }).await;
            assert!(pages.iter().all(|page| page.len() <= limit));
            let mut all = pages.concat();
            if order == Order::Newest {
                assert!(all.is_sorted_by_key(|n| std::cmp::Reverse(*n)), "{all:?}");
            }
            all.sort_unstable();
            assert_eq!(all, (0..20).collect::<Vec<_>>(), "{order:?} by {limit}");
        }
    }
    let single = Query { collapse_by_parent: false, limit: 7, ..desk.query("csomag ") };
    assert_eq!(pages(&desk, single).await.concat().len(), 60);
}

#[tokio::test]
async fn the_next_page_goes_on_where_the_last_ended_though_new_messages_came() {
    let desk = desk_with_conversations().await;
    let query = Query { limit: 5, order: Order::Newest, ..desk.query("csomag ") };
    let first = desk.hits(query.clone()).await;
    let mut message = desk.message(900, "új csomag");
    message.parent = id(99);
    desk.put(&message).await;
    desk.caught_up().await;
    let second = desk.hits(Query { after: first.next, ..query }).await;
    assert_eq!(second.items.iter().map(|hit| number(hit.parent)).collect::<Vec<_>>(), [14, 13, 12, 11, 10]);
}

#[tokio::test]
async fn a_page_of_corrected_hits_goes_on_corrected() {
    let bodies = vec!["visszatérítés"; 9];
    let desk = Desk::with_messages(&bodies).await;
    let pages = pages(&desk, Query { limit: 4, ..desk.query("viszatérítés ") }).await;
    assert_eq!(pages.concat(), [9, 8, 7, 6, 5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn a_cursor_that_is_not_ours_is_refused() {
    for text in ["", "x", "0", &"z".repeat(41), &"0".repeat(42), &"é".repeat(41)] {
        assert!(text.parse::<SearchCursor>().is_err(), "{text:?}");
    }
}

#[tokio::test]
async fn a_hit_shows_where_its_words_stand() {
    let start = "Tisztelt Ügyfélszolgálat! ".repeat(40);
    let text = format!("{start}\nA számlámat még nem kaptam meg,\npedig a rendelésem megjött. {start}");
    let desk = Desk::with_messages(&[&text, "E-mail-címem: anna@example.hu, a \"zöld\" doboz"]).await;
    let highlighted = |hit: &super::super::Hit| {
        let snippet = hit.snippet.as_ref().expect("the words stand there");
        assert!(snippet.text.len() < 400);
        let pieces: String = snippet.pieces().iter().map(|(text, _)| *text).collect();
        assert_eq!(pieces, snippet.text);
        snippet
            .pieces()
            .into_iter()
            .filter(|(_, hit)| *hit)
            .map(|(text, _)| text.to_owned())
            .collect::<Vec<_>>()
    };
    for (typed, expected) in [
        ("számla rendelés ", vec!["számlámat", "rendelésem"]),
        ("rendel", vec!["rendelésem"]),
        ("számal ", vec!["számlámat"]),
        ("email ", vec!["E-mail"]),
        ("email-cím ", vec!["E-mail-címem"]),
        ("\"a zöld doboz\"", vec!["a \"zöld\" doboz"]),
        ("anna@example.hu", vec!["anna@example.hu"]),
    ] {
        let hits = desk.hits(desk.query(typed)).await;
        assert_eq!(hits.items.len(), 1, "{typed}");
        assert_eq!(highlighted(&hits.items[0]), expected, "{typed}");
    }
}
