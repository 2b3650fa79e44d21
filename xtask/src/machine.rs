//! Facts about this machine.

use std::fs;

/// Linux capabilities that loading probes needs, by their bit.
const CAP_BPF: u32 = 39;
const CAP_PERFMON: u32 = 38;

/// Why probes cannot be loaded here, if they cannot.
pub(crate) fn probes_refused() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let effective = field(&status, "CapEff:")
        .and_then(|text| u64::from_str_radix(text, 16).ok())
        .unwrap_or(0);
    if !merlon_plugin_build::debian::is_root() {
        return Some("needs root".into());
    }
    for (bit, name) in [(CAP_BPF, "CAP_BPF"), (CAP_PERFMON, "CAP_PERFMON")] {
        if effective & (1 << bit) == 0 {
            return Some(format!("this root lacks {name}"));
        }
    }
    if !fs::exists("/sys/kernel/btf/vmlinux").unwrap_or(false) {
        return Some("the kernel has no type information (/sys/kernel/btf/vmlinux)".into());
    }
    None
}

/// One line per fact, for tables of numbers.
pub(crate) fn facts() -> Vec<(&'static str, String)> {
    let read = |path: &str| {
        fs::read_to_string(path)
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    let cpu = read("/proc/cpuinfo");
    let memory = read("/proc/meminfo");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    vec![
        ("kernel", read("/proc/sys/kernel/osrelease")),
        (
            "cpu",
            format!(
                "{} x {cores}",
                field(&cpu, "model name")
                    .unwrap_or("unknown")
                    .trim_start_matches([':', ' '])
            ),
        ),
        (
            "memory",
            field(&memory, "MemTotal:").unwrap_or("unknown").to_owned(),
        ),
        ("load", read("/proc/loadavg")),
    ]
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines()
        .find_map(|line| line.strip_prefix(name))
        .map(str::trim)
}
