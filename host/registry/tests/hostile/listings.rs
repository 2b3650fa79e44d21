//! Lists of tags and referrers, and what is taken for a signature.

use merlon_trust::Digest;

use crate::artifact::{Artifact, at, lying, signed};
use crate::support::server::Answer;
use crate::support::{Client, chain};

#[test]
fn nothing_of_the_content_is_fetched_before_its_signature_is_verified() {
    let server = lying(|_, _| None);
    let client = Client::plain(&server.host);
    let error = client.registry.pull(&at(&server), &signed()).unwrap_err();
    assert!(chain(&error).contains("not signed"), "{}", chain(&error));
    assert_eq!(server.count("GET", "/blobs/"), 0);
    // The tag is resolved one time: what it means later is of no matter.
    assert_eq!(server.count("GET", "/manifests/1"), 1);
}

#[test]
fn referrers_of_a_false_type_are_no_signatures() {
    let artifact = Artifact::new();
    let bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
    let referrer = serde_json::json!({
        "schemaVersion": 2, "artifactType": bundle,
        "config": {"mediaType": "c", "digest": Digest::of(b"{}").to_string(), "size": 2},
        "layers": [{"mediaType": "text/plain", "digest": Digest::of(b"{}").to_string(), "size": 2}],
        "subject": {"mediaType": "m", "digest": artifact.digest().to_string(), "size": 1},
    })
    .to_string();
    let stranger = referrer.replace(
        &artifact.digest().to_string(),
        &Digest::of(b"other").to_string(),
    );
    let entry = |manifest: &str, kind: &str| {
        serde_json::json!({"mediaType": "m", "digest": Digest::of(manifest.as_bytes()).to_string(),
            "size": manifest.len(), "artifactType": kind})
    };
    let missing = serde_json::json!({"mediaType": "m", "digest": "sha512:00", "size": 1, "artifactType": bundle});
    let index = serde_json::json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [entry(&referrer, bundle), entry(&stranger, bundle), missing]})
    .to_string();
    let server = lying(move |_, request| {
        let known = [&referrer, &stranger];
        let found = known.iter().find(|known| {
            request
                .path
                .ends_with(&Digest::of(known.as_bytes()).to_string())
        });
        match found {
            Some(found) => Some(Answer::ok(found.as_bytes())),
            None => request
                .path
                .contains("/referrers/")
                .then(|| Answer::ok(index.clone())),
        }
    });
    let client = Client::plain(&server.host);
    let found = client
        .registry
        .signatures(&at(&server), &artifact.digest())
        .unwrap();
    assert!(found.candidates.is_empty(), "{found:?}");
    assert_eq!(found.unreadable.len(), 2, "{found:?}");
    let error = client.registry.pull(&at(&server), &signed()).unwrap_err();
    assert!(error.to_string().contains("2 cannot be read"), "{error}");
}

#[test]
fn pages_without_end_are_given_up() {
    let page = |name: &'static str| {
        lying(move |_, request| {
            let body = match name {
                "referrers" => r#"{"schemaVersion":2,"manifests":[]}"#,
                _ => r#"{"tags":["a"]}"#,
            };
            request.path.contains(&format!("/{name}")).then(|| {
                let next = format!("</v2/n/{name}/x?last={}>; rel=\"next\"", request.path.len());
                Answer::ok(body).with("link", next.replace("/tags/x", "/tags/list"))
            })
        })
    };
    for name in ["referrers", "tags"] {
        let server = page(name);
        let client = Client::plain(&server.host);
        let error = match name {
            "referrers" => client
                .registry
                .signatures(&at(&server), &Digest::of(b"x"))
                .map(|found| {
                    assert!(found.candidates.is_empty());
                    found.unreadable.join(" ")
                }),
            _ => client
                .registry
                .tags(&at(&server))
                .map(|tags| tags.join(" ")),
        };
        let error = error.unwrap_or_else(|error| error.to_string());
        assert!(
            error.contains("does not end") || error.contains("or itself"),
            "{error}"
        );
        assert!(server.requests().len() <= 110);
    }
}

#[test]
fn many_pages_of_tags_are_given_up() {
    let server = lying(|_, request| {
        request.path.contains("/tags/").then(|| {
            let at = request
                .path
                .rsplit_once('=')
                .map_or("0", |(_, at)| at)
                .parse::<u64>()
                .unwrap();
            Answer::ok(r#"{"tags":["a"]}"#)
                .with("link", format!("<?last={}>; rel=\"next\"", at + 1))
        })
    });
    let error = Client::plain(&server.host)
        .registry
        .tags(&at(&server))
        .unwrap_err();
    assert!(error.to_string().contains("does not end"), "{error}");
    assert_eq!(server.count("GET", "/tags/"), 100);
}

#[test]
fn a_next_page_on_another_host_is_not_read() {
    let server = lying(|_, request| {
        let tags = request.path.contains("/tags/");
        tags.then(|| {
            Answer::ok(r#"{"tags":["a"]}"#).with("link", "<http://127.0.0.1:1/x>; rel=\"next\"")
        })
    });
    let error = Client::plain(&server.host)
        .registry
        .tags(&at(&server))
        .unwrap_err();
    assert!(error.to_string().contains("elsewhere"), "{error}");
}
