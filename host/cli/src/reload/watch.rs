//! What the configuration is made from, and whether it looks as it did: files by their inode, size and
//! times, following links, so that the swapped link of a mounted ConfigMap is seen too.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::reference::References;
use crate::Failure;
use crate::arguments::Decide;
use crate::artifacts::LOCK;
use crate::config::{Config, RulesetSource, Signer};
use crate::environment::Environment;

/// Files and directories of one ruleset that are looked at.
const MOST: usize = 20_000;
/// Directories below each other.
const DEEPEST: usize = 16;

/// How something looks. Equal looks mean equal content, as far as one can tell without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Look {
    /// A file or a directory.
    There {
        inode: (u64, u64),
        size: u64,
        modified: (i64, i64),
        changed: (i64, i64),
    },
    /// It is not there, or cannot be seen.
    Absent,
    /// What a registry answers for a tag.
    Digest(String),
    /// Nobody answered: taken for what it was.
    Unknown,
}

/// How everything looks, by name.
pub(super) type Looks = BTreeMap<String, Look>;

/// Something that a configuration is made from.
pub(super) trait Source: Send {
    /// How each of its parts looks now, by name.
    fn look(&self, into: &mut Looks);
}

/// One file.
struct File(PathBuf);

/// The directory of a ruleset.
struct Directory(PathBuf);

impl Source for File {
    fn look(&self, into: &mut Looks) {
        into.insert(self.0.display().to_string(), see(&self.0));
    }
}

impl Source for Directory {
    fn look(&self, into: &mut Looks) {
        let most = into.len() + MOST;
        walk(&self.0, DEEPEST, most, into);
    }
}

fn walk(path: &Path, depth: usize, most: usize, into: &mut Looks) {
    let metadata = fs::metadata(path);
    let is_directory = metadata.as_ref().is_ok_and(Metadata::is_dir);
    let look = metadata.map_or(Look::Absent, |metadata| Look::of(&metadata));
    into.insert(path.display().to_string(), look);
    if !is_directory || depth == 0 {
        return;
    }
    let Ok(entries) = fs::read_dir(path) else {
        return;
    };
    for entry in entries.flatten() {
        // A ruleset has no such files.
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if into.len() >= most {
            return;
        }
        walk(&entry.path(), depth - 1, most, into);
    }
}

fn see(path: &Path) -> Look {
    fs::metadata(path).map_or(Look::Absent, |metadata| Look::of(&metadata))
}

