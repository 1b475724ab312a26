//! Signed links to content: who holds one may read exactly that blob, for a day.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use kernel::{Result, Timestamp, WorkspaceId};
use people::access::workspace;
use sha2::Sha256;
use store::Read;

use super::{Attachment, AttachmentView, remote::Links};

/// Links are made for whole half-days, so that one page has the same link all day and a browser can keep the file.
const STEP: i64 = 12 * 3_600;
const GOOD_FOR: Duration = Duration::from_secs(24 * 3_600);

/// The view of a file with its link.
pub fn link(read: &mut Read<'_>, content_url: &str, file: &Attachment) -> Result<AttachmentView> {
    let expires = expiry(read.now());
    let signature = sign(&workspace::secret(read)?, "file", &file.id.to_string(), expires);
    let workspace = read.workspace();
    Ok(AttachmentView {
        id: file.id,
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        size: file.size,
        inline: file.inline,
        url: format!("{content_url}/content/{workspace}/files/{}?e={expires}&s={signature}", file.id),
    })
}

/// The address of a message's sanitised page.
pub fn html_link(read: &mut Read<'_>, content_url: &str, message: &str) -> Result<String> {
    let expires = expiry(read.now());
    let signature = sign(&workspace::secret(read)?, "html", message, expires);
    let workspace = read.workspace();
    Ok(format!("{content_url}/content/{workspace}/mail/{message}?e={expires}&s={signature}"))
}

/// The address by which we fetch a picture of another host.
pub(super) fn remote_picture_link(links: &Links<'_>, source: &str) -> String {
    let expires = expiry(links.now);
    let signature = sign(links.secret, "remote", source, expires);
    let (content_url, workspace) = (links.content_url, links.workspace);
    let source: String = form_urlencoded::byte_serialize(source.as_bytes()).collect();
    format!("{content_url}/content/{workspace}/remote?u={source}&e={expires}&s={signature}")
}

/// Whether a signature belongs to this thing and is still good.
pub fn check_link(
    secret: &[u8],
    kind: &str,
    id: &str,
    expires: i64,
    signature: &str,
    now: Timestamp,
) -> bool {
    let given = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
    expires > now.seconds()
        && mac(secret, kind, id, expires).verify_truncated_left(&given).is_ok()
        && given.len() == 16
}

fn expiry(now: Timestamp) -> i64 {
    let end = (now + GOOD_FOR).seconds();
    end - end.rem_euclid(STEP) + STEP
}

fn sign(secret: &[u8], kind: &str, id: &str, expires: i64) -> String {
    URL_SAFE_NO_PAD.encode(&mac(secret, kind, id, expires).finalize().into_bytes()[..16])
}

fn mac(secret: &[u8], kind: &str, id: &str, expires: i64) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(format!("content:{kind}:{id}:{expires}").as_bytes());
    mac
}

/// The workspace a link names.
pub(super) fn workspace_of(text: &str) -> Result<WorkspaceId> {
    text.parse()
}
