//! S05: files of strangers come from another origin, as downloads, under names that are labels only.
//!
//! By each door a file may come in: a colleague's upload, the chat, mail, the form. Smaller than the wish: raster
//! pictures are shown as they came, not encoded anew; that nothing in them runs is what the browser shows here.

mod doors;
mod files;

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{
    browser::drive,
    check::{Error, Guard, Outcome},
    client::{Answer, Client},
    engine::Engine,
    program::{ADMIN, PASSWORD, Program},
    report::Report,
};
use doors::{Doors, Kept};

/// What a browser only decodes.
const RASTER: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];
/// A file of this name anywhere would have got out.
const ESCAPED: &str = "kapocs-kiszokott";

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    let mut program = Program::installed(Engine::Sqlite, "Mécses Bolt", ADMIN).await?;
    program.configure("RATE_LIMITS", "false");
    if guard == Guard::Off {
        // The control: files are served as what they say they are, and names are kept as they came.
        program.configure("TEST_GUARDS_OFF", "content-headers,file-names");
    }
    program.restart().await?;
    let doors = Doors::open(&program).await?;
    let before = others(&program.data())?;
    let kept = doors.hand_in(&files::all()).await?;
    let named = doors.hand_in_names(&files::names()).await?;
    report.assert("files came in by every door", kept.len() > 120, kept.len());
    report.assert("so did names", named.len() > 400, named.len());
    labels(&named, &mut report);
    headers(&program, kept.iter().chain(&named), &mut report).await?;
    links(&program, &kept, &mut report).await?;
    disk(&program, &before, &mut report)?;
    rendered(&program, &doors, &kept, &mut report).await?;
    Ok(report)
}

/// A name is one line that any screen and any disk can take.
fn labels(kept: &[Kept], report: &mut Report) {
    let strange = |c: char| {
        c.is_control()
            || matches!(c, '/' | '\\' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let bad: Vec<String> = kept
        .iter()
        .filter(|file| {
            let name = &file.name;
            name.is_empty() || name.starts_with('.') || name.len() > 255 || name.chars().any(strange)
        })
        .map(|file| format!("{}: {:?} became {:?}", file.door, shorten(&file.given), shorten(&file.name)))
        .collect();
    report.assert_none("every name became a plain label", &bad);
}

async fn headers(
    program: &Program,
    kept: impl Iterator<Item = &Kept>,
    report: &mut Report,
) -> Result<(), Error> {
    let mut faulty = Vec::new();
    for file in kept {
        let (origin, path) = apart(&file.url)?;
        if origin == program.url {
            faulty.push(format!("{}: of our own origin", file.given));
        }
        let answer = Client::stranger(origin).get(path).await?;
        faulty.extend(
            faults(&answer)
                .into_iter()
                .map(|fault| format!("{} {:?}: {fault}", file.door, shorten(&file.given))),
        );
    }
    report.assert_none("every file is another origin's, and its headers let nothing run", &faulty);
    Ok(())
}

fn faults(answer: &Answer) -> Vec<String> {
    let mut faults = Vec::new();
    let (kind, policy) = (answer.header("content-type"), answer.header("content-security-policy"));
    let (how, name) =
        answer.header("content-disposition").split_once("; filename*=UTF-8''").unwrap_or_default();
    if answer.status != 200 {
        faults.push(format!("answered {}", answer.status));
    }
    match how {
        "inline" if RASTER.contains(&kind) => {}
        "attachment" if kind == "application/octet-stream" => {}
        _ => faults.push(format!("{how:?} of type {kind:?}")),
    }
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"%-_.".contains(&byte)) {
        faults.push(format!("the name in the header is {name:?}"));
    }
    if !(policy.contains("sandbox") && policy.contains("default-src 'none'")) || policy.contains("allow-") {
        faults.push(format!("the policy is {policy:?}"));
    }
    if answer.header("x-content-type-options") != "nosniff" {
        faults.push("its type may be guessed".to_owned());
    }
    for name in ["set-cookie", "access-control-allow-origin", "location", "refresh"] {
        if answer.headers.contains_key(name) {
            faults.push(format!("there is a {name}"));
        }
    }
    faults
}

/// A link is good for its file, on its origin, as it stands; and that origin serves nothing else.
async fn links(program: &Program, kept: &[Kept], report: &mut Report) -> Result<(), Error> {
    let (origin, path) = apart(&kept.first().ok_or("no file was kept")?.url)?;
    let (other_id, signature) =
        (apart(&kept[1].url)?.1, path.split_once('?').ok_or("the link is not signed")?.1);
    let other = other_id.split('?').next().unwrap_or_default();
    let content = Client::stranger(origin);
    let mut served = Vec::new();
    let forged = [
        path.replace("s=", "s=A"),
        path.replace("e=1", "e=2"),
        format!("{other}?{signature}"),
        path.split('?').next().unwrap_or_default().to_owned(),
    ];
    for forged in forged {
        let status = content.get(&forged).await?.status;
        if status != 404 && status != 400 {
            served.push(format!("{forged}: {status}"));
        }
    }
    for path in ["/", "/inbox", "/api/v1/session", "/api/v1/openapi.json", "/widget.js"] {
        let status = content.get(path).await?.status;
        if status == 200 {
            served.push(format!("{origin}{path}"));
        }
    }
    let at_home = program.stranger().get(path).await?.status;
    if at_home != 404 {
        served.push(format!("{}{path}: {at_home}", program.url));
    }
    report.assert_none("no altered link is served, and each origin serves its own things only", &served);
    Ok(())
}

/// On the disk there is nothing but contents under their hashes.
fn disk(program: &Program, before: &BTreeSet<PathBuf>, report: &mut Report) -> Result<(), Error> {
    let root = program.data().join("blobs");
    let mut odd = Vec::new();
    let blobs = below(&root)?;
    for path in &blobs {
        let name = path.strip_prefix(&root)?.to_string_lossy().into_owned();
        let hashed = name.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f' | b'/'));
        let mode = fs::metadata(path)?.permissions().mode();
        if !hashed || mode & 0o111 != 0 {
            odd.push(format!("{name} ({mode:o})"));
        }
    }
    report.assert("there are contents on the disk", blobs.len() > 60, blobs.len());
    report.assert_none("every path is a hash, and nothing can be executed", &odd);
    let new: Vec<String> =
        others(&program.data())?.difference(before).map(|path| path.display().to_string()).collect();
    report.assert_none("no other file has appeared among the data", &new);
    let above = program.data().parent().ok_or("the data are at the root")?.to_owned();
    let around = [above, std::env::temp_dir(), "/etc/cron.d".into(), std::env::current_dir()?];
    let escaped: Vec<String> = around
        .iter()
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flat_map(|entries| entries.flatten())
        .filter(|entry| entry.file_name().to_string_lossy().contains(ESCAPED))
        .map(|entry| entry.path().display().to_string())
        .collect();
    report.assert_none("nor elsewhere", &escaped);
    Ok(())
}

/// Files of the data folder that are neither contents, nor the database, nor the search index.
fn others(data: &Path) -> Result<BTreeSet<PathBuf>, Error> {
    let known = |path: &Path| {
        let name = path.strip_prefix(data).unwrap_or(path).to_string_lossy().into_owned();
        name.starts_with("blobs/") || name.starts_with("search") || name.starts_with("kapocs.db")
    };
    Ok(below(data)?.into_iter().filter(|path| !known(path)).collect())
}

fn below(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let (mut found, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder)?.flatten() {
            if entry.file_type()?.is_dir() { open.push(entry.path()) } else { found.push(entry.path()) }
        }
    }
    Ok(found)
}

