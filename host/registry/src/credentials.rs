//! Whose name is used: Docker's `config.json`, Podman's `auth.json`, and credential helpers.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::credential_helper::{self, HELPER_TIME, Helped};
use crate::error::RegistryError;

/// Largest credentials file.
const FILE_CAP: u64 = 1 << 20;
/// The user name that says that the password is an identity token.
const TOKEN_USER: &str = "<token>";

/// Where credentials are. Nothing is read before a registry asks who is there.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// Files in the form of Docker's `config.json`, the first that knows the host is used. One that does
    /// not exist is skipped.
    pub files: Vec<PathBuf>,
    /// Where `docker-credential-*` programs are, as in `PATH`; otherwise the process's own `PATH`.
    pub helper_path: Option<OsString>,
}

/// What a registry is told about who asks.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Credential {
    Anonymous,
    Basic {
        name: String,
        password: String,
    },
    /// A refresh token of the token server.
    Identity(String),
    /// A token of the registry itself.
    Bearer(String),
}

// A password stays out of every log.
impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Anonymous => "Anonymous",
            Self::Basic { .. } => "Basic(***)",
            Self::Identity(_) => "Identity(***)",
            Self::Bearer(_) => "Bearer(***)",
        })
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct File {
    auths: Option<BTreeMap<String, Entry>>,
    #[serde(rename = "credsStore")]
    store: Option<String>,
    #[serde(rename = "credHelpers")]
    helpers: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Entry {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    identitytoken: Option<String>,
    registrytoken: Option<String>,
}

impl Credentials {
    /// The files that other tools read, in their order; `lookup` reads a variable of the environment.
    #[must_use]
    pub fn of_environment(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let path = |name: &str| {
            lookup(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let docker =
            path("DOCKER_CONFIG").or_else(|| path("HOME").map(|home| home.join(".docker")));
        let files = [
            path("REGISTRY_AUTH_FILE"),
            docker.map(|directory| directory.join("config.json")),
            path("XDG_RUNTIME_DIR").map(|run| run.join("containers/auth.json")),
            path("HOME").map(|home| home.join(".config/containers/auth.json")),
        ];
        Self {
            files: files.into_iter().flatten().collect(),
            helper_path: None,
        }
    }

    /// Who asks that host for that repository.
    pub(crate) fn find(&self, host: &str, repository: &str) -> Result<Credential, RegistryError> {
        for path in &self.files {
            let Some(file) = read(path, host)? else {
                continue;
            };
            let found = self.find_in(&file, path, (host, repository))?;
            if found != Credential::Anonymous {
                return Ok(found);
            }
        }
        Ok(Credential::Anonymous)
    }

    fn find_in(
        &self,
        file: &File,
        path: &Path,
        (host, repository): (&str, &str),
    ) -> Result<Credential, RegistryError> {
        let helpers = file.helpers.iter().flatten();
        let own = helpers
            .filter(|(server, _)| names(host).contains(&plain(server)))
            .map(|(_, helper)| helper)
            .next();
        if let Some(helper) = own.or(file.store.as_ref()).filter(|name| !name.is_empty()) {
            match credential_helper::ask(helper, host, self.helper_path.as_deref(), HELPER_TIME)? {
                Helped::Found { name, secret } if name == TOKEN_USER => {
                    return Ok(Credential::Identity(secret));
                }
                Helped::Found { name, secret } => {
                    return Ok(Credential::Basic {
                        name,
                        password: secret,
                    });
                }
                Helped::Unknown => {}
            }
        }
        let Some(entry) = closest(file.auths.as_ref(), host, repository) else {
            return Ok(Credential::Anonymous);
        };
        entry.read().map_err(|why| RegistryError::Credentials {
            host: host.to_owned(),
            place: path.display().to_string(),
            why: why.to_owned(),
        })
    }
}

impl Entry {
    fn read(&self) -> Result<Credential, &'static str> {
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        if let Some(token) = filled(&self.registrytoken) {
            return Ok(Credential::Bearer(token));
        }
        if let Some(token) = filled(&self.identitytoken) {
            return Ok(Credential::Identity(token));
        }
        let (name, password) = match (filled(&self.auth), filled(&self.username)) {
            (Some(auth), _) => {
                let bytes = STANDARD
                    .decode(auth.trim())
                    .or(Err("`auth` is no base64"))?;
                let text = String::from_utf8(bytes).or(Err("`auth` is no text"))?;
                let (name, password) = text.split_once(':').ok_or("`auth` has no `:`")?;
                // Docker pads with NUL what an old version wrote.
                (name.to_owned(), password.trim_matches('\0').to_owned())
            }
            (None, Some(name)) => (name, self.password.clone().unwrap_or_default()),
            (None, None) => return Ok(Credential::Anonymous),
        };
        if name == TOKEN_USER {
            return Ok(Credential::Identity(password));
        }
        Ok(Credential::Basic { name, password })
    }
}

fn read(path: &Path, host: &str) -> Result<Option<File>, RegistryError> {
    let broken = |why: String| RegistryError::Credentials {
        host: host.to_owned(),
        place: path.display().to_string(),
        why,
    };
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(broken(error.to_string())),
    };
    let mut bytes = Vec::new();
    let read = file.take(FILE_CAP + 1).read_to_end(&mut bytes);
    read.map_err(|error| broken(error.to_string()))?;
    if bytes.len() as u64 > FILE_CAP {
        return Err(broken(String::from("it is larger than 1MiB")));
    }
    // The parser's own words could quote a password.
    serde_json::from_slice(&bytes).map(Some).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        broken(format!(
            "line {line}, column {column} is not what Docker writes"
        ))
    })
}

