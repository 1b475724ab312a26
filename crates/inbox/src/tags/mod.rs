//! Tags: short words that conversations carry.
//!
//! Invariants: a name stands once in a workspace; taking a tag away takes it off every conversation.

pub mod http;

use kernel::{Code, Error, NewFact, Result, TagId};
use serde::Serialize;
use serde_json::json;
use store::{Read, Row, Tx, params};
use utoipa::ToSchema;

/// The colours a tag may have.
pub const COLORS: [&str; 7] = ["teal", "apricot", "red", "plum", "blue", "green", "gray"];

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Tag {
    #[schema(value_type = String)]
    pub id: TagId,
    pub name: String,
    /// teal, apricot, red, plum, blue, green, gray
    pub color: String,
}

fn from_row(row: &Row) -> Result<Tag> {
    Ok(Tag { id: row.get(0)?, name: row.get(1)?, color: row.get(2)? })
}

pub fn list(read: &mut Read<'_>) -> Result<Vec<Tag>> {
    let workspace = read.workspace();
    let sql = "SELECT id, name, color FROM tags WHERE workspace_id = $1 ORDER BY name";
    read.rows(sql, params![workspace])?.iter().map(from_row).collect()
}

pub fn find(read: &mut Read<'_>, id: TagId) -> Result<Tag> {
    let workspace = read.workspace();
    let sql = "SELECT id, name, color FROM tags WHERE workspace_id = $1 AND id = $2";
    read.row(sql, params![workspace, id])?.as_ref().map(from_row).transpose()?.ok_or_else(Error::not_found)
}

pub fn create(tx: &mut Tx<'_>, name: &str, color: &str) -> Result<Tag> {
    let tag = Tag { id: TagId::new(), name: checked_name(name)?, color: checked_color(color)? };
    let workspace = tx.workspace();
    let added = tx.execute(
        "INSERT INTO tags (workspace_id, id, name, color) VALUES ($1, $2, $3, $4)
         ON CONFLICT (workspace_id, name) DO NOTHING",
        params![workspace, tag.id, &tag.name, &tag.color],
    )?;
    if added == 0 {
        return Err(Error::new(Code::AlreadyExists).field("name"));
    }
    tx.record(NewFact::new("tag.created").payload(json!({ "tag": tag.id, "name": tag.name })))?;
    Ok(tag)
}

pub fn change(tx: &mut Tx<'_>, id: TagId, name: Option<&str>, color: Option<&str>) -> Result<Tag> {
    let mut tag = find(tx, id)?;
    if let Some(name) = name {
        tag.name = checked_name(name)?;
        let workspace = tx.workspace();
        let sql = "SELECT 1 FROM tags WHERE workspace_id = $1 AND name = $2 AND id <> $3";
        if tx.row(sql, params![workspace, &tag.name, id])?.is_some() {
            return Err(Error::new(Code::AlreadyExists).field("name"));
        }
    }
    if let Some(color) = color {
        tag.color = checked_color(color)?;
    }
    let workspace = tx.workspace();
    let sql = "UPDATE tags SET name = $3, color = $4 WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, params![workspace, id, &tag.name, &tag.color])?;
    tx.record(NewFact::new("tag.changed").payload(json!({ "tag": tag.id, "name": tag.name })))?;
    Ok(tag)
}

pub fn remove(tx: &mut Tx<'_>, id: TagId) -> Result<()> {
    let tag = find(tx, id)?;
    let workspace = tx.workspace();
    tx.execute(
        "DELETE FROM conversation_tags WHERE workspace_id = $1 AND tag_id = $2",
        params![workspace, id],
    )?;
    tx.execute("DELETE FROM tags WHERE workspace_id = $1 AND id = $2", params![workspace, id])?;
    tx.record(NewFact::new("tag.removed").payload(json!({ "tag": id, "name": tag.name })))
}

fn checked_name(name: &str) -> Result<String> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Err(Error::new(Code::Required).field("name")),
        1..=40 => Ok(name),
        _ => Err(Error::new(Code::TooLong).field("name")),
    }
}

fn checked_color(color: &str) -> Result<String> {
    if COLORS.contains(&color) { Ok(color.to_owned()) } else { Err(Error::invalid("color")) }
}
