//! Images in registries: chosen by tag, digest and platform, read as they come, and what a registry
//! does wrong is said.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use merlon_registry::{Access, HostAccess, Network, Patience, Proxy, RegistryReference};
use merlon_registry::{Repositories, Scheme};
use merlon_scanner::{ScanError, Target};

use crate::image_builder::{Blob, ImageBuilder, hex};
use crate::recorder::{Options, Scanned, try_scan};
use crate::server::{Answer, Ending, Request, Server};
use crate::tarball::Tarball;

const KEY: &str = "k=AKIAIOSFODNN7EXAMPLE\n";

fn access(host: &str) -> Access {
    let plain = HostAccess {
        host: host.to_owned(),
        scheme: Scheme::Http,
        ..HostAccess::default()
    };
    Access {
        hosts: vec![plain],
        proxy: Proxy::Direct,
        patience: Patience {
            silence: Duration::from_secs(20),
            retries: 2,
            pause: Duration::from_millis(1),
            ..Patience::default()
        },
        ..Access::default()
    }
}

/// Answers as a registry that has the parts of a layout; `root` is what the tag means.
fn honest(parts: &[Blob], root: &str, request: &Request) -> Answer {
    let wanted = request.path.rsplit('/').next().unwrap_or_default();
    let wanted = wanted.strip_prefix("sha256:").unwrap_or(root);
    let name = format!("blobs/sha256/{wanted}");
    match parts.iter().find(|(part, _)| *part == name) {
        Some((_, content)) => Answer::ok(content.clone()),
        None => Answer::missing(),
    }
}

type Lie = fn(&[u8], &Request) -> Answer;

/// A registry with the image; `lie` answers for its largest layer.
fn serve(image: &ImageBuilder, lie: Option<Lie>) -> Server {
    serve_parts(image.layout("app"), lie)
}

fn serve_parts(parts: Vec<Blob>, lie: Option<Lie>) -> Server {
    let largest = parts.iter().max_by_key(|(_, content)| content.len());
    let (victim, bytes) = largest.unwrap().clone();
    let victim = victim.rsplit('/').next().unwrap().to_owned();
    // The last part is index.json, the one before it what the tag means.
    let root = hex(&parts[parts.len() - 2].1);
    Server::start(move |request| match lie {
        Some(lie) if request.path.ends_with(&victim) => lie(&bytes, request),
        _ => honest(&parts, &root, request),
    })
}

fn pull(server: &Server, name: &str, platform: &'static str) -> Result<Scanned, ScanError> {
    let reference = format!("{}/acme/app{name}", server.host);
    let reference = RegistryReference::of_image(&reference).unwrap();
    let options = Options {
        registries: Repositories::new(access(&server.host)),
        platform: Some(platform),
        ..Options::default()
    };
    try_scan(&Target::Registry(reference), &options)
}

fn image() -> ImageBuilder {
    ImageBuilder::new()
        .layer(Tarball::new().file("leaked", KEY).file("noise", noise()))
        .layer(Tarball::new().file(".wh.leaked", ""))
}

fn noise() -> Vec<u8> {
    let mut state = 1u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        state.to_be_bytes()[0]
    };
    (0..300_000).map(|_| next()).collect()
}

fn lied(lie: Lie) -> Scanned {
    pull(&serve(&image(), Some(lie)), ":1", "linux/amd64").unwrap()
}

#[test]
fn an_image_is_scanned_where_it_is_with_the_truth_about_its_layers() {
    let server = serve(&image(), None);
    let scanned = pull(&server, ":1", "linux/amd64").unwrap();
    assert_eq!(scanned.problems(), "");
    assert_eq!(scanned.paths(), ["/leaked", "/noise"]);
    let leaked = scanned.file("/leaked");
    assert_eq!((leaked.visible, leaked.deleted_by), (false, Some(1)));
    let named = leaked.image.as_ref().unwrap();
    assert_eq!(named.reference, format!("{}/acme/app:1", server.host));
    assert!(named.digest.starts_with("sha256:"));
    assert_eq!(server.count("GET", "/manifests/1"), 1);
    assert_eq!(server.count("GET", "/blobs/"), 3);
    let pinned = format!("@{}", named.digest);
    let again = pull(&server, &pinned, "linux/amd64").unwrap();
    assert_eq!(again.paths(), scanned.paths());
    assert_eq!(server.count("GET", &named.digest), 1);
}

#[test]
fn the_platform_chooses_in_a_registry_too() {
    let server = serve_parts(image().for_platforms(&["amd64", "arm64"]), None);
    let scanned = pull(&server, ":1", "linux/arm64").unwrap();
    assert!(scanned.config().json.contains("arm64"));
    assert_eq!(server.count("GET", "/manifests/"), 2);
    let error = pull(&server, ":1", "linux/s390x").err().unwrap();
    assert!(matches!(error, ScanError::NoPlatform { .. }), "{error}");
    let single = serve_parts(image().layout("1"), None);
    assert!(pull(&single, ":1", "linux/amd64").is_ok());
    let error = pull(&single, ":1", "linux/arm64").err().unwrap();
    assert!(
        error.to_string().ends_with("one of: linux/amd64"),
        "{error}"
    );
}

