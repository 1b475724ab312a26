use kernel::{ConversationId, Result, TagId};
use serde_json::json;
use store::{Tx, params};

use super::fact;
use crate::{conversations::store as rows, tags};

pub fn tag(tx: &mut Tx<'_>, id: ConversationId, tag: TagId) -> Result<()> {
    let before = rows::find_to_act(tx, id)?;
    let tag = tags::find(tx, tag)?;
    let workspace = tx.workspace();
    let added = tx.execute(
        "INSERT INTO conversation_tags (workspace_id, conversation_id, tag_id) VALUES ($1, $2, $3)
         ON CONFLICT (workspace_id, conversation_id, tag_id) DO NOTHING",
        params![workspace, id, tag.id],
    )?;
    if added == 0 {
        return Ok(());
    }
    rows::save(tx, &before, &mut before.clone())?;
    tx.record(fact("conversation.tagged", &before).payload(json!({ "tag": tag.id, "name": tag.name })))
}

pub fn untag(tx: &mut Tx<'_>, id: ConversationId, tag: TagId) -> Result<()> {
    let before = rows::find_to_act(tx, id)?;
    let workspace = tx.workspace();
    let sql =
        "DELETE FROM conversation_tags WHERE workspace_id = $1 AND conversation_id = $2 AND tag_id = $3";
    if tx.execute(sql, params![workspace, id, tag])? == 0 {
        return Ok(());
    }
    let name = tags::find(tx, tag).map(|tag| tag.name).ok();
    rows::save(tx, &before, &mut before.clone())?;
    tx.record(fact("conversation.untagged", &before).payload(json!({ "tag": tag, "name": name })))
}
