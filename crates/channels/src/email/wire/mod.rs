//! The protocols of mail: receiving by SMTP, LMTP and IMAP, sending by SMTP.
