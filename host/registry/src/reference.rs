//! Where an artifact is: `oci://HOST/NAME[:TAG][@DIGEST]` in a registry, `oci:DIR[:TAG]` in a layout.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use merlon_trust::Digest;

/// A text that names no artifact.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no reference to an artifact: {problem} at column {column}; {hint}")]
pub struct ReferenceError {
    /// What was given.
    pub text: String,
    /// The first character that is wrong, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub problem: &'static str,
    /// What to write instead.
    pub hint: String,
}

/// The place of one artifact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// In a registry.
    Registry(RegistryReference),
    /// In a directory that is an OCI image layout.
    Layout(LayoutReference),
}

/// An artifact in a registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RegistryReference {
    /// `name`, `name:port`, `1.2.3.4:port`, `[::1]:port`.
    pub host: String,
    /// `acme/rules`.
    pub repository: String,
    /// For people; a digest beside it decides.
    pub tag: Option<String>,
    /// What is meant whatever the tag says.
    pub digest: Option<Digest>,
}

/// An artifact in a layout.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LayoutReference {
    /// The directory that holds `oci-layout`.
    pub directory: PathBuf,
    /// Without one, the layout has one artifact or one that is tagged `latest`.
    pub tag: Option<String>,
    /// What is meant whatever the tag says.
    pub digest: Option<Digest>,
}

impl Reference {
    /// The digest that the reference itself pins.
    #[must_use]
    pub fn digest(&self) -> Option<&Digest> {
        match self {
            Self::Registry(reference) => reference.digest.as_ref(),
            Self::Layout(reference) => reference.digest.as_ref(),
        }
    }

    /// The tag, when one is written.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        match self {
            Self::Registry(reference) => reference.tag.as_deref(),
            Self::Layout(reference) => reference.tag.as_deref(),
        }
    }

    /// The same place, pinned to a digest.
    #[must_use]
    pub fn pinned(&self, digest: &Digest) -> Self {
        let mut pinned = self.clone();
        match &mut pinned {
            Self::Registry(reference) => reference.digest = Some(*digest),
            Self::Layout(reference) => reference.digest = Some(*digest),
        }
        pinned
    }

    /// The last part of the name: `rules` in `oci://r.example/acme/rules:1`.
    #[must_use]
    pub fn name(&self) -> &str {
        let name = match self {
            Self::Registry(reference) => reference.repository.rsplit('/').next(),
            Self::Layout(reference) => reference
                .directory
                .file_name()
                .and_then(|name| name.to_str()),
        };
        name.unwrap_or("ruleset")
    }
}

impl RegistryReference {
    /// Reads an image's reference as container tools write it: `nginx:1` is
    /// `docker.io/library/nginx:1`, and what has no tag is `latest`.
    ///
    /// # Errors
    /// When the text is no reference.
    pub fn of_image(text: &str) -> Result<Self, ReferenceError> {
        let host = text.split_once('/').map(|(host, _)| host);
        let is_host = |host: &str| host == "localhost" || host.contains(['.', ':', '[']);
        let named = host.is_some_and(is_host);
        let full = if named {
            format!("oci://{text}")
        } else {
            format!("oci://docker.io/{text}")
        };
        let parser = Parser { text: &full };
        let reference = parser.registry(full.strip_prefix("oci://").unwrap_or(&full))?;
        let is_official = reference.host == "docker.io" && !reference.repository.contains('/');
        Ok(match is_official {
            true => Self {
                repository: format!("library/{}", reference.repository),
                ..reference
            },
            false => reference,
        })
    }
}

/// As container tools write it, without a scheme.
impl fmt::Display for RegistryReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        match &self.digest {
            Some(digest) => write!(f, "@{digest}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = match self {
            Self::Registry(at) => return write!(f, "oci://{at}"),
            Self::Layout(at) => at,
        };
        write!(f, "oci:{}", at.directory.display())?;
        if let Some(tag) = &at.tag {
            write!(f, ":{tag}")?;
        }
        match &at.digest {
            Some(digest) => write!(f, "@{digest}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let parser = Parser { text };
        if let Some(rest) = text.strip_prefix("oci://") {
            parser.registry(rest).map(Self::Registry)
        } else if let Some(rest) = text.strip_prefix("oci:") {
            parser.layout(rest).map(Self::Layout)
        } else {
            let bare = text.split_once("://").map_or(text, |(_, rest)| rest);
            Err(parser.error(
                text,
                "a reference starts with `oci://` (a registry) or `oci:` (a layout)",
                format!("did you mean `{}`?", shown(&format!("oci://{bare}"))),
            ))
        }
    }
}

const TAG_HINT: &str = "a tag is up to 128 letters, digits, `_`, `.` and `-`, not first `.` or `-`";
const DIGEST_HINT: &str = "a digest is `sha256:` and 64 hexadecimal digits in lower case";

struct Parser<'a> {
    text: &'a str,
}

