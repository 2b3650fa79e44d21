//! The functions of WASI whose answers must mean something (WebAssembly/WASI, `wasip2`).

use wasmtime::StoreContextMut;
use wasmtime::component::Val;

use crate::call::Call;
use crate::wasi::Given;
use crate::wasi::inert::resource;
use crate::wasi::world::{Stream, World};

/// The guest wanted to end the program.
#[derive(Debug, thiserror::Error)]
#[error("it called exit; a plugin ends a call by returning from it")]
struct Exited;

/// How one function is answered: its arguments, its results.
pub(super) type Meaning =
    fn(&mut StoreContextMut<'_, Call>, &Given<'_>, &mut [Val]) -> wasmtime::Result<()>;

/// Bytes that a stream takes in one call, as `check-write` tells.
const ROOM: u64 = 4096;
/// Random bytes in one call.
const RANDOM_CAP: u64 = 64 << 10;

pub(super) fn of(interface: &str, function: &str) -> Option<Meaning> {
    Some(match (interface, function) {
        ("wasi:clocks/monotonic-clock", "now") => |store, _, results| {
            let time = store.data_mut().wasi.elapsed();
            set(results, Val::U64(time))
        },
        ("wasi:clocks/monotonic-clock", "resolution") => {
            |_, _, results| set(results, Val::U64(World::STEP))
        }
        // Whoever waits finds that the time has come.
        ("wasi:clocks/monotonic-clock", "subscribe-duration") => |store, given, results| {
            if let [Val::U64(time)] = given.arguments {
                store.data_mut().wasi.pass(*time);
            }
            let pollable = resource(store, 0)?;
            set(results, pollable)
        },
        ("wasi:clocks/monotonic-clock", "subscribe-instant") => |store, given, results| {
            if let [Val::U64(time)] = given.arguments {
                store.data_mut().wasi.reach(*time);
            }
            let pollable = resource(store, 0)?;
            set(results, pollable)
        },
        ("wasi:clocks/wall-clock", "now") => |store, _, results| {
            let time = store.data_mut().wasi.now();
            set(results, datetime(time))
        },
        ("wasi:clocks/wall-clock", "resolution") => {
            |_, _, results| set(results, datetime((0, World::STEP)))
        }
        ("wasi:random/random", "get-random-bytes")
        | ("wasi:random/insecure", "get-insecure-random-bytes") => random_bytes,
        ("wasi:random/random", "get-random-u64")
        | ("wasi:random/insecure", "get-insecure-random-u64") => |store, _, results| {
            let number = store.data_mut().wasi.random();
            set(results, Val::U64(number))
        },
        ("wasi:random/insecure-seed", "insecure-seed" | "get-insecure-seed") => {
            |store, _, results| {
                let world = &mut store.data_mut().wasi;
                let pair = [world.random(), world.random()];
                set(results, Val::Tuple(pair.map(Val::U64).to_vec()))
            }
        }
        ("wasi:cli/stdout", "get-stdout") => {
            |store, _, results| stream(store, Stream::Output, results)
        }
        ("wasi:cli/stderr", "get-stderr") => {
            |store, _, results| stream(store, Stream::Error, results)
        }
        ("wasi:cli/exit", "exit" | "exit-with-code") => |_, _, _| Err(wasmtime::Error::new(Exited)),
        // Nothing is ever waited for: sleeping returns at once.
        ("wasi:io/poll", "poll") => |_, given, results| {
            let ready = (0_u32..).take(given.resources.len()).map(Val::U32);
            set(results, Val::List(ready.collect()))
        },
        ("wasi:io/poll", "[method]pollable.ready") => |_, _, results| set(results, Val::Bool(true)),
        _ => return of_stream(interface, function),
    })
}

fn of_stream(interface: &str, function: &str) -> Option<Meaning> {
    if interface != "wasi:io/streams" {
        return None;
    }
    Some(match function {
        "[method]output-stream.check-write" => {
            |_, _, results| set(results, ok(Some(Val::U64(ROOM))))
        }
        "[method]output-stream.write" | "[method]output-stream.blocking-write-and-flush" => write,
        "[method]output-stream.flush"
        | "[method]output-stream.blocking-flush"
        | "[method]output-stream.write-zeroes"
        | "[method]output-stream.blocking-write-zeroes-and-flush" => {
            |_, _, results| set(results, ok(None))
        }
        _ => return None,
    })
}

fn set(results: &mut [Val], value: Val) -> wasmtime::Result<()> {
    match results {
        [result] => {
            *result = value;
            Ok(())
        }
        _ => Err(wasmtime::Error::msg("a WASI function of another shape")),
    }
}

fn ok(value: Option<Val>) -> Val {
    Val::Result(Ok(value.map(Box::new)))
}

fn datetime((seconds, nanoseconds): (u64, u64)) -> Val {
    let nanoseconds = u32::try_from(nanoseconds).unwrap_or(0);
    Val::Record(vec![
        ("seconds".to_owned(), Val::U64(seconds)),
        ("nanoseconds".to_owned(), Val::U32(nanoseconds)),
    ])
}

fn stream(
    store: &mut StoreContextMut<'_, Call>,
    stream: Stream,
    results: &mut [Val],
) -> wasmtime::Result<()> {
    let own = resource(store, stream.number())?;
    set(results, own)
}

fn random_bytes(
    store: &mut StoreContextMut<'_, Call>,
    given: &Given<'_>,
    results: &mut [Val],
) -> wasmtime::Result<()> {
    let count = match given.arguments {
        [Val::U64(count)] if *count <= RANDOM_CAP => *count,
        _ => {
            return Err(wasmtime::Error::msg(format!(
                "it wanted more than {RANDOM_CAP} random bytes at once"
            )));
        }
    };
    let world = &mut store.data_mut().wasi;
    let mut bytes = Vec::new();
    while (bytes.len() as u64) < count {
        bytes.extend(world.random().to_le_bytes().map(Val::U8));
    }
    bytes.truncate(usize::try_from(count).unwrap_or(0));
    set(results, Val::List(bytes))
}

fn write(
    store: &mut StoreContextMut<'_, Call>,
    given: &Given<'_>,
    results: &mut [Val],
) -> wasmtime::Result<()> {
    if let ([_, Val::List(bytes)], [number]) = (given.arguments, given.resources)
        && let Some(stream) = Stream::of(*number)
    {
        let bytes: Vec<u8> = bytes
            .iter()
            .filter_map(|byte| match byte {
                Val::U8(byte) => Some(*byte),
                _ => None,
            })
            .collect();
        store.data_mut().print(stream, &bytes);
    }
    set(results, ok(None))
}
