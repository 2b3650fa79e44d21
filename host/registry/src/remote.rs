//! One repository of a registry, by the distribution protocol.

use std::sync::Arc;

use merlon_artifact::ByteSize;
use serde::Deserialize;
use ureq::http::{Method, Uri};

use crate::download;
use crate::error::RegistryError;
use crate::host::Host;
use crate::manifest::{ACCEPT, Descriptor, Document, MANIFEST_CAP, json};
use crate::place::{Place, Raw, Referring, Stored, Wanted};
use crate::reference::RegistryReference;
use crate::token::{Action, Scope};
use crate::transport::{Call, Reply, Transport, refusal};
use crate::upload;
use crate::url::{next_link, resolve, same_origin};
use merlon_trust::Digest;

/// Pages of a listing.
const PAGE_CAP: usize = 100;
/// Tags, and referrers of one manifest.
const LISTED_CAP: usize = 10_000;

/// A repository, and how it is reached.
#[derive(Clone)]
pub(crate) struct Remote<'t> {
    pub(crate) transport: &'t Transport,
    pub(crate) host: Arc<Host>,
    pub(crate) repository: String,
}

#[derive(Deserialize)]
struct TagPage {
    tags: Option<Vec<String>>,
}

impl<'t> Remote<'t> {
    pub(crate) fn open(
        transport: &'t Transport,
        host: &str,
        repository: &str,
    ) -> Result<Self, RegistryError> {
        let repository = match (host, repository.contains('/')) {
            ("docker.io", false) => format!("library/{repository}"),
            _ => repository.to_owned(),
        };
        Ok(Self {
            transport,
            host: transport.host(host)?,
            repository,
        })
    }

    /// The mirrors of a repository, in the order in which they are asked.
    pub(crate) fn mirrors(
        transport: &'t Transport,
        at: &RegistryReference,
    ) -> Result<Vec<Self>, RegistryError> {
        let special = transport.access().of(&at.host);
        let mirrors = special
            .map(|special| special.mirrors.as_slice())
            .unwrap_or_default();
        let mirrors =
            mirrors.iter().map(
                |mirror| match mirror.trim_end_matches('/').split_once('/') {
                    Some((host, prefix)) => {
                        Self::open(transport, host, &format!("{prefix}/{}", at.repository))
                    }
                    None => Self::open(transport, mirror, &at.repository),
                },
            );
        mirrors.collect()
    }

    /// For errors: the host and the name.
    pub(crate) fn full_name(&self) -> String {
        format!("{}/{}", self.host.name, self.repository)
    }

    /// A request below the repository.
    pub(crate) fn request(
        &self,
        (method, path): (Method, &str),
        action: Action,
        what: &str,
    ) -> Result<Call<'static>, RegistryError> {
        if self.transport.is_offline() {
            return Err(RegistryError::Offline {
                what: what.to_owned(),
            });
        }
        let home = self.host.home()?.to_string();
        let address = format!(
            "{}/v2/{}/{path}",
            home.trim_end_matches('/'),
            self.repository
        );
        Ok(Call {
            method,
            uri: self.address(&address)?,
            scope: Scope {
                repository: self.repository.clone(),
                action,
            },
            headers: Vec::new(),
            body: &[],
            what: what.to_owned(),
        })
    }

    fn address(&self, text: &str) -> Result<Uri, RegistryError> {
        text.parse().map_err(
            |error: ureq::http::uri::InvalidUri| RegistryError::Malformed {
                what: self.name(),
                why: error.to_string(),
            },
        )
    }

    pub(crate) fn call(&self, call: &Call<'_>, cap: ByteSize) -> Result<Reply, RegistryError> {
        self.transport.call(&self.host, call, cap)
    }

    /// Every page of a listing; nothing when there is no such listing.
    fn pages(
        &self,
        (path, what): (&str, &str),
        mut page: impl FnMut(&Reply) -> Result<usize, RegistryError>,
    ) -> Result<bool, RegistryError> {
        let mut call = self.request((Method::GET, path), Action::Pull, what)?;
        let mut count = 0;
        for _ in 0..PAGE_CAP {
            let reply = self.call(&call, MANIFEST_CAP)?;
            match reply.status {
                200 => {}
                400 | 404 | 405 | 406 | 501 => return Ok(false),
                _ => return Err(refusal(&self.host, what, &reply)),
            }
            count += page(&reply)?;
            if count > LISTED_CAP {
                break;
            }
            let Some(next) = reply.header("link").and_then(next_link) else {
                return Ok(true);
            };
            let next = resolve(&call.uri, next).filter(|next| same_origin(next, &call.uri));
            match next {
                Some(next) if next != call.uri => call.uri = next,
                _ => {
                    return Err(RegistryError::Malformed {
                        what: what.to_owned(),
                        why: String::from("its next page is elsewhere, or itself"),
                    });
                }
            }
        }
        Err(RegistryError::Malformed {
            what: what.to_owned(),
            why: format!("it does not end: more than {PAGE_CAP} pages or {LISTED_CAP} entries"),
        })
    }
}

