//! Every id of the system, each its own type (UUIDv7: time-ordered, RFC 9562). Append only.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

use crate::{Code, Error};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id, ordered by the time of its making.
            #[allow(clippy::new_without_default, reason = "a new id is never a default")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self, Error> {
                Uuid::parse_str(text).map(Self).map_err(|_| Error::new(Code::NotFound))
            }
        }
    )*};
}

ids! {
    WorkspaceId,
    UserId,
    TeamId,
    KeyId,
    SessionId,
    PersonId,
    ThingId,
    ConversationId,
    MessageId,
    AttachmentId,
    ChannelId,
    /// An inbound item kept raw before anything is parsed.
    InboundId,
    /// One attempt chain to hand one message to one recipient.
    DeliveryId,
    TagId,
    JobId,
    VisitorId,
    AudienceId,
    /// An event of the tracking plan.
    PlannedEventId,
    ImportId,
}
