//! The protocol of `docker-credential-*` programs: the host on standard input, JSON on standard output.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use serde::Deserialize;

use crate::error::RegistryError;

/// How long a helper may take: it may have to ask a person.
pub(crate) const HELPER_TIME: Duration = Duration::from_secs(30);
/// What of its output is read.
const OUTPUT_CAP: u64 = 64 << 10;

/// What a helper knows.
pub(crate) enum Helped {
    Found { name: String, secret: String },
    Unknown,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "Username")]
    name: String,
    #[serde(rename = "Secret")]
    secret: String,
}

/// Asks `docker-credential-NAME` about a host.
pub(crate) fn ask(
    name: &str,
    host: &str,
    path: Option<&OsStr>,
    patience: Duration,
) -> Result<Helped, RegistryError> {
    let program = format!("docker-credential-{name}");
    let broken = |why: String| RegistryError::Credentials {
        host: host.to_owned(),
        place: program
            .chars()
            .take(80)
            .flat_map(char::escape_debug)
            .collect(),
        why,
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if !name.bytes().all(is_plain) || name.len() > 64 {
        return Err(broken(String::from("this is no name of a helper")));
    }
    let mut command = Command::new(&program);
    command.arg("get");
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if let Some(path) = path {
        command.env("PATH", path);
    }
    let mut child = command
        .spawn()
        .map_err(|error| broken(format!("it cannot be started: {error}")))?;
    let output = converse(&mut child, server(host), patience);
    let succeeded = finish(&mut child);
    let output = output.map_err(broken)?;
    if !succeeded {
        let text = String::from_utf8_lossy(&output).to_lowercase();
        if text.contains("credentials not found") || text.contains("not found in native keychain") {
            return Ok(Helped::Unknown);
        }
        return Err(broken(String::from("it failed; try `get` by hand")));
    }
    // The parser's own words could quote a secret.
    let Ok(answer) = serde_json::from_slice::<Answer>(&output) else {
        return Err(broken(String::from(
            "it did not print an object with Username and Secret",
        )));
    };
    if answer.name.is_empty() && answer.secret.is_empty() {
        return Ok(Helped::Unknown);
    }
    Ok(Helped::Found {
        name: answer.name,
        secret: answer.secret,
    })
}

/// The name under which Docker stores a host.
fn server(host: &str) -> &str {
    match host {
        "docker.io" | "registry-1.docker.io" => "https://index.docker.io/v1/",
        host => host,
    }
}

fn converse(child: &mut Child, server: &str, patience: Duration) -> Result<Vec<u8>, String> {
    if let Some(mut input) = child.stdin.take() {
        let sent = input.write_all(server.as_bytes());
        // A helper that needs no question may close its input at once.
        if let Err(error) = sent
            && error.kind() != std::io::ErrorKind::BrokenPipe
        {
            return Err(error.to_string());
        }
    }
    let Some(output) = child.stdout.take() else {
        return Err(String::from("its output cannot be read"));
    };
    match read(output).recv_timeout(patience) {
        Ok(Ok(bytes)) if bytes.len() as u64 > OUTPUT_CAP => Err(String::from("it prints too much")),
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!(
            "it did not answer within {} s",
            patience.as_secs_f32()
        )),
    }
}

/// Reads on a thread of its own: the helper may have left the pipe to a child that never ends.
fn read(output: ChildStdout) -> Receiver<std::io::Result<Vec<u8>>> {
    let (sender, receiver) = sync_channel(1);
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = output.take(OUTPUT_CAP + 1).read_to_end(&mut bytes);
        // Nobody waits any more after the time is over.
        _ = sender.send(read.map(|_| bytes));
    });
    receiver
}

/// Ends the helper, when it did not end by itself, and says whether it succeeded.
fn finish(child: &mut Child) -> bool {
    // Its output is closed or its time is over: what still runs now is of no use.
    for _ in 0..50 {
        if let Ok(Some(status)) = child.try_wait() {
            return status.success();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    // It may have ended in between.
    _ = child.kill();
    child.wait().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn asked(script: &str, patience: Duration) -> Result<Helped, RegistryError> {
        let root = tempfile::tempdir().unwrap();
        let program = root.path().join("docker-credential-test");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}:/usr/bin:/bin", root.path().display());
        ask("test", "r.example", Some(path.as_ref()), patience)
    }

    fn refusal(script: &str, patience: Duration) -> String {
        match asked(script, patience) {
            Ok(_) => String::from("an answer"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_helper_is_asked_for_the_host() {
        let script = r#"read -r host; [ "$1 $host" = "get r.example" ] || exit 3
            echo '{"ServerURL":"r.example","Username":"u","Secret":"s"}'"#;
        let answer = asked(script, HELPER_TIME);
        assert!(
            matches!(answer, Ok(Helped::Found { name, secret }) if name == "u" && secret == "s")
        );
    }

    #[test]
    fn a_helper_that_knows_nothing_means_anonymous() {
        let script = "echo credentials not found in native keychain; exit 1";
        assert!(matches!(asked(script, HELPER_TIME), Ok(Helped::Unknown)));
    }

    #[test]
    fn a_helper_that_breaks_is_named_and_not_quoted() {
        for script in [
            "echo secret; exit 1",
            "echo secret",
            "echo '{\"Username\":7,\"Secret\":\"secret\"}'",
        ] {
            let error = refusal(script, HELPER_TIME);
            assert!(error.contains("docker-credential-test"), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_helper_that_never_ends_is_ended() {
        let patience = Duration::from_millis(100);
        assert!(refusal("exec sleep 60", patience).contains("did not answer"));
        assert!(refusal("exec cat /dev/zero", HELPER_TIME).contains("too much"));
    }

    #[test]
    fn a_name_is_no_path() {
        let error = ask("../x", "h", None, HELPER_TIME);
        assert!(matches!(error, Err(RegistryError::Credentials { .. })));
        assert!(ask("absent-helper", "h", None, HELPER_TIME).is_err());
    }
}
