use axum::http::StatusCode;
use serde_json::json;

use super::{Page, Site, filled};

fn one<'h>(html: &'h str, tag: &str) -> &'h str {
    let found: Vec<&str> = html.match_indices(&format!("<{tag}")).map(|(at, _)| &html[at..]).collect();
    assert_eq!(found.len(), 1, "one <{tag}>");
    found[0].split_once("</").expect("it ends").0
}

#[tokio::test]
async fn the_form_speaks_hungarian_and_english_and_each_page_leads_to_the_other() {
    for site in Site::all().await {
        for (locale, heading, other) in [("hu", "Írjon nekünk", "en"), ("en", "Write to us", "hu")] {
            let page = site.get(&format!("/{locale}/forms/{}", site.key)).await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(page.html.contains(&format!("<html lang=\"{locale}\">")));
            assert!(one(&page.html, "h1").ends_with(heading));
            assert!(page.html.contains(&format!("href=\"/{other}/forms/{}\"", site.key)));
            assert!(
                page.html.contains(&format!("hreflang=\"{other}\" href=\"http://localhost/{other}/forms/"))
            );
            assert!(page.html.contains("– Mécses Bolt</title>"));
        }
    }
}

#[tokio::test]
async fn the_page_needs_no_script_no_cookie_and_no_third_party() {
    for site in Site::all().await {
        let page = site.get(&format!("/hu/forms/{}", site.key)).await;
        let policy = page.headers["content-security-policy"].to_str().expect("text");
        assert!(
            policy.starts_with(
                "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'"
            )
        );
        assert!(policy.ends_with("frame-ancestors *") && !policy.contains("script-src"));
        assert!(!page.headers.contains_key("set-cookie") && !page.headers.contains_key("x-frame-options"));
        assert!(
            !page.html.contains("<script")
                && !page.html.contains("style=\"")
                && !page.html.contains("javascript:")
        );
        let (_, sheet) = page.html.split_once("rel=\"stylesheet\" href=\"").expect("a style sheet");
        let sheet = site.get(sheet.split_once('"').expect("its end").0).await;
        assert_eq!(sheet.status, StatusCode::OK);
        assert_eq!(sheet.headers["content-type"], "text/css; charset=utf-8");
        assert!(sheet.headers["cache-control"].to_str().expect("text").contains("immutable"));
    }
}

#[tokio::test]
async fn every_field_has_a_label_and_says_what_a_browser_may_fill_in() {
    for site in Site::with(json!({ "ask_phone": true })).await {
        let page = site.get(&format!("/en/forms/{}", site.key)).await;
        for id in ["name", "email", "phone", "subject", "message", "files"] {
            assert!(page.html.contains(&format!("<label for=\"{id}\">")), "{id}");
        }
        for (id, autocomplete) in [("name", "name"), ("email", "email"), ("phone", "tel")] {
            let field = page.html.split_once(&format!("<input id=\"{id}\"")).expect("a field").1;
            let field = field.split_once('>').expect("its end").0;
            assert!(field.contains(&format!("autocomplete=\"{autocomplete}\"")), "{field}");
        }
        assert!(page.html.contains("At most 3 files, each at most 10 MB."), "limits are told beforehand");
        assert!(
            page.html.contains("<a class=\"skip\" href=\"#content\">")
                && page.html.contains("<main id=\"content\"")
        );
    }
}

#[tokio::test]
async fn our_own_texts_are_replaced_by_those_of_the_organisation() {
    let config = json!({ "title": { "hu": "Szerviz <b>" }, "intro": { "hu": "Első.\n\nMásodik." }, "thanks": { "hu": "Két napon belül." } });
    for site in Site::with(config).await {
        let page = site.shown("hu").await;
        assert!(one(&page.html, "h1").ends_with("Szerviz &lt;b&gt;"));
        assert!(page.html.contains("<p>Első.</p><p>Második.</p>"));
        let sent = site.post("hu", &filled(&page.token()), &[]).await;
        let thanks = site.get(&sent.location.expect("a page of thanks")).await;
        assert!(thanks.html.contains("Két napon belül."));
        assert!(site.shown("en").await.html.contains("Write to us"), "a text that is not given stays ours");
    }
}

#[tokio::test]
async fn an_unknown_a_closed_and_a_foreign_form_are_a_page_that_says_so() {
    for site in Site::all().await {
        let missing = site.get("/hu/forms/abcdefgh").await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
        assert!(one(&missing.html, "h1").ends_with("Ez az űrlap nem érhető el"));
        let key = site.key.clone();
        let close = move |tx: &mut store::Tx<'_>| {
            tx.execute("UPDATE channels SET enabled = 0 WHERE public_key = $1", store::params![&key])
                .map(drop)
        };
        site.db.write(&site.caller, close).await.expect("written");
        let closed = site.get(&format!("/en/forms/{}", site.key)).await;
        assert_eq!(closed.status, StatusCode::NOT_FOUND);
        assert!(closed.html.contains("This form is not available"));
        let key = site.key.clone();
        let change = move |tx: &mut store::Tx<'_>| {
            tx.execute(
                "UPDATE channels SET enabled = 1, kind = 'chat' WHERE public_key = $1",
                store::params![&key],
            )
            .map(drop)
        };
        site.db.write(&site.caller, change).await.expect("written");
        assert_eq!(
            site.get(&format!("/en/forms/{}", site.key)).await.status,
            StatusCode::NOT_FOUND,
            "a chat is no form"
        );
    }
}

#[tokio::test]
async fn a_forged_number_is_not_thanked_for() {
    for site in Site::all().await {
        let page = site.shown("hu").await;
        let sent = site.post("hu", &filled(&page.token()), &[]).await;
        let thanks = sent.location.expect("a page of thanks");
        let in_english = site.get(&thanks.replacen("/hu/", "/en/", 1)).await;
        assert_eq!(in_english.status, StatusCode::OK, "the language can be changed there too");
        assert!(in_english.html.contains("K-1<") && in_english.html.contains(&thanks.replace('&', "&amp;")));
        for forged in [
            thanks.replace("n=1", "n=2"),
            thanks.replace("s=", "s=x"),
            thanks.split_once('?').expect("a query").0.to_owned(),
        ] {
            let Page { status, html, .. } = site.get(&forged).await;
            assert!(status.is_client_error() && !html.contains("K-2"), "{forged}");
        }
    }
}
