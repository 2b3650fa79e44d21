//! A registry of a few lines that does what a test tells it, also what no registry should.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// One request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// With the query.
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether it is the first, the second ... with this method and path.
    pub(crate) turn: usize,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What is answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) ending: Ending,
}

/// How an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// As HTTP wants it.
    Right,
    /// With this as `Content-Length`, whatever the body is.
    Claiming(u64),
    /// Without a length: the closed connection is the end.
    Closing,
    /// Never: the body is sent again and again, until nobody reads any more.
    Never,
    /// One byte now and then.
    Dripping,
}

impl Answer {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
            ending: Ending::Right,
        }
    }

    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::new(200, body)
    }

    pub(crate) fn missing() -> Self {
        Self::new(404, "")
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn ending(mut self, ending: Ending) -> Self {
        self.ending = ending;
        self
    }
}

/// A server on a thread of its own.
pub(crate) struct Server {
    pub(crate) host: String,
    requests: Arc<Mutex<Vec<Request>>>,
    stopped: Arc<AtomicBool>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        // Wakes the thread that waits for a connection.
        drop(TcpStream::connect(&self.host));
    }
}

impl Server {
    pub(crate) fn start(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stopped = Arc::new(AtomicBool::new(false));
        let answer = Arc::new(answer);
        let (seen, stop) = (Arc::clone(&requests), Arc::clone(&stopped));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream, &seen, &*answer));
            }
        });
        Self {
            host,
            requests,
            stopped,
        }
    }

    /// Everything that was asked so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// How often something was asked.
    pub(crate) fn count(&self, method: &str, part: &str) -> usize {
        let requests = self.requests();
        let asked = requests
            .iter()
            .filter(|request| request.method == method && request.path.contains(part));
        asked.count()
    }
}

fn serve(mut stream: TcpStream, seen: &Mutex<Vec<Request>>, answer: &dyn Fn(&Request) -> Answer) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    // One request per connection: what a test counts is easy to follow.
    let Some(mut request) = receive(&mut reader) else {
        // What speaks TLS is told in the words of HTTP.
        _ = stream.write_all(b"HTTP/1.0 400 Bad Request\r\n\r\n");
        return;
    };
    {
        let mut seen = seen.lock().unwrap();
        let same = |other: &&Request| other.method == request.method && other.path == request.path;
        request.turn = seen.iter().filter(same).count() + 1;
        seen.push(request.clone());
    }
    let answer = answer(&request);
    // A client that has seen enough closes the connection.
    _ = send(&mut stream, &request, &answer);
}

fn receive(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = Vec::new();
    reader
        .by_ref()
        .take(64 << 10)
        .read_until(b'\n', &mut line)
        .ok()?;
    let line = String::from_utf8(line).ok()?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length
        .and_then(|(_, value)| value.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        method,
        path,
        headers,
        body,
        turn: 0,
    })
}

fn send(stream: &mut TcpStream, request: &Request, answer: &Answer) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {} Status\r\nconnection: close\r\n", answer.status);
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    match answer.ending {
        Ending::Right => head.push_str(&format!("content-length: {}\r\n", answer.body.len())),
        Ending::Claiming(length) => head.push_str(&format!("content-length: {length}\r\n")),
        Ending::Closing | Ending::Never | Ending::Dripping => {}
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes())?;
    if request.method == "HEAD" {
        return Ok(());
    }
    if answer.ending == Ending::Dripping {
        loop {
            stream.write_all(b" ")?;
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }
    stream.write_all(&answer.body)?;
    if answer.ending == Ending::Never {
        loop {
            stream.write_all(&answer.body)?;
        }
    }
    stream.flush()
}
