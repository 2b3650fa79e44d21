//! Files whose content can be judged: in a directory, or in a layer of an image.

use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use crate::Content;

/// The image a file or configuration belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ImageRef {
    /// As the user named it.
    pub reference: String,
    /// Digest of the manifest, `sha256:<hex>`.
    pub digest: String,
}

/// The layer that introduced a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LayerRef {
    /// 0 is the lowest layer.
    pub index: u32,
    /// Digest of the stored blob.
    pub digest: String,
    /// Digest of the uncompressed tar.
    pub diff_id: String,
    /// The build step, from the image's history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// It is a layer of the image that this one was built on; absent where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<bool>,
}

/// What a file is, told from its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the words are their own meaning")]
pub enum FileType {
    #[default]
    Empty,
    Text,
    Script,
    Elf,
    Archive,
    Binary,
}

impl FileType {
    /// The word in the field `type`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Text => "text",
            Self::Script => "script",
            Self::Elf => "elf",
            Self::Archive => "archive",
            Self::Binary => "binary",
        }
    }
}

/// How text is written in a file in which a pattern holds only after decoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Encoding {
    /// 16-bit units, the low byte first.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// 16-bit units, the high byte first.
    #[serde(rename = "utf-16be")]
    Utf16Be,
    /// Of the alphabet with `+` and `/`.
    #[serde(rename = "base64")]
    Base64,
    /// Of the alphabet with `-` and `_`.
    #[serde(rename = "base64url")]
    Base64Url,
    /// Two hexadecimal digits a byte.
    #[serde(rename = "hex")]
    Hex,
    /// `%` and two hexadecimal digits, as in URLs.
    #[serde(rename = "percent")]
    Percent,
}

impl Encoding {
    /// The word in the field `hits.encoding`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Base64 => "base64",
            Self::Base64Url => "base64url",
            Self::Hex => "hex",
            Self::Percent => "percent",
        }
    }
}

/// One place in a file where a pattern holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Hit {
    /// The pattern's id, as its plugin declared it.
    pub pattern: u32,
    /// First byte of the match.
    pub offset: u64,
    /// Bytes matched.
    pub length: u32,
    /// Line of the first byte, from 1.
    pub line: u32,
    /// Column of the first byte in bytes, from 1.
    pub column: u32,
    /// The first capture group, or the whole match; invalid UTF-8 replaced, at most 4 KiB.
    pub text: String,
    /// The line around the match, at most 1 KiB, invalid UTF-8 replaced.
    pub context: String,
    /// The text and the context were decoded; the place is that of the encoded bytes in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
}

/// The hits of one ruleset in one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hits {
    /// Which ruleset declared the patterns: its place in the catalogue.
    pub ruleset: usize,
    /// In order of offset.
    pub hits: Vec<Hit>,
    /// Hits over the cap of a pattern, withheld on purpose.
    pub suppressed: u64,
}

/// A file was seen whole.
#[derive(Clone, Default)]
pub struct FileEvent {
    /// Path below the target's root, without a leading `/` for directories, with it for images.
    pub path: String,
    /// The directory that the path is below, as the user named it; absent where the path is the whole
    /// name. What does not depend on where a checkout lies stays in the path.
    pub below: Option<Arc<str>>,
    /// For a text of an image's configuration, where it stands there: `config.Env[3]`. Its path is that
    /// place, too.
    pub config_path: Option<String>,
    /// Bytes.
    pub size: u64,
    /// Permission bits and the setuid, setgid and sticky bits.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// What its first bytes say it is.
    pub file_type: FileType,
    /// Hexadecimal digest of the content, as far as somebody asked; [`FileEvent::sha256`] asks. Most files
    /// that are looked at closer turn out to be clean, and nobody wants to know their digest.
    pub sha256: OnceLock<Option<String>>,
    /// The image it belongs to.
    pub image: Option<Arc<ImageRef>>,
    /// The layer that brought it.
    pub layer: Option<Arc<LayerRef>>,
    /// The later layer that removed it.
    pub deleted_by: Option<u32>,
    /// A container started from the image would see this content at this path.
    pub visible: bool,
    /// Hits by ruleset; a ruleset without hits is absent.
    pub hits: Vec<Hits>,
    /// The bytes, as far as the source keeps them.
    pub content: Option<Arc<dyn Content>>,
}

impl FileEvent {
    /// The file as the user would name it.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.below {
            Some(directory) if directory.ends_with('/') => format!("{directory}{}", self.path),
            Some(directory) => format!("{directory}/{}", self.path),
            None => self.path.clone(),
        }
    }

    /// Hexadecimal digest of the content; nothing when not all of it is known.
    #[must_use]
    pub fn sha256(&self) -> Option<&str> {
        let known = match (self.sha256.get(), &self.content) {
            (Some(known), _) => known,
            (None, Some(content)) => self.sha256.get_or_init(|| content.sha256(self.size)),
            (None, None) => return None,
        };
        known.as_deref()
    }

    /// The hits of one ruleset.
    #[must_use]
    pub fn hits_of(&self, ruleset: usize) -> &[Hit] {
        self.hits
            .iter()
            .find(|hits| hits.ruleset == ruleset)
            .map_or(&[], |hits| &hits.hits)
    }
}

impl fmt::Debug for FileEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileEvent")
            .field("path", &self.path)
            .field("size", &self.size)
            .field("hits", &self.hits)
            .finish_non_exhaustive()
    }
}

/// The configuration of an image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImageConfig {
    /// Which image.
    pub image: Arc<ImageRef>,
    /// The configuration as stored: JSON.
    pub json: Arc<str>,
}
