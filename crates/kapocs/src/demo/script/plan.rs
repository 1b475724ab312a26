//! Which story is told when, by whom.

use super::{
    Conversation, Person,
    calendar::{moment_to_write, span, staffed_before, working_time_before},
    frame::Decks,
    material::{Material, Story},
    people::Crowd,
    telling::Telling,
    values::Subject,
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};
use std::collections::HashMap;

const CONVERSATIONS: usize = 408;
const DAYS: i64 = 42;

struct Slot<'a> {
    story: &'a Story,
    start: i64,
}

/// The people who write and what they write about, in the order of the first messages.
pub(super) fn conversations(material: &Material, seed: u64, now: i64) -> (Vec<Person>, Vec<Conversation>) {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut decks = Decks::new(material, &mut rng);
    let mut crowd = Crowd::new(material, &mut rng);
    let mut takes: HashMap<&str, usize> =
        material.stories.iter().map(|story| (story.id.as_str(), rng.random_range(0..12))).collect();
    let mut told = Vec::new();
    let mut order = 21_040;
    for Slot { story, start } in slots(material, now, &mut rng) {
        let take = takes.entry(&story.id).or_default();
        *take += 1;
        order += rng.random_range(2..9);
        let key = crowd.cast(story, start, &mut rng);
        let customer = &mut crowd.customers[key];
        customer.stories.push(story.id.clone());
        customer.last_seen = start;
        let own = StdRng::seed_from_u64(rng.random());
        let subject = Subject { material, story, customer, start, order };
        told.push(Telling::new(subject, *take, now, &mut decks, own).tell());
    }
    only_those_who_wrote(crowd, told)
}

fn slots<'a>(material: &'a Material, now: i64, rng: &mut StdRng) -> Vec<Slot<'a>> {
    let mut starts: Vec<i64> = (0..CONVERSATIONS).map(|_| moment_to_write(rng, now, DAYS)).collect();
    starts.sort_unstable();
    let mut slots: Vec<Slot<'a>> = running_order(material, rng)
        .into_iter()
        .zip(starts)
        .map(|(story, start)| {
            let start = if story.channel == "chat" { staffed_before(rng, start) } else { start };
            Slot { story, start }
        })
        .collect();
    slots.extend(material.recent.iter().map(|story| {
        let ago = story.turn[0].ago.as_deref().unwrap_or_default();
        Slot { story, start: working_time_before(now, span(ago)) }
    }));
    slots.sort_by_key(|slot| slot.start);
    slots
}

/// Every story once, then every story again in nearly the same order, so that tellings of one lie far apart.
fn running_order<'a>(material: &'a Material, rng: &mut StdRng) -> Vec<&'a Story> {
    let mut round: Vec<&Story> = material.stories.iter().collect();
    round.shuffle(rng);
    let rounds = CONVERSATIONS.div_ceil(round.len());
    let mut order = Vec::new();
    for _ in 0..rounds {
        let mut places: Vec<(usize, &Story)> = round
            .iter()
            .enumerate()
            .map(|(place, story)| (place + rng.random_range(0..12), *story))
            .collect();
        places.sort_by_key(|(place, _)| *place);
        order.extend(places.into_iter().map(|(_, story)| story));
    }
    order.split_off(order.len() - CONVERSATIONS)
}

fn only_those_who_wrote(crowd: Crowd<'_>, mut told: Vec<Conversation>) -> (Vec<Person>, Vec<Conversation>) {
    let mut keys = HashMap::new();
    let mut people = Vec::new();
    for customer in crowd.customers.into_iter().filter(|customer| !customer.stories.is_empty()) {
        keys.insert(customer.person.key, people.len());
        people.push(Person { key: people.len(), ..customer.person });
    }
    for conversation in &mut told {
        conversation.person = keys[&conversation.person];
    }
    (people, told)
}
