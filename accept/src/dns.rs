//! A resolver of our own: it knows the TXT records it was told of, and that there are no others.

use std::{collections::HashMap, net::SocketAddr, sync::Arc};

use tokio::{net::UdpSocket, task::JoinHandle};

use crate::check::Error;

const TXT: [u8; 2] = [0, 16];
const INTERNET: [u8; 2] = [0, 1];
const MINUTE: [u8; 4] = [0, 0, 0, 60];
const NO_SUCH_NAME: u8 = 3;

pub struct Dns {
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl Dns {
    pub async fn start(records: impl IntoIterator<Item = (String, String)>) -> Result<Self, Error> {
        let records: HashMap<String, String> = records.into_iter().collect();
        let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").await?);
        let address = socket.local_addr()?;
        let task = tokio::spawn(async move {
            let mut question = [0; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut question).await {
                if let Some(answer) = answer(&question[..length], &records) {
                    let _ = socket.send_to(&answer, from).await;
                }
            }
        });
        Ok(Self { address, task })
    }
}

impl Drop for Dns {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The answer to one question (RFC 1035, 4.1).
fn answer(message: &[u8], records: &HashMap<String, String>) -> Option<Vec<u8>> {
    let (name, end) = name(message)?;
    let question = message.get(12..end + 4)?;
    let record = records.get(&name).filter(|_| question[question.len() - 4..question.len() - 2] == TXT);
    let mut answer = message.get(..2)?.to_vec();
    answer.extend([0x81, 0x80 | if record.is_some() { 0 } else { NO_SUCH_NAME }]);
    answer.extend([0, 1, 0, u8::from(record.is_some()), 0, 0, 0, 0]);
    answer.extend(question);
    if let Some(record) = record {
        let texts: Vec<u8> = record
            .as_bytes()
            .chunks(255)
            .flat_map(|chunk| [&[u8::try_from(chunk.len()).unwrap_or(u8::MAX)], chunk].concat())
            .collect();
        answer.extend([0xc0, 12]);
        answer.extend([TXT, INTERNET].concat());
        answer.extend(MINUTE);
        answer.extend(u16::try_from(texts.len()).ok()?.to_be_bytes());
        answer.extend(texts);
    }
    Some(answer)
}

/// The name asked for, and where it ends.
fn name(message: &[u8]) -> Option<(String, usize)> {
    let (mut at, mut labels) = (12, Vec::new());
    loop {
        let length = usize::from(*message.get(at)?);
        at += 1;
        if length == 0 {
            return Some((labels.join(".").to_lowercase(), at));
        }
        labels.push(String::from_utf8_lossy(message.get(at..at + length)?).into_owned());
        at += length;
    }
}