impl Parser<'_> {
    /// An error at the place where `rest`, a tail or part of the text, begins.
    fn error(&self, rest: &str, problem: &'static str, hint: impl Into<String>) -> ReferenceError {
        let at = (rest.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let head = self.text.get(..at).unwrap_or("");
        ReferenceError {
            text: shown(self.text),
            column: head.chars().count() + 1,
            problem,
            hint: hint.into(),
        }
    }

    fn registry(&self, rest: &str) -> Result<RegistryReference, ReferenceError> {
        let Some((host, path)) = rest.split_once('/') else {
            let hint = "write `oci://HOST/NAME:TAG`";
            return Err(self.error(rest, "there is no `/` between host and name", hint));
        };
        if !is_host(host) {
            let hint = "a host is a name or an address, with `:PORT` where there is one";
            return Err(self.error(host, "this is no host", hint));
        }
        let (name, digest) = self.digest(path)?;
        let (name, tag) = match name.rsplit_once(':') {
            Some((name, tag)) => (name, Some(self.tag(tag)?)),
            None => (name, None),
        };
        self.repository(name)?;
        Ok(RegistryReference {
            host: host.to_ascii_lowercase(),
            repository: name.to_owned(),
            tag,
            digest,
        })
    }

    fn layout(&self, rest: &str) -> Result<LayoutReference, ReferenceError> {
        let (rest, digest) = match rest.contains("@sha256:") {
            true => self.digest(rest)?,
            false => (rest, None),
        };
        // A colon inside of a directory's name is followed by a slash further on.
        let (directory, tag) = match rest.rsplit_once(':') {
            Some((directory, tag)) if !tag.contains('/') => (directory, Some(self.tag(tag)?)),
            _ => (rest, None),
        };
        if directory.is_empty() {
            let hint = "write `oci:DIR:TAG`";
            return Err(self.error(rest, "there is no directory", hint));
        }
        Ok(LayoutReference {
            directory: Path::new(directory).to_owned(),
            tag,
            digest,
        })
    }

    fn digest<'t>(&self, text: &'t str) -> Result<(&'t str, Option<Digest>), ReferenceError> {
        let Some((name, digest)) = text.rsplit_once('@') else {
            return Ok((text, None));
        };
        match digest.parse() {
            Ok(parsed) => Ok((name, Some(parsed))),
            Err(_) => Err(self.error(digest, "this is no digest", DIGEST_HINT)),
        }
    }

    fn tag(&self, tag: &str) -> Result<String, ReferenceError> {
        if is_tag(tag) {
            return Ok(tag.to_owned());
        }
        Err(self.error(tag, "this is no tag", TAG_HINT))
    }

    fn repository(&self, name: &str) -> Result<(), ReferenceError> {
        if name.len() > 255 {
            let hint = "a name has at most 255 characters";
            return Err(self.error(name, "the name is too long", hint));
        }
        for part in name.split('/') {
            if is_name_part(part) {
                continue;
            }
            let lower = name.to_ascii_lowercase();
            let hint = match lower != name && lower.split('/').all(is_name_part) {
                true => format!("did you mean `{lower}`?"),
                false => "lower-case words and digits, joined by `-`, `.`, `_` or `/`".to_owned(),
            };
            return Err(self.error(part, "this is no name of a repository", hint));
        }
        Ok(())
    }
}

/// The text for an error: of one line, and without a password that somebody wrote into it.
fn shown(text: &str) -> String {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let masked = match host.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://***@{host}/{path}"),
        None => text.to_owned(),
    };
    masked
        .chars()
        .take(300)
        .flat_map(char::escape_debug)
        .collect()
}

/// The tag grammar of the distribution specification.
pub(crate) fn is_tag(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(word)
        && text
            .bytes()
            .all(|byte| word(byte) || byte == b'.' || byte == b'-')
}

