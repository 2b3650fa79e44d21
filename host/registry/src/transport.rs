//! Requests to registries: who asks, redirects, retries, and never more bytes than wanted.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use merlon_artifact::ByteSize;
use serde::Deserialize;
use ureq::Body;
use ureq::http::header::{AUTHORIZATION, CONTENT_LENGTH, LOCATION, WWW_AUTHENTICATE};
use ureq::http::{HeaderMap, Method, Request, Response, Uri};

use crate::access::{Access, Network};
use crate::credentials::Credential;
use crate::error::{ConnectionError, Passing, RegistryError};
use crate::host::{Host, unreachable};
use crate::retry::{Retry, asked, is_passing};
use crate::token::{Scope, authorize};
use crate::url::{origin, resolve, same_origin};

/// Redirects that are followed for one request.
const REDIRECTS: usize = 5;
/// What is read of a server's explanation.
const SAID_CAP: ByteSize = ByteSize(64 << 10);

/// The connections of one user of registries.
pub(crate) struct Transport {
    access: Access,
    hosts: Mutex<BTreeMap<String, Arc<Host>>>,
}

/// One request; the body goes with `PUT` and `POST` only.
#[derive(Debug, Clone)]
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) scope: Scope,
    /// Names and values of headers.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: &'a [u8],
    /// For errors: what is wanted.
    pub(crate) what: String,
}

/// An answer whose body is not read yet.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

/// An answer that was read whole.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Transport {
    pub(crate) fn new(access: Access) -> Self {
        Self {
            access,
            hosts: Mutex::default(),
        }
    }

    pub(crate) fn access(&self) -> &Access {
        &self.access
    }

    pub(crate) fn is_offline(&self) -> bool {
        self.access.network == Network::Offline
    }

    pub(crate) fn host(&self, name: &str) -> Result<Arc<Host>, RegistryError> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.get(name) {
            return Ok(Arc::clone(host));
        }
        let host = Arc::new(Host::new(name, &self.access)?);
        hosts.insert(name.to_owned(), Arc::clone(&host));
        Ok(host)
    }

    pub(crate) fn credential(
        &self,
        host: &str,
        repository: &str,
    ) -> Result<Credential, RegistryError> {
        self.access.credentials.find(host, repository)
    }

    pub(crate) fn retry(&self) -> Retry {
        Retry::new(self.access.patience)
    }

    /// Sends and reads the whole answer, again when the failure may pass.
    pub(crate) fn call(
        &self,
        host: &Host,
        call: &Call<'_>,
        cap: ByteSize,
    ) -> Result<Reply, RegistryError> {
        let mut retry = self.retry();
        loop {
            match self.once_until(host, call, (cap, retry.end())) {
                Ok(reply) if is_passing(reply.status) && retry.again(asked(&reply.headers)) => {}
                Err(error) if may_pass(&error) && retry.again(None) => {}
                done => return done,
            }
        }
    }

    /// Sends and reads the whole answer, one time.
    pub(crate) fn once(
        &self,
        host: &Host,
        call: &Call<'_>,
        cap: ByteSize,
    ) -> Result<Reply, RegistryError> {
        self.once_until(host, call, (cap, self.retry().end()))
    }

    fn once_until(
        &self,
        host: &Host,
        call: &Call<'_>,
        bounds: (ByteSize, Instant),
    ) -> Result<Reply, RegistryError> {
        let answer = self.send(host, call)?;
        whole(host, call, answer, bounds)
    }

    /// Sends, says who asks when that is wanted, and follows redirects.
    pub(crate) fn send(&self, host: &Host, call: &Call<'_>) -> Result<Answer, RegistryError> {
        if self.is_offline() {
            return Err(RegistryError::Offline {
                what: call.what.clone(),
            });
        }
        let mut uri = call.uri.clone();
        let is_read = matches!(call.method, Method::GET | Method::HEAD);
        for _ in 0..=REDIRECTS {
            let answer = self.step(host, call, &uri)?;
            let status = answer.status().as_u16();
            if !matches!(status, 301 | 302 | 303 | 307 | 308) {
                let (parts, body) = answer.into_parts();
                return Ok(Answer {
                    status,
                    headers: parts.headers,
                    body,
                });
            }
            if !is_read {
                return Err(redirect(host, call, "what is stored is not sent elsewhere"));
            }
            uri = self.next(host, call, (&uri, answer.headers()))?;
        }
        Err(redirect(host, call, "there are too many on one way"))
    }

    /// One request to one address. Only the registry itself is told who asks.
    fn step(
        &self,
        host: &Host,
        call: &Call<'_>,
        uri: &Uri,
    ) -> Result<Response<Body>, RegistryError> {
        if !same_origin(uri, host.home()?) {
            let name = origin(uri).map(|origin| origin.host).unwrap_or_default();
            let other = self.host(&name)?;
            let answer = run(&other, call, (uri, None))?;
            if answer.status().as_u16() == 401 {
                return Err(redirect(
                    host,
                    call,
                    "it wants credentials, which only the registry gets",
                ));
            }
            return Ok(answer);
        }
        let scope = call.scope.text();
        let answer = run(host, call, (uri, host.token(&scope)))?;
        let challenged = answer.headers().contains_key(WWW_AUTHENTICATE);
        if answer.status().as_u16() != 401 || !challenged {
            return Ok(answer);
        }
        let authorization = authorize(self, host, answer.headers(), &call.scope)?;
        host.keep_token(scope, authorization.clone());
        // One time only: a server that refuses again refuses.
        run(host, call, (uri, Some(authorization)))
    }

    fn next(
        &self,
        host: &Host,
        call: &Call<'_>,
        (base, headers): (&Uri, &HeaderMap),
    ) -> Result<Uri, RegistryError> {
        let location = headers
            .get(LOCATION)
            .and_then(|location| location.to_str().ok());
        let next = location.and_then(|location| resolve(base, location));
        let Some((next, target)) = next.and_then(|next| origin(&next).map(|target| (next, target)))
        else {
            return Err(redirect(host, call, "the address is none"));
        };
        if base.scheme_str() == Some("https") && target.scheme == "http" {
            return Err(redirect(host, call, "it leads from HTTPS to HTTP"));
        }
        Ok(next)
    }
}

