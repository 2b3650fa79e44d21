//! Mirrors and the cache.

use merlon_registry::{Access, Demand, HostAccess, Network, PushOptions, Reference, RegistryError};
use merlon_trust::Digest;

use crate::artifact::{Artifact, at, lying, signed};
use crate::support::server::{Answer, Server};
use crate::support::{Client, access, assert_whole, plain, ruleset};

fn mirrored(origin: &Server, mirrors: &[&Server]) -> Access {
    let mut access = access(mirrors.iter().map(|mirror| plain(&mirror.host)).collect());
    access.hosts.push(HostAccess {
        mirrors: mirrors
            .iter()
            .map(|mirror| format!("{}/cached", mirror.host))
            .collect(),
        ..plain(&origin.host)
    });
    access
}

#[test]
fn mirrors_are_asked_first_for_what_has_a_digest() {
    let origin = lying(|_, _| None);
    let mirror = lying(|_, _| None);
    let client = Client::new(mirrored(&origin, &[&mirror]));
    assert_whole(
        &client
            .registry
            .pull(&at(&origin), &Demand::Anything)
            .unwrap()
            .files,
    );
    // The meaning of the tag is the registry's own word.
    assert_eq!(
        (
            origin.count("GET", "/manifests/1"),
            mirror.count("GET", "/manifests/1")
        ),
        (1, 0)
    );
    assert_eq!(origin.count("GET", "/blobs/"), 0);
    assert!(mirror.count("GET", "/v2/cached/n/blobs/") > 0);
}

#[test]
fn a_mirror_that_lies_or_is_away_is_passed_over() {
    let origin = lying(|_, _| None);
    let liar = lying(|_, request| request.path.contains("/blobs/").then(|| Answer::ok("x")));
    let empty = Server::start(|_| Answer::missing());
    let gone = Server::start(|_| Answer::new(500, ""));
    let client = Client::new(mirrored(&origin, &[&gone, &empty, &liar]));
    assert_whole(
        &client
            .registry
            .pull(&at(&origin), &Demand::Anything)
            .unwrap()
            .files,
    );
    assert!(origin.count("GET", "/blobs/") > 0 && liar.count("GET", "/blobs/") > 0);
}

#[test]
fn a_mirror_helps_when_the_registry_is_away() {
    let mirror = lying(|_, _| None);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = closed.local_addr().unwrap().to_string();
    drop(closed);
    let mut access = access(vec![plain(&mirror.host)]);
    access.hosts.push(HostAccess {
        mirrors: vec![mirror.host.clone()],
        ..plain(&origin)
    });
    let reference: Reference = format!("oci://{origin}/n:1").parse().unwrap();
    let client = Client::new(access);
    assert_whole(
        &client
            .registry
            .pull(&reference, &Demand::Anything)
            .unwrap()
            .files,
    );
}

#[test]
fn what_was_pulled_is_not_fetched_again() {
    let server = lying(|_, _| None);
    let client = Client::plain(&server.host);
    client
        .registry
        .pull(&at(&server), &Demand::Anything)
        .unwrap();
    let before = server.requests().len();
    client
        .registry
        .pull(&at(&server), &Demand::Anything)
        .unwrap();
    assert_eq!(
        server.requests().len(),
        before + 1,
        "only the tag is resolved again"
    );
    let mut offline = access(vec![plain(&server.host)]);
    offline.network = Network::Offline;
    let client = client.again(offline);
    assert_whole(
        &client
            .registry
            .pull(&at(&server), &Demand::Anything)
            .unwrap()
            .files,
    );
    let unknown = at(&server).pinned(&Digest::of(b"unknown"));
    for error in [
        client
            .registry
            .pull(&unknown, &Demand::Anything)
            .unwrap_err(),
        client.registry.pull(&at(&server), &signed()).unwrap_err(),
        client.registry.tags(&at(&server)).unwrap_err(),
        client
            .registry
            .push(&ruleset(), &at(&server), &PushOptions::default())
            .unwrap_err(),
    ] {
        assert!(matches!(error, RegistryError::Offline { .. }), "{error}");
    }
    assert_eq!(server.requests().len(), before + 1);
}

#[test]
fn what_was_damaged_in_the_cache_is_fetched_again() {
    let server = lying(|_, _| None);
    let client = Client::plain(&server.host);
    client
        .registry
        .pull(&at(&server), &Demand::Anything)
        .unwrap();
    let victim = Artifact::new().victim();
    let hex = victim.strip_prefix("sha256:").unwrap();
    let path = client
        .cache
        .path()
        .join("oci/blobs/sha256")
        .join(&hex[..2])
        .join(hex);
    std::fs::write(&path, "damaged").unwrap();
    assert_whole(
        &client
            .registry
            .pull(&at(&server), &Demand::Anything)
            .unwrap()
            .files,
    );
    assert_eq!(server.count("GET", &victim), 2);
}
