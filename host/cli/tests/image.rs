//! An image in a real registry: secrets in every place that an image has, found with the truth about
//! its layers. `cargo xtask setup` builds the registries and the plugins; without them these tests say
//! so and skip.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "the functions around the tests are tests too"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::image_builder::{ImageBuilder, archive};
use crate::leak::{key, line, plugins_are_built, told, virus};
use crate::support::peer::{Guard, Peer, USER, wanted};
use crate::tarball::Tarball;

#[path = "../../scanner/tests/scanner/image_builder.rs"]
#[allow(dead_code, reason = "its own tests use all of it")]
mod image_builder;
mod leak;
#[path = "ci/report.rs"]
#[allow(dead_code, reason = "its own tests use all of it")]
mod report;
#[path = "../../registry/tests/support/mod.rs"]
mod support;
#[path = "../../scanner/tests/scanner/tarball.rs"]
#[allow(dead_code, reason = "its own tests use all of it")]
mod tarball;

/// A file that stays, one that a later layer deletes, one whose secret is changed in place, a variable, a
/// build step, and a virus that is none.
fn leaky() -> ImageBuilder {
    ImageBuilder::new()
        .layer(
            Tarball::new()
                .file("app/stays", line(1))
                .file("app/deleted", line(2))
                .file("app/rotated", line(3)),
        )
        .layer(
            Tarball::new()
                .file("app/.wh.deleted", "")
                .file("app/rotated", line(4))
                .file("app/virus", virus()),
        )
        .env(&format!("AWS_ACCESS_KEY_ID={}", key(5)))
        .step(&format!("RUN AWS_ACCESS_KEY_ID={} make", key(6)))
}

/// A registry with the image, and what it takes to reach it.
struct Stage {
    peer: Peer,
    root: tempfile::TempDir,
}

impl Stage {
    fn open(name: &'static str, guard: Guard) -> Option<Self> {
        let crane = wanted("crane")?;
        let peer = Peer::start_as(name, guard)?;
        let root = tempfile::tempdir().unwrap();
        let image = root.path().join("image.tar");
        fs::write(&image, archive(&leaky().docker_new("app:1"))).unwrap();
        let login = login(&peer.host);
        fs::write(root.path().join("config.json"), login).unwrap();
        let ca = peer.ca.display();
        let configured = match guard {
            Guard::Open => String::new(),
            _ => format!("registries: [{{ host: \"{}\", ca: {ca} }}]\n", peer.host),
        };
        let configuration =
            format!("apiVersion: merlon.dev/v1\nrulesets: [secrets, malware]\n{configured}");
        fs::write(root.path().join("merlon.yaml"), configuration).unwrap();
        let stage = Self { peer, root };
        let pushed = stage.run(
            &crane,
            &["push", image.to_str().unwrap(), &stage.reference(":1")],
        );
        assert!(pushed.status.success(), "{}", told(&pushed));
        Some(stage)
    }

    fn reference(&self, name: &str) -> String {
        format!("{}/acme/app{name}", self.peer.host)
    }

    fn run(&self, program: &Path, arguments: &[&str]) -> Output {
        Command::new(program)
            .current_dir(self.root.path())
            .args(arguments)
            .env("DOCKER_CONFIG", self.root.path())
            .env("SSL_CERT_FILE", &self.peer.ca)
            .env("MERLON_CACHE_DIR", self.root.path().join("cache"))
            .env("XDG_CONFIG_HOME", self.root.path())
            .output()
            .unwrap()
    }

    fn merlon(&self, arguments: &[&str]) -> Output {
        let arguments = [&["scan", "--no-progress"], arguments].concat();
        self.run(Path::new(env!("CARGO_BIN_EXE_merlon")), &arguments)
    }
}

fn login(host: &str) -> String {
    use base64::Engine as _;
    let (user, password) = USER;
    let auth = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
    serde_json::json!({"auths": {host: {"auth": auth}}}).to_string()
}

/// Each finding as one line: where, in which layer, and whether it is still there.
fn places(output: &Output) -> Vec<String> {
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let mut places: Vec<String> = findings
        .map(|finding| {
            let subject = &finding["subject"];
            match subject["type"].as_str().unwrap() {
                "image" => format!("image {}", subject["config_path"].as_str().unwrap()),
                _ => format!(
                    "{} layer {} by {} visible {} deleted by {}",
                    subject["path"].as_str().unwrap(),
                    subject["layer"]["index"],
                    subject["layer"]["created_by"],
                    subject["visible"],
                    subject["deleted_by"]["index"],
                ),
            }
        })
        .collect();
    places.sort();
    places
}

