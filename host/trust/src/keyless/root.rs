//! The trust root: whose certificates and whose logs are believed, and when
//! (sigstore/protobuf-specs, `sigstore_trustroot.proto`, as JSON).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, TrustAnchor};
use serde::Deserialize;

use crate::{KeyError, PublicKey};

/// Bytes of a trust root that are read.
const LARGEST: usize = 1 << 20;

/// Authorities and transparency logs.
#[derive(Debug, Clone)]
pub struct TrustRoot {
    authorities: Vec<Authority>,
    logs: Vec<Log>,
}

#[derive(Debug, Clone)]
struct Authority {
    /// The root's certificate, self-signed.
    anchor: TrustAnchor<'static>,
    /// Certificates between a leaf and the root, DER.
    between: Vec<Vec<u8>>,
    valid: Period,
}

#[derive(Debug, Clone)]
pub(crate) struct Log {
    /// SHA-256 of the key's DER form, or what the root says instead.
    pub(crate) id: Vec<u8>,
    pub(crate) key: PublicKey,
    valid: Period,
}

/// Seconds since 1970, both included.
#[derive(Debug, Clone, Copy)]
struct Period {
    from: i64,
    to: i64,
}

impl Period {
    fn covers(self, time: u64) -> bool {
        i64::try_from(time).is_ok_and(|time| (self.from..=self.to).contains(&time))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    #[serde(default)]
    tlogs: Vec<LogEntry>,
    #[serde(default)]
    certificate_authorities: Vec<AuthorityEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogEntry {
    public_key: LogKey,
    #[serde(default)]
    log_id: Option<LogId>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogKey {
    raw_bytes: String,
    #[serde(default)]
    valid_for: ValidFor,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogId {
    key_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AuthorityEntry {
    cert_chain: Chain,
    #[serde(default)]
    valid_for: ValidFor,
}

#[derive(Deserialize)]
struct Chain {
    certificates: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    raw_bytes: String,
}

#[derive(Deserialize, Default)]
struct ValidFor {
    start: Option<String>,
    end: Option<String>,
}

impl TrustRoot {
    /// From `trusted_root.json`.
    ///
    /// # Errors
    /// When it is none, or holds no authority or no log: then nothing could ever be verified.
    pub fn from_json(bytes: &[u8]) -> Result<Self, KeyError> {
        let wrong = |reason: String| KeyError::Root(reason);
        if bytes.len() > LARGEST {
            return Err(wrong(format!("it has {} bytes", bytes.len())));
        }
        let document: Document =
            serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))?;
        let root = Self {
            authorities: document
                .certificate_authorities
                .iter()
                .map(authority)
                .collect::<Result<_, _>>()?,
            logs: document.tlogs.iter().map(log).collect::<Result<_, _>>()?,
        };
        if root.authorities.is_empty() {
            return Err(wrong("it has no certificateAuthorities".to_owned()));
        }
        if root.logs.is_empty() {
            return Err(wrong("it has no tlogs".to_owned()));
        }
        Ok(root)
    }

    /// Roots that were valid at that time.
    pub(crate) fn anchors(&self, time: u64) -> Vec<TrustAnchor<'_>> {
        self.at(time)
            .map(|authority| authority.anchor.clone())
            .collect()
    }

    pub(crate) fn intermediates(&self, time: u64) -> impl Iterator<Item = &[u8]> {
        self.at(time)
            .flat_map(|authority| authority.between.iter().map(Vec::as_slice))
    }

    fn at(&self, time: u64) -> impl Iterator<Item = &Authority> {
        self.authorities
            .iter()
            .filter(move |authority| authority.valid.covers(time))
    }

    /// The log of that id, when its key was valid at that time.
    pub(crate) fn log(&self, id: &[u8], time: u64) -> Option<&Log> {
        self.logs
            .iter()
            .find(|log| log.id == id && log.valid.covers(time))
    }
}

fn authority(entry: &AuthorityEntry) -> Result<Authority, KeyError> {
    let mut chain = Vec::new();
    for one in &entry.cert_chain.certificates {
        chain.push(bytes(&one.raw_bytes)?);
    }
    let root = chain
        .pop()
        .ok_or_else(|| KeyError::Root("an authority has no certificates".to_owned()))?;
    let root = CertificateDer::from(root);
    let anchor = webpki::anchor_from_trusted_cert(&root)
        .map_err(|error| KeyError::Root(format!("a root certificate: {error}")))?
        .to_owned();
    Ok(Authority {
        anchor,
        between: chain,
        valid: period(&entry.valid_for)?,
    })
}

fn log(entry: &LogEntry) -> Result<Log, KeyError> {
    let key = PublicKey::from_der(&bytes(&entry.public_key.raw_bytes)?)?;
    let id = match &entry.log_id {
        Some(id) => bytes(&id.key_id)?,
        None => key.fingerprint().to_vec(),
    };
    Ok(Log {
        id,
        key,
        valid: period(&entry.public_key.valid_for)?,
    })
}

fn period(valid: &ValidFor) -> Result<Period, KeyError> {
    let seconds = |text: &Option<String>, without: i64| match text {
        None => Ok(without),
        Some(text) => text
            .parse::<Timestamp>()
            .map(Timestamp::as_second)
            .map_err(|error| KeyError::Root(format!("`{text}` is no time: {error}"))),
    };
    Ok(Period {
        from: seconds(&valid.start, i64::MIN)?,
        to: seconds(&valid.end, i64::MAX)?,
    })
}

fn bytes(text: &str) -> Result<Vec<u8>, KeyError> {
    STANDARD
        .decode(text)
        .map_err(|error| KeyError::Root(format!("a value is no base64: {error}")))
}
