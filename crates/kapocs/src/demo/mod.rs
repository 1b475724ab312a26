//! The demo workspace: a Hungarian–English web shop with six weeks of conversations.
//!
//! [`start`] fills an empty place once, in one transaction, and then runs the very server that everybody runs. Beside
//! it stand a page of the shop, with the chat on it, and a trap that catches what the demo's agents mail: nothing
//! leaves the machine.

mod load;
mod mail_trap;
mod place;
pub mod script;
mod shop;

use kernel::{Clock, Result, Role};

use crate::{Config, Running};
use mail_trap::MailTrap;
use place::Place;

/// Signs in every colleague of the demo.
pub const PASSWORD: &str = "kapocs-demo-2026";
/// Always the same stories.
const SEED: u64 = 1;

/// Fills the place if it is empty, starts the server, the shop's page and the mail trap, and says where everything is.
pub async fn start(config: &Config) -> Result<Running> {
    let trap = MailTrap::open().await?;
    let place = place::prepare(config, Clock::System.now(), trap.port()).await?;
    let running = crate::start(config, Clock::System).await?;
    trap.run(running.stopped());
    let shop = shop::open(config.listen, &running, &place).await?;
    println!("{}", welcome(&running, &place, &shop));
    Ok(running)
}

fn welcome(running: &Running, place: &Place, shop: &str) -> String {
    let inbox = &running.app.edge.external_url;
    let mut text =
        format!("\nThe demo workspace is ready: {} conversations of six weeks.\n\n", place.conversations);
    text += &format!("  Inbox      {inbox}/\n");
    for (number, colleague) in place.colleagues.iter().enumerate() {
        let label = if number == 0 { "Sign in as" } else { "" };
        let role = match colleague.role {
            Role::Administrator => "administrator",
            Role::Lead => "lead",
            Role::Agent => "agent",
            Role::Observer => "observer",
        };
        text += &format!("  {label:<10} {:<36} {} ({role})\n", colleague.email, colleague.name);
    }
    text += &format!("  Password   {PASSWORD}\n\n");
    text += &format!("  The shop   {shop}/demo-shop  (its chat is answered in the inbox)\n");
    text += &format!("  The form   {inbox}/hu/forms/{}\n\n", place.form_key);
    text + "  Mail of the demo is caught here; nothing leaves this machine.\n"
}
