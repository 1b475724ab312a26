use kernel::{TeamId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Team {
    #[schema(value_type = String, format = "uuid")]
    pub id: TeamId,
    pub name: String,
    pub private: bool,
    #[schema(value_type = Vec<String>)]
    pub members: Vec<UserId>,
}
