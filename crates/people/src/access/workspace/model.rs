use jiff::tz::TimeZone;
use kernel::{Code, Error, Result, WorkspaceId};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Workspace {
    #[schema(value_type = String, format = "uuid")]
    pub id: WorkspaceId,
    pub name: String,
    /// hu or en
    pub locale: String,
    pub time_zone: String,
    /// How long an answer is held so that it can be undone.
    pub send_undo_seconds: i64,
}

/// A name of something of ours: one line, not empty, at most 120 characters.
pub(crate) fn checked_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Error::new(Code::Required).field("name"));
    }
    if name.chars().count() > 120 {
        return Err(Error::new(Code::TooLong).field("name"));
    }
    if name.chars().any(char::is_control) { Err(Error::invalid("name")) } else { Ok(name.to_owned()) }
}

/// A name of the IANA time zone database.
pub(crate) fn checked_zone(name: &str) -> Result<String> {
    TimeZone::get(name).map(|_| name.to_owned()).map_err(|_| Error::invalid("time_zone"))
}
