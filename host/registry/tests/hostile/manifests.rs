//! Manifests that are none, are too large, or name what is not to be had.

use merlon_registry::{Demand, RegistryError};
use merlon_trust::Digest;

use crate::artifact::{Artifact, at, lying, manifest, pull, refused};
use crate::support::server::{Answer, Server};
use crate::support::{Client, assert_whole};

#[test]
fn an_honest_registry_is_pulled_from() {
    let server = lying(|_, _| None);
    let pulled = pull(&server).unwrap();
    assert_whole(&pulled.files);
    assert_eq!(pulled.digest, Artifact::new().digest());
}

#[test]
fn a_manifest_with_another_digest_is_refused() {
    let server = lying(|_, request| {
        let other = Digest::of(b"other").to_string();
        manifest(request, || {
            Answer::ok("{}").with("docker-content-digest", other.clone())
        })
    });
    assert!(refused(&server).contains("altered or damaged"));
    let pinned = at(&server).pinned(&Digest::of(b"wanted"));
    let client = Client::plain(&server.host);
    let error = client
        .registry
        .pull(&pinned, &Demand::Anything)
        .unwrap_err();
    assert!(matches!(error, RegistryError::Digest { .. }), "{error}");
}

#[test]
fn a_missing_digest_header_is_no_matter() {
    let server =
        lying(|artifact, request| manifest(request, || Answer::ok(artifact.manifest.clone())));
    assert_whole(&pull(&server).unwrap().files);
}

#[test]
fn a_giant_manifest_is_not_read() {
    let server = lying(|_, request| manifest(request, || Answer::ok(vec![b' '; (4 << 20) + 1])));
    assert!(refused(&server).contains("larger than 4MiB"));
}

#[test]
fn a_manifest_of_very_many_layers_is_refused() {
    let layer = format!(r#"{{"digest":"{}","size":1}},"#, Digest::of(b"x"));
    for (count, word) in [(12_000, "10000 layers"), (100_000, "larger than 4MiB")] {
        let layers = layer.repeat(count);
        let body = format!(
            r#"{{"schemaVersion":2,"config":{{"digest":"d","size":1}},"layers":[{}]}}"#,
            layers.trim_end_matches(',')
        );
        let server = lying(move |_, request| manifest(request, || Answer::ok(body.clone())));
        assert!(refused(&server).contains(word), "{count}");
    }
}

#[test]
fn an_index_of_itself_is_not_followed() {
    let index = |digest: &str| {
        format!(
            r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"m","digest":"{digest}","size":1}}]}}"#
        )
    };
    // Nobody can name the own digest; the registry can answer itself to every digest.
    let itself = index(&Digest::of(b"itself").to_string());
    let server = lying(move |_, request| manifest(request, || Answer::ok(itself.clone())));
    assert!(refused(&server).contains("altered or damaged"));
    let inner = index(&Digest::of(b"deeper").to_string());
    let outer = index(&Digest::of(inner.as_bytes()).to_string());
    let server = lying(move |_, request| {
        manifest(request, || {
            Answer::ok(if request.path.ends_with("/1") {
                outer.clone()
            } else {
                inner.clone()
            })
        })
    });
    assert!(refused(&server).contains("an index in turn"));
    assert_eq!(server.count("GET", "/manifests/"), 2);
}

#[test]
fn html_is_no_manifest() {
    let html = || Answer::ok("<html><body>Welcome</body></html>");
    let server = lying(move |_, request| {
        manifest(request, || {
            html().with("content-type", "text/html; charset=utf-8")
        })
    });
    assert!(refused(&server).contains("is this a registry?"));
    let server = lying(move |_, request| manifest(request, html));
    assert!(refused(&server).contains("the manifest of oci://"));
    let server =
        lying(move |_, request| manifest(request, || Answer::new(502, "<html>Bad gateway")));
    assert!(refused(&server).contains("answered 502"));
}

#[test]
fn paths_out_of_the_ruleset_and_archives_of_links_are_refused() {
    for path in [
        "../../x",
        "/etc/cron.d/x",
        "rules\\x",
        "Ruleset.YAML",
        "a\0b",
    ] {
        let artifact = Artifact::with_file(path, b"x");
        let server = Server::start(move |request| artifact.answer(request));
        assert!(
            refused(&server).contains("cannot be a file of a ruleset"),
            "{path}"
        );
    }
}
