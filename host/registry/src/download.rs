//! Blobs, fetched in pieces: never more than announced, resumed where the connection broke.

use ureq::http::Method;
use ureq::http::header::CONTENT_RANGE;

use crate::error::{ConnectionError, Passing, RegistryError};
use crate::manifest::Descriptor;
use crate::place::Place as _;
use crate::remote::Remote;
use crate::retry::{Retry, asked, is_passing};
use crate::token::Action;
use crate::transport::{Answer, Call, Pieces, Reply, may_pass, refusal};
use merlon_trust::Digest;

/// The blob, as long as the descriptor says and with its digest.
pub(crate) fn blob(remote: &Remote<'_>, descriptor: &Descriptor) -> Result<Vec<u8>, RegistryError> {
    let digest = descriptor.digest()?;
    let what = format!("the blob {digest} of {}", remote.name());
    let path = format!("blobs/{digest}");
    let mut download = Download {
        remote,
        call: remote.request((Method::GET, &path), Action::Pull, &what)?,
        size: descriptor.size,
        bytes: Vec::new(),
    };
    let mut retry = remote.transport.retry();
    loop {
        let before = download.bytes.len();
        match download.go_on(&retry) {
            Ok(Step::Complete) => break,
            Ok(Step::Later(pause, reply)) => {
                if !retry.again(pause) {
                    return Err(refusal(&remote.host, &what, &reply));
                }
            }
            Err(error) if may_pass(&error) => {
                if download.bytes.len() > before {
                    retry.progressed();
                }
                if !retry.again(None) {
                    return Err(error);
                }
            }
            Err(error) => return Err(error),
        }
    }
    check(what, digest, download.bytes)
}

fn check(what: String, expected: Digest, bytes: Vec<u8>) -> Result<Vec<u8>, RegistryError> {
    let actual = Digest::of(&bytes);
    if actual == expected {
        return Ok(bytes);
    }
    Err(RegistryError::Digest {
        what,
        expected,
        actual,
    })
}

struct Download<'r, 't> {
    remote: &'r Remote<'t>,
    call: Call<'static>,
    size: u64,
    bytes: Vec<u8>,
}

enum Step {
    Complete,
    /// The registry asks to come back.
    Later(Option<std::time::Duration>, Reply),
}

impl Download<'_, '_> {
    /// Reads from where it is to the end, or to where the connection breaks.
    fn go_on(&mut self, retry: &Retry) -> Result<Step, RegistryError> {
        self.call.headers.retain(|(name, _)| *name != "range");
        if !self.bytes.is_empty() {
            let range = format!("bytes={}-", self.bytes.len());
            self.call.headers.push(("range", range));
        }
        let answer = self.remote.transport.send(&self.remote.host, &self.call)?;
        match answer.status {
            200 => self.bytes.clear(),
            206 if self.is_continued(&answer) => {}
            // It cannot, or does not do what it says: from the start.
            206 | 416 => {
                self.bytes.clear();
                return Err(self.broken("the registry does not go on where it was"));
            }
            status => {
                let passing = is_passing(status);
                let reply = said(answer);
                if passing {
                    return Ok(Step::Later(asked(&reply.headers), reply));
                }
                return Err(refusal(&self.remote.host, &self.call.what, &reply));
            }
        }
        self.read(answer, retry)?;
        if (self.bytes.len() as u64) < self.size {
            return Err(self.broken("the connection ended before the blob did"));
        }
        Ok(Step::Complete)
    }

    fn is_continued(&self, answer: &Answer) -> bool {
        let range = answer.headers.get(CONTENT_RANGE);
        let range = range.and_then(|range| range.to_str().ok());
        range.is_some_and(|range| range.starts_with(&format!("bytes {}-", self.bytes.len())))
    }

    fn read(&mut self, mut answer: Answer, retry: &Retry) -> Result<(), RegistryError> {
        let mut pieces = Pieces::new(&mut answer.body, retry.end());
        while let Some(piece) = pieces.next(&self.remote.host, &self.call.what)? {
            self.bytes.extend_from_slice(piece);
            let length = self.bytes.len() as u64;
            if length > self.size {
                return Err(RegistryError::Size {
                    what: self.call.what.clone(),
                    expected: self.size,
                    actual: length,
                });
            }
        }
        Ok(())
    }

    fn broken(&self, reason: &str) -> RegistryError {
        RegistryError::Connection {
            host: self.remote.host.name.clone(),
            what: self.call.what.clone(),
            source: ConnectionError::because(reason, Passing::Maybe),
        }
    }
}

/// A refusal without its words: nothing of a blob's answer is read that is not the blob.
fn said(answer: Answer) -> Reply {
    Reply {
        status: answer.status,
        headers: answer.headers,
        bytes: Vec::new(),
    }
}
