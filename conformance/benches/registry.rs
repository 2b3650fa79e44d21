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

/// A signed ruleset in a registry, and who may have signed it.
struct Published {
    scratch: tempfile::TempDir,
    reference: Reference,
    demand: Demand,
    public: String,
    /// Lives as long as the bench.
    _server: Server,
}

fn publish() -> Published {
    let scratch = tempfile::tempdir().unwrap();
    let (server, host) = serve();
    let key = std::fs::read(root().join("conformance/trust/cosign.key")).unwrap();
    let key = SigningKey::from_pem(&key, b"").unwrap();
    let public = root().join("conformance/trust/cosign.pub");
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
    Published {
        scratch,
        reference,
        demand: Demand::Signed {
            policy: Policy::Key(key.public().clone()),
            annotations: BTreeMap::new(),
        },
        public: public.canonicalize().unwrap().display().to_string(),
        _server: server,
    }
}

impl Published {
    fn pull(&self, cache: &Path, network: Network) -> Duration {
        let access = Access {
            network,
            ..Access::default()
        };
        timed(|| {
            let registry = Registry::open(cache, access);
            let pulled = registry.pull(&self.reference, &self.demand).unwrap();
            assert!(pulled.signer.is_some());
        })
    }

    fn peers(&self, out: &Path) -> Duration {
        let name = self.reference.to_string().replace("oci://", "");
        std::fs::create_dir(out).unwrap();
        let flags = [
            "verify",
            "--key",
            &self.public,
            "--insecure-ignore-tlog",
            "--allow-http-registry",
            &name,
        ];
        timed(|| {
            run("oras", out, &["pull", "--plain-http", &name]);
            run("cosign", out, &flags);
        })
    }
}

const LINES: [&str; 4] = [
    "oras pull, then cosign verify",
    "merlon: verify and pull, cold",
    "merlon: verify and pull, cached",
    "merlon: verify and pull, offline",
];

fn main() {
    let published = publish();
    let mut times: [Vec<Duration>; 4] = Default::default();
    for round in 0..ROUNDS {
        let cache = published.scratch.path().join(format!("cache-{round}"));
        let out = published.scratch.path().join(format!("out-{round}"));
        let cold = published.pull(&cache, Network::Online);
        times[0].push(published.peers(&out));
        times[1].push(cold);
        times[2].push(published.pull(&cache, Network::Online));
        times[3].push(published.pull(&cache, Network::Offline));
    }
    let medians = times.map(|mut own| {
        own.sort();
        own[own.len() / 2].as_secs_f64() * 1e3
    });
    println!(
        "{:<36} {:>10} {:>8}",
        "a signed ruleset of 1 MiB", "wall", "ratio"
    );
    for (what, own) in LINES.into_iter().zip(medians) {
        println!("{what:<36} {own:>7.1} ms {:>8.2}", own / medians[0]);
    }
    println!(
        "\nregistry on loopback, medians of {ROUNDS} interleaved rounds; the peers start a process each (two), merlon is called as a library."
    );
}
