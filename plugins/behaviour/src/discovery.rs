//! Looking around.

use merlon_sdk::host::{log, state};
use merlon_sdk::{Confidence, Severity};

use crate::detector::{Detection, Detector};
use crate::exec::Exec;

/// Programs that tell where one is. One alone is nothing; many in a minute are somebody new.
const TOOLS: &[&str] = &[
    "whoami", "id", "uname", "hostname", "ps", "netstat", "ss", "ifconfig", "ip", "arp", "route",
    "w", "who", "last", "lastlog", "lsof", "mount", "df", "lscpu", "lsblk", "env", "printenv",
    "getent", "groups", "capsh", "dmesg", "lsmod", "nproc", "free", "uptime", "findmnt", "lspci",
];

/// How many different tools make a burst, and in how many milliseconds.
const BURST: u64 = 5;
const WINDOW_MS: u64 = 60_000;

/// The detectors of this file.
#[must_use]
pub fn detectors() -> Vec<Detector> {
    vec![
        Detector::new(
            "reconnaissance-burst",
            "Somebody looks around: five different discovery tools within a minute",
            r#"exe.name in ("whoami", "id", "uname", "hostname", "ps", "netstat", "ss", "ifconfig", "ip", "arp", "route", "w", "who", "last", "lastlog", "lsof", "mount", "df", "lscpu", "lsblk", "env", "printenv", "getent", "groups", "capsh", "dmesg", "lsmod", "nproc", "free", "uptime", "findmnt", "lspci") or command_line contains "/etc/passwd" or command_line contains "/etc/os-release" or command_line contains "/proc/version" or argv in ("whoami", "id", "uname", "hostname", "ps", "netstat", "ifconfig")"#,
            burst,
        )
        .severity(Severity::Medium)
        .confidence(Confidence::Medium)
        .attack(&["T1082", "T1033", "T1057", "T1016"])
        .remedy("Look at the session that these commands belong to; monitoring agents belong in an exemption."),
        Detector::new(
            "network-scan",
            "A network scanner ran",
            r#"exe.name in ("nmap", "masscan", "zmap", "rustscan", "fscan", "naabu", "hping3", "arp-scan", "kube-hunter", "kubescape", "peirates", "amicontained", "deepce.sh", "linpeas.sh", "linenum.sh") or command_line contains "linpeas" or command_line contains "LinEnum" or command_line contains "deepce""#,
            scan,
        )
        .severity(Severity::High)
        .attack(&["T1046", "T1613"])
        .remedy("Isolate the workload and look at what it reached; limit egress by network policies."),
    ]
}

/// The tool that this execution stands for.
fn tool<'a>(exec: &Exec<'a>) -> Option<&'a str> {
    if exec.named(TOOLS) {
        return Some(exec.name);
    }
    // busybox and coreutils in one file: the tool is the first argument or the name it was called by.
    if exec.named(&["busybox", "coreutils", "toybox"]) {
        let words = exec.argv.iter().take(2);
        return words
            .filter_map(|word| word.rsplit('/').next())
            .find(|word| TOOLS.contains(word));
    }
    let reads = exec.named(&["cat", "head", "less", "more", "grep", "tail"]);
    let file = exec.has_any(&[
        "/etc/passwd",
        "/etc/os-release",
        "/proc/version",
        "/etc/issue",
    ])?;
    reads.then_some(file)
}

fn burst(exec: &Exec<'_>) -> Option<Detection> {
    let tool = tool(exec)?;
    let scope = exec.scope();
    let different = match count(exec, &scope, tool) {
        Ok(different) => different?,
        Err(error) => {
            log::write(
                log::Level::Warn,
                &format!("no reconnaissance-burst for {scope}: {error}"),
            );
            return None;
        }
    };
    // Once per burst.
    if different != BURST {
        return None;
    }
    let message = format!(
        "{BURST} different discovery tools ran {} within a minute, last {tool}",
        exec.place()
    );
    Detection::with(message, "scope", scope)
}

/// The number of different tools so far, when this one is new.
fn count(exec: &Exec<'_>, scope: &str, tool: &str) -> Result<Option<u64>, String> {
    let seen = state::increment(exec.row, &format!("seen/{scope}/{tool}"), 1, WINDOW_MS)?;
    if seen > 1 {
        return Ok(None);
    }
    let different = state::increment(exec.row, &format!("tools/{scope}"), 1, WINDOW_MS)?;
    Ok(Some(different))
}

fn scan(exec: &Exec<'_>) -> Option<Detection> {
    let scanners = [
        "nmap",
        "masscan",
        "zmap",
        "rustscan",
        "fscan",
        "naabu",
        "hping3",
        "arp-scan",
        "kube-hunter",
        "peirates",
        "amicontained",
    ];
    let script = exec.has_any(&["linpeas", "LinEnum", "deepce"]);
    if !exec.named(&scanners) && script.is_none() {
        return None;
    }
    let name = script.unwrap_or("");
    let name = if name.is_empty() { exec.name } else { name };
    Detection::new(format!("{name} ran {}", exec.place()))
}
