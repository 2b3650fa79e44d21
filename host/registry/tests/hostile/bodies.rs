//! Answers that break, lie about their length, never end or never come.

use std::time::Duration;

use merlon_registry::{Demand, RegistryError};

use crate::artifact::{Artifact, at, blob, hasty, lying, manifest, pull, refused};
use crate::support::server::{Answer, Ending, Request, Server};
use crate::support::{Client, assert_whole, chain, patience, plain};

#[test]
fn a_blob_of_other_bytes_is_refused() {
    let server = lying(|artifact, request| {
        blob(artifact, request, |bytes| {
            Answer::ok(vec![b'x'; bytes.len()])
        })
    });
    assert!(refused(&server).contains("altered or damaged"));
}

#[test]
fn a_blob_that_is_too_long_is_not_read_further() {
    let server = lying(|artifact, request| {
        blob(artifact, request, |bytes| {
            Answer::ok([bytes, b"more"].concat())
        })
    });
    assert!(refused(&server).contains("bytes instead of"));
}

#[test]
fn a_body_that_never_ends_is_not_read_to_its_end() {
    let endless = |artifact: &Artifact, request: &Request| {
        blob(artifact, request, |_| {
            Answer::ok(vec![0; 1 << 16]).ending(Ending::Never)
        })
    };
    assert!(refused(&lying(endless)).contains("bytes instead of"));
    let server = lying(|_, request| {
        manifest(request, || {
            Answer::ok(vec![b' '; 1 << 16]).ending(Ending::Never)
        })
    });
    assert!(refused(&server).contains("larger than 4MiB"));
    let server = lying(|_, request| {
        manifest(request, || {
            Answer::new(500, vec![b' '; 1 << 16]).ending(Ending::Never)
        })
    });
    assert!(refused(&server).contains("answered 500"));
}

#[test]
fn a_blob_that_is_always_cut_is_given_up() {
    let server = lying(|artifact, request| {
        blob(artifact, request, |bytes| {
            Answer::ok(&bytes[..10]).ending(Ending::Claiming(bytes.len() as u64))
        })
    });
    assert!(
        refused(&server).contains("cannot be reached"),
        "{}",
        refused(&server)
    );
    let short =
        lying(|artifact, request| blob(artifact, request, |bytes| Answer::ok(&bytes[..10])));
    assert!(refused(&short).contains("ended before"));
}

#[test]
fn a_cut_blob_is_gone_on_with_where_it_was() {
    let server = lying(|artifact, request| {
        blob(artifact, request, |bytes| match request.header("range") {
            None => Answer::ok(&bytes[..10]).ending(Ending::Claiming(bytes.len() as u64)),
            Some(range) => {
                assert_eq!(range, "bytes=10-");
                let total = bytes.len();
                Answer::new(206, &bytes[10..])
                    .with("content-range", format!("bytes 10-{}/{total}", total - 1))
            }
        })
    });
    assert_whole(&pull(&server).unwrap().files);
    assert_eq!(server.count("GET", &Artifact::new().victim()), 2);
}

#[test]
fn a_registry_that_cannot_go_on_sends_the_whole_again() {
    let server = lying(|artifact, request| {
        blob(artifact, request, |bytes| match request.turn {
            1 => Answer::ok(&bytes[..10]).ending(Ending::Claiming(bytes.len() as u64)),
            _ => Answer::ok(bytes),
        })
    });
    assert_whole(&pull(&server).unwrap().files);
}

#[test]
fn a_registry_that_goes_on_elsewhere_is_not_believed() {
    let server = lying(|artifact, request| {
        blob(artifact, request, |bytes| match request.header("range") {
            None => Answer::ok(&bytes[..10]).ending(Ending::Claiming(bytes.len() as u64)),
            Some(_) => Answer::new(206, &bytes[20..]).with("content-range", "bytes 20-99/100"),
        })
    });
    assert!(refused(&server).contains("does not go on where it was"));
}

#[test]
fn a_missing_length_is_no_matter() {
    let server = lying(|artifact, request| {
        blob(artifact, request, |bytes| {
            Answer::ok(bytes).ending(Ending::Closing)
        })
        .or_else(|| {
            manifest(request, || {
                Answer::ok(artifact.manifest.clone()).ending(Ending::Closing)
            })
        })
    });
    assert_whole(&pull(&server).unwrap().files);
}

#[test]
fn a_length_that_lies_is_not_believed() {
    let server = lying(|artifact, request| {
        blob(artifact, request, |bytes| {
            Answer::ok(bytes).ending(Ending::Claiming(5))
        })
    });
    assert!(refused(&server).contains("ended before"));
    let server = lying(|_, request| {
        manifest(request, || {
            Answer::ok("{}").ending(Ending::Claiming(u64::MAX / 4))
        })
    });
    assert!(refused(&server).contains("larger than 4MiB"));
}

#[test]
fn a_busy_registry_is_asked_again_and_not_forever() {
    let server = lying(|_, request| {
        let busy = request.turn <= 2 && request.path.contains("/manifests/");
        busy.then(|| {
            Answer::new(if request.turn == 1 { 429 } else { 503 }, "").with("retry-after", "0")
        })
    });
    assert_whole(&pull(&server).unwrap().files);
    assert_eq!(server.count("GET", "/manifests/"), 3);
    let server = lying(|_, request| manifest(request, || Answer::new(503, "")));
    assert!(refused(&server).contains("answered 503"));
    assert_eq!(
        server.count("GET", "/manifests/"),
        1 + patience().retries as usize
    );
    // A pause of hours is told and not made.
    let server = lying(|_, request| {
        manifest(request, || {
            Answer::new(429, "").with("retry-after", "86400")
        })
    });
    assert!(refused(&server).contains("asks to wait 86400 s"));
    assert_eq!(server.count("GET", "/manifests/"), 1);
    let server = lying(|artifact, request| {
        blob(artifact, request, |bytes| match request.turn {
            1 => Answer::new(429, "").with("retry-after", "0"),
            _ => Answer::ok(bytes),
        })
    });
    assert_whole(&pull(&server).unwrap().files);
}

#[test]
fn silence_has_an_end() {
    let server = Server::start(|_| {
        std::thread::sleep(Duration::from_secs(3));
        Answer::ok("")
    });
    let mut access = hasty();
    access.hosts = vec![plain(&server.host)];
    access.patience.retries = 0;
    let error = Client::new(access)
        .registry
        .pull(&at(&server), &Demand::Anything)
        .unwrap_err();
    assert!(matches!(error, RegistryError::Connection { .. }), "{error}");
}

#[test]
fn drops_have_an_end() {
    let dripping = [
        lying(|_, request| manifest(request, || Answer::ok("").ending(Ending::Dripping))),
        lying(|artifact, request| {
            blob(artifact, request, |_| {
                Answer::ok("").ending(Ending::Dripping)
            })
        }),
    ];
    for server in dripping {
        let mut access = hasty();
        access.hosts = vec![plain(&server.host)];
        let client = Client::new(access);
        let error = client
            .registry
            .pull(&at(&server), &Demand::Anything)
            .unwrap_err();
        let text = chain(&error);
        assert!(
            text.contains("too long") || text.contains("bytes instead of"),
            "{text}"
        );
    }
}
