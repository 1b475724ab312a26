use std::time::Duration;

use axum::http::StatusCode;
use inbox::attachments;
use kernel::{MessageId, PersonId};
use people::persons;
use serde_json::json;
use store::params;

use super::{Page, Site, Typed, filled};

fn with(mut typed: Typed, name: &str, value: impl Into<String>) -> Typed {
    typed.iter_mut().find(|(field, _)| *field == name).expect("a field of the form").1 = value.into();
    typed
}

/// The form is shown again, with all that was typed.
fn assert_kept(page: &Page, typed: &Typed) {
    assert!(page.location.is_none());
    for (name, value) in typed.iter().filter(|(name, _)| !["token", "website"].contains(name)) {
        let line = value.replace("\r\n", "\n");
        let shown = if *name == "message" {
            page.html.contains(&format!(">\n{line}</textarea>"))
        } else {
            page.html.contains(&format!("value=\"{line}\""))
        };
        assert!(shown, "{name} is kept: {}", page.html);
    }
}

#[tokio::test]
async fn what_is_sent_becomes_a_conversation_and_the_sender_is_told_its_number() {
    for site in Site::all().await {
        let page = site.shown("hu").await;
        let sent = site.post("hu", &filled(&page.token()), &[]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER);
        let thanks = site.get(&sent.location.expect("a page of thanks")).await;
        assert!(thanks.html.contains("Köszönjük, megkaptuk az üzenetét") && thanks.html.contains(">K-1<"));
        let (subject, text, verified): (String, String, bool) = site
            .read(|read| {
                let row = read.one("SELECT subject, text, sender_verified FROM messages", &[])?;
                Ok((row.get(0)?, row.get(1)?, row.get::<Option<bool>>(2)?.expect("known")))
            })
            .await;
        assert_eq!((subject.as_str(), text.as_str()), ("Kerámia mécses", "Jó napot!\n\nMikor érkezik meg?"));
        assert!(!verified, "a typed address proves nothing");
    }
}

#[tokio::test]
async fn a_typed_address_leads_to_nobody_and_no_mail_is_sent_to_it() {
    for site in Site::with(json!({ "ask_phone": true })).await {
        let known = persons::Handle {
            kind: persons::IdentityKind::Email,
            value: "ilona@vevo.example".into(),
            name: Some("Kiss Ilona".into()),
            verified: true,
            source: "mail".into(),
        };
        let known =
            site.db.write(&site.caller, move |tx| persons::resolve(tx, &known)).await.expect("written");
        let page = site.shown("en").await;
        let mut typed = filled(&page.token());
        typed.push(("phone", "+44 7700 900123".into()));
        site.post("en", &typed, &[]).await;
        let person: PersonId =
            site.read(|read| read.one("SELECT person_id FROM conversations", &[])?.get(0)).await;
        assert_ne!(person, known);
        let person = site.read(move |read| persons::get(read, person)).await;
        assert!(person.identities.iter().all(|identity| !identity.verified));
        assert_eq!(person.phone.as_deref(), Some("+44 7700 900123"));
        assert_eq!(person.locale.as_deref(), Some("en"));
        assert_eq!(
            site.count("SELECT COUNT(*) FROM deliveries").await
                + site.count("SELECT COUNT(*) FROM jobs").await,
            0
        );
    }
}

#[tokio::test]
async fn a_double_click_makes_one_conversation() {
    for site in Site::all().await {
        let page = site.shown("hu").await;
        let typed = filled(&page.token());
        let file: &[(&str, &[u8])] = &[("kép.png", b"\x89PNG")];
        let (first, second) = tokio::join!(site.post("hu", &typed, file), site.post("hu", &typed, file));
        assert_eq!(first.location, second.location);
        assert!(first.location.is_some());
        assert_eq!(site.conversations().await, 1);
        assert_eq!(site.count("SELECT COUNT(*) FROM attachments").await, 1);
        assert_eq!(site.count("SELECT COUNT(*) FROM persons").await, 1);
    }
}

#[tokio::test]
async fn other_words_sent_from_the_same_page_are_not_lost() {
    for site in Site::all().await {
        let page = site.shown("hu").await;
        let typed = filled(&page.token());
        site.post("hu", &typed, &[]).await;
        let again = site.post("hu", &with(typed, "message", "Még valami."), &[]).await;
        assert!(again.location.is_some());
        assert_eq!(site.conversations().await, 2);
    }
}

#[tokio::test]
async fn files_come_with_the_message_under_clean_names() {
    for site in Site::all().await {
        let page = site.shown("hu").await;
        let sent = site
            .post("hu", &filled(&page.token()), &[("../../számla.pdf", b"%PDF-1.4"), ("b.txt", b"b")])
            .await;
        assert!(sent.location.is_some());
        let files = site
            .read(|read| {
                let id: MessageId = read.one("SELECT id FROM messages", &[])?.get(0)?;
                attachments::of_message(read, id)
            })
            .await;
        let names: Vec<(&str, i64)> = files.iter().map(|file| (file.name.as_str(), file.size)).collect();
        assert_eq!(names, [("számla.pdf", 8), ("b.txt", 1)]);
        let blob = store::BlobHash::parse(&files[0].blob).expect("a hash");
        assert_eq!(site.db.blobs().get(&blob).await.expect("kept"), b"%PDF-1.4");
    }
}

