//! What a page sends us, read piece by piece: nothing larger than allowed is ever held.

use axum::extract::{Multipart, multipart::Field};
use inbox::port::NewAttachment;
use kernel::{Code, Error, Result};
use sha2::{Digest, Sha256};

pub(super) const MAX_FILES: usize = 3;
pub(super) const MAX_FILE: usize = 10 * 1024 * 1024;
/// The largest request that is read to its end, so that its sender gets an answer and not a broken connection.
pub(super) const MAX_REQUEST: usize = 64 * 1024 * 1024;
const MAX_FIELD: usize = 64 * 1024;
/// More parts than any page of ours has.
const MAX_PARTS: usize = 24;

/// A filled-in form, cleaned but not checked.
#[derive(Default)]
pub(super) struct Submission {
    pub token: String,
    pub name: String,
    pub email: String,
    pub phone: String,
    pub subject: String,
    pub message: String,
    /// A field that people do not see.
    pub trap: String,
    pub files: Vec<File>,
    /// Names of files that were too large to be kept.
    pub too_large: Vec<String>,
    /// How many files were chosen.
    pub chosen: usize,
}

pub(super) struct File {
    pub name: String,
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// Whether the bytes of files are of any use.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Files {
    Keep,
    Drop,
}

impl Submission {
    pub async fn read(mut form: Multipart, files: Files) -> Result<Self> {
        let mut read = Self::default();
        let mut parts = 0;
        while let Some(mut field) = form.next_field().await.map_err(unreadable)? {
            parts += 1;
            if parts > MAX_PARTS {
                return Err(Error::new(Code::TooLarge));
            }
            let name = field.name().unwrap_or_default().to_owned();
            if name == "files" {
                read.take_file(&mut field, files).await?;
            } else {
                let text = text(&mut field).await?;
                read.set(&name, &text);
            }
        }
        Ok(read)
    }

    fn set(&mut self, name: &str, text: &str) {
        match name {
            "token" => text.clone_into(&mut self.token),
            "name" => self.name = one_line(text),
            "email" => self.email = one_line(text),
            "phone" => self.phone = one_line(text),
            "subject" => self.subject = one_line(text),
            "message" => self.message = lines(text),
            "website" => text.clone_into(&mut self.trap),
            _ => {}
        }
    }

    /// A browser sends an empty part for a file field that nobody touched.
    async fn take_file(&mut self, field: &mut Field<'_>, files: Files) -> Result<()> {
        let name = field.file_name().unwrap_or_default().to_owned();
        let media_type = field.content_type().unwrap_or("application/octet-stream").to_owned();
        let (mut bytes, mut size) = (Vec::new(), 0);
        let keeps = files == Files::Keep && self.files.len() < MAX_FILES;
        while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
            size += chunk.len();
            if size > MAX_FILE {
                bytes = Vec::new();
            } else if keeps {
                bytes.extend_from_slice(&chunk);
            }
        }
        if name.is_empty() && size == 0 {
            return Ok(());
        }
        self.chosen += 1;
        if size > MAX_FILE {
            self.too_large.push(inbox::attachments::clean_name(&name));
        } else if keeps {
            self.files.push(File { name, media_type, bytes });
        }
        Ok(())
    }

    /// What makes this message the same as another one sent from the same page.
    pub fn content(&self, files: &[NewAttachment]) -> Vec<u8> {
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        };
        [&self.name, &self.email, &self.phone, &self.subject, &self.message]
            .into_iter()
            .for_each(|text| add(text));
        files.iter().flat_map(|file| [&file.name, &file.blob]).for_each(|text| add(text));
        hash.finalize().to_vec()
    }
}

async fn text(field: &mut Field<'_>) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
        if bytes.len() + chunk.len() > MAX_FIELD {
            return Err(Error::new(Code::TooLarge));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn unreadable(error: axum::extract::multipart::MultipartError) -> Error {
    let code = if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        Code::TooLarge
    } else {
        Code::Invalid
    };
    Error { cause: Some(Box::new(error)), ..Error::new(code) }
}

/// One line without control characters or characters that turn the direction of others.
fn one_line(text: &str) -> String {
    let turns = |c: &char| matches!(*c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain: String =
        text.chars().filter(|c| !turns(c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Lines as we write them, without control characters.
fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let plain: String = text.chars().filter(|c| !c.is_control() || matches!(*c, '\n' | '\t')).collect();
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_text_keeps_its_lines_and_loses_its_tricks() {
        assert_eq!(lines("  Jó napot!\r\n\r\nKérdésem\0 van.\u{7}\r\n"), "Jó napot!\n\nKérdésem van.");
        assert_eq!(one_line(" Kiss\r\nBcc: x \u{202e}Anna\t"), "Kiss Bcc: x Anna");
    }

    #[test]
    fn shifting_words_between_fields_makes_another_message() {
        let one = Submission { name: "a".into(), email: "b".into(), ..Submission::default() };
        let two = Submission { name: "ab".into(), ..Submission::default() };
        assert_ne!(one.content(&[]), two.content(&[]));
    }
}
