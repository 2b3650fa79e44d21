//! Findings that are known and accepted, by fingerprint: `--baseline` reads them, `--write-baseline` writes
//! them.

mod read;
mod render;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use merlon_model::{Disposition, Finding, Outcome, Timestamp};
use merlon_sink::{UnusedSuppression, Useless};

use crate::Failure;
use crate::arguments::Accepted;
use crate::output::note;

/// Findings that a baseline holds; whoever has more should not hide them.
const MOST: usize = 100_000;
/// What an entry without a reason is exempted for.
const KNOWN: &str = "in the baseline";

/// One accepted finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) fingerprint: String,
    /// `<ruleset>/<rule>`, for people; the fingerprint decides.
    pub(crate) rule: String,
    /// The file or subject, for people.
    pub(crate) place: String,
    /// Not at or after this moment.
    pub(crate) until: Option<Timestamp>,
    /// Why; empty when nobody said.
    pub(crate) reason: String,
    /// Where it is written.
    pub(crate) line: u32,
}

impl Entry {
    fn expired(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

struct Known {
    entry: Entry,
    applied: AtomicBool,
}

/// What is known, and what was found of it.
pub(crate) struct Baseline {
    /// The file that is read, as the user named it.
    file: Option<String>,
    known: HashMap<String, Known>,
    /// The file to write, and what to write into it.
    writes: Option<PathBuf>,
    found: Mutex<BTreeMap<String, Entry>>,
    now: Timestamp,
}

impl Baseline {
    /// Reads what the flags name. What is written anew keeps the reasons and dates that it had.
    pub(crate) fn open(accepted: &Accepted) -> Result<Self, Failure> {
        let writes = accepted.write_baseline.clone();
        if let Some(path) = &writes {
            check_directory(path)?;
        }
        let old = writes.as_ref().filter(|path| path.is_file());
        let read = accepted.baseline.as_ref().or(old);
        let mut entries = read.map_or_else(|| Ok(Vec::new()), |path| read::read(path))?;
        if let Some(old) = old.filter(|old| Some(*old) != read) {
            entries.extend(read::read(old)?);
        }
        let mut known = HashMap::new();
        for entry in entries {
            known
                .entry(entry.fingerprint.clone())
                .or_insert_with(|| Known {
                    entry,
                    applied: AtomicBool::new(false),
                });
        }
        Ok(Self {
            file: accepted
                .baseline
                .as_ref()
                .map(|path| path.display().to_string()),
            known,
            writes,
            found: Mutex::default(),
            now: Timestamp::now(),
        })
    }

    /// Exempts a finding that is known, or becomes known by being written.
    pub(crate) fn judge(&self, finding: &mut Finding) {
        if finding.outcome != Outcome::Fail || finding.disposition == Disposition::Exempted {
            return;
        }
        let known = self.known.get(&finding.fingerprint);
        if let Some(known) = known {
            known.applied.store(true, Ordering::Relaxed);
        }
        if self.writes.is_some() {
            self.remember(finding, known);
        }
        let accepted = match known {
            Some(known) if known.entry.expired(self.now) => None,
            Some(known) if !known.entry.reason.is_empty() => Some(&*known.entry.reason),
            Some(_) => Some(KNOWN),
            None => self.writes.is_some().then_some(KNOWN),
        };
        if let Some(reason) = accepted {
            finding.exempt(reason);
        }
    }

    fn remember(&self, finding: &Finding, known: Option<&Known>) {
        let entry = Entry {
            fingerprint: finding.fingerprint.clone(),
            rule: finding.rule.clone(),
            place: merlon_sink::place(finding),
            until: known.and_then(|known| known.entry.until),
            reason: known.map_or_else(String::new, |known| known.entry.reason.clone()),
            line: 0,
        };
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if found.len() > MOST {
            return;
        }
        // A secret has one fingerprint wherever it is; the file must not depend on which copy came first.
        let first = found
            .entry(entry.fingerprint.clone())
            .or_insert_with(|| entry.clone());
        if entry.place < first.place {
            *first = entry;
        }
    }

    /// Writes what was found, if the user wants it.
    pub(crate) fn write(&self) -> Result<(), Failure> {
        let Some(path) = &self.writes else {
            return Ok(());
        };
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if found.len() > MOST {
            return Err(Failure::incomplete(format!(
                "{} was not written: more than {MOST} findings; repair or turn off what finds most of them",
                path.display()
            )));
        }
        let mut entries: Vec<&Entry> = found.values().collect();
        entries.sort_by_key(|entry| (&entry.place, &entry.rule, &entry.fingerprint));
        replace(path, &render::render(&entries)).map_err(|error| {
            Failure::incomplete(format!("cannot write {}: {error}", path.display()))
        })?;
        note(&format!(
            "note: {} holds {} findings",
            path.display(),
            entries.len()
        ));
        Ok(())
    }

    /// The file that would be written.
    pub(crate) fn writes(&self) -> Option<&Path> {
        self.writes.as_deref()
    }

    /// Entries that exempted nothing, of those that `expected` says could have.
    pub(crate) fn unused(&self, expected: impl Fn(&Entry) -> bool) -> Vec<UnusedSuppression> {
        let Some(file) = &self.file else {
            return Vec::new();
        };
        let mut unused: Vec<UnusedSuppression> = self
            .known
            .values()
            .filter_map(|known| {
                let entry = &known.entry;
                let why = if entry.expired(self.now) {
                    Useless::Expired
                } else if !known.applied.load(Ordering::Relaxed) && expected(entry) {
                    Useless::Unmatched
                } else {
                    return None;
                };
                Some(UnusedSuppression {
                    file: file.clone(),
                    line: entry.line,
                    covers: format!("{} in {}", entry.rule, entry.place),
                    fingerprint: Some(entry.fingerprint.clone()),
                    why,
                })
            })
            .collect();
        unused.sort_by_key(|unused| unused.line);
        unused
    }
}

/// Whether the file can be made is known before the work begins.
fn check_directory(path: &Path) -> Result<(), Failure> {
    let directory = path.parent().unwrap_or(Path::new(""));
    if directory.as_os_str().is_empty() || directory.is_dir() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "cannot write {}: there is no directory {}",
        path.display(),
        directory.display()
    )))
}

/// Whoever reads the file sees the old text or the new one, whole. A link stays a link, and what is no file
/// (a pipe, a terminal) is written to.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = match fs::metadata(path) {
        Ok(about) if !about.is_file() => return fs::write(path, text),
        Ok(_) => path.canonicalize()?,
        Err(_) => path.to_owned(),
    };
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let beside = PathBuf::from(name);
    fs::write(&beside, text)?;
    fs::rename(&beside, &path)
}
