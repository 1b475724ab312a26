//! The conformance cases of mail and conversations; each comes from a real report.

mod crash;
mod hostile;
mod machines;
mod mailbox;
mod threading;
