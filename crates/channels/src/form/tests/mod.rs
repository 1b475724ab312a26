//! What people meet at a form, over real databases.

mod pages;
mod sending;
mod site;

use site::{Page, Site, Typed, filled};
