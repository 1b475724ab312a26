//! Lists: `{"items":[…],"next":cursor|null}`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Code, Error, Result};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::{IntoParams, ToSchema};

/// One page of a list.
#[derive(Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Give it as `after` to read on; null at the end.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page from one row more than `limit`; `cursor` names the place after an item.
    pub fn from_rows<C: Serialize>(mut items: Vec<T>, limit: usize, cursor: impl Fn(&T) -> C) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(|item| Cursor::encode(&cursor(item))) } else { None };
        Self { items, next }
    }

    /// A list that is never long enough to page.
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

/// `?limit=&after=` of every list.
#[derive(Deserialize, IntoParams, Default, Clone)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// 1–200, default 50.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

impl PageQuery {
    pub fn limit(&self) -> usize {
        self.limit.unwrap_or(50).clamp(1, 200)
    }

    /// The decoded position, if one was given.
    pub fn after<C: DeserializeOwned>(&self) -> Result<Option<C>> {
        self.after.as_deref().map(Cursor::decode).transpose()
    }
}

/// An opaque list position.
pub struct Cursor;

impl Cursor {
    pub fn encode(position: &impl Serialize) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(position).expect("a position is plain data"))
    }

    pub fn decode<C: DeserializeOwned>(text: &str) -> Result<C> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Error::new(Code::InvalidCursor))?;
        serde_json::from_slice(&bytes).map_err(|_| Error::new(Code::InvalidCursor))
    }
}
