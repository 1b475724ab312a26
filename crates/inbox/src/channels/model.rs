use kernel::{ChannelId, TeamId, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;

/// A configured channel with its sealed secrets.
#[derive(Clone, Debug)]
pub struct ChannelRow {
    pub workspace: WorkspaceId,
    pub id: ChannelId,
    pub kind: String,
    pub name: String,
    pub public_key: String,
    pub team: Option<TeamId>,
    pub enabled: bool,
    pub config: Json,
    pub secrets: Option<Vec<u8>>,
    pub addresses: Vec<String>,
    pub health: Health,
    pub created_at: Timestamp,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum HealthState {
    Ok,
    /// Nothing has happened yet, or a connection is being made.
    #[default]
    Waiting,
    Error,
    Off,
}

/// How a channel is, as last seen.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Health {
    pub state: HealthState,
    #[schema(value_type = Option<String>)]
    pub last_in_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub last_out_at: Option<Timestamp>,
    pub error: Option<String>,
    #[schema(value_type = Option<String>)]
    pub error_at: Option<Timestamp>,
}

/// A channel as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChannelView {
    #[schema(value_type = String)]
    pub id: ChannelId,
    pub kind: String,
    pub name: String,
    pub enabled: bool,
    #[schema(value_type = Option<String>)]
    pub team_id: Option<TeamId>,
    /// By kind, secrets left out.
    #[schema(value_type = Object)]
    pub config: Json,
    /// The public key of chat and form channels.
    pub key: String,
    pub addresses: Vec<String>,
    pub health: Health,
    #[schema(value_type = String)]
    pub created_at: Timestamp,
}

impl From<ChannelRow> for ChannelView {
    fn from(row: ChannelRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            name: row.name,
            enabled: row.enabled,
            team_id: row.team,
            config: row.config,
            key: row.public_key,
            addresses: row.addresses,
            health: row.health,
            created_at: row.created_at,
        }
    }
}

/// A channel as lists of conversations name it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChannelBrief {
    #[schema(value_type = String)]
    pub id: ChannelId,
    pub kind: String,
    pub name: String,
}

/// A channel to be made, already checked by its kind.
#[derive(Clone, Debug)]
pub struct NewChannel {
    pub kind: String,
    pub name: String,
    pub team: Option<TeamId>,
    pub config: Json,
    pub secrets: Option<Vec<u8>>,
    pub addresses: Vec<String>,
}

/// One step of a connection test.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Step {
    pub name: String,
    pub ok: bool,
    pub detail: String,
}
