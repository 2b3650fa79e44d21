//! Manifests and indexes: what is read of them, and the bytes that are written.

use std::collections::BTreeMap;
use std::io;

use merlon_artifact::ByteSize;
use serde::{Deserialize, Serialize};
use serde_json::ser::{CompactFormatter, Formatter};

use crate::error::RegistryError;
use merlon_trust::{Digest, DigestError};

/// Largest manifest or index.
pub(crate) const MANIFEST_CAP: ByteSize = ByteSize::mebibytes(4);
/// Layers that one artifact may have.
const LAYER_CAP: usize = 10_000;
/// Entries that an index may have.
const ENTRY_CAP: usize = 10_000;

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
/// What is asked for: some registries answer 404 to who does not name the type.
pub(crate) const ACCEPT: &str = "application/vnd.oci.image.manifest.v1+json, \
     application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json, \
     application/vnd.docker.distribution.manifest.list.v2+json";

/// The type of Merlon's artifacts.
pub(crate) const RULESET: &str = "application/vnd.merlon.ruleset.v1";
pub(crate) const EMPTY: &str = "application/vnd.oci.empty.v1+json";
pub(crate) const EMPTY_BYTES: &[u8] = b"{}";
/// What stock tools write for a file whose type is not given.
pub(crate) const PLAIN_LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
pub(crate) const WASM: &str = "application/wasm";
pub(crate) const WASM_CONFIG: &str = "application/vnd.wasm.config.v0+json";
pub(crate) const CONFTEST_LAYER: &str = "application/vnd.cncf.openpolicyagent.policy.layer.v1+rego";

pub(crate) const TITLE: &str = "org.opencontainers.image.title";
pub(crate) const CREATED: &str = "org.opencontainers.image.created";
pub(crate) const REF_NAME: &str = "org.opencontainers.image.ref.name";
pub(crate) const UNPACK: &str = "io.deis.oras.content.unpack";

/// One blob or manifest that another one names. The order of fields is that of the specification's own
/// types, so that stock tools write the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    #[serde(default)]
    pub(crate) media_type: String,
    pub(crate) digest: String,
    pub(crate) size: u64,
    #[serde(
        default,
        deserialize_with = "or_null",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub(crate) annotations: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) artifact_type: Option<String>,
}

impl Descriptor {
    /// Of bytes at hand.
    pub(crate) fn of(media_type: &str, bytes: &[u8]) -> Self {
        Self {
            media_type: media_type.to_owned(),
            digest: Digest::of(bytes).to_string(),
            size: bytes.len() as u64,
            annotations: BTreeMap::new(),
            data: None,
            artifact_type: None,
        }
    }

    /// The empty config of artifacts, as stock tools write it.
    pub(crate) fn empty() -> Self {
        Self {
            data: Some(String::from("e30=")),
            ..Self::of(EMPTY, EMPTY_BYTES)
        }
    }

    /// The digest, when it is one that is checked here.
    pub(crate) fn digest(&self) -> Result<Digest, RegistryError> {
        self.digest
            .parse()
            .map_err(|error: DigestError| RegistryError::Malformed {
                what: String::from("a manifest"),
                why: error.to_string(),
            })
    }

    pub(crate) fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.get(name).map(String::as_str)
    }
}

/// An artifact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manifest {
    pub(crate) schema_version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) media_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) artifact_type: Option<String>,
    pub(crate) config: Descriptor,
    #[serde(default, deserialize_with = "or_null")]
    pub(crate) layers: Vec<Descriptor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<Descriptor>,
    #[serde(
        default,
        deserialize_with = "or_null",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub(crate) annotations: BTreeMap<String, String>,
}

/// A list of manifests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Index {
    pub(crate) schema_version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) media_type: Option<String>,
    #[serde(deserialize_with = "or_null")]
    pub(crate) manifests: Vec<Descriptor>,
    #[serde(
        default,
        deserialize_with = "or_null",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub(crate) annotations: BTreeMap<String, String>,
}

/// What stands behind a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Document {
    Manifest(Box<Manifest>),
    Index(Index),
}

/// The keys that tell the two apart, and what else could be meant.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outline {
    #[serde(default)]
    schema_version: u32,
    media_type: Option<String>,
    config: Option<serde::de::IgnoredAny>,
}

