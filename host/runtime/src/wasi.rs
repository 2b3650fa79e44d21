//! WASI 0.2 that reaches nothing. Runtimes of languages import it whether a plugin needs it or not; here
//! every interface of it, in every version, is satisfied so that a denied call is an error that the guest
//! can handle, never its death: no files, no environment, no sockets, a clock that counts its readings,
//! seeded randomness. What is printed becomes log lines. Everything is the same in every run, so a
//! replay answers alike.
//!
//! Answers follow from the types of the functions ([`inert`]); only what must mean something is named
//! ([`meaning`]). An interface that does not exist yet works the same way.

mod inert;
mod meaning;
mod world;

use wasmtime::component::types::{ComponentFunc, ComponentInstance, ComponentItem};
use wasmtime::component::{Linker, ResourceType, Val};
use wasmtime::{AsContextMut, Engine, StoreContextMut};

use crate::call::Call;

pub(crate) use world::World;

/// What every WASI resource is: a number that says which of the standard streams it is, if any.
pub(crate) struct Inert;

/// Whether an import belongs to WASI.
pub(crate) fn is_wasi(name: &str) -> bool {
    name.starts_with("wasi:")
}

/// Satisfies one interface.
pub(crate) fn link(
    linker: &mut Linker<Call>,
    engine: &Engine,
    interface: &str,
    imported: &ComponentInstance,
) -> wasmtime::Result<()> {
    let mut instance = linker.instance(interface)?;
    // `wasi:io/streams@0.2.9` is `wasi:io/streams` here.
    let name = interface.split('@').next().unwrap_or(interface);
    for (function, item) in imported.exports(engine) {
        match item.ty {
            ComponentItem::Resource(_) => {
                instance.resource(function, ResourceType::host::<Inert>(), |mut store, _| {
                    store.data_mut().wasi.release();
                    Ok(())
                })?;
            }
            ComponentItem::ComponentFunc(_) => {
                let known = meaning::of(name, function);
                let import = format!("{interface}#{function}");
                instance.func_new(function, move |store, ty, arguments, results| {
                    answer(store, &ty, known, (&import, arguments, results))
                })?;
            }
            // Types need nothing behind them.
            _ => {}
        }
    }
    Ok(())
}

/// What a function was called with.
struct Given<'a> {
    arguments: &'a [Val],
    /// The numbers of its resources, in order.
    resources: &'a [u32],
}

/// Takes the resources out of a value: a borrow that is not given back ends the call.
fn take(
    store: &mut StoreContextMut<'_, Call>,
    value: &Val,
    resources: &mut Vec<u32>,
) -> wasmtime::Result<()> {
    match value {
        Val::Resource(any) => {
            let taken = any.try_into_resource::<Inert>(store.as_context_mut())?;
            if taken.owned() {
                store.data_mut().wasi.release();
            }
            resources.push(taken.rep());
        }
        // A list of bytes holds none, and may be long.
        Val::List(items) if matches!(items.first(), Some(Val::U8(_))) => {}
        Val::List(items) | Val::Tuple(items) => {
            for item in items {
                take(store, item, resources)?;
            }
        }
        Val::Option(Some(inner)) => take(store, inner, resources)?,
        Val::Record(fields) => {
            for (_, field) in fields {
                take(store, field, resources)?;
            }
        }
        Val::Variant(_, Some(inner)) => take(store, inner, resources)?,
        Val::Result(Ok(Some(inner)) | Err(Some(inner))) => take(store, inner, resources)?,
        _ => {}
    }
    Ok(())
}

fn answer(
    mut store: StoreContextMut<'_, Call>,
    ty: &ComponentFunc,
    known: Option<meaning::Meaning>,
    (import, arguments, results): (&str, &[Val], &mut [Val]),
) -> wasmtime::Result<()> {
    store.data().check_deadline()?;
    let mut resources = Vec::new();
    for argument in arguments {
        take(&mut store, argument, &mut resources)?;
    }
    if let Some(known) = known {
        let given = Given {
            arguments,
            resources: &resources,
        };
        return known(&mut store, &given, results);
    }
    for (result, ty) in results.iter_mut().zip(ty.results()) {
        *result = inert::value(&mut store, &ty).ok_or_else(|| {
            wasmtime::Error::msg(format!("`{import}` cannot be answered without granting it"))
        })?;
    }
    Ok(())
}