fn redirect(host: &Host, call: &Call<'_>, why: &'static str) -> RegistryError {
    RegistryError::Redirect {
        host: host.name.clone(),
        what: call.what.clone(),
        why,
    }
}

fn run(
    host: &Host,
    call: &Call<'_>,
    (uri, authorization): (&Uri, Option<String>),
) -> Result<Response<Body>, RegistryError> {
    let mut request = Request::builder()
        .method(call.method.clone())
        .uri(uri.clone());
    for (name, value) in &call.headers {
        request = request.header(*name, value);
    }
    if let Some(authorization) = authorization {
        request = request.header(AUTHORIZATION, authorization);
    }
    let has_body = matches!(call.method, Method::PUT | Method::POST);
    let sent = if has_body {
        request
            .body(call.body)
            .map(|request| host.agent.run(request))
    } else {
        request.body(()).map(|request| host.agent.run(request))
    };
    match sent {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(unreachable(host, &call.what, error)),
        Err(error) => Err(unreachable(host, &call.what, error.into())),
    }
}

fn whole(
    host: &Host,
    call: &Call<'_>,
    mut answer: Answer,
    (cap, end): (ByteSize, Instant),
) -> Result<Reply, RegistryError> {
    let is_success = (200..300).contains(&answer.status);
    let cap = if is_success { cap } else { SAID_CAP };
    let mut bytes = Vec::new();
    if call.method != Method::HEAD {
        let too_large = || RegistryError::TooLarge {
            what: call.what.clone(),
            limit: cap,
        };
        let announced = answer.headers.get(CONTENT_LENGTH);
        let announced = announced.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if is_success && announced.is_some_and(|length| length > cap.bytes()) {
            return Err(too_large());
        }
        let mut pieces = Pieces::new(&mut answer.body, end);
        while let Some(piece) = pieces.next(host, &call.what)? {
            bytes.extend_from_slice(piece);
            if bytes.len() as u64 > cap.bytes() {
                // The words of a refusal are of use when they are cut, too.
                if is_success {
                    return Err(too_large());
                }
                break;
            }
        }
    }
    Ok(Reply {
        status: answer.status,
        headers: answer.headers,
        bytes,
    })
}

/// The bytes of an answer as they come, until the time is over.
pub(crate) struct Pieces<'b> {
    reader: ureq::BodyReader<'b>,
    buffer: Vec<u8>,
    end: Instant,
}

impl<'b> Pieces<'b> {
    pub(crate) fn new(body: &'b mut Body, end: Instant) -> Self {
        Self {
            reader: body.with_config().limit(u64::MAX).reader(),
            buffer: vec![0; 64 << 10],
            end,
        }
    }

    pub(crate) fn next(&mut self, host: &Host, what: &str) -> Result<Option<&[u8]>, RegistryError> {
        if Instant::now() >= self.end {
            return Err(RegistryError::Connection {
                host: host.name.clone(),
                what: what.to_owned(),
                source: ConnectionError::because("it took too long as a whole", Passing::No),
            });
        }
        match self.reader.read(&mut self.buffer) {
            Ok(0) => Ok(None),
            Ok(count) => Ok(self.buffer.get(..count)),
            Err(error) => Err(unreachable(host, what, error.into())),
        }
    }
}

/// Whether trying again may help.
pub(crate) fn may_pass(error: &RegistryError) -> bool {
    matches!(error, RegistryError::Connection { source, .. } if source.may_pass())
}

#[derive(Deserialize)]
struct Said {
    errors: Vec<SaidError>,
}

#[derive(Deserialize)]
struct SaidError {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

/// The error that a refusal is.
pub(crate) fn refusal(host: &Host, what: &str, reply: &Reply) -> RegistryError {
    let said: Option<Said> = serde_json::from_slice(&reply.bytes).ok();
    let words = said.iter().flat_map(|said| &said.errors).take(3);
    let words = words.map(|error| format!("{} {}", error.code, error.message));
    let words = host.scrub(&words.collect::<Vec<_>>().join(", "));
    let (host, what) = (host.name.clone(), what.to_owned());
    match reply.status {
        404 => RegistryError::NotFound { host, what },
        401 | 403 => RegistryError::Denied {
            host,
            what,
            reason: match words.is_empty() {
                true => format!("status {}", reply.status),
                false => words,
            },
        },
        status => RegistryError::Status {
            host,
            what,
            status,
            said: match (words.is_empty(), asked(&reply.headers)) {
                (true, None) => String::new(),
                (false, None) => format!(": {words}"),
                (_, Some(pause)) => format!(": it asks to wait {} s", pause.as_secs()),
            },
        },
    }
}
