//! A directory, or a single file: walked in order, read by several threads.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use merlon_model::{Content, FileEvent};

use crate::batch::Batch;
use crate::content::OnDisk;
use crate::file::Reading;
use crate::{ScanError, Scanner, Stats};

// Files are handed over so many at a time, for a thread that wakes for each one does little else.
const TOGETHER: usize = 16;
// The walk is faster than the reading; it waits when it is so many handfuls ahead.
const AHEAD: usize = 64;

struct Found {
    on_disk: PathBuf,
    /// Below the target, or the target itself.
    path: String,
    below: Option<Arc<str>>,
}

pub(crate) fn scan(
    scanner: &Scanner<'_>,
    path: &Path,
    seq: &AtomicU64,
) -> Result<Stats, ScanError> {
    let read = |source| ScanError::Read {
        path: path.to_owned(),
        source,
    };
    // The target itself may be a link: the user named it.
    if fs::metadata(path).map_err(read)?.is_dir() {
        fs::read_dir(path).map_err(read)?;
        return Ok(tree(scanner, path, seq));
    }
    let on_disk = fs::canonicalize(path).map_err(read)?;
    let mut reading = Reading::new(scanner, Batch::new(scanner.judge, seq));
    let found = Found {
        on_disk,
        path: path.to_string_lossy().into_owned(),
        below: None,
    };
    one(&mut reading, found).map_err(read)?;
    Ok(reading.finish())
}

fn tree(scanner: &Scanner<'_>, root: &Path, seq: &AtomicU64) -> Stats {
    let (sender, receiver) = sync_channel(AHEAD);
    let receiver = Mutex::new(receiver);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..scanner.jobs.clamp(1, 256))
            .map(|_| scope.spawn(|| read_all(scanner, &receiver, seq)))
            .collect();
        let mut stats = walk(root, &sender);
        drop(sender);
        for reader in readers {
            match reader.join() {
                Ok(counts) => stats.merge(counts),
                Err(_) => stats.problem(
                    "directory",
                    root.to_string_lossy(),
                    "a thread that read files failed; its files were not inspected",
                ),
            }
        }
        stats
    })
}

fn walk(root: &Path, sender: &SyncSender<Vec<Found>>) -> Stats {
    let mut stats = Stats::default();
    let named = name_of(root);
    let mut open = vec![root.to_owned()];
    let mut files = Vec::new();
    while let Some(dir) = open.pop() {
        let entries = fs::read_dir(&dir).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                stats.problem("directory", dir.to_string_lossy(), error);
                continue;
            }
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        let mut below = Vec::new();
        for entry in entries {
            let path = entry.path();
            match entry.file_type() {
                // Git's objects are compressed: their bytes say nothing, and the checkout is beside.
                Ok(kind) if kind.is_dir() && path.ends_with(".git/objects") => {}
                Ok(kind) if kind.is_dir() => below.push(path),
                Ok(kind) if kind.is_file() => {
                    files.push(Found {
                        path: below_of(root, &path),
                        below: named.clone(),
                        on_disk: path,
                    });
                    if files.len() == TOGETHER && sender.send(std::mem::take(&mut files)).is_err() {
                        return stats;
                    }
                }
                // Links lead to files that are found where they are; the rest has no content.
                Ok(_) => {}
                Err(error) => stats.problem("file", path.to_string_lossy(), error),
            }
        }
        open.extend(below.into_iter().rev());
    }
    // Readers that are gone say so themselves.
    drop(sender.send(files));
    stats
}

fn below_of(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    below.to_string_lossy().into_owned()
}

// As code hosts name a directory: nothing before what is here.
fn name_of(root: &Path) -> Option<Arc<str>> {
    let parts = root.components();
    let named: PathBuf = parts.filter(|part| *part != Component::CurDir).collect();
    let name = named.to_string_lossy();
    (!name.is_empty()).then(|| name.into())
}

fn read_all(
    scanner: &Scanner<'_>,
    receiver: &Mutex<Receiver<Vec<Found>>>,
    seq: &AtomicU64,
) -> Stats {
    let mut reading = Reading::new(scanner, Batch::new(scanner.judge, seq));
    loop {
        let next = receiver
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok(files) = next else { break };
        for found in files {
            let which = found.path.clone();
            if let Err(error) = one(&mut reading, found) {
                reading.stats.problem("file", which, error);
            }
        }
    }
    reading.finish()
}

fn one(reading: &mut Reading<'_>, found: Found) -> io::Result<()> {
    let mut file = open(&found.on_disk)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(());
    }
    let progress = reading.scanner.progress;
    progress.expect(metadata.len());
    progress.name(&found.path);
    let content: Arc<dyn Content> = Arc::new(OnDisk {
        path: found.on_disk,
    });
    let draft = FileEvent {
        path: found.path,
        below: found.below,
        mode: metadata.mode() & 0o7777,
        uid: metadata.uid(),
        visible: true,
        content: Some(content),
        ..FileEvent::default()
    };
    reading.file(draft, &mut file)?;
    progress.advance(metadata.len());
    Ok(())
}

// Between the walk and the reading a file can become a link or a pipe: neither is followed or waited for.
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(path)
}
