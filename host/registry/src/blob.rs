//! A blob as it comes from a registry: never kept, resumed where the connection broke.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use ureq::BodyReader;
use ureq::http::Method;
use ureq::http::header::{CONTENT_LENGTH, CONTENT_RANGE};

use crate::error::{ConnectionError, Passing, RegistryError};
use crate::host::unreachable;
use crate::remote::Remote;
use crate::retry::{Retry, asked, is_passing};
use crate::token::Action;
use crate::transport::{Answer, Call, Reply, may_pass, refusal};
use merlon_trust::Digest;

/// A slower registry is given up; only the time that is spent waiting for it counts.
const SLOWEST: u64 = 32 << 10;

/// The bytes of one blob. They are not compared with its digest: the reader hashes them anyway.
pub struct Blob<'t> {
    remote: Remote<'t>,
    call: Call<'static>,
    size: Option<u64>,
    at: u64,
    /// Bytes that come a second time, from a registry that cannot go on where it was.
    again: u64,
    body: Option<BodyReader<'static>>,
    retry: Retry,
    waited: Duration,
}

impl<'t> Blob<'t> {
    /// Asks for the blob; the answer's bytes are not read yet.
    pub(crate) fn open(
        remote: &Remote<'t>,
        digest: &Digest,
        size: Option<u64>,
    ) -> Result<Self, RegistryError> {
        let what = format!("the blob {digest} of {}", remote.full_name());
        let path = format!("blobs/{digest}");
        let mut blob = Self {
            call: remote.request((Method::GET, &path), Action::Pull, &what)?,
            remote: remote.clone(),
            size,
            at: 0,
            again: 0,
            body: None,
            retry: remote.transport.retry(),
            waited: Duration::ZERO,
        };
        while let Err(error) = blob.connect() {
            if !may_pass(&error) || !blob.retry.again(None) {
                return Err(error);
            }
        }
        Ok(blob)
    }

    fn connect(&mut self) -> Result<(), RegistryError> {
        self.call.headers.retain(|(name, _)| *name != "range");
        if self.at > 0 {
            let range = format!("bytes={}-", self.at);
            self.call.headers.push(("range", range));
        }
        let answer = loop {
            let answer = self.remote.transport.send(&self.remote.host, &self.call)?;
            let pause = asked(&answer.headers);
            if !is_passing(answer.status) || !self.retry.again(pause) {
                break answer;
            }
        };
        self.again = match answer.status {
            200 => self.at,
            206 if self.is_continued(&answer) => 0,
            206 | 416 => return Err(self.broken("the registry does not go on where it was")),
            _ => return Err(self.refused(answer)),
        };
        if answer.status == 200 {
            self.check_announced(&answer)?;
        }
        let body = answer.body.into_with_config().limit(u64::MAX).reader();
        self.body = Some(body);
        Ok(())
    }

    fn is_continued(&self, answer: &Answer) -> bool {
        let range = answer.headers.get(CONTENT_RANGE);
        let range = range.and_then(|range| range.to_str().ok());
        range.is_some_and(|range| range.starts_with(&format!("bytes {}-", self.at)))
    }

    fn check_announced(&self, answer: &Answer) -> Result<(), RegistryError> {
        let length = answer.headers.get(CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
        match (self.size, length) {
            (Some(size), Some(length)) if size != length => Err(self.wrong_size(size, length)),
            _ => Ok(()),
        }
    }

    fn wrong_size(&self, expected: u64, actual: u64) -> RegistryError {
        RegistryError::Size {
            what: self.call.what.clone(),
            expected,
            actual,
        }
    }

    fn refused(&self, answer: Answer) -> RegistryError {
        let reply = Reply {
            status: answer.status,
            headers: answer.headers,
            bytes: Vec::new(),
        };
        refusal(&self.remote.host, &self.call.what, &reply)
    }

    fn broken(&self, reason: &str) -> RegistryError {
        self.lost(reason, Passing::Maybe)
    }

    fn lost(&self, reason: &str, passing: Passing) -> RegistryError {
        RegistryError::Connection {
            host: self.remote.host.name.clone(),
            what: self.call.what.clone(),
            source: ConnectionError::because(reason, passing),
        }
    }

    /// Some bytes, or nothing at the end.
    fn some(&mut self, into: &mut [u8]) -> Result<usize, RegistryError> {
        loop {
            if self.body.is_none() {
                self.connect()?;
            }
            let room = match usize::try_from(self.again) {
                Ok(again @ 1..) if again < into.len() => into.get_mut(..again).unwrap_or_default(),
                _ => &mut *into,
            };
            let read = match &mut self.body {
                Some(body) => body.read(room),
                None => Ok(0),
            };
            let read = read
                .map_err(|error| unreachable(&self.remote.host, &self.call.what, error.into()))?;
            if self.again == 0 || read == 0 {
                return self.count(read);
            }
            self.again = self.again.saturating_sub(read as u64);
        }
    }

    fn count(&mut self, read: usize) -> Result<usize, RegistryError> {
        self.at += read as u64;
        match self.size {
            Some(size) if self.at > size => Err(self.wrong_size(size, self.at)),
            Some(size) if read == 0 && self.at < size => {
                Err(self.broken("the connection ended before the blob did"))
            }
            _ => Ok(read),
        }
    }

    fn is_too_slow(&self) -> bool {
        let patience = self.remote.transport.access().patience.whole;
        self.waited > patience + Duration::from_secs(self.at / SLOWEST)
    }
}

impl Read for Blob<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        let began = Instant::now();
        let read = loop {
            match self.some(into) {
                Ok(read) => break Ok(read),
                Err(error) if may_pass(&error) && self.retry.again(None) => self.body = None,
                Err(error) => break Err(error),
            }
        };
        let read = read.map_err(io::Error::other)?;
        self.waited += began.elapsed();
        if self.is_too_slow() {
            let slow = self.lost("it took too long as a whole", Passing::No);
            return Err(io::Error::other(slow));
        }
        // What follows is no repetition of the same failure, and has its own time.
        self.retry = self.remote.transport.retry();
        Ok(read)
    }
}
