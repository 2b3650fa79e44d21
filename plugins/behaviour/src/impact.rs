//! Using the machine for somebody else.

use merlon_sdk::{Confidence, Severity};

use crate::detector::{Detection, Detector};
use crate::exec::Exec;

const MINERS: &[&str] = &[
    "xmrig",
    "xmr-stak",
    "minerd",
    "cpuminer",
    "ethminer",
    "t-rex",
    "nbminer",
    "lolMiner",
    "cgminer",
    "bfgminer",
    "ccminer",
    "kdevtmpfsi",
    "kinsing",
    "srbminer",
    "SRBMiner-MULTI",
    "teamredminer",
    "phoenixminer",
    "gminer",
    "cryptonight",
    "sysrv",
];

const MINER_TEXTS: &[&str] = &[
    "stratum+tcp://",
    "stratum+ssl://",
    "stratum2+tcp://",
    "stratum+tls://",
    "--donate-level",
    "--coin=monero",
    "--coin monero",
    "--algo=rx/0",
    "-a rx/0",
    "--cpu-max-threads-hint",
    "--nicehash",
    "minexmr.com",
    "supportxmr.com",
    "nanopool.org",
    "moneroocean.stream",
    "hashvault.pro",
    "xmrpool.eu",
    "f2pool.com",
    "2miners.com",
    "c3pool.com",
    "randomx",
];

/// The detectors of this file.
#[must_use]
pub fn detectors() -> Vec<Detector> {
    vec![
        Detector::new(
            "crypto-miner",
            "A program mines a currency",
            r#"exe.name in ("xmrig", "xmr-stak", "minerd", "cpuminer", "ethminer", "t-rex", "nbminer", "lolMiner", "cgminer", "bfgminer", "ccminer", "kdevtmpfsi", "kinsing", "srbminer", "SRBMiner-MULTI", "teamredminer", "phoenixminer", "gminer", "cryptonight", "sysrv") or command_line contains "stratum" or command_line contains "--donate-level" or command_line contains "monero" or command_line contains "rx/0" or command_line contains "--cpu-max-threads-hint" or command_line contains "--nicehash" or command_line contains "minexmr" or command_line contains "supportxmr" or command_line contains "nanopool.org" or command_line contains "hashvault.pro" or command_line contains "xmrpool" or command_line contains "f2pool.com" or command_line contains "2miners.com" or command_line contains "c3pool.com" or command_line contains "randomx""#,
            miner,
        )
        .severity(Severity::Critical)
        .attack(&["T1496"])
        .remedy("Stop the workload, find how it got in, and limit CPU and egress."),
        Detector::new(
            "tunnel-tool",
            "A tool that opens a way in from outside ran",
            r#"exe.name in ("ngrok", "frpc", "frps", "chisel", "cloudflared", "gost", "ligolo", "iox", "nps", "npc", "earthworm", "dnscat", "iodine", "revsocks", "bore", "localtunnel", "tailscaled", "gs-netcat")"#,
            tunnel,
        )
        .severity(Severity::High)
        .confidence(Confidence::Medium)
        .attack(&["T1572", "T1090"])
        .remedy("Close the tunnel; limit egress by network policies."),
        Detector::new(
            "disk-destruction",
            "A command destroys a file system or everything on it",
            r#"exe.name in ("mkfs", "mkfs.ext4", "mkfs.xfs", "wipefs", "blkdiscard", "shred", "dd", "rm")"#,
            destruction,
        )
        .severity(Severity::Critical)
        .attack(&["T1485", "T1561"])
        .remedy("Stop the node from writing, restore from backup, and find who ran it."),
    ]
}

fn miner(exec: &Exec<'_>) -> Option<Detection> {
    let text = exec.has_any(MINER_TEXTS);
    // A search for miners, or a firewall rule against them, is not one.
    let harmless = exec.named(&[
        "grep", "pgrep", "pkill", "killall", "iptables", "find", "rm", "vi", "vim", "less",
    ]);
    if harmless || !(exec.named(MINERS) || text.is_some()) {
        return None;
    }
    let sign = text.unwrap_or("name of the program");
    Detection::with(format!("{} mines {}", exec.exe, exec.place()), "sign", sign)
}

fn tunnel(exec: &Exec<'_>) -> Option<Detection> {
    let known = [
        "ngrok",
        "frpc",
        "frps",
        "chisel",
        "cloudflared",
        "gost",
        "ligolo",
        "iox",
        "nps",
        "npc",
        "earthworm",
        "dnscat",
        "iodine",
        "revsocks",
        "bore",
        "gs-netcat",
    ];
    if !exec.named(&known) {
        return None;
    }
    Detection::new(format!("{} ran {}", exec.name, exec.place()))
}

fn destruction(exec: &Exec<'_>) -> Option<Detection> {
    let disk = exec.has_any(&[
        "/dev/sd",
        "/dev/vd",
        "/dev/xvd",
        "/dev/nvme",
        "/dev/dm-",
        "/dev/mapper/",
    ]);
    let disk = match exec.name {
        "dd" => exec
            .has_any(&["of=/dev/sd", "of=/dev/vd", "of=/dev/xvd", "of=/dev/nvme"])
            .is_some(),
        "shred" | "wipefs" | "blkdiscard" => disk.is_some(),
        name => name.starts_with("mkfs") && disk.is_some() && exec.container.is_some(),
    };
    let root = exec.name == "rm"
        && exec.has_any(&["-rf", "-fr", "-r"]).is_some()
        && (exec.has("--no-preserve-root") || exec.has_argument("/") || exec.has_argument("/*"));
    if !disk && !root {
        return None;
    }
    Detection::new(format!("{} destroys data {}", exec.name, exec.place()))
}
