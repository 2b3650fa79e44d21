//! The value of a type that grants nothing.

use wasmtime::component::{Resource, Type, Val};
use wasmtime::{AsContextMut, StoreContextMut};

use crate::call::Call;
use crate::wasi::Inert;

/// The words by which WASI's error codes say no, the best first.
const NO: [&str; 6] = [
    "access-denied",
    "access",
    "not-permitted",
    "not-supported",
    "unsupported",
    "closed",
];

/// No, nothing, zero or empty; a resource that can do nothing. None when the type has no such value.
pub(super) fn value(store: &mut StoreContextMut<'_, Call>, ty: &Type) -> Option<Val> {
    Some(match ty {
        Type::Bool => Val::Bool(false),
        Type::S8 => Val::S8(0),
        Type::U8 => Val::U8(0),
        Type::S16 => Val::S16(0),
        Type::U16 => Val::U16(0),
        Type::S32 => Val::S32(0),
        Type::U32 => Val::U32(0),
        Type::S64 => Val::S64(0),
        Type::U64 => Val::U64(0),
        Type::Float32 => Val::Float32(0.0),
        Type::Float64 => Val::Float64(0.0),
        Type::Char => Val::Char('\0'),
        Type::String => Val::String(String::new()),
        Type::List(_) => Val::List(Vec::new()),
        Type::Map(_) => Val::Map(Vec::new()),
        Type::Option(_) => Val::Option(None),
        Type::Flags(_) => Val::Flags(Vec::new()),
        Type::Record(record) => {
            let mut fields = Vec::new();
            for field in record.fields() {
                fields.push((field.name.to_owned(), value(store, &field.ty)?));
            }
            Val::Record(fields)
        }
        Type::Tuple(tuple) => {
            let items: Option<Vec<Val>> = tuple.types().map(|ty| value(store, &ty)).collect();
            Val::Tuple(items?)
        }
        Type::Enum(one) => {
            let mut names = one.names();
            let first = names.next()?;
            Val::Enum(
                refusal(std::iter::once(first).chain(names))
                    .unwrap_or(first)
                    .to_owned(),
            )
        }
        Type::Variant(variant) => {
            let bare = variant.cases().filter(|case| case.ty.is_none());
            let bare: Vec<&str> = bare.map(|case| case.name).collect();
            match refusal(bare.iter().copied()).or(bare.first().copied()) {
                Some(name) => Val::Variant(name.to_owned(), None),
                None => {
                    let case = variant.cases().next()?;
                    let inside = value(store, &case.ty?)?;
                    Val::Variant(case.name.to_owned(), Some(Box::new(inside)))
                }
            }
        }
        Type::Result(result) => Val::Result(Err(match result.err() {
            Some(ty) => Some(Box::new(value(store, &ty)?)),
            None => None,
        })),
        Type::Own(_) => resource(store, 0).ok()?,
        _ => return None,
    })
}

/// A resource of that number.
pub(super) fn resource(
    store: &mut StoreContextMut<'_, Call>,
    number: u32,
) -> wasmtime::Result<Val> {
    store.data_mut().wasi.hold()?;
    let own = Resource::<Inert>::new_own(number);
    own.try_into_resource_any(store.as_context_mut())
        .map(Val::Resource)
}

fn refusal<'n>(names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    names
        .filter_map(|name| {
            let rank = NO.iter().position(|no| *no == name)?;
            Some((rank, name))
        })
        .min()
        .map(|(_, name)| name)
}
