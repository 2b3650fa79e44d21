//! Reading what opens other doors.

use merlon_sdk::{Confidence, Severity};

use crate::detector::{Detection, Detector};
use crate::exec::Exec;

/// Programs that show, copy or search files.
const READERS: &[&str] = &[
    "cat", "tac", "less", "more", "head", "tail", "cp", "grep", "egrep", "awk", "gawk", "mawk",
    "sed", "strings", "xxd", "od", "hexdump", "base64", "dd", "tar", "zip", "scp", "rsync", "nl",
    "cut", "sort", "vi", "vim", "nano", "find", "curl", "wget", "busybox", "python3", "perl",
    "openssl", "gzip", "install", "unshadow", "john",
];

/// The detectors of this file.
#[must_use]
pub fn detectors() -> Vec<Detector> {
    vec![
        Detector::new(
            "password-file-read",
            "A command reads the file of password hashes",
            r#"command_line contains "/etc/shadow" or command_line contains "/etc/gshadow" or command_line contains "/etc/master.passwd" or exe.name == "unshadow""#,
            shadow,
        )
        .severity(Severity::High)
        .attack(&["T1003.008"])
        .remedy("Change the passwords of the accounts that have one, and run as a user that cannot read the file."),
        Detector::new(
            "cloud-metadata-access",
            "A command asks the cloud's metadata service",
            r#"command_line contains "169.254.169.254" or command_line contains "169.254.170.2" or command_line contains "metadata.google.internal" or command_line contains "100.100.100.200" or command_line contains "fd00:ec2::254""#,
            metadata,
        )
        .severity(Severity::High)
        .attack(&["T1552.005"])
        .remedy("Require IMDSv2 with a hop limit of 1, block the address by a network policy, use workload identity."),
        Detector::new(
            "service-account-token-read",
            "A command reads the token of the pod's service account",
            r#"command_line contains "secrets/kubernetes.io/serviceaccount" or command_line contains "secrets/eks.amazonaws.com/serviceaccount" or command_line contains "secrets/azure/tokens""#,
            token,
        )
        .severity(Severity::High)
        .confidence(Confidence::Medium)
        .attack(&["T1528", "T1552.007"])
        .remedy("Set automountServiceAccountToken: false where no token is needed, and revoke this one."),
        Detector::new(
            "credential-file-search",
            "A command looks for files that hold keys",
            r#"command_line contains "id_rsa" or command_line contains "id_ed25519" or command_line contains ".aws/credentials" or command_line contains ".kube/config" or command_line contains ".docker/config.json" or command_line contains ".git-credentials" or command_line contains "admin.conf" or command_line contains "/etc/kubernetes/pki" or command_line contains "application_default_credentials" or command_line contains "/environ""#,
            search,
        )
        .severity(Severity::High)
        .confidence(Confidence::Medium)
        .attack(&["T1552.001", "T1552.004"])
        .remedy("Change the keys that were found; hand keys to workloads as short-lived tokens."),
    ]
}

/// The command reads: it is a reading program, or a shell's line with one in it.
fn reads(exec: &Exec<'_>) -> bool {
    exec.named(READERS)
        || exec.has_option('c')
            && exec
                .has_any(&[
                    "cat ", "head ", "tail ", "cp ", "grep ", "base64 ", "tar ", "curl ", "find ",
                    "less ", "more ", "< ", "<",
                ])
                .is_some()
}

fn shadow(exec: &Exec<'_>) -> Option<Detection> {
    let file = exec.has_any(&["/etc/shadow", "/etc/gshadow", "/etc/master.passwd"]);
    if exec.name != "unshadow" && (file.is_none() || !reads(exec)) {
        return None;
    }
    let file = file.unwrap_or("/etc/shadow");
    Detection::with(
        format!("{} reads {file} {}", exec.name, exec.place()),
        "file",
        file,
    )
}

fn metadata(exec: &Exec<'_>) -> Option<Detection> {
    let address = exec.has_any(&[
        "169.254.169.254",
        "169.254.170.2",
        "metadata.google.internal",
        "100.100.100.200",
        "fd00:ec2::254",
    ])?;
    // Routing and firewall tools name the address in order to block it.
    if exec.named(&[
        "iptables",
        "ip6tables",
        "ip",
        "nft",
        "route",
        "iptables-restore",
        "xtables-nft-multi",
    ]) {
        return None;
    }
    Detection::with(
        format!("{} asks the metadata service {}", exec.name, exec.place()),
        "address",
        address,
    )
}

fn token(exec: &Exec<'_>) -> Option<Detection> {
    let mount = exec.has_any(&[
        "secrets/kubernetes.io/serviceaccount",
        "secrets/eks.amazonaws.com/serviceaccount",
        "secrets/azure/tokens",
    ])?;
    if !reads(exec) || exec.has_argument("--cacert") && !exec.has("token") {
        return None;
    }
    Detection::with(
        format!(
            "{} reads the token of the service account {}",
            exec.name,
            exec.place()
        ),
        "mount",
        mount,
    )
}

fn search(exec: &Exec<'_>) -> Option<Detection> {
    let file = exec.has_any(&[
        "id_rsa",
        "id_ed25519",
        ".aws/credentials",
        ".kube/config",
        ".docker/config.json",
        ".git-credentials",
        "/etc/kubernetes/admin.conf",
        "/etc/kubernetes/pki",
        "application_default_credentials",
        "/proc/1/environ",
        "/proc/*/environ",
    ])?;
    let public = exec.has("id_rsa.pub") || exec.has("id_ed25519.pub");
    if !reads(exec) || public {
        return None;
    }
    Detection::with(
        format!("{} looks for {file} {}", exec.name, exec.place()),
        "file",
        file,
    )
}
