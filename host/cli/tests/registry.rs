//! From `oras push` to a finding, and what happens to a signature: a real registry, the stock publisher,
//! the real signer. `cargo xtask setup` builds them; without one of them its tests say so and skip.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "the functions around the tests are tests too"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const RULESET: &str = "apiVersion: merlon.dev/v1\nkind: Ruleset\nid: team\nversion: 0.1.0\ntitle: Ours\npolicies: [\"*.rego\"]\nrules:\n  - { id: owner-label, title: Every Deployment names its owner, severity: medium, kinds: [Deployment] }\n";
const POLICY: &str = "package team.owner_label\n\ndeny contains result if {\n\tnot input.metadata.labels.owner\n\tresult := {\"msg\": sprintf(\"%s has no owner label\", [input.metadata.name])}\n}\n";
const DEPLOYMENT: &str =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web, namespace: shop }\nspec: {}\n";

/// A registry in memory, an empty directory, and what it takes to talk to both.
struct Stage {
    root: tempfile::TempDir,
    host: String,
    registry: Child,
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _gone = self.registry.kill();
        let _reaped = self.registry.wait();
    }
}

fn peer(name: &str) -> Option<PathBuf> {
    let bin = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/peers/bin");
    let path = bin.join(name);
    if !path.is_file() {
        println!("skipped: {name} is not built; run `cargo xtask setup`");
        return None;
    }
    Some(path)
}

impl Stage {
    fn open() -> Option<Self> {
        let (crane, _, _) = (peer("crane")?, peer("oras")?, peer("cosign")?);
        let root = tempfile::tempdir().unwrap();
        // Its own choice of a port: one that was looked up before may be taken by then.
        let log = root.path().join("registry.log");
        let registry = Command::new(crane)
            .args(["registry", "serve", "--address", "127.0.0.1:0"])
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let began = Instant::now();
        let host = loop {
            let text = fs::read_to_string(&log).unwrap();
            let whole = text.split_inclusive('\n').find(|line| line.ends_with('\n'));
            if let Some((_, port)) = whole.and_then(|line| line.split_once("serving on port ")) {
                break format!("127.0.0.1:{}", port.trim());
            }
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "the registry does not start: {text}"
            );
            std::thread::sleep(Duration::from_millis(20));
        };
        let stage = Self {
            root,
            host,
            registry,
        };
        stage.write("team/ruleset.yaml", RULESET);
        stage.write("team/owner_label.rego", POLICY);
        stage.write("deploy/web.yaml", DEPLOYMENT);
        Some(stage)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn run(&self, program: &Path, directory: &str, arguments: &[&str]) -> Output {
        Command::new(program)
            .current_dir(self.root.path().join(directory))
            .args(arguments)
            .env("COSIGN_PASSWORD", "")
            .env("DOCKER_CONFIG", self.root.path())
            .env("MERLON_CACHE_DIR", self.root.path().join(".cache"))
            .env("XDG_CONFIG_HOME", self.root.path())
            .output()
            .unwrap()
    }

    fn merlon(&self, arguments: &[&str]) -> Output {
        self.run(Path::new(env!("CARGO_BIN_EXE_merlon")), "", arguments)
    }

    fn cosign(&self, arguments: &[&str]) -> Output {
        self.run(&peer("cosign").unwrap(), "", arguments)
    }

    /// Stock `oras push`; the digest.
    fn oras_push(&self, tag: &str) -> String {
        let reference = format!("{}/acme/team:{tag}", self.host);
        let push = self.run(
            &peer("oras").unwrap(),
            "team",
            &[
                "push",
                "--plain-http",
                &reference,
                "--artifact-type",
                "application/vnd.merlon.ruleset.v1",
                "ruleset.yaml",
                "owner_label.rego",
            ],
        );
        assert!(push.status.success(), "{}", told(&push));
        let text = told(&push);
        let digest = text.lines().find_map(|line| line.strip_prefix("Digest: "));
        digest.unwrap().to_owned()
    }

    fn sign(&self, key: &str, digest: &str, form: &[&str]) {
        let subject = format!("{}/acme/team@{digest}", self.host);
        let key = format!("{key}.key");
        let fixed = [
            "sign",
            "--key",
            &key,
            "-y",
            "--allow-http-registry",
            "--use-signing-config=false",
            "--tlog-upload=false",
        ];
        let sign = self.cosign(&[&fixed, form, &[subject.as_str()]].concat());
        assert!(sign.status.success(), "{}", told(&sign));
    }

