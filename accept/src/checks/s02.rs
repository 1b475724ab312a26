//! S02: hostile markup in every place where a stranger may write, shown by a real Chromium as people see it.
//!
//! Each of the two layers must hold alone: a body that never saw the sanitiser, under the frame's policy; and a
//! sanitised body without the policy, poked at by script. Smaller than the wish: four hundred generated bodies
//! instead of a million (the fuzzing of the sanitiser itself belongs to its own tests), and the mail that we send
//! is not rendered.

mod generated;
mod mail;
mod scene;
mod vectors;

use std::fs;

use serde_json::{Value, json};

use crate::{
    browser::drive,
    check::{Error, Guard, Outcome},
    client::Client,
    program::{ADMIN, PASSWORD},
    report::Report,
};
use scene::{Body, Scene};

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    let scene = Scene::set().await?;
    let session = Client::sign_in(&scene.program.url, ADMIN, PASSWORD).await?.token().to_owned();
    report.assert("there is much to be shown", scene.bodies.len() > 500, scene.bodies.len());
    let content = scene.content()?;
    let task = |groups: Vec<Value>, structures: Vec<Value>| json!({ "origin": scene.program.url, "content": content, "groups": groups, "structures": structures });
    if guard == Guard::On {
        let pages = pages(&scene.bodies).await?;
        let groups = vec![
            json!({ "name": "as colleagues see it", "session": session, "visits": scene.screens().await? }),
            json!({ "name": "as visitors see it", "visits": scene.public() }),
            json!({ "name": "a body opened by itself", "visits": scene.vectors(false) }),
            json!({ "name": "sanitised, but without the policy", "strip": true, "visits": scene.vectors(true) }),
        ];
        let conversation = scene.answer_the_visitor();
        let (seen, answered) = tokio::join!(drive("visit.mjs", task(groups, pages)), conversation);
        answered?;
        judge(&seen?, &mut report);
        unsanitise(&scene)?;
        let raw =
            vec![json!({ "name": "never sanitised, under the policy", "visits": scene.vectors(false) })];
        judge(&drive("visit.mjs", task(raw, Vec::new())).await?, &mut report);
    } else {
        // The control: no sanitiser, no policy, and an application that takes texts for markup.
        unsanitise(&scene)?;
        let groups = vec![
            json!({ "name": "as colleagues see it", "stand_in": true, "session": session, "visits": scene.screens().await? }),
            json!({ "name": "as visitors see it", "stand_in": true, "visits": scene.public() }),
            json!({ "name": "neither sanitised nor under the policy", "strip": true, "visits": scene.vectors(true) }),
        ];
        let conversation = scene.answer_the_visitor();
        let (seen, answered) = tokio::join!(drive("visit.mjs", task(groups, Vec::new())), conversation);
        answered?;
        judge(&seen?, &mut report);
    }
    Ok(report)
}

/// Every sanitised page, to be parsed and written again by the browser's own parser.
async fn pages(bodies: &[Body]) -> Result<Vec<Value>, Error> {
    let mut pages = Vec::new();
    for body in bodies {
        let html = fs::read_to_string(&body.blob)?;
        pages.push(json!({ "name": body.name, "html": html }));
    }
    Ok(pages)
}

/// Puts what was written in the place of what was made of it.
fn unsanitise(scene: &Scene) -> Result<(), Error> {
    for body in &scene.bodies {
        fs::write(&body.blob, &body.written)?;
    }
    Ok(())
}

fn judge(seen: &Value, report: &mut Report) {
    let visits = seen["visits"].as_array().cloned().unwrap_or_default();
    let mut groups: Vec<&str> = visits.iter().filter_map(|visit| visit["group"].as_str()).collect();
    groups.dedup();
    for group in groups {
        let of_group: Vec<&Value> = visits.iter().filter(|visit| visit["group"] == group).collect();
        let told = |field: &str| -> Vec<String> {
            let some = |visit: &&&Value| visit[field].as_array().is_some_and(|list| !list.is_empty());
            of_group.iter().filter(some).map(|visit| line(visit, &visit[field])).collect()
        };
        report.assert(format!("{group}: pages were shown"), !of_group.is_empty(), of_group.len());
        report.assert_none(format!("{group}: no script, no window, no request to elsewhere"), &told("hits"));
        let troubles: Vec<String> = of_group
            .iter()
            .filter(|visit| visit["trouble"].is_string())
            .map(|visit| line(visit, &visit["trouble"]))
            .chain(told("missing"))
            .collect();
        report.assert_none(format!("{group}: everything was on the screen, word for word"), &troubles);
    }
    let called = seen["canary"].as_array().cloned().unwrap_or_default();
    report.assert_none("the server elsewhere was never called", &called);
    let structures = seen["structures"].as_array().cloned().unwrap_or_default();
    let faulty: Vec<String> = structures
        .iter()
        .filter(|page| page["faults"].as_array().is_some_and(|faults| !faults.is_empty()))
        .map(|page| line(page, &page["faults"]))
        .collect();
    if !structures.is_empty() {
        report.assert_none(
            "every page is a fixed point of the browser's parser, of allowed elements alone",
            &faulty,
        );
    }
}

fn line(visit: &Value, what: &Value) -> String {
    let text: String = what.to_string().chars().take(160).collect();
    format!("{}: {text}", visit["name"].as_str().unwrap_or_default())
}
