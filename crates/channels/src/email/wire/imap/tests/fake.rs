//! An IMAP server of one mailbox that can be taught bad manners.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    time::timeout,
};

const PAUSE: Duration = Duration::from_millis(100);

/// What a server answers to a line instead of what it should. `None`: as it should.
pub type Manners = Box<dyn FnMut(&str) -> Option<Reply> + Send>;

pub enum Reply {
    Say(String),
    /// Says these one after the other; a line heard meanwhile is noted as early.
    Drip(Vec<String>),
    /// Says this and never anything again.
    Hang(String),
    /// Says this and hangs up.
    Cut(String),
}

pub struct Fake {
    pub address: SocketAddr,
    pub heard: Arc<Mutex<Vec<String>>>,
}

impl Fake {
    /// `manners` is also asked for the greeting, as line `greeting`.
    pub async fn start(mails: &[(u32, &str)], manners: Manners) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let mails: BTreeMap<u32, String> = mails.iter().map(|(uid, raw)| (*uid, (*raw).to_owned())).collect();
        let (shared, manners) = (heard.clone(), Arc::new(Mutex::new(manners)));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, mails.clone(), manners.clone(), shared.clone()));
            }
        });
        Self { address, heard }
    }

    pub fn heard(&self, part: &str) -> usize {
        self.heard.lock().unwrap().iter().filter(|line| line.contains(part)).count()
    }
}

async fn serve(
    stream: TcpStream,
    mails: BTreeMap<u32, String>,
    manners: Arc<Mutex<Manners>>,
    heard: Arc<Mutex<Vec<String>>>,
) {
    let mut stream = BufReader::new(stream);
    let mut line = "greeting".to_owned();
    loop {
        heard.lock().unwrap().push(line.clone());
        let taught = (*manners.lock().unwrap())(&line);
        match taught.unwrap_or_else(|| Reply::Say(answer(&line, &mails))) {
            Reply::Say(text) => say(&mut stream, &text).await,
            Reply::Drip(texts) => {
                for text in texts {
                    say(&mut stream, &text).await;
                    let mut early = String::new();
                    if timeout(PAUSE, stream.read_line(&mut early)).await.is_ok() {
                        heard.lock().unwrap().push(format!("early {early}"));
                    }
                }
            }
            Reply::Hang(text) => {
                say(&mut stream, &text).await;
                std::future::pending::<()>().await;
            }
            Reply::Cut(text) => return say(&mut stream, &text).await,
        }
        line.clear();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        line.truncate(line.trim_end().len());
    }
}

async fn say(stream: &mut BufReader<TcpStream>, text: &str) {
    // A watcher that has left notices nothing; the reading after this does.
    let _ = stream.write_all(text.as_bytes()).await;
}

fn answer(line: &str, mails: &BTreeMap<u32, String>) -> String {
    let mut words = line.splitn(3, ' ');
    let (tag, verb, rest) = (words.next().unwrap(), words.next().unwrap_or(""), words.next().unwrap_or(""));
    let before = match verb {
        "" if tag == "greeting" => return "* OK ready\r\n".to_owned(),
        "CAPABILITY" => "* CAPABILITY IMAP4rev1\r\n".to_owned(),
        "EXAMINE" | "SELECT" => {
            let next = mails.keys().last().map_or(1, |uid| uid + 1);
            format!("* {} EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT {next}] x\r\n", mails.len())
        }
        "UID" => fetch(rest, mails),
        _ => String::new(),
    };
    format!("{before}{tag} OK done\r\n")
}

fn fetch(rest: &str, mails: &BTreeMap<u32, String>) -> String {
    let mut words = rest.splitn(3, ' ');
    let (set, items) = (words.nth(1).unwrap(), words.next().unwrap());
    let wanted: Vec<u32> = match set.split_once(':') {
        Some((first, "*")) => {
            let first: u32 = first.parse().unwrap();
            let last = mails.keys().last().copied();
            mails.keys().copied().filter(|uid| *uid >= first || Some(*uid) == last).collect()
        }
        Some((first, last)) => {
            let (first, last): (u32, u32) = (first.parse().unwrap(), last.parse().unwrap());
            mails.range(first..=last).map(|(uid, _)| *uid).collect()
        }
        None => set.split(',').map(|uid| uid.parse().unwrap()).collect(),
    };
    let one = |uid: u32| {
        let raw = mails.get(&uid)?;
        Some(if items.contains("RFC822.SIZE") {
            format!(
                "* 1 FETCH (UID {uid} RFC822.SIZE {} INTERNALDATE \"21-Nov-2026 09:00:00 +0000\")\r\n",
                raw.len()
            )
        } else if let Some(length) = items.split("<0.").nth(1).and_then(|rest| rest.split('>').next()) {
            let part = &raw[..raw.len().min(length.parse().unwrap())];
            format!("* 1 FETCH (UID {uid} BODY[]<0> {{{}}}\r\n{part})\r\n", part.len())
        } else {
            format!("* 1 FETCH (UID {uid} BODY[] {{{}}}\r\n{raw})\r\n", raw.len())
        })
    };
    wanted.into_iter().filter_map(one).collect()
}
