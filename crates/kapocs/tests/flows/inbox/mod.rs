//! What agents do in the inbox, by the API.

mod counters;
mod live;
mod search;
mod sending;
mod verbs;
