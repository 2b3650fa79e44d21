//! Why the sensor cannot run.

use std::fmt;
use std::io;

use aya::maps::MapError;
use aya::programs::ProgramError;

/// Why the sensor cannot run.
#[derive(Debug, thiserror::Error)]
pub enum SensorError {
    /// The configured ring cannot exist.
    #[error("a ring of {bytes} bytes cannot be made: choose a power of two from 65536 up")]
    RingBytes {
        /// The configured size.
        bytes: u32,
    },
    /// The kernel does not describe its types.
    #[error(
        "the kernel's type information (/sys/kernel/btf/vmlinux) cannot be read: the sensor needs a kernel with CONFIG_DEBUG_INFO_BTF"
    )]
    Btf(#[source] io::Error),
    /// The kernel's description of its types is damaged.
    #[error("the kernel's type information is damaged: {part} cannot be read")]
    DamagedBtf {
        /// Which part.
        part: &'static str,
    },
    /// The kernel lacks a field that the probes need.
    #[error("this kernel has no {structure}.{member}: Linux 5.17 or newer is needed")]
    MissingField {
        /// The structure.
        structure: &'static str,
        /// The member.
        member: &'static str,
    },
    /// The object of the probes cannot be loaded.
    #[error("the probes cannot be loaded: root or CAP_BPF and CAP_PERFMON are needed")]
    Load(#[source] Refusal),
    /// The kernel has no memory for the maps.
    #[error(
        "there is no memory for a ring of {bytes} bytes: raise the memory limit of the cgroup or make the ring smaller"
    )]
    Memory {
        /// The configured size of the ring.
        bytes: u32,
        /// What the kernel said.
        #[source]
        source: Refusal,
    },
    /// A probe was refused.
    #[error("the probe {program} cannot be attached to {tracepoint}")]
    Attach {
        /// The program.
        program: &'static str,
        /// Where it belongs.
        tracepoint: &'static str,
        /// What the kernel said.
        #[source]
        source: Refusal,
    },
    /// The object lacks a part: it was built from other sources.
    #[error("the object of the probes has no {part}: build it from the same sources as the sensor")]
    Object {
        /// A program or a map.
        part: &'static str,
    },
    /// A map cannot be used.
    #[error("the map {map} cannot be read")]
    Map {
        /// Which map.
        map: &'static str,
        /// What the kernel said.
        #[source]
        source: MapError,
    },
    /// The running processes cannot be listed.
    #[error("the running processes cannot be read from /proc: mount it, with hidepid=0")]
    Snapshot(#[source] io::Error),
}

/// Lines of the verifier's log that are kept: the reason stands at its end.
const LOG_LINES: usize = 5;

/// What the kernel said, without the thousands of lines before it.
#[derive(Debug)]
pub struct Refusal {
    said: String,
    errno: Option<i32>,
}

impl Refusal {
    /// From an error of a program.
    pub(crate) fn of_program(error: &ProgramError) -> Self {
        Self::of(error)
    }

    /// From any error: the end of its text, and the system's number from its chain.
    pub(crate) fn of(error: &(dyn std::error::Error + 'static)) -> Self {
        let mut said = String::new();
        let mut errno = None;
        let mut next = Some(error);
        while let Some(cause) = next {
            let text = cause.to_string();
            if !said.contains(&text) {
                said = if said.is_empty() {
                    text
                } else {
                    format!("{said}: {text}")
                };
            }
            if let Some(io) = cause.downcast_ref::<io::Error>() {
                errno = io.raw_os_error();
            }
            next = cause.source();
        }
        let mut lines: Vec<&str> = said.lines().filter(|l| !l.trim().is_empty()).collect();
        if lines.len() > LOG_LINES + 1 {
            lines.drain(1..lines.len() - LOG_LINES);
        }
        Self {
            said: lines.join("; "),
            errno,
        }
    }

    /// The system's error number.
    #[must_use]
    pub fn errno(&self) -> Option<i32> {
        self.errno
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)
    }
}

impl std::error::Error for Refusal {}
