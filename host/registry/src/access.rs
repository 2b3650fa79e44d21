//! How registries are reached: by which scheme, with whose certificates, through which mirrors.

use std::path::PathBuf;
use std::time::Duration;

use crate::credentials::Credentials;

/// Everything that decides how a registry is reached.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// What is special about single hosts.
    pub hosts: Vec<HostAccess>,
    /// Where credentials are.
    pub credentials: Credentials,
    /// Whether the network may be used.
    pub network: Network,
    /// Which proxy is used; a loopback host never goes through one.
    pub proxy: Proxy,
    /// How long things may take.
    pub patience: Patience,
}

/// What is special about one host.
#[derive(Debug, Clone, Default)]
pub struct HostAccess {
    /// As in the reference: `r.example:5000`.
    pub host: String,
    /// How it is spoken to.
    pub scheme: Scheme,
    /// The certificate of its authority (PEM), instead of the system's.
    pub ca: Option<PathBuf>,
    /// Hosts (or `host/prefix`) that are asked first for what has a digest.
    pub mirrors: Vec<String>,
}

/// How a host is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scheme {
    /// HTTPS; a loopback host that does not speak it, HTTP.
    #[default]
    Automatic,
    /// HTTPS only.
    Https,
    /// Plain HTTP.
    Http,
}

/// Whether the network may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Network {
    /// It may.
    #[default]
    Online,
    /// Only the cache and layouts are read.
    Offline,
}

/// Which proxy is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Proxy {
    /// The one of `HTTPS_PROXY`, but for the hosts of `NO_PROXY`.
    #[default]
    Environment,
    /// None.
    Direct,
}

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// To connect.
    pub connect: Duration,
    /// Until the next byte comes.
    pub silence: Duration,
    /// For one thing from start to end, with all its retries.
    pub whole: Duration,
    /// Tries after the first that failed in a way that may pass.
    pub retries: u32,
    /// The first pause between two tries; each further one is twice as long.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            silence: Duration::from_secs(30),
            whole: Duration::from_mins(10),
            retries: 4,
            pause: Duration::from_millis(250),
        }
    }
}

impl Access {
    /// What is special about a host, when something is.
    pub(crate) fn of(&self, host: &str) -> Option<&HostAccess> {
        self.hosts
            .iter()
            .find(|access| access.host.eq_ignore_ascii_case(host))
    }
}

/// Whether a host is this machine: such a registry may speak plain HTTP.
pub(crate) fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    let address = name.parse::<std::net::IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        for host in [
            "localhost",
            "LocalHost:5000",
            "127.0.0.1:1",
            "127.9.9.9",
            "[::1]:5000",
            "[::1]",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "r.example",
            "localhost.example:1",
            "128.0.0.1",
            "[::2]:1",
            "10.0.0.1:80",
            "127.0.0.1.example",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
