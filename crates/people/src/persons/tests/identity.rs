use kernel::{Caller, WorkspaceId};

use super::{handle, mail, typed, visitor};
use crate::{
    persons::{Handle, IdentityKind, claim, get, resolve},
    test_db::engines,
};

#[tokio::test]
async fn two_mails_from_one_address_are_one_person() {
    for t in engines().await {
        let first = t.write(|tx| resolve(tx, &mail("Anna@Pelda.hu"))).await;
        let named = Handle { name: Some(" Bíró\n Anna ".into()), ..mail("anna@pelda.hu") };
        let second = t.write(move |tx| resolve(tx, &named)).await;
        assert_eq!(first, second);
        let person = t.read(move |read| get(read, first)).await;
        assert_eq!(person.name.as_deref(), Some("Bíró Anna"));
        assert_eq!(person.email.as_deref(), Some("Anna@Pelda.hu"), "shown as it was written first");
        assert_eq!(person.identities.len(), 1);
        assert_eq!(person.last_seen_at, Some(t.db.clock().now()));
        assert_eq!(t.facts().await, ["person.created", "person.changed"]);
    }
}

#[tokio::test]
async fn many_mails_at_once_from_one_address_are_one_person() {
    for t in engines().await {
        let mails: Vec<_> = (0..40)
            .map(|_| {
                let (db, caller) = (t.db.clone(), t.caller.clone());
                tokio::spawn(async move { db.write(&caller, |tx| resolve(tx, &mail("anna@pelda.hu"))).await })
            })
            .collect();
        let mut ids = Vec::new();
        for mail in mails {
            ids.push(mail.await.expect("joins").expect("resolves"));
        }
        assert!(ids.windows(2).all(|pair| pair[0] == pair[1]));
        assert_eq!(t.facts().await, ["person.created"]);
    }
}

#[tokio::test]
async fn a_name_once_known_is_not_replaced_by_another_mail() {
    for t in engines().await {
        let id = t
            .write(|tx| {
                let named = |name: &str| Handle { name: Some(name.into()), ..mail("anna@pelda.hu") };
                resolve(tx, &named("Anna"))?;
                resolve(tx, &named("Somebody Else"))
            })
            .await;
        assert_eq!(t.read(move |read| get(read, id)).await.name.as_deref(), Some("Anna"));
    }
}

#[tokio::test]
async fn an_address_typed_by_a_visitor_never_leads_to_its_owner() {
    for t in engines().await {
        let (owner, visitor_id, form) = t
            .write(|tx| {
                let owner = resolve(tx, &mail("anna@pelda.hu"))?;
                let visitor = resolve(tx, &visitor("v-1"))?;
                claim(tx, visitor, &typed("anna@pelda.hu"))?;
                let form = resolve(tx, &handle(IdentityKind::Email, "anna@pelda.hu", "form"))?;
                Ok((owner, visitor, form))
            })
            .await;
        assert!(owner != visitor_id && owner != form && visitor_id != form);
        let person = t.read(move |read| get(read, visitor_id)).await;
        assert_eq!(person.email.as_deref(), Some("anna@pelda.hu"), "the claim is shown");
        assert!(person.identities.iter().all(|one| one.kind == IdentityKind::Visitor || !one.verified));
        let again = t.write(|tx| resolve(tx, &mail("anna@pelda.hu"))).await;
        assert_eq!(again, owner);
    }
}

#[tokio::test]
async fn one_address_typed_by_two_visitors_is_two_people() {
    for t in engines().await {
        let (first, second, mailed) = t
            .write(|tx| {
                let (first, second) = (resolve(tx, &visitor("v-1"))?, resolve(tx, &visitor("v-2"))?);
                claim(tx, first, &typed("anna@pelda.hu"))?;
                claim(tx, second, &typed("anna@pelda.hu"))?;
                Ok((first, second, resolve(tx, &mail("anna@pelda.hu"))?))
            })
            .await;
        assert!(first != second && mailed != first && mailed != second);
        assert_eq!(t.write(|tx| resolve(tx, &visitor("v-1"))).await, first);
    }
}

#[tokio::test]
async fn a_claim_is_noted_once() {
    for t in engines().await {
        let id = t
            .write(|tx| {
                let id = resolve(tx, &visitor("v-1"))?;
                claim(tx, id, &typed("anna@pelda.hu"))?;
                claim(tx, id, &typed("ANNA@pelda.hu"))?;
                Ok(id)
            })
            .await;
        assert_eq!(t.read(move |read| get(read, id)).await.identities.len(), 2);
        assert_eq!(t.facts().await, ["person.created", "person.changed"]);
    }
}

#[tokio::test]
async fn a_verified_mail_strengthens_what_an_earlier_mail_claimed() {
    for t in engines().await {
        let (first, second) = t
            .write(|tx| {
                let first = resolve(tx, &mail("anna@pelda.hu"))?;
                Ok((first, resolve(tx, &Handle { verified: true, ..mail("anna@pelda.hu") })?))
            })
            .await;
        assert_eq!(first, second);
        assert!(t.read(move |read| get(read, first)).await.identities[0].verified);
        assert_eq!(t.facts().await, ["person.created", "person.identified"]);
    }
}

#[tokio::test]
async fn the_same_addresses_in_two_workspaces_are_different_people() {
    for t in engines().await {
        let other = Caller::system(WorkspaceId::new(), "test");
        let handles =
            || [mail("anna@pelda.hu"), handle(IdentityKind::Phone, "06 30 123 4567", "api"), visitor("v-1")];
        for one in handles() {
            let same = one.clone();
            let ours = t.write(move |tx| resolve(tx, &one)).await;
            let theirs = t.db.write(&other, move |tx| resolve(tx, &same)).await.expect("resolved");
            assert_ne!(ours, theirs);
            let seen = t.db.read(&other, move |read| get(read, ours)).await;
            assert_eq!(seen.expect_err("not theirs").code, kernel::Code::NotFound);
        }
    }
}

#[tokio::test]
async fn what_is_no_address_is_refused() {
    for t in engines().await {
        for bad in [mail("nobody"), handle(IdentityKind::Phone, "hello", "api"), visitor(" ")] {
            let refused = t.db.write(&t.caller, move |tx| resolve(tx, &bad)).await;
            assert_eq!(refused.expect_err("refused").code.status(), 400);
        }
        assert!(t.facts().await.is_empty());
    }
}
