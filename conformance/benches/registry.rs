//! What it costs to take a signed ruleset of one megabyte from a registry on loopback: cold, cached and
//! offline, beside `oras pull` and `cosign verify`, interleaved in one run. `cargo xtask bench registry`.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a bench prints, and stops at the first thing that is wrong"
)]

use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use merlon_artifact::Ruleset;
use merlon_registry::{Access, Demand, Network, PushOptions, Reference, Registry};
use merlon_trust::{Candidate, Policy, SigningKey};

const ROUNDS: usize = 9;
const MEGABYTE: usize = 1 << 20;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn peer(name: &str) -> PathBuf {
    let path = root().join("target/peers/bin").join(name);
    assert!(
        path.is_file(),
        "{name} is not built: run `cargo xtask setup`"
    );
    path
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

fn serve() -> (Server, String) {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let host = format!("127.0.0.1:{port}");
    let child = Command::new(peer("crane"))
        .args(["registry", "serve", "--address", &host])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while TcpStream::connect(&host).is_err() {
        std::thread::sleep(Duration::from_millis(20));
    }
    (Server(child), host)
}

/// A ruleset whose content is a megabyte that does not compress.
fn ruleset(directory: &Path) -> Ruleset {
    let mut state = 1_u64;
    let noise: Vec<u8> = (0..MEGABYTE)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            state.to_be_bytes()[0]
        })
        .collect();
    std::fs::create_dir_all(directory).unwrap();
    let definition = "apiVersion: merlon.dev/v1\nkind: Ruleset\nid: bench\nversion: 0.1.0\ntitle: A bench\npolicies: [p.rego]\nrules: [{ id: x, title: X, severity: low }]\ncontent: [data.bin]\n";
    std::fs::write(directory.join("ruleset.yaml"), definition).unwrap();
    std::fs::write(directory.join("p.rego"), "package bench.x\n").unwrap();
    std::fs::write(directory.join("data.bin"), noise).unwrap();
    Ruleset::open(directory).unwrap()
}

fn timed(act: impl FnOnce()) -> Duration {
    let began = Instant::now();
    act();
    began.elapsed()
}

fn run(program: &str, directory: &Path, arguments: &[&str]) {
    let output = Command::new(peer(program))
        .current_dir(directory)
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn main() {
    let scratch = tempfile::tempdir().unwrap();
    let (_server, host) = serve();
    let key = std::fs::read(root().join("conformance/trust/cosign.key")).unwrap();
    let key = SigningKey::from_pem(&key, b"").unwrap();
    let public = root().join("conformance/trust/cosign.pub");
    let public = public.canonicalize().unwrap().display().to_string();
    let reference: Reference = format!("oci://{host}/acme/bench:1").parse().unwrap();
    let registry = Registry::open(&scratch.path().join("push"), Access::default());
    let set = ruleset(&scratch.path().join("set"));
    let digest = registry
        .push(&set, &reference, &PushOptions::default())
        .unwrap();
    let bundle = Candidate::Bundle(key.sign_bundle(digest).unwrap());
    registry
        .attach_signature(&reference, &digest, &bundle)
        .unwrap();
    let demand = Demand::Signed {
        policy: Policy::Key(key.public().clone()),
        annotations: BTreeMap::new(),
    };
    let name = format!("{host}/acme/bench:1");
    let mut times: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    for round in 0..ROUNDS {
        let cache = scratch.path().join(format!("cache-{round}"));
        let offline = Access {
            network: Network::Offline,
            ..Access::default()
        };
        let pull = |access: Access| {
            timed(|| {
                let pulled = Registry::open(&cache, access)
                    .pull(&reference, &demand)
                    .unwrap();
                assert!(pulled.signer.is_some());
            })
        };
        let out = scratch.path().join(format!("out-{round}"));
        std::fs::create_dir(&out).unwrap();
        let cold = pull(Access::default());
        let oras = timed(|| run("oras", &out, &["pull", "--plain-http", &name]));
        let cosign = timed(|| {
            let flags = [
                "verify",
                "--key",
                &public,
                "--insecure-ignore-tlog",
                "--allow-http-registry",
            ];
            run("cosign", &out, &[&flags[..], &[name.as_str()]].concat());
        });
        for (what, time) in [
            ("merlon: verify and pull, cold", cold),
            ("merlon: verify and pull, cached", pull(Access::default())),
            ("merlon: verify and pull, offline", pull(offline)),
            ("oras pull, then cosign verify", oras + cosign),
        ] {
            times.entry(what).or_default().push(time);
        }
    }
    let mut median = |what: &str| {
        let own = times.get_mut(what).unwrap();
        own.sort();
        own[own.len() / 2].as_secs_f64() * 1e3
    };
    let peer = median("oras pull, then cosign verify");
    println!(
        "{:<36} {:>10} {:>8}",
        "a signed ruleset of 1 MiB", "wall", "ratio"
    );
    for what in [
        "oras pull, then cosign verify",
        "merlon: verify and pull, cold",
        "merlon: verify and pull, cached",
        "merlon: verify and pull, offline",
    ] {
        let own = median(what);
        println!("{what:<36} {own:>7.1} ms {:>8.2}", own / peer);
    }
    println!(
        "\nregistry on loopback, medians of {ROUNDS} interleaved rounds; the peers start a process each (two), merlon is called as a library."
    );
}
