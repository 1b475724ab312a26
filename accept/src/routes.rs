//! Every route of the API: who may call it, and a body to call it with. `{…}` stands for an id of the world.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::Value;

/// The least right with which a route may be called.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Right {
    Everyone,
    Observer,
    Agent,
    Lead,
    Administrator,
}

pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub right: Right,
    body: &'static str,
}

/// Names of things and their ids.
pub type Ids = BTreeMap<&'static str, String>;

use Right::{Administrator, Agent, Everyone, Lead, Observer};

/// In an order in which every one finds what it needs: what deletes comes last.
pub const ROUTES: &[Route] = &[
    route("GET", "/api/v1/setup", Everyone, ""),
    route(
        "POST",
        "/api/v1/setup",
        Everyone,
        r#"{"token":"x","workspace":"x","locale":"hu","time_zone":"UTC","name":"x","email":"x@x.example","password":"x"}"#,
    ),
    route("POST", "/api/v1/session", Everyone, r#"{"email":"nobody@x.example","password":"wrong-password"}"#),
    route("GET", "/api/v1/session", Everyone, ""),
    route("GET", "/api/v1/me", Observer, ""),
    route("PATCH", "/api/v1/me", Observer, r#"{"theme":"dark"}"#),
    route("GET", "/api/v1/me/sessions", Observer, ""),
    route(
        "PUT",
        "/api/v1/me/password",
        Observer,
        r#"{"current":"wrong-password","password":"kapocs-demo-2027!"}"#,
    ),
    route("GET", "/api/v1/workspace", Observer, ""),
    route("GET", "/api/v1/users", Observer, ""),
    route("GET", "/api/v1/users/{id}", Observer, ""),
    route("GET", "/api/v1/teams", Observer, ""),
    route("GET", "/api/v1/tags", Observer, ""),
    route("GET", "/api/v1/keys", Administrator, ""),
    route("GET", "/api/v1/channel-kinds", Observer, ""),
    route("GET", "/api/v1/channels", Observer, ""),
    route("GET", "/api/v1/channels/{id}", Observer, ""),
    route("GET", "/api/v1/audit", Administrator, ""),
    route("GET", "/api/v1/views", Observer, ""),
    route("GET", "/api/v1/conversations", Observer, ""),
    route("GET", "/api/v1/conversations/{id}", Observer, ""),
    route("GET", "/api/v1/conversations/{id}/messages", Observer, ""),
    route("GET", "/api/v1/conversations/{id}/messages/{message_id}/original", Observer, ""),
    route("GET", "/api/v1/people", Observer, ""),
    route("GET", "/api/v1/people/export", Lead, ""),
    route("GET", "/api/v1/conversations/export", Lead, ""),
    route("GET", "/api/v1/people/{id}", Observer, ""),
    route("GET", "/api/v1/collection/recent", Lead, ""),
    route("GET", "/api/v1/collection/refused", Lead, ""),
    route("GET", "/api/v1/collection/waiting", Lead, ""),
    route("GET", "/api/v1/collection/quality", Lead, ""),
    route("GET", "/api/v1/collection/quality/samples", Lead, ""),
    route("GET", "/api/v1/tracking-plan", Lead, ""),
    route("GET", "/api/v1/tracking-plan/proposals", Lead, ""),
    route("GET", "/api/v1/tracking-plan/export", Lead, ""),
    route("GET", "/api/v1/imports", Lead, ""),
    route("GET", "/api/v1/imports/{id}", Lead, ""),
    route("GET", "/api/v1/imports/{id}/preview", Lead, ""),
    route("GET", "/api/v1/imports/{id}/errors", Lead, ""),
    route("GET", "/api/v1/imports/{id}/errors.csv", Lead, ""),
    route("POST", "/api/v1/imports", Lead, ""),
    route("PATCH", "/api/v1/imports/{id}", Lead, r#"{"kind":"people"}"#),
    route("POST", "/api/v1/imports/{id}/dry-run", Lead, ""),
    route("DELETE", "/api/v1/imports/{id}/dry-run", Lead, ""),
    route("POST", "/api/v1/imports/{id}/run", Lead, ""),
    route("DELETE", "/api/v1/imports/{id}/run", Lead, ""),
    route("GET", "/api/v1/people/{id}/timeline", Observer, ""),
    route("GET", "/api/v1/people/{id}/graph", Observer, ""),
    route("GET", "/api/v1/people/{id}/conversations", Observer, ""),
    route("GET", "/api/v1/people/{id}/audiences", Observer, ""),
    route("GET", "/api/v1/audiences", Observer, ""),
    route("GET", "/api/v1/audiences/{id}", Observer, ""),
    route("GET", "/api/v1/audiences/{id}/members", Observer, ""),
    route("GET", "/api/v1/audiences/{id}/people/{person_id}", Observer, ""),
    route("GET", "/api/v1/profiles/{kind}/{value}", Observer, ""),
    route("POST", "/api/v1/audience-previews", Observer, r#"{"text":"name is \"Kanári\""}"#),
    route("GET", "/api/v1/search", Observer, ""),
    route("GET", "/api/v1/quarantine", Lead, ""),
    route("GET", "/api/v1/quarantine/{id}/original", Lead, ""),
    route("GET", "/api/v1/jobs", Lead, ""),
    route("PUT", "/api/v1/conversations/{id}/presence", Observer, r#"{"state":"viewing"}"#),
    route("PUT", "/api/v1/conversations/{id}/read", Observer, r#"{"seq":1}"#),
    route("POST", "/api/v1/attachments", Agent, ""),
    route("POST", "/api/v1/people", Agent, r#"{"name":"Új Személy"}"#),
    route("PATCH", "/api/v1/people/{id}", Agent, r#"{"name":"Átnevezett Kanári"}"#),
    route("PUT", "/api/v1/conversations/{id}/draft", Agent, r#"{"mode":"note","text":"vázlat","version":0}"#),
    // Only its author has one.
    route("GET", "/api/v1/conversations/{id}/draft", Agent, ""),
    route("POST", "/api/v1/conversations/{id}/messages", Agent, r#"{"kind":"note","text":"jegyzet"}"#),
    route("PUT", "/api/v1/conversations/{id}/assignee", Agent, r#"{"user_id":"{user}"}"#),
    route("PUT", "/api/v1/conversations/{id}/priority", Agent, r#"{"priority":"high"}"#),
    route("PUT", "/api/v1/conversations/{id}/status", Agent, r#"{"status":"waiting"}"#),
    route("PUT", "/api/v1/conversations/{id}/subject", Agent, r#"{"subject":"Kanári tárgy"}"#),
    route("PUT", "/api/v1/conversations/{id}/tags/{tag_id}", Agent, ""),
    route("PUT", "/api/v1/conversations/{id}/snooze", Agent, r#"{"until_reply":true}"#),
    route("DELETE", "/api/v1/conversations/{id}/snooze", Agent, ""),
    route("PUT", "/api/v1/conversations/{id}/spam", Agent, ""),
    route("DELETE", "/api/v1/conversations/{id}/spam", Agent, ""),
    route("PUT", "/api/v1/people/{id}/block", Agent, ""),
    route("POST", "/api/v1/people/{id}/merge", Agent, r#"{"person_id":"{other_person}","preview":true}"#),
    route(
        "PATCH",
        "/api/v1/people/{id}/edges",
        Agent,
        r#"{"edges":[{edge}],"retracted":true,"preview":true}"#,
    ),
    route("DELETE", "/api/v1/people/{id}/block", Agent, ""),
    route("POST", "/api/v1/conversations/{id}/closure", Agent, ""),
    route("DELETE", "/api/v1/conversations/{id}/closure", Agent, ""),
    route("POST", "/api/v1/conversations/{id}/messages/{message_id}/delivery", Agent, ""),
    route("DELETE", "/api/v1/conversations/{id}/messages/{message_id}/delivery", Agent, ""),
    route(
        "POST",
        "/api/v1/conversations",
        Agent,
        r#"{"channel_id":"{channel}","to":"uj@x.example","text":"szia"}"#,
    ),
    route(
        "POST",
        "/api/v1/conversation-batches",
        Agent,
        r#"{"ids":["{conversation}"],"act":{"kind":"close"}}"#,
    ),
    route("DELETE", "/api/v1/conversation-batches/{id}", Agent, ""),
    route("POST", "/api/v1/conversations/{id}/messages/{message_id}/separation", Agent, ""),
    route("PUT", "/api/v1/conversations/{id}/team", Agent, r#"{"team_id":"{team}"}"#),
    route("DELETE", "/api/v1/conversations/{id}/read", Observer, ""),
    route("DELETE", "/api/v1/conversations/{id}/draft", Observer, ""),
    route("DELETE", "/api/v1/conversations/{id}/tags/{tag_id}", Agent, ""),
    route("POST", "/api/v1/tags", Lead, r#"{"name":"Új címke"}"#),
    route("PATCH", "/api/v1/tags/{id}", Lead, r#"{"color":"red"}"#),
    route("POST", "/api/v1/audiences", Lead, r#"{"name":"Új szegmens","text":"did page.viewed"}"#),
    route("PATCH", "/api/v1/audiences/{id}", Lead, r#"{"description":"Más Kanári"}"#),
    route("POST", "/api/v1/audiences/{id}/publication", Lead, ""),
    route("DELETE", "/api/v1/audiences/{id}/publication", Lead, ""),
    route("DELETE", "/api/v1/imports/{id}", Lead, ""),
    route("DELETE", "/api/v1/audiences/{id}", Lead, ""),
    route("POST", "/api/v1/jobs/{id}/replay", Lead, ""),
    route("POST", "/api/v1/quarantine/{id}/release", Lead, ""),
    route("PATCH", "/api/v1/workspace", Administrator, r#"{"send_undo_seconds":5}"#),
    route(
        "POST",
        "/api/v1/users",
        Administrator,
        r#"{"name":"Új","email":"uj@mecses.example","role":"observer"}"#,
    ),
    route("PATCH", "/api/v1/users/{id}", Administrator, r#"{"name":"Más Kanári"}"#),
    route("POST", "/api/v1/teams", Administrator, r#"{"name":"Új csapat"}"#),
    route("PATCH", "/api/v1/teams/{id}", Administrator, r#"{"name":"Kanári más csapat"}"#),
    route("PUT", "/api/v1/teams/{id}/members/{user_id}", Administrator, ""),
    route("DELETE", "/api/v1/teams/{id}/members/{user_id}", Administrator, ""),
    route("POST", "/api/v1/keys", Administrator, r#"{"name":"Új kulcs","scopes":["read"]}"#),
    route("POST", "/api/v1/channels", Administrator, r#"{"kind":"form","name":"Új űrlap","config":{}}"#),
    route("PATCH", "/api/v1/channels/{id}", Administrator, r#"{"name":"Kanári más csatorna"}"#),
    route("POST", "/api/v1/channels/{id}/test", Administrator, ""),
    route("PATCH", "/api/v1/tracking-plan", Administrator, r#"{"mode":"warn"}"#),
    route("POST", "/api/v1/tracking-plan/events", Administrator, r#"{"name":"Új esemény"}"#),
    route("PUT", "/api/v1/tracking-plan/events/{id}", Administrator, r#"{"name":"Kanári más esemény"}"#),
    route("POST", "/api/v1/tracking-plan/import", Administrator, r#"{"plan":[{"title":"Behozott kanári"}]}"#),
    route(
        "POST",
        "/api/v1/collection/replays",
        Administrator,
        r#"{"kind":"track","event":"Kanári esemény"}"#,
    ),
    route("DELETE", "/api/v1/tracking-plan/events/{id}", Administrator, ""),
    route("DELETE", "/api/v1/quarantine/{id}", Lead, ""),
    route("DELETE", "/api/v1/tags/{id}", Lead, ""),
    route("DELETE", "/api/v1/keys/{id}", Administrator, ""),
    route("DELETE", "/api/v1/channels/{id}", Administrator, ""),
    route("DELETE", "/api/v1/teams/{id}", Administrator, ""),
    route("DELETE", "/api/v1/me/sessions/{id}", Observer, ""),
    route("DELETE", "/api/v1/session", Observer, ""),
];

const fn route(method: &'static str, path: &'static str, right: Right, body: &'static str) -> Route {
    Route { method, path, right, body }
}

impl Route {
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub fn method(&self) -> Method {
        Method::from_bytes(self.method.as_bytes()).expect("the table holds methods")
    }

    pub fn is_safe(&self) -> bool {
        self.method == "GET"
    }

    pub fn names_something(&self) -> bool {
        self.path.contains('{')
    }

    /// The path with the ids of a world in it.
    pub fn path(&self, ids: &Ids) -> String {
        let of = |name: &str| ids.get(name).cloned().unwrap_or_else(|| format!("no-{name}"));
        let kind = self.path.split('/').nth(3).unwrap_or_default();
        let message = if self.path.ends_with("/delivery") { "answer" } else { "message" };
        let path = self.path.replace("{id}", &of(if kind == "me" { "sessions" } else { kind }));
        let path = path.replace("{message_id}", &of(message));
        let path = path.replace("{tag_id}", &of("tags")).replace("{user_id}", &of("users"));
        let path = path.replace("{person_id}", &of("people"));
        let path = path.replace("{kind}/{value}", &format!("email/{}", of("profiles")));
        if path.ends_with("/search") { format!("{path}?query=kan%C3%A1ri") } else { path }
    }

    pub fn body(&self, ids: &Ids) -> Option<Value> {
        let names = [
            ("{user}", "users"),
            ("{team}", "teams"),
            ("{channel}", "mailbox"),
            ("{conversation}", "conversations"),
            ("{other_person}", "other_person"),
            ("{edge}", "edge"),
        ];
        let filled = names.iter().fold(self.body.to_owned(), |body, (place, name)| {
            body.replace(place, ids.get(name).map_or("", String::as_str))
        });
        serde_json::from_str(&filled).ok()
    }
}
