//! Real bytes for the files that the script names.

use std::collections::HashMap;

use inbox::port::NewAttachment;
use kernel::{Error, Result};
use store::{BlobHash, Blobs};

use crate::demo::script::{Act, Attachment, Demo};

const MUG: &[u8] = include_bytes!("../files/mug.jpg");
const PARCEL: &[u8] = include_bytes!("../files/parcel.jpg");
const STATEMENT: &[u8] = include_bytes!("../files/statement.png");
const NAMES: &[u8] = include_bytes!("../files/names.xlsx");

/// The blobs of all files of the script, by name.
pub(super) struct Files {
    kept: HashMap<String, (BlobHash, usize)>,
}

impl Files {
    pub async fn keep(blobs: &Blobs, demo: &Demo) -> Result<Self> {
        let mut kept = HashMap::new();
        for file in
            demo.conversations.iter().flat_map(|told| &told.steps).flat_map(|step| attached(&step.act))
        {
            if !kept.contains_key(&file.name) {
                let bytes = bytes(file);
                let size = bytes.len();
                kept.insert(file.name.clone(), (blobs.put(bytes).await?, size));
            }
        }
        Ok(Self { kept })
    }

    pub fn blob(&self, name: &str) -> Result<(&BlobHash, usize)> {
        let kept = self.kept.get(name).ok_or_else(|| Error::internal("a file of the script was not kept"))?;
        Ok((&kept.0, kept.1))
    }

    pub fn inbound(&self, files: &[Attachment]) -> Result<Vec<NewAttachment>> {
        files
            .iter()
            .map(|file| {
                let (blob, size) = self.blob(&file.name)?;
                let (name, media_type) = (file.name.clone(), file.media_type.to_owned());
                Ok(NewAttachment {
                    blob: blob.to_string(),
                    name,
                    media_type,
                    size,
                    content_id: None,
                    inline: false,
                })
            })
            .collect()
    }
}

fn attached(act: &Act) -> &[Attachment] {
    match act {
        Act::Receive(received) => &received.attachments,
        Act::Reply(reply) => &reply.attachments,
        _ => &[],
    }
}

fn bytes(file: &Attachment) -> Vec<u8> {
    let title = file.name.rsplit_once('.').map_or(file.name.as_str(), |(title, _)| title).replace('_', " ");
    match file.media_type {
        "image/jpeg" => photograph(&file.name).to_vec(),
        "image/png" => STATEMENT.to_vec(),
        "image/svg+xml" => drawing(&title).into_bytes(),
        "application/pdf" => document(&title),
        "text/html" => {
            format!("<!doctype html>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<h1>{title}</h1>\n")
                .into_bytes()
        }
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => NAMES.to_vec(),
        _ => title.into_bytes(),
    }
}

/// Boxes look like a box.
fn photograph(name: &str) -> &'static [u8] {
    let is_box = ["doboz", "csomag", "suitcase", "received"].iter().any(|word| name.contains(word));
    if is_box { PARCEL } else { MUG }
}

fn drawing(title: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 240 120\"><title>{title}</title>\
         <rect width=\"240\" height=\"120\" fill=\"#f4efe6\"/><circle cx=\"60\" cy=\"60\" r=\"34\" fill=\"#7d4a2d\"/>\
         <path d=\"M44 62c8-22 24-22 32 0-8 18-24 18-32 0z\" fill=\"#f4efe6\"/></svg>\n"
    )
}

/// One page of PDF 1.4 with a line of text (ISO 32000-1 §7.5).
fn document(title: &str) -> Vec<u8> {
    let text = format!("BT /F1 22 Tf 64 760 Td <{}> Tj ET", latin1(title));
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    let (mut pdf, mut offsets) = (String::from("%PDF-1.4\n"), Vec::new());
    for (index, object) in objects.iter().enumerate() {
        offsets.push(pdf.len());
        pdf += &format!("{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let table = pdf.len();
    pdf += &format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for offset in offsets {
        pdf += &format!("{offset:010} 00000 n \n");
    }
    pdf += &format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1);
    pdf.into_bytes()
}

/// The font's letters as hexadecimal; it has none beyond Latin-1.
fn latin1(text: &str) -> String {
    text.chars().map(|c| format!("{:02x}", u8::try_from(u32::from(c)).unwrap_or(b'?'))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, media_type: &'static str) -> Vec<u8> {
        bytes(&Attachment { name: name.to_owned(), media_type })
    }

    #[test]
    fn every_file_is_what_its_name_says() {
        assert!(file("torott_bogre.jpg", "image/jpeg").starts_with(b"\xff\xd8\xff"));
        assert_ne!(file("doboz_alja.jpg", "image/jpeg"), file("vase_crack.jpg", "image/jpeg"));
        assert!(file("kivonat.png", "image/png").starts_with(b"\x89PNG\r\n\x1a\n"));
        assert!(
            file("nevek.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
                .starts_with(b"PK")
        );
        assert!(file("logo.svg", "image/svg+xml").starts_with(b"<svg "));
    }

    #[test]
    fn a_document_names_the_places_of_its_objects() {
        let pdf = String::from_utf8(file("szamla_1.pdf", "application/pdf")).expect("plain text");
        let (body, table) = pdf.split_once("\nxref\n").expect("a table");
        let offsets =
            table.lines().skip(2).take(5).map(|line| line[..10].parse::<usize>().expect("a number"));
        for (index, offset) in offsets.enumerate() {
            assert!(body[offset..].starts_with(&format!("{} 0 obj", index + 1)));
        }
        let start: usize = pdf.lines().rev().nth(1).expect("a line").parse().expect("a number");
        assert!(pdf[start..].starts_with("xref"));
        assert!(pdf.contains(&latin1("szamla 1")));
    }
}
