//! Removing traces and switching off those who watch.

use merlon_sdk::{Confidence, Severity};

use crate::detector::{Detection, Detector};
use crate::exec::Exec;

/// Programs that remove or empty files.
const REMOVERS: &[&str] = &["rm", "truncate", "shred", "unlink", "wipe", "srm", "dd"];

/// The detectors of this file.
#[must_use]
pub fn detectors() -> Vec<Detector> {
    vec![
        Detector::new(
            "log-clearing",
            "A command removes or empties logs",
            r#"command_line contains "/var/log" or command_line contains "--vacuum" or command_line contains "/var/run/utmp" or command_line contains "dmesg -""#,
            logs,
        )
        .severity(Severity::High)
        .confidence(Confidence::Medium)
        .attack(&["T1070.002"])
        .remedy("Ship logs off the machine as they are written; log rotation belongs in an exemption."),
        Detector::new(
            "shell-history-deletion",
            "A command removes the history of a shell or stops it",
            r#"command_line contains "history" or command_line contains "HIST""#,
            history,
        )
        .severity(Severity::High)
        .attack(&["T1070.003"])
        .remedy("Look at what the session did before; the sensor has its commands."),
        Detector::new(
            "security-tool-stopped",
            "A command stops the programs that watch the machine",
            r#"exe.name in ("systemctl", "service", "kill", "killall", "pkill", "setenforce", "auditctl", "aa-teardown", "aa-disable", "apparmor_parser", "chkconfig", "update-rc.d") or command_line contains "kernel.randomize_va_space""#,
            stopped,
        )
        .severity(Severity::High)
        .attack(&["T1562.001"])
        .remedy("Start the service again, and find out who may stop it."),
        Detector::new(
            "firewall-flush",
            "A command removes the rules of the firewall",
            r#"exe.name in ("iptables", "ip6tables", "iptables-legacy", "iptables-nft", "xtables-nft-multi", "nft", "ufw", "firewall-cmd")"#,
            firewall,
        )
        .severity(Severity::Medium)
        .confidence(Confidence::Medium)
        .attack(&["T1562.004"])
        .remedy("Compare the rules with what should be there; network plugins belong in an exemption."),
        Detector::new(
            "timestamp-forgery",
            "A command gives a file a false time",
            r#"exe.name == "touch""#,
            timestamps,
        )
        .severity(Severity::Low)
        .confidence(Confidence::Medium)
        .attack(&["T1070.006"])
        .remedy("Do not trust the times of that file; compare with the change time."),
        Detector::new(
            "process-inspection-in-container",
            "A debugger or tracer ran in a container",
            r#"container.id exists and exe.name in ("gdb", "gdbserver", "strace", "ltrace", "ptrace", "lldb", "frida", "frida-server")"#,
            debugger,
        )
        .severity(Severity::Medium)
        .attack(&["T1055.008"])
        .remedy("Drop CAP_SYS_PTRACE; use an ephemeral debug container that somebody answers for."),
    ]
}

fn logs(exec: &Exec<'_>) -> Option<Detection> {
    let vacuum = exec.name == "journalctl" && exec.has("--vacuum");
    let removes = exec.named(REMOVERS) && exec.has_any(&["/var/log", "/var/run/utmp"]).is_some();
    // Bytes after the log's name do not matter: the shell empties it before the command runs.
    let empties = exec.has_option('c')
        && exec
            .has_any(&[
                "> /var/log",
                ">/var/log",
                "rm -rf /var/log",
                "rm -f /var/log",
                "rm -r /var/log",
                "shred /var/log",
                "truncate -s 0 /var/log",
                "truncate -s0 /var/log",
            ])
            .is_some()
        && !exec.has(">> /var/log")
        && !exec.has(">>/var/log");
    let kernel = exec.name == "dmesg"
        && (exec.has_argument("-C") || exec.has_argument("-c") || exec.has_argument("--clear"));
    if !(vacuum || removes || empties || kernel) {
        return None;
    }
    Detection::new(format!("{} clears logs {}", exec.name, exec.place()))
}

fn history(exec: &Exec<'_>) -> Option<Detection> {
    let file = exec.has_any(&["_history", ".history"]).is_some()
        && (exec.named(REMOVERS)
            || exec.has("/dev/null")
            || exec.has_any(&["rm ", "shred ", "truncate "]).is_some());
    let command = exec.has_any(&[
        "history -c",
        "history -w /dev/null",
        "HISTFILE=/dev/null",
        "HISTFILE= ",
        "unset HISTFILE",
        "HISTSIZE=0",
        "HISTFILESIZE=0",
        "set +o history",
    ]);
    if !file && command.is_none() {
        return None;
    }
    let way = command.unwrap_or("history file");
    Detection::with(
        format!("{} removes the history of a shell", exec.name),
        "way",
        way,
    )
}

fn stopped(exec: &Exec<'_>) -> Option<Detection> {
    let stops = match exec.name {
        "systemctl" | "service" => exec.has_any(&["stop", "disable", "mask", "kill"]).is_some(),
        "kill" | "killall" | "pkill" | "chkconfig" | "update-rc.d" | "apparmor_parser" => true,
        "setenforce" => {
            return (exec.has_argument("0") || exec.has_argument("Permissive"))
                .then(|| Detection::new("setenforce switches SELinux off"))
                .flatten();
        }
        "auditctl" => {
            let off = exec.has("-e 0") || exec.has_argument("-D");
            return off
                .then(|| Detection::new("auditctl switches auditing off"))
                .flatten();
        }
        "aa-teardown" | "aa-disable" => return Detection::new("AppArmor is switched off"),
        _ => false,
    };
    let watcher = exec.has_any(&[
        "auditd",
        "falco",
        "tetragon",
        "tracee",
        "merlon",
        "osquery",
        "wazuh",
        "sysmon",
        "rsyslog",
        "syslog-ng",
        "systemd-journald",
        "apparmor",
        "crowdstrike",
        "falcon-sensor",
        "clamav",
    ])?;
    if !stops {
        return None;
    }
    Detection::with(format!("{} stops {watcher}", exec.name), "target", watcher)
}

fn firewall(exec: &Exec<'_>) -> Option<Detection> {
    let flushes = match exec.name {
        "nft" => exec.has("flush ruleset") || exec.has("delete table"),
        "ufw" => exec.has_argument("disable") || exec.has_argument("reset"),
        "firewall-cmd" => exec.has("--panic-off") || exec.has("--remove-"),
        name if name.contains("tables") => {
            exec.has_argument("-F") || exec.has_argument("--flush") || exec.has_argument("-X")
        }
        _ => false,
    };
    if !flushes {
        return None;
    }
    Detection::new(format!("{} removes rules {}", exec.name, exec.place()))
}

fn timestamps(exec: &Exec<'_>) -> Option<Detection> {
    let forged = exec.has_option('r')
        || exec.has_option('t')
        || exec.has_option('d')
        || exec.has("--reference")
        || exec.has("--date");
    if exec.name != "touch" || !forged || exec.container.is_none() {
        return None;
    }
    Detection::new(format!("touch forges a time {}", exec.place()))
}

fn debugger(exec: &Exec<'_>) -> Option<Detection> {
    exec.container?;
    if !exec.named(&[
        "gdb",
        "gdbserver",
        "strace",
        "ltrace",
        "lldb",
        "frida",
        "frida-server",
    ]) {
        return None;
    }
    Detection::new(format!("{} ran {}", exec.name, exec.place()))
}
