//! Puts the probes into the kernel.

use aya::maps::{MapData, PerCpuArray, RingBuf};
use aya::programs::{BtfTracePoint, ProgramError};
use aya::{Btf, Ebpf, EbpfError, EbpfLoader};
use merlon_ebpf_abi::COUNTERS;

use crate::btf::KernelTypes;
use crate::error::Refusal;
use crate::{Config, SensorError, offset};

/// Whether the sensor can do without a probe.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Always,
    /// Kernels before 6.12 lack the tracepoint; another source answers, less exactly.
    WhereItExists,
}

/// Program and tracepoint.
const PROBES: &[(&str, &str, Need)] = &[
    ("prepare_exec", "sched_prepare_exec", Need::WhereItExists),
    ("exec", "sched_process_exec", Need::Always),
    ("fork", "sched_process_fork", Need::Always),
    ("exit", "sched_process_exit", Need::Always),
];

/// The counters of all CPUs.
pub(crate) type Counts = PerCpuArray<MapData, [u64; COUNTERS]>;

/// Probes in the kernel and their maps.
pub(crate) struct Loaded {
    pub(crate) ring: RingBuf<MapData>,
    pub(crate) counts: Counts,
    /// They leave the kernel when this is taken away; the maps stay.
    pub(crate) programs: Option<Ebpf>,
}

/// Loads the object and attaches every probe that this kernel has a place for.
pub(crate) fn load(object: &[u8], config: &Config) -> Result<Loaded, SensorError> {
    config.check()?;
    let types = KernelTypes::running()?;
    let mut programs = prepare(object, &types, config.ring_bytes)?;
    let btf = Btf::from_sys_fs().map_err(|error| SensorError::Load(Refusal::of(&error)))?;
    // The maps first: the probes must not write before someone can read.
    let ring = take(&mut programs, "EVENTS")?;
    let counts = take(&mut programs, "COUNTS")?;
    for (program, tracepoint, need) in PROBES {
        if *need == Need::WhereItExists && !types.has_tracepoint(tracepoint) {
            continue;
        }
        attach(&mut programs, (program, tracepoint), &btf)?;
    }
    Ok(Loaded {
        ring,
        counts,
        programs: Some(programs),
    })
}

/// Parses the object, makes its maps and sets its offsets.
pub(crate) fn prepare(
    object: &[u8],
    types: &KernelTypes,
    ring_bytes: u32,
) -> Result<Ebpf, SensorError> {
    let table = offset::table(types)?;
    // The parser wants an aligned buffer, which a slice inside another file is not.
    let object = object.to_vec();
    EbpfLoader::new()
        .override_global("OFFSETS", &table[..], true)
        .map_max_entries("EVENTS", ring_bytes)
        .load(&object)
        .map_err(|error| refused(&error, ring_bytes))
}

fn refused(error: &EbpfError, bytes: u32) -> SensorError {
    let source = Refusal::of(error);
    if source.errno() == Some(libc::ENOMEM) {
        SensorError::Memory { bytes, source }
    } else {
        SensorError::Load(source)
    }
}

fn take<T>(programs: &mut Ebpf, map: &'static str) -> Result<T, SensorError>
where
    T: TryFrom<aya::maps::Map, Error = aya::maps::MapError>,
{
    let taken = programs
        .take_map(map)
        .ok_or(SensorError::Object { part: map })?;
    T::try_from(taken).map_err(|source| SensorError::Map { map, source })
}

fn attach(
    programs: &mut Ebpf,
    (program, tracepoint): (&'static str, &'static str),
    btf: &Btf,
) -> Result<(), SensorError> {
    let found = programs
        .program_mut(program)
        .ok_or(SensorError::Object { part: program })?;
    let result = (|| -> Result<(), ProgramError> {
        let probe: &mut BtfTracePoint = found.try_into()?;
        probe.load(tracepoint, btf)?;
        probe.attach()?;
        Ok(())
    })();
    result.map_err(|error| SensorError::Attach {
        program,
        tracepoint,
        source: Refusal::of_program(&error),
    })
}
