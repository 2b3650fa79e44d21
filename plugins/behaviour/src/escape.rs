//! Leaving a container.

use merlon_sdk::{Confidence, Severity};

use crate::detector::{Detection, Detector};
use crate::exec::Exec;

/// The detectors of this file.
#[must_use]
pub fn detectors() -> Vec<Detector> {
    vec![
        Detector::new(
            "host-namespace-entry",
            "A command enters the namespaces of the host's first process",
            r#"exe.name == "nsenter" or command_line contains "nsenter""#,
            nsenter,
        )
        .severity(Severity::Critical)
        .attack(&["T1611"])
        .remedy("Forbid hostPID and privileged containers; treat the node as taken over."),
        Detector::new(
            "container-escape",
            "A command uses a known way out of a container",
            r#"container.id exists and (command_line contains "release_agent" or command_line contains "notify_on_release" or command_line contains "core_pattern" or command_line contains "/proc/1/root" or command_line contains "/proc/self/exe" or command_line contains "/sys/kernel/uevent_helper" or command_line contains "binfmt_misc" or command_line contains "/proc/sysrq-trigger" or exe.name in ("debugfs", "cdk") or command_line contains "chroot /host" or command_line contains "/proc/1/cwd")"#,
            escape,
        )
        .severity(Severity::Critical)
        .attack(&["T1611"])
        .remedy("Forbid privileged containers and host mounts, update the runtime; treat the node as taken over."),
        Detector::new(
            "host-device-mount",
            "A command in a container mounts a disk of the host",
            r#"container.id exists and command_line contains "/dev/""#,
            device_mount,
        )
        .severity(Severity::Critical)
        .attack(&["T1611"])
        .remedy("Drop CAP_SYS_ADMIN and give the container no block devices."),
        Detector::new(
            "runtime-socket-access",
            "A command in a container talks to the container runtime",
            r#"container.id exists and (command_line contains "docker.sock" or command_line contains "containerd.sock" or command_line contains "crio.sock" or command_line contains "podman.sock")"#,
            socket,
        )
        .severity(Severity::Critical)
        .attack(&["T1611", "T1610"])
        .remedy("Do not mount the runtime's socket into containers."),
        Detector::new(
            "namespace-creation-in-container",
            "A command in a container makes itself root in new namespaces",
            r#"container.id exists and (exe.name in ("unshare", "newuidmap", "bwrap", "capsh") or command_line contains "unshare ")"#,
            namespaces,
        )
        .severity(Severity::Medium)
        .confidence(Confidence::Medium)
        .attack(&["T1611", "T1068"])
        .remedy("Use the RuntimeDefault seccomp profile, which forbids new user namespaces."),
    ]
}

fn nsenter(exec: &Exec<'_>) -> Option<Detection> {
    let first = exec.has_any(&[
        "-t 1 ",
        "-t1 ",
        "--target 1 ",
        "--target=1 ",
        "--target=1",
        "-at 1 ",
        "-at1",
    ]);
    let last = ["-t 1", "-t1", "--target 1"]
        .iter()
        .any(|end| exec.command_line.ends_with(end));
    let enters = exec.name == "nsenter" || exec.has("nsenter ");
    if !enters || !(first.is_some() || last) {
        return None;
    }
    Detection::new(format!(
        "nsenter enters the host's namespaces {}",
        exec.place()
    ))
}

fn escape(exec: &Exec<'_>) -> Option<Detection> {
    exec.container?;
    let way = exec.has_any(&[
        "release_agent",
        "notify_on_release",
        "core_pattern",
        "/proc/1/root",
        "/proc/1/cwd",
        "uevent_helper",
        "binfmt_misc/register",
        "/proc/sysrq-trigger",
        "chroot /host",
    ]);
    let way = way
        .or_else(|| overwrites_runtime(exec))
        .or_else(|| tool(exec))?;
    Detection::with(
        format!("{} tries to leave its container: {way}", exec.name),
        "technique",
        way,
    )
}

/// The runtime's own program, reached through a process that it started: CVE-2019-5736 and its kin.
fn overwrites_runtime(exec: &Exec<'_>) -> Option<&'static str> {
    let writes = exec.has_any(&[
        "> /proc/self/exe",
        ">/proc/self/exe",
        "cp /proc/self/exe",
        "/proc/self/exe <",
    ]);
    writes.map(|_| "runtime reached through /proc/self/exe")
}

fn tool(exec: &Exec<'_>) -> Option<&'static str> {
    match exec.name {
        "debugfs" => Some("debugfs"),
        "cdk" => Some("cdk"),
        _ => None,
    }
}

fn device_mount(exec: &Exec<'_>) -> Option<Detection> {
    exec.container?;
    let device = exec.has_any(&[
        "/dev/sd",
        "/dev/vd",
        "/dev/xvd",
        "/dev/nvme",
        "/dev/dm-",
        "/dev/mapper/",
        "/dev/disk/",
        "/dev/root",
    ])?;
    let mounts = exec.name == "mount" || exec.has_option('c') && exec.has("mount ");
    let reads = exec.named(&["dd", "debugfs"]);
    if !mounts && !reads {
        return None;
    }
    Detection::with(
        format!("{} opens a disk of the host {}", exec.name, exec.place()),
        "device",
        device,
    )
}

fn socket(exec: &Exec<'_>) -> Option<Detection> {
    exec.container?;
    let socket = exec.has_any(&["docker.sock", "containerd.sock", "crio.sock", "podman.sock"])?;
    Detection::with(
        format!("{} talks to {socket} {}", exec.name, exec.place()),
        "socket",
        socket,
    )
}

fn namespaces(exec: &Exec<'_>) -> Option<Detection> {
    exec.container?;
    let unshare = exec.name == "unshare" || exec.has("unshare ");
    let root = exec.has_option('U')
        || exec.has_option('r')
        || exec.has("--map-root-user")
        || exec.has("--user")
        || exec.has("-Ur");
    let other = exec.named(&["newuidmap", "bwrap"]);
    if !(unshare && root || other) {
        return None;
    }
    Detection::new(format!(
        "{} makes new namespaces {}",
        exec.name,
        exec.place()
    ))
}
