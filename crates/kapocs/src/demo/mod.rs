//! The demo workspace: a Hungarian–English web shop with six weeks of conversations.

pub mod script;

/// Starts the server with the demo workspace.
pub async fn start(config: &crate::Config) -> kernel::Result<crate::Running> {
    crate::start(config, kernel::Clock::System).await
}