impl Look {
    fn of(metadata: &Metadata) -> Self {
        Self::There {
            inode: (metadata.dev(), metadata.ino()),
            size: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// Looks at every source again and again.
pub(crate) struct Watch<'a> {
    /// The configuration file, when there was one.
    file: Option<PathBuf>,
    reach: Reach<'a>,
    sources: Vec<Box<dyn Source>>,
    /// As it looked when it was last taken or refused.
    known: Looks,
    /// As it looked the last time, when that was different.
    unsettled: Option<Looks>,
}

impl<'a> Watch<'a> {
    /// Watches what the configuration is made from now.
    pub(crate) fn start(decide: &Decide, environment: &'a Environment) -> Result<Self, Failure> {
        let config = crate::config::load(decide, environment)?;
        let reach = if decide.offline {
            Reach::Here
        } else {
            Reach::Registries(environment)
        };
        let mut watch = Self::of(sources(&config, reach));
        watch.file.clone_from(&config.file);
        watch.reach = reach;
        Ok(watch)
    }

    fn of(sources: Vec<Box<dyn Source>>) -> Self {
        let mut watch = Self {
            file: None,
            reach: Reach::Here,
            sources,
            known: Looks::new(),
            unsettled: None,
        };
        watch.accept();
        watch
    }

    /// Takes what is there now for known.
    pub(crate) fn accept(&mut self) {
        self.known = self.see();
        self.unsettled = None;
    }

    /// Watches what this configuration is made from. What was watched before keeps its known look, so that
    /// a change since then is seen; what is new is known as it looks now.
    ///
    /// A file that is gone is a mistake, not the wish for whatever configuration is found then.
    pub(crate) fn follow(&mut self, config: &Config) -> Result<(), Failure> {
        match &self.file {
            Some(file) if config.file.as_ref() != Some(file) => {
                return Err(Failure::usage(format!("{} is gone", file.display())));
            }
            _ => self.file.clone_from(&config.file),
        }
        self.sources = sources(config, self.reach);
        let mut looks = self.see();
        for (name, look) in &mut looks {
            if let Some(known) = self.known.get(name) {
                *look = known.clone();
            }
        }
        self.known = looks;
        Ok(())
    }

    /// What changed, once it looks the same twice in a row: a file is not read while it is written.
    pub(crate) fn look(&mut self) -> Option<String> {
        let now = self.see();
        if now == self.known {
            self.unsettled = None;
            return None;
        }
        if self.unsettled.as_ref() != Some(&now) {
            self.unsettled = Some(now);
            return None;
        }
        let what = difference(&self.known, &now);
        self.known = now;
        self.unsettled = None;
        Some(what)
    }

    fn see(&self) -> Looks {
        let mut looks = Looks::new();
        for source in &self.sources {
            source.look(&mut looks);
        }
        for (name, look) in &mut looks {
            if *look == Look::Unknown
                && let Some(known) = self.known.get(name)
            {
                *look = known.clone();
            }
        }
        looks
    }
}

/// Where changes are looked for.
#[derive(Clone, Copy)]
enum Reach<'a> {
    /// On this machine.
    Here,
    /// In registries too.
    Registries(&'a Environment),
}

/// A source for everything that the configuration names.
fn sources(config: &Config, reach: Reach<'_>) -> Vec<Box<dyn Source>> {
    let mut files = Vec::new();
    if let Some(file) = &config.file {
        files.push(file.clone());
        files.push(file.with_file_name(LOCK));
    }
    files.extend(config.registries.iter().filter_map(|one| one.ca.clone()));
    let mut sources: Vec<Box<dyn Source>> = Vec::new();
    for entry in &config.rulesets {
        if let Some(verify) = &entry.verify {
            files.push(match &verify.signer {
                Signer::Key(path) | Signer::Keyless { root: path, .. } => path.clone(),
            });
        }
        if let RulesetSource::Path(path) = &entry.source {
            sources.push(Box::new(Directory(path.clone())));
        }
    }
    for file in files {
        sources.push(Box::new(File(file)));
    }
    if let Reach::Registries(environment) = reach
        && let Some(references) = References::of(config, environment)
    {
        sources.push(Box::new(references));
    }
    sources
}

/// The most telling of the names that look different: a file rather than the directory around it.
fn difference(before: &Looks, now: &Looks) -> String {
    let names = before.keys().chain(now.keys());
    let changed: std::collections::BTreeSet<&String> = names
        .filter(|name| before.get(*name) != now.get(*name))
        .collect();
    let around = |name: &str| {
        changed
            .iter()
            .any(|other| other.len() > name.len() && Path::new(other).starts_with(name))
    };
    let telling: Vec<&str> = changed
        .iter()
        .map(|name| name.as_str())
        .filter(|name| !around(name))
        .collect();
    match telling.as_slice() {
        [] => "something changed".to_owned(),
        [one] => format!("{one} changed"),
        [first, rest @ ..] => format!("{first} and {} more changed", rest.len()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::sync::{Arc, Mutex};

    use super::*;

    fn watch(sources: Vec<Box<dyn Source>>) -> Watch<'static> {
        Watch::of(sources)
    }

    #[test]
    fn a_change_counts_when_it_was_seen_twice_and_is_told_once() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("merlon.yaml");
        fs::write(&file, "a").unwrap();
        let mut watch = watch(vec![Box::new(File(file.clone()))]);
        assert_eq!(watch.look(), None);
        fs::write(&file, "ab").unwrap();
        assert_eq!(watch.look(), None);
        fs::write(&file, "abc").unwrap();
        assert_eq!(watch.look(), None, "it is still being written");
        assert_eq!(watch.look(), Some(format!("{} changed", file.display())));
        assert_eq!(watch.look(), None);
        fs::remove_file(&file).unwrap();
        watch.look();
        assert!(watch.look().is_some(), "to be gone is a change");
    }

    #[test]
    fn the_swapped_link_of_a_mounted_config_map_is_a_change() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        for version in ["..1", "..2"] {
            fs::create_dir(root.join(version)).unwrap();
            fs::write(root.join(version).join("ruleset.yaml"), version).unwrap();
        }
        symlink("..1", root.join("..data")).unwrap();
        symlink("..data/ruleset.yaml", root.join("ruleset.yaml")).unwrap();
        let mut watch = watch(vec![Box::new(Directory(root.to_owned()))]);
        assert_eq!(watch.look(), None);
        symlink("..2", root.join("..next")).unwrap();
        fs::rename(root.join("..next"), root.join("..data")).unwrap();
        watch.look();
        let told = watch.look().unwrap();
        assert!(told.ends_with("ruleset.yaml changed"), "{told}");
    }

    #[test]
    fn a_new_file_anywhere_in_a_ruleset_is_a_change_and_its_directory_is_not_named() {
        let directory = tempfile::tempdir().unwrap();
        let rules = directory.path().join("rules/more");
        fs::create_dir_all(&rules).unwrap();
        let mut watch = watch(vec![Box::new(Directory(directory.path().to_owned()))]);
        fs::write(rules.join("x.yaml"), "x").unwrap();
        watch.look();
        let told = watch.look().unwrap();
        assert!(told.ends_with("rules/more/x.yaml changed"), "{told}");
    }

    #[test]
    fn a_new_digest_of_a_reference_is_a_change_and_a_silent_registry_is_none() {
        struct Registry(Arc<Mutex<Look>>);
        impl Source for Registry {
            fn look(&self, into: &mut Looks) {
                let look = self.0.lock().unwrap().clone();
                into.insert("oci://r/x:1".to_owned(), look);
            }
        }
        let look = Arc::new(Mutex::new(Look::Digest("sha256:a".to_owned())));
        let mut watch = watch(vec![Box::new(Registry(Arc::clone(&look)))]);
        *look.lock().unwrap() = Look::Unknown;
        assert_eq!((watch.look(), watch.look()), (None, None));
        *look.lock().unwrap() = Look::Digest("sha256:b".to_owned());
        watch.look();
        assert_eq!(watch.look().unwrap(), "oci://r/x:1 changed");
    }
}
