//! What a user points at (contract section 1).

use std::path::{Path, PathBuf};

use merlon_model::chain;
use merlon_registry::RegistryReference;
use merlon_scanner::Target as Scannable;

use crate::Failure;

/// One target of `scan`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// A file or directory: manifests and files.
    Path(PathBuf),
    /// Manifests or an admission review on stdin.
    Stdin,
    /// A saved image, or one in a registry.
    Image(Scannable),
}

impl Target {
    /// Reads a target as typed.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        if text == "-" {
            return Ok(Self::Stdin);
        }
        if let Some((scheme, rest)) = text.split_once(':') {
            match scheme {
                "oci" => {
                    let (dir, tag) = tagged(rest);
                    return Ok(Self::Image(Scannable::OciLayout { dir, tag }));
                }
                "oci-archive" => {
                    let (file, tag) = tagged(rest);
                    return Ok(Self::Image(Scannable::OciArchive { file, tag }));
                }
                "docker-archive" => {
                    let (file, tag) = tagged(rest);
                    return Ok(Self::Image(Scannable::DockerArchive { file, tag }));
                }
                "registry" => return registry(rest),
                "dir" => return directory(rest),
                _ => {}
            }
        }
        let path = Path::new(text);
        if path.exists() {
            let found = Scannable::recognise(path);
            return Ok(
                match found.map_err(|error| Failure::incomplete(chain(&error)))? {
                    Scannable::Path(path) => Self::Path(path),
                    image => Self::Image(image),
                },
            );
        }
        if text == "cluster" || text.starts_with("cluster:") {
            return Err(Failure::usage(
                "this version cannot read a cluster; save it with `kubectl get -A -o yaml all,clusterroles,roles,rolebindings,clusterrolebindings,networkpolicies,serviceaccounts,namespaces,configmaps > cluster.yaml` and scan the file",
            ));
        }
        if looks_like_reference(text) {
            return registry(text);
        }
        Err(Failure::incomplete(format!(
            "{text}: no such file or directory"
        )))
    }
}

/// Files, whatever they look like: also those of a saved image.
fn directory(path: &str) -> Result<Target, Failure> {
    if Path::new(path).exists() {
        return Ok(Target::Path(path.into()));
    }
    Err(Failure::incomplete(format!(
        "{path}: no such file or directory"
    )))
}

fn registry(reference: &str) -> Result<Target, Failure> {
    let reference = RegistryReference::of_image(reference);
    let reference = reference.map_err(|error| Failure::usage(error.to_string()))?;
    Ok(Target::Image(Scannable::Registry(reference)))
}

/// `DIR:TAG`: the tag is what follows the last colon, when no slash follows it and the whole is no path.
fn tagged(text: &str) -> (PathBuf, Option<String>) {
    if Path::new(text).exists() {
        return (text.into(), None);
    }
    match text.rsplit_once(':') {
        Some((path, tag)) if !tag.is_empty() && !tag.contains('/') => {
            (path.into(), Some(tag.to_owned()))
        }
        _ => (text.into(), None),
    }
}

/// A bare word that is no path: `nginx:1.27`, `ghcr.io/acme/app`, `app@sha256:...`.
fn looks_like_reference(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-/:@".contains(c);
    let file_like = text.starts_with(['/', '.', '-'])
        || [".yaml", ".yml", ".json", ".tar"]
            .iter()
            .any(|extension| text.ends_with(extension));
    !text.is_empty() && text.chars().all(allowed) && !file_like
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_told_from_a_path() {
        assert_eq!(
            tagged("dir:1.2"),
            (PathBuf::from("dir"), Some("1.2".to_owned()))
        );
        assert_eq!(tagged("a:b/c"), (PathBuf::from("a:b/c"), None));
        assert_eq!(tagged("dir"), (PathBuf::from("dir"), None));
    }

    #[test]
    fn a_directory_can_be_named_as_one() {
        let here = Target::Path(PathBuf::from("."));
        assert!(matches!(Target::parse("dir:."), Ok(found) if found == here));
        assert!(Target::parse("dir:/no/such/directory").is_err());
    }

    #[test]
    fn a_missing_file_is_not_taken_for_an_image() {
        assert!(looks_like_reference("nginx:1.27"));
        assert!(!looks_like_reference("web.yaml"));
        assert!(!looks_like_reference("./nginx"));
    }
}