/// Opened by themselves, built into somebody else's page, and seen by a colleague.
async fn rendered(program: &Program, doors: &Doors, kept: &[Kept], report: &mut Report) -> Result<(), Error> {
    let content = apart(&kept.first().ok_or("no file was kept")?.url)?.0;
    let alone: Vec<Value> = kept
        .iter()
        .map(|file| json!({ "name": format!("{} {}", file.door, file.given), "url": file.url, "file": true }))
        .collect();
    let built_in: Vec<Value> = kept
        .chunks(8)
        .map(|files| {
            let urls: Vec<&str> = files.iter().map(|file| file.url.as_str()).collect();
            json!({ "name": format!("beginning with {}", files[0].given), "url": program.url, "embed": urls })
        })
        .collect();
    let session = Client::sign_in(&program.url, ADMIN, PASSWORD).await?.token().to_owned();
    let seen: Vec<Value> = doors
        .conversations()
        .await?
        .iter()
        .map(|id| json!({ "name": id, "url": format!("{}/inbox/all/{id}", program.url), "seen": ["svg-kep.png"] }))
        .collect();
    let groups = json!([
        { "name": "opened by itself", "downloads": true, "visits": alone },
        { "name": "built into a foreign page", "downloads": true, "visits": built_in },
        { "name": "as colleagues see it", "session": session, "visits": seen },
    ]);
    let task = json!({ "origin": program.url, "content": content, "groups": groups });
    let shown = drive("visit.mjs", task).await?;
    let visits = shown["visits"].as_array().cloned().unwrap_or_default();
    let told = |field: &str| -> Vec<String> {
        let some = |visit: &&Value| {
            visit[field].as_array().map_or(visit[field].is_string(), |list| !list.is_empty())
        };
        visits.iter().filter(some).map(|visit| format!("{}: {}", visit["name"], visit[field])).collect()
    };
    report.assert("the browser was shown them all", visits.len() > kept.len(), visits.len());
    report.assert_none("nothing in them runs or calls home", &told("hits"));
    report.assert_none("each was shown or downloaded", &[told("trouble"), told("missing")].concat());
    let called = shown["canary"].as_array().cloned().unwrap_or_default();
    report.assert_none("the server elsewhere was never called", &called);
    Ok(())
}

/// Origin and path of an address.
fn apart(url: &str) -> Result<(&str, &str), Error> {
    let at = url.find("/content/").ok_or_else(|| format!("{url} is no content"))?;
    Ok(url.split_at(at))
}

fn shorten(text: &str) -> String {
    text.chars().take(60).collect()
}
