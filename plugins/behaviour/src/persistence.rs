//! Staying, and becoming root.

use merlon_sdk::{Confidence, Severity};

use crate::detector::{Detection, Detector};
use crate::exec::Exec;

/// Setuid programs whose purpose is to change the user.
const EXPECTED: &[&str] = &[
    "sudo",
    "su",
    "sudoedit",
    "passwd",
    "chsh",
    "chfn",
    "newgrp",
    "gpasswd",
    "mount",
    "umount",
    "fusermount",
    "fusermount3",
    "ping",
    "ping6",
    "pkexec",
    "doas",
    "newuidmap",
    "newgidmap",
    "unix_chkpwd",
    "dbus-daemon-launch-helper",
    "polkit-agent-helper-1",
    "ssh-keysign",
    "crontab",
    "at",
    "chage",
    "expiry",
    "traceroute6.iputils",
    "pppd",
    "Xorg.wrap",
    "snap-confine",
];

/// The detectors of this file.
#[must_use]
pub fn detectors() -> Vec<Detector> {
    let mut detectors = escalation();
    detectors.extend(footholds());
    detectors
}

fn escalation() -> Vec<Detector> {
    vec![
        Detector::new(
            "setuid-escalation",
            "A setuid program made an ordinary user root",
            "euid == 0 and previous_euid != 0",
            setuid,
        )
        .severity(Severity::High)
        .attack(&["T1548.001"])
        .remedy("Set allowPrivilegeEscalation: false, drop SETUID, and remove the bit from the file."),
        Detector::new(
            "setuid-bit-set",
            "A command makes a file setuid or gives it capabilities",
            r#"exe.name in ("chmod", "setcap")"#,
            setuid_bit,
        )
        .severity(Severity::High)
        .confidence(Confidence::Medium)
        .attack(&["T1548.001"])
        .remedy("Give the service the right it needs in its unit or pod, not a file that anybody may run."),
        Detector::new(
            "kernel-module-tool",
            "A tool for kernel modules ran",
            r#"exe.name in ("insmod", "modprobe", "rmmod", "kmod", "depmod", "finit_module")"#,
            kernel_module,
        )
        .severity(Severity::High)
        .attack(&["T1547.006", "T1014"])
        .remedy("Drop CAP_SYS_MODULE; sign modules and lock the list down at boot."),
    ]
}

fn footholds() -> Vec<Detector> {
    vec![
        Detector::new(
            "preload-hijack",
            "A command line makes every program load a foreign library",
            r#"command_line contains "LD_PRELOAD" or command_line contains "ld.so.preload""#,
            preload,
        )
        .severity(Severity::High)
        .confidence(Confidence::Medium)
        .attack(&["T1574.006"])
        .remedy("Look at the library that is named; profilers and allocators belong in an exemption."),
        Detector::new(
            "authorized-keys-change",
            "A command line changes the keys that may log in",
            r#"command_line contains "authorized_keys""#,
            authorized_keys,
        )
        .severity(Severity::High)
        .confidence(Confidence::Medium)
        .attack(&["T1098.004"])
        .remedy("Compare the file with the keys that should be there."),
        Detector::new(
            "scheduled-task-in-container",
            "A command in a container plants a scheduled task",
            r#"container.id exists and (exe.name == "crontab" or command_line contains "/etc/cron" or command_line contains "/var/spool/cron")"#,
            scheduled,
        )
        .severity(Severity::Medium)
        .confidence(Confidence::Medium)
        .attack(&["T1053.003"])
        .remedy("Use a CronJob; a container has no reason to own a crontab."),
        Detector::new(
            "user-added-in-container",
            "A user was added or changed in a running container",
            r#"container.id exists and exe.name in ("useradd", "adduser", "usermod", "chpasswd", "groupadd", "addgroup")"#,
            user_added,
        )
        .severity(Severity::Medium)
        .confidence(Confidence::Medium)
        .attack(&["T1136.001", "T1098"])
        .remedy("Create users when the image is built."),
    ]
}

fn setuid(exec: &Exec<'_>) -> Option<Detection> {
    let before = exec.row.number("previous_euid")?;
    let gained = exec.row.number("euid") == Some(0) && before != 0;
    if !gained || exec.named(EXPECTED) {
        return None;
    }
    let message = format!("{} made user {before} root {}", exec.exe, exec.place());
    Detection::with(message, "previous_euid", before.to_string())
}

fn setuid_bit(exec: &Exec<'_>) -> Option<Detection> {
    let sets = |argument: &&str| {
        let octal = argument.len() == 4
            && argument.bytes().all(|byte| (b'0'..=b'7').contains(&byte))
            && matches!(argument.bytes().next(), Some(b'4' | b'6' | b'7'));
        let symbolic = matches!(
            *argument,
            "+s" | "u+s" | "g+s" | "ug+s" | "u+xs" | "u+sx" | "a+s"
        );
        octal || symbolic
    };
    let capability = exec.name == "setcap" && exec.has_any(&["cap_", "all="]).is_some();
    let bit = exec.name == "chmod" && exec.arguments().iter().any(sets);
    if !(capability || bit) {
        return None;
    }
    Detection::new(format!(
        "{} gives a file more rights than its user has",
        exec.name
    ))
}

fn kernel_module(exec: &Exec<'_>) -> Option<Detection> {
    if !exec.named(&["insmod", "modprobe", "rmmod", "kmod"]) {
        return None;
    }
    // The kernel and udev call modprobe on hosts all day.
    if exec.container.is_none() && exec.tty.is_none() && !exec.named(&["insmod"]) {
        return None;
    }
    if exec
        .has_any(&["--version", "--help", "--show-depends"])
        .is_some()
    {
        return None;
    }
    Detection::new(format!("{} ran {}", exec.name, exec.place()))
}

fn preload(exec: &Exec<'_>) -> Option<Detection> {
    let way = exec.has_any(&["LD_PRELOAD=", "/etc/ld.so.preload"])?;
    Detection::with(format!("{} sets {way}", exec.name), "way", way)
}

fn authorized_keys(exec: &Exec<'_>) -> Option<Detection> {
    let writes = exec.has_any(&[
        ">>", "> ", "tee ", "cp ", "mv ", "sed -i", "chattr", "echo ",
    ]);
    let copies = exec.named(&["tee", "cp", "mv", "install", "chattr", "vi", "vim", "nano"]);
    if !exec.has("authorized_keys") || !(writes.is_some() || copies) {
        return None;
    }
    Detection::new(format!("{} changes authorized_keys", exec.name))
}

fn scheduled(exec: &Exec<'_>) -> Option<Detection> {
    exec.container?;
    let lists = exec.name == "crontab" && exec.has_argument("-l");
    let writes = exec.has_any(&["/etc/cron", "/var/spool/cron"]).is_some()
        && (exec.has_any(&[">", "tee ", "cp ", "mv "]).is_some()
            || exec.named(&["tee", "cp", "mv", "install"]));
    if lists || !(exec.name == "crontab" || writes) {
        return None;
    }
    Detection::new(format!("{} plants a task {}", exec.name, exec.place()))
}

fn user_added(exec: &Exec<'_>) -> Option<Detection> {
    exec.container?;
    let known = [
        "useradd", "adduser", "usermod", "chpasswd", "groupadd", "addgroup",
    ];
    if !exec.named(&known) {
        return None;
    }
    Detection::new(format!("{} ran {}", exec.name, exec.place()))
}
