//! Compiled components and what plugins said about themselves, on disk, so that only the first run pays.
//!
//! A compiled component is machine code: loading one means trusting its bytes. So an entry is loaded only
//! from a directory that belongs to this user and that nobody else can write, and only when the digest
//! written beside it is the digest of its bytes. Whatever does not fit is compiled again and replaced.
#![allow(
    unsafe_code,
    reason = "loading compiled code is unsafe by nature; see `load`"
)]

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::hash::{Hash, Hasher};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::described::Described;

/// Bytes of the digest in front of each entry.
const DIGEST: usize = 32;
/// A compiled component larger than this is not one of ours: Python's is 35 MB.
const LARGEST: u64 = 512 << 20;

/// The cache directory.
#[derive(Debug)]
pub(crate) struct Cache {
    directory: PathBuf,
    /// Engine version, target and settings: an entry of another engine has another name.
    engine: String,
}

impl Cache {
    /// Opens the directory, making it when it is missing.
    pub(crate) fn open(directory: &Path, engine: &Engine) -> io::Result<Self> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)?;
        let about = fs::symlink_metadata(directory)?;
        // SAFETY: geteuid has no preconditions and cannot fail.
        let me = unsafe { libc::geteuid() };
        if !about.is_dir() || about.uid() != me || about.mode() & 0o022 != 0 {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "the directory must belong to this user and be writable by nobody else (chmod 700)",
            ));
        }
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
            directory: directory.to_owned(),
            engine,
        })
    }

    /// The component, compiled now or before.
    pub(crate) fn component(&self, engine: &Engine, bytes: &[u8]) -> wasmtime::Result<Component> {
        let path = self
            .directory
            .join(format!("{}-{}.cwasm", blake3::hash(bytes), self.engine));
        if let Some(component) = load(engine, &path) {
            return Ok(component);
        }
        let component = Component::new(engine, bytes)?;
        let compiled = component.serialize()?;
        // A cache that cannot be written costs time, never the answer.
        drop(store(&path, &compiled));
        Ok(component)
    }

    /// What a plugin said about itself before.
    pub(crate) fn described(&self, key: blake3::Hash) -> Option<Described> {
        Described::from_bytes(&read(&self.description(key))?)
    }

    /// Keeps what a plugin said about itself.
    pub(crate) fn keep_described(&self, key: blake3::Hash, described: &Described) {
        if let Some(bytes) = described.to_bytes() {
            // As above: what cannot be kept is asked again.
            drop(store(&self.description(key), &bytes));
        }
    }

    fn description(&self, key: blake3::Hash) -> PathBuf {
        self.directory.join(format!("{key}.described"))
    }
}

fn load(engine: &Engine, path: &Path) -> Option<Component> {
    let compiled = read(path)?;
    // SAFETY: the bytes were written by `store` for this engine (its compatibility hash is in the name, and
    // deserialize checks it again), by this user, in a directory only this user can write, and their digest
    // shows that they are whole.
    unsafe { Component::deserialize(engine, compiled) }.ok()
}

/// The bytes of an entry that this user wrote, and wrote whole.
fn read(path: &Path) -> Option<Vec<u8>> {
    let mut file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW)
        .open(path)
        .ok()?;
    let about = file.metadata().ok()?;
    // SAFETY: geteuid has no preconditions and cannot fail.
    let me = unsafe { libc::geteuid() };
    if about.uid() != me || about.mode() & 0o022 != 0 || about.len() > LARGEST {
        return None;
    }
    let mut bytes = Vec::with_capacity(usize::try_from(about.len()).ok()?);
    file.read_to_end(&mut bytes).ok()?;
    let (digest, content) = bytes.split_at_checked(DIGEST)?;
    (blake3::hash(content).as_bytes() == digest).then(|| content.to_vec())
}

fn store(path: &Path, compiled: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let written = write(&temporary, compiled).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        drop(fs::remove_file(&temporary));
    }
    written
}

fn write(path: &Path, compiled: &[u8]) -> io::Result<()> {
    let mut file: File = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(blake3::hash(compiled).as_bytes())?;
    file.write_all(compiled)?;
    file.sync_all()
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