/// The entry of the longest part of `host/repository` that has one.
fn closest<'f>(
    auths: Option<&'f BTreeMap<String, Entry>>,
    host: &str,
    repository: &str,
) -> Option<&'f Entry> {
    let auths = auths?;
    for name in names(host) {
        let mut wanted = format!("{name}/{repository}");
        loop {
            if let Some((_, entry)) = auths.iter().find(|(key, _)| plain(key) == wanted) {
                return Some(entry);
            }
            match wanted.rsplit_once('/') {
                Some((shorter, _)) => wanted = shorter.to_owned(),
                None => break,
            }
        }
    }
    None
}

/// The names under which a host has an entry.
fn names(host: &str) -> Vec<&str> {
    match host {
        "docker.io" | "registry-1.docker.io" => vec!["index.docker.io", "docker.io"],
        host => vec![host],
    }
}

/// `https://host/v1/` as `host`.
fn plain(key: &str) -> &str {
    let key = key.split_once("://").map_or(key, |(_, rest)| rest);
    let key = key.trim_end_matches('/');
    key.strip_suffix("/v1")
        .or_else(|| key.strip_suffix("/v2"))
        .unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(json: &str, host: &str, repository: &str) -> Result<Credential, RegistryError> {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("config.json");
        std::fs::write(&path, json).unwrap();
        let credentials = Credentials {
            files: vec![root.path().join("absent.json"), path],
            helper_path: None,
        };
        credentials.find(host, repository)
    }

    fn basic(name: &str, password: &str) -> Credential {
        Credential::Basic {
            name: name.to_owned(),
            password: password.to_owned(),
        }
    }

    #[test]
    fn every_form_that_docker_and_podman_write_is_read() {
        let json = r#"{"auths":{
            "https://index.docker.io/v1/":{"auth":"dTpw"},
            "r.example:5000":{"username":"u","password":"p:q"},
            "r.example:5000/acme":{"auth":"YTpi"},
            "token.example":{"auth":"PHRva2VuPjo=","identitytoken":"secret"},
            "empty.example":{}}}"#;
        assert_eq!(
            found(json, "docker.io", "library/x").unwrap(),
            basic("u", "p")
        );
        assert_eq!(
            found(json, "r.example:5000", "n").unwrap(),
            basic("u", "p:q")
        );
        assert_eq!(
            found(json, "r.example:5000", "acme/n").unwrap(),
            basic("a", "b")
        );
        assert_eq!(
            found(json, "r.example:5000", "acmes").unwrap(),
            basic("u", "p:q")
        );
        let token = found(json, "token.example", "n").unwrap();
        assert_eq!(token, Credential::Identity("secret".to_owned()));
        for host in ["empty.example", "r.example", "other.example"] {
            assert_eq!(found(json, host, "n").unwrap(), Credential::Anonymous);
        }
    }

    #[test]
    fn a_broken_file_is_named_and_not_quoted() {
        for json in [
            r#"{"auths":{"h":{"auth":"c2VjcmV0"}}}"#,
            r#"{"auths":{"h":{"auth":"*secret*"}}}"#,
            r#"{"auths":{"h":{"auth":["secret"]}}}"#,
            r#"{"auths":{"h":"secret""#,
        ] {
            let error = found(json, "h", "n").unwrap_err().to_string();
            assert!(error.contains("config.json"), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_credential_is_not_printed() {
        assert!(!format!("{:?}", basic("u", "hunter2")).contains("hunter2"));
    }

    #[test]
    fn the_places_are_those_of_other_tools() {
        let credentials = Credentials::of_environment(|name| match name {
            "DOCKER_CONFIG" => Some("/d".into()),
            "HOME" => Some("/h".into()),
            _ => None,
        });
        let expected = ["/d/config.json", "/h/.config/containers/auth.json"];
        assert_eq!(credentials.files, expected.map(PathBuf::from));
    }
}
