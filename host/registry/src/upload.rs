//! Blobs and manifests on their way to a registry.

use merlon_artifact::ByteSize;
use ureq::http::header::LOCATION;
use ureq::http::{Method, Uri};

use crate::error::RegistryError;
use crate::place::{Place as _, Referring, Stored};
use crate::remote::Remote;
use crate::retry::{asked, is_passing};
use crate::token::Action;
use crate::transport::{Reply, may_pass, refusal};
use crate::url::{escape, resolve};
use merlon_trust::Digest;

/// What is read of an answer to something that was sent.
const ANSWER_CAP: ByteSize = ByteSize(64 << 10);

/// Stores a blob, unless it is there.
pub(crate) fn blob(remote: &Remote<'_>, bytes: &[u8]) -> Result<(), RegistryError> {
    let digest = Digest::of(bytes);
    let what = format!("the blob {digest} of {}", remote.name());
    let path = format!("blobs/{digest}");
    let head = remote.request((Method::HEAD, &path), Action::Push, &what)?;
    if remote.call(&head, ANSWER_CAP)?.status == 200 {
        return Ok(());
    }
    let mut retry = remote.transport.retry();
    loop {
        // A session that broke is not gone on with: blobs of rulesets are small.
        match session(remote, bytes, (&digest, &what)) {
            Ok(reply) if matches!(reply.status, 201 | 202 | 204) => return Ok(()),
            Ok(reply) if is_passing(reply.status) && retry.again(asked(&reply.headers)) => {}
            Ok(reply) => return Err(refusal(&remote.host, &what, &reply)),
            Err(error) if may_pass(&error) && retry.again(None) => {}
            Err(error) => return Err(error),
        }
    }
}

fn session(
    remote: &Remote<'_>,
    bytes: &[u8],
    (digest, what): (&Digest, &str),
) -> Result<Reply, RegistryError> {
    let start = remote.request((Method::POST, "blobs/uploads/"), Action::Push, what)?;
    let reply = remote.call(&start, ANSWER_CAP)?;
    if reply.status != 202 {
        return match reply.status {
            200..300 => Err(refusal(&remote.host, what, &reply)),
            _ => Ok(reply),
        };
    }
    let mut put = start.clone();
    put.method = Method::PUT;
    put.uri =
        session_address(&start.uri, &reply, digest).ok_or_else(|| RegistryError::Malformed {
            what: what.to_owned(),
            why: String::from("the registry does not say where to send it"),
        })?;
    put.headers
        .push(("content-type", String::from("application/octet-stream")));
    // One try: the session knows what came of it, and the caller starts another one.
    remote.transport.once(
        &remote.host,
        &crate::transport::Call { body: bytes, ..put },
        ANSWER_CAP,
    )
}

fn session_address(base: &Uri, reply: &Reply, digest: &Digest) -> Option<Uri> {
    let location = resolve(base, reply.header(LOCATION.as_str())?)?;
    let joiner = if location.query().is_some() { '&' } else { '?' };
    let digest = escape(&digest.to_string());
    format!("{location}{joiner}digest={digest}").parse().ok()
}

/// Stores a manifest under its tag or its digest.
pub(crate) fn manifest(
    remote: &Remote<'_>,
    stored: &Stored<'_>,
) -> Result<Referring, RegistryError> {
    let digest = Digest::of(stored.bytes);
    let name = stored.tag.map_or_else(|| digest.to_string(), str::to_owned);
    let what = format!("the manifest {}:{name}", remote.name());
    let path = format!("manifests/{name}");
    let mut put = remote.request((Method::PUT, &path), Action::Push, &what)?;
    put.headers
        .push(("content-type", stored.media_type.to_owned()));
    put.body = stored.bytes;
    let reply = remote.call(&put, ANSWER_CAP)?;
    if !matches!(reply.status, 200..300) {
        return Err(refusal(&remote.host, &what, &reply));
    }
    let announced = reply.header("docker-content-digest");
    let announced: Option<Digest> = announced.and_then(|announced| announced.parse().ok());
    match announced {
        Some(actual) if actual != digest => Err(RegistryError::Digest {
            what,
            expected: digest,
            actual,
        }),
        _ if reply.headers.contains_key("oci-subject") => Ok(Referring::Listed),
        _ => Ok(Referring::Unlisted),
    }
}