/// One part of a repository's name: words joined by `.`, `_`, `__` or dashes.
fn is_name_part(part: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let mut joiner = String::new();
    for byte in part.bytes() {
        if is_word(byte) {
            joiner.clear();
            continue;
        }
        joiner.push(char::from(byte));
        let dashes = joiner.bytes().all(|byte| byte == b'-');
        if !dashes && !matches!(joiner.as_str(), "." | "_" | "__") {
            return false;
        }
    }
    part.bytes().next().is_some_and(is_word) && joiner.is_empty()
}

/// A name or an address, with a port where there is one.
pub(crate) fn is_host(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port)),
        _ => (host, None),
    };
    if port.is_some_and(|port| port.parse::<u16>().is_err() || port.starts_with('+')) {
        return false;
    }
    if let Some(address) = name.strip_prefix('[') {
        let address = address.strip_suffix(']').unwrap_or("");
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_repeated_in_an_error() {
        let error = "https://user:s3cret@r.example/a"
            .parse::<Reference>()
            .unwrap_err();
        assert!(!error.to_string().contains("s3cret"), "{error}");
        assert!(
            error.to_string().contains("oci://***@r.example/a"),
            "{error}"
        );
    }

    const HEX: &str = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

    #[test]
    fn a_reference_is_written_as_it_was_read() {
        for text in [
            "oci://r.example/acme/rules".to_owned(),
            "oci://127.0.0.1:5000/n:1.0-rc_1".to_owned(),
            "oci://[::1]:5000/a__b/c.d/e---f:x".to_owned(),
            format!("oci://localhost/n@{HEX}"),
            format!("oci://localhost/n:1@{HEX}"),
            "oci:layout".to_owned(),
            "oci:/tmp/a:b/c:1".to_owned(),
            format!("oci:d:1@{HEX}"),
        ] {
            let parsed: Reference = text.parse().unwrap();
            assert_eq!(parsed.to_string(), text);
        }
    }

    #[test]
    fn an_image_is_named_as_container_tools_name_it() {
        for (text, full) in [
            ("nginx", "docker.io/library/nginx"),
            ("nginx:1.27", "docker.io/library/nginx:1.27"),
            ("acme/app:1", "docker.io/acme/app:1"),
            ("docker.io/nginx", "docker.io/library/nginx"),
            ("localhost/app", "localhost/app"),
            ("localhost:5000/app:1", "localhost:5000/app:1"),
            ("[::1]:5000/app", "[::1]:5000/app"),
            ("r.example/a/b:1", "r.example/a/b:1"),
        ] {
            let reference = RegistryReference::of_image(text).unwrap();
            assert_eq!(reference.to_string(), full);
        }
        let pinned = format!("app@{HEX}");
        let reference = RegistryReference::of_image(&pinned).unwrap();
        assert_eq!(
            reference.to_string(),
            format!("docker.io/library/app@{HEX}")
        );
        for wrong in ["", "App", "a b", "../x", "a/", "r.example/", "app@sha256:1"] {
            assert!(RegistryReference::of_image(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_reference_is_refused_at_its_place_and_with_a_suggestion() {
        for (text, column, hint) in [
            ("r.example/n:1", 1, "`oci://r.example/n:1`"),
            ("https://r.example/n", 1, "`oci://r.example/n`"),
            ("oci://r.example", 7, "oci://HOST/NAME"),
            ("oci://r_x/n", 7, "a host is"),
            ("oci://h:99999/n", 7, "a host is"),
            ("oci://h/Acme/Rules:1", 9, "`acme/rules`"),
            ("oci://h/a//b", 11, "lower-case"),
            ("oci://h/a/../b", 11, "lower-case"),
            ("oci://h/n:", 11, "a tag is"),
            ("oci://h/n:a b", 11, "a tag is"),
            ("oci://h/n@sha256:44", 11, "64 hexadecimal"),
            ("oci://h/n?x=1", 9, "lower-case"),
            ("oci://user:secret@h/n", 7, "a host is"),
            ("oci:", 5, "oci:DIR:TAG"),
            ("oci://h/", 9, "lower-case"),
        ] {
            let error = text.parse::<Reference>().unwrap_err();
            assert_eq!(error.column, column, "{error}");
            assert!(error.hint.contains(hint), "{error}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
