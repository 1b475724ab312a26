//! What is found, and how it changes.

use kernel::{TeamId, Timestamp, WorkspaceId};

/// Something to be found.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub workspace: WorkspaceId,
    pub kind: DocumentKind,
    /// Its own id, unique in the workspace.
    pub id: [u8; 16],
    /// What it belongs to: the conversation of a message; of a conversation or a person itself.
    pub parent: [u8; 16],
    pub access: Access,
    pub title: String,
    pub body: String,
    /// Numbers, e-mail addresses, telephone numbers: found as a whole and by their beginning, however they are punctuated.
    pub exact: Vec<String>,
    pub at: Timestamp,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DocumentKind {
    Message,
    Conversation,
    Person,
}

impl DocumentKind {
    pub const ALL: &'static [Self] = &[Self::Message, Self::Conversation, Self::Person];

    pub(super) fn code(self) -> u8 {
        match self {
            Self::Message => 1,
            Self::Conversation => 2,
            Self::Person => 3,
        }
    }

    pub(super) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

/// Who of the workspace may find it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    Everyone,
    /// Members of a private team, and those who see all.
    Team(TeamId),
}

/// What a fact does to the documents.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Adds a document, or replaces the one with its id.
    Put(Document),
    Remove {
        workspace: WorkspaceId,
        id: [u8; 16],
    },
    /// Removes everything that belongs to `parent`.
    RemoveParent {
        workspace: WorkspaceId,
        parent: [u8; 16],
    },
}

impl Change {
    /// About how much memory it takes.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Put(document) => size_of::<Self>() + document.title.len() + document.body.len(),
            Self::Remove { .. } | Self::RemoveParent { .. } => size_of::<Self>(),
        }
    }
}