    fn keys(&self, name: &str) {
        let made = self.cosign(&["generate-key-pair", "--output-key-prefix", name]);
        assert!(made.status.success(), "{}", told(&made));
    }

    fn configure(&self, tag: &str, verify: &str) {
        let entry = format!("oci://{}/acme/team:{tag}", self.host);
        self.write(
            "merlon.yaml",
            &format!("apiVersion: merlon.dev/v1\nrulesets:\n  - use: {entry}\n{verify}"),
        );
    }

    /// `merlon scan deploy` finds the missing label.
    fn finds(&self) {
        let scan = self.merlon(&["scan", "deploy", "--no-progress"]);
        assert_eq!(scan.status.code(), Some(1), "{}", told(&scan));
        assert!(
            told(&scan).contains("web has no owner label"),
            "{}",
            told(&scan)
        );
    }

    /// `merlon scan deploy` refuses the ruleset before it judges anything.
    fn refuses(&self, why: &str) {
        let scan = self.merlon(&["scan", "deploy", "--no-progress"]);
        assert_eq!(scan.status.code(), Some(64), "{}", told(&scan));
        assert!(scan.stdout.is_empty(), "{}", told(&scan));
        assert!(told(&scan).contains(why), "{why} in {}", told(&scan));
    }
}

fn told(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

const VERIFY: &str = "    verify: { key: cosign.pub }\n";

#[test]
fn oras_push_and_one_line_of_configuration_give_a_finding() {
    let Some(stage) = Stage::open() else { return };
    stage.oras_push("1");
    stage.configure("1", "");
    stage.finds();
    // What was seen once needs no registry any more.
    let offline = stage.merlon(&["scan", "deploy", "--no-progress", "--offline"]);
    assert_eq!(offline.status.code(), Some(1), "{}", told(&offline));
}

#[test]
fn a_signature_of_cosign_in_either_form_is_accepted_and_nothing_else_is() {
    let Some(stage) = Stage::open() else { return };
    stage.keys("cosign");
    stage.keys("other");
    let digest = stage.oras_push("1");
    stage.configure("1", VERIFY);
    stage.refuses("is not signed");
    stage.sign("other", &digest, &[]);
    stage.refuses("signed by another key");
    stage.sign("cosign", &digest, &[]);
    stage.finds();
    stage.write(
        "team/owner_label.rego",
        &POLICY.replace("owner label", "OWNER label"),
    );
    let digest = stage.oras_push("2");
    stage.configure("2", VERIFY);
    stage.refuses("is not signed");
    stage.sign("cosign", &digest, &["--new-bundle-format=false"]);
    let scan = stage.merlon(&["scan", "deploy", "--no-progress"]);
    assert!(
        told(&scan).contains("web has no OWNER label"),
        "{}",
        told(&scan)
    );
}

#[test]
fn an_attestation_by_the_right_key_approves_nothing() {
    let Some(stage) = Stage::open() else { return };
    stage.keys("cosign");
    let digest = stage.oras_push("1");
    stage.write("predicate.json", "{\"scan\":\"failed\"}");
    let subject = format!("{}/acme/team@{digest}", stage.host);
    let attest = stage.cosign(&[
        "attest",
        "--key",
        "cosign.key",
        "-y",
        "--allow-http-registry",
        "--use-signing-config=false",
        "--tlog-upload=false",
        "--type",
        "custom",
        "--predicate",
        "predicate.json",
        &subject,
    ]);
    assert!(attest.status.success(), "{}", told(&attest));
    stage.configure("1", VERIFY);
    stage.refuses("approves nothing");
}

#[test]
fn a_tag_that_was_moved_to_an_unsigned_artifact_is_refused() {
    let Some(stage) = Stage::open() else { return };
    stage.keys("cosign");
    let digest = stage.oras_push("1");
    stage.sign("cosign", &digest, &[]);
    stage.configure("1", VERIFY);
    stage.finds();
    stage.write("team/owner_label.rego", "package team.owner_label\n");
    stage.oras_push("1");
    stage.refuses("is not signed");
}

#[test]
fn a_lock_keeps_what_was_pulled_though_the_tag_moves_and_update_shows_the_difference() {
    let Some(stage) = Stage::open() else { return };
    stage.oras_push("1");
    stage.configure("1", "");
    let pull = stage.merlon(&["ruleset", "pull"]);
    assert!(pull.status.success(), "{}", told(&pull));
    assert!(stage.root.path().join("merlon.lock").is_file());
    let more = "  - { id: new-rule, title: A new one, severity: high }\n";
    stage.write("team/ruleset.yaml", &format!("{RULESET}{more}"));
    stage.write(
        "team/new_rule.rego",
        "package team.new_rule\n\ndeny contains \"x\" if false\n",
    );
    stage.write(
        "team/owner_label.rego",
        &POLICY.replace("owner label", "OWNER label"),
    );
    let push = stage.merlon(&[
        "ruleset",
        "push",
        "team",
        &format!("oci://{}/acme/team:1", stage.host),
    ]);
    assert!(push.status.success(), "{}", told(&push));
    stage.finds();
    let update = stage.merlon(&["ruleset", "pull", "--update"]);
    assert!(update.status.success(), "{}", told(&update));
    assert!(
        told(&update).contains("+ new-rule (high) A new one"),
        "{}",
        told(&update)
    );
    let scan = stage.merlon(&["scan", "deploy", "--no-progress"]);
    assert!(
        told(&scan).contains("web has no OWNER label"),
        "{}",
        told(&scan)
    );
}

#[test]
fn what_merlon_signs_cosign_verifies_and_what_merlon_pushes_oras_restores() {
    let Some(stage) = Stage::open() else { return };
    stage.keys("cosign");
    for form in ["bundle", "tag", "both"] {
        let name = format!("{}/acme/{form}:1", stage.host);
        let reference = format!("oci://{name}");
        let push = stage.merlon(&[
            "ruleset",
            "push",
            "team",
            &reference,
            "--sign-key",
            "cosign.key",
            "--signature-form",
            form,
        ]);
        assert!(push.status.success(), "{}", told(&push));
        let verified = stage.cosign(&[
            "verify",
            "--key",
            "cosign.pub",
            "--insecure-ignore-tlog",
            "--allow-http-registry",
            &name,
        ]);
        assert!(verified.status.success(), "{form}: {}", told(&verified));
        let own = stage.merlon(&["ruleset", "verify", &reference, "--key", "cosign.pub"]);
        assert!(own.status.success(), "{form}: {}", told(&own));
        assert!(told(&own).contains("is signed by key sha256:"));
    }
    let directory = stage.root.path().join("restored");
    fs::create_dir(&directory).unwrap();
    let name = format!("{}/acme/both:1", stage.host);
    let pull = stage.run(
        &peer("oras").unwrap(),
        "restored",
        &["pull", "--plain-http", &name],
    );
    assert!(pull.status.success(), "{}", told(&pull));
    for file in ["ruleset.yaml", "owner_label.rego"] {
        let (was, is) = (
            stage.root.path().join("team").join(file),
            directory.join(file),
        );
        assert_eq!(fs::read(was).unwrap(), fs::read(is).unwrap());
    }
}

#[test]
fn a_flipped_byte_in_a_layer_is_refused() {
    let Some(stage) = Stage::open() else { return };
    // A layout on disk can be edited as an intruder would.
    let push = stage.merlon(&["ruleset", "push", "team", "oci:layout:1"]);
    assert!(push.status.success(), "{}", told(&push));
    let blobs = stage.root.path().join("layout/blobs/sha256");
    let mut flipped = 0;
    for entry in fs::read_dir(blobs).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = fs::read(&path).unwrap();
        if bytes.starts_with(b"package team") {
            bytes[0] ^= 1;
            fs::write(&path, bytes).unwrap();
            flipped += 1;
        }
    }
    assert_eq!(flipped, 1);
    let pull = stage.merlon(&["ruleset", "pull", "oci:layout:1", "--output", "out"]);
    assert_eq!(pull.status.code(), Some(2), "{}", told(&pull));
    assert!(told(&pull).contains("sha256:"), "{}", told(&pull));
    assert!(!stage.root.path().join("out").exists());
}
