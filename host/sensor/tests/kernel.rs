//! The sensor on the running kernel. Needs root and the packages that build the probes; each test that
//! cannot run says why.
#![allow(
    unsafe_code,
    reason = "memfd_create and the CPU clock of a thread have no safe wrapper"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::too_many_lines,
    reason = "a test fails by a panic and prints what it measured"
)]

mod kernel {
    pub(crate) mod container;
    pub(crate) mod watch;
}

use std::fs;
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::Duration;

use kernel::container::Container;
use kernel::watch::{Seen, object, skipped, watch};
use merlon_model::{ExeOrigin, Process};
use merlon_sensor::{Config, Recorder, probe, replay};

fn exec_of<'a>(seen: &'a Seen, argument: &str) -> &'a Process {
    seen.execs()
        .find(|process| process.argv.iter().any(|arg| arg == argument))
        .unwrap_or_else(|| panic!("no exec with {argument}: {:?}", seen.stats))
}

#[test]
fn a_program_is_seen_from_its_fork_to_its_exit() {
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        let status = Command::new("/bin/sh")
            .args(["-c", "/bin/false merlon-life 'a b' ''; exit 7"])
            .current_dir(folder.path())
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(7));
    };
    let Some(seen) = watch(Config::default(), run) else {
        return;
    };
    let process = exec_of(&seen, "merlon-life");
    assert_eq!(process.argv, ["/bin/false", "merlon-life", "a b", ""]);
    let exe = fs::canonicalize("/bin/false").unwrap();
    assert_eq!(process.exe, exe.display().to_string());
    assert_eq!(process.comm, "false");
    assert_eq!(process.cwd, folder.path().display().to_string());
    assert_eq!(
        (process.uid, process.euid, process.previous_euid),
        (0, 0, 0)
    );
    assert_eq!((process.gid, process.egid), (0, 0));
    assert_eq!(process.origin, ExeOrigin::Plain);
    assert!(!process.argv_truncated && process.capabilities != 0);
    assert!(process.container.is_none());
    let shell = &process.ancestors[0];
    assert_eq!(
        shell.exe,
        fs::canonicalize("/bin/sh").unwrap().display().to_string()
    );
    assert_eq!(process.ppid, shell.pid);
    let own = &process.ancestors[1];
    assert_eq!(own.pid, std::process::id());
    assert_eq!(
        own.exe,
        std::env::current_exe().unwrap().display().to_string()
    );
    assert_eq!(process.ancestors.last().unwrap().pid, 1);
    let own_ns = |name: &str| fs::read_link(format!("/proc/self/ns/{name}")).unwrap();
    let ns = process.namespaces;
    for (name, inode) in [
        ("mnt", ns.mnt),
        ("pid", ns.pid),
        ("net", ns.net),
        ("user", ns.user),
    ] {
        assert_eq!(
            own_ns(name).display().to_string(),
            format!("{name}:[{inode}]")
        );
    }

    let of_pid = |pid: u32| {
        seen.events
            .iter()
            .filter(move |e| e.process().is_some_and(|p| p.pid == pid))
    };
    let kinds: Vec<&str> = of_pid(process.pid)
        .map(|event| event.kind().name())
        .collect();
    assert_eq!(kinds, ["process.fork", "process.exec", "process.exit"]);
    let exit = seen.exit_of(process.pid);
    assert_eq!((exit.code, exit.signal), (1, 0));
    assert_eq!(exit.process.exec_id, process.exec_id);
    assert_eq!(seen.exit_of(shell.pid).code, 7);
    let seqs: Vec<u64> = seen.events.iter().map(|event| event.seq).collect();
    assert_eq!(seqs, (0..seen.stats.events).collect::<Vec<_>>());
}

#[test]
fn a_killed_program_tells_the_signal() {
    let run = || {
        let mut child = Command::new("/bin/sleep").args(["987654"]).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(50));
        child.kill().unwrap();
        child.wait().unwrap();
    };
    let Some(seen) = watch(Config::default(), run) else {
        return;
    };
    let exit = seen.exit_of(exec_of(&seen, "987654").pid);
    assert_eq!((exit.code, exit.signal), (0, 9));
}

