//! The eBPF source: it loads the probes, reads their records, and hands events to a judge.
//!
//! A record goes `ring` -> `decode` -> `tree` -> `sensor`; `recorder` and `replay` keep events in a file
//! and bring them back without a kernel and without privileges.

mod btf;
mod clock;
mod config;
mod container;
mod decode;
mod error;
mod kernel;
mod loader;
mod metrics;
mod offset;
mod probe;
mod process;
mod recorder;
mod recording;
mod replay;
mod ring;
mod sensor;
mod snapshot;
mod tree;

pub use config::Config;
pub use container::{Isolation, identify};
pub use decode::{DecodeError, ExecRecord, ExitRecord, ForkRecord, Record, Task, decode};
pub use error::{Refusal, SensorError};
pub use metrics::Stats;
pub use probe::{CgroupMode, Check, Probe, probe};
pub use recorder::{Recorded, Recorder, RecorderError};
pub use recording::VERSION;
pub use replay::{ReplayError, replay};
pub use sensor::Sensor;