impl Document {
    /// Reads the bytes of a manifest or an index.
    pub(crate) fn parse(bytes: &[u8], what: &str) -> Result<Self, RegistryError> {
        let malformed = |why: String| RegistryError::Malformed {
            what: what.to_owned(),
            why,
        };
        let outline: Outline = json(bytes, what)?;
        if outline.schema_version != 2 {
            let found = outline.schema_version;
            return Err(malformed(format!("schema version {found} instead of 2")));
        }
        let media_type = outline.media_type.unwrap_or_default();
        let is_index = match media_type.as_str() {
            MANIFEST | DOCKER_MANIFEST => false,
            INDEX | DOCKER_INDEX => true,
            "" => outline.config.is_none(),
            other => {
                return Err(malformed(format!("`{}` is no manifest", shortened(other))));
            }
        };
        if is_index {
            let index: Index = json(bytes, what)?;
            if index.manifests.len() > ENTRY_CAP {
                return Err(malformed(format!(
                    "it lists more than {ENTRY_CAP} manifests"
                )));
            }
            return Ok(Self::Index(index));
        }
        let manifest: Manifest = json(bytes, what)?;
        if manifest.layers.len() > LAYER_CAP {
            return Err(malformed(format!("it has more than {LAYER_CAP} layers")));
        }
        Ok(Self::Manifest(Box::new(manifest)))
    }
}

impl Index {
    /// An index of nothing.
    pub(crate) fn empty() -> Self {
        Self {
            schema_version: 2,
            media_type: Some(INDEX.to_owned()),
            manifests: Vec::new(),
            annotations: BTreeMap::new(),
        }
    }
}

/// Reads JSON of a known form.
pub(crate) fn json<'b, T: Deserialize<'b>>(
    bytes: &'b [u8],
    what: &str,
) -> Result<T, RegistryError> {
    serde_json::from_slice(bytes).map_err(|source| RegistryError::Json {
        what: what.to_owned(),
        source,
    })
}

/// The bytes of a document, as Go's encoder writes them: all common tools are written in it, and equal
/// artifacts have to have equal digests.
pub(crate) fn encode<T: Serialize>(document: &T, what: &str) -> Result<Vec<u8>, RegistryError> {
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, GoFormatter);
    match document.serialize(&mut serializer) {
        Ok(()) => Ok(bytes),
        Err(source) => Err(RegistryError::Json {
            what: what.to_owned(),
            source,
        }),
    }
}

struct GoFormatter;

impl Formatter for GoFormatter {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for piece in fragment.split_inclusive(['<', '>', '&', '\u{2028}', '\u{2029}']) {
            match piece.chars().next_back() {
                Some(last @ ('<' | '>' | '&' | '\u{2028}' | '\u{2029}')) => {
                    let head = piece.get(..piece.len() - last.len_utf8()).unwrap_or("");
                    CompactFormatter.write_string_fragment(writer, head)?;
                    write!(writer, "\\u{:04x}", u32::from(last))?;
                }
                _ => CompactFormatter.write_string_fragment(writer, piece)?,
            }
        }
        Ok(())
    }
}

/// A stranger's text for an error.
pub(crate) fn shortened(text: &str) -> String {
    text.chars()
        .take(100)
        .flat_map(char::escape_debug)
        .collect()
}

/// Go writes an empty list or map as `null`.
fn or_null<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        match Document::parse(text.as_bytes(), "m") {
            Ok(_) => String::from("nothing"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_manifest_without_a_type_is_read_by_its_keys() {
        let manifest =
            r#"{"schemaVersion":2,"config":{"mediaType":"c","digest":"d","size":1},"layers":null}"#;
        let read = Document::parse(manifest.as_bytes(), "m").unwrap();
        assert!(matches!(read, Document::Manifest(_)));
        let index = r#"{"schemaVersion":2,"manifests":null}"#;
        let read = Document::parse(index.as_bytes(), "m").unwrap();
        assert!(matches!(read, Document::Index(_)));
    }

    #[test]
    fn what_is_no_manifest_is_refused() {
        assert!(refusal("<html>").contains("cannot be read"));
        assert!(refusal("{}").contains("schema version 0"));
        assert!(refusal(r#"{"schemaVersion":1}"#).contains("schema version 1"));
        assert!(refusal(r#"{"schemaVersion":2,"mediaType":"text/html"}"#).contains("no manifest"));
        assert!(refusal(r#"{"schemaVersion":2}"#).contains("cannot be read"));
        let negative = r#"{"schemaVersion":2,"config":{"digest":"d","size":-1}}"#;
        assert!(refusal(negative).contains("cannot be read"));
        let layer = r#"{"digest":"d","size":1},"#.repeat(10_001);
        let many = format!(
            r#"{{"schemaVersion":2,"config":{{"digest":"d","size":1}},"layers":[{}]}}"#,
            layer.trim_end_matches(',')
        );
        assert!(refusal(&many).contains("10000 layers"));
    }

    #[test]
    fn texts_are_escaped_as_go_does() {
        let text = "a<b>&c\u{2028}\"\\\n\u{1}\u{7f}é";
        let bytes = encode(&text, "t").unwrap();
        let expected = "\"a\\u003cb\\u003e\\u0026c\\u2028\\\"\\\\\\n\\u0001\u{7f}é\"";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }
}
