//! What agents do in the inbox, by the API.

mod counters;
mod live;
mod passing_on;
mod search;
mod sending;
mod verbs;