#[test]
fn a_base_in_the_same_registry_is_known_and_no_other_registry_is_asked() {
    let base = ImageBuilder::new().layer(Tarball::new().file("base", KEY));
    let base_parts = base.layout("base");
    let base_root = hex(&base_parts[base_parts.len() - 2].1);
    let elsewhere = Server::start(|_| Answer::missing());
    let other_host = elsewhere.host.clone();
    let digest = format!("sha256:{base_root}");
    let parts_named = move |name: &str| {
        let base = ImageBuilder::new().layer(Tarball::new().file("base", KEY));
        base.layer(Tarball::new().file("own", KEY))
            .annotation("org.opencontainers.image.base.digest", &digest)
            .annotation("org.opencontainers.image.base.name", name)
            .layout("app")
    };
    let base_of = |host: Option<&str>| {
        let listener = Arc::new(OnceLock::<Vec<Blob>>::new());
        let (shared, base_parts) = (Arc::clone(&listener), base_parts.clone());
        let base_root = base_root.clone();
        let server = Server::start(move |request| match request.path.contains("/acme/base/") {
            true => honest(&base_parts, &base_root, request),
            false => {
                let parts = shared.get().unwrap();
                honest(parts, &hex(&parts[parts.len() - 2].1), request)
            }
        });
        let host = host.unwrap_or(&server.host);
        listener
            .set(parts_named(&format!("{host}/acme/base:1")))
            .unwrap();
        let scanned = pull(&server, ":1", "linux/amd64").unwrap();
        let layer = |path| scanned.file(path).layer.clone().unwrap();
        (layer("/base").base, layer("/own").base)
    };
    assert_eq!(base_of(None), (Some(true), Some(false)));
    assert_eq!(base_of(Some(&other_host)), (None, None));
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn a_layer_whose_connection_breaks_is_resumed() {
    fn half(bytes: &[u8], request: &Request) -> Answer {
        match request.header("range") {
            None => Answer::ok(&bytes[..1000]).ending(Ending::Claiming(bytes.len() as u64)),
            Some(range) => {
                let from = range.strip_prefix("bytes=").unwrap().trim_end_matches('-');
                let from: usize = from.parse().unwrap();
                let range = format!("bytes {from}-{}/{}", bytes.len() - 1, bytes.len());
                Answer::new(206, &bytes[from..]).with("content-range", range)
            }
        }
    }
    fn always_whole(bytes: &[u8], request: &Request) -> Answer {
        match request.turn {
            1 => Answer::ok(&bytes[..1000]).ending(Ending::Claiming(bytes.len() as u64)),
            _ => Answer::ok(bytes),
        }
    }
    fn busy(bytes: &[u8], request: &Request) -> Answer {
        match request.turn {
            1 => Answer::new(503, "later"),
            _ => Answer::ok(bytes),
        }
    }
    for lie in [half, always_whole, busy] {
        let scanned = lied(lie);
        assert_eq!(scanned.problems(), "");
        assert_eq!(scanned.paths(), ["/leaked", "/noise"]);
    }
}

#[test]
fn a_layer_that_is_not_what_was_announced_is_a_problem() {
    let cases: [(Lie, &str); 5] = [
        (
            |bytes, _| Answer::ok([&bytes[..4], b"x", &bytes[5..]].concat()),
            "has the content of",
        ),
        (
            |bytes, _| Answer::ok([bytes, b"more"].concat()),
            "bytes instead of",
        ),
        (
            |_, _| Answer::ok(vec![0; 1 << 16]).ending(Ending::Never),
            "bytes instead of",
        ),
        (
            |bytes, _| Answer::ok(&bytes[..1000]).ending(Ending::Claiming(bytes.len() as u64)),
            "cannot be reached",
        ),
        (|_, _| Answer::new(403, "no"), "refuses access"),
    ];
    for (lie, reason) in cases {
        let scanned = lied(lie);
        let problems = scanned.problems();
        assert!(problems.contains(reason), "{reason} in {problems}");
        assert!(scanned.stats.is_partial());
    }
}

#[test]
fn a_foreign_layer_that_is_not_there_is_said_and_its_address_is_not_contacted() {
    let elsewhere = Server::start(|_| Answer::ok("never"));
    let address = format!("http://{}/layer", elsewhere.host);
    let parts = image().foreign(&address).layout("app");
    let missing = parts[1].0.rsplit('/').next().unwrap().to_owned();
    let root = hex(&parts[parts.len() - 2].1);
    let server = Server::start(move |request| match request.path.ends_with(&missing) {
        true => Answer::missing(),
        false => honest(&parts, &root, request),
    });
    let scanned = pull(&server, ":1", "linux/amd64").unwrap();
    let problems = scanned.problems();
    assert!(
        problems.contains("kept elsewhere, and was not inspected"),
        "{problems}"
    );
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn what_is_no_image_is_refused_in_words() {
    let answers: [(&str, &str); 3] = [
        (r#"{"schemaVersion":1,"fsLayers":[]}"#, "schema version 1"),
        ("<html>", "is not valid"),
        (r#"{"schemaVersion":2,"layers":[]}"#, "is not valid"),
    ];
    for (answer, reason) in answers {
        let server = Server::start(move |_| Answer::ok(answer));
        let error = pull(&server, ":1", "linux/amd64").err().unwrap();
        assert!(error.to_string().contains(reason), "{error}");
    }
    let server = Server::start(|_| Answer::missing());
    let error = pull(&server, ":1", "linux/amd64").err().unwrap();
    assert!(error.to_string().contains("has no"), "{error}");
}

#[test]
fn without_a_network_nothing_is_contacted() {
    let server = serve(&image(), None);
    let reference = RegistryReference::of_image(&format!("{}/app", server.host)).unwrap();
    let options = Options {
        registries: Repositories::new(Access {
            network: Network::Offline,
            ..access(&server.host)
        }),
        ..Options::default()
    };
    let error = try_scan(&Target::Registry(reference), &options).err();
    let error = error.unwrap().to_string();
    assert!(error.ends_with("the network is off (--offline)"), "{error}");
    assert!(server.requests().is_empty());
}
