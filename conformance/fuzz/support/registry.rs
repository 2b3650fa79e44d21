//! A registry in this process that answers with what it is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};

/// Ends one document and begins the next.
const BETWEEN: &[u8] = b"\n--\n";
const MOST: usize = 8;

/// Documents by digest; the first is what every tag means.
#[derive(Default)]
struct Shelf(Vec<(String, Vec<u8>)>);

/// A server on a thread of its own, for as long as the process.
pub struct Registry {
    pub host: String,
    shelf: Arc<Mutex<Shelf>>,
}

impl Registry {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let shelf = Arc::new(Mutex::new(Shelf::default()));
        let served = Arc::clone(&shelf);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client may go away at any time.
                _ = answer(stream, &served.lock().unwrap());
            }
        });
        Self { host, shelf }
    }

    /// Cuts the bytes into documents. `@3` in one of them is the digest of the fourth: no mutator would
    /// find it.
    pub fn fill(&self, data: &[u8]) {
        let mut shelf: Vec<(String, Vec<u8>)> = Vec::new();
        let mut documents: Vec<&[u8]> = Vec::new();
        let mut rest = data;
        while documents.len() < MOST {
            let end = memchr::memmem::find(rest, BETWEEN);
            documents.push(&rest[..end.unwrap_or(rest.len())]);
            let Some(end) = end else { break };
            rest = &rest[end + BETWEEN.len()..];
        }
        for (number, document) in documents.iter().enumerate().rev() {
            let mut content = document.to_vec();
            for (behind, (digest, _)) in shelf.iter().rev().enumerate() {
                let name = format!("@{}", number + 1 + behind);
                content = replaced(&content, name.as_bytes(), digest.as_bytes());
            }
            let digest = Sha256::digest(&content);
            let digest = digest.iter().map(|byte| format!("{byte:02x}"));
            let digest = format!("sha256:{}", digest.collect::<String>());
            shelf.push((digest, content));
        }
        shelf.reverse();
        self.shelf.lock().unwrap().0 = shelf;
    }
}

fn replaced(content: &[u8], name: &[u8], by: &[u8]) -> Vec<u8> {
    let mut new = Vec::with_capacity(content.len());
    let mut rest = content;
    while let Some(at) = memchr::memmem::find(rest, name) {
        new.extend_from_slice(&rest[..at]);
        new.extend_from_slice(by);
        rest = &rest[at + name.len()..];
    }
    new.extend_from_slice(rest);
    new
}

fn answer(mut stream: TcpStream, shelf: &Shelf) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?.take(64 << 10));
    let mut request = String::new();
    reader.read_line(&mut request)?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? <= 2 {
            break;
        }
    }
    let path = request.split_whitespace().nth(1).unwrap_or_default();
    let wanted = path.rsplit('/').next().unwrap_or_default();
    let named = shelf.0.iter().find(|(digest, _)| digest == wanted);
    let tagged = shelf.0.first().filter(|_| !wanted.contains(':'));
    let Some((_, content)) = named.or(tagged) else {
        let missing = b"HTTP/1.1 404 Missing\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        return stream.write_all(missing);
    };
    let length = content.len();
    let head = format!("HTTP/1.1 200 Found\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(content)
}