/// Each secret once.
const PLACES: [&str; 7] = [
    r#"/app/deleted layer 0 by "step 0" visible false deleted by 1"#,
    r#"/app/rotated layer 0 by "step 0" visible false deleted by 1"#,
    r#"/app/rotated layer 1 by "step 1" visible true deleted by null"#,
    r#"/app/stays layer 0 by "step 0" visible true deleted by null"#,
    r#"/app/virus layer 1 by "step 1" visible true deleted by null"#,
    "image config.Env[0]",
    "image history[4].created_by",
];

#[test]
fn secrets_in_every_place_of_an_image_are_found_where_it_lies() {
    for (name, guard) in [
        ("docker-registry", Guard::Guarded),
        ("distribution", Guard::Chained),
        ("crane", Guard::Open),
        ("ocimem", Guard::Open),
    ] {
        let Some(stage) = plugins_are_built()
            .then(|| Stage::open(name, guard))
            .flatten()
        else {
            continue;
        };
        let target = format!("registry:{}", stage.reference(":1"));
        let scan = stage.merlon(&[&target, "--format", "json"]);
        assert_eq!(scan.status.code(), Some(1), "{name}: {}", told(&scan));
        assert_eq!(places(&scan), PLACES, "{name}: {}", told(&scan));
        // A secret is never repeated.
        assert!(!told(&scan).contains(&key(1)));
    }
}

#[test]
fn a_bare_word_that_is_no_path_is_an_image() {
    let Some(stage) = plugins_are_built()
        .then(|| Stage::open("crane", Guard::Open))
        .flatten()
    else {
        return;
    };
    let scan = stage.merlon(&[&stage.reference(":1"), "--format", "json"]);
    assert_eq!(places(&scan), PLACES, "{}", told(&scan));
}

#[test]
fn reports_about_secrets_and_a_virus_in_an_image_are_valid_for_their_readers() {
    let Some(stage) = plugins_are_built()
        .then(|| Stage::open("docker-registry", Guard::Guarded))
        .flatten()
    else {
        return;
    };
    let target = format!("registry:{}", stage.reference(":1"));
    let scan = stage.merlon(&[&target, "--format", "json"]);
    assert_eq!(scan.status.code(), Some(1), "{}", told(&scan));
    let report: Value = serde_json::from_slice(&scan.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let of = |finding: &Value| finding["rule"].as_str().unwrap().to_owned();
    let viruses: Vec<&Value> = findings
        .iter()
        .filter(|finding| of(finding).starts_with("malware/"))
        .collect();
    assert_eq!(viruses.len(), 1, "{viruses:#?}");
    assert_eq!(of(viruses[0]), "malware/test-eicar");
    let subject = &viruses[0]["subject"];
    assert_eq!(subject["path"], "/app/virus");
    assert_eq!(subject["layer"]["index"], 1);
    assert_eq!(subject["layer"]["created_by"], "step 1");
    assert_eq!(subject["visible"], true);
    for (format, counted) in [
        ("sarif", report::sarif as fn(&str) -> usize),
        ("gitlab", |text| report::gitlab(text, "sast")),
        ("gitlab-secrets", |text| {
            report::gitlab(text, "secret_detection")
        }),
    ] {
        let scan = stage.merlon(&[&target, "--format", format]);
        assert_eq!(scan.status.code(), Some(1), "{format}: {}", told(&scan));
        let expected = match format {
            "gitlab-secrets" => findings.len() - viruses.len(),
            _ => findings.len(),
        };
        let text = String::from_utf8(scan.stdout).unwrap();
        assert_eq!(counted(&text), expected, "{format}: {text}");
    }
}

#[test]
fn what_cannot_be_had_is_never_clean() {
    let Some(stage) = Stage::open("crane", Guard::Open) else {
        return;
    };
    let target = format!("registry:{}", stage.reference(":1"));
    for (arguments, code, reason) in [
        (vec![target.as_str(), "--offline"], 2, "the network is off"),
        (vec![&*format!("{target}x")], 2, "has no"),
        (vec!["registry:r.example/App"], 64, "did you mean"),
        (vec!["registry:127.0.0.1:1/app"], 2, "cannot be reached"),
    ] {
        let scan = stage.merlon(&arguments);
        assert_eq!(scan.status.code(), Some(code), "{}", told(&scan));
        assert!(told(&scan).contains(reason), "{reason} in {}", told(&scan));
    }
}
