//! The processes that run when the sensor starts, from `/proc`.
//!
//! A process may end while it is read: what is gone is left out.

use std::fs;
use std::io;
use std::path::PathBuf;

use merlon_ebpf_abi::ARGV_MAX;
use merlon_model::{ExeOrigin, Namespaces, Process};

use crate::container::{Isolation, identify};
use crate::decode::arguments;
use crate::kernel;
use crate::process::Host;

/// Longest file of `/proc` that is read.
const FILE_MAX: u64 = 64 << 10;

/// Reads every running process.
pub(crate) fn running(host: &Host) -> io::Result<Vec<Process>> {
    let mut processes = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let pid = name.to_str().and_then(|name| name.parse().ok());
        if let Some(process) = pid.and_then(|pid| one(host, pid)) {
            processes.push(process);
        }
    }
    Ok(processes)
}

fn place(pid: u32, file: &str) -> PathBuf {
    PathBuf::from("/proc").join(pid.to_string()).join(file)
}

fn read(pid: u32, file: &str) -> Option<Vec<u8>> {
    use io::Read;
    let mut bytes = Vec::new();
    let file = fs::File::open(place(pid, file)).ok()?;
    file.take(FILE_MAX).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn link(pid: u32, file: &str) -> String {
    let target = fs::read_link(place(pid, file)).unwrap_or_default();
    target.to_string_lossy().into_owned()
}

/// The inode of a namespace; 0 when it cannot be read.
pub(crate) fn namespace(pid: u32, name: &str) -> u32 {
    let target = link(pid, &format!("ns/{name}"));
    let number = target
        .split_once('[')
        .and_then(|(_, n)| n.strip_suffix(']'));
    number.and_then(|n| n.parse().ok()).unwrap_or(0)
}

fn one(host: &Host, pid: u32) -> Option<Process> {
    let stat = Stat::parse(&read(pid, "stat")?)?;
    let status = read(pid, "status")?;
    let status = String::from_utf8_lossy(&status);
    let mut argv = read(pid, "cmdline").unwrap_or_default();
    let argv_truncated = argv.len() > ARGV_MAX;
    argv.truncate(ARGV_MAX);
    let exe = link(pid, "exe");
    let (uid, euid) = ids(&status, "Uid:")?;
    let (gid, egid) = ids(&status, "Gid:")?;
    let namespaces = Namespaces {
        mnt: namespace(pid, "mnt"),
        pid: namespace(pid, "pid"),
        net: namespace(pid, "net"),
        user: namespace(pid, "user"),
    };
    let own = host.pid_ns != 0 && namespaces.pid != 0 && namespaces.pid != host.pid_ns;
    let isolation = if own { Isolation::Own } else { Isolation::Host };
    let cgroups = read(pid, "cgroup")?;
    let cgroups = String::from_utf8_lossy(&cgroups);
    let cgroup = cgroup(&cgroups);
    Some(Process {
        exec_id: host.exec_id(pid, stat.start),
        pid,
        ppid: stat.ppid,
        origin: origin(&exe),
        exe: exe.strip_suffix(" (deleted)").unwrap_or(&exe).to_owned(),
        comm: stat.comm,
        argv: arguments(&argv),
        argv_truncated,
        cwd: link(pid, "cwd"),
        tty: terminal(stat.tty),
        uid,
        euid,
        gid,
        egid,
        previous_euid: euid,
        capabilities: capabilities(&status),
        namespaces,
        cgroup_id: cgroup_id(host, &cgroups),
        container: identify(&cgroup, isolation),
        cgroup,
        ancestors: Vec::new(),
    })
}

fn origin(exe: &str) -> ExeOrigin {
    if exe.starts_with("/memfd:") {
        ExeOrigin::Memfd
    } else {
        ExeOrigin::Plain
    }
}

/// The fields of `/proc/PID/stat` that are needed.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    comm: String,
    ppid: u32,
    tty: u32,
    start: u64,
}

