use kernel::{AttachmentId, Error, MessageId, Result};
use serde_json::json;
use store::Tx;

use super::fact;
use crate::{
    attachments,
    conversations::{message::MessageKind, model::Conversation, store as rows},
};

/// A conversation that passes somebody's message on: linked to where it came from. Of the files it takes along, those
/// of the message itself are copied, so that each message keeps its own.
pub(super) fn forward(
    tx: &mut Tx<'_>,
    to: &Conversation,
    message: MessageId,
    files: &[AttachmentId],
) -> Result<Vec<AttachmentId>> {
    let unknown = |error: Error| error.named_by("forward_of");
    let from = rows::conversation_of(tx, message).map_err(unknown)?;
    rows::find(tx, from).map_err(unknown)?;
    let original = rows::find_message(tx, from, message)?;
    if original.kind == MessageKind::Note {
        return Err(Error::invalid("forward_of"));
    }
    rows::link(tx, to.id, from, "forward")?;
    tx.record(fact("conversation.linked", to).payload(json!({ "other": from, "reason": "forward" })))?;
    let its_own = attachments::of_message(tx, message)?;
    let take = |id: &AttachmentId| match its_own.iter().find(|file| file.id == *id) {
        Some(file) => attachments::copy(tx, file),
        None => Ok(*id),
    };
    files.iter().map(take).collect()
}
