//! The text of a file that may be a manifest.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::recognition::{is_manifest, may_hold_manifests};

/// Bytes of a manifest file, as at admission.
const LARGEST: u64 = 8 << 20;
/// Bytes that tell whether a file without a manifest's name is one.
const SNIFFED: u64 = 256 << 10;

/// Why a file that is a manifest cannot be read as one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceError {
    #[error("cannot be read")]
    Unreadable(#[from] io::Error),
    #[error("larger than {} MiB, the limit for a manifest", LARGEST >> 20)]
    TooLarge,
    #[error("a manifest that is not UTF-8: save it as UTF-8")]
    NotUtf8,
}

/// Reads a file; `None` when it cannot hold a manifest.
pub(crate) fn read(path: &Path) -> Result<Option<String>, SourceError> {
    let mut file = File::open(path)?;
    let mut bytes = Vec::new();
    if !may_hold_manifests(path) {
        // Whatever the user named, an image of many gigabytes included.
        file.by_ref().take(SNIFFED).read_to_end(&mut bytes)?;
        if !is_manifest(&String::from_utf8_lossy(&bytes)) {
            return Ok(None);
        }
    }
    let left = LARGEST + 1 - bytes.len() as u64;
    file.take(left).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        let is_manifest = is_manifest(&String::from_utf8_lossy(&bytes));
        return if is_manifest {
            Err(SourceError::TooLarge)
        } else {
            Ok(None)
        };
    }
    decode(bytes)
}

fn decode(bytes: Vec<u8>) -> Result<Option<String>, SourceError> {
    let wide = |order: fn([u8; 2]) -> u16, bytes: &[u8]| {
        let (pairs, _) = bytes.as_chunks::<2>();
        let units = pairs.iter().map(|pair| order(*pair));
        char::decode_utf16(units)
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect::<String>()
    };
    match bytes.as_slice() {
        // What PowerShell writes, and go-yaml reads.
        [0xFF, 0xFE, rest @ ..] => return Ok(Some(wide(u16::from_le_bytes, rest))),
        [0xFE, 0xFF, rest @ ..] => return Ok(Some(wide(u16::from_be_bytes, rest))),
        _ => {}
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(error) if is_manifest(&String::from_utf8_lossy(error.as_bytes())) => {
            Err(SourceError::NotUtf8)
        }
        Err(_) => Ok(None),
    }
}