impl Place for Remote<'_> {
    fn name(&self) -> String {
        self.full_name()
    }

    fn manifest(&self, wanted: &Wanted) -> Result<Option<Raw>, RegistryError> {
        let text = wanted.text();
        let what = format!("the manifest {}:{text}", self.name());
        let path = format!("manifests/{text}");
        let mut call = self.request((Method::GET, &path), Action::Pull, &what)?;
        call.headers.push(("accept", ACCEPT.to_owned()));
        let reply = self.call(&call, MANIFEST_CAP)?;
        match reply.status {
            200 => {}
            404 => return Ok(None),
            _ => return Err(refusal(&self.host, &what, &reply)),
        }
        if reply
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("text/html"))
        {
            return Err(RegistryError::Malformed {
                what,
                why: String::from("the answer is a page of HTML; is this a registry?"),
            });
        }
        let actual = Digest::of(&reply.bytes);
        let announced = reply.header("docker-content-digest");
        let expected = match wanted {
            Wanted::Digest(digest) => Some(*digest),
            // A digest of another kind is the server's business; one that is none is not believed.
            Wanted::Tag(_) => announced.and_then(|digest| digest.parse().ok()),
        };
        match expected {
            Some(expected) if expected != actual => Err(RegistryError::Digest {
                what,
                expected,
                actual,
            }),
            _ => Ok(Some(Raw {
                bytes: reply.bytes,
                digest: actual,
            })),
        }
    }

    fn blob(&self, descriptor: &Descriptor) -> Result<Vec<u8>, RegistryError> {
        download::blob(self, descriptor)
    }

    fn referrers(&self, subject: &Digest) -> Result<Vec<Descriptor>, RegistryError> {
        let what = format!("the referrers of {subject}");
        let path = format!("referrers/{subject}");
        let mut found = Vec::new();
        self.pages((&path, &what), |reply| {
            // Some registries answer a page of their own to a path that they do not know.
            let Ok(Document::Index(index)) = Document::parse(&reply.bytes, &what) else {
                return Ok(0);
            };
            let count = index.manifests.len();
            found.extend(index.manifests);
            Ok(count)
        })?;
        Ok(found)
    }

    fn tags(&self) -> Result<Vec<String>, RegistryError> {
        let what = format!("the tags of {}", self.name());
        let mut tags = Vec::new();
        // No page size is asked for: some registries refuse what is more than theirs.
        let is_there = self.pages(("tags/list", &what), |reply| {
            let page: TagPage = json(&reply.bytes, &what)?;
            let page = page.tags.unwrap_or_default();
            let count = page.len();
            tags.extend(page);
            Ok(count)
        })?;
        if is_there {
            return Ok(tags);
        }
        Err(RegistryError::NotFound {
            host: self.host.name.clone(),
            what: format!("repository {}", self.repository),
        })
    }

    fn store_blob(&self, bytes: &[u8]) -> Result<(), RegistryError> {
        upload::blob(self, bytes)
    }

    fn store_manifest(&self, stored: &Stored<'_>) -> Result<Referring, RegistryError> {
        upload::manifest(self, stored)
    }
}