#[test]
fn a_long_argument_list_is_cut_and_says_so() {
    let run = || {
        let long = "x".repeat(5000);
        let status = Command::new("/bin/true")
            .args(["merlon-long", &long])
            .status();
        assert!(status.unwrap().success());
    };
    let Some(seen) = watch(Config::default(), run) else {
        return;
    };
    let process = exec_of(&seen, "merlon-long");
    assert!(process.argv_truncated);
    let bytes: usize = process.argv.iter().map(|argument| argument.len() + 1).sum();
    assert_eq!(bytes, 4096 + 1);
}

#[test]
fn a_program_in_memory_has_no_file() {
    let run = || {
        // SAFETY: the name is a valid string; the descriptor is new and has one owner.
        let mut file = unsafe {
            let fd = libc::memfd_create(c"merlon-dropped".as_ptr(), 0);
            assert!(fd >= 0);
            fs::File::from_raw_fd(fd)
        };
        let mut busybox = fs::File::open("/bin/busybox").unwrap();
        std::io::copy(&mut busybox, &mut file).unwrap();
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        // The program must not be open for writing; the child opens it again by this path.
        let reader = fs::File::open(&path).unwrap();
        let link = format!("/proc/{}/fd/{}", std::process::id(), reader.as_raw_fd());
        drop(file);
        let status = Command::new(link)
            .arg0("busybox")
            .args(["true", "merlon-memory"])
            .status();
        assert!(status.unwrap().success());
    };
    let Some(seen) = watch(Config::default(), run) else {
        return;
    };
    let process = exec_of(&seen, "merlon-memory");
    assert_eq!(process.exe, "/memfd:merlon-dropped");
    assert_eq!(process.origin, ExeOrigin::Memfd);
    assert_eq!(process.argv[0], "busybox");
}

#[test]
fn a_set_user_id_program_tells_who_started_it() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("raise");
    fs::copy("/bin/busybox", &program).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o4755)).unwrap();
    let run = || {
        let status = Command::new(&program)
            .arg0("busybox")
            .args(["true", "merlon-raise"])
            .uid(65534)
            .gid(65534)
            .status();
        assert!(status.unwrap().success());
    };
    let Some(seen) = watch(Config::default(), run) else {
        return;
    };
    let process = exec_of(&seen, "merlon-raise");
    assert_eq!((process.uid, process.euid), (65534, 0));
    assert_eq!(process.previous_euid, 65534);
    assert_eq!((process.gid, process.egid), (65534, 65534));
}

#[test]
fn a_program_dropped_into_a_container_is_told_from_those_of_its_image() {
    let Some(container) = Container::prepare() else {
        skipped("runc or busybox is not installed, or overlayfs cannot be mounted");
        return;
    };
    let script =
        "cp /bin/busybox /tmp/dropped; cd /tmp; ./dropped true merlon-drop; /bin/true merlon-image";
    let Some(seen) = watch(Config::default(), || container.run(script)) else {
        return;
    };
    let dropped = exec_of(&seen, "merlon-drop");
    assert_eq!(dropped.exe, "/tmp/dropped");
    assert_eq!(dropped.cwd, "/tmp");
    assert_eq!(dropped.origin, ExeOrigin::UpperLayer);
    let image = exec_of(&seen, "merlon-image");
    assert_eq!(image.exe, "/bin/busybox");
    assert_eq!(image.origin, ExeOrigin::Plain);
    for process in [dropped, image] {
        let found = process.container.as_ref().unwrap();
        assert_eq!(found.id, container.id);
        assert_eq!(found.pod.as_deref(), Some("u1"));
        assert_eq!(process.cgroup, container.cgroup());
        assert!(process.cgroup_id > 1);
        let own = fs::read_link("/proc/self/ns/pid").unwrap();
        let theirs = format!("pid:[{}]", process.namespaces.pid);
        assert_ne!(own.display().to_string(), theirs);
        assert!(process.ancestors.iter().any(|a| a.exe.ends_with("/runc")));
    }
    // runc starts itself again from a copy without a path: in memory, or mounted by itself and detached.
    let again = seen
        .execs()
        .find(|process| process.argv == ["runc", "init"] && !process.exe.ends_with("/runc"));
    let again = again.expect("runc init");
    assert!(
        again.exe == "runc" || again.origin == ExeOrigin::Memfd,
        "{again:?}"
    );
}

