//! Idempotency keys: the answer is kept in the transaction of its effect, and given again to the same request.

use std::{
    collections::HashSet,
    sync::{LazyLock, Mutex},
    time::Duration,
};

use axum::{
    body::{Body, to_bytes},
    extract::{Request as HttpRequest, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use hmac::{Hmac, Mac};
use kernel::{Code, Error, Result};
use serde::Serialize;
use sha2::Sha256;
use store::{Db, Tx, params};

use crate::{ApiError, ApiResult, Auth};

/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(24 * 3_600);
const MAX_BODY: usize = 26 * 1024 * 1024;

#[derive(Clone)]
pub(crate) struct IdempotencyKey {
    key: String,
    request_hash: Vec<u8>,
}

/// Reads the key and the keyed hash of the whole request, before anything else sees the body.
///
/// Keyed, because a body may hold a password: a plain hash in the database could be tried against a list of them.
pub(crate) async fn read_key(State(secret): State<[u8; 32]>, request: HttpRequest, next: Next) -> Response {
    let Some(key) = request.headers().get("idempotency-key") else { return next.run(request).await };
    let key = match key.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= 200 => key.to_owned(),
        _ => return ApiError(Error::invalid("Idempotency-Key")).into_response(),
    };
    let (mut parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, MAX_BODY).await else {
        return ApiError::from(Code::TooLarge).into_response();
    };
    let address = parts.uri.path_and_query().map_or("", |path| path.as_str());
    let request_hash = keyed_hash(secret, &[parts.method.as_str().as_bytes(), address.as_bytes(), &bytes]);
    parts.extensions.insert(IdempotencyKey { key, request_hash });
    next.run(HttpRequest::from_parts(parts, Body::from(bytes))).await
}

fn keyed_hash(secret: [u8; 32], parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = Hmac::<Sha256>::new_from_slice(&secret).expect("a key of any length");
    for part in parts {
        hash.update(&part.len().to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into_bytes().to_vec()
}

static IN_FLIGHT: LazyLock<Mutex<HashSet<(String, String)>>> = LazyLock::new(Mutex::default);

struct InFlight((String, String));

impl InFlight {
    fn enter(caller: &str, key: &str) -> Result<Self> {
        let entry = (caller.to_owned(), key.to_owned());
        let entered = IN_FLIGHT.lock().expect("no panic while held").insert(entry.clone());
        if entered { Ok(Self(entry)) } else { Err(Error::new(Code::RequestInFlight)) }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        IN_FLIGHT.lock().expect("no panic while held").remove(&self.0);
    }
}

/// An action, and its answer in words.
type JsonWork = Box<dyn Fn(&mut Tx<'_>) -> Result<String> + Send>;

enum Answer {
    Fresh(String),
    Kept(u16, String),
}

impl Auth {
    /// Runs one action in one transaction and answers with what it gives, as JSON.
    ///
    /// With an idempotency key the answer is kept in the same transaction, and a repetition gets it again.
    pub fn write<T, F>(
        &self,
        db: &Db,
        status: StatusCode,
        work: F,
    ) -> impl Future<Output = ApiResult<Response>> + Send
    where
        T: Serialize,
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let work = move |tx: &mut Tx<'_>| serde_json::to_string(&work(tx)?).map_err(Error::internal);
        self.write_json(db, status, Box::new(work))
    }

    /// As [`Auth::write`], once for all types of answers.
    async fn write_json(&self, db: &Db, status: StatusCode, work: JsonWork) -> ApiResult<Response> {
        let Some(key) = self.idempotency.clone() else {
            return Ok(json(status, db.write(&self.caller, work).await?));
        };
        let name = serde_json::to_string(&self.caller.actor).map_err(Error::internal)?;
        let _in_flight = InFlight::enter(&name, &key.key)?;
        let (in_tx, caller_name) = (key.clone(), name.clone());
        let outcome = db
            .write(&self.caller, move |tx| {
                if let Some((status, body)) = reserve(tx, &caller_name, &in_tx)? {
                    return Ok(Answer::Kept(status, body));
                }
                let body = work(tx)?;
                keep(tx, &caller_name, &in_tx, status.as_u16(), &body)?;
                Ok(Answer::Fresh(body))
            })
            .await;
        match outcome {
            Ok(Answer::Fresh(body)) => Ok(json(status, body)),
            Ok(Answer::Kept(kept, body)) => Ok(replay(kept, body)?),
            Err(error) => Err(self.keep_failure(db, name, key, error).await),
        }
    }

    /// As [`Auth::write`] for actions that answer with nothing.
    pub fn done<F>(&self, db: &Db, work: F) -> impl Future<Output = ApiResult<Response>> + Send
    where
        F: Fn(&mut Tx<'_>) -> Result<()> + Send + 'static,
    {
        self.write_nothing(db, Box::new(move |tx| work(tx).map(|()| "null".to_owned())))
    }

    async fn write_nothing(&self, db: &Db, work: JsonWork) -> ApiResult<Response> {
        let response = self.write_json(db, StatusCode::NO_CONTENT, work).await?;
        if response.status() == StatusCode::NO_CONTENT {
            Ok(StatusCode::NO_CONTENT.into_response())
        } else {
            Ok(response)
        }
    }

    /// A failure changed nothing, so its answer is kept by a write of its own. Conflicts about the key itself are not.
    async fn keep_failure(&self, db: &Db, name: String, key: IdempotencyKey, error: Error) -> ApiError {
        if !matches!(error.code, Code::IdempotencyMismatch | Code::Unavailable | Code::StorageFull) {
            let status = error.code.status();
            let body = serde_json::json!({ "code": error.code.as_str(), "field": error.field, "detail": error.detail });
            let kept = db
                .write(&self.caller, move |tx| match reserve(tx, &name, &key)? {
                    Some(_) => Ok(()),
                    None => keep(tx, &name, &key, status, &body.to_string()),
                })
                .await;
            if let Err(failure) = kept {
                tracing::warn!(error = %failure, "the answer of a failed request could not be kept");
            }
        }
        ApiError(error)
    }
}

fn json(status: StatusCode, body: String) -> Response {
    (status, [("content-type", "application/json")], body).into_response()
}

fn replay(status: u16, body: String) -> Result<Response, ApiError> {
    if status >= 400 {
        let kept: serde_json::Value = serde_json::from_str(&body).map_err(Error::internal)?;
        let code = Code::ALL.iter().find(|code| Some(code.as_str()) == kept["code"].as_str());
        let mut error = Error::new(code.copied().unwrap_or(Code::Internal));
        error.field = kept["field"].as_str().map(str::to_owned);
        error.detail = kept["detail"].as_str().map(str::to_owned);
        return Err(ApiError(error));
    }
    let mut response = json(StatusCode::from_u16(status).unwrap_or(StatusCode::OK), body);
    response.headers_mut().insert("idempotent-replay", "true".parse().expect("a plain word"));
    Ok(response)
}

/// Takes the key for this request, or gives the answer that was kept for it.
fn reserve(tx: &mut Tx<'_>, caller: &str, key: &IdempotencyKey) -> Result<Option<(u16, String)>> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let old = now - KEPT;
    tx.execute(
        "DELETE FROM idempotency WHERE workspace_id = $1 AND caller = $2 AND key = $3 AND created_at < $4",
        params![workspace, caller, &key.key, old],
    )?;
    let taken = tx.execute(
        "INSERT INTO idempotency (workspace_id, caller, key, request_hash, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (workspace_id, caller, key) DO NOTHING",
        params![workspace, caller, &key.key, key.request_hash.clone(), now],
    )?;
    if taken == 1 {
        return Ok(None);
    }
    let row = tx.one(
        "SELECT request_hash, status, body FROM idempotency WHERE workspace_id = $1 AND caller = $2 AND key = $3",
        params![workspace, caller, &key.key],
    )?;
    if row.get::<Vec<u8>>(0)? != key.request_hash {
        return Err(Error::new(Code::IdempotencyMismatch));
    }
    let status: i64 = row.get::<Option<i64>>(1)?.ok_or_else(|| Error::new(Code::RequestInFlight))?;
    Ok(Some((u16::try_from(status).unwrap_or(200), row.get(2)?)))
}

fn keep(tx: &mut Tx<'_>, caller: &str, key: &IdempotencyKey, status: u16, body: &str) -> Result<()> {
    let workspace = tx.workspace();
    tx.execute(
        "UPDATE idempotency SET status = $4, body = $5 WHERE workspace_id = $1 AND caller = $2 AND key = $3",
        params![workspace, caller, &key.key, i64::from(status), body],
    )?;
    Ok(())
}

/// Deletes answers that are no longer kept.
pub fn sweep_idempotency(tx: &mut Tx<'_>) -> Result<()> {
    let old = tx.now() - KEPT;
    tx.execute("DELETE FROM idempotency WHERE created_at < $1", params![old]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_request_cannot_be_guessed_from_a_copy_of_the_database() {
        let request: [&[u8]; 3] = [b"PUT", b"/api/v1/me/password", br#"{"password":"Titok-2026"}"#];
        let ours = keyed_hash([1; 32], &request);
        assert_eq!(ours, keyed_hash([1; 32], &request));
        assert_ne!(
            ours,
            keyed_hash([2; 32], &request),
            "without the key of the installation nothing can be tried"
        );
        assert_ne!(keyed_hash([1; 32], &[b"PUT", b"/a", b"b"]), keyed_hash([1; 32], &[b"PUT", b"/ab", b""]));
    }
}
