//! Rulesets from registries and layouts: how they are reached, whose are taken, which digest is meant.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use merlon_artifact::Ruleset;
use merlon_model::chain;
use merlon_registry::{
    Access, Demand, HostAccess, Lock, Network, Pulled, Reference, Registry, Scheme,
};
use merlon_trust::{Digest, IdentityMatcher, Policy, PublicKey, TrustRoot};

use crate::config::{self, Config, Identity, Verify};
use crate::environment::Environment;
use crate::{Failure, config::Signer};

/// The file beside the configuration that says which digest each reference stands for.
pub(crate) const LOCK: &str = "merlon.lock";
/// Largest key or trust root: sigstore's public root has 7 KiB.
const KEY_CAP: u64 = 1 << 20;

/// Registries, as this configuration reaches them, and its lock.
pub(crate) struct Artifacts {
    registry: Registry,
    lock_path: PathBuf,
    lock: Lock,
}

/// An artifact that is a ruleset now.
pub(crate) struct Fetched {
    pub(crate) ruleset: Arc<Ruleset>,
    pub(crate) pulled: Source,
}

/// Where a ruleset came from.
pub(crate) struct Source {
    pub(crate) reference: Reference,
    pub(crate) digest: Digest,
    /// Who signed it, when that was asked.
    pub(crate) signer: Option<String>,
}

/// Whether a tag is looked up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pins {
    /// What the lock says is meant.
    Kept,
    /// What the registry says now is meant.
    Renewed,
}

impl Artifacts {
    /// Reads the lock; nothing is contacted yet.
    pub(crate) fn open(
        config: &Config,
        network: Network,
        environment: &Environment,
    ) -> Result<Self, Failure> {
        let cache = environment.artifacts.as_deref().ok_or_else(|| {
            Failure::usage("no directory for the cache: set MERLON_CACHE_DIR or HOME")
        })?;
        let directory = config.file.as_deref().and_then(Path::parent);
        let lock_path = directory.unwrap_or(Path::new("")).join(LOCK);
        let lock = Lock::read(&lock_path).map_err(|error| Failure::usage(chain(&error)))?;
        Ok(Self {
            registry: Registry::open(cache, access(config, network, environment)),
            lock_path,
            lock,
        })
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Fetches what a reference stands for, after the signature that is asked for was verified.
    pub(crate) fn fetch(
        &self,
        text: &str,
        verify: Option<&Verify>,
        pins: Pins,
    ) -> Result<Fetched, Failure> {
        let reference = reference(text)?;
        let demand = match verify {
            Some(verify) => demand(verify)?,
            None => Demand::Anything,
        };
        let wanted = match (pins, self.lock.pinned(&reference)) {
            (Pins::Kept, Some(digest)) => reference.pinned(digest),
            _ => reference.clone(),
        };
        let pulled = self
            .registry
            .pull(&wanted, &demand)
            .map_err(|error| Failure::incomplete(chain(&error)))?;
        opened(reference, pulled)
    }

    /// Pins a reference in the lock; what it was pinned to before.
    pub(crate) fn pin(&mut self, source: &Source) -> Result<Option<Digest>, Failure> {
        let before = self.lock.pin(&source.reference, source.digest);
        self.lock
            .write(&self.lock_path)
            .map_err(|error| Failure::incomplete(chain(&error)))?;
        Ok(before)
    }

    /// What the lock pins a reference to.
    pub(crate) fn pinned(&self, reference: &Reference) -> Option<Digest> {
        self.lock.pinned(reference).copied()
    }

    /// The lock's place, for people.
    pub(crate) fn lock_path(&self) -> &Path {
        &self.lock_path
    }
}

/// A reference as people write it, with or without `oci://`.
pub(crate) fn reference(text: &str) -> Result<Reference, Failure> {
    let written = if text.starts_with("oci:") {
        text.to_owned()
    } else {
        format!("oci://{text}")
    };
    written
        .parse()
        .map_err(|error: merlon_registry::ReferenceError| Failure::usage(error.to_string()))
}

fn opened(reference: Reference, pulled: Pulled) -> Result<Fetched, Failure> {
    let place = reference.to_string();
    let ruleset = Ruleset::from_files(pulled.files, &place)
        .map_err(|error| Failure::incomplete(chain(&error)))?;
    Ok(Fetched {
        ruleset: Arc::new(ruleset),
        pulled: Source {
            reference,
            digest: pulled.digest,
            signer: pulled.signer.map(|signer| signer.to_string()),
        },
    })
}

/// How registries are reached: what the configuration says of them, and whose credentials there are.
pub(crate) fn access(config: &Config, network: Network, environment: &Environment) -> Access {
    Access {
        hosts: config.registries.iter().map(host).collect(),
        credentials: environment.credentials.clone(),
        network,
        ..Access::default()
    }
}

fn host(entry: &config::Registry) -> HostAccess {
    HostAccess {
        host: entry.host.clone(),
        scheme: match entry.plain_http {
            None => Scheme::Automatic,
            Some(true) => Scheme::Http,
            Some(false) => Scheme::Https,
        },
        ca: entry.ca.clone(),
        mirrors: entry.mirrors.clone(),
    }
}

/// What the configuration asks of a signature.
pub(crate) fn demand(verify: &Verify) -> Result<Demand, Failure> {
    let policy = match &verify.signer {
        Signer::Key(path) => Policy::Key(
            PublicKey::from_pem(&read_key(path)?).map_err(|error| unusable(path, &error))?,
        ),
        Signer::Keyless {
            root,
            identity,
            issuer,
        } => Policy::Keyless {
            root: TrustRoot::from_json(&read_key(root)?).map_err(|error| unusable(root, &error))?,
            identity: match identity {
                Identity::Exact(text) => IdentityMatcher::exact(text),
                Identity::Regexp(text) => IdentityMatcher::regex(text)
                    .map_err(|error| Failure::usage(format!("identity_regexp: {error}")))?,
            },
            issuer: issuer.clone(),
        },
    };
    Ok(Demand::Signed {
        policy,
        annotations: verify.annotations.clone(),
    })
}

fn unusable(path: &Path, error: &merlon_trust::KeyError) -> Failure {
    Failure::usage(format!("{}: {}", path.display(), chain(error)))
}

/// A key or a trust root.
pub(crate) fn read_key(path: &Path) -> Result<Vec<u8>, Failure> {
    let cannot = |why: String| Failure::usage(format!("{} {why}", path.display()));
    let about =
        std::fs::metadata(path).map_err(|error| cannot(format!("cannot be read: {error}")))?;
    if about.len() > KEY_CAP {
        return Err(cannot(format!(
            "has {} bytes, more than any key",
            about.len()
        )));
    }
    std::fs::read(path).map_err(|error| cannot(format!("cannot be read: {error}")))
}
