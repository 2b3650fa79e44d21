//! Compiled components and what plugins said about themselves, on disk, so that only the first run pays.
//!
//! A compiled component is machine code: loading one means trusting its bytes. They come from a cabinet,
//! which holds only what this user wrote. Whatever does not fit is compiled again and replaced.
#![allow(
    unsafe_code,
    reason = "loading compiled code is unsafe by nature; see `load`"
)]

use std::hash::{Hash, Hasher};
use std::io;
use std::path::Path;

use merlon_cache::Cabinet;
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::described::Described;

/// The cache directory.
#[derive(Debug)]
pub(crate) struct Cache {
    cabinet: Cabinet,
    /// Engine version, target and settings: an entry of another engine has another name.
    engine: String,
}

impl Cache {
    /// Opens the directory, making it when it is missing.
    pub(crate) fn open(directory: &Path, engine: &Engine) -> io::Result<Self> {
        let mut hasher = Blake(blake3::Hasher::new());
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let engine = hasher
            .0
            .finalize()
            .to_hex()
            .as_str()
            .get(..16)
            .unwrap_or_default()
            .to_owned();
        Ok(Self {
            cabinet: Cabinet::open(directory)?,
            engine,
        })
    }

    /// The component, compiled now or before.
    pub(crate) fn component(&self, engine: &Engine, bytes: &[u8]) -> wasmtime::Result<Component> {
        let name = format!("{}-{}.cwasm", blake3::hash(bytes), self.engine);
        if let Some(component) = self.load(engine, &name) {
            return Ok(component);
        }
        let component = Component::new(engine, bytes)?;
        let compiled = component.serialize()?;
        // A cache that cannot be written costs time, never the answer.
        drop(self.cabinet.put(&name, &compiled));
        Ok(component)
    }

    fn load(&self, engine: &Engine, name: &str) -> Option<Component> {
        let compiled = self.cabinet.get(name)?;
        // SAFETY: the bytes were written by `component` for this engine (its compatibility hash is in the
        // name, and deserialize checks it again), by this user, in a directory only this user can write,
        // and their digest shows that they are whole.
        unsafe { Component::deserialize(engine, compiled) }.ok()
    }

    /// What was kept under this name.
    pub(crate) fn kept(&self, name: &str) -> Option<Vec<u8>> {
        self.cabinet.get(name)
    }

    /// Keeps what was worked out elsewhere; as above, what cannot be kept costs time.
    pub(crate) fn keep(&self, name: &str, bytes: &[u8]) {
        drop(self.cabinet.put(name, bytes));
    }

    /// What a plugin said about itself before.
    pub(crate) fn described(&self, key: blake3::Hash) -> Option<Described> {
        Described::from_bytes(&self.cabinet.get(&description(key))?)
    }

    /// Keeps what a plugin said about itself.
    pub(crate) fn keep_described(&self, key: blake3::Hash, described: &Described) {
        if let Some(bytes) = described.to_bytes() {
            // As above: what cannot be kept is asked again.
            drop(self.cabinet.put(&description(key), &bytes));
        }
    }
}

fn description(key: blake3::Hash) -> String {
    format!("{key}.described")
}

/// A stable hasher: the standard one changes between versions of Rust.
struct Blake(blake3::Hasher);

impl Hasher for Blake {
    fn finish(&self) -> u64 {
        let mut first = [0; 8];
        self.0.finalize_xof().fill(&mut first);
        u64::from_le_bytes(first)
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}
