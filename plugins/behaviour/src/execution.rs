//! Programs that come from where programs do not belong.

use merlon_sdk::{Confidence, Severity};

use crate::detector::{Detection, Detector};
use crate::exec::Exec;

/// The programs that start containers: they run themselves from memory while they do.
const CONTAINER_RUNTIMES: &[&str] = &[
    "runc",
    "crun",
    "youki",
    "runsc",
    "containerd-shim-runc-v2",
    "conmon",
];

const SCRATCH: &[&str] = &["/dev/shm/", "/run/shm/", "/dev/mqueue/"];
const TEMPORARY: &[&str] = &["/tmp/", "/var/tmp/", "/run/user/", "/var/spool/"];

/// The detectors of this file.
#[must_use]
pub fn detectors() -> Vec<Detector> {
    let mut detectors = by_origin();
    detectors.extend(by_name());
    detectors
}

fn by_origin() -> Vec<Detector> {
    vec![
        Detector::new(
            "memory-only-execution",
            "A program was started from memory, with no file behind it",
            r#"exe.origin == "memfd""#,
            memfd,
        )
        .severity(Severity::Critical)
        .attack(&["T1620", "T1027.011"])
        .remedy("Dump the process before it ends; its program is on no disk."),
        Detector::new(
            "dropped-binary",
            "A program that is not part of the image was started in a container",
            r#"container.id exists and exe.origin == "upper_layer""#,
            dropped,
        )
        .severity(Severity::High)
        .attack(&["T1105", "T1204.002"])
        .remedy("Containers run what their image holds: use a read-only root file system, and keep the file for analysis."),
        Detector::new(
            "execution-from-shared-memory",
            "A program was started from shared memory",
            r#"exe startswith "/dev/shm/" or exe startswith "/run/shm/" or exe startswith "/dev/mqueue/""#,
            shared_memory,
        )
        .severity(Severity::High)
        .attack(&["T1059", "T1564"])
        .remedy("Mount /dev/shm with noexec and look at who wrote the file."),
        Detector::new(
            "execution-from-temporary-directory",
            "A program was started from a directory that everybody may write to",
            r#"exe startswith "/tmp/" or exe startswith "/var/tmp/" or exe startswith "/run/user/" or exe startswith "/var/spool/""#,
            temporary,
        )
        .severity(Severity::Medium)
        .confidence(Confidence::Low)
        .attack(&["T1059", "T1204.002"])
        .remedy("Mount temporary directories with noexec; installers and test suites belong in an exemption."),
    ]
}

fn by_name() -> Vec<Detector> {
    vec![
        Detector::new(
            "hidden-executable",
            "A program whose name begins with a dot was started",
            r#"exe contains "/.""#,
            hidden,
        )
        .severity(Severity::Medium)
        .confidence(Confidence::Medium)
        .attack(&["T1564.001"])
        .remedy("Look at who wrote the file and when."),
        Detector::new(
            "package-manager-in-container",
            "A package manager ran in a container",
            r#"container.id exists and exe.name in ("apt", "apt-get", "aptitude", "dpkg", "apk", "yum", "dnf", "dnf5", "microdnf", "tdnf", "rpm", "zypper", "pacman")"#,
            package_manager,
        )
        .severity(Severity::Medium)
        .attack(&["T1072", "T1105"])
        .remedy("Install packages when the image is built; a running container should never change its own programs."),
        Detector::new(
            "cluster-client-in-container",
            "A client of the cluster or of a container runtime ran in a container",
            r#"container.id exists and exe.name in ("kubectl", "oc", "helm", "crictl", "ctr", "nerdctl", "docker", "podman", "k9s", "kubeletctl", "etcdctl")"#,
            cluster_client,
        )
        .severity(Severity::Medium)
        .confidence(Confidence::Medium)
        .attack(&["T1609", "T1613"])
        .remedy("Check the service account's roles; deployment tools and operators belong in an exemption."),
    ]
}

fn memfd(exec: &Exec<'_>) -> Option<Detection> {
    let starts_container = exec.argv.get(1) == Some(&"init")
        && (CONTAINER_RUNTIMES.contains(&exec.parent) || exec.descends_from(CONTAINER_RUNTIMES));
    if exec.origin != "memfd" || starts_container {
        return None;
    }
    Detection::new(format!(
        "{} runs from memory {}",
        exec.argv.first().unwrap_or(&exec.exe),
        exec.place()
    ))
}

fn dropped(exec: &Exec<'_>) -> Option<Detection> {
    if exec.origin != "upper_layer" {
        return None;
    }
    let id = exec.container?;
    let message = format!(
        "{} was written after the container started, then run",
        exec.exe
    );
    Detection::with(message, "container", id)
}

fn started_below(exec: &Exec<'_>, directories: &[&str]) -> Option<Detection> {
    let mut directories = directories.iter();
    let directory = directories.find(|directory| exec.exe.starts_with(**directory))?;
    Detection::new(format!(
        "{} runs from {directory} {}",
        exec.exe,
        exec.place()
    ))
}

fn shared_memory(exec: &Exec<'_>) -> Option<Detection> {
    started_below(exec, SCRATCH)
}

fn temporary(exec: &Exec<'_>) -> Option<Detection> {
    started_below(exec, TEMPORARY)
}

fn hidden(exec: &Exec<'_>) -> Option<Detection> {
    let hidden = exec.name.starts_with('.') && exec.name.len() > 1;
    if !hidden {
        return None;
    }
    Detection::new(format!("{} hides its name", exec.exe))
}

fn package_manager(exec: &Exec<'_>) -> Option<Detection> {
    let known = [
        "apt", "apt-get", "aptitude", "dpkg", "apk", "yum", "dnf", "dnf5", "microdnf", "tdnf",
        "rpm", "zypper", "pacman",
    ];
    if exec.container.is_none() || !exec.named(&known) {
        return None;
    }
    Detection::new(format!("{} ran {}", exec.name, exec.place()))
}

fn cluster_client(exec: &Exec<'_>) -> Option<Detection> {
    let known = [
        "kubectl",
        "oc",
        "helm",
        "crictl",
        "ctr",
        "nerdctl",
        "docker",
        "podman",
        "k9s",
        "kubeletctl",
        "etcdctl",
    ];
    if exec.container.is_none() || !exec.named(&known) {
        return None;
    }
    Detection::new(format!("{} ran {}", exec.name, exec.place()))
}
