//! `/api/v1/conversations`, `/views`, `/search`. Translation only: no SQL, no rules.

mod change;
mod export;
mod messages;
mod read;

pub(crate) use messages::raw;
pub(crate) use read::matching;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::RouterExt;

pub fn routes() -> RouterExt {
    OpenApiRouter::new()
        .routes(routes!(read::list, change::create))
        .routes(routes!(export::export))
        .routes(routes!(read::get))
        .routes(routes!(read::views))
        .routes(routes!(read::search))
        .routes(routes!(read::of_person))
        .routes(routes!(messages::list, messages::write))
        .routes(routes!(messages::original))
        .routes(routes!(messages::undo, messages::retry))
        .routes(routes!(messages::separate))
        .routes(routes!(change::assignee))
        .routes(routes!(change::team))
        .routes(routes!(change::priority))
        .routes(routes!(change::status))
        .routes(routes!(change::subject))
        .routes(routes!(change::tag, change::untag))
        .routes(routes!(change::snooze, change::unsnooze))
        .routes(routes!(change::close, change::reopen))
        .routes(routes!(change::mark_spam, change::unmark_spam))
        .routes(routes!(change::mark_read, change::mark_unread))
        .routes(routes!(change::presence))
}