impl Stat {
    /// The name stands in brackets and may hold brackets and spaces.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let (name, rest) = text.rsplit_once(')')?;
        let (_, comm) = name.split_once('(')?;
        let field = |index: usize| rest.split_ascii_whitespace().nth(index);
        let ticks: u64 = field(19)?.parse().ok()?;
        let nanos = 1_000_000_000 / kernel::ticks_per_second();
        Some(Self {
            comm: comm.to_owned(),
            ppid: field(1)?.parse().ok()?,
            tty: field(4)?.parse().ok()?,
            start: ticks.saturating_mul(nanos),
        })
    }
}

/// `pts0` or `tty1` from a device number; empty for others.
fn terminal(device: u32) -> String {
    let (major, minor) = (
        (device >> 8) & 0xfff,
        (device & 0xff) | ((device >> 12) & 0xfff00),
    );
    match major {
        136..=143 => format!("pts{}", (major - 136) * 256 + minor),
        4 if minor < 64 => format!("tty{minor}"),
        4 => format!("ttyS{}", minor - 64),
        _ => String::new(),
    }
}

/// Real and effective id of a line of `/proc/PID/status`.
fn ids(status: &str, key: &str) -> Option<(u32, u32)> {
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    let mut ids = line.split_ascii_whitespace();
    Some((ids.next()?.parse().ok()?, ids.next()?.parse().ok()?))
}

/// The effective capabilities of `/proc/PID/status`.
pub(crate) fn capabilities(status: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    line.and_then(|set| u64::from_str_radix(set.trim(), 16).ok())
        .unwrap_or(0)
}

/// The inode of the unified directory; 0 when it cannot be read.
fn cgroup_id(host: &Host, lines: &str) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let path = lines.lines().find_map(|line| line.strip_prefix("0::/"));
    let place = host.unified.as_ref().zip(path);
    let facts = place.and_then(|(mount, path)| fs::metadata(mount.join(path)).ok());
    facts.map_or(0, |facts| facts.ino())
}

/// The unified path, or where that is the root, the path in the pids hierarchy.
fn cgroup(lines: &str) -> String {
    let of = |controllers: &str| {
        lines.lines().find_map(|line| {
            let mut parts = line.splitn(3, ':');
            let (_, own, path) = (parts.next()?, parts.next()?, parts.next()?);
            own.split(',').any(|c| c == controllers).then_some(path)
        })
    };
    let path = of("").filter(|path| *path != "/").or_else(|| of("pids"));
    path.unwrap_or("/").trim_start_matches("/..").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_spaces_is_read() {
        let line = b"7 (a) b (c) S 5 7 7 34817 7 4194304 0 0 0 0 0 0 0 0 20 0 1 0 300 0";
        let stat = Stat::parse(line).unwrap();
        assert_eq!(
            (stat.comm.as_str(), stat.ppid, stat.tty),
            ("a) b (c", 5, 34817)
        );
        assert_eq!(stat.start, 3_000_000_000);
        assert_eq!(terminal(stat.tty), "pts1");
        assert_eq!(Stat::parse(b"7 (a"), None);
        assert_eq!(Stat::parse(b"7 (a) S 5"), None);
    }

    #[test]
    fn the_cgroup_is_the_unified_one_unless_that_is_the_root() {
        assert_eq!(cgroup("9:pids:/old\n0::/new\n"), "/new");
        assert_eq!(cgroup("9:pids:/old\n0::/\n"), "/old");
        assert_eq!(cgroup("0::/\n"), "/");
        assert_eq!(cgroup("0::/../../x\n"), "/x");
    }

    #[test]
    fn this_process_is_among_the_running_ones() {
        let host = Host::running();
        let processes = running(&host).unwrap();
        let own = processes
            .iter()
            .find(|p| p.pid == std::process::id())
            .unwrap();
        let exe = std::env::current_exe().unwrap();
        assert_eq!(own.exe, exe.display().to_string());
        assert_eq!(own.argv, std::env::args().collect::<Vec<_>>());
        assert!(own.namespaces.mnt > 0);
        assert!(processes.iter().any(|p| p.pid == own.ppid));
    }
}