#[tokio::test]
async fn what_is_missing_is_listed_with_links_and_nothing_typed_is_lost() {
    for site in Site::with(json!({ "require_subject": true })).await {
        let page = site.shown("hu").await;
        let typed = with(with(filled(&page.token()), "email", "ilona@"), "subject", "");
        let again = site.post("hu", &typed, &[("kép.png", b"x")]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_kept(&again, &with(typed.clone(), "subject", ""));
        assert!(
            again.html.contains("role=\"alert\"") && again.html.contains("Az üzenetet még nem küldtük el")
        );
        for field in ["email", "subject", "files"] {
            assert!(again.html.contains(&format!("<li><a href=\"#{field}\">")), "{field}");
            assert!(again.html.contains(&format!("id=\"{field}-problem\"")), "{field}");
        }
        assert!(again.html.contains("aria-describedby=\"email-hint email-problem\" aria-invalid=\"true\""));
        assert!(again.html.contains("<title>Hiba: "));
        assert_eq!(again.token(), page.token(), "the page keeps its age and its identity");
        let put_right = with(with(typed, "email", "ilona@vevo.example"), "subject", "Mécses");
        assert!(site.post("hu", &put_right, &[]).await.location.is_some());
        assert_eq!(site.conversations().await, 1);
    }
}

#[tokio::test]
async fn too_many_and_too_large_files_are_refused_and_the_text_is_kept() {
    for site in Site::all().await {
        let page = site.shown("en").await;
        let typed = filled(&page.token());
        let large = vec![7; 10 * 1024 * 1024 + 1];
        let files: [(&str, &[u8]); 4] = [("a", b"a"), ("large.bin", &large), ("c", b"c"), ("d", b"d")];
        let again = site.post("en", &typed, &files).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_kept(&again, &typed);
        assert!(again.html.contains("You can attach at most 3 files."));
        assert!(again.html.contains("“large.bin” is larger than the 10 MB allowed."));
        assert_eq!(site.conversations().await, 0);
    }
}

#[tokio::test]
async fn a_page_of_yesterday_a_hurried_one_and_a_forged_one_are_shown_again_with_their_text() {
    for site in Site::all().await {
        let old = site.shown("hu").await.token();
        site.db.clock().advance(Duration::from_secs(24 * 3_600));
        let hurried = site.get(&format!("/hu/forms/{}", site.key)).await.token();
        for (token, status) in
            [(hurried.as_str(), "biztonság"), (old.as_str(), "régóta"), ("", "régóta"), ("forged", "régóta")]
        {
            let typed = filled(token);
            let again = site.post("hu", &typed, &[]).await;
            assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{token}");
            assert!(again.html.contains(status), "{token}");
            assert_kept(&again, &typed);
            site.db.clock().advance(Duration::from_secs(2));
            let sent = site.post("hu", &filled(&again.token()), &[]).await;
            assert!(sent.location.is_some(), "sending it once more works");
        }
        assert_eq!(site.conversations().await, 4);
    }
}

#[tokio::test]
async fn a_robot_that_fills_in_every_field_is_asked_again_and_a_person_gets_through() {
    for site in Site::all().await {
        let page = site.shown("en").await;
        let typed = with(filled(&page.token()), "website", "https://spam.example");
        let again = site.post("en", &typed, &[]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_kept(&again, &typed);
        assert!(!again.html.contains("spam.example"), "the trap is empty again");
        assert_eq!(site.conversations().await, 0);
        assert!(site.post("en", &filled(&again.token()), &[]).await.location.is_some());
    }
}

#[tokio::test]
async fn hostile_text_is_shown_as_text() {
    let hostile = "\"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}</textarea>'`";
    for site in Site::all().await {
        let page = site.shown("hu").await;
        let mut typed = filled("");
        for field in ["name", "email", "subject", "message"] {
            typed = with(typed, field, hostile);
        }
        let again = site
            .post("hu", &with(typed, "token", page.token()), &[("<img src=x onerror=alert(3)>.png", b"x")])
            .await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!again.html.contains("<script") && !again.html.contains("<img"));
        assert_eq!(again.html.matches("&quot;&gt;&lt;script&gt;").count(), 4);
    }
}

#[tokio::test]
async fn whoever_sends_too_often_waits_and_keeps_the_text() {
    for site in Site::all().await {
        let page = site.shown("en").await;
        let typed = |n: usize| with(filled(&page.token()), "message", format!("Message {n}"));
        for n in 0..10 {
            assert!(site.post("en", &typed(n), &[]).await.location.is_some(), "{n}");
        }
        let refused = site.post("en", &typed(10), &[("a.txt", b"a")]).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(refused.headers.contains_key("retry-after"));
        assert_kept(&refused, &typed(10));
        assert!(
            site.post_from("192.0.2.2", "en", &typed(11), &[]).await.location.is_some(),
            "others are not held up"
        );
        assert_eq!(site.conversations().await, 11);
    }
}

#[tokio::test]
async fn what_is_no_form_is_refused_with_a_page() {
    for site in Site::all().await {
        let page = site.shown("hu").await;
        let endless = with(filled(&page.token()), "message", "x".repeat(70_000));
        let refused = site.post("hu", &endless, &[]).await;
        assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(refused.html.contains("Ezt nem tudtuk feldolgozni"));
        assert_eq!(site.conversations().await, 0);
    }
}

#[tokio::test]
async fn a_message_counts_among_the_unassigned_of_its_team() {
    for site in Site::all().await {
        let page = site.shown("hu").await;
        site.post("hu", &filled(&page.token()), &[]).await;
        let views = site.read(inbox::conversations::views::list).await;
        let unassigned = views.iter().find(|view| view.key == "unassigned").expect("a view");
        assert_eq!(unassigned.count, 1);
        let last_in = site
            .read(|read| {
                let health: String = read
                    .one("SELECT health FROM channels WHERE workspace_id = $1", params![read.workspace()])?
                    .get(0)?;
                Ok(health)
            })
            .await;
        assert!(last_in.contains("\"state\":\"ok\""), "the channel is known to work");
    }
}
