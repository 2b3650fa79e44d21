//! How a registry is told who asks: HTTP Basic, or a token from the server that it names.

use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use ureq::http::{HeaderMap, Method, Request, Uri};

use crate::access::is_loopback;
use crate::challenge::{Challenge, challenges};
use crate::credentials::Credential;
use crate::error::RegistryError;
use crate::host::{Host, unreachable};
use crate::transport::Transport;
use crate::url::{escape, origin};

/// Largest answer of a token server.
const ANSWER_CAP: u64 = 256 << 10;
/// Longest token.
const TOKEN_CAP: usize = 64 << 10;

/// What somebody wants to do in which repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) repository: String,
    pub(crate) action: Action,
}

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Pull,
    Push,
}

impl Scope {
    /// As the token specification writes it. The registry's own wish is not read: it could ask for a
    /// token to somebody else's repository.
    pub(crate) fn text(&self) -> String {
        let actions = match self.action {
            Action::Pull => "pull",
            Action::Push => "pull,push",
        };
        format!("repository:{}:{actions}", self.repository)
    }
}

#[derive(Deserialize)]
struct Answer {
    token: Option<String>,
    access_token: Option<String>,
}

/// The `Authorization` that answers a challenge; the error says why there is none.
pub(crate) fn authorize(
    transport: &Transport,
    host: &Host,
    headers: &HeaderMap,
    scope: &Scope,
) -> Result<String, RegistryError> {
    let denied = |reason: &str| RegistryError::Denied {
        host: host.name.clone(),
        what: scope.repository.clone(),
        reason: reason.to_owned(),
    };
    let credential = transport.credential(&host.name, &scope.repository)?;
    if let Credential::Bearer(token) = &credential {
        host.keep_secret(token);
        return Ok(format!("Bearer {token}"));
    }
    let challenges = challenges(headers);
    let bearer = challenges.iter().find_map(|challenge| match challenge {
        Challenge::Bearer { realm, service } => Some((realm, service.as_deref())),
        Challenge::Basic => None,
    });
    if let Some((realm, service)) = bearer {
        let realm = realm_of(host, realm)?;
        let server = Server {
            transport,
            host,
            realm,
            service,
        };
        return server.token(&credential, scope);
    }
    match credential {
        Credential::Basic { name, password } if challenges.contains(&Challenge::Basic) => {
            Ok(basic(host, &name, &password))
        }
        Credential::Anonymous => Err(denied(
            "it wants to know who asks, and there are no credentials for it",
        )),
        _ => Err(denied(
            "it asks in a way that these credentials do not answer",
        )),
    }
}

fn basic(host: &Host, name: &str, password: &str) -> String {
    let encoded = STANDARD.encode(format!("{name}:{password}"));
    host.keep_secret(password);
    host.keep_secret(&encoded);
    format!("Basic {encoded}")
}

/// The token server, unless credentials for the registry would go there in the clear.
fn realm_of(host: &Host, realm: &str) -> Result<Uri, RegistryError> {
    let refused = |why| RegistryError::Redirect {
        host: host.name.clone(),
        what: String::from("the question who asks"),
        why,
    };
    let uri: Option<Uri> = realm.parse().ok();
    let parsed = uri.and_then(|uri| origin(&uri).map(|origin| (uri, origin)));
    let Some((uri, origin)) = parsed else {
        return Err(refused("the address of the token server is none"));
    };
    let is_secure = host.home()?.scheme_str() == Some("https");
    let is_near = origin.host == host.name || is_loopback(&origin.host);
    if origin.scheme == "http" && (is_secure || !is_near) {
        return Err(refused(
            "the token server would get the credentials in the clear",
        ));
    }
    Ok(uri)
}

struct Server<'a> {
    transport: &'a Transport,
    host: &'a Host,
    realm: Uri,
    service: Option<&'a str>,
}

impl Server<'_> {
    fn token(&self, credential: &Credential, scope: &Scope) -> Result<String, RegistryError> {
        let mut query = format!("scope={}", escape(&scope.text()));
        if let Some(service) = self.service {
            query = format!("service={}&{query}", escape(service));
        }
        let request = match credential {
            Credential::Identity(secret) => {
                self.host.keep_secret(secret);
                let form = format!(
                    "grant_type=refresh_token&client_id=merlon&{query}&refresh_token={}",
                    escape(secret)
                );
                Request::builder()
                    .method(Method::POST)
                    .uri(self.realm.clone())
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .body(form)
            }
            _ => {
                let joiner = if self.realm.query().is_some() {
                    '&'
                } else {
                    '?'
                };
                let mut request = Request::builder()
                    .method(Method::GET)
                    .uri(format!("{}{joiner}{query}", self.realm));
                if let Credential::Basic { name, password } = credential {
                    request = request.header("Authorization", basic(self.host, name, password));
                }
                request.body(String::new())
            }
        };
        let request = request.map_err(|error| self.broken(error.to_string()))?;
        self.answered(request)
    }

    fn answered(&self, request: Request<String>) -> Result<String, RegistryError> {
        let name = self
            .realm
            .authority()
            .map_or("", |authority| authority.as_str());
        let server = self.transport.host(&name.to_ascii_lowercase())?;
        let (parts, form) = request.into_parts();
        let sent = match parts.method {
            Method::GET => server.agent.run(Request::from_parts(parts, ())),
            _ => server.agent.run(Request::from_parts(parts, form)),
        };
        let mut answer = sent.map_err(|error| unreachable(&server, "a token", error))?;
        let mut bytes = Vec::new();
        let read = answer
            .body_mut()
            .as_reader()
            .take(ANSWER_CAP + 1)
            .read_to_end(&mut bytes);
        read.map_err(|error| unreachable(&server, "a token", error.into()))?;
        if bytes.len() as u64 > ANSWER_CAP {
            return Err(self.broken(String::from("its answer is too large")));
        }
        if !answer.status().is_success() {
            return Err(RegistryError::Denied {
                host: self.host.name.clone(),
                what: String::from("a token"),
                reason: format!(
                    "the token server {name} answered {}",
                    answer.status().as_u16()
                ),
            });
        }
        let parsed: Option<Answer> = serde_json::from_slice(&bytes).ok();
        let token = parsed.and_then(|answer| answer.token.or(answer.access_token));
        let is_token = |token: &String| {
            !token.is_empty()
                && token.len() <= TOKEN_CAP
                && token.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let Some(token) = token.filter(is_token) else {
            return Err(self.broken(String::from("its answer holds no token")));
        };
        self.host.keep_secret(&token);
        Ok(format!("Bearer {token}"))
    }

    fn broken(&self, why: String) -> RegistryError {
        RegistryError::Malformed {
            what: format!("the token server of {}", self.host.name),
            why,
        }
    }
}