#[test]
fn what_does_not_fit_into_the_ring_is_counted_exactly() {
    let config = Config {
        ring_bytes: 64 << 10,
        poll: Duration::from_millis(700),
        ..Config::default()
    };
    let run = || {
        for _ in 0..600 {
            let status = Command::new("/bin/busybox").arg("true").status();
            assert!(status.unwrap().success());
        }
    };
    let Some(seen) = watch(config, run) else {
        return;
    };
    let told: u64 = seen.losses().map(|loss| loss.count).sum();
    assert!(told > 0, "{:?}", seen.stats);
    assert_eq!(told, seen.stats.lost);
    assert_eq!(seen.attempted, seen.stats.consumed + told);
    let judged = seen.stats.execs + seen.stats.forks + seen.stats.exits;
    assert_eq!(judged + seen.stats.repeated, seen.stats.consumed);
    for loss in seen.losses() {
        assert_eq!(loss.queue, "ring");
        assert!(["process.exec", "process.fork", "process.exit"].contains(&&*loss.kind));
    }
    println!(
        "loss: {} written or refused, {} consumed, {} lost and told",
        seen.attempted, seen.stats.consumed, told
    );
}

#[test]
fn a_replay_judges_the_events_that_were_recorded() {
    let run = || {
        for _ in 0..50 {
            let status = Command::new("/bin/true").arg("merlon-record").status();
            assert!(status.unwrap().success());
        }
    };
    let Some(seen) = watch(Config::default(), run) else {
        return;
    };
    let mut file = Vec::new();
    let recorder = Recorder::new(&mut file).unwrap();
    seen.rejudge(&recorder);
    let recorded = recorder.finish().unwrap();
    assert_eq!(recorded.events, seen.stats.events);
    let again = kernel::watch::Collector::default();
    let stats = replay(&file[..], &again).unwrap();
    let again = again.into_batches();
    assert_eq!(format!("{again:?}"), format!("{:?}", seen.batches()));
    assert_eq!(
        (stats.execs, stats.exits),
        (seen.stats.execs, seen.stats.exits)
    );
    assert!(stats.execs >= 50);
    println!("recording: {} events, {} bytes", stats.events, file.len());
}

#[test]
fn the_probe_tells_what_this_kernel_takes() {
    let Some(object) = object() else {
        return;
    };
    let probe = probe(Some(object));
    println!("{}", serde_json::to_string_pretty(&probe).unwrap());
    if !probe.root.available {
        skipped("not root");
        return;
    }
    assert!(probe.btf.available && probe.tp_btf.available, "{probe:?}");
}

#[test]
fn the_cost_of_an_event_is_small() {
    let run = || {
        for _ in 0..1500 {
            let status = Command::new("/bin/busybox").args(["true", "cost"]).status();
            assert!(status.unwrap().success());
        }
    };
    for poll in [2, 100].map(Duration::from_millis) {
        let config = || Config {
            poll,
            ..Config::default()
        };
        let Some(idle) = watch(config(), || std::thread::sleep(Duration::from_secs(1))) else {
            return;
        };
        let Some(seen) = watch(config(), run) else {
            return;
        };
        println!(
            "cost at a poll every {poll:?}: {} ns of CPU per event; {} events in {} polls; an idle second takes {:?} of CPU in {} polls",
            seen.cpu.as_nanos() / u128::from(seen.stats.events),
            seen.stats.events,
            seen.stats.polls,
            idle.cpu,
            idle.stats.polls,
        );
        assert!(seen.stats.execs >= 1500);
        assert_eq!(seen.stats.lost, 0);
        assert_eq!(seen.losses().count(), 0);
    }
}
