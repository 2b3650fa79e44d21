//! One host: how it is spoken to, and what it was told about who asks.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use ureq::Agent;
use ureq::http::{Method, Request, Uri};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{ConnectProxyConnector, Connector as _, TcpConnector};

use crate::access::{Access, Network, Proxy, Scheme, is_loopback};
use crate::error::{ConnectionError, Passing, RegistryError};
use crate::tls::NamedAuthority;

/// Largest file of certificates.
const CA_CAP: u64 = 1 << 20;

/// One host, and the connections to it.
pub(crate) struct Host {
    /// As in the reference.
    pub(crate) name: String,
    pub(crate) agent: Agent,
    scheme: Scheme,
    home: OnceLock<Uri>,
    tokens: Mutex<BTreeMap<String, String>>,
    secrets: Mutex<BTreeSet<String>>,
}

impl Host {
    pub(crate) fn new(name: &str, access: &Access) -> Result<Self, RegistryError> {
        let special = access.of(name);
        let ca = special.and_then(|special| special.ca.as_deref());
        let authorities = match ca {
            Some(path) => Some(authorities(name, path)?),
            None => None,
        };
        let scheme = match special.map(|special| special.scheme).unwrap_or_default() {
            // Who names an authority wants its certificates.
            Scheme::Automatic if ca.is_some() || !is_loopback(name) => Scheme::Https,
            scheme => scheme,
        };
        Ok(Self {
            name: name.to_owned(),
            agent: agent(name, access, authorities),
            scheme,
            home: OnceLock::new(),
            tokens: Mutex::default(),
            secrets: Mutex::default(),
        })
    }

    /// The root of the host: which scheme it speaks is found out once.
    pub(crate) fn home(&self) -> Result<&Uri, RegistryError> {
        if let Some(home) = self.home.get() {
            return Ok(home);
        }
        let server = match self.name.as_str() {
            "docker.io" => "registry-1.docker.io",
            name => name,
        };
        let secure = format!("https://{server}");
        let home = match self.scheme {
            Scheme::Https => secure,
            Scheme::Automatic if self.is_secure(&secure) => secure,
            Scheme::Automatic | Scheme::Http => format!("http://{server}"),
        };
        let home = home.parse().map_err(|error: ureq::http::uri::InvalidUri| {
            RegistryError::Malformed {
                what: self.name.clone(),
                why: error.to_string(),
            }
        })?;
        Ok(self.home.get_or_init(|| home))
    }

    /// Whether HTTPS is spoken there. A certificate that is refused is HTTPS all the same: going on
    /// without it would undo what it is for.
    fn is_secure(&self, home: &str) -> bool {
        let request = Request::builder()
            .method(Method::GET)
            .uri(format!("{home}/v2/"));
        match request.body(()).map(|request| self.agent.run(request)) {
            Ok(Ok(_)) => true,
            Ok(Err(error)) => is_about_certificates(&error),
            Err(_) => false,
        }
    }

    /// The authorization that worked for a scope.
    pub(crate) fn token(&self, scope: &str) -> Option<String> {
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.get(scope).cloned()
    }

    pub(crate) fn keep_token(&self, scope: String, authorization: String) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.insert(scope, authorization);
    }

    /// Notes what must not be shown, whatever a server says.
    pub(crate) fn keep_secret(&self, secret: &str) {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        if !secret.is_empty() {
            secrets.insert(secret.to_owned());
        }
    }

    /// A server's words without the secrets that it was told: of one line, and short.
    pub(crate) fn scrub(&self, text: &str) -> String {
        let mut text = text.to_owned();
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        // The longest first: one secret may be a part of another.
        let mut secrets: Vec<&String> = secrets.iter().collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        for secret in secrets {
            text = text.replace(secret.as_str(), "***");
        }
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        line.chars()
            .filter(|character| !character.is_control())
            .take(200)
            .collect()
    }
}

fn agent(name: &str, access: &Access, authorities: Option<NamedAuthority>) -> Agent {
    let proxy = match access.proxy {
        Proxy::Environment if !is_loopback(name) && access.network == Network::Online => {
            ureq::Proxy::try_from_env()
        }
        Proxy::Environment | Proxy::Direct => None,
    };
    let patience = &access.patience;
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    let config = Agent::config_builder()
        .http_status_as_error(false)
        // Redirects are followed by `Transport`, which knows what may be sent where.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("merlon/", env!("CARGO_PKG_VERSION")))
        .timeout_connect(Some(patience.connect))
        .timeout_resolve(Some(patience.connect))
        .timeout_recv_response(Some(patience.silence))
        .timeout_per_read(Some(patience.silence))
        .timeout_send_body(Some(patience.whole))
        .proxy(proxy)
        .tls_config(tls)
        .build();
    let Some(authorities) = authorities else {
        return Agent::new_with_config(config);
    };
    let connector =
        ().chain(ConnectProxyConnector::default())
            .chain(TcpConnector::default())
            .chain(authorities);
    Agent::with_parts(config, connector, DefaultResolver::default())
}

fn authorities(host: &str, path: &Path) -> Result<NamedAuthority, RegistryError> {
    let broken = |why: String| RegistryError::Authority {
        host: host.to_owned(),
        path: path.to_owned(),
        why,
    };
    let file = std::fs::File::open(path).map_err(|error| broken(error.to_string()))?;
    let mut pem = Vec::new();
    let read = file.take(CA_CAP + 1).read_to_end(&mut pem);
    read.map_err(|error| broken(error.to_string()))?;
    if pem.len() as u64 > CA_CAP {
        return Err(broken(String::from("it is larger than 1MiB")));
    }
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let found = found.map_err(|error| broken(error.to_string()))?;
    if found.is_empty() {
        return Err(broken(String::from("it holds no certificate in PEM form")));
    }
    NamedAuthority::new(found).map_err(broken)
}

/// Whether a connection failed because of whom the other side claims to be.
fn is_about_certificates(error: &ureq::Error) -> bool {
    let tls = match error {
        ureq::Error::Rustls(tls) => Some(tls),
        ureq::Error::Io(io) => io.get_ref().and_then(|inner| inner.downcast_ref()),
        _ => None,
    };
    matches!(tls, Some(rustls::Error::InvalidCertificate(_)))
}

/// Whether trying again is of no use.
fn is_final(error: &ureq::Error) -> bool {
    let final_kind = matches!(
        error,
        ureq::Error::HostNotFound
            | ureq::Error::BadUri(_)
            | ureq::Error::Http(_)
            | ureq::Error::LargeResponseHeader(..)
            | ureq::Error::InvalidProxyUrl
    );
    final_kind || is_about_certificates(error)
}

/// The error of a connection, with what is known about the reason.
pub(crate) fn unreachable(host: &Host, what: &str, error: ureq::Error) -> RegistryError {
    let reason = is_about_certificates(&error).then_some(
        "its certificate is not trusted; name its authority with `ca`, or use the right host name",
    );
    let passing = if is_final(&error) {
        Passing::No
    } else {
        Passing::Maybe
    };
    RegistryError::Connection {
        host: host.name.clone(),
        what: what.to_owned(),
        source: ConnectionError::of(error, passing, reason),
    }
}
