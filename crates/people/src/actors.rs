//! Who did it, with a name to show.

use kernel::{Actor, KeyId, PersonId, Result, UserId};
use serde::Serialize;
use store::Read;
use utoipa::ToSchema;

use crate::{access, persons};

#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct ActorRef {
    /// user, key, person or system
    pub kind: &'static str,
    pub id: String,
    pub name: String,
}

/// Names actors, in their order. Whoever is gone has an empty name.
pub fn describe(read: &mut Read<'_>, actors: &[Actor]) -> Result<Vec<ActorRef>> {
    let (mut users, mut keys, mut people) =
        (Vec::<UserId>::new(), Vec::<KeyId>::new(), Vec::<PersonId>::new());
    for actor in actors {
        match actor {
            Actor::User(id) => users.push(*id),
            Actor::Key(id) => keys.push(*id),
            Actor::Person(id) => people.push(*id),
            Actor::System(_) => {}
        }
    }
    let users = access::users::names(read, &users)?;
    let keys = access::keys::names(read, &keys)?;
    let people = persons::brief(read, &people)?;
    let named = |actor: &Actor| {
        let (kind, id, name) = match actor {
            Actor::User(id) => ("user", id.to_string(), users.get(id).cloned()),
            Actor::Key(id) => ("key", id.to_string(), keys.get(id).cloned()),
            Actor::Person(id) => {
                let person = people.get(id);
                // Facts and messages name the home where somebody was met.
                let now = person.map_or(*id, |person| person.id);
                ("person", now.to_string(), person.and_then(|p| p.name.clone().or_else(|| p.email.clone())))
            }
            Actor::System(name) => ("system", name.clone(), Some(name.clone())),
        };
        ActorRef { kind, id, name: name.unwrap_or_default() }
    };
    Ok(actors.iter().map(named).collect())
}
