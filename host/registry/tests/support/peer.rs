//! Real registries and tools, started as they are.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::workspace;

/// A program of the tools directory, or of the system.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    #[allow(
        clippy::disallowed_methods,
        reason = "a test is told by its environment where the tools are"
    )]
    let tools = std::env::var("MERLON_PEERS_DIR").map(PathBuf::from);
    let tools = tools.unwrap_or_else(|_| workspace().join("target/peers/bin"));
    [tools, PathBuf::from("/usr/bin"), PathBuf::from("/usr/sbin")]
        .iter()
        .map(|directory| directory.join(name))
        .find(|path| path.is_file())
}

/// The program, or a line that says what is not tested.
pub(crate) fn wanted(name: &str) -> Option<PathBuf> {
    let found = program(name);
    if found.is_none() {
        println!("skipped: there is no {name} in MERLON_PEERS_DIR or target/peers/bin");
    }
    found
}

/// What a registry is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guard {
    /// Plain HTTP for everybody.
    Open,
    /// TLS with a certificate that signed itself, and a user `merlon` with the password `s3cret:word`.
    Guarded,
    /// The same, with a certificate that an authority signed.
    Chained,
    /// The same, with a certificate for another name.
    Misnamed,
}

pub(crate) const USER: (&str, &str) = ("merlon", "s3cret:word");

/// A registry that runs until it is dropped.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    pub(crate) host: String,
    /// The certificate of its authority, when it is guarded.
    pub(crate) ca: PathBuf,
    root: TempDir,
    child: Child,
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

pub(crate) const PEERS: [&str; 6] = [
    "docker-registry",
    "distribution",
    "crane",
    "refreg",
    "ocimem",
    "ocimem-bare",
];

impl Peer {
    pub(crate) fn start(name: &'static str) -> Option<Self> {
        Self::start_as(name, Guard::Open)
    }

    /// A port that was looked up before may be taken when the registry wants it: then it ends, and
    /// another one is tried.
    pub(crate) fn start_as(name: &'static str, guard: Guard) -> Option<Self> {
        for _ in 0..5 {
            let mut peer = Self::spawn(name, guard)?;
            if peer.serves() {
                return Some(peer);
            }
        }
        panic!("{name} does not start");
    }

    fn spawn(name: &'static str, guard: Guard) -> Option<Self> {
        let root = tempfile::tempdir().unwrap();
        let binary = match name {
            "distribution" => "registry",
            "ocimem-bare" => "ocimem",
            name => name,
        };
        let mut command = Command::new(wanted(binary)?);
        let host = format!("127.0.0.1:{}", free_port());
        match name {
            "crane" => command.args(["registry", "serve", "--address", &host]),
            "refreg" => command.arg(&host),
            "ocimem" => command.args(["-addr", &host]),
            "ocimem-bare" => {
                command.args(["-addr", &host, "-no-referrers", "-no-filter", "-page", "2"])
            }
            _ => command
                .arg("serve")
                .arg(configuration(root.path(), &host, guard)?),
        };
        let child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Some(Self {
            name,
            ca: root.path().join("ca.pem"),
            host,
            root,
            child,
        })
    }

    /// Whether it is this process that answers on its port.
    fn serves(&mut self) -> bool {
        let end = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(&self.host).is_err() {
            assert!(Instant::now() < end, "{} does not start", self.name);
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        // Somebody else may have answered while this one was about to fail.
        std::thread::sleep(Duration::from_millis(100));
        self.child.try_wait().unwrap().is_none()
    }

    /// A directory that goes with the registry.
    pub(crate) fn room(&self) -> &Path {
        self.root.path()
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn configuration(root: &Path, host: &str, guard: Guard) -> Option<PathBuf> {
    let template = workspace().join("conformance/registry/r.yml");
    let at = |name: &str| root.join(name).display().to_string();
    let (tls, auth) = match guard {
        Guard::Open => (String::new(), String::new()),
        guard => {
            certificate(root, guard)?;
            users(root)?;
            (
                format!(
                    ", tls: {{certificate: \"{}\", key: \"{}\"}}",
                    at("c.pem"),
                    at("k.pem")
                ),
                format!(
                    "auth: {{htpasswd: {{realm: t, path: \"{}\"}}}}\n",
                    at("users")
                ),
            )
        }
    };
    let text = std::fs::read_to_string(template).unwrap();
    let text = text
        .replace("@DIRECTORY@", &at("data"))
        .replace("@ADDRESS@", host);
    let path = root.join("r.yml");
    std::fs::write(&path, text.replace("@TLS@", &tls) + &auth).unwrap();
    Some(path)
}

/// Makes `c.pem` and `k.pem` for the server, and `ca.pem` for who trusts it.
fn certificate(root: &Path, guard: Guard) -> Option<()> {
    let openssl = wanted("openssl")?;
    let name = match guard {
        Guard::Misnamed => "subjectAltName=DNS:r.example",
        _ => "subjectAltName=IP:127.0.0.1,DNS:localhost",
    };
    let key = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ];
    let with = |more: &[&str]| run(&openssl, root, &[&key, more].concat());
    if guard == Guard::Chained {
        with(&[
            "-keyout",
            "ca.key",
            "-out",
            "ca.pem",
            "-subj",
            "/CN=authority",
        ]);
        let signed = [
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-addext",
            "basicConstraints=critical,CA:FALSE",
        ];
        let own = [
            "-keyout",
            "k.pem",
            "-out",
            "c.pem",
            "-subj",
            "/CN=server",
            "-addext",
            name,
        ];
        with(&[&own[..], &signed].concat());
    } else {
        with(&[
            "-keyout",
            "k.pem",
            "-out",
            "c.pem",
            "-subj",
            "/CN=server",
            "-addext",
            name,
        ]);
        std::fs::copy(root.join("c.pem"), root.join("ca.pem")).unwrap();
    }
    Some(())
}

fn users(root: &Path) -> Option<()> {
    let output = Command::new(wanted("htpasswd")?)
        .args(["-Bbn", USER.0, USER.1])
        .output()
        .unwrap();
    std::fs::write(root.join("users"), output.stdout).unwrap();
    Some(())
}

/// Runs a tool in a directory; its output has to be a success.
pub(crate) fn run(program: &Path, directory: &Path, arguments: &[&str]) -> String {
    let output = try_run(program, directory, arguments);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{program:?} {arguments:?}\n{text}\n{error}"
    );
    text
}

pub(crate) fn try_run(program: &Path, directory: &Path, arguments: &[&str]) -> Output {
    Command::new(program)
        .args(arguments)
        .current_dir(directory)
        .env("COSIGN_PASSWORD", "")
        .env("HOME", directory)
        .output()
        .unwrap()
}

/// The same with something on its standard input.
pub(crate) fn run_with(program: &Path, directory: &Path, (arguments, input): (&[&str], &[u8])) {
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(directory)
        .env("HOME", directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let mut text = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert!(
        child.wait().unwrap().success(),
        "{program:?} {arguments:?}\n{text}"
    );
}
